//! Drives the real window: a display without a screen, the WebKit driver, a session, and a hand that makes sure of
//! each step.

mod hand;
mod session;

pub use hand::Hand;
pub use session::{Session, target};
