//! What the repository generates: its fixtures, and records to measure with.

pub mod bench;
pub mod fixtures;

pub mod dice;
pub mod json;
pub mod time;
