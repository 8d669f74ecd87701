//! What is on record of each call's approval (AP-01 to AP-03).

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::super::super::approvals::{Approvals, Found, Says, State, Wanted};
use super::super::super::error::RuleError;
use super::First;
use crate::case::{ApprovalFact, Case, CheckedRow, Derived};
use crate::model::Attribute;

pub(super) struct Approved<'a> {
    first: &'a First<'a>,
    approvals: Approvals,
    /// Some class needs approvals.
    classes: bool,
    /// An export of approvals is in the case.
    imported: bool,
    facts: Vec<ApprovalFact>,
    /// Calls without an approval of their own, with those of the same people for something else.
    open: BTreeMap<usize, Vec<Found>>,
    /// Approvals that some call used.
    used: FxHashSet<usize>,
}

impl<'a> Approved<'a> {
    pub(super) fn load(case: &Case, derived: &Derived<'_>, first: &'a First<'a>) -> Result<Approved<'a>, RuleError> {
        Ok(Approved {
            first,
            approvals: Approvals::new(derived.approvals()?, derived.party_of()?, first.world.clocks.unmeasured()),
            classes: first.world.context.assets.iter().any(|a| a.approval_required),
            imported: case.approvals_imported()?,
            facts: Vec::new(),
            open: BTreeMap::new(),
            used: FxHashSet::default(),
        })
    }

    /// Whether a call's approval is asked for at all.
    pub(super) fn looks_at(&self, row: &CheckedRow) -> bool {
        (self.classes || !self.approvals.is_empty()) && matches!(row.outcome, 0 | 3)
    }

    pub(super) fn see(&mut self, row: &CheckedRow, attributes: &[(String, Attribute)]) {
        if !self.looks_at(row) {
            return;
        }
        let First { world, stakes, .. } = self.first;
        let required = self.classes && stakes.of(world, row.service, row.action, row.resource).approval_required;
        let mut fact = ApprovalFact {
            event: row.event,
            required,
            state: State::Unknown.word(),
            approval: None,
            approver: None,
            own: "unknown",
            why: None,
            joined_by: None,
        };
        if !self.imported {
            if required {
                fact.why = Some("no export of approvals was received".into());
                self.facts.push(fact);
            }
            return;
        }
        let wanted = Wanted {
            shown_id: &row.shown_id,
            tool_call: row.tool_call.as_deref(),
            action: world.text(row.action),
            resource: world.text(row.resource),
            at: row.time,
            human: row.human,
            others: [row.agent, row.wire_party, row.authority],
            attributes,
        };
        let found = self.approvals.of(&wanted);
        let (state, which) = Approvals::state(&found, required, row.human);
        if !required && state == State::None {
            return;
        }
        fact.state = state.word();
        if let Some(chosen) = which.and_then(|n| found.get(n)) {
            self.fill(&mut fact, chosen);
        }
        fact.own = self.own(&found, state, row.human);
        if state == State::Approved {
            self.used.extend(found.iter().filter(|f| f.says == Says::Approved).map(|f| f.row));
        } else if state == State::None {
            let elsewhere = self.approvals.elsewhere(&wanted);
            if !elsewhere.is_empty() {
                self.open.insert(self.facts.len(), elsewhere);
            }
        }
        self.facts.push(fact);
    }

    fn fill(&self, fact: &mut ApprovalFact, chosen: &Found) {
        let row = self.approvals.row(chosen.row);
        fact.approval = Some(row.event);
        fact.approver = self.approvals.party(row.approved_by);
        fact.joined_by = Some(chosen.joined_by.word());
        fact.why = match &chosen.says {
            Says::Approved if fact.state == "other" => Some("what was approved is for another subject".into()),
            Says::Approved if fact.state == "unknown" => Some("nobody is named, for whom it may be".into()),
            Says::Approved => None,
            Says::Other(differs) => Some(differs.why.clone()),
            Says::Unclear(why) | Says::Not(why) => Some(why.clone()),
        };
    }

    /// Whether nobody but the initiator approved what was done.
    fn own(&self, found: &[Found], state: State, human: Option<i64>) -> &'static str {
        let Some(human) = human else { return "unknown" };
        let counts = |f: &&Found| match state {
            State::Approved => f.says == Says::Approved && f.joined_by.word() != "resource",
            State::Other => matches!(f.says, Says::Other(_)),
            _ => false,
        };
        let approvers: Vec<Option<i64>> =
            found.iter().filter(counts).map(|f| self.approvals.party(self.approvals.row(f.row).approved_by)).collect();
        match () {
            () if approvers.is_empty() => "unknown",
            () if approvers.iter().flatten().any(|a| *a != human) => "no",
            () if approvers.iter().all(Option::is_some) => "yes",
            () => "unknown",
        }
    }

    /// Facts of all calls. An approval of something else that no call used is taken for the one that was meant.
    pub(super) fn facts(mut self) -> Vec<ApprovalFact> {
        let mut facts = std::mem::take(&mut self.facts);
        for (n, elsewhere) in &self.open {
            let meant = elsewhere.iter().find(|f| !self.used.contains(&f.row));
            if let (Some(fact), Some(meant)) = (facts.get_mut(*n), meant) {
                fact.state = State::Other.word();
                self.fill(fact, meant);
            }
        }
        facts
    }
}
