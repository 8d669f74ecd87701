//! Agent traces.
//!
//! - **Ask for**: OpenTelemetry traces of the agents, whole and unsampled: sampling leaves broken runs. From the
//!   collector as OTLP JSON, from Tempo or Jaeger through their query APIs, or from the SDK.
//! - **Reads**: the GenAI conventions of OpenTelemetry and the attributes of OpenInference, in OTLP JSON
//!   (`resourceSpans`, a line each or one object), Tempo (`batches`), Jaeger's query API (`data[].spans` with
//!   `processes`), the Python SDK's span JSON (`context.trace_id`), and traces of the form `{trace_id, spans:
//!   [...]}`. A span is the record; resource, scope or process are its envelope.
//! - **Recognised by**: the names of these containers, with a trace id and a span id on each span.
//! - **Filled by**: everything in a span is written by the agent's own process, so each slot is `caller`: user ids
//!   (`enduser.id`, `user.id`), agents (`gen_ai.agent.id`), run ids. A span has no wire principal. A user on a span
//!   that has a parent is a claim about the call, not about who started the run: `parent_span` tells them apart.
//! - **Answers**: runs, their parents, fan-out and links; the user on the root of a run; tool calls to hold against
//!   the audit source.
//! - **Never tells**: whether the user it names was authenticated.
//! - **Documented in**: opentelemetry.io, "Semantic conventions for generative AI", the OTLP specification, and the
//!   OpenInference specification.

mod attributes;
mod split;

use sonic_rs::JsonValueTrait;

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role, SpanId, SpanRef, Time,
    TraceId, WhyEmpty,
};
pub use attributes::may_be_a_person;
use attributes::{Facts, encoded_id, text_of};

pub const SOURCE: &dyn Source = &Traces;

struct Traces;

const NAME: &str = "otel_traces";

const TRACE: [&str; 4] = ["/traceId", "/trace_id", "/traceID", "/context/trace_id"];
const SPAN: [&str; 4] = ["/spanId", "/span_id", "/spanID", "/context/span_id"];
const PARENT: [&str; 4] = ["/parentSpanId", "/parent_span_id", "/parent_id", "/parentSpanID"];
const NAMES: [&str; 3] = ["/name", "/operationName", "/span_name"];
const START: [&str; 4] = ["/startTimeUnixNano", "/start_time_unix_nano", "/start_time", "/startTime"];
const END: [&str; 4] = ["/endTimeUnixNano", "/end_time_unix_nano", "/end_time", "/endTime"];

impl Source for Traces {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(97, "spans in resource, batch or trace groups (OTLP, Tempo or Jaeger)", is_group)
            .or_else(|| sample.recognise(90, "a trace id, a span id and a start time", is_span))
            .or_else(|| sample.recognise(80, "spans", |v| is_group(v) || is_span(v)))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        split::spans(chunk)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let Content::Json(span) = &record.content else {
            return Err(NotUnderstood::not_this("the record is no JSON object"));
        };
        if is_span(span) || json::first_text(span, &SPAN).is_some() {
            return event(span, record.envelope, hints).map(Understood::from);
        }
        match is_group(span) {
            true => Ok(Understood::Kept),
            false => Err(NotUnderstood::not_this("no trace id and span id")),
        }
    }
}

fn is_group(value: &Json) -> bool {
    let list = |pointer| json::at(value, pointer).is_some_and(JsonValueTrait::is_array);
    ["/resourceSpans", "/batches", "/scopeSpans", "/instrumentationLibrarySpans", "/resource_spans", "/scope_spans"]
        .iter()
        .any(|p| list(p))
        || (list("/spans") && (json::first_text(value, &TRACE).is_some() || is_span_list(value)))
        || json::items(json::at(value, "/data"))
            .next()
            .is_some_and(|t| json::first_text(t, &TRACE).is_some() && json::at(t, "/spans").is_some())
}

fn is_span_list(value: &Json) -> bool {
    json::items(json::at(value, "/spans")).next().is_some_and(is_span)
}

fn is_span(value: &Json) -> bool {
    let has = |pointers: &[&str]| pointers.iter().any(|p| json::at(value, p).is_some());
    has(&TRACE) && has(&SPAN) && has(&START)
}

fn event(span: &Json, envelope: Option<&Json>, hints: &Hints) -> Result<Event, NotUnderstood> {
    let trace = json::first_text(span, &TRACE).and_then(|t| TraceId::new(&encoded_id(&t, 16)));
    let id = json::first_text(span, &SPAN).and_then(|t| SpanId::new(&encoded_id(&t, 8)));
    let (Some(trace), Some(id)) = (trace, id) else {
        return Err(NotUnderstood::not_this("the span lacks its trace id or its own id"));
    };
    let mut facts = Facts::default();
    let mut search = hints.search(NAME);
    for pointer in ["/attributes", "/tags"] {
        attributes::each(json::at(span, pointer), &mut |key, value| {
            facts.see(key, value);
            search.key(key, value, FilledBy::Caller);
        });
    }
    // A run id on the resource holds for a process that serves one run; the span's own comes first.
    attributes::surroundings(span, envelope, &mut |key, value| {
        facts.see_resource(key, value);
        search.key(key, value, FilledBy::Caller);
    });

    let name = json::first_text(span, &NAMES).unwrap_or_default();
    let tool = facts.tool(&name);
    let mut event = Event::new(if tool.is_some() { EventKind::ToolSpan } else { EventKind::Span });
    event.id = Some(format!("{}:{}", trace.as_str(), id.as_str()));
    event.action = tool.or_else(|| (!name.is_empty()).then(|| name.clone()));
    (event.time, event.end) = times(span);
    event.outcome = outcome(span, &facts, event.end.is_some());
    relations(span, &trace, &mut event);
    event.trace = Some(trace);
    event.span = Some(id);

    claims(&facts, &mut event);
    event.service = facts.service.take();
    event.host = facts.host.take();
    event.source_ip = facts.client_address.take();
    event.user_agent = facts.user_agent.take();
    event.tool_call = facts.tool_call.take();
    event.trigger = facts.trigger.take();
    event.resource = facts.resource.take();
    for (key, value) in facts.said.drain(..) {
        event.attributes.push((key.into(), Attribute::Text(value)));
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(span);
    search.fill(&mut event);
    Ok(event)
}

fn times(span: &Json) -> (Option<Time>, Option<Time>) {
    let find = |pointers: &[&str]| pointers.iter().find_map(|p| json::time(span, p));
    let start = find(&START);
    // Jaeger writes a duration in microseconds.
    let lasted = || Some(Time(start?.0.checked_add(text_of(json::at(span, "/duration")?)?.parse().ok()?)?));
    (start, find(&END).or_else(lasted))
}

/// A span without an error that has ended is a success: instrumentations rarely set OK.
fn outcome(span: &Json, facts: &Facts, ended: bool) -> Outcome {
    let status = json::first_text(span, &["/status/code", "/status/status_code", "/status"]).unwrap_or_default();
    let status = status.rsplit(['.', '_']).next().unwrap_or_default().to_uppercase();
    match status.as_str() {
        "2" | "ERROR" => Outcome::Error,
        _ if facts.failed => Outcome::Error,
        "1" | "OK" => Outcome::Success,
        _ if ended => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

/// Parent and links. Jaeger keeps both in `references`; a parent in another trace is a link.
fn relations(span: &Json, trace: &TraceId, event: &mut Event) {
    event.parent_span = json::first_text(span, &PARENT).and_then(|t| SpanId::new(&encoded_id(&t, 8)));
    for list in ["/links", "/references"] {
        for link in json::items(json::at(span, list)) {
            let linked = json::first_text(link, &TRACE).and_then(|t| TraceId::new(&encoded_id(&t, 16)));
            let Some(id) = json::first_text(link, &SPAN).and_then(|t| SpanId::new(&encoded_id(&t, 8))) else {
                continue;
            };
            let child_of = json::text(link, "/refType").as_deref() == Some("CHILD_OF");
            let linked = linked.unwrap_or_else(|| trace.clone());
            match child_of && linked == *trace && event.parent_span.is_none() {
                true => event.parent_span = Some(id),
                false => event.links.push(SpanRef { trace: linked, span: id }),
            }
        }
    }
}

fn claims(facts: &Facts, event: &mut Event) {
    for (key, text) in &facts.users {
        match somebody(text).map(Principal::from_word) {
            Ok(Some(person)) => claim(event, Role::Human, person, key),
            Ok(None) => {}
            Err(WhyEmpty::Redacted) => event.human_empty = WhyEmpty::Redacted,
            Err(_) => {}
        }
    }
    if let Some((key, text)) = facts.agent()
        && let Ok(Some(agent)) = somebody(text).map(Principal::from_word)
    {
        claim(event, Role::Agent, agent, key);
    }
}

fn claim(event: &mut Event, role: Role, principal: Principal, key: &str) {
    if event.claims.iter().any(|c| c.role == role && c.principal == principal) {
        return;
    }
    let (evidence, by) = (EvidenceKind::K8, FilledBy::Caller);
    event.claims.push(Claim { role, principal, evidence, by, field: format!("/attributes/{key}") });
}

#[cfg(test)]
mod tests;
