//! Auth0 tenant logs.
//!
//! - **Ask for**: the tenant's log events for the period, from a log stream or the Management API (`/api/v2/logs`), with
//!   their `details`.
//! - **Reads**: log events bare, inside the `data` of a log stream, as arrays and lines.
//! - **Recognised by**: a `type` code with a `date` and a `log_id`.
//! - **Filled by**: Auth0 fills client, user, token id and, where it knows one, the agent. The name on a failed sign-in is
//!   what somebody typed: it names nobody. Addresses of accounts that people open themselves (database, e-mail and SMS
//!   connections) are not taken for identities either: those users stand under their Auth0 id.
//! - **Answers**: who signed in to which application; which client got a token for which user or for itself; who changed
//!   the tenant, by which token.
//! - **Never tells**: what was done with a token after it was given out. Exchanges carry no id of the token given out.
//! - **Documented in**: auth0.com, "Log Event Type Codes" and "Tenant logs". Management events and a few others were seen
//!   in published records; token exchanges, `agent_id` and the newer codes are from the documentation alone.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Claim, Credential, CredentialKind, Event, EventKind, EvidenceKind, FilledBy, Issued, Outcome, Principal, Role,
    TokenFacts, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Auth0;

struct Auth0;

const NAME: &str = "auth0";

impl Source for Auth0 {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(94, "a type code, a date and a log id of Auth0", |v| is_entry(inner(v)))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = inner(record.json()?);
        match json::text(entry, "/type") {
            // A shortened entry may have lost its id.
            Some(code) if is_entry(entry) || is_code(&code) && ["/date", "/client_id"].iter().all(|p| json::at(entry, p).is_some()) => {
                Ok(event(entry, code, hints).into())
            }
            Some(_) => Err(NotUnderstood::not_this("no date and id or client of an Auth0 log event")),
            None => Err(NotUnderstood::not_this("no type of an Auth0 log event")),
        }
    }
}

fn inner(value: &Json) -> &Json {
    ["/detail/data", "/data"].iter().find_map(|p| json::at(value, p).filter(|d| json::at(d, "/type").is_some())).unwrap_or(value)
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let code = json::text(value, "/type").is_some_and(|t| is_code(&t));
    let id = ["/log_id", "/_id"].iter().any(|p| json::text(value, p).is_some_and(|t| t.starts_with("900")));
    let about = ["/client_id", "/user_id", "/connection", "/description", "/ip", "/tenant_name"];
    code && has("/date") && (id || has("/log_id") || (has("/_id") && has("/client_id"))) && about.iter().any(|p| has(p))
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SignIn,
    Exchange,
    Management,
    /// Sent or written by Auth0 itself.
    Notice,
    Other,
}

fn kind_of(code: &str) -> Kind {
    match code {
        "s" | "f" | "fp" | "fu" | "fc" | "fco" | "fcoa" | "scoa" | "ssa" | "fsa" | "sens" | "fens" | "pwd_leak" | "w"
        | "limit_wc" | "limit_mu" | "limit_ui" | "gd_auth_succeed" | "gd_auth_failed" | "gd_auth_rejected" => Kind::SignIn,
        "seacft" | "feacft" | "seccft" | "feccft" | "sede" | "fede" | "sertft" | "fertft" | "ferrt" | "sepft" | "fepft"
        | "seoobft" | "feoobft" | "seotpft" | "feotpft" | "sercft" | "fercft" | "fepotpft" | "secte" | "fecte"
        | "sd" | "fd" => Kind::Exchange,
        c if c.contains("exchange_succeeded") || c.contains("exchange_failed") => Kind::Exchange,
        "sapi" | "fapi" | "mgmt_api_read" => Kind::Management,
        "cs" | "cls" | "depnote" | "api_limit" | "gd_send_pn" | "gd_send_sms" | "gd_send_email" | "gd_send_voice" => Kind::Notice,
        c if c.starts_with("sys_") || c.starts_with("gd_start_") => Kind::Notice,
        _ => Kind::Other,
    }
}

fn event(entry: &Json, code: String, hints: &Hints) -> Event {
    let kind = kind_of(&code);
    let mut event = Event::new(match kind {
        Kind::SignIn => EventKind::SignIn,
        Kind::Exchange => EventKind::Token,
        Kind::Notice => EventKind::Context,
        Kind::Management | Kind::Other => EventKind::Call,
    });
    event.time = json::time(entry, "/date");
    event.id = json::first_text(entry, &["/log_id", "/_id"]);
    event.tenant = json::first_text(entry, &["/tenant_name", "/hostname"]);
    event.service = Some("auth0".into());
    event.source_ip = json::first_text(entry, &["/ip", "/client_ip"]);
    event.user_agent = json::first_text(entry, &["/user_agent", "/details/request/userAgent"]);
    event.outcome = outcome(entry, &code);
    event.audience = json::at(entry, "/audience").map(json::words).unwrap_or_default();
    event.scope = json::at(entry, "/scope").map(scopes).unwrap_or_default();
    match kind {
        Kind::Management => {
            event.action = json::text(entry, "/description").or_else(|| Some(code.clone()));
            event.resource = json::text(entry, "/details/request/path");
            event.resource_type = json::text(entry, "/details/request/method");
            event.scope = json::at(entry, "/details/request/auth/credentials/scopes").map(scopes).unwrap_or_default();
            event.credential = credential(entry, "/details/request/auth/credentials/jti", CredentialKind::Token);
            management(entry, &mut event);
        }
        Kind::Exchange => {
            event.action = Some(code.clone());
            event.resource = client(entry).map(|p| p.id);
            exchange(entry, &code, &mut event);
        }
        Kind::SignIn | Kind::Notice | Kind::Other => {
            event.action = Some(code.clone());
            event.resource = json::first_text(entry, &["/connection", "/client_id"]);
            event.interactive = kind == Kind::SignIn && !code.starts_with("fc");
            event.credential = credential(entry, "/session_id", CredentialKind::Session)
                .or_else(|| credential(entry, "/details/session_id", CredentialKind::Session));
            person(entry, kind, &mut event);
        }
    }

    let mut search = hints.search(NAME);
    for (key, value) in json::members(json::at(entry, "/details/request/query")) {
        search.key(key, value, FilledBy::Caller);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn credential(entry: &Json, pointer: &str, kind: CredentialKind) -> Option<Credential> {
    json::text(entry, pointer).filter(|id| somebody(id).is_ok()).map(|id| Credential { kind, id })
}

fn scopes(found: &Json) -> Vec<String> {
    json::words(found).iter().flat_map(|w| w.split([',', ' '])).filter(|w| !w.is_empty()).map(String::from).collect()
}

fn outcome(entry: &Json, code: &str) -> Outcome {
    let status = json::text(entry, "/details/response/statusCode").and_then(|c| c.parse::<u16>().ok());
    match (status, code) {
        (_, c) if c.contains("leak") || c.starts_with("limit_") || c == "ferrt" || c.ends_with("_rejected") => Outcome::Denied,
        (Some(401 | 403), _) => Outcome::Denied,
        (Some(400..), _) => Outcome::Error,
        (_, "mgmt_api_read" | "gd_auth_succeed") => Outcome::Success,
        (_, c) if c.ends_with("_succeeded") || c.ends_with("_succeed") || c.ends_with("_complete") => Outcome::Success,
        (_, c) if matches!(kind_of(c), Kind::SignIn | Kind::Exchange) && (c.starts_with('f') || c.ends_with("_failed")) => {
            Outcome::Denied
        }
        (_, c) if c.starts_with('f') || c.ends_with("_failed") => Outcome::Error,
        (_, c) if c.starts_with('s') && !c.starts_with("sys_") => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

fn client(entry: &Json) -> Option<Principal> {
    let id = json::text(entry, "/client_id").filter(|id| somebody(id).is_ok())?;
    Some(Principal { namespace: "auth0".into(), id })
}

/// The user by an address that an identity provider vouches for, else by Auth0's own id.
fn user(entry: &Json) -> Option<Principal> {
    let id = json::text(entry, "/user_id").filter(|id| somebody(id).is_ok())?;
    let connection = id.split('|').next().unwrap_or_default();
    let own = matches!(connection, "auth0" | "email" | "sms" | "facebook" | "twitter" | "github" | "apple" | "linkedin");
    let address = json::text(entry, "/user_name").map(|n| Principal::new("auth0", &n));
    match address.filter(|a| a.namespace == "email" && id.contains('|') && !own) {
        Some(address) => Some(address),
        None => Some(Principal { namespace: "auth0".into(), id }),
    }
}

fn set(event: &mut Event, principal: Principal, kind: WireKind) {
    event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
}

fn claim(event: &mut Event, role: Role, principal: Principal, evidence: EvidenceKind, by: FilledBy, field: &str) {
    event.claims.push(Claim { role, principal, evidence, by, field: field.into() });
}

/// A change of the tenant: an administrator in the dashboard, a program for itself, or a program for an administrator.
fn management(entry: &Json, event: &mut Event) {
    const USER: &str = "/details/request/auth/user";
    let address = json::text(entry, &format!("{USER}/email")).map(|a| Principal::new("auth0", &a));
    let person = address
        .filter(|a| a.namespace == "email")
        .or_else(|| json::text(entry, &format!("{USER}/user_id")).map(|id| Principal { namespace: "auth0".into(), id }))
        .or_else(|| user(entry))
        .filter(|p| somebody(&p.id).is_ok());
    let dashboard = json::text(entry, "/details/request/channel").is_some_and(|c| c.contains("manage.auth0.com"));
    match (person, client(entry)) {
        (Some(person), client) if dashboard || client.is_none() => {
            event.interactive = dashboard;
            set(event, person, WireKind::Human);
        }
        (Some(person), Some(client)) => {
            claim(event, Role::Human, person, EvidenceKind::K3, FilledBy::Platform, USER);
            set(event, client, WireKind::Delegated);
        }
        (None, Some(client)) => set(event, client, WireKind::Service),
        (_, None) => {}
    }
}

/// A token given out: to a client for itself, or for a user.
fn exchange(entry: &Json, code: &str, event: &mut Event) {
    let machine = matches!(code, "seccft" | "feccft");
    let (client, user) = (client(entry), user(entry).filter(|_| !machine));
    let agent = json::text(entry, "/agent_id")
        .filter(|id| somebody(id).is_ok())
        .map(|id| Principal { namespace: "auth0".into(), id });
    match (&client, &user) {
        (Some(client), Some(user)) => {
            claim(event, Role::Human, user.clone(), EvidenceKind::K2, FilledBy::Issuer, "/user_id");
            set(event, client.clone(), WireKind::Delegated);
        }
        (Some(client), None) => set(event, client.clone(), WireKind::Service),
        (None, Some(user)) => set(event, user.clone(), WireKind::Unknown),
        (None, None) => {}
    }
    if let Some(agent) = &agent {
        claim(event, Role::Agent, agent.clone(), EvidenceKind::K2, FilledBy::Issuer, "/agent_id");
    }
    if event.outcome == Outcome::Success
        && let Some(credential) = credential(entry, "/details/jti", CredentialKind::Token)
    {
        event.issued = Some(Issued { credential, principal: user.clone().or_else(|| client.clone()), expires: None });
    }
    event.token = Some(TokenFacts {
        subject: user.or_else(|| client.clone()),
        actors: agent.into_iter().collect(),
        client,
        audience: event.audience.clone(),
        scope: event.scope.clone(),
        issued_at: event.time,
        ..TokenFacts::default()
    });
}

fn person(entry: &Json, kind: Kind, event: &mut Event) {
    let typed = json::text(entry, "/user_name").filter(|n| somebody(n).is_ok());
    match user(entry) {
        Some(user) if kind != Kind::Notice => set(event, user, WireKind::Human),
        None if kind == Kind::SignIn => {
            if let Some(typed) = typed {
                let principal = Principal::new("auth0", &typed);
                claim(event, Role::Human, principal, EvidenceKind::K11, FilledBy::Caller, "/user_name");
            }
        }
        None if kind == Kind::Other => {
            if let Some(client) = client(entry) {
                set(event, client, WireKind::Service);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::Time;
    use crate::read::Form;

    fn event(code: &str, fields: &str) -> Event {
        let text = format!(
            r#"{{"log_id":"90020260302100000","data":{{"date":"2026-03-02T10:00:00.000Z","type":"{code}","log_id":"90020260302100000","ip":"198.51.100.4"{fields}}}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    const ADA: &str = r#","client_id":"c1","user_id":"google-oauth2|17","user_name":"Ada@example.org""#;

    #[test]
    fn a_token_for_a_user_names_client_user_and_agent() {
        for code in ["seacft", "sertft", "secte", "idjag_exchange_succeeded"] {
            let e = event(code, &format!(r#"{ADA},"agent_id":"agt_1","audience":"https://api.example.org","scope":"a b""#));
            assert_eq!((e.kind, e.outcome), (EventKind::Token, Outcome::Success), "{code}");
            let wire = e.wire.unwrap();
            assert_eq!((wire.principal.id.as_str(), wire.kind), ("c1", WireKind::Delegated));
            assert_eq!(e.claims[0].principal, Principal::new("email", "ada@example.org"));
            assert_eq!((e.claims[1].role, e.claims[1].principal.id.as_str()), (Role::Agent, "agt_1"));
            let token = e.token.unwrap();
            assert_eq!((token.scope.len(), token.audience.len()), (2, 1));
        }
        let e = event("feoobft", ADA);
        assert_eq!((e.outcome, e.issued), (Outcome::Denied, None));
    }

    #[test]
    fn a_client_for_itself_is_a_service() {
        let e = event("seccft", r#","client_id":"m2m","client_name":"billing","user_id":"","user_name":"""#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("auth0", "m2m"), WireKind::Service));
        assert_eq!((e.claims.len(), e.token.unwrap().subject), (0, Some(Principal::new("auth0", "m2m"))));
    }

    #[test]
    fn sign_ins_and_what_was_typed_there() {
        let e = event("s", ADA);
        assert_eq!((e.kind, e.interactive, e.time), (EventKind::SignIn, true, Time::parse("2026-03-02T10:00:00Z")));
        assert_eq!(e.wire.unwrap().kind, WireKind::Human);
        let e = event("fu", r#","client_id":"c1","user_name":"boss@example.org""#);
        assert_eq!((e.wire, e.outcome, e.claims[0].evidence), (None, Outcome::Denied, EvidenceKind::K11));
        // Anybody may open such an account under any address.
        let e = event("s", r#","client_id":"c1","user_id":"auth0|55","user_name":"boss@example.org""#);
        assert_eq!(e.wire.unwrap().principal, Principal { namespace: "auth0".into(), id: "auth0|55".into() });
    }

    #[test]
    fn the_tenant_is_changed_by_people_and_programs() {
        let of = |channel: &str, auth: &str| {
            event(
                "sapi",
                &format!(
                    r#","client_id":"c1","description":"Create a role","details":{{"request":{{"method":"post","path":"/v2/roles","channel":"{channel}","auth":{auth}}},"response":{{"statusCode":201}}}}"#
                ),
            )
        };
        const PERSON: &str = r#"{"user":{"user_id":"auth0|9","email":"ada@example.org"},"credentials":{"jti":"j1","scopes":["create:roles"]}}"#;
        let e = of("https://manage.auth0.com/", PERSON);
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("Create a role"), Some("/v2/roles")));
        assert_eq!((e.wire.unwrap().kind, e.interactive, e.credential.unwrap().id.as_str()), (WireKind::Human, true, "j1"));
        let e = of("api", PERSON);
        assert_eq!((e.wire.unwrap().kind, e.claims[0].principal.id.as_str()), (WireKind::Delegated, "ada@example.org"));
        let e = of("api", r#"{"user":{},"credentials":{"jti":"XXX"}}"#);
        assert_eq!((e.wire.unwrap().kind, e.credential), (WireKind::Service, None));
    }

    #[test]
    fn another_log_with_types_and_dates_is_not_auth0() {
        let registry = registry(Vec::new());
        for other in [
            &br#"{"type":"s","date":"2026-03-02","user_id":"x"}"#[..],
            br#"{"type":"user.login","date":"2026-03-02","log_id":"1","ip":"192.0.2.1"}"#,
        ] {
            assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
        }
        let ours = br#"{"_id":"900202603","date":"2026-03-02","type":"s","client_id":"c"}"#;
        assert_eq!(registry.detect(&Form::Array, &[ours]).name(), NAME);
    }
}
