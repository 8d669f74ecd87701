//! Hops of a delegation that go beyond the one before them (AZ-11): token exchanges, and fan-out in which the token itself
//! says that it was passed on.

use rustc_hash::FxHashMap;

use super::super::super::entitlement::Answer;
use super::super::scope::{Bounds, within};
use super::super::tokens::Token;
use super::First;
use crate::case::HopFact;

/// Hops beyond the one before them, and tokens that lie within the one that they were exchanged from.
#[derive(Default)]
pub(super) struct Hops {
    pub beyond: Vec<HopFact>,
    pub held: Vec<i64>,
}

pub(super) fn facts(first: &First<'_>) -> Hops {
    let First { world, tokens, uses, .. } = first;
    let mut out = Hops::default();
    let runs_of = |id: i64, token: &Token| -> Vec<i64> {
        let mut runs: Vec<i64> = uses.runs(id).collect();
        runs.extend(token.run.and_then(|key| world.run_with_key(key)).map(|r| r.id));
        runs.sort_unstable();
        runs.dedup();
        runs
    };
    let mut by_run: FxHashMap<i64, Vec<i64>> = FxHashMap::default();
    for (id, token) in tokens.all().filter(|(_, t)| t.delegated) {
        for run in runs_of(id, token) {
            by_run.entry(run).or_default().push(id);
        }
    }
    let held = |hop: &Token, before: &Token| -> (Answer, Option<String>) {
        if !tokens.comparable(hop, before) {
            return (Answer::Unknown, None);
        }
        within(bounds(hop), bounds(before))
    };
    for (id, token) in tokens.all() {
        if let Some(before) = token.parent {
            match tokens.get(before).map(|b| held(token, b)) {
                Some((Answer::No, Some(why))) => {
                    out.beyond.push(HopFact { token: id, event: token.event(), before, by: "exchange", why });
                }
                Some((Answer::Yes, _)) => out.held.push(id),
                _ => {}
            }
            continue;
        }
        // A token of a child run need not come from its parent's: only one that names the parent's agent does.
        let Some(passed_on) = token.actors.get(1..).filter(|inner| !inner.is_empty()) else { continue };
        let above = runs_of(id, token).into_iter().filter_map(|run| world.run(Some(run))?.parent);
        let mut before: Vec<i64> = above
            .flat_map(|run| by_run.get(&run).into_iter().flatten().copied())
            .filter(|other| *other != id)
            .filter(|other| {
                let other = tokens.get(*other);
                other.is_some_and(|o| o.subject == token.subject && o.agent.is_some_and(|a| passed_on.contains(&a)))
            })
            .collect();
        before.sort_by_key(|b| world.text(Some(*b)));
        before.dedup();
        let said: Vec<_> = before.iter().filter_map(|b| tokens.get(*b).map(|t| (*b, held(token, t)))).collect();
        // Where any of the tokens before it holds it, that is the one it came from.
        if said.iter().all(|(_, (answer, _))| *answer == Answer::No)
            && let Some((before, (_, Some(why)))) = said.into_iter().next()
        {
            out.beyond.push(HopFact { token: id, event: token.event(), before, by: "fan_out", why });
        }
    }
    out
}

fn bounds(token: &Token) -> Bounds<'_> {
    Bounds { scope: &token.scope, details: &token.details }
}
