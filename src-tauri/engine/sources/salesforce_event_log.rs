//! Salesforce event log files and real-time events.
//!
//! - **Ask for**: Event Monitoring: the `EventLogFile` of each event type and day or hour as CSV, at least `Login`, `LoginAs`, `API`, `RestApi`,
//!   `BulkApi`, `ApexCallout`, `URI`; or Real-Time Event Monitoring's stored events. Without that licence Salesforce keeps
//!   neither.
//! - **Reads**: event log files of one type or mixed, as CSV or JSON; streamed events (`channel`, `data.payload`); stored
//!   events of a query. Records of the Setup Audit Trail among them are read as such.
//! - **Recognised by**: `EVENT_TYPE` with `TIMESTAMP` and `ORGANIZATION_ID` or `USER_ID`; a `channel` that begins with `/event/`; `EventDate` with
//!   `EventIdentifier` and `LoginKey` or `UserId`.
//! - **Filled by**: the platform, but for `CLIENT_NAME` (`Client`) and user agents, which the caller writes.
//! - **Answers**: which account did what, through which connected app and session; who acted while logged in as somebody else.
//! - **Never tells**: whether an integration's account is a person's; which token was used; most rows of event log files have no id of
//!   their own, as a request id is shared by the rows of a request. User names have the form of an address and join as such.
//! - **Documented in**: developer.salesforce.com, Object Reference, "EventLogFile Supported Event Types" (in `LoginAs` the delegated user is "the
//!   user who's doing the impersonation"), Platform Events guide, "Real-Time Event Monitoring Objects"; ids of 15 and 18
//!   characters in "ID Field Type". Second hand: codes of `REQUEST_STATUS` and `LOGIN_TYPE`. Real records seen were anonymised.

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::salesforce::{is_empty_id, principal, user};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy, Outcome,
    Principal, Role, Time, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &EventLog;

struct EventLog;

const NAME: &str = "salesforce_event_log";

impl Source for EventLog {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "an event type, a time and a user of Salesforce event monitoring", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if is_entry(entry) {
            return Ok(event(entry, hints).into());
        }
        match json::text(entry, "/action") {
            Some(action) if super::salesforce_setup_audit::is_entry(entry) => {
                Ok(super::salesforce_setup_audit::event(entry, action, hints).into())
            }
            _ => Err(NotUnderstood::not_this("no event type, time and user of event monitoring")),
        }
    }
}

pub(super) fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let is_file = has("/EVENT_TYPE")
        && (has("/TIMESTAMP") || has("/TIMESTAMP_DERIVED"))
        && (has("/ORGANIZATION_ID") || has("/USER_ID") || has("/USER_ID_DERIVED"));
    let inner = payload(value);
    let has = |pointer| json::at(inner, pointer).is_some();
    is_file || channel(value).is_some() || has("/EventDate") && has("/EventIdentifier") && (has("/LoginKey") || has("/UserId"))
}

fn channel(value: &Json) -> Option<String> {
    json::at(value, "/data/payload")?;
    json::text(value, "/channel")?.strip_prefix("/event/").map(String::from)
}

fn payload(value: &Json) -> &Json {
    json::at(value, "/data/payload").unwrap_or(value)
}

pub(super) fn event(record: &Json, hints: &Hints) -> Event {
    let entry = payload(record);
    let text = |pointers: &[&str]| json::first_text(entry, pointers);
    let name = channel(record).or_else(|| text(&["/EVENT_TYPE", "/attributes/type"])).unwrap_or_else(|| "event".into());
    let mut event = Event::new(kind_of(&name));
    event.time = time(entry);
    event.id = text(&["/EventIdentifier"]);
    event.tenant = text(&["/ORGANIZATION_ID"]).map(|id| super::salesforce::long_id(&id));
    event.service = Some("salesforce".into());
    event.resource = text(&["/RecordId", "/ENTITY_NAME", "/QueriedEntities", "/URI", "/PageUrl", "/URL", "/QUERY_IDENTIFIER"]);
    event.source_ip = text(&["/SOURCE_IP", "/SourceIp", "/CLIENT_IP", "/ClientIp"]);
    event.user_agent = text(&["/USER_AGENT", "/UserAgent", "/BROWSER_TYPE", "/Browser", "/CLIENT_NAME", "/Client"]);
    event.outcome = outcome(entry);
    event.interactive = event.kind == EventKind::SignIn
        && text(&["/LOGIN_TYPE", "/LoginType"]).is_some_and(|t| t == "A" || t == "Application");
    let method = text(&["/METHOD_NAME", "/Operation", "/METHOD", "/REQUEST_METHOD"]);
    event.action = Some(method.map_or(name.clone(), |m| format!("{name}:{m}")));
    event.credential = text(&["/SESSION_KEY", "/SessionKey", "/LOGIN_KEY", "/LoginKey"])
        .filter(|id| somebody(id).is_ok())
        .map(|id| Credential { kind: CredentialKind::Session, id });
    for (key, pointers) in [("api_type", ["/API_TYPE", "/ApiType"]), ("request_id", ["/REQUEST_ID", "/RequestIdentifier"])] {
        if let Some(value) = text(&pointers) {
            event.attributes.push((key.into(), Attribute::Text(value)));
        }
    }
    policy(entry, &mut event);
    actors(entry, &name, &mut event);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(record);
    search.fill(&mut event);
    event
}

fn kind_of(name: &str) -> EventKind {
    match name {
        "Login" | "LoginEvent" | "LoginEventStream" | "LoginEventStore" | "LoginEventLog" => EventKind::SignIn,
        // What threat detection concluded about a user is nothing that the user did.
        n if ["Anomaly", "SessionHijacking", "CredentialStuffing"].iter().any(|t| n.contains(t)) => EventKind::Context,
        _ => EventKind::Call,
    }
}

fn time(entry: &Json) -> Option<Time> {
    ["/TIMESTAMP_DERIVED", "/EventDate", "/TIMESTAMP", "/Timestamp", "/CreatedDate"]
        .iter()
        .find_map(|p| json::text(entry, p).as_deref().and_then(compact).or_else(|| json::time(entry, p)))
}

/// `20230321171017.871`, in UTC.
fn compact(text: &str) -> Option<Time> {
    let digits = text.split('.').next()?;
    if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction = text.get(14..).unwrap_or_default();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    Time::parse(&format!(
        "{}-{}-{} {}:{}:{}{fraction}",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    ))
}

fn outcome(entry: &Json) -> Outcome {
    let text = |pointers: &[&str]| json::first_text(entry, pointers).unwrap_or_default().to_uppercase();
    if matches!(text(&["/PolicyOutcome"]).as_str(), "BLOCK" | "DENIED") {
        return Outcome::Denied;
    }
    match text(&["/LOGIN_STATUS", "/LoginStatus"]).as_str() {
        "LOGIN_NO_ERROR" => return Outcome::Success,
        "" => {}
        _ => return Outcome::Denied,
    }
    match text(&["/SUCCESS", "/OperationStatus", "/Status", "/REQUEST_STATUS", "/RequestStatus"]).as_str() {
        "1" | "S" | "R" | "SUCCESS" | "SUCCEEDED" | "TRUE" => Outcome::Success,
        "A" => Outcome::Denied,
        "0" | "F" | "N" | "FAILURE" | "FALSE" => Outcome::Error,
        // A verification that failed was refused.
        failed if failed.starts_with("FAILED") || failed.starts_with("DENIED") => Outcome::Denied,
        _ => Outcome::Unknown,
    }
}

/// A transaction security policy that said something.
fn policy(entry: &Json, event: &mut Event) {
    let Some(outcome) = json::text(entry, "/PolicyOutcome").filter(|o| somebody(o).is_ok()) else { return };
    let effect = matches!(outcome.as_str(), "Block" | "Denied").then_some(DecisionEffect::Deny);
    event.decision = Some(Decision { effect, evaluated: Vec::new(), policy: json::text(entry, "/PolicyId") });
}

fn actors(entry: &Json, name: &str, event: &mut Event) {
    let text = |p: &&str| json::text(entry, p);
    let ids = ["/USER_ID_DERIVED", "/USER_ID", "/UserId", "/UserIdentifier"];
    // The long form first, but only where its checksum holds.
    let mut ids: Vec<Option<String>> = ids.iter().map(text).collect();
    if ids.iter().flatten().count() > 1 && ids[0].as_deref().is_some_and(|id| !is_whole(id)) {
        ids.rotate_left(1);
    }
    let login_name = json::first_text(entry, &["/USER_NAME", "/USERNAME", "/Username"]);
    let found = user(login_name.as_deref(), &ids);
    if name.starts_with("LoginAs") {
        return logged_in_as(entry, found, event);
    }
    let (who, kind) = match found {
        Ok(found) => found,
        Err(why) => {
            event.human_empty = why;
            return;
        }
    };
    let kind = if kind == WireKind::Human { of_type(entry) } else { kind };
    let app = ["/CONNECTED_APP_ID", "/ConnectedAppId"].iter().find_map(|p| {
        let id = json::text(entry, p).filter(|id| somebody(id).is_ok() && !is_empty_id(id))?;
        Some((principal(&id), *p))
    });
    match app {
        Some((app, field)) if kind == WireKind::Human && event.kind == EventKind::Call => through(who, app, field, event),
        _ => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal: who, kind, by: FilledBy::Platform });
        }
    }
}

fn is_whole(id: &str) -> bool {
    id.len() == 18 && id.get(..15).is_some_and(|front| super::salesforce::long_id(front) == *id)
}

/// What the user's type says. A guest of a site is nobody in particular.
fn of_type(entry: &Json) -> WireKind {
    let kind = json::first_text(entry, &["/USER_TYPE", "/UserType"]).unwrap_or_default();
    match kind.split('(').next().unwrap_or_default() {
        "Guest" | "G" => WireKind::Shared,
        "AutomatedProcess" | "A" | "CloudIntegrationUser" => WireKind::System,
        _ => WireKind::Human,
    }
}

/// A connected app with the user's token: both stand in the record.
fn through(who: Principal, app: Principal, field: &str, event: &mut Event) {
    let claim = |role, principal: &Principal, field: &str| Claim {
        role,
        principal: principal.clone(),
        evidence: EvidenceKind::K3,
        by: FilledBy::Platform,
        field: field.into(),
    };
    event.claims.push(claim(Role::Human, &who, if field.contains('_') { "/USER_ID" } else { "/UserId" }));
    event.claims.push(claim(Role::Agent, &app, field));
    event.wire = Some(Wire { principal: app, kind: WireKind::Delegated, by: FilledBy::Platform });
}

/// The delegated user acted, with the rights of the user they logged in as.
fn logged_in_as(entry: &Json, as_whom: Result<(Principal, WireKind), WhyEmpty>, event: &mut Event) {
    let name = json::first_text(entry, &["/DELEGATED_USER_NAME", "/DelegatedUsername", "/DelegatedUserName"]);
    let ids = ["/DELEGATED_USER_ID_DERIVED", "/DELEGATED_USER_ID", "/DelegatedUserId", "/DelegatedUserIdentifier"];
    let evaluated = as_whom.into_iter().map(|(principal, _)| principal).collect();
    event.decision = Some(Decision { effect: None, evaluated, policy: None });
    match user(name.as_deref(), &ids.map(|p| json::text(entry, p))) {
        Ok((principal, kind)) => event.wire = Some(Wire { principal, kind, by: FilledBy::Platform }),
        Err(why) => event.human_empty = why,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::LossCode;
    use crate::read::Form;

    const ROW: &str = r#""TIMESTAMP":"20260302100000.250","REQUEST_ID":"r1","ORGANIZATION_ID":"00D5f000005uVo7","USER_ID":"0055f00000CyENt""#;

    fn of(fields: &str) -> Event {
        from(&format!("{{{ROW},{fields}}}"))
    }

    fn from(text: &str) -> Event {
        assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME, "{text}");
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).remove(0).2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn wire(event: &Event) -> (String, WireKind) {
        let wire = event.wire.clone().expect("a wire principal");
        (wire.principal.id, wire.kind)
    }

    #[test]
    fn a_row_of_a_log_file() {
        let e = of(
            r#""EVENT_TYPE":"API","METHOD_NAME":"delete","ENTITY_NAME":"Account","SESSION_KEY":"s1","API_TYPE":"P","CLIENT_NAME":"vendor/x","SUCCESS":"0""#,
        );
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("API:delete"), Some("Account")));
        assert_eq!(wire(&e), ("0055f00000CyENtAAN".into(), WireKind::Human));
        assert_eq!((e.time, e.outcome), (Time::parse("2026-03-02T10:00:00.250Z"), Outcome::Error));
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Session, id: "s1".into() }));
        // A request id is shared by the rows of a request; a client's name is the client's own word.
        assert_eq!((e.id, e.claims), (None, vec![]));
    }

    #[test]
    fn both_forms_of_an_id_are_one_user() {
        let long = of(r#""EVENT_TYPE":"API","USER_ID_DERIVED":"0055f00000CyENtAAN""#);
        let short = of(r#""EVENT_TYPE":"API""#);
        let streamed = from(
            r#"{"channel":"/event/ApiEventStream","data":{"payload":{"EventDate":"2026-03-02T10:00:00.000+0000","EventIdentifier":"e1","UserId":"0055f00000CyENtAAN"}}}"#,
        );
        assert_eq!((wire(&long), wire(&short)), (wire(&streamed), wire(&streamed)));
        assert_eq!((streamed.id.as_deref(), streamed.time), (Some("e1"), Time::parse("2026-03-02T10:00:00Z")));
    }

    #[test]
    fn a_connected_app_with_a_users_token_is_delegated() {
        let e = of(r#""EVENT_TYPE":"RestApi","CONNECTED_APP_ID":"0H45f00000CyENt","USER_NAME":"ada@example.org""#);
        assert_eq!(wire(&e), ("0H45f00000CyENtCAN".into(), WireKind::Delegated));
        assert_eq!(e.claims.iter().map(|c| (c.role, c.principal.id.as_str())).collect::<Vec<_>>(), [
            (Role::Human, "ada@example.org"),
            (Role::Agent, "0H45f00000CyENtCAN")
        ]);
        for app in ["", "N/A", "000000000000000AAA"] {
            let e = of(&format!(r#""EVENT_TYPE":"RestApi","CONNECTED_APP_ID":"{app}""#));
            assert_eq!((wire(&e).1, e.claims.len()), (WireKind::Human, 0), "{app}");
        }
    }

    #[test]
    fn guests_processes_and_nobody() {
        let kind = |t: &str| wire(&of(&format!(r#""EVENT_TYPE":"URI","USER_TYPE":"{t}""#))).1;
        assert_eq!([kind("Guest"), kind("AutomatedProcess"), kind("Standard(db=S,api=Standard)")], [
            WireKind::Shared,
            WireKind::System,
            WireKind::Human
        ]);
        let e = from(r#"{"EVENT_TYPE":"URI","TIMESTAMP":"20260302100000.250","ORGANIZATION_ID":"o","USER_ID":"000000000000000"}"#);
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    }

    #[test]
    fn whoever_logged_in_as_another_is_the_actor() {
        let e = of(r#""EVENT_TYPE":"LoginAs","DELEGATED_USER_NAME":"bob@example.org","DELEGATED_USER_ID":"0055f00000DzFPu""#);
        assert_eq!((wire(&e), e.kind), (("bob@example.org".into(), WireKind::Human), EventKind::Call));
        assert_eq!(e.decision.unwrap().evaluated, [principal("0055f00000CyENtAAN")]);
        let e = of(r#""EVENT_TYPE":"LoginAs""#);
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    }

    #[test]
    fn sign_ins_and_policies() {
        let login = |status: &str| of(&format!(r#""EVENT_TYPE":"Login","LOGIN_STATUS":"{status}","LOGIN_TYPE":"i""#));
        assert_eq!((login("LOGIN_NO_ERROR").outcome, login("LOGIN_NO_ERROR").kind), (Outcome::Success, EventKind::SignIn));
        assert_eq!((login("LOGIN_ERROR_INVALID_PASSWORD").outcome, login("x").interactive), (Outcome::Denied, false));
        let e = from(
            r#"{"channel":"/event/ReportEventStream","data":{"payload":{"EventDate":"2026-03-02T10:00:00Z","UserId":"0055f00000CyENt","PolicyOutcome":"Block","PolicyId":"p1"}}}"#,
        );
        assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
    }

    #[test]
    fn a_detection_is_no_call() {
        let e = of(r#""EVENT_TYPE":"ApiAnomalyEventStore","SCORE":85.5"#);
        assert_eq!(e.kind, EventKind::Context);
    }

    #[test]
    fn other_records_are_a_loss() {
        let lost = understand_chunk(SOURCE, &Form::Array, br#"{"EVENT_TYPE":"x"}"#, &Hints::none()).remove(0).2.unwrap_err();
        assert_eq!(lost.code, LossCode::NotThisFormat);
        let other = br#"{"channel":"/event/x","EVENT_TYPE":"y"}"#;
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other]).name(), NAME);
    }
}
