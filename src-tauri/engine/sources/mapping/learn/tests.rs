use proptest::prelude::*;

use super::super::Mapping;
use super::*;
use crate::sources::{registry, understand_chunk};

fn lines(records: &[&str]) -> Learned {
    let chunks: Vec<&[u8]> = records.iter().map(|r| r.as_bytes()).collect();
    learn(&Form::Lines, &chunks, "desk")
}

fn toml_of(learned: &Learned) -> &str {
    let toml = learned.toml.as_deref().unwrap();
    assert!(Mapping::parse(toml).is_ok(), "{:?}\n{toml}", Mapping::parse(toml));
    toml
}

/// The line of a field, live or commented out.
fn line<'a>(toml: &'a str, start: &str) -> &'a str {
    toml.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("no line `{start}` in\n{toml}"))
}

const DESK: [&str; 3] = [
    r#"{"no":"D-1","ts":1777885920000,"what":"tool","op":"order.refund","order":"order/881","cents":4250,"code":200,"by":{"app":"refund-helper","type":"app"},"for":{"mail":"mina.aho@larkspur.example"},"job":"9b1d0c1e-6f1a-4a55-9f0e-2f4f6a2d7c10","colour":"green"}"#,
    r#"{"no":"D-2","ts":1777885990000,"what":"tool","op":"order.refund","order":"order/882","cents":900,"code":403,"by":{"app":"refund-helper","type":"app"},"job":"9b1d0c1e-6f1a-4a55-9f0e-2f4f6a2d7c10"}"#,
    r#"{"no":"D-3","ts":1777886400000,"what":"heartbeat","op":"order.read","by":{"app":"refund-helper","type":"app"},"code":200}"#,
];

#[test]
fn each_line_carries_its_evidence() {
    let learned = lines(&DESK);
    let toml = toml_of(&learned);
    assert_eq!(line(toml, "time"), "time = \"/ts\"  # 3 of 3 records, epoch milliseconds, e.g. 1777885920000");
    assert!(line(toml, "id =").starts_with("id = \"/no\"  # 3 of 3 records, a value of its own"), "{toml}");
    assert!(line(toml, "human").contains("\"/for/mail\"  # 1 of 3 records, e-mail addresses"), "{toml}");
    assert!(
        line(toml, "outcome").starts_with("outcome = \"/code\"  # 2 of 3 records, HTTP codes")
            || line(toml, "outcome").contains("3 of 3 records, HTTP codes")
    );
    assert!(line(toml, "run").contains("\"/job\""), "{toml}");
    assert!(line(toml, "# amount").contains("scale = 0.01") && line(toml, "# amount").contains("likely"), "{toml}");
    assert!(line(toml, "# populated_by").contains("gateway") && !toml.contains("\npopulated_by"), "{toml}");
    assert!(
        line(toml, "# kind").contains("from = \"/what\", call = [\"tool\"]")
            && toml.contains("kept with nothing in it: heartbeat"),
        "{toml}"
    );
    assert!(line(toml, "# /colour").ends_with("1 of 3 records, 1 different, e.g. green"), "{toml}");
    // A mapping that says nothing of who writes the names names nobody.
    let mapping = Mapping::parse(toml).unwrap();
    let parts = understand_chunk(&mapping, &Form::Lines, DESK[0].as_bytes(), &crate::sources::Hints::none());
    let Ok(crate::sources::Understood::Event(event)) = &parts[0].2 else { panic!() };
    assert!(event.claims.iter().all(|c| c.evidence == crate::model::EvidenceKind::K11));
}

#[test]
fn day_and_month_are_never_guessed() {
    let learned =
        lines(&[r#"{"when":"03/04/2026 10:00","op":"a.read"}"#, r#"{"when":"05/06/2026 11:00","op":"a.read"}"#]);
    let time = line(toml_of(&learned), "# time");
    assert!(time.contains("AMBIGUOUS") && time.contains("RFC 3339"), "{time}");
    let learned = lines(&[r#"{"when":"13/04/2026","op":"a.read"}"#, r#"{"when":"05/06/2026","op":"a.read"}"#]);
    assert!(line(toml_of(&learned), "# time").contains("the day stands first"));
}

#[test]
fn what_competes_is_shown_and_names_are_not_chosen_by_a_hair() {
    let records = [
        r#"{"time":"2026-03-02T10:00:00Z","op":"a.read","user":{"email":"ada@example.org"},"person":{"email":"bo@example.org"}}"#,
        r#"{"time":"2026-03-02T10:00:01Z","op":"a.read","user":{"email":"ada@example.org"},"person":{"email":"cy@example.org"}}"#,
    ];
    let learned = lines(&records);
    let toml = toml_of(&learned);
    let humans: Vec<&str> = toml.lines().filter(|l| l.starts_with("# human = \"")).collect();
    assert!(humans.len() == 2 && humans.iter().all(|l| l.contains("choose one")), "{toml}");
    assert!(!toml.contains("\nhuman"), "{toml}");

    let learned = lines(&[
        r#"{"timestamp":"2026-03-02T10:00:00Z","created_at":"2026-03-02T10:00:01Z","op":"a.read","approved_by":"x"}"#,
        r#"{"timestamp":"2026-03-02T10:00:05Z","created_at":"2026-03-02T10:00:06Z","op":"a.read"}"#,
    ]);
    let toml = toml_of(&learned);
    assert!(line(toml, "time").contains("/timestamp") && line(toml, "# time").contains("competes"), "{toml}");
}

#[test]
fn secrets_are_masked_and_never_proposed() {
    let learned = lines(&[
        r#"{"time":"2026-03-02T10:00:00Z","tool":"x.y","user_password":"hunter2","password":"hunter2","token":{"id":"eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abcdef"}}"#,
        r#"{"time":"2026-03-02T10:00:01Z","tool":"x.y","password":"hunter3","token":{"id":"eyJhbGciOiJIUzI1.eyJzdWIiOiI1Njc4.abcdef"}}"#,
    ]);
    let toml = toml_of(&learned);
    assert!(line(toml, "# /password").contains("(masked, 7 characters)"), "{toml}");
    assert!(
        !toml.contains("eyJ") && !toml.contains("hunter3") && line(toml, "# /token/id").contains("masked"),
        "{toml}"
    );
    let told = serde_json::to_string(&learned).unwrap();
    assert!(!told.contains("eyJ"), "{told}");
}

#[test]
fn words_that_nobody_knows_are_listed() {
    let learned = lines(&[
        r#"{"time":"2026-03-02T10:00:00Z","tool":"x.y","status":"ok"}"#,
        r#"{"time":"2026-03-02T10:00:01Z","tool":"x.y","status":"parked"}"#,
        r#"{"time":"2026-03-02T10:00:01Z","tool":"x.y","status":"refused"}"#,
    ]);
    let outcome = line(toml_of(&learned), "outcome");
    assert!(outcome.contains("success = [\"ok\"], denied = [\"refused\"]"), "{outcome}");
    assert!(outcome.contains("NOT COVERED") && outcome.ends_with("parked, e.g. ok"), "{outcome}");
}

#[test]
fn pages_members_rows_and_cells() {
    let page = r#"{"next":"abc","data":{"rows":[{"at":"2026-03-02T10:00:00Z","verb":"a.b"},{"at":"2026-03-02T10:00:01Z","verb":"a.b"}]}}"#;
    let learned = learn(&Form::Objects, &[page.as_bytes()], "x");
    assert!(line(toml_of(&learned), "records").starts_with("records = \"/data/rows\""), "{learned:?}");
    assert_eq!(learned.records, 2);

    let map = r#"{"R1":{"owner":"u1","made":"2026-03-02"},"R2":{"owner":"u2","made":"2026-03-02"}}"#;
    let learned = learn(&Form::Objects, &[map.as_bytes()], "x");
    assert_eq!((learned.layout.as_str(), learned.records), ("members of one object, each a record", 2));
    assert!(learned.notes.iter().any(|n| n.to_lowercase().contains("members of one object")), "{:?}", learned.notes);

    let header: Vec<String> = ["When", "Tool", "Result", "Details", "Result"].map(String::from).to_vec();
    let form = Form::Csv { delimiter: b',', header };
    let rows: [&[u8]; 2] = [
        br#"2026-03-02 10:00:00,a.read,ok,"{""run_id"":""r-1001""}",x"#,
        br#"2026-03-02 10:00:05,a.read,denied,"{""run_id"":""r-1002""}",y"#,
    ];
    let learned = learn(&form, &rows, "x");
    let toml = toml_of(&learned);
    assert!(line(toml, "records").starts_with("records = \"csv\""));
    assert!(line(toml, "time").contains("/When") && line(toml, "time").contains("ask which zone"), "{toml}");
    assert!(line(toml, "run").contains("/Details/run_id"), "{toml}");
    let mapping = Mapping::parse(toml).unwrap();
    assert_eq!(registry(vec![mapping.clone()]).detect(&form, &rows).name(), "mapping:x");
    let filled = super::super::check(&mapping, &form, &rows);
    assert!(filled.fields.iter().all(|f| f.filled == 2), "{:?}", filled.fields);
}

#[test]
fn nothing_to_learn_is_said() {
    let learned = learn(&Form::Empty, &[], "x");
    assert_eq!((learned.toml, learned.notes), (None, vec!["the file is empty".to_string()]));
    assert!(lines(&["{\"torn", "4711"]).toml.is_none());
}

/// Text that would like to end a comment, a quote or a table.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("\n[fields]\nhuman = \"/x\"".to_string()),
        Just("\"\"\"\n'''".to_string()),
        Just("\u{2028}name = \"y\"\r\n".to_string()),
        Just("\u{0}\u{7f}\u{85}\u{202e}".to_string()),
        Just("\\\" }\nkind=1#".to_string()),
        Just("~0/~1~".to_string()),
        Just(String::new()),
        "[a-z_./ -]{0,12}",
        Just("time".to_string()),
        Just("status".to_string()),
        Just("user".to_string()),
        Just("amount".to_string()),
        Just("2026-03-02T10:00:00Z".to_string()),
        Just("ada@example.org".to_string()),
        Just("ok".to_string()),
    ]
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        hostile().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(hostile(), inner, 0..5)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

/// The values of the mapping, without what is said in comments.
fn said(toml: &str) -> toml::Table {
    toml.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_the_data_the_proposal_loads(records in proptest::collection::vec(value(), 1..6), name in any::<String>()) {
        let texts: Vec<String> = records.iter().map(|r| r.to_string()).collect();
        let chunks: Vec<&[u8]> = texts.iter().map(|t| t.as_bytes()).collect();
        for form in [Form::Lines, Form::Objects, Form::Array, Form::Wrapped { key: "a.\"\n".into() }] {
            let learned = learn(&form, &chunks, &name);
            let Some(toml) = &learned.toml else { continue };
            prop_assert!(Mapping::parse(toml).is_ok(), "{:?}\n{}", Mapping::parse(toml), toml);
            // A comment that was broken out of would be a key of its own.
            let table = said(toml);
            prop_assert!(table.keys().all(|k| ["name", "records", "kind", "detect", "fields", "attributes"].contains(&k.as_str())), "{}", toml);
            prop_assert!(!toml.chars().any(|c| c.is_control() && c != '\n'), "{:?}", toml);
        }
    }

    #[test]
    fn rows_too(names in proptest::collection::vec(hostile(), 1..6), cells in proptest::collection::vec(hostile(), 1..6)) {
        let form = Form::Csv { delimiter: b',', header: names.clone() };
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let row: Vec<&str> = (0..names.len()).map(|i| cells.get(i).map_or("x", String::as_str)).collect();
        writer.write_record(&row).unwrap();
        let bytes = writer.into_inner().unwrap();
        if let Some(toml) = &learn(&form, &[&bytes, &bytes], "x").toml {
            prop_assert!(Mapping::parse(toml).is_ok(), "{:?}\n{}", Mapping::parse(toml), toml);
            let table = said(toml);
            prop_assert_eq!(table["records"].as_str(), Some("csv"));
        }
    }

    #[test]
    fn any_bytes_are_survived(chunk in proptest::collection::vec(any::<u8>(), 0..200)) {
        learn(&Form::Lines, &[&chunk], "x");
        learn(&Form::Csv { delimiter: b';', header: vec!["a".into(), "b".into()] }, &[&chunk], "x");
    }
}
