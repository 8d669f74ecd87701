//! A rule's own examples, run on tiny tables that stand in for the views.

use rusqlite::Connection;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::error::RuleError;
use super::own;
use super::row;
use super::rule::{Example, Rule};
use crate::case::Case;

/// One example held against its rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExampleResult {
    pub says: String,
    pub must_fire: bool,
    pub instances: usize,
    pub holds: bool,
}

/// Runs all examples of a rule.
pub fn test_rule(rule: &Rule) -> Result<Vec<ExampleResult>, RuleError> {
    let case = Case::in_memory()?;
    let derived = case.derive()?;
    // Examples are told for the values that the rule ships with.
    let values = rule.values(&BTreeMap::new());
    let mut out = Vec::new();
    for (examples, must_fire) in [(&rule.must, true), (&rule.must_not, false)] {
        for example in examples {
            stand_in(derived.database(), rule, example)?;
            let rows = match rule.own {
                true => own::guarded(&derived, rule, own::EXAMPLE_STEPS, |db| row::select(db, rule, &values))?,
                false => derived.read_only(|db| row::select(db, rule, &values))?,
            };
            let instances: BTreeSet<(&str, &str)> =
                rows.iter().map(|r| (r.cause.as_str(), r.instance.as_str())).collect();
            let fired = !instances.is_empty()
                && instances.iter().all(|(cause, instance)| !cause.is_empty() && !instance.is_empty());
            out.push(ExampleResult {
                says: example.says.clone(),
                must_fire,
                instances: instances.len(),
                holds: if must_fire { fired } else { instances.is_empty() },
            });
        }
    }
    Ok(out)
}

/// Temporary tables with the names and columns of the views: SQLite finds them first.
fn stand_in(db: &Connection, rule: &Rule, example: &Example) -> Result<(), RuleError> {
    let failed = |cause| RuleError::Run { rule: rule.id.clone(), cause };
    let views: Vec<String> = db
        .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY name")
        .and_then(|mut q| q.query_map([], |r| r.get(0))?.collect())
        .map_err(failed)?;
    for view in &views {
        db.execute_batch(&format!(
            "DROP TABLE IF EXISTS temp.\"{view}\"; CREATE TEMP TABLE \"{view}\" AS SELECT * FROM main.\"{view}\" LIMIT 0"
        ))
        .map_err(failed)?;
    }
    for (view, rows) in &example.rows {
        if !views.contains(view) {
            return Err(RuleError::Row { rule: rule.id.clone(), detail: format!("there is no view {view}") });
        }
        for values in rows {
            let names: Vec<String> = values.keys().map(|k| format!("\"{}\"", k.replace('"', ""))).collect();
            let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
            let sql = format!("INSERT INTO temp.\"{view}\" ({}) VALUES ({})", names.join(", "), places.join(", "));
            let values = values.values().map(value).collect::<Option<Vec<_>>>().ok_or_else(|| RuleError::Row {
                rule: rule.id.clone(),
                detail: format!("an example of {view} holds more than text and numbers"),
            })?;
            db.execute(&sql, rusqlite::params_from_iter(values)).map_err(failed)?;
        }
    }
    Ok(())
}

fn value(value: &toml::Value) -> Option<rusqlite::types::Value> {
    use rusqlite::types::Value::{Integer, Real, Text};
    match value {
        toml::Value::String(s) => Some(Text(s.clone())),
        toml::Value::Integer(n) => Some(Integer(*n)),
        toml::Value::Float(n) => Some(Real(*n)),
        toml::Value::Boolean(b) => Some(Integer(i64::from(*b))),
        _ => None,
    }
}
