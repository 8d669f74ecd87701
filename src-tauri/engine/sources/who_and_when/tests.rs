use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{Attribute, Event, EventKind, LossCode, Role};
use crate::read::Form;

const LOG: &str = r#"{"history": [
  {"content": "How old is the oak?", "role": "human"},
  {"content": "A plan", "role": "Orchestrator (thought)"},
  {"content": "Look it up", "role": "Orchestrator (-> Reader)"},
  {"content": "I looked", "role": "Reader"},
  {"content": "Enough", "role": "Orchestrator (termination condition)"}],
  "question": "How old is the oak?", "question_ID": "q1", "mistake_agent": "reader", "mistake_step": "3"}"#;

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

fn agent(event: &Event) -> Option<&str> {
    event.claims.iter().find(|c| c.role == Role::Agent).map(|c| c.principal.id.as_str())
}

#[test]
fn a_dispatch_starts_the_run_of_the_other_agent() {
    let found = events(LOG);
    assert_eq!(found.len(), 6);
    let top = &found[5];
    assert_eq!(top.kind, EventKind::Run);
    let (sent, answer) = (&found[2], &found[3]);
    assert_eq!((sent.kind, sent.action.as_deref(), sent.resource.as_deref()), (EventKind::Run, Some("dispatch"), Some("Reader")));
    assert_eq!(sent.parent_run, top.run.as_ref().map(|(run, _)| run.clone()));
    assert_eq!((&answer.run, agent(answer)), (&sent.run, Some("Reader")));
    assert_eq!((&found[4].run, agent(&found[4])), (&top.run, Some("Orchestrator")));
    assert_eq!(agent(&found[0]), None);
    assert!(found.iter().all(|e| e.claims.iter().all(|c| c.role == Role::Agent) && e.conversation == top.conversation));
}

#[test]
fn a_label_that_disagrees_with_its_log_is_shown_unmatched() {
    let matched = |text: &str| {
        let found = events(text);
        let start = found.iter().find(|e| e.parent_run.is_none() && e.kind == EventKind::Run).unwrap();
        start.attributes.iter().find(|(name, _)| name == "mistake_agent_found").map(|(_, value)| value.clone())
    };
    assert_eq!(matched(LOG), Some(Attribute::Flag(false)));
    assert_eq!(matched(&LOG.replace("\"reader\"", "\"Reader\"")), Some(Attribute::Flag(true)));
    assert_eq!(matched(&LOG.replace("\"3\"", "4").replace("\"reader\"", "\"Orchestrator\"")), Some(Attribute::Flag(true)));
    assert_eq!(matched(&LOG.replace("\"3\"", "99")), None);
}

#[test]
fn agents_by_name_and_nobody_who_asks() {
    let log = r#"{"question":"q","question_ID":"q2","history":[{"content":"x","name":"Maths_Expert","role":"user"},{"content":"y","role":"assistant","name":"Computer_terminal"}],"mistake_agent":"Maths_Expert","mistake_step":0}"#;
    let found = events(log);
    assert_eq!(found.iter().filter_map(agent).collect::<Vec<_>>(), ["Maths_Expert", "Computer_terminal"]);
    let start = found.iter().find(|e| e.kind == EventKind::Run).unwrap();
    assert_eq!(start.human_empty, WhyEmpty::NotExported);
    let asked = events(LOG);
    assert_eq!(asked.last().unwrap().human_empty, WhyEmpty::NotSupported);
}

#[test]
fn one_question_to_two_systems_is_two_runs() {
    let run = |text: &str| events(text).last().unwrap().run.clone();
    assert_ne!(run(LOG), run(&LOG.replace("I looked", "I read")));
}

#[test]
fn a_history_alone_is_no_log_of_this_kind() {
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&Form::Objects, &[LOG.as_bytes()]).name(), NAME);
    let other = r#"{"history":[{"role":"user","content":"x"}]}"#;
    assert_eq!(registry.detect(&Form::Objects, &[other.as_bytes()]).name(), "unknown");
    assert_eq!(parts("{}")[0].2.as_ref().unwrap_err().code, LossCode::NotThisFormat);
}
