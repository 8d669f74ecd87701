//! The case's policy: values of parameters, what they do to findings, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeMap;

use behalf_engine::ask::policy::{PolicyRow, differing, policy};
use behalf_engine::case::Case;
use behalf_engine::model::{EdgeError, Time};
use behalf_engine::review::{self, Wanted};
use behalf_engine::rules;
use fixtures::{Export, Given, findings, given};
use serde_json::json;

/// One delegated token with a life of two hours and two scopes, used once.
fn company() -> Given {
    let token = json!({"event": "token_exchange", "time": "2026-03-02T09:59:00Z", "iss": "https://id.example.org",
        "jti": "jti-1", "sub": "ada@example.org", "act": {"sub": "helper"}, "client_id": "helper", "aud": "orders",
        "scope": "order.read order.list", "iat": 1_772_445_540, "exp": 1_772_445_540 + 7_200});
    let directory = "id,email,name,type,status\nP1,ada@example.org,Ada,person,active\nhelper,,helper,agent,active\n";
    given(
        &[
            Export { name: "directory.csv".into(), bytes: directory.into() },
            Export { name: "tokens.ndjson".into(), bytes: format!("{token}\n").into_bytes() },
        ],
        &[],
    )
}

fn set(pairs: &[(&str, Option<f64>)]) -> Wanted {
    let set = pairs.iter().map(|(key, value)| (key.to_string(), *value)).collect::<BTreeMap<_, _>>();
    Wanted::Policy { set, reason: "our standard says so".into() }
}

fn decide(case: &Case, wanted: &Wanted) -> i64 {
    review::decide(case, Time(0), "A. Reviewer", wanted, &()).unwrap().act.seq
}

fn refused(case: &Case, wanted: &Wanted) -> EdgeError {
    review::decide(case, Time(0), "A. Reviewer", wanted, &()).unwrap_err().into()
}

fn fired(case: &Case, rule: &str) -> bool {
    findings(case).iter().any(|f| f.row.rule == rule)
}

fn row(case: &Case, key: &str) -> PolicyRow {
    policy(case).unwrap().into_iter().find(|row| row.key == key).unwrap()
}

#[test]
fn a_rule_reads_its_parameters_from_the_policy_and_says_so() {
    let given = company();
    let case = &given.case;
    assert!(fired(case, "TK-01") && !fired(case, "TK-03"));
    let seq = decide(case, &set(&[("TK-01.minutes", Some(240.0)), ("tk-03.scopes", Some(1.0))]));
    assert!(!fired(case, "TK-01") && fired(case, "TK-03"));
    let finding = findings(case).into_iter().find(|f| f.row.rule == "TK-03").unwrap();
    assert!(finding.condition.contains("by the policy of this case: scopes = 1, shipped 5"), "{}", finding.condition);
    let shown = row(case, "TK-03.scopes");
    assert_eq!((shown.value, shown.shipped, shown.differs), (1.0, 5.0, true));
    assert_eq!((shown.set_by.as_deref(), shown.reason.as_deref()), (Some("A. Reviewer"), Some("our standard says so")));
    assert_eq!(differing(case).unwrap().len(), 2);

    // A further act puts one back, an undo brings the shipped values of both.
    decide(case, &set(&[("TK-01.minutes", None)]));
    assert!(fired(case, "TK-01") && fired(case, "TK-03"));
    let wanted = Wanted::Undo { seq: seq as u32, reason: "another standard".into() };
    decide(case, &wanted);
    assert!(fired(case, "TK-01") && !fired(case, "TK-03"));
    assert_eq!(differing(case).unwrap(), Vec::<String>::new());
}

#[test]
fn what_no_rule_takes_is_refused_with_what_it_takes() {
    let given = company();
    let case = &given.case;
    for (key, value, code, hint) in [
        ("TK-03.scops", 1.0, "no_parameter", "TK-03.scopes"),
        ("ZZ-99.x", 1.0, "no_parameter", "behalf policy"),
        ("TK-03.scopes", -1.0, "out_of_range", "ranges"),
        ("TK-03.scopes", 1.5, "out_of_range", "ranges"),
        ("TK-03.scopes", f64::NAN, "out_of_range", "ranges"),
        ("RU-06.share", 1.1, "out_of_range", "ranges"),
        ("clocks.bound", 0.0, "out_of_range", "ranges"),
        ("clocks.bound", 86_400.0, "out_of_range", "ranges"),
    ] {
        let error = refused(case, &set(&[(key, Some(value))]));
        assert_eq!(error.code, code, "{key} = {value}");
        assert!(error.hint.contains(hint), "{}", error.hint);
    }
    assert_eq!(refused(case, &set(&[("TK-03.scopes", None)])).code, "already_so");
    assert_eq!(case.acts().unwrap(), []);
}

#[test]
fn every_parameter_has_a_meaning_a_unit_a_default_and_a_range_that_takes_it() {
    for (key, parameter) in rules::policy::parameters(&BTreeMap::new()) {
        assert!(!parameter.says.is_empty() && !parameter.unit.is_empty(), "{key}");
        assert_eq!(parameter.refuses(parameter.default), None, "{key}");
        assert!(parameter.least < parameter.most, "{key}");
    }
}

/// AZ-05 holds a token's end against a call beyond the bound of the clocks.
#[test]
fn the_bound_of_the_clocks_is_the_policys() {
    let mapping = r#"
name = "desk"
records = "ndjson"
kind = "call"
detect = ["/do", "/as"]
populated_by = "gateway"
[fields]
time = "/t"
id = "/id"
service = "/svc"
action = "/do"
resource = "/on"
wire = "/as"
wire_kind = { value = "delegated" }
agent = "/as"
human = "/for"
token = "/tok"
outcome = { value = "success" }
"#;
    let token = json!({"event": "token_exchange", "time": "2026-03-02T09:00:00Z", "iss": "https://id.example.org",
        "jti": "jti-1", "sub": "ada@example.org", "act": {"sub": "helper"}, "client_id": "helper", "aud": "orders",
        "scope": "order.read", "iat": 1_772_442_000, "exp": 1_772_442_000 + 600});
    // Forty seconds after the end.
    let call = json!({"id": "c1", "t": "2026-03-02T09:10:40Z", "svc": "orders", "do": "order.read", "on": "order/1",
        "as": "helper", "for": "ada@example.org", "tok": "jti-1"});
    let directory = "id,email,name,type,status\nP1,ada@example.org,Ada,person,active\nhelper,,helper,agent,active\n";
    let given = given(
        &[
            Export { name: "directory.csv".into(), bytes: directory.into() },
            Export { name: "tokens.ndjson".into(), bytes: format!("{token}\n").into_bytes() },
            Export { name: "desk.ndjson".into(), bytes: format!("{call}\n").into_bytes() },
        ],
        &[mapping],
    );
    assert!(!fired(&given.case, "AZ-05"));
    decide(&given.case, &set(&[("clocks.bound", Some(10.0))]));
    assert!(fired(&given.case, "AZ-05"));
    assert_eq!(row(&given.case, "clocks.bound").unit, "seconds");
}

/// Facts are computed with the policy's values too, not only what a rule's own SQL compares.
#[test]
fn facts_follow_the_policy() {
    let mapping = r#"
name = "ward"
records = "ndjson"
kind = "call"
detect = ["/do", "/as"]
populated_by = "gateway"
[fields]
time = "/t"
id = "/id"
action = "/do"
wire = "/as"
wire_kind = { value = "human" }
outcome = { value = "success" }
"#;
    let calls: String = (0..4)
        .map(|n| {
            let call = json!({"id": format!("c{n}"), "t": "2026-03-02T09:00:00Z", "do": "read", "as": format!("u{n}@example.org")});
            format!("{call}\n")
        })
        .collect();
    let directory = "id,email,name,type,status\nP1,ada@example.org,Ada,person,active\n";
    let given = given(
        &[
            Export { name: "directory.csv".into(), bytes: directory.into() },
            Export { name: "ward.ndjson".into(), bytes: calls.into_bytes() },
        ],
        &[mapping],
    );
    let told = |case: &Case| -> Vec<String> {
        findings(case).iter().filter(|f| f.row.rule == "RU-04").map(|f| f.row.severity.clone()).collect()
    };
    let before = told(&given.case);
    decide(&given.case, &set(&[("RU-04.accounts", Some(3.0))]));
    // The directory does not cover the source: one finding, low.
    assert_eq!(told(&given.case), ["low"]);
    assert_eq!(
        before,
        ["medium"],
        "unknown accounts of one source together, before so many make a gap of the directory"
    );
}
