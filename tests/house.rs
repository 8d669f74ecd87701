//! The order of the house, held: who may name whom, who holds SQL, who prints, how long a file grows.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Data flows one way; a room may name `model` and rooms to its left.
const CORRIDOR: [&str; 11] =
    ["read", "sources", "case", "identity", "lineage", "attribution", "rules", "analysis", "review", "ask", "report"];

/// Beyond this a file needs a reason.
const LONG: usize = 500;
const LONG_WITH_REASON: [(&str, &str); 5] = [
    ("src-tauri/engine/case/query.rs", "the typed reads, one short function each"),
    ("src-tauri/engine/case/write.rs", "the one ordered writer and what it interns"),
    ("xtask/fixtures/", "a company's month told as data"),
    ("src-tauri/engine/report/", "a report's sections, told in order"),
    ("tests/command.rs", "the contract of the command line, one command after another"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files under a folder, sorted, with their text.
fn files(under: &str) -> Vec<(String, String)> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(under), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no Rust under {under}");
    paths
        .into_iter()
        .map(|p| {
            (p.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&p).unwrap())
        })
        .collect()
}

/// Without tests and comments: a test may look anywhere.
fn shipped(name: &str, text: &str) -> String {
    if name.contains("/tests") || name.contains("/sample") {
        return String::new();
    }
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room_of(name: &str) -> &str {
    name.trim_start_matches("src-tauri/engine/").split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn a_room_names_only_rooms_to_its_left() {
    let direct = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let grouped = Regex::new(r"(?s)\bcrate::\{(.*?)\};").unwrap();
    let head = Regex::new(r"^\s*([a-z_]+)").unwrap();
    let place = |room: &str| CORRIDOR.iter().position(|r| *r == room);
    let mut broken = Vec::new();
    for (name, text) in files("src-tauri/engine") {
        let room = room_of(&name);
        if room == "lib" {
            continue;
        }
        let text = shipped(&name, &text);
        let mut named: BTreeSet<String> = direct.captures_iter(&text).map(|c| c[1].to_string()).collect();
        for group in grouped.captures_iter(&text) {
            // Only what stands at the first level of the braces names a room.
            let mut depth = 0;
            let top: String = group[1]
                .chars()
                .filter(|c| {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                })
                .collect();
            named.extend(top.split(',').filter_map(|part| head.captures(part).map(|c| c[1].to_string())));
        }
        for other in named {
            let allowed = other == room
                || other == "model" && room != "model"
                || matches!((place(&other), place(room)), (Some(left), Some(here)) if left < here);
            if !allowed {
                broken.push(format!("{name} names crate::{other}"));
            }
        }
    }
    assert!(broken.is_empty(), "against the one-way order of the house:\n{}", broken.join("\n"));
}

#[test]
fn only_the_case_and_the_rules_hold_sql() {
    let sql = Regex::new(
        r#""\s*(SELECT\s.+\sFROM|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|VIEW|INDEX)|PRAGMA )"#,
    )
    .unwrap();
    let mut broken = Vec::new();
    for folder in ["src-tauri/engine", "src-tauri/bridge", "src-tauri/cli", "src-tauri/desktop"] {
        for (name, text) in files(folder) {
            if matches!(room_of(&name), "case" | "rules") {
                continue;
            }
            let text = shipped(&name, &text);
            if let Some(found) = sql.find(&text) {
                broken.push(format!("{name}: {}", found.as_str()));
            }
            if text.contains("rusqlite") {
                broken.push(format!("{name} names rusqlite"));
            }
        }
    }
    assert!(broken.is_empty(), "SQL outside the case and the rules:\n{}", broken.join("\n"));
}

#[test]
fn only_the_desktop_names_tauri_and_nothing_names_the_hosts() {
    let mut broken = Vec::new();
    for folder in ["src-tauri/engine", "src-tauri/bridge", "src-tauri/cli", "xtask"] {
        for (name, text) in files(folder) {
            let text = shipped(&name, &text);
            if text.contains("tauri::") || text.contains("use tauri") {
                broken.push(format!("{name} names tauri"));
            }
            if folder == "src-tauri/engine" && text.contains("behalf_app") {
                broken.push(format!("{name} names the application"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let print = Regex::new(r"\be?print(ln)?!|\bdbg!").unwrap();
    let mut broken = Vec::new();
    for folder in ["src-tauri/engine", "src-tauri/bridge", "src-tauri/desktop"] {
        for (name, text) in files(folder) {
            // One line to say why there is no window, where there is nothing else to say it with.
            if name == "src-tauri/desktop/start.rs" {
                continue;
            }
            if print.is_match(&shipped(&name, &text)) {
                broken.push(name);
            }
        }
    }
    assert!(broken.is_empty(), "printing outside the command line:\n{}", broken.join("\n"));
}

#[test]
fn a_long_file_has_a_reason() {
    let mut long = Vec::new();
    for folder in ["src-tauri", "xtask", "tests"] {
        for (name, text) in files(folder) {
            let lines = text.lines().count();
            if lines > LONG && !LONG_WITH_REASON.iter().any(|(known, _)| name.starts_with(known)) {
                long.push(format!("{name}: {lines} lines"));
            }
        }
    }
    assert!(long.is_empty(), "longer than {LONG} lines, without a reason in tests/house.rs:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_called_manager_helper_or_util() {
    let named: Vec<String> = ["src-tauri", "xtask"]
        .iter()
        .flat_map(|f| files(f))
        .map(|(name, _)| name)
        .filter(|n| {
            ["manager", "helper", "util", "common"]
                .iter()
                .any(|word| n.rsplit('/').next().unwrap_or_default().contains(word))
        })
        .collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn every_source_is_told_in_full_and_the_page_of_sources_is_fresh() {
    let fresh = xtask::sources::check().map_err(|why| why.to_string());
    assert_eq!(fresh, Ok(()));
}
