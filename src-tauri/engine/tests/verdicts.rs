//! The verdict on the decision of each call, its tests, and the rules that must agree with it; decision logs that join their calls.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use std::collections::BTreeMap;

use behalf_engine::analysis::Loaded;
use behalf_engine::ask::attributions::select;
use behalf_engine::ask::overview::overview;
use behalf_engine::ask::verdict::{VerdictWords, figures, verdict};
use behalf_engine::case::{Case, Select};
use behalf_engine::rules::verdict::Verdict;
use desk::*;
use fixtures::{Given, fernhill, findings};

fn told(given: &Given, id: &str) -> VerdictWords {
    let loaded = Loaded::load(&given.case).unwrap();
    verdict(&given.case, &loaded, given.case.find_event(id).unwrap()).unwrap().unwrap()
}

fn state<'a>(v: &'a VerdictWords, id: &str) -> (&'a str, Option<&'a str>) {
    let test = v.tests.iter().find(|t| t.id == id).unwrap();
    (&test.state, test.code.as_deref())
}

fn sentence<'a>(v: &'a VerdictWords, id: &str) -> &'a str {
    &v.tests.iter().find(|t| t.id == id).unwrap().sentence
}

/// With the policy of a decision.
fn desk_with_policy() -> String {
    DESK.replace("host = \"/host\"", "host = \"/host\"\npolicy = \"/pol\"\naudience = \"/aud\"")
}

#[test]
fn the_five_verdicts() {
    let calls = [
        call("right", "02T10:00:00").with("dec", "a").with("who", "ada@fern.example helper"),
        call("alone", "02T10:01:00").with("dec", "a").with("who", "helper"),
        call("other", "02T10:02:00").with("dec", "a").with("who", "bo@fern.example"),
        call("silent", "02T10:03:00"),
        call("hand", "02T10:04:00").with("kind", "h").with("as", "ada@fern.example").with("for", ""),
        call("denied", "02T10:05:00").with("dec", "d").with("who", "ada@fern.example helper").with("ok", "n"),
    ];
    let given = world(&calls, &[]);
    let words = |id: &str| told(&given, id).verdict;
    assert_eq!(words("right"), "right");
    assert_eq!(words("alone"), "insufficient");
    assert_eq!(words("other"), "wrong");
    assert_eq!(words("silent"), "unproven");
    assert_eq!(words("hand"), "not_applicable");
    assert_eq!(words("denied"), "right", "a refusal was decided on the right principal too");

    let right = told(&given, "right");
    assert_eq!(state(&right, "V1"), ("passed", None));
    assert_eq!(state(&right, "V2"), ("passed", None));
    assert_eq!(state(&right, "V8"), ("not_testable", None), "no export of rights was received");
    assert_eq!(state(&right, "V10"), ("passed", None));
    assert_eq!(right.tests.len(), 10);
    assert!(right.required.contains("the agent that acts for them"), "{}", right.required);
    let alone = told(&given, "alone");
    assert_eq!(state(&alone, "V1"), ("failed", Some("AGENT-ALONE")));
    assert_eq!(
        sentence(&alone, "V1"),
        "The decision (the call's own record) evaluated helper alone; the rights of ada@fern.example played no part."
    );
    assert_eq!(state(&told(&given, "other"), "V1"), ("failed", Some("WRONG-PRINCIPAL")));
    assert!(sentence(&told(&given, "other"), "V1").contains("bo@fern.example"));
    assert!(sentence(&told(&given, "silent"), "V1").contains("No record of a decision"));
    agrees(&given);
}

#[test]
fn a_policy_that_looks_at_agents_elsewhere_must_look_at_this_one() {
    let mapping = desk_with_policy();
    let made = |calls: &[Call]| world_by(&[&mapping, JUDGE], calls, &[]);
    let both =
        call("both", "02T10:00:00").with("dec", "a").with("who", "ada@fern.example helper").with("pol", "refunds");
    let one = call("one", "02T10:01:00").with("dec", "a").with("who", "ada@fern.example").with("pol", "refunds");
    let given = made(&[both.clone(), one.clone()]);
    let found = told(&given, "one");
    assert_eq!(
        (found.verdict.as_str(), state(&found, "V2")),
        ("insufficient", ("failed", Some("ACTOR-NOT-EVALUATED")))
    );
    // Another policy never claimed to.
    let given = made(&[both, one.with("pol", "notes")]);
    let found = told(&given, "one");
    assert_eq!((found.verdict.as_str(), state(&found, "V2").0), ("right", "not_applicable"));
}

#[test]
fn tokens_are_held_against_audience_scope_time_subject_and_agent() {
    let scoped = |jti: &str, more: &str| token(jti, "ada", &format!(r#"{HELPER},"scope":"refund.create"{more}"#));
    let sts = [
        scoped("good", ""),
        scoped("elsewhere", "").replace(r#""aud":"payments""#, r#""aud":"notes""#),
        token("narrow", "ada", &format!(r#"{HELPER},"scope":"note.append""#)),
        scoped("old", "").replace("1772449140", "1772445840"),
        token("scouts", "ada", r#","act":{"sub":"scout"},"scope":"refund.create""#),
        token("wide", "ada", &format!(r#"{HELPER},"scope":"refund.create note.append","parent_jti":"good""#)),
    ]
    .concat();
    let at = |id: &str, when: &str, jti: &str| {
        delegated(id, when, jti).with("dec", "a").with("who", "ada@fern.example helper")
    };
    let calls = [
        at("c-good", "02T10:01:00", "good"),
        at("c-elsewhere", "02T10:02:00", "elsewhere"),
        at("c-narrow", "02T10:03:00", "narrow"),
        at("c-old", "02T10:30:00", "old"),
        at("c-scouts", "02T10:05:00", "scouts"),
        at("c-wide", "02T10:06:00", "wide"),
        at("c-refused", "02T10:07:00", "elsewhere").with("ok", "n").with("dec", "d"),
        call("n", "02T11:00:00").with("do", "note.append").with("svc", "notes").with("on", "n/1"),
    ];
    let given = world(&calls, &[("sts.ndjson", &sts)]);
    let of = |id: &str| told(&given, id);
    let good = of("c-good");
    assert_eq!(good.verdict, "right", "{good:#?}");
    for id in ["V3", "V4", "V5", "V6", "V7"] {
        assert_eq!(state(&good, id).0, "passed", "{id} {}", sentence(&good, id));
    }
    let found = of("c-elsewhere");
    assert_eq!((found.verdict.as_str(), state(&found, "V4")), ("wrong", ("failed", Some("PASSTHROUGH"))));
    let found = of("c-narrow");
    assert_eq!((found.verdict.as_str(), state(&found, "V5")), ("insufficient", ("failed", Some("OVER-SCOPE"))));
    let found = of("c-old");
    assert_eq!((found.verdict.as_str(), state(&found, "V6")), ("insufficient", ("failed", Some("STALE"))));
    let found = of("c-scouts");
    assert_eq!(state(&found, "V7"), ("failed", Some("UNAUTHORIZED-ACTOR")), "{}", sentence(&found, "V7"));
    assert_eq!(found.verdict, "wrong");
    let found = of("c-wide");
    assert_eq!((found.verdict.as_str(), state(&found, "V9")), ("insufficient", ("failed", Some("AMPLIFICATION"))));
    let refused = of("c-refused");
    assert_eq!(
        (state(&refused, "V4").0, refused.verdict.as_str()),
        ("failed", "right"),
        "a refusal is what it calls for"
    );
    agrees(&given);
}

#[test]
fn a_decision_in_the_agents_own_hand_proves_nothing() {
    let mapping = DESK.replace("populated_by = \"gateway\"", "populated_by = \"caller\"");
    let line = call("c1", "02T10:00:00").with("dec", "a").with("who", "ada@fern.example helper");
    let given = world_by(&[&mapping, JUDGE], &[line], &[]);
    assert_eq!(told(&given, "c1").verdict, "unproven");
}

const ADA: &str = "ada@fern.example";

/// A line of a decision log that a mapping reads.
fn judged(id: &str, at: &str, verdict: &str, who: &str, more: &str) -> String {
    format!(
        r#"{{"t":"2026-03-{at}Z","id":"{id}","do":"refund.create","on":"order:7","who":["{who}"],"verdict":"{verdict}","by":"pdp"{more}}}"#
    ) + "\n"
}

#[test]
fn a_refusal_of_the_person_while_the_call_went_through_is_a_no() {
    let fired = |judge: &str, calls: &[Call], rule: &str| listed(&world(calls, &[("judge.ndjson", judge)]), rule);
    let one = [call("c1", "02T10:00:20")];
    let denied = judged("j1", "02T10:00:00", "d", ADA, "");
    assert_eq!(fired(&denied, &one, "AZ-01"), ["c1"]);
    assert!(fired(&denied, &one, "AZ-07").is_empty(), "it is the call's own decision, not one that it went round");
    let given = world(&one, &[("judge.ndjson", &denied)]);
    assert!(sentences(&given, "AZ-01").contains("decision j1 of mapping:judge denied refund.create on order:7"));
    let found = told(&given, "c1");
    assert_eq!(state(&found, "V8"), ("failed", Some("PERSON-NOT-ENTITLED")));
    assert_eq!(state(&found, "V10"), ("failed", Some("NOT-ENFORCED")));
    assert_eq!(found.decision.unwrap().joined_by, "subject");

    assert!(fired(&judged("j1", "02T10:00:00", "a", ADA, ""), &one, "AZ-01").is_empty());
    assert!(fired(&judged("j1", "02T10:00:00", "d", "bo@fern.example", ""), &one, "AZ-01").is_empty(), "of another");
    let together =
        judged("j1", "02T10:00:00", "d", ADA, "").replace(&format!("[\"{ADA}\"]"), &format!("[\"{ADA}\",\"helper\"]"));
    assert!(fired(&together, &one, "AZ-01").is_empty(), "the agent may be why");
    let differing = denied.clone() + &judged("j2", "02T10:00:10", "a", ADA, "");
    assert!(fired(&differing, &one, "AZ-01").is_empty(), "two that differ");
    let refused = [call("c1", "02T10:00:20").with("ok", "n")];
    assert!(fired(&denied, &refused, "AZ-01").is_empty(), "it was refused");
    let rights = format!("{RIGHTS}{ADA},refund.create,order/*,allow,,,\n");
    let granted = world(&one, &[("judge.ndjson", &denied), ("entitlements.csv", &rights)]);
    assert!(listed(&granted, "AZ-01").is_empty(), "a matching entitlement was received");
    assert_eq!(state(&told(&granted, "c1"), "V10"), ("failed", Some("NOT-ENFORCED")), "which is told all the same");
    // One decision is the decision of one call.
    let twice = [call("c1", "02T10:00:20").with("ok", "n"), call("c2", "02T10:00:40")];
    assert!(fired(&denied, &twice, "AZ-01").is_empty());
    assert_eq!(fired(&denied, &twice, "AZ-07"), ["c2"], "refused, then done on the agent's account");
}

#[test]
fn refused_by_a_decision_log_then_done_on_other_rights() {
    let fired = |judge: &str, made: Call| listed(&world(&[made], &[("judge.ndjson", judge)]), "AZ-07");
    let denied = judged("j1", "02T10:00:00", "d", ADA, "");
    let later = || call("c1", "02T10:05:00");
    assert_eq!(fired(&denied, later()), ["c1"]);
    assert!(fired(&denied, call("c1", "02T10:20:00")).is_empty(), "too late for one thing without the other");
    assert!(fired(&denied, later().with("on", "order/8")).is_empty());
    assert!(fired(&denied, later().with("do", "note.create")).is_empty());
    assert!(fired(&denied, later().with("for", "bo@fern.example")).is_empty(), "for somebody else");
    let same = later().with("dec", "a").with("who", ADA);
    assert!(fired(&denied, same).is_empty(), "decided anew on the same rights");
    let agents = later().with("dec", "a").with("who", "helper");
    assert_eq!(fired(&denied, agents), ["c1"]);
    let rights = format!("{RIGHTS}{ADA},refund.create,order/7,allow,,2026-03-02T10:02:00Z,\n");
    let given = world(&[later()], &[("judge.ndjson", &denied), ("entitlements.csv", &rights)]);
    assert!(listed(&given, "AZ-07").is_empty(), "a right was granted in between");
}

#[test]
fn ids_join_before_anything_else() {
    let request = "8a2f6c14-90ab-4c3d-8e10-2b7c5d1e6f00";
    let mapping = DESK.replace("[attributes]", "[attributes]\nrequest_id = \"/req\"\ndecision_id = \"/did\"");
    let judge = JUDGE.to_string() + "[attributes]\nrequest_id = \"/req\"\n";
    let by = |context: &str, made: Call| {
        let given = world_by(&[&mapping, &judge], &[made], &[("judge.ndjson", context)]);
        told(&given, "c1").decision.map(|d| (d.record, d.joined_by))
    };
    let joined = |record: &str, by: &str| Some((record.to_string(), by.to_string()));
    // A day apart and in other words: an exact id needs neither time nor action.
    let far = judged("j1", "01T10:00:00", "a", ADA, "").replace("refund.create", "pay");
    assert_eq!(by(&far, call("c1", "02T10:00:00").with("did", "j1")), joined("j1", "decision_id"));
    let named = far.replace("\"by\"", "\"call\":\"c1\",\"by\"");
    assert_eq!(by(&named, call("c1", "02T10:00:00")), joined("j1", "call_id"));
    let asked = judged("j1", "01T10:00:00", "a", ADA, &format!(r#","req":"{request}""#));
    assert_eq!(by(&asked, call("c1", "02T10:00:00").with("req", request)), joined("j1", "request_id"));
    let other = asked.replace("refund.create", "note.append");
    assert_eq!(by(&other, call("c1", "02T10:00:00").with("req", request)), None, "one request asks several things");
    let both = asked.clone() + &judged("j2", "01T10:00:01", "d", ADA, &format!(r#","req":"{request}""#));
    assert_eq!(by(&both, call("c1", "02T10:00:00").with("req", request)), None, "two that differ");
    assert_eq!(by(&asked, call("c1", "02T10:00:00")), None);
}

#[test]
fn a_decision_log_tells_on_whose_rights_it_was_decided() {
    let assets = "action,resource,data_class,effect,per_user\nrefund.create,*,financial,change,yes\n";
    let made = |who: &str| {
        let judge = judged("j1", "02T10:00:00", "a", who, r#","call":"k1""#);
        world(&[call("c1", "02T10:00:05").with("call", "k1")], &[("judge.ndjson", &judge), ("assets.csv", assets)])
    };
    let given = made("helper");
    assert_eq!(listed(&given, "AZ-02"), ["c1"]);
    assert_eq!(told(&given, "c1").verdict, "insufficient");
    assert!(sentence(&told(&given, "c1"), "V1").contains("decision j1"));
    agrees(&given);
    let given = made(ADA);
    assert!(listed(&given, "AZ-02").is_empty());
    let figures = overview(&given.case).unwrap();
    assert_eq!((figures.decided, figures.decided_on_person), (1, 1));
    // The clocks do not tell which came first, and nothing else stands against it.
    let found = told(&given, "c1");
    assert_eq!((found.verdict.as_str(), state(&found, "V10").0), ("right", "not_testable"));
    agrees(&given);
}

/// One refusal of Ada, as four engines log it, for calls that went through.
#[test]
fn the_logs_of_opa_openfga_spicedb_and_cedar_feed_the_rules() {
    let opa = r#"{"labels":{"app":"gate","id":"i1"},"decision_id":"4f1c9d2e-77aa-4d10-b1c2-9e8d7c6b5a40","timestamp":"2026-03-02T10:00:00Z","path":"agents/authz/allow","input":{"subject":{"type":"user","id":"ada@fern.example"},"action":{"name":"refund.create"},"resource":{"type":"order","id":"7"}},"result":false,"requested_by":"10.0.0.9:41504","bundles":{"authz":{"revision":"r7"}}}"#;
    let openfga = r#"{"level":"info","ts":"2026-03-02T10:00:00Z","msg":"grpc_req_complete","grpc_service":"openfga.v1.OpenFGAService","grpc_method":"Check","grpc_code":0,"request_id":"r1","raw_request":{"store_id":"s1","tuple_key":{"user":"user:ada@fern.example","relation":"create","object":"order:7"},"authorization_model_id":"m1"},"raw_response":{"allowed":false}}"#;
    let spicedb = r#"{"specversion":"1.0","id":"c1s","source":"/ps/example","type":"/authzed.api.v1.PermissionsService/CheckPermission","time":"2026-03-02T10:00:00Z","data":{"request":{"resource":{"objectType":"order","objectId":"7"},"permission":"create","subject":{"object":{"objectType":"user","objectId":"ada@fern.example"}}},"response":{"permissionship":"PERMISSIONSHIP_NO_PERMISSION"}}}"#;
    let cedar = r#"{"eventVersion":"1.08","eventID":"avp-1","eventSource":"verifiedpermissions.amazonaws.com","eventName":"IsAuthorized","eventTime":"2026-03-02T10:00:00Z","awsRegion":"eu-west-1","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Pep/s","accountId":"111122223333"},"requestParameters":{"principal":{"entityType":"Shop::User","entityId":"ada@fern.example"},"action":{"actionType":"Shop::Action","actionId":"create"},"resource":{"entityType":"Shop::Order","entityId":"7"},"policyStoreId":"PS1"},"responseElements":null,"additionalEventData":{"decision":"DENY"}}"#;
    for (name, log) in [("opa", opa), ("openfga", openfga), ("spicedb", spicedb), ("cedar", cedar)] {
        let file = format!("{name}.json");
        let text = if name == "cedar" { format!("{{\"Records\":[{log}]}}") } else { log.to_string() + "\n" };
        let given = world(&[call("c1", "02T10:00:10")], &[(&file, &text)]);
        assert_eq!(listed(&given, "AZ-01"), ["c1"], "{name}");
        let later = world(&[call("c1", "02T10:04:00")], &[(&file, &text)]);
        assert_eq!((listed(&later, "AZ-01"), listed(&later, "AZ-07")), (vec![], vec!["c1".to_string()]), "{name}");
        // The decision is in evidence beside the call.
        assert_eq!(state(&told(&given, "c1"), "V1").0, "passed", "{name}");
    }
}

/// Rules, and the test that a call they list must have failed.
const RULES: [(&str, &str); 9] = [
    ("AZ-01", "V8"),
    ("AZ-03", "V5"),
    ("AZ-04", "V4"),
    ("AZ-05", "V6"),
    ("AZ-06", "V3"),
    ("AZ-08", "V8"),
    ("AZ-10", "V6"),
    ("AZ-11", "V9"),
    ("AZ-12", "V6"),
];

/// What is stored, told again, counted and found by rules is one thing.
fn agrees(given: &Given) -> BTreeMap<String, usize> {
    let case: &Case = &given.case;
    let loaded = Loaded::load(case).unwrap();
    let mut told: BTreeMap<String, VerdictWords> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    case.each_attribution(&Select::All, None, |view| {
        all.push((view.event, view.source, view.id));
        Ok(())
    })
    .unwrap();
    for (event, source, id) in all {
        let stored = case.verdict_of(event).unwrap().and_then(Verdict::from_number);
        let again = verdict(case, &loaded, event).unwrap();
        assert_eq!(stored.map(Verdict::word), again.as_ref().map(|v| v.verdict.as_str()), "{source}/{id}: {again:#?}");
        if let Some(again) = again {
            *counts.entry(again.verdict.clone()).or_default() += 1;
            told.insert(format!("{source}/{id}"), again.clone());
            told.insert(id, again);
        }
    }
    for figure in figures(case).unwrap() {
        assert_eq!(figure.calls as usize, counts.get(&figure.verdict).copied().unwrap_or(0), "{}", figure.verdict);
        let link = select(&format!("verdict:{}", figure.verdict)).unwrap();
        assert_eq!(case.count(&link).unwrap(), figure.calls, "{}", figure.verdict);
    }
    let figures = overview(case).unwrap();
    assert_eq!(figures.decided_on_person, case.count(&Select::DecidedOnPerson).unwrap());
    assert_eq!(figures.decided_on_person, figures.verdicts.iter().map(|v| v.on_person).sum::<u32>());
    let all = findings(case);
    for (rule, test) in RULES {
        for id in of(&all, rule).iter().flat_map(|f| &f.instances).flat_map(|i| &i.events) {
            let Some(v) = told.get(id) else { continue };
            if v.verdict != "not_applicable" {
                assert_eq!(state(v, test).0, "failed", "{rule} {id}: {}", sentence(v, test));
            }
        }
    }
    // Decided on the agent alone is a design where nobody is named.
    for finding in of(&all, "AZ-02").iter().filter(|f| !f.row.design_fact) {
        for id in finding.instances.iter().flat_map(|i| &i.events) {
            let v = told.get(id).unwrap();
            assert_eq!(state(v, "V1").0, "failed", "AZ-02 {id}: {}", sentence(v, "V1"));
            assert_ne!(v.verdict, "right", "AZ-02 {id}");
        }
    }
    counts
}

#[test]
fn verdicts_of_a_whole_company_agree_with_its_rules() {
    let counts = agrees(&fernhill());
    println!("{counts:?}");
    assert!(counts.contains_key("unproven") && counts.len() >= 3, "{counts:?}");
}
