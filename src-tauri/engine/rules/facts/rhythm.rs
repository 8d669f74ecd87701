//! Machine rhythm of an account: hour of day and gaps, with published calibration. An indicator, never proof.

use crate::model::Time;
use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

/// Calls below this say nothing of a rhythm.
pub(super) const ENOUGH: u64 = 120;
pub(super) const DAYS: i64 = 14;
/// TM1: entropy of the hour of day, of the most that it can be.
pub(super) const ENTROPY: f64 = 0.90;
/// TM2: longest stretch of hours of the day without any call.
pub(super) const QUIET_HOURS: usize = 2;
/// TM5: median of the gaps within bursts.
pub(super) const GAP: i64 = 5 * SECOND;
const BURST: i64 = 15 * MINUTE;
pub(super) const GAPS: u64 = 30;

/// Upper ends of the classes in which gaps are counted, so that a median needs no list of them. One end is [`GAP`].
const CLASSES: [i64; 26] = [
    SECOND / 10,
    SECOND / 4,
    SECOND / 2,
    3 * SECOND / 4,
    SECOND,
    3 * SECOND / 2,
    2 * SECOND,
    5 * SECOND / 2,
    3 * SECOND,
    7 * SECOND / 2,
    4 * SECOND,
    9 * SECOND / 2,
    GAP,
    6 * SECOND,
    8 * SECOND,
    10 * SECOND,
    15 * SECOND,
    20 * SECOND,
    30 * SECOND,
    45 * SECOND,
    MINUTE,
    2 * MINUTE,
    4 * MINUTE,
    6 * MINUTE,
    10 * MINUTE,
    BURST,
];

/// Calls of one account as a rhythm, fed in the order of time.
#[derive(Debug, Default, Clone)]
pub(super) struct Rhythm {
    hours: [u64; 24],
    pub calls: u64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// Gaps within bursts, by class.
    gaps: [u32; 26],
    pub in_bursts: u64,
}

impl Rhythm {
    pub(super) fn see(&mut self, at: Time) {
        let hour = at.0.rem_euclid(DAY) / HOUR;
        if let Some(slot) = self.hours.get_mut(hour as usize) {
            *slot += 1;
        }
        self.calls += 1;
        self.first = self.first.or(Some(at));
        if let Some(last) = self.last {
            let gap = at.0 - last.0;
            // Several rows of one request stand at one moment and are no rhythm.
            if gap > 0 && gap < BURST {
                let class = CLASSES.partition_point(|end| *end <= gap);
                if let Some(slot) = self.gaps.get_mut(class) {
                    *slot += 1;
                    self.in_bursts += 1;
                }
            }
        }
        self.last = Some(at);
    }

    /// Whole days from the first call to the last.
    pub(super) fn days(&self) -> i64 {
        match (self.first, self.last) {
            (Some(first), Some(last)) => (last.0 - first.0) / DAY,
            _ => 0,
        }
    }

    pub(super) fn enough(&self) -> bool {
        self.calls >= ENOUGH && self.days() >= DAYS
    }

    /// How many of the three fire, and which, with their values.
    pub(super) fn signals(&self) -> (u32, Option<String>) {
        if !self.enough() {
            return (0, None);
        }
        let mut said = Vec::new();
        let entropy = self.entropy();
        if entropy > ENTROPY {
            said.push(format!("calls spread evenly over the hours of the day (TM1 {entropy:.2})"));
        }
        let quiet = self.quiet();
        if quiet <= QUIET_HOURS {
            said.push(format!("no quiet part of the day longer than {quiet} h (TM2)"));
        }
        if let Some(median) = self.median().filter(|m| *m < GAP && self.in_bursts >= GAPS) {
            said.push(format!("median gap within bursts {:.1} s (TM5)", median as f64 / SECOND as f64));
        }
        let why = format!("{} calls over {} days: {}", self.calls, self.days(), said.join("; "));
        (said.len() as u32, (!said.is_empty()).then_some(why))
    }

    /// Entropy of the hour of day with the Miller-Madow term, over its maximum.
    pub(super) fn entropy(&self) -> f64 {
        let n = self.calls as f64;
        let used = self.hours.iter().filter(|c| **c > 0).count() as f64;
        let plain: f64 = self.hours.iter().filter(|c| **c > 0).map(|c| *c as f64 / n).map(|p| -p * p.ln()).sum();
        (plain + (used - 1.0) / (2.0 * n)) / 24f64.ln()
    }

    /// Longest run of empty hours, around midnight too.
    pub(super) fn quiet(&self) -> usize {
        let (mut longest, mut here) = (0, 0);
        for n in 0..48 {
            here = if self.hours[n % 24] == 0 { here + 1 } else { 0 };
            longest = longest.max(here);
        }
        longest.min(24)
    }

    /// The median gap within bursts, as the middle of its class: on the right side of [`GAP`] for certain.
    pub(super) fn median(&self) -> Option<i64> {
        let (mut before, middle) = (0, self.in_bursts / 2);
        for (n, count) in self.gaps.iter().enumerate() {
            before += u64::from(*count);
            if before > middle {
                let low = n.checked_sub(1).and_then(|n| CLASSES.get(n)).copied().unwrap_or(0);
                return CLASSES.get(n).map(|high| (low + high) / 2);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm(times: impl Iterator<Item = i64>) -> u32 {
        let mut r = Rhythm::default();
        times.for_each(|t| r.see(Time(t)));
        r.signals().0
    }

    #[test]
    fn a_push_each_half_hour_for_three_weeks_is_a_machine() {
        assert_eq!(rhythm((0..1008).map(|n| n * 30 * MINUTE)), 2);
    }

    #[test]
    fn office_hours_are_a_person_and_little_is_nothing() {
        let office = (0..20).flat_map(|day| (0..9).map(move |h| day * DAY + (8 + h) * HOUR));
        assert_eq!(rhythm(office), 0);
        assert_eq!(rhythm((0..100).map(|n| n * 30 * MINUTE)), 0);
        assert_eq!(rhythm((0..500).map(|n| n * MINUTE)), 0);
    }

    #[test]
    fn bursts_of_seconds_are_one_signal_alone() {
        let bursts = |gap: i64| (0..20).flat_map(move |day| (0..20).map(move |n| day * DAY + 10 * HOUR + n * gap));
        assert_eq!(rhythm(bursts(3 * SECOND)), 1);
        assert_eq!(rhythm(bursts(GAP - 1)), 1);
        assert_eq!(rhythm(bursts(GAP)), 0);
    }
}
