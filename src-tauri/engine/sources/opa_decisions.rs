//! Open Policy Agent decision logs, also of Envoy and Kubernetes admission in front of it.
//!
//! - **Ask for**: the decision log for the period, from the service that receives it or from the console
//!   (`decision_logs.console: true`), with the list of what is masked, and the policy bundles of the time.
//! - **Reads**: arrays as OPA uploads them, lines, console lines beside the server's other lines, and what collectors wrap
//!   around them.
//! - **Recognised by**: `decision_id` with `labels`, `bundles`, `requested_by` or the type of a decision log.
//! - **Filled by**: OPA fills id, time, path, result and `requested_by`, which is the address of the service that asked and
//!   never the subject. Everything in `input` was written by that service: its word. Claims of a token in the headers are
//!   unverified; its signature is not kept. The user of a Kubernetes admission review was authenticated by the API server.
//! - **Answers**: what was decided, by which policy, for which subject where the input has one field for it (`subject` or
//!   `principal`, else one of `user`, `sub`, `username`, `email` or claims), for what action on what; run, trace and tool call
//!   where they were sent along.
//! - **Never tells**: who asked. Where the input names an agent and a user without saying whose rights counted, or two users,
//!   nobody is taken as evaluated. A result that is no yes or no, and the messages of a policy named `deny` when there are
//!   none, have no effect. What is erased or masked is said as redacted.
//! - **Documented in**: openpolicyagent.org, "Decision Logs", the Envoy plugin's and the admission review's input. The two
//!   published records were seen; inputs differ by house and were built after common ones.

mod input;

use super::decided;
use super::hints::Place;
use super::json::{self, Json};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{DecisionEffect, Event, Outcome, SpanId, TraceId};

pub const SOURCE: &dyn Source = &Opa;

struct Opa;

const NAME: &str = "opa_decisions";
const ISSUER: &str = "opa";

impl Source for Opa {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let decisions = sample.count(is_decision);
        sample
            .recognise(95, "the decision_id of OPA's decision log, or its server's log", |v| is_decision(v) || is_server(v))
            .filter(|_| decisions > 0)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if is_decision(entry) {
            return Ok(event(entry, hints).into());
        }
        match is_server(entry) {
            true => Ok(Understood::Kept),
            false => Err(NotUnderstood::not_this("no decision of OPA")),
        }
    }
}

fn is_decision(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let typed = json::text(value, "/type").is_some_and(|t| t.contains("openpolicyagent"))
        || json::text(value, "/msg").as_deref() == Some("Decision Log");
    json::text(value, "/decision_id").is_some()
        && (typed
            || ((has("/labels") || has("/bundles") || has("/requested_by") || has("/revision"))
                && (has("/path") || has("/query") || has("/result") || has("/input"))))
}

/// Other lines of the server on the console.
fn is_server(value: &Json) -> bool {
    let has = |pointer| json::text(value, pointer).is_some();
    has("/level") && has("/msg") && has("/time") && !is_decision(value)
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let path = json::first_text(entry, &["/path", "/query"]);
    let failed = json::at(entry, "/error").is_some_and(|e| json::scalar(e).is_some() || json::members(Some(e)).next().is_some());
    let effect = if failed { None } else { effect(entry, path.as_deref().unwrap_or_default()) };
    let policy = path.map(|path| match revision(entry) {
        Some(revision) => format!("{path} ({revision})"),
        None => path,
    });
    let mut event = decided::event(ISSUER, effect, Vec::new(), policy);
    if failed {
        event.outcome = Outcome::Error;
    }
    event.time = ["/timestamp", "/time", "/@timestamp"].into_iter().find_map(|p| json::time(entry, p));
    event.id = json::text(entry, "/decision_id");
    event.trace = json::text(entry, "/trace_id").as_deref().and_then(TraceId::new);
    event.span = json::text(entry, "/span_id").as_deref().and_then(SpanId::new);
    // The address of who asked: the service at the gate, never the subject.
    event.host = json::text(entry, "/requested_by");
    let mut search = hints.search(NAME);
    if let Some(input) = json::at(entry, "/input") {
        input::read(input, &mut search, &mut event);
    }
    decided::sent_along(json::at(entry, "/request_context/http/headers"), &mut search, &mut event);
    input::redacted(entry, &mut event);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// The revision of the one bundle. Of several it cannot be said which decided.
fn revision(entry: &Json) -> Option<String> {
    let mut all = json::members(json::at(entry, "/bundles")).filter_map(|(_, b)| json::text(b, "/revision"));
    let first = all.next().or_else(|| json::text(entry, "/revision"))?;
    all.next().is_none().then(|| first.chars().take(40).collect())
}

/// Yes or no, as the policy's name and result say it.
fn effect(entry: &Json, path: &str) -> Option<DecisionEffect> {
    let result = json::at(entry, "/result")?;
    let rule = path.rsplit(['/', '.']).next().unwrap_or_default().to_lowercase();
    let denies = ["deny", "denied", "violation", "violations", "forbid", "block", "reject"].contains(&rule.as_str());
    if denies {
        let said = json::items(Some(result)).next().is_some() || decided::effect(result) == Some(DecisionEffect::Allow);
        return said.then_some(DecisionEffect::Deny);
    }
    if let Some(effect) = decided::effect(result) {
        return Some(effect);
    }
    const SAYS: [&str; 9] =
        ["allow", "allowed", "authorized", "permit", "permitted", "decision", "effect", "result", "is_allowed"];
    let said: Vec<Option<DecisionEffect>> =
        SAYS.iter().filter_map(|name| json::member(result, name)).map(decided::effect).collect();
    if let Some(first) = said.first() {
        // Two words that differ are no answer.
        return if said.iter().all(|e| e == first) { *first } else { None };
    }
    // Admission reviews answer inside a response.
    if let Some(allowed) = json::at(result, "/response/allowed") {
        return decided::effect(allowed);
    }
    let refused = ["deny", "violations", "violation"].iter().filter_map(|n| json::member(result, n));
    refused
        .into_iter()
        .any(|d| json::items(Some(d)).next().is_some() || decided::effect(d) == Some(DecisionEffect::Allow))
        .then_some(DecisionEffect::Deny)
}

#[cfg(test)]
mod tests;
