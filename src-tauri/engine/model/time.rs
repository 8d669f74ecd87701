//! Time: one unit, one zone, and one place that knows how sources write it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A moment as microseconds since 1970-01-01T00:00:00Z. The source's own text stays in the raw record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The clock of whoever runs the engine. The engine has none of its own, so that tests and reports are repeatable.
pub trait Clock: Sync {
    fn now(&self) -> Time;
}

/// One measurement: the clock of `b` shows `offset` more than that of `a`, give or take `bound`. Microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    pub a: i64,
    pub b: i64,
    pub offset: i64,
    pub bound: i64,
    pub pairs: usize,
}

/// A clock that stands still: for tests, and for reports of one frozen view.
#[derive(Debug, Clone, Copy)]
pub struct Frozen(pub Time);

impl Clock for Frozen {
    fn now(&self) -> Time {
        self.0
    }
}

impl Time {
    /// RFC 3339 with any fraction and offset; `YYYY-MM-DD HH:MM:SS[.f]` and the `T` form without a zone, which the
    /// sources that write it mean as UTC; basic notation `20131102T010628Z`; a plain date (midnight UTC).
    /// `None` where the text is none of these: an unknown time is never guessed.
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        if let Ok(t) = DateTime::parse_from_rfc3339(text) {
            return Some(Time(t.timestamp_micros()));
        }
        for form in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"] {
            if let Ok(t) = DateTime::parse_from_str(text, form) {
                return Some(Time(t.timestamp_micros()));
            }
        }
        for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y%m%dT%H%M%SZ", "%Y-%m-%d %H:%M:%S%.f UTC"] {
            if let Some(t) = naive(text, form) {
                return Some(t);
            }
        }
        // AWS STS writes expirations as "Jul 10, 2023, 12:05:00 PM", in UTC.
        for form in ["%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p"] {
            if let Some(t) = naive(text, form) {
                return Some(t);
            }
        }
        Time::date(text)
    }

    /// A plain date `YYYY-MM-DD` as its first moment in UTC.
    pub fn date(text: &str) -> Option<Time> {
        let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
        Some(utc(day.and_hms_opt(0, 0, 0)?))
    }

    pub fn from_seconds(seconds: i64) -> Option<Time> {
        seconds.checked_mul(SECOND).map(Time)
    }

    pub fn from_millis(millis: i64) -> Option<Time> {
        millis.checked_mul(1_000).map(Time)
    }

    pub fn from_nanos(nanos: i128) -> Option<Time> {
        i64::try_from(nanos.div_euclid(1_000)).ok().map(Time)
    }

    /// A number whose unit is not said: seconds, milliseconds, microseconds or nanoseconds by magnitude
    /// (years 1990 to 2200 do not overlap between the units).
    pub fn from_epoch(number: i128) -> Option<Time> {
        match number {
            631_152_000..=7_258_118_400 => Time::from_seconds(number as i64),
            631_152_000_000..=7_258_118_400_000 => Time::from_millis(number as i64),
            631_152_000_000_000..=7_258_118_400_000_000 => Some(Time(number as i64)),
            631_152_000_000_000_000..=7_258_118_400_000_000_000 => Time::from_nanos(number),
            _ => None,
        }
    }

    /// RFC 3339 in UTC with the fraction the moment has: none, milliseconds or microseconds.
    pub fn to_rfc3339(self) -> String {
        match DateTime::from_timestamp_micros(self.0) {
            Some(t) => {
                let form = match self.0.rem_euclid(SECOND) {
                    0 => SecondsFormat::Secs,
                    f if f % 1_000 == 0 => SecondsFormat::Millis,
                    _ => SecondsFormat::Micros,
                };
                t.to_rfc3339_opts(form, true)
            }
            None => format!("{} us", self.0),
        }
    }

    /// The calendar day in UTC, `YYYY-MM-DD`.
    pub fn to_date(self) -> String {
        self.to_rfc3339().chars().take(10).collect()
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that says these forms mean UTC")]
fn naive(text: &str, form: &str) -> Option<Time> {
    NaiveDateTime::parse_from_str(text, form).ok().map(utc)
}

#[allow(clippy::disallowed_methods, reason = "the one place that says these forms mean UTC")]
fn utc(t: NaiveDateTime) -> Time {
    Time(t.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_sources_write() {
        let want = Time(1_772_522_365_549_000);
        for text in [
            "2026-03-03T07:19:25.549Z",
            "2026-03-03 07:19:25.549",
            "2026-03-03T07:19:25.5490000Z ",
            "2026-03-03T18:19:25.549+11:00",
        ] {
            assert_eq!(Time::parse(text), Some(want), "{text}");
        }
        assert_eq!(Time::parse("Mar 03, 2026, 08:21:27 AM"), Time::parse("2026-03-03T08:21:27Z"));
        assert_eq!(Time::parse("20131102T010628Z"), Time::parse("2013-11-02T01:06:28Z"));
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn epoch_units_by_magnitude() {
        let want = Time::from_seconds(1_772_522_365);
        assert_eq!(Time::from_epoch(1_772_522_365), want);
        assert_eq!(Time::from_epoch(1_772_522_365_000), want);
        assert_eq!(Time::from_epoch(1_772_522_365_000_000), want);
        assert_eq!(Time::from_epoch(1_772_522_365_000_000_000), want);
        assert_eq!(Time::from_epoch(42), None);
    }
}
