//! Recorded logs of clouds and services against what their records prove; skipped where they do not lie beside the
//! repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::ask::attributions::AttributionRow;
use behalf_engine::case::{Case, verify};
use behalf_engine::model::Event;
use behalf_engine::read::Form;
use behalf_engine::sources::{Hints, Understood, registry, understand_chunk};
use fixtures::{answers, import};

/// A part of the folder `shared/realdata` above the repository.
fn realdata(part: &str) -> Option<PathBuf> {
    let place = Path::new("shared/realdata").join(part);
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

type Truth = Vec<BTreeMap<String, String>>;

fn table(file: &Path) -> Truth {
    csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect()
}

fn verdict(row: &AttributionRow, origin: &str) -> &'static str {
    match (&row.human, row.grade.as_deref()) {
        (Some(human), Some("A" | "B" | "C")) if human == origin => "yes",
        (Some(_), _) => "another person",
        (None, None) => "service",
        (None, _) => "GAP",
    }
}

/// What one record of a rule's test says.
fn one(record: &str) -> (String, Option<Event>) {
    let registry = registry(Vec::new());
    let found = registry.detect(&Form::Lines, &[record.as_bytes()]);
    let name = found.name().to_string();
    let event = found.source.and_then(|source| {
        match understand_chunk(source, &Form::Lines, record.as_bytes(), &Hints::default()).remove(0).2 {
            Ok(Understood::Event(event)) => Some(*event),
            _ => None,
        }
    });
    (name, event)
}

/// Named as expected, nobody where nobody is expected, another id of the same record, nobody where somebody is expected.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    same: usize,
    gap: usize,
    other: usize,
    nobody: usize,
}

#[test]
fn no_record_of_a_rules_test_names_an_actor_that_it_does_not_hold() {
    let Some(folder) = realdata("panther_rule_test_events") else { return };
    let count = |product: &str| {
        let truth = table(&folder.join(format!("{product}.expected.csv")));
        let lines = std::fs::read_to_string(folder.join(format!("{product}.jsonl"))).unwrap();
        let mut counted = Counted::default();
        for (line, row) in lines.lines().zip(&truth) {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let record = value["event"].to_string();
            let ids = one(&record).1.map(|e| named(&e)).unwrap_or_default();
            let invented: Vec<&String> =
                ids.iter().filter(|id| !record.to_lowercase().contains(&id.to_lowercase())).collect();
            assert!(invented.is_empty(), "{invented:?} in {record}");
            let expected = row["actor_class"] != "GAP" && !row["actor"].is_empty();
            let same = ids.iter().any(|id| id.eq_ignore_ascii_case(&row["actor"]));
            *match (expected, ids.is_empty()) {
                (true, false) if same => &mut counted.same,
                (false, true) => &mut counted.gap,
                (_, false) => &mut counted.other,
                (true, true) => &mut counted.nobody,
            } += 1;
        }
        counted
    };
    // Other: two clients and a user by their own id, where the address beside it is a placeholder or a number. Nobody:
    // three fixtures cut down to what no log of Okta looks like, and two networks that Okta writes where it saw nobody.
    assert_eq!(count("okta"), Counted { same: 56, gap: 36, other: 3, nobody: 5 });
    // Nobody: webhooks, which are another export than the audit log.
    assert_eq!(count("github"), Counted { same: 99, gap: 56, other: 0, nobody: 22 });
    // Nobody: ten times `system:anonymous`, which is nobody, and one fixture without a verb.
    assert_eq!(count("kubernetes"), Counted { same: 192, gap: 34, other: 0, nobody: 11 });
    // Other: records in small letters, which name their principal all the same; the expected answers overlook it there.
    assert_eq!(count("gcp"), Counted { same: 116, gap: 20, other: 7, nobody: 0 });
    // Other: an API key, which is an actor by its id.
    assert_eq!(count("anthropic"), Counted { same: 36, gap: 1, other: 1, nobody: 0 });
}

fn named(event: &Event) -> Vec<String> {
    let wire = event.wire.iter().map(|w| w.principal.id.clone());
    wire.chain(event.claims.iter().map(|c| c.principal.id.clone())).collect()
}

/// A bucket left open, as a script tabled its log: the identity is a literal of Python.
#[test]
fn a_bucket_that_strangers_found() {
    let Some(folder) = realdata("otrf_security_datasets") else { return };
    let file = folder.join("AWS_S3_HoneyBucketLogs.csv");
    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("AWS_S3_HoneyBucketLogs.expected.json")).unwrap()).unwrap();
    let number = |pointer: &str| truth.pointer(pointer).and_then(serde_json::Value::as_u64).unwrap() as usize;
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[file], &[], 2);
    let read = &report.files[0];
    assert_eq!((read.format.as_str(), read.kept as usize, read.rejected), ("aws_cloudtrail", number("/rows"), 0));
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    analysis::analyze(&case, &()).unwrap();
    let answers = answers(&case);
    assert_eq!(answers.by_id().len(), number("/distinct_event_ids"));
    assert!(answers.rows.iter().all(|r| r.human.is_none() && r.agent.is_none()), "nobody can be named");
    let anonymous = answers.rows.iter().filter(|r| r.wire.is_none()).count();
    assert_eq!(anonymous, number("/expected_attribution_gap_rows"));
    assert_eq!(anonymous, number("/identity/AWSAccount~1ANONYMOUS"));
    // Another account's user, whom this account's log does not tell: known by an id, and no person.
    let foreign: Vec<_> = answers.rows.iter().filter(|r| r.wire.is_some()).collect();
    assert_eq!(foreign.len(), number("/identity/AWSAccount~1account"));
    assert!(foreign.iter().all(|r| r.wire_kind == "unknown"));
    let addresses = fixtures::number(&case, "SELECT count(DISTINCT source_ip) FROM events");
    assert_eq!(addresses as usize, number("/distinct_source_ips"));
    let absent = fixtures::number(&case, "SELECT count(*) FROM events WHERE wire IS NULL AND human_empty = 0");
    assert_eq!(absent as usize, anonymous, "anonymous is not redacted");
    // How a call ended stands in no column.
    assert!(answers.rows.iter().all(|r| r.outcome == "unknown"));

    // Which programs called: the user agents as the case holds them.
    let agents = user_agents(&case);
    let of = |words: &[&str]| {
        agents.iter().filter(|(a, _)| words.iter().any(|w| a.to_lowercase().contains(w))).map(|(_, n)| n).sum::<usize>()
    };
    let automation = of(&["boto", "aws-sdk", "aws-cli", "go-http-client", "python"]);
    assert_eq!((automation, of(&["mozilla"])), (number("/user_agent/automation"), number("/user_agent/browser")));
}

/// User agents and how many records have each.
fn user_agents(case: &Case) -> Vec<(String, usize)> {
    let sql = "SELECT s.text, count(*) FROM events e JOIN strings s ON s.id = e.user_agent GROUP BY 1 ORDER BY 1";
    let mut query = case.database().prepare(sql).unwrap();
    query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// Attribution of a folder of logs held against what its key chain says.
fn held_against(paths: &[PathBuf], truth: &Truth, counts: &[(&str, usize)]) -> Case {
    let mut case = Case::in_memory().unwrap();
    import(&mut case, paths, &[], 2);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    analysis::analyze(&case, &()).unwrap();
    let answers = answers(&case);
    let rows = answers.by_id();
    assert_eq!(rows.len(), truth.len());
    let (mut counted, mut wrong) = (BTreeMap::new(), Vec::new());
    for event in truth {
        let row = rows[&("aws_cloudtrail", event["eventID"].as_str())];
        let verdict = verdict(row, &event["origin"]);
        *counted.entry(verdict).or_insert(0) += 1;
        if verdict != event["attributable"] || (row.outcome == "denied") != (event["access_denied"] == "True") {
            wrong.push(format!("{} {}: {:?} {}", event["eventID"], event["attributable"], row.human, row.outcome));
        }
        let run = Some(event["run_id"].as_str()).filter(|r| !r.is_empty());
        assert_eq!(row.run.as_deref(), run, "{}", event["eventID"]);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), truth.len(), wrong.join("\n"));
    assert_eq!(counted, counts.iter().copied().collect());
    case
}

#[test]
fn every_detonation_is_its_own_accounts_users() {
    let Some(folder) = realdata("stratus_detonation_logs") else { return };
    let truth = table(&folder.join("expected_events.csv"));
    let case = held_against(&[folder.join("logs")], &truth, &[("yes", 204)]);
    let answers = answers(&case);
    let rows = answers.by_id();
    let row = |event: &BTreeMap<String, String>| rows[&("aws_cloudtrail", event["eventID"].as_str())];
    let chained = truth.iter().filter(|e| e["chain_len"] != "1");
    assert!(chained.clone().all(|e| row(e).wire_kind == "service" && row(e).human.is_some()));
    assert_eq!(chained.count(), 45);
    assert_eq!(answers.rows.iter().filter(|r| r.outcome == "denied").count(), 49);
    // One name in 24 accounts is 24 people.
    let people: BTreeSet<&str> = answers.rows.iter().filter_map(|r| r.human.as_deref()).collect();
    assert_eq!((people.len(), people.iter().filter(|p| p.ends_with("user/christophe")).count()), (25, 24));
    let mut runs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut actors: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for event in &truth {
        runs.entry(&event["run_id"]).or_default().extend(row(event).human.as_deref());
        let of_file = actors.entry(&event["file"]).or_default();
        of_file.0.insert(&event["actor"]);
        of_file.1 += 1;
    }
    assert_eq!(runs.len(), 25);
    assert!(runs.values().all(|people| people.len() == 1), "the person of a run is one: {runs:?}");
    let two: Vec<usize> = actors.values().filter(|(actors, _)| actors.len() == 2).map(|(_, events)| *events).collect();
    assert_eq!(two, [34, 19]);
}

#[test]
fn keys_of_an_instance_in_other_hands_name_nobody() {
    let Some(folder) = realdata("otrf_security_datasets") else { return };
    let truth = table(&folder.join("ec2_proxy.expected_events.csv"));
    let file = folder.join("ec2_proxy_s3_exfiltration_2020-09-14011940.jsonl");
    held_against(&[file], &truth, &[("yes", 87), ("service", 5), ("GAP", 11)]);
}

#[test]
fn an_attacked_account_in_any_order() {
    let Some(folder) = realdata("invictus_cloudtrail") else { return };
    let truth = table(&folder.join("expected_events.csv"));
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.join("CloudTrail")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let counts = [("yes", 2010), ("service", 60), ("GAP", 23)];
    let forwards = held_against(&files, &truth, &counts);
    files.rotate_left(11);
    files.reverse();
    let backwards = held_against(&[files.clone(), files].concat(), &truth, &counts);
    let answered = answers(&forwards);
    answered.agree(&answers(&backwards), "another order, twice");

    let rows = answered.by_id();
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected_summary.json")).unwrap()).unwrap();
    let mut denied: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &truth {
        if rows[&("aws_cloudtrail", event["eventID"].as_str())].outcome == "denied" {
            *denied.entry(&event["actor"]).or_default() += 1;
        }
    }
    let expected = summary["access_denied_by_actor"].as_object().unwrap();
    assert_eq!(denied, expected.iter().map(|(a, n)| (a.as_str(), n.as_u64().unwrap())).collect());
    assert_eq!(denied.values().sum::<u64>(), 59);

    // Automation under a person's own long-lived key. The user agent is the caller's word; so far it is held in the case,
    // and no rule says it.
    let own = |agent: &str| {
        let sql = format!(
            "SELECT count(*) FROM events e JOIN principals p ON p.id = e.wire JOIN strings s ON s.id = e.user_agent
             WHERE p.own_id = 'arn:aws:iam::123837392027:user/bert-jan' AND {agent}"
        );
        fixtures::number(&forwards, &sql)
    };
    let (terraform, stratus) = ("s.text LIKE '%Terraform%'", "s.text LIKE '%stratus-red-team%'");
    assert_eq!((own(terraform), own(&format!("NOT {terraform} AND {stratus}")), own("1")), (1487, 125, 1870));
}
