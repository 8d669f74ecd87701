//! One row for each call, sign-in and issuance: the table that everything else counts.

use serde::Serialize;

/// DESIGN section 10, to the field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AttributionRow {
    pub id: String,
    pub kind: String,
    pub source: String,
    pub time: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub wire: Option<String>,
    pub wire_kind: String,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub authority: Option<String>,
    pub grade: Option<String>,
    pub run: Option<String>,
    pub pattern: String,
    pub refusal: Option<String>,
    /// Evidence kinds of the proof, strongest first.
    pub evidence: Vec<String>,
}
