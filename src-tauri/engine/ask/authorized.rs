//! Was X allowed to do A on R at T, and on whose rights was it decided?

use serde::Serialize;

use crate::case::{Case, CaseError};
use crate::model::{Attribute, Time};
use crate::rules::{Answer, Question, Rights, answer};

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

/// How far from the time asked about a record still is the call that is meant: the clock bound.
const NEAR: i64 = 60 * crate::model::time::SECOND;

/// The person's right alone; beside it the agent's and the recorded decision, where the case holds such a call then.
pub fn authorized(case: &Case, asked: &Asked) -> Result<Authorized, CaseError> {
    let rights = Rights::of_case(case)?;
    let Some(party) = rights.party(&asked.user) else {
        let because = vec![format!("nobody in this case is known as {}, or more than one is", asked.user)];
        return Ok(Authorized {
            answer: Answer::Unknown.shown().into(),
            user: asked.user.clone(),
            agent: None,
            decision: None,
            because,
        });
    };
    let parties = case.party_rows()?;
    let shown = |id: i64| parties.iter().find(|p| p.id == id).map_or_else(String::new, |p| p.shown.clone());
    let near = case.call_near(asked.at, NEAR, (party, &asked.action, &asked.resource))?;
    let mut attributes: Vec<(String, Attribute)> = asked.with.iter().map(|(n, v)| (n.clone(), attribute(v))).collect();
    let mut notes = Vec::new();
    if let Some(call) = &near {
        let of_call: Vec<_> = case
            .attributes_of(call.event)?
            .into_iter()
            .filter(|(name, _)| !asked.with.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)))
            .collect();
        if !of_call.is_empty() {
            notes.push(format!("conditions held against the attributes of {}", call.shown_id));
            attributes.extend(of_call);
        }
    }
    let question = Question {
        service: None,
        action: &asked.action,
        resource: Some(&asked.resource),
        at: Some(asked.at),
        attributes: &attributes,
    };
    let said = answer(&rights, party, &question);
    let agent = near
        .as_ref()
        .and_then(|c| c.agent)
        .map(|agent| AgentRight { id: shown(agent), answer: answer(&rights, agent, &question).answer.shown().into() });
    let decision = match &near {
        Some(call) => {
            let evaluated = case.evaluated_shown(call.event)?;
            let effect = call.decision.map(|d| if d == 0 { "allow" } else { "deny" }.to_string());
            (effect.is_some() || !evaluated.is_empty()).then(|| RecordedDecision {
                effect,
                evaluated,
                event: call.shown_id.clone(),
            })
        }
        None => None,
    };
    let because = said.because.into_iter().chain(notes).collect();
    Ok(Authorized { answer: said.answer.shown().into(), user: shown(party), agent, decision, because })
}

/// `--with name=value`: a number (with a currency after it, where it has one), else a word.
fn attribute(value: &str) -> Attribute {
    let (number, currency) = match value.trim().split_once(' ') {
        Some((number, currency)) => (number, Some(currency.trim().to_string())),
        None => (value.trim(), None),
    };
    match number.parse::<f64>() {
        Ok(value) => Attribute::Number { value, currency },
        Err(_) => Attribute::Text(value.trim().to_string()),
    }
}
