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
    /// The smallest sets of evidence that each carry a person: to the one named, and to others.
    pub proofs: Vec<Proof>,
    /// The same for the agent.
    pub agent_proofs: Vec<Proof>,
    /// What the conclusion was held against, each as a sentence.
    pub checked: Vec<String>,
    /// Proofs of at least C that name different people, in words; both are kept.
    pub contradictions: Vec<String>,
    /// Who answers for the agent or service where no person is required. An owner did nothing by being one.
    pub owner: Option<String>,
    pub candidates: Vec<Candidate>,
    /// What would settle the call, or raise its grade; empty at B or better.
    pub needs: Vec<super::settle::NeedWords>,
    pub decision: Option<DecisionWords>,
    /// Whether the decision was made for the right principal; none for what is no call.
    pub verdict: Option<super::verdict::VerdictWords>,
    /// A tool's output that bids this call: also among the cautions.
    pub instruction: Option<InstructionWords>,
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

use super::coverage::settled_by;
use super::instruction::{self, InstructionWords};
use super::proofs::{Proofs, basis};
use crate::analysis::Loaded;
use crate::attribution::{self, Asked, Attribution, Gap, Hint, Path, Standing, Step, Tables};
use crate::case::{AttributionView, Case, CaseError, DecisionView, Select};
use crate::identity::{Party, PartyKind};
use crate::lineage::NodeKey;
use crate::model::run::shown_id;
use crate::model::{EvidenceKind, Grade, Role};

const DISCLAIMER: &str = "that this person saw, approved or intended this call.";

/// The chain of one call, with its proof. Recomputed from the case, not read from a stored conclusion.
pub fn who(case: &Case, loaded: &Loaded, id: &str) -> Result<Who, CaseError> {
    let event = case.find_event(id)?;
    let call = attribution::call_of(case, &loaded.identity, event)?;
    let tables = Tables::of_call(case, &loaded.identity, &loaded.lineage, &call)?;
    let mut found = attribution::attribute(&tables, &call);
    let (time, ip) = (call.time, call.source_ip);
    let asked = Asked { event, source: call.source, time, ip };
    let hints = attribution::hint(case, &loaded.identity, &loaded.lineage.clocks, asked, &mut found)?;
    let mut view = None;
    case.each_attribution(&Select::Event(event), Some(1), |v| {
        view = Some(v);
        Ok(())
    })?;
    let Some(view) = view else {
        return Err(CaseError::NoSuchRecord {
            id: format!("{id} (a record that is no call, sign-in or issuance, or a case not analysed)"),
        });
    };
    let needs = attribution::Needs::new(&tables).of(&call, &found);
    let needs = super::settle::words(case, &loaded.identity, &needs, call.time)?;
    Teller { case, loaded }.tell(event, &view, &found, &hints, &tables.doubted_by(&call), needs)
}

struct Teller<'a> {
    case: &'a Case,
    loaded: &'a Loaded,
}

impl Teller<'_> {
    fn tell(
        &self,
        event: i64,
        view: &AttributionView,
        a: &Attribution,
        hints: &[Hint],
        doubts: &[&str],
        needs: Vec<super::settle::NeedWords>,
    ) -> Result<Who, CaseError> {
        let proofs = Proofs { case: self.case, loaded: self.loaded, doubts };
        let human = a.human.map(|h| self.loaded.identity.party(h));
        let best = self.best(a);
        let gap = a.gap.map(Gap::word).unwrap_or_default();
        let refusal = a.refusal.map(|r| RefusalWords {
            code: r.code().into(),
            words: r.words().into(),
            settled_by: settled(&needs, gap),
        });
        let instruction = instruction::of_call(self.case, event)?;
        let mut cautions = self.cautions(event, a, doubts)?;
        cautions.extend(instruction.iter().map(|i| i.sentence.clone()));
        Ok(Who {
            id: view.id.clone(),
            kind: view.kind.clone(),
            source: view.source.clone(),
            time: view.time.map(|t| t.to_rfc3339()),
            service: view.service.clone(),
            action: view.action.clone(),
            resource: view.resource.clone(),
            outcome: view.outcome.clone(),
            sentence: self.sentence(view, a, best),
            disclaimer: if human.is_some() { DISCLAIMER.into() } else { String::new() },
            human: human.map(person),
            grade: view.grade.clone(),
            agent: view.agent.clone(),
            agent_grade: a.agent_grade.map(|g| g.letter().to_string()),
            authority: view.authority.clone(),
            wire: view.wire.clone(),
            wire_kind: view.wire_kind.clone(),
            pattern: view.pattern.clone(),
            run: view.run.as_deref().map(shown_id),
            refusal,
            cautions,
            chain: self.chain(view, a, best)?,
            proofs: proofs.of(&a.human_paths, Role::Human)?,
            agent_proofs: proofs.of(&a.agent_paths, Role::Agent)?,
            checked: proofs.checked(event, a)?,
            contradictions: proofs.contradictions(a)?,
            owner: self.owner(a)?,
            candidates: self.candidates(a, hints)?,
            needs,
            decision: self.decision(event, a)?,
            verdict: super::verdict::verdict(self.case, self.loaded, event)?,
            instruction,
            findings: self.case.findings_of(event)?.into_iter().map(super::findings::row).collect(),
        })
    }

    fn best<'p>(&self, a: &'p Attribution) -> Option<&'p Path> {
        let human = a.human?;
        a.human_paths.iter().filter(|p| p.value == human).max_by_key(|p| (p.grade, std::cmp::Reverse(p.steps.len())))
    }

    /// The kinds of a proof's evidence in words, and the reviewer's act that it rests on.
    fn sentence(&self, view: &AttributionView, a: &Attribution, best: Option<&Path>) -> String {
        match (a.human, best) {
            (Some(human), Some(path)) => {
                let party = self.loaded.identity.party(human);
                let unverified = if party.verified { "" } else { " (unverified: no directory row)" };
                format!(
                    "{}{unverified} is the recorded initiator, basis: {} (grade {}).",
                    named(party),
                    basis(self.loaded, path),
                    a.grade.map_or("X", Grade::letter)
                )
            }
            _ => match a.refusal {
                Some(refusal) => format!("Nobody is named: {} ({}).", refusal.words(), refusal.code()),
                None => match &view.agent {
                    Some(agent) => format!("No person by design: {agent} was started by a schedule or system trigger."),
                    None => "No person is in evidence and none is required: a service or system at work.".into(),
                },
            },
        }
    }

    fn cautions(&self, event: i64, a: &Attribution, doubts: &[&str]) -> Result<Vec<String>, CaseError> {
        let mut out: Vec<String> = a.caution.iter().map(|c| format!("{}: {}.", c.code(), c.words())).collect();
        out.extend(doubts.iter().map(|mark| format!("The record's writer is not believed here: {mark}.")));
        if a.gap == Some(Gap::OutsidePeriod) {
            out.push(
                "The run was going on when the declared period began: its origin lies outside of the exports.".into(),
            );
        }
        if a.agent_grade == Some(Grade::X) {
            out.push("The evidence names different agents; none is stated.".into());
        }
        out.extend(Proofs { case: self.case, loaded: self.loaded, doubts }.forged(event)?);
        Ok(out)
    }

    /// Person first, the call last; a missing link is a gap with its reason.
    fn chain(&self, view: &AttributionView, a: &Attribution, best: Option<&Path>) -> Result<Vec<Link>, CaseError> {
        let mut chain = Vec::new();
        match (a.human, best) {
            (Some(human), Some(path)) => {
                let party = self.loaded.identity.party(human);
                // The step that names the person; an exact join says which record to look at, not who is in it.
                let first = path.steps.iter().rev().find(|s| s.kind != EvidenceKind::K4);
                chain.push(self.link("human", party.shown.clone(), first)?);
                self.runs_between(path, &mut chain)?;
            }
            _ => {
                if let Some(refusal) = a.refusal {
                    chain.push(Link {
                        node: "gap".into(),
                        label: refusal.words().into(),
                        basis: None,
                        grade: Some("X".into()),
                        record: None,
                    });
                }
                if let Some(run) = a.run {
                    chain.push(Link {
                        node: "run".into(),
                        label: self.run_label(run),
                        basis: None,
                        grade: None,
                        record: None,
                    });
                }
            }
        }
        if let Some(agent) = a.agent {
            let step =
                a.agent_paths.iter().filter(|p| p.value == agent).max_by_key(|p| p.grade).and_then(|p| p.steps.first());
            chain.push(self.link("agent", self.loaded.identity.party(agent).shown.clone(), step)?);
        }
        if let Some(wire) = a.wire.filter(|w| Some(*w) != a.agent && Some(*w) != a.human) {
            let party = self.loaded.identity.party(wire);
            chain.push(Link {
                node: node_word(party.kind).into(),
                label: party.shown.clone(),
                basis: Some("on the wire".into()),
                grade: None,
                record: Some(view.id.clone()),
            });
        }
        let target =
            [view.action.as_deref(), view.resource.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let when = view.time.map(|t| format!(", {}", t.to_rfc3339())).unwrap_or_default();
        chain.push(Link {
            node: "call".into(),
            label: format!("{target}{when}, {}", view.outcome),
            basis: None,
            grade: None,
            record: Some(view.id.clone()),
        });
        Ok(chain)
    }

    fn link(&self, node: &str, label: String, step: Option<&Step>) -> Result<Link, CaseError> {
        Ok(Link {
            node: node.into(),
            label,
            basis: step.map(|s| s.kind.basis().to_string()),
            grade: step.map(|s| s.grade.letter().to_string()),
            record: step.map(|s| self.case.shown_id(s.event)).transpose()?,
        })
    }

    /// The runs from the root that names the person down to the run of the call; each leads to the next by its hop.
    fn runs_between(&self, path: &Path, chain: &mut Vec<Link>) -> Result<(), CaseError> {
        let Some(mut upper) = path.steps.iter().find(|s| s.kind == EvidenceKind::K8).and_then(|s| s.node) else {
            return Ok(());
        };
        for hop in path.steps.iter().rev().filter(|s| matches!(s.kind, EvidenceKind::K9 | EvidenceKind::K10)) {
            chain.push(self.link("run", self.run_label(upper), Some(hop))?);
            upper = hop.node.unwrap_or(upper);
        }
        chain.push(Link {
            node: "run".into(),
            label: self.run_label(upper),
            basis: Some("run id on the record".into()),
            grade: Some(Grade::C.letter().into()),
            record: None,
        });
        Ok(())
    }

    fn run_label(&self, node: usize) -> String {
        let (NodeKey::Run(key) | NodeKey::Trace(key, _)) = self.loaded.lineage.nodes[node].key;
        let id = self.case.text(key).map(|s| shown_id(&s)).unwrap_or_default();
        match self.loaded.lineage.nodes[node].key {
            NodeKey::Run(_) => format!("run {id}"),
            NodeKey::Trace(..) => format!("trace {id}"),
        }
    }

    /// Whom to ask about, each with the reason: none of them is named by it.
    fn candidates(&self, a: &Attribution, hints: &[Hint]) -> Result<Vec<Candidate>, CaseError> {
        let reason = match a.gap {
            Some(Gap::Ambiguous) => "one of several people whom the same run, link or credential leads to",
            Some(Gap::Contradiction) => "named by one of the proofs that contradict each other",
            _ => "named by a hint only",
        };
        let mut values: std::collections::BTreeSet<&str> =
            a.candidates.iter().map(|c| self.loaded.identity.party(*c).shown.as_str()).collect();
        if a.human.is_none() {
            values.extend(a.human_paths.iter().map(|p| self.loaded.identity.party(p.value).shown.as_str()));
        }
        let mut out: Vec<Candidate> =
            values.into_iter().map(|v| Candidate { value: v.to_string(), reason: reason.into() }).collect();
        for hint in hints {
            let at = self.case.shown_id(hint.event)?;
            let reason = match hint.kind {
                EvidenceKind::K12 => {
                    "the text of the record holds their address or id (K12): whoever wrote it may have put it there"
                        .into()
                }
                EvidenceKind::K13 => {
                    format!("the only person at work from the call's address at the time, by record {at} (K13)")
                }
                _ => format!("the only person seen within the clocks' bounds before it, by record {at} (K14)"),
            };
            out.push(Candidate { value: self.loaded.identity.party(hint.party).shown.clone(), reason });
        }
        Ok(out)
    }

    /// Who answers for what acted by itself: the owner that the directory names for the agent, else for the account.
    fn owner(&self, a: &Attribution) -> Result<Option<String>, CaseError> {
        if a.human.is_some() || a.standing != Standing::Automation {
            return Ok(None);
        }
        let rows = [a.agent, a.wire].into_iter().flatten().flat_map(|p| self.loaded.identity.party(p).rows.clone());
        let rows: Vec<i64> = rows.collect();
        let directory = self.case.directory()?;
        let owner = rows.iter().find_map(|row| {
            directory.iter().find(|d| d.event == *row)?.owner.as_deref().map(str::trim).filter(|o| !o.is_empty())
        });
        let Some(owner) = owner else { return Ok(None) };
        // The owner's own row may be known by an id; it is shown as people are.
        let known = directory.iter().find(|d| d.id == owner).and_then(|d| d.email.clone());
        Ok(Some(known.unwrap_or_else(|| owner.to_string())))
    }

    fn decision(&self, event: i64, a: &Attribution) -> Result<Option<DecisionWords>, CaseError> {
        let mut found = self.case.decision(event)?;
        let mut from = String::new();
        if found.effect.is_none() && found.evaluated.is_empty() {
            let Some((decision, by)) = self.case.decision_of_call(event)? else { return Ok(None) };
            found = self.case.decision(decision)?;
            let by = by.replace('_', " ");
            from = format!(", as decision {} says, joined by {by}", self.case.shown_id(decision)?);
        }
        let DecisionView { effect, policy, evaluated } = found;
        let person = a.human.map(|h| self.loaded.identity.party(h).shown.clone());
        let on = match (&person, evaluated.as_slice()) {
            (_, []) => "the record does not say on whose rights".to_string(),
            (Some(p), subjects) if subjects.contains(p) && subjects.len() > 1 => {
                format!("decided on {p} and {}", others(subjects, p))
            }
            (Some(p), subjects) if subjects.contains(p) => format!("decided on {p}"),
            (_, [one]) => format!("decided on {one} alone"),
            (_, subjects) => format!("decided on {}", subjects.join(" and ")),
        };
        let done = match effect.as_deref() {
            Some("allow") => "allowed",
            Some(_) => "denied",
            None => "effect not recorded",
        };
        Ok(Some(DecisionWords { sentence: format!("{done}, {on}{from}"), effect, evaluated, policy }))
    }
}

/// The needs as one sentence after another; where none is known, what settles such a gap in general.
fn settled(needs: &[super::settle::NeedWords], gap: &str) -> String {
    match needs {
        [] => settled_by(gap).into(),
        needs => needs.iter().map(|n| n.sentence.as_str()).collect::<Vec<_>>().join(" Or: "),
    }
}

fn others(subjects: &[String], but: &str) -> String {
    subjects.iter().filter(|s| s.as_str() != but).cloned().collect::<Vec<_>>().join(" and ")
}

fn person(party: &Party) -> Person {
    Person { shown: party.shown.clone(), name: party.name.clone(), verified: party.verified }
}

fn named(party: &Party) -> String {
    match &party.name {
        Some(name) => format!("{name} ({})", party.shown),
        None => party.shown.clone(),
    }
}

fn node_word(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Person | PartyKind::Human => "human",
        PartyKind::Unbacked | PartyKind::Shared => "robot_user",
        PartyKind::Agent => "agent",
        PartyKind::Service | PartyKind::System => "service",
        PartyKind::Unknown => "unknown",
    }
}
