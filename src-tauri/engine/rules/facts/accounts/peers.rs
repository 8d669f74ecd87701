//! What accounts are compared with, and what stands beside each of them.

use std::collections::BTreeMap;

use super::super::signals::Beside;
use super::super::surroundings::Surroundings;
use super::{Account, Credential, end_of};
use crate::case::SprawlFact;
use crate::model::time::DAY;
use crate::rules::world::World;

/// What accounts are compared with.
pub(super) struct Peers {
    names: BTreeMap<i64, String>,
    signing_in: BTreeMap<String, u32>,
    party_sign_ins: BTreeMap<i64, u32>,
    /// Kinds of thing done, and calls in the busiest hours, of people's accounts by namespace, sorted.
    kinds: BTreeMap<String, Vec<u32>>,
    volumes: BTreeMap<String, Vec<u32>>,
    holders: BTreeMap<i64, usize>,
    ages: BTreeMap<i64, i64>,
    crowds: rustc_hash::FxHashMap<i64, usize>,
}

impl Peers {
    pub(super) fn of(
        world: &World<'_>,
        accounts: &mut BTreeMap<i64, Account>,
        credentials: &BTreeMap<i64, Credential>,
        around: &Surroundings,
    ) -> Peers {
        let mut peers = Peers {
            names: BTreeMap::new(),
            signing_in: BTreeMap::new(),
            party_sign_ins: BTreeMap::new(),
            kinds: BTreeMap::new(),
            volumes: BTreeMap::new(),
            holders: BTreeMap::new(),
            ages: BTreeMap::new(),
            crowds: around.crowds(),
        };
        for (&principal, account) in accounts.iter_mut().filter(|(_, a)| a.human_type) {
            let namespace = namespace(world, principal);
            *peers.signing_in.entry(namespace.clone()).or_default() += u32::from(account.sign_ins.count > 0);
            if let Some(party) = account.party {
                *peers.party_sign_ins.entry(party).or_default() += account.sign_ins.count;
            }
            if world.is_person(account.party) && account.habit.rhythm.calls > 0 {
                peers.kinds.entry(namespace.clone()).or_default().push(account.habit.kinds.len() as u32);
                let busiest = account.habit.volume.busiest();
                peers.volumes.entry(namespace.clone()).or_default().extend(busiest);
            }
            peers.names.insert(principal, namespace);
        }
        peers.kinds.values_mut().chain(peers.volumes.values_mut()).for_each(|v| v.sort_unstable());
        for used in credentials.values() {
            let most = peers.holders.entry(used.account).or_default();
            *most = (*most).max(used.agents.len());
            if let (Some(first), Some(last)) = (used.first, used.last) {
                let age = peers.ages.entry(used.account).or_default();
                *age = (*age).max((last.0 - first.0) / DAY);
            }
        }
        peers
    }

    pub(super) fn beside(
        &self,
        world: &World<'_>,
        principal: i64,
        account: &Account,
        sprawl: &BTreeMap<i64, SprawlFact>,
        managers: bool,
    ) -> Beside {
        let namespace = self.names.get(&principal).map(String::as_str).unwrap_or_default();
        let own = |party: Option<i64>| party.and_then(|p| self.party_sign_ins.get(&p)).copied().unwrap_or(0);
        let entry = world.entry(account.party);
        let sign_ins = account.sign_ins.count.max(own(account.party));
        let signing_in = self.signing_in.get(namespace).copied().unwrap_or(0);
        Beside {
            directory: !world.context.directory.is_empty(),
            unbacked: account.unbacked(world),
            entry: entry.map(|e| e.entry_type),
            managers,
            manager: entry.is_some_and(|e| e.register.manager.is_some()),
            name: world.context.principals.get(principal as usize).map(|p| p.id.clone()).unwrap_or_default(),
            sign_ins,
            others_sign_in: signing_in > u32::from(account.sign_ins.count > 0),
            holders: self.holders.get(&principal).copied(),
            oldest_credential_days: self.ages.get(&principal).copied(),
            crowd: self.crowds.get(&principal).copied(),
            rights: account.party.and_then(|p| sprawl.get(&p)).map(|s| (s.tested, s.unused, s.days)),
            peer_kinds: self.kinds.get(namespace).map(|v| (at(v, 0.5), v.len().saturating_sub(1))),
            people: account.others.len() as u32,
            peer_volume: self.volumes.get(namespace).map(|v| (at(v, 0.95), v.len().saturating_sub(1))),
            after_end: end_of(world, account.party).map(|_| account.after_end),
        }
    }
}

fn namespace(world: &World<'_>, principal: i64) -> String {
    world.context.principals.get(principal as usize).map(|p| p.namespace.clone()).unwrap_or_default()
}

/// A quantile of sorted numbers.
fn at(sorted: &[u32], share: f64) -> f64 {
    let place = ((sorted.len() as f64) * share) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).map_or(0.0, |v| f64::from(*v))
}
