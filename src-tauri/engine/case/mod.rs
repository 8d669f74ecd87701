//! The case file: one SQLite database. The only room that writes tables, and with rule files the only one that
//! holds SQL; others read through the typed functions here.

mod acts;
mod checked;
mod context;
mod derived;
mod entry;
mod error;
mod events;
mod fact_rows;
mod facts;
mod gate;
mod handover;
mod import;
mod intern;
mod pipeline;
mod query;
mod raw;
mod store;
mod use_facts;
mod verify;
mod write;

pub use acts::ActRow;
pub use checked::{
    ApprovalFact, ApprovalRow, CheckedRow, CumulativeFact, DecisionRow, HopFact, KeptApproval, SelfJudgedFact,
    SpreadTokenFact, UndecidedFact, WieldedFact, WithdrawnFact,
};
pub use context::{AssetRow, DirectoryEntry, GrantRow, Register};
pub use derived::{AttributionRecord, Derived, FindingRecord, InstanceRecord, PartyRecord, RunRecord};
pub use error::CaseError;
pub use events::{CallRow, ClaimRow, IssuedRow, SpanRow, TokenRow};
pub use fact_rows::{AccountFact, CallFact, HoleFact, NamespaceFact, TokenFact, TracedFact};
pub use facts::{AttributedRow, PartyRow, RunFactRow, TracedRow};
pub use import::{Import, ImportReport, ImportedFile, Progress, Stage, Tick};
pub use query::*;
pub use raw::{Raw, RawPlace};
pub use store::Case;
pub use use_facts::{AgentFact, LineageFact, PatternCount, PatternFact, PlacedRow, SignalFact, SprawlFact};
pub use verify::{Verification, verify};
