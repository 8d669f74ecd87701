//! Laws of splitting: whatever the bytes, chunks lie in order inside the export, show its bytes, and do not depend on how
//! the bytes arrive; what was written whole is read whole.

use std::io::Read;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::model::LossCode;

/// Gives at most so many bytes at once.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = out.len().min(self.0.len()).min(self.1);
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

type Cut = (u64, u64, Option<u64>, u64, Option<LossCode>);

/// All chunks, held against the law of place on the way.
fn split(bytes: &[u8], form: &Form, limits: &Limits, piece: usize) -> Vec<Cut> {
    let mut splitter = Splitter::new(form, limits);
    let mut source = Trickle(bytes, piece);
    let (mut cuts, mut from) = (Vec::new(), 0);
    while let Some(batch) = splitter.next_batch(&mut source).unwrap() {
        assert!(!batch.chunks.is_empty());
        for chunk in &batch.chunks {
            assert!(chunk.offset >= from && chunk.length > 0, "in order, disjoint, not empty: {chunk:?} from {from}");
            from = chunk.offset + chunk.length;
            let there = &bytes[chunk.offset as usize..from as usize];
            let line = 1 + bytes[..chunk.offset as usize].iter().filter(|b| **b == b'\n').count() as u64;
            assert!(chunk.line.is_none_or(|said| said == line), "{chunk:?} is on line {line}");
            assert_eq!(chunk.index, cuts.len() as u64);
            if chunk.length > limits.record_bytes as u64 {
                assert!(batch.bytes(chunk).is_empty());
                assert_eq!(chunk.broken.as_ref().unwrap().0, LossCode::TooLarge);
            } else {
                assert_eq!(batch.bytes(chunk), there);
            }
            cuts.push((chunk.offset, chunk.length, chunk.line, chunk.index, chunk.broken.as_ref().map(|b| b.0)));
        }
    }
    assert_eq!(splitter.next_batch(&mut source).unwrap(), None);
    cuts
}

/// As `split`, and however the bytes arrive.
fn split_each_way(bytes: &[u8], form: &Form, limits: &Limits) -> Vec<Cut> {
    let expected = split(bytes, form, limits, usize::MAX);
    for (batch_bytes, piece) in [(1, 1), (7, 3), (64, 1000), (300, 64), (1 << 20, 5)] {
        let limits = Limits { batch_bytes, ..limits.clone() };
        assert_eq!(split(bytes, form, &limits, piece), expected, "batches of {batch_bytes}, pieces of {piece}");
    }
    expected
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,12}",
        proptest::collection::vec(
            prop::sample::select(vec!['"', '\\', '{', '}', '[', ']', ',', '\n', 'é', ' ', ':']),
            0..8
        )
        .prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i32>().prop_map(Value::from)];
    let leaf = prop_oneof![leaf, text().prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..4).prop_map(|members| Value::Object(Map::from_iter(
                members.into_iter().map(|(k, v)| (format!("z{k}"), v))
            ))),
        ]
    })
}

/// Records as one system writes them: each begins with the same key.
fn records() -> impl Strategy<Value = Vec<Value>> {
    let record = (any::<u16>(), value()).prop_map(|(id, rest)| serde_json::json!({ "id": id, "rest": rest }));
    proptest::collection::vec(record, 0..8)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Array,
    PrettyArray,
    Wrapped,
    PrettyWrapped,
    Lines,
    Objects,
    PrettyObjects,
    Csv,
}

const LAYOUTS: [Layout; 8] = [
    Layout::Array,
    Layout::PrettyArray,
    Layout::Wrapped,
    Layout::PrettyWrapped,
    Layout::Lines,
    Layout::Objects,
    Layout::PrettyObjects,
    Layout::Csv,
];

impl Layout {
    fn form(self) -> Form {
        match self {
            Layout::Array | Layout::PrettyArray => Form::Array,
            Layout::Wrapped | Layout::PrettyWrapped => Form::Wrapped { key: "Records".into() },
            Layout::Lines => Form::Lines,
            Layout::Objects | Layout::PrettyObjects => Form::Objects,
            Layout::Csv => Form::Csv { delimiter: b',', header: vec!["id".into(), "rest".into()] },
        }
    }

    fn write(self, records: &[Value]) -> Vec<u8> {
        let pretty = |value: &Value| serde_json::to_vec_pretty(value).unwrap();
        let each = |after: &str, write: &dyn Fn(&Value) -> String| -> Vec<u8> {
            records.iter().flat_map(|record| (write(record) + after).into_bytes()).collect()
        };
        let wrapper = || serde_json::json!({ "next": "]}", "Records": records, "total": { "n": [1] } });
        match self {
            Layout::Array => serde_json::to_vec(records).unwrap(),
            Layout::PrettyArray => pretty(&Value::from(records)),
            Layout::Wrapped => serde_json::to_vec(&wrapper()).unwrap(),
            Layout::PrettyWrapped => pretty(&wrapper()),
            Layout::Lines => each("\n", &|record| record.to_string()),
            Layout::Objects => each("", &|record| record.to_string()),
            Layout::PrettyObjects => each("\n", &|record| serde_json::to_string_pretty(record).unwrap()),
            Layout::Csv => {
                let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
                csv.write_record(["id", "rest"]).unwrap();
                for record in records {
                    csv.write_record([record["id"].to_string(), record["rest"].to_string()]).unwrap();
                }
                csv.into_inner().unwrap()
            }
        }
    }
}

fn layout() -> impl Strategy<Value = Layout> {
    prop::sample::select(LAYOUTS.to_vec())
}

#[derive(Debug, Clone)]
enum Damage {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Hole(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Damage::Cut),
        (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        (any::<prop::sample::Index>(), 1usize..200).prop_map(|(at, n)| Damage::Hole(at, n)),
        (any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Flip(at, mask) => {
            let at = at.index(bytes.len());
            bytes[at] ^= mask;
        }
        Damage::Hole(at, n) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + n).min(bytes.len()));
        }
        Damage::Insert(at, what) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, what.iter().copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(records in records(), layout in layout()) {
        let bytes = layout.write(&records);
        let cuts = split_each_way(&bytes, &layout.form(), &Limits::default());
        prop_assert_eq!(cuts.len(), records.len());
        for (cut, record) in cuts.iter().zip(&records) {
            prop_assert_eq!(cut.4, None);
            let chunk = &bytes[cut.0 as usize..(cut.0 + cut.1) as usize];
            if layout == Layout::Csv {
                let mut row = csv::ReaderBuilder::new().has_headers(false).from_reader(chunk);
                let row = row.records().next().unwrap().unwrap();
                prop_assert_eq!(&row[1], record["rest"].to_string());
            } else {
                prop_assert_eq!(&serde_json::from_slice::<Value>(chunk).unwrap(), record);
            }
        }
        if !records.is_empty() {
            // One record alone is neither lines nor objects by itself; the form may differ, not the count.
            let cuts = split(&bytes, &sniff(&bytes), &Limits::default(), 64);
            prop_assert_eq!(cuts.len(), records.len(), "{:?}", sniff(&bytes));
        }
    }

    #[test]
    fn damage_does_not_break_the_laws(
        records in records(), layout in layout(), damages in proptest::collection::vec(damage(), 1..3),
    ) {
        let mut bytes = layout.write(&records);
        for damage in &damages {
            apply(&mut bytes, damage);
        }
        split_each_way(&bytes, &layout.form(), &Limits::default());
        split_each_way(&bytes, &layout.form(), &Limits { record_bytes: 60, depth: 3, ..Limits::default() });
        split(&bytes, &sniff(&bytes), &Limits::default(), 64);
    }

    #[test]
    fn any_bytes_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..400), layout in layout()) {
        split_each_way(&bytes, &layout.form(), &Limits { record_bytes: 50, ..Limits::default() });
        split(&bytes, &sniff(&bytes), &Limits::default(), 64);
    }

    #[test]
    fn a_cut_loses_the_end_alone(records in records(), layout in layout(), at in any::<prop::sample::Index>()) {
        let whole = layout.write(&records);
        if whole.is_empty() {
            return Ok(());
        }
        let before = split(&whole, &layout.form(), &Limits::default(), usize::MAX);
        let bytes = &whole[..at.index(whole.len())];
        let cuts = split_each_way(bytes, &layout.form(), &Limits::default());
        let left = before.iter().filter(|cut| cut.0 + cut.1 <= bytes.len() as u64).count();
        prop_assert!(cuts.len() <= left + 1);
        prop_assert_eq!(&cuts[..left], &before[..left]);
        // A row without its end looks like a row: what is missing shows when its fields are counted.
        if layout != Layout::Csv {
            prop_assert!(cuts[left..].iter().all(|cut| cut.4 == Some(LossCode::Truncated)), "{:?}", &cuts[left..]);
        }
    }

    #[test]
    fn one_flipped_byte_costs_its_record_and_at_most_its_neighbour(
        records in records().prop_filter("two at least", |records| records.len() > 1),
        layout in prop::sample::select(LAYOUTS[..7].to_vec()),
        at in any::<prop::sample::Index>(),
        mask in 1u8..,
    ) {
        let whole = layout.write(&records);
        let before = split(&whole, &layout.form(), &Limits::default(), usize::MAX);
        // The first record tells what the others look like; the wrapper's head tells where they are.
        let head = before[1].0 as usize;
        let mut bytes = whole.clone();
        let at = head + at.index(whole.len() - head);
        bytes[at] ^= mask;
        let cuts = split_each_way(&bytes, &layout.form(), &Limits::default());
        let kept = before.iter().filter(|cut| cuts.iter().any(|other| other.0 == cut.0 && other.1 == cut.1)).count();
        prop_assert!(kept + 2 >= before.len(), "{} of {} kept: {}", kept, before.len(), String::from_utf8_lossy(&bytes));
    }
}
