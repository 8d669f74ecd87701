//! Evidence about the person who caused a call.

use std::collections::BTreeSet;

use super::combine::{Doubt, HumanEvidence, conclude};
use super::path::{Path, Step};
use super::run::Tables;
use crate::case::{CallRow, ClaimRow, TokenRow, Verdict};
use crate::lineage::{EdgeKind, Lineage, Starter};
use crate::model::{CredentialKind, EventKind, EvidenceKind, FilledBy, Grade, Role, Time, WhyEmpty, WireKind};

/// Issuances of issuances: role chaining deeper than this is not followed.
const CHAIN: usize = 8;

pub(super) fn gather(t: &Tables<'_>, call: &CallRow, depth: usize) -> HumanEvidence {
    let redacted = call.human_empty == WhyEmpty::Redacted;
    let mut found = HumanEvidence { redacted, lent: lent(t, call), ..Default::default() };
    on_the_wire(t, call, &mut found);
    claimed(t, call, &mut found);
    by_token(t, call, &mut found);
    by_lease(t, call, &mut found, depth);
    for (node, by, via) in nodes_of(t, call) {
        by_run(t, node, by, via, call.event, &mut found);
    }
    by_links(t.lineage, call.event, &mut found);
    by_copies(t, call, &mut found);
    found.paths = found.paths.into_iter().map(|path| t.believed(call, path)).collect();
    if call.run.is_none() {
        found.missing |= call.trace.is_some_and(|trace| t.lineage.lost_span(trace, call.span));
    }
    found
}

/// Another copy of the record, with other content. It names nobody by itself and raises nothing; where it names somebody
/// else, one of the two copies is wrong.
fn by_copies(t: &Tables<'_>, call: &CallRow, found: &mut HumanEvidence) {
    let values: BTreeSet<u32> = found.paths.iter().filter(|p| p.grade >= Grade::C).map(|p| p.value).collect();
    for copy in t.copies_of(call.event) {
        let mut other = HumanEvidence { lent: lent(t, copy), ..Default::default() };
        on_the_wire(t, copy, &mut other);
        claimed(t, copy, &mut other);
        let rivals = other.paths.into_iter().filter(|p| p.grade >= Grade::C && !values.contains(&p.value));
        found.paths.extend(rivals.filter(|_| !values.is_empty()));
    }
}

/// A person's own account acting directly.
fn on_the_wire(t: &Tables<'_>, call: &CallRow, found: &mut HumanEvidence) {
    let (Some(wire), WireKind::Human) = (call.wire, call.wire_kind) else { return };
    if let Some(person) = t.identity.person_at(wire, call.time).filter(|_| !found.lent) {
        let (kind, by) = match t.lineage.tokens.at(call.event) {
            Some(row) if row.verdict == Some(Verdict::Failed) => return,
            Some(row) if row.unverified && issuers_word(row) => (EvidenceKind::K2, FilledBy::Issuer),
            _ => (EvidenceKind::K3, call.wire_by.unwrap_or(FilledBy::Platform)),
        };
        let named = step(kind, believed(by), by, call.event).by_act(t.identity.act_of(wire, call.time));
        found.paths.push(Path::new(person, vec![named]));
    }
}

/// A person's own key (an access token, a secret, no delegated token) in an agent's hands: the row 18 of table D.2. Its
/// owner's rights were used; a run may tell who asked.
fn lent(t: &Tables<'_>, call: &CallRow) -> bool {
    let own_key = call.wire_kind == WireKind::Human && call.credential_kind == Some(CredentialKind::LongLived);
    if !own_key || call.wire.and_then(|w| t.identity.person_at(w, call.time)).is_none() {
        return false;
    }
    let agent =
        |c: &ClaimRow| c.role == Role::Agent && believed(c.by) >= Grade::C && t.agent_principal(c.principal, call.time);
    // A run id alone may be a person's own script: whose run it is must be known.
    let run = run_of(t, call).is_some_and(|node| !t.lineage.nodes[node].agents.is_empty());
    run || t.claims_of(call.event).iter().any(agent)
}

/// The principals that the record itself names.
fn claimed(t: &Tables<'_>, call: &CallRow, found: &mut HumanEvidence) {
    for claim in t.claims_of(call.event).iter().filter(|c| c.role == Role::Human) {
        let Some(person) = t.identity.person_at(claim.principal, call.time) else {
            // A claim that names an agent or a service is a session's own name, not a person who is not known.
            let party = t.identity.party_at(claim.principal, call.time).map(|p| t.identity.kind(p));
            found.unresolved |= party.is_none_or(|k| k.is_robot() || k == crate::identity::PartyKind::Unknown);
            // An account on the wire that names itself is a robot at work, and nobody's rival.
            let on_wire = call.wire.and_then(|w| t.identity.party_at(w, call.time));
            if worth(call, claim).1 >= Grade::C {
                let stranger = t.identity.stranger_at(claim.principal, call.time);
                found.strangers.extend(stranger.filter(|p| Some(*p) != on_wire));
            }
            continue;
        };
        let (kind, grade) = worth(call, claim);
        let named = step(kind, grade, claim.by, call.event).by_act(t.identity.act_of(claim.principal, call.time));
        let path = Path::new(person, vec![named]);
        found.paths.push(match agreeing_token(t, call, person) {
            Some(issuance) if grade >= Grade::C => path.lifted(issuance),
            _ => path,
        });
    }
}

/// What a claim on the call's own record is worth.
fn worth(call: &CallRow, claim: &ClaimRow) -> (EvidenceKind, Grade) {
    use EvidenceKind::{K1, K2, K3, K6, K11, K12};
    // Users on a tool span name the people that the call is about.
    if call.kind == EventKind::ToolSpan {
        return (K11, Grade::D);
    }
    match claim.evidence {
        K1 => (K1, Grade::A),
        K12 => (K12, Grade::D),
        kind @ (K2 | K3 | K6) if believed(claim.by) >= Grade::C => (kind, Grade::B),
        _ => (K11, Grade::D),
    }
}

/// A field that the caller or the model wrote is a claim; one that issuer, platform or gateway wrote is a fact.
fn believed(by: FilledBy) -> Grade {
    match by {
        FilledBy::Issuer | FilledBy::Platform | FilledBy::Gateway => Grade::B,
        FilledBy::Caller | FilledBy::Model => Grade::D,
    }
}

/// The issuance of the call's token, where it names this person.
fn agreeing_token(t: &Tables<'_>, call: &CallRow, person: u32) -> Option<i64> {
    token_rows(t, call).into_iter().find(|r| issuers_word(r) && subject(t, r) == Some(person)).map(|r| r.event)
}

/// The issuer's log, or a token whose signature holds.
pub(super) fn issuers_word(row: &TokenRow) -> bool {
    !row.unverified || matches!(row.verdict, Some(Verdict::Bearer | Verdict::Bound))
}

/// K1: subject and actor in a token whose signature holds and that only the holder of a key could send.
pub(super) fn proved(row: &TokenRow) -> bool {
    row.verdict == Some(Verdict::Bound) && row.subject.is_some() && !row.actors.is_empty()
}

pub(super) fn token_rows<'a>(t: &'a Tables<'_>, call: &CallRow) -> Vec<&'a TokenRow> {
    match (call.credential, call.credential_kind) {
        // An issuance is not proved by itself, nor is a sign-in by the token that it brought.
        (Some(jti), Some(CredentialKind::Token)) if call.kind != EventKind::Token => {
            t.lineage.tokens.of(jti).filter(|r| r.subject.is_some() && r.event != call.event).collect()
        }
        _ => Vec::new(),
    }
}

/// The person that a token record names as its subject.
fn subject(t: &Tables<'_>, row: &TokenRow) -> Option<u32> {
    row.subject.and_then(|s| t.identity.person_at(s, row.time))
}

fn by_token(t: &Tables<'_>, call: &CallRow, found: &mut HumanEvidence) {
    let rows = token_rows(t, call);
    let people: BTreeSet<u32> = rows.iter().filter_map(|r| subject(t, r)).collect();
    if people.len() > 1 {
        found.sets.push((people, Doubt::Holders));
        return;
    }
    for row in rows {
        let Some(subject) = row.subject else { continue };
        if row.actors.is_empty() && row.client == Some(subject) {
            continue;
        }
        let Some(person) = t.identity.person_at(subject, row.time) else {
            found.unresolved |= t.identity.party_at(subject, row.time).is_some_and(|p| t.identity.kind(p).is_robot());
            found.strangers.extend(t.identity.stranger_at(subject, row.time));
            continue;
        };
        let agent_client = row.client.and_then(|c| t.identity.party_at(c, row.time)).is_some_and(|p| t.is_agent(p));
        let kind = if row.actors.is_empty() && agent_client { EvidenceKind::K5 } else { EvidenceKind::K2 };
        let act = t.identity.act_of(subject, row.time);
        let issued = |kind, grade| step(kind, grade, FilledBy::Issuer, row.event).by_act(act);
        found.paths.push(match issuers_word(row) {
            _ if proved(row) => Path::new(person, vec![issued(EvidenceKind::K1, Grade::A)]).lifted(row.event),
            true => Path::new(person, vec![issued(kind, Grade::B)]).lifted(row.event),
            // Whoever exported the token says what it claims; no issuer says that it was handed out.
            false => {
                Path::new(person, vec![step(EvidenceKind::K3, Grade::B, FilledBy::Platform, row.event).by_act(act)])
            }
        });
    }
}

/// Whoever a temporary credential was handed to, by the records that handed it out: the caller of each issuance, a
/// session principal set by a broker, or the person of the run that the issuance is tagged with.
fn by_lease(t: &Tables<'_>, call: &CallRow, found: &mut HumanEvidence, depth: usize) {
    if depth >= CHAIN {
        return;
    }
    let shared = match (call.credential, call.credential_kind) {
        (Some(key), Some(CredentialKind::SessionKey)) => t.lineage.shared_leases.get(&key),
        _ => None,
    };
    let mut holders: Vec<Path> = Vec::new();
    let (issued, turn) = in_turn(t, call);
    for issuance in issued {
        let inner = gather(t, &issuance, depth + 1);
        let run = inner.paths.iter().find(|p| p.steps.iter().any(|s| s.node.is_some())).cloned();
        // The run tag of an issuance counts by itself: it is evidence from the agent's side, not from the issuer's.
        let verdict = conclude(&HumanEvidence {
            paths: inner.paths.iter().filter(|p| p.steps.iter().all(|s| s.node.is_none())).cloned().collect(),
            sets: inner.sets.clone(),
            strangers: inner.strangers.clone(),
            ..Default::default()
        });
        if let Some(person) = verdict.human {
            // Proved is to whom the key was handed, not who used it: the exact join of the key does not lift this.
            let act = inner.paths.iter().filter(|p| p.value == person).find_map(Path::act);
            let handed = step(EvidenceKind::K3, Grade::B, FilledBy::Platform, issuance.event).by_act(act);
            holders.push(Path::new(person, vec![handed, joined(issuance.event)]));
        }
        // Where a run that leads to nobody used the key too, it was not the tagged run's alone.
        if let Some(path) = run.filter(|_| shared.is_none_or(|s| !s.open)) {
            let mut steps = vec![joined(issuance.event)];
            steps.extend(path.steps);
            holders.push(Path::new(path.value, steps));
        }
        found.sets.extend(inner.sets);
        found.contradicted.extend(inner.contradicted);
        found.strangers.extend(inner.strangers);
        if call.run.is_none() {
            found.missing |= inner.missing;
            found.no_origin |= inner.no_origin;
            found.unattended |= inner.unattended;
        }
    }
    let people: BTreeSet<u32> = holders.iter().map(|p| p.value).collect();
    if people.len() > 1 {
        found.sets.push((people, if turn == Turn::Unclear { Doubt::Order } else { Doubt::Holders }));
    } else {
        // A holder that only a run's tag names is not told by the issuer, and holds nothing exclusively.
        let handed = holders.iter().find(|p| p.steps.iter().all(|s| s.node.is_none())).map(|p| p.value);
        found.paths.extend(handed.filter(|_| shared.is_none()).and_then(|person| exclusive(t, call, person, &holders)));
        found.paths.extend(holders);
    }
    // Runs of several people acted through this key: its holders are one set, whichever of them the call names.
    if let Some(holders) = shared.filter(|s| s.people.len() > 1) {
        found.sets.push((holders.people.clone(), Doubt::Holders));
    }
    if call.run.is_none() {
        found.no_origin |= shared.is_some_and(|s| s.open);
    }
}

/// K7: the one holder of the key, at a time inside the lease. A second proof beside the issuance, of grade C.
fn exclusive(t: &Tables<'_>, call: &CallRow, person: u32, holders: &[Path]) -> Option<Path> {
    let (key, at) = (call.credential?, call.time?);
    let lease = t.lineage.leases.get(&key)?.iter().find(|l| {
        // Neither surely before the lease began nor surely after it ended, on clocks that are known to a bound.
        let holds = |earlier, later| {
            let (apart, bound) = t.lineage.clocks.between(earlier, later);
            apart >= -bound
        };
        let begun = l.from.is_some_and(|from| holds((l.source, from), (call.source, at)));
        l.event != call.event && begun && l.until.is_some_and(|until| holds((call.source, at), (l.source, until)))
    })?;
    let act = holders.iter().find_map(Path::act);
    Some(Path::new(person, vec![step(EvidenceKind::K7, Grade::C, FilledBy::Platform, lease.event).by_act(act)]))
}

/// Whether the order of leases tells whose turn it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// One lease, or several at a time: order tells nothing.
    Together,
    /// One of several that follow each other.
    Clear,
    /// The call lies within the clocks' uncertainty of a hand-over.
    Unclear,
}

/// The issuances of the call's key. Where its leases follow each other, the one whose turn it was; all of those whose turn
/// it may have been, where the clocks do not tell.
fn in_turn(t: &Tables<'_>, call: &CallRow) -> (Vec<CallRow>, Turn) {
    let all = issuances(t, call);
    let key = call.credential.filter(|_| all.len() > 1);
    let leases = key.and_then(|key| t.lineage.leases.get(&key)).map(Vec::as_slice).unwrap_or_default();
    let turns: Option<Vec<(Time, Time, i64, i64)>> =
        leases.iter().map(|l| Some((l.from?, l.until?, l.event, l.source))).collect();
    let (Some(mut turns), Some(at)) = (turns.filter(|turns| turns.len() > 1), call.time) else {
        return (all, Turn::Together);
    };
    turns.sort_unstable();
    if turns.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return (all, Turn::Together);
    }
    let may = |from: Time, until: Time, source: i64| {
        let (after, bound) = t.lineage.clocks.between((source, from), (call.source, at));
        let (before, _) = t.lineage.clocks.between((call.source, at), (source, until));
        after >= -bound && before >= -bound
    };
    let open: BTreeSet<i64> =
        turns.iter().filter(|(from, until, _, source)| may(*from, *until, *source)).map(|turn| turn.2).collect();
    match open.len() {
        0 => (all, Turn::Together),
        1 => (all.into_iter().filter(|i| open.contains(&i.event)).collect(), Turn::Clear),
        _ => (all.into_iter().filter(|i| open.contains(&i.event)).collect(), Turn::Unclear),
    }
}

fn joined(event: i64) -> Step {
    step(EvidenceKind::K4, Grade::A, FilledBy::Platform, event)
}

/// The records that handed out the call's temporary credential.
pub(super) fn issuances(t: &Tables<'_>, call: &CallRow) -> Vec<CallRow> {
    let (Some(key), Some(CredentialKind::SessionKey)) = (call.credential, call.credential_kind) else {
        return Vec::new();
    };
    let leases = t.lineage.leases.get(&key).map(Vec::as_slice).unwrap_or_default();
    leases.iter().filter(|l| l.event != call.event).filter_map(|l| t.call(l.event).ok()).collect()
}

/// The runs that a call belongs to: (node, who wrote the id, record that carries it). The first is the call's own.
pub(super) fn nodes_of(t: &Tables<'_>, call: &CallRow) -> Vec<(usize, FilledBy, i64)> {
    let lineage = t.lineage;
    let mut out: Vec<(usize, FilledBy, i64)> = Vec::new();
    let mut add = |node: Option<usize>, by: FilledBy, event: i64| {
        if let Some(node) = node
            && !out.iter().any(|(n, _, _)| *n == node)
        {
            out.push((node, by, event));
        }
    };
    if let Some(run) = call.run {
        add(lineage.run(run), call.run_by.unwrap_or(FilledBy::Caller), call.event);
    }
    if let Some(trace) = call.trace {
        add(lineage.node_of_span(trace, call.span), FilledBy::Caller, call.event);
    }
    if let Some((node, event)) = lineage.tool_span(call.event) {
        add(Some(node), FilledBy::Caller, event);
    }
    if call.run.is_none() {
        for row in token_rows(t, call) {
            add(row.run.and_then(|r| lineage.run(r)), FilledBy::Issuer, row.event);
        }
    }
    out
}

/// The run of a call as it is shown: the call's own, else that of the one run its credential was issued for.
pub(super) fn run_of(t: &Tables<'_>, call: &CallRow) -> Option<usize> {
    if let Some((node, _, _)) = nodes_of(t, call).first() {
        return Some(*node);
    }
    let runs: BTreeSet<usize> = issuances(t, call).iter().filter_map(|i| t.lineage.run(i.run?)).collect();
    if runs.len() == 1 { runs.first().copied() } else { None }
}

fn by_run(t: &Tables<'_>, node: usize, by: FilledBy, via: i64, call: i64, found: &mut HumanEvidence) {
    let lineage = t.lineage;
    let walk = &lineage.walks[node];
    if walk.people.is_empty() {
        found.strangers.extend(walk.strangers.iter().copied());
    }
    if walk.broken() {
        // A path that is missing a branch or an origin names nobody, whoever stands at its other branches.
        found.missing |= walk.missing;
        found.no_origin |= walk.no_origin;
        found.unresolved |= walk.unresolved;
        let node = &lineage.nodes[node];
        let own: BTreeSet<u32> = node.starters.iter().map(|s| s.person).chain(node.below.iter().copied()).collect();
        found.voiced.extend(Some(own).filter(|own| !own.is_empty()));
        return;
    }
    if walk.contradicted {
        found.contradicted.extend(walk.people.iter().copied());
        return;
    }
    if walk.unattended() {
        found.unattended = true;
        return;
    }
    match walk.person() {
        Some(person) => found.paths.push(run_path(t, node, person, by, via, call)),
        None => found.sets.push((walk.people.union(&walk.strangers).copied().collect(), Doubt::Members)),
    }
}

/// The people whose work this one call was handed, where its own span is linked to other runs. Such a link names nobody
/// by itself; it speaks against whoever else is named.
fn by_links(lineage: &Lineage, call: i64, found: &mut HumanEvidence) {
    let nodes = lineage.linked_by_tool(call);
    let people: BTreeSet<u32> = nodes.iter().flat_map(|n| lineage.walks[*n].people.iter().copied()).collect();
    match (people.len(), people.first()) {
        (0, _) => {}
        (1, Some(person)) => {
            if found.paths.iter().any(|p| p.grade >= Grade::C && p.value != *person) {
                let step = step(EvidenceKind::K10, Grade::C, FilledBy::Caller, call);
                found.paths.push(Path::new(*person, vec![step]));
            }
        }
        _ => found.sets.push((people, Doubt::Members)),
    }
}

fn run_path(t: &Tables<'_>, node: usize, person: u32, by: FilledBy, via: i64, call: i64) -> Path {
    let mut steps = Vec::new();
    if via != call {
        steps.push(step(EvidenceKind::K4, Grade::B, FilledBy::Platform, via));
    }
    let (hops, root) = way_to(t, node, person);
    let direct = hops.is_empty();
    for (at, kind, event) in hops {
        let evidence = if kind == EdgeKind::Link { EvidenceKind::K10 } else { EvidenceKind::K9 };
        steps.push(Step { kind: evidence, grade: Grade::C, by: FilledBy::Caller, event, node: Some(at), act: None });
    }
    let both_platform = direct && believed(by) == Grade::B && root.is_some_and(|(_, s)| believed(s.by) == Grade::B);
    let grade = if both_platform { Grade::B } else { Grade::C };
    if let Some((root, starter)) = root {
        let (by, event, act) = (starter.by, starter.event, starter.act);
        steps.push(Step { kind: EvidenceKind::K8, grade, by, event, node: Some(root), act });
    }
    Path::new(person, steps)
}

/// Node left, edge, event that says so.
type Hop = (usize, EdgeKind, i64);

/// A shortest way from a node to the root that names the person, and the root.
fn way_to(t: &Tables<'_>, from: usize, person: u32) -> (Vec<Hop>, Option<(usize, Starter)>) {
    let lineage = t.lineage;
    // Of several records that name the person one that nobody doubts, and that rests on no act.
    let surest = |s: &&Starter| (lineage.suspects.wrote(s.event), s.act.is_some(), **s);
    let mut queue = std::collections::VecDeque::from([from]);
    let mut came: std::collections::BTreeMap<usize, Hop> = std::collections::BTreeMap::new();
    let mut seen = BTreeSet::from([from]);
    while let Some(n) = queue.pop_front() {
        if let Some(starter) = lineage.nodes[n].starters.iter().filter(|s| s.person == person).min_by_key(surest) {
            let mut hops = Vec::new();
            let mut here = n;
            while let Some(&(below, kind, event)) = came.get(&here) {
                hops.push((below, kind, event));
                here = below;
            }
            hops.reverse();
            return (hops, Some((n, *starter)));
        }
        for (&(kind, parent), &event) in &lineage.nodes[n].parents {
            if seen.insert(parent) {
                came.insert(parent, (n, kind, event));
                queue.push_back(parent);
            }
        }
    }
    (Vec::new(), None)
}

fn step(kind: EvidenceKind, grade: Grade, by: FilledBy, event: i64) -> Step {
    Step { kind, grade, by, event, node: None, act: None }
}
