//! Spans that come out in another place than they were: another trace, another parent, no parent.

use std::collections::BTreeSet;

use crate::fixtures::world::Told;
use crate::json::{Json, object};

use crate::accuracy::month::{Company, SWITCHBOARD};

use super::BOUND;

/// The gateway does not know which run spawned this one.
fn forget_parent(company: &mut Company, execution: usize) {
    for call in company.calls_of(&BTreeSet::from([execution])) {
        if company.facts[call].source == SWITCHBOARD {
            let work = company.record(call).at("errand");
            if matches!(work, Json::Object(_)) {
                work.set("spawned_by", Json::Absent);
            }
        }
    }
}

pub fn own_traces(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        let (span, trace) = (company.executions[n].span, company.dice.hex(32));
        company.retrace(&company.spans_below(n), &trace, true);
        company.without_parent(span);
        company.without_attributes(span, &["parent_run_id"]);
        forget_parent(company, n);
        company.touch_below(n, false);
    }
}

pub fn framework_elsewhere(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        let (span, trace) = (company.executions[n].span, company.dice.hex(32));
        company.retrace(&company.spans_below(n), &trace, false);
        company.without_parent(span);
        company.without_attributes(span, &["parent_run_id"]);
        company.touch_below(n, false);
    }
}

pub fn hops(company: &mut Company, rate: f64) {
    own_traces(company, rate);
}

/// Another person's execution by the same agent: the one nearest in time for which `fits` holds.
fn stranger(company: &Company, execution: usize, at: i64, fits: impl Fn(i64, i64) -> bool) -> Option<usize> {
    let own = &company.executions[execution];
    let others = company.executions.iter().enumerate().filter(|(_, other)| {
        other.run.agent.id == own.run.agent.id
            && other.run.told.by_run_id() == own.run.told.by_run_id()
            && other.run.told != Told::RunId
            && other.person != own.person
            && other.person.is_some()
            && fits(other.at, other.ends)
    });
    others.min_by_key(|(n, other)| ((other.at - at).abs(), *n)).map(|(n, _)| n)
}

/// Hangs spans below another execution's: the first of them is the topmost.
fn attach(company: &mut Company, top: usize, moved: &BTreeSet<usize>, to: usize) {
    let target = company.executions[to].span;
    let (trace, id) = (company.world.spans[target].trace.clone(), company.span_id(target));
    company.retrace(moved, &trace, true);
    company.span(top).set("parentSpanId", id);
}

/// Whether only the span's place tells of an execution, and the place is possible.
fn unseen(company: &Company, execution: usize, at: i64, to: usize) -> bool {
    let (own, other) = (&company.executions[execution], &company.executions[to]);
    !own.run.told.by_run_id() && other.at - BOUND <= at && at <= other.ends + BOUND
}

fn attach_run(company: &mut Company, n: usize, to: usize) {
    let (span, at) = (company.executions[n].span, company.executions[n].at);
    let linked = matches!(company.span(span).at("links"), Json::List(_));
    attach(company, span, &company.spans_below(n), to);
    company.touch_below(n, !linked && unseen(company, n, at, to));
}

fn attach_tool(company: &mut Company, call: usize, to: usize) {
    let (Some(span), Some(n)) = (company.facts[call].span, company.facts[call].execution) else { return };
    let at = company.time_of(call);
    attach(company, span, &BTreeSet::from([span]), to);
    company.touch(call, unseen(company, n, at, to));
}

pub fn wrong_parent(company: &mut Company, rate: f64) {
    // Each is moved once: of what is moved with its parent, the export says what it says of the parent.
    let mut moved = BTreeSet::new();
    for n in company.chosen(company.children(), rate) {
        let at = company.executions[n].at;
        let to = stranger(company, n, at, |from, until| from <= at && at <= until);
        if let Some(to) = to.filter(|_| !moved.contains(&n)) {
            moved.extend(company.below(n));
            attach_run(company, n, to);
        }
    }
    for call in company.chosen(company.traced(), rate) {
        let (at, Some(n)) = (company.time_of(call), company.facts[call].execution) else { continue };
        let to = stranger(company, n, at, |from, until| from <= at && at <= until);
        if let Some(to) = to.filter(|_| !moved.contains(&n)) {
            attach_tool(company, call, to);
        }
    }
}

pub fn siblings_chained(company: &mut Company, rate: f64) {
    let mut first: Option<usize> = None;
    for n in company.children() {
        let Some(elder) = first.filter(|f| company.executions[*f].parent == company.executions[n].parent) else {
            first = Some(n);
            continue;
        };
        if company.dice.chance(rate) {
            let span = company.executions[n].span;
            company.without_parent(span);
            attach(company, span, &company.spans_below(n), elder);
            company.touch_below(n, false);
        }
    }
}

pub fn ended_parent(company: &mut Company, rate: f64) {
    for n in company.chosen(company.roots(), rate) {
        let at = company.executions[n].at;
        if let Some(to) = stranger(company, n, at, |_, until| until + 2 * BOUND < at) {
            attach_run(company, n, to);
        }
    }
}

pub fn unrelated_activity(company: &mut Company, rate: f64) {
    for call in company.chosen(company.traced(), rate) {
        let (at, Some(n)) = (company.time_of(call), company.facts[call].execution) else { continue };
        let ended = company.dice.chance(0.5);
        let fits = |from: i64, until: i64| if ended { until + 2 * BOUND < at } else { from <= at && at <= until };
        if let Some(to) = stranger(company, n, at, fits) {
            attach_tool(company, call, to);
        }
    }
}

pub fn parent_against_link(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        let (at, span) = (company.executions[n].at, company.executions[n].span);
        let Some(parent) = company.executions[n].parent.map(|p| company.executions[p].span) else { continue };
        let Some(to) = stranger(company, n, at, |from, until| from <= at && at <= until) else { continue };
        let link = object! { "traceId": &company.world.spans[parent].trace, "spanId": company.span_id(parent) };
        company.span(span).set("links", vec![link]);
        attach_run(company, n, to);
    }
}
