//! OpenInference traces: Arize Phoenix and Arize AX.
//!
//! - **Ask for**: all spans of the project for the whole period: Phoenix's span export (`get_spans_dataframe().to_csv()`, the REST
//!   API or the command line), Arize's `spans export`, or the collector's OTLP JSON before it reaches them.
//! - **Reads**: the containers of OpenTelemetry traces (OTLP, Tempo, Jaeger, SDK JSON), Phoenix's span JSON, and its table as CSV
//!   (`context.trace_id`, `context.span_id`, `parent_id`, `span_kind`, `attributes.*`), attribute names whole or taken apart into
//!   objects. Parquet is not read: have it written as CSV or JSON lines.
//! - **Recognised by**: spans, of which at least one of the first says `openinference.span.kind` or Phoenix's `span_kind`.
//! - **Filled by**: everything is written by the agent's own process: user (`user.id`, `metadata`), agent (`agent.name`) and run
//!   ids are the `caller`'s word. A span has no principal on the wire.
//! - **Answers**: runs and their parents, who the root of a run says it was for (`user.id`), sessions, and tool calls (kind
//!   `TOOL`) with tool, parameters, tool call id and outcome.
//! - **Never tells**: whether the user it names was authenticated. A user on a span that is no root names nobody. Tool calls in
//!   `llm.output_messages` are a model's wish and no calls; a span of kind AGENT that names a tool is no call either.
//! - **Documented in**: the OpenInference specification (semantic conventions), arize.com and the Phoenix documentation. Seen in real
//!   records: attributes, OTLP and SDK spans. From documentation alone: the columns of Phoenix's table and its span JSON.

use super::json::{self, Json};
use super::otel_traces;
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};

pub const SOURCE: &dyn Source = &OpenInference;

struct OpenInference;

const NAME: &str = "openinference";
const KIND: &str = "openinference.span.kind";

impl Source for OpenInference {
    fn name(&self) -> &str {
        NAME
    }

    /// Spans like all others, and therefore one point more than what reads spans of any convention.
    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let spans = otel_traces::recognise(sample)?;
        let said = sample.chunks.iter().filter(|c| memchr::memmem::find(c, KIND.as_bytes()).is_some()).count();
        let said = said.max(sample.count(says_kind));
        let column = sample.header.iter().any(|h| h.contains(KIND) || h.trim() == "span_kind");
        if said == 0 && !column {
            return None;
        }
        Some(Recognition { score: spans.score + 1, why: format!("{}, with {KIND}", spans.why) })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        otel_traces::expand(chunk)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        otel_traces::understand(NAME, record, hints)
    }
}

fn says_kind(value: &Json) -> bool {
    let known = ["TOOL", "AGENT", "LLM", "CHAIN", "RETRIEVER", "EMBEDDING", "RERANKER", "GUARDRAIL", "EVALUATOR"];
    json::at(value, "/attributes/openinference/span/kind").is_some()
        || (json::at(value, "/context/trace_id").is_some()
            && json::text(value, "/span_kind").is_some_and(|k| known.iter().any(|w| k.eq_ignore_ascii_case(w))))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{Event, EventKind, Outcome, Role, SpanId};
    use crate::read::Form;

    fn events(form: &Form, chunk: &str) -> Vec<Event> {
        understand_chunk(SOURCE, form, chunk.as_bytes(), &Hints::default())
            .into_iter()
            .map(|(_, _, understood)| match understood {
                Ok(Understood::Event(event)) => *event,
                other => panic!("no event: {other:?}"),
            })
            .collect()
    }

    const TOOL: &str = r#"{"name":"find_order","context":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"},"span_kind":"TOOL","parent_id":"53ce929d0e0e4736","start_time":"2026-03-02T10:00:00Z","end_time":"2026-03-02T10:00:01Z","status_code":"ERROR","attributes":{"openinference":{"span":{"kind":"TOOL"}},"tool":{"name":"find_order","parameters":"{\"id\":7}"},"tool_call":{"id":"call-9"},"user":{"id":"ada@example.org"}}}"#;

    #[test]
    fn attributes_taken_apart_are_put_together() {
        let e = events(&Form::Array, TOOL).remove(0);
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::ToolSpan, Some("find_order")));
        assert_eq!((e.tool_call.as_deref(), e.outcome), (Some("call-9"), Outcome::Error));
        assert_eq!(e.parent_span, SpanId::new("53ce929d0e0e4736"));
        assert_eq!(e.claims.iter().filter(|c| c.role == Role::Human).count(), 1);
    }

    #[test]
    fn the_table_of_phoenix_reads_like_the_spans() {
        let header = [
            "context.span_id",
            "name",
            "span_kind",
            "parent_id",
            "start_time",
            "end_time",
            "status_code",
            "context.trace_id",
            "attributes.openinference.span.kind",
            "attributes.tool.name",
            "attributes.user.id",
            "attributes.metadata",
        ];
        let form = Form::Csv { delimiter: b',', header: header.map(String::from).to_vec() };
        let root = r#"a1,ask,AGENT,,2026-03-02 10:00:00.000000+00:00,2026-03-02 10:00:05+00:00,OK,4bf9,AGENT,,ada@example.org,"{""run_id"":""r-17""}""#;
        let tool = "a2,find_order,TOOL,a1,2026-03-02 10:00:01+00:00,2026-03-02 10:00:02+00:00,UNSET,4bf9,TOOL,find_order,,";
        let found = registry(Vec::new()).detect(&form, &[root.as_bytes(), tool.as_bytes()]).name().to_string();
        assert_eq!(found, NAME);
        let (root, tool) = (events(&form, root).remove(0), events(&form, tool).remove(0));
        assert_eq!((root.kind, root.parent_span.is_none(), root.claims.len()), (EventKind::Span, true, 1));
        assert_eq!((tool.kind, tool.parent_span == root.span, tool.claims.len()), (EventKind::ToolSpan, true, 0));
        assert!(root.time.is_some() && tool.end.is_some());
        assert_eq!((root.run.is_some(), tool.run.is_none()), (true, true));
    }

    #[test]
    fn the_table_as_json_keeps_its_columns() {
        let row = r#"{"name":"find_order","span_kind":"TOOL","parent_id":"a1","start_time":1772445601000,"end_time":1772445602000,"status_code":"OK","context.span_id":"a2","context.trace_id":"4bf9","attributes.openinference.span.kind":"TOOL","attributes.tool.name":"find_order","attributes.metadata":{"run_id":"r-17"}}"#;
        assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[row.as_bytes()]).name(), NAME);
        let e = events(&Form::Lines, row).remove(0);
        assert_eq!((e.kind, e.action.as_deref()), (EventKind::ToolSpan, Some("find_order")));
        assert_eq!((e.parent_span, e.time.is_some()), (SpanId::new("a1"), true));
        assert_eq!(e.run.map(|(run, _)| run.shown()).as_deref(), Some("r-17"));
    }

    #[test]
    fn an_agents_span_that_names_a_tool_is_no_call() {
        let span = TOOL.replace(r#""kind":"TOOL""#, r#""kind":"AGENT""#).replace(r#""span_kind":"TOOL""#, r#""span_kind":"AGENT""#);
        assert_eq!(events(&Form::Array, &span)[0].kind, EventKind::Span);
    }

    #[test]
    fn attributes_alone_join_by_the_tool_call_and_name_nobody() {
        let e = events(
            &Form::Objects,
            r#"{"openinference.span.kind":"TOOL","tool.name":"find_order","tool_call.id":"call-9","user.id":"ada@example.org"}"#,
        )
        .remove(0);
        assert_eq!((e.kind, e.action.as_deref(), e.tool_call.as_deref()), (EventKind::ToolSpan, Some("find_order"), Some("call-9")));
        assert_eq!((e.claims.len(), e.trace), (0, None));
    }

    #[test]
    fn spans_of_another_convention_and_records_without_spans_are_others() {
        let registry = registry(Vec::new());
        let plain = TOOL.replace(r#""span_kind":"TOOL","#, "").replace("openinference", "other");
        assert_eq!(registry.detect(&Form::Array, &[plain.as_bytes()]).name(), "otel_traces");
        assert_eq!(registry.detect(&Form::Array, &[TOOL.as_bytes()]).name(), NAME);
        let prose = br#"{"text":"set openinference.span.kind to TOOL","id":1}"#;
        assert_eq!(registry.detect(&Form::Array, &[prose]).name(), "unknown");
    }
}
