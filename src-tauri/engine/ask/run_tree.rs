//! The fan-out of one run, narrow enough that a hundred thousand spans are drawn at once; and the runs that none spawned.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::{Case, CaseError, FanoutRun};
use crate::model::RunId;
use crate::model::run::shown_id;

/// A run that no run of the case spawned, with all that descends from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RunRow {
    pub id: String,
    pub agent: Option<String>,
    /// Who started it, where its walk ends at one person.
    pub person: Option<String>,
    /// How the walk to its origin ends: `person`, `trigger`, `ambiguous`, `contradicted`, `missing_parent`, `no_origin`.
    pub ending: String,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Runs in its tree, itself among them.
    pub runs: u32,
    /// Calls in its tree.
    pub calls: u32,
    pub agents: u32,
}

/// One tree of runs and its calls, column by column. Indices into `words` are -1 for none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RunTree {
    /// The run asked for, as an index of `runs`.
    pub asked: u32,
    pub person: Option<String>,
    pub words: Vec<String>,
    pub runs: RunColumns,
    pub calls: CallColumns,
    /// More calls than `calls` holds.
    pub total_calls: u32,
}

/// Runs depth first: a run stands after its parent, and its descendants follow it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RunColumns {
    pub id: Vec<String>,
    /// Index of the parent, -1 for the top.
    pub parent: Vec<i32>,
    pub depth: Vec<u32>,
    pub agent: Vec<i32>,
    /// Milliseconds since the epoch.
    #[cfg_attr(feature = "bindings", ts(type = "(number | null)[]"))]
    pub from: Vec<Option<i64>>,
    #[cfg_attr(feature = "bindings", ts(type = "(number | null)[]"))]
    pub to: Vec<Option<i64>>,
    pub calls: Vec<u32>,
    pub ending: Vec<i32>,
}

/// Calls by time.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CallColumns {
    pub id: Vec<String>,
    /// Index of the run.
    pub run: Vec<u32>,
    #[cfg_attr(feature = "bindings", ts(type = "(number | null)[]"))]
    pub at: Vec<Option<i64>>,
    pub action: Vec<i32>,
    pub resource: Vec<i32>,
    pub outcome: Vec<i32>,
    pub grade: Vec<i32>,
}

/// Calls that one answer holds.
const MOST_CALLS: u32 = 200_000;
/// Runs that the list holds; of more the largest.
const MOST_RUNS: usize = 5_000;

/// The words of an answer, each once.
#[derive(Default)]
struct Words {
    known: BTreeMap<String, i32>,
    words: Vec<String>,
}

impl Words {
    fn of(&mut self, word: Option<&str>) -> i32 {
        let Some(word) = word else { return -1 };
        if let Some(known) = self.known.get(word) {
            return *known;
        }
        let at = self.words.len() as i32;
        self.words.push(word.to_string());
        self.known.insert(word.to_string(), at);
        at
    }
}

/// The whole tree in which a run stands.
pub fn run_tree(case: &Case, id: &str) -> Result<RunTree, CaseError> {
    let no_such = || CaseError::NoSuchRun { id: id.to_string() };
    let key = RunId::new(id).ok_or_else(no_such)?;
    let node = case.run_node(key.as_str())?.ok_or_else(no_such)?;
    let top = top(case, node)?;
    let rows = case.fanout(top)?;
    let mut words = Words::default();
    let (mut runs, mut index) = (RunColumns::default(), BTreeMap::new());
    for (row, depth, parent) in depth_first(&rows, top) {
        index.insert(row.node, runs.id.len() as u32);
        runs.id.push(shown_id(&row.key));
        runs.parent.push(parent.and_then(|p| index.get(&p)).map_or(-1, |at| *at as i32));
        runs.depth.push(depth);
        runs.agent.push(words.of(row.agent.as_deref()));
        runs.from.push(row.first.map(|t| t.0 / 1_000));
        runs.to.push(row.last.map(|t| t.0 / 1_000));
        runs.calls.push(row.calls as u32);
        runs.ending.push(words.of(Some(&row.ending)));
    }
    let (found, total_calls) = case.fanout_calls(top, MOST_CALLS)?;
    let mut calls = CallColumns::default();
    for call in found {
        let Some(run) = index.get(&call.node) else { continue };
        calls.run.push(*run);
        calls.id.push(call.id);
        calls.at.push(call.time.map(|t| t.0 / 1_000));
        calls.action.push(words.of(call.action.as_deref()));
        calls.resource.push(words.of(call.resource.as_deref()));
        calls.outcome.push(words.of(Some(outcome(call.outcome))));
        calls.grade.push(words.of(call.grade.as_deref()));
    }
    let asked = index.get(&node).copied().unwrap_or_default();
    let person = rows.iter().find(|r| r.node == node).filter(|r| r.ending == "person").and_then(|r| r.person.clone());
    Ok(RunTree { asked, person, words: words.words, runs, calls, total_calls })
}

/// As `events.outcome` is stored.
fn outcome(stored: i64) -> &'static str {
    match stored {
        0 => "success",
        1 => "denied",
        2 => "error",
        _ => "unknown",
    }
}

/// The run that none spawned; of runs that descend from one another in a circle the one asked for.
fn top(case: &Case, node: i64) -> Result<i64, CaseError> {
    let (mut here, mut seen) = (node, std::collections::BTreeSet::from([node]));
    while let Some(parent) = case.run_parent(here)? {
        if !seen.insert(parent) {
            return Ok(node);
        }
        here = parent;
    }
    Ok(here)
}

/// Each run after its parent, siblings by time. A run that only a circle leads to hangs under the top.
fn depth_first(rows: &[FanoutRun], top: i64) -> Vec<(&FanoutRun, u32, Option<i64>)> {
    let known: BTreeMap<i64, &FanoutRun> = rows.iter().map(|r| (r.node, r)).collect();
    let mut children: BTreeMap<i64, Vec<&FanoutRun>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.node != top) {
        children.entry(row.parent.filter(|p| known.contains_key(p)).unwrap_or(top)).or_default().push(row);
    }
    let mut out = Vec::with_capacity(rows.len());
    let mut seen = std::collections::BTreeSet::new();
    let mut stack: Vec<(&FanoutRun, u32, Option<i64>)> = known.get(&top).map(|r| (*r, 0, None)).into_iter().collect();
    while let Some((row, depth, parent)) = stack.pop() {
        if !seen.insert(row.node) {
            continue;
        }
        out.push((row, depth, parent));
        let below = children.get(&row.node).into_iter().flatten().rev();
        stack.extend(below.map(|child| (*child, depth + 1, Some(row.node))));
    }
    for row in rows {
        if seen.insert(row.node) {
            out.push((row, 1, Some(top)));
        }
    }
    out
}

/// Runs that none spawned, those with the largest trees first; `text` is found in id, agent or person.
pub fn runs(case: &Case, text: Option<&str>) -> Result<Vec<RunRow>, CaseError> {
    let all = case.all_runs()?;
    let parents: BTreeMap<i64, i64> = all.iter().filter_map(|r| Some((r.node, r.parent?))).collect();
    let mut tops: BTreeMap<i64, i64> = BTreeMap::new();
    let mut trees: BTreeMap<i64, (u32, u32, std::collections::BTreeSet<&str>)> = BTreeMap::new();
    for run in &all {
        let top = top_of(run.node, &parents, &mut tops);
        let tree = trees.entry(top).or_default();
        tree.0 += 1;
        tree.1 += run.calls as u32;
        tree.2.extend(run.agent.as_deref());
    }
    let wanted = text.unwrap_or_default().trim().to_lowercase();
    let told = |run: &FanoutRun| {
        let (runs, calls, agents) = trees.get(&run.node)?;
        Some(RunRow {
            id: shown_id(&run.key),
            agent: run.agent.clone(),
            person: run.person.clone().filter(|_| run.ending == "person"),
            ending: run.ending.clone(),
            first: run.first.map(|t| t.to_rfc3339()),
            last: run.last.map(|t| t.to_rfc3339()),
            runs: *runs,
            calls: *calls,
            agents: agents.len() as u32,
        })
    };
    let found = |row: &RunRow| {
        let texts = [Some(&row.id), row.agent.as_ref(), row.person.as_ref()];
        wanted.is_empty() || texts.iter().flatten().any(|t| t.to_lowercase().contains(&wanted))
    };
    let mut rows: Vec<RunRow> = all.iter().filter_map(told).filter(found).collect();
    rows.sort_by(|a, b| (b.runs, b.calls, &a.id).cmp(&(a.runs, a.calls, &b.id)));
    rows.truncate(MOST_RUNS);
    Ok(rows)
}

/// Follows parents to the top, and keeps what it found for the next.
fn top_of(node: i64, parents: &BTreeMap<i64, i64>, tops: &mut BTreeMap<i64, i64>) -> i64 {
    let mut path = std::collections::BTreeSet::new();
    let mut here = node;
    let top = loop {
        if let Some(known) = tops.get(&here) {
            break *known;
        }
        if !path.insert(here) {
            break path.first().copied().unwrap_or(here);
        }
        match parents.get(&here) {
            Some(parent) => here = *parent,
            None => break here,
        }
    };
    for run in path {
        tops.insert(run, top);
    }
    top
}
