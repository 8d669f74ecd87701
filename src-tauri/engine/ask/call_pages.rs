//! The grid over calls: any page of millions, its facets, and its export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attributions::{self, AttributionRow};
use super::findings::FacetValue;
use crate::case::{CallColumn, CallFilter, CallKey, CallKeyValue, CallOrder, Case, CaseError, Select};
use crate::model::{RunId, Time};

/// What a grid of calls shows, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export, optional_fields))]
#[serde(default)]
pub struct CallQuery {
    /// The figure that the calls belong to, as links carry it; `finding:ID` for those of a finding.
    pub set: Option<String>,
    /// Values by column: alternatives, `""` for none.
    pub columns: BTreeMap<String, Vec<String>>,
    pub text: Option<String>,
    /// Milliseconds since the epoch, the end not included.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub from: Option<i64>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub to: Option<i64>,
    /// A column, or time where absent.
    pub sort: Option<String>,
    pub descending: bool,
}

/// A call in a grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CallRow {
    #[serde(flatten)]
    pub row: AttributionRow,
    pub service: Option<String>,
    /// Findings that list it, design facts aside.
    pub findings: u32,
}

/// How many calls a query has, and from where each page is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct CallIndex {
    pub total: u32,
    pub stride: u32,
    /// The key of the first row of each page of `stride` rows. Means nothing outside this query.
    pub keys: Vec<String>,
}

/// Rows of one page.
pub const STRIDE: u32 = 200;

/// How many rows there are, and where their pages begin.
pub fn index(case: &Case, query: &CallQuery) -> Result<CallIndex, CaseError> {
    let (total, keys) = case.call_keys(&filter(query)?, order(query)?, STRIDE)?;
    Ok(CallIndex { total, stride: STRIDE, keys: keys.iter().map(key_text).collect() })
}

/// One page, from its key on; the first where none is given.
pub fn page(case: &Case, query: &CallQuery, key: Option<&str>) -> Result<Vec<CallRow>, CaseError> {
    let key = key.map(|text| key_of(text, query.sort.is_some())).transpose()?;
    let mut rows = Vec::new();
    case.call_page(&filter(query)?, order(query)?, key.as_ref(), Some(STRIDE), |view| {
        let (service, findings) = (view.service.clone(), view.findings as u32);
        rows.push(CallRow { row: attributions::row(view), service, findings });
        Ok(())
    })?;
    Ok(rows)
}

/// How many rows come before a record; null where the query does not show it.
pub fn position(case: &Case, query: &CallQuery, id: &str) -> Result<Option<u32>, CaseError> {
    case.call_position(&filter(query)?, order(query)?, case.find_event(id)?)
}

/// Values of a column with their calls.
pub fn facet(
    case: &Case,
    query: &CallQuery,
    column: &str,
    text: Option<&str>,
    limit: u32,
) -> Result<Vec<FacetValue>, CaseError> {
    let column = CallColumn::from_word(column).ok_or_else(|| no_such(column))?;
    let values = case.call_facet(&filter(query)?, column, text, limit)?;
    Ok(values
        .into_iter()
        .map(|(value, count)| {
            let label = if column == CallColumn::Run { crate::model::run::shown_id(&value) } else { value.clone() };
            FacetValue { value, label, count }
        })
        .collect())
}

/// Columns that an export may have, in the words of the command line's table.
pub const EXPORTED: [&str; 17] = [
    "id",
    "time",
    "kind",
    "source",
    "service",
    "action",
    "resource",
    "outcome",
    "human",
    "grade",
    "agent",
    "wire",
    "authority",
    "run",
    "pattern",
    "refusal",
    "findings",
];

/// Visits all rows of a query as cells of the columns asked for, in the grid's own order.
pub fn each_as_cells(
    case: &Case,
    query: &CallQuery,
    columns: &[String],
    mut visit: impl FnMut(Vec<String>) -> Result<(), CaseError>,
) -> Result<(), CaseError> {
    if let Some(unknown) = columns.iter().find(|c| !EXPORTED.contains(&c.as_str())) {
        return Err(no_such(unknown));
    }
    case.call_page(&filter(query)?, order(query)?, None, None, |view| {
        let (service, findings) = (view.service.clone().unwrap_or_default(), view.findings);
        let row = attributions::row(view);
        visit(columns.iter().map(|column| cell(&row, &service, findings, column)).collect())
    })
}

fn cell(row: &AttributionRow, service: &str, findings: i64, column: &str) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    match column {
        "id" => row.id.clone(),
        "time" => or_none(&row.time),
        "kind" => row.kind.clone(),
        "source" => row.source.clone(),
        "service" => service.to_string(),
        "action" => or_none(&row.action),
        "resource" => or_none(&row.resource),
        "outcome" => row.outcome.clone(),
        "human" => or_none(&row.human),
        "grade" => or_none(&row.grade),
        "agent" => or_none(&row.agent),
        "wire" => or_none(&row.wire),
        "authority" => or_none(&row.authority),
        "run" => or_none(&row.run),
        "pattern" => row.pattern.clone(),
        "refusal" => or_none(&row.refusal),
        _ => findings.to_string(),
    }
}

fn filter(query: &CallQuery) -> Result<CallFilter, CaseError> {
    let set = match query.set.as_deref() {
        None => Select::All,
        Some(word) => match word.strip_prefix("finding:") {
            Some(id) => Select::Finding(id.to_string()),
            None => attributions::select(word).ok_or_else(|| no_such(word))?,
        },
    };
    let mut columns = Vec::new();
    for (word, values) in &query.columns {
        let column = CallColumn::from_word(word).ok_or_else(|| no_such(word))?;
        let normal = |value: &String| match column {
            CallColumn::Run => RunId::new(value).map_or_else(|| value.clone(), |id| id.as_str().to_string()),
            _ => value.clone(),
        };
        columns.push((column, values.iter().map(normal).collect()));
    }
    let moment = |ms: i64| Time(ms.saturating_mul(1_000));
    Ok(CallFilter { set, columns, text: query.text.clone(), from: query.from.map(moment), to: query.to.map(moment) })
}

fn order(query: &CallQuery) -> Result<CallOrder, CaseError> {
    let by = match query.sort.as_deref() {
        None => None,
        Some(word) => Some(CallColumn::from_word(word).ok_or_else(|| no_such(word))?),
    };
    Ok(CallOrder { by, descending: query.descending })
}

fn key_text(key: &CallKey) -> String {
    match &key.value {
        CallKeyValue::Time(None) => format!("{}:", key.event),
        CallKeyValue::Time(Some(time)) => format!("{}:{time}", key.event),
        CallKeyValue::Text(text) => format!("{}:{text}", key.event),
    }
}

fn key_of(text: &str, sorted: bool) -> Result<CallKey, CaseError> {
    let (event, value) = text.split_once(':').ok_or_else(|| no_such(text))?;
    let event = event.parse().map_err(|_| no_such(text))?;
    let value = match value {
        text if sorted => CallKeyValue::Text(text.to_string()),
        "" => CallKeyValue::Time(None),
        time => CallKeyValue::Time(Some(time.parse().map_err(|_| no_such(text))?)),
    };
    Ok(CallKey { value, event })
}

fn no_such(word: &str) -> CaseError {
    CaseError::NoSuchFilter { word: word.to_string() }
}
