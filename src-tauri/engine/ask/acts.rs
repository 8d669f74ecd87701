//! The reviewer's log: what was decided, by whom, why, and what it did.

use serde::Serialize;

use crate::case::{Case, CaseError, Effect};
use crate::model::present::undone;
use crate::review;

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

pub fn acts(case: &Case) -> Result<ActLog, CaseError> {
    let acts = case.acts()?;
    let gone = undone(&acts);
    let mut lines = Vec::new();
    for act in &acts {
        let from = match &act.deed {
            crate::model::Deed::Carried(carried) => Some(carried.origin.head.clone()),
            _ => None,
        };
        lines.push(ActLine {
            seq: act.seq as u32,
            at: act.at.to_rfc3339(),
            who: act.who.clone(),
            act: act.deed.itself().word().into(),
            sentence: act.deed.sentence(),
            reason: act.deed.reason().into(),
            undone_by: gone.get(&act.seq).map(|by| *by as u32),
            carried_from: from,
            effect: case.effect_of(act.seq)?,
            hash: act.hash.clone(),
        });
    }
    Ok(ActLog { head: case.head()?, acts: lines, problems: review::check(case)? })
}
