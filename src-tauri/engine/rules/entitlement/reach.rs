//! The rights of all that a holder reaches, weighed: the least fixed point over its memberships, so that cycles and the
//! order of rows do not matter.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::super::condition::Holds;
use super::grant::{Asked, Cover, Grant, valid};
use super::graph::{EVERYONE, Edge, Graph};

/// How far something is allowed, or denied. In this order more is wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    No,
    Open,
    Yes,
}

/// Why a place has its level.
#[derive(Debug, Clone)]
enum Cause<'a> {
    None,
    Grant(&'a Grant),
    Why(String),
    /// By the edge of this number out of the place.
    Edge(usize),
}

/// A holder that is reached.
struct Place<'a> {
    at: Option<u32>,
    /// Reached through certain edges, and otherwise than as one of everyone.
    own: bool,
    edges: Vec<Way>,
    allow: (Level, Cause<'a>),
    deny: (Level, Cause<'a>),
    granted: (Level, Cause<'a>),
    named: bool,
}

/// What an edge between places carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carries {
    /// All that is behind it.
    Rights,
    /// At most what is behind it.
    Bound,
    /// Nothing: its condition is known to be false. The export names whoever has it all the same.
    Name,
}

/// A valid edge between places.
struct Way {
    to: usize,
    carries: Carries,
    /// Why it is not certain that the edge holds.
    open: Option<String>,
    event: Option<i64>,
}

/// The outcome, with the grant and the memberships on the way to it.
pub(super) struct Weighed<'a> {
    pub allow: Level,
    pub deny: Level,
    /// Before boundaries.
    pub granted: Level,
    /// A grant that is reached for certain names the action.
    pub named: bool,
    pub allowed_by: Trace<'a>,
    pub denied_by: Trace<'a>,
    pub granted_by: Trace<'a>,
    /// The boundary that does not allow it.
    pub capped_by: Option<String>,
}

/// How a level comes about.
#[derive(Debug, Default)]
pub(super) struct Trace<'a> {
    pub grant: Option<&'a Grant>,
    pub why: Option<String>,
    /// Names of the holders on the way, the first the one asked about.
    pub through: Vec<String>,
    /// Events of the memberships on the way.
    pub memberships: Vec<i64>,
}

pub(super) struct Walk<'a> {
    places: Vec<Place<'a>>,
    index: FxHashMap<u32, usize>,
    graph: &'a Graph,
}

impl<'a> Walk<'a> {
    /// All that `start` reaches at the time asked about. `implied` are groups that it is in by what it is; `hidden` are
    /// groups that it may be in.
    pub(super) fn new(
        graph: &'a Graph,
        start: Option<u32>,
        implied: &[u32],
        hidden: impl Iterator<Item = u32>,
        asked: &Asked<'_>,
    ) -> Walk<'a> {
        let mut walk = Walk { places: vec![Place::new(start, true)], index: FxHashMap::default(), graph };
        let mut queue = VecDeque::new();
        if let Some(at) = start {
            walk.index.insert(at, 0);
            walk.expand(at, 0, asked, &mut queue);
        }
        for at in implied {
            walk.way(0, *at, (Carries::Rights, None, None), true, &mut queue);
        }
        if start != Some(EVERYONE) {
            walk.way(0, EVERYONE, (Carries::Rights, None, None), false, &mut queue);
        }
        for at in hidden {
            let why = format!("who belongs to {} is in no export", graph.holders[at as usize].name);
            walk.way(0, at, (Carries::Rights, Some(why), None), false, &mut queue);
        }
        while let Some((at, place)) = queue.pop_front() {
            walk.expand(at, place, asked, &mut queue);
        }
        walk
    }

    /// The edges out of a holder that stand, or may stand.
    fn expand(&mut self, at: u32, place: usize, asked: &Asked<'_>, queue: &mut VecDeque<(u32, usize)>) {
        let graph = self.graph;
        let holder = &graph.holders[at as usize];
        for (edge, cap) in holder.has.iter().map(|e| (e, false)).chain(holder.at_most.iter().map(|e| (e, true))) {
            let mut carries = if cap { Carries::Bound } else { Carries::Rights };
            let open = match standing(edge, asked) {
                Cover::No if cap || valid(edge.from, edge.until, asked.question.at) != Cover::Yes => continue,
                Cover::No => {
                    carries = Carries::Name;
                    None
                }
                Cover::Yes => None,
                Cover::Open(why) => {
                    let to = &graph.holders[edge.to as usize].name;
                    let said = if cap { "is bounded by" } else { "has what belongs to" };
                    Some(format!("whether {} {said} {to} is undetermined: {why}", holder.name))
                }
            };
            let own = self.places[place].own && open.is_none() && !cap;
            self.way(place, edge.to, (carries, open, Some(edge.event)), own, queue);
        }
    }

    fn way(
        &mut self,
        from: usize,
        to: u32,
        (carries, open, event): (Carries, Option<String>, Option<i64>),
        own: bool,
        queue: &mut VecDeque<(u32, usize)>,
    ) {
        let next = self.places.len();
        let place = *self.index.entry(to).or_insert(next);
        let fresh = place == next;
        if fresh {
            self.places.push(Place::new(Some(to), own));
        }
        // A place that was reached as anyone's, or perhaps, is reached for certain: so are all behind it.
        let better = !fresh && own && !self.places[place].own;
        if better {
            self.places[place].own = true;
            let behind: Vec<usize> = self.places[place]
                .edges
                .iter()
                .filter(|w| w.carries != Carries::Bound && w.open.is_none())
                .map(|w| w.to)
                .collect();
            self.own(behind);
        }
        if fresh {
            queue.push_back((to, place));
        }
        self.places[from].edges.push(Way { to: place, carries, open, event });
    }

    fn own(&mut self, mut next: Vec<usize>) {
        while let Some(place) = next.pop() {
            if !std::mem::replace(&mut self.places[place].own, true) {
                let ways = &self.places[place].edges;
                next.extend(ways.iter().filter(|w| w.carries != Carries::Bound && w.open.is_none()).map(|w| w.to));
            }
        }
    }

    /// What each place has of itself, then what it has through others, until nothing changes.
    pub(super) fn weigh(mut self, asked: &Asked<'_>, actions: &[String]) -> Weighed<'a> {
        let graph = self.graph;
        for place in &mut self.places {
            if let Some(at) = place.at {
                place.consider(&graph.holders[at as usize], asked, actions);
            }
        }
        while self.step() {}
        let start = &self.places[0];
        let (allow, deny, granted) = (start.allow.0, start.deny.0, start.granted.0);
        Weighed {
            allow,
            deny,
            granted,
            named: self.places.iter().any(|p| p.own && p.named),
            allowed_by: self.trace(|p| &p.allow),
            denied_by: self.trace(|p| &p.deny),
            granted_by: self.trace(|p| &p.granted),
            capped_by: self.capped(),
        }
    }

    /// One round. Levels only rise, so that the rounds end.
    fn step(&mut self) -> bool {
        let mut changed = false;
        for n in 0..self.places.len() {
            let (mut granted, mut deny) = (None, None);
            let (mut most_granted, mut most_denied) = (self.places[n].granted.0, self.places[n].deny.0);
            let mut cap = Level::Yes;
            for (way, edge) in self.places[n].edges.iter().enumerate() {
                let to = &self.places[edge.to];
                let least = if edge.open.is_some() { Level::Open } else { Level::Yes };
                if edge.carries == Carries::Name {
                    continue;
                }
                if edge.carries == Carries::Bound {
                    cap = cap.min(self.bound(edge));
                } else if to.allow.0.min(least) > most_granted {
                    (most_granted, granted) = (to.allow.0.min(least), Some(way));
                }
                if to.deny.0.min(least) > most_denied {
                    (most_denied, deny) = (to.deny.0.min(least), Some(way));
                }
            }
            let capped = self.places[n].edges.iter().position(|w| w.carries == Carries::Bound && self.bound(w) == cap);
            let place = &mut self.places[n];
            if let Some(way) = granted {
                place.granted = (most_granted, Cause::Edge(way));
                changed = true;
            }
            if let Some(way) = deny {
                place.deny = (most_denied, Cause::Edge(way));
                changed = true;
            }
            // What is now granted for certain may be as open as before, because its boundary is.
            if most_granted.min(cap) > place.allow.0 || (granted.is_some() && place.allow.0 != Level::No) {
                let cause = capped.filter(|_| cap < most_granted).map(Cause::Edge);
                place.allow = (most_granted.min(cap), cause.unwrap_or_else(|| place.granted.1.clone()));
                changed = true;
            }
        }
        changed
    }

    /// What a boundary lets through. One that may not stand leaves open what it would forbid.
    fn bound(&self, way: &Way) -> Level {
        let within = self.places[way.to].allow.0;
        if way.open.is_some() { within.max(Level::Open) } else { within }
    }

    fn trace(&self, of: impl for<'p> Fn(&'p Place<'a>) -> &'p (Level, Cause<'a>)) -> Trace<'a> {
        let mut trace = Trace::default();
        let mut at = 0;
        // A cause rose before what it causes: the way has no cycle, and the bound only says so.
        for _ in 0..=self.places.len() {
            let place = &self.places[at];
            if let Some(holder) = place.at {
                trace.through.push(self.graph.holders[holder as usize].name.clone());
            }
            match &of(place).1 {
                Cause::Grant(grant) => trace.grant = Some(grant),
                Cause::Why(why) => trace.why = trace.why.or_else(|| Some(why.clone())),
                Cause::Edge(way) => {
                    let Some(way) = place.edges.get(*way) else { break };
                    trace.why = trace.why.or_else(|| way.open.clone());
                    trace.memberships.extend(way.event);
                    at = way.to;
                    continue;
                }
                Cause::None => {}
            }
            break;
        }
        trace
    }

    /// The first boundary on the start that does not allow it for certain.
    fn capped(&self) -> Option<String> {
        let start = &self.places[0];
        let cap = start
            .edges
            .iter()
            .find(|w| w.carries == Carries::Bound && w.open.is_none() && self.places[w.to].allow.0 == Level::No)?;
        self.places[cap.to].at.map(|at| self.graph.holders[at as usize].name.clone())
    }
}

impl<'a> Place<'a> {
    fn new(at: Option<u32>, own: bool) -> Place<'a> {
        let nothing = || (Level::No, Cause::None);
        Place { at, own, edges: Vec::new(), allow: nothing(), deny: nothing(), granted: nothing(), named: false }
    }

    fn consider(&mut self, holder: &'a super::graph::Holder, asked: &Asked<'_>, actions: &[String]) {
        for grant in holder.about(actions) {
            self.named |= grant.names_action(asked);
            let slot = if grant.allow { &mut self.granted } else { &mut self.deny };
            match grant.covers(asked) {
                Cover::Yes if slot.0 < Level::Yes => *slot = (Level::Yes, Cause::Grant(grant)),
                Cover::Open(why) if slot.0 < Level::Open => *slot = (Level::Open, Cause::Why(why)),
                _ => {}
            }
        }
        if holder.missing() {
            let why = || Cause::Why(format!("what {} allows is in no export", holder.name));
            if self.granted.0 < Level::Open {
                self.granted = (Level::Open, why());
            }
            if self.deny.0 < Level::Open && holder.may_deny() {
                self.deny = (Level::Open, why());
            }
        }
    }
}

/// Whether an edge stands at the time asked about.
pub(super) fn standing(edge: &Edge, asked: &Asked<'_>) -> Cover {
    let time = valid(edge.from, edge.until, asked.question.at);
    if time == Cover::No {
        return Cover::No;
    }
    match edge.condition.holds(&asked.facts) {
        Holds::False(_) => Cover::No,
        Holds::Undetermined(why) => Cover::Open(why),
        Holds::True => time,
    }
}
