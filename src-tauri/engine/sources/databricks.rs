//! Databricks audit log.
//!
//! - **Ask for**: the audit log of the account with verbose logging on, as delivered to storage, or a query of
//!   `system.access.audit`; on Azure also the diagnostic logs of the workspace.
//! - **Reads**: delivered JSON (versions 1 and 2), rows of the system table (`service_name`), Azure diagnostic records and
//!   their Log Analytics tables; lines, arrays, CSV.
//! - **Recognised by**: a service name and an action name, with a user identity, an audit level, request parameters or a
//!   response beside them.
//! - **Filled by**: Databricks fills the identity of the request, and where it knows both, who ran a command (`runBy`) and
//!   whose rights it used (`runAs`). The user agent and the parameters are the caller's words.
//! - **Answers**: who did what in which workspace, by which session or personal access token, and with what outcome.
//! - **Never tells**: which program a personal access token sits in. Entries without an identity (shared data, refused
//!   sign-ins) name nobody.
//! - **Documented in**: docs.databricks.com, "Audit log reference" and "Audit log system table reference". Delivered JSON
//!   was seen in published records; the Azure forms and `identityMetadata` are from the documentation alone.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy,
    Issued, Outcome, Principal, Role, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Databricks;

struct Databricks;

const NAME: &str = "databricks";

const SERVICE: &[&str] = &["/serviceName", "/service_name", "/properties/serviceName"];
const ACTION: &[&str] = &["/actionName", "/action_name", "/properties/actionName"];
const IDENTITY: &[&str] = &["/userIdentity", "/user_identity", "/identity", "/properties/identity"];
const PARAMS: &[&str] = &["/requestParams", "/request_params", "/properties/requestParams"];
const RESPONSE: &[&str] = &["/response", "/properties/response"];
const LEVEL: &[&str] = &["/auditLevel", "/audit_level"];
const BOTH: &[&str] = &["/identityMetadata", "/identity_metadata", "/properties/identityMetadata"];

impl Source for Databricks {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(94, "a service name and an action name of the Databricks audit log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if !is_entry(entry) {
            return Err(NotUnderstood::not_this("no service name and action name of Databricks"));
        }
        Ok(event(entry, hints).into())
    }
}

fn is_entry(value: &Json) -> bool {
    let any = |pointers: &[&str]| pointers.iter().any(|p| json::at(value, p).is_some());
    let word = |pointers: &[&str]| json::first_text(value, pointers).is_some_and(|t| !t.contains([' ', '.', '/']));
    word(SERVICE) && word(ACTION) && [IDENTITY, PARAMS, RESPONSE, LEVEL].iter().any(|p| any(p))
}

/// A member that some exports write as text.
fn object(entry: &Json, pointers: &[&str]) -> Option<Json> {
    pointers.iter().find_map(|p| json::at(entry, p)).and_then(|v| json::nested(v).ok().flatten())
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let (params, response) = (object(entry, PARAMS), object(entry, RESPONSE));
    let param = |name: &str| params.as_ref().and_then(|p| json::text(p, &format!("/{name}")));
    let service = json::first_text(entry, SERVICE).unwrap_or_default();
    let action = json::first_text(entry, ACTION).unwrap_or_default();
    let request = json::first_text(entry, &["/requestId", "/request_id", "/properties/requestId"]);
    // What takes long is logged when it is asked for and again when it is answered, under one request id.
    let asked = request.is_some() && response.is_none();
    let mut event = Event::new(if asked { EventKind::Context } else { kind_of(&service, &action) });
    event.time =
        ["/timestamp", "/event_time", "/time", "/TimeGenerated"].into_iter().find_map(|p| json::time(entry, p));
    event.id = json::first_text(entry, &["/event_id", "/logId", "/properties/logId"]).or(request);
    event.stage = asked.then(|| "request".into());
    event.tenant = json::first_text(entry, &["/workspaceId", "/workspace_id", "/accountId", "/account_id"]);
    event.source_ip = json::first_text(entry, &["/sourceIPAddress", "/source_ip_address", "/properties/sourceIPAddress"]);
    event.user_agent = json::first_text(entry, &["/userAgent", "/user_agent", "/properties/userAgent"]);
    event.outcome = outcome(response.as_ref());
    event.interactive = event.kind == EventKind::SignIn
        && !["token", "jwt", "oidc", "cert"].iter().any(|w| action.to_lowercase().contains(w));
    event.resource = RESOURCES.iter().find_map(|name| param(name));
    event.credential = match param("tokenId").filter(|_| action.to_lowercase().contains("tokenlogin")) {
        Some(id) => Some(Credential { kind: CredentialKind::LongLived, id }),
        None => json::first_text(entry, &["/sessionId", "/session_id", "/properties/sessionId"])
            .filter(|id| somebody(id).is_ok())
            .map(|id| Credential { kind: CredentialKind::Session, id }),
    };
    wire(entry, &mut event);
    ran_by(entry, &mut event);
    if event.kind == EventKind::Token {
        let id = param("tokenId").or_else(|| param("tokenHash"));
        if matches!(event.outcome, Outcome::Denied | Outcome::Error) {
            event.kind = EventKind::Call;
        } else if let Some(id) = id {
            let credential = Credential { kind: CredentialKind::LongLived, id };
            let principal = event.wire.as_ref().map(|w| w.principal.clone());
            let expires = params.as_ref().and_then(|p| json::time(p, "/tokenExpirationTime"));
            event.issued = Some(Issued { credential, principal, expires });
        }
    }
    if let Some(method) = param("authentication_method") {
        event.attributes.push(("authentication".into(), Attribute::Text(method)));
    }
    event.service = Some(service);
    event.action = Some(action);

    let mut search = hints.search(NAME);
    for (key, value) in json::members(params.as_ref()) {
        // A job's run is Databricks' own number and no agent's run.
        if !matches!(key, "runId" | "run_id" | "jobRunId" | "parentRunId" | "parent_run_id") {
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

/// Parameters that name what was acted on, the most telling first.
const RESOURCES: &[&str] = &[
    "full_name_arg",
    "table_full_name",
    "name",
    "path",
    "notebookFullPath",
    "targetUserName",
    "targetGroupName",
    "targetGroupId",
    "tokenId",
    "key",
    "mountPoint",
    "script_id",
    "clusterId",
    "cluster_id",
    "jobId",
    "job_id",
    "warehouseId",
    "listId",
    "endpoint",
];

fn kind_of(service: &str, action: &str) -> EventKind {
    let lower = action.to_lowercase();
    match lower.as_str() {
        "generatedbtoken" | "mintoauthtoken" => EventKind::Token,
        "oidctokenauthorization" => EventKind::SignIn,
        a if a.ends_with("login") && matches!(service, "accounts" | "workspace" | "ssoConfigBackend") => EventKind::SignIn,
        _ => EventKind::Call,
    }
}

fn outcome(response: Option<&Json>) -> Outcome {
    let Some(response) = response else { return Outcome::Unknown };
    let code = json::first_text(response, &["/statusCode", "/status_code"]).and_then(|c| c.parse::<u16>().ok());
    let error = json::first_text(response, &["/errorMessage", "/error_message"]).unwrap_or_default().to_lowercase();
    let refused = error.contains("permission") || error.contains("access denied") || error.contains("unauthorized");
    match code {
        Some(401 | 403) => Outcome::Denied,
        Some(400..) if refused => Outcome::Denied,
        Some(400..) => Outcome::Error,
        Some(100..) => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

/// A user by address, a service principal by its application id, Databricks' own hand by its name.
fn principal(word: &str) -> (Principal, WireKind) {
    let guid = word.len() == 36 && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let principal = Principal::new("databricks", word);
    let kind = match word.to_lowercase().as_str() {
        "system-user" | "__system" => WireKind::System,
        _ if guid => WireKind::Service,
        _ if principal.namespace == "email" => WireKind::Human,
        _ => WireKind::Unknown,
    };
    (principal, kind)
}

fn wire(entry: &Json, event: &mut Event) {
    let identity = object(entry, IDENTITY);
    let word = identity
        .and_then(|i| json::first_text(&i, &["/email", "/subjectName", "/subject_name"]))
        .or_else(|| json::first_text(entry, IDENTITY).filter(|t| !t.starts_with('{')))
        .unwrap_or_default();
    match somebody(&word) {
        Ok(word) if !word.bytes().all(|b| matches!(b, b'0' | b'-')) => {
            let (principal, kind) = principal(word);
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Ok(_) => {}
        Err(why) => event.human_empty = why,
    }
}

/// Where Databricks tells who ran something from whose rights it ran with.
fn ran_by(entry: &Json, event: &mut Event) {
    let Some(both) = object(entry, BOTH) else { return };
    let of = |pointers: &[&str]| {
        json::first_text(&both, pointers).and_then(|t| somebody(&t).ok().map(principal))
    };
    let (run_by, run_as) = (of(&["/runBy", "/run_by"]), of(&["/runAs", "/run_as"]));
    if let Some((rights, _)) = run_as {
        let effect = match event.outcome {
            Outcome::Success => Some(DecisionEffect::Allow),
            Outcome::Denied => Some(DecisionEffect::Deny),
            _ => None,
        };
        event.decision = Some(Decision { effect, evaluated: vec![rights], policy: None });
    }
    let Some((person, WireKind::Human)) = run_by else { return };
    match event.wire.as_mut() {
        Some(wire) if wire.principal == person => {}
        other => {
            // Somebody's rights used by another person: the owner of the rights did not act.
            if let Some(wire) = other.filter(|w| w.kind == WireKind::Human) {
                wire.kind = WireKind::Unknown;
            }
            event.claims.push(Claim {
                role: Role::Human,
                principal: person,
                evidence: EvidenceKind::K3,
                by: FilledBy::Platform,
                field: "/identityMetadata/runBy".into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::Time;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn by(identity: &str, rest: &str) -> Event {
        event(&format!(
            r#"{{"version":"2.0","timestamp":1772409601000,"workspaceId":"17","serviceName":"unityCatalog","actionName":"getTable","userIdentity":{{"email":{identity}}},"requestParams":{{"full_name_arg":"main.sales.orders","run_id":"991"}}{rest}}}"#
        ))
    }

    #[test]
    fn people_programs_and_databricks_itself() {
        let e = by(r#""Ada@example.org""#, r#","sessionId":"s1","response":{"statusCode":200}"#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        assert_eq!((e.outcome, e.resource.as_deref(), e.run), (Outcome::Success, Some("main.sales.orders"), None));
        assert_eq!(e.time, Time::from_millis(1_772_409_601_000));
        let kind = |identity: &str| by(identity, "").wire.map(|w| w.kind);
        assert_eq!(kind(r#""12345678-1234-1234-1234-123456789012""#), Some(WireKind::Service));
        assert_eq!(kind(r#""System-User""#), Some(WireKind::System));
        assert_eq!(kind(r#""data-engineers""#), Some(WireKind::Unknown));
        assert_eq!(kind(r#""00000000-0000-0000-0000-000000000000""#), None);
        assert_eq!(kind("null"), None);
        assert_eq!(by(r#""ada@example.org""#, r#","response":{"statusCode":403}"#).outcome, Outcome::Denied);
        assert_eq!(by(r#""ada@example.org""#, "").outcome, Outcome::Unknown);
    }

    #[test]
    fn who_ran_it_is_not_whose_rights_it_used() {
        let e = by(
            r#""analysts""#,
            r#","response":{"statusCode":200},"identityMetadata":{"runBy":"ada@example.org","runAs":"analysts"}"#,
        );
        assert_eq!(e.claims[0].principal, Principal::new("email", "ada@example.org"));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("databricks", "analysts")]);
        let e = by(r#""bob@example.org""#, r#","identityMetadata":{"runBy":"ada@example.org","runAs":"bob@example.org"}"#);
        assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Unknown, 1));
        let own = by(r#""ada@example.org""#, r#","identityMetadata":{"runBy":"ada@example.org","runAs":"ada@example.org"}"#);
        assert_eq!((own.wire.unwrap().kind, own.claims.len()), (WireKind::Human, 0));
    }

    #[test]
    fn sign_ins_and_personal_access_tokens() {
        let of = |action: &str, params: &str, code: u16| {
            event(&format!(
                r#"{{"serviceName":"accounts","actionName":"{action}","userIdentity":{{"email":"ada@example.org"}},"requestParams":{params},"response":{{"statusCode":{code}}}}}"#
            ))
        };
        let e = of("samlLogin", "{}", 200);
        assert_eq!((e.kind, e.interactive), (EventKind::SignIn, true));
        let e = of("tokenLogin", r#"{"tokenId":"t1"}"#, 401);
        assert_eq!((e.kind, e.interactive, e.outcome), (EventKind::SignIn, false, Outcome::Denied));
        assert_eq!(e.credential.unwrap().kind, CredentialKind::LongLived);
        let e = of("generateDbToken", r#"{"tokenId":"t1","tokenExpirationTime":1803945601000}"#, 200);
        let issued = e.issued.unwrap();
        assert_eq!((e.kind, issued.credential.id.as_str()), (EventKind::Token, "t1"));
        assert!(issued.expires.is_some());
        assert_eq!(of("generateDbToken", "{}", 403).kind, EventKind::Call);
    }

    #[test]
    fn the_same_log_in_its_other_forms() {
        let row = event(
            r#"{"event_time":"2026-03-02T01:01:01.123+00:00","event_id":"e1","workspace_id":17,"service_name":"unityCatalog","action_name":"getTable","user_identity":"{\"email\":\"ada@example.org\",\"subjectName\":null}","request_params":"{\"full_name_arg\":\"a.b.c\"}","response":"{\"statusCode\":200}","audit_level":"ACCOUNT_LEVEL"}"#,
        );
        assert_eq!((row.wire.unwrap().principal.id.as_str(), row.resource.as_deref()), ("ada@example.org", Some("a.b.c")));
        let azure = event(
            r#"{"time":"2026-03-02T01:01:01Z","category":"jobs","operationName":"Microsoft.Databricks/jobs/create","identity":"{\"email\":\"ada@example.org\"}","properties":{"serviceName":"jobs","actionName":"create","requestId":"r1","response":"{\"statusCode\":200}","requestParams":"{\"name\":\"nightly\"}"}}"#,
        );
        assert_eq!((azure.wire.unwrap().principal.id.as_str(), azure.resource.as_deref()), ("ada@example.org", Some("nightly")));
        let asked = by(r#""ada@example.org""#, r#","requestId":"r1""#);
        assert_eq!((asked.kind, asked.stage.as_deref()), (EventKind::Context, Some("request")));
    }

    #[test]
    fn another_service_with_actions_is_not_databricks() {
        let registry = registry(Vec::new());
        let other = br#"{"serviceName":"Exchange Online","actionName":"x","userIdentity":{}}"#;
        assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
        assert_eq!(registry.detect(&Form::Lines, &[br#"{"serviceName":"x","actionName":"y"}"#]).name(), "unknown");
    }
}
