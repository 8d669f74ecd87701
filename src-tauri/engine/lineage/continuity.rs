//! Whether a source's records run on without a hole: silences that are far beyond its habit, and numbers that jump.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseError, HoleFact};
use crate::model::Time;
use crate::model::time::{DAY, HOUR};

/// Records below which a source has no habit to hold a silence against.
pub const LEAST_RECORDS: usize = 500;
/// A silence is a hole beyond so many times what is usual.
pub const TIMES: i64 = 10;
/// Gaps that an hour of the week needs before it says what is usual.
const LEAST_GAPS: u64 = 200;
/// Hours around it that an hour with too few gaps may borrow from.
const WIDEST: usize = 3;
const HOURS: usize = 168;

/// A record's place in time, by its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    pub event: i64,
    pub at: Time,
}

/// A silence between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    pub before: Beat,
    pub after: Beat,
    /// The 99.9th percentile of this source's gaps in the busiest hour of the week that the silence covers,
    /// in microseconds.
    pub usual: i64,
}

/// Every hole of a case: silences, jumps, and log files that a digest lists and the case does not hold as hashed.
pub fn holes(case: &Case) -> Result<Vec<HoleFact>, CaseError> {
    let mut out = Vec::new();
    for span in case.source_spans()?.into_iter().filter(|s| s.records >= LEAST_RECORDS as i64) {
        let beats: Vec<Beat> = case.beats(span.source)?.into_iter().map(|(event, at)| Beat { event, at }).collect();
        out.extend(silences(&beats).into_iter().map(|s| HoleFact {
            from: Some(s.before.at),
            to: Some(s.after.at),
            usual: Some(s.usual),
            ..hole(span.source, "silence", s.before.event, Some(s.after.event))
        }));
    }
    let mut streams: BTreeMap<(i64, Option<i64>), Vec<Numbered>> = BTreeMap::new();
    for (source, stream, event, number) in case.numbered()? {
        streams.entry((source, stream)).or_default().push(Numbered { event, number });
    }
    for ((source, stream), numbered) in streams {
        out.extend(jumps(&numbered).unwrap_or_default().into_iter().map(|j| HoleFact {
            stream,
            missing: Some(j.missing),
            ..hole(source, "sequence", j.before, Some(j.after))
        }));
    }
    out.extend(digested(case)?);
    Ok(out)
}

fn hole(source: i64, kind: &'static str, before: i64, after: Option<i64>) -> HoleFact {
    HoleFact {
        source,
        stream: None,
        kind,
        before,
        after,
        from: None,
        to: None,
        usual: None,
        missing: None,
        object: None,
    }
}

/// Log files that a digest lists: not here, or other than CloudTrail hashed them. A case without any CloudTrail log has
/// nothing to hold against.
fn digested(case: &Case) -> Result<Vec<HoleFact>, CaseError> {
    let digests = case.digests()?;
    let Some(source) = case.source_spans()?.into_iter().find(|s| s.name == "aws_cloudtrail").map(|s| s.source) else {
        return Ok(Vec::new());
    };
    let files = case.file_periods()?;
    let held: BTreeSet<&str> = files.iter().map(|f| f.content_sha256.as_str()).collect();
    let named: BTreeSet<&str> = files.iter().map(|f| base(&f.path)).collect();
    let mut out = Vec::new();
    for digest in &digests {
        for file in digest.files.iter().filter(|f| !held.contains(f.sha256.as_str())) {
            let name = base(&file.object);
            let unpacked = name.strip_suffix(".gz").unwrap_or(name);
            let here = named.contains(name) || named.contains(unpacked);
            out.push(HoleFact {
                from: file.oldest.or(digest.from),
                to: file.newest.or(digest.to),
                object: Some(file.object.clone()),
                ..hole(source, if here { "altered_file" } else { "missing_file" }, digest.event, None)
            });
        }
    }
    Ok(out)
}

fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Silences over ten times the 99.9th percentile for the hour of the week. The beats come in the order of time.
///
/// An hour with too few gaps of its own is judged by the same hour of the other working days (or of the other day of the
/// weekend), then by the hours around it as well; if these are too few, it is not judged. The silence itself is no part of
/// what it is held against.
pub fn silences(beats: &[Beat]) -> Vec<Silence> {
    if beats.len() < LEAST_RECORDS {
        return Vec::new();
    }
    let mut gaps = Gaps::default();
    for (a, b) in pairs(beats) {
        gaps.see(a.at, b.at);
    }
    // Nothing shorter than ten times the least gap can be a hole.
    let floor = gaps.least().saturating_mul(TIMES);
    let habit = Habit::of(&gaps);
    let found: Vec<Silence> = pairs(beats)
        .filter(|(a, b)| b.at.0 - a.at.0 > floor)
        .filter_map(|(a, b)| {
            let usual = habit.usual(a.at, b.at)?;
            (b.at.0 - a.at.0 > usual.saturating_mul(TIMES)).then_some(Silence { before: a, after: b, usual })
        })
        .collect();
    without_evenings(found)
}

/// Other days on which a silence of at least half the length begins at about the same time, before it is a habit.
const EVENINGS: usize = 2;

/// A busy source has thousands of gaps an hour, among which the evenings of a month are fewer than one in a thousand: what
/// ends at the same time of the day again and again is the end of the working day.
fn without_evenings(found: Vec<Silence>) -> Vec<Silence> {
    let length = |s: &Silence| s.after.at.0 - s.before.at.0;
    // By the hour of the day in which it begins: day and length.
    let mut begun: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for silence in &found {
        let (day, of_day) = (silence.before.at.0.div_euclid(DAY), silence.before.at.0.rem_euclid(DAY) / HOUR);
        begun.entry(of_day).or_default().push((day, length(silence)));
    }
    let habit = |silence: &Silence| {
        let (day, of_day) = (silence.before.at.0.div_euclid(DAY), silence.before.at.0.rem_euclid(DAY) / HOUR);
        let near = [(of_day + 23) % 24, of_day, (of_day + 1) % 24];
        let alike = near.iter().filter_map(|hour| begun.get(hour)).flatten();
        let days: BTreeSet<i64> = alike
            .filter(|(d, l)| *d != day && l.saturating_mul(2) >= length(silence))
            .map(|(d, _)| *d)
            .take(64)
            .collect();
        days.len() >= EVENINGS
    };
    found.iter().filter(|s| !habit(s)).copied().collect()
}

fn pairs(beats: &[Beat]) -> impl Iterator<Item = (Beat, Beat)> {
    beats.iter().copied().zip(beats.iter().copied().skip(1))
}

/// Gaps of each hour of the week, counted by their length in steps of about six per cent.
struct Gaps {
    hours: Vec<[u32; BUCKETS]>,
}

const STEPS: u32 = 12;
const BUCKETS: usize = 64 * STEPS as usize;

impl Default for Gaps {
    fn default() -> Gaps {
        Gaps { hours: vec![[0; BUCKETS]; HOURS] }
    }
}

impl Gaps {
    fn see(&mut self, from: Time, to: Time) {
        let bucket = bucket(to.0 - from.0);
        for hour in hours(from, to) {
            if let Some(slot) = self.hours.get_mut(hour).and_then(|h| h.get_mut(bucket)) {
                *slot += 1;
            }
        }
    }

    fn least(&self) -> i64 {
        let first = self.hours.iter().filter_map(|h| h.iter().position(|n| *n > 0)).min();
        first.map_or(0, upper)
    }
}

/// What is usual in each hour of the week, by the gaps of the hour itself or of those that it may borrow from.
struct Habit {
    /// For each hour: the hour alone, then the wider and wider pools.
    pools: Vec<Vec<Pool>>,
}

/// Gaps of some hours together.
struct Pool {
    hours: Vec<usize>,
    /// Gaps up to and with each length.
    up_to: Vec<u64>,
}

impl Habit {
    fn of(gaps: &Gaps) -> Habit {
        let pools = |hour: usize| {
            let wider = (0..=WIDEST).map(|around| alike(hour, around));
            std::iter::once(vec![hour]).chain(wider).map(|hours| Pool::of(gaps, hours)).collect()
        };
        Habit { pools: (0..HOURS).map(pools).collect() }
    }

    /// What is usual in the busiest hour between two moments, but for the gap between them.
    fn usual(&self, from: Time, to: Time) -> Option<i64> {
        let own = bucket(to.0 - from.0);
        let covered = hours(from, to);
        let of_hour = |&hour: &usize| self.pools.get(hour)?.iter().find_map(|pool| pool.usual_without(own, &covered));
        covered.iter().filter_map(of_hour).min()
    }
}

impl Pool {
    fn of(gaps: &Gaps, hours: Vec<usize>) -> Pool {
        let mut so_far = 0;
        let count = |bucket: usize| -> u64 {
            hours.iter().filter_map(|&h| gaps.hours.get(h)?.get(bucket)).map(|n| u64::from(*n)).sum()
        };
        let up_to = (0..BUCKETS)
            .map(|bucket| {
                so_far += count(bucket);
                so_far
            })
            .collect();
        Pool { hours, up_to }
    }

    /// Upper bound of the 99.9th percentile, less one gap of bucket `own` in each hour that it covers; by nearest rank.
    fn usual_without(&self, own: usize, covered: &[usize]) -> Option<i64> {
        let mine = self.hours.iter().filter(|hour| covered.contains(hour)).count() as u64;
        let total = self.up_to.last()?.saturating_sub(mine);
        if total < LEAST_GAPS {
            return None;
        }
        let rank = (total * 999).div_ceil(1_000);
        // Below `own` the counts stand as they are; from there on they hold the gap itself.
        let below = self.up_to.partition_point(|seen| *seen < rank);
        let bucket = if below < own {
            below
        } else {
            self.up_to.partition_point(|seen| seen.saturating_sub(mine) < rank).max(own)
        };
        Some(upper(bucket.min(BUCKETS - 1)))
    }
}

/// The same hour of every working day, or of both days of the weekend, and so many hours around it.
fn alike(hour: usize, around: usize) -> Vec<usize> {
    let (day, of_day) = (hour / 24, hour % 24);
    let days = if day < 5 { 0..5 } else { 5..7 };
    let hours = of_day.saturating_sub(around)..=(of_day + around).min(23);
    days.flat_map(|d| hours.clone().map(move |h| d * 24 + h)).collect()
}

/// Hours of the week, Monday 00:00 UTC first, that a gap touches; each once.
fn hours(from: Time, to: Time) -> Vec<usize> {
    let first = from.0.div_euclid(HOUR);
    let last = to.0.div_euclid(HOUR).min(first + HOURS as i64 - 1);
    // 1970-01-01 was a Thursday.
    let monday = 3 * (DAY / HOUR);
    (first..=last).map(|h| (h + monday).rem_euclid(HOURS as i64) as usize).collect()
}

fn bucket(micros: i64) -> usize {
    if micros <= 0 {
        return 0;
    }
    ((micros as f64).log2() * f64::from(STEPS)).floor().clamp(0.0, (BUCKETS - 1) as f64) as usize
}

fn upper(bucket: usize) -> i64 {
    ((bucket + 1) as f64 / f64::from(STEPS)).exp2().ceil() as i64
}

/// A number of a stream, by its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    pub event: i64,
    pub number: i64,
}

/// Numbers that are missing between two records of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    pub before: i64,
    pub after: i64,
    pub missing: i64,
}

/// Gaps in a stream's numbers, in the order of the numbers; `None` where the same numbers come again and again, so that
/// nothing can be said: the stream restarts, or its name is missing.
pub fn jumps(numbered: &[Numbered]) -> Option<Vec<Jump>> {
    let mut sorted: Vec<Numbered> = numbered.to_vec();
    sorted.sort_by_key(|n| (n.number, n.event));
    let again = sorted.windows(2).filter(|w| matches!(w, [a, b] if a.number == b.number)).count();
    if again * 20 > sorted.len() {
        return None;
    }
    Some(
        sorted
            .windows(2)
            .filter_map(|w| match w {
                [a, b] if b.number > a.number.saturating_add(1) => {
                    let missing = b.number.saturating_sub(a.number).saturating_sub(1);
                    Some(Jump { before: a.event, after: b.event, missing })
                }
                _ => None,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::MINUTE;
    use proptest::prelude::*;

    /// Working hours of so many weeks, a record about every two minutes, from Monday 2026-03-02.
    fn weeks(weeks: i64) -> Vec<Beat> {
        let monday = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
        let mut out = Vec::new();
        for day in (0..weeks * 7).filter(|d| d % 7 < 5) {
            for n in 0..300 {
                let wobble = (n * 7919 % 97) * 1_000_000;
                out.push(Time(monday + day * DAY + 8 * HOUR + n * 2 * MINUTE + wobble));
            }
        }
        out.sort();
        out.into_iter().enumerate().map(|(n, at)| Beat { event: n as i64, at }).collect()
    }

    #[test]
    fn nights_and_weekends_are_habit_and_a_lost_afternoon_is_a_hole() {
        let whole = weeks(3);
        assert_eq!(silences(&whole), []);
        let (from, to) = (Time::parse("2026-03-11T12:00:00Z").unwrap(), Time::parse("2026-03-11T16:30:00Z").unwrap());
        let torn: Vec<Beat> = whole.iter().copied().filter(|b| b.at < from || b.at > to).collect();
        let found = silences(&torn);
        assert_eq!(found.len(), 1);
        assert!(found[0].before.at <= from && found[0].after.at >= to && found[0].usual < 20 * MINUTE);
    }

    /// So many records an hour that a month of evenings is less than one gap in a thousand.
    #[test]
    fn the_evenings_of_a_busy_source_are_habit_and_a_lost_hour_in_it_is_a_hole() {
        let monday = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
        let mut whole: Vec<Time> = Vec::new();
        for day in (0..28).filter(|d| d % 7 < 5) {
            for n in 0..9 * 900 {
                let wobble = (n * 7919 % 97) * 30_000;
                whole.push(Time(monday + day * DAY + 8 * HOUR + n * 4_000_000 + wobble));
            }
        }
        whole.sort();
        let beats = |times: &[Time]| -> Vec<Beat> {
            times.iter().enumerate().map(|(n, at)| Beat { event: n as i64, at: *at }).collect()
        };
        assert_eq!(silences(&beats(&whole)), []);
        let (from, to) = (Time::parse("2026-03-11T12:00:00Z").unwrap(), Time::parse("2026-03-11T13:00:00Z").unwrap());
        let torn: Vec<Time> = whole.iter().copied().filter(|t| *t < from || *t > to).collect();
        assert_eq!(silences(&beats(&torn)).len(), 1);
    }

    #[test]
    fn one_week_is_held_against_its_other_days_and_few_records_against_nothing() {
        let week = weeks(1);
        assert_eq!(silences(&week), []);
        let (from, to) = (Time::parse("2026-03-04T09:00:00Z").unwrap(), Time::parse("2026-03-04T15:00:00Z").unwrap());
        let torn: Vec<Beat> = week.iter().copied().filter(|b| b.at < from || b.at > to).collect();
        assert_eq!(silences(&torn).len(), 1);
        assert_eq!(silences(&torn[..400]), []);
    }

    #[test]
    fn missing_numbers_are_counted_and_restarts_are_not_judged() {
        let of = |numbers: &[i64]| {
            numbers
                .iter()
                .enumerate()
                .map(|(n, number)| Numbered { event: n as i64, number: *number })
                .collect::<Vec<_>>()
        };
        assert_eq!(jumps(&of(&[5, 6, 9, 7])), Some(vec![Jump { before: 3, after: 2, missing: 1 }]));
        assert_eq!(jumps(&of(&[1, 2, 3, 1, 2, 3, 9])), None);
        assert_eq!(jumps(&of(&[i64::MIN, i64::MAX])).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn any_times_give_silences_that_are_gaps(times in prop::collection::vec(any::<i32>(), 0..900)) {
            let mut times: Vec<i64> = times.into_iter().map(|t| i64::from(t) * 1_000_000).collect();
            times.sort_unstable();
            let beats: Vec<Beat> =
                times.iter().enumerate().map(|(n, at)| Beat { event: n as i64, at: Time(*at) }).collect();
            for silence in silences(&beats) {
                prop_assert!(silence.after.at.0 - silence.before.at.0 > silence.usual * TIMES);
            }
        }
    }
}
