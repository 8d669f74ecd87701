//! What can go wrong with rules.

use crate::case::CaseError;
use crate::model::{EdgeError, Fault};

#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("rule file {file}: {detail}")]
    File { file: String, detail: String },
    #[error("rule {rule} has no example that must not fire")]
    NoNegativeExample { rule: String },
    #[error("rule {rule} could not be run: {cause}")]
    Run { rule: String, cause: rusqlite::Error },
    #[error("rule {rule}: {detail}")]
    Row { rule: String, detail: String },
    #[error("rule {rule}: {detail}")]
    Own { rule: String, detail: String },
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error("the catalogue of controls does not read: {detail}")]
    Controls { detail: String },
}

impl From<RuleError> for EdgeError {
    fn from(error: RuleError) -> EdgeError {
        let (code, fault, hint) = match &error {
            RuleError::Case(_) => {
                let RuleError::Case(case) = error else { return defect(error.to_string()) };
                return case.into();
            }
            RuleError::Controls { .. } => return defect(error.to_string()),
            RuleError::File { .. } => {
                ("rule_file", Fault::Setting, "Hold the rule file against a shipped one: behalf rules show AG-01.")
            }
            RuleError::NoNegativeExample { .. } => (
                "rule_untested",
                Fault::Setting,
                "Add an example that must not fire; a rule without one is not loaded.",
            ),
            RuleError::Own { .. } => (
                "own_rule",
                Fault::Setting,
                "A rule of one's own reads the documented v1 views, holds its own examples, and is named X-...: see docs/rules.md.",
            ),
            RuleError::Run { .. } => {
                ("rule_sql", Fault::Setting, "A rule may only read the v1 views; run behalf rules test on it.")
            }
            RuleError::Row { .. } => {
                ("rule_row", Fault::Setting, "See the columns that a rule may select in docs/rules.")
            }
        };
        EdgeError { code: code.into(), message: error.to_string(), hint: hint.into(), fault }
    }
}

/// An analysis ends with the errors of the case; a shipped rule that fails is a defect of ours.
impl From<RuleError> for CaseError {
    fn from(error: RuleError) -> CaseError {
        match error {
            RuleError::Case(case) => case,
            other => CaseError::Defect { detail: other.to_string() },
        }
    }
}

fn defect(message: String) -> EdgeError {
    EdgeError {
        code: "rules_defect".into(),
        message,
        hint: "Please report this with the sentence above.".into(),
        fault: Fault::Ours,
    }
}
