//! Evidence to proof to grade: for each call the person, the agent and the authority, or why nobody is named.
//!
//! [`attribute`] is a pure function of the call and of the run, token and lease tables that it names.

mod agent;
mod combine;
mod hints;
mod human;
mod need;
mod need_book;
mod path;
mod pattern;
mod run;
mod scope;
mod written;

pub use combine::{Attribution, Gap, Standing};
pub use hints::{Asked, Hint, Hints, hint, hint_case};
pub use need::Needs;
pub use path::{Path, Step};
pub use run::{Summary, Tables, attribute, attribute_case, call_of};
