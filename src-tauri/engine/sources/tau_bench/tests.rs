use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{Attribute, Event, EventKind, FilledBy, LossCode, Outcome, WhyEmpty};
use crate::read::Form;

const RUN: &str = r####"{"task_id":3,"reward":1.0,"info":{"task":{"user_id":"ada_fern_1815","instruction":"x"}},
 "traj":[{"role":"system","content":"policy"},{"role":"user","content":"I am bert_1. Cancel R7!"},
 {"content":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"user_id\":\"u9\",\"booking_id\":\"R7\",\"note\":\"n\",\"amount\":12.5,\"password\":\"geheim\"}","name":"cancel_booking"},"id":"call_a","type":"function"},
  {"function":{"arguments":"{}","name":"second"},"id":"call_b"}]},
 {"role":"tool","tool_call_id":"call_a","name":"cancel_booking","content":"Error: not yours"},
 {"content":"Let me book.","role":"assistant","tool_calls":[{"function":{"arguments":"{\"user_id\":\"ada_fern_1815\"}","name":"book"},"id":"call_a"}]},
 {"role":"tool","tool_call_id":"call_a","name":"book","content":"{\"booking_id\": \"NEW1\", \"user_id\": \"ada_fern_1815\"}"},
 {"role":"assistant","content":"done"}],"trial":0,"run_id":"r-1"}"####;

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

fn of(events: &[Event], kind: EventKind) -> Vec<&Event> {
    events.iter().filter(|e| e.kind == kind).collect()
}

fn attribute<'e>(event: &'e Event, name: &str) -> Option<&'e Attribute> {
    event.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

#[test]
fn each_record_has_its_own_bytes_in_order() {
    let parts = parts(RUN);
    let text: Vec<&str> = parts.iter().map(|(at, _, _)| &RUN[at.clone()]).collect();
    assert!(text[0].starts_with(r#"{"task":{"#), "{}", text[0]);
    assert!(text[3].starts_with(r#"{"function""#) && text[3].contains("call_a"), "{}", text[3]);
    assert!(text.contains(&r#""Let me book.""#));
    let mut end = 0;
    for (at, _, _) in &parts {
        assert!(end <= at.start);
        end = at.end;
    }
}

#[test]
fn the_user_of_the_session_starts_the_run_and_words_in_the_talk_name_nobody() {
    let found = events(RUN);
    let start = of(&found, EventKind::Run)[0];
    assert_eq!(start.id.as_deref(), Some("r-1"));
    let claims: Vec<_> = found.iter().flat_map(|e| &e.claims).collect();
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].principal.id.as_str(), claims[0].evidence), ("ada_fern_1815", EvidenceKind::K8));
    assert_eq!((claims[0].by, claims[0].field.as_str()), (FilledBy::Caller, "/info/task/user_id"));
    assert!(found.iter().all(|e| e.wire.is_none() && e.run.as_ref().is_some_and(|(r, _)| r.as_str() == "r-1")));
}

#[test]
fn a_refused_call_is_an_error_and_a_second_call_of_a_message_was_not_made() {
    let found = events(RUN);
    let calls = of(&found, EventKind::ToolSpan);
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].action.as_deref(), calls[0].outcome), (Some("cancel_booking"), Outcome::Error));
    assert_eq!(calls[0].id.as_deref(), Some("r-1:00002.00:call_a"));
    assert_eq!((calls[0].resource.as_deref(), calls[0].resource_type.as_deref()), (Some("R7"), Some("booking")));
    assert_eq!(attribute(calls[0], "amount"), Some(&Attribute::Number { value: 12.5, currency: None }));
    assert_eq!(attribute(calls[0], "user_id"), Some(&Attribute::Text("u9".into())));
    assert_eq!(attribute(calls[0], "password"), None);
    // The id is used twice: each call has the answer that follows it.
    assert_eq!((calls[1].outcome, calls[1].resource.as_deref()), (Outcome::Success, Some("ada_fern_1815")));
    assert_eq!(attribute(calls[1], "result.booking_id"), Some(&Attribute::Text("NEW1".into())));
    assert_eq!(attribute(calls[1], "result.user_id"), None);
    let passed_over: Vec<_> = of(&found, EventKind::Message).into_iter().filter(|e| e.action.as_deref() == Some("second")).collect();
    assert_eq!(passed_over.len(), 1);
    assert_eq!((attribute(passed_over[0], "not_executed"), passed_over[0].outcome), (Some(&Attribute::Flag(true)), Outcome::Unknown));
    let answers: Vec<_> = found.iter().filter(|e| e.action.as_deref() == Some("tool")).collect();
    assert_eq!((answers.len(), answers[0].tool_call.as_deref()), (2, Some("call_a")));
}

#[test]
fn a_call_without_an_answer_has_no_outcome_and_an_answer_without_its_call_is_a_call() {
    let cut = r#"{"task_id":"t","run_id":"r","traj":[{"role":"tool","tool_call_id":"lost","name":"pay","content":"ok"},{"role":"tool","content":"Unknown action x"},{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"pay","arguments":{"id":7}}}]}]}"#;
    let found = events(cut);
    let calls = of(&found, EventKind::ToolSpan);
    assert_eq!((calls[0].action.as_deref(), calls[0].outcome, calls[0].losses.len()), (Some("pay"), Outcome::Success, 0));
    assert_eq!((calls[1].action.as_deref(), calls[1].outcome), (None, Outcome::Error));
    assert_eq!(calls[1].losses, [LossCode::CallNotRecorded]);
    assert_eq!((calls[2].outcome, calls[2].resource.as_deref(), calls[2].resource_type.as_deref()), (Outcome::Unknown, Some("7"), None));
}

#[test]
fn a_placeholder_is_no_user() {
    for (user, why) in [("unknown", WhyEmpty::Absent), ("[REDACTED]", WhyEmpty::Redacted), ("", WhyEmpty::NotSupported)] {
        let found = events(&RUN.replace("\"user_id\":\"ada_fern_1815\",\"instruction\"", &format!("\"user_id\":\"{user}\",\"instruction\"")));
        let start = of(&found, EventKind::Run)[0];
        assert_eq!((start.claims.len(), start.human_empty), (0, why), "{user}");
    }
}

#[test]
fn runs_of_one_task_without_ids_stay_two() {
    let nameless = RUN.replace(",\"run_id\":\"r-1\"", "");
    let run = |text: &str| events(text)[0].run.clone().unwrap().0;
    assert!(run(&nameless).as_str().starts_with("task-3.trial-0."));
    assert_ne!(run(&nameless), run(&nameless.replace("done", "well")));
    assert_eq!(run(&nameless), run(&nameless));
}

#[test]
fn a_run_without_turns_is_told() {
    let found = events(r#"{"task_id":1,"reward":0,"info":{},"traj":[]}"#);
    assert_eq!((found.len(), found[0].losses.as_slice()), (1, [LossCode::NoSteps].as_slice()));
}

#[test]
fn the_second_benchmark_in_its_result_file() {
    let simulation = r#"{"id":"6a1c-x","task_id":"5","trial":0,"termination_reason":"user_stop","reward_info":{"reward":1.0},"messages":[{"role":"assistant","content":"Hi","tool_calls":null,"timestamp":"2026-01-02T10:00:00"},{"role":"assistant","content":null,"timestamp":"2026-01-02T10:00:05","tool_calls":[{"id":"c1","name":"suspend_line","arguments":{"customer_id":"C1","line_id":"L2"},"requestor":"assistant"},{"id":"c2","name":"get_data","arguments":{"customer_id":"C1","line_id":"L2"},"requestor":"user"}]},{"id":"c2","role":"tool","content":"{}","error":true},{"id":"c1","role":"tool","content":"{}","error":false}]}"#;
    let file = format!(r#"{{"info":{{"git_commit":"x"}},"tasks":[{{"id":"5"}}],"simulations":[{simulation}, {simulation}]}}"#);
    let found = events(simulation);
    let calls = of(&found, EventKind::ToolSpan);
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].outcome, calls[0].resource.as_deref()), (Outcome::Success, Some("L2")));
    assert_eq!((calls[1].outcome, calls[1].resource.as_deref()), (Outcome::Error, Some("L2")));
    assert_eq!(attribute(calls[1], "requestor"), Some(&Attribute::Text("user".into())));
    assert_eq!(calls[0].time, crate::model::Time::parse("2026-01-02T10:00:05Z"));
    assert!(found.iter().all(|e| e.claims.is_empty()));
    assert_eq!(events(&file).len(), 2 * found.len());
    let registry = registry(Vec::new());
    for text in [simulation, file.as_str(), RUN] {
        assert_eq!(registry.detect(&Form::Objects, &[text.as_bytes()]).name(), NAME);
    }
}

#[test]
fn a_byte_that_is_no_text_damages_its_turn_and_no_other() {
    let mut bytes = RUN.as_bytes().to_vec();
    let at = RUN.find("done").unwrap();
    bytes[at] = 0xff;
    let parts = understand_chunk(SOURCE, &Form::Lines, &bytes, &Hints::default());
    assert_eq!(parts.len(), events(RUN).len());
    assert!(parts.iter().all(|(_, _, understood)| understood.is_ok()));
}

#[test]
fn what_is_no_run_is_refused_with_a_reason() {
    for text in [r#"{"messages":[{"role":"user","content":"x"}]}"#, "{}", "[1]"] {
        let found = parts(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].0, 0..text.len());
    }
    let registry = registry(Vec::new());
    // A chat log as many systems write it is nobody's run.
    let chat = r#"{"id":"x","messages":[{"role":"user","content":"x"}],"model":"m"}"#;
    assert_eq!(registry.detect(&Form::Lines, &[chat.as_bytes()]).name(), "unknown");
}
