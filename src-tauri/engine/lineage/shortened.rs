//! Ids that a source cut: 64 bits kept, and one id in the case that they can be of (DESIGN section 5.3).

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::case::SpanRow;

/// Digits that must be kept: 64 bits.
const KEPT: usize = 16;
/// Digits of a whole id.
const WHOLE: usize = 32;

/// Cut ids to the whole ids that they stand for.
#[derive(Debug, Default)]
pub(super) struct Shortened {
    traces: FxHashMap<i64, i64>,
    runs: FxHashMap<i64, i64>,
}

impl Shortened {
    /// `links` are traces that span links name.
    pub(super) fn of(spans: &[SpanRow], links: impl Iterator<Item = i64>, strings: &[String]) -> Shortened {
        let text = |id: i64| strings.get(id as usize).map(String::as_str).unwrap_or_default();
        let traces: BTreeSet<i64> = spans.iter().filter_map(|s| s.trace).chain(links).collect();
        let runs: BTreeSet<i64> = spans.iter().flat_map(|s| [s.run, s.parent_run]).flatten().collect();
        Shortened {
            traces: stand_for(traces.into_iter().map(|id| (id, trace_digits(text(id))))),
            runs: stand_for(runs.into_iter().map(|id| (id, run_digits(text(id))))),
        }
    }

    pub(super) fn trace(&self, id: i64) -> i64 {
        self.traces.get(&id).copied().unwrap_or(id)
    }

    pub(super) fn run(&self, id: i64) -> i64 {
        self.runs.get(&id).copied().unwrap_or(id)
    }

    /// Puts the whole ids in the place of the cut ones.
    pub(super) fn mend(&self, spans: &mut [SpanRow]) {
        if self.traces.is_empty() && self.runs.is_empty() {
            return;
        }
        for span in spans {
            span.trace = span.trace.map(|id| self.trace(id));
            span.run = span.run.map(|id| self.run(id));
            span.parent_run = span.parent_run.map(|id| self.run(id));
        }
    }
}

/// A trace id was padded to its width; what stands behind the padding may be what was kept of a longer one.
fn trace_digits(text: &str) -> Option<String> {
    let hex = text.len() == WHOLE && text.bytes().all(|b| b.is_ascii_hexdigit());
    let kept = text.trim_start_matches('0').len().max(KEPT);
    match hex && text.starts_with("0000") {
        true => text.get(WHOLE - kept.min(WHOLE)..).map(String::from),
        false => hex.then(|| text.to_string()),
    }
}

fn run_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    (hex && (KEPT..=WHOLE).contains(&digits.len())).then_some(digits)
}

/// Each cut id with the one whole id that begins or ends with it. Where there are two it stands for neither.
fn stand_for(ids: impl Iterator<Item = (i64, Option<String>)>) -> FxHashMap<i64, i64> {
    let (whole, cut): (Vec<_>, Vec<_>) =
        ids.filter_map(|(id, digits)| Some((id, digits?))).partition(|(_, digits)| digits.len() == WHOLE);
    if cut.is_empty() {
        return FxHashMap::default();
    }
    let mut by_end: FxHashMap<&str, BTreeSet<usize>> = FxHashMap::default();
    for (n, (_, digits)) in whole.iter().enumerate() {
        by_end.entry(&digits[..KEPT]).or_default().insert(n);
        by_end.entry(&digits[WHOLE - KEPT..]).or_default().insert(n);
    }
    let mut out = FxHashMap::default();
    for (id, digits) in &cut {
        let ends = [&digits[..KEPT], &digits[digits.len() - KEPT..]];
        let found: BTreeSet<usize> = ends
            .iter()
            .filter_map(|end| by_end.get(end))
            .flatten()
            .copied()
            .filter(|n| whole[*n].1.starts_with(digits.as_str()) || whole[*n].1.ends_with(digits.as_str()))
            .collect();
        if let (1, Some(&one)) = (found.len(), found.first()) {
            out.insert(*id, whole[one].0);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(ids: &[&str], digits: impl Fn(&str) -> Option<String>) -> Vec<(i64, i64)> {
        let mut found: Vec<_> =
            stand_for(ids.iter().enumerate().map(|(n, text)| (n as i64, digits(text)))).into_iter().collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn sixty_four_bits_of_one_trace_are_that_trace() {
        let whole = "aaaabbbbccccdddd1111222233334444";
        let low = "00000000000000001111222233334444";
        let high = "0000000000000000aaaabbbbccccdddd";
        let other = "99999999999999991111222233334444";
        assert_eq!(joined(&[whole, low, high], trace_digits), [(1, 0), (2, 0)]);
        assert_eq!(joined(&[whole, low, other], trace_digits), []);
        assert_eq!(joined(&[low, high], trace_digits), []);
    }

    #[test]
    fn fewer_digits_or_another_word_stand_for_nothing() {
        let whole = "ab1e43129fbc4092ad3801ff4befc8a6";
        assert_eq!(joined(&[whole, "AB1E4312-9FBC-4092"], run_digits), [(1, 0)]);
        assert_eq!(joined(&[whole, "ad3801ff4befc8a6", "ab1e43129fbc4092ad38"], run_digits), [(1, 0), (2, 0)]);
        assert_eq!(joined(&[whole, "ab1e43129fbc409", "nightly-run-of-ada", "ab1e43129fbc4093"], run_digits), []);
    }
}
