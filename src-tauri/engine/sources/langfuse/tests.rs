use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{Role, Time, WhyEmpty};
use crate::read::Form;

fn parts(chunk: &str) -> Vec<Part> {
    understand_chunk(SOURCE, &Form::Objects, chunk.as_bytes(), &Hints::default())
}

fn events(chunk: &str) -> Vec<Event> {
    parts(chunk)
        .into_iter()
        .map(|(_, _, understood)| match understood {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        })
        .collect()
}

fn people(event: &Event) -> Vec<&str> {
    event.claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal.id.as_str()).collect()
}

const TRACE_OBJECT: &str = r#"{"id":"4bf92f3577b34da6a3ce929d0e0e4736","name":"ask","timestamp":"2026-03-02T10:00:00.000Z","userId":"ada@example.org","sessionId":"s-1","release":null,"public":false,"tags":[],"metadata":"{\"run_id\":\"r-17\"}"}"#;
const ROOT: &str = r#"{"id":"00f067aa0ba902b7","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","type":"AGENT","name":"invoke_agent helper","startTime":"2026-03-02T10:00:00.000Z","endTime":"2026-03-02T10:00:09.000Z","parentObservationId":null,"level":"DEFAULT","metadata":"{\"attributes\":{\"gen_ai.agent.id\":\"helper-1\"},\"resourceAttributes\":{\"service.name\":\"desk\"}}"}"#;
const TOOL: &str = r#"{"id":"53ce929d0e0e4736","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","type":"TOOL","name":"execute_tool find_order","startTime":"2026-03-02T10:00:01.000Z","endTime":"2026-03-02T10:00:02.000Z","parentObservationId":"00f067aa0ba902b7","level":"DEFAULT","output":"{\"content\":[],\"isError\":true}","metadata":"{\"attributes\":{\"gen_ai.tool.call.id\":\"call-9\",\"user.id\":\"wen@example.org\"}}"}"#;

#[test]
fn the_trace_is_the_root_and_says_whom_it_was_for() {
    let text = format!(r#"{{"trace":{TRACE_OBJECT},"observations":[{TOOL},{ROOT}]}}"#);
    let found = parts(&text);
    assert_eq!((found.len(), &text[found[0].0.clone()], &text[found[1].0.clone()]), (3, TRACE_OBJECT, TOOL));
    let found = events(&text);
    let (trace, tool, root) = (&found[0], &found[1], &found[2]);
    assert_eq!((people(trace), trace.conversation.as_deref()), (vec!["ada@example.org"], Some("s-1")));
    assert_eq!((trace.kind, trace.parent_span.is_none(), trace.run.is_some()), (EventKind::Span, true, true));
    assert_eq!((root.parent_span == trace.span, root.service.as_deref()), (true, Some("desk")));
    assert_eq!(root.claims.iter().map(|c| (c.role, c.principal.id.as_str())).collect::<Vec<_>>(), [(Role::Agent, "helper-1")]);
    assert_eq!((tool.kind, tool.action.as_deref()), (EventKind::ToolSpan, Some("find_order")));
    assert_eq!((tool.parent_span == root.span, tool.tool_call.as_deref()), (true, Some("call-9")));
    // A failed tool inside of a response that the protocol calls a success.
    assert_eq!((tool.outcome, root.outcome), (Outcome::Error, Outcome::Success));
    // Kept; lineage sees that the span is no root.
    assert_eq!(people(tool), ["wen@example.org"]);
}

#[test]
fn a_trace_with_its_observations_inside_is_the_same_records() {
    let inside = TRACE_OBJECT.replace(r#""tags":[]"#, &format!(r#""tags":[],"observations":[{ROOT},{TOOL}]"#));
    let found = parts(&inside);
    assert_eq!((found.len(), &inside[found[1].0.clone()]), (3, ROOT));
    assert_eq!(people(&events(&inside)[0]), ["ada@example.org"]);
    // Beside the observations the trace repeats them, shortened.
    let beside = format!(r#"{{"observations":[{ROOT},{TOOL}],"trace":{inside}}}"#);
    assert_eq!(events(&beside).len(), 3);
    // Lists of traces name observations by id.
    let listed = TRACE_OBJECT.replace(r#""tags":[]"#, r#""tags":[],"observations":["00f067aa0ba902b7"]"#);
    assert_eq!(events(&listed).len(), 1);
}

#[test]
fn an_enriched_root_is_a_root_and_a_plain_one_hangs_from_its_trace() {
    let row = |fields: &str| {
        events(&format!(
            r#"{{"id":"o-1","trace_id":"t-1","type":"SPAN","name":"x","start_time":"2026-03-02 10:00:00.250000",{fields}}}"#
        ))
        .remove(0)
    };
    let enriched = row(r#""parent_observation_id":"","user_id":"ada@example.org","session_id":"s-1""#);
    assert_eq!((enriched.parent_span.is_none(), people(&enriched)), (true, vec!["ada@example.org"]));
    assert_eq!(enriched.time, Time::parse("2026-03-02T10:00:00.25Z"));
    let nobody = row(r#""parent_observation_id":null,"user_id":null"#);
    assert_eq!((nobody.parent_span.is_none(), people(&nobody).len()), (true, 0));
    assert_eq!(row(r#""parent_observation_id":null"#).parent_span, span_of_trace("t-1"));
}

#[test]
fn spans_are_tools_where_their_metadata_says_so() {
    let of = |kind: &str, metadata: &str| {
        let e = events(&format!(
            r#"{{"id":"o-1","traceId":"t-1","type":"{kind}","name":"x","startTime":"2026-03-02T10:00:00Z","metadata":{metadata}}}"#
        ))
        .remove(0);
        (e.kind, e.action.unwrap())
    };
    let tool = |name: &str| (EventKind::ToolSpan, name.to_string());
    assert_eq!(of("SPAN", r#"{"attributes":{"openinference.span.kind":"TOOL","tool.name":"find"}}"#), tool("find"));
    assert_eq!(of("SPAN", r#"{"attributes":"{\"langsmith.span.kind\":\"tool\"}"}"#), tool("x"));
    assert_eq!(of("SPAN", r#"{"attributes.gen_ai.operation.name":"execute_tool","attributes.gen_ai.tool.name":"find"}"#), tool("find"));
    let span = (EventKind::Span, "x".to_string());
    assert_eq!(of("SPAN", r#"{"attributes":{"openinference.span.kind":"AGENT","tool.name":"find"}}"#), span);
    assert_eq!(of("GENERATION", r#"{"attributes":{"gen_ai.tool.name":"find"}}"#), span);
}

#[test]
fn a_span_that_gives_its_tools_answer_is_the_tools_run() {
    let of = |name: &str, output: &str| {
        let output = serde_json::to_string(output).unwrap();
        events(&format!(
            r#"{{"id":"o-1","traceId":"t-1","type":"SPAN","name":"{name}","startTime":"2026-03-02T10:00:00Z","output":{output}}}"#
        ))
        .remove(0)
    };
    let answer = r#"{"lc":1,"type":"constructor","id":["langchain_core","messages","ToolMessage"],"kwargs":{"status":"error","name":"find","tool_call_id":"call-9"}}"#;
    let e = of("find", answer);
    assert_eq!((e.kind, e.tool_call.as_deref(), e.outcome), (EventKind::ToolSpan, Some("call-9"), Outcome::Error));
    // What passes a tool's message on is no tool.
    assert_eq!(of("ChannelWrite", answer).kind, EventKind::Span);
    assert_eq!(of("find", &format!(r#"{{"messages":[{answer}]}}"#)).kind, EventKind::Span);
}

#[test]
fn placeholders_are_nobody() {
    let with = |user: &str| events(&TRACE_OBJECT.replace("ada@example.org", user)).remove(0);
    assert_eq!(people(&with("anonymous")).len(), 0);
    assert_eq!((people(&with("[REDACTED]")).len(), with("[REDACTED]").human_empty), (0, WhyEmpty::Redacted));
}

#[test]
fn containers_scores_and_what_is_another() {
    let registry = registry(Vec::new());
    let is = |form: &Form, chunk: &str| registry.detect(form, &[chunk.as_bytes()]).name().to_string();
    for chunk in [ROOT, TRACE_OBJECT] {
        assert_eq!(is(&Form::Lines, chunk), NAME);
        assert_eq!(is(&Form::Wrapped { key: "data".into() }, chunk), NAME);
    }
    let header = ["id", "traceId", "type", "name", "startTime", "parentObservationId", "metadata"].map(String::from).to_vec();
    let csv = Form::Csv { delimiter: b',', header };
    let row = r#"o-1,t-1,TOOL,find,2026-03-02T10:00:00Z,,"{""attributes"":{}}""#;
    assert_eq!(is(&csv, row), NAME);
    let score = r#"{"id":"sc-1","trace_id":"t-1","name":"good","value":1,"data_type":"NUMERIC","timestamp":"2026-03-02T10:00:00Z"}"#;
    assert_eq!((is(&Form::Lines, score).as_str(), parts(score)[0].2.clone()), (NAME, Ok(Understood::Kept)));
    // A span of OpenTelemetry, and an event of somebody's own.
    let span = r#"{"traceId":"4bf9","spanId":"00f0","name":"x","startTime":"2026-03-02T10:00:00Z"}"#;
    assert_eq!(is(&Form::Lines, span), "otel_traces");
    assert_eq!(is(&Form::Lines, r#"{"id":"1","timestamp":"2026-03-02T10:00:00Z","userId":"ada","type":"login"}"#), "unknown");
    let torn = format!(r#"{{"trace":{TRACE_OBJECT},"observations":[{ROOT}"#);
    assert_eq!((parts(&torn).len(), parts(&torn)[0].2.is_err()), (1, true));
}

#[test]
fn an_observation_that_only_asked_a_person_is_an_approval() {
    let text = r#"{"id":"o1","traceId":"t1","type":"SPAN","name":"review","startTime":"2026-03-02T10:00:00Z","endTime":"2026-03-02T10:01:00Z","parentObservationId":"o0","input":"{\"action_requests\":[{\"name\":\"order.refund\",\"args\":{}}],\"review_configs\":[]}","output":"{\"decisions\":[{\"type\":\"reject\"}]}"}"#;
    let e = events(text).remove(0);
    assert_eq!((e.kind, e.action.as_deref(), e.outcome), (EventKind::Approval, Some("order.refund"), Outcome::Denied));
    assert_eq!(e.approval.map(|a| (a.granted, a.approved_by)), Some((Some(false), None)));
}
