//! A rule as its file says it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::error::RuleError;
use crate::model::Severity;

/// Whom a rule tests: what "of N" means in its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Agents' calls in scope.
    AgentCalls,
    /// Calls with a delegated user token.
    TokenCalls,
    /// Accounts, tokens or traced tools: no share of calls, and no systemic step.
    None,
}

impl Population {
    pub const fn words(self) -> &'static str {
        match self {
            Population::AgentCalls => "agents' calls in scope",
            Population::TokenCalls => "calls with a delegated user token",
            Population::None => "not a share of calls",
        }
    }
}

/// A parameter with its default; a case's policy may set another value within the range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub default: f64,
    pub says: String,
    /// What is counted: days, calls, a share of 1.
    #[serde(default)]
    pub unit: String,
    /// A policy goes no lower, and no higher. Without a range no other value may be set.
    #[serde(default)]
    pub least: Option<f64>,
    #[serde(default)]
    pub most: Option<f64>,
    /// No fractions.
    #[serde(default)]
    pub whole: bool,
}

impl Parameter {
    /// Why a value may not be set, in words.
    pub fn refuses(&self, value: f64) -> Option<String> {
        let (Some(least), Some(most)) = (self.least, self.most) else {
            return Some("its rule states no range for it".into());
        };
        if !value.is_finite() || value < least || value > most {
            return Some(format!("it goes from {least} to {most} {}", self.unit).trim_end().into());
        }
        (self.whole && value.fract() != 0.0).then(|| format!("it is a whole number of {}", self.unit))
    }
}

/// Rows of views that must, or must not, make the rule fire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub says: String,
    /// View to rows; columns that a row does not name are NULL.
    pub rows: BTreeMap<String, Vec<toml::Table>>,
}

/// The file, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: i64,
    family: String,
    title: String,
    condition: String,
    /// Control sub-types of the catalogue of controls.
    criteria: Vec<String>,
    effect: String,
    recommendation: String,
    /// Failure F of the severity rubric.
    failure: u8,
    /// Severity that no finding of this rule exceeds.
    at_most: Option<Severity>,
    population: Population,
    /// What is to be weighed against a finding, always.
    against: Vec<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    sql: String,
    #[serde(default)]
    must: Vec<Example>,
    #[serde(default)]
    must_not: Vec<Example>,
}

/// A rule that loaded: its examples are there, its SQL is not yet trusted.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    pub id: String,
    pub version: i64,
    pub family: String,
    pub title: String,
    pub condition: String,
    pub criteria: Vec<String>,
    pub effect: String,
    pub recommendation: String,
    pub failure: u8,
    pub at_most: Option<Severity>,
    pub population: Population,
    pub against: Vec<String>,
    pub parameters: BTreeMap<String, Parameter>,
    pub sql: String,
    pub must: Vec<Example>,
    pub must_not: Vec<Example>,
    /// The file itself, for `rules show` and for the evidence package.
    pub text: String,
    /// A reviewer's own: it came from elsewhere, and is run as a stranger's.
    pub own: bool,
}

impl Rule {
    /// Reads a rule file. A rule that shows nothing on which it stays silent is not loaded: it could fire on everything.
    pub fn parse(name: &str, text: &str) -> Result<Rule, RuleError> {
        let file: File =
            toml::from_str(text).map_err(|e| RuleError::File { file: name.into(), detail: e.message().to_string() })?;
        if file.must_not.is_empty() {
            return Err(RuleError::NoNegativeExample { rule: file.id });
        }
        if !(1..=4).contains(&file.failure) {
            return Err(RuleError::File { file: name.into(), detail: "failure is 1 to 4".into() });
        }
        Ok(Rule {
            id: file.id,
            version: file.version,
            family: file.family,
            title: file.title,
            condition: file.condition,
            criteria: file.criteria,
            effect: file.effect,
            recommendation: file.recommendation,
            failure: file.failure,
            at_most: file.at_most,
            population: file.population,
            against: file.against,
            parameters: file.parameters,
            sql: file.sql,
            must: file.must,
            must_not: file.must_not,
            text: text.to_string(),
            own: false,
        })
    }

    /// The key of a parameter in a policy.
    pub fn key(&self, parameter: &str) -> String {
        format!("{}.{parameter}", self.id)
    }

    /// The value of a parameter under a policy: the shipped one where the policy's is none that the rule takes.
    pub fn value(&self, parameter: &str, policy: &BTreeMap<String, f64>) -> Option<f64> {
        let p = self.parameters.get(parameter)?;
        let set = policy.get(&self.key(parameter)).copied().filter(|v| p.refuses(*v).is_none());
        Some(set.unwrap_or(p.default))
    }

    /// All values under a policy, by name.
    pub fn values(&self, policy: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
        self.parameters.keys().filter_map(|name| Some((name.clone(), self.value(name, policy)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_without_a_negative_example_does_not_load() {
        let whole = include_str!("catalogue/AG-01.toml");
        assert!(Rule::parse("AG-01.toml", whole).is_ok());
        let at = whole.find("[[must_not]]").unwrap();
        assert!(matches!(Rule::parse("AG-01.toml", &whole[..at]), Err(RuleError::NoNegativeExample { .. })));
        assert!(matches!(Rule::parse("x.toml", "id = 1"), Err(RuleError::File { .. })));
    }
}
