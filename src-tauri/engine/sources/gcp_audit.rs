//! Google Cloud audit logs (Cloud Audit Logs): admin activity, data access, system event, policy denied.
//!
//! - **Ask for**: `gcloud logging read 'logName:"cloudaudit.googleapis.com"' --format=json` for the period, or the files of a
//!   log sink. Data access logs are off by default: without them reads, and the tokens that are handed out for service
//!   accounts, are missing.
//! - **Reads**: `LogEntry` with a `protoPayload` of type `AuditLog`, as array, lines, Logs Explorer JSON and CSV (dotted
//!   columns), Pub/Sub messages (`data` in base64), BigQuery exports (`protopayload_auditlog`), and copies whose collector
//!   changed the case of keys. Entries of Google Kubernetes Engine are read as Kubernetes calls (verb, resource).
//! - **Recognised by**: an audit `protoPayload`, or a `logName` of `cloudaudit.googleapis.com`. A file of other log entries is
//!   not taken; single other entries among audit entries are losses with their reason.
//! - **Filled by**: Google (platform) fills the principal, the delegation chain, the key and the decision. The user agent,
//!   labels and `authoritySelector` are the caller's own words and name nobody.
//! - **Answers**: whose credential was used; the person behind an impersonated service account, where the chain names
//!   one; whether each permission was granted, to the principal of the credential; which key of a service account
//!   was used and who had it made; who had tokens made for a service account.
//! - **Never tells**: which token a call used: tokens of service accounts have no id in the log. Who was behind a service
//!   account whose chain names no person. Which way a chain runs: it is not read as an order, a chain with two people names
//!   nobody. Whom Google left out: an entry without principal is a public, a redacted or a system's access.
//! - **Documented in**: docs.cloud.google.com, "AuditLog", "AuthenticationInfo", "Caller identities in audit logs", "Example
//!   logs for workforce and workload identity". Seen in real records: chains, denials without `granted`, service account
//!   keys, operation pairs. Second hand: BigQuery and Pub/Sub forms, CSV columns, agent identities, `authoritySelector`.

mod identity;
mod kubernetes;

use std::borrow::Cow;

use base64::Engine;

use super::hints::Place;
use super::json::{self, Json};
use super::loose;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, FilledBy, Issued, Outcome, SpanId, Time,
    TraceId, WhyEmpty,
};

pub const SOURCE: &dyn Source = &Gcp;

struct Gcp;

const NAME: &str = "gcp_audit";

impl Source for Gcp {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(97, "an AuditLog payload or a cloudaudit.googleapis.com log name", |v| is_signed(&entry(v)))
            .or_else(|| {
                sample.recognise(92, "a protoPayload with method or authentication of Google Cloud", |v| {
                    payload(&entry(v)).is_some_and(is_audit)
                })
            })
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = entry(record.json()?);
        match payload(&entry) {
            Some(payload) if is_audit(payload) => Ok(event(&entry, payload, hints).into()),
            Some(_) => Err(NotUnderstood::not_this("the protoPayload is no AuditLog")),
            None => Err(NotUnderstood::not_this("a log entry without protoPayload is no audit entry")),
        }
    }
}

/// The log entry inside a Pub/Sub message or what a collector keeps of one.
fn entry(value: &Json) -> Cow<'_, Json> {
    if payload(value).is_some() {
        return Cow::Borrowed(value);
    }
    for pointer in ["/message/data", "/data"] {
        let Some(data) = loose::at(value, pointer) else { continue };
        if payload(data).is_some() {
            return Cow::Borrowed(data);
        }
        let decoded = json::scalar(data)
            .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| json::nested(&Json::from(text.as_str())).ok().flatten());
        if let Some(found) = decoded {
            return Cow::Owned(found);
        }
    }
    Cow::Borrowed(value)
}

fn payload(entry: &Json) -> Option<&Json> {
    ["/proto_payload/audit_log", "/protoPayload", "/protopayload_auditlog"]
        .iter()
        .filter_map(|p| loose::at(entry, p))
        .find(|p| json::members(Some(p)).next().is_some())
}

/// The type under its own key or as collectors spell the `@`.
fn type_of(payload: &Json) -> Option<String> {
    loose::first_text(payload, &["/@type", "/at_sign_type", "/at_type"])
}

fn is_signed(entry: &Json) -> bool {
    let Some(payload) = payload(entry) else { return false };
    match type_of(payload) {
        Some(name) => name.ends_with("cloud.audit.AuditLog"),
        None => loose::text(entry, "/logName").is_some_and(|n| n.contains("cloudaudit.googleapis.com")),
    }
}

fn is_audit(payload: &Json) -> bool {
    match type_of(payload) {
        Some(name) => name.ends_with("AuditLog"),
        None => ["/methodName", "/serviceName", "/authenticationInfo", "/authorizationInfo"]
            .iter()
            .any(|p| loose::at(payload, p).is_some()),
    }
}

fn event(entry: &Json, payload: &Json, hints: &Hints) -> Event {
    let method = loose::text(payload, "/methodName").unwrap_or_default();
    let service = loose::text(payload, "/serviceName");
    let mut event = Event::new(kind(entry, payload, service.as_deref(), &method));
    event.time = loose::time(entry, &["/timestamp"])
        .or_else(|| loose::time(payload, &["/requestMetadata/requestAttributes/time", "/timestamp"]))
        .or_else(|| loose::time(entry, &["/receiveTimestamp"]));
    event.id = loose::text(entry, "/insertId");
    // Google repeats an insert id at other times: the id is one only together with the time.
    event.stage = event.time.map(Time::to_rfc3339);
    event.tenant = tenant(entry);
    event.service = service;
    event.action = (!method.is_empty()).then(|| method.clone());
    event.resource = loose::first_text(payload, &["/resourceName"])
        .or_else(|| json::items(loose::at(payload, "/authorizationInfo")).find_map(|a| loose::text(a, "/resource")));
    event.resource_type = loose::text(entry, "/resource/type");
    event.source_ip = loose::text(payload, "/requestMetadata/callerIp");
    event.user_agent = loose::text(payload, "/requestMetadata/callerSuppliedUserAgent");
    event.outcome = outcome(payload, &event, &method);
    event.interactive = event.kind == EventKind::SignIn;
    event.trace = loose::text(entry, "/trace").and_then(|t| TraceId::new(t.rsplit('/').next().unwrap_or_default()));
    event.span = loose::text(entry, "/spanId").and_then(|s| SpanId::new(&s));
    event.credential = loose::text(payload, "/authenticationInfo/serviceAccountKeyName").and_then(|k| key(&k));

    if kubernetes::is_one(event.service.as_deref(), &method) {
        kubernetes::rename(&mut event, &method);
    }
    identity::fill(payload, &mut event);
    event.decision = decision(payload, &event);
    if event.kind == EventKind::Token {
        issuance(entry, payload, &method, &mut event);
    }
    if event.wire.is_none() {
        event.human_empty = why_nobody(entry, &event);
    }

    let mut search = hints.search(NAME);
    for (key, value) in json::members(loose::at(entry, "/labels")) {
        search.key(key, value, FilledBy::Caller);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn kind(entry: &Json, payload: &Json, service: Option<&str>, method: &str) -> EventKind {
    if hands_out(method) {
        return EventKind::Token;
    }
    if service == Some("login.googleapis.com") && method.rsplit('.').next().is_some_and(|m| m.starts_with("login")) {
        return EventKind::SignIn;
    }
    // A long operation is logged when it is asked for, with its permissions, and once more when it ends.
    let is = |pointer| json::flag(entry, pointer) == Some(true);
    match is("/operation/last") && !is("/operation/first") && loose::at(payload, "/authorizationInfo").is_none() {
        true => EventKind::Context,
        false => EventKind::Call,
    }
}

/// `projects/P`, `folders/F`, `organizations/O`: the resource's project, else whose log it is.
fn tenant(entry: &Json) -> Option<String> {
    loose::first_text(entry, &["/resource/labels/project_id", "/resource/labels/organization_id"])
        .or_else(|| loose::text(entry, "/logName").and_then(|n| n.split('/').nth(1).map(String::from)))
}

fn outcome(payload: &Json, event: &Event, method: &str) -> Outcome {
    if event.kind == EventKind::SignIn && method.to_lowercase().ends_with("failure") {
        return Outcome::Denied;
    }
    match loose::text(payload, "/status/code").as_deref() {
        // PERMISSION_DENIED and UNAUTHENTICATED of google.rpc.Code.
        Some("7" | "16") => Outcome::Denied,
        Some("0") => Outcome::Success,
        Some(_) => Outcome::Error,
        // Without a status the permissions speak; the log writes neither status 0 nor `granted: false`.
        None if loose::at(payload, "/status").is_none() && refused(payload) => Outcome::Denied,
        None => Outcome::Success,
    }
}

fn granted(entry: &Json) -> bool {
    json::member(entry, "granted").is_some_and(|_| json::flag(entry, "/granted") == Some(true))
}

fn refused(payload: &Json) -> bool {
    json::items(loose::at(payload, "/authorizationInfo")).any(|a| !granted(a))
}

/// Permissions are evaluated on the principal of the credential: of an impersonated account, not of whoever took it on.
fn decision(payload: &Json, event: &Event) -> Option<Decision> {
    let asked: Vec<&Json> = json::items(loose::at(payload, "/authorizationInfo")).collect();
    if asked.is_empty() {
        return None;
    }
    let effect = match event.outcome {
        Outcome::Denied => Some(DecisionEffect::Deny),
        // A call may ask for several permissions and go on with those it got.
        _ if asked.iter().any(|a| granted(a)) => Some(DecisionEffect::Allow),
        _ => Some(DecisionEffect::Deny),
    };
    let permission = asked.iter().find(|a| !granted(a)).or(asked.first());
    Some(Decision {
        effect,
        evaluated: event.wire.iter().map(|w| w.principal.clone()).collect(),
        policy: permission.and_then(|a| loose::text(a, "/permission")),
    })
}

/// Methods that hand out a token, a signature or a key for a service account.
fn hands_out(method: &str) -> bool {
    matches!(
        method.rsplit('.').next().unwrap_or_default(),
        "GenerateAccessToken"
            | "GenerateIdToken"
            | "GenerateIdentityBindingAccessToken"
            | "SignJwt"
            | "SignBlob"
            | "ExchangeToken"
            | "CreateServiceAccountKey"
    )
}

/// A key of a service account by account and key id, however the project before them is written.
fn key(name: &str) -> Option<Credential> {
    let id = name.find("serviceAccounts/").and_then(|at| name.get(at..))?;
    Some(Credential { kind: CredentialKind::LongLived, id: id.to_string() })
}

/// What was handed out, and for which account. Google logs no id of a token, so that the issuance is known by the
/// entry's own id, which no call carries; keys have a name that the calls made with them carry.
fn issuance(entry: &Json, payload: &Json, method: &str, event: &mut Event) {
    let account = ["/request/name", "/resourceName"]
        .iter()
        .filter_map(|p| loose::text(payload, p))
        .filter_map(|name| name.split("serviceAccounts/").nth(1).map(|a| a.split('/').next().unwrap_or(a).to_string()))
        .find(|a| a.contains('@'))
        .or_else(|| loose::text(entry, "/resource/labels/email_id"))
        .or_else(|| loose::text(payload, "/resourceName").and_then(|n| n.split("serviceAccounts/").nth(1).map(String::from)));
    let target = account.map(|a| identity::account(&a).0);
    let expires = loose::time(payload, &["/response/expireTime"]).or_else(|| {
        let life = loose::text(payload, "/request/lifetime")?;
        let seconds: i64 = life.strip_suffix('s')?.split('.').next()?.parse().ok()?;
        Some(Time(event.time?.0.checked_add(seconds.checked_mul(1_000_000)?)?))
    });
    let made = loose::text(payload, "/response/name").and_then(|n| key(&n));
    let credential = match method.ends_with("CreateServiceAccountKey") {
        true => made,
        false => event.id.clone().map(|id| Credential { kind: CredentialKind::Token, id }),
    };
    if event.outcome == Outcome::Success
        && let Some(credential) = credential
    {
        event.issued = Some(Issued { credential, principal: target, expires });
    }
    event.scope = loose::words(payload, &["/request/scope"]);
    event.audience = loose::words(payload, &["/request/audience"]);
}

fn why_nobody(entry: &Json, event: &Event) -> WhyEmpty {
    if event.human_empty != WhyEmpty::Absent {
        return event.human_empty;
    }
    match loose::text(entry, "/logName") {
        Some(name) if name.ends_with("system_event") => WhyEmpty::NotSupported,
        // Google leaves out who was refused a read, unless it was a service account.
        _ if event.outcome == Outcome::Denied => WhyEmpty::Redacted,
        _ => WhyEmpty::Absent,
    }
}

#[cfg(test)]
mod tests;
