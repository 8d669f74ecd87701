//! Rights held against their use, and breadth against peers (RU-06). Ordinary people's rights are no matter for a finding:
//! they stand on the sheet of their accounts alone.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::entitlement::Held;
use super::super::world::World;
use super::stakes::Rated;
use crate::case::{AttributedRow, SprawlFact};
use crate::model::Time;
use crate::model::time::DAY;

/// Kinds of thing that are told apart for one party.
const MANY: usize = 4_096;
/// Idle rights that are named.
const NAMED: usize = 5;
/// Fewer rights than this make nobody the most privileged.
const WIDEST_LEAST: usize = 3;

struct Holding<'a> {
    rights: Vec<Held<'a>>,
    used: Vec<bool>,
    /// Rights that name an action and have not been used yet, by (service, action).
    idle: FxHashMap<(i64, i64), Vec<usize>>,
}

#[derive(Default)]
struct Active {
    kinds: FxHashSet<(i64, i64)>,
    impact: u8,
    rated: bool,
}

pub(super) struct Sprawl<'a> {
    world: &'a World<'a>,
    held: BTreeMap<i64, Holding<'a>>,
    active: BTreeMap<i64, Active>,
    /// First and last record of each source, and the sources of each (service, action).
    spans: BTreeMap<i64, (Time, Time)>,
    logged: BTreeMap<(i64, i64), BTreeSet<i64>>,
}

impl<'a> Sprawl<'a> {
    pub(super) fn new(world: &'a World<'a>) -> Sprawl<'a> {
        let mut held = BTreeMap::new();
        for party in world.parties() {
            let rights = world.rights.held(party.id);
            if !rights.is_empty() {
                let used = vec![false; rights.len()];
                held.insert(party.id, Holding { rights, used, idle: FxHashMap::default() });
            }
        }
        Sprawl { world, held, active: BTreeMap::new(), spans: BTreeMap::new(), logged: BTreeMap::new() }
    }

    pub(super) fn see(&mut self, row: &AttributedRow, rated: &Rated) {
        let (service, action) = (row.service.unwrap_or(0), row.action.unwrap_or(0));
        if let Some(at) = row.time {
            let span = self.spans.entry(row.source).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
        }
        self.logged.entry((service, action)).or_default().insert(row.source);
        let mut parties = [row.wire_party, row.agent, row.authority, row.human];
        // Each once: a call by an agent on its own rights names it three times.
        for n in 1..parties.len() {
            if parties[..n].contains(&parties[n]) {
                parties[n] = None;
            }
        }
        for party in parties.into_iter().flatten() {
            if let Some(held) = self.held.get_mut(&party) {
                held.see(self.world, row);
            }
        }
        for party in [parties[0], parties[1]].into_iter().flatten() {
            let active = self.active.entry(party).or_default();
            if active.kinds.len() < MANY {
                active.kinds.insert((action, row.resource_type.unwrap_or(0)));
            }
            if rated.impact > active.impact {
                (active.impact, active.rated) = (rated.impact, rated.rated);
            }
        }
    }

    /// By party, of all that have rights or calls.
    pub(super) fn facts(&self) -> BTreeMap<i64, SprawlFact> {
        let own = |party: &i64| !matches!(self.world.kind(Some(*party)), "system" | "unknown");
        let parties: BTreeSet<i64> = self.held.keys().chain(self.active.keys()).copied().filter(own).collect();
        let group = |party: i64| group(self.world.kind(Some(party)));
        let (mut breadths, mut grants): (BTreeMap<_, Vec<u32>>, BTreeMap<_, Vec<u32>>) = Default::default();
        for &party in &parties {
            if let Some(active) = self.active.get(&party) {
                breadths.entry(group(party)).or_default().push(active.kinds.len() as u32);
            }
            if let Some(held) = self.held.get(&party) {
                grants.entry(group(party)).or_default().push(held.rights.len() as u32);
            }
        }
        breadths.values_mut().chain(grants.values_mut()).for_each(|v| v.sort_unstable());
        let owners = self.world.context.directory.iter().any(|row| row.owner.is_some());
        let widest = self.widest(&parties);
        let mut tests = FxHashMap::default();
        parties
            .into_iter()
            .map(|party| {
                let mut fact = SprawlFact { party, impact: 2, ..SprawlFact::default() };
                if let Some(active) = self.active.get(&party) {
                    (fact.breadth, fact.impact, fact.rated) =
                        (active.kinds.len() as u32, active.impact.max(1), active.rated);
                }
                (fact.peers, fact.peers_median) = beside(breadths.get(&group(party)), self.active.contains_key(&party));
                (fact.rights_peers, fact.rights_median) =
                    beside(grants.get(&group(party)), self.held.contains_key(&party));
                if let Some(held) = self.held.get(&party) {
                    fact.granted = held.rights.len() as u32;
                    self.idle(held, &mut fact, &mut tests);
                }
                fact.widest = widest.contains(&party);
                let entry = self.world.entry(Some(party));
                fact.owned = owners.then(|| entry.is_some_and(|e| e.owner.is_some()));
                (party, fact)
            })
            .collect()
    }

    /// Which rights lie idle, of those whose system is logged long enough to tell.
    fn idle(
        &self,
        held: &Holding<'_>,
        fact: &mut SprawlFact,
        tests: &mut FxHashMap<(String, String), Option<(Time, Time)>>,
    ) {
        let mut named: Vec<String> = Vec::new();
        let mut shortest: Option<i64> = None;
        for (right, used) in held.rights.iter().zip(&held.used) {
            let key = (right.service().unwrap_or("").to_string(), right.action().to_string());
            let span = *tests.entry(key).or_insert_with(|| self.covered(right));
            let Some((first, last)) = span.filter(|(f, l)| l.0 - f.0 >= self.world.policy.logged) else { continue };
            // A right given last week has not lain idle for a quarter.
            if !right.stood(first, last) {
                continue;
            }
            fact.tested += 1;
            let days = (last.0 - first.0) / DAY;
            shortest = Some(shortest.map_or(days, |s| s.min(days)));
            if !used {
                fact.unused += 1;
                named.push(right.words());
            }
        }
        fact.days = shortest.unwrap_or(0);
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        if more > 0 {
            named.push(format!("{more} more"));
        }
        fact.unused_are = (!named.is_empty()).then(|| named.join(", "));
    }

    /// The period over which the log would show the use of a right.
    fn covered(&self, right: &Held<'_>) -> Option<(Time, Time)> {
        let text = |id: i64| self.world.text(Some(id));
        let sources: BTreeSet<i64> = self
            .logged
            .iter()
            .filter(|((service, action), _)| text(*action).is_some_and(|a| right.logged_as(text(*service), a)))
            .flat_map(|(_, sources)| sources.iter().copied())
            .collect();
        sources.iter().filter_map(|s| self.spans.get(s)).copied().max_by_key(|(first, last)| last.0 - first.0)
    }

    /// Whoever has everything; else those with the most rights. People have owners: themselves.
    fn widest(&self, parties: &BTreeSet<i64>) -> BTreeSet<i64> {
        let machine = |party: &&i64| !self.world.is_person(Some(**party));
        let of = |party: &i64| self.held.get(party).map(|h| h.rights.as_slice()).unwrap_or_default();
        let all: BTreeSet<i64> =
            parties.iter().filter(machine).filter(|p| of(p).iter().any(Held::everything)).copied().collect();
        if !all.is_empty() {
            return all;
        }
        let most = parties.iter().filter(machine).map(|p| of(p).len()).max().unwrap_or(0);
        let all: BTreeSet<i64> = parties.iter().filter(machine).filter(|p| of(p).len() == most).copied().collect();
        // Where all have the same nobody stands out.
        let held = parties.iter().filter(machine).filter(|p| !of(p).is_empty()).count();
        if most < WIDEST_LEAST || (held > 1 && all.len() == held) { BTreeSet::new() } else { all }
    }
}

impl Holding<'_> {
    fn see(&mut self, world: &World<'_>, row: &AttributedRow) {
        let (Some(action), service) = (world.text(row.action), world.text(row.service)) else { return };
        let (rights, used) = (&self.rights, &mut self.used);
        let idle = self.idle.entry((row.service.unwrap_or(0), row.action.unwrap_or(0))).or_insert_with(|| {
            (0..rights.len()).filter(|n| rights.get(*n).is_some_and(|r| r.names(service, action))).collect()
        });
        let resource = world.text(row.resource);
        idle.retain(|n| {
            let covers = rights.get(*n).is_some_and(|r| r.on(resource));
            if let Some(slot) = used.get_mut(*n).filter(|_| covers) {
                *slot = true;
            }
            !covers
        });
    }
}

/// Accounts are compared with others of their kind.
fn group(kind: &str) -> &'static str {
    match kind {
        "person" | "human" => "people",
        "unbacked" | "shared" => "accounts",
        "agent" => "agents",
        "service" => "services",
        _ => "others",
    }
}

/// How many others there are, and the median of all.
fn beside(sorted: Option<&Vec<u32>>, among: bool) -> (u32, Option<f64>) {
    let Some(sorted) = sorted.filter(|_| among) else { return (0, None) };
    let median = sorted.get(sorted.len() / 2).map(|m| f64::from(*m));
    (sorted.len().saturating_sub(1) as u32, median)
}
