//! Mapping files: any text given as one, and any export read through one.

use behalf_engine::read::Form;
use behalf_engine::sources::Mapping;

use crate::told;

/// Any text given as a mapping file.
pub const FILE: &str = "mapping_file";
/// Any export read through a mapping file.
pub const RECORDS: &str = "mapping";

pub const GATEWAY: &str = include_str!("../seeds/mapping_file/gateway.toml");

const EXPORT: &[u8] = include_bytes!("../seeds/mapping/lines.ndjson");

pub fn gateway() -> Mapping {
    Mapping::parse(GATEWAY).unwrap()
}

/// A mapping that is one reads records within the laws; one that is none says why.
pub fn hold_of_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Mapping::parse(text) {
        Ok(mapping) => {
            told::hold(&mapping, EXPORT);
            let chunks: Vec<&[u8]> = EXPORT.trim_ascii().split(|b| *b == b'\n').collect();
            behalf_engine::sources::mapping::check(&mapping, &Form::Lines, &chunks);
        }
        Err(error) => assert!(!error.to_string().trim().is_empty()),
    }
}
