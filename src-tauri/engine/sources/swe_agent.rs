//! Trajectories of SWE-agent: commands that an agent ran in a container.
//!
//! - **Ask for**: the `.traj` files of the runs.
//! - **Reads**: objects with `trajectory` (steps with `action`, `observation`, `thought`), `history`, `info`, `environment`. A
//!   record is the run's `info` (its start), one step, or one turn of `history` (what the model was shown: prompts,
//!   demonstrations; a message and never a call). A file with a history and no step is read, with the loss `no_steps`.
//! - **Recognised by**: those steps; or a history of turns with `agent`, `message_type` or `is_demo`.
//! - **Filled by**: all of it by the agent's own process: `caller`.
//! - **Answers**: which commands were run and in which order. The action is the command's first word, or the tool of a step that
//!   records its tool call; the command, open file and working directory are attributes.
//! - **Never tells**: for whom it ran: no field names a user, and each step is a gap. Nor when; nor whether a command succeeded:
//!   the observation is free text, so the outcome is unknown. Runs are named by a hash of their bytes.
//! - **Documented in**: swe-agent.com, "Trajectories"; seen in real files of versions 0.x and 1.x.

use sonic_rs::JsonValueTrait;

use super::json::{self, Json};
use super::transcript::{self, Around, Kind, Split};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Attribute, Event};

pub const SOURCE: &dyn Source = &SweAgent;

struct SweAgent;

const NAME: &str = "swe_agent";

impl Source for SweAgent {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(95, "a trajectory of steps with action and observation", has_steps)
            .or_else(|| sample.recognise(88, "a history of turns as SWE-agent keeps it", has_history))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let (kind, mut event) = transcript::event(NAME, record, hints)?;
        if let (Kind::Call, Some(around)) = (kind, record.envelope) {
            step(record.json()?, around, &mut event);
        }
        Ok(event.into())
    }
}

fn has_steps(run: &Json) -> bool {
    let step = json::at(run, "/trajectory/0");
    step.is_some_and(|s| json::at(s, "/action").is_some() && ["/observation", "/thought", "/response"].iter().any(|p| json::at(s, p).is_some()))
        || step.is_none() && json::at(run, "/trajectory").is_some_and(JsonValueTrait::is_array) && has_history(run)
}

fn has_history(run: &Json) -> bool {
    let own = |turn: &Json| {
        json::at(turn, "/role").is_some()
            && ["/agent", "/message_type", "/is_demo"].iter().any(|p| json::at(turn, p).is_some())
    };
    json::at(run, "/history/0").is_some_and(own)
}

fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut split = Split::new(chunk);
    let run = split.whole()?;
    let list = |key: &str| run.get(key).and_then(|at| split.list(at)).unwrap_or_default();
    let (steps, history) = (list("trajectory"), list("history"));
    run.first(&["trajectory", "history"])?;
    let service = split.word(&run, &["environment"]);
    let base = Around { run: format!("swe-agent.{}", split.digest()), service, ..Around::default() };
    let mut about = run.get("info").and_then(|at| split.object(at)).map(|info| split.scalars(&info, &[])).unwrap_or_default();
    about.insert("steps".into(), steps.len().into());
    let start = Around { piece: Kind::Run, about, ..base.clone() };
    if let Some(at) = run.first(&["info", "environment"]) {
        split.add(at, start.clone());
    }
    for (position, at) in steps.into_iter().enumerate() {
        // A turn in which the model gave no command did nothing.
        let acts = split.json(at.clone()).is_some_and(|s| command(&s).is_some() || json::at(&s, "/tool_calls/0").is_some());
        let piece = if acts { Kind::Call } else { Kind::Message };
        split.add(at, Around { piece, position: Some(position), role: Some("step".into()), ..base.clone() });
    }
    for (position, at) in history.into_iter().enumerate() {
        let role = split.json(at.clone()).and_then(|turn| json::text(&turn, "/role"));
        let mut around = Around { position: Some(position), role, ..base.clone() };
        around.about.insert("list".into(), "history".into());
        split.add(at, around);
    }
    Some(split.finish(start))
}

fn command(step: &Json) -> Option<String> {
    json::text(step, "/action")
}

fn step(step: &Json, around: &Json, event: &mut Event) {
    if let Some(call) = json::at(step, "/tool_calls/0") {
        transcript::read_call(call, around, event);
        event.tool_call = json::text(call, "/id");
    }
    let command = command(step);
    if event.action.is_none() {
        event.action = command.as_deref().and_then(|c| c.split_whitespace().next()).map(String::from);
    }
    let state = json::at(step, "/state").and_then(|s| json::nested(s).ok().flatten());
    let of_state = |pointer| state.as_ref().and_then(|s| json::text(s, pointer)).filter(|text| text != "n/a");
    let told = [("command", command), ("open_file", of_state("/open_file")), ("working_dir", of_state("/working_dir"))];
    for (name, value) in told {
        if let Some(text) = value.filter(|text| text.len() <= 500) {
            event.attributes.push((name.into(), Attribute::Text(text)));
        }
    }
}

#[cfg(test)]
mod tests;
