//! Rules of authorization, approval and tokens over whole small cases, imported and analysed: each where it must fire, and
//! where what looks alike must not.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::fmt::Write as _;

use behalf_engine::ask::approved::{Approved, approved as ask_approved};
use behalf_engine::ask::findings::FindingDetail;
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use behalf_engine::model::time::SECOND;
use fixtures::{Export, Given, findings, given, number};

const DESK: &str = r#"
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
outcome = { from = "/ok", success = ["y"], denied = ["n"], error = ["e"] }
wire = "/as"
wire_kind = { from = "/kind", service = ["s"], human = ["h"], delegated = ["d"] }
agent = { from = "/as", when = { "/kind" = ["s", "d"] } }
human = "/for"
run = "/run"
parent_run = "/up"
tool_call = "/call"
token = "/tok"
evaluated = "/who"
decision = { from = "/dec", allow = ["a"], deny = ["d"] }
host = "/host"
[attributes]
amount = { from = "/amt", currency = "/cur" }
change = "/chg"
"#;

const JUDGE: &str = r#"
name = "judge"
records = "ndjson"
kind = "decision"
detect = ["/verdict"]
populated_by = "platform"
[fields]
time = "/t"
id = "/id"
action = "/do"
resource = "/on"
tool_call = "/call"
run = "/run"
wire = "/by"
evaluated = "/who"
decision = { from = "/verdict", allow = ["a"], deny = ["d"] }
"#;

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases\n\
 E1,ada@fern.example,Ada,person,active,,,,\nE2,bo@fern.example,Bo,person,active,,,,\n\
 E3,cleo@fern.example,Cleo,person,active,,,,\n\
 helper,,helper,agent,active,,,,\nscout,,scout,agent,active,,,,\n";

const RIGHTS: &str = "principal,action,resource,effect,condition,valid_from,valid_to\n";
const APPROVALS: &str = "id,subject,action,resource,limit,requested_by,approved_by,outcome,time,expires\n";
const ASSETS: &str = "action,resource,data_class,effect,approval_required\nrefund.create,*,financial,change,yes\n";

/// A call of the helper for Ada on order 7, with some fields otherwise.
#[derive(Clone)]
struct Call {
    fields: Vec<(&'static str, String)>,
}

fn call(id: &str, at: &str) -> Call {
    let fields = [
        ("t", format!("2026-03-{at}Z")),
        ("id", id.to_string()),
        ("svc", "payments".into()),
        ("do", "refund.create".into()),
        ("on", "order/7".into()),
        ("ok", "y".into()),
        ("as", "helper".into()),
        ("kind", "s".into()),
        ("for", "ada@fern.example".into()),
    ];
    Call { fields: fields.into_iter().collect() }
}

impl Call {
    fn with(mut self, name: &'static str, value: &str) -> Call {
        self.fields.retain(|(n, _)| *n != name);
        if !value.is_empty() {
            self.fields.push((name, value.to_string()));
        }
        self
    }

    fn line(&self) -> String {
        let mut map = serde_json::Map::new();
        for (name, value) in &self.fields {
            let value = match (*name, value.parse::<f64>()) {
                ("amt", Ok(number)) => serde_json::json!(number),
                ("who", _) => serde_json::json!(value.split(' ').collect::<Vec<_>>()),
                _ => serde_json::json!(value),
            };
            map.insert((*name).to_string(), value);
        }
        serde_json::to_string(&map).unwrap() + "\n"
    }
}

fn world_by(mappings: &[&str], calls: &[Call], context: &[(&str, &str)]) -> Given {
    let log: String = calls.iter().map(Call::line).collect();
    let files = [("log.ndjson", log.as_str()), ("directory.csv", DIRECTORY)];
    let exports: Vec<Export> = files
        .iter()
        .chain(context)
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| Export { name: (*name).to_string(), bytes: text.as_bytes().to_vec() })
        .collect();
    let given = given(&exports, mappings);
    for file in &given.report.files {
        assert_eq!((file.rejected, file.read), (0, file.kept + file.duplicates), "{}", file.path);
        assert_ne!(file.format, "unknown", "{}", file.path);
    }
    given
}

fn world(calls: &[Call], context: &[(&str, &str)]) -> Given {
    world_by(&[DESK, JUDGE], calls, context)
}

fn of<'a>(all: &'a [FindingDetail], rule: &str) -> Vec<&'a FindingDetail> {
    all.iter().filter(|f| f.row.rule == rule).collect()
}

/// Shown ids of the records that a rule lists.
fn listed(given: &Given, rule: &str) -> Vec<String> {
    let all = findings(&given.case);
    let mut ids: Vec<String> =
        of(&all, rule).into_iter().flat_map(|f| &f.instances).flat_map(|i| i.events.clone()).collect();
    ids.sort();
    ids
}

fn tokens(given: &Given, rule: &str) -> Vec<String> {
    let all = findings(&given.case);
    of(&all, rule).into_iter().flat_map(|f| &f.instances).filter_map(|i| i.token.clone()).collect()
}

fn sentences(given: &Given, rule: &str) -> String {
    let all = findings(&given.case);
    let said: Vec<&str> = of(&all, rule).iter().flat_map(|f| &f.instances).map(|i| i.sentence.as_str()).collect();
    said.join("\n")
}

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

fn token(jti: &str, subject: &str, more: &str) -> String {
    format!(
        r#"{{"event":"token.exchange","time":"2026-03-02T09:59:00Z","jti":"{jti}","sub":"{subject}@fern.example","aud":"payments","iat":1772445540,"exp":1772449140,"iss":"https://sts.fern.example"{more}}}"#
    ) + "\n"
}

const HELPER: &str = r#","act":{"sub":"helper"}"#;

fn delegated(id: &str, at: &str, jti: &str) -> Call {
    call(id, at).with("kind", "d").with("tok", jti)
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

fn approved(rows: &str, calls: &[Call], rule: &str) -> Vec<String> {
    let approvals = format!("{APPROVALS}{rows}");
    listed(&world(calls, &[("assets.csv", ASSETS), ("approvals.csv", &approvals)]), rule)
}

const ADAS: &str =
    "A1,ada@fern.example,refund.create,order/7,,ada@fern.example,bo@fern.example,approved,2026-03-02T09:00:00Z,\n";

#[test]
fn an_effect_that_needs_an_approval_and_has_none_is_told() {
    let calls = [call("c1", "02T10:00:00")];
    assert!(approved(ADAS, &calls, "AP-01").is_empty());
    assert!(approved(ADAS, &calls, "AP-03").is_empty());
    assert_eq!(approved("", &calls, "AP-01"), ["c1"], "an export without rows says that nothing was approved");
    assert_eq!(approved(&ADAS.replace("2026-03-02T09", "2026-03-02T11"), &calls, "AP-01"), ["c1"], "only afterwards");
    assert_eq!(approved(&ADAS.replace("approved,2026", "rejected,2026"), &calls, "AP-01"), ["c1"]);
    assert_eq!(approved(&ADAS.replace("approved,2026", "pending,2026"), &calls, "AP-01"), ["c1"]);
    let other = [calls[0].clone().with("do", "note.append"), call("c2", "02T10:00:00").with("ok", "n")];
    assert!(approved("", &other, "AP-01").is_empty(), "its class needs none, or nothing took effect");
    // For the agent, by pattern, or for everyone.
    for row in [
        "A1,helper,refund.*,order/*,,,bo@fern.example,approved,2026-03-02T09:00:00Z,2026-03-02\n",
        "A1,,refund.create,order/7,,,bo@fern.example,approved,2026-03-02T09:00:00Z,\n",
    ] {
        assert!(approved(row, &calls, "AP-01").is_empty(), "{row}");
        assert!(approved(row, &calls, "AP-03").is_empty(), "{row}");
    }
}

#[test]
fn without_any_export_of_approvals_it_is_a_note_and_no_finding() {
    let given = world(&[call("c1", "02T10:00:00")], &[("assets.csv", ASSETS)]);
    assert!(listed(&given, "AP-01").is_empty());
    let notes = behalf_engine::analysis::analyze(&given.case, &()).unwrap().notes;
    assert!(notes.iter().any(|n| n.contains("1 call") && n.contains("approval")), "{notes:?}");
    assert_eq!(number(&given.case, "SELECT count(*) FROM approval_facts WHERE state = 'unknown'"), 1);
    let none = world(&[call("c1", "02T10:00:00")], &[]);
    assert_eq!(number(&none.case, "SELECT count(*) FROM approval_facts"), 0);
}

#[test]
fn approver_and_initiator_in_one_person_are_told() {
    let calls = [call("c1", "02T10:00:00")];
    let own = ADAS.replace("bo@fern.example", "ADA@fern.example");
    assert_eq!(approved(&own, &calls, "AP-02"), ["c1"]);
    assert!(approved(ADAS, &calls, "AP-02").is_empty());
    let second = ADAS.replace("A1", "A2");
    assert!(approved(&format!("{own}{second}"), &calls, "AP-02").is_empty(), "somebody else approved it too");
    assert!(approved(&ADAS.replace("bo@fern.example", ""), &calls, "AP-02").is_empty(), "the approver is not named");
    let nobody = [calls[0].clone().with("for", "")];
    assert!(approved(&own, &nobody, "AP-02").is_empty(), "an initiator is never read from an approval");
    // Whoever asked is not who approved.
    assert!(
        approved(&own.replace(",ADA@fern.example,approved", ",cleo@fern.example,approved"), &calls, "AP-02").is_empty()
    );
}

#[test]
fn what_differs_from_its_approval_is_told() {
    let paid = |amount: &str| [call("c1", "02T10:00:00").with("amt", amount)];
    let limited = ADAS.replace("order/7,,", "order/7,50,");
    assert!(approved(&limited, &paid("50"), "AP-03").is_empty());
    assert_eq!(approved(&limited, &paid("50.01"), "AP-03"), ["c1"]);
    assert!(approved(&limited, &paid("50.01"), "AP-01").is_empty(), "one of the two");
    let euro = [call("c1", "02T10:00:00").with("amt", "90").with("cur", "EUR")];
    assert!(approved(&limited, &euro, "AP-03").is_empty(), "the unit of the limit is not known");
    assert!(approved(&limited, &euro, "AP-01").is_empty());
    let until = |end: &str| ADAS.replace("09:00:00Z,", &format!("09:00:00Z,{end}"));
    assert_eq!(approved(&until("2026-03-02T09:30:00Z"), &paid("1"), "AP-03"), ["c1"]);
    assert!(approved(&until("2026-03-02T09:59:30Z"), &paid("1"), "AP-03").is_empty(), "within the bound of the clocks");
    assert!(approved(&until("2026-03-02"), &paid("1"), "AP-03").is_empty(), "a date is the whole day");
    // What was approved is on another order, and nobody used it for that.
    let elsewhere = ADAS.replace("order/7", "order/8");
    assert_eq!(approved(&elsewhere, &paid("1"), "AP-03"), ["c1"]);
    let both = [call("c1", "02T10:00:00"), call("c2", "02T10:05:00").with("on", "order/8")];
    assert_eq!(approved(&elsewhere, &both, "AP-01"), ["c1"]);
    assert!(approved(&elsewhere, &both, "AP-03").is_empty());
}

fn asked(rows: &str, of: &Call) -> Approved {
    let approvals = format!("{APPROVALS}{rows}");
    let given = world(std::slice::from_ref(of), &[("assets.csv", ASSETS), ("approvals.csv", &approvals)]);
    ask_approved(&given.case, "c1").unwrap()
}

#[test]
fn who_approved_is_read_from_approvals_alone() {
    let one = call("c1", "02T10:00:00");
    let said = asked(ADAS, &one);
    assert_eq!((said.answer.as_str(), said.required), ("approved", true));
    assert_eq!(said.approved_by, ["bo@fern.example"]);
    assert!(said.sentence.contains("bo@fern.example") && !said.sentence.contains("ada@fern.example"));
    assert_eq!(said.approvals[0].requested_by.as_deref(), Some("ada@fern.example"));
    assert_eq!((said.approvals[0].record.as_str(), said.approvals[0].source.as_str()), ("A1", "approvals"));

    let unnamed = asked(&ADAS.replace("bo@fern.example", ""), &one);
    assert_eq!((unnamed.answer.as_str(), unnamed.approved_by.len()), ("approved", 0));
    assert!(!serde_json::to_string(&unnamed).unwrap().contains(r#""approved_by":"ada"#));

    let own = asked(&ADAS.replace("bo@fern.example", "ada@fern.example"), &one);
    assert_eq!((own.answer.as_str(), own.approved_by.len()), ("own_approval_only", 0));
    assert!(!own.sentence.contains("ada@fern.example"));

    let none = asked(&ADAS.replace("approved,2026", "rejected,2026"), &one);
    assert_eq!((none.answer.as_str(), none.approvals[0].approved_by.as_deref()), ("no_approval_recorded", None));
    assert!(none.sentence.contains("refused"));
    assert_eq!(asked("", &one).answer, "no_approval_recorded");
    assert_eq!(asked("", &one.clone().with("do", "note.append")).answer, "no_approval_recorded");

    let over = asked(&ADAS.replace("order/7,,", "order/7,50,"), &one.clone().with("amt", "90"));
    assert_eq!((over.answer.as_str(), over.approved_by.len()), ("other_than_approved", 0));
    assert!(over.sentence.contains("amount 90 is over the approved 50"), "{}", over.sentence);
    let elsewhere = asked(&ADAS.replace("order/7", "order/8"), &one);
    assert_eq!((elsewhere.answer.as_str(), elsewhere.approvals.len()), ("other_than_approved", 1));
    let unit = asked(&ADAS.replace("order/7,,", "order/7,50,"), &one.clone().with("amt", "90").with("cur", "EUR"));
    assert_eq!(unit.answer, "unanswerable");

    let given = world(std::slice::from_ref(&one), &[("assets.csv", ASSETS)]);
    let silent = ask_approved(&given.case, "c1").unwrap();
    assert_eq!((silent.answer.as_str(), silent.required), ("no_source_imported", true));
    assert!(ask_approved(&given.case, "nothing").is_err());
}

#[test]
fn a_ticket_that_the_call_names_is_its_approval() {
    const TICKETS: &str = r#"
name = "tickets"
records = "ndjson"
kind = "approval"
detect = ["/ticket"]
populated_by = "platform"
[fields]
time = "/t"
id = "/ticket"
action = "/do"
resource = "/on"
outcome = { from = "/state", success = ["ok"], denied = ["no"] }
approved_by = "/by"
limit = "/max"
[attributes]
currency = "/cur"
"#;
    let ticket = r#"{"ticket":"CHG-100","t":"2026-03-02T09:00:00Z","do":"refund.create","on":"order/9","state":"ok","by":"bo@fern.example","max":50,"cur":"EUR"}"#;
    let told = |named: &str, on: &str, amount: &str| {
        let calls =
            [call("c1", "02T10:00:00").with("chg", named).with("on", on).with("amt", amount).with("cur", "EUR")];
        let given = world_by(&[DESK, TICKETS], &calls, &[("assets.csv", ASSETS), ("tickets.ndjson", ticket)]);
        ["AP-01", "AP-02", "AP-03"].map(|rule| listed(&given, rule).len())
    };
    assert_eq!(told("CHG-100", "order/9", "50"), [0, 0, 0]);
    assert_eq!(told("CHG-100", "order/9", "60"), [0, 0, 1]);
    assert_eq!(told("CHG-100", "order/7", "50"), [0, 0, 1]);
    assert_eq!(told("", "order/7", "50"), [1, 0, 0]);
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
fn a_known_exception_folds_what_it_covers_and_nothing_else() {
    let rights = format!(
        "{RIGHTS}ada@fern.example,refund.create,order/1,allow,,,\nbo@fern.example,refund.create,order/1,allow,,,\n"
    );
    let calls = [call("c1", "02T10:00:00").with("region", "eu"), call("c2", "20T10:00:00")];
    let told = |rows: &str, calls: &[Call]| {
        let exceptions = format!("principal,rule,reason,approved_by,from,to,conditions\n{rows}");
        let given = world(calls, &[("entitlements.csv", &rights), ("exceptions.csv", &exceptions)]);
        let listed = listed(&given, "AZ-01").len();
        let all = findings(&given.case);
        let found = of(&all, "AZ-01")[0].clone();
        let queue = behalf_engine::ask::findings::list(&given.case, &Default::default()).unwrap();
        assert_eq!(queue.rows.iter().any(|f| f.rule == "AZ-01"), found.row.accepted.is_none());
        let said: Vec<String> = found.against.iter().filter(|a| a.contains("exception")).cloned().collect();
        (listed, found.row.accepted, said.join("; "))
    };
    let both = (2, None, String::new());
    let (listed, whole, said) = told("helper,AZ-01,pilot,cleo@fern.example,2026-03-01,2026-03-31,\n", &calls);
    assert_eq!((listed, said.starts_with("2 of 2 instances accepted by exception: pilot")), (2, true), "{said}");
    assert!(whole.unwrap().contains("approved by cleo@fern.example, until 2026-03-31"));
    assert!(told("E1,*,pilot,,,,\n", &calls).1.is_some(), "the person of all its calls, by directory id");
    let (_, whole, said) = told("helper,AZ-01,pilot,,2026-03-01,2026-03-02,\n", &calls);
    assert_eq!((whole, said.starts_with("1 of 2 instances")), (None, true), "over before the second call");
    for row in [
        "scout,AZ-01,pilot,,,,\n",
        "helper,AZ-02,pilot,,,,\n",
        "helper,AZ-01,pilot,,2026-04-01,,\n",
        "bo@fern.example,AZ-01,pilot,,,,\n",
        "helper,AZ-01,pilot,,,,amount<=50\n",
        "helper,AZ-01,pilot,,,,action=note.append\n",
    ] {
        assert_eq!(told(row, &calls), both, "{row}");
    }
    assert!(told("helper,AZ-01,pilot,,,,action=refund.create\n", &calls).1.is_some());
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
