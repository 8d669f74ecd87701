//! The grid over calls and the tree of a run, as the window asks for them, over the demonstration.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use behalf_app::bridge::{Bridge, CallQuery, CallRow, ExportColumn, Settings, Tick, Wall};

fn demonstration(folder: &Path) -> Bridge {
    let bridge = Bridge::new(Settings {
        version: "0.0.0".into(),
        config_dir: folder.join("config"),
        data_dir: folder.join("data"),
        clock: Box::new(Wall),
    });
    bridge.demo_case(&|_: &Tick| ()).unwrap();
    bridge
}

/// Every row, page by page from the keys of the index.
fn all(bridge: &Bridge, query: &CallQuery) -> Vec<CallRow> {
    let index = bridge.call_index(query.clone()).unwrap();
    let mut rows = Vec::new();
    for key in &index.keys {
        rows.extend(bridge.call_page(query.clone(), Some(key.clone())).unwrap());
    }
    assert_eq!(rows.len(), index.total as usize, "the pages hold each call once: {query:?}");
    let distinct: BTreeSet<(&str, &str)> = rows.iter().map(|r| (r.row.source.as_str(), r.row.id.as_str())).collect();
    assert_eq!(distinct.len(), rows.len(), "no call stands on two pages: {query:?}");
    rows
}

#[test]
fn pages_by_key_hold_every_call_once_in_every_order() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = demonstration(folder.path());
    let whole = all(&bridge, &CallQuery::default()).len();
    assert!(whole > 400, "more than two pages: {whole}");
    for sort in [None, Some("resource"), Some("agent"), Some("human"), Some("outcome"), Some("refusal")] {
        for descending in [false, true] {
            let query = CallQuery { sort: sort.map(String::from), descending, ..CallQuery::default() };
            let rows = all(&bridge, &query);
            assert_eq!(rows.len(), whole);
            let value = |r: &CallRow| match sort {
                None => r.row.time.clone().unwrap_or_default(),
                Some("resource") => r.row.resource.clone().unwrap_or_default(),
                Some("agent") => r.row.agent.clone().unwrap_or_default(),
                Some("human") => r.row.human.clone().unwrap_or_default(),
                Some("outcome") => r.row.outcome.clone(),
                _ => r.row.refusal.clone().unwrap_or_default(),
            };
            let sorted = rows.windows(2).all(|w| match descending {
                false => value(&w[0]) <= value(&w[1]),
                true => value(&w[0]) >= value(&w[1]),
            });
            assert!(sorted, "{sort:?} {descending}");
            for at in [0, 1, 199, 200, whole - 1] {
                let id = rows[at].row.id.clone();
                assert_eq!(bridge.call_position(query.clone(), id).unwrap(), Some(at as u32), "{sort:?} {descending}");
            }
        }
    }
}

#[test]
fn filters_narrow_together_and_a_facet_counts_what_else_could_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = demonstration(folder.path());
    let whole = bridge.call_index(CallQuery::default()).unwrap().total;
    for column in ["source", "action", "agent", "human", "outcome", "grade", "refusal", "pattern", "wire", "service"] {
        let values = bridge.call_facet(CallQuery::default(), column.into(), None, 500).unwrap();
        assert_eq!(values.iter().map(|v| v.count).sum::<u32>(), whole, "{column}");
        for value in values.iter().take(3) {
            let columns = [(column.to_string(), vec![value.value.clone()])].into();
            let query = CallQuery { columns, ..CallQuery::default() };
            assert_eq!(bridge.call_index(query.clone()).unwrap().total, value.count, "{column} {}", value.value);
            assert_eq!(bridge.call_facet(query, column.into(), None, 500).unwrap(), values, "its own choice aside");
        }
    }
    let refused = CallQuery { set: Some("refused".into()), ..CallQuery::default() };
    let rows = all(&bridge, &refused);
    assert_eq!(rows.len(), bridge.calls("refused".into(), 50_000).unwrap().len());
    let id = rows[0].row.id.clone();
    let text = CallQuery { text: Some(id.to_uppercase()), ..CallQuery::default() };
    assert!(all(&bridge, &text).iter().any(|r| r.row.id == id), "search knows no case");
    let elsewhere = CallQuery { set: Some("attributed".into()), ..CallQuery::default() };
    assert_eq!(bridge.call_position(elsewhere, id).unwrap(), None);
    let wrong = CallQuery { sort: Some("1; DROP TABLE events".into()), ..CallQuery::default() };
    assert_eq!(bridge.call_index(wrong).unwrap_err().code, "no_such_filter");
}

#[test]
fn an_export_is_what_the_grid_shows() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = demonstration(folder.path());
    let query = CallQuery { set: Some("refused".into()), descending: true, ..CallQuery::default() };
    let column = |word: &str| ExportColumn { word: word.into(), name: word.to_uppercase() };
    let to = folder.path().join("refused.csv");
    let written = bridge.export_calls(query.clone(), vec![column("id"), column("time")], to.clone()).unwrap();
    let rows = all(&bridge, &query);
    let text = std::fs::read_to_string(&to).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((written.rows as usize, lines.len(), lines[0]), (rows.len(), rows.len() + 1, "ID,TIME"));
    assert!(lines[1].contains(rows[0].row.time.as_deref().unwrap()));
    let elsewhere = bridge.export_calls(query, vec![], PathBuf::from("/etc/passwd")).unwrap_err();
    assert_eq!(elsewhere.code, "not_csv");

    let formula = vec![vec!["=1+1".to_string(), "plain".to_string()]];
    bridge.write_table(vec!["a".into(), "b".into()], formula, to.clone()).unwrap();
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "a,b\r\n'=1+1,plain\r\n");
}

#[test]
fn a_run_is_shown_with_all_that_it_spawned() {
    let folder = tempfile::tempdir().unwrap();
    let bridge = demonstration(folder.path());
    let runs = bridge.runs(None).unwrap();
    let largest = &runs[0];
    assert!(largest.runs > 1, "something was spawned: {largest:?}");
    let tree = bridge.run_tree(largest.id.clone()).unwrap();
    assert_eq!(
        (tree.asked, tree.runs.id.len(), tree.calls.id.len()),
        (0, largest.runs as usize, largest.calls as usize)
    );
    for (at, parent) in tree.runs.parent.iter().enumerate().skip(1) {
        let parent = usize::try_from(*parent).unwrap();
        assert!(parent < at, "after its parent");
        assert_eq!(tree.runs.depth[at], tree.runs.depth[parent] + 1);
    }
    let own: Vec<u32> = (0..tree.runs.id.len())
        .map(|at| tree.calls.run.iter().filter(|run| **run as usize == at).count() as u32)
        .collect();
    assert_eq!(own, tree.runs.calls);
    // Asked for a run in the middle, the same tree is shown.
    let last = tree.runs.id.last().unwrap().clone();
    let again = bridge.run_tree(last).unwrap();
    assert_eq!((again.asked as usize, &again.runs), (tree.runs.id.len() - 1, &tree.runs));
    assert_eq!(bridge.run_tree("no-such-run".into()).unwrap_err().code, "no_run");
    let found = bridge.runs(Some(largest.id[..6].to_uppercase())).unwrap();
    assert!(found.iter().any(|r| r.id == largest.id));
}
