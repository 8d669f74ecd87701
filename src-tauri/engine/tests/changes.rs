//! One review against the last: findings are one where rule and cause are one.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use behalf_engine::ask::changes::{ChangeState, Changes, changes};
use desk::*;

const NO_RIGHT: &str = "helper,refund.create,order/1*,allow,,,\nada@fern.example,refund.create,*,allow,,,\n";

/// A helper that lacks the right to what it does, or has it.
fn review(right: bool, calls: &[Call], more: &[(&str, &str)]) -> fixtures::Given {
    let rights = match right {
        true => format!("{RIGHTS}helper,refund.create,*,allow,,,\nada@fern.example,refund.create,*,allow,,,\n"),
        false => format!("{RIGHTS}{NO_RIGHT}"),
    };
    let mut context = vec![("entitlements.csv", rights.as_str())];
    context.extend_from_slice(more);
    world(calls, &context)
}

fn states(c: &Changes, rule: &str) -> Vec<(ChangeState, u32, u32)> {
    c.rows.iter().filter(|r| r.rule == rule).map(|r| (r.state, r.calls_before, r.calls)).collect()
}

#[test]
fn findings_are_new_repeated_or_closed_by_rule_and_cause() {
    let march = [call("c1", "02T10:00:00")];
    let later = [call("d1", "20T10:00:00"), call("d2", "20T11:00:00")];
    let (bad, good, worse) = (review(false, &march, &[]), review(true, &later, &[]), review(false, &later, &[]));
    assert_eq!(states(&changes(&bad.case, &good.case).unwrap(), "AZ-08"), [(ChangeState::New, 0, 1)]);
    let again = changes(&worse.case, &bad.case).unwrap();
    assert_eq!(states(&again, "AZ-08"), [(ChangeState::Repeated, 1, 2)]);
    let row = again.rows.iter().find(|r| r.rule == "AZ-08").unwrap();
    assert_eq!((row.new_instances, row.gone_instances), (2, 1));
    let fixed = changes(&good.case, &bad.case).unwrap();
    assert_eq!(states(&fixed, "AZ-08"), [(ChangeState::Closed, 1, 0)]);
    let calls = fixed.coverage.iter().find(|f| f.figure == "calls").unwrap();
    assert_eq!((calls.before, calls.now), (1, 2));
}

#[test]
fn without_the_source_that_it_rested_on_a_finding_is_not_closed_but_not_tested() {
    let bad = review(false, &[call("c1", "02T10:00:00")], &[]);
    let other = fixtures::given(&[fixtures::Export { name: "directory.csv".into(), bytes: DIRECTORY.into() }], &[]);
    let found = changes(&other.case, &bad.case).unwrap();
    assert_eq!(states(&found, "AZ-08"), [(ChangeState::NotTested, 1, 0)]);
    assert!(found.closed == 0 && found.rows.iter().any(|r| r.why.contains("mapping:desk")));
}

#[test]
fn what_was_accepted_and_no_longer_is_has_been_reopened() {
    let exception = "principal,rule,reason,approved_by,from,to,conditions\nhelper,AZ-08,known,bo@fern.example,2026-01-01,2026-12-31,\n";
    let calls = [call("c1", "02T10:00:00")];
    let accepted = review(false, &calls, &[("exceptions.csv", exception)]);
    let open = review(false, &calls, &[]);
    assert_eq!(states(&changes(&open.case, &accepted.case).unwrap(), "AZ-08"), [(ChangeState::Reopened, 1, 1)]);
    assert_eq!(states(&changes(&accepted.case, &accepted.case).unwrap(), "AZ-08"), [(ChangeState::Repeated, 1, 1)]);
}
