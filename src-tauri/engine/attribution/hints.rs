//! Hints towards a person for a call that names nobody (K12 to K14): who to ask about, never who it was.
//!
//! A hint is at D. It names nobody, defeats nothing, and stands beside a refusal with its reason. All records that are
//! refused are read once, in the order in which they lie in the case.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::combine::{Attribution, Gap, Standing};
use crate::case::{Case, CaseError, Derived, Presence};
use crate::identity::{Identity, PartyKind};
use crate::lineage::Clocks;
use crate::lineage::clocks::UNMEASURED;
use crate::model::principal::is_email;
use crate::model::time::{DAY, HOUR};
use crate::model::{EvidenceKind, Refusal, Time};

/// Hints kept for one call.
const MOST: usize = 8;
/// How long a person at a place is taken to stay there where no record says when they left.
const STAY: i64 = HOUR;
/// People at one address beyond which it is an office, a gateway or a cloud, and says nothing.
const CROWD: usize = 64;
/// Expected accidental matches beyond which nearness in time says nothing (reference E.3).
const CHANCE: f64 = 0.5;
/// Bytes of one record that are searched for people.
const SEARCHED: usize = 1 << 20;
/// An own id shorter than this is a number or a word that stands in many records.
const SHORTEST: usize = 4;

/// A reason to ask about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    /// K12, K13 or K14.
    pub kind: EvidenceKind,
    pub party: u32,
    /// The record that tells it: the call itself, or where the person was seen.
    pub event: i64,
}

/// What hints are made of: the words for each person of the directory, and where and when people were seen at work.
pub struct Hints {
    words: FxHashMap<String, u32>,
    /// (begin, end, party, event), by address, in the order of time.
    at: FxHashMap<i64, Vec<Seen>>,
    /// When people were seen, whatever the address.
    when: Vec<Seen>,
    clocks: Clocks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    from: Time,
    until: Time,
    party: u32,
    event: i64,
    source: i64,
}

/// The parts of a call that hints are asked of.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub event: i64,
    pub source: i64,
    pub time: Option<Time>,
    pub ip: Option<i64>,
}

impl Hints {
    /// For all calls, or for one at a moment.
    pub fn load(case: &Case, identity: &Identity, clocks: &Clocks, at: Option<Time>) -> Result<Hints, CaseError> {
        let mut hints =
            Hints { words: words(case, identity)?, at: FxHashMap::default(), when: Vec::new(), clocks: clocks.clone() };
        let period = at.map(|t| (Time(t.0.saturating_sub(DAY)), Time(t.0.saturating_add(UNMEASURED))));
        case.each_presence(period, |Presence { event, source, time, end, ip, wire, tenant }| {
            let wire = identity.places.at(wire, Some(time), tenant);
            let Some(party) = identity.person_at(wire, Some(time)).filter(|p| identity.kind(*p) == PartyKind::Person)
            else {
                return Ok(());
            };
            let until = end.unwrap_or(Time(time.0.saturating_add(STAY)));
            let seen = Seen { from: time, until, party, event, source };
            if let Some(ip) = ip {
                hints.at.entry(ip).or_default().push(seen);
            }
            hints.when.push(seen);
            Ok(())
        })?;
        hints.when.sort_unstable();
        Ok(hints)
    }

    /// What points to whom, strongest first, each person once for each kind.
    pub fn of(&self, call: Asked, bytes: &[u8]) -> Vec<Hint> {
        let mut out: Vec<Hint> = Vec::new();
        let text = self.in_text(bytes).into_iter().map(|party| (EvidenceKind::K12, party, call.event));
        let place = self.at_place(&call).map(|s| (EvidenceKind::K13, s.party, s.event));
        let near = self.near(&call).map(|s| (EvidenceKind::K14, s.party, s.event));
        for (kind, party, event) in text.chain(place).chain(near) {
            if out.len() < MOST {
                out.push(Hint { kind, party, event });
            }
        }
        out
    }

    /// People whose address stands in the text, or whose own id is the whole of one of its values.
    fn in_text(&self, bytes: &[u8]) -> std::collections::BTreeSet<u32> {
        let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(SEARCHED)).unwrap_or_default());
        let mut out = std::collections::BTreeSet::new();
        let address = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@' | '\'');
        for word in text.split(|c| !address(c)).filter(|w| w.contains('@')) {
            let word = word.trim_matches(['.', '\'', '-']);
            out.extend(is_email(word).then(|| self.words.get(&word.to_lowercase()).copied()).flatten());
        }
        for value in text.split('"').filter(|v| v.len() >= SHORTEST && v.len() <= 128 && !v.contains('@')) {
            out.extend(self.words.get(value));
        }
        out
    }

    /// The one person who was at work from the call's address at its time.
    fn at_place(&self, call: &Asked) -> Option<Seen> {
        let (at, all) = (call.time?, self.at.get(&call.ip?)?);
        let end = all.partition_point(|s| s.from.0 <= at.0.saturating_add(UNMEASURED));
        let recent = |s: &&Seen| s.from.0 >= at.0.saturating_sub(DAY);
        let mut found: BTreeMap<u32, Seen> = BTreeMap::new();
        for (n, seen) in all[..end].iter().rev().take_while(recent).enumerate() {
            if n >= CROWD {
                return None;
            }
            if at <= seen.until && seen.event != call.event {
                found.entry(seen.party).or_insert(*seen);
            }
        }
        if found.len() == 1 { found.into_values().next() } else { None }
    }

    /// The one person who was seen shortly before, where so few are seen that this is hardly chance.
    fn near(&self, call: &Asked) -> Option<Seen> {
        let at = call.time?;
        let before = |apart: i64| self.when.partition_point(|s| s.from.0 < at.0.saturating_sub(apart));
        let seen_a_day = self.when.partition_point(|s| s.from <= at).saturating_sub(before(DAY));
        if seen_a_day as f64 * UNMEASURED as f64 / DAY as f64 > CHANCE {
            return None;
        }
        let begin = before(2 * UNMEASURED);
        let mut found: BTreeMap<u32, Seen> = BTreeMap::new();
        for seen in self.when[begin..].iter().take_while(|s| s.from.0 <= at.0.saturating_add(UNMEASURED)).take(CROWD) {
            let (apart, within) = self.clocks.between((seen.source, seen.from), (call.source, at));
            // Not surely after the call, and no further before it than the clocks may differ.
            if (-within..=within).contains(&apart) && seen.event != call.event {
                found.insert(seen.party, *seen);
            }
        }
        if found.len() == 1 { found.into_values().next() } else { None }
    }
}

/// The words by which the directory knows each of its people, and nobody else.
fn words(case: &Case, identity: &Identity) -> Result<FxHashMap<String, u32>, CaseError> {
    let mut party_of_row: FxHashMap<i64, u32> = FxHashMap::default();
    for (id, party) in identity.parties.iter().enumerate().filter(|(_, p)| p.kind == PartyKind::Person) {
        party_of_row.extend(party.rows.iter().map(|row| (*row, id as u32)));
    }
    let mut out: FxHashMap<String, Option<u32>> = FxHashMap::default();
    for row in case.directory()? {
        let party = party_of_row.get(&row.event).copied();
        let email = row.email.iter().map(|e| e.to_lowercase());
        let id = Some(&row.id).filter(|id| id.len() >= SHORTEST).cloned();
        for word in email.chain(id) {
            let slot = out.entry(word).or_insert(party);
            if *slot != party {
                *slot = None;
            }
        }
    }
    // Lookup only: the order of the table reaches no answer.
    #[allow(clippy::iter_over_hash_type, reason = "from one lookup table into another")]
    let known = out.into_iter().filter_map(|(word, party)| Some((word, party?))).collect();
    Ok(known)
}

/// Whether hints are asked for: the call is refused, and no set of candidates is at hand.
fn wanted(standing: Standing, gap: Option<Gap>) -> bool {
    standing == Standing::Refused && gap.is_some_and(|g| g != Gap::Ambiguous)
}

/// What hints make of a refusal: where nothing at all was in evidence, hints alone stand now. Only a name in the text says
/// that somebody is named.
fn settle(refusal: Refusal, gap: Gap, hints: &[Hint]) -> (Refusal, Gap) {
    match (refusal, gap) {
        (Refusal::R1, Gap::NoEvidence) if hints.iter().any(|h| h.kind == EvidenceKind::K12) => {
            (Refusal::R3, Gap::HintsOnly)
        }
        (Refusal::R1, Gap::NoEvidence) if !hints.is_empty() => (Refusal::R3, gap),
        told => told,
    }
}

/// The hints for one call whose attribution is known; its refusal is settled by them.
pub fn hint(
    case: &Case,
    identity: &Identity,
    clocks: &Clocks,
    asked: Asked,
    found: &mut Attribution,
) -> Result<Vec<Hint>, CaseError> {
    if !wanted(found.standing, found.gap) {
        return Ok(Vec::new());
    }
    let hints = Hints::load(case, identity, clocks, Some(asked.time.unwrap_or(Time(0))))?;
    let out = hints.of(asked, &case.raw(asked.event)?.bytes);
    if let (Some(refusal), Some(gap)) = (found.refusal, found.gap) {
        let (refusal, gap) = settle(refusal, gap, &out);
        (found.refusal, found.gap) = (Some(refusal), Some(gap));
    }
    Ok(out)
}

/// Settles the refusals of all calls by their hints.
pub fn hint_case(
    case: &Case,
    derived: &Derived<'_>,
    hints: &Hints,
    mut tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<(), CaseError> {
    let mut told: Vec<(i64, Refusal, Gap)> = Vec::new();
    derived.each_unnamed(case, |event, source, time, ip, bytes| {
        let found = hints.of(Asked { event, source, time, ip }, bytes);
        let (refusal, gap) = settle(Refusal::R1, Gap::NoEvidence, &found);
        if refusal != Refusal::R1 {
            told.push((event, refusal, gap));
        }
        tick(1)
    })?;
    // Written when all are read: a table is not changed under the query that reads it.
    for (event, refusal, gap) in told {
        derived.settle_refusal(event, refusal.code(), gap.word())?;
    }
    Ok(())
}
