use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{SpanId, TraceId, WhyEmpty};
use crate::read::Form;

const SESSION: &str = "3f1a7c52-0b7e-4f0e-9a57-6b1d1f1c2a10";
const PROMPT: &str = "7d0c5a1e-92f7-4b3c-8e10-5a6b7c8d9e0f";

fn parts(form: &Form, text: &str) -> Vec<Part> {
    understand_chunk(SOURCE, form, text.as_bytes(), &Hints::default())
}

fn events(text: &str) -> Vec<Event> {
    parts(&Form::Lines, text)
        .into_iter()
        .map(|(_, _, understood)| match understood {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        })
        .collect()
}

/// A log record of Claude Code as OTLP writes it.
fn record(name: &str, attributes: &[(&str, &str)]) -> String {
    let common = [("session.id", SESSION), ("prompt.id", PROMPT), ("user.id", "a1b2c3d4e5f6"), ("organization.id", "org-1")];
    let all: Vec<serde_json::Value> = common
        .iter()
        .chain(attributes)
        .map(|(key, value)| serde_json::json!({"key": key, "value": {"stringValue": value}}))
        .collect();
    serde_json::json!({
        "timeUnixNano": "1772522365529000000", "observedTimeUnixNano": "1772522366000000000", "severityNumber": 9,
        "body": {"stringValue": format!("claude_code.{name}")}, "attributes": all,
        "traceId": "286aa099281e84ee49e2202b5c9d9ba7", "spanId": "a609d8d355797db9"
    })
    .to_string()
}

fn otlp(records: &[String]) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"claude-code"}}}}]}},"scopeLogs":[{{"scope":{{"name":"com.anthropic.claude_code.events"}},"logRecords":[{}]}}]}}]}}"#,
        records.join(",")
    )
}

fn claude(name: &str, attributes: &[(&str, &str)]) -> Event {
    events(&otlp(&[record(name, attributes)])).remove(0)
}

fn people(e: &Event) -> Vec<&str> {
    e.claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal.id.as_str()).collect()
}

const ADA: (&str, &str) = ("user.email", "Ada@example.org");
const CALL: [(&str, &str); 2] = [("tool_name", "Bash"), ("tool_use_id", "toolu_01ABCDEFGHJKLMNPQRSTUV")];

#[test]
fn a_prompt_starts_the_run_and_says_who_asked() {
    let e = claude("user_prompt", &[ADA, ("event.name", "user_prompt"), ("prompt_length", "12")]);
    assert_eq!((e.kind, e.action.as_deref()), (EventKind::Run, Some("claude_code.user_prompt")));
    assert_eq!(e.run, Some((RunId::new(PROMPT).unwrap(), FilledBy::Caller)));
    assert_eq!((e.conversation.as_deref(), e.tenant.as_deref()), (Some(SESSION), Some("org-1")));
    assert_eq!(people(&e), ["ada@example.org"]);
    assert!(e.claims.iter().all(|c| c.by == FilledBy::Caller && c.evidence == EvidenceKind::K8));
    assert!(e.claims.iter().any(|c| c.role == Role::Agent && c.principal.id == "claude-code"));
    assert_eq!((e.wire, e.approval), (None, None));
}

#[test]
fn a_device_names_nobody_and_an_account_is_the_issuers() {
    let e = claude("user_prompt", &[]);
    assert_eq!((people(&e).len(), e.human_empty), (0, WhyEmpty::Absent));
    let e = claude("user_prompt", &[("user.email", "unknown"), ("user.account_uuid", "6f1e"), ("user.account_id", "user_01AB")]);
    assert_eq!(e.claims[0].principal, Principal { namespace: "anthropic".into(), id: "user_01AB".into() });
    let e = claude("user_prompt", &[("user.email", "<redacted>")]);
    assert_eq!((people(&e).len(), e.human_empty), (0, WhyEmpty::Redacted));
}

#[test]
fn a_tool_result_is_a_tool_span_without_a_span_of_its_own() {
    let more = [("success", "true"), ("duration_ms", "714"), ("event.timestamp", "2026-03-03T07:19:26.000Z"), ADA];
    let e = claude("tool_result", &[&CALL[..], &more].concat());
    assert_eq!((e.kind, e.action.as_deref(), e.outcome), (EventKind::ToolSpan, Some("Bash"), Outcome::Success));
    assert_eq!(e.tool_call.as_deref(), Some("toolu_01ABCDEFGHJKLMNPQRSTUV"));
    assert_eq!((e.end, e.time), (Time::parse("2026-03-03T07:19:26Z"), Time::parse("2026-03-03T07:19:25.286Z")));
    assert_eq!((e.span, e.parent_span, e.trace), (None, SpanId::new("a609d8d355797db9"), TraceId::new("286aa099281e84ee49e2202b5c9d9ba7")));
    assert_eq!(people(&claude("tool_result", &[&CALL[..], &more].concat())), ["ada@example.org"]);
    let of = |more: &[(&str, &str)]| claude("tool_result", &[&CALL[..], more].concat()).outcome;
    assert_eq!(of(&[("success", "false"), ("error_type", "ShellError")]), Outcome::Error);
    assert_eq!(of(&[("success", "false"), ("decision_type", "reject")]), Outcome::Denied);
    assert_eq!(of(&[]), Outcome::Unknown);
    let mcp = [("tool_name", "mcp_tool"), ("tool_parameters", r#"{"mcp_server_name":"desk","mcp_tool_name":"order.refund"}"#)];
    assert_eq!(claude("tool_result", &mcp).action.as_deref(), Some("order.refund"));
}

#[test]
fn a_decision_is_the_users_only_where_a_person_took_it() {
    let of = |decision: &str, source: &str| {
        let e = claude("tool_decision", &[&CALL[..], &[ADA, ("decision", decision), ("source", source)]].concat());
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::Approval, Some("Bash")));
        assert_eq!(e.tool_call.as_deref(), Some("toolu_01ABCDEFGHJKLMNPQRSTUV"));
        assert_eq!(e.run, Some((RunId::new(PROMPT).unwrap(), FilledBy::Caller)));
        // Whoever approved is no human of the call.
        assert_eq!(people(&e).len(), 0);
        assert!(e.attributes.contains(&("decided_by".into(), Attribute::Text(source.into()))));
        let a = e.approval.unwrap();
        assert_eq!((a.subject, a.requested_by), (None, None));
        (a.granted, a.approved_by.map(|p| p.id), e.outcome)
    };
    let ada = Some("ada@example.org".to_string());
    for source in ["user_permanent", "user_temporary"] {
        assert_eq!(of("accept", source), (Some(true), ada.clone(), Outcome::Success));
    }
    for source in ["user_reject", "user_abort"] {
        assert_eq!(of("reject", source), (Some(false), ada.clone(), Outcome::Denied));
    }
    for source in ["config", "hook", "user", "users_config"] {
        assert_eq!(of("accept", source), (Some(true), None, Outcome::Success), "{source}");
        assert_eq!(of("reject", source), (Some(false), None, Outcome::Denied), "{source}");
    }
    assert_eq!(of("maybe", "user_temporary"), (None, None, Outcome::Unknown));
    // A person decided, and the record does not say which.
    let e = claude("tool_decision", &[("tool_name", "Bash"), ("decision", "accept"), ("source", "user_temporary")]);
    assert_eq!(e.approval.unwrap().approved_by, None);
}

#[test]
fn each_record_has_its_own_bytes_and_foreign_ones_are_told() {
    let (one, two) = (record("user_prompt", &[]), record("api_request", &[("model", "m")]));
    let foreign = r#"{"timeUnixNano":"1772522365529000000","severityNumber":9,"body":{"stringValue":"listening"},"attributes":[]}"#;
    let text = otlp(&[one.clone(), foreign.to_string(), two.clone()]);
    let found = parts(&Form::Lines, &text);
    assert_eq!(found.len(), 3);
    assert_eq!((&text[found[0].0.clone()], &text[found[2].0.clone()]), (one.as_str(), two.as_str()));
    assert!(found[0].1.as_ref().unwrap().starts_with(b"{\"resource\":"));
    assert!(found[1].2.as_ref().unwrap_err().detail.contains("no agent's event"));
    assert!(matches!(&found[2].2, Ok(Understood::Event(e)) if e.kind == EventKind::Message && e.run.is_some()));
    assert_eq!(parts(&Form::Lines, &text[..text.len() - 9]).len(), 1);
    assert!(parts(&Form::Lines, &text[..text.len() - 9])[0].2.is_err());
    assert_eq!(parts(&Form::Lines, r#"{"resourceLogs":[]}"#)[0].2, Ok(Understood::Kept));
    assert_eq!(parts(&Form::Lines, r#"{"resourceMetrics":[{"scopeMetrics":[]}]}"#)[0].2, Ok(Understood::Kept));
}

#[test]
fn spans_and_logs_of_one_file_are_both_read() {
    let span = r#"{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"traceId":"286aa099281e84ee49e2202b5c9d9ba7","spanId":"a609d8d355797db9","name":"claude_code.interaction","startTimeUnixNano":"1772522362549000000"}]}]}]}"#;
    assert_eq!(events(span)[0].kind, EventKind::Span);
    let log = otlp(&[record("tool_decision", &[("tool_name", "Bash"), ("decision", "accept")])]);
    let found = understand_chunk(otel_traces::SOURCE, &Form::Lines, log.as_bytes(), &Hints::default());
    assert!(matches!(&found[0].2, Ok(Understood::Event(e)) if e.kind == EventKind::Approval));
}

/// The decision in each rendering says the same.
#[test]
fn renderings_of_one_record() {
    let snake = otlp(&[record("tool_decision", &[&CALL[..], &[ADA, ("decision", "accept"), ("source", "user_temporary")]].concat())])
        .replace("resourceLogs", "resource_logs")
        .replace("scopeLogs", "scope_logs")
        .replace("logRecords", "log_records")
        .replace("stringValue", "string_value")
        .replace("timeUnixNano", "time_unix_nano")
        .replace("traceId", "trace_id")
        .replace("spanId", "span_id");
    let flat = format!(
        r#"{{"timestamp":"2026-03-03T07:19:25.529Z","service_name":"claude-code","event_name":"tool_decision","session_id":"{SESSION}","prompt_id":"{PROMPT}","user_email":"ada@example.org","tool_name":"Bash","tool_use_id":"toolu_01ABCDEFGHJKLMNPQRSTUV","decision":"accept","source":"user_temporary"}}"#
    );
    let labels = format!(
        r#"{{"labels":{{"service_name":"claude-code","event_name":"tool_decision","session_id":"{SESSION}","prompt_id":"{PROMPT}","user_email":"ada@example.org","tool_name":"Bash","tool_use_id":"toolu_01ABCDEFGHJKLMNPQRSTUV","decision":"accept","source":"user_temporary"}},"line":"claude_code.tool_decision","timestamp":"2026-03-03T07:19:25.529Z"}}"#
    );
    let loki = format!(
        r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"service_name":"claude-code","session_id":"{SESSION}"}},"values":[["1772522365529000000","claude_code.tool_decision",{{"prompt_id":"{PROMPT}","user_email":"ada@example.org","tool_name":"Bash","tool_use_id":"toolu_01ABCDEFGHJKLMNPQRSTUV","decision":"accept","source":"user_temporary"}}]]}}]}}}}"#
    );
    let table = format!(
        r#"{{"Timestamp":"2026-03-03 07:19:25.529000000","TraceId":"286aa099281e84ee49e2202b5c9d9ba7","SpanId":"a609d8d355797db9","SeverityText":"INFO","ServiceName":"claude-code","Body":"claude_code.tool_decision","LogAttributes":{{"event.name":"tool_decision","session.id":"{SESSION}","prompt.id":"{PROMPT}","user.email":"ada@example.org","tool_name":"Bash","tool_use_id":"toolu_01ABCDEFGHJKLMNPQRSTUV","decision":"accept","source":"user_temporary"}}}}"#
    );
    let registry = registry(Vec::new());
    for text in [&snake, &flat, &labels, &loki, &table] {
        let found = registry.detect(&Form::Lines, &[text.as_bytes()]);
        assert_eq!(found.name(), NAME, "{} {text}", found.why);
        let all = events(text);
        assert_eq!(all.len(), 1, "{text}");
        let e = &all[0];
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::Approval, Some("Bash")), "{text}");
        assert_eq!(e.time, Time::parse("2026-03-03T07:19:25.529Z"), "{text}");
        assert_eq!((e.run.clone().unwrap().0, e.conversation.as_deref()), (RunId::new(PROMPT).unwrap(), Some(SESSION)), "{text}");
        let a = e.approval.clone().unwrap();
        assert_eq!((a.granted, a.approved_by), (Some(true), Some(Principal::new("email", "ada@example.org"))), "{text}");
    }
}

#[test]
fn codex_tells_person_policy_and_reviewer_apart() {
    let of = |decision: &str, source: &str| {
        let text = format!(
            r#"{{"timestamp":"2026-03-03T07:19:25Z","body":null,"attributes":{{"event.name":"codex.tool_decision","conversation.id":"c-17","tool_name":"shell","call_id":"call_0123456789abcdefghijkl","decision":"{decision}","source":"{source}","user.account_id":"workspace-1","user.email":"ada@example.org"}}}}"#
        );
        let e = events(&text).remove(0);
        assert_eq!((e.kind, e.action.as_deref(), e.tool_call.as_deref()), (EventKind::Approval, Some("shell"), Some("call_0123456789abcdefghijkl")));
        assert_eq!((e.run.unwrap().0, e.conversation.as_deref()), (RunId::new("c-17").unwrap(), Some("c-17")));
        let a = e.approval.unwrap();
        (a.granted, a.approved_by.is_some())
    };
    for word in ["approved", "approved_for_session", "approvedforsession"] {
        assert_eq!(of(word, "user"), (Some(true), true), "{word}");
    }
    assert_eq!(of("denied", "User"), (Some(false), true));
    assert_eq!(of("approved", "config"), (Some(true), false));
    assert_eq!(of("denied", "automated_reviewer"), (Some(false), false));
    // Nobody answered.
    assert_eq!(of("timedout", "user"), (None, false));
    let prompt = events(r#"{"attributes":{"event.name":"codex.user_prompt","conversation.id":"c-17","user.account_id":"workspace-1"}}"#);
    assert_eq!((prompt[0].kind, people(&prompt[0]).len()), (EventKind::Run, 0));
}

#[test]
fn gemini_says_call_and_decision_in_one_record() {
    let of = |more: &str| {
        let text = format!(
            r#"{{"hrTime":[1772522365,529000000],"hrTimeObserved":[1772522365,529000000],"resource":{{"_rawAttributes":[]}},"instrumentationScope":{{"name":"gemini-cli"}},"attributes":{{"session.id":"s-1","user.email":"ada@example.org","event.name":"gemini_cli.tool_call","function_name":"write_file","duration_ms":30,"success":true,"prompt_id":"s-1########2"{more}}},"_body":"Tool call: write_file."}}"#
        );
        assert_eq!(registry(Vec::new()).detect(&Form::Objects, &[text.as_bytes()]).name(), NAME);
        let e = events(&text).remove(0);
        assert_eq!((e.kind, e.action.as_deref(), e.conversation.as_deref()), (EventKind::ToolSpan, Some("write_file"), Some("s-1")));
        assert_eq!((e.end, e.time), (Time::parse("2026-03-03T07:19:25.529Z"), Time::parse("2026-03-03T07:19:25.499Z")));
        e.approval.map(|a| (a.granted, a.approved_by.is_some()))
    };
    assert_eq!(of(""), None);
    assert_eq!(of(r#","decision":"accept","interactive":true"#), Some((Some(true), true)));
    assert_eq!(of(r#","decision":"modify""#), Some((Some(true), true)));
    // Also what a mode without questions writes.
    assert_eq!(of(r#","decision":"auto_accept","interactive":true"#), Some((Some(true), false)));
    assert_eq!(of(r#","decision":"reject","interactive":true"#), Some((Some(false), true)));
    assert_eq!(of(r#","decision":"reject","interactive":false"#), Some((Some(false), false)));
    assert_eq!(of(r#","decision":"accept","interactive":false"#), Some((Some(true), false)));
}

#[test]
fn events_of_the_convention_are_messages() {
    let text = r#"{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"timeUnixNano":"1772522365529000000","eventName":"gen_ai.client.inference.operation.details","attributes":[{"key":"gen_ai.conversation.id","value":{"stringValue":"conv_1"}},{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}],"traceId":"286aa099281e84ee49e2202b5c9d9ba7","spanId":"a609d8d355797db9"},{"timeUnixNano":"1772522365529000000","attributes":[{"key":"event.name","value":{"stringValue":"gen_ai.tool.message"}}],"body":{"kvlistValue":{"values":[]}}}]}]}]}"#;
    let found = events(text);
    assert!(found.iter().all(|e| e.kind == EventKind::Message && e.claims.is_empty() && e.run.is_none()));
    assert_eq!((found[0].conversation.as_deref(), found[1].action.as_deref()), (Some("conv_1"), Some("gen_ai.tool.message")));
    assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME);
}

#[test]
fn a_houses_own_run_id_comes_first() {
    let e = claude("tool_decision", &[("tool_name", "Bash"), ("run_id", "job-2026-17"), ("decision", "accept")]);
    assert_eq!(e.run.unwrap().0, RunId::new("job-2026-17").unwrap());
}

#[test]
fn what_only_looks_like_it_is_another() {
    let registry = registry(Vec::new());
    for text in [
        r#"{"event_name":"tool_decision","decision":"accept","tool_name":"x"}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","body":{"stringValue":"listening"}}]}]}]}"#,
        r#"{"timestamp":"2026-03-03T07:19:25Z","message":"codex. A book of laws"}"#,
        r#"{"event":"user_prompt","service_name":"helpdesk"}"#,
    ] {
        assert_ne!(registry.detect(&Form::Lines, &[text.as_bytes()]).name(), NAME, "{text}");
    }
}
