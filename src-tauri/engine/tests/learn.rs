//! Mappings proposed for logs of houses, against those that people wrote for them; skipped where the logs do not lie
//! beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::read::{self, Export, Limits};
use behalf_engine::sources::mapping::{Learned, check, learn};
use behalf_engine::sources::{Mapping, registry};

/// The fields that decide who did what on whose behalf.
const WEIGHTY: [&str; 6] = ["time", "id", "action", "wire", "run", "human"];

fn beside(part: &str) -> Option<PathBuf> {
    let place = Path::new("shared").join(part);
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

fn learnt(path: &Path) -> Learned {
    let mut stream = read::open(&Export::file(path), &Limits::default()).unwrap();
    let form = stream.form().clone();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next_batch().unwrap() {
        batches.push(batch);
    }
    let chunks: Vec<&[u8]> = batches.iter().flat_map(|b| b.chunks.iter().map(|c| b.bytes(c))).collect();
    let learned = learn(&form, &chunks, "learnt");
    if let Some(toml) = &learned.toml {
        let mapping = Mapping::parse(toml).unwrap_or_else(|e| panic!("{e}\n{toml}"));
        let registry = registry(vec![mapping.clone()]);
        let found = registry.detect(&form, &chunks);
        // A mapping that cannot read how the records lie must not take the file.
        if learned.layout.starts_with("members") && !toml.contains("records = \"members\"") {
            assert_eq!(found.name(), "unknown");
            return learned;
        }
        assert_eq!(found.name(), "mapping:learnt", "{found:?}\n{toml}");
        let checked = check(&mapping, &form, &chunks);
        assert_eq!((checked.rejected, checked.records), (learned.broken, learned.records + learned.broken));
    }
    learned
}

/// Field to pointer, of the lines that are not commented out.
fn pointers(toml_text: &str) -> BTreeMap<String, String> {
    let table: toml::Table = toml_text.parse().unwrap();
    let fields = table["fields"].as_table().unwrap();
    fields
        .iter()
        .filter_map(|(field, value)| {
            let at = value.as_str().or_else(|| value.get("from")?.as_str())?;
            Some((field.clone(), at.to_string()))
        })
        .collect()
}

/// How the proposal compares with what a person wrote. All fields: equal, other, not proposed.
fn compared(name: &str, learned: &Learned, by_hand: &str) -> (usize, usize) {
    let toml = learned.toml.as_deref().unwrap();
    let (proposed, wanted) = (pointers(toml), pointers(by_hand));
    let (mut equal, mut weighty, mut missing) = (0, 0, Vec::new());
    for (field, at) in &wanted {
        match proposed.get(field) {
            Some(found) if found == at => {
                equal += 1;
                weighty += usize::from(WEIGHTY.contains(&field.as_str()));
            }
            // A proposal of another pointer than the right one is a wrong word of ours; none is an open question.
            Some(found) => panic!("{name}: {field} is proposed at {found}, and stands at {at}\n{toml}"),
            None => missing.push(field.as_str()),
        }
    }
    println!("{name:34} {weighty} of 6   {equal:2} of {:2}   left open: {}", wanted.len(), missing.join(" "));
    (weighty, equal)
}

#[test]
fn what_is_proposed_is_what_people_wrote() {
    println!("{:34} weighty  all", "log");
    let fernhill = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fernhill");
    let by_hand = std::fs::read_to_string(fernhill.join("switchboard.mapping.toml")).unwrap();
    for export in ["switchboard.ndjson", "switchboard_late.ndjson"] {
        let learned = learnt(&fernhill.join("exports").join(export));
        let (weighty, equal) = compared(export, &learned, &by_hand);
        assert!(weighty == 6 && equal >= 22, "{}", learned.toml.unwrap());
    }
    let Some(scenarios) = beside("scenarios") else { return };
    let mut seen = 0;
    for (house, export) in [
        ("clearwater", "gateway.ndjson"),
        ("harbour", "gateway.ndjson"),
        ("meadow", "gateway.ndjson"),
        ("northgate", "gateway.ndjson"),
        ("stormfront", "gateway-1.ndjson"),
        ("stormfront", "gateway-2.ndjson"),
    ] {
        let by_hand = std::fs::read_to_string(scenarios.join(house).join("gateway.mapping.toml")).unwrap();
        let learned = learnt(&scenarios.join(house).join("exports").join(export));
        let (weighty, equal) = compared(&format!("{house}/{export}"), &learned, &by_hand);
        assert!(weighty == 6 && equal >= 22, "{}", learned.toml.unwrap());
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn members_of_an_object_are_said_to_be_that() {
    let Some(path) = beside("realdata/tau_bench_airline/reservations.json") else { return };
    let learned = learnt(&path);
    assert!(learned.layout.starts_with("members of one object"), "{}", learned.layout);
    assert!(learned.records > 100);
    assert!(learned.notes.iter().any(|n| n.to_lowercase().contains("members of one object")), "{:?}", learned.notes);
}

#[test]
fn what_behalf_knows_needs_no_mapping() {
    let fernhill = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fernhill/exports");
    for (export, source) in [("okta-system-log.json", "okta_system_log"), ("directory.csv", "directory")] {
        let learned = learnt(&fernhill.join(export));
        assert_eq!((learned.toml, learned.recognised.unwrap().source.as_str()), (None, source));
        assert_eq!(learned.notes, [format!("recognised as {source}; no mapping is needed")]);
    }
}
