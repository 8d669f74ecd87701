//! Bytes to chunks: the moving window over an export, and what is cut out of it.
//!
//! The window grows by one batch at a time; a cutter of the export's form marks where chunks begin and end, and what it
//! no longer needs leaves the window as a batch. A chunk beyond the record limit leaves without its bytes.

use std::io::{self, Read};
use std::ops::Range;

use super::documents::Documents;
use super::lines::Lines;
use super::rows::Rows;
use super::values::{Frame, Values};
use super::{Form, Limits};
use crate::model::LossCode;

/// Some chunks in the order of the export, with the text that they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub text: Vec<u8>,
    pub chunks: Vec<Chunk>,
}

impl Batch {
    /// The bytes of a chunk of this batch; empty for one beyond the record limit.
    pub fn bytes(&self, chunk: &Chunk) -> &[u8] {
        self.text.get(chunk.range.clone()).unwrap_or_default()
    }
}

/// What the container separates: an element, a line, an object, a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Where it stands in the batch's text. Empty for a chunk that is larger than the limit.
    pub range: Range<usize>,
    /// First byte, counted in the decompressed (and, for UTF-16, decoded) export.
    pub offset: u64,
    /// Length in bytes in the export; more than the range's for a chunk that is larger than the limit.
    pub length: u64,
    /// Line of the first byte, from 1; absent for an array written on one line.
    pub line: Option<u64>,
    /// Position among the chunks of the export, from 0.
    pub index: u64,
    /// Why the chunk is no record. It still counts as read, and its bytes are kept where they are not too many.
    pub broken: Option<(LossCode, String)>,
}

/// The part of an export that is in memory. Offsets are those of the export.
pub(super) struct Window {
    text: Vec<u8>,
    base: u64,
    eof: bool,
}

impl Window {
    pub fn end(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// Whether the export ends where the window does.
    pub fn eof(&self) -> bool {
        self.eof
    }

    /// Whether everything before `offset` that there will ever be is in the window.
    pub fn reaches(&self, offset: u64) -> bool {
        self.eof || self.end() >= offset
    }

    pub fn byte(&self, offset: u64) -> Option<u8> {
        let at = offset.checked_sub(self.base)?;
        self.text.get(usize::try_from(at).ok()?).copied()
    }

    /// The text between two offsets, as far as it is in the window.
    pub fn slice(&self, from: u64, to: u64) -> &[u8] {
        let clamp = |offset: u64| (offset.clamp(self.base, self.end()) - self.base) as usize;
        self.text.get(clamp(from)..clamp(to)).unwrap_or_default()
    }

    pub fn from(&self, offset: u64) -> &[u8] {
        self.slice(offset, self.end())
    }
}

/// A chunk as a cutter marks it.
pub(super) struct Cut {
    pub start: u64,
    pub end: u64,
    pub broken: Option<(LossCode, String)>,
}

/// What a cutter still needs.
pub(super) struct Hold {
    /// Bytes before this offset may leave the window.
    pub from: u64,
    /// Start of the chunk that is being read, if one is.
    pub open: Option<u64>,
}

/// Marks the chunks of one form.
pub(super) trait Cutter: Send {
    /// Marks what can be marked. Its decisions depend on the export's bytes alone, never on where the window ends.
    fn cut(&mut self, window: &Window, out: &mut Vec<Cut>) -> Hold;
}

/// Cuts a stream of bytes into batches of chunks.
pub struct Splitter {
    form: Form,
    limits: Limits,
    window: Window,
    cutter: Option<Box<dyn Cutter>>,
    index: u64,
    /// Line of the byte at `counted`.
    line: u64,
    counted: u64,
    /// Start and line of a chunk whose first bytes have left the window.
    opened: Option<(u64, u64)>,
    done: bool,
}

impl Splitter {
    pub fn new(form: &Form, limits: &Limits) -> Splitter {
        let done = matches!(form, Form::Empty | Form::Unknown { .. });
        let window = Window { text: Vec::new(), base: 0, eof: false };
        let (form, limits) = (form.clone(), limits.clone());
        Splitter { form, limits, window, cutter: None, index: 0, line: 1, counted: 0, opened: None, done }
    }

    /// The next chunks, or `None` after the last. Holds at most a batch and two records in memory.
    pub fn next_batch<R: Read + ?Sized>(&mut self, source: &mut R) -> io::Result<Option<Batch>> {
        let mut cuts = Vec::new();
        while !self.done {
            self.fill(source)?;
            if self.cutter.is_none() && !self.window.reaches(3) {
                continue;
            }
            let Splitter { form, limits, window, cutter, .. } = self;
            let cutter = cutter.get_or_insert_with(|| cutter_of(form, limits, after_bom(window)));
            let hold = cutter.cut(window, &mut cuts);
            self.done = self.window.eof;
            if cuts.is_empty() {
                self.forget(&hold);
            } else {
                return Ok(Some(self.batch(cuts, &hold)));
            }
        }
        Ok(None)
    }

    fn fill<R: Read + ?Sized>(&mut self, source: &mut R) -> io::Result<()> {
        let text = &mut self.window.text;
        let mut filled = text.len();
        let target = filled + self.limits.batch_bytes.max(1);
        text.resize(target, 0);
        while filled < target {
            match source.read(&mut text[filled..]) {
                Ok(0) => {
                    self.window.eof = true;
                    break;
                }
                Ok(n) => filled += n.min(target - filled),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    text.truncate(filled);
                    return Err(e);
                }
            }
        }
        text.truncate(filled);
        Ok(())
    }

    fn batch(&mut self, cuts: Vec<Cut>, hold: &Hold) -> Batch {
        let chunks = cuts.into_iter().map(|cut| self.chunk(cut)).collect();
        self.count_lines(hold);
        let keep = (hold.from.clamp(self.window.base, self.window.end()) - self.window.base) as usize;
        let mut tail = Vec::with_capacity(self.window.text.len() - keep + self.limits.batch_bytes.max(1));
        tail.extend_from_slice(&self.window.text[keep..]);
        let mut text = std::mem::replace(&mut self.window.text, tail);
        text.truncate(keep);
        self.window.base += keep as u64;
        Batch { text, chunks }
    }

    fn forget(&mut self, hold: &Hold) {
        self.count_lines(hold);
        let gone = (hold.from.clamp(self.window.base, self.window.end()) - self.window.base) as usize;
        if gone > 0 {
            self.window.text.drain(..gone);
            self.window.base += gone as u64;
        }
    }

    fn chunk(&mut self, cut: Cut) -> Chunk {
        let length = cut.end.saturating_sub(cut.start);
        let line = match self.opened.take() {
            Some((start, line)) if start == cut.start => line,
            _ => self.line_at(cut.start),
        };
        let too_large = length > self.limits.record_bytes as u64 || cut.start < self.window.base;
        let range = match too_large {
            true => 0..0,
            false => (cut.start - self.window.base) as usize..(cut.end - self.window.base) as usize,
        };
        let broken = match too_large {
            true => Some((LossCode::TooLarge, format!("{length} bytes, more than {}", self.limits.record_bytes))),
            false => cut.broken,
        };
        let has_lines = line > 1 || !matches!(self.form, Form::Array | Form::Wrapped { .. });
        let index = self.index;
        self.index += 1;
        Chunk { range, offset: cut.start, length, line: has_lines.then_some(line), index, broken }
    }

    fn line_at(&mut self, offset: u64) -> u64 {
        if offset > self.counted {
            let between = self.window.slice(self.counted, offset);
            self.line += memchr::memchr_iter(b'\n', between).count() as u64;
            self.counted = offset;
        }
        self.line
    }

    /// Counts what is about to leave the window.
    fn count_lines(&mut self, hold: &Hold) {
        if let Some(open) = hold.open
            && hold.from > open
            && self.opened.is_none_or(|(start, _)| start != open)
        {
            self.opened = Some((open, self.line_at(open)));
        }
        self.line_at(hold.from);
    }
}

fn after_bom(window: &Window) -> u64 {
    if window.from(0).starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

fn cutter_of(form: &Form, limits: &Limits, from: u64) -> Box<dyn Cutter> {
    match form {
        Form::Lines => Box::new(Lines::new(limits, from)),
        Form::Csv { delimiter, header } => Box::new(Rows::new(limits, from, *delimiter, header.len())),
        Form::Yaml => Box::new(Documents::new(limits, from)),
        Form::Array => Box::new(Values::new(limits, from, Frame::Array)),
        Form::Wrapped { .. } => Box::new(Values::new(limits, from, Frame::Wrapped)),
        Form::Objects | Form::Empty | Form::Unknown { .. } => Box::new(Values::new(limits, from, Frame::Objects)),
    }
}
