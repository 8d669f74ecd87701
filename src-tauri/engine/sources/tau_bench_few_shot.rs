//! Conversations of tau-bench as its few-shot files show them: text, without the calls.
//!
//! - **Ask for**: the runs themselves (`tau_bench`) where they can be had: this form has lost every call.
//! - **Reads**: objects with `messages_display`, one a line, single or in an array: lines `user: `, `assistant: ` and `tool: `.
//!   Each turn is a record, with the bytes that it has inside the text.
//! - **Recognised by**: a text `messages_display` that begins with a turn.
//! - **Filled by**: all of it by the harness that ran the agent: `caller`.
//! - **Answers**: that a tool was called, what it gave back, and whether it refused (`Error`). Each result is a call whose name
//!   and arguments are not recorded (loss `call_not_recorded`): a gap, never dropped. Ids in a result are its resource and
//!   attributes.
//! - **Never tells**: which tool was called with what, when, and for whom. A user whom the tool found by an address or a name
//!   said in the talk is a hint (K12) on the calls after it, and no name.
//! - **Documented in**: github.com/sierra-research/tau-bench (`few_shot_data/`, `tau_bench/agents/few_shot_agent.py`), seen in
//!   real files.

use std::ops::Range;

use super::json;
use super::transcript::{self, Answer, Around, Kind, Split};
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};

pub const SOURCE: &dyn Source = &FewShot;

struct FewShot;

const NAME: &str = "tau_bench_few_shot";

const ROLES: [&str; 4] = ["user", "assistant", "tool", "system"];

impl Source for FewShot {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "a conversation as text in `messages_display`", |v| {
            json::text(v, "/messages_display").is_some_and(|text| role_of(text.as_bytes()).is_some())
        })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    /// A turn is text with the escapes of the JSON around it.
    fn reads_text(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        if record.envelope.is_none() && matches!(record.content, Content::Text(_)) {
            return Err(NotUnderstood::broken("not JSON"));
        }
        Ok(transcript::event(NAME, record, hints)?.1.into())
    }
}

fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut split = Split::new(chunk);
    let run = split.whole()?;
    let text = run.get("messages_display")?;
    let inside = text.start.checked_add(1)?..text.end.checked_sub(1)?;
    let turns = turns(split.text(inside.clone()));
    let id = match split.word(&run, &["conversation", "id", "task_id"]) {
        Some(own) => format!("conversation-{own}.{}", split.digest()),
        None => format!("conversation.{}", split.digest()),
    };
    let base = Around { run: id, ..Around::default() };
    let mut about = split.scalars(&run, &["messages_display"]);
    about.insert("steps".into(), turns.len().into());
    let start = Around { piece: Kind::Run, about, ..base.clone() };
    let mut user = None;
    for (position, (role, at)) in turns.into_iter().enumerate() {
        let at = inside.start + at.start..inside.start + at.end;
        let around = Around { position: Some(position), role: Some(role.into()), ..base.clone() };
        if role != "tool" {
            split.add(at, around);
            continue;
        }
        let said = unescaped(split.text(at.clone())).unwrap_or_default();
        let said = said.strip_prefix("tool: ").unwrap_or(&said).trim();
        let result = Answer { position, begins: said.chars().take(120).collect(), ids: transcript::ids_in(said) };
        let outcome = Some(if said.starts_with("Error") { "error" } else { "success" });
        let around =
            Around { piece: Kind::Unrecorded, outcome, result: Some(result), said_user: user.clone(), ..around };
        split.add(at, around);
        if is_user(said) {
            user = Some(said.to_string());
        }
    }
    Some(split.finish(start))
}

fn role_of(text: &[u8]) -> Option<&'static str> {
    ROLES.into_iter().find(|role| text.strip_prefix(role.as_bytes()).is_some_and(|rest| rest.starts_with(b": ")))
}

/// Turns in the text of a JSON string, as it is escaped: each begins a line with its role.
fn turns(text: &[u8]) -> Vec<(&'static str, Range<usize>)> {
    let mut starts: Vec<(&'static str, usize, usize)> = role_of(text).map(|role| (role, 0, 0)).into_iter().collect();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        if text.get(at + 1) == Some(&b'n')
            && let Some(role) = text.get(at + 2..).and_then(role_of)
        {
            starts.push((role, at + 2, at));
        }
        at += 2;
    }
    let ends = starts.iter().skip(1).map(|(_, _, end)| *end).chain([text.len()]);
    starts.iter().zip(ends).map(|((role, from, _), end)| (*role, *from..end)).collect()
}

fn unescaped(text: &[u8]) -> Option<String> {
    serde_json::from_slice(&[b"\"", text, b"\""].concat()).ok()
}

/// The answer of a look-up for a user: one word with letters and digits.
fn is_user(said: &str) -> bool {
    let of = |test: fn(char) -> bool| said.chars().any(test);
    (3..=100).contains(&said.len())
        && said.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'))
        && of(char::is_alphabetic)
        && of(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests;
