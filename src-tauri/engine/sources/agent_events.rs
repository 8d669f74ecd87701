//! Event logs of coding agents: Claude Code, Codex, Gemini CLI, and GenAI log events.
//!
//! - **Ask for**: the log events (not the metrics) that every developer machine and build runner sends to the collector, for the
//!   whole period and with all event names: from the collector's file exporter, or out of Loki, ClickHouse, CloudWatch or Elastic
//!   as JSON. Ask that users are signed in with their own accounts: with an API key the events name a device alone.
//! - **Reads**: OTLP logs JSON (`resourceLogs`, one object or one a line, names in either spelling); log records of the
//!   JavaScript SDK (Gemini CLI's own file); rows of ClickHouse's `otel_logs`; answers of Loki and lines of its command line;
//!   one flat object a record, names with dots or underscores. Spans and metrics in the same file are read as spans, and kept.
//! - **Recognised by**: event names: `claude_code.*`, `codex.*`, `gemini_cli.*`, `gen_ai.*`; also without their prefix, where
//!   the record says elsewhere which of the agents wrote it.
//! - **Filled by**: everything is written by the agent's own process, so user (`user.email`, `user.account_id`,
//!   `user.account_uuid`), agent (`service.name`), session and prompt ids are the `caller`'s word. `user.id` is a device of
//!   Claude Code and names nobody. There is no principal on the wire.
//! - **Answers**: who gave a prompt, which tools ran for it, with which tool call id and how they ended, and who let each of them
//!   run. A decision is the user's only where the event says that a person took it: `user_permanent`, `user_temporary`,
//!   `user_reject`, `user_abort` of Claude Code, `user` of Codex, `accept`, `modify` and, in a terminal, `reject` of Gemini CLI.
//!   What configuration, a hook or another model allowed has no approver: a rule of the tool approved it, and `decided_by` says which.
//! - **Never tells**: whether the user was authenticated, and whether somebody looked before agreeing. `user_permanent` may be a rule that
//!   the person saved long before. Prompts and arguments are left out unless the house switched them on. `event.sequence` is
//!   not documented to leave no number out, so gaps in it prove nothing.
//! - **Documented in**: code.claude.com, "Monitoring"; the Codex configuration reference and its public source (`codex-rs/otel`);
//!   geminicli.com, "Telemetry", and its public source; opentelemetry.io, "Semantic conventions for generative AI events". From
//!   documentation and public source alone: no real log of any of them was at hand.
//!
//! A tool result is a tool span without a span of its own: the span id of a log record is that of the span around it. Where a
//! trace holds the same tool call, the trace's span is the call.

mod record;
mod split;

use super::json::Json;
use super::otel_traces::{self, approval::Decided, facts::ANTHROPIC};
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Attribute, Claim, Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role, RunId, Time};
use record::{Said, Writer};

pub const SOURCE: &dyn Source = &AgentEvents;

struct AgentEvents;

const NAME: &str = "agent_events";

/// Longer arguments stay in the record alone: an event holds no large text.
const ARGUMENTS: usize = 4 << 10;

impl Source for AgentEvents {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        const SIGNATURE: &str = "event names of an agent's log (claude_code, codex, gemini_cli, gen_ai)";
        // A batch carries the records of every program that wrote meanwhile; one of an agent makes it an agent's log.
        sample.recognise(96, SIGNATURE, |value| split::records(value).any(|(record, around)| Said::of(record, around).is_some()))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        // Spans may stand beside the logs of a collector; other forms hold logs alone.
        match expand(chunk) {
            Some(_) => otel_traces::expand(chunk),
            None => split::logs(chunk).unwrap_or_else(|| otel_traces::expand(chunk)),
        }
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let Content::Json(value) = &record.content else {
            return Err(NotUnderstood::not_this("the record is no JSON object"));
        };
        match Said::of(value, record.envelope) {
            Some(said) => Ok(event(value, &said, hints).into()),
            None if split::is_empty(value) || split::is_metric(value) => Ok(Understood::Kept),
            None if split::is_log(value) => Err(NotUnderstood::not_this("a log record that is no agent's event")),
            None => otel_traces::understand(NAME, record, hints),
        }
    }
}

/// The log records of a chunk, for files that hold spans and logs.
pub(super) fn expand(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let holds = |key: &[u8]| memchr::memmem::find(chunk, key).is_some();
    if holds(b"logRecords") || holds(b"log_records") { split::logs(chunk) } else { None }
}

/// A log record that stands among spans; `None` for what is none. It carries the ids of the span around it, and is no span.
pub(super) fn among_spans(value: &Json, around: Option<&Json>, hints: &Hints) -> Option<Result<Understood, NotUnderstood>> {
    match Said::of(value, around) {
        Some(said) => Some(Ok(event(value, &said, hints).into())),
        None => split::is_log(value).then(|| Err(NotUnderstood::not_this("a log record that is no agent's event"))),
    }
}

fn event(value: &Json, said: &Said, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Context);
    event.action = Some(said.full_name());
    event.time = said.time();
    event.tenant = said.text("organization.id");
    event.host = said.text("host.name");
    event.service = said.text("service.name").or_else(|| said.text("service_name"));
    event.trace = said.trace();
    event.parent_span = said.span();
    event.tool_call = said.tool_call();

    let mut search = hints.search(NAME);
    said.each(&mut |key, value| search.key(key, value, FilledBy::Caller));
    search.record(value);
    search.fill(&mut event);
    // The house's own run id is what other logs carry; the agent's own holds its events together.
    event.run = event.run.take().or_else(|| Some((RunId::new(&said.run()?)?, FilledBy::Caller)));
    event.conversation = said.conversation().or_else(|| event.conversation.take());

    match (said.writer, said.name.as_str()) {
        (Writer::GenAi, _) => event.kind = EventKind::Message,
        (_, "user_prompt") => {
            event.kind = EventKind::Run;
            claims(said, &mut event);
        }
        (Writer::ClaudeCode | Writer::Codex, "tool_result") => tool(said, &mut event),
        (Writer::GeminiCli, "tool_call") => {
            tool(said, &mut event);
            let decided = Decided::gemini_cli(said.text("decision").as_deref(), said.flag("interactive"));
            if let Some(decided) = decided {
                decided.fill(user(said).map(|(_, user)| user), &mut event);
            }
        }
        (Writer::ClaudeCode | Writer::Codex, "tool_decision") => decision(said, &mut event),
        (_, name) if name.starts_with("api_") || name.ends_with("_response") || name == "sse_event" => {
            event.kind = EventKind::Message;
        }
        _ => {}
    }
    event
}

/// The end of a tool call. The time of the record is its end.
fn tool(said: &Said, event: &mut Event) {
    event.kind = EventKind::ToolSpan;
    event.action = said.tool().or_else(|| event.action.take());
    event.end = event.time;
    event.time = begin(event.end, said.text("duration_ms").as_deref()).or(event.time);
    let rejected = ["decision_type", "decision"].iter().any(|key| {
        said.text(key).is_some_and(|d| d.eq_ignore_ascii_case("reject"))
    });
    event.outcome = match said.flag("success") {
        Some(true) => Outcome::Success,
        _ if rejected => Outcome::Denied,
        Some(false) => Outcome::Error,
        None => Outcome::Unknown,
    };
    arguments(said, event);
    claims(said, event);
}

fn begin(end: Option<Time>, duration: Option<&str>) -> Option<Time> {
    let lasted: f64 = duration?.parse().ok().filter(|ms: &f64| ms.is_finite() && (0.0..1e12).contains(ms))?;
    end?.0.checked_sub((lasted * 1e3) as i64).map(Time)
}

/// Who or what let one tool call run.
fn decision(said: &Said, event: &mut Event) {
    event.action = said.tool().or_else(|| event.action.take());
    let (decision, source) = (said.text("decision"), said.text("source"));
    let decided = match said.writer {
        Writer::Codex => Decided::codex(decision.as_deref(), source.as_deref()),
        _ => Decided::claude_code(decision.as_deref(), source.as_deref()),
    };
    arguments(said, event);
    agent(said, event);
    decided.conclude(user(said).map(|(_, user)| user), event);
}

fn arguments(said: &Said, event: &mut Event) {
    let found = ["tool_input", "tool_parameters", "function_args", "arguments"].iter().find_map(|key| said.text(key));
    if let Some(text) = found.filter(|text| text.len() <= ARGUMENTS) {
        event.attributes.push(("arguments".into(), Attribute::Text(text)));
    }
}

/// User and agent, as the root of a trace names them: the word of the process that wrote it.
fn claims(said: &Said, event: &mut Event) {
    match user(said) {
        Some((field, principal)) => claim(event, Role::Human, principal, field),
        None => event.human_empty = said.human_empty(),
    }
    agent(said, event);
}

fn agent(said: &Said, event: &mut Event) {
    let names = ["gen_ai.agent.id", "gen_ai.agent.name", "service.name"];
    if let Some((key, agent)) = names.iter().find_map(|key| Some((key, Principal::from_word(&said.somebody(key)?)?))) {
        claim(event, Role::Agent, agent, format!("/attributes/{key}"));
    }
}

/// The user that the record names, and where: an address before an account. Several words are one user.
fn user(said: &Said) -> Option<(String, Principal)> {
    let keys: &[(&str, &str)] = match said.writer {
        Writer::ClaudeCode => {
            &[("user.email", ANTHROPIC), ("user.account_id", ANTHROPIC), ("user.account_uuid", ANTHROPIC)]
        }
        // Its `user.account_id` is the workspace, which many people share.
        Writer::Codex => &[("user.email", "openai"), ("user.id", "openai")],
        Writer::GeminiCli => &[("user.email", "google")],
        Writer::GenAi => &[],
    };
    keys.iter().find_map(|(key, namespace)| {
        Some((format!("/attributes/{key}"), Principal::new(namespace, &said.somebody(key)?)))
    })
}

fn claim(event: &mut Event, role: Role, principal: Principal, field: String) {
    event.claims.push(Claim { role, principal, evidence: EvidenceKind::K8, by: FilledBy::Caller, field });
}

#[cfg(test)]
mod tests;
