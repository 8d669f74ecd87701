//! Agents that wield many users' tokens at once (TK-04): a sliding window, held against the agent's own other times.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use super::super::super::world::World;
use crate::case::{CheckedRow, WieldedFact};
use crate::model::time::MINUTE;

const WINDOW: i64 = 5 * MINUTE;
/// Users in a window that are never many.
const LEAST: usize = 20;
/// Times its own 99.9th percentile.
const TIMES: u32 = 3;
/// Calls kept of one agent's busy windows.
const KEPT: usize = 200_000;

#[derive(Clone, Copy)]
struct Seen {
    at: i64,
    user: i64,
    prompted: bool,
    shape: u32,
}

/// A call at which more than the least were wielded.
struct Busy {
    event: i64,
    bucket: i64,
    users: u32,
    prompted: u32,
    shapes: u32,
}

#[derive(Default)]
struct Agent {
    window: VecDeque<Seen>,
    /// Calls of each user in the window, and how many of them their own run made.
    users: FxHashMap<i64, (u32, u32)>,
    prompted: u32,
    shapes: FxHashMap<u32, u32>,
    /// Users by windows of the clock, for what is usual.
    bucket: Option<(i64, BTreeSet<i64>)>,
    buckets: BTreeMap<i64, u32>,
    busy: Vec<Busy>,
}

pub(super) struct Wielded<'a> {
    world: &'a World<'a>,
    /// Subject and agent of each delegated token.
    tokens: FxHashMap<i64, (Option<i64>, Option<i64>)>,
    agents: BTreeMap<i64, Agent>,
    shapes: FxHashMap<(Option<i64>, Option<i64>, String), u32>,
}

impl<'a> Wielded<'a> {
    pub(super) fn new(world: &'a World<'a>, delegations: &[(i64, Option<i64>, Option<i64>)]) -> Wielded<'a> {
        let tokens = delegations.iter().map(|&(token, subject, agent)| (token, (subject, agent))).collect();
        Wielded { world, tokens, agents: BTreeMap::new(), shapes: FxHashMap::default() }
    }

    /// A call, in the order of time.
    pub(super) fn see(&mut self, row: &CheckedRow) {
        let Some(&(Some(user), by)) = row.token.and_then(|t| self.tokens.get(&t)) else { return };
        let (Some(agent), Some(at)) = (row.agent.or(by), row.time) else { return };
        let next = self.shapes.len() as u32;
        let resource = self.world.text(row.resource).map(shape).unwrap_or_default();
        let shape = *self.shapes.entry((row.service, row.action, resource)).or_insert(next);
        let prompted = self.world.run(row.run).and_then(|r| r.person) == Some(user);
        self.agents.entry(agent).or_default().see(row.event, Seen { at: at.0, user, prompted, shape });
    }

    pub(super) fn facts(self) -> Vec<WieldedFact> {
        self.agents.into_iter().flat_map(|(agent, seen)| seen.facts(agent)).collect()
    }
}

impl Agent {
    fn see(&mut self, event: i64, seen: Seen) {
        while self.window.front().is_some_and(|old| seen.at - old.at > WINDOW) {
            if let Some(old) = self.window.pop_front() {
                self.forget(old);
            }
        }
        let calls = self.users.entry(seen.user).or_default();
        *calls = (calls.0 + 1, calls.1 + u32::from(seen.prompted));
        self.prompted += u32::from(seen.prompted && calls.1 == 1);
        *self.shapes.entry(seen.shape).or_default() += 1;
        self.window.push_back(seen);
        let bucket = seen.at.div_euclid(WINDOW);
        match &mut self.bucket {
            Some((here, users)) if *here == bucket => {
                users.insert(seen.user);
            }
            other => {
                if let Some((there, users)) = other.replace((bucket, BTreeSet::from([seen.user]))) {
                    self.buckets.insert(there, users.len() as u32);
                }
            }
        }
        if self.users.len() > LEAST && self.busy.len() < KEPT {
            self.busy.push(Busy {
                event,
                bucket,
                users: self.users.len() as u32,
                prompted: self.prompted,
                shapes: self.shapes.len() as u32,
            });
        }
    }

    fn forget(&mut self, old: Seen) {
        if let Some(calls) = self.users.get_mut(&old.user) {
            *calls = (calls.0 - 1, calls.1 - u32::from(old.prompted));
            self.prompted -= u32::from(old.prompted && calls.1 == 0);
            if calls.0 == 0 {
                self.users.remove(&old.user);
            }
        }
        if let Some(count) = self.shapes.get_mut(&old.shape) {
            *count -= 1;
            if *count == 0 {
                self.shapes.remove(&old.shape);
            }
        }
    }

    fn facts(mut self, agent: i64) -> Vec<WieldedFact> {
        if let Some((bucket, users)) = self.bucket.take() {
            self.buckets.insert(bucket, users.len() as u32);
        }
        // A window of the clock that a busy one reaches into belongs to it, and says nothing of what is usual.
        let touched: BTreeSet<i64> = self.busy.iter().flat_map(|b| [b.bucket - 1, b.bucket]).collect();
        let mut falling: Vec<(u32, i64)> = self.buckets.iter().map(|(bucket, users)| (*users, *bucket)).collect();
        falling.sort_unstable_by(|a, b| b.cmp(a));
        let span = match (self.buckets.keys().next(), self.buckets.keys().next_back()) {
            (Some(first), Some(last)) => last - first + 1,
            _ => 0,
        };
        let mut out = Vec::new();
        let mut stretch: Option<(i64, i64, u32)> = None;
        for busy in self.busy {
            let (_, _, usual) = match stretch {
                Some(here) if (here.0..=here.1).contains(&busy.bucket) => here,
                _ => {
                    let mut ends = (busy.bucket, busy.bucket);
                    while touched.contains(&(ends.0 - 1)) {
                        ends.0 -= 1;
                    }
                    while touched.contains(&(ends.1 + 1)) {
                        ends.1 += 1;
                    }
                    let usual = TIMES * elsewhere(&falling, ends, span);
                    *stretch.insert((ends.0, ends.1, usual))
                }
            };
            if busy.users > usual.max(LEAST as u32) {
                let Busy { event, users, prompted, shapes, .. } = busy;
                out.push(WieldedFact { event, agent, users, usual, prompted, shapes });
            }
        }
        out
    }
}

/// The 99.9th percentile of users in the windows outside of a stretch, quiet ones too.
fn elsewhere(falling: &[(u32, i64)], ends: (i64, i64), span: i64) -> u32 {
    let windows = (span - (ends.1 - ends.0 + 1)).max(0) as usize;
    let others = falling.iter().filter(|(_, bucket)| !(ends.0..=ends.1).contains(bucket));
    others.map(|(users, _)| *users).nth(windows / 1_000).unwrap_or(0)
}

/// A resource without its numbers: `order/81` and `order/82` are one shape.
fn shape(resource: &str) -> String {
    let mut out = String::new();
    for c in resource.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !out.ends_with('#') {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `bursts`: (start in minutes, users), each user one call a second later than the one before.
    fn told(bursts: &[(i64, i64)]) -> Vec<WieldedFact> {
        let mut agent = Agent::default();
        let mut event = 0;
        for (start, users) in bursts {
            for user in 0..*users {
                event += 1;
                let at = start * MINUTE + user * 1_000_000;
                agent.see(event, Seen { at, user, prompted: false, shape: 1 });
            }
        }
        agent.facts(9)
    }

    #[test]
    fn more_than_twenty_and_than_three_times_the_usual() {
        assert!(told(&[(0, 20)]).is_empty());
        assert_eq!(told(&[(0, 23)]).len(), 3);
        assert!(told(&[(0, 10), (60, 30)]).is_empty());
        let facts = told(&[(0, 10), (60, 33), (120, 3)]);
        assert_eq!(facts.iter().map(|f| f.users).collect::<Vec<_>>(), [31, 32, 33]);
        assert_eq!(facts[0].usual, 30);
    }

    #[test]
    fn a_window_slides_over_the_clock() {
        // Eleven users before the full five minutes and eleven after: one window holds both.
        let facts = told(&[(3, 11), (6, 22)]);
        assert_eq!(facts.len(), 2);
        assert!(told(&[(0, 15), (6, 15)]).is_empty());
    }
}
