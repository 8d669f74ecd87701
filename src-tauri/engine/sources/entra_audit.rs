//! Microsoft Entra audit logs (directory audits): changes to users, groups, applications, roles, policies.
//!
//! - **Ask for**: `directoryAudits` of Microsoft Graph or the `AuditLogs` of the diagnostic settings for the period, as JSON. Sign-ins
//!   are other logs; ask for them too.
//! - **Reads**: Graph `value`, the portal's JSON and CSV, diagnostic settings (`properties` inside), the `AuditLogs` table of Log
//!   Analytics with JSON in cells, in any case of keys.
//! - **Recognised by**: an activity with `initiatedBy` or `targetResources`, the category `AuditLogs`, or the portal's actor columns.
//! - **Filled by**: Entra (platform) fills who initiated and the targets. The user agent is the caller's own word.
//! - **Answers**: which account changed what; which application acted with its own rights; which key or secret was added to an
//!   application (its key id joins the sign-ins made with it).
//! - **Never tells**: through which application a person acted; which person caused what an application did. An application
//!   named only by its display name is nobody; two targets are one change, of which the first stands as the resource.
//! - **Documented in**: learn.microsoft.com, "directoryAudit resource type", "auditActivityInitiator", "AuditLogs". Seen in real
//!   records: table and diagnostic form, users as initiators, added keys. Second hand: applications as initiators, portal CSV.

use std::collections::BTreeSet;

use regex::Regex;

use super::entra::{self, Delegated};
use super::hints::Place;
use super::json::{self, Json};
use super::loose;
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Credential, CredentialKind, Event, EventKind, Issued, Outcome, WhyEmpty};

pub const SOURCE: &dyn Source = &Audit;

struct Audit;

const NAME: &str = "entra_audit";

impl Source for Audit {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "an activity with its initiator and targets of the Entra audit log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match entra::read(record.json()?, hints) {
            Some(event) => Ok(event.into()),
            None => Err(NotUnderstood::not_this("no activity with an initiator or target of the Entra audit log")),
        }
    }
}

pub(super) fn read(entry: &Json, hints: &Hints) -> Option<Event> {
    is_entry(entry).then(|| event(entry, hints))
}

fn body(entry: &Json) -> &Json {
    loose::at(entry, "/properties").filter(|p| json::members(Some(p)).next().is_some()).unwrap_or(entry)
}

pub(super) fn is_entry(entry: &Json) -> bool {
    let body = body(entry);
    let has = |pointer| loose::at(body, pointer).is_some();
    let parties = has("/initiatedBy") || has("/targetResources");
    let activity = has("/activityDisplayName") || has("/activityDateTime") || has("/loggedByService");
    let audit = loose::text(entry, "/category").is_some_and(|c| c.eq_ignore_ascii_case("AuditLogs"));
    (activity && parties) || (audit && (activity || parties)) || (has("/Activity") && has("/ActorType"))
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let body = body(entry);
    let slot = |pointers: &[&str]| loose::first_text(body, pointers).or_else(|| loose::first_text(entry, pointers));
    let mut event = Event::new(EventKind::Call);
    event.time = loose::time(body, &["/activityDateTime", "/Date (UTC)"])
        .or_else(|| loose::time(entry, &["/time", "/timeGenerated"]));
    event.id = slot(&["/id"]).filter(|id| somebody(id).is_ok());
    let table = loose::at(entry, "/timeGenerated").is_some();
    event.tenant = slot(&["/aadTenantId"])
        .or_else(|| loose::text(entry, "/tenantId").filter(|_| !table))
        .map(|t| t.to_lowercase());
    event.service = Some("entra".into());
    event.action = slot(&["/activityDisplayName", "/Activity", "/operationName"]);
    event.outcome = outcome(body);
    event.user_agent = user_agent(body);

    let initiator = loose::opened(body, "/initiatedBy");
    event.source_ip = initiator
        .as_ref()
        .and_then(|i| loose::first_text(i, &["/user/ipAddress", "/app/ipAddress"]))
        .or_else(|| slot(&["/callerIpAddress", "/ipAddress"]))
        .filter(|ip| somebody(ip).is_ok())
        .map(|ip| entra::address(&ip));
    who(body, initiator.as_ref(), &mut event);
    targets(body, &mut event);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn outcome(body: &Json) -> Outcome {
    let reason = loose::first_text(body, &["/resultReason", "/resultDescription"]).unwrap_or_default().to_lowercase();
    match loose::text(body, "/result").unwrap_or_default().to_lowercase().as_str() {
        "success" => Outcome::Success,
        "failure" | "failed" | "timeout" => {
            let refused = ["denied", "insufficient privileges", "unauthorized", "not authorized", "forbidden"];
            if refused.iter().any(|w| reason.contains(w)) { Outcome::Denied } else { Outcome::Error }
        }
        _ => Outcome::Unknown,
    }
}

fn user_agent(body: &Json) -> Option<String> {
    let details = loose::opened(body, "/additionalDetails");
    json::items(details.as_ref())
        .find(|d| loose::text(d, "/key").is_some_and(|k| k.eq_ignore_ascii_case("User-Agent")))
        .and_then(|d| loose::text(d, "/value"))
        .or_else(|| loose::text(body, "/userAgent"))
        .filter(|a| somebody(a).is_ok())
}

fn who(body: &Json, initiator: Option<&Json>, event: &mut Event) {
    let of = |pointer: &str, column: &str| {
        initiator
            .and_then(|i| loose::text(i, pointer))
            .or_else(|| loose::text(body, column))
            .filter(|text| somebody(text).is_ok())
    };
    let upn = of("/user/userPrincipalName", "/ActorUserPrincipalName");
    let by_app = loose::text(body, "/ActorType").is_some_and(|t| !t.eq_ignore_ascii_case("user"));
    let object_id = of("/user/id", "/ActorObjectId").filter(|_| !by_app);
    if !by_app {
        entra::same(event, upn.as_deref(), object_id.as_deref());
    }
    let app_id = of("/app/appId", "/ActorAppId");
    let account = of("/app/servicePrincipalId", "/ActorServicePrincipalId");
    match entra::user(upn.as_deref(), object_id.as_deref()) {
        Ok(user) => {
            let field = "/initiatedBy/user";
            let app_field = "/initiatedBy/app";
            entra::person(event, Delegated { user, user_field: field, app_id: app_id.as_deref(), app_field, agent: false });
        }
        Err(why) => match entra::app(app_id.as_deref(), account.as_deref()) {
            Some(app) => entra::application(event, app, app_id.as_deref(), false),
            // A service of Microsoft's that signs with its display name alone.
            None if of("/app/displayName", "/ActorServicePrincipalName").is_some() => {
                event.human_empty = WhyEmpty::NotSupported;
            }
            None => event.human_empty = why,
        },
    }
}

fn targets(body: &Json, event: &mut Event) {
    let list = loose::opened(body, "/targetResources");
    let first = json::items(list.as_ref()).next();
    let of = |pointers: &[&str]| first.and_then(|t| loose::first_text(t, pointers));
    event.resource = of(&["/id", "/userPrincipalName", "/displayName"])
        .or_else(|| loose::first_text(body, &["/Target1ObjectId", "/Target1UserPrincipalName", "/Target1DisplayName"]));
    event.resource_type = of(&["/type"]).or_else(|| loose::text(body, "/Target1Type"));
    if event.outcome != Outcome::Success {
        return;
    }
    let added: BTreeSet<String> = json::items(list.as_ref()).flat_map(added_keys).collect();
    // Several keys in one change: which of them somebody holds, no later record could tell apart.
    if let (1, Some(id)) = (added.len(), added.first()) {
        event.kind = EventKind::Token;
        let credential = Credential { kind: CredentialKind::LongLived, id: id.clone() };
        let principal = event.resource.as_deref().and_then(|r| entra::id(r).ok());
        event.issued = Some(Issued { credential, principal, expires: None });
    }
}

/// Keys and secrets that an application has after the change and had not before.
fn added_keys(target: &Json) -> BTreeSet<String> {
    let keys = |pointer: &str| -> BTreeSet<String> {
        json::items(loose::opened(target, "/modifiedProperties").as_ref())
            .filter(|p| loose::text(p, "/displayName").is_some_and(|n| n.eq_ignore_ascii_case("KeyDescription")))
            .filter_map(|p| loose::text(p, pointer))
            .flat_map(|text| identifiers(&text))
            .collect()
    };
    keys("/newValue").difference(&keys("/oldValue")).cloned().collect()
}

fn identifiers(text: &str) -> Vec<String> {
    // Held by a test: were it broken, no key would be found, and nothing would panic.
    let Ok(pattern) = Regex::new(r"(?i)KeyIdentifier=([0-9a-f-]{36})") else { return Vec::new() };
    pattern.captures_iter(text).filter_map(|c| c.get(1)).map(|m| m.as_str().to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{Principal, WireKind};
    use crate::read::Form;

    const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn graph(initiated: &str, targets: &str) -> String {
        format!(
            r#"{{"id":"Directory_1","activityDateTime":"2026-03-02T10:00:00Z","activityDisplayName":"Update application ","category":"ApplicationManagement","correlationId":"c","result":"success","resultReason":"","loggedByService":"Core Directory","initiatedBy":{initiated},"targetResources":{targets},"additionalDetails":[{{"key":"User-Agent","value":"curl/8"}}]}}"#
        )
    }

    const BY_ADA: &str = r#"{"user":{"id":"aaaaaaaa-2222-3333-4444-555555555555","userPrincipalName":"Ada@example.org","ipAddress":"198.51.100.20"},"app":null}"#;
    const ONE: &str = r#"[{"id":"app-1","type":"Application","displayName":"Helper"}]"#;

    #[test]
    fn a_change_is_its_initiators() {
        let e = event(&graph(BY_ADA, ONE));
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::Call, Some("Update application")));
        assert_eq!((e.resource.as_deref(), e.user_agent.as_deref()), (Some("app-1"), Some("curl/8")));
        assert_eq!((e.outcome, e.source_ip.as_deref()), (Outcome::Success, Some("198.51.100.20")));
        let e = event(&graph(r#"{"app":{"appId":"N/A","displayName":"Helper","servicePrincipalId":"sp-1"}}"#, ONE));
        assert_eq!((e.wire.as_ref().unwrap().principal.id.as_str(), e.wire.as_ref().unwrap().kind), ("sp-1", WireKind::Service));
        // A display name is nobody.
        let e = event(&graph(r#"{"app":{"appId":null,"displayName":"ada@example.org","servicePrincipalId":null}}"#, ONE));
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::NotSupported));
        let e = event(&graph(r#"{"user":{"id":"","userPrincipalName":"","displayName":"Ada"}}"#, ONE));
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
        let refused = graph(BY_ADA, ONE)
            .replace(r#""result":"success","resultReason":"""#, r#""result":"failure","resultReason":"Insufficient privileges""#);
        assert_eq!(event(&refused).outcome, Outcome::Denied);
    }

    #[test]
    fn an_added_secret_is_a_credential_handed_out() {
        let change = |old: &str, new: &str| {
            format!(
                r#"[{{"id":"bbbbbbbb-2222-3333-4444-555555555555","type":"Application","modifiedProperties":[{{"displayName":"KeyDescription","oldValue":"[{old}]","newValue":"[{new}]"}}]}}]"#
            )
        };
        let key = |n: u8| format!("\\\"[KeyIdentifier=59eaeebc-8a6b-44a6-9f24-7d55e64420c{n},KeyType=Password]\\\"");
        let e = event(&graph(BY_ADA, &change(&key(1), &format!("{},{}", key(1), key(2)))));
        let issued = e.issued.unwrap();
        assert_eq!((e.kind, issued.credential.kind), (EventKind::Token, CredentialKind::LongLived));
        assert_eq!(issued.credential.id, "59eaeebc-8a6b-44a6-9f24-7d55e64420c2");
        assert_eq!(event(&graph(BY_ADA, &change(&key(1), ""))).issued, None);
    }

    #[test]
    fn every_container_reads_like_the_log() {
        let registry = registry(Vec::new());
        let diagnostic = format!(
            r#"{{"time":"2026-03-02T10:00:00Z","resourceId":"/tenants/t/providers/Microsoft.aadiam","operationName":"Update application","category":"AuditLogs","tenantId":"t1","properties":{}}}"#,
            graph(BY_ADA, ONE)
        );
        let table = format!(
            r#"{{"TenantId":"w","TimeGenerated":"2026-03-02T10:00:00Z","Type":"AuditLogs","OperationName":"Update application","Id":"Directory_1","Result":"success","ActivityDisplayName":"Update application","AADTenantId":"t1","InitiatedBy":{},"TargetResources":{}}}"#,
            serde_json::to_string(BY_ADA).unwrap(),
            serde_json::to_string(ONE).unwrap()
        );
        for text in [diagnostic, table] {
            let found = registry.detect(&Form::Lines, &[text.as_bytes()]);
            assert_eq!(found.name(), NAME, "{}", found.why);
            let e = event(&text);
            assert_eq!((e.wire.unwrap().principal.id.as_str(), e.tenant.as_deref()), ("ada@example.org", Some("t1")), "{text}");
            assert_eq!((e.resource.as_deref(), e.id.as_deref()), (Some("app-1"), Some("Directory_1")));
        }
        let header = ["Date (UTC)", "CorrelationId", "Service", "Category", "Activity", "Result", "ResultReason", "ActorType", "ActorDisplayName", "ActorObjectId", "ActorUserPrincipalName", "IPAddress", "Target1Type", "Target1ObjectId"];
        let form = Form::Csv { delimiter: b',', header: header.iter().map(|h| h.to_string()).collect() };
        let row = format!("2026-03-02T10:00:00Z,c,Core Directory,UserManagement,Add user,success,,User,Ada,{ADA},ada@example.org,198.51.100.20,User,u-2");
        let found = registry.detect(&form, &[row.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
        match understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Event(e)) => {
                assert_eq!((e.wire.unwrap().principal.id.as_str(), e.resource.as_deref()), ("ada@example.org", Some("u-2")));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sign_in_is_no_audit_entry_and_is_not_lost_among_them() {
        let text = r#"{"createdDateTime":"2026-03-02T10:00:00Z","appId":"x","userPrincipalName":"ada@example.org","status":{"errorCode":0}}"#;
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME);
        assert_eq!(event(text).kind, EventKind::SignIn);
        let other = br#"{"category":"RiskyUsers","properties":{"riskLevel":"high"}}"#;
        assert!(understand_chunk(SOURCE, &Form::Lines, other, &Hints::none()).remove(0).2.is_err());
    }
}
