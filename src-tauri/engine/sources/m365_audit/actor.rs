//! `UserId` and what stands beside it: whose account, which application, whose mailbox.

use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::clients::is_microsofts;
use super::{is_unavailable, named};
use crate::model::principal::is_email;
use crate::model::{Claim, Event, EventKind, EvidenceKind, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind};

/// `UserType` of the common schema, as its number or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserType {
    /// Regular user, administrator, partner's technician or guest; also where the record has no type.
    Person,
    /// Microsoft's operators and systems, server-side logic, policies.
    System,
    /// An application or service principal.
    Application,
    Unknown,
}

fn user_type(entry: &Json, outer: &Json) -> UserType {
    let word = json::text(entry, "/UserType").or_else(|| json::text(outer, "/userType")).unwrap_or_default().to_lowercase();
    match word.as_str() {
        "" | "-1" | "notdefined" | "0" | "regular" | "2" | "admin" | "9" | "partnertechnician" | "10" | "guest" => UserType::Person,
        "3" | "dcadmin" | "4" | "system" | "7" | "custompolicy" | "8" | "systempolicy" => UserType::System,
        "5" | "application" | "6" | "serviceprincipal" => UserType::Application,
        _ => UserType::Unknown,
    }
}

/// Fills the wire principal and, where an app acted for a person, both of them.
pub fn fill(entry: &Json, outer: &Json, event: &mut Event) {
    let user = json::first_text(entry, &["/UserId", "/UserId_"])
        .or_else(|| json::first_text(outer, &["/userPrincipalName", "/UserId", "/UserIds"]))
        .unwrap_or_default();
    let (principal, kind) = match of_user(entry, &user, user_type(entry, outer)) {
        Ok(found) => found,
        Err(why) => {
            event.human_empty = why;
            return;
        }
    };
    let (principal, kind) = in_mailbox(entry, principal, kind);
    match kind {
        WireKind::Human => person(entry, principal, event),
        _ => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
    }
}

fn of_user(entry: &Json, user: &str, user_type: UserType) -> Result<(Principal, WireKind), WhyEmpty> {
    let user = somebody(user)?;
    if is_unavailable(user) {
        return Err(WhyEmpty::Absent);
    }
    if is_system_account(user) {
        return Ok((own("m365", user), WireKind::System));
    }
    if let Some(id) = user.strip_prefix("ServicePrincipal_") {
        let id = somebody(id).ok().filter(|id| !is_unavailable(id)).ok_or(WhyEmpty::Absent)?;
        return Ok((own("entra", id), WireKind::Service));
    }
    let address = is_email(user);
    let found = match user_type {
        // `app@sharepoint` is what SharePoint writes for an app of its own permissions.
        _ if user.eq_ignore_ascii_case("app@sharepoint") => application(entry, user),
        UserType::Application => application(entry, user),
        _ if is_app_alone(entry) => application(entry, user),
        UserType::Person if address || is_guid(user) => (account(user), WireKind::Human),
        // Server-side logic that names an account tells whom it concerned, and not that they acted.
        UserType::System if !address && !is_guid(user) => (own("m365", user), WireKind::System),
        _ if address || is_guid(user) => (account(user), WireKind::Unknown),
        _ => (own("m365", user), WireKind::Unknown),
    };
    Ok(found)
}

/// An application that acts as itself: by its id, else by what the log calls it.
fn application(entry: &Json, user: &str) -> (Principal, WireKind) {
    let id = ["/AppAccessContext/ClientAppId", "/ClientAppId", "/UserKey", "/ApplicationId", "/AppId"]
        .iter()
        .filter_map(|p| named(entry, p))
        .chain(std::iter::once(user.to_string()))
        .find(|id| is_guid(id));
    match id {
        Some(id) if is_microsofts(&id) => (own("entra", &id), WireKind::System),
        Some(id) => (own("entra", &id), WireKind::Service),
        None => (own("m365", user), WireKind::Service),
    }
}

/// An app with rights of its own, which Exchange logs under the name of the mailbox's owner: the key of the user is the app's
/// id, or the client is the one that acts as the system.
fn is_app_alone(entry: &Json) -> bool {
    let key = named(entry, "/UserKey").filter(|k| is_guid(k));
    let apps = ["/AppAccessContext/ClientAppId", "/ClientAppId", "/AppId"];
    let is_its_key = key.is_some_and(|key| {
        apps.iter().filter_map(|p| json::text(entry, p)).any(|app| app.eq_ignore_ascii_case(&key))
    });
    let client = json::first_text(entry, &["/ClientInfoString", "/ActorInfoString"]).unwrap_or_default();
    is_its_key || client.contains("Client=RESTSystem")
}

/// Access to a mailbox. The owner of the mailbox did not act because it is theirs: where an administrator, delegate or the
/// service itself was logged on, and the record names nobody but the owner, it names no actor.
fn in_mailbox(entry: &Json, principal: Principal, kind: WireKind) -> (Principal, WireKind) {
    let logon = json::first_text(entry, &["/LogonType", "/Logon_Type"]).unwrap_or_default().to_lowercase();
    let owner = json::text(entry, "/MailboxOwnerUPN").map(|o| Principal::new("entra", &o));
    let sid = |p| json::text(entry, p);
    let by_other = match logon.as_str() {
        "3" | "4" | "transport" | "systemservice" => true,
        "1" | "2" | "6" | "admin" | "delegated" | "delegatedadmin" => owner.as_ref() == Some(&principal),
        _ => false,
    };
    let system_logon = sid("/LogonUserSid").is_some_and(|s| matches!(s.as_str(), "S-1-5-18" | "S-1-5-19" | "S-1-5-20"));
    let other_logon = owner.as_ref() == Some(&principal)
        && matches!((sid("/LogonUserSid"), sid("/MailboxOwnerSid")), (Some(user), Some(owner)) if user != owner);
    if kind == WireKind::Human && (by_other || system_logon || other_logon) {
        return match sid("/LogonUserSid") {
            Some(logon) => (own("m365", &logon), if system_logon { WireKind::System } else { WireKind::Unknown }),
            None => (principal, WireKind::Unknown),
        };
    }
    (principal, kind)
}

/// A person's account: acting directly, or through an app that the record names beside them.
fn person(entry: &Json, person: Principal, event: &mut Event) {
    let agent = ["/CopilotEventData/AgentId", "/AgentId"].iter().find_map(|p| Some((named(entry, p)?, *p)));
    let client = ["/AppAccessContext/ClientAppId", "/ClientAppId"]
        .iter()
        .find_map(|p| Some((named(entry, p)?, *p)))
        .filter(|(id, _)| is_guid(id) && !is_microsofts(id));
    let acting = match (agent, client) {
        (Some((id, field)), _) if is_guid(&id) => Some((own("entra", &id), field)),
        (Some((id, field)), _) => Some((own("m365", &id), field)),
        // Signing in to an app is the person's own act.
        (None, Some((id, field))) if event.kind != EventKind::SignIn => Some((own("entra", &id), field)),
        _ => None,
    };
    let Some((acting, field)) = acting else {
        event.wire = Some(Wire { principal: person, kind: WireKind::Human, by: FilledBy::Platform });
        return;
    };
    let claim = |role, principal: &Principal, field: &str| Claim {
        role,
        principal: principal.clone(),
        evidence: EvidenceKind::K3,
        by: FilledBy::Platform,
        field: field.into(),
    };
    event.claims.push(claim(Role::Human, &person, "/UserId"));
    event.claims.push(claim(Role::Agent, &acting, field));
    event.wire = Some(Wire { principal: acting, kind: WireKind::Delegated, by: FilledBy::Platform });
}

/// A user by address, else by object id.
fn account(user: &str) -> Principal {
    if is_email(user) { Principal::new("entra", user) } else { own("entra", user) }
}

/// An id in its own namespace, also where it has the shape of an address.
fn own(namespace: &str, id: &str) -> Principal {
    let id = if namespace == "entra" { id.to_lowercase() } else { id.into() };
    Principal { namespace: namespace.into(), id }
}

/// `NT AUTHORITY\SYSTEM (Microsoft.Exchange.Servicehost)`, `SHAREPOINT\system`, the certificate of an internal service.
fn is_system_account(user: &str) -> bool {
    let upper = user.to_uppercase();
    ["NT AUTHORITY\\", "NT SERVICE\\", "SHAREPOINT\\SYSTEM", "S-1-5-18", "S-1-0-0"].iter().any(|s| upper.starts_with(s))
        || matches!(upper.as_str(), "CERTIFICATE" | "SYSTEM")
}

fn is_guid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| if dashes.contains(&i) { b == b'-' } else { b.is_ascii_hexdigit() })
}
