//! Record to event: one file a source, named after the export it reads, and mapping files for in-house logs.
//!
//! Understanding a record is a pure function of the record and the correlation hints.

pub mod hints;
pub mod json;
mod recognise;

pub use hints::Hints;
pub use json::Json;
pub use recognise::{Detected, detect};

use std::ops::Range;

use crate::model::{Entry, Event};
use crate::read::Form;

/// One export format.
pub trait Source: Send + Sync {
    /// The name of its file in `sources/`, or `mapping:NAME`.
    fn name(&self) -> &str;

    /// Whether the first chunks of a file are this source's, and why. Content decides, never the file's name.
    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition>;

    /// The records inside one chunk. Most sources: the chunk is the record.
    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        vec![Piece { range: 0..chunk.len(), envelope: None }]
    }

    /// What the record says.
    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood>;
}

/// The start of a file, as the container split it.
pub struct Sample<'a> {
    pub form: &'a Form,
    /// Up to 40 first chunks, parsed; a chunk that is no JSON is absent. Empty for CSV.
    pub values: &'a [Json],
    /// Column names of a CSV.
    pub header: &'a [String],
    /// Keys of the object that wraps the array, for a wrapped array.
    pub wrapper: &'a [String],
}

/// Why a source says a file is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// 0 to 100. The highest wins; 100 is a signature that nothing else can have.
    pub score: u8,
    /// For the reviewer: what was seen.
    pub why: String,
}

/// A record inside a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    pub range: Range<usize>,
    /// What surrounds the record and belongs to it: resource attributes of a span. Stored once.
    pub envelope: Option<std::borrow::Cow<'a, [u8]>>,
}

/// One record as a source gets it.
pub struct Record<'a> {
    pub bytes: &'a [u8],
    pub content: Content<'a>,
    pub envelope: Option<&'a Json>,
}

/// Parsed content of a record.
pub enum Content<'a> {
    Json(&'a Json),
    Row { header: &'a [String], cells: &'a [String] },
}

/// What a record turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Understood {
    Event(Box<Event>),
    /// A row of a context file.
    Entry(Entry),
    /// Kept, with nothing in it for any question (a heartbeat, a digest).
    Kept,
}

/// Why a record is no entry of this source. It becomes a loss; the bytes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    pub detail: String,
}
