//! The case's policy: every parameter with its value, and which of them the reviewer set.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::{Case, CaseError};
use crate::model::Deed;
use crate::model::present::undone;
use crate::rules;

/// A parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PolicyRow {
    /// `RULE.name`, or `clocks.bound`.
    pub key: String,
    pub says: String,
    pub unit: String,
    pub value: f64,
    pub shipped: f64,
    pub least: Option<f64>,
    pub most: Option<f64>,
    pub whole: bool,
    /// The value is not the shipped one.
    pub differs: bool,
    /// Of the act that set it.
    pub set_by: Option<String>,
    pub set_at: Option<String>,
    pub reason: Option<String>,
}

impl PolicyRow {
    /// `RU-06.days = 30 days (shipped 90; A. Reviewer: reason)`.
    pub fn sentence(&self) -> String {
        let by = match (&self.set_by, &self.reason) {
            (Some(by), Some(reason)) => format!("; {by}: {reason}"),
            _ => String::new(),
        };
        format!("{} = {} {} (shipped {}{by})", self.key, self.value, self.unit, self.shipped)
    }
}

pub fn policy(case: &Case) -> Result<Vec<PolicyRow>, CaseError> {
    let acts = case.acts()?;
    let gone = undone(&acts);
    let present = case.present()?;
    let mut set = BTreeMap::new();
    for act in acts.iter().filter(|act| !gone.contains_key(&act.seq)) {
        if let Deed::Policy(change) = act.deed.itself() {
            set.extend(change.set.keys().map(|key| (key.as_str(), act)));
        }
    }
    let rows = rules::policy::parameters(&present.rules).into_iter().map(|(key, p)| {
        let value = present.policy.get(&key).copied().filter(|v| p.refuses(*v).is_none()).unwrap_or(p.default);
        let act = set.get(key.as_str()).filter(|_| value != p.default);
        PolicyRow {
            says: p.says,
            unit: p.unit,
            value,
            shipped: p.default,
            least: p.least,
            most: p.most,
            whole: p.whole,
            differs: value != p.default,
            set_by: act.map(|a| a.decided().0.to_string()),
            set_at: act.map(|a| a.decided().1.to_rfc3339()),
            reason: act.map(|a| a.deed.reason().to_string()),
            key,
        }
    });
    Ok(rows.collect())
}

/// The parameters whose values are not the shipped ones, a sentence each.
pub fn differing(case: &Case) -> Result<Vec<String>, CaseError> {
    Ok(policy(case)?.into_iter().filter(|row| row.differs).map(|row| row.sentence()).collect())
}
