//! One person's acts, by their own hand and through agents.

use serde::Serialize;

/// A person who can be opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PersonRow {
    /// Address of the person in this case: what `timeline` takes.
    pub key: String,
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub own: u32,
    pub on_behalf: u32,
}

/// The timeline of one person over a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Timeline {
    pub person: PersonRow,
    /// Milliseconds since the epoch, of all that is shown.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub runs: Vec<RunBar>,
    pub calls: Vec<Mark>,
    /// More calls than `calls` holds; the rest is in `density`.
    pub total_calls: u32,
    pub density: Vec<Density>,
    pub gaps: Vec<Gap>,
    /// Calls without a time, in the order of their runs and of their place in them; none where a period was asked for.
    pub untimed: Vec<Untimed>,
    pub total_untimed: u32,
}

/// A call of which no source says when it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Untimed {
    pub id: String,
    pub source: String,
    pub action: String,
    pub resource: Option<String>,
    pub outcome: String,
    pub agent: Option<String>,
    pub run: Option<String>,
    pub own: bool,
    pub grade: String,
    pub pattern: String,
    pub target: String,
    pub findings: u32,
}

/// A run that this person started, or that descends from one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RunBar {
    pub id: String,
    pub parent: Option<String>,
    pub agent: Option<String>,
    pub depth: u32,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub from: Option<i64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub to: Option<i64>,
    pub calls: u32,
    /// Why calls of this run name nobody, where they do.
    pub refused: Option<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Mark {
    pub id: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
    pub time: String,
    pub source: String,
    pub action: String,
    pub resource: Option<String>,
    pub outcome: String,
    pub agent: Option<String>,
    pub run: Option<String>,
    /// By the person's own hand.
    pub own: bool,
    pub grade: String,
    pub pattern: String,
    /// Lane of the target: the service or tool.
    pub target: String,
    pub findings: u32,
}

/// Calls of a slice of time, where marks would overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Density {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub own: u32,
    pub on_behalf: u32,
}

/// Time for which nothing can be said, with the reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Gap {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub run: Option<String>,
    pub reason: String,
}

use std::collections::BTreeMap;

use crate::case::{AttributionView, Case, CaseError, PersonView, RunView, Select};
use crate::model::Time;
use crate::model::run::shown_id;

/// Calls that one answer holds; beyond, density stands for them.
const MOST_MARKS: u32 = 5_000;
const SLICES: i64 = 200;

pub fn people(case: &Case, text: Option<&str>) -> Result<Vec<PersonRow>, CaseError> {
    Ok(case.people(text)?.into_iter().map(person).collect())
}

fn person(p: PersonView) -> PersonRow {
    PersonRow {
        key: p.shown.clone(),
        shown: p.shown,
        name: p.name,
        department: p.department,
        status: p.status,
        own: p.own as u32,
        on_behalf: p.on_behalf as u32,
    }
}

/// A person's timeline; `from` and `to` in milliseconds since the epoch, all of the case where absent.
pub fn timeline(case: &Case, key: &str, from: Option<i64>, to: Option<i64>) -> Result<Timeline, CaseError> {
    let no_such = || CaseError::NoSuchRecord { id: key.to_string() };
    let party = case.party_shown(key)?.ok_or_else(no_such)?;
    let row = case.people(Some(key))?.into_iter().find(|p| p.party == party).ok_or_else(no_such)?;
    let start = from.map_or(row.first.unwrap_or(Time(0)), |ms| Time(ms.saturating_mul(1_000)));
    let end = to.map_or(row.last.unwrap_or(Time(0)), |ms| Time(ms.saturating_mul(1_000)));
    let select = Select::Person(party, start, end);
    let total_calls = case.count(&select)?;
    let runs = case.runs_of(party)?;
    let run_ids: BTreeMap<i64, String> = runs.iter().map(|r| (r.node, shown_id(&r.key))).collect();
    let mut calls = Vec::new();
    let mut density: BTreeMap<i64, Density> = BTreeMap::new();
    let width = ((end.0 - start.0) / SLICES).max(1);
    case.each_attribution(&select, None, |v| {
        let Some(time) = v.time else { return Ok(()) };
        let own = by_own_hand(&v);
        if total_calls > MOST_MARKS {
            let slice = (time.0 - start.0) / width;
            let at = |n: i64| (start.0 + n * width) / 1_000;
            let d =
                density.entry(slice).or_insert(Density { from: at(slice), to: at(slice + 1), own: 0, on_behalf: 0 });
            if own { d.own += 1 } else { d.on_behalf += 1 }
        }
        if calls.len() < MOST_MARKS as usize {
            calls.push(Mark {
                id: v.id,
                at: time.0 / 1_000,
                time: time.to_rfc3339(),
                target: v.service.clone().unwrap_or_else(|| v.source.clone()),
                source: v.source,
                action: v.action.unwrap_or_default(),
                resource: v.resource,
                outcome: v.outcome,
                agent: v.agent,
                run: v.run_node.and_then(|n| run_ids.get(&n).cloned()),
                own,
                grade: v.grade.unwrap_or_else(|| "X".into()),
                pattern: v.pattern,
                findings: v.findings as u32,
            });
        }
        Ok(())
    })?;
    let without = Select::Untimed(party);
    let whole = from.is_none() && to.is_none();
    let total_untimed = if whole { case.count(&without)? } else { 0 };
    let mut untimed = Vec::new();
    if total_untimed > 0 {
        case.each_attribution(&without, Some(MOST_MARKS), |v| {
            let run = v.run_node.and_then(|n| run_ids.get(&n).cloned());
            untimed.push(without_time(v, run));
            Ok(())
        })?;
    }
    let bars: Vec<RunBar> = bars(&runs, &run_ids).into_iter().filter(|b| overlaps(b, start, end)).collect();
    let gaps = bars
        .iter()
        .filter_map(|b| Some(Gap { from: b.from?, to: b.to?, run: Some(b.id.clone()), reason: b.refused.clone()? }))
        .collect();
    Ok(Timeline {
        person: person(row),
        from: start.0 / 1_000,
        to: end.0 / 1_000,
        runs: bars,
        calls,
        total_calls,
        density: density.into_values().collect(),
        gaps,
        untimed,
        total_untimed,
    })
}

/// Through no agent, and under a principal of its own: a call with no wire principal was nobody's own hand.
fn by_own_hand(v: &AttributionView) -> bool {
    v.agent.is_none() && v.wire.is_some()
}

fn without_time(v: AttributionView, run: Option<String>) -> Untimed {
    Untimed {
        own: by_own_hand(&v),
        target: v.service.unwrap_or_else(|| v.source.clone()),
        id: v.id,
        source: v.source,
        action: v.action.unwrap_or_default(),
        resource: v.resource,
        outcome: v.outcome,
        agent: v.agent,
        run,
        grade: v.grade.unwrap_or_else(|| "X".into()),
        pattern: v.pattern,
        findings: v.findings as u32,
    }
}

fn overlaps(bar: &RunBar, start: Time, end: Time) -> bool {
    match (bar.from, bar.to) {
        (Some(from), Some(to)) => to >= start.0 / 1_000 && from <= end.0 / 1_000,
        _ => true,
    }
}

/// Depth first, a child under its parent, siblings by time.
fn bars(runs: &[RunView], ids: &BTreeMap<i64, String>) -> Vec<RunBar> {
    let mut children: BTreeMap<Option<i64>, Vec<&RunView>> = BTreeMap::new();
    for run in runs {
        children.entry(run.parent.filter(|p| ids.contains_key(p) && *p != run.node)).or_default().push(run);
    }
    let mut out = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut stack: Vec<(&RunView, u32)> = children.get(&None).into_iter().flatten().rev().map(|r| (*r, 0)).collect();
    while let Some((run, depth)) = stack.pop() {
        if !seen.insert(run.node) {
            continue;
        }
        out.push(bar(run, depth, ids));
        stack.extend(children.get(&Some(run.node)).into_iter().flatten().rev().map(|r| (*r, depth + 1)));
    }
    // Runs that descend from one another in a circle have no top; they are shown all the same.
    for run in runs {
        if seen.insert(run.node) {
            out.push(bar(run, 0, ids));
        }
    }
    out
}

fn bar(run: &RunView, depth: u32, ids: &BTreeMap<i64, String>) -> RunBar {
    let refused = match run.ending.as_str() {
        "missing_parent" => Some("a named parent is in no export"),
        "no_origin" => Some("the run has no origin in the exports"),
        "ambiguous" => Some("the run leads to more than one person"),
        "contradicted" => Some("two proofs name different people"),
        _ => None,
    };
    RunBar {
        id: shown_id(&run.key),
        parent: run.parent.and_then(|p| ids.get(&p).cloned()),
        agent: run.agent.clone(),
        depth,
        from: run.first.map(|t| t.0 / 1_000),
        to: run.last.map(|t| t.0 / 1_000),
        calls: run.calls as u32,
        refused: refused.map(String::from),
    }
}
