//! Reading values out of JSON whose keys come in several spellings.

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use crate::model::Time;

/// A parsed JSON value.
pub type Json = sonic_rs::Value;

/// Parses one record. Depth is bounded by the splitter before anything is parsed.
pub fn parse(bytes: &[u8]) -> Result<Json, String> {
    sonic_rs::from_slice(bytes).map_err(|e| e.to_string().lines().next().unwrap_or("not JSON").to_string())
}

/// The member of an object, by exact key, else by the same key in another case (re-exports change case).
pub fn member<'a>(value: &'a Json, key: &str) -> Option<&'a Json> {
    let object = value.as_object()?;
    if let Some(found) = object.get(&key) {
        return (!found.is_null()).then_some(found);
    }
    object.iter().find(|(k, v)| k.eq_ignore_ascii_case(key) && !v.is_null()).map(|(_, v)| v)
}

/// The value at a JSON pointer (`/a/b/0`), keys in any case; null and missing are one.
pub fn at<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    let mut here = value;
    for step in pointer.split('/').skip(1) {
        let step = if step.contains('~') { step.replace("~1", "/").replace("~0", "~").into() } else { std::borrow::Cow::Borrowed(step) };
        here = match here.as_array() {
            Some(items) => items.get(step.parse::<usize>().ok()?)?,
            None => member(here, &step)?,
        };
    }
    (!here.is_null()).then_some(here)
}

/// Text at a pointer; numbers and booleans as they are written; blank text is absent.
pub fn text(value: &Json, pointer: &str) -> Option<String> {
    scalar(at(value, pointer)?)
}

/// A scalar as text.
pub fn scalar(value: &Json) -> Option<String> {
    if let Some(s) = value.as_str() {
        let s = s.trim();
        return (!s.is_empty()).then(|| s.to_string());
    }
    if value.is_number() || value.is_boolean() {
        return Some(value.to_string());
    }
    None
}

/// Text of the first pointer that has any.
pub fn first_text(value: &Json, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|p| text(value, p))
}

/// Texts of an array, of a single scalar, or of a blank-separated string.
pub fn words(value: &Json) -> Vec<String> {
    match value.as_array() {
        Some(items) => items.iter().filter_map(scalar).collect(),
        None => scalar(value).map(|s| s.split_whitespace().map(String::from).collect()).unwrap_or_default(),
    }
}

/// A time at a pointer: text in any form of [`Time::parse`], or a number since the epoch by magnitude.
pub fn time(value: &Json, pointer: &str) -> Option<Time> {
    moment(at(value, pointer)?)
}

/// A time out of a scalar. Large integers keep all digits (OTLP writes nanoseconds beyond 2^53).
pub fn moment(value: &Json) -> Option<Time> {
    if let Some(s) = value.as_str() {
        if let Some(t) = Time::parse(s) {
            return Some(t);
        }
        if let Ok(n) = s.trim().parse::<i128>() {
            return Time::from_epoch(n);
        }
        return s.trim().parse::<f64>().ok().and_then(|f| Time::from_epoch(f as i128));
    }
    if let Some(n) = value.as_i64() {
        return Time::from_epoch(i128::from(n));
    }
    value.as_f64().and_then(|f| if f.abs() < 1e11 { Time::from_epoch((f * 1e6) as i128) } else { Time::from_epoch(f as i128) })
}
