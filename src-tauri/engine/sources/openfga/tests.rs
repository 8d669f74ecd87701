use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{Effect, Entitlement, Entry, LossCode, Membership, Principal, Time};

type Parts = Vec<(String, Result<Understood, NotUnderstood>)>;

fn parts(form: &Form, text: &str) -> Parts {
    understand_chunk(SOURCE, form, text.as_bytes(), &Hints::default())
        .into_iter()
        .map(|(range, _, understood)| (text[range].to_string(), understood))
        .collect()
}

fn event(text: &str) -> Event {
    match parts(&Form::Lines, text).pop().unwrap().1 {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

fn line(user: &str, response: &str) -> String {
    format!(
        r#"{{"level":"info","ts":"2026-03-02T10:00:00.5Z","msg":"grpc_req_complete","grpc_service":"openfga.v1.OpenFGAService","grpc_method":"Check","grpc_code":0,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","request_id":"r1","user_agent":"sdk/1","raw_request":{{"store_id":"s1","tuple_key":{{"user":"{user}","relation":"can_read","object":"doc:1"}},"authorization_model_id":"m1","contextual_tuples":{{"tuple_keys":[]}},"context":{{"run_id":"run-77","amount":5}}}},"raw_response":{response}}}"#
    )
}

#[test]
fn a_check_is_a_decision_on_its_user() {
    let e = event(&line("user:ada@example.org", r#"{"allowed":false,"resolution":""}"#));
    assert_eq!((e.kind, e.outcome, e.time), (EventKind::Decision, Outcome::Denied, Time::parse("2026-03-02T10:00:00.5Z")));
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("can_read"), Some("doc:1")));
    assert_eq!((e.tenant.as_deref(), e.id.as_deref(), e.wire), (Some("s1"), Some("r1"), None));
    let decision = e.decision.unwrap();
    assert_eq!(decision.evaluated, [Principal::new("email", "ada@example.org")]);
    assert_eq!((decision.effect, decision.policy.as_deref()), (Some(DecisionEffect::Deny), Some("m1")));
    assert_eq!((e.run.unwrap().1, e.claims.len()), (FilledBy::Caller, 0));
    for (user, evaluated) in [
        ("agent:refund-assistant", vec![Principal::new("name", "refund-assistant")]),
        ("customer:7", vec![Principal::new("openfga", "customer:7")]),
        ("user:*", vec![]),
        ("group:eng#member", vec![]),
        ("user:anonymous", vec![]),
    ] {
        assert_eq!(event(&line(user, r#"{"allowed":true}"#)).decision.unwrap().evaluated, evaluated, "{user}");
    }
    // An error decides nothing.
    let failed = line("user:ada", r#"{"code":"x"}"#).replace(r#""grpc_code":0"#, r#""grpc_code":2000"#);
    let e = event(&failed);
    assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Error, None));
}

#[test]
fn lines_of_text_keep_their_time() {
    let json = line("user:ada", r#"{"allowed":true}"#).replace(r#""ts":"2026-03-02T10:00:00.5Z","#, "");
    let text = format!("2026-03-02T10:00:01.000Z\tINFO\tgrpc_req_complete\t{json}");
    let parts = parts(&Form::Lines, &text);
    assert_eq!((parts.len(), parts[0].0.as_str()), (1, text.as_str()));
    let e = event(&text);
    assert_eq!((e.time, e.outcome), (Time::parse("2026-03-02T10:00:01Z"), Outcome::Success));
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&Form::Lines, &[text.as_bytes()]).name(), "openfga");
    assert_eq!(registry.detect(&Form::Lines, &[json.as_bytes()]).name(), "openfga");
}

#[test]
fn a_batch_is_told_where_it_agrees_and_other_methods_are_kept() {
    let batch = |second: &str| {
        format!(
            r#"{{"grpc_service":"openfga.v1.OpenFGAService","grpc_method":"BatchCheck","grpc_code":0,"raw_request":{{"store_id":"s","checks":[{{"tuple_key":{{"user":"user:ada","relation":"a","object":"doc:1"}},"correlation_id":"1"}},{{"tuple_key":{{"user":"user:ada","relation":"b","object":"doc:1"}},"correlation_id":"2"}}]}},"raw_response":{{"result":{{"1":{{"allowed":true}},"2":{{"allowed":{second}}}}}}}}}"#
        )
    };
    let e = event(&batch("true"));
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("batch_check"), Some("doc:1")));
    let decision = e.decision.unwrap();
    assert_eq!((decision.effect, decision.evaluated.len()), (Some(DecisionEffect::Allow), 1));
    assert_eq!(event(&batch("false")).decision.unwrap().effect, None);
    let other = r#"{"grpc_service":"openfga.v1.OpenFGAService","grpc_method":"ListObjects","raw_request":{"user":"user:ada"}}"#;
    assert_eq!(parts(&Form::Lines, other)[0].1, Ok(Understood::Kept));
}

#[test]
fn an_entry_of_the_hosted_service() {
    let e = event(
        r#"{"id":"l1","timestamp":"2026-03-02T10:00:00Z","client_id":"app-1","store_id":"s1","request":{"operation":"Check","tuple_key":{"user":"user:ada","relation":"viewer","object":"doc:1"}},"response":{"allowed":true}}"#,
    );
    assert_eq!(e.wire.unwrap().principal, Principal::new("name", "app-1"));
    assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Allow));
}

fn entries(form: &Form, text: &str) -> (Vec<Entitlement>, Vec<Membership>) {
    let (mut rights, mut members) = (Vec::new(), Vec::new());
    for (_, understood) in parts(form, text) {
        let Ok(Understood::Entries(entries)) = understood else { continue };
        for entry in entries {
            match entry {
                Entry::Entitlement(e) => rights.push(e),
                Entry::Membership(m) => members.push(m),
                other => panic!("{other:?}"),
            }
        }
    }
    (rights, members)
}

#[test]
fn a_tuple_is_a_right_a_membership_and_never_a_no() {
    let text = r#"{"key":{"user":"user:ada","relation":"member","object":"group:eng","condition":null},"timestamp":"2026-01-01T00:00:00Z"}"#;
    let (rights, members) = entries(&Form::Wrapped { key: "tuples".into() }, text);
    let right = &rights[0];
    assert_eq!((right.principal.as_str(), right.action.as_str(), right.resource.as_str()), ("ada", "member", "group:eng"));
    assert_eq!((right.effect, right.condition.as_str(), right.valid_from), (Effect::Allow, "", Time::parse("2026-01-01T00:00:00Z")));
    assert_eq!((members[0].member.as_str(), members[0].holder.as_str()), ("ada", "group:eng#member"));
    // Any other object stays open, whatever the time.
    assert_eq!((rights[1].resource.as_str(), rights[1].valid_from, rights[1].condition.is_empty()), ("*", None, false));

    let (rights, _) = entries(&Form::Array, r#"{"user":"group:eng#member","relation":"viewer","object":"doc:1"}"#);
    assert_eq!(rights[0].principal, "group:eng#member");
    // All of a type are not everybody: the word stands for itself.
    let (rights, _) = entries(&Form::Array, r#"{"user":"user:*","relation":"viewer","object":"doc:1"}"#);
    assert_eq!(rights[0].principal, "user:*");
    let (rights, members) = entries(
        &Form::Array,
        r#"{"user":"user:ada","relation":"viewer","object":"doc:1","condition":{"name":"office_hours","context":{"tz":"CET"}}}"#,
    );
    assert!(rights[0].condition.contains("office_hours") && members[0].condition.contains("CET"));
    let (rights, _) = entries(&Form::Array, r#"{"user":"user:ada","relation":"viewer","object":"doc:*"}"#);
    assert!(!rights[0].condition.is_empty());
    let bad = parts(&Form::Array, r#"{"user":"user:unknown","relation":"viewer","object":"doc:1"}"#);
    assert_eq!(bad[0].1.as_ref().unwrap_err().code, LossCode::BadRow);
}

#[test]
fn rows_of_the_command_line_tool() {
    let header: Vec<String> =
        "user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context".split(',').map(String::from).collect();
    let form = Form::Csv { delimiter: b',', header };
    let (rights, _) = entries(&form, "group,eng,member,viewer,doc,1,,");
    assert_eq!((rights[0].principal.as_str(), rights[0].resource.as_str()), ("group:eng#member", "doc:1"));
    let (rights, _) = entries(&form, "user,ada,,viewer,doc,1,in_hours,\"{\"\"tz\"\":\"\"CET\"\"}\"");
    assert!(rights[0].condition.contains("in_hours") && rights[0].condition.contains("CET"));
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&form, &[b"user,ada,,viewer,doc,1,,"]).name(), "openfga");
}

const STORE: &str = "name: Shop\nmodel: |\n  model\n    schema 1.1\n  type user\n  type doc\n    relations\n      define blocked: [user]\n      define viewer: [user] but not blocked\n      define owner: [user]\ntuple_file: ./more.yaml\ntuples:\n  - user: user:ada\n    relation: owner\n    object: doc:1\n  - { user: user:ben, relation: viewer, object: doc:1 }\n  - user: user:ben\n    object: doc:1\ntests:\n  - name: reading\n    tuples:\n      - user: user:cy\n        relation: owner\n        object: doc:1\n    check:\n      - user: user:ada\n        object: doc:1\n        context:\n          run_id: run-9\n          amount: 5\n        assertions:\n          owner: true\n          viewer: false\n      - users: [user:ada, user:ben]\n        object: doc:1\n        assertions:\n          owner: true\n    list_objects:\n      - user: user:ada\n        type: doc\n        assertions:\n          owner: [doc:1]\n";

#[test]
fn a_store_is_taken_apart_into_tuples_and_assertions() {
    let parts = parts(&Form::Yaml, STORE);
    let texts: Vec<&str> = parts.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts[2], "user: user:ada\n    relation: owner\n    object: doc:1");
    assert_eq!(texts[3], "{ user: user:ben, relation: viewer, object: doc:1 }");
    assert_eq!((texts[6], texts[7]), ("owner: true", "viewer: false"));
    let (rights, members) = entries(&Form::Yaml, STORE);
    assert_eq!((rights.len(), members.len()), (4, 2));
    assert_eq!(rights[0].condition, "");
    // Not everybody who is a viewer by tuple may view.
    assert!(rights[2].condition.contains("viewer"), "{}", rights[2].condition);
    let events: Vec<&Event> =
        parts.iter().filter_map(|(_, u)| if let Ok(Understood::Event(e)) = u { Some(e.as_ref()) } else { None }).collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].decision.as_ref().unwrap().effect, Some(DecisionEffect::Allow));
    assert_eq!(events[1].decision.as_ref().unwrap().effect, Some(DecisionEffect::Deny));
    assert_eq!(events[0].decision.as_ref().unwrap().evaluated, [Principal::new("name", "ada")]);
    assert_eq!((events[0].tenant.as_deref(), events[0].run.is_some()), (Some("Shop"), true));
    assert!(events[0].attributes.contains(&("contextual_tuples".into(), Attribute::Flag(true))));
    let lost: Vec<&NotUnderstood> = parts.iter().filter_map(|(_, u)| u.as_ref().err()).collect();
    assert_eq!(lost.iter().map(|l| l.code).collect::<Vec<_>>(), [LossCode::NotThisFormat, LossCode::BadRow, LossCode::NotThisFormat]);
    assert!(lost[0].detail.contains("another file"));
    let kept = parts.iter().filter(|(_, u)| *u == Ok(Understood::Kept)).count();
    assert_eq!(kept, 3, "the model, the test's own tuple, the list");
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&Form::Yaml, &[STORE.as_bytes()]).name(), "openfga");
    assert_eq!(registry.detect(&Form::Yaml, &[b"- user: user:ada\n  relation: a\n  object: b:c"]).name(), "openfga");
}

#[test]
fn look_alikes_are_not_ours() {
    let registry = registry(Vec::new());
    for text in [
        &b"user: ada\nrelation: friend\nobject: ben"[..],
        b"kind: List\nitems:\n  - kind: RoleBinding",
        b"tests:\n  - name: x\n    run: make",
    ] {
        assert_eq!(registry.detect(&Form::Yaml, &[text]).name(), "unknown", "{}", String::from_utf8_lossy(text));
    }
    for text in [&br#"{"user":"ada","relation":"friend","object":"ben"}"#[..], br#"{"grpc_method":"Check","grpc_service":"envoy.service.auth.v3.Authorization"}"#] {
        assert_eq!(registry.detect(&Form::Lines, &[text]).name(), "unknown");
    }
}
