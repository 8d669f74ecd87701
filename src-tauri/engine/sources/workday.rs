//! Workday user activity.
//!
//! - **Ask for**: the user activity of the period through the Privacy API (`activityLogging`), with the tasks of integrations
//!   included; it must be switched on in the tenant (Edit Tenant Setup, System).
//! - **Reads**: the API's answers (`data`), arrays and lines of entries, and CSV with the same names.
//! - **Recognised by**: `systemAccount` and `requestTime` with `taskId`, `taskDisplayName` or `activityAction`.
//! - **Filled by**: the platform; the user agent is the client's own word.
//! - **Answers**: which account read, wrote or downloaded what through which task, in which session.
//! - **Never tells**: whether an account is a person's or an integration's (both look alike); whether a task succeeded; which value
//!   was changed. An account that acts for another (`a on behalf of b`) is named first and was the one to act.
//! - **Documented in**: Workday's reference of the API is for customers; the fields are those of real records and of
//!   docs.databricks.com, "Workday Activity Logging connector reference". Second hand and not seen: "on behalf of".

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::is_email;
use crate::model::{
    Attribute, Credential, CredentialKind, Decision, Event, EventKind, FilledBy, Principal, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Workday;

struct Workday;

const NAME: &str = "workday";

impl Source for Workday {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "a system account, a request time and a task of Workday's user activity", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match is_entry(entry) {
            true => Ok(event(entry, hints).into()),
            false => Err(NotUnderstood::not_this("no request time and task of Workday's user activity")),
        }
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let tasks = ["/taskId", "/taskDisplayName", "/activityAction"].iter().filter(|p| has(p)).count();
    has("/requestTime") && (has("/systemAccount") && tasks >= 1 || tasks >= 2)
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.time = json::time(entry, "/requestTime");
    event.service = Some("workday".into());
    event.action = json::first_text(entry, &["/taskDisplayName", "/taskId", "/activityAction"]);
    event.resource = json::first_text(entry, &["/target/id", "/target/descriptor", "/target"]);
    event.resource_type = event.resource.as_ref().map(|_| "target".into());
    event.source_ip = json::text(entry, "/ipAddress");
    event.user_agent = json::text(entry, "/userAgent");
    event.credential = json::text(entry, "/sessionId")
        .filter(|id| somebody(id).is_ok())
        .map(|id| Credential { kind: CredentialKind::Session, id });
    if let Some(activity) = json::text(entry, "/activityAction") {
        event.attributes.push(("activity".into(), Attribute::Text(activity)));
    }
    actors(&json::text(entry, "/systemAccount").unwrap_or_default(), &mut event);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn actors(text: &str, event: &mut Event) {
    const FOR: &str = " on behalf of";
    let lower = text.to_ascii_lowercase();
    let (actor, for_whom) = match lower.find(FOR) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + FOR.len()..)),
        None => (text, None),
    };
    if let Some((other, _)) = for_whom.and_then(|w| account(w.trim_start_matches([':', ' '])).ok()) {
        event.decision = Some(Decision { effect: None, evaluated: vec![other], policy: None });
    }
    match account(actor) {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

/// An account's name: `lmcneil`, an address, or `lmcneil / Logan McNeil`.
fn account(text: &str) -> Result<(Principal, WireKind), WhyEmpty> {
    let name = somebody(text.split(" / ").next().unwrap_or_default())?;
    let own = Principal { namespace: "workday".into(), id: name.into() };
    if is_email(name) {
        return Ok((Principal::new("workday", name), WireKind::Human));
    }
    let lower = name.to_ascii_lowercase();
    Ok(match () {
        // Workday's own hands in a tenant.
        () if lower.starts_with("wd-") => (own, WireKind::System),
        // A name for people to read is no account.
        () if name.contains(char::is_whitespace) => (own, WireKind::Unknown),
        () => (own, WireKind::Human),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{LossCode, Outcome, Time};
    use crate::read::Form;

    fn of(account: &str) -> Event {
        let text = format!(
            r#"{{"activityAction":"WRITE","requestTime":"2026-03-02T10:00:00.5Z","sessionId":"a0","systemAccount":{account},"target":{{"descriptor":"Group","id":"t1"}},"taskDisplayName":"Create Security Group","taskId":"k1","userAgent":"x"}}"#
        );
        let form = Form::Wrapped { key: "data".into() };
        assert_eq!(registry(Vec::new()).detect(&form, &[text.as_bytes()]).name(), NAME);
        match understand_chunk(SOURCE, &form, text.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn wire(event: &Event) -> (String, WireKind) {
        let wire = event.wire.clone().expect("a wire principal");
        (wire.principal.id, wire.kind)
    }

    #[test]
    fn an_account_did_a_task() {
        let e = of("\"Ada@Example.org\"");
        assert_eq!(wire(&e), ("ada@example.org".into(), WireKind::Human));
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("Create Security Group"), Some("t1")));
        assert_eq!((e.time, e.outcome), (Time::parse("2026-03-02T10:00:00.5Z"), Outcome::Unknown));
        assert_eq!(wire(&of("\"lmcneil / Logan McNeil\"")), ("lmcneil".into(), WireKind::Human));
        assert_eq!(wire(&of("\"wd-support\"")).1, WireKind::System);
        assert_eq!(wire(&of("\"Logan McNeil\"")).1, WireKind::Unknown);
    }

    #[test]
    fn whoever_acts_for_another_is_the_actor() {
        let e = of("\"lmcneil on behalf of: ada@example.org\"");
        assert_eq!(wire(&e), ("lmcneil".into(), WireKind::Human));
        assert_eq!(e.decision.unwrap().evaluated, [Principal::new("email", "ada@example.org")]);
    }

    #[test]
    fn nobody_and_look_alikes() {
        for nobody in ["null", "\"\"", "\"unknown\""] {
            let e = of(nobody);
            assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent), "{nobody}");
        }
        let other = br#"{"requestTime":"2026-03-02T10:00:00Z","taskId":"k1","user":"x"}"#;
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other]).name(), NAME);
        let lost = understand_chunk(SOURCE, &Form::Lines, other, &Hints::none()).remove(0).2.unwrap_err();
        assert_eq!(lost.code, LossCode::NotThisFormat);
    }
}
