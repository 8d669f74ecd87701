//! A path of evidence to a value.

use crate::model::{EvidenceKind, FilledBy, Grade};

/// One reason on a path, with the record that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: EvidenceKind,
    pub grade: Grade,
    pub by: FilledBy,
    pub event: i64,
    /// Run node the step passes, where it does.
    pub node: Option<usize>,
    /// The reviewer's act by which the record's principal stands for the value, where one does.
    pub act: Option<usize>,
}

impl Step {
    /// The record's principal stands for the value by an act of the reviewer.
    pub fn by_act(self, act: Option<usize>) -> Step {
        Step { act, ..self }
    }
}

/// A proof: the steps that together lead from the call to the value. Its grade is its weakest step's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub value: u32,
    pub grade: Grade,
    pub steps: Vec<Step>,
    /// Roots of trust that the path rests on; see [`trust`].
    pub trust: u8,
}

impl Path {
    pub fn new(value: u32, steps: Vec<Step>) -> Path {
        let grade = steps.iter().map(|s| s.grade).min().unwrap_or(Grade::X);
        let trust = steps.iter().fold(0, |t, s| t | trust(s));
        Path { value, grade, steps, trust }.bounded()
    }

    /// A path that rests on a reviewer's act is never proved, and stands beside no other as a second proof: without the
    /// act it would not lead there.
    fn bounded(mut self) -> Path {
        if self.act().is_some() {
            self.grade = self.grade.min(Grade::B);
            self.trust = u8::MAX;
        }
        self
    }

    /// The reviewer's act that the path rests on.
    pub fn act(&self) -> Option<usize> {
        self.steps.iter().find_map(|s| s.act)
    }

    /// What a suspect wrote is a hint.
    pub fn doubted(mut self) -> Path {
        self.grade = self.grade.min(Grade::D);
        self
    }

    /// K4: an exact join of the credential between call and issuance lifts the path by one, never beyond A.
    pub fn lifted(mut self, event: i64) -> Path {
        self.grade = match self.grade {
            Grade::C => Grade::B,
            Grade::B | Grade::A => Grade::A,
            weaker => weaker,
        };
        self.steps.push(Step {
            kind: EvidenceKind::K4,
            grade: Grade::A,
            by: FilledBy::Issuer,
            event,
            node: None,
            act: None,
        });
        self.bounded()
    }

    /// Rests on a credential or on the record itself, not on a run: what may shrink a set (K2-K6).
    pub fn is_credential(&self) -> bool {
        use EvidenceKind::{K1, K2, K3, K4, K5, K6};
        self.steps.iter().all(|s| matches!(s.kind, K1 | K2 | K3 | K4 | K5 | K6))
    }

    pub fn codes(&self) -> Vec<&'static str> {
        let mut kinds: Vec<EvidenceKind> = self.steps.iter().map(|s| s.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds.into_iter().map(EvidenceKind::code).collect()
    }
}

/// The root of trust that a step rests on, as one bit: issuer, platform log, gateway, agent runtime, network.
fn trust(step: &Step) -> u8 {
    use EvidenceKind::{K8, K9, K10, K13, K14};
    match (step.kind, step.by) {
        (K8 | K9 | K10, FilledBy::Caller | FilledBy::Model) => 1 << 3,
        (K13 | K14, _) => 1 << 4,
        (_, FilledBy::Issuer) => 1,
        (_, FilledBy::Platform) => 1 << 1,
        (_, FilledBy::Gateway) => 1 << 2,
        (_, FilledBy::Caller | FilledBy::Model) => 1 << 3,
    }
}
