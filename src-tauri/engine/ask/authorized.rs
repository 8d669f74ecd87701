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

use crate::case::{Case, CaseError, Select};
use crate::model::time::MINUTE;
use crate::model::{Attribute, Principal, Time};
use crate::rules::{Answer, Question, Rights, answer, answer_address};

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
    let rights = Rights::new(&case.grants()?, &case.directory()?, &parties, &case.party_of()?, &case.principals()?);
    let Some(party) = party(case, &asked.user)? else { return Ok(on_paper(&rights, asked)) };
    let call = case.nearest_call(Some(party), &asked.action, &asked.resource, asked.at, NEAR)?;
    let mut attributes: Vec<(String, Attribute)> = asked.with.iter().map(|(n, v)| (n.clone(), attribute(v))).collect();
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
    let question = Question {
        service: None,
        action: &asked.action,
        resource: Some(&asked.resource),
        at: Some(asked.at),
        attributes: &attributes,
    };
    let person = answer(&rights, party, &question);
    let mut reasons = person.because.clone();
    if let Some(row) = person.by {
        reasons.push(format!("entitlement record {}", case.shown_id(row)?));
    }
    reasons.extend(because);
    let (agent, decision) = match call {
        Some(event) => recorded(case, &rights, &question, &parties, event)?,
        None => (None, None),
    };
    let shown = parties.iter().find(|p| p.id == party).map_or_else(|| asked.user.clone(), |p| p.shown.clone());
    Ok(Authorized { answer: word(person.answer).into(), user: shown, agent, decision, because: reasons })
}

/// Of whom no record and no directory tells, the entitlement export may still.
fn on_paper(rights: &Rights, asked: &Asked) -> Authorized {
    let attributes: Vec<(String, Attribute)> = asked.with.iter().map(|(n, v)| (n.clone(), attribute(v))).collect();
    let question = Question {
        service: None,
        action: &asked.action,
        resource: Some(&asked.resource),
        at: Some(asked.at),
        attributes: &attributes,
    };
    let nobody = format!("nobody in this case is known as {}", asked.user);
    let (answer, because) = match rights.names_address(&asked.user) {
        true => {
            let said = answer_address(rights, &asked.user, &question);
            (said.answer, said.because)
        }
        false => (Answer::Unknown, vec![nobody]),
    };
    Authorized { answer: word(answer).into(), user: asked.user.clone(), agent: None, decision: None, because }
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
    parties: &[crate::case::PartyRow],
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
        AgentRight { id, answer: word(right).into() }
    });
    let crate::case::DecisionView { effect, evaluated, .. } = case.decision(event)?;
    let decision = (effect.is_some() || !evaluated.is_empty())
        .then(|| case.shown_id(event).map(|event| RecordedDecision { effect, evaluated, event }))
        .transpose()?;
    Ok((agent, decision))
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "unanswerable",
    }
}

fn attribute(text: &str) -> Attribute {
    match (text.parse::<f64>(), text) {
        (Ok(value), _) => Attribute::Number { value, currency: None },
        (_, "true") => Attribute::Flag(true),
        (_, "false") => Attribute::Flag(false),
        _ => Attribute::Text(text.to_string()),
    }
}
