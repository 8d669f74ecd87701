//! Attributes of a span in their three encodings, and what of them matters here.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::json::{self, Json};

/// Calls back for each attribute with its plain value: OTLP key-value lists, Jaeger tags, flat maps.
pub fn each(found: Option<&Json>, see: &mut dyn FnMut(&str, &Json)) {
    for pair in json::items(found) {
        let (Some(key), Some(value)) = (json::at(pair, "/key").and_then(|k| k.as_str()), json::at(pair, "/value"))
        else {
            continue;
        };
        see(key, plain(value));
    }
    for (key, value) in json::members(found) {
        see(key, plain(value));
    }
}

/// `{"stringValue": "x"}` and its like to the value itself.
fn plain(value: &Json) -> &Json {
    const KINDS: [&str; 5] = ["stringValue", "intValue", "boolValue", "doubleValue", "arrayValue"];
    let Some(object) = value.as_object() else { return value };
    match object.iter().next() {
        Some((key, inner)) if object.len() == 1 && KINDS.iter().any(|k| key.eq_ignore_ascii_case(k)) => {
            json::at(inner, "/values/0").map_or(inner, plain)
        }
        _ => value,
    }
}

/// Attributes of the resource or process that the span belongs to.
pub fn surroundings(span: &Json, envelope: Option<&Json>, see: &mut dyn FnMut(&str, &Json)) {
    each(json::at(span, "/resource/attributes"), see);
    let Some(envelope) = envelope else { return };
    each(json::at(envelope, "/resource/attributes"), see);
    each(json::at(envelope, "/process/tags"), see);
    if let Some(name) = json::at(envelope, "/process/serviceName") {
        see("service.name", name);
    }
}

pub fn text_of(value: &Json) -> Option<String> {
    json::scalar(value)
}

/// An id as hexadecimal. Protobuf's own JSON writes ids as base64, with padding that hexadecimal never has.
pub fn encoded_id(text: &str, bytes: usize) -> String {
    let base64 = text.len() == bytes.div_ceil(3) * 4 && text.ends_with('=');
    match base64.then(|| super::super::token_records::base64(text)).flatten() {
        Some(decoded) if decoded.len() == bytes => decoded.iter().map(|b| format!("{b:02x}")).collect(),
        _ => text.to_string(),
    }
}

/// Attributes that name the user of a run, best known first.
const USERS: [&str; 7] =
    ["enduser.id", "user.id", "user.email", "kagent.user_id", "langfuse.user.id", "session.user", "gen_ai.user.id"];

/// Attributes that say what started a run where no person did.
const TRIGGERS: [&str; 9] = [
    "trigger",
    "gen_ai.trigger",
    "gen_ai.trigger.type",
    "run.trigger",
    "trigger.type",
    "schedule",
    "schedule.name",
    "run.schedule",
    "faas.trigger",
];

/// Values of a trigger behind which a person may stand: they are no schedule.
const NOT_A_SCHEDULE: [&str; 20] = [
    "http",
    "https",
    "api",
    "rest",
    "grpc",
    "web",
    "ui",
    "cli",
    "user",
    "human",
    "manual",
    "chat",
    "interactive",
    "request",
    "message",
    "prompt",
    "other",
    "unknown",
    "none",
    "false",
];

/// Whether what started a run is a word behind which a person may stand.
pub fn may_be_a_person(trigger: &str) -> bool {
    NOT_A_SCHEDULE.iter().any(|w| trigger.trim().eq_ignore_ascii_case(w))
}

/// What the attributes of one span say.
#[derive(Default)]
pub struct Facts {
    operation: Option<String>,
    tool_name: Option<String>,
    openinference: Option<String>,
    monocle_kind: Option<String>,
    monocle_name: Option<String>,
    agent_id: Option<String>,
    agent_name: Option<String>,
    other_agent_name: Option<String>,
    /// Attribute and value, in the order seen.
    pub users: Vec<(&'static str, String)>,
    pub tool_call: Option<String>,
    pub trigger: Option<String>,
    pub failed: bool,
    pub client_address: Option<String>,
    pub user_agent: Option<String>,
    pub service: Option<String>,
    pub host: Option<String>,
    pub resource: Option<String>,
    /// Kept as attributes of the event: the arguments of a tool call join it where ids do not.
    pub said: Vec<(&'static str, String)>,
}

impl Facts {
    pub fn see(&mut self, key: &str, value: &Json) {
        let text = || text_of(value);
        match key {
            "gen_ai.operation.name" => self.operation = text(),
            "gen_ai.tool.name" | "tool.name" | "mcp.tool.name" => self.tool_name = self.tool_name.take().or_else(text),
            "gen_ai.tool.call.id" | "tool_call.id" => self.tool_call = self.tool_call.take().or_else(text),
            "openinference.span.kind" => self.openinference = text(),
            "entity.1.type" => self.monocle_kind = text(),
            "entity.1.name" => self.monocle_name = text(),
            "gen_ai.agent.id" => self.agent_id = text(),
            "gen_ai.agent.name" => self.agent_name = text(),
            "agent.name" => self.other_agent_name = text(),
            "error.type" | "exception.type" => self.failed = self.failed || text().is_some(),
            "error" => self.failed = self.failed || text().as_deref() == Some("true"),
            "otel.status_code" => self.failed = self.failed || text().as_deref() == Some("ERROR"),
            "client.address" => self.client_address = text(),
            "user_agent.original" => self.user_agent = text(),
            "mcp.resource.uri" => self.resource = text(),
            "gen_ai.tool.call.arguments" | "tool.parameters" | "gcp.vertex.agent.tool_call_args" => {
                if let Some(arguments) = text() {
                    self.said.push(("arguments", arguments));
                }
            }
            "service.name" => self.service = self.service.take().or_else(text),
            _ => self.see_rarer(key, value),
        }
    }

    fn see_rarer(&mut self, key: &str, value: &Json) {
        if let Some(known) = USERS.iter().find(|u| **u == key) {
            if let Some(text) = text_of(value) {
                self.users.push((known, text));
            }
        } else if TRIGGERS.contains(&key)
            && self.trigger.is_none()
            && let Some(text) = text_of(value)
            && !may_be_a_person(&text)
        {
            self.trigger = Some(if text == "true" { key.to_string() } else { text });
        }
    }

    /// Of the resource only what is about the process: its name and where it ran.
    pub fn see_resource(&mut self, key: &str, value: &Json) {
        match key {
            "service.name" => self.service = self.service.take().or_else(|| text_of(value)),
            "k8s.pod.name" => self.host = text_of(value).or_else(|| self.host.take()),
            "host.name" | "hostname" => self.host = self.host.take().or_else(|| text_of(value)),
            _ => {}
        }
    }

    /// The tool, where the span is a tool call.
    pub fn tool(&self, name: &str) -> Option<String> {
        let by_name = name.strip_prefix("execute_tool ").map(str::trim).filter(|t| !t.is_empty());
        let executes = self.operation.as_deref() == Some("execute_tool")
            || by_name.is_some()
            || self.openinference.as_deref().is_some_and(|k| k.eq_ignore_ascii_case("TOOL"));
        if executes {
            return self.tool_name.clone().or_else(|| by_name.map(String::from)).or_else(|| Some(name.to_string()));
        }
        let monocle = self.monocle_kind.as_deref().is_some_and(|k| k.starts_with("tool."));
        monocle.then(|| self.monocle_name.clone()).flatten()
    }

    /// The agent and the attribute that names it: the id, and a name only where there is no id.
    pub fn agent(&self) -> Option<(&'static str, &str)> {
        let monocle = self.monocle_kind.as_deref().is_some_and(|k| k.starts_with("agent."));
        [
            ("gen_ai.agent.id", &self.agent_id),
            ("gen_ai.agent.name", &self.agent_name),
            ("agent.name", &self.other_agent_name),
            ("entity.1.name", if monocle { &self.monocle_name } else { &None }),
        ]
        .into_iter()
        .find_map(|(key, value)| Some((key, value.as_deref()?)))
    }
}
