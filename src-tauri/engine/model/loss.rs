//! Losses: what could not be read, kept or understood. Each is a row; none is silent.

use serde::{Deserialize, Serialize};

/// How much a loss weighs. Data lost is an error, never a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossSeverity {
    Error,
    Warning,
    Info,
}

macro_rules! loss_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $help:literal;)*) => {
        /// Stable codes of losses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LossCode { $($(#[$doc])* $name,)* }

        impl LossCode {
            pub const ALL: &[LossCode] = &[$(LossCode::$name,)*];
            pub const fn code(self) -> &'static str { match self { $(LossCode::$name => $code,)* } }
            pub const fn severity(self) -> LossSeverity { match self { $(LossCode::$name => LossSeverity::$severity,)* } }
            /// What it means and what to do next, for the reviewer.
            pub const fn help(self) -> &'static str { match self { $(LossCode::$name => $help,)* } }
        }
    };
}

loss_codes! {
    /// Bytes that are no record of the export's form.
    BrokenRecord = "broken_record", Error, "The bytes are not a whole record: the line is torn or damaged. Ask for the export again, or for the source's own copy of this entry.";
    TooDeep = "too_deep", Error, "The record nests deeper than the limit; it was not parsed, its bytes are kept.";
    TooLarge = "too_large", Error, "The record is larger than the limit; its place in the export is kept, its bytes are not.";
    Truncated = "truncated", Error, "The export ends in the middle of a record or of its compression: it was cut off. Ask for the whole file.";
    Bomb = "bomb", Error, "The file expands beyond the limit of compression ratio or entry count and was not read further.";
    BadArchive = "bad_archive", Error, "The archive or compression is damaged; what follows the damage could not be read.";
    BadEncoding = "bad_encoding", Warning, "Some bytes are not valid UTF-8; they are kept as they are and shown as damaged.";
    UnknownFormat = "unknown_format", Error, "No source recognises this file. Describe it with a mapping file, or ask which system wrote it.";
    NotThisFormat = "not_this_format", Error, "The record is no entry of the format recognised for this file.";
    NoTime = "no_time", Warning, "Records have no time that could be read. They are kept and attributed, and stand outside every period. One row tells it for all of a file, with the place of the first.";
    CallNotRecorded = "call_not_recorded", Warning, "A tool gave something back, and the call itself is not in the export: neither the tool nor its arguments are known. Each is kept as a call that names nobody. Ask for the run itself, with its calls.";
    NoSteps = "no_steps", Warning, "The run has no step in it: nothing that the agent did is recorded. Ask whether the run was cut off, or the export was.";
    ConflictingCopy = "conflicting_copy", Warning, "The same record id came with other content; both are kept.";
    AmbiguousAlias = "ambiguous_alias", Warning, "An alias is claimed by more than one row, or cannot be placed in one account; it joins nothing.";
    BadRow = "bad_row", Error, "A row of a context file lacks a field that it cannot do without.";
    Skipped = "skipped", Info, "Nothing that Behalf reads: a folder entry, an empty file or a file of bookkeeping.";
}

/// One loss with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub code: LossCode,
    /// Byte offset in the decompressed export and length, where the loss has a place.
    pub at: Option<(u64, u64)>,
    pub line: Option<u64>,
    pub detail: String,
}
