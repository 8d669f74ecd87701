//! Langfuse traces and observations.
//!
//! - **Ask for**: traces and observations of every project for the whole period: the blob storage export (enriched observations, or
//!   traces and observations together), the public API, or the tables' own export. Observations of the older form do not say who the
//!   user was: ask for the traces too.
//! - **Reads**: `{trace, observations}`, a trace with its observations inside, API answers (`{"data": [...]}`), arrays, JSON lines
//!   and CSV of traces and of observations, in both spellings (`traceId`, `trace_id`). Scores are kept and say nothing.
//! - **Recognised by**: an observation's `type` (`SPAN`, `GENERATION`, `TOOL`, ...) with trace and start; a trace's `timestamp` with
//!   `userId`, `sessionId`, `release` and their like.
//! - **Filled by**: user, session and metadata are written by the traced program and are the `caller`'s word. There is no principal
//!   on the wire.
//! - **Answers**: who the trace says it was for (`userId`), which observation led to which, tool calls (type `TOOL`, and spans that
//!   say so in their metadata), errors. An observation whose whole input is one request to a person and whose output the answer
//!   is an approval, without the name of who answered. The trace is the root: an observation without a parent hangs from it. Enriched observations
//!   carry the trace's user themselves, and their roots are roots.
//! - **Never tells**: whether the user was authenticated. A user on an observation that is no root names nobody. An observation whose
//!   parent is in no export is a broken run, and so is one whose trace was not exported.
//! - **Documented in**: langfuse.com, "Blob storage export field reference", "Public API", "Observation types". Seen in real records:
//!   `{trace, observations}`. From documentation alone: blob storage rows, API answers, table exports.


use sonic_rs::{JsonContainerTrait, JsonValueTrait, to_array_iter, to_object_iter};

use super::json::{self, Json};
use super::nobody::somebody;
use super::otel_traces::each;
use super::otel_traces::facts::{self, Facts};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Event, EventKind, FilledBy, Outcome, SpanId, TraceId};

pub const SOURCE: &dyn Source = &Langfuse;

struct Langfuse;

const NAME: &str = "langfuse";

const TYPES: [&str; 10] = [
    "SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL",
];
const TRACE: [&str; 2] = ["/traceId", "/trace_id"];
const START: [&str; 2] = ["/startTime", "/start_time"];
const END: [&str; 2] = ["/endTime", "/end_time"];
const PARENT: [&str; 2] = ["/parentObservationId", "/parent_observation_id"];
const USER: [&str; 2] = ["/userId", "/user_id"];
const SESSION: [&str; 2] = ["/sessionId", "/session_id"];

impl Source for Langfuse {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(97, "a trace and its observations", is_bundle)
            .or_else(|| sample.recognise(95, "a type, trace and start of a Langfuse observation", is_observation))
            .or_else(|| sample.recognise(93, "a timestamp, user, session and release of a Langfuse trace", is_trace))
            .or_else(|| sample.recognise(90, "what Langfuse exports", is_any))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        let mut found = Vec::new();
        match descend(chunk, chunk, &mut found, 0) {
            Some(()) if !found.is_empty() => {
                found.sort_by_key(|piece: &Piece<'_>| piece.range.start);
                found
            }
            _ => vec![Piece::whole(chunk)],
        }
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let value = record.json()?;
        match () {
            () if is_observation(value) => observation(value, hints).map(Understood::from),
            () if is_score(value) => Ok(Understood::Kept),
            () if json::first_text(value, &TRACE).is_some() => {
                Err(NotUnderstood::not_this("an observation without its type or start"))
            }
            () if json::text(value, "/id").is_some() && (is_trace(value) || json::at(value, "/observations").is_some()) => {
                trace(value, hints).map(Understood::from)
            }
            () if json::at(value, "/observations").is_some() => Ok(Understood::Kept),
            () => Err(NotUnderstood::not_this("neither a trace nor an observation")),
        }
    }
}

fn is_bundle(value: &Json) -> bool {
    let first = json::items(json::at(value, "/observations")).next();
    let empty = json::at(value, "/observations").is_some_and(JsonValueTrait::is_array) && first.is_none();
    first.is_some_and(is_observation) || (empty && json::at(value, "/trace").is_some_and(is_trace))
}

fn is_any(value: &Json) -> bool {
    is_bundle(value) || is_observation(value) || is_trace(value) || is_score(value)
}

fn is_observation(value: &Json) -> bool {
    let known = json::text(value, "/type").is_some_and(|t| TYPES.iter().any(|k| t.eq_ignore_ascii_case(k)));
    known
        && json::text(value, "/id").is_some()
        && json::first_text(value, &TRACE).is_some()
        && json::first_text(value, &START).is_some()
}

fn is_trace(value: &Json) -> bool {
    const MARKS: [&str; 14] = [
        "userId",
        "user_id",
        "sessionId",
        "session_id",
        "projectId",
        "project_id",
        "public",
        "bookmarked",
        "release",
        "tags",
        "htmlPath",
        "environment",
        "observations",
        "scores",
    ];
    json::text(value, "/id").is_some()
        && json::time(value, "/timestamp").is_some()
        && json::first_text(value, &TRACE).is_none()
        && json::at(value, "/type").is_none()
        && MARKS.iter().filter(|key| has_key(value, key)).count() >= 3
}

fn is_score(value: &Json) -> bool {
    json::text(value, "/id").is_some()
        && json::at(value, "/type").is_none()
        && (has_key(value, "dataType") || has_key(value, "data_type"))
        && (has_key(value, "traceId") || has_key(value, "trace_id"))
        && (has_key(value, "value") || has_key(value, "stringValue") || has_key(value, "string_value"))
}

/// Whether the key stands there at all, with nothing as its value too.
fn has_key(value: &Json, key: &str) -> bool {
    value.as_object().is_some_and(|o| o.iter().any(|(k, _)| k.eq_ignore_ascii_case(key)))
}

/// The trace and the observations of one object, in the order in which they stand.
fn descend<'a>(chunk: &'a [u8], text: &[u8], found: &mut Vec<Piece<'a>>, depth: usize) -> Option<()> {
    let (mut inner, mut lists, mut of_trace, mut id) = (Vec::new(), Vec::new(), false, false);
    for member in to_object_iter(text) {
        let (key, value) = member.ok()?;
        match key.as_ref() {
            "trace" if value.is_object() => inner.push(value.as_raw_cow()),
            "observations" | "data" if value.is_array() => lists.push(value.as_raw_cow()),
            "id" => id = value.is_str(),
            "traceId" | "trace_id" | "parentObservationId" | "parent_observation_id" => of_trace = true,
            _ => {}
        }
    }
    let whole = |text: &[u8]| Some(Piece { range: json::offset_in(chunk, text)?, envelope: None });
    if of_trace || depth > 2 {
        found.push(whole(text)?);
        return Some(());
    }
    if id {
        found.push(whole(text)?);
    }
    let listed = |list: &std::borrow::Cow<'_, str>| {
        to_array_iter(list.as_bytes()).next().is_some_and(|first| first.is_ok_and(|f| f.is_object()))
    };
    for object in &inner {
        // A trace beside its observations repeats them, shortened: there they are a part of the trace.
        match lists.iter().any(listed) {
            true => found.push(whole(object.as_bytes())?),
            false => descend(chunk, object.as_bytes(), found, depth + 1)?,
        }
    }
    for list in &lists {
        for element in to_array_iter(list.as_bytes()) {
            let element = element.ok()?;
            // Lists of traces name the observations by their ids alone.
            if element.is_object() {
                descend(chunk, element.as_raw_str().as_bytes(), found, depth + 1)?;
            }
        }
    }
    Some(())
}

/// The span that stands for the trace object. Old versions gave a root observation the id of its trace.
fn span_of_trace(trace: &str) -> Option<SpanId> {
    SpanId::new(&format!("trace:{}", TraceId::new(trace)?.as_str()))
}

fn trace(value: &Json, hints: &Hints) -> Result<Event, NotUnderstood> {
    let id = json::text(value, "/id").unwrap_or_default();
    let Some(trace) = TraceId::new(&id) else {
        return Err(NotUnderstood::not_this("the trace has no id"));
    };
    let mut event = Event::new(EventKind::Span);
    event.time = json::time(value, "/timestamp");
    event.action = json::text(value, "/name");
    event.span = span_of_trace(&id);
    event.trace = Some(trace);
    event.stage = Some("trace".into());
    let mut facts = Facts::default();
    if let Some(pointer) = USER.iter().find(|p| json::at(value, p).is_some()) {
        facts.users.push((pointer.to_string(), json::text(value, pointer).unwrap_or_default()));
    }
    finish(value, facts, hints, &mut event, true);
    event.id = Some(id);
    Ok(event)
}

fn observation(value: &Json, hints: &Hints) -> Result<Event, NotUnderstood> {
    let (id, of) = (json::text(value, "/id").unwrap_or_default(), json::first_text(value, &TRACE).unwrap_or_default());
    let (Some(span), Some(trace)) = (SpanId::new(&id), TraceId::new(&of)) else {
        return Err(NotUnderstood::not_this("the observation lacks its id or its trace's"));
    };
    let mut event = Event::new(EventKind::Span);
    event.time = START.iter().find_map(|p| json::time(value, p));
    event.end = END.iter().find_map(|p| json::time(value, p));
    event.action = json::text(value, "/name");
    event.span = Some(span);
    event.trace = Some(trace);
    let parent = json::first_text(value, &PARENT).filter(|p| somebody(p).is_ok()).and_then(|p| SpanId::new(&p));
    let root = parent.is_none() && tells_its_user(value);
    event.parent_span = parent.or_else(|| if root { None } else { span_of_trace(&of) });
    let mut facts = Facts::default();
    if let Some(pointer) = USER.iter().find(|p| json::at(value, p).is_some()) {
        facts.users.push((pointer.to_string(), json::text(value, pointer).unwrap_or_default()));
    }
    finish(value, facts, hints, &mut event, false);
    event.id = Some(id);
    Ok(event)
}

/// Enriched observations carry what their trace says; there a missing user is nobody, and no trace need be looked for.
fn tells_its_user(value: &Json) -> bool {
    ["userId", "user_id", "isRootObservation", "is_root_observation", "trace_name"].iter().any(|key| has_key(value, key))
}

/// Metadata, kind, outcome: what traces and observations have in common.
fn finish(value: &Json, mut facts: Facts, hints: &Hints, event: &mut Event, is_trace: bool) {
    let mut search = hints.search(NAME);
    let metadata = json::at(value, "/metadata").and_then(|m| json::nested(m).ok().flatten());
    for (key, inner) in json::members(metadata.as_ref()) {
        match key {
            "attributes" => {
                each(Some(inner), &mut |key, value| {
                    facts.see(key, value);
                    search.key(key, value, FilledBy::Caller);
                });
            }
            "resourceAttributes" => each(Some(inner), &mut |key, value| facts.see_resource(key, value)),
            "scope" | "tools" => {}
            _ => {
                // Later versions write the path of a value as its key.
                let (key, resource) = match (key.strip_prefix("attributes."), key.strip_prefix("resourceAttributes.")) {
                    (Some(own), _) => (own, false),
                    (_, Some(own)) => (own, true),
                    _ => (key, false),
                };
                match resource {
                    true => facts.see_resource(key, inner),
                    false => {
                        facts.see_metadata(key, inner, "/metadata");
                        search.key(key, inner, FilledBy::Caller);
                    }
                }
            }
        }
    }
    let name = event.action.clone().unwrap_or_default();
    if !is_trace {
        tool(value, &name, &mut facts, event);
        facts.exchange.of(json::at(value, "/input"), json::at(value, "/output"));
        event.outcome = facts.outcome(match json::text(value, "/level").as_deref() {
            Some("ERROR") => Outcome::Error,
            _ if event.end.is_some() => Outcome::Success,
            _ => Outcome::Unknown,
        });
    }
    let session = json::first_text(value, &SESSION);
    facts.service = facts.service.take().filter(|s| !s.starts_with("unknown_service"));
    facts.fill(&name, event);
    let said = event.conversation.take();
    search.record(value);
    search.fill(event);
    event.conversation = session.or(event.conversation.take()).or(said);
}

/// Type `TOOL`, or a span whose metadata says so, or whose whole output is that tool's answer: many frameworks know no
/// other type.
fn tool(value: &Json, name: &str, facts: &mut Facts, event: &mut Event) {
    let of = json::text(value, "/type").unwrap_or_default().to_uppercase();
    let said = facts.tool(name);
    let output = json::at(value, "/output").and_then(|o| json::nested(o).ok().flatten());
    let answers = output.as_ref().is_some_and(|o| is_answer_of(o, name));
    let is_tool = of == "TOOL" || (matches!(of.as_str(), "SPAN" | "EVENT") && (said.is_some() || answers));
    if !is_tool {
        return;
    }
    event.kind = EventKind::ToolSpan;
    let prefixed = name.strip_prefix("execute_tool ").map(str::trim).filter(|n| !n.is_empty());
    event.action = said.or_else(|| prefixed.map(String::from)).or_else(|| event.action.take());
    if let Some(output) = output {
        event.tool_call = facts::answered_call(&output);
        facts.failed |= json::first_text(&output, &["/kwargs/status", "/status"]).as_deref() == Some("error");
        facts.answered(&output);
    }
}

/// LangChain's run of a tool gives one message back: the tool's, under the tool's name.
fn is_answer_of(output: &Json, name: &str) -> bool {
    let last = json::items(json::at(output, "/id")).last().and_then(|word| word.as_str());
    let message = last == Some("ToolMessage") || json::text(output, "/type").as_deref() == Some("tool");
    let named = json::first_text(output, &["/kwargs/name", "/name"]);
    message && facts::answered_call(output).is_some() && named.as_deref() == Some(name)
}

#[cfg(test)]
mod tests;
