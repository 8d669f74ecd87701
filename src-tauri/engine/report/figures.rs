//! Figures as the report prints them: shares that never round to a claim, and lengths of bars.

use crate::ask::coverage::Coverage;
use crate::ask::overview::DayCount;
use serde::Serialize;

/// Length of a full bar, in units of its drawing.
const FULL: u64 = 1000;
/// More bars than this in one strip cannot be told apart in print.
const STRIP: usize = 92;

/// 12480 as `12,480`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A share in per cent with one decimal. What is not all is never printed as 100 %, what is not nothing never as 0 %.
pub fn share(n: u64, of: u64) -> String {
    if of == 0 {
        return "no calls".to_owned();
    }
    let tenths = (n.saturating_mul(2000).saturating_add(of)) / of.saturating_mul(2);
    match tenths {
        0 if n > 0 => "< 0.1 %".to_owned(),
        t if t >= 1000 && n < of => "> 99.9 %".to_owned(),
        t => format!("{}.{} %", t / 10, t % 10),
    }
}

/// One of the four numbers, with its bar.
#[derive(Debug, Serialize)]
pub struct Figure {
    pub label: &'static str,
    pub note: &'static str,
    /// Fill of the bar: `a`, `c`, `r` or `x`.
    pub fill: &'static str,
    pub calls: u32,
    pub share: String,
    pub from: u64,
    pub length: u64,
}

/// Attributed, supported, refused and contradicted, over the calls that require a person. Never one figure.
pub fn four(coverage: &Coverage) -> Vec<Figure> {
    let of = u64::from(coverage.requiring_person);
    let mut before = 0u64;
    [
        ("attributed", "grade A or B: a person may be named", "a", coverage.attributed),
        ("supported", "grade C: evidence, but no name in a report", "c", coverage.supported),
        ("refused", "the evidence names nobody", "r", coverage.refused),
        ("contradicted", "two proofs name different people", "x", coverage.contradicted),
    ]
    .into_iter()
    .map(|(label, note, fill, calls)| {
        let from = along(before, of);
        before += u64::from(calls);
        Figure { label, note, fill, calls, share: share(calls.into(), of), from, length: along(before, of) - from }
    })
    .collect()
}

fn along(n: u64, of: u64) -> u64 {
    (n * FULL).checked_div(of).unwrap_or(0).min(FULL)
}

/// Calls of a day, or of some days where there are too many to print.
#[derive(Debug, Serialize)]
pub struct Strip {
    pub days_each: usize,
    pub most: u32,
    pub first: String,
    pub last: String,
    pub bars: Vec<StripBar>,
    pub width: u64,
}

#[derive(Debug, Serialize)]
pub struct StripBar {
    pub x: u64,
    pub width: u64,
    /// Heights out of 100, from below: other calls, then those that name nobody.
    pub rest: u64,
    pub nobody: u64,
}

pub fn strip(days: &[DayCount]) -> Option<Strip> {
    let (first, last) = (days.first()?, days.last()?);
    let days_each = days.len().div_ceil(STRIP);
    let sums: Vec<(u32, u32)> = days
        .chunks(days_each)
        .map(|chunk| {
            let calls = chunk.iter().fold(0u32, |sum, d| sum.saturating_add(d.calls));
            let nobody = chunk.iter().fold(0u32, |sum, d| sum.saturating_add(d.refused).saturating_add(d.contradicted));
            (calls, nobody.min(calls))
        })
        .collect();
    let most = sums.iter().map(|(calls, _)| *calls).max().filter(|most| *most > 0)?;
    let step = (FULL / sums.len() as u64).min(60);
    let bars = sums.iter().enumerate().map(|(at, (calls, nobody))| {
        let height = |n: u32| u64::from(n) * 100 / u64::from(most);
        let nobody = height(*nobody).max(u64::from(*nobody > 0));
        let all = height(*calls).max(u64::from(*calls > 0)).max(nobody);
        StripBar { x: at as u64 * step, width: (step * 4 / 5).max(1), rest: all - nobody, nobody }
    });
    let bars: Vec<StripBar> = bars.collect();
    let width = bars.len() as u64 * step;
    Some(Strip { days_each, most, first: first.day.clone(), last: last.day.clone(), bars, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_never_round_to_a_claim() {
        assert_eq!(share(9999, 10_000), "> 99.9 %");
        assert_eq!(share(10_000, 10_000), "100.0 %");
        assert_eq!(share(1, 100_000), "< 0.1 %");
        assert_eq!(share(0, 10), "0.0 %");
        assert_eq!(share(1, 3), "33.3 %");
        assert_eq!(share(2, 3), "66.7 %");
        assert_eq!(share(0, 0), "no calls");
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn long_periods_are_put_together() {
        let day = |i: u32| DayCount {
            day: format!("d{i}"),
            calls: i,
            attributed: 0,
            supported: 0,
            refused: i / 2,
            contradicted: 0,
        };
        let days: Vec<DayCount> = (0..400).map(day).collect();
        let strip = strip(&days).unwrap();
        assert_eq!(strip.days_each, 5);
        assert_eq!(strip.bars.len(), 80);
        assert!(strip.bars.iter().all(|b| b.rest + b.nobody <= 100) && strip.width <= 1000);
        assert!(super::strip(&[]).is_none());
    }
}
