//! Where a record stands in what the reviewer was handed.

use serde::{Deserialize, Serialize};

/// Place of one record in an export: enough for a second person to find the same bytes without Behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The export as shown to the reviewer (`a.zip!b.json` for a member of an archive).
    pub file: String,
    /// First byte of the record, counted in the decompressed export.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Line of the first byte, from 1, for exports that have lines.
    pub line: Option<u64>,
    /// Position among the records of the export, from 0.
    pub index: u64,
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes {}+{}", self.file, self.offset, self.length)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => write!(f, " (record {})", self.index),
        }
    }
}
