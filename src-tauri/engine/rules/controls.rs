//! The catalogue of controls: own words, versioned, never a verdict. A person confirms that a criterion applies.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

use super::error::RuleError;

const TEXT: &str = include_str!("controls.toml");

/// How a clause bears on a sub-type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The clause asks for what failed.
    Direct,
    /// The clause rests on it.
    Supporting,
    /// For "why it matters" only.
    Context,
}

/// A clause of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub framework: String,
    pub clause: String,
    pub title: String,
    /// What it asks for, in our words.
    pub own_words: String,
    pub strength: Strength,
    /// What has to be true for it to apply. Never assumed.
    pub precondition: String,
    /// Sub-types that it is proposed for.
    pub sub_types: Vec<String>,
    /// Proposed first; the others where the framework is in scope.
    #[serde(default)]
    pub first_choice: bool,
    /// `primary`, `secondary`, `memory`: how the wording was checked.
    pub checked: String,
}

/// A control proposed for a sub-type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criterion {
    pub control: &'static Control,
    pub first_choice: bool,
}

impl Criterion {
    pub fn shown(&self) -> String {
        format!("{} {}", self.control.framework, self.control.clause)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    control: Vec<Control>,
}

static CATALOGUE: OnceLock<Result<File, String>> = OnceLock::new();

fn file() -> &'static Result<File, String> {
    CATALOGUE.get_or_init(|| toml::from_str(TEXT).map_err(|e: toml::de::Error| e.message().to_string()))
}

/// All controls, or why the catalogue does not read.
pub fn controls() -> Result<&'static [Control], RuleError> {
    file().as_ref().map(|f| f.control.as_slice()).map_err(|detail| RuleError::Controls { detail: detail.clone() })
}

/// The catalogue as it is kept, for whoever checks a report without this program.
pub fn controls_text() -> &'static str {
    TEXT
}

/// Printed in every report.
pub fn controls_version() -> &'static str {
    file().as_ref().map_or("unreadable", |f| f.version.as_str())
}

/// Criteria proposed for a sub-type, first choices first.
pub fn criteria(sub_type: &str) -> Vec<Criterion> {
    let controls = controls().unwrap_or_default();
    let mut out: Vec<Criterion> = controls
        .iter()
        .filter(|c| c.sub_types.iter().any(|s| s == sub_type))
        .map(|control| Criterion { control, first_choice: control.first_choice })
        .collect();
    out.sort_by_key(|c| !c.first_choice);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_reads_and_every_control_has_a_precondition() {
        let controls = controls().unwrap();
        assert!(controls.len() > 40);
        assert!(
            controls.iter().all(|c| !c.precondition.is_empty() && !c.own_words.is_empty() && !c.sub_types.is_empty())
        );
        assert_ne!(controls_version(), "unreadable");
    }

    #[test]
    fn no_wording_claims_a_verdict() {
        for c in controls().unwrap() {
            for word in ["violat", "non-compliant", "breach of"] {
                assert!(!c.own_words.to_lowercase().contains(word), "{} {}", c.framework, c.clause);
            }
        }
    }

    #[test]
    fn people_on_system_accounts_and_agents_on_people_are_not_confused() {
        // 8.6.1 is about people who use system accounts; it is no criterion for an agent on a person's account.
        assert!(!criteria("ROBOT-1").iter().any(|c| c.control.clause == "8.6.1"));
        assert!(criteria("ROBOT-4").iter().any(|c| c.control.clause == "8.6.1"));
    }
}
