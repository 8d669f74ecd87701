//! Findings: causes under rules, with their instances, and one finding in full.

use serde::Serialize;

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingRow {
    /// Stable from rule and cause.
    pub id: String,
    pub rule: String,
    pub family: String,
    pub severity: String,
    /// High for want of a second person's signature, else critical.
    pub potential_critical: bool,
    /// No stakes file rates what was touched.
    pub unrated: bool,
    pub confidence: String,
    pub title: String,
    pub cause: String,
    pub calls: u32,
    pub instances: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Info: stands on Patterns, not in the queue.
    pub design_fact: bool,
}

/// The list with its facets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingList {
    pub rows: Vec<FindingRow>,
    pub total: u32,
    pub facets: Vec<Facet>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Facet {
    /// `severity`, `rule`, `family`, `confidence`.
    pub name: String,
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FacetValue {
    pub value: String,
    pub label: String,
    pub count: u32,
}

/// One finding in full (condition, criteria, effect, recommendation, proof, what speaks against it).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingDetail {
    pub row: FindingRow,
    pub condition: String,
    pub criteria: Vec<Criterion>,
    pub effect: String,
    pub recommendation: String,
    pub population: String,
    pub severity_reason: String,
    pub confidence_reason: String,
    pub against: Vec<String>,
    pub instances: Vec<Instance>,
    pub rule_version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Criterion {
    pub framework: String,
    pub clause: String,
    pub title: String,
    pub demands: String,
    /// `direct`, `supporting` or `context`.
    pub strength: String,
    pub precondition: String,
}

/// One occurrence of the cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Instance {
    pub id: String,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    /// What happened, in one sentence.
    pub sentence: String,
    /// Shown ids of the calls.
    pub events: Vec<String>,
}
