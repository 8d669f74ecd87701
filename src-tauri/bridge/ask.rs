//! Questions: one line into the engine each.

use std::path::PathBuf;

use behalf_engine::ask;
use behalf_engine::model::EdgeError;

use super::faults::refused;
use super::open::Bridge;
use super::types::*;

/// Rows that one list holds at most: more than a reader goes through, and little enough to carry.
const MOST_ROWS: u32 = 50_000;

impl Bridge {
    pub fn overview(&self) -> Result<Overview, EdgeError> {
        self.ask(|open| ask::overview::overview(&open.case))
    }

    pub fn files(&self) -> Result<Vec<FileRow>, EdgeError> {
        self.ask(|open| ask::evidence::files(&open.case))
    }

    pub fn reconciliation(&self) -> Result<Reconciliation, EdgeError> {
        self.ask(|open| ask::evidence::reconciliation(&open.case))
    }

    pub fn receipts(&self) -> Result<Vec<ReceiptRow>, EdgeError> {
        self.ask(|open| ask::receipts::receipts(&open.case))
    }

    pub fn completeness(&self) -> Result<Completeness, EdgeError> {
        self.ask(|open| ask::completeness::completeness(&open.case))
    }

    pub fn losses(&self, file: Option<String>) -> Result<Vec<LossRow>, EdgeError> {
        self.ask(|open| ask::evidence::losses(&open.case, file.as_deref()))
    }

    /// An absent list narrows nothing.
    pub fn findings(
        &self,
        severity: Option<Vec<String>>,
        rule: Option<Vec<String>>,
        family: Option<Vec<String>>,
        confidence: Option<Vec<String>>,
        design_facts: bool,
        text: Option<String>,
    ) -> Result<FindingList, EdgeError> {
        let filter = ask::findings::Filter {
            severity: severity.unwrap_or_default(),
            rule: rule.unwrap_or_default(),
            family: family.unwrap_or_default(),
            confidence: confidence.unwrap_or_default(),
            design_facts,
            text,
        };
        self.ask(|open| ask::findings::list(&open.case, &filter))
    }

    pub fn finding(&self, id: String) -> Result<FindingDetail, EdgeError> {
        self.ask(|open| ask::findings::detail(&open.case, &id))
    }

    pub fn who(&self, id: String) -> Result<Who, EdgeError> {
        self.ask(|open| {
            let (case, loaded) = open.with_loaded()?;
            ask::who::who(case, loaded, &id)
        })
    }

    pub fn raw(&self, id: String) -> Result<RawRecord, EdgeError> {
        self.ask(|open| ask::raw::raw(&open.case, &id))
    }

    pub fn people(&self, text: Option<String>) -> Result<Vec<PersonRow>, EdgeError> {
        self.ask(|open| ask::timeline::people(&open.case, text.as_deref()))
    }

    /// `from` and `to` in milliseconds since the epoch.
    pub fn timeline(&self, key: String, from: Option<i64>, to: Option<i64>) -> Result<Timeline, EdgeError> {
        self.ask(|open| ask::timeline::timeline(&open.case, &key, from, to))
    }

    /// The calls that a figure counts.
    pub fn calls(&self, filter: String, limit: u32) -> Result<Vec<AttributionRow>, EdgeError> {
        let select = ask::attributions::select(&filter).ok_or_else(|| {
            refused("no_such_filter", format!("no figure is called {filter}"), "Follow a figure of the overview.")
        })?;
        self.ask(|open| ask::attributions::rows(&open.case, &select, Some(limit.min(MOST_ROWS))))
    }

    pub fn coverage(&self) -> Result<Coverage, EdgeError> {
        self.ask(|open| ask::coverage::coverage(&open.case))
    }

    /// The reviewer's log: what was decided, and what was undone.
    pub fn acts(&self) -> Result<ActLog, EdgeError> {
        self.ask(|open| ask::acts::acts(&open.case))
    }

    /// Every parameter with its value, range and unit.
    pub fn policy(&self) -> Result<Vec<PolicyRow>, EdgeError> {
        self.ask(|open| ask::policy::policy(&open.case))
    }

    pub fn write_report(&self, to: PathBuf) -> Result<ReportWritten, EdgeError> {
        // A connection of its own: a long report must not keep questions waiting.
        let case = behalf_engine::case::Case::open(&self.path()?)?;
        super::write_report(&case, &to, &super::Order::default())?;
        Ok(ReportWritten { path: to.display().to_string() })
    }
}
