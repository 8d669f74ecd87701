//! Mapping files: those given now, beside those that a case was read with before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::case::Case;
use behalf_engine::model::{EdgeError, Fault};
use behalf_engine::sources::{self, Mapping, Source};

/// All sources that this case can read; the mappings given are kept in it.
pub fn registry(case: &Case, given: &[PathBuf]) -> Result<sources::Registry, EdgeError> {
    let mut mappings: BTreeMap<String, Mapping> = BTreeMap::new();
    for (name, text) in case.mappings()? {
        mappings.insert(name.clone(), parse(&text, &name)?);
    }
    for path in given {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            fault(format!("{} cannot be read: {cause}", path.display()), "Check the path of the mapping file.")
        })?;
        let mapping = parse(&text, &path.display().to_string())?;
        case.keep_mapping(mapping.name(), &text)?;
        mappings.insert(mapping.name().to_string(), mapping);
    }
    Ok(sources::registry(mappings.into_values().collect()))
}

pub fn parse(text: &str, whence: &str) -> Result<Mapping, EdgeError> {
    Mapping::parse(text)
        .map_err(|cause| fault(format!("{whence}: {cause}"), "See the mapping reference in docs/mapping.md."))
}

fn fault(message: String, hint: &str) -> EdgeError {
    EdgeError { code: "mapping".into(), message, hint: hint.into(), fault: Fault::File }
}

/// Whether a picked or dropped file describes a log rather than being one.
pub fn is_mapping(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) && path.is_file()
}
