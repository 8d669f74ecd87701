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
    let sessions: Vec<Vec<usize>> = with_context(company)
        .into_values()
        .flat_map(|calls| calls.chunks(4).map(<[usize]>::to_vec).collect::<Vec<_>>())
        .filter(|session| session.iter().any(|call| company.facts[*call].human != company.facts[session[0]].human))
        .collect();
    for session in company.chosen((0..sessions.len()).collect(), rate) {
        let (first, whole) = (sessions[session][0], company.dice.chance(0.5));
        for call in sessions[session].iter().copied() {
            if company.facts[call].human == company.facts[first].human {
                continue;
            }
            for field in FIELDS.into_iter().chain(CARRIER.into_iter().filter(|_| whole)) {
                copy(company, field, first, call);
            }
            // Whose rights were used is then the first request's, which nobody would call right.
            company.facts[call].authority = None;
            company.touch(call, false);
        }
    }
}

pub fn tokens_swapped(company: &mut Company, rate: f64) {
    let calls = with_context(company).remove("claims-copilot").unwrap_or_default();
    let pairs: Vec<[usize; 2]> = calls
        .chunks_exact(2)
        .map(|pair| [pair[0], pair[1]])
        .filter(|[a, b]| company.facts[*a].human != company.facts[*b].human)
        .collect();
    for pair in company.chosen((0..pairs.len()).collect(), rate) {
        let [a, b] = pairs[pair];
        let theirs = company.record(b).get("pass").cloned().unwrap_or(Json::Absent);
        copy(company, "pass", a, b);
        company.record(a).set("pass", theirs);
        for call in [a, b] {
            company.facts[call].authority = None;
            company.touch(call, false);
        }
    }
}

pub fn earlier_token(company: &mut Company, rate: f64) {
    let mut held: BTreeMap<Option<String>, Vec<Json>> = BTreeMap::new();
    let mut older: BTreeMap<usize, Json> = BTreeMap::new();
    for call in with_context(company).remove("claims-copilot").unwrap_or_default() {
        let own = company.record(call).get("pass").cloned().unwrap_or(Json::Absent);
        let earlier = held.entry(company.facts[call].human.clone()).or_default();
        if let Some(old) = earlier.iter().rev().nth(1).or(earlier.last()) {
            older.insert(call, old.clone());
        }
        earlier.push(own);
    }
    for call in company.chosen(older.keys().copied().collect(), rate) {
        if let Some(old) = older.remove(&call) {
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
