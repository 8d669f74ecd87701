//! Bytes to chunks with an address: containers, compression, archives, CSV rows; and what could not be read.
//!
//! A *chunk* is what the container separates: an element of an array, a line, an object, a CSV row. A source may find
//! several records in one chunk (the spans of an OTLP line). Reading streams: memory holds one batch, never the file.

mod documents;
mod feed;
mod find;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod laws;
mod lines;
mod origin;
mod rows;
mod scan;
mod sniff;
mod split;
mod stream;
mod token;
mod values;
mod wide;
mod wrap;
pub mod yaml;

pub use find::{Export, Found, Method, Place, find};
pub use lines::logged_value;
pub use sniff::{Form, sniff};
pub use split::{Batch, Chunk, Splitter};
pub use stream::{FileFacts, Stream, open, sha256_of};
pub use token::raw_token;
pub use wrap::{WEAK_WRAP_KEYS, WRAP_KEYS};

use std::path::PathBuf;

/// Bounds against bombs and accidents. A breach is a loss with its reason.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes out for each byte in, beyond which a file counts as a bomb (checked from 64 MiB of output on).
    pub ratio: u64,
    /// Nesting of one record.
    pub depth: usize,
    /// Bytes of one record.
    pub record_bytes: usize,
    /// Entries of one archive.
    pub entries: usize,
    /// Bytes that one batch aims at.
    pub batch_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ratio: 1_000, depth: 128, record_bytes: 64 << 20, entries: 100_000, batch_bytes: 1 << 20 }
    }
}

/// What can go wrong with a file as a whole. A broken record is a [`crate::model::Loss`], not an error.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path} cannot be opened: {cause}")]
    Open { path: PathBuf, cause: std::io::Error },
    #[error("{path} cannot be read: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("{path} is not there")]
    Missing { path: PathBuf },
    #[error("{path}: the archive is damaged: {cause}")]
    Archive { path: PathBuf, cause: String },
}
