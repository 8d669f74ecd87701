//! Imports that are killed: the case opens, holds whole files only, and the next import completes it with the answers of
//! one that nobody disturbed.

#![allow(clippy::unwrap_used, reason = "a test of the command: helpers are outside of #[test]")]
#![allow(clippy::disallowed_methods, reason = "moments to kill at are spread over the time that an import takes")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use behalf_engine::ask;
use behalf_engine::case::{Case, Select, verify};
use behalf_engine::model::Time;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/fernhill");
/// Files of the month.
const FILES: usize = 12;

fn behalf(arguments: &[&str], case: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_behalf"));
    command.args(arguments).arg("--case").arg(case).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn import(case: &Path, exports: &Path) -> Command {
    let mut command = behalf(&["import"], case);
    command.arg("--mapping").arg(format!("{FIXTURES}/switchboard.mapping.toml")).arg(exports);
    command
}

fn exports() -> PathBuf {
    Path::new(FIXTURES).join("exports")
}

/// Answers of a case, as they are printed.
fn answers(case: &Path) -> String {
    assert!(behalf(&["analyze"], case).status().unwrap().success());
    let case = Case::open(case).unwrap();
    let mut out = String::new();
    for row in ask::attributions::rows(&case, &Select::All, None).unwrap() {
        out.push_str(&serde_json::to_string(&row).unwrap());
        out.push('\n');
    }
    for finding in ask::findings::rows(&case).unwrap() {
        let detail = ask::findings::detail(&case, &finding.id).unwrap();
        out.push_str(&serde_json::to_string(&detail).unwrap());
        out.push('\n');
    }
    out
}

/// Moments drawn the same way each time.
struct Dice(u64);

impl Dice {
    /// A part of one, in thousandths.
    fn thousandths(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % 1_000) as u32
    }
}

/// How an import is ended: after a while, or when the case has grown to so many bytes.
enum Kill {
    After(Duration),
    At(u64),
}

/// Starts an import and kills it. Whether it was killed before it had ended by itself.
fn killed(case: &Path, exports: &Path, kill: &Kill) -> bool {
    let mut child = import(case, exports).spawn().unwrap();
    let grown = || -> u64 {
        ["", "-wal"]
            .iter()
            .filter_map(|end| std::fs::metadata(format!("{}{end}", case.display())).ok())
            .map(|m| m.len())
            .sum()
    };
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "an import that nobody killed fails");
            return false;
        }
        let now = match kill {
            Kill::After(time) => began.elapsed() >= *time,
            Kill::At(bytes) => grown() >= *bytes,
        };
        if now {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The case after a kill: it opens, every hash and count holds, and there is no half of a file. Files that it holds.
fn sound(case: &Path) -> usize {
    if !case.exists() {
        return 0;
    }
    let case = Case::open_or_create(case, Time(0)).unwrap();
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    for table in ["events", "copies", "blocks", "losses"] {
        let stray = format!("SELECT count(*) FROM {table} WHERE file NOT IN (SELECT id FROM files)");
        let stray: i64 = case.database().query_row(&stray, [], |r| r.get(0)).unwrap();
        assert_eq!(stray, 0, "{table} of a file that is not there");
    }
    let files = ask::evidence::files(&case).unwrap();
    assert!(files.iter().all(|f| f.reconciles && !f.sha256.is_empty() && f.read > 0), "{files:?}");
    files.len()
}

#[test]
fn an_import_killed_at_any_moment_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.behalf");
    let began = Instant::now();
    assert!(import(&whole, &exports()).status().unwrap().success());
    let time = began.elapsed();
    let undisturbed = answers(&whole);
    let bytes = std::fs::metadata(&whole).unwrap().len();

    let mut dice = Dice(20_260_301);
    let (mut kills, mut partial) = (0, 0);
    for round in 0..12 {
        let case = folder.path().join(format!("{round}.behalf"));
        // Several kills of one case, each import going on from the last whole file.
        for _ in 0..4 {
            let part = dice.thousandths();
            let kill = match round % 2 {
                0 => Kill::After(time * part / 1_000),
                _ => Kill::At(bytes * u64::from(part) / 1_000),
            };
            let before = sound(&case);
            kills += usize::from(killed(&case, &exports(), &kill));
            let after = sound(&case);
            assert!(after >= before, "{before} whole files became {after}");
            partial += usize::from(after > 0 && after < FILES);
        }
        assert!(import(&case, &exports()).status().unwrap().success());
        assert_eq!(sound(&case), FILES);
        assert!(answers(&case) == undisturbed, "other answers after kills in round {round}");
        assert!(!folder.path().join(format!("{round}.v0.behalf")).exists(), "a new case was taken for an older one");
    }
    assert!(kills >= 20, "only {kills} imports were killed");
    assert!(partial >= 3, "only {partial} kills left some files and not all");
}

#[test]
fn a_bulk_that_is_killed_gets_its_indices_back() {
    // Beyond 32 MB an empty case is filled without indices; a kill then finds them dropped.
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    std::fs::create_dir(&exports).unwrap();
    let padding = "x".repeat(64 << 10);
    for file in 0..3 {
        let mut text = String::new();
        for n in 0..180 {
            text.push_str(&format!(
                r#"{{"uuid":"{file}-{n}","published":"2026-03-05T10:00:00.000Z","eventType":"user.session.start","version":"0","actor":{{"id":"00u{n}","type":"User","alternateId":"p{n}@bulk.example"}},"outcome":{{"result":"SUCCESS"}},"debugContext":{{"debugData":{{"pad":"{padding}"}}}}}}"#
            ));
            text.push('\n');
        }
        std::fs::write(exports.join(format!("{file}.ndjson")), text).unwrap();
    }
    let indices = |case: &Path| -> i64 {
        let case = Case::open(case).unwrap();
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
        case.database().query_row(sql, [], |r| r.get(0)).unwrap()
    };
    let case = folder.path().join("bulk.behalf");
    let whole = folder.path().join("whole.behalf");
    assert!(import(&whole, &exports).status().unwrap().success());
    let bytes = std::fs::metadata(&whole).unwrap().len();
    for part in [2, 5, 8] {
        killed(&case, &exports, &Kill::At(bytes * part / 10));
        sound(&case);
    }
    assert!(import(&case, &exports).status().unwrap().success());
    assert_eq!((sound(&case), indices(&case)), (3, indices(&whole)));
    assert!(answers(&case) == answers(&whole));
}

#[test]
fn a_case_that_was_never_begun_is_made() {
    // What a kill leaves before the first write: a file without a byte.
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("empty.behalf");
    std::fs::write(&case, b"").unwrap();
    assert!(import(&case, &exports()).status().unwrap().success());
    assert_eq!(sound(&case), FILES);
}
