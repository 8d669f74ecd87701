//! The input of a decision: what the asking service wrote, in the shapes that are common.

use super::super::decided::{self, Party};
use super::super::hints::Search;
use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::super::{kubernetes_audit, token_records};
use super::ISSUER;
use crate::model::{
    Credential, CredentialKind, Event, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind,
};

/// Fields that name the one asked about, whatever else is in the input.
const SUBJECTS: [&str; 2] = ["subject", "principal"];
/// Fields that name a user, who may be the one asked about.
const USERS: [&str; 14] = [
    "user", "sub", "username", "user_name", "userName", "user_id", "userId", "email", "user_email", "identity", "claims",
    "jwt", "token_claims", "caller",
];
/// The same, a level down, where decoded tokens lie.
const DECODED: [&str; 5] = ["/token/payload", "/token/claims", "/jwt/claims", "/jwt/payload", "/token"];

pub fn read(input: &Json, search: &mut Search<'_>, event: &mut Event) {
    event.action = action(input);
    (event.resource, event.resource_type) = resource(input);
    event.attributes = decided::attributes(Some(input));
    event.source_ip = json::first_text(
        input,
        &["/attributes/source/address/socketAddress/address", "/client_ip", "/source_ip", "/context/ip"],
    );
    if admission(input, event) {
        return;
    }
    let agent = decided::beside(ISSUER, "/input", Some(input), event)
        .or_else(|| decided::beside(ISSUER, "/input/context", json::at(input, "/context"), event));
    subject(input, agent, event);
    envoy(input, search, event);
    for place in ["", "/context", "/request/headers", "/headers", "/tool", "/metadata"] {
        decided::sent_along(json::at(input, place), search, event);
    }
    let call = ["/tool/call_id", "/tool_call/id", "/toolCall/id", "/mcp/tool_call_id"];
    event.tool_call = event.tool_call.take().or_else(|| json::first_text(input, &call));
}

/// Whose rights were evaluated, where the input leaves no choice.
fn subject(input: &Json, agent: Option<Principal>, event: &mut Event) {
    let subjects = named(input, &SUBJECTS);
    let mut users = named(input, &USERS);
    users.extend(DECODED.iter().filter_map(|p| {
        let found = json::at(input, p).filter(|v| json::at(v, "/sub").is_some())?;
        decided::party(ISSUER, found)
    }));
    if let Some(act) = ["/claims/act", "/token/payload/act", "/jwt/act", "/subject/act", "/user/act"]
        .iter()
        .find_map(|p| json::at(input, p))
        && let Some(Party { who: Ok(who), .. }) = decided::party(ISSUER, act)
    {
        decided::claim(event, Role::Agent, who, "/input/claims/act");
    }
    let has_agent = agent.is_some() || event.claims.iter().any(|c| c.role == Role::Agent);
    let (subjects, users) = (distinct(subjects, event), distinct(users, event));
    let evaluated = match (&subjects[..], &users[..]) {
        ([only], _) => Some(only.clone()),
        ([], [only]) if !has_agent => Some(only.clone()),
        ([], []) => agent,
        _ => None,
    };
    // A user beside another subject, or beside an agent, is the one for whom it is asked, as the caller says.
    for user in users.iter().filter(|u| evaluated.as_ref() != Some(u)) {
        decided::claim(event, Role::Human, user.clone(), "/input/user");
    }
    if let (Some(decision), Some(evaluated)) = (&mut event.decision, evaluated) {
        decision.evaluated.push(evaluated);
    }
}

fn named(input: &Json, fields: &[&str]) -> Vec<Party> {
    fields.iter().filter_map(|f| json::member(input, f)).filter_map(|v| decided::party(ISSUER, v)).collect()
}

fn distinct(parties: Vec<Party>, event: &mut Event) -> Vec<Principal> {
    let mut all = Vec::new();
    for party in parties {
        match party.who {
            Ok(who) if !all.contains(&who) => all.push(who),
            Ok(_) => {}
            Err(why) => event.human_empty = why,
        }
    }
    all
}

fn action(input: &Json) -> Option<String> {
    json::first_text(
        input,
        &[
            "/action",
            "/action/name",
            "/action/id",
            "/tool",
            "/tool/name",
            "/tool_name",
            "/operation",
            "/verb",
            "/permission",
            "/method",
            "/attributes/request/http/method",
            "/request/method",
            "/request/operation",
        ],
    )
}

fn resource(input: &Json) -> (Option<String>, Option<String>) {
    let kind = json::first_text(input, &["/resource/type", "/resource/kind", "/resource_type", "/object/type"]);
    let named = json::first_text(
        input,
        &["/resource", "/resource/id", "/resource/name", "/resource_id", "/object", "/object/id", "/path", "/attributes/request/http/path", "/request/path"],
    );
    let path = || {
        let parts: Vec<String> = json::items(json::at(input, "/path").or_else(|| json::at(input, "/parsed_path")))
            .filter_map(json::scalar)
            .collect();
        (!parts.is_empty()).then(|| format!("/{}", parts.join("/")))
    };
    // What stands behind `?` is no part of the thing, and may hold secrets.
    let named = named.map(|n| if n.starts_with('/') { n.split('?').next().unwrap_or_default().to_string() } else { n });
    (named.or_else(path), kind)
}

/// Envoy's check request: the peer that the proxy authenticated, and headers, among them a token.
fn envoy(input: &Json, search: &mut Search<'_>, event: &mut Event) {
    if let Some(peer) = json::text(input, "/attributes/source/principal")
        && let Ok(peer) = somebody(&peer)
    {
        let principal = Principal::new("name", peer);
        event.wire = Some(Wire { principal, kind: WireKind::Service, by: FilledBy::Gateway });
    }
    let headers = json::at(input, "/attributes/request/http/headers")
        .or_else(|| json::at(input, "/request/headers"))
        .or_else(|| json::at(input, "/headers"));
    decided::sent_along(headers, search, event);
    event.user_agent = headers.and_then(|h| json::text(h, "/user-agent"));
    let header = headers.and_then(|h| json::first_text(h, &["/authorization", "/authorization/0"]));
    let text = header.or_else(|| json::first_text(input, &["/token", "/jwt", "/access_token", "/bearer_token", "/authorization"]));
    let Some((id, facts)) = text.as_deref().and_then(token_records::bearer) else { return };
    event.credential = Some(Credential { kind: CredentialKind::Token, id });
    event.audience = facts.audience;
    event.scope = facts.scope;
    const FIELD: &str = "/input/attributes/request/http/headers/authorization";
    let actor = facts.actors.into_iter().next().or(facts.client);
    match (facts.subject, actor) {
        (Some(subject), Some(actor)) if subject != actor => {
            decided::claim(event, Role::Human, subject, FIELD);
            decided::claim(event, Role::Agent, actor, FIELD);
        }
        (Some(subject), None) if subject.namespace == "email" => decided::claim(event, Role::Human, subject, FIELD),
        // A client's own token, or a subject of which nothing says that it is a person.
        (_, Some(actor)) => decided::claim(event, Role::Agent, actor, FIELD),
        _ => {}
    }
}

/// An admission review: the API server says who asked it for what.
fn admission(input: &Json, event: &mut Event) -> bool {
    let Some(name) = json::first_text(input, &["/request/userInfo/username", "/review/userInfo/username"]) else {
        return false;
    };
    let at = |pointer: &str| {
        json::first_text(input, &[&format!("/request/{pointer}"), &format!("/review/{pointer}")])
    };
    event.action = at("operation").map(|o| o.to_lowercase());
    let kind = at("resource/resource").or_else(|| at("kind/kind"));
    let parts = [at("resource/group"), kind.clone(), at("namespace"), at("name")];
    event.resource = Some(parts.into_iter().flatten().collect::<Vec<_>>().join("/"));
    event.resource_type = kind;
    match somebody(&name) {
        Ok(name) => {
            let (principal, kind) = kubernetes_audit::user(name);
            if let Some(decision) = &mut event.decision {
                decision.evaluated.push(principal.clone());
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
    true
}

/// Where the log says that a name was erased or masked, the slot is not merely empty.
pub fn redacted(entry: &Json, event: &mut Event) {
    let nobody = event.decision.as_ref().is_some_and(|d| d.evaluated.is_empty()) && event.wire.is_none();
    let hidden = ["/erased", "/masked"].iter().flat_map(|p| json::items(json::at(entry, p))).filter_map(json::scalar);
    let names = hidden.into_iter().any(|pointer| {
        let mut steps = pointer.split('/').skip(1);
        let whole = steps.next() == Some("input");
        let field = steps.next();
        whole && field.is_none_or(|f| SUBJECTS.contains(&f) || USERS.contains(&f) || f == "token")
    });
    if nobody && names {
        event.human_empty = WhyEmpty::Redacted;
    }
}
