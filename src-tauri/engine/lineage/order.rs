//! Parents that cannot have been: a span that had ended before its child began, or had not begun when it did. A context that
//! was attached and never detached leaves such parents, and they lead to whoever came before.

use rustc_hash::FxHashMap;

use super::clocks::Clocks;
use crate::case::SpanRow;
use crate::model::EventKind;

/// The id of a parent that is not believed: no span has it, so that it is a named ancestor in no export.
const UNBELIEVED: i64 = -1;

/// Takes from each span a parent whose time, by more than clocks may differ, does not hold its child's beginning.
pub(super) fn doubt_parents(spans: &mut [SpanRow], clocks: &Clocks) {
    let is_span = |s: &SpanRow| matches!(s.kind, EventKind::Span | EventKind::ToolSpan);
    let mut index: FxHashMap<(i64, i64), Vec<usize>> = FxHashMap::default();
    for (n, span) in spans.iter().enumerate().filter(|(_, s)| is_span(s)) {
        if let (Some(trace), Some(id)) = (span.trace, span.span) {
            index.entry((trace, id)).or_default().push(n);
        }
    }
    let doubted: Vec<usize> = (0..spans.len())
        .filter(|&n| is_span(&spans[n]))
        .filter(|&n| {
            let child = &spans[n];
            let (Some(trace), Some(parent)) = (child.trace, child.parent_span) else { return false };
            // Of several records of one span one that fits is enough.
            index.get(&(trace, parent)).is_some_and(|held| !held.iter().any(|&p| may_hold(&spans[p], child, clocks)))
        })
        .collect();
    for n in doubted {
        spans[n].parent_span = Some(UNBELIEVED);
    }
}

fn may_hold(parent: &SpanRow, child: &SpanRow, clocks: &Clocks) -> bool {
    let Some(begun) = child.time else { return true };
    let after = |time| clocks.between((parent.source, time), (child.source, begun));
    let too_early = parent.time.map(after).is_some_and(|(apart, bound)| apart < -bound);
    let too_late = parent.end.map(after).is_some_and(|(apart, bound)| apart > bound);
    !too_early && !too_late
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::SECOND;
    use crate::model::{Outcome, Time, WireKind};

    fn span(id: i64, parent: Option<i64>, from: i64, until: Option<i64>) -> SpanRow {
        SpanRow {
            event: id,
            kind: EventKind::Span,
            source: 1,
            time: Some(Time(from * SECOND)),
            end: until.map(|t| Time(t * SECOND)),
            run: None,
            run_by: None,
            parent_run: None,
            trace: Some(1),
            span: Some(id),
            parent_span: parent,
            trigger: None,
            action: None,
            tool_call: None,
            outcome: Outcome::Unknown,
            wire: None,
            wire_kind: WireKind::Unknown,
            content: id as u64,
        }
    }

    fn parent_after(parent: SpanRow, begun: i64) -> Option<i64> {
        let mut spans = vec![parent, span(2, Some(1), begun, None)];
        doubt_parents(&mut spans, &Clocks::default());
        spans[1].parent_span
    }

    #[test]
    fn a_parent_that_had_ended_is_not_believed_and_one_that_had_hardly_ended_is() {
        assert_eq!(parent_after(span(1, None, 0, Some(10)), 60), Some(1));
        assert_eq!(parent_after(span(1, None, 0, Some(10)), 80), Some(UNBELIEVED));
        assert_eq!(parent_after(span(1, None, 100, Some(200)), 50), Some(1));
        assert_eq!(parent_after(span(1, None, 100, Some(200)), 10), Some(UNBELIEVED));
        assert_eq!(parent_after(span(1, None, 0, None), 9_000), Some(1));
    }

    #[test]
    fn of_two_records_of_one_span_the_one_that_fits_counts() {
        let mut spans = vec![span(1, None, 0, Some(10)), span(1, None, 0, None), span(2, Some(1), 500, None)];
        doubt_parents(&mut spans, &Clocks::default());
        assert_eq!(spans[2].parent_span, Some(1));
    }
}
