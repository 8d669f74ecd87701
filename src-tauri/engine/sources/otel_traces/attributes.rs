//! Attributes of a span in their encodings: OTLP key-value lists, Jaeger tags, flat maps, and maps whose dotted names
//! were taken apart into objects.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::json::{self, Json};

/// How deep names that were taken apart are put together again.
const DEPTH: usize = 8;

/// Calls back for each attribute with its plain value and its dotted name.
pub fn each(found: Option<&Json>, see: &mut dyn FnMut(&str, &Json)) {
    let Some(found) = found else { return };
    match json::nested(found) {
        // Tables and warehouses keep the map as text.
        Ok(Some(parsed)) if found.is_str() => put_together(&parsed, "", 0, see),
        _ => put_together(found, "", 0, see),
    }
}

fn put_together(value: &Json, name: &str, depth: usize, see: &mut dyn FnMut(&str, &Json)) {
    let joined = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
    for (place, item) in json::items(Some(value)).enumerate() {
        match (json::at(item, "/key").and_then(|k| k.as_str()), json::at(item, "/value")) {
            (Some(key), Some(inner)) if name.is_empty() => one(key, inner, depth, see),
            (Some(key), Some(inner)) => one(&joined(key), inner, depth, see),
            _ if item.is_object() && depth < DEPTH && !name.is_empty() => {
                put_together(item, &joined(&place.to_string()), depth + 1, see);
            }
            _ => {}
        }
    }
    for (key, inner) in json::members(Some(value)) {
        match name {
            "" => one(key, inner, depth, see),
            _ => one(&joined(key), inner, depth, see),
        }
    }
}

fn one(name: &str, value: &Json, depth: usize, see: &mut dyn FnMut(&str, &Json)) {
    let value = plain(value);
    see(name, value);
    if depth < DEPTH && (value.is_object() || value.is_array()) {
        put_together(value, name, depth + 1, see);
    }
}

/// `{"stringValue": "x"}` and its like to the value itself; of a list of scalars the first.
fn plain(value: &Json) -> &Json {
    const KINDS: [&str; 6] = ["stringValue", "intValue", "boolValue", "doubleValue", "arrayValue", "kvlistValue"];
    let Some(object) = value.as_object() else { return value };
    match object.iter().next() {
        Some((key, inner))
            if object.len() == 1
                && KINDS.iter().any(|k| key.eq_ignore_ascii_case(k) || key.eq_ignore_ascii_case(&snake(k))) =>
        {
            if key.get(..2).is_some_and(|k| k.eq_ignore_ascii_case("kv")) {
                return json::at(inner, "/values").unwrap_or(inner);
            }
            json::at(inner, "/values/0").map_or(inner, plain)
        }
        _ => value,
    }
}

fn snake(kind: &str) -> String {
    kind.replace("Value", "_value")
}

/// Attributes of the resource or process that the span belongs to: those around it, else its own.
pub fn surroundings(span: &Json, envelope: Option<&Json>, see: &mut dyn FnMut(&str, &Json)) {
    if let Some(attributes) = envelope.and_then(|e| json::at(e, "/resource/attributes")) {
        return each(Some(attributes), see);
    }
    let around = envelope.filter(|e| json::at(e, "/process").is_some()).unwrap_or(span);
    for pointer in ["/resource/attributes", "/_resource/_attributes", "/ResourceAttributes", "/process/tags"] {
        each(json::at(around, pointer), see);
    }
    for pointer in ["/process/serviceName", "/localEndpoint/serviceName", "/ServiceName", "/service_name"] {
        if let Some(name) = json::at(around, pointer) {
            see("service.name", name);
        }
    }
}

pub fn text_of(value: &Json) -> Option<String> {
    json::scalar(value)
}

/// An id as hexadecimal. Protobuf's own JSON writes ids as base64, with padding that hexadecimal never has.
pub fn encoded_id(text: &str, bytes: usize) -> String {
    let base64 = text.len() == bytes.div_ceil(3) * 4 && text.ends_with('=');
    match base64.then(|| super::super::token_records::base64(text)).flatten() {
        Some(decoded) if decoded.len() == bytes => decoded.iter().map(|b| format!("{b:02x}")).collect(),
        _ => text.to_string(),
    }
}
