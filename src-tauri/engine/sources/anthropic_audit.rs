//! Anthropic Compliance API: the activity feed of an organisation.
//!
//! - **Ask for**: all activities of the period from the Compliance API (`/v1/compliance/activities`).
//! - **Reads**: activities as lines, arrays, pages (`data`) and tables with the actor in a cell.
//! - **Recognised by**: an id `activity_...`, or an actor whose type ends in `_actor`, with a type and a time.
//! - **Filled by**: Anthropic fills the actor. The address of somebody who is not signed in is what they typed: it names
//!   nobody. A user's activity from the address 0.0.0.0 is Anthropic's own hand on that user's things and names nobody.
//! - **Answers**: who changed settings, keys, members and connectors; who opened, shared or deleted chats, projects and
//!   files; which key called the Compliance API.
//! - **Never tells**: what was asked or answered in a chat, nor who holds an API key. `..._viewed` says that an
//!   application loaded something, not that a person looked at it.
//! - **Documented in**: platform.claude.com, "Activity Feed" and the Compliance API reference. User and unauthenticated
//!   actors and API keys were seen in published records; the other actors are from the documentation alone.

use super::aws_cloudtrail;
use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy, Issued,
    Outcome, Principal, Role, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Anthropic;

struct Anthropic;

const NAME: &str = "anthropic_audit";

impl Source for Anthropic {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "an actor and an activity of Anthropic's Compliance API", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match json::text(entry, "/type") {
            Some(kind) if is_entry(entry) => Ok(event(entry, kind, hints).into()),
            _ => Err(NotUnderstood::not_this("no type and actor of an Anthropic activity")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let actor = json::text(value, "/actor/type").is_some_and(|t| t.ends_with("_actor"));
    let id = json::text(value, "/id").is_some_and(|id| id.starts_with("activity_"));
    json::at(value, "/type").is_some()
        && ((actor && (id || json::at(value, "/created_at").is_some())) || (id && json::at(value, "/actor").is_some()))
}

fn event(entry: &Json, name: String, hints: &Hints) -> Event {
    let mut event = Event::new(kind_of(&name));
    event.time = json::time(entry, "/created_at");
    event.id = json::text(entry, "/id");
    event.tenant = json::first_text(entry, &["/organization_id", "/organization_uuid"]);
    event.service = Some("anthropic".into());
    event.source_ip = json::text(entry, "/actor/ip_address").filter(|ip| somebody(ip).is_ok());
    event.user_agent = json::text(entry, "/actor/user_agent");
    event.interactive = event.kind == EventKind::SignIn;
    event.outcome = match name.as_str() {
        n if n.ends_with("_failed") && (event.kind == EventKind::SignIn || n.contains("access")) => Outcome::Denied,
        n if n.ends_with("_denied") => Outcome::Denied,
        n if n.ends_with("_failed") => Outcome::Error,
        n if n.ends_with("_initiated") => Outcome::Unknown,
        // The feed has what happened.
        _ => Outcome::Success,
    };
    (event.resource, event.resource_type) = resource(entry);
    match actor(entry) {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
    if let Some(typed) = json::text(entry, "/actor/unauthenticated_email_address").filter(|t| somebody(t).is_ok()) {
        event.claims.push(Claim {
            role: Role::Human,
            principal: Principal::new("anthropic", &typed),
            evidence: EvidenceKind::K11,
            by: FilledBy::Caller,
            field: "/actor/unauthenticated_email_address".into(),
        });
    }
    event.credential = json::first_text(entry, &["/actor/api_key_id", "/actor/admin_api_key_id"])
        .map(|id| Credential { kind: CredentialKind::LongLived, id });
    event.conversation = json::first_text(entry, &["/claude_chat_id", "/session_id"]);
    event.decision = json::text(entry, "/decision").and_then(|d| {
        let effect = match d.to_lowercase().as_str() {
            "allow" | "allowed" | "approved" => DecisionEffect::Allow,
            "deny" | "denied" | "rejected" => DecisionEffect::Deny,
            _ => return None,
        };
        Some(Decision { effect: Some(effect), evaluated: Vec::new(), policy: None })
    });
    if event.kind == EventKind::Token {
        let id = json::first_text(entry, &KEYS);
        event.issued = id.map(|id| Issued {
            credential: Credential { kind: CredentialKind::LongLived, id },
            principal: event.wire.as_ref().map(|w| w.principal.clone()),
            expires: json::time(entry, "/expires_at"),
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

const KEYS: [&str; 5] = ["/api_key_id", "/admin_api_key_id", "/service_key_id", "/compliance_access_key_id", "/key_id"];

fn kind_of(name: &str) -> EventKind {
    match name {
        n if n.contains("_login_") || n.starts_with("login_") || n.ends_with("_logged_in") => EventKind::SignIn,
        n if n.ends_with("key_created") => EventKind::Token,
        _ => EventKind::Call,
    }
}

/// What was acted on: the thing that the activity is about has an id of its own kind.
fn resource(entry: &Json) -> (Option<String>, Option<String>) {
    const OTHERS: [&str; 7] =
        ["id", "organization_id", "session_id", "request_id", "workspace_id", "service_account_id", "api_key_id"];
    if let Some(tool) = json::text(entry, "/tool_name") {
        return (Some(tool), Some("tool".into()));
    }
    let named = json::members(Some(entry))
        .filter(|(key, value)| key.ends_with("_id") && !OTHERS.contains(key) && json::scalar(value).is_some())
        .chain(json::members(Some(entry)).filter(|(key, _)| matches!(*key, "api_key_id" | "service_account_id" | "workspace_id")))
        .find_map(|(key, value)| Some((json::scalar(value)?, key.trim_end_matches("_id").to_string())));
    named.map_or((None, None), |(id, kind)| (Some(id), Some(kind)))
}

fn actor(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let of = |name: &str| json::text(entry, &format!("/actor/{name}"));
    let own = |name: &str, kind: WireKind| {
        let id = of(name).ok_or(WhyEmpty::Absent)?;
        Ok((Principal { namespace: "anthropic".into(), id: somebody(&id)?.into() }, kind))
    };
    match of("type").unwrap_or_default().as_str() {
        // Anthropic's own processes stand under the user whose things they touch.
        "user_actor" if of("ip_address").as_deref() == Some("0.0.0.0") => Err(WhyEmpty::Absent),
        "user_actor" => {
            let address = of("email_address").map(|a| Principal::new("anthropic", &a)).filter(|p| p.namespace == "email");
            address.map_or_else(|| own("user_id", WireKind::Human), |a| Ok((a, WireKind::Human)))
        }
        "api_actor" => own("api_key_id", WireKind::Service),
        "admin_api_key_actor" => own("admin_api_key_id", WireKind::Service),
        "service_account_actor" => own("service_account_id", WireKind::Service),
        "scim_directory_sync_actor" => own("directory_id", WireKind::Service),
        "attested_device_actor" => own("external_client_id", WireKind::Unknown),
        "anthropic_actor" => Ok((Principal::new("anthropic", "anthropic"), WireKind::System)),
        "system_actor" => {
            let service = of("service").unwrap_or_else(|| "system".into());
            Ok((Principal::new("anthropic", &service), WireKind::System))
        }
        "federated_actor" | "federated_identity_actor" => federated(entry),
        "unauthenticated_user_actor" => Err(WhyEmpty::Absent),
        _ => own("user_id", WireKind::Unknown).or_else(|_| own("id", WireKind::Unknown)),
    }
}

/// A workload of another platform.
fn federated(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    if let Some(arn) = json::text(entry, "/actor/provider/signed_principal") {
        return Ok(aws_cloudtrail::of_arn(somebody(&arn)?));
    }
    let subject = json::text(entry, "/actor/subject").ok_or(WhyEmpty::Absent)?;
    let principal = Principal::from_word(somebody(&subject)?).ok_or(WhyEmpty::Absent)?;
    let workload = json::text(entry, "/actor/type").as_deref() == Some("federated_identity_actor");
    Ok((principal, if workload { WireKind::Service } else { WireKind::Unknown }))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(kind: &str, actor: &str, rest: &str) -> Event {
        let text = format!(
            r#"{{"id":"activity_01","created_at":"2026-03-02T10:00:00Z","organization_id":"org_01","type":"{kind}","actor":{actor}{rest}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    const ADA: &str = r#"{"type":"user_actor","email_address":"Ada@example.org","user_id":"user_01","ip_address":"198.51.100.2","user_agent":"Mozilla/5.0"}"#;

    #[test]
    fn a_user_is_the_address() {
        let e = event("claude_chat_created", ADA, r#","claude_chat_id":"claude_chat_01""#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        assert_eq!((e.kind, e.resource.as_deref()), (EventKind::Call, Some("claude_chat_01")));
        let e = event("claude_chat_access_failed", ADA, "");
        assert_eq!(e.outcome, Outcome::Denied);
        let e = event("admin_api_key_created", ADA, r#","admin_api_key_id":"apikey_9""#);
        assert_eq!((e.kind, e.issued.unwrap().credential.id.as_str()), (EventKind::Token, "apikey_9"));
    }

    #[test]
    fn what_anthropic_does_to_a_users_things_is_not_the_users_doing() {
        let e = event("platform_memory_created", &ADA.replace("198.51.100.2", "0.0.0.0"), "");
        assert_eq!((e.wire, e.claims.len()), (None, 0));
        assert_eq!(event("x", r#"{"type":"anthropic_actor","email_address":null}"#, "").wire.unwrap().kind, WireKind::System);
        assert_eq!(event("x", r#"{"type":"system_actor","service":null}"#, "").wire.unwrap().kind, WireKind::System);
    }

    #[test]
    fn keys_syncs_and_workloads_are_services() {
        for (actor, id) in [
            (r#"{"type":"api_actor","api_key_id":"apikey_1"}"#, "apikey_1"),
            (r#"{"type":"admin_api_key_actor","admin_api_key_id":"apikey_2"}"#, "apikey_2"),
            (r#"{"type":"service_account_actor","service_account_id":"svc_1"}"#, "svc_1"),
            (r#"{"type":"scim_directory_sync_actor","directory_id":"directory_1"}"#, "directory_1"),
            (r#"{"type":"federated_identity_actor","issuer":"https://i","subject":"repo:o/r"}"#, "repo:o/r"),
            (r#"{"type":"federated_actor","provider":{"type":"aws","signed_principal":"arn:aws:sts::123456789012:assumed-role/Agent/s"}}"#, "123456789012/Agent"),
        ] {
            let wire = event("compliance_api_accessed", actor, "").wire.unwrap();
            assert_eq!((wire.principal.id.as_str(), wire.kind), (id, WireKind::Service), "{actor}");
        }
        let e = event("compliance_api_accessed", r#"{"type":"api_actor","api_key_id":"apikey_1"}"#, "");
        assert_eq!(e.credential.unwrap().kind, CredentialKind::LongLived);
    }

    #[test]
    fn nobody_is_signed_in_yet() {
        let e = event("sso_login_failed", r#"{"type":"unauthenticated_user_actor","unauthenticated_email_address":"boss@example.org","ip_address":"192.0.2.1"}"#, "");
        assert_eq!((e.kind, e.wire, e.outcome), (EventKind::SignIn, None, Outcome::Denied));
        assert_eq!((e.claims[0].evidence, e.claims[0].by), (EvidenceKind::K11, FilledBy::Caller));
        let e = event("x", r#"{"type":"user_actor","email_address":"","user_id":"unknown"}"#, "");
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    }

    #[test]
    fn another_feed_of_activities_is_not_anthropics() {
        let registry = registry(Vec::new());
        let other = br#"{"id":"a1","created_at":"2026-03-02T10:00:00Z","type":"x","actor":{"type":"User"}}"#;
        assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
    }
}
