//! Real exports through the sources, where samples lie beside the repository; skipped elsewhere.
//! The splitter here is a plain one of its own, so that the sources are tested without the reading room.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole room: helpers are outside of #[test]"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::model::{Event, EventKind, FilledBy, Outcome, RunId, WireKind};
use behalf_engine::read::Form;
use behalf_engine::sources::{Hints, Mapping, Registry, Source, Understood, registry, understand_chunk};

/// A folder named `shared` above the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "md" && e != "toml"))
        .collect();
    found.sort();
    found
}

struct Split {
    form: Form,
    chunks: Vec<Vec<u8>>,
}

fn split(path: &Path) -> Split {
    let mut bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut plain).unwrap();
        bytes = plain;
    }
    if path.extension().is_some_and(|e| e == "csv") {
        return csv_rows(&bytes);
    }
    const WRAPPERS: [&str; 9] =
        ["Records", "Events", "data", "batches", "resourceSpans", "spans", "items", "value", "logFiles"];
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(serde_json::Value::Array(items)) => Split { form: Form::Array, chunks: pretty(&items) },
        Ok(serde_json::Value::Object(object)) => {
            let wrapped = WRAPPERS.iter().find_map(|k| Some((k, object.get(*k)?.as_array()?)));
            match wrapped {
                Some((key, items)) => Split { form: Form::Wrapped { key: key.to_string() }, chunks: pretty(items) },
                None => Split { form: Form::Objects, chunks: vec![bytes] },
            }
        }
        _ => {
            let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.iter().all(u8::is_ascii_whitespace));
            Split { form: Form::Lines, chunks: lines.map(<[u8]>::to_vec).collect() }
        }
    }
}

fn pretty(items: &[serde_json::Value]) -> Vec<Vec<u8>> {
    items.iter().map(|i| serde_json::to_vec_pretty(i).unwrap()).collect()
}

fn csv_rows(bytes: &[u8]) -> Split {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().unwrap().iter().map(String::from).collect();
    let mut chunks = Vec::new();
    for row in reader.byte_records() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_byte_record(&row.unwrap()).unwrap();
        chunks.push(writer.into_inner().unwrap());
    }
    Split { form: Form::Csv { delimiter: b',', header }, chunks }
}

/// The source of a file, its events, and how many records it could not understand.
struct Run {
    source: String,
    why: String,
    understood: Vec<Understood>,
    lost: Vec<String>,
}

impl Run {
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.understood.iter().filter_map(|u| if let Understood::Event(e) = u { Some(e.as_ref()) } else { None })
    }
}

fn run(registry: &Registry, path: &Path, hints: &Hints) -> Run {
    let split = split(path);
    let first: Vec<&[u8]> = split.chunks.iter().take(40).map(Vec::as_slice).collect();
    let found = registry.detect(&split.form, &first);
    let mut run = Run { source: found.name().into(), why: found.why.clone(), understood: Vec::new(), lost: Vec::new() };
    let Some(source) = found.source else { return run };
    for chunk in &split.chunks {
        each(source, &split.form, chunk, hints, &mut run);
    }
    run
}

fn each(source: &dyn Source, form: &Form, chunk: &[u8], hints: &Hints, run: &mut Run) {
    for (range, _, understood) in understand_chunk(source, form, chunk, hints) {
        assert!(range.end <= chunk.len());
        match understood {
            Ok(understood) => run.understood.push(understood),
            Err(why) => run.lost.push(why.detail),
        }
    }
}

#[test]
fn every_sample_is_recognised_and_read() {
    let Some(samples) = shared("samples") else { return };
    let (registry, hints) = (registry(Vec::new()), Hints::default());
    for (folder, source) in [
        ("aws_cloudtrail", "aws_cloudtrail"),
        ("kubernetes", "kubernetes_audit"),
        ("github", "github_audit"),
        ("okta", "okta_system_log"),
        ("otel_genai", "otel_traces"),
        ("tokens", "token_records"),
    ] {
        for file in files(&samples.join(folder)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let run = run(&registry, &file, &hints);
            println!(
                "{name}: {} ({}), {} understood, {} lost {:?}",
                run.source,
                run.why,
                run.understood.len(),
                run.lost.len(),
                run.lost.first()
            );
            assert_eq!(run.source, source, "{name}: {}", run.why);
            // A few webhook deliveries and notices of other services lie among the samples.
            assert!(run.lost.len() * 2 <= run.understood.len(), "{name} lost {:?}", run.lost);
            for event in run.events() {
                let wire = event.wire.as_ref();
                assert!(
                    wire.is_none_or(|w| !w.principal.is_empty() && !w.principal.id.contains("HIDDEN")),
                    "{name}: {wire:?}"
                );
            }
        }
    }
}

#[test]
fn a_real_accounts_runs_and_actors() {
    let Some(folder) = shared("realdata/invictus_cloudtrail") else { return };
    let (registry, hints) = (registry(Vec::new()), Hints::default());
    let mut read: BTreeMap<String, Event> = BTreeMap::new();
    for file in files(&folder.join("CloudTrail")) {
        let run = run(&registry, &file, &hints);
        assert_eq!((run.source.as_str(), run.lost.len()), ("aws_cloudtrail", 0));
        for event in run.events() {
            read.insert(event.id.clone().unwrap(), event.clone());
        }
    }
    let mut expected = csv::Reader::from_path(folder.join("expected_events.csv")).unwrap();
    let mut count = 0;
    for row in expected.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let event = &read[&row["eventID"]];
        let run = event.run.as_ref().map(|(run, by)| {
            assert_eq!(*by, FilledBy::Caller);
            run.clone()
        });
        assert_eq!(run, RunId::new(&row["run_id"]), "{}", row["eventID"]);
        assert_eq!(
            event.outcome == Outcome::Denied,
            row["access_denied"] == "True",
            "{} {}",
            row["eventID"],
            row["errorCode"]
        );
        let wire = event.wire.as_ref().unwrap();
        match row["actor"].as_str() {
            a if a.starts_with("service:") => {
                assert_eq!((wire.principal.id.as_str(), wire.kind), (&a[8..], WireKind::System))
            }
            a if a.contains(":assumed-role/") => {
                let role = a.split('/').nth(1).unwrap();
                assert_eq!(wire.principal.id, format!("{}/{role}", a.split(':').nth(4).unwrap()));
                let linked = row["actor_class"] == "aws_service_linked_role";
                assert_eq!(wire.kind, if linked { WireKind::System } else { WireKind::Service });
            }
            a => assert_eq!((wire.principal.id.as_str(), wire.kind), (a, WireKind::Human)),
        }
        count += 1;
    }
    println!("{count} events agree");
    assert_eq!(count, read.len());
}

#[test]
fn scenario_exports_are_read_whole() {
    let Some(folder) = shared("scenarios") else { return };
    let hints = Hints::default();
    for scenario in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        let text = std::fs::read_to_string(scenario.join("gateway.mapping.toml")).unwrap();
        let registry = registry(vec![Mapping::parse(&text).unwrap()]);
        let mut lost = Vec::new();
        for file in files(&scenario.join("exports")) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let run = run(&registry, &file, &hints);
            let wanted = match name.as_str() {
                n if n.starts_with("gateway") => "mapping:tool-gateway",
                n if n.starts_with("cloudtrail") => "aws_cloudtrail",
                n if n.starts_with("github") => "github_audit",
                n if n.starts_with("k8s") => "kubernetes_audit",
                n if n.starts_with("okta") => "okta_system_log",
                n if n.starts_with("sts") => "token_records",
                n if n.starts_with("traces") => "otel_traces",
                n => n.strip_suffix(".csv").unwrap(),
            };
            assert_eq!(run.source, wanted, "{name}: {}", run.why);
            let mut kinds: BTreeMap<EventKind, usize> = BTreeMap::new();
            for event in run.events() {
                assert!(event.time.is_some(), "{name}: {event:?}");
                *kinds.entry(event.kind).or_default() += 1;
            }
            println!(
                "{}/{name}: {} {kinds:?} {:?}",
                scenario.file_name().unwrap().to_string_lossy(),
                run.understood.len(),
                run.lost
            );
            lost.extend(run.lost);
        }
        // The one scenario with torn exports has exactly two torn lines.
        let torn = if scenario.ends_with("stormfront") { 2 } else { 0 };
        assert_eq!(lost.len(), torn, "{lost:?}");
    }
}
