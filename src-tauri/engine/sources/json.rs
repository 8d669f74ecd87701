//! Reading values out of JSON whose keys come in several spellings.

use std::borrow::Cow;

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use crate::model::{LossCode, Time};
use crate::read::yaml;

/// A parsed JSON value.
pub type Json = sonic_rs::Value;

/// Parses one record. Depth is bounded by the splitter before anything is parsed.
///
/// Hand-edited exports leave a comma before a closing bracket. No JSON says that, and it can mean one thing only: so a
/// second attempt reads the record without such commas. The record's bytes stay as they are.
pub fn parse(bytes: &[u8]) -> Result<Json, String> {
    sonic_rs::from_slice(bytes).or_else(|cause| {
        let said = || cause.to_string().lines().next().unwrap_or("not JSON").to_string();
        let mended = without_trailing_commas(bytes).ok_or_else(said)?;
        sonic_rs::from_slice(&mended).map_err(|_| said())
    })
}

/// A piece of YAML whose first line stood `column` characters into its line, as JSON.
pub fn from_yaml(bytes: &[u8], column: usize) -> Result<Json, yaml::NotYaml> {
    let broken = |detail: String| yaml::NotYaml { code: LossCode::BrokenRecord, detail };
    let text = std::str::from_utf8(bytes).map_err(|_| broken("YAML that is not UTF-8".into()))?;
    let value = yaml::piece(text, column, NESTING)?.json();
    let json = serde_json::to_vec(&value).map_err(|e| broken(e.to_string()))?;
    parse(&json).map_err(broken)
}

/// The text without commas that stand before a closing bracket, where there are any. A blank takes a comma's place, so
/// that nothing else moves.
fn without_trailing_commas(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut in_string, mut escaped, mut comma) = (false, false, None);
    let mut commas = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                in_string = !in_string;
                comma = None;
            }
            _ if in_string => {}
            b',' => comma = Some(at),
            b'}' | b']' => commas.extend(comma.take()),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => comma = None,
        }
    }
    let mut text = (!commas.is_empty()).then(|| bytes.to_vec())?;
    for at in commas {
        // `[,]` is no list with a comma too many: something is missing there.
        let before = text[..at].trim_ascii_end().last();
        if matches!(before, None | Some(b'[' | b'{' | b',' | b':')) {
            return None;
        }
        text[at] = b' ';
    }
    Some(text)
}

/// A value that is JSON written as text (`CloudTrailEvent`, `properties.log`), or that is an object already.
/// Text comes from inside the record, so its nesting is bounded here.
pub fn nested(value: &Json) -> Result<Option<Json>, String> {
    if value.is_object() {
        return Ok(Some(value.clone()));
    }
    let Some(text) = value.as_str() else { return Ok(None) };
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(None);
    }
    if nesting(text.as_bytes()) > NESTING {
        return Err(format!("text inside the record nests deeper than {NESTING}"));
    }
    parse(text.as_bytes()).map(Some)
}

/// The record inside what a collector wrapped around it: Elasticsearch (`_source`), Splunk (`_raw`), Elastic agents
/// (`event.original`), CloudWatch (`message`), container runtimes (`log`). `None` where the value is the record itself.
pub fn unwrapped(value: &Json) -> Option<Json> {
    if let Some(source) = at(value, "/_source").filter(|v| v.is_object()) {
        return Some(source.clone());
    }
    let small = value.as_object().is_some_and(|o| o.len() <= 8);
    let places: &[&str] = match small {
        true => &["/_raw", "/result/_raw", "/event/original", "/message", "/@message", "/log"],
        // A record of many fields may have a message of its own.
        false => &["/_raw", "/event/original"],
    };
    places
        .iter()
        .find_map(|p| at(value, p).filter(|v| v.as_str().is_some_and(|t| t.trim_start().starts_with('{'))))
        .and_then(|text| nested(text).ok().flatten())
}

/// Nesting that JSON inside a text may have.
const NESTING: usize = 128;

/// Deepest nesting of brackets outside of strings.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Where a piece of the record's own text stands in the record.
pub fn offset_in(whole: &[u8], part: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// Members of an object; nothing for anything else.
pub fn members(value: Option<&Json>) -> impl Iterator<Item = (&str, &Json)> {
    value.and_then(|v| v.as_object()).into_iter().flat_map(|o| o.iter())
}

/// Elements of an array; nothing for anything else.
pub fn items(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(|v| v.as_array()).into_iter().flat_map(|a| a.iter())
}

/// A truth value, also as the text "true" (CloudTrail writes both).
pub fn flag(value: &Json, pointer: &str) -> Option<bool> {
    let found = at(value, pointer)?;
    found.as_bool().or_else(|| match found.as_str()?.trim() {
        t if t.eq_ignore_ascii_case("true") => Some(true),
        t if t.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
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
        let step = unescape(step);
        here = match here.as_array() {
            Some(items) => items.get(step.parse::<usize>().ok()?)?,
            None => member(here, &step)?,
        };
    }
    (!here.is_null()).then_some(here)
}

/// One step of a JSON pointer (RFC 6901).
pub fn unescape(step: &str) -> Cow<'_, str> {
    if step.contains('~') { Cow::Owned(step.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(step) }
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
    // An integer beyond 64 bits is read with its last digits lost: two ids would become one.
    let lost = value.is_f64() && value.as_f64().is_some_and(|n| n.abs() >= u64::MAX as f64);
    ((value.is_number() || value.is_boolean()) && !lost).then(|| value.to_string())
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
        return s.trim().parse::<f64>().ok().and_then(fractional);
    }
    if let Some(n) = value.as_i64() {
        return Time::from_epoch(i128::from(n));
    }
    value.as_f64().and_then(fractional)
}

/// Seconds with a fraction, or a larger unit whose fraction is below a microsecond.
fn fractional(number: f64) -> Option<Time> {
    if !number.is_finite() {
        return None;
    }
    let scaled = if number.abs() < 1e11 { number * 1e6 } else { number };
    Time::from_epoch(scaled.round() as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_any_case_and_null_is_missing() {
        let v = parse(br#"{"userIdentity":{"Type":"Root","arn":null},"a/b":[1,{"c":"x"}]}"#).unwrap();
        assert_eq!(text(&v, "/useridentity/type").as_deref(), Some("Root"));
        assert_eq!(text(&v, "/userIdentity/arn"), None);
        assert_eq!(text(&v, "/a~1b/1/c").as_deref(), Some("x"));
        assert_eq!(text(&v, "/a~1b/0").as_deref(), Some("1"));
    }

    #[test]
    fn an_integer_that_lost_digits_is_no_text() {
        let v =
            parse(br#"{"a":111111111111111111111,"b":18446744073709551615,"c":-9223372036854775808,"d":1.5}"#).unwrap();
        let texts = ["/a", "/b", "/c", "/d"].map(|p| text(&v, p));
        let of = |t: &str| Some(t.to_string());
        assert_eq!(texts, [None, of("18446744073709551615"), of("-9223372036854775808"), of("1.5")]);
    }

    #[test]
    fn a_comma_too_many_is_forgiven_and_a_missing_value_is_not() {
        let read = parse(b"{\"a\":[1,2,],\"b\":{\"c\":\",}\",\n},\n}").unwrap();
        assert_eq!((text(&read, "/a/1").as_deref(), text(&read, "/b/c").as_deref()), (Some("2"), Some(",}")));
        for torn in [r#"{"a":1,"b":}"#, "[1,,]", "[,]", r#"{"a":,}"#, r#"{"a":1 "b":2,}"#, r#"{"a":1,"#] {
            assert!(parse(torn.as_bytes()).is_err(), "{torn}");
        }
    }

    #[test]
    fn times_in_every_unit() {
        let v = parse(
            br#"{"ns":1777555053780274700,"nst":"1777555053780274700","s":"1717764280.813000","ms":1621305118553.0}"#,
        )
        .unwrap();
        assert_eq!(time(&v, "/ns"), Some(Time(1_777_555_053_780_274)));
        assert_eq!(time(&v, "/nst"), Some(Time(1_777_555_053_780_274)));
        assert_eq!(time(&v, "/s"), Some(Time(1_717_764_280_813_000)));
        assert_eq!(time(&v, "/ms"), Some(Time(1_621_305_118_553_000)));
    }

    #[test]
    fn what_collectors_wrap_is_unwrapped() {
        for wrapped in [
            r#"{"_index":"i","_source":{"a":1}}"#,
            r#"{"result":{"_raw":"{\"a\":1}"}}"#,
            r#"{"timestamp":1,"message":"{\"a\":1}"}"#,
        ] {
            assert_eq!(text(&unwrapped(&parse(wrapped.as_bytes()).unwrap()).unwrap(), "/a").as_deref(), Some("1"));
        }
        for plain in [r#"{"message":"hello"}"#, r#"{"a":1}"#, r#"{"message":"{torn"}"#, "[1]"] {
            assert!(unwrapped(&parse(plain.as_bytes()).unwrap()).is_none(), "{plain}");
        }
    }

    #[test]
    fn text_in_a_record_cannot_nest_without_bound() {
        let deep = format!("{{\"log\":\"{}\"}}", "[".repeat(100_000));
        let v = parse(deep.as_bytes()).unwrap();
        assert!(nested(at(&v, "/log").unwrap()).is_err());
    }
}
