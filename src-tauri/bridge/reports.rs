//! Writing a report of a case, for window and command line alike.

use std::path::Path;

use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError};
use behalf_engine::report::{self, Setup};

use super::Wall;
use super::faults::unwritable;

/// Freezes the case as of now and writes it; the ending of the name chooses the format. An earlier report of that name
/// is replaced only once the new one is whole.
pub fn write_report(
    case: &Case,
    to: &Path,
    marking: Option<String>,
    prepared_by: Option<String>,
) -> Result<(), EdgeError> {
    let format = report::Format::from_path(to)?;
    let setup = Setup { prepared_by, marking, behalf_version: env!("CARGO_PKG_VERSION").into(), ..Setup::default() };
    let view = report::freeze(case, &setup, Wall.now())?;
    let bytes = report::write(&view, format)?;
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, to))
        .map_err(|cause| unwritable(&to.display().to_string(), &cause))
}
