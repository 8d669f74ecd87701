use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{EventKind, EvidenceKind, FilledBy, Principal, Role, Time, WhyEmpty, WireKind};
use crate::read::Form;

fn event(path: &str, input: &str, result: &str) -> Event {
    logged(&format!(
        r#""path":"{path}","input":{input},"result":{result},"requested_by":"10.0.0.9:41504","bundles":{{"authz":{{"revision":"r7"}}}}"#
    ))
}

fn logged(rest: &str) -> Event {
    let text = format!(
        r#"{{"labels":{{"app":"gate","id":"i1"}},"decision_id":"d1","timestamp":"2026-03-02T10:00:00.123456Z","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7",{rest}}}"#
    );
    match understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

fn evaluated(input: &str) -> Vec<String> {
    event("authz/allow", input, "true").decision.unwrap().evaluated.into_iter().map(|p| format!("{}:{}", p.namespace, p.id)).collect()
}

#[test]
fn a_subject_is_who_was_evaluated_and_the_asking_service_is_not() {
    let e = event(
        "agents/authz/allow",
        r#"{"subject":{"type":"user","id":"ada@example.org"},"action":{"name":"refund.create"},"resource":{"type":"order","id":"o-1"},"context":{"run_id":"run-12","tool_call_id":"call_1"},"amount":40}"#,
        "false",
    );
    assert_eq!((e.kind, e.outcome), (EventKind::Decision, Outcome::Denied));
    assert_eq!(e.time, Time::parse("2026-03-02T10:00:00.123456Z"));
    assert_eq!((e.action.as_deref(), e.resource.as_deref(), e.resource_type.as_deref()), (Some("refund.create"), Some("o-1"), Some("order")));
    assert_eq!((e.host.as_deref(), e.source_ip, e.wire), (Some("10.0.0.9:41504"), None, None));
    let decision = e.decision.unwrap();
    assert_eq!(decision.evaluated, [Principal::new("email", "ada@example.org")]);
    assert_eq!(decision.policy.as_deref(), Some("agents/authz/allow (r7)"));
    assert_eq!((e.run.unwrap().1, e.tool_call.as_deref()), (FilledBy::Caller, Some("call_1")));
    assert!(e.trace.is_some() && e.span.is_some());
}

#[test]
fn only_an_unambiguous_field_is_the_subject() {
    assert_eq!(evaluated(r#"{"user":"ada@example.org"}"#), ["email:ada@example.org"]);
    assert_eq!(evaluated(r#"{"user":{"sub":"u-1","email":"Ada@example.org"}}"#), ["email:ada@example.org"]);
    assert_eq!(evaluated(r#"{"user":{"sub":"u-1","email":"ada@example.org","email_verified":false}}"#), ["name:u-1"]);
    assert_eq!(evaluated(r#"{"principal":"agent:refund-assistant","user":"ada"}"#), ["name:refund-assistant"]);
    assert_eq!(evaluated(r#"{"agent":"refund-assistant"}"#), ["name:refund-assistant"]);
    assert_eq!(evaluated(r#"{"user":"ada","claims":{"sub":"ada"}}"#), ["name:ada"]);
    for nobody in [
        r#"{"user":"ada","agent":"refund-assistant"}"#,
        r#"{"user":"ada","email":"ben@example.org"}"#,
        r#"{"subject":"ada","principal":"ben"}"#,
        r#"{"name":"ada","resource":"user"}"#,
        r#"{"user":"anonymous"}"#,
        r#"{"user":{"name":"Ada Lovelace","roles":["x"]}}"#,
        r#"{"method":"GET","path":["salary","ada"]}"#,
        "{}",
    ] {
        assert!(evaluated(nobody).is_empty(), "{nobody}");
    }
}

#[test]
fn agent_and_person_in_the_input_are_the_callers_word() {
    let e = event(
        "authz/allow",
        r#"{"subject":"agent:refund-assistant","on_behalf_of":"ada@example.org","actor":{"id":"refund-assistant","type":"agent"}}"#,
        "true",
    );
    assert_eq!(e.decision.unwrap().evaluated, [Principal::new("name", "refund-assistant")]);
    let claims: Vec<_> = e.claims.iter().map(|c| (c.role, c.principal.id.as_str(), c.evidence, c.by)).collect();
    assert_eq!(
        claims,
        [
            (Role::Agent, "refund-assistant", EvidenceKind::K11, FilledBy::Caller),
            (Role::Human, "ada@example.org", EvidenceKind::K11, FilledBy::Caller)
        ]
    );
    let e = event("authz/allow", r#"{"user":"ada","agent":"refund-assistant"}"#, "true");
    assert_eq!(e.claims.iter().map(|c| c.role).collect::<Vec<_>>(), [Role::Agent, Role::Human]);
}

#[test]
fn a_token_in_envoys_headers_is_decoded_and_its_signature_is_gone() {
    let claims = "eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJjbGllbnRfaWQiOiJjMSIsImlhdCI6MTc3MjYyMzYwOCwiZXhwIjoxNzcyNjIzOTA4LCJpc3MiOiJ4In0";
    let e = event(
        "envoy/authz/allow",
        &format!(
            r#"{{"attributes":{{"source":{{"principal":"spiffe://example.org/ns/a/sa/gate"}},"request":{{"http":{{"method":"POST","path":"/refunds?token=s","headers":{{"authorization":"Bearer eyJhbGciOiJSUzI1NiJ9.{claims}.c2lnbmF0dXJl","x-run-id":"run-44"}}}}}}}}}}"#
        ),
        r#"{"allowed":true}"#,
    );
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("POST"), Some("/refunds")));
    assert!(e.credential.as_ref().unwrap().id.starts_with("sha256:"));
    assert_eq!(e.claims.iter().map(|c| c.principal.id.as_str()).collect::<Vec<_>>(), ["ada@example.org", "c1"]);
    assert!(e.claims.iter().all(|c| c.by == FilledBy::Caller));
    assert_eq!(e.wire.as_ref().unwrap().kind, WireKind::Service);
    assert!(e.run.is_some() && e.decision.as_ref().unwrap().evaluated.is_empty());
    assert!(!format!("{e:?}").contains("c2lnbmF0dXJl"));
}

#[test]
fn effects_by_name_and_result() {
    use DecisionEffect::{Allow, Deny};
    let of = |path: &str, result: &str| event(path, "{}", result).decision.unwrap().effect;
    for (path, result, effect) in [
        ("authz/allow", "true", Some(Allow)),
        ("authz/allow", "\"true\"", Some(Allow)),
        ("authz", r#"{"allow":false,"reason":"x"}"#, Some(Deny)),
        ("authz", r#"{"allow":true,"allowed":false}"#, None),
        ("authz/decision", "\"deny\"", Some(Deny)),
        ("k8s/deny", r#"["no"]"#, Some(Deny)),
        ("k8s/deny", "[]", None),
        ("authz/deny", "true", Some(Deny)),
        ("authz/deny", "false", None),
        ("policy", r#"{"violations":["v"]}"#, Some(Deny)),
        ("policy", r#"{"roles":["admin"]}"#, None),
        ("policy", "7", None),
    ] {
        assert_eq!(of(path, result), effect, "{path} {result}");
    }
    assert_eq!(logged(r#""path":"authz/allow","requested_by":"x""#).decision.unwrap().effect, None);
    let e = logged(r#""path":"authz/allow","result":true,"error":{"code":"x"},"requested_by":"x""#);
    assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Error, None));
}

#[test]
fn masked_names_are_redacted_and_reviews_name_the_user() {
    for rest in [
        r#""erased":["/input/user"],"input":{"action":"a"}"#,
        r#""masked":["/input/subject/id"],"input":{"subject":{"id":"**REDACTED**"}}"#,
        r#""erased":["/input"]"#,
    ] {
        let e = logged(&format!(r#""path":"authz/allow","result":true,{rest}"#));
        assert_eq!((e.human_empty, e.decision.unwrap().evaluated.len()), (WhyEmpty::Redacted, 0), "{rest}");
    }
    let e = event(
        "kubernetes/admission/deny",
        r#"{"kind":"AdmissionReview","request":{"operation":"CREATE","kind":{"kind":"Pod"},"namespace":"n","name":"p","userInfo":{"username":"system:serviceaccount:agents:helper"}}}"#,
        r#"["no"]"#,
    );
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("create"), Some("Pod/n/p")));
    assert_eq!(e.decision.unwrap().evaluated, [Principal::new("k8s", "system:serviceaccount:agents:helper")]);
}

#[test]
fn console_lines_beside_the_servers_own() {
    let registry = registry(Vec::new());
    let decision = br#"{"decision_id":"d","input":{},"labels":{"id":"x"},"level":"info","msg":"Decision Log","path":"a/allow","result":true,"time":"2026-03-02T10:00:00Z","timestamp":"2026-03-02T10:00:00Z","type":"openpolicyagent.org/decision_logs"}"#;
    let server = br#"{"client_addr":"[::1]:1","level":"info","msg":"Received request.","req_id":1,"req_method":"POST","time":"2026-03-02T10:00:00Z"}"#;
    assert_eq!(registry.detect(&Form::Lines, &[server, decision, server]).name(), "opa_decisions");
    assert_eq!(registry.detect(&Form::Lines, &[server, server]).name(), "unknown");
    let parts = understand_chunk(SOURCE, &Form::Lines, server, &Hints::default());
    assert_eq!(parts[0].2, Ok(Understood::Kept));
    // A house's own gateway may number its decisions too.
    let own = br#"{"decision_id":"d","tool":"refund","user":"ada","allowed":true}"#;
    assert_eq!(registry.detect(&Form::Lines, &[own]).name(), "unknown");
}
