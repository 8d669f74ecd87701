//! Google Workspace audit reports.
//!
//! - **Ask for**: the activities of the period through the Admin SDK Reports API (`activities.list`) for the applications `admin`, `login`,
//!   `token`, `drive`, `groups`, `access_evaluation` and those your agents use, all users. A CSV from the Admin console has fewer
//!   fields and times of the exporter's zone.
//! - **Reads**: Reports API version 1 (`items` with their `events`), the same split into one event a record (`event`, or `type`, `name` and
//!   `parameters` beside the actor), rows of the BigQuery export, and CSV of the Admin console's log pages. One activity with several
//!   events is several records.
//! - **Recognised by**: `kind` `admin#reports#activity`, or `id.applicationName` with an `actor`; `record_type`, `event_name` and `time_usec`; or
//!   the columns `Event`, `Actor` and `Date` or `IP address`.
//! - **Filled by**: the platform fills actor, application and agent of the actor, and the parameters of its own events.
//! - **Answers**: whose account did what in Workspace; which app acted with whose token; who granted which scopes to which client.
//! - **Never tells**: whether an account is used by one person; which token was used (there is no token id); whether an event without a
//!   status went through. Where an app impersonates a user (domain-wide delegation) the app chose the user, who is not
//!   named; the owner of an agent is its owner and not its user.
//! - **Documented in**: developers.google.com, Admin SDK Reports API, `Activity` (with `applicationInfo`, `agentAttributionInfo`, `status`) and
//!   "OAuth Token Audit Activity Events". Not seen in real records: `applicationInfo`, `agentAttributionInfo`, `status`; the CSV and BigQuery
//!   columns are second hand.

mod actor;
mod parameters;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use sonic_rs::{JsonValueTrait, to_array_iter, to_object_iter};

use self::parameters::Parameters;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Decision, DecisionEffect, Event, EventKind, FilledBy, Outcome, Principal, TokenFacts,
};

pub const SOURCE: &dyn Source = &Workspace;

struct Workspace;

const NAME: &str = "google_workspace";

impl Source for Workspace {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(95, "an application, an actor and an event of the Google Workspace reports", |v| {
                is_activity(v) || is_row_of_bigquery(v)
            })
            .or_else(|| sample.recognise(70, "the columns of a log page of the Google Admin console", is_console_row))
    }

    /// Each event of an activity is a record; the activity around it is its envelope, with the event's number in the place
    /// of the events.
    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        events(chunk).filter(|pieces| pieces.len() > 1).unwrap_or_else(|| vec![Piece::whole(chunk)])
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let value = record.json()?;
        if let Some(activity) = record.envelope {
            let number = json::text(activity, "/events/0");
            return Ok(event(activity, value, number, hints).into());
        }
        if is_activity(value) {
            if json::items(json::at(value, "/events")).count() > 1 {
                // Its events cannot be given back one by one: the first alone would hide the others.
                return Err(NotUnderstood::not_this("an activity of several events inside of another record's text"));
            }
            let inner = ["/events/0", "/events", "/event"]
                .iter()
                .find_map(|p| json::at(value, p).filter(|e| json::at(e, "/name").is_some()));
            return match inner.or_else(|| json::at(value, "/name").map(|_| value)) {
                Some(inner) => Ok(event(value, inner, None, hints).into()),
                None => Err(NotUnderstood::not_this("an activity without an event")),
            };
        }
        if is_row_of_bigquery(value) || is_console_row(value) {
            return Ok(flat(value, hints).into());
        }
        Err(NotUnderstood::not_this("no application, actor and event of the Workspace reports"))
    }
}

fn is_activity(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let is_kind = json::text(value, "/kind").is_some_and(|k| k == "admin#reports#activity");
    has("/id/applicationName") && (has("/actor") || is_kind) && (has("/events") || has("/event") || has("/name"))
}

fn is_row_of_bigquery(value: &Json) -> bool {
    ["/time_usec", "/record_type", "/event_name"].iter().all(|p| json::at(value, p).is_some())
}

fn is_console_row(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some_and(|v| v.is_str());
    has("/Event") && has("/Actor") && has("/Date") && (has("/IP address") || has("/Description"))
}

/// The elements of the activity's `events`. `None` where the text is damaged or has no such list.
fn events(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut list = None;
    for member in to_object_iter(chunk) {
        let (key, value) = member.ok()?;
        if key.eq_ignore_ascii_case("events") && value.is_array() {
            list = match value.as_raw_cow() {
                Cow::Borrowed(raw) => json::offset_in(chunk, raw.as_bytes()),
                Cow::Owned(_) => None,
            };
        }
    }
    let list = list?;
    let (before, inside, after) = (chunk.get(..list.start)?, chunk.get(list.clone())?, chunk.get(list.end..)?);
    let (mut pieces, mut around) = (Vec::new(), 0);
    for (number, element) in to_array_iter(inside).enumerate() {
        if around > Piece::most_around(chunk) {
            break;
        }
        let element = element.ok()?;
        let Cow::Borrowed(raw) = element.as_raw_cow() else { return None };
        let range = json::offset_in(chunk, raw.as_bytes())?;
        let envelope = [before, format!("[{number}]").as_bytes(), after].concat();
        around += envelope.len();
        pieces.push(Piece { range, envelope: Some(Cow::Owned(envelope)) });
    }
    Some(pieces)
}

fn event(activity: &Json, inner: &Json, number: Option<String>, hints: &Hints) -> Event {
    let application = json::text(activity, "/id/applicationName").unwrap_or_default();
    let name = json::text(inner, "/name").unwrap_or_default();
    let parameters = Parameters::of(inner);
    let mut event = Event::new(kind_of(&application, &name));
    event.time = json::time(activity, "/id/time");
    event.id = json::text(activity, "/id/uniqueQualifier");
    // The qualifier tells apart the activities of one application and time, and the number the events of one activity.
    let moment = json::text(activity, "/id/time").unwrap_or_default();
    event.stage = Some([application.as_str(), &moment, number.as_deref().unwrap_or("0")].join(" "));
    event.tenant = json::text(activity, "/id/customerId");
    event.source_ip = json::text(activity, "/ipAddress");
    event.user_agent = parameters.text("user_agent");
    event.outcome = outcome(inner, &name, &parameters);
    resource(activity, inner, &parameters, &mut event);
    actor::fill(activity, &mut event);
    match application.as_str() {
        "token" => token(&name, &parameters, &mut event),
        "access_evaluation" | "context_aware_access" => decision(&name, &mut event),
        _ => {}
    }
    // An exchange of one credential for another needs nobody at the screen.
    event.interactive = event.kind == EventKind::SignIn
        && parameters.text("login_type").is_some_and(|t| !matches!(t.as_str(), "exchange" | "unknown"));
    event.service = Some(application);
    event.action = Some(match event.service.as_deref() {
        Some("token") if name == "activity" => parameters.text("method_name").unwrap_or(name),
        _ => name,
    })
    .filter(|action| !action.is_empty());

    let mut search = hints.search(NAME);
    for (key, value) in parameters.pairs() {
        search.key(key, value, FilledBy::Caller);
    }
    search.record(activity);
    search.fill(&mut event);
    event
}

fn kind_of(application: &str, name: &str) -> EventKind {
    match (application, name) {
        ("login", "login_success" | "login_failure" | "login_verification" | "login_challenge")
        | ("saml", "login_success" | "login_failure") => EventKind::SignIn,
        ("token", "authorize") => EventKind::Token,
        ("access_evaluation" | "context_aware_access", _) => EventKind::Decision,
        _ => EventKind::Call,
    }
}

fn outcome(inner: &Json, name: &str, parameters: &Parameters) -> Outcome {
    let code = json::text(inner, "/status/httpStatusCode").and_then(|c| c.parse::<u16>().ok());
    let status = json::text(inner, "/status/eventStatus").unwrap_or_default().to_uppercase();
    let done = match parameters.text("success").or_else(|| parameters.text("event_info.success")).as_deref() {
        Some("true") => Some(Outcome::Success),
        Some("false") => Some(Outcome::Error),
        _ => None,
    };
    match (code, status.as_str(), name) {
        (Some(401 | 403), _, _) | (_, _, "login_failure") => Outcome::Denied,
        (Some(200..=399), _, _) | (_, _, "login_success") => Outcome::Success,
        (Some(400..), _, _) => Outcome::Error,
        (_, s, _) if s.starts_with("SUCCE") => Outcome::Success,
        (_, s, _) if s.contains("DENIED") => Outcome::Denied,
        (_, s, _) if s.starts_with("FAIL") || s.starts_with("ERROR") => Outcome::Error,
        (_, _, n) if n.to_lowercase().starts_with("deny_") || n.contains("ACCESS_DENY") => Outcome::Denied,
        _ => done.unwrap_or(Outcome::Unknown),
    }
}

fn resource(activity: &Json, inner: &Json, parameters: &Parameters, event: &mut Event) {
    const NAMES: [&str; 16] = [
        "doc_id",
        "USER_EMAIL",
        "GROUP_EMAIL",
        "group_id",
        "group_email",
        "calendar_id",
        "event_id",
        "DEVICE_ID",
        "ROLE_ID",
        "APP_ID",
        "client_id",
        "target_user",
        "affected_email_address",
        "SETTING_NAME",
        "APPLICATION_NAME",
        "DOMAIN_NAME",
    ];
    let by_parameter = NAMES.iter().find_map(|n| Some((parameters.text(n)?, n.to_lowercase())));
    let listed = || {
        let id = json::first_text(inner, &["/resourceIds/0"]).or_else(|| json::text(activity, "/resourceDetails/0/id"))?;
        Some((id, json::text(activity, "/resourceDetails/0/type").unwrap_or_else(|| "resource".into())))
    };
    if let Some((id, kind)) = by_parameter.or_else(listed) {
        (event.resource, event.resource_type) = (Some(id), Some(kind));
    }
}

/// A grant of scopes to a client, and what the client did with it. The record holds no token id.
fn token(name: &str, parameters: &Parameters, event: &mut Event) {
    let Some(client) = parameters.text("client_id").filter(|c| somebody(c).is_ok()) else { return };
    let client = Principal { namespace: "google".into(), id: client };
    let scope = parameters.list("scope");
    match name {
        "authorize" => {
            event.token = Some(TokenFacts {
                subject: event.wire.as_ref().map(|w| w.principal.clone()),
                client: Some(client),
                scope,
                issued_at: event.time,
                ..TokenFacts::default()
            });
        }
        // An API call of the client with the token of the actor.
        "activity" => {
            event.scope = scope;
            actor::through(client, "/parameters/client_id", event);
        }
        _ => event.scope = scope,
    }
}

fn decision(name: &str, event: &mut Event) {
    let lower = name.to_lowercase();
    let effect = match () {
        () if lower.contains("deny") || lower.contains("block") => Some(DecisionEffect::Deny),
        () if lower.contains("allow") || lower.contains("grant") => Some(DecisionEffect::Allow),
        () => None,
    };
    event.decision = Some(Decision { effect, evaluated: Vec::new(), policy: None });
}

/// A row without structure: BigQuery's, or the Admin console's.
fn flat(row: &Json, hints: &Hints) -> Event {
    let name = json::first_text(row, &["/event_name", "/Event"]).unwrap_or_default();
    let application = json::first_text(row, &["/record_type", "/Data source"]).unwrap_or_default();
    let mut event = Event::new(kind_of(&application, &name));
    event.time = json::time(row, "/time_usec").or_else(|| json::time(row, "/Date"));
    event.id = json::first_text(row, &["/unique_identifier", "/Event ID"]);
    event.source_ip = json::first_text(row, &["/ip_address", "/IP address"]);
    event.outcome = match name.as_str() {
        "login_success" => Outcome::Success,
        "login_failure" => Outcome::Denied,
        _ => Outcome::Unknown,
    };
    event.resource = json::first_text(row, &["/drive/doc_id", "/Document ID", "/Resource", "/Target"]);
    actor::by_address(json::first_text(row, &["/email", "/Actor"]), &mut event);
    event.service = Some(if application.is_empty() { "google_workspace".into() } else { application });
    event.action = Some(name).filter(|action| !action.is_empty());
    let mut search = hints.search(NAME);
    search.record(row);
    search.fill(&mut event);
    event
}
