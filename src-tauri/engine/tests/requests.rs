//! What would settle a call is shown true by experiment: an export is withheld, the list is read, the export comes back, and
//! what was promised is held against what was settled.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::analysis::Loaded;
use behalf_engine::ask;
use behalf_engine::attribution::{Needs, attribute};
use behalf_engine::case::Case;
use behalf_engine::model::{EventKind, Grade, Need, Wanted};
use fixtures::{Export, Pieces, exports, given, mapping};

/// A call as the experiment sees it.
#[derive(Clone)]
struct Seen {
    named: bool,
    grade: Option<Grade>,
    required: bool,
    needs: Vec<Need>,
}

type Calls = BTreeMap<(String, String), Seen>;

fn calls(case: &Case) -> Calls {
    let loaded = Loaded::load(case).unwrap();
    let tables = loaded.tables(case).unwrap();
    let needs = Needs::new(&tables);
    let mut out = Calls::new();
    case.each_call(|call| {
        if call.kind == EventKind::Call && tables.is_row(&call) {
            let found = attribute(&tables, &call);
            let seen = Seen {
                named: found.human.is_some(),
                grade: found.grade,
                required: found.refusal.is_some() || found.human.is_some(),
                needs: needs.of(&call, &found),
            };
            out.insert((case.source_of(call.event)?, case.shown_id(call.event)?), seen);
        }
        Ok(())
    })
    .unwrap();
    out
}

/// Named now, and better than before; and it was not at B already.
fn settled(before: &Seen, after: &Seen) -> bool {
    let open = !before.named || before.grade <= Some(Grade::C);
    open && after.named && (!before.named || after.grade > before.grade)
}

#[derive(Debug, Default)]
struct Outcome {
    /// Calls that the requests for the withheld export may settle, and those that came to be.
    promised: usize,
    kept: usize,
    settled: usize,
    /// Settled, and promised by no request.
    silent: usize,
    /// Settled, and promised by another export than the withheld one.
    by_another: usize,
    /// Promised, not settled, and without a next need, though a person is still required.
    unexplained: usize,
    /// Settled beyond the best grade that any request promised.
    beyond: usize,
    rank: Option<u32>,
    says: u32,
}

fn compare(before: &Calls, after: &Calls, wanted: &[Wanted], told: &ask::requests::Requests) -> Outcome {
    let mut out = Outcome::default();
    for (id, was) in before {
        let Some(is) = after.get(id) else { continue };
        let by = |n: &&Need| wanted.contains(&n.kind.export());
        let promised = was.needs.iter().any(|n| by(&n));
        let done = settled(was, is);
        out.settled += usize::from(done);
        if done && was.needs.is_empty() {
            out.silent += 1;
            println!("    silent: {id:?} {:?} -> {:?}", was.grade, is.grade);
        }
        out.by_another += usize::from(done && !promised);
        if done && !was.needs.is_empty() {
            let best = was.needs.iter().map(|n| n.best).max();
            out.beyond += usize::from(is.grade > best);
        }
        // What is promised of a service behind which a person may show is no promise of a person.
        if promised && was.required {
            out.promised += 1;
            out.kept += usize::from(done);
            let open = is.required && !(is.named && is.grade > Some(Grade::C));
            out.unexplained += usize::from(!done && open && is.needs.is_empty());
        }
    }
    let asked: Vec<_> = told
        .requests
        .iter()
        .filter(|r| wanted.iter().any(|w| w.word() == r.export) && r.calls + r.unverified > 0)
        .collect();
    out.rank = asked.iter().map(|r| r.rank).min();
    out.says = asked.iter().map(|r| r.calls).sum();
    out
}

/// One way to withhold an export.
struct Withheld {
    name: &'static str,
    wanted: &'static [Wanted],
    without: fn(&Export) -> Option<Export>,
}

fn unless(name: fn(&str) -> bool) -> impl Fn(&Export) -> Option<Export> {
    move |e| (!name(&e.name)).then(|| e.clone())
}

fn pruned(e: &Export, drop: impl Fn(usize, &[u8]) -> bool) -> Export {
    let mut pieces = Pieces::of(e);
    let records = std::mem::take(&mut pieces.records);
    pieces.records =
        records.into_iter().enumerate().filter(|(n, record)| !drop(*n, record)).map(|(_, record)| record).collect();
    pieces.export()
}

const EXPERIMENTS: &[Withheld] = &[
    Withheld {
        name: "agent traces",
        wanted: &[Wanted::AgentTraces],
        without: |e| unless(|n| n.starts_with("traces"))(e),
    },
    Withheld {
        name: "every third line of the traces",
        wanted: &[Wanted::AgentTraces],
        without: |e| Some(if e.name.starts_with("traces") { pruned(e, |n, _| n % 3 == 0) } else { e.clone() }),
    },
    Withheld {
        name: "token log",
        wanted: &[Wanted::TokenLog],
        without: |e| unless(|n| n.starts_with("token") || n.starts_with("sts"))(e),
    },
    Withheld {
        name: "CloudTrail's issuances",
        wanted: &[Wanted::SessionIssuance],
        without: |e| {
            let issues = |record: &[u8]| record.windows(10).any(|w| w == b"AssumeRole");
            Some(if e.name.starts_with("cloudtrail") { pruned(e, |_, r| issues(r)) } else { e.clone() })
        },
    },
    Withheld { name: "directory", wanted: &[Wanted::Directory], without: |e| unless(|n| n == "directory.csv")(e) },
    Withheld {
        name: "every third row of the directory",
        wanted: &[Wanted::Directory],
        without: |e| Some(if e.name == "directory.csv" { pruned(e, |n, _| n % 3 == 0) } else { e.clone() }),
    },
    Withheld { name: "sign-ins", wanted: &[], without: |e| unless(|n| n.starts_with("okta"))(e) },
];

fn experiment(company: &str, all: &[Export], mappings: &[&str]) -> Vec<(&'static str, Outcome)> {
    let whole = calls(&given(all, mappings).case);
    let mut out = Vec::new();
    for withheld in EXPERIMENTS {
        let left: Vec<Export> = all.iter().filter_map(withheld.without).collect();
        let before = given(&left, mappings).case;
        let told = ask::requests::requests(&before).unwrap();
        let outcome = compare(&calls(&before), &whole, withheld.wanted, &told);
        println!(
            "| {company} | {} | {} | {} | {} | {} | {} |",
            withheld.name,
            told.open,
            outcome.rank.map_or("-".into(), |r| r.to_string()),
            outcome.promised,
            outcome.settled,
            outcome.kept
        );
        println!("    {outcome:?}");
        out.push((withheld.name, outcome));
    }
    out
}

/// What holds in every company, for every export that is withheld: nothing is settled that no request promised, nothing
/// beyond the grade that was promised, and what was promised and not settled states what it still needs.
fn holds(company: &str, outcomes: &[(&str, Outcome)]) {
    for (what, o) in outcomes {
        assert_eq!((o.silent, o.by_another, o.beyond, o.unexplained), (0, 0, 0, 0), "{company}, {what}: {o:?}");
        if o.settled > 0 {
            assert!(o.rank.is_some_and(|rank| rank <= 2), "{company}, {what}: asked for at {:?}", o.rank);
        }
    }
    // Of calls whose run or session is named most come to be settled once its start is known; a login that the directory
    // does not have is as often a robot's as a person's.
    for (what, least) in [("agent traces", 80), ("every third line of the traces", 70), ("CloudTrail's issuances", 60)]
    {
        for (_, o) in outcomes.iter().filter(|(name, o)| *name == what && o.promised > 0) {
            assert!(o.kept * 100 >= o.promised * least, "{company}, {what}: {o:?}");
        }
    }
    let whole = outcomes.iter().find(|(name, _)| *name == "directory").unwrap();
    assert_eq!(whole.1.rank, Some(1), "{company}: without a directory it is what is asked for first");
}

#[test]
fn what_an_export_settles_was_promised() {
    let outcomes = experiment("fernhill", &exports("fernhill/exports"), &[&mapping()]);
    holds("fernhill", &outcomes);
    assert!(outcomes.iter().map(|(_, o)| o.settled).sum::<usize>() > 200);
}

fn scenario(name: &str) -> Option<(Vec<Export>, String)> {
    let place = Path::new("shared/scenarios").join(name);
    let folder: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.is_dir())?;
    let mut found: Vec<Export> = std::fs::read_dir(folder.join("exports"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| Export {
            name: p.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: std::fs::read(&p).unwrap(),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Some((found, std::fs::read_to_string(folder.join("gateway.mapping.toml")).unwrap()))
}

#[test]
fn the_companies_beside_the_repository_hold_it_too() {
    for name in ["northgate", "clearwater", "stormfront"] {
        let Some((all, mapping)) = scenario(name) else {
            println!("skipped: no scenarios/{name} beside the repository");
            continue;
        };
        holds(name, &experiment(name, &all, &[&mapping]));
    }
}

const RUN: &str = "41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f";

fn root(user: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{}},"scopeSpans":[{{"spans":[{{"traceId":"286aa099281e84ee49e2202b5c9d9ba7","spanId":"a609d8d355797db9","name":"invoke_agent helper","startTimeUnixNano":"1772445540000000000","endTimeUnixNano":"1772449140000000000","attributes":[{{"key":"gen_ai.operation.name","value":{{"stringValue":"invoke_agent"}}}},{{"key":"gen_ai.agent.id","value":{{"stringValue":"helper"}}}},{{"key":"run_id","value":{{"stringValue":"{RUN}"}}}},{{"key":"enduser.id","value":{{"stringValue":"{user}"}}}}]}}]}}]}}]}}"#
    ) + "\n"
}

fn told(given: &fixtures::Given) -> ask::requests::Requests {
    ask::requests::requests(&given.case).unwrap()
}

/// The ids that a request for an export asks for, of one kind of record.
fn ids(told: &ask::requests::Requests, export: &str, what: &str) -> Vec<String> {
    let of = told.requests.iter().filter(|r| r.export == export);
    of.flat_map(|r| &r.filters).filter(|f| f.what == what).flat_map(|f| f.ids.clone()).collect()
}

#[test]
fn each_refusal_names_the_record_that_would_settle_it_and_is_settled_by_it() {
    let bare = |id: &str| desk::call(id, "02T10:00:00").with("for", "");
    // A token whose issuance is not here.
    let calls = [bare("c1").with("kind", "d").with("tok", "j1")];
    let before = desk::world(&calls, &[]);
    assert_eq!(ids(&told(&before), "token_log", "token_record"), ["j1"]);
    let first = &told(&before).requests[0];
    assert_eq!((first.export.as_str(), first.calls, first.best.as_str()), ("token_log", 1, "A"));
    assert!(first.ask.contains("j1") && first.ask.contains("2026-03-02"), "{}", first.ask);
    let after = desk::world(&calls, &[("tokens.ndjson", &desk::token("j1", "ada", desk::HELPER))]);
    assert_eq!(told(&after).open, 0);
    // A run that a gateway names, and nobody's trace begins.
    let calls = [bare("c1").with("run", RUN), bare("c2").with("run", RUN)];
    let before = desk::world(&calls, &[]);
    assert_eq!(ids(&told(&before), "agent_traces", "run_start"), [RUN]);
    let after = desk::world(&calls, &[("traces.jsonl", &root("ada@fern.example"))]);
    let told_after = told(&after);
    assert_eq!((told_after.supported, told_after.refused), (2, 0));
    // What is left at C is asked of the gateway, which is also what to log from now on.
    assert_eq!(told_after.requests[0].export, "gateway_log");
    assert!(told_after.changes[0].change.contains("the person, as authenticated"), "{:?}", told_after.changes);
    // The run has a start, whose user nobody knows.
    let before = desk::world(&calls, &[("traces.jsonl", &root("u-117"))]);
    let asked = ids(&told(&before), "directory", "directory_row");
    assert!(asked.iter().any(|id| id.ends_with("u-117")), "{asked:?}");
    // A parent run that no export holds.
    let calls = [bare("c1").with("run", "child-1").with("up", RUN)];
    assert_eq!(ids(&told(&desk::world(&calls, &[])), "agent_traces", "parent_run"), [RUN]);
}

#[test]
fn a_call_counts_once_a_request_and_the_overlap_is_stated() {
    let both =
        |id: &str| desk::call(id, "02T10:00:00").with("for", "").with("kind", "d").with("tok", "j1").with("run", RUN);
    let found = told(&desk::world(&[both("c1"), both("c2")], &[]));
    assert_eq!((found.open, found.reached, found.overlapping), (2, 2, 2));
    assert!(found.requests.iter().all(|r| r.calls == 2 && r.only == 0));
    let further: Vec<u32> = found.requests.iter().map(|r| r.further).collect();
    assert_eq!(further.iter().sum::<u32>(), 2, "only the first adds calls: {further:?}");
    assert_eq!(found.changes.iter().map(|c| c.calls).sum::<u32>(), found.open);
}

#[test]
fn who_says_in_a_sentence_what_would_settle_the_call() {
    let calls = [desk::call("c1", "02T10:00:00").with("for", "").with("run", RUN)];
    let given = desk::world(&calls, &[]);
    let loaded = Loaded::load(&given.case).unwrap();
    let who = ask::who::who(&given.case, &loaded, "c1").unwrap();
    let says = who.refusal.unwrap().settled_by;
    assert!(
        says.contains(&format!("The record that starts run {RUN}")) && says.contains("2026-03-01 to 2026-03-03"),
        "{says}"
    );
    assert!(who.needs.iter().any(|n| n.what == "run_start" && n.key.as_deref() == Some(RUN) && n.best == "C"));
    // At B nothing is left to ask.
    let named = desk::world(&[desk::call("c1", "02T10:00:00")], &[]);
    let loaded = Loaded::load(&named.case).unwrap();
    assert!(ask::who::who(&named.case, &loaded, "c1").unwrap().needs.is_empty());
    assert!(told(&named).requests.is_empty());
}

#[test]
fn two_proofs_that_differ_are_for_the_issuer_to_decide_and_no_export_is_said_to_settle_them_alone() {
    let calls = [desk::call("c1", "02T10:00:00").with("run", RUN)];
    let found = told(&desk::world(&calls, &[("traces.jsonl", &root("bo@fern.example"))]));
    assert_eq!((found.contradicted, found.open), (1, 1));
    assert_eq!(ids(&found, "issuer_records", "issuer_record"), [RUN]);
    let record = found.requests.iter().find(|r| r.export == "issuer_records").unwrap();
    assert!(record.ask.contains("which of them is wrong"), "{}", record.ask);
}

#[test]
fn the_evidence_itself_is_asked_for_holes_and_receipts() {
    let found = told(&desk::world(&[desk::call("c1", "02T10:00:00")], &[]));
    let receipt = found.evidence.iter().find(|e| e.kind == "receipt").unwrap();
    assert!(receipt.ask.contains("log.ndjson") && receipt.ask.contains("number of records"), "{}", receipt.ask);
}
