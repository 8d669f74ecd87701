//! Teleport audit events, MCP sessions among them.
//!
//! - **Ask for**: the cluster's audit events of the period, by the event handler or out of the audit log's storage.
//! - **Reads**: audit events of Teleport 4 to 19, as lines, arrays and what collectors wrap around them.
//! - **Recognised by**: an `event` with its `code` (`T2000I`, `TMCP003I`), and a time.
//! - **Filled by**: Teleport fills user, roles, session and the certificate's identity. The arguments of a command or tool
//!   call and the user agent are the caller's words.
//! - **Answers**: who opened which session to which host, database, application or MCP server; which tool was called in
//!   it, and whether Teleport's roles allowed it; which bot got a certificate in whose name, with which roles and for how
//!   long.
//! - **Never tells**: what an allowed MCP tool call led to: only the request is logged. Listings (`tools/list`) are not
//!   logged at all. Nor who sits behind a bot's certificate.
//! - **Documented in**: goteleport.com, "Audit event reference". Logins, sessions, commands, certificates and MCP session
//!   events were seen in published records; a `tools/call` is put together from the documentation.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy,
    Outcome, Principal, Role, Time, TokenFacts, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Teleport;

struct Teleport;

const NAME: &str = "teleport";

impl Source for Teleport {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(94, "an event with a code and a time of the Teleport audit log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match json::text(entry, "/event") {
            Some(name) if is_entry(entry) => Ok(event(entry, name, hints).into()),
            _ => Err(NotUnderstood::not_this("no event and code of Teleport")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let named = json::text(value, "/event").is_some_and(|e| e.bytes().all(|b| b.is_ascii_lowercase() || b"._0123456789".contains(&b)));
    named
        && json::text(value, "/code").is_some_and(|c| is_code(&c))
        && has("/time")
        && ["/uid", "/ei", "/cluster_name", "/user", "/cert_type"].iter().any(|p| has(p))
}

/// `T2000I`, `TMCP003I`, `CJ001I`: letters, digits, and how it went. One collector writes them small.
fn is_code(code: &str) -> bool {
    let code = code.to_uppercase();
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let body = code.get(letters..code.len().saturating_sub(1)).unwrap_or_default();
    (1..=8).contains(&letters)
        && !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_digit())
        && matches!(code.bytes().last(), Some(b'I' | b'W' | b'E'))
        && (code.starts_with('T') || code.starts_with("CJ"))
}

fn event(entry: &Json, name: String, hints: &Hints) -> Event {
    let mut event = Event::new(kind_of(entry, &name));
    event.time = json::time(entry, "/time");
    // The documentation's own samples carry placeholders for numbers.
    event.id = json::text(entry, "/uid").filter(|id| !id.contains(':'));
    event.tenant = json::text(entry, "/cluster_name");
    event.service = Some("teleport".into());
    event.source_ip = json::first_text(entry, &["/addr.remote", "/addr_remote", "/remote_addr", "/src_addr", "/client_ip"])
        .or_else(|| json::text(entry, "/addr/remote"))
        .map(|a| host(&a));
    event.user_agent = json::text(entry, "/user_agent");
    event.outcome = outcome(entry, event.kind);
    event.resource = json::first_text(
        entry,
        &["/app_name", "/db_service", "/kubernetes_cluster", "/server_hostname", "/server_id", "/name"],
    );
    event.credential = json::text(entry, "/sid")
        .filter(|id| somebody(id).is_ok())
        .map(|id| Credential { kind: CredentialKind::Session, id });
    event.interactive = name == "user.login" && event.outcome != Outcome::Unknown;
    for (pointer, key) in [("/login", "login"), ("/path", "path"), ("/db_user", "db_user"), ("/method", "method")] {
        event.attributes.extend(json::text(entry, pointer).map(|t| (key.to_string(), Attribute::Text(t))));
    }
    wire(entry, &name, &mut event);
    let mut search = hints.search(NAME);
    match name.as_str() {
        "cert.create" => certificate(entry, &mut event),
        "mcp.session.request" => {
            for (key, value) in json::members(json::at(entry, "/message/params/_meta")) {
                search.key(key, value, FilledBy::Caller);
            }
            request(entry, &mut event);
        }
        _ => {}
    }
    event.action = event.action.take().or(Some(name));

    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn host(address: &str) -> String {
    match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']')) => {
            host.trim_matches(['[', ']']).to_string()
        }
        _ => address.trim_matches(['[', ']']).to_string(),
    }
}

/// What ends, flows by or is only announced is no call of its own.
fn kind_of(entry: &Json, name: &str) -> EventKind {
    match name {
        "user.login" | "auth" | "bot.join" | "instance.join" => EventKind::SignIn,
        "cert.create" | "bot_instance.join" => EventKind::Token,
        "mcp.session.request" => match json::text(entry, "/message/method").as_deref() {
            Some("tools/call" | "resources/read") => EventKind::Call,
            _ => EventKind::Context,
        },
        n if n.starts_with("mcp.session.") => EventKind::Context,
        "resize" | "print" | "session.data" | "session.upload" | "session.leave" | "session.process_exit"
        | "app.session.chunk" | "session.recording.access" => EventKind::Context,
        n if n.ends_with(".end") => EventKind::Context,
        _ => EventKind::Call,
    }
}

/// An error stands for itself: the end of a failed MCP session still says `success`.
fn outcome(entry: &Json, kind: EventKind) -> Outcome {
    let error = json::first_text(entry, &["/error", "/message/error/message"]).unwrap_or_default().to_lowercase();
    let refused = ["access denied", "denied", "not in the set of valid principals", "permission", "unauthorized"]
        .iter()
        .any(|w| error.contains(w));
    let code = json::text(entry, "/code").unwrap_or_default().to_uppercase();
    let failed = json::flag(entry, "/success") == Some(false) || !error.is_empty();
    match code.bytes().last() {
        _ if refused || (failed && kind == EventKind::SignIn) => Outcome::Denied,
        _ if failed => Outcome::Error,
        Some(b'I') => Outcome::Success,
        Some(b'E' | b'W') if kind == EventKind::SignIn => Outcome::Denied,
        Some(b'E' | b'W') => Outcome::Error,
        _ => Outcome::Unknown,
    }
}

/// A user of the cluster, a bot, or a host (`UUID.cluster`).
fn user(word: &str, is_bot: bool) -> (Principal, WireKind) {
    let is_host = word.get(..37).is_some_and(|head| {
        head.ends_with('.') && head.matches('-').count() == 4 && head.bytes().all(|b| b.is_ascii_hexdigit() || b"-.".contains(&b))
    });
    let kind = match word {
        "system" | "teleport" => WireKind::System,
        _ if is_host => WireKind::System,
        w if is_bot || w.starts_with("bot-") => WireKind::Service,
        _ => WireKind::Human,
    };
    (Principal::new("teleport", word), kind)
}

fn wire(entry: &Json, name: &str, event: &mut Event) {
    let is_bot = json::at(entry, "/bot_name").is_some()
        || json::text(entry, "/user_kind").is_some_and(|k| k == "2" || k.to_lowercase().contains("bot"));
    let word = json::text(entry, "/user").or_else(|| match name {
        "cert.create" => json::first_text(entry, &["/identity/impersonator", "/identity/user"]),
        "bot.join" => json::text(entry, "/user_name")
            .or_else(|| json::text(entry, "/bot_name").map(|b| format!("bot-{b}"))),
        _ => None,
    });
    match somebody(&word.unwrap_or_default()) {
        Ok(word) => {
            let (principal, kind) = user(word, is_bot);
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

/// A certificate, and in whose name it was taken. A bot that impersonates a person acts for them; a person who
/// impersonates another is still themselves.
fn certificate(entry: &Json, event: &mut Event) {
    let of = |pointer: &str| json::text(entry, pointer).filter(|t| somebody(t).is_ok());
    let subject = of("/identity/user").map(|u| user(&u, false));
    let impersonator = of("/identity/impersonator").map(|u| user(&u, u != "system" && json::at(entry, "/identity/bot_name").is_some()));
    // A bot's own certificate names the bot on both sides.
    let bot_itself = match (&subject, &impersonator) {
        (Some((subject, _)), Some((by, _))) => subject == by,
        _ => false,
    };
    if bot_itself && let Some(wire) = event.wire.as_mut() {
        wire.kind = WireKind::Service;
    }
    let mut actors = Vec::new();
    if let Some((by, kind)) = impersonator.filter(|_| !bot_itself) {
        let by_machine = kind == WireKind::Service;
        event.wire = Some(Wire { principal: by.clone(), kind, by: FilledBy::Issuer });
        if let Some((person, WireKind::Human)) = subject.as_ref().filter(|_| by_machine) {
            event.claims.push(Claim {
                role: Role::Human,
                principal: person.clone(),
                evidence: EvidenceKind::K6,
                by: FilledBy::Issuer,
                field: "/identity/user".into(),
            });
        }
        actors.push(by);
    }
    // Year 1 is Go's empty time.
    let expires = json::time(entry, "/identity/expires").filter(|t| *t > Time(0));
    let own = actors.is_empty();
    event.resource = subject.as_ref().map(|(s, _)| s.id.clone());
    event.token = Some(TokenFacts {
        client: subject.as_ref().filter(|_| own).map(|(s, _)| s.clone()),
        subject: subject.map(|(s, _)| s),
        actors,
        scope: json::at(entry, "/identity/roles").map(json::words).unwrap_or_default(),
        issued_at: event.time,
        expires,
        ..TokenFacts::default()
    });
}

/// A request of an MCP client to the server behind Teleport, whose roles decide on it.
fn request(entry: &Json, event: &mut Event) {
    let method = json::text(entry, "/message/method");
    event.action = match method.as_deref() {
        Some("tools/call") => json::text(entry, "/message/params/name"),
        _ => method.clone(),
    };
    event.resource_type = Some("mcp".into());
    if method.as_deref() == Some("resources/read") {
        event.resource = json::text(entry, "/message/params/uri").or(event.resource.take());
    }
    let effect = match event.outcome {
        Outcome::Success => DecisionEffect::Allow,
        Outcome::Denied => DecisionEffect::Deny,
        Outcome::Error | Outcome::Unknown => return,
    };
    if event.kind == EventKind::Call {
        let evaluated = event.wire.iter().map(|w| w.principal.clone()).collect();
        event.decision = Some(Decision { effect: Some(effect), evaluated, policy: None });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn mcp(name: &str, code: &str, rest: &str) -> Event {
        event(&format!(
            r#"{{"event":"{name}","code":"{code}","ei":1,"time":"2026-03-02T10:00:00Z","uid":"u1","user":"Ada@example.org","sid":"s1","app_name":"orders-mcp"{rest}}}"#
        ))
    }

    #[test]
    fn only_a_tool_call_is_a_call() {
        let call = r#","success":true,"message":{"id":"1","jsonrpc":"2.0","method":"tools/call","params":{"name":"refund","arguments":{"id":7},"_meta":{"run_id":"run-0001"}}}"#;
        let e = mcp("mcp.session.request", "TMCP003I", call);
        assert_eq!((e.kind, e.action.as_deref(), e.resource.as_deref()), (EventKind::Call, Some("refund"), Some("orders-mcp")));
        let ada = Principal::new("email", "ada@example.org");
        assert_eq!((e.wire.unwrap().principal, e.decision.unwrap().evaluated), (ada.clone(), vec![ada]));
        assert_eq!(e.run.unwrap().1, FilledBy::Caller);
        assert_eq!(e.credential.unwrap().id, "s1");
        let refused = call.replace("\"success\":true", "\"success\":false,\"error\":\"access denied to MCP tool\"");
        let e = mcp("mcp.session.request", "TMCP003E", &refused);
        assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
        for (name, code, rest) in [
            ("mcp.session.request", "TMCP003I", r#","message":{"method":"initialize","params":{"clientInfo":{"name":"x"}}}"#),
            ("mcp.session.notification", "TMCP004I", r#","message":{"method":"notifications/initialized"}"#),
            ("mcp.session.start", "TMCP001I", ""),
            ("mcp.session.end", "TMCP002I", r#","success":true"#),
        ] {
            assert_eq!(mcp(name, code, rest).kind, EventKind::Context, "{name}");
        }
        let e = mcp("mcp.session.end", "TMCP002E", r#","success":true,"error":"HTTP 405 Method Not Allowed""#);
        assert_eq!(e.outcome, Outcome::Error);
    }

    #[test]
    fn a_certificate_tells_who_took_it_in_whose_name() {
        let of = |identity: &str| {
            event(&format!(r#"{{"event":"cert.create","code":"TC000I","cert_type":"user","time":"2026-03-02 10:00:00","identity":{identity}}}"#))
        };
        let e = of(r#"{"user":"ada@example.org","impersonator":"bot-deploy","roles":["editor"],"expires":"2026-03-02T11:00:00.4444Z"}"#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("teleport", "bot-deploy"), WireKind::Service));
        assert_eq!((e.claims[0].evidence, e.claims[0].principal.id.as_str()), (EvidenceKind::K6, "ada@example.org"));
        let token = e.token.unwrap();
        assert_eq!((token.scope.as_slice(), token.actors.len()), (&["editor".to_string()][..], 1));
        assert!(token.expires.is_some());
        let own = of(r#"{"user":"bot-application","impersonator":"bot-application","roles":["application"]}"#);
        assert_eq!((own.wire.unwrap().kind, own.claims.len()), (WireKind::Service, 0));
        let person = of(r#"{"user":"bob","impersonator":"ada@example.org","expires":"0001-01-01T00:00:00Z"}"#);
        assert_eq!((person.wire.unwrap().principal.id.as_str(), person.claims.len()), ("ada@example.org", 0));
        assert_eq!(person.token.unwrap().expires, None);
    }

    #[test]
    fn logins_commands_hosts_and_nobody() {
        let e = event(
            r#"{"addr.remote":"[2001:db8::1]:65123","cluster_name":"c","code":"T1000I","ei":0,"event":"user.login","method":"local","success":true,"time":"2026-03-02T10:00:00Z","uid":"u","user":"max"}"#,
        );
        assert_eq!((e.kind, e.interactive, e.source_ip.as_deref()), (EventKind::SignIn, true, Some("2001:db8::1")));
        assert_eq!(e.wire.unwrap().principal, Principal::new("teleport", "max"));
        let e = event(
            r#"{"code":"T3007W","error":"ssh: principal \"jack\" not in the set of valid principals","event":"auth","success":false,"time":"2026-03-02T10:00:00Z","uid":"u","user":"max"}"#,
        );
        assert_eq!(e.outcome, Outcome::Denied);
        let of = |name: &str, user: &str| {
            event(&format!(r#"{{"code":"t4000i","event":"{name}","ei":1,"time":"2026-03-02T10:00:00Z","uid":"u","server_id":"s","user":"{user}"}}"#))
        };
        assert_eq!(of("session.command", "max").kind, EventKind::Call);
        assert_eq!(of("session.end", "max").kind, EventKind::Context);
        assert_eq!(of("x.y", "55831da5-8898-4fd2-abe5-8c28c4741534.c2").wire.unwrap().kind, WireKind::System);
        assert_eq!(of("x.y", "bot-ci").wire.unwrap().kind, WireKind::Service);
        assert_eq!(of("x.y", "").wire, None);
    }

    #[test]
    fn another_log_with_events_and_codes_is_not_teleport() {
        let registry = registry(Vec::new());
        for other in [
            &br#"{"event":"login","code":"200","time":"2026-03-02T10:00:00Z","user":"x"}"#[..],
            br#"{"event":"Login","code":"T1000I","time":"2026-03-02T10:00:00Z","user":"x"}"#,
        ] {
            assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
        }
    }
}
