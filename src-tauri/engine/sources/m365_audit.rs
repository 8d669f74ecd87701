//! Microsoft 365 unified audit log (Purview).
//!
//! - **Ask for**: the audit log of the period from the Purview portal (Audit, search, export), all activities and all users; or the same
//!   through `Search-UnifiedAuditLog`, the Office 365 Management Activity API, or Graph `auditLogQuery`. Ask for the raw export: the
//!   identity fields stand in `AuditData`. One search gives at most 50 000 rows; ask how the period was divided.
//! - **Reads**: Exchange, SharePoint, OneDrive, Teams, Entra, Copilot and other workloads of the common schema, as portal CSV (old and new
//!   columns), PowerShell CSV or JSON, API arrays, lines, Graph `value` records, Log Analytics `OfficeActivity`, and advanced hunting
//!   rows with `RawEventData`, and Elastic's `o365audit`.
//! - **Recognised by**: an `AuditData` column or member; or `CreationTime` and `Operation` with two of `Workload`, `RecordType`, `UserKey`,
//!   `UserType`, `OrganizationId`; or `OfficeWorkload` and `Operation`.
//! - **Filled by**: the platform fills `UserId`, `UserType`, `AppAccessContext` and the mailbox fields; the issuer's token id stands in
//!   `AppAccessContext.UniqueTokenId`; the caller writes user agents and `ClientInfoString`.
//! - **Answers**: whose account did what in Microsoft 365; which app did it on that person's behalf; which agent a Copilot record names;
//!   who opened somebody else's mailbox; which token and session.
//! - **Never tells**: who sits behind an account; whose rights were evaluated; which Copilot answered where no `AgentId` is
//!   written. A mailbox owner did not act, unless the record says so: an app with rights of its own is logged under the
//!   owner's name. An absent result stays unknown.
//! - **Documented in**: learn.microsoft.com, "Office 365 Management Activity API schema" (user types, `app@sharepoint`, and
//!   `ClientAppId` as "the app that performed the access on behalf of the user"), "Copilot schema", "Detailed properties in the audit
//!   log". Second hand: Exchange's own `ClientAppId` beside `AppAccessContext`, `AgentId`, `RawEventData`, and the ids of Microsoft's
//!   own clients. Not seen in real records: `AgentId`, user types 6 to 10.

mod actor;
mod clients;
#[cfg(test)]
mod tests;

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Credential, CredentialKind, Event, EventKind, FilledBy, Outcome, RunId, Time};

pub const SOURCE: &dyn Source = &M365;

struct M365;

const NAME: &str = "m365_audit";

impl Source for M365 {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let holds = |v: &Json| match wrapped(v) {
            // A cell that was cut off is still a cell of this export.
            Some(text) => nested(text).is_none_or(|inner| is_wrapped_entry(&inner)),
            None => is_entry(v),
        };
        sample.recognise(95, "the operation, time and user fields of the Microsoft 365 audit log", holds)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let outer = record.json()?;
        let Some(text) = wrapped(outer) else { return entry(outer, outer, hints) };
        match nested(text) {
            Some(inner) if is_wrapped_entry(&inner) => Ok(event(&inner, outer, hints).into()),
            Some(inner) => entry(&inner, outer, hints),
            None => Err(NotUnderstood::broken("AuditData is no JSON: it was cut off or changed")),
        }
    }
}

fn entry(entry: &Json, outer: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
    if is_entry(entry) {
        return Ok(event(entry, outer, hints).into());
    }
    let has = |pointer| json::at(entry, pointer).is_some();
    Err(NotUnderstood::not_this(match () {
        () if has("/severity") && has("/serviceSource") => "an alert of Microsoft Graph security, not a record of the audit log",
        () if has("/EventID") && has("/Channel") => "an event of Windows, not a record of the audit log",
        () if !has("/Operation") => "no Operation",
        () => "no time and user fields of the audit log",
    }))
}

/// What carries the record as text or object: the portal's and PowerShell's `AuditData`, Graph's, advanced hunting's, and
/// what Elastic's collectors make of it.
fn wrapped(value: &Json) -> Option<&Json> {
    ["/AuditData", "/RawEventData", "/o365audit", "/o365/audit"].iter().find_map(|p| json::at(value, p))
}

/// Inside of a wrapping the columns around it say what the record leaves out.
fn is_wrapped_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    is_entry(value) || has("/Operation") && (has("/CreationTime") || has("/Workload") || has("/UserId"))
}

fn nested(value: &Json) -> Option<Json> {
    json::nested(value).ok().flatten()
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    if !has("/Operation") {
        return false;
    }
    let marks = ["/Workload", "/RecordType", "/UserKey", "/UserType", "/OrganizationId"];
    (has("/CreationTime") && marks.iter().filter(|p| has(p)).count() >= 2) || has("/OfficeWorkload")
}

fn event(entry: &Json, outer: &Json, hints: &Hints) -> Event {
    let action = json::text(entry, "/Operation").unwrap_or_default();
    let mut event = Event::new(kind_of(&action));
    event.time = time(entry, outer);
    event.id = json::first_text(entry, &["/Id", "/OfficeId", "/SourceRecordId"])
        .or_else(|| json::first_text(outer, &["/RecordId", "/id", "/Identity"]));
    event.tenant = json::first_text(entry, &["/OrganizationId", "/OrganizationId_"]);
    event.service = json::first_text(entry, &["/Workload", "/OfficeWorkload"]).or_else(|| json::text(outer, "/service"));
    resource(entry, &mut event);
    event.source_ip = json::first_text(
        entry,
        &["/ClientIP", "/ClientIPAddress", "/Client_IPAddress", "/ClientIP_", "/ActorIpAddress", "/SenderIp"],
    )
    .map(|ip| without_port(&ip));
    event.user_agent = user_agent(entry);
    event.outcome = outcome(entry, &action);
    event.interactive = event.kind == EventKind::SignIn && at_a_browser(entry);
    event.credential = credential(entry);
    event.conversation =
        json::first_text(entry, &["/CopilotEventData/ThreadId", "/Message/ThreadId"]).filter(|id| RunId::new(id).is_some());
    event.action = Some(action);
    actor::fill(entry, outer, &mut event);

    let mut search = hints.search(NAME);
    for list in ["/ExtendedProperties", "/CustomProperties", "/Parameters", "/ExtraProperties", "/OperationProperties"] {
        for (name, value) in pairs(entry, list) {
            search.key(&name, &value, FilledBy::Caller);
        }
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn kind_of(action: &str) -> EventKind {
    match action.trim_end_matches('.') {
        "UserLoggedIn" | "UserLoginFailed" | "MailboxLogin" | "TeamsSessionStarted" | "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken" => {
            EventKind::SignIn
        }
        _ => EventKind::Call,
    }
}

/// The record's own time. The columns around it are written in the locale of whoever exported them, so they count only
/// where they are unmistakable.
fn time(entry: &Json, outer: &Json) -> Option<Time> {
    ["/CreationTime", "/TimeGenerated", "/Start_Time"]
        .iter()
        .find_map(|p| json::time(entry, p))
        .or_else(|| ["/createdDateTime", "/CreationDate", "/Timestamp"].iter().find_map(|p| json::time(outer, p)))
}

fn outcome(entry: &Json, action: &str) -> Outcome {
    // The result of a failed sign-in is the result of logging it.
    if action.starts_with("UserLoginFailed") {
        return Outcome::Denied;
    }
    match json::text(entry, "/ResultStatus").unwrap_or_default().to_lowercase().as_str() {
        "success" | "succeeded" | "true" | "partiallysucceeded" => Outcome::Success,
        "failed" | "failure" | "false" if kind_of(action) == EventKind::SignIn => Outcome::Denied,
        "failed" | "failure" | "false" => Outcome::Error,
        _ => Outcome::Unknown,
    }
}

fn resource(entry: &Json, event: &mut Event) {
    const PLACES: [(&str, &str); 12] = [
        ("/CopilotEventData/AccessedResources/0/SiteUrl", "resource"),
        ("/CopilotEventData/AccessedResources/0/Id", "resource"),
        ("/CopilotEventData/Contexts/0/Id", "context"),
        ("/ObjectId", "object"),
        ("/OfficeObjectId", "object"),
        ("/SiteUrl", "site"),
        ("/MailboxOwnerUPN", "mailbox"),
        ("/MailboxGuid", "mailbox"),
        ("/AddOnGuid", "app"),
        ("/ChatThreadId", "chat"),
        ("/Message/ThreadId", "chat"),
        ("/TeamGuid", "team"),
    ];
    let found = PLACES.iter().find_map(|(place, kind)| Some((named(entry, place)?, *kind)));
    if let Some((resource, kind)) = found {
        event.resource = Some(resource);
        event.resource_type = Some(json::text(entry, "/ItemType").unwrap_or_else(|| kind.into()));
    }
}

/// Text that is not one of the words the log writes where it has nothing.
fn named(entry: &Json, pointer: &str) -> Option<String> {
    json::text(entry, pointer).filter(|t| somebody(t).is_ok() && !is_unavailable(t))
}

fn is_unavailable(text: &str) -> bool {
    let words = ["not available", "not-found", "not found"];
    words.iter().any(|w| text.eq_ignore_ascii_case(w))
        || text.starts_with("urn:spo:anon")
        || text.bytes().all(|b| matches!(b, b'0' | b'-'))
}

/// A sign-in page, as the request type names it; token requests are made by clients.
fn at_a_browser(entry: &Json) -> bool {
    property(entry, "/ExtendedProperties", "RequestType")
        .is_some_and(|t| t.starts_with("Login:") || t == "OAuth2:Authorize")
}

fn user_agent(entry: &Json) -> Option<String> {
    if let Some(agent) = json::first_text(entry, &["/UserAgent", "/ClientUserAgent"]) {
        return Some(agent);
    }
    property(entry, "/ExtendedProperties", "UserAgent")
        .or_else(|| {
            let details = property(entry, "/ExtendedProperties", "additionalDetails")?;
            json::text(&json::parse(details.as_bytes()).ok()?, "/User-Agent")
        })
        .or_else(|| json::text(entry, "/ClientInfoString"))
}

/// The token, which Entra's logs name alike; else the session.
fn credential(entry: &Json) -> Option<Credential> {
    let of = |id: Option<String>, kind| {
        id.filter(|id| somebody(id).is_ok() && !is_unavailable(id)).map(|id| Credential { kind, id })
    };
    of(json::text(entry, "/AppAccessContext/UniqueTokenId"), CredentialKind::Token)
        .or_else(|| of(json::text(entry, "/AppAccessContext/AADSessionId"), CredentialKind::Session))
        .or_else(|| of(json::text(entry, "/SessionId"), CredentialKind::Session))
        .or_else(|| of(property(entry, "/DeviceProperties", "SessionId"), CredentialKind::Session))
}

/// A value of a list of names and values, which Log Analytics keeps as text.
fn property(entry: &Json, list: &str, name: &str) -> Option<String> {
    pairs(entry, list).into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).and_then(|(_, v)| json::scalar(&v))
}

fn pairs(entry: &Json, list: &str) -> Vec<(String, Json)> {
    let Some(list) = json::at(entry, list) else { return Vec::new() };
    let written = nested(list);
    json::items(Some(written.as_ref().unwrap_or(list)))
        .filter_map(|p| Some((json::first_text(p, &["/Name", "/Key"])?, json::at(p, "/Value")?.clone())))
        .collect()
}

/// `[2001:db8::1]:443` and `198.51.100.7:443` without their port.
fn without_port(text: &str) -> String {
    if let Some((inner, _)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        return inner.into();
    }
    match text.split_once(':') {
        Some((host, port)) if host.contains('.') && !port.contains(':') => host.into(),
        _ => text.strip_prefix("::ffff:").filter(|v4| v4.contains('.')).unwrap_or(text).into(),
    }
}
