//! One target a container. The plain forms are cut as what they are called, whatever the bytes; what packs (compression,
//! archives, UTF-16) is given the bytes both as they are and packed anew: packing changes nothing that is read.

use std::io::{Cursor, Write};

use behalf_engine::read::{Form, sniff};

use crate::imported::{File, read_of};
use crate::{split, text};

pub const NAMES: &[&str] =
    &["json_array", "wrapped_array", "lines", "concatenated", "csv", "yaml", "tokens", "gzip", "zstd", "zip", "utf16"];

pub fn hold(name: &str, bytes: &[u8]) {
    let form = match name {
        "json_array" => Form::Array,
        "wrapped_array" => Form::Wrapped { key: "Records".into() },
        "lines" | "tokens" => Form::Lines,
        "concatenated" => Form::Objects,
        "csv" => match sniff(bytes) {
            csv @ Form::Csv { .. } => csv,
            _ => Form::Csv { delimiter: b',', header: vec!["id".into(), "type".into()] },
        },
        "yaml" => Form::Yaml,
        _ => return packed(name, bytes),
    };
    split::hold(&form, bytes);
    split::hold(&sniff(bytes), bytes);
}

/// Bytes that are packed already are left to the laws of every import.
fn packed(name: &str, bytes: &[u8]) {
    if text::is_packed(bytes) || bytes.is_empty() {
        return;
    }
    let again = match name {
        "gzip" => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(bytes).unwrap();
            out.finish().unwrap()
        }
        "zstd" => zstd::encode_all(bytes, 1).unwrap(),
        "zip" => {
            let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
            out.start_file("a/member", zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(bytes).unwrap();
            out.finish().unwrap().into_inner()
        }
        _ => match std::str::from_utf8(bytes) {
            // A mark would stand twice.
            Ok(text) if !text.starts_with('\u{feff}') => text.encode_utf16().fold(vec![0xff, 0xfe], |mut out, unit| {
                out.extend(unit.to_le_bytes());
                out
            }),
            _ => return,
        },
    };
    let (plain, packed) = (read_of(&File::new("plain", bytes)), read_of(&File::new("packed", &again)));
    assert_eq!(plain, packed, "{name} changes what is read");
}
