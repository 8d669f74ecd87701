//! What people reach through agents: calls that went through an agent for a person, counted by what the person's own right is
//! answered. Rows are pairs of person and agent with a tool, whatever the number of calls.

use std::collections::BTreeMap;

use crate::case::{ActionClass, BridgeFact, CheckedRow, Said};
use crate::model::Grade;

#[derive(Default)]
pub(super) struct Bridged {
    cells: BTreeMap<(i64, i64, i64, i64, &'static str), BridgeFact>,
}

impl Bridged {
    /// A call, in the order of time. What did not go through reached nothing.
    pub(super) fn see(&mut self, row: &CheckedRow) {
        let (Some(person), Some(agent), 0) = (row.human, row.agent, row.outcome) else { return };
        if person == agent {
            return;
        }
        let own = match row.judged.entitled {
            Said::Yes => "yes",
            Said::No => "no",
            Said::Unknown => "unknown",
        };
        let (service, tool) = (row.service.unwrap_or(0), row.action.unwrap_or(0));
        let cell = self.cells.entry((person, agent, service, tool, own)).or_insert_with(|| BridgeFact {
            person,
            agent,
            service,
            tool,
            own,
            calls: 0,
            on_person: 0,
            firm: 0,
            agents_yes: 0,
            agents_no: 0,
            denied_outright: 0,
            effect: ActionClass::Read,
            impact: 0,
            rated: false,
            first: row.time,
            last: row.time,
            example: row.event,
        });
        cell.calls += 1;
        cell.on_person += u32::from(row.judged.on_person == Said::Yes);
        cell.firm += u32::from(row.judged.grade >= Some(Grade::B));
        cell.agents_yes += u32::from(row.judged.agent_entitled == Said::Yes);
        cell.agents_no += u32::from(row.judged.agent_entitled == Said::No);
        cell.denied_outright += u32::from(row.judged.explicit_deny);
        cell.effect = cell.effect.max(row.judged.effect);
        if row.judged.impact > cell.impact {
            (cell.impact, cell.rated) = (row.judged.impact, row.judged.rated);
        }
        cell.first = [cell.first, row.time].into_iter().flatten().min();
        cell.last = [cell.last, row.time].into_iter().flatten().max();
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = &BridgeFact> {
        self.cells.values()
    }
}
