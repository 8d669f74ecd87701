//! The catalogue of rules held to the design's table: failure, ceilings, populations, design facts, controls, and what an
//! instance is.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use behalf_engine::model::Severity;
use behalf_engine::rules::{Rule, Strength, TestedPopulation, catalogue, controls, criteria};

/// What an instance of a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Call,
    AgentAndTool,
    Run,
    RunAndTool,
    Source,
    Principal,
    Token,
    Agent,
}

/// Whether what the rule tells is how the system is built, rather than what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Design {
    Never,
    Partly,
    Always,
}

use Design::{Always, Never, Partly};
use Of::{Agent, AgentAndTool, Call, Principal, Run, RunAndTool, Source, Token};
use TestedPopulation::{AgentCalls, None as Nothing, TokenCalls};

type Line = (&'static str, u8, Option<Severity>, TestedPopulation, Design, Of, &'static [&'static str]);

const MEDIUM: Option<Severity> = Some(Severity::Medium);

/// DESIGN section 8, line by line: rule, failure F, ceiling, population, design fact, instance, sub-types. F where the design
/// leaves it to the rubric: the line of the rubric that fits.
const TABLE: [Line; 45] = [
    ("AG-01", 4, None, AgentCalls, Partly, Call, &["ATTR-4", "ATTR-5"]),
    ("AG-02", 4, None, AgentCalls, Never, Call, &["ATTR-1"]),
    ("AG-03", 4, None, AgentCalls, Never, Call, &["ATTR-2"]),
    ("AG-04", 3, None, AgentCalls, Never, Call, &["ATTR-3"]),
    ("AG-05", 3, None, AgentCalls, Never, Call, &["ATTR-3"]),
    ("AG-06", 2, None, AgentCalls, Never, Call, &["ROBOT-1"]),
    ("AG-07", 1, None, AgentCalls, Always, AgentAndTool, &["ATTR-4"]),
    // Runs, spans and sources are no share of calls.
    ("AG-08", 2, None, Nothing, Never, Run, &["ATTR-6"]),
    ("AG-09", 3, None, Nothing, Never, RunAndTool, &["ATTR-5"]),
    ("AG-10", 3, MEDIUM, Nothing, Never, Source, &["ATTR-7"]),
    ("AG-11", 1, None, Nothing, Always, AgentAndTool, &["ATTR-5"]),
    ("RU-01", 3, None, Nothing, Never, Principal, &["ROBOT-2"]),
    ("RU-02", 3, None, Nothing, Never, Principal, &["ROBOT-2"]),
    ("RU-03", 3, None, Nothing, Never, Principal, &["ROBOT-6"]),
    ("RU-04", 2, MEDIUM, Nothing, Never, Principal, &["ROBOT-2"]),
    ("RU-05", 2, Some(Severity::Low), Nothing, Always, Principal, &["ROBOT-2"]),
    ("RU-06", 2, None, Nothing, Never, Principal, &["ROBOT-3"]),
    ("RU-07", 3, None, Nothing, Never, Principal, &["ROBOT-3"]),
    ("RU-08", 4, None, Nothing, Never, Principal, &["ROBOT-5"]),
    ("RU-09", 3, None, Nothing, Never, Principal, &["ROBOT-4"]),
    ("RU-10", 3, None, Nothing, Never, Principal, &["ROBOT-6"]),
    ("AZ-01", 4, None, AgentCalls, Never, Call, &["AUTHZ-2"]),
    ("AZ-02", 3, None, AgentCalls, Partly, Call, &["AUTHZ-1"]),
    ("AZ-03", 3, None, TokenCalls, Never, Call, &["AUTHZ-3"]),
    ("AZ-04", 3, None, TokenCalls, Never, Call, &["AUTHZ-4"]),
    ("AZ-05", 4, None, TokenCalls, Never, Call, &["AUTHZ-5"]),
    ("AZ-06", 3, None, TokenCalls, Never, Call, &["AUTHZ-6"]),
    ("AZ-07", 4, None, AgentCalls, Never, Call, &["AUTHZ-1"]),
    ("AZ-08", 3, None, AgentCalls, Never, Call, &["AUTHZ-2"]),
    ("AZ-09", 2, None, AgentCalls, Never, Call, &["AUTHZ-7"]),
    ("AZ-10", 4, None, AgentCalls, Never, Call, &["AUTHZ-8"]),
    ("AZ-11", 3, None, Nothing, Never, Token, &["AUTHZ-3"]),
    ("AZ-12", 3, None, AgentCalls, Never, Call, &["AUTHZ-8"]),
    ("AZ-13", 3, None, AgentCalls, Never, AgentAndTool, &["AUTHZ-3"]),
    ("AZ-14", 2, None, AgentCalls, Never, AgentAndTool, &["AUTHZ-7"]),
    ("AP-01", 4, None, AgentCalls, Never, Call, &["AUTHZ-9"]),
    ("AP-02", 4, None, AgentCalls, Never, Call, &["AUTHZ-9"]),
    ("AP-03", 4, None, AgentCalls, Never, Call, &["AUTHZ-9"]),
    ("TK-01", 2, None, Nothing, Never, Token, &["AUTHZ-5"]),
    ("TK-02", 2, None, Nothing, Partly, Token, &["AUTHZ-6"]),
    ("TK-03", 2, None, Nothing, Never, Token, &["AUTHZ-3"]),
    ("TK-04", 3, None, Nothing, Never, Agent, &["AUTHZ-6"]),
    ("TK-05", 3, None, Nothing, Never, Token, &["AUTHZ-6"]),
    ("PT-01", 1, None, Nothing, Always, AgentAndTool, &["AUTHZ-1"]),
    ("IN-01", 3, None, AgentCalls, Never, Call, &["AUTHZ-1"]),
];

/// UN-01 stands alone: one line more than the table of 45.
const LAST: Line = ("UN-01", 2, None, Nothing, Never, Agent, &["ROBOT-2"]);

fn lines() -> impl Iterator<Item = Line> {
    TABLE.into_iter().chain([LAST])
}

fn rule(id: &str) -> &'static Rule {
    catalogue().iter().find(|r| r.id == id).unwrap()
}

/// The expression that a rule's SQL selects as a column, in each of its parts.
fn selected(rule: &Rule, column: &str) -> Vec<String> {
    let flat = rule.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = Vec::new();
    for part in flat.split(" UNION ALL ") {
        // `SELECT a, b AS x, c`: a comma at the outermost level ends a column.
        let list = part.trim_start_matches("SELECT ").split(" FROM v1_").next().unwrap_or_default();
        let (mut depth, mut start, mut columns) = (0i32, 0, Vec::new());
        for (at, c) in list.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    columns.push(&list[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        columns.push(&list[start..]);
        let suffix = format!(" AS {column}");
        out.extend(
            columns.iter().map(|c| c.trim()).filter_map(|c| {
                if c == column { Some(c.to_string()) } else { c.strip_suffix(&suffix).map(String::from) }
            }),
        );
    }
    out
}

#[test]
fn every_rule_of_the_design_is_there_and_no_other() {
    let there: BTreeSet<&str> = catalogue().iter().map(|r| r.id.as_str()).collect();
    assert_eq!(there, lines().map(|l| l.0).collect());
}

#[test]
fn failure_ceiling_population_and_controls_are_the_designs() {
    for (id, failure, at_most, population, _, _, sub_types) in lines() {
        let r = rule(id);
        assert_eq!((r.failure, r.at_most, r.population), (failure, at_most, population), "{id}");
        assert_eq!(r.criteria, sub_types, "{id}");
        assert!(!r.against.is_empty(), "{id}: nothing is to be weighed against it");
    }
}

#[test]
fn design_facts_are_the_designs() {
    for (id, _, _, _, design, _, _) in lines() {
        let told: BTreeSet<String> = selected(rule(id), "design").into_iter().collect();
        let is = match told.iter().next().map(String::as_str) {
            None => Never,
            Some("1") => Always,
            Some(_) => Partly,
        };
        assert_eq!(is, design, "{id}: {told:?}");
    }
}

#[test]
fn an_instance_is_what_the_design_says() {
    for (id, _, _, _, _, of, _) in lines() {
        let r = rule(id);
        let keys = selected(r, "instance");
        assert!(!keys.is_empty(), "{id}");
        for key in &keys {
            let fits = match of {
                Call => key == "instance" || key == "c.instance",
                AgentAndTool => key.contains("agent") && key.contains("' x '"),
                RunAndTool => key.contains("run") && key.contains("' x ' || tool"),
                Run => key == "run",
                // RU-04 tells of a source that the directory does not cover, instead of its accounts.
                Source => key.starts_with("source"),
                Principal => key.contains("login") || key == "principal" || (id == "RU-04" && key == "source"),
                Token => key == "token",
                Agent => key == "agent" || key == "w.wielder",
            };
            assert!(fits, "{id}: {key}");
        }
        let has = |column: &str| !selected(r, column).is_empty();
        assert_eq!(has("principal"), of == Principal, "{id}: subject.principal");
        let of_token =
            id.starts_with("TK-") && of == Token || matches!(id, "AZ-03" | "AZ-04" | "AZ-05" | "AZ-06" | "AZ-11");
        assert_eq!(has("token"), of_token, "{id}: subject.token");
        if of == Call {
            assert!(has("event") && has("run") && has("agent") && has("tool") && has("person"), "{id}");
        }
    }
}

#[test]
fn effects_that_were_denied_are_told_apart_wherever_a_call_is_an_instance() {
    for (id, _, _, _, _, of, _) in lines().filter(|l| l.5 == Call) {
        let denied = selected(rule(id), "denied");
        assert_eq!(denied.len(), 1, "{id} {of:?}");
    }
}

#[test]
fn stakes_are_the_records_own() {
    for (id, ..) in lines() {
        let rated: BTreeSet<String> = selected(rule(id), "rated").into_iter().collect();
        assert!(!rated.is_empty() && !selected(rule(id), "impact").is_empty(), "{id}");
        let fixed = rated.iter().any(|r| r.parse::<u8>().is_ok());
        // A hole has no stakes; a directory that does not cover a source is no effect.
        assert_eq!(fixed, matches!(id, "AG-10" | "RU-04"), "{id}: {rated:?}");
    }
}

/// What is weak by nature never tells of more than it carries.
#[test]
fn ceilings_inside_of_rules_hold() {
    let at_most = |id: &str| selected(rule(id), "at_most").join(" ");
    for (id, word) in [
        ("RU-01", "low"),
        ("RU-02", "low"),
        ("RU-06", "medium"),
        ("RU-07", "low"),
        ("RU-10", "medium"),
        ("AZ-01", "high"),
        ("AZ-08", "high"),
        ("AP-01", "high"),
        ("AP-03", "medium"),
        ("IN-01", "medium"),
        ("UN-01", "medium"),
    ] {
        assert!(at_most(id).contains(&format!("'{word}'")), "{id}: {}", at_most(id));
    }
    for id in ["RU-05", "RU-06", "TK-04"] {
        assert!(selected(rule(id), "confidence").iter().any(|c| c == "'possible'"), "{id}");
    }
    // Causation is never determined.
    assert!(!selected(rule("IN-01"), "confidence").join(" ").contains("confirmed"));
}

/// Compliance reference A.5: what is proposed first for each sub-type.
const FIRST: [(&str, &[&str]); 22] = [
    ("ATTR-1", &["IA-2", "AU-3"]),
    ("ATTR-2", &["AU-12(1)", "AU-6(3)", "AU-3(1)"]),
    ("ATTR-3", &["IA-2(5)", "AC-2(9)"]),
    ("ATTR-4", &["IA-2", "AU-10"]),
    ("ATTR-5", &["AU-2", "AU-12"]),
    ("ATTR-6", &["AU-8"]),
    ("ATTR-7", &["AU-9", "AU-11"]),
    ("ROBOT-1", &["IA-2", "IA-5", "AC-2"]),
    ("ROBOT-2", &["IA-2(5)", "AC-2(9)", "AC-2(12)"]),
    ("ROBOT-3", &["IA-2(5)", "AC-2(9)", "AC-2(12)"]),
    ("ROBOT-4", &["AC-2(11)", "IA-5"]),
    ("ROBOT-5", &["AC-2(3)", "PS-4"]),
    ("ROBOT-6", &["IA-2", "AC-2(9)", "AC-3"]),
    ("AUTHZ-1", &["AC-3", "AC-6", "AC-6(8)", "8.3.3"]),
    ("AUTHZ-2", &["AC-3", "AC-6"]),
    ("AUTHZ-3", &["AC-6", "AC-3", "10.3.2"]),
    ("AUTHZ-4", &["IA-13(3)", "9.2.3"]),
    ("AUTHZ-5", &["IA-13(3)", "AC-12", "9.2.1"]),
    ("AUTHZ-6", &["IA-13(3)", "SC-23(3)", "IA-2(8)", "10.3.5"]),
    ("AUTHZ-7", &["AU-2", "AC-24"]),
    ("AUTHZ-8", &["AC-3(8)", "AC-24", "8.3.2"]),
    ("AUTHZ-9", &["AC-5"]),
];

#[test]
fn first_choices_are_those_of_the_reference_and_every_control_says_when_it_applies() {
    for (sub_type, clauses) in FIRST {
        let proposed = criteria(sub_type);
        for clause in clauses {
            let found = proposed.iter().find(|c| c.control.clause == *clause);
            assert!(found.is_some_and(|c| c.first_choice), "{sub_type}: {clause} is not proposed first");
        }
        // What is context alone is never a criterion by itself.
        assert!(
            proposed.iter().filter(|c| c.first_choice).all(|c| c.control.strength != Strength::Context),
            "{sub_type}"
        );
    }
    for control in controls().unwrap() {
        assert!(!control.precondition.trim().is_empty(), "{} {}", control.framework, control.clause);
    }
}
