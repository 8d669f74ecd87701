//! The spans inside a chunk, each with its own bytes and what surrounds it.

use std::borrow::Cow;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter, to_object_iter};

use super::super::Piece;
use super::super::json;

/// One piece a span. A chunk that holds none, or that is damaged, is one piece.
pub fn spans(chunk: &[u8]) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    match group(chunk, chunk, &mut found) {
        Some(()) if !found.is_empty() => found,
        _ => vec![Piece::whole(chunk)],
    }
}

/// Members of an object that matter here, as raw text.
#[derive(Default)]
struct Members<'a> {
    groups: Vec<Cow<'a, str>>,
    spans: Option<Cow<'a, str>>,
    resource: Option<Cow<'a, str>>,
    scope: Option<Cow<'a, str>>,
    processes: Option<Cow<'a, str>>,
    trace: bool,
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
            | "data"
                if value.is_array() =>
            {
                found.groups.push(raw());
            }
            "spans" if value.is_array() => found.spans = Some(raw()),
            "resource" => found.resource = Some(raw()),
            "scope" | "instrumentationLibrary" => found.scope = Some(raw()),
            "processes" => found.processes = Some(raw()),
            "traceID" | "traceId" | "trace_id" => found.trace = true,
            // A span itself has no spans inside; the rest of it need not be looked at.
            "spanId" | "spanID" | "span_id" | "context" => return Some(Members::default()),
            _ => {}
        }
    }
    Some(found)
}

fn raw<'a>(value: &LazyValue<'a>) -> Cow<'a, str> {
    value.as_raw_cow()
}

/// `None` where the text is damaged: then the chunk is one broken record, and none of its spans is read twice.
fn group<'a>(chunk: &'a [u8], text: &[u8], found: &mut Vec<Piece<'a>>) -> Option<()> {
    descend(chunk, text, &Around::default(), found, 0)
}

#[derive(Default, Clone)]
struct Around {
    resource: Option<String>,
    scope: Option<String>,
}

fn descend<'a>(chunk: &'a [u8], text: &[u8], around: &Around, found: &mut Vec<Piece<'a>>, depth: usize) -> Option<()> {
    // Trace groups nest three deep; anything deeper is something else.
    if depth > 4 {
        return Some(());
    }
    let members = members(text)?;
    let mut around = around.clone();
    if let Some(resource) = &members.resource {
        around.resource = Some(resource.to_string());
    }
    if let Some(scope) = &members.scope {
        around.scope = Some(scope.to_string());
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
        let processes = members.processes.as_deref();
        let shared = processes.is_none().then(|| envelope(&around)).flatten();
        for span in to_array_iter(list.as_bytes()) {
            let span = span.ok()?;
            let range = json::offset_in(chunk, span.as_raw_str().as_bytes())?;
            let envelope = match processes {
                Some(processes) => process_of(&span, processes),
                None => shared.clone(),
            };
            found.push(Piece { range, envelope: envelope.map(|e| Cow::Owned(e.into_bytes())) });
        }
    }
    Some(())
}

fn envelope(around: &Around) -> Option<String> {
    match (&around.resource, &around.scope) {
        (None, None) => None,
        (Some(resource), None) => Some(format!("{{\"resource\":{resource}}}")),
        (None, Some(scope)) => Some(format!("{{\"scope\":{scope}}}")),
        (Some(resource), Some(scope)) => Some(format!("{{\"resource\":{resource},\"scope\":{scope}}}")),
    }
}

/// Jaeger keeps the processes of a trace beside its spans, by id.
fn process_of(span: &LazyValue<'_>, processes: &str) -> Option<String> {
    let id = span.get("processID")?;
    let id = id.as_str()?;
    for process in to_object_iter(processes.as_bytes()) {
        let (key, value) = process.ok()?;
        if key == id {
            return Some(format!("{{\"process\":{}}}", value.as_raw_str()));
        }
    }
    None
}
