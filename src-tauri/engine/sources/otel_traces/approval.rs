//! A decision about one tool call, as traces and the agents' own logs state it. Who decided is named only where the record
//! says that a person did and names that person itself.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::json::{self, Json};
use crate::model::{Approval, Attribute, Event, EventKind, Outcome, Principal, Role};

/// The span of Claude Code in which a tool call waits for leave, and which says how that ended.
const BLOCKED: &str = "claude_code.tool.blocked_on_user";

/// What a record says of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    pub granted: Option<bool>,
    /// The record says that a person decided: not a rule, a hook, a mode or another model.
    pub by_person: bool,
    /// Who or what decided, in the record's own word.
    pub word: Option<String>,
}

impl Decided {
    /// Claude Code. `config` is a rule, a mode or a classifier of the tool, `hook` a program of the house. The words of a person
    /// cover what they answered now and a rule that they saved before.
    pub fn claude_code(decision: Option<&str>, source: Option<&str>) -> Decided {
        let granted = match decision.map(str::to_lowercase).as_deref() {
            Some("accept") => Some(true),
            Some("reject") => Some(false),
            _ => None,
        };
        const PERSON: [&str; 4] = ["user_permanent", "user_temporary", "user_abort", "user_reject"];
        let by_person = source.is_some_and(|s| PERSON.iter().any(|w| s.trim().eq_ignore_ascii_case(w)));
        Decided { granted, by_person, word: source.map(String::from) }
    }

    /// Codex. `config` is its policy or a hook, `automated_reviewer` another model. A request that timed out was not answered.
    pub fn codex(decision: Option<&str>, source: Option<&str>) -> Decided {
        let word: String = letters(decision.unwrap_or_default());
        let granted = match word.as_str() {
            "approved"
            | "approvedforsession"
            | "approvedexecpolicyamendment"
            | "approvedmcppolicyamendment"
            | "approvedwithamendment" => Some(true),
            "denied" | "abort" | "aborted" => Some(false),
            _ => None,
        };
        let by_person = source.is_some_and(|s| s.trim().eq_ignore_ascii_case("user"));
        Decided { granted, by_person, word: source.map(String::from) }
    }

    /// Gemini CLI. `auto_accept` is also what a mode without questions says, and nobody can cancel where nobody sits.
    pub fn gemini_cli(decision: Option<&str>, interactive: Option<bool>) -> Option<Decided> {
        let word = decision?.trim();
        let (granted, by_person) = match word.to_lowercase().as_str() {
            "accept" | "modify" => (Some(true), true),
            "auto_accept" => (Some(true), false),
            "reject" => (Some(false), interactive == Some(true)),
            _ => (None, false),
        };
        Some(Decided { granted, by_person: by_person && interactive != Some(false), word: Some(word.into()) })
    }

    /// The decision of the event, by `user` where a person decided.
    pub fn fill(self, user: Option<Principal>, event: &mut Event) {
        event.approval = Some(Approval {
            approved_by: user.filter(|_| self.by_person && self.granted.is_some()),
            granted: self.granted,
            ..Approval::default()
        });
        if let Some(word) = self.word {
            event.attributes.push(("decided_by".into(), Attribute::Text(word)));
        }
    }

    /// A record that is nothing but this decision. Whoever decided did not thereby cause the call, so it claims no human.
    pub fn conclude(self, user: Option<Principal>, event: &mut Event) {
        event.kind = EventKind::Approval;
        event.claims.retain(|claim| claim.role != Role::Human);
        event.outcome = match self.granted {
            Some(true) => Outcome::Success,
            Some(false) => Outcome::Denied,
            None => Outcome::Unknown,
        };
        self.fill(user, event);
    }
}

/// What the attributes of one span say of a decision.
#[derive(Default)]
pub struct Exchange {
    decision: Option<String>,
    source: Option<String>,
    asked: Option<Json>,
    answer: Option<Json>,
}

impl Exchange {
    pub fn see(&mut self, key: &str, value: &Json) {
        match key {
            "decision" => self.decision = json::scalar(value),
            "source" => self.source = json::scalar(value),
            "input.value" => self.asked = short(value).filter(is_request),
            "output.value" => self.answer = short(value),
            _ => {}
        }
    }

    /// Input and output of a run, which may be a request to a person and the answer.
    pub fn of(&mut self, input: Option<&Json>, output: Option<&Json>) {
        if let Some(asked) = input.and_then(short).filter(is_request) {
            self.asked = Some(asked);
            self.answer = output.and_then(short);
        }
    }

    /// A span that is nothing but the decision about one tool call. A root is more than that: it starts a run.
    pub fn fill(&self, name: &str, tool: Option<String>, user: Option<Principal>, event: &mut Event) {
        if event.kind != EventKind::Span {
            return;
        }
        if name == BLOCKED {
            event.action = tool.or_else(|| event.action.take());
            Decided::claude_code(self.decision.as_deref(), self.source.as_deref()).conclude(user, event);
        } else if event.parent_span.is_some()
            && let (Some(request), Some(answer)) = (&self.asked, &self.answer)
            && let Some((tool, decided)) = asked(request, answer)
        {
            event.action = Some(tool);
            decided.conclude(None, event);
        }
    }
}

/// A short object or list, also where it is written as text: requests to people and their answers are short.
fn short(value: &Json) -> Option<Json> {
    const LONG: usize = 16 << 10;
    match value.as_str() {
        Some(text) if text.len() > LONG => None,
        Some(_) => json::nested(value).ok().flatten(),
        None => Some(value.clone()),
    }
}

/// One request to a person and the one answer, as LangGraph (`HumanInterrupt`, `HumanResponse`) and LangChain
/// (`action_requests`, `decisions`) write them: the tool, and the decision. Several requests or answers say nothing of one call.
fn asked(input: &Json, output: &Json) -> Option<(String, Decided)> {
    let tool = requested(alone(input))?;
    let answer = alone(output);
    let answer = match json::at(answer, "/decisions") {
        Some(decisions) => only(decisions)?,
        None => only(answer)?,
    };
    let word = json::text(answer, "/type")?.to_lowercase();
    let granted = match word.as_str() {
        "accept" | "approve" | "edit" => Some(true),
        "ignore" | "reject" => Some(false),
        // Words in the place of a decision: the tool does not run, and is not refused.
        "response" | "respond" => None,
        _ => return None,
    };
    // That somebody answered is no name, and what stands in for a person in a test answers in the same words.
    Some((tool, Decided { granted, by_person: false, word: Some(word) }))
}

/// Whether the value is one request to a person.
fn is_request(input: &Json) -> bool {
    requested(alone(input)).is_some()
}

fn requested(input: &Json) -> Option<String> {
    match json::at(input, "/action_requests") {
        Some(list) => json::text(only(list)?, "/name"),
        None => json::text(only(input)?, "/action_request/action"),
    }
}

/// What stands under the single name that a tracer gives an argument or a result.
fn alone(value: &Json) -> &Json {
    const NAMES: [&str; 7] = ["input", "output", "request", "requests", "value", "interrupt", "response"];
    let mut members = json::members(Some(value));
    match (members.next(), members.next()) {
        (Some((name, inner)), None) if NAMES.contains(&name) && (inner.is_object() || inner.is_array()) => inner,
        _ => value,
    }
}

/// The one element of a list of one, or the value that is no list.
fn only(value: &Json) -> Option<&Json> {
    match value.as_array() {
        Some(list) if list.len() == 1 => list.first(),
        Some(_) => None,
        None => Some(value),
    }
}

fn letters(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
