//! Acts of review: an append-only, hash-chained log. The present is a fold of it, which other rooms read from the case.

mod carry;
mod decide;
mod error;
mod log;
mod propose;
pub mod scope;

pub use carry::{Brought, carry};
pub use decide::{Decided, LISTED, decide, record};
pub use error::ReviewError;
pub use log::{append, check, check_rows};
pub use propose::{Proposed, SuspectOf, Wanted, propose};
