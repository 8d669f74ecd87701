//! Long work: import with the analysis after it, and the demonstration case.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use behalf_engine::analysis;
use behalf_engine::ask;
use behalf_engine::case::{Case, CaseError, Import, Progress, Stage};
use behalf_engine::model::{Clock, EdgeError, Time};
use behalf_engine::read::Limits;
use behalf_engine::review;
use behalf_engine::sources::Hints;

use super::demonstration;
use super::faults::refused;
use super::mappings::{is_mapping, registry};
use super::open::Bridge;
use super::types::{CaseInfo, ImportReport, Recorded, Tick, Wanted};

/// Where a host sends how far the work is.
pub type Say<'a> = &'a (dyn Fn(&Tick) + Sync);

/// Between two messages of one stage and file; an eye follows no more.
const APART_MICROS: i64 = 50_000;

impl Bridge {
    /// Imports into the open case on a connection of its own, then analyses it. Questions asked meanwhile are answered
    /// from what stood before; a cancelled import keeps the files that were complete, and they are analysed.
    pub fn import_exports(
        &self,
        paths: Vec<PathBuf>,
        mappings: Vec<PathBuf>,
        say: Say<'_>,
    ) -> Result<ImportReport, EdgeError> {
        let _one = self.begin()?;
        let path = self.path()?;
        let report = self.import_into(&mut Case::open(&path)?, paths, mappings, say);
        self.reload();
        report
    }

    /// Records an act of the reviewer and analyses the case with it. Questions asked meanwhile are answered from what stood
    /// before; a cancel leaves the act recorded, and the answers say that they are older.
    pub fn record_act(&self, by: String, act: Wanted, say: Say<'_>) -> Result<Recorded, EdgeError> {
        let _one = self.begin()?;
        let case = Case::open(&self.path()?)?;
        let decided = review::decide(&case, self.settings.clock.now(), &by, &act, &Teller::new(self, say));
        self.reload();
        Ok(ask::acts::recorded(&case, &decided?)?)
    }

    /// Makes the demonstration case out of the exports that the program carries, and opens it. One that was left half
    /// made is completed.
    pub fn demo_case(&self, say: Say<'_>) -> Result<CaseInfo, EdgeError> {
        let _one = self.begin()?;
        let laid = demonstration::lay_out(&self.settings.data_dir.join("demonstration"))?;
        let mut case = Case::open_or_create(&laid.case, self.settings.clock.now())?;
        let report = self.import_into(&mut case, laid.exports, laid.mappings, say)?;
        if report.cancelled {
            return Err(CaseError::Cancelled.into());
        }
        drop(case);
        self.open_at(&laid.case)
    }

    /// Asks the work under way to stop; nothing happens where there is none.
    pub fn cancel(&self) -> Result<(), EdgeError> {
        self.stop.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn import_into(
        &self,
        case: &mut Case,
        paths: Vec<PathBuf>,
        mappings: Vec<PathBuf>,
        say: Say<'_>,
    ) -> Result<ImportReport, EdgeError> {
        // A reviewer picks or drops a mapping file together with the logs that it describes.
        let (given, exports): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.into_iter().partition(|p: &PathBuf| is_mapping(Path::new(p)));
        let given = mappings.into_iter().chain(given).collect::<Vec<_>>();
        let registry = registry(case, &given)?;
        let teller = Teller::new(self, say);
        let import = Import {
            registry: &registry,
            hints: &Hints::default(),
            limits: &Limits::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            clock: &*self.settings.clock,
            progress: &teller,
        };
        let report = case.import(&exports, &import);
        // What was kept is analysed even after a cancel or a file that could not be read: no screen shows records
        // without their attribution. A second cancel leaves the analysis as it was before.
        self.stop.store(false, Ordering::Relaxed);
        let analysed = analysis::analyze(case, &teller);
        let mut report = report?;
        match analysed {
            Ok(_) => Ok(report),
            Err(CaseError::Cancelled) => {
                report.cancelled = true;
                Ok(report)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refused while long work runs, which holds the case.
    pub(super) fn idle(&self) -> Result<(), EdgeError> {
        if self.working.load(Ordering::Acquire) { Err(busy()) } else { Ok(()) }
    }

    fn begin(&self) -> Result<One<'_>, EdgeError> {
        self.working.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire).map_err(|_| busy())?;
        self.stop.store(false, Ordering::Relaxed);
        Ok(One(&self.working))
    }
}

fn busy() -> EdgeError {
    refused("busy", "the case is being worked on", "Wait until the import or the analysis is done, or cancel it.")
}

/// The only long work; gone when it ends, however it ends.
struct One<'a>(&'a AtomicBool);

impl Drop for One<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Passes progress on, thinned out.
struct Teller<'a> {
    say: Say<'a>,
    stop: &'a AtomicBool,
    clock: &'a dyn Clock,
    last: Mutex<Option<(Stage, Option<String>, Time)>>,
}

impl<'a> Teller<'a> {
    fn new(bridge: &'a Bridge, say: Say<'a>) -> Teller<'a> {
        Teller { say, stop: &bridge.stop, clock: &*bridge.settings.clock, last: Mutex::new(None) }
    }
}

impl Progress for Teller<'_> {
    fn tick(&self, tick: &Tick) {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = last.as_ref().is_none_or(|(stage, file, at)| {
            *stage != tick.stage || *file != tick.file || now.0 - at.0 >= APART_MICROS || now.0 < at.0
        });
        if fresh {
            *last = Some((tick.stage, tick.file.clone(), now));
            (self.say)(tick);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
