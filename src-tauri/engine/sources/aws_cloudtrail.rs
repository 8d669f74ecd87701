//! AWS CloudTrail.
//!
//! - **Ask for**: the trail of every account and region, data events for the tools' services included. Files that the
//!   trail delivers to S3, the output of `aws cloudtrail lookup-events`, or what EventBridge or a log collector keeps
//!   of it. The console's table (event history) is the last resort: it has no identity, only a name.
//! - **Reads**: event versions 1.02 to 1.11; `{"Records": [...]}` as delivered to S3; arrays and lines as collectors
//!   write them; `lookup-events`, where `CloudTrailEvent` holds the record as text; EventBridge (`detail`). As CSV: results
//!   of Athena and CloudTrail Lake, with `useridentity` as JSON, as the row that Athena prints, or as columns; the
//!   console's event history; rows of scripts with the identity as a literal of Python.
//! - **Recognised by**: `eventSource` ending in `.amazonaws.com`, `eventName`, and `userIdentity` or `eventVersion`; of a
//!   table, these columns, those of the event history, or an identity of AWS beside event name, id and parameters.
//! - **Filled by**: the wire principal, `onBehalfOf`, `sourceIdentity` and AgentCore token claims: `platform`, by AWS
//!   itself. A role session's name, session tags and the user agent: `caller`; except in `AWSReservedSSO_*` sessions,
//!   whose name Identity Center writes.
//! - **Answers**: which role, user or service called what; who a role session was handed to; on whose behalf, where
//!   `onBehalfOf`, `sourceIdentity` or AgentCore claims say so.
//! - **Never tells**: which person stands behind a role session that has none of those. The event history: whether its user
//!   name is a user or the session of a role, unless a long-lived key and the account stand beside it. A table without
//!   a column for errors: how a call ended.
//! - **Documented in**: the AWS CloudTrail user guide ("record contents", "userIdentity element") and the AgentCore
//!   guide; Athena's table for CloudTrail. Not seen in a real export: the columns of the console's event history and
//!   Athena's results.

mod identity;
mod resource;
mod table;

pub(super) use identity::of_arn;

use sonic_rs::JsonValueTrait;

use super::cedar_decisions;
use super::hints::{Place, Search};
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy,
    Issued, Outcome, Principal, Role, WhyEmpty, WireKind,
};

pub const SOURCE: &dyn Source = &CloudTrail;

struct CloudTrail;

const NAME: &str = "aws_cloudtrail";

impl Source for CloudTrail {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(98, "an eventSource of amazonaws.com, an eventName and a userIdentity", is_event)
            .or_else(|| {
                sample.recognise(97, "a CloudTrailEvent (aws cloudtrail lookup-events)", |v| {
                    json::at(v, "/CloudTrailEvent").is_some()
                })
            })
            .or_else(|| table::recognise(sample))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let outer = record.json()?;
        if let Some(inner) = json::at(outer, "/CloudTrailEvent") {
            return match json::nested(inner) {
                Ok(Some(event)) => understand(&event, hints),
                Ok(None) => Err(NotUnderstood::not_this("CloudTrailEvent holds no event")),
                Err(cause) => Err(NotUnderstood::broken(format!("CloudTrailEvent is not JSON: {cause}"))),
            };
        }
        if !record.header.is_empty() {
            let row = table::read(record.header, outer)?;
            return match understand(&row.record, hints)? {
                Understood::Event(mut event) => {
                    row.finish(&mut event);
                    Ok(Understood::Event(event))
                }
                other => Ok(other),
            };
        }
        match json::at(outer, "/detail") {
            Some(detail) if json::at(outer, "/eventName").is_none() => understand(detail, hints),
            _ => understand(outer, hints),
        }
    }
}

fn is_event(value: &Json) -> bool {
    let value = match json::at(value, "/detail") {
        Some(detail) if json::at(value, "/eventName").is_none() => detail,
        _ => value,
    };
    let from_aws =
        json::at(value, "/eventSource").and_then(JsonValueTrait::as_str).is_some_and(|s| s.ends_with(".amazonaws.com"));
    from_aws
        && json::at(value, "/eventName").is_some()
        && (json::at(value, "/userIdentity").is_some() || json::at(value, "/eventVersion").is_some())
}

/// One event, whatever it came wrapped in.
fn understand(record: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let Some((source, name)) = json::text(record, "/eventSource").zip(json::text(record, "/eventName")) else {
        // Insight events say how often something was called, not by whom.
        return match json::at(record, "/insightDetails") {
            Some(_) => Ok(Understood::Kept),
            None => Err(NotUnderstood::not_this("no eventSource and eventName")),
        };
    };
    let service = source.strip_suffix(".amazonaws.com").unwrap_or(&source).to_string();
    let mut event = Event::new(kind_of(record, &source, &name));
    event.outcome = outcome_of(record, &name);
    event.action = Some(tool(record, &service).unwrap_or_else(|| format!("{service}:{name}")));
    event.service = Some(service);
    event.time = ["/eventTime", "/@timestamp"].into_iter().find_map(|p| json::time(record, p));
    event.id = json::text(record, "/eventID");
    event.tenant =
        json::first_text(record, &["/recipientAccountId", "/userIdentity/accountId"]).filter(|t| somebody(t).is_ok());
    event.source_ip = json::text(record, "/sourceIPAddress");
    event.user_agent = json::text(record, "/userAgent");
    event.interactive =
        event.kind == EventKind::SignIn || json::flag(record, "/sessionCredentialFromConsole") == Some(true);
    (event.resource, event.resource_type) = resource::of(record, event.service.as_deref().unwrap_or_default());
    if let Some(read_only) = json::flag(record, "/readOnly") {
        event.attributes.push(("read_only".into(), Attribute::Flag(read_only)));
    }
    if let Some(region) = json::text(record, "/awsRegion") {
        event.attributes.push(("region".into(), Attribute::Text(region)));
    }

    let caller = identity::caller(record, &mut event);
    claims(record, caller.is_idc, &mut event);
    decision(record, &caller, &mut event);
    if event.service.as_deref() == Some("verifiedpermissions") {
        cedar_decisions::of_cloudtrail(record, &mut event);
    }
    event.issued = match event.kind {
        EventKind::Token => issued(record, &event),
        _ => created(record),
    };
    correlate(record, &caller, hints.search(NAME), &mut event);
    Ok(event.into())
}

/// The tool that a call through an AgentCore gateway names: what was done is the tool's, not the gateway's.
fn tool(record: &Json, service: &str) -> Option<String> {
    if service != "bedrock-agentcore" {
        return None;
    }
    let body = json::nested(json::at(record, "/requestParameters/body")?).ok().flatten()?;
    let called = json::text(&body, "/method").as_deref() == Some("tools/call");
    json::text(&body, "/params/name").filter(|_| called)
}

/// A credential handed out is an issuance only where it was handed out: a refused AssumeRole is a call.
fn kind_of(record: &Json, source: &str, name: &str) -> EventKind {
    let issues = source == "sts.amazonaws.com"
        && (name.starts_with("AssumeRo") || name == "GetSessionToken" || name == "GetFederationToken");
    match name {
        "ConsoleLogin" | "UserAuthentication" => EventKind::SignIn,
        _ if issues && json::at(record, "/errorCode").is_none() => EventKind::Token,
        _ => EventKind::Call,
    }
}

fn outcome_of(record: &Json, name: &str) -> Outcome {
    if let Some(code) = json::text(record, "/errorCode") {
        return if is_denial(&code) { Outcome::Denied } else { Outcome::Error };
    }
    if name == "ConsoleLogin" {
        return match json::text(record, "/responseElements/ConsoleLogin").as_deref() {
            Some("Success") => Outcome::Success,
            Some(_) => Outcome::Denied,
            None => Outcome::Unknown,
        };
    }
    // AgentCore answers a refused or failed tool call with a status and a body, not with an errorCode.
    match json::text(record, "/responseElements/statusCode").and_then(|s| s.parse::<u16>().ok()) {
        Some(401 | 403) => return Outcome::Denied,
        Some(400..) => return Outcome::Error,
        _ => {}
    }
    let failed = json::at(record, "/responseElements/body/error").is_some()
        || json::flag(record, "/responseElements/body/result/isError") == Some(true);
    match json::at(record, "/errorMessage") {
        Some(_) => Outcome::Error,
        None if failed => Outcome::Error,
        None => Outcome::Success,
    }
}

/// `AccessDenied`, `AccessDeniedException`, `Client.UnauthorizedOperation`, `KMS.AccessDeniedException` and their like.
fn is_denial(code: &str) -> bool {
    ["AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden", "AllAccessDisabled"].iter().any(|w| code.contains(w))
}

/// Persons that AWS names beside the caller.
fn claims(record: &Json, caller_is_idc: bool, event: &mut Event) {
    if !caller_is_idc && let Some(user) = json::text(record, "/userIdentity/onBehalfOf/userId") {
        claim(event, Principal::new("aws-idc", &user), EvidenceKind::K3, "/userIdentity/onBehalfOf/userId");
    }
    for pointer in [
        "/userIdentity/sessionContext/sourceIdentity",
        "/requestParameters/sourceIdentity",
        "/responseElements/sourceIdentity",
    ] {
        let Some(text) = json::text(record, pointer) else { continue };
        if is_run_id(&text) {
            continue;
        }
        match somebody(&text).map(Principal::from_word) {
            Ok(Some(person)) => {
                claim(event, person, EvidenceKind::K6, pointer);
                break;
            }
            Ok(None) => {}
            Err(why) => event.human_empty = why,
        }
    }
}

fn claim(event: &mut Event, principal: Principal, evidence: EvidenceKind, field: &str) {
    event.claims.push(Claim { role: Role::Human, principal, evidence, by: FilledBy::Platform, field: field.into() });
}

/// A source identity may carry the run instead of the person (`run-UUID`); then it names nobody.
fn is_run_id(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.starts_with("run-") || lower.starts_with("run_id=") || lower.starts_with("run=")
}

fn decision(record: &Json, caller: &identity::Caller, event: &mut Event) {
    let mut evaluated = Vec::new();
    if let Some(user) = json::text(record, "/userIdentity/onBehalfOf/userId") {
        evaluated.push(Principal::new("aws-idc", &user));
    }
    if let Some(subject) = &caller.decided_on
        && !evaluated.contains(subject)
    {
        evaluated.push(subject.clone());
    }
    let effect = match event.outcome {
        Outcome::Success => Some(DecisionEffect::Allow),
        Outcome::Denied => Some(DecisionEffect::Deny),
        Outcome::Error | Outcome::Unknown => None,
    };
    if event.kind != EventKind::SignIn && (!evaluated.is_empty() || effect == Some(DecisionEffect::Deny)) {
        event.decision = Some(Decision { effect, evaluated, policy: None });
    }
}

/// The lease that an AssumeRole and its like hand out.
fn issued(record: &Json, event: &Event) -> Option<Issued> {
    let key = json::text(record, "/responseElements/credentials/accessKeyId")?;
    let to = json::first_text(
        record,
        &["/responseElements/assumedRoleUser/arn", "/responseElements/federatedUser/arn", "/requestParameters/roleArn"],
    );
    let principal = match to {
        Some(arn) => Some(of_arn(&arn).0),
        // GetSessionToken: the caller's own identity under a temporary key.
        None => event.wire.as_ref().map(|w| w.principal.clone()),
    };
    Some(Issued {
        credential: Credential { kind: CredentialKind::SessionKey, id: key },
        principal,
        expires: json::time(record, "/responseElements/credentials/expiration"),
    })
}

/// CreateAccessKey: a long-lived key that outlives the session which made it.
fn created(record: &Json) -> Option<Issued> {
    let id = json::text(record, "/responseElements/accessKey/accessKeyId")?;
    let account = json::text(record, "/userIdentity/accountId")?;
    let user = json::text(record, "/responseElements/accessKey/userName")?;
    let principal = of_arn(&format!("arn:aws:iam::{account}:user/{user}")).0;
    Some(Issued { credential: Credential { kind: CredentialKind::LongLived, id }, principal: Some(principal), expires: None })
}

/// Run ids: session tags first, then names that callers choose. All of it is the caller's word.
fn correlate(record: &Json, caller: &identity::Caller, mut search: Search<'_>, event: &mut Event) {
    // `requestParameters.tags` of any other call are the tags of a resource.
    let session_tags: &[&str] = match event.kind {
        EventKind::Token => &["/requestParameters/tags", "/requestParameters/principalTags"],
        _ => &[],
    };
    let held = [
        "/userIdentity/sessionContext/principalTags",
        "/userIdentity/sessionContext/sessionTags",
        "/userIdentity/principalTags",
    ];
    for pointer in session_tags.iter().chain(&held) {
        tags(json::at(record, pointer), &mut search);
    }
    for (place, text) in [
        (Place::SessionName, caller.session_name.clone()),
        (Place::SessionName, json::text(record, "/requestParameters/roleSessionName")),
        (Place::SourceIdentity, json::text(record, "/userIdentity/sessionContext/sourceIdentity")),
        (Place::SourceIdentity, json::text(record, "/requestParameters/sourceIdentity")),
    ] {
        if let Some(text) = text {
            search.place(place, &text);
        }
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(record);
    search.fill(event);
}

/// Tags as a list of pairs, or as one object.
fn tags(found: Option<&Json>, search: &mut Search<'_>) {
    for pair in json::items(found) {
        if let (Some(key), Some(value)) = (json::text(pair, "/key"), json::at(pair, "/value")) {
            search.key(&key, value, FilledBy::Caller);
        }
    }
    for (key, value) in json::members(found) {
        search.key(key, value, FilledBy::Caller);
    }
}

/// Where the wire principal stands for a person, that person's slot is not empty; elsewhere nothing says who.
fn slot_of(kind: WireKind, why: WhyEmpty) -> WhyEmpty {
    if kind == WireKind::System { WhyEmpty::NotSupported } else { why }
}

#[cfg(test)]
mod tests;
