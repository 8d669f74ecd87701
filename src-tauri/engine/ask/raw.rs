//! A record as it came, byte for byte.

use serde::Serialize;

/// The raw record of an event with its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RawRecord {
    pub id: String,
    pub file: String,
    pub file_sha256: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub offset: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub length: u64,
    pub line: Option<u32>,
    pub index: u32,
    pub sha256: String,
    /// The bytes as text; damage marked with U+FFFD.
    pub text: String,
    pub valid_utf8: bool,
    /// What surrounds it: resource attributes, a CSV header.
    pub envelope: Option<String>,
    /// Fields that decided, as JSON pointers or columns.
    pub decisive: Vec<String>,
    /// Other places where the same record stands.
    pub copies: Vec<String>,
}
