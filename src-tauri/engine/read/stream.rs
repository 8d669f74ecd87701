//! An export as a stream of batches: opened, decompressed, decoded, hashed, split.

use std::io::{self, Read};

use super::feed::Feed;
use super::origin::Origin;
use super::sniff::HEAD_BYTES;
use super::{Batch, Chunk, Export, Form, Limits, ReadError, Splitter, sniff};
use crate::model::{Loss, LossCode};

/// How many records of damaged text are named one by one; the rest is summed up.
const NAMED: u64 = 1_000;

/// What is known of an export after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// SHA-256, in hex, of the export's own bytes: the file as handed over (compressed, if it is), or the decompressed
    /// bytes of a member of an archive.
    pub sha256: String,
    /// SHA-256, in hex, of what a compressed export holds: what a source's own digests vouch for.
    pub content_sha256: Option<String>,
    /// The export's own bytes.
    pub bytes_in: u64,
    /// Bytes of text that were read out of it.
    pub bytes_out: u64,
}

/// One export, being read.
pub struct Stream {
    export: Export,
    feed: Feed,
    splitter: Splitter,
    form: Form,
    head: Vec<u8>,
    /// How much of the head has gone on to the splitter.
    given: usize,
    losses: Vec<Loss>,
    damaged: u64,
    ended: bool,
}

/// Opens an export: finds its compression and encoding by content, and its form.
pub fn open(export: &Export, limits: &Limits) -> Result<Stream, ReadError> {
    Stream::over(export.clone(), Origin::open(export)?, limits)
}

/// Hash of the export's own bytes, as [`FileFacts::sha256`], without reading its records.
pub fn sha256_of(export: &Export) -> Result<String, ReadError> {
    let mut origin = Origin::open(export)?;
    if let Some(cause) = origin.drain().filter(|e| e.raw_os_error().is_some()) {
        return Err(ReadError::Read { path: export.path.clone(), cause });
    }
    Ok(origin.sha256())
}

impl Stream {
    pub(super) fn over(export: Export, origin: Origin, limits: &Limits) -> Result<Stream, ReadError> {
        let read = |cause| ReadError::Read { path: export.path.clone(), cause };
        let mut feed = Feed::open(origin, limits).map_err(read)?;
        let mut head = vec![0; HEAD_BYTES];
        let length = read_up_to(&mut feed, &mut head).map_err(read)?;
        head.truncate(length);
        let form = sniff(&head);
        let splitter = Splitter::new(&form, limits);
        Ok(Stream { export, feed, splitter, form, head, given: 0, losses: Vec::new(), damaged: 0, ended: false })
    }

    pub fn export(&self) -> &Export {
        &self.export
    }

    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The first bytes of text, at most 256 KiB, for detection.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What concerns the export as a whole: damage to its compression, a bomb, text that is not UTF-8. Complete once
    /// `next_batch` has said `None`.
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// The next chunks in the order of the export, or `None` after the last.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let mut source = self.head[self.given..].chain(&mut self.feed);
        let batch = self.splitter.next_batch(&mut source);
        self.given = self.head.len() - source.get_ref().0.len();
        let batch = batch.map_err(|cause| ReadError::Read { path: self.export.path.clone(), cause })?;
        if let Some(batch) = &batch {
            self.check_encoding(batch);
        } else {
            self.end();
        }
        Ok(batch)
    }

    /// The facts of the export. What was not read is still hashed.
    pub fn finish(mut self) -> FileFacts {
        let bytes_out = self.feed.bytes_out();
        let content_sha256 = self.feed.content_sha256();
        let origin = self.feed.origin_mut();
        origin.drain();
        FileFacts { sha256: origin.sha256(), content_sha256, bytes_in: origin.count(), bytes_out }
    }

    fn end(&mut self) {
        self.ended = true;
        self.losses.append(&mut self.feed.take_losses());
        let nothing_said = self.losses.is_empty();
        let mut say = |code, detail| self.losses.push(Loss { code, at: None, line: None, detail });
        if self.damaged > NAMED {
            say(LossCode::BadEncoding, format!("{} more records with bytes that are not UTF-8", self.damaged - NAMED));
        }
        match &self.form {
            Form::Unknown { why } => say(LossCode::UnknownFormat, why.clone()),
            Form::Empty if nothing_said => say(LossCode::Skipped, "an empty file".into()),
            _ => {}
        }
    }

    fn check_encoding(&mut self, batch: &Batch) {
        if std::str::from_utf8(&batch.text).is_ok() {
            return;
        }
        for chunk in &batch.chunks {
            if std::str::from_utf8(batch.bytes(chunk)).is_err() {
                self.damaged += 1;
                if self.damaged <= NAMED {
                    self.losses.push(bad_encoding(chunk));
                }
            }
        }
    }
}

fn bad_encoding(chunk: &Chunk) -> Loss {
    let detail = "bytes that are not UTF-8".into();
    Loss { code: LossCode::BadEncoding, at: Some((chunk.offset, chunk.length)), line: chunk.line, detail }
}

fn read_up_to(source: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() {
        match source.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
