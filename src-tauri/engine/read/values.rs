//! JSON values one after the other: the elements of an array, of an array in a wrapper, or objects at the top.
//!
//! Damage is noticed by [`Scan`] within a few bytes. Where the next record begins is then decided by what the export's
//! records look like: the key that they begin with, or the column that they begin in; and only a place where a whole
//! value follows is taken. So one broken record is one loss, and text inside a record cannot easily pose as one.

use super::Limits;
use super::lines::is_value;
use super::scan::{Scan, Seen, string_stop};
use super::sniff::HEAD_BYTES;
use super::split::{Cut, Cutter, Hold, Window};
use super::wrap;
use crate::model::LossCode;

/// How far around a place the search for the next record looks, in bytes.
const NEAR: u64 = 256;
/// How many keys that records begin with are remembered.
const KEYS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Array,
    Wrapped,
    Objects,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    Record,
    /// Behind a string, number or word, which only what follows it shows to be a value of its own.
    Scalar {
        end: u64,
    },
    /// In the rest of the wrapper, behind its array, between two members.
    Around,
    /// In the value of a member of the wrapper that is no array of records.
    Aside(Member),
    /// Behind damage: the next byte at which a record may begin.
    Lost {
        search: u64,
        why: &'static str,
    },
    /// A place where a record may begin, being scanned, and its end once known.
    Trial {
        at: u64,
        end: Option<u64>,
        why: &'static str,
    },
}

/// What of a member of the wrapper comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Key,
    Colon,
    Value,
}

pub(super) struct Values {
    frame: Frame,
    record_bytes: u64,
    place: Place,
    in_array: bool,
    /// Objects around the array, 0 outside a wrapper.
    nested: usize,
    /// First byte of the record that is being read.
    start: u64,
    /// First byte not yet looked at.
    pos: u64,
    /// Blanks since the last line break, while nothing else came between.
    indent: Option<u64>,
    scan: Scan,
    shape: Shape,
}

/// What the records of this export begin with, learned from whole ones.
#[derive(Default)]
struct Shape {
    keys: Vec<Vec<u8>>,
    column: Option<u64>,
    /// The first key of the damaged record: without a whole record before it, it must do.
    damaged: Option<Vec<u8>>,
}

impl Values {
    pub fn new(limits: &Limits, from: u64, frame: Frame) -> Values {
        Values {
            frame,
            record_bytes: limits.record_bytes as u64,
            place: Place::Between,
            in_array: false,
            nested: 0,
            start: from,
            pos: from,
            indent: Some(0),
            scan: Scan::new(limits.depth),
            shape: Shape::default(),
        }
    }

    /// One step; false when the window holds no more.
    fn step(&mut self, window: &Window, out: &mut Vec<Cut>) -> bool {
        match self.place {
            Place::Between => self.between(window),
            Place::Record => self.record(window, out),
            Place::Scalar { end } => self.scalar(window, end, out),
            Place::Around => self.around(window),
            Place::Aside(next) => self.aside(window, next),
            Place::Lost { search, why } => self.lost(window, search, why, out),
            Place::Trial { at, end: None, why } => self.try_record(window, at, why),
            Place::Trial { at, end: Some(end), why } => self.judge(window, at, end, why, out),
        }
    }

    fn between(&mut self, window: &Window) -> bool {
        let rest = window.from(self.pos);
        let gap = rest.iter().position(|b| !b.is_ascii_whitespace() && *b != b',').unwrap_or(rest.len());
        for byte in &rest[..gap] {
            self.indent = match byte {
                b'\n' => Some(0),
                b' ' | b'\t' => self.indent.map(|blanks| blanks + 1),
                _ => None,
            };
        }
        self.pos += gap as u64;
        if gap == rest.len() {
            return false;
        }
        match (window.byte(self.pos), self.in_array, self.frame) {
            (Some(b']'), true, _) => {
                self.in_array = false;
                self.pos += 1;
                if self.nested > 0 {
                    self.place = Place::Around;
                }
            }
            (Some(b'['), false, Frame::Array) => {
                self.in_array = true;
                self.indent = None;
                self.pos += 1;
            }
            (Some(b'{'), false, Frame::Wrapped) => {
                let head = self.pos + HEAD_BYTES as u64;
                if !window.reaches(head) {
                    return false;
                }
                match wrap::find(window.slice(self.pos, head)) {
                    Some(found) => {
                        self.in_array = true;
                        self.indent = None;
                        self.nested = found.nested;
                        self.pos += found.records as u64;
                    }
                    None => self.begin_record(),
                }
            }
            _ => self.begin_record(),
        }
        true
    }

    fn begin_record(&mut self) {
        self.start = self.pos;
        self.scan.reset();
        self.place = Place::Record;
    }

    fn record(&mut self, window: &Window, out: &mut Vec<Cut>) -> bool {
        match self.scan.run(window.from(self.pos), 0) {
            Seen::Done(length) => {
                let end = self.pos + length as u64;
                match self.scan.is_container() {
                    true => self.end_record(window, end, out),
                    false => self.place = Place::Scalar { end },
                }
            }
            Seen::Broken { at, why } => self.lose(window, self.pos + at as u64, why),
            Seen::More => {
                self.pos = window.end();
                if !window.eof() {
                    return false;
                }
                if self.scan.ends_here() {
                    self.place = Place::Scalar { end: window.end() };
                } else {
                    let broken = (LossCode::Truncated, "the export ends inside this record".into());
                    out.push(Cut {
                        start: self.start,
                        end: trimmed(window, self.start, window.end(), self.record_bytes),
                        broken: Some(broken),
                    });
                    self.place = Place::Between;
                }
            }
        }
        true
    }

    fn scalar(&mut self, window: &Window, end: u64, out: &mut Vec<Cut>) -> bool {
        if !window.reaches(end + 1) {
            return false;
        }
        let alone = window.byte(end).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b']'));
        let small = end - self.start <= self.record_bytes;
        if alone && (!small || is_value(window.slice(self.start, end))) {
            self.end_record(window, end, out);
        } else {
            self.lose(window, end, "text that is no JSON value");
        }
        true
    }

    /// The record that is being read turned out damaged at `at`.
    fn lose(&mut self, window: &Window, at: u64, why: &'static str) {
        // The bytes of a record beyond the limit are gone: the search can only begin at the damage.
        let small = at - self.start <= self.record_bytes;
        self.shape.damaged = if small { first_key(window, self.start).map(<[u8]>::to_vec) } else { None };
        self.place = Place::Lost { search: if small { self.start + 1 } else { at }, why };
    }

    fn end_record(&mut self, window: &Window, end: u64, out: &mut Vec<Cut>) {
        let (start, small) = (self.start, end - self.start <= self.record_bytes);
        let broken = self.scan.too_deep().then(|| (LossCode::TooDeep, "nested too deep".into()));
        if small && broken.is_none() {
            self.shape.learn(first_key(window, start), self.indent);
        }
        out.push(Cut { start, end, broken });
        self.pos = end;
        self.indent = None;
        self.place = Place::Between;
    }

    /// The rest of the wrapper is no record, but for a further array of them.
    fn around(&mut self, window: &Window) -> bool {
        let rest = window.from(self.pos);
        let gap = rest.iter().position(|b| !b.is_ascii_whitespace() && *b != b',').unwrap_or(rest.len());
        self.pos += gap as u64;
        match window.byte(self.pos) {
            None => return false,
            Some(b'}') => {
                self.pos += 1;
                self.nested -= 1;
                if self.nested == 0 {
                    self.place = Place::Between;
                }
            }
            Some(b'"') => {
                if !window.reaches(self.pos + NEAR) {
                    return false;
                }
                match wrap::further(window.slice(self.pos, self.pos + NEAR)) {
                    Some(records) => {
                        self.in_array = true;
                        self.indent = None;
                        self.pos += records as u64;
                        self.place = Place::Between;
                    }
                    None => {
                        self.scan.reset();
                        self.place = Place::Aside(Member::Key);
                    }
                }
            }
            Some(_) => self.lose_around(self.pos, "no key where a key belongs"),
        }
        true
    }

    /// Skips a member of the wrapper that holds no records.
    fn aside(&mut self, window: &Window, next: Member) -> bool {
        if next == Member::Colon {
            let rest = window.from(self.pos);
            self.pos += rest.iter().take_while(|b| b.is_ascii_whitespace()).count() as u64;
            match window.byte(self.pos) {
                None => return false,
                Some(b':') => {
                    self.pos += 1;
                    self.scan.reset();
                    self.place = Place::Aside(Member::Value);
                }
                Some(_) => self.lose_around(self.pos, "a key without its colon"),
            }
            return true;
        }
        match self.scan.run(window.from(self.pos), 0) {
            Seen::More => {
                self.pos = window.end();
                return false;
            }
            Seen::Done(length) => {
                self.pos += length as u64;
                self.place = if next == Member::Key { Place::Aside(Member::Colon) } else { Place::Around };
            }
            Seen::Broken { at, why } => self.lose_around(self.pos + at as u64, why),
        }
        true
    }

    fn lose_around(&mut self, at: u64, why: &'static str) {
        self.shape.damaged = None;
        self.start = at;
        self.nested = 0;
        self.place = Place::Lost { search: at, why };
    }

    fn lost(&mut self, window: &Window, search: u64, why: &'static str, out: &mut Vec<Cut>) -> bool {
        let Some(found) = memchr::memchr(b'{', window.from(search)) else {
            self.pos = window.end();
            self.place = Place::Lost { search: window.end(), why };
            if window.eof() {
                self.give_up(window, window.end(), why, out);
            }
            return window.eof();
        };
        let at = search + found as u64;
        if !window.reaches(at + NEAR) {
            self.place = Place::Lost { search: at, why };
            return false;
        }
        self.place = if self.shape.fits(window, self.start, at) {
            self.scan.reset();
            self.pos = at;
            Place::Trial { at, end: None, why }
        } else {
            Place::Lost { search: at + 1, why }
        };
        true
    }

    fn try_record(&mut self, window: &Window, at: u64, why: &'static str) -> bool {
        self.place = match self.scan.run(window.from(self.pos), 0) {
            Seen::Done(length) => Place::Trial { at, end: Some(self.pos + length as u64), why },
            Seen::More if window.eof() || window.end() - at > self.record_bytes => Place::Lost { search: at + 1, why },
            Seen::More => {
                self.pos = window.end();
                return false;
            }
            Seen::Broken { .. } => Place::Lost { search: at + 1, why },
        };
        true
    }

    /// A whole value was found behind the damage: it is a record if what follows it follows a record.
    fn judge(&mut self, window: &Window, at: u64, end: u64, why: &'static str, out: &mut Vec<Cut>) -> bool {
        if !window.reaches(end + NEAR) {
            return false;
        }
        let next = window.slice(end, end + NEAR).trim_ascii_start().first().copied();
        if end - at <= self.record_bytes && matches!(next, None | Some(b',' | b']' | b'{' | b'[')) {
            self.give_up(window, at, why, out);
        } else {
            self.place = Place::Lost { search: at + 1, why };
        }
        true
    }

    /// The damaged record goes up to `next`.
    fn give_up(&mut self, window: &Window, next: u64, why: &'static str, out: &mut Vec<Cut>) {
        let end = trimmed(window, self.start, next, self.record_bytes);
        if end > self.start {
            out.push(Cut { start: self.start, end, broken: Some((LossCode::BrokenRecord, why.into())) });
        }
        self.pos = next;
        self.indent = None;
        self.place = Place::Between;
    }

    /// Bytes up to here are surely part of the record that is being read.
    fn hold(&self) -> Hold {
        let (sure, needed) = match self.place {
            Place::Between | Place::Around | Place::Aside(_) => return Hold { from: self.pos, open: None },
            Place::Record => (self.pos, self.pos.saturating_sub(NEAR)),
            Place::Scalar { end } => (end, end.saturating_sub(NEAR)),
            Place::Lost { search, .. } => (search, search.saturating_sub(NEAR)),
            Place::Trial { at, .. } => (at, at.saturating_sub(NEAR)),
        };
        let too_large = sure.saturating_sub(self.start) > self.record_bytes;
        let from = if too_large { needed.max(self.start) } else { self.start };
        Hold { from, open: Some(self.start) }
    }
}

impl Cutter for Values {
    fn cut(&mut self, window: &Window, out: &mut Vec<Cut>) -> Hold {
        while self.step(window, out) {}
        self.hold()
    }
}

/// `end` without the separators before it, as far as they are near and the record is small enough to be kept.
fn trimmed(window: &Window, start: u64, end: u64, record_bytes: u64) -> u64 {
    if end - start > record_bytes {
        return end;
    }
    let near = window.slice(end.saturating_sub(NEAR).max(start), end);
    let separators = near.iter().rev().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
    end - separators as u64
}

impl Shape {
    fn learn(&mut self, key: Option<&[u8]>, column: Option<u64>) {
        self.column = self.column.or(column);
        if let Some(key) = key
            && self.keys.len() < KEYS
            && !self.keys.iter().any(|known| known == key)
        {
            self.keys.push(key.to_vec());
        }
    }

    /// Whether a record may begin at `at`, behind the damaged one at `broken`.
    fn fits(&self, window: &Window, broken: u64, at: u64) -> bool {
        let Some(key) = first_key(window, at) else { return false };
        let before = window.slice(at.saturating_sub(NEAR).max(broken), at).trim_ascii_end().last().copied();
        let column = column(window, broken, at);
        if column.is_some() && column == self.column {
            return true;
        }
        if column.is_none() && !matches!(before, Some(b',' | b'[' | b'}' | b']')) {
            return false;
        }
        match self.keys.is_empty() {
            true => self.damaged.as_ref().is_none_or(|own| own == key),
            false => self.keys.iter().any(|known| known == key),
        }
    }
}

/// The first key of the object at `at`, if it is near.
fn first_key(window: &Window, at: u64) -> Option<&[u8]> {
    let text = window.slice(at, at + NEAR).strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = string_stop(text, 0);
    (text.get(end) == Some(&b'"')).then(|| &text[..end])
}

/// Column of `at` if it is the first byte on its line that is not blank.
fn column(window: &Window, from: u64, at: u64) -> Option<u64> {
    let near = window.slice(at.saturating_sub(NEAR).max(from), at);
    let blanks = near.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    (near.iter().rev().nth(blanks) == Some(&b'\n')).then_some(blanks as u64)
}
