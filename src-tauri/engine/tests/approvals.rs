//! Approvals from every source join the calls that they speak of, and change nothing of who caused them.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::ask::completeness::completeness;
use behalf_engine::case::{Case, Select};
use fixtures::{Export, Given, given};
use serde_json::json;

const DIRECTORY: &str = "id,email,name,type,status
P1,ada@fern.example,Ada,person,active
P2,ben@fern.example,Ben,person,active
claude-code,,Coding agent,agent,active
";

const GATEWAY: &str = r#"
name = "tool-gateway"
records = "ndjson"
kind = "call"
detect = ["/tool", "/call"]
populated_by = "gateway"
[fields]
time = "/time"
id = "/call"
tool_call = "/call"
action = "/tool"
resource = "/on"
wire = "/client"
wire_kind = { value = "service" }
agent = "/client"
outcome = { value = "success" }
"#;

const ASKED: &str = "toolu_01ABCDEFGHJKLMNPQRSTUV";
const ALLOWED: &str = "toolu_02ABCDEFGHJKLMNPQRSTUV";
const LOCAL: &str = "toolu_03ABCDEFGHJKLMNPQRSTUV";
const PROMPT: &str = "7d0c5a1e-92f7-4b3c-8e10-5a6b7c8d9e0f";
const TRACE: &str = "286aa099281e84ee49e2202b5c9d9ba7";

fn export(name: &str, text: impl Into<Vec<u8>>) -> Export {
    Export { name: name.into(), bytes: text.into() }
}

fn gateway() -> Export {
    let call = |id: &str, at: &str, on: &str| {
        json!({"time": at, "call": id, "tool": "order.refund", "on": on, "client": "claude-code"}).to_string()
    };
    let lines = [call(ASKED, "2026-03-03T10:00:12Z", "order/7"), call(ALLOWED, "2026-03-03T10:00:20Z", "order/8")];
    export("gateway.ndjson", lines.join("\n"))
}

/// One prompt of Ada, three tools; the first was asked about, the second allowed by a rule.
fn agent(decisions: bool) -> Export {
    let event = |name: &str, at: &str, more: serde_json::Value| {
        let mut all =
            json!({"session.id": "s-1", "prompt.id": PROMPT, "user.email": "ada@fern.example", "event.timestamp": at});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let list: Vec<_> =
            all.as_object().unwrap().iter().map(|(k, v)| json!({"key": k, "value": {"stringValue": v}})).collect();
        json!({"timeUnixNano": "1772532010000000000", "severityNumber": 9, "body": {"stringValue": format!("claude_code.{name}")}, "attributes": list, "traceId": TRACE, "spanId": "a609d8d355797db9"})
    };
    let decided = |id: &str, source: &str| {
        event(
            "tool_decision",
            "2026-03-03T10:00:05Z",
            json!({"tool_name": "order.refund", "tool_use_id": id, "decision": "accept", "source": source}),
        )
    };
    let done = |tool: &str, id: &str| {
        event(
            "tool_result",
            "2026-03-03T10:00:13Z",
            json!({"tool_name": tool, "tool_use_id": id, "success": "true", "duration_ms": "2000"}),
        )
    };
    let mut records = vec![event("user_prompt", "2026-03-03T10:00:00Z", json!({}))];
    if decisions {
        records.extend([decided(ASKED, "user_temporary"), decided(ALLOWED, "config")]);
    }
    records.extend([done("order.refund", ASKED), done("order.refund", ALLOWED), done("Read", LOCAL)]);
    let text = json!({"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}, "scopeLogs": [{"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": records}]}]});
    export("agent.jsonl", text.to_string())
}

fn desk() -> Export {
    let rows = "id,subject,action,resource,limit,requested_by,approved_by,outcome,time,expires
A1,claude-code,order.refund,order/7,50,ada@fern.example,ben@fern.example,approved,2026-03-03T09:00:00Z,
A2,claude-code,order.refund,order/8,50,ada@fern.example,ben@fern.example,rejected,2026-03-03T09:00:00Z,
";
    export("approvals.csv", rows)
}

/// The tool's spans of the same calls, with the wait for leave below one of them.
fn traces() -> Export {
    let span = |id: &str, parent: &str, name: &str, more: serde_json::Value| {
        let mut all = json!({"session.id": "s-1", "user.email": "ada@fern.example"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"traceId": TRACE, "spanId": id, "parentSpanId": parent, "name": name, "startTimeUnixNano": "1772532001000000000", "endTimeUnixNano": "1772532020000000000", "attributes": all})
    };
    let spans = [
        span("a609d8d355797db9", "", "claude_code.interaction", json!({})),
        span(
            "00000000000000b1",
            "a609d8d355797db9",
            "claude_code.tool",
            json!({"tool_name": "Read", "tool_use_id": LOCAL}),
        ),
        span(
            "00000000000000b2",
            "00000000000000b1",
            "claude_code.tool.blocked_on_user",
            json!({"decision": "accept", "source": "user_temporary"}),
        ),
        span("00000000000000b3", "00000000000000b2", "claude_code.hook", json!({})),
    ];
    export(
        "traces.json",
        json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": spans}]}]}).to_string(),
    )
}

fn case(exports: &[Export]) -> Given {
    let mut all = vec![export("directory.csv", DIRECTORY), gateway()];
    all.extend_from_slice(exports);
    given(&all, &[GATEWAY])
}

fn rows<const N: usize>(case: &Case, sql: &str) -> Vec<[Option<String>; N]> {
    let mut query = case.database().prepare(sql).unwrap();
    let read = |r: &rusqlite::Row<'_>| Ok(std::array::from_fn(|n| r.get::<_, Option<String>>(n).unwrap()));
    query.query_map([], read).unwrap().map(Result::unwrap).collect()
}

/// Every row of attribution: id, person, agent, grade, run, refusal.
fn attributed(given: &Given) -> Vec<String> {
    let mut out = Vec::new();
    given
        .case
        .each_attribution(&Select::All, None, |row| {
            out.push(format!(
                "{} {:?} {:?} {:?} {:?} {:?}",
                row.id, row.human, row.agent, row.grade, row.run, row.refusal
            ));
            Ok(())
        })
        .unwrap();
    out.sort();
    out
}

#[test]
fn approvals_carry_the_ids_of_their_calls() {
    let given = case(&[agent(true), desk()]);
    let joined = "SELECT coalesce(e.tool_call, e.shown_id), p.own_id, a.granted || '',
        (SELECT count(*) || '' FROM events c WHERE c.kind = 0 AND c.tool_call = e.tool_call),
        (SELECT count(*) || '' FROM events t WHERE t.kind = 4 AND t.tool_call = e.tool_call AND t.run = e.run
           AND t.action = e.action AND t.conversation = e.conversation)
      FROM approvals a JOIN events e ON e.id = a.event LEFT JOIN principals p ON p.id = a.approved_by ORDER BY 1";
    let text = |s: &str| Some(s.to_string());
    assert_eq!(
        rows::<5>(&given.case, joined),
        [
            [text("A1"), text("ben@fern.example"), text("1"), text("0"), text("0")],
            [text("A2"), text("ben@fern.example"), text("0"), text("0"), text("0")],
            [text(ASKED), text("ada@fern.example"), text("1"), text("1"), text("1")],
            // A rule of the tool let it run: nobody approved it.
            [text(ALLOWED), None, text("1"), text("1"), text("1")],
        ]
    );
    let by = "SELECT t.text FROM attributes t JOIN events e ON e.id = t.event
      WHERE t.name = 'decided_by' AND e.kind = 6 ORDER BY e.tool_call";
    assert_eq!(rows::<1>(&given.case, by), [[text("user_temporary")], [text("config")]]);
}

#[test]
fn who_approved_changes_nothing_of_who_caused() {
    let without = attributed(&case(&[agent(false)]));
    let with = attributed(&case(&[agent(true), desk()]));
    assert_eq!(with, without);
    // Ada asked; Ben, who approved, is nowhere.
    assert!(
        without.iter().filter(|row| row.contains("order.refund") || row.contains("toolu_")).count() >= 2,
        "{without:?}"
    );
    for id in [ASKED, ALLOWED] {
        let row = without.iter().find(|row| row.starts_with(id)).unwrap();
        assert!(row.contains("ada@fern.example"), "{row}");
    }
    assert!(!with.iter().any(|row| row.contains("ben@fern.example")), "{with:?}");
    // An approval alone causes nothing.
    let alone = attributed(&case(&[desk()]));
    assert!(alone.iter().all(|row| !row.contains("@fern.example")), "{alone:?}");
}

#[test]
fn an_approval_holds_no_run() {
    let only_decisions = {
        let text = String::from_utf8(agent(true).bytes).unwrap();
        let mut all: serde_json::Value = serde_json::from_str(&text).unwrap();
        let records = all.pointer_mut("/resourceLogs/0/scopeLogs/0/logRecords").unwrap().as_array_mut().unwrap();
        records.retain(|r| r["body"]["stringValue"] == "claude_code.tool_decision");
        assert_eq!(records.len(), 2);
        export("agent.jsonl", all.to_string())
    };
    assert_eq!(attributed(&case(&[only_decisions])), attributed(&case(&[])));
}

#[test]
fn a_call_that_log_and_trace_tell_is_one() {
    let calls = |exports: &[Export]| {
        let given = case(exports);
        rows::<1>(
            &given.case,
            "SELECT e.tool_call FROM attributions a JOIN events e ON e.id = a.event WHERE e.kind = 4 ORDER BY 1",
        )
    };
    let local = [[Some(LOCAL.to_string())]];
    assert_eq!(calls(&[agent(true)]), local);
    assert_eq!(calls(&[traces()]), local);
    assert_eq!(calls(&[agent(true), traces()]), local);
    let given = case(&[agent(true), traces()]);
    let row = attributed(&given).into_iter().find(|row| row.starts_with(TRACE)).unwrap();
    assert!(row.contains("ada@fern.example"), "{row}");
}

/// The fenced block of docs/mapping.md under this language word.
fn documented(language: &str) -> String {
    let page = include_str!("../../../docs/mapping.md");
    let (_, rest) = page.split_once(&format!("```{language} approvals\n")).unwrap();
    rest.split_once("```").unwrap().0.to_string()
}

#[test]
fn the_documented_mapping_of_approvals_reads_the_documented_log() {
    let mapping = documented("toml");
    let given = given(&[export("changes.jsonl", documented("jsonl"))], &[&mapping]);
    let stored =
        "SELECT e.shown_id, s.own_id, q.own_id, p.own_id, a.granted || '', a.limit_amount || '', a.expires || ''
      FROM approvals a JOIN events e ON e.id = a.event LEFT JOIN principals s ON s.id = a.subject
      LEFT JOIN principals q ON q.id = a.requested_by LEFT JOIN principals p ON p.id = a.approved_by ORDER BY 1";
    let (mina, otto) = ("mina.aho@larkspur.example", "otto.vik@larkspur.example");
    let row = |id: &str, by: Option<&str>, granted: Option<&str>, limit: Option<&str>, expires: Option<&str>| {
        [Some(id), Some("refund-helper"), Some(mina), by, granted, limit, expires].map(|w| w.map(String::from))
    };
    assert_eq!(
        rows::<7>(&given.case, stored),
        [
            row("CH-71", Some(otto), Some("1"), Some("50.0"), Some("1777939200000000")),
            row("CH-72", Some(otto), Some("0"), None, None),
            row("CH-73", None, None, None, None),
        ]
    );
    let found = completeness(&given.case).unwrap();
    let holes: Vec<_> = found.holes.iter().map(|h| (h.kind.as_str(), h.missing)).collect();
    assert_eq!(holes, [("sequence", Some(1))]);
}
