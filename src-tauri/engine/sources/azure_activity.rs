//! Azure activity log, and resource logs that Azure Monitor writes in the same form (storage).
//!
//! - **Ask for**: `az monitor activity-log list --start-time ... --max-events ...` as JSON for each subscription, or the
//!   files or table (`AzureActivity`) of the diagnostic settings. The portal's CSV has no claims: ask for JSON.
//! - **Reads**: CLI and REST entries (camel case, or the snake case of the SDK), `records` and lines of diagnostic settings,
//!   the `AzureActivity` table as JSON or CSV with JSON in cells, in any case of keys.
//! - **Recognised by**: `eventTimestamp` or `eventDataId` with an operation name and a caller, claims or authorization; or
//!   `time`, `operationName`, `resourceId` of a subscription and a `category`; or the columns of `AzureActivity`.
//! - **Filled by**: Azure (platform) copies the claims of the caller's token, which Entra issued, and names the role
//!   assignment that the decision rests on. The client's request id and user agent are the caller's own words.
//! - **Answers**: whether a person acted alone (portal, command line), through an application (token with a scope), or an
//!   application with its own rights (`idtyp` app); the token's id, which joins sign-ins; on whose role assignment it was allowed.
//! - **Never tells**: which person caused what an application did with its own rights. Who holds an account key or a
//!   shared access signature. An entry without claims or caller names nobody. A display name is never taken for a person.
//! - **Documented in**: learn.microsoft.com, "Azure activity log event schema", "AzureActivity", "Access token claims
//!   reference", "Agent token claims". One operation is logged as started, accepted and ended under one correlation id:
//!   only its end is the call, the entries before stand beside it. Seen in real records: SDK form with both token types,
//!   diagnostic form. Second hand: the table's `Claims_d`, portal columns, agent claims (`xms_act_fct`).

use super::entra::{self, Delegated};
use super::hints::Place;
use super::json::{self, Json};
use super::loose;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::{is_email, is_guid};
use crate::model::{
    Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, FilledBy, Outcome, Principal, WhyEmpty,
    Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Azure;

struct Azure;

const NAME: &str = "azure_activity";

impl Source for Azure {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(95, "an operation with event id or time and the caller's claims of the Azure activity log", is_listed)
            .or_else(|| sample.recognise(93, "the columns of the AzureActivity table", is_table))
            .or_else(|| {
                sample.recognise(
                    92,
                    "time, operation, category and a subscription's resource of Azure Monitor",
                    is_certain,
                )
            })
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match entra::read(entry, hints) {
            Some(event) => Ok(event.into()),
            None => Err(NotUnderstood::not_this(match loose::text(entry, "/category").filter(|c| is_elsewhere(c)) {
                Some(category) => format!("category {category} is another log's"),
                None => "no operation with time, resource or caller of an Azure activity".into(),
            })),
        }
    }
}

pub(super) fn read(entry: &Json, hints: &Hints) -> Option<Event> {
    if loose::text(entry, "/category").is_some_and(|c| is_elsewhere(&c)) {
        return None;
    }
    let action = operation(entry)?;
    (is_certain(entry) || is_entry(entry)).then(|| event(entry, action, hints))
}

pub(super) fn is_certain(entry: &Json) -> bool {
    is_listed(entry) || is_table(entry) || is_diagnostic(entry)
}

/// Entra's logs and clusters' audits come in the same wrapping.
fn is_elsewhere(category: &str) -> bool {
    let lower = category.to_lowercase();
    lower.starts_with("kube-")
        || lower.ends_with("signinlogs")
        || matches!(lower.as_str(), "auditlogs" | "microsoftgraphactivitylogs" | "provisioninglogs" | "guard")
}

fn has(entry: &Json, pointer: &str) -> bool {
    loose::at(entry, pointer).is_some()
}

fn operation(entry: &Json) -> Option<String> {
    ["/operationName/value", "/operationNameValue", "/operationName", "/operationName/localizedValue", "/authorization/action"]
        .iter()
        .find_map(|p| loose::text(entry, p))
}

fn is_listed(entry: &Json) -> bool {
    (has(entry, "/eventTimestamp") || has(entry, "/eventDataId"))
        && has(entry, "/operationName")
        && (has(entry, "/caller") || has(entry, "/claims") || has(entry, "/authorization") || has(entry, "/resourceId"))
}

fn is_table(entry: &Json) -> bool {
    let typed = loose::text(entry, "/type").is_some_and(|t| t.eq_ignore_ascii_case("AzureActivity"));
    (typed || has(entry, "/operationNameValue"))
        && (has(entry, "/activityStatusValue") || has(entry, "/eventDataId") || has(entry, "/caller"))
}

fn is_entry(entry: &Json) -> bool {
    has(entry, "/time") && (has(entry, "/callerIpAddress") || has(entry, "/identity") || has(entry, "/resourceId"))
}

fn is_diagnostic(entry: &Json) -> bool {
    let category = loose::text(entry, "/category").is_some_and(|c| !is_elsewhere(&c));
    let azure = loose::text(entry, "/resourceId").is_some_and(|r| {
        let r = r.to_lowercase();
        ["/subscriptions/", "/providers/microsoft.management/"].iter().any(|head| r.starts_with(head))
    });
    category && azure && has(entry, "/time") && has(entry, "/operationName")
}

fn event(entry: &Json, action: String, hints: &Hints) -> Event {
    let status = loose::first_text(
        entry,
        &["/status/value", "/activityStatusValue", "/activityStatus", "/resultType", "/status", "/statusText"],
    );
    let mut event = Event::new(kind(status.as_deref()));
    event.time = loose::time(entry, &["/eventTimestamp", "/time", "/timeGenerated", "/submissionTimestamp"]);
    event.id = loose::text(entry, "/eventDataId");
    event.tenant = loose::text(entry, "/subscriptionId").or_else(|| {
        let resource = loose::text(entry, "/resourceId")?.to_lowercase();
        resource.strip_prefix("/subscriptions/")?.split('/').next().map(String::from)
    });
    event.service = Some("azure".into());
    event.action = Some(action);
    event.resource = loose::first_text(
        entry,
        &["/resourceId", "/_ResourceId", "/authorization/scope", "/identity/authorization/scope", "/properties/objectKey"],
    );
    event.resource_type = loose::first_text(entry, &["/resourceType/value", "/resourceType"]);
    event.source_ip = loose::first_text(entry, &["/httpRequest/clientIpAddress", "/callerIpAddress"])
        .or_else(|| loose::opened(entry, "/httpRequest").and_then(|h| loose::text(&h, "/clientIpAddress")))
        .map(|ip| entra::address(&ip));
    event.user_agent = loose::text(entry, "/properties/userAgentHeader");
    event.outcome = outcome(entry, status.as_deref());

    let claims = claims(entry);
    match &claims {
        Some(claims) => by_claims(entry, claims, &mut event),
        None => by_caller(entry, &mut event),
    }
    if event.source_ip.is_none() {
        event.source_ip = claims.as_ref().and_then(|c| loose::text(c, "/ipaddr"));
    }
    event.decision = decision(entry, &event);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// What has only begun is logged again when it ends.
fn kind(status: Option<&str>) -> EventKind {
    match status.map(str::to_lowercase).as_deref() {
        Some("start" | "started" | "accept" | "accepted" | "in progress" | "inprogress") => EventKind::Context,
        _ => EventKind::Call,
    }
}

fn outcome(entry: &Json, status: Option<&str>) -> Outcome {
    let detail = loose::first_text(
        entry,
        &["/subStatus/value", "/activitySubstatusValue", "/properties/statusCode", "/resultSignature", "/statusCode"],
    )
    .unwrap_or_default()
    .to_lowercase();
    let refused = ["forbidden", "unauthorized", "authorizationfailed", "authorizationerror"];
    let reason = loose::first_text(entry, &["/properties/metricResponseType", "/statusText"]).unwrap_or_default().to_lowercase();
    let code: Option<u16> = detail.rsplit('.').next().and_then(|d| d.parse().ok());
    if matches!(code, Some(401 | 403))
        || refused.iter().any(|w| detail.split('.').any(|part| part == *w) || reason.starts_with(w))
        || reason.starts_with("authenticationfailed")
        || reason.starts_with("authorizationpermissionmismatch")
    {
        return Outcome::Denied;
    }
    match status.unwrap_or_default().to_lowercase().as_str() {
        "success" | "succeeded" | "accept" | "accepted" | "resolved" | "active" => Outcome::Success,
        "failed" | "failure" | "error" => Outcome::Error,
        _ => match code {
            Some(400..) => Outcome::Error,
            Some(200..=399) => Outcome::Success,
            _ => Outcome::Unknown,
        },
    }
}

/// Claims of the caller's token: an object whose keys may be URIs, or the same as text in the table.
fn claims(entry: &Json) -> Option<Json> {
    ["/claims", "/claims_d", "/identity/claims"]
        .iter()
        .filter_map(|p| loose::opened(entry, p))
        .find(|c| json::members(Some(c)).next().is_some())
}

/// A claim by its short name, under whatever URI it stands.
fn named(claims: &Json, name: &str) -> Option<String> {
    json::members(Some(claims))
        .find(|(key, _)| {
            key.eq_ignore_ascii_case(name)
                || (key.contains("://") && key.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(name)))
        })
        .and_then(|(_, value)| json::scalar(value))
}

fn by_claims(entry: &Json, claims: &Json, event: &mut Event) {
    let claim = |name: &str| named(claims, name);
    event.credential =
        claim("uti").and_then(|uti| entra::token_id(&uti)).map(|id| Credential { kind: CredentialKind::Token, id });
    event.audience = claim("aud").into_iter().collect();
    event.scope = claim("scope").or(claim("scp")).map(|s| s.split_whitespace().map(String::from).collect()).unwrap_or_default();

    let caller = loose::text(entry, "/caller");
    let address = [claim("upn"), caller.clone(), claim("emailaddress"), claim("unique_name")];
    let address = address.into_iter().flatten().find(|a| is_email(a));
    let object_id = claim("objectidentifier").or(claim("oid"));
    let app_id = claim("appid").or(claim("azp"));
    let facets = |name: &str, facet: &str| claim(name).is_some_and(|f| f.split([' ', ',']).any(|w| w == facet));
    // Facets of Entra's agent tokens: 11 an agent identity, 13 a user account that an agent has.
    let (agent, robot) = (facets("xms_act_fct", "11"), facets("xms_sub_fct", "13"));
    let by_type = claim("idtyp").map(|t| t.to_lowercase());
    let alone = match by_type.as_deref() {
        Some("app") => true,
        Some("user") => false,
        _ => event.scope.is_empty() && address.is_none(),
    };
    if alone {
        let words = claim("emailaddress").or(caller).filter(|w| w.starts_with("Microsoft."));
        match (entra::app(app_id.as_deref(), object_id.as_deref()), words) {
            (Some(principal), _) => entra::application(event, principal, app_id.as_deref(), agent),
            // A service of Azure that signs with its name.
            (None, Some(service)) => {
                let principal = Principal { namespace: "entra".into(), id: service };
                event.wire = Some(Wire { principal, kind: WireKind::System, by: FilledBy::Platform });
                event.human_empty = WhyEmpty::NotSupported;
            }
            (None, None) => by_caller(entry, event),
        }
        return;
    }
    // Only the claim `upn` is the directory's own name: the others may be what a guest is called at home.
    entra::same(event, claim("upn").as_deref(), object_id.as_deref());
    match entra::user(address.as_deref(), object_id.as_deref()) {
        Ok(user) if robot => {
            event.wire = Some(Wire { principal: user, kind: WireKind::Agent, by: FilledBy::Platform });
        }
        Ok(user) => entra::person(
            event,
            Delegated { user, user_field: "/claims", app_id: app_id.as_deref(), app_field: "/claims/appid", agent },
        ),
        Err(_) => by_caller(entry, event),
    }
}

/// Without claims: the caller's address, the requester of a storage log, or the one principal of the role assignment.
fn by_caller(entry: &Json, event: &mut Event) {
    if let Some(kind) = loose::text(entry, "/identity/type") {
        return by_key(entry, &kind, event);
    }
    let grant = |name: &str| loose::text(entry, &format!("/identity/authorization/evidence/{name}"));
    let wire = |principal, kind| Some(Wire { principal, kind, by: FilledBy::Platform });
    match loose::first_text(entry, &["/caller", "/Event initiated by"]) {
        Some(caller) if is_email(&caller) => {
            event.wire = entra::user(Some(&caller), None).ok().and_then(|p| wire(p, WireKind::Human));
        }
        Some(caller) if caller.starts_with("Microsoft.") => {
            event.wire = wire(Principal { namespace: "entra".into(), id: caller }, WireKind::System);
            event.human_empty = WhyEmpty::NotSupported;
        }
        // An object id may be a person's or an application's: the entry does not say.
        Some(caller) if is_guid(&caller) => {
            event.wire = entra::id(&caller).ok().and_then(|p| wire(p, WireKind::Unknown));
        }
        _ => {
            let kind = match grant("principalType").unwrap_or_default().to_lowercase().as_str() {
                "user" => WireKind::Human,
                "serviceprincipal" => WireKind::Service,
                // A group's grant does not tell which of its members called.
                _ => return,
            };
            event.wire = grant("principalId").and_then(|id| entra::id(&id).ok()).and_then(|p| wire(p, kind));
        }
    }
}

/// Storage: a token's requester, or a key that anybody may hold.
fn by_key(entry: &Json, kind: &str, event: &mut Event) {
    let slot = |name: &str| loose::text(entry, &format!("/identity/requester/{name}"));
    if !kind.eq_ignore_ascii_case("oauth") {
        event.human_empty = WhyEmpty::NotSupported;
        let hash = loose::text(entry, "/identity/tokenHash");
        event.credential = hash.map(|id| Credential { kind: CredentialKind::LongLived, id });
        return;
    }
    event.audience = slot("audience").into_iter().collect();
    event.credential = slot("uniqueTokenId")
        .and_then(|uti| entra::token_id(&uti))
        .map(|id| Credential { kind: CredentialKind::Token, id });
    entra::same(event, slot("upn").as_deref(), slot("objectId").as_deref());
    match slot("upn").filter(|u| is_email(u)).and_then(|u| entra::user(Some(&u), None).ok()) {
        Some(user) => entra::person(
            event,
            Delegated {
                user,
                user_field: "/identity/requester/upn",
                app_id: slot("appId").as_deref(),
                app_field: "/identity/requester/appId",
                agent: false,
            },
        ),
        None => {
            // An object id beside an application's may be a person's: without an address it is not told.
            let principal = entra::app(slot("appId").as_deref(), slot("objectId").as_deref());
            event.wire = principal.map(|principal| Wire { principal, kind: WireKind::Unknown, by: FilledBy::Platform });
        }
    }
}

/// Azure evaluates the role assignments of the token's subject: the person's own, however they came to be there.
fn decision(entry: &Json, event: &Event) -> Option<Decision> {
    let authorization = ["/authorization", "/authorization_d", "/identity/authorization"]
        .iter()
        .filter_map(|p| loose::opened(entry, p))
        .find(|a| json::members(Some(a)).next().is_some());
    let effect = match event.outcome {
        Outcome::Denied => Some(DecisionEffect::Deny),
        Outcome::Success if authorization.is_some() => Some(DecisionEffect::Allow),
        _ => None,
    }?;
    let policy = authorization.as_ref().and_then(|a| {
        let role = loose::first_text(a, &["/evidence/role", "/role"]);
        let assignment = loose::text(a, "/evidence/roleAssignmentId");
        match (role, assignment) {
            (Some(role), Some(id)) => Some(format!("{role}, assignment {id}")),
            (role, id) => role.or(id),
        }
    });
    Some(Decision { effect: Some(effect), evaluated: entra::effective(event), policy })
}

#[cfg(test)]
mod tests;
