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

use std::collections::BTreeMap;

use crate::case::{Case, CaseError, FileView};
use crate::model::LossCode;

pub fn files(case: &Case) -> Result<Vec<FileRow>, CaseError> {
    Ok(case.files()?.into_iter().map(file).collect())
}

fn file(f: FileView) -> FileRow {
    FileRow {
        reconciles: f.read == f.kept + f.duplicates + f.rejected,
        path: f.path,
        format: f.format,
        why: f.why,
        read: f.read as u32,
        kept: f.kept as u32,
        duplicates: f.duplicates as u32,
        rejected: f.rejected as u32,
        bytes: f.bytes as u64,
        sha256: f.sha256,
        imported_at: f.imported_at.to_rfc3339(),
        first: f.first.map(|t| t.to_rfc3339()),
        last: f.last.map(|t| t.to_rfc3339()),
    }
}

/// All that was received, accounted for or not.
pub fn reconciliation(case: &Case) -> Result<Reconciliation, CaseError> {
    let files = case.files()?;
    let sum = |f: fn(&FileView) -> i64| files.iter().map(f).sum::<i64>() as u32;
    let (read, kept, duplicates, rejected) =
        (sum(|f| f.read), sum(|f| f.kept), sum(|f| f.duplicates), sum(|f| f.rejected));
    let reconciles = files.iter().all(|f| f.read == f.kept + f.duplicates + f.rejected);
    let sentence = match (files.len(), reconciles) {
        (0, _) => "No export has been imported yet.".to_string(),
        (_, true) => format!(
            "All {} records received are accounted for: {} kept, {} duplicates, {} rejected.",
            grouped(read),
            grouped(kept),
            grouped(duplicates),
            grouped(rejected)
        ),
        (_, false) => {
            format!("{} records were read and not all are accounted for: do not rely on this case.", grouped(read))
        }
    };
    Ok(Reconciliation { files: files.len() as u32, read, kept, duplicates, rejected, reconciles, sentence })
}

/// With separators between thousands.
pub(crate) fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

const PLACES: usize = 10;

/// Losses by file and code, worst first.
pub fn losses(case: &Case, file: Option<&str>) -> Result<Vec<LossRow>, CaseError> {
    let mut rows: BTreeMap<(u8, String, String), LossRow> = BTreeMap::new();
    for loss in case.losses(file)? {
        let weight = match loss.severity.as_str() {
            "error" => 0,
            "warning" => 1,
            _ => 2,
        };
        let help = LossCode::ALL.iter().find(|c| c.code() == loss.code).map(|c| c.help()).unwrap_or_default();
        let row = rows.entry((weight, loss.file.clone(), loss.code.clone())).or_insert_with(|| LossRow {
            code: loss.code,
            severity: loss.severity,
            help: help.to_string(),
            file: loss.file,
            count: 0,
            places: Vec::new(),
        });
        row.count += 1;
        if row.places.len() < PLACES {
            row.places.push(LossPlace {
                line: loss.line.map(|l| l as u32),
                offset: loss.offset.map(|o| o as u64),
                length: loss.length.map(|l| l as u64),
                detail: loss.detail,
            });
        }
    }
    Ok(rows.into_values().collect())
}
