//! Facts: what rules need as columns, computed in Rust from the case and the attributions, one pass in the order of time.

mod accounts;
mod addresses;
mod agents;
mod bypass;
mod calls;
mod checked;
mod clients;
mod decisions;
mod holes;
mod impossible;
mod instructions;
mod patterns;
mod rhythm;
mod scope;
pub mod signals;
mod sprawl;
mod stakes;
mod surroundings;
mod tokens;
mod traced;
mod untraced;

use super::error::RuleError;
use super::world::{Context, World};
use crate::case::{Case, CaseError, Derived};

pub use addresses::{Networks, Place};
pub use scope::{Detail, scope_covers};
pub use stakes::{guess, nearest_asset};

/// Events listed for one fact of an account. More are counted, not listed: a robot has millions.
const LISTED: usize = 2_000;

/// Computes and writes all facts of an analysis.
pub fn compute(
    case: &Case,
    derived: &Derived<'_>,
    context: &Context,
    mut tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<(), RuleError> {
    let world = World::load(derived, context)?;
    let stakes = stakes::Stakes::new(&context.assets);
    let tokens = tokens::Tokens::new(&world, &derived.vocabulary()?);
    let clients = clients::Learned::new(&world, &derived.clients_seen()?);
    let decisions = decisions::Decisions::load(derived, &world)?;
    let mut calls = calls::Calls::new(&world, &tokens, &clients, decisions);
    let mut uses = tokens::Uses::default();
    let mut accounts = accounts::Accounts::new(&world, &clients);
    let mut sprawl = sprawl::Sprawl::new(&world);
    let mut agents = agents::Agents::new(&world);
    let placed = derived.placed()?;
    let mut impossible = impossible::Impossible::new(&world, &placed);
    let mut untraced = untraced::Untraced::new(&placed, &derived.joined_calls()?);
    let mut done = 0;
    derived.each_attributed(|row| {
        let rated = stakes.of(&world, row.service, row.action, row.resource);
        if row.in_scope {
            accounts.see(&row, &rated);
            agents.see(&row, &rated);
        }
        if matches!(row.kind, 0 | 4) {
            // What lies outside the scope is still what came before: a refusal, a grant.
            let fact = calls.fact(derived, &row, &rated)?;
            sprawl.see(&row, &rated);
            impossible.see(&row, &rated);
            if row.in_scope {
                untraced.see(&world, &row);
                uses.see(&row, &fact, &world);
                derived.call_fact(&fact)?;
            }
        }
        done += 1;
        if done % 10_000 == 0 {
            tick(10_000)?;
        }
        Ok::<(), CaseError>(())
    })?;
    tick(done % 10_000)?;
    for fact in tokens.facts(&uses, &world) {
        derived.token_fact(&fact)?;
    }
    let decisions = calls.into_decisions();
    let first = checked::First { world: &world, stakes: &stakes, tokens: &tokens, uses: &uses, decisions: &decisions };
    checked::write(case, derived, &first, &mut tick)?;
    let sprawl = sprawl.facts();
    let shown = accounts.facts(&sprawl);
    for fact in &shown.accounts {
        derived.account_fact(fact)?;
    }
    for fact in &shown.namespaces {
        derived.namespace_fact(fact)?;
    }
    for fact in &shown.signals {
        derived.signal_fact(fact)?;
    }
    for (principal, hour, calls, counted) in shown.hours {
        derived.account_hour(principal, hour, calls, counted)?;
    }
    for fact in sprawl.values() {
        derived.sprawl_fact(fact)?;
    }
    for fact in agents.facts() {
        derived.agent_fact(&fact)?;
    }
    for fact in impossible.facts() {
        derived.lineage_fact(&fact)?;
    }
    for (event, calls, traced) in untraced.facts() {
        derived.untraced_fact(event, calls, traced)?;
    }
    for fact in patterns::facts(&world, derived.pattern_counts()?) {
        derived.pattern_fact(&fact)?;
    }
    holes::write(case, derived)?;
    instructions::write(case, derived, &mut tick)?;
    for fact in traced::facts(derived, &world, &stakes)? {
        derived.traced_fact(&fact)?;
    }
    Ok(())
}
