//! One chunk of an export to its records, understood. A pure function: import runs it on every core.

use std::ops::Range;

use super::json::{self, Json};
use super::{Content, Hints, NotUnderstood, Piece, Record, Source, Understood, nobody};
use crate::model::LossCode;
use crate::read::{Form, yaml};

/// A record of a chunk: its bytes, its envelope, and what it says or why it says nothing.
pub type Part = (Range<usize>, Option<Vec<u8>>, Result<Understood, NotUnderstood>);

/// Expands, parses and understands one chunk. Every byte that is a record's stands in one part, understood or not.
pub fn understand_chunk(source: &dyn Source, form: &Form, chunk: &[u8], hints: &Hints) -> Vec<Part> {
    if let Form::Csv { delimiter, header } = form {
        let understood = row(source, *delimiter, header, chunk, hints).map(told);
        // A row that is none needs no header: a long one before many torn rows would cost the square of the file.
        let envelope = understood.is_ok().then(|| header_line(*delimiter, header));
        return vec![(0..chunk.len(), envelope, understood)];
    }
    let pieces = source.expand(chunk);
    let around: usize = pieces.iter().filter_map(|p| p.envelope.as_ref()).map(|e| e.len()).sum();
    if around > Piece::most_around(chunk) {
        let detail = format!("its records with what surrounds each come to {around} bytes and more");
        return vec![(0..chunk.len(), None, Err(NotUnderstood { code: LossCode::Bomb, detail }))];
    }
    let mut parts = Vec::with_capacity(pieces.len());
    // Spans of one resource follow each other: their envelope is parsed once.
    let mut last: Option<(Vec<u8>, Option<Json>)> = None;
    for Piece { range, envelope } in pieces {
        let envelope = envelope.map(|e| e.into_owned());
        if let Some(bytes) = &envelope
            && last.as_ref().is_none_or(|(known, _)| known != bytes)
        {
            last = Some((bytes.clone(), json::parse(bytes).ok()));
        }
        let around = if envelope.is_some() { last.as_ref().and_then(|(_, parsed)| parsed.as_ref()) } else { None };
        let bytes = chunk.get(range.clone()).unwrap_or_default();
        let understood = match form {
            Form::Yaml => yaml(source, bytes, yaml::column(chunk, &range), around, hints),
            _ => value(source, bytes, around, hints),
        }
        .map(told);
        parts.push((range, envelope, understood));
    }
    parts
}

fn told(understood: Understood) -> Understood {
    match understood {
        Understood::Event(event) => Understood::Event(Box::new(nobody::emptied(*event))),
        other => other,
    }
}

fn value(
    source: &dyn Source,
    bytes: &[u8],
    envelope: Option<&Json>,
    hints: &Hints,
) -> Result<Understood, NotUnderstood> {
    let parsed = match json::parse(bytes) {
        Ok(parsed) => Ok(parsed),
        // Bytes that are no UTF-8 damage the text they stand in, not the whole record.
        Err(cause) => match String::from_utf8_lossy(bytes) {
            std::borrow::Cow::Owned(mended) => json::parse(mended.as_bytes()),
            std::borrow::Cow::Borrowed(text) if source.reads_text() => {
                return source
                    .understand(&Record { bytes, content: Content::Text(text), header: &[], envelope }, hints);
            }
            std::borrow::Cow::Borrowed(_) => Err(cause),
        },
    };
    match parsed {
        Ok(parsed) => {
            // A mapping describes the export as it stands, wrapping and all.
            let inner = if source.reads_rows() { None } else { json::unwrapped(&parsed) };
            let content = Content::Json(inner.as_ref().unwrap_or(&parsed));
            source.understand(&Record { bytes, content, header: &[], envelope }, hints)
        }
        Err(cause) => Err(NotUnderstood::broken(format!("not JSON: {cause}"))),
    }
}

fn yaml(
    source: &dyn Source,
    bytes: &[u8],
    column: usize,
    envelope: Option<&Json>,
    hints: &Hints,
) -> Result<Understood, NotUnderstood> {
    match json::from_yaml(bytes, column) {
        Ok(parsed) => {
            source.understand(&Record { bytes, content: Content::Json(&parsed), header: &[], envelope }, hints)
        }
        Err(why) => Err(NotUnderstood { code: why.code, detail: why.detail }),
    }
}

fn row(
    source: &dyn Source,
    delimiter: u8,
    header: &[String],
    chunk: &[u8],
    hints: &Hints,
) -> Result<Understood, NotUnderstood> {
    let cells = cells(delimiter, header, chunk)?;
    if source.reads_rows() {
        let content = Content::Row { header, cells: &cells };
        return source.understand(&Record { bytes: chunk, content, header, envelope: None }, hints);
    }
    let object = as_object(header, &cells);
    source.understand(&Record { bytes: chunk, content: Content::Json(&object), header, envelope: None }, hints)
}

/// A row with fewer or more cells than the header is torn or shifted: reading it would put words into wrong columns.
pub(super) fn cells(delimiter: u8, header: &[String], chunk: &[u8]) -> Result<Vec<String>, NotUnderstood> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(chunk);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => {}
        Ok(false) => return Err(NotUnderstood::broken("an empty row")),
        Err(cause) => return Err(NotUnderstood::broken(format!("not a CSV row: {cause}"))),
    }
    let mut cells: Vec<String> = record.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    while cells.len() > header.len() && cells.last().is_some_and(|c| c.trim().is_empty()) {
        cells.pop();
    }
    if cells.len() != header.len() {
        let detail = format!("the row has {} cells, the header {}", cells.len(), header.len());
        return Err(NotUnderstood::broken(detail));
    }
    Ok(cells)
}

/// A row as the object that it was before somebody saved it as a table.
pub fn row_value(delimiter: u8, header: &[String], chunk: &[u8]) -> Option<Json> {
    cells(delimiter, header, chunk).ok().map(|cells| as_object(header, &cells))
}

fn as_object(header: &[String], cells: &[String]) -> Json {
    let mut root = serde_json::Map::new();
    for (name, cell) in header.iter().zip(cells).filter(|(_, c)| !c.trim().is_empty()) {
        // A list or object inside a cell is JSON; everything else is the text that it is.
        let nested = cell.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(cell).ok()).flatten();
        let mut value = nested.unwrap_or_else(|| serde_json::Value::from(cell.as_str()));
        let name = name.trim_start_matches('\u{feff}').trim();
        // `a` is a value and `a.b` another: a reference and one of its fields, which keeps its full name.
        if name.split_once('.').is_some_and(|(outer, _)| root.get(outer).is_some_and(|v| !v.is_object())) {
            root.entry(name).or_insert(value);
            continue;
        }
        let mut steps = name.rsplitn(16, '.').peekable();
        while let Some(step) = steps.next() {
            if steps.peek().is_none() {
                merge(&mut root, step, value);
                break;
            }
            value = serde_json::Value::Object(serde_json::Map::from_iter([(step.to_string(), value)]));
        }
    }
    serde_json::to_vec(&root).ok().and_then(|text| json::parse(&text).ok()).unwrap_or_default()
}

/// Columns `a.b` and `a.c` are two members of one `a`. The first of two equal columns stands.
fn merge(into: &mut serde_json::Map<String, serde_json::Value>, key: &str, value: serde_json::Value) {
    match (into.get_mut(key), value) {
        (Some(serde_json::Value::Object(known)), serde_json::Value::Object(more)) => {
            for (key, value) in more {
                merge(known, &key, value);
            }
        }
        (Some(_), _) => {}
        (None, value) => {
            into.insert(key.to_string(), value);
        }
    }
}

fn header_line(delimiter: u8, header: &[String]) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(delimiter).terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    // Writing to memory does not fail; a header that could not be written would only leave the envelope empty.
    let _ = writer.write_record(header);
    let mut line = writer.into_inner().unwrap_or_default();
    line.pop();
    line
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, directory};
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn header(names: &[&str]) -> Form {
        Form::Csv { delimiter: b',', header: names.iter().map(|n| n.to_string()).collect() }
    }

    #[test]
    fn a_shifted_or_torn_row_is_a_loss_and_names_nobody() {
        let form = header(&["id", "email", "type"]);
        for row in ["E1,ada@example.org", "E1,ada@example.org,person,extra"] {
            let parts = understand_chunk(directory::SOURCE, &form, row.as_bytes(), &Hints::default());
            assert_eq!(parts.len(), 1);
            assert_eq!(parts[0].2.as_ref().unwrap_err().code, LossCode::BrokenRecord, "{row}");
        }
        let parts = understand_chunk(directory::SOURCE, &form, b"E1,\"a@example.org\",person,,\r\n", &Hints::default());
        assert!(parts[0].2.is_ok());
        assert_eq!(parts[0].1.as_deref(), Some("id,email,type".as_bytes()));
    }

    #[test]
    fn a_log_saved_as_a_table_reads_like_the_log() {
        let form = header(&[
            "uuid",
            "published",
            "eventType",
            "actor.id",
            "actor.type",
            "actor.alternateId",
            "outcome.result",
        ]);
        let row = b"u1,2026-03-02T10:00:00Z,user.session.start,00u1,User,ada@example.org,SUCCESS";
        let registry = super::super::registry(Vec::new());
        let found = registry.detect(&form, &[row]);
        assert_eq!(found.name(), "okta_system_log", "{}", found.why);
        match understand_chunk(found.source.unwrap(), &form, row, &Hints::none()).remove(0).2 {
            Ok(Understood::Event(event)) => assert_eq!(event.wire.unwrap().principal.id, "ada@example.org"),
            other => panic!("{other:?}"),
        }
        // A column with a dot in its name is one column to a directory.
        let parts =
            understand_chunk(directory::SOURCE, &header(&["id", "type", "a.b"]), b"E1,person,x", &Hints::none());
        assert!(parts[0].2.is_ok());
    }

    #[test]
    fn an_envelope_around_too_many_records_refuses_the_chunk() {
        let attributes = vec![r#"{"key":"k","value":{"stringValue":"v"}}"#; 4_000].join(",");
        let spans = vec![r#"{"traceId":"1","spanId":"2","name":"x"}"#; 2_000].join(",");
        let text = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{attributes}]}},"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#
        );
        let parts = understand_chunk(super::super::otel_traces::SOURCE, &Form::Lines, text.as_bytes(), &HINTS);
        assert_eq!((parts.len(), parts[0].0.clone()), (1, 0..text.len()));
        assert_eq!(parts[0].2.as_ref().unwrap_err().code, LossCode::Bomb);
    }

    #[test]
    fn a_collectors_wrapping_is_seen_through() {
        let inner = r#"{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":{"type":"Root","accountId":"1"}}"#;
        let registry = super::super::registry(Vec::new());
        for text in [
            format!(r#"{{"_index":"x","_source":{inner}}}"#),
            serde_json::json!({"id": "1", "timestamp": 1, "message": inner}).to_string(),
        ] {
            let found = registry.detect(&Form::Lines, &[text.as_bytes()]);
            assert_eq!(found.name(), "aws_cloudtrail", "{}", found.why);
            let parts = understand_chunk(found.source.unwrap(), &Form::Lines, text.as_bytes(), &HINTS);
            assert_eq!(parts[0].0, 0..text.len());
            assert!(matches!(parts[0].2, Ok(Understood::Event(_))));
        }
    }

    #[test]
    fn damage_in_one_text_does_not_lose_the_record() {
        let record = b"{\"eventVersion\":\"1.08\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\"userAgent\":\"\xff\xfe\"}";
        let parts = understand_chunk(super::super::aws_cloudtrail::SOURCE, &Form::Lines, record, &Hints::default());
        assert!(parts[0].2.is_ok(), "{:?}", parts[0].2);
        let parts =
            understand_chunk(super::super::aws_cloudtrail::SOURCE, &Form::Lines, &record[..40], &Hints::default());
        assert_eq!(parts[0].2.as_ref().unwrap_err().code, LossCode::BrokenRecord);
    }

    /// Any JSON, made of the words that sources look for.
    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let word = prop_oneof![
            "[a-z]{0,6}",
            "\\PC{0,12}",
            proptest::sample::select(KEYS.as_slice()),
            Just("arn:aws:sts::1:assumed-role/R/s".to_string()),
            Just("2026-03-03T07:19:25Z".to_string()),
            Just("{\"kind\":\"Event\",\"verb\":[]}".to_string()),
        ];
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            word.prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(6, 96, 12, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                proptest::collection::vec((proptest::sample::select(KEYS.as_slice()), inner), 0..12)
                    .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_string(), v)).collect()),
            ]
        })
    }

    /// Compiled once: the patterns of the hints cost more than a record.
    static HINTS: LazyLock<Hints> = LazyLock::new(Hints::default);

    /// A file of the corpus of fuzzing: whole records of each source.
    fn seeds(ending: &str) -> Vec<String> {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
        let mut paths: Vec<_> = BUILT_IN
            .iter()
            .flat_map(|source| std::fs::read_dir(corpus.join(source.name())).unwrap())
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(ending))
            .collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// Whole records, of which one value at a time is replaced.
    static RECORDS: LazyLock<Vec<serde_json::Value>> = LazyLock::new(|| {
        let lines: Vec<String> = seeds(".ndjson").iter().flat_map(|s| s.lines()).map(String::from).collect();
        lines.iter().chain(&seeds(".json")).map(|text| serde_json::from_str(text).unwrap()).collect()
    });

    /// Headers with a row each.
    static ROWS: LazyLock<Vec<(Vec<String>, Vec<String>)>> = LazyLock::new(|| {
        let rows = seeds(".csv").into_iter().map(|text| {
            let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let mut rows = table.deserialize().map(Result::unwrap);
            (rows.next().unwrap(), rows.next().unwrap())
        });
        rows.collect()
    });

    /// The words that sources look for.
    static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut found = std::collections::BTreeSet::new();
        RECORDS.iter().for_each(|record| keys_of(record, &mut found));
        found.into_iter().collect()
    });

    fn keys_of(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Object(members) => members.iter().for_each(|(key, member)| {
                found.insert(key.clone());
                keys_of(member, found);
            }),
            serde_json::Value::Array(items) => items.iter().for_each(|item| keys_of(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_source_has_a_record_of_which_values_are_replaced() {
        assert!(RECORDS.len() + ROWS.len() > BUILT_IN.len(), "{} and {}", RECORDS.len(), ROWS.len());
    }

    /// Puts a value in the place of the n-th leaf.
    fn replace(here: &mut serde_json::Value, left: &mut usize, value: &serde_json::Value) {
        match here {
            serde_json::Value::Object(members) => members.values_mut().for_each(|m| replace(m, left, value)),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|i| replace(i, left, value)),
            leaf if *left == 0 => {
                *leaf = value.clone();
                *left = usize::MAX;
            }
            _ => *left -= 1,
        }
    }

    /// In order and inside the chunk; apart from each other, or one whole within the other.
    fn in_place(parts: &[Part], length: usize) {
        assert!(!parts.is_empty());
        let mut around: Vec<Range<usize>> = std::iter::once(0..length).collect();
        for (range, _, _) in parts {
            while around.len() > 1 && around.last().is_some_and(|a| a.end <= range.start) {
                around.pop();
            }
            let outer = around.last().cloned().unwrap_or_default();
            assert!(outer.start <= range.start && range.end <= outer.end);
            around.push(range.clone());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(384))]

        #[test]
        fn any_json_into_any_source_never_panics(value in any_json()) {
            let bytes = serde_json::to_vec(&value).unwrap();
            for source in BUILT_IN {
                in_place(&understand_chunk(*source, &Form::Lines, &bytes, &HINTS), bytes.len());
            }
        }

        #[test]
        fn a_record_with_any_value_in_any_place_never_panics(
            which in 0..RECORDS.len(), leaf in 0usize..64, value in any_json(),
        ) {
            let mut record = RECORDS[which].clone();
            let mut left = leaf;
            replace(&mut record, &mut left, &value);
            let bytes = serde_json::to_vec(&record).unwrap();
            for source in BUILT_IN {
                in_place(&understand_chunk(*source, &Form::Lines, &bytes, &HINTS), bytes.len());
            }
        }

        #[test]
        fn a_row_with_any_text_in_any_cell_never_panics(which in 0..ROWS.len(), cell in 0usize..16, text in "\\PC{0,20}") {
            let (header, mut row) = ROWS[which].clone();
            if let Some(cell) = row.get_mut(cell) {
                *cell = text;
            }
            let mut line = csv::Writer::from_writer(Vec::new());
            line.write_record(&row).unwrap();
            let (form, line) = (Form::Csv { delimiter: b',', header }, line.into_inner().unwrap());
            for source in BUILT_IN {
                prop_assert_eq!(understand_chunk(*source, &form, &line, &HINTS).len(), 1);
            }
        }

        #[test]
        fn any_bytes_into_any_source_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for source in BUILT_IN {
                understand_chunk(*source, &Form::Lines, &bytes, &HINTS);
                understand_chunk(*source, &header(&["id", "type", "email", "principal", "action"]), &bytes, &HINTS);
            }
        }
    }
}
