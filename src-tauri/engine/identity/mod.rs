//! Who is who: principals to parties, by the directory, by what an issuer says of its own ids, and by nothing weaker
//! (DESIGN section 6).

mod acts;
mod aliases;
mod entities;
mod pairs;
mod places;
mod resolve;
mod union;

pub use acts::{Basis, DatedParty};
pub use places::{Login, Place, Places};
pub use resolve::{Identity, Inputs, Party, PartyKind, resolve};

use std::collections::BTreeSet;

use crate::case::{CallRow, Case, CaseError, ClaimRow, SpanRow, TokenRow, Verdict};
use crate::model::{Act, Principal, Role};

/// Reads from the case what resolution needs, and resolves.
pub fn identify(case: &Case) -> Result<Identity, CaseError> {
    let present = case.present()?;
    let by_words = !present.suspects.is_empty();
    resolved(case, present.identity, by_words)
}

/// As [`identify`], for questions that name accounts by their words.
pub fn identify_by_words(case: &Case) -> Result<Identity, CaseError> {
    resolved(case, case.present()?.identity, true)
}

fn resolved(case: &Case, acts: Vec<Act>, by_words: bool) -> Result<Identity, CaseError> {
    let claims = case.claims()?;
    let mut tokens = case.tokens()?;
    // What a forged token says is nobody's word.
    tokens.retain(|t| t.verdict != Some(Verdict::Failed));
    let mut agents: Vec<i64> = claims.iter().filter(|c| c.role == Role::Agent).map(|c| c.principal).collect();
    let mut humans: Vec<i64> = claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal).collect();
    // An actor of a delegated token acts for its subject: it is an agent where the directory says nothing else.
    agents.extend(tokens.iter().flat_map(|t| t.actors.iter().copied()));
    let principals = case.principals()?;
    humans.extend(tokens.iter().filter(|t| names_a_person(t, &principals)).filter_map(|t| t.subject));
    let inputs = Inputs {
        principals,
        directory: case.directory()?,
        wire_kinds: case.wire_kinds()?,
        named_agents: agents,
        named_humans: humans,
        pairs: case.paired_ids()?,
        acts,
        by_words,
        logins: logins(case)?,
        ambiguous: BTreeSet::new(),
    };
    Ok(resolve(&inputs))
}

fn logins(case: &Case) -> Result<Vec<Login>, CaseError> {
    let rows = case.logins()?;
    let login = |(principal, source, tenant, tenant_name)| Login { principal, source, tenant, tenant_name };
    Ok(rows.into_iter().map(login).collect())
}

/// Reads the ids of rows as those whom they stand for at the time and in the tenant of their records. Nothing is done in a
/// case whose ids each stand for one.
impl Identity {
    pub fn settle_call(&self, call: &mut CallRow) {
        if !self.places.is_empty() {
            call.wire = call.wire.map(|w| self.places.at(w, call.time, call.tenant));
        }
    }

    pub fn settle_claims(&self, case: &Case, claims: &mut [ClaimRow]) -> Result<(), CaseError> {
        for claim in claims.iter_mut().filter(|c| self.places.splits(c.principal)) {
            claim.principal = self.settled(case, claim.event, claim.principal)?;
        }
        Ok(())
    }

    /// One id on the record of an event.
    pub fn settled(&self, case: &Case, event: i64, principal: i64) -> Result<i64, CaseError> {
        if !self.places.splits(principal) {
            return Ok(principal);
        }
        let (time, tenant) = case.when_and_where(event)?;
        Ok(self.places.at(principal, time, tenant))
    }

    pub fn settle_tokens(&self, case: &Case, tokens: &mut [TokenRow]) -> Result<(), CaseError> {
        if self.places.is_empty() {
            return Ok(());
        }
        for token in tokens {
            for slot in [&mut token.subject, &mut token.client].into_iter().flatten().chain(&mut token.actors) {
                *slot = self.settled(case, token.event, *slot)?;
            }
        }
        Ok(())
    }

    pub fn settle_spans(&self, case: &Case, spans: &mut [SpanRow]) -> Result<(), CaseError> {
        for span in spans.iter_mut() {
            if let Some(wire) = span.wire.filter(|w| self.places.splits(*w)) {
                span.wire = Some(self.settled(case, span.event, wire)?);
            }
        }
        Ok(())
    }
}

/// Whether the subject of a token stands for a person. Without client and actor only an address does: any other word
/// there may be the client itself.
fn names_a_person(token: &TokenRow, principals: &[Principal]) -> bool {
    let address = |p: i64| principals.get(p as usize).is_some_and(|p| p.namespace == "email");
    match (token.client, token.actors.is_empty()) {
        (Some(client), _) => Some(client) != token.subject,
        (None, false) => true,
        (None, true) => token.subject.is_some_and(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_in_a_token_may_be_its_client() {
        let principals = vec![
            Principal::new("", ""),
            Principal::new("name", "batch-bot"),
            Principal::new("email", "ada@fern.example"),
        ];
        let token =
            |subject, client, actors| TokenRow { subject: Some(subject), client, actors, ..TokenRow::default() };
        assert!(!names_a_person(&token(1, None, vec![]), &principals));
        assert!(!names_a_person(&token(1, Some(1), vec![]), &principals));
        assert!(names_a_person(&token(2, None, vec![]), &principals));
        assert!(names_a_person(&token(1, None, vec![3]), &principals));
        assert!(names_a_person(&token(1, Some(3), vec![]), &principals));
    }
}
