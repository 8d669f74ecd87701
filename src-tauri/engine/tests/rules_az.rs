//! Rules of authorization and tokens over whole small cases, imported and analysed: each where it must fire, and where what
//! looks alike must not.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use std::fmt::Write as _;

use behalf_engine::case::Case;
use behalf_engine::model::Time;
use behalf_engine::model::time::SECOND;
use desk::*;
use fixtures::{Export, Given, findings, given};

#[test]
fn an_agent_without_a_right_of_its_own_is_told_and_one_of_whom_nothing_is_said_is_not() {
    let rights = format!("{RIGHTS}helper,refund.create,order/1*,allow,,,\nada@fern.example,refund.create,*,allow,,,\n");
    let calls = [
        call("c1", "02T10:00:00"),
        call("c2", "02T10:01:00").with("on", "order/17"),
        call("c3", "02T10:02:00").with("ok", "n"),
        call("c4", "02T10:03:00").with("as", "scout"),
    ];
    let given = world(&calls, &[("entitlements.csv", &rights)]);
    assert_eq!(listed(&given, "AZ-08"), ["c1"]);
    assert!(listed(&given, "AZ-01").is_empty());
}

/// `n` decided calls of the tool, a minute apart.
fn decided(n: usize) -> Vec<Call> {
    let at = |n: usize| format!("02T{:02}:{:02}:00", n / 60, n % 60);
    (0..n).map(|i| call(&format!("d{i:03}"), &at(i)).with("dec", "a").with("who", "helper")).collect()
}

#[test]
fn a_call_without_a_decision_is_told_where_decisions_cover_its_tool() {
    let bare = || call("bare", "03T10:00:00");
    let many = |n: usize| {
        let mut calls = decided(n);
        calls.push(bare());
        calls
    };
    assert_eq!(listed(&world(&many(250), &[]), "AZ-09"), ["bare"]);
    assert!(listed(&world(&many(150), &[]), "AZ-09").is_empty(), "fewer than 200 calls");
    let mut half = many(250);
    half.extend((0..10).map(|n| call(&format!("e{n}"), "03T11:00:00")));
    assert!(listed(&world(&half, &[]), "AZ-09").is_empty(), "decisions cover less than 99 %");
    let mut failed = decided(250);
    failed.extend([bare().with("ok", "e"), bare().with("id", "no").with("ok", "n")]);
    assert!(listed(&world(&failed, &[]), "AZ-09").is_empty(), "nothing took effect, or it was denied");
    // The decision stands in a log of its own, by the call's id, by the run, or by who and what at that time.
    let run = "41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f";
    for decision in [
        r#"{"t":"2026-03-03T09:00:00Z","id":"j1","do":"pay","call":"bare","verdict":"a","by":"pdp"}"#.to_string(),
        format!(r#"{{"t":"2026-03-03T09:30:00Z","id":"j1","do":"create","on":"order/7","run":"{run}","verdict":"a","by":"pdp"}}"#),
        r#"{"t":"2026-03-03T09:59:30Z","id":"j1","do":"refund.create","on":"order:7","who":["ada@fern.example"],"verdict":"a","by":"pdp"}"#.to_string(),
    ] {
        let mut calls = decided(250);
        calls.push(bare().with("run", run));
        assert!(listed(&world(&calls, &[("judge.ndjson", &decision)]), "AZ-09").is_empty(), "{decision}");
    }
    let of_another = r#"{"t":"2026-03-03T09:59:30Z","id":"j1","do":"refund.create","on":"order:8","who":["ada@fern.example"],"verdict":"a","by":"pdp"}"#;
    assert_eq!(listed(&world(&many(250), &[("judge.ndjson", of_another)]), "AZ-09"), ["bare"]);
}

#[test]
fn a_right_that_ended_between_decision_and_effect_is_told() {
    let judge = r#"{"t":"2026-03-02T10:00:00Z","id":"j1","do":"refund.create","on":"order/7","call":"k1","who":["ada@fern.example"],"verdict":"a","by":"pdp"}"#;
    let fired = |valid_to: &str, further: &str, at: &str| {
        let rights = format!("{RIGHTS}ada@fern.example,refund.create,order/*,allow,,2025-01-01,{valid_to}\n{further}");
        let calls = [call("c1", at).with("call", "k1")];
        listed(&world(&calls, &[("entitlements.csv", &rights), ("judge.ndjson", judge)]), "AZ-12")
    };
    assert_eq!(fired("2026-03-02T10:30:00Z", "", "02T11:00:00"), ["c1"]);
    assert!(fired("2026-03-02T12:00:00Z", "", "02T11:00:00").is_empty(), "it still stood");
    assert!(fired("2026-03-02T10:59:30Z", "", "02T11:00:00").is_empty(), "within the bound of the clocks");
    assert!(fired("2026-03-02T09:30:00Z", "", "02T11:00:00").is_empty(), "it was gone before the decision");
    let renewed = "ada@fern.example,refund.create,order/7,allow,,2026-03-02T10:20:00Z,\n";
    assert!(fired("2026-03-02T10:30:00Z", renewed, "02T11:00:00").is_empty(), "another right took its place");
    let denied = "ada@fern.example,refund.create,order/7,deny,,2026-03-02T10:40:00Z,\n";
    assert_eq!(fired("", denied, "02T11:00:00"), ["c1"]);
    let group = "clerks,refund.create,order/*,allow,,2026-03-02T10:20:00Z,\n";
    assert!(fired("2026-03-02T10:30:00Z", group, "02T11:00:00").is_empty(), "who belongs to the group is not known");
}

#[test]
fn calls_within_a_limit_of_the_day_are_told_from_the_one_that_takes_them_beyond() {
    let fired = |condition: &str, further: &str, calls: &[Call]| {
        let rights = format!("{RIGHTS}ada@fern.example,refund.create,order/*,allow,{condition},,\n{further}");
        listed(&world(calls, &[("entitlements.csv", &rights)]), "AZ-13")
    };
    let paid = |id: &str, at: &str, amount: &str| call(id, at).with("amt", amount).with("on", &format!("order/{id}"));
    let day = [
        paid("c1", "02T10:00:00", "200"),
        paid("c2", "02T12:00:00", "300"),
        paid("c3", "02T23:59:59", "0.5"),
        paid("c4", "03T00:00:01", "499"),
        paid("c5", "03T01:00:00", "400").with("ok", "n"),
    ];
    assert_eq!(fired("amount<=500 per day", "", &day), ["c3"]);
    assert!(fired("amount<=1000 per day", "", &day).is_empty());
    let unlimited = "ada@fern.example,refund.create,order/*,allow,,,\n";
    assert!(fired("amount<=500 per day", unlimited, &day).is_empty(), "another grant has no limit");
    // Two people, each within.
    let mut two = day.to_vec();
    two[2] = two[2].clone().with("for", "bo@fern.example");
    assert!(
        fired("amount<=500 per day", "bo@fern.example,refund.create,*,allow,amount<=500 per day,,\n", &two).is_empty()
    );
    // One that is beyond of itself is AZ-01 and no part of a sum.
    let own = [paid("c1", "02T10:00:00", "600"), paid("c2", "02T11:00:00", "10")];
    assert!(fired("amount<=500 per day", "", &own).is_empty());
    let one_order = [
        call("c1", "02T10:00:00").with("amt", "60"),
        call("c2", "05T10:00:00").with("amt", "60"),
        paid("c3", "05T11:00:00", "60"),
    ];
    assert_eq!(fired("amount<=100 per resource", "", &one_order), ["c2"]);
    assert!(fired("amount<=100 per day", "", &one_order[..2]).is_empty());
    // A limit in euro says nothing of other or unknown money.
    let money: Vec<Call> = day.iter().map(|c| c.clone().with("cur", "EUR")).collect();
    assert_eq!(fired("amount<=500 EUR per day", "", &money), ["c3"]);
    assert!(fired("amount<=500 EUR per day", "", &day).is_empty());
    assert!(fired("amount<=500 USD per day", "", &money).is_empty());
    let mixed = [money[0].clone(), money[1].clone().with("cur", "USD"), money[2].clone()];
    assert!(fired("amount<=500 EUR per day", "", &mixed).is_empty());
}

#[test]
fn a_tokens_limit_of_the_day_is_summed_over_tokens_of_one_delegation() {
    let details = r#","authorization_details":[{"type":"refund.create","limit":{"amount":{"max":90,"per_day":150}}}]"#;
    let sts = ["t1", "t2", "t3"].map(|jti| token(jti, "ada", &format!("{HELPER}{details}"))).concat();
    let calls = [
        delegated("c1", "02T10:00:00", "t1").with("amt", "80"),
        delegated("c2", "02T10:10:00", "t2").with("amt", "60"),
        delegated("c3", "02T10:20:00", "t3").with("amt", "20"),
    ];
    let given = world(&calls, &[("sts.ndjson", &sts)]);
    assert_eq!(listed(&given, "AZ-13"), ["c3"]);
    assert!(listed(&given, "AZ-03").is_empty());
    assert!(sentences(&given, "AZ-13").contains("amount 160 is over the token's limit of 150 per day"));
    assert!(listed(&world(&calls[..2], &[("sts.ndjson", &sts)]), "AZ-13").is_empty());
}

#[test]
fn a_hop_beyond_the_token_before_it_is_told() {
    let fired = |first: &str, second: &str| {
        let hops = token("t1", "ada", &format!(r#","scope":"{first}""#))
            + &token("t2", "ada", &format!(r#"{HELPER},"scope":"{second}","parent_jti":"t1""#));
        let given = world(&[delegated("c1", "02T10:00:00", "t2")], &[("sts.ndjson", &hops)]);
        let told = tokens(&given, "AZ-11");
        assert_eq!(listed(&given, "AZ-11").len(), told.len());
        told
    };
    assert_eq!(fired("note.append", "note.append refund.create"), ["t2"]);
    assert!(fired("refund.* note.append", "refund.create openid").is_empty());
    assert!(fired("openid profile", "refund.create").is_empty(), "the first states no right");
    assert!(fired("user_impersonation", "refund.create").is_empty(), "the first is for everything");
    let alone = token("t2", "ada", &format!(r#"{HELPER},"scope":"refund.create","parent_jti":"t0""#));
    assert!(tokens(&world(&[delegated("c1", "02T10:00:00", "t2")], &[("sts.ndjson", &alone)]), "AZ-11").is_empty());
}

#[test]
fn fan_out_widens_only_where_the_token_says_that_it_was_passed_on() {
    let (up, down) = ("41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f", "04dc92a2-3efb-4aac-af93-77fae02a6921");
    let calls = [
        delegated("c1", "02T10:00:00", "t1").with("run", up).with("do", "note.append"),
        delegated("c2", "02T10:05:00", "t2").with("run", down).with("up", up).with("as", "scout"),
    ];
    let fired = |act: &str, first: &str| {
        let sts = token("t1", "ada", &format!(r#"{HELPER},"scope":"{first}""#))
            + &token("t2", "ada", &format!(r#","act":{act},"scope":"refund.create""#));
        tokens(&world(&calls, &[("sts.ndjson", &sts)]), "AZ-11")
    };
    let nested = r#"{"sub":"scout","act":{"sub":"helper"}}"#;
    assert_eq!(fired(nested, "note.append"), ["t2"]);
    assert!(fired(nested, "note.append refund.create").is_empty());
    assert!(fired(r#"{"sub":"scout"}"#, "note.append").is_empty(), "issued to the scout itself");
}

#[test]
fn a_decision_in_the_agents_own_hand_is_told() {
    let calls = [call("c1", "02T10:00:00").with("dec", "a"), call("c2", "02T10:01:00")];
    let own = DESK.replace("populated_by = \"gateway\"", "populated_by = \"caller\"");
    assert!(listed(&world(&calls, &[]), "AZ-14").is_empty());
    // A caller's own word names no agent: what it runs in does.
    let run = calls.clone().map(|c| c.with("run", "41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f"));
    assert_eq!(listed(&world_by(&[&own], &run, &[]), "AZ-14"), ["c1"]);
    // Another's decision beside it settles it.
    let judge = r#"{"t":"2026-03-02T09:59:59Z","id":"j1","do":"refund.create","on":"order/7","call":"c1","verdict":"a","by":"pdp"}"#;
    assert!(listed(&world_by(&[&own, JUDGE], &run, &[("judge.ndjson", judge)]), "AZ-14").is_empty());
    let judged = JUDGE.replace("\"platform\"", "\"caller\"");
    let given = world_by(&[DESK, &judged], &[call("c1", "02T10:00:00")], &[("judge.ndjson", judge)]);
    assert_eq!(listed(&given, "AZ-14"), ["c1"]);
    let detail = findings(&given.case);
    let told = of(&detail, "AZ-14")[0].instances[0].clone();
    assert_eq!((told.agent.as_deref(), told.tool.as_deref()), (Some("helper"), Some("refund.create")));
}

/// One call a second, each for another of `users` people by their own token.
fn crowd(users: usize, prompted: bool, shapes: usize) -> Given {
    let (mut calls, mut sts, mut people) = (Vec::new(), String::new(), DIRECTORY.to_string());
    let start = Time::parse("2026-03-02T10:00:00Z").unwrap();
    for n in 0..users {
        let who = format!("p{n:03}");
        let at = Time(start.0 + n as i64 * SECOND).to_rfc3339();
        let at = at.trim_start_matches("2026-03-").trim_end_matches('Z');
        sts.push_str(&token(&format!("t{n}"), &who, HELPER));
        writeln!(people, "{who},{who}@fern.example,,person,active,,,,").unwrap();
        let one = delegated(&format!("c{n:03}"), at, &format!("t{n}"))
            .with("for", &format!("{who}@fern.example"))
            .with("on", &format!("order/{n}"))
            .with("do", ["refund.create", "note.append", "doc.search"][n % shapes]);
        calls.push(if prompted { one.with("run", &format!("r-{n:08}-of-a-person")) } else { one });
    }
    let mut traces = String::new();
    if prompted {
        traces = (0..users)
            .map(|n| {
                format!(
                    r#"{{"run":"r-{n:08}-of-a-person","who":"p{n:03}@fern.example","begun":"2026-03-02T09:58:00Z","id":"s{n}"}}"#
                ) + "\n"
            })
            .collect();
    }
    const RUNS: &str = r#"
name = "runs"
records = "ndjson"
kind = "run"
detect = ["/begun"]
populated_by = "platform"
[fields]
time = "/begun"
id = "/id"
run = "/run"
human = "/who"
"#;
    let log: String = calls.iter().map(Call::line).collect();
    let files = [("log.ndjson", log), ("directory.csv", people), ("sts.ndjson", sts), ("runs.ndjson", traces)];
    let exports: Vec<Export> = files
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| Export { name: name.into(), bytes: text.into_bytes() })
        .collect();
    given(&exports, &[DESK, RUNS])
}

#[test]
fn many_users_tokens_at_once_without_the_users_are_told() {
    assert_eq!(listed(&crowd(23, false, 3), "TK-04"), ["c020", "c021", "c022"]);
    assert!(listed(&crowd(20, false, 3), "TK-04").is_empty(), "twenty are not many");
    assert!(listed(&crowd(23, true, 3), "TK-04").is_empty(), "each of them asked");
    assert_eq!(listed(&crowd(23, true, 1), "TK-04").len(), 3, "one shape of call");
    let all = findings(&crowd(23, false, 3).case);
    assert_eq!(of(&all, "TK-04")[0].instances[0].agent.as_deref(), Some("helper"));
}

#[test]
fn one_token_in_several_hands_is_told() {
    let sts = token("t1", "ada", HELPER);
    let two = |change: &dyn Fn(Call) -> Call, further: &str| {
        let calls = [
            delegated("c1", "02T10:00:00", "t1").with("host", "helper-01"),
            change(delegated("c2", "02T10:05:00", "t1").with("host", "helper-02")),
        ];
        tokens(&world(&calls, &[("sts.ndjson", &(sts.clone() + further))]), "TK-05")
    };
    assert!(two(&|c| c, "").is_empty(), "pods of one agent");
    assert_eq!(two(&|c| c.with("host", "laptop-of-bo"), ""), ["t1"]);
    assert_eq!(two(&|c| c.with("as", "scout").with("host", "helper-01"), ""), ["t1"]);
    assert!(two(&|c| c.with("tok", "t2").with("host", "laptop-of-bo"), &token("t2", "ada", HELPER)).is_empty());
}

#[test]
fn the_order_of_files_changes_no_word() {
    let rights = format!(
        "{RIGHTS}ada@fern.example,refund.create,order/*,allow,amount<=100 per day,,\nhelper,refund.create,x,allow,,,\n"
    );
    let approvals = format!("{APPROVALS}{ADAS}");
    let sts = token("t1", "ada", r#","scope":"note.append""#)
        + &token("t2", "ada", &format!(r#"{HELPER},"scope":"refund.create","parent_jti":"t1""#));
    let calls = [
        delegated("c1", "02T10:00:00", "t2").with("amt", "60").with("host", "helper-1"),
        delegated("c2", "02T10:05:00", "t2").with("amt", "60").with("host", "elsewhere"),
        call("c3", "02T10:06:00").with("on", "order/9").with("amt", "5"),
    ];
    let log: String = calls.iter().map(Call::line).collect();
    let mut exports: Vec<Export> = [
        ("log.ndjson", log.as_str()),
        ("directory.csv", DIRECTORY),
        ("entitlements.csv", &rights),
        ("approvals.csv", &approvals),
        ("assets.csv", ASSETS),
        ("sts.ndjson", &sts),
    ]
    .iter()
    .map(|(name, text)| Export { name: (*name).to_string(), bytes: text.as_bytes().to_vec() })
    .collect();
    let told = |case: &Case| fixtures::answers(case).findings;
    let one = told(&given(&exports, &[DESK]).case);
    for rule in ["AZ-08", "AZ-11", "AZ-13", "AP-01", "TK-05"] {
        assert!(one.contains(&format!("\"rule\":\"{rule}\"")), "{rule}: {one}");
    }
    exports.reverse();
    assert_eq!(one, told(&given(&exports, &[DESK]).case));
}
