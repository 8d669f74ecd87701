//! Calls and the decisions beside them: none at all (AZ-09), one that the right did not outlive (AZ-12), one that the agent
//! wrote itself (AZ-14).

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::super::entitlement::{Question, withdrawn_between};
use super::super::super::error::RuleError;
use super::super::super::world::World;
use crate::case::{CaseError, CheckedRow, DecisionRow, Derived, SelfJudgedFact, UndecidedFact, WithdrawnFact};
use crate::model::time::{DAY, MINUTE};

/// A decision about the same action on the same thing in the same run.
const IN_RUN: i64 = DAY;
/// A decision about the same principal, action and thing, with nothing else that joins.
const ALONE: i64 = 5 * MINUTE;
/// Decisions of one key that are looked at for a call, the latest first.
const LOOKED_AT: usize = 8;
/// Calls without decision that are kept of one tool. Where there are more, decisions cover no tool of this size.
const KEPT: usize = 100_000;
/// Numbers of who wrote a record: the caller, a model.
const AGENTS_HAND: std::ops::RangeInclusive<i64> = 3..=4;

/// Run or trace, action, thing.
type Place = (bool, i64, u32, Option<u32>);

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

pub(super) struct Decisions<'a> {
    world: &'a World<'a>,
    rows: Vec<DecisionRow>,
    words: FxHashMap<String, u32>,
    by_id: FxHashMap<String, Vec<u32>>,
    by_span: FxHashMap<(i64, i64), Vec<u32>>,
    by_place: FxHashMap<Place, Vec<u32>>,
    by_party: FxHashMap<(i64, u32, Option<u32>), Vec<u32>>,
    tools: FxHashMap<(i64, i64), Tool>,
    traces: FxHashSet<i64>,
    /// By run (`true`) or trace.
    hands: FxHashMap<(bool, i64), Hands>,
}

impl<'a> Decisions<'a> {
    pub(super) fn load(derived: &Derived<'_>, world: &'a World<'a>) -> Result<Decisions<'a>, RuleError> {
        let mut decisions = Decisions {
            world,
            rows: Vec::new(),
            words: FxHashMap::default(),
            by_id: FxHashMap::default(),
            by_span: FxHashMap::default(),
            by_place: FxHashMap::default(),
            by_party: FxHashMap::default(),
            tools: FxHashMap::default(),
            traces: derived.sources_of_spans()?.into_iter().collect(),
            hands: FxHashMap::default(),
        };
        let rows = derived.decisions()?;
        for (n, row) in rows.iter().enumerate() {
            decisions.add(n as u32, row);
        }
        // Only where a decision does not say who wrote it.
        if rows.iter().any(|row| row.by.is_none() && decisions.mapped(row.source)) {
            for (run, trace, _, service, host) in derived.written_by_agents()? {
                let run = run.and_then(|key| world.run_with_key(key)).map(|r| (true, r.id));
                for key in run.into_iter().chain(trace.map(|t| (false, t))) {
                    let hands = decisions.hands.entry(key).or_default();
                    hands.services.extend(service);
                    hands.hosts.extend(host);
                }
            }
        }
        decisions.rows = rows;
        Ok(decisions)
    }

    fn add(&mut self, n: u32, row: &DecisionRow) {
        if let Some(call) = &row.tool_call {
            self.by_id.entry(call.clone()).or_default().push(n);
        }
        if let Some(trace) = row.trace {
            for span in row.span.into_iter().chain(row.parent_span) {
                self.by_span.entry((trace, span)).or_default().push(n);
            }
        }
        let Some(action) = self.word(row.action, last) else { return };
        let on = self.word(row.resource, thing);
        for (run, id) in self.places(row.run.and_then(|key| self.world.run_with_key(key)).map(|r| r.id), row.trace) {
            self.by_place.entry((run, id, action, on)).or_default().push(n);
        }
        for party in row.evaluated.iter().filter_map(|p| self.world.party_at(*p, row.time, None)) {
            self.by_party.entry((party, action, on)).or_default().push(n);
        }
    }

    fn places(&self, run: Option<i64>, trace: Option<i64>) -> impl Iterator<Item = (bool, i64)> + use<> {
        run.map(|r| (true, r)).into_iter().chain(trace.map(|t| (false, t)))
    }

    fn word(&mut self, string: Option<i64>, normal: fn(&str) -> String) -> Option<u32> {
        let text = normal(self.world.text(string)?);
        let next = self.words.len() as u32;
        Some(*self.words.entry(text).or_insert(next))
    }

    /// Whether decisions elsewhere may speak of a call, so that its attributes are needed.
    pub(super) fn looks_at(&self, row: &CheckedRow) -> bool {
        !self.rows.is_empty() && row.outcome == 0
    }

    pub(super) fn see(
        &mut self,
        row: &CheckedRow,
        question: Option<&Question<'_>>,
        derived: &Derived<'_>,
    ) -> Result<(), CaseError> {
        let beside = self.of(row);
        let decided = row.decides || !beside.is_empty() || row.outcome == 1;
        if let Some(action) = row.action {
            let tool = self.tools.entry((row.service.unwrap_or(0), action)).or_default();
            tool.calls += 1;
            tool.decided += u32::from(decided);
            if !decided && matches!(row.outcome, 0 | 3) && tool.undecided.len() < KEPT {
                tool.undecided.push(row.event);
            }
        }
        if row.outcome == 0
            && let Some(fact) = question.and_then(|q| self.withdrawn(row, q, &beside))
        {
            derived.withdrawn_fact(&fact)?;
        }
        if let Some(fact) = self.self_judged(row, &beside) {
            derived.self_judged_fact(&fact)?;
        }
        Ok(())
    }

    /// Decisions beside a call by what joins them best, the latest first.
    fn of(&self, row: &CheckedRow) -> Vec<u32> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let ids = [Some(row.shown_id.as_str()), row.tool_call.as_deref()];
        let named = ids.into_iter().flatten().filter_map(|id| self.by_id.get(id));
        let found = self.taken(row, named, i64::MAX, None);
        if !found.is_empty() {
            return found;
        }
        let known = |string, normal: fn(&str) -> String| {
            self.world.text(string).and_then(|text| self.words.get(&normal(text))).copied()
        };
        let action = known(row.action, last);
        let spans =
            row.trace.into_iter().flat_map(|t| row.span.into_iter().chain(row.parent_span).map(move |s| (t, s)));
        let found = self.taken(row, spans.filter_map(|key| self.by_span.get(&key)), IN_RUN, Some(action));
        if !found.is_empty() {
            return found;
        }
        let Some(action) = action else { return Vec::new() };
        let mut on = vec![None];
        on.extend(known(row.resource, thing).map(Some));
        let places: Vec<_> = self.places(row.run, row.trace).collect();
        let here = places.iter().flat_map(|(run, id)| on.iter().map(|o| (*run, *id, action, *o)));
        let found = self.taken(row, here.filter_map(|key| self.by_place.get(&key)), IN_RUN, None);
        if !found.is_empty() {
            return found;
        }
        let parties = [row.human, row.agent, row.wire_party, row.authority];
        let theirs = parties.into_iter().flatten().flat_map(|p| on.iter().map(move |o| (p, action, *o)));
        self.taken(row, theirs.filter_map(|key| self.by_party.get(&key)), ALONE, None)
    }

    /// Of lists in the order of time those at or before the call, no older than `window`. `action`: of a span, the call's
    /// own action, which a decision about another is not about.
    fn taken<'b>(
        &self,
        row: &CheckedRow,
        lists: impl Iterator<Item = &'b Vec<u32>>,
        window: i64,
        action: Option<Option<u32>>,
    ) -> Vec<u32> {
        let mut out: Vec<u32> = Vec::new();
        for list in lists {
            let until = match row.time {
                Some(at) => list.partition_point(|n| {
                    let d = &self.rows[*n as usize];
                    d.time.is_none_or(|t| {
                        let (apart, bound) = self.world.clocks.between((d.source, t), (row.source, at));
                        apart >= -bound
                    })
                }),
                None => list.len(),
            };
            let near = list[..until].iter().rev().take(LOOKED_AT).filter(|n| {
                let d = &self.rows[**n as usize];
                let young = match (d.time, row.time) {
                    (Some(t), Some(at)) => at.0.saturating_sub(t.0) <= window,
                    _ => window == i64::MAX,
                };
                let about = action.is_none_or(|mine| {
                    let theirs = self.world.text(d.action).and_then(|a| self.words.get(&last(a))).copied();
                    mine.is_none() || theirs.is_none() || mine == theirs
                });
                young && about
            });
            out.extend(near);
        }
        out.sort_unstable_by(|a, b| b.cmp(a));
        out.dedup();
        out
    }

    /// The latest decision that allowed the call, where what it rested on was gone when the call went through.
    fn withdrawn(&self, row: &CheckedRow, question: &Question<'_>, beside: &[u32]) -> Option<WithdrawnFact> {
        let at = row.time?;
        let decision =
            beside.iter().map(|n| &self.rows[*n as usize]).find(|d| d.allows && d.time.is_some_and(|t| t <= at))?;
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
        let others = beside.iter().map(|n| {
            let d = &self.rows[*n as usize];
            (d.event, self.hand_of(d, row))
        });
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
        let hands: Vec<&Hands> = self.places(row.run, row.trace).filter_map(|key| self.hands.get(&key)).collect();
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

/// The last part of an action's word: `refund.create` and `api:create` may be one action in two vocabularies.
fn last(action: &str) -> String {
    action.rsplit([':', '.', '/']).next().unwrap_or(action).trim().to_lowercase()
}

/// `order:7` and `order/7` are one thing.
fn thing(resource: &str) -> String {
    resource.trim().replace(':', "/").to_lowercase()
}
