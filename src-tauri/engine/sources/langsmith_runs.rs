//! LangSmith runs.
//!
//! - **Ask for**: all runs of every project (child runs included) for the whole period: bulk export converted to JSON lines or CSV,
//!   the runs query of the API or SDK, or the command line's trace export. Root runs alone hold no tool calls.
//! - **Reads**: run records as JSON lines, an array, `{"runs": [...]}`, `{"data": [...]}`, webhook deliveries, rows of a CSV; runs
//!   with nested `child_runs`, each of which is a record. Parquet, which bulk export writes, is not read: have it converted.
//! - **Recognised by**: `run_type` with `trace_id`, `dotted_order`, `parent_run_id` or `child_runs`.
//! - **Filled by**: the traced program writes runs and their metadata, so user (`user_id`, `langgraph_auth_user_id`), agent
//!   (`lc_agent_name`) and run ids are the `caller`'s word. A run has no principal on the wire.
//! - **Answers**: which run led to which (`parent_run_id`, else `dotted_order`), who the root run's metadata says it was for, tool
//!   calls (`run_type` `tool`), errors. A run whose whole input is one request to a person and whose output the answer is an
//!   approval, without the name of who answered. `session_id` is the project and joins nothing; conversations are `thread_id` and its like.
//! - **Never tells**: whether the user was authenticated. LangChain copies metadata to all runs below: only the root's names anybody.
//!   Tool calls in the messages of a model are no calls. What was sampled out or moved to `*_s3_urls` is not in the export.
//! - **Documented in**: docs.langchain.com, "Run (span) data format", "Bulk export trace data", "Webhook". Seen in a real record: the
//!   webhook's payload. From documentation and SDK sources alone: `child_runs`, metadata keys (`langgraph_auth_user_id` is set by
//!   LangGraph's server after it authenticated the request), the command line's `run_id`.

use std::borrow::Cow;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter, to_object_iter};

use super::json::{self, Json};
use super::otel_traces::facts::{self, Facts};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Event, EventKind, FilledBy, Outcome, RunId, SpanId, TraceId};

pub const SOURCE: &dyn Source = &LangSmith;

struct LangSmith;

const NAME: &str = "langsmith_runs";

const RUN_TYPES: [&str; 8] = ["tool", "chain", "llm", "retriever", "embedding", "prompt", "parser", "agent"];
const IDS: [&str; 2] = ["/id", "/run_id"];
const METADATA: [&str; 4] = ["/extra/metadata", "/metadata", "/custom_metadata", "/extra/invocation_params/metadata"];

/// Nesting of child runs that is followed. The splitter bounds a record's nesting before.
const DEPTH: usize = 64;

impl Source for LangSmith {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(95, "a run_type, and a trace or ancestry of LangSmith", is_run)
            .or_else(|| sample.recognise(93, "a list of LangSmith runs", |v| is_run(v) || first_run(v).is_some()))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        let mut found = Vec::new();
        match descend(chunk, chunk, None, &mut found, 0) {
            Some(()) if !found.is_empty() => found,
            _ => vec![Piece::whole(chunk)],
        }
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let run = record.json()?;
        if !is_typed(run) {
            return Err(NotUnderstood::not_this("no run_type of LangSmith"));
        }
        event(run, record.envelope, hints).map(Understood::from)
    }
}

fn is_typed(value: &Json) -> bool {
    json::text(value, "/run_type").is_some_and(|t| RUN_TYPES.iter().any(|k| t.eq_ignore_ascii_case(k)))
}

fn is_run(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    is_typed(value)
        && IDS.iter().any(|p| has(p))
        && (has("/trace_id") || has("/dotted_order") || has("/parent_run_id") || has("/child_runs"))
}

fn first_run(value: &Json) -> Option<&Json> {
    ["/runs", "/data"].iter().find_map(|p| json::items(json::at(value, p)).next()).filter(|r| is_run(r))
}

/// What a nested run leaves to the run around it.
struct Above<'a> {
    run: &'a str,
    trace: &'a str,
    /// Position among the runs beside it, by which a run without an id of its own is told from them.
    place: usize,
}

/// Runs with the runs inside them, in the order in which they begin. What a run leaves to the run around it is its envelope.
fn descend<'a>(
    chunk: &'a [u8],
    text: &[u8],
    above: Option<Above<'_>>,
    found: &mut Vec<Piece<'a>>,
    depth: usize,
) -> Option<()> {
    if depth > DEPTH {
        return Some(());
    }
    let (mut id, mut trace, mut typed) = (String::new(), String::new(), false);
    let mut lists: Vec<Cow<'_, str>> = Vec::new();
    for member in to_object_iter(text) {
        let (key, value) = member.ok()?;
        let word = |value: &LazyValue<'_>| value.as_str().unwrap_or_default().to_string();
        match key.as_ref() {
            "id" | "run_id" if id.is_empty() => id = word(&value),
            "trace_id" => trace = word(&value),
            "run_type" => typed = true,
            "child_runs" | "runs" | "data" if value.is_array() => lists.push(value.as_raw_cow()),
            _ => {}
        }
    }
    if let Some(above) = &above {
        if trace.is_empty() {
            trace = above.trace.to_string();
        }
        if id.is_empty() {
            id = format!("{}/{}", above.run, above.place);
        }
    }
    if trace.is_empty() {
        trace.clone_from(&id);
    }
    if typed {
        let around = above.map(|above| {
            serde_json::json!({ "id": id, "parent_run_id": above.run, "trace_id": above.trace }).to_string().into_bytes()
        });
        found.push(Piece { range: json::offset_in(chunk, text)?, envelope: around.map(Cow::Owned) });
    }
    for list in &lists {
        for (place, run) in to_array_iter(list.as_bytes()).enumerate() {
            let run = run.ok()?;
            if run.is_object() {
                let above = typed.then_some(Above { run: &id, trace: &trace, place });
                descend(chunk, run.as_raw_str().as_bytes(), above, found, depth + 1)?;
            }
        }
    }
    Some(())
}

fn event(run: &Json, envelope: Option<&Json>, hints: &Hints) -> Result<Event, NotUnderstood> {
    let own = json::first_text(run, &IDS);
    // Hand-made trees leave the ids of inner runs out: their place in the tree stands for it.
    let Some(id) = own.clone().or_else(|| json::text(envelope?, "/id")) else {
        return Err(NotUnderstood::not_this("the run has no id"));
    };
    let place = Place::of(run, envelope, &id);
    let tool = json::text(run, "/run_type").is_some_and(|t| t.eq_ignore_ascii_case("tool"));
    let mut event = Event::new(if tool { EventKind::ToolSpan } else { EventKind::Span });
    event.time = json::time(run, "/start_time");
    event.end = json::time(run, "/end_time");
    event.action = json::text(run, "/name");
    event.trace = TraceId::new(&place.trace);
    event.span = SpanId::new(&id);
    event.parent_span = place.parent.as_deref().and_then(SpanId::new);

    let (mut facts, mut search) = (Facts::default(), hints.search(NAME));
    for (pointer, parsed) in nested(run) {
        facts::metadata(Some(&parsed), pointer, &mut facts, &mut search);
    }
    match tool {
        true => answer(run, &mut facts, &mut event),
        false => facts.exchange.of(json::at(run, "/inputs"), json::at(run, "/outputs")),
    }
    event.outcome = facts.outcome(outcome(run, event.end.is_some()));
    let name = event.action.clone().unwrap_or_default();
    facts.fill(&name, &mut event);
    search.record(run);
    search.fill(&mut event);
    if place.parent.is_none() {
        // Logs of tools name the run by the id that LangChain gave its root.
        event.run = event.run.take().or_else(|| RunId::new(&id).map(|run| (run, FilledBy::Caller)));
    }
    event.id = own;
    Ok(event)
}

/// Metadata in each of its places; bulk export keeps `extra` as text.
fn nested(run: &Json) -> Vec<(&'static str, Json)> {
    let extra = json::at(run, "/extra").and_then(|e| json::nested(e).ok().flatten());
    let inner = extra.as_ref().and_then(|e| json::at(e, "/metadata")).cloned();
    let mut found: Vec<(&'static str, Json)> = inner.map(|m| (METADATA[0], m)).into_iter().collect();
    for pointer in METADATA.iter().skip(1) {
        if let Some(Ok(Some(parsed))) = json::at(run, pointer).map(json::nested) {
            found.push((pointer, parsed));
        }
    }
    found
}

/// What a tool's run says of the call: its id, and how the tool itself says that it ended.
fn answer(run: &Json, facts: &mut Facts, event: &mut Event) {
    let parsed = |pointer| json::at(run, pointer).and_then(|v| json::nested(v).ok().flatten());
    let outputs = parsed("/outputs");
    let call = outputs.as_ref().and_then(facts::answered_call);
    let inputs = parsed("/inputs");
    event.tool_call = call
        .or_else(|| inputs.as_ref().and_then(facts::answered_call))
        .or_else(|| json::first_text(run, &["/extra/tool_call_id", "/tool_call_id"]));
    if let Some(outputs) = &outputs {
        let status = json::first_text(outputs, &["/output/status", "/output/kwargs/status", "/status"]);
        facts.failed |= status.as_deref() == Some("error");
        facts.answered(outputs);
    }
}

fn outcome(run: &Json, ended: bool) -> Outcome {
    let failed = json::text(run, "/error").is_some();
    match json::text(run, "/status").unwrap_or_default().to_lowercase().as_str() {
        "error" => Outcome::Error,
        _ if failed => Outcome::Error,
        "success" => Outcome::Success,
        "" if ended => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

/// Where a run stands: its trace, and the run above it.
struct Place {
    trace: String,
    parent: Option<String>,
}

impl Place {
    fn of(run: &Json, envelope: Option<&Json>, id: &str) -> Place {
        let around = |pointer| envelope.and_then(|e| json::text(e, pointer));
        let order = json::text(run, "/dotted_order").unwrap_or_default();
        let line: Vec<&str> = order.split('.').filter_map(run_of_segment).collect();
        let trace = json::text(run, "/trace_id")
            .or_else(|| line.first().map(|r| r.to_string()))
            .or_else(|| around("/trace_id"))
            .unwrap_or_else(|| id.to_string());
        let listed: Vec<String> = json::at(run, "/parent_run_ids").map(json::words).unwrap_or_default();
        let parent = json::text(run, "/parent_run_id")
            .or_else(|| line.len().checked_sub(2).and_then(|n| line.get(n)).map(|r| r.to_string()))
            .or_else(|| around("/parent_run_id"))
            .or_else(|| if listed.len() == 1 { listed.first().cloned() } else { None })
            // The trace has its root's id: that one is above every other run of it, whatever stands between.
            .or_else(|| if same(&trace, id) { None } else { Some(trace.clone()) });
        Place { trace, parent: parent.filter(|p| !same(p, id)) }
    }
}

/// `20230505T051324571809Z` and the run's id, with nothing between.
fn run_of_segment(segment: &str) -> Option<&str> {
    segment.split_once('Z').map(|(_, id)| id).filter(|id| !id.is_empty())
}

fn same(a: &str, b: &str) -> bool {
    RunId::new(a) == RunId::new(b)
}

#[cfg(test)]
mod tests {
    use super::super::{Part, registry, understand_chunk};
    use super::*;
    use crate::model::{Role, Time, WhyEmpty};
    use crate::read::Form;

    const ROOT: &str = "6ab80f10-d79c-4fa2-b441-922ed6feb630";
    const CHILD: &str = "0f9d6a52-3f0e-4c39-9d3f-1c2b3a4d5e6f";

    fn parts(chunk: &str) -> Vec<Part> {
        understand_chunk(SOURCE, &Form::Lines, chunk.as_bytes(), &Hints::default())
    }

    fn events(chunk: &str) -> Vec<Event> {
        parts(chunk)
            .into_iter()
            .map(|(_, _, understood)| match understood {
                Ok(Understood::Event(event)) => *event,
                other => panic!("no event: {other:?}"),
            })
            .collect()
    }

    fn people(event: &Event) -> Vec<&str> {
        event.claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal.id.as_str()).collect()
    }

    fn run(fields: &str) -> Event {
        events(&format!(r#"{{"run_type":"chain","name":"agent","start_time":"2026-03-02T10:00:00.5","trace_id":"{ROOT}",{fields}}}"#))
            .remove(0)
    }

    #[test]
    fn a_root_says_whom_it_was_for_and_a_child_says_it_too_and_is_no_root() {
        let root = run(&format!(
            r#""id":"{ROOT}","end_time":"2026-03-02T10:00:05","status":"success","session_id":"p-1","extra":{{"metadata":{{"user_id":"ada@example.org","thread_id":"t-1","lc_agent_name":"helper"}}}}"#
        ));
        assert_eq!((root.kind, root.parent_span.is_none(), people(&root)), (EventKind::Span, true, vec!["ada@example.org"]));
        // `session_id` of the run is the project.
        assert_eq!((root.conversation.as_deref(), root.outcome), (Some("t-1"), Outcome::Success));
        assert_eq!(root.run, Some((RunId::new(ROOT).unwrap(), FilledBy::Caller)));
        assert_eq!(root.time, Time::parse("2026-03-02T10:00:00.5Z"));
        assert_eq!(root.claims.iter().filter(|c| c.role == Role::Agent).count(), 1);
        let child = run(&format!(r#""id":"{CHILD}","parent_run_id":"{ROOT}","extra":"{{\"metadata\":{{\"user_id\":\"ada@example.org\"}}}}""#));
        assert_eq!((child.parent_span == root.span, child.run.is_none(), people(&child).len()), (true, true, 1));
    }

    #[test]
    fn the_dotted_order_tells_the_ancestry() {
        let order = format!("20260302T100000000000Z{ROOT}.20260302T100001000000Z{CHILD}.20260302T100002000000Z11111111-2222-3333-4444-555555555555");
        let e = events(&format!(
            r#"{{"run_type":"tool","id":"11111111-2222-3333-4444-555555555555","name":"find_order","dotted_order":"{order}","start_time":1772445602000,"error":"boom","outputs":{{"output":{{"tool_call_id":"call-9"}}}}}}"#
        ))
        .remove(0);
        assert_eq!((e.kind, e.action.as_deref(), e.tool_call.as_deref()), (EventKind::ToolSpan, Some("find_order"), Some("call-9")));
        assert_eq!((e.parent_span, e.trace), (SpanId::new(CHILD), TraceId::new(ROOT)));
        assert_eq!((e.outcome, e.time), (Outcome::Error, Time::from_seconds(1_772_445_602)));
        // Without parent and order the trace's root is all that is known to be above.
        assert_eq!(run(&format!(r#""id":"{CHILD}""#)).parent_span, SpanId::new(ROOT));
    }

    #[test]
    fn nested_runs_are_records_of_their_own() {
        let tool = r#"{"id":"t1","name":"find_order","run_type":"tool","start_time":"2026-03-02T10:00:01","outputs":{"output":{"status":"error","tool_call_id":"c1"}}}"#;
        let text = format!(
            r#"{{"id":"{ROOT}","name":"agent","run_type":"chain","child_runs":[{{"id":"{CHILD}","run_type":"chain","name":"tools","child_runs":[{tool}]}}]}}"#
        );
        let found = parts(&text);
        assert_eq!((found.len(), &text[found[2].0.clone()]), (3, tool));
        let e = events(&text);
        assert_eq!((e[1].parent_span.clone(), e[2].parent_span.clone()), (SpanId::new(ROOT), SpanId::new(CHILD)));
        assert!(e.iter().all(|e| e.trace == TraceId::new(ROOT)));
        assert_eq!((e[2].kind, e[2].outcome), (EventKind::ToolSpan, Outcome::Error));
        assert_eq!(parts(&text[..text.len() - 5]).len(), 1, "a torn tree is one broken record");
        let bare = text.replace(r#""id":"t1","#, "").replace(&format!(r#""id":"{CHILD}","#), "");
        let e = events(&bare);
        assert_eq!((e[2].parent_span == e[1].span, e[1].parent_span == e[0].span, e[2].id.is_none()), (true, true, true));
        assert_ne!(e[2].span, e[1].span);
    }

    #[test]
    fn a_run_that_only_asked_a_person_is_an_approval() {
        let asked = r#""inputs":{"request":[{"action_request":{"action":"order.refund","args":{}},"config":{}}]},"outputs":{"output":[{"type":"accept","args":null}]},"extra":{"metadata":{"user_id":"ada@example.org"}}"#;
        let e = run(&format!(r#""id":"{CHILD}","parent_run_id":"{ROOT}",{asked}"#));
        assert_eq!((e.kind, e.action.as_deref(), people(&e).len()), (EventKind::Approval, Some("order.refund"), 0));
        let a = e.approval.unwrap();
        assert_eq!((a.granted, a.approved_by, a.subject), (Some(true), None, None));
        // The root is the run.
        assert_eq!(run(&format!(r#""id":"{ROOT}",{asked}"#)).kind, EventKind::Span);
        let error = r#""error":"GraphInterrupt((Interrupt(value=[{'action_request': {'action': 'order.refund'}}]),))""#;
        assert_eq!(run(&format!(r#""id":"{CHILD}","parent_run_id":"{ROOT}",{error}"#)).kind, EventKind::Span);
    }

    #[test]
    fn placeholders_are_nobody() {
        let e = run(&format!(r#""id":"{ROOT}","extra":{{"metadata":{{"user_id":"None","langgraph_auth_user_id":"<redacted>","user":"x"}}}}"#));
        assert_eq!((people(&e).len(), e.human_empty), (0, WhyEmpty::Redacted));
    }

    #[test]
    fn containers_and_what_is_another() {
        let registry = registry(Vec::new());
        let one = format!(r#"{{"id":"{ROOT}","run_type":"tool","trace_id":"{ROOT}","name":"x"}}"#);
        assert_eq!(registry.detect(&Form::Array, &[one.as_bytes()]).name(), NAME);
        let list = format!(r#"{{"trace_id":"{ROOT}","runs":[{one}]}}"#);
        assert_eq!(registry.detect(&Form::Objects, &[list.as_bytes()]).name(), NAME);
        assert_eq!(events(&list).len(), 1);
        let header = ["id", "run_type", "trace_id", "name", "start_time", "extra"].map(String::from).to_vec();
        let form = Form::Csv { delimiter: b',', header };
        let row = format!(r#"{ROOT},tool,{ROOT},x,2026-03-02 10:00:00,"{{""metadata"":{{""user_id"":""ada""}}}}""#);
        assert_eq!(registry.detect(&form, &[row.as_bytes()]).name(), NAME);
        let Ok(Understood::Event(e)) = understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::default()).remove(0).2 else {
            panic!("no event")
        };
        assert_eq!(people(&e), ["ada"]);
        // Jobs of a data platform have run types too.
        let job = br#"{"run_id":7,"run_type":"JOB_RUN","trace_id":"x","parent_run_id":1}"#;
        assert_eq!(registry.detect(&Form::Array, &[job]).name(), "unknown");
    }
}
