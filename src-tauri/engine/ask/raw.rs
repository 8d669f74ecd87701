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

use sha2::{Digest, Sha256};

use crate::case::{Case, CaseError};

/// The raw record of an event, by its shown id.
pub fn raw(case: &Case, id: &str) -> Result<RawRecord, CaseError> {
    let event = case.find_event(id)?;
    let raw = case.raw(event)?;
    let text = String::from_utf8_lossy(&raw.bytes).into_owned();
    Ok(RawRecord {
        id: case.shown_id(event)?,
        file: raw.place.address.file,
        file_sha256: raw.place.file_sha256,
        offset: raw.place.address.offset,
        length: raw.place.address.length,
        line: raw.place.address.line.map(|l| l as u32),
        index: raw.place.address.index as u32,
        sha256: Sha256::digest(&raw.bytes).iter().map(|b| format!("{b:02x}")).collect(),
        valid_utf8: std::str::from_utf8(&raw.bytes).is_ok(),
        text,
        envelope: raw.envelope.map(|e| String::from_utf8_lossy(&e).into_owned()),
        decisive: case.decisive_fields(event)?,
        copies: raw.copies.iter().map(ToString::to_string).collect(),
    })
}
