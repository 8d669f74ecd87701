//! Evidence about the agent.

use std::collections::BTreeSet;

use super::human;
use super::path::{Path, Step};
use super::run::Tables;
use crate::case::{CallRow, Verdict};
use crate::model::{CredentialKind, EventKind, EvidenceKind, FilledBy, Grade, Role};

pub(super) fn gather(t: &Tables<'_>, call: &CallRow, run: Option<usize>) -> Vec<Path> {
    let mut out = Vec::new();
    // A party, and the act by which it is that.
    type Named = Option<(u32, Option<usize>)>;
    let named = |p: i64, at| -> Named { t.identity.party_at(p, at).map(|party| (party, t.identity.act_of(p, at))) };
    let mut add = |party: Named, kind: EvidenceKind, grade: Grade, by: FilledBy, event: i64, node: Option<usize>| {
        if let Some((party, act)) = party.filter(|(p, _)| t.is_agent(*p)) {
            out.push(t.believed(call, Path::new(party, vec![Step { kind, grade, by, event, node, act }])));
        }
    };
    let forged = t.lineage.tokens.at(call.event).is_some_and(|row| row.verdict == Some(Verdict::Failed));
    if let Some(wire) = call.wire.filter(|_| !forged) {
        let by = call.wire_by.unwrap_or(FilledBy::Platform);
        add(named(wire, call.time), EvidenceKind::K3, fact(by, Grade::B), by, call.event, None);
    }
    for claim in t.claims_of(call.event).iter().filter(|c| c.role == Role::Agent) {
        // An agent that names itself in its own trace is supported, no more.
        let grade = match claim.evidence {
            EvidenceKind::K1 => Grade::A,
            EvidenceKind::K8 => Grade::C,
            _ => fact(claim.by, Grade::B),
        };
        add(named(claim.principal, call.time), claim.evidence, grade, claim.by, call.event, None);
    }
    if let (Some(jti), Some(CredentialKind::Token)) = (call.credential, call.credential_kind) {
        for row in t.lineage.tokens.of(jti) {
            let unverified = !human::issuers_word(row);
            let own = call.kind == EventKind::Token && !human::proved(row);
            let joined = if unverified || own { Grade::B } else { Grade::A };
            // Only the outermost actor is authoritative (RFC 8693 section 4.1).
            let (actor, kind) = match row.actors.first() {
                Some(actor) if human::proved(row) => (Some(*actor), EvidenceKind::K1),
                Some(actor) => (Some(*actor), EvidenceKind::K2),
                None => (
                    row.client.filter(|c| Some(*c) != row.subject || t.agent_principal(*c, row.time)),
                    EvidenceKind::K5,
                ),
            };
            let (kind, by) = if unverified { (EvidenceKind::K3, FilledBy::Platform) } else { (kind, FilledBy::Issuer) };
            add(actor.and_then(|a| named(a, row.time)), kind, joined, by, row.event, None);
        }
    }
    if let Some(node) = run {
        let agents = &t.lineage.nodes[node].agents;
        if let (1, Some((&party, &event))) = (agents.len(), agents.iter().next()) {
            add(Some((party, None)), EvidenceKind::K8, Grade::C, FilledBy::Caller, event, Some(node));
        }
    }
    out
}

fn fact(by: FilledBy, grade: Grade) -> Grade {
    match by {
        FilledBy::Caller | FilledBy::Model => Grade::D,
        _ => grade,
    }
}

/// The agent, where all that is at least C agrees.
pub(super) fn conclude(paths: &[Path]) -> (Option<u32>, Option<Grade>) {
    let carried: Vec<&Path> = paths.iter().filter(|p| p.grade >= Grade::C).collect();
    let values: BTreeSet<u32> = carried.iter().map(|p| p.value).collect();
    match (values.len(), values.first()) {
        (1, Some(&value)) => (Some(value), carried.iter().map(|p| p.grade).max()),
        (0, _) => (None, None),
        _ => (None, Some(Grade::X)),
    }
}
