//! Acts of the reviewer: what each does to names, that it can be undone, and what the log shows.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use std::collections::BTreeMap;

use behalf_engine::analysis::{self, Loaded};
use behalf_engine::ask::{self, acts::acts, who::Who};
use behalf_engine::case::{Case, Select};
use behalf_engine::model::{Deed, EdgeError, Kind, Scope, Time};
use behalf_engine::review::{self, Decided, ReviewError, SuspectOf, Wanted};
use desk::DESK;
use fixtures::{Export, Given, answers, given, import};
use proptest::prelude::*;
use serde_json::{Value, json};

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
P1,ada@example.org,Ada,person,active,,,,github:ada-l
P2,ben@example.org,Ben,person,active,,,,
helper,,helper,agent,active,,,,
";
const ADA: &str = "ada@example.org";
const BEN: &str = "ben@example.org";

fn export(name: &str, lines: &[Value]) -> Export {
    Export { name: name.into(), bytes: lines.iter().map(|v| format!("{v}\n")).collect::<String>().into_bytes() }
}

/// A call of the agent for somebody, on one day of March.
fn call(id: &str, day: u32, whom: &str) -> Value {
    json!({"id": id, "t": format!("2026-03-{day:02}T10:00:00Z"), "svc": "orders", "do": "order.read", "on": "order/1",
        "ok": "y", "as": "helper", "kind": "s", "for": whom, "host": "pod-1"})
}

/// A person at work on an account, with no agent behind.
fn own(id: &str, day: u32, account: &str) -> Value {
    json!({"id": id, "t": format!("2026-03-{day:02}T10:00:00Z"), "svc": "orders", "do": "order.read", "on": "order/1",
        "ok": "y", "as": account, "kind": "h"})
}

fn token(jti: &str, day: u32, subject: &str) -> Value {
    json!({"event": "token_exchange", "time": format!("2026-03-{day:02}T09:59:00Z"), "iss": "https://id.example.org",
        "jti": jti, "sub": subject, "act": {"sub": "helper"}, "client_id": "helper", "aud": "orders",
        "scope": "order.read", "iat": 1_772_000_000 + i64::from(day), "exp": 1_775_000_000})
}

fn company(calls: &[Value], tokens: &[Value]) -> Given {
    let mut exports =
        vec![Export { name: "directory.csv".into(), bytes: DIRECTORY.into() }, export("desk.ndjson", calls)];
    if !tokens.is_empty() {
        exports.push(export("tokens.ndjson", tokens));
    }
    given(&exports, &[DESK])
}

fn decide(case: &Case, wanted: Wanted) -> Decided {
    review::decide(case, Time(1_000_000), "A. Reviewer", &wanted, &()).unwrap()
}

fn refused(case: &Case, wanted: Wanted) -> EdgeError {
    review::decide(case, Time(0), "A. Reviewer", &wanted, &()).unwrap_err().into()
}

fn because() -> String {
    "said so in an interview".into()
}

fn join(a: &str, b: &str) -> Wanted {
    Wanted::Join { a: a.into(), b: b.into(), from: None, to: None, confirmed: false, reason: because() }
}

fn undo(seq: u32) -> Wanted {
    Wanted::Undo { seq, reason: "mistaken".into() }
}

fn suspect(of: SuspectOf, name: &str, from: Option<&str>, to: Option<&str>) -> Wanted {
    let (from, to) = (from.map(String::from), to.map(String::from));
    Wanted::Suspect { of, name: name.into(), joined: false, from, to, reason: because() }
}

/// Person and grade by call.
fn named(case: &Case) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let rows = ask::attributions::rows(case, &Select::All, None).unwrap();
    rows.into_iter().filter(|r| r.kind == "call").map(|r| (r.id, (r.human, r.grade))).collect()
}

fn of(case: &Case, id: &str) -> (Option<String>, Option<String>) {
    named(case).remove(id).unwrap()
}

fn by(person: &str, grade: &str) -> (Option<String>, Option<String>) {
    (Some(person.into()), Some(grade.into()))
}

fn told(case: &Case, id: &str) -> Who {
    ask::who::who(case, &Loaded::load(case).unwrap(), id).unwrap()
}

#[test]
fn a_join_names_a_person_and_the_proof_names_the_act() {
    let given = company(&[call("c1", 2, "ada.l"), call("c2", 3, BEN)], &[]);
    let case = &given.case;
    assert_eq!(of(case, "c1").0, None);
    let decided = decide(case, join("ada.l", "P1"));
    assert_eq!(decided.effect.unwrap().gained, 1);
    assert_eq!((of(case, "c1"), of(case, "c2")), (by(ADA, "B"), by(BEN, "B")));
    let who = told(case, "c1");
    let act = who.proofs[0].evidence.iter().find(|step| step.by == "reviewer").unwrap();
    assert!(act.basis.contains("joined by A. Reviewer on 1970-01-01 (act 1), reason: said so in an interview"));
    assert!(who.sentence.contains("joined by A. Reviewer"), "{}", who.sentence);
    assert!(told(case, "c2").proofs[0].evidence.iter().all(|step| step.by != "reviewer"));

    let decided = decide(case, undo(1));
    assert_eq!((decided.effect.unwrap().lost, decided.lost[0].human.as_str()), (1, ADA));
    assert_eq!(of(case, "c1").0, None);
    decide(case, undo(2));
    assert_eq!(of(case, "c1"), by(ADA, "B"));
}

#[test]
fn a_join_never_proves() {
    let mut with_token = call("c1", 2, "");
    with_token.as_object_mut().unwrap().remove("for");
    with_token["tok"] = json!("jti-1");
    let mut known = with_token.clone();
    (known["id"], known["tok"]) = (json!("c2"), json!("jti-2"));
    let given = company(&[with_token, known], &[token("jti-1", 2, "ada.l"), token("jti-2", 2, ADA)]);
    let case = &given.case;
    assert_eq!(of(case, "c2"), by(ADA, "A"));
    decide(case, join("ada.l", ADA));
    assert_eq!((of(case, "c1"), of(case, "c2")), (by(ADA, "B"), by(ADA, "A")));
}

#[test]
fn a_join_as_of_an_interval_holds_inside_it_alone() {
    let given = company(&[call("c1", 2, "ada.l"), call("c2", 10, "ada.l"), call("c3", 20, "ada.l")], &[]);
    let (from, to) = (Some("2026-03-05".to_string()), Some("2026-03-10".to_string()));
    decide(
        &given.case,
        Wanted::Join { a: ADA.into(), b: "ada.l".into(), from, to, confirmed: false, reason: because() },
    );
    let named = named(&given.case);
    let people: Vec<Option<&str>> = named.values().map(|(human, _)| human.as_deref()).collect();
    assert_eq!(people, [None, Some(ADA), None]);
}

#[test]
fn two_rows_of_the_directory_are_joined_only_where_that_is_confirmed() {
    let given = company(&[call("c1", 2, BEN)], &[]);
    let case = &given.case;
    let error = refused(case, join("P1", "P2"));
    assert_eq!(error.code, "two_rows");
    assert_eq!(case.acts().unwrap(), []);
    let wanted =
        Wanted::Join { a: "P1".into(), b: "P2".into(), from: None, to: None, confirmed: true, reason: because() };
    decide(case, wanted);
    assert_eq!(of(case, "c1"), by(ADA, "B"));
    // A contradiction between the two goes with it, and comes back with the undo.
    decide(case, undo(1));
    assert_eq!(of(case, "c1"), by(BEN, "B"));
}

#[test]
fn an_account_that_is_split_off_is_nobodys() {
    let given = company(&[own("c1", 2, "github:ada-l"), own("c2", 2, ADA), own("c3", 10, "github:ada-l")], &[]);
    let case = &given.case;
    // A mapped log's bare word is a name; the directory's alias is of GitHub.
    let account = if of(case, "c1").0.is_some() { "github:ada-l" } else { "P1" };
    assert_eq!(of(case, "c2"), by(ADA, "B"));
    if account == "P1" {
        decide(case, join("github:ada-l", "P1"));
        assert_eq!(of(case, "c1"), by(ADA, "B"));
    }
    decide(case, Wanted::Split { account: "github:ada-l".into(), from: None, to: None, reason: because() });
    assert_eq!((of(case, "c1").0, of(case, "c2")), (None, by(ADA, "B")));
    let again = Wanted::Split { account: "github:ada-l".into(), from: None, to: None, reason: because() };
    assert_eq!(refused(case, again).code, "already_so");
}

#[test]
fn a_person_who_is_said_to_be_shared_is_named_no_more() {
    let given = company(&[own("c1", 2, BEN), own("c2", 10, BEN), own("c3", 20, ADA)], &[]);
    let case = &given.case;
    let shared = |from: Option<&str>| Wanted::Rekind {
        account: BEN.into(),
        kind: Kind::Shared,
        from: from.map(String::from),
        to: None,
        reason: because(),
    };
    let decided = decide(case, shared(Some("2026-03-05")));
    assert_eq!((of(case, "c1"), of(case, "c2").0, of(case, "c3")), (by(BEN, "B"), None, by(ADA, "B")));
    assert_eq!(decided.lost.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["c2"]);
    decide(case, shared(None));
    assert_eq!(of(case, "c1").0, None);
    decide(case, undo(2));
    decide(case, undo(1));
    assert_eq!(of(case, "c2"), by(BEN, "B"));
}

#[test]
fn an_account_said_to_be_a_persons_is_unverified_and_never_proved() {
    let given = company(&[own("c1", 2, "guest7")], &[]);
    let case = &given.case;
    assert_eq!(of(case, "c1").0, None);
    let person =
        Wanted::Rekind { account: "guest7".into(), kind: Kind::Person, from: None, to: None, reason: because() };
    decide(case, person.clone());
    assert_eq!(of(case, "c1"), by("guest7", "B"));
    let who = told(case, "c1");
    assert!(!who.human.unwrap().verified);
    assert!(who.sentence.contains("kind stated by A. Reviewer"), "{}", who.sentence);
    assert_eq!(refused(case, person).code, "already_so");
}

#[test]
fn what_a_suspect_host_wrote_names_nobody_for_that_time_and_the_names_lost_are_listed() {
    let mut elsewhere = call("c4", 10, ADA);
    elsewhere["host"] = json!("pod-2");
    let given = company(&[call("c1", 2, ADA), call("c2", 10, ADA), call("c3", 11, BEN), elsewhere], &[]);
    let case = &given.case;
    let decided = decide(case, suspect(SuspectOf::Host, "pod-1", Some("2026-03-10"), None));
    let lost: Vec<(&str, &str, &str)> =
        decided.lost.iter().map(|l| (l.id.as_str(), l.human.as_str(), l.grade.as_str())).collect();
    assert_eq!(lost, [("c2", ADA, "B"), ("c3", BEN, "B")]);
    assert_eq!((of(case, "c1"), of(case, "c2").0, of(case, "c4")), (by(ADA, "B"), None, by(ADA, "B")));
    let who = told(case, "c2");
    assert!(who.cautions.iter().any(|c| c.contains("host pod-1 marked suspect by A. Reviewer")), "{:?}", who.cautions);
    assert_eq!(who.proofs[0].grade, "D");
    assert_eq!(acts(case).unwrap().acts[0].effect.unwrap().lost, 2);
    decide(case, undo(1));
    assert_eq!(of(case, "c2"), by(ADA, "B"));
}

#[test]
fn a_suspect_token_account_or_source_carries_no_name() {
    let mut with_token = call("c1", 2, "");
    with_token.as_object_mut().unwrap().remove("for");
    with_token["tok"] = json!("jti-1");
    let given = company(&[with_token, call("c2", 3, BEN)], &[token("jti-1", 2, ADA)]);
    let case = &given.case;
    for (of_what, name, c1, c2) in [
        (SuspectOf::Credential, "jti-1", false, true),
        (SuspectOf::Principal, "helper", false, false),
        (SuspectOf::Source, "token_records", false, true),
        (SuspectOf::Source, "mapping:desk", false, false),
    ] {
        let decided = decide(case, suspect(of_what, name, None, None));
        assert_eq!((of(case, "c1").0.is_some(), of(case, "c2").0.is_some()), (c1, c2), "{name}");
        decide(case, undo(decided.act.seq as u32));
        assert_eq!((of(case, "c1"), of(case, "c2")), (by(ADA, "A"), by(BEN, "B")), "{name}");
    }
    assert_eq!(refused(case, suspect(SuspectOf::Host, "pod-9", None, None)).code, "no_writer");
}

#[test]
fn the_suspect_of_two_hosts_takes_no_name_from_the_other() {
    let start = |id: &str, host: &str| {
        json!({"id": id, "t": "2026-03-02T09:00:00Z", "svc": "orders", "do": "order.read", "on": "order/1", "ok": "y",
            "as": "helper", "kind": "s", "for": ADA, "host": host})
    };
    let given = company(&[start("c1", "pod-1"), start("c2", "pod-2")], &[]);
    decide(&given.case, suspect(SuspectOf::Host, "pod-1", None, None));
    assert_eq!((of(&given.case, "c1").0, of(&given.case, "c2")), (None, by(ADA, "B")));
}

#[test]
fn an_act_needs_a_name_a_reason_and_accounts_that_are_known() {
    let given = company(&[call("c1", 2, "ada.l")], &[]);
    let case = &given.case;
    assert!(matches!(review::record(case, Time(0), "  ", &join("ada.l", ADA)), Err(ReviewError::NoName)));
    let silent =
        Wanted::Join { a: ADA.into(), b: "ada.l".into(), from: None, to: None, confirmed: false, reason: " ".into() };
    assert_eq!(refused(case, silent).code, "no_reason");
    assert_eq!(refused(case, join("nobody-here", ADA)).code, "no_account");
    assert_eq!(refused(case, join(ADA, "P1")).code, "already_so");
    assert_eq!(refused(case, undo(1)).code, "no_act");
    let backwards = suspect(SuspectOf::Host, "pod-1", Some("2026-03-05"), Some("2026-03-04"));
    assert_eq!(refused(case, backwards).code, "bad_interval");
    assert_eq!(case.acts().unwrap(), []);
    decide(case, join("ada.l", ADA));
    decide(case, undo(1));
    assert_eq!(refused(case, undo(1)).code, "already_so");
}

#[test]
fn a_case_knows_that_its_analysis_is_older_than_an_act_or_an_import() {
    let mut given = company(&[call("c1", 2, "ada.l")], &[]);
    assert_eq!(given.case.stale().unwrap(), None);
    review::record(&given.case, Time(0), "A. Reviewer", &join("ada.l", ADA)).unwrap();
    let stale = given.case.stale().unwrap().unwrap();
    assert_eq!(stale.sentence(), "The analysis is older than 1 act: it does not reflect them.");
    assert_eq!(of(&given.case, "c1").0, None);
    let more = export("more.ndjson", &[call("c9", 9, BEN)]);
    let paths = fixtures::lay(given.folder.path(), &[more]);
    import(&mut given.case, &paths, &[DESK], 2);
    let stale = given.case.stale().unwrap().unwrap();
    assert_eq!((stale.files, stale.acts), (1, 1));
    // An act that is taken up at once is not charged with what came before it.
    let decided = decide(&given.case, suspect(SuspectOf::Host, "pod-1", Some("2026-03-05"), None));
    assert_eq!((decided.effect.unwrap().lost, decided.effect.unwrap().gained), (1, 0));
    assert_eq!(given.case.stale().unwrap(), None);
    assert_eq!(of(&given.case, "c1"), by(ADA, "B"));
}

#[test]
fn every_act_is_in_the_chain_and_a_change_of_any_shows() {
    let given = company(&[call("c1", 2, "ada.l")], &[]);
    let case = &given.case;
    decide(case, join("ada.l", ADA));
    decide(case, suspect(SuspectOf::Host, "pod-1", None, None));
    decide(case, Wanted::Policy { set: BTreeMap::from([("TK-03.scopes".into(), Some(2.0))]), reason: because() });
    decide(case, undo(2));
    let log = acts(case).unwrap();
    assert_eq!(log.problems, Vec::<String>::new());
    assert_eq!(log.head.as_deref(), log.acts.last().map(|a| a.hash.as_str()));
    assert_eq!(log.acts[1].undone_by, Some(4));
    for (column, seq) in [("body", 1), ("body", 2), ("body", 3), ("body", 4), ("who", 2), ("at", 3), ("what", 4)] {
        let db = case.database();
        let before: String = db
            .query_row(&format!("SELECT CAST({column} AS TEXT) FROM acts WHERE seq = {seq}"), [], |r| r.get(0))
            .unwrap();
        let change = |to: &str| {
            db.execute(&format!("UPDATE acts SET {column} = ?1 WHERE seq = {seq}"), [to]).unwrap();
        };
        change(&if column == "at" { "7".to_string() } else { format!("{before} ") });
        assert_eq!(review::check(case).unwrap(), [format!("act {seq}: its hash does not hold")]);
        change(&before);
        assert_eq!(review::check(case).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn what_the_last_review_decided_begins_the_next_one() {
    let last = company(&[call("c1", 2, "ada.l")], &[]);
    let from = &last.case;
    decide(from, join("ada.l", ADA));
    decide(from, suspect(SuspectOf::Host, "pod-1", None, Some("2026-03-01")));
    decide(from, Wanted::Policy { set: BTreeMap::from([("TK-03.scopes".into(), Some(2.0))]), reason: because() });
    decide(
        from,
        Wanted::Rekind { account: "helper".into(), kind: Kind::Service, from: None, to: None, reason: because() },
    );
    decide(from, undo(4));
    let criteria = vec![behalf_engine::model::Criterion { control: "SOC 2 CC6.1".into(), confirmed_by: "C".into() }];
    let scope = Scope { objective: "first quarter".into(), criteria: criteria.clone(), ..Scope::default() };
    review::append(from, Time(5), "A. Reviewer", Deed::Scope(scope)).unwrap();
    from.keep_mapping("desk", DESK).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let mut next = Case::create(&folder.path().join("next.behalf"), Time(9)).unwrap();
    let brought = review::carry(from, &next, Time(9), "B. Next").unwrap();
    assert_eq!(
        (brought.identity, brought.suspects, brought.policy, brought.mappings, brought.criteria),
        (1, 1, 1, 1, 1)
    );
    assert_eq!(brought.head, from.head().unwrap().unwrap());
    let present = next.present().unwrap();
    assert_eq!(present.policy, BTreeMap::from([("TK-03.scopes".to_string(), 2.0)]));
    let scope = present.scope.unwrap();
    assert_eq!((scope.objective.as_str(), scope.criteria), ("", criteria));
    assert_eq!(next.mappings().unwrap(), [("desk".to_string(), DESK.to_string())]);
    let log = acts(&next).unwrap();
    assert!(log.acts.iter().all(|a| a.who == "B. Next" && a.carried_from.as_deref() == Some(brought.head.as_str())));
    assert_eq!(log.problems, Vec::<String>::new());

    // New evidence meets the old decision, which says where it came from.
    let exports = [
        Export { name: "directory.csv".into(), bytes: DIRECTORY.into() },
        export("desk.ndjson", &[call("n1", 12, "ada.l")]),
    ];
    let paths = fixtures::lay(folder.path(), &exports);
    import(&mut next, &paths, &[DESK], 2);
    analysis::analyze(&next, &()).unwrap();
    assert_eq!(of(&next, "n1"), by(ADA, "B"));
    assert!(told(&next, "n1").sentence.contains("joined by A. Reviewer"));
    // It can be undone there.
    let seq = log.acts.iter().find(|a| a.act == "join").unwrap().seq;
    decide(&next, undo(seq));
    assert_eq!(of(&next, "n1").0, None);
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let account = || prop::sample::select(vec!["ada.l", "ben.k", "helper", ADA, BEN, "guest"]).prop_map(String::from);
    let from = || proptest::option::of(Just("2026-03-05".to_string()));
    prop_oneof![
        (account(), account(), from(), any::<bool>()).prop_map(|(a, b, from, confirmed)| Wanted::Join {
            a,
            b,
            from,
            to: None,
            confirmed,
            reason: because()
        }),
        (account(), from()).prop_map(|(account, from)| Wanted::Split { account, from, to: None, reason: because() }),
        (account(), prop::sample::select(Kind::ALL.to_vec()), from())
            .prop_map(|(account, kind, from)| Wanted::Rekind { account, kind, from, to: None, reason: because() }),
        account().prop_map(|name| suspect(SuspectOf::Principal, &name, None, None)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Acts and their undoing leave exactly the answers of before; and no act alone proves anybody.
    #[test]
    fn undoing_all_acts_gives_the_first_answers(of in prop::collection::vec(wanted(), 1..5)) {
        let calls = [call("c1", 2, "ada.l"), call("c2", 9, "ben.k"), call("c3", 9, ADA), own("c4", 9, BEN), own("c5", 3, "guest")];
        let given = company(&calls, &[]);
        let first = answers(&given.case);
        let mut taken = Vec::new();
        for wanted in &of {
            if let Ok(decided) = review::record(&given.case, Time(0), "A", wanted) {
                taken.push(decided.act.seq);
            }
        }
        analysis::analyze(&given.case, &()).unwrap();
        prop_assert!(answers(&given.case).rows.iter().all(|r| r.grade.as_deref() != Some("A")));
        for seq in taken.iter().rev() {
            review::record(&given.case, Time(0), "A", &undo(*seq as u32)).unwrap();
        }
        analysis::analyze(&given.case, &()).unwrap();
        first.agree(&answers(&given.case), "after undoing all");
    }
}
