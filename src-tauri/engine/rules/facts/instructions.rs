//! Calls whose instruction stands in an earlier output of a tool of their run, and not in the words of whoever asked (IN-01).
//!
//! Agents read untrusted text: bills, web pages, messages. A call is told of where all of this holds:
//!
//! 1. a value of its arguments that tells it from others (an address, an account, a link, a date, a phrase) stands in a sentence
//!    of a tool's output that came before it;
//! 2. that sentence bids what the call does: a verb of the tool's name, or one of its kin, stands where an order begins;
//! 3. the value stands in no word of the person or of the prompt before the call, and nowhere in a tool's output as plain data;
//! 4. the text around the sentence is *addressed* to an agent (a published list: "ignore previous instructions", "before you can
//!    solve the task", "without asking"), or, where it is *plain*, the tool changes something, the value is an address, account,
//!    link or phrase, and the person neither asked for such an action, nor named where the text came from, nor spoke since.
//!
//! Which text caused the call is not determined by this. Words are read from the raw records, run by run, and not kept.

mod judge;
mod passages;
mod values;
mod vocabulary;

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashSet;

use super::super::error::RuleError;
use crate::case::{Case, CaseError, Derived, InstructionFact, SpokenRow, SpokenRuns};
use crate::sources::messages::{self, SPOKEN, Said};
use judge::{Asked, Call, Found, Output, Run};

/// Text that is read of one run.
const TEXT: usize = 4 << 20;
/// Things said that are read of one run.
const THINGS: usize = 20_000;
/// Characters of a passage that are quoted.
const QUOTE: usize = 160;

/// Reads the runs that hold words, and writes what is found.
pub(super) fn write(
    case: &Case,
    derived: &Derived<'_>,
    mut tick: impl FnMut(u64) -> Result<(), CaseError>,
) -> Result<(), RuleError> {
    let mut reader = Reader::default();
    let mut found: Vec<Found> = Vec::new();
    let mut group = None;
    let mut done = 0;
    derived.each_spoken::<CaseError>(&SPOKEN, messages::may_speak, |row| {
        if group != Some(row.group) {
            group = Some(row.group);
            found.extend(reader.close());
        }
        reader.see(&row);
        done += 1;
        if done % 10_000 == 0 {
            tick(10_000)?;
        }
        Ok(())
    })?;
    found.extend(reader.close());
    let mut open = Vec::new();
    for one in &found {
        if !derived.is_counted(one.call)? {
            open.push(one.call);
        }
    }
    let audited = derived.audited(&open)?;
    for one in &found {
        let event = if derived.is_counted(one.call)? { Some(one.call) } else { audited.get(&one.call).copied() };
        if let Some(event) = event {
            derived.instruction_fact(&fact(case, event, one)?)?;
        }
    }
    derived.spoken_runs(reader.runs)?;
    Ok(())
}

fn fact(case: &Case, event: i64, found: &Found) -> Result<InstructionFact, RuleError> {
    let record = case.raw(found.passage)?.bytes;
    let at = place(&record, &found.sentence).or_else(|| found.values.iter().find_map(|value| place(&record, value)));
    Ok(InstructionFact {
        event,
        strength: if found.addressed { "addressed" } else { "plain" },
        passage: found.passage,
        at: at.map(|(start, length)| (start as u64, length as u64)),
        quote: quoted(&found.sentence),
        value: found.values.iter().take(3).map(|v| quoted(v)).collect::<Vec<_>>().join(", "),
        tool: found.tool.clone(),
        source_call: found.source_call.clone(),
        words: found.words,
        spoke: found.spoke,
    })
}

/// Where a text stands in a record: as it is, or as JSON writes it inside text, or inside text inside text.
fn place(record: &[u8], text: &str) -> Option<(usize, usize)> {
    let mut form = text.to_string();
    for _ in 0..3 {
        if let Some(at) = memchr::memmem::find(record, form.as_bytes()) {
            return Some((at, form.len()));
        }
        let escaped = serde_json::to_string(&form).ok()?;
        form = escaped.get(1..escaped.len() - 1)?.to_string();
    }
    None
}

fn quoted(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let whole = words.join(" ");
    match whole.char_indices().nth(QUOTE) {
        Some((cut, _)) => format!("{} ...", whole.get(..cut).unwrap_or_default().trim_end()),
        None => whole,
    }
}

/// Gathers one run after another.
#[derive(Default)]
struct Reader {
    run: Run,
    /// Histories are sent to a model again and again: what was said is read once.
    heard: FxHashSet<u64>,
    text: usize,
    things: u64,
    cut: bool,
    runs: SpokenRuns,
}

impl Reader {
    fn see(&mut self, row: &SpokenRow) {
        let spoken = messages::said(&row.source, &row.record, row.envelope.as_deref(), row.tool_span, row.root);
        for said in spoken.said {
            let at = |time: Option<crate::model::Time>| match spoken.place {
                Some((turn, part)) => (turn as i64, part as i64),
                None => (time.or(row.time).map_or(0, |t| t.0), 0),
            };
            self.things += 1;
            let order = |(first, second): (i64, i64), n: u64| (first, second, n);
            let size = match &said {
                Said::Asked { text, .. } | Said::Output { text, .. } => text.len(),
                Said::Call { values, .. } => values.iter().map(String::len).sum(),
            };
            if self.text + size > TEXT || self.things as usize > THINGS {
                self.cut = true;
                continue;
            }
            if !matches!(said, Said::Call { .. }) && !self.heard.insert(digest(&said)) {
                continue;
            }
            self.text += size;
            match said {
                Said::Asked { text, person } => {
                    self.run.asked.push(Asked {
                        at: order(at(None), self.things),
                        text: text.to_ascii_lowercase(),
                        person,
                    });
                }
                Said::Output { tool, call, text } => {
                    // What a tool gave back is there when it ends.
                    let at = order(at(if row.tool_span { row.end } else { None }), self.things);
                    self.run.outputs.push(Output::new(at, row.event, tool, call, text));
                }
                Said::Call { tool, call, values } => {
                    self.run.calls.push(Call {
                        at: order(at(None), self.things),
                        event: row.event,
                        tool,
                        id: call,
                        values,
                    });
                }
            }
        }
    }

    fn close(&mut self) -> Vec<Found> {
        let run = std::mem::take(&mut self.run);
        self.heard.clear();
        (self.text, self.things) = (0, 0);
        if !(run.asked.is_empty() && run.outputs.is_empty() && run.calls.is_empty()) {
            self.runs.runs += 1;
            self.runs.readable += u64::from(!run.asked.is_empty() && !run.outputs.is_empty());
            self.runs.cut += u64::from(self.cut);
        }
        self.cut = false;
        run.judged()
    }
}

fn digest(said: &Said) -> u64 {
    let mut hasher = DefaultHasher::new();
    match said {
        Said::Asked { text, person } => (0, *person, text).hash(&mut hasher),
        Said::Output { text, .. } => (1, false, text).hash(&mut hasher),
        Said::Call { .. } => {}
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
