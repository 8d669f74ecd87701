//! Exports as they were read, and losses with their places.

use super::super::error::CaseError;
use super::super::store::Case;
use super::time;
use crate::model::Time;

/// An export as it was read.
#[derive(Debug, Clone)]
pub struct FileView {
    pub id: i64,
    pub path: String,
    pub sha256: String,
    pub format: String,
    pub why: String,
    pub bytes: i64,
    pub read: i64,
    pub kept: i64,
    pub duplicates: i64,
    pub rejected: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub imported_at: Time,
}

/// A loss with its place.
#[derive(Debug, Clone)]
pub struct LossView {
    pub file: String,
    pub code: String,
    pub severity: String,
    pub offset: Option<i64>,
    pub length: Option<i64>,
    pub line: Option<i64>,
    pub detail: String,
}

impl Case {
    pub fn files(&self) -> Result<Vec<FileView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT id, path, sha256, format, why, bytes, read, kept, duplicates, rejected, first_time, last_time,
             imported_at FROM files ORDER BY path, sha256",
        )?;
        let rows = query.query_map([], |r| {
            Ok(FileView {
                id: r.get(0)?,
                path: r.get(1)?,
                sha256: r.get(2)?,
                format: r.get(3)?,
                why: r.get(4)?,
                bytes: r.get(5)?,
                read: r.get(6)?,
                kept: r.get(7)?,
                duplicates: r.get(8)?,
                rejected: r.get(9)?,
                first: time(r, 10)?,
                last: time(r, 11)?,
                imported_at: Time(r.get(12)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Losses of one file, or of all; places in the order of the export.
    pub fn losses(&self, file: Option<&str>) -> Result<Vec<LossView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT f.path, l.code, l.severity, l.offset, l.length, l.line, l.detail FROM losses l
             JOIN files f ON f.id = l.file WHERE ?1 IS NULL OR f.path = ?1
             ORDER BY f.path, l.code, l.offset, l.detail",
        )?;
        let rows = query.query_map([file], |r| {
            Ok(LossView {
                file: r.get(0)?,
                code: r.get(1)?,
                severity: r.get(2)?,
                offset: r.get(3)?,
                length: r.get(4)?,
                line: r.get(5)?,
                detail: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
