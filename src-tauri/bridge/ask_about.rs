//! Questions about calls in their thousands, accounts, agents, rights and runs: one line into the engine each.

use behalf_engine::ask;
use behalf_engine::model::{EdgeError, Time};

use super::faults::refused;
use super::open::Bridge;
use super::types::*;

/// Values that one facet lists at most; text narrows them.
const MOST_VALUES: u32 = 500;

impl Bridge {
    pub fn call_index(&self, query: CallQuery) -> Result<CallIndex, EdgeError> {
        self.ask(|open| ask::call_pages::index(&open.case, &query))
    }

    /// The page that begins at a key of the index.
    pub fn call_page(&self, query: CallQuery, key: Option<String>) -> Result<Vec<CallRow>, EdgeError> {
        self.ask(|open| ask::call_pages::page(&open.case, &query, key.as_deref()))
    }

    pub fn call_position(&self, query: CallQuery, id: String) -> Result<Option<u32>, EdgeError> {
        self.ask(|open| ask::call_pages::position(&open.case, &query, &id))
    }

    pub fn call_facet(
        &self,
        query: CallQuery,
        column: String,
        text: Option<String>,
        limit: u32,
    ) -> Result<Vec<FacetValue>, EdgeError> {
        self.ask(|open| ask::call_pages::facet(&open.case, &query, &column, text.as_deref(), limit.min(MOST_VALUES)))
    }

    pub fn accounts(&self) -> Result<Vec<AccountRow>, EdgeError> {
        self.ask(|open| ask::accounts::accounts(&open.case))
    }

    pub fn account(&self, id: String) -> Result<AccountSheet, EdgeError> {
        self.ask(|open| ask::accounts::account(&open.case, &id))
    }

    pub fn agents(&self) -> Result<Vec<AgentRow>, EdgeError> {
        self.ask(|open| ask::agents::agents(&open.case))
    }

    pub fn patterns(&self) -> Result<Vec<PatternCell>, EdgeError> {
        self.ask(|open| ask::patterns::patterns(&open.case))
    }

    pub fn who_can(
        &self,
        action: String,
        resource: String,
        at: Option<String>,
        with: Vec<(String, String)>,
    ) -> Result<Vec<Holder>, EdgeError> {
        let at = at.as_deref().map(moment).transpose()?;
        let what = ask::who_can::What { service: None, action: &action, resource: &resource, at, with: &with };
        self.ask(|open| ask::who_can::who_can(&open.case, what))
    }

    pub fn approved(&self, id: String) -> Result<Approved, EdgeError> {
        self.ask(|open| ask::approved::approved(&open.case, &id))
    }

    pub fn runs(&self, text: Option<String>) -> Result<Vec<RunRow>, EdgeError> {
        self.ask(|open| ask::run_tree::runs(&open.case, text.as_deref()))
    }

    pub fn run_tree(&self, id: String) -> Result<RunTree, EdgeError> {
        self.ask(|open| ask::run_tree::run_tree(&open.case, &id))
    }

    pub fn scope(&self) -> Result<ScopeAnswer, EdgeError> {
        self.ask(|open| ask::scope::scope(&open.case))
    }
}

fn moment(text: &str) -> Result<Time, EdgeError> {
    Time::parse(text)
        .ok_or_else(|| refused("no_time", format!("{text} is no time"), "Write it as 2026-03-04T15:40:00Z."))
}
