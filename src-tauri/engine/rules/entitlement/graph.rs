//! Holders of rights, and who reaches whose rights.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::condition::Condition;
use super::RightsInput;
use super::grant::Grant;
use super::known::{Known, is_individual, key};
use crate::model::{Reach, Time};

/// Where rights stand: a party, or a name that no party has (a group, a policy, an account in no log).
#[derive(Debug, Default)]
pub(super) struct Holder {
    /// As the export writes it.
    pub name: String,
    pub party: Option<i64>,
    pub grants: Vec<Grant>,
    /// Grants by their action in lower case, and those whose action is a pattern: indices in order.
    exact: FxHashMap<String, Vec<u32>>,
    patterns: Vec<u32>,
    pub has: Vec<Edge>,
    pub at_most: Vec<Edge>,
    pub may_assume: Vec<Edge>,
    /// The export says of it what it has and who has it, however little that is.
    pub stated: bool,
    /// Somebody is said to have it.
    members: bool,
}

/// A dated edge from one holder to another.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub event: i64,
    pub to: u32,
    pub condition: Condition,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// All holders. The first is everyone.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub holders: Vec<Holder>,
    by_party: FxHashMap<i64, u32>,
    by_name: FxHashMap<String, u32>,
    /// Groups with rights of which no export says who belongs to them: they can hide a right from any answer.
    pub hidden: Vec<u32>,
    pub empty: bool,
    /// Some rights are Kubernetes'.
    pub kubernetes: bool,
}

pub(super) const EVERYONE: u32 = 0;

/// Groups whose members Kubernetes itself defines.
pub(super) const KUBERNETES_GROUP: &str = "k8s-group:";

impl Graph {
    pub(super) fn of(input: &RightsInput<'_>, known: &Known) -> Graph {
        let kubernetes = input.grants.iter().any(|g| g.service.as_deref() == Some("kubernetes"));
        let mut graph = Graph { empty: input.grants.is_empty(), kubernetes, ..Graph::default() };
        graph.at("*", known);
        for row in input.grants {
            let grant = Grant::of(row);
            let at = graph.at(&grant.principal, known);
            graph.holders[at as usize].add(grant);
        }
        for (event, edge) in input.memberships {
            let (member, holder) = (graph.at(&edge.member, known), graph.at(&edge.holder, known));
            if member == holder {
                graph.holders[member as usize].stated |= edge.reach == Reach::Has;
                continue;
            }
            let made = Edge {
                event: *event,
                to: holder,
                condition: Condition::parse(&edge.condition),
                from: edge.valid_from,
                until: edge.valid_to,
            };
            if edge.reach == Reach::Has {
                graph.holders[holder as usize].members = true;
            }
            let of = &mut graph.holders[member as usize];
            match edge.reach {
                Reach::Has => of.has.push(made),
                Reach::AtMost => of.at_most.push(made),
                Reach::MayAssume => of.may_assume.push(made),
            }
        }
        graph.sort();
        graph.hidden = (1..graph.holders.len() as u32).filter(|at| graph.hides(*at)).collect();
        graph.hidden.sort_by_key(|at| graph.holders.get(*at as usize).map(|h| h.name.clone()));
        graph
    }

    /// The holder of a name, made where there is none yet.
    fn at(&mut self, name: &str, known: &Known) -> u32 {
        let next = self.holders.len() as u32;
        let party = known.party(name);
        let at = match party {
            Some(party) => *self.by_party.entry(party).or_insert(next),
            None => *self.by_name.entry(key(name)).or_insert(next),
        };
        if at == next {
            self.holders.push(Holder { name: name.trim().to_string(), party, ..Holder::default() });
        }
        at
    }

    /// The order in which the rows came does not matter to any answer, nor to its words.
    fn sort(&mut self) {
        let names: Vec<String> = self.holders.iter().map(|h| h.name.clone()).collect();
        for holder in &mut self.holders {
            for edges in [&mut holder.has, &mut holder.at_most, &mut holder.may_assume] {
                edges.sort_by(|a, b| {
                    let of = |e: &Edge| (e.from, e.until, e.event);
                    names[a.to as usize].cmp(&names[b.to as usize]).then_with(|| of(a).cmp(&of(b)))
                });
            }
        }
        self.holders.iter_mut().for_each(Holder::index);
    }

    /// A name that is no party, no account by its form and no stated holder may be a group of which nothing says who is
    /// in it.
    fn hides(&self, at: u32) -> bool {
        let holder = &self.holders[at as usize];
        let rights = !holder.grants.is_empty() || !holder.has.is_empty() || !holder.at_most.is_empty();
        rights && holder.party.is_none() && !is_individual(&holder.name) && !holder.stated && !holder.members
    }

    pub(super) fn of_party(&self, party: i64) -> Option<u32> {
        self.by_party.get(&party).copied()
    }

    pub(super) fn of_name(&self, name: &str) -> Option<u32> {
        self.by_name.get(&key(name)).copied()
    }

    pub(super) fn of_key(&self, key: &str) -> Option<u32> {
        self.by_name.get(key).copied()
    }

    /// Names beside the parties', sorted, everyone not among them.
    pub(super) fn names(&self) -> Vec<&str> {
        let named = |(_, at): (&String, &u32)| self.holders.get(*at as usize).map(|h| h.name.as_str());
        let mut names: Vec<&str> = self.by_name.iter().filter_map(named).filter(|n| *n != "*").collect();
        names.sort_unstable();
        names
    }

    /// Holders that are reached from some by `Has`, themselves first, each once.
    pub(super) fn reached(&self, from: &[u32]) -> Vec<u32> {
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut out: Vec<u32> = from.iter().copied().filter(|at| seen.insert(*at)).collect();
        let mut next = 0;
        while let Some(at) = out.get(next).copied() {
            next += 1;
            for edge in &self.holders[at as usize].has {
                if seen.insert(edge.to) {
                    out.push(edge.to);
                }
            }
        }
        out
    }
}

impl Holder {
    fn add(&mut self, grant: Grant) {
        self.grants.push(grant);
    }

    fn index(&mut self) {
        for (n, grant) in self.grants.iter().enumerate() {
            match grant.exact_action() {
                Some(action) => self.exact.entry(action).or_default().push(n as u32),
                None => self.patterns.push(n as u32),
            }
        }
    }

    /// Grants that may name one of the actions, in order.
    pub(super) fn about<'a>(&'a self, actions: &[String]) -> impl Iterator<Item = &'a Grant> + use<'a> {
        let mut found = self.patterns.clone();
        for action in actions {
            found.extend(self.exact.get(action).into_iter().flatten());
        }
        found.sort_unstable();
        found.into_iter().filter_map(|n| self.grants.get(n as usize))
    }

    /// Whether an export that names it should have said more: policies, roles and groups are listed where they are.
    /// Nothing is known of its rights if not.
    pub(super) fn missing(&self) -> bool {
        let listed = key(&self.name);
        let object = listed.starts_with("arn:") || listed.starts_with("aws-role:") || is_role(&listed);
        object && !self.stated && self.grants.is_empty() && self.has.is_empty()
    }

    /// Kubernetes has no rights that take rights away.
    pub(super) fn may_deny(&self) -> bool {
        !is_role(&self.name) && !self.name.starts_with(KUBERNETES_GROUP)
    }
}

fn is_role(name: &str) -> bool {
    name.starts_with("k8s:Role/") || name.starts_with("k8s:ClusterRole/")
}
