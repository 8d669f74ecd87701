//! What transcripts of agents have in common: a run, its turns and the tool calls in them, each with its own bytes.
//!
//! A record is a member or an element of the run's own text, and records never overlap. What belongs to a record and
//! stands elsewhere (which run, which position, what the tool answered) is its envelope:
//!
//! ```text
//! {"run": id, "piece": "run" | "call" | "unrecorded" | "not_done" | "message" | "dispatch", "position": turn from 0,
//!  "part": call of the turn from 0, "role", "tool_call", "tool", "outcome", "time", "service", "agent", "conversation",
//!  "result": {"position", "begins", "ids"}, "about": scalar members of the run}
//! ```
//!
//! A run that its file gives no id is named by its task and a hash of its bytes: two runs of one task stay two.

mod arguments;
mod split;
mod turns;

pub(super) use arguments::{ids_in, read as read_call};
pub(super) use split::{Split, short};
pub(super) use turns::{Manner, text_of, turns};

use serde::Serialize;

use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Record};
use crate::model::{
    Attribute, Claim, Event, EventKind, EvidenceKind, FilledBy, LossCode, Outcome, Principal, Role, RunId, WhyEmpty,
};

/// What a record of a transcript is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The start of the run.
    Run,
    /// A tool call, as the agent wrote it.
    Call,
    /// What a tool gave back to a call that the transcript does not hold.
    Unrecorded,
    /// A tool call that the agent wrote and its harness passed over.
    NotDone,
    #[default]
    Message,
    /// One agent sets another to work: the start of the other's run.
    Dispatch,
}

impl Kind {
    fn of(envelope: &Json) -> Option<Kind> {
        Some(match json::text(envelope, "/piece")?.as_str() {
            "run" => Kind::Run,
            "call" => Kind::Call,
            "unrecorded" => Kind::Unrecorded,
            "not_done" => Kind::NotDone,
            "message" => Kind::Message,
            "dispatch" => Kind::Dispatch,
            _ => return None,
        })
    }
}

/// The envelope of a record.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Around {
    pub run: String,
    pub piece: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// A user whom the words of the conversation name: a hint and never a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Answer>,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub about: serde_json::Map<String, serde_json::Value>,
}

/// What a tool gave back, as far as the call needs it. The whole of it is a record of its own.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Answer {
    pub position: usize,
    pub begins: String,
    /// Ids that the answer tells and the call does not know yet: of what it made.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub ids: serde_json::Map<String, serde_json::Value>,
}

/// The event of one record, all but what only its source knows.
pub(super) fn event(name: &str, record: &Record<'_>, hints: &Hints) -> Result<(Kind, Event), NotUnderstood> {
    let not_this = || NotUnderstood::not_this("no run of this kind of transcript");
    let around = record.envelope.ok_or_else(not_this)?;
    let kind = Kind::of(around).ok_or_else(not_this)?;
    let value = record.json().ok();
    let mut event = Event::new(match kind {
        Kind::Run | Kind::Dispatch => EventKind::Run,
        Kind::Call | Kind::Unrecorded => EventKind::ToolSpan,
        Kind::NotDone | Kind::Message => EventKind::Message,
    });
    // A turn has no field in which a person could be named.
    event.human_empty = WhyEmpty::NotSupported;
    let run = json::text(around, "/run").ok_or_else(not_this)?;
    event.id = Some(shown(&run, around));
    event.run = RunId::new(&run).map(|run| (run, FilledBy::Caller));
    event.parent_run = json::text(around, "/parent").and_then(|p| RunId::new(&p));
    event.conversation = json::text(around, "/conversation");
    event.service = json::text(around, "/service");
    event.tool_call = json::text(around, "/tool_call");
    event.time = json::time(around, "/time");
    event.outcome = outcome(around);
    match kind {
        Kind::Call | Kind::NotDone => {
            if let Some(call) = value {
                arguments::read(call, around, &mut event);
            }
            if kind == Kind::NotDone {
                event.attributes.push(("not_executed".into(), Attribute::Flag(true)));
            }
        }
        Kind::Unrecorded => unrecorded(value, around, &mut event),
        Kind::Message => event.action = json::text(around, "/role"),
        Kind::Run if json::text(around, "/about/steps").as_deref() == Some("0") => event.losses.push(LossCode::NoSteps),
        Kind::Run | Kind::Dispatch => {}
    }
    if let Some(agent) = json::text(around, "/agent").and_then(|word| Principal::from_word(somebody(&word).ok()?)) {
        claim(&mut event, Role::Agent, agent, EvidenceKind::K8, "/agent");
    }
    if let Some(user) = json::text(around, "/said_user").and_then(|word| Principal::from_word(somebody(&word).ok()?)) {
        claim(&mut event, Role::Human, user, EvidenceKind::K12, "/said_user");
    }
    let about = json::members(json::at(around, "/about"));
    event.attributes.extend(about.filter_map(|(key, value)| Some((key.to_string(), arguments::scalar(value)?))));
    if let Some(value) = value {
        let mut search = hints.search(name);
        search.record(value);
        search.fill(&mut event);
    }
    Ok((kind, event))
}

/// What was done is known by its answer alone; by which tool, only where the answer says so.
fn unrecorded(value: Option<&Json>, around: &Json, event: &mut Event) {
    event.action = json::text(around, "/tool")
        .or_else(|| value.and_then(|v| json::first_text(v, &["/name", "/tool_call/function", "/tool_call/name"])));
    if let Some(call) = value.and_then(|v| json::at(v, "/tool_call")) {
        arguments::read(call, around, event);
    }
    arguments::answer(around, event);
    if event.action.is_none() {
        event.attributes.push(("gap".into(), Attribute::Text("call not recorded".into())));
        event.losses.push(LossCode::CallNotRecorded);
    }
}

/// Sorts by position where it is sorted as text.
fn shown(run: &str, around: &Json) -> String {
    let number = |pointer| json::text(around, pointer).and_then(|n| n.parse::<usize>().ok());
    let kind = Kind::of(around);
    let Some(position) = number("/position").filter(|_| kind != Some(Kind::Run)) else { return run.to_string() };
    // A dispatch is named by the run that it starts, which has its position already.
    if kind == Some(Kind::Dispatch) {
        return run.to_string();
    }
    let list = json::text(around, "/about/list").map(|l| format!("{l}.")).unwrap_or_default();
    let mut id = format!("{run}:{list}{position:05}");
    if let Some(part) = number("/part") {
        id.push_str(&format!(".{part:02}"));
    }
    if let Some(call) = json::text(around, "/tool_call").filter(|_| kind != Some(Kind::Message)) {
        id.push(':');
        id.push_str(&call);
    }
    id
}

fn outcome(around: &Json) -> Outcome {
    json::text(around, "/outcome").and_then(|word| Outcome::from_word(&word)).unwrap_or(Outcome::Unknown)
}

pub(super) fn claim(event: &mut Event, role: Role, principal: Principal, evidence: EvidenceKind, field: &str) {
    let (by, field) = (FilledBy::Caller, field.to_string());
    event.claims.push(Claim { role, principal, evidence, by, field });
}
