//! The parts of a run's text by their places, without building the whole of it.

use std::borrow::Cow;
use std::ops::Range;

use sonic_rs::{to_array_iter, to_object_iter};

use super::super::Piece;
use super::super::json::{self, Json};
use super::Around;

/// The text of one run, and the records found in it.
pub struct Split<'a> {
    chunk: &'a [u8],
    text: Cow<'a, [u8]>,
    records: Vec<(Range<usize>, Around)>,
}

/// Members of an object with the places of their values.
pub struct Members(Vec<(String, Range<usize>)>);

impl Members {
    /// By key, in any case.
    pub fn get(&self, key: &str) -> Option<Range<usize>> {
        self.0.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, at)| at.clone())
    }

    pub fn first(&self, keys: &[&str]) -> Option<Range<usize>> {
        keys.iter().find_map(|key| self.get(key))
    }
}

/// A word that may stand in each record's envelope: one without bound would be copied as often as there are records.
pub fn short(word: &str) -> bool {
    word.len() <= SHORT
}

/// Text that a scalar may have to be told with the run. Longer ones stay in the record.
const SHORT: usize = 200;
/// Scalars of a run that are told.
const MOST: usize = 24;

impl<'a> Split<'a> {
    pub fn new(chunk: &'a [u8]) -> Split<'a> {
        Split { chunk, text: masked(chunk), records: Vec::new() }
    }

    /// The members of the object at a place; none where there is no whole object.
    pub fn object(&self, at: Range<usize>) -> Option<Members> {
        let text = self.text.get(at)?;
        if !text.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let mut found = Vec::new();
        for member in to_object_iter(text) {
            let (key, value) = member.ok()?;
            found.push((key.to_string(), json::offset_in(&self.text, value.as_raw_str().as_bytes())?));
        }
        Some(Members(found))
    }

    pub fn whole(&self) -> Option<Members> {
        self.object(0..self.text.len())
    }

    /// The elements of the array at a place.
    pub fn list(&self, at: Range<usize>) -> Option<Vec<Range<usize>>> {
        let text = self.text.get(at)?;
        if !text.trim_ascii_start().starts_with(b"[") {
            return None;
        }
        let mut found = Vec::new();
        for element in to_array_iter(text) {
            found.push(json::offset_in(&self.text, element.ok()?.as_raw_str().as_bytes())?);
        }
        Some(found)
    }

    pub fn text(&self, at: Range<usize>) -> &[u8] {
        self.text.get(at).unwrap_or_default()
    }

    pub fn json(&self, at: Range<usize>) -> Option<Json> {
        json::parse(self.text(at)).ok()
    }

    /// A scalar member as text.
    pub fn word(&self, members: &Members, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| json::scalar(&self.json(members.get(key)?)?).filter(|word| short(word)))
    }

    /// Scalar members of an object, short enough to be told with each run.
    pub fn scalars(&self, members: &Members, but: &[&str]) -> serde_json::Map<String, serde_json::Value> {
        let told = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => !text.is_empty() && short(text),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => true,
            _ => false,
        };
        let short = members
            .0
            .iter()
            .filter(|(key, at)| key.len() <= 64 && at.len() <= SHORT * 2 && !but.contains(&key.as_str()));
        let values =
            short.filter_map(|(key, at)| Some((key.clone(), serde_json::from_slice(self.text(at.clone())).ok()?)));
        values.filter(|(_, value)| told(value)).take(MOST).collect()
    }

    /// Names a run that its file gives no id, by all of its bytes.
    pub fn digest(&self) -> String {
        blake3::hash(self.chunk).to_hex().as_str().chars().take(12).collect()
    }

    pub fn add(&mut self, at: Range<usize>, around: Around) {
        self.records.push((at, around));
    }

    /// Records in the order of their bytes. Where the run has no record of its own its first turn starts it. Text in
    /// which nothing was found is one record, so that it is accounted for.
    pub fn finish(mut self, start: Around) -> Vec<Piece<'a>> {
        self.records.sort_by_key(|(at, _)| (at.start, at.end));
        if !self.records.iter().any(|(_, a)| a.piece == super::Kind::Run)
            && let Some((_, first)) = self.records.iter_mut().find(|(_, a)| a.piece == super::Kind::Message)
        {
            *first = start;
        }
        let mut end = 0;
        let mut pieces = Vec::with_capacity(self.records.len());
        for (range, around) in self.records {
            // A member written twice would be two records of the same bytes.
            if range.start < end || range.is_empty() {
                continue;
            }
            end = range.end;
            let envelope = serde_json::to_vec(&around).ok().map(Cow::Owned);
            pieces.push(Piece { range, envelope });
        }
        if pieces.is_empty() { vec![Piece::whole(self.chunk)] } else { pieces }
    }
}

/// The text with each byte that is no UTF-8 replaced by another of the same length: places stay what they are.
fn masked(chunk: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(chunk).is_ok() {
        return Cow::Borrowed(chunk);
    }
    let mut out = Vec::with_capacity(chunk.len());
    for part in chunk.utf8_chunks() {
        out.extend_from_slice(part.valid().as_bytes());
        out.resize(out.len() + part.invalid().len(), b'?');
    }
    Cow::Owned(out)
}
