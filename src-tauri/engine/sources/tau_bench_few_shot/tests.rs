use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{Attribute, Event, EventKind, EvidenceKind, LossCode, Outcome, Role};
use crate::read::Form;

const TALK: &str = r##"{"conversation": 4, "messages_display": "user: Hi, it's \"Ada\"\nassistant: Your address?\nuser: ada@example.org\nuser said\nassistant: None\ntool: ada_fern_1815\nassistant: None\ntool: {\"order_id\": \"#W1\", \"user_id\": \"ada_fern_1815\", \"text\": \"a\\nuser: b\"}\nassistant: None\ntool: Error: no such order"}"##;

fn parts(text: &str) -> Vec<Part> {
    understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default())
}

fn events(text: &str) -> Vec<Event> {
    let found = parts(text).into_iter().map(|(_, _, understood)| match understood {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    });
    found.collect()
}

#[test]
fn a_turn_is_the_bytes_that_it_has_in_the_text() {
    let text: Vec<&str> = parts(TALK).iter().map(|(at, _, _)| &TALK[at.clone()]).collect();
    assert_eq!(text.len(), 9);
    assert_eq!(text[0], r#"user: Hi, it's \"Ada\""#);
    // A line that names no speaker goes on with the turn, and an escaped line break inside a result is none.
    assert_eq!(text[2], r"user: ada@example.org\nuser said");
    assert!(text[6].ends_with(r#"\"a\\nuser: b\"}"#), "{}", text[6]);
    assert_eq!(text[8], "tool: Error: no such order");
}

#[test]
fn each_result_is_a_call_that_is_not_recorded_and_names_nobody() {
    let found = events(TALK);
    let calls: Vec<&Event> = found.iter().filter(|e| e.kind == EventKind::ToolSpan).collect();
    assert_eq!(calls.len(), 3);
    for call in &calls {
        assert_eq!((call.action.as_deref(), call.losses.as_slice()), (None, [LossCode::CallNotRecorded].as_slice()));
        assert!(call.attributes.contains(&("gap".into(), Attribute::Text("call not recorded".into()))));
    }
    assert_eq!((calls[1].resource.as_deref(), calls[1].resource_type.as_deref()), (Some("#W1"), Some("order")));
    assert_eq!((calls[1].outcome, calls[2].outcome), (Outcome::Success, Outcome::Error));
    // Whom the look-up found is a hint on what follows it, and nobody's name.
    assert_eq!(calls[0].claims.len(), 0);
    let hint = &calls[1].claims[0];
    assert_eq!((hint.role, hint.evidence, hint.principal.id.as_str()), (Role::Human, EvidenceKind::K12, "ada_fern_1815"));
    assert!(found.iter().filter(|e| e.kind == EventKind::Run).all(|e| e.claims.is_empty()));
}

#[test]
fn the_first_turn_starts_a_conversation_without_a_number() {
    let found = events(&TALK.replace("\"conversation\": 4, ", ""));
    assert_eq!((found.len(), found[0].kind), (9, EventKind::Run));
    assert!(found[0].id.as_deref().unwrap().starts_with("conversation."));
}

#[test]
fn other_texts_and_torn_lines_are_no_conversation() {
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&Form::Lines, &[TALK.as_bytes()]).name(), NAME);
    let other = r#"{"messages_display":"hello"}"#;
    assert_eq!(registry.detect(&Form::Lines, &[other.as_bytes()]).name(), "unknown");
    let torn = parts(&TALK[..60]);
    assert_eq!(torn[0].2.as_ref().unwrap_err().code, LossCode::BrokenRecord);
}
