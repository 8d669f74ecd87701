//! The case file: one SQLite database. The only room that writes tables, and with rule files the only one that
//! holds SQL; others read through the typed functions here.

mod acts;
mod allowed;
mod checked;
mod context;
mod derived;
mod effects;
mod entry;
mod error;
mod events;
mod fact_rows;
mod facts;
mod freshness;
mod gate;
mod hints;
mod handover;
mod import;
mod intern;
mod need_rows;
mod judged;
mod pipeline;
mod query;
mod raw;
mod spoken;
mod signatures;
mod store;
mod token_views;
mod use_facts;
mod verify;
mod write;

pub use acts::{ActRow, WrittenBy};
pub use allowed::{BridgeFact, BridgeView, DecisionOn, EventWords, JoinKeys, VerdictCount};
pub use checked::{
    ApprovalFact, ApprovalRow, CheckedRow, CumulativeFact, DecisionRow, HopFact, KeptApproval, SelfJudgedFact,
    SpreadTokenFact, UndecidedFact, WieldedFact, WithdrawnFact,
};
pub use context::{AssetRow, DirectoryEntry, GrantRow, Register};
pub use derived::{AttributionRecord, Derived, FindingRecord, InstanceRecord, PartyRecord, RunRecord};
pub use effects::{Effect, NameLost};
pub use error::CaseError;
pub use events::{CallRow, ClaimRow, IssuedRow, SpanRow, TokenRow};
pub use fact_rows::{AccountFact, CallFact, HoleFact, NamespaceFact, TokenFact, TracedFact};
pub use facts::{AttributedRow, PartyRow, PlaceRow, RunFactRow, TracedRow};
pub use freshness::{Stale, Stamp};
pub use hints::Presence;
pub use import::{Import, ImportReport, ImportedFile, Progress, Stage, Tick};
pub use judged::{ActionClass, Judged, Said};
pub use need_rows::{NeedGroup, NeedGroupView, NeedKeyRow, NeedKeyView, OpenCount};
pub use query::*;
pub use raw::{Raw, RawPlace};
pub use signatures::{KeyRow, TokenCheck, Verdict};
pub use spoken::{InstructionFact, InstructionView, SpokenRow, SpokenRuns};
pub use store::Case;
pub use token_views::{TokenRecord, TokenUse, TokenView};
pub use use_facts::{AgentFact, LineageFact, PatternCount, PatternFact, PlacedRow, SignalFact, SprawlFact};
pub use verify::{Verification, verify};
