//! OpenTelemetry traces of agents.
//!
//! - **Ask for**: the traces of every agent service, unsampled, for the whole period: from the collector's file exporter, from
//!   Tempo or Jaeger by trace id, or from the agent's own exporter. Ask for whole traces: sampling leaves broken runs.
//! - **Reads**: OTLP JSON (`resourceSpans`, one object or one a line, ids in hexadecimal or base64, names in either spelling);
//!   Grafana Tempo (`batches`, `instrumentationLibrarySpans`; `{"trace": {"resourceSpans"}}`); Jaeger's query API
//!   (`data[].spans` with `processes`), its stored spans and its `{"result"}` answers; Zipkin spans; span JSON of the Python and
//!   JavaScript SDKs; traces of the form `{trace_id, spans: [...]}`; rows of ClickHouse's `otel_traces` and of span tables.
//!   JSON, lines or CSV. Parquet is not read: have it written as JSON lines or CSV.
//! - **Recognised by**: spans with a trace id, a span id and a start, alone or in the groups above.
//! - **Filled by**: everything in a span is written by the agent's own process, so user (`enduser.id`, `user.id`,
//!   `kagent.user_id`, `langfuse.user.id`), agent (`gen_ai.agent.id`, `.name`) and run ids are the `caller`'s word. A span has no
//!   principal on the wire.
//! - **Answers**: which agent run led to which, who the root of a run says it was for, which tools were called, with which
//!   tool call id, and how it ended. A tool call is a span that says so (`execute_tool`, OpenInference, OpenLLMetry, LangSmith,
//!   MLflow, AG2, monocle, Claude Code or Vercel AI SDK words, the client's side of an MCP `tools/call`); a failure inside a successful MCP
//!   response (`isError`) is an error. Who let a call run: Claude Code's waits (`claude_code.tool.blocked_on_user`), and spans whose whole
//!   input is one request to a person and whose output the answer (LangGraph's `HumanInterrupt`, LangChain's `action_requests` and
//!   `decisions`), are approvals. The approver is named only where the span says that a person decided and names that person itself.
//! - **Never tells**: whether the user it names was authenticated. A user on a span that is no root names nobody. Tool calls that
//!   stand only in a model's messages are no calls. The serving side of an MCP call is kept as a span and is no second call.
//!   Approvals that stand only in a model's messages or in a run's state (AI SDK parts, interrupts and resumes of a graph, an agent's
//!   saved run, MCP elicitation) name no call in the span that holds them, and are not read.
//! - **Documented in**: opentelemetry.io, the OTLP specification and "Semantic conventions for generative AI"; the Tempo, Jaeger
//!   and Zipkin APIs. Seen in real records: OTLP, Tempo `batches`, Jaeger's query API, both SDKs, `{trace_id, spans}`. From
//!   documentation alone: Zipkin, ClickHouse, Jaeger's stored spans and later API, Tempo's later API, the words of AG2, MLflow and Claude Code.

pub(super) mod approval;
mod attributes;
pub(super) mod facts;
mod span;
mod split;

use sonic_rs::JsonValueTrait;

use super::agent_events;
use super::json::{self, Json};
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
pub(super) use attributes::{each, encoded_id, surroundings};
pub use facts::may_be_a_person;
use span::{SPAN, START, TRACE, is_zipkin};

pub const SOURCE: &dyn Source = &Traces;

struct Traces;

const NAME: &str = "otel_traces";

impl Source for Traces {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        recognise(sample)
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        expand(chunk)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        understand(NAME, record, hints)
    }
}

/// Whether the sample is of spans, in whatever container, and in which.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Recognition> {
    let in_batches = sample.wrapper.iter().any(|w| w.eq_ignore_ascii_case("batches"));
    let kinds: Vec<&str> = sample.values.iter().filter_map(|v| container(v, in_batches)).collect();
    let first = kinds.first()?;
    let (carry, of) = (kinds.len(), sample.values.len());
    if carry * 2 < of {
        return None;
    }
    let best = match *first {
        ATTRIBUTES => 85,
        SPANS => 90,
        _ => 97,
    };
    // Records that lack it lower the score by at most ten.
    let score = best - ((of - carry) * 20 / of) as u8;
    Some(Recognition { score, why: format!("{carry} of the first {of} records are {first}") })
}

/// The spans of a chunk, and the log records that a collector wrote beside them.
pub(super) fn expand(chunk: &[u8]) -> Vec<Piece<'_>> {
    let Some(mut logs) = agent_events::expand(chunk) else { return split::spans(chunk) };
    logs.sort_by_key(|log| log.range.start);
    // What holds a log record is no record itself: its group, or the chunk where it holds no span.
    let holds = |piece: &Piece<'_>| {
        let first = logs.partition_point(|log| log.range.start < piece.range.start);
        logs.get(first).is_some_and(|log| log.range.end <= piece.range.end)
    };
    let mut pieces: Vec<Piece<'_>> = split::spans(chunk).into_iter().filter(|piece| !holds(piece)).collect();
    pieces.extend(logs);
    pieces.sort_by_key(|piece| piece.range.start);
    pieces
}

pub(super) fn understand(source: &str, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let Content::Json(value) = &record.content else {
        return Err(NotUnderstood::not_this("the record is no JSON object"));
    };
    // A collector writes logs beside spans.
    if !is_span(value)
        && let Some(log) = agent_events::among_spans(value, record.envelope, hints)
    {
        return log;
    }
    if is_span(value) || json::first_text(value, &SPAN).is_some() {
        return span::event(source, value, record.envelope, hints).map(Understood::from);
    }
    if is_attributes(value) {
        return Ok(span::of_attributes(source, value, hints).into());
    }
    let other = ["/scopeLogs", "/scope_logs", "/scopeMetrics", "/scope_metrics", "/resourceLogs", "/resourceMetrics"];
    match is_group(value) || other.iter().any(|p| json::at(value, p).is_some()) {
        true => Ok(Understood::Kept),
        false => Err(NotUnderstood::not_this("no trace id and span id")),
    }
}

const SPANS: &str = "spans with a trace id, a span id and a start time";
const ATTRIBUTES: &str = "the attributes of a span without its ids";

/// What holds the spans of a chunk, in a reviewer's words.
fn container(value: &Json, in_batches: bool) -> Option<&'static str> {
    let has = |pointer| json::at(value, pointer).is_some();
    if is_group(value) {
        return Some(match () {
            () if in_batches || has("/batches") => "trace groups of Grafana Tempo (batches)",
            () if has("/trace") => "a trace of Grafana Tempo (trace.resourceSpans)",
            () if has("/processes") || has("/data/0/processes") => "traces of Jaeger (spans and processes)",
            () if has("/spans") => "traces with their spans (trace_id, spans)",
            () if is_named_lists(value) => "lists of spans",
            () => "trace groups of OpenTelemetry (OTLP resourceSpans)",
        });
    }
    if !is_span(value) {
        return is_attributes(value).then_some(ATTRIBUTES);
    }
    Some(match () {
        () if is_zipkin(value) => "spans of Zipkin",
        () if has("/context/trace_id") && has("/span_kind") => "spans of Phoenix",
        () if has("/context/trace_id") => "spans of the OpenTelemetry Python SDK (context.trace_id)",
        () if has("/spanContext") || has("/_spanContext") => "spans of the OpenTelemetry JavaScript SDK (spanContext)",
        () if has("/operationName") => "spans of Jaeger",
        () if has("/SpanAttributes") => "rows of ClickHouse's table of spans",
        () => SPANS,
    })
}

fn is_group(value: &Json) -> bool {
    const GROUPS: [&str; 9] = [
        "/resourceSpans",
        "/resource_spans",
        "/batches",
        "/scopeSpans",
        "/scope_spans",
        "/instrumentationLibrarySpans",
        "/trace/resourceSpans",
        "/trace/batches",
        "/result/resourceSpans",
    ];
    let list = |pointer| json::at(value, pointer).is_some_and(JsonValueTrait::is_array);
    GROUPS.iter().any(|p| list(p))
        || (list("/spans") && (json::first_text(value, &TRACE).is_some() || is_list(json::at(value, "/spans"))))
        || is_list(json::at(value, "/data/spans"))
        || json::items(json::at(value, "/data"))
            .next()
            .is_some_and(|t| json::first_text(t, &TRACE).is_some() && json::at(t, "/spans").is_some())
        || is_named_lists(value)
}

fn is_list(value: Option<&Json>) -> bool {
    json::items(value).next().is_some_and(is_span)
}

/// An object of nothing but lists of spans.
fn is_named_lists(value: &Json) -> bool {
    let mut members = json::members(Some(value)).peekable();
    members.peek().is_some() && members.all(|(_, list)| is_list(Some(list)))
}

fn is_span(value: &Json) -> bool {
    let has = |pointers: &[&str]| pointers.iter().any(|p| json::at(value, p).is_some());
    has(&TRACE) && ((has(&SPAN) && has(&START)) || is_zipkin(value))
}

fn is_attributes(value: &Json) -> bool {
    json::members(Some(value)).any(|(key, _)| matches!(key, "openinference.span.kind" | "gen_ai.operation.name"))
}

#[cfg(test)]
mod tests;
