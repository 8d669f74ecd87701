//! Acts of review: what a reviewer decided, and the scope that was agreed. Each is appended, none is changed.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// What was done. The word is the stable name in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Deed {
    /// The scope of the review from here on.
    Scope(Scope),
    /// A search for a pasted secret, which is in neither this nor any other row of the case.
    Searched(Searched),
}

impl Deed {
    pub const fn word(&self) -> &'static str {
        match self {
            Deed::Scope(_) => "scope",
            Deed::Searched(_) => "searched",
        }
    }
}

/// An act as it stands in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Act {
    /// From 1 on, without a gap.
    pub seq: i64,
    pub at: Time,
    pub who: String,
    pub deed: Deed,
    /// Hash of the act before; of nothing for the first.
    pub prior: String,
    /// SHA-256 over all of the above, in hex.
    pub hash: String,
}

impl Act {
    pub fn scope(&self) -> Option<&Scope> {
        match &self.deed {
            Deed::Scope(scope) => Some(scope),
            Deed::Searched(_) => None,
        }
    }
}

/// What was found of a pasted secret, by the ids that the exports themselves record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// Forms that were looked for, such as `sha256_base64`.
    pub forms: Vec<String>,
    /// Credential ids of the case that the secret belongs to.
    pub found: Vec<String>,
}

/// What the review is about. An empty list narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default)]
    pub objective: String,
    /// First moment of the period.
    #[serde(default)]
    pub from: Option<Time>,
    /// Last moment of the period.
    #[serde(default)]
    pub to: Option<Time>,
    /// Sources or services, as the exports name them.
    #[serde(default)]
    pub systems: Vec<String>,
    /// Agents, by the directory's id.
    #[serde(default)]
    pub agents: Vec<String>,
    #[serde(default)]
    pub criteria: Vec<Criterion>,
}

/// A control that somebody confirmed to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub control: String,
    pub confirmed_by: String,
}

impl Scope {
    /// Whether a call is counted. A call without a time lies in no period; one without an agent is not left out by a list
    /// of agents, since it may be one of theirs that nobody can name.
    pub fn counts(&self, at: Option<Time>, source: &str, service: Option<&str>, agent: Option<&str>) -> bool {
        let in_period = match at {
            Some(at) => self.from.is_none_or(|f| at >= f) && self.to.is_none_or(|t| at <= t),
            None => self.from.is_none() && self.to.is_none(),
        };
        let named = |list: &[String], word: &str| list.iter().any(|l| l.eq_ignore_ascii_case(word));
        let system = self.systems.is_empty()
            || named(&self.systems, source)
            || source.strip_prefix("mapping:").is_some_and(|s| named(&self.systems, s))
            || service.is_some_and(|s| named(&self.systems, s));
        in_period && system && (self.agents.is_empty() || agent.is_none_or(|a| named(&self.agents, a)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_inside_the_period_of_a_system_and_agent_in_scope() {
        let scope = Scope {
            from: Time::parse("2026-03-01T00:00:00Z"),
            to: Time::parse("2026-03-31T23:59:59.999999Z"),
            systems: vec!["tool-gateway".into(), "ehr".into()],
            agents: vec!["records-agent".into()],
            ..Scope::default()
        };
        let at = Time::parse("2026-03-02T10:00:00Z");
        assert!(scope.counts(at, "mapping:tool-gateway", None, Some("records-agent")));
        assert!(scope.counts(at, "aws_cloudtrail", Some("EHR"), None));
        assert!(!scope.counts(at, "aws_cloudtrail", None, None));
        assert!(!scope.counts(at, "mapping:tool-gateway", None, Some("other-agent")));
        assert!(!scope.counts(Time::parse("2026-04-01T00:00:00Z"), "mapping:tool-gateway", None, None));
        assert!(!scope.counts(None, "mapping:tool-gateway", None, None));
        assert!(Scope::default().counts(None, "anything", None, None));
    }
}
