//! Times as milliseconds since 1970, and how each source spells them.

use chrono::DateTime;

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Sunday 1 March 2026, midnight UTC.
const FIRST_OF_MARCH: i64 = 1_772_323_200_000;

/// A moment of March 2026, UTC.
pub const fn march(day: i64, hour: i64, minute: i64) -> i64 {
    FIRST_OF_MARCH + (day - 1) * DAY + hour * HOUR + minute * MINUTE
}

fn spelled(at: i64, format: &str) -> String {
    DateTime::from_timestamp_millis(at).map(|time| time.format(format).to_string()).unwrap_or_default()
}

/// `2026-03-04T09:15:00.120Z`
pub fn rfc3339(at: i64) -> String {
    spelled(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// `2026-03-04T09:15:00Z`
pub fn whole_second(at: i64) -> String {
    spelled(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-03-04T09:15:00.120000Z`
pub fn micros(at: i64) -> String {
    spelled(at, "%Y-%m-%dT%H:%M:%S%.6fZ")
}

/// `Mar 4, 2026, 9:30:00 AM`: how STS writes when credentials expire.
pub fn american(at: i64) -> String {
    spelled(at, "%b %-d, %Y, %-I:%M:%S %p")
}

/// Nanoseconds, as OTLP writes them.
pub fn nanos(at: i64) -> String {
    format!("{at}000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_spelled_as_each_source_spells_it() {
        let at = march(4, 9, 5) + 120;
        assert_eq!(rfc3339(at), "2026-03-04T09:05:00.120Z");
        assert_eq!(american(at), "Mar 4, 2026, 9:05:00 AM");
        assert_eq!(nanos(at), "1772615100120000000");
    }
}
