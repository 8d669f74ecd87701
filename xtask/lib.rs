//! What the repository generates: its fixtures, the page of its sources, records to measure with, and damaged worlds to be accurate in.

pub mod accuracy;
pub mod bench;
pub mod calm;
pub mod fixtures;
pub mod sources;

pub mod dice;
pub mod json;
pub mod time;
