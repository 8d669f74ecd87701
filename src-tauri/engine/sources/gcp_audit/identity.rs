//! Whose credential was on the request, and the people that Google names behind it.

use std::collections::BTreeMap;

use crate::model::{Claim, Event, EvidenceKind, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind};
use crate::model::principal::is_email;
use crate::sources::json::{self, Json};
use crate::sources::loose;
use crate::sources::nobody::somebody;

const CHAIN: &str = "/authenticationInfo/serviceAccountDelegationInfo";

/// Google's own command lines: a person at a terminal, not an application of somebody else's.
const OWN_CLIENTS: [&str; 3] = ["32555940559.", "764086051850-", "618104708054-"];

pub(super) fn fill(payload: &Json, event: &mut Event) {
    let slot = |pointer: &str| loose::text(payload, pointer);
    let email = slot("/authenticationInfo/principalEmail");
    let subject = slot("/authenticationInfo/principalSubject");
    let wire = match (email.as_deref().map(somebody), subject.as_deref().map(somebody)) {
        (Some(Ok(email)), subject) => Some(by_email(email, subject.and_then(Result::ok))),
        (_, Some(Ok(subject))) => Some(by_subject(subject)),
        (Some(Err(why)), _) | (None, Some(Err(why))) => {
            event.human_empty = why;
            None
        }
        (None, None) => None,
    };
    if let Some((_, WireKind::System)) = &wire {
        event.human_empty = WhyEmpty::NotSupported;
    }

    let mut found = behind(payload, subject.as_deref());
    if let Some((principal, kind)) = wire {
        found.people.remove(&principal);
        found.accounts.remove(&principal);
        let client = slot("/authenticationInfo/oauthInfo/oauthClientId").filter(|c| {
            somebody(c).is_ok() && kind == WireKind::Human && !OWN_CLIENTS.iter().any(|own| c.starts_with(own))
        });
        event.wire = Some(match client {
            // An application acts with the user's consent: both are on the record.
            Some(client) => {
                found.people.insert(principal, "/protoPayload/authenticationInfo/principalEmail".into());
                Wire { principal: Principal::new("gcp", &client), kind: WireKind::Delegated, by: FilledBy::Platform }
            }
            None => Wire { principal, kind, by: FilledBy::Platform },
        });
    }
    // Two people in one chain contradict each other: both stand, and neither is named.
    for (principal, field) in found.people {
        claim(event, Role::Human, principal, EvidenceKind::K3, FilledBy::Platform, field);
    }
    if let (1, Some((principal, field))) = (found.accounts.len(), found.accounts.pop_first()) {
        claim(event, Role::Agent, principal, EvidenceKind::K3, FilledBy::Platform, field);
    }
    if let Some(user) = slot("/authenticationInfo/authoritySelector").filter(|u| is_email(u)) {
        let field = "/protoPayload/authenticationInfo/authoritySelector".into();
        claim(event, Role::Human, Principal::new("gcp", &user), EvidenceKind::K11, FilledBy::Caller, field);
    }
}

fn claim(event: &mut Event, role: Role, principal: Principal, evidence: EvidenceKind, by: FilledBy, field: String) {
    event.claims.push(Claim { role, principal, evidence, by, field });
}

#[derive(Default)]
struct Behind {
    people: BTreeMap<Principal, String>,
    /// Service accounts and agents that customers own.
    accounts: BTreeMap<Principal, String>,
}

impl Behind {
    fn see(&mut self, (principal, kind): (Principal, WireKind), field: String) {
        match kind {
            WireKind::Human => self.people.entry(principal).or_insert(field),
            WireKind::Service | WireKind::Agent => self.accounts.entry(principal).or_insert(field),
            _ => return,
        };
    }
}

/// The chain as it is listed, whichever way it runs, and a federated user who holds the account's credential.
fn behind(payload: &Json, subject: Option<&str>) -> Behind {
    let mut found = Behind::default();
    for (n, entry) in json::items(loose::at(payload, CHAIN)).enumerate() {
        let named = [("firstPartyPrincipal/principalEmail", true), ("principalSubject", false)];
        for (member, is_address) in named {
            let Some(text) = loose::text(entry, &format!("/{member}")) else { continue };
            let Ok(text) = somebody(&text) else { continue };
            let who = if is_address { by_email(text, None) } else { by_subject(text) };
            found.see(who, format!("/protoPayload{CHAIN}/{n}/{member}"));
        }
    }
    if let Some(subject) = subject.filter(|s| s.starts_with("principal:")) {
        let (principal, kind) = by_subject(subject);
        if kind == WireKind::Human {
            found.see((principal, kind), "/protoPayload/authenticationInfo/principalSubject".into());
        }
    }
    found
}

/// An address is a service account's by its domain, or because the subject beside it says so.
fn by_email(email: &str, subject: Option<&str>) -> (Principal, WireKind) {
    let (principal, kind) = account(email);
    let machine = subject.is_some_and(|s| {
        s.starts_with("serviceAccount:") || !matches!(by_subject(s).1, WireKind::Human | WireKind::Unknown)
    });
    match kind {
        WireKind::Human if machine => (principal, WireKind::Service),
        _ => (principal, kind),
    }
}

/// `user:`, `serviceAccount:`, `principal://`: the form says what it is.
fn by_subject(subject: &str) -> (Principal, WireKind) {
    let bare = subject.strip_prefix("deleted:").unwrap_or(subject);
    let whole = || Principal { namespace: "gcp".into(), id: bare.to_string() };
    if let Some(user) = bare.strip_prefix("user:") {
        return account(user);
    }
    if let Some(name) = bare.strip_prefix("serviceAccount:") {
        let (principal, kind) = account(name);
        return (principal, if kind == WireKind::System { kind } else { WireKind::Service });
    }
    let Some((_, path)) = bare.split_once("://") else { return (whole(), WireKind::Unknown) };
    let host = path.split('/').next().unwrap_or_default();
    if host.starts_with("agents.") {
        return (whole(), WireKind::Agent);
    }
    if path.contains("/workloadIdentityPools/") || bare.starts_with("spiffe://") {
        return (whole(), WireKind::Service);
    }
    if path.contains("/workforcePools/") {
        let name = path.split_once("/subject/").map(|(_, name)| name).unwrap_or_default();
        // A pool that maps the address of its users names them by it; any other word is one within its pool.
        return if is_email(name) { (Principal::new("gcp", name), WireKind::Human) } else { (whole(), WireKind::Human) };
    }
    (whole(), WireKind::Unknown)
}

/// An account by its address.
pub(super) fn account(name: &str) -> (Principal, WireKind) {
    if name.starts_with("system:") || name.starts_with("eks:") {
        return (Principal::new("k8s", name), super::kubernetes::kind_of(name));
    }
    let lower = name.to_lowercase();
    let kind = match () {
        () if lower.ends_with("gserviceaccount.com") && is_googles(&lower) => WireKind::System,
        () if lower.ends_with(".gserviceaccount.com") => WireKind::Service,
        // Workload identity of Kubernetes: `PROJECT.svc.id.goog[namespace/account]`.
        () if lower.contains(".svc.id.goog") => WireKind::Service,
        () if is_email(name) => WireKind::Human,
        () => WireKind::Unknown,
    };
    (Principal::new("gcp", name), kind)
}

/// Service agents: accounts that Google itself runs its services with.
fn is_googles(address: &str) -> bool {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let numbered = local.strip_prefix("service-").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered || matches!(domain, "cloudservices.gserviceaccount.com" | "system.gserviceaccount.com")
}
