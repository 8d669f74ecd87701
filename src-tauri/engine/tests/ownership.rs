//! Whose the thing was: recorded agent runs against an ownership export; skipped where they do not lie beside the
//! repository. The names of the runs' users are told by the harness, so the answers rest on a person at C.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::ask;
use behalf_engine::case::Case;
use fixtures::import;

/// Bookings by their id, each with its user.
const BOOKINGS: &str = r#"
name = "bookings"
records = "members"
kind = "ownership"
detect = ["/reservation_id", "/user_id", "/flights"]
[fields]
resource = "/$key"
owner = "/user_id"
"#;

/// Customers by their id: each profile is its customer's own.
const CUSTOMERS: &str = r#"
name = "customers"
records = "members"
kind = "ownership"
detect = ["/email", "/payment_methods"]
[fields]
resource = "/$key"
owner = "/$key"
"#;

fn data() -> Option<PathBuf> {
    let place = Path::new("shared/realdata/tau_bench_airline");
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

/// A case of some runs with the bookings, the customers, and the right of each customer to what is their own.
fn case(folder: &Path, runs: &[&str]) -> Case {
    let customers: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&std::fs::read(folder.join("users.json")).unwrap()).unwrap();
    let mut rights = String::from("principal,action,resource,effect,condition\n");
    for customer in customers.keys() {
        rights.push_str(&format!("{customer},*,*,allow,owner=self\n"));
    }
    let own = tempfile::tempdir().unwrap();
    let table = own.path().join("entitlements.csv");
    std::fs::write(&table, rights).unwrap();
    let mut paths: Vec<PathBuf> = runs.iter().map(|r| folder.join(r)).collect();
    paths.extend([folder.join("reservations.json"), folder.join("users.json"), table]);
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &paths, &[BOOKINGS, CUSTOMERS], 2);
    for file in &report.files {
        assert!(file.kept > 0 && file.rejected == 0, "{}: {}", file.path, file.why);
    }
    analysis::analyze(&case, &()).unwrap();
    case
}

/// (run, call id) of the calls that the person had no right to.
fn beyond(case: &Case) -> BTreeSet<(String, String)> {
    let db = case.database();
    let mut query = db
        .prepare(
            "SELECT k.text, e.tool_call FROM call_facts f JOIN events e ON e.id = f.event
             JOIN strings k ON k.id = e.run WHERE f.entitled = 'no'",
        )
        .unwrap();
    let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn listed(case: &Case) -> u32 {
    let rows = ask::findings::rows(case).unwrap();
    rows.iter().filter(|f| f.rule == "AZ-01").map(|f| f.calls).sum()
}

#[test]
fn a_hundred_honest_runs_touch_nothing_of_others() {
    let Some(folder) = data() else { return };
    let case = case(&folder, &["trajectories_trial0.jsonl", "trajectories_trial1.jsonl"]);
    assert_eq!(beyond(&case), BTreeSet::new());
    assert_eq!(listed(&case), 0);
}

#[test]
fn runs_with_swapped_users_touch_what_is_not_theirs() {
    let Some(folder) = data() else { return };
    let case = case(&folder, &["control_swapped_users.jsonl"]);
    let truth: Vec<BTreeMap<String, String>> =
        csv::Reader::from_path(folder.join("control_swapped_users.expected.csv"))
            .unwrap()
            .deserialize()
            .map(Result::unwrap)
            .collect();
    let expected: BTreeSet<(String, String)> =
        truth.iter().map(|r| (r["run_id"].clone(), r["call_id"].clone())).collect();
    let found = beyond(&case);
    assert_eq!(found.difference(&expected).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    assert_eq!(expected.difference(&found).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    // What the tool refused was no effect: the finding lists what went through.
    let done = truth.iter().filter(|r| r["outcome"] == "ok").count();
    assert_eq!((truth.len(), listed(&case) as usize), (55, done));
}
