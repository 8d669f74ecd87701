//! Every recorded sample of every system: taken for what its folder says, every record accounted for, the oddities said as
//! losses. `samples.csv` holds what is expected of each file; skipped where the samples do not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::ask;
use behalf_engine::case::{Case, verify};
use fixtures::import;

/// What a folder's files may be. A mapping between two schemas keeps the originals beside; what is no record of an agent or
/// of an audit log at all is unknown, and said so.
const FOLDERS: &[(&str, &[&str])] = &[
    ("ai_provider_audit", &["anthropic_audit", "bedrock_invocation", "openai_audit"]),
    ("auth0", &["auth0"]),
    ("aws_cloudtrail", &["aws_cloudtrail"]),
    ("azure_activity", &["azure_activity"]),
    ("cedar", &["cedar_decisions"]),
    ("databricks", &["databricks"]),
    ("entra", &["entra_audit", "entra_sign_in"]),
    ("gcp_audit", &["gcp_audit"]),
    ("github", &["github_audit"]),
    ("google_workspace", &["google_workspace"]),
    ("identity_aws_iam", &["aws_authorization", "aws_credential_report"]),
    ("identity_entra_users", &["entra_users"]),
    ("identity_okta_users", &["okta_users"]),
    ("identity_scim", &["scim_users"]),
    ("kubernetes", &["kubernetes_audit"]),
    ("langfuse", &["langfuse"]),
    ("langsmith", &["langsmith_runs"]),
    ("m365", &["m365_audit"]),
    ("mcp_gateway", &["teleport"]),
    ("ocsf", &["ocsf", "aws_cloudtrail", "kubernetes_audit", "github_audit", "okta_system_log"]),
    ("okta", &["okta_system_log"]),
    ("opa", &["opa_decisions"]),
    ("openfga", &["openfga"]),
    ("openinference", &["openinference", "otel_traces", "unknown"]),
    ("otel_genai", &["otel_traces"]),
    ("salesforce", &["salesforce_event_log", "salesforce_setup_audit"]),
    ("servicenow", &["servicenow"]),
    ("slack", &["slack_audit"]),
    ("snowflake", &["snowflake"]),
    ("spicedb", &["spicedb_audit"]),
    ("teleport", &["teleport"]),
    ("tokens", &["token_records"]),
    ("workday", &["workday"]),
];

fn samples() -> Option<PathBuf> {
    let place = Path::new("shared/samples");
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

/// Files of the samples, as `folder/name`.
fn files(samples: &Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for folder in std::fs::read_dir(samples).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        for file in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()) {
            if file.file_name().is_some_and(|name| name != "PROVENANCE.md") {
                let name = |p: &Path| p.file_name().unwrap().to_string_lossy().into_owned();
                out.insert(format!("{}/{}", name(&folder), name(&file)));
            }
        }
    }
    out
}

fn read(path: &Path) -> BTreeMap<&'static str, String> {
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[path.to_path_buf()], &[], 2);
    let file = report.files.first().unwrap();
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new(), "{}", path.display());
    let mut losses: Vec<String> =
        ask::evidence::losses(&case, None).unwrap().iter().map(|l| format!("{}={}", l.code, l.count)).collect();
    losses.sort();
    BTreeMap::from([
        ("format", file.format.clone()),
        ("read", file.read.to_string()),
        ("kept", file.kept.to_string()),
        ("duplicates", file.duplicates.to_string()),
        ("rejected", file.rejected.to_string()),
        ("losses", losses.join(";")),
    ])
}

#[test]
fn every_sample_is_what_its_folder_says_and_adds_up() {
    let Some(samples) = samples() else { return };
    let expected: Vec<BTreeMap<String, String>> =
        csv::Reader::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples.csv"))
            .unwrap()
            .deserialize()
            .map(Result::unwrap)
            .collect();
    let listed: BTreeSet<String> = expected.iter().map(|row| row["file"].clone()).collect();
    assert_eq!(listed, files(&samples));
    for row in &expected {
        let number = |column: &str| row[column].parse::<u64>().unwrap();
        assert_eq!(number("read"), number("kept") + number("duplicates") + number("rejected"), "{}", row["file"]);
        let (folder, _) = row["file"].split_once('/').unwrap();
        let (_, formats) = FOLDERS.iter().find(|(name, _)| *name == folder).unwrap();
        assert!(formats.contains(&row["format"].as_str()), "{}: {}", row["file"], row["format"]);
        for (column, found) in read(&samples.join(&row["file"])) {
            assert_eq!(found, row[column], "{column} of {}", row["file"]);
        }
    }
}
