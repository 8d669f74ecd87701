//! Paths to a conclusion: agreement, contradiction, ambiguity, refusal (DESIGN section 7).

use std::collections::BTreeSet;

use super::path::Path;
use crate::model::{EvidenceKind, FilledBy, Grade, Pattern, Refusal};

/// Where a call stands in coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A or B.
    Attributed,
    /// C.
    Supported,
    Refused,
    Contradicted,
    /// No person is required: a service at work, a system, a schedule.
    Automation,
}

impl Standing {
    pub const fn word(self) -> &'static str {
        match self {
            Standing::Attributed => "attributed",
            Standing::Supported => "supported",
            Standing::Refused => "refused",
            Standing::Contradicted => "contradicted",
            Standing::Automation => "automation",
        }
    }
}

/// Why nobody is named, finer than the refusal: what rules select on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    NoEvidence,
    NoOrigin,
    MissingParent,
    /// The run was going on when the declared period began: its origin lies outside of what was exported.
    OutsidePeriod,
    Ambiguous,
    Contradiction,
    HintsOnly,
    Robot,
    MachineSession,
    Unresolved,
    Redacted,
}

impl Gap {
    pub const fn word(self) -> &'static str {
        match self {
            Gap::NoEvidence => "no_evidence",
            Gap::NoOrigin => "no_origin",
            Gap::MissingParent => "missing_parent",
            Gap::OutsidePeriod => "outside_period",
            Gap::Ambiguous => "ambiguous",
            Gap::Contradiction => "contradiction",
            Gap::HintsOnly => "hints_only",
            Gap::Robot => "robot",
            Gap::MachineSession => "machine_session",
            Gap::Unresolved => "unresolved",
            Gap::Redacted => "redacted",
        }
    }
}

/// The conclusion for one call, with everything that was weighed.
#[derive(Debug, Clone)]
pub struct Attribution {
    pub standing: Standing,
    pub human: Option<u32>,
    /// The human's; none where no person is required.
    pub grade: Option<Grade>,
    pub refusal: Option<Refusal>,
    pub caution: Option<Refusal>,
    pub gap: Option<Gap>,
    pub agent: Option<u32>,
    pub agent_grade: Option<Grade>,
    pub authority: Option<u32>,
    pub wire: Option<u32>,
    /// Node of the run that the call belongs to.
    pub run: Option<usize>,
    pub pattern: Pattern,
    pub both_on_record: bool,
    pub agent_evidence: bool,
    pub human_paths: Vec<Path>,
    pub agent_paths: Vec<Path>,
    /// People of ambiguous sets.
    pub candidates: BTreeSet<u32>,
}

/// Why the people of a set cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A run, a batch or a link leads to all of them.
    Members,
    /// All of them held the credential.
    Holders,
    /// They held the credential one after the other, and the clocks do not tell whose turn it was.
    Order,
}

impl Doubt {
    const fn refusal(self) -> Refusal {
        match self {
            Doubt::Members => Refusal::R2,
            Doubt::Holders => Refusal::R4,
            Doubt::Order => Refusal::R5,
        }
    }
}

/// What was found about the person.
#[derive(Debug, Default)]
pub(super) struct HumanEvidence {
    pub paths: Vec<Path>,
    /// Sets of people none of whom can be told apart, with what made the set.
    pub sets: Vec<(BTreeSet<u32>, Doubt)>,
    /// A walk whose own branches disagree.
    pub contradicted: BTreeSet<u32>,
    /// Addresses that evidence of at least C names, and that are nobody's whom the directory knows.
    pub strangers: BTreeSet<u32>,
    /// People whom a run's own records name, where its path names nobody: not enough for a name, and enough against another.
    pub voiced: Vec<BTreeSet<u32>>,
    pub missing: bool,
    pub no_origin: bool,
    pub unattended: bool,
    /// Somebody is named who is no person of the directory.
    pub unresolved: bool,
    pub redacted: bool,
    /// An agent used a person's own key: whose it is says nothing of who asked.
    pub lent: bool,
}

/// The person, or why there is none. Never guesses: D names nobody, and defeats nothing.
pub(super) struct Verdict {
    pub human: Option<u32>,
    pub grade: Option<Grade>,
    pub refusal: Option<Refusal>,
    pub caution: Option<Refusal>,
    pub gap: Option<Gap>,
}

impl Verdict {
    fn refuse(refusal: Refusal, gap: Gap) -> Verdict {
        Verdict { human: None, grade: Some(Grade::X), refusal: Some(refusal), caution: None, gap: Some(gap) }
    }
}

pub(super) fn conclude(found: &HumanEvidence) -> Verdict {
    let carried: Vec<&Path> = found.paths.iter().filter(|p| p.grade >= Grade::C).collect();
    let values: BTreeSet<u32> = carried.iter().map(|p| p.value).collect();
    let held = |set: &BTreeSet<u32>| values.iter().all(|v| set.contains(v));
    let inside = values.len() > 1
        && found.contradicted.is_empty()
        && carried.iter().all(|p| !p.is_credential())
        && found.sets.iter().all(|(set, _)| held(set));
    if let Some((_, doubt)) = found.sets.first().filter(|_| inside) {
        // Members of one set do not contradict each other: which of them it was is what is not known.
        return Verdict::refuse(doubt.refusal(), Gap::Ambiguous);
    }
    if !found.contradicted.is_empty() || values.len() > 1 {
        return Verdict::refuse(Refusal::R6, Gap::Contradiction);
    }
    let Some(&value) = values.first() else { return nobody(found) };
    // Who another address belongs to is not known; that it is not this person's is.
    if !found.strangers.is_empty() {
        return Verdict::refuse(Refusal::R6, Gap::Contradiction);
    }
    if found.sets.iter().map(|(set, _)| set).chain(&found.voiced).any(|set| !set.contains(&value)) {
        return Verdict::refuse(Refusal::R6, Gap::Contradiction);
    }
    if let Some((_, doubt)) = found.sets.first()
        && !carried.iter().any(|p| p.is_credential())
    {
        return Verdict::refuse(doubt.refusal(), Gap::Ambiguous);
    }
    let mut grade = carried.iter().map(|p| p.grade).max().unwrap_or(Grade::C);
    if grade == Grade::C && corroborated(&carried) {
        grade = Grade::B;
    }
    let caution = (grade == Grade::C && carried.iter().all(|p| own_account(p))).then_some(Refusal::R10);
    Verdict { human: Some(value), grade: Some(grade), refusal: None, caution, gap: None }
}

fn nobody(found: &HumanEvidence) -> Verdict {
    if let Some((_, doubt)) = found.sets.first() {
        return Verdict::refuse(doubt.refusal(), Gap::Ambiguous);
    }
    if found.missing {
        return Verdict::refuse(Refusal::R1, Gap::MissingParent);
    }
    if found.no_origin {
        let refusal = if found.unresolved { Refusal::R8 } else { Refusal::R1 };
        return Verdict::refuse(refusal, Gap::NoOrigin);
    }
    if found.unattended {
        return Verdict { human: None, grade: None, refusal: None, caution: None, gap: None };
    }
    if found.unresolved {
        return Verdict::refuse(Refusal::R8, Gap::Unresolved);
    }
    if found.lent {
        return Verdict::refuse(Refusal::R9, Gap::Robot);
    }
    if !found.paths.is_empty() {
        return Verdict::refuse(Refusal::R3, Gap::HintsOnly);
    }
    if found.redacted {
        return Verdict::refuse(Refusal::R7, Gap::Redacted);
    }
    Verdict::refuse(Refusal::R1, Gap::NoEvidence)
}

/// Two proofs of one value with no common root of trust lift C to B, once.
fn corroborated(paths: &[&Path]) -> bool {
    paths.iter().enumerate().any(|(n, a)| paths[n + 1..].iter().any(|b| a.trust & b.trust == 0))
}

/// The agent's own trace is all that says a person asked.
fn own_account(path: &Path) -> bool {
    path.steps.iter().any(|s| {
        matches!(s.kind, EvidenceKind::K8 | EvidenceKind::K9 | EvidenceKind::K10)
            && matches!(s.by, FilledBy::Caller | FilledBy::Model)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::path::Step;

    fn path(value: u32, kind: EvidenceKind, grade: Grade, by: FilledBy) -> Path {
        Path::new(value, vec![Step { kind, grade, by, event: 1, node: None, act: None }])
    }

    fn run(value: u32) -> Path {
        path(value, EvidenceKind::K8, Grade::C, FilledBy::Caller)
    }

    fn record(value: u32) -> Path {
        path(value, EvidenceKind::K3, Grade::B, FilledBy::Gateway)
    }

    #[test]
    fn a_strong_value_does_not_beat_a_supported_one_that_differs() {
        let found = HumanEvidence { paths: vec![record(1), run(2)], ..Default::default() };
        let verdict = conclude(&found);
        assert_eq!((verdict.human, verdict.refusal), (None, Some(Refusal::R6)));
    }

    #[test]
    fn a_set_is_shrunk_by_a_credential_and_by_nothing_else() {
        let set = vec![(BTreeSet::from([1, 2]), Doubt::Members)];
        let by_run = HumanEvidence { paths: vec![run(1)], sets: set.clone(), ..Default::default() };
        assert_eq!(conclude(&by_run).refusal, Some(Refusal::R2));
        let by_record = HumanEvidence { paths: vec![record(1)], sets: set.clone(), ..Default::default() };
        assert_eq!(conclude(&by_record).human, Some(1));
        let outside = HumanEvidence { paths: vec![record(3)], sets: set, ..Default::default() };
        assert_eq!(conclude(&outside).refusal, Some(Refusal::R6));
    }

    #[test]
    fn two_members_of_one_set_do_not_contradict_each_other() {
        let paths = vec![run(1), run(2)];
        let found = |set: &[u32], paths: &[Path]| {
            let sets = vec![(set.iter().copied().collect(), Doubt::Holders)];
            conclude(&HumanEvidence { paths: paths.to_vec(), sets, ..Default::default() }).refusal
        };
        assert_eq!(found(&[1, 2], &paths), Some(Refusal::R4));
        assert_eq!(found(&[1, 3], &paths), Some(Refusal::R6));
        assert_eq!(found(&[1, 2], &[record(1), run(2)]), Some(Refusal::R6));
    }

    #[test]
    fn an_address_that_nobody_knows_is_still_another_one() {
        let found = HumanEvidence { paths: vec![run(1)], strangers: BTreeSet::from([9]), ..Default::default() };
        assert_eq!(conclude(&found).refusal, Some(Refusal::R6));
        let alone = HumanEvidence { unresolved: true, strangers: BTreeSet::from([9]), ..Default::default() };
        assert_eq!(conclude(&alone).refusal, Some(Refusal::R8));
    }

    #[test]
    fn whom_a_broken_runs_own_records_name_is_no_name_and_speaks_against_another() {
        let voiced = vec![BTreeSet::from([2])];
        let alone = HumanEvidence { voiced: voiced.clone(), missing: true, ..Default::default() };
        assert_eq!(conclude(&alone).refusal, Some(Refusal::R1));
        let found = |value| HumanEvidence { paths: vec![record(value)], voiced: voiced.clone(), ..Default::default() };
        assert_eq!((conclude(&found(1)).refusal, conclude(&found(2)).human), (Some(Refusal::R6), Some(2)));
    }

    #[test]
    fn a_hint_names_nobody_and_defeats_nothing() {
        let hint = path(2, EvidenceKind::K11, Grade::D, FilledBy::Caller);
        let found = HumanEvidence { paths: vec![hint.clone()], ..Default::default() };
        assert_eq!(conclude(&found).refusal, Some(Refusal::R3));
        let found = HumanEvidence { paths: vec![hint, record(1)], ..Default::default() };
        assert_eq!(conclude(&found).human, Some(1));
    }

    #[test]
    fn a_path_that_rests_on_a_reviewers_act_is_no_second_proof_and_no_proof() {
        let lease = |act| path(1, EvidenceKind::K7, Grade::C, FilledBy::Platform).steps.remove(0).by_act(act);
        let grade = |act| {
            let paths = vec![run(1), Path::new(1, vec![lease(act)])];
            conclude(&HumanEvidence { paths, ..Default::default() }).grade
        };
        assert_eq!((grade(None), grade(Some(0))), (Some(Grade::B), Some(Grade::C)));
        let named = |act| Path::new(1, vec![record(1).steps.remove(0).by_act(act)]).lifted(2).grade;
        assert_eq!((named(None), named(Some(0))), (Grade::A, Grade::B));
    }

    #[test]
    fn two_runs_told_by_one_runtime_do_not_lift_each_other() {
        let found = HumanEvidence { paths: vec![run(1), run(1)], ..Default::default() };
        let verdict = conclude(&found);
        assert_eq!((verdict.grade, verdict.caution), (Some(Grade::C), Some(Refusal::R10)));
    }
}
