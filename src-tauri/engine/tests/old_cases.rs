//! Case files of earlier programs stay readable: `fixtures/cases/vN.behalf` is one that version N wrote, and is never
//! written anew.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

use std::path::{Path, PathBuf};

use behalf_engine::case::{Case, verify};
use behalf_engine::model::{Kind, Time};
use behalf_engine::review::{self, Wanted};

fn copy_of(version: u32, folder: &Path) -> PathBuf {
    let fixture = format!("{}/../../fixtures/cases/v{version}.behalf", env!("CARGO_MANIFEST_DIR"));
    let to = folder.join("review.behalf");
    std::fs::copy(fixture, &to).unwrap();
    to
}

#[test]
fn a_case_of_version_1_is_migrated_beside_a_copy_and_holds_what_it_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy_of(1, folder.path());
    let case = Case::open(&path).unwrap();
    let grants = case.grants().unwrap();
    assert_eq!(grants.len(), 90);
    assert!(grants.iter().any(|g| !g.allow || !g.condition.is_empty()));
    assert!(grants.iter().all(|g| g.except_actions.is_empty()));
    assert_eq!(case.memberships().unwrap(), []);
    let found = verify(&case).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    assert_eq!(case.directory().unwrap().len(), 29);
    let backup = folder.path().join("review.v1.behalf");
    let held = std::fs::metadata(&backup).unwrap().len();
    assert!(held > 0);
    // Opened again, it is of this version: nothing is migrated twice.
    drop(case);
    std::fs::remove_file(&backup).unwrap();
    Case::open(&path).unwrap();
    assert!(!backup.exists());
}

#[test]
fn a_case_of_version_2_keeps_its_scope_and_its_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy_of(2, folder.path());
    let case = Case::open(&path).unwrap();
    let acts = case.acts().unwrap();
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].who, "A. Reviewer");
    let found = verify(&case).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    assert!(folder.path().join("review.v2.behalf").exists());
}

#[test]
fn an_old_case_takes_new_acts_after_its_own() {
    for (version, before) in [(1, 0), (2, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let case = Case::open(&copy_of(version, folder.path())).unwrap();
        // Its conclusions are of a program that did not say of what.
        assert!(case.stale().unwrap().is_none_or(|stale| stale.earlier_program));
        let person = case.directory().unwrap().into_iter().find(|row| row.email.is_some()).unwrap();
        let wanted = Wanted::Rekind {
            account: person.id,
            kind: Kind::Shared,
            from: None,
            to: None,
            reason: "a team uses it".into(),
        };
        let decided = review::decide(&case, Time(0), "A. Reviewer", &wanted, &()).unwrap();
        assert_eq!(decided.act.seq, before + 1);
        assert_eq!(review::check(&case).unwrap(), Vec::<String>::new());
        assert_eq!(case.stale().unwrap(), None);
        let undo = Wanted::Undo { seq: decided.act.seq as u32, reason: "it is one person's".into() };
        review::decide(&case, Time(0), "A. Reviewer", &undo, &()).unwrap();
        assert_eq!(case.acts().unwrap().len() as i64, before + 2);
    }
}
