//! The identity pattern of a call: the ordered table D.2 of the identity reference, first match wins.

use super::combine::HumanEvidence;
use super::run::Tables;
use crate::case::{CallRow, TokenRow};
use crate::identity::PartyKind;
use crate::model::{CredentialKind, EvidenceKind, Pattern, Role, WireKind};

/// What a person's token says of who acts with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Acts {
    /// A client that is no one agent's: a browser, a command line, a platform of many.
    SomeClient,
    /// A client that is an agent's own, or an actor.
    Agent,
}

/// What the table asks about.
pub(super) struct Facts {
    pub wire: Option<PartyKind>,
    pub wire_kind: WireKind,
    pub interactive: bool,
    /// A person's own key in an agent's hands.
    pub lent: bool,
    /// The source itself holds two principals: a service or agent, and the user it acted as.
    pub impersonated: bool,
    /// The call's token, as the issuer or the record tells, has a person as subject; what it says of who acts.
    pub token: Option<Acts>,
    /// Issuer, platform or gateway wrote the person beside the wire principal.
    pub human_on_record: bool,
    pub asserted_human: bool,
    pub agent: bool,
    pub run: bool,
}

impl Facts {
    pub(super) fn of(t: &Tables<'_>, call: &CallRow, found: &HumanEvidence, agent: bool, run: bool) -> Facts {
        let claims = t.claims_of(call.event);
        let wire = call.wire.and_then(|w| t.identity.party_at(w, call.time)).map(|p| t.identity.kind(p));
        let service_wire = !matches!(call.wire_kind, WireKind::Human);
        let human_claim = |kind: EvidenceKind| {
            claims.iter().any(|c| {
                c.role == Role::Human
                    && c.evidence == kind
                    && !matches!(c.by, crate::model::FilledBy::Caller | crate::model::FilledBy::Model)
            })
        };
        let jti = call.credential.filter(|_| call.credential_kind == Some(CredentialKind::Token));
        let persons = |r: &&TokenRow| r.subject.is_some_and(|s| t.identity.person_at(s, r.time).is_some());
        let acts = |r: &TokenRow| match (r.actors.is_empty(), r.client) {
            (false, _) => Some(Acts::Agent),
            (true, Some(client)) if t.agent_principal(client, r.time) => Some(Acts::Agent),
            (true, Some(_)) => Some(Acts::SomeClient),
            (true, None) => None,
        };
        let by_token = jti.into_iter().flat_map(|jti| t.lineage.tokens.of(jti)).filter(persons).filter_map(acts).max();
        let by_record = call.wire_kind == WireKind::Delegated && human_claim(EvidenceKind::K3);
        Facts {
            wire,
            wire_kind: call.wire_kind,
            interactive: call.interactive,
            lent: found.lent,
            impersonated: service_wire && human_claim(EvidenceKind::K6) && t.is_kubernetes(call.source),
            token: if by_record { Some(Acts::Agent) } else { by_token },
            human_on_record: service_wire
                && (human_claim(EvidenceKind::K3) || human_claim(EvidenceKind::K6) || human_claim(EvidenceKind::K2)),
            asserted_human: found.paths.iter().any(|p| p.steps.iter().any(|s| s.kind == EvidenceKind::K11)),
            agent,
            run,
        }
    }
}

pub(super) fn pattern(f: &Facts) -> Pattern {
    let machine = matches!(f.wire, Some(PartyKind::Agent | PartyKind::Service));
    match () {
        // 12: a person at a console on an agent's account.
        () if machine && f.interactive => Pattern::Masquerade,
        // 17, 18: a human-type account with no person behind it.
        () if f.wire.is_some_and(PartyKind::is_robot) && f.wire_kind == WireKind::Human => Pattern::RobotUser,
        () if f.lent => Pattern::RobotUser,
        // 1
        () if f.impersonated => Pattern::Impersonation,
        // 2, 4, 13; a client that is nobody's in particular says so where an agent is in evidence beside it (14).
        () if f.token == Some(Acts::Agent) => Pattern::Obo,
        () if f.token.is_some() && (machine || f.agent || f.run) => Pattern::Obo,
        // 6, 7, 8
        () if f.human_on_record && (machine || f.agent) => Pattern::Hybrid,
        // 10
        () if machine && f.run => Pattern::ServiceAccount,
        // 9
        () if machine && f.asserted_human => Pattern::Hybrid,
        // 19, 20, 11, 22
        () if machine || f.wire == Some(PartyKind::System) => Pattern::ServiceAccount,
        // 14: a person's own credential, and an agent's run behind it.
        () if f.wire.is_some_and(PartyKind::is_person) && f.agent => Pattern::Obo,
        // 15: a person's token in an unmarked client, which may be an agent's. 16: the person is at the screen.
        () if f.token == Some(Acts::SomeClient) && !f.interactive => Pattern::Undetermined,
        // 16
        () if f.wire.is_some_and(PartyKind::is_person) => Pattern::Direct,
        // 21
        () => Pattern::Undetermined,
    }
}
