//! Logs of several agents at one question (Who&When: Magentic-One and AG2 runs).
//!
//! - **Ask for**: the run logs, one file a question, with whatever labels were put to them.
//! - **Reads**: objects with `history` (turns with `role`, `content` and, in some, `name`) and `question`, `question_ID` or
//!   `mistake_agent`. A record is the question (the start of the run) or one turn.
//! - **Recognised by**: that history beside a question or a label.
//! - **Filled by**: all of it by the agents' own framework: `caller`. The agent of a turn is its `name`; without one its `role`,
//!   less what stands in brackets. `human` is a person without a name.
//! - **Answers**: which agent took which turn. `Orchestrator (-> WebSurfer)` is a dispatch: it starts a run of the other agent
//!   below the run of the question, to which that agent's next turns belong. Labels (`mistake_agent`, `mistake_step`) are
//!   attributes of the run, with the agent that acted there and whether it is the one labelled (`mistake_agent_found`).
//! - **Never tells**: who asked. Where no turn is a person's the asker is not even in the log. Tools that an agent used stand in
//!   its words and are no calls. There are no times; order is by position.
//! - **Documented in**: github.com/mingyin1/Agents_Failure_Attribution, seen in real files.

use std::collections::BTreeMap;

use sonic_rs::JsonValueTrait;

use super::json::{self, Json};
use super::transcript::{self, Around, Kind, Split};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::WhyEmpty;

pub const SOURCE: &dyn Source = &WhoAndWhen;

struct WhoAndWhen;

const NAME: &str = "who_and_when";

impl Source for WhoAndWhen {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(94, "a history of agents' turns and a question", |run| {
            let turns = json::at(run, "/history").is_some_and(JsonValueTrait::is_array)
                && json::at(run, "/history/0").is_none_or(|t| json::at(t, "/role").is_some());
            turns && ["/question", "/question_ID", "/mistake_agent"].iter().any(|p| json::at(run, p).is_some())
        })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let (kind, mut event) = transcript::event(NAME, record, hints)?;
        match kind {
            Kind::Dispatch => {
                event.action = Some("dispatch".into());
                event.resource = event.claims.first().map(|c| c.principal.id.clone());
                event.resource_type = Some("agent".into());
            }
            Kind::Run if record.envelope.and_then(|e| json::flag(e, "/about/person_asks")) == Some(false) => {
                event.human_empty = WhyEmpty::NotExported;
            }
            _ => {}
        }
        Ok(event.into())
    }
}

/// Who takes a turn.
struct Actor {
    /// As written: `Orchestrator (-> WebSurfer)`.
    written: String,
    agent: Option<String>,
    sets_to_work: Option<String>,
}

impl Actor {
    fn of(turn: &Json) -> Option<Actor> {
        let written = json::first_text(turn, &["/name", "/role"]).filter(|word| transcript::short(word))?;
        let (name, note) = match written.split_once(" (") {
            Some((name, note)) => (name.trim(), note.trim_end_matches(')').trim()),
            None => (written.as_str(), ""),
        };
        let named = json::text(turn, "/name").is_some();
        let person = name.eq_ignore_ascii_case("human") || !named && name.eq_ignore_ascii_case("user");
        let agent = (!person && !name.is_empty()).then(|| name.to_string());
        let sets_to_work = note.strip_prefix("->").map(|to| to.trim().to_string()).filter(|to| !to.is_empty());
        Some(Actor { agent, sets_to_work, written })
    }
}

fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut split = Split::new(chunk);
    let run = split.whole()?;
    run.first(&["question", "question_ID", "mistake_agent"])?;
    let turns = split.list(run.get("history")?)?;
    let actors: Vec<Option<Actor>> = turns.iter().map(|at| Actor::of(&split.json(at.clone())?)).collect();
    let question = split.word(&run, &["question_ID"]).unwrap_or_else(|| "question".into());
    // One question is put to several systems: each is a run of its own.
    let id = format!("{question}.{}", split.digest());
    let base = Around { run: id.clone(), conversation: Some(id.clone()), ..Around::default() };
    let mut about = split.scalars(&run, &["question", "ground_truth"]);
    about.insert("steps".into(), turns.len().into());
    about.insert("person_asks".into(), actors.iter().flatten().any(|a| a.agent.is_none()).into());
    let step = split.word(&run, &["mistake_step"]).and_then(|step| step.parse::<usize>().ok());
    if let Some(actor) = step.and_then(|step| actors.get(step)?.as_ref()) {
        let labelled = split.word(&run, &["mistake_agent"]);
        about.insert("actor_at_mistake_step".into(), actor.written.clone().into());
        about.insert("mistake_agent_found".into(), (labelled.is_some() && labelled == actor.agent).into());
    }
    let start = Around { piece: Kind::Run, about, ..base.clone() };
    if let Some(at) = run.first(&["question", "question_ID", "mistake_agent"]) {
        split.add(at, start.clone());
    }
    // The run of each agent that was set to work, the latest.
    let mut at_work: BTreeMap<String, String> = BTreeMap::new();
    for (position, (at, actor)) in turns.into_iter().zip(actors).enumerate() {
        let mut around = Around { position: Some(position), ..base.clone() };
        if let Some(actor) = actor {
            around.role = Some(actor.written.clone());
            around.about.insert("actor".into(), actor.written.into());
            if let Some(own) = actor.agent.as_ref().and_then(|agent| at_work.get(agent)) {
                around.run.clone_from(own);
            }
            around.agent = actor.agent;
            if let Some(other) = actor.sets_to_work {
                let below = format!("{id}:{position:05}");
                around.parent = Some(std::mem::replace(&mut around.run, below.clone()));
                around.piece = Kind::Dispatch;
                around.agent = Some(other.clone());
                at_work.insert(other, below);
            }
        }
        split.add(at, around);
    }
    Some(split.finish(start))
}

#[cfg(test)]
mod tests;
