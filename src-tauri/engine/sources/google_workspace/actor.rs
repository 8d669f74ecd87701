//! `actor`: a user, a robot's key, an application or an agent.

use super::super::json::{self, Json};
use super::super::nobody::somebody;
use crate::model::principal::is_email;
use crate::model::{Claim, Event, EventKind, EvidenceKind, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind};

/// What Google writes where there is no profile.
const NO_PROFILE: &str = "105250506097979753968";

pub fn fill(activity: &Json, event: &mut Event) {
    let account = account(activity);
    let profile = json::text(activity, "/actor/profileId").unwrap_or_default();
    if let (Ok((address, WireKind::Human)), Ok(profile)) = (&account, somebody(&profile))
        && address.namespace == "email"
        && !matches!(profile, NO_PROFILE | "0")
    {
        event.same.push((google(profile.to_string()), address.clone()));
    }
    let id = |pointer| json::text(activity, pointer).filter(|id| somebody(id).is_ok());
    if let Some(agent) = id("/actor/agentAttributionInfo/agentId") {
        // The address beside an agent is not said to be the person it works for: a hint, and no name.
        hint(account, event);
        wire(google(agent), WireKind::Agent, event);
        return;
    }
    if let Some(client) = id("/actor/applicationInfo/oauthClientId") {
        if json::flag(activity, "/actor/applicationInfo/impersonation") == Some(true) {
            hint(account, event);
            wire(google(client), WireKind::Service, event);
        } else {
            named(account, event);
            through(google(client), "/actor/applicationInfo/oauthClientId", event);
        }
        return;
    }
    named(account, event);
}

/// A row that has an address and nothing else of its actor.
pub fn by_address(text: Option<String>, event: &mut Event) {
    let found = match text.as_deref().map(somebody) {
        Some(Ok(text)) if is_email(text) => Ok(of_address(text)),
        // A display name, or "Anonymous user", is nobody.
        Some(Ok(_)) => Err(WhyEmpty::NotSupported),
        Some(Err(why)) => Err(why),
        None => Err(WhyEmpty::Absent),
    };
    named(found, event);
}

/// The actor's own token in the hands of a client: both stand in the record.
pub fn through(client: Principal, field: &str, event: &mut Event) {
    let person = event.wire.take().filter(|w| w.kind == WireKind::Human);
    let kind = if person.is_some() { WireKind::Delegated } else { WireKind::Service };
    if let Some(person) = person {
        let path = if person.principal.namespace == "email" { "/actor/email" } else { "/actor/profileId" };
        claim(event, Role::Human, person.principal, EvidenceKind::K3, path);
        claim(event, Role::Agent, client.clone(), EvidenceKind::K3, field);
    }
    wire(client, kind, event);
}

fn account(activity: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let caller = json::text(activity, "/actor/callerType").unwrap_or_default().to_uppercase();
    let key = json::text(activity, "/actor/key");
    if caller == "KEY" {
        // Two-legged OAuth and robots: no user was there.
        let key = key.ok_or(WhyEmpty::Absent)?;
        return Ok((google(somebody(&key)?.to_string()), WireKind::Service));
    }
    let address = json::text(activity, "/actor/email").unwrap_or_default();
    match somebody(&address) {
        Ok(address) if is_email(address) => return Ok(of_address(address)),
        Err(WhyEmpty::Redacted) => return Err(WhyEmpty::Redacted),
        _ => {}
    }
    let profile = json::text(activity, "/actor/profileId").unwrap_or_default();
    match somebody(&profile)? {
        NO_PROFILE | "0" => Err(WhyEmpty::Absent),
        profile => {
            let kind = if matches!(caller.as_str(), "" | "USER") { WireKind::Human } else { WireKind::Unknown };
            Ok((google(profile.to_string()), kind))
        }
    }
}

fn of_address(address: &str) -> (Principal, WireKind) {
    let service = address.to_lowercase().ends_with(".gserviceaccount.com");
    (Principal::new("google", address), if service { WireKind::Service } else { WireKind::Human })
}

fn named(found: Result<(Principal, WireKind), WhyEmpty>, event: &mut Event) {
    match found {
        Ok((principal, kind)) => wire(principal, kind, event),
        Err(why) => event.human_empty = why,
    }
}

fn hint(account: Result<(Principal, WireKind), WhyEmpty>, event: &mut Event) {
    if let Ok((principal, WireKind::Human)) = account
        && event.kind != EventKind::Token
    {
        claim(event, Role::Human, principal, EvidenceKind::K11, "/actor/email");
    }
}

fn claim(event: &mut Event, role: Role, principal: Principal, evidence: EvidenceKind, field: &str) {
    let by = if evidence == EvidenceKind::K11 { FilledBy::Caller } else { FilledBy::Platform };
    event.claims.push(Claim { role, principal, evidence, by, field: field.into() });
}

fn wire(principal: Principal, kind: WireKind, event: &mut Event) {
    event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
}

fn google(id: String) -> Principal {
    Principal { namespace: "google".into(), id }
}
