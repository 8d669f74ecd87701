//! A cancelled import leaves whole files only, and the next one goes on from there.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::sync::atomic::{AtomicUsize, Ordering};

use behalf_engine::analysis;
use behalf_engine::case::{Case, CaseError, Progress, Tick, verify};
use fixtures::{answers, expected, exports, fernhill, import, import_watched, lay, mapping, number};

/// Says stop when it has been asked so many times.
struct StopAfter {
    asked: AtomicUsize,
    limit: usize,
}

impl StopAfter {
    fn new(limit: usize) -> StopAfter {
        StopAfter { asked: AtomicUsize::new(0), limit }
    }
}

impl Progress for StopAfter {
    fn tick(&self, _: &Tick) {}

    fn cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.limit
    }
}

#[test]
fn a_cancelled_import_leaves_whole_files_and_the_next_completes_it() {
    let undisturbed = answers(&fernhill().case);
    let counts = expected("fernhill/expected/counts.csv");
    let mapping = mapping();
    let mut stopped = 0;
    for limit in [0, 1, 2, 5, 9] {
        let folder = tempfile::tempdir().unwrap();
        let paths = lay(folder.path(), &exports("fernhill/exports"));
        let mut case = Case::in_memory().unwrap();
        let report = import_watched(&mut case, &paths, &[&mapping], 2, &StopAfter::new(limit));
        assert!(report.cancelled, "stopped after {limit}");
        assert!(report.files.len() < 12);
        stopped += report.files.len();
        // What is there is whole: each file as the truth counts it, and no row of any other.
        assert_eq!(number(&case, "SELECT count(*) FROM files"), report.files.len() as i64);
        for (file, truth) in report.files.iter().zip(&counts) {
            assert_eq!(file.kept.to_string(), truth["kept"], "{}", file.path);
        }
        for table in ["events", "copies", "blocks", "losses"] {
            let stray = format!("SELECT count(*) FROM {table} WHERE file NOT IN (SELECT id FROM files)");
            assert_eq!(number(&case, &stray), 0, "{table} after {limit}");
        }
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());

        let rest = import(&mut case, &paths, &[&mapping], 2);
        assert!(!rest.cancelled);
        let known = rest.files.iter().filter(|f| f.why.starts_with("already in this case")).count();
        assert_eq!(known, report.files.len());
        analysis::analyze(&case, &()).unwrap();
        undisturbed.agree(&answers(&case), "completed after a cancel");
    }
    assert!(stopped > 0, "no import was stopped between two files");
}

#[test]
fn a_cancelled_import_rolls_back_the_file_that_it_stood_in() {
    // Batches of one record each, so that there is a middle of a file to stop in.
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), &exports("fernhill/exports")[8..9]);
    let registry = fixtures::registry(&[&mapping()]);
    let limits = behalf_engine::read::Limits { batch_bytes: 1, ..behalf_engine::read::Limits::default() };
    let mut case = Case::in_memory().unwrap();
    let hints = behalf_engine::sources::Hints::default();
    let clock = fixtures::Still;
    for limit in [1, 20, 100] {
        let progress = StopAfter::new(limit);
        let import = behalf_engine::case::Import {
            registry: &registry,
            hints: &hints,
            limits: &limits,
            threads: 2,
            clock: &clock,
            progress: &progress,
        };
        let report = case.import(&paths, &import).unwrap();
        assert!(report.cancelled && report.files.is_empty(), "{report:?}");
        for table in ["files", "events", "copies", "blocks", "losses", "claims", "attributes"] {
            assert_eq!(number(&case, &format!("SELECT count(*) FROM {table}")), 0, "{table} after {limit} batches");
        }
    }
    // The same case then takes the file whole: nothing was left half known.
    let report = import(&mut case, &paths, &[&mapping()], 2);
    assert_eq!((report.files[0].kept, report.files[0].rejected), (188, 1));
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_cancelled_analysis_leaves_the_conclusions_that_stood_before() {
    let given = fernhill();
    let before = answers(&given.case);
    assert!(matches!(analysis::analyze(&given.case, &StopAfter::new(0)), Err(CaseError::Cancelled)));
    before.agree(&answers(&given.case), "after a cancelled analysis");
}
