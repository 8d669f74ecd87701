//! The pattern advisor: agent x tool, the pattern that was seen against the one that the stakes require, and what to change.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::{Case, CaseError, PatternView};

/// One agent at one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
// The overview's cell has the same name.
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export, rename = "ToolPattern"))]
pub struct PatternCell {
    pub agent: String,
    pub service: Option<String>,
    pub tool: String,
    pub calls: u32,
    /// The commonest pattern.
    pub observed: String,
    pub share: f64,
    /// The commonest grade of the person on these calls; null where none is named.
    pub grade: Option<String>,
    /// `service_account`, `obo`, `hybrid`, `obo_or_hybrid`.
    pub required: String,
    /// `asset` (the asset list names it), `rule` (its stakes ask for it), `proposal` (from the data, to be confirmed).
    pub basis: String,
    pub why: String,
    /// `none`, `weaker`, `proposed` (weaker than a proposal).
    pub gap: String,
    /// What to change, with what it costs; empty where there is no gap.
    pub change: Vec<String>,
    /// What the tool has been seen to take.
    pub takes: String,
    /// The pattern that the register approves for this agent.
    pub approved: Option<String>,
    pub effect: String,
    pub per_user: bool,
    pub regulated: Option<String>,
    /// Whether the asset list covers the tool.
    pub rated: bool,
    pub patterns: Vec<ObservedPattern>,
    pub design_facts: Vec<CellFact>,
}

/// A pattern as it was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ObservedPattern {
    pub pattern: String,
    pub calls: u32,
    pub share: f64,
    pub both_on_record: u32,
    /// Calls by the grade of their person; `none` where nobody is named.
    pub grades: BTreeMap<String, u32>,
    /// Not weaker than what is required.
    pub meets: bool,
}

/// A fact of design on calls of this cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CellFact {
    pub rule: String,
    pub finding: String,
    pub calls: u32,
}

/// One of the three legitimate patterns, or the one that is not.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct TradeOff {
    pub pattern: &'static str,
    pub is: &'static str,
    pub keeps: &'static str,
    pub costs: &'static str,
}

/// The trade-offs, in plain words.
pub const TRADE_OFFS: [TradeOff; 4] = [
    TradeOff {
        pattern: "service_account",
        is: "the agent acts as itself",
        keeps: "simple, works without a person, one owner answers for it",
        costs: "every user gets what the agent may do: per-user rights are lost, and the log names no person",
    },
    TradeOff {
        pattern: "obo",
        is: "the agent brings a delegated token of the person",
        keeps: "the tool decides on the person's own rights; scope, audience and minutes of life are the firewall",
        costs: "a token exchange on every hop; long runs outlive their tokens; nothing runs without a person",
    },
    TradeOff {
        pattern: "hybrid",
        is: "the agent's identity on the wire, person and agent both in the audit record",
        keeps: "both principals are on every record, and the decision can weigh both",
        costs: "a gateway or platform has to write the person, never the agent itself; tools must read and evaluate them",
    },
    TradeOff {
        pattern: "robot_user",
        is: "a person's kind of account, driven by an agent",
        keeps: "nothing that a service account would not",
        costs: "the log names a user who is nobody; credentials are shared; the account outlives its purpose unseen",
    },
];

/// The matrix, by agent, service and tool.
pub fn patterns(case: &Case) -> Result<Vec<PatternCell>, CaseError> {
    type Key = (String, Option<String>, Option<String>);
    let mut facts: BTreeMap<Key, Vec<CellFact>> = BTreeMap::new();
    for f in case.facts_of_cells()? {
        let fact = CellFact { rule: f.rule, finding: f.finding, calls: f.calls as u32 };
        facts.entry((f.agent, f.service, f.tool)).or_default().push(fact);
    }
    let mut cells: BTreeMap<Key, Vec<PatternView>> = BTreeMap::new();
    for view in case.pattern_matrix()? {
        let key = (view.agent.clone(), view.service.clone(), view.tool.clone());
        cells.entry(key).or_default().push(view);
    }
    let of = |(key, views): (Key, Vec<PatternView>)| {
        let facts = facts.remove(&key).unwrap_or_default();
        cell(key, &views, facts)
    };
    Ok(cells.into_iter().filter_map(of).collect())
}

fn cell(
    (agent, service, tool): (String, Option<String>, Option<String>),
    views: &[PatternView],
    design_facts: Vec<CellFact>,
) -> Option<PatternCell> {
    let main = views.iter().max_by_key(|v| (v.calls, std::cmp::Reverse(&v.pattern)))?;
    let weaker: Vec<&PatternView> = views.iter().filter(|v| !v.meets).collect();
    let gap = match (weaker.is_empty(), main.basis.as_str()) {
        (true, _) => "none",
        (false, "proposal") => "proposed",
        (false, _) => "weaker",
    };
    Some(PatternCell {
        agent,
        service,
        tool: tool.unwrap_or_else(|| "no tool".into()),
        calls: main.of_calls as u32,
        observed: main.pattern.clone(),
        share: share(main),
        grade: commonest(&grades(&main.grades)),
        required: main.required.clone(),
        basis: main.basis.clone(),
        why: main.why.clone(),
        gap: gap.into(),
        change: weaker.iter().map(|v| change(&v.pattern, &v.required).to_string()).collect(),
        takes: main.takes.clone(),
        approved: main.approved.clone(),
        effect: main.effect.clone(),
        per_user: main.per_user,
        regulated: main.regulated.clone(),
        rated: main.rated,
        patterns: views
            .iter()
            .map(|v| ObservedPattern {
                pattern: v.pattern.clone(),
                calls: v.calls as u32,
                share: share(v),
                both_on_record: v.both_on_record as u32,
                grades: grades(&v.grades),
                meets: v.meets,
            })
            .collect(),
        design_facts,
    })
}

/// To four places: what is shown does not depend on how a machine divides.
fn share(v: &PatternView) -> f64 {
    (v.calls as f64 / v.of_calls.max(1) as f64 * 10_000.0).round() / 10_000.0
}

fn grades(text: &str) -> BTreeMap<String, u32> {
    text.split(' ')
        .filter_map(|part| part.split_once(':').and_then(|(g, n)| Some((g.to_string(), n.parse().ok()?))))
        .collect()
}

fn commonest(grades: &BTreeMap<String, u32>) -> Option<String> {
    let (grade, _) = grades.iter().max_by_key(|(grade, n)| (**n, std::cmp::Reverse(grade.as_str())))?;
    (grade != "none").then(|| grade.clone())
}

/// What leads from a pattern to the one required, and what that costs.
fn change(pattern: &str, required: &str) -> &'static str {
    match (pattern, required) {
        ("robot_user", "service_account") => {
            "Withdraw the account's credentials and give the agent an identity of its own, with an owner. It costs a \
             registration and new rights; nothing is lost."
        }
        ("robot_user", _) => {
            "Withdraw the account's credentials; give the agent an identity of its own, and on top of it a delegated token \
             of the person for each piece of work. Until then nobody can say for whom it acted."
        }
        ("masquerade", _) => {
            "Keep people off the agent's account: forbid interactive sign-ins, and give the people who need it accounts of \
             their own. Emergency use goes behind a recorded check-out."
        }
        ("service_account", "hybrid") => {
            "Have the gateway or platform, not the agent, write person and agent on each record, and evaluate the person's \
             rights beside the agent's. It costs trust in whoever writes the person; the agent's wiring stays."
        }
        ("service_account", _) => {
            "Exchange the person's token for one that names the agent as actor, narrow in scope and audience and minutes \
             long, and call with that. It costs an exchange on every hop; work without a person needs another way."
        }
        ("obo", "hybrid") => {
            "Keep the delegated token, and have its actor or client written on the tool's audit record, so that both \
             principals stand there without a join. It costs a field in the log."
        }
        _ => "Carry both principals to the tool, by a delegated token or on the request, and keep both on its record.",
    }
}
