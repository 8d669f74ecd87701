//! One person's acts, by their own hand and through agents.

use serde::Serialize;

/// A person who can be opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PersonRow {
    /// Address of the person in this case: what `timeline` takes.
    pub key: String,
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub own: u32,
    pub on_behalf: u32,
}

/// The timeline of one person over a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Timeline {
    pub person: PersonRow,
    /// Milliseconds since the epoch, of all that is shown.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub runs: Vec<RunBar>,
    pub calls: Vec<Mark>,
    /// More calls than `calls` holds; the rest is in `density`.
    pub total_calls: u32,
    pub density: Vec<Density>,
    pub gaps: Vec<Gap>,
}

/// A run that this person started, or that descends from one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RunBar {
    pub id: String,
    pub parent: Option<String>,
    pub agent: Option<String>,
    pub depth: u32,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub from: Option<i64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub to: Option<i64>,
    pub calls: u32,
    /// Why calls of this run name nobody, where they do.
    pub refused: Option<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Mark {
    pub id: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
    pub time: String,
    pub source: String,
    pub action: String,
    pub resource: Option<String>,
    pub outcome: String,
    pub agent: Option<String>,
    pub run: Option<String>,
    /// By the person's own hand.
    pub own: bool,
    pub grade: String,
    pub pattern: String,
    /// Lane of the target: the service or tool.
    pub target: String,
    pub findings: u32,
}

/// Calls of a slice of time, where marks would overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Density {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub own: u32,
    pub on_behalf: u32,
}

/// Time for which nothing can be said, with the reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Gap {
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub from: i64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub to: i64,
    pub run: Option<String>,
    pub reason: String,
}
