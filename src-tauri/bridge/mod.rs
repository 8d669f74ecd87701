//! The bridge: one table of commands that the interface may call, whichever host carries them.
//!
//! `table.rs` lists every command once, with its arguments and its answer. A host (the Tauri window, the HTTP server)
//! gives that table the form of its own handlers, so that none can forget a command or answer another type; and the
//! interface's types are written from the same lines. What a command does stands here, one method each.

mod allowed;
mod ask;
mod ask_about;
#[cfg(all(test, feature = "bindings"))]
mod bindings;
pub mod demonstration;
mod faults;
mod mappings;
mod open;
mod reach;
mod recent;
mod reports;
mod table;
mod tables;
mod types;
mod wall;
mod work;

pub use faults::{defect, refused};
pub use mappings::{is_mapping, learn_from, parse as parse_mapping, registry, sample};
pub use open::{Bridge, Settings};
pub use reports::{Order, Packing, check_package, write_package, write_report};
pub use types::*;
pub use wall::Wall;
pub use work::Say;
