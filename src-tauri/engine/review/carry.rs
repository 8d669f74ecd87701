//! What the next review begins with: the acts of the last one that are not of its evidence, as acts that say where they came from.

use super::error::ReviewError;
use super::log::append;
use super::propose::sha256;
use crate::case::{Case, CaseError};
use crate::model::deed::{Carried, CarriedException, CarriedMapping, Origin};
use crate::model::present::undone;
use crate::model::{Deed, Scope, Time};

/// What came along.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Brought {
    /// Head of the last case's chain; empty where it has no acts.
    pub head: String,
    pub identity: u32,
    pub suspects: u32,
    pub policy: u32,
    pub rules: u32,
    pub exceptions: u32,
    pub mappings: u32,
    pub criteria: u32,
}

/// Carries policy, mappings, acts on identity, suspects, exceptions, own rules and confirmed criteria of `last` into `next`, a
/// case without acts. What was undone stays behind; the period and the objective are the next review's own.
pub fn carry(last: &Case, next: &Case, now: Time, who: &str) -> Result<Brought, ReviewError> {
    if who.trim().is_empty() {
        return Err(ReviewError::NoName);
    }
    let head = last.head()?.unwrap_or_default();
    let mut out = Brought { head: head.clone(), ..Brought::default() };
    let origin =
        |seq: i64, who: &str, at: Time| Origin { case: last.name(), head: head.clone(), seq, who: who.to_string(), at };
    let bring = |origin: Origin, deed: Deed| -> Result<(), CaseError> {
        append(next, now, who.trim(), Deed::Carried(Carried { origin, deed: Box::new(deed) })).map(|_| ())
    };
    for (name, text) in last.mappings()? {
        next.keep_mapping(&name, &text)?;
        bring(origin(0, "", now), Deed::Mapping(CarriedMapping { name, sha256: sha256(&text) }))?;
        out.mappings += 1;
    }
    let acts = last.acts()?;
    let gone = undone(&acts);
    for act in acts.iter().filter(|act| !gone.contains_key(&act.seq)) {
        let count = match act.deed.itself() {
            Deed::Join(_) | Deed::Split(_) | Deed::Rekind(_) => &mut out.identity,
            Deed::Suspect(_) => &mut out.suspects,
            Deed::Policy(_) => &mut out.policy,
            Deed::RuleAdd(_) | Deed::RuleRemove(_) => &mut out.rules,
            Deed::Exception(_) => &mut out.exceptions,
            Deed::Scope(_) | Deed::Mapping(_) | Deed::Searched(_) | Deed::Undo(_) | Deed::Carried(_) => continue,
        };
        *count += 1;
        let (who, at) = act.decided();
        bring(origin(act.seq, who, at), act.deed.itself().clone())?;
    }
    let carried = last.present()?.exceptions;
    for (_, exception) in last.exceptions()? {
        if carried.contains(&exception) {
            continue;
        }
        let by = exception.approved_by.clone().unwrap_or_default();
        bring(origin(0, &by, now), Deed::Exception(CarriedException { exception }))?;
        out.exceptions += 1;
    }
    let set = acts.iter().rev().find(|act| act.scope().is_some() && !gone.contains_key(&act.seq));
    if let Some((act, scope)) = set.and_then(|act| act.scope().map(|scope| (act, scope)))
        && !scope.criteria.is_empty()
    {
        let (who, at) = act.decided();
        out.criteria = scope.criteria.len() as u32;
        bring(origin(act.seq, who, at), Deed::Scope(Scope { criteria: scope.criteria.clone(), ..Scope::default() }))?;
    }
    Ok(out)
}
