//! Whichever target the binary is named after. `FUZZ_TARGET` makes another of it without building anew.

#![no_main]

use std::sync::LazyLock;

static TARGET: LazyLock<String> =
    LazyLock::new(|| std::env::var("FUZZ_TARGET").unwrap_or_else(|_| env!("CARGO_BIN_NAME").into()));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| behalf_laws::hold(&TARGET, bytes));
