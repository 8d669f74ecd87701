//! OpenFGA and Auth0 FGA: server logs, relationship tuples, and store files with their tests.
//!
//! - **Ask for**: the server's log at level `info` for the period, in JSON (`OPENFGA_LOG_FORMAT=json`) or as text; for Auth0
//!   FGA the entries of its Logging API (kept seven days). For the rights: `fga tuple read` or the Read API, all pages, and
//!   the authorization model.
//! - **Reads**: log lines `grpc_req_complete` with `Check` and `BatchCheck`, as JSON or with an object at the end of a line;
//!   Auth0 FGA log entries; Read API answers (`{"tuples": [...]}`), lists of tuples, the CSV of `fga tuple write`, and
//!   `.fga.yaml` stores with `tuples` and `tests`.
//! - **Recognised by**: `grpc_service` of OpenFGA or a `tuple_key` with user, relation and object; tuples by just these three
//!   fields; the CSV by its columns; a store by `tuples`, `model` or `tests` of its form.
//! - **Filled by**: the server fills effect, store and model. The user of a check is the one whom its caller asked about: it
//!   is whose rights were evaluated, and no proof of who acted.
//! - **Answers**: which check was asked for whom, on what, with what result; who stands in which relation to what, directly or
//!   through a group. The assertions of a store's tests are decisions without a time, marked `expected`.
//! - **Never tells**: who sent a check. Tuples do not show what the model derives from them, so that a missing tuple is never
//!   a *no*; a tuple with a condition, and one of a relation that a model in the same file restricts, is undetermined. A check
//!   with contextual tuples, which is marked, cannot be repeated from the stored ones. A batch of checks is one record: its
//!   effect is told where all its checks agree. Tuples that only a test adds give no rights; tuple files that a store names
//!   are not followed.
//! - **Documented in**: openfga.dev (Read API, store files, conditions), the logging middleware of openfga/openfga, and
//!   docs.fga.dev for Auth0 FGA. Stores, tuples and the Read API's answer were seen; log lines were built after the
//!   middleware's source. Of Auth0's entries only `request.operation` could be checked: their other fields are looked for
//!   where the API has them.

mod store;
mod tuple;

use super::decided;
use super::json::{self, Json};
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, DecisionEffect, Event, EventKind, FilledBy, Outcome, TraceId, WhyEmpty, Wire, WireKind,
};
use crate::read::{Form, logged_value};

pub const SOURCE: &dyn Source = &OpenFga;

struct OpenFga;

const NAME: &str = "openfga";

impl Source for OpenFga {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        if *sample.form == Form::Yaml {
            return sample.recognise(95, "the tuples, model or tests of an OpenFGA store", store::is_store);
        }
        let logged = sample.chunks.iter().filter(|c| logged_entry(c).is_some_and(|e| is_log(&e))).count();
        if sample.values.is_empty() && logged > 0 {
            let why = format!("{logged} of the first {} lines are of an OpenFGA server's log", sample.chunks.len());
            return Some(Recognition { score: 95, why });
        }
        let checks = sample.count(is_check);
        let lines = sample.recognise(95, "a line of an OpenFGA server's log, or a check with its tuple_key", is_log);
        lines.filter(|_| checks > 0 || sample.count(is_server_line) > 0).or_else(|| {
            sample.recognise(94, "the user, relation and object of a relationship tuple", tuple::is_tuple)
        })
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        store::pieces(chunk)
    }

    fn reads_text(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match &record.content {
            Content::Text(_) => {
                let entry = logged_entry(record.bytes).ok_or_else(|| NotUnderstood::broken("a line without an object"))?;
                let time = String::from_utf8_lossy(record.bytes).split('\t').next().and_then(crate::model::Time::parse);
                log_entry(&entry, hints).map(|understood| match understood {
                    Understood::Event(mut event) => {
                        event.time = event.time.or(time);
                        Understood::Event(event)
                    }
                    other => other,
                })
            }
            Content::Json(entry) => match record.envelope {
                Some(envelope) if json::at(envelope, "/at").is_some() => store::understand(entry, envelope, hints),
                _ if tuple::is_tuple(entry) => tuple::entries(entry, &[]),
                _ => log_entry(entry, hints),
            },
            Content::Row { .. } => Err(NotUnderstood::not_this("a row is no tuple")),
        }
    }
}

/// The object at the end of a line of text.
fn logged_entry(line: &[u8]) -> Option<Json> {
    json::parse(line.get(logged_value(line)?..)?).ok()
}

fn is_log(value: &Json) -> bool {
    is_check(value) || is_server_line(value)
}

fn is_server_line(value: &Json) -> bool {
    json::text(value, "/grpc_service").is_some_and(|s| s.contains("openfga") || s.starts_with("grpc.health"))
        || json::text(value, "/grpc_method").is_some_and(|m| m.contains("openfga"))
        || (json::text(value, "/msg").is_some() && json::text(value, "/level").is_some() && json::at(value, "/build.version").is_some())
}

/// Where logs keep what was asked and what was answered.
const ASKED: [&str; 6] = ["/raw_request", "/request/body", "/request/params", "/request", "/body", ""];
const ANSWERED: [&str; 5] = ["/raw_response", "/response/body", "/response", "/result", ""];

fn key(value: &Json) -> Option<&Json> {
    ["/tuple_key", "/tuple", "/tupleKey"].iter().find_map(|p| json::at(value, p)).filter(|k| json::at(k, "/relation").is_some())
}

/// What was asked: the part of the entry that holds the tuple.
fn asked(entry: &Json) -> Option<Json> {
    ASKED.iter().find_map(|place| {
        let found = json::nested(json::at(entry, place)?).ok().flatten()?;
        let holds = key(&found).is_some() || json::items(json::at(&found, "/checks")).any(|c| key(c).is_some());
        holds.then_some(found)
    })
}

fn answered(entry: &Json, pointer: &str) -> Option<Json> {
    ANSWERED.iter().find_map(|place| {
        let found = json::nested(json::at(entry, place)?).ok().flatten()?;
        json::at(&found, pointer).cloned()
    })
}

fn is_check(value: &Json) -> bool {
    asked(value).is_some() && (answered(value, "/allowed").is_some() || method(value).is_some())
}

fn method(entry: &Json) -> Option<String> {
    json::first_text(entry, &["/grpc_method", "/request/operation", "/operation", "/request/method", "/method"])
        .map(|m| m.rsplit('/').next().unwrap_or_default().to_string())
}

fn log_entry(entry: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let method = method(entry);
    let checks = matches!(method.as_deref(), Some("Check" | "BatchCheck" | "POST") | None);
    match asked(entry).filter(|_| checks) {
        Some(asked) => Ok(check(entry, &asked, hints).into()),
        None if is_server_line(entry) || method.is_some() => Ok(Understood::Kept),
        None if json::text(entry, "/level").is_some() && json::text(entry, "/msg").is_some() => Ok(Understood::Kept),
        None => Err(NotUnderstood::not_this("neither a check nor a tuple of OpenFGA")),
    }
}

fn check(entry: &Json, asked: &Json, hints: &Hints) -> Event {
    let checks: Vec<&Json> = match key(asked) {
        Some(_) => vec![asked],
        None => json::items(json::at(asked, "/checks")).filter(|c| key(c).is_some()).collect(),
    };
    let failed = json::text(entry, "/grpc_code").is_some_and(|c| c != "0")
        || json::at(entry, "/error").is_some_and(|e| json::scalar(e).is_some());
    let effect = if failed { None } else { effects(entry) };
    let model = json::first_text(asked, &["/authorization_model_id"])
        .or_else(|| json::first_text(entry, &["/authorization_model_id", "/request/authorization_model_id"]));
    let mut event = decided::event(NAME, effect, Vec::new(), model);
    if failed {
        event.outcome = Outcome::Error;
    }
    let one = |of: &dyn Fn(&Json) -> Option<String>| {
        let mut all: Vec<String> = checks.iter().filter_map(|c| key(c).and_then(of)).collect();
        all.dedup();
        if all.len() == 1 { all.pop() } else { None }
    };
    event.action = one(&|k| json::text(k, "/relation")).or_else(|| Some("batch_check".into()));
    event.resource = one(&|k| json::text(k, "/object"));
    event.resource_type = event.resource.as_deref().and_then(|o| o.split_once(':')).map(|(kind, _)| kind.to_string());
    match one(&|k| json::text(k, "/user")) {
        Some(user) => evaluated(&user, &mut event),
        None => event.human_empty = WhyEmpty::Absent,
    }
    event.time = ["/ts", "/timestamp", "/time", "/@timestamp", "/created_at"].into_iter().find_map(|p| json::time(entry, p));
    event.id = json::first_text(entry, &["/request_id", "/id", "/log_id", "/request/id", "/request/request_id"]);
    event.tenant = json::text(asked, "/store_id")
        .or_else(|| json::first_text(entry, &["/store_id", "/request/store_id", "/storeId"]));
    event.trace = json::text(entry, "/trace_id").as_deref().and_then(TraceId::new);
    event.user_agent = json::first_text(entry, &["/user_agent", "/request/user_agent", "/userAgent"]);
    event.source_ip = json::first_text(entry, &["/request/ip", "/client_ip", "/ip"]);
    event.host = json::text(entry, "/peer.address");
    if let Some(client) = json::first_text(entry, &["/client_id", "/request/client_id", "/fga_client_id"])
        && let Ok(principal) = decided::subject(NAME, "client", &client)
    {
        event.wire = Some(Wire { principal, kind: WireKind::Service, by: FilledBy::Platform });
    }
    let context = checks.first().and_then(|c| json::at(c, "/context")).or_else(|| json::at(asked, "/context"));
    event.attributes = decided::attributes(context);
    if json::items(json::at(asked, "/contextual_tuples/tuple_keys")).next().is_some() {
        event.attributes.push(("contextual_tuples".into(), Attribute::Flag(true)));
    }
    let mut search = hints.search(NAME);
    decided::sent_along(context, &mut search, &mut event);
    if let Some(agent) = &event.user_agent {
        search.place(super::hints::Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// The answer; of a batch, where all of them agree.
fn effects(entry: &Json) -> Option<DecisionEffect> {
    if let Some(allowed) = answered(entry, "/allowed") {
        return decided::effect(&allowed);
    }
    let results = answered(entry, "/result")?;
    let mut all = json::members(Some(&results)).map(|(_, r)| json::at(r, "/allowed").and_then(decided::effect));
    let first = all.next()??;
    all.all(|e| e == Some(first)).then_some(first)
}

/// Whose rights a check evaluates. A set of users (`group:eng#member`) is nobody's.
fn evaluated(user: &str, event: &mut Event) {
    match tuple::Subject::parse(user).map(|s| s.principal()) {
        Some(Ok(principal)) => {
            if let Some(decision) = &mut event.decision {
                decision.evaluated.push(principal);
            }
        }
        Some(Err(why)) => event.human_empty = why,
        None => event.human_empty = WhyEmpty::Absent,
    }
    debug_assert_eq!(event.kind, EventKind::Decision);
}

#[cfg(test)]
mod tests;
