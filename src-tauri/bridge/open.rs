//! The one case that a host holds open.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use behalf_engine::analysis::Loaded;
use behalf_engine::case::{Case, CaseError, Stamp};
use behalf_engine::model::{Clock, EdgeError};

use super::faults::refused;
use super::recent;
use super::types::{AppInfo, CaseInfo};

/// What a host hands in.
pub struct Settings {
    pub version: String,
    /// Folder for settings: the list of recent cases.
    pub config_dir: PathBuf,
    /// Folder for what the application makes by itself: the demonstration case.
    pub data_dir: PathBuf,
    pub clock: Box<dyn Clock + Send + Sync>,
}

/// Answers an interface. Shared by all threads of a host; each method may block, so hosts call it off their event loop.
pub struct Bridge {
    pub(super) settings: Settings,
    open: Mutex<Option<Open>>,
    /// Long work is one at a time: it has its own connection to the case, so that questions are answered meanwhile.
    pub(super) working: AtomicBool,
    pub(super) stop: AtomicBool,
}

/// An open case with what single answers need, loaded when first asked for.
pub(super) struct Open {
    pub case: Case,
    info: CaseInfo,
    loaded: Option<Stamped>,
}

/// Parties and lineage, with what they were loaded over: a new file or a new act makes them stale.
struct Stamped {
    of: Stamp,
    loaded: Loaded,
}

impl Open {
    pub fn with_loaded(&mut self) -> Result<(&Case, &Loaded), CaseError> {
        let of = self.case.stamp()?;
        let known = self.loaded.take().filter(|known| known.of == of);
        let stamped = match known {
            Some(known) => known,
            None => Stamped { of, loaded: Loaded::load(&self.case)? },
        };
        Ok((&self.case, &self.loaded.insert(stamped).loaded))
    }
}

impl Bridge {
    pub fn new(settings: Settings) -> Bridge {
        Bridge { settings, open: Mutex::new(None), working: AtomicBool::new(false), stop: AtomicBool::new(false) }
    }

    /// A panic while the lock was held is reported by the host; what it guards is only read, and stays good.
    fn held(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the open case.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&mut Open) -> Result<T, CaseError>) -> Result<T, EdgeError> {
        match self.held().as_mut() {
            Some(open) => Ok(question(open)?),
            None => Err(no_case()),
        }
    }

    pub(super) fn now(&self) -> behalf_engine::model::Time {
        self.settings.clock.now()
    }

    pub(super) fn path(&self) -> Result<PathBuf, EdgeError> {
        self.held().as_ref().map(|open| open.case.path().to_path_buf()).ok_or_else(no_case)
    }

    /// After import: what was loaded is of yesterday.
    pub(super) fn reload(&self) {
        if let Some(open) = self.held().as_mut() {
            open.loaded = None;
        }
    }

    pub(super) fn hold(&self, case: Case) -> CaseInfo {
        let path = std::path::absolute(case.path()).unwrap_or_else(|_| case.path().to_path_buf());
        let info = CaseInfo { path: path.to_string_lossy().into_owned(), name: case.name() };
        recent::note(&self.settings.config_dir, &info, self.settings.clock.now().to_rfc3339());
        *self.held() = Some(Open { case, info: info.clone(), loaded: None });
        info
    }

    pub fn app_info(&self) -> Result<AppInfo, EdgeError> {
        Ok(AppInfo {
            version: self.settings.version.clone(),
            recent: recent::list(&self.settings.config_dir),
            open: self.held().as_ref().map(|open| open.info.clone()),
        })
    }

    /// Makes an empty case. A case that is there already is never written over.
    pub fn new_case(&self, path: PathBuf) -> Result<CaseInfo, EdgeError> {
        self.idle()?;
        let path = if path.extension().is_some() { path } else { path.with_extension("behalf") };
        if path.exists() {
            return Err(refused(
                "case_exists",
                format!("there is already a file at {}", path.display()),
                "Open it, or give the new case another name.",
            ));
        }
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty() && !f.is_dir()) {
            return Err(refused(
                "no_folder",
                format!("there is no folder {}", folder.display()),
                "Make the folder first, or choose another.",
            ));
        }
        Ok(self.hold(Case::create(&path, self.settings.clock.now())?))
    }

    pub fn open_case(&self, path: PathBuf) -> Result<CaseInfo, EdgeError> {
        self.idle()?;
        self.open_at(&path)
    }

    pub(super) fn open_at(&self, path: &Path) -> Result<CaseInfo, EdgeError> {
        Ok(self.hold(Case::open(path)?))
    }

    pub fn close_case(&self) -> Result<(), EdgeError> {
        self.idle()?;
        *self.held() = None;
        Ok(())
    }
}

fn no_case() -> EdgeError {
    refused("no_case_open", "no case is open", "Open a case, or make a new one.")
}
