//! From a case to a frozen view: the answers as they stand, with the records that they rest on.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::view::{CallLine, ConfirmedCriterion, EvidenceItem, FrozenView, PersonWords, Redaction, RuleRun, Scope};
use crate::ask;
use crate::ask::findings::FindingDetail;
use crate::case::{AttributionView, Case, CaseError, Select};
use crate::model::deed::OwnRule;
use crate::model::run::shown_id;
use crate::model::{EvidenceKind, Grade, Refusal, Time};
use crate::rules;

/// What is declared beside the case.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub prepared_by: Option<String>,
    pub marking: Option<String>,
    pub entity: Option<String>,
    pub report_version: Option<String>,
    pub behalf_version: String,
}

/// Freezes a case as of `now`. Two freezes of one case differ in `prepared_at` alone.
pub fn freeze(case: &Case, setup: &Setup, now: Time) -> Result<FrozenView, CaseError> {
    let mut findings = Vec::new();
    let mut design_facts = Vec::new();
    let mut known_exceptions = Vec::new();
    for row in ask::findings::rows(case)? {
        let mut detail = ask::findings::detail(case, &row.id)?;
        // Two sub-types of one rule may propose one clause.
        let mut proposed = BTreeSet::new();
        detail.criteria.retain(|c| proposed.insert((c.framework.clone(), c.clause.clone())));
        match (row.design_fact, row.is_queued()) {
            (true, _) => design_facts.push(detail),
            (false, true) => findings.push(detail),
            (false, false) => known_exceptions.push(detail),
        }
    }
    let mut calls = Vec::new();
    for finding in findings.iter().chain(&design_facts).chain(&known_exceptions) {
        calls.extend(call_lines(case, finding)?);
    }
    let evidence = evidence(case, &findings, &calls)?;
    let own = case.present()?.rules;
    Ok(FrozenView {
        case_name: case.name(),
        entity: setup.entity.clone(),
        report_version: setup.report_version.clone(),
        prepared_at: now.to_rfc3339(),
        prepared_by: setup.prepared_by.clone(),
        marking: setup.marking.clone(),
        review_head: case.head()?,
        behalf_version: setup.behalf_version.clone(),
        controls_version: rules::controls_version().to_string(),
        rules_hash: rules_hash(&own),
        rules: rule_runs(&[&findings, &design_facts, &known_exceptions], case, &own)?,
        policy: ask::policy::differing(case)?,
        scope: scope(case)?,
        not_tested: not_tested(case)?,
        overview: ask::overview::overview(case)?,
        coverage: ask::coverage::coverage(case)?,
        files: ask::evidence::files(case)?,
        receipts: ask::receipts::receipts(case)?,
        reconciliation: ask::evidence::reconciliation(case)?,
        losses: ask::evidence::losses(case, None)?,
        findings,
        design_facts,
        known_exceptions,
        evidence,
        calls,
        redaction: Redaction::default(),
        people: people(case)?,
    })
}

/// The scope in force. Its end is the last moment that belongs to it; a report's period is half open.
fn scope(case: &Case) -> Result<Scope, CaseError> {
    let Some(set) = case.scope()? else { return Ok(Scope::default()) };
    let confirmed = |c: crate::model::Criterion| {
        // "SOC 2 CC6.1": the clause is the last word.
        let (framework, clause) = c.control.rsplit_once(' ').unwrap_or(("", &c.control));
        ConfirmedCriterion { framework: framework.into(), clause: clause.into(), confirmed_by: c.confirmed_by }
    };
    Ok(Scope {
        objective: Some(set.objective).filter(|o| !o.is_empty()),
        from: set.from.map(|t| t.to_rfc3339()),
        to: set.to.map(|t| Time(t.0.saturating_add(1)).to_rfc3339()),
        systems: set.systems,
        agents: set.agents,
        exclusions: Vec::new(),
        confirmed_criteria: set.criteria.into_iter().map(confirmed).collect(),
    })
}

fn call_lines(case: &Case, finding: &FindingDetail) -> Result<Vec<CallLine>, CaseError> {
    // Two sources may use one id: each call of that id under this finding gets its own line.
    let mut by_id: BTreeMap<String, Vec<AttributionView>> = BTreeMap::new();
    case.each_attribution(&Select::Finding(finding.row.id.clone()), None, |view| {
        by_id.entry(view.id.clone()).or_default().push(view);
        Ok(())
    })?;
    let mut out = Vec::new();
    for instance in &finding.instances {
        for event in &instance.events {
            for v in by_id.get(event).into_iter().flatten() {
                out.push(CallLine {
                    finding: finding.row.id.clone(),
                    instance: instance.id.clone(),
                    event: event.clone(),
                    time: v.time.map(|t| t.to_rfc3339()),
                    source: v.source.clone(),
                    action: v.action.clone(),
                    resource: v.resource.clone(),
                    outcome: v.outcome.clone(),
                    recorded_initiator: v.human.clone(),
                    grade: v.grade.clone(),
                    basis: basis(v),
                    agent: v.agent.clone(),
                    run: v.run.as_deref().map(shown_id),
                });
            }
        }
    }
    Ok(out)
}

fn basis(v: &AttributionView) -> String {
    if let Some(refusal) = v.refusal.as_deref().and_then(Refusal::from_code) {
        return format!("{}: {}", refusal.code(), refusal.words());
    }
    if v.grade.as_deref().and_then(Grade::from_letter).is_none() {
        return "no person required".into();
    }
    let words: Vec<&str> =
        v.evidence.split_whitespace().filter_map(EvidenceKind::from_code).map(EvidenceKind::basis).collect();
    words.join(", ")
}

/// Records cited by the queue; design facts are counted, their records stay in the case.
fn evidence(case: &Case, findings: &[FindingDetail], calls: &[CallLine]) -> Result<Vec<EvidenceItem>, CaseError> {
    let number: BTreeMap<&str, u32> = findings.iter().zip(1u32..).map(|(f, n)| (f.row.id.as_str(), n)).collect();
    let mut cited: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for line in calls {
        if let Some(&n) = number.get(line.finding.as_str()) {
            let by = cited.entry((line.event.clone(), line.source.clone())).or_default();
            if !by.contains(&n) {
                by.push(n);
            }
        }
    }
    let mut out = Vec::with_capacity(cited.len());
    for ((id, source), cited_in) in cited {
        let mut copies = Vec::new();
        for event in case.events_from(&source, &id)? {
            let raw = case.raw(event)?;
            copies.push(EvidenceItem {
                id: id.clone(),
                source: source.clone(),
                file: raw.place.address.file,
                file_sha256: raw.place.file_sha256,
                line: raw.place.address.line.map(|l| l as u32),
                offset: raw.place.address.offset,
                length: raw.place.address.length,
                sha256: hex(&Sha256::digest(&raw.bytes)),
                cited_in: cited_in.clone(),
            });
        }
        // An id that came with several contents: all of them are the evidence.
        copies.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        out.extend(copies);
    }
    Ok(out)
}

fn rule_runs(
    findings: &[&Vec<FindingDetail>],
    case: &Case,
    own: &BTreeMap<String, OwnRule>,
) -> Result<Vec<RuleRun>, CaseError> {
    let agents = case.count(&Select::AgentCalls)?;
    let all = case.count(&Select::All)?;
    let policy = case.present()?.policy;
    let not_run = case.rules_not_run()?;
    let own: Vec<rules::Rule> = own.iter().filter_map(|(id, rule)| rules::parse_own(id, &rule.text).ok()).collect();
    let mut out = Vec::new();
    for rule in rules::catalogue().iter().chain(&own) {
        let exceptions =
            findings.iter().flat_map(|f| f.iter()).filter(|f| f.row.rule == rule.id).map(|f| f.row.instances).sum();
        let (tested, tested_what) = match rule.population {
            rules::TestedPopulation::AgentCalls => (agents, "agents' calls"),
            _ => (all, "calls, sign-ins and issuances"),
        };
        let why_not = not_run.iter().find(|(id, ..)| *id == rule.id).map(|(_, _, _, why)| why.clone());
        out.push(RuleRun {
            id: rule.id.clone(),
            version: rule.version.to_string(),
            title: rule.title.clone(),
            family: rule.family.clone(),
            ran: why_not.is_none(),
            why_not,
            tested,
            tested_what: tested_what.into(),
            exceptions,
            parameters: rule.values(&policy).iter().map(|(name, value)| threshold(rule, name, *value)).collect(),
        });
    }
    Ok(out)
}

/// `scopes = 8 (shipped 5)`.
fn threshold(rule: &rules::Rule, name: &str, value: f64) -> String {
    let shipped = rule.parameters.get(name).map(|p| p.default).filter(|default| *default != value);
    let shipped = shipped.map(|default| format!(" (shipped {default})")).unwrap_or_default();
    format!("{name} = {value}{shipped}")
}

/// Over the shipped rules, then those of the case.
fn rules_hash(own: &BTreeMap<String, OwnRule>) -> String {
    let mut hasher = Sha256::new();
    for text in rules::catalogue().iter().map(|r| &r.text).chain(own.values().map(|r| &r.text)) {
        hasher.update(text.as_bytes());
    }
    hex(&hasher.finalize())
}

fn not_tested(case: &Case) -> Result<Vec<String>, CaseError> {
    let mut out = vec![
        "Whether anybody approved a call: approvals are another question than who initiated it.".to_string(),
        "Signatures of tokens: claims are taken as the exporter wrote them.".to_string(),
    ];
    if case.receipts()?.iter().all(|r| r.receipt.claimed.is_none()) {
        let words =
            "Whether the exports received are all that the systems hold: no count claimed by a source was supplied.";
        out.insert(1, words.to_string());
    }
    if case.grants()?.is_empty() {
        out.push("Rights of people and agents: no entitlement export was received.".into());
    }
    if case.directory()?.is_empty() {
        out.push("Who stands behind accounts: no directory was received.".into());
    }
    Ok(out)
}

/// All other words for people, so that a withheld person is not named in a sentence.
fn people(case: &Case) -> Result<Vec<PersonWords>, CaseError> {
    let principals = case.principals()?;
    // A part of an id has the id's word. Parts of parts come after what they are parts of.
    let mut whole: BTreeMap<i64, i64> = BTreeMap::new();
    for (principal, _, _, _, part) in case.places()? {
        let top = whole.get(&principal).copied().unwrap_or(principal);
        whole.insert(part, top);
    }
    let mut of_party: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (principal, party) in case.party_of()? {
        let principal = whole.get(&principal).copied().unwrap_or(principal);
        if let Some(p) = principals.get(principal as usize) {
            of_party.entry(party).or_default().push(p.id.clone());
        }
    }
    let mut out: Vec<PersonWords> = Vec::new();
    for party in case.party_rows()? {
        if matches!(party.kind.as_str(), "person" | "human") {
            let mut names = of_party.remove(&party.id).unwrap_or_default();
            names.extend(case.party_name(party.id)?);
            names.retain(|n| *n != party.shown);
            names.sort();
            names.dedup();
            out.push(PersonWords { id: party.shown, names });
        }
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(out)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
