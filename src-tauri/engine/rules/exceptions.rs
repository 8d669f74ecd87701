//! Known exceptions, folded: what a rule says of a principal that somebody accepted for a time is marked, and stays.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Condition, Facts, Holds};
use super::entitlement::Rights;
use super::error::RuleError;
use crate::case::{Case, CaseError, Derived, InstanceRecord};
use crate::model::{Exception, Time};

/// The exceptions of a case, ready to be held against instances.
pub(super) struct Exceptions {
    rows: Vec<(Exception, Condition, Option<i64>)>,
    /// Absent where there are none: names cost a reading of all context files.
    rights: Option<Rights>,
}

impl Exceptions {
    pub(super) fn load(case: &Case) -> Result<Exceptions, RuleError> {
        let mut rows: Vec<Exception> = case.exceptions()?.into_iter().map(|(_, row)| row).collect();
        // What came along from the last case; the same row received again is one.
        for carried in case.present()?.exceptions {
            if !rows.contains(&carried) {
                rows.push(carried);
            }
        }
        if rows.is_empty() {
            return Ok(Exceptions { rows: Vec::new(), rights: None });
        }
        let rights = Rights::of_case(case)?;
        let rows = rows
            .into_iter()
            .map(|row| {
                let (condition, party) = (Condition::parse(&row.conditions), rights.party(&row.principal));
                (row, condition, party)
            })
            .collect();
        Ok(Exceptions { rows, rights: Some(rights) })
    }

    /// Marks the instances that an exception covers with its words. `people` are the attributed people of each instance.
    pub(super) fn mark(
        &self,
        derived: &Derived<'_>,
        rule: &str,
        instances: &mut [InstanceRecord],
        people: &BTreeMap<String, BTreeSet<&str>>,
    ) -> Result<(), RuleError> {
        let nobody = BTreeSet::new();
        for instance in instances {
            let of = people.get(&instance.id).unwrap_or(&nobody);
            for (row, condition, party) in &self.rows {
                if (row.rule == "*" || row.rule.eq_ignore_ascii_case(rule))
                    && self.is_of(row, *party, instance, of)
                    && in_force(derived, row, condition, instance)?
                {
                    instance.accepted = Some(words(row));
                    break;
                }
            }
        }
        Ok(())
    }

    /// The principal or the agent of the instance, or the one person of all its calls.
    fn is_of(&self, row: &Exception, party: Option<i64>, instance: &InstanceRecord, people: &BTreeSet<&str>) -> bool {
        let person = people.first().copied().filter(|_| people.len() == 1);
        let names = [instance.principal.as_deref(), instance.agent.as_deref(), person];
        names.into_iter().flatten().any(|name| {
            let known = self.rights.as_ref().and_then(|r| r.party(name));
            name.eq_ignore_ascii_case(row.principal.trim()) || (known.is_some() && known == party)
        })
    }
}

/// Whether it holds for all calls of the instance: at their times, and by its conditions for certain.
fn in_force(
    derived: &Derived<'_>,
    row: &Exception,
    condition: &Condition,
    instance: &InstanceRecord,
) -> Result<bool, CaseError> {
    let dated = row.from.is_some() || row.to.is_some();
    if instance.events.is_empty() {
        return Ok(!dated && row.conditions.trim().is_empty());
    }
    for event in &instance.events {
        let (at, mut attributes) = derived.described(*event)?;
        let inside = |at: Time| row.from.is_none_or(|f| at >= f) && row.to.is_none_or(|t| at <= t);
        if dated && !at.is_some_and(inside) {
            return Ok(false);
        }
        attributes.extend(derived.attributes_of(*event)?);
        let facts = Facts { attributes: &attributes, owns: Err("an exception names no owner"), namespace: None };
        if condition.holds(&facts) != Holds::True {
            return Ok(false);
        }
    }
    Ok(true)
}

fn words(row: &Exception) -> String {
    let by = row.approved_by.as_deref().map_or("approver not recorded".into(), |by| format!("approved by {by}"));
    let until = row.to.map(|t| format!(", until {}", t.to_rfc3339())).unwrap_or_default();
    format!("accepted by exception: {} ({by}{until})", row.reason)
}

/// What a finding says of its accepted instances: one line an exception, and the whole where all are accepted.
pub(super) fn told(instances: &[InstanceRecord]) -> (Vec<String>, Option<String>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for words in instances.iter().filter_map(|i| i.accepted.as_deref()) {
        *counts.entry(words).or_default() += 1;
    }
    let all = instances.len();
    let whole = !instances.is_empty() && counts.values().sum::<usize>() == all;
    let lines = counts.iter().map(|(words, n)| format!("{n} of {all} instances {words}")).collect();
    (lines, whole.then(|| counts.keys().copied().collect::<Vec<_>>().join("; ")))
}
