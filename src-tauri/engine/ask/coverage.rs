//! How far attribution reaches, as figures that are never folded into one.

use serde::Serialize;

/// Four numbers over the calls in scope, and what stands beside them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Coverage {
    pub calls: u32,
    /// Calls that require a person: all but automation that is no agent and services at work.
    pub requiring_person: u32,
    /// Grade A or B.
    pub attributed: u32,
    /// Grade C.
    pub supported: u32,
    pub refused: u32,
    pub contradicted: u32,
    /// Calls by services, systems and pipelines with no person in evidence: no refusal.
    pub automation: u32,
    pub by_source: Vec<SourceCoverage>,
    pub by_refusal: Vec<RefusalCount>,
    /// Whether a directory was imported; without one every human is unverified.
    pub directory: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SourceCoverage {
    pub source: String,
    pub calls: u32,
    pub attributed: u32,
    pub supported: u32,
    pub refused: u32,
    pub contradicted: u32,
    pub automation: u32,
    pub first: Option<String>,
    pub last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RefusalCount {
    pub refusal: String,
    pub words: String,
    pub calls: u32,
    /// What would settle it, in a reviewer's words.
    pub settled_by: String,
}

use std::collections::BTreeMap;

use crate::case::{Case, CaseError};
use crate::model::{Refusal, Time};

pub fn coverage(case: &Case) -> Result<Coverage, CaseError> {
    let mut sources: BTreeMap<String, SourceCoverage> = BTreeMap::new();
    let mut periods: BTreeMap<String, (Option<Time>, Option<Time>)> = BTreeMap::new();
    for count in case.standings()? {
        let row = sources.entry(count.source.clone()).or_insert_with(|| SourceCoverage {
            source: count.source.clone(),
            calls: 0,
            attributed: 0,
            supported: 0,
            refused: 0,
            contradicted: 0,
            automation: 0,
            first: None,
            last: None,
        });
        let calls = count.calls as u32;
        row.calls += calls;
        match count.standing.as_str() {
            "attributed" => row.attributed += calls,
            "supported" => row.supported += calls,
            "refused" => row.refused += calls,
            "contradicted" => row.contradicted += calls,
            _ => row.automation += calls,
        }
        let period = periods.entry(count.source).or_default();
        period.0 = [period.0, count.first].into_iter().flatten().min();
        period.1 = [period.1, count.last].into_iter().flatten().max();
        (row.first, row.last) = (period.0.map(|t| t.to_rfc3339()), period.1.map(|t| t.to_rfc3339()));
    }
    let by_source: Vec<SourceCoverage> = sources.into_values().collect();
    let sum = |f: fn(&SourceCoverage) -> u32| by_source.iter().map(f).sum::<u32>();
    let (calls, automation) = (sum(|s| s.calls), sum(|s| s.automation));
    Ok(Coverage {
        calls,
        requiring_person: calls - automation,
        attributed: sum(|s| s.attributed),
        supported: sum(|s| s.supported),
        refused: sum(|s| s.refused),
        contradicted: sum(|s| s.contradicted),
        automation,
        by_refusal: refusals(case)?,
        directory: !case.directory()?.is_empty(),
        by_source,
    })
}

fn refusals(case: &Case) -> Result<Vec<RefusalCount>, CaseError> {
    let rows = case.refusals()?;
    Ok(rows
        .into_iter()
        .map(|(code, gap, calls)| RefusalCount {
            words: Refusal::from_code(&code).map(|r| r.words().to_string()).unwrap_or_default(),
            settled_by: settled_by(&gap).to_string(),
            refusal: code,
            calls: calls as u32,
        })
        .collect())
}

/// Which evidence would settle a gap of this kind.
pub fn settled_by(gap: &str) -> &'static str {
    match gap {
        "no_evidence" => {
            "A record of the person at the gateway or platform (an on-behalf-of field), the token service's exchange log, or a run id on the call with the trace of that run."
        }
        "no_origin" => {
            "The trace export that holds the root span of the run, with its user; or the record of the schedule that started it."
        }
        "missing_parent" => {
            "The export that holds the named parent run or span: the trace of the service that started this run."
        }
        "outside_period" => {
            "The exports of the time before the declared period: the run was going on when the period began."
        }
        "ambiguous" => {
            "A token id or an on-behalf-of field on the call itself, which tells the people of the set apart; or one run id for each person."
        }
        "contradiction" => {
            "The token service's issuance record for the credential on the call, and the gateway's inbound request: one of the two proofs is wrong."
        }
        "hints_only" => "The same name written by the gateway, the platform or the token issuer, not by the caller.",
        "robot" => {
            "A run id, token or delegation on this account's calls; or the directory row of the person or service behind the account."
        }
        "machine_session" => {
            "Who was on the machine: session manager or login records of the instance, or a source identity on the session."
        }
        "unresolved" => "A directory row, or an alias, for the identifier that the record names, as of that time.",
        "redacted" => "The same export without redaction of the identity fields.",
        _ => "An export that names the person for this call, its credential or its run.",
    }
}
