//! What the clocks of two sources differ by, from records that both hold under one exact id
//! (offset the median, bound four scaled median absolute deviations, at least two seconds).

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseError, ClockPair};
use crate::model::time::SECOND;
use crate::model::{Skew, Time};

/// How far two sources' clocks may differ where no pairs of records tell; a case's policy may say otherwise.
pub const UNMEASURED: i64 = 60 * SECOND;
/// Its key in a policy, the shipped value, and the range: beyond an hour nothing would come before anything.
pub const BOUND: &str = "clocks.bound";
pub const SHIPPED_SECONDS: f64 = 60.0;
pub const LEAST_SECONDS: f64 = 1.0;
pub const MOST_SECONDS: f64 = 3600.0;
/// Pairs that a measurement takes.
const LEAST_PAIRS: usize = 5;
/// No measurement is taken to be finer.
const FINEST: i64 = 2 * SECOND;

/// Measured skews between the sources of a case, by the ids of their names.
#[derive(Debug, Clone)]
pub struct Clocks {
    skews: BTreeMap<(i64, i64), Skew>,
    /// Microseconds that two clocks may differ where no pairs tell.
    unmeasured: i64,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks { skews: BTreeMap::new(), unmeasured: UNMEASURED }
    }
}

/// The bound that a policy sets, in microseconds; the shipped one where it sets none that is in range.
pub fn bound_of(policy: &BTreeMap<String, f64>) -> i64 {
    let set = policy.get(BOUND).copied().filter(|s| (LEAST_SECONDS..=MOST_SECONDS).contains(s));
    set.map_or(UNMEASURED, |seconds| (seconds * SECOND as f64) as i64)
}

impl Clocks {
    pub fn measure(case: &Case) -> Result<Clocks, CaseError> {
        let mut differences: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
        case.each_clock_pair(|ClockPair { a, b, at_a, at_b }| {
            differences.entry((a, b)).or_default().push(at_b.0.saturating_sub(at_a.0));
        })?;
        Ok(Clocks { unmeasured: bound_of(&case.present()?.policy), ..Clocks::of(differences) })
    }

    /// From the differences `b - a` of each pair of sources, `a < b`.
    pub fn of(differences: BTreeMap<(i64, i64), Vec<i64>>) -> Clocks {
        let measured = differences.into_iter().filter(|(_, d)| d.len() >= LEAST_PAIRS).map(|((a, b), mut d)| {
            let pairs = d.len();
            let offset = median(&mut d);
            let mut spread: Vec<i64> = d.iter().map(|x| x.saturating_sub(offset).saturating_abs()).collect();
            let deviation = median(&mut spread);
            // 1.4826 makes the median absolute deviation a standard deviation of a normal spread.
            let bound = ((deviation as f64) * 4.0 * 1.4826) as i64;
            ((a, b), Skew { a, b, offset, bound: bound.max(FINEST), pairs })
        });
        Clocks { skews: measured.collect(), unmeasured: UNMEASURED }
    }

    /// As an analysis has kept them.
    pub fn kept(skews: impl IntoIterator<Item = Skew>, unmeasured: i64) -> Clocks {
        Clocks { skews: skews.into_iter().map(|s| ((s.a, s.b), s)).collect(), unmeasured }
    }

    /// Microseconds that two clocks may differ where no pairs tell.
    pub fn unmeasured(&self) -> i64 {
        self.unmeasured
    }

    pub fn skews(&self) -> impl Iterator<Item = &Skew> {
        self.skews.values()
    }

    /// `later - earlier` as one clock would show it, and its bound. One source is its own clock, but its records of
    /// an issuance and of a use may come from two machines: its bound is the unmeasured one.
    pub fn between(&self, earlier: (i64, Time), later: (i64, Time)) -> (i64, i64) {
        let shown = later.1.0.saturating_sub(earlier.1.0);
        if earlier.0 == later.0 {
            return (shown, self.unmeasured);
        }
        match self.skew(earlier.0, later.0) {
            Some((offset, bound)) => (shown.saturating_sub(offset), bound),
            None => (shown, self.unmeasured),
        }
    }

    /// What the clock of `b` shows more than that of `a`, over as few measurements as there are; then the least bound.
    fn skew(&self, a: i64, b: i64) -> Option<(i64, i64)> {
        let mut reached: BTreeMap<i64, (i64, i64)> = BTreeMap::from([(a, (0, 0))]);
        let mut rim: BTreeSet<i64> = BTreeSet::from([a]);
        while !rim.is_empty() {
            let mut next: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            for &here in &rim {
                let (offset, bound) = *reached.get(&here)?;
                for skew in self.skews.values() {
                    let (there, more) = match (skew.a == here, skew.b == here) {
                        (true, _) => (skew.b, skew.offset),
                        (_, true) => (skew.a, -skew.offset),
                        _ => continue,
                    };
                    if reached.contains_key(&there) {
                        continue;
                    }
                    let found = (offset.saturating_add(more), bound.saturating_add(skew.bound));
                    let slot = next.entry(there).or_insert(found);
                    if found.1 < slot.1 {
                        *slot = found;
                    }
                }
            }
            if let Some(found) = next.get(&b) {
                return Some(*found);
            }
            rim = next.keys().copied().collect();
            reached.extend(next);
        }
        None
    }
}

/// The mean of the two in the middle of an even number: the same whichever of the two sources comes first.
fn median(values: &mut [i64]) -> i64 {
    values.sort_unstable();
    let middle = values.len() / 2;
    let high = values.get(middle).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        return high;
    }
    let low = values.get(middle.saturating_sub(1)).copied().unwrap_or_default();
    low.saturating_add(high) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_the_median_and_an_outlier_does_not_move_it() {
        let clocks =
            Clocks::of(BTreeMap::from([((1, 2), [37, 38, 36, 37, 37, 9_000].iter().map(|s| s * SECOND).collect())]));
        let skew = clocks.skews().next().unwrap();
        assert_eq!((skew.offset, skew.pairs), (37 * SECOND, 6));
        // 40 s apart on two clocks that differ by 37 s is 3 s.
        let at = |s: i64| Time(s * SECOND);
        assert_eq!(clocks.between((1, at(0)), (2, at(40))).0, 3 * SECOND);
        assert_eq!(clocks.between((2, at(40)), (1, at(0))).0, -3 * SECOND);
        assert_eq!(clocks.between((1, at(0)), (1, at(1))), (SECOND, UNMEASURED));
        assert_eq!(clocks.between((1, at(0)), (9, at(1))), (SECOND, UNMEASURED));
    }

    #[test]
    fn few_pairs_measure_nothing_and_a_way_round_adds_up() {
        assert_eq!(Clocks::of(BTreeMap::from([((1, 2), vec![5; 4])])).skews().count(), 0);
        let clocks = Clocks::of(BTreeMap::from([((1, 2), vec![10 * SECOND; 5]), ((2, 3), vec![-4 * SECOND; 5])]));
        assert_eq!(clocks.between((1, Time(0)), (3, Time(6 * SECOND))), (0, 2 * FINEST));
    }
}
