//! The text of an export by another way than the engine's: as much as can be decompressed, UTF-16 decoded.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const ZIP: &[u8] = b"PK";

/// Compressed, an archive, or UTF-16.
pub fn is_packed(bytes: &[u8]) -> bool {
    [GZIP, ZSTD, ZIP].iter().any(|magic| bytes.starts_with(magic)) || wide(bytes).is_some()
}

/// Text by the name of the archive's member, the empty one for a file that is no archive.
pub fn of(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    if !bytes.starts_with(ZIP) {
        out.insert(String::new(), plain(bytes));
    } else if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) {
        for at in 0..archive.len() {
            let Ok(mut member) = archive.by_index(at) else { continue };
            let Ok(name) = member.name().map(|n| n.into_owned()) else { continue };
            out.insert(name, plain(&until_damage(|| &mut member)));
        }
    }
    out
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    let unpacked = match bytes {
        _ if bytes.starts_with(GZIP) => until_damage(|| flate2::read::MultiGzDecoder::new(bytes)),
        _ if bytes.starts_with(ZSTD) => until_damage(|| zstd::Decoder::new(bytes).unwrap()),
        _ => bytes.to_vec(),
    };
    match wide(&unpacked) {
        // The decoder takes the mark away.
        Some(encoding) => encoding.decode(&unpacked).0.into_owned().into_bytes(),
        None => unpacked,
    }
}

/// One byte at a time: what stands before damage is not lost with what was asked for beyond it.
fn until_damage<R: Read>(open: impl FnOnce() -> R) -> Vec<u8> {
    let (mut read, mut byte, mut out) = (open(), [0], Vec::new());
    while matches!(read.read(&mut byte), Ok(1)) {
        out.push(byte[0]);
    }
    out
}

fn wide(first: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match *first {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        [1..0x80, 0, 1..0x80, 0, ..] => Some(encoding_rs::UTF_16LE),
        [0, 1..0x80, 0, 1..0x80, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}
