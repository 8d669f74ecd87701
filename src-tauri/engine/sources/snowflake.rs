//! Snowflake account usage: queries, sign-ins, accesses and grants.
//!
//! - **Ask for**: `QUERY_HISTORY`, `LOGIN_HISTORY`, `ACCESS_HISTORY`, `GRANTS_TO_USERS` and `GRANTS_TO_ROLES` of the schema
//!   `SNOWFLAKE.ACCOUNT_USAGE`, for the period, with all columns, as CSV or JSON.
//! - **Reads**: these five views, one file each or mixed; CSV, arrays, lines; column names in any case.
//! - **Recognised by**: the columns of one of the views.
//! - **Filled by**: Snowflake fills user, role, session and outcome. The query tag is the caller's own word and names
//!   nobody; it may carry a run id. The reported client type is the client's word, too.
//! - **Answers**: which user ran which kind of statement in which role and session; which objects a query read or wrote;
//!   who holds which privilege through which role, and since when.
//! - **Never tells**: who sits behind a user that a program signs in as, unless Snowflake records the user's type. A query
//!   that stands in `QUERY_HISTORY` and in `ACCESS_HISTORY` is told by both and counts twice.
//! - **Documented in**: docs.snowflake.com, "Account Usage". Queries, sign-ins and grants to roles were seen in published
//!   records; `ACCESS_HISTORY`, `GRANTS_TO_USERS` and the column `USER_TYPE` are from the documentation alone.

use super::hints::{Place, Search};
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Effect, Entitlement, Entry, Event, EventKind, EvidenceKind, FilledBy,
    Membership, Outcome, Principal, Reach, Role, Time, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Snowflake;

struct Snowflake;

const NAME: &str = "snowflake";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Query,
    Login,
    Access,
    /// A role given to a user.
    UserGrant,
    /// A privilege given to a role, an application or a share.
    Grant,
    /// A view of the same schema in which nobody does anything.
    Other,
}

impl Source for Snowflake {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let of = |wanted: fn(View) -> bool| move |v: &Json| view(v).is_some_and(wanted);
        sample
            .recognise(94, "the columns of a Snowflake account usage view", of(|v| v != View::Other))
            .or_else(|| sample.recognise(70, "the columns of a Snowflake account usage view", of(|_| true)))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = record.json()?;
        match view(row) {
            Some(View::Query) => Ok(query(row, hints).into()),
            Some(View::Login) => Ok(login(row).into()),
            Some(View::Access) => Ok(access(row, hints).into()),
            Some(View::UserGrant) => user_grant(row),
            Some(View::Grant) => grant(row),
            Some(View::Other) => Ok(Understood::Kept),
            None => Err(NotUnderstood::not_this("no columns of QUERY_HISTORY, LOGIN_HISTORY, ACCESS_HISTORY or the grants")),
        }
    }
}

fn view(row: &Json) -> Option<View> {
    let has = |name: &str| json::member(row, name).is_some();
    if has("QUERY_ID") && (has("BASE_OBJECTS_ACCESSED") || has("DIRECT_OBJECTS_ACCESSED") || has("OBJECTS_MODIFIED")) {
        Some(View::Access)
    } else if has("USER_NAME") && (has("QUERY_TEXT") || has("QUERY_TYPE")) && (has("EXECUTION_STATUS") || has("QUERY_ID")) {
        Some(View::Query)
    } else if has("EVENT_ID") && has("EVENT_TIMESTAMP") && has("IS_SUCCESS") {
        Some(View::Login)
    } else if has("GRANTEE_NAME") && has("ROLE") && !has("PRIVILEGE") {
        Some(View::UserGrant)
    } else if has("GRANTEE_NAME") && has("GRANTED_TO") {
        Some(View::Grant)
    } else if has("SOURCE_CLOUD") && has("TARGET_CLOUD") && has("BYTES_TRANSFERRED") {
        Some(View::Other)
    } else {
        None
    }
}

fn text(row: &Json, name: &str) -> Option<String> {
    json::member(row, name).and_then(json::scalar).filter(|t| !matches!(t.as_str(), "NULL" | "null" | "\\N"))
}

fn moment(row: &Json, names: &[&str]) -> Option<Time> {
    names.iter().find_map(|n| json::member(row, n).and_then(json::moment))
}

fn new(kind: EventKind, row: &Json) -> Event {
    let mut event = Event::new(kind);
    event.tenant = ["ACCOUNT_NAME", "ACCOUNT_LOCATOR"].iter().find_map(|n| text(row, n));
    event.service = Some("snowflake".into());
    event
}

/// The user of the row. Snowflake's own hands are users, too.
fn wire(row: &Json, event: &mut Event) {
    let name = text(row, "USER_NAME").unwrap_or_default();
    match somebody(&name) {
        Ok(name) => {
            let kind = match text(row, "USER_TYPE").unwrap_or_default().to_uppercase().as_str() {
                _ if matches!(name, "SYSTEM" | "SNOWFLAKE" | "WORKSHEETS_APP_USER") => WireKind::System,
                "SERVICE" | "LEGACY_SERVICE" | "SNOWFLAKE_SERVICE" => WireKind::Service,
                _ => WireKind::Human,
            };
            event.wire = Some(Wire { principal: Principal::new("snowflake", name), kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

fn query(row: &Json, hints: &Hints) -> Event {
    let mut event = new(EventKind::Call, row);
    event.time = moment(row, &["START_TIME", "p_event_time"]);
    event.end = moment(row, &["END_TIME"]);
    event.id = text(row, "QUERY_ID");
    event.action = text(row, "QUERY_TYPE");
    let place = ["DATABASE_NAME", "SCHEMA_NAME"].map(|n| text(row, n));
    event.resource = place[0].is_some().then(|| place.into_iter().flatten().collect::<Vec<_>>().join("."));
    event.resource_type = event.resource.is_some().then(|| "database".into());
    let code = text(row, "ERROR_CODE");
    event.outcome = match text(row, "EXECUTION_STATUS").unwrap_or_default().to_uppercase().as_str() {
        "SUCCESS" => Outcome::Success,
        // 003001: insufficient privileges.
        s if s.starts_with("FAIL") && code.as_deref().is_some_and(|c| c.trim_start_matches('0') == "3001") => Outcome::Denied,
        s if s.starts_with("FAIL") || s == "INCIDENT" => Outcome::Error,
        _ => Outcome::Unknown,
    };
    event.credential = text(row, "SESSION_ID").map(|id| Credential { kind: CredentialKind::Session, id });
    wire(row, &mut event);
    for (name, key) in [("ROLE_NAME", "role"), ("WAREHOUSE_NAME", "warehouse")] {
        event.attributes.extend(text(row, name).map(|t| (key.to_string(), Attribute::Text(t))));
    }
    correlate(row, hints.search(NAME), &mut event);
    event
}

fn correlate(row: &Json, mut search: Search<'_>, event: &mut Event) {
    if let Some(tag) = json::member(row, "QUERY_TAG") {
        match json::nested(tag) {
            Ok(Some(tags)) => {
                for (key, value) in json::members(Some(&tags)) {
                    search.key(key, value, FilledBy::Caller);
                }
            }
            _ => search.place(Place::SessionName, &json::scalar(tag).unwrap_or_default()),
        }
    }
    search.record(row);
    search.fill(event);
}

fn login(row: &Json) -> Event {
    let sign_in = text(row, "EVENT_TYPE").is_none_or(|t| t.eq_ignore_ascii_case("LOGIN"));
    let mut event = new(if sign_in { EventKind::SignIn } else { EventKind::Context }, row);
    event.time = moment(row, &["EVENT_TIMESTAMP"]);
    event.id = text(row, "EVENT_ID");
    event.action = text(row, "EVENT_TYPE").or_else(|| Some("LOGIN".into()));
    event.source_ip = text(row, "CLIENT_IP").filter(|ip| ip != "0.0.0.0");
    event.user_agent = text(row, "REPORTED_CLIENT_TYPE");
    event.outcome = match text(row, "IS_SUCCESS").unwrap_or_default().to_uppercase().as_str() {
        "YES" | "TRUE" => Outcome::Success,
        "NO" | "FALSE" => Outcome::Denied,
        _ => Outcome::Unknown,
    };
    wire(row, &mut event);
    let factor = text(row, "FIRST_AUTHENTICATION_FACTOR").unwrap_or_default().to_uppercase();
    let second = text(row, "SECOND_AUTHENTICATION_FACTOR").is_some();
    event.interactive = sign_in && (second || text(row, "REPORTED_CLIENT_TYPE").as_deref() == Some("SNOWFLAKE_UI"));
    if let Some(wire) = event.wire.as_mut().filter(|w| w.kind == WireKind::Human) {
        match factor.as_str() {
            f if f.starts_with("WORKLOAD_IDENTITY") => wire.kind = WireKind::Service,
            // The row does not say which client holds the token.
            f if f.starts_with("OAUTH") => {
                wire.kind = WireKind::Delegated;
                event.claims.push(Claim {
                    role: Role::Human,
                    principal: wire.principal.clone(),
                    evidence: EvidenceKind::K3,
                    by: FilledBy::Platform,
                    field: "USER_NAME".into(),
                });
            }
            _ => {}
        }
    }
    if !factor.is_empty() {
        event.attributes.push(("authentication".into(), Attribute::Text(factor)));
    }
    event
}

/// What a query touched. The same query stands in `QUERY_HISTORY` under the same id.
fn access(row: &Json, hints: &Hints) -> Event {
    let mut event = new(EventKind::Call, row);
    event.time = moment(row, &["QUERY_START_TIME", "START_TIME"]);
    event.id = text(row, "QUERY_ID");
    event.stage = Some("access".into());
    let first = |name: &str| {
        let list = json::nested(json::member(row, name)?).ok().flatten().or_else(|| json::member(row, name).cloned())?;
        let object = json::items(Some(&list)).find(|o| json::text(o, "/objectName").is_some())?;
        Some((json::text(object, "/objectName")?, json::text(object, "/objectDomain")))
    };
    let touched = [("OBJECTS_MODIFIED", "WRITE"), ("BASE_OBJECTS_ACCESSED", "READ"), ("DIRECT_OBJECTS_ACCESSED", "READ")];
    let found = touched.into_iter().find_map(|(name, action)| Some((first(name)?, action)));
    if let Some(((name, kind), action)) = found {
        event.action = Some(action.into());
        event.resource = Some(name);
        event.resource_type = kind;
    } else {
        event.action = Some("ACCESS".into());
    }
    wire(row, &mut event);
    correlate(row, hints.search(NAME), &mut event);
    event
}

/// Roles and users have names of their own kind: a role and a user may share a name.
fn holder(kind: &str, name: &str) -> String {
    match kind.to_uppercase().as_str() {
        "USER" | "" => name.to_string(),
        "ROLE" | "ACCOUNT_ROLE" => format!("snowflake-role:{name}"),
        other => format!("snowflake-{}:{name}", other.to_lowercase().replace('_', "-")),
    }
}

fn needed(row: &Json, name: &str) -> Result<String, NotUnderstood> {
    text(row, name).ok_or_else(|| NotUnderstood::bad_row(format!("no {name}")))
}

fn user_grant(row: &Json) -> Result<Understood, NotUnderstood> {
    Ok(Understood::Entry(Entry::Membership(Membership {
        member: holder(&text(row, "GRANTED_TO").unwrap_or_else(|| "USER".into()), &needed(row, "GRANTEE_NAME")?),
        holder: holder("ROLE", &needed(row, "ROLE")?),
        reach: Reach::Has,
        condition: String::new(),
        valid_from: moment(row, &["CREATED_ON"]),
        valid_to: moment(row, &["DELETED_ON"]),
    })))
}

fn grant(row: &Json) -> Result<Understood, NotUnderstood> {
    let grantee = holder(&needed(row, "GRANTED_TO")?, &needed(row, "GRANTEE_NAME")?);
    let (privilege, name) = (needed(row, "PRIVILEGE")?, needed(row, "NAME")?);
    let (valid_from, valid_to) = (moment(row, &["CREATED_ON"]), moment(row, &["DELETED_ON"]));
    let on = text(row, "GRANTED_ON").unwrap_or_default();
    if privilege.eq_ignore_ascii_case("USAGE") && on.to_uppercase().ends_with("ROLE") {
        let held = Membership {
            member: grantee,
            holder: holder(&on, &name),
            reach: Reach::Has,
            condition: String::new(),
            valid_from,
            valid_to,
        };
        return Ok(Understood::Entry(Entry::Membership(held)));
    }
    // Whoever owns an object may do anything with it.
    let all = matches!(privilege.to_uppercase().as_str(), "OWNERSHIP" | "ALL" | "ALL PRIVILEGES");
    let place = [text(row, "TABLE_CATALOG"), text(row, "TABLE_SCHEMA"), Some(name)];
    Ok(Understood::Entry(Entry::Entitlement(Entitlement {
        principal: grantee,
        service: Some("snowflake".into()),
        action: if all { "*".into() } else { privilege },
        resource: place.into_iter().flatten().collect::<Vec<_>>().join("."),
        except_actions: Vec::new(),
        except_resources: Vec::new(),
        effect: Effect::Allow,
        condition: String::new(),
        valid_from,
        valid_to,
    })))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, row, understand_chunk};
    use super::*;
    use crate::model::WhyEmpty;
    use crate::read::Form;

    fn understood(text: &str) -> Understood {
        understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::default()).pop().unwrap().2.unwrap()
    }

    fn event(text: &str) -> Event {
        match understood(text) {
            Understood::Event(event) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn a_query_is_its_user_and_its_tag_names_nobody() {
        let e = event(
            r#"{"QUERY_ID":"q1","QUERY_TYPE":"SELECT","QUERY_TEXT":"select 1","USER_NAME":"ADA","ROLE_NAME":"ANALYST","DATABASE_NAME":"SALES","SCHEMA_NAME":"PUBLIC","SESSION_ID":"77","START_TIME":"1717680342.585000","EXECUTION_STATUS":"SUCCESS","QUERY_TAG":"{\"run_id\":\"run-0001\",\"user\":\"bob@example.org\"}"}"#,
        );
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("snowflake", "ADA"), WireKind::Human));
        assert_eq!((e.claims.len(), e.outcome, e.resource.as_deref()), (0, Outcome::Success, Some("SALES.PUBLIC")));
        assert_eq!(e.time, Some(Time(1_717_680_342_585_000)));
        let (run, by) = e.run.unwrap();
        assert_eq!((run.as_str(), by), ("run-0001", FilledBy::Caller));
        assert_eq!(e.credential.unwrap().kind, CredentialKind::Session);
        let tagged = event(r#"{"QUERY_TYPE":"SELECT","QUERY_ID":"q","USER_NAME":"ADA","QUERY_TAG":"agent;run_id=run-0002"}"#);
        assert_eq!(tagged.run.unwrap().0.as_str(), "run-0002");
    }

    #[test]
    fn programs_and_snowflakes_own_hands_are_no_people() {
        let of = |fields: &str| event(&format!(r#"{{"QUERY_TYPE":"SELECT","EXECUTION_STATUS":"FAIL",{fields}}}"#));
        assert_eq!(of(r#""USER_NAME":"ETL","USER_TYPE":"SERVICE""#).wire.unwrap().kind, WireKind::Service);
        assert_eq!(of(r#""USER_NAME":"SYSTEM""#).wire.unwrap().kind, WireKind::System);
        let e = of(r#""USER_NAME":"ADA","ERROR_CODE":"003001""#);
        assert_eq!(e.outcome, Outcome::Denied);
        assert_eq!(of(r#""USER_NAME":"ADA","ERROR_CODE":"002003""#).outcome, Outcome::Error);
        let e = of(r#""USER_NAME":"unknown""#);
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    }

    #[test]
    fn sign_ins_by_person_client_and_workload() {
        let of = |factor: &str, ok: &str, kind: &str| {
            event(&format!(
                r#"{{"EVENT_ID":"1","EVENT_TIMESTAMP":"2026-03-02 14:38:46.061000000","EVENT_TYPE":"{kind}","USER_NAME":"Ada@example.org","CLIENT_IP":"198.51.100.4","REPORTED_CLIENT_TYPE":"SNOWFLAKE_UI","FIRST_AUTHENTICATION_FACTOR":"{factor}","IS_SUCCESS":"{ok}"}}"#
            ))
        };
        let e = of("PASSWORD", "YES", "LOGIN");
        assert_eq!((e.kind, e.interactive, e.outcome), (EventKind::SignIn, true, Outcome::Success));
        assert_eq!(e.wire.unwrap().principal, Principal::new("email", "ada@example.org"));
        assert_eq!(of("PASSWORD", "NO", "LOGIN").outcome, Outcome::Denied);
        let e = of("OAUTH_ACCESS_TOKEN", "YES", "LOGIN");
        assert_eq!((e.wire.unwrap().kind, e.claims[0].role), (WireKind::Delegated, Role::Human));
        assert_eq!(of("WORKLOAD_IDENTITY", "YES", "LOGIN").wire.unwrap().kind, WireKind::Service);
        assert_eq!(of("", "YES", "LOGOUT").kind, EventKind::Context);
    }

    #[test]
    fn an_access_names_the_object() {
        let e = event(
            r#"{"QUERY_ID":"q1","QUERY_START_TIME":"2026-03-02 10:00:00.000 -0700","USER_NAME":"ADA","BASE_OBJECTS_ACCESSED":"[{\"objectDomain\":\"Table\",\"objectName\":\"SALES.PUBLIC.ORDERS\"}]","OBJECTS_MODIFIED":[]}"#,
        );
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("READ"), Some("SALES.PUBLIC.ORDERS")));
        assert_eq!(e.stage.as_deref(), Some("access"));
    }

    #[test]
    fn grants_are_memberships_and_rights() {
        let Understood::Entry(Entry::Membership(m)) = row_of(
            "CREATED_ON,DELETED_ON,ROLE,GRANTED_TO,GRANTEE_NAME,GRANTED_BY",
            "2026-01-02 10:00:00.000 -0700,,ANALYST,USER,ADA,SECURITYADMIN",
        ) else {
            panic!("no membership")
        };
        assert_eq!((m.member.as_str(), m.holder.as_str(), m.valid_to), ("ADA", "snowflake-role:ANALYST", None));
        assert_eq!(m.valid_from, Time::parse("2026-01-02T17:00:00Z"));
        let rights = r#"{"CREATED_ON":"2026-01-02 10:00:00.000 -0700","PRIVILEGE":"SELECT","GRANTED_ON":"TABLE","NAME":"ORDERS","TABLE_CATALOG":"SALES","TABLE_SCHEMA":"PUBLIC","GRANTED_TO":"ROLE","GRANTEE_NAME":"ANALYST"}"#;
        let Understood::Entry(Entry::Entitlement(e)) = understood(rights) else { panic!("no right") };
        assert_eq!((e.principal.as_str(), e.action.as_str(), e.resource.as_str()), ("snowflake-role:ANALYST", "SELECT", "SALES.PUBLIC.ORDERS"));
        let nested = r#"{"PRIVILEGE":"USAGE","GRANTED_ON":"ROLE","NAME":"READER","GRANTED_TO":"ROLE","GRANTEE_NAME":"ANALYST"}"#;
        assert!(matches!(understood(nested), Understood::Entry(Entry::Membership(_))));
        let torn = br#"{"GRANTED_TO":"APPLICATION_ROLE","GRANTEE_NAME":"VIEWER"}"#;
        assert!(understand_chunk(SOURCE, &Form::Array, torn, &Hints::default())[0].2.is_err());
    }

    fn row_of(header: &str, cells: &str) -> Understood {
        row::read(SOURCE, header, cells).unwrap()
    }

    #[test]
    fn another_table_of_users_is_not_snowflakes() {
        let registry = registry(Vec::new());
        let found = registry.detect(&Form::Lines, &[br#"{"USER_NAME":"ADA","EVENT_TYPE":"LOGIN"}"#]);
        assert_eq!(found.name(), "unknown");
    }
}
