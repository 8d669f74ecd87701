//! Acts of review: an append-only, hash-chained log. The present is a fold of it, which other rooms read from the case.

mod log;
pub mod scope;

pub use log::{append, check, check_rows};
