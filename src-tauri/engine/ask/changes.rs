//! This review against the last one: what is new, what is still there, what is gone, what has come back.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Changes {
    /// File name of the case that this one is held against.
    pub other: String,
    pub sentence: String,
    pub new: u32,
    pub repeated: u32,
    pub closed: u32,
    pub reopened: u32,
    /// In the last review, and not to be found or ruled out in this one.
    pub not_tested: u32,
    /// New first, then re-opened, repeated, closed, not tested; each worst first.
    pub rows: Vec<Change>,
    pub coverage: Vec<CoverageChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Change {
    pub state: ChangeState,
    pub id: String,
    pub rule: String,
    pub severity: String,
    /// In the last review, where it is another one now.
    pub severity_before: Option<String>,
    pub title: String,
    pub cause: String,
    pub design_fact: bool,
    pub calls: u32,
    pub calls_before: u32,
    pub instances: u32,
    pub instances_before: u32,
    /// Instances that the last review did not have, and those that are gone.
    pub new_instances: u32,
    pub gone_instances: u32,
    pub why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum ChangeState {
    New,
    Reopened,
    Repeated,
    Closed,
    NotTested,
}

/// One figure of coverage in both reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CoverageChange {
    /// `calls`, `attributed`, `supported`, `refused`, `contradicted`, `automation`.
    pub figure: String,
    pub before: u32,
    pub now: u32,
}

use std::collections::{BTreeMap, BTreeSet};

use super::findings::FindingRow;
use crate::case::{Case, CaseError};

/// Findings by their ids, which are stable from rule and cause. A finding is closed only where this case has records of the
/// sources that it rested on; without them it is not tested.
pub fn changes(case: &Case, other: &Case) -> Result<Changes, CaseError> {
    let now: BTreeMap<String, FindingRow> = by_id(super::findings::rows(case)?);
    let before: BTreeMap<String, FindingRow> = by_id(super::findings::rows(other)?);
    let rested = other.sources_of_findings()?;
    let held: BTreeSet<String> = case.source_spans()?.into_iter().map(|s| s.name).collect();
    let mut rows = Vec::new();
    for (id, row) in &now {
        rows.push(match before.get(id) {
            None => {
                change(ChangeState::New, row, None, (row.instances, 0), "the last review has no such finding".into())
            }
            Some(was) => again(case, other, row, was)?,
        });
    }
    for (id, was) in before.iter().filter(|(id, _)| !now.contains_key(*id)) {
        let missing: Vec<&str> =
            rested.get(id).into_iter().flatten().filter(|s| !held.contains(*s)).map(String::as_str).collect();
        let (state, why) = match missing.is_empty() {
            true => {
                (ChangeState::Closed, "the sources that it rested on are here again, and do not show it".to_string())
            }
            false => (ChangeState::NotTested, format!("this case has no records of {}", missing.join(", "))),
        };
        let mut gone = change(state, was, Some(was), (0, was.instances), why);
        (gone.calls, gone.instances) = (0, 0);
        rows.push(gone);
    }
    let rank = |severity: &str| ["critical", "high", "medium", "low", "info"].iter().position(|s| *s == severity);
    rows.sort_by(|a, b| {
        (a.state, a.design_fact, rank(&a.severity), &a.rule, &a.cause, &a.id).cmp(&(
            b.state,
            b.design_fact,
            rank(&b.severity),
            &b.rule,
            &b.cause,
            &b.id,
        ))
    });
    let of = |state: ChangeState| rows.iter().filter(|r| r.state == state && !r.design_fact).count() as u32;
    let [new, reopened, repeated, closed, not_tested] =
        [ChangeState::New, ChangeState::Reopened, ChangeState::Repeated, ChangeState::Closed, ChangeState::NotTested]
            .map(of);
    Ok(Changes {
        other: other.name(),
        sentence: format!(
            "Against {}: {new} findings are new, {reopened} re-opened, {repeated} repeated, {closed} closed; {not_tested} could not be tested. Design facts are listed and not counted.",
            other.name()
        ),
        new,
        repeated,
        closed,
        reopened,
        not_tested,
        rows,
        coverage: coverage(case, other)?,
    })
}

fn by_id(rows: Vec<FindingRow>) -> BTreeMap<String, FindingRow> {
    rows.into_iter().map(|row| (row.id.clone(), row)).collect()
}

/// A finding of both reviews. What the last one had accepted for a known exception, and this one has not, is open again.
fn again(case: &Case, other: &Case, row: &FindingRow, was: &FindingRow) -> Result<Change, CaseError> {
    let ids: BTreeSet<String> = case.instance_ids(&row.id)?.into_iter().collect();
    let old: BTreeSet<String> = other.instance_ids(&was.id)?.into_iter().collect();
    let moved = (ids.difference(&old).count() as u32, old.difference(&ids).count() as u32);
    Ok(match (&was.accepted, &row.accepted) {
        (Some(words), None) => change(
            ChangeState::Reopened,
            row,
            Some(was),
            moved,
            format!("the last review held it as {words}, which no longer covers it"),
        ),
        _ => change(ChangeState::Repeated, row, Some(was), moved, "the last review has it too".into()),
    })
}

fn change(state: ChangeState, row: &FindingRow, was: Option<&FindingRow>, moved: (u32, u32), why: String) -> Change {
    Change {
        state,
        id: row.id.clone(),
        rule: row.rule.clone(),
        severity: row.severity.clone(),
        severity_before: was.map(|w| w.severity.clone()).filter(|s| *s != row.severity),
        title: row.title.clone(),
        cause: row.cause.clone(),
        design_fact: row.design_fact,
        calls: row.calls,
        calls_before: was.map(|w| w.calls).unwrap_or_default(),
        instances: row.instances,
        instances_before: was.map(|w| w.instances).unwrap_or_default(),
        new_instances: moved.0,
        gone_instances: moved.1,
        why,
    }
}

fn coverage(case: &Case, other: &Case) -> Result<Vec<CoverageChange>, CaseError> {
    let (now, before) = (super::coverage::coverage(case)?, super::coverage::coverage(other)?);
    let figures = [
        ("calls", before.calls, now.calls),
        ("attributed", before.attributed, now.attributed),
        ("supported", before.supported, now.supported),
        ("refused", before.refused, now.refused),
        ("contradicted", before.contradicted, now.contradicted),
        ("automation", before.automation, now.automation),
    ];
    let of = |(figure, before, now): (&str, u32, u32)| CoverageChange { figure: figure.into(), before, now };
    Ok(figures.map(of).into())
}
