//! Parties: one for each directory entity, one for each principal that no directory joins.

use std::collections::{BTreeMap, BTreeSet};

use super::acts::{self, Basis};
use super::aliases::{Aliases, folded};
use super::entities::{Entity, entities};
use super::pairs;
use super::places::{Login, Place, Places, by_tenant};
use crate::case::DirectoryEntry;
use crate::model::{Act, EntryType, Principal, Time, WireKind};

/// What a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyKind {
    /// A person of the directory.
    Person,
    /// A human-type account, with no directory imported to say who stands behind it.
    Human,
    /// A human-type account that the directory does not know, or knows as a service: no person stands behind it.
    Unbacked,
    Shared,
    Agent,
    Service,
    System,
    Unknown,
}

impl PartyKind {
    pub const fn word(self) -> &'static str {
        match self {
            PartyKind::Person => "person",
            PartyKind::Human => "human",
            PartyKind::Unbacked => "unbacked",
            PartyKind::Shared => "shared",
            PartyKind::Agent => "agent",
            PartyKind::Service => "service",
            PartyKind::System => "system",
            PartyKind::Unknown => "unknown",
        }
    }

    /// May be named as the person who caused a call.
    pub const fn is_person(self) -> bool {
        matches!(self, PartyKind::Person | PartyKind::Human)
    }

    /// A human-type account behind which no individual stands.
    pub const fn is_robot(self) -> bool {
        matches!(self, PartyKind::Unbacked | PartyKind::Shared)
    }
}

/// Who or what stands behind one or more principals.
#[derive(Debug, Clone)]
pub struct Party {
    pub kind: PartyKind,
    /// The directory's e-mail (agents: the directory's id), else its id, else the principal's own id.
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub directory: Option<i64>,
    /// Events of all directory rows that speak of it.
    pub rows: Vec<i64>,
    /// A directory row says so.
    pub verified: bool,
    /// An address of which the directory knows no holder, or more than one: it may be a person, and then another one.
    pub stranger: bool,
    pub principals: Vec<i64>,
}

/// Parties, and the party of each principal.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Index 0 is unused, so that a party's index is its id.
    pub parties: Vec<Party>,
    pub(super) party_of: Vec<u32>,
    /// Ids of each principal, folded; built where acts or questions name accounts by their words.
    pub(super) ids: BTreeMap<Principal, Vec<i64>>,
    /// What the directory claims, folded, to its party.
    pub(super) claimed: BTreeMap<Principal, u32>,
    /// What acts of the reviewer say.
    pub(super) basis: Basis,
    /// Whether a directory was imported.
    pub directory: bool,
    pub notes: Vec<String>,
    /// Ids that stand for several, by time and tenant.
    pub places: Places,
}

impl Identity {
    pub fn party_of(&self, principal: i64) -> Option<u32> {
        self.party_of.get(principal as usize).copied().filter(|p| *p != 0)
    }

    pub fn party(&self, id: u32) -> &Party {
        &self.parties[id as usize]
    }

    pub fn kind(&self, id: u32) -> PartyKind {
        self.parties[id as usize].kind
    }

    /// An account through which two or more people's runs act stands for nobody, and is no rival to whoever it is that a
    /// run names. Without a directory that makes it a shared one.
    pub fn mark_shared(&mut self, party: u32) {
        if let Some(p) = self.parties.get_mut(party as usize) {
            p.stranger = false;
            if p.kind == PartyKind::Human {
                p.kind = PartyKind::Shared;
            }
        }
    }
}

/// What resolution reads.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// By id; index 0 unused.
    pub principals: Vec<Principal>,
    pub directory: Vec<DirectoryEntry>,
    /// (principal, wire kind as its number)
    pub wire_kinds: Vec<(i64, i64)>,
    /// Principals that a record names as agents.
    pub named_agents: Vec<i64>,
    /// Principals that a record names as the person.
    pub named_humans: Vec<i64>,
    /// Two principals that one record states of one account, by whoever issued both.
    pub pairs: Vec<(i64, i64)>,
    /// Acts on identity that are in effect, in the order of the log.
    pub acts: Vec<Act>,
    /// Whether accounts are going to be named by their words: it costs a copy of all principals.
    pub by_words: bool,
    /// Ids of people on records that name a tenant.
    pub logins: Vec<Login>,
    /// Ids that stand for several, whoever it is.
    pub ambiguous: BTreeSet<i64>,
}

pub fn resolve(inputs: &Inputs) -> Identity {
    let mut notes = BTreeSet::new();
    let mut places = Places::default();
    let split = by_tenant(inputs, &mut places, &mut notes);
    let inputs = split.as_ref().unwrap_or(inputs);
    let accounts: BTreeSet<&str> = inputs.principals.iter().filter_map(account).collect();
    let entities = entities(&inputs.directory, &accounts, &mut notes);
    let aliases = Aliases::build(&entities, &accounts, &mut notes);
    let mut seen = Seen::of(inputs);
    let directory = !entities.is_empty();
    let mut identity = Identity {
        parties: vec![nobody()],
        party_of: vec![0; inputs.principals.len()],
        ids: if inputs.by_words || !inputs.acts.is_empty() { ids(&inputs.principals) } else { BTreeMap::new() },
        claimed: aliases.claimed().map(|(principal, n)| (principal.clone(), n as u32 + 1)).collect(),
        basis: Basis::default(),
        directory,
        notes: Vec::new(),
        places: Places::default(),
    };
    let mut numbers = inputs.principals.len() as i64..;
    let mut of_entity: Vec<Vec<i64>> = vec![Vec::new(); entities.len()];
    let mut alone: BTreeMap<&Principal, Vec<i64>> = BTreeMap::new();
    for (id, principal) in inputs.principals.iter().enumerate().skip(1) {
        let id = id as i64;
        match aliases.entity(principal).filter(|_| !inputs.ambiguous.contains(&id)) {
            Some(n) => of_entity[n].push(id),
            None => {
                alone.insert(principal, vec![id]);
            }
        }
        // A name that was one's and then another's.
        for held in aliases.held(principal).iter().filter(|_| !inputs.ambiguous.contains(&id)) {
            let Some(own) = numbers.next() else { break };
            seen.copy(own, id);
            places.add(id, Place { tenant: None, from: held.from, until: held.until, principal: own });
            of_entity[held.entity].push(own);
        }
    }
    for class in pairs::classes(&inputs.principals, &inputs.pairs, &mut notes) {
        match holder(&class, inputs, &aliases) {
            Holder::Entity(n) => {
                for id in class {
                    if alone.remove(&inputs.principals[id as usize]).is_some() {
                        of_entity[n].push(id);
                    }
                }
            }
            Holder::Nobody => {
                for id in &class {
                    alone.remove(&inputs.principals[*id as usize]);
                }
                // The address is what the party is shown as.
                let shown = class.iter().min_by_key(|id| {
                    let principal = &inputs.principals[**id as usize];
                    (principal.namespace != "email", principal)
                });
                if let Some(&shown) = shown {
                    alone.insert(&inputs.principals[shown as usize], class);
                }
            }
            Holder::Contradicted => {
                let words: Vec<String> = class.iter().map(|p| inputs.principals[*p as usize].id.clone()).collect();
                notes.insert(format!(
                    "Records state {} of one account, and the directory says otherwise: they are not joined by that",
                    words.join(", ")
                ));
            }
        }
    }
    for (entity, principals) in entities.iter().zip(of_entity) {
        let phases = entity.phases();
        if phases.len() < 2 {
            identity.add(from_directory(entity, principals, &seen, &mut notes));
            continue;
        }
        // An account that was one thing and then another: what has no time is neither.
        for phase in phases {
            let mut own = Vec::new();
            for (&whole, part) in principals.iter().zip(numbers.by_ref()) {
                seen.copy(part, whole);
                places.add(whole, Place { tenant: None, from: phase.from, until: phase.until, principal: part });
                own.push(part);
            }
            let party = from_directory(&phase.entity, own, &seen, &mut notes);
            identity.add(Party { rows: phase.rows, ..party });
        }
        let shown = from_directory(entity, Vec::new(), &seen, &mut notes).shown;
        notes.insert(format!("{shown} changes its kind in the directory: what it is holds as of each record's time"));
        identity.add(Party { shown, verified: true, principals, ..nobody() });
    }
    for (principal, ids) in alone {
        // Whom two rows claim the directory knows twice: that is no account without a person.
        let unsure = aliases.contested(principal) || ids.iter().any(|id| inputs.ambiguous.contains(id));
        let kind = match unsure {
            true => PartyKind::Unknown,
            false => seen.kind_of(&ids, directory),
        };
        let stranger =
            directory && principal.namespace == "email" && matches!(kind, PartyKind::Unbacked | PartyKind::Unknown);
        identity.add(Party { kind, stranger, shown: principal.id.clone(), principals: ids, ..nobody() });
    }
    identity.places = places;
    acts::apply(&mut identity, inputs, &aliases, &seen, &mut notes);
    identity.notes = notes.into_iter().collect();
    identity
}

fn ids(principals: &[Principal]) -> BTreeMap<Principal, Vec<i64>> {
    let mut out: BTreeMap<Principal, Vec<i64>> = BTreeMap::new();
    for (id, principal) in principals.iter().enumerate().skip(1).filter(|(_, p)| !p.is_empty()) {
        out.entry(folded(principal)).or_default().push(id as i64);
    }
    out
}

/// Whose the ids of one account are by the directory.
enum Holder {
    Entity(usize),
    /// The directory knows none of them.
    Nobody,
    /// Several entities have them, or the one that has some has others of their kind.
    Contradicted,
}

fn holder(class: &[i64], inputs: &Inputs, aliases: &Aliases) -> Holder {
    let principals: Vec<&Principal> = class.iter().map(|p| &inputs.principals[*p as usize]).collect();
    let entities: BTreeSet<usize> = principals.iter().filter_map(|p| aliases.entity(p)).collect();
    let mut entities = entities.into_iter();
    match (entities.next(), entities.next()) {
        _ if principals.iter().any(|p| aliases.contested(p)) => Holder::Contradicted,
        _ if class.iter().any(|id| inputs.ambiguous.contains(id)) => Holder::Contradicted,
        (None, _) => Holder::Nobody,
        (Some(n), None) if !principals.iter().any(|p| aliases.knows_otherwise(n, p)) => Holder::Entity(n),
        _ => Holder::Contradicted,
    }
}

/// The AWS account that a principal belongs to: a role's, a user's, a root's.
fn account(principal: &Principal) -> Option<&str> {
    let account = match principal.namespace.as_str() {
        "aws-role" | "aws-sso" => principal.id.split('/').next()?,
        "aws" => principal.id.strip_prefix("arn:")?.split(':').nth(3)?,
        _ => return None,
    };
    (!account.is_empty()).then_some(account)
}

impl Identity {
    fn add(&mut self, party: Party) {
        let id = self.parties.len() as u32;
        for &principal in &party.principals {
            let at = principal as usize;
            if at >= self.party_of.len() {
                self.party_of.resize(at + 1, 0);
            }
            self.party_of[at] = id;
        }
        self.parties.push(party);
    }
}

pub(super) fn nobody() -> Party {
    Party {
        kind: PartyKind::Unknown,
        shown: String::new(),
        name: None,
        department: None,
        status: None,
        start: None,
        end: None,
        directory: None,
        rows: Vec::new(),
        verified: false,
        stranger: false,
        principals: Vec::new(),
    }
}

fn from_directory(entity: &Entity<'_>, principals: Vec<i64>, seen: &Seen, notes: &mut BTreeSet<String>) -> Party {
    let Some(told) = entity.told() else { return nobody() };
    let on_wire_as_human = principals.iter().any(|p| seen.human_wire.contains(p));
    let kind = match told.entry_type {
        EntryType::Person => PartyKind::Person,
        EntryType::Agent => PartyKind::Agent,
        EntryType::Shared => PartyKind::Shared,
        EntryType::Service if on_wire_as_human => PartyKind::Unbacked,
        EntryType::Service => PartyKind::Service,
    };
    let shown = match told.entry_type {
        EntryType::Agent => told.id,
        _ => told.email.unwrap_or(told.id),
    };
    if told.disputed {
        notes.insert(format!("Exports disagree on what {shown} is: it is not taken for a person"));
    }
    let owned = |text: Option<&str>| text.map(String::from);
    Party {
        kind,
        shown: shown.to_string(),
        name: owned(told.name),
        department: owned(told.department),
        status: owned(told.status),
        start: told.start,
        end: told.end,
        directory: Some(told.event),
        rows: entity.rows.iter().map(|row| row.event).collect(),
        verified: true,
        stranger: false,
        principals,
    }
}

/// How principals were seen in records.
pub(super) struct Seen {
    human_wire: BTreeSet<i64>,
    service_wire: BTreeSet<i64>,
    system_wire: BTreeSet<i64>,
    agents: BTreeSet<i64>,
    humans: BTreeSet<i64>,
}

impl Seen {
    fn of(inputs: &Inputs) -> Seen {
        let with = |kinds: &[WireKind]| -> BTreeSet<i64> {
            inputs.wire_kinds.iter().filter(|(_, k)| kinds.iter().any(|w| *w as i64 == *k)).map(|(p, _)| *p).collect()
        };
        let mut agents: BTreeSet<i64> = inputs.named_agents.iter().copied().collect();
        agents.extend(with(&[WireKind::Agent]));
        Seen {
            human_wire: with(&[WireKind::Human, WireKind::Shared]),
            service_wire: with(&[WireKind::Service, WireKind::Delegated]),
            system_wire: with(&[WireKind::System]),
            agents,
            humans: inputs.named_humans.iter().copied().collect(),
        }
    }

    /// A part of an id was seen as the id was.
    fn copy(&mut self, part: i64, whole: i64) {
        let sets =
            [&mut self.human_wire, &mut self.service_wire, &mut self.system_wire, &mut self.agents, &mut self.humans];
        for set in sets {
            if set.contains(&whole) {
                set.insert(part);
            }
        }
    }

    pub(super) fn kind_of(&self, principals: &[i64], directory: bool) -> PartyKind {
        let has = |set: &BTreeSet<i64>| principals.iter().any(|p| set.contains(p));
        if has(&self.human_wire) {
            return if directory { PartyKind::Unbacked } else { PartyKind::Human };
        }
        if has(&self.system_wire) {
            return PartyKind::System;
        }
        if has(&self.agents) {
            return PartyKind::Agent;
        }
        if has(&self.service_wire) {
            return PartyKind::Service;
        }
        if has(&self.humans) {
            return if directory { PartyKind::Unbacked } else { PartyKind::Human };
        }
        PartyKind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(event: i64, id: &str, email: &str, entry_type: EntryType, aliases: &[(&str, &str)]) -> DirectoryEntry {
        DirectoryEntry {
            event,
            source: "directory".into(),
            id: id.into(),
            email: (!email.is_empty()).then(|| email.to_string()),
            name: None,
            entry_type,
            status: None,
            start: None,
            end: None,
            department: None,
            owner: None,
            aliases: aliases.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            register: Default::default(),
        }
    }

    fn inputs(principals: &[(&str, &str)], directory: Vec<DirectoryEntry>) -> Inputs {
        let mut all = vec![Principal { namespace: String::new(), id: String::new() }];
        all.extend(principals.iter().map(|(n, i)| Principal::new(n, i)));
        let wire_kinds = (1..all.len() as i64).map(|p| (p, WireKind::Human as i64)).collect();
        Inputs { principals: all, directory, wire_kinds, ..Inputs::default() }
    }

    #[test]
    fn an_alias_joins_and_a_likeness_does_not() {
        let directory = vec![row(1, "E1", "ada@fern.example", EntryType::Person, &[("github", "ada-fern")])];
        let i =
            resolve(&inputs(&[("email", "Ada@fern.example"), ("github", "Ada-Fern"), ("github", "ada")], directory));
        assert_eq!(i.party_of(1), i.party_of(2));
        assert_ne!(i.party_of(1), i.party_of(3));
        assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Person);
        assert_eq!(i.kind(i.party_of(3).unwrap()), PartyKind::Unbacked);
    }

    #[test]
    fn a_client_id_that_is_a_guid_is_the_application_in_microsofts_logs() {
        let app = "11111111-AAAA-3333-4444-555555555555";
        let directory = vec![row(1, "helper", "", EntryType::Agent, &[("client", app)])];
        let i = resolve(&inputs(&[("entra", &app.to_lowercase()), ("entra", "sp-1")], directory));
        assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Agent);
        assert_ne!(i.party_of(1), i.party_of(2));
    }

    #[test]
    fn an_alias_that_two_rows_claim_joins_nothing_and_an_empty_address_is_nobody() {
        let directory = vec![
            row(1, "E1", "", EntryType::Person, &[("github", "twin")]),
            row(2, "E2", "", EntryType::Person, &[("github", "twin")]),
        ];
        let i = resolve(&inputs(&[("github", "twin")], directory));
        let kind = i.kind(i.party_of(1).unwrap());
        assert!(!kind.is_person() && !kind.is_robot());
        assert_eq!(i.notes.len(), 1);
    }

    #[test]
    fn who_was_hired_again_has_not_left() {
        let at = |text: &str| Time::parse(text);
        let first = DirectoryEntry {
            start: at("2019-01-01"),
            end: at("2021-06-30"),
            ..row(1, "E1", "", EntryType::Person, &[])
        };
        let again = DirectoryEntry { start: at("2025-01-01"), ..row(2, "E1", "", EntryType::Person, &[]) };
        let i = resolve(&inputs(&[], vec![first.clone(), again]));
        assert_eq!(i.party(1).end, None);
        // Two exports of one employment: the later one knows of the end.
        let open = DirectoryEntry { end: None, ..first.clone() };
        assert_eq!(resolve(&inputs(&[], vec![first.clone(), open])).party(1).end, first.end);
    }

    #[test]
    fn a_name_that_was_handed_on_is_each_ones_in_their_time() {
        let at = |text: &str| Time::parse(text);
        let alias = [("github", "fern-lead")];
        let first = DirectoryEntry { end: at("2025-12-31T23:59:59Z"), ..row(1, "E1", "", EntryType::Person, &alias) };
        let second = DirectoryEntry { start: at("2026-02-01"), ..row(2, "E2", "", EntryType::Person, &alias) };
        let i = resolve(&inputs(&[("github", "fern-lead")], vec![first, second]));
        let of = |time: &str| i.person_at(i.places.at(1, at(time), None), at(time)).map(|p| i.party(p).shown.as_str());
        assert_eq!((of("2025-06-01"), of("2026-03-01")), (Some("E1"), Some("E2")));
        // Between the two it is nobody's, and without a time.
        assert_eq!((of("2026-01-15"), i.person_at(i.places.at(1, None, None), None)), (None, None));
    }

    #[test]
    fn an_account_is_what_it_was_at_the_time() {
        let at = |text: &str| Time::parse(text);
        let row = |event, start: Option<Time>, kind| DirectoryEntry {
            start,
            ..row(event, "ops", "ops@fern.example", kind, &[])
        };
        let rows = vec![row(1, None, EntryType::Person), row(2, at("2026-02-01"), EntryType::Shared)];
        let i = resolve(&inputs(&[("email", "ops@fern.example")], rows));
        let kind = |time: Option<Time>| i.kind(i.party_of(i.places.at(1, time, None)).unwrap());
        assert_eq!((kind(at("2026-01-31")), kind(at("2026-02-01"))), (PartyKind::Person, PartyKind::Shared));
        assert!(!kind(None).is_person());
    }

    #[test]
    fn one_login_in_two_tenants_is_two_principals() {
        let directory = vec![
            row(1, "E1", "", EntryType::Person, &[("k8s", "alovelace")]),
            row(2, "E2", "", EntryType::Person, &[("k8s", "north/bo")]),
        ];
        let login = |principal, tenant: i64| Login {
            principal,
            source: 1,
            tenant,
            tenant_name: if tenant == 7 { "north".into() } else { "south".into() },
        };
        let mut inputs = inputs(&[("k8s", "alovelace"), ("k8s", "bo"), ("email", "cy@fern.example")], directory);
        inputs.logins = (1..=3).flat_map(|p| [login(p, 7), login(p, 8)]).collect();
        let i = resolve(&inputs);
        let party = |principal, tenant| i.party_of(i.places.at(principal, None, tenant)).unwrap();
        assert_ne!(party(1, Some(7)), party(1, Some(8)));
        assert!([None, Some(7), Some(8)].iter().all(|t| !i.kind(party(1, *t)).is_person()));
        assert_eq!(i.party(party(2, Some(7))).shown, "E2");
        assert!(!i.kind(party(2, Some(8))).is_person());
        assert_eq!(party(3, Some(7)), party(3, Some(8)));
        assert!(i.notes.iter().any(|n| n.contains("k8s:alovelace is a login in north, south")), "{:?}", i.notes);
    }

    #[test]
    fn a_role_without_account_holds_only_while_one_account_is_known() {
        let agent = || vec![row(1, "bot", "", EntryType::Agent, &[("aws-role", "BotRole")])];
        let one = resolve(&inputs(&[("aws-role", "111111111111/BotRole")], agent()));
        assert_eq!(one.kind(one.party_of(1).unwrap()), PartyKind::Agent);
        let two =
            resolve(&inputs(&[("aws-role", "111111111111/BotRole"), ("aws-role", "222222222222/BotRole")], agent()));
        assert_ne!(two.kind(two.party_of(1).unwrap()), PartyKind::Agent);
        assert_eq!(two.notes.len(), 1);
        let user = [("aws-role", "111111111111/BotRole"), ("aws", "arn:aws:iam::222222222222:user/x")];
        let two = resolve(&inputs(&user, agent()));
        assert_ne!(two.kind(two.party_of(1).unwrap()), PartyKind::Agent);
    }

    #[test]
    fn without_a_directory_an_account_is_an_unverified_human() {
        let i = resolve(&inputs(&[("aws", "arn:aws:iam::1:user/x")], Vec::new()));
        assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Human);
        assert!(!i.party(1).verified);
    }
}
