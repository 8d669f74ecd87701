//! The evidence of one conclusion: the smallest sets that carry it, what it was held against, what contradicts it.
//!
//! Everything is recomputed from the case, and is the same after another analysis.

use std::collections::BTreeSet;

use super::who::{Proof, ProofStep};
use crate::analysis::Loaded;
use crate::attribution::{Attribution, Path, Step};
use crate::case::{Case, CaseError, TokenCheck, Verdict};
use crate::lineage::NodeKey;
use crate::model::run::shown_id;
use crate::model::{CredentialKind, EvidenceKind, FilledBy, Grade, Role};

pub(super) struct Proofs<'a> {
    pub case: &'a Case,
    pub loaded: &'a Loaded,
    /// The reviewer's marks on the call's own record.
    pub doubts: &'a [&'a str],
}

impl Proofs<'_> {
    /// The proofs of one role, strongest first. A set of evidence that holds another of at least its grade is none of the
    /// smallest.
    pub(super) fn of(&self, paths: &[Path], role: Role) -> Result<Vec<Proof>, CaseError> {
        let mut out = Vec::new();
        for path in smallest(paths) {
            let mut evidence = Vec::new();
            for step in &path.steps {
                evidence.push(ProofStep {
                    kind: step.kind.code().into(),
                    basis: step.kind.basis().into(),
                    grade: step.grade.letter().into(),
                    by: by_word(step.by).into(),
                    sentence: self.step(step, path, role)?,
                    record: Some(self.case.shown_id(step.event)?),
                });
                if let Some(act) = step.act.and_then(|n| self.loaded.identity.act(n)) {
                    evidence.push(ProofStep {
                        kind: "act".into(),
                        basis: act.basis(),
                        grade: Grade::B.letter().into(),
                        by: "reviewer".into(),
                        sentence: format!("A reviewer {}; {}.", act.deed.itself().sentence(), act.basis()),
                        record: None,
                    });
                }
                evidence.extend(self.loaded.lineage.suspects.of(step.event).into_iter().map(doubt));
            }
            evidence.extend(self.doubts.iter().copied().map(doubt));
            let shown = self.loaded.identity.party(path.value).shown.clone();
            out.push(Proof {
                sentence: format!(
                    "{shown}: {} (grade {}, {}).",
                    basis(self.loaded, path),
                    path.grade.letter(),
                    path.grade.word()
                ),
                value: shown,
                grade: path.grade.letter().into(),
                evidence,
            });
        }
        out.sort_by(|x, y| (&y.grade, &x.value, &x.sentence).cmp(&(&x.grade, &y.value, &y.sentence)).reverse());
        out.dedup();
        Ok(out)
    }

    fn step(&self, step: &Step, path: &Path, role: Role) -> Result<String, CaseError> {
        use EvidenceKind::*;
        let who = &self.loaded.identity.party(path.value).shown;
        let run = step.node.map(|n| self.run(n)).unwrap_or_default();
        let by = by_word(step.by);
        let part = if role == Role::Human { "subject" } else { "actor" };
        let signature = self.case.token_check(step.event)?;
        Ok(match (step.kind, role) {
            (K1, _) => format!(
                "The token names {who} as its {part}; {}, and only the holder of a key that it names could send it.",
                held(signature.as_ref())
            ),
            (K2, _) if signature.is_some() => {
                format!("The token names {who} as its {part}; {}.", held(signature.as_ref()))
            }
            (K2, _) => format!("The issuance record of the token names {who} as its {part}."),
            (K3, _) => format!("The record names {who}; the field was filled by the {by}."),
            (K4, _) => "The credential or call id on the record is exactly that of this issuance or span.".into(),
            (K5, Role::Human) => format!("The token's subject is {who} and its client belongs to one agent."),
            (K5, Role::Agent) => format!("The token's client belongs to {who}."),
            (K6, _) => format!("The session carries {who} as its principal, set by a broker."),
            (K7, _) => format!("{who} alone held the credential at the time."),
            (K8, Role::Human) => format!("A root of {run} names {who} as the user; written by the {by}."),
            (K8, Role::Agent) if run.is_empty() => format!("The record of the step names {who}; written by the {by}."),
            (K8, Role::Agent) => format!("The spans of {run} are those of {who}; written by the {by}."),
            (K9, _) => format!("{run} was started from the run before it, as this record says."),
            (K10, _) => format!("{run} is linked to the run before it."),
            (K11, _) => format!("The caller wrote {who} on the call: a hint, not a name."),
            (K12, _) => format!("What was said or written in the call holds {who}: a hint, not a name."),
            (K13 | K14, _) => format!("A hint towards {who}."),
        })
    }

    fn run(&self, node: usize) -> String {
        let key = self.loaded.lineage.nodes[node].key;
        let (NodeKey::Run(id) | NodeKey::Trace(id, _)) = key;
        let id = self.case.text(id).map(|s| shown_id(&s)).unwrap_or_default();
        match key {
            NodeKey::Run(_) => format!("run {id}"),
            NodeKey::Trace(..) => format!("trace {id}"),
        }
    }

    /// What the conclusion was held against.
    pub(super) fn checked(&self, event: i64, a: &Attribution) -> Result<Vec<String>, CaseError> {
        let mut out = Vec::new();
        if let Some(human) = a.human {
            let own: Vec<&Path> = a.human_paths.iter().filter(|p| p.value == human).collect();
            let has = |kinds: &[EvidenceKind]| own.iter().flat_map(|p| &p.steps).any(|s| kinds.contains(&s.kind));
            out.push("No other proof of at least C names anybody else.".into());
            let hints = a.human_paths.iter().filter(|p| p.value != human && p.grade == Grade::D).count();
            if hints > 0 {
                out.push(format!("{} pointing elsewhere: a hint defeats nothing.", counted(hints, "hint")));
            }
            if has(&[EvidenceKind::K8, EvidenceKind::K9, EvidenceKind::K10]) {
                out.push("Every run and span that the records name above the call is in the exports, and none of them leads to anybody else.".into());
            }
            if has(&[EvidenceKind::K7]) {
                out.push("The call lies inside the lease, by clocks that are known to a bound, and nobody else is recorded to have held it.".into());
            }
            if !a.candidates.is_empty() {
                out.push("A run or credential leads to several people, and this one is among them.".into());
            }
        }
        let copies = self.case.other_copies(Some(event))?.len();
        if copies > 0 {
            out.push(format!(
                "{} of the record with other content: what they name is weighed against it.",
                counted(copies, "more copy")
            ));
        }
        out.extend(self.signatures(event)?);
        Ok(out)
    }

    /// What became of the signatures of the call's raw token.
    fn signatures(&self, event: i64) -> Result<Vec<String>, CaseError> {
        let call = self.case.call(event)?;
        let jti = call.credential.filter(|_| call.credential_kind == Some(CredentialKind::Token));
        let tokens = &self.loaded.lineage.tokens;
        let raw = jti.into_iter().flat_map(|jti| tokens.of(jti)).filter(|row| row.unverified);
        let mut out = BTreeSet::new();
        for row in raw {
            let record = self.case.shown_id(row.event)?;
            out.insert(match row.verdict {
                Some(Verdict::Bearer | Verdict::Bound) => {
                    format!("The signature of the token in record {record} was checked, and holds.")
                }
                _ => format!(
                    "The signature of the token in record {record} was not checked: no key received speaks of it."
                ),
            });
        }
        Ok(out.into_iter().collect())
    }

    /// Records of the call's token id that its issuer's key did not sign.
    pub(super) fn forged(&self, event: i64) -> Result<Vec<String>, CaseError> {
        let call = self.case.call(event)?;
        let jti = call.credential.filter(|_| call.credential_kind == Some(CredentialKind::Token));
        let mut out = Vec::new();
        for record in jti.map(|jti| self.loaded.lineage.tokens.failed(jti)).unwrap_or_default() {
            let Some(check) = self.case.token_check(*record)? else { continue };
            out.push(format!(
                "The key {} did not sign the token of record {} ({}): it proves nothing.",
                check.key_id.unwrap_or_default(),
                self.case.shown_id(*record)?,
                check.algorithm
            ));
        }
        Ok(out)
    }

    /// Each pair of people whom proofs of at least C name, with the best proof of each.
    pub(super) fn contradictions(&self, a: &Attribution) -> Result<Vec<String>, CaseError> {
        let mut best: std::collections::BTreeMap<u32, &Path> = std::collections::BTreeMap::new();
        for path in a.human_paths.iter().filter(|p| p.grade >= Grade::C) {
            let slot = best.entry(path.value).or_insert(path);
            if path.grade > slot.grade {
                *slot = path;
            }
        }
        if best.len() < 2 || a.human.is_some() {
            return Ok(Vec::new());
        }
        let mut sides = Vec::new();
        for (value, path) in best {
            let first = path.steps.first().map(|s| self.case.shown_id(s.event)).transpose()?.unwrap_or_default();
            let shown = &self.loaded.identity.party(value).shown;
            sides.push(format!("{shown} by {} ({}, record {first})", basis(self.loaded, path), path.grade.letter()));
        }
        sides.sort();
        Ok(vec![format!("The evidence names {}: neither defeats the other.", sides.join(", and "))])
    }
}

/// A reviewer's mark on a record, beside what it is worth because of it.
fn doubt(mark: &str) -> ProofStep {
    ProofStep {
        kind: "act".into(),
        basis: "marked suspect".into(),
        grade: Grade::D.letter().into(),
        by: "reviewer".into(),
        sentence: format!("What wrote this record is not believed here: {mark}."),
        record: None,
    }
}

/// The paths of which no other's evidence is a part, at the same grade or better.
fn smallest(paths: &[Path]) -> Vec<&Path> {
    let evidence = |p: &Path| -> BTreeSet<(EvidenceKind, i64)> { p.steps.iter().map(|s| (s.kind, s.event)).collect() };
    let sets: Vec<BTreeSet<(EvidenceKind, i64)>> = paths.iter().map(evidence).collect();
    let within = |n: usize| {
        paths.iter().enumerate().any(|(m, other)| {
            let part = other.value == paths[n].value && other.grade >= paths[n].grade && sets[m].is_subset(&sets[n]);
            // Of two that are the same the first stands.
            part && m != n && (sets[m].len() < sets[n].len() || other.grade > paths[n].grade || m < n)
        })
    };
    (0..paths.len()).filter(|n| !within(*n)).map(|n| &paths[n]).collect()
}

fn counted(n: usize, what: &str) -> String {
    match (n, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        _ => format!("{n} {what}s"),
    }
}

/// A signature that holds, in words.
fn held(check: Option<&TokenCheck>) -> String {
    match check {
        Some(TokenCheck { algorithm, key_id: Some(key), .. }) => {
            format!("its signature ({algorithm}) holds under the key {key} that was received")
        }
        Some(TokenCheck { algorithm, .. }) => {
            format!("its signature ({algorithm}) holds under a key that was received")
        }
        None => "its issuer vouches for it".into(),
    }
}

pub(super) fn basis(loaded: &Loaded, path: &Path) -> String {
    let mut words: Vec<String> = Vec::new();
    for step in &path.steps {
        let kind = step.kind.basis().to_string();
        if !words.contains(&kind) {
            words.push(kind);
        }
    }
    words.extend(path.act().and_then(|n| loaded.identity.act(n)).map(|act| act.basis()));
    words.join(", ")
}

fn by_word(by: FilledBy) -> &'static str {
    match by {
        FilledBy::Issuer => "issuer",
        FilledBy::Platform => "platform",
        FilledBy::Gateway => "gateway",
        FilledBy::Caller => "caller",
        FilledBy::Model => "model",
    }
}
