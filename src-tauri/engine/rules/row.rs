//! Rows that a rule selects, and the columns that it may select.
//!
//! | column | meaning |
//! |---|---|
//! | `cause` | text, required: what one finding is about |
//! | `instance` | text, required: rows of one instance share it |
//! | `event` | the record that itself meets the condition, or NULL |
//! | `principal`, `token`, `run`, `agent`, `tool` | the subject, as shown |
//! | `person` | the attributed person, counted and not printed |
//! | `design` | 1 for a design fact |
//! | `impact`, `rated` | stakes: 1 to 4, and whether they are known |
//! | `denied` | 1 where the effect was denied or failed |
//! | `severity` | a severity that the rule's own table gives, instead of the rubric |
//! | `at_most` | a severity that this instance does not exceed |
//! | `confidence` | confirmed, probable, possible, undetermined |
//! | `sentence` | one neutral sentence |

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use super::error::RuleError;
use super::rule::Rule;
use crate::model::{Confidence, Severity};

/// Rows, and bytes of their text, that a reviewer's own rule may select: more than anybody reads.
const ROWS: usize = 200_000;
const BYTES: usize = 64_000_000;

/// One selected row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selected {
    pub cause: String,
    pub instance: String,
    pub event: Option<i64>,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    pub person: Option<String>,
    pub design: bool,
    pub impact: u8,
    pub rated: bool,
    pub denied: bool,
    pub severity: Option<Severity>,
    pub at_most: Option<Severity>,
    pub confidence: Confidence,
    pub sentence: String,
}

impl Selected {
    /// Bytes of its text.
    fn length(&self) -> usize {
        let optional = [&self.principal, &self.token, &self.run, &self.agent, &self.tool, &self.person];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        self.cause.len() + self.instance.len() + self.sentence.len() + optional
    }
}

/// Runs a rule's SQL and reads its rows. The caller has closed the gate: only reading passes.
pub(super) fn select(db: &Connection, rule: &Rule, values: &BTreeMap<String, f64>) -> Result<Vec<Selected>, RuleError> {
    let failed = |cause| RuleError::Run { rule: rule.id.clone(), cause };
    let mut statement = db.prepare(&rule.sql).map_err(failed)?;
    if !statement.readonly() {
        return Err(RuleError::Row { rule: rule.id.clone(), detail: "a rule is one SELECT".into() });
    }
    for (name, value) in values {
        if let Some(index) = statement.parameter_index(&format!(":{name}")).map_err(failed)? {
            statement.raw_bind_parameter(index, *value).map_err(failed)?;
        }
    }
    let columns = Columns::of(&statement, rule)?;
    let mut rows = statement.raw_query();
    let (mut out, mut held) = (Vec::new(), 0);
    while let Some(row) = rows.next().map_err(failed)? {
        if rule.own && (out.len() >= ROWS || held > BYTES) {
            let detail = format!("it selects more than {ROWS} rows, or more than {} MB of text", BYTES / 1_000_000);
            return Err(RuleError::Row { rule: rule.id.clone(), detail });
        }
        let text = |at: Option<usize>| -> Option<String> {
            match row.get_ref(at?).ok()? {
                ValueRef::Text(t) => Some(String::from_utf8_lossy(t).into_owned()).filter(|t| !t.is_empty()),
                ValueRef::Integer(n) => Some(n.to_string()),
                ValueRef::Real(n) => Some(n.to_string()),
                _ => None,
            }
        };
        let number = |at: Option<usize>| -> Option<i64> {
            match row.get_ref(at?).ok()? {
                ValueRef::Integer(n) => Some(n),
                ValueRef::Real(n) => Some(n as i64),
                _ => None,
            }
        };
        let selected = Selected {
            cause: text(columns.cause).unwrap_or_default(),
            instance: text(columns.instance).unwrap_or_default(),
            event: number(columns.event),
            principal: text(columns.principal),
            token: text(columns.token),
            run: text(columns.run),
            agent: text(columns.agent),
            tool: text(columns.tool),
            person: text(columns.person),
            design: number(columns.design) == Some(1),
            impact: number(columns.impact).unwrap_or(2).clamp(1, 4) as u8,
            rated: number(columns.rated) == Some(1),
            denied: number(columns.denied) == Some(1),
            severity: text(columns.severity).as_deref().and_then(Severity::from_word),
            at_most: text(columns.at_most).as_deref().and_then(Severity::from_word),
            confidence: text(columns.confidence)
                .as_deref()
                .and_then(Confidence::from_word)
                .unwrap_or(Confidence::Undetermined),
            sentence: text(columns.sentence).unwrap_or_default(),
        };
        held += selected.length();
        out.push(selected);
    }
    Ok(out)
}

/// Where each column stands.
#[derive(Debug, Default)]
struct Columns {
    cause: Option<usize>,
    instance: Option<usize>,
    event: Option<usize>,
    principal: Option<usize>,
    token: Option<usize>,
    run: Option<usize>,
    agent: Option<usize>,
    tool: Option<usize>,
    person: Option<usize>,
    design: Option<usize>,
    impact: Option<usize>,
    rated: Option<usize>,
    denied: Option<usize>,
    severity: Option<usize>,
    at_most: Option<usize>,
    confidence: Option<usize>,
    sentence: Option<usize>,
}

impl Columns {
    fn of(statement: &Statement<'_>, rule: &Rule) -> Result<Columns, RuleError> {
        let mut columns = Columns::default();
        for (at, name) in statement.column_names().enumerate() {
            let slot = match name {
                "cause" => &mut columns.cause,
                "instance" => &mut columns.instance,
                "event" => &mut columns.event,
                "principal" => &mut columns.principal,
                "token" => &mut columns.token,
                "run" => &mut columns.run,
                "agent" => &mut columns.agent,
                "tool" => &mut columns.tool,
                "person" => &mut columns.person,
                "design" => &mut columns.design,
                "impact" => &mut columns.impact,
                "rated" => &mut columns.rated,
                "denied" => &mut columns.denied,
                "severity" => &mut columns.severity,
                "at_most" => &mut columns.at_most,
                "confidence" => &mut columns.confidence,
                "sentence" => &mut columns.sentence,
                other => {
                    return Err(RuleError::Row { rule: rule.id.clone(), detail: format!("no rule column `{other}`") });
                }
            };
            *slot = Some(at);
        }
        if columns.cause.is_none() || columns.instance.is_none() {
            return Err(RuleError::Row { rule: rule.id.clone(), detail: "`cause` and `instance` are required".into() });
        }
        Ok(columns)
    }
}
