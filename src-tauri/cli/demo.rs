//! `demo`: the demonstration case, analysed, with its reports.

use std::path::Path;

use behalf_app::bridge::{Order, Wall, demonstration, registry, write_report};
use behalf_engine::analysis;
use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError};

use crate::import::{Bar, analysis_text, import_into};
use crate::output::{failed, say};

pub fn demo(to: &Path) -> Result<(), EdgeError> {
    let laid = demonstration::lay_out(to)?;
    let path = laid.case;
    let order = Order { marking: Some("Demonstration".into()), ..Order::default() };
    for ending in ["", "-wal", "-shm"] {
        let mut old = path.clone().into_os_string();
        old.push(ending);
        let old = std::path::PathBuf::from(old);
        if old.exists() {
            std::fs::remove_file(&old)
                .map_err(|e| failed("demo", format!("{}: {e}", old.display()), "Close the window on it first."))?;
        }
    }
    let mut case = Case::open_or_create(&path, Wall.now())?;
    let registry = registry(&case, &laid.mappings)?;
    let bar = Bar::new();
    let report = import_into(&mut case, &registry, &laid.exports, None, &bar);
    bar.finish();
    let read: u64 = report?.files.iter().map(|f| f.read).sum();
    let found = analysis::analyze(&case, &())?;
    say(&format!("{read} records of Fernhill Mutual, an invented insurer\n{}", analysis_text(&found)))?;
    say(&format!("case    {}", path.display()))?;
    for ending in ["pdf", "html", "xlsx", "csv", "json"] {
        let report = to.join(format!("findings.{ending}"));
        write_report(&case, &report, &order)?;
        say(&format!("report  {}", report.display()))?;
    }
    Ok(())
}
