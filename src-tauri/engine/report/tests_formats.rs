//! What holds for each format by itself, and between them: one figure is one figure everywhere.

use super::sample::fernhill;
use super::*;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use serde_json::Value;
use std::io::Cursor;

fn oscal_schema() -> jsonschema::Validator {
    let text = include_str!("../../../docs/schemas/oscal/oscal_assessment-results_schema_1.1.3.json");
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn oscal(view: &FrozenView) -> Value {
    serde_json::from_slice(&write(view, Format::Oscal).unwrap()).unwrap()
}

fn faults(schema: &jsonschema::Validator, document: &Value) -> Vec<String> {
    schema.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn book(view: &FrozenView) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(write(view, Format::Xlsx).unwrap())).unwrap()
}

/// Rows of a sheet under its header, as text.
fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(sheet).unwrap().rows().skip(1).map(<[Data]>::to_vec).collect()
}

#[test]
fn oscal_is_valid_by_nists_own_schema() {
    let schema = oscal_schema();
    assert_eq!(faults(&schema, &oscal(&fernhill())), Vec::<String>::new());
    let mut empty = fernhill();
    empty.findings.clear();
    empty.design_facts.clear();
    empty.calls.clear();
    empty.evidence.clear();
    empty.files.clear();
    empty.prepared_by = None;
    empty.review_head = None;
    assert_eq!(faults(&schema, &oscal(&empty)), Vec::<String>::new());
    let mut other = fernhill();
    other.findings[0].criteria.clear();
    other.findings[0].row.title = "  \n ".into();
    other.findings[0].row.rule = "8.2.2 (x)/y".into();
    assert_eq!(faults(&schema, &oscal(&other)), Vec::<String>::new());
}

/// Each trap is a change that the schema refuses, so that the test above could fail; and ours does not fall into it.
#[test]
fn the_eight_traps_of_oscal_are_seen_by_the_schema_and_not_stepped_into() {
    let schema = oscal_schema();
    let good = oscal(&fernhill());
    let at = "/assessment-results/results/0";
    type Trap = fn(&mut Value);
    let traps: [(&str, Trap); 8] = [
        ("a time without zone", |v| {
            v["assessment-results"]["metadata"]["last-modified"] = "2026-04-09T14:20:00".into()
        }),
        ("a target that begins with a digit", |v| {
            v["assessment-results"]["results"][0]["findings"][0]["target"]["target-id"] = "8.2.2".into();
        }),
        ("a property of two lines", |v| {
            v["assessment-results"]["results"][0]["findings"][0]["props"][0]["value"] = "one\ntwo".into();
        }),
        ("an empty list", |v| v["assessment-results"]["results"][0]["observations"] = Value::Array(Vec::new())),
        ("no plan", |v| {
            v["assessment-results"].as_object_mut().unwrap().remove("import-ap");
        }),
        ("an unknown key", |v| v["assessment-results"]["results"][0]["findings"][0]["severity"] = "high".into()),
        ("a UUID of version 7", |v| {
            v["assessment-results"]["uuid"] = "01890a5d-ac96-774b-bcce-b302099a8057".into();
        }),
        ("a control as target", |v| {
            v["assessment-results"]["results"][0]["findings"][0]["target"]["type"] = "control-id".into();
        }),
    ];
    for (name, trap) in traps {
        let mut bad = good.clone();
        trap(&mut bad);
        assert_ne!(bad, good, "{name}");
        assert!(!schema.is_valid(&bad), "{name}");
    }
    for finding in good.pointer(&format!("{at}/findings")).unwrap().as_array().unwrap() {
        assert_eq!(finding["target"]["type"], "objective-id");
        assert_eq!(finding["target"]["status"]["reason"], "other", "an exception is no verdict");
    }
}

#[test]
fn references_inside_oscal_lead_somewhere_and_ids_stay() {
    let good = oscal(&fernhill());
    let text = good.to_string();
    fn collect(v: &Value, ids: &mut Vec<String>, named: &mut Vec<String>) {
        match v {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value.as_str()) {
                        ("uuid", Some(id)) => ids.push(id.into()),
                        ("href", Some(href)) if href.starts_with('#') => named.push(href[1..].into()),
                        (name, Some(id)) if name.ends_with("-uuid") => named.push(id.into()),
                        ("party-uuids", None) => {
                            named.extend(value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()));
                        }
                        _ => {}
                    }
                    collect(value, ids, named);
                }
            }
            Value::Array(items) => items.iter().for_each(|v| collect(v, ids, named)),
            _ => {}
        }
    }
    let (mut ids, mut named) = (Vec::new(), Vec::new());
    collect(&good, &mut ids, &mut named);
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "no id twice");
    assert!(named.len() > 10);
    for name in &named {
        assert!(ids.contains(name), "{name} leads nowhere");
    }
    // A later export of the same case keeps the ids of findings.
    let mut later = fernhill();
    later.prepared_at = "2026-05-01T09:00:00Z".into();
    later.findings.truncate(1);
    let first = &oscal(&later)["assessment-results"]["results"][0]["findings"][0]["uuid"];
    assert!(text.contains(first.as_str().unwrap()));
    // One finding on several NIST criteria is several that share observation and risk.
    let mut several = fernhill();
    let nist = several.findings[0].criteria.iter().find(|c| c.framework.contains("800-53")).unwrap().clone();
    for clause in ["AU-12(1)", "AU-3(f)", "AC-6"] {
        several.findings[0].criteria.push(crate::ask::findings::Criterion { clause: clause.into(), ..nist.clone() });
    }
    several.findings.truncate(1);
    let document = oscal(&several);
    assert_eq!(faults(&oscal_schema(), &document), Vec::<String>::new());
    let findings = document["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let targets: Vec<&str> = findings.iter().map(|f| f["target"]["target-id"].as_str().unwrap()).collect();
    assert_eq!(targets, ["ac-6_obj", "au-12.1_obj", "au-3_obj.f"]);
    assert!(findings.iter().all(|f| f["related-risks"] == findings[0]["related-risks"]));
}

#[test]
fn a_workbook_has_its_sheets_real_dates_and_no_formula() {
    let mut view = fernhill();
    view.findings[0].row.title = "=HYPERLINK(\"http://x.example\",\"y\")".into();
    view.calls[0].action = Some("+1+1".into());
    let bytes = write(&view, Format::Xlsx).unwrap();
    assert!(bytes == write(&view, Format::Xlsx).unwrap(), "twice the same");
    let mut book = book(&view);
    assert_eq!(
        book.sheet_names(),
        ["About", "Findings", "Calls in findings", "Coverage", "People", "Sources", "Losses", "Receipts"]
    );
    for sheet in book.sheet_names() {
        assert_eq!(book.worksheet_formula(&sheet).unwrap().used_cells().count(), 0, "{sheet}");
    }
    let findings = rows(&mut book, "Findings");
    assert_eq!(findings.len(), view.findings.len() + view.design_facts.len());
    assert_eq!(findings[0][7], Data::String("=HYPERLINK(\"http://x.example\",\"y\")".into()));
    // 2 January 2026 is day 46,024 of a spreadsheet.
    let Data::DateTime(first) = &findings[0][11] else { panic!("no real date: {:?}", findings[0][11]) };
    assert!((first.as_f64() - (46_024.0 + 28_692.0 / 86_400.0)).abs() < 1e-8);
    let calls = rows(&mut book, "Calls in findings");
    let listed: usize =
        view.findings.iter().chain(&view.design_facts).flat_map(|f| &f.instances).map(|i| i.events.len()).sum();
    assert_eq!(calls.len(), listed.max(view.calls.len()));
    assert!(matches!((&calls[0][4], &calls[0][5]), (Data::DateTime(_), Data::String(_))), "{:?}", calls[0]);
}

#[test]
fn what_does_not_fit_a_cell_says_so() {
    let mut view = fernhill();
    view.findings[0].condition = "long ".repeat(20_000);
    let cell = rows(&mut book(&view), "Findings")[0][13].to_string();
    assert!(
        cell.encode_utf16().count() <= 32_767 && cell.ends_with("whole in the JSON of this report]"),
        "{}",
        cell.len()
    );
}

/// Figures of coverage and of findings, as each format says them.
#[test]
fn figures_agree_to_the_digit_in_all_formats() {
    let view = fernhill();
    let c = &view.coverage;
    let html = String::from_utf8(write(&view, Format::Html).unwrap()).unwrap();
    let json: Value = serde_json::from_slice(&write(&view, Format::Json).unwrap()).unwrap();
    let oscal = oscal(&view);
    let page = sheets(&view).unwrap();
    let mut book = book(&view);
    let coverage = rows(&mut book, "Coverage");
    for (label, n) in [
        ("attributed", c.attributed),
        ("supported", c.supported),
        ("refused", c.refused),
        ("contradicted", c.contradicted),
    ] {
        let share = figures::share(n.into(), c.requiring_person.into());
        assert!(html.contains(&format!("{label}, {}", text::html(&share))), "{label} in HTML");
        assert!(html.contains(&format!("<div class=\"value\">{}</div>", figures::thousands(n.into()))));
        assert_eq!(json["view"]["coverage"][label], n);
        let props = oscal["assessment-results"]["results"][0]["props"].as_array().unwrap();
        let prop = props.iter().find(|p| p["name"] == format!("calls-{label}")).unwrap();
        assert_eq!(prop["value"], n.to_string());
        let row = coverage.iter().find(|r| r[0] == Data::String(label.into())).unwrap();
        assert_eq!((&row[1], &row[3]), (&Data::Float(n.into()), &Data::String(share.clone())), "{label} in XLSX");
        // The page that the PDF is set from.
        let figure = page["figures"].as_array().unwrap().iter().find(|f| f["label"] == label).unwrap();
        assert_eq!((&figure["calls"], &figure["share"]), (&Value::from(n), &Value::from(share)));
    }
    let issues = write(&view, Format::Issues).unwrap();
    let issues: Vec<::csv::StringRecord> =
        ::csv::Reader::from_reader(&issues[..]).records().map(Result::unwrap).collect();
    let ocsf = String::from_utf8(write(&view, Format::Ocsf).unwrap()).unwrap();
    let ocsf: Vec<Value> = ocsf.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let table = rows(&mut book, "Findings");
    assert_eq!([issues.len(), ocsf.len(), page["findings"].as_array().unwrap().len()], [view.findings.len(); 3]);
    let risks = oscal["assessment-results"]["results"][0]["risks"].as_array().unwrap();
    assert_eq!(risks.len(), view.findings.len());
    for (n, f) in view.findings.iter().enumerate() {
        assert_eq!(issues[n][15], f.row.calls.to_string());
        assert_eq!(ocsf[n]["unmapped"]["calls"], f.row.calls);
        assert_eq!(table[n][9], Data::Float(f.row.calls.into()));
        assert_eq!(json["view"]["findings"][n]["row"]["calls"], f.row.calls);
        assert_eq!(page["findings"][n]["detail"]["row"]["calls"], f.row.calls);
        assert!(html.contains(&format!("{} calls", figures::thousands(f.row.calls.into()))));
    }
}

#[test]
fn ocsf_events_have_what_their_class_requires() {
    let text = String::from_utf8(write(&fernhill(), Format::Ocsf).unwrap()).unwrap();
    for line in text.lines() {
        let e: Value = serde_json::from_str(line).unwrap();
        let class = e["class_uid"].as_u64().unwrap();
        assert!([2003, 2004].contains(&class) && e["category_uid"] == 2 && e["activity_id"] == 1);
        assert_eq!(e["type_uid"], class * 100 + 1);
        assert!(e["time"].as_i64().unwrap() > 1_700_000_000_000);
        assert!((1..=5).contains(&e["severity_id"].as_u64().unwrap()));
        assert_eq!(e["metadata"]["product"]["name"], "Behalf");
        assert!(e["finding_info"]["uid"].is_string());
        assert_eq!(class == 2003, e["compliance"]["status_id"].is_u64());
    }
}

#[test]
fn pseudonyms_replace_every_name_in_every_format_and_stay_the_same() {
    let key = Key([7; 32]);
    let names = ["lena.osei", "Lena Osei", "t.brandt", "Brandt"];
    let view = fernhill();
    for level in [Level::Pseudonyms, Level::Aggregate] {
        let copy = redact(&view, level, &key);
        for format in Format::ALL {
            let bytes = write(&copy, format).unwrap();
            let text = match format {
                // The workbook is compressed: its cells are looked at.
                Format::Xlsx => {
                    let mut book = book(&copy);
                    let sheets = book.sheet_names();
                    sheets.iter().flat_map(|s| rows(&mut book, s)).flatten().map(|c| c.to_string()).collect()
                }
                _ => String::from_utf8(bytes).unwrap().replace("<wbr>", ""),
            };
            for name in names {
                assert!(!text.contains(name), "{name} in {format:?} at {level:?}");
            }
        }
        assert!(copy.redaction.people > 0);
        assert_eq!(copy, redact(&view, level, &key), "stable");
    }
    let one = redact(&view, Level::Pseudonyms, &key);
    let named = |v: &FrozenView| v.calls.iter().find_map(|c| c.recorded_initiator.clone()).unwrap();
    assert!(named(&one).starts_with("P-"));
    assert_ne!(named(&one), named(&redact(&view, Level::Pseudonyms, &Key([8; 32]))), "no key, no pseudonym");
    // Figures are those of the full copy.
    assert_eq!(one.coverage, view.coverage);
    let board = redact(&view, Level::Aggregate, &key);
    assert!(board.calls.is_empty() && board.evidence.is_empty() && board.redaction.calls_left_out > 0);
}

#[test]
fn a_secret_leaves_in_no_format_even_unredacted() {
    let secret = format!("gh{}_{}", "p", "Z9".repeat(18));
    let mut view = fernhill();
    view.calls[0].resource = Some(format!("https://git.example/x?access_token={secret}"));
    view.findings[0].condition = format!("The header read Bearer {secret}.");
    view.losses[0].places[0].detail = secret.clone();
    let copy = redact(&view, Level::Names, &Key([1; 32]));
    assert_eq!(copy.redaction.secrets, 3);
    for given in [&view, &copy] {
        for format in Format::ALL.into_iter().filter(|f| *f != Format::Xlsx) {
            assert!(!String::from_utf8(write(given, format).unwrap()).unwrap().contains(&secret), "{format:?}");
        }
        assert!(!sheets(given).unwrap().to_string().contains(&secret));
    }
    let json = String::from_utf8(write(&copy, Format::Json).unwrap()).unwrap();
    assert_eq!(json.matches("secret ").count(), 3, "one keyed hash stands in all three places");
}

#[test]
fn a_written_report_states_its_own_digest() {
    let bytes = write(&fernhill(), Format::Json).unwrap();
    assert_eq!(json::digest_of_document(&bytes), Some(digest(&fernhill()).unwrap()));
    let mut view = fernhill();
    view.case_name = "a \" b \\ \\\" c : , {".into();
    let bytes = write(&view, Format::Json).unwrap();
    assert_eq!(json::digest_of_document(&bytes), Some(digest(&view).unwrap()));
}
