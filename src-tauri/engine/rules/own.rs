//! Rules of the reviewer's own. They may come from a stranger: they are held to what shipped rules are held to, and run
//! behind a gate that lets them read the documented views and nothing else.

use std::collections::BTreeMap;

use rusqlite::Connection;
use sqlparser::dialect::{DatabricksDialect, Dialect, SQLiteDialect, SparkSqlDialect};
use sqlparser::parser::Parser;

use super::controls::criteria;
use super::error::RuleError;
use super::examples::test_rule;
use super::rule::Rule;
use crate::case::{CaseError, Derived};

/// How the ids of reviewers' own rules begin.
pub const PREFIX: &str = "X-";
/// Bytes of a rule file.
const LONGEST: usize = 256 * 1024;
/// Steps for one example: a few rows.
pub(super) const EXAMPLE_STEPS: u64 = 20_000_000;
/// Steps in an analysis: a part that does not grow, and so many for each record.
const STEPS: u64 = 200_000_000;
const STEPS_EACH: u64 = 2_000;
/// Words with which no finding is told; see [`no_accusation`].
const ACCUSING: [&str; 8] =
    ["violat", "breach", "fraud", "robot", "illegal", "unauthorised", "unauthorized", "compliant"];

/// A rule of the reviewer's own that holds, with what is not wrong but worth knowing.
#[derive(Debug, Clone)]
pub struct OwnRuleRead {
    pub rule: Rule,
    pub warnings: Vec<String>,
}

/// Reads a rule file and holds it to everything that does not need a case: id, examples, words, SQL.
pub fn own(file: &str, text: &str) -> Result<OwnRuleRead, RuleError> {
    let read = parse(file, text)?;
    let refused = |detail: String| RuleError::Own { rule: read.id.clone(), detail };
    if read.must.is_empty() {
        return Err(refused("it has no example that must fire".into()));
    }
    for sub_type in &read.criteria {
        if criteria(sub_type).is_empty() {
            return Err(refused(format!("the catalogue of controls has no sub-type {sub_type}")));
        }
    }
    for (name, parameter) in &read.parameters {
        if let Some(why) = parameter.refuses(parameter.default) {
            return Err(refused(format!("its parameter {name} does not take its own default: {why}")));
        }
    }
    no_accusation(&read)?;
    plain_sql(&read)?;
    let wrong: Vec<String> = test_rule(&read)?.into_iter().filter(|r| !r.holds).map(|r| r.says).collect();
    if !wrong.is_empty() {
        return Err(refused(format!("its own examples do not hold: {}", wrong.join("; "))));
    }
    let warnings = dialects(&read);
    Ok(OwnRuleRead { rule: read, warnings })
}

/// A rule of the log. It was held to everything when it was added; here it only has to read.
pub fn parse(file: &str, text: &str) -> Result<Rule, RuleError> {
    if text.len() > LONGEST {
        return Err(RuleError::File { file: file.into(), detail: format!("it is longer than {LONGEST} bytes") });
    }
    let rule = Rule { own: true, ..Rule::parse(file, text)? };
    let rest = rule.id.strip_prefix(PREFIX).unwrap_or_default();
    let word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if rest.is_empty() || rest.len() > 30 || !rest.chars().all(word) {
        let detail = format!("the id of a rule of one's own is {PREFIX} and up to 30 capitals, digits and dashes");
        return Err(RuleError::Own { rule: rule.id, detail });
    }
    if rule.family != "X" {
        return Err(RuleError::Own { rule: rule.id, detail: "its family is \"X\"".into() });
    }
    Ok(rule)
}

/// Runs a rule's read behind the tight gate; what it was refused or stopped for is its error.
pub(super) fn guarded<T>(
    derived: &Derived<'_>,
    rule: &Rule,
    budget: u64,
    read: impl FnOnce(&Connection) -> Result<T, RuleError>,
) -> Result<T, RuleError> {
    let (out, why) = derived.views_only(budget, read)?;
    match (out, why) {
        (Ok(out), None) => Ok(out),
        (_, Some(detail)) => Err(RuleError::Own { rule: rule.id.clone(), detail }),
        (Err(RuleError::Run { cause, .. }), None) => {
            Err(RuleError::Own { rule: rule.id.clone(), detail: told(&cause) })
        }
        (Err(other), None) => Err(other),
    }
}

/// What an analysis allows.
pub(super) fn budget(derived: &Derived<'_>) -> Result<u64, CaseError> {
    Ok(STEPS + STEPS_EACH * derived.events_held()?)
}

fn told(cause: &rusqlite::Error) -> String {
    match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::TooBig) => "it makes a value that is too large".into(),
        Some(rusqlite::ErrorCode::OutOfMemory) => "it needs more memory than there is".into(),
        _ if matches!(cause, rusqlite::Error::MultipleStatement) => "a rule is one SELECT".into(),
        _ => format!("its SQL does not run: {cause}"),
    }
}

fn no_accusation(rule: &Rule) -> Result<(), RuleError> {
    let title = rule.title.to_lowercase();
    match ACCUSING.iter().find(|word| title.contains(*word)) {
        Some(word) => {
            let detail = format!("its title accuses (\"{word}\"): say what the records show");
            Err(RuleError::Own { rule: rule.id.clone(), detail })
        }
        None => Ok(()),
    }
}

/// A name that hides a documented view would show the rule's readers something else than the case does; a clock would
/// make one case answer differently tomorrow.
fn plain_sql(rule: &Rule) -> Result<(), RuleError> {
    let shadow = regex::Regex::new(r#"(?i)v1_[^\s(]*\s*(\([^)]*\))?\s*as\s*(not\s+)?(materialized\s*)?\("#);
    let clock = regex::Regex::new(r#"(?i)['"]now['"]"#);
    let (Ok(shadow), Ok(clock)) = (shadow, clock) else { return Ok(()) };
    let detail = match () {
        () if shadow.is_match(&rule.sql) => "it gives the name of a documented view to something else",
        () if clock.is_match(&rule.sql) => "it reads the clock: the same case must give the same answer tomorrow",
        () => return Ok(()),
    };
    Err(RuleError::Own { rule: rule.id.clone(), detail: detail.into() })
}

/// In which dialects the SQL does not parse: it is to run on a cluster one day.
fn dialects(rule: &Rule) -> Vec<String> {
    let all: [(&str, &dyn Dialect); 3] =
        [("SQLite", &SQLiteDialect {}), ("Databricks", &DatabricksDialect {}), ("Spark", &SparkSqlDialect {})];
    let broken = all.iter().filter(|(_, d)| !Parser::parse_sql(*d, &rule.sql).is_ok_and(|s| s.len() == 1));
    let names: Vec<&str> = broken.map(|(name, _)| *name).collect();
    match names.is_empty() {
        true => Vec::new(),
        false => {
            vec![format!("its SQL does not parse as that of {}: it runs here, and may not elsewhere", names.join(", "))]
        }
    }
}

/// The rules that an analysis runs: the shipped ones, and those of the log that read. What does not read is told.
pub(super) fn of_log(rules: &BTreeMap<String, crate::model::deed::OwnRule>) -> (Vec<Rule>, Vec<(String, RuleError)>) {
    let (mut read, mut broken) = (Vec::new(), Vec::new());
    for (id, own) in rules {
        match parse(id, &own.text) {
            Ok(rule) => read.push(rule),
            Err(error) => broken.push((id.clone(), error)),
        }
    }
    (read, broken)
}
