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

/// Whom a field of a question names: a text, or an object with an id, an address and a type. Never a display name.
pub fn party(issuer: &str, found: &Json) -> Option<Party> {
    if let Some(text) = json::scalar(found) {
        // A token is no name.
        if text.starts_with("eyJ") || text.starts_with("Bearer ") {
            return None;
        }
        let typed = text.split_once(':').filter(|(kind, id)| !id.is_empty() && (is_person(kind) || is_program(kind)));
        let (kind, id) = typed.unwrap_or(("", &text));
        return Some(Party { who: subject(issuer, kind, id), kind: kind.into() });
    }
    let kind = json::first_text(found, &["/type", "/kind", "/entity_type", "/__entity/type", "/entityType"])
        .unwrap_or_default();
    let verified = json::flag(found, "/email_verified") != Some(false);
    let address = ["/email", "/mail", "/upn", "/properties/email", "/preferred_username"]
        .into_iter()
        .filter(|_| verified)
        .find_map(|p| json::text(found, p).map(|t| Principal::new("name", &t)).filter(|p| p.namespace == "email"));
    let id = json::first_text(
        found,
        &[
            "/id",
            "/sub",
            "/uid",
            "/user_id",
            "/userId",
            "/username",
            "/login",
            "/subject",
            "/principal_id",
            "/client_id",
            "/__entity/id",
            "/entityId",
            "/email",
        ],
    );
    let who = match (address, id) {
        (Some(address), _) => Ok(address),
        (None, Some(id)) => subject(issuer, &kind, &id),
        (None, None) => return None,
    };
    Some(Party { who, kind })
}

/// A party of a question, and the type that the question gives it.
pub struct Party {
    pub who: Result<Principal, WhyEmpty>,
    pub kind: String,
}

/// Fields that name the one who acts for somebody.
pub const ACTORS: [&str; 8] =
    ["agent", "actor", "act", "agent_id", "actor_id", "acting_agent", "acting_party", "agentId"];
/// Fields that name the one for whom somebody acts.
const PRINCIPALS: [&str; 8] =
    ["on_behalf_of", "onBehalfOf", "delegator", "obo", "end_user", "enduser", "initiator", "initiating_user"];

/// Agent and person whom a question names beside its subject: its caller's word. Gives the agent, where there is one.
pub fn beside(issuer: &str, place: &str, sent: Option<&Json>, event: &mut Event) -> Option<Principal> {
    let sent = sent?;
    let mut agent = None;
    for (fields, role) in [(&ACTORS, Role::Agent), (&PRINCIPALS, Role::Human)] {
        for field in fields {
            let Some(party) = json::member(sent, field).and_then(|v| party(issuer, v)) else { continue };
            match party.who {
                // An actor that is said to be a person is no agent.
                Ok(_) if role == Role::Agent && is_person(&party.kind) => {}
                Ok(who) => {
                    if role == Role::Agent {
                        agent = agent.or_else(|| Some(who.clone()));
                    }
                    claim(event, role, who, &format!("{place}/{field}"));
                }
                Err(why) if role == Role::Human => event.human_empty = why,
                Err(why) => event.agent_empty = why,
            }
        }
    }
    agent
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

/// Plain values by name, for conditions and limits. What may be a secret stays in the record.
pub fn attributes(sent: Option<&Json>) -> Vec<(String, Attribute)> {
    use sonic_rs::JsonValueTrait;
    let value = |found: &Json| match (found.as_bool(), found.as_f64(), found.as_str()) {
        (Some(flag), ..) => Some(Attribute::Flag(flag)),
        (_, Some(value), _) => Some(Attribute::Number { value, currency: None }),
        (.., Some(text)) if text.len() <= 256 && !text.trim().is_empty() => Some(Attribute::Text(text.into())),
        _ => None,
    };
    const SECRETS: [&str; 8] = ["token", "secret", "password", "passwd", "authorization", "jwt", "key", "cookie"];
    let secret = |key: &str| SECRETS.iter().any(|s| key.to_lowercase().contains(s));
    json::members(sent)
        .filter(|(key, _)| !secret(key))
        .filter_map(|(key, found)| Some((key.to_string(), value(found)?)))
        .take(32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_for_conditions_and_no_secrets() {
        let sent =
            json::parse(br#"{"amount":40,"region":"EU","urgent":true,"api_key":"k","Token":"t","nested":{}}"#).unwrap();
        let found: Vec<String> = attributes(Some(&sent)).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["amount", "region", "urgent"]);
    }

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
