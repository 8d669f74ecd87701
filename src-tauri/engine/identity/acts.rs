//! The reviewer's acts on what resolution found: accounts joined, split off, or of another kind; for good, or as of an interval.
//! Acts work in the order of the log, each on what those before it left. None is believed more than a record: see [`Basis`].

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::{Aliases, folded};
use super::resolve::{Identity, Inputs, Party, PartyKind, Seen, nobody};
use crate::model::deed::{Join, Kind, Rekind, Split, shown};
use crate::model::{Act, Deed, Interval, Principal, Time};

/// What acts say of principals.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The acts that have an effect on somebody.
    acts: Vec<Act>,
    /// Principals whose party rests on acts, as places in `acts`.
    always: BTreeMap<i64, Vec<usize>>,
    /// Principals that stand for somebody else during an interval; the last that holds decides.
    dated: BTreeMap<i64, Vec<Dated>>,
}

/// Whom a principal stands for during an interval.
#[derive(Debug, Clone, Copy)]
struct Dated {
    during: Interval,
    /// Whether it holds for records without a time too.
    undated: bool,
    party: u32,
    act: usize,
}

impl Basis {
    fn dated(&self, principal: i64, at: Option<Time>) -> Option<&Dated> {
        self.dated.get(&principal)?.iter().rev().find(|d| d.during.holds(at, d.undated))
    }
}

/// A principal that stands for another party during an interval, as it is stored beside the conclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedParty {
    pub principal: i64,
    pub during: Interval,
    pub undated: bool,
    pub party: u32,
}

impl Identity {
    /// The party of a principal as of a time; none is the time of a record that has none.
    pub fn party_at(&self, principal: i64, at: Option<Time>) -> Option<u32> {
        match self.basis.dated(principal, at) {
            Some(dated) => Some(dated.party),
            None => self.party_of(principal),
        }
    }

    /// The person behind a principal as of a time, where one may be named.
    pub fn person_at(&self, principal: i64, at: Option<Time>) -> Option<u32> {
        self.party_at(principal, at).filter(|p| self.kind(*p).is_person())
    }

    /// As [`Identity::stranger`], as of a time.
    pub fn stranger_at(&self, principal: i64, at: Option<Time>) -> Option<u32> {
        self.party_at(principal, at).filter(|p| self.party(*p).stranger)
    }

    /// The last act by which a principal stands for whom it does; none where records and directory alone say so.
    pub fn act_of(&self, principal: i64, at: Option<Time>) -> Option<usize> {
        match self.basis.dated(principal, at) {
            Some(dated) => Some(dated.act),
            None => self.basis.always.get(&principal).and_then(|acts| acts.last()).copied(),
        }
    }

    /// An act that [`Identity::act_of`] gave.
    pub fn act(&self, place: usize) -> Option<&Act> {
        self.basis.acts.get(place)
    }

    /// All principals that stand for somebody else during an interval, the one that decides last.
    pub fn dated_parties(&self) -> Vec<DatedParty> {
        let rows = self.basis.dated.iter().flat_map(|(principal, dated)| {
            dated.iter().map(|d| DatedParty {
                principal: *principal,
                during: d.during,
                undated: d.undated,
                party: d.party,
            })
        });
        rows.collect()
    }

    /// The ids of a principal in this case, in whatever case of letters records write it.
    pub fn ids_of(&self, principal: &Principal) -> &[i64] {
        self.ids.get(&folded(principal)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Principals of records whose id is this word, in whatever namespace.
    pub fn with_id(&self, word: &str) -> Vec<Principal> {
        self.ids.keys().filter(|p| p.id.eq_ignore_ascii_case(word)).cloned().collect()
    }

    /// Whom the directory or a record knows under this name.
    pub fn named(&self, principal: &Principal) -> Option<u32> {
        let known = self.ids_of(principal).first().and_then(|id| self.party_of(*id));
        known.or_else(|| self.claimed.get(&folded(principal)).copied())
    }
}

/// Lets the acts work on what resolution found.
pub(super) fn apply(
    identity: &mut Identity,
    inputs: &Inputs,
    aliases: &Aliases,
    seen: &Seen,
    notes: &mut BTreeSet<String>,
) {
    if inputs.acts.is_empty() {
        return;
    }
    let mut work = Work { redirect: (0..identity.parties.len() as u32).collect(), identity, aliases, seen, notes };
    for act in &inputs.acts {
        let accounts: &[&Principal] = match act.deed.itself() {
            Deed::Join(join) => &[&join.a, &join.b],
            Deed::Split(split) => &[&split.account],
            Deed::Rekind(rekind) => &[&rekind.account],
            _ => &[],
        };
        if accounts.iter().any(|account| work.stands_for_several(account)) {
            work.no_effect(act, "an id of it stands for several, by time or tenant, and it does not say for which");
            continue;
        }
        match act.deed.itself() {
            Deed::Join(join) => work.join(act, join),
            Deed::Split(split) => work.split(act, split),
            Deed::Rekind(rekind) => work.rekind(act, rekind),
            _ => {}
        }
    }
    work.settle();
}

struct Work<'a> {
    identity: &'a mut Identity,
    aliases: &'a Aliases,
    seen: &'a Seen,
    notes: &'a mut BTreeSet<String>,
    /// Where a party went that was joined with another.
    redirect: Vec<u32>,
}

impl Work<'_> {
    fn party(&self, principal: &Principal) -> Option<u32> {
        let ids = self.ids(principal);
        let known = ids.first().and_then(|id| self.identity.party_of(*id));
        let mut party = known.or(self.aliases.entity(principal).map(|n| n as u32 + 1))?;
        while self.redirect[party as usize] != party {
            party = self.redirect[party as usize];
        }
        Some(party)
    }

    fn ids(&self, principal: &Principal) -> Vec<i64> {
        self.identity.ids_of(principal).to_vec()
    }

    fn stands_for_several(&self, account: &Principal) -> bool {
        self.ids(account).iter().any(|id| self.identity.places.splits(*id))
    }

    fn keep(&mut self, act: &Act) -> usize {
        self.identity.basis.acts.push(act.clone());
        self.identity.basis.acts.len() - 1
    }

    fn rests_on(&mut self, principals: &[i64], act: usize) {
        for id in principals {
            self.identity.basis.always.entry(*id).or_default().push(act);
        }
    }

    fn for_a_time(&mut self, principals: &[i64], during: Interval, undated: bool, party: u32, act: usize) {
        for id in principals {
            self.identity.basis.dated.entry(*id).or_default().push(Dated { during, undated, party, act });
        }
    }

    fn no_effect(&mut self, act: &Act, why: &str) {
        self.notes.insert(format!("Act {} ({}) has no effect: {why}", act.seq, act.deed.itself().sentence()));
    }

    fn join(&mut self, act: &Act, join: &Join) {
        let (Some(a), Some(b)) = (self.party(&join.a), self.party(&join.b)) else {
            return self.no_effect(act, "neither a record nor a directory knows both");
        };
        if a == b {
            return self.no_effect(act, "both are one already");
        }
        let told = |p: u32| self.identity.party(p).directory.is_some();
        if told(a) && told(b) && !join.confirmed {
            return self.no_effect(act, "the directory has a row for each, and that they are one was not confirmed");
        }
        let (kept, moved) = if told(b) && !told(a) { (b, a) } else { (a, b) };
        let principals = self.identity.party(moved).principals.clone();
        let place = self.keep(act);
        if !join.during.is_always() {
            return self.for_a_time(&principals, join.during, false, kept, place);
        }
        self.rests_on(&principals, place);
        for id in &principals {
            if let Some(slot) = self.identity.party_of.get_mut(*id as usize) {
                *slot = kept;
            }
        }
        let gone = std::mem::replace(&mut self.identity.parties[moved as usize], nobody());
        self.redirect[moved as usize] = kept;
        let into = &mut self.identity.parties[kept as usize];
        into.principals.extend(gone.principals);
        into.principals.sort_unstable();
        into.rows.extend(gone.rows);
        into.stranger &= gone.stranger;
        if into.directory.is_none() {
            into.kind = least_personal(into.kind, gone.kind);
        }
    }

    fn split(&mut self, act: &Act, split: &Split) {
        let ids = self.ids(&split.account);
        let Some(party) = self.party(&split.account).filter(|_| !ids.is_empty()) else {
            return self.no_effect(act, "no record names the account");
        };
        let whole = self.identity.party(party);
        if whole.directory.is_none() && whole.principals.iter().all(|p| ids.contains(p)) {
            return self.no_effect(act, "nothing is joined with it");
        }
        let kind = self.seen.kind_of(&ids, self.identity.directory);
        let stranger = self.identity.directory
            && split.account.namespace == "email"
            && matches!(kind, PartyKind::Unbacked | PartyKind::Unknown);
        let alone = Party { kind, stranger, shown: shown(&split.account), ..nobody() };
        let place = self.keep(act);
        let new = self.add(alone);
        if !split.during.is_always() {
            // Whose it was is in doubt for as long as nobody says when: a record without a time may lie inside.
            return self.for_a_time(&ids, split.during, true, new, place);
        }
        self.identity.parties[party as usize].principals.retain(|p| !ids.contains(p));
        for id in &ids {
            if let Some(slot) = self.identity.party_of.get_mut(*id as usize) {
                *slot = new;
            }
        }
        self.rests_on(&ids, place);
        self.identity.parties[new as usize].principals = ids;
    }

    fn rekind(&mut self, act: &Act, rekind: &Rekind) {
        let Some(party) = self.party(&rekind.account) else {
            return self.no_effect(act, "neither a record nor a directory knows the account");
        };
        let now = self.identity.party(party).clone();
        let kind = match rekind.kind {
            Kind::Person if now.directory.is_some() => PartyKind::Person,
            // Only a directory verifies a person; a reviewer may say that one stands behind the account.
            Kind::Person => PartyKind::Human,
            Kind::Agent => PartyKind::Agent,
            Kind::Service => PartyKind::Service,
            Kind::Shared => PartyKind::Shared,
        };
        if kind == now.kind {
            return self.no_effect(act, "it is of that kind already");
        }
        let principals = now.principals.clone();
        let place = self.keep(act);
        if rekind.during.is_always() {
            self.rests_on(&principals, place);
            let party = &mut self.identity.parties[party as usize];
            (party.kind, party.stranger) = (kind, false);
            return;
        }
        let other = Party { kind, stranger: false, principals: Vec::new(), rows: Vec::new(), ..now };
        let new = self.add(other);
        // That it is no person's is taken to hold for a record without a time; that it is one's is not.
        self.for_a_time(&principals, rekind.during, !kind.is_person(), new, place);
    }

    fn add(&mut self, party: Party) -> u32 {
        let id = self.identity.parties.len() as u32;
        self.identity.parties.push(party);
        self.redirect.push(id);
        id
    }

    /// Parties that were joined into others leave no gap.
    fn settle(self) {
        let redirect = self.redirect;
        let end = |mut p: u32| {
            while redirect[p as usize] != p {
                p = redirect[p as usize];
            }
            p
        };
        let mut place = vec![0; redirect.len()];
        let mut kept = Vec::new();
        for (n, party) in std::mem::take(&mut self.identity.parties).into_iter().enumerate() {
            if redirect[n] == n as u32 {
                place[n] = kept.len() as u32;
                kept.push(party);
            }
        }
        let to = |p: u32| place[end(p) as usize];
        self.identity.parties = kept;
        self.identity.party_of.iter_mut().for_each(|p| *p = to(*p));
        self.identity.claimed.values_mut().for_each(|p| *p = to(*p));
        for dated in self.identity.basis.dated.values_mut().flatten() {
            dated.party = to(dated.party);
        }
    }
}

/// Of two kinds of one account the one that stands for a person least.
fn least_personal(a: PartyKind, b: PartyKind) -> PartyKind {
    use PartyKind::{Agent, Human, Person, Service, Shared, System, Unbacked, Unknown};
    let order = [Shared, Agent, Service, System, Unbacked, Unknown, Human, Person];
    order.into_iter().find(|k| *k == a || *k == b).unwrap_or(Unknown)
}
