//! One JSON value a line. A line is the unit of damage: what is torn in one does not touch the next.

use super::Limits;
use super::scan::{Scan, Seen};
use super::split::{Cut, Cutter, Hold, Window};
use super::token::raw_token;
use crate::model::LossCode;

pub(super) struct Lines {
    record_bytes: u64,
    /// First byte of the line that is being read.
    start: u64,
    /// How far the search for its end has come.
    searched: u64,
    scan: Scan,
}

impl Lines {
    pub fn new(limits: &Limits, from: u64) -> Lines {
        let record_bytes = limits.record_bytes as u64;
        Lines { record_bytes, start: from, searched: from, scan: Scan::new(limits.depth) }
    }

    fn line(&mut self, window: &Window, end: u64, last: bool, out: &mut Vec<Cut>) {
        let start = self.start;
        if end - start > self.record_bytes {
            out.push(Cut { start, end, broken: None });
            return;
        }
        let line = window.slice(start, end);
        let text = line.trim_ascii_end();
        let lead = text.len() - text.trim_ascii_start().len();
        if lead < text.len() && is_raw_token(&text[lead..]) {
            out.push(Cut { start: start + lead as u64, end: start + text.len() as u64, broken: None });
        } else if lead < text.len() {
            self.values(text, lead, start, last, out);
        }
    }

    /// The values of one line: almost always one, but a lost line break puts two side by side.
    fn values(&mut self, text: &[u8], lead: usize, base: u64, last: bool, out: &mut Vec<Cut>) {
        let before = out.len();
        let end = base + text.len() as u64;
        let mut at = lead;
        if logged_value(&text[lead..]).is_some() {
            out.push(Cut { start: base + lead as u64, end, broken: None });
            return;
        }
        loop {
            let start = base + at as u64;
            self.scan.reset();
            let seen = match self.scan.run(text, at) {
                Seen::More if self.scan.ends_here() => Seen::Done(text.len()),
                seen => seen,
            };
            let broken = match seen {
                Seen::Done(_) if self.scan.too_deep() => Some((LossCode::TooDeep, "nested too deep".into())),
                Seen::Done(stop) if !is_value(&text[at..stop]) => {
                    Some((LossCode::BrokenRecord, "the line is no JSON value".into()))
                }
                Seen::Done(_) => None,
                Seen::More if last => Some((LossCode::Truncated, "the export ends inside this line's value".into())),
                Seen::More => Some((LossCode::BrokenRecord, "the line ends inside its value".into())),
                Seen::Broken { why, .. } => Some((LossCode::BrokenRecord, why.into())),
            };
            let Seen::Done(stop) = seen else {
                out.push(Cut { start, end, broken });
                return;
            };
            out.push(Cut { start, end: base + stop as u64, broken });
            let gap = text[stop..].iter().position(|b| !b.is_ascii_whitespace() && *b != b',');
            match gap.map(|gap| stop + gap) {
                None => return,
                Some(next) if matches!(text[next], b'{' | b'[') => at = next,
                Some(_) => {
                    // Text behind a value makes it doubtful where the record ends: the line is one loss.
                    out.truncate(before);
                    let broken = Some((LossCode::BrokenRecord, "text after the value".into()));
                    out.push(Cut { start: base + lead as u64, end, broken });
                    return;
                }
            }
        }
    }
}

/// A raw token is a record, though no JSON.
fn is_raw_token(text: &[u8]) -> bool {
    !matches!(text.first(), Some(b'{' | b'[')) && std::str::from_utf8(text).is_ok_and(|text| raw_token(text).is_some())
}

/// Where the JSON object begins on a line of a program's log: time, level and message before it, tabs between them.
/// Such a line is one record, and what stands before the object is part of it.
pub fn logged_value(line: &[u8]) -> Option<usize> {
    if matches!(line.first(), None | Some(b'{' | b'[' | b'"')) {
        return None;
    }
    let at = memchr::memmem::find(line, b"\t{")? + 1;
    (Scan::new(usize::MAX).run(&line[at..], 0) == Seen::Done(line.len() - at)).then_some(at)
}

/// Whether the text can be a value: brackets and strings were followed by the scan, words were not.
pub(super) fn is_value(text: &[u8]) -> bool {
    match text.first() {
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') => true,
        _ => matches!(text, b"true" | b"false" | b"null"),
    }
}

impl Cutter for Lines {
    fn cut(&mut self, window: &Window, out: &mut Vec<Cut>) -> Hold {
        while let Some(found) = memchr::memchr(b'\n', window.from(self.searched)) {
            let end = self.searched + found as u64;
            self.line(window, end, false, out);
            self.start = end + 1;
            self.searched = self.start;
        }
        self.searched = window.end();
        if window.eof() && self.start < window.end() {
            self.line(window, window.end(), true, out);
            self.start = window.end();
        }
        let too_large = window.end() - self.start > self.record_bytes;
        Hold { from: if too_large { window.end() } else { self.start }, open: Some(self.start) }
    }
}
