//! The names by which context files call a party.

use rustc_hash::FxHashMap;

use crate::case::DirectoryEntry;
use crate::model::Principal;

/// Every name by which a row of a context file may call a party.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Name to party; `None` where two parties claim it.
    by_name: FxHashMap<String, Option<i64>>,
}

impl Known {
    pub(super) fn of(
        directory: &[DirectoryEntry],
        row_party: &[(i64, i64)],
        party_of: &[(i64, i64)],
        principals: &[Principal],
    ) -> Known {
        let mut known = Known { by_name: FxHashMap::default() };
        let by_row: FxHashMap<i64, i64> = row_party.iter().copied().collect();
        for row in directory {
            let Some(&party) = by_row.get(&row.event) else { continue };
            known.add(&row.id, party);
            if let Some(email) = row.email.as_deref().filter(|e| !e.trim().is_empty()) {
                known.add(email, party);
            }
            for (namespace, value) in &row.aliases {
                known.add(&format!("{namespace}:{value}"), party);
                known.add(value, party);
            }
        }
        for &(principal, party) in party_of {
            if let Some(p) = principals.get(principal as usize).filter(|p| !p.is_empty()) {
                known.add(&format!("{}:{}", p.namespace, p.id), party);
                if p.namespace != "github" {
                    known.add(&p.id, party);
                }
            }
        }
        known
    }

    fn add(&mut self, name: &str, party: i64) {
        let slot = self.by_name.entry(key(name)).or_insert(Some(party));
        if *slot != Some(party) {
            *slot = None;
        }
    }

    pub(super) fn party(&self, name: &str) -> Option<i64> {
        self.by_name.get(&key(name)).copied().flatten()
    }

    /// Whether two parties claim the name, which then says nothing.
    pub(super) fn contested(&self, name: &str) -> bool {
        self.by_name.get(&key(name)).is_some_and(Option::is_none)
    }

    /// Names of each party, sorted.
    pub(super) fn names(&self) -> FxHashMap<i64, Vec<String>> {
        let mut all: Vec<(&String, i64)> = self.by_name.iter().filter_map(|(n, p)| p.map(|p| (n, p))).collect();
        all.sort();
        let mut out: FxHashMap<i64, Vec<String>> = FxHashMap::default();
        for (name, party) in all {
            out.entry(party).or_default().push(name.clone());
        }
        out
    }
}

/// A name as compared: addresses folded, a role by account and name whatever its path or session, all else exact.
pub(super) fn key(name: &str) -> String {
    let name = name.trim();
    if let Some((account, role)) = name.strip_prefix("aws-role:").and_then(|rest| rest.split_once('/')) {
        let role = role.rsplit('/').next().unwrap_or(role);
        // An alias may write the ARN behind the namespace.
        return match account.starts_with("arn:") {
            true => key(name.trim_start_matches("aws-role:")),
            false => format!("aws-role:{account}/{role}"),
        };
    }
    match Principal::from_word(name) {
        Some(p) if p.namespace == "email" => p.id,
        Some(p) if p.namespace == "aws-role" => format!("aws-role:{}", p.id),
        Some(_) => name.to_string(),
        None => String::new(),
    }
}

/// Whether a name in a context file is one principal, and no group of several.
pub(super) fn is_individual(name: &str) -> bool {
    let name = key(name);
    name.starts_with("aws-role:")
        || name.starts_with("system:serviceaccount:")
        || (name.starts_with("k8s:") && !name.contains("Role/"))
        || Principal::new("name", &name).namespace == "email"
        || (name.starts_with("arn:") && name.contains(":user/"))
}
