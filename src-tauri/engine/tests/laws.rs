//! The laws of DESIGN section 7 over a whole month: what order, copies, losses and swapped tokens may not do to an answer.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;
#[path = "fixtures/worlds.rs"]
mod worlds;

use std::collections::BTreeMap;

use behalf_engine::ask;
use behalf_engine::case::{Case, verify};
use fixtures::{Answers, Dice, Export, Given, Pieces, answers, exports, given, given_on, import, lay, mapping, number};
use proptest::prelude::*;
use serde_json::Value;

fn month() -> Vec<Pieces> {
    exports("fernhill/exports").iter().map(Pieces::of).collect()
}

fn whole(pieces: &[Pieces]) -> Vec<Export> {
    pieces.iter().map(Pieces::export).collect()
}

fn read(pieces: &[Pieces]) -> Given {
    given(&whole(pieces), &[&mapping()])
}

#[test]
fn taking_exports_apart_and_joining_them_loses_nothing() {
    let table = fixtures::expected("fernhill/expected/counts.csv");
    let month = month();
    for (pieces, truth) in month.iter().zip(&table) {
        // A line of traces holds several spans; everywhere else a piece is a record.
        let spans = pieces.name.starts_with("traces");
        assert!(spans || pieces.records.len().to_string() == truth["read"], "{}", pieces.name);
    }
    answers(&read(&month).case).agree(&answers(&fixtures::fernhill().case), "taken apart and joined");
}

#[test]
fn order_of_files_and_records_changes_no_byte() {
    let month = month();
    let before = answers(&read(&month).case);
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let mut shuffled = month.clone();
        dice.shuffle(&mut shuffled);
        shuffled.iter_mut().for_each(|p| dice.shuffle(&mut p.records));
        before.agree(&answers(&read(&shuffled).case), &format!("shuffled by {seed}"));
    }
}

#[test]
fn order_changes_nothing_that_is_told_of_one_call() {
    let month = month();
    let mut shuffled = month.clone();
    let mut dice = Dice::new(11);
    dice.shuffle(&mut shuffled);
    shuffled.iter_mut().for_each(|p| dice.shuffle(&mut p.records));
    let told = |given: &Given| -> Vec<String> {
        let loaded = behalf_engine::analysis::Loaded::load(&given.case).unwrap();
        let rows = answers(&given.case).rows;
        let chosen = rows.iter().step_by(29);
        chosen.map(|r| serde_json::to_string(&fixtures::who(&given.case, &loaded, r)).unwrap()).collect()
    };
    for (a, b) in told(&read(&month)).iter().zip(told(&read(&shuffled))) {
        assert_eq!(*a, b);
    }
}

#[test]
fn threads_change_nothing() {
    let month = whole(&month());
    let one = given_on(&month, &[&mapping()], 1);
    for threads in [2, 4] {
        let many = given_on(&month, &[&mapping()], threads);
        answers(&one.case).agree(&answers(&many.case), "threads");
        // Not only the answers: the same rows in the same places.
        for table in ["events", "copies", "losses", "claims", "strings", "principals"] {
            assert_eq!(rows_of(&one.case, table), rows_of(&many.case, table), "{table}");
        }
    }
}

/// All rows of a table, as text.
fn rows_of(case: &Case, table: &str) -> Vec<String> {
    let mut query = case.database().prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |r| {
        Ok((0..columns).map(|c| format!("{:?}", r.get_ref(c).unwrap())).collect::<Vec<_>>().join(" "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_copied_record_raises_nothing() {
    let month = month();
    let once = read(&month);
    let before = answers(&once.case);
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let mut copied = month.clone();
        for pieces in &mut copied {
            for _ in 0..pieces.records.len().min(40) {
                let record = pieces.records[dice.below(pieces.records.len())].clone();
                pieces.records.insert(dice.below(pieces.records.len() + 1), record);
            }
        }
        let twice = read(&copied);
        before.agree(&answers(&twice.case), &format!("copies by {seed}"));
        for (a, b) in once.report.files.iter().zip(&twice.report.files) {
            assert_eq!(b.read, b.kept + b.duplicates + b.rejected);
            // A torn line copied is two torn lines.
            assert_eq!(a.kept, b.kept, "{}", a.path);
            assert_eq!(b.read - a.read, (b.duplicates - a.duplicates) + (b.rejected - a.rejected));
        }
    }
}

#[test]
fn a_whole_export_again_under_another_name_is_duplicates() {
    let month = month();
    let once = read(&month);
    let mut doubled = month.clone();
    for pieces in &month {
        let mut again = pieces.clone();
        again.name = format!("again-{}", pieces.name);
        // The same records in another order: no byte-for-byte copy of the file.
        again.records.reverse();
        doubled.push(again);
    }
    let twice = read(&doubled);
    answers(&once.case).agree(&answers(&twice.case), "every export twice");
    assert_eq!(twice.report.files.len(), 24);
    for (file, copy) in twice.report.files[..12].iter().zip(&twice.report.files[12..]) {
        assert_eq!((copy.kept, copy.rejected), (0, file.rejected), "{}", copy.path);
        assert_eq!(copy.duplicates, file.kept + file.duplicates, "{}", copy.path);
    }
    assert_eq!(verify(&twice.case).unwrap().problems, Vec::<String>::new());
}

#[test]
fn importing_everything_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), &exports("fernhill/exports"));
    let mapping = mapping();
    let mut case = Case::in_memory().unwrap();
    let first = import(&mut case, &paths, &[&mapping], 2);
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let (before, tables) =
        (answers(&case), ["events", "copies", "losses", "files", "blocks"].map(|t| rows_of(&case, t)));
    let second = import(&mut case, &paths, &[&mapping], 2);
    assert!(second.files.iter().all(|f| f.why.starts_with("already in this case")), "{:?}", second.files);
    for (a, b) in first.files.iter().zip(&second.files) {
        assert_eq!((a.read, a.kept, a.duplicates, a.rejected), (b.read, b.kept, b.duplicates, b.rejected));
    }
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    before.agree(&answers(&case), "imported again");
    assert_eq!(tables, ["events", "copies", "losses", "files", "blocks"].map(|t| rows_of(&case, t)));
}

#[test]
fn half_and_then_the_rest_is_all() {
    let exports = exports("fernhill/exports");
    let mapping = mapping();
    let all = answers(&given(&exports, &[&mapping]).case);
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let mut paths = lay(folder.path(), &exports);
        dice.shuffle(&mut paths);
        let (half, rest) = paths.split_at(1 + dice.below(paths.len() - 1));
        let place = folder.path().join("c.behalf");
        let mut case = Case::create(&place, behalf_engine::model::Time(0)).unwrap();
        import(&mut case, half, &[&mapping], 2);
        behalf_engine::analysis::analyze(&case, &()).unwrap();
        drop(case);
        let mut case = Case::open(&place).unwrap();
        import(&mut case, rest, &[&mapping], 2);
        behalf_engine::analysis::analyze(&case, &()).unwrap();
        all.agree(&answers(&case), &format!("in two halves by {seed}"));
    }
}

#[test]
fn a_lost_record_names_nobody_else_and_raises_nothing() {
    let month = month();
    let whole = read(&month);
    let before = answers(&whole.case);
    let mut dice = Dice::new(7);
    for _ in 0..20 {
        // Files by turns, so that the small ones that everything hangs on are not passed over.
        let file = dice.below(month.len());
        let at = dice.below(month[file].records.len());
        let mut rest = month.clone();
        let lost = rest[file].records.remove(at);
        let lost = format!("{} {at}: {}", month[file].name, String::from_utf8_lossy(&lost));
        worlds::loses_nothing_but_certainty(&whole.case, &before, &read(&rest).case, &lost);
    }
}

/// Lines of the gateway whose person the token proves: (file, line, person, token).
fn proved_by_token(month: &[Pieces], before: &Answers) -> Vec<(usize, usize, String, String)> {
    let known = before.by_id();
    let mut out = Vec::new();
    for (file, pieces) in month.iter().enumerate().filter(|(_, p)| p.name == "switchboard.ndjson") {
        for (line, record) in pieces.records.iter().enumerate() {
            let Ok(value) = serde_json::from_slice::<Value>(record) else { continue };
            let Some(row) = value["ref"].as_str().and_then(|id| known.get(&("mapping:switchboard", id))) else {
                continue;
            };
            let person = value["acting_for"]["login"].as_str().filter(|p| row.human.as_deref() == Some(p));
            let late = month.iter().filter(|p| p.name == "switchboard_late.ndjson").any(|p| p.records.contains(record));
            // What stands in two exports would be two conflicting copies once one of them is changed.
            if late {
                continue;
            }
            if let (Some(person), Some(token), Some("A")) = (person, value["pass"]["no"].as_str(), row.grade.as_deref())
            {
                out.push((file, line, person.to_string(), token.to_string()));
            }
        }
    }
    out
}

#[test]
fn swapped_tokens_are_never_a_clean_answer() {
    let month = month();
    let whole = read(&month);
    let before = answers(&whole.case);
    let lines = proved_by_token(&month, &before);
    assert!(lines.len() > 30);
    let mut dice = Dice::new(3);
    let mut swapped = 0;
    while swapped < 8 {
        let (a, b) = (&lines[dice.below(lines.len())], &lines[dice.below(lines.len())]);
        if a.2 == b.2 || a.3 == b.3 {
            continue;
        }
        swapped += 1;
        let mut other = month.clone();
        for (line, mine, theirs) in [(a, &a.3, &b.3), (b, &b.3, &a.3)] {
            let text = String::from_utf8(other[line.0].records[line.1].clone()).unwrap();
            assert!(text.contains(mine.as_str()));
            other[line.0].records[line.1] = text.replace(mine.as_str(), theirs).into_bytes();
        }
        let after = answers(&read(&other).case);
        let is = after.by_id();
        for (line, stranger) in [(a, &b.2), (b, &a.2)] {
            let value: Value = serde_json::from_slice(&month[line.0].records[line.1]).unwrap();
            let key = ("mapping:switchboard", value["ref"].as_str().unwrap());
            // The record says one thing and the token another.
            assert_eq!(is[&key].human, None, "{key:?} with the token of {stranger}");
            assert_eq!((is[&key].grade.as_deref(), is[&key].refusal.as_deref()), (Some("X"), Some("R6")), "{key:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Small companies with random faults: every record in turn is lost, copied, and all of them are shuffled.
    #[test]
    fn small_worlds_hold_the_laws(world in worlds::world(), seed: u64) {
        let pieces = world.pieces();
        let whole = given(&whole(&pieces), &[worlds::MAPPING]);
        let before = answers(&whole.case);
        prop_assert_eq!(whole.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "a world is read whole");

        let mut dice = Dice::new(seed);
        let mut shuffled = pieces.clone();
        dice.shuffle(&mut shuffled);
        shuffled.iter_mut().for_each(|p| dice.shuffle(&mut p.records));
        before.agree(&answers(&read_world(&shuffled).case), "shuffled");

        let mut copied = pieces.clone();
        for p in copied.iter_mut().filter(|p| !p.records.is_empty()) {
            for _ in 0..3 {
                let record = p.records[dice.below(p.records.len())].clone();
                p.records.insert(dice.below(p.records.len() + 1), record);
            }
        }
        before.agree(&answers(&read_world(&copied).case), "copied");

        // The same record written differently is a conflicting copy: it raises nothing either, in any order.
        let mut rewritten = pieces.clone();
        for p in rewritten.iter_mut().filter(|p| !p.name.ends_with(".csv")) {
            let record = String::from_utf8(p.records[dice.below(p.records.len())].clone()).unwrap();
            p.records.push(record.replacen('{', "{ ", 1).into_bytes());
        }
        let rewritten_answers = answers(&read_world(&rewritten).case);
        for row in &rewritten_answers.rows {
            let Some(old) = before.by_id().get(&(row.source.as_str(), row.id.as_str())).copied() else { continue };
            prop_assert!(worlds::rank(row) <= worlds::rank(old), "{:?} rose to {:?} by a copy", old, row);
        }
        rewritten.reverse();
        rewritten.iter_mut().for_each(|p| dice.shuffle(&mut p.records));
        rewritten_answers.agree(&answers(&read_world(&rewritten).case), "conflicting copies shuffled");

        for (file, p) in pieces.iter().enumerate() {
            for at in 0..p.records.len() {
                let mut rest = pieces.clone();
                let lost = rest[file].records.remove(at);
                let lost = format!("{} {at}: {}", p.name, String::from_utf8_lossy(&lost));
                worlds::loses_nothing_but_certainty(&whole.case, &before, &read_world(&rest).case, &lost);
            }
        }
    }

    /// Two calls of different people trade their tokens: neither is then told to be the other's.
    #[test]
    fn small_worlds_see_through_swapped_tokens(world in worlds::world()) {
        let calls = world.told_twice();
        for (n, a) in calls.iter().enumerate() {
            for b in &calls[n + 1..] {
                let Some(other) = world.swapped(*a, *b) else { continue };
                let answers = answers(&read_world(&other.pieces()).case);
                for (call, stranger) in [(*a, *b), (*b, *a)] {
                    let id = worlds::call_id(call);
                    let row = answers.by_id()[&("mapping:desk", id.as_str())];
                    let stranger = world.person_of_token(stranger);
                    let clean = matches!(row.grade.as_deref(), Some("A" | "B")) && row.human == stranger;
                    prop_assert!(!clean, "{} is told to be {:?}'s: {:?}", id, stranger, world);
                }
            }
        }
    }
}

/// A world of many sources with one damage, whose traces are a span a line.
fn damaged(code: &str, seed: u64) -> Vec<Pieces> {
    let damage = xtask::accuracy::DAMAGES.iter().find(|d| d.code == code).unwrap();
    let world = xtask::accuracy::damaged(seed, 3, damage, damage.rates[damage.rates.len() / 2]);
    let exports = world.exports().into_iter();
    exports.map(|e| Pieces::of(&Export { name: e.name.into(), bytes: e.bytes })).collect()
}

const DAMAGED: [&str; 6] = ["DM9", "DM11", "DM13", "DM15", "DM16", "reuse"];

fn read_damaged(pieces: &[Pieces]) -> Given {
    given(&whole(pieces), &[xtask::accuracy::exports::mapping()])
}

#[test]
fn damaged_worlds_hold_the_laws_of_order_and_copies() {
    for (seed, code) in DAMAGED.into_iter().enumerate() {
        let pieces = damaged(code, seed as u64);
        let before = answers(&read_damaged(&pieces).case);
        let mut dice = Dice::new(seed as u64);
        let mut other = pieces.clone();
        dice.shuffle(&mut other);
        for p in &mut other {
            for _ in 0..p.records.len().min(30) {
                let record = p.records[dice.below(p.records.len())].clone();
                p.records.push(record);
            }
            dice.shuffle(&mut p.records);
        }
        before.agree(&answers(&read_damaged(&other).case), &format!("{code}, copied and shuffled"));
    }
}

#[test]
fn damaged_worlds_lose_nothing_but_certainty() {
    for (seed, code) in DAMAGED.into_iter().enumerate() {
        let pieces = damaged(code, seed as u64 + 10);
        let given = read_damaged(&pieces);
        let before = answers(&given.case);
        let mut dice = Dice::new(seed as u64);
        for turn in 0..5 {
            // Traces in every other turn: most of what the damages did is in them.
            let traces = pieces.iter().position(|p| p.name.starts_with("traces")).unwrap();
            let file = if turn % 2 == 0 { traces } else { dice.below(pieces.len()) };
            let at = dice.below(pieces[file].records.len());
            let mut rest = pieces.clone();
            let lost = rest[file].records.remove(at);
            let lost = format!("{code}, {} {at}: {}", pieces[file].name, String::from_utf8_lossy(&lost));
            worlds::loses_nothing_but_certainty(&given.case, &before, &read_damaged(&rest).case, &lost);
        }
    }
}

#[test]
fn damaged_worlds_see_through_swapped_tokens() {
    for seed in 0..4 {
        let mut pieces = damaged("DM1", seed);
        let of = |pieces: &[Pieces], name: &str| pieces.iter().position(|p| p.name.starts_with(name)).unwrap();
        let (gate, issued) = (of(&pieces, "switchboard"), of(&pieces, "token-exchange"));
        let subject: BTreeMap<String, String> = pieces[issued]
            .records
            .iter()
            .map(|r| serde_json::from_slice::<Value>(r).unwrap())
            .map(|r| (r["jti"].as_str().unwrap().to_string(), r["sub"].as_str().unwrap().to_string()))
            .collect();
        let mut with_token: Vec<(usize, Value)> = pieces[gate]
            .records
            .iter()
            .enumerate()
            .map(|(n, r)| (n, serde_json::from_slice::<Value>(r).unwrap()))
            .filter(|(_, r)| r["pass"]["no"].is_string())
            .collect();
        with_token.truncate(2);
        let [(a, first), (b, second)] = &mut with_token[..] else { unreachable!("two calls with tokens") };
        std::mem::swap(&mut first["pass"], &mut second["pass"]);
        pieces[gate].records[*a] = first.to_string().into_bytes();
        pieces[gate].records[*b] = second.to_string().into_bytes();
        let strangers = [&*first, &*second].map(|r| subject[r["pass"]["no"].as_str().unwrap()].clone());
        assert_ne!(strangers[0], strangers[1], "two people's");
        let after = answers(&read_damaged(&pieces).case);
        let is = after.by_id();
        for call in [first, second] {
            let row = is[&("mapping:switchboard", call["ref"].as_str().unwrap())];
            assert_eq!((row.human.as_deref(), row.refusal.as_deref()), (None, Some("R6")), "{row:?}");
        }
    }
}

fn read_world(pieces: &[Pieces]) -> Given {
    given(&whole(pieces), &[worlds::MAPPING])
}

/// What stands for one call in two cases is compared by source and id; nothing else may be missing.
#[test]
fn people_have_the_same_timeline_in_any_order() {
    let month = month();
    let mut turned = month.clone();
    turned.reverse();
    turned.iter_mut().for_each(|p| p.records.reverse());
    let told = |given: &Given| -> BTreeMap<String, String> {
        let people: std::collections::BTreeSet<String> =
            answers(&given.case).rows.into_iter().filter_map(|r| r.human).collect();
        people
            .into_iter()
            .map(|p| {
                let timeline = ask::timeline::timeline(&given.case, &p, None, None).unwrap();
                (p, serde_json::to_string(&timeline).unwrap())
            })
            .collect()
    };
    let (a, b) = (told(&read(&month)), told(&read(&turned)));
    assert!(a.len() > 10);
    for (person, timeline) in &a {
        assert_eq!(Some(timeline), b.get(person), "{person}");
    }
    assert_eq!(a.len(), b.len());
}

#[test]
fn counts_of_coverage_do_not_move_with_order_or_copies() {
    let month = month();
    let mut turned = month.clone();
    turned.reverse();
    turned.iter_mut().for_each(|p| p.records.extend(p.records.clone().into_iter().rev()));
    let told = |given: &Given| {
        let coverage = ask::coverage::coverage(&given.case).unwrap();
        (serde_json::to_string(&coverage).unwrap(), number(&given.case, "SELECT count(*) FROM events"))
    };
    assert_eq!(told(&read(&month)), told(&read(&turned)));
}
