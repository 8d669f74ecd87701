//! A span to an event: ids, times, parent, links, outcome.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::hints::{Place, Search};
use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::super::{Hints, NotUnderstood};
use super::attributes::{self, encoded_id, text_of};
use super::facts::{Facts, is_server};
use crate::model::{Event, EventKind, FilledBy, Outcome, SpanId, SpanRef, Time, TraceId};

pub const TRACE: [&str; 9] = [
    "/traceId",
    "/trace_id",
    "/traceID",
    "/context/trace_id",
    "/context/traceId",
    "/spanContext/traceId",
    "/_spanContext/traceId",
    "/span_context/trace_id",
    // Tables written as JSON keep the column's name whole.
    "/context.trace_id",
];
pub const SPAN: [&str; 9] = [
    "/spanId",
    "/span_id",
    "/spanID",
    "/context/span_id",
    "/context/spanId",
    "/spanContext/spanId",
    "/_spanContext/spanId",
    "/span_context/span_id",
    "/context.span_id",
];
pub const START: [&str; 7] = [
    "/startTimeUnixNano",
    "/start_time_unix_nano",
    "/start_time",
    "/startTime",
    "/start_timestamp",
    "/start_time_ns",
    "/timestamp",
];
const END: [&str; 6] =
    ["/endTimeUnixNano", "/end_time_unix_nano", "/end_time", "/endTime", "/end_timestamp", "/end_time_ns"];
const PARENT: [&str; 7] = [
    "/parentSpanId",
    "/parent_span_id",
    "/parent_id",
    "/parentSpanID",
    "/parentSpanContext/spanId",
    "/parent/span_id",
    "/parentId",
];
const NAMES: [&str; 5] = ["/name", "/operationName", "/span_name", "/spanName", "/_name"];
const ATTRIBUTES: [&str; 5] = ["/attributes", "/tags", "/tag", "/SpanAttributes", "/_attributes"];
const STATUS: [&str; 6] =
    ["/status/code", "/status/status_code", "/status_code", "/statusCode", "/otel_status_code", "/status"];

/// A span of Zipkin, whose own id is called `id`.
pub fn is_zipkin(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    has("/traceId")
        && has("/id")
        && has("/timestamp")
        && (has("/localEndpoint") || has("/duration"))
        && !has("/type")
        && !has("/run_type")
}

pub fn ids(span: &Json, envelope: Option<&Json>) -> (Option<TraceId>, Option<SpanId>) {
    let own = SPAN.iter().find_map(|p| id_at(span, p));
    let id = own.or_else(|| if is_zipkin(span) { id_at(span, "/id") } else { None });
    let trace = TRACE.iter().find_map(|p| id_at(span, p)).or_else(|| id_at(envelope?, "/traceId"));
    (trace.and_then(|t| TraceId::new(&encoded_id(&t, 16))), id.and_then(|t| SpanId::new(&encoded_id(&t, 8))))
}

/// An id that is one: tables write `None` and `nan` where there is none.
fn id_at(value: &Json, pointer: &str) -> Option<String> {
    let text = json::text(value, pointer)?;
    (somebody(&text).is_ok() && !text.eq_ignore_ascii_case("nan")).then_some(text)
}

/// The event of a span, under the name of the source that reads it.
pub fn event(source: &str, span: &Json, envelope: Option<&Json>, hints: &Hints) -> Result<Event, NotUnderstood> {
    let (Some(trace), Some(id)) = ids(span, envelope) else {
        return Err(NotUnderstood::not_this("the span lacks its trace id or its own id"));
    };
    let mut facts = Facts::default();
    let mut search = hints.search(source);
    match ATTRIBUTES.iter().find_map(|p| json::at(span, p)) {
        // Jaeger's Elasticsearch store writes `@` for the dots of a name.
        Some(found) => attributes::each(Some(found), &mut |key, value| match key.contains('@') {
            true => see(&key.replace('@', "."), value, &mut facts, &mut search),
            false => see(key, value, &mut facts, &mut search),
        }),
        None => {
            for (key, value) in json::members(Some(span)) {
                if let Some(key) = key.strip_prefix("attributes.") {
                    see(key, value, &mut facts, &mut search);
                }
            }
        }
    }
    // A run id on the resource holds for a process that serves one run; the span's own comes first.
    attributes::surroundings(span, envelope, &mut |key, value| {
        facts.see_resource(key, value);
        search.key(key, value, FilledBy::Caller);
    });
    kinds(span, &mut facts);

    let name = json::first_text(span, &NAMES).unwrap_or_default();
    let tool = facts.tool(&name);
    let mut event = Event::new(if tool.is_some() { EventKind::ToolSpan } else { EventKind::Span });
    event.id = Some(format!("{}:{}", trace.as_str(), id.as_str()));
    event.action = tool.or_else(|| (!name.is_empty()).then(|| name.clone()));
    (event.time, event.end) = times(span);
    event.outcome = facts.outcome(outcome(span, event.end.is_some()));
    relations(span, &trace, &mut event);
    event.trace = Some(trace);
    event.span = Some(id);
    facts.fill(&name, &mut event);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(span);
    // The convention's own word for a conversation comes before a session of the vendor's.
    let session = event.conversation.take();
    search.fill(&mut event);
    event.conversation = event.conversation.take().or(session);
    Ok(event)
}

/// An attribute; OpenInference keeps the house's own keys, a run id among them, in one that is a map.
fn see(key: &str, value: &Json, facts: &mut Facts, search: &mut Search<'_>) {
    facts.see(key, value);
    search.key(key, value, FilledBy::Caller);
    if key == "metadata" {
        attributes::each(Some(value), &mut |key, value| search.key(key, value, FilledBy::Caller));
    }
}

/// The attributes of a span alone, as frameworks keep them in tests and logs: a tool call joins by its id; whether it is a
/// root is not known, so a user in it names nobody.
pub fn of_attributes(source: &str, attributes: &Json, hints: &Hints) -> Event {
    let (mut facts, mut search) = (Facts::default(), hints.search(source));
    attributes::each(Some(attributes), &mut |key, value| {
        facts.see(key, value);
        search.key(key, value, FilledBy::Caller);
    });
    facts.users.clear();
    let tool = facts.tool("");
    let mut event = Event::new(if tool.is_some() { EventKind::ToolSpan } else { EventKind::Span });
    event.action = tool;
    event.outcome = facts.outcome(Outcome::Unknown);
    facts.fill("", &mut event);
    search.fill(&mut event);
    event
}

/// The span's own kind, and Phoenix's, which is OpenInference's.
fn kinds(span: &Json, facts: &mut Facts) {
    if let Some(kind) = json::text(span, "/kind").or_else(|| json::text(span, "/SpanKind")) {
        // The JavaScript SDK counts from another number than the protocol does.
        let script = json::at(span, "/spanContext").is_some() || json::at(span, "/_spanContext").is_some();
        facts.server |= is_server(&kind) || kind == if script { "1" } else { "2" };
    }
    if let Some(kind) = json::at(span, "/span_kind") {
        facts.see("openinference.span.kind", kind);
    }
}

fn times(span: &Json) -> (Option<Time>, Option<Time>) {
    let find = |pointers: &[&str]| pointers.iter().find_map(|p| moment(json::at(span, p)?));
    let start = find(&START);
    (start, find(&END).or_else(|| Some(Time(start?.0.checked_add(lasted(span)?)?))))
}

/// A moment; the JavaScript SDK keeps seconds and nanoseconds apart.
fn moment(value: &Json) -> Option<Time> {
    match value.is_array() {
        true => Time::from_nanos(pair(value)?),
        false => json::moment(value),
    }
}

fn pair(value: &Json) -> Option<i128> {
    let list = value.as_array()?;
    let (seconds, nanos) = (list.first()?.as_i64()?, list.get(1)?.as_i64()?);
    i128::from(seconds).checked_mul(1_000_000_000)?.checked_add(i128::from(nanos))
}

/// Microseconds: Jaeger and Zipkin write them, ClickHouse nanoseconds, the JavaScript SDK a pair.
fn lasted(span: &Json) -> Option<i64> {
    let duration = json::at(span, "/duration")?;
    if duration.is_array() {
        return i64::try_from(pair(duration)? / 1_000).ok();
    }
    let number: i64 = text_of(duration)?.parse().ok()?;
    Some(if json::at(span, "/SpanAttributes").is_some() { number / 1_000 } else { number })
}

/// A span without an error that has ended is a success: instrumentations rarely set OK.
fn outcome(span: &Json, ended: bool) -> Outcome {
    let status = json::first_text(span, &STATUS).unwrap_or_default();
    match status.rsplit(['.', '_']).next().unwrap_or_default().to_uppercase().as_str() {
        "2" | "ERROR" => Outcome::Error,
        "1" | "OK" => Outcome::Success,
        _ if ended => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

/// Parent and links. Jaeger keeps both in `references`; a parent in another trace is a link.
fn relations(span: &Json, trace: &TraceId, event: &mut Event) {
    let parent = PARENT.iter().find_map(|p| id_at(span, p));
    event.parent_span = parent.and_then(|t| SpanId::new(&encoded_id(&t, 8)));
    for list in ["/links", "/references"] {
        for link in json::items(json::at(span, list)) {
            let linked = TRACE.iter().find_map(|p| id_at(link, p)).and_then(|t| TraceId::new(&encoded_id(&t, 16)));
            let id = SPAN.iter().find_map(|p| id_at(link, p)).and_then(|t| SpanId::new(&encoded_id(&t, 8)));
            let Some(id) = id else { continue };
            let child_of = json::text(link, "/refType").is_some_and(|r| r.eq_ignore_ascii_case("CHILD_OF"));
            let linked = linked.unwrap_or_else(|| trace.clone());
            match child_of && linked == *trace && event.parent_span.is_none() {
                true => event.parent_span = Some(id),
                false => event.links.push(SpanRef { trace: linked, span: id }),
            }
        }
    }
}
