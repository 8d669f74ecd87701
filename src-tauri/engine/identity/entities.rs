//! Rows of directories and rosters to entities: what the rows of several exports say of one person or account.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::claimed;
use super::union::Union;
use crate::case::DirectoryEntry;
use crate::model::{EntryType, Principal, Time};

/// All rows that speak of one person or account.
#[derive(Debug)]
pub(super) struct Entity<'a> {
    pub rows: Vec<&'a DirectoryEntry>,
}

/// Rows by what joins them, in an order that the order of files does not change. An own id is one within its source;
/// rows of different sources are one entity where an identifier of both says so.
pub(super) fn entities<'a>(
    rows: &'a [DirectoryEntry],
    accounts: &BTreeSet<&str>,
    notes: &mut BTreeSet<String>,
) -> Vec<Entity<'a>> {
    let mut own: BTreeMap<(&str, &str), Vec<&DirectoryEntry>> = BTreeMap::new();
    for row in rows {
        own.entry((&row.id, &row.source)).or_default().push(row);
    }
    let members: Vec<Member<'_>> = own
        .iter()
        .map(|((_, source), rows)| Member {
            source,
            claims: rows.iter().flat_map(|row| claimed(row, accounts, notes)).collect(),
        })
        .collect();
    let own: Vec<Vec<&DirectoryEntry>> = own.into_values().collect();
    let rows_of = |group: Vec<usize>| group.iter().flat_map(|n| own[*n].iter().copied()).collect();
    joined(&members, notes).into_iter().map(|group| Entity { rows: rows_of(group) }).collect()
}

/// The rows of one own id in one source.
struct Member<'a> {
    source: &'a str,
    claims: BTreeSet<Principal>,
}

impl Member<'_> {
    fn addresses(&self) -> impl Iterator<Item = &Principal> {
        self.claims.iter().filter(|c| c.namespace == "email")
    }
}

/// Groups of members: by e-mail first, then by other identifiers where no two people's addresses come together.
fn joined(members: &[Member<'_>], notes: &mut BTreeSet<String>) -> Vec<Vec<usize>> {
    let mut holders: BTreeMap<&Principal, Vec<usize>> = BTreeMap::new();
    for (n, member) in members.iter().enumerate() {
        for claim in &member.claims {
            holders.entry(claim).or_default().push(n);
        }
    }
    // What two rows of one source claim says nothing of either.
    holders.retain(|_, by| by.len() > 1 && one_a_source(members, by));

    let mut by_address = Union::new(members.len());
    for (_, by) in holders.iter().filter(|(claim, _)| claim.namespace == "email") {
        by_address.join(by);
    }
    let mut people: Vec<Vec<usize>> = Vec::new();
    for group in by_address.groups() {
        if one_a_source(members, &group) {
            people.push(group);
            continue;
        }
        let addresses: BTreeSet<&str> =
            group.iter().flat_map(|n| members[*n].addresses()).map(|a| a.id.as_str()).collect();
        let addresses: Vec<&str> = addresses.into_iter().collect();
        notes.insert(format!(
            "Directory rows share addresses, and two rows of one export would be one person: they are not joined ({})",
            addresses.join(", ")
        ));
        people.extend(group.into_iter().map(|n| vec![n]));
    }

    let mut person_of = vec![0; members.len()];
    for (p, group) in people.iter().enumerate() {
        group.iter().for_each(|n| person_of[*n] = p);
    }
    let mut by_id = Union::new(people.len());
    for (_, by) in holders.iter().filter(|(claim, _)| is_unique(claim)) {
        by_id.join(&by.iter().map(|n| person_of[*n]).collect::<Vec<_>>());
    }
    let addressed = |p: &&usize| people[**p].iter().any(|n| members[*n].addresses().next().is_some());
    let mut out = Vec::new();
    for group in by_id.groups() {
        let all: Vec<usize> = group.iter().flat_map(|p| people[*p].iter().copied()).collect();
        match one_a_source(members, &all) && group.iter().filter(addressed).count() < 2 {
            true => out.push(all),
            false => out.extend(group.iter().map(|p| people[*p].clone())),
        }
    }
    out
}

fn one_a_source(members: &[Member<'_>], group: &[usize]) -> bool {
    let mut seen = BTreeSet::new();
    group.iter().all(|n| seen.insert(members[*n].source))
}

/// A bare number is one in its own system only.
fn is_unique(claim: &Principal) -> bool {
    claim.namespace != "email" && (claim.namespace != "name" || !claim.id.bytes().all(|b| b.is_ascii_digit()))
}

/// What the rows of an entity say together.
pub(super) struct Told<'a> {
    pub id: &'a str,
    pub email: Option<&'a str>,
    pub name: Option<&'a str>,
    pub department: Option<&'a str>,
    pub status: Option<&'a str>,
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub entry_type: EntryType,
    /// Whether rows of equal rank disagree on what it is.
    pub disputed: bool,
    /// The event of the row that speaks first.
    pub event: i64,
}

/// What an account was for a time.
pub(super) struct Phase<'a> {
    pub from: Option<Time>,
    pub until: Option<Time>,
    /// Events of the rows that begin in it.
    pub rows: Vec<i64>,
    /// The rows that speak then.
    pub entity: Entity<'a>,
}

impl<'a> Entity<'a> {
    /// The times in which the rows of one source say that it was one thing, and then another. One where it never changed.
    /// The first reaches back, and the last on, without end.
    pub(super) fn phases(&self) -> Vec<Phase<'a>> {
        let plain = |source: &str| source == "directory" || source.starts_with("mapping:");
        let mut by_source = self.by_source();
        if by_source.keys().any(|source| plain(source)) {
            by_source.retain(|source, _| plain(source));
        }
        // Only where one source dates its rows do they follow each other: two exports of one row are no change.
        let starts: BTreeSet<Option<Time>> =
            by_source.values().filter(|rows| rows.len() > 1).flatten().map(|row| row.start).collect();
        let kind_at = |at: Option<Time>| -> BTreeSet<EntryType> {
            by_source.values().filter_map(|rows| types(&effective(rows, at)).first().copied()).collect()
        };
        let mut turns: Vec<(Option<Time>, BTreeSet<EntryType>)> = Vec::new();
        for start in starts {
            let kind = kind_at(start);
            if turns.last().is_none_or(|(_, before)| *before != kind) {
                turns.push((start, kind));
            }
        }
        let bounds: Vec<Option<Time>> = turns.iter().map(|(start, _)| *start).collect();
        (0..bounds.len().max(1))
            .map(|n| {
                let from = bounds.get(n).copied().flatten().filter(|_| n > 0);
                let until = bounds.get(n + 1).copied().flatten();
                let inside = |row: &&&DirectoryEntry| {
                    (n == 0 || row.start >= from) && until.is_none_or(|end| row.start.is_none_or(|start| start < end))
                };
                let spoken = bounds.get(n).copied().flatten();
                Phase {
                    from,
                    until,
                    rows: self.rows.iter().filter(inside).map(|row| row.event).collect(),
                    entity: Entity {
                        rows: self.by_source().values().flat_map(|rows| effective(rows, spoken)).collect(),
                    },
                }
            })
            .collect()
    }

    fn by_source(&self) -> BTreeMap<&'a str, Vec<&'a DirectoryEntry>> {
        let mut out: BTreeMap<&str, Vec<&DirectoryEntry>> = BTreeMap::new();
        for &row in &self.rows {
            out.entry(&row.source).or_default().push(row);
        }
        out
    }
}

/// The rows of one source that speak at a time: those of the latest start by then, else of the first.
fn effective<'a>(rows: &[&'a DirectoryEntry], at: Option<Time>) -> Vec<&'a DirectoryEntry> {
    let by_then = rows.iter().map(|row| row.start).filter(|start| *start <= at).max();
    let start = by_then.or_else(|| rows.iter().map(|row| row.start).min()).flatten();
    rows.iter().filter(|row| row.start == start).copied().collect()
}

impl Entity<'_> {
    /// The reviewer's own directory speaks before the rosters of systems, which take every account for a person's unless
    /// they say otherwise. `None` for an entity without rows.
    pub(super) fn told(&self) -> Option<Told<'_>> {
        let (plain, rosters): (Vec<&DirectoryEntry>, Vec<&DirectoryEntry>) =
            self.rows.iter().partition(|row| row.source == "directory" || row.source.starts_with("mapping:"));
        let (first, second) = match (speaker(&plain), speaker(&rosters)) {
            (Some(plain), roster) => (plain, roster),
            (None, Some(roster)) => (roster, None),
            (None, None) => return None,
        };
        let types = types(if plain.is_empty() { &rosters } else { &plain });
        // Whether somebody is still here is the directory's to say; where it says nothing, the roster's.
        let last = second.filter(|_| first.status.is_none() && first.end.is_none());
        Some(Told {
            id: &first.id,
            email: first.email.as_deref().or(second.and_then(|s| s.email.as_deref())),
            name: first.name.as_deref().or(second.and_then(|s| s.name.as_deref())),
            department: first.department.as_deref().or(second.and_then(|s| s.department.as_deref())),
            status: first.status.as_deref().or(last.and_then(|s| s.status.as_deref())),
            start: first.start.or(second.and_then(|s| s.start)),
            end: first.end.or(last.and_then(|s| s.end)),
            disputed: types.len() > 1,
            entry_type: settled(&types),
            event: first.event,
        })
    }
}

/// One type, or of several one that is no person's.
fn settled(types: &BTreeSet<EntryType>) -> EntryType {
    let mut others = types.iter().copied().filter(|t| *t != EntryType::Person);
    match (others.next(), others.next()) {
        (None, _) => EntryType::Person,
        (Some(one), None) => one,
        (Some(_), Some(_)) => EntryType::Service,
    }
}

/// The row of each source that speaks for it.
fn latest<'a>(rows: &[&'a DirectoryEntry]) -> Vec<&'a DirectoryEntry> {
    let mut by_source: BTreeMap<&str, Vec<&DirectoryEntry>> = BTreeMap::new();
    for row in rows {
        by_source.entry(&row.source).or_default().push(row);
    }
    // Where exports of one source differ the fullest and latest row speaks; the choice does not depend on the order of
    // files. Whoever left and was hired again is of the later start, which may have no end.
    let key = |r: &&&'a DirectoryEntry| {
        (r.start, r.end, r.status.clone(), r.email.clone(), r.name.clone(), r.department.clone(), r.entry_type)
    };
    by_source.into_values().filter_map(|rows| rows.iter().max_by_key(key).copied()).collect()
}

fn types(rows: &[&DirectoryEntry]) -> BTreeSet<EntryType> {
    latest(rows).iter().map(|row| row.entry_type).collect()
}

/// Of several sources one speaks in which the account is not yet closed: nobody has left whom a system still lists.
fn speaker<'a>(rows: &[&'a DirectoryEntry]) -> Option<&'a DirectoryEntry> {
    let key = |r: &&'a DirectoryEntry| {
        let left = (r.end.is_none(), r.start, r.end, r.status.clone());
        (left, r.email.clone(), r.name.clone(), r.department.clone(), r.id.clone(), r.source.clone())
    };
    latest(rows).into_iter().max_by_key(key)
}
