//! What is kept of one account's calls for the signals: counts and a little memory, whatever the number of calls.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::rhythm::Rhythm;
use crate::model::Time;
use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

/// Distinct things that are told apart for one account; beyond this there are "many".
const MANY: usize = 4_096;
/// Places that are kept in mind to see two at once.
const PLACES: usize = 8;
/// Two places within this are active together.
const TOGETHER: i64 = MINUTE;
/// A repetition later than this is no retry.
const RETRY: i64 = 30 * SECOND;

/// A call as the signals see it. Numbers are interned.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Seen {
    pub at: Time,
    pub action: Option<i64>,
    pub resource: Option<i64>,
    pub resource_type: Option<i64>,
    /// 2 error.
    pub outcome: i64,
    /// (network, named by `networks.csv` as a place of machines; None where it names no such thing)
    pub network: Option<(u32, Option<bool>)>,
    /// (family, a browser)
    pub client: Option<(u32, bool)>,
    pub session: Option<i64>,
}

#[derive(Debug, Default)]
pub(in super::super) struct Habit {
    pub rhythm: Rhythm,
    /// By second of the minute, in twelfths, and how many stand on a whole minute.
    pub seconds: [u32; 12],
    pub whole_minutes: u64,
    pub gaps: Moments,
    pub sequence: Sequence,
    pub devices: Devices,
    pub sessions: BTreeMap<i64, (Time, Time)>,
    pub with_client: u64,
    pub no_browser: u64,
    pub families: FxHashSet<u32>,
    pub named_networks: u64,
    pub machine_networks: u64,
    pub volume: Volume,
    pub retries: Retries,
    /// Kinds of thing done: action and type of resource.
    pub kinds: FxHashSet<(i64, i64)>,
    /// Calls by hour of the week, Monday first: all, counted.
    hours: Vec<(u32, u32)>,
}

impl Habit {
    /// Any call, for the picture of the week.
    pub(in super::super) fn note(&mut self, at: Time, counted: bool) {
        if self.hours.is_empty() {
            self.hours = vec![(0, 0); 168];
        }
        if let Some(slot) = self.hours.get_mut(hour_of_week(at)) {
            slot.0 += 1;
            slot.1 += u32::from(counted);
        }
    }

    pub(in super::super) fn hours(&self) -> impl Iterator<Item = (usize, u32, u32)> + '_ {
        self.hours.iter().enumerate().filter(|(_, (all, _))| *all > 0).map(|(n, (all, counted))| (n, *all, *counted))
    }

    /// Counted calls on Saturday and Sunday, and on the other days.
    pub(super) fn weekend(&self) -> (u64, u64) {
        let sum = |days: std::ops::Range<usize>| -> u64 {
            self.hours.iter().skip(days.start * 24).take(days.len() * 24).map(|h| u64::from(h.1)).sum()
        };
        (sum(5..7), sum(0..5))
    }

    /// A call that counts, in the order of time.
    pub(in super::super) fn see(&mut self, seen: &Seen) {
        if let Some(last) = self.rhythm.last {
            self.gaps.add((seen.at.0 - last.0) as f64);
        }
        self.rhythm.see(seen.at);
        let second = seen.at.0.rem_euclid(MINUTE);
        if let Some(slot) = self.seconds.get_mut((second / (5 * SECOND)) as usize) {
            *slot += 1;
        }
        self.whole_minutes += u64::from(second == 0);
        let kind = (seen.action.unwrap_or(0), seen.resource_type.unwrap_or(0));
        self.sequence.see(kind);
        if self.kinds.len() < MANY {
            self.kinds.insert(kind);
        }
        if let (Some((network, _)), Some((family, _))) = (seen.network, seen.client) {
            self.devices.see(seen.at, network, family);
        }
        if let Some((family, browser)) = seen.client {
            self.with_client += 1;
            self.no_browser += u64::from(!browser);
            if self.families.len() < MANY {
                self.families.insert(family);
            }
        }
        if let Some((_, Some(machines))) = seen.network {
            self.named_networks += 1;
            self.machine_networks += u64::from(machines);
        }
        if let Some(session) = seen.session
            && (self.sessions.len() < MANY || self.sessions.contains_key(&session))
        {
            self.sessions.entry(session).or_insert((seen.at, seen.at)).1 = seen.at;
        }
        self.volume.see(seen.at);
        self.retries.see(seen);
    }

    /// The most sessions that were in use at one time.
    pub(super) fn overlapping(&self) -> usize {
        // Ends after all that begin at the same moment.
        let both = |(first, last): &(Time, Time)| [(first.0, 1), (last.0.saturating_add(1), -1)];
        let mut ends: Vec<(i64, i32)> = self.sessions.values().flat_map(both).collect();
        ends.sort_unstable();
        let (mut now, mut most) = (0, 0);
        for (_, step) in ends {
            now += step;
            most = most.max(now);
        }
        most.max(0) as usize
    }
}

/// Hours since Monday 00:00 UTC. The epoch was a Thursday.
fn hour_of_week(at: Time) -> usize {
    let day = (at.0.div_euclid(DAY) + 3).rem_euclid(7);
    (day * 24 + at.0.rem_euclid(DAY) / HOUR) as usize
}

/// Mean and variance as they come (Welford).
#[derive(Debug, Default)]
pub(in super::super) struct Moments {
    pub n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    /// Burstiness (sd - mean) / (sd + mean): -1 for a clock, 0 for chance, near 1 for bursts.
    pub(super) fn burstiness(&self) -> Option<f64> {
        let sd = (self.squares / self.n.max(1) as f64).sqrt();
        let sum = sd + self.mean;
        (sum > 0.0).then(|| (sd - self.mean) / sum)
    }
}

/// Three things done in a row, counted.
#[derive(Debug, Default)]
pub(in super::super) struct Sequence {
    last: [Option<(i64, i64)>; 2],
    grams: FxHashMap<[(i64, i64); 3], u32>,
    pub n: u64,
}

impl Sequence {
    fn see(&mut self, kind: (i64, i64)) {
        if let [Some(a), Some(b)] = self.last {
            self.n += 1;
            if self.grams.len() < MANY || self.grams.contains_key(&[a, b, kind]) {
                *self.grams.entry([a, b, kind]).or_default() += 1;
            }
        }
        self.last = [self.last[1], Some(kind)];
    }

    /// Share of the commonest, and whether it is one thing done again and again.
    pub(super) fn top(&self) -> f64 {
        f64::from(self.grams.values().copied().max().unwrap_or(0)) / self.n.max(1) as f64
    }
}

/// Places with their clients, to see two in use at once.
#[derive(Debug, Default)]
pub(in super::super) struct Devices {
    last: Vec<(u32, u32, Time)>,
    pub seen: u64,
    pub days: u32,
    last_day: Option<i64>,
}

impl Devices {
    fn see(&mut self, at: Time, network: u32, family: u32) {
        self.seen += 1;
        let other = |(n, f, t): &(u32, u32, Time)| *n != network && *f != family && at.0 - t.0 <= TOGETHER;
        let day = at.0.div_euclid(DAY);
        if self.last.iter().any(other) && self.last_day != Some(day) {
            self.days += 1;
            self.last_day = Some(day);
        }
        self.last.retain(|(n, f, t)| (*n, *f) != (network, family) && at.0 - t.0 <= TOGETHER);
        if self.last.len() < PLACES {
            self.last.push((network, family, at));
        }
    }
}

/// Calls in each hour in which there were any: how many hours had how many.
#[derive(Debug, Default)]
pub(in super::super) struct Volume {
    hour: Option<i64>,
    now: u32,
    hours: BTreeMap<u32, u32>,
}

impl Volume {
    fn see(&mut self, at: Time) {
        let hour = at.0.div_euclid(HOUR);
        if self.hour != Some(hour) {
            self.close();
            self.hour = Some(hour);
        }
        self.now += 1;
    }

    fn close(&mut self) {
        if self.now > 0 {
            *self.hours.entry(self.now).or_default() += 1;
            self.now = 0;
        }
    }

    /// The 99th percentile of calls an hour.
    pub(in super::super) fn busiest(&mut self) -> Option<u32> {
        self.close();
        let hours: u32 = self.hours.values().sum();
        let rank = (f64::from(hours) * 0.99).ceil() as u32;
        let mut before = 0;
        self.hours.iter().find_map(|(calls, n)| {
            before += n;
            (before >= rank).then_some(*calls)
        })
    }
}

/// Failed calls repeated as they were, and whether the waits between doubled.
#[derive(Debug, Default)]
pub(in super::super) struct Retries {
    current: Option<Series>,
    pub series: u32,
    pub doubling: u32,
}

#[derive(Debug)]
struct Series {
    what: (Option<i64>, Option<i64>),
    last: Time,
    wait: Option<i64>,
    repeats: u32,
    doublings: u32,
}

impl Retries {
    fn see(&mut self, seen: &Seen) {
        let what = (seen.action, seen.resource);
        let failed = seen.outcome == 2;
        if let Some(series) = &mut self.current
            && series.what == what
            && seen.at.0 - series.last.0 <= RETRY
        {
            let wait = seen.at.0 - series.last.0;
            if let Some(before) = series.wait.filter(|b| *b > 0) {
                let factor = wait as f64 / before as f64;
                // Jitter is common: a doubling is anything about two.
                series.doublings += u32::from((1.5..=2.7).contains(&factor));
            }
            (series.wait, series.last) = (Some(wait), seen.at);
            series.repeats += 1;
            if !failed {
                self.close();
            }
            return;
        }
        self.close();
        if failed {
            self.current = Some(Series { what, last: seen.at, wait: None, repeats: 0, doublings: 0 });
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(series) = self.current.take().filter(|s| s.repeats >= 2) {
            self.series += 1;
            // Waits of 1, 2, 4: two doublings.
            self.doubling += u32::from(series.doublings >= 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(at: i64) -> Seen {
        Seen {
            at: Time(at),
            action: Some(1),
            resource: None,
            resource_type: None,
            outcome: 0,
            network: None,
            client: None,
            session: None,
        }
    }

    #[test]
    fn a_week_starts_on_monday() {
        assert_eq!(hour_of_week(Time::parse("2026-03-02T00:30:00Z").unwrap()), 0);
        assert_eq!(hour_of_week(Time::parse("2026-03-08T23:59:00Z").unwrap()), 167);
    }

    #[test]
    fn a_clock_is_regular_and_bursts_are_not() {
        let (mut clock, mut bursts) = (Habit::default(), Habit::default());
        for n in 0..200 {
            clock.see(&call(n * 10 * MINUTE));
            bursts.see(&call((n / 20) * DAY + (n % 20) * SECOND));
        }
        assert!(clock.gaps.burstiness().unwrap() < -0.9);
        assert!(bursts.gaps.burstiness().unwrap() > 0.5);
    }

    #[test]
    fn two_networks_with_two_clients_at_once_are_two_devices_and_one_that_moves_is_not() {
        let at =
            |n: i64, network, family| Seen { network: Some((network, None)), client: Some((family, true)), ..call(n) };
        let mut habit = Habit::default();
        for day in 0..4 {
            habit.see(&at(day * DAY, 1, 1));
            habit.see(&at(day * DAY + 20 * SECOND, 2, 2));
            habit.see(&at(day * DAY + 40 * SECOND, 1, 1));
        }
        assert_eq!(habit.devices.days, 4);
        let mut moved = Habit::default();
        moved.see(&at(0, 1, 1));
        moved.see(&at(20 * SECOND, 2, 1));
        moved.see(&at(3 * MINUTE, 1, 3));
        assert_eq!(moved.devices.days, 0);
    }

    #[test]
    fn waits_that_double_are_a_programs_retries() {
        let failed = |at: i64| Seen { outcome: 2, ..call(at * SECOND) };
        let mut habit = Habit::default();
        for series in 0..5 {
            let start = series * 3_600;
            [0, 1, 3, 7].iter().for_each(|t| habit.see(&failed(start + t)));
        }
        for series in 10..12 {
            [0, 5, 9, 14].iter().for_each(|t| habit.see(&failed(series * 3_600 + t)));
        }
        habit.retries.close();
        assert_eq!((habit.retries.series, habit.retries.doubling), (7, 5));
    }

    #[test]
    fn sessions_overlap_where_their_uses_do() {
        let of = |at: i64, session| Seen { session: Some(session), ..call(at) };
        let mut habit = Habit::default();
        for (at, session) in [(0, 1), (1, 2), (2, 3), (3, 1), (3, 2), (4, 3), (10, 4), (11, 4)] {
            habit.see(&of(at * MINUTE, session));
        }
        assert_eq!(habit.overlapping(), 3);
    }
}
