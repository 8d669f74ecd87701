//! Rules of lineage, accounts, patterns and the register over small companies written here: each fires where it must, and
//! not on what looks like it. With them the questions that read the same facts.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeSet;

use behalf_engine::ask;
use behalf_engine::ask::findings::FindingDetail;
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use behalf_engine::model::time::{DAY, HOUR, MINUTE, SECOND};
use fixtures::{Export, Given, findings, given};
use serde_json::json;

const DESK: &str = r#"
name = "desk"
records = "ndjson"
kind = { from = "/what", call = ["call"], sign_in = ["sign_in"], run = ["run"] }
detect = ["/what", "/t"]
populated_by = "gateway"
[fields]
time = "/t"
end = "/end"
id = "/id"
service = "/svc"
action = "/do"
resource = "/on"
resource_type = "/of"
outcome = { from = "/ok", success = ["y"], denied = ["n"], error = ["e"] }
wire = "/as"
wire_kind = { from = "/kind", service = ["s"], human = ["h"], agent = ["a"], delegated = ["d"] }
agent = "/agent"
human = "/for"
run = "/run"
parent_run = "/parent"
trigger = "/trigger"
token = "/token"
session = "/session"
credential = "/key"
source_ip = "/ip"
user_agent = "/ua"
interactive = "/hand"
"#;

const START: &str = "2026-03-02T08:00:00Z";

fn export(name: &str, text: impl Into<String>) -> Export {
    Export { name: name.into(), bytes: text.into().into_bytes() }
}

/// A line of the desk's log, `after` microseconds after a Monday morning.
fn line(id: &str, after: i64, with: serde_json::Value) -> String {
    let at = Time(Time::parse(START).unwrap().0 + after).to_rfc3339();
    let mut line =
        json!({"what": "call", "t": at, "id": id, "svc": "notes", "do": "note.append", "on": "note/7", "ok": "y"});
    line.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    if let Some(end) = line.get("end_after").and_then(serde_json::Value::as_i64) {
        line["end"] = json!(Time(Time::parse(START).unwrap().0 + end).to_rfc3339());
    }
    line.to_string() + "\n"
}

const PEOPLE: &str = "id,email,name,type,status,start,end,department,aliases,owner,manager,purpose,vendor,environment,approved_pattern,client_ids,last_certified\n\
E1,ada@fern.example,Ada,person,active,2020-01-01,,,,,E9,,,,,,\n\
E2,bo@fern.example,Bo,person,left,2020-01-01,2026-03-05,,,,E9,,,,,,\n\
E3,cy@fern.example,Cy,person,active,2020-01-01,,,,,E9,,,,,,\n\
helper,,Helper,agent,active,,,,,ada@fern.example,,answers letters,Fern,prod,obo,app-1,2026-01-15\n\
sorter,,Sorter,agent,active,,,,,,,,,,,,\n\
svc-mail,svc-mail@fern.example,Mail,service,active,,,,,,,,,,,,\n";

fn world(log: &str, context: &[(&str, &str)]) -> Given {
    let mut exports = vec![export("log.ndjson", log), export("directory.csv", PEOPLE)];
    for (name, text) in context {
        exports.retain(|e| e.name != *name);
        exports.push(export(name, *text));
    }
    given(&exports, &[DESK])
}

fn of(given: &Given, rule: &str) -> Vec<FindingDetail> {
    findings(&given.case).into_iter().filter(|f| f.row.rule == rule).collect()
}

/// Records that a rule lists.
fn listed(given: &Given, rule: &str) -> BTreeSet<String> {
    of(given, rule).iter().flat_map(|f| f.instances.iter()).flat_map(|i| i.events.clone()).collect()
}

fn principals(given: &Given, rule: &str) -> BTreeSet<String> {
    of(given, rule).iter().flat_map(|f| f.instances.iter()).filter_map(|i| i.principal.clone()).collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|s| s.to_string()).collect()
}

/// A run of `helper` for Ada, an hour long.
fn run(id: &str, start: i64) -> String {
    line(
        &format!("start-{id}"),
        start,
        json!({"what": "run", "run": id, "for": "ada@fern.example", "agent": "helper", "end_after": start + HOUR}),
    )
}

#[test]
fn lineage_that_cannot_be_is_told_and_clocks_are_given_their_bound() {
    let call = |id: &str, at: i64, run: &str| {
        line(id, at, json!({"as": "helper", "kind": "s", "agent": "helper", "run": run}))
    };
    let log = run("r1", 0)
        + &call("inside", 30 * MINUTE, "r1")
        + &call("ragged", HOUR + 50 * SECOND, "r1")
        + &call("early", -10 * MINUTE, "r1")
        + &call("late", 2 * HOUR, "r1")
        // A run that was started twice may have gone on where no export tells.
        + &run("r2", 0)
        + &run("r2", 5 * HOUR)
        + &call("again", 3 * HOUR, "r2")
        // A child before its parent; one that clocks explain.
        + &line("c1", -HOUR, json!({"what": "run", "run": "child", "parent": "r1", "agent": "sorter"}))
        + &line("c2", -30 * SECOND, json!({"what": "run", "run": "twin", "parent": "r1", "agent": "sorter"}))
        // A circle of three, and a run that hangs on it.
        + &line("x", 0, json!({"what": "run", "run": "x", "parent": "y", "agent": "sorter"}))
        + &line("y", 0, json!({"what": "run", "run": "y", "parent": "z", "agent": "sorter"}))
        + &line("z", 0, json!({"what": "run", "run": "z", "parent": "x", "agent": "sorter"}))
        + &line("below", 0, json!({"what": "run", "run": "below", "parent": "x", "agent": "sorter"}))
        // Some products name a root as its own parent.
        + &line("self", 0, json!({"what": "run", "run": "self", "parent": "self", "for": "ada@fern.example", "agent": "helper"}));
    let given = world(&log, &[]);
    assert_eq!(listed(&given, "AG-08"), set(&["early", "late", "c1", "x", "y", "z"]));
    let causes: BTreeSet<String> = of(&given, "AG-08").into_iter().map(|f| f.row.cause).collect();
    assert_eq!(causes, set(&["helper x outside", "sorter x child_first", "sorter x cycle"]));
}

#[test]
fn a_call_that_no_trace_holds_is_a_fact_of_design_where_the_agent_is_traced() {
    let span = |n: u8, run: &str, agent: &str| {
        let at = Time::parse(START).unwrap().0 as i128 * 1_000;
        json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [{
            "traceId": format!("{n:032x}"), "spanId": format!("{n:016x}"), "name": format!("invoke_agent {agent}"),
            "startTimeUnixNano": at.to_string(), "endTimeUnixNano": (at + 3_600_000_000_000).to_string(),
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}},
                {"key": "gen_ai.agent.id", "value": {"stringValue": agent}},
                {"key": "run_id", "value": {"stringValue": run}},
                {"key": "user.id", "value": {"stringValue": "ada@fern.example"}}]}]}]}]})
        .to_string()
            + "\n"
    };
    let call = |id: &str, agent: &str, run: Option<&str>| {
        line(id, MINUTE, json!({"as": agent, "kind": "s", "agent": agent, "run": run, "for": "ada@fern.example"}))
    };
    let log = call("traced", "helper", Some("r1"))
        + &call("untraced", "helper", Some("r9"))
        + &call("no-run", "helper", None)
        + &call("never-traced", "sorter", None)
        + &line("long-before", -30 * DAY, json!({"as": "helper", "kind": "s", "agent": "helper"}));
    let given = world(&log, &[("traces.jsonl", &span(1, "r1", "helper"))]);
    assert_eq!(listed(&given, "AG-11"), set(&["untraced", "no-run"]));
    assert!(of(&given, "AG-11").iter().all(|f| f.row.design_fact && f.row.severity == "info"));
}

#[test]
fn an_agent_on_a_leavers_own_key_is_told_and_its_delegation_is_another_rules() {
    let day = |n: i64| n * DAY;
    let own = |id: &str, at: i64, with: serde_json::Value| {
        let mut all = json!({"as": "bo@fern.example", "kind": "h", "key": "pat-bo"});
        all.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        line(id, at, all)
    };
    // Bo's last day is Thursday, 5 March; the log begins on Monday, 2 March.
    let log = own("before", day(1), json!({"agent": "helper"}))
        + &own("grace", day(4), json!({"agent": "helper"}))
        + &own("after", day(6), json!({"agent": "helper"}))
        + &own("by-hand", day(6) + HOUR, json!({}))
        + &line(
            "delegated",
            day(6),
            json!({"as": "helper", "kind": "d", "agent": "helper", "for": "bo@fern.example", "token": "t1"}),
        )
        + &line("ada", day(6), json!({"as": "ada@fern.example", "kind": "h", "key": "pat-ada", "agent": "helper"}));
    let given = world(&log, &[]);
    assert_eq!(listed(&given, "RU-08"), set(&["after"]));
    assert_eq!(principals(&given, "RU-08"), set(&["bo@fern.example"]));
}

#[test]
fn a_person_at_a_machines_console_is_told_and_people_at_their_own_are_not() {
    let sign_in = |id: &str, who: &str, kind: &str| {
        line(id, HOUR, json!({"what": "sign_in", "do": "session.start", "as": who, "kind": kind, "hand": "true"}))
    };
    let log = sign_in("on-agent", "helper", "s")
        + &sign_in("on-service", "svc-mail@fern.example", "h")
        + &sign_in("own", "ada@fern.example", "h")
        // A person's delegated session through the agent's client, and a service that nobody knows.
        + &sign_in("through", "sorter", "d")
        + &sign_in("federated", "some-role", "s")
        + &line("at-work", HOUR, json!({"as": "sorter", "kind": "s", "agent": "sorter"}));
    let given = world(&log, &[]);
    assert_eq!(listed(&given, "RU-09"), set(&["on-agent", "on-service"]));
}

#[test]
fn a_lent_key_is_told_and_ones_own_hands_and_tokens_are_not() {
    let call = |id: &str, who: &str, with: serde_json::Value| {
        let mut all = json!({"as": who, "kind": "h"});
        all.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        line(id, 10 * MINUTE, all)
    };
    let log = run("r1", 0)
        // Cy's key in an agent that Ada drives; Ada's own key in her own agent.
        + &call("lent", "cy@fern.example", json!({"key": "pat-cy", "agent": "helper", "run": "r1"}))
        + &call("own-agent", "ada@fern.example", json!({"key": "pat-ada", "agent": "helper", "run": "r1"}))
        + &call("by-hand", "cy@fern.example", json!({"key": "pat-cy"}))
        + &call("token", "bo@fern.example", json!({"token": "t1", "agent": "helper"}))
        + &call("own-session", "ada@fern.example", json!({"session": "s1", "agent": "helper", "run": "r1"}))
        + &call("robot", "nobody@fern.example", json!({"key": "k", "agent": "helper"}));
    let given = world(&log, &[]);
    assert_eq!(listed(&given, "RU-10"), set(&["lent", "own-agent"]));
    let severity = |login: &str| {
        let found = of(&given, "RU-10").into_iter().find(|f| f.row.cause.starts_with(login)).unwrap();
        (found.row.severity, found.row.confidence)
    };
    // Where nobody else drives it, it is at most medium; where somebody does, stakes decide.
    assert_eq!(severity("ada@fern.example").0, "medium");
    assert_eq!(severity("cy@fern.example").0, "high");
    // The owner is not named as the initiator of what another person's run did.
    let rows = fixtures::answers(&given.case).rows;
    assert_ne!(rows.iter().find(|r| r.id == "lent").unwrap().human.as_deref(), Some("cy@fern.example"));
}

#[test]
fn an_agent_outside_the_register_is_told_where_there_is_one() {
    let log = line("known", MINUTE, json!({"as": "helper", "kind": "a", "agent": "helper"}))
        + &line("wild", MINUTE, json!({"as": "sidecar", "kind": "a", "agent": "sidecar"}))
        + &line("service", MINUTE, json!({"as": "backup", "kind": "s"}))
        // Called an agent by a record, and a person of the directory.
        + &line("person", MINUTE, json!({"as": "helper", "kind": "a", "agent": "ada@fern.example"}));
    let given = world(&log, &[]);
    let agents: BTreeSet<String> = of(&given, "UN-01").into_iter().map(|f| f.row.cause).collect();
    assert_eq!(agents, set(&["sidecar"]));
    assert_eq!(listed(&given, "UN-01"), set(&["wild"]));
    let people: String = PEOPLE.lines().filter(|l| !l.contains(",agent,")).map(|l| l.to_string() + "\n").collect();
    assert!(of(&world(&log, &[("directory.csv", &people)]), "UN-01").is_empty());
}

/// Rights of the helper, and a log of so many days in which it uses the first `used` of them.
fn rights(days: i64, used: usize) -> (String, String) {
    let head = "principal,action,resource,effect,condition,valid_from,valid_to\n";
    let grants: String =
        (0..10).map(|n| format!("helper,note.do{n},*,allow,,,\nada@fern.example,note.do{n},*,allow,,,\n")).collect();
    let log: String = (0..days)
        .map(|d| {
            let action = format!("note.do{}", d as usize % used.max(1));
            line(&format!("c{d}"), d * DAY, json!({"as": "helper", "kind": "s", "agent": "helper", "do": action}))
        })
        .collect();
    (log, format!("{head}{grants}"))
}

#[test]
fn rights_lie_idle_only_where_the_log_is_long_enough_to_tell() {
    let sprawl = |days: i64, used: usize| {
        let (log, grants) = rights(days, used);
        principals(&world(&log, &[("entitlements.csv", &grants)]), "RU-06")
    };
    // Nobody's owners are missing here but the sorter's, which has no rights.
    assert_eq!(sprawl(100, 1), set(&["helper"]));
    assert_eq!(sprawl(100, 5), set(&[]));
    assert_eq!(sprawl(40, 1), set(&[]));
}

#[test]
fn the_most_privileged_account_without_an_owner_is_told_where_owners_are_known() {
    let (log, _) = rights(3, 1);
    let grants = "principal,action,resource,effect,condition,valid_from,valid_to\nsorter,*,*,allow,,,\nhelper,note.append,*,allow,,,\n";
    let told = |directory: &str| {
        principals(&world(&log, &[("entitlements.csv", grants), ("directory.csv", directory)]), "RU-06")
    };
    assert_eq!(told(PEOPLE), set(&["sorter"]));
    assert_eq!(
        told(&PEOPLE.replace("sorter,,Sorter,agent,active,,,,,", "sorter,,Sorter,agent,active,,,,,cy@fern.example")),
        set(&[])
    );
    // No owner is known of anybody: nothing is said of one.
    assert_eq!(told(&PEOPLE.replace(",,,,,ada@fern.example,", ",,,,,,")), set(&[]));
}

#[test]
fn breadth_is_held_against_twenty_peers() {
    let told = |services: usize| {
        let mut log = String::new();
        for s in 0..services {
            log += &line(&format!("p{s}"), s as i64 * MINUTE, json!({"as": format!("svc-{s}"), "kind": "s"}));
        }
        for n in 0..30 {
            let action = format!("note.do{n}");
            log += &line(&format!("w{n}"), n * MINUTE, json!({"as": "svc-wide", "kind": "s", "do": action}));
        }
        principals(&world(&log, &[]), "RU-06")
    };
    assert_eq!(told(20), set(&["svc-wide"]));
    assert_eq!(told(10), set(&[]));
}

const STAKES: &str = "service,action,resource,data_class,effect,per_user,regulated_by,required_pattern,approval_required\n\
ehr,record.read,*,health,read,yes,HIPAA,,no\n\
notes,note.append,*,internal,change,no,,,no\n\
pay,refund.create,*,financial,irreversible,yes,,obo,no\n";

fn patterns_log() -> String {
    let alone = |id: &str, svc: &str, action: &str| {
        line(id, MINUTE, json!({"as": "helper", "kind": "s", "agent": "helper", "svc": svc, "do": action}))
    };
    let both = |id: &str, svc: &str, action: &str, who: &str| {
        line(id, MINUTE, json!({"as": "helper", "kind": "s", "agent": "helper", "svc": svc, "do": action, "for": who}))
    };
    alone("p1", "ehr", "record.read")
        + &both("p2", "ehr", "record.read", "ada@fern.example")
        + &both("p3", "ehr", "record.read", "cy@fern.example")
        + &alone("p4", "notes", "note.append")
        + &alone("p5", "pay", "refund.create")
        + &both("p6", "crm", "lead.update", "ada@fern.example")
        + &both("p7", "crm", "lead.update", "cy@fern.example")
        + &alone("p8", "crm", "lead.update")
}

#[test]
fn a_pattern_weaker_than_the_stakes_is_a_fact_and_a_proposal_holds_nobody_to_anything() {
    let given = world(&patterns_log(), &[("assets.csv", STAKES)]);
    assert_eq!(listed(&given, "PT-01"), set(&["p1", "p5"]));
    assert!(of(&given, "PT-01").iter().all(|f| f.row.design_fact));
    let cells = ask::patterns::patterns(&given.case).unwrap();
    let cell = |tool: &str| cells.iter().find(|c| c.tool == tool).unwrap();
    let ehr = cell("record.read");
    assert_eq!((ehr.observed.as_str(), ehr.required.as_str(), ehr.basis.as_str()), ("hybrid", "hybrid", "rule"));
    assert_eq!((ehr.gap.as_str(), ehr.calls, ehr.change.len()), ("weaker", 3, 1));
    assert_eq!((ehr.grade.as_deref(), ehr.approved.as_deref()), (Some("B"), Some("obo")));
    assert!(ehr.takes.contains("both principals"), "{}", ehr.takes);
    assert!(ehr.design_facts.iter().any(|f| f.rule == "PT-01" && f.calls == 1), "{:?}", ehr.design_facts);
    let notes = cell("note.append");
    assert_eq!((notes.required.as_str(), notes.gap.as_str()), ("service_account", "none"));
    let pay = cell("refund.create");
    assert_eq!((pay.required.as_str(), pay.basis.as_str(), pay.gap.as_str()), ("obo", "asset", "weaker"));
    let crm = cell("lead.update");
    assert_eq!((crm.basis.as_str(), crm.gap.as_str(), crm.rated), ("proposal", "proposed", false));
    assert!((crm.share - 0.6667).abs() < 1e-9);
}

#[test]
fn the_register_stands_beside_the_logs() {
    let grants = "principal,action,resource,effect,condition,valid_from,valid_to\nhelper,refund.create,*,allow,,,\n";
    let log = patterns_log() + &line("wild", MINUTE, json!({"as": "sidecar", "kind": "a", "agent": "sidecar"}));
    let given = world(&log, &[("assets.csv", STAKES), ("entitlements.csv", grants)]);
    let agents = ask::agents::agents(&given.case).unwrap();
    let names: Vec<&str> = agents.iter().map(|a| a.agent.as_str()).collect();
    assert_eq!(names, ["helper", "sidecar", "sorter"]);
    let helper = &agents[0];
    assert_eq!(
        (helper.owner.as_deref(), helper.purpose.as_deref(), helper.vendor.as_deref(), helper.environment.as_deref()),
        (Some("ada@fern.example"), Some("answers letters"), Some("Fern"), Some("prod"))
    );
    assert_eq!(
        (helper.approved_pattern.as_deref(), helper.client_ids.as_slice()),
        (Some("obo"), ["app-1".to_string()].as_slice())
    );
    assert!(helper.last_certified.as_deref().unwrap().starts_with("2026-01-15"));
    assert_eq!((helper.calls, helper.people.len(), helper.blast.rights_count), (8, 2, 1));
    assert_eq!(
        (helper.blast.irreversible.as_slice(), helper.blast.irreversible_calls),
        (["refund.create".to_string()].as_slice(), 1)
    );
    assert!(!agents[1].registered && agents[1].notes[0].contains("register"));
    assert_eq!((agents[2].calls, agents[2].registered), (0, true));
    assert!(agents[2].notes.iter().any(|n| n.contains("no owner")));
}

/// Six weeks of an account that a timer drives, and of people at their desks.
fn rhythm_log(login: &str, key: &str) -> String {
    let mut log = String::new();
    for n in 0..2_000 {
        let with = json!({"as": login, "kind": "h", "key": key, "ip": "203.0.113.9", "ua": "python-requests/2.32"});
        log += &line(&format!("m{n}"), n * 30 * MINUTE + 2 * SECOND, with);
    }
    for day in (0..42).filter(|d| d % 7 < 5) {
        for n in 0..6 {
            let at = day * DAY + n * 70 * MINUTE + (day * 7_919 + n * 104_729) % 60 * SECOND;
            let with = json!({"as": "ada@fern.example", "kind": "h", "ip": "198.51.100.4", "of": format!("kind{}", n % 3),
                "do": format!("doc.{}", (day + n * n) % 5), "session": format!("s{day}"),
                "ua": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36"});
            log += &line(&format!("a{day}-{n}"), at, with);
        }
        let sign_in =
            json!({"what": "sign_in", "do": "session.start", "as": "ada@fern.example", "kind": "h", "hand": "true"});
        log += &line(&format!("in{day}"), day * DAY - MINUTE, sign_in);
    }
    log
}

fn sheet(case: &Case, login: &str) -> ask::accounts::AccountSheet {
    ask::accounts::account(case, login).unwrap()
}

#[test]
fn a_sheet_weighs_for_and_against_and_behaviour_alone_names_nobody() {
    let given = world(&rhythm_log("bot-nobody@fern.example", "k1"), &[]);
    let robot = sheet(&given.case, "bot-nobody@fern.example");
    let stands =
        |s: &ask::accounts::AccountSheet, id: &str| s.signals.iter().find(|x| x.id == id).unwrap().stands.clone();
    for id in ["S1", "S2", "TM1", "TM2", "TM3", "TM4", "TM6", "TM7", "U1"] {
        assert_eq!(stands(&robot, id), "for", "{id}");
    }
    assert_eq!((stands(&robot, "C2"), stands(&robot, "S3")), ("not_enough".into(), "against".into()));
    assert_eq!((robot.account.verdict.as_str(), robot.account.backed), ("indicated", Some(false)));
    assert_eq!(robot.signals.len(), 22);
    assert_eq!((robot.hours.len(), robot.hours[0].len()), (7, 24));
    assert_eq!(robot.hours.iter().flatten().sum::<u32>(), 2_000);
    let ada = sheet(&given.case, "email:ada@fern.example");
    assert!(ada.signals.iter().all(|s| s.stands != "for"), "{:?}", ada.signals);
    assert_eq!((ada.account.verdict.as_str(), ada.account.backed), ("none", Some(true)));
    assert_eq!(ada.hours[5].iter().sum::<u32>(), 0);
    assert!(ada.base_rate.contains("Behaviour alone"));

    // The same behaviour on a rostered person's account is a reason to look, and no verdict.
    let given = world(&rhythm_log("cy@fern.example", "k1"), &[]);
    let cy = sheet(&given.case, "cy@fern.example");
    assert_eq!((stands(&cy, "TM1"), stands(&cy, "S1")), ("for".into(), "against".into()));
    assert_ne!(cy.account.verdict, "indicated");
    assert!(of(&given, "RU-05").iter().all(|f| f.row.severity == "info"));
}

#[test]
fn what_an_agent_did_for_a_person_is_not_that_persons_rhythm() {
    let mut log = String::new();
    for n in 0..1_000 {
        let with = json!({"as": "cy@fern.example", "kind": "h", "agent": "helper", "key": "pat"});
        log += &line(&format!("m{n}"), n * 30 * MINUTE, with);
    }
    let cy = sheet(&world(&log, &[]).case, "cy@fern.example");
    assert_eq!((cy.account.calls, cy.account.agent_evidenced), (1_000, 1_000));
    assert!(cy.signals.iter().filter(|s| s.family == "timing").all(|s| s.stands == "not_enough"));
    assert_eq!(cy.hours.iter().flatten().sum::<u32>(), 1_000);
    assert_eq!(cy.hours_counted.iter().flatten().sum::<u32>(), 0);
}

#[test]
fn accounts_are_found_by_login_and_one_that_nobody_has_is_no_account() {
    let log = line("c1", 0, json!({"as": "ada@fern.example", "kind": "h"}))
        + &line("c2", 0, json!({"as": "helper", "kind": "s"}));
    let given = world(&log, &[]);
    let rows = ask::accounts::accounts(&given.case).unwrap();
    let of = |login: &str| rows.iter().find(|r| r.principal == login).unwrap();
    assert_eq!((of("ada@fern.example").kind.as_str(), of("ada@fern.example").backed), ("person", Some(true)));
    assert_eq!((of("helper").backed, of("helper").owner.as_deref()), (None, Some("ada@fern.example")));
    assert!(sheet(&given.case, "helper").signals.is_empty());
    assert!(ask::accounts::account(&given.case, "who@fern.example").is_err());
}

#[test]
fn facts_do_not_depend_on_the_order_of_files() {
    let (log, grants) = rights(100, 1);
    let log = log
        + &patterns_log()
        + &run("r1", 0)
        + &line("late", 9 * HOUR, json!({"as": "helper", "kind": "s", "agent": "helper", "run": "r1"}));
    let files = [
        export("log.ndjson", log),
        export("directory.csv", PEOPLE),
        export("entitlements.csv", grants),
        export("assets.csv", STAKES),
    ];
    let mut turned = files.clone();
    turned.reverse();
    let told = |files: &[Export]| {
        let given = given(files, &[DESK]);
        let sheets = ask::accounts::accounts(&given.case).unwrap();
        let patterns = ask::patterns::patterns(&given.case).unwrap();
        let agents = ask::agents::agents(&given.case).unwrap();
        let text = serde_json::to_string(&(sheets, patterns, agents)).unwrap();
        text + &fixtures::answers(&given.case).findings
    };
    assert_eq!(told(&files), told(&turned));
}
