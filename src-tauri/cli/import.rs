//! `import` and `analyze`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use behalf_app::bridge::{Wall, is_mapping, registry};
use behalf_engine::analysis::{self, Analysis};
use behalf_engine::ask;
use behalf_engine::case::{Case, Import, ImportReport, Progress, Stage, Tick};
use behalf_engine::model::{Clock, EdgeError};
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Hints};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::args::Format;
use crate::output::{flat, one, said};

/// Progress on standard error where that is a terminal; silent elsewhere.
pub struct Bar {
    bar: Option<Mutex<ProgressBar>>,
}

impl Bar {
    pub fn new() -> Bar {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta} left") {
                bar.set_style(style);
            }
            Mutex::new(bar)
        });
        Bar { bar }
    }

    pub fn finish(&self) {
        if let Some(Ok(bar)) = self.bar.as_ref().map(Mutex::lock) {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn tick(&self, tick: &Tick) {
        if let Some(Ok(bar)) = self.bar.as_ref().map(Mutex::lock) {
            bar.set_length(tick.total_bytes);
            bar.set_position(tick.done_bytes);
            let what = match tick.stage {
                Stage::Read => "reading",
                Stage::Index => "indexing",
                Stage::Attribute => "attributing",
                Stage::Rules => "running rules",
            };
            let file =
                tick.file.as_deref().and_then(|f| Path::new(f).file_name()).map(|f| f.to_string_lossy().into_owned());
            bar.set_message(crate::output::plain(&format!("{what} {}", file.unwrap_or_default())));
        }
    }
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Imports into a case and leaves it unanalysed.
pub fn import_into(
    case: &mut Case,
    registry: &sources::Registry,
    paths: &[PathBuf],
    threads: Option<usize>,
    progress: &dyn Progress,
) -> Result<ImportReport, EdgeError> {
    let import = Import {
        registry,
        hints: &Hints::default(),
        limits: &Limits::default(),
        threads: threads.unwrap_or_else(cores),
        clock: &Wall,
        progress,
    };
    Ok(case.import(paths, &import)?)
}

pub fn import(
    path: &Path,
    mappings: &[PathBuf],
    threads: Option<usize>,
    paths: &[PathBuf],
    format: Format,
) -> Result<(), EdgeError> {
    let mut case = Case::open_or_create(path, Wall.now())?;
    // A mapping file among the exports is one, as it is in the window.
    let (beside, exports): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|p| is_mapping(p));
    let registry = registry(&case, &[mappings, beside.as_slice()].concat())?;
    let bar = Bar::new();
    let report = import_into(&mut case, &registry, &exports, threads, &bar);
    bar.finish();
    let imported = Imported { report: report?, completeness: ask::completeness::completeness(&case)? };
    said(case.stale()?);
    one(&imported, format, || {
        let mut out = report_text(&imported.report);
        for sentence in &imported.completeness.sentences {
            out.push_str(&format!("\nnote: {}", flat(sentence)));
        }
        out
    })
}

/// What was read, and whether it is whole.
#[derive(Serialize)]
struct Imported {
    #[serde(flatten)]
    report: ImportReport,
    completeness: ask::completeness::Completeness,
}

fn report_text(report: &ImportReport) -> String {
    let mut out = String::new();
    for f in &report.files {
        out.push_str(&format!(
            "{}\n  {}: {}\n  read {} = kept {} + duplicates {} + rejected {}\n",
            flat(&f.path),
            f.format,
            flat(&f.why),
            f.read,
            f.kept,
            f.duplicates,
            f.rejected
        ));
    }
    let sum = |f: fn(&behalf_engine::case::ImportedFile) -> u64| report.files.iter().map(f).sum::<u64>();
    out.push_str(&format!(
        "{} files: read {} = kept {} + duplicates {} + rejected {}",
        report.files.len(),
        sum(|f| f.read),
        sum(|f| f.kept),
        sum(|f| f.duplicates),
        sum(|f| f.rejected)
    ));
    out
}

pub fn analyze(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    let bar = Bar::new();
    let analysis = analysis::analyze(&case, &bar);
    bar.finish();
    let analysis = analysis?;
    one(&analysis, format, || analysis_text(&analysis))
}

pub fn analysis_text(a: &Analysis) -> String {
    let c = &a.attribution;
    let mut out = format!(
        "{} calls: {} attributed (A or B), {} supported (C), {} refused, {} contradicted, {} automation with no person required\n{} findings, {} design facts",
        c.calls, c.attributed, c.supported, c.refused, c.contradicted, c.automation, a.findings, a.design_facts
    );
    for note in &a.notes {
        out.push_str(&format!("\nnote: {}", flat(note)));
    }
    out
}
