//! The four numbers and what stands under them.

use serde::Serialize;

/// First screen of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Overview {
    pub case_name: String,
    /// First and last time of a call, RFC 3339; empty where there is none.
    pub first: Option<String>,
    pub last: Option<String>,
    pub coverage: super::coverage::Coverage,
    /// Agents' calls decided with the person's rights among those evaluated.
    pub decided_on_person: u32,
    /// Agents' calls whose decision names its evaluated subjects.
    pub decided: u32,
    /// Calls by the verdict on their decision, each a link to `verdict:WORD`.
    pub verdicts: Vec<super::verdict::VerdictFigure>,
    pub open_high: u32,
    pub findings_by_severity: Vec<SeverityCount>,
    pub both_principals: u32,
    pub run_on_record: u32,
    pub agent_calls: u32,
    /// Calls of each day, UTC, oldest first; days without a call are there with zeroes.
    pub days: Vec<DayCount>,
    pub patterns: Vec<PatternCell>,
    /// Worst findings first, at most seven.
    pub worst: Vec<super::findings::FindingRow>,
    /// What stands between the reviewer and an answer, worst first: no directory, an unread file, a gap.
    pub cautions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SeverityCount {
    pub severity: String,
    pub findings: u32,
    pub calls: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct DayCount {
    pub day: String,
    pub calls: u32,
    /// Grade A or B.
    pub attributed: u32,
    /// Grade C.
    pub supported: u32,
    pub refused: u32,
    pub contradicted: u32,
}

/// Calls of one agent with one tool under one pattern.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PatternCell {
    pub agent: String,
    pub tool: String,
    pub pattern: String,
    pub calls: u32,
}

use std::collections::BTreeMap;

use crate::case::{Case, CaseError};
use crate::model::time::DAY;
use crate::model::{Severity, Time};

const WORST: usize = 7;

pub fn overview(case: &Case) -> Result<Overview, CaseError> {
    let coverage = super::coverage::coverage(case)?;
    let findings: Vec<_> = super::findings::rows(case)?;
    let queue: Vec<_> = findings.iter().filter(|f| f.is_queued()).cloned().collect();
    let first = coverage.by_source.iter().filter_map(|s| s.first.clone()).min();
    let last = coverage.by_source.iter().filter_map(|s| s.last.clone()).max();
    let figures = case.figures()?;
    Ok(Overview {
        case_name: case.name(),
        first,
        last,
        decided_on_person: figures.decided_on_person,
        decided: figures.decided,
        verdicts: super::verdict::figures(case)?,
        open_high: queue.iter().filter(|f| matches!(f.severity.as_str(), "critical" | "high")).count() as u32,
        // What known exceptions cover whole waits for nobody.
        findings_by_severity: by_severity(findings.iter().filter(|f| f.design_fact || f.accepted.is_none())),
        both_principals: figures.both_principals,
        run_on_record: figures.run_on_record,
        agent_calls: figures.agent_calls,
        days: days(case)?,
        patterns: case
            .patterns()?
            .into_iter()
            .map(|(agent, tool, pattern, calls)| PatternCell { agent, tool, pattern, calls: calls as u32 })
            .collect(),
        worst: queue.into_iter().take(WORST).collect(),
        cautions: cautions(case, &coverage)?,
        coverage,
    })
}

fn by_severity<'a>(findings: impl Iterator<Item = &'a super::findings::FindingRow>) -> Vec<SeverityCount> {
    let findings: Vec<_> = findings.collect();
    Severity::ALL
        .iter()
        .map(|s| {
            let of: Vec<_> = findings.iter().filter(|f| f.severity == s.word()).collect();
            SeverityCount {
                severity: s.word().to_string(),
                findings: of.len() as u32,
                calls: of.iter().map(|f| f.calls).sum(),
            }
        })
        .collect()
}

/// Longest run of days that is shown day by day; a single stray date must not make a page of empty days.
const MOST_DAYS: i64 = 3_660;

fn days(case: &Case) -> Result<Vec<DayCount>, CaseError> {
    let mut days: BTreeMap<i64, DayCount> = BTreeMap::new();
    for (day, standing, calls) in case.days()? {
        let row = days.entry(day).or_insert_with(|| empty(day));
        let calls = calls as u32;
        row.calls += calls;
        match standing.as_str() {
            "attributed" => row.attributed += calls,
            "supported" => row.supported += calls,
            "refused" => row.refused += calls,
            "contradicted" => row.contradicted += calls,
            _ => {}
        }
    }
    if let (Some(&first), Some(&last)) = (days.keys().next(), days.keys().next_back())
        && last - first <= MOST_DAYS
    {
        for day in first..=last {
            days.entry(day).or_insert_with(|| empty(day));
        }
    }
    Ok(days.into_values().collect())
}

fn empty(day: i64) -> DayCount {
    DayCount { day: Time(day * DAY).to_date(), calls: 0, attributed: 0, supported: 0, refused: 0, contradicted: 0 }
}

fn cautions(case: &Case, coverage: &super::coverage::Coverage) -> Result<Vec<String>, CaseError> {
    let mut out: Vec<String> = case.stale()?.map(|stale| stale.sentence()).into_iter().collect();
    if !super::evidence::reconciliation(case)?.reconciles {
        out.push("The records read are not all accounted for.".to_string());
    }
    let unknown = case.files()?.into_iter().filter(|f| f.format == "unknown").count();
    if unknown > 0 {
        out.push(format!("Files that no source recognises: {unknown}. Nothing in them was tested."));
    }
    let errors = case.losses(None)?.iter().filter(|l| l.severity == "error" && l.code != "unknown_format").count();
    if errors > 0 {
        let what = if errors == 1 { "1 record or file was" } else { &format!("{errors} records or files were") };
        out.push(format!("{what} lost in whole or in part; see the losses for the place."));
    }
    if !coverage.directory {
        out.push(
            "No directory was imported: no human is verified, and accounts without a person cannot be told.".into(),
        );
    }
    if case.grants()?.is_empty() {
        out.push(
            "No entitlements were imported: whether people were allowed to do what agents did is not answerable."
                .into(),
        );
    }
    if case.assets()?.is_empty() {
        out.push("No stakes were imported: severities are marked unrated and never critical.".into());
    }
    Ok(out)
}
