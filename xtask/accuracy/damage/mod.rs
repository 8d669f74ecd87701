//! The damages, each as it shows in exports: one function a damage.

mod calls;
mod ids;
mod places;
mod spans;

use std::collections::BTreeSet;

use crate::json::Json;

use super::month::{CLOUDTRAIL, Company, SWITCHBOARD};

/// One way in which exports come out damaged.
pub struct Damage {
    pub code: &'static str,
    pub title: &'static str,
    /// How much of it: shares, or how many where that is what matters.
    pub rates: &'static [f64],
    /// What happens, and how it shows.
    pub what: &'static str,
    /// What Behalf makes of it.
    pub met: &'static str,
    /// Why a name of grade C may be wrong and nothing speak against it; none where that may not be.
    pub may_err: Option<&'static str>,
    pub apply: fn(&mut Company, f64),
}

const SHARES: &[f64] = &[0.02, 0.25, 0.63];

pub const DAMAGES: &[Damage] = &[
    Damage {
        code: "DM1",
        title: "spans torn off their trace",
        rates: SHARES,
        what: "A span is begun in one asynchronous context and ended in another: it comes out in a trace of its own, its parent all zeros, without session or run id.",
        met: "A span that is torn off begins a run that nobody started: its calls are refused (R1), unless the call's own record still names the run or the person.",
        may_err: None,
        apply: spans::torn_off,
    },
    Damage {
        code: "DM2",
        title: "one job in many traces",
        rates: SHARES,
        what: "Workers are started without their parent's context: each sub-run has a trace of its own, and neither trace nor gateway knows its parent.",
        met: "A sub-run without a parent leads to nobody and is refused. It is not joined to a run of the same time.",
        may_err: None,
        apply: places::own_traces,
    },
    Damage {
        code: "DM3",
        title: "tool spans missing",
        rates: &[0.01, 0.05, 0.15, 0.63],
        what: "Tool calls that ran side by side have no spans.",
        met: "A call that names its run keeps its person. One that only its tool span joined has no evidence left and is refused.",
        may_err: None,
        apply: spans::tool_spans_missing,
    },
    Damage {
        code: "DM4",
        title: "sub-runs become roots",
        rates: SHARES,
        what: "Thread pools lose the context: a sub-run stands in its parent's trace without a parent.",
        met: "Sharing a trace with a root makes no run its child. The sub-run has no origin, unless a record names its parent run.",
        may_err: None,
        apply: spans::become_roots,
    },
    Damage {
        code: "DM5",
        title: "the framework's spans in another trace than the caller",
        rates: SHARES,
        what: "Callbacks run in another context: the spans of a sub-run lie in another trace than the one the calls carry.",
        met: "A span that a call names and that its trace does not hold is a missing ancestor: refused, unless a run id joins.",
        may_err: None,
        apply: places::framework_elsewhere,
    },
    Damage {
        code: "DM6",
        title: "parent lost after the first turn",
        rates: SHARES,
        what: "A generator's context holds for the first turn only: the spans of later turns are torn off, or never written.",
        met: "As for torn-off and missing spans: later turns are refused where only spans joined them.",
        may_err: None,
        apply: spans::later_turns,
    },
    Damage {
        code: "DM7",
        title: "parent cleaned up before its child",
        rates: SHARES,
        what: "A sub-run outlives its parent: the parent's span is never exported, and the sub-run names it.",
        met: "A parent span in no export is a named ancestor that is missing: the path names nobody, unless the gateway kept the parent run.",
        may_err: None,
        apply: spans::parent_cleaned_up,
    },
    Damage {
        code: "DM8",
        title: "orphans dropped by the backend",
        rates: SHARES,
        what: "A sub-run waits for a parent that does not come, and never appears, with all that is below it.",
        met: "Its calls name a run or a span that nothing holds, or nothing at all, and are refused.",
        may_err: None,
        apply: spans::dropped_with_all_below,
    },
    Damage {
        code: "DM9",
        title: "attached to the wrong parent",
        rates: &[0.005, 0.02, 0.05, 0.25],
        what: "One handler serves parallel requests: a span is attached below another person's run that goes on at that time.",
        met: "A run id, a link or a parent run that says otherwise makes it a contradiction, or keeps the call in its own run.",
        may_err: Some(
            "Where no run id is written, the moved span is all that tells of the call: the export is then the one that an honest call of the other person would have left. Such names are C with caution R10.",
        ),
        apply: places::wrong_parent,
    },
    Damage {
        code: "DM10",
        title: "siblings shown as parent and child",
        rates: SHARES,
        what: "One slot for the last id: the second sub-run appears below the first.",
        met: "Both descend from one root, so the person is the same.",
        may_err: None,
        apply: places::siblings_chained,
    },
    Damage {
        code: "DM11",
        title: "attached to a span that has ended",
        rates: SHARES,
        what: "A context is attached and never detached: later requests appear below an earlier person's span, which ended long before.",
        met: "A parent that ended before its child began, by more than clocks may differ, is not believed; nor is an ancestor of one user below whom a run names another.",
        may_err: None,
        apply: places::ended_parent,
    },
    Damage {
        code: "DM12",
        title: "tool spans below an unrelated activity",
        rates: SHARES,
        what: "The current span is never restored: a tool's span appears below whatever the worker did before, or did beside it.",
        met: "As DM11 where the activity had ended; as DM9 where it was going on.",
        may_err: Some("As DM9: an unrelated activity that was going on at that time, and no run id."),
        apply: places::unrelated_activity,
    },
    Damage {
        code: "DM13",
        title: "the root recreated or overwritten",
        rates: SHARES,
        what: "A worker recreates the caller's span with the same id and never ends it: the root is in no export, or comes without its user, once or beside the true one.",
        met: "A run whose root is missing or names nobody has no origin and is refused. Two records of one root that agree on the only user are one root.",
        may_err: None,
        apply: spans::root_overwritten,
    },
    Damage {
        code: "DM14",
        title: "hops without a carrier",
        rates: SHARES,
        what: "A queue carries no context: each hop is a new root, with neither parent, link, nor parent run.",
        met: "Each hop leads to nobody and is refused.",
        may_err: None,
        apply: places::hops,
    },
    Damage {
        code: "DM15",
        title: "parent and link disagree",
        rates: SHARES,
        what: "A task's span has the worker's current span as its parent and a link to whoever asked.",
        met: "Both branches are visited. Two people at their ends are a contradiction, and nobody is named.",
        may_err: None,
        apply: places::parent_against_link,
    },
    Damage {
        code: "DM16",
        title: "the first request's context",
        rates: SHARES,
        what: "All calls of a tool server's session carry the first request's person and token, and in half of the sessions its run and trace too. The rate is of sessions.",
        met: "Record and token say one person, the run or the tool's own span another: refused (R6), although the record alone would be a B.",
        may_err: None,
        apply: calls::first_request,
    },
    Damage {
        code: "DM17",
        title: "tokens swapped",
        rates: &[0.001, 0.02, 0.25, 0.63],
        what: "Two concurrent requests share a client: each is made with the other's token.",
        met: "The token's subject against the record's person, or the run's: refused (R6).",
        may_err: None,
        apply: calls::tokens_swapped,
    },
    Damage {
        code: "DM18",
        title: "a token of an earlier generation",
        rates: SHARES,
        what: "Sessions of one person refresh in parallel: a call carries a token that was replaced some generations ago.",
        met: "The subject is the same person, who is named. That the token was out of date is another finding.",
        may_err: None,
        apply: calls::earlier_token,
    },
    Damage {
        code: "DM19",
        title: "retries with new ids",
        rates: &[0.03, 0.25, 0.63],
        what: "A call is made again with a new id; no tool span has that id.",
        met: "Two calls, both of the run's person. Where only the tool span joined the first, the second is refused.",
        may_err: None,
        apply: calls::retried,
    },
    Damage {
        code: "DM20",
        title: "ids of another kind",
        rates: SHARES,
        what: "The records carry the vendor's session id where the traces have a run id: no two agree.",
        met: "An id in no trace joins nothing; nothing weaker is tried. Refused, unless the record names the person itself.",
        may_err: None,
        apply: calls::other_ids,
    },
    Damage {
        code: "DM21",
        title: "no carrier sent",
        rates: SHARES,
        what: "The client sends neither run nor trace to the tool.",
        met: "A tool span with the call's id still joins. Else there is no evidence, and the agent's call is refused.",
        may_err: None,
        apply: calls::no_carrier,
    },
    Damage {
        code: "DM22",
        title: "re-rooted below a parent that was not recorded",
        rates: SHARES,
        what: "The parent's context is not recording: sub-runs and tool spans lose a parent that is exported.",
        met: "As DM4. A tool span that has lost its parent and names no run belongs to no run.",
        may_err: None,
        apply: spans::re_rooted,
    },
    Damage {
        code: "drop",
        title: "any span dropped",
        rates: &[0.01, 0.05, 0.15, 0.63],
        what: "Sampling or a full queue drops spans of every kind.",
        met: "A missing ancestor breaks the path; a missing root leaves no origin; a missing tool span no join.",
        may_err: None,
        apply: spans::any_dropped,
    },
    Damage {
        code: "fan-in",
        title: "one run for many requests",
        rates: &[2.0, 8.0, 50.0],
        what: "A batch's span links to each request, and a fifth of the links is missing. The rate is the number of requests.",
        met: "Several people at the ends of the links are a set: nobody is named.",
        may_err: Some(
            "Where all links but those of one person are missing, the batch is that person's by all that the exports hold.",
        ),
        apply: ids::fan_in,
    },
    Damage {
        code: "skew",
        title: "clocks that differ",
        rates: &[37.0, 600.0],
        what: "Each source's clock is off by some 0.8 s, and CloudTrail's by the rate in seconds.",
        met: "Exact ids need no time. Times are held against each other within measured bounds, or 60 s.",
        may_err: None,
        apply: ids::clock_skew,
    },
    Damage {
        code: "ids",
        title: "ids cut, padded, in capitals, without dashes",
        rates: SHARES,
        what: "Records write trace ids in 16 digits or padded to 32, in capitals, and run ids without dashes or cut to 16 digits.",
        met: "Case, dashes and padding are no difference. 64 bits that only one id in the case begins or ends with are that id.",
        may_err: None,
        apply: ids::respelled,
    },
    Damage {
        code: "reuse",
        title: "a run id used again",
        rates: SHARES,
        what: "A retry, or another person's request, runs under the id of an earlier run.",
        met: "All who started a run id are one set; only a credential tells them apart.",
        may_err: None,
        apply: ids::run_id_reused,
    },
    Damage {
        code: "propagated",
        title: "the user on spans below the root",
        rates: &[0.4, 1.0],
        what: "Some runtimes write the user on each span of a run. This is no damage, and must cost nothing.",
        met: "Users below a root name nobody, and speak against nobody where they agree.",
        may_err: None,
        apply: ids::user_propagated,
    },
];

/// How far clocks may differ where nothing measures them: what lies closer than this speaks against nothing.
const BOUND: i64 = 60 * crate::time::SECOND;

impl Company {
    fn touch(&mut self, call: usize, traceless: bool) {
        let fact = &mut self.facts[call];
        fact.traceless = traceless && (!fact.touched || fact.traceless);
        fact.touched = true;
    }

    /// An execution with all that it spawned.
    fn below(&self, execution: usize) -> BTreeSet<usize> {
        let mut out = BTreeSet::from([execution]);
        // Whoever spawns comes before what it spawned.
        for (n, one) in self.executions.iter().enumerate() {
            if one.parent.is_some_and(|p| out.contains(&p)) {
                out.insert(n);
            }
        }
        out
    }

    fn calls_of(&self, executions: &BTreeSet<usize>) -> Vec<usize> {
        let of = |n: &usize| self.facts[*n].execution.is_some_and(|e| executions.contains(&e));
        (0..self.facts.len()).filter(of).collect()
    }

    fn touch_below(&mut self, execution: usize, traceless: bool) {
        for call in self.calls_of(&self.below(execution)) {
            self.touch(call, traceless);
        }
    }

    fn children(&self) -> Vec<usize> {
        (0..self.executions.len()).filter(|n| self.executions[*n].parent.is_some()).collect()
    }

    fn roots(&self) -> Vec<usize> {
        (0..self.executions.len()).filter(|n| self.executions[*n].parent.is_none()).collect()
    }

    /// Calls that have a span.
    fn traced(&self) -> Vec<usize> {
        (0..self.facts.len()).filter(|n| self.facts[*n].span.is_some()).collect()
    }

    /// So many of them, and one at least: a rate at which nothing happens shows nothing.
    fn chosen(&mut self, from: Vec<usize>, rate: f64) -> Vec<usize> {
        let mut out: Vec<usize> = from.iter().copied().filter(|_| self.dice.chance(rate)).collect();
        if out.is_empty() && !from.is_empty() {
            out.push(self.dice.pick(&from));
        }
        out
    }

    fn span(&mut self, span: usize) -> &mut Json {
        &mut self.world.spans[span].body
    }

    fn span_id(&self, span: usize) -> String {
        let id = self.world.spans[span].body.get("spanId").and_then(Json::text);
        id.unwrap_or_default().to_owned()
    }

    fn attribute_is(attribute: &Json, keys: &[&str]) -> bool {
        attribute.get("key").and_then(Json::text).is_some_and(|key| keys.contains(&key))
    }

    fn without_attributes(&mut self, span: usize, keys: &[&str]) {
        if let Json::List(attributes) = self.span(span).at("attributes") {
            attributes.retain(|one| !Self::attribute_is(one, keys));
        }
    }

    fn without_run(&mut self, span: usize) {
        self.without_attributes(span, &["run_id", "run.id", "parent_run_id"]);
    }

    fn without_parent(&mut self, span: usize) {
        self.span(span).set("parentSpanId", Json::Absent);
        self.span(span).set("links", Json::Absent);
    }

    /// Puts spans into another trace, with the links that lead to them; with `followed` the records of their calls too.
    fn retrace(&mut self, moved: &BTreeSet<usize>, trace: &str, followed: bool) {
        let ids: BTreeSet<String> = moved.iter().map(|n| self.span_id(*n)).collect();
        for n in moved {
            self.world.spans[*n].trace = trace.to_owned();
            self.world.spans[*n].body.set("traceId", trace);
        }
        for span in &mut self.world.spans {
            let Json::List(links) = span.body.at("links") else { continue };
            for link in links {
                if link.get("spanId").and_then(Json::text).is_some_and(|id| ids.contains(id)) {
                    link.set("traceId", trace);
                }
            }
        }
        for call in 0..self.facts.len() {
            if followed && self.facts[call].span.is_some_and(|n| moved.contains(&n)) {
                let context = self.record(call).at("w3c");
                if matches!(context, Json::Object(_)) {
                    context.set("trace", trace);
                }
            }
        }
    }

    /// The spans of an execution and of what it spawned, as far as they lie in its own trace.
    fn spans_below(&self, execution: usize) -> BTreeSet<usize> {
        let all = self.below(execution);
        let trace = &self.world.spans[self.executions[execution].span].trace;
        let tools = self.facts.iter().filter(|f| f.execution.is_some_and(|e| all.contains(&e))).filter_map(|f| f.span);
        let runs = all.iter().map(|n| self.executions[*n].span);
        runs.chain(tools).filter(|n| self.world.spans[*n].trace == *trace).collect()
    }

    fn record(&mut self, call: usize) -> &mut Json {
        let fact = &self.facts[call];
        let records = match fact.source {
            SWITCHBOARD => &mut self.world.switchboard,
            CLOUDTRAIL => &mut self.world.cloudtrail,
            "kubernetes_audit" => &mut self.world.kubernetes,
            _ => &mut self.world.github,
        };
        &mut records[fact.record].body
    }

    /// Calls of the switchboard.
    fn switched(&self) -> Vec<usize> {
        (0..self.facts.len()).filter(|n| self.facts[*n].source == SWITCHBOARD).collect()
    }

    fn time_of(&self, call: usize) -> i64 {
        let fact = &self.facts[call];
        match fact.source {
            SWITCHBOARD => self.world.switchboard[fact.record].at,
            CLOUDTRAIL => self.world.cloudtrail[fact.record].at,
            _ => 0,
        }
    }
}
