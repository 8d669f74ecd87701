//! Small companies whose evidence is damaged in one way each: who is named, and who must not be.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

use std::collections::BTreeMap;

use behalf_engine::analysis;
use behalf_engine::case::{Case, Import, Select};
use behalf_engine::model::Time;
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Hints, Mapping};
use serde_json::{Value, json};

struct Still;

impl behalf_engine::model::Clock for Still {
    fn now(&self) -> Time {
        Time(0)
    }
}

const MAPPING: &str = r#"
name = "edge"
records = "ndjson"
kind = { from = "/type", call = ["tool"], run = ["start"] }
detect = ["/type", "/at"]
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
trigger = "/trigger"
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
P1,ada@fern.example,Ada,person,active,,,,
P2,ben@fern.example,Ben,person,active,,,,
helper,,helper,agent,active,,,,aws-role:HelperRole
";

const ADA: &str = "ada@fern.example";
const BEN: &str = "ben@fern.example";
const GUEST: &str = "guest@else.example";
const TRACE: &str = "aaaabbbbccccdddd1111222233334444";

/// What is said of a call: the person, the refusal.
#[derive(Debug, Default, Clone, PartialEq)]
struct Said {
    human: Option<String>,
    refusal: Option<String>,
}

/// A company: its calls, runs, spans and tokens.
#[derive(Default)]
struct Company {
    gateway: Vec<Value>,
    spans: Vec<Value>,
    tokens: Vec<Value>,
    cloud: Vec<Value>,
    directory: Option<String>,
    transcript: Option<Value>,
}

impl Company {
    fn with_directory() -> Company {
        Company { directory: Some(DIRECTORY.into()), ..Company::default() }
    }

    /// A call of `helper` as a service, with further fields.
    fn call(&mut self, id: &str, more: Value) {
        let mut call = json!({"type": "tool", "at": "2026-03-03T10:00:10Z", "ref": id, "system": "notes", "op": "note.append", "result": "OK", "client": "helper", "mode": "svc"});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.gateway.push(call);
    }

    /// A span of `helper` named by span id, parent and further attributes; with links.
    fn span(&mut self, name: &str, span: &str, parent: &str, attributes: Value, links: Value) {
        let mut all = json!({"gen_ai.agent.id": "helper", "gen_ai.operation.name": name});
        all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
        let all: Vec<Value> =
            all.as_object().unwrap().iter().map(|(k, v)| json!({"key": k, "value": {"stringValue": v}})).collect();
        self.spans.push(json!({"traceId": TRACE, "spanId": span, "parentSpanId": parent, "name": name, "startTimeUnixNano": "1772532005000000000", "endTimeUnixNano": "1772532025000000000", "attributes": all, "links": links, "status": {}}));
    }

    fn root(&mut self, span: &str, attributes: Value) {
        self.span("invoke_agent", span, "", attributes, json!([]));
    }

    /// A session key, tagged with a run where there is one.
    fn assume(&mut self, key: &str, run: Option<&str>) {
        let tags: Vec<Value> = run.iter().map(|r| json!({"key": "run_id", "value": r})).collect();
        let role = "arn:aws:iam::200000000001:role/HelperRole";
        self.cloud.push(json!({"eventVersion": "1.11", "eventTime": "2026-03-03T10:00:06Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "eventID": format!("assume-{key}"), "userIdentity": {"type": "AWSService", "invokedBy": "bedrock-agentcore.amazonaws.com"}, "requestParameters": {"roleArn": role, "roleSessionName": "s", "tags": tags}, "responseElements": {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s"}}}));
    }

    /// A call with a session key; the run stands in the user agent.
    fn get(&mut self, id: &str, key: &str, run: Option<&str>) {
        let agent = run.map_or("runtime/1".to_string(), |r| format!("runtime/1 run/{r}"));
        self.cloud.push(json!({"eventVersion": "1.11", "eventTime": "2026-03-03T10:00:10Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventID": id, "userAgent": agent, "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s", "accountId": "200000000001", "accessKeyId": key, "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::200000000001:role/HelperRole"}}}}));
    }

    fn ask(&self) -> BTreeMap<String, Said> {
        let folder = tempfile::tempdir().unwrap();
        let lines = |records: &[Value]| records.iter().map(|r| format!("{r}\n")).collect::<String>();
        let traces = json!({"resourceSpans": [{"scopeSpans": [{"spans": self.spans}]}]}).to_string();
        let mut paths = Vec::new();
        for (name, text) in [
            ("gateway.ndjson", lines(&self.gateway)),
            ("traces.json", if self.spans.is_empty() { String::new() } else { traces }),
            ("tokens.ndjson", lines(&self.tokens)),
            ("cloudtrail.ndjson", lines(&self.cloud)),
            ("run.json", self.transcript.as_ref().map(Value::to_string).unwrap_or_default()),
            ("directory.csv", self.directory.clone().unwrap_or_default()),
        ] {
            if !text.is_empty() {
                paths.push(folder.path().join(name));
                std::fs::write(paths.last().unwrap(), text).unwrap();
            }
        }
        let mut case = Case::create(&folder.path().join("c.behalf"), Time(0)).unwrap();
        let registry = sources::registry(vec![Mapping::parse(MAPPING).unwrap()]);
        let (hints, limits) = (Hints::default(), Limits::default());
        let import =
            Import { registry: &registry, hints: &hints, limits: &limits, threads: 1, clock: &Still, progress: &() };
        case.import(&paths, &import).unwrap();
        analysis::analyze(&case, &()).unwrap();
        let mut said = BTreeMap::new();
        case.each_attribution(&Select::All, None, |row| {
            said.insert(row.id, Said { human: row.human, refusal: row.refusal });
            Ok(())
        })
        .unwrap();
        said
    }

    fn human(&self, id: &str) -> Option<String> {
        self.ask()[id].human.clone()
    }
}

#[test]
fn a_token_of_a_client_names_no_person() {
    for claims in [
        json!({"sub": "helper"}),
        json!({"sub": "helper", "client_id": "helper"}),
        json!({"sub": "0oa77x", "client_id": "helper", "grant_type": "client_credentials"}),
    ] {
        for directory in [None, Some(DIRECTORY.to_string())] {
            let mut c = Company { directory, ..Company::default() };
            let mut token = json!({"event": "token.issued", "time": "2026-03-03T10:00:00Z", "jti": "t1", "aud": "notes", "scope": "note.append", "iat": 1772532000, "exp": 1772532300, "iss": "https://sts.fern.example"});
            token.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            c.tokens.push(token);
            c.call("g1", json!({"token": "t1"}));
            assert_eq!(c.human("g1"), None, "{claims}");
        }
    }
}

#[test]
fn a_run_that_somebody_started_by_chat_is_no_schedule() {
    for (trigger, human) in [(json!("chat"), Some(ADA)), (json!("manual"), Some(ADA)), (Value::Null, Some(ADA))] {
        let mut c = Company::with_directory();
        c.gateway.push(json!({"type": "start", "at": "2026-03-03T10:00:00Z", "ref": "s1", "client": "helper", "mode": "svc", "behalf": ADA, "run": "r-1", "trigger": trigger}));
        c.call("g1", json!({"run": "r-1"}));
        assert_eq!(c.human("g1").as_deref(), human, "{trigger}");
    }
}

#[test]
fn a_span_torn_off_in_the_trace_of_another_names_nobody() {
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA}));
    c.root("00000000000000a2", json!({}));
    c.span("invoke_agent", "00000000000000a3", "00000000000000ff", json!({}), json!([]));
    c.span("invoke_agent", "00000000000000a4", "00000000000000a1", json!({}), json!([]));
    for (id, span) in [("root", "a1"), ("torn", "a2"), ("lost", "a3"), ("below", "a4"), ("unknown", "ee")] {
        c.call(id, json!({"trace": TRACE, "span": format!("00000000000000{span}")}));
    }
    let said = c.ask();
    let human = |id: &str| said[id].human.as_deref();
    assert_eq!((human("root"), human("below")), (Some(ADA), Some(ADA)));
    assert_eq!((human("torn"), human("lost"), human("unknown")), (None, None, None));
}

#[test]
fn an_address_that_nobody_knows_may_be_another_person() {
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA, "run_id": "reused"}));
    c.root("00000000000000a2", json!({"enduser.id": GUEST, "run_id": "reused"}));
    c.root("00000000000000a3", json!({"enduser.id": ADA, "run_id": "adas"}));
    c.root("00000000000000a4", json!({"enduser.id": GUEST, "run_id": "child", "parent_run_id": "adas"}));
    c.root("00000000000000a5", json!({"user.id": "device-7", "user.email": ADA, "run_id": "device"}));
    c.call("reused", json!({"run": "reused"}));
    c.call("record", json!({"run": "adas", "behalf": GUEST}));
    c.call("child", json!({"run": "child"}));
    c.call("device", json!({"run": "device"}));
    let said = c.ask();
    for id in ["reused", "record", "child"] {
        assert_eq!(said[id].human, None, "{id}");
    }
    assert_eq!(said["device"].human.as_deref(), Some(ADA));
}

#[test]
fn a_tool_span_that_goes_on_with_anothers_work_speaks_against_the_run() {
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA, "run_id": "adas"}));
    c.root("00000000000000a2", json!({"enduser.id": BEN, "run_id": "bens"}));
    let link = json!([{"traceId": TRACE, "spanId": "00000000000000a2"}]);
    let tool = |call: &str| json!({"gen_ai.tool.name": "note.append", "gen_ai.tool.call.id": call, "run_id": "adas"});
    c.span("execute_tool", "00000000000000b1", "00000000000000a1", tool("linked"), link);
    c.span("execute_tool", "00000000000000b2", "00000000000000a1", tool("plain"), json!([]));
    c.call("linked", json!({"run": "adas"}));
    c.call("plain", json!({"run": "adas"}));
    let said = c.ask();
    assert_eq!((said["linked"].human.as_deref(), said["plain"].human.as_deref()), (None, Some(ADA)));
}

#[test]
fn an_id_cut_to_64_bits_joins_and_a_shorter_one_does_not() {
    const RUN: &str = "ab1e4312-9fbc-4092-ad38-01ff4befc8a6";
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA, "run_id": RUN}));
    c.call("low", json!({"trace": &TRACE[16..], "span": "00000000000000a1"}));
    c.call("high", json!({"trace": TRACE[..16].to_uppercase(), "span": "A1"}));
    c.call("run", json!({"run": &RUN[..18]}));
    c.call("short", json!({"run": &RUN[..13]}));
    let said = c.ask();
    let human = |id: &str| said[id].human.as_deref();
    assert_eq!((human("low"), human("high"), human("run"), human("short")), (Some(ADA), Some(ADA), Some(ADA), None));
}

#[test]
fn a_link_does_not_stand_for_a_parent_that_is_missing() {
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA, "run_id": "adas"}));
    let link = json!([{"traceId": TRACE, "spanId": "00000000000000a1"}]);
    c.span("invoke_agent", "00000000000000a2", "00000000000000ff", json!({"run_id": "lost"}), link.clone());
    c.span("invoke_agent", "00000000000000a3", "", json!({"run_id": "linked"}), link);
    c.span("chat", "00000000000000a4", "00000000000000fe", json!({"run_id": "linked"}), json!([]));
    c.call("lost", json!({"run": "lost"}));
    c.call("linked", json!({"run": "linked"}));
    let said = c.ask();
    assert_eq!((said["lost"].human.as_deref(), said["linked"].human.as_deref()), (None, Some(ADA)));
}

#[test]
fn a_key_that_other_runs_used_is_not_the_tagged_runs_alone() {
    let (ada, ben, lost) = ("run-of-ada", "run-of-ben", "run-of-nobody");
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA, "run_id": ada}));
    c.root("00000000000000a2", json!({"enduser.id": BEN, "run_id": ben}));
    c.assume("ASIA1", Some(ada));
    c.get("alone", "ASIA1", None);
    c.assume("ASIA2", Some(ada));
    c.get("shared", "ASIA2", None);
    c.get("bens", "ASIA2", Some(ben));
    c.assume("ASIA3", Some(ada));
    c.get("open", "ASIA3", None);
    c.get("lost", "ASIA3", Some(lost));
    c.get("adas", "ASIA3", Some(ada));
    let said = c.ask();
    assert_eq!(said["alone"].human.as_deref(), Some(ADA));
    assert_eq!(said["adas"].human.as_deref(), Some(ADA));
    for id in ["shared", "bens"] {
        assert_eq!(said[id], Said { human: None, refusal: Some("R4".into()) }, "{id}");
    }
    assert_eq!((&said["open"].human, &said["lost"].human), (&None, &None));
}

#[test]
fn spans_that_name_no_run_belong_to_the_run_that_others_place_them_in() {
    let mut c = Company::with_directory();
    c.root("00000000000000a1", json!({"enduser.id": ADA}));
    c.root("00000000000000a2", json!({"enduser.id": BEN}));
    let tool = json!({"gen_ai.tool.name": "note.append", "gen_ai.tool.call.id": "x", "run_id": "by-tool"});
    c.span("execute_tool", "00000000000000b1", "00000000000000a1", tool, json!([]));
    c.call("by-tool", json!({"run": "by-tool"}));
    let span = |n: u8| json!({"trace": TRACE, "span": format!("00000000000000a{n}")});
    let with = |mut more: Value, run: &str| {
        more["run"] = json!(run);
        more
    };
    c.call("parent", with(span(1), "parent"));
    c.call("child", json!({"run": "child", "parent": "parent"}));
    c.call("one", with(span(1), "reused"));
    c.call("other", with(span(2), "reused"));
    let said = c.ask();
    for id in ["by-tool", "parent", "child"] {
        assert_eq!(said[id].human.as_deref(), Some(ADA), "{id}");
    }
    assert_eq!((&said["one"].human, &said["other"].human), (&None, &None));
}

#[test]
fn two_copies_of_one_record_that_name_different_people_name_nobody() {
    let mut c = Company::with_directory();
    c.call("g1", json!({"behalf": ADA}));
    c.call("g1", json!({"behalf": BEN}));
    c.call("g2", json!({"behalf": ADA}));
    c.call("g2", json!({"behalf": ADA, "host": "another"}));
    let said = c.ask();
    assert_eq!(said["g1"], Said { human: None, refusal: Some("R6".into()) });
    assert_eq!(said["g2"].human.as_deref(), Some(ADA));
}

#[test]
fn a_transcripts_step_that_an_audit_source_logs_is_evidence_and_no_second_call() {
    let mut c = Company::with_directory();
    c.call("c-1", json!({}));
    c.call("c-7", json!({}));
    let step = |id: &str| {
        let call = json!({"id": id, "function": {"name": "note.append", "arguments": "{}"}});
        json!({"role": "assistant", "content": null, "tool_calls": [call]})
    };
    let answer = json!({"role": "tool", "tool_call_id": "c-1", "content": "ok"});
    let turns = json!([step("c-1"), answer, step("c-2")]);
    c.transcript = Some(json!({"run_id": "r-1", "task_id": 1, "info": {"task": {"user_id": "P1"}}, "traj": turns}));
    let said = c.ask();
    // The log's own call has the run's person. What the log does not hold stays a call: no time says that it should.
    let named: Vec<(&str, Option<&str>)> = said.iter().map(|(id, s)| (id.as_str(), s.human.as_deref())).collect();
    assert_eq!(named, [("c-1", Some(ADA)), ("c-7", None), ("r-1:00002.00:c-2", Some(ADA))]);
    // A user whom the directory does not know is nobody's name.
    c.transcript =
        Some(json!({"run_id": "r-1", "task_id": 1, "info": {"task": {"user_id": "P9"}}, "traj": [step("c-2")]}));
    let said = c.ask();
    assert_eq!(said["r-1:00000.00:c-2"], Said { human: None, refusal: Some("R8".into()) });
}
