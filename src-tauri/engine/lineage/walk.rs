//! The walk from a run to its origins: one person, several, a schedule, or a branch that leads nowhere.

use std::collections::BTreeSet;

use super::build::{EdgeKind, Node};

/// Where the walk from a node ends. Branches are all visited: one that is missing or without origin means that the
/// path names nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    pub people: BTreeSet<u32>,
    /// The people are one set: starters of one run id, links of one span, parents of one run.
    pub ambiguous: bool,
    /// Two branches that should agree name different people.
    pub contradicted: bool,
    /// A named ancestor is in no export.
    pub missing: bool,
    pub no_origin: bool,
    /// A root names somebody who is no person of the directory.
    pub unresolved: bool,
    /// Addresses at the end of its branches that are nobody's whom the directory knows.
    pub strangers: BTreeSet<u32>,
    pub trigger: bool,
    /// Whether a link was used.
    pub linked: bool,
    /// Whether the origin lies above the node itself.
    pub ancestry: bool,
}

impl Walk {
    /// The one person at the end of every branch.
    pub fn person(&self) -> Option<u32> {
        let several = self.ambiguous || self.contradicted || self.trigger || !self.strangers.is_empty();
        if self.broken() || several || self.people.len() != 1 {
            return None;
        }
        self.people.first().copied()
    }

    pub fn broken(&self) -> bool {
        self.missing || self.no_origin
    }

    /// Started by a schedule or a system trigger and by nobody else.
    pub fn unattended(&self) -> bool {
        self.trigger && self.people.is_empty() && !self.broken()
    }

    /// Word of `runs.ending`.
    pub fn ending(&self) -> &'static str {
        match () {
            () if self.contradicted => "contradicted",
            () if self.missing => "missing_parent",
            () if self.no_origin => "no_origin",
            () if self.ambiguous || (!self.people.is_empty() && (self.trigger || !self.strangers.is_empty())) => {
                "ambiguous"
            }
            () if self.trigger => "trigger",
            () => "person",
        }
    }
}

/// A step of a printed path: from `node` to the next by `edge`, as `event` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    pub node: usize,
    pub edge: Option<EdgeKind>,
    pub event: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Walks of all nodes. Explicit stack: the depth of fan-out is the attacker's to choose.
pub(super) fn walk_all(nodes: &[Node]) -> Vec<Walk> {
    let mut walks = vec![Walk::default(); nodes.len()];
    let mut state = vec![State::New; nodes.len()];
    let mut cyclic = vec![false; nodes.len()];
    for start in 0..nodes.len() {
        if state[start] != State::New {
            continue;
        }
        let mut stack = vec![(start, false)];
        while let Some((n, ready)) = stack.pop() {
            if ready {
                walks[n] = merge(&nodes[n], &walks, cyclic[n]);
                state[n] = State::Done;
                continue;
            }
            if state[n] != State::New {
                continue;
            }
            state[n] = State::Open;
            stack.push((n, true));
            for &(_, parent) in nodes[n].parents.keys() {
                match state[parent] {
                    State::New => stack.push((parent, false)),
                    // A run that descends from itself has no origin on that branch.
                    State::Open => cyclic[n] = true,
                    State::Done => {}
                }
            }
        }
    }
    walks
}

fn merge(node: &Node, walks: &[Walk], cyclic: bool) -> Walk {
    let own: BTreeSet<u32> = node.starters.iter().map(|s| s.person).collect();
    let mut out = Walk {
        ambiguous: own.len() > 1,
        missing: !node.missing.is_empty(),
        unresolved: node.unresolved.is_some(),
        strangers: node.strangers.clone(),
        trigger: node.trigger.is_some(),
        no_origin: cyclic,
        ..Walk::default()
    };
    let mut groups = vec![own];
    for kind in [EdgeKind::Parent, EdgeKind::Span, EdgeKind::Link] {
        let mut group = BTreeSet::new();
        for &(_, parent) in node.parents.keys().filter(|(k, _)| *k == kind) {
            let above = &walks[parent];
            group.extend(above.people.iter().copied());
            out.ambiguous |= above.ambiguous;
            out.contradicted |= above.contradicted;
            out.missing |= above.missing;
            out.no_origin |= above.no_origin;
            out.unresolved |= above.unresolved;
            out.strangers.extend(above.strangers.iter().copied());
            out.trigger |= above.trigger;
            out.linked |= kind == EdgeKind::Link || above.linked;
            out.ancestry = true;
        }
        out.ambiguous |= group.len() > 1;
        groups.push(group);
    }
    let begun = node.parents.keys().any(|(kind, above)| *kind != EdgeKind::Link || !node.gathered.contains(above));
    if !begun && node.starters.is_empty() && node.trigger.is_none() && !out.missing {
        out.no_origin = true;
    }
    groups.retain(|g| !g.is_empty());
    out.people = groups.iter().flatten().copied().collect();
    // Groups of one each that differ disagree; a larger group is a set, and one of its members does not shrink it.
    if groups.iter().all(|g| g.len() == 1) && out.people.len() > 1 && !out.ambiguous {
        out.contradicted = true;
    }
    if !out.people.is_empty() && !node.below.is_subset(&out.people) {
        out.contradicted = true;
        out.people.extend(&node.below);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lineage::build::{NodeKey, Starter};
    use crate::model::FilledBy;

    fn node(starters: &[u32], parents: &[(EdgeKind, usize)]) -> Node {
        Node {
            key: NodeKey::Run(0),
            held: true,
            rooted: true,
            starters: starters
                .iter()
                .map(|p| Starter { person: *p, event: 1, by: FilledBy::Caller, act: None })
                .collect(),
            below: BTreeSet::new(),
            unresolved: None,
            strangers: BTreeSet::new(),
            parents: parents.iter().map(|p| (*p, 1)).collect::<BTreeMap<_, _>>(),
            gathered: BTreeSet::new(),
            missing: Vec::new(),
            trigger: None,
            agents: BTreeMap::new(),
            first: None,
            last: None,
        }
    }

    use EdgeKind::{Link, Parent};

    #[test]
    fn a_child_has_the_person_of_its_root() {
        let walks = walk_all(&[node(&[7], &[]), node(&[], &[(Parent, 0)]), node(&[], &[(Parent, 1), (Link, 0)])]);
        assert_eq!(walks[2].person(), Some(7));
    }

    #[test]
    fn two_starters_are_a_set_and_a_clean_path_does_not_shrink_it() {
        let walks = walk_all(&[node(&[7, 8], &[]), node(&[7], &[(Parent, 0)])]);
        assert!(walks[0].ambiguous && walks[1].ambiguous);
        assert_eq!(walks[1].person(), None);
    }

    #[test]
    fn own_user_and_parent_that_differ_contradict_and_links_to_two_are_a_set() {
        let walks = walk_all(&[node(&[7], &[]), node(&[8], &[(Parent, 0)]), node(&[], &[(Link, 0), (Link, 1)])]);
        assert!(walks[1].contradicted);
        let walks = walk_all(&[node(&[7], &[]), node(&[8], &[]), node(&[], &[(Link, 0), (Link, 1)])]);
        assert!(walks[2].ambiguous && !walks[2].contradicted);
        let walks = walk_all(&[node(&[7], &[]), node(&[8], &[]), node(&[], &[(Parent, 0), (Link, 1)])]);
        assert!(walks[2].contradicted);
    }

    #[test]
    fn a_missing_branch_names_nobody_and_a_cycle_has_no_origin() {
        let mut lost = node(&[], &[]);
        lost.held = false;
        lost.missing.push((0, "run x".into()));
        let walks = walk_all(&[node(&[7], &[]), lost, node(&[], &[(Link, 0), (Link, 1)])]);
        assert_eq!((walks[2].person(), walks[2].ending()), (None, "missing_parent"));
        let walks = walk_all(&[node(&[7], &[(Parent, 1)]), node(&[], &[(Parent, 0)])]);
        assert!(walks.iter().all(|w| w.person().is_none()));
    }

    #[test]
    fn a_runs_own_user_below_anothers_run_speaks_against_it_and_names_nobody() {
        let named = |person: u32, parents: &[(EdgeKind, usize)]| Node { below: [person].into(), ..node(&[], parents) };
        let walks = walk_all(&[node(&[7], &[]), named(8, &[(EdgeKind::Span, 0)]), named(7, &[(EdgeKind::Span, 0)])]);
        assert_eq!((walks[1].person(), walks[1].ending(), walks[2].person()), (None, "contradicted", Some(7)));
        let walks = walk_all(&[node(&[], &[]), named(8, &[(EdgeKind::Span, 0)])]);
        assert_eq!(walks[1].ending(), "no_origin");
    }

    #[test]
    fn a_starter_that_nobody_knows_is_one_of_the_set() {
        let mut reused = node(&[7], &[]);
        reused.strangers.insert(9);
        let mut own = node(&[], &[(Parent, 2)]);
        own.strangers.insert(9);
        let walks = walk_all(&[reused, own, node(&[7], &[])]);
        assert_eq!((walks[0].person(), walks[0].ending()), (None, "ambiguous"));
        assert_eq!((walks[1].person(), walks[2].person()), (None, Some(7)));
    }

    #[test]
    fn a_root_that_names_nobody_is_no_origin() {
        let walks = walk_all(&[node(&[], &[])]);
        assert_eq!(walks[0].ending(), "no_origin");
    }

    #[test]
    fn deep_fan_out_does_not_overflow() {
        let mut nodes = vec![node(&[7], &[])];
        nodes.extend((0..200_000).map(|n| node(&[], &[(Parent, n)])));
        assert_eq!(walk_all(&nodes).last().and_then(Walk::person), Some(7));
    }
}
