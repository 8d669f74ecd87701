//! Reports on disk.

use std::path::Path;

use behalf_engine::case::Case;
use behalf_engine::model::{EdgeError, Time};
use behalf_engine::report::{self, Setup};

use super::faults::unwritable;

/// Freezes the case and writes one report, in the form that the name's ending asks for. Written beside and renamed: a
/// report is whole or not there.
pub fn write_report(case: &Case, to: &Path, setup: &Setup, now: Time) -> Result<(), EdgeError> {
    let format = report::Format::from_path(to)?;
    let view = report::freeze(case, setup, now)?;
    let bytes = report::write(&view, format)?;
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, to))
        .inspect_err(|_| drop(std::fs::remove_file(&part)))
        .map_err(|cause| unwritable(&to.display().to_string(), &cause))
}
