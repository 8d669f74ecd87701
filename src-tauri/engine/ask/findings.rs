//! Findings: causes under rules, with their instances, and one finding in full.

use serde::Serialize;

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingRow {
    /// Stable from rule and cause.
    pub id: String,
    pub rule: String,
    pub family: String,
    pub severity: String,
    /// High for want of a second person's signature, else critical.
    pub potential_critical: bool,
    /// No stakes file rates what was touched.
    pub unrated: bool,
    pub confidence: String,
    pub title: String,
    pub cause: String,
    pub calls: u32,
    pub instances: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Info: stands on Patterns, not in the queue.
    pub design_fact: bool,
    /// The words of known exceptions that cover all of it: not in the queue either.
    pub accepted: Option<String>,
}

/// The list with its facets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingList {
    pub rows: Vec<FindingRow>,
    pub total: u32,
    /// Findings that known exceptions cover whole: out of the queue, and counted here whatever is listed.
    pub known_exceptions: u32,
    pub facets: Vec<Facet>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Facet {
    /// `severity`, `rule`, `family`, `confidence`.
    pub name: String,
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FacetValue {
    pub value: String,
    pub label: String,
    pub count: u32,
}

/// One finding in full (condition, criteria, effect, recommendation, proof, what speaks against it).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct FindingDetail {
    pub row: FindingRow,
    pub condition: String,
    pub criteria: Vec<Criterion>,
    pub effect: String,
    pub recommendation: String,
    pub population: String,
    pub severity_reason: String,
    pub confidence_reason: String,
    pub against: Vec<String>,
    pub instances: Vec<Instance>,
    pub rule_version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Criterion {
    pub framework: String,
    pub clause: String,
    pub title: String,
    pub demands: String,
    /// `direct`, `supporting` or `context`.
    pub strength: String,
    pub precondition: String,
    /// Proposed first; the others where their framework is in scope.
    pub first_choice: bool,
}

/// One occurrence of the cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Instance {
    pub id: String,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    /// What happened, in one sentence.
    pub sentence: String,
    /// The words of the known exception that covers it.
    pub accepted: Option<String>,
    /// Shown ids of the calls.
    pub events: Vec<String>,
}

use crate::case::{Case, CaseError, FindingView};
use crate::model::Severity;
use crate::rules::{self, FindingNotes};

pub fn rows(case: &Case) -> Result<Vec<FindingRow>, CaseError> {
    Ok(case.findings()?.into_iter().map(row).collect())
}

impl FindingRow {
    /// Whether it waits for a reviewer: no design fact, and not covered by known exceptions.
    pub fn is_queued(&self) -> bool {
        !self.design_fact && self.accepted.is_none()
    }
}

pub(crate) fn row(f: FindingView) -> FindingRow {
    FindingRow {
        family: f.rule.split('-').next().unwrap_or_default().to_string(),
        severity: Severity::from_rank(f.severity).word().to_string(),
        id: f.id,
        rule: f.rule,
        potential_critical: f.potential_critical,
        unrated: f.unrated,
        confidence: f.confidence,
        title: f.title,
        cause: f.cause,
        calls: f.calls as u32,
        instances: f.instances as u32,
        first: f.first.map(|t| t.to_rfc3339()),
        last: f.last.map(|t| t.to_rfc3339()),
        design_fact: f.design_fact,
        accepted: f.accepted,
    }
}

/// Which findings are listed; an empty list of a facet admits all of it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    pub severity: Vec<String>,
    pub rule: Vec<String>,
    pub family: Vec<String>,
    pub confidence: Vec<String>,
    /// What is out of the queue too: design facts, and what exceptions cover whole.
    pub design_facts: bool,
    pub text: Option<String>,
}

impl Filter {
    /// Whether a finding passes, with one facet left out: a facet counts what the others admit.
    fn admits(&self, f: &FindingRow, but: &str) -> bool {
        let one = |name: &str, wanted: &[String], has: &str| {
            but == name || wanted.is_empty() || wanted.iter().any(|w| w == has)
        };
        let text = self.text.as_deref().map(str::to_lowercase).filter(|t| !t.trim().is_empty());
        one("severity", &self.severity, &f.severity)
            && one("rule", &self.rule, &f.rule)
            && one("family", &self.family, &f.family)
            && one("confidence", &self.confidence, &f.confidence)
            && (self.design_facts || f.is_queued())
            && text.is_none_or(|t| {
                format!("{} {} {} {}", f.id, f.rule, f.title, f.cause).to_lowercase().contains(t.trim())
            })
    }
}

pub fn list(case: &Case, filter: &Filter) -> Result<FindingList, CaseError> {
    let all = rows(case)?;
    let facets = ["severity", "family", "rule", "confidence"].map(|name| facet(name, &all, filter)).to_vec();
    let known_exceptions = all.iter().filter(|f| f.accepted.is_some() && !f.design_fact).count() as u32;
    let rows: Vec<FindingRow> = all.into_iter().filter(|f| filter.admits(f, "")).collect();
    Ok(FindingList { total: rows.len() as u32, rows, known_exceptions, facets })
}

fn facet(name: &str, all: &[FindingRow], filter: &Filter) -> Facet {
    let value_of = |f: &FindingRow| match name {
        "severity" => f.severity.clone(),
        "family" => f.family.clone(),
        "rule" => f.rule.clone(),
        _ => f.confidence.clone(),
    };
    let mut values: Vec<FacetValue> = Vec::new();
    for f in all.iter().filter(|f| filter.admits(f, name)) {
        let value = value_of(f);
        match values.iter_mut().find(|v| v.value == value) {
            Some(known) => known.count += 1,
            None => {
                let label = if name == "rule" { format!("{} {}", f.rule, f.title) } else { value.clone() };
                values.push(FacetValue { value, label, count: 1 });
            }
        }
    }
    if name != "severity" {
        values.sort_by(|a, b| a.value.cmp(&b.value));
    }
    Facet { name: name.to_string(), values }
}

/// One finding in full. What its rule says is read from the rule; what was found, from the notes stored with it.
pub fn detail(case: &Case, id: &str) -> Result<FindingDetail, CaseError> {
    let found = case.finding(id)?;
    let notes: FindingNotes = serde_json::from_str(&found.detail)
        .map_err(|e| CaseError::Damaged { detail: format!("the notes of finding {id}: {e}") })?;
    let instances = case.instances(id)?.into_iter().map(instance).collect();
    let mut criteria = Vec::new();
    for sub_type in &notes.sub_types {
        criteria.extend(rules::criteria(sub_type).into_iter().map(criterion));
    }
    criteria.dedup();
    Ok(FindingDetail {
        rule_version: found.version.to_string(),
        row: row(found),
        condition: notes.condition,
        criteria,
        effect: notes.effect,
        recommendation: notes.recommendation,
        population: notes.population.sentence,
        severity_reason: notes.severity_reason,
        confidence_reason: notes.confidence_reason,
        against: notes.against.into_iter().chain(notes.accepted).collect(),
        instances,
    })
}

fn instance(i: crate::case::InstanceView) -> Instance {
    Instance {
        id: i.id,
        principal: i.principal,
        token: i.token,
        run: i.run,
        agent: i.agent,
        tool: i.tool,
        sentence: i.sentence,
        accepted: i.accepted,
        events: i.events,
    }
}

fn criterion(c: rules::Criterion) -> Criterion {
    let strength = match c.control.strength {
        rules::Strength::Direct => "direct",
        rules::Strength::Supporting => "supporting",
        rules::Strength::Context => "context",
    };
    Criterion {
        framework: c.control.framework.clone(),
        clause: c.control.clause.clone(),
        title: c.control.title.clone(),
        demands: c.control.own_words.clone(),
        strength: strength.into(),
        precondition: c.control.precondition.clone(),
        first_choice: c.first_choice,
    }
}
