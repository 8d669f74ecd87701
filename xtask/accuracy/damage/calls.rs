//! What goes wrong with calls and their tokens.

use std::collections::BTreeMap;

use crate::fixtures::world::Stamped;
use crate::json::Json;
use crate::time::{SECOND, rfc3339};

use crate::accuracy::month::Company;

const FIELDS: [&str; 3] = ["acting_for", "pass", "ruling"];
const CARRIER: [&str; 2] = ["errand", "w3c"];

/// Calls that carry a person or a token, by agent, in the order of time.
fn with_context(company: &Company) -> BTreeMap<&'static str, Vec<usize>> {
    let mut out: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for call in company.switched() {
        let fact = &company.facts[call];
        if let Some(agent) = fact.agent.filter(|agent| *agent != "market-scout" && fact.human.is_some()) {
            out.entry(agent).or_default().push(call);
        }
    }
    for calls in out.values_mut() {
        calls.sort_by_key(|call| (company.time_of(*call), *call));
    }
    out
}

/// A field with what stands in another call's.
fn copy(company: &mut Company, field: &'static str, from: usize, to: usize) {
    let value = company.record(from).get(field).cloned().unwrap_or(Json::Absent);
    company.record(to).set(field, value);
}

pub fn first_request(company: &mut Company, rate: f64) {
    for calls in with_context(company).into_values() {
        for session in calls.chunks(4) {
            if !company.dice.chance(rate) {
                continue;
            }
            let whole = company.dice.chance(0.5);
            for call in &session[1..] {
                if company.facts[*call].human == company.facts[session[0]].human {
                    continue;
                }
                for field in FIELDS {
                    copy(company, field, session[0], *call);
                }
                for field in CARRIER.into_iter().filter(|_| whole) {
                    copy(company, field, session[0], *call);
                }
                // Whose rights were used is then the first request's, which nobody would call right.
                company.facts[*call].authority = None;
                company.touch(*call, false);
            }
        }
    }
}

pub fn tokens_swapped(company: &mut Company, rate: f64) {
    let calls = with_context(company).remove("claims-copilot").unwrap_or_default();
    for pair in calls.chunks_exact(2) {
        if company.facts[pair[0]].human == company.facts[pair[1]].human || !company.dice.chance(rate) {
            continue;
        }
        let theirs = company.record(pair[1]).get("pass").cloned().unwrap_or(Json::Absent);
        copy(company, "pass", pair[0], pair[1]);
        company.record(pair[0]).set("pass", theirs);
        for call in pair {
            company.facts[*call].authority = None;
            company.touch(*call, false);
        }
    }
}

pub fn earlier_token(company: &mut Company, rate: f64) {
    let mut held: BTreeMap<Option<String>, Vec<Json>> = BTreeMap::new();
    for call in with_context(company).remove("claims-copilot").unwrap_or_default() {
        let own = company.record(call).get("pass").cloned().unwrap_or(Json::Absent);
        let earlier = held.entry(company.facts[call].human.clone()).or_default();
        let old = earlier.iter().rev().nth(1).or(earlier.last()).cloned();
        earlier.push(own);
        if let Some(old) = old.filter(|_| company.dice.chance(rate)) {
            company.record(call).set("pass", old);
            company.touch(call, false);
        }
    }
}

pub fn retried(company: &mut Company, rate: f64) {
    for call in company.chosen(company.switched(), rate) {
        let mut again = company.facts[call].clone();
        let original = &company.world.switchboard[again.record];
        let (at, id) = (original.at + 2 * SECOND, format!("{}-2", original.id));
        let mut body = original.body.clone();
        body.set("ref", &id);
        body.set("at", rfc3339(at));
        company.record(call).set("result", "failed");
        company.world.switchboard.push(Stamped { at, id: id.clone(), body });
        (again.id, again.span, again.record) = (id, None, company.world.switchboard.len() - 1);
        company.facts.push(again);
        company.touch(company.facts.len() - 1, false);
    }
}

pub fn other_ids(company: &mut Company, rate: f64) {
    let mut sessions: BTreeMap<usize, String> = BTreeMap::new();
    for call in company.chosen(company.switched(), rate) {
        let Some(execution) = company.facts[call].execution else { continue };
        let fresh = company.dice.uuid();
        let session = sessions.entry(execution).or_insert(fresh).clone();
        let record = company.record(call);
        record.at("errand").set("job", session);
        record.at("errand").set("spawned_by", Json::Absent);
        record.set("w3c", Json::Absent);
        company.touch(call, false);
    }
}

pub fn no_carrier(company: &mut Company, rate: f64) {
    for call in company.chosen(company.switched(), rate) {
        for field in CARRIER {
            company.record(call).set(field, Json::Absent);
        }
        company.touch(call, false);
    }
}
