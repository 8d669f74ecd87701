//! Needs of all calls, summed up as they come: what to ask for, how many calls each may settle, and which of these calls
//! another request may settle too.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::combine::Standing;
use crate::case::{CaseError, Derived, NeedGroup, NeedKeyRow};
use crate::model::{Grade, Need, NeedKey, NeedKind, Time, Wanted};

/// Keys of one kind that one request lists; the others are counted.
const KEYS: usize = 1_000;
/// Keys that are told apart for the count; beyond, the count is a lower bound.
const TOLD_APART: usize = 1_000_000;

#[derive(Debug, Default)]
pub(super) struct NeedBook {
    groups: BTreeMap<(Wanted, Option<i64>), Group>,
    /// Open calls by the set of requests that may settle them.
    sets: BTreeMap<BTreeSet<(Wanted, Option<i64>)>, u64>,
    seen: FxHashSet<(u8, Wanted, Option<i64>, NeedKey)>,
}

#[derive(Debug, Default)]
struct Group {
    total: NeedGroup,
    keys: BTreeMap<NeedKind, Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    listed: BTreeMap<NeedKey, NeedKeyRow>,
    distinct: u64,
}

/// What a need is noted for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    pub event: i64,
    pub time: Option<Time>,
    pub standing: Standing,
    pub agent: Option<u32>,
}

impl NeedBook {
    /// Notes one call. A request counts it once, whatever it may bring for it.
    pub(super) fn note(&mut self, asking: Asking, needs: &[Need]) {
        let mut requests: BTreeMap<(Wanted, Option<i64>), Grade> = BTreeMap::new();
        for need in needs {
            let of = (need.kind.export(), need.source);
            let best = requests.entry(of).or_insert(need.best);
            *best = (*best).max(need.best);
            self.key(of, need, asking);
        }
        for (of, best) in &requests {
            self.groups.entry(*of).or_default().total.count(asking.standing.word(), *best, asking.time);
        }
        if asking.standing != Standing::Automation && !requests.is_empty() {
            *self.sets.entry(requests.into_keys().collect()).or_default() += 1;
        }
    }

    fn key(&mut self, of: (Wanted, Option<i64>), need: &Need, asking: Asking) {
        let keys = self.groups.entry(of).or_default().keys.entry(need.kind).or_default();
        let new = self.seen.len() < TOLD_APART && self.seen.insert((need.kind as u8, of.0, of.1, need.key));
        keys.distinct += u64::from(new);
        let full = keys.listed.len() >= KEYS;
        match keys.listed.get_mut(&need.key) {
            Some(row) => row.count(need.best, asking.time),
            None if full => {}
            None => {
                let mut row = NeedKeyRow::new(need.kind, need.key, asking.event, asking.agent.map(i64::from));
                row.count(need.best, asking.time);
                keys.listed.insert(need.key, row);
            }
        }
    }

    pub(super) fn write(&self, derived: &Derived<'_>) -> Result<(), CaseError> {
        let ids: BTreeMap<&(Wanted, Option<i64>), i64> = self.groups.keys().zip(1..).collect();
        for (of, group) in &self.groups {
            let id = ids[of];
            derived.need_group(id, of.0, of.1, &group.total)?;
            for (kind, keys) in &group.keys {
                derived.need_kind(id, *kind, keys.distinct)?;
                for row in keys.listed.values() {
                    derived.need_key(id, row)?;
                }
            }
        }
        for (set, calls) in &self.sets {
            let members: Vec<String> = set.iter().filter_map(|of| ids.get(of)).map(i64::to_string).collect();
            derived.need_set(&members.join(" "), *calls)?;
        }
        Ok(())
    }
}
