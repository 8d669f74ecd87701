//! Work on this repository: `cargo xtask fixtures [--check]`, `cargo xtask sources [--check]`, `cargo xtask bench-data N PATH`.

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use xtask::{bench, fixtures, sources};

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
    /// Write N CloudTrail-like records, one a line, to measure import with.
    BenchData { records: u64, path: PathBuf },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Xtask::parse().task {
        Task::Fixtures { check: false } => fixtures::write(),
        Task::Fixtures { check: true } => fixtures::check(),
        Task::Sources { check: false } => sources::write(),
        Task::Sources { check: true } => sources::check(),
        Task::BenchData { records, path } => bench::write(records, &path),
    }
}
