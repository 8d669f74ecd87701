//! OpenAI audit log of an organisation.
//!
//! - **Ask for**: the organisation's audit log of the period (`/v1/organization/audit_logs`); it must have been switched on.
//! - **Reads**: entries as lines, arrays and pages (`data`).
//! - **Recognised by**: `object` of `organization.audit_log`, or an id `audit_log...` with `effective_at` and an actor.
//! - **Filled by**: OpenAI fills the actor: the user of a session, or the key and whose it is.
//! - **Answers**: who changed keys, projects, members and roles, by session or by which key; who signed in.
//! - **Never tells**: what was sent to a model, nor which program used a user's key.
//! - **Documented in**: platform.openai.com, "Audit logs". Sessions, user keys and service account keys were seen in
//!   published records.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Credential, CredentialKind, Event, EventKind, FilledBy, Issued, Outcome, Principal, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &OpenAi;

struct OpenAi;

const NAME: &str = "openai_audit";

impl Source for OpenAi {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "entries of OpenAI's organisation audit log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match json::text(entry, "/type") {
            Some(kind) if is_entry(entry) => Ok(event(entry, kind, hints).into()),
            _ => Err(NotUnderstood::not_this("no type and actor of OpenAI's audit log")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let object = json::text(value, "/object").as_deref() == Some("organization.audit_log");
    let id = json::text(value, "/id").is_some_and(|id| id.starts_with("audit_log"));
    let has = |pointer| json::at(value, pointer).is_some();
    has("/type") && has("/effective_at") && (object || (id && has("/actor")))
}

fn event(entry: &Json, name: String, hints: &Hints) -> Event {
    // The payload has the name of the type, with dots in one version and underscores in another.
    let payload = json::member(entry, &name).or_else(|| json::member(entry, &name.replace('.', "_")));
    let of_payload = |pointer| payload.and_then(|p| json::text(p, pointer));
    let mut event = Event::new(match name.as_str() {
        n if n.starts_with("login.") => EventKind::SignIn,
        n if n.starts_with("logout.") => EventKind::Context,
        "api_key.created" => EventKind::Token,
        _ => EventKind::Call,
    });
    event.time = json::time(entry, "/effective_at");
    event.id = json::text(entry, "/id");
    event.service = Some("openai".into());
    event.resource = of_payload("/id").or_else(|| json::text(entry, "/project/id"));
    event.resource_type = name.rsplit_once('.').map(|(kind, _)| kind.to_string());
    event.source_ip = json::first_text(entry, &["/actor/session/ip_address", "/actor/ip_address"]);
    event.user_agent = json::first_text(entry, &["/actor/session/user_agent", "/actor/user_agent"]);
    event.interactive = event.kind == EventKind::SignIn;
    event.outcome = match name.as_str() {
        "login.failed" => Outcome::Denied,
        n if n.ends_with(".failed") => Outcome::Error,
        // The log has what was done.
        _ => Outcome::Success,
    };
    match actor(entry) {
        Ok((principal, kind)) => event.wire = Some(Wire { principal, kind, by: FilledBy::Platform }),
        Err(why) => event.human_empty = why,
    }
    event.credential =
        json::text(entry, "/actor/api_key/id").map(|id| Credential { kind: CredentialKind::LongLived, id });
    if event.kind == EventKind::Token {
        event.scope = payload.and_then(|p| json::at(p, "/data/scopes")).map(json::words).unwrap_or_default();
        event.issued = of_payload("/id").map(|id| Issued {
            credential: Credential { kind: CredentialKind::LongLived, id },
            principal: event.wire.as_ref().map(|w| w.principal.clone()),
            expires: None,
        });
    }
    event.action = Some(name);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn actor(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let person = |base: &str| {
        let of = |name: &str| json::text(entry, &format!("{base}/{name}"));
        let word = of("email").filter(|e| somebody(e).is_ok()).or_else(|| of("id")).ok_or(WhyEmpty::Absent)?;
        Ok((Principal::new("openai", somebody(&word)?), WireKind::Human))
    };
    let own = |pointers: &[&str]| {
        let id = json::first_text(entry, pointers).ok_or(WhyEmpty::Absent)?;
        Ok((Principal { namespace: "openai".into(), id: somebody(&id)?.into() }, WireKind::Service))
    };
    match json::text(entry, "/actor/type").as_deref() {
        Some("api_key") => match json::text(entry, "/actor/api_key/type").as_deref() {
            Some("service_account") => own(&["/actor/api_key/service_account/id", "/actor/api_key/id"]),
            Some("user") => person("/actor/api_key/user"),
            _ => own(&["/actor/api_key/id"]),
        },
        _ => person("/actor/session/user"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::Time;
    use crate::read::Form;

    fn event(kind: &str, actor: &str, rest: &str) -> Event {
        let text = format!(
            r#"{{"object":"organization.audit_log","id":"audit_log-1","type":"{kind}","effective_at":1772409601,"actor":{actor}{rest}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    const ADA: &str = r#"{"type":"session","session":{"user":{"id":"user-1","email":"Ada@example.org"},"ip_address":"198.51.100.2"}}"#;

    #[test]
    fn sessions_and_keys() {
        let e = event("login.succeeded", ADA, "");
        assert_eq!((e.kind, e.outcome, e.time), (EventKind::SignIn, Outcome::Success, Some(Time(1_772_409_601_000_000))));
        assert_eq!(e.wire.unwrap().principal, Principal::new("email", "ada@example.org"));
        assert_eq!(event("login.failed", ADA, "").outcome, Outcome::Denied);
        let e = event("api_key.created", ADA, r#","api_key.created":{"id":"key-2","data":{"scopes":["all"]}}"#);
        assert_eq!((e.kind, e.issued.unwrap().credential.id.as_str(), e.scope.len()), (EventKind::Token, "key-2", 1));
        let key = r#"{"type":"api_key","api_key":{"type":"user","id":"key-1","user":{"id":"user-1","email":"ada@example.org"}}}"#;
        let e = event("project.archived", key, r#","project_archived":{"id":"proj_1"}"#);
        assert_eq!((e.wire.unwrap().kind, e.credential.unwrap().id.as_str()), (WireKind::Human, "key-1"));
        assert_eq!(e.resource.as_deref(), Some("proj_1"));
    }

    #[test]
    fn a_service_account_is_no_person_and_nobody_is_nobody() {
        let key = r#"{"type":"api_key","api_key":{"type":"service_account","id":"key-3","service_account":{"id":"sa-1"}}}"#;
        let wire = event("scim.disabled", key, "").wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("openai", "sa-1"), WireKind::Service));
        let e = event("scim.disabled", r#"{"type":"session","session":{"user":{"id":"","email":null}}}"#, "");
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
        assert_eq!(event("logout.succeeded", ADA, "").kind, EventKind::Context);
    }

    #[test]
    fn another_audit_log_is_not_openais() {
        let registry = registry(Vec::new());
        let other = br#"{"object":"event","id":"evt_1","type":"x","effective_at":1,"actor":{}}"#;
        assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
    }
}
