//! Keys in any case and with or without underscores: cloud logs come as `callerIpAddress`, `CallerIpAddress`,
//! `caller_ip_address` and `calleripaddress`, as the SDK, the lake or the collector spells them.

use super::json::{self, Json};
use crate::model::Time;

/// The member of an object: by exact key, by its letters in any case, by its letters without underscores.
pub fn member<'a>(value: &'a Json, key: &str) -> Option<&'a Json> {
    json::member(value, key)
        .or_else(|| json::members(Some(value)).find(|(k, v)| !is_null(v) && same(k, key)).map(|(_, v)| v))
}

fn is_null(value: &Json) -> bool {
    use sonic_rs::JsonValueTrait;
    value.is_null()
}

fn same(a: &str, b: &str) -> bool {
    let letters =
        |text: &'_ str| -> Vec<u8> { text.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase()).collect() };
    // Most keys differ in their first letter.
    let first = |text: &str| text.bytes().find(|b| *b != b'_').map(|b| b.to_ascii_lowercase());
    first(a) == first(b) && letters(a) == letters(b)
}

/// The value at a JSON pointer; null and missing are one.
pub fn at<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    pointer.split('/').skip(1).try_fold(value, |here, step| {
        let step = json::unescape(step);
        match json::items(Some(here)).next() {
            Some(_) => json::at(here, &format!("/{step}")),
            None => member(here, &step),
        }
    })
}

pub fn text(value: &Json, pointer: &str) -> Option<String> {
    at(value, pointer).and_then(json::scalar)
}

/// Text of the first pointer that has any.
pub fn first_text(value: &Json, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|p| text(value, p))
}

/// The first of several pointers that holds a time.
pub fn time(value: &Json, pointers: &[&str]) -> Option<Time> {
    pointers.iter().find_map(|p| at(value, p).and_then(json::moment))
}

/// Words of the first pointer that has any: an array, or a string separated by blanks.
pub fn words(value: &Json, pointers: &[&str]) -> Vec<String> {
    pointers.iter().filter_map(|p| at(value, p)).map(json::words).find(|w| !w.is_empty()).unwrap_or_default()
}

/// An object or array that may be JSON written as text (Log Analytics, CSV). What is neither stays as it is.
pub fn opened(value: &Json, pointer: &str) -> Option<Json> {
    let found = at(value, pointer)?;
    match json::nested(found) {
        Ok(Some(inner)) => Some(inner),
        _ => Some(found.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_in_its_spellings() {
        for text_ in [
            r#"{"httpRequest":{"clientIpAddress":"x"}}"#,
            r#"{"http_request":{"client_ip_address":"x"}}"#,
            r#"{"HTTPRequest":{"CLIENTIPADDRESS":"x"}}"#,
        ] {
            let v = json::parse(text_.as_bytes()).unwrap();
            assert_eq!(text(&v, "/httpRequest/clientIpAddress").as_deref(), Some("x"), "{text_}");
        }
        let v = json::parse(br#"{"a":[{"b":null}],"ab":null}"#).unwrap();
        assert_eq!((text(&v, "/a/0/b"), text(&v, "/a_b")), (None, None));
    }

    #[test]
    fn json_as_text_is_opened() {
        let v = json::parse(br#"{"A":"{\"x\":1}","B":[1],"C":"plain"}"#).unwrap();
        assert_eq!(text(&opened(&v, "/a").unwrap(), "/x").as_deref(), Some("1"));
        assert_eq!(json::items(opened(&v, "/b").as_ref()).count(), 1);
        assert_eq!(opened(&v, "/c").and_then(|c| json::scalar(&c)).as_deref(), Some("plain"));
    }
}
