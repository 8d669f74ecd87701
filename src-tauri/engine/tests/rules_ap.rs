//! Rules of approval over whole small cases, who approved, and known exceptions.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use behalf_engine::ask::approved::{Approved, approved as ask_approved};
use desk::*;
use fixtures::{findings, number};

fn approved(rows: &str, calls: &[Call], rule: &str) -> Vec<String> {
    let approvals = format!("{APPROVALS}{rows}");
    listed(&world(calls, &[("assets.csv", ASSETS), ("approvals.csv", &approvals)]), rule)
}

#[test]
fn an_effect_that_needs_an_approval_and_has_none_is_told() {
    let calls = [call("c1", "02T10:00:00")];
    assert!(approved(ADAS, &calls, "AP-01").is_empty());
    assert!(approved(ADAS, &calls, "AP-03").is_empty());
    assert_eq!(approved("", &calls, "AP-01"), ["c1"], "an export without rows says that nothing was approved");
    assert_eq!(approved(&ADAS.replace("2026-03-02T09", "2026-03-02T11"), &calls, "AP-01"), ["c1"], "only afterwards");
    assert_eq!(approved(&ADAS.replace("approved,2026", "rejected,2026"), &calls, "AP-01"), ["c1"]);
    assert_eq!(approved(&ADAS.replace("approved,2026", "pending,2026"), &calls, "AP-01"), ["c1"]);
    let other = [calls[0].clone().with("do", "note.append"), call("c2", "02T10:00:00").with("ok", "n")];
    assert!(approved("", &other, "AP-01").is_empty(), "its class needs none, or nothing took effect");
    // For the agent, by pattern, or for everyone.
    for row in [
        "A1,helper,refund.*,order/*,,,bo@fern.example,approved,2026-03-02T09:00:00Z,2026-03-02\n",
        "A1,,refund.create,order/7,,,bo@fern.example,approved,2026-03-02T09:00:00Z,\n",
    ] {
        assert!(approved(row, &calls, "AP-01").is_empty(), "{row}");
        assert!(approved(row, &calls, "AP-03").is_empty(), "{row}");
    }
}

#[test]
fn without_any_export_of_approvals_it_is_a_note_and_no_finding() {
    let given = world(&[call("c1", "02T10:00:00")], &[("assets.csv", ASSETS)]);
    assert!(listed(&given, "AP-01").is_empty());
    let notes = behalf_engine::analysis::analyze(&given.case, &()).unwrap().notes;
    assert!(notes.iter().any(|n| n.contains("1 call") && n.contains("approval")), "{notes:?}");
    assert_eq!(number(&given.case, "SELECT count(*) FROM approval_facts WHERE state = 'unknown'"), 1);
    let none = world(&[call("c1", "02T10:00:00")], &[]);
    assert_eq!(number(&none.case, "SELECT count(*) FROM approval_facts"), 0);
}

#[test]
fn approver_and_initiator_in_one_person_are_told() {
    let calls = [call("c1", "02T10:00:00")];
    let own = ADAS.replace("bo@fern.example", "ADA@fern.example");
    assert_eq!(approved(&own, &calls, "AP-02"), ["c1"]);
    assert!(approved(ADAS, &calls, "AP-02").is_empty());
    let second = ADAS.replace("A1", "A2");
    assert!(approved(&format!("{own}{second}"), &calls, "AP-02").is_empty(), "somebody else approved it too");
    assert!(approved(&ADAS.replace("bo@fern.example", ""), &calls, "AP-02").is_empty(), "the approver is not named");
    let nobody = [calls[0].clone().with("for", "")];
    assert!(approved(&own, &nobody, "AP-02").is_empty(), "an initiator is never read from an approval");
    // Whoever asked is not who approved.
    assert!(
        approved(&own.replace(",ADA@fern.example,approved", ",cleo@fern.example,approved"), &calls, "AP-02").is_empty()
    );
}

#[test]
fn what_differs_from_its_approval_is_told() {
    let paid = |amount: &str| [call("c1", "02T10:00:00").with("amt", amount)];
    let limited = ADAS.replace("order/7,,", "order/7,50,");
    assert!(approved(&limited, &paid("50"), "AP-03").is_empty());
    assert_eq!(approved(&limited, &paid("50.01"), "AP-03"), ["c1"]);
    assert!(approved(&limited, &paid("50.01"), "AP-01").is_empty(), "one of the two");
    let euro = [call("c1", "02T10:00:00").with("amt", "90").with("cur", "EUR")];
    assert!(approved(&limited, &euro, "AP-03").is_empty(), "the unit of the limit is not known");
    assert!(approved(&limited, &euro, "AP-01").is_empty());
    let until = |end: &str| ADAS.replace("09:00:00Z,", &format!("09:00:00Z,{end}"));
    assert_eq!(approved(&until("2026-03-02T09:30:00Z"), &paid("1"), "AP-03"), ["c1"]);
    assert!(approved(&until("2026-03-02T09:59:30Z"), &paid("1"), "AP-03").is_empty(), "within the bound of the clocks");
    assert!(approved(&until("2026-03-02"), &paid("1"), "AP-03").is_empty(), "a date is the whole day");
    // What was approved is on another order, and nobody used it for that.
    let elsewhere = ADAS.replace("order/7", "order/8");
    assert_eq!(approved(&elsewhere, &paid("1"), "AP-03"), ["c1"]);
    let both = [call("c1", "02T10:00:00"), call("c2", "02T10:05:00").with("on", "order/8")];
    assert_eq!(approved(&elsewhere, &both, "AP-01"), ["c1"]);
    assert!(approved(&elsewhere, &both, "AP-03").is_empty());
}

fn asked(rows: &str, of: &Call) -> Approved {
    let approvals = format!("{APPROVALS}{rows}");
    let given = world(std::slice::from_ref(of), &[("assets.csv", ASSETS), ("approvals.csv", &approvals)]);
    ask_approved(&given.case, "c1").unwrap()
}

#[test]
fn who_approved_is_read_from_approvals_alone() {
    let one = call("c1", "02T10:00:00");
    let said = asked(ADAS, &one);
    assert_eq!((said.answer.as_str(), said.required), ("approved", true));
    assert_eq!(said.approved_by, ["bo@fern.example"]);
    assert!(said.sentence.contains("bo@fern.example") && !said.sentence.contains("ada@fern.example"));
    assert_eq!(said.approvals[0].requested_by.as_deref(), Some("ada@fern.example"));
    assert_eq!((said.approvals[0].record.as_str(), said.approvals[0].source.as_str()), ("A1", "approvals"));

    let unnamed = asked(&ADAS.replace("bo@fern.example", ""), &one);
    assert_eq!((unnamed.answer.as_str(), unnamed.approved_by.len()), ("approved", 0));
    assert!(!serde_json::to_string(&unnamed).unwrap().contains(r#""approved_by":"ada"#));

    let own = asked(&ADAS.replace("bo@fern.example", "ada@fern.example"), &one);
    assert_eq!((own.answer.as_str(), own.approved_by.len()), ("own_approval_only", 0));
    assert!(!own.sentence.contains("ada@fern.example"));

    let none = asked(&ADAS.replace("approved,2026", "rejected,2026"), &one);
    assert_eq!((none.answer.as_str(), none.approvals[0].approved_by.as_deref()), ("no_approval_recorded", None));
    assert!(none.sentence.contains("refused"));
    assert_eq!(asked("", &one).answer, "no_approval_recorded");
    assert_eq!(asked("", &one.clone().with("do", "note.append")).answer, "no_approval_recorded");

    let over = asked(&ADAS.replace("order/7,,", "order/7,50,"), &one.clone().with("amt", "90"));
    assert_eq!((over.answer.as_str(), over.approved_by.len()), ("other_than_approved", 0));
    assert!(over.sentence.contains("amount 90 is over the approved 50"), "{}", over.sentence);
    let elsewhere = asked(&ADAS.replace("order/7", "order/8"), &one);
    assert_eq!((elsewhere.answer.as_str(), elsewhere.approvals.len()), ("other_than_approved", 1));
    let unit = asked(&ADAS.replace("order/7,,", "order/7,50,"), &one.clone().with("amt", "90").with("cur", "EUR"));
    assert_eq!(unit.answer, "unanswerable");

    let given = world(std::slice::from_ref(&one), &[("assets.csv", ASSETS)]);
    let silent = ask_approved(&given.case, "c1").unwrap();
    assert_eq!((silent.answer.as_str(), silent.required), ("no_source_imported", true));
    assert!(ask_approved(&given.case, "nothing").is_err());
}

#[test]
fn a_ticket_that_the_call_names_is_its_approval() {
    const TICKETS: &str = r#"
name = "tickets"
records = "ndjson"
kind = "approval"
detect = ["/ticket"]
populated_by = "platform"
[fields]
time = "/t"
id = "/ticket"
action = "/do"
resource = "/on"
outcome = { from = "/state", success = ["ok"], denied = ["no"] }
approved_by = "/by"
limit = "/max"
[attributes]
currency = "/cur"
"#;
    let ticket = r#"{"ticket":"CHG-100","t":"2026-03-02T09:00:00Z","do":"refund.create","on":"order/9","state":"ok","by":"bo@fern.example","max":50,"cur":"EUR"}"#;
    let told = |named: &str, on: &str, amount: &str| {
        let calls =
            [call("c1", "02T10:00:00").with("chg", named).with("on", on).with("amt", amount).with("cur", "EUR")];
        let given = world_by(&[DESK, TICKETS], &calls, &[("assets.csv", ASSETS), ("tickets.ndjson", ticket)]);
        ["AP-01", "AP-02", "AP-03"].map(|rule| listed(&given, rule).len())
    };
    assert_eq!(told("CHG-100", "order/9", "50"), [0, 0, 0]);
    assert_eq!(told("CHG-100", "order/9", "60"), [0, 0, 1]);
    assert_eq!(told("CHG-100", "order/7", "50"), [0, 0, 1]);
    assert_eq!(told("", "order/7", "50"), [1, 0, 0]);
}

#[test]
fn a_known_exception_folds_what_it_covers_and_nothing_else() {
    let rights = format!(
        "{RIGHTS}ada@fern.example,refund.create,order/1,allow,,,\nbo@fern.example,refund.create,order/1,allow,,,\n"
    );
    let calls = [call("c1", "02T10:00:00").with("region", "eu"), call("c2", "20T10:00:00")];
    let told = |rows: &str, calls: &[Call]| {
        let exceptions = format!("principal,rule,reason,approved_by,from,to,conditions\n{rows}");
        let given = world(calls, &[("entitlements.csv", &rights), ("exceptions.csv", &exceptions)]);
        let listed = listed(&given, "AZ-01").len();
        let all = findings(&given.case);
        let found = of(&all, "AZ-01")[0].clone();
        let queue = behalf_engine::ask::findings::list(&given.case, &Default::default()).unwrap();
        assert_eq!(queue.rows.iter().any(|f| f.rule == "AZ-01"), found.row.accepted.is_none());
        let said: Vec<String> = found.against.iter().filter(|a| a.contains("exception")).cloned().collect();
        (listed, found.row.accepted, said.join("; "))
    };
    let both = (2, None, String::new());
    let (listed, whole, said) = told("helper,AZ-01,pilot,cleo@fern.example,2026-03-01,2026-03-31,\n", &calls);
    assert_eq!((listed, said.starts_with("2 of 2 instances accepted by exception: pilot")), (2, true), "{said}");
    assert!(whole.unwrap().contains("approved by cleo@fern.example, until 2026-03-31"));
    assert!(told("E1,*,pilot,,,,\n", &calls).1.is_some(), "the person of all its calls, by directory id");
    let (_, whole, said) = told("helper,AZ-01,pilot,,2026-03-01,2026-03-02,\n", &calls);
    assert_eq!((whole, said.starts_with("1 of 2 instances")), (None, true), "over before the second call");
    for row in [
        "scout,AZ-01,pilot,,,,\n",
        "helper,AZ-02,pilot,,,,\n",
        "helper,AZ-01,pilot,,2026-04-01,,\n",
        "bo@fern.example,AZ-01,pilot,,,,\n",
        "helper,AZ-01,pilot,,,,amount<=50\n",
        "helper,AZ-01,pilot,,,,action=note.append\n",
    ] {
        assert_eq!(told(row, &calls), both, "{row}");
    }
    assert!(told("helper,AZ-01,pilot,,,,action=refund.create\n", &calls).1.is_some());
}
