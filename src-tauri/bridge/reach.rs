//! Questions of an incident and of a next step: one line into the engine each.

use std::path::PathBuf;

use behalf_engine::case::Case;
use behalf_engine::model::{EdgeError, Time};
use behalf_engine::{ask, review};

use super::faults::refused;
use super::open::Bridge;
use super::types::*;

impl Bridge {
    pub fn requests(&self) -> Result<Requests, EdgeError> {
        self.ask(|open| ask::requests::requests(&open.case))
    }

    pub fn agent(&self, id: String) -> Result<AgentSheet, EdgeError> {
        self.ask(|open| ask::agent::agent(&open.case, &id))
    }

    /// `at` as RFC 3339.
    pub fn exposure(&self, credential: String, at: Option<String>) -> Result<Exposure, EdgeError> {
        let at = moment(at)?;
        self.ask(|open| ask::exposure::exposure(&open.case, &credential, at))
    }

    /// The secret is hashed in memory and forgotten; the search is logged under the reviewer's name.
    pub fn exposure_of_secret(&self, secret: String, by: String, at: Option<String>) -> Result<Exposure, EdgeError> {
        if by.trim().is_empty() {
            return Err(refused("no_reviewer", "a search for a secret is logged", "Say who searches."));
        }
        let (at, now) = (moment(at)?, self.now());
        self.ask(|open| {
            let (found, deed) = ask::exposure::exposure_of_secret(&open.case, &secret, at)?;
            review::append(&open.case, now, &by, deed)?;
            Ok(found)
        })
    }

    /// `from` and `to` in milliseconds since the epoch.
    pub fn ledger(
        &self,
        resource: String,
        view: LedgerView,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Result<Ledger, EdgeError> {
        let time = |ms: Option<i64>| ms.map(|ms| Time(ms.saturating_mul(1_000)));
        self.ask(|open| ask::ledger::ledger(&open.case, &resource, view, time(from), time(to)))
    }

    pub fn could_be(&self, key: String) -> Result<CouldBe, EdgeError> {
        self.ask(|open| {
            let (case, loaded) = open.with_loaded()?;
            ask::could_be::could_be(case, loaded, &key)
        })
    }

    pub fn changes(&self, other: PathBuf) -> Result<Changes, EdgeError> {
        let other = Case::open(&other)?;
        self.ask(|open| ask::changes::changes(&open.case, &other))
    }
}

fn moment(at: Option<String>) -> Result<Option<Time>, EdgeError> {
    let parse = |t: String| {
        Time::parse(&t).ok_or_else(|| {
            refused("no_time", format!("{t} is no time"), "Give RFC 3339, such as 2026-03-11T13:59:55Z.")
        })
    };
    at.map(parse).transpose()
}
