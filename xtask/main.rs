//! Work on this repository.
fn main() {}
