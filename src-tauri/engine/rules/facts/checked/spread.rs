//! Tokens in several hands (TK-05): two agents, two hosts that are no pods of one agent, or runs of different people.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::super::super::world::World;
use super::super::LISTED;
use crate::case::{CheckedRow, SpreadTokenFact};

#[derive(Default)]
struct Held {
    agents: BTreeSet<i64>,
    /// By source: two logs may mean different machines by `host`.
    hosts: BTreeSet<(i64, String)>,
    people: BTreeSet<i64>,
    events: Vec<i64>,
}

#[derive(Default)]
pub(super) struct Spread {
    tokens: FxHashMap<i64, Held>,
}

impl Spread {
    pub(super) fn see(&mut self, row: &CheckedRow, world: &World<'_>) {
        let Some(token) = row.token else { return };
        let held = self.tokens.entry(token).or_default();
        held.agents.extend(row.agent);
        let agent = world.party(row.agent).map(|p| p.shown.as_str()).unwrap_or_default();
        held.hosts.extend(world.text(row.host).map(|host| (row.source, holder(host, agent))));
        held.people.extend(world.run(row.run).and_then(|r| r.person));
        if held.events.len() < LISTED {
            held.events.push(row.event);
        }
    }

    pub(super) fn facts(self) -> Vec<SpreadTokenFact> {
        let mut out: Vec<SpreadTokenFact> = self
            .tokens
            .into_iter()
            .filter_map(|(token, held)| {
                let hosts = held.hosts.iter().map(|(source, _)| held.hosts.iter().filter(|h| h.0 == *source).count());
                let (agents, hosts, people) = (held.agents.len(), hosts.max().unwrap_or(0), held.people.len());
                (agents > 1 || hosts > 1 || people > 1).then_some(SpreadTokenFact {
                    token,
                    agents: agents as u32,
                    hosts: hosts as u32,
                    people: people as u32,
                    events: held.events,
                })
            })
            .collect();
        out.sort_by_key(|f| f.token);
        out
    }
}

/// The host as a holder: pods of one agent or of one deployment are one, wherever the scheduler put them.
fn holder(host: &str, agent: &str) -> String {
    let (host, agent) = (host.trim().to_lowercase(), agent.trim().to_lowercase());
    if !agent.is_empty() && host.starts_with(&agent) {
        return agent;
    }
    if host.parse::<std::net::IpAddr>().is_ok() {
        return host;
    }
    let name = host.split('.').next().unwrap_or(&host);
    let parts: Vec<&str> = name.split('-').collect();
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric());
    match parts.as_slice() {
        [stem @ .., hash, pod]
            if !stem.is_empty()
                && pod.len() == 5
                && plain(pod)
                && (8..=10).contains(&hash.len())
                && plain(hash)
                && hash.contains(|c: char| c.is_ascii_digit()) =>
        {
            stem.join("-")
        }
        _ => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_of_one_agent_are_one_holder() {
        assert_eq!(holder("Helper-7d9f8c5b6d-x2x4z", "helper"), holder("helper-01.prod.example", "helper"));
        assert_eq!(holder("desk-7d9f8c5b6d-x2x4z", ""), holder("desk-7d9f8c5b6d-abcde", ""));
        assert_ne!(holder("web-1", ""), holder("web-2", ""));
        assert_eq!(holder("lab.example.org", ""), holder("lab", ""));
        assert_ne!(holder("10.0.0.1", ""), holder("10.0.0.2", ""));
        assert_ne!(holder("laptop-ada", "helper"), holder("helper-01", "helper"));
    }
}
