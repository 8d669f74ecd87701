//! Runs, fan-out, traces, tokens and credential leases: what led to what (DESIGN section 7).

mod build;
pub mod clocks;
pub mod continuity;
mod credentials;
mod order;
mod shortened;
mod suspects;
pub mod signatures;
mod walk;

pub(crate) use build::claims_by_event;
pub use build::{EdgeKind, Holders, Lineage, Node, NodeKey, Starter};
pub use clocks::Clocks;
pub use credentials::{Lease, Tokens};
pub use suspects::Suspects;
pub use walk::{Hop, Walk};
