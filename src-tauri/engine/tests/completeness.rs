//! Whether evidence is whole: holes, overlaps, clocks, digests, receipts, and the scope of a review.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::io::Write;

use behalf_engine::ask::completeness::{Completeness, completeness};
use behalf_engine::ask::receipts::{ReceiptStanding, receipts};
use behalf_engine::ask::{self};
use behalf_engine::case::{Case, Select};
use behalf_engine::model::{Deed, Time};
use behalf_engine::{analysis, review};
use fixtures::{Export, Given, given};
use sha2::{Digest, Sha256};

const GATEWAY: &str = r#"
name = "desk"
records = "ndjson"
kind = "call"
detect = ["/seq", "/tool"]
populated_by = "gateway"
[fields]
time = "/time"
id = "/id"
action = "/tool"
wire = "/client"
wire_kind = { value = "delegated" }
agent = "/client"
human = "/user"
run = "/run"
tool_call = "/call"
sequence = "/seq"
stream = "/host"
outcome = { value = "success" }
"#;

fn export(name: &str, text: impl Into<Vec<u8>>) -> Export {
    Export { name: name.into(), bytes: text.into() }
}

/// Working hours of four weeks from Monday 2026-03-02, a call every ten minutes on two hosts.
fn desk(keep: impl Fn(usize, &str) -> bool) -> String {
    let mut out = String::new();
    let mut n = 0;
    for day in (0..28).filter(|d| d % 7 < 5) {
        for slot in 0..60 {
            let minute = 8 * 60 + slot * 10 + (n * 7) % 5;
            let at = format!("2026-03-{:02}T{:02}:{:02}:00Z", day + 2, minute / 60, minute % 60);
            if keep(n, &at) {
                out.push_str(&format!(
                    "{{\"time\":\"{at}\",\"id\":\"d{n}\",\"tool\":\"note.read\",\"client\":\"helper\",\"user\":\"ada@example.org\",\"run\":\"run-{}\",\"call\":\"call-{n}\",\"seq\":{},\"host\":\"h{}\"}}\n",
                    n / 10,
                    n / 2,
                    n % 2
                ));
            }
            n += 1;
        }
    }
    out
}

fn of(given: &Given) -> Completeness {
    completeness(&given.case).unwrap()
}

fn rule(case: &Case, rule: &str) -> Vec<String> {
    ask::findings::rows(case).unwrap().into_iter().filter(|f| f.rule == rule).map(|f| f.cause).collect()
}

#[test]
fn a_whole_log_has_no_hole() {
    let given = given(&[export("desk.ndjson", desk(|_, _| true))], &[GATEWAY]);
    let found = of(&given);
    assert_eq!((found.holes.len(), found.sentences.len()), (0, 0), "{:?}", found.sentences);
    assert_eq!(found.sources[0].records, 1200);
    assert!(rule(&given.case, "AG-10").is_empty());
}

#[test]
fn a_lost_day_is_a_silence_and_a_jump_of_both_streams() {
    let lost = desk(|_, at| !at.starts_with("2026-03-11"));
    let given = given(&[export("desk.ndjson", lost)], &[GATEWAY]);
    let found = of(&given);
    let kinds: Vec<&str> = found.holes.iter().map(|h| h.kind.as_str()).collect();
    assert_eq!(kinds, ["sequence", "sequence", "silence"]);
    assert_eq!(found.holes[0].missing, Some(30));
    assert_eq!(rule(&given.case, "AG-10"), ["mapping:desk"]);
    // The same, said in sentences on import.
    assert!(found.sentences.iter().any(|s| s.contains("is silent from")), "{:?}", found.sentences);
}

#[test]
fn exports_that_overlap_are_said_and_count_once() {
    let early = desk(|n, _| n < 700);
    let late = desk(|n, _| n >= 600);
    let given = given(&[export("a.ndjson", early), export("b.ndjson", late)], &[GATEWAY]);
    let found = of(&given);
    assert_eq!((found.overlaps.len(), found.overlaps[0].records), (1, 100));
    assert_eq!(found.sources[0].records, 1200);
}

#[test]
fn a_skewed_clock_is_measured_on_records_that_both_hold() {
    // The agent's traces run 37 s ahead of the gateway.
    let mut spans = String::new();
    for n in 0..40 {
        let start = 1_772_438_400_000_i64 + n * 600_000 + 37_000 + (n % 3) * 100;
        spans.push_str(&format!(
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[]}},\"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\",\"name\":\"execute_tool note.read\",\"startTimeUnixNano\":\"{start}000000\",\"endTimeUnixNano\":\"{start}000001\",\"attributes\":[{{\"key\":\"gen_ai.operation.name\",\"value\":{{\"stringValue\":\"execute_tool\"}}}},{{\"key\":\"gen_ai.tool.name\",\"value\":{{\"stringValue\":\"note.read\"}}}},{{\"key\":\"gen_ai.tool.call.id\",\"value\":{{\"stringValue\":\"call-{n}\"}}}}]}}]}}]}}]}}\n",
            n + 1,
            n + 1
        ));
    }
    let log: String = (0..40_i64)
        .map(|n| {
            let at = Time(1_772_438_400_000_000 + n * 600_000_000).to_rfc3339();
            format!("{{\"time\":\"{at}\",\"id\":\"d{n}\",\"tool\":\"note.read\",\"client\":\"helper\",\"call\":\"call-{n}\",\"seq\":{n}}}\n")
        })
        .collect();
    let files = [export("desk.ndjson", log), export("traces.jsonl", spans)];
    for order in [[0, 1], [1, 0]] {
        let given = given(&order.map(|n| files[n].clone()), &[GATEWAY]);
        let found = of(&given);
        let clock = found.clocks.first().unwrap();
        assert_eq!((clock.a.as_str(), clock.b.as_str(), clock.pairs), ("mapping:desk", "otel_traces", 40));
        assert!((clock.offset_seconds - 37.1).abs() < 0.2 && clock.bound_seconds == 2.0, "{clock:?}");
        assert!(found.sentences[0].contains("otel_traces is 37."), "{:?}", found.sentences);
    }
}

fn packed(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn sha(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn a_digest_tells_of_log_files_that_are_missing_or_altered() {
    let log = |n: u32| {
        format!(
            r#"{{"Records":[{{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventTime":"2026-03-02T1{n}:00:00Z","eventID":"e{n}","userIdentity":{{"type":"Root","accountId":"111122223333"}}}}]}}"#
        )
    };
    let listed = |name: &str, sha: &str| {
        format!(
            r#"{{"s3Bucket":"b","s3Object":"AWSLogs/1/CloudTrail/{name}","hashValue":"{sha}","hashAlgorithm":"SHA-256"}}"#
        )
    };
    let digest = format!(
        r#"{{"awsAccountId":"111122223333","digestStartTime":"2026-03-02T10:00:00Z","digestEndTime":"2026-03-02T15:00:00Z","digestS3Object":"d/1.json.gz","previousDigestS3Object":null,"logFiles":[{},{},{},{}]}}"#,
        listed("a.json.gz", &sha(&log(0))),
        listed("b.json.gz", &sha("what CloudTrail wrote")),
        listed("c.json.gz", &sha(&log(2))),
        listed("d.json.gz", &sha("never handed over")),
    );
    let given = given(
        &[
            export("a.json.gz", packed(&log(0))),
            export("b.json.gz", packed(&log(1))),
            // Unpacked by somebody on the way: the content is what counts.
            export("c.json", log(2)),
            export("digest.json.gz", packed(&digest)),
        ],
        &[],
    );
    let check = of(&given).digests.unwrap();
    assert_eq!((check.listed, check.held, check.missing, check.altered), (4, 2, 1, 1));
    assert_eq!(rule(&given.case, "AG-10"), ["aws_cloudtrail"]);
}

#[test]
fn a_claimed_count_that_is_not_the_count_read_is_said() {
    let table =
        "file,system,count,received_from\ndesk-*.ndjson,desk,1200,IT operations\nextra.ndjson,desk,7,IT operations\n";
    let given = given(
        &[
            export("desk-1.ndjson", desk(|n, _| n < 500)),
            export("desk-2.ndjson", desk(|n, _| n >= 500)),
            export("extra.ndjson", desk(|n, _| n < 3).replace("\"id\":\"d", "\"id\":\"x")),
            export("directory.csv", "id,email,type\nE1,ada@example.org,person\n"),
            export("receipts.csv", table),
        ],
        &[GATEWAY],
    );
    let rows = receipts(&given.case).unwrap();
    let standing = |name: &str| rows.iter().find(|r| r.path.ends_with(name)).unwrap().standing;
    assert_eq!(standing("desk-1.ndjson"), ReceiptStanding::Agrees);
    assert_eq!(standing("desk-2.ndjson"), ReceiptStanding::Agrees);
    assert_eq!(standing("extra.ndjson"), ReceiptStanding::Differs);
    assert_eq!(standing("directory.csv"), ReceiptStanding::Missing);
    assert!(rows.iter().all(|r| !r.path.ends_with("receipts.csv")));
}

#[test]
fn what_lies_outside_the_scope_is_context_and_not_counted() {
    let given = given(&[export("desk.ndjson", desk(|_, _| true))], &[GATEWAY]);
    let all = ask::coverage::coverage(&given.case).unwrap().calls;
    assert_eq!(all, 1200);
    let scope = review::scope::parse("objective = \"week two\"\nfrom = 2026-03-09\nto = 2026-03-13\n").unwrap();
    review::append(&given.case, Time(1), "cleo@example.org", Deed::Scope(scope)).unwrap();
    analysis::analyze(&given.case, &()).unwrap();
    assert_eq!(ask::coverage::coverage(&given.case).unwrap().calls, 300);
    assert_eq!(given.case.count(&Select::OutOfScope).unwrap(), 900);
    let answer = ask::scope::scope(&given.case).unwrap();
    assert_eq!((answer.calls_outside, answer.set_by.as_deref()), (900, Some("cleo@example.org")));
    // Every row is still there.
    let rows = |select| ask::attributions::rows(&given.case, &select, None).unwrap().len();
    assert_eq!((rows(Select::All), rows(Select::OutOfScope)), (1200, 900));
}

#[test]
fn a_run_that_was_going_on_when_the_period_began_is_no_orphan() {
    let run = |n: usize, day: &str, minute: usize, parent: &str| {
        format!(
            "{{\"time\":\"2026-03-{day}T00:{minute:02}:00Z\",\"id\":\"p{n}\",\"tool\":\"note.read\",\"client\":\"helper\",\"run\":\"run-{n}\",\"parent\":\"{parent}\",\"seq\":{n}}}\n"
        )
    };
    let mapping = GATEWAY
        .replace("human = \"/user\"\n", "")
        .replace("run = \"/run\"", "run = \"/run\"\nparent_run = \"/parent\"")
        .replace("sequence = \"/seq\"\nstream = \"/host\"\n", "")
        .replace("wire_kind = { value = \"delegated\" }", "wire_kind = { value = \"service\" }");
    // A whole run that lasts twelve minutes, by its trace, and two whose parents are in no export.
    let trace = r#"{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000a","name":"invoke_agent helper","startTimeUnixNano":"1773144000000000000","endTimeUnixNano":"1773144720000000000","attributes":[{"key":"run_id","value":{"stringValue":"run-9"}},{"key":"user.id","value":{"stringValue":"ada@example.org"}},{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}}]},{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b","parentSpanId":"000000000000000a","name":"execute_tool note.read","startTimeUnixNano":"1773144720000000000","endTimeUnixNano":"1773144720000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},{"key":"gen_ai.tool.name","value":{"stringValue":"note.read"}}]}]}]}]}"#;
    let log = run(1, "09", 5, "run-0") + &run(2, "10", 30, "run-0");
    let given = given(&[export("desk.ndjson", log), export("trace.json", trace)], &[&mapping]);
    let gaps = |case: &Case| {
        let rows = ask::findings::rows(case).unwrap();
        rows.iter().filter(|f| f.rule == "AG-03").map(|f| f.calls).sum::<u32>()
    };
    assert_eq!(gaps(&given.case), 2);
    let scope = review::scope::parse("from = 2026-03-09").unwrap();
    review::append(&given.case, Time(1), "cleo@example.org", Deed::Scope(scope)).unwrap();
    analysis::analyze(&given.case, &()).unwrap();
    // Five minutes after midnight is within the twelve that a run lasts; a day later is not.
    assert_eq!(gaps(&given.case), 1);
}
