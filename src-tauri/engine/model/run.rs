//! Ids of runs, traces and spans in the one form in which they are compared (DESIGN section 5.3).

use serde::{Deserialize, Serialize};

/// A run id in normal form: a UUID in lower case without dashes; anything else as written, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// `None` for empty text and for the words that stand for nothing.
    pub fn new(text: &str) -> Option<RunId> {
        let text = text.trim();
        if matches!(text, "" | "-" | "null" | "none" | "None") {
            return None;
        }
        Some(RunId(uuid_digits(text).unwrap_or_else(|| text.to_string())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As shown to people: a UUID with dashes, in lower case.
    pub fn shown(&self) -> String {
        shown_id(&self.0)
    }
}

/// Puts the dashes back into 32 hexadecimal digits; other text stays.
pub fn shown_id(id: &str) -> String {
    if id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()) {
        format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
    } else {
        id.to_string()
    }
}

fn uuid_digits(text: &str) -> Option<String> {
    let urn = text.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("urn:uuid:"));
    let inner = if urn { &text[9..] } else { text };
    let inner = inner.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(inner);
    let dashed = inner.len() == 36 && [8, 13, 18, 23].iter().all(|&i| inner.as_bytes()[i] == b'-');
    if !dashed && inner.len() != 32 {
        return None;
    }
    let digits: String = inner.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(digits)
}

/// A W3C trace id: lower-case hexadecimal, padded to 32 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TraceId(String);

/// A span id: lower-case hexadecimal, padded to 16 digits where it is hexadecimal; other systems' ids as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpanId(String);

impl TraceId {
    pub fn new(text: &str) -> Option<TraceId> {
        hex_id(text, 32).map(TraceId)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SpanId {
    pub fn new(text: &str) -> Option<SpanId> {
        hex_id(text, 16).map(SpanId)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// All zeroes is W3C's "no id".
fn hex_id(text: &str, width: usize) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    if text.is_empty() || text.bytes().all(|b| b == b'0') {
        return None;
    }
    let plain = uuid_digits(text).unwrap_or_else(|| text.to_string());
    if plain.len() <= width && plain.bytes().all(|b| b.is_ascii_hexdigit()) {
        Some(format!("{:0>width$}", plain.to_ascii_lowercase()))
    } else {
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn respelled_ids_are_one() {
        let a = RunId::new("AB1E43129FBC4092AD3801FF4BEFC8A6").unwrap();
        assert_eq!(Some(&a), RunId::new("ab1e4312-9fbc-4092-ad38-01ff4befc8a6").as_ref());
        assert_eq!(a.shown(), "ab1e4312-9fbc-4092-ad38-01ff4befc8a6");
        assert_eq!(Some(&a), RunId::new("URN:UUID:AB1E4312-9FBC-4092-AD38-01FF4BEFC8A6").as_ref());
        assert_eq!(RunId::new("nightly-1").unwrap().shown(), "nightly-1");
        assert_eq!(RunId::new(" "), None);
        assert_eq!(TraceId::new("0xABC").unwrap().as_str().len(), 32);
        assert_eq!(SpanId::new("0000000000000000"), None);
    }
}
