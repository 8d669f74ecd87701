//! Runs the rules: facts, then each rule behind the closed gate, then rows to findings.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::catalogue;
use super::controls::{controls_version, criteria};
use super::error::RuleError;
use super::exceptions::{self, Exceptions};
use super::facts;
use super::notes::{FindingNotes, Population as Stated};
use super::own;
use super::row::{self, Selected};
use super::rule::{Population, Rule};
use super::severity;
use super::world::Context;
use crate::case::{Case, CaseError, Derived, FindingRecord, InstanceRecord};
use crate::model::Confidence;
use crate::model::run::shown_id;

/// Calls listed for one instance.
const LISTED: u64 = 2_000;

/// Computes the facts of an analysis and runs all shipped rules on them. Findings are sorted by severity, rule, cause.
///
/// `derived` holds parties, runs and attributions of `case`; `tick` is told how many calls were done since it was last
/// asked, and may end the run.
pub fn run(
    case: &Case,
    derived: &Derived<'_>,
    tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<Vec<FindingRecord>, RuleError> {
    let context = Context::load(case)?;
    facts::compute(case, derived, &context, tick)?;
    let mut out = Vec::new();
    let weighed =
        Weighed { tested: Tested::count(derived)?, known: Exceptions::load(case)?, policy: &context.present.policy };
    for rule in catalogue::load()? {
        let rows = derived.read_only(|db| row::select(db, rule, &rule.values(weighed.policy)))?;
        out.extend(findings(derived, rule, &rows, &weighed)?);
    }
    let (own_rules, broken) = own::of_log(&context.present.rules);
    for (id, error) in broken {
        derived.rule_not_run(&id, "", 0, &error.to_string())?;
    }
    let budget = own::budget(derived)?;
    for rule in &own_rules {
        let values = rule.values(weighed.policy);
        let rows = own::guarded(derived, rule, budget, |db| row::select(db, rule, &values));
        match rows.and_then(|rows| findings(derived, rule, &rows, &weighed)) {
            Ok(found) => out.extend(found),
            // One rule that cannot run takes nothing from the others, and is said.
            Err(error) => derived.rule_not_run(&rule.id, &rule.title, rule.version, &error.to_string())?,
        }
    }
    out.sort_by(|a, b| (a.severity, &a.rule, &a.cause).cmp(&(b.severity, &b.rule, &b.cause)));
    Ok(out)
}

/// What rows are held against.
struct Weighed<'a> {
    tested: Tested,
    known: Exceptions,
    policy: &'a BTreeMap<String, f64>,
}

fn findings(
    derived: &Derived<'_>,
    rule: &Rule,
    rows: &[Selected],
    weighed: &Weighed<'_>,
) -> Result<Vec<FindingRecord>, RuleError> {
    let mut by_cause: BTreeMap<&str, Vec<&Selected>> = BTreeMap::new();
    for row in rows {
        by_cause.entry(row.cause.as_str()).or_default().push(row);
    }
    by_cause.into_iter().map(|(cause, rows)| finding(derived, rule, cause, &rows, weighed)).collect()
}

/// Sizes of the tested populations.
struct Tested {
    agent_calls: u64,
    token_calls: u64,
}

impl Tested {
    fn count(derived: &Derived<'_>) -> Result<Tested, RuleError> {
        let (agents, tokens) = derived
            .database()
            .query_row("SELECT coalesce(sum(agents_call), 0), count(token) FROM v1_call_facts", [], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))
            })
            .map_err(|cause| RuleError::Run { rule: "population".into(), cause })?;
        Ok(Tested { agent_calls: agents.max(0) as u64, token_calls: tokens.max(0) as u64 })
    }

    fn of(&self, population: Population) -> u64 {
        match population {
            Population::AgentCalls => self.agent_calls,
            Population::TokenCalls => self.token_calls,
            Population::None => 0,
        }
    }
}

fn finding(
    derived: &Derived<'_>,
    rule: &Rule,
    cause: &str,
    rows: &[&Selected],
    weighed: &Weighed<'_>,
) -> Result<FindingRecord, RuleError> {
    let Weighed { tested, known, policy } = weighed;
    let id = stable(&[&rule.id, cause]);
    let mut instances = instances(derived, rule, cause, rows)?;
    let mut persons: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        let id = instance_id(rule, cause, &row.instance);
        persons.entry(id).or_default().extend(row.person.as_deref());
    }
    known.mark(derived, &rule.id, &mut instances, &persons)?;
    let (accepted_notes, accepted) = exceptions::told(&instances);
    let events: BTreeSet<i64> = rows.iter().filter_map(|r| r.event).collect();
    let people: BTreeSet<&str> = rows.iter().filter_map(|r| r.person.as_deref()).collect();
    let confidence = severity::confidence(rule, rows);
    let population = tested.of(rule.population);
    let rating = severity::rate(rule, rows, events.len(), people.len(), population, confidence);
    let design_fact = rows.iter().all(|r| r.design);
    let mut notes = notes(rule, rows, &rating.why, population, events.len(), people.len(), confidence);
    notes.parameters = rule.values(policy);
    notes.condition.push_str(&own_values(rule, policy));
    notes.accepted = accepted_notes;
    Ok(FindingRecord {
        id: format!("{}-{}", rule.id, id),
        rule: rule.id.clone(),
        version: rule.version,
        severity: rating.severity,
        potential_critical: rating.potential_critical,
        unrated: rows.iter().all(|r| !r.rated),
        confidence,
        title: rule.title.clone(),
        cause: cause.to_string(),
        design_fact,
        impact: rating.impact,
        failure: rule.failure,
        detail: serde_json::to_string(&notes)
            .map_err(|e| RuleError::Row { rule: rule.id.clone(), detail: e.to_string() })?,
        accepted,
        instances,
    })
}

/// How the case's policy differs from what the condition says; nothing where it does not.
fn own_values(rule: &Rule, policy: &BTreeMap<String, f64>) -> String {
    let differ = rule.parameters.iter().filter_map(|(name, p)| {
        let value = rule.value(name, policy)?;
        (value != p.default).then(|| format!("{name} = {value}, shipped {}", p.default))
    });
    let differ: Vec<String> = differ.collect();
    if differ.is_empty() { String::new() } else { format!(" (by the policy of this case: {})", differ.join("; ")) }
}

fn instance_id(rule: &Rule, cause: &str, key: &str) -> String {
    format!("{}-{}", rule.id, stable(&[&rule.id, cause, key]))
}

/// Rows of one instance key are one instance; instances stand in the order of their first record.
fn instances(
    derived: &Derived<'_>,
    rule: &Rule,
    cause: &str,
    rows: &[&Selected],
) -> Result<Vec<InstanceRecord>, RuleError> {
    let mut by_key: BTreeMap<&str, Vec<&Selected>> = BTreeMap::new();
    for row in rows {
        by_key.entry(row.instance.as_str()).or_default().push(row);
    }
    let mut out = Vec::new();
    for (key, rows) in by_key {
        let Some(first) = rows.first() else { continue };
        let mut events: Vec<(Option<i64>, String, i64)> = Vec::new();
        for event in rows.iter().filter_map(|r| r.event).collect::<BTreeSet<i64>>() {
            events.push(place(derived, event)?);
        }
        events.sort();
        let record = InstanceRecord {
            id: instance_id(rule, cause, key),
            principal: first.principal.clone(),
            token: first.token.clone(),
            run: first.run.as_deref().map(shown_id),
            agent: first.agent.clone(),
            tool: first.tool.clone(),
            sentence: first.sentence.clone(),
            accepted: None,
            events: events.iter().map(|(_, _, event)| *event).collect(),
        };
        out.push((events.into_iter().next().map(|(time, id, _)| (time, id)), key.to_string(), record));
    }
    out.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    Ok(out.into_iter().map(|(_, _, record)| record).collect())
}

/// Time and shown id of an event: an order that no import order changes.
fn place(derived: &Derived<'_>, event: i64) -> Result<(Option<i64>, String, i64), RuleError> {
    let mut query = derived
        .database()
        .prepare_cached("SELECT time, shown_id FROM events WHERE id = ?1")
        .map_err(CaseError::from)?;
    let (time, id) = query.query_row([event], |r| Ok((r.get(0)?, r.get(1)?))).map_err(CaseError::from)?;
    Ok((time, id, event))
}

fn notes(
    rule: &Rule,
    rows: &[&Selected],
    severity_reason: &str,
    tested: u64,
    listed: usize,
    people: usize,
    confidence: Confidence,
) -> FindingNotes {
    let instances = rows.iter().map(|r| r.instance.as_str()).collect::<BTreeSet<_>>().len();
    let sentence = match rule.population {
        Population::None => {
            format!("{instances} {}, {listed} records", if instances == 1 { "instance" } else { "instances" })
        }
        population => format!("{listed} of {tested} {}", population.words()),
    };
    let mut against = rule.against.clone();
    let denied = rows.iter().filter(|r| r.denied).count();
    if denied > 0 {
        against.push(format!("{denied} of {} were denied or failed: a control worked there", rows.len()));
    }
    let unrated = rows.iter().filter(|r| !r.rated).count();
    if unrated > 0 {
        against.push(format!("stakes of {unrated} of {} are not known: no asset list covers them", rows.len()));
    }
    let mut spread: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        let alone = severity::rate(rule, &[row], 0, 0, 0, row.confidence).severity;
        *spread.entry(alone.word().to_string()).or_default() += 1;
    }
    FindingNotes {
        condition: format!("{sentence}: {}", rule.condition),
        sub_types: rule.criteria.clone(),
        criteria: rule
            .criteria
            .iter()
            .flat_map(|s| criteria(s))
            .map(|c| c.shown())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        criteria_note: "criteria considered, applicability not confirmed".into(),
        controls_version: controls_version().to_string(),
        effect: rule.effect.clone(),
        recommendation: rule.recommendation.clone(),
        population: Stated { listed: listed as u64, tested, of_what: rule.population.words().into(), sentence },
        people: people as u64,
        severity_reason: severity_reason.to_string(),
        confidence_reason: confidence_reason(rows, confidence),
        against,
        accepted: Vec::new(),
        spread,
        parameters: BTreeMap::new(),
        listed_at_most: LISTED,
    }
}

fn confidence_reason(rows: &[&Selected], confidence: Confidence) -> String {
    let same = rows.iter().filter(|r| r.confidence == confidence).count();
    let meaning = match confidence {
        Confidence::Confirmed => "the records themselves carry it on every step",
        Confidence::Probable => "one step rests on a unique correlation",
        Confidence::Possible => "it rests on a pattern, or on a correlation that others fit too",
        Confidence::Undetermined => "a source that would tell is missing",
    };
    format!("{}: {meaning} ({same} of {} rows)", confidence.word(), rows.len())
}

/// 16 hexadecimal digits of a hash over the parts, each with its length before it.
fn stable(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_parts_apart() {
        assert_ne!(stable(&["ab", "c"]), stable(&["a", "bc"]));
        assert_eq!(stable(&["AG-01", "x"]).len(), 16);
    }
}
