//! An ordinary month with faults in it: the queue is short, the faults are among its first, and nobody ordinary is named.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::BTreeSet;

use behalf_engine::analysis;
use behalf_engine::ask::findings::{FindingDetail, FindingRow};
use behalf_engine::case::Case;
use fixtures::{findings, import};
use xtask::calm;

const CALLS: u64 = 3_000;
/// A reviewer reads so far at once.
const FIRST: usize = 15;
/// A queue of a month is no longer.
const LONGEST: usize = 25;

/// What a finding says to its reader.
fn words(f: &FindingDetail) -> String {
    let sentences: Vec<&str> = f.instances.iter().map(|i| i.sentence.as_str()).collect();
    let subjects: Vec<&str> = f.instances.iter().filter_map(|i| i.principal.as_deref()).collect();
    format!("{} {} {} {}", f.row.title, f.row.cause, sentences.join(" "), subjects.join(" "))
}

fn tells(f: &FindingDetail, fault: &calm::Fault) -> bool {
    let events: BTreeSet<&String> = f.instances.iter().flat_map(|i| &i.events).collect();
    let tokens: BTreeSet<&String> = f.instances.iter().filter_map(|i| i.token.as_ref()).collect();
    f.row.rule == fault.rule && fault.ids.iter().all(|id| events.contains(id) || tokens.contains(id))
}

#[test]
fn the_faults_of_an_ordinary_month_are_the_first_of_a_short_queue() {
    let folder = tempfile::tempdir().unwrap();
    let faults = calm::write(CALLS, 41, folder.path()).unwrap();
    assert_eq!(faults.len(), calm::PLANTED);
    let mapping = std::fs::read_to_string(folder.path().join("gateway.mapping.toml")).unwrap();
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[folder.path().join("exports")], &[&mapping], 2);
    assert_eq!(report.files.iter().map(|f| f.rejected + f.duplicates).sum::<u64>(), 0);
    analysis::analyze(&case, &()).unwrap();

    let all = findings(&case);
    let queue: Vec<&FindingDetail> = all.iter().filter(|f| FindingRow::is_queued(&f.row)).collect();
    let line =
        |f: &FindingDetail| format!("{:6} {} {} ({} calls)", f.row.severity, f.row.rule, f.row.cause, f.row.calls);
    let shown: Vec<String> = queue.iter().map(|f| line(f)).collect();
    println!("{}", shown.join("\n"));
    assert!(queue.len() <= LONGEST, "{} in the queue:\n{}", queue.len(), shown.join("\n"));
    for fault in &faults {
        let place = queue.iter().position(|f| tells(f, fault));
        assert!(
            place.is_some_and(|n| n < FIRST),
            "{} ({}) at {place:?} of\n{}",
            fault.name,
            fault.rule,
            shown.join("\n")
        );
    }
    // What no fault explains is noise: little of it, and none of it high.
    let planted: BTreeSet<&String> = faults.iter().flat_map(|f| &f.ids).collect();
    let noise: Vec<&&FindingDetail> = queue
        .iter()
        .filter(|f| !f.instances.iter().any(|i| i.events.iter().chain(&i.token).any(|id| planted.contains(id))))
        .collect();
    let loud: Vec<String> = noise.iter().filter(|f| f.row.severity == "high").map(|f| line(f)).collect();
    assert_eq!(loud, Vec::<String>::new());
    assert!(noise.len() <= 5, "{:?}", noise.iter().map(|f| line(f)).collect::<Vec<_>>());

    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
    let ordinary: Vec<&str> = truth["people"].as_array().unwrap().iter().filter_map(|p| p.as_str()).collect();
    for f in queue.iter().filter(|f| f.row.severity == "high") {
        let words = words(f);
        for person in &ordinary {
            assert!(!words.contains(person), "{person} stands in {words}");
        }
    }
}
