//! The command `behalf` as DESIGN section 10 promises it: exit codes, shapes of answers, and what it refuses in words.

#![allow(clippy::unwrap_used, reason = "a test of the command: helpers are outside of #[test]")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn fixture(part: &str) -> PathBuf {
    Path::new(ROOT).join("fixtures").join(part)
}

fn mapping() -> PathBuf {
    fixture("fernhill/switchboard.mapping.toml")
}

/// What a command said.
struct Said {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Said {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_slice(&self.out).unwrap()
    }
}

fn behalf<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_behalf")).args(arguments).output().unwrap();
    Said { code: output.status.code().unwrap(), out: output.stdout, err: String::from_utf8(output.stderr).unwrap() }
}

/// A question to the case of the month.
fn ask(arguments: &[&str]) -> Said {
    ask_of(month(), arguments)
}

fn ask_of(case: &Path, arguments: &[&str]) -> Said {
    let case = ["--case".to_string(), case.display().to_string()];
    behalf(arguments.iter().map(ToString::to_string).chain(case))
}

/// The month at Fernhill Mutual, imported and analysed once for all tests of this file.
fn month() -> &'static Path {
    static MONTH: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, case) = MONTH.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let case = folder.path().join("month.behalf");
        let report = import(&case, &[&fixture("fernhill/exports")], &["--format", "json"]);
        assert_eq!(report.json()["files"].as_array().unwrap().len(), 12);
        assert_eq!(ask_of(&case, &["analyze"]).code, 0);
        (folder, case)
    });
    case
}

fn import(case: &Path, exports: &[&Path], further: &[&str]) -> Said {
    let mut arguments = vec!["import".to_string(), "--case".into(), case.display().to_string()];
    arguments.extend(["--mapping".to_string(), mapping().display().to_string()]);
    arguments.extend(further.iter().map(ToString::to_string));
    arguments.extend(exports.iter().map(|p| p.display().to_string()));
    behalf(arguments)
}

/// A new case of one file, analysed.
fn case_of(folder: &Path, export: &Path) -> PathBuf {
    let case = folder.join("one.behalf");
    assert_eq!(import(&case, &[export], &[]).code, 0);
    assert_eq!(ask_of(&case, &["analyze"]).code, 0);
    case
}

/// The keys of an object, sorted.
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn listed(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.sort_unstable();
    words
}

#[test]
fn wrong_usage_is_two_what_cannot_be_done_is_one_and_any_answer_is_none() {
    for wrong in [
        vec![],
        vec!["nonsense"],
        vec!["import"],
        vec!["who", "--case", "x.behalf"],
        vec!["attributions"],
        vec!["attributions", "--case", "x.behalf", "--format", "xml"],
    ] {
        assert_eq!(behalf(&wrong).code, 2, "{wrong:?}");
    }
    let at = ["authorized", "--user", "x", "--action", "y", "--resource", "z", "--at"];
    assert_eq!(ask(&[&at[..], &["yesterday"]].concat()).code, 2);
    assert_eq!(ask(&[&at[..], &["2026-03-02T00:00:00Z", "--with", "amount"]].concat()).code, 2);
    assert_eq!(ask(&["coverage", "--format", "csv"]).code, 2, "an answer that is no table");

    for cannot in [["attributions"].as_slice(), &["raw", "x"], &["losses"]] {
        let said = ask_of(Path::new("/nowhere/at/all.behalf"), cannot);
        assert_eq!(said.code, 1, "{cannot:?}");
        assert!(said.out.is_empty() && said.err.contains("there is no case file"), "{}", said.err);
    }
    assert_eq!(ask(&["who", "no-such-id"]).code, 1);
    assert_eq!(ask(&["rules-are-not-this"]).code, 2);
    assert_eq!(behalf(["rules", "show", "ZZ-99"]).code, 1);
    // A refusal is an answer.
    let unanswerable = ask(&[&at[..], &["2026-03-02T00:00:00Z"]].concat());
    assert_eq!(unanswerable.code, 0);
    assert!(unanswerable.text().starts_with("unanswerable"));
}

#[test]
fn import_tells_of_each_file_what_it_took_it_for_and_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("c.behalf");
    let said = import(&case, &[&fixture("fernhill/exports")], &["--format", "json"]).json();
    let files = said["files"].as_array().unwrap();
    let formats: Vec<&str> = files.iter().map(|f| f["format"].as_str().unwrap()).collect();
    assert_eq!(
        formats,
        [
            "assets",
            "aws_cloudtrail",
            "aws_cloudtrail",
            "directory",
            "entitlements",
            "github_audit",
            "kubernetes_audit",
            "okta_system_log",
            "mapping:switchboard",
            "mapping:switchboard",
            "token_records",
            "otel_traces"
        ]
    );
    for file in files {
        assert_eq!(keys(file), listed("path format why read kept duplicates rejected bytes seconds"));
        let n = |key: &str| file[key].as_u64().unwrap();
        assert_eq!(n("read"), n("kept") + n("duplicates") + n("rejected"));
        assert!(!file["why"].as_str().unwrap().is_empty());
    }
    // Before the analysis a question says what to do, and answers nothing.
    let said = ask_of(&case, &["attributions", "--format", "json"]);
    assert_eq!((said.code, said.out.len()), (1, 0));
    assert!(said.err.contains("behalf analyze"), "{}", said.err);
}

#[test]
fn attributions_are_rows_of_the_contract_in_every_format() {
    const COLUMNS: &str = "id kind source time action resource outcome wire wire_kind agent human authority grade run \
                           pattern refusal evidence";
    let json = ask(&["attributions", "--format", "json"]).json();
    let rows = json.as_array().unwrap();
    assert!(rows.len() > 600);
    let closed = [
        ("kind", "call sign_in token"),
        ("outcome", "success denied error unknown"),
        ("wire_kind", "human agent service system delegated shared unknown"),
        ("grade", "A B C D X"),
        ("pattern", "service_account obo hybrid robot_user impersonation direct masquerade undetermined"),
        ("refusal", "R1 R2 R3 R4 R5 R6 R7 R8 R9 R10"),
    ];
    for row in rows {
        assert_eq!(keys(row), listed(COLUMNS));
        for (column, words) in closed {
            let word = row[column].as_str();
            assert!(word.is_none_or(|w| listed(words).contains(&w)), "{column}: {row}");
        }
        assert!(row["evidence"].as_array().unwrap().iter().all(|e| e.as_str().unwrap().starts_with('K')));
        // Nobody is named where it is refused, and nobody is named without a grade.
        let (named, grade) = (!row["human"].is_null(), row["grade"].as_str());
        assert_eq!(named, matches!(grade, Some("A" | "B" | "C")), "{row}");
        assert!(named || grade.is_none() || !row["refusal"].is_null(), "{row}");
    }
    let said = ask(&["attributions", "--format", "ndjson"]);
    let lines: Vec<Value> = said.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(&lines, rows);
    assert_eq!(ask(&["attributions"]).text().lines().count(), rows.len());

    let said = ask(&["attributions", "--format", "csv"]);
    let mut table = csv::Reader::from_reader(&said.out[..]);
    let mut header: Vec<String> = table.headers().unwrap().iter().map(String::from).collect();
    header.sort_unstable();
    assert_eq!(header, listed(COLUMNS));
    assert_eq!(table.records().count(), rows.len());
}

#[test]
fn findings_are_sorted_and_filtered_and_carry_their_instances() {
    let json = ask(&["findings", "--format", "json"]).json();
    let all = json.as_array().unwrap();
    let severities = ["critical", "high", "medium", "low", "info"];
    let order: Vec<_> = all
        .iter()
        .map(|f| {
            let rank = severities.iter().position(|s| f["severity"] == *s).unwrap();
            (rank, f["rule"].as_str().unwrap(), f["cause"].as_str().unwrap())
        })
        .collect();
    assert!(order.is_sorted(), "{order:?}");
    for finding in all {
        for key in listed("id rule severity confidence title cause events controls instances") {
            assert!(!finding[key].is_null(), "{key}: {finding}");
        }
        assert!(["confirmed", "probable", "possible", "undetermined"].iter().any(|c| finding["confidence"] == *c));
        for instance in finding["instances"].as_array().unwrap() {
            assert_eq!(keys(instance), listed("id subject events"));
            assert_eq!(keys(&instance["subject"]), listed("principal token run agent tool"));
        }
    }
    // Nothing is critical before a second person has signed it.
    assert!(all.iter().all(|f| f["severity"] != "critical"));
    let one = ask(&["findings", "--rule", "ag-04", "--format", "json"]).json();
    assert!(!one.as_array().unwrap().is_empty());
    assert!(one.as_array().unwrap().iter().all(|f| f["rule"] == "AG-04"));
    let high = ask(&["findings", "--severity", "high", "--format", "json"]).json();
    let expected = all.iter().filter(|f| f["severity"] == "high").count();
    assert_eq!(high.as_array().unwrap().len(), expected);
    let none = ask(&["findings", "--rule", "AG-08", "--format", "json"]);
    assert_eq!(none.json(), serde_json::json!([]));
}

#[test]
fn who_gives_the_chain_the_proof_and_the_record() {
    let rows = ask(&["attributions", "--format", "json"]).json();
    let row = rows.as_array().unwrap().iter().find(|r| r["grade"] == "A").unwrap();
    let id = row["id"].as_str().unwrap();
    let who = ask(&["who", id, "--format", "json"]).json();
    assert_eq!(who["human"]["shown"], row["human"]);
    assert_eq!(who["grade"], "A");
    assert_eq!(who["chain"].as_array().unwrap().last().unwrap()["node"], "call");
    assert!(who["proofs"].as_array().unwrap().iter().any(|p| p["value"] == row["human"]));
    assert!(who["record"]["text"].as_str().unwrap().contains(id));
    assert!(ask(&["who", id]).text().contains("is the recorded initiator"));

    let refused = rows.as_array().unwrap().iter().find(|r| r["refusal"] == "R6").unwrap();
    let who = ask(&["who", refused["id"].as_str().unwrap(), "--format", "json"]).json();
    assert_eq!(who["human"], Value::Null);
    assert_eq!(who["refusal"]["code"], "R6");
    assert!(who["candidates"].as_array().unwrap().len() >= 2, "{who}");
    assert!(!who["refusal"]["settled_by"].as_str().unwrap().is_empty());
}

#[test]
fn raw_is_the_records_exact_bytes() {
    let text = std::fs::read(fixture("fernhill/exports/switchboard.ndjson")).unwrap();
    for line in text.split(|b| *b == b'\n').step_by(37).filter(|l| !l.is_empty()) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
        let said = ask(&["raw", value["ref"].as_str().unwrap()]);
        assert_eq!((said.code, said.out.as_slice()), (0, line));
    }
}

#[test]
fn approved_says_that_no_approvals_were_received() {
    let calls = ask(&["attributions", "--format", "json"]).json();
    let id =
        calls.as_array().unwrap().iter().find(|c| c["kind"] == "call").unwrap()["id"].as_str().unwrap().to_string();
    let said = ask(&["approved", &id, "--format", "json"]).json();
    assert_eq!((&said["answer"], &said["approved_by"]), (&"no_source_imported".into(), &serde_json::json!([])));
    assert!(ask(&["approved", &id]).text().contains("No export of approvals was received"));
    assert_eq!(ask(&["approved", "no-such-id"]).code, 1);
}

#[test]
fn authorized_answers_for_person_agent_and_decision() {
    let yes = ask(&[
        "authorized",
        "--user",
        "aoife.brennan@fernhill.example",
        "--action",
        "claim.pay",
        "--resource",
        "claim/48110",
        "--at",
        "2026-03-11T09:00:00.000Z",
        "--with",
        "amount=2500",
        "--format",
        "json",
    ])
    .json();
    assert_eq!(keys(&yes), listed("answer user agent decision because"));
    assert_eq!((&yes["answer"], &yes["user"]), (&"yes".into(), &"aoife.brennan@fernhill.example".into()));
    // A call on record: its agent and its decision stand beside the answer.
    let rows = ask(&["attributions", "--format", "json"]).json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["source"] == "mapping:switchboard" && r["agent"] == "policy-reader" && r["grade"] == "B")
        .unwrap();
    let field = |name: &str| row[name].as_str().unwrap();
    let said = ask(&[
        "authorized",
        "--user",
        field("human"),
        "--action",
        field("action"),
        "--resource",
        field("resource"),
        "--at",
        field("time"),
        "--format",
        "json",
    ])
    .json();
    assert_eq!(keys(&said["agent"]), listed("id answer"));
    assert_eq!(keys(&said["decision"]), listed("effect evaluated event"));
    assert_eq!((&said["agent"]["id"], &said["decision"]["event"]), (&row["agent"], &row["id"]));
}

#[test]
fn authorized_without_a_user_lists_who_was() {
    let asked = |format| {
        let what = ["--action", "claim.pay", "--resource", "claim/48110", "--at", "2026-03-11T09:00:00Z"];
        ask(&[&["authorized"], &what[..], &["--with", "amount=2500", "--format", format]].concat())
    };
    let all = asked("json").json();
    let rows = all.as_array().unwrap();
    assert_eq!(keys(&rows[0]), listed("principal kind answer because"));
    assert_eq!(rows[0]["answer"], "yes");
    assert!(rows.iter().any(|r| r["principal"] == "aoife.brennan@fernhill.example" && r["answer"] == "yes"));
    assert!(rows.iter().all(|r| r["answer"] != "no"));
    assert_eq!(asked("ndjson").out.iter().filter(|b| **b == b'\n').count(), rows.len());
}

#[test]
fn coverage_timeline_and_losses_have_their_shapes() {
    let c = ask(&["coverage", "--format", "json"]).json();
    let n = |key: &str| c[key].as_u64().unwrap();
    assert_eq!(
        n("calls"),
        n("attributed") + n("supported") + n("refused") + n("contradicted") + n("automation"),
        "every call stands in exactly one figure"
    );
    assert_eq!(c["directory"], true);
    for refusal in c["by_refusal"].as_array().unwrap() {
        assert_eq!(keys(refusal), listed("refusal words calls settled_by"));
    }

    let t = ask(&["timeline", "--user", "yara.mansour@fernhill.example", "--format", "json"]).json();
    assert_eq!(t["person"]["shown"], "yara.mansour@fernhill.example");
    let calls = t["calls"].as_array().unwrap();
    assert_eq!(calls.len() as u64, t["total_calls"].as_u64().unwrap());
    let rows = ask(&["attributions", "--format", "json"]).json();
    let own =
        rows.as_array().unwrap().iter().filter(|r| r["human"] == t["person"]["shown"] && r["kind"] == "call").count();
    assert_eq!(calls.len(), own);
    assert_eq!(ask(&["timeline", "--user", "nobody@nowhere.example"]).code, 1);

    let losses = ask(&["losses", "--format", "json"]).json();
    let torn = losses.as_array().unwrap().iter().find(|l| l["code"] == "broken_record").unwrap();
    assert_eq!(keys(torn), listed("code severity help file count places"));
    assert_eq!(torn["severity"], "error");
    assert!(torn["places"][0]["offset"].is_u64());
}

#[test]
fn accounts_agents_and_patterns_have_their_shapes() {
    let rows = ask(&["principals", "--format", "json"]).json();
    let rows = rows.as_array().unwrap();
    for row in rows {
        let columns =
            "principal namespace kind party backed calls agent_evidenced sign_ins first last owner signals_for
             signals_against points verdict";
        assert_eq!(keys(row), listed(columns));
        assert!(["untested", "none", "watch", "indicated"].contains(&row["verdict"].as_str().unwrap()));
    }
    let person = rows.iter().find(|r| r["kind"] == "person").unwrap();
    let id = format!("{}:{}", person["namespace"].as_str().unwrap(), person["principal"].as_str().unwrap());
    let sheet = ask(&["principals", &id, "--format", "json"]).json();
    assert_eq!(
        keys(&sheet),
        listed("account sentence base_rate rests_on signals hours hours_counted findings"),
        "the sheet of {id}"
    );
    assert_eq!(sheet["account"], *person);
    let hours = sheet["hours"].as_array().unwrap();
    assert!(hours.len() == 7 && hours.iter().all(|day| day.as_array().unwrap().len() == 24));
    assert_eq!(ask(&["principals", "nobody@nowhere.example"]).code, 1);
    assert!(ask(&["principals", "--format", "csv"]).text().starts_with("principal,namespace,kind,"));

    let agents = ask(&["agents", "--format", "json"]).json();
    for agent in agents.as_array().unwrap() {
        let columns = "agent registered name status owner purpose vendor environment approved_pattern client_ids
             last_certified principals runs calls first last people tools blast notes";
        assert_eq!(keys(agent), listed(columns));
    }
    let cells = ask(&["patterns", "--format", "json"]).json();
    let cells = cells.as_array().unwrap();
    assert!(!cells.is_empty());
    for cell in cells {
        assert!(["none", "weaker", "proposed"].contains(&cell["gap"].as_str().unwrap()));
        assert_eq!(cell["gap"] == "none", cell["change"].as_array().unwrap().is_empty());
        let calls: u64 = cell["patterns"].as_array().unwrap().iter().map(|p| p["calls"].as_u64().unwrap()).sum();
        assert_eq!(cell["calls"], calls);
    }
}

#[test]
fn rules_are_listed_shown_and_hold_their_own_examples() {
    let list = behalf(["rules", "list", "--format", "json"]).json();
    let list = list.as_array().unwrap();
    assert!(list.len() >= 25);
    for rule in list {
        assert_eq!(keys(rule), listed("id version title condition criteria"));
    }
    let text = behalf(["rules", "show", "az-07"]);
    assert!(text.text().contains("id = \"AZ-07\"") && text.text().contains("SELECT"));
    let results = behalf(["rules", "test", "--format", "json"]).json();
    let results = results.as_array().unwrap();
    for rule in list {
        for must_fire in [true, false] {
            let shown = results.iter().any(|r| r["rule"] == rule["id"] && r["must_fire"] == must_fire);
            assert!(shown, "{} has no example with must_fire {must_fire}", rule["id"]);
        }
    }
    assert!(results.iter().all(|r| r["holds"] == true));
    assert_eq!(behalf(["rules", "test", "AG-05", "--format", "json"]).code, 0);
}

#[test]
fn mapping_learn_proposes_what_can_be_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let export = fixture("fernhill/exports/switchboard.ndjson");
    let to = folder.path().join("learnt.toml");
    let learn = |path: &Path, further: &[&str]| {
        let start = ["mapping".to_string(), "learn".into(), path.display().to_string()];
        behalf(start.into_iter().chain(further.iter().map(ToString::to_string)))
    };
    let said = learn(&export, &["--format", "json"]).json();
    assert_eq!(keys(&said), listed("recognised form layout records broken kind fields notes toml"));
    assert_eq!(keys(&said["fields"][0]), listed("pointer records distinct types looks example candidates"));
    assert!(said["recognised"].is_null() && said["kind"] == "call" && said["records"] == 188);
    // Printed, it is a mapping file and nothing else.
    assert_eq!(learn(&export, &[]).text().trim_end(), said["toml"].as_str().unwrap().trim_end());

    let path = to.display().to_string();
    let told = learn(&export, &["--to", &path]);
    assert!(told.code == 0 && told.text().contains("populated_by is left open"), "{}", told.text());
    assert!(std::fs::read_to_string(&to).unwrap().contains("\nhuman = \"/acting_for/login\""));
    let again = learn(&export, &["--to", &path]);
    assert_eq!((again.code, again.out.len()), (1, 0));
    let against = export.display().to_string();
    let check = behalf(["mapping", "check", &path, "--against", &against, "--format", "json"]).json();
    assert_eq!((check["chosen"].as_bool(), check["rejected"].as_u64()), (Some(true), Some(0)));
    assert!(check["answers"].to_string().contains("names nobody"), "{}", check["answers"]);

    // What Behalf knows needs none; a folder is looked at for what it does not know.
    let known = learn(&fixture("fernhill/exports/okta-system-log.json"), &["--to", "never.toml"]);
    assert!(known.code == 0 && known.text().contains("recognised as okta_system_log; no mapping is needed"));
    assert!(!Path::new("never.toml").exists());
    let folder = learn(&fixture("fernhill/exports"), &["--format", "json"]).json();
    assert_eq!(folder["records"], 284);
    let nothing = learn(&fixture("fernhill/switchboard.mapping.toml"), &[]);
    assert_eq!((nothing.code, nothing.out.len()), (1, 0));
}

#[test]
fn mapping_check_says_what_is_read_and_what_is_left() {
    let against = fixture("fernhill/exports/switchboard.ndjson");
    let arguments = |m: &Path| {
        ["mapping", "check"]
            .map(String::from)
            .into_iter()
            .chain([m.display().to_string(), "--against".into(), against.display().to_string()])
            .chain(["--format".into(), "json".into()])
            .collect::<Vec<_>>()
    };
    let said = behalf(arguments(&mapping())).json();
    assert_eq!((said["records"].as_u64(), said["rejected"].as_u64()), (Some(188), Some(0)));
    let filled = |field: &str| {
        let fields = said["fields"].as_array().unwrap();
        fields.iter().find(|f| f["field"] == field).unwrap()["filled"].as_u64().unwrap()
    };
    assert_eq!(filled("time"), 188);
    assert!(filled("human") > 0 && filled("human") < 188);
    assert!(said["left"].is_array());
    assert_eq!((said["chosen"].as_bool(), said["detected"].as_str()), (Some(true), Some("mapping:switchboard")));
    assert_eq!(said["unread"].as_array().unwrap().len(), 0);
    let answers = said["answers"].to_string();
    assert!(answers.contains("of 188 events, written by the gateway"), "{answers}");

    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, "name = \"x\"\nrecords = \"papyrus\"\n").unwrap();
    let said = behalf(arguments(&bad));
    assert_eq!((said.code, said.out.len()), (1, 0));
    assert!(said.err.contains("bad.toml"), "{}", said.err);
}

#[test]
fn reports_are_written_in_each_format() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["html", "csv", "json"] {
        let path = folder.path().join(format!("r.{ending}"));
        let said = ask(&["report", "--to", &path.display().to_string(), "--marking", "Privileged"]);
        assert_eq!(said.code, 0, "{}", said.err);
        let text = std::fs::read_to_string(&path).unwrap();
        match ending {
            "json" => assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["schema"], "behalf.report/1"),
            "csv" => assert!(csv::Reader::from_reader(text.as_bytes()).records().all(|r| r.is_ok())),
            _ => assert!(text.contains("Privileged") && !text.contains("<script src"), "html"),
        }
    }
    let said = ask(&["report", "--to", &folder.path().join("r.docx").display().to_string()]);
    assert_eq!(said.code, 1, "a format that is not written");
    assert!(!folder.path().join("r.docx").exists());
}

#[test]
fn verify_holds_and_sees_a_changed_byte() {
    let said = behalf(["verify".as_ref(), month().as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let held = said.json();
    assert_eq!(keys(&held), listed("files blocks records problems"));
    assert_eq!((held["files"].as_u64(), held["records"].as_u64()), (Some(12), Some(1369)));

    let folder = tempfile::tempdir().unwrap();
    let case = case_of(folder.path(), &fixture("fernhill/exports/okta-system-log.json"));
    let opened = behalf_engine::case::Case::open(&case).unwrap();
    opened.database().execute("UPDATE events SET hash = zeroblob(16) WHERE id = 3", []).unwrap();
    drop(opened);
    let said = behalf(["verify".as_ref(), case.as_os_str()]);
    assert_eq!(said.code, 1);
    assert!(said.text().contains("hash does not hold"), "{}", said.text());
}

#[test]
fn an_unknown_file_is_refused_with_its_first_fields_and_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("c.behalf");
    let said = import(&case, &[&fixture("hostile/exports/unknown.ndjson")], &["--format", "json"]).json();
    let file = &said["files"][0];
    assert_eq!((&file["format"], &file["kept"]), (&"unknown".into(), &0.into()));
    assert_eq!(file["read"], file["rejected"]);
    let why = file["why"].as_str().unwrap();
    assert!(why.contains("flavour") && why.contains("mapping file"), "{why}");
    let losses = ask_of(&case, &["losses", "--format", "json"]).json();
    assert_eq!(losses[0]["code"], "unknown_format");
    // A path that is not there is no export that could not be recognised.
    let said = import(&case, &[Path::new("/nowhere/log.json")], &[]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("is not there"), "{}", said.err);
}

#[test]
fn a_newer_case_and_a_file_that_is_none_are_refused_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let newer = case_of(folder.path(), &fixture("fernhill/exports/okta-system-log.json"));
    let opened = behalf_engine::case::Case::open(&newer).unwrap();
    opened.database().pragma_update(None, "user_version", 99).unwrap();
    // The journal folded into the file, so that its bytes can be compared.
    opened.database().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(opened);
    let text = folder.path().join("notes.behalf");
    std::fs::write(&text, "these are notes of a reviewer, and no case\n".repeat(200)).unwrap();
    for (file, sentence) in [(&newer, "was written by a newer Behalf"), (&text, "is no case of Behalf")] {
        let before = std::fs::read(file).unwrap();
        for arguments in [["attributions"].as_slice(), &["coverage"], &["analyze"]] {
            let said = ask_of(file, arguments);
            assert_eq!((said.code, said.out.len()), (1, 0), "{arguments:?}");
            assert!(said.err.contains(sentence), "{}", said.err);
        }
        let said = import(file, &[&fixture("fernhill/exports/assets.csv")], &[]);
        assert_eq!(said.code, 1, "an import into it");
        assert!(std::fs::read(file).unwrap() == before, "it was written to");
    }
}

#[test]
fn an_ambiguous_id_is_answered_with_choices_that_each_lead_on() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_of(folder.path(), &fixture("hostile/exports/conflicting-copies.ndjson"));
    let rows = ask_of(&case, &["attributions", "--format", "json"]).json();
    let rows = rows.as_array().unwrap();
    let shared = rows.iter().find(|r| rows.iter().filter(|x| x["id"] == r["id"]).count() == 2).unwrap();
    let id = shared["id"].as_str().unwrap();
    let said = ask_of(&case, &["raw", id]);
    assert_eq!((said.code, said.out.len()), (1, 0));
    let sentence = said.err.lines().next().unwrap();
    let choices: Vec<&str> = sentence.rsplit(": ").next().unwrap().split(", ").collect();
    assert_eq!(choices.len(), 2, "{sentence}");
    let bytes: Vec<Vec<u8>> = choices.iter().map(|c| ask_of(&case, &["raw", c]).out).collect();
    assert!(bytes.iter().all(|b| serde_json::from_slice::<Value>(b).unwrap()["uuid"] == id));
    assert_ne!(bytes[0], bytes[1]);
    for choice in &choices {
        assert_eq!(ask_of(&case, &["who", choice, "--format", "json"]).json()["id"], id);
    }
}

/// A sign-in whose every text carries what a terminal would obey, and a line break that would forge a row.
fn venom() -> String {
    let venom = "\\u001b[31mred\\u001b]0;title\\u0007\\n2026-01-01T00:00:00Z forged | person boss\\u202e\\u009b2J";
    format!(
        r#"{{"uuid":"7d0e6c1a-0000-4000-8000-0000000000ff","published":"2026-03-05T10:00:00.000Z","eventType":"user.session.start{venom}","version":"0","actor":{{"id":"00u","type":"User","alternateId":"a{venom}@x.example","displayName":"{venom}"}},"client":{{"userAgent":{{"rawUserAgent":"{venom}"}}}},"outcome":{{"result":"SUCCESS"}},"target":[{{"id":"{venom}","type":"AppInstance"}}]}}"#
    ) + "\n"
}

#[test]
fn what_a_terminal_would_obey_never_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("venom\u{1b}[31m.ndjson");
    std::fs::write(&export, venom()).unwrap();
    let case = folder.path().join("one.behalf");
    let imported = import(&case, &[&export], &[]);
    assert_eq!(ask_of(&case, &["analyze"]).code, 0);
    let id = "7d0e6c1a-0000-4000-8000-0000000000ff";
    let rows = ask_of(&case, &["attributions"]);
    assert_eq!(rows.text().lines().count(), 1, "a line break in a record forged a row: {}", rows.text());
    let mut said = vec![imported, rows];
    for question in [
        ["findings"].as_slice(),
        &["who", id],
        &["coverage"],
        &["losses"],
        &["timeline", "--user", "a\u{1b}[31m"],
        &["who", "\u{1b}[31mno"],
    ] {
        said.push(ask_of(&case, question));
    }
    assert!(said.iter().all(|s| !s.text().lines().any(|l| l.starts_with("2026-01-01") && l.contains("forged"))));
    for said in said {
        for text in [said.text(), said.err.as_str()] {
            let obeyed = text.chars().find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(obeyed, None, "{text:?}");
        }
    }
    // As data it is whole: JSON escapes it, and `raw` gives the bytes.
    assert_eq!(ask_of(&case, &["raw", id]).out, venom().trim_end().as_bytes());
    let json = ask_of(&case, &["attributions", "--format", "ndjson"]);
    assert_eq!(json.text().lines().count(), 1);
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("formula.ndjson");
    std::fs::write(&export, venom().replace("a\\u001b", "=HYPERLINK(1)\\u001b").replace("\"AppInstance\"", "\"+A\""))
        .unwrap();
    let case = case_of(folder.path(), &export);
    let said = ask_of(&case, &["attributions", "--format", "csv"]);
    let mut table = csv::Reader::from_reader(&said.out[..]);
    for record in table.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

#[test]
fn requests_exposure_ledger_changes_and_an_agents_sheet_have_their_shapes() {
    let r = ask(&["requests", "--format", "json"]).json();
    assert_eq!(
        r["open"],
        r["refused"].as_u64().unwrap() + r["contradicted"].as_u64().unwrap() + r["supported"].as_u64().unwrap()
    );
    let first = &r["requests"][0];
    assert_eq!(first["rank"], 1);
    assert!(first["ask"].as_str().unwrap().starts_with("To "), "{first}");
    assert!(ask(&["requests"]).text().contains("The one change of logging"));
    assert!(ask(&["requests", "--format", "csv"]).text().starts_with("rank,kind,system,"));

    let e = ask(&["exposure", "--credential", "ASIAY7SWITCHBOARD001", "--format", "json"]).json();
    assert_eq!((e["uses"].as_u64(), e["derived_count"].as_u64()), (Some(28), Some(28)));
    assert_eq!(ask(&["exposure"]).code, 2);
    assert_eq!(ask(&["exposure", "--secret"]).code, 2, "whoever searches for a secret is named");
    assert_eq!(ask(&["exposure", "--credential", "x", "--at", "soon"]).code, 2);

    let l = ask(&["ledger", "policy/motor/*", "--view", "subject", "--format", "json"]).json();
    assert!(l["total"].as_u64().unwrap() > 0 && !l.to_string().contains("@fernhill.example"), "{l}");

    let same = month().to_string_lossy().into_owned();
    let c = ask(&["changes", &same, "--format", "json"]).json();
    assert_eq!((c["new"].as_u64(), c["closed"].as_u64()), (Some(0), Some(0)));
    assert!(c["repeated"].as_u64().unwrap() > 0);

    let a = ask(&["agents", "market-scout", "--format", "json"]).json();
    assert_eq!(a["agent"]["agent"], "market-scout");
    assert_eq!(ask(&["agents", "nobody-at-all"]).code, 1);
}
