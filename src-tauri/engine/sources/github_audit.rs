//! GitHub audit log.
//!
//! - **Ask for**: the audit log of the organisation or enterprise, Git events included: an export, the REST API's
//!   answer, or a stream.
//! - **Reads**: JSON array or lines of the export, the REST API and streaming.
//! - **Recognised by**: a dotted `action`, an `actor`, and one of `_document_id`, `org`, `business`, `repo`,
//!   `@timestamp`, `created_at`.
//! - **Filled by**: `actor`, and for events of GitHub's agents `user`, the person who started the agent: `platform`,
//!   by GitHub. On every other event `user` is whom the action was done to, and names no actor. A `triggering_actor`
//!   who is another than `actor` asked for a run of a workflow again, which has the rights of `actor`. The user agent:
//!   `caller`.
//! - **Answers**: who acted; for events of GitHub's agents, the person who started the agent.
//! - **Never tells**: who sits behind a personal access token, nor which agent ran under it.
//! - **Documented in**: docs.github.com, "Audit log events for your organization" and "Audit log events for agents".

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Claim, Credential, CredentialKind, Decision, Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role, WhyEmpty,
    Wire, WireKind,
};

pub const SOURCE: &dyn Source = &GitHub;

struct GitHub;

const NAME: &str = "github_audit";

/// Collectors that cannot write `@` spell it.
const TIMES: [&str; 3] = ["/@timestamp", "/at_sign_timestamp", "/created_at"];

impl Source for GitHub {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let strict = |v: &Json| {
            is_entry(v) && (json::at(v, "/_document_id").is_some() || TIMES.iter().any(|p| json::at(v, p).is_some()))
        };
        sample
            .recognise(92, "a dotted action, an actor and the time or document id of the GitHub audit log", strict)
            .or_else(|| {
                sample.recognise(70, "an action, an actor and an organisation or repository of GitHub", is_entry)
            })
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if json::at(entry, "/X-GitHub-Event").is_some() || json::at(entry, "/sender/login").is_some() {
            return Err(NotUnderstood::not_this("a webhook delivery, not an entry of the audit log"));
        }
        match json::text(entry, "/action") {
            Some(action) => Ok(event(entry, action, hints).into()),
            None => Err(NotUnderstood::not_this("no action")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let action = json::text(value, "/action").is_some_and(|a| !a.contains([' ', '/', ':']));
    action
        && (has("/actor") || has("/actor_id"))
        // An object is another vendor's actor.
        && json::members(json::at(value, "/actor")).next().is_none()
        && (has("/_document_id") || has("/org") || has("/business") || has("/repo") || has("/repository"))
}

fn event(entry: &Json, action: String, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.time = TIMES.into_iter().find_map(|p| json::time(entry, p));
    event.id = json::text(entry, "/_document_id");
    event.tenant = json::first_text(entry, &["/org", "/business", "/org/0"]);
    event.service = Some("github".into());
    event.action = Some(action);
    event.resource = json::first_text(entry, &["/repo", "/repository", "/team", "/org", "/business"]);
    event.source_ip = json::text(entry, "/actor_ip");
    event.user_agent = json::text(entry, "/user_agent");
    event.outcome = match json::text(entry, "/status_code").and_then(|c| c.parse::<u16>().ok()) {
        Some(401 | 403) => Outcome::Denied,
        Some(400..) => Outcome::Error,
        // The log has what was done: an entry without a status is a thing done.
        _ => Outcome::Success,
    };
    let access = json::text(entry, "/programmatic_access_type").unwrap_or_default().to_lowercase();
    event.credential = credential(entry, &access);
    event.scope = json::text(entry, "/token_scopes")
        .map(|s| s.split([',', ' ']).filter(|w| !w.is_empty()).map(String::from).collect())
        .unwrap_or_default();
    actors(entry, &access, &mut event);

    let mut search = hints.search(NAME);
    for (key, value) in json::members(Some(entry)) {
        // GitHub writes the session of its own agents; it does not write run ids of others.
        search.key(key, value, FilledBy::Platform);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn actors(entry: &Json, access: &str, event: &mut Event) {
    let login = json::text(entry, "/actor").unwrap_or_default();
    let actor = match somebody(&login) {
        Ok(login) => Principal::new("github", login),
        Err(why) => {
            event.human_empty = why;
            return;
        }
    };
    let is_agent = json::flag(entry, "/actor_is_agent") == Some(true);
    let is_bot = json::flag(entry, "/actor_is_bot") == Some(true) || login.ends_with("[bot]");
    let kind = if is_agent {
        WireKind::Agent
    } else if is_bot || access.contains("server-to-server") || access == "github_app" {
        WireKind::Service
    } else if access.contains("user-to-server") {
        WireKind::Delegated
    } else if access.contains("deploy") {
        // A deploy key stands under the login of whoever added it: nobody in particular uses it.
        WireKind::Unknown
    } else {
        WireKind::Human
    };
    // A workflow that is run again has the rights of whoever ran it first, and was asked for by another.
    let again = json::text(entry, "/triggering_actor").and_then(|t| somebody(&t).ok().map(String::from));
    if let Some(again) = again.filter(|again| kind == WireKind::Human && *again != login) {
        claim(event, Role::Human, Principal::new("github", &again), "/triggering_actor");
        event.decision = Some(Decision { effect: None, evaluated: vec![actor.clone()], policy: None });
        event.wire = Some(Wire { principal: actor, kind: WireKind::Delegated, by: FilledBy::Platform });
        return;
    }
    if kind == WireKind::Delegated {
        claim(event, Role::Human, actor.clone(), "/actor");
        if let Some(app) = json::first_text(entry, &["/integration", "/application_name", "/oauth_application_name"]) {
            claim(event, Role::Agent, Principal::new("github", &app), "/integration");
        }
    }
    if is_agent {
        match json::text(entry, "/user").as_deref().map(somebody) {
            Some(Ok(user)) if user != login => claim(event, Role::Human, Principal::new("github", user), "/user"),
            Some(Err(why)) => event.human_empty = why,
            _ => event.human_empty = WhyEmpty::Absent,
        }
    }
    event.wire = Some(Wire { principal: actor, kind, by: FilledBy::Platform });
}

fn claim(event: &mut Event, role: Role, principal: Principal, field: &str) {
    let (evidence, by) = (EvidenceKind::K3, FilledBy::Platform);
    event.claims.push(Claim { role, principal, evidence, by, field: field.into() });
}

/// The token by its hash, which a pasted secret can be held against; else by GitHub's number for it.
fn credential(entry: &Json, access: &str) -> Option<Credential> {
    let id = json::first_text(entry, &["/hashed_token", "/token_id", "/fingerprint"])?;
    somebody(&id).ok()?;
    // App tokens live an hour or eight; personal tokens, OAuth tokens and keys live until revoked.
    let short = access.contains("to-server") || access == "github_app";
    let kind = if short { CredentialKind::Token } else { CredentialKind::LongLived };
    Some(Credential { kind, id })
}

#[cfg(test)]
mod tests {
    use super::super::understand_chunk;
    use super::*;
    use crate::model::Time;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn a_push_is_its_actor_under_a_token() {
        let e = event(
            r#"{"@timestamp":1772409601000,"_document_id":"d1","action":"git.push","actor":"alovelace","actor_is_bot":false,"org":"northwind","repo":"northwind/mobile","user":"bob","programmatic_access_type":"Personal access token (classic)","hashed_token":"h1","token_id":59638,"user_agent":"git/2.47"}"#,
        );
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("github", "alovelace"), WireKind::Human));
        // `user` is whom it was done to.
        assert_eq!(e.claims, []);
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::LongLived, id: "h1".into() }));
        assert_eq!(e.resource.as_deref(), Some("northwind/mobile"));
        assert_eq!((e.id.as_deref(), e.time), (Some("d1"), Time::from_millis(1_772_409_601_000)));
    }

    #[test]
    fn an_agent_event_names_the_person_who_started_it() {
        let e = event(
            r#"{"action":"pull_request.create","actor":"Copilot","actor_is_agent":true,"user":"alovelace","org":"o","agent_session_id":"s-1"}"#,
        );
        assert_eq!(e.wire.unwrap().kind, WireKind::Agent);
        assert_eq!((e.claims.len(), e.claims[0].role, e.claims[0].evidence), (1, Role::Human, EvidenceKind::K3));
        assert_eq!(e.claims[0].principal, Principal::new("github", "alovelace"));
        assert_eq!(e.run.unwrap().1, FilledBy::Platform);
        let e = event(
            r#"{"action":"pull_request.create","actor":"x","actor_is_agent":false,"user":"alovelace","org":"o"}"#,
        );
        assert_eq!((e.claims.len(), e.wire.unwrap().kind), (0, WireKind::Human));
    }

    #[test]
    fn bots_apps_keys_and_nobody() {
        let of = |fields: &str| event(&format!(r#"{{"action":"git.push","org":"o",{fields}}}"#));
        assert_eq!(of(r#""actor":"dependabot[bot]""#).wire.unwrap().kind, WireKind::Service);
        assert_eq!(of(r#""actor":"x","actor_is_bot":true"#).wire.unwrap().kind, WireKind::Service);
        assert_eq!(
            of(r#""actor":"x","programmatic_access_type":"GitHub App server-to-server token""#).wire.unwrap().kind,
            WireKind::Service
        );
        let delegated = of(
            r#""actor":"ada","programmatic_access_type":"GitHub App user-to-server token","hashed_token":"h","integration":"helper""#,
        );
        assert_eq!((delegated.claims.len(), delegated.credential.unwrap().kind), (2, CredentialKind::Token));
        assert_eq!(of(r#""actor":"x","programmatic_access_type":"deploy_key""#).wire.unwrap().kind, WireKind::Unknown);
        assert_eq!(of(r#""actor":"""#).wire, None);
    }

    #[test]
    fn the_workflow_run_of_ci_is_no_agent_run() {
        let e = event(
            r#"{"action":"workflows.completed_workflow_run","actor":"x","org":"o","workflow_run_id":17,"run_number":3}"#,
        );
        assert_eq!(e.run, None);
    }

    #[test]
    fn webhooks_are_not_the_log() {
        let parts = understand_chunk(
            SOURCE,
            &Form::Array,
            br#"{"action":"created","sender":{"login":"x"},"X-GitHub-Event":"team"}"#,
            &Hints::default(),
        );
        assert!(parts[0].2.is_err());
    }
}
