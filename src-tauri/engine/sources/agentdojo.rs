//! AgentDojo results: an agent's run on a task, with or without an attack on it.
//!
//! - **Ask for**: the `runs/` folder of the benchmark (one file a run), or replayed runs as lines.
//! - **Reads**: objects with `suite_name`, `user_task_id` and `messages`, single, one a line or in an array. A record is the
//!   run's `injections` (its start), one tool call, or one other turn.
//! - **Recognised by**: `suite_name`, `user_task_id` and a list `messages`.
//! - **Filled by**: all of it by the harness that ran the agent: `caller`. The agent is `pipeline_name`. No field names the
//!   user: the user's words, and names in system prompts and in injected texts, name nobody.
//! - **Answers**: which run called which tool with which arguments and in which order; whether the tool failed (`error`); which
//!   task, attack and injected texts the run had (attributes of the run, and its raw record). The tool outputs and prompts
//!   are messages, in which an instruction can be looked for.
//! - **Never tells**: on whose behalf the run was; when each turn was. What was injected is known from the file, not what the
//!   agent was caused to do by it. Runs without `run_id` are named by suite, tasks and a hash of their bytes.
//! - **Documented in**: agentdojo.spylab.ai and the package `agentdojo` (`logging.py`, `types.py`, `functions_runtime.py`). The
//!   `runs/` files were not seen as such: their fields are taken from public excerpts (calls without ids, contents as lists
//!   of blocks).

use sonic_rs::JsonValueTrait;

use super::json::{self, Json};
use super::nobody::somebody;
use super::transcript::{self, Around, Kind, Manner, Split};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};

pub const SOURCE: &dyn Source = &AgentDojo;

struct AgentDojo;

const NAME: &str = "agentdojo";

impl Source for AgentDojo {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "a suite, a user task and messages of AgentDojo", |run| {
            let has = |pointer| json::at(run, pointer).is_some();
            has("/suite_name") && has("/user_task_id") && json::at(run, "/messages").is_some_and(JsonValueTrait::is_array)
        })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        Ok(transcript::event(NAME, record, hints)?.1.into())
    }
}

fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut split = Split::new(chunk);
    let run = split.whole()?;
    let list = run.get("messages")?;
    let word = |key: &str| split.word(&run, &[key]);
    let suite = word("suite_name")?;
    let named = || {
        let tasks = [word("user_task_id"), word("injection_task_id")].into_iter().flatten();
        let parts: Vec<String> = std::iter::once(suite.clone()).chain(tasks).chain([split.digest()]).collect();
        parts.join(".")
    };
    let id = word("run_id").unwrap_or_else(named);
    let agent = word("pipeline_name").filter(|name| somebody(name).is_ok());
    let base = Around { run: id, service: Some(suite.clone()), ..Around::default() };
    let mut about = split.scalars(&run, &["run_id", "suite_name", "pipeline_name"]);
    about.insert("steps".into(), split.list(list.clone()).map_or(0, |l| l.len()).into());
    let start = Around { piece: Kind::Run, agent, about, ..base.clone() };
    if let Some(at) = run.first(&["injections", "run_id", "user_task_id"]) {
        split.add(at, start.clone());
    }
    transcript::turns(&mut split, list, &base, &Manner { first_only: false, failed })?;
    Some(split.finish(start))
}

/// A tool's turn carries the text of its error, or null.
fn failed(turn: &Json) -> bool {
    json::text(turn, "/error").is_some_and(|error| error != "false")
}

#[cfg(test)]
mod tests;
