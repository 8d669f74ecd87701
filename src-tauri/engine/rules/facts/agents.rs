//! Agents as the logs show them, beside the register (UN-01).

use std::collections::{BTreeMap, BTreeSet};

use super::super::world::World;
use super::LISTED;
use super::stakes::Rated;
use crate::case::{AgentFact, AttributedRow};

pub(super) struct Agents<'a> {
    world: &'a World<'a>,
    seen: BTreeMap<i64, (AgentFact, BTreeSet<i64>)>,
}

impl<'a> Agents<'a> {
    pub(super) fn new(world: &'a World<'a>) -> Agents<'a> {
        Agents { world, seen: BTreeMap::new() }
    }

    pub(super) fn see(&mut self, row: &AttributedRow, rated: &Rated) {
        let on_wire = row.wire_party.filter(|p| self.world.kind(Some(*p)) == "agent");
        let parties: BTreeSet<i64> = row.agent.into_iter().chain(on_wire).collect();
        for agent in parties {
            let (fact, runs) = self.seen.entry(agent).or_default();
            runs.extend(row.run);
            if !matches!(row.kind, 0 | 4) {
                continue;
            }
            fact.calls += 1;
            if fact.events.len() < LISTED {
                fact.events.push(row.event);
            }
            if rated.impact > fact.impact {
                (fact.impact, fact.rated) = (rated.impact, rated.rated);
            }
        }
    }

    pub(super) fn facts(mut self) -> Vec<AgentFact> {
        for run in self.world.runs() {
            if let Some(agent) = run.agent {
                self.seen.entry(agent).or_default().1.insert(run.id);
            }
        }
        // What a record calls an agent and the directory knows as a person or a service is none.
        let is_agent = |party: &i64| self.world.kind(Some(*party)) == "agent";
        self.seen
            .into_iter()
            .filter(|(party, _)| is_agent(party))
            .map(|(agent, (fact, runs))| {
                let registered = self.world.entry(Some(agent)).is_some();
                let events = if registered { Vec::new() } else { fact.events };
                AgentFact { agent, registered, runs: runs.len() as u32, impact: fact.impact.max(1), events, ..fact }
            })
            .collect()
    }
}
