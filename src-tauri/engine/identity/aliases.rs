//! What a directory joins: its rows' own ids, e-mail addresses and aliases, each claimed by one entity only.

use std::collections::{BTreeMap, BTreeSet};

use super::entities::Entity;
use crate::case::DirectoryEntry;
use crate::model::principal::is_guid;
use crate::model::{Principal, Time};

/// Principals to the entity that claims them alone.
pub(super) struct Aliases {
    joined: BTreeMap<Principal, usize>,
    /// Claimed by several, one after the other.
    dated: BTreeMap<Principal, Vec<Held>>,
    /// Claimed by more than one.
    contested: BTreeSet<Principal>,
    /// Namespaces in which an entity has an id.
    namespaces: BTreeSet<(usize, String)>,
}

/// Whose a name was, from a moment and before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    pub from: Option<Time>,
    pub until: Option<Time>,
    pub entity: usize,
}

impl Aliases {
    /// `accounts` are the AWS accounts that the case knows. Aliases that join nothing are told in `notes`.
    pub(super) fn build(entities: &[Entity<'_>], accounts: &BTreeSet<&str>, notes: &mut BTreeSet<String>) -> Aliases {
        let mut claims: BTreeMap<Principal, BTreeMap<usize, Held>> = BTreeMap::new();
        let mut namespaces = BTreeSet::new();
        for (n, entity) in entities.iter().enumerate() {
            for row in &entity.rows {
                for principal in claimed(row, accounts, notes) {
                    namespaces.insert((n, principal.namespace.clone()));
                    let own = Held { from: row.start, until: row.end.map(|t| Time(t.0.saturating_add(1))), entity: n };
                    claims
                        .entry(principal)
                        .or_default()
                        .entry(n)
                        .and_modify(|held| {
                            held.from = held.from.zip(own.from).map(|(a, b)| a.min(b));
                            held.until = held.until.zip(own.until).map(|(a, b)| a.max(b));
                        })
                        .or_insert(own);
                }
            }
        }
        let mut joined = BTreeMap::new();
        let (mut contested, mut dated) = (BTreeSet::new(), BTreeMap::new());
        for (principal, by) in claims {
            match (by.len(), by.first_key_value(), in_turn(&by)) {
                (1, Some((&one, _)), _) => {
                    joined.insert(principal, one);
                }
                (_, _, Some(turns)) => {
                    notes.insert(format!(
                        "{}:{} went from one row of the directory to another: it is each one's in their own time",
                        principal.namespace, principal.id
                    ));
                    contested.insert(principal.clone());
                    dated.insert(principal, turns);
                }
                (rows, _, None) => {
                    notes.insert(format!(
                        "{}:{} is claimed by {rows} directory rows and joins none",
                        principal.namespace, principal.id
                    ));
                    contested.insert(principal);
                }
            }
        }
        Aliases { joined, dated, contested, namespaces }
    }

    /// Those whose the name was, one after the other.
    pub(super) fn held(&self, principal: &Principal) -> &[Held] {
        self.dated.get(&folded(principal)).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn contested(&self, principal: &Principal) -> bool {
        self.contested.contains(&folded(principal))
    }

    pub(super) fn entity(&self, principal: &Principal) -> Option<usize> {
        self.joined.get(&folded(principal)).copied()
    }

    /// What is claimed by one alone, with the entity that claims it.
    pub(super) fn claimed(&self) -> impl Iterator<Item = (&Principal, usize)> {
        self.joined.iter().map(|(principal, n)| (principal, *n))
    }

    /// Whether the entity has ids of the principal's kind, of which the principal is none.
    pub(super) fn knows_otherwise(&self, entity: usize, principal: &Principal) -> bool {
        self.namespaces.contains(&(entity, principal.namespace.clone())) && self.entity(principal) != Some(entity)
    }
}

/// The claims in the order of time, where none begins before the one before it has ended.
fn in_turn(claims: &BTreeMap<usize, Held>) -> Option<Vec<Held>> {
    let mut turns: Vec<Held> = claims.values().copied().collect();
    turns.sort();
    let apart = turns.windows(2).all(|pair| pair[0].until.zip(pair[1].from).is_some_and(|(end, start)| end <= start));
    apart.then_some(turns)
}

/// Every principal that a row says is its own.
pub(super) fn claimed(row: &DirectoryEntry, accounts: &BTreeSet<&str>, notes: &mut BTreeSet<String>) -> Vec<Principal> {
    let mut out = Vec::new();
    out.extend(Principal::from_word(&row.id).map(|p| folded(&p)));
    if let Some(email) = &row.email {
        out.push(folded(&Principal::new("email", email)));
    }
    for (namespace, value) in &row.aliases {
        if value.is_empty() {
            continue;
        }
        // Microsoft's client ids are GUIDs, which are one in the whole of its directory; its logs write them so.
        if matches!(namespace.as_str(), "client" | "client_id") && is_guid(value) {
            out.push(folded(&Principal::new("entra", value)));
        }
        let principal = match namespace.as_str() {
            "aws-role" if !value.contains('/') => match (accounts.len(), accounts.first()) {
                (1, Some(account)) => Principal::new("aws-role", &format!("{account}/{value}")),
                _ => {
                    notes.insert(format!(
                        "aws-role:{value} of {} names no account and the case knows {}: it joins nothing",
                        row.id,
                        accounts.len()
                    ));
                    continue;
                }
            },
            // Roles are told apart by account and name: a path is no part of it.
            "aws-role" if value.starts_with("arn:") => Principal::from_arn(value),
            "aws-role" => {
                let (account, role) = value.split_once('/').unwrap_or(("", value));
                Principal::new("aws-role", &format!("{account}/{}", role.rsplit('/').next().unwrap_or(role)))
            }
            "aws" => Principal::from_arn(value),
            "email" | "upn" => Principal::new("email", value),
            "client" | "client_id" => Principal::new("name", value),
            other => Principal::new(other, value),
        };
        out.push(folded(&principal));
    }
    out
}

/// The form in which principals are compared. GitHub logins, e-mail addresses and GUIDs have no case; all else has.
pub(super) fn folded(principal: &Principal) -> Principal {
    match principal.namespace.as_str() {
        "github" | "email" | "entra" => {
            Principal { namespace: principal.namespace.clone(), id: principal.id.to_lowercase() }
        }
        _ => principal.clone(),
    }
}
