//! One run id is one node: parents, links and starters from all sources are merged.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::clocks::Clocks;
use super::credentials::{Lease, Tokens};
use super::shortened::Shortened;
use super::suspects::Suspects;
use super::walk::{Walk, walk_all};
use crate::case::{Case, CaseError, ClaimRow, SpanRow};
use crate::identity::Identity;
use crate::model::{EventKind, FilledBy, Role, Time, WireKind};

/// Runs that lead to nobody and are kept by name for one shared key.
const LOST: usize = 8;

/// A run by its id, or spans that name no run, by their trace and the topmost of them. A span that was torn off shares
/// the trace of a root and nothing else: one trace id does not make one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKey {
    Run(i64),
    Trace(i64, i64),
}

/// How a node leads to another that came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A record names the parent run.
    Parent,
    /// A parent span lies in the other run.
    Span,
    /// A span link.
    Link,
}

/// A person named on a root of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Starter {
    pub person: u32,
    pub event: i64,
    pub by: FilledBy,
    /// The reviewer's act by which the name on the root is that person's.
    pub act: Option<usize>,
}

/// One agent execution.
#[derive(Debug, Clone)]
pub struct Node {
    pub key: NodeKey,
    /// A record carries its id as its own.
    pub held: bool,
    /// A record of its own start: a span without parent, a run record.
    pub rooted: bool,
    pub starters: Vec<Starter>,
    /// People whom the run's own first span names below another run's, or below one in no export. They start nothing, as
    /// they stand on no root; they speak against other people.
    pub below: BTreeSet<u32>,
    /// Event of a root that names somebody who may not be named: no person of the directory.
    pub unresolved: Option<i64>,
    /// Addresses that its roots name and that the directory knows as nobody's: they may be other people's.
    pub strangers: BTreeSet<u32>,
    /// (edge, parent node, event that says so)
    pub parents: BTreeMap<(EdgeKind, usize), i64>,
    /// Runs that only links of spans below its topmost one lead to: such a span says what it went on with, not how all began.
    pub gathered: BTreeSet<usize>,
    /// Named ancestors that no export holds: (event that names it, what it names).
    pub missing: Vec<(i64, String)>,
    pub trigger: Option<(i64, i64)>,
    /// Agents named on the run's own spans.
    pub agents: BTreeMap<u32, i64>,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// Whose runs held one credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    pub people: BTreeSet<u32>,
    /// One of the runs leads to nobody: who else held it is not known.
    pub open: bool,
    /// The first few of the runs that lead to nobody.
    pub lost: Vec<usize>,
}

/// Everything that joins.
pub struct Lineage {
    pub nodes: Vec<Node>,
    pub(super) by_key: FxHashMap<NodeKey, usize>,
    /// Span to its node.
    spans: FxHashMap<(i64, i64), usize>,
    /// Trace to the nodes of its spans.
    traces: FxHashMap<i64, BTreeSet<usize>>,
    /// Call to the (node, event) of the tool spans that carry its id.
    tool_spans: FxHashMap<i64, Vec<(usize, i64)>>,
    /// Tool span to the nodes that it is linked to.
    tool_links: FxHashMap<i64, BTreeSet<usize>>,
    pub walks: Vec<Walk>,
    pub tokens: Tokens,
    /// What is known of the sources' clocks.
    pub clocks: Clocks,
    pub leases: FxHashMap<i64, Vec<Lease>>,
    /// Session keys through which several runs acted, or for several of which they were handed out.
    pub shared_leases: FxHashMap<i64, Holders>,
    shortened: Shortened,
    /// What the reviewer marked suspect.
    pub suspects: Suspects,
}

impl Lineage {
    pub fn build(case: &Case, identity: &mut Identity, claims: &[ClaimRow]) -> Result<Lineage, CaseError> {
        let mut spans = case.spans()?;
        identity.settle_spans(case, &mut spans)?;
        let mut tokens = case.tokens()?;
        identity.settle_tokens(case, &mut tokens)?;
        let by_event = claims_by_event(claims);
        let strings = case.strings()?;
        let links = case.links()?;
        let shortened = Shortened::of(&spans, links.iter().map(|(_, trace, _)| *trace), &strings);
        shortened.mend(&mut spans);
        let clocks = Clocks::measure(case)?;
        super::order::doubt_parents(&mut spans, &clocks);
        let mut lineage = Lineage {
            nodes: Vec::new(),
            by_key: FxHashMap::default(),
            spans: FxHashMap::default(),
            traces: FxHashMap::default(),
            tool_spans: FxHashMap::default(),
            tool_links: FxHashMap::default(),
            walks: Vec::new(),
            tokens: Tokens::build(tokens),
            clocks,
            leases: super::credentials::leases(&case.issued()?),
            shared_leases: FxHashMap::default(),
            shortened,
            suspects: Suspects::load(case, identity)?,
        };
        lineage.place_spans(&spans);
        for span in &spans {
            lineage.learn(span, by_event.get(&span.event).map_or(&[][..], Vec::as_slice), identity);
        }
        lineage.parent_spans(&spans, &by_event, identity);
        lineage.runless_spans(&spans);
        lineage.link_spans(&links, &spans);
        lineage.join_tool_calls(case, &spans)?;
        lineage.named_missing(&strings);
        lineage.walks = walk_all(&lineage.nodes);
        lineage.share_accounts(&spans, identity);
        lineage.share_leases(case)?;
        Ok(lineage)
    }

    /// The node of a run, by its id as a record writes it.
    pub fn run(&self, run: i64) -> Option<usize> {
        self.by_key.get(&NodeKey::Run(self.shortened.run(run))).copied()
    }

    /// The node of a span; where no span is named, of a trace whose spans are all of one node. A span that is named and
    /// in no export is a missing ancestor: that its trace is known leads no further.
    pub fn node_of_span(&self, trace: i64, span: Option<i64>) -> Option<usize> {
        let trace = self.shortened.trace(trace);
        if let Some(span) = span {
            return self.spans.get(&(trace, span)).copied();
        }
        let nodes = self.traces.get(&trace)?;
        if nodes.len() == 1 { nodes.first().copied() } else { None }
    }

    /// A span that is named in a trace of which other spans are held, and not this one.
    pub fn lost_span(&self, trace: i64, span: Option<i64>) -> bool {
        let trace = self.shortened.trace(trace);
        span.is_some_and(|s| self.traces.contains_key(&trace) && !self.spans.contains_key(&(trace, s)))
    }

    /// The tool span that carries this call's id, as (node, event); none where spans of several runs carry it.
    pub fn tool_span(&self, call: i64) -> Option<(usize, i64)> {
        let spans = self.tool_spans.get(&call)?;
        let first = spans.first()?;
        spans.iter().all(|s| s.0 == first.0).then_some(*first)
    }

    /// The runs that the call's own tool spans are linked to: whose work this one call goes on with.
    pub fn linked_by_tool(&self, call: i64) -> BTreeSet<usize> {
        let spans = self.tool_spans.get(&call).map(Vec::as_slice).unwrap_or_default();
        let own = self.tool_links.get(&call).into_iter();
        spans.iter().filter_map(|(_, span)| self.tool_links.get(span)).chain(own).flatten().copied().collect()
    }

    fn entry(&mut self, key: NodeKey) -> usize {
        if let Some(&n) = self.by_key.get(&key) {
            return n;
        }
        let n = self.nodes.len();
        self.nodes.push(Node {
            key,
            held: false,
            rooted: false,
            starters: Vec::new(),
            below: BTreeSet::new(),
            unresolved: None,
            strangers: BTreeSet::new(),
            parents: BTreeMap::new(),
            gathered: BTreeSet::new(),
            missing: Vec::new(),
            trigger: None,
            agents: BTreeMap::new(),
            first: None,
            last: None,
        });
        self.by_key.insert(key, n);
        n
    }

    /// Gives each span its node: its own run, else that of its nearest ancestor that names one, else the spans below the
    /// same topmost span.
    fn place_spans(&mut self, spans: &[SpanRow]) {
        // A span that tells of an approval stands between other spans like any.
        let is_span = |s: &&SpanRow| matches!(s.kind, EventKind::Span | EventKind::ToolSpan | EventKind::Approval);
        let mut index: FxHashMap<(i64, i64), &SpanRow> = FxHashMap::default();
        for span in spans.iter().filter(is_span) {
            if let (Some(trace), Some(id)) = (span.trace, span.span) {
                index.insert((trace, id), span);
            }
        }
        for span in spans.iter().filter(is_span) {
            let (Some(trace), Some(id)) = (span.trace, span.span) else { continue };
            let key = key_of(span, trace, id, &index);
            let node = self.entry(key);
            self.spans.insert((trace, id), node);
            self.traces.entry(trace).or_default().insert(node);
        }
    }

    /// What one record tells of its run: that it is held, who started it, which run came before.
    fn learn(&mut self, span: &SpanRow, claims: &[ClaimRow], identity: &Identity) {
        let placed = match (span.trace, span.span) {
            (Some(trace), Some(id)) => self.spans.get(&(trace, id)).copied(),
            _ => None,
        };
        // Who approved a call is another question than how its run began: the record of it holds no run.
        if span.kind == EventKind::Approval && placed.is_none() {
            return;
        }
        let node = match (span.run, placed) {
            (Some(run), _) => self.entry(NodeKey::Run(run)),
            (None, Some(node)) => node,
            (None, None) => return,
        };
        let call = !matches!(span.kind, EventKind::Span | EventKind::ToolSpan | EventKind::Approval | EventKind::Run);
        // A call that only names a trace holds nothing: the trace is held by its spans.
        self.nodes[node].held |= span.run.is_some() || !call;
        widen(&mut self.nodes[node], span);
        if let Some(parent) = span.parent_run.filter(|p| Some(*p) != span.run) {
            let parent = self.entry(NodeKey::Run(parent));
            self.nodes[node].parents.entry((EdgeKind::Parent, parent)).or_insert(span.event);
        }
        let root = span.kind == EventKind::Run || (span.kind == EventKind::Span && span.parent_span.is_none());
        self.nodes[node].rooted |= root;
        if let Some(trigger) = span.trigger.filter(|_| root) {
            self.nodes[node].trigger.get_or_insert((trigger, span.event));
        }
        // Several words on one record are one user: a device, an account, an address.
        let known =
            claims.iter().any(|c| c.role == Role::Human && identity.person_at(c.principal, span.time).is_some());
        for claim in claims {
            match claim.role {
                // Users on spans other than a root name the people that a call is about.
                Role::Human if root => self.start(node, claim, known, identity, span.time),
                Role::Agent if span.kind == EventKind::Span || span.kind == EventKind::Run => {
                    if let Some(party) = identity.party_at(claim.principal, span.time) {
                        self.nodes[node].agents.entry(party).or_insert(claim.event);
                    }
                }
                _ => {}
            }
        }
    }

    fn start(&mut self, node: usize, claim: &ClaimRow, known: bool, identity: &Identity, at: Option<Time>) {
        match identity.person_at(claim.principal, at) {
            Some(person) => {
                let act = identity.act_of(claim.principal, at);
                // A second record of the same person is kept where it rests on less.
                let worth = |act: Option<usize>, event: i64| (self.suspects.wrote(event), act);
                let now = worth(act, claim.event);
                let mut before = self.nodes[node].starters.iter().filter(|s| s.person == person);
                let known = before.any(|s| worth(s.act, s.event) <= now);
                if !known {
                    self.nodes[node].starters.push(Starter { person, event: claim.event, by: claim.by, act });
                }
            }
            None if known => {}
            None => {
                self.nodes[node].unresolved.get_or_insert(claim.event);
                self.nodes[node].strangers.extend(identity.stranger_at(claim.principal, at));
            }
        }
    }

    /// Spans that name no run belong to the runs that other records place them in: that of a tool span below them, and
    /// that of a call which names one of them, where the run has no span of its own.
    fn runless_spans(&mut self, spans: &[SpanRow]) {
        let mut traced: BTreeSet<usize> = BTreeSet::new();
        for span in spans.iter().filter(|s| matches!(s.kind, EventKind::Span | EventKind::ToolSpan | EventKind::Run)) {
            traced.extend(span.run.and_then(|run| self.by_key.get(&NodeKey::Run(run))));
        }
        for span in spans {
            let (Some(run), Some(trace)) = (span.run, span.trace) else { continue };
            let below = match span.kind {
                EventKind::ToolSpan => span.parent_span,
                EventKind::Span | EventKind::Run | EventKind::Approval => None,
                _ => span.span,
            };
            let Some(&above) = below.and_then(|id| self.spans.get(&(trace, id))) else { continue };
            let Some(&node) = self.by_key.get(&NodeKey::Run(run)) else { continue };
            let known = span.kind != EventKind::ToolSpan && traced.contains(&node);
            if !known && matches!(self.nodes[above].key, NodeKey::Trace(..)) {
                self.nodes[node].parents.entry((EdgeKind::Span, above)).or_insert(span.event);
            }
        }
    }

    /// A parent span in another node is an ancestor, against whose people a run may name its own; a parent span in no export is a named ancestor that is missing. That
    /// of a tool span counts where nothing but the span's place says which run it belongs to.
    fn parent_spans(&mut self, spans: &[SpanRow], claims: &FxHashMap<i64, Vec<ClaimRow>>, identity: &Identity) {
        let placed = |s: &&SpanRow| matches!(s.kind, EventKind::Span | EventKind::ToolSpan | EventKind::Approval);
        for span in spans.iter().filter(placed) {
            let (Some(trace), Some(id), Some(parent)) = (span.trace, span.span, span.parent_span) else { continue };
            let Some(&node) = self.spans.get(&(trace, id)) else { continue };
            if span.kind == EventKind::ToolSpan && !matches!(self.nodes[node].key, NodeKey::Trace(..)) {
                continue;
            }
            let above = self.spans.get(&(trace, parent)).copied();
            // The first span of a run, or of spans without one, that is held.
            let first = span.run.is_some() || above.is_none();
            if span.kind == EventKind::Span && first && above != Some(node) {
                let named = claims.get(&span.event).into_iter().flatten().filter(|c| c.role == Role::Human);
                self.nodes[node].below.extend(named.filter_map(|c| identity.person_at(c.principal, span.time)));
            }
            match above {
                Some(above) if above != node => {
                    self.nodes[node].parents.entry((EdgeKind::Span, above)).or_insert(span.event);
                }
                Some(_) => {}
                None => self.nodes[node].missing.push((span.event, String::new())),
            }
        }
    }

    fn link_spans(&mut self, links: &[(i64, i64, i64)], spans: &[SpanRow]) {
        let mut of_event: FxHashMap<i64, Vec<(i64, i64)>> = FxHashMap::default();
        for &(event, trace, target) in links {
            of_event.entry(event).or_default().push((self.shortened.trace(trace), target));
        }
        // Links of a tool span speak of that call's input, not of how its run began.
        for span in spans.iter().filter(|s| s.kind == EventKind::ToolSpan) {
            let targets = of_event.get(&span.event).into_iter().flatten().filter_map(|t| self.spans.get(t));
            self.tool_links.entry(span.event).or_default().extend(targets);
        }
        let mut began: BTreeSet<(usize, usize)> = BTreeSet::new();
        for span in spans.iter().filter(|s| s.kind == EventKind::Span) {
            let (Some(own_trace), Some(own)) = (span.trace, span.span) else { continue };
            let Some(&node) = self.spans.get(&(own_trace, own)) else { continue };
            let topmost = matches!(self.nodes[node].key, NodeKey::Run(_))
                || self.nodes[node].key == NodeKey::Trace(own_trace, own);
            for &target in of_event.get(&span.event).into_iter().flatten() {
                match self.spans.get(&target).copied() {
                    Some(above) if above != node => {
                        self.nodes[node].parents.entry((EdgeKind::Link, above)).or_insert(span.event);
                        if topmost {
                            began.insert((node, above));
                        }
                    }
                    Some(_) => {}
                    None => self.nodes[node].missing.push((span.event, "link".into())),
                }
            }
        }
        for (n, node) in self.nodes.iter_mut().enumerate() {
            let linked =
                node.parents.keys().filter(|(kind, above)| *kind == EdgeKind::Link && !began.contains(&(n, *above)));
            node.gathered = linked.map(|(_, above)| *above).collect();
        }
    }

    fn join_tool_calls(&mut self, case: &Case, spans: &[SpanRow]) -> Result<(), CaseError> {
        let mut node_of: FxHashMap<i64, (usize, usize)> = FxHashMap::default();
        for (place, span) in spans.iter().enumerate().filter(|(_, s)| s.kind == EventKind::ToolSpan) {
            let placed = match (span.trace, span.span) {
                (Some(trace), Some(id)) => self.spans.get(&(trace, id)).copied(),
                _ => None,
            };
            // A transcript's step has no span, and says its run.
            let node = placed.or_else(|| self.by_key.get(&NodeKey::Run(span.run?)).copied());
            if let Some(node) = node {
                node_of.insert(span.event, (place, node));
            }
        }
        let mut joins = case.tool_call_joins()?;
        joins.sort_by_key(|(call, span)| (*call, node_of.get(span).map(|(place, _)| *place)));
        for (call, span) in joins {
            if let Some(&(_, node)) = node_of.get(&span) {
                self.tool_spans.entry(call).or_default().push((node, span));
            }
        }
        Ok(())
    }

    /// A missing parent span breaks a run only where nothing else tells what came before it: its own root span, a
    /// parent run that another source kept. A link is no such word: the parent may have been another's. A missing link
    /// always does: what it fanned in from is not to be known.
    fn named_missing(&mut self, strings: &[String]) {
        for n in 0..self.nodes.len() {
            let node = &self.nodes[n];
            let above = node.parents.keys().any(|(kind, _)| *kind != EdgeKind::Link);
            let told = node.rooted || above || !node.starters.is_empty() || node.trigger.is_some();
            let missing = std::mem::take(&mut self.nodes[n].missing);
            self.nodes[n].missing =
                missing
                    .into_iter()
                    .filter(|(_, what)| what == "link" || !told)
                    .map(|(event, what)| {
                        if what == "link" { (event, "a linked span".into()) } else { (event, "its parent span".into()) }
                    })
                    .collect();
            if !self.nodes[n].held
                && let NodeKey::Run(key) = self.nodes[n].key
            {
                let id = strings.get(key as usize).map(|s| crate::model::run::shown_id(s)).unwrap_or_default();
                self.nodes[n].missing.push((0, format!("run {id}")));
            }
        }
    }

    fn share_leases(&mut self, case: &Case) -> Result<(), CaseError> {
        let mut holders: FxHashMap<i64, Holders> = FxHashMap::default();
        for (key, run) in case.lease_runs()? {
            if let Some(node) = self.run(run) {
                let of = holders.entry(key).or_default();
                of.people.extend(self.walks[node].people.iter().copied());
                of.open |= self.walks[node].broken();
                if self.walks[node].broken() && of.lost.len() < LOST {
                    of.lost.push(node);
                }
            }
        }
        self.shared_leases = holders.into_iter().filter(|(_, of)| of.people.len() > 1 || of.open).collect();
        Ok(())
    }

    /// An account through which the runs of two or more people act stands for nobody.
    fn share_accounts(&mut self, spans: &[SpanRow], identity: &mut Identity) {
        let mut people: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for span in spans.iter().filter(|s| s.kind == EventKind::Call && s.wire_kind == WireKind::Human) {
            let (Some(run), Some(account)) = (span.run, span.wire.and_then(|w| identity.party_at(w, span.time))) else {
                continue;
            };
            if let Some(person) = self.run(run).and_then(|n| self.walks[n].person()) {
                people.entry(account).or_default().insert(person);
            }
        }
        for (account, of) in people {
            if of.len() > 1 {
                identity.mark_shared(account);
            }
        }
    }
}

/// The run of a span, or of its nearest ancestor that names one; else its trace and the topmost span that is held.
fn key_of(span: &SpanRow, trace: i64, id: i64, index: &FxHashMap<(i64, i64), &SpanRow>) -> NodeKey {
    let (mut here, mut top) = (span, id);
    // Bounded: a cycle of spans names no run and has no top.
    for _ in 0..10_000 {
        if let Some(run) = here.run {
            return NodeKey::Run(run);
        }
        let Some(parent) = here.parent_span else { return NodeKey::Trace(trace, top) };
        let Some(&above) = index.get(&(trace, parent)) else { return NodeKey::Trace(trace, top) };
        (here, top) = (above, parent);
    }
    NodeKey::Trace(trace, 0)
}

fn widen(node: &mut Node, span: &SpanRow) {
    for time in [span.time, span.end].into_iter().flatten() {
        node.first = Some(node.first.map_or(time, |f| f.min(time)));
        node.last = Some(node.last.map_or(time, |l| l.max(time)));
    }
}

pub(crate) fn claims_by_event(claims: &[ClaimRow]) -> FxHashMap<i64, Vec<ClaimRow>> {
    let mut out: FxHashMap<i64, Vec<ClaimRow>> = FxHashMap::default();
    for claim in claims {
        out.entry(claim.event).or_default().push(*claim);
    }
    out
}
