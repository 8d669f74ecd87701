//! What records of decisions share: subjects that carry their type, the event that a decision is, and the ids that its
//! caller sent along.

use super::aws_cloudtrail;
use super::hints::{Place, Search};
use super::json::{self, Json};
use super::nobody::somebody;
use crate::model::{
    Attribute, Claim, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy, Outcome, Principal, Role,
    SpanId, TraceId, WhyEmpty,
};

/// Types of people in the models that houses write for themselves.
const PEOPLE: [&str; 7] = ["user", "users", "person", "human", "employee", "account", "identity"];
/// Types of what is no person.
const PROGRAMS: [&str; 18] = [
    "agent",
    "agents",
    "ai_agent",
    "aiagent",
    "assistant",
    "bot",
    "robot",
    "application",
    "app",
    "client",
    "workload",
    "machine",
    "service",
    "serviceaccount",
    "service_account",
    "service-account",
    "service_principal",
    "serviceprincipal",
];

/// `Namespace::User`, `users/user` and `User` are one type.
fn last(kind: &str) -> String {
    kind.rsplit([':', '/', '.']).next().unwrap_or(kind).trim().to_lowercase()
}

pub fn is_program(kind: &str) -> bool {
    PROGRAMS.contains(&last(kind).as_str())
}

pub fn is_person(kind: &str) -> bool {
    PEOPLE.contains(&last(kind).as_str())
}

/// A subject with its type. A user's or an agent's id stands alone, as it does in tokens and directories; of any other type
/// it means something only together with the type, in the issuer's own namespace.
pub fn subject(issuer: &str, kind: &str, id: &str) -> Result<Principal, WhyEmpty> {
    let id = somebody(id)?;
    if id == "*" {
        // Everybody of a type is nobody in particular.
        return Err(WhyEmpty::Absent);
    }
    if id.starts_with("arn:") {
        return Ok(aws_cloudtrail::of_arn(id).0);
    }
    let alone = kind.is_empty() || is_person(kind) || is_program(kind);
    let own = || Principal { namespace: issuer.into(), id: format!("{kind}:{id}") };
    match Principal::from_word(id) {
        Some(word) if alone || word.namespace == "email" => Ok(word),
        _ => Ok(own()),
    }
}

/// The event of a decision.
pub fn event(
    service: &str,
    effect: Option<DecisionEffect>,
    evaluated: Vec<Principal>,
    policy: Option<String>,
) -> Event {
    let mut event = Event::new(EventKind::Decision);
    event.service = Some(service.into());
    event.outcome = match effect {
        Some(DecisionEffect::Allow) => Outcome::Success,
        Some(DecisionEffect::Deny) => Outcome::Denied,
        None => Outcome::Unknown,
    };
    event.decision = Some(Decision { effect, evaluated, policy });
    event
}

/// The words in which products write an effect.
pub fn effect(value: &Json) -> Option<DecisionEffect> {
    match json::scalar(value)?.to_lowercase().as_str() {
        "true" | "allow" | "allowed" | "permit" | "permitted" | "grant" | "granted" | "authorized" => {
            Some(DecisionEffect::Allow)
        }
        "false" | "deny" | "denied" | "forbid" | "forbidden" | "reject" | "rejected" | "unauthorized" => {
            Some(DecisionEffect::Deny)
        }
        _ => None,
    }
}

/// A name that whoever asked wrote into the question: his own word.
pub fn claim(event: &mut Event, role: Role, principal: Principal, field: &str) {
    let claim = Claim { role, principal, evidence: EvidenceKind::K11, by: FilledBy::Caller, field: field.into() };
    if !event.claims.contains(&claim) {
        event.claims.push(claim);
    }
}

/// Run, trace and tool call ids in what was sent along with a question, and its values for conditions. The caller wrote it.
pub fn sent_along(sent: Option<&Json>, search: &mut Search<'_>, event: &mut Event) {
    for (key, value) in json::members(sent) {
        search.key(key, value, FilledBy::Caller);
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if let Some(text) = json::scalar(value) {
            match plain.as_str() {
                "toolcallid" | "genaitoolcallid" | "mcptoolcallid" => {
                    event.tool_call = event.tool_call.take().or(Some(text))
                }
                "traceid" => event.trace = event.trace.take().or_else(|| TraceId::new(&text)),
                "spanid" => event.span = event.span.take().or_else(|| SpanId::new(&text)),
                "traceparent" => traceparent(&text, event),
                "useragent" => search.place(Place::UserAgent, &text),
                _ => {}
            }
        }
    }
}

/// W3C trace context: version, trace, parent, flags.
fn traceparent(text: &str, event: &mut Event) {
    let mut parts = text.split('-').skip(1);
    if let (Some(trace), Some(span)) = (parts.next(), parts.next())
        && trace.len() == 32
        && span.len() == 16
    {
        event.trace = event.trace.take().or_else(|| TraceId::new(trace));
        event.parent_span = event.parent_span.take().or_else(|| SpanId::new(span));
    }
}

/// Plain values by name, for conditions and limits.
pub fn attributes(sent: Option<&Json>) -> Vec<(String, Attribute)> {
    use sonic_rs::JsonValueTrait;
    let value = |found: &Json| match (found.as_bool(), found.as_f64(), found.as_str()) {
        (Some(flag), ..) => Some(Attribute::Flag(flag)),
        (_, Some(value), _) => Some(Attribute::Number { value, currency: None }),
        (.., Some(text)) if text.len() <= 256 && !text.trim().is_empty() => Some(Attribute::Text(text.into())),
        _ => None,
    };
    json::members(sent).filter_map(|(key, found)| Some((key.to_string(), value(found)?))).take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_agents_stand_alone_and_others_keep_their_type() {
        let of = |kind, id| subject("openfga", kind, id);
        assert_eq!(of("user", "Ada@Example.org"), Ok(Principal::new("email", "ada@example.org")));
        assert_eq!(of("App::User", "u-1"), Ok(Principal::new("name", "u-1")));
        assert_eq!(of("agent", "refund-assistant"), Ok(Principal::new("name", "refund-assistant")));
        assert_eq!(of("customer", "7"), Ok(Principal::new("openfga", "customer:7")));
        assert_eq!(of("customer", "ada@example.org"), Ok(Principal::new("email", "ada@example.org")));
        for nobody in ["*", "", "anonymous", "unknown"] {
            assert_eq!(of("user", nobody), Err(WhyEmpty::Absent), "{nobody}");
        }
        assert_eq!(of("user", "**REDACTED**"), Err(WhyEmpty::Redacted));
        assert!(is_program("Shop::Agent") && !is_program("user") && is_person("users/user"));
    }
}
