//! What the review is about, who said so, and what it leaves out.

use serde::Serialize;

use super::evidence::grouped;
use crate::case::{Case, CaseError, Select};
use crate::model::Criterion;
use crate::model::present::undone;

/// The scope in force. Without one every call counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ScopeAnswer {
    pub declared: bool,
    pub objective: String,
    pub from: Option<String>,
    /// Last moment of the period.
    pub to: Option<String>,
    pub systems: Vec<String>,
    pub agents: Vec<String>,
    pub criteria: Vec<ConfirmedCriterion>,
    pub set_by: Option<String>,
    pub set_at: Option<String>,
    /// Calls of the last analysis that lie outside: kept as context, not counted.
    pub calls_outside: u32,
    pub sentences: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ConfirmedCriterion {
    pub control: String,
    pub confirmed_by: String,
}

pub fn scope(case: &Case) -> Result<ScopeAnswer, CaseError> {
    let outside = case.count(&Select::OutOfScope)?;
    let acts = case.acts()?;
    let gone = undone(&acts);
    let mut in_effect = acts.iter().rev().filter(|act| !gone.contains_key(&act.seq));
    let last = in_effect.find_map(|act| {
        let (who, at) = act.decided();
        act.scope().map(|scope| (scope.clone(), who.to_string(), at))
    });
    let Some((scope, who, at)) = last else {
        return Ok(ScopeAnswer {
            sentences: vec!["No scope was declared: every call counts.".into()],
            ..ScopeAnswer::default()
        });
    };
    let mut answer = ScopeAnswer {
        declared: true,
        objective: scope.objective,
        from: scope.from.map(|t| t.to_rfc3339()),
        to: scope.to.map(|t| t.to_rfc3339()),
        systems: scope.systems,
        agents: scope.agents,
        criteria: scope.criteria.into_iter().map(confirmed).collect(),
        set_by: Some(who),
        set_at: Some(at.to_rfc3339()),
        calls_outside: outside,
        sentences: Vec::new(),
    };
    answer.sentences = sentences(&answer);
    Ok(answer)
}

fn confirmed(c: Criterion) -> ConfirmedCriterion {
    ConfirmedCriterion { control: c.control, confirmed_by: c.confirmed_by }
}

fn sentences(a: &ScopeAnswer) -> Vec<String> {
    let mut out = Vec::new();
    if !a.objective.is_empty() {
        out.push(format!("Objective: {}", a.objective));
    }
    out.push(match (&a.from, &a.to) {
        (None, None) => "Period: all of the evidence".into(),
        (from, to) => {
            format!("Period: {} to {}", from.as_deref().unwrap_or("the beginning"), to.as_deref().unwrap_or("the end"))
        }
    });
    let list = |words: &[String]| if words.is_empty() { "all".to_string() } else { words.join(", ") };
    out.push(format!("Systems: {}", list(&a.systems)));
    out.push(format!("Agents: {}", list(&a.agents)));
    for c in &a.criteria {
        out.push(format!("Criterion: {}, confirmed by {}", c.control, c.confirmed_by));
    }
    if let (Some(by), Some(at)) = (&a.set_by, &a.set_at) {
        out.push(format!("Set by {by} at {at}"));
    }
    out.push(format!("{} calls lie outside: context, not counted.", grouped(a.calls_outside)));
    out
}
