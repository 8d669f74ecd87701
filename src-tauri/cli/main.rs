//! The command `behalf`.
fn main() {}
