//! Records of decisions, and the calls that they were made for. *Joined* is the one decision of a call: by an exact id, by the
//! span, or by whom, what, on what and when, where one alone fits. *Beside* a call are all that may speak of it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::entitlement::Question;
use super::super::error::RuleError;
use super::super::same::{last, same_action, thing, things};
use super::super::world::World;
use crate::case::{AttributedRow, CaseError, CheckedRow, DecisionRow, Derived};
use crate::model::Attribute;
use crate::model::time::{DAY, MINUTE};

/// A decision about the same action on the same thing in the same run.
const IN_RUN: i64 = DAY;
/// A decision about the same principal, action and thing, with nothing else that joins.
const ALONE: i64 = 5 * MINUTE;
/// Decisions of one key that are looked at for a call, the latest first.
const LOOKED_AT: usize = 8;
/// A refusal without anything that joins it to what went through (AZ-07).
const REFUSED_ALONE: i64 = 15 * MINUTE;
/// Refusals of one action on one thing that are looked at.
const REFUSED_LOOKED_AT: usize = 64;
/// Shorter ids of two logs may be alike by chance.
const LONG_ID: usize = 16;

/// Run or trace, action, thing.
type Place = (bool, i64, u32, Option<u32>);

/// By what a call's decision was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    DecisionId,
    CallId,
    RequestId,
    Span,
    Subject,
}

impl By {
    pub(super) const fn word(self) -> &'static str {
        match self {
            By::DecisionId => "decision_id",
            By::CallId => "call_id",
            By::RequestId => "request_id",
            By::Span => "span",
            By::Subject => "subject",
        }
    }
}

#[derive(Default)]
pub(super) struct Decisions {
    rows: Vec<DecisionRow>,
    words: FxHashMap<String, u32>,
    by_own: FxHashMap<String, Vec<u32>>,
    by_id: FxHashMap<String, Vec<u32>>,
    by_request: FxHashMap<String, Vec<u32>>,
    by_span: FxHashMap<(i64, i64), Vec<u32>>,
    by_place: FxHashMap<Place, Vec<u32>>,
    by_party: FxHashMap<(i64, u32, Option<u32>), Vec<u32>>,
    /// Refusals of one person, by action and thing.
    refusals: FxHashMap<(u32, u32), Vec<(u32, i64)>>,
    /// Decisions that were found for a call by no more than whom, what and when: for one call each.
    claimed: FxHashSet<u32>,
    joined: FxHashMap<i64, (u32, By)>,
}

impl Decisions {
    pub(super) fn load(derived: &Derived<'_>, world: &World<'_>) -> Result<Decisions, RuleError> {
        let mut decisions = Decisions::default();
        let rows = derived.decisions()?;
        for (n, row) in rows.iter().enumerate() {
            decisions.add(n as u32, row, world);
        }
        if !rows.is_empty() {
            let by_event: FxHashMap<i64, u32> = rows.iter().zip(0..).map(|(row, n)| (row.event, n)).collect();
            for (event, request) in derived.requests_of_decisions()? {
                if let Some(n) = by_event.get(&event) {
                    decisions.by_request.entry(request).or_default().push(*n);
                }
            }
        }
        decisions.rows = rows;
        Ok(decisions)
    }

    fn add(&mut self, n: u32, row: &DecisionRow, world: &World<'_>) {
        self.by_own.entry(row.shown_id.clone()).or_default().push(n);
        if let Some(call) = &row.tool_call {
            self.by_id.entry(call.clone()).or_default().push(n);
        }
        if let Some(trace) = row.trace {
            for span in row.span.into_iter().chain(row.parent_span) {
                self.by_span.entry((trace, span)).or_default().push(n);
            }
        }
        let Some(action) = self.word(world, row.action, last) else { return };
        let forms = world.text(row.resource).map(|r| things(r, world.text(row.resource_type))).unwrap_or_default();
        let mut on: Vec<Option<u32>> = forms.into_iter().map(|form| Some(self.number(form))).collect();
        if on.is_empty() {
            on.push(None);
        }
        for (run, id) in places(row.run.and_then(|key| world.run_with_key(key)).map(|r| r.id), row.trace) {
            for on in &on {
                self.by_place.entry((run, id, action, *on)).or_default().push(n);
            }
        }
        let mut people = Vec::new();
        for party in row.evaluated.iter().filter_map(|p| world.party_at(*p, row.time, None)) {
            for on in &on {
                self.by_party.entry((party, action, *on)).or_default().push(n);
            }
            people.extend(world.is_person(Some(party)).then_some(party));
        }
        if let (true, [person]) = (row.denies, people.as_slice()) {
            for on in on.into_iter().flatten() {
                self.refusals.entry((action, on)).or_default().push((n, *person));
            }
        }
    }

    fn word(&mut self, world: &World<'_>, string: Option<i64>, normal: fn(&str) -> String) -> Option<u32> {
        let text = normal(world.text(string)?);
        Some(self.number(text))
    }

    fn number(&mut self, text: String) -> u32 {
        let next = self.words.len() as u32;
        *self.words.entry(text).or_insert(next)
    }

    fn known(&self, world: &World<'_>, string: Option<i64>, normal: fn(&str) -> String) -> Option<u32> {
        world.text(string).and_then(|text| self.words.get(&normal(text))).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn rows(&self) -> &[DecisionRow] {
        &self.rows
    }

    pub(super) fn row(&self, n: u32) -> Option<&DecisionRow> {
        self.rows.get(n as usize)
    }

    /// The decision that a call was joined to.
    pub(super) fn of_call(&self, event: i64) -> Option<(&DecisionRow, By)> {
        let (n, by) = self.joined.get(&event)?;
        Some((self.row(*n)?, *by))
    }

    /// Finds the one decision of a call, and keeps it. Calls come in the order of time.
    pub(super) fn join(
        &mut self,
        derived: &Derived<'_>,
        world: &World<'_>,
        row: &AttributedRow,
        attributes: &[(String, Attribute)],
    ) -> Result<(), CaseError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let keys = derived.join_keys(row.event)?;
        let call = Call { world, row };
        let found = self
            .by_ids(&call, &keys, attributes)
            .or_else(|| self.by_spans(&call, keys.span, keys.parent_span).map(|n| (n, By::Span)))
            .or_else(|| self.by_subject(&call).map(|n| (n, By::Subject)));
        if let Some((n, by)) = found {
            if by == By::Subject {
                self.claimed.insert(n);
            }
            self.joined.insert(row.event, (n, by));
        }
        Ok(())
    }

    fn by_ids(
        &self,
        call: &Call<'_, '_>,
        keys: &crate::case::JoinKeys,
        attributes: &[(String, Attribute)],
    ) -> Option<(u32, By)> {
        let said = |names: &[&str]| {
            let named = attributes.iter().filter(|(name, _)| names.contains(&plain(name).as_str()));
            named
                .filter_map(|(_, v)| if let Attribute::Text(t) = v { Some(t.clone()) } else { None })
                .collect::<Vec<_>>()
        };
        let mut own = said(&["decisionid", "policydecisionid", "authzdecisionid"]);
        own.extend(keys.tool_call.clone().filter(|id| id.len() >= LONG_ID));
        let found = own.iter().filter_map(|id| self.by_own.get(id)).flatten();
        if let Some(n) = self.one(call, found.copied().collect(), false) {
            return Some((n, By::DecisionId));
        }
        let ids = [Some(&keys.shown_id), keys.tool_call.as_ref()];
        let found = ids.into_iter().flatten().filter_map(|id| self.by_id.get(id)).flatten();
        if let Some(n) = self.one(call, found.copied().collect(), false) {
            return Some((n, By::CallId));
        }
        let mut requests = said(&["requestid", "reqid", "xrequestid", "correlationid"]);
        requests.push(keys.shown_id.clone());
        requests.retain(|id| id.len() >= LONG_ID);
        let mut found: Vec<u32> = requests.iter().filter_map(|id| self.by_request.get(id)).flatten().copied().collect();
        // One request may bear one id in the log of the call and in that of its decision.
        if keys.shown_id.len() >= LONG_ID && !keys.shown_id.starts_with("sha256:") {
            found.extend(self.by_own.get(&keys.shown_id).into_iter().flatten());
        }
        self.one(call, found, true).map(|n| (n, By::RequestId))
    }

    fn by_spans(&self, call: &Call<'_, '_>, span: Option<i64>, parent: Option<i64>) -> Option<u32> {
        let trace = call.row.trace?;
        let own: Vec<u32> = span.and_then(|s| self.by_span.get(&(trace, s))).into_iter().flatten().copied().collect();
        let own = own.into_iter().filter(|n| !self.late(call, *n)).collect();
        if let Some(n) = self.one(call, own, false) {
            return Some(n);
        }
        // Below one span there may be many calls: only the decision about this action on this thing is this one's.
        let beside: Vec<u32> = parent
            .and_then(|s| self.by_span.get(&(trace, s)))
            .into_iter()
            .flatten()
            .copied()
            .filter(|n| !self.late(call, *n) && self.about(call, *n))
            .collect();
        self.one(call, beside, true)
    }

    /// By whose rights were evaluated, for what, on what, within what clocks leave open; one alone, and for one call.
    fn by_subject(&self, call: &Call<'_, '_>) -> Option<u32> {
        let (row, world) = (call.row, call.world);
        let action = self.known(world, row.action, last)?;
        let on = self.known(world, row.resource, thing)?;
        let at = row.time?;
        let parties = [row.human, row.agent, row.wire_party, row.authority];
        let mut near: Vec<u32> = Vec::new();
        for party in parties.into_iter().flatten() {
            let list = self.by_party.get(&(party, action, Some(on))).map(Vec::as_slice).unwrap_or_default();
            let until = list.partition_point(|n| self.apart(call, *n).is_none_or(|(apart, bound)| apart >= -bound));
            let back = list[..until].iter().rev().take(LOOKED_AT).copied();
            near.extend(back.filter(|n| {
                !self.claimed.contains(n)
                    && self.rows[*n as usize].time.is_some_and(|t| t.0.abs_diff(at.0) < DAY as u64)
                    && self.apart(call, *n).is_some_and(|(apart, bound)| apart <= bound)
                    && self.about(call, *n)
            }));
        }
        near.sort_unstable();
        near.dedup();
        // Of several that say the same the latest before the call is its own.
        let before = near.iter().rev().find(|n| self.apart(call, **n).is_some_and(|(apart, _)| apart >= 0)).copied();
        self.agreed(&near).map(|n| before.unwrap_or(n))
    }

    /// The one of several that is about the call; none where those that may be say different things.
    fn one(&self, call: &Call<'_, '_>, mut found: Vec<u32>, about: bool) -> Option<u32> {
        found.sort_unstable();
        found.dedup();
        let fit: Vec<u32> = found.iter().copied().filter(|n| self.about(call, *n)).collect();
        if !fit.is_empty() {
            return self.agreed(&fit);
        }
        let of_action: Vec<u32> = found
            .iter()
            .copied()
            .filter(|n| {
                let theirs = call.world.text(self.rows[*n as usize].action);
                let on = call.world.text(self.rows[*n as usize].resource);
                let mine = call.world.text(call.row.action);
                match (theirs, mine) {
                    (Some(a), Some(b)) => same_action(a, b) && (on.is_none() || call.row.resource.is_none()),
                    _ => !about,
                }
            })
            .collect();
        if !of_action.is_empty() || about {
            return self.agreed(&of_action);
        }
        // An exact id holds, whatever the policy calls the action: but only one decision may bear it.
        match found.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// The last of decisions that have one effect and one set of subjects.
    fn agreed(&self, found: &[u32]) -> Option<u32> {
        let says = |n: &u32| {
            let d = &self.rows[*n as usize];
            (d.allows, d.denies, &d.evaluated)
        };
        let last = found.last()?;
        found.iter().all(|n| says(n) == says(last)).then_some(*last)
    }

    /// About the same action on the same thing.
    fn about(&self, call: &Call<'_, '_>, n: u32) -> bool {
        let d = &self.rows[n as usize];
        let pair = |a: Option<i64>, b: Option<i64>| Some((call.world.text(a)?, call.world.text(b)?));
        pair(d.action, call.row.action).is_some_and(|(a, b)| same_action(a, b))
            && pair(d.resource, call.row.resource)
                .is_some_and(|(a, b)| things(a, call.world.text(d.resource_type)).contains(&thing(b)))
    }

    /// How much later the call is than the decision, on one clock, and the bound of that.
    fn apart(&self, call: &Call<'_, '_>, n: u32) -> Option<(i64, i64)> {
        let d = &self.rows[n as usize];
        Some(call.world.clocks.between((d.source, d.time?), (call.row.source, call.row.time?)))
    }

    fn late(&self, call: &Call<'_, '_>, n: u32) -> bool {
        self.apart(call, n).is_some_and(|(apart, bound)| apart < -bound || apart > IN_RUN)
    }

    /// The refusal in a decision log that a call which went through went round, and the minutes since: the person was evaluated
    /// and denied, and this is on other rights, with no new grant between.
    pub(super) fn refused_before(
        &self,
        world: &World<'_>,
        row: &AttributedRow,
        subjects: &[i64],
        question: Option<&Question<'_>>,
    ) -> Option<(i64, f64)> {
        if self.refusals.is_empty() || row.outcome != 0 {
            return None;
        }
        let at = row.time?;
        let key = (self.known(world, row.action, last)?, self.known(world, row.resource, thing)?);
        let (list, root) = (self.refusals.get(&key)?, world.root(row.run));
        let call = Call { world, row };
        let until = list.partition_point(|(n, _)| self.rows[*n as usize].time.is_some_and(|t| t < at));
        let own = self.joined.get(&row.event).map(|(n, _)| *n);
        list[..until].iter().rev().take(REFUSED_LOOKED_AT).find_map(|(n, person)| {
            let d = &self.rows[*n as usize];
            let time = d.time?;
            let apart = at.0 - time.0;
            let together =
                root.is_some() && root == world.root(d.run.and_then(|key| world.run_with_key(key)).map(|r| r.id));
            let denied: Vec<i64> = sorted(d.evaluated.iter().filter_map(|p| world.party_at(*p, d.time, None)));
            let fits = Some(*n) != own
                && (apart <= REFUSED_ALONE || (together && apart <= DAY))
                && row.human.is_none_or(|h| h == *person)
                && self.about(&call, *n)
                && on_other_rights(&denied, subjects, row.authority)
                && !question.is_some_and(|q| world.rights.granted_between(*person, q, time, at));
            fits.then_some((d.event, apart as f64 / MINUTE as f64))
        })
    }

    /// Decisions beside a call by what joins them best, the latest first.
    pub(super) fn beside(&self, world: &World<'_>, row: &CheckedRow) -> Vec<u32> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let in_time = |n: u32| {
            let d = &self.rows[n as usize];
            let pair = d.time.zip(row.time);
            pair.is_none_or(|(t, at)| {
                let (apart, bound) = world.clocks.between((d.source, t), (row.source, at));
                apart >= -bound
            })
        };
        if let Some((n, by)) = self.joined.get(&row.event)
            && *by != By::Subject
            && in_time(*n)
        {
            return vec![*n];
        }
        let ids = [Some(row.shown_id.as_str()), row.tool_call.as_deref()];
        let named = ids.into_iter().flatten().filter_map(|id| self.by_id.get(id));
        let found = self.taken(world, row, named, i64::MAX, None);
        if !found.is_empty() {
            return found;
        }
        let action = self.known(world, row.action, last);
        let spans =
            row.trace.into_iter().flat_map(|t| row.span.into_iter().chain(row.parent_span).map(move |s| (t, s)));
        let found = self.taken(world, row, spans.filter_map(|key| self.by_span.get(&key)), IN_RUN, Some(action));
        if !found.is_empty() {
            return found;
        }
        let Some(action) = action else { return Vec::new() };
        let mut on = vec![None];
        on.extend(self.known(world, row.resource, thing).map(Some));
        let places: Vec<_> = places(row.run, row.trace).collect();
        let here = places.iter().flat_map(|(run, id)| on.iter().map(|o| (*run, *id, action, *o)));
        let found = self.taken(world, row, here.filter_map(|key| self.by_place.get(&key)), IN_RUN, None);
        if !found.is_empty() {
            return found;
        }
        let parties = [row.human, row.agent, row.wire_party, row.authority];
        let theirs = parties.into_iter().flatten().flat_map(|p| on.iter().map(move |o| (p, action, *o)));
        self.taken(world, row, theirs.filter_map(|key| self.by_party.get(&key)), ALONE, None)
    }

    /// Of lists in the order of time those at or before the call, no older than `window`. `action`: of a span, the call's
    /// own action, which a decision about another is not about.
    fn taken<'b>(
        &self,
        world: &World<'_>,
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
                        let (apart, bound) = world.clocks.between((d.source, t), (row.source, at));
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
                    let theirs = self.known(world, d.action, last);
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
}

/// A call that a decision is looked for.
struct Call<'r, 'w> {
    world: &'r World<'w>,
    row: &'r AttributedRow,
}

/// Another set of evaluated subjects where the call's are known, else another authority than the one whom the decision
/// evaluated.
fn on_other_rights(denied: &[i64], subjects: &[i64], authority: Option<i64>) -> bool {
    match (subjects.is_empty(), denied, authority) {
        (false, ..) => denied != subjects,
        (true, [one], Some(authority)) => *one != authority,
        _ => false,
    }
}

pub(super) fn places(run: Option<i64>, trace: Option<i64>) -> impl Iterator<Item = (bool, i64)> {
    run.map(|r| (true, r)).into_iter().chain(trace.map(|t| (false, t)))
}

pub(super) fn sorted(parties: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut all: Vec<i64> = parties.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// `Decision-Id` and `decision_id` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}
