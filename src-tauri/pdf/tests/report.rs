//! The report of record, of a whole small case: what conforms, what stays the same, what stays data.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test of the whole corridor")]

#[path = "../../engine/tests/fixtures/mod.rs"]
mod fixtures;

use std::path::PathBuf;
use std::sync::LazyLock;

use behalf_engine::model::Time;
use behalf_engine::report::{FrozenView, Setup, freeze};

/// One case, frozen once for all tests.
static VIEW: LazyLock<FrozenView> = LazyLock::new(|| {
    let given = fixtures::fernhill();
    let setup = Setup {
        prepared_by: Some("M. Aldous, second line".into()),
        marking: Some("Privileged and confidential: prepared at the request of counsel".into()),
        entity: Some("Fernhill Mutual".into()),
        report_version: Some("draft 2".into()),
        behalf_version: "0.1.0".into(),
    };
    freeze(&given.case, &setup, Time::parse("2026-04-09T12:20:00Z").unwrap()).unwrap()
});

fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_same_view_gives_the_same_bytes_and_says_what_it_conforms_to() {
    let one = behalf_pdf::write(&VIEW).unwrap();
    keep("report.pdf", &one);
    assert!(one.starts_with(b"%PDF-1."));
    assert!(one == behalf_pdf::write(&VIEW).unwrap(), "twice the same");
    let text = String::from_utf8_lossy(&one);
    for claim in ["pdfaid:part", "pdfuaid:part", "/MarkInfo", "/StructTreeRoot", "/Lang"] {
        assert!(text.contains(claim), "{claim}");
    }
}
