//! Whom an agent's trace leads to, by each source of traces, through import and analysis: exports written for the test.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeSet;

use fixtures::{Export, Given, answers, findings, given};

fn export(name: &str, text: &str) -> Export {
    Export { name: name.into(), bytes: text.as_bytes().to_vec() }
}

/// Action, person and grade of each call, and the rules that fired.
type Told = (Vec<(String, Option<String>, String)>, BTreeSet<String>);

fn told(given: &Given) -> Told {
    assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
    let rows = answers(&given.case).rows.into_iter();
    let calls = rows.map(|r| (r.action.unwrap(), r.human, r.grade.unwrap_or_default())).collect();
    (calls, findings(&given.case).into_iter().map(|f| f.row.rule).collect())
}

fn by(action: &str, human: Option<&str>, grade: &str) -> (String, Option<String>, String) {
    (action.into(), human.map(String::from), grade.into())
}

const ADA: Option<&str> = Some("ada@example.org");

const LANGFUSE_TRACES: &str = r#"{"id":"t-1","timestamp":"2026-03-02 10:00:00.000000","name":"ask","user_id":"ada@example.org","session_id":"s","project_id":"p","release":null,"tags":[]}
{"id":"t-2","timestamp":"2026-03-02 11:00:00.000000","name":"ask","user_id":null,"session_id":null,"project_id":"p","release":null,"tags":[]}
"#;
const LANGFUSE_OBSERVATIONS: &str = r#"{"id":"o-1","trace_id":"t-1","type":"AGENT","name":"helper","start_time":"2026-03-02 10:00:00.100000","end_time":"2026-03-02 10:00:09","parent_observation_id":null,"metadata":{}}
{"id":"o-2","trace_id":"t-1","type":"TOOL","name":"note.append","start_time":"2026-03-02 10:00:01","end_time":"2026-03-02 10:00:02","parent_observation_id":"o-1","metadata":{"attributes":"{\"user.id\":\"wen@example.org\"}"}}
{"id":"o-3","trace_id":"t-1","type":"TOOL","name":"note.read","start_time":"2026-03-02 10:00:03","end_time":"2026-03-02 10:00:04","parent_observation_id":null,"metadata":{}}
{"id":"o-4","trace_id":"t-2","type":"TOOL","name":"note.find","start_time":"2026-03-02 11:00:01","end_time":"2026-03-02 11:00:02","parent_observation_id":null,"metadata":{}}
"#;

#[test]
fn the_user_of_a_langfuse_trace_reaches_every_root_of_it_and_no_user_below_counts() {
    let both = [export("traces.jsonl", LANGFUSE_TRACES), export("observations.jsonl", LANGFUSE_OBSERVATIONS)];
    let (calls, rules) = told(&given(&both, &[]));
    assert_eq!(calls, [by("note.append", ADA, "C"), by("note.read", ADA, "C"), by("note.find", None, "X")]);
    assert!(rules.contains("AG-02") && !rules.contains("AG-03"), "{rules:?}");
    // The order of files is nobody's word.
    let turned = [both[1].clone(), both[0].clone()];
    assert_eq!(told(&given(&turned, &[])).0, calls);
    // Without the traces nobody is named, and it is the trace that is asked for.
    let (calls, rules) = told(&given(&both[1..], &[]));
    assert!(calls.iter().all(|(_, human, grade)| human.is_none() && grade == "X"), "{calls:?}");
    assert!(rules.contains("AG-03"), "{rules:?}");
}

#[test]
fn tables_of_langfuse_read_like_its_json() {
    let traces = "id,timestamp,name,userId,sessionId,release,tags,environment\nt-1,2026-03-02T10:00:00Z,ask,ada@example.org,s,r1,x,prod\n";
    let observations = "id,traceId,type,name,startTime,endTime,parentObservationId,level\n\
        o-1,t-1,SPAN,helper,2026-03-02T10:00:00Z,2026-03-02T10:00:09Z,,DEFAULT\n\
        o-2,t-1,TOOL,note.append,2026-03-02T10:00:01Z,2026-03-02T10:00:02Z,o-1,ERROR\n";
    let given = given(&[export("a.csv", traces), export("b.csv", observations)], &[]);
    assert!(given.report.files.iter().all(|f| f.format == "langfuse"));
    assert_eq!(told(&given).0, [by("note.append", ADA, "C")]);
    assert_eq!(answers(&given.case).rows[0].outcome, "error");
}

#[test]
fn enriched_observations_need_no_traces() {
    let rows = LANGFUSE_OBSERVATIONS
        .replace(r#""metadata":{"#, r#""user_id":"ada@example.org","trace_name":"ask","metadata":{"#);
    let (calls, _) = told(&given(&[export("observations_v2.jsonl", &rows)], &[]));
    let people: Vec<_> = calls.iter().map(|(_, human, _)| human.as_deref()).collect();
    // A tool that is itself the root of its run is no start of one: nothing says that a run began there.
    assert_eq!(people, [ADA, None, None]);
}

const ROOT: &str = "6ab80f10-d79c-4fa2-b441-922ed6feb630";

fn langsmith(root_metadata: &str) -> String {
    let order = format!("20260302T100000000000Z{ROOT}");
    format!(
        r#"{{"id":"{ROOT}","trace_id":"{ROOT}","run_type":"chain","name":"agent","start_time":"2026-03-02T10:00:00","end_time":"2026-03-02T10:00:09","dotted_order":"{order}","session_id":"p","extra":{{"metadata":{root_metadata}}}}}
{{"id":"11111111-1111-4111-8111-111111111111","trace_id":"{ROOT}","run_type":"tool","name":"note.append","start_time":"2026-03-02T10:00:01","end_time":"2026-03-02T10:00:02","dotted_order":"{order}.20260302T100001000000Z11111111-1111-4111-8111-111111111111","session_id":"p","extra":{{"metadata":{{"user_id":"wen@example.org"}}}}}}
"#
    )
}

#[test]
fn the_metadata_of_the_root_run_says_whom_it_was_for() {
    let named = langsmith(r#"{"user_id":"ada@example.org"}"#);
    assert_eq!(told(&given(&[export("runs.jsonl", &named)], &[])).0, [by("note.append", ADA, "C")]);
    let (calls, rules) = told(&given(&[export("runs.jsonl", &langsmith("{}"))], &[]));
    assert_eq!(calls, [by("note.append", None, "X")]);
    assert!(rules.contains("AG-02"), "{rules:?}");
    // The child alone: its root is named, and in no export.
    let child = named.lines().nth(1).unwrap();
    let (calls, rules) = told(&given(&[export("runs.jsonl", child)], &[]));
    assert_eq!(calls, [by("note.append", None, "X")]);
    assert!(rules.contains("AG-03"), "{rules:?}");
}

#[test]
fn nested_runs_lead_to_the_root_around_them() {
    let text = format!(
        r#"[{{"id":"{ROOT}","run_type":"chain","name":"agent","start_time":1772445600.5,"end_time":1772445609,"extra":{{"metadata":{{"user_id":"ada@example.org"}}}},"child_runs":[
             {{"run_type":"chain","name":"tools","start_time":1772445601,"end_time":1772445603,"child_runs":[
               {{"run_type":"tool","name":"note.append","start_time":1772445602,"end_time":1772445603}}]}}]}}]"#
    );
    let given = given(&[export("tree.json", &text)], &[]);
    assert_eq!((given.report.files[0].format.as_str(), given.report.files[0].read), ("langsmith_runs", 3));
    assert_eq!(told(&given).0, [by("note.append", ADA, "C")]);
}

#[test]
fn spans_in_one_container_and_their_root_in_another_are_one_run() {
    let root = r#"{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"traceId":"KGqgmSgehO5J4iArXJ2bpw==","spanId":"pgnY01V5fbk=","name":"invoke_agent helper","startTimeUnixNano":"1772445600000000000","endTimeUnixNano":"1772445609000000000","attributes":[{"key":"enduser.id","value":{"stringValue":"ada@example.org"}}]}]}]}]}"#;
    let tool = "name,span_kind,parent_id,start_time,end_time,status_code,context.span_id,context.trace_id,attributes.openinference.span.kind,attributes.user.id\n\
        note.append,TOOL,a609d8d355797db9,2026-03-02T10:00:01Z,2026-03-02T10:00:02Z,OK,00000000000000b1,286aa099281e84ee49e2202b5c9d9ba7,TOOL,wen@example.org\n";
    let given = given(&[export("otlp.json", root), export("phoenix.csv", tool)], &[]);
    let formats: BTreeSet<&str> = given.report.files.iter().map(|f| f.format.as_str()).collect();
    assert_eq!(formats, BTreeSet::from(["openinference", "otel_traces"]));
    assert_eq!(told(&given).0, [by("note.append", ADA, "C")]);
}
