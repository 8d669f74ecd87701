//! What stands beside a finding: reasons, population, what speaks against it. Kept as JSON in `findings.detail`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Of how many, and of what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Calls listed in this finding.
    pub listed: u64,
    pub tested: u64,
    pub of_what: String,
    /// "3 of 280 agents' calls in scope".
    pub sentence: String,
}

/// The document in `findings.detail`, version 1. Fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingNotes {
    /// What was found, in numbers before adjectives.
    pub condition: String,
    /// Control sub-types (`ATTR-1` and so on).
    pub sub_types: Vec<String>,
    /// Criteria considered: `framework clause`. Applicability is for the reviewer to confirm.
    pub criteria: Vec<String>,
    pub criteria_note: String,
    pub controls_version: String,
    pub effect: String,
    pub recommendation: String,
    pub population: Population,
    /// Distinct attributed people among the instances.
    pub people: u64,
    pub severity_reason: String,
    pub confidence_reason: String,
    /// What was looked for and speaks against the finding.
    pub against: Vec<String>,
    /// Known exceptions that cover instances, with how many.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// Instances by severity word: the spread beneath the worst.
    pub spread: BTreeMap<String, u64>,
    /// Parameters as the rule ran with them.
    pub parameters: BTreeMap<String, f64>,
    /// How many lines "events" lists at most for one instance; beyond that they are counted, not listed.
    pub listed_at_most: u64,
}
