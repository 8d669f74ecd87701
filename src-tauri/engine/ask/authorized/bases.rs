//! The three bases of an answer, each with the records that decide it or with what is missing.

use serde::Serialize;

use super::decision::Found;
use super::{Asked, missing};
use crate::case::{Case, CaseError, GrantRow};
use crate::rules::{Answer, Basis, Entitled, Question, Rights};
use crate::sources::aws_authorization::SERVICES as AWS;

/// The question answered on one basis alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct BasisAnswer {
    /// `person`, `agent`, `decision`.
    pub basis: String,
    /// Whose rights, or whom the decision evaluated.
    pub whose: String,
    /// `yes`, `no`, `unanswerable`; of a decision: whether it allowed.
    pub answer: String,
    /// `grant`, `explicit_deny`, `no_matching_grant`, `recorded_decision`, `missing`.
    pub kind: String,
    pub because: Vec<String>,
    pub records: Vec<BasisRecord>,
    /// What would answer it, where it is unanswerable.
    pub missing: Vec<String>,
}

/// A record that decides, with its place in what was handed in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct BasisRecord {
    pub record: String,
    /// File, bytes and line.
    pub place: String,
    /// `grant`, `membership`, `decision`.
    pub kind: String,
    pub words: String,
}

pub(super) struct Teller<'a> {
    pub case: &'a Case,
    pub rights: &'a Rights,
    pub question: &'a Question<'a>,
    pub asked: &'a Asked,
}

impl Teller<'_> {
    pub fn right(&self, basis: &str, whose: &str, said: &Entitled) -> Result<BasisAnswer, CaseError> {
        let mut records = Vec::new();
        if let Some(event) = said.by {
            let words = self.grants_of(event, said)?.iter().map(words).collect::<Vec<_>>().join("; ");
            records.push(self.record(event, "grant", words)?);
        }
        for event in &said.memberships {
            if records.iter().any(|r: &BasisRecord| r.kind == "membership") && said.by == Some(*event) {
                continue;
            }
            let record = self.record(*event, "membership", self.membership(*event)?)?;
            if !records.contains(&record) {
                records.push(record);
            }
        }
        let open = said.answer == Answer::Unknown;
        Ok(BasisAnswer {
            basis: basis.into(),
            whose: whose.into(),
            answer: said.answer.shown().into(),
            kind: said.basis.word().into(),
            because: said.because.clone(),
            records,
            missing: if open { missing::of(said, whose, self.asked) } else { Vec::new() },
        })
    }

    pub fn decision(&self, found: Option<&Found>, person: &str) -> Result<BasisAnswer, CaseError> {
        let Some(found) = found else {
            return Ok(BasisAnswer {
                basis: "decision".into(),
                whose: String::new(),
                answer: Answer::Unknown.shown().into(),
                kind: Basis::Missing.word().into(),
                because: vec!["no record of a decision about this, then, is in evidence".into()],
                records: Vec::new(),
                missing: vec![missing::decision(self.asked)],
            });
        };
        let answer = match found.decision.effect.as_deref() {
            Some("allow") => Answer::Yes,
            Some(_) => Answer::No,
            None => Answer::Unknown,
        };
        let record = self.record(found.event, "decision", found.words(person))?;
        Ok(BasisAnswer {
            basis: "decision".into(),
            whose: found.decision.evaluated.join(" and "),
            answer: answer.shown().into(),
            kind: Basis::RecordedDecision.word().into(),
            because: [vec![found.words(person)], found.notes.clone()].concat(),
            records: vec![record],
            missing: Vec::new(),
        })
    }

    /// What exports of the deciding right's kind never hold.
    pub fn not_in_evidence(&self, said: &Entitled) -> Result<Vec<String>, CaseError> {
        let aws =
            self.question.action.contains(':') && self.case.grants()?.iter().any(|g| g.service.as_deref() == Some(AWS));
        let of_aws = match said.by {
            Some(event) => self.grants_of(event, said)?.iter().any(|g| g.service.as_deref() == Some(AWS)),
            None => aws,
        };
        if !of_aws || self.rights_empty() {
            return Ok(Vec::new());
        }
        Ok(match said.answer {
            Answer::Yes => vec![
                "service control policies and session policies are in no export: either could take away what the policies grant"
                    .into(),
            ],
            Answer::No | Answer::Unknown => vec![
                "policies on the resource itself (of a bucket, a key, a queue) are in no export: one could grant it".into(),
            ],
        })
    }

    fn rights_empty(&self) -> bool {
        self.rights.is_empty()
    }

    /// The grant of a record that decided; all of the record's where its words do not tell which.
    fn grants_of(&self, event: i64, said: &Entitled) -> Result<Vec<GrantRow>, CaseError> {
        let of: Vec<GrantRow> = self.case.grants()?.into_iter().filter(|g| g.event == event).collect();
        let told: Vec<GrantRow> = of.iter().filter(|g| said.because.iter().any(|b| *b == short(g))).cloned().collect();
        Ok(if told.is_empty() { of } else { told })
    }

    fn membership(&self, event: i64) -> Result<String, CaseError> {
        let all = self.case.memberships()?;
        let of: Vec<String> = all
            .iter()
            .filter(|(e, m)| *e == event && m.member != m.holder)
            .map(|(_, m)| {
                let span = span(m.valid_from, m.valid_to);
                format!("{} {} {}{span}", m.member, m.reach.word().replace('_', " "), m.holder)
            })
            .take(8)
            .collect();
        Ok(of.join("; "))
    }

    fn record(&self, event: i64, kind: &str, words: String) -> Result<BasisRecord, CaseError> {
        let place = self.case.raw(event)?.place.address.to_string();
        Ok(BasisRecord { record: self.case.shown_id(event)?, place, kind: kind.into(), words })
    }
}

/// As the answer's own reason words it.
fn short(g: &GrantRow) -> String {
    let word = if g.allow { "granted" } else { "denied" };
    format!("{word} {} on {} to {}", g.action.trim(), g.resource.trim(), g.principal.trim())
}

fn words(g: &GrantRow) -> String {
    let mut out = short(g);
    if !g.except_actions.is_empty() {
        out.push_str(&format!(", but for the actions {}", g.except_actions.join(", ")));
    }
    if !g.except_resources.is_empty() {
        out.push_str(&format!(", but for {}", g.except_resources.join(", ")));
    }
    if !g.condition.trim().is_empty() {
        out.push_str(&format!(", where {}", g.condition.trim()));
    }
    out + &span(g.valid_from, g.valid_to)
}

/// Half open: until is the first moment at which it no longer holds.
fn span(from: Option<crate::model::Time>, to: Option<crate::model::Time>) -> String {
    match (from, to) {
        (Some(f), Some(t)) => format!(", from {} until {}", f.to_rfc3339(), t.to_rfc3339()),
        (Some(f), None) => format!(", from {}", f.to_rfc3339()),
        (None, Some(t)) => format!(", until {}", t.to_rfc3339()),
        (None, None) => String::new(),
    }
}
