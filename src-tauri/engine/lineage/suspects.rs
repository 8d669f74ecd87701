//! What a reviewer marked suspect: which records it wrote. Such a record is a hint, whatever stands in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{CallRow, Case, CaseError, ClaimRow, WrittenBy};
use crate::identity::Identity;
use crate::model::{Act, Deed, EventKind, Interval, Role, Writer};

/// The marks that are in effect.
#[derive(Debug, Default)]
pub struct Suspects {
    marks: Vec<Mark>,
    /// Records other than calls, and issuances, that a suspect wrote: the marks of each, as places in `marks`.
    records: BTreeMap<i64, Vec<usize>>,
}

#[derive(Debug)]
struct Mark {
    by: WrittenBy,
    during: Interval,
    words: String,
}

impl Suspects {
    pub(super) fn load(case: &Case, identity: &Identity) -> Result<Suspects, CaseError> {
        let mut out = Suspects::default();
        for act in case.present()?.suspects {
            let Some(mark) = mark(case, identity, &act)? else { continue };
            let place = out.marks.len();
            for event in case.written_by(&mark.by, mark.during)? {
                out.records.entry(event).or_default().push(place);
            }
            out.marks.push(mark);
        }
        Ok(out)
    }

    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether a record that is no plain call is of a suspect's writing.
    pub fn wrote(&self, event: i64) -> bool {
        self.records.contains_key(&event)
    }

    /// Whether the call's own record is.
    pub fn wrote_call(&self, claims: &[ClaimRow], call: &CallRow) -> bool {
        self.marks.iter().any(|mark| mark.holds(claims, call))
    }

    /// The marks on a record that is no plain call, in words.
    pub fn of(&self, event: i64) -> Vec<&str> {
        let places = self.records.get(&event).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|n| self.marks.get(*n)).map(|mark| mark.words.as_str()).collect()
    }

    /// The marks on the call's own record, in words.
    pub fn of_call(&self, claims: &[ClaimRow], call: &CallRow) -> Vec<&str> {
        self.marks.iter().filter(|mark| mark.holds(claims, call)).map(|mark| mark.words.as_str()).collect()
    }
}

impl Mark {
    /// A record without a time may lie inside.
    fn holds(&self, claims: &[ClaimRow], call: &CallRow) -> bool {
        self.during.holds(call.time, true)
            && match &self.by {
                WrittenBy::Principals(them) => {
                    call.wire.is_some_and(|w| them.contains(&w))
                        || call.kind == EventKind::ToolSpan
                            && claims.iter().any(|c| c.role == Role::Agent && them.contains(&c.principal))
                }
                WrittenBy::Credential(id) => call.credential == Some(*id),
                WrittenBy::Host(id) => call.host == Some(*id),
                WrittenBy::Source(id) => call.source == *id,
            }
    }
}

/// None where the case holds nothing of that name: there is nothing to doubt.
fn mark(case: &Case, identity: &Identity, act: &Act) -> Result<Option<Mark>, CaseError> {
    let Deed::Suspect(suspect) = act.deed.itself() else { return Ok(None) };
    let by = match &suspect.writer {
        Writer::Principal { account, joined } => {
            let mut them: BTreeSet<i64> = identity.ids_of(account).iter().copied().collect();
            if let Some(party) = identity.named(account).filter(|_| *joined) {
                them.extend(identity.party(party).principals.iter().copied());
            }
            (!them.is_empty()).then_some(WrittenBy::Principals(them))
        }
        Writer::Credential { id } => case.string_id(id)?.map(WrittenBy::Credential),
        Writer::Host { name } => case.string_id(name)?.map(WrittenBy::Host),
        Writer::Source { name } => case.string_id(name)?.map(WrittenBy::Source),
    };
    let words = format!("{} {}", suspect.writer.words(), act.basis());
    Ok(by.map(|by| Mark { by, during: suspect.during, words }))
}
