//! What the repository generates: its fixtures, the page of its sources, and records to measure with.

pub mod bench;
pub mod fixtures;
pub mod sources;

pub mod dice;
pub mod json;
pub mod time;
