//! Record to event: one file a source, named after the export it reads, and mapping files for in-house logs.
//!
//! Understanding a record is a pure function of the record and the correlation hints.
//!
//! Each source's file begins with a title line and a list, from which `docs/sources.md` is made (`make sources`); a test
//! holds that every part is there:
//!
//! ```text
//! //! AWS CloudTrail.
//! //!
//! //! - **Ask for**: what to ask IT for, and how it is exported.
//! //! - **Reads**: system, versions and containers.
//! //! - **Recognised by**: the signature in the content.
//! //! - **Filled by**: who fills each identity slot: `issuer`, `platform`, `gateway`, `caller`, `model`.
//! //! - **Answers**: what Behalf can answer with it.
//! //! - **Never tells**: what the source cannot tell, however complete it is.
//! //! - **Documented in**: where the facts above come from, and which of them were only seen or are second hand.
//! ```
//!
//! The page's table shows the first sentence of **Ask for**, **Answers** and **Never tells**. What follows the list is for
//! those who work on the source. An item **Group** names the group of the page where the table in `xtask/sources.rs` would
//! choose another by the name.

mod entra;
mod decided;
pub mod hints;
pub mod json;
mod literal;
mod loose;
pub mod mapping;
pub mod messages;
mod nobody;
pub mod pasted;
mod recognise;
mod row;
mod salesforce;
mod transcript;
mod understand;

pub use hints::Hints;
pub use json::Json;
pub use mapping::Mapping;
pub use recognise::{Detected, Registry, registry};
use understand::row_value;
pub use understand::{Part, understand_chunk};

use std::borrow::Cow;
use std::ops::Range;

use crate::model::{Entry, Event, LossCode};
use crate::read::Form;

/// The next source is one file, with a `SOURCE` in it, and one word here. Where two recognise a file equally well, the
/// earlier one has it.
macro_rules! sources {
    ($($file:ident),* $(,)?) => {
        $(pub mod $file;)*
        /// Every built-in source.
        pub const BUILT_IN: &[&dyn Source] = &[$($file::SOURCE),*];
    };
}

sources! {
    aws_cloudtrail,
    gcp_audit,
    azure_activity,
    entra_sign_in,
    entra_audit,
    graph_activity,
    kubernetes_audit,
    github_audit,
    okta_system_log,
    m365_audit,
    google_workspace,
    google_users,
    salesforce_setup_audit,
    salesforce_event_log,
    slack_audit,
    workday,
    servicenow,
    agent_events,
    otel_traces,
    openinference,
    langsmith_runs,
    langfuse,
    token_records,
    jwks,
    entra_users,
    tau_bench,
    tau_bench_few_shot,
    agentdojo,
    who_and_when,
    swe_agent,
    directory,
    entitlements,
    memberships,
    ownership,
    aws_authorization,
    kubernetes_rbac,
    assets,
    networks,
    exceptions,
    approvals,
    receipts,
    cloudtrail_digest,
    vault_audit,
    snowflake,
    databricks,
    auth0,
    teleport,
    anthropic_audit,
    openai_audit,
    bedrock_invocation,
    mcp_gateway,
    okta_users,
    scim_users,
    aws_credential_report,
    ocsf,
    openfga,
    opa_decisions,
    spicedb_audit,
    cedar_decisions,
}

/// One export format.
pub trait Source: Send + Sync {
    /// The name of its file in `sources/`, or `mapping:NAME`.
    fn name(&self) -> &str;

    /// Whether the first chunks of a file are this source's, and why. Content decides, never the file's name.
    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition>;

    /// The records inside one chunk. Most sources: the chunk is the record. Never empty: bytes without a record are
    /// one piece, so that they are accounted for.
    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        vec![Piece::whole(chunk)]
    }

    /// Whether the source reads rows by their columns. To the others a row is an object whose members are the columns,
    /// `a.b` being the member `b` of `a`: so exports of a log as CSV read like the log.
    fn reads_rows(&self) -> bool {
        false
    }

    /// Whether records may be text that is no JSON (a raw token on a line).
    fn reads_text(&self) -> bool {
        false
    }

    /// What the record says.
    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood>;
}

/// The start of a file, as the container split it.
pub struct Sample<'a> {
    pub form: &'a Form,
    /// Up to 40 first chunks, parsed; a chunk that is no JSON is absent. Rows of a CSV are objects of their columns.
    pub values: &'a [Json],
    /// The same chunks as they stand.
    pub chunks: &'a [&'a [u8]],
    /// Column names of a CSV.
    pub header: &'a [String],
    /// Keys of the object that wraps the array, for a wrapped array.
    pub wrapper: &'a [String],
}

impl Sample<'_> {
    /// How many of the parsed chunks a test holds for.
    pub fn count(&self, holds: impl Fn(&Json) -> bool) -> usize {
        self.values.iter().filter(|v| holds(v)).count()
    }

    /// The usual recognition: at least half of the first records carry the signature. A signature that is a
    /// source's own scores 90 or more; the share of records that carry it decides between near relatives.
    pub fn recognise(&self, best: u8, signature: &str, holds: impl Fn(&Json) -> bool) -> Option<Recognition> {
        let (carry, of) = (self.count(holds), self.values.len());
        if carry == 0 || carry * 2 < of {
            return None;
        }
        // Records that lack it lower the score by at most ten.
        let score = best.saturating_sub(((of - carry) * 20 / of) as u8);
        Some(Recognition { score, why: format!("{carry} of the first {of} records have {signature}") })
    }
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
    pub envelope: Option<Cow<'a, [u8]>>,
}

impl Piece<'_> {
    /// Bytes of envelopes that a chunk may come to: each record has its own copy, so that one long envelope around many
    /// small records would be more than any memory. Beyond it the chunk is refused, and a source need not go on.
    pub fn most_around(chunk: &[u8]) -> usize {
        (64 << 20) + 8 * chunk.len()
    }

    pub fn whole(chunk: &[u8]) -> Piece<'static> {
        Piece { range: 0..chunk.len(), envelope: None }
    }
}

/// One record as a source gets it.
pub struct Record<'a> {
    pub bytes: &'a [u8],
    pub content: Content<'a>,
    /// Column names of a row, also where the row is read as an object.
    pub header: &'a [String],
    pub envelope: Option<&'a Json>,
}

impl Record<'_> {
    /// The record as JSON; a row is none.
    fn json(&self) -> Result<&Json, NotUnderstood> {
        match &self.content {
            Content::Json(value) => Ok(value),
            _ => Err(NotUnderstood::not_this("the record is no JSON object")),
        }
    }
}

/// Parsed content of a record.
pub enum Content<'a> {
    Json(&'a Json),
    Row {
        header: &'a [String],
        cells: &'a [String],
    },
    /// No JSON; only for sources that say [`Source::reads_text`].
    Text(&'a str),
}

/// What a record turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Understood {
    Event(Box<Event>),
    /// A row of a context file.
    Entry(Entry),
    /// A record of a context file that says several things (a user with groups and policies). In the order of the record.
    Entries(Vec<Entry>),
    /// Kept, with nothing in it for any question (a heartbeat, a digest).
    Kept,
}

impl From<Event> for Understood {
    fn from(event: Event) -> Understood {
        Understood::Event(Box::new(event))
    }
}

/// Why a record is no entry of this source. It becomes a loss; the bytes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    pub code: LossCode,
    pub detail: String,
}

impl NotUnderstood {
    /// Whole and readable, and no entry of this source.
    pub fn not_this(detail: impl Into<String>) -> NotUnderstood {
        NotUnderstood { code: LossCode::NotThisFormat, detail: detail.into() }
    }

    /// Torn or damaged bytes.
    pub fn broken(detail: impl Into<String>) -> NotUnderstood {
        NotUnderstood { code: LossCode::BrokenRecord, detail: detail.into() }
    }

    /// A row of a context file that lacks what it cannot do without.
    pub fn bad_row(detail: impl Into<String>) -> NotUnderstood {
        NotUnderstood { code: LossCode::BadRow, detail: detail.into() }
    }
}
