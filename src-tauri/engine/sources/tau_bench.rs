//! Runs of tau-bench and tau2-bench: an agent that serves a customer with tools.
//!
//! - **Ask for**: the result files of the benchmark, or of an agent harness that writes in their form: one run with all of
//!   its turns for each task and trial.
//! - **Reads**: tau-bench runs (`traj`, `info`, `task_id`, `reward`) as a JSON array, one a line, or single; tau2-bench
//!   result files (`simulations`, each with `messages`). A record is the run's `info` (its start), one tool call, or one
//!   other turn. A turn that is not the first call of its message was not carried out by tau-bench: it is kept as a message
//!   with `not_executed`, and is no call.
//! - **Recognised by**: a list of turns `traj` beside `task_id`, `reward` or `info`; or `messages` beside `task_id` and
//!   `termination_reason` or `reward_info`.
//! - **Filled by**: all of it by the harness that ran the agent: `caller`. The customer of a run is `info.task.user_id`, the
//!   user on the root of a trace. What customer and agent say in their turns names nobody.
//! - **Answers**: which run called which tool with which arguments and in which order, for which customer's session, and
//!   whether the tool refused it. A result that begins with `Error` or `Unknown action` had no effect. The resource is the
//!   argument that is an id; ids that a result tells, of a booking just made, are attributes `result.NAME`.
//! - **Never tells**: whether the customer was who they said, nor when (tau-bench has no times; order is by position, and the
//!   ids sort by it). tau2-bench names no customer: nobody is named for its runs. Runs without an id of their own are named
//!   by task, trial and a hash of their bytes, so that a copy written anew is another run.
//! - **Documented in**: github.com/sierra-research/tau-bench (`tau_bench/envs/base.py`, `tau_bench/types.py`), seen in real
//!   runs; tau2-bench (`data_model/simulation.py`, `data_model/message.py`) was not seen in real records.

use sonic_rs::JsonValueTrait;

use super::json::{self, Json};
use super::nobody::somebody;
use super::transcript::{self, Around, Kind, Manner, Split};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{EvidenceKind, Principal, Role};

pub const SOURCE: &dyn Source = &TauBench;

struct TauBench;

const NAME: &str = "tau_bench";

impl Source for TauBench {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(95, "a list of turns `traj` with a task, a reward or the task's details", is_first)
            .or_else(|| sample.recognise(93, "messages of a simulated task, with how it ended", is_second))
            .or_else(|| {
                sample.recognise(93, "simulations of tasks, with how each ended", |v| {
                    json::at(v, "/simulations/0").is_some_and(is_second)
                })
            })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let (kind, mut event) = transcript::event(NAME, record, hints)?;
        if kind == Kind::Run
            && let Some(word) = record.json().ok().and_then(|info| json::text(info, "/task/user_id"))
        {
            match somebody(&word).map(Principal::from_word) {
                Ok(Some(user)) => {
                    transcript::claim(&mut event, Role::Human, user, EvidenceKind::K8, "/info/task/user_id");
                }
                Ok(None) => {}
                Err(why) => event.human_empty = why,
            }
        }
        Ok(event.into())
    }
}

fn is_first(run: &Json) -> bool {
    has_turns(run, "/traj") && ["/task_id", "/reward", "/info/task"].iter().any(|p| json::at(run, p).is_some())
}

fn is_second(run: &Json) -> bool {
    has_turns(run, "/messages")
        && json::at(run, "/task_id").is_some()
        && ["/termination_reason", "/reward_info"].iter().any(|p| json::at(run, p).is_some())
}

/// A list of turns; an empty one is a run that ended before it began.
fn has_turns(run: &Json, pointer: &str) -> bool {
    let list = json::at(run, pointer);
    list.is_some_and(JsonValueTrait::is_array) && json::items(list).next().is_none_or(|t| json::at(t, "/role").is_some())
}

/// One run, or a result file as one chunk: its runs each by itself.
fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let split = Split::new(chunk);
    let top = split.whole()?;
    let Some(list) = top.get("simulations").filter(|_| top.first(&["traj", "messages"]).is_none()) else {
        return run(chunk);
    };
    let mut pieces = Vec::new();
    for at in split.list(list)? {
        let inside = chunk.get(at.clone())?;
        for piece in run(inside).unwrap_or_else(|| vec![Piece::whole(inside)]) {
            pieces.push(Piece { range: at.start + piece.range.start..at.start + piece.range.end, ..piece });
        }
    }
    (!pieces.is_empty()).then_some(pieces)
}

fn run(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut split = Split::new(chunk);
    let run = split.whole()?;
    run.first(&["task_id", "reward", "info"])?;
    let first = run.get("traj");
    let list = first.clone().or_else(|| run.get("messages"))?;
    let word = |keys: &[&str]| split.word(&run, keys);
    let own = if first.is_some() { word(&["run_id"]) } else { word(&["run_id", "id"]) };
    let task = || word(&["task_id"]).unwrap_or_else(|| "?".into());
    let trial = || word(&["trial"]).map(|t| format!(".trial-{t}")).unwrap_or_default();
    let id = own.unwrap_or_else(|| format!("task-{}{}.{}", task(), trial(), split.digest()));
    let base = Around { run: id, ..Around::default() };
    let mut about = split.scalars(&run, &["run_id", "id"]);
    about.insert("steps".into(), split.list(list.clone()).map_or(0, |l| l.len()).into());
    let start = Around { piece: Kind::Run, about, ..base.clone() };
    if let Some(at) = run.first(&["info", "run_id", "id", "task_id", "reward"]) {
        split.add(at, start.clone());
    }
    transcript::turns(&mut split, list, &base, &Manner { first_only: first.is_some(), failed })?;
    Some(split.finish(start))
}

/// tau-bench answers an exception with `Error: ...` and a tool that it does not have with `Unknown action ...`; tau2-bench
/// has a field.
fn failed(turn: &Json) -> bool {
    let said = transcript::text_of(json::at(turn, "/content")).unwrap_or_default();
    json::flag(turn, "/error") == Some(true) || said.starts_with("Error") || said.starts_with("Unknown action")
}

#[cfg(test)]
mod tests;
