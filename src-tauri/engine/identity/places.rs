//! Where and when one id stands for whom: logins that several tenants give out, names handed on, accounts re-typed.
//!
//! An id that stands for several is split: each of them has a number of its own, beyond those of the case, and a record's
//! id is read as the number of its time and tenant. What has neither is left with the id itself, which stands for nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Inputs;
use crate::model::principal::is_guid;
use crate::model::{Principal, Time};

/// One of those that an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In this tenant only (a string of the case).
    pub tenant: Option<i64>,
    /// From this moment.
    pub from: Option<Time>,
    /// Before this moment.
    pub until: Option<Time>,
    /// The number that it is read as.
    pub principal: i64,
}

/// Ids that stand for several.
#[derive(Debug, Clone, Default)]
pub struct Places {
    of: BTreeMap<i64, Vec<Place>>,
}

/// Splits of splits: by tenant, by who held the name, by what the account was.
const DEPTH: usize = 4;

impl Places {
    pub fn of(rows: impl IntoIterator<Item = (i64, Place)>) -> Places {
        let mut places = Places::default();
        rows.into_iter().for_each(|(principal, place)| places.add(principal, place));
        places
    }

    pub fn add(&mut self, principal: i64, place: Place) {
        self.of.entry(principal).or_default().push(place);
    }

    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub fn splits(&self, principal: i64) -> bool {
        self.of.contains_key(&principal)
    }

    pub fn rows(&self) -> impl Iterator<Item = (i64, Place)> {
        self.of.iter().flat_map(|(principal, places)| places.iter().map(|place| (*principal, *place)))
    }

    /// The id of records that a number is part of; itself where it is one.
    pub fn whole(&self, part: i64) -> i64 {
        let mut here = part;
        for _ in 0..DEPTH {
            let Some((whole, _)) = self.rows().find(|(_, place)| place.principal == here) else { break };
            here = whole;
        }
        here
    }

    /// Who the id stands for on a record of this time and tenant; itself where nothing tells.
    pub fn at(&self, principal: i64, time: Option<Time>, tenant: Option<i64>) -> i64 {
        let mut here = principal;
        for _ in 0..DEPTH {
            let Some(found) = self.of.get(&here).and_then(|all| all.iter().find(|p| p.holds(time, tenant))) else {
                break;
            };
            here = found.principal;
        }
        here
    }
}

impl Place {
    fn holds(&self, time: Option<Time>, tenant: Option<i64>) -> bool {
        let dated = self.from.is_some() || self.until.is_some();
        let inside = |t: Time| self.from.is_none_or(|from| from <= t) && self.until.is_none_or(|until| t < until);
        (self.tenant.is_none() || self.tenant == tenant) && (!dated || time.is_some_and(inside))
    }
}

/// A login on records of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub principal: i64,
    pub source: i64,
    pub tenant: i64,
    pub tenant_name: String,
}

/// Whether one id of this kind may be two accounts in two tenants. Addresses, ARNs, GUIDs and the ids that a provider
/// numbers through all of its tenants are one everywhere; a GitHub login is one on its server, whatever the organisation.
/// The stores of decision engines hold no accounts of their own.
fn is_local(principal: &Principal) -> bool {
    const ONE: [&str; 13] = [
        "email",
        "entra",
        "gcp",
        "github",
        "okta",
        "google",
        "slack",
        "salesforce",
        "anthropic",
        "openai",
        "oci",
        "yandex",
        "workday",
    ];
    const STORES: [&str; 3] = ["openfga", "cedar", "spicedb"];
    let namespace = principal.namespace.as_str();
    !namespace.starts_with("aws")
        && !ONE.contains(&namespace)
        && !STORES.contains(&namespace)
        && !is_guid(&principal.id)
}

/// Logins that people have in several tenants of one system, each tenant's as a principal `TENANT/LOGIN` of its own.
/// `None` where there is none.
pub(super) fn by_tenant(inputs: &Inputs, places: &mut Places, notes: &mut BTreeSet<String>) -> Option<Inputs> {
    let mut tenants: BTreeMap<(i64, i64), BTreeSet<i64>> = BTreeMap::new();
    for login in &inputs.logins {
        tenants.entry((login.principal, login.source)).or_default().insert(login.tenant);
    }
    let several: BTreeSet<i64> = tenants.iter().filter(|(_, t)| t.len() > 1).map(|((p, _), _)| *p).collect();
    let mut out: Option<Inputs> = None;
    for id in several {
        let Some(principal) = inputs.principals.get(id as usize).filter(|p| !p.is_empty()) else { continue };
        let of: BTreeMap<&str, i64> =
            inputs.logins.iter().filter(|l| l.principal == id).map(|l| (l.tenant_name.as_str(), l.tenant)).collect();
        let names: Vec<&str> = of.keys().copied().collect();
        let shown = format!("{}:{}", principal.namespace, principal.id);
        if !is_local(principal) {
            if principal.namespace == "github" {
                notes.insert(format!(
                    "{shown} acts in {}: taken for one account, as a login is one on its GitHub server",
                    names.join(", ")
                ));
            }
            continue;
        }
        notes.insert(format!(
            "{shown} is a login in {}: it may be two people, and each tenant's stands alone; an alias {}:TENANT/{} joins one",
            names.join(", "),
            principal.namespace,
            principal.id
        ));
        let split = out.get_or_insert_with(|| inputs.clone());
        split.ambiguous.insert(id);
        for (name, tenant) in of {
            let own = split.principals.len() as i64;
            split
                .principals
                .push(Principal { namespace: principal.namespace.clone(), id: format!("{name}/{}", principal.id) });
            split.seen_as(own, id);
            places.add(id, Place { tenant: Some(tenant), from: None, until: None, principal: own });
        }
    }
    out
}

impl Inputs {
    /// A part of an id was seen as the id was.
    pub(super) fn seen_as(&mut self, part: i64, whole: i64) {
        let kinds: Vec<(i64, i64)> =
            self.wire_kinds.iter().filter(|(p, _)| *p == whole).map(|(_, k)| (part, *k)).collect();
        self.wire_kinds.extend(kinds);
        for named in [&mut self.named_agents, &mut self.named_humans] {
            if named.contains(&whole) {
                named.push(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_neither_time_nor_tenant_stands_for_itself() {
        let at = |s: i64| Some(Time(s));
        let places = Places::of([
            (1, Place { tenant: Some(7), from: None, until: None, principal: 10 }),
            (10, Place { tenant: None, from: None, until: at(5), principal: 11 }),
            (10, Place { tenant: None, from: at(5), until: None, principal: 12 }),
        ]);
        assert_eq!((places.at(1, at(4), Some(7)), places.at(1, at(5), Some(7))), (11, 12));
        assert_eq!((places.at(1, None, Some(7)), places.at(1, at(4), None), places.at(2, at(4), None)), (10, 1, 2));
    }
}
