//! Facts of one call: the person's right, on whose rights it was decided, its token, its stakes.

use super::super::entitlement::{self, Answer, Basis, Entitled, Question};
use super::super::world::World;
use super::bypass::Denials;
use super::clients::Learned;
use super::decisions::{Decisions, sorted};
use super::stakes::Rated;
use super::tokens::{OnRecord, Token, Tokens};
use crate::case::{AttributedRow, CallFact, CaseError, DecisionRow, Derived};
use crate::model::time::DAY;

/// Number of evidence kind K3 among claims: what the record's own field says.
const K3: i64 = 2;

pub(super) struct Calls<'a> {
    world: &'a World<'a>,
    tokens: &'a Tokens,
    clients: &'a Learned,
    denials: Denials,
    decisions: Decisions,
}

impl<'a> Calls<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        tokens: &'a Tokens,
        clients: &'a Learned,
        decisions: Decisions,
    ) -> Calls<'a> {
        Calls { world, tokens, clients, denials: Denials::default(), decisions }
    }

    /// The decision logs, with the calls that they were found to speak of.
    pub(super) fn into_decisions(self) -> Decisions {
        self.decisions
    }

    pub(super) fn fact(
        &mut self,
        derived: &Derived<'_>,
        row: &AttributedRow,
        rated: &Rated,
    ) -> Result<CallFact, CaseError> {
        let world = self.world;
        let attributes = derived.attributes_of(row.event)?;
        let (action, resource) = (world.text(row.action), world.text(row.resource));
        let question = action.map(|action| Question {
            service: world.text(row.service),
            action,
            resource,
            at: row.time,
            attributes: &attributes,
        });
        self.decisions.join(derived, world, row, &attributes)?;
        let logged = self.decisions.of_call(row.event).map(|(decision, _)| decision);
        let own = derived.evaluated_of(row.event)?;
        let evaluated: Vec<i64> = own.iter().chain(logged.iter().flat_map(|d| &d.evaluated)).copied().collect();
        let subjects = sorted(evaluated.iter().filter_map(|p| world.party_at(*p, row.time, row.tenant)));
        let claimed = derived.humans_claimed(row.event)?;
        let right = self.right(row.human, question.as_ref());
        let right = logged.and_then(|d| self.by_decision(row, d, &right)).unwrap_or(right);
        let agents_right = self.right(row.agent, question.as_ref());
        if agents_right.answer == Answer::No && row.in_scope {
            let why = agents_right.because.first().map(String::as_str);
            derived.agents_right_fact(row.event, agents_right.basis.word(), why)?;
        }
        let (decided_on, decided_basis) = self.decided(row, (&own, &evaluated), &subjects, &claimed);
        let refused = self
            .denials
            .see(world, row, &subjects, question.as_ref())
            .or_else(|| self.decisions.refused_before(world, row, &subjects, question.as_ref()));
        let run = world.run(row.run);
        let mut fact = CallFact {
            event: row.event,
            agents_call: row.agent.is_some() || row.agent_evidence || world.kind(row.wire_party) == "agent",
            effect: rated.effect,
            impact: rated.impact,
            rated: rated.rated,
            per_user: rated.per_user,
            regulated: rated.regulated.clone(),
            required_pattern: rated.required_pattern.clone(),
            entitled: right.answer.word(),
            entitled_basis: right.basis.word(),
            entitled_why: right.because.first().cloned(),
            entitled_by: right.by,
            agent_entitled: agents_right.answer.word(),
            decided_on,
            decided_basis,
            days_after_end: self.days_after_end(row),
            token: None,
            token_actor: None,
            token_witness: None,
            scope_covers: "unknown",
            audience_covers: "unknown",
            inside_life: "unknown",
            subject_is_runs_person: "unknown",
            token_why: None,
            refused_before: refused.map(|(event, _)| event),
            refused_minutes: refused.map(|(_, minutes)| minutes),
            learned_agent: self.clients.product(row.user_agent).map(str::to_string),
            run_agent: run.and_then(|r| r.agent),
            run_person: run.and_then(|r| r.person),
        };
        self.token(row, &claimed, question.as_ref(), &mut fact);
        Ok(fact)
    }

    fn right(&self, party: Option<i64>, question: Option<&Question<'_>>) -> Entitled {
        match (party, question) {
            (Some(party), Some(question)) => entitlement::answer(&self.world.rights, party, question),
            _ => Entitled::missing(None),
        }
    }

    /// The person's right as a decision log tells it, where the exports of rights leave it open: allowed with the person among
    /// those evaluated, or denied to the person alone.
    fn by_decision(&self, row: &AttributedRow, decision: &DecisionRow, right: &Entitled) -> Option<Entitled> {
        let world = self.world;
        let person = row.human.filter(|_| right.answer == Answer::Unknown)?;
        let parties: Vec<Option<i64>> =
            decision.evaluated.iter().map(|p| world.party_at(*p, row.time, row.tenant)).collect();
        let (answer, word) = match () {
            () if decision.allows && parties.contains(&Some(person)) => (Answer::Yes, "allowed"),
            () if decision.denies && !parties.is_empty() && parties.iter().all(|p| *p == Some(person)) => {
                (Answer::No, "denied")
            }
            () => return None,
        };
        let text = |string: Option<i64>| world.text(string).unwrap_or("-");
        let because = vec![format!(
            "decision {} of {} {word} {} on {} to this person",
            decision.shown_id,
            text(Some(decision.source)),
            text(decision.action),
            text(decision.resource)
        )];
        let basis = Basis::RecordedDecision;
        Some(Entitled { answer, basis, because, by: Some(decision.event), memberships: Vec::new() })
    }

    /// Whose rights the decision was made on: as a record states (the call's `own`, or a decision log's), or where the platform
    /// leaves no doubt.
    fn decided(
        &self,
        row: &AttributedRow,
        (own, evaluated): (&[i64], &[i64]),
        subjects: &[i64],
        claimed: &[(i64, i64)],
    ) -> (&'static str, &'static str) {
        let world = self.world;
        let source = world.text(Some(row.source)).unwrap_or("");
        if !evaluated.is_empty() {
            let basis = if source == "kubernetes_audit" && !own.is_empty() { "certain" } else { "stated" };
            let kinds: Vec<&str> = subjects.iter().map(|s| world.kind(Some(*s))).collect();
            let on = match () {
                () if kinds.iter().any(|k| matches!(*k, "person" | "human")) => "person",
                // A subject that nobody knows may be a person.
                () if kinds.is_empty() || kinds.contains(&"unknown") => "other",
                () if kinds.iter().any(|k| matches!(*k, "unbacked" | "shared")) => "robot",
                () => "agent",
            };
            return (on, basis);
        }
        let role =
            row.wire.and_then(|w| world.context.principals.get(w as usize)).is_some_and(|p| p.namespace == "aws-role");
        // Policies see a user behind a role session only where the platform itself says on whose behalf it acts.
        let is_person = |principal: i64| world.is_person(world.party_at(principal, row.time, row.tenant));
        let on_behalf = claimed.iter().any(|(principal, kind)| *kind == K3 && is_person(*principal));
        match source {
            "aws_cloudtrail" if role && row.source_wire_kind != 0 && !on_behalf => ("agent", "certain"),
            "aws_cloudtrail" if role && on_behalf => ("person", "certain"),
            "kubernetes_audit" if claimed.iter().any(|(p, _)| is_person(*p)) => ("person", "certain"),
            _ => ("unknown", "unknown"),
        }
    }

    /// Days since the recorded end of the attributed person, where that has passed.
    fn days_after_end(&self, row: &AttributedRow) -> Option<f64> {
        let (end, at) = (self.world.party(row.human)?.end?, row.time?);
        (at > end).then(|| (at.0 - end.0) as f64 / DAY as f64)
    }

    /// Holds the call against its delegated user token: a token record, else the call's own words beside a person.
    fn token(&self, row: &AttributedRow, claimed: &[(i64, i64)], question: Option<&Question<'_>>, fact: &mut CallFact) {
        let (Some(id), Some(0)) = (row.credential, row.credential_kind) else { return };
        let world = self.world;
        let issued: Option<&Token> = self.tokens.get(id);
        let on_call =
            claimed.iter().find(|(_, kind)| *kind <= K3).and_then(|(p, _)| world.party_at(*p, row.time, row.tenant));
        let subject = match issued {
            Some(token) if token.delegated => token.subject,
            Some(token) if token.subject.is_some() => return,
            _ => on_call.filter(|p| world.is_person(Some(*p))),
        };
        let Some(subject) = subject else { return };
        let record = OnRecord { audience: world.text(row.audience), scope: world.text(row.scope) };
        fact.token = Some(id);
        fact.token_actor = issued.and_then(|t| t.agent);
        fact.token_witness = Some(if issued.is_some_and(|t| t.delegated) { "issuer" } else { "call" });
        let scope = match question {
            Some(q) => self.tokens.scope_covers(issued, &record, q.action, q.resource, q.attributes),
            None => (Answer::Unknown, None),
        };
        let audience = self.tokens.audience_covers(issued, &record, world.text(row.service));
        let life = self.tokens.inside_life(issued, row.time.map(|at| (row.source, at)));
        let run_person = world.run(row.run).and_then(|r| r.person);
        let own = match run_person {
            Some(person) if person == subject => Answer::Yes,
            Some(_) => Answer::No,
            None => Answer::Unknown,
        };
        fact.scope_covers = scope.0.word();
        fact.audience_covers = audience.0.word();
        fact.inside_life = life.0.word();
        fact.subject_is_runs_person = own.word();
        let whys: Vec<String> =
            [scope, audience, life].into_iter().filter(|(a, _)| *a == Answer::No).filter_map(|(_, why)| why).collect();
        fact.token_why = (!whys.is_empty()).then(|| whys.join("; "));
    }
}
