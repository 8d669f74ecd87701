//! Cedar decisions: Amazon Verified Permissions, cedar-agent, Cedarling; and Cedar entity files.
//!
//! - **Ask for**: the log in which the service that asks keeps request and response of `IsAuthorized`; for Verified
//!   Permissions also CloudTrail with its data events; for Cedarling its decision log. For groups: the entities as JSON.
//! - **Reads**: JSON objects, arrays and lines with a request (principal, action, resource) beside its decision, in the
//!   spelling of Verified Permissions (`entityType`, `entityId`), of Cedar (`User::"ada"`) and of Cedarling; requests alone;
//!   requests with an `expected_decision`; entity files, whose `parents` are memberships.
//! - **Recognised by**: principal, action and resource in one of these spellings; Cedarling by `log_kind`; entities by `uid`,
//!   `attrs` and `parents`.
//! - **Filled by**: the engine fills decision and determining policies. The principal is the one whom the caller asked about:
//!   whose rights were evaluated, and no proof of who acted. Names in the context are the caller's word.
//! - **Answers**: who was asked about, for what action on what, and whether it was allowed, by which policies; who stands in
//!   which group.
//! - **Never tells**: who sent the request (in CloudTrail, the role that did). A request without a decision has no effect; one
//!   by token has no principal here, since tokens are not logged. Policies are not evaluated.
//! - **Documented in**: docs.cedarpolicy.com, the Verified Permissions user guide (its CloudTrail example) and API reference,
//!   docs.jans.io for Cedarling. Entity files and requests were seen; logs were built after the documentation.

use super::decided;
use super::hints::Place;
use super::json::{self, Json};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Credential, CredentialKind, Decision, DecisionEffect, Entry, Event, EventKind, Membership, Outcome, Principal,
    Reach, TraceId, WhyEmpty,
};

pub const SOURCE: &dyn Source = &Cedar;

struct Cedar;

const NAME: &str = "cedar_decisions";
const ISSUER: &str = "cedar";

impl Source for Cedar {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(94, "principal, action and resource of a Cedar request", |v| is_cedarling(v) || asked(v).is_some())
            .or_else(|| sample.recognise(95, "uid, attrs and parents of a Cedar entity", is_entity))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if is_entity(entry) {
            return memberships(entry);
        }
        if is_cedarling(entry) && json::text(entry, "/log_kind").as_deref() != Some("Decision") {
            return Ok(Understood::Kept);
        }
        match asked(entry) {
            Some(asked) => Ok(event(entry, &asked, hints).into()),
            None => Err(NotUnderstood::not_this("neither a Cedar request nor an entity")),
        }
    }
}

/// The parts of an entity's name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Uid {
    kind: String,
    id: String,
}

impl Uid {
    fn of(value: &Json) -> Option<Uid> {
        if let Some(text) = json::scalar(value) {
            let (kind, id) = text.strip_suffix('"')?.split_once("::\"")?;
            let (kind, id) = (kind.to_string(), id.replace("\\\"", "\"").replace("\\\\", "\\"));
            return (!kind.is_empty()).then_some(Uid { kind, id });
        }
        let value = ["/__entity", "/entityIdentifier", "/identifier"].iter().find_map(|p| json::at(value, p)).unwrap_or(value);
        if let Some(text) = json::text(value, "/__expr") {
            return json::parse(&serde_json::to_vec(&text).ok()?).ok().and_then(|v| Uid::of(&v));
        }
        let kind = json::first_text(value, &["/entityType", "/actionType", "/type", "/entity_type"])?;
        let id = json::first_text(value, &["/entityId", "/actionId", "/id", "/entity_id"])?;
        Some(Uid { kind, id })
    }

    fn text(&self) -> String {
        format!("{}::\"{}\"", self.kind, self.id)
    }

    fn principal(&self) -> Result<Principal, WhyEmpty> {
        let principal = decided::subject(ISSUER, &self.kind, &self.id)?;
        // A type of the house's own: the name as Cedar writes it.
        let own = principal.namespace == ISSUER;
        Ok(if own { Principal { namespace: ISSUER.into(), id: self.text() } } else { principal })
    }
}

/// Where logs keep the request and the response.
const REQUESTS: [&str; 7] = ["", "/request", "/requestParameters", "/input", "/params", "/authorization_request", "/authz_request"];
const RESPONSES: [&str; 8] =
    ["/response", "/output", "/result", "/additionalEventData", "/responseElements", "/authorization_response", "/answer", ""];

fn asked(entry: &Json) -> Option<Json> {
    REQUESTS.iter().find_map(|place| {
        let found = json::at(entry, place)?;
        let found = json::nested(found).ok().flatten()?;
        is_request(&found).then_some(found)
    })
}

fn is_request(value: &Json) -> bool {
    let uid = |pointer: &str| json::at(value, pointer).and_then(Uid::of);
    let action = uid("/action");
    // An action of this type is Cedar's; the type alone is in no other system's log.
    action.as_ref().is_some_and(|a| a.kind.rsplit(':').next() == Some("Action"))
        && (uid("/principal").is_some() || uid("/resource").is_some())
}

fn is_cedarling(value: &Json) -> bool {
    json::text(value, "/log_kind").is_some_and(|k| ["Decision", "System", "Metric"].contains(&k.as_str()))
        && json::at(value, "/pdp_id").or_else(|| json::at(value, "/policystore_id")).is_some()
}

fn answered<'a>(entry: &'a Json, names: &[&str]) -> Option<&'a Json> {
    RESPONSES.iter().find_map(|place| {
        let found = json::at(entry, place)?;
        names.iter().find_map(|name| json::member(found, name))
    })
}

fn event(entry: &Json, asked: &Json, hints: &Hints) -> Event {
    let effect = answered(entry, &["decision", "expected_decision", "allowed", "is_authorized"]).and_then(decided::effect);
    let store = json::first_text(asked, &["/policyStoreId", "/policy_store_id"])
        .or_else(|| json::first_text(entry, &["/policyStoreId", "/policystore_id", "/policy_store_id", "/store"]));
    let mut event = decided::event(ISSUER, effect, Vec::new(), policies(entry));
    event.tenant = store;
    question(asked, &mut event);
    event.time =
        ["/timestamp", "/time", "/eventTime", "/@timestamp", "/ts", "/date"].into_iter().find_map(|p| json::time(entry, p));
    event.id = json::first_text(entry, &["/id", "/decision_id", "/request_id", "/requestId", "/requestID"]);
    event.trace = json::first_text(entry, &["/trace_id", "/traceId"]).as_deref().and_then(TraceId::new);
    event.source_ip = json::first_text(entry, &["/source_ip", "/ip", "/client_ip"]);
    event.user_agent = json::first_text(entry, &["/user_agent", "/userAgent"]);
    event.credential = credential(entry);
    let context = json::at(asked, "/context").map(plain);
    event.attributes = decided::attributes(context.as_ref());
    if answered(entry, &["decision", "allowed", "is_authorized"]).is_none() && effect.is_some() {
        event.attributes.push(("expected".into(), crate::model::Attribute::Flag(true)));
    }
    decided::beside(ISSUER, "/context", context.as_ref(), &mut event);
    let mut search = hints.search(NAME);
    decided::sent_along(Some(entry), &mut search, &mut event);
    decided::sent_along(context.as_ref(), &mut search, &mut event);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// Subject, action and resource of a request.
fn question(asked: &Json, event: &mut Event) {
    let uid = |name: &str| json::at(asked, name).and_then(Uid::of);
    event.action = uid("/action").map(|a| a.id);
    if let Some(resource) = uid("/resource") {
        event.resource = Some(resource.text());
        event.resource_type = Some(resource.kind);
    }
    // Cedarling lists its principals: names of types say nothing, and several were judged together.
    let listed: Vec<Uid> = json::items(json::at(asked, "/principal")).filter_map(Uid::of).collect();
    let principals = if listed.is_empty() { uid("/principal").into_iter().collect() } else { listed };
    for principal in principals {
        match (principal.principal(), &mut event.decision) {
            (Ok(who), Some(decision)) => decision.evaluated.push(who),
            (Err(why), _) => event.human_empty = why,
            (Ok(_), None) => {}
        }
    }
}

/// A context as Verified Permissions types its values, in the plain form.
fn plain(context: &Json) -> Json {
    if let Some(text) = json::at(context, "/cedarJson") {
        return json::nested(text).ok().flatten().unwrap_or_else(|| context.clone());
    }
    let Some(map) = json::at(context, "/contextMap") else { return context.clone() };
    let value = |typed: &Json| {
        let (kind, inner) = json::members(Some(typed)).next()?;
        let known = ["string", "boolean", "long", "decimal", "ipaddr", "entityIdentifier", "record", "set", "datetime"];
        known.contains(&kind).then(|| serde_json::to_value(inner).ok()).flatten()
    };
    let members: serde_json::Map<String, serde_json::Value> =
        json::members(Some(map)).filter_map(|(key, typed)| Some((key.to_string(), value(typed)?))).collect();
    serde_json::to_vec(&members).ok().and_then(|text| json::parse(&text).ok()).unwrap_or_default()
}

fn policies(entry: &Json) -> Option<String> {
    let found = answered(entry, &["determiningPolicies", "determining_policies"]).or_else(|| {
        answered(entry, &["diagnostics"]).and_then(|d| json::at(d, "/reason"))
    })?;
    let ids: Vec<String> = json::items(Some(found))
        .filter_map(|p| json::scalar(p).or_else(|| json::first_text(p, &["/policyId", "/id", "/policy_id"])))
        .collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

/// The one token that Cedarling was shown. Of several it cannot be said which carried the call.
fn credential(entry: &Json) -> Option<Credential> {
    let mut ids: Vec<String> =
        json::members(json::at(entry, "/tokens")).filter_map(|(_, token)| json::text(token, "/jti")).collect();
    ids.dedup();
    if ids.len() != 1 { None } else { ids.pop().map(|id| Credential { kind: CredentialKind::Token, id }) }
}

fn is_entity(value: &Json) -> bool {
    json::at(value, "/uid").and_then(Uid::of).is_some()
        && json::at(value, "/parents").is_some()
        && json::members(Some(value)).all(|(key, _)| ["uid", "attrs", "parents", "tags"].contains(&key))
}

fn memberships(entity: &Json) -> Result<Understood, NotUnderstood> {
    let bad = || NotUnderstood::bad_row("an entity or parent without type and id");
    let member = json::at(entity, "/uid").and_then(Uid::of).ok_or_else(bad)?;
    let member = member.principal().map_or_else(|_| member.text(), |p| p.id);
    let mut entries = Vec::new();
    for parent in json::items(json::at(entity, "/parents")) {
        entries.push(Entry::Membership(Membership {
            member: member.clone(),
            holder: Uid::of(parent).ok_or_else(bad)?.text(),
            reach: Reach::Has,
            condition: String::new(),
            valid_from: None,
            valid_to: None,
        }));
    }
    Ok(if entries.is_empty() { Understood::Kept } else { Understood::Entries(entries) })
}

/// `IsAuthorized` in CloudTrail: what AWS logs as a call of the service that asks is the decision on a principal of the
/// service's own. The caller stays the wire principal.
pub(super) fn of_cloudtrail(record: &Json, event: &mut Event) {
    let name = json::text(record, "/eventName").unwrap_or_default();
    let refused = matches!(event.outcome, Outcome::Denied | Outcome::Error);
    if !matches!(name.as_str(), "IsAuthorized" | "IsAuthorizedWithToken") || refused {
        return;
    }
    let effect = json::text(record, "/additionalEventData/decision")
        .or_else(|| json::text(record, "/responseElements/decision"))
        .and_then(|d| match d.as_str() {
            "ALLOW" => Some(DecisionEffect::Allow),
            "DENY" => Some(DecisionEffect::Deny),
            _ => None,
        });
    event.kind = EventKind::Decision;
    event.outcome = match effect {
        Some(DecisionEffect::Allow) => Outcome::Success,
        Some(DecisionEffect::Deny) => Outcome::Denied,
        None => Outcome::Unknown,
    };
    let policy = json::text(record, "/requestParameters/policyStoreId");
    event.decision = Some(Decision { effect, evaluated: Vec::new(), policy });
    if let Some(asked) = json::at(record, "/requestParameters") {
        question(asked, event);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{aws_cloudtrail, registry, understand_chunk};
    use super::*;
    use crate::model::{Attribute, FilledBy, Role, Time};
    use crate::read::Form;

    fn of(source: &dyn Source, text: &str) -> Event {
        match understand_chunk(source, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn event(text: &str) -> Event {
        of(SOURCE, text)
    }

    #[test]
    fn verified_permissions_request_and_response() {
        let e = event(
            r#"{"timestamp":"2026-03-02T10:00:00Z","requestId":"r1","request":{"policyStoreId":"PS1","principal":{"entityType":"Shop::User","entityId":"ada@example.org"},"action":{"actionType":"Shop::Action","actionId":"refund"},"resource":{"entityType":"Shop::Order","entityId":"o-1"},"context":{"contextMap":{"amount":{"long":40},"agent":{"entityIdentifier":{"entityType":"Shop::Agent","entityId":"refund-assistant"}},"run_id":{"string":"run-5"}}}},"response":{"decision":"DENY","determiningPolicies":[{"policyId":"p1"}],"errors":[]}}"#,
        );
        assert_eq!((e.kind, e.outcome, e.time), (EventKind::Decision, Outcome::Denied, Time::parse("2026-03-02T10:00:00Z")));
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("refund"), Some("Shop::Order::\"o-1\"")));
        assert_eq!((e.tenant.as_deref(), e.id.as_deref()), (Some("PS1"), Some("r1")));
        let decision = e.decision.unwrap();
        assert_eq!((decision.effect, decision.policy.as_deref()), (Some(DecisionEffect::Deny), Some("p1")));
        assert_eq!(decision.evaluated, [Principal::new("email", "ada@example.org")]);
        assert_eq!((e.claims[0].role, e.claims[0].principal.id.as_str(), e.claims[0].by), (Role::Agent, "refund-assistant", FilledBy::Caller));
        assert!(e.attributes.contains(&("amount".into(), Attribute::Number { value: 40.0, currency: None })));
        assert!(e.run.is_some());
    }

    #[test]
    fn requests_in_cedars_own_spelling() {
        let request = r#""principal":"User::\"ada\"","action":"Action::\"view\"","resource":"Doc::\"d \\\"1\\\"\"","context":{}"#;
        let e = event(&format!(r#"{{{request},"decision":"Allow","diagnostics":{{"reason":["policy0"],"errors":[]}}}}"#));
        let decision = e.decision.unwrap();
        assert_eq!((decision.effect, decision.policy.as_deref()), (Some(DecisionEffect::Allow), Some("policy0")));
        assert_eq!(decision.evaluated, [Principal::new("name", "ada")]);
        // A request alone decides nothing; an expectation says that it is one.
        let e = event(&format!("{{{request}}}"));
        assert_eq!((e.decision.unwrap().effect, e.outcome), (None, Outcome::Unknown));
        let e = event(&format!(r#"{{"expected_decision":"DENY","request":{{{request}}}}}"#));
        assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
        assert!(e.attributes.contains(&("expected".into(), Attribute::Flag(true))));
        // A type of the house's own keeps its name.
        let e = event(&format!("{{{request}}}").replace("User::", "Tax::Professional::"));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("cedar", "Tax::Professional::\"ada\"")]);
        let e = event(&format!("{{{request}}}").replace("ada", "anonymous"));
        assert!(e.decision.unwrap().evaluated.is_empty());
    }

    #[test]
    fn cedarling_logs() {
        let line = |principal: &str, tokens: &str| {
            format!(r#"{{"id":"1","timestamp":"2026-03-02T10:00:00Z","log_kind":"Decision","policystore_id":"ps","pdp_id":"p","principal":{principal},"action":"Jans::Action::\"Read\"","resource":"Jans::App::\"a\"","decision":"DENY","diagnostics":{{"reason":[{{"id":"x","description":"y"}}],"errors":[]}},"tokens":{tokens}}}"#)
        };
        let e = event(&line(r#"["Jans::User::\"ada\""]"#, r#"{"access_token":{"jti":"j1"}}"#));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("name", "ada")]);
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "j1".into() }));
        let e = event(&line(r#"["Jans::User"]"#, r#"{"access_token":{"jti":"j1"},"id_token":{"jti":"j2"}}"#));
        assert_eq!((e.decision.unwrap().evaluated.len(), e.credential), (0, None));
        let system = r#"{"id":"2","log_kind":"System","pdp_id":"p","msg":"started"}"#;
        let parts = understand_chunk(SOURCE, &Form::Lines, system.as_bytes(), &Hints::default());
        assert_eq!(parts[0].2, Ok(Understood::Kept));
    }

    #[test]
    fn entities_are_memberships_and_no_decisions() {
        let text = r#"{"uid":{"__entity":{"type":"User","id":"ada"}},"attrs":{},"parents":[{"type":"Group","id":"eng"},"Role::\"admin\""]}"#;
        match understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Entries(entries)) => {
                let edges: Vec<(String, String)> = entries
                    .into_iter()
                    .map(|e| if let Entry::Membership(m) = e { (m.member, m.holder) } else { panic!("{e:?}") })
                    .collect();
                assert_eq!(edges, [("ada".into(), "Group::\"eng\"".into()), ("ada".into(), "Role::\"admin\"".into())]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn is_authorized_in_cloudtrail_is_a_decision_and_its_refusal_a_call() {
        let text = r#"{"eventVersion":"1.08","eventSource":"verifiedpermissions.amazonaws.com","eventName":"IsAuthorized","eventTime":"2026-03-02T10:00:00Z","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Pep/s","accountId":"1"},"requestParameters":{"principal":{"entityType":"Shop::User","entityId":"ada"},"action":{"actionType":"Shop::Action","actionId":"view"},"resource":{"entityType":"Shop::Photo","entityId":"p"},"policyStoreId":"PS1"},"responseElements":null,"additionalEventData":{"decision":"DENY"}}"#;
        let e = of(aws_cloudtrail::SOURCE, text);
        assert_eq!((e.kind, e.outcome, e.action.as_deref()), (EventKind::Decision, Outcome::Denied, Some("view")));
        assert_eq!(e.wire.unwrap().principal.id, "1/Pep");
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("name", "ada")]);
        let e = of(aws_cloudtrail::SOURCE, &text.replace("\"responseElements\":null", "\"errorCode\":\"AccessDenied\""));
        assert_eq!((e.kind, e.outcome), (EventKind::Call, Outcome::Denied));
    }

    #[test]
    fn look_alikes_are_not_ours() {
        let registry = registry(Vec::new());
        for text in [
            &br#"{"principal":"ada","action":"view","resource":"doc"}"#[..],
            br#"{"uid":1,"attrs":{},"parents":[]}"#,
            br#"{"log_kind":"Decision","message":"x"}"#,
        ] {
            assert_eq!(registry.detect(&Form::Lines, &[text]).name(), "unknown");
        }
    }
}
