//! The four numbers and what stands under them.

use serde::Serialize;

/// First screen of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Overview {
    pub case_name: String,
    /// First and last time of a call, RFC 3339; empty where there is none.
    pub first: Option<String>,
    pub last: Option<String>,
    pub coverage: super::coverage::Coverage,
    /// Agents' calls decided with the person's rights among those evaluated.
    pub decided_on_person: u32,
    /// Agents' calls whose decision names its evaluated subjects.
    pub decided: u32,
    pub open_high: u32,
    pub findings_by_severity: Vec<SeverityCount>,
    pub both_principals: u32,
    pub run_on_record: u32,
    pub agent_calls: u32,
    /// Calls of each day, UTC, oldest first; days without a call are there with zeroes.
    pub days: Vec<DayCount>,
    pub patterns: Vec<PatternCell>,
    /// Worst findings first, at most seven.
    pub worst: Vec<super::findings::FindingRow>,
    /// What stands between the reviewer and an answer, worst first: no directory, an unread file, a gap.
    pub cautions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SeverityCount {
    pub severity: String,
    pub findings: u32,
    pub calls: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct DayCount {
    pub day: String,
    pub calls: u32,
    pub attributed: u32,
    pub refused: u32,
    pub contradicted: u32,
}

/// Calls of one agent with one tool under one pattern.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PatternCell {
    pub agent: String,
    pub tool: String,
    pub pattern: String,
    pub calls: u32,
}
