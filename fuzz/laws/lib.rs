//! What holds of any bytes whatever. A law that does not hold panics: to the fuzzer a crash, to a test a failure.
//!
//! A *target* is a container of the read room, a source, or a mapping file; its name is that of its folder in `seeds/`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken law is a panic")]

pub mod change;
mod containers;
mod imported;
mod mapped;
mod named;
mod split;
mod text;
mod told;

pub use imported::{File, hold_of_files};

use behalf_engine::sources::BUILT_IN;

/// Names of all targets: containers, mapping files, sources.
pub fn targets() -> Vec<&'static str> {
    let others = [mapped::FILE, mapped::RECORDS];
    containers::NAMES.iter().copied().chain(others).chain(BUILT_IN.iter().map(|s| s.name())).collect()
}

/// Holds every law of a target over the bytes of one export.
pub fn hold(target: &str, bytes: &[u8]) {
    hold_cheaply(target, bytes);
    match target {
        mapped::FILE => {}
        mapped::RECORDS => hold_of_files(&[File::new("export", bytes)], &[mapped::GATEWAY]),
        _ => hold_of_files(&[File::new("export", bytes)], &[]),
    }
}

/// Holds the laws of a target that need no case.
pub fn hold_cheaply(target: &str, bytes: &[u8]) {
    if containers::NAMES.contains(&target) {
        return containers::hold(target, bytes);
    }
    match target {
        mapped::FILE => mapped::hold_of_file(bytes),
        mapped::RECORDS => told::hold(&mapped::gateway(), bytes),
        _ => match BUILT_IN.iter().find(|s| s.name() == target) {
            Some(source) => told::hold(*source, bytes),
            None => panic!("no target is called {target}"),
        },
    }
}

/// The mapping files that the exports of a target are imported with.
pub fn mappings(target: &str) -> &'static [&'static str] {
    if target == mapped::RECORDS { &[mapped::GATEWAY] } else { &[] }
}
