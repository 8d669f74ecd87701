//! UTF-16, as Windows tools export it, on its way to UTF-8.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

const BUFFER: usize = 64 << 10;

/// A decoder with what it has read and what it has decoded and not yet given.
pub(super) struct Wide {
    decoder: Decoder,
    bytes: Vec<u8>,
    text: Vec<u8>,
    /// How much of `text` is given.
    given: usize,
    ended: bool,
    malformed: bool,
    told: bool,
}

impl Wide {
    /// The decoder for text that begins with these bytes, if it is UTF-16: by its mark, or because every other byte of
    /// plain Latin text is zero.
    pub fn of(first: &[u8]) -> Option<Wide> {
        let encoding = match *first {
            [0xff, 0xfe, 0, 0] => return None,
            [0xff, 0xfe, ..] => UTF_16LE,
            [0xfe, 0xff, ..] => UTF_16BE,
            [1..0x80, 0, 1..0x80, 0] => UTF_16LE,
            [0, 1..0x80, 0, 1..0x80] => UTF_16BE,
            _ => return None,
        };
        let decoder = encoding.new_decoder_with_bom_removal();
        let (bytes, text) = (vec![0; BUFFER], Vec::new());
        Some(Wide { decoder, bytes, text, given: 0, ended: false, malformed: false, told: false })
    }

    /// Whether something was replaced; said once.
    pub fn take_malformed(&mut self) -> bool {
        let news = self.malformed && !self.told;
        self.told |= news;
        news
    }

    pub fn read(&mut self, source: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let n = source.read(&mut self.bytes)?;
            self.ended = n == 0;
            self.decode(n);
        }
        let rest = &self.text[self.given..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        Ok(n)
    }

    fn decode(&mut self, n: usize) {
        let room = self.decoder.max_utf8_buffer_length(n).unwrap_or(n * 3 + 16);
        self.text.clear();
        self.text.resize(room, 0);
        self.given = 0;
        let (mut read, mut written) = (0, 0);
        loop {
            let (result, r, w, malformed) =
                self.decoder.decode_to_utf8(&self.bytes[read..n], &mut self.text[written..], self.ended);
            read += r;
            written += w;
            self.malformed |= malformed;
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => self.text.resize(self.text.len() + 64, 0),
            }
        }
        self.text.truncate(written);
    }
}
