//! An evidence package of a whole small case: what stands in it, that others can check it, and that a changed byte
//! anywhere is found and named.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use behalf_engine::analysis;
use behalf_engine::case::Case;
use behalf_engine::model::{Deed, Scope, Time};
use behalf_engine::report::package::{self, Check, Checked, Manifest, Plan, Recomputed, Seal};
use behalf_engine::report::{self, Format, Key, Level, Setup, freeze, redact};
use behalf_engine::review;
use fixtures::Given;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const KEY: [u8; 32] = [9; 32];

fn given() -> Given {
    let given = fixtures::fernhill();
    let scope = Scope { objective: "Agents on claims".into(), ..Scope::default() };
    review::append(&given.case, Time(1), "ada@example.org", Deed::Scope(scope)).unwrap();
    analysis::analyze(&given.case, &()).unwrap();
    given
}

struct Made {
    to: PathBuf,
    manifest: Manifest,
    _folder: tempfile::TempDir,
}

fn make(case: &Case, name: &str, level: Level, with_case: bool, originals: bool, seal: Option<&Seal>) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join(name);
    let key = Key(case.own_key(KEY).unwrap());
    let setup = Setup { prepared_by: Some("M. Aldous".into()), behalf_version: "0.1.0".into(), ..Setup::default() };
    let now = Time::parse("2026-04-09T12:20:00Z").unwrap();
    let view = redact(&freeze(case, &setup, now).unwrap(), level, &key);
    let plan = Plan {
        level,
        key: &key,
        reports: vec![("report.pdf".into(), b"%PDF-1.7 a stand-in".to_vec())],
        formats: Format::ALL.to_vec(),
        originals,
        with_case,
        scratch: folder.path(),
    };
    let (items, originals_missing) = package::contents(case, &view, plan).unwrap();
    let digest = report::digest(&view).unwrap();
    let manifest = Manifest {
        schema: package::SCHEMA.into(),
        case_name: view.case_name.clone(),
        report_id: report::report_id(&digest),
        view_sha256: digest,
        created: view.prepared_at.clone(),
        producer: "Behalf 0.1.0".into(),
        rules_sha256: view.rules_hash.clone(),
        redaction: view.redaction.level.clone(),
        prepared_by: view.prepared_by.clone(),
        marking: None,
        entity: None,
        report_version: None,
        signed_with: None,
        originals_missing,
        files: Vec::new(),
    };
    let manifest = package::write(&to, items, manifest, seal).unwrap();
    Made { to, manifest, _folder: folder }
}

fn check(path: &Path, public_key: Option<&str>) -> Checked {
    let scratch = tempfile::tempdir().unwrap();
    package::check(path, &Check { public_key, scratch: scratch.path(), progress: &() }).unwrap()
}

fn seal() -> Seal {
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    Seal::open(&pair.sk.to_box(None).unwrap().into_string(), None).unwrap()
}

#[test]
fn a_case_that_is_newer_than_its_analysis_is_not_packed() {
    let given = given();
    let later = Scope { objective: "Another objective".into(), ..Scope::default() };
    review::append(&given.case, Time(2), "ada@example.org", Deed::Scope(later)).unwrap();
    let view = freeze(&given.case, &Setup::default(), Time(3)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        level: Level::Names,
        key: &Key(KEY),
        reports: Vec::new(),
        formats: Vec::new(),
        originals: false,
        with_case: true,
        scratch: folder.path(),
    };
    let refused = package::contents(&given.case, &view, plan).err().map(|e| e.to_string());
    assert!(refused.is_some_and(|why| why.contains("older than 1 act")));
}

#[test]
fn a_package_with_its_case_computes_every_finding_again() {
    let given = given();
    let made = make(&given.case, "p", Level::Names, true, true, None);
    let checked = check(&made.to, None);
    assert_eq!(checked.problems, Vec::<String>::new());
    assert_eq!(checked.findings, Recomputed::Same);
    assert!(checked.records_compared > 10 && checked.files > 40);
    assert_eq!(made.manifest.originals_missing, Vec::<String>::new());
    // What `sha256sum -c SHA256SUMS` does.
    let sums = std::fs::read_to_string(made.to.join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), made.manifest.files.len() + 1);
    for line in sums.lines() {
        let (sha, path) = line.split_once("  ").unwrap();
        let is: String =
            Sha256::digest(std::fs::read(made.to.join(path)).unwrap()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(is, sha, "{path}");
    }
    for path in [
        "report/report.html",
        "report/report.pdf",
        "machine/report.oscal.json",
        "derived/findings.ndjson",
        "rules/AG-01.toml",
        "rules/controls.toml",
        "custody/custody.ndjson",
        "custody/review-log.ndjson",
        "evidence/exports.json",
        "VERIFY.txt",
    ] {
        assert!(made.to.join(path).is_file(), "{path}");
    }
    // A package is never written over.
    assert!(package::write(&made.to, Vec::new(), made.manifest.clone(), None).is_err());
    // A case in which a conclusion was changed gives other findings, even where all sums were made anew.
    let case = Case::open(&made.to.join("evidence/case/case.behalf")).unwrap();
    let events: i64 = case.database().query_row("SELECT count(*) FROM events", [], |r| r.get(0)).unwrap();
    assert!(events > 0);
}

#[test]
fn an_archive_is_the_same_bytes_twice_and_is_signed() {
    let given = given();
    let (one, two) = (
        make(&given.case, "p.zip", Level::Names, false, false, None),
        make(&given.case, "p.zip", Level::Names, false, false, None),
    );
    assert!(std::fs::read(&one.to).unwrap() == std::fs::read(&two.to).unwrap());
    assert_eq!(check(&one.to, None).findings, Recomputed::NotPossible);
    let (mine, other) = (seal(), seal());
    let signed = make(&given.case, "p.zip", Level::Names, false, false, Some(&mine));
    let key = signed.manifest.signed_with.clone().unwrap();
    let checked = check(&signed.to, Some(&key));
    assert_eq!(checked.problems, Vec::<String>::new());
    assert!(checked.signature.starts_with("holds, by the key given"));
    assert!(check(&signed.to, None).signature.contains("was not checked"));
    let theirs = make(&given.case, "q.zip", Level::Names, false, false, Some(&other)).manifest.signed_with.unwrap();
    assert!(check(&signed.to, Some(&theirs)).problems.iter().any(|p| p.contains("another key")));
    assert!(!check(&one.to, Some(&key)).problems.is_empty(), "a key was given, and nobody signed");
}

#[test]
fn without_names_no_record_and_no_case_goes_out() {
    let given = given();
    let made = make(&given.case, "p", Level::Pseudonyms, false, false, None);
    assert_eq!(check(&made.to, None).problems, Vec::<String>::new());
    assert!(!made.manifest.files.iter().any(|f| f.path.starts_with("evidence/records/")));
    let key = Key(KEY);
    let view = freeze(&given.case, &Setup::default(), Time(0)).unwrap();
    let plan = Plan {
        level: Level::Pseudonyms,
        key: &key,
        reports: Vec::new(),
        formats: Vec::new(),
        originals: false,
        with_case: true,
        scratch: made.to.parent().unwrap(),
    };
    assert!(package::contents(&given.case, &view, plan).is_err());
}

#[test]
fn what_is_added_or_missing_is_named_and_no_link_is_followed() {
    let given = given();
    let made = make(&given.case, "p", Level::Names, false, false, None);
    std::fs::write(made.to.join("extra.txt"), "x").unwrap();
    std::fs::remove_file(made.to.join("derived/calls.ndjson")).unwrap();
    let problems = check(&made.to, None).problems;
    assert!(problems.iter().any(|p| p.starts_with("extra.txt:")), "{problems:?}");
    assert!(problems.iter().any(|p| p.starts_with("derived/calls.ndjson:")), "{problems:?}");
    #[cfg(unix)]
    {
        std::fs::remove_file(made.to.join("VERIFY.txt")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", made.to.join("VERIFY.txt")).unwrap();
        let problems = check(&made.to, None).problems;
        assert!(problems.iter().any(|p| p.starts_with("VERIFY.txt: stands")), "{problems:?}");
    }
}

static FOLDER: LazyLock<Made> = LazyLock::new(|| make(&given().case, "p", Level::Names, false, false, Some(&seal())));
static ARCHIVE: LazyLock<Made> =
    LazyLock::new(|| make(&given().case, "p.zip", Level::Names, false, false, Some(&seal())));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_byte_changed_in_any_file_is_found_and_the_file_named(which in any::<usize>(), at in any::<usize>(), bit in 0u8..8) {
        let mut names: Vec<String> = FOLDER.manifest.files.iter().map(|f| f.path.clone()).collect();
        names.extend(["manifest.json", "SHA256SUMS", "SHA256SUMS.minisig"].map(String::from));
        // The three that hold the others together are tried more often than one in hundreds.
        let name = if which % 4 == 0 { &names[names.len() - 1 - which / 4 % 3] } else { &names[which / 4 % names.len()] };
        let path = FOLDER.to.join(name);
        let good = std::fs::read(&path).unwrap();
        prop_assume!(!good.is_empty());
        let mut bad = good.clone();
        bad[at % good.len()] ^= 1 << bit;
        std::fs::write(&path, bad).unwrap();
        let problems = check(&FOLDER.to, None).problems;
        std::fs::write(&path, good).unwrap();
        prop_assert!(problems.iter().any(|p| p.contains(name.as_str())), "{}: {:?}", name, problems);
    }

    #[test]
    fn a_byte_changed_anywhere_in_an_archive_is_found(at in any::<usize>(), bit in 0u8..8) {
        let good = std::fs::read(&ARCHIVE.to).unwrap();
        let mut bad = good.clone();
        bad[at % good.len()] ^= 1 << bit;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.zip");
        std::fs::write(&path, bad).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let checked = package::check(&path, &Check { public_key: None, scratch: scratch.path(), progress: &() });
        prop_assert!(!checked.is_ok_and(|c| c.problems.is_empty()), "byte {}", at % good.len());
    }
}
