//! The traps of a first build of the join, and the hard cases of attribution, each with the test that covers it.
//!
//! | trap | test |
//! |---|---|
//! | 1 a B beats a C | [`a_record_against_its_run_names_nobody`], `damage.rs` (DM16, DM17), `laws.rs` (swapped tokens) |
//! | 2 the first starter wins, a clean path shrinks a set | [`a_clean_path_does_not_shrink_the_set_of_starters`], `damage.rs` (reuse) |
//! | 3 an unbacked account taken as a person, or its run-joined calls refused | [`an_account_without_a_person_is_nobody_and_hides_nobody`] |
//! | 4 links ignored | [`a_batch_is_nobodys_whether_its_links_are_held_or_not`], `damage.rs` (fan-in) |
//! | 5 one source's parent only | [`a_parent_that_one_source_lost_another_has_kept`] |
//! | 6 session keys, `onBehalfOf` | [`a_session_key_leads_to_its_issuance_and_a_user_id_to_its_alias`] |
//! | 7 an empty address becomes an alias | [`an_empty_address_is_nobodys_alias`] |
//! | 8 users on any span | [`a_user_on_a_tool_span_asked_for_nothing`], `damage.rs` (healthy, propagated) |
//! | 9 AZ-02, AZ-03, AZ-07 fall silent | `fernhill.rs` (every planted fault), `rules/catalogue/AZ-0*.toml` |
//! | 10 ends and clocks | `rules.rs` (day of grace), `rules/facts/tokens.rs` (sixty seconds), `damage.rs` (skew) |
//! | 11 scopes letter by letter | `rules/facts/scope.rs` |
//! | 12 generic clients as agents | `rules/facts/clients.rs` |
//! | 13 severity by rule alone | `rules/severity.rs`, `rules.rs` |
//! | 14 torn and doubled records dropped | `hostile.rs`, `laws.rs`, `fernhill.rs` (counts) |
//!
//! | case | test |
//! |---|---|
//! | H1 the agent invisible in the token | [`a_token_without_an_actor_names_the_person_and_no_agent`], `patterns.rs` (row 15) |
//! | H2 a user in free text | [`a_name_that_the_caller_writes_names_nobody`], `patterns.rs` (rows 9, 11), `proofs.rs` (hints) |
//! | H3 impersonation | `sources/kubernetes_audit.rs` (an account that impersonates a person) |
//! | H4 a person with an agent's credential | [`a_person_at_a_console_under_an_agents_role_is_not_the_agents_run`] |
//! | H5 agents' user accounts | `sources/entra_users.rs`, `patterns.rs` (row 5) |
//! | H6 workload federation | [`a_federated_workload_is_no_person`] |
//! | H7 maker credentials | [`the_owner_of_a_connectors_account_did_not_ask`], `patterns.rs` (row 18) |
//! | H8 one grant, several agents | [`a_token_that_two_agents_were_given_names_its_person_and_neither_agent`] |
//! | H9 a token passed through | `rules/catalogue/AZ-04.toml`, `fernhill.rs` |
//! | H10 a re-run | [`who_ran_it_and_whose_rights_it_used_are_two_slots`], [`a_re_run_is_by_whoever_triggered_it_on_the_rights_of_the_first`] |
//! | H11 fan-in | trap 4 |
//! | H12 the person has left | `rules.rs` (day of grace), `fernhill.rs` |
//! | H13 sub-agents | [`only_the_outermost_actor_acted`] |
//! | H14 one person, two accounts | [`two_accounts_are_one_person_by_an_alias_and_not_by_likeness`] |
//! | H15 aggregated rows | `entra_joins.rs` |

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeMap;

use behalf_engine::ask::attributions::AttributionRow;
use fixtures::{Export, answers, findings, given};
use serde_json::{Value, json};

const MAPPING: &str = r#"
name = "edge"
records = "ndjson"
kind = "call"
detect = ["/ref", "/op"]
populated_by = "gateway"
[fields]
time = "/at"
id = "/ref"
service = "/system"
action = "/op"
outcome = { from = "/result", success = ["OK"], denied = ["REFUSED"] }
wire = "/client"
wire_kind = { from = "/mode", service = ["svc"], delegated = ["obo"], human = ["person"] }
agent = { from = "/client", when = { "/mode" = ["svc", "obo"] } }
human = "/behalf"
run = "/run"
parent_run = "/parent"
trace = "/trace"
span = "/span"
token = "/token"
evaluated = "/judged"
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
P1,ada@fern.example,Ada,person,active,,,,aws-idc:90a1;email:ada.admin@fern.example
P2,ben@fern.example,Ben,person,active,,,,
P3,,Cem,person,active,,,,
helper,,helper,agent,active,,,,aws-role:HelperRole
scout,,scout,agent,active,,,,
";

const ADA: &str = "ada@fern.example";
const BEN: &str = "ben@fern.example";
const ROBOT: &str = "svc.robin@fern.example";
const TRACE: &str = "aaaabbbbccccdddd1111222233334444";

#[derive(Default)]
struct House {
    calls: Vec<Value>,
    spans: Vec<Value>,
    tokens: Vec<Value>,
    cloud: Vec<Value>,
}

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

impl House {
    fn call(&mut self, id: &str, more: Value) {
        let call = json!({"at": "2026-03-03T10:00:10Z", "ref": id, "system": "notes", "op": "note.append", "result": "OK", "client": "helper", "mode": "svc"});
        self.calls.push(with(call, more));
    }

    /// A span of `helper`; the last digits of its id, and of its parent's.
    fn span(&mut self, id: &str, parent: &str, attributes: Value, links: &[&str]) {
        let name = if attributes.get("gen_ai.tool.name").is_some() { "execute_tool" } else { "invoke_agent" };
        let all = with(json!({"gen_ai.agent.id": "helper", "gen_ai.operation.name": name}), attributes);
        let all: Vec<Value> =
            all.as_object().unwrap().iter().map(|(k, v)| json!({"key": k, "value": {"stringValue": v}})).collect();
        let whole = |id: &str| if id.is_empty() { String::new() } else { format!("{id:0>16}") };
        let links: Vec<Value> = links.iter().map(|l| json!({"traceId": TRACE, "spanId": whole(l)})).collect();
        self.spans.push(json!({"traceId": TRACE, "spanId": whole(id), "parentSpanId": whole(parent), "name": name, "startTimeUnixNano": "1772532005000000000", "endTimeUnixNano": "1772532025000000000", "attributes": all, "links": links, "status": {}}));
    }

    /// A root of a run that names its starter.
    fn root(&mut self, id: &str, run: &str, user: &str) {
        self.span(id, "", json!({"enduser.id": user, "run_id": run}), &[]);
    }

    fn token(&mut self, jti: &str, more: Value) {
        let token = json!({"event": "token_exchange", "time": "2026-03-03T10:00:00Z", "jti": jti, "aud": "notes", "scope": "note.append", "iat": 1772532000, "exp": 1772532300, "iss": "https://sts.fern.example"});
        self.tokens.push(with(token, more));
    }

    /// A key of `HelperRole` handed out by `event`, with what was asked for.
    fn hand_out(&mut self, key: &str, event: &str, by: Value, asked: Value) {
        let asked = with(json!({"roleArn": "arn:aws:iam::200000000001:role/HelperRole"}), asked);
        self.cloud.push(json!({"eventVersion": "1.11", "eventTime": "2026-03-03T10:00:06Z", "eventSource": "sts.amazonaws.com", "eventName": event, "eventID": format!("out-{key}"), "userIdentity": by, "requestParameters": asked, "responseElements": {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s"}}}));
    }

    fn get(&mut self, id: &str, key: &str, session: &str, identity: Value, more: Value) {
        let identity = with(
            json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::200000000001:assumed-role/HelperRole/{session}"), "accountId": "200000000001", "accessKeyId": key, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::200000000001:role/HelperRole"}}}),
            identity,
        );
        let call = json!({"eventVersion": "1.11", "eventTime": "2026-03-03T10:00:10Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventID": id, "userAgent": "runtime/1", "userIdentity": identity});
        self.cloud.push(with(call, more));
    }

    fn ask(&self) -> Answer {
        let lines = |records: &[Value]| records.iter().map(|r| format!("{r}\n")).collect::<String>();
        let traces = json!({"resourceSpans": [{"scopeSpans": [{"spans": self.spans}]}]}).to_string();
        let files = [
            ("gateway.ndjson", lines(&self.calls)),
            ("traces.json", if self.spans.is_empty() { String::new() } else { traces }),
            ("tokens.ndjson", lines(&self.tokens)),
            ("cloudtrail.ndjson", lines(&self.cloud)),
            ("directory.csv", DIRECTORY.into()),
        ];
        let exports: Vec<Export> = files
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| Export { name: name.into(), bytes: text.into_bytes() })
            .collect();
        let given = given(&exports, &[MAPPING]);
        assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
        let rows = answers(&given.case).rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        Answer { rows, rules: findings(&given.case).into_iter().map(|f| f.row.rule).collect() }
    }
}

struct Answer {
    rows: BTreeMap<String, AttributionRow>,
    rules: Vec<String>,
}

impl Answer {
    fn row(&self, id: &str) -> &AttributionRow {
        &self.rows[id]
    }

    fn human(&self, id: &str) -> Option<&str> {
        self.row(id).human.as_deref()
    }

    /// Person, grade, refusal.
    fn told(&self, id: &str) -> (Option<&str>, Option<&str>, Option<&str>) {
        let row = self.row(id);
        (row.human.as_deref(), row.grade.as_deref(), row.refusal.as_deref())
    }
}

#[test]
fn a_record_against_its_run_names_nobody() {
    let mut house = House::default();
    house.root("a1", "bens", BEN);
    house.token("t1", json!({"sub": ADA, "act": {"sub": "helper"}, "client_id": "helper"}));
    house.call("record", json!({"behalf": ADA, "run": "bens"}));
    house.call("token", json!({"token": "t1", "run": "bens", "mode": "obo"}));
    house.call("both", json!({"behalf": ADA, "token": "t1", "run": "bens", "mode": "obo"}));
    let answer = house.ask();
    for id in ["record", "token", "both"] {
        assert_eq!(answer.told(id), (None, Some("X"), Some("R6")), "{id}");
    }
    assert!(answer.rules.iter().any(|rule| rule == "AG-04"), "{:?}", answer.rules);
}

#[test]
fn a_clean_path_does_not_shrink_the_set_of_starters() {
    let mut house = House::default();
    house.root("a1", "reused", ADA);
    house.root("a2", "reused", BEN);
    house.root("a3", "adas", ADA);
    house.span("a4", "", json!({"run_id": "child", "parent_run_id": "reused"}), &["a3"]);
    house.call("span", json!({"run": "reused", "trace": TRACE, "span": "00000000000000a1"}));
    house.call("child", json!({"run": "child"}));
    house.call("named", json!({"run": "reused", "behalf": BEN}));
    let answer = house.ask();
    assert_eq!((answer.human("span"), answer.human("child")), (None, None));
    // A credential, and nothing weaker, tells the members of a set apart.
    assert_eq!(answer.told("named"), (Some(BEN), Some("B"), None));
}

#[test]
fn an_account_without_a_person_is_nobody_and_hides_nobody() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    house.root("a2", "bens", BEN);
    let robot = |more: Value| with(json!({"client": ROBOT, "mode": "person"}), more);
    house.call("alone", robot(json!({})));
    house.call("ada", robot(json!({"run": "adas"})));
    house.call("ben", robot(json!({"run": "bens"})));
    let answer = house.ask();
    assert_eq!(answer.told("alone"), (None, Some("X"), Some("R9")));
    assert_eq!(answer.told("ada"), (Some(ADA), Some("C"), None));
    assert_eq!(answer.human("ben"), Some(BEN));
    assert_eq!(answer.row("ada").authority.as_deref(), Some(ROBOT));
}

#[test]
fn a_batch_is_nobodys_whether_its_links_are_held_or_not() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    house.root("a2", "bens", BEN);
    house.span("b1", "", json!({"run_id": "both"}), &["a1", "a2"]);
    house.span("b2", "", json!({"run_id": "half"}), &["a1", "ff"]);
    house.span("b3", "", json!({"run_id": "one"}), &["a1"]);
    for run in ["both", "half", "one"] {
        house.call(run, json!({"run": run}));
    }
    let answer = house.ask();
    assert_eq!((answer.human("both"), answer.human("half"), answer.human("one")), (None, None, Some(ADA)));
}

#[test]
fn a_link_below_a_root_that_names_nobody_is_not_how_it_began() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    house.span("b1", "", json!({}), &[]);
    house.span("b2", "b1", json!({}), &["a1"]);
    house.span("b3", "", json!({}), &["a1"]);
    for span in ["b1", "b2", "b3"] {
        house.call(span, json!({"trace": TRACE, "span": format!("{span:0>16}")}));
    }
    let answer = house.ask();
    assert_eq!((answer.human("b1"), answer.human("b2"), answer.human("b3")), (None, None, Some(ADA)));
}

#[test]
fn a_parent_that_one_source_lost_another_has_kept() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    house.span("a2", "", json!({"run_id": "lost-by-trace"}), &[]);
    house.span("a3", "a1", json!({"run_id": "lost-by-gateway"}), &[]);
    house.call("trace", json!({"run": "lost-by-trace", "parent": "adas"}));
    house.call("gateway", json!({"run": "lost-by-gateway"}));
    let answer = house.ask();
    assert_eq!((answer.human("trace"), answer.human("gateway")), (Some(ADA), Some(ADA)));
}

#[test]
fn a_session_key_leads_to_its_issuance_and_a_user_id_to_its_alias() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    let service = json!({"type": "AWSService", "invokedBy": "bedrock-agentcore.amazonaws.com"});
    house.hand_out("ASIA1", "AssumeRole", service.clone(), json!({"tags": [{"key": "run_id", "value": "adas"}]}));
    house.hand_out("ASIA2", "AssumeRole", service.clone(), json!({"sourceIdentity": BEN}));
    house.hand_out("ASIA3", "AssumeRole", service, json!({}));
    house.get("tag", "ASIA1", "s", json!({}), json!({}));
    house.get("broker", "ASIA2", "s", json!({}), json!({}));
    let user = json!({"userId": "90a1", "identityStoreArn": "arn:aws:identitystore::200000000001:identitystore/d-1"});
    house.get("behalf", "ASIA3", "s", json!({"onBehalfOf": user}), json!({}));
    let answer = house.ask();
    assert_eq!(answer.told("tag"), (Some(ADA), Some("C"), None));
    assert_eq!((answer.human("broker"), answer.human("behalf")), (Some(BEN), Some(ADA)));
}

#[test]
fn an_empty_address_is_nobodys_alias() {
    let mut house = House::default();
    house.call("empty", json!({"behalf": ""}));
    house.call("blank", json!({"client": " ", "mode": "person"}));
    let answer = house.ask();
    assert_eq!((answer.human("empty"), answer.human("blank")), (None, None));
}

#[test]
fn a_user_on_a_tool_span_asked_for_nothing() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    let tool = |call: &str| json!({"gen_ai.tool.name": "note.append", "gen_ai.tool.call.id": call, "enduser.id": BEN});
    house.span("b1", "a1", tool("joined"), &[]);
    house.span("b2", "ff", tool("torn"), &[]);
    house.call("joined", json!({}));
    house.call("torn", json!({}));
    let answer = house.ask();
    assert_eq!((answer.human("joined"), answer.human("torn")), (Some(ADA), None));
}

#[test]
fn a_parent_that_had_ended_and_another_user_below_lead_to_nobody() {
    let mut house = House::default();
    house.root("a1", "adas", ADA);
    house.span("a2", "a1", json!({"run_id": "bens", "enduser.id": BEN}), &[]);
    house.span("a3", "a1", json!({"run_id": "own", "enduser.id": ADA}), &[]);
    // Attached to a span that ended ten minutes before, and never detached.
    house.span("a4", "a1", json!({}), &[]);
    for key in ["startTimeUnixNano", "endTimeUnixNano"] {
        house.spans[3][key] = json!("1772532625000000000");
    }
    // What the late span's own run says of it names nobody, and speaks against the record.
    house.span("a5", "a1", json!({"run_id": "late", "enduser.id": BEN}), &[]);
    house.spans[4]["startTimeUnixNano"] = json!("1772532625000000000");
    house.spans[4]["endTimeUnixNano"] = json!("1772532645000000000");
    house.call("record", json!({"run": "late", "behalf": ADA}));
    house.call("agrees", json!({"run": "late", "behalf": BEN}));
    house.call("another", json!({"run": "bens"}));
    house.call("same", json!({"run": "own"}));
    house.call("later", json!({"trace": TRACE, "span": "00000000000000a4"}));
    house.call("first", json!({"run": "adas"}));
    let answer = house.ask();
    assert_eq!(answer.told("another"), (None, Some("X"), Some("R6")));
    assert_eq!(answer.told("later"), (None, Some("X"), Some("R1")));
    assert_eq!(answer.told("record"), (None, Some("X"), Some("R6")));
    assert_eq!(answer.told("agrees"), (Some(BEN), Some("B"), None));
    assert_eq!((answer.human("same"), answer.human("first")), (Some(ADA), Some(ADA)));
}

#[test]
fn a_token_without_an_actor_names_the_person_and_no_agent() {
    let mut house = House::default();
    house.token("t1", json!({"sub": ADA, "client_id": "vendor-desktop"}));
    house.call("call", json!({"client": ADA, "mode": "person", "token": "t1"}));
    let answer = house.ask();
    assert_eq!((answer.human("call"), answer.row("call").agent.as_deref()), (Some(ADA), None));
}

#[test]
fn a_name_that_the_caller_writes_names_nobody() {
    let mut house = House::default();
    let service = json!({"type": "AWSService", "invokedBy": "bedrock-agentcore.amazonaws.com"});
    house.hand_out("ASIA1", "AssumeRole", service, json!({"roleSessionName": ADA}));
    let asked = json!({"requestParameters": {"bucketName": "b", "key": format!("for {ADA}")}});
    house.get("call", "ASIA1", ADA, json!({}), asked);
    let answer = house.ask();
    assert_eq!((answer.human("call"), answer.row("call").grade.as_deref()), (None, Some("X")));
}

#[test]
fn a_person_at_a_console_under_an_agents_role_is_not_the_agents_run() {
    let mut house = House::default();
    house.get("console", "ASIA1", "s", json!({}), json!({"sessionCredentialFromConsole": "true"}));
    let answer = house.ask();
    assert_eq!((answer.human("console"), answer.row("console").pattern.as_str()), (None, "masquerade"));
}

#[test]
fn a_federated_workload_is_no_person() {
    let mut house = House::default();
    let by = json!({"type": "WebIdentityUser", "principalId": "arn:aws:iam::200000000001:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:fern/app:ref:refs/heads/main", "userName": "repo:fern/app:ref:refs/heads/main", "identityProvider": "arn:aws:iam::200000000001:oidc-provider/token.actions.githubusercontent.com"});
    house.hand_out("ASIA1", "AssumeRoleWithWebIdentity", by, json!({"roleSessionName": "ci"}));
    house.get("call", "ASIA1", "ci", json!({}), json!({}));
    let answer = house.ask();
    assert!(answer.rows.values().all(|row| row.human.is_none()), "{:?}", answer.rows);
}

#[test]
fn the_owner_of_a_connectors_account_did_not_ask() {
    let mut house = House::default();
    house.root("a1", "bens", BEN);
    house.call("connector", json!({"client": ADA, "mode": "person", "run": "bens"}));
    let answer = house.ask();
    // Ada's own account in Ben's run: the record says her, the run him, and neither is told to have asked.
    assert_eq!(answer.told("connector"), (None, Some("X"), Some("R6")));
}

#[test]
fn a_token_that_two_agents_were_given_names_its_person_and_neither_agent() {
    let mut house = House::default();
    for agent in ["helper", "scout"] {
        house.token("t1", json!({"sub": ADA, "act": {"sub": agent}, "client_id": agent}));
    }
    house.call("call", json!({"client": ADA, "mode": "person", "token": "t1"}));
    let answer = house.ask();
    assert_eq!((answer.human("call"), answer.row("call").agent.as_deref()), (Some(ADA), None));
}

#[test]
fn who_ran_it_and_whose_rights_it_used_are_two_slots() {
    let mut house = House::default();
    house.root("a1", "bens", BEN);
    house.call("rerun", json!({"run": "bens", "judged": ["helper", ADA]}));
    let answer = house.ask();
    assert_eq!((answer.human("rerun"), answer.row("rerun").authority.as_deref()), (Some(BEN), Some(ADA)));
}

#[test]
fn a_re_run_is_by_whoever_triggered_it_on_the_rights_of_the_first() {
    let directory = DIRECTORY.replace("email:ada.admin@fern.example", "github:ada-fern").replace(
        "P2,ben@fern.example,Ben,person,active,,,,",
        "P2,ben@fern.example,Ben,person,active,,,,github:ben-fern",
    );
    let entry = |id: &str, more: Value| {
        with(
            json!({"_document_id": id, "@timestamp": 1772532010000i64, "action": "workflows.rerun_workflow_run", "actor": "ada-fern", "org": "fern", "repo": "fern/app"}),
            more,
        )
    };
    let log = json!([
        entry("rerun", json!({"triggering_actor": "ben-fern"})),
        entry("first", json!({"triggering_actor": "ada-fern"})),
        entry("plain", json!({}))
    ]);
    let exports = [("github.json", log.to_string()), ("directory.csv", directory)]
        .map(|(name, text)| Export { name: name.into(), bytes: text.into_bytes() });
    let given = given(&exports, &[]);
    let rows: BTreeMap<String, AttributionRow> =
        answers(&given.case).rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let two = |id: &str| (rows[id].human.as_deref(), rows[id].authority.as_deref());
    assert_eq!(two("rerun"), (Some(BEN), Some(ADA)));
    assert_eq!((two("first"), two("plain")), ((Some(ADA), Some(ADA)), (Some(ADA), Some(ADA))));
}

#[test]
fn only_the_outermost_actor_acted() {
    let mut house = House::default();
    let chain = json!({"sub": "helper", "act": {"sub": "scout"}});
    house.token("t1", json!({"sub": ADA, "act": chain, "client_id": "helper"}));
    house.call("call", json!({"client": "gateway", "mode": "obo", "token": "t1"}));
    house.calls[0]["mode"] = json!("none");
    let answer = house.ask();
    assert_eq!((answer.human("call"), answer.row("call").agent.as_deref()), (Some(ADA), Some("helper")));
}

#[test]
fn two_accounts_are_one_person_by_an_alias_and_not_by_likeness() {
    let mut house = House::default();
    house.call("alias", json!({"behalf": "ada.admin@fern.example"}));
    house.call("like", json!({"behalf": "ada-admin@fern.example"}));
    let answer = house.ask();
    assert_eq!((answer.human("alias"), answer.human("like")), (Some(ADA), None));
}
