//! The tool and the arguments of a call: what it was done to, and what conditions can ask about it.
//!
//! The resource is the argument that is an id: named `id` or ending in `_id`. Of several it is the one that the tool's
//! name speaks of (`order_id` of `cancel_pending_order`), else one that is not the person's own (`line_id` rather than
//! `customer_id`), else the first. Without any it is a URL or a path. All scalar arguments are attributes, bounded in number
//! and length, secrets left out.

use sonic_rs::JsonValueTrait;

use super::super::json::{self, Json};
use crate::model::{Attribute, Event};

/// Arguments of one call that become attributes.
const MOST: usize = 24;
/// Longest text of an attribute; longer texts stay in the record.
const LONGEST: usize = 200;

/// Words that name whose a thing is, rather than the thing.
const HOLDERS: [&str; 10] =
    ["user", "customer", "account", "person", "owner", "member", "client", "tenant", "session", "organization"];

/// Arguments that are places by their nature.
const PLACES: [&str; 8] = ["url", "uri", "path", "file_path", "filepath", "filename", "file_name", "file"];

/// Arguments that must not be copied out of the record.
const SECRETS: [&str; 7] = ["password", "passwd", "secret", "token", "api_key", "apikey", "credential"];

/// Reads a tool call in any of the forms in which it is written.
pub fn read(call: &Json, around: &Json, event: &mut Event) {
    let tool = json::first_text(call, &["/function/name", "/function", "/name", "/tool_name", "/tool"]);
    let places = ["/function/arguments", "/args", "/arguments", "/input", "/function/args", "/parameters"];
    // Arguments are an object, or an object written as text.
    let arguments = places.iter().find_map(|p| json::at(call, p)).and_then(|a| json::nested(a).ok().flatten());
    let arguments = arguments.filter(|a| a.is_object());
    if let Some((name, id)) = resource(tool.as_deref().unwrap_or_default(), arguments.as_ref()) {
        event.resource_type = kind_of(&name);
        event.resource = Some(id);
    }
    event.action = tool.or_else(|| event.action.take());
    event.attributes.extend(attributes_of(arguments.as_ref()));
    if let Some(by) = json::text(call, "/requestor").filter(|by| by != "assistant") {
        event.attributes.push(("requestor".into(), Attribute::Text(by)));
    }
    for (name, value) in json::members(json::at(around, "/result/ids")) {
        let known = json::members(arguments.as_ref()).any(|(n, _)| n == name);
        if let Some(value) = scalar(value).filter(|_| !known) {
            event.attributes.push((format!("result.{name}"), value));
        }
    }
}

/// What a tool's answer alone tells of its call.
pub(super) fn answer(around: &Json, event: &mut Event) {
    let ids = json::at(around, "/result/ids");
    if let Some((name, id)) = resource("", ids).filter(|_| event.resource.is_none()) {
        event.resource_type = kind_of(&name);
        event.resource = Some(id);
    }
    let known = |event: &Event, name: &str| event.attributes.iter().any(|(n, _)| n == name);
    for (name, value) in json::members(ids) {
        let name = format!("result.{name}");
        if let Some(value) = scalar(value).filter(|_| !known(event, &name)) {
            event.attributes.push((name, value));
        }
    }
}

/// Scalar arguments.
fn attributes_of(arguments: Option<&Json>) -> Vec<(String, Attribute)> {
    let secret = |name: &str| SECRETS.iter().any(|s| name.to_ascii_lowercase().contains(s));
    json::members(arguments)
        .filter(|(name, _)| !name.is_empty() && name.len() <= 64 && !secret(name))
        .filter_map(|(name, value)| Some((name.to_string(), scalar(value)?)))
        .take(MOST)
        .collect()
}

pub(super) fn scalar(value: &Json) -> Option<Attribute> {
    if let Some(flag) = value.as_bool() {
        return Some(Attribute::Flag(flag));
    }
    if let Some(value) = value.as_f64().filter(|n| n.is_finite()) {
        return Some(Attribute::Number { value, currency: None });
    }
    let text = value.as_str()?.trim();
    (!text.is_empty() && text.len() <= LONGEST).then(|| Attribute::Text(text.to_string()))
}

fn resource(tool: &str, arguments: Option<&Json>) -> Option<(String, String)> {
    let short = |value: &Json| json::scalar(value).filter(|text| text.len() <= LONGEST);
    let ids: Vec<(&str, String)> = json::members(arguments)
        .filter(|(name, _)| is_id(name))
        .filter_map(|(name, v)| Some((name, short(v)?)))
        .collect();
    let tool = tool.to_ascii_lowercase();
    let spoken = |name: &str| match kind_of(name) {
        Some(kind) => tool.contains(&kind),
        None => true,
    };
    let holder = |name: &str| kind_of(name).is_some_and(|kind| HOLDERS.contains(&kind.as_str()));
    let best = (ids.iter().find(|(name, _)| spoken(name)))
        .or_else(|| ids.iter().find(|(name, _)| !holder(name)))
        .or_else(|| ids.first());
    if let Some((name, id)) = best {
        return Some((name.to_string(), id.clone()));
    }
    let place = |name: &str| PLACES.iter().any(|p| name.eq_ignore_ascii_case(p));
    json::members(arguments).find_map(|(name, value)| Some((name.to_string(), short(value).filter(|_| place(name))?)))
}

fn is_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("id") || kind_of_id(name).is_some()
}

fn kind_of_id(name: &str) -> Option<&str> {
    let stem = name.strip_suffix("_id").or_else(|| name.strip_suffix("Id")).or_else(|| name.strip_suffix("_ID"))?;
    (!stem.is_empty()).then_some(stem)
}

/// `reservation` of `reservation_id`; the name itself for a URL or a path; nothing for a bare `id`.
fn kind_of(name: &str) -> Option<String> {
    match kind_of_id(name) {
        Some(stem) => Some(stem.to_ascii_lowercase()),
        None if name.eq_ignore_ascii_case("id") => None,
        None => Some(name.to_ascii_lowercase()),
    }
}

/// Ids at the top of a tool's answer.
pub fn ids_in(answer: &str) -> serde_json::Map<String, serde_json::Value> {
    let text = answer.trim();
    if !text.starts_with('{') {
        return serde_json::Map::new();
    }
    // Nesting of text in a record is bounded by `json::nested`; here a reader with a limit of its own does it.
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(members)) => members
            .into_iter()
            .filter(|(name, value)| is_id(name) && (value.is_string() || value.is_number()))
            .filter(|(_, value)| value.as_str().is_none_or(|t| t.len() <= LONGEST))
            .take(8)
            .collect(),
        _ => serde_json::Map::new(),
    }
}
