//! Who is who: principals to parties, by the directory and by nothing weaker (DESIGN section 6).

mod aliases;
mod resolve;

pub use resolve::{Identity, Inputs, Party, PartyKind, resolve};

use crate::case::{Case, CaseError};
use crate::model::Role;

/// Reads from the case what resolution needs, and resolves.
pub fn identify(case: &Case) -> Result<Identity, CaseError> {
    let claims = case.claims()?;
    let tokens = case.tokens()?;
    let mut agents: Vec<i64> = claims.iter().filter(|c| c.role == Role::Agent).map(|c| c.principal).collect();
    let mut humans: Vec<i64> = claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal).collect();
    // An actor of a delegated token acts for its subject: it is an agent where the directory says nothing else.
    agents.extend(tokens.iter().flat_map(|t| t.actors.iter().copied()));
    humans.extend(tokens.iter().filter(|t| t.client.is_none_or(|c| Some(c) != t.subject)).filter_map(|t| t.subject));
    let inputs = Inputs {
        principals: case.principals()?,
        directory: case.directory()?,
        wire_kinds: case.wire_kinds()?,
        named_agents: agents,
        named_humans: humans,
    };
    Ok(resolve(&inputs))
}
