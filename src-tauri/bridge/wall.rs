//! The wall clock.

use behalf_engine::model::{Clock, Time};

/// Hosts hand it to the engine, which has no clock of its own.
pub struct Wall;

impl Clock for Wall {
    #[allow(clippy::disallowed_methods, reason = "the edge is where the clock is read")]
    fn now(&self) -> Time {
        Time(chrono::Utc::now().timestamp_micros())
    }
}
