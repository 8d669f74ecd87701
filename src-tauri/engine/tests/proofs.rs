//! What stands beside a conclusion: the proofs of both roles, what they were held against, hints for whom nobody names,
//! owners of what runs by itself; ids that stand for several people, read by tenant and time.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis::{self, Loaded};
use behalf_engine::ask::who::{Who, who};
use behalf_engine::case::Case;
use fixtures::{Export, Given, answers, given};
use serde_json::{Value, json};

const MAPPING: &str = r#"
name = "edge"
records = "ndjson"
kind = { from = "/what", call = ["call"], run = ["run"], sign_in = ["sign_in"] }
detect = ["/ref", "/what"]
populated_by = "gateway"
[fields]
time = "/at"
end = "/end"
id = "/ref"
tenant = "/tenant"
action = "/op"
outcome = { from = "/result", success = ["OK"], denied = ["REFUSED"] }
wire = "/client"
wire_kind = { from = "/mode", service = ["svc"], delegated = ["obo"], human = ["person"] }
agent = "/agent"
human = "/behalf"
run = "/run"
trigger = "/trigger"
token = "/token"
source_ip = "/ip"
interactive = "/hand"
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases,owner
P001,ada@fern.example,Ada,person,active,,,,,
P002,ben@fern.example,Ben,person,active,,,,,
P003,,Cem,person,active,,,,name:north/alovelace,
helper,,helper,agent,active,,,,aws-role:HelperRole,P002
";

const ADA: &str = "ada@fern.example";
const BEN: &str = "ben@fern.example";

fn record(what: &str, id: &str, at: &str, more: Value) -> Value {
    let mut all =
        json!({"what": what, "ref": id, "at": format!("2026-03-03T{at}Z"), "op": "note.append", "result": "OK"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn agents(id: &str, at: &str, more: Value) -> Value {
    let mut call = record("call", id, at, json!({"client": "helper", "mode": "svc"}));
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|r| format!("{r}\n")).collect()
}

fn world_with(files: &[(&str, String)], directory: &str) -> Given {
    let mut exports: Vec<Export> =
        files.iter().map(|(name, text)| Export { name: name.to_string(), bytes: text.clone().into_bytes() }).collect();
    exports.push(Export { name: "directory.csv".into(), bytes: directory.into() });
    let given = given(&exports, &[MAPPING]);
    assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
    given
}

fn world(records: &[Value]) -> Given {
    world_with(&[("edge.ndjson", lines(records))], DIRECTORY)
}

fn told(case: &Case, id: &str) -> Who {
    let who = who(case, &Loaded::load(case).unwrap(), id).unwrap();
    // The list and the answer for one call agree on why nobody is named.
    let row = answers(case).rows.into_iter().find(|r| r.id == id).unwrap();
    assert_eq!(row.refusal, who.refusal.as_ref().map(|r| r.code.clone()), "{id}");
    assert_eq!(row.human, who.human.as_ref().map(|h| h.shown.clone()), "{id}");
    who
}

fn code(w: &Who) -> Option<&str> {
    w.refusal.as_ref().map(|r| r.code.as_str())
}

fn human(w: &Who) -> Option<&str> {
    w.human.as_ref().map(|h| h.shown.as_str())
}

/// Candidates with the kind of hint that makes them one.
fn hinted<'a>(w: &'a Who, kind: &str) -> Vec<&'a str> {
    w.candidates.iter().filter(|c| c.reason.contains(kind)).map(|c| c.value.as_str()).collect()
}

#[test]
fn a_proof_is_the_same_after_another_analysis() {
    let records = [
        record("run", "run-1", "10:00:00", json!({"run": "r1", "behalf": ADA, "agent": "helper"})),
        agents("named", "10:00:10", json!({"run": "r1", "behalf": ADA})),
        agents("against", "10:00:11", json!({"run": "r1", "behalf": BEN})),
        agents("blank", "10:00:12", json!({"text": BEN})),
    ];
    let given = world(&records);
    let all = |case: &Case| -> Vec<String> {
        ["named", "against", "blank"].map(|id| serde_json::to_string(&told(case, id)).unwrap()).to_vec()
    };
    let before = all(&given.case);
    analysis::analyze(&given.case, &()).unwrap();
    assert_eq!(before, all(&given.case));

    let named = told(&given.case, "named");
    assert_eq!((human(&named), named.agent.as_deref()), (Some(ADA), Some("helper")));
    assert!(named.checked.iter().any(|c| c.starts_with("No other proof")), "{:?}", named.checked);
    // Both roles are proved, each step by its record.
    assert!(named.agent_proofs.iter().all(|p| p.value == "helper" && p.evidence.iter().all(|s| s.record.is_some())));
    assert!(named.agent_proofs.iter().any(|p| p.evidence[0].kind == "K3"), "{:?}", named.agent_proofs);
    let against = told(&given.case, "against");
    assert_eq!((code(&against), against.contradictions.len()), (Some("R6"), 1));
    assert!(against.contradictions[0].contains(ADA) && against.contradictions[0].contains(BEN));
}

#[test]
fn one_set_of_evidence_within_another_is_told_once() {
    let token = json!({"event": "token_exchange", "time": "2026-03-03T10:00:00Z", "jti": "t1", "sub": ADA, "act": {"sub": "helper"}, "client_id": "helper", "aud": "notes", "iat": 1772532000, "exp": 1772532300, "iss": "https://sts.fern.example"});
    let calls = lines(&[agents("call", "10:00:10", json!({"token": "t1", "behalf": ADA, "mode": "obo"}))]);
    let given = world_with(&[("edge.ndjson", calls), ("tokens.ndjson", lines(&[token]))], DIRECTORY);
    let w = told(&given.case, "call");
    assert_eq!(w.grade.as_deref(), Some("A"));
    let sets: Vec<Vec<(&str, Option<&str>)>> =
        w.proofs.iter().map(|p| p.evidence.iter().map(|s| (s.kind.as_str(), s.record.as_deref())).collect()).collect();
    for (n, set) in sets.iter().enumerate() {
        let part = sets.iter().enumerate().any(|(m, other)| m != n && other.iter().all(|step| set.contains(step)));
        assert!(!part, "{sets:?}");
    }
}

#[test]
fn a_schedule_has_an_owner_who_did_nothing() {
    let records = [
        record("run", "run-1", "03:00:00", json!({"run": "r1", "trigger": "nightly", "agent": "helper"})),
        agents("call", "03:00:10", json!({"run": "r1"})),
        agents("blank", "03:00:20", json!({})),
    ];
    let given = world(&records);
    let w = told(&given.case, "call");
    assert_eq!((human(&w), code(&w), w.owner.as_deref()), (None, None, Some(BEN)));
    assert_ne!(w.authority.as_deref(), Some(BEN));
    // Where a person is required, an owner is none.
    assert_eq!(told(&given.case, "blank").owner, None);
}

#[test]
fn hints_stand_beside_a_refusal_and_name_nobody() {
    let sign_in = |id: &str, at: &str, who: &str, ip: &str| {
        record("sign_in", id, at, json!({"client": who, "mode": "person", "ip": ip, "hand": true}))
    };
    let records = [
        sign_in("in-ada", "09:30:00", ADA, "192.0.2.7"),
        sign_in("in-both-1", "11:00:00", ADA, "192.0.2.9"),
        sign_in("in-both-2", "11:00:10", BEN, "192.0.2.9"),
        sign_in("in-ben", "14:00:00", BEN, "198.51.100.1"),
        agents("text", "16:00:00", json!({"note": format!("asked by {BEN}.")})),
        agents("id", "16:10:00", json!({"note": "P001"})),
        agents("inside", "16:20:00", json!({"note": "P0012"})),
        agents("address", "10:00:00", json!({"ip": "192.0.2.7"})),
        agents("shared", "11:30:00", json!({"ip": "192.0.2.9"})),
        agents("later", "13:00:00", json!({"ip": "192.0.2.7"})),
        agents("near", "14:00:20", json!({"ip": "203.0.113.5"})),
        agents("alone", "18:00:00", json!({})),
    ];
    let given = world(&records);
    let all = |id: &str| told(&given.case, id);
    assert_eq!((hinted(&all("text"), "K12"), code(&all("text"))), (vec![BEN], Some("R3")));
    // An id is one only as the whole of a value.
    assert_eq!((hinted(&all("id"), "K12"), hinted(&all("inside"), "K12")), (vec![ADA], vec![]));
    assert_eq!((hinted(&all("address"), "K13"), code(&all("address"))), (vec![ADA], Some("R3")));
    assert_eq!((hinted(&all("shared"), "K13"), hinted(&all("later"), "K13")), (vec![], vec![]));
    assert_eq!(hinted(&all("near"), "K14"), vec![BEN]);
    assert_eq!((all("alone").candidates.len(), code(&all("alone"))), (0, Some("R1")));
    for id in ["text", "id", "address", "near"] {
        assert_eq!((human(&all(id)), all(id).grade.as_deref()), (None, Some("X")), "{id}");
    }
}

#[test]
fn where_many_are_seen_nearness_says_nothing() {
    let mut records: Vec<Value> = (0..1000)
        .map(|n: i64| {
            let at = format!("{:02}:{:02}:{:02}", 8 + n / 300, n / 5 % 60, n % 5 * 10);
            record("sign_in", &format!("in-{n}"), &at, json!({"client": ADA, "mode": "person", "ip": "192.0.2.7"}))
        })
        .collect();
    records.push(agents("near", "11:20:00", json!({})));
    assert!(told(&world(&records).case, "near").candidates.is_empty());
}

#[test]
fn a_key_that_goes_from_one_to_another_is_whose_turn_it_was_and_nobodys_at_the_turn() {
    let role = json!({"type": "AssumedRole", "arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s", "accountId": "200000000001", "accessKeyId": "ASIA1", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::200000000001:role/HelperRole"}}});
    let hand_out = |id: &str, at: &str, until: &str, who: &str| json!({"eventVersion": "1.11", "eventTime": format!("2026-03-03T{at}Z"), "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "eventID": id, "userIdentity": {"type": "AWSService", "invokedBy": "broker.amazonaws.com"}, "requestParameters": {"roleArn": "arn:aws:iam::200000000001:role/HelperRole", "sourceIdentity": who}, "responseElements": {"credentials": {"accessKeyId": "ASIA1", "expiration": format!("2026-03-03T{until}Z")}, "assumedRoleUser": {"arn": "arn:aws:sts::200000000001:assumed-role/HelperRole/s"}}});
    let get = |id: &str, at: &str| json!({"eventVersion": "1.11", "eventTime": format!("2026-03-03T{at}Z"), "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventID": id, "userIdentity": role});
    let records = [
        hand_out("out-1", "10:00:00", "10:30:00", ADA),
        hand_out("out-2", "10:30:00", "11:00:00", BEN),
        get("first", "10:15:00"),
        get("second", "10:45:00"),
        get("turn", "10:30:20"),
    ];
    let given = world_with(&[("cloudtrail.ndjson", lines(&records))], DIRECTORY);
    assert_eq!(human(&told(&given.case, "first")), Some(ADA));
    assert_eq!(human(&told(&given.case, "second")), Some(BEN));
    let turn = told(&given.case, "turn");
    assert_eq!((human(&turn), code(&turn), turn.candidates.len()), (None, Some("R5"), 2));
}

#[test]
fn one_login_in_two_tenants_is_two_accounts() {
    let own = |id: &str, tenant: &str| {
        record("call", id, "10:00:00", json!({"client": "alovelace", "mode": "person", "tenant": tenant}))
    };
    let given = world(&[own("north", "north"), own("south", "south")]);
    assert_eq!(human(&told(&given.case, "north")), Some("P003"));
    assert_eq!((human(&told(&given.case, "south")), code(&told(&given.case, "south"))), (None, Some("R9")));
    // In one tenant it is one, whatever the alias of the other says.
    let given =
        world_with(&[("edge.ndjson", lines(&[own("south", "south")]))], &DIRECTORY.replace("name:north/", "name:"));
    assert_eq!(human(&told(&given.case, "south")), Some("P003"));
    // An alias that names no tenant joins neither of two.
    let both = lines(&[own("north", "north"), own("south", "south")]);
    let given = world_with(&[("edge.ndjson", both)], &DIRECTORY.replace("name:north/", "name:"));
    assert_eq!((human(&told(&given.case, "north")), human(&told(&given.case, "south"))), (None, None));
    let notes = analysis::analyze(&given.case, &()).unwrap().notes;
    assert!(notes.iter().any(|n| n.contains("alovelace is a login in north, south")), "{notes:?}");
}

#[test]
fn a_name_and_a_kind_hold_as_of_the_records_time() {
    let directory = "id,email,name,type,status,start,end,aliases
P001,ada@fern.example,Ada,person,left,,2026-02-28,name:lead
P002,ben@fern.example,Ben,person,active,2026-03-02,,name:lead
desk,desk@fern.example,Desk,person,active,2025-01-01,,
desk,desk@fern.example,Desk,shared,active,2026-03-03T12:00:00Z,,
helper,,helper,agent,active,,,
";
    let on = |id: &str, day: &str, client: &str| {
        let mut call = record("call", id, "00:00:00", json!({"client": client, "mode": "person"}));
        call["at"] = json!(day);
        call
    };
    let records = [
        on("feb", "2026-02-10T10:00:00Z", "lead"),
        on("mar", "2026-03-10T10:00:00Z", "lead"),
        on("gap", "2026-03-01T10:00:00Z", "lead"),
        on("person", "2026-03-03T10:00:00Z", "desk@fern.example"),
        on("shared", "2026-03-03T14:00:00Z", "desk@fern.example"),
        record("run", "run-f", "10:00:00", json!({"run": "f", "behalf": "lead", "agent": "helper"})),
        agents("in-run", "10:00:10", json!({"run": "f"})),
    ];
    let given = world_with(&[("edge.ndjson", lines(&records))], directory);
    let all = |id: &str| told(&given.case, id);
    assert_eq!((human(&all("feb")), human(&all("mar")), human(&all("gap"))), (Some(ADA), Some(BEN), None));
    assert_eq!((human(&all("person")), code(&all("shared"))), (Some("desk@fern.example"), Some("R9")));
    assert_eq!((all("person").wire_kind, all("shared").wire_kind), ("human".into(), "shared".into()));
    // The run of March is that of the one who has the name in March.
    assert_eq!(human(&all("in-run")), Some(BEN));
}
