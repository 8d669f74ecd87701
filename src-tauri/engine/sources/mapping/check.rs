//! What a mapping reads of an export, and what it leaves (`behalf mapping check`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::json::{self, Json};
use super::super::{Content, Hints, Record, Understood, registry, understand_chunk};
use super::read::{self, Values};
use super::{Field, Kind, KindRule, Mapping, Rule, answers};
use crate::model::{Event, Outcome, WireKind};
use crate::read::Form;

/// Values of one field that are listed one by one.
const MOST_VALUES: usize = 10;

/// Counts over a sample of the export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Check {
    /// Which source import would take the export for, were this mapping given, and why.
    pub detected: String,
    pub why: String,
    /// Whether that is this mapping.
    pub chosen: bool,
    pub records: usize,
    pub events: usize,
    /// Rows of a roster or of entitlements.
    pub entries: usize,
    /// Kept with nothing in them: a kind that the mapping does not list.
    pub kept: usize,
    /// Records that could not be read, with the first reasons.
    pub rejected: usize,
    pub reasons: Vec<String>,
    /// Each field that the mapping names, and in how many records it has a value.
    pub fields: Vec<Filled>,
    /// Values that stand where a field is read and mean nothing to it: a word that its table lacks, a time that is none.
    pub unread: Vec<Unread>,
    /// What Behalf will be able to answer with these records, a sentence each.
    pub answers: Vec<String>,
    /// Pointers of the export that the mapping does not look at, and in how many records they stand.
    pub left: Vec<Left>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Filled {
    pub field: String,
    pub filled: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Unread {
    pub field: String,
    /// The value, shortened; of a field with many only the most frequent.
    pub value: String,
    pub records: usize,
    /// `no time`, or `none of its words`.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Left {
    pub pointer: String,
    pub records: usize,
    /// A value that stands there, shortened.
    pub example: String,
}

/// Reads a sample of an export through the mapping.
pub fn check(mapping: &Mapping, form: &Form, chunks: &[&[u8]]) -> Check {
    let hints = Hints::none();
    let mut check = Check::default();
    let mut filled: BTreeMap<Field, usize> = mapping.fields.iter().map(|(field, _)| (*field, 0)).collect();
    let mut attributes: BTreeMap<String, usize> =
        mapping.attributes.iter().map(|(name, _)| (name.clone(), 0)).collect();
    let mut left: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut unread: BTreeMap<(String, &'static str, String), usize> = BTreeMap::new();
    let mut events: Vec<Event> = Vec::new();
    for chunk in chunks {
        for (range, envelope, understood) in understand_chunk(mapping, form, chunk, &hints) {
            check.records += 1;
            match understood {
                Ok(Understood::Event(event)) => {
                    check.events += 1;
                    events.push(*event);
                }
                Ok(Understood::Entry(_) | Understood::Entries(_)) => check.entries += 1,
                Ok(Understood::Kept) => check.kept += 1,
                Err(why) => {
                    check.rejected += 1;
                    if check.reasons.len() < 10 && !check.reasons.contains(&why.detail) {
                        check.reasons.push(why.detail);
                    }
                }
            }
            let around = envelope.as_deref().and_then(|e| json::parse(e).ok());
            content(form, chunk.get(range).unwrap_or_default(), around.as_ref(), |record, leaves| {
                let values = Values { mapping, record };
                for (field, rule) in &mapping.fields {
                    let listed = rule.from.iter().any(|p| is_list(record, p));
                    if listed || values.of(rule).is_some() {
                        *filled.entry(*field).or_default() += 1;
                    }
                }
                for (field, value, why) in meaningless(mapping, &values) {
                    *unread.entry((field.to_string(), why, short(&value))).or_default() += 1;
                }
                for (name, rule) in &mapping.attributes {
                    if values.of(&rule.rule).is_some() {
                        *attributes.entry(name.clone()).or_default() += 1;
                    }
                }
                for (pointer, example) in leaves {
                    if !looked_at(mapping, &pointer) {
                        left.entry(pointer).or_insert((0, example)).0 += 1;
                    }
                }
            });
        }
    }
    check.fields = filled.into_iter().map(|(field, filled)| Filled { field: field.word().into(), filled }).collect();
    check
        .fields
        .extend(attributes.into_iter().map(|(name, filled)| Filled { field: format!("attributes.{name}"), filled }));
    check.left = left.into_iter().map(|(pointer, (records, example))| Left { pointer, records, example }).collect();
    check.unread = most_frequent(unread);
    check.answers = answers::answers(mapping, &events);
    let given = registry(vec![mapping.clone()]);
    let found = given.detect(form, chunks);
    (check.detected, check.chosen) = (found.name().to_string(), found.name() == mapping.source);
    check.why = found.why;
    check
}

/// Values that stand where the mapping looks and mean nothing there.
fn meaningless(mapping: &Mapping, values: &Values<'_>) -> Vec<(&'static str, String, &'static str)> {
    const NO_WORD: &str = "none of its words";
    let by_value = match &mapping.kind {
        KindRule::ByValue(rule) => Some(("kind", rule, NO_WORD, is_kind as fn(&str) -> bool)),
        KindRule::Always(_) => None,
    };
    let fields = mapping.fields.iter().filter_map(|(field, rule): &(Field, Rule)| {
        let (why, means): (_, fn(&str) -> bool) = match field {
            Field::Time
            | Field::End
            | Field::IssuedAt
            | Field::NotBefore
            | Field::Expires
            | Field::Revoked
            | Field::Start
            | Field::LastCertified
            | Field::ValidFrom
            | Field::ValidTo => ("no time", |text| read::moment(text).is_some()),
            Field::Outcome => (NO_WORD, |word| word == "unknown" || read::outcome(word) != Outcome::Unknown),
            Field::Decision | Field::Effect => (NO_WORD, |word| read::effect(word).is_some()),
            Field::WireKind => (NO_WORD, |word| WireKind::from_word(&word.to_lowercase()).is_some()),
            _ if !rule.words.is_empty() => (NO_WORD, |_| true),
            _ => return None,
        };
        Some((field.word(), rule, why, means))
    });
    let lost = |(field, rule, why, means): (&'static str, &Rule, &'static str, fn(&str) -> bool)| {
        let stands = values.as_it_stands(rule)?;
        (!values.of(rule).is_some_and(|meaning| means(&meaning))).then_some((field, stands, why))
    };
    by_value.into_iter().chain(fields).filter_map(lost).collect()
}

fn is_kind(word: &str) -> bool {
    Kind::from_word(word).is_some()
}

fn most_frequent(unread: BTreeMap<(String, &'static str, String), usize>) -> Vec<Unread> {
    let mut all: Vec<Unread> = unread
        .into_iter()
        .map(|((field, why, value), records)| Unread { field, value, records, why: why.into() })
        .collect();
    all.sort_by(|a, b| (&a.field, b.records, &a.value).cmp(&(&b.field, a.records, &b.value)));
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    all.retain(|u| {
        let count = shown.entry(u.field.clone()).or_default();
        *count += 1;
        *count <= MOST_VALUES
    });
    all
}

fn is_list(record: &Record<'_>, pointer: &str) -> bool {
    match &record.content {
        Content::Json(value) => json::items(json::at(value, pointer)).next().is_some(),
        _ => false,
    }
}

/// A pointer that the mapping names, or something inside it.
fn looked_at(mapping: &Mapping, pointer: &str) -> bool {
    mapping.pointers().any(|known| {
        pointer.len() >= known.len()
            && pointer.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            && pointer.get(known.len()..).is_none_or(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Gives the record and its leaves, each a pointer with a short example.
fn content(form: &Form, bytes: &[u8], envelope: Option<&Json>, see: impl FnOnce(&Record<'_>, Vec<(String, String)>)) {
    let mut leaves = Vec::new();
    if let Form::Csv { delimiter, header } = form {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(*delimiter).from_reader(bytes);
        let Some(Ok(row)) = reader.records().next() else { return };
        let cells: Vec<String> = row.iter().map(String::from).collect();
        for (name, cell) in header.iter().zip(&cells).filter(|(_, c)| !c.trim().is_empty()) {
            leaves.push((format!("/{}", escape(name)), short(cell)));
        }
        see(&Record { bytes, content: Content::Row { header, cells: &cells }, header, envelope: None }, leaves);
    } else if let Ok(value) = json::parse(bytes) {
        walk(&value, String::new(), 0, &mut leaves);
        see(&Record { bytes, content: Content::Json(&value), header: &[], envelope }, leaves);
    }
}

/// Objects to their leaves; a list is looked at by its first element.
fn walk(value: &Json, pointer: String, depth: usize, leaves: &mut Vec<(String, String)>) {
    if depth < 16 {
        let mut inner = false;
        for (key, member) in json::members(Some(value)) {
            inner = true;
            walk(member, format!("{pointer}/{}", escape(key)), depth + 1, leaves);
        }
        if let Some(first) = json::items(Some(value)).next().filter(|f| json::members(Some(f)).next().is_some()) {
            walk(first, format!("{pointer}/0"), depth + 1, leaves);
            inner = true;
        }
        if inner {
            return;
        }
    }
    let text = json::scalar(value).unwrap_or_else(|| value.to_string());
    if !pointer.is_empty() && !matches!(text.as_str(), "null" | "{}" | "[]" | "\"\"") {
        leaves.push((pointer, short(&text)));
    }
}

pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
