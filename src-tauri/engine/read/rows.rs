//! Rows of a CSV. A quote opens a field only at the field's start and closes it only before a delimiter or an end of
//! line; anything else is damage, and the rows behind it are looked for by their number of fields.

use super::Limits;
use super::sniff::TYPE_LINE;
use super::split::{Cut, Cutter, Hold, Window};
use crate::model::LossCode;

/// How far beyond the damage rows are tried, in bytes.
const LOOK: u64 = 64 << 10;
/// How many line breaks inside a damaged row are tried as its end.
const TRIES: usize = 64;

pub(super) struct Rows {
    record_bytes: u64,
    delimiter: u8,
    columns: usize,
    /// First byte of the row that is being read.
    start: u64,
    /// First byte not yet looked at.
    pos: u64,
    place: Place,
    header_seen: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Quoted,
    /// A quote stood where none can, at this offset.
    Torn(u64),
    /// As before, and no row was found up to it: the damaged row ends at the next line break.
    Lost,
}

impl Rows {
    pub fn new(limits: &Limits, from: u64, delimiter: u8, columns: usize) -> Rows {
        let record_bytes = limits.record_bytes as u64;
        Rows { record_bytes, delimiter, columns, start: from, pos: from, place: Place::Plain, header_seen: false }
    }

    /// Ends the row before `end`; the next starts at `next`.
    fn row(&mut self, window: &Window, end: u64, next: u64, broken: Option<(LossCode, String)>, out: &mut Vec<Cut>) {
        let start = self.start;
        self.start = next;
        self.pos = next;
        self.place = Place::Plain;
        let end = if end > start && window.byte(end - 1) == Some(b'\r') { end - 1 } else { end };
        let blank = end - start <= self.record_bytes && window.slice(start, end).trim_ascii().is_empty();
        if blank {
            return;
        }
        if !self.header_seen {
            let before_header = end - start <= self.record_bytes && window.slice(start, end).starts_with(TYPE_LINE);
            self.header_seen = !before_header;
            return;
        }
        out.push(Cut { start, end, broken });
    }

    /// One step; false when the window holds no more.
    fn step(&mut self, window: &Window, out: &mut Vec<Cut>) -> bool {
        match self.place {
            Place::Plain => self.plain(window, out),
            Place::Quoted => self.quoted(window),
            Place::Torn(at) => self.torn(window, at, out),
            Place::Lost => match memchr::memchr(b'\n', window.from(self.pos)) {
                Some(found) => {
                    let end = self.pos + found as u64;
                    self.row(window, end, end + 1, torn_row(), out);
                    true
                }
                None => {
                    self.pos = window.end();
                    false
                }
            },
        }
    }

    fn plain(&mut self, window: &Window, out: &mut Vec<Cut>) -> bool {
        let Some(found) = memchr::memchr2(b'"', b'\n', window.from(self.pos)) else {
            self.pos = window.end();
            return false;
        };
        let at = self.pos + found as u64;
        if window.byte(at) == Some(b'\n') {
            self.row(window, at, at + 1, None, out);
            return true;
        }
        if at == self.start || window.byte(at - 1) == Some(self.delimiter) {
            self.place = Place::Quoted;
        }
        self.pos = at + 1;
        true
    }

    fn quoted(&mut self, window: &Window) -> bool {
        let Some(found) = memchr::memchr(b'"', window.from(self.pos)) else {
            self.pos = window.end();
            return false;
        };
        let at = self.pos + found as u64;
        match window.byte(at + 1) {
            None if !window.eof() => {
                self.pos = at;
                return false;
            }
            Some(b'"') => self.pos = at + 2,
            None | Some(b'\n' | b'\r') => {
                self.place = Place::Plain;
                self.pos = at + 1;
            }
            Some(next) if next == self.delimiter => {
                self.place = Place::Plain;
                self.pos = at + 1;
            }
            Some(_) => self.place = Place::Torn(at),
        }
        true
    }

    /// Looks for the next whole row between the start of the damaged one and the damage.
    fn torn(&mut self, window: &Window, at: u64, out: &mut Vec<Cut>) -> bool {
        if !window.reaches(at + LOOK) {
            return false;
        }
        let kept = at - self.start <= self.record_bytes;
        let text = if kept { window.slice(self.start, at + LOOK) } else { &[] };
        let damage = (at - self.start) as usize;
        let end = memchr::memchr_iter(b'\n', text.get(..damage).unwrap_or_default())
            .take(TRIES)
            .find(|end| self.is_whole_row(&text[end + 1..]));
        match end {
            Some(end) => {
                let end = self.start + end as u64;
                self.row(window, end, end + 1, torn_row(), out);
            }
            None => {
                self.place = Place::Lost;
                self.pos = at + 1;
            }
        }
        true
    }

    /// Whether the text starts with a well-formed row of as many fields as the header.
    fn is_whole_row(&self, text: &[u8]) -> bool {
        let text = text.get(..LOOK as usize).unwrap_or(text);
        let (mut fields, mut i) = (1, 0);
        loop {
            if text.get(i) == Some(&b'"') {
                i += 1;
                loop {
                    let Some(quote) = memchr::memchr(b'"', &text[i..]) else { return false };
                    i += quote + 1;
                    if text.get(i) != Some(&b'"') {
                        break;
                    }
                    i += 1;
                }
                if !matches!(text.get(i), Some(b'\n' | b'\r')) && text.get(i) != Some(&self.delimiter) {
                    return false;
                }
            }
            let Some(stop) = memchr::memchr2(self.delimiter, b'\n', &text[i..]) else { return false };
            i += stop + 1;
            if text[i - 1] == b'\n' {
                return fields == self.columns;
            }
            fields += 1;
        }
    }
}

fn torn_row() -> Option<(LossCode, String)> {
    Some((LossCode::BrokenRecord, "a quote stands inside a quoted field".into()))
}

impl Cutter for Rows {
    fn cut(&mut self, window: &Window, out: &mut Vec<Cut>) -> Hold {
        while self.step(window, out) {}
        if window.eof() && self.start < window.end() {
            let broken = match self.place {
                Place::Plain => None,
                Place::Quoted => Some((LossCode::Truncated, "the export ends inside a quoted field".into())),
                Place::Torn(_) | Place::Lost => torn_row(),
            };
            self.row(window, window.end(), window.end(), broken, out);
        }
        let known = match self.place {
            Place::Torn(at) => at,
            _ => self.pos,
        };
        // One byte before what is read stays, since a quote is judged by it; and a row of just the limit may have a
        // carriage return behind it.
        let from = if known - self.start > self.record_bytes + 1 { known - 1 } else { self.start };
        Hold { from, open: Some(self.start) }
    }
}
