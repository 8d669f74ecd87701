//! An act recorded and taken up: the analysis is run anew, and what it did to names is counted and listed.

use super::error::ReviewError;
use super::log::append;
use super::propose::{Wanted, propose};
use crate::analysis::{self, Analysis};
use crate::case::{Case, CaseError, Effect, NameLost, Progress};
use crate::model::{Act, Time};

/// Names that were lost, listed with one act; all are counted.
pub const LISTED: u32 = 1_000;

/// An act, and what it did.
#[derive(Debug, Clone)]
pub struct Decided {
    pub act: Act,
    /// Not wrong, but worth knowing.
    pub warnings: Vec<String>,
    /// The analysis that took the act up; none where it was left for later.
    pub analysis: Option<Analysis>,
    pub effect: Option<Effect>,
    /// Records that had a name before and have none or another now, in the order of time; the first [`LISTED`].
    pub lost: Vec<NameLost>,
}

/// Records an act and leaves the analysis as it is: every answer says that it is older.
pub fn record(case: &Case, at: Time, who: &str, wanted: &Wanted) -> Result<Decided, ReviewError> {
    let who = named(who)?;
    let proposed = propose(case, wanted)?;
    let act = append(case, at, who, proposed.deed)?;
    Ok(Decided { act, warnings: proposed.warnings, analysis: None, effect: None, lost: Vec::new() })
}

/// Records an act and analyses the case with it.
///
/// A cancelled analysis leaves the act recorded and the answers those of before it, which then say so.
pub fn decide(
    case: &Case,
    at: Time,
    who: &str,
    wanted: &Wanted,
    progress: &dyn Progress,
) -> Result<Decided, ReviewError> {
    let who = named(who)?;
    let proposed = propose(case, wanted)?;
    // What changes is to be the doing of this act, and not that of an import before it.
    if case.analysed()? && case.stale()?.is_some() {
        analysis::analyze(case, progress)?;
    }
    case.note_names()?;
    let act = append(case, at, who, proposed.deed)?;
    let mut decided = Decided { act, warnings: proposed.warnings, analysis: None, effect: None, lost: Vec::new() };
    match analysis::analyze(case, progress) {
        Ok(done) => decided.analysis = Some(done),
        Err(CaseError::Cancelled) => {
            case.forget_names()?;
            return Ok(decided);
        }
        Err(error) => {
            case.forget_names()?;
            return Err(error.into());
        }
    }
    let effect = case.effect()?;
    case.keep_effect(decided.act.seq, effect)?;
    decided.effect = Some(effect);
    case.each_name_lost(Some(LISTED), |lost| {
        decided.lost.push(lost);
        Ok(())
    })?;
    case.forget_names()?;
    Ok(decided)
}

fn named(who: &str) -> Result<&str, ReviewError> {
    let who = who.trim();
    if who.is_empty() { Err(ReviewError::NoName) } else { Ok(who) }
}
