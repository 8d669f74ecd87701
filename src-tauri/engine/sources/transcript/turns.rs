//! Turns of a conversation as model APIs write them: messages with a role, tool calls in them, and a tool's answer after.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use sonic_rs::JsonValueTrait;

use super::super::json::{self, Json};
use super::{Answer, Around, Kind, Split, short};

/// How one harness runs an agent.
pub struct Manner {
    /// Of several calls in one turn only the first is carried out.
    pub first_only: bool,
    /// Whether the turn of a tool tells that the call did not go through.
    pub failed: fn(&Json) -> bool,
}

struct Turn {
    at: Range<usize>,
    value: Json,
    role: String,
    calls: Vec<Range<usize>>,
    content: Option<Range<usize>>,
    time: Option<String>,
}

impl Turn {
    fn is_answer(&self) -> bool {
        matches!(self.role.as_str(), "tool" | "function")
    }

    /// The call that a tool's turn answers. `id` is the message's own in some formats; in tau2 it is the call's.
    fn answers(&self) -> Option<String> {
        json::first_text(&self.value, &["/tool_call_id", "/tool_call_ids/0", "/tool_call/id", "/call_id", "/id"])
            .filter(|id| short(id))
    }
}

/// Adds the records of a list of turns.
pub fn turns(split: &mut Split<'_>, list: Range<usize>, base: &Around, manner: &Manner) -> Option<()> {
    let elements = split.list(list)?;
    let turns: Vec<Option<Turn>> = elements.into_iter().map(|at| turn(split, at)).collect();
    let mut answered = vec![false; turns.len()];
    for (position, turn) in turns.iter().enumerate() {
        let Some(turn) = turn else { continue };
        let about =
            Around { position: Some(position), role: Some(turn.role.clone()), time: turn.time.clone(), ..base.clone() };
        let mut answers = if turn.calls.is_empty() { Answers::default() } else { Answers::after(&turns, position) };
        for (part, at) in turn.calls.iter().enumerate() {
            let Some(call) = split.json(at.clone()) else { continue };
            let id = json::first_text(&call, &["/id", "/tool_call_id", "/call_id"]);
            let id = id.filter(|id| short(id));
            let found = answers.take(id.as_deref(), &answered).and_then(|n| Some((n, turns.get(n)?.as_ref()?)));
            if let Some(slot) = found.and_then(|(n, _)| answered.get_mut(n)) {
                *slot = true;
            }
            let done = found.is_some() || part == 0 || !manner.first_only;
            let outcome = found.map(|(_, turn)| if (manner.failed)(&turn.value) { "error" } else { "success" });
            split.add(
                at.clone(),
                Around {
                    piece: if done { Kind::Call } else { Kind::NotDone },
                    part: Some(part),
                    tool_call: id,
                    outcome,
                    result: found.map(|(place, turn)| told(place, turn)),
                    ..about.clone()
                },
            );
        }
        if turn.calls.is_empty() && !turn.is_answer() {
            split.add(turn.at.clone(), about);
        } else if let Some(content) = turn.content.clone().filter(|_| !turn.calls.is_empty()) {
            // The calls are records of their own: the words beside them are another.
            split.add(content, about);
        }
    }
    for (position, turn) in turns.iter().enumerate() {
        let Some(turn) = turn.as_ref().filter(|t| t.is_answer() && t.calls.is_empty()) else { continue };
        let piece = if answered.get(position) == Some(&true) { Kind::Message } else { Kind::Unrecorded };
        split.add(
            turn.at.clone(),
            Around {
                piece,
                position: Some(position),
                role: Some(turn.role.clone()),
                time: turn.time.clone(),
                tool_call: turn.answers(),
                outcome: Some(if (manner.failed)(&turn.value) { "error" } else { "success" }),
                result: (piece == Kind::Unrecorded).then(|| told(position, turn)),
                ..base.clone()
            },
        );
    }
    Some(())
}

fn turn(split: &Split<'_>, at: Range<usize>) -> Option<Turn> {
    let members = split.object(at.clone())?;
    let value = split.json(at.clone())?;
    let role = json::first_text(&value, &["/role", "/type"]).filter(|role| short(role))?;
    let mut calls = members.get("tool_calls").and_then(|list| split.list(list)).unwrap_or_default();
    // The form before tool calls had ids: one call, as an object.
    calls.extend(members.get("function_call").filter(|at| split.text(at.clone()).starts_with(b"{")));
    let spoken = text_of(json::at(&value, "/content")).is_some_and(|text| !text.trim().is_empty());
    let content = members.get("content").filter(|_| spoken);
    let time = json::first_text(&value, &["/timestamp", "/time", "/created_at"]).filter(|t| short(t));
    Some(Turn { at, role, calls, content, time, value })
}

/// The turns of tools that follow a turn with calls, until the agent speaks again: harnesses use an id twice in a run.
#[derive(Default)]
struct Answers {
    by_call: BTreeMap<String, VecDeque<usize>>,
    without: VecDeque<usize>,
    all: VecDeque<usize>,
}

impl Answers {
    fn after(turns: &[Option<Turn>], asked: usize) -> Answers {
        let mut found = Answers::default();
        for (position, turn) in turns.iter().enumerate().skip(asked + 1) {
            let Some(turn) = turn.as_ref().filter(|t| t.is_answer()) else { break };
            match turn.answers() {
                Some(id) => found.by_call.entry(id).or_default().push_back(position),
                None => found.without.push_back(position),
            }
            found.all.push_back(position);
        }
        found
    }

    /// By the call's id, else the next that names no call; a call without an id has the next of all.
    fn take(&mut self, call: Option<&str>, answered: &[bool]) -> Option<usize> {
        let open = |n: &usize| answered.get(*n) == Some(&false);
        let queue = match call {
            Some(id) => match self.by_call.get_mut(id) {
                Some(queue) => queue,
                None => &mut self.without,
            },
            None => &mut self.all,
        };
        while let Some(next) = queue.pop_front() {
            if open(&next) {
                return Some(next);
            }
        }
        None
    }
}

fn told(position: usize, turn: &Turn) -> Answer {
    let content = text_of(json::at(&turn.value, "/content")).unwrap_or_default();
    Answer { position, begins: content.trim().chars().take(120).collect(), ids: super::arguments::ids_in(&content) }
}

/// The words of a message: text, or a list of blocks with text.
pub fn text_of(content: Option<&Json>) -> Option<String> {
    let content = content?;
    if content.is_array() {
        let blocks: Vec<String> = json::items(Some(content))
            .filter_map(|b| json::first_text(b, &["/text", "/content"]).or_else(|| json::scalar(b)))
            .collect();
        return Some(blocks.join("\n"));
    }
    json::scalar(content)
}
