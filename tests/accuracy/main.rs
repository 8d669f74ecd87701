//! `cargo xtask accuracy`: every damage at every rate, imported, analysed and scored. A package of its own, so that what
//! writes the fixtures is built without the engine.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::ask;
use behalf_engine::case::{Case, Import, Select};
use behalf_engine::model::{Clock, Time};
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Hints, Mapping};

use clap::Parser;
use xtask::accuracy::page::{self, Measured};
use xtask::accuracy::score::{Answers, Said, Scores};
use xtask::accuracy::{Company, DAMAGES, SEED, SIZE, damaged, exports, healthy};

/// Generates damaged worlds, analyses them, and prints how many names are right, refused, missed and wrong.
#[derive(Parser)]
struct Accuracy {
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Requests of each way of working.
    #[arg(long, default_value_t = SIZE)]
    size: usize,
    /// Only this damage: DM9, fan-in.
    #[arg(long)]
    only: Option<String>,
    /// Write `docs/accuracy.md`.
    #[arg(long)]
    write: bool,
    /// Keep the exports of each world, and their truth beside them, in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time(0)
    }
}

/// What Behalf says of a world, having read its exports.
fn answers(company: Company) -> Result<Answers, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for export in company.exports() {
        let path = folder.path().join(export.name);
        fs::write(&path, export.bytes)?;
        paths.push(path);
    }
    let registry = sources::registry(vec![Mapping::parse(exports::mapping())?]);
    let (hints, limits) = (Hints::default(), Limits::default());
    let import =
        Import { registry: &registry, hints: &hints, limits: &limits, threads: 2, clock: &Still, progress: &() };
    let mut case = Case::in_memory()?;
    case.import(&paths, &import)?;
    analysis::analyze(&case, &())?;
    said(&case)
}

/// Rows by source and shown id, with the agent's grade, which the printed row leaves out.
fn said(case: &Case) -> Result<Answers, Box<dyn Error>> {
    let mut grades: BTreeMap<(String, String), Option<String>> = BTreeMap::new();
    let mut query = case.database().prepare(
        "SELECT s.text, e.shown_id, a.agent_grade FROM attributions a
         JOIN events e ON e.id = a.event JOIN strings s ON s.id = e.source",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        grades.insert((row.get(0)?, row.get(1)?), row.get(2)?);
    }
    let rows = ask::attributions::rows(case, &Select::All, None)?;
    let said = rows.into_iter().map(|row| {
        let key = (row.source, row.id);
        let agent_grade = grades.get(&key).cloned().flatten();
        let (human, grade, refusal) = (row.human, row.grade, row.refusal);
        (key, Said { human, grade, refusal, agent: row.agent, agent_grade, authority: row.authority })
    });
    Ok(said.collect())
}

fn measured(code: &'static str, rate: Option<f64>, company: Company) -> Result<Measured, Box<dyn Error>> {
    let facts = company.facts.clone();
    Ok(Measured { code, rate, scores: Scores::of(&facts, &answers(company)?) })
}

fn main() -> Result<(), Box<dyn Error>> {
    let Accuracy { seed, size, only, write, keep } = Accuracy::parse();
    let mut all = vec![measured("healthy", None, healthy(seed, size))?];
    for damage in DAMAGES.iter().filter(|d| only.as_ref().is_none_or(|code| d.code == code)) {
        for rate in damage.rates {
            if let Some(folder) = &keep {
                lay(&folder.join(format!("{}-{rate}", damage.code)), damaged(seed, size, damage, *rate))?;
            }
            all.push(measured(damage.code, Some(*rate), damaged(seed, size, damage, *rate))?);
        }
    }
    let table = page::figures(&all);
    print(&table);
    for world in &all {
        for mistake in world.scores.inexcusable() {
            print(&format!("not excused: {} {:?}: {mistake:?}", world.code, world.rate));
        }
    }
    if write {
        let page = page::page(seed, size, &all);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/accuracy.md"), page)?;
    }
    let inexcusable: usize = all.iter().map(|world| world.scores.inexcusable().len()).sum();
    if inexcusable == 0 { Ok(()) } else { Err(format!("{inexcusable} wrong names that nothing excuses").into()) }
}

fn lay(folder: &Path, company: Company) -> Result<(), Box<dyn Error>> {
    let exported = folder.join("exports");
    fs::create_dir_all(&exported)?;
    fs::write(folder.join("truth.csv"), company.truth())?;
    fs::write(folder.join("switchboard.mapping.toml"), exports::mapping())?;
    for export in company.exports() {
        fs::write(exported.join(export.name), export.bytes)?;
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "a command of this repository prints")]
fn print(text: &str) {
    println!("{text}");
}
