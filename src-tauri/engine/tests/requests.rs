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

#[test]
fn what_an_export_settles_was_promised() {
    let outcomes = experiment("fernhill", &exports("fernhill/exports"), &[&mapping()]);
    for (name, o) in &outcomes {
        assert_eq!(o.silent, 0, "{name}: calls settled that no request promised");
    }
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
    for name in ["northgate", "clearwater", "stormfront", "harbour"] {
        let Some((all, mapping)) = scenario(name) else {
            println!("skipped: no scenarios/{name} beside the repository");
            continue;
        };
        for (what, o) in experiment(name, &all, &[&mapping]) {
            assert_eq!(o.silent, 0, "{name}, {what}: calls settled that no request promised");
        }
    }
}
