//! OCSF events (Open Cybersecurity Schema Framework), schema 1.0-rc.2 to 1.5.
//!
//! - **Ask for**: the audit events of the collector that writes OCSF (Amazon Security Lake, a SIEM or a pipeline), as JSON
//!   or lines. Ask for the original logs too: a rendering often leaves out who stood behind a credential.
//! - **Reads**: a JSON object, arrays, lines, and what collectors wrap around them; the classes of identity and access
//!   management (Account Change, Authentication, User Access, Entity and Group Management) and of application activity (API
//!   Activity, Datastore, File Hosting and the like). A comma before a closing bracket, as some published files have it, is
//!   forgiven. Findings, network, system and discovery events are kept and say nothing here. Parquet is not read.
//! - **Recognised by**: `class_uid` with `metadata.version`, or with `category_uid` and `type_uid`.
//! - **Filled by**: whoever rendered the event, from the platform's record: `actor.user` is the caller, `actor.session` the
//!   session and its issuer. `user` in identity classes is the account that was changed and never the actor. Events of AWS
//!   CloudTrail, Kubernetes, Okta and GitHub are turned back into the fields of their own records and read by that source, so
//!   that rendering and original give the same answer where the rendering carries the facts.
//! - **Answers**: who called what on which resource, with what credential, with what outcome; sign-ins; the decision where
//!   `actor.authorizations` has it; on whose behalf, where the original's fields stand in `unmapped`.
//! - **Never tells**: what its renderer left out. A GitHub event without its access type may be a person's or a program's: it
//!   names nobody. A client application beside a user is no proof that the application acted.
//! - **Documented in**: schema.ocsf.io and the mappings of the project ocsf/examples, whose CloudTrail, EKS, Okta and GitHub
//!   events were seen beside their originals. Other vendors' renderings were not seen.

mod original;

use super::aws_cloudtrail;
use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, FilledBy, Outcome, Principal, TraceId,
    WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Ocsf;

struct Ocsf;

const NAME: &str = "ocsf";

const AUTHENTICATION: u64 = 3002;

impl Source for Ocsf {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "a class_uid of OCSF with its schema version or type_uid", is_event)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if !is_event(entry) {
            return Err(NotUnderstood::not_this("no class_uid of OCSF"));
        }
        if let Some(original) = original::of(entry) {
            return original.understand(entry, hints);
        }
        match category(entry) {
            Some(3 | 6) => Ok(event(entry, hints).into()),
            _ => Ok(Understood::Kept),
        }
    }
}

fn is_event(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    number(value, "/class_uid").is_some()
        && (has("/metadata/version") || (has("/category_uid") && has("/type_uid")))
}

fn number(value: &Json, pointer: &str) -> Option<u64> {
    json::text(value, pointer)?.parse().ok()
}

fn category(entry: &Json) -> Option<u64> {
    number(entry, "/category_uid").or_else(|| Some(number(entry, "/class_uid")? / 1000))
}

/// `time` is milliseconds by the schema; some renderers write seconds or microseconds, and the text beside it.
fn time(entry: &Json) -> Option<crate::model::Time> {
    json::time(entry, "/time").or_else(|| json::time(entry, "/time_dt"))
}

/// An event of a system that Behalf has no source for.
fn event(entry: &Json, hints: &Hints) -> Event {
    let mut event = Event::new(kind_of(entry));
    event.time = time(entry);
    event.id = json::text(entry, "/metadata/uid");
    event.tenant = json::first_text(entry, &["/metadata/tenant_uid", "/cloud/account/uid", "/cloud/account_uid"]);
    event.service = json::first_text(entry, &["/api/service/name", "/metadata/product/name", "/metadata/log_provider"]);
    event.action = json::first_text(entry, &["/api/operation", "/metadata/event_code", "/activity_name", "/type_name"]);
    (event.resource, event.resource_type) = resource(entry);
    event.source_ip = json::first_text(entry, &["/src_endpoint/ip", "/device/ip"]);
    event.user_agent = json::text(entry, "/http_request/user_agent");
    event.host = json::first_text(entry, &["/device/hostname", "/src_endpoint/hostname"]);
    event.outcome = outcome(entry, event.kind);
    event.interactive = event.kind == EventKind::SignIn;
    event.trace = json::first_text(entry, &["/trace/uid", "/metadata/trace_uid"]).as_deref().and_then(TraceId::new);
    event.credential = credential(entry);
    match actor(entry) {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.decision = decision(entry, &principal);
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
    correlate(entry, hints, &mut event);
    event
}

/// Run ids among what the schema has no place for.
fn correlate(entry: &Json, hints: &Hints, event: &mut Event) {
    let mut search = hints.search(NAME);
    for (key, value) in json::members(json::at(entry, "/unmapped")) {
        search.key(key.rsplit('.').next().unwrap_or(key), value, FilledBy::Caller);
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(event);
}

fn kind_of(entry: &Json) -> EventKind {
    match (number(entry, "/class_uid"), number(entry, "/activity_id")) {
        // Logon; a renderer that says neither which nor what, says that somebody authenticated.
        (Some(AUTHENTICATION), None | Some(0 | 1)) => EventKind::SignIn,
        // Tickets of Kerberos.
        (Some(AUTHENTICATION), Some(3 | 4)) => EventKind::Token,
        _ => EventKind::Call,
    }
}

fn resource(entry: &Json) -> (Option<String>, Option<String>) {
    let found = ["/resources/0", "/resource", "/entity", "/group", "/database", "/table", "/file", "/user"]
        .into_iter()
        .find_map(|place| json::at(entry, place).map(|v| (place, v)));
    // The user of a sign-in is the one who signs in.
    if number(entry, "/class_uid") == Some(AUTHENTICATION) && found.is_none_or(|(place, _)| place == "/user") {
        return (json::first_text(entry, &["/dst_endpoint/svc_name", "/service/name"]), None);
    }
    match found {
        Some((place, value)) => {
            let kind = json::first_text(value, &["/type"]).unwrap_or_else(|| place.trim_matches('/').to_string());
            (json::first_text(value, &["/uid", "/uuid", "/name", "/path", "/policy/uid", "/data/uid"]), Some(kind))
        }
        None => (json::text(entry, "/http_request/url/path"), None),
    }
}

/// The caller. A name alone is taken as the vendor's login, never as a display name.
fn actor(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let text = |pointers: &[&str]| json::first_text(entry, pointers);
    let arn = ["/actor/user/uid", "/actor/user/uuid", "/actor/user/uid_alt"]
        .into_iter()
        .find_map(|p| text(&[p]).filter(|t| t.starts_with("arn:")));
    if let Some(arn) = arn {
        return Ok(aws_cloudtrail::of_arn(&arn));
    }
    let namespace = namespace(entry);
    let address = ["/actor/user/email_addr", "/actor/user/name", "/actor/user/uid", "/actor/user/uid_alt"]
        .into_iter()
        .filter_map(|p| text(&[p]))
        .filter_map(|t| somebody(&t).ok().map(|t| Principal::new(&namespace, t)))
        .find(|p| p.namespace == "email");
    let kind = match (number(entry, "/actor/user/type_id"), text(&["/actor/user/type"])) {
        (Some(1 | 2), _) => WireKind::Human,
        (Some(3), _) => WireKind::System,
        (Some(4), _) => WireKind::Service,
        (_, Some(word)) => kind_of_word(&word),
        _ => WireKind::Unknown,
    };
    if let Some(address) = address {
        return Ok((address, kind));
    }
    match text(&["/actor/user/uid", "/actor/user/uuid", "/actor/user/uid_alt", "/actor/user/name"]) {
        Some(id) => Ok((Principal::new(&namespace, somebody(&id)?), kind)),
        None => {
            let app = text(&["/actor/app_uid", "/actor/invoked_by", "/actor/app_name", "/actor/process/name"]);
            let app = app.ok_or(WhyEmpty::Absent)?;
            Ok((Principal::new(&namespace, somebody(&app)?), WireKind::Service))
        }
    }
}

fn kind_of_word(word: &str) -> WireKind {
    match word.to_lowercase().as_str() {
        "user" | "admin" | "guest" | "member" => WireKind::Human,
        "system" => WireKind::System,
        "service" | "application" | "service account" | "serviceaccount" | "service principal" | "role" => {
            WireKind::Service
        }
        _ => WireKind::Unknown,
    }
}

/// The word of whoever issues the vendor's user ids.
fn namespace(entry: &Json) -> String {
    let vendor = json::text(entry, "/metadata/product/vendor_name").unwrap_or_default().to_lowercase();
    match vendor.as_str() {
        v if v.contains("microsoft") => "entra".into(),
        v if v.contains("google") => "google".into(),
        v if v == "aws" || v.contains("amazon") => "aws".into(),
        "" => "name".into(),
        v => v.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect(),
    }
}

fn outcome(entry: &Json, kind: EventKind) -> Outcome {
    let code = json::first_text(
        entry,
        &["/status_code", "/api/response/code", "/http_response/code", "/api/response/error", "/status_detail"],
    )
    .unwrap_or_default()
    .to_lowercase();
    let refused = ["denied", "unauthorized", "forbidden", "not authorized"].iter().any(|w| code.contains(w))
        || matches!(code.as_str(), "401" | "403");
    let word = json::text(entry, "/status").unwrap_or_default().to_lowercase();
    match (number(entry, "/status_id"), word.as_str()) {
        _ if number(entry, "/action_id") == Some(2) => Outcome::Denied,
        (Some(1), _) | (None | Some(0), "success") => Outcome::Success,
        // A sign-in that fails is one that was refused.
        (Some(2), _) | (None | Some(0), "failure") if refused || kind != EventKind::Call => Outcome::Denied,
        (Some(2), _) | (None | Some(0), "failure") => Outcome::Error,
        _ if refused => Outcome::Denied,
        _ => Outcome::Unknown,
    }
}

fn credential(entry: &Json) -> Option<Credential> {
    let of = |pointer, kind| {
        json::text(entry, pointer).filter(|id| somebody(id).is_ok()).map(|id| Credential { kind, id })
    };
    of("/authentication_token/uid", CredentialKind::Token)
        .or_else(|| of("/actor/user/credential_uid", CredentialKind::LongLived))
        .or_else(|| of("/actor/session/uid", CredentialKind::Session))
        .or_else(|| of("/session/uid", CredentialKind::Session))
}

/// The authorizations of an event are those of its actor.
fn decision(entry: &Json, actor: &Principal) -> Option<Decision> {
    let found = json::at(entry, "/actor/authorizations/0").or_else(|| json::at(entry, "/authorizations/0"))?;
    let effect = match json::text(found, "/decision")?.to_lowercase().as_str() {
        "allow" | "allowed" | "granted" | "permit" => Some(DecisionEffect::Allow),
        "deny" | "denied" | "forbid" | "forbidden" => Some(DecisionEffect::Deny),
        _ => None,
    };
    let policy = json::first_text(found, &["/policy/name", "/policy/uid", "/policy/desc"]);
    Some(Decision { effect, evaluated: vec![actor.clone()], policy })
}

#[cfg(test)]
mod tests;
