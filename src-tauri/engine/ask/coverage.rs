//! How far attribution reaches, as figures that are never folded into one.

use serde::Serialize;

/// Four numbers over the calls in scope, and what stands beside them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Coverage {
    pub calls: u32,
    /// Calls that require a person: all but automation that is no agent and services at work.
    pub requiring_person: u32,
    /// Grade A or B.
    pub attributed: u32,
    /// Grade C.
    pub supported: u32,
    pub refused: u32,
    pub contradicted: u32,
    /// Calls by services, systems and pipelines with no person in evidence: no refusal.
    pub automation: u32,
    pub by_source: Vec<SourceCoverage>,
    pub by_refusal: Vec<RefusalCount>,
    /// Whether a directory was imported; without one every human is unverified.
    pub directory: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SourceCoverage {
    pub source: String,
    pub calls: u32,
    pub attributed: u32,
    pub supported: u32,
    pub refused: u32,
    pub contradicted: u32,
    pub automation: u32,
    pub first: Option<String>,
    pub last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RefusalCount {
    pub refusal: String,
    pub words: String,
    pub calls: u32,
    /// What would settle it, in a reviewer's words.
    pub settled_by: String,
}
