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
    /// The same question answered on each basis by itself: the rights of the person, the rights of the agent, a recorded decision.
    pub bases: Vec<BasisAnswer>,
    /// `both`, `person_only`, `agent_only` (the agent reaches more than the person has), `neither`, `unanswerable`; none where
    /// no agent is asked about or on record.
    pub together: Option<String>,
    /// What would answer what is unanswerable here: which export, for whom, as of when.
    pub missing: Vec<String>,
    /// What no export of this kind holds, and could make the answer another.
    pub not_in_evidence: Vec<String>,
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

mod bases;
mod decision;
mod missing;

pub use bases::{BasisAnswer, BasisRecord};

use crate::case::{Case, CaseError, Select};
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

/// What may be asked beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The agent that would act, where no call on record says.
    pub agent: Option<&'a str>,
    /// The system that the question is of; rights of other systems do not count then.
    pub service: Option<&'a str>,
}

/// A recorded call this near to the moment asked about is the call that is meant.
const NEAR: i64 = 5 * MINUTE;

/// The answer is the person's right alone; the agent's right and the decision stand beside it where a call of that
/// action on that resource by that person is on record at that time.
pub fn authorized(case: &Case, asked: &Asked) -> Result<Authorized, CaseError> {
    authorized_beside(case, asked, Beside::default())
}

/// The same, of an agent or a system that the question names.
pub fn authorized_beside(case: &Case, asked: &Asked, beside: Beside<'_>) -> Result<Authorized, CaseError> {
    let parties = case.party_rows()?;
    let rights = Rights::of_case(case)?;
    let mut attributes = attributes(&asked.with);
    let party = party(case, &asked.user)?.or_else(|| rights.party(&asked.user));
    let call = match party {
        Some(party) => case.nearest_call(Some(party), &asked.action, &asked.resource, asked.at, NEAR)?,
        None => None,
    };
    let mut further = Vec::new();
    if let Some(event) = call {
        let recorded: Vec<_> = case
            .attributes_of(event)?
            .into_iter()
            .filter(|(n, _)| !attributes.iter().any(|(have, _)| have == n))
            .collect();
        if !recorded.is_empty() {
            further.push(format!(
                "attributes not given were taken from the call {} on record at that time",
                case.shown_id(event)?
            ));
            attributes.extend(recorded);
        }
    }
    let question = Question {
        service: beside.service,
        action: &asked.action,
        resource: Some(&asked.resource),
        at: Some(asked.at),
        attributes: &attributes,
    };
    let whom = match party {
        Some(party) => Some(Whom::Party(party)),
        None => rights.speaks_of(&asked.user).then_some(Whom::Name(&asked.user)),
    };
    let shown = party.and_then(|id| parties.iter().find(|p| p.id == id)).map_or(asked.user.as_str(), |p| &p.shown);
    let teller = bases::Teller { case, rights: &rights, question: &question, asked };
    let (person, mut because) = match whom {
        Some(whom) => {
            let said = answer_for(&rights, whom, &question);
            let reasons = reasons(case, &rights, whom, &question, &said)?;
            (said, reasons)
        }
        None => {
            let unknown = format!("nobody in this case is known as {}", asked.user);
            (Entitled::missing(Some(unknown.clone())), vec![unknown])
        }
    };
    because.extend(further);
    let mut told = vec![teller.right("person", shown, &person)?];
    let mut not_in_evidence = teller.not_in_evidence(&person)?;
    let agent = match beside.agent {
        Some(name) => Some(name.to_string()),
        None => call.map(|event| agent_of(case, event)).transpose()?.flatten(),
    };
    let mut agents = None;
    if let Some(name) = &agent {
        let of = self::party(case, name)?.or_else(|| rights.party(name));
        let said = match of {
            Some(party) => answer(&rights, party, &question),
            None if rights.speaks_of(name) => answer_for(&rights, Whom::Name(name), &question),
            None => Entitled::missing(Some(format!("nobody in this case is known as {name}"))),
        };
        told.push(teller.right("agent", name, &said)?);
        not_in_evidence.extend(teller.not_in_evidence(&said)?);
        agents = Some(said.answer);
    }
    let found = decision::find(case, call, party, asked)?;
    told.push(teller.decision(found.as_ref(), shown)?);
    let mut answer = person.answer;
    if let (Answer::Unknown, Some(found)) = (answer, &found)
        && let Some(said) = found.on_person_alone(shown)
    {
        answer = said;
        because.insert(0, found.words(shown));
    }
    not_in_evidence.sort();
    not_in_evidence.dedup();
    let mut missing: Vec<String> = told.iter().flat_map(|b| b.missing.clone()).collect();
    missing.dedup();
    Ok(Authorized {
        answer: answer.shown().into(),
        user: shown.to_string(),
        agent: agent.zip(agents).map(|(id, said)| AgentRight { id, answer: said.shown().into() }),
        decision: found.map(|f| f.decision),
        because,
        together: agents.map(|agents| together(answer, agents).into()),
        bases: told,
        missing,
        not_in_evidence,
    })
}

fn together(person: Answer, agent: Answer) -> &'static str {
    match (person, agent) {
        (Answer::Yes, Answer::Yes) => "both",
        (Answer::Yes, Answer::No) => "person_only",
        (Answer::No, Answer::Yes) => "agent_only",
        (Answer::No, Answer::No) => "neither",
        _ => "unanswerable",
    }
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

/// The agent that a call on record is attributed to.
fn agent_of(case: &Case, event: i64) -> Result<Option<String>, CaseError> {
    let mut agent = None;
    case.each_attribution(&Select::Event(event), Some(1), |view| {
        agent = view.agent;
        Ok(())
    })?;
    Ok(agent)
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
