//! Was X allowed: the answer from the entitlement exports, never from their silence (DESIGN section 8).
//!
//! Rights stand at holders. Whoever is asked about has those of all that it reaches through memberships that stand at
//! the time, within the boundaries on the way; a deny anywhere wins. What it may take on, and then has, is not its own.

mod assume;
mod aws;
mod grant;
mod graph;
mod held;
mod known;
mod owners;
mod reach;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

pub use self::assume::{MayAssume, may_assume};
use self::grant::{Asked, Cover};
use self::graph::{EVERYONE, Graph, KUBERNETES_GROUP};
pub use self::held::Held;
use self::known::{Known, is_individual, key};
use self::owners::{Asker, Owners};
use self::reach::{Level, Trace, Walk, Weighed, standing};
use super::condition::{Facts, Per};
use crate::case::{Case, CaseError, DirectoryEntry, GrantRow, PartyRow};
use crate::model::{Attribute, Membership, Ownership, Principal, Time};
use crate::sources::kubernetes_rbac;

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
    /// No export answers, and a decision log does: the person was evaluated for this, then.
    RecordedDecision,
    Missing,
}

impl Basis {
    pub const fn word(self) -> &'static str {
        match self {
            Basis::Grant => "grant",
            Basis::ExplicitDeny => "explicit_deny",
            Basis::NoMatchingGrant => "no_matching_grant",
            Basis::RecordedDecision => "recorded_decision",
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
    /// Events of the memberships that lead to it.
    pub memberships: Vec<i64>,
}

impl Entitled {
    pub fn missing(why: Option<String>) -> Entitled {
        let because = why.into_iter().collect();
        Entitled { answer: Answer::Unknown, basis: Basis::Missing, because, by: None, memberships: Vec::new() }
    }
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

/// What rights are made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct RightsInput<'a> {
    pub grants: &'a [GrantRow],
    pub memberships: &'a [(i64, Membership)],
    pub ownership: &'a [(i64, Ownership)],
    pub directory: &'a [DirectoryEntry],
    pub parties: &'a [PartyRow],
    /// (principal, party)
    pub party_of: &'a [(i64, i64)],
    /// (event of a directory row, party)
    pub row_party: &'a [(i64, i64)],
    pub principals: &'a [Principal],
}

/// The entitlement exports as a graph of holders.
#[derive(Debug, Default)]
pub struct Rights {
    graph: Graph,
    owners: Owners,
    known: Known,
    /// All names of each party.
    names: FxHashMap<i64, Vec<String>>,
}

/// Whom a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom<'a> {
    Party(i64),
    /// A name that stands in an export and is no party's: whoever did nothing yet has rights all the same.
    Name(&'a str),
}

impl<'a> Whom<'a> {
    fn name(self) -> &'a str {
        if let Whom::Name(name) = self { name.trim() } else { "" }
    }
}

impl Rights {
    /// Resolves names by principal, directory id, e-mail or alias, unless two parties claim them.
    pub fn new(input: &RightsInput<'_>) -> Rights {
        let known = Known::of(input.directory, input.row_party, input.party_of, input.principals);
        Rights {
            graph: Graph::of(input, &known),
            owners: Owners::of(input.ownership, &known),
            names: known.names(),
            known,
        }
    }

    /// Rights as an analysed case holds them.
    pub fn of_case(case: &Case) -> Result<Rights, CaseError> {
        Ok(Rights::new(&RightsInput {
            grants: &case.grants()?,
            memberships: &case.memberships()?,
            ownership: &case.ownership()?,
            directory: &case.directory()?,
            parties: &case.party_rows()?,
            party_of: &case.party_of()?,
            row_party: &case.row_party()?,
            principals: &case.principals()?,
        }))
    }

    /// The party that an e-mail, directory id, alias or login names, where it names one alone.
    pub fn party(&self, name: &str) -> Option<i64> {
        self.known.party(name)
    }

    /// Whether an export speaks of a name that is no party's.
    pub fn speaks_of(&self, name: &str) -> bool {
        self.known.party(name).is_none() && self.graph.of_name(name).is_some() && name.trim() != "*"
    }

    /// No export of rights was received.
    pub fn is_empty(&self) -> bool {
        self.graph.empty
    }

    /// Whether an export says anything of whoever is asked about.
    pub fn has_any(&self, whom: Whom<'_>) -> bool {
        self.asker(whom).start.is_some()
    }

    /// Rights that are taken away from somebody again: what keeps a full administrator from everything.
    pub fn taken_away(&self, whom: Whom<'_>) -> Vec<String> {
        let start: Vec<u32> = self.asker(whom).start.into_iter().chain([EVERYONE]).collect();
        let grants = self.graph.reached(&start).into_iter().flat_map(|at| &self.graph.holders[at as usize].grants);
        let mut denied: Vec<String> = grants
            .filter(|g| !g.allow)
            .map(|g| format!("denied {} on {} to {}", g.action, g.resource, g.principal))
            .collect();
        denied.sort();
        denied.dedup();
        denied
    }

    /// Names in the exports that are one principal each and no party: accounts that did nothing yet.
    pub fn other_individuals(&self) -> Vec<&str> {
        self.graph.names().into_iter().filter(|name| is_individual(name)).collect()
    }

    /// Whether an allowing grant that covers the question began after `from` and by `to`, or a membership that leads to one.
    pub fn granted_between(&self, party: i64, question: &Question<'_>, from: Time, to: Time) -> bool {
        let asker = self.asker(Whom::Party(party));
        let asked = asker.asked(self, question);
        let within = |began: Option<Time>| began.is_some_and(|f| f > from && f <= to);
        let start: Vec<u32> = asker.start.into_iter().chain(asker.implied.iter().copied()).chain([EVERYONE]).collect();
        let reached = self.graph.reached(&start);
        // Behind a membership that began in between everything is new.
        let new: Vec<u32> = reached
            .iter()
            .flat_map(|at| &self.graph.holders[*at as usize].has)
            .filter(|edge| within(edge.from) && standing(edge, &asked) != Cover::No)
            .map(|edge| edge.to)
            .collect();
        let covers = |g: &grant::Grant| g.allow && g.covers(&asked) != Cover::No;
        let actions = actions(&asked);
        let of = |at: &u32| self.graph.holders[*at as usize].about(&actions);
        reached.iter().flat_map(of).any(|g| within(g.from) && covers(g))
            || self.graph.reached(&new).iter().flat_map(of).any(covers)
    }

    /// Attributes with cumulative maximums, by the event of the grant that confines them.
    pub fn sums(&self) -> FxHashMap<i64, Vec<(String, Per)>> {
        let mut sums: FxHashMap<i64, Vec<(String, Per)>> = FxHashMap::default();
        for grant in self.graph.holders.iter().flat_map(|h| &h.grants) {
            for (attribute, per) in grant.sums() {
                let slot = sums.entry(grant.event).or_default();
                if !slot.iter().any(|(a, p)| a == attribute && *p == per) {
                    slot.push((attribute.to_string(), per));
                }
            }
        }
        sums
    }

    fn asker<'a>(&'a self, whom: Whom<'a>) -> Whose<'a> {
        let (start, names): (_, &[String]) = match whom {
            Whom::Party(party) => {
                (self.graph.of_party(party), self.names.get(&party).map(Vec::as_slice).unwrap_or_default())
            }
            Whom::Name(name) => (self.graph.of_name(name), &[]),
        };
        let key = if let Whom::Name(name) = whom { key(name) } else { String::new() };
        let mut users: Vec<&str> =
            names.iter().map(String::as_str).chain([whom.name()]).filter_map(aws::user_name).collect();
        users.sort_unstable();
        users.dedup();
        let iam_user = if let [user] = users.as_slice() { Some(*user) } else { None };
        let account = |name: &'a str| name.strip_prefix("k8s:").or_else(|| name.starts_with("system:").then_some(name));
        let accounts: Vec<&str> = names.iter().map(String::as_str).chain([whom.name()]).filter_map(account).collect();
        // The groups of a service account are fixed by its name: it is in no other.
        let only_service_accounts =
            !accounts.is_empty() && accounts.iter().all(|a| a.starts_with("system:serviceaccount:"));
        let mut implied: Vec<u32> = accounts
            .iter()
            .flat_map(|account| kubernetes_rbac::groups_of(account))
            .filter_map(|group| self.graph.of_key(&format!("{KUBERNETES_GROUP}{group}")))
            .collect();
        implied.sort_unstable();
        implied.dedup();
        Whose { whom, key, start, implied, only_service_accounts, iam_user, names }
    }
}

/// Whoever is asked about, resolved.
struct Whose<'a> {
    whom: Whom<'a>,
    key: String,
    start: Option<u32>,
    implied: Vec<u32>,
    only_service_accounts: bool,
    iam_user: Option<&'a str>,
    names: &'a [String],
}

impl<'a> Whose<'a> {
    fn asked<'b>(&'b self, rights: &Rights, question: &'b Question<'b>) -> Asked<'b> {
        let asker = match self.whom {
            Whom::Party(party) => Asker::Party(party, self.names),
            Whom::Name(_) => Asker::Name(&self.key),
        };
        let namespace = |path: &str| kubernetes_rbac::namespace_of(path).map(str::to_string);
        let kubernetes = question.resource.filter(|_| rights.graph.kubernetes).map(kubernetes_rbac::canonical);
        Asked {
            question,
            facts: Facts {
                attributes: question.attributes,
                owns: rights.owners.owns(asker, question),
                namespace: kubernetes.as_deref().and_then(namespace),
            },
            kubernetes,
            iam_action: aws::permission(question.action),
            iam_user: self.iam_user,
        }
    }
}

/// The action asked about, by each name that a grant may have for it.
fn actions(asked: &Asked<'_>) -> Vec<String> {
    let mut actions = vec![asked.question.action.to_ascii_lowercase()];
    actions.extend(asked.iam_action.as_ref().map(|a| a.to_ascii_lowercase()));
    actions
}

/// The answer for one party. A deny wins; a grant that covers says yes; an open condition, membership or group that could
/// change the answer leaves it open; and silence is *no* only where the export names the party for this action.
pub fn answer(rights: &Rights, party: i64, question: &Question<'_>) -> Entitled {
    answer_for(rights, Whom::Party(party), question)
}

/// The same for whoever has a name.
pub fn answer_for(rights: &Rights, whom: Whom<'_>, question: &Question<'_>) -> Entitled {
    told(rights, weighed(rights, whom, question), question)
}

/// What took a right away between two moments, where it is certain that it stood at the first and did not at the second.
pub fn withdrawn_between(
    rights: &Rights,
    party: i64,
    question: &Question<'_>,
    from: Time,
    to: Time,
) -> Option<Entitled> {
    let at = |moment| weighed(rights, Whom::Party(party), &Question { at: Some(moment), ..*question });
    let before = at(from);
    if before.allow != Level::Yes || before.deny != Level::No {
        return None;
    }
    let after = at(to);
    match (after.allow, after.deny) {
        (_, Level::Yes) => Some(decided(Answer::No, Basis::ExplicitDeny, after.denied_by)),
        (Level::No, Level::No) => Some(decided(Answer::No, Basis::NoMatchingGrant, before.allowed_by)),
        _ => None,
    }
}

fn weighed<'a>(rights: &'a Rights, whom: Whom<'_>, question: &Question<'_>) -> Weighed<'a> {
    let asker = rights.asker(whom);
    let asked = asker.asked(rights, question);
    let graph = &rights.graph;
    let hidden = graph.hidden.iter().copied().filter(|at| {
        Some(*at) != asker.start
            && !(asker.only_service_accounts && graph.holders[*at as usize].name.starts_with(KUBERNETES_GROUP))
    });
    let walk = Walk::new(graph, asker.start, &asker.implied, hidden, &asked);
    walk.weigh(&asked, &actions(&asked))
}

fn told(rights: &Rights, found: Weighed<'_>, question: &Question<'_>) -> Entitled {
    let why = |trace: Trace<'_>| trace.why.unwrap_or_else(|| "what could decide it is in no export".into());
    match (found.allow, found.deny) {
        (_, Level::Yes) => decided(Answer::No, Basis::ExplicitDeny, found.denied_by),
        (Level::Yes, Level::No) => decided(Answer::Yes, Basis::Grant, found.allowed_by),
        (Level::Yes, Level::Open) => Entitled::missing(Some(why(found.denied_by))),
        (Level::Open, _) => Entitled::missing(Some(why(found.allowed_by))),
        (Level::No, _) if found.granted == Level::Yes => {
            let mut said = decided(Answer::No, Basis::NoMatchingGrant, found.granted_by);
            let boundary = found.capped_by.unwrap_or_else(|| "a boundary on the way".into());
            said.because
                .insert(0, format!("{boundary}, which bounds these rights, does not allow {}", question.action));
            said
        }
        (Level::No, _) if found.named => Entitled {
            answer: Answer::No,
            basis: Basis::NoMatchingGrant,
            because: vec![
                "no matching grant in the export received, which names this principal for this action".into(),
            ],
            by: None,
            memberships: Vec::new(),
        },
        (Level::No, _) if rights.graph.empty => Entitled::missing(Some("no entitlement export was received".into())),
        (Level::No, _) => {
            Entitled::missing(Some(format!("the export received does not name this principal for {}", question.action)))
        }
    }
}

fn decided(answer: Answer, basis: Basis, trace: Trace<'_>) -> Entitled {
    let mut because = Vec::new();
    if let Some(grant) = trace.grant {
        let word = if grant.allow { "granted" } else { "denied" };
        because.push(format!("{word} {} on {} to {}", grant.action, grant.resource, grant.principal));
    }
    if trace.through.len() > 1 && trace.through.last().is_some_and(|last| last != "*") {
        because.push(format!("reached through {}", trace.through.join(" > ")));
    }
    Entitled { answer, basis, because, by: trace.grant.map(|g| g.event), memberships: trace.memberships }
}
