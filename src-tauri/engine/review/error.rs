//! Why an act is not taken.

use crate::case::CaseError;
use crate::model::{EdgeError, Fault};
use crate::rules::RuleError;

#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error("an act says who decided it")]
    NoName,
    #[error("an act says why: a reason is required")]
    NoReason,
    #[error("`{word}` is neither a date nor a time")]
    NotATime { word: String },
    #[error("the interval ends before it begins")]
    Backwards,
    #[error("no record and no directory knows {word}")]
    Unknown { word: String },
    #[error("{word} is the id of several accounts: {choices}")]
    Ambiguous { word: String, choices: String },
    #[error("nothing in this case is called {word}, as a {what}")]
    NoSuchWriter { what: &'static str, word: String },
    #[error("{what}")]
    AlreadySo { what: String },
    #[error("the directory has a row for {a} and another for {b}: by it they are two")]
    TwoRows { a: String, b: String },
    #[error("there is no act {seq}")]
    NoSuchAct { seq: i64 },
    #[error("there is no parameter {key}")]
    NoSuchParameter { key: String, near: Vec<String> },
    #[error("{key} cannot be {value}: {why}")]
    OutOfRange { key: String, value: f64, why: String },
    #[error("there is no own rule {id} in this case")]
    NoSuchRule { id: String },
    #[error("{id} is a shipped rule: what it finds is accepted or tuned, and the rule stays")]
    ShippedRule { id: String },
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Case(#[from] CaseError),
}

impl From<ReviewError> for EdgeError {
    fn from(error: ReviewError) -> EdgeError {
        let (code, hint): (&str, String) = match &error {
            ReviewError::Rule(_) | ReviewError::Case(_) => return inner(error),
            ReviewError::NoName => ("no_name", "Give --by NAME: it is recorded in the log.".into()),
            ReviewError::NoReason => ("no_reason", "Give --reason: whoever reads the log sees why.".into()),
            ReviewError::NotATime { .. } => ("bad_time", "Write 2026-03-01, or 2026-03-01T08:00:00Z.".into()),
            ReviewError::Backwards => ("bad_interval", "Give --from no later than --to.".into()),
            ReviewError::Unknown { .. } => {
                ("no_account", "behalf principals lists accounts; write NAMESPACE:ID or an id of the directory.".into())
            }
            ReviewError::Ambiguous { .. } => ("ambiguous_account", "Write one of them, with its namespace.".into()),
            ReviewError::NoSuchWriter { .. } => {
                ("no_writer", "Write it as the records do; behalf raw ID shows one.".into())
            }
            ReviewError::AlreadySo { .. } => ("already_so", "behalf log lists the acts.".into()),
            ReviewError::TwoRows { .. } => (
                "two_rows",
                "If they are one all the same, confirm it: --confirm. The directory should be mended too.".into(),
            ),
            ReviewError::NoSuchAct { .. } => ("no_act", "behalf log lists the acts with their numbers.".into()),
            ReviewError::NoSuchParameter { near, .. } if near.is_empty() => {
                ("no_parameter", "behalf policy lists the parameters.".into())
            }
            ReviewError::NoSuchParameter { near, .. } => ("no_parameter", format!("Known are: {}.", near.join(", "))),
            ReviewError::OutOfRange { .. } => ("out_of_range", "behalf policy lists ranges and units.".into()),
            ReviewError::NoSuchRule { .. } => ("no_rule", "behalf rules list --case FILE names them.".into()),
            ReviewError::ShippedRule { .. } => (
                "shipped_rule",
                "Known exceptions are rows of exceptions.csv; parameters are set by behalf policy.".into(),
            ),
        };
        EdgeError { code: code.into(), message: error.to_string(), hint, fault: Fault::Setting }
    }
}

fn inner(error: ReviewError) -> EdgeError {
    match error {
        ReviewError::Rule(rule) => rule.into(),
        ReviewError::Case(case) => case.into(),
        other => {
            EdgeError { code: "review".into(), message: other.to_string(), hint: String::new(), fault: Fault::Ours }
        }
    }
}
