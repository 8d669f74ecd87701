//! A review from an empty window to a report on disk, in the real application.

use behalf_journeys::{Hand, Session, target};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "drives the real window: make journeys"]
async fn from_an_empty_window_to_a_report() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("fixtures/fernhill");
    let session = Session::open(&[]).await;
    let mut hand = Hand::new(&session.client);
    hand.sees("[data-testid=start]").await;
    hand.takes_a_picture("start").await;

    // A new case, and the exports with the mapping file of the in-house log.
    let case = session.folder.path().join("march.behalf");
    session.pick(&[&case]);
    hand.clicks("[data-testid=new-case]", "[data-testid=nav-evidence]").await;
    hand.clicks("[data-testid=nav-evidence]", "[data-testid=import]").await;
    assert!(case.is_file(), "the case is on disk");
    session.pick(&[&fixtures.join("exports"), &fixtures.join("switchboard.mapping.toml")]);
    hand.clicks("[data-testid=import]", "[data-testid=import-report]").await;

    // Everything that was read is accounted for.
    let exports = std::fs::read_dir(fixtures.join("exports")).unwrap().count();
    assert_eq!(hand.counts("[data-testid=export-row]").await, exports, "one row an export");
    hand.reads("[data-testid=reconciliation]", |text| text.contains("accounted for")).await;
    hand.reads("[data-testid=total-read]", |text| text.chars().any(|c| c.is_ascii_digit() && c != '0')).await;
    hand.takes_a_picture("evidence").await;

    // The numbers.
    hand.clicks("[data-testid=nav-overview]", "[data-testid=figure-attributed]").await;
    hand.reads("[data-testid=figure-attributed]", |text| text.chars().any(|c| ('1'..='9').contains(&c))).await;
    hand.takes_a_picture("overview").await;

    // From a figure to the calls that it counts, to one call, its chain and its raw record.
    hand.clicks("[data-testid=figure-attributed]", "[data-testid=calls-row]").await;
    hand.clicks("[data-testid=calls-row]", "[data-testid=chain]").await;
    hand.reads("[data-testid=sentence]", |text| text.contains("recorded initiator")).await;
    hand.reads("[data-testid=raw-text]", |text| text.contains('{')).await;
    hand.takes_a_picture("call").await;

    // A finding, and the raw record of one of its calls, where rules have run.
    hand.clicks("[data-testid=nav-findings]", "[data-testid=findings-count]").await;
    if hand.counts("[data-testid=finding-row]").await > 0 {
        hand.clicks("[data-testid=finding-row]", "[data-testid=finding-detail]").await;
        hand.clicks("[data-testid=finding-call]", "[data-testid=raw-text]").await;
    }
    hand.takes_a_picture("finding").await;

    // A person's month.
    hand.clicks("[data-testid=nav-timeline]", "[data-testid=person-row]").await;
    hand.clicks("[data-testid=person-row]", "[data-testid=timeline-grid-row]").await;
    hand.sees("[data-testid=plot]").await;
    hand.takes_a_picture("timeline").await;

    // The report, on disk.
    let report = session.folder.path().join("report.html");
    session.pick(&[&report]);
    hand.clicks("[data-testid=export-report]", "[data-testid=report-save]").await;
    hand.clicks("[data-testid=report-save]", "[data-testid=report-written]").await;
    let text = std::fs::read_to_string(&report).expect("the report is on disk");
    assert!(text.contains("<html") && text.contains("march"), "the report is about this case");
    hand.takes_a_picture("report").await;
    session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "drives the real window: make journeys"]
async fn a_case_given_as_an_argument_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let made =
        std::process::Command::new(target().join("behalf")).args(["demo", "--to"]).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let case = folder.path().join("Fernhill Mutual.behalf");
    let session = Session::open(&[&case]).await;
    let mut hand = Hand::new(&session.client);
    hand.reads("[data-testid=reconciliation]", |text| text.contains("accounted for")).await;
    hand.reads("[data-testid=figure-calls]", |text| text.chars().any(|c| c.is_ascii_digit())).await;
    session.close().await;
}
