//! What somebody may take on: roles, which then act with their own rights. Said beside an answer, never part of it.

use rustc_hash::FxHashSet;

use super::grant::Cover;
use super::graph::EVERYONE;
use super::reach::standing;
use super::{Answer, Entitled, Question, Rights, Whom, answer_for};

/// A role that somebody may take on, and that has what is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct MayAssume {
    /// As the export names it.
    pub role: String,
    pub entitled: Entitled,
    /// Why it is not certain that it may be taken on.
    pub open: Option<String>,
    /// Events of the records that say so.
    pub memberships: Vec<i64>,
}

/// A role that was reached.
struct Taken {
    role: u32,
    open: Option<String>,
    memberships: Vec<i64>,
}

/// Roles within reach that are answered yes, those of fewer steps first.
pub fn may_assume(rights: &Rights, whom: Whom<'_>, question: &Question<'_>) -> Vec<MayAssume> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut seen: FxHashSet<u32> = rights.asker(whom).start.into_iter().collect();
    step(rights, whom, question, (None, &[]), &mut seen, &mut taken);
    let mut found = Vec::new();
    let mut next = 0;
    while next < taken.len() {
        let (role, open, memberships) = (taken[next].role, taken[next].open.clone(), taken[next].memberships.clone());
        next += 1;
        let whom = whom_of(rights, role);
        step(rights, whom, question, (open.as_ref(), &memberships), &mut seen, &mut taken);
        let entitled = answer_for(rights, whom, question);
        if entitled.answer == Answer::Yes {
            found.push(MayAssume {
                role: rights.graph.holders[role as usize].name.clone(),
                entitled,
                open,
                memberships,
            });
        }
    }
    found
}

fn whom_of(rights: &Rights, role: u32) -> Whom<'_> {
    let holder = &rights.graph.holders[role as usize];
    holder.party.map_or(Whom::Name(&holder.name), Whom::Party)
}

/// Roles that one may take on at once.
fn step(
    rights: &Rights,
    whom: Whom<'_>,
    question: &Question<'_>,
    before: (Option<&String>, &[i64]),
    seen: &mut FxHashSet<u32>,
    taken: &mut Vec<Taken>,
) {
    let graph = &rights.graph;
    let asker = rights.asker(whom);
    let asked = asker.asked(rights, question);
    let roots: Vec<u32> = accounts(rights, whom)
        .iter()
        .flat_map(|account| ["aws", "aws-cn", "aws-us-gov"].map(|p| format!("arn:{p}:iam::{account}:root")))
        .filter_map(|root| graph.of_key(&root))
        .collect();
    let of_root = |at: u32| roots.contains(&at);
    let start = asker.start.into_iter().chain([EVERYONE]).chain(roots.iter().copied()).map(|at| (at, None, Vec::new()));
    let mut queue: Vec<(u32, Option<String>, Vec<i64>)> = start.collect();
    let mut through: FxHashSet<u32> = queue.iter().map(|(at, ..)| *at).collect();
    let mut next = 0;
    while let Some((at, open, events)) = queue.get(next).cloned() {
        next += 1;
        let holder = &graph.holders[at as usize];
        for (edge, takes) in holder.has.iter().map(|e| (e, false)).chain(holder.may_assume.iter().map(|e| (e, true))) {
            let mut open = open.clone();
            match standing(edge, &asked) {
                Cover::No => continue,
                Cover::Open(why) => open = open.or(Some(why)),
                Cover::Yes => {}
            }
            let events: Vec<i64> = events.iter().copied().chain([edge.event]).collect();
            if !takes {
                if through.insert(edge.to) {
                    queue.push((edge.to, open, events));
                }
                continue;
            }
            // A role that trusts a whole account is taken on by those whom their own policies let.
            if of_root(at) {
                let role = &graph.holders[edge.to as usize].name;
                let take = Question { service: None, action: "sts:AssumeRole", resource: Some(role), ..*question };
                match answer_for(rights, whom, &take).answer {
                    Answer::Yes => {}
                    Answer::Unknown => {
                        open = open.or_else(|| Some("whether its own policies let it take on the role is open".into()));
                    }
                    Answer::No => continue,
                }
            }
            if seen.insert(edge.to) {
                let open = before.0.cloned().or(open);
                let memberships = before.1.iter().copied().chain(events).collect();
                taken.push(Taken { role: edge.to, open, memberships });
            }
        }
    }
}

/// AWS accounts of whoever is asked about.
fn accounts(rights: &Rights, whom: Whom<'_>) -> Vec<String> {
    let names: Vec<&str> = match whom {
        Whom::Party(party) => rights.names.get(&party).into_iter().flatten().map(String::as_str).collect(),
        Whom::Name(name) => vec![name],
    };
    let mut found: Vec<String> = names
        .into_iter()
        .filter_map(|name| {
            let name = super::key(name);
            match name.strip_prefix("aws-role:") {
                Some(role) => role.split_once('/').map(|(account, _)| account.to_string()),
                None => name.strip_prefix("arn:")?.split(':').nth(3).map(str::to_string),
            }
        })
        .filter(|account| !account.is_empty())
        .collect();
    found.sort();
    found.dedup();
    found
}
