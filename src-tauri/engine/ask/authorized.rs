//! Was X allowed to do A on R at T, and on whose rights was it decided?

use serde::Serialize;

/// The answer, for the person, the agent and the decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Authorized {
    /// `yes`, `no` or `unanswerable`: the person's right alone.
    pub answer: String,
    pub user: String,
    pub agent: Option<AgentRight>,
    pub decision: Option<RecordedDecision>,
    /// Reasons, the deciding one first; for `unanswerable` what is missing.
    pub because: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AgentRight {
    pub id: String,
    pub answer: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RecordedDecision {
    pub effect: Option<String>,
    pub evaluated: Vec<String>,
    pub event: String,
}

use crate::case::{Case, CaseError, PartyRow, Select};
use crate::model::time::MINUTE;
use crate::model::{Attribute, Principal, Time};
use crate::rules::{Answer, Entitled, Question, Rights, Whom, answer, answer_for, may_assume};

/// The question.
#[derive(Debug, Clone)]
pub struct Asked {
    pub user: String,
    pub action: String,
    pub resource: String,
    pub at: Time,
    /// Attributes that conditions speak of.
    pub with: Vec<(String, String)>,
}

/// A recorded call this near to the moment asked about is the call that is meant.
const NEAR: i64 = 5 * MINUTE;

/// The answer is the person's right alone; the agent's right and the decision stand beside it where a call of that
/// action on that resource by that person is on record at that time.
pub fn authorized(case: &Case, asked: &Asked) -> Result<Authorized, CaseError> {
    let parties = case.party_rows()?;
    let rights = Rights::of_case(case)?;
    let mut attributes = attributes(&asked.with);
    let Some(party) = party(case, &asked.user)?.or_else(|| rights.party(&asked.user)) else {
        return on_paper(case, &rights, asked, &attributes);
    };
    let call = case.nearest_call(Some(party), &asked.action, &asked.resource, asked.at, NEAR)?;
    let mut because = Vec::new();
    if let Some(event) = call {
        let recorded: Vec<_> = case
            .attributes_of(event)?
            .into_iter()
            .filter(|(n, _)| !attributes.iter().any(|(have, _)| have == n))
            .collect();
        if !recorded.is_empty() {
            because.push(format!(
                "attributes not given were taken from the call {} on record at that time",
                case.shown_id(event)?
            ));
            attributes.extend(recorded);
        }
    }
    let question = asked.question(&attributes);
    let person = answer(&rights, party, &question);
    let mut reasons = reasons(case, &rights, Whom::Party(party), &question, &person)?;
    reasons.extend(because);
    let (agent, decision) = match call {
        Some(event) => recorded(case, &rights, &question, &parties, event)?,
        None => (None, None),
    };
    let shown = parties.iter().find(|p| p.id == party).map_or_else(|| asked.user.clone(), |p| p.shown.clone());
    Ok(Authorized { answer: person.answer.shown().into(), user: shown, agent, decision, because: reasons })
}

impl Asked {
    fn question<'a>(&'a self, attributes: &'a [(String, Attribute)]) -> Question<'a> {
        Question { service: None, action: &self.action, resource: Some(&self.resource), at: Some(self.at), attributes }
    }
}

/// Of whom no record and no directory tells, an entitlement export may still.
fn on_paper(
    case: &Case,
    rights: &Rights,
    asked: &Asked,
    attributes: &[(String, Attribute)],
) -> Result<Authorized, CaseError> {
    let question = asked.question(attributes);
    let (answer, because) = match rights.speaks_of(&asked.user) {
        true => {
            let whom = Whom::Name(&asked.user);
            let said = answer_for(rights, whom, &question);
            (said.answer, reasons(case, rights, whom, &question, &said)?)
        }
        false => (Answer::Unknown, vec![format!("nobody in this case is known as {}", asked.user)]),
    };
    let (answer, user) = (answer.shown().into(), asked.user.clone());
    Ok(Authorized { answer, user, agent: None, decision: None, because })
}

/// The answer's own reasons, the records that hold them, and what may be taken on instead.
pub(super) fn reasons(
    case: &Case,
    rights: &Rights,
    whom: Whom<'_>,
    question: &Question<'_>,
    said: &Entitled,
) -> Result<Vec<String>, CaseError> {
    let mut reasons = said.because.clone();
    if let Some(row) = said.by {
        reasons.push(format!("entitlement record {}", case.shown_id(row)?));
    }
    let mut told: Vec<i64> = said.by.into_iter().collect();
    for event in &said.memberships {
        if !told.contains(event) {
            told.push(*event);
            reasons.push(format!("membership record {}", case.shown_id(*event)?));
        }
    }
    if said.answer == Answer::Yes {
        return Ok(reasons);
    }
    for role in may_assume(rights, whom, question) {
        let trust = role.memberships.last().map(|event| case.shown_id(*event)).transpose()?.unwrap_or_default();
        reasons.push(match role.open {
            None => format!("may take on {}, which has it: no right of their own (record {trust})", role.role),
            Some(why) => format!("may perhaps take on {}, which has it (record {trust}): {why}", role.role),
        });
    }
    Ok(reasons)
}

/// The party that a word means: as shown, else by any of its identifiers.
fn party(case: &Case, user: &str) -> Result<Option<i64>, CaseError> {
    if let Some(party) = case.party_shown(user)? {
        return Ok(Some(party));
    }
    let Some(meant) = Principal::from_word(user) else { return Ok(None) };
    let principals = case.principals()?;
    let known = principals.iter().position(|p| *p == meant || p.id == user).map(|n| n as i64);
    Ok(match known {
        Some(principal) => case.party_of()?.into_iter().find(|(p, _)| *p == principal).map(|(_, party)| party),
        None => None,
    })
}

fn recorded(
    case: &Case,
    rights: &Rights,
    question: &Question<'_>,
    parties: &[PartyRow],
    event: i64,
) -> Result<(Option<AgentRight>, Option<RecordedDecision>), CaseError> {
    let mut agent = None;
    case.each_attribution(&Select::Event(event), Some(1), |view| {
        agent = view.agent;
        Ok(())
    })?;
    let agent = agent.map(|id| {
        let party = parties.iter().find(|p| p.shown == id).map(|p| p.id);
        let right = party.map_or(Answer::Unknown, |p| answer(rights, p, question).answer);
        AgentRight { id, answer: right.shown().into() }
    });
    let crate::case::DecisionView { effect, evaluated, .. } = case.decision(event)?;
    let decision = (effect.is_some() || !evaluated.is_empty())
        .then(|| case.shown_id(event).map(|event| RecordedDecision { effect, evaluated, event }))
        .transpose()?;
    Ok((agent, decision))
}

/// Attributes as they are given in words.
pub(super) fn attributes(with: &[(String, String)]) -> Vec<(String, Attribute)> {
    with.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(text: &str) -> Attribute {
    match (text.parse::<f64>(), text) {
        (Ok(value), _) => Attribute::Number { value, currency: None },
        (_, "true") => Attribute::Flag(true),
        (_, "false") => Attribute::Flag(false),
        _ => Attribute::Text(text.to_string()),
    }
}
