//! The reports of one invented case, word for word, and what must hold for every case.

use super::sample::fernhill;
use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::path::PathBuf;

fn here(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Formats that are text; the workbook has tests of its own.
const TEXTS: [Format; 6] = [Format::Html, Format::Csv, Format::Json, Format::Oscal, Format::Ocsf, Format::Issues];

fn text_of(view: &FrozenView, format: Format) -> String {
    String::from_utf8(write(view, format).unwrap()).unwrap()
}

fn golden(format: Format) -> PathBuf {
    here("report/golden").join(format!("fernhill.{}", format.extension()))
}

#[test]
fn reports_are_as_they_were_read_and_approved() {
    for format in TEXTS {
        let kept = std::fs::read(golden(format)).unwrap();
        let now = write(&fernhill(), format).unwrap();
        assert!(
            kept == now,
            "the {} report changed: read it, then `cargo test -p behalf-engine bless_reports -- --ignored`",
            format.extension()
        );
    }
}

#[test]
#[ignore = "writes the golden files; run it after reading what changed"]
fn bless_reports() {
    for format in TEXTS {
        std::fs::write(golden(format), write(&fernhill(), format).unwrap()).unwrap();
    }
}

#[test]
fn formats_are_known_by_their_ending() {
    for (name, format) in [
        ("a.html", Format::Html),
        ("A.CSV", Format::Csv),
        ("x/y.z.json", Format::Json),
        ("a.xlsx", Format::Xlsx),
        ("a.oscal.json", Format::Oscal),
        ("A.OCSF.NDJSON", Format::Ocsf),
        ("a.b.issues.csv", Format::Issues),
        ("aoscal.json", Format::Json),
    ] {
        assert_eq!(Format::from_path(Path::new(name)).unwrap(), format);
    }
    for name in ["a.docx", "a", "", "html", "a.ndjson", "json"] {
        let said = Format::from_path(Path::new(name)).unwrap_err().to_string();
        assert!(said.contains(".html") && said.contains(".csv") && said.contains(".json"), "{said}");
    }
}

/// Text of every string of the view replaced or extended, through its own JSON form.
fn with_text(format: Format, payload: &str) -> String {
    let mut view = fernhill();
    poison(&mut view, payload);
    text_of(&view, format)
}

/// The report without the two elements that depend on the characters of a value.
fn without_breaks(html: &str) -> String {
    ["<wbr>", "<code>", "</code>"].iter().fold(html.to_owned(), |html, mark| html.replace(mark, ""))
}

/// Puts a payload into every text field. Closed words (grade, severity) are extended too: a report must survive them.
fn poison(view: &mut FrozenView, payload: &str) {
    fn add(text: &mut String, payload: &str) {
        *text = format!("{payload}{text}");
    }
    fn add_some(text: &mut Option<String>, payload: &str) {
        add(text.get_or_insert_default(), payload);
    }
    let p = payload;
    for text in [
        &mut view.case_name,
        &mut view.prepared_at,
        &mut view.behalf_version,
        &mut view.controls_version,
        &mut view.rules_hash,
    ] {
        add(text, p);
    }
    for text in
        [&mut view.entity, &mut view.report_version, &mut view.prepared_by, &mut view.marking, &mut view.review_head]
    {
        add_some(text, p);
    }
    let scope = &mut view.scope;
    [&mut scope.objective, &mut scope.from, &mut scope.to].into_iter().for_each(|t| add_some(t, p));
    scope.systems.iter_mut().chain(&mut scope.agents).chain(&mut scope.exclusions).for_each(|t| add(t, p));
    for c in &mut scope.confirmed_criteria {
        add(&mut c.confirmed_by, p);
        add(&mut c.framework, p);
        add(&mut c.clause, p);
    }
    view.not_tested.iter_mut().chain(&mut view.overview.cautions).for_each(|t| add(t, p));
    view.policy.push(p.to_string());
    for r in &mut view.rules {
        [&mut r.id, &mut r.version, &mut r.title, &mut r.family, &mut r.tested_what]
            .into_iter()
            .for_each(|t| add(t, p));
        add_some(&mut r.why_not, p);
        r.parameters.iter_mut().for_each(|t| add(t, p));
    }
    let o = &mut view.overview;
    [&mut o.first, &mut o.last].into_iter().for_each(|t| add_some(t, p));
    o.findings_by_severity.iter_mut().for_each(|c| add(&mut c.severity, p));
    o.days.iter_mut().for_each(|d| add(&mut d.day, p));
    for cell in &mut o.patterns {
        [&mut cell.agent, &mut cell.tool, &mut cell.pattern].into_iter().for_each(|t| add(t, p));
    }
    for c in &mut view.coverage.by_source {
        add(&mut c.source, p);
        [&mut c.first, &mut c.last].into_iter().for_each(|t| add_some(t, p));
    }
    for r in &mut view.coverage.by_refusal {
        [&mut r.refusal, &mut r.words, &mut r.settled_by].into_iter().for_each(|t| add(t, p));
    }
    for f in &mut view.files {
        [&mut f.path, &mut f.format, &mut f.why, &mut f.sha256, &mut f.imported_at].into_iter().for_each(|t| add(t, p));
        [&mut f.first, &mut f.last].into_iter().for_each(|t| add_some(t, p));
    }
    add(&mut view.reconciliation.sentence, p);
    for l in &mut view.losses {
        [&mut l.code, &mut l.severity, &mut l.help, &mut l.file].into_iter().for_each(|t| add(t, p));
        l.places.iter_mut().for_each(|place| add(&mut place.detail, p));
    }
    let rows =
        view.findings.iter_mut().chain(&mut view.design_facts).chain(&mut view.known_exceptions).map(|f| &mut f.row);
    for row in rows.chain(&mut view.overview.worst) {
        [
            &mut row.id,
            &mut row.rule,
            &mut row.family,
            &mut row.severity,
            &mut row.confidence,
            &mut row.title,
            &mut row.cause,
        ]
        .into_iter()
        .for_each(|t| add(t, p));
        [&mut row.first, &mut row.last].into_iter().for_each(|t| add_some(t, p));
    }
    for f in view.findings.iter_mut().chain(&mut view.design_facts).chain(&mut view.known_exceptions) {
        for text in [
            &mut f.condition,
            &mut f.effect,
            &mut f.recommendation,
            &mut f.population,
            &mut f.severity_reason,
            &mut f.confidence_reason,
            &mut f.rule_version,
        ] {
            add(text, p);
        }
        f.against.iter_mut().for_each(|t| add(t, p));
        for c in &mut f.criteria {
            [&mut c.framework, &mut c.clause, &mut c.title, &mut c.demands, &mut c.strength, &mut c.precondition]
                .into_iter()
                .for_each(|t| add(t, p));
        }
        for i in &mut f.instances {
            [&mut i.id, &mut i.sentence].into_iter().for_each(|t| add(t, p));
            [&mut i.principal, &mut i.token, &mut i.run, &mut i.agent, &mut i.tool]
                .into_iter()
                .for_each(|t| add_some(t, p));
            i.events.iter_mut().for_each(|t| add(t, p));
        }
    }
    for e in &mut view.evidence {
        [&mut e.id, &mut e.source, &mut e.file, &mut e.file_sha256, &mut e.sha256].into_iter().for_each(|t| add(t, p));
    }
    for c in &mut view.calls {
        [&mut c.finding, &mut c.instance, &mut c.event, &mut c.source, &mut c.outcome, &mut c.basis]
            .into_iter()
            .for_each(|t| add(t, p));
        [&mut c.time, &mut c.action, &mut c.resource, &mut c.agent, &mut c.run]
            .into_iter()
            .for_each(|t| add_some(t, p));
    }
}

#[test]
fn nothing_from_an_export_runs() {
    let harmless = without_breaks(&with_text(Format::Html, "word"));
    for payload in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'onmouseover='alert(1)",
        "</style><script>",
        "]]><!--",
        "{{ 7 * 191 }}{% include 'x' %}",
        "\u{202e}gpj.exe",
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "\u{9b}31m",
        "\0",
        "\r\nSet-Cookie: x",
        "=HYPERLINK(\"http://x\")",
        "+1+cmd|' /C calc'!A0",
        "@SUM(1)",
        "-2+3",
        "\t=1",
    ] {
        let html = without_breaks(&with_text(Format::Html, payload));
        // The same markup as for a harmless word: not one element, attribute or template mark more.
        for mark in ["<", "\"", "'", "`", "{{", "{%"] {
            assert_eq!(html.matches(mark).count(), harmless.matches(mark).count(), "{mark} through {payload:?}");
        }
        assert!(!html.contains("1337"), "a template ran");
        assert!(!html.chars().any(|c| (c.is_control() && c != '\n') || text::is_deceptive(c)), "{payload:?}");

        let json = with_text(Format::Json, payload);
        assert!(!json.chars().any(|c| (c.is_control() && c != '\n') || text::is_deceptive(c) || "<>&".contains(c)));
        let parsed: Value = serde_json::from_str(&json).unwrap();
        assert!(parsed["view"]["case_name"].as_str().unwrap().starts_with(payload), "JSON keeps what was said");

        let table = with_text(Format::Csv, payload);
        assert!(!table.replace("\r\n", "").chars().any(|c| c.is_control() || text::is_deceptive(c)));
        for row in ::csv::Reader::from_reader(table.as_bytes()).records() {
            let row = row.unwrap();
            assert_eq!(row.len(), csv::COLUMNS.len());
            for field in &row {
                assert!(!field.trim_start_matches(['"', ' ']).starts_with(['=', '+', '-', '@']), "{field:?}");
            }
        }
    }
}

#[test]
fn the_html_stands_alone() {
    let html = text_of(&fernhill(), Format::Html);
    for out in ["http://", "https://", "src=", "@import", "url(http", "<script", "<link", "javascript:"] {
        assert!(!html.contains(out), "{out}");
    }
    assert!(html.contains("default-src 'none'"));
    assert!(html.contains("Page \" counter(page) \" of \" counter(pages)"));
    assert!(!html.contains("Fernhill Mutual&lt;") && html.contains("<h1>Fernhill Mutual</h1>"));
}

#[test]
fn links_lead_somewhere_and_ids_are_unique() {
    let html = text_of(&fernhill(), Format::Html);
    let ids = regex::Regex::new(r#" id="([^"]+)""#).unwrap();
    let ids: Vec<&str> = ids.captures_iter(&html).map(|c| c.get(1).unwrap().as_str()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    for link in regex::Regex::new(r##"href="#([^"]+)""##).unwrap().captures_iter(&html) {
        assert!(unique.contains(&link[1]), "{}", &link[1]);
    }
}

#[test]
fn people_are_named_at_grade_b_or_better_only() {
    for format in TEXTS {
        let report = text_of(&fernhill(), format);
        let lists_calls = matches!(format, Format::Html | Format::Csv | Format::Json);
        assert!(!lists_calls || without_breaks(&report).contains("lena.osei@fernhill.example"), "named at B");
        assert!(!report.contains("t.brandt") && !report.contains("Brandt"), "withheld at C, in {format:?}");
    }
    assert!(text_of(&fernhill(), Format::Html).contains("not named (grade C)"));
    // An account that is the subject of a finding stays an account.
    assert!(without_breaks(&text_of(&fernhill(), Format::Html)).contains("svc-claims@fernhill.example"));
    // One grade down, and the name goes everywhere.
    let mut view = fernhill();
    view.calls.iter_mut().filter(|c| c.recorded_initiator.is_some()).for_each(|c| c.grade = Some("D".to_owned()));
    for format in TEXTS {
        assert!(!text_of(&view, format).contains("lena.osei"));
    }
}

#[test]
fn the_id_follows_the_content() {
    let mut other = fernhill();
    assert_eq!(digest(&fernhill()).unwrap(), digest(&other).unwrap());
    other.findings[0].condition.push('.');
    assert_ne!(digest(&fernhill()).unwrap(), digest(&other).unwrap());
    let id = json::report_id(&digest(&fernhill()).unwrap());
    for format in TEXTS {
        assert!(text_of(&fernhill(), format).contains(&id));
    }
}

#[test]
fn an_empty_case_is_a_report_too() {
    let mut view = fernhill();
    view.findings.clear();
    view.design_facts.clear();
    view.evidence.clear();
    view.calls.clear();
    view.files.clear();
    view.losses.clear();
    view.rules.clear();
    view.scope = view::Scope::default();
    view.overview.days.clear();
    view.overview.worst.clear();
    view.overview.patterns.clear();
    view.overview.cautions.clear();
    (view.overview.first, view.overview.last) = (None, None);
    (view.entity, view.report_version, view.prepared_by, view.marking, view.review_head) =
        (None, None, None, None, None);
    let html = text_of(&view, Format::Html);
    assert!(html.contains("No exceptions found by these tests in this evidence."));
    assert_eq!(text_of(&view, Format::Csv).lines().count(), 1);
}

#[test]
fn what_is_not_printed_is_counted() {
    let mut view = fernhill();
    let many = view.calls.iter().find(|c| c.finding == "f-ag01-20d7").unwrap().clone();
    for n in 0..500 {
        view.calls.push(view::CallLine { event: format!("more-{n}"), ..many.clone() });
    }
    assert!(text_of(&view, Format::Html).contains("Not printed here: 454 calls and 1 instances"));
    assert!(text_of(&view, Format::Csv).contains("more-499"));
}

fn never_said(text: &str) -> Vec<String> {
    let never = regex::Regex::new(NEVER_CLAIMED).unwrap();
    never.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn templates_claim_nothing_they_must_not() {
    let denied = regex::Regex::new(r"(?s)\{# does-not-say: begin.*?does-not-say: end #\}").unwrap();
    let mut denials = 0;
    for (name, template) in html::TEMPLATES {
        denials += denied.find_iter(template).count();
        assert_eq!(never_said(&denied.replace_all(template, "")), Vec::<String>::new(), "{name}");
    }
    assert_eq!(denials, 1, "the words stand in one place only, where they are denied");
}

#[test]
fn rules_and_words_of_this_room_claim_nothing_they_must_not() {
    let mut folders = vec![here("rules")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "toml" || e == "sql") {
                assert_eq!(
                    never_said(&std::fs::read_to_string(&path).unwrap()),
                    Vec::<String>::new(),
                    "{}",
                    path.display()
                );
            }
        }
    }
    let html = text_of(&fernhill(), Format::Html);
    let (before, after) = html.split_once("What this report does not say</h2>").unwrap();
    let (_, after) = after.split_once("</ul>").unwrap();
    assert_eq!(never_said(before), Vec::<String>::new());
    assert_eq!(never_said(after), Vec::<String>::new());
}

#[test]
fn json_follows_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/schemas/report.schema.json")).unwrap();
    let report: Value = serde_json::from_str(&text_of(&fernhill(), Format::Json)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    for (name, def) in schema["$defs"].as_object().unwrap() {
        assert_eq!(def["additionalProperties"], Value::Bool(false), "{name}: an object of the contract is closed");
    }
    assert_eq!(report["schema"], json::SCHEMA);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_survives_every_format(payload in "\\PC{1,12}|[\\x00-\\x20\"'=+@;<>{}%#\\-\u{202a}-\u{202e}]{1,8}") {
        let html = without_breaks(&with_text(Format::Html, &payload));
        prop_assert!(!html.chars().any(|c| (c.is_control() && c != '\n') || text::is_deceptive(c)));
        prop_assert_eq!(html.matches('<').count(), without_breaks(&with_text(Format::Html, "word")).matches('<').count());
        let json: Value = serde_json::from_str(&with_text(Format::Json, &payload)).unwrap();
        prop_assert!(json["view"]["files"][0]["path"].as_str().unwrap().starts_with(&payload));
        let table = with_text(Format::Csv, &payload);
        prop_assert!(::csv::Reader::from_reader(table.as_bytes()).records().all(|row| row.is_ok()));
    }

    #[test]
    fn a_cell_is_never_a_formula(cell in "\\PC{0,6}|[\\x00-\\x20\"';=+@\\-|a1]{0,8}") {
        let safe = text::cell(&cell);
        let first = safe.chars().find(|c| !c.is_whitespace() && *c != '"');
        prop_assert!(!first.is_some_and(|c| "=+-@".contains(c)), "{:?}", safe);
        prop_assert!(!safe.chars().any(char::is_control));
    }
}
