//! `userIdentity`: whose credential was on the request, as AWS tells it.

use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::slot_of;
use crate::model::{
    Claim, Credential, CredentialKind, Event, EvidenceKind, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind,
};

/// What the rest of the record needs to know of its caller.
#[derive(Default)]
pub struct Caller {
    /// The principal whose policies decided, where that is certain.
    pub decided_on: Option<Principal>,
    pub session_name: Option<String>,
    /// An Identity Center user calling for themselves: `onBehalfOf` is the caller, not a second principal.
    pub is_idc: bool,
}

/// Fills the wire principal and the credential of the event.
pub fn caller(record: &Json, event: &mut Event) -> Caller {
    let mut caller = Caller::default();
    let found = match json::at(record, "/userIdentity") {
        Some(identity) => read(record, identity, &mut caller, event),
        None => Err(WhyEmpty::Absent),
    };
    match found {
        Ok((principal, kind)) => {
            event.human_empty = slot_of(kind, event.human_empty);
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
    if event.credential.is_none() {
        event.credential = credential(record);
    }
    caller
}

fn read(
    record: &Json,
    identity: &Json,
    caller: &mut Caller,
    event: &mut Event,
) -> Result<(Principal, WireKind), WhyEmpty> {
    let kind = json::text(identity, "/type").unwrap_or_default();
    match kind.as_str() {
        "AssumedRole" | "Role" => role_session(identity, caller),
        "IAMUser" | "Root" => {
            let principal = user(identity, &kind)?;
            caller.decided_on = Some(principal.clone());
            Ok((principal, WireKind::Human))
        }
        "IdentityCenterUser" => {
            let id = json::first_text(identity, &["/onBehalfOf/userId", "/userId"]).ok_or(WhyEmpty::Absent)?;
            caller.is_idc = true;
            Ok((Principal::new("aws-idc", somebody(&id)?), WireKind::Human))
        }
        "AWSService" => service(identity),
        "FederatedUser" => {
            // The name in the ARN is what the caller of GetFederationToken wrote: nobody vouches for it.
            let arn = json::text(identity, "/arn").ok_or(WhyEmpty::Absent)?;
            let principal = Principal::new("aws", somebody(&arn)?);
            caller.decided_on = Some(principal.clone());
            Ok((principal, WireKind::Unknown))
        }
        "SAMLUser" | "WebIdentityUser" | "Directory" => federated(identity, &kind),
        "AWSAccount" => match json::at(record, "/additionalEventData/jwt/claims") {
            Some(claims) => token_claims(claims, event),
            None => other_account(identity),
        },
        _ => match service(identity) {
            Ok(found) => Ok(found),
            Err(_) => {
                let arn = json::text(identity, "/arn").ok_or(WhyEmpty::Absent)?;
                Ok(of_arn(somebody(&arn)?))
            }
        },
    }
}

/// A role session: the role, whatever its session calls itself; or the person, where Identity Center named the session.
fn role_session(identity: &Json, caller: &mut Caller) -> Result<(Principal, WireKind), WhyEmpty> {
    let arn = json::text(identity, "/arn").unwrap_or_default();
    let issuer = json::text(identity, "/sessionContext/sessionIssuer/arn").filter(|a| a.contains(":role/"));
    let role = match (&issuer, arn.contains(":assumed-role/") || arn.contains(":role/")) {
        (Some(issuer), _) => Principal::from_arn(issuer),
        (None, true) => Principal::from_arn(&arn),
        (None, false) => {
            let name = json::text(identity, "/sessionContext/sessionIssuer/userName").ok_or(WhyEmpty::Absent)?;
            let account = json::text(identity, "/accountId").unwrap_or_default();
            Principal::new("aws-role", &format!("{account}/{}", somebody(&name)?))
        }
    };
    if role.id.ends_with('/') {
        return Err(WhyEmpty::Absent);
    }
    caller.session_name = session_name(&arn).map(String::from).or_else(|| {
        let id = json::text(identity, "/principalId")?;
        id.split_once(':').map(|(_, name)| name.to_string())
    });
    if let Some(person) = sso_person(&role, caller.session_name.as_deref()) {
        caller.decided_on = Some(person.clone());
        // The session name is a person here, and no place for a run id.
        caller.session_name = None;
        return Ok((person, WireKind::Human));
    }
    let path_of_services = issuer.as_deref().unwrap_or(&arn).contains(":role/aws-service-role/");
    // A service that acts through a role by itself; where a person or their broker is on the session, it acts for them.
    let by_service = json::text(identity, "/invokedBy").is_some_and(|s| s.ends_with(".amazonaws.com"))
        && json::at(identity, "/onBehalfOf").is_none()
        && json::at(identity, "/sessionContext/sourceIdentity").is_none();
    let kind = match is_service_linked(&role) || path_of_services || by_service {
        true => WireKind::System,
        false => WireKind::Service,
    };
    caller.decided_on = Some(role.clone());
    Ok((role, kind))
}

fn session_name(arn: &str) -> Option<&str> {
    arn.split(":assumed-role/").nth(1)?.split_once('/').map(|(_, name)| name).filter(|n| !n.is_empty())
}

fn is_service_linked(role: &Principal) -> bool {
    role.id.split('/').nth(1).is_some_and(|name| name.starts_with("AWSServiceRoleFor"))
}

/// Identity Center names the sessions of its permission sets after the person who signed in.
fn sso_person(role: &Principal, session: Option<&str>) -> Option<Principal> {
    let (account, name) = role.id.split_once('/')?;
    let session = session.filter(|s| somebody(s).is_ok())?;
    if !name.starts_with("AWSReservedSSO_") {
        return None;
    }
    match Principal::new("aws-sso", session) {
        person if person.namespace == "email" => Some(person),
        _ => Some(Principal::new("aws-sso", &format!("{account}/{session}"))),
    }
}

/// The principal and kind that an ARN stands for: also for other sources that record ARNs.
pub fn of_arn(arn: &str) -> (Principal, WireKind) {
    let principal = Principal::from_arn(arn);
    match principal.namespace.as_str() {
        "aws-role" => match sso_person(&principal, session_name(arn)) {
            Some(person) => (person, WireKind::Human),
            None if is_service_linked(&principal) || arn.contains(":role/aws-service-role/") => {
                (principal, WireKind::System)
            }
            None => (principal, WireKind::Service),
        },
        _ if arn.contains(":user/") || arn.ends_with(":root") => (principal, WireKind::Human),
        _ => (principal, WireKind::Unknown),
    }
}

fn user(identity: &Json, kind: &str) -> Result<Principal, WhyEmpty> {
    if let Some(arn) = json::text(identity, "/arn") {
        return Ok(Principal::new("aws", somebody(&arn)?));
    }
    let account = json::text(identity, "/accountId").ok_or(WhyEmpty::Absent)?;
    let account = somebody(&account)?;
    if kind == "Root" {
        return Ok(Principal::new("aws", &format!("arn:aws:iam::{account}:root")));
    }
    // A failed console sign-in hides the name, because people type passwords there.
    let name = json::text(identity, "/userName").ok_or(WhyEmpty::Absent)?;
    Ok(Principal::new("aws", &format!("arn:aws:iam::{account}:user/{}", somebody(&name)?)))
}

fn service(identity: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let name = json::text(identity, "/invokedBy").ok_or(WhyEmpty::Absent)?;
    Ok((Principal::new("aws-service", somebody(&name)?), WireKind::System))
}

/// A subject of an identity provider, on the STS call that brings it in.
fn federated(identity: &Json, kind: &str) -> Result<(Principal, WireKind), WhyEmpty> {
    let name = json::first_text(identity, &["/userName", "/principalId"]).ok_or(WhyEmpty::Absent)?;
    let name = somebody(&name)?;
    if name.starts_with("system:serviceaccount:") {
        return Ok((Principal::new("k8s", name), WireKind::Service));
    }
    if name.starts_with("repo:") {
        return Ok((Principal::new("github", name), WireKind::Service));
    }
    let kind = if kind == "WebIdentityUser" { WireKind::Unknown } else { WireKind::Human };
    Ok((Principal::new("aws-federated", name), kind))
}

/// Another account's principal, of which CloudTrail tells this account little.
fn other_account(identity: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let account = json::text(identity, "/accountId").unwrap_or_default();
    somebody(&account)?;
    let id = json::first_text(identity, &["/arn", "/principalId"]).unwrap_or_else(|| account.clone());
    match somebody(&id)? {
        arn if arn.starts_with("arn:") => Ok(of_arn(arn)),
        id => Ok((Principal::new("aws", id), WireKind::Unknown)),
    }
}

/// AgentCore gateways log `anonymous` as the caller; who called stands in the claims of the token they checked.
fn token_claims(claims: &Json, event: &mut Event) -> Result<(Principal, WireKind), WhyEmpty> {
    const CLAIMS: &str = "/additionalEventData/jwt/claims";
    let word =
        |pointer: &str| json::text(claims, pointer).and_then(|t| somebody(&t).ok().and_then(Principal::from_word));
    if let Some(jti) = json::first_text(claims, &["/jti", "/uti"]) {
        event.credential = Some(Credential { kind: CredentialKind::Token, id: jti });
    }
    event.audience = json::at(claims, "/aud").map(json::words).unwrap_or_default();
    event.scope = ["/scope", "/scp"].into_iter().find_map(|p| json::at(claims, p)).map(json::words).unwrap_or_default();

    let actor = ["/act/sub", "/act/client_id", "/client_id", "/azp", "/cid", "/appid"].into_iter().find_map(word);
    // Cognito writes the user pool's own name for a person into `username`; a machine's token has none.
    let verified = json::flag(claims, "/email_verified") != Some(false);
    let person = ["/email", "/upn", "/preferred_username"]
        .into_iter()
        .filter(|p| verified || *p != "/email")
        .find_map(|p| word(p).filter(|w| w.namespace == "email").map(|w| (w, p)))
        .or_else(|| word("/sub").map(|w| (w, "/sub")));
    match (actor, person) {
        (Some(actor), Some((person, field))) if actor != person && word("/sub").as_ref() != Some(&actor) => {
            event.claims.push(Claim {
                role: Role::Human,
                principal: person,
                evidence: EvidenceKind::K3,
                by: FilledBy::Platform,
                field: format!("{CLAIMS}{field}"),
            });
            Ok((actor, WireKind::Delegated))
        }
        (Some(actor), _) => Ok((actor, WireKind::Service)),
        (None, Some((person, _))) if person.namespace == "email" => Ok((person, WireKind::Human)),
        // A subject without client and without a person's name is the client itself.
        (None, Some((subject, _))) => Ok((subject, WireKind::Service)),
        (None, None) => Err(WhyEmpty::Absent),
    }
}

fn credential(record: &Json) -> Option<Credential> {
    // One collector misspells the key.
    if let Some(key) = json::first_text(record, &["/userIdentity/accessKeyId", "/userIdentity/accesKeyId"]) {
        somebody(&key).ok()?;
        let kind = if key.starts_with("AKIA") { CredentialKind::LongLived } else { CredentialKind::SessionKey };
        return Some(Credential { kind, id: key });
    }
    let bearer = json::text(record, "/userIdentity/credentialId")?;
    Some(Credential { kind: CredentialKind::Session, id: bearer })
}
