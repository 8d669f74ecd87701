//! Mappings proposed for logs of houses, against those that people wrote for them; skipped where the logs do not lie
//! beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::read::{self, Batch, Export, Form, Limits};
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

/// The form and the first records of an export.
struct Start {
    form: Form,
    batches: Vec<Batch>,
}

impl Start {
    fn of(path: &Path) -> Start {
        let mut stream = read::open(&Export::file(path), &Limits::default()).unwrap();
        let form = stream.form().clone();
        let mut batches = Vec::new();
        while batches.len() < 16
            && let Some(batch) = stream.next_batch().unwrap()
        {
            batches.push(batch);
        }
        Start { form, batches }
    }

    fn chunks(&self) -> Vec<&[u8]> {
        self.batches.iter().flat_map(|b| b.chunks.iter().map(|c| b.bytes(c))).collect()
    }
}

/// What is proposed, and the mapping that it is; a proposal that does not load, or would not have its file, fails.
fn proposed(path: &Path) -> (Learned, Option<Mapping>) {
    let start = Start::of(path);
    let chunks = start.chunks();
    let learned = learn(&start.form, &chunks, "learnt");
    let Some(toml) = &learned.toml else { return (learned, None) };
    let mapping = Mapping::parse(toml).unwrap_or_else(|e| panic!("{}: {e}\n{toml}", path.display()));
    let registry = registry(vec![mapping.clone()]);
    let found = registry.detect(&start.form, &chunks);
    // Without a word for how the records lie, or for what tells them, the mapping must leave the file alone.
    let wanted = if toml.contains("\ndetect = ") { "mapping:learnt" } else { "unknown" };
    assert_eq!(found.name(), wanted, "{}: {found:?}\n{toml}", path.display());
    (learned, Some(mapping))
}

fn learnt(path: &Path) -> Learned {
    let (learned, mapping) = proposed(path);
    if let Some(mapping) = mapping.filter(|_| !learned.layout.starts_with("members")) {
        let start = Start::of(path);
        let checked = check(&mapping, &start.form, &start.chunks());
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

#[test]
fn whatever_lies_there_the_proposal_loads_and_has_its_file() {
    let mut paths: Vec<PathBuf> = ["samples", "realdata"].into_iter().filter_map(beside).collect();
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.metadata().unwrap().len() < 1 << 18 {
            proposed(&path);
            seen += 1;
        }
    }
    println!("{seen} files");
}
