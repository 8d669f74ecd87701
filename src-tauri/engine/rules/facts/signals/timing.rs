//! Timing: seven statistics of one family. They are correlated, so that the family counts once.

use super::super::rhythm::{DAYS, ENOUGH, ENTROPY, GAP, GAPS, QUIET_HOURS};
use super::habit::Habit;
use super::{Signal, lacking, tested};
use crate::model::time::SECOND;

/// 11 degrees of freedom at one in a thousand.
const UNEVEN: f64 = 31.3;

pub(super) fn signals(habit: &Habit) -> Vec<Signal> {
    vec![hours(habit), quiet(habit), weekend(habit), seconds(habit), bursts(habit), regular(habit), sequence(habit)]
}

fn few(id: &'static str, habit: &Habit) -> Signal {
    lacking(
        id,
        format!(
            "{} calls over {} days; below {ENOUGH} over {DAYS} a rhythm says nothing",
            habit.rhythm.calls,
            habit.rhythm.days()
        ),
    )
}

fn hours(habit: &Habit) -> Signal {
    if !habit.rhythm.enough() {
        return few("TM1", habit);
    }
    let entropy = habit.rhythm.entropy();
    tested("TM1", entropy, ENTROPY, entropy > ENTROPY, format!("entropy of the hour of day {entropy:.2} of 1"))
}

fn quiet(habit: &Habit) -> Signal {
    if !habit.rhythm.enough() {
        return few("TM2", habit);
    }
    let quiet = habit.rhythm.quiet();
    let sentence = format!("longest part of the day without any call: {quiet} h");
    tested("TM2", quiet as f64, QUIET_HOURS as f64, quiet <= QUIET_HOURS, sentence)
}

fn weekend(habit: &Habit) -> Signal {
    if habit.rhythm.calls < ENOUGH || habit.rhythm.days() < 28 {
        return few("TM3", habit);
    }
    let (weekend, week) = habit.weekend();
    if week == 0 {
        return tested("TM3", f64::INFINITY.min(99.0), 1.25, false, "calls at weekends only".into());
    }
    let ratio = (weekend as f64 / 2.0) / (week as f64 / 5.0);
    let fires = (0.8..=1.25).contains(&ratio);
    tested("TM3", ratio, 0.8, fires, format!("a day of the weekend has {ratio:.2} times the calls of a weekday"))
}

fn seconds(habit: &Habit) -> Signal {
    let n = habit.rhythm.calls;
    if n < 60 {
        return lacking("TM4", format!("{n} calls"));
    }
    if habit.whole_minutes == n {
        return lacking("TM4", "the log rounds its times to minutes");
    }
    let expected = n as f64 / 12.0;
    let uneven: f64 = habit.seconds.iter().map(|c| (f64::from(*c) - expected).powi(2) / expected).sum();
    tested("TM4", uneven, UNEVEN, uneven > UNEVEN, format!("unevenness of the second of the minute {uneven:.1}"))
}

fn bursts(habit: &Habit) -> Signal {
    let n = habit.rhythm.in_bursts;
    match habit.rhythm.median().filter(|_| habit.rhythm.enough() && n >= GAPS) {
        None if !habit.rhythm.enough() => few("TM5", habit),
        None => lacking("TM5", format!("{n} gaps within bursts")),
        Some(median) => {
            let seconds = median as f64 / SECOND as f64;
            let sentence = format!("median gap within bursts about {seconds:.1} s, of {n}");
            tested("TM5", seconds, GAP as f64 / SECOND as f64, median < GAP, sentence)
        }
    }
}

fn regular(habit: &Habit) -> Signal {
    match habit.gaps.burstiness().filter(|_| habit.gaps.n >= 100) {
        None => lacking("TM6", format!("{} gaps", habit.gaps.n)),
        Some(b) => tested("TM6", b, 0.0, b < 0.0, format!("burstiness {b:.2}, where people have .5 to .75")),
    }
}

fn sequence(habit: &Habit) -> Signal {
    if habit.sequence.n < 200 {
        return lacking("TM7", format!("{} steps", habit.sequence.n));
    }
    let top = habit.sequence.top();
    tested("TM7", top, 0.6, top > 0.6, format!("the commonest three steps in a row are {:.0} % of all", top * 100.0))
}

#[cfg(test)]
mod tests {
    use super::super::Stands;
    use super::super::habit::Seen;
    use super::*;
    use crate::model::Time;
    use crate::model::time::{DAY, HOUR, MINUTE};

    fn lived(times: impl Iterator<Item = (i64, i64)>) -> Habit {
        let mut habit = Habit::default();
        for (at, action) in times {
            habit.note(Time(at), true);
            habit.see(&Seen {
                at: Time(at),
                action: Some(action),
                resource: None,
                resource_type: None,
                outcome: 0,
                network: None,
                client: None,
                session: None,
            });
        }
        habit
    }

    fn stands(habit: &Habit) -> Vec<(&'static str, Stands)> {
        signals(habit).into_iter().map(|s| (s.id, s.stands)).collect()
    }

    #[test]
    fn a_timer_fires_all_but_bursts() {
        use Stands::{For, NotEnough};
        let timer = lived((0..1_440).map(|n| (n * 30 * MINUTE + 2 * SECOND, 1)));
        assert_eq!(
            stands(&timer),
            [("TM1", For), ("TM2", For), ("TM3", For), ("TM4", For), ("TM5", NotEnough), ("TM6", For), ("TM7", For)]
        );
    }

    #[test]
    fn office_work_fires_none_and_a_little_of_it_is_not_tested() {
        use Stands::{Against, NotEnough};
        // Four weeks from a Monday, with gaps that no ruler drew.
        let work = |days: i64| {
            let dice = |n: i64| (n * 7_919 + n * n * 104_729) % 997;
            (0..days).filter(|d| d % 7 < 5).flat_map(move |d| {
                (0..12).map(move |n| {
                    let start = (d + 4) * DAY + 8 * HOUR + (n / 3) * 2 * HOUR;
                    let at = start + (n % 3) * 40 * SECOND + dice(d * 31 + n) * SECOND / 7;
                    (at, dice(d * 17 + n * 3) % 9)
                })
            })
        };
        let mut times: Vec<_> = work(30).collect();
        times.sort_unstable();
        let all = stands(&lived(times.into_iter()));
        assert!(all.iter().all(|(id, s)| *s == Against || (*id == "TM5" && *s == NotEnough)), "{all:?}");
        assert!(stands(&lived(work(3))).iter().all(|(_, s)| *s == NotEnough));
    }

    #[test]
    fn a_log_of_minutes_is_no_timer() {
        let rounded = lived((0..200).map(|n| (n * n * 7 * MINUTE, n % 11)));
        assert_eq!(seconds(&rounded).stands, Stands::NotEnough);
    }
}
