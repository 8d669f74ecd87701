//! The reviewer's acts on the command line: exit codes, shapes of answers, and what an answer says that is older than the case.

#![allow(clippy::unwrap_used, reason = "a test of the command: helpers are outside of #[test]")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

const DIRECTORY: &str =
    "id,email,name,type,status\nP1,ada@example.org,Ada,person,active\nhelper,,helper,agent,active\n";
const MAPPING: &str = r#"
name = "desk"
records = "ndjson"
kind = "call"
detect = ["/do", "/as"]
populated_by = "gateway"
[fields]
time = "/t"
id = "/id"
action = "/do"
wire = "/as"
wire_kind = { value = "service" }
agent = "/as"
human = "/for"
host = "/host"
outcome = { value = "success" }
"#;
const CALLS: &str = "{\"id\":\"c1\",\"t\":\"2026-03-02T10:00:00Z\",\"do\":\"read\",\"as\":\"helper\",\"for\":\"ada.l\",\"host\":\"pod-1\"}
{\"id\":\"c2\",\"t\":\"2026-03-03T10:00:00Z\",\"do\":\"read\",\"as\":\"helper\",\"for\":\"ada@example.org\",\"host\":\"pod-1\"}
";

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

fn behalf(arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_behalf")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn case(folder: &Path) -> String {
    let (directory, calls) = (write(folder, "directory.csv", DIRECTORY), write(folder, "desk.ndjson", CALLS));
    let mapping = write(folder, "desk.toml", MAPPING);
    let case = folder.join("q1.behalf").display().to_string();
    let paths = [directory, calls, mapping].map(|p| p.display().to_string());
    assert_eq!(behalf(&["import", "--case", &case, &paths[0], &paths[1], &paths[2]]).code, 0);
    assert_eq!(behalf(&["analyze", "--case", &case]).code, 0);
    case
}

const BY: [&str; 4] = ["--by", "A. Reviewer", "--reason", "the ticket says so"];

fn act(case: &str, arguments: &[&str]) -> Said {
    behalf(&[arguments, &["--case", case, "--format", "json"], &BY].concat())
}

#[test]
fn acts_are_recorded_answered_listed_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let joined = act(&case, &["join", "ada.l", "P1"]).json();
    assert_eq!((joined["act"]["seq"].as_i64(), joined["act"]["effect"]["gained"].as_i64()), (Some(1), Some(1)));
    let marked = act(&case, &["suspect", "--host", "pod-1", "--from", "2026-03-03"]).json();
    assert_eq!(marked["lost"][0]["id"], "c2");
    assert_eq!(
        (marked["lost"][0]["human"].as_str(), marked["lost"][0]["grade"].as_str()),
        (Some("ada@example.org"), Some("B"))
    );
    assert_eq!(act(&case, &["undo", "2"]).json()["act"]["sentence"], "undoes act 2");
    let log = behalf(&["log", "--case", &case, "--format", "json"]).json();
    let words: Vec<&str> = log.as_array().unwrap().iter().map(|a| a["act"].as_str().unwrap()).collect();
    assert_eq!(words, ["join", "suspect", "undo"]);
    assert_eq!(log[1]["undone_by"], 3);
    let text = behalf(&["log", "--case", &case]).out;
    assert!(text.ends_with(&format!("head {}\n", log[2]["hash"].as_str().unwrap())), "{text}");
    let verified = behalf(&["verify", &case, "--format", "json"]).json();
    assert_eq!(verified["problems"], Value::Array(Vec::new()));
    let report = folder.path().join("findings.json").display().to_string();
    assert_eq!(behalf(&["report", "--case", &case, "--to", &report]).code, 0);
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let text = report.to_string();
    assert!(text.contains(log[2]["hash"].as_str().unwrap()), "the head is in the report");
}

#[test]
fn an_answer_that_is_older_than_the_case_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    assert_eq!(behalf(&["attributions", "--case", &case]).err, "");
    let later = act(&case, &["join", "ada.l", "P1", "--later"]).json();
    assert_eq!((later["analysed"].as_bool(), later["act"]["effect"].is_null()), (Some(false), true));
    for question in [&["attributions"][..], &["findings"], &["coverage"], &["who", "c1"], &["policy"], &["log"]] {
        let said = behalf(&[question, &["--case", &case, "--format", "json"]].concat());
        assert_eq!(said.code, 0);
        assert!(said.err.contains("The analysis is older than 1 act"), "{question:?}: {}", said.err);
        assert!(serde_json::from_str::<Value>(&said.out).is_ok(), "{question:?}");
    }
    assert_eq!(behalf(&["analyze", "--case", &case]).code, 0);
    assert_eq!(behalf(&["attributions", "--case", &case]).err, "");
    let more = write(folder.path(), "more.ndjson", &CALLS.replace("\"c", "\"d"));
    assert_eq!(behalf(&["import", "--case", &case, &more.display().to_string()]).code, 0);
    assert!(behalf(&["findings", "--case", &case]).err.contains("older than 1 imported file"));
}

#[test]
fn policy_and_rules_are_set_and_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let set = act(&case, &["policy", "--set", "RU-06.days=30"]).json();
    assert_eq!(set["act"]["sentence"], "sets RU-06.days = 30");
    let rows = behalf(&["policy", "--case", &case, "--format", "json"]).json();
    let row = rows.as_array().unwrap().iter().find(|r| r["key"] == "RU-06.days").unwrap().clone();
    assert_eq!(
        (row["value"].as_f64(), row["shipped"].as_f64(), row["differs"].as_bool()),
        (Some(30.0), Some(90.0), Some(true))
    );
    for (arguments, says) in [
        (&["policy", "--set", "RU-06.days=soon"][..], "no KEY=NUMBER"),
        (&["policy", "--set", "RU-06.days=1"], "it goes from 7 to 3650 days"),
        (&["policy", "--set", "RU-06.dayz=1"], "there is no parameter"),
        (&["join", "nobody", "P1"], "no record and no directory knows nobody"),
        (&["undo", "9"], "there is no act 9"),
        (&["rules", "remove", "AG-01"], "AG-01 is a shipped rule"),
        (&["rules", "add", "/no/such/file.toml"], "No such file"),
    ] {
        let said = act(&case, arguments);
        assert_eq!(said.code, 1, "{arguments:?}");
        assert!(said.err.contains(says), "{arguments:?}: {}", said.err);
    }
    assert_eq!(behalf(&["join", "a", "b", "--case", &case]).code, 2, "who decides is not optional");
    let unreasoned = behalf(&["join", "ada.l", "P1", "--case", &case, "--by", "A"]);
    assert_eq!((unreasoned.code, unreasoned.err.contains("a reason is required")), (1, true));
    assert_eq!(behalf(&["suspect", "--case", &case, "--by", "A", "--reason", "x"]).code, 2);

    let rule = write(
        folder.path(),
        "own.toml",
        &std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/engine/rules/catalogue/AG-01.toml"),
        )
        .unwrap()
        .replace("id = \"AG-01\"", "id = \"X-01\"")
        .replace("family = \"AG\"", "family = \"X\""),
    );
    let rule = rule.display().to_string();
    assert_eq!(behalf(&["rules", "test", &rule]).code, 0);
    assert_eq!(act(&case, &["rules", "add", &rule]).code, 0);
    let listed = behalf(&["rules", "list", "--case", &case, "--format", "json"]).json();
    assert!(listed.as_array().unwrap().iter().any(|r| r["id"] == "X-01" && r["own"] == true));
    assert!(behalf(&["rules", "show", "x-01", "--case", &case]).out.contains("id = \"X-01\""));
    assert_eq!(behalf(&["rules", "test", "X-01", "--case", &case]).code, 0);
    assert_eq!(behalf(&["rules", "show", "X-01"]).code, 1, "it is that case's own");
    assert_eq!(act(&case, &["rules", "remove", "X-01"]).code, 0);
}

#[test]
fn the_next_case_begins_with_what_the_last_decided() {
    let folder = tempfile::tempdir().unwrap();
    let last = case(folder.path());
    assert_eq!(act(&last, &["join", "ada.l", "P1"]).code, 0);
    let next = folder.path().join("q2.behalf").display().to_string();
    let brought = behalf(&["new", "--case", &next, "--from", &last, "--by", "B. Next", "--format", "json"]).json();
    assert_eq!((brought["identity"].as_i64(), brought["mappings"].as_i64()), (Some(1), Some(1)));
    let log = behalf(&["log", "--case", &next, "--format", "json"]).json();
    assert!(log.as_array().unwrap().iter().all(|a| a["carried_from"] == brought["head"]));
    let again = behalf(&["new", "--case", &next, "--from", &last, "--by", "B. Next"]);
    assert_eq!((again.code, again.err.contains("there is already a file")), (1, true));
    let missing = folder.path().join("q3.behalf").display().to_string();
    assert_eq!(behalf(&["new", "--case", &missing, "--from", "/no/such.behalf", "--by", "B"]).code, 1);
    assert!(!Path::new(&missing).exists());
    assert_eq!(behalf(&["new", "--case", &missing]).code, 0);
}
