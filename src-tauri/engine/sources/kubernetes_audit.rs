//! Kubernetes API server audit.
//!
//! - **Ask for**: the audit log of the API server. From a cluster of one's own its log file; from EKS the audit
//!   stream in CloudWatch; from AKS the diagnostics `kube-audit`; from GKE the Cloud Audit entries of `k8s.io`, which
//!   hold less.
//! - **Reads**: `audit.k8s.io/v1` and the older betas: log lines, `EventList`, EKS in CloudWatch (`message`), AKS
//!   diagnostics (`properties.log`), GKE in Cloud Audit (`protoPayload` of `k8s.io`). A request is logged in several
//!   stages under one `auditID`: only the last is the call.
//! - **Recognised by**: `kind` Event with an `audit.k8s.io` version, else `verb`, `user` and one of `auditID`,
//!   `objectRef`, `requestURI`.
//! - **Filled by**: `user`, `impersonatedUser`, the decision and its reason: `platform`, by the API server.
//!   `impersonatedUser.extra` and the user agent: `caller`.
//! - **Answers**: which account called, which user it impersonated, whether it was allowed and by which rule; one
//!   call a request.
//! - **Never tells**: who stands behind a service account that impersonates nobody.
//! - **Documented in**: kubernetes.io, "Auditing" and the `audit.k8s.io` API reference.

use super::aws_cloudtrail;
use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy, Issued,
    Outcome, Principal, Role, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Kubernetes;

struct Kubernetes;

const NAME: &str = "kubernetes_audit";

impl Source for Kubernetes {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(98, "kind Event of audit.k8s.io", is_event)
            .or_else(|| {
                sample.recognise(
                    90,
                    "a Kubernetes audit event inside (properties.log, message or protoPayload)",
                    is_wrapped,
                )
            })
            .or_else(|| sample.recognise(80, "an entry of a Kubernetes audit log", |v| is_event(v) || is_wrapped(v)))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let outer = record.json()?;
        if is_event(outer) {
            return Ok(event(outer, hints).into());
        }
        if is_gke(outer) {
            return Ok(gke(outer, hints).into());
        }
        for pointer in WRAPPERS {
            let Some(inner) = json::at(outer, pointer) else { continue };
            return match json::nested(inner) {
                Ok(Some(found)) if is_event(&found) => Ok(event(&found, hints).into()),
                Ok(_) => Err(NotUnderstood::not_this(format!("{pointer} holds no Kubernetes audit event"))),
                Err(cause) => Err(NotUnderstood::broken(format!("{pointer} is not JSON: {cause}"))),
            };
        }
        Err(NotUnderstood::not_this("no verb and user of a Kubernetes audit event"))
    }
}

const WRAPPERS: [&str; 4] = ["/properties/log", "/message", "/@message", "/log"];

fn is_event(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let versioned = json::text(value, "/apiVersion").is_some_and(|v| v.starts_with("audit.k8s.io/"));
    has("/verb") && (versioned || (has("/user") && (has("/auditID") || has("/objectRef") || has("/requestURI"))))
}

fn is_gke(value: &Json) -> bool {
    json::text(value, "/protoPayload/serviceName").as_deref() == Some("k8s.io")
        && json::at(value, "/protoPayload/methodName").is_some()
}

fn is_wrapped(value: &Json) -> bool {
    is_gke(value)
        || WRAPPERS.iter().any(|p| {
            json::text(value, p).is_some_and(|t| t.starts_with('{') && t.contains("\"verb\"") && t.contains("audit"))
        })
}

fn event(record: &Json, hints: &Hints) -> Event {
    let stage = json::text(record, "/stage");
    // A request that is only received, or whose answer only began, will be logged again: one request is one call.
    let last = matches!(stage.as_deref(), None | Some("ResponseComplete" | "Panic"));
    let mut event = Event::new(if last { EventKind::Call } else { EventKind::Context });
    event.time =
        ["/requestReceivedTimestamp", "/stageTimestamp", "/timestamp", "/@timestamp", "/metadata/creationTimestamp"]
            .into_iter()
            .find_map(|p| json::time(record, p));
    event.end = json::time(record, "/stageTimestamp");
    event.id = json::text(record, "/auditID");
    event.service = Some("kubernetes".into());
    event.action = json::text(record, "/verb");
    (event.resource, event.resource_type) = resource(record);
    event.source_ip = json::text(record, "/sourceIPs/0");
    event.user_agent = json::text(record, "/userAgent");
    event.outcome = outcome(record, stage.as_deref());
    event.stage = stage;

    wire(record, &mut event);
    let effective = impersonated(record, &mut event).or_else(|| event.wire.as_ref().map(|w| w.principal.clone()));
    event.decision = decision(record, effective, event.outcome);
    event.credential = credential(record);
    event.issued = issued(record, &event);

    let mut search = hints.search(NAME);
    // The authenticator vouches for the user's own extras; those of an impersonation are set by whoever impersonates.
    for (pointer, by) in [("/user/extra", FilledBy::Platform), ("/impersonatedUser/extra", FilledBy::Caller)] {
        for (key, value) in json::members(json::at(record, pointer)) {
            search.key(key, value, by);
        }
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(record);
    search.fill(&mut event);
    event
}

/// `group/resource[/subresource]/namespace/name`, without what the request does not have; a path for the rest.
fn resource(record: &Json) -> (Option<String>, Option<String>) {
    let part = |pointer| json::text(record, pointer);
    match part("/objectRef/resource") {
        Some(kind) => {
            let parts = [
                part("/objectRef/apiGroup"),
                Some(kind.clone()),
                part("/objectRef/subresource"),
                part("/objectRef/namespace"),
                part("/objectRef/name"),
            ];
            (Some(parts.into_iter().flatten().collect::<Vec<_>>().join("/")), Some(kind))
        }
        None => {
            let path = part("/requestURI").map(|uri| uri.split('?').next().unwrap_or_default().to_string());
            (path, None)
        }
    }
}

fn outcome(record: &Json, stage: Option<&str>) -> Outcome {
    if stage == Some("Panic") {
        return Outcome::Error;
    }
    match json::text(record, "/responseStatus/code").and_then(|c| c.parse::<u16>().ok()) {
        Some(401 | 403) => Outcome::Denied,
        Some(400..) => Outcome::Error,
        Some(100..) => Outcome::Success,
        _ if forbidden(record) == Some(true) => Outcome::Denied,
        _ => match json::text(record, "/responseStatus/status").as_deref() {
            Some("Success") => Outcome::Success,
            Some("Failure") => Outcome::Error,
            _ => Outcome::Unknown,
        },
    }
}

/// An annotation, under its own key or under that of a collector that cannot write `/` and `.`.
fn annotation(record: &Json, last: &str) -> Option<String> {
    json::members(json::at(record, "/annotations"))
        .find(|(key, _)| {
            key.strip_suffix(last).is_some_and(|head| {
                head.ends_with("authorization.k8s.io/") || head.ends_with("_slash_") || head.ends_with("k8s_io/")
            })
        })
        .and_then(|(_, value)| json::scalar(value))
}

fn forbidden(record: &Json) -> Option<bool> {
    annotation(record, "decision").map(|d| !d.eq_ignore_ascii_case("allow"))
}

fn wire(record: &Json, event: &mut Event) {
    let Some(name) = json::text(record, "/user/username") else { return };
    match somebody(&name) {
        Ok(name) => {
            let (principal, kind) = user(name);
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

/// A user name of the cluster. EKS maps IAM principals to names that may be ARNs.
pub(super) fn user(name: &str) -> (Principal, WireKind) {
    if name.starts_with("arn:") {
        return aws_cloudtrail::of_arn(name);
    }
    let kind = match name {
        n if n.starts_with("system:serviceaccount:kube-system:") => WireKind::System,
        n if n.starts_with("system:serviceaccount:") => WireKind::Service,
        n if n.starts_with("system:") || n.starts_with("eks:") || n.starts_with("aks:") => WireKind::System,
        n if n.ends_with(".gserviceaccount.com") => WireKind::Service,
        _ => WireKind::Human,
    };
    (Principal::new("k8s", name), kind)
}

/// The user whose rights were asked for by impersonation. A service account that impersonates a person acts for them;
/// a person who impersonates another is still themselves, and the other did nothing.
fn impersonated(record: &Json, event: &mut Event) -> Option<Principal> {
    let name = json::text(record, "/impersonatedUser/username")?;
    let name = somebody(&name).ok()?;
    let (principal, kind) = user(name);
    let by_account = json::text(record, "/user/username").is_some_and(|u| u.starts_with("system:serviceaccount:"))
        || event.wire.as_ref().is_some_and(|w| w.kind == WireKind::Service);
    let role = match kind {
        WireKind::Human if by_account => Some(Role::Human),
        WireKind::Service => Some(Role::Agent),
        _ => None,
    };
    if let Some(role) = role {
        let field = "/impersonatedUser/username".into();
        let by = FilledBy::Platform;
        event.claims.push(Claim { role, principal: principal.clone(), evidence: EvidenceKind::K6, by, field });
    }
    Some(principal)
}

/// Authorization is decided on the effective user: the impersonated one where there is one.
fn decision(record: &Json, effective: Option<Principal>, outcome: Outcome) -> Option<Decision> {
    let effect = match (forbidden(record), outcome) {
        (Some(true), _) => Some(DecisionEffect::Deny),
        (Some(false), _) => Some(DecisionEffect::Allow),
        (None, Outcome::Denied) => Some(DecisionEffect::Deny),
        (None, _) => None,
    };
    let evaluated: Vec<Principal> = effective.into_iter().collect();
    (effect.is_some() || !evaluated.is_empty()).then(|| Decision {
        effect,
        evaluated,
        policy: annotation(record, "reason"),
    })
}

fn credential(record: &Json) -> Option<Credential> {
    let mut found = None;
    for (key, value) in json::members(json::at(record, "/user/extra")) {
        let Some(id) = json::items(Some(value)).next().and_then(json::scalar).or_else(|| json::scalar(value)) else {
            continue;
        };
        if key.ends_with("credential-id") {
            return Some(match id.split_once('=') {
                Some(("JTI", jti)) => Credential { kind: CredentialKind::Token, id: jti.to_string() },
                _ => Credential { kind: CredentialKind::LongLived, id },
            });
        }
        if key.eq_ignore_ascii_case("accessKeyId") && !id.is_empty() {
            let kind = if id.starts_with("AKIA") { CredentialKind::LongLived } else { CredentialKind::SessionKey };
            found = Some(Credential { kind, id });
        }
    }
    found
}

/// `TokenRequest`: the API server tells the id of the token that it handed out.
fn issued(record: &Json, event: &Event) -> Option<Issued> {
    let (_, value) =
        json::members(json::at(record, "/annotations")).find(|(key, _)| key.ends_with("issued-credential-id"))?;
    let id = json::scalar(value)?;
    let id = id.strip_prefix("JTI=").unwrap_or(&id).to_string();
    let account = (json::text(record, "/objectRef/namespace"), json::text(record, "/objectRef/name"));
    let principal = match (event.resource_type.as_deref(), account) {
        (Some("serviceaccounts"), (Some(namespace), Some(name))) => {
            Some(Principal::new("k8s", &format!("system:serviceaccount:{namespace}:{name}")))
        }
        _ => None,
    };
    Some(Issued { credential: Credential { kind: CredentialKind::Token, id }, principal, expires: None })
}

/// GKE's copy in Cloud Audit: no stages, no impersonation, the verb at the end of the method.
fn gke(record: &Json, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.time = ["/timestamp", "/receiveTimestamp"].into_iter().find_map(|p| json::time(record, p));
    event.id = json::text(record, "/insertId");
    event.tenant = json::text(record, "/resource/labels/project_id");
    event.service = Some("kubernetes".into());
    event.action =
        json::text(record, "/protoPayload/methodName").map(|m| m.rsplit('.').next().unwrap_or_default().to_string());
    event.resource = json::text(record, "/protoPayload/resourceName");
    event.source_ip = json::text(record, "/protoPayload/requestMetadata/callerIp");
    event.user_agent = json::text(record, "/protoPayload/requestMetadata/callerSuppliedUserAgent");
    event.outcome = match json::text(record, "/protoPayload/status/code").as_deref() {
        None | Some("0") => Outcome::Success,
        Some("7" | "16") => Outcome::Denied,
        Some(_) => Outcome::Error,
    };
    if let Some(name) = json::text(record, "/protoPayload/authenticationInfo/principalEmail") {
        match somebody(&name) {
            Ok(name) => {
                let (principal, kind) = user(name);
                event.decision = Some(Decision {
                    effect: json::flag(record, "/protoPayload/authorizationInfo/0/granted")
                        .map(|granted| if granted { DecisionEffect::Allow } else { DecisionEffect::Deny }),
                    evaluated: vec![principal.clone()],
                    policy: None,
                });
                event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
            }
            Err(why) => event.human_empty = why,
        }
    }
    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(record);
    search.fill(&mut event);
    event
}

#[cfg(test)]
mod tests {
    use super::super::understand_chunk;
    use super::*;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn request(user: &str, rest: &str) -> Event {
        event(&format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a1","stage":"ResponseComplete","verb":"patch","user":{{"username":"{user}"}},"objectRef":{{"resource":"deployments","namespace":"shop","name":"api","apiGroup":"apps"}},"responseStatus":{{"code":200}},"requestReceivedTimestamp":"2026-03-02T07:11:43.256000Z"{rest}}}"#
        ))
    }

    #[test]
    fn an_account_that_impersonates_a_person_acts_for_them() {
        let e = request(
            "system:serviceaccount:agents:deploy-agent",
            r#","impersonatedUser":{"username":"Nadia@example.org","extra":{"run_id":["31e5b9c0-93ae-4d6d-a5e5-aee8d70ab2a5"]}},"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"d/shop\""}"#,
        );
        assert_eq!(e.wire.as_ref().unwrap().kind, WireKind::Service);
        let nadia = Principal::new("email", "nadia@example.org");
        assert_eq!(
            (&e.claims[0].principal, e.claims[0].role, e.claims[0].evidence),
            (&nadia, Role::Human, EvidenceKind::K6)
        );
        let decision = e.decision.unwrap();
        assert_eq!((decision.effect, decision.evaluated), (Some(DecisionEffect::Allow), vec![nadia]));
        assert_eq!(decision.policy.as_deref(), Some("RBAC: allowed by RoleBinding \"d/shop\""));
        let (run, by) = e.run.unwrap();
        assert_eq!((run.shown().as_str(), by), ("31e5b9c0-93ae-4d6d-a5e5-aee8d70ab2a5", FilledBy::Caller));
        assert_eq!(e.action.as_deref(), Some("patch"));
        assert_eq!(e.resource.as_deref(), Some("apps/deployments/shop/api"));
        assert_eq!((e.kind, e.outcome), (EventKind::Call, Outcome::Success));
    }

    #[test]
    fn a_person_who_impersonates_another_does_not_become_them() {
        let e = request("ada@example.org", r#","impersonatedUser":{"username":"bob"}"#);
        assert_eq!(e.claims, []);
        assert_eq!(e.wire.unwrap().principal, Principal::new("email", "ada@example.org"));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("k8s", "bob")]);
        let e =
            request("system:serviceaccount:a:one", r#","impersonatedUser":{"username":"system:serviceaccount:b:two"}"#);
        assert_eq!(e.claims[0].role, Role::Agent);
    }

    #[test]
    fn only_the_last_stage_is_the_call() {
        for (stage, kind) in [
            ("RequestReceived", EventKind::Context),
            ("ResponseStarted", EventKind::Context),
            ("Panic", EventKind::Call),
        ] {
            let e = event(&format!(
                r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a1","stage":"{stage}","verb":"get","requestURI":"/version?x=1","user":{{"username":"bob"}}}}"#
            ));
            assert_eq!((e.kind, e.stage.as_deref(), e.resource.as_deref()), (kind, Some(stage), Some("/version")));
        }
    }

    #[test]
    fn kinds_of_users() {
        for (name, kind) in [
            ("system:serviceaccount:kube-system:replicaset-controller", WireKind::System),
            ("system:node:ip-10-8-0-38", WireKind::System),
            ("system:kube-scheduler", WireKind::System),
            ("system:serviceaccount:agents:x", WireKind::Service),
            ("kubernetes-admin", WireKind::Human),
            ("arn:aws:sts::1:assumed-role/AgentRole/s", WireKind::Service),
        ] {
            assert_eq!(request(name, "").wire.unwrap().kind, kind, "{name}");
        }
        let e = request("system:anonymous", "");
        assert_eq!((e.wire, e.decision, e.human_empty), (None, None, WhyEmpty::Absent));
    }

    #[test]
    fn refusals_and_credentials() {
        let e = request(
            "bob",
            r#","annotations":{"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""}"#,
        );
        assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
        let text = r#"{"auditID":"a","verb":"create","requestURI":"/x","user":{"username":"system:serviceaccount:a:b","extra":{"authentication.kubernetes.io/credential-id":["JTI=2e63"]}},"responseStatus":{"code":403}}"#;
        let e = event(text);
        assert_eq!(e.outcome, Outcome::Denied);
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "2e63".into() }));
    }

    #[test]
    fn wrapped_copies() {
        let inner = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","user":{"username":"bob"}}"#;
        let aks = serde_json::json!({"category": "kube-audit", "properties": {"log": inner}}).to_string();
        assert_eq!(event(&aks).wire.unwrap().principal, Principal::new("k8s", "bob"));
        let gke = r#"{"protoPayload":{"serviceName":"k8s.io","methodName":"io.k8s.core.v1.pods.list","authenticationInfo":{"principalEmail":"user@company.com"},"status":{"code":7}}}"#;
        let e = event(gke);
        assert_eq!((e.action.as_deref(), e.outcome), (Some("list"), Outcome::Denied));
        let torn = serde_json::json!({"properties": {"log": &inner[..30]}}).to_string();
        assert!(understand_chunk(SOURCE, &Form::Lines, torn.as_bytes(), &Hints::default())[0].2.is_err());
    }
}
