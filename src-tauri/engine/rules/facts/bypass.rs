//! Refused, then done: a person was denied, and soon after the same went through on other rights (AZ-07).

use rustc_hash::FxHashMap;
use std::collections::VecDeque;

use super::super::entitlement::Question;
use super::super::world::World;
use crate::case::AttributedRow;
use crate::model::Time;
use crate::model::time::MINUTE;

/// Denials of one action on one resource that are kept in mind.
const KEPT: usize = 64;

#[derive(Debug, Clone)]
struct Denial {
    event: i64,
    at: Time,
    person: i64,
    subjects: Vec<i64>,
    authority: Option<i64>,
    conversation: Option<i64>,
    root: Option<i64>,
}

/// Denials of the last day, by action and resource.
#[derive(Debug, Default)]
pub(super) struct Denials {
    recent: FxHashMap<(i64, i64), VecDeque<Denial>>,
}

impl Denials {
    /// Looks at a call in the order of time: keeps a denial, or answers with the denial that this call went round and
    /// the minutes since. `subjects`: parties whose rights were evaluated, sorted.
    pub(super) fn see(
        &mut self,
        world: &World<'_>,
        row: &AttributedRow,
        subjects: &[i64],
        question: Option<&Question<'_>>,
    ) -> Option<(i64, f64)> {
        let (Some(action), Some(resource), Some(at)) = (row.action, row.resource, row.time) else { return None };
        let (conversation, root) = (row.conversation, world.root(row.run));
        match row.outcome {
            1 => {
                let person = row.human.or_else(|| subjects.iter().copied().find(|s| world.is_person(Some(*s))))?;
                let denial = Denial {
                    event: row.event,
                    at,
                    person,
                    subjects: subjects.to_vec(),
                    authority: row.authority,
                    conversation,
                    root,
                };
                let kept = self.recent.entry((action, resource)).or_default();
                kept.push_back(denial);
                while kept.len() > KEPT
                    || kept
                        .front()
                        .is_some_and(|d| at.0 - d.at.0 > world.policy.bypass_together.max(world.policy.bypass_alone))
                {
                    kept.pop_front();
                }
                None
            }
            0 => {
                let found = self.recent.get(&(action, resource))?.iter().rev().find(|d| {
                    let apart = at.0 - d.at.0;
                    let together = (conversation.is_some() && conversation == d.conversation)
                        || (root.is_some() && root == d.root);
                    (apart <= world.policy.bypass_alone || (together && apart <= world.policy.bypass_together))
                        && row.human.is_none_or(|h| h == d.person)
                        && other_rights(d, subjects, row.authority)
                        && !question.is_some_and(|q| world.rights.granted_between(d.person, q, d.at, at))
                })?;
                Some((found.event, (at.0 - found.at.0) as f64 / MINUTE as f64))
            }
            _ => None,
        }
    }
}

/// Another set of evaluated subjects where both records state one, else another authority.
fn other_rights(denial: &Denial, subjects: &[i64], authority: Option<i64>) -> bool {
    if !denial.subjects.is_empty() && !subjects.is_empty() {
        return denial.subjects != subjects;
    }
    match (denial.authority, authority) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}
