//! Parties and runs as they stand beside the attributions that name them.

use super::run::Tables;
use crate::case::{CaseError, Derived, PartyRecord, RunRecord};
use crate::identity::Identity;
use crate::lineage::NodeKey;

/// With whom their ids stand for, by time and tenant.
pub(super) fn write_parties(derived: &Derived<'_>, identity: &Identity) -> Result<(), CaseError> {
    for (id, party) in identity.parties.iter().enumerate().skip(1) {
        derived.party(&PartyRecord {
            id: id as i64,
            kind: party.kind.word().to_string(),
            shown: party.shown.clone(),
            name: party.name.clone(),
            department: party.department.clone(),
            status: party.status.clone(),
            start: party.start,
            end: party.end,
            directory: party.directory,
            verified: party.verified,
            rows: party.rows.clone(),
            principals: party.principals.clone(),
        })?;
    }
    for dated in identity.dated_parties() {
        derived.dated_party(dated.principal, dated.during, dated.undated, i64::from(dated.party))?;
    }
    for (principal, place) in identity.places.rows() {
        derived.place(principal, place.tenant, place.from, place.until, place.principal)?;
    }
    Ok(())
}

/// Run ids of the derived tables are node indices from 1.
pub(super) fn write_runs(derived: &Derived<'_>, t: &Tables<'_>) -> Result<(), CaseError> {
    for (n, node) in t.lineage.nodes.iter().enumerate() {
        let (NodeKey::Run(key) | NodeKey::Trace(key, _)) = node.key;
        let walk = &t.lineage.walks[n];
        let agent = if node.agents.len() == 1 { node.agents.keys().next().map(|a| i64::from(*a)) } else { None };
        derived.run(&RunRecord {
            id: n as i64 + 1,
            key,
            held: node.held,
            agent,
            first: node.first,
            last: node.last,
            ending: walk.ending(),
            person: walk.person().map(i64::from),
            trigger: None,
            parents: node.parents.iter().map(|(&(_, p), &event)| (p as i64 + 1, Some(event))).collect(),
        })?;
    }
    Ok(())
}
