//! Calls for which nobody is named and that could be one person's: they stand beside that person's timeline, never in it.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CouldBe {
    pub person: String,
    pub calls: u32,
    pub runs: u32,
    /// The first few of the calls.
    pub such_as: Vec<String>,
    pub sentence: String,
}

use crate::analysis::Loaded;
use crate::case::{Case, CaseError};

const SUCH_AS: u32 = 10;

/// Open calls of runs at the end of whose branches this person is one of several, or is contradicted.
pub fn could_be(case: &Case, loaded: &Loaded, key: &str) -> Result<CouldBe, CaseError> {
    let no_such = || CaseError::NoSuchRecord { id: key.to_string() };
    let party = case.party_shown(key)?.ok_or_else(no_such)?;
    let person = u32::try_from(party).map_err(|_| no_such())?;
    let walks = loaded.lineage.walks.iter().enumerate();
    // Ids of the derived tables are node indices from 1.
    let runs: Vec<i64> =
        walks.filter(|(_, w)| w.person().is_none() && w.people.contains(&person)).map(|(n, _)| n as i64 + 1).collect();
    let (calls, such_as) = case.open_calls_of_runs(&runs, SUCH_AS)?;
    let calls = u32::try_from(calls.max(0)).unwrap_or(u32::MAX);
    Ok(CouldBe {
        person: key.into(),
        calls,
        runs: runs.len() as u32,
        such_as,
        sentence: format!(
            "{calls} calls for which nobody is named belong to runs that {key} or somebody else may have caused."
        ),
    })
}
