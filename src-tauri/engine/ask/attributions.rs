//! One row for each call, sign-in and issuance: the table that everything else counts.

use serde::Serialize;

/// DESIGN section 10, to the field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AttributionRow {
    pub id: String,
    pub kind: String,
    pub source: String,
    pub time: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub wire: Option<String>,
    pub wire_kind: String,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub authority: Option<String>,
    pub grade: Option<String>,
    pub run: Option<String>,
    pub pattern: String,
    pub refusal: Option<String>,
    /// Evidence kinds of the proof, strongest first.
    pub evidence: Vec<String>,
}

use crate::case::{AttributionView, Case, CaseError, Select};
use crate::model::run::shown_id;

/// Visits the rows of a selection in the order of time.
pub fn each(
    case: &Case,
    select: &Select,
    limit: Option<u32>,
    mut visit: impl FnMut(AttributionRow) -> Result<(), CaseError>,
) -> Result<(), CaseError> {
    case.each_attribution(select, limit, |view| visit(row(view)))
}

pub fn rows(case: &Case, select: &Select, limit: Option<u32>) -> Result<Vec<AttributionRow>, CaseError> {
    let mut out = Vec::new();
    each(case, select, limit, |row| {
        out.push(row);
        Ok(())
    })?;
    Ok(out)
}

/// The selection that a figure of the window links to.
pub fn select(word: &str) -> Option<Select> {
    use crate::model::Time;
    use crate::model::time::DAY;
    Some(match word {
        "attributed" | "supported" | "refused" | "contradicted" | "automation" => Select::Standing(word.into()),
        "decided_on_person" => Select::DecidedOnPerson,
        "both_principals" => Select::BothPrincipals,
        "run_on_record" => Select::RunOnRecord,
        "agent_calls" => Select::AgentCalls,
        "out_of_scope" => Select::OutOfScope,
        "all" => Select::All,
        other if other.starts_with("verdict:") => {
            Select::Verdict(crate::rules::verdict::Verdict::from_word(other.strip_prefix("verdict:")?)?.number())
        }
        other => {
            let day = Time::date(other.strip_prefix("day:")?)?;
            Select::Period(day, Time(day.0 + DAY))
        }
    })
}

pub(super) fn row(v: AttributionView) -> AttributionRow {
    AttributionRow {
        id: v.id,
        kind: v.kind,
        source: v.source,
        time: v.time.map(|t| t.to_rfc3339()),
        action: v.action,
        resource: v.resource,
        outcome: v.outcome,
        wire: v.wire,
        wire_kind: v.wire_kind,
        agent: v.agent,
        human: v.human,
        authority: v.authority,
        grade: v.grade,
        run: v.run.map(|r| shown_id(&r)),
        pattern: v.pattern,
        refusal: v.refusal,
        evidence: v.evidence.split_whitespace().map(String::from).collect(),
    }
}
