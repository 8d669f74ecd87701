//! Real exports of Google Cloud, Azure and Entra, where samples lie beside the repository; skipped elsewhere.

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
use behalf_engine::model::{Event, EventKind, Outcome, Role, WireKind};
use behalf_engine::read::Form;
use behalf_engine::sources::{Hints, Understood, registry, understand_chunk};
use fixtures::{answers, import};

/// A part of the folder `shared` above the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

/// Folder, file, source, and records read, kept, duplicate and rejected.
const TABLE: [(&str, &str, &str, [u64; 4]); 9] = [
    ("gcp_audit", "dynatrace_gcp_audit_array.json", "gcp_audit", [4, 4, 0, 0]),
    ("gcp_audit", "panther_gcp_audit.ndjson", "gcp_audit", [101, 101, 0, 0]),
    ("gcp_audit", "panther_gcp_k8s.ndjson", "gcp_audit", [18, 18, 0, 0]),
    ("gcp_audit", "plaso_gcp_logging.jsonl", "gcp_audit", [11, 9, 0, 2]),
    ("azure_activity", "panther_azure_activity.ndjson", "azure_activity", [163, 163, 0, 0]),
    ("azure_activity", "plaso_azure_activity_log.jsonl", "azure_activity", [4, 4, 0, 0]),
    ("entra", "otrf_goldensaml_AADAuditEvents.ndjson", "entra_audit", [4, 4, 0, 0]),
    ("entra", "panther_azure_signin.ndjson", "entra_sign_in", [38, 38, 0, 0]),
    ("identity_entra_users", "entra_portal_download_users.csv", "entra_users", [1, 1, 0, 0]),
];

#[test]
fn every_sample_is_recognised_and_counted() {
    let Some(samples) = shared("samples") else { return };
    let mut wrong = Vec::new();
    for (folder, file, source, counts) in TABLE {
        let mut case = Case::in_memory().unwrap();
        let report = import(&mut case, &[samples.join(folder).join(file)], &[], 1);
        let f = &report.files[0];
        let found = [f.read, f.kept, f.duplicates, f.rejected];
        println!("{file}: {} {found:?} ({})", f.format, f.why);
        assert_eq!(f.read, f.kept + f.duplicates + f.rejected, "{file}");
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new(), "{file}");
        if f.format != source || found != counts {
            wrong.push(format!("{file}: {} {found:?}", f.format));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn events(file: &Path, pick: impl Fn(serde_json::Value) -> Option<serde_json::Value>) -> Vec<Option<Event>> {
    let hints = Hints::default();
    let registry = registry(Vec::new());
    let text = std::fs::read_to_string(file).unwrap();
    let records: Vec<String> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .filter_map(|l| pick(serde_json::from_str(l).unwrap()))
        .map(|v| v.to_string())
        .collect();
    let first: Vec<&[u8]> = records.iter().take(40).map(String::as_bytes).collect();
    let source = registry.detect(&Form::Lines, &first).source.unwrap();
    records
        .iter()
        .map(|r| match understand_chunk(source, &Form::Lines, r.as_bytes(), &hints).remove(0).2 {
            Ok(Understood::Event(event)) => Some(*event),
            _ => None,
        })
        .collect()
}

#[test]
fn the_four_changes_of_a_golden_saml_attack() {
    let Some(folder) = shared("realdata/otrf_security_datasets") else { return };
    let truth: Vec<BTreeMap<String, String>> = csv::Reader::from_path(folder.join("AADAuditEvents.expected.csv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect();
    let found = events(&folder.join("AADAuditEvents.jsonl"), Some);
    assert_eq!((found.len(), truth.len()), (4, 4));
    let mut actors = BTreeSet::new();
    for (event, row) in found.iter().zip(&truth) {
        let event = event.as_ref().unwrap();
        let wire = event.wire.as_ref().unwrap();
        assert_eq!((wire.principal.id.as_str(), wire.kind), (row["actor"].as_str(), WireKind::Human));
        assert_eq!(event.action.as_deref(), Some(row["operation"].trim()));
        assert_eq!(event.time, behalf_engine::model::Time::parse(&row["time"]));
        assert!(event.id.as_ref().unwrap().contains(&row["correlation"]));
        assert!(row["target"].contains(&format!("({})", event.resource_type.as_deref().unwrap())));
        actors.insert(wire.principal.id.clone());
    }
    assert_eq!(actors.len(), 1);
    // The secret that was added to an application is a credential handed out.
    assert_eq!(found.iter().flatten().filter(|e| e.issued.is_some()).count(), 2);

    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[folder.join("AADAuditEvents.jsonl")], &[], 1);
    analysis::analyze(&case, &()).unwrap();
    let answers = answers(&case);
    assert_eq!(answers.rows.len(), 4);
    for row in &answers.rows {
        assert!(actors.contains(row.human.as_deref().unwrap()), "{:?} {:?}", row.human, row.grade);
    }
}

#[test]
fn the_actors_of_google_cloud_rule_tests() {
    let Some(folder) = shared("realdata/panther_rule_test_events") else { return };
    let truth: Vec<BTreeMap<String, String>> =
        csv::Reader::from_path(folder.join("gcp.expected.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let found = events(&folder.join("gcp.jsonl"), |v| v.get("event").cloned());
    assert_eq!(found.len(), truth.len());
    let mut classes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let records = std::fs::read_to_string(folder.join("gcp.jsonl")).unwrap().to_lowercase();
    for ((event, row), record) in found.iter().zip(&truth).zip(records.lines()) {
        let wire = event.as_ref().and_then(|e| e.wire.as_ref());
        let people = event.iter().flat_map(|e| &e.claims).filter(|c| c.role == Role::Human);
        let person: Vec<String> = people
            .map(|c| c.principal.id.clone())
            .chain(wire.filter(|w| w.kind == WireKind::Human).map(|w| w.principal.id.clone()))
            .collect();
        let class = match (wire.map(|w| w.kind), person.is_empty()) {
            (_, false) => "user",
            (Some(WireKind::Service | WireKind::System | WireKind::Agent), _) => "robot",
            _ => "GAP",
        };
        // No invented actor: whoever is found is whom the entry itself names, and whom the table names where it does.
        let named = person.first().or(wire.map(|w| &w.principal.id));
        assert!(person.len() <= 1 && named.is_none_or(|n| record.contains(n.as_str())), "{}: {named:?}", row["test"]);
        if let (Some(named), false) = (named, row["actor"].is_empty()) {
            assert_eq!(*named, row["actor"].to_lowercase(), "{}", row["test"]);
        }
        if row["actor_class"] != class {
            println!("{}: {} is {class}, {wire:?}", row["test"], row["actor_class"]);
        }
        *classes.entry((row["actor_class"].as_str(), class)).or_default() += 1;
    }
    println!("{classes:?}");
    // Six entries have a person's address beside `serviceAccount:` as subject and a key: the account's, not a person's.
    // Six have the payload under a key in lower case, where the table did not look; one address has two `@`.
    let wanted = [
        (("GAP", "GAP"), 21),
        (("GAP", "user"), 6),
        (("robot", "robot"), 15),
        (("user", "GAP"), 1),
        (("user", "robot"), 6),
        (("user", "user"), 94),
    ];
    assert_eq!(classes, BTreeMap::from(wanted));
}

#[test]
fn azure_tells_an_application_from_a_person() {
    let Some(folder) = shared("samples/azure_activity") else { return };
    let found = events(&folder.join("plaso_azure_activity_log.jsonl"), Some);
    let kinds: Vec<_> = found.iter().flatten().map(|e| (e.wire.as_ref().unwrap().kind, e.claims.len())).collect();
    let (app, person) = ((WireKind::Service, 0), (WireKind::Delegated, 1));
    assert_eq!(kinds, [app, person, app, person]);
    // All four only begin: what ends them is not in the sample.
    assert!(found.iter().flatten().all(|e| e.kind == EventKind::Context));
    let found = events(&folder.join("panther_azure_activity.ndjson"), Some);
    let denied = found.iter().flatten().filter(|e| e.outcome == Outcome::Denied).count();
    let named = found.iter().flatten().filter(|e| e.wire.is_some()).count();
    println!("{denied} denied, {named} with a principal");
    assert_eq!(found.iter().flatten().count(), 163);
}
