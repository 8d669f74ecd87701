//! What crosses the bridge: the engine's answers as they are, and the few types that only an interface needs.

pub use behalf_engine::ask::accounts::{AccountRow, AccountSheet};
pub use behalf_engine::ask::acts::{ActLog, Recorded};
pub use behalf_engine::ask::agent::AgentSheet;
pub use behalf_engine::ask::agents::AgentRow;
pub use behalf_engine::ask::approved::Approved;
pub use behalf_engine::ask::attributions::AttributionRow;
pub use behalf_engine::ask::authorized::Authorized;
pub use behalf_engine::ask::bridge::Bridge as BridgeMatrix;
pub use behalf_engine::ask::call_pages::{CallIndex, CallQuery, CallRow};
pub use behalf_engine::ask::changes::Changes;
pub use behalf_engine::ask::completeness::Completeness;
pub use behalf_engine::ask::could_be::CouldBe;
pub use behalf_engine::ask::coverage::Coverage;
pub use behalf_engine::ask::evidence::{FileRow, LossRow, Reconciliation};
pub use behalf_engine::ask::exposure::Exposure;
pub use behalf_engine::ask::findings::{FacetValue, FindingDetail, FindingList};
pub use behalf_engine::ask::ledger::{Ledger, LedgerView};
pub use behalf_engine::ask::overview::Overview;
pub use behalf_engine::ask::patterns::PatternCell;
pub use behalf_engine::ask::policy::PolicyRow;
pub use behalf_engine::ask::raw::RawRecord;
pub use behalf_engine::ask::receipts::ReceiptRow;
pub use behalf_engine::ask::requests::Requests;
pub use behalf_engine::ask::run_tree::{RunRow, RunTree};
pub use behalf_engine::ask::scope::ScopeAnswer;
pub use behalf_engine::ask::timeline::{PersonRow, Timeline};
pub use behalf_engine::ask::tokens::{Passport, TokenRow};
pub use behalf_engine::ask::verdict::VerdictWords;
pub use behalf_engine::ask::who::Who;
pub use behalf_engine::ask::who_can::Holder;
pub use behalf_engine::case::{ImportReport, Tick};
pub use behalf_engine::model::EdgeError;
pub use behalf_engine::review::Wanted;
pub use behalf_engine::sources::mapping::{Check, Learned};
use serde::{Deserialize, Serialize};

/// What an interface knows before a case is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AppInfo {
    pub version: String,
    /// Cases opened before, the last one first.
    pub recent: Vec<RecentCase>,
    /// The case that the host holds open, so that a reloaded window finds it again.
    pub open: Option<CaseInfo>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RecentCase {
    pub path: String,
    pub name: String,
    pub opened_at: String,
}

/// A case that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CaseInfo {
    pub path: String,
    pub name: String,
}

/// Where a report was put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ReportWritten {
    pub path: String,
}

/// Was this person allowed to do that there, then?
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RightsQuestion {
    pub user: String,
    pub action: String,
    pub resource: String,
    /// In RFC 3339.
    pub at: String,
    /// What conditions speak of, each as NAME=VALUE.
    pub with: Vec<String>,
    /// Whose own right is asked beside it; without one, the agent of such a call on record.
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub agent: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub service: Option<String>,
}

/// A column of a table that is written as it is shown: its word, and the name above it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ExportColumn {
    pub word: String,
    pub name: String,
}

/// Where a table was put, and how many rows it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct TableWritten {
    pub path: String,
    pub rows: u32,
}
