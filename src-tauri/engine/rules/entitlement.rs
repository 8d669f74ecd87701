//! Was X allowed: the answer from the entitlement export, never from its silence (DESIGN section 8).

use rustc_hash::FxHashMap;

use super::condition::{Condition, Facts, Holds};
use super::glob;
use crate::case::{Case, CaseError, DirectoryEntry, GrantRow, PartyRow};
use crate::model::{Attribute, Principal, Time};

/// `yes`, `no`, or a question that the export does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Unknown,
}

impl Answer {
    /// Word of the `entitled` columns.
    pub const fn word(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }

    /// Word of the command line.
    pub const fn shown(self) -> &'static str {
        match self {
            Answer::Unknown => "unanswerable",
            other => other.word(),
        }
    }
}

/// What the answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Grant,
    ExplicitDeny,
    /// The export names the principal for this action then, and no grant covers. At most probable.
    NoMatchingGrant,
    Missing,
}

impl Basis {
    pub const fn word(self) -> &'static str {
        match self {
            Basis::Grant => "grant",
            Basis::ExplicitDeny => "explicit_deny",
            Basis::NoMatchingGrant => "no_matching_grant",
            Basis::Missing => "missing",
        }
    }
}

/// An answer with its reasons, the deciding one first.
#[derive(Debug, Clone, PartialEq)]
pub struct Entitled {
    pub answer: Answer,
    pub basis: Basis,
    pub because: Vec<String>,
    /// Event of the deciding entitlement row.
    pub by: Option<i64>,
}

/// What is asked of a principal's rights.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub service: Option<&'a str>,
    pub action: &'a str,
    pub resource: Option<&'a str>,
    pub at: Option<Time>,
    pub attributes: &'a [(String, Attribute)],
}

#[derive(Debug, Clone)]
struct Grant {
    event: i64,
    principal: String,
    service: Option<String>,
    action: String,
    resource: String,
    allow: bool,
    condition: Condition,
    from: Option<Time>,
    to: Option<Time>,
}

/// The entitlement export by party. Rows for principals that nobody knows may be groups: they can hide a right.
#[derive(Debug, Default)]
pub struct Rights {
    by_party: FxHashMap<i64, Vec<Grant>>,
    everyone: Vec<Grant>,
    unexpanded: Vec<Grant>,
    /// Rows for addresses that are in no record: people who did nothing yet have rights.
    by_address: FxHashMap<String, Vec<Grant>>,
    known: Known,
    /// Names of each party, for `owner=self`.
    names: FxHashMap<i64, Vec<String>>,
}

/// Whether a grant covers what is asked.
enum Cover {
    No,
    Yes,
    Open(String),
}

impl Rights {
    /// Resolves the principals of `grants`: by principal, directory id, e-mail or alias, unless two parties claim it.
    pub fn new(
        grants: &[GrantRow],
        directory: &[DirectoryEntry],
        parties: &[PartyRow],
        party_of: &[(i64, i64)],
        principals: &[Principal],
    ) -> Rights {
        let known = Known::of(directory, parties, party_of, principals);
        let mut rights = Rights { names: known.names(), known, ..Rights::default() };
        for row in grants {
            let grant = Grant {
                event: row.event,
                principal: row.principal.trim().to_string(),
                service: row.service.clone().filter(|s| !s.trim().is_empty()),
                action: row.action.trim().to_string(),
                resource: row.resource.trim().to_string(),
                allow: row.allow,
                condition: Condition::parse(&row.condition),
                from: row.valid_from,
                to: row.valid_to,
            };
            match rights.known.party(&grant.principal) {
                Some(party) => rights.by_party.entry(party).or_default().push(grant),
                None if grant.principal == "*" => rights.everyone.push(grant),
                // An address that no party has is somebody else's; any other word may be a group of which this
                // export does not say who is in it.
                None if Principal::new("name", &grant.principal).namespace == "email" => {
                    rights.by_address.entry(key(&grant.principal)).or_default().push(grant);
                }
                None => rights.unexpanded.push(grant),
            }
        }
        rights
    }

    /// Rights as an analysed case holds them.
    pub fn of_case(case: &Case) -> Result<Rights, CaseError> {
        Ok(Rights::new(
            &case.grants()?,
            &case.directory()?,
            &case.party_rows()?,
            &case.party_of()?,
            &case.principals()?,
        ))
    }

    /// The party that an e-mail, directory id, alias or login names, where it names one alone.
    pub fn party(&self, name: &str) -> Option<i64> {
        self.known.party(name)
    }

    pub fn is_empty(&self) -> bool {
        self.by_party.is_empty() && self.everyone.is_empty() && self.unexpanded.is_empty() && self.by_address.is_empty()
    }

    /// Whether an allowing grant that covers the question began after `from` and by `to`.
    pub fn granted_between(&self, party: i64, question: &Question<'_>, from: Time, to: Time) -> bool {
        let owns = self.owns(party, question);
        self.of(party).any(|g| {
            g.allow && g.from.is_some_and(|f| f > from && f <= to) && !matches!(g.covers(question, owns), Cover::No)
        })
    }

    fn of(&self, party: i64) -> impl Iterator<Item = &Grant> {
        self.by_party.get(&party).map(Vec::as_slice).unwrap_or_default().iter().chain(&self.everyone)
    }

    /// Whether the call's own `owner` attribute is the party.
    fn owns(&self, party: i64, question: &Question<'_>) -> Option<bool> {
        let owner = owner(question)?;
        self.names.get(&party).map(|names| names.contains(&owner))
    }

    /// Whether the export names an address that no record and no directory knows.
    pub fn names_address(&self, address: &str) -> bool {
        self.by_address.contains_key(&key(address))
    }
}

fn owner(question: &Question<'_>) -> Option<String> {
    question.attributes.iter().find_map(|(name, value)| match value {
        Attribute::Text(text) if name.eq_ignore_ascii_case("owner") => Some(text.trim().to_lowercase()),
        _ => None,
    })
}

/// The answer for one party. A deny wins; a grant that covers says yes; an open condition or an unexpanded group that
/// could change the answer leaves it open; and silence is *no* only where the export names the party for this action.
pub fn answer(rights: &Rights, party: i64, question: &Question<'_>) -> Entitled {
    weigh(rights, rights.of(party), rights.owns(party, question), question)
}

/// The same for an address that stands in the entitlement export and nowhere else.
pub fn answer_address(rights: &Rights, address: &str, question: &Question<'_>) -> Entitled {
    let own = rights.by_address.get(&key(address)).map(Vec::as_slice).unwrap_or_default();
    let owns = owner(question).map(|owner| owner == key(address));
    weigh(rights, own.iter().chain(&rights.everyone), owns, question)
}

fn weigh<'a>(
    rights: &'a Rights,
    grants: impl Iterator<Item = &'a Grant>,
    owns: Option<bool>,
    question: &Question<'_>,
) -> Entitled {
    let mut allow: Option<&Grant> = None;
    let mut open_allow: Option<String> = None;
    let mut open_deny: Option<String> = None;
    let mut named = false;
    for grant in grants {
        named |= grant.principal != "*" && grant.names_action(question);
        match (grant.covers(question, owns), grant.allow) {
            (Cover::Yes, false) => return denied(grant),
            (Cover::Yes, true) => allow = allow.or(Some(grant)),
            (Cover::Open(why), true) => open_allow = open_allow.or(Some(why)),
            (Cover::Open(why), false) => open_deny = open_deny.or(Some(why)),
            (Cover::No, _) => {}
        }
    }
    for grant in &rights.unexpanded {
        if !matches!(grant.covers(question, None), Cover::No) {
            let why = format!("who belongs to {} is in no export", grant.principal);
            let slot = if grant.allow { &mut open_allow } else { &mut open_deny };
            *slot = slot.take().or(Some(why));
        }
    }
    match (allow, open_allow, open_deny) {
        (Some(grant), _, None) => Entitled {
            answer: Answer::Yes,
            basis: Basis::Grant,
            because: vec![format!("granted {} on {} to {}", grant.action, grant.resource, grant.principal)],
            by: Some(grant.event),
        },
        (Some(_), _, Some(why)) | (None, Some(why), _) => missing(why),
        (None, None, _) if named => Entitled {
            answer: Answer::No,
            basis: Basis::NoMatchingGrant,
            because: vec![
                "no matching grant in the export received, which names this principal for this action".into(),
            ],
            by: None,
        },
        (None, None, _) if rights.is_empty() => missing("no entitlement export was received".into()),
        (None, None, _) => missing(format!("the export received does not name this principal for {}", question.action)),
    }
}

fn denied(grant: &Grant) -> Entitled {
    Entitled {
        answer: Answer::No,
        basis: Basis::ExplicitDeny,
        because: vec![format!("denied {} on {} to {}", grant.action, grant.resource, grant.principal)],
        by: Some(grant.event),
    }
}

fn missing(why: String) -> Entitled {
    Entitled { answer: Answer::Unknown, basis: Basis::Missing, because: vec![why], by: None }
}

impl Grant {
    /// The action, at the time asked about.
    fn names_action(&self, question: &Question<'_>) -> bool {
        let service = match (&self.service, question.service) {
            (Some(mine), Some(asked)) => glob::covers_service(mine, asked),
            _ => true,
        };
        service && glob::covers_word(&self.action, question.action) && matches!(self.valid(question.at), Cover::Yes)
    }

    fn covers(&self, question: &Question<'_>, owns: Option<bool>) -> Cover {
        if let (Some(mine), Some(asked)) = (&self.service, question.service)
            && !glob::covers_service(mine, asked)
        {
            return Cover::No;
        }
        if !glob::covers_word(&self.action, question.action) {
            return Cover::No;
        }
        let mut open = None;
        match question.resource {
            Some(resource) if !glob::covers(&self.resource, resource) => return Cover::No,
            None if self.resource != "*" => open = Some("the record does not say on what it was done".to_string()),
            _ => {}
        }
        match self.valid(question.at) {
            Cover::No => return Cover::No,
            Cover::Open(why) => open = open.or(Some(why)),
            Cover::Yes => {}
        }
        match self.condition.holds(&Facts { attributes: question.attributes, owns }) {
            Holds::False(_) => Cover::No,
            Holds::Undetermined(why) => Cover::Open(why),
            Holds::True => open.map_or(Cover::Yes, Cover::Open),
        }
    }

    /// Validity is half open: from its first moment, up to but not including its last.
    fn valid(&self, at: Option<Time>) -> Cover {
        match at {
            Some(at) if self.from.is_some_and(|f| at < f) || self.to.is_some_and(|t| at >= t) => Cover::No,
            None if self.from.is_some() || self.to.is_some() => Cover::Open("the record has no time".into()),
            _ => Cover::Yes,
        }
    }
}

/// Every name by which an entitlement row may call a party.
#[derive(Debug, Default)]
struct Known {
    /// Name to party; `None` where two parties claim it.
    by_name: FxHashMap<String, Option<i64>>,
}

impl Known {
    fn of(
        directory: &[DirectoryEntry],
        parties: &[PartyRow],
        party_of: &[(i64, i64)],
        principals: &[Principal],
    ) -> Known {
        let mut known = Known { by_name: FxHashMap::default() };
        let by_row: FxHashMap<i64, i64> = parties.iter().filter_map(|p| p.directory.map(|d| (d, p.id))).collect();
        // Several rows of one id are one party, and only one of them is its row.
        let by_id: FxHashMap<&str, i64> =
            directory.iter().filter_map(|row| by_row.get(&row.event).map(|p| (row.id.as_str(), *p))).collect();
        for row in directory {
            let Some(&party) = by_id.get(row.id.as_str()) else { continue };
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

    fn party(&self, name: &str) -> Option<i64> {
        self.by_name.get(&key(name)).copied().flatten()
    }

    fn names(&self) -> FxHashMap<i64, Vec<String>> {
        let mut all: Vec<(&String, i64)> = self.by_name.iter().filter_map(|(n, p)| p.map(|p| (n, p))).collect();
        all.sort();
        let mut out: FxHashMap<i64, Vec<String>> = FxHashMap::default();
        for (name, party) in all {
            out.entry(party).or_default().push(name.to_lowercase());
        }
        out
    }
}

/// A name as compared: addresses folded, all else exact.
fn key(name: &str) -> String {
    Principal::from_word(name)
        .map(|p| if p.namespace == "email" { p.id } else { name.trim().to_string() })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(
        principal: &str,
        action: &str,
        resource: &str,
        allow: bool,
        condition: &str,
        valid: (&str, &str),
    ) -> GrantRow {
        GrantRow {
            event: 9,
            principal: principal.into(),
            service: None,
            action: action.into(),
            resource: resource.into(),
            except_actions: Vec::new(),
            except_resources: Vec::new(),
            allow,
            condition: condition.into(),
            valid_from: Time::parse(valid.0),
            valid_to: Time::parse(valid.1),
        }
    }

    fn asked(grants: &[GrantRow], action: &str, resource: &str, at: &str, amount: Option<f64>) -> Entitled {
        let parties =
            [PartyRow { id: 1, kind: "person".into(), shown: "ada@fern.example".into(), end: None, directory: None }];
        let principals = [Principal::new("", ""), Principal::new("email", "ada@fern.example")];
        let rights = Rights::new(grants, &[], &parties, &[(1, 1)], &principals);
        let attributes: Vec<(String, Attribute)> = amount
            .map(|value| ("amount".to_string(), Attribute::Number { value, currency: None }))
            .into_iter()
            .collect();
        let question =
            Question { service: None, action, resource: Some(resource), at: Time::parse(at), attributes: &attributes };
        answer(&rights, 1, &question)
    }

    const ALWAYS: (&str, &str) = ("2025-01-01", "");
    const NOW: &str = "2026-03-03T10:00:00Z";

    #[test]
    fn a_grant_says_yes_and_a_deny_wins() {
        let mut grants = vec![grant("Ada@fern.example", "record.read", "patient/*", true, "", ALWAYS)];
        assert_eq!(asked(&grants, "record.read", "patient/7", NOW, None).answer, Answer::Yes);
        grants.push(grant("ada@fern.example", "*", "patient/7", false, "", ALWAYS));
        let said = asked(&grants, "record.read", "patient/7", NOW, None);
        assert_eq!((said.answer, said.basis), (Answer::No, Basis::ExplicitDeny));
    }

    #[test]
    fn silence_is_no_only_where_the_export_names_the_person_for_the_action_then() {
        let grants = [grant("ada@fern.example", "record.read", "patient/7", true, "", ("2025-01-01", "2026-01-01"))];
        assert_eq!(
            asked(&grants, "record.read", "patient/8", "2025-06-01T00:00:00Z", None).basis,
            Basis::NoMatchingGrant
        );
        assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::Unknown);
        assert_eq!(asked(&grants, "note.append", "memo/1", "2025-06-01T00:00:00Z", None).answer, Answer::Unknown);
        assert_eq!(asked(&[], "note.append", "memo/1", NOW, None).answer, Answer::Unknown);
    }

    #[test]
    fn whoever_did_nothing_yet_has_rights_all_the_same() {
        let grants = [grant("Cleo@fern.example", "refund", "order/*", true, "owner=self", ALWAYS)];
        let rights = Rights::new(&grants, &[], &[], &[], &[]);
        let asked = |resource, owner: &str| {
            let attributes = [("owner".to_string(), Attribute::Text(owner.into()))];
            let at = Time::parse(NOW);
            let question =
                Question { service: None, action: "refund", resource: Some(resource), at, attributes: &attributes };
            answer_address(&rights, "cleo@fern.example", &question).answer
        };
        assert!(rights.names_address("CLEO@fern.example") && !rights.names_address("dora@fern.example"));
        assert_eq!(asked("order/1", "cleo@fern.example"), Answer::Yes);
        assert_eq!(
            (asked("order/1", "x@fern.example"), asked("memo/1", "cleo@fern.example")),
            (Answer::No, Answer::No)
        );
    }

    #[test]
    fn validity_is_half_open() {
        let grants = [grant("ada@fern.example", "a", "r", true, "", ("2026-01-01", "2026-02-01"))];
        assert_eq!(asked(&grants, "a", "r", "2026-01-01T00:00:00Z", None).answer, Answer::Yes);
        assert_ne!(asked(&grants, "a", "r", "2026-02-01T00:00:00Z", None).answer, Answer::Yes);
    }

    #[test]
    fn a_false_condition_does_not_cover_and_an_open_one_leaves_it_open() {
        let grants = [grant("ada@fern.example", "refund", "order/*", true, "amount<=50", ALWAYS)];
        assert_eq!(asked(&grants, "refund", "order/1", NOW, Some(50.0)).answer, Answer::Yes);
        assert_eq!(asked(&grants, "refund", "order/1", NOW, Some(51.0)).answer, Answer::No);
        assert_eq!(asked(&grants, "refund", "order/1", NOW, None).answer, Answer::Unknown);
    }

    #[test]
    fn a_group_of_unknown_members_leaves_it_open() {
        let mut grants = vec![grant("ada@fern.example", "record.read", "patient/7", true, "", ALWAYS)];
        assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::No);
        grants.push(grant("clinicians", "record.read", "patient/*", true, "", ALWAYS));
        assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::Unknown);
        grants.push(grant("contractors", "record.read", "*", false, "", ALWAYS));
        assert_eq!(asked(&grants, "record.read", "patient/7", NOW, None).answer, Answer::Unknown);
    }
}
