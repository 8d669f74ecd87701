//! A long run without nightly: `cargo run --release -p behalf-laws -- SECONDS [SEED] [TARGET...]`.
//!
//! Changes the seeds at random, for each target in turn, until the time is over. The same seed makes the same changes;
//! what breaks a law is written to `fuzz/artifacts/TARGET/`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a tool of this repository")]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use behalf_laws::change::{Dice, at_random};
use behalf_laws::{hold, hold_cheaply, targets};

/// Of so many inputs one is imported into a case; the laws that need none are held over all.
const IMPORTED: usize = 16;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(60);
    let seed = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(1);
    let chosen: Vec<String> = arguments.collect();
    let all: Vec<&str> = targets().into_iter().filter(|t| chosen.is_empty() || chosen.iter().any(|c| c == t)).collect();
    let each = Duration::from_secs(seconds) / all.len().max(1) as u32;
    let mut broken = 0;
    for target in all {
        let (inputs, found) = run(target, seed, each);
        println!("{target}: {inputs} inputs, {found} break a law");
        broken += found;
    }
    assert_eq!(broken, 0, "laws are broken; the inputs are in fuzz/artifacts");
}

/// Inputs tried, and how many of them break a law.
fn run(target: &str, seed: u64, time: Duration) -> (usize, usize) {
    let (seeds, start) = (seeds(target), Instant::now());
    let (mut dice, mut tried, mut found) = (Dice(seed), 0, 0);
    while start.elapsed() < time && found < 5 {
        let input = at_random(&seeds[dice.below(seeds.len())], &mut dice);
        tried += 1;
        let held = catch_unwind(|| match tried % IMPORTED {
            0 => hold(target, &input),
            _ => hold_cheaply(target, &input),
        });
        if held.is_err() {
            found += 1;
            let folder = root().join("artifacts").join(target);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{seed}-{tried}")), &input).unwrap();
        }
    }
    (tried, found)
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(root().join("seeds").join(target)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|p| std::fs::read(p).unwrap()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
