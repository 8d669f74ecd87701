use super::super::{Part, understand_chunk};
use super::*;
use crate::model::RunId;
use crate::read::Form;

fn parts(text: &str) -> Vec<Part> {
    understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default())
}

fn events(text: &str) -> Vec<Event> {
    parts(text)
        .into_iter()
        .map(|(_, _, understood)| match understood {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        })
        .collect()
}

const ROOT: &str = r#"{"traceId":"286AA099281E84EE49E2202B5C9D9BA7","spanId":"a609d8d355797db9","name":"invoke_agent research-agent","startTimeUnixNano":"1772522362549000000","endTimeUnixNano":"1772522402549000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}},{"key":"gen_ai.agent.name","value":{"stringValue":"Research"}},{"key":"gen_ai.agent.id","value":{"stringValue":"research-agent"}},{"key":"run_id","value":{"stringValue":"e1a7975f-6391-42b2-a048-1613e1bf6adc"}},{"key":"enduser.id","value":{"stringValue":"goran@example.org"}}],"status":{}}"#;
const TOOL: &str = r#"{"traceId":"286aa099281e84ee49e2202b5c9d9ba7","spanId":"b61308df856616ac","parentSpanId":"a609d8d355797db9","name":"execute_tool note.append","startTimeUnixNano":1772522365529000000,"endTimeUnixNano":1772522365709000000,"attributes":[{"key":"enduser.id","value":{"stringValue":"wen@example.org"}},{"key":"gen_ai.tool.name","value":{"stringValue":"note.append"}},{"key":"gen_ai.tool.call.id","value":{"stringValue":"gw-1"}},{"key":"parent_run_id","value":{"stringValue":"r0"}}],"status":{"code":2},"links":[{"traceId":"c0","spanId":"d0"}]}"#;

fn otlp(spans: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"research"}}}},{{"key":"host.name","value":{{"stringValue":"h1"}}}}]}},"scopeSpans":[{{"scope":{{"name":"rt"}},"spans":[{spans}]}}]}}]}}"#
    )
}

#[test]
fn each_span_of_a_line_is_a_record_with_its_own_bytes() {
    let line = otlp(&format!("{ROOT}, {TOOL}"));
    let parts = parts(&line);
    assert_eq!(parts.len(), 2);
    assert_eq!(&line[parts[0].0.clone()], ROOT);
    assert_eq!(&line[parts[1].0.clone()], TOOL);
    assert_eq!(parts[0].1, parts[1].1);
    assert!(parts[0].1.as_ref().unwrap().starts_with(b"{\"resource\":"));
}

#[test]
fn a_root_and_a_tool_span() {
    let found = events(&otlp(&format!("{ROOT},{TOOL}")));
    let (root, tool) = (&found[0], &found[1]);
    assert_eq!((root.kind, tool.kind), (EventKind::Span, EventKind::ToolSpan));
    assert_eq!((root.parent_span.is_none(), tool.parent_span.is_none()), (true, false));
    assert_eq!(root.trace, tool.trace);
    assert_eq!(root.run, Some((RunId::new("e1a7975f639142b2a0481613e1bf6adc").unwrap(), FilledBy::Caller)));
    let named = |e: &Event, role| {
        e.claims.iter().filter(|c| c.role == role).map(|c| c.principal.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(named(root, Role::Human), ["goran@example.org"]);
    assert_eq!(named(root, Role::Agent), ["research-agent"]);
    assert!(root.claims.iter().all(|c| c.by == FilledBy::Caller && c.evidence == EvidenceKind::K8));
    // The user on a tool span is kept, and lineage sees that the span has a parent.
    assert_eq!(named(tool, Role::Human), ["wen@example.org"]);
    assert_eq!((tool.action.as_deref(), tool.tool_call.as_deref()), (Some("note.append"), Some("gw-1")));
    assert_eq!((tool.outcome, root.outcome), (Outcome::Error, Outcome::Success));
    assert_eq!(tool.parent_run, RunId::new("r0"));
    assert_eq!(tool.links.len(), 1);
    assert_eq!((tool.service.as_deref(), tool.host.as_deref()), (Some("research"), Some("h1")));
    assert_eq!(tool.time, Some(Time(1_772_522_365_529_000)));
    assert_eq!(tool.wire, None);
}

#[test]
fn a_damaged_line_is_one_broken_record_and_an_empty_one_is_kept() {
    let line = otlp(ROOT);
    let torn = parts(&line[..line.len() - 20]);
    assert_eq!(torn.len(), 1);
    assert!(torn[0].2.is_err());
    assert_eq!(torn[0].0, 0..line.len() - 20);
    assert_eq!(parts(r#"{"resourceSpans":[]}"#)[0].2, Ok(Understood::Kept));
}

#[test]
fn tempo_jaeger_sdk_and_trace_groups() {
    let tempo = format!(
        r#"{{"resource":{{"attributes":[]}},"instrumentationLibrarySpans":[{{"instrumentationLibrary":{{"name":"x"}},"spans":[{TOOL}]}}]}}"#
    );
    assert_eq!(events(&tempo)[0].kind, EventKind::ToolSpan);
    assert_eq!(events(&format!(r#"{{"batches":[{tempo}]}}"#)).len(), 1);

    let jaeger = r#"{"traceID":"3e28","spans":[{"traceID":"3e28","spanID":"75cd","operationName":"execute_tool helm","references":[{"refType":"CHILD_OF","traceID":"3e28","spanID":"e37f"},{"refType":"FOLLOWS_FROM","traceID":"99","spanID":"98"}],"startTime":1771237536879614,"duration":57091,"tags":[{"key":"kagent.user_id","type":"string","value":"admin@kagent.dev"},{"key":"error","type":"bool","value":true}],"processID":"p1"}],"processes":{"p1":{"serviceName":"helm_agent","tags":[]}}}"#;
    for text in [jaeger.to_string(), format!(r#"{{"data":[{jaeger}],"total":0}}"#)] {
        let e = &events(&text)[0];
        assert_eq!((e.action.as_deref(), e.service.as_deref()), (Some("helm"), Some("helm_agent")));
        assert_eq!(e.parent_span, SpanId::new("e37f"));
        assert_eq!((e.links.len(), e.outcome), (1, Outcome::Error));
        assert_eq!(e.end.unwrap().0 - e.time.unwrap().0, 57091);
    }

    let sdk = r#"{"name":"tool.run","context":{"trace_id":"0xbdd4","span_id":"0x2c54"},"parent_id":"0x1d2a","start_time":"2025-11-19T04:45:15.721227Z","end_time":"2025-11-19T04:45:16.762084Z","status":{"status_code":"OK"},"attributes":{"entity.1.type":"tool.adk","entity.1.name":"get_weather","scope.git.run.id":"7"},"links":[],"resource":{"attributes":{"service.name":"langchain"}}}"#;
    let e = &events(sdk)[0];
    assert_eq!((e.kind, e.action.as_deref(), e.run.is_none()), (EventKind::ToolSpan, Some("get_weather"), true));
    assert_eq!((e.service.as_deref(), e.outcome), (Some("langchain"), Outcome::Success));

    let custom = r#"{"trace_id":"642d","spans":[{"span_name":"workflow","start_time":"2026-05-27T04:27:41Z","span_id":"5b1b","trace_id":"642d","attributes":{}}]}"#;
    assert_eq!(events(custom).len(), 1);
}

#[test]
fn ids_in_base64_are_the_same_ids() {
    let text = r#"{"traceId":"KGqgmSgehO5J4iArXJ2bpw==","spanId":"pgnY01V5fbk=","name":"x","startTimeUnixNano":"1772522362549000000"}"#;
    let e = &events(text)[0];
    assert_eq!(e.trace.as_ref().unwrap().as_str(), "286aa099281e84ee49e2202b5c9d9ba7");
    assert_eq!(e.span.as_ref().unwrap().as_str(), "a609d8d355797db9");
}

#[test]
fn a_schedule_is_a_trigger_and_a_request_is_not() {
    let with = |key: &str, value: &str| {
        events(&format!(r#"{{"traceId":"1","spanId":"2","name":"x","startTimeUnixNano":"1772522362549000000","attributes":[{{"key":"{key}","value":{{"stringValue":"{value}"}}}}]}}"#)).remove(0).trigger
    };
    assert_eq!(with("schedule", "0 3 * * *").as_deref(), Some("0 3 * * *"));
    assert_eq!(with("faas.trigger", "timer").as_deref(), Some("timer"));
    assert_eq!(with("faas.trigger", "http"), None);
    assert_eq!(with("trigger", "user"), None);
}

#[test]
fn a_redacted_user_is_nobody() {
    let e = &events(
        r#"{"traceId":"1","spanId":"2","name":"x","startTimeUnixNano":"1772522362549000000","attributes":{"user.id":"[REDACTED]"}}"#,
    )[0];
    assert_eq!((e.claims.len(), e.human_empty), (0, WhyEmpty::Redacted));
}
