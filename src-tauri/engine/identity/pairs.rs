//! Two ids of one account, as the platform that issued both states them on its own records.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::folded;
use super::union::Union;
use crate::model::Principal;

/// Classes of principals that pairs make one; each has two members at least. An id that is paired with two ids of one
/// kind joins none of them: an address that went to another account, an account that was renamed.
pub(super) fn classes(principals: &[Principal], pairs: &[(i64, i64)], notes: &mut BTreeSet<String>) -> Vec<Vec<i64>> {
    let mut ids: BTreeMap<Principal, BTreeSet<i64>> = BTreeMap::new();
    let mut partners: BTreeMap<Principal, BTreeMap<String, BTreeSet<Principal>>> = BTreeMap::new();
    for &(a, b) in pairs {
        let of = |p: i64| principals.get(p as usize).filter(|p| !p.is_empty()).map(folded);
        let (Some(one), Some(other)) = (of(a), of(b)) else { continue };
        if one == other {
            continue;
        }
        for (id, mine, theirs) in [(a, &one, &other), (b, &other, &one)] {
            ids.entry(mine.clone()).or_default().insert(id);
            let of_kind = partners.entry(mine.clone()).or_default().entry(theirs.namespace.clone()).or_default();
            of_kind.insert(theirs.clone());
        }
    }
    let alone = |mine: &Principal, theirs: &Principal| {
        partners.get(mine).and_then(|p| p.get(&theirs.namespace)).is_some_and(|p| p.len() == 1)
    };
    let index: BTreeMap<&Principal, usize> = ids.keys().enumerate().map(|(n, p)| (p, n)).collect();
    let mut union = Union::new(ids.len());
    for (mine, kinds) in &partners {
        for theirs in kinds.values() {
            if theirs.len() > 1 {
                let words: Vec<String> = theirs.iter().map(|p| format!("{}:{}", p.namespace, p.id)).collect();
                notes.insert(format!(
                    "{}:{} stands on records with {}: none of them are joined",
                    mine.namespace,
                    mine.id,
                    words.join(" and ")
                ));
            }
            for other in theirs.iter().filter(|t| theirs.len() == 1 && alone(t, mine)) {
                union.join(&[index[mine], index[other]]);
            }
        }
    }
    let words: Vec<(&Principal, &BTreeSet<i64>)> = ids.iter().collect();
    let groups = union.groups().into_iter().filter(|g| g.len() > 1);
    // Two addresses or more come together only through chains of systems that disagree.
    let sound = groups.filter(|g| g.iter().filter(|n| words[**n].0.namespace == "email").count() < 2);
    sound.map(|g| g.iter().flat_map(|n| words[*n].1.iter().copied()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(usize, usize)]) -> (Vec<Vec<i64>>, usize) {
        let principals: Vec<Principal> = [
            ("", ""),
            ("entra", "G1"),
            ("email", "ada@fern.example"),
            ("okta", "00u1"),
            ("email", "ben@fern.example"),
            ("entra", "g1"),
        ]
        .map(|(n, i)| Principal::new(n, i))
        .to_vec();
        let pairs: Vec<(i64, i64)> = pairs.iter().map(|(a, b)| (*a as i64, *b as i64)).collect();
        let mut notes = BTreeSet::new();
        (classes(&principals, &pairs, &mut notes), notes.len())
    }

    #[test]
    fn ids_of_one_account_are_one_class_across_systems_and_case() {
        assert_eq!(asked(&[(1, 2), (3, 2), (5, 2)]), (vec![vec![2, 1, 5, 3]], 0));
    }

    #[test]
    fn a_renamed_account_joins_neither_name_and_others_hold() {
        assert_eq!(asked(&[(1, 2), (1, 4), (3, 2)]), (vec![vec![2, 3]], 1));
    }
}
