//! The exports of a case: what was read, kept, doubled, rejected, and where they stand.

use serde::Serialize;

/// One export as it was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FileRow {
    pub path: String,
    pub format: String,
    /// Why this format was chosen.
    pub why: String,
    pub read: u32,
    pub kept: u32,
    pub duplicates: u32,
    pub rejected: u32,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    pub sha256: String,
    pub imported_at: String,
    pub first: Option<String>,
    pub last: Option<String>,
    /// read = kept + duplicates + rejected.
    pub reconciles: bool,
}

/// The bottom bar: is all that was received accounted for?
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Reconciliation {
    pub files: u32,
    pub read: u32,
    pub kept: u32,
    pub duplicates: u32,
    pub rejected: u32,
    pub reconciles: bool,
    /// The sentence shown.
    pub sentence: String,
}

/// Losses of one code in one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LossRow {
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    pub help: String,
    pub file: String,
    pub count: u32,
    /// Up to ten places.
    pub places: Vec<LossPlace>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LossPlace {
    pub line: Option<u32>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub offset: Option<u64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub length: Option<u64>,
    pub detail: String,
}
