//! Work on this repository: `cargo xtask fixtures [--check]`, `cargo xtask sources [--check]`, `cargo xtask accuracy`,
//! `cargo xtask bench-data N PATH`, `cargo xtask calm N FOLDER`.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use clap::{Parser, Subcommand};
use xtask::{bench, calm, fixtures, sources};

#[derive(Parser)]
#[command(about = "Work on this repository")]
struct Xtask {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write `fixtures/` anew; the same bytes each time.
    Fixtures {
        /// Write nothing; fail where a committed file is not what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Write `docs/sources.md` from the doc comments of the sources.
    Sources {
        /// Write nothing; fail where a part is missing or the page is stale.
        #[arg(long)]
        check: bool,
    },
    /// Measure attribution on damaged worlds (`--help` after `--` lists what it takes).
    #[command(trailing_var_arg = true)]
    Accuracy {
        #[arg(allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write N CloudTrail-like records, one a line, to measure import with.
    BenchData { records: u64, path: PathBuf },
    /// Write an ordinary month of about N calls, with faults planted in it, into a folder.
    Calm {
        calls: u64,
        folder: PathBuf,
        #[arg(long, default_value_t = 41)]
        seed: u64,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Xtask::parse().task {
        Task::Fixtures { check: false } => fixtures::write(),
        Task::Fixtures { check: true } => fixtures::check(),
        Task::Sources { check: false } => sources::write(),
        Task::Sources { check: true } => sources::check(),
        Task::Accuracy { arguments } => accuracy(&arguments),
        Task::BenchData { records, path } => bench::write(records, &path),
        Task::Calm { calls, folder, seed } => calm::write(calls, seed, &folder).map(drop),
    }
}

/// Its own package, with the engine in it: what writes the fixtures is built without.
fn accuracy(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env!("CARGO"));
    let ended = cargo.args(["run", "--quiet", "--package", "accuracy", "--"]).args(arguments).status()?;
    if ended.success() { Ok(()) } else { Err("the measurement failed".into()) }
}
