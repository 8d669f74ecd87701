//! Agents' calls that no trace holds, of agents whose runs are traced (AG-11).

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::super::world::World;
use super::LISTED;
use crate::case::{AttributedRow, PlacedRow};
use crate::model::time::HOUR;

/// Exports and clocks end raggedly.
const SLACK: i64 = HOUR;

pub(super) struct Untraced {
    runs: FxHashSet<i64>,
    traces: FxHashSet<i64>,
    joined: FxHashSet<i64>,
    /// First and last span: what lies outside of the traces' period could not be in them.
    period: Option<(i64, i64)>,
    traced: BTreeMap<i64, u32>,
    /// By agent and tool: how many, and the first of them.
    without: BTreeMap<(i64, Option<i64>), (u32, Vec<i64>)>,
}

impl Untraced {
    pub(super) fn new(placed: &[PlacedRow], joined: &[i64]) -> Untraced {
        let mut untraced = Untraced {
            runs: FxHashSet::default(),
            traces: FxHashSet::default(),
            joined: joined.iter().copied().collect(),
            period: None,
            traced: BTreeMap::new(),
            without: BTreeMap::new(),
        };
        for span in placed.iter().filter(|p| matches!(p.kind, 3 | 4)) {
            untraced.runs.extend(span.run);
            untraced.traces.extend(span.trace);
            for at in [span.time, span.end].into_iter().flatten() {
                let period = untraced.period.get_or_insert((at.0, at.0));
                *period = (period.0.min(at.0), period.1.max(at.0));
            }
        }
        untraced
    }

    pub(super) fn see(&mut self, world: &World<'_>, row: &AttributedRow) {
        // A tool span that stands for a call is the trace itself.
        let (Some(agent), 0) = (row.agent, row.kind) else { return };
        let key = world.run(row.run).map(|r| r.key);
        let held = key.is_some_and(|k| self.runs.contains(&k) || self.traces.contains(&k))
            || row.trace.is_some_and(|t| self.traces.contains(&t))
            || self.joined.contains(&row.event);
        if held {
            *self.traced.entry(agent).or_default() += 1;
            return;
        }
        let inside = matches!((self.period, row.time), (Some((first, last)), Some(at)) if at.0 >= first - SLACK && at.0 <= last + SLACK);
        if inside {
            let (count, events) = self.without.entry((agent, row.action)).or_default();
            *count += 1;
            if events.len() < LISTED {
                events.push(row.event);
            }
        }
    }

    /// (event, calls of its agent and tool that no trace holds, calls of its agent that one holds)
    pub(super) fn facts(self) -> Vec<(i64, u32, u32)> {
        let traced: BTreeSet<i64> = self.traced.keys().copied().collect();
        let of = |agent: &i64| self.traced.get(agent).copied().unwrap_or(0);
        self.without
            .iter()
            .filter(|((agent, _), _)| traced.contains(agent))
            .flat_map(|((agent, _), (count, events))| events.iter().map(move |e| (*e, *count, of(agent))))
            .collect()
    }
}
