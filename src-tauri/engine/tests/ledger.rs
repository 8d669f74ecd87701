//! Who touched a record: the audit's list, the copy for the person whose data it is, the accounting of disclosures.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use behalf_engine::analysis::Loaded;
use behalf_engine::ask::could_be::could_be;
use behalf_engine::ask::ledger::{Ledger, LedgerView, ledger};
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use desk::*;

fn of(case: &Case, resource: &str, view: LedgerView) -> Ledger {
    ledger(case, resource, view, None, None).unwrap()
}

fn ids(l: &Ledger) -> Vec<&str> {
    l.rows.iter().map(|r| r.id.as_str()).collect()
}

fn records() -> fixtures::Given {
    let directory = "id,email,name,type,status,department,vendor,purpose,aliases\n\
        E1,ada@fern.example,Ada,person,active,claims,,,\nE2,bo@fern.example,Bo,person,active,claims,,,\n\
        helper,,helper,agent,active,,,claims handling,\nscout,,scout,agent,active,,Outside Inc,scoring,\n";
    let calls = [
        call("c1", "02T10:00:00").with("do", "refund.read"),
        call("c2", "02T10:10:00").with("for", "bo@fern.example"),
        call("c3", "02T10:20:00").with("as", "scout").with("do", "refund.read"),
        call("c4", "02T10:30:00").with("ok", "n"),
        call("c5", "02T10:40:00").with("on", "order/70"),
        call("c6", "02T10:50:00").with("for", "").with("do", "refund.read"),
        call("c7", "02T11:00:00").with("on", "").with("do", "refund.read"),
    ];
    let log: String = calls.iter().map(Call::line).collect();
    let owned = "resource,owner,valid_from,valid_to\norder/7,customer-12,,\n";
    let files = [("log.ndjson", log.as_str()), ("directory.csv", directory), ("ownership.csv", owned)];
    let files = files.map(|(name, text)| fixtures::Export { name: name.into(), bytes: text.as_bytes().to_vec() });
    fixtures::given(&files, &[DESK])
}

#[test]
fn the_audits_list_has_every_call_on_the_record_and_none_on_another() {
    let given = records();
    let found = of(&given.case, "order/7", LedgerView::Audit);
    assert_eq!(ids(&found), ["c1", "c2", "c3", "c4", "c6"]);
    assert_eq!((found.total, found.reads, found.changes, found.without_effect, found.unnamed), (5, 3, 2, 1, 1));
    assert_eq!(found.owners, ["customer-12"]);
    assert_eq!(found.rows[0].purpose.as_deref(), Some("claims handling"));
    assert!(found.could_hold_more.iter().any(|s| s.contains("1 calls of refund.read")), "{:?}", found.could_hold_more);
    assert_eq!(of(&given.case, "order/7*", LedgerView::Audit).total, 6);
    assert_eq!(of(&given.case, "order/?", LedgerView::Audit).total, 0, "only * is a wildcard");
    let from = Time::parse("2026-03-02T10:15:00Z");
    let to = Time::parse("2026-03-02T10:30:00Z");
    assert_eq!(ids(&ledger(&given.case, "order/7", LedgerView::Audit, from, to).unwrap()), ["c3", "c4"]);
}

#[test]
fn the_subjects_copy_names_no_employee_and_leaves_out_what_had_no_effect() {
    let found = of(&records().case, "order/7", LedgerView::Subject);
    let people: Vec<Option<&str>> = found.rows.iter().map(|r| r.human.as_deref()).collect();
    assert_eq!(people, [Some("Employee 1"), Some("Employee 2"), Some("Employee 1"), None]);
    let text = serde_json::to_string(&found).unwrap();
    for name in ["ada", "bo@fern", "\"c1\"", "customer-12"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert!(found.rows.iter().all(|r| r.time.is_some()));
}

#[test]
fn the_accounting_lists_what_went_to_a_recorded_vendor_and_says_what_it_cannot() {
    let found = of(&records().case, "order/7", LedgerView::Disclosure);
    assert_eq!(ids(&found), ["c3"]);
    assert_eq!(found.rows[0].recipient.as_deref(), Some("Outside Inc"));
    assert!(found.could_hold_more.iter().any(|s| s.contains("3 further calls went through no agent")));
}

#[test]
fn calls_of_a_run_that_two_people_started_stand_beside_both_timelines_and_in_neither() {
    let run = "41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f";
    let root = |n: u8, user: &str| {
        format!(
            r#"{{"resourceSpans":[{{"resource":{{}},"scopeSpans":[{{"spans":[{{"traceId":"286aa099281e84ee49e2202b5c9d9ba{n}","spanId":"a609d8d355797db{n}","name":"invoke_agent helper","startTimeUnixNano":"1772445540000000000","endTimeUnixNano":"1772449140000000000","attributes":[{{"key":"gen_ai.operation.name","value":{{"stringValue":"invoke_agent"}}}},{{"key":"gen_ai.agent.id","value":{{"stringValue":"helper"}}}},{{"key":"run_id","value":{{"stringValue":"{run}"}}}},{{"key":"enduser.id","value":{{"stringValue":"{user}@fern.example"}}}}]}}]}}]}}]}}"#
        ) + "\n"
    };
    let traces = root(1, "ada") + &root(2, "bo");
    let calls = [call("c1", "02T10:00:00").with("for", "").with("run", run)];
    let given = world(&calls, &[("traces.jsonl", &traces)]);
    let loaded = Loaded::load(&given.case).unwrap();
    for person in ["ada@fern.example", "bo@fern.example"] {
        let found = could_be(&given.case, &loaded, person).unwrap();
        assert_eq!((found.calls, found.such_as), (1, vec!["c1".to_string()]), "{person}");
    }
    assert_eq!(could_be(&given.case, &loaded, "cleo@fern.example").unwrap().calls, 0);
}
