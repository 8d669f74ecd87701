//! A scope as a reviewer writes it.
//!
//! ```toml
//! objective = "Agents on customer records, first quarter"
//! from = 2026-01-01
//! to = 2026-03-31              # inclusive
//! systems = ["tool-gateway", "aws_cloudtrail"]
//! agents = ["records-agent"]
//! [[criteria]]
//! control = "SOC 2 CC6.1"
//! confirmed_by = "ada@example.org"
//! ```

use serde::Deserialize;

use crate::model::time::DAY;
use crate::model::{Criterion, EdgeError, Fault, Scope, Time};

/// Why a scope is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ScopeError {
    #[error("the scope is not understood: {0}")]
    NotToml(String),
    #[error("`{word}` in {field} is neither a date nor a time")]
    NotATime { field: &'static str, word: String },
    #[error("the period ends before it begins")]
    Backwards,
}

impl From<ScopeError> for EdgeError {
    fn from(error: ScopeError) -> EdgeError {
        EdgeError {
            code: "bad_scope".into(),
            message: error.to_string(),
            hint: "A scope is TOML with objective, from, to, systems, agents and [[criteria]].".into(),
            fault: Fault::File,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    objective: String,
    from: Option<toml::Value>,
    to: Option<toml::Value>,
    #[serde(default)]
    systems: Vec<String>,
    #[serde(default)]
    agents: Vec<String>,
    #[serde(default)]
    criteria: Vec<Criterion>,
}

pub fn parse(text: &str) -> Result<Scope, ScopeError> {
    let written: Written = toml::from_str(text).map_err(|e| ScopeError::NotToml(e.message().to_string()))?;
    let from = written.from.as_ref().map(|v| moment("from", v)).transpose()?.map(|(at, _)| at);
    // A plain date is the whole of that day.
    let to = written.to.as_ref().map(|v| moment("to", v)).transpose()?;
    let to = to.map(|(at, whole_day)| if whole_day { Time(at.0.saturating_add(DAY - 1)) } else { at });
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(ScopeError::Backwards);
    }
    Ok(Scope {
        objective: written.objective,
        from,
        to,
        systems: written.systems,
        agents: written.agents,
        criteria: written.criteria,
    })
}

/// A moment, and whether it was a plain date.
fn moment(field: &'static str, value: &toml::Value) -> Result<(Time, bool), ScopeError> {
    let word = match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let time = Time::parse(&word).ok_or_else(|| ScopeError::NotATime { field, word: word.clone() })?;
    Ok((time, Time::date(&word).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_days_and_unknown_words_are_refused() {
        let scope = parse("objective = \"x\"\nfrom = 2026-01-01\nto = \"2026-03-31\"\nagents = [\"a\"]\n").unwrap();
        assert_eq!(scope.from, Time::parse("2026-01-01T00:00:00Z"));
        assert_eq!(scope.to, Time::parse("2026-03-31T23:59:59.999999Z"));
        let timed = parse("to = 2026-03-31T12:00:00Z").unwrap();
        assert_eq!(timed.to, Time::parse("2026-03-31T12:00:00Z"));
        assert!(matches!(parse("from = 2026-02-01\nto = 2026-01-01"), Err(ScopeError::Backwards)));
        assert!(matches!(parse("from = \"soon\""), Err(ScopeError::NotATime { .. })));
        assert!(matches!(parse("perod = 1"), Err(ScopeError::NotToml(_))));
    }
}
