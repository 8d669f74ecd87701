//! The decision on record that a question is about: on the call, joined to it, or of a decision log about the same person,
//! action and thing at that time.

use super::{Asked, NEAR, RecordedDecision};
use crate::case::{Case, CaseError, DecisionView};
use crate::model::Attribute;
use crate::rules::{Answer, same_action, thing, things};

pub(super) struct Found {
    pub decision: RecordedDecision,
    pub event: i64,
    /// A record of a decision log, with a time.
    logged: bool,
    pub notes: Vec<String>,
}

impl Found {
    /// What the decision says of the person's own right: allowed with the person among those evaluated, or denied to the person
    /// alone. A decision without a time says nothing as of then.
    pub fn on_person_alone(&self, person: &str) -> Option<Answer> {
        let evaluated = &self.decision.evaluated;
        match self.decision.effect.as_deref().filter(|_| self.logged) {
            Some("allow") if evaluated.iter().any(|e| e == person) => Some(Answer::Yes),
            Some("deny") if !evaluated.is_empty() && evaluated.iter().all(|e| e == person) => Some(Answer::No),
            _ => None,
        }
    }

    pub fn words(&self, person: &str) -> String {
        let d = &self.decision;
        let effect = match d.effect.as_deref() {
            Some("allow") => "allowed it",
            Some(_) => "denied it",
            None => "has no effect on record",
        };
        let on = match d.evaluated.as_slice() {
            [] => "without saying on whose rights".to_string(),
            [one] if one == person => format!("on the rights of {one}"),
            all => format!("on the rights of {}", all.join(" and ")),
        };
        format!("decision {} {effect}, {on}", d.event)
    }
}

pub(super) fn find(
    case: &Case,
    call: Option<i64>,
    party: Option<i64>,
    asked: &Asked,
) -> Result<Option<Found>, CaseError> {
    if let Some(call) = call {
        if let Some(found) = of(case, call, false, Vec::new())? {
            return Ok(Some(found));
        }
        if let Some((decision, by)) = case.decision_of_call(call)? {
            let by = format!("joined to the call {} by {}", case.shown_id(call)?, by.replace('_', " "));
            return of(case, decision, true, vec![by]);
        }
    }
    let Some(party) = party else { return Ok(None) };
    let mut near = Vec::new();
    let mut undated = Vec::new();
    for d in case.decisions_on(party)? {
        let about = d.action.as_deref().is_some_and(|a| same_action(a, &asked.action))
            && d.resource.as_deref().is_some_and(|r| {
                thing(r) == thing(&asked.resource)
                    || things(r, d.resource_type.as_deref()).contains(&thing(&asked.resource))
            });
        match d.time {
            _ if !about => {}
            Some(t) if t.0.abs_diff(asked.at.0) <= NEAR as u64 => near.push((t.0.abs_diff(asked.at.0), d.event)),
            Some(_) => {}
            None => undated.push(d.event),
        }
    }
    near.sort_unstable();
    let near: Vec<i64> = near.into_iter().map(|(_, event)| event).collect();
    match (agreed(case, &near)?, agreed(case, &undated)?) {
        (Some(event), _) => of(case, event, true, Vec::new()),
        (None, _) if !near.is_empty() => differing(case, &near),
        (None, Some(event)) => {
            of(case, event, false, vec!["the record has no time: it does not say as of when".into()])
        }
        (None, None) if !undated.is_empty() => differing(case, &undated),
        _ => Ok(None),
    }
}

/// The first of decisions that say the same.
fn agreed(case: &Case, events: &[i64]) -> Result<Option<i64>, CaseError> {
    let Some(first) = events.first() else { return Ok(None) };
    let says = |event: i64| case.decision(event).map(|d| (d.effect, d.evaluated));
    let one = says(*first)?;
    for event in events {
        if says(*event)? != one {
            return Ok(None);
        }
    }
    Ok(Some(*first))
}

fn differing(case: &Case, events: &[i64]) -> Result<Option<Found>, CaseError> {
    let mut ids = Vec::new();
    for event in events {
        ids.push(case.shown_id(*event)?);
    }
    ids.sort();
    let Some(event) = events.first().copied() else { return Ok(None) };
    let note = format!("decisions about it differ: {}", ids.join(", "));
    let decision = RecordedDecision { effect: None, evaluated: Vec::new(), event: case.shown_id(event)? };
    Ok(Some(Found { decision, event, logged: false, notes: vec![note] }))
}

fn of(case: &Case, event: i64, logged: bool, mut notes: Vec<String>) -> Result<Option<Found>, CaseError> {
    // An attribute that stands for yes is kept as its word.
    let expected = case.attributes_of(event)?.into_iter().any(|(name, value)| {
        name == "expected" && matches!(value, Attribute::Flag(true))
            || name == "expected" && value == Attribute::Text("true".into())
    });
    if expected {
        notes.push("what a test expects of the policy, and no decision that was made".into());
    }
    let logged = logged && !expected;
    let DecisionView { effect, evaluated, .. } = case.decision(event)?;
    if effect.is_none() && evaluated.is_empty() {
        return Ok(None);
    }
    let decision = RecordedDecision { effect, evaluated, event: case.shown_id(event)? };
    Ok(Some(Found { decision, event, logged, notes }))
}
