//! What facts are made of: the case's context files and text, loaded once, with the conclusions so far.

use rustc_hash::FxHashMap;

use super::entitlement::{Rights, RightsInput};
use super::error::RuleError;
use crate::case::{AssetRow, Case, Derived, DirectoryEntry, GrantRow, PartyRow, RunFactRow, TokenRow};
use crate::identity::{Place, Places};
use crate::lineage::Clocks;
use crate::lineage::clocks::bound_of;
use crate::model::time::{DAY, HOUR, MINUTE};
use crate::model::{Interval, Membership, Network, Ownership, Present, Principal, Time};

/// What is read of the case before an analysis writes.
#[derive(Debug)]
pub struct Context {
    pub strings: Vec<String>,
    pub principals: Vec<Principal>,
    pub directory: Vec<DirectoryEntry>,
    pub grants: Vec<GrantRow>,
    pub memberships: Vec<(i64, Membership)>,
    pub ownership: Vec<(i64, Ownership)>,
    pub assets: Vec<AssetRow>,
    pub networks: Vec<Network>,
    pub tokens: Vec<TokenRow>,
    /// What the reviewer's acts say: values of parameters, rules, exceptions.
    pub present: Present,
}

impl Context {
    pub fn load(case: &Case) -> Result<Context, RuleError> {
        Ok(Context {
            strings: case.strings()?,
            principals: case.principals()?,
            directory: case.directory()?,
            grants: case.grants()?,
            memberships: case.memberships()?,
            ownership: case.ownership()?,
            assets: case.assets()?,
            networks: case.networks()?,
            tokens: case.tokens()?,
            present: case.present()?,
        })
    }
}

/// The context with parties, runs and rights: what every fact builder reads.
pub(super) struct World<'a> {
    pub context: &'a Context,
    parties: FxHashMap<i64, PartyRow>,
    party_of: FxHashMap<i64, i64>,
    /// Principals that stand for another party during an interval, by an act of the reviewer.
    dated: FxHashMap<i64, Vec<(Interval, bool, i64)>>,
    places: Places,
    runs: FxHashMap<i64, RunFactRow>,
    run_by_key: FxHashMap<i64, i64>,
    /// Rows of the directory by their event; one id may have several.
    rows: FxHashMap<i64, &'a DirectoryEntry>,
    pub rights: Rights,
    pub clocks: Clocks,
    pub policy: Thresholds,
}

/// Parameters of rules on which facts are computed, as the case's policy has them. Times in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thresholds {
    /// RU-02: between a sign-in and an agent's call.
    pub mixed: i64,
    /// RU-04: when the directory does not cover a source.
    pub unknown_accounts: f64,
    pub unknown_share: f64,
    /// RU-07: networks of a spread credential.
    pub networks: usize,
    /// RU-06: how long a system must be logged to say that a right lies idle.
    pub logged: i64,
    /// AZ-07: between a refusal and the call that went round it, alone and within one conversation or run tree.
    pub bypass_alone: i64,
    pub bypass_together: i64,
}

impl Thresholds {
    fn of(policy: &std::collections::BTreeMap<String, f64>) -> Thresholds {
        let value = |rule, name| super::policy::value(rule, name, policy);
        let time = |rule, name, unit: i64| (value(rule, name) * unit as f64) as i64;
        Thresholds {
            mixed: time("RU-02", "days", DAY),
            unknown_accounts: value("RU-04", "accounts"),
            unknown_share: value("RU-04", "share"),
            networks: value("RU-07", "networks") as usize,
            logged: time("RU-06", "days", DAY),
            bypass_alone: time("AZ-07", "minutes", MINUTE),
            bypass_together: time("AZ-07", "hours", HOUR),
        }
    }
}

impl<'a> World<'a> {
    pub(super) fn load(derived: &Derived<'_>, context: &'a Context) -> Result<World<'a>, RuleError> {
        let parties = derived.party_rows()?;
        let party_of = derived.party_of()?;
        let row_party = derived.row_party()?;
        let rights = Rights::new(&RightsInput {
            grants: &context.grants,
            memberships: &context.memberships,
            ownership: &context.ownership,
            directory: &context.directory,
            parties: &parties,
            party_of: &party_of,
            row_party: &row_party,
            principals: &context.principals,
        });
        let runs = derived.run_facts()?;
        let mut dated: FxHashMap<i64, Vec<(Interval, bool, i64)>> = FxHashMap::default();
        for (principal, during, undated, party) in derived.dated_parties()? {
            dated.entry(principal).or_default().push((during, undated, party));
        }
        Ok(World {
            context,
            dated,
            parties: parties.into_iter().map(|p| (p.id, p)).collect(),
            party_of: party_of.into_iter().collect(),
            places: Places::of(
                derived
                    .places()?
                    .into_iter()
                    .map(|(whole, tenant, from, until, principal)| (whole, Place { tenant, from, until, principal })),
            ),
            rows: context.directory.iter().map(|row| (row.event, row)).collect(),
            run_by_key: runs.iter().map(|r| (r.key, r.id)).collect(),
            runs: runs.into_iter().map(|r| (r.id, r)).collect(),
            rights,
            clocks: Clocks::kept(derived.clocks()?, bound_of(&context.present.policy)),
            policy: Thresholds::of(&context.present.policy),
        })
    }

    pub(super) fn text(&self, string: Option<i64>) -> Option<&'a str> {
        string.and_then(|s| self.context.strings.get(s as usize)).map(String::as_str).filter(|t| !t.is_empty())
    }

    pub(super) fn party(&self, id: Option<i64>) -> Option<&PartyRow> {
        id.and_then(|p| self.parties.get(&p))
    }

    pub(super) fn parties(&self) -> impl Iterator<Item = &PartyRow> {
        let mut all: Vec<&PartyRow> = self.parties.values().collect();
        all.sort_by_key(|p| p.id);
        all.into_iter()
    }

    /// The row by which the directory knows a party.
    pub(super) fn entry(&self, id: Option<i64>) -> Option<&'a DirectoryEntry> {
        self.party(id).and_then(|p| p.directory).and_then(|event| self.rows.get(&event)).copied()
    }

    pub(super) fn kind(&self, id: Option<i64>) -> &str {
        self.party(id).map_or("unknown", |p| p.kind.as_str())
    }

    pub(super) fn party_of(&self, principal: i64) -> Option<i64> {
        self.party_of.get(&principal).copied()
    }

    /// The party that an id stands for on a record of this time and tenant; none is the time of a record without one.
    pub(super) fn party_at(&self, principal: i64, time: Option<Time>, tenant: Option<i64>) -> Option<i64> {
        let here = self.places.at(principal, time, tenant);
        let dated = self.dated.get(&here).into_iter().flatten().rev();
        let mut held = dated.filter(|(during, undated, _)| during.holds(time, *undated)).map(|(_, _, party)| *party);
        held.next().or_else(|| self.party_of(here))
    }

    /// An id that stands for several.
    pub(super) fn splits(&self, principal: i64) -> bool {
        self.places.splits(principal)
    }

    /// May be named as a person: of the directory, or unverified where none was imported.
    pub(super) fn is_person(&self, party: Option<i64>) -> bool {
        matches!(self.kind(party), "person" | "human")
    }

    /// A human-type account behind which no individual stands.
    pub(super) fn is_robot(&self, party: Option<i64>) -> bool {
        matches!(self.kind(party), "unbacked" | "shared")
    }

    pub(super) fn run(&self, id: Option<i64>) -> Option<&RunFactRow> {
        id.and_then(|r| self.runs.get(&r))
    }

    pub(super) fn run_with_key(&self, key: i64) -> Option<&RunFactRow> {
        self.run(self.run_by_key.get(&key).copied())
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = &RunFactRow> {
        let mut all: Vec<&RunFactRow> = self.runs.values().collect();
        all.sort_by_key(|r| r.id);
        all.into_iter()
    }

    /// The top of the run tree that a run belongs to. A cycle ends where it closes.
    pub(super) fn root(&self, run: Option<i64>) -> Option<i64> {
        let mut at = run?;
        for _ in 0..1_000 {
            match self.run(Some(at)).and_then(|r| r.parent) {
                Some(parent) if parent != at => at = parent,
                _ => break,
            }
        }
        Some(at)
    }
}
