//! `demo`: the demonstration case, analysed, with its reports.

use std::path::Path;

use behalf_app::demo::write_exports;
use behalf_engine::analysis;
use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError};

use crate::answers::write_report;
use crate::import::{Bar, analysis_text, import_into, registry};
use crate::output::{Wall, failed};

pub fn demo(to: &Path) -> Result<(), EdgeError> {
    let written = write_exports(to)
        .map_err(|e| failed("demo", format!("{} cannot be written: {e}", to.display()), "Give another folder with --to."))?;
    let path = to.join("fernhill.behalf");
    for ending in ["", "-wal", "-shm"] {
        let old = to.join(format!("fernhill.behalf{ending}"));
        if old.exists() {
            std::fs::remove_file(&old).map_err(|e| failed("demo", format!("{}: {e}", old.display()), "Close the window on it first."))?;
        }
    }
    let mut case = Case::open_or_create(&path, Wall.now())?;
    let registry = registry(&case, &[written.mapping])?;
    let bar = Bar::new();
    let report = import_into(&mut case, &registry, &[written.exports], None, &bar);
    bar.finish();
    let read: u64 = report?.files.iter().map(|f| f.read).sum();
    let found = analysis::analyze(&case, &())?;
    println!("{read} records of Fernhill Mutual, an invented insurer\n{}", analysis_text(&found));
    println!("case    {}", path.display());
    for ending in ["html", "csv", "json"] {
        let report = to.join(format!("findings.{ending}"));
        write_report(&case, &report, Some("Demonstration".into()), None)?;
        println!("report  {}", report.display());
    }
    Ok(())
}
