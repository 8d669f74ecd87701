//! Turns of a conversation as model APIs write them: messages with a role, tool calls in them, and a tool's answer after.

use std::ops::Range;

use sonic_rs::JsonValueTrait;

use super::super::json::{self, Json};
use super::{Answer, Around, Kind, Split};

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
        for (part, at) in turn.calls.iter().enumerate() {
            let Some(call) = split.json(at.clone()) else { continue };
            let id = json::first_text(&call, &["/id", "/tool_call_id", "/call_id"]);
            let found = answer(&turns, &mut answered, position, id.as_deref());
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
    let role = json::first_text(&value, &["/role", "/type"])?;
    let mut calls = members.get("tool_calls").and_then(|list| split.list(list)).unwrap_or_default();
    // The form before tool calls had ids: one call, as an object.
    calls.extend(members.get("function_call").filter(|at| split.text(at.clone()).starts_with(b"{")));
    let spoken = text_of(json::at(&value, "/content")).is_some_and(|text| !text.trim().is_empty());
    let content = members.get("content").filter(|_| spoken);
    let time = json::first_text(&value, &["/timestamp", "/time", "/created_at"]);
    Some(Turn { at, role, calls, content, time, value })
}

/// The tool's turn that answers a call: by the call's id, else the next without one. Harnesses use an id twice in a run,
/// so only the turns before the agent speaks again count.
fn answer<'t>(
    turns: &'t [Option<Turn>],
    answered: &mut [bool],
    asked: usize,
    id: Option<&str>,
) -> Option<(usize, &'t Turn)> {
    let after = || turns.iter().enumerate().skip(asked + 1).map_while(|(n, t)| Some((n, t.as_ref()?)));
    let near = || after().take_while(|(_, t)| t.is_answer());
    let open: Vec<(usize, &Turn)> = near().filter(|(n, _)| answered.get(*n) == Some(&false)).collect();
    let found = match id {
        Some(id) => open.iter().find(|(_, t)| t.answers().as_deref() == Some(id)),
        None => None,
    };
    let found = found.or_else(|| open.iter().find(|(_, t)| id.is_none() || t.answers().is_none())).copied()?;
    if let Some(slot) = answered.get_mut(found.0) {
        *slot = true;
    }
    Some(found)
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
