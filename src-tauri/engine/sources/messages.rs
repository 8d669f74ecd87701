//! The words in a record: what a person or a prompt asked, what a tool gave back, and which call was made with which values.
//!
//! A pure function of a record and its envelope, like understanding it, and for analysis alone: words are never kept in an
//! event. Read are transcripts (`transcript.rs`), and spans and observations as JSON: GenAI messages of OpenTelemetry
//! (`gen_ai.input.messages`, `gen_ai.prompt.N.*`, `gen_ai.*.message` events), OpenInference (`llm.input_messages.N.*`), Langfuse
//! and LangSmith (`input`, `output`). Rows of a CSV are not read. Tool calls in a model's messages are a wish and no calls.

mod chat;
mod span;

use sonic_rs::JsonValueTrait;

use super::json::{self, Json};
use super::transcript;

/// Sources whose records may hold words.
pub const SPOKEN: [&str; 9] = [
    "agentdojo",
    "tau_bench",
    "tau_bench_few_shot",
    "who_and_when",
    "swe_agent",
    "otel_traces",
    "openinference",
    "langfuse",
    "langsmith_runs",
];

/// One thing said in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Words of the person, or of the prompt that whoever runs the agent gave it.
    Asked { text: String, person: bool },
    /// What a tool gave back.
    Output { tool: Option<String>, call: Option<String>, text: String },
    /// A call that was made: the values of its arguments, as text.
    Call { tool: String, call: Option<String>, values: Vec<String> },
}

/// Where the things of a record stand in their run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Turn and part, where the record is a piece of a transcript: the order that such a run has instead of times.
    pub place: Option<(u64, u64)>,
    pub said: Vec<Said>,
}

/// Texts without which no record holds a message or a tool's output: for a first look at bytes.
const MARKS: [&str; 9] = [
    "role",
    "messages",
    "message.content",
    "tool.call.result",
    "toolCall.result",
    "output",
    ".prompt",
    "tool.message",
    "content",
];

/// Whether a record could hold words at all.
pub fn may_speak(record: &[u8]) -> bool {
    MARKS.iter().any(|mark| memchr::memmem::find(record, mark.as_bytes()).is_some())
}

/// What is said in a record. `tool_span` says that the record was understood as a tool call, `root` that nothing stands above it.
pub fn said(source: &str, record: &[u8], envelope: Option<&[u8]>, tool_span: bool, root: bool) -> Spoken {
    let Ok(value) = json::parse(record) else { return Spoken::default() };
    let around = envelope.and_then(|e| json::parse(e).ok());
    match source {
        "otel_traces" | "openinference" => Spoken { place: None, said: span::said(&value, tool_span, root) },
        "langfuse" => Spoken { place: None, said: observed(&value, ["/input", "/output"], tool_span, root) },
        "langsmith_runs" => Spoken { place: None, said: observed(&value, ["/inputs", "/outputs"], tool_span, root) },
        _ => around.map(|around| turn(&value, &around)).unwrap_or_default(),
    }
}

/// A record of a transcript: one turn, one call, or the words beside a call.
fn turn(value: &Json, around: &Json) -> Spoken {
    let number = |pointer| json::text(around, pointer).and_then(|n| n.parse::<u64>().ok());
    let place = number("/position").map(|at| (at, number("/part").unwrap_or(0)));
    let words = || transcript::text_of(Some(json::at(value, "/content").unwrap_or(value))).filter(|_| !value.is_null());
    let role = json::text(around, "/role").unwrap_or_default().to_ascii_lowercase();
    let call = json::text(around, "/tool_call");
    let said = match json::text(around, "/piece").as_deref() {
        Some("call") => chat::call(value, call),
        Some("message" | "unrecorded") => match chat::Speaker::of(&role) {
            Some(chat::Speaker::Tool) => {
                let tool = json::first_text(value, &["/name", "/tool_call/function"]);
                words().map(|text| Said::Output { tool, call, text })
            }
            Some(speaker) => words().and_then(|text| speaker.says(text)),
            None => None,
        },
        _ => None,
    };
    Spoken { place, said: said.into_iter().collect() }
}

/// An observation or run whose input and output stand in two members.
fn observed(value: &Json, [input, output]: [&str; 2], tool_span: bool, root: bool) -> Vec<Said> {
    let parsed =
        |pointer| json::at(value, pointer).map(|v| json::nested(v).ok().flatten().unwrap_or_else(|| v.clone()));
    let (asked, answered) = (parsed(input), parsed(output));
    if tool_span {
        return span::tool(json::text(value, "/name"), None, asked.as_ref(), answered.as_ref());
    }
    let mut said = asked.as_ref().map(chat::messages).unwrap_or_default();
    if root && said.is_empty() {
        said.extend(asked.as_ref().and_then(chat::asked));
    }
    said
}

#[cfg(test)]
mod tests;
