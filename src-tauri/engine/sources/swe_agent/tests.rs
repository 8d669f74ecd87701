use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{EventKind, LossCode, Outcome};
use crate::read::Form;

const RUN: &str = r#"{"environment": "box", "trajectory": [
  {"action": "open src/a.py\n", "observation": "Error: x", "response": "r", "thought": "t", "state": "{\"open_file\": \"n/a\", \"working_dir\": \"/repo\"}"},
  {"action": "", "observation": "", "response": "I give up", "thought": "t"},
  {"action": "edit 'a' 'b'", "observation": "ok", "thought": "t", "state": {"open_file": "/repo/a.py"}, "tool_calls": [{"function": {"arguments": "{\"file_id\":\"a\"}", "name": "str_edit"}, "id": "c9"}]}],
  "history": [{"role": "system", "content": "You are", "agent": "main"}, {"role": "user", "content": "I am Ada, fix it", "agent": "main", "is_demo": true}],
  "info": {"exit_status": "submitted", "model_stats": {"api_calls": 3}}}"#;

fn parts(text: &str) -> Vec<Part> {
    understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::default())
}

fn events(text: &str) -> Vec<Event> {
    let found = parts(text).into_iter().map(|(_, _, understood)| match understood {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    });
    found.collect()
}

#[test]
fn steps_are_calls_that_name_nobody() {
    let found = events(RUN);
    let calls: Vec<&Event> = found.iter().filter(|e| e.kind == EventKind::ToolSpan).collect();
    assert_eq!(calls.iter().map(|c| c.action.as_deref().unwrap()).collect::<Vec<_>>(), ["open", "str_edit"]);
    assert!(calls.iter().all(|c| c.outcome == Outcome::Unknown && c.service.as_deref() == Some("box")));
    let told = |call: &Event, name: &str| call.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(told(calls[0], "command"), Some(Attribute::Text("open src/a.py".into())));
    assert_eq!((told(calls[0], "open_file"), told(calls[1], "open_file")), (None, Some(Attribute::Text("/repo/a.py".into()))));
    assert_eq!((calls[1].tool_call.as_deref(), calls[1].resource.as_deref()), (Some("c9"), Some("a")));
    // A turn without a command did nothing, and what the model was shown is no call.
    assert_eq!(found.iter().filter(|e| e.kind == EventKind::Message).count(), 3);
    assert!(found.iter().all(|e| e.claims.is_empty()));
    let ids: std::collections::BTreeSet<_> = found.iter().map(|e| e.id.clone()).collect();
    assert_eq!(ids.len(), found.len());
}

#[test]
fn a_history_without_steps_is_read_with_a_warning() {
    let bare = r#"{"history":[{"role":"system","content":"x","agent":"main","message_type":"system_prompt"},{"role":"assistant","content":"y","agent":"main","action":"ls","tool_calls":[{"id":"c","function":{"name":"bash","arguments":"{}"}}]}]}"#;
    let found = events(bare);
    assert_eq!((found.len(), found[0].kind, found[1].kind), (2, EventKind::Run, EventKind::Message));
    assert_eq!(found[0].losses, [LossCode::NoSteps]);
    let registry = registry(Vec::new());
    for text in [bare, RUN] {
        assert_eq!(registry.detect(&Form::Objects, &[text.as_bytes()]).name(), NAME);
    }
}

#[test]
fn other_steps_and_histories_are_not_its_own() {
    let registry = registry(Vec::new());
    for text in [r#"{"trajectory":[{"x":1,"y":2}]}"#, r#"{"history":[{"role":"user","content":"x"}]}"#] {
        assert_eq!(registry.detect(&Form::Objects, &[text.as_bytes()]).name(), "unknown", "{text}");
    }
    assert_eq!(parts("{}")[0].2.as_ref().unwrap_err().code, LossCode::NotThisFormat);
}
