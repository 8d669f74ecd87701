//! Calls and the decisions beside them: none at all (AZ-09), one that the right did not outlive (AZ-12), one that the agent
//! wrote itself (AZ-14).

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::super::entitlement::{Question, withdrawn_between};
use super::super::super::error::RuleError;
use super::super::super::world::World;
use super::super::decisions::{Decisions, places};
use super::First;
use crate::case::{CaseError, CheckedRow, DecisionRow, Derived, SelfJudgedFact, UndecidedFact, WithdrawnFact};
use crate::model::time::MINUTE;

/// Calls without decision that are kept of one tool. Where there are more, decisions cover no tool of this size.
const KEPT: usize = 100_000;
/// Numbers of who wrote a record: the caller, a model.
pub(super) const AGENTS_HAND: std::ops::RangeInclusive<i64> = 3..=4;

#[derive(Default)]
struct Tool {
    calls: u32,
    decided: u32,
    undecided: Vec<i64>,
}

/// What agents' own traces are written by.
#[derive(Default)]
struct Hands {
    services: FxHashSet<i64>,
    hosts: FxHashSet<i64>,
}

/// What was found of one call.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub withdrawn: bool,
    /// Every decision in evidence is the agent's own.
    pub self_judged: bool,
}

pub(super) struct Decided<'a> {
    world: &'a World<'a>,
    decisions: &'a Decisions,
    tools: FxHashMap<(i64, i64), Tool>,
    traces: FxHashSet<i64>,
    /// By run (`true`) or trace.
    hands: FxHashMap<(bool, i64), Hands>,
}

impl<'a> Decided<'a> {
    pub(super) fn load(derived: &Derived<'_>, first: &First<'a>) -> Result<Decided<'a>, RuleError> {
        let mut decided = Decided {
            world: first.world,
            decisions: first.decisions,
            tools: FxHashMap::default(),
            traces: derived.sources_of_spans()?.into_iter().collect(),
            hands: FxHashMap::default(),
        };
        // Only where a decision does not say who wrote it.
        if decided.decisions.rows().iter().any(|row| row.by.is_none() && decided.mapped(row.source)) {
            for (run, trace, _, service, host) in derived.written_by_agents()? {
                let run = run.and_then(|key| first.world.run_with_key(key)).map(|r| (true, r.id));
                for key in run.into_iter().chain(trace.map(|t| (false, t))) {
                    let hands = decided.hands.entry(key).or_default();
                    hands.services.extend(service);
                    hands.hosts.extend(host);
                }
            }
        }
        Ok(decided)
    }

    /// Whether decisions elsewhere may speak of a call, so that its attributes are needed.
    pub(super) fn looks_at(&self, row: &CheckedRow) -> bool {
        !self.decisions.is_empty() && row.outcome == 0
    }

    pub(super) fn see(
        &mut self,
        row: &CheckedRow,
        question: Option<&Question<'_>>,
        derived: &Derived<'_>,
    ) -> Result<Found, CaseError> {
        let beside = self.decisions.beside(self.world, row);
        let decided = row.decides || !beside.is_empty() || row.outcome == 1;
        if let Some(action) = row.action {
            let tool = self.tools.entry((row.service.unwrap_or(0), action)).or_default();
            tool.calls += 1;
            tool.decided += u32::from(decided);
            if !decided && matches!(row.outcome, 0 | 3) && tool.undecided.len() < KEPT {
                tool.undecided.push(row.event);
            }
        }
        let mut found = Found::default();
        if row.outcome == 0
            && let Some(fact) = question.and_then(|q| self.withdrawn(row, q, &beside))
        {
            derived.withdrawn_fact(&fact)?;
            found.withdrawn = true;
        }
        if let Some(fact) = self.self_judged(row, &beside) {
            derived.self_judged_fact(&fact)?;
            found.self_judged = true;
        }
        Ok(found)
    }

    /// The latest decision that allowed the call, where what it rested on was gone when the call went through.
    fn withdrawn(&self, row: &CheckedRow, question: &Question<'_>, beside: &[u32]) -> Option<WithdrawnFact> {
        let at = row.time?;
        let decision = beside
            .iter()
            .filter_map(|n| self.decisions.row(*n))
            .find(|d| d.allows && d.time.is_some_and(|t| t <= at))?;
        let decided = decision.time?;
        let (_, bound) = self.world.clocks.between((decision.source, decided), (row.source, at));
        let surely = crate::model::Time(at.0 - bound);
        let of = |p: &i64| self.world.party_at(*p, decision.time, None);
        let mut subjects: Vec<i64> = decision.evaluated.iter().filter_map(of).collect();
        if decision.evaluated.is_empty() {
            subjects.extend(row.human);
        }
        if surely <= decided {
            return None;
        }
        subjects.into_iter().find_map(|whose| {
            let gone = withdrawn_between(&self.world.rights, whose, question, decided, surely)?;
            Some(WithdrawnFact {
                event: row.event,
                decision: decision.event,
                whose,
                minutes: (at.0 - decided.0) as f64 / MINUTE as f64,
                why: gone.because.first().cloned(),
            })
        })
    }

    /// Where every decision in evidence was written by the agent's own process.
    fn self_judged(&self, row: &CheckedRow, beside: &[u32]) -> Option<SelfJudgedFact> {
        if !row.agents_call {
            return None;
        }
        let own = row.decides.then(|| {
            let by = match () {
                () if row.by.is_some_and(|b| AGENTS_HAND.contains(&b)) && self.mapped(row.source) => Some("caller"),
                () if row.kind == 4 && self.traces.contains(&row.source) => Some("trace"),
                () => None,
            };
            (row.event, by)
        });
        let others = beside.iter().filter_map(|n| self.decisions.row(*n)).map(|d| (d.event, self.hand_of(d, row)));
        let all: Vec<(i64, Option<&'static str>)> = own.into_iter().chain(others).collect();
        let (decision, by) = *all.first()?;
        let every = all.iter().all(|(_, by)| by.is_some());
        by.filter(|_| every).map(|by| SelfJudgedFact { event: row.event, decision, by })
    }

    /// By what a decision record shows itself to be the agent's own.
    fn hand_of(&self, d: &DecisionRow, row: &CheckedRow) -> Option<&'static str> {
        if self.traces.contains(&d.source) {
            return Some("trace");
        }
        // What a policy engine's caller sent along does not make the decision the caller's.
        if !self.mapped(d.source) {
            return None;
        }
        if let Some(by) = d.by {
            return AGENTS_HAND.contains(&by).then_some("caller");
        }
        let hands: Vec<&Hands> = places(row.run, row.trace).filter_map(|key| self.hands.get(&key)).collect();
        let service = d.service.filter(|s| Some(*s) != row.service);
        match () {
            () if service.is_some_and(|s| hands.iter().any(|h| h.services.contains(&s))) => Some("service"),
            () if d.host.is_some_and(|host| hands.iter().any(|h| h.hosts.contains(&host))) => Some("host"),
            () => None,
        }
    }

    fn mapped(&self, source: i64) -> bool {
        self.world.text(Some(source)).is_some_and(|s| s.starts_with("mapping:"))
    }

    /// Calls without a decision, of tools of which most calls have one.
    pub(super) fn undecided(self) -> Vec<UndecidedFact> {
        let mut out: Vec<UndecidedFact> = self
            .tools
            .into_values()
            .filter(|tool| tool.decided.saturating_mul(2) > tool.calls)
            .flat_map(|tool| {
                let (calls, decided) = (tool.calls, tool.decided);
                tool.undecided.into_iter().map(move |event| UndecidedFact { event, calls, decided })
            })
            .collect();
        out.sort_by_key(|f| f.event);
        out
    }
}
