//! The identity pattern of a call: the ordered table D.2 of the identity reference, first match wins.

use super::combine::HumanEvidence;
use super::run::Tables;
use crate::case::CallRow;
use crate::identity::PartyKind;
use crate::model::{CredentialKind, EvidenceKind, Pattern, Role, WireKind};

/// What the table asks about.
pub(super) struct Facts {
    pub wire: Option<PartyKind>,
    pub wire_kind: WireKind,
    pub interactive: bool,
    /// A person's own key in an agent's hands.
    pub lent: bool,
    /// The source itself holds two principals: a service or agent, and the user it acted as.
    pub impersonated: bool,
    /// The call's token, as the issuer or the record tells, has a person as subject and an actor or agent client.
    pub delegated_token: bool,
    /// Issuer, platform or gateway wrote the person beside the wire principal.
    pub human_on_record: bool,
    pub asserted_human: bool,
    pub agent: bool,
    pub run: bool,
}

impl Facts {
    pub(super) fn of(t: &Tables<'_>, call: &CallRow, found: &HumanEvidence, agent: bool, run: bool) -> Facts {
        let claims = t.claims_of(call.event);
        let wire = call.wire.and_then(|w| t.identity.party_of(w)).map(|p| t.identity.kind(p));
        let service_wire = !matches!(call.wire_kind, WireKind::Human);
        let human_claim = |kind: EvidenceKind| {
            claims.iter().any(|c| {
                c.role == Role::Human
                    && c.evidence == kind
                    && !matches!(c.by, crate::model::FilledBy::Caller | crate::model::FilledBy::Model)
            })
        };
        let token_with_subject = matches!((call.credential, call.credential_kind), (Some(jti), Some(CredentialKind::Token))
            if t.lineage.tokens.of(jti).any(|r| r.subject.is_some_and(|s| t.identity.person(s).is_some()) && (!r.actors.is_empty() || r.client.is_some())));
        Facts {
            wire,
            wire_kind: call.wire_kind,
            interactive: call.interactive,
            lent: found.lent,
            impersonated: service_wire && human_claim(EvidenceKind::K6) && t.is_kubernetes(call.source),
            delegated_token: token_with_subject
                || (call.wire_kind == WireKind::Delegated && human_claim(EvidenceKind::K3)),
            human_on_record: service_wire
                && (human_claim(EvidenceKind::K3) || human_claim(EvidenceKind::K6) || human_claim(EvidenceKind::K2)),
            asserted_human: found.paths.iter().any(|p| p.grade == crate::model::Grade::D),
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
        // 2, 4, 13
        () if f.delegated_token => Pattern::Obo,
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
        // 16
        () if f.wire.is_some_and(PartyKind::is_person) => Pattern::Direct,
        // 21
        () => Pattern::Undetermined,
    }
}
