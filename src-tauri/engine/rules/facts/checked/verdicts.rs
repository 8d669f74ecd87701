//! The verdict on the decision of each call, told again with its reasons by `ask::verdict`: one small row a call, and counts.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

use super::super::super::error::RuleError;
use super::super::super::verdict::{OnRecord, Seen, Subjects, TokenSeen, examine};
use super::super::super::world::World;
use super::super::decisions::{By, Decisions};
use super::super::tokens::Tokens;
use super::First;
use super::decided::{AGENTS_HAND, Found};
use super::hops::Hops;
use crate::case::{CaseError, CheckedRow, DecisionRow, Derived, Said, VerdictCount};
use crate::model::Grade;

pub(super) struct Verdicts<'a> {
    world: &'a World<'a>,
    tokens: &'a Tokens,
    decisions: &'a Decisions,
    aware: FxHashSet<(i64, i64)>,
    traces: FxHashSet<i64>,
    held: FxHashSet<i64>,
    /// Whether the hop that goes beyond is an exchange.
    beyond: FxHashMap<i64, bool>,
    counts: BTreeMap<(i64, bool, i64), i64>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(derived: &Derived<'_>, first: &First<'a>, hops: &Hops) -> Result<Verdicts<'a>, RuleError> {
        Ok(Verdicts {
            world: first.world,
            tokens: first.tokens,
            decisions: first.decisions,
            aware: derived.policies_aware_of_agents()?.into_iter().collect(),
            traces: derived.sources_of_spans()?.into_iter().collect(),
            held: hops.held.iter().copied().collect(),
            beyond: hops.beyond.iter().map(|h| (h.token, h.by == "exchange")).collect(),
            counts: BTreeMap::new(),
        })
    }

    pub(super) fn see(&mut self, row: &CheckedRow, found: Found, derived: &Derived<'_>) -> Result<(), CaseError> {
        let logged = self.decisions.of_call(row.event);
        if let Some((decision, by)) = logged {
            derived.decision_fact(row.event, decision.event, by.word())?;
        }
        let own = if row.decides { derived.evaluated_of(row.event)? } else { Vec::new() };
        let seen = Seen {
            row,
            subjects: self.subjects(row, &own, logged.map(|(d, _)| d)),
            decision: self.decision(row, &own, logged, found),
            token: self.token(row),
            withdrawn: found.withdrawn,
            impersonation_checked: self.world.text(Some(row.source)) == Some("kubernetes_audit"),
        };
        let verdict = examine(&seen).verdict.number();
        let decided = match row.judged.on_person {
            Said::Yes => 2,
            Said::No => 1,
            Said::Unknown => i64::from(row.judged.subjects_said),
        };
        derived.verdict_fact(row.event, verdict, decided)?;
        let agents = row.agent.is_some() || row.judged.agent_evidence;
        *self.counts.entry((verdict, agents, decided)).or_default() += 1;
        Ok(())
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = VerdictCount> + '_ {
        self.counts.iter().map(|(&(verdict, agents, decided), &calls)| VerdictCount { verdict, agents, decided, calls })
    }

    fn subjects(&self, row: &CheckedRow, own: &[i64], logged: Option<&DecisionRow>) -> Subjects {
        let all = own.iter().chain(logged.iter().flat_map(|d| &d.evaluated));
        let stated = Subjects::of(
            row,
            all.map(|p| {
                let party = self.world.party_at(*p, row.time, None);
                (party, self.world.kind(party))
            }),
        );
        stated.or_certain(row)
    }

    fn decision(
        &self,
        row: &CheckedRow,
        own: &[i64],
        logged: Option<(&DecisionRow, By)>,
        found: Found,
    ) -> Option<OnRecord> {
        let aware = |source: i64, policy: Option<i64>| policy.is_some_and(|p| self.aware.contains(&(source, p)));
        OnRecord::of(row, !own.is_empty(), found.self_judged, aware(row.source, row.judged.policy)).or_else(|| {
            let (d, by) = logged?;
            let agents_own = found.self_judged
                || self.traces.contains(&d.source)
                || d.by.is_some_and(|b| AGENTS_HAND.contains(&b)) && self.mapped(d.source);
            let apart = d.time.zip(row.time).map(|(t, at)| self.world.clocks.between((d.source, t), (row.source, at)));
            Some(OnRecord::logged(row, d, (by == By::Subject, agents_own), apart, aware(d.source, d.policy)))
        })
    }

    fn mapped(&self, source: i64) -> bool {
        self.world.text(Some(source)).is_some_and(|s| s.starts_with("mapping:"))
    }

    fn token(&self, row: &CheckedRow) -> TokenSeen {
        let Some(id) = row.token else { return TokenSeen::default() };
        let token = self.tokens.get(id);
        let actors = token.map(|t| t.actors.as_slice()).unwrap_or_default();
        TokenSeen {
            exchanged: token.is_some_and(|t| t.parent.is_some()),
            hop_held: self.held.contains(&id),
            hop_beyond: self.beyond.get(&id).copied(),
            ..TokenSeen::of_actors(
                row,
                actors,
                self.world.kind(row.judged.token_actor),
                self.world.kind(row.wire_party),
            )
        }
    }
}

/// The grade of a decision that another log holds: how it was joined, and who wrote it.
impl OnRecord {
    pub fn logged(
        row: &CheckedRow,
        d: &DecisionRow,
        (by_subject, agents_own): (bool, bool),
        apart: Option<(i64, i64)>,
        aware_of_agents: bool,
    ) -> OnRecord {
        let grade = match (agents_own, by_subject) {
            (true, _) => Grade::D,
            (_, true) => Grade::C,
            _ => Grade::B,
        };
        let allows = if d.allows { Some(true) } else { d.denies.then_some(false) };
        let credential = match (d.credential, row.judged.credential) {
            (Some(a), Some(b)) if a == b => Said::Yes,
            (Some(_), Some(_)) => Said::No,
            _ => Said::Unknown,
        };
        OnRecord { allows, grade, own: false, apart, credential, aware_of_agents }
    }
}
