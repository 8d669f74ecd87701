//! What a report is made of: answers taken from a case at one moment, and what was fixed beside them (versions, scope,
//! marking). A view is complete: two people with the same view write the same report.

use crate::ask::coverage::Coverage;
use crate::ask::evidence::{FileRow, LossRow, Reconciliation};
use crate::ask::findings::FindingDetail;
use crate::ask::overview::Overview;
use crate::ask::receipts::ReceiptRow;
use serde::Serialize;

/// One case, frozen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrozenView {
    pub case_name: String,
    /// The organisation under review, where it was declared.
    pub entity: Option<String>,
    /// "draft 2", "1.0"; a report without one is a draft.
    pub report_version: Option<String>,
    /// RFC 3339, with its zone.
    pub prepared_at: String,
    pub prepared_by: Option<String>,
    /// Printed on every page: privilege, hold, classification.
    pub marking: Option<String>,
    /// Head of the chain of the reviewer's acts.
    pub review_head: Option<String>,
    pub behalf_version: String,
    pub controls_version: String,
    /// SHA-256 over the texts of all rules.
    pub rules_hash: String,
    pub rules: Vec<RuleRun>,
    /// Values of parameters that differ from the shipped ones, with who set them and why.
    pub policy: Vec<String>,
    pub scope: Scope,
    /// What these tests did not look at, in sentences.
    pub not_tested: Vec<String>,
    pub overview: Overview,
    pub coverage: Coverage,
    pub files: Vec<FileRow>,
    /// How each export was obtained, and whether its source's count is the count that was read.
    pub receipts: Vec<ReceiptRow>,
    pub reconciliation: Reconciliation,
    pub losses: Vec<LossRow>,
    /// The queue, worst first. A finding's number is its place here, from 1.
    pub findings: Vec<FindingDetail>,
    /// Info: how the system is built, not what went wrong.
    pub design_facts: Vec<FindingDetail>,
    /// What known exceptions cover whole: told, and apart from what waits for a reviewer.
    pub known_exceptions: Vec<FindingDetail>,
    pub evidence: Vec<EvidenceItem>,
    /// A line for each call of each instance of `findings`, `design_facts` and `known_exceptions`.
    pub calls: Vec<CallLine>,
    pub redaction: Redaction,
    /// Other words for people, so that whoever may not be named is not named in a sentence either. Never written.
    #[serde(skip)]
    pub people: Vec<PersonWords>,
}

/// What was declared before the tests ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Scope {
    pub objective: Option<String>,
    /// RFC 3339; the declared period, half open. Empty: the period is that of the evidence.
    pub from: Option<String>,
    pub to: Option<String>,
    pub systems: Vec<String>,
    pub agents: Vec<String>,
    pub exclusions: Vec<String>,
    /// Criteria that somebody confirmed to apply. All others are printed as not confirmed.
    pub confirmed_criteria: Vec<ConfirmedCriterion>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConfirmedCriterion {
    pub framework: String,
    pub clause: String,
    pub confirmed_by: String,
}

/// One rule in this analysis, whether it found something or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleRun {
    pub id: String,
    pub version: String,
    pub title: String,
    pub family: String,
    /// False: the rule did not run, for the reason in `why_not`.
    pub ran: bool,
    pub why_not: Option<String>,
    /// How many were tested, and what: 4,210 "agents' calls".
    pub tested: u32,
    pub tested_what: String,
    /// Instances found.
    pub exceptions: u32,
    /// Thresholds as they stood, `name = value`.
    pub parameters: Vec<String>,
}

/// A record that the report rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceItem {
    /// The id a reviewer sees; calls are joined to their records by it.
    pub id: String,
    pub source: String,
    pub file: String,
    pub file_sha256: String,
    pub line: Option<u32>,
    pub offset: u64,
    pub length: u64,
    /// SHA-256 of the record's bytes.
    pub sha256: String,
    /// Numbers of the findings that rest on it.
    pub cited_in: Vec<u32>,
}

/// A call under a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallLine {
    pub finding: String,
    pub instance: String,
    pub event: String,
    pub time: Option<String>,
    pub source: String,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    /// The person; withheld on the way out below grade B.
    pub recorded_initiator: Option<String>,
    /// The letter; empty where the call requires no person.
    pub grade: Option<String>,
    /// Of the claim, or why there is none.
    pub basis: String,
    pub agent: Option<String>,
    pub run: Option<String>,
}

/// What was taken out of this copy of the report, said in the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redaction {
    /// `names`, `pseudonyms` or `aggregate`.
    pub level: String,
    /// Places at which a person's name was replaced.
    pub people: u32,
    /// Places at which a secret was replaced by its keyed hash.
    pub secrets: u32,
    /// Calls left out, since a line of a call is a line about a person.
    pub calls_left_out: u32,
    /// On what basis, in one sentence.
    pub basis: String,
}

impl Default for Redaction {
    fn default() -> Redaction {
        Redaction {
            level: "names".into(),
            people: 0,
            secrets: 0,
            calls_left_out: 0,
            basis: "People are named at grade B or better only; secrets are replaced by a hash.".into(),
        }
    }
}

/// A person as `recorded_initiator` has them, with every other word that means them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PersonWords {
    pub id: String,
    pub names: Vec<String>,
}
