//! What the attributes of one span say of tool, agent, user, outcome and ids, in the words of each convention.

use super::super::hints::Search;
use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::approval::Exchange;
use super::attributes::{self, text_of};
use crate::model::{Attribute, Claim, Event, EvidenceKind, FilledBy, Outcome, Principal, Role, WhyEmpty};
use crate::model::principal::is_email;

/// Attributes that name the user of a run.
const USERS: [&str; 14] = [
    "enduser.id",
    "user.id",
    "user.email",
    "kagent.user_id",
    "langfuse.user.id",
    "langfuse.trace.user_id",
    "session.user",
    "gen_ai.user.id",
    "ai.telemetry.metadata.userId",
    "ai.telemetry.metadata.user_id",
    "traceloop.association.properties.user_id",
    "langsmith.metadata.user_id",
    "metadata.user_id",
    "metadata.userId",
];

/// Keys that name the user in metadata that people write freely. A bare `user` or `name` may be anything.
const METADATA_USERS: [&str; 6] =
    ["userid", "enduserid", "useremail", "langfuseuserid", "langgraphauthuserid", "kagentuserid"];

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

/// The span of a tool call in Claude Code; the spans below it tell of waiting and execution, and are parts of it.
const CLAUDE_CODE: &str = "claude_code.tool";

const CLAUDE_CODE_SPANS: &str = "claude_code.";

/// Whose ids the accounts of Claude Code are; the issuer's own audit log writes them too.
pub const ANTHROPIC: &str = "anthropic";

/// Longer arguments stay in the record alone: an event holds no large text.
const ARGUMENTS: usize = 4 << 10;

/// Whether what started a run is a word behind which a person may stand.
pub fn may_be_a_person(trigger: &str) -> bool {
    NOT_A_SCHEDULE.iter().any(|w| trigger.trim().eq_ignore_ascii_case(w))
}

/// What the attributes of one span say.
#[derive(Default)]
pub struct Facts {
    operation: Option<String>,
    /// A convention's own word for the kind of the span: OpenInference, LangSmith, OpenLLMetry, AG2, MLflow, monocle.
    kind: Option<String>,
    tool_name: Option<String>,
    /// `gen_ai.tool.name` stands on nothing but the execution of a tool.
    executed: bool,
    entity_name: Option<String>,
    /// `tool_name`, which only some spans of Claude Code may be believed with.
    bare_tool_name: Option<String>,
    monocle_kind: Option<String>,
    monocle_name: Option<String>,
    mcp_method: Option<String>,
    agent_id: Option<String>,
    agent_name: Option<String>,
    other_agent_name: Option<String>,
    /// Where it stands in the record, and the value, in the order seen.
    pub users: Vec<(String, String)>,
    pub tool_call: Option<String>,
    pub trigger: Option<String>,
    pub conversation: Option<String>,
    pub failed: bool,
    pub denied: bool,
    /// The span tells the side that serves a request.
    pub server: bool,
    client_address: Option<String>,
    peer_address: Option<String>,
    pub user_agent: Option<String>,
    pub service: Option<String>,
    pub host: Option<String>,
    pub resource: Option<String>,
    arguments: Option<String>,
    /// The account that Claude Code is signed in with; its `user.id` is the installation's.
    account: Option<(String, String)>,
    pub exchange: Exchange,
}

impl Facts {
    pub fn see(&mut self, key: &str, value: &Json) {
        let text = || text_of(value);
        match key {
            "gen_ai.operation.name" => self.operation = text(),
            "gen_ai.tool.name" => {
                self.tool_name = text().or_else(|| self.tool_name.take());
                self.executed = self.tool_name.is_some();
            }
            "tool.name" | "mcp.tool.name" | "ai.toolCall.name" | "tool_call.function.name" => {
                self.tool_name = self.tool_name.take().or_else(text);
            }
            "gen_ai.tool.call.id" | "tool_call.id" | "ai.toolCall.id" | "tool.call_id" | "tool_call_id" | "tool_use_id" => {
                self.tool_call = self.tool_call.take().or_else(text);
            }
            "openinference.span.kind"
            | "langsmith.span.kind"
            | "traceloop.span.kind"
            | "ag2.span.type"
            | "mlflow.spanType"
            | "ai.operationId" => self.kind = self.kind.take().or_else(text),
            "span.type" => self.monocle_span(text()),
            "traceloop.entity.name" => self.entity_name = text(),
            "tool_name" => self.bare_tool_name = text(),
            "entity.1.type" => self.monocle_kind = text(),
            "entity.1.name" => self.monocle_name = text(),
            // Later versions of monocle keep the entities as a list, which counts from zero.
            "entity.0.type" if self.monocle_kind.is_none() => self.monocle_kind = text(),
            "entity.0.name" if self.monocle_name.is_none() => self.monocle_name = text(),
            "mcp.method.name" => self.mcp_method = text(),
            "span.kind" => self.server = text().is_some_and(|k| is_server(&k)),
            "gen_ai.agent.id" => self.agent_id = text(),
            "gen_ai.agent.name" => self.agent_name = text(),
            "agent.name" | "agent_name" | "lc_agent_name" | "langsmith.metadata.lc_agent_name" => {
                self.other_agent_name = self.other_agent_name.take().or_else(text);
            }
            "service.name" => self.service = self.service.take().or_else(text),
            _ => self.see_call(key, value),
        }
    }

    /// How the call went, from where it came, and with what.
    fn see_call(&mut self, key: &str, value: &Json) {
        let text = || text_of(value);
        match key {
            "error.type" | "exception.type" => {
                self.failed = self.failed || text().is_some();
                self.denied = self.denied || text().is_some_and(|t| is_denial(&t));
            }
            "http.response.status_code" | "http.status_code" => {
                self.denied = self.denied || matches!(text().as_deref(), Some("401" | "403"));
            }
            "error" => self.failed = self.failed || text().as_deref() == Some("true"),
            "otel.status_code" => self.failed = self.failed || text().as_deref() == Some("ERROR"),
            "gen_ai.tool.call.result"
            | "gcp.vertex.agent.tool_response"
            | "ai.toolCall.result"
            | "traceloop.entity.output"
            | "tool_response" => self.answered(value),
            "output.value" => {
                self.answered(value);
                self.exchange.see(key, value);
            }
            "mcp.tool.result.is_error" | "mcp.is_error" => {
                self.failed = self.failed || text().as_deref() == Some("true");
            }
            "client.address" | "http.client_ip" => self.client_address = text(),
            "network.peer.address" | "net.peer.ip" | "net.sock.peer.addr" => {
                self.peer_address = self.peer_address.take().or_else(text);
            }
            "user_agent.original" => self.user_agent = text(),
            "http.user_agent" => self.user_agent = self.user_agent.take().or_else(text),
            "mcp.resource.uri" => self.resource = text(),
            "gen_ai.tool.call.arguments"
            | "tool.parameters"
            | "gcp.vertex.agent.tool_call_args"
            | "ai.toolCall.args"
            | "tool_arguments"
            | "tool_call.function.arguments" => {
                self.arguments = self.arguments.take().or_else(text).filter(|a| a.len() <= ARGUMENTS);
            }
            _ => self.see_rarer(key, value),
        }
    }

    fn see_rarer(&mut self, key: &str, value: &Json) {
        match key {
            "session.id"
            | "langfuse.session.id"
            | "gcp.vertex.agent.session_id"
            | "scope.agentic.session"
            | "thread_id"
            | "langsmith.metadata.thread_id" => self.conversation = self.conversation.take().or_else(|| text_of(value)),
            "decision" | "source" | "input.value" => self.exchange.see(key, value),
            "user.account_id" | "user.account_uuid" if self.account.is_none() || key == "user.account_id" => {
                self.account = text_of(value).map(|id| (format!("/attributes/{key}"), id)).or_else(|| self.account.take());
            }
            // OpenInference writes a map of the house's own keys as text.
            "metadata" => attributes::each(Some(value), &mut |key, value| self.see_user(key, value, "/attributes/metadata")),
            _ if USERS.contains(&key) => {
                if let Some(text) = text_of(value) {
                    self.users.push((format!("/attributes/{key}"), text));
                }
            }
            _ if TRIGGERS.contains(&key) && self.trigger.is_none() => {
                if let Some(text) = text_of(value).filter(|t| !may_be_a_person(t)) {
                    self.trigger = Some(if text == "true" { key.to_string() } else { text });
                }
            }
            _ => {}
        }
    }

    /// A key of metadata that people write freely, beside the conventions' own.
    pub fn see_metadata(&mut self, key: &str, value: &Json, place: &str) {
        let known = self.users.len();
        self.see(key, value);
        if self.users.len() == known {
            self.see_user(key, value, place);
        }
        let key: String = letters(key);
        if matches!(key.as_str(), "threadid" | "sessionid" | "conversationid") {
            self.conversation = self.conversation.take().or_else(|| text_of(value));
        }
    }

    fn see_user(&mut self, key: &str, value: &Json, place: &str) {
        if METADATA_USERS.contains(&letters(key).as_str())
            && let Some(text) = text_of(value)
        {
            self.users.push((format!("{place}/{key}"), text));
        }
    }

    fn monocle_span(&mut self, kind: Option<String>) {
        match kind.as_deref() {
            Some("agentic.tool.invocation") => self.kind = Some("tool".into()),
            Some(other) if other.starts_with("inference") || other.starts_with("agentic.") => {
                self.kind = self.kind.take().or_else(|| Some(other.into()));
            }
            _ => {}
        }
    }

    /// A tool's answer: the Model Context Protocol tells of a failed tool inside a successful response.
    pub fn answered(&mut self, value: &Json) {
        // Most answers are long and say nothing of the kind: they are not parsed.
        let parsed = match sonic_rs::JsonValueTrait::as_str(value) {
            Some(text) if text.contains("isError") => json::nested(value).ok().flatten(),
            Some(_) => None,
            None => Some(value.clone()),
        };
        if let Some(answer) = parsed {
            let said = ["/isError", "/result/isError", "/response/isError", "/output/isError"];
            self.failed = self.failed || said.iter().any(|p| json::flag(&answer, p) == Some(true));
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
        // The serving side of a call that its client tells too: one call is not two.
        if self.server && self.mcp_method.is_some() {
            return None;
        }
        let named = |prefix| name.strip_prefix(prefix).map(str::trim).filter(|t| !t.is_empty());
        let by_name = named("execute_tool ").or_else(|| named("tools/call "));
        let monocle = self.monocle_kind.as_deref().is_some_and(|k| k.starts_with("tool."));
        let says = by_name.is_some()
            || self.operation.as_deref().is_some_and(|o| matches!(o, "execute_tool" | "tool"))
            || self.kind.as_deref().is_some_and(is_tool)
            || self.mcp_method.as_deref() == Some("tools/call")
            || matches!(name, "ai.toolCall" | CLAUDE_CODE)
            || (self.executed && self.operation.is_none() && self.kind.is_none())
            || (monocle && self.kind.is_none());
        if !says {
            return None;
        }
        let tool = self
            .tool_name
            .clone()
            .or_else(|| if monocle { self.monocle_name.clone() } else { None })
            .or_else(|| self.entity_name.clone())
            .or_else(|| self.bare_tool_name.clone().filter(|_| name == CLAUDE_CODE))
            .or_else(|| by_name.map(String::from))
            .unwrap_or_else(|| name.strip_suffix(".tool").unwrap_or(name).to_string());
        // Google's kit adds a span for the joined answers of calls that have spans of their own.
        (!tool.starts_with("(merged")).then_some(tool)
    }

    /// The agent and the attribute that names it: the id, and a name only where there is no id.
    pub fn agent<'a>(&'a self, name: &'a str) -> Option<(&'static str, &'a str)> {
        let monocle = self.monocle_kind.as_deref().is_some_and(|k| k.starts_with("agent."));
        let entity = self.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case("agent"));
        let run = name.strip_prefix("agent_run [").and_then(|n| n.strip_suffix(']'));
        let invoked = name.strip_prefix("invoke_agent ").or(run).map(str::trim).filter(|n| !n.is_empty());
        [
            ("gen_ai.agent.id", self.agent_id.as_deref()),
            ("gen_ai.agent.name", self.agent_name.as_deref()),
            ("agent.name", self.other_agent_name.as_deref()),
            ("entity.1.name", if monocle { self.monocle_name.as_deref() } else { None }),
            ("traceloop.entity.name", if entity { self.entity_name.as_deref() } else { None }),
            ("name", invoked),
        ]
        .into_iter()
        .find_map(|(key, value)| Some((key, value?)))
    }

    /// Success, error or denial, where the record's own status says no more than that it ended.
    pub fn outcome(&self, status: Outcome) -> Outcome {
        match status {
            _ if self.denied => Outcome::Denied,
            _ if self.failed => Outcome::Error,
            other => other,
        }
    }

    /// Puts what was seen into the event.
    pub fn fill(mut self, name: &str, event: &mut Event) {
        self.claim(name, event);
        event.service = self.service.take();
        event.host = self.host.take();
        event.source_ip = self.client_address.take().or_else(|| self.peer_address.take().filter(|_| self.server));
        event.user_agent = self.user_agent.take();
        event.tool_call = event.tool_call.take().or_else(|| self.tool_call.take());
        event.trigger = self.trigger.take();
        event.resource = self.resource.take();
        event.conversation = event.conversation.take().or_else(|| self.conversation.take());
        if let Some(arguments) = self.arguments.take() {
            event.attributes.push(("arguments".into(), Attribute::Text(arguments)));
        }
        let user = self.claude_code_user().and_then(|(_, user)| Some(Principal::new(ANTHROPIC, somebody(&user).ok()?)));
        self.exchange.fill(name, self.bare_tool_name.take(), user, event);
    }

    /// The user that a span of Claude Code names, and where: the address, else the account. `user.id` is a device.
    fn claude_code_user(&self) -> Option<(String, String)> {
        let mut addresses = self.users.iter().filter(|(field, _)| field == "/attributes/user.email");
        let address = addresses.clone().find(|(_, text)| somebody(text).is_ok());
        address.cloned().or_else(|| self.account.clone()).or_else(|| addresses.next().cloned())
    }

    fn claim(&self, name: &str, event: &mut Event) {
        // `user.id` and `user.email` are two words for one user, and an address is told apart everywhere.
        let addressed = self.users.iter().any(|(f, text)| f == "/attributes/user.email" && somebody(text).is_ok());
        let other_word = |field: &str, text: &str| addressed && field == "/attributes/user.id" && !is_email(text.trim());
        let users: Vec<(String, String)> = match name.starts_with(CLAUDE_CODE_SPANS) {
            // Whose device it is nobody says.
            true => {
                let set = |field: &str| field != "/attributes/user.id" && field != "/attributes/user.email";
                let others = self.users.iter().filter(|(field, _)| set(field)).cloned();
                self.claude_code_user().into_iter().chain(others).collect()
            }
            false => self.users.iter().filter(|(field, text)| !other_word(field, text)).cloned().collect(),
        };
        for (field, text) in &users {
            let named = |text: &str| match field.starts_with("/attributes/user.account") {
                true => Some(Principal::new(ANTHROPIC, text)),
                false => Principal::from_word(text),
            };
            match somebody(text).map(named) {
                Ok(Some(person)) => claim(event, Role::Human, person, field.clone()),
                Ok(None) => {}
                Err(WhyEmpty::Redacted) => event.human_empty = WhyEmpty::Redacted,
                Err(_) => {}
            }
        }
        if let Some((key, text)) = self.agent(name)
            && let Ok(Some(agent)) = somebody(text).map(Principal::from_word)
        {
            let field = if key == "name" { "/name".to_string() } else { format!("/attributes/{key}") };
            claim(event, Role::Agent, agent, field);
        }
    }
}

/// Everything in a trace is the word of the process that wrote it.
fn claim(event: &mut Event, role: Role, principal: Principal, field: String) {
    if event.claims.iter().any(|c| c.role == role && c.principal == principal) {
        return;
    }
    event.claims.push(Claim { role, principal, evidence: EvidenceKind::K8, by: FilledBy::Caller, field });
}

/// Metadata of a run, given to facts and hints alike.
pub fn metadata(found: Option<&Json>, place: &str, facts: &mut Facts, search: &mut Search<'_>) {
    attributes::each(found, &mut |key, value| {
        facts.see_metadata(key, value, place);
        search.key(key, value, FilledBy::Caller);
    });
}

/// The tool call that a tool's message answers, as LangChain writes it: bare, under `kwargs`, or under `output`.
pub fn answered_call(message: &Json) -> Option<String> {
    const PLACES: [&str; 8] = [
        "/tool_call_id",
        "/kwargs/tool_call_id",
        "/output/tool_call_id",
        "/output/kwargs/tool_call_id",
        "/output/0/tool_call_id",
        "/0/tool_call_id",
        "/tool_use_id",
        "/toolCallId",
    ];
    json::first_text(message, &PLACES)
}

fn is_tool(kind: &str) -> bool {
    let kind = kind.trim_matches('"');
    kind.eq_ignore_ascii_case("tool") || kind == "ai.toolCall"
}

/// Kind of a span that serves: `SPAN_KIND_SERVER`, `SpanKind.SERVER`, `server`.
pub fn is_server(kind: &str) -> bool {
    kind.rsplit(['.', '_']).next().is_some_and(|k| k.eq_ignore_ascii_case("server"))
}

fn is_denial(error: &str) -> bool {
    matches!(
        letters(error).as_str(),
        "401" | "403" | "permissiondenied" | "unauthorized" | "forbidden" | "accessdenied" | "unauthenticated"
    )
}

/// A key without case and punctuation.
fn letters(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
