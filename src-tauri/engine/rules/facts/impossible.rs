//! Runs that cannot have been as they are told: a cycle, a child before its parent, a call outside its run (AG-08).
//! Times of two sources are compared on one clock, and only what lies beyond its bound counts.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::world::World;
use super::LISTED;
use super::stakes::Rated;
use crate::case::{AttributedRow, LineageFact, PlacedRow};
use crate::model::Time;

/// Where a run began, by the one record that starts it.
#[derive(Debug, Clone, Copy)]
struct Start {
    source: i64,
    at: Time,
    end: Option<Time>,
    trace: Option<i64>,
}

pub(super) struct Impossible<'a> {
    world: &'a World<'a>,
    /// Records that start each run.
    starts: FxHashMap<i64, Vec<Start>>,
    found: Vec<LineageFact>,
    outside: FxHashMap<i64, usize>,
    /// What is at stake in the calls of each run, by its key.
    stakes: FxHashMap<i64, (u8, bool)>,
}

impl<'a> Impossible<'a> {
    /// `placed`: in the order of time.
    pub(super) fn new(world: &'a World<'a>, placed: &[PlacedRow]) -> Impossible<'a> {
        let mut starts: FxHashMap<i64, Vec<Start>> = FxHashMap::default();
        for row in placed.iter().filter(|r| r.kind == 7 || (r.kind == 3 && r.parent_span.is_none())) {
            if let (Some(run), Some(at)) = (row.run.or(row.trace), row.time) {
                let start = Start { source: row.source, at, end: row.end, trace: row.trace };
                starts.entry(run).or_default().push(start);
            }
        }
        let mut impossible = Impossible {
            world,
            starts,
            found: Vec::new(),
            outside: FxHashMap::default(),
            stakes: FxHashMap::default(),
        };
        let spans = Spans::of(placed);
        impossible.circles_of_runs(placed);
        impossible.circles_of_spans(placed, &spans);
        impossible.children(placed, &spans);
        impossible
    }

    /// A call in the order of time.
    pub(super) fn see(&mut self, row: &AttributedRow, rated: &Rated) {
        let Some(key) = self.world.run(row.run).map(|r| r.key) else { return };
        let stakes = self.stakes.entry(key).or_insert((1, false));
        if rated.impact > stakes.0 {
            *stakes = (rated.impact, rated.rated);
        }
        let (0, Some(at)) = (row.kind, row.time) else { return };
        // A run that was started more than once, or in another trace, may have gone on where no export tells.
        let Some([start]) = self.starts.get(&key).map(Vec::as_slice) else { return };
        if matches!((start.trace, row.trace), (Some(a), Some(b)) if a != b) {
            return;
        }
        let call = (row.source, at);
        let (after, bound) = self.world.clocks.between((start.source, start.at), call);
        let late = start.end.filter(|e| *e >= start.at).map(|e| self.world.clocks.between((start.source, e), call).0);
        let apart = match late {
            _ if after < -bound => after,
            Some(late) if late > bound => late,
            _ => return,
        };
        let listed = self.outside.entry(key).or_default();
        *listed += 1;
        if *listed <= LISTED {
            let fact = fact(key, "outside", row.event);
            self.found.push(LineageFact { apart: Some(apart), bound: Some(bound), ..fact });
        }
    }

    pub(super) fn facts(self) -> Vec<LineageFact> {
        let (world, stakes) = (self.world, self.stakes);
        let filled = |mut f: LineageFact| {
            f.agent = world.run_with_key(f.run).and_then(|r| r.agent);
            if let Some((impact, rated)) = stakes.get(&f.run) {
                (f.impact, f.rated) = (*impact, *rated);
            }
            f
        };
        self.found.into_iter().map(filled).collect()
    }

    /// Runs that descend from themselves, by the parents that records state. Only stated ones: an agent that another one
    /// calls back has spans both above and below it.
    fn circles_of_runs(&mut self, placed: &[PlacedRow]) {
        let mut parents: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let stated = |row: &PlacedRow| row.run.zip(row.parent_run).filter(|(run, parent)| run != parent);
        for (run, parent) in placed.iter().filter_map(stated) {
            let of = parents.entry(run).or_default();
            if !of.contains(&parent) {
                of.push(parent);
            }
        }
        let circles = circles(&parents);
        for row in placed {
            let Some((run, parent)) = stated(row) else { continue };
            // Both ends on one circle: the step between them is a part of it.
            if circles.get(&run).is_some_and(|c| circles.get(&parent) == Some(c)) {
                self.found.push(LineageFact { other: Some(parent), ..fact(run, "cycle", row.event) });
            }
        }
    }

    fn circles_of_spans(&mut self, placed: &[PlacedRow], spans: &Spans) {
        let mut parents: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (n, row) in placed.iter().enumerate() {
            if let Some(above) = spans.above(row) {
                parents.entry(n as i64).or_default().push(above as i64);
            }
        }
        for n in circles(&parents).into_keys().collect::<std::collections::BTreeSet<i64>>() {
            if let Some(row) = placed.get(n as usize)
                && let Some(run) = row.run.or(row.trace)
            {
                self.found.push(fact(run, "cycle", row.event));
            }
        }
    }

    fn children(&mut self, placed: &[PlacedRow], spans: &Spans) {
        let mut told: FxHashSet<i64> = FxHashSet::default();
        for row in placed {
            let Some(at) = row.time else { continue };
            let above = spans.above(row).and_then(|n| placed.get(n));
            let span = above.and_then(|a| Some((a.source, a.time?, a.run.or(a.trace)?)));
            // The earliest start: a parent that was started twice was there from the first time on.
            let run = row.parent_run.filter(|p| Some(*p) != row.run).and_then(|parent| {
                let first = self.starts.get(&parent)?.iter().min_by_key(|s| s.at)?;
                Some((first.source, first.at, parent))
            });
            for (source, start, other) in [span, run].into_iter().flatten() {
                let (after, bound) = self.world.clocks.between((source, start), (row.source, at));
                let Some(key) = row.run.or(row.trace).filter(|_| after < -bound) else { continue };
                if told.insert(row.event) {
                    let fact = fact(key, "child_first", row.event);
                    self.found.push(LineageFact { other: Some(other), apart: Some(after), bound: Some(bound), ..fact });
                }
            }
        }
    }
}

fn fact(run: i64, kind: &'static str, event: i64) -> LineageFact {
    LineageFact { run, kind, event, other: None, agent: None, apart: None, bound: None, impact: 2, rated: false }
}

/// Spans by trace and id.
struct Spans {
    at: FxHashMap<(i64, i64), usize>,
}

impl Spans {
    fn of(placed: &[PlacedRow]) -> Spans {
        let mut at = FxHashMap::default();
        for (n, row) in placed.iter().enumerate().filter(|(_, r)| matches!(r.kind, 3 | 4)) {
            if let (Some(trace), Some(span)) = (row.trace, row.span) {
                at.entry((trace, span)).or_insert(n);
            }
        }
        Spans { at }
    }

    fn above(&self, row: &PlacedRow) -> Option<usize> {
        let key = (row.trace?, row.parent_span.filter(|_| matches!(row.kind, 3 | 4))?);
        self.at.get(&key).copied()
    }
}

/// Nodes on circles, each with the number of its circle: strongly connected components of two or more, and nodes that
/// are their own parents. Explicit stacks: the depth is the attacker's to choose.
fn circles(parents: &BTreeMap<i64, Vec<i64>>) -> FxHashMap<i64, usize> {
    let none: Vec<i64> = Vec::new();
    let above = |n: i64| parents.get(&n).unwrap_or(&none);
    let mut index: FxHashMap<i64, (usize, usize)> = FxHashMap::default();
    let mut open: Vec<i64> = Vec::new();
    let mut is_open: FxHashSet<i64> = FxHashSet::default();
    let mut out = FxHashMap::default();
    let mut circle = 0;
    for &start in parents.keys() {
        if index.contains_key(&start) {
            continue;
        }
        // (node, next parent to look at)
        let mut path: Vec<(i64, usize)> = vec![(start, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                let n = index.len();
                index.insert(node, (n, n));
                open.push(node);
                is_open.insert(node);
            }
            let mut low = index.get(&node).map_or(0, |i| i.1);
            // The parent that was just finished hands its lowest on.
            if let Some(done) = next.checked_sub(1).and_then(|n| above(node).get(n)).filter(|d| is_open.contains(d)) {
                low = low.min(index.get(done).map_or(low, |i| i.1));
            }
            if let Some(slot) = index.get_mut(&node) {
                slot.1 = low;
            }
            if let Some(&parent) = above(node).get(next) {
                path.push((node, next + 1));
                if !index.contains_key(&parent) {
                    path.push((parent, 0));
                }
                continue;
            }
            if index.get(&node).is_some_and(|i| i.0 == i.1) {
                let mut members = Vec::new();
                while let Some(member) = open.pop() {
                    is_open.remove(&member);
                    members.push(member);
                    if member == node {
                        break;
                    }
                }
                if members.len() > 1 || above(node).contains(&node) {
                    circle += 1;
                    out.extend(members.into_iter().map(|m| (m, circle)));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(edges: &[(i64, i64)]) -> Vec<i64> {
        let mut parents: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        edges.iter().for_each(|(child, parent)| parents.entry(*child).or_default().push(*parent));
        let mut on: Vec<i64> = circles(&parents).into_keys().collect();
        on.sort_unstable();
        on
    }

    #[test]
    fn circles_are_found_and_what_hangs_on_them_is_not_one() {
        assert_eq!(of(&[(1, 2), (2, 3), (3, 1), (4, 1), (3, 5)]), [1, 2, 3]);
        assert_eq!(of(&[(1, 1), (2, 1)]), [1]);
        // A diamond is no circle.
        assert!(of(&[(1, 2), (1, 3), (2, 4), (3, 4)]).is_empty());
        assert_eq!(of(&[(1, 2), (2, 1), (3, 4), (4, 3), (2, 3)]), [1, 2, 3, 4]);
        let deep: Vec<(i64, i64)> = (0..200_000).map(|n| (n, n + 1)).collect();
        assert!(of(&deep).is_empty());
    }
}
