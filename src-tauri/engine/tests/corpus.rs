//! The corpus of fuzzing (`fuzz/seeds`, `fuzz/regressions`), replayed: the same laws, as it stands and changed in every way
//! of `behalf_laws::change`, the same changes each time.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use behalf_engine::case::{Case, Import};
use behalf_engine::model::{Clock, Time};
use behalf_engine::read::Limits;
use behalf_engine::sources::{BUILT_IN, Hints, registry};
use behalf_laws::change::{Dice, changed};
use behalf_laws::{File, hold_cheaply, hold_of_files, mappings, targets};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Files of a target's folder, in the order of their names; none where there is no folder.
fn files(corpus: &str, target: &str) -> Vec<File> {
    let folder = std::fs::read_dir(fuzz().join(corpus).join(target));
    let mut paths: Vec<PathBuf> = folder.into_iter().flatten().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let file = |p: &PathBuf| File::new(&p.file_name().unwrap().to_string_lossy(), &std::fs::read(p).unwrap());
    paths.iter().map(file).collect()
}

/// Holds the laws of a target over files, each alone and together in one folder. Returns what does not hold.
fn broken(target: &str, files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        if let Err(why) = catch_unwind(|| hold_cheaply(target, &file.bytes)) {
            out.push(format!("{target}, {}: {}\n{}", file.name, said(&*why), String::from_utf8_lossy(&file.bytes)));
        }
    }
    if target != "mapping_file"
        && let Err(why) = catch_unwind(|| hold_of_files(files, mappings(target)))
    {
        out.push(format!("{target}, together: {}", said(&*why)));
    }
    out
}

fn said(why: &dyn Any) -> &str {
    why.downcast_ref::<String>().map_or("a panic", String::as_str)
}

fn none_of(broken: Vec<String>) {
    assert!(broken.is_empty(), "{} laws do not hold:\n{}", broken.len(), broken.join("\n\n"));
}

#[test]
fn every_target_has_an_entry_and_a_seed() {
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    let entries: BTreeSet<&str> =
        manifest.lines().filter_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"')).skip(1).collect();
    let all: BTreeSet<&str> = targets().into_iter().collect();
    assert_eq!(entries, all, "fuzz/Cargo.toml lists each target once");
    for target in all {
        assert!(!files("seeds", target).is_empty(), "fuzz/seeds/{target} is empty");
    }
}

/// A seed that its source does not know would try nothing.
#[test]
fn each_seed_is_read_whole_by_its_source() {
    struct Still;
    impl Clock for Still {
        fn now(&self) -> Time {
            Time(0)
        }
    }
    let (registry, hints, limits) = (registry(Vec::new()), Hints::none(), Limits::default());
    let mut wrong = Vec::new();
    for target in BUILT_IN.iter().map(|s| s.name()) {
        for seed in files("seeds", target) {
            let path = [fuzz().join("seeds").join(target).join(&seed.name)];
            let import = Import {
                registry: &registry,
                hints: &hints,
                limits: &limits,
                threads: 1,
                clock: &Still,
                progress: &(),
            };
            for file in Case::in_memory().unwrap().import(&path, &import).unwrap().files {
                if (file.format.as_str(), file.rejected) != (target, 0) || file.kept == 0 {
                    wrong.push(format!("{target}: {file:?}"));
                }
            }
        }
    }
    none_of(wrong);
}

#[test]
fn seeds_hold_the_laws() {
    none_of(targets().into_iter().flat_map(|target| broken(target, &files("seeds", target))).collect());
}

#[test]
fn what_was_found_once_stays_mended() {
    none_of(targets().into_iter().flat_map(|target| broken(target, &files("regressions", target))).collect());
}

#[test]
fn changed_seeds_hold_the_laws() {
    let mut found = Vec::new();
    for (seed, target) in targets().into_iter().enumerate() {
        let mut dice = Dice(seed as u64);
        for file in files("seeds", target) {
            let changes = changed(&file.bytes, EACH, &mut dice);
            let named = changes.iter().enumerate().map(|(n, bytes)| File::new(&format!("{n:02}-{}", file.name), bytes));
            found.extend(broken(target, &named.collect::<Vec<_>>()));
        }
    }
    none_of(found);
}

/// Changes of each kind to each seed.
const EACH: usize = 2;
