//! The bridge as a host uses it: from many threads, with long work under way.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use behalf_app::bridge::{Bridge, Settings, Tick, Wall};

fn bridge(folder: &Path) -> Bridge {
    Bridge::new(Settings {
        version: "0.0.0".into(),
        config_dir: folder.join("config"),
        data_dir: folder.join("data"),
        clock: Box::new(Wall),
    })
}

fn fernhill() -> Vec<PathBuf> {
    let fernhill = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fernhill");
    vec![fernhill.join("exports"), fernhill.join("switchboard.mapping.toml")]
}

#[test]
fn without_a_case_a_question_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = bridge(folder.path());
    let error = bridge.overview().unwrap_err();
    assert_eq!((error.code.as_str(), error.hint.is_empty()), ("no_case_open", false));
    assert_eq!(bridge.app_info().unwrap().open, None);
}

#[test]
fn the_demonstration_opens_and_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = bridge(folder.path());
    let told = AtomicU32::new(0);
    let case = bridge
        .demo_case(&|_: &Tick| {
            told.fetch_add(1, Ordering::Relaxed);
        })
        .unwrap();
    assert!(told.load(Ordering::Relaxed) > 2, "it says how far it is");
    assert!(bridge.reconciliation().unwrap().reconciles);
    let calls = bridge.calls("attributed".into(), 5).unwrap();
    assert_eq!(calls.len(), 5);
    assert!(bridge.who(calls[0].id.clone()).unwrap().human.is_some());
    assert_eq!(bridge.calls("made_up".into(), 5).unwrap_err().code, "no_such_filter");

    bridge.close_case().unwrap();
    let app = bridge.app_info().unwrap();
    assert_eq!((app.open, app.recent.len()), (None, 1));
    assert_eq!(app.recent[0].path, case.path);
    bridge.open_case(PathBuf::from(&case.path)).unwrap();
    // Made once more, it is the same case.
    let before = bridge.overview().unwrap();
    bridge.demo_case(&|_: &Tick| ()).unwrap();
    assert_eq!(bridge.overview().unwrap(), before);
}

#[test]
fn a_case_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = bridge(folder.path());
    let path = folder.path().join("march.behalf");
    bridge.new_case(path.clone()).unwrap();
    assert_eq!(bridge.new_case(path).unwrap_err().code, "case_exists");
}

#[test]
fn questions_are_answered_while_an_import_runs_and_another_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = Arc::new(bridge(folder.path()));
    bridge.new_case(folder.path().join("march.behalf")).unwrap();
    let asked = AtomicBool::new(false);
    let other = Arc::clone(&bridge);
    let report = bridge
        .import_exports(fernhill(), vec![], &|_: &Tick| {
            if !asked.swap(true, Ordering::Relaxed) {
                assert!(other.overview().is_ok());
                assert!(other.files().is_ok());
                assert_eq!(other.import_exports(vec![], vec![], &|_: &Tick| ()).unwrap_err().code, "busy");
                assert_eq!(other.close_case().unwrap_err().code, "busy");
            }
        })
        .unwrap();
    assert!(asked.load(Ordering::Relaxed) && !report.cancelled);
    assert!(
        bridge.files().unwrap().iter().any(|f| f.format == "mapping:switchboard"),
        "the mapping file was taken as one"
    );
    assert!(bridge.overview().unwrap().coverage.attributed > 0, "analysed");
}

#[test]
fn a_cancelled_import_keeps_whole_files_and_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = Arc::new(bridge(folder.path()));
    bridge.new_case(folder.path().join("march.behalf")).unwrap();
    let other = Arc::clone(&bridge);
    let files = AtomicU32::new(0);
    let report = bridge
        .import_exports(fernhill(), vec![], &|_: &Tick| {
            if files.fetch_add(1, Ordering::Relaxed) == 3 {
                other.cancel().unwrap();
            }
        })
        .unwrap();
    assert!(report.cancelled);
    let kept = bridge.files().unwrap();
    assert!(!kept.is_empty() && kept.len() < 12, "{} files", kept.len());
    assert!(bridge.reconciliation().unwrap().reconciles);

    let rest = bridge.import_exports(fernhill(), vec![], &|_: &Tick| ()).unwrap();
    assert!(!rest.cancelled);
    assert_eq!(bridge.files().unwrap().len(), 12);
}

#[test]
fn a_report_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = bridge(folder.path());
    bridge.demo_case(&|_: &Tick| ()).unwrap();
    let to = folder.path().join("report.html");
    bridge.write_report(to.clone()).unwrap();
    assert!(std::fs::read_to_string(&to).unwrap().contains("<html"));
    assert!(bridge.write_report(folder.path().join("nowhere/report.html")).is_err());
    assert!(bridge.write_report(folder.path().join("report.exe")).is_err());
}

#[test]
fn a_mapping_is_proposed_without_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = bridge(folder.path());
    let exports = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fernhill/exports");
    let learned = bridge.learn_mapping(exports.join("switchboard.ndjson")).unwrap();
    assert!(learned.toml.unwrap().contains("name = \"switchboard\""));
    let known = bridge.learn_mapping(exports.join("directory.csv")).unwrap();
    assert_eq!((known.toml, known.recognised.unwrap().source.as_str()), (None, "directory"));
    assert!(bridge.learn_mapping(folder.path().join("nothing.json")).is_err());
}
