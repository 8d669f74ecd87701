//! The export's own bytes, hashed as they pass: a file, or a member of an archive.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::find::{Method, Place};
use super::{Export, ReadError};

const BUFFER: usize = 128 << 10;

/// The bytes as handed over, with their hash and number so far.
pub(super) struct Origin {
    source: Source,
    hash: Sha256,
    bytes: u64,
}

enum Source {
    File(File),
    Member(Box<Member>),
    #[cfg(test)]
    Any(Box<dyn Read + Send>),
}

impl Origin {
    pub fn open(export: &Export) -> Result<Origin, ReadError> {
        let path = || export.path.clone();
        let file = File::open(&export.path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => ReadError::Missing { path: path() },
            _ => ReadError::Open { path: path(), cause },
        })?;
        let source = match (export.place, &export.member) {
            (Some(place), _) => {
                Source::Member(Box::new(Member::open(file, place).map_err(|cause| ReadError::Archive {
                    path: path(),
                    cause: format!("{}: {cause}", export.shown),
                })?))
            }
            (None, None) => Source::File(file),
            (None, Some(member)) => {
                return Err(ReadError::Archive { path: path(), cause: format!("the place of {member} is not known") });
            }
        };
        Ok(Origin { source, hash: Sha256::new(), bytes: 0 })
    }

    #[cfg(test)]
    pub fn of(read: impl Read + Send + 'static) -> Origin {
        Origin { source: Source::Any(Box::new(read)), hash: Sha256::new(), bytes: 0 }
    }

    pub fn count(&self) -> u64 {
        self.bytes
    }

    /// Bytes that were read from the disk for the bytes so far: fewer for a compressed member.
    pub fn stored(&self) -> u64 {
        match &self.source {
            Source::Member(member) => member.stored(),
            _ => self.bytes,
        }
    }

    /// Reads what is left, so that the hash covers all. The error, if reading stops early.
    pub fn drain(&mut self) -> Option<io::Error> {
        let mut buffer = vec![0; BUFFER];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Some(e),
            }
        }
    }

    /// Hex of the hash of all bytes read.
    pub fn sha256(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Read for Origin {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = match &mut self.source {
            Source::File(file) => file.read(out)?,
            Source::Member(member) => member.read(out)?,
            #[cfg(test)]
            Source::Any(read) => read.read(out)?,
        };
        let n = n.min(out.len());
        self.hash.update(&out[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

/// A member of a zip archive, decompressed, its checksum tested at the end.
struct Member {
    reader: Reader,
    expected: u32,
    crc: flate2::Crc,
    ended: bool,
}

enum Reader {
    Stored(io::Take<File>),
    Deflated(flate2::bufread::DeflateDecoder<BufReader<io::Take<File>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<io::Take<File>>>>, u64),
}

impl Member {
    fn open(mut file: File, place: Place) -> io::Result<Member> {
        file.seek(SeekFrom::Start(place.header))?;
        let mut header = [0; 30];
        file.read_exact(&mut header)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no member where the directory says"));
        }
        let length = |at: usize| i64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        file.seek(SeekFrom::Current(length(26) + length(28)))?;
        let stored = file.take(place.compressed);
        let buffered = |stored| BufReader::with_capacity(BUFFER, stored);
        let reader = match place.method {
            Method::Stored => Reader::Stored(stored),
            Method::Deflated => Reader::Deflated(flate2::bufread::DeflateDecoder::new(buffered(stored))),
            Method::Zstd => Reader::Zstd(Box::new(zstd::Decoder::with_buffer(buffered(stored))?), place.compressed),
        };
        Ok(Member { reader, expected: place.crc, crc: flate2::Crc::new(), ended: false })
    }

    fn stored(&self) -> u64 {
        match &self.reader {
            Reader::Stored(_) => u64::from(self.crc.amount()),
            Reader::Deflated(decoder) => decoder.total_in(),
            Reader::Zstd(decoder, all) => all - decoder.get_ref().get_ref().limit(),
        }
    }
}

impl Read for Member {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        let n = match &mut self.reader {
            Reader::Stored(stored) => stored.read(out),
            Reader::Deflated(decoder) => decoder.read(out),
            Reader::Zstd(decoder, _) => decoder.read(out),
        };
        match n {
            Ok(0) => {
                self.ended = true;
                if self.crc.sum() != self.expected {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "the member's checksum does not match"));
                }
                Ok(0)
            }
            Ok(n) => {
                self.crc.update(&out[..n]);
                Ok(n)
            }
            Err(e) => {
                self.ended = true;
                Err(e)
            }
        }
    }
}
