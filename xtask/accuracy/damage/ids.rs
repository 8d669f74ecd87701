//! Sets of people under one id, ids in other spellings, and clocks.

use crate::accuracy::month::Company;
use crate::fixtures::company::Who;
use crate::fixtures::traffic;
use crate::fixtures::world::text;
use crate::json::Json;
use crate::time::{self, SECOND};

pub fn fan_in(company: &mut Company, size: f64) {
    let (desk, requests) = (traffic::research_desk(), size as usize);
    for turn in 0..8 {
        let people: Vec<Who> = (0..requests).map(|n| desk[(turn * 3 + n) % desk.len()]).collect();
        let calls = company.batch_of(turn, &people);
        let Some(gathered) = company.facts[calls[0]].execution else { continue };
        let span = company.executions[gathered].span;
        let mut missing = false;
        let keep: Vec<bool> = people.iter().map(|_| !company.dice.chance(0.2)).collect();
        if let Json::List(links) = company.span(span).at("links") {
            let mut kept = keep.iter();
            links.retain(|_| kept.next().copied().unwrap_or(true));
            missing |= keep.contains(&false);
        }
        for call in calls {
            company.touch(call, missing);
        }
    }
}

/// A second off either way at most, four times in five less: a normal spread of 0.8 s, near enough.
fn drift(company: &mut Company) -> i64 {
    (0..4).map(|_| company.dice.between(-800, 801)).sum::<i64>() / 2
}

pub fn clock_skew(company: &mut Company, seconds: f64) {
    let far = seconds as i64 * SECOND;
    let [gate, tokens, cluster, github, okta, spans] = [0; 6].map(|_: i32| drift(company));
    let world = &mut company.world;
    for record in &mut world.switchboard {
        record.at += gate;
        record.body.set("at", time::rfc3339(record.at));
    }
    for record in &mut world.tokens {
        record.at += tokens;
        record.body.set("time", time::rfc3339(record.at));
    }
    for record in &mut world.cloudtrail {
        record.at += far;
        record.body.set("eventTime", time::whole_second(record.at));
    }
    for record in &mut world.kubernetes {
        record.at += cluster;
        record.body.set("requestReceivedTimestamp", time::micros(record.at));
        record.body.set("stageTimestamp", time::micros(record.at + 11));
    }
    for record in &mut world.github {
        record.at += github;
        record.body.set("@timestamp", record.at);
        record.body.set("created_at", record.at);
    }
    for record in &mut world.okta {
        record.at += okta;
        record.body.set("published", time::rfc3339(record.at));
    }
    for span in &mut world.spans {
        span.at += spans;
        for key in ["startTimeUnixNano", "endTimeUnixNano"] {
            let shown = span.body.get(key).and_then(Json::text).and_then(|text| text.parse::<i64>().ok());
            if let Some(shown) = shown {
                span.body.set(key, time::nanos(shown / 1_000_000 + spans));
            }
        }
    }
    for call in 0..company.facts.len() {
        company.touch(call, false);
    }
}

pub fn respelled(company: &mut Company, rate: f64) {
    for call in company.chosen(company.switched(), rate) {
        let form = company.dice.between(0, 4);
        let record = company.record(call);
        let written = |json: &Json, key: &str| json.get(key).and_then(Json::text).map(str::to_owned);
        if let Some(trace) = record.get("w3c").and_then(|json| written(json, "trace")) {
            let other = match form {
                0 => trace[16..].to_owned(),
                1 => format!("{}{}", "0".repeat(16), &trace[16..]),
                2 => trace[..16].to_uppercase(),
                _ => trace.to_uppercase(),
            };
            record.at("w3c").set("trace", other);
        }
        if let Some(run) = record.get("errand").and_then(|json| written(json, "job")) {
            let bare = run.replace('-', "");
            let other = match form {
                0 => bare,
                1 => run.to_uppercase(),
                2 => bare[..16].to_owned(),
                _ => bare.to_uppercase(),
            };
            record.at("errand").set("job", other);
        }
        company.touch(call, false);
    }
}

/// Puts one text in another's place, wherever it stands.
fn replace(json: &mut Json, old: &str, new: &str) {
    match json {
        Json::Text(text) if text == old => new.clone_into(text),
        Json::List(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        Json::Object(fields) => fields.iter_mut().for_each(|(_, value)| replace(value, old, new)),
        _ => {}
    }
}

pub fn run_id_reused(company: &mut Company, rate: f64) {
    let mut last: Option<usize> = None;
    for n in company.roots() {
        let own = &company.executions[n];
        if !own.run.told.by_run_id() || own.person.is_none() {
            continue;
        }
        let same = |m: &usize| company.executions[*m].run.agent.id == own.run.agent.id;
        let Some(first) = last.replace(n).filter(same) else { continue };
        if !company.dice.chance(rate) {
            continue;
        }
        let (old, new) = (company.executions[n].run.id.clone(), company.executions[first].run.id.clone());
        let world = &mut company.world;
        world.spans.iter_mut().for_each(|span| replace(&mut span.body, &old, &new));
        for records in [&mut world.switchboard, &mut world.tokens, &mut world.cloudtrail, &mut world.kubernetes] {
            records.iter_mut().for_each(|record| replace(&mut record.body, &old, &new));
        }
        company.executions[n].run.id = new;
        company.touch_below(first, false);
        company.touch_below(n, false);
    }
}

pub fn user_propagated(company: &mut Company, rate: f64) {
    let mut below: Vec<(usize, Option<Who>)> =
        company.children().into_iter().map(|n| (company.executions[n].span, company.executions[n].person)).collect();
    below.extend(company.traced().into_iter().filter_map(|call| {
        let execution = &company.executions[company.facts[call].execution?];
        Some((company.facts[call].span?, execution.person))
    }));
    for (span, person) in below {
        if let Some(person) = person.filter(|_| company.dice.chance(rate)) {
            company.without_attributes(span, &["enduser.id"]);
            if let Json::List(attributes) = company.span(span).at("attributes") {
                attributes.push(text("enduser.id", &person.email()));
            }
        }
    }
}
