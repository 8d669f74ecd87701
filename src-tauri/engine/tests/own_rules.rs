//! Rules of the reviewer's own: what they find, what they must have, and what a hostile one cannot do.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis;
use behalf_engine::case::{Case, verify};
use behalf_engine::model::deed::OwnRule;
use behalf_engine::model::{Deed, EdgeError, Time};
use behalf_engine::review::{self, Wanted};
use behalf_engine::rules;
use fixtures::{answers, fernhill, findings};

const NIGHT: &str = "SELECT agent_shown || ' at night' AS cause, source || '/' || id AS instance, event, agent_shown AS agent,
  2 AS impact, 0 AS rated, 'possible' AS confidence, action || ' between midnight and ' || CAST(:until AS INTEGER) AS sentence
FROM v1_calls
WHERE kind = 'call' AND agent_shown IS NOT NULL AND (time / 3600000000) % 24 < :until";

fn rule(id: &str, sql: &str) -> String {
    format!(
        r#"id = "{id}"
version = 1
family = "X"
title = "Agent call at night"
condition = "an agent acts between midnight and the hour given, UTC"
criteria = ["ATTR-4"]
effect = "Nobody is at work to see it."
recommendation = "Ask the agent's owner what runs then."
failure = 2
population = "agent_calls"
against = ["agents may be meant to work at night"]
sql = '''
{sql}
'''

[parameters.until]
default = 12
says = "hour, UTC, before which it is night"
unit = "hours"
least = 1
most = 24
whole = true

[[must]]
says = "three in the morning"
[must.rows]
v1_calls = [{{ event = 1, id = "a", source = "s", kind = "call", agent_shown = "helper", action = "x", time = 10800000000 }}]

[[must_not]]
says = "noon"
[must_not.rows]
v1_calls = [{{ event = 1, id = "a", source = "s", kind = "call", agent_shown = "helper", action = "x", time = 43200000000 }}]
"#
    )
}

fn add(text: String) -> Wanted {
    Wanted::RuleAdd { text, reason: String::new() }
}

fn refused(case: &Case, text: String) -> EdgeError {
    review::decide(case, Time(0), "A. Reviewer", &add(text), &()).unwrap_err().into()
}

#[test]
fn an_own_rule_runs_as_the_others_do_and_goes_with_its_removal() {
    let given = fernhill();
    let case = &given.case;
    let before = answers(case);
    let decided = review::decide(case, Time(0), "A. Reviewer", &add(rule("X-NIGHT", NIGHT)), &()).unwrap();
    assert_eq!(decided.warnings, Vec::<String>::new());
    let found: Vec<_> = findings(case).into_iter().filter(|f| f.row.rule == "X-NIGHT").collect();
    assert!(!found.is_empty());
    assert_eq!((found[0].row.family.as_str(), found[0].row.title.as_str()), ("X", "Agent call at night"));
    // The text is in the log, with its hash, and under the policy.
    let Deed::RuleAdd(own) = &case.acts().unwrap()[0].deed else { panic!("no rule was added") };
    assert_eq!((own.id.as_str(), own.sha256.len()), ("X-NIGHT", 64));
    let calls: u32 = found.iter().map(|f| f.row.calls).sum();
    let set = [("X-NIGHT.until".to_string(), Some(24.0))].into();
    let wanted = Wanted::Policy { set, reason: "all day".into() };
    review::decide(case, Time(0), "A. Reviewer", &wanted, &()).unwrap();
    let all: u32 = findings(case).iter().filter(|f| f.row.rule == "X-NIGHT").map(|f| f.row.calls).sum();
    assert!(all > calls, "{all} of {calls}");
    let wanted = Wanted::RuleRemove { id: "x-night".into(), reason: "of no use".into() };
    review::decide(case, Time(0), "A. Reviewer", &wanted, &()).unwrap();
    before.agree(&answers(case), "after the rule was removed");
}

#[test]
fn an_own_rule_is_held_to_what_shipped_ones_are() {
    let given = fernhill();
    let case = &given.case;
    let whole = rule("X-NIGHT", NIGHT);
    let cut = |from: &str| whole[..whole.find(from).unwrap()].to_string();
    for (text, says) in [
        (rule("AG-01", NIGHT), "the id of a rule of one's own is X-"),
        (rule("X-night", NIGHT), "capitals"),
        (cut("[[must_not]]"), "no example that must not fire"),
        (
            whole.replace("[[must]]", "[[must_not]]").replace("[must.rows]", "[must_not.rows]"),
            "no example that must fire",
        ),
        (
            whole.replace("time = 10800000000", "time = 43200000000"),
            "its own examples do not hold: three in the morning",
        ),
        (whole.replace("ATTR-4", "ATTR-99"), "no sub-type ATTR-99"),
        (whole.replace("family = \"X\"", "family = \"AG\""), "family"),
        (whole.replace("Agent call at night", "Unauthorized agent call"), "accuses"),
        (whole.replace("default = 12", "default = 40"), "does not take its own default"),
        (whole.replace("failure = 2", "failure = 2\nsurprise = 1"), "unknown field"),
        (rule("X-1", "SELECT 1 AS cause"), "`cause` and `instance` are required"),
        (rule("X-1", "SELEKT"), "its SQL does not run"),
    ] {
        let error = refused(case, text);
        assert!(error.message.contains(says), "{} should say {says}", error.message);
    }
    assert_eq!(case.acts().unwrap(), []);
    review::decide(case, Time(0), "A. Reviewer", &add(whole.clone()), &()).unwrap();
    assert_eq!(refused(case, whole).code, "already_so");
    let wanted = Wanted::RuleRemove { id: "AG-01".into(), reason: "noise".into() };
    let error: EdgeError = review::record(case, Time(0), "A. Reviewer", &wanted).unwrap_err().into();
    assert_eq!(error.code, "shipped_rule");
}

#[test]
fn sql_that_only_runs_here_is_a_warning() {
    let text =
        rule("X-1", &NIGHT.replace("agent_shown IS NOT NULL", "agent_shown IS NOT NULL AND agent_shown GLOB '*'"));
    let read = rules::own("night.toml", &text).unwrap();
    assert!(read.warnings.iter().all(|w| w.contains("does not parse")), "{:?}", read.warnings);
}

/// Each statement, with a word of why it is refused or stopped.
const HOSTILE: [(&str, &str); 26] = [
    ("DELETE FROM events", "it may not write"),
    ("INSERT INTO acts VALUES (1, 1, 'x', 'x', 'x', 'x', 'x')", "it may not"),
    ("UPDATE meta SET value = ''", "it may not"),
    ("DROP VIEW v1_calls", "it may not"),
    ("CREATE TABLE x (a)", "it may not"),
    ("ATTACH DATABASE '/tmp/x.db' AS y", "attach another database"),
    ("PRAGMA user_version = 9", "PRAGMA user_version"),
    ("PRAGMA writable_schema = 1", "PRAGMA writable_schema"),
    ("VACUUM INTO '/tmp/x.db'", ""),
    ("BEGIN", "transaction"),
    ("COMMIT", "transaction"),
    ("SELECT load_extension('x') AS cause, '' AS instance", "call load_extension"),
    ("SELECT key AS cause, value AS instance FROM meta", "read meta"),
    ("SELECT who AS cause, body AS instance FROM acts", "read acts"),
    ("SELECT count(*) AS cause, 1 AS instance FROM acts", "read acts"),
    ("SELECT path AS cause, sha256 AS instance FROM files", "read files"),
    ("SELECT name AS cause, sql AS instance FROM sqlite_schema", "read sqlite_"),
    ("SELECT name AS cause, type AS instance FROM pragma_table_info('acts')", "read pragma_table_info"),
    ("WITH v1_x AS (SELECT body FROM acts) SELECT body AS cause, 1 AS instance FROM v1_x", "name of a documented view"),
    (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS cause, i AS instance FROM n",
        "recurse",
    ),
    ("SELECT zeroblob(2000000000) AS cause, 1 AS instance", "too large"),
    ("SELECT printf('%.*c', 900000000, 'x') AS cause, 1 AS instance", "too large"),
    ("SELECT random() AS cause, 1 AS instance", "call random"),
    ("SELECT datetime('now') AS cause, 1 AS instance", "reads the clock"),
    ("SELECT 1 AS cause, 1 AS instance; SELECT 2", "one SELECT"),
    (
        "WITH t(i) AS (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) SELECT count(*) AS cause, 1 AS instance
         FROM t a, t b, t c, t d, t e, t f, t g, t h, t i, t j",
        "longer than its budget",
    ),
];

#[test]
fn a_hostile_rule_is_refused_or_stopped_and_the_case_is_unharmed() {
    let given = fernhill();
    let case = &given.case;
    let before = answers(case);
    for (sql, says) in HOSTILE {
        let error = refused(case, rule("X-EVIL", sql));
        assert!(error.message.contains(says), "{sql}: {}", error.message);
        assert!(error.message.contains("X-EVIL"), "{sql}: {}", error.message);
    }
    assert_eq!(case.acts().unwrap(), []);
    assert_eq!(verify(case).unwrap().problems, Vec::<String>::new());
    analysis::analyze(case, &()).unwrap();
    before.agree(&answers(case), "after hostile rules");
    assert!(!std::path::Path::new("/tmp/x.db").exists());
}

/// A rule that behaves in its examples and not in the case: it could have been put into the log by other hands.
#[test]
fn a_rule_that_cannot_run_in_an_analysis_takes_nothing_from_the_others() {
    let given = fernhill();
    let case = &given.case;
    let before = answers(case);
    for (n, (sql, says)) in HOSTILE.into_iter().enumerate().filter(|(_, (sql, _))| !sql.contains("'now'")) {
        let id = format!("X-{n}");
        let own = OwnRule { text: rule(&id, sql), id, sha256: String::new(), reason: String::new() };
        let act = review::append(case, Time(0), "somebody", Deed::RuleAdd(own)).unwrap();
        // The budget of an analysis is too long to wait for here; examples have shown it.
        if says.contains("budget") {
            let undo = behalf_engine::model::deed::Undo { undone: act.seq, reason: "long".into() };
            review::append(case, Time(0), "somebody", Deed::Undo(undo)).unwrap();
        }
    }
    let own = OwnRule { id: "X-BAD".into(), text: "id = ".into(), sha256: String::new(), reason: String::new() };
    review::append(case, Time(0), "somebody", Deed::RuleAdd(own)).unwrap();
    let analysis = analysis::analyze(case, &()).unwrap();
    before.agree(&answers(case), "with rules that cannot run");
    let not_run = case.rules_not_run().unwrap();
    assert_eq!(not_run.len(), HOSTILE.len() - 1, "{not_run:#?}");
    assert!(analysis.notes.iter().any(|note| note.contains("X-BAD of the reviewer's own did not run")));
    assert_eq!(verify(case).unwrap().problems, Vec::<String>::new());
    assert_eq!(review::check(case).unwrap(), Vec::<String>::new());
}

#[test]
fn every_documented_view_can_be_read_by_an_own_rule() {
    let given = fernhill();
    let mut query = given.case.database().prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").unwrap();
    let views: Vec<String> = query.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(views.len() > 20);
    let derived = given.case.derive().unwrap();
    for view in views {
        let sql = format!("WITH own AS (SELECT * FROM {view}) SELECT count(*) FROM own, (SELECT * FROM {view})");
        let (read, why) = derived.views_only(10_000_000, |db| db.query_row(&sql, [], |r| r.get::<_, i64>(0))).unwrap();
        assert_eq!((read.is_ok(), why), (true, None), "{view}: {read:?}");
    }
}
