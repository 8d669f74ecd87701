//! Uses summed up as they come: by place, by party, by class of data.

use std::collections::{BTreeMap, BTreeSet};

use super::{NAMES, OTHERS, Place, RESOURCES, SUCH_AS, Touched};
use crate::case::{AssetRow, UseView};
use crate::model::Time;
use crate::rules::facts::{Networks, guess, nearest_asset};

/// How often, and from when to when.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) uses: u32,
    pub(super) after: u32,
    pub(super) first: Option<Time>,
    pub(super) last: Option<Time>,
}

impl Span {
    pub(super) fn see(&mut self, time: Option<Time>, at: Option<Time>) {
        self.uses += 1;
        self.after += u32::from(matches!((time, at), (Some(t), Some(at)) if t >= at));
        self.first = [self.first, time].into_iter().flatten().min();
        self.last = self.last.max(time);
    }
}

pub(super) type Spans = BTreeMap<String, Span>;

#[derive(Default)]
pub(super) struct Kind {
    span: Span,
    without_effect: u32,
    resources: BTreeSet<String>,
}

pub(super) struct Sums<'a> {
    pub(super) at: Option<Time>,
    pub(super) own: Span,
    pub(super) derived: Span,
    pub(super) after_revocation: u32,
    pub(super) after_expiry: u32,
    pub(super) networks: Networks,
    pub(super) assets: &'a [AssetRow],
    pub(super) hosts: Spans,
    pub(super) networks_seen: Spans,
    pub(super) environments: Spans,
    pub(super) agents: Spans,
    pub(super) clients: Spans,
    pub(super) authorities: Spans,
    pub(super) people: Spans,
    pub(super) initiators: Spans,
    pub(super) sources: Spans,
    pub(super) touched: BTreeMap<(String, String, Option<String>, String), Kind>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(networks: Networks, assets: &'a [AssetRow], at: Option<Time>) -> Sums<'a> {
        Sums {
            at,
            own: Span::default(),
            derived: Span::default(),
            after_revocation: 0,
            after_expiry: 0,
            networks,
            assets,
            hosts: Spans::new(),
            networks_seen: Spans::new(),
            environments: Spans::new(),
            agents: Spans::new(),
            clients: Spans::new(),
            authorities: Spans::new(),
            people: Spans::new(),
            initiators: Spans::new(),
            sources: Spans::new(),
            touched: BTreeMap::new(),
        }
    }

    pub(super) fn see(&mut self, u: &UseView) {
        let (time, at) = (u.time, self.at);
        let place = u.address.as_deref().and_then(|a| self.networks.place(a));
        let environment = place.as_ref().and_then(|p| p.environment.clone());
        note(&mut self.hosts, u.host.as_deref(), time, at);
        note(&mut self.networks_seen, place.as_ref().map(|p| p.network.as_str()).or(u.address.as_deref()), time, at);
        note(&mut self.environments, environment.as_deref(), time, at);
        note(&mut self.agents, u.agent.as_deref(), time, at);
        note(&mut self.clients, u.user_agent.as_deref(), time, at);
        note(&mut self.authorities, u.authority.as_deref(), time, at);
        note(&mut self.initiators, u.human.as_deref(), time, at);
        note(&mut self.sources, Some(&u.source), time, at);
        if matches!(u.authority_kind.as_deref(), Some("person" | "human")) {
            note(&mut self.people, u.authority.as_deref(), time, at);
        }
        if matches!(u.kind, 0 | 4) {
            self.touch(u);
        }
    }

    pub(super) fn touch(&mut self, u: &UseView) {
        let (service, action) = (u.service.as_deref(), u.action.as_deref());
        let asset = nearest_asset(self.assets, service, action, u.resource.as_deref());
        let class = asset.and_then(|a| a.data_class.clone()).map(|c| c.trim().to_string()).filter(|c| !c.is_empty());
        let effect = u.effect.clone().unwrap_or_else(|| guess(action).to_string());
        let key = (
            class.unwrap_or_else(|| "unrated".into()),
            effect,
            u.service.clone(),
            u.action.clone().unwrap_or_else(|| "(no action)".into()),
        );
        if self.touched.len() >= NAMES && !self.touched.contains_key(&key) {
            return;
        }
        let kind = self.touched.entry(key).or_default();
        kind.span.see(u.time, self.at);
        kind.without_effect += u32::from(matches!(u.outcome.as_str(), "denied" | "error"));
        if let Some(resource) = u.resource.as_ref().filter(|_| kind.resources.len() < RESOURCES) {
            kind.resources.insert(resource.clone());
        }
    }
}

pub(super) fn note(spans: &mut Spans, name: Option<&str>, time: Option<Time>, at: Option<Time>) {
    let Some(name) = name else { return };
    let name = if spans.len() >= NAMES && !spans.contains_key(name) { OTHERS } else { name };
    spans.entry(name.to_string()).or_default().see(time, at);
}

pub(super) fn places(spans: Spans) -> Vec<Place> {
    let mut out: Vec<Place> = spans
        .into_iter()
        .map(|(name, s)| Place {
            name,
            uses: s.uses,
            first: s.first.map(|t| t.to_rfc3339()),
            last: s.last.map(|t| t.to_rfc3339()),
            after: s.after,
        })
        .collect();
    out.sort_by(|a, b| b.uses.cmp(&a.uses).then_with(|| a.name.cmp(&b.name)));
    out
}

/// What weighs most first: irreversible, changed, read.
pub(super) fn touched(kinds: BTreeMap<(String, String, Option<String>, String), Kind>) -> Vec<Touched> {
    let mut out: Vec<Touched> = kinds
        .into_iter()
        .map(|((data_class, effect, service, action), k)| Touched {
            data_class,
            effect,
            service,
            action,
            calls: k.span.uses,
            without_effect: k.without_effect,
            resources: k.resources.len() as u32,
            such_as: k.resources.into_iter().take(SUCH_AS).collect(),
            after: k.span.after,
        })
        .collect();
    let rank = |t: &Touched| ["irreversible", "change", "read"].iter().position(|e| *e == t.effect);
    out.sort_by(|a, b| {
        (rank(a), std::cmp::Reverse(a.calls), &a.service, &a.action).cmp(&(
            rank(b),
            std::cmp::Reverse(b.calls),
            &b.service,
            &b.action,
        ))
    });
    out
}
