//! Slack audit logs.
//!
//! - **Ask for**: the audit logs of the period through the Audit Logs API (`/audit/v1/logs`), all actions; an Enterprise plan is needed. It
//!   holds no messages.
//! - **Reads**: the API's answers (`entries`), arrays and lines of entries, also with times as text.
//! - **Recognised by**: `action`, an `actor` with its `type`, an `entity` or a `context` with `location`.
//! - **Filled by**: the platform; the user agent is the client's own word.
//! - **Answers**: whose account changed or took what, from which session; which app acted with whose authorisation, where `context.app`
//!   is there; which apps were installed with which scopes.
//! - **Never tells**: what was said; which token an app used; who acted where one user was invited or removed by another: the
//!   actor is then the user it was done to, so neither is named. What Slack detected (`anomaly`) is no act of the user.
//! - **Documented in**: docs.slack.dev, "Audit Logs API" and its "methods & actions". `context.app` was seen in one real record and its
//!   meaning is not documented; actors that are no users were not seen.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::is_email;
use crate::model::{
    Claim, Credential, CredentialKind, Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Slack;

struct Slack;

const NAME: &str = "slack_audit";

impl Source for Slack {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(94, "an action, an actor with its type, and the entity or workspace of Slack's audit logs", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match json::text(entry, "/action") {
            Some(action) if is_entry(entry) => Ok(event(entry, action, hints).into()),
            _ => Err(NotUnderstood::not_this("no action, actor and entity of Slack's audit logs")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let Some(kind) = json::text(value, "/actor/type") else { return false };
    let named = json::members(json::at(value, "/actor")).any(|(key, v)| key == kind && json::members(Some(v)).next().is_some());
    let placed = json::at(value, "/context/location").is_some() || json::at(value, "/context/ua").is_some();
    let entity = json::text(value, "/entity/type").is_some();
    json::text(value, "/action").is_some() && named && (placed || entity && json::at(value, "/date_create").is_some())
}

fn event(entry: &Json, action: String, hints: &Hints) -> Event {
    let mut event = Event::new(kind_of(&action));
    event.time = json::time(entry, "/date_create");
    event.id = json::text(entry, "/id");
    event.tenant = json::text(entry, "/context/location/id");
    event.service = Some("slack".into());
    event.resource_type = json::text(entry, "/entity/type");
    event.resource = event.resource_type.as_ref().and_then(|kind| {
        json::first_text(entry, &[&format!("/entity/{kind}/id"), &format!("/entity/{kind}/name")])
    });
    event.source_ip = json::text(entry, "/context/ip_address");
    event.user_agent = json::text(entry, "/context/ua");
    event.interactive = action == "user_login";
    event.credential = json::text(entry, "/context/session_id")
        .filter(|id| somebody(id).is_ok() && id != "0")
        .map(|id| Credential { kind: CredentialKind::Session, id });
    event.outcome = match action.as_str() {
        a if a.ends_with("_failed") && event.kind == EventKind::SignIn => Outcome::Denied,
        a if a.ends_with("_failed") => Outcome::Error,
        // The log is of what happened: each action is named for the thing done.
        _ if event.kind != EventKind::Context => Outcome::Success,
        _ => Outcome::Unknown,
    };
    event.action = Some(action);
    actors(entry, &mut event);

    let mut search = hints.search(NAME);
    for (key, value) in json::members(json::at(entry, "/details")) {
        search.key(key, value, FilledBy::Caller);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn kind_of(action: &str) -> EventKind {
    match action {
        "user_login" | "user_login_failed" => EventKind::SignIn,
        "anomaly" | "file_malicious_content_detected" => EventKind::Context,
        _ => EventKind::Call,
    }
}

fn actors(entry: &Json, event: &mut Event) {
    let kind = json::text(entry, "/actor/type").unwrap_or_default();
    let (actor, wire_kind) = match principal(json::at(entry, &format!("/actor/{kind}")), &kind) {
        Ok(found) => found,
        Err(why) => {
            event.human_empty = why;
            return;
        }
    };
    if kind == "user"
        && actor.namespace == "email"
        && let Some(id) = json::text(entry, "/actor/user/id").filter(|id| somebody(id).is_ok())
    {
        event.same.push((Principal { namespace: "slack".into(), id }, actor.clone()));
    }
    // Invited or removed by somebody else: the actor is whom it was done to.
    let doer = ["/details/inviter", "/details/kicker"].iter().find_map(|p| {
        let (doer, _) = principal(json::at(entry, &format!("{p}/user")), "user").ok()?;
        (doer != actor).then_some((doer, *p))
    });
    let app = json::text(entry, "/context/app/id").filter(|id| somebody(id).is_ok());
    let mut claim = |role, principal: &Principal, evidence, field: &str| {
        let by = FilledBy::Platform;
        event.claims.push(Claim { role, principal: principal.clone(), evidence, by, field: field.into() });
    };
    let (principal, wire_kind) = match (wire_kind, doer, app) {
        (WireKind::Human, Some((doer, field)), _) => {
            claim(Role::Human, &doer, EvidenceKind::K11, field);
            (actor, WireKind::Unknown)
        }
        (WireKind::Human, None, Some(app)) => {
            let app = Principal { namespace: "slack".into(), id: app };
            claim(Role::Human, &actor, EvidenceKind::K3, "/actor/user");
            claim(Role::Agent, &app, EvidenceKind::K3, "/context/app/id");
            (app, WireKind::Delegated)
        }
        _ => (actor, wire_kind),
    };
    if wire_kind == WireKind::System {
        event.human_empty = WhyEmpty::NotSupported;
    }
    event.wire = Some(Wire { principal, kind: wire_kind, by: FilledBy::Platform });
}

/// A user by address, else by Slack's id; anything else by its id.
fn principal(found: Option<&Json>, kind: &str) -> Result<(Principal, WireKind), WhyEmpty> {
    let found = found.ok_or(WhyEmpty::Absent)?;
    let id = json::text(found, "/id").unwrap_or_default();
    let own = |id: &str| Principal { namespace: "slack".into(), id: id.into() };
    if id == "USLACKBOT" || matches!(kind, "slack" | "system") {
        return Ok((own(somebody(&id)?), WireKind::System));
    }
    if kind != "user" {
        return Ok((own(somebody(&id)?), WireKind::Service));
    }
    let address = json::text(found, "/email").unwrap_or_default();
    match somebody(&address) {
        Ok(address) if is_email(address) => Ok((Principal::new("slack", address), WireKind::Human)),
        Err(WhyEmpty::Redacted) => Err(WhyEmpty::Redacted),
        // Ids of bots begin with a B.
        _ if id.starts_with('B') => Ok((own(somebody(&id)?), WireKind::Service)),
        _ => Ok((own(somebody(&id)?), WireKind::Human)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{LossCode, Time};
    use crate::read::Form;

    const ADA: &str = r#""actor":{"type":"user","user":{"id":"U1","email":"Ada@Example.org","name":"Ada"}}"#;

    fn of(text: &str) -> Event {
        let form = Form::Wrapped { key: "entries".into() };
        assert_eq!(registry(Vec::new()).detect(&form, &[text.as_bytes()]).name(), NAME, "{text}");
        match understand_chunk(SOURCE, &form, text.as_bytes(), &Hints::default()).remove(0).2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn entry(action: &str, actor: &str, context: &str, details: &str) -> Event {
        of(&format!(
            r#"{{"id":"e1","date_create":1772445600,"action":"{action}",{actor},"entity":{{"type":"file","file":{{"id":"F1"}}}},"context":{{"location":{{"type":"workspace","id":"T1"}},"ua":"x","ip_address":"198.51.100.3","session_id":57{context}}},"details":{details}}}"#
        ))
    }

    fn wire(event: &Event) -> (String, WireKind) {
        let wire = event.wire.clone().expect("a wire principal");
        (wire.principal.id, wire.kind)
    }

    #[test]
    fn a_person_in_a_session() {
        let e = entry("file_downloaded", ADA, "", "null");
        assert_eq!(wire(&e), ("ada@example.org".into(), WireKind::Human));
        assert_eq!((e.resource.as_deref(), e.tenant.as_deref(), e.id.as_deref()), (Some("F1"), Some("T1"), Some("e1")));
        assert_eq!((e.time, e.outcome), (Time::from_seconds(1_772_445_600), Outcome::Success));
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Session, id: "57".into() }));
        let e = entry("user_login_failed", ADA, "", "null");
        assert_eq!((e.kind, e.outcome), (EventKind::SignIn, Outcome::Denied));
        assert_eq!(entry("anomaly", ADA, "", "{}").kind, EventKind::Context);
    }

    #[test]
    fn an_app_with_a_persons_authorisation_is_delegated() {
        let e = entry("user_profile_updated", ADA, r#","app":{"id":"A1","name":"Sync"}"#, "null");
        assert_eq!(wire(&e), ("A1".into(), WireKind::Delegated));
        assert_eq!(e.claims.iter().map(|c| (c.role, c.principal.id.as_str(), c.evidence)).collect::<Vec<_>>(), [
            (Role::Human, "ada@example.org", EvidenceKind::K3),
            (Role::Agent, "A1", EvidenceKind::K3)
        ]);
    }

    #[test]
    fn whom_it_was_done_to_did_not_do_it() {
        let by = r#"{"type":"KICKED","kicker":{"type":"user","user":{"id":"U2","email":"bob@example.org"}}}"#;
        let e = entry("user_removed_from_usergroup", ADA, "", by);
        assert_eq!(wire(&e), ("ada@example.org".into(), WireKind::Unknown));
        assert_eq!((e.claims.len(), e.claims[0].evidence), (1, EvidenceKind::K11));
        let own = r#"{"inviter":{"type":"user","user":{"id":"U1","email":"ada@example.org"}}}"#;
        assert_eq!(wire(&entry("user_added_to_usergroup", ADA, "", own)).1, WireKind::Human);
    }

    #[test]
    fn bots_slack_and_nobody() {
        let kind = |actor: &str| wire(&entry("x", actor, "", "null"));
        assert_eq!(kind(r#""actor":{"type":"user","user":{"id":"U9"}}"#), ("U9".into(), WireKind::Human));
        assert_eq!(kind(r#""actor":{"type":"user","user":{"id":"B9","email":null}}"#).1, WireKind::Service);
        assert_eq!(kind(r#""actor":{"type":"user","user":{"id":"USLACKBOT"}}"#).1, WireKind::System);
        assert_eq!(kind(r#""actor":{"type":"app","app":{"id":"A9"}}"#), ("A9".into(), WireKind::Service));
        let e = entry("x", r#""actor":{"type":"user","user":{"id":"unknown","email":"[redacted]"}}"#, "", "null");
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Redacted));
    }

    #[test]
    fn a_look_alike_is_not_the_log() {
        for other in [
            r#"{"action":"x","actor":{"type":"user","id":"1"},"context":{"location":"y"}}"#,
            r#"{"action":"x","actor":"ada","context":{"location":{}}}"#,
        ] {
            assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other.as_bytes()]).name(), NAME, "{other}");
            let lost = understand_chunk(SOURCE, &Form::Lines, other.as_bytes(), &Hints::none()).remove(0).2.unwrap_err();
            assert_eq!(lost.code, LossCode::NotThisFormat);
        }
    }
}
