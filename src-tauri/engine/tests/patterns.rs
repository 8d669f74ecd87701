//! The ordered table of identity patterns (reference D.2), row by row: one small case each, with what may and what may not
//! be said of the person, the agent and whose rights were used.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis::Loaded;
use behalf_engine::ask::who::{Who, who};
use fixtures::{Export, given};
use serde_json::{Value, json};

const MAPPING: &str = r#"
name = "edge"
records = "ndjson"
kind = { from = "/what", call = ["call"], run = ["run"] }
detect = ["/ref", "/what"]
populated_by = "gateway"
[fields]
time = "/at"
end = "/end"
id = "/ref"
action = "/op"
outcome = { from = "/result", success = ["OK"], denied = ["REFUSED"] }
wire = "/client"
wire_kind = { from = "/mode", service = ["svc"], agent = ["agent"], delegated = ["obo"], human = ["person"], system = ["sys"], unknown = ["none"] }
agent = "/agent"
human = "/behalf"
run = "/run"
trigger = "/trigger"
token = "/token"
credential = "/key"
interactive = "/hand"
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
P1,ada@fern.example,Ada,person,active,,,,aws-idc:90a1;github:ada-fern
P2,ben@fern.example,Ben,person,active,,,,github:ben-fern
helper,,helper,agent,active,,,,aws-role:HelperRole;client:helper-client;github:helper-agent;k8s:system:serviceaccount:apps:helper;email:helper@apps.iam.gserviceaccount.com
scout,,scout,agent,active,,,,
crew,crew@fern.example,Crew,shared,active,,,,
";

const ADA: &str = "ada@fern.example";
const BEN: &str = "ben@fern.example";

fn lines(records: &[Value]) -> String {
    records.iter().map(|r| format!("{r}\n")).collect()
}

fn call(more: Value) -> Value {
    let mut call =
        json!({"what": "call", "at": "2026-03-03T10:00:10Z", "ref": "call", "op": "note.append", "result": "OK"});
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

fn run(id: &str, more: Value) -> Value {
    let mut run =
        json!({"what": "run", "at": "2026-03-03T10:00:00Z", "ref": format!("run-{id}"), "run": id, "agent": "helper"});
    run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    run
}

fn token(more: Value) -> Value {
    let mut token = json!({"event": "token_exchange", "time": "2026-03-03T10:00:00Z", "jti": "t1", "aud": "notes", "iat": 1772532000, "exp": 1772532300, "iss": "https://sts.fern.example"});
    token.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    token
}

/// What is told of the record `call`, or of `id`.
fn told_of(files: &[(&str, String)], id: &str) -> Who {
    let mut exports: Vec<Export> =
        files.iter().map(|(name, text)| Export { name: name.to_string(), bytes: text.clone().into_bytes() }).collect();
    exports.push(Export { name: "directory.csv".into(), bytes: DIRECTORY.into() });
    let given = given(&exports, &[MAPPING]);
    assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
    who(&given.case, &Loaded::load(&given.case).unwrap(), id).unwrap()
}

fn told(files: &[(&str, String)]) -> Who {
    told_of(files, "call")
}

fn edge(records: &[Value]) -> (&'static str, String) {
    ("edge.ndjson", lines(records))
}

fn tokens(records: &[Value]) -> (&'static str, String) {
    ("tokens.ndjson", lines(records))
}

/// Pattern, person, agent.
fn three(w: &Who) -> (&str, Option<&str>, Option<&str>) {
    (w.pattern.as_str(), w.human.as_ref().map(|h| h.shown.as_str()), w.agent.as_deref())
}

fn code(w: &Who) -> Option<&str> {
    w.refusal.as_ref().map(|r| r.code.as_str())
}

fn cloud(identity: Value, more: Value) -> (&'static str, String) {
    let mut record = json!({"eventVersion": "1.11", "eventTime": "2026-03-03T10:00:10Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventID": "call", "userAgent": "runtime/1", "userIdentity": identity});
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ("cloudtrail.ndjson", lines(&[record]))
}

fn role(more: Value) -> Value {
    let mut identity = json!({"type": "AssumedRole", "arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s", "accountId": "200000000001", "accessKeyId": "ASIA1", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::200000000001:role/HelperRole"}}});
    identity.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    identity
}

#[test]
fn row_0_a_principal_that_is_redacted_is_undetermined() {
    let github = json!([{"_document_id": "call", "@timestamp": 1772532010000i64, "action": "git.push", "actor": "REDACTED", "org": "fern", "repo": "fern/app"}]);
    let w = told(&[("github.json", github.to_string())]);
    assert_eq!((three(&w), code(&w)), (("undetermined", None, None), Some("R7")));
}

#[test]
fn row_12_a_person_at_a_console_on_an_agents_account_is_neither() {
    let w = told(&[cloud(role(json!({})), json!({"sessionCredentialFromConsole": "true"}))]);
    assert_eq!((w.pattern.as_str(), w.human.is_none()), ("masquerade", true));
}

#[test]
fn row_17_an_account_of_several_is_nobody() {
    let w = told(&[edge(&[call(json!({"client": "crew@fern.example", "mode": "person"}))])]);
    assert_eq!((three(&w), code(&w)), (("robot_user", None, None), Some("R9")));
}

#[test]
fn row_18_the_owner_of_a_key_in_an_agents_hands_is_whose_rights_were_used_and_no_initiator() {
    let key = json!({"client": ADA, "mode": "person", "key": "pat-1", "agent": "helper"});
    let w = told(&[edge(&[call(key.clone())])]);
    assert_eq!((three(&w), code(&w)), (("robot_user", None, Some("helper")), Some("R9")));
    assert_eq!(w.authority.as_deref(), Some(ADA));
    // Who asked is told by the run alone, whoever owns the key.
    let mut in_run = key;
    in_run["run"] = json!("r1");
    let w = told(&[edge(&[run("r1", json!({"behalf": BEN})), call(in_run)])]);
    assert_eq!((three(&w), w.authority.as_deref()), (("robot_user", Some(BEN), Some("helper")), Some(ADA)));
    // In the person's own hands it is the person.
    let w = told(&[edge(&[call(json!({"client": ADA, "mode": "person", "key": "pat-1"}))])]);
    assert_eq!(three(&w), ("direct", Some(ADA), None));
}

#[test]
fn row_5_an_agents_user_account_is_the_agent_at_work() {
    let sign_in = json!([{"id": "call", "createdDateTime": "2026-03-03T10:00:10Z", "userPrincipalName": "helper-desk@fern.example", "userId": "11111111-2222-3333-4444-555555555555", "appId": "99999999-2222-3333-4444-555555555555", "appDisplayName": "Desk", "ipAddress": "192.0.2.1", "isInteractive": false, "status": {"errorCode": 0}, "agent": {"agentType": "agentIDuser", "agentSubjectType": "agentIDuser"}}]);
    let w = told(&[("entra.json", sign_in.to_string())]);
    assert_eq!((w.pattern.as_str(), w.human.is_none()), ("service_account", true));
    assert_ne!(code(&w), Some("R9"));
}

#[test]
fn row_1_impersonation_holds_both() {
    let audit = json!({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "call", "stage": "ResponseComplete", "requestURI": "/api/v1/pods", "verb": "list", "user": {"username": "system:serviceaccount:apps:helper", "groups": []}, "impersonatedUser": {"username": ADA}, "objectRef": {"resource": "pods", "namespace": "apps"}, "responseStatus": {"code": 200}, "requestReceivedTimestamp": "2026-03-03T10:00:10.000000Z", "stageTimestamp": "2026-03-03T10:00:10.000000Z"});
    let w = told(&[("audit.log", lines(&[audit]))]);
    assert_eq!((three(&w), w.grade.as_deref()), (("impersonation", Some(ADA), Some("helper")), Some("B")));
    assert_eq!(w.authority.as_deref(), Some(ADA));
}

#[test]
fn row_2_a_token_with_an_actor_is_obo_and_only_its_outermost_actor_acted() {
    let act = json!({"sub": ADA, "act": {"sub": "helper", "act": {"sub": "scout"}}, "client_id": "helper"});
    let w = told(&[tokens(&[token(act)]), edge(&[call(json!({"client": "edge-1", "mode": "obo", "token": "t1"}))])]);
    assert_eq!(three(&w), ("obo", Some(ADA), Some("helper")));
    assert_eq!((w.grade.as_deref(), w.agent_grade.as_deref()), (Some("A"), Some("A")));
}

#[test]
fn row_3_a_token_of_one_agent_for_another_names_no_person() {
    let act = json!({"sub": "scout", "act": {"sub": "helper"}, "client_id": "helper"});
    let w = told(&[tokens(&[token(act)]), edge(&[call(json!({"client": "helper", "mode": "svc", "token": "t1"}))])]);
    assert_eq!(three(&w), ("service_account", None, Some("helper")));
}

#[test]
fn row_4_the_vendors_form_of_delegation_is_obo() {
    let sign_in = json!([{"id": "call", "createdDateTime": "2026-03-03T10:00:10Z", "userPrincipalName": ADA, "userId": "11111111-2222-3333-4444-555555555555", "appId": "99999999-2222-3333-4444-555555555555", "appDisplayName": "Desk", "ipAddress": "192.0.2.1", "isInteractive": false, "status": {"errorCode": 0}, "agent": {"agentType": "agenticAppInstance", "parentAppId": "x"}}]);
    let w = told(&[("entra.json", sign_in.to_string())]);
    assert_eq!((w.pattern.as_str(), w.human.unwrap().shown.as_str(), w.grade.as_deref()), ("obo", ADA, Some("B")));
}

#[test]
fn row_6_a_platform_that_writes_both_is_hybrid() {
    let github = json!([{"_document_id": "call", "@timestamp": 1772532010000i64, "action": "pull_request.create", "actor": "helper-agent", "actor_is_agent": true, "user": "ada-fern", "agent_session_id": "s1", "org": "fern", "repo": "fern/app"}]);
    let w = told(&[("github.json", github.to_string())]);
    assert_eq!((three(&w), w.grade.as_deref()), (("hybrid", Some(ADA), Some("helper")), Some("B")));
    let user = json!({"userId": "90a1", "identityStoreArn": "arn:aws:identitystore::200000000001:identitystore/d-1"});
    let w = told(&[cloud(role(json!({"onBehalfOf": user})), json!({}))]);
    assert_eq!(three(&w), ("hybrid", Some(ADA), Some("helper")));
}

#[test]
fn row_7_a_session_principal_that_a_broker_set_is_hybrid() {
    let mut identity = role(json!({}));
    identity["sessionContext"]["sourceIdentity"] = json!(ADA);
    let w = told(&[cloud(identity, json!({}))]);
    assert_eq!((three(&w), w.grade.as_deref()), (("hybrid", Some(ADA), Some("helper")), Some("B")));
}

#[test]
fn row_8_a_gateway_that_writes_the_person_is_hybrid() {
    let w = told(&[edge(&[call(json!({"client": "helper", "mode": "svc", "agent": "helper", "behalf": ADA}))])]);
    assert_eq!((three(&w), w.grade.as_deref()), (("hybrid", Some(ADA), Some("helper")), Some("B")));
}

#[test]
fn row_10_a_run_names_the_initiator_of_a_service_account() {
    let calls = [run("r1", json!({"behalf": ADA})), call(json!({"client": "helper", "mode": "svc", "run": "r1"}))];
    let w = told(&[edge(&calls)]);
    assert_eq!(three(&w), ("service_account", Some(ADA), Some("helper")));
    assert_eq!(w.authority.as_deref(), Some("helper"));
}

#[test]
fn row_9_a_callers_own_word_is_hybrid_and_names_nobody() {
    // Google does not check that the caller may use the authority that it selects.
    let who = json!({"principalEmail": "helper@apps.iam.gserviceaccount.com", "authoritySelector": ADA});
    let payload = json!({"@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "storage.googleapis.com", "methodName": "storage.objects.get", "resourceName": "projects/_/buckets/b/objects/o", "authenticationInfo": who, "status": {}});
    let entry = json!({"insertId": "call", "logName": "projects/apps/logs/cloudaudit.googleapis.com%2Fdata_access", "timestamp": "2026-03-03T10:00:10Z", "resource": {"type": "gcs_bucket", "labels": {"project_id": "apps"}}, "protoPayload": payload});
    let w = told(&[("gcp.ndjson", lines(&[entry]))]);
    assert_eq!((three(&w), code(&w)), (("hybrid", None, Some("helper")), Some("R3")));
    assert!(w.candidates.iter().any(|c| c.value == ADA), "{:?}", w.candidates);
}

#[test]
fn row_11_a_person_in_free_text_is_no_pattern_and_no_name() {
    let w = told(&[edge(&[call(json!({"client": "helper", "mode": "svc", "text": format!("for {ADA}, please")}))])]);
    assert_eq!((three(&w), code(&w)), (("service_account", None, Some("helper")), Some("R3")));
    assert!(w.candidates.iter().any(|c| c.value == ADA && c.reason.contains("K12")), "{:?}", w.candidates);
}

#[test]
fn row_19_a_federated_workload_is_no_person() {
    let by = json!({"type": "WebIdentityUser", "principalId": "arn:aws:iam::200000000001:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:fern/app:ref:refs/heads/main", "userName": "repo:fern/app:ref:refs/heads/main", "identityProvider": "arn:aws:iam::200000000001:oidc-provider/token.actions.githubusercontent.com"});
    let asked = json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRoleWithWebIdentity"});
    let w = told(&[cloud(by, asked)]);
    assert_eq!((three(&w), code(&w)), (("service_account", None, None), None));
}

#[test]
fn row_20_a_platforms_own_service_is_no_person_and_no_refusal() {
    let w = told(&[cloud(json!({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}), json!({}))]);
    assert_eq!((three(&w), code(&w)), (("service_account", None, None), None));
}

#[test]
fn row_22_a_schedule_needs_no_person_and_a_blank_does() {
    let calls =
        [run("r1", json!({"trigger": "nightly"})), call(json!({"client": "helper", "mode": "svc", "run": "r1"}))];
    let w = told(&[edge(&calls)]);
    assert_eq!((three(&w), code(&w)), (("service_account", None, Some("helper")), None));
    let w = told(&[edge(&[call(json!({"client": "helper", "mode": "svc"}))])]);
    assert_eq!((three(&w), code(&w)), (("service_account", None, Some("helper")), Some("R1")));
}

#[test]
fn row_13_a_client_that_is_one_agents_is_that_agent() {
    let own = token(json!({"sub": ADA, "client_id": "helper-client"}));
    let w = told(&[tokens(&[own]), edge(&[call(json!({"client": ADA, "mode": "person", "token": "t1"}))])]);
    assert_eq!((three(&w), w.grade.as_deref()), (("obo", Some(ADA), Some("helper")), Some("A")));
}

#[test]
fn row_14_a_run_tells_the_agent_behind_an_unmarked_client() {
    let some = token(json!({"sub": ADA, "client_id": "vendor-desktop"}));
    let calls =
        [run("r1", json!({"behalf": ADA})), call(json!({"client": ADA, "mode": "person", "token": "t1", "run": "r1"}))];
    let w = told(&[tokens(&[some]), edge(&calls)]);
    assert_eq!((three(&w), w.agent_grade.as_deref()), (("obo", Some(ADA), Some("helper")), Some("C")));
}

#[test]
fn row_15_an_unmarked_client_is_no_agent_and_no_hand() {
    let some = token(json!({"sub": ADA, "client_id": "vendor-desktop"}));
    let w = told(&[tokens(&[some]), edge(&[call(json!({"client": ADA, "mode": "person", "token": "t1"}))])]);
    assert_eq!(three(&w), ("undetermined", Some(ADA), None));
}

#[test]
fn row_16_a_person_at_the_screen_is_direct() {
    let some = token(json!({"sub": ADA, "client_id": "vendor-desktop"}));
    let by_hand = call(json!({"client": ADA, "mode": "person", "token": "t1", "hand": true}));
    let w = told(&[tokens(&[some]), edge(&[by_hand])]);
    assert_eq!(three(&w), ("direct", Some(ADA), None));
    let w = told(&[edge(&[call(json!({"client": ADA, "mode": "person"}))])]);
    assert_eq!(three(&w), ("direct", Some(ADA), None));
}

#[test]
fn row_21_what_nobody_knows_is_undetermined() {
    let w = told(&[edge(&[call(json!({"client": "opaque-7", "mode": "none", "token": "t9"}))])]);
    assert_eq!((three(&w), code(&w)), (("undetermined", None, None), Some("R1")));
}
