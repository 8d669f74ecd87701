//! The spans inside a chunk, each with its own bytes and what surrounds it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter, to_object_iter};

use super::super::Piece;
use super::super::json;

/// Keys of a span that name its trace.
const TRACE: [&str; 3] = ["traceID", "traceId", "trace_id"];

/// One piece a span. A chunk that holds none, or that is damaged, is one piece.
pub fn spans(chunk: &[u8]) -> Vec<Piece<'_>> {
    let mut found = Spans::default();
    match descend(chunk, chunk, &Around::default(), &mut found, 0) {
        Some(()) if !found.pieces.is_empty() => {
            found.pieces.sort_by_key(|piece| piece.range.start);
            found.pieces
        }
        Some(()) => by_name(chunk).unwrap_or_else(|| vec![Piece::whole(chunk)]),
        None => vec![Piece::whole(chunk)],
    }
}

#[derive(Default)]
struct Spans<'a> {
    pieces: Vec<Piece<'a>>,
    /// Bytes of their envelopes.
    around: usize,
}

/// Members of an object that matter here, as raw text.
#[derive(Default)]
struct Members<'a> {
    groups: Vec<Cow<'a, str>>,
    /// Logs and metrics of the same process: no spans, and not to be lost.
    others: Vec<Cow<'a, str>>,
    inner: Vec<Cow<'a, str>>,
    spans: Option<Cow<'a, str>>,
    resource: Option<Cow<'a, str>>,
    scope: Option<Cow<'a, str>>,
    processes: Option<Cow<'a, str>>,
    trace: Option<Cow<'a, str>>,
}

fn members(text: &[u8]) -> Option<Members<'_>> {
    let mut found = Members::default();
    for member in to_object_iter(text) {
        let (key, value) = member.ok()?;
        let raw = || raw(&value);
        match key.as_ref() {
            "resourceSpans"
            | "resource_spans"
            | "batches"
            | "scopeSpans"
            | "scope_spans"
            | "instrumentationLibrarySpans"
            | "instrumentation_library_spans"
            | "traces"
            | "data"
                if value.is_array() =>
            {
                found.groups.push(raw());
            }
            "resourceLogs" | "resource_logs" | "resourceMetrics" | "resource_metrics" if value.is_array() => {
                found.others.push(raw());
            }
            // Tempo's second API, Jaeger's third, MLflow: one group inside another object.
            "trace" | "result" | "data" if value.is_object() => found.inner.push(raw()),
            "spans" if value.is_array() => found.spans = Some(raw()),
            "resource" => found.resource = Some(raw()),
            "scope" | "instrumentationLibrary" | "instrumentation_library" => found.scope = Some(raw()),
            "processes" => found.processes = Some(raw()),
            "traceID" | "traceId" | "trace_id" if value.is_str() => found.trace = Some(raw()),
            // A span itself has no spans inside; the rest of it need not be looked at.
            "spanId" | "spanID" | "span_id" | "context" | "spanContext" => return Some(Members::default()),
            _ => {}
        }
    }
    Some(found)
}

fn raw<'a>(value: &LazyValue<'a>) -> Cow<'a, str> {
    value.as_raw_cow()
}

#[derive(Default, Clone)]
struct Around {
    resource: Option<String>,
    scope: Option<String>,
    /// For spans that leave the id of their trace to the group around them.
    trace: Option<String>,
}

/// `None` where the text is damaged: then the chunk is one broken record, and none of its spans is read twice.
fn descend<'a>(chunk: &'a [u8], text: &[u8], around: &Around, found: &mut Spans<'a>, depth: usize) -> Option<()> {
    // Trace groups nest four deep; anything deeper is something else.
    if depth > 5 || found.around > Piece::most_around(chunk) {
        return Some(());
    }
    let members = members(text)?;
    let mut around = around.clone();
    let keep = |slot: &mut Option<String>, value: &Option<Cow<'_, str>>| {
        if let Some(value) = value {
            *slot = Some(value.to_string());
        }
    };
    keep(&mut around.resource, &members.resource);
    keep(&mut around.scope, &members.scope);
    keep(&mut around.trace, &members.trace);
    for inner in &members.inner {
        descend(chunk, inner.as_bytes(), &around, found, depth + 1)?;
    }
    for list in &members.others {
        for element in to_array_iter(list.as_bytes()) {
            let range = json::offset_in(chunk, element.ok()?.as_raw_str().as_bytes())?;
            found.pieces.push(Piece { range, envelope: None });
        }
    }
    for list in &members.groups {
        for element in to_array_iter(list.as_bytes()) {
            let element = element.ok()?;
            if element.is_object() {
                descend(chunk, element.as_raw_str().as_bytes(), &around, found, depth + 1)?;
            }
        }
    }
    if let Some(list) = &members.spans {
        let processes = members.processes.as_deref().map(processes_of);
        let shared = envelope(&around, None);
        for span in to_array_iter(list.as_bytes()) {
            let span = span.ok()?;
            let range = json::offset_in(chunk, span.as_raw_str().as_bytes())?;
            let own = TRACE.iter().any(|key| span.get(*key).is_some()) || span.get("context").is_some();
            let envelope = match (&processes, &around.trace) {
                (Some(processes), _) => process_of(&span, processes),
                (None, Some(trace)) if !own => envelope(&around, Some(trace)),
                (None, _) => shared.clone(),
            };
            found.around += envelope.as_ref().map_or(0, String::len);
            found.pieces.push(Piece { range, envelope: envelope.map(|e| Cow::Owned(e.into_bytes())) });
            if found.around > Piece::most_around(chunk) {
                return Some(());
            }
        }
    }
    Some(())
}

/// Lists of spans under names of the house's own: `{"chat": [span, ...], "search": [...]}`.
fn by_name(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    for member in to_object_iter(chunk) {
        let (_, value) = member.ok()?;
        if !value.is_array() {
            return None;
        }
        let list = value.as_raw_cow();
        for span in to_array_iter(list.as_bytes()) {
            let span = span.ok()?;
            if span.get("spanContext").is_none() && !TRACE.iter().any(|key| span.get(*key).is_some()) {
                return None;
            }
            found.push(Piece { range: json::offset_in(chunk, span.as_raw_str().as_bytes())?, envelope: None });
        }
    }
    (!found.is_empty()).then_some(found)
}

fn envelope(around: &Around, trace: Option<&String>) -> Option<String> {
    let parts = [("resource", around.resource.as_ref()), ("scope", around.scope.as_ref()), ("traceId", trace)];
    let members: Vec<String> =
        parts.iter().filter_map(|(key, raw)| Some(format!("\"{key}\":{}", (*raw)?))).collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}

/// Jaeger keeps the processes of a trace beside its spans, by id.
fn processes_of(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (key, value) in to_object_iter(text.as_bytes()).map_while(Result::ok) {
        found.entry(key.to_string()).or_insert_with(|| format!("{{\"process\":{}}}", value.as_raw_str()));
    }
    found
}

fn process_of(span: &LazyValue<'_>, processes: &BTreeMap<String, String>) -> Option<String> {
    processes.get(span.get("processID")?.as_str()?).cloned()
}
