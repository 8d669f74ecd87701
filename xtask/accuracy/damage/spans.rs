//! Spans that are torn off, lose their parent, or are in no export.

use std::collections::BTreeSet;

use crate::fixtures::world::Span;
use crate::json::Json;

use crate::accuracy::month::Company;

const NO_PARENT: &str = "0000000000000000";
const USERS: &[&str] = &["user.id", "enduser.id"];

fn tear(company: &mut Company, span: usize, moved: &BTreeSet<usize>) {
    let trace = company.dice.hex(32);
    company.retrace(moved, &trace, true);
    company.without_parent(span);
    company.span(span).set("parentSpanId", NO_PARENT);
    company.without_run(span);
}

pub fn torn_off(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        tear(company, company.executions[n].span, &company.spans_below(n));
        company.touch_below(n, false);
    }
    for call in company.chosen(company.traced(), rate) {
        let Some(span) = company.facts[call].span else { continue };
        tear(company, span, &BTreeSet::from([span]));
        company.touch(call, false);
    }
}

pub fn tool_spans_missing(company: &mut Company, rate: f64) {
    for call in company.chosen(company.traced(), rate) {
        company.lost.extend(company.facts[call].span);
        company.touch(call, false);
    }
}

pub fn become_roots(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        let span = company.executions[n].span;
        company.without_parent(span);
        company.without_attributes(span, &["parent_run_id"]);
        company.touch_below(n, false);
    }
}

pub fn later_turns(company: &mut Company, rate: f64) {
    for n in company.chosen((0..company.executions.len()).collect(), rate) {
        for call in company.calls_of(&BTreeSet::from([n])).into_iter().skip(1) {
            let Some(span) = company.facts[call].span else { continue };
            if company.dice.chance(0.5) {
                company.lost.insert(span);
            } else {
                tear(company, span, &BTreeSet::from([span]));
            }
            company.touch(call, false);
        }
    }
}

pub fn parent_cleaned_up(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        let Some(parent) = company.executions[n].parent else { continue };
        company.lost.insert(company.executions[parent].span);
        company.touch_below(parent, false);
    }
}

pub fn dropped_with_all_below(company: &mut Company, rate: f64) {
    for n in company.chosen(company.children(), rate) {
        company.lost.extend(company.spans_below(n));
        company.touch_below(n, false);
    }
}

pub fn root_overwritten(company: &mut Company, rate: f64) {
    for n in company.chosen(company.roots(), rate) {
        let span = company.executions[n].span;
        match company.dice.between(0, 3) {
            0 => {
                company.lost.insert(span);
            }
            1 => {
                company.without_attributes(span, USERS);
                company.span(span).set("endTimeUnixNano", Json::Absent);
            }
            _ => {
                let original = &company.world.spans[span];
                let twin = Span {
                    at: original.at,
                    trace: original.trace.clone(),
                    agent: original.agent,
                    body: original.body.clone(),
                };
                company.world.spans.push(twin);
                let twin = company.world.spans.len() - 1;
                company.without_attributes(twin, USERS);
                company.span(twin).set("endTimeUnixNano", Json::Absent);
            }
        }
        company.touch_below(n, false);
    }
}

pub fn re_rooted(company: &mut Company, rate: f64) {
    become_roots(company, rate);
    for call in company.chosen(company.traced(), rate) {
        let Some(span) = company.facts[call].span else { continue };
        company.without_parent(span);
        company.touch(call, false);
    }
}

pub fn any_dropped(company: &mut Company, rate: f64) {
    for n in company.chosen((0..company.executions.len()).collect(), rate) {
        company.lost.insert(company.executions[n].span);
        company.touch_below(n, false);
    }
    tool_spans_missing(company, rate);
}
