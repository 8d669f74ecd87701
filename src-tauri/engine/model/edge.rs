//! The form every error takes at the edge: command line, window, browser.

use serde::Serialize;

/// Whose it is to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum Fault {
    /// A file the reviewer gave.
    File,
    /// A setting or argument.
    Setting,
    /// A defect of ours.
    Ours,
}

/// `{code, message, hint}`, with whose fault it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct EdgeError {
    pub code: String,
    pub message: String,
    pub hint: String,
    pub fault: Fault,
}
