//! What Behalf will be able to answer with the events of a mapping, in sentences.

use super::Mapping;
use crate::model::{Event, FilledBy, Role};

pub(super) fn answers(mapping: &Mapping, events: &[Event]) -> Vec<String> {
    let all = events.len();
    if all == 0 {
        return Vec::new();
    }
    let count = |holds: fn(&Event) -> bool| events.iter().filter(|e| holds(e)).count();
    let mut said = Vec::new();
    let timed = count(|e| e.time.is_some());
    if timed < all {
        said.push(format!("When: {} of {all} events have no time and stand outside of every period.", all - timed));
    }
    said.push(person(mapping, count(|e| e.claims.iter().any(|c| c.role == Role::Human)), all));
    said.push(match count(|e| e.run.is_some()) {
        0 => "Which run: no event has one, so no trace joins them.".to_string(),
        n => format!("Which run: {n} of {all} events, and with a trace of that run the person who began it."),
    });
    said.push(match count(|e| e.wire.is_some()) {
        0 => "Whose credential: no event says it, so the identity pattern stays undetermined.".to_string(),
        n => format!("Whose credential: {n} of {all} events."),
    });
    said.push(match count(|e| e.claims.iter().any(|c| c.role == Role::Agent)) {
        0 => {
            "Which agent: no event names one of itself; only a credential, a run or the directory can tell.".to_string()
        }
        n => format!("Which agent: {n} of {all} events."),
    });
    said.push(match count(|e| e.decision.as_ref().is_some_and(|d| !d.evaluated.is_empty())) {
        0 => "Whose rights were judged: no event says it.".to_string(),
        n => format!("Whose rights were judged: {n} of {all} events."),
    });
    said
}

fn person(mapping: &Mapping, named: usize, all: usize) -> String {
    match (named, mapping.by) {
        (0, _) => "Which person: no event names one; only a run, a trace or a token can.".into(),
        (n, FilledBy::Caller | FilledBy::Model) => format!(
            "Which person: {n} of {all} events carry a name, but as the word of the caller or the model (`populated_by`), \
             which names nobody."
        ),
        (n, by) => {
            let by = match by {
                FilledBy::Issuer => "issuer",
                FilledBy::Platform => "platform",
                _ => "gateway",
            };
            format!("Which person: {n} of {all} events, written by the {by}; verified where the directory knows them.")
        }
    }
}
