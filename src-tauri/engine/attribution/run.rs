//! Attribution of one call, and of all calls of a case in the order of time.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::combine::{Attribution, Gap, Standing, conclude};
use super::need::Needs;
use super::need_book::{Asking, NeedBook};
use super::path::Path;
use super::written::{write_parties, write_runs};
use super::{agent, human, pattern, scope};
use crate::case::{AttributionRecord, CallRow, Case, CaseError, ClaimRow, Derived, TokenRow, Verdict};
use crate::identity::{Identity, PartyKind};
use crate::lineage::Lineage;
use crate::model::time::DAY;
use crate::model::{CredentialKind, EventKind, EvidenceKind, FilledBy, Grade, Pattern, Refusal, Role, Time, WireKind};

/// Runs above one call whose roots are looked at.
const ROOTS: usize = 1_024;

/// The tables that attribution is a function of.
pub struct Tables<'a> {
    pub identity: &'a Identity,
    pub lineage: &'a Lineage,
    claims: FxHashMap<i64, Vec<ClaimRow>>,
    /// Subjects evaluated, by event.
    evaluated: FxHashMap<i64, Vec<i64>>,
    /// Issuances that leases and tokens name.
    issuances: FxHashMap<i64, CallRow>,
    /// Other copies of a record, by event: one identity, other content.
    copies: FxHashMap<i64, Vec<CallRow>>,
    kubernetes: Option<i64>,
    scope: Option<scope::Held>,
    /// Tools that an audit source logs, with the days of its export.
    audited: FxHashMap<i64, Vec<(Time, Time)>>,
    /// Tool spans whose tool call id an audit record carries as its own.
    logged: FxHashSet<i64>,
    /// Tool spans of an event log whose call a trace tells too: one call is not two.
    retold: FxHashSet<i64>,
}

impl<'a> Tables<'a> {
    pub fn load(
        case: &Case,
        identity: &'a Identity,
        lineage: &'a Lineage,
        claims: &[ClaimRow],
    ) -> Result<Tables<'a>, CaseError> {
        let mut evaluated: FxHashMap<i64, Vec<i64>> = FxHashMap::default();
        for (event, principal) in case.evaluated()? {
            evaluated.entry(event).or_default().push(identity.settled(case, event, principal)?);
        }
        let mut issuances = FxHashMap::default();
        let mut events: Vec<i64> = lineage.leases.values().flatten().map(|l| l.event).collect();
        events.sort_unstable();
        for event in events {
            issuances.insert(event, call_of(case, identity, event)?);
        }
        let mut audited: FxHashMap<i64, Vec<(Time, Time)>> = FxHashMap::default();
        for (action, first, last) in case.audited_tools()? {
            let whole = (Time(first.0 - first.0.rem_euclid(DAY)), Time(last.0 - last.0.rem_euclid(DAY) + DAY));
            audited.entry(action).or_default().push(whole);
        }
        let logged = case.tool_call_joins()?.into_iter().map(|(_, span)| span).collect();
        let retold = case.retold_tool_calls()?.into_iter().collect();
        let kubernetes = case.string_id("kubernetes_audit")?;
        let mut claims = crate::lineage::claims_by_event(claims);
        for row in lineage.tokens.rows().iter().filter(|row| row.verdict.is_some()) {
            weigh(row, claims.entry(row.event).or_default());
        }
        let mut copies: FxHashMap<i64, Vec<CallRow>> = FxHashMap::default();
        for (event, copy) in case.other_copies(None)? {
            copies.entry(event).or_default().push(call_of(case, identity, copy)?);
        }
        let scope = scope::Held::load(case, lineage)?;
        Ok(Tables {
            identity,
            lineage,
            claims,
            evaluated,
            issuances,
            copies,
            kubernetes,
            scope,
            audited,
            logged,
            retold,
        })
    }

    /// Whether the review counts the call; without a declared scope it counts all.
    fn counts(&self, call: &CallRow, agent: Option<u32>) -> bool {
        self.scope.as_ref().is_none_or(|s| s.counts(self.identity, call, agent))
    }

    /// What one call is a function of: itself, and the issuances that its credential leads back to.
    pub fn of_call(
        case: &Case,
        identity: &'a Identity,
        lineage: &'a Lineage,
        call: &CallRow,
    ) -> Result<Tables<'a>, CaseError> {
        let mut t = Tables {
            identity,
            lineage,
            claims: FxHashMap::default(),
            evaluated: FxHashMap::default(),
            issuances: FxHashMap::default(),
            copies: FxHashMap::default(),
            kubernetes: case.string_id("kubernetes_audit")?,
            scope: scope::Held::load(case, lineage)?,
            audited: FxHashMap::default(),
            logged: FxHashSet::default(),
            retold: FxHashSet::default(),
        };
        for (event, copy) in case.other_copies(Some(call.event))? {
            t.claims.insert(copy, claims_of(case, identity, copy)?);
            t.copies.entry(event).or_default().push(call_of(case, identity, copy)?);
        }
        let mut open = vec![call.clone()];
        while let Some(call) = open.pop() {
            let mut claims = claims_of(case, identity, call.event)?;
            if let Some(row) = lineage.tokens.at(call.event) {
                weigh(row, &mut claims);
            }
            t.claims.insert(call.event, claims);
            let evaluated = case.evaluated_of(call.event)?.into_iter();
            let evaluated = evaluated.map(|p| identity.settled(case, call.event, p)).collect::<Result<_, _>>()?;
            t.evaluated.insert(call.event, evaluated);
            let key = call.credential.filter(|_| call.credential_kind == Some(CredentialKind::SessionKey));
            for lease in key.and_then(|k| lineage.leases.get(&k)).into_iter().flatten() {
                if let Entry::Vacant(unseen) = t.issuances.entry(lease.event) {
                    let issuance = call_of(case, identity, lease.event)?;
                    unseen.insert(issuance.clone());
                    open.push(issuance);
                }
            }
        }
        t.claims_of_roots(case, call)?;
        Ok(t)
    }

    /// Claims of the roots above a call that name somebody who is nobody's: what would settle it names whom.
    fn claims_of_roots(&mut self, case: &Case, call: &CallRow) -> Result<(), CaseError> {
        let mut rim: Vec<usize> = human::nodes_of(self, call).into_iter().map(|(node, _, _)| node).collect();
        rim.extend(human::run_of(self, call));
        let keys = self.issuances.values().filter_map(|i| self.lineage.run(i.run?));
        rim.extend(keys.collect::<Vec<_>>());
        let mut seen: BTreeSet<usize> = rim.iter().copied().collect();
        while let Some(n) = rim.pop() {
            let Some(node) = self.lineage.nodes.get(n) else { continue };
            if let Some(event) = node.unresolved
                && !self.claims.contains_key(&event)
            {
                self.claims.insert(event, case.claims_of(event)?);
            }
            for (_, above) in node.parents.keys() {
                if seen.len() < ROOTS && seen.insert(*above) {
                    rim.push(*above);
                }
            }
        }
        Ok(())
    }

    pub(super) fn claims_of(&self, event: i64) -> &[ClaimRow] {
        self.claims.get(&event).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn copies_of(&self, event: i64) -> &[CallRow] {
        self.copies.get(&event).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn evaluated_in(&self, event: i64) -> &[i64] {
        self.evaluated.get(&event).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn is_agent(&self, party: u32) -> bool {
        self.identity.kind(party) == PartyKind::Agent
    }

    pub(super) fn agent_principal(&self, principal: i64, at: Option<Time>) -> bool {
        self.identity.party_at(principal, at).is_some_and(|p| self.is_agent(p))
    }

    /// The path as it is worth where one of its records, or the call's own, is of a suspect's writing.
    pub(super) fn believed(&self, call: &CallRow, path: Path) -> Path {
        let doubted = !self.lineage.suspects.is_empty()
            && (self.lineage.suspects.wrote_call(self.claims_of(call.event), call)
                || path.steps.iter().any(|s| self.lineage.suspects.wrote(s.event)));
        if doubted { path.doubted() } else { path }
    }

    /// The acts by which the call's own record is doubted.
    pub fn doubted_by(&self, call: &CallRow) -> Vec<&str> {
        self.lineage.suspects.of_call(self.claims_of(call.event), call)
    }

    pub(super) fn is_kubernetes(&self, source: i64) -> bool {
        self.kubernetes == Some(source)
    }

    pub(super) fn call(&self, event: i64) -> Result<CallRow, CaseError> {
        self.issuances.get(&event).cloned().ok_or_else(|| CaseError::NoSuchRecord { id: event.to_string() })
    }

    /// A tool span is a call only where no audit source logs that tool for that time. One without a time is no call of its
    /// own where an audit record has its id.
    pub fn is_row(&self, call: &CallRow) -> bool {
        if call.kind != EventKind::ToolSpan {
            return true;
        }
        if self.retold.contains(&call.event) {
            return false;
        }
        let (Some(action), Some(time)) = (call.action, call.time) else { return !self.logged.contains(&call.event) };
        !self.audited.get(&action).is_some_and(|periods| periods.iter().any(|(f, l)| *f <= time && time < *l))
    }
}

/// A record, whose ids are those whom they stand for at its time and in its tenant.
pub fn call_of(case: &Case, identity: &Identity, event: i64) -> Result<CallRow, CaseError> {
    let mut call = case.call(event)?;
    identity.settle_call(&mut call);
    Ok(call)
}

fn claims_of(case: &Case, identity: &Identity, event: i64) -> Result<Vec<ClaimRow>, CaseError> {
    let mut claims = case.claims_of(event)?;
    identity.settle_claims(case, &mut claims)?;
    Ok(claims)
}

/// What a token says of itself, by what became of its signature: its issuer's word, or nobody's.
fn weigh(row: &TokenRow, claims: &mut Vec<ClaimRow>) {
    match row.verdict {
        None => {}
        Some(Verdict::Failed) => claims.clear(),
        Some(Verdict::Bearer | Verdict::Bound) => {
            let kind = if human::proved(row) { EvidenceKind::K1 } else { EvidenceKind::K2 };
            for claim in claims.iter_mut().filter(|c| c.by == FilledBy::Platform && c.evidence == EvidenceKind::K3) {
                (claim.evidence, claim.by) = (kind, FilledBy::Issuer);
            }
        }
    }
}

/// Who caused the call, through what, on whose rights.
pub fn attribute(t: &Tables<'_>, call: &CallRow) -> Attribution {
    let found = human::gather(t, call, 0);
    let run = human::run_of(t, call);
    let agent_paths = agent::gather(t, call, run);
    let (agent, agent_grade) = agent::conclude(&agent_paths);
    let wire = call.wire.and_then(|w| t.identity.party_at(w, call.time));
    let wire_kind = wire.map(|w| t.identity.kind(w));
    let agent_evidence = !agent_paths.is_empty() || run.is_some();
    let verdict = conclude(&found);
    let facts = pattern::Facts::of(t, call, &found, agent.is_some() || agent_grade.is_some(), run.is_some());
    let pattern = pattern::pattern(&facts);
    // Who is only voiced is a rival where somebody else is named, and no candidate by that.
    let voiced = found.voiced.iter().filter(|_| verdict.gap == Some(Gap::Contradiction)).flatten();
    let sets = found.sets.iter().flat_map(|(set, _)| set).chain(voiced);
    let candidates = sets.chain(&found.contradicted).chain(&found.strangers).copied().collect();
    let mut out = Attribution {
        standing: Standing::Automation,
        human: verdict.human,
        grade: verdict.grade,
        refusal: verdict.refusal,
        caution: verdict.caution,
        gap: verdict.gap,
        agent,
        agent_grade,
        authority: None,
        wire,
        run,
        pattern,
        both_on_record: both_on_record(t, call, wire_kind),
        agent_evidence,
        human_paths: found.paths,
        agent_paths,
        candidates,
    };
    settle(t, call, wire_kind, &mut out);
    let broken = matches!(out.gap, Some(Gap::NoOrigin | Gap::MissingParent));
    if broken && t.scope.as_ref().is_some_and(|s| s.crosses(out.run)) {
        out.gap = Some(Gap::OutsidePeriod);
    }
    out.authority = authority(t, call, &out);
    out
}

/// Whether a person is required, and with that the standing.
fn settle(t: &Tables<'_>, call: &CallRow, wire: Option<PartyKind>, out: &mut Attribution) {
    out.standing = match (out.human, out.grade, out.gap) {
        (Some(_), Some(Grade::C), _) => Standing::Supported,
        (Some(_), _, _) => Standing::Attributed,
        (None, _, Some(Gap::Contradiction)) => Standing::Contradicted,
        (None, _, None) => Standing::Automation,
        (None, _, Some(Gap::NoEvidence | Gap::Unresolved | Gap::HintsOnly | Gap::Redacted)) => {
            without_run(t, call, wire, out)
        }
        (None, _, Some(_)) => Standing::Refused,
    };
    if out.standing == Standing::Automation {
        (out.grade, out.refusal, out.gap) = (None, None, None);
    }
}

/// A call with no run and nothing of at least C: a service at work, or a gap?
fn without_run(t: &Tables<'_>, call: &CallRow, wire: Option<PartyKind>, out: &mut Attribution) -> Standing {
    match wire {
        Some(kind) if kind.is_robot() && call.wire_kind == WireKind::Human => {
            (out.refusal, out.gap) = (Some(Refusal::R9), Some(Gap::Robot));
            Standing::Refused
        }
        _ if out.agent.is_some() || out.agent_grade.is_some() => Standing::Refused,
        Some(PartyKind::Service) if out.gap == Some(Gap::NoEvidence) && machine_session(t, call) => {
            out.gap = Some(Gap::MachineSession);
            Standing::Refused
        }
        // A service that says on whose behalf it acts owes a person who can be named.
        Some(PartyKind::Service | PartyKind::System) if out.gap != Some(Gap::NoEvidence) => Standing::Refused,
        Some(PartyKind::Service | PartyKind::System) => Standing::Automation,
        _ => Standing::Refused,
    }
}

/// A role session that a platform service handed to a machine: who used the machine is in no record.
fn machine_session(t: &Tables<'_>, call: &CallRow) -> bool {
    let (Some(key), Some(CredentialKind::SessionKey)) = (call.credential, call.credential_kind) else { return false };
    let leases = t.lineage.leases.get(&key).map(Vec::as_slice).unwrap_or_default();
    !leases.is_empty() && leases.iter().all(|l| t.call(l.event).is_ok_and(|i| i.wire_kind == WireKind::System))
}

/// The record itself names a person and an agent, neither by the caller's own word.
fn both_on_record(t: &Tables<'_>, call: &CallRow, wire: Option<PartyKind>) -> bool {
    let fact = |c: &&ClaimRow| !matches!(c.by, FilledBy::Caller | FilledBy::Model);
    let claims = t.claims_of(call.event);
    let person = (call.wire_kind == WireKind::Human && wire.is_some_and(PartyKind::is_person))
        || claims
            .iter()
            .filter(fact)
            .any(|c| c.role == Role::Human && t.identity.person_at(c.principal, call.time).is_some());
    let agent = wire == Some(PartyKind::Agent)
        || claims.iter().filter(fact).any(|c| c.role == Role::Agent && t.agent_principal(c.principal, call.time));
    person && agent
}

/// Whose rights were used: the person's where the decision, the token or the record says so, else the wire's.
fn authority(t: &Tables<'_>, call: &CallRow, out: &Attribution) -> Option<u32> {
    let evaluated = t.evaluated_in(call.event).iter();
    let evaluated: BTreeSet<u32> = evaluated.filter_map(|p| t.identity.party_at(*p, call.time)).collect();
    if let Some(person) = out.human.filter(|h| evaluated.contains(h)) {
        return Some(person);
    }
    // Whose rights were judged is known even where it is not known who asked.
    let mut people = evaluated.iter().copied().filter(|p| t.identity.kind(*p).is_person());
    if let (Some(person), None) = (people.next(), people.next()) {
        return Some(person);
    }
    match out.pattern {
        Pattern::Obo | Pattern::Impersonation | Pattern::Direct if evaluated.is_empty() => out.human.or(out.wire),
        _ => evaluated.first().copied().filter(|_| evaluated.len() == 1).or(out.wire),
    }
}

/// Counts of an analysis.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    pub calls: u64,
    pub attributed: u64,
    pub supported: u64,
    pub refused: u64,
    pub contradicted: u64,
    pub automation: u64,
}

/// Attributes everything and writes parties, runs and attributions.
pub fn attribute_case(
    case: &Case,
    derived: &Derived<'_>,
    t: &Tables<'_>,
    mut tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<Summary, CaseError> {
    write_parties(derived, t.identity)?;
    write_runs(derived, t)?;
    let mut summary = Summary::default();
    let needs = Needs::new(t);
    let mut book = NeedBook::default();
    let mut of_runs: BTreeMap<usize, u32> = BTreeMap::new();
    case.each_call(|mut call| {
        t.identity.settle_call(&mut call);
        if !t.is_row(&call) {
            return Ok(());
        }
        let found = attribute(t, &call);
        if matches!(call.kind, EventKind::Call | EventKind::ToolSpan) && t.counts(&call, found.agent) {
            summary.calls += 1;
            if let Some(node) = found.run {
                *of_runs.entry(node).or_default() += 1;
            }
            match found.standing {
                Standing::Attributed => summary.attributed += 1,
                Standing::Supported => summary.supported += 1,
                Standing::Refused => summary.refused += 1,
                Standing::Contradicted => summary.contradicted += 1,
                Standing::Automation => summary.automation += 1,
            }
            let asking = Asking {
                event: call.event,
                time: call.time,
                standing: found.standing,
                agent: found.agent.or(found.wire),
            };
            book.note(asking, &needs.of(&call, &found));
        }
        derived.attribution(&record(&call, &found, t))?;
        tick(1)
    })?;
    book.write(derived)?;
    for (node, calls) in of_runs {
        derived.run_calls(node as i64 + 1, calls)?;
    }
    Ok(summary)
}

fn record(call: &CallRow, a: &Attribution, t: &Tables<'_>) -> AttributionRecord {
    let best = a.human.and_then(|h| {
        a.human_paths.iter().filter(|p| p.value == h).max_by_key(|p| (p.grade, std::cmp::Reverse(p.steps.len())))
    });
    let shared = a.wire.is_some_and(|w| t.identity.kind(w) == PartyKind::Shared);
    let is_agent = a.wire.is_some_and(|w| t.identity.kind(w) == PartyKind::Agent);
    let wire_kind = match call.wire_kind {
        WireKind::Human if shared => WireKind::Shared,
        WireKind::Service if is_agent => WireKind::Agent,
        kind => kind,
    };
    AttributionRecord {
        event: call.event,
        time: call.time,
        kind: call.kind,
        standing: a.standing.word(),
        human: a.human.map(i64::from),
        grade: a.grade.map(Grade::letter),
        agent: a.agent.map(i64::from),
        agent_grade: a.agent_grade.map(Grade::letter),
        authority: a.authority.map(i64::from),
        wire_party: a.wire.map(i64::from),
        wire_kind: wire_kind.word(),
        run: a.run.map(|n| n as i64 + 1),
        pattern: a.pattern.word(),
        refusal: a.refusal.map(Refusal::code),
        caution: a.caution.map(Refusal::code),
        evidence: best.map(|p| p.codes().join(" ")).unwrap_or_default(),
        both_on_record: a.both_on_record,
        agent_evidence: a.agent_evidence,
        gap: a.gap.map(Gap::word),
        decided_on_person: (!t.evaluated_in(call.event).is_empty())
            .then(|| t.evaluated_in(call.event).iter().any(|p| t.identity.person_at(*p, call.time).is_some())),
        run_on_record: call.run.is_some(),
        in_scope: t.counts(call, a.agent),
        source: call.source,
        action: call.action,
    }
}
