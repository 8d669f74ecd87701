//! The queue over companies with a known truth: worst first, design facts and known exceptions apart, planted faults first, and
//! nobody ordinary named in a high finding. Skipped where the companies do not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::ask::findings::{Filter, FindingDetail, list};
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use behalf_engine::report::{self, Setup, freeze};
use fixtures::{Export, findings, given, import};
use serde_json::Value;

/// A reviewer reads so far at once.
const FIRST: usize = 15;
/// More kinds of faults than this are planted nowhere.
const LONGEST: usize = 30;

fn scenario(name: &str) -> Option<PathBuf> {
    let place = Path::new("shared/scenarios").join(name);
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(String::from)).collect()
}

fn words(f: &FindingDetail) -> String {
    let parts = f.instances.iter().flat_map(|i| [Some(i.sentence.as_str()), i.principal.as_deref()]).flatten();
    format!("{} {} {}", f.row.title, f.row.cause, parts.collect::<Vec<_>>().join(" "))
}

#[test]
fn planted_faults_come_first_and_nobody_ordinary_is_named_in_a_high_finding() {
    for name in ["northgate", "clearwater", "harbour", "stormfront", "meadow"] {
        let Some(folder) = scenario(name) else { return };
        let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let mapping = std::fs::read_to_string(folder.join("gateway.mapping.toml")).unwrap();
        let mut case = Case::in_memory().unwrap();
        import(&mut case, &[folder.join("exports")], &[&mapping], 2);
        analysis::analyze(&case, &()).unwrap();
        let all = findings(&case);
        let queue: Vec<&FindingDetail> = all.iter().filter(|f| f.row.is_queued()).collect();
        let shown: Vec<String> =
            queue.iter().map(|f| format!("{} {} {}", f.row.severity, f.row.rule, f.row.cause)).collect();
        println!("{name}: {} in the queue, {} apart", queue.len(), all.len() - queue.len());

        assert!(queue.len() <= LONGEST, "{name}:\n{}", shown.join("\n"));
        let rank = |f: &FindingDetail| {
            ["critical", "high", "medium", "low", "info"].iter().position(|s| *s == f.row.severity).unwrap()
        };
        assert!(queue.is_sorted_by_key(|f| rank(f)), "{name}: worst first");
        assert!(queue.iter().all(|f| f.row.severity != "info" && !f.instances.is_empty()), "{name}");
        let listed = list(&case, &Filter::default()).unwrap();
        assert_eq!((listed.total as usize, listed.known_exceptions), (queue.len(), 0), "{name}");

        // What is planted: the calls and subjects of the findings that must fire, or those of the calm month.
        let told = |key: &str| truth[key].as_array().cloned().unwrap_or_default();
        let planted = [told("findings"), truth["calm"]["planted"].as_array().cloned().unwrap_or_default()].concat();
        let calls: BTreeSet<String> = planted.iter().flat_map(|p| texts(&p["events"])).collect();
        let subjects: BTreeSet<String> = planted
            .iter()
            .flat_map(|p| [&p["principal"], &p["subject"]["principal"], &p["subject"]["token"], &p["subject"]["run"]])
            .filter_map(|subject| subject.as_str().map(String::from))
            .collect();
        for f in queue.iter().take(FIRST).filter(|_| name != "meadow") {
            let of_a_fault = f.instances.iter().any(|i| {
                i.events.iter().any(|e| calls.contains(e))
                    || [&i.principal, &i.token, &i.run].into_iter().flatten().any(|s| subjects.contains(s))
            });
            assert!(of_a_fault, "{name}: {} {} is nobody's fault\n{}", f.row.rule, f.row.cause, shown.join("\n"));
        }
        for p in truth["calm"]["planted"].as_array().into_iter().flatten() {
            let (events, rules) = (texts(&p["events"]), texts(&p["rules"]));
            let place = queue.iter().position(|f| {
                let of = |i: &behalf_engine::ask::findings::Instance| {
                    i.events.iter().any(|e| events.contains(e)) || i.principal.as_deref() == p["principal"].as_str()
                };
                rules.contains(&f.row.rule) && f.instances.iter().any(of)
            });
            assert!(place.is_some_and(|n| n < FIRST), "{name}: {p} at {place:?}\n{}", shown.join("\n"));
        }
        let mut ordinary = texts(&truth["calm"]["people"]);
        if ordinary.is_empty() {
            let rows = csv::Reader::from_path(folder.join("exports/directory.csv")).unwrap();
            let people = rows.into_deserialize::<std::collections::BTreeMap<String, String>>().map(Result::unwrap);
            ordinary = people
                .filter(|p| p["type"] == "person")
                .map(|p| p["email"].clone())
                .filter(|e| !e.is_empty())
                .collect();
        }
        for f in queue.iter().filter(|f| f.row.severity == "high") {
            let words = words(f);
            let named: Vec<&String> =
                ordinary.iter().filter(|p| words.contains(*p) && !subjects.contains(*p)).collect();
            assert!(named.is_empty(), "{name}: {named:?} in {words}");
        }
    }
}

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases\n\
    E1,ada@example.org,Ada,person,active,2020-01-01,,desk,\nhelper,,helper,agent,active,2020-01-01,,desk,\n";
const LOG: &str = "{\"at\":\"2026-03-02T10:00:00Z\",\"req\":\"q-1\",\"tool\":\"note.append\",\"by\":\"night.shift@example.org\",\"kind\":\"u\",\"run\":\"r-1\"}\n\
    {\"at\":\"2026-03-03T10:00:00Z\",\"req\":\"q-2\",\"tool\":\"note.append\",\"by\":\"night.shift@example.org\",\"kind\":\"u\",\"run\":\"r-2\"}\n";
const MAPPING: &str = r#"
name = "desk"
records = "ndjson"
kind = "call"
detect = ["/req", "/tool"]
populated_by = "gateway"
[fields]
time = "/at"
id = "/req"
action = "/tool"
wire = "/by"
wire_kind = { from = "/kind", human = ["u"], service = ["s"] }
run = "/run"
"#;
const EXCEPTIONS: &str = "principal,rule,reason,approved_by,from,to,conditions\n\
    night.shift@example.org,*,migration,ciso@example.org,2026-01-01,2026-12-31,\n";

fn export(name: &str, text: &str) -> Export {
    Export { name: name.into(), bytes: text.as_bytes().to_vec() }
}

#[test]
fn known_exceptions_are_counted_apart_in_list_and_report() {
    let open = given(&[export("directory.csv", DIRECTORY), export("desk.jsonl", LOG)], &[MAPPING]);
    let before = list(&open.case, &Filter::default()).unwrap();
    let covered: Vec<String> = before.rows.iter().map(|r| r.rule.clone()).filter(|r| r.starts_with("RU-")).collect();
    assert!(covered.contains(&"RU-01".to_string()) && before.known_exceptions == 0, "{covered:?}");

    let given = given(
        &[export("directory.csv", DIRECTORY), export("desk.jsonl", LOG), export("exceptions.csv", EXCEPTIONS)],
        &[MAPPING],
    );
    let after = list(&given.case, &Filter::default()).unwrap();
    let count = covered.len() as u32;
    assert_eq!((after.known_exceptions, after.total), (count, before.total - count));
    assert!(after.rows.iter().all(|r| !covered.contains(&r.rule)));
    let whole = list(&given.case, &Filter { design_facts: true, ..Filter::default() }).unwrap();
    assert!(whole.rows.iter().any(|r| r.rule == "RU-01" && r.accepted.is_some()));

    let view = freeze(&given.case, &Setup::default(), Time(0)).unwrap();
    let rules: Vec<&str> = view.known_exceptions.iter().map(|f| f.row.rule.as_str()).collect();
    assert_eq!(rules, covered);
    assert!(view.known_exceptions.iter().flat_map(|f| &f.instances).all(|i| i.accepted.is_some()));
    assert!(view.findings.iter().all(|f| f.row.is_queued()));
    assert_eq!(
        view.overview.findings_by_severity.iter().map(|s| s.findings as usize).sum::<usize>(),
        view.findings.len() + view.design_facts.len()
    );
    // What is accepted is told in full all the same: a rule that fired has fired.
    assert!(view.rules.iter().any(|r| r.id == "RU-01" && r.exceptions == 1));
    let page = String::from_utf8(report::write(&view, report::Format::Html).unwrap()).unwrap();
    assert!(page.contains("Known exceptions") && page.contains("migration"));
}
