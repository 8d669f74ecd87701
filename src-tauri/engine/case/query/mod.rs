//! Typed reads for the questions: rows with their text, pages by key, counts by index.

mod accounts;
mod attributions;
mod completeness;
mod exposure;
mod fanout;
mod figures;
mod files;
mod findings;
mod ledger;
mod pages;
mod people;

pub use accounts::{AccountView, AgentToolView, AgentView, CellFactView, PatternView, SignalView};
pub use attributions::{AttributionView, Select};
pub use completeness::{ClockPair, DigestFileView, DigestView, FilePeriod, ReceiptView, SourceSpan};
pub use exposure::{BareCalls, HandedOut, UseView};
pub use fanout::{FanoutCall, FanoutRun};
pub use figures::{Figures, StandingCount};
pub use files::{FileView, LossView};
pub use findings::{DecisionView, FindingView, InstanceView};
pub use ledger::{AgentCredential, AgentTouch, Nameless, TouchView};
pub use pages::{CallColumn, CallFilter, CallKey, CallKeyValue, CallOrder};
pub use people::{PersonView, RunView};

use rusqlite::Row;

use crate::model::Time;

/// Calls in scope, and tool spans that stand for calls; not sign-ins and issuances.
const IS_CALL: &str = "a.kind IN (0, 4) AND a.in_scope = 1";

/// An agent's call, as rules count them: by an agent that is named, or with evidence of one that is not.
const IS_AGENTS: &str = "(a.agent IS NOT NULL OR a.agent_evidence = 1)";

fn time(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(r.get::<_, Option<i64>>(column)?.map(Time))
}
