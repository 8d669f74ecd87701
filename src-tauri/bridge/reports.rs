//! Writing a report or a package of a case, for window and command line alike.

use std::path::Path;

use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError, Fault, Time};
use behalf_engine::report::package::{self, Manifest, PackageError, Plan, Seal};
use behalf_engine::report::{self, Format, FrozenView, Key, Level, Setup};

use super::Wall;
use super::faults::unwritable;

/// What is said beside the case, and how much a reader sees.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub marking: Option<String>,
    pub prepared_by: Option<String>,
    pub entity: Option<String>,
    pub version: Option<String>,
    pub level: Level,
}

impl Order {
    fn setup(&self) -> Setup {
        Setup {
            prepared_by: self.prepared_by.clone(),
            marking: self.marking.clone(),
            entity: self.entity.clone(),
            report_version: self.version.clone(),
            behalf_version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// The view as its reader may have it, with the key of the case.
    fn view(&self, case: &Case, now: Time) -> Result<(FrozenView, Key), EdgeError> {
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh).map_err(|e| EdgeError {
            code: "no_random".into(),
            message: format!("the system gave no random bytes: {e}"),
            hint: "Try again.".into(),
            fault: Fault::Setting,
        })?;
        let key = Key(case.own_key(fresh)?);
        Ok((report::redact(&report::freeze(case, &self.setup(), now)?, self.level, &key), key))
    }
}

/// Freezes the case as of now and writes it; the ending of the name chooses the format. An earlier report of that name
/// is replaced only once the new one is whole.
pub fn write_report(case: &Case, to: &Path, order: &Order) -> Result<(), EdgeError> {
    let format = if is_pdf(to) { None } else { Some(Format::from_path(to)?) };
    let (view, _) = order.view(case, Wall.now())?;
    let bytes = match format {
        Some(format) => report::write(&view, format)?,
        None => pdf(&view)?,
    };
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, to))
        .map_err(|cause| unwritable(&to.display().to_string(), &cause))
}

#[cfg(feature = "pdf")]
fn pdf(view: &FrozenView) -> Result<Vec<u8>, EdgeError> {
    Ok(behalf_pdf::write(view)?)
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &FrozenView) -> Result<Vec<u8>, EdgeError> {
    Err(super::faults::refused("no_pdf", "this Behalf was built without PDF", "Choose another format."))
}

fn is_pdf(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf"))
}

/// What goes into a package beside what always does.
#[derive(Default)]
pub struct Packing {
    /// Endings of reports, such as `pdf` and `oscal.json`; all of them where none is named.
    pub reports: Vec<String>,
    pub originals: bool,
    pub with_case: bool,
    pub seal: Option<Seal>,
}

/// Writes an evidence package to a folder, or to an archive where the name ends in `.zip`.
pub fn write_package(case: &Case, to: &Path, order: &Order, packing: &Packing) -> Result<Manifest, EdgeError> {
    // Before the work, not after it.
    if to.exists() {
        return Err(PackageError::Exists { path: to.display().to_string() }.into());
    }
    let now = Wall.now();
    let (view, key) = order.view(case, now)?;
    let mut formats = Vec::new();
    let mut with_pdf = packing.reports.is_empty() && cfg!(feature = "pdf");
    for ending in &packing.reports {
        match ending.trim_start_matches('.') {
            "pdf" => with_pdf = true,
            other => formats.push(Format::from_path(Path::new(&format!("report.{other}")))?),
        }
    }
    if packing.reports.is_empty() {
        formats = Format::ALL.to_vec();
    }
    let reports = if with_pdf { vec![("report.pdf".to_owned(), pdf(&view)?)] } else { Vec::new() };
    let scratch = Scratch::beside(to)?;
    let plan = Plan {
        level: order.level,
        key: &key,
        reports,
        formats,
        originals: packing.originals,
        with_case: packing.with_case,
        scratch: &scratch.0,
    };
    let (items, originals_missing) = package::contents(case, &view, plan)?;
    let digest = report::digest(&view)?;
    let manifest = Manifest {
        schema: package::SCHEMA.into(),
        case_name: view.case_name.clone(),
        report_id: report::report_id(&digest),
        view_sha256: digest,
        created: view.prepared_at.clone(),
        producer: format!("Behalf {}", view.behalf_version),
        rules_sha256: view.rules_hash.clone(),
        redaction: view.redaction.level.clone(),
        prepared_by: view.prepared_by.clone(),
        marking: view.marking.clone(),
        entity: view.entity.clone(),
        report_version: view.report_version.clone(),
        signed_with: None,
        originals_missing,
        files: Vec::new(),
    };
    Ok(package::write(to, items, manifest, packing.seal.as_ref())?)
}

/// Checks a package; a working folder beside nothing else is made for it and removed.
pub fn check_package(path: &Path, public_key: Option<&str>) -> Result<package::Checked, EdgeError> {
    let scratch = Scratch::new()?;
    let how = package::Check { public_key, scratch: &scratch.0, progress: &() };
    Ok(package::check(path, &how)?)
}

/// A working folder, gone when it is no longer needed.
struct Scratch(std::path::PathBuf);

impl Scratch {
    /// On the same disk as what is written, which has the room.
    fn beside(to: &Path) -> Result<Scratch, EdgeError> {
        let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Scratch::make(folder)
    }

    fn new() -> Result<Scratch, EdgeError> {
        Scratch::make(&std::env::temp_dir())
    }

    fn make(folder: &Path) -> Result<Scratch, EdgeError> {
        let mut name = [0; 8];
        // A name that nobody else has; making it fails where it is there.
        let named = getrandom::fill(&mut name).map_err(std::io::Error::other);
        let path = folder.join(format!(".behalf-{:016x}", u64::from_le_bytes(name)));
        named
            .and_then(|()| std::fs::create_dir(&path))
            .map_err(|cause| unwritable(&folder.display().to_string(), &cause))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left behind; there is nobody to tell.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
