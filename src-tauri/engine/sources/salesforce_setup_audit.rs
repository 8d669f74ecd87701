//! Salesforce Setup Audit Trail.
//!
//! - **Ask for**: the Setup Audit Trail of the period (Setup, View Setup Audit Trail, download), which keeps 180 days; or better the SOQL of
//!   `SetupAuditTrail` with `CreatedBy.Username` and `DelegateUser`, whose times and actions do not depend on the reader's language.
//! - **Reads**: the CSV download, `SetupAuditTrail` records as JSON (`records`), and the same with the field names of collectors
//!   (`sfdc_created_by_username`, `delegate_user`).
//! - **Recognised by**: the columns `Action`, `Section` and `Delegate User`; or `action`, `section` and one of `delegate_user`, `CreatedById`,
//!   `sfdc_created_by_id`; or `attributes.type` `SetupAuditTrail`.
//! - **Filled by**: the platform.
//! - **Answers**: who changed the organisation's settings, users and rights; who did it while logged in as somebody else.
//! - **Never tells**: through which app or session a change was made, nor from where; what a display name stands for.
//! - **Documented in**: developer.salesforce.com, Object Reference, `SetupAuditTrail` (`DelegateUser` is "the Login-As user who executed the
//!   action", `CreatedByContext`). Second hand: the columns of the CSV. Times of the CSV are read only with a zone of RFC 2822.

use super::json::{self, Json};
use super::salesforce::{long_id, user};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Decision, Event, EventKind, FilledBy, Outcome, Principal, Time, WhyEmpty, Wire, WireKind};

pub const SOURCE: &dyn Source = &Setup;

struct Setup;

const NAME: &str = "salesforce_setup_audit";

const DELEGATES: [&str; 4] = ["/delegate_user", "/DelegateUser", "/Delegate User", "/delegateUser"];
const CREATORS: [&str; 5] = ["/sfdc_created_by_username", "/CreatedBy/Username", "/CreatedByUsername", "/User", "/CreatedBy.Username"];
const CREATOR_IDS: [&str; 3] = ["/sfdc_created_by_id", "/CreatedById", "/CreatedBy/Id"];

impl Source for Setup {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        use super::row::has_column;
        let columns = ["Action", "Section", "Delegate User"];
        if columns.iter().all(|c| has_column(sample.header, c)) {
            return Some(Recognition { score: 95, why: "the columns of the Setup Audit Trail of Salesforce".into() });
        }
        sample.recognise(93, "an action, a section and the user fields of the Setup Audit Trail", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if super::salesforce_event_log::is_entry(entry) {
            return Ok(super::salesforce_event_log::event(entry, hints).into());
        }
        // A cell that is empty is absent, so a row of the CSV has what its columns left it.
        match json::text(entry, "/action") {
            Some(action) if is_entry(entry) || json::first_text(entry, &["/Date", "/User"]).is_some() => {
                Ok(event(entry, action, hints).into())
            }
            _ => Err(NotUnderstood::not_this("no action, section and user of the Setup Audit Trail")),
        }
    }
}

pub(super) fn is_entry(value: &Json) -> bool {
    let is_typed = json::text(value, "/attributes/type").is_some_and(|t| t.eq_ignore_ascii_case("SetupAuditTrail"));
    // A null is a member that is there.
    let has = |name: &str| json::members(Some(value)).any(|(key, _)| key.eq_ignore_ascii_case(name));
    let marks = ["delegate_user", "DelegateUser", "CreatedById", "sfdc_created_by_id", "sfdc_created_by_username"];
    has("action") && (is_typed || has("section") && marks.iter().any(|m| has(m)))
}

/// Also for event logs in which records of the trail lie.
pub(super) fn event(entry: &Json, action: String, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.time = ["/CreatedDate", "/sfdc_created_date", "/Date"].iter().find_map(|p| {
        json::time(entry, p).or_else(|| json::text(entry, p).as_deref().and_then(with_named_zone))
    });
    event.id = json::text(entry, "/Id").map(|id| long_id(&id));
    event.service = Some("salesforce".into());
    event.action = Some(action);
    event.resource = json::text(entry, "/section");
    event.resource_type = event.resource.as_ref().map(|_| "section".into());
    // The trail is of changes that were made.
    event.outcome = Outcome::Success;
    actors(entry, &mut event);
    let mut search = hints.search(NAME);
    search.record(entry);
    search.fill(&mut event);
    event
}

fn actors(entry: &Json, event: &mut Event) {
    let creator = json::first_text(entry, &CREATORS);
    let created_by = user(creator.as_deref(), &CREATOR_IDS.map(|p| json::text(entry, p)));
    let found = match json::first_text(entry, &DELEGATES) {
        // Somebody logged in as the user: they acted, with the user's rights.
        Some(delegate) => {
            let evaluated = created_by.into_iter().map(|(principal, _)| principal).collect();
            event.decision = Some(Decision { effect: None, evaluated, policy: None });
            user(Some(&delegate), &[is_id(&delegate).then(|| delegate.clone())])
        }
        None => match json::first_text(entry, &["/CreatedByContext"]) {
            // A service of Salesforce made the change; the user it stands under did not.
            Some(context) => Ok((Principal { namespace: "salesforce".into(), id: context }, WireKind::System)),
            None => created_by,
        },
    };
    match found {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18) && text.starts_with("005") && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `3/15/2023, 4:05:06 AM PDT`: the zones of RFC 2822 and no others; without one the time is the reader's own.
fn with_named_zone(text: &str) -> Option<Time> {
    let (moment, zone) = text.trim().rsplit_once(' ')?;
    let hours = match zone {
        "GMT" | "UTC" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return None,
    };
    let moment = moment.replace(',', "");
    let zoned = format!("{moment} {hours:+03}:00");
    let parsed = chrono::DateTime::parse_from_str(&zoned, "%m/%d/%Y %I:%M:%S %p %:z").ok()?;
    Some(Time(parsed.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::LossCode;
    use crate::read::Form;

    fn of(form: &Form, text: &str) -> Event {
        assert_eq!(registry(Vec::new()).detect(form, &[text.as_bytes()]).name(), NAME, "{text}");
        match understand_chunk(SOURCE, form, text.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn wire(event: &Event) -> (String, WireKind) {
        let wire = event.wire.clone().expect("a wire principal");
        (wire.principal.id, wire.kind)
    }

    fn csv() -> Form {
        let header = "Date,User,Source Namespace Prefix,Action,Section,Delegate User";
        Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() }
    }

    #[test]
    fn whoever_logged_in_as_another_acted_with_the_others_rights() {
        let text = |delegate: &str| {
            format!(
                r#"{{"action":"updatedgroup","delegate_user":{delegate},"section":"Groups","sfdc_created_by_username":"ada@example.org","sfdc_created_by_id":"0055f00000CyENt","sfdc_created_date":"2026-03-02T10:00:00+00:00"}}"#
            )
        };
        let e = of(&Form::Array, &text("null"));
        assert_eq!((wire(&e), e.decision.clone()), (("ada@example.org".into(), WireKind::Human), None));
        assert_eq!((e.outcome, e.time), (Outcome::Success, Time::parse("2026-03-02T10:00:00Z")));
        let e = of(&Form::Array, &text("\"bob@example.org\""));
        assert_eq!(wire(&e), ("bob@example.org".into(), WireKind::Human));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("email", "ada@example.org")]);
        // A name for people to read: somebody else acted, and nobody can say who.
        let e = of(&Form::Array, &text("\"Bob Smith\""));
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::NotSupported));
    }

    #[test]
    fn records_of_a_query() {
        let form = Form::Wrapped { key: "records".into() };
        let text = |context: &str| {
            format!(
                r#"{{"attributes":{{"type":"SetupAuditTrail"}},"Id":"0Ym5f00000CyENt","Action":"PermSetCreate","Section":"Manage Users","CreatedDate":"2026-03-02T10:00:00.000+0000","CreatedById":"0055f00000CyENt","DelegateUser":null,"CreatedByContext":{context}}}"#
            )
        };
        let e = of(&form, &text("null"));
        assert_eq!((wire(&e), e.id.as_deref()), (("0055f00000CyENtAAN".into(), WireKind::Human), Some("0Ym5f00000CyENtCAN")));
        assert_eq!(e.time, Time::parse("2026-03-02T10:00:00Z"));
        assert_eq!(wire(&of(&form, &text("\"Einstein\""))), ("Einstein".into(), WireKind::System));
    }

    #[test]
    fn rows_of_the_download() {
        let e = of(&csv(), "\"3/15/2026, 4:05:06 AM PDT\",ada@example.org,,Created group,Groups,bob@example.org");
        assert_eq!((wire(&e).0.as_str(), e.time), ("bob@example.org", Time::parse("2026-03-15T11:05:06Z")));
        // A zone that could be several, or none, is no time.
        for date in ["3/15/2026 4:05:06 AM IST", "15.03.2026, 04:05:06"] {
            let e = of(&csv(), &format!("\"{date}\",ada@example.org,,Created group,Groups,"));
            assert_eq!((e.time, wire(&e).0.as_str()), (None, "ada@example.org"), "{date}");
        }
        let e = of(&csv(), "2026-03-15T11:05:06Z,,,Created group,Groups,");
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    }

    #[test]
    fn other_records_are_a_loss_and_not_recognised() {
        let lost = understand_chunk(SOURCE, &Form::Array, br#"{"action":"x"}"#, &Hints::none()).remove(0).2.unwrap_err();
        assert_eq!(lost.code, LossCode::NotThisFormat);
        let other = br#"{"action":"created","section":"y","actor":"z"}"#;
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other]).name(), NAME);
    }
}
