//! The second pass: what a call's first facts, held against decisions, approvals, limits and tokens, say beside them.

mod approved;
mod bridged;
mod cumulative;
mod decided;
mod hops;
mod spread;
mod verdicts;
mod wielded;

use super::super::entitlement::Question;
use super::super::error::RuleError;
use super::super::world::World;
use super::decisions::Decisions;
use super::stakes::Stakes;
use super::tokens::{Tokens, Uses};
use crate::case::{Case, CaseError, CheckedRow, Derived};
use crate::model::Attribute;

/// What the first pass made, for the second.
pub(super) struct First<'a> {
    pub world: &'a World<'a>,
    pub stakes: &'a Stakes<'a>,
    pub tokens: &'a Tokens,
    pub uses: &'a Uses,
    pub decisions: &'a Decisions,
}

/// Computes and writes the facts of the second pass.
pub(super) fn write(
    case: &Case,
    derived: &Derived<'_>,
    first: &First<'_>,
    mut tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<(), RuleError> {
    let world = first.world;
    let hops = hops::facts(first);
    for fact in &hops.beyond {
        derived.hop_fact(fact)?;
    }
    for token in &hops.held {
        derived.hop_held(*token)?;
    }
    let mut decided = decided::Decided::load(derived, first)?;
    let mut verdicts = verdicts::Verdicts::new(derived, first, &hops)?;
    let mut bridged = bridged::Bridged::default();
    let mut approved = approved::Approved::load(case, derived, first)?;
    let mut cumulative = cumulative::Cumulative::new(world, first.tokens);
    let delegations = derived.delegations()?;
    let mut wielded = wielded::Wielded::new(world, &delegations);
    let mut spread = spread::Spread::default();
    let mut done = 0;
    derived.each_checked(|row| {
        // Attributes are a query of their own: only for calls that something is held against.
        let needed = approved.looks_at(&row) || cumulative.looks_at(&row) || decided.looks_at(&row);
        let attributes = if needed { derived.attributes_of(row.event)? } else { Vec::new() };
        let question = question(world, &row, &attributes);
        let found = decided.see(&row, question.as_ref(), derived)?;
        verdicts.see(&row, found, derived)?;
        bridged.see(&row);
        approved.see(&row, &attributes);
        for fact in cumulative.see(&row, question.as_ref()) {
            derived.cumulative_fact(&fact)?;
        }
        wielded.see(&row);
        spread.see(&row, world);
        done += 1;
        if done % 10_000 == 0 {
            tick(10_000)?;
        }
        Ok::<(), CaseError>(())
    })?;
    tick(done % 10_000)?;
    for count in verdicts.counts() {
        derived.verdict_count(count)?;
    }
    for fact in bridged.facts() {
        derived.bridge_fact(fact)?;
    }
    for fact in decided.undecided() {
        derived.undecided_fact(fact)?;
    }
    for fact in approved.facts() {
        derived.approval_fact(&fact)?;
    }
    for fact in wielded.facts() {
        derived.wielded_fact(&fact)?;
    }
    for fact in spread.facts() {
        derived.spread_token_fact(&fact)?;
    }
    Ok(())
}

fn question<'a>(world: &World<'a>, row: &CheckedRow, attributes: &'a [(String, Attribute)]) -> Option<Question<'a>> {
    let action = world.text(row.action)?;
    let (service, resource) = (world.text(row.service), world.text(row.resource));
    Some(Question { service, action, resource, at: row.time, attributes })
}
