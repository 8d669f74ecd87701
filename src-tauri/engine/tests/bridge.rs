//! Where agents give people more than they have, and the passport of a token.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use behalf_engine::ask::bridge::{Bridge, Narrow, bridge};
use behalf_engine::ask::tokens::{passport, tokens};
use desk::*;
use fixtures::Given;

fn matrix(given: &Given) -> Bridge {
    bridge(&given.case, Narrow::default()).unwrap()
}

fn cells(b: &Bridge) -> Vec<(&str, &str, &str, &str, u32, &str)> {
    b.cells
        .iter()
        .map(|c| {
            (
                c.person.as_str(),
                c.tool.as_str(),
                c.own.as_str(),
                c.agents_right.as_str(),
                c.calls,
                c.confidence.as_str(),
            )
        })
        .collect()
}

const ADA: &str = "ada@fern.example";
const BO: &str = "bo@fern.example";
const CLEO: &str = "cleo@fern.example";

fn rights() -> String {
    format!(
        "{RIGHTS}{ADA},refund.create,order/7,allow,,,\n{ADA},note.append,*,deny,,,\n\
         helper,refund.create,order/*,allow,,,\nhelper,note.append,*,allow,,,\nhelper,order.read,order/*,allow,,,\n\
         {BO},refund.create,order/*,allow,,,\n{BO},order.read,*,allow,,,\n{BO},note.append,*,allow,,,\n"
    )
}

#[test]
fn what_went_through_an_agent_beyond_the_persons_own_right() {
    let calls = [
        call("c1", "02T10:00:00"),
        call("c2", "02T10:01:00").with("on", "order/8"),
        call("c3", "02T10:02:00").with("on", "order/9"),
        call("c4", "02T10:03:00").with("do", "note.append").with("on", "note/1"),
        call("c5", "02T10:04:00").with("on", "order/8").with("ok", "n"),
        call("c6", "02T10:05:00").with("for", BO).with("on", "order/8"),
        call("c7", "02T10:06:00").with("for", CLEO).with("on", "order/8"),
        call("c8", "02T10:07:00").with("for", "").with("on", "order/8"),
        call("c9", "02T10:08:00").with("kind", "h").with("as", ADA).with("for", "").with("on", "order/8"),
    ];
    let given = world(&calls, &[("entitlements.csv", &rights())]);
    let b = matrix(&given);
    assert_eq!(
        cells(&b),
        [
            (ADA, "refund.create", "no", "yes", 2, "probable"),
            (ADA, "note.append", "no", "yes", 1, "confirmed"),
            (CLEO, "refund.create", "unanswerable", "yes", 1, "undetermined"),
        ]
    );
    // A refused call reached nothing, a person's own hand is no bridge, and of the call of nobody nothing is told.
    assert_eq!((b.calls, b.entitled, b.beyond, b.unanswerable, b.for_nobody), (6, 2, 3, 1, 1));
    let first = &b.cells[0];
    assert_eq!((first.of_calls, first.example.as_str(), first.decided_on_person), (3, "c2", 0));
    assert!(first.because.iter().any(|w| w.contains("helper: granted refund.create on order/*")), "{first:?}");
    assert!(first.sentence.contains("no matching entitlement of their own in the exports received"));
    assert_eq!(
        listed(&given, "AZ-01"),
        ["c2", "c3", "c4", "c9"],
        "the rule lists what the cells count, and her own hand"
    );

    let of_bo = bridge(&given.case, Narrow { person: Some(BO), agent: None }).unwrap();
    assert_eq!((of_bo.cells.len(), of_bo.calls), (0, 1));
}

#[test]
fn what_could_go_through() {
    let calls = [
        call("c1", "02T10:00:00"),
        call("c2", "02T10:01:00").with("for", BO),
        call("c3", "02T10:02:00").with("do", "order.read").with("as", "scout"),
    ];
    let given = world(&calls, &[("entitlements.csv", &rights())]);
    let b = matrix(&given);
    let potential: Vec<_> = b
        .potential
        .iter()
        .map(|p| (p.person.as_str(), p.agent.as_str(), p.action.as_str(), p.resource.as_str(), p.own.as_str(), p.used))
        .collect();
    // Bo has all that the helper has; Ada one order of it; the scout has no rights in any export.
    assert_eq!(
        potential,
        [
            (ADA, "helper", "refund.create", "order/*", "no", true),
            (ADA, "helper", "note.append", "*", "no", false),
            (ADA, "helper", "order.read", "order/*", "unanswerable", false),
        ]
    );
    assert!(b.potential.iter().all(|p| p.record.starts_with("sha256:")));
}

#[test]
fn without_rights_nothing_is_told_and_it_is_said() {
    let given = world(&[call("c1", "02T10:00:00")], &[]);
    let b = matrix(&given);
    assert_eq!((b.rights_known, b.unanswerable, b.beyond), (false, 1, 0));
    assert!(b.notes[0].starts_with("no export of rights was received"), "{:?}", b.notes);
    // Where a decision log allowed it on the person's rights, the person has them.
    let judge = r#"{"t":"2026-03-02T10:00:00Z","id":"j1","do":"refund.create","on":"order/7","who":["ada@fern.example"],"verdict":"a","by":"pdp"}"#;
    let b = matrix(&world(&[call("c1", "02T10:00:05")], &[("judge.ndjson", judge)]));
    assert_eq!((b.entitled, b.cells.len()), (1, 0));
}

#[test]
fn the_order_of_calls_and_files_does_not_matter() {
    let calls: Vec<Call> = (0..40)
        .map(|n| {
            let person = [ADA, BO, CLEO][n % 3];
            call(&format!("c{n:02}"), &format!("02T10:{n:02}:00"))
                .with("for", person)
                .with("on", &format!("order/{}", n % 9))
        })
        .collect();
    let told =
        |calls: &[Call]| serde_json::to_string(&matrix(&world(calls, &[("entitlements.csv", &rights())]))).unwrap();
    let mut turned = calls.clone();
    turned.reverse();
    assert_eq!(told(&calls), told(&turned));
}

#[test]
fn the_passport_of_a_token() {
    let scope = |words: &str| format!(r#"{HELPER},"scope":"{words}""#);
    let sts = [
        token("root", "ada", r#","scope":"refund.create note.append openid""#),
        token("mid", "ada", &(scope("refund.create note.append") + r#","parent_jti":"root""#)),
        token("leaf", "ada", &(scope("refund.create") + r#","parent_jti":"mid""#)),
        token("stray", "ada", &(scope("refund.create user.delete") + r#","parent_jti":"mid""#)),
    ]
    .concat();
    let calls = [
        delegated("c1", "02T10:09:00", "leaf"),
        delegated("c2", "02T10:39:00", "leaf").with("do", "note.append").with("on", "note/1"),
        delegated("c3", "02T13:00:00", "leaf"),
        delegated("c4", "02T10:10:00", "unseen"),
        delegated("c5", "02T10:10:00", "stray"),
    ];
    let given = world(&calls, &[("sts.ndjson", &sts)]);
    let p = passport(&given.case, "leaf").unwrap();
    assert_eq!((p.issuer.as_deref(), p.subject.as_deref()), (Some("https://sts.fern.example"), Some(ADA)));
    assert_eq!(
        (p.actors, p.audience, p.scope),
        (vec!["helper".to_string()], vec!["payments".to_string()], vec!["refund.create".to_string()])
    );
    assert_eq!((p.delegated, p.life_minutes, p.records.len()), (true, Some(60.0), 1));
    assert!(p.records[0].place.contains("sts.ndjson"), "{:?}", p.records);
    let hops: Vec<(&str, &str)> = p.parents.iter().map(|h| (h.token.as_str(), h.narrows.as_str())).collect();
    assert_eq!(hops, [("mid", "yes"), ("root", "yes")]);
    let uses: Vec<(&str, &str, &str, &str)> =
        p.uses.iter().map(|u| (u.id.as_str(), u.audience.as_str(), u.scope.as_str(), u.life.as_str())).collect();
    assert_eq!(uses, [("c1", "yes", "yes", "yes"), ("c2", "yes", "no", "yes"), ("c3", "yes", "yes", "no")]);
    assert!((p.uses[1].at.unwrap() - 2.0 / 3.0).abs() < 0.01, "{:?}", p.uses[1].at);
    assert!(p.uses[2].why.as_deref().unwrap().contains("after it ended"));
    assert_eq!(p.total_uses, 3);
    let mut rules: Vec<&str> = p.findings.iter().map(|f| f.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    assert!(rules.contains(&"AZ-03") && rules.contains(&"AZ-05") && rules.contains(&"TK-02"), "{rules:?}");
    assert!(p.sentence.contains("it is on 3 calls, of which 2 do not fit what it allows"), "{}", p.sentence);

    let mid = passport(&given.case, "mid").unwrap();
    let children: Vec<(&str, &str)> = mid.children.iter().map(|h| (h.token.as_str(), h.narrows.as_str())).collect();
    assert_eq!(children, [("leaf", "yes"), ("stray", "no")]);
    assert!(mid.children[1].why.as_deref().unwrap().contains("user.delete"));
    // Of a token that no issuer's record tells of, the calls alone speak.
    let unseen = passport(&given.case, "unseen").unwrap();
    assert_eq!((unseen.records.len(), unseen.uses.len()), (0, 1));
    assert!(unseen.unknown[0].contains("no record of its issuer"));
    assert!(passport(&given.case, "nothing").is_err());
    let all: Vec<String> = tokens(&given.case).unwrap().into_iter().map(|t| t.token).collect();
    assert_eq!(all, ["leaf", "stray", "unseen", "mid", "root"]);
}

#[test]
fn a_cycle_of_exchanges_ends() {
    let sts = [
        token("a", "ada", &format!(r#"{HELPER},"scope":"refund.create","parent_jti":"b""#)),
        token("b", "ada", &format!(r#"{HELPER},"scope":"refund.create","parent_jti":"a""#)),
    ]
    .concat();
    let given = world(&[delegated("c1", "02T10:00:00", "a")], &[("sts.ndjson", &sts)]);
    assert!(passport(&given.case, "a").unwrap().parents.len() <= 2);
}
