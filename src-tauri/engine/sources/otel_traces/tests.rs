use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role, RunId, SpanId, Time, WhyEmpty};
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

#[test]
fn respelled_containers_hold_the_same_spans() {
    let snake = r#"{"resource_spans":[{"resource":{"attributes":[{"key":"service.name","value":{"string_value":"desk"}}]},"scope_spans":[{"spans":[{"trace_id":"KGqgmSgehO5J4iArXJ2bpw==","span_id":"pgnY01V5fbk=","parent_span_id":"","name":"execute_tool find","start_time_unix_nano":"1772522362549000000","attributes":[{"key":"tags","value":{"arrayValue":{"values":[]}}},{"key":"user","value":{"kvlistValue":{"values":[{"key":"id","value":{"stringValue":"ada"}}]}}}]}]}]}]}"#;
    let e = &events(snake)[0];
    assert_eq!((e.kind, e.service.as_deref(), e.claims.len()), (EventKind::ToolSpan, Some("desk"), 1));
    assert_eq!((e.span.as_ref().unwrap().as_str(), e.parent_span.is_none()), ("a609d8d355797db9", true));
    let inner = otlp(ROOT);
    for text in [format!(r#"{{"trace":{inner}}}"#), format!(r#"{{"result":{inner}}}"#)] {
        assert_eq!(events(&text)[0].service.as_deref(), Some("research"), "{text}");
    }
}

#[test]
fn spans_of_other_shapes() {
    let script = r#"{"name":"ai.toolCall","spanContext":{"traceId":"8f60","spanId":"bf09"},"parentSpanContext":{"spanId":"aa"},"kind":0,"startTime":[1772522362,549000000],"endTime":[1772522363,0],"status":{"code":0},"attributes":{"ai.operationId":"ai.toolCall","ai.toolCall.name":"find","ai.toolCall.id":"call-9","ai.toolCall.args":"{}"}}"#;
    let e = &events(script)[0];
    assert_eq!((e.action.as_deref(), e.tool_call.as_deref()), (Some("find"), Some("call-9")));
    assert_eq!((e.time, e.parent_span.clone()), (Some(Time(1_772_522_362_549_000)), SpanId::new("aa")));
    assert_eq!(events(&format!(r#"{{"search":[{script}],"chat":[{script}]}}"#)).len(), 2);

    let zipkin = r#"{"traceId":"5982","id":"bd7a","parentId":"ff01","name":"execute_tool find","timestamp":1772522362549000,"duration":1000,"localEndpoint":{"serviceName":"desk"},"tags":{"gen_ai.tool.name":"find"}}"#;
    let e = &events(zipkin)[0];
    assert_eq!((e.service.as_deref(), e.parent_span.clone()), (Some("desk"), SpanId::new("ff01")));
    assert_eq!(e.end, Some(Time(1_772_522_362_550_000)));

    let bare = r#"{"trace_id":"642d","spans":[{"span_id":"5b1b","span_name":"workflow"}]}"#;
    assert_eq!(events(bare)[0].trace, events(&bare.replace(r#""span_id""#, r#""trace_id":"642d","span_id""#))[0].trace);

    let stored = r#"{"traceID":"3e28","spanID":"75cd","operationName":"x","startTime":1771237536879614,"duration":5,"process":{"serviceName":"desk"},"tag":{"enduser@id":"ada@example.org"}}"#;
    assert_eq!((events(stored)[0].service.as_deref(), events(stored)[0].claims.len()), (Some("desk"), 1));
}

/// A span with one set of attributes, by flat map.
fn with(name: &str, more: &str, attributes: &str) -> Event {
    events(&format!(
        r#"{{"traceId":"1","spanId":"2","name":"{name}","startTimeUnixNano":"1772522362549000000","endTimeUnixNano":"1772522363549000000"{more},"attributes":{{{attributes}}}}}"#
    ))
    .remove(0)
}

#[test]
fn every_conventions_word_for_a_tool_call() {
    for (name, attributes, tool) in [
        ("x", r#""gen_ai.operation.name":"execute_tool","gen_ai.tool.name":"find""#, "find"),
        ("execute_tool find", "", "find"),
        ("tools/call find", r#""mcp.method.name":"tools/call""#, "find"),
        ("x", r#""openinference.span.kind":"TOOL","tool.name":"find""#, "find"),
        ("find.tool", r#""traceloop.span.kind":"tool""#, "find"),
        ("x", r#""traceloop.span.kind":"tool","traceloop.entity.name":"find""#, "find"),
        ("running tool", r#""gen_ai.tool.name":"find","gen_ai.tool.call.id":"c""#, "find"),
        ("find", r#""langsmith.span.kind":"tool""#, "find"),
        ("find", r#""mlflow.spanType":"\"TOOL\"""#, "find"),
        ("claude_code.tool", r#""span.type":"tool","tool_name":"find""#, "find"),
        ("x", r#""entity.1.type":"tool.function","entity.1.name":"find","span.type":"agentic.tool.invocation""#, "find"),
        ("x", r#""entity":[{"type":"tool.function","name":"find"}],"span.type":"agentic.tool.invocation""#, "find"),
    ] {
        let e = with(name, "", attributes);
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::ToolSpan, Some(tool)), "{name} {attributes}");
    }
    for (name, attributes) in [
        // A model that asks for a tool has not called it.
        ("chat m", r#""gen_ai.operation.name":"chat","gen_ai.completion.0.tool_calls.0.name":"find""#),
        ("x", r#""llm.output_messages.0.message.tool_calls.0.tool_call.function.name":"find""#),
        ("x", r#""openinference.span.kind":"AGENT","tool.name":"find""#),
        ("x", r#""span.type":"inference","entity.1.type":"tool.function","entity.1.name":"find""#),
        ("execute_tool (merged)", r#""gen_ai.tool.name":"(merged tools)""#),
        ("running tools", r#""tools":["find"]"#),
        ("claude_code.tool.execution", r#""tool_name":"find","gen_ai.tool.call.id":"c""#),
    ] {
        assert_eq!(with(name, "", attributes).kind, EventKind::Span, "{name} {attributes}");
    }
}

#[test]
fn one_call_that_both_sides_trace_is_one_call() {
    let attributes = r#""mcp.method.name":"tools/call","gen_ai.tool.name":"find","client.address":"10.0.0.7""#;
    assert_eq!(with("tools/call find", r#","kind":"SPAN_KIND_CLIENT""#, attributes).kind, EventKind::ToolSpan);
    for kind in [r#","kind":2"#, r#","kind":"SPAN_KIND_SERVER""#, r#","kind":"SpanKind.SERVER""#] {
        let e = with("tools/call find", kind, attributes);
        assert_eq!((e.kind, e.source_ip.as_deref()), (EventKind::Span, Some("10.0.0.7")), "{kind}");
    }
}

#[test]
fn how_a_tool_call_ended() {
    let of = |attributes: &str| with("execute_tool find", "", attributes).outcome;
    assert_eq!(of(""), Outcome::Success);
    assert_eq!(of(r#""gen_ai.tool.call.result":"{\"content\":[],\"isError\":true}""#), Outcome::Error);
    assert_eq!(of(r#""gcp.vertex.agent.tool_response":"{\"content\":[],\"isError\":false}""#), Outcome::Success);
    // What the tool found is not what the tool says of itself.
    assert_eq!(of(r#""gen_ai.tool.call.result":"{\"content\":[{\"isError\":true}]}""#), Outcome::Success);
    assert_eq!(of(r#""error.type":"tool_error""#), Outcome::Error);
    assert_eq!(of(r#""error.type":"permission_denied""#), Outcome::Denied);
    assert_eq!(of(r#""http.response.status_code":403"#), Outcome::Denied);
}

#[test]
fn long_arguments_stay_in_the_record_alone() {
    let said = |length: usize| {
        let long = "x".repeat(length);
        with("execute_tool find", "", &format!(r#""gen_ai.tool.call.arguments":"{long}""#)).attributes.len()
    };
    assert_eq!((said(10), said(10_000)), (1, 0));
}

#[test]
fn the_container_is_told() {
    let registry = registry(Vec::new());
    let why = |form: &Form, text: &str| {
        let found = registry.detect(form, &[text.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
        found.why
    };
    let group = r#"{"resource":{},"scopeSpans":[]}"#;
    let wrapped = |key: &str| Form::Wrapped { key: key.into() };
    assert!(why(&wrapped("resourceSpans"), group).contains("OTLP"));
    assert!(why(&wrapped("batches"), group).contains("Tempo"));
    assert!(why(&Form::Objects, &format!(r#"{{"trace":{}}}"#, otlp(ROOT))).contains("Tempo"));
    assert!(why(&wrapped("data"), r#"{"traceID":"3e28","spans":[],"processes":{}}"#).contains("Jaeger"));
    for other in [r#"{"traceId":"1","message":"x"}"#, r#"{"spans":[1,2]}"#, r#"{"batches":"two"}"#] {
        assert_eq!(registry.detect(&Form::Lines, &[other.as_bytes()]).name(), "unknown", "{other}");
    }
}

#[test]
fn two_words_for_one_user_are_one_user() {
    let named = |attributes: &str| -> Vec<String> {
        let e = with("x", "", attributes);
        e.claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal.id.clone()).collect()
    };
    assert_eq!(named(r#""user.id":"8f4e7a2b","user.email":"ada@example.org""#), ["ada@example.org"]);
    assert_eq!(named(r#""user.id":"8f4e7a2b","user.email":"unknown""#), ["8f4e7a2b"]);
    // Two addresses are two people, whatever the attributes are called.
    assert_eq!(named(r#""user.id":"wen@example.org","user.email":"ada@example.org""#).len(), 2);
    assert_eq!(named(r#""enduser.id":"8f4e7a2b","user.email":"ada@example.org""#).len(), 2);
}

#[test]
fn logs_beside_the_spans_are_records_of_their_own() {
    let log = r#"{"body":{"stringValue":"hello"}}"#;
    let logs = format!(r#"{{"resource":{{}},"scopeLogs":[{{"logRecords":[{log}]}}]}}"#);
    let text = format!(r#"{{"resourceLogs":[{logs}],{}"#, otlp(ROOT).trim_start_matches('{'));
    let found = parts(&text);
    assert_eq!((found.len(), &text[found[0].0.clone()]), (2, log));
    // No agent's event: kept as a loss with its reason, and the span is not lost over it.
    assert!(found[0].2.is_err());
    assert!(matches!(found[1].2, Ok(Understood::Event(_))));
}

/// The span in which a tool call of Claude Code waits, below the call's own span.
fn blocked(attributes: &str) -> Event {
    with("claude_code.tool.blocked_on_user", r#","parentSpanId":"3""#, attributes)
}

#[test]
fn a_wait_for_leave_is_an_approval() {
    let said = r#""span.type":"tool.blocked_on_user","session.id":"s-1","user.id":"a1b2c3""#;
    let e = blocked(&format!(r#"{said},"decision":"accept","source":"user_temporary","user.email":"ada@example.org""#));
    assert_eq!((e.kind, e.outcome, e.parent_span.clone()), (EventKind::Approval, Outcome::Success, SpanId::new("3")));
    assert_eq!((e.conversation.as_deref(), e.claims.iter().filter(|c| c.role == Role::Human).count()), (Some("s-1"), 0));
    let a = e.approval.unwrap();
    assert_eq!((a.granted, a.approved_by), (Some(true), Some(Principal::new("email", "ada@example.org"))));
    // A person decided and the span does not say which: its device is nobody.
    let a = blocked(&format!(r#"{said},"decision":"reject","source":"user_reject""#)).approval.unwrap();
    assert_eq!((a.granted, a.approved_by, a.subject), (Some(false), None, None));
    let a = blocked(&format!(r#"{said},"decision":"accept","source":"config","user.email":"ada@example.org""#)).approval.unwrap();
    assert_eq!((a.granted, a.approved_by), (Some(true), None));
    let a = blocked(said).approval.unwrap();
    assert_eq!((a.granted, a.approved_by), (None, None));
}

#[test]
fn a_device_of_claude_code_is_nobody_and_its_account_is_somebody() {
    let named = |attributes: &str| -> Vec<Principal> {
        let e = with("claude_code.interaction", "", attributes);
        e.claims.into_iter().filter(|c| c.role == Role::Human).map(|c| c.principal).collect()
    };
    assert_eq!(named(r#""user.id":"a1b2c3""#), []);
    let blotted = with("claude_code.interaction", "", r#""user.id":"a1b2c3","user.email":"<redacted>""#);
    assert_eq!((blotted.claims.len(), blotted.human_empty), (0, WhyEmpty::Redacted));
    assert_eq!(named(r#""user.id":"a1b2c3","user.email":"ada@example.org","user.account_uuid":"6f1e""#), [Principal::new("email", "ada@example.org")]);
    assert_eq!(named(r#""user.id":"a1b2c3","user.account_uuid":"6f1e","user.account_id":"user_01AB""#), [Principal { namespace: "anthropic".into(), id: "user_01AB".into() }]);
}

#[test]
fn one_request_and_one_answer_are_an_approval_and_two_are_none() {
    let of = |more: &str, input: &str, output: &str| {
        let (input, output) = (serde_json::to_string(input).unwrap(), serde_json::to_string(output).unwrap());
        with("human review", more, &format!(r#""input.value":{input},"output.value":{output},"user.id":"ada@example.org""#))
    };
    let inner = r#","parentSpanId":"3""#;
    let old = r#"[{"action_request":{"action":"order.refund","args":{"order":"7"}},"config":{"allow_accept":true},"description":null}]"#;
    let new = r#"{"action_requests":[{"name":"order.refund","args":{}}],"review_configs":[{"action_name":"order.refund","allowed_decisions":["approve"]}]}"#;
    for (input, output, granted) in [
        (old, r#"[{"type":"accept","args":null}]"#, Some(true)),
        (old, r#"{"output":[{"type":"edit","args":{}}]}"#, Some(true)),
        (old, r#"[{"type":"ignore","args":null}]"#, Some(false)),
        (old, r#"[{"type":"response","args":"why?"}]"#, None),
        (new, r#"{"decisions":[{"type":"approve"}]}"#, Some(true)),
        (new, r#"{"decisions":[{"type":"reject","message":"no"}]}"#, Some(false)),
    ] {
        let e = of(inner, input, output);
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::Approval, Some("order.refund")), "{output}");
        let a = e.approval.unwrap();
        assert_eq!((a.granted, a.approved_by, a.subject), (granted, None, None), "{output}");
    }
    let two = new.replace(r#"[{"name":"order.refund","args":{}}]"#, r#"[{"name":"a","args":{}},{"name":"b","args":{}}]"#);
    for (more, input, output) in [
        (inner, two.as_str(), r#"{"decisions":[{"type":"approve"},{"type":"reject"}]}"#),
        (inner, new, r#"{"messages":[]}"#),
        (inner, r#"{"messages":[{"type":"human"}]}"#, r#"[{"type":"accept"}]"#),
        // A root starts a run, whatever else it is.
        ("", old, r#"[{"type":"accept","args":null}]"#),
    ] {
        let e = of(more, input, output);
        assert_eq!((e.kind, e.approval), (EventKind::Span, None), "{input}");
    }
}

#[test]
fn a_log_record_among_spans_is_no_span() {
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772522365529000000","severityNumber":9,"body":{"stringValue":"listening"},"traceId":"1","spanId":"2"}]}]}]}"#;
    assert!(parts(log)[0].2.as_ref().unwrap_err().detail.contains("log record"));
}
