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

/// Everything that Typst, a terminal or a reader could take for something else, and a token that fits no line.
#[test]
fn hostile_text_is_data() {
    let mut view = VIEW.clone();
    let long = "A".repeat(5_000);
    let payload = format!(
        "#panic(\"x\") #read(\"/etc/passwd\") $ x $ = heading \n= not a heading *b* _i_ @ref <label> `raw` \\ // # [[ ]] {{}} \u{202e}gnp.exe \u{0}\u{1b}[31m \u{feff} 漢字 😀 \u{e000} {long}"
    );
    view.case_name = payload.clone();
    view.entity = Some(payload.clone());
    view.marking = Some(payload.clone());
    view.prepared_by = Some(payload.clone());
    for f in view.findings.iter_mut().take(3) {
        f.row.title = payload.clone();
        f.condition = payload.clone();
        f.against = vec![payload.clone()];
        f.instances.truncate(2);
        for i in &mut f.instances {
            i.sentence = payload.clone();
        }
    }
    view.findings.truncate(3);
    view.design_facts.clear();
    for c in &mut view.calls {
        c.action = Some(payload.clone());
        c.resource = Some(payload.clone());
    }
    view.calls.truncate(4);
    view.evidence.truncate(3);
    let bytes = behalf_pdf::write(&view).unwrap();
    keep("hostile.pdf", &bytes);
    // A broken page: no fault of the text's, and no way to take it for markup.
    view.findings.clear();
    view.calls.clear();
    view.evidence.clear();
    view.files.clear();
    view.losses.clear();
    view.receipts.clear();
    view.rules.clear();
    view.overview.days.clear();
    view.overview.worst.clear();
    view.overview.cautions.clear();
    view.prepared_at = "no time".into();
    view.marking = None;
    behalf_pdf::write(&view).unwrap();
}

#[test]
fn the_template_claims_nothing_that_it_must_not() {
    let denied = regex::Regex::new(r"(?s)// does-not-say: begin.*?does-not-say: end").unwrap();
    assert_eq!(denied.find_iter(behalf_pdf::TEMPLATE).count(), 1, "the words stand in one place only, denied");
    let never = regex::Regex::new(behalf_engine::report::NEVER_CLAIMED).unwrap();
    let rest = denied.replace_all(behalf_pdf::TEMPLATE, "");
    assert_eq!(never.find_iter(&rest).map(|m| m.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn what_is_not_printed_is_counted() {
    let mut view = VIEW.clone();
    let one = view.findings[0].clone();
    for n in 0..1_700 {
        let mut more = one.clone();
        more.row.id = format!("more-{n}");
        more.instances.clear();
        view.findings.push(more);
    }
    let bytes = behalf_pdf::write(&view).unwrap();
    keep("many.pdf", &bytes);
    assert!(bytes.len() < 20_000_000);
}

/// Ten thousand findings with their calls. Run under `time -v` for what it takes; nothing is asserted about time.
#[test]
#[ignore = "a measure: cargo test --release -p behalf-pdf --test report ten_thousand -- --ignored"]
fn ten_thousand_findings() {
    use behalf_engine::report::Format;
    let mut view = VIEW.clone();
    let (findings, calls) = (std::mem::take(&mut view.findings), std::mem::take(&mut view.calls));
    for n in 0..10_000 {
        let mut f = findings[n % findings.len()].clone();
        let was = std::mem::replace(&mut f.row.id, format!("copy-{n}"));
        view.calls.extend(calls.iter().filter(|c| c.finding == was).map(|c| {
            let mut c = c.clone();
            c.finding.clone_from(&f.row.id);
            c
        }));
        view.findings.push(f);
    }
    let pdf = behalf_pdf::write(&view).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    for format in Format::ALL {
        assert!(!behalf_engine::report::write(&view, format).unwrap().is_empty());
    }
}
