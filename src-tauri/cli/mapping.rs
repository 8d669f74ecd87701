//! `mapping check`: what a mapping reads of an export, and what it leaves.

use std::path::Path;

use behalf_app::bridge::parse_mapping as parse;
use behalf_engine::model::EdgeError;
use behalf_engine::read::{self, Export, Limits};
use behalf_engine::sources::mapping::check;

use crate::args::{Format, MappingCommand};
use crate::output::{failed, flat, one};

pub fn mapping(what: &MappingCommand, format: Format) -> Result<(), EdgeError> {
    let MappingCommand::Check { mapping, against } = what;
    let text = std::fs::read_to_string(mapping).map_err(|e| {
        failed("mapping", format!("{} cannot be read: {e}", mapping.display()), "Check the path of the mapping file.")
    })?;
    check_against(&text, &mapping.display().to_string(), against, format)
}

fn check_against(text: &str, whence: &str, against: &Path, format: Format) -> Result<(), EdgeError> {
    let mapping = parse(text, whence)?;
    let mut stream = read::open(&Export::file(against), &Limits::default())
        .map_err(|e| EdgeError::from(behalf_engine::case::CaseError::Read(e)))?;
    let form = stream.form().clone();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next_batch().map_err(|e| EdgeError::from(behalf_engine::case::CaseError::Read(e)))? {
        batches.push(batch);
        // Sixteen batches are some ten thousand records: enough to see which fields are ever filled.
        if batches.len() == 16 {
            break;
        }
    }
    let chunks: Vec<&[u8]> =
        batches.iter().flat_map(|b| b.chunks.iter().filter(|c| c.broken.is_none()).map(|c| b.bytes(c))).collect();
    let found = check(&mapping, &form, &chunks);
    one(&found, format, || {
        let mut out = format!(
            "{}: {}\n{} records looked at: {} events, {} context rows, {} kept with nothing in them, {} rejected",
            against.display(),
            form.shown(),
            found.records,
            found.events,
            found.entries,
            found.kept,
            found.rejected
        );
        for reason in &found.reasons {
            out.push_str(&format!("\n  rejected: {}", flat(reason)));
        }
        out.push_str("\nfields");
        for field in &found.fields {
            out.push_str(&format!("\n  {:16} {} of {}", field.field, field.filled, found.records));
        }
        out.push_str("\nleft");
        for left in &found.left {
            let (pointer, example) = (flat(&left.pointer), flat(&left.example));
            out.push_str(&format!("\n  {pointer:32} {} records, such as {example}", left.records));
        }
        out
    })
}
