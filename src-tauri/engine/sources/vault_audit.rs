//! HashiCorp Vault and OpenBao audit devices.
//!
//! - **Ask for**: the audit log of each Vault node from its file audit device, with the name of the device. The keyed
//!   hashes of tokens and accessors are salted by device: logs of two devices do not join.
//! - **Reads**: Vault 0.11 and later, OpenBao: one JSON object a line, objects one after the other (as `jq` writes them),
//!   and what collectors wrap around them. Every request is logged twice, when it comes and when it is answered: the
//!   answer is the call, the request alone is kept beside it.
//! - **Recognised by**: `type` of `request` or `response`, with `request.operation` and `request.path`; or a `kmip-` type.
//! - **Filled by**: Vault fills `auth`, the policies and their result. The metadata of a token that somebody created by
//!   hand (`token-...`) and of AppRole is the creator's own word and names nobody.
//! - **Answers**: which identity read, changed or minted what, by which token; which token was minted from which; which
//!   policies granted or refused it.
//! - **Never tells**: who held a token that was made by hand, nor who sits behind AppRole or a root token. A dynamic
//!   secret's lease is told, not what was done with it elsewhere.
//! - **Documented in**: developer.hashicorp.com, "Audit log entry schema"; request and response entries were seen in
//!   published logs. KMIP entries, OpenBao and syslog prefixes are second hand; lines with a syslog prefix are not read.

use super::aws_cloudtrail;
use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, FilledBy, Issued, Outcome,
    Principal, Time, TokenFacts, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Vault;

struct Vault;

const NAME: &str = "vault_audit";

impl Source for Vault {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "a type of request or response and a Vault operation and path", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if !is_entry(entry) {
            return Err(NotUnderstood::not_this("no request with an operation and a path of Vault"));
        }
        Ok(event(entry, hints).into())
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    match json::text(value, "/type").as_deref() {
        Some("request" | "response") => has("/time") && has("/request/operation") && has("/request/path"),
        Some(kind) if kind.starts_with("kmip-") => has("/time") && has("/request"),
        _ => false,
    }
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let stage = json::text(entry, "/type").unwrap_or_default();
    let path = json::text(entry, "/request/path");
    let answered = stage.ends_with("response");
    let mut event = Event::new(if answered { EventKind::Call } else { EventKind::Context });
    event.time = json::time(entry, "/time");
    event.id = json::text(entry, "/request/id").filter(|id| somebody(id).is_ok());
    event.stage = Some(stage);
    event.tenant = json::first_text(entry, &["/request/namespace/path", "/request/namespace/id"]);
    event.service = Some("vault".into());
    event.action = json::text(entry, "/request/operation").or_else(|| Some("kmip".into()));
    event.resource = path.clone();
    event.resource_type = json::text(entry, "/request/mount_type");
    event.source_ip = json::text(entry, "/request/remote_address").map(|a| without_port(&a).to_string());
    event.user_agent = header(entry, "user-agent");
    event.outcome = outcome(entry, answered, path.as_deref().unwrap_or_default());
    event.credential = credential(entry);
    wire(entry, &mut event);
    event.decision = decision(entry, &event);
    if answered && event.outcome == Outcome::Success {
        issued(entry, path.as_deref().unwrap_or_default(), &mut event);
    }
    if let Some(role) = json::text(entry, "/auth/metadata/role") {
        event.attributes.push(("role".into(), Attribute::Text(role)));
    }

    let mut search = hints.search(NAME);
    for pointer in ["/auth/metadata", "/request/headers"] {
        for (key, value) in json::members(json::at(entry, pointer)) {
            search.key(key, value, FilledBy::Caller);
        }
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// Headers are logged only where the device is told to, as lists.
fn header(entry: &Json, name: &str) -> Option<String> {
    let found = json::at(entry, &format!("/request/headers/{name}"))?;
    json::items(Some(found)).next().and_then(json::scalar).or_else(|| json::scalar(found))
}

fn without_port(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']')) => {
            host.trim_matches(['[', ']'])
        }
        _ => address,
    }
}

fn is_login(path: &str) -> bool {
    path.starts_with("auth/") && !path.starts_with("auth/token/")
}

fn outcome(entry: &Json, answered: bool, path: &str) -> Outcome {
    let error = json::text(entry, "/error").unwrap_or_default().to_lowercase();
    let refused = ["permission denied", "invalid token", "bad token", "not authorized"].iter().any(|w| error.contains(w));
    let bad_login = is_login(path) && ["invalid", "login failed", "denied", "expired"].iter().any(|w| error.contains(w));
    match error.as_str() {
        _ if refused || bad_login => Outcome::Denied,
        "" if json::flag(entry, "/auth/policy_results/allowed") == Some(false) => Outcome::Denied,
        // A request that was not answered yet has no outcome.
        "" if !answered => Outcome::Unknown,
        "" => Outcome::Success,
        _ => Outcome::Error,
    }
}

fn token(entry: &Json, pointers: &[&str]) -> Option<String> {
    json::first_text(entry, pointers).filter(|id| somebody(id).is_ok())
}

/// The token by its accessor. A login carries none: what its answer names is the token that it hands out.
fn credential(entry: &Json) -> Option<Credential> {
    if let Some(serial) = token(entry, &["/request/client_certificate_serial_number"]) {
        return Some(Credential { kind: CredentialKind::LongLived, id: serial });
    }
    let login = json::at(entry, "/request/client_token").is_none() && json::at(entry, "/response/auth").is_some();
    let id = token(entry, &["/request/client_token_accessor", "/auth/accessor"]).filter(|_| !login)?;
    Some(Credential { kind: CredentialKind::Token, id })
}

fn wire(entry: &Json, event: &mut Event) {
    let auth = ["/auth", "/response/auth"]
        .into_iter()
        .filter_map(|p| json::at(entry, p))
        .find(|a| ["/display_name", "/entity_id", "/accessor"].iter().any(|p| json::at(a, p).is_some()));
    match auth.ok_or(WhyEmpty::Absent).and_then(identity) {
        Ok((principal, kind)) => event.wire = Some(Wire { principal, kind, by: FilledBy::Platform }),
        Err(why) => event.human_empty = why,
    }
}

/// Who a token stands for, by the auth method that vouched for it. Methods are mounted under their own names, which
/// the display name begins with.
fn identity(auth: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let shown = json::text(auth, "/display_name").unwrap_or_default();
    let method = shown.split(['-', '/']).next().unwrap_or_default().to_lowercase();
    let meta = |name: &str| {
        json::text(auth, &format!("/metadata/{name}")).and_then(|t| somebody(&t).ok().map(String::from))
    };
    if shown == "root" {
        return Ok((Principal::new("vault", "root"), WireKind::Shared));
    }
    // Whoever makes a token or a secret id by hand writes its metadata.
    let vouched = !matches!(method.as_str(), "token" | "approle");
    if vouched {
        if let (Some(account), Some(namespace)) =
            (meta("service_account_name"), meta("service_account_namespace").or_else(|| meta("namespace")))
        {
            return Ok((Principal::new("k8s", &format!("system:serviceaccount:{namespace}:{account}")), WireKind::Service));
        }
        if let Some(arn) = meta("canonical_arn").or_else(|| meta("client_arn")) {
            return Ok(aws_cloudtrail::of_arn(&arn));
        }
        if let Some(address) = meta("email").map(|m| Principal::new("vault", &m)).filter(|p| p.namespace == "email") {
            return Ok((address, WireKind::Human));
        }
        if let Some(name) = meta("username") {
            let namespace = if method == "github" { "github" } else { "vault" };
            return Ok((Principal::new(namespace, &name), WireKind::Human));
        }
    }
    let kind = match method.as_str() {
        "approle" | "kubernetes" | "aws" | "gcp" | "azure" | "cert" | "alicloud" | "cf" | "oci" => WireKind::Service,
        _ => WireKind::Unknown,
    };
    let id = json::first_text(auth, &["/entity_id", "/display_name"]).ok_or(WhyEmpty::Absent)?;
    Ok((Principal { namespace: "vault".into(), id: somebody(&id)?.into() }, kind))
}

fn decision(entry: &Json, event: &Event) -> Option<Decision> {
    let effect = match json::flag(entry, "/auth/policy_results/allowed") {
        _ if event.outcome == Outcome::Denied => DecisionEffect::Deny,
        Some(true) => DecisionEffect::Allow,
        Some(false) => DecisionEffect::Deny,
        None => return None,
    };
    let mut policies: Vec<String> = json::items(json::at(entry, "/auth/policy_results/granting_policies"))
        .filter_map(|p| json::text(p, "/name"))
        .collect();
    policies.dedup();
    let evaluated = event.wire.iter().map(|w| w.principal.clone()).collect();
    Some(Decision { effect: Some(effect), evaluated, policy: (!policies.is_empty()).then(|| policies.join(", ")) })
}

/// Tokens and leases that an answer hands out. A renewal hands out nothing new.
fn issued(entry: &Json, path: &str, event: &mut Event) {
    let renewal = path.contains("/renew");
    if let Some(auth) = json::at(entry, "/response/auth").filter(|_| !renewal) {
        let principal = identity(auth).ok().map(|(p, _)| p);
        let issued_at = json::time(auth, "/token_issue_time").or(event.time);
        let expires = lasts(issued_at, json::text(auth, "/token_ttl"));
        event.kind = EventKind::Token;
        event.issued = token(auth, &["/accessor"]).map(|id| Issued {
            credential: Credential { kind: CredentialKind::Token, id },
            principal: principal.clone(),
            expires,
        });
        // A person's own sign-in is no delegation: only a token made from another one is told as a token.
        if let Some(parent) = event.credential.as_ref().map(|c| c.id.clone()) {
            let policies = ["/token_policies", "/policies"].iter().find_map(|p| json::at(auth, p));
            event.token = Some(TokenFacts {
                subject: principal,
                scope: policies.map(json::words).unwrap_or_default(),
                issued_at,
                expires,
                parent: Some(parent),
                ..TokenFacts::default()
            });
        }
    } else if let Some(id) = token(entry, &["/response/wrap_info/accessor"]) {
        // An answer handed over sealed: whoever has this token may open it once.
        let credential = Credential { kind: CredentialKind::Token, id };
        let expires = lasts(event.time, json::text(entry, "/response/wrap_info/ttl"));
        event.kind = EventKind::Token;
        event.issued = Some(Issued { credential, principal: None, expires });
    } else if let Some(id) = token(entry, &["/response/secret/lease_id"]).filter(|_| !renewal) {
        let credential = Credential { kind: CredentialKind::SessionKey, id };
        let expires = lasts(event.time, json::text(entry, "/response/secret/lease_duration"));
        event.kind = EventKind::Token;
        event.issued = Some(Issued { credential, principal: None, expires });
    }
}

fn lasts(from: Option<Time>, seconds: Option<String>) -> Option<Time> {
    let seconds: i64 = seconds?.parse().ok().filter(|s| *s > 0)?;
    Some(Time(from?.0.checked_add(seconds.checked_mul(1_000_000)?)?))
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

    fn entry(kind: &str, path: &str, auth: &str, rest: &str) -> Event {
        event(&format!(
            r#"{{"time":"2026-03-02T10:00:00.5Z","type":"{kind}","auth":{auth},"request":{{"id":"r1","operation":"read","mount_type":"kv","client_token":"hmac-sha256:t","client_token_accessor":"hmac-sha256:a","namespace":{{"id":"root"}},"path":"{path}","remote_address":"198.51.100.7"}}{rest}}}"#
        ))
    }

    const ADA: &str = r#"{"accessor":"hmac-sha256:a","display_name":"oidc-117","entity_id":"e-1","metadata":{"email":"Ada@example.org","role":"dev"},"policy_results":{"allowed":true,"granting_policies":[{"type":""},{"name":"kv-read","type":"acl"}]}}"#;

    #[test]
    fn a_request_and_its_answer_are_one_call() {
        let asked = entry("request", "secret/data/s3", ADA, "");
        let answered = entry("response", "secret/data/s3", ADA, r#","response":{"data":{}}"#);
        assert_eq!((asked.kind, asked.outcome, asked.stage.as_deref()), (EventKind::Context, Outcome::Unknown, Some("request")));
        assert_eq!((answered.kind, answered.outcome), (EventKind::Call, Outcome::Success));
        assert_eq!((asked.id, answered.id.as_deref()), (Some("r1".into()), Some("r1")));
        let wire = answered.wire.unwrap();
        assert_eq!((wire.principal.clone(), wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        let decision = answered.decision.unwrap();
        assert_eq!((decision.effect, decision.policy.as_deref()), (Some(DecisionEffect::Allow), Some("kv-read")));
        assert_eq!(decision.evaluated, [wire.principal]);
        assert_eq!(answered.credential.unwrap().id, "hmac-sha256:a");
        assert_eq!(answered.resource.as_deref(), Some("secret/data/s3"));
    }

    #[test]
    fn a_login_hands_out_a_token_and_a_token_may_hand_out_another() {
        let login = event(
            r#"{"time":"2026-03-02T10:00:00Z","type":"response","auth":{"accessor":"new","display_name":"userpass-ada","metadata":{"username":"ada"}},"request":{"id":"r2","operation":"update","path":"auth/userpass/login/ada"},"response":{"auth":{"accessor":"new","display_name":"userpass-ada","metadata":{"username":"ada"},"token_ttl":3600}}}"#,
        );
        assert_eq!((login.kind, login.credential), (EventKind::Token, None));
        let issued = login.issued.unwrap();
        assert_eq!((issued.credential.id.as_str(), issued.principal), ("new", Some(Principal::new("vault", "ada"))));
        assert_eq!(issued.expires, Time::parse("2026-03-02T11:00:00Z"));
        let child = entry("response", "auth/token/create", ADA, r#","response":{"auth":{"accessor":"child","display_name":"token-ci","metadata":{"email":"boss@example.org"}}}"#);
        assert_eq!(child.token.as_ref().unwrap().parent.as_deref(), Some("hmac-sha256:a"));
        // The maker of the token wrote that address.
        assert_eq!(child.issued.unwrap().principal, Some(Principal::new("vault", "token-ci")));
        let renewed = entry("response", "auth/token/renew-self", ADA, r#","response":{"auth":{"accessor":"hmac-sha256:a"}}"#);
        assert_eq!((renewed.kind, renewed.issued), (EventKind::Call, None));
        let lease = entry("response", "database/creds/ro", ADA, r#","response":{"secret":{"lease_id":"database/creds/ro/x1"}}"#);
        assert_eq!(lease.issued.unwrap().credential.id, "database/creds/ro/x1");
        let sealed =
            entry("response", "secret/data/x", ADA, r#","response":{"wrap_info":{"accessor":"w1","ttl":60}}"#);
        assert_eq!(sealed.issued.unwrap().credential.id, "w1");
    }

    #[test]
    fn machines_shared_tokens_and_the_words_of_others() {
        let of = |auth: &str| entry("response", "secret/data/x", auth, "").wire.unwrap();
        let wire = of(r#"{"accessor":"a","display_name":"kubernetes-shop-agent","metadata":{"service_account_name":"agent","service_account_namespace":"shop"}}"#);
        assert_eq!((wire.principal, wire.kind), (Principal::new("k8s", "system:serviceaccount:shop:agent"), WireKind::Service));
        let wire = of(r#"{"accessor":"a","display_name":"approle","entity_id":"e9","metadata":{"role_name":"ci","username":"ada"}}"#);
        assert_eq!((wire.principal, wire.kind), (Principal::new("vault", "e9"), WireKind::Service));
        let wire = of(r#"{"accessor":"a","display_name":"token-runner","metadata":{"email":"ada@example.org"}}"#);
        assert_eq!((wire.principal, wire.kind), (Principal::new("vault", "token-runner"), WireKind::Unknown));
        assert_eq!(of(r#"{"accessor":"a","display_name":"root"}"#).kind, WireKind::Shared);
        let masked = entry("response", "secret/data/x", r#"{"accessor":"****","display_name":"****"}"#, "");
        assert_eq!((masked.wire, masked.human_empty), (None, WhyEmpty::Redacted));
    }

    #[test]
    fn refusals_and_logins_without_anybody() {
        let denied = entry("response", "pki/issue/x", r#"{"token_type":"default"}"#, r#","error":"1 error occurred:\n\t* permission denied""#);
        assert_eq!((denied.outcome, denied.wire), (Outcome::Denied, None));
        assert_eq!(denied.decision.unwrap().effect, Some(DecisionEffect::Deny));
        let failed = entry("response", "secret/data/x", ADA, r#","error":"internal error""#);
        assert_eq!((failed.outcome, failed.issued), (Outcome::Error, None));
        let kmip = event(r#"{"type":"kmip-response","time":"2026-05-20T13:49:00Z","request":{"client_certificate_serial_number":"7931","remote_address":"192.0.2.10:36776"}}"#);
        assert_eq!((kmip.kind, kmip.source_ip.as_deref()), (EventKind::Call, Some("192.0.2.10")));
        assert_eq!(kmip.credential.unwrap().id, "7931");
    }

    #[test]
    fn another_log_of_requests_is_not_vaults() {
        let registry = registry(Vec::new());
        let ours = br#"{"time":"2026-03-02T10:00:00Z","type":"request","auth":{},"request":{"operation":"read","path":"x"}}"#;
        assert_eq!(registry.detect(&Form::Objects, &[ours]).name(), NAME);
        let other = br#"{"time":"2026-03-02T10:00:00Z","type":"request","request":{"method":"GET","path":"/x"}}"#;
        assert_eq!(registry.detect(&Form::Objects, &[other]).name(), "unknown");
    }
}
