//! Who did this: the chain of one call, with its proof.

use serde::Serialize;

/// The answer for one call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Who {
    pub id: String,
    pub kind: String,
    pub source: String,
    pub time: Option<String>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    /// "Lena Osei is the recorded initiator, basis: run join (C)", or why nobody is named.
    pub sentence: String,
    /// What the sentence does not say.
    pub disclaimer: String,
    pub human: Option<Person>,
    pub grade: Option<String>,
    pub agent: Option<String>,
    pub agent_grade: Option<String>,
    pub authority: Option<String>,
    pub wire: Option<String>,
    pub wire_kind: String,
    pub pattern: String,
    pub run: Option<String>,
    pub refusal: Option<RefusalWords>,
    /// R10 and its like, beside a C.
    pub cautions: Vec<String>,
    pub chain: Vec<Link>,
    /// All paths that were weighed: to the value named, and to others.
    pub proofs: Vec<Proof>,
    pub candidates: Vec<Candidate>,
    pub decision: Option<DecisionWords>,
    /// Findings that list this call.
    pub findings: Vec<super::findings::FindingRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Person {
    pub shown: String,
    pub name: Option<String>,
    pub verified: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RefusalWords {
    pub code: String,
    pub words: String,
    /// Which evidence would settle it: source, field, credential or run, period.
    pub settled_by: String,
}

/// A step of the chain, person first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Link {
    /// `human`, `run`, `agent`, `token`, `session`, `service`, `robot_user`, `call`, `gap`.
    pub node: String,
    pub label: String,
    /// How this node leads to the next; absent on the last.
    pub basis: Option<String>,
    pub grade: Option<String>,
    /// Shown id of the record that carries the step.
    pub record: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Proof {
    pub value: String,
    pub grade: String,
    pub sentence: String,
    pub evidence: Vec<ProofStep>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ProofStep {
    pub kind: String,
    pub basis: String,
    pub grade: String,
    pub by: String,
    pub sentence: String,
    pub record: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Candidate {
    pub value: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct DecisionWords {
    pub effect: Option<String>,
    pub evaluated: Vec<String>,
    pub policy: Option<String>,
    pub sentence: String,
}
