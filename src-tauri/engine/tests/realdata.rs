//! Attribution of recorded logs against what their records prove; skipped where they do not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::case::{Case, verify};
use fixtures::{answers, findings, import};

fn invictus() -> Option<PathBuf> {
    let place = Path::new("shared/realdata/invictus_cloudtrail");
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

#[test]
fn an_attacked_account_is_attributed_as_its_key_chain_says() {
    let Some(folder) = invictus() else { return };
    let truth: Vec<BTreeMap<String, String>> =
        csv::Reader::from_path(folder.join("expected_events.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[folder.join("CloudTrail")], &[], 2);
    assert_eq!((report.files.len(), truth.len()), (28, 2093));
    assert_eq!(report.files.iter().map(|f| f.kept).sum::<u64>(), 2093);
    // The same files once more are no new records.
    import(&mut case, &[folder.join("CloudTrail")], &[], 2);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    analysis::analyze(&case, &()).unwrap();

    let answers = answers(&case);
    let rows = answers.by_id();
    assert_eq!(rows.len(), 2093);
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    // Actors and people of each run id.
    let mut runs: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<Option<&str>>)> = BTreeMap::new();
    for event in &truth {
        let row = rows[&("aws_cloudtrail", event["eventID"].as_str())];
        let verdict = match (&row.human, row.grade.as_deref()) {
            (Some(human), Some("A" | "B" | "C")) if *human == event["origin"] => "yes",
            (Some(_), _) => "another person",
            (None, None) => "service",
            (None, _) => "GAP",
        };
        *counted.entry(verdict).or_default() += 1;
        if verdict != event["attributable"] {
            wrong.push(format!("{} {}: {:?} {:?}", event["eventID"], event["attributable"], row.human, row.grade));
        }
        if !event["run_id"].is_empty() {
            let run = runs.entry(event["run_id"].as_str()).or_default();
            run.0.insert(event["actor"].as_str());
            run.1.insert(row.human.as_deref());
            assert_eq!(row.run.as_deref(), Some(event["run_id"].as_str()), "{}", event["eventID"]);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), truth.len(), wrong.join("\n"));
    assert_eq!(counted, BTreeMap::from([("yes", 2010), ("service", 60), ("GAP", 23)]));

    // Automation under a person's long-lived key: what the collectors of these logs expect a reviewer to be told. They count 1,612
    // of 1,870 events; ten of both are issuances of sessions, and no calls.
    let lent: Vec<_> = findings(&case).into_iter().filter(|f| f.row.rule == "RU-10").collect();
    assert_eq!(lent.len(), 1);
    let sentences: Vec<&str> = lent[0].instances.iter().map(|i| i.sentence.as_str()).collect();
    assert_eq!((lent[0].row.severity.as_str(), lent[0].row.confidence.as_str()), ("low", "possible"));
    assert!(sentences.len() == 1 && sentences[0].starts_with("1602 of 1860 calls"), "{sentences:?}");

    let crossing: Vec<_> = runs.iter().filter(|(_, (actors, _))| actors.len() > 1).collect();
    assert_eq!((runs.len(), crossing.len()), (54, 5));
    for (run, (_, people)) in crossing {
        // The user, and the role that the user assumed within the run: one person.
        let person = Some("arn:aws:iam::123837392027:user/bert-jan");
        assert_eq!(people, &BTreeSet::from([person]), "run {run}");
    }
}
