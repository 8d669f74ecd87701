//! Traced tool calls held against the audit source of their tool: what a trace holds and the log does not (AG-09).

use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

use super::super::error::RuleError;
use super::super::world::World;
use super::stakes::Stakes;
use crate::case::{Derived, TracedFact, TracedRow};
use crate::model::time::HOUR;

/// Slack around the period of an audit source: exports and clocks end raggedly.
const SLACK: i64 = HOUR;

pub(super) fn facts(
    derived: &Derived<'_>,
    world: &World<'_>,
    stakes: &Stakes<'_>,
) -> Result<Vec<TracedFact>, RuleError> {
    let spans = derived.traced(4)?;
    let calls = derived.traced(0)?;
    let audit = Audit::new(&calls);
    let run_of_trace: FxHashMap<i64, i64> = derived.runs_of_traces()?.into_iter().collect();
    let above = Above::new(derived.span_runs()?);
    let run_of = |row: &TracedRow| {
        row.run
            .or_else(|| above.run(row.event))
            .or_else(|| row.trace.and_then(|t| run_of_trace.get(&t).copied()))
            // Where no span names a run the trace stands for it.
            .or(row.trace)
    };
    let mut joined: Vec<(&TracedRow, i64, &'static str)> = Vec::new();
    let mut open: BTreeMap<(Option<i64>, i64), Vec<usize>> = BTreeMap::new();
    // Calls of a run and tool that no tool call id has claimed.
    let mut left: BTreeMap<(Option<i64>, i64), i64> = BTreeMap::new();
    for call in &calls {
        if let Some(tool) = call.action {
            *left.entry((run_of(call), tool)).or_default() += 1;
        }
    }
    for span in spans.iter().filter(|s| audit.logs(s)) {
        let Some(tool) = span.action else { continue };
        match span.tool_call.as_deref().and_then(|id| audit.by_id.get(id)) {
            Some(&call) => {
                if let Some(n) =
                    calls.get(call).and_then(|c| c.action.map(|t| (run_of(c), t))).and_then(|k| left.get_mut(&k))
                {
                    *n -= 1;
                }
                joined.push((span, tool, "tool_call"));
            }
            None => {
                open.entry((run_of(span), tool)).or_default().push(joined.len());
                joined.push((span, tool, "nothing"));
            }
        }
    }
    for (key, waiting) in &open {
        // Without a run there is nothing to join by.
        let free = if key.0.is_some() { left.get(key).copied().unwrap_or(0).max(0) as usize } else { 0 };
        for n in waiting.iter().take(free) {
            if let Some(slot) = joined.get_mut(*n) {
                slot.2 = "run_and_tool";
            }
        }
    }
    let mut counts: BTreeMap<i64, (u32, u32)> = BTreeMap::new();
    for (_, tool, how) in &joined {
        let c = counts.entry(*tool).or_default();
        c.0 += 1;
        c.1 += u32::from(*how != "nothing");
    }
    Ok(joined
        .into_iter()
        .map(|(span, tool, how)| {
            let rated = stakes.of(world, span.service.or(audit.service_of(tool)), Some(tool), span.resource);
            let run = run_of(span);
            let (traced, traced_found) = counts.get(&tool).copied().unwrap_or_default();
            TracedFact {
                event: span.event,
                run,
                tool,
                agent: run.and_then(|key| world.run_with_key(key)).and_then(|r| r.agent),
                found: how != "nothing",
                joined_by: how,
                traced,
                traced_found,
                effect: rated.effect,
                impact: rated.impact,
                rated: rated.rated,
            }
        })
        .collect())
}

/// Spans by place, to find the run of a span that names none: its nearest ancestor's.
struct Above {
    /// Event of a span to its trace, parent and run.
    spans: FxHashMap<i64, (i64, Option<i64>, Option<i64>)>,
    events: FxHashMap<(i64, i64), i64>,
}

impl Above {
    #[allow(clippy::type_complexity, reason = "rows of (event, trace, span, parent span, run)")]
    fn new(rows: Vec<(i64, i64, i64, Option<i64>, Option<i64>)>) -> Above {
        let mut above = Above { spans: FxHashMap::default(), events: FxHashMap::default() };
        for (event, trace, span, parent, run) in rows {
            above.spans.insert(event, (trace, parent, run));
            above.events.entry((trace, span)).or_insert(event);
        }
        above
    }

    fn run(&self, event: i64) -> Option<i64> {
        let mut here = event;
        // Bounded: spans may name each other in a circle.
        for _ in 0..10_000 {
            let (trace, parent, run) = *self.spans.get(&here)?;
            if run.is_some() {
                return run;
            }
            here = *self.events.get(&(trace, parent?))?;
        }
        None
    }
}

/// The audit side: calls by id, and the tools and period of each source.
struct Audit<'a> {
    by_id: FxHashMap<&'a str, usize>,
    /// Tool to its service and the period of its source.
    tools: FxHashMap<i64, (Option<i64>, i64, i64)>,
}

impl<'a> Audit<'a> {
    fn new(calls: &'a [TracedRow]) -> Audit<'a> {
        let mut periods: FxHashMap<i64, (i64, i64)> = FxHashMap::default();
        for call in calls {
            if let Some(at) = call.time {
                let period = periods.entry(call.source).or_insert((at.0, at.0));
                *period = (period.0.min(at.0), period.1.max(at.0));
            }
        }
        let mut audit = Audit { by_id: FxHashMap::default(), tools: FxHashMap::default() };
        for (n, call) in calls.iter().enumerate() {
            audit.by_id.entry(call.shown_id.as_str()).or_insert(n);
            if let Some(id) = call.tool_call.as_deref() {
                audit.by_id.entry(id).or_insert(n);
            }
            if let (Some(tool), Some(&(first, last))) = (call.action, periods.get(&call.source)) {
                let slot = audit.tools.entry(tool).or_insert((call.service, first, last));
                *slot = (slot.0, slot.1.min(first), slot.2.max(last));
            }
        }
        audit
    }

    /// An audit source logs this span's tool, and its export covers the span's time.
    fn logs(&self, span: &TracedRow) -> bool {
        let Some((_, first, last)) = span.action.and_then(|tool| self.tools.get(&tool)) else { return false };
        span.time.is_none_or(|at| at.0 >= first - SLACK && at.0 <= last + SLACK)
    }

    fn service_of(&self, tool: i64) -> Option<i64> {
        self.tools.get(&tool).and_then(|(service, _, _)| *service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_span_without_run_is_of_its_nearest_ancestors_run() {
        // Two runs in one trace; spans 3 and 4 name none.
        let above = Above::new(vec![
            (1, 7, 1, None, Some(100)),
            (2, 7, 2, Some(1), Some(200)),
            (3, 7, 3, Some(1), None),
            (4, 7, 4, Some(2), None),
            (5, 7, 5, Some(99), None),
            (6, 7, 6, Some(6), None),
        ]);
        assert_eq!((above.run(3), above.run(4), above.run(5), above.run(6)), (Some(100), Some(200), None, None));
    }
}
