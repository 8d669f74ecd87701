//! The reviewer's log: what was decided, by whom, why, and what it did.

use serde::Serialize;

use crate::case::{Case, CaseError, Effect, NameLost};
use crate::model::present::undone;
use crate::model::{Act, Deed};
use crate::review::{self, Decided};

/// An act of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ActLine {
    pub seq: u32,
    pub at: String,
    pub who: String,
    /// `scope`, `join`, `split`, `rekind`, `suspect`, `policy`, `rule_add`, `rule_remove`, `undo`, `mapping`, `exception`;
    /// of a carried act that of what was carried.
    pub act: String,
    pub sentence: String,
    pub reason: String,
    /// The act that undid it.
    pub undone_by: Option<u32>,
    /// Head of the case that it was carried from.
    pub carried_from: Option<String>,
    /// What it did to names when it was recorded; none where the analysis was left for later.
    pub effect: Option<Effect>,
    pub hash: String,
}

/// The log with its head.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ActLog {
    /// Hash of the last act: kept elsewhere, it shows a later change.
    pub head: Option<String>,
    pub acts: Vec<ActLine>,
    /// What is wrong with the chain.
    pub problems: Vec<String>,
}

/// An act that was recorded just now, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Recorded {
    /// Its hash is the head of the chain now.
    pub act: ActLine,
    /// Not wrong, but worth knowing.
    pub warnings: Vec<String>,
    /// Whether the answers reflect it: false where the analysis was left for later, or was cancelled.
    pub analysed: bool,
    /// Records that had a name before and have none or another now, in the order of time: as many as one list holds, all
    /// are counted in the act's effect.
    pub lost: Vec<NameLost>,
}

pub fn recorded(case: &Case, decided: &Decided) -> Result<Recorded, CaseError> {
    Ok(Recorded {
        act: line(case, &decided.act, None)?,
        warnings: decided.warnings.clone(),
        analysed: decided.analysis.is_some(),
        lost: decided.lost.clone(),
    })
}

pub fn acts(case: &Case) -> Result<ActLog, CaseError> {
    let acts = case.acts()?;
    let gone = undone(&acts);
    let lines = acts.iter().map(|act| line(case, act, gone.get(&act.seq).copied())).collect::<Result<_, _>>()?;
    Ok(ActLog { head: case.head()?, acts: lines, problems: review::check(case)? })
}

fn line(case: &Case, act: &Act, undone_by: Option<i64>) -> Result<ActLine, CaseError> {
    let carried_from = match &act.deed {
        Deed::Carried(carried) => Some(carried.origin.head.clone()),
        _ => None,
    };
    Ok(ActLine {
        seq: act.seq as u32,
        at: act.at.to_rfc3339(),
        who: act.who.clone(),
        act: act.deed.itself().word().into(),
        sentence: act.deed.sentence(),
        reason: act.deed.reason().into(),
        undone_by: undone_by.map(|by| by as u32),
        carried_from,
        effect: case.effect_of(act.seq)?,
        hash: act.hash.clone(),
    })
}
