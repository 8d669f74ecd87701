//! The text of an export: decompressed within bounds, decoded where it is UTF-16.
//!
//! Damage ends the text and becomes a loss; only a failing disk is an error.

use std::io::{self, BufReader, Read};

use sha2::{Digest, Sha256};

use super::Limits;
use super::origin::Origin;
use super::wide::Wide;
use crate::model::{Loss, LossCode};

/// Output up to which no ratio counts as a bomb: small files of one repeated record compress extremely.
const FREE: u64 = 64 << 20;
/// Asked of a decompressor at once. When it fails it gives nothing of what it was asked for, so that is kept small.
const PIECE: usize = 16 << 10;
const BUFFER: usize = 128 << 10;
/// Bytes that tell compression and encoding.
const MAGIC: usize = 4;

pub(super) struct Feed {
    packed: Packed,
    ratio: u64,
    /// Bytes out of the decompression.
    unpacked: u64,
    /// Of what a compressed export holds; a plain one is hashed as it stands.
    content: Option<Sha256>,
    /// Bytes of text given.
    given: u64,
    /// The first unpacked bytes, read to tell their encoding, while they are not given.
    first: Vec<u8>,
    wide: Option<Wide>,
    losses: Vec<Loss>,
    ended: bool,
}

/// The export's bytes with those first ones that were read to tell what they are.
type Whole = io::Chain<io::Cursor<Vec<u8>>, Origin>;

enum Packed {
    Plain(Whole),
    Gzip(Box<flate2::bufread::MultiGzDecoder<BufReader<Whole>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Whole>>>),
}

impl Packed {
    fn whole_mut(&mut self) -> &mut Whole {
        match self {
            Packed::Plain(whole) => whole,
            Packed::Gzip(decoder) => decoder.get_mut().get_mut(),
            Packed::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }

    fn whole(&self) -> &Whole {
        match self {
            Packed::Plain(whole) => whole,
            Packed::Gzip(decoder) => decoder.get_ref().get_ref(),
            Packed::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let piece = out.len().min(PIECE);
        match self {
            Packed::Plain(whole) => whole.read(out),
            Packed::Gzip(decoder) => decoder.read(&mut out[..piece]),
            Packed::Zstd(decoder) => decoder.read(&mut out[..piece]),
        }
    }
}

impl Feed {
    pub fn open(mut origin: Origin, limits: &Limits) -> io::Result<Feed> {
        let mut losses = Vec::new();
        let magic = match first_bytes(&mut origin) {
            Ok(magic) => magic,
            Err(e) if e.raw_os_error().is_some() => return Err(e),
            Err(e) => {
                losses.push(damage(&e));
                Vec::new()
            }
        };
        let whole = |magic: &[u8], origin| io::Cursor::new(magic.to_vec()).chain(origin);
        let packed = if magic.starts_with(b"\x1f\x8b") {
            let buffered = BufReader::with_capacity(BUFFER, whole(&magic, origin));
            Packed::Gzip(Box::new(flate2::bufread::MultiGzDecoder::new(buffered)))
        } else if magic.starts_with(b"\x28\xb5\x2f\xfd") {
            Packed::Zstd(Box::new(zstd::Decoder::with_buffer(BufReader::with_capacity(BUFFER, whole(&magic, origin)))?))
        } else {
            Packed::Plain(whole(&magic, origin))
        };
        let ended = !losses.is_empty();
        let ratio = limits.ratio.max(1);
        let content = (!matches!(packed, Packed::Plain(_))).then(Sha256::new);
        let mut feed =
            Feed { packed, ratio, unpacked: 0, content, given: 0, first: Vec::new(), wide: None, losses, ended };
        feed.first = first_bytes(&mut Unpacked(&mut feed))?;
        feed.wide = Wide::of(&feed.first);
        Ok(feed)
    }

    pub fn take_losses(&mut self) -> Vec<Loss> {
        std::mem::take(&mut self.losses)
    }

    pub fn bytes_out(&self) -> u64 {
        self.given
    }

    /// Hex of the hash of what a compressed export holds, as far as it was read.
    pub fn content_sha256(&self) -> Option<String> {
        let content = self.content.as_ref()?;
        Some(content.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub fn origin_mut(&mut self) -> &mut Origin {
        self.packed.whole_mut().get_mut().1
    }

    /// Decompressed bytes; none after the end, damage or a bomb.
    fn unpack(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        let n = match self.packed.read(out) {
            Ok(0) => {
                self.ended = true;
                return Ok(0);
            }
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted || e.raw_os_error().is_some() => return Err(e),
            Err(e) => {
                self.ended = true;
                self.losses.push(damage(&e));
                return Ok(0);
            }
        };
        self.unpacked += n as u64;
        if let Some(content) = &mut self.content {
            content.update(&out[..n]);
        }
        let stored = self.packed.whole().get_ref().1.stored();
        if self.unpacked > FREE && self.unpacked / self.ratio > stored {
            let detail = format!("{} bytes out of {stored}, more than {} for one", self.unpacked, self.ratio);
            self.ended = true;
            self.losses.push(Loss { code: LossCode::Bomb, at: None, line: None, detail });
        }
        Ok(n)
    }
}

/// The decompressed bytes of a feed, not yet decoded.
struct Unpacked<'a>(&'a mut Feed);

impl Read for Unpacked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let feed = &mut *self.0;
        if feed.first.is_empty() {
            return feed.unpack(out);
        }
        let n = out.len().min(feed.first.len());
        out[..n].copy_from_slice(&feed.first[..n]);
        feed.first.drain(..n);
        Ok(n)
    }
}

impl Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = match self.wide.take() {
            None => Unpacked(self).read(out)?,
            Some(mut wide) => {
                let n = wide.read(&mut Unpacked(self), out);
                if wide.take_malformed() {
                    let detail = "characters that are not valid UTF-16 were replaced".into();
                    self.losses.push(Loss { code: LossCode::BadEncoding, at: None, line: None, detail });
                }
                self.wide = Some(wide);
                n?
            }
        };
        self.given += n as u64;
        Ok(n)
    }
}

fn first_bytes(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(MAGIC);
    source.take(MAGIC as u64).read_to_end(&mut first)?;
    Ok(first)
}

fn damage(e: &io::Error) -> Loss {
    let code = match e.kind() {
        io::ErrorKind::UnexpectedEof => LossCode::Truncated,
        _ => LossCode::BadArchive,
    };
    Loss { code, at: None, line: None, detail: e.to_string() }
}
