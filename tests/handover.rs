//! What leaves by the command line: reports in every format, packages and their check, and the schemas of the answers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test of the command: helpers are outside of #[test]")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_behalf")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The month at Fernhill Mutual, imported and analysed once.
fn month() -> &'static str {
    static MONTH: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    &MONTH
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let case = folder.path().join("month.behalf").display().to_string();
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fernhill");
            let (mapping, exports) = (root.join("switchboard.mapping.toml"), root.join("exports"));
            let (mapping, exports) = (mapping.display().to_string(), exports.display().to_string());
            for arguments in [
                ["import", "--case", &case, "--mapping", &mapping, &exports].as_slice(),
                ["analyze", "--case", &case].as_slice(),
            ] {
                let (code, _, err) = run(arguments);
                assert_eq!(code, 0, "{err}");
            }
            (folder, case)
        })
        .1
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn every_ending_is_written_and_another_is_refused_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let endings: [(&str, &[u8]); 8] = [
        ("pdf", b"%PDF-"),
        ("html", b"<!doctype"),
        ("xlsx", b"PK"),
        ("csv", b"\"report_id\""),
        ("json", b"{"),
        ("oscal.json", b"{"),
        ("ocsf.ndjson", b"{"),
        ("issues.csv", b"\"issue_id\""),
    ];
    for (ending, head) in endings {
        let to = path(&folder, &format!("r.{ending}"));
        let (code, _, err) = run(&["report", "--case", month(), "--to", &to, "--redact", "pseudonyms"]);
        assert_eq!(code, 0, "{ending}: {err}");
        let bytes = std::fs::read(&to).unwrap();
        assert!(bytes.starts_with(head), "{ending}");
    }
    let (code, _, err) = run(&["report", "--case", month(), "--to", &path(&folder, "r.docx")]);
    assert!(code == 1 && err.contains(".pdf") && err.contains(".oscal.json"), "{err}");
    let (code, _, err) = run(&["report", "--case", month(), "--to", &path(&folder, "r.csv"), "--redact", "some"]);
    assert!(code == 1 && err.contains("pseudonyms"), "{err}");
}

#[test]
fn a_package_is_proved_by_sha256sum_and_by_behalf_and_a_changed_byte_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let to = path(&folder, "package");
    let (code, _, err) =
        run(&["package", "--case", month(), "--to", &to, "--report", "html", "--with-case", "--originals"]);
    assert_eq!(code, 0, "{err}");
    let root = PathBuf::from(&to);
    if let Ok(output) =
        std::process::Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&root).output()
    {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let (code, out, err) = run(&["verify", &to]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("computed again from the packaged case, and the same"), "{out}");
    let text = root.join("rules/AG-01.toml");
    let mut bytes = std::fs::read(&text).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&text, bytes).unwrap();
    let (code, out, _) = run(&["verify", &to]);
    assert!(code == 1 && out.contains("rules/AG-01.toml"), "{out}");
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn valid(schema: &Value, document: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(document).take(5).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{what}");
}

#[test]
fn answers_follow_their_schemas() {
    let whole = schema("command-line.schema.json");
    let of = |name: &str| {
        let mut one = whole.clone();
        one["$ref"] = format!("#/$defs/{name}").into();
        one
    };
    let folder = tempfile::tempdir().unwrap();
    let zip = path(&folder, "p.zip");
    let case = month();
    let asked: [(&str, Vec<&str>); 10] = [
        ("analyze", vec!["analyze", "--case", case]),
        ("attributions", vec!["attributions", "--case", case]),
        ("findings", vec!["findings", "--case", case]),
        ("coverage", vec!["coverage", "--case", case]),
        ("losses", vec!["losses", "--case", case]),
        ("receipts", vec!["receipts", "--case", case]),
        ("package", vec!["package", "--case", case, "--to", &zip, "--report", "csv"]),
        ("verify_package", vec!["verify", &zip]),
        ("verify", vec!["verify", case]),
        (
            "authorized",
            vec![
                "authorized",
                "--case",
                case,
                "--user",
                "nobody@example.org",
                "--action",
                "claim.pay",
                "--resource",
                "claim/1",
                "--at",
                "2026-03-10T10:00:00Z",
            ],
        ),
    ];
    for (name, arguments) in asked {
        let mut arguments = arguments;
        arguments.extend(["--format", "json"]);
        let (code, out, err) = run(&arguments);
        assert_eq!(code, 0, "{name}: {err}");
        valid(&of(name), &serde_json::from_str(&out).unwrap(), name);
    }
    let (json, package) = (path(&folder, "r.json"), path(&folder, "p"));
    assert_eq!(run(&["report", "--case", case, "--to", &json]).0, 0);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    valid(&schema("report.schema.json"), &report, "report");
    assert_eq!(run(&["package", "--case", case, "--to", &package, "--report", "oscal.json"]).0, 0);
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(Path::new(&package).join(name)).unwrap()).unwrap()
    };
    valid(&schema("package.schema.json"), &read("manifest.json"), "manifest");
    valid(
        &schema("oscal/oscal_assessment-results_schema_1.1.3.json"),
        &read("machine/report.oscal.json"),
        "OSCAL of a whole case",
    );
}
