//! Recorded transcripts of agents against what they are known to hold; skipped where they do not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::ask;
use behalf_engine::case::{Case, verify};
use fixtures::{import, number};
use serde_json::Value;

fn data(folder: &str) -> Option<PathBuf> {
    let place = Path::new("shared/realdata").join(folder);
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

type Row = BTreeMap<String, String>;

fn table(path: PathBuf) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Imported twice, which adds nothing; whole; analysed.
fn case_of(paths: &[PathBuf]) -> Case {
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, paths, &[], 2);
    for file in &report.files {
        assert_eq!((file.rejected, file.duplicates), (0, 0), "{}", file.path);
        assert!(file.kept > 0 && file.read == file.kept, "{}", file.path);
    }
    let events = number(&case, "SELECT count(*) FROM events");
    import(&mut case, paths, &[], 1);
    assert_eq!(number(&case, "SELECT count(*) FROM events"), events);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    records_are_apart(&case);
    analysis::analyze(&case, &()).unwrap();
    // One row tells of all records without a time.
    let most = "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM losses GROUP BY file, code)";
    assert!(number(&case, most) <= 1);
    case
}

fn records_are_apart(case: &Case) {
    let sql =
        "SELECT count(*) FROM (SELECT offset, lag(offset + length) OVER (PARTITION BY file ORDER BY offset) AS before
      FROM events) WHERE before > offset";
    assert_eq!(number(case, sql), 0);
}

/// Texts of a query, a row each; null is empty.
fn texts(case: &Case, sql: &str) -> Vec<Vec<String>> {
    let mut query = case.database().prepare(sql).unwrap();
    let columns = query.column_count();
    let cell = |value: rusqlite::types::ValueRef<'_>| match value {
        rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        rusqlite::types::ValueRef::Integer(n) => n.to_string(),
        rusqlite::types::ValueRef::Real(n) => n.to_string(),
        _ => String::new(),
    };
    let rows = query.query_map([], |r| (0..columns).map(|n| Ok(cell(r.get_ref(n)?))).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A call as the case tells it.
#[derive(Debug, Clone)]
struct Call {
    id: String,
    run: String,
    action: String,
    resource: String,
    kind: String,
    outcome: String,
    human: String,
    grade: String,
    caution: String,
    gap: String,
    agent: String,
    agent_evidence: bool,
    attributes: BTreeMap<String, String>,
}

/// Calls by the runs that their own records name, in the order of the transcript.
fn calls(case: &Case) -> BTreeMap<String, Vec<Call>> {
    let mut attributes: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in texts(case, "SELECT event, name, coalesce(text, number) FROM attributes") {
        attributes.entry(row[0].clone()).or_default().insert(row[1].clone(), row[2].clone());
    }
    let mut out: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    let sql =
        "SELECT e.id, e.shown_id, k.text, ac.text, re.text, rt.text, e.outcome, h.shown, a.grade, a.caution, a.gap,
        p.shown, a.agent_evidence FROM attributions a JOIN events e ON e.id = a.event JOIN strings k ON k.id = e.run
        LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource
        LEFT JOIN strings rt ON rt.id = e.resource_type LEFT JOIN parties h ON h.id = a.human
        LEFT JOIN parties p ON p.id = a.agent WHERE a.kind IN (0, 4) ORDER BY e.shown_id";
    for mut r in texts(case, sql) {
        let outcome = ["success", "denied", "error", "unknown"][r[6].parse::<usize>().unwrap()];
        let mut take = |n: usize| std::mem::take(&mut r[n]);
        let call = Call {
            attributes: attributes.remove(&take(0)).unwrap_or_default(),
            id: take(1),
            run: take(2),
            action: take(3),
            resource: take(4),
            kind: take(5),
            outcome: outcome.into(),
            human: take(7),
            grade: take(8),
            caution: take(9),
            gap: take(10),
            agent: take(11),
            agent_evidence: take(12) == "1",
        };
        out.entry(call.run.clone()).or_default().push(call);
    }
    out
}

/// What each tool of the airline does.
fn effect(tool: &str) -> &'static str {
    match tool {
        "transfer_to_human_agents" => "handoff",
        "book_reservation" | "cancel_reservation" | "send_certificate" => "write",
        tool if tool.starts_with("update_") => "write",
        _ => "read",
    }
}

fn airline(folder: &Path) -> Vec<PathBuf> {
    [0, 1].map(|trial| folder.join(format!("trajectories_trial{trial}.jsonl"))).to_vec()
}

#[test]
fn an_airline_agents_calls_are_its_customers_sessions() {
    let Some(folder) = data("tau_bench_airline") else { return };
    let case = case_of(&airline(&folder));
    let calls = calls(&case);
    let truth = table(folder.join("expected_calls.csv"));
    let mut of_runs: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &truth {
        of_runs.entry(row["run_id"].clone()).or_default().push(row);
    }
    assert_eq!((truth.len(), calls.values().map(Vec::len).sum::<usize>()), (572, 572));
    assert_eq!(calls.keys().collect::<Vec<_>>(), of_runs.keys().collect::<Vec<_>>());
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (run, rows) in &of_runs {
        assert_eq!(calls[run].len(), rows.len(), "{run}");
        for (call, row) in calls[run].iter().zip(rows) {
            assert!(call.id.ends_with(&format!(":{}", row["call_id"])), "{} {}", call.id, row["call_id"]);
            assert_eq!(call.action, row["tool"], "{}", call.id);
            let outcome = if row["outcome"] == "ok" { "success" } else { "error" };
            assert_eq!(call.outcome, outcome, "{}", call.id);
            assert_eq!((call.human.as_str(), call.grade.as_str()), (row["session_user"].as_str(), "C"), "{}", call.id);
            assert_eq!((call.caution.as_str(), call.agent_evidence), ("R10", true), "{}", call.id);
            *counted.entry((effect(&call.action), outcome)).or_default() += 1;
        }
    }
    assert_eq!(
        counted,
        BTreeMap::from([
            (("read", "success"), 429),
            (("write", "success"), 88),
            (("write", "error"), 33),
            (("handoff", "success"), 22)
        ])
    );
    numbers(&case, &calls, &json(folder.join("expected_summary.json")));
    // A call is found by its own id, and by that of the model's call where one call of the case has it.
    let tail = |call: &Call| call.id.rsplit(':').next().unwrap().to_string();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    calls.values().flatten().for_each(|c| *times.entry(tail(c)).or_default() += 1);
    let call = calls.values().flatten().find(|c| times[&tail(c)] == 1).unwrap();
    let loaded = analysis::Loaded::load(&case).unwrap();
    for id in [call.id.clone(), tail(call)] {
        let who = ask::who::who(&case, &loaded, &id).unwrap();
        assert_eq!(who.id, call.id);
        assert_eq!(who.human.map(|h| h.shown).as_deref(), Some(call.human.as_str()), "{id}");
    }
}

/// Runs, and the numbers of each person and each run.
fn numbers(case: &Case, calls: &BTreeMap<String, Vec<Call>>, expected: &Value) {
    let runs = texts(
        case,
        "SELECT k.text, p.shown, r.calls, r.ending FROM runs r JOIN strings k ON k.id = r.key LEFT JOIN parties p ON p.id = r.person",
    );
    assert_eq!(runs.len(), 100);
    let done = |calls: &[Call]| calls.iter().filter(|c| effect(&c.action) == "write" && c.outcome == "success").count();
    let mut people: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for run in &runs {
        let truth = &expected["per_run"][&run[0]];
        let own = calls.get(&run[0]).map(Vec::as_slice).unwrap_or_default();
        assert_eq!((&run[1], run[3].as_str()), (&truth["user"].as_str().unwrap().to_string(), "person"), "{}", run[0]);
        assert_eq!(
            (run[2].as_str(), own.len() as u64),
            (truth["calls"].to_string().as_str(), truth["calls"].as_u64().unwrap())
        );
        assert_eq!(done(own) as u64, truth["writes_ok"].as_u64().unwrap(), "{}", run[0]);
        let person = people.entry(run[1].clone()).or_default();
        *person = (person.0 + 1, person.1 + own.len() as u64, person.2 + done(own) as u64);
    }
    assert_eq!(people.len(), 34);
    for (user, truth) in expected["per_user"].as_object().unwrap() {
        let number = |key: &str| truth[key].as_u64().unwrap();
        assert_eq!(people[user], (number("runs"), number("calls"), number("writes_ok")), "{user}");
        if number("calls") > 0 {
            let timeline = ask::timeline::timeline(case, user, None, None).unwrap();
            assert_eq!(
                (u64::from(timeline.total_untimed), timeline.runs.len() as u64),
                (number("calls"), number("runs"))
            );
            assert_eq!((timeline.untimed.len() as u64, timeline.calls.len()), (number("calls"), 0));
            assert_eq!((timeline.person.own, u64::from(timeline.person.on_behalf)), (0, number("calls")));
            assert!(timeline.untimed.iter().all(|c| !c.own));
        }
    }
}

/// Whose each thing is that calls name: reservations at the start of every run, those booked in the run, and the users.
fn owner(call: &Call, reservations: &Value, booked: &BTreeMap<String, String>) -> Option<String> {
    match call.kind.as_str() {
        "user" => Some(call.resource.clone()),
        "reservation" => {
            let known = reservations[&call.resource]["user_id"].as_str().map(String::from);
            booked.get(&call.resource).cloned().or(known)
        }
        _ => None,
    }
}

/// (run, call) of each call on what is another person's than the session's.
fn strangers(calls: &BTreeMap<String, Vec<Call>>, reservations: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for own in calls.values() {
        // Each run begins with the same state: what another run booked is not there.
        let mut booked = BTreeMap::new();
        for (seq, call) in own.iter().enumerate() {
            if let (Some(made), Some(user)) =
                (call.attributes.get("result.reservation_id"), call.attributes.get("user_id"))
            {
                booked.insert(made.clone(), user.clone());
            }
            let asks = call.kind == "user" || call.kind == "reservation";
            assert_eq!(asks, owner(call, reservations, &booked).is_some(), "{call:?}");
            if owner(call, reservations, &booked).is_some_and(|owner| owner != call.human) {
                out.push((call.run.clone(), format!("{seq} {} {}", call.action, call.id.rsplit(':').next().unwrap())));
            }
        }
    }
    out
}

#[test]
fn what_calls_name_tells_whose_it_is() {
    let Some(folder) = data("tau_bench_airline") else { return };
    let reservations = json(folder.join("reservations.json"));
    let asked = |calls: &BTreeMap<String, Vec<Call>>| calls.values().flatten().filter(|c| !c.kind.is_empty()).count();
    let real = calls(&case_of(&airline(&folder)));
    assert_eq!((strangers(&real, &reservations), asked(&real)), (Vec::new(), 367));

    let control = calls(&case_of(&[folder.join("control_swapped_users.jsonl")]));
    let found = strangers(&control, &reservations);
    let truth = table(folder.join("control_swapped_users.expected.csv"));
    let expected: BTreeSet<(String, String)> =
        truth.iter().map(|r| (r["run_id"].clone(), format!("{} {} {}", r["seq"], r["tool"], r["call_id"]))).collect();
    assert_eq!((found.len(), truth.len(), control.len()), (55, 55, 10));
    assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected);
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (run, what) in &found {
        let call = &control[run][what.split(' ').next().unwrap().parse::<usize>().unwrap()];
        *counted.entry((effect(&call.action), call.outcome.as_str())).or_default() += 1;
    }
    let expected = [(("read", "success"), 31), (("write", "success"), 11), (("write", "error"), 13)];
    assert_eq!(counted, BTreeMap::from(expected));
}

#[test]
fn results_of_calls_that_are_not_recorded_are_gaps_and_none_is_dropped() {
    let Some(folder) = data("tau_bench_retail_fewshot") else { return };
    let case = case_of(&[folder.join("conversations.jsonl")]);
    let calls = calls(&case);
    let truth = table(folder.join("expected_conversations.csv"));
    assert_eq!((calls.values().map(Vec::len).sum::<usize>(), calls.len(), truth.len()), (310, 46, 46));
    assert_eq!(
        number(&case, "SELECT count(*) FROM losses WHERE code = 'call_not_recorded' AND severity = 'warning'"),
        1
    );
    // Whom the look-up of a customer found: told as a hint on the calls after it.
    let hints: BTreeMap<String, BTreeSet<String>> = texts(
        &case,
        "SELECT DISTINCT k.text, p.own_id FROM claims c JOIN events e ON e.id = c.event JOIN strings k ON k.id = e.run
         JOIN principals p ON p.id = c.principal WHERE c.role = 0",
    )
    .into_iter()
    .fold(BTreeMap::new(), |mut all, row| {
        all.entry(row[0].clone()).or_default().insert(row[1].clone());
        all
    });
    let mut errors = 0;
    for row in &truth {
        let name = format!("conversation-{}.", row["conversation"]);
        let (run, own) = calls.iter().find(|(run, _)| run.starts_with(&name)).unwrap();
        assert_eq!(own.len().to_string(), row["tool_results"], "{run}");
        for call in own {
            assert_eq!((call.human.as_str(), call.grade.as_str(), call.action.as_str()), ("", "X", ""), "{call:?}");
            assert_eq!((call.gap.as_str(), call.attributes["gap"].as_str()), ("no_origin", "call not recorded"));
        }
        let refused = own.iter().filter(|c| c.outcome == "error").count();
        assert_eq!(refused.to_string(), row["errors"], "{run}");
        errors += refused;
        let hint = hints.get(run).cloned().unwrap_or_default();
        let user = row["authenticated_user"].as_str();
        let looked_up: BTreeSet<String> = Some(user.to_string()).filter(|u| !u.is_empty()).into_iter().collect();
        assert_eq!(hint, looked_up, "{run}");
        let orders: BTreeSet<&str> =
            own.iter().filter_map(|c| c.attributes.get("result.order_id")).map(String::as_str).collect();
        let named: Vec<String> = serde_json::from_str(&row["orders_touched"]).unwrap();
        assert_eq!(orders, named.iter().map(String::as_str).collect(), "{run}");
        assert!(own.iter().filter_map(|c| c.attributes.get("result.user_id")).all(|owner| owner == user), "{run}");
    }
    assert_eq!(errors, 19);
}

#[test]
fn runs_with_injected_instructions_hold_every_call_in_its_place() {
    let Some(folder) = data("agentdojo_groundtruth_replay") else { return };
    let suites = ["banking", "slack", "travel"];
    let case = case_of(&suites.map(|s| folder.join(format!("{s}.runs.jsonl"))));
    let calls = calls(&case);
    let mut count = 0;
    for suite in suites {
        let mut of_runs: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in table(folder.join(format!("{suite}.expected_calls.csv"))) {
            of_runs.entry(row["run_id"].replace('-', "")).or_default().push(row);
        }
        for (run, rows) in of_runs {
            assert_eq!(calls[&run].len(), rows.len(), "{run}");
            for (call, row) in calls[&run].iter().zip(rows) {
                assert!(call.id.ends_with(&format!(":{}", row["call_id"])), "{} {}", call.id, row["call_id"]);
                assert_eq!((&call.action, call.outcome.as_str()), (&row["tool"], "success"), "{}", call.id);
                assert_eq!((call.human.as_str(), call.gap.as_str()), ("", "no_origin"), "{}", call.id);
                assert_eq!(call.agent, "ground-truth-replay");
                count += 1;
            }
        }
    }
    assert_eq!((count, calls.values().map(Vec::len).sum::<usize>()), (982, 982));
    assert_eq!(number(&case, "SELECT count(*) FROM runs"), 171);
    let text = number(&case, "SELECT count(*) FROM events WHERE kind = 9 AND tool_call IS NOT NULL");
    assert_eq!(text, 982, "every tool output is a message");
    let attacked = "SELECT count(DISTINCT event) FROM attributes WHERE name = 'injection_task_id'";
    assert_eq!(number(&case, attacked), 32 + 42 + 40);
}

/// Files of a folder and of the folders in it.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn agents_that_set_each_other_to_work() {
    let Some(folder) = data("who_and_when") else { return };
    let case = case_of(&files(&folder, "json"));
    let truth = table(folder.join("expected_runs.csv"));
    let attributes = |name: &str| -> BTreeMap<String, Vec<String>> {
        let sql = format!(
            "SELECT f.path, coalesce(a.text, a.number) FROM attributes a JOIN events e ON e.id = a.event
             JOIN files f ON f.id = e.file WHERE a.name = '{name}' ORDER BY e.id"
        );
        texts(&case, &sql).into_iter().fold(BTreeMap::new(), |mut all: BTreeMap<String, Vec<String>>, row| {
            all.entry(row[0].clone()).or_default().push(row[1].clone());
            all
        })
    };
    let (actors, found) = (attributes("actor"), attributes("mistake_agent_found"));
    let (labelled, acted) = (attributes("mistake_agent"), attributes("actor_at_mistake_step"));
    let edges = texts(
        &case,
        "SELECT f.path, p.text FROM run_parents rp JOIN events e ON e.id = rp.event JOIN files f ON f.id = e.file
         JOIN strings p ON p.id = e.resource",
    );
    let (mut unmatched, mut dispatches) = (Vec::new(), 0);
    for row in &truth {
        let path = folder.join(&row["file"]).to_string_lossy().into_owned();
        let name = row["file"].as_str();
        assert_eq!(actors[&path].len().to_string(), row["steps"], "{name}");
        let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
        for actor in &actors[&path] {
            *counted.entry(actor).or_default() += 1;
        }
        let expected: BTreeMap<String, u64> = serde_json::from_str(&row["agents"]).unwrap();
        assert_eq!(
            counted.into_iter().map(|(a, n)| (a.to_string(), n)).collect::<BTreeMap<_, _>>(),
            expected,
            "{name}"
        );
        let mut sent: BTreeMap<String, u64> = BTreeMap::new();
        for edge in edges.iter().filter(|e| e[0] == path) {
            *sent.entry(edge[1].clone()).or_default() += 1;
            dispatches += 1;
        }
        assert_eq!(sent, serde_json::from_str(&row["dispatched_to"]).unwrap(), "{name}");
        assert_eq!(labelled[&path], [row["mistake_agent"].as_str()], "{name}");
        assert_eq!(acted[&path], [row["actor_at_mistake_step"].as_str()], "{name}");
        let matched = found[&path] == ["true"];
        assert_eq!(matched, row["label_consistent"] == "True", "{name}");
        if !matched {
            unmatched.push(name);
        }
    }
    assert_eq!((truth.len(), dispatches), (35, 100));
    assert_eq!(unmatched, ["Hand-Crafted/13.json", "Hand-Crafted/49.json"]);
    // Nobody is known to have asked: not even a person's turn is in the generated runs.
    assert_eq!(number(&case, "SELECT count(*) FROM claims WHERE role = 0"), 0);
    assert_eq!(number(&case, "SELECT count(*) FROM runs WHERE ending <> 'no_origin'"), 0);
    let no_turn = "SELECT count(*) FROM attributes WHERE name = 'person_asks' AND text = 'false'";
    assert_eq!(number(&case, no_turn), 21);
}

#[test]
fn steps_of_an_agent_that_nobody_is_named_for() {
    let Some(folder) = data("swe_agent_trajectories") else { return };
    let case = case_of(&files(&folder, "traj"));
    let truth = table(folder.join("expected_runs.csv"));
    let rows = texts(
        &case,
        "SELECT f.path, ac.text, a.human, a.grade, a.gap FROM attributions a JOIN events e ON e.id = a.event
         JOIN files f ON f.id = e.file JOIN strings ac ON ac.id = e.action WHERE a.kind IN (0, 4) ORDER BY e.shown_id",
    );
    assert_eq!((rows.len(), truth.len()), (55, 5));
    assert!(rows.iter().all(|r| r[2].is_empty() && r[3] == "X" && r[4] == "no_origin"));
    for row in &truth {
        let name = Path::new(&row["path"]).file_name().unwrap().to_string_lossy().into_owned();
        let own: Vec<_> = rows.iter().filter(|r| r[0].ends_with(&name)).collect();
        assert_eq!(own.len().to_string(), row["steps"], "{name}");
        assert_eq!(
            own.iter().filter(|r| matches!(r[1].as_str(), "edit" | "create")).count().to_string(),
            row["edits"],
            "{name}"
        );
        assert_eq!(own.last().is_some_and(|r| r[1] == "submit").to_string(), row["submitted"].to_lowercase(), "{name}");
    }
    assert_eq!(number(&case, "SELECT count(*) FROM claims"), 0);
    let empty =
        texts(&case, "SELECT f.path, l.severity FROM losses l JOIN files f ON f.id = l.file WHERE l.code = 'no_steps'");
    assert_eq!(empty.len(), 1);
    assert!(empty[0][0].ends_with("function_calling_simple.traj") && empty[0][1] == "warning");
}

const GATEWAY: &str = r#"
name = "gateway"
records = "ndjson"
kind = "call"
detect = ["/tool", "/call"]
populated_by = "gateway"
[fields]
time = "/time"
id = "/call"
action = "/tool"
wire = "/client"
wire_kind = { from = "/kind", service = ["service"] }
"#;

#[test]
fn a_step_that_an_audit_source_logs_is_evidence_and_no_second_call() {
    let export = |name: &str, text: &str| fixtures::Export { name: name.into(), bytes: text.as_bytes().to_vec() };
    let run = r#"{"run_id":"r-1","task_id":1,"info":{"task":{"user_id":"ada"}},"traj":[{"role":"assistant","tool_calls":[{"id":"c-1","function":{"name":"pay","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c-1","content":"ok"},{"role":"assistant","tool_calls":[{"id":"c-2","function":{"name":"pay","arguments":"{}"}}]}]}"#;
    let log = r#"{"time":"2026-01-02T10:00:00Z","call":"c-1","tool":"pay","client":"payments","kind":"service"}
{"time":"2026-01-02T10:05:00Z","call":"c-7","tool":"pay","client":"payments","kind":"service"}
"#;
    let given = fixtures::given(&[export("log.ndjson", log), export("run.json", run)], &[GATEWAY]);
    let rows = texts(
        &given.case,
        "SELECT e.shown_id, h.shown, a.grade FROM attributions a JOIN events e ON e.id = a.event
         LEFT JOIN parties h ON h.id = a.human WHERE a.kind IN (0, 4) ORDER BY e.shown_id",
    );
    let shown: Vec<_> = rows.iter().map(|r| (r[0].as_str(), r[1].as_str(), r[2].as_str())).collect();
    // The log's own call has the run's person; what the log does not hold stays a call, with no time to say why.
    assert_eq!(shown, [("c-1", "ada", "C"), ("c-7", "", ""), ("r-1:00002.00:c-2", "ada", "C")]);
}
