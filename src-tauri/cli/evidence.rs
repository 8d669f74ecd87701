//! What was received, and whether it is whole, on the command line.

use std::path::Path;

use behalf_app::bridge::Wall;
use behalf_engine::case::Case;
use behalf_engine::model::{Clock, Deed, EdgeError, Fault};
use behalf_engine::{ask, review};

use crate::args::Format;
use crate::output::{Rows, flat, one, said};

pub fn losses(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    let mut rows = Rows::out(format);
    for loss in ask::evidence::losses(&case, None)? {
        rows.row(&loss, || {
            let mut out =
                format!("{} {} in {}: {}\n  {}", loss.severity, loss.code, flat(&loss.file), loss.count, loss.help);
            for place in &loss.places {
                let at = place
                    .line
                    .map(|l| format!("line {l}"))
                    .or_else(|| place.offset.map(|o| format!("byte {o}")))
                    .unwrap_or_default();
                out.push_str(&format!("\n  {at} {}", flat(&place.detail)));
            }
            out
        })?;
    }
    rows.end()
}

pub fn scope(path: &Path, set: Option<&Path>, by: Option<&str>, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    if let (Some(file), Some(by)) = (set, by) {
        let text = std::fs::read_to_string(file).map_err(|e| EdgeError {
            code: "missing_file".into(),
            message: format!("{}: {e}", file.display()),
            hint: "Give the path of a TOML file.".into(),
            fault: Fault::File,
        })?;
        review::append(&case, Wall.now(), by, Deed::Scope(review::scope::parse(&text)?))?;
    }
    said(case.stale()?);
    let found = ask::scope::scope(&case)?;
    one(&found, format, || flat_lines(&found.sentences))
}

fn flat_lines(lines: &[String]) -> String {
    lines.iter().map(|l| flat(l)).collect::<Vec<_>>().join("\n")
}

pub fn receipts(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    let mut rows = Rows::out(format);
    for receipt in ask::receipts::receipts(&case)? {
        rows.row(&receipt, || format!("{}\n  {}", flat(&receipt.path), flat(&receipt.sentence)))?;
    }
    rows.end()
}

pub fn completeness(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    let found = ask::completeness::completeness(&case)?;
    one(&found, format, || completeness_text(&found))
}

/// The periods, then what is worth knowing.
pub fn completeness_text(found: &ask::completeness::Completeness) -> String {
    let mut out = String::new();
    for s in &found.sources {
        let period = match (&s.first, &s.last) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "no times".into(),
        };
        out.push_str(&format!("{}: {} records, {period}\n", s.source, s.records));
    }
    for sentence in &found.sentences {
        out.push_str(&format!("note: {}\n", flat(sentence)));
    }
    if found.sentences.is_empty() {
        out.push_str("No hole, overlap or skew was found.\n");
    }
    out.trim_end().to_string()
}
