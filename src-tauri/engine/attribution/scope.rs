//! The review's scope, held against calls: what is counted, and which runs were going on when its period began.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::case::{CallRow, Case, CaseError};
use crate::identity::Identity;
use crate::lineage::Lineage;
use crate::model::time::DAY;
use crate::model::{Scope, Time};

/// A scope with the names that it uses looked up.
pub(super) struct Held {
    scope: Scope,
    sources: Vec<(i64, String)>,
    services: Vec<(i64, String)>,
    /// Nodes whose origin may lie before the period.
    crossing: FxHashSet<usize>,
}

impl Held {
    /// The scope of a case; none where none was set.
    pub(super) fn load(case: &Case, lineage: &Lineage) -> Result<Option<Held>, CaseError> {
        let Some(scope) = case.scope()? else { return Ok(None) };
        let crossing = scope.from.map(|from| crossing(lineage, from)).unwrap_or_default();
        Ok(Some(Held { scope, sources: case.names_of_sources()?, services: case.names_of_services()?, crossing }))
    }

    pub(super) fn counts(&self, identity: &Identity, call: &CallRow, agent: Option<u32>) -> bool {
        let name = |names: &[(i64, String)], id: i64| {
            names.binary_search_by_key(&id, |(id, _)| *id).ok().and_then(|n| names.get(n)).map(|(_, name)| name.clone())
        };
        let source = name(&self.sources, call.source).unwrap_or_default();
        let service = call.service.and_then(|s| name(&self.services, s));
        let agent = agent.map(|a| identity.party(a).shown.as_str());
        self.scope.counts(call.time, &source, service.as_deref(), agent)
    }

    pub(super) fn crosses(&self, run: Option<usize>) -> bool {
        run.is_some_and(|n| self.crossing.contains(&n))
    }
}

/// Runs that were going on when the period began: one of its records, or of a run above it, lies before; or it appears
/// so soon after the beginning that a run of the case's usual length would have begun before it. The longest whole run
/// says how long that is, a day at most.
fn crossing(lineage: &Lineage, from: Time) -> FxHashSet<usize> {
    let whole = lineage.nodes.iter().zip(&lineage.walks).filter(|(_, walk)| !walk.broken());
    let longest = whole
        .filter_map(|(node, _)| Some(node.last?.0.saturating_sub(node.first?.0)))
        .max()
        .unwrap_or_default()
        .min(DAY);
    let early = |n: usize| {
        lineage.nodes.get(n).and_then(|node| node.first).is_some_and(|first| first.0 < from.0.saturating_add(longest))
    };
    (0..lineage.nodes.len())
        .filter(|&n| lineage.walks.get(n).is_some_and(|walk| walk.broken()))
        .filter(|&n| above(lineage, n).into_iter().any(early))
        .collect()
}

/// The run itself and all that stand above it. Circles end where they close.
fn above(lineage: &Lineage, run: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([run]);
    let mut rim = vec![run];
    while let Some(here) = rim.pop() {
        for &(_, parent) in lineage.nodes.get(here).into_iter().flat_map(|node| node.parents.keys()) {
            if seen.insert(parent) {
                rim.push(parent);
            }
        }
    }
    seen
}
