//! Rules: facts computed in Rust, selected by rule files in SQL, told as findings (DESIGN section 8).
//!
//! A rule is a file under `catalogue/`; `facts` writes the columns it reads; `run` makes findings of the rows it selects.

pub mod approvals;
mod catalogue;
mod condition;
mod controls;
pub mod entitlement;
mod error;
mod examples;
mod exceptions;
pub mod facts;
mod glob;
mod notes;
mod own;
pub mod policy;
mod row;
mod rule;
mod run;
mod same;
mod severity;
pub mod verdict;
mod world;

pub use catalogue::catalogue;
pub use controls::{Control, Criterion, Strength, controls, controls_text, controls_version, criteria};
pub use entitlement::{
    Answer, Basis, Entitled, Held, MayAssume, Question, Rights, RightsInput, Whom, answer, answer_for, may_assume,
    withdrawn_between,
};
pub use error::RuleError;
pub use examples::{ExampleResult, test_rule};
pub use facts::signals::{SIGNALS, SignalKind};
pub use notes::{FindingNotes, Population};
pub use own::{OwnRuleRead, PREFIX as OWN_PREFIX, own, parse as parse_own};
pub use rule::{Example, Parameter, Population as TestedPopulation, Rule};
pub use run::run;
pub use same::{same_action, thing, things};
pub use world::Context;
