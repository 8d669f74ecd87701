//! One log record: its event name, who wrote it, and its attributes in any rendering.

use std::collections::BTreeMap;

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::json::{self, Json};
use super::super::nobody;
use super::super::otel_traces::{each, encoded_id, surroundings};
use crate::model::{SpanId, Time, TraceId, WhyEmpty};

/// Whose words the record is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    ClaudeCode,
    Codex,
    GeminiCli,
    GenAi,
}

impl Writer {
    const PREFIXES: [(&'static str, Writer); 4] = [
        ("claude_code.", Writer::ClaudeCode),
        ("codex.", Writer::Codex),
        ("gemini_cli.", Writer::GeminiCli),
        ("gen_ai.", Writer::GenAi),
    ];

    /// Writer and bare name of an event name. What follows the prefix is words, or it is some other text.
    fn of(name: &str) -> Option<(Writer, &str)> {
        let (prefix, writer) = Writer::PREFIXES.into_iter().find(|(prefix, _)| name.starts_with(prefix))?;
        let bare = name.get(prefix.len()..)?;
        let words = !bare.is_empty() && bare.len() <= 64 && bare.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.');
        words.then_some((writer, bare))
    }

    fn prefix(self) -> &'static str {
        Writer::PREFIXES.into_iter().find(|(_, w)| *w == self).map_or("", |(prefix, _)| prefix)
    }
}

/// Where renderings keep the attributes of a record; the first word for a thing stands.
const ATTRIBUTES: [&str; 9] = [
    "/attributes",
    "/LogAttributes",
    "/log_attributes",
    "/labels",
    "/fields",
    "/stream",
    "/structuredMetadata",
    "/structured_metadata",
    "/2",
];
const BODIES: [&str; 8] =
    ["/body/stringValue", "/body/string_value", "/body/text", "/body", "/_body", "/line", "/message", "/1"];
const EVENT_NAMES: [&str; 3] = ["/eventName", "/event_name", "/_eventName"];
const TIMES: [&str; 10] = [
    "/timeUnixNano",
    "/time_unix_nano",
    "/TimestampTime",
    "/Timestamp",
    "/@timestamp",
    "/time",
    "/ts",
    "/0",
    "/observedTimeUnixNano",
    "/observed_time_unix_nano",
];

/// What one record of an agent's log says.
pub struct Said {
    pub writer: Writer,
    /// The event's name without its writer's prefix.
    pub name: String,
    /// Attributes by the letters of their names: `session.id` and `session_id` are one.
    values: BTreeMap<String, (String, Json)>,
    time: Option<Time>,
    trace: Option<TraceId>,
    span: Option<SpanId>,
}

impl Said {
    /// `None` where the record is no agent's event.
    pub fn of(record: &Json, around: Option<&Json>) -> Option<Said> {
        let body = BODIES.iter().find_map(|p| json::text(record, p));
        let mut said =
            Said { writer: Writer::GenAi, name: String::new(), values: BTreeMap::new(), time: None, trace: None, span: None };
        for pointer in ATTRIBUTES {
            each(json::at(record, pointer), &mut |key, value| said.keep(key, value));
        }
        surroundings(record, around, &mut |key, value| said.keep(key, value));
        for stream in [around.and_then(|a| json::at(a, "/stream"))].into_iter().flatten() {
            each(Some(stream), &mut |key, value| said.keep(key, value));
        }
        // A flat rendering has its attributes beside what the collector adds.
        for (key, value) in json::members(Some(record)).filter(|(_, v)| !v.is_object() && !v.is_array()) {
            said.keep(key, value);
        }
        let named = said.text("event.name").or_else(|| EVENT_NAMES.iter().find_map(|p| json::text(record, p)));
        let whole = [named.as_deref(), body.as_deref()].into_iter().flatten().find_map(Writer::of);
        let (writer, name) = match (whole, &named) {
            (Some((writer, name)), _) => (writer, name.to_string()),
            (None, Some(name)) => (said.product(record, around)?, name.clone()),
            (None, None) => return None,
        };
        (said.writer, said.name) = (writer, name);
        said.place(record);
        Some(said)
    }

    fn keep(&mut self, key: &str, value: &Json) {
        if json::scalar(value).is_some() {
            self.values.entry(letters(key)).or_insert_with(|| (key.to_string(), value.clone()));
        }
    }

    /// Which agent writes under this scope or service, where the event's name alone does not say.
    fn product(&self, record: &Json, around: Option<&Json>) -> Option<Writer> {
        const SCOPES: [&str; 5] = ["/scope/name", "/instrumentationScope/name", "/ScopeName", "/scope_name", "/scope"];
        let scope = [Some(record), around].into_iter().flatten().find_map(|v| json::first_text(v, &SCOPES));
        let service = self.text("service.name");
        [scope, service].into_iter().flatten().map(|name| letters(&name)).find_map(|name| match () {
            () if name.contains("claudecode") => Some(Writer::ClaudeCode),
            () if name.starts_with("codex") => Some(Writer::Codex),
            () if name.contains("geminicli") => Some(Writer::GeminiCli),
            () => None,
        })
    }

    fn place(&mut self, record: &Json) {
        const TRACES: [&str; 4] = ["/traceId", "/trace_id", "/spanContext/traceId", "/2/trace_id"];
        const SPANS: [&str; 4] = ["/spanId", "/span_id", "/spanContext/spanId", "/2/span_id"];
        // The SDK's clock is the event's; the record's may be the exporter's.
        let own = self.value("event.timestamp").and_then(json::moment);
        self.time = own.or_else(|| pair(json::at(record, "/hrTime"))).or_else(|| {
            TIMES.iter().find_map(|p| json::time(record, p).filter(|t| t.0 != 0))
        });
        let id = |places: &[&str], key| json::first_text(record, places).or_else(|| self.text(key));
        let trace = id(&TRACES, "trace_id").and_then(|t| TraceId::new(&encoded_id(&t, 16)));
        let span = id(&SPANS, "span_id").and_then(|t| SpanId::new(&encoded_id(&t, 8)));
        (self.trace, self.span) = (trace, span);
    }

    fn value(&self, key: &str) -> Option<&Json> {
        self.values.get(&letters(key)).map(|(_, value)| value)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        json::scalar(self.value(key)?)
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.text(key)?.to_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// Text that is no placeholder.
    pub fn somebody(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        nobody::somebody(&text).is_ok().then_some(text)
    }

    pub fn human_empty(&self) -> WhyEmpty {
        let blotted = |key| self.text(key).is_some_and(|t| nobody::somebody(&t) == Err(WhyEmpty::Redacted));
        if blotted("user.email") || blotted("user.account_id") { WhyEmpty::Redacted } else { WhyEmpty::Absent }
    }

    pub fn each(&self, see: &mut dyn FnMut(&str, &Json)) {
        self.values.values().for_each(|(key, value)| see(key, value));
    }

    pub fn full_name(&self) -> String {
        format!("{}{}", self.writer.prefix(), self.name)
    }

    pub fn time(&self) -> Option<Time> {
        self.time
    }

    pub fn trace(&self) -> Option<TraceId> {
        self.trace.clone()
    }

    /// The span around the record; a log record has none of its own.
    pub fn span(&self) -> Option<SpanId> {
        self.span.clone()
    }

    /// What holds the events of one prompt together: Claude Code's and Gemini's prompt, Codex' conversation; else the session.
    pub fn run(&self) -> Option<String> {
        let key = match self.writer {
            Writer::ClaudeCode | Writer::GeminiCli => "prompt.id",
            Writer::Codex => "conversation.id",
            Writer::GenAi => return None,
        };
        self.somebody(key).or_else(|| self.somebody("session.id"))
    }

    pub fn conversation(&self) -> Option<String> {
        let key = if self.writer == Writer::Codex { "conversation.id" } else { "session.id" };
        self.somebody(key)
    }

    pub fn tool_call(&self) -> Option<String> {
        ["tool_use_id", "call_id", "gen_ai.tool.call.id", "tool_call_id"].iter().find_map(|key| self.somebody(key))
    }

    /// The tool. Older events of Claude Code say `mcp_tool` for every tool of an MCP server, and which one in the parameters.
    pub fn tool(&self) -> Option<String> {
        let name = self.somebody("tool_name").or_else(|| self.somebody("function_name"))?;
        if name != "mcp_tool" {
            return Some(name);
        }
        let parameters = self.value("tool_parameters").and_then(|p| json::nested(p).ok().flatten());
        let inner = parameters.and_then(|p| json::text(&p, "/mcp_tool_name"));
        inner.or_else(|| self.somebody("mcp_tool_name")).or(Some(name))
    }
}

/// Seconds and nanoseconds, as the JavaScript SDK keeps them.
fn pair(value: Option<&Json>) -> Option<Time> {
    let list = value?.as_array()?;
    let (seconds, nanos) = (list.first()?.as_i64()?, list.get(1)?.as_i64()?);
    Time::from_nanos(i128::from(seconds).checked_mul(1_000_000_000)?.checked_add(i128::from(nanos))?)
}

/// A name without case and punctuation.
fn letters(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
