//! SpiceDB and AuthZed audit log.
//!
//! - **Ask for**: the audit log of the permissions system for the period (AuthZed Dedicated or Cloud, or SpiceDB Enterprise),
//!   with requests and responses.
//! - **Reads**: CloudEvents as JSON objects, arrays or lines; response and metadata beside the request or, as the vendor's own
//!   example has it, inside it.
//! - **Recognised by**: `specversion` and a `type` of the service `authzed.api`.
//! - **Filled by**: the server fills everything but the subject and the context of a check, which its caller asked about. The
//!   subject is whose rights were evaluated, and no proof of who acted. `token_hash` is the hash of the key that called.
//! - **Answers**: which permission was checked for whom, on what, with what result, under which key; which keys changed
//!   relationships and schema.
//! - **Never tells**: who holds a key. A conditional answer (a caveat that lacked values) is neither allow nor deny. A bulk
//!   check is one record: its effect is told where all its checks agree.
//! - **Documented in**: authzed.com, "Audit Logging", and the AuthZed API. One published check was seen; bulk checks and
//!   writes were built after the API's definition.

use super::decided;
use super::hints::Place;
use super::json::{self, Json};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Credential, CredentialKind, DecisionEffect, Event, EventKind, Outcome, Principal, WhyEmpty};

pub const SOURCE: &dyn Source = &SpiceDb;

struct SpiceDb;

const NAME: &str = "spicedb_audit";
/// The word before ids that only this system gives.
const ISSUER: &str = "spicedb";

impl Source for SpiceDb {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "a CloudEvent of the service authzed.api", |v| method(v).is_some())
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        let method = method(entry).ok_or_else(|| NotUnderstood::not_this("no event of the service authzed.api"))?;
        Ok(event(entry, &method, hints).into())
    }
}

fn method(entry: &Json) -> Option<String> {
    json::at(entry, "/specversion")?;
    let kind = json::text(entry, "/type")?;
    kind.contains("authzed.api").then(|| kind.rsplit('/').next().unwrap_or_default().to_string())
}

/// A part of the call, beside the request or inside it.
fn part<'a>(entry: &'a Json, name: &str) -> Option<&'a Json> {
    json::at(entry, &format!("/data/{name}")).or_else(|| json::at(entry, &format!("/data/request/{name}")))
}

fn event(entry: &Json, method: &str, hints: &Hints) -> Event {
    let request = json::at(entry, "/data/request");
    let response = part(entry, "response");
    let mut event = match method {
        "CheckPermission" => {
            let permissionship = response.and_then(|r| json::text(r, "/permissionship"));
            check(request.into_iter().collect(), effect(permissionship.as_deref()))
        }
        "CheckBulkPermissions" | "BulkCheckPermission" => {
            let mut answers = json::items(response.and_then(|r| json::at(r, "/pairs")))
                .map(|p| effect(json::text(p, "/item/permissionship").as_deref()));
            let first = answers.next().flatten();
            let agreed = first.filter(|f| answers.all(|a| a.as_ref() == Some(f)));
            check(json::items(request.and_then(|r| json::at(r, "/items"))).collect(), agreed)
        }
        _ => call(method, request),
    };
    let failed = part(entry, "error").is_some() || json::text(entry, "/data/status/code").is_some_and(|c| c != "0" && c != "OK");
    if failed {
        event.outcome = Outcome::Error;
    } else if event.kind == EventKind::Call && response.is_some() {
        event.outcome = Outcome::Success;
    }
    event.time = json::time(entry, "/time");
    event.id = json::text(entry, "/id");
    event.tenant = json::text(entry, "/source");
    let metadata = part(entry, "metadata");
    let said = |name: &str| metadata.and_then(|m| json::text(m, &format!("/{name}")));
    event.credential = said("token_hash").map(|id| Credential { kind: CredentialKind::LongLived, id });
    event.user_agent = said("user-agent");
    event.source_ip = said("x-forwarded-for").or_else(|| said("peer-address"));
    let context = request.and_then(|r| json::at(r, "/context"));
    event.attributes.extend(decided::attributes(context));
    let mut search = hints.search(NAME);
    decided::sent_along(context, &mut search, &mut event);
    decided::sent_along(metadata, &mut search, &mut event);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn effect(permissionship: Option<&str>) -> Option<DecisionEffect> {
    match permissionship? {
        "PERMISSIONSHIP_HAS_PERMISSION" | "2" => Some(DecisionEffect::Allow),
        "PERMISSIONSHIP_NO_PERMISSION" | "1" => Some(DecisionEffect::Deny),
        _ => None,
    }
}

fn check(checks: Vec<&Json>, effect: Option<DecisionEffect>) -> Event {
    let mut event = decided::event(ISSUER, effect, Vec::new(), None);
    let one = |of: &dyn Fn(&Json) -> Option<String>| {
        let mut all: Vec<String> = checks.iter().filter_map(|c| of(c)).collect();
        all.dedup();
        if all.len() == 1 { all.pop() } else { None }
    };
    event.action = one(&|c| json::first_text(c, &["/permission", "/resource/permission"])).or(Some("bulk_check".into()));
    event.resource = one(&|c| object(json::at(c, "/resource")));
    event.resource_type = one(&|c| json::text(c, "/resource/objectType"));
    let mut subjects: Vec<Result<Principal, WhyEmpty>> = checks.iter().filter_map(|c| subject(c)).collect();
    subjects.dedup();
    match (subjects.pop(), subjects.is_empty()) {
        (Some(Ok(principal)), true) => {
            if let Some(decision) = &mut event.decision {
                decision.evaluated.push(principal);
            }
        }
        (Some(Err(why)), true) => event.human_empty = why,
        _ => {}
    }
    event
}

fn object(reference: Option<&Json>) -> Option<String> {
    let reference = reference?;
    Some(format!("{}:{}", json::text(reference, "/objectType")?, json::text(reference, "/objectId")?))
}

/// Whose rights were checked. The members of a set are nobody in particular.
fn subject(check: &Json) -> Option<Result<Principal, WhyEmpty>> {
    let kind = json::text(check, "/subject/object/objectType")?;
    let id = json::text(check, "/subject/object/objectId")?;
    match json::text(check, "/subject/optionalRelation").filter(|r| r != "...") {
        Some(_) => Some(Err(WhyEmpty::NotSupported)),
        None => Some(decided::subject(ISSUER, &kind, &id)),
    }
}

/// A change or a reading of relationships or schema, by whoever holds the key.
fn call(method: &str, request: Option<&Json>) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.service = Some(ISSUER.into());
    event.action = Some(method.into());
    event.human_empty = WhyEmpty::NotSupported;
    let change = request.and_then(|r| json::at(r, "/updates/0/relationship/resource"));
    event.resource = object(change.or_else(|| request.and_then(|r| json::at(r, "/resource"))));
    event
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(method: &str, data: &str) -> Event {
        let text = format!(
            r#"{{"specversion":"1.0","id":"c1","source":"/ps/example","type":"/authzed.api.v1.PermissionsService/{method}","time":"2026-03-02T10:00:00.5Z","data":{data}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn asked(kind: &str, id: &str, relation: &str) -> String {
        format!(r#""resource":{{"objectType":"doc","objectId":"1"}},"permission":"read","subject":{{"object":{{"objectType":"{kind}","objectId":"{id}"}}{relation}}},"context":{{"run_id":"run-31"}}"#)
    }

    const META: &str = r#""metadata":{"token_hash":"c3ab","user-agent":"grpc-go/1"}"#;

    #[test]
    fn a_check_in_both_nestings() {
        let answer = r#""response":{"permissionship":"PERMISSIONSHIP_NO_PERMISSION"}"#;
        for data in [
            format!(r#"{{"request":{{{}}},{answer},{META}}}"#, asked("user", "ada@example.org", "")),
            format!(r#"{{"request":{{{},{answer},{META}}}}}"#, asked("user", "ada@example.org", "")),
        ] {
            let e = event("CheckPermission", &data);
            assert_eq!((e.kind, e.outcome, e.wire), (EventKind::Decision, Outcome::Denied, None));
            assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("read"), Some("doc:1")));
            let decision = e.decision.unwrap();
            assert_eq!((decision.effect, decision.evaluated), (Some(DecisionEffect::Deny), vec![Principal::new("email", "ada@example.org")]));
            assert_eq!(e.credential, Some(Credential { kind: CredentialKind::LongLived, id: "c3ab".into() }));
            assert!(e.run.is_some() && e.claims.is_empty());
        }
    }

    #[test]
    fn conditional_answers_sets_and_placeholders_decide_on_nobody() {
        let of = |subject: String, answer: &str| {
            event("CheckPermission", &format!(r#"{{"request":{{{subject}}},"response":{{"permissionship":"{answer}"}}}}"#)).decision.unwrap()
        };
        assert_eq!(of(asked("user", "ada", ""), "PERMISSIONSHIP_CONDITIONAL_PERMISSION").effect, None);
        assert_eq!(of(asked("customer", "7", ""), "PERMISSIONSHIP_HAS_PERMISSION").evaluated, [Principal::new("spicedb", "customer:7")]);
        assert!(of(asked("group", "eng", r#","optionalRelation":"member""#), "PERMISSIONSHIP_HAS_PERMISSION").evaluated.is_empty());
        assert!(of(asked("user", "anonymous", ""), "PERMISSIONSHIP_HAS_PERMISSION").evaluated.is_empty());
    }

    #[test]
    fn bulk_checks_and_writes() {
        let items = format!("{{{}}},{{{}}}", asked("user", "ada", ""), asked("user", "ben", ""));
        let pair = |p: &str| format!(r#"{{"item":{{"permissionship":"{p}"}}}}"#);
        let (has, no) = (pair("PERMISSIONSHIP_HAS_PERMISSION"), pair("PERMISSIONSHIP_NO_PERMISSION"));
        let e = event("CheckBulkPermissions", &format!(r#"{{"request":{{"items":[{items}]}},"response":{{"pairs":[{has},{no}]}}}}"#));
        assert_eq!(e.decision.unwrap(), crate::model::Decision { effect: None, evaluated: vec![], policy: None });
        let e = event("CheckBulkPermissions", &format!(r#"{{"request":{{"items":[{items}]}},"response":{{"pairs":[{has},{has}]}}}}"#));
        assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Allow));
        let e = event("WriteRelationships", &format!(r#"{{"request":{{"updates":[{{"relationship":{{"resource":{{"objectType":"doc","objectId":"1"}}}}}}]}},"response":{{}},{META}}}"#));
        assert_eq!((e.kind, e.action.as_deref(), e.resource.as_deref()), (EventKind::Call, Some("WriteRelationships"), Some("doc:1")));
        assert_eq!((e.wire, e.human_empty, e.outcome), (None, WhyEmpty::NotSupported, Outcome::Success));
    }

    #[test]
    fn other_cloud_events_are_not_ours() {
        let text = br#"{"specversion":"1.0","id":"1","source":"/x","type":"com.example.created","data":{}}"#;
        assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[text]).name(), "unknown");
    }
}
