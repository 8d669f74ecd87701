//! Rules over whole cases: companies with a known truth where they lie beside the repository, and small cases written
//! here for what those do not hold.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::case::{Case, Import};
use behalf_engine::model::{Severity, Time};
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Hints, Mapping};
use serde_json::Value;

struct Still;

impl behalf_engine::model::Clock for Still {
    fn now(&self) -> Time {
        Time(0)
    }
}

/// Shown ids of a rule's listed records, and what else a test asks of a finding.
#[derive(Debug, Default, Clone, PartialEq)]
struct Told {
    calls: BTreeMap<String, BTreeSet<String>>,
    principals: BTreeMap<String, BTreeSet<String>>,
    tokens: BTreeMap<String, BTreeSet<String>>,
    /// (severity, rule, cause)
    findings: Vec<(Severity, String, String)>,
    text: String,
}

impl Told {
    fn calls(&self, rule: &str) -> Vec<&str> {
        self.calls.get(rule).map(|c| c.iter().map(String::as_str).collect()).unwrap_or_default()
    }
}

fn tell(paths: &[PathBuf], mapping: &str) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::create(&folder.path().join("c.behalf"), Time(0)).unwrap();
    let registry = sources::registry(vec![Mapping::parse(mapping).unwrap()]);
    let import = Import {
        registry: &registry,
        hints: &Hints::default(),
        limits: &Limits::default(),
        threads: 2,
        clock: &Still,
        progress: &(),
    };
    case.import(paths, &import).unwrap();
    analysis::analyze(&case, &()).unwrap();
    read(&case)
}

fn read(case: &Case) -> Told {
    let db = case.database();
    let mut told = Told::default();
    let mut query = db
        .prepare(
            "SELECT f.rule, f.severity, f.cause, f.id, f.detail, i.id, i.principal, i.token, i.run, i.sentence, e.shown_id
             FROM findings f JOIN instances i ON i.finding = f.id LEFT JOIN instance_events x ON x.instance = i.id
             LEFT JOIN events e ON e.id = x.event ORDER BY f.severity, f.rule, f.cause, i.n, x.n",
        )
        .unwrap();
    let mut rows = query.query([]).unwrap();
    while let Some(r) = rows.next().unwrap() {
        let (rule, severity, cause): (String, i64, String) = (r.get(0).unwrap(), r.get(1).unwrap(), r.get(2).unwrap());
        let finding = (Severity::from_rank(severity), rule.clone(), cause);
        if told.findings.last() != Some(&finding) {
            told.findings.push(finding);
        }
        for column in 0..11 {
            told.text.push_str(&format!("{:?}\t", r.get_ref(column).unwrap()));
        }
        told.text.push('\n');
        let text = |column: usize| r.get::<_, Option<String>>(column).unwrap();
        told.calls.entry(rule.clone()).or_default().extend(text(10));
        told.principals.entry(rule.clone()).or_default().extend(text(6));
        told.tokens.entry(rule).or_default().extend(text(7));
    }
    told
}

fn scenario(name: &str) -> Option<(PathBuf, Vec<PathBuf>, String, Value)> {
    let place = Path::new("shared").join("scenarios").join(name);
    let Some(folder) = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.is_dir())
    else {
        println!("skipped: no {name} beside the repository");
        return None;
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.join("exports")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mapping = std::fs::read_to_string(folder.join("gateway.mapping.toml")).unwrap();
    let truth = serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap();
    Some((folder, files, mapping, truth))
}

/// Every planted fault is found, and nothing else is, call by call, token by token, account by account.
fn holds(name: &str) {
    let Some((_, files, mapping, truth)) = scenario(name) else { return };
    let told = tell(&files, &mapping);
    let known: BTreeSet<String> = truth["events"].as_object().unwrap().keys().cloned().collect();
    let free: BTreeSet<String> = truth["free"]
        .as_array()
        .map(|f| f.iter().filter_map(|v| v.as_str().map(str::to_string)).collect())
        .unwrap_or_default();
    for rule in [
        "AG-01", "AG-02", "AG-03", "AG-04", "AG-05", "AG-06", "AZ-01", "AZ-03", "AZ-04", "AZ-05", "AZ-06", "AZ-07",
        "AZ-10",
    ] {
        let want = planted(&truth, rule, |f| {
            f["events"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_string).collect()
        });
        let mut have: BTreeSet<String> = told.calls.get(rule).cloned().unwrap_or_default();
        have.retain(|id| {
            known.contains(id) && !(matches!(rule, "AG-02" | "AG-03" | "AG-04" | "AG-05") && free.contains(id))
        });
        assert_eq!(have, want, "{name} {rule}");
    }
    for rule in ["TK-01", "TK-02", "TK-03"] {
        let want = planted(&truth, rule, |f| f["subject"]["token"].as_str().map(str::to_string).into_iter().collect());
        assert_eq!(told.tokens.get(rule).cloned().unwrap_or_default(), want, "{name} {rule}");
    }
    for rule in ["RU-01", "RU-02", "RU-03", "RU-04", "RU-05", "RU-07"] {
        let want =
            planted(&truth, rule, |f| f["subject"]["principal"].as_str().map(str::to_string).into_iter().collect());
        assert_eq!(told.principals.get(rule).cloned().unwrap_or_default(), want, "{name} {rule}");
    }
}

fn planted(truth: &Value, rule: &str, of: impl Fn(&Value) -> Vec<String>) -> BTreeSet<String> {
    truth["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == rule).flat_map(of).collect()
}

#[test]
fn northgate_holds() {
    holds("northgate");
}

#[test]
fn stormfront_holds() {
    holds("stormfront");
}

#[test]
fn a_company_without_faults_yields_design_facts_only() {
    let Some((_, files, mapping, _)) = scenario("clearwater") else { return };
    let told = tell(&files, &mapping);
    assert!(told.findings.iter().all(|(severity, _, _)| *severity == Severity::Info), "{:?}", told.findings);
}

#[test]
fn an_ordinary_month_does_not_drown_its_reader() {
    let Some((_, files, mapping, truth)) = scenario("meadow") else { return };
    let told = tell(&files, &mapping);
    let loud = told.findings.iter().filter(|(s, _, _)| *s < Severity::Info).count();
    let high = told.findings.iter().filter(|(s, _, _)| *s <= Severity::High).count();
    assert!(loud <= 25 && high <= 6, "{loud} {high}");
    let people: BTreeSet<&str> = truth["calm"]["people"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(told.principals.values().flatten().all(|p| !people.contains(p.as_str())));
}

#[test]
fn the_order_of_files_changes_no_byte_of_a_finding() {
    let Some((_, mut files, mapping, _)) = scenario("northgate") else { return };
    let told = tell(&files, &mapping);
    files.reverse();
    assert_eq!(told.text, tell(&files, &mapping).text);
}

const GATEWAY: &str = r#"
name = "desk"
records = "ndjson"
kind = "call"
detect = ["/do", "/as"]
populated_by = "gateway"
[fields]
time = "/t"
id = "/id"
service = "/svc"
action = "/do"
resource = "/on"
outcome = { from = "/ok", success = ["y"], denied = ["n"] }
wire = "/as"
wire_kind = { from = "/kind", service = ["s"], human = ["h"] }
agent = { from = "/as", when = { "/kind" = ["s"] } }
human = "/for"
run = "/run"
evaluated = "/who"
source_ip = "/ip"
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases\n\
 E1,ada@fern.example,Ada,person,active,,,,\nE2,bo@fern.example,Bo,person,left,,2026-03-01,,\nhelper,,helper,agent,active,,,,\n";

/// A small company: the log, and further context files by name.
fn small(log: &str, context: &[(&str, &str)]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (name, text) in [("log.ndjson", log), ("directory.csv", DIRECTORY)].iter().chain(context) {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        paths.push(path);
    }
    tell(&paths, GATEWAY)
}

fn line(id: &str, at: &str, ok: &str, human: &str, who: &str) -> String {
    format!(
        r#"{{"t":"2026-03-{at}Z","id":"{id}","svc":"ehr","do":"record.read","on":"patient/7","ok":"{ok}","as":"helper","kind":"s","for":"{human}","who":[{who}]}}"#
    ) + "\n"
}

#[test]
fn another_persons_allowed_call_goes_round_nothing() {
    let both = r#""ada@fern.example","helper""#;
    let log = line("c1", "02T10:00:00", "n", "ada@fern.example", both)
        + &line("c2", "02T10:05:00", "y", "bo@fern.example", r#""bo@fern.example","helper""#)
        + &line("c3", "02T10:10:00", "y", "ada@fern.example", r#""helper""#)
        + &line("c4", "02T10:16:00", "y", "ada@fern.example", r#""helper""#);
    assert_eq!(small(&log, &[]).calls("AZ-07"), ["c3"]);
}

#[test]
fn a_new_grant_between_explains_the_second_call() {
    let log = line("c1", "02T10:00:00", "n", "ada@fern.example", r#""ada@fern.example","helper""#)
        + &line("c2", "02T10:05:00", "y", "ada@fern.example", r#""helper""#);
    let grants = "principal,action,resource,effect,condition,valid_from,valid_to\n\
                  ada@fern.example,record.read,patient/*,allow,,2026-03-02T10:02:00Z,\n";
    assert!(small(&log, &[("entitlements.csv", grants)]).calls("AZ-07").is_empty());
}

#[test]
fn a_day_of_grace_follows_a_recorded_end() {
    let who = r#""bo@fern.example","helper""#;
    let log = line("c1", "02T20:00:00", "y", "bo@fern.example", who)
        + &line("c2", "03T00:30:00", "y", "bo@fern.example", who);
    assert_eq!(small(&log, &[]).calls("AZ-10"), ["c2"]);
}

#[test]
fn a_deny_is_no_and_a_group_of_unknown_members_is_no_answer() {
    let log = line("c1", "02T10:00:00", "y", "ada@fern.example", r#""ada@fern.example""#);
    let head = "principal,action,resource,effect,condition,valid_from,valid_to\n";
    let named = "ada@fern.example,record.read,patient/8,allow,,,\n";
    let fired = |rows: &str| !small(&log, &[("entitlements.csv", &format!("{head}{rows}"))]).calls("AZ-01").is_empty();
    assert!(fired(named));
    assert!(!fired(&format!("{named}clinicians,record.read,patient/*,allow,,,\n")));
    assert!(fired("ada@fern.example,*,*,allow,,,\nada@fern.example,*,patient/7,deny,,,\n"));
    assert!(!fired("bo@fern.example,record.read,patient/8,allow,,,\n"));
}
