//! What would settle a call: computed from what was looked for and not found, not from the refusal's word alone. A call
//! has several needs where several kinds of evidence would each do.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::combine::{Attribution, Gap, Standing};
use super::human;
use super::run::Tables;
use crate::case::CallRow;
use crate::identity::PartyKind;
use crate::lineage::{EdgeKind, NodeKey};
use crate::model::{CredentialKind, Grade, Need, NeedKey, NeedKind, Refusal, Role, WhyEmpty, WireKind};

/// Needs that one run or one call states; more would be no better a question.
const MOST: usize = 8;
/// Runs above one run that are looked at for where its lineage breaks.
const ABOVE: usize = 256;
/// Issuances of issuances, as attribution follows them.
const CHAIN: usize = 8;

/// Finds needs; what breaks a run is found once for all of its calls.
pub struct Needs<'t> {
    t: &'t Tables<'t>,
    breaks: RefCell<FxHashMap<usize, Rc<[Need]>>>,
}

impl<'t> Needs<'t> {
    pub fn new(t: &'t Tables<'t>) -> Needs<'t> {
        Needs { t, breaks: RefCell::default() }
    }

    /// Everything that would settle the call, each once. Empty for what is attributed at B or better, and for automation
    /// behind which nothing is left open.
    pub fn of(&self, call: &CallRow, a: &Attribution) -> Vec<Need> {
        let mut found = Found { call, needs: BTreeSet::new() };
        match a.standing {
            Standing::Attributed => {}
            Standing::Supported => {
                self.credential(call, &mut found, 0);
                found.add(NeedKind::InboundRecord, self.actor(call, a), Grade::B);
            }
            Standing::Automation => self.unasked(call, a, &mut found),
            Standing::Refused | Standing::Contradicted => self.refused(call, a, &mut found),
        }
        found.needs.into_iter().take(2 * MOST).collect()
    }

    fn refused(&self, call: &CallRow, a: &Attribution, found: &mut Found<'_>) {
        self.runs(call, a, found);
        self.credential(call, found, 0);
        self.names(call, a, found);
        match (a.refusal, a.gap) {
            (_, Some(Gap::Contradiction)) => {
                let key = credential_or_run(call);
                found.add_at(NeedKind::IssuerRecord, key, Grade::B);
                for party in a.candidates.iter().filter(|p| self.t.identity.party(**p).stranger) {
                    found.add(NeedKind::DirectoryRow, self.party(*party), Grade::B);
                }
                return;
            }
            (Some(Refusal::R2), _) => {
                let run = call.run.map(NeedKey::Run).or_else(|| a.run.map(|n| self.run_key(n)));
                found.add_at(NeedKind::PerCallRecord, run.unwrap_or(NeedKey::System), Grade::B);
            }
            (Some(Refusal::R4), _) => {
                let key = credential_or_run(call);
                found.add_at(NeedKind::HolderLog, key, Grade::C);
            }
            (Some(Refusal::R5), _) => found.add_at(NeedKind::ClockOffset, NeedKey::System, Grade::C),
            (Some(Refusal::R9), _) => {
                let key = call.wire.map_or(NeedKey::System, |w| self.principal(w));
                found.add_at(NeedKind::HolderLog, key, Grade::C);
                if a.wire.is_some_and(|w| self.t.identity.kind(w) == PartyKind::Unbacked) {
                    found.add(NeedKind::DirectoryRow, key, Grade::B);
                }
            }
            _ => {}
        }
        if matches!(call.human_empty, WhyEmpty::Redacted | WhyEmpty::NotExported) {
            found.add_at(NeedKind::Unredacted, NeedKey::System, Grade::B);
        }
        // Behind a shared account nobody was authenticated as a person: there is no such record to ask for.
        if a.refusal != Some(Refusal::R9) {
            found.add_at(NeedKind::InboundRecord, self.actor(call, a), Grade::B);
        }
    }

    /// A service at work, of which nobody is asked: evidence that has not been received may still show a person.
    fn unasked(&self, call: &CallRow, a: &Attribution, found: &mut Found<'_>) {
        let kind = a.wire.map(|w| self.t.identity.kind(w));
        let run = a.run.map(|n| &self.t.lineage.walks[n]);
        if kind == Some(PartyKind::System) || run.is_some_and(|walk| walk.unattended()) {
            return;
        }
        self.runs(call, a, found);
        self.credential(call, found, 0);
        let unknown = a.wire.filter(|w| self.t.identity.party(*w).directory.is_none());
        if let (Some(_), Some(wire)) = (unknown, call.wire) {
            found.add(NeedKind::DirectoryRow, self.principal(wire), Grade::B);
        }
    }

    /// Where the runs of the call lead nowhere.
    fn runs(&self, call: &CallRow, a: &Attribution, found: &mut Found<'_>) {
        let nodes = human::nodes_of(self.t, call);
        for (node, _, _) in &nodes {
            found.all(self.breaks_above(*node), a.gap == Some(Gap::OutsidePeriod));
        }
        match call.trace {
            Some(trace) if self.t.lineage.node_of_span(trace, call.span).is_none() => {
                found.add(NeedKind::TraceSpans, NeedKey::Text(trace), Grade::C);
            }
            _ => {}
        }
        if nodes.is_empty() {
            found.add(NeedKind::ToolTrace, self.actor(call, a), Grade::C);
        }
    }

    /// What is not known of the credential on the call: its issuance, or who was behind the issuance.
    fn credential(&self, call: &CallRow, found: &mut Found<'_>, depth: usize) {
        let (Some(id), Some(kind)) = (call.credential, call.credential_kind) else { return };
        match kind {
            CredentialKind::Token if human::token_rows(self.t, call).is_empty() => {
                found.add(NeedKind::TokenRecord, NeedKey::Text(id), Grade::A);
            }
            CredentialKind::SessionKey => {
                let issuances = human::issuances(self.t, call);
                if issuances.is_empty() {
                    found.add_at(NeedKind::SessionIssue, NeedKey::Text(id), Grade::B);
                }
                for issuance in issuances.iter().filter(|_| depth < CHAIN).take(MOST) {
                    self.issuance(issuance, found, depth);
                }
                if let Some(holders) = self.t.lineage.shared_leases.get(&id) {
                    for node in holders.lost.iter() {
                        found.all(self.breaks_above(*node), false);
                    }
                }
            }
            _ => {}
        }
    }

    fn issuance(&self, issuance: &CallRow, found: &mut Found<'_>, depth: usize) {
        if let Some(node) = issuance.run.and_then(|r| self.t.lineage.run(r)) {
            found.all(self.breaks_above(node), false);
        }
        self.unknown_names(issuance, found, Grade::B);
        match issuance.wire_kind {
            WireKind::System => {
                let key = issuance.wire.map_or(NeedKey::System, |w| self.principal(w));
                let nobody = self.t.claims_of(issuance.event).iter().all(|c| c.role != Role::Human);
                if nobody && issuance.run.is_none() {
                    let key = found.call.wire.map_or(key, |w| self.principal(w));
                    found.add_at(NeedKind::MachineLogin, key, Grade::B);
                }
            }
            _ => self.credential(issuance, found, depth + 1),
        }
    }

    /// The id as records write it, where it stands for several by time or tenant.
    fn principal(&self, id: i64) -> NeedKey {
        NeedKey::Principal(self.t.identity.places.whole(id))
    }

    /// Identifiers on the call, or on the token that it bears, behind which no individual is known.
    fn names(&self, call: &CallRow, a: &Attribution, found: &mut Found<'_>) {
        self.unknown_names(call, found, Grade::B);
        for row in human::token_rows(self.t, call) {
            if let Some(subject) = row.subject.filter(|s| self.t.identity.person_at(*s, call.time).is_none()) {
                found.add(NeedKind::DirectoryRow, self.principal(subject), Grade::A);
            }
        }
        // Without its row an agent is a service, and a person's login stands for nobody.
        if let (Some(wire), Some(party)) = (call.wire, a.wire)
            && self.t.identity.party(party).directory.is_none()
            && matches!(self.t.identity.kind(party), PartyKind::Unknown)
        {
            found.add(NeedKind::DirectoryRow, self.principal(wire), Grade::B);
        }
    }

    fn unknown_names(&self, call: &CallRow, found: &mut Found<'_>, best: Grade) {
        for claim in self.t.claims_of(call.event).iter().filter(|c| c.role == Role::Human) {
            if self.t.identity.person_at(claim.principal, call.time).is_none() {
                found.add(NeedKind::DirectoryRow, self.principal(claim.principal), best);
            }
        }
    }

    /// Where the lineage above a run breaks, or ends at somebody who is nobody's.
    fn breaks_above(&self, node: usize) -> Rc<[Need]> {
        if let Some(known) = self.breaks.borrow().get(&node) {
            return known.clone();
        }
        let found: Rc<[Need]> = self.search(node).into_iter().collect();
        self.breaks.borrow_mut().insert(node, found.clone());
        found
    }

    fn search(&self, from: usize) -> Vec<Need> {
        let lineage = self.t.lineage;
        let mut out: Vec<Need> = Vec::new();
        let mut seen = BTreeSet::from([from]);
        let mut rim = vec![from];
        while let Some(n) = rim.pop() {
            let (node, walk) = (&lineage.nodes[n], &lineage.walks[n]);
            let key = self.run_key(n);
            let mut add = |kind, key, best| {
                let need = Need { kind, key, source: None, best };
                if out.len() < MOST && !out.contains(&need) {
                    out.push(need);
                }
            };
            if !node.held && matches!(node.key, NodeKey::Run(_)) {
                add(NeedKind::ParentRun, key, Grade::C);
            } else if !node.missing.is_empty() {
                add(NeedKind::ParentSpan, key, Grade::C);
            }
            let begun =
                node.parents.keys().any(|(kind, above)| *kind != EdgeKind::Link || !node.gathered.contains(above));
            let origin = !node.starters.is_empty() || node.trigger.is_some();
            if node.held && !begun && !origin && node.missing.is_empty() {
                add(NeedKind::RunStart, key, Grade::C);
            }
            let roots = node.unresolved.map(|event| self.t.claims_of(event)).unwrap_or_default();
            for claim in roots.iter().filter(|c| c.role == Role::Human) {
                if self.t.identity.person_at(claim.principal, None).is_none() {
                    add(NeedKind::DirectoryRow, self.principal(claim.principal), Grade::C);
                }
            }
            for party in &node.strangers {
                add(NeedKind::DirectoryRow, self.party(*party), Grade::C);
            }
            let unsound = walk.broken() || !walk.strangers.is_empty() || walk.unresolved;
            for (_, above) in node.parents.keys().filter(|_| unsound) {
                if seen.len() < ABOVE && seen.insert(*above) {
                    rim.push(*above);
                }
            }
        }
        if out.is_empty() && lineage.walks[from].broken() {
            // A circle of runs: none of them is said to have been started.
            let key = self.run_key(from);
            out.push(Need { kind: NeedKind::RunStart, key, source: None, best: Grade::C });
        }
        out.sort();
        out
    }

    fn run_key(&self, node: usize) -> NeedKey {
        match self.t.lineage.nodes[node].key {
            NodeKey::Run(key) => NeedKey::Run(key),
            NodeKey::Trace(key, _) => NeedKey::Text(key),
        }
    }

    /// The agent of a call, else what was on the wire.
    fn actor(&self, call: &CallRow, a: &Attribution) -> NeedKey {
        match (a.agent, call.wire) {
            (Some(agent), _) => NeedKey::Party(agent),
            (None, Some(wire)) => self.t.identity.party_of(wire).map_or_else(|| self.principal(wire), NeedKey::Party),
            (None, None) => NeedKey::System,
        }
    }

    fn party(&self, party: u32) -> NeedKey {
        self.t.identity.party(party).principals.first().map_or(NeedKey::Party(party), |p| self.principal(*p))
    }
}

fn credential_or_run(call: &CallRow) -> NeedKey {
    call.credential.map(NeedKey::Text).or(call.run.map(NeedKey::Run)).unwrap_or(NeedKey::System)
}

struct Found<'c> {
    call: &'c CallRow,
    needs: BTreeSet<Need>,
}

impl Found<'_> {
    fn add(&mut self, kind: NeedKind, key: NeedKey, best: Grade) {
        let source = (kind == NeedKind::InboundRecord).then_some(self.call.source);
        self.needs.insert(Need { kind, key, source, best });
    }

    /// A need that the operator of the system which logged the call answers.
    fn add_at(&mut self, kind: NeedKind, key: NeedKey, best: Grade) {
        self.needs.insert(Need { kind, key, source: Some(self.call.source), best });
    }

    fn all(&mut self, needs: Rc<[Need]>, earlier: bool) {
        for need in needs.iter() {
            let kind = match need.kind {
                NeedKind::RunStart | NeedKind::ParentRun | NeedKind::ParentSpan if earlier => NeedKind::EarlierPeriod,
                kind => kind,
            };
            self.needs.insert(Need { kind, ..*need });
        }
    }
}
