//! Okta System Log.
//!
//! - **Ask for**: the System Log of the tenant, from its API or through EventBridge.
//! - **Reads**: API version 1: JSON array, lines, EventBridge (`detail`).
//! - **Recognised by**: `eventType`, `actor`, `published` and `outcome`.
//! - **Filled by**: the actor, and for token grants the client and the user the token is for: `platform`, by Okta.
//! - **Answers**: sign-ins, and for token grants the client and the user.
//! - **Never tells**: what was done with a token after its grant, nor who holds an API token.
//! - **Documented in**: developer.okta.com, "System Log API" and "Event types".

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Claim, Credential, CredentialKind, Event, EventKind, EvidenceKind, FilledBy, Issued, Outcome, Principal, Role,
    TokenFacts, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Okta;

struct Okta;

const NAME: &str = "okta_system_log";

impl Source for Okta {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "an eventType, an actor, and a published time or outcome of the Okta System Log", |v| {
            is_entry(inner(v))
        })
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = inner(record.json()?);
        match json::text(entry, "/eventType") {
            Some(kind) if json::at(entry, "/actor").is_some() => Ok(event(entry, kind, hints).into()),
            Some(_) => Err(NotUnderstood::not_this("no actor")),
            None => Err(NotUnderstood::not_this("no eventType")),
        }
    }
}

fn inner(value: &Json) -> &Json {
    match json::at(value, "/detail") {
        Some(detail) if json::at(value, "/eventType").is_none() => detail,
        _ => value,
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    json::text(value, "/eventType").is_some_and(|t| t.contains('.'))
        && has("/actor")
        && (has("/outcome/result")
            || (has("/published") && (has("/uuid") || has("/legacyEventType") || has("/displayMessage"))))
}

fn event(entry: &Json, action: String, hints: &Hints) -> Event {
    let mut event = Event::new(kind_of(&action));
    event.time = json::time(entry, "/published");
    event.id = json::text(entry, "/uuid");
    event.service = Some("okta".into());
    event.resource = json::items(json::at(entry, "/target")).find_map(|t| json::text(t, "/id"));
    event.resource_type = json::items(json::at(entry, "/target")).find_map(|t| json::text(t, "/type"));
    event.source_ip = json::first_text(entry, &["/client/ipAddress", "/request/ipChain/0/ip"]);
    event.user_agent = json::text(entry, "/client/userAgent/rawUserAgent");
    event.interactive = event.kind == EventKind::SignIn;
    event.outcome = outcome(entry, event.kind);
    event.action = Some(action);
    event.credential = credential(entry);
    let parties = json::at(entry, "/actor").into_iter().chain(json::items(json::at(entry, "/target")));
    event.same = parties.filter_map(ids).collect();
    match principal(json::at(entry, "/actor")) {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
    if event.kind == EventKind::Token {
        grant(entry, &mut event);
    }

    let mut search = hints.search(NAME);
    for (key, value) in json::members(json::at(entry, "/debugContext/debugData")) {
        search.key(key, value, FilledBy::Caller);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn kind_of(action: &str) -> EventKind {
    match action {
        a if a == "user.session.start" || a.starts_with("user.authentication.") => EventKind::SignIn,
        a if a.starts_with("app.oauth2.") && a.contains("token.grant") => EventKind::Token,
        _ => EventKind::Call,
    }
}

fn outcome(entry: &Json, kind: EventKind) -> Outcome {
    match json::text(entry, "/outcome/result").unwrap_or_default().to_uppercase().as_str() {
        "SUCCESS" | "ALLOW" => Outcome::Success,
        "DENY" => Outcome::Denied,
        // A sign-in or grant that fails is one that was refused.
        "FAILURE" if kind != EventKind::Call => Outcome::Denied,
        "FAILURE" => Outcome::Error,
        _ => Outcome::Unknown,
    }
}

/// The principal of an actor or target: the address of a user, else Okta's own id.
fn principal(found: Option<&Json>) -> Result<(Principal, WireKind), WhyEmpty> {
    let found = found.ok_or(WhyEmpty::Absent)?;
    let kind = match json::text(found, "/type").unwrap_or_default().as_str() {
        // Okta saw nobody, and writes the network that it saw instead.
        "IP address" => return Err(WhyEmpty::Absent),
        "User" | "AppUser" => WireKind::Human,
        // Okta's own hand, which it gives an address.
        "SystemPrincipal" => WireKind::System,
        "PublicClientApp" | "AppInstance" | "ServiceApp" | "Client" => WireKind::Service,
        _ => WireKind::Unknown,
    };
    let id = json::text(found, "/id").unwrap_or_default();
    let address = json::text(found, "/alternateId").unwrap_or_default();
    if matches!(kind, WireKind::Human | WireKind::Unknown) {
        let address = Principal::new("okta", somebody(&address).unwrap_or_default());
        if address.namespace == "email" {
            return Ok((address, kind));
        }
    }
    let named = somebody(&id).or_else(|why| somebody(&address).map_err(|_| why))?;
    Ok((Principal { namespace: "okta".into(), id: named.into() }, kind))
}

/// Okta's id of a user and the login beside it. An app user's name is the application's word.
fn ids(found: &Json) -> Option<(Principal, Principal)> {
    json::text(found, "/type").filter(|t| t == "User")?;
    let (id, login) = (json::text(found, "/id")?, json::text(found, "/alternateId")?);
    let login = Principal::new("okta", somebody(&login).ok()?);
    let id = Principal { namespace: "okta".into(), id: somebody(&id).ok()?.into() };
    (login.namespace == "email" && !id.id.contains('@')).then_some((id, login))
}

fn credential(entry: &Json) -> Option<Credential> {
    let of =
        |pointer, kind| json::text(entry, pointer).filter(|id| somebody(id).is_ok()).map(|id| Credential { kind, id });
    of("/transaction/detail/requestApiTokenId", CredentialKind::LongLived)
        .or_else(|| of("/authenticationContext/externalSessionId", CredentialKind::Session))
}

/// A token grant: the client asked, the token is for a user, or for the client itself.
fn grant(entry: &Json, event: &mut Event) {
    let targets = || json::items(json::at(entry, "/target"));
    let of_type =
        |kinds: &[&str]| targets().find(|t| json::text(t, "/type").is_some_and(|k| kinds.contains(&k.as_str())));
    let actor = event.wire.as_ref().map(|w| (w.principal.clone(), w.kind));
    let user = match &actor {
        Some((principal, WireKind::Human)) => Some(principal.clone()),
        _ => principal(of_type(&["User"])).ok().map(|(p, _)| p),
    };
    let client = json::text(entry, "/client/id")
        .filter(|id| somebody(id).is_ok())
        .map(|id| Principal { namespace: "okta".into(), id })
        .or_else(|| actor.as_ref().filter(|(_, kind)| *kind == WireKind::Service).map(|(p, _)| p.clone()))
        .or_else(|| principal(of_type(&["PublicClientApp", "AppInstance"])).ok().map(|(p, _)| p));
    let token = of_type(&["access_token", "id_token"]);
    let expires = token.and_then(|t| json::time(t, "/detailEntry/expires"));
    let debug = |name: &str| json::text(entry, &format!("/debugContext/debugData/{name}"));
    let scope: Vec<String> = debug("grantedScopes")
        .or_else(|| debug("requestedScopes"))
        .map(|s| s.split([',', ' ']).filter(|w| !w.is_empty()).map(String::from).collect())
        .unwrap_or_default();

    let delegated = user.is_some() && client.is_some() && user != client;
    if delegated && let (Some(user), Some(client)) = (&user, &client) {
        let field = if event.wire.as_ref().is_some_and(|w| w.principal == *user) { "/actor" } else { "/target" };
        let (evidence, by) = (EvidenceKind::K2, FilledBy::Issuer);
        event.claims.push(Claim { role: Role::Human, principal: user.clone(), evidence, by, field: field.into() });
        event.wire = Some(Wire { principal: client.clone(), kind: WireKind::Delegated, by: FilledBy::Platform });
    }
    if event.outcome == Outcome::Success
        && let Some(id) = debug("jti").or_else(|| token.and_then(|t| json::first_text(t, &["/detailEntry/jti", "/id"])))
    {
        let credential = Credential { kind: CredentialKind::Token, id };
        event.issued = Some(Issued { credential, principal: user.clone().or_else(|| client.clone()), expires });
    }
    event.token = Some(TokenFacts {
        subject: user.or_else(|| client.clone()),
        client,
        scope,
        issued_at: event.time,
        expires,
        ..TokenFacts::default()
    });
}

#[cfg(test)]
mod tests {
    use super::super::understand_chunk;
    use super::*;
    use crate::read::Form;

    fn event(kind: &str, actor: &str, rest: &str) -> Event {
        let text = format!(
            r#"{{"uuid":"u1","published":"2026-03-02T10:00:00.000Z","eventType":"{kind}","actor":{actor},"outcome":{{"result":"SUCCESS"}},"client":{{"ipAddress":"198.51.100.20"}}{rest}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    const ADA: &str = r#"{"id":"00u1","type":"User","alternateId":"Ada@Example.org"}"#;

    #[test]
    fn a_sign_in_is_the_address() {
        let e = event("user.session.start", ADA, r#","authenticationContext":{"externalSessionId":"idx1"}"#);
        assert_eq!((e.kind, e.interactive, e.outcome), (EventKind::SignIn, true, Outcome::Success));
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Session, id: "idx1".into() }));
        let e = event("user.authentication.sso", ADA, "");
        assert_eq!(e.kind, EventKind::SignIn);
        let e = event(
            "group.user_membership.add",
            ADA,
            r#","target":[{"id":"00g1","type":"UserGroup"}],"transaction":{"detail":{"requestApiTokenId":"00T1"}}"#,
        );
        assert_eq!((e.kind, e.resource.as_deref(), e.interactive), (EventKind::Call, Some("00g1"), false));
        assert_eq!(e.credential.unwrap().kind, CredentialKind::LongLived);
    }

    #[test]
    fn the_systems_own_hand_is_no_person_and_unknown_is_nobody() {
        let e = event(
            "policy.evaluate_sign_on",
            r#"{"id":"okta","type":"SystemPrincipal","alternateId":"system@okta.com"}"#,
            "",
        );
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal.namespace.as_str(), wire.kind), ("okta", WireKind::System));
        let e = event("user.session.start", r#"{"id":"unknown","type":"User","alternateId":"unknown"}"#, "");
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
        let e = event("x.y", r#"{"id":"00u9","type":"User","alternateId":"adal"}"#, "");
        assert_eq!(e.wire.unwrap().principal, Principal::new("okta", "00u9"));
    }

    #[test]
    fn a_grant_names_the_client_and_its_user() {
        let app = r#"{"id":"0oa1","type":"PublicClientApp","alternateId":"unknown"}"#;
        let e = event(
            "app.oauth2.as.token.grant.access_token",
            app,
            r#","target":[{"id":"00u1","type":"User","alternateId":"ada@example.org"},{"id":"at1","type":"access_token"}],"debugContext":{"debugData":{"grantedScopes":"a,b"}}"#,
        );
        assert_eq!((e.kind, e.wire.unwrap().kind), (EventKind::Token, WireKind::Delegated));
        assert_eq!((e.claims[0].principal.id.as_str(), e.claims[0].by), ("ada@example.org", FilledBy::Issuer));
        let token = e.token.unwrap();
        assert_eq!((token.scope.len(), token.client), (2, Some(Principal::new("okta", "0oa1"))));
        assert_eq!(e.issued.unwrap().credential.id, "at1");
        let e = event("app.oauth2.token.grant.access_token", app, "");
        assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Service, 0));
    }
}
