//! What a text looks like: a time and in which notation, an identifier, an address. And how a value may be shown.

use std::net::IpAddr;
use std::sync::LazyLock;

use chrono::DateTime;
use regex::Regex;

use crate::model::Time;
use crate::model::principal::is_email;

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeForm {
    Rfc3339,
    /// A zone, but not as RFC 3339 writes it.
    Zoned,
    /// No zone; Behalf reads it as UTC.
    Naive,
    Date,
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// `03/04/2026`: which of the two is the month is not said.
    Slashed,
}

impl TimeForm {
    pub const fn words(self) -> &'static str {
        match self {
            TimeForm::Rfc3339 => "RFC 3339",
            TimeForm::Zoned => "date and time with a zone",
            TimeForm::Naive => "date and time without a zone, read as UTC: ask which zone it is",
            TimeForm::Date => "plain date",
            TimeForm::Seconds => "epoch seconds",
            TimeForm::Millis => "epoch milliseconds",
            TimeForm::Micros => "epoch microseconds",
            TimeForm::Nanos => "epoch nanoseconds",
            TimeForm::Slashed => "dates with slashes",
        }
    }

    /// A number: its name must say that it is a time.
    pub const fn is_epoch(self) -> bool {
        matches!(self, TimeForm::Seconds | TimeForm::Millis | TimeForm::Micros | TimeForm::Nanos)
    }
}

static SLASHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})(?:[ T,].{0,30})?$").ok());

/// The notation of a text, if it is a time between 2000 and 2100 (any other number would be one too).
pub fn time_form(text: &str) -> Option<TimeForm> {
    if text.len() > 48 || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return match number {
            946_684_800.0..=4_102_444_800.0 => Some(TimeForm::Seconds),
            946_684_800_000.0..=4_102_444_800_000.0 => Some(TimeForm::Millis),
            946_684_800_000_000.0..=4_102_444_800_000_000.0 => Some(TimeForm::Micros),
            946_684_800_000_000_000.0..=4_102_444_800_000_000_000.0 => Some(TimeForm::Nanos),
            _ => None,
        };
    }
    if day_and_month(text).is_some() {
        return Some(TimeForm::Slashed);
    }
    Time::parse(text)?;
    Some(match text {
        _ if Time::date(text).is_some() => TimeForm::Date,
        _ if DateTime::parse_from_rfc3339(text).is_ok() => TimeForm::Rfc3339,
        _ if text.ends_with(['Z', 'C']) || text.get(10..).is_some_and(|t| t.contains(['+', '-'])) => TimeForm::Zoned,
        _ => TimeForm::Naive,
    })
}

/// The two first numbers of a date with slashes (or dots), in the order in which they stand.
pub fn day_and_month(text: &str) -> Option<(u8, u8)> {
    let found = SLASHED.as_ref()?.captures(text)?;
    let (first, second): (u8, u8) = (found[1].parse().ok()?, found[2].parse().ok()?);
    let fits = (1..=31).contains(&first) && (1..=31).contains(&second) && (first <= 12 || second <= 12);
    fits.then_some((first, second))
}

pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Hexadecimal of this many digits.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A word that could be an identifier: no blanks, a digit in it, no time, no address, no plain small number.
pub fn is_id(text: &str) -> bool {
    let plain = text.len() >= 4 && text.len() <= 128 && !text.contains(char::is_whitespace);
    plain
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+=".contains(c))
        && !is_ip(text)
        && !is_number(text)
        && time_form(text).is_none()
}

pub fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// `product/1.2`, as a client writes of itself.
pub fn is_user_agent(text: &str) -> bool {
    let product = text.split([' ', ';', '(']).next().unwrap_or_default();
    match product.split_once('/') {
        Some((name, version)) => {
            !name.is_empty()
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
                && (version.contains('.') || text.contains(' '))
                && !text.contains("://")
        }
        None => false,
    }
}

/// An identifier that [`crate::model::Principal::from_word`] gives a namespace of its own.
pub fn is_global_principal(text: &str) -> bool {
    is_email(text) || text.starts_with("arn:") || text.starts_with("system:")
}

/// A short word of a closed list: what an action, a status or a kind is.
pub fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && text.contains(|c: char| c.is_alphabetic())
        && !is_uuid(text)
        && !is_email(text)
        && !is_ip(text)
}

static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,} | \bgh[pousr]_[A-Za-z0-9]{16,} | \bgithub_pat_\w{16,} | \bglpat-[\w-]{16,}
        | \bsk-[A-Za-z0-9_-]{16,} | \bxox[abeprs]-[\w-]{10,} | \bAIza[\w-]{30,} | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b | \bhv[sb]\.[\w-]{16,}
        | -----BEGIN | (?i:\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}) | (?i:\b(?:password|passwd|secret|token|api_?key)=[^\s&]{4,})
        | ://[^/\s:@]{1,64}:[^/\s@]{1,128}@",
    )
    .ok()
});

/// What must not be shown: a token, key or password somewhere in the text.
pub fn holds_secret(text: &str) -> bool {
    // Without its pattern nothing could be told apart: then everything is masked.
    SECRET.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

/// A value as it may stand in a comment: one short line, secrets masked, nothing in it that steers a reader's screen.
pub fn shown(text: &str, secret: bool) -> String {
    if secret || holds_secret(text) {
        return format!("(masked, {} characters)", text.chars().count());
    }
    one_line(text, 40)
}

/// Names, too, are written by others.
pub fn one_line(text: &str, most: usize) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let mut line: String =
        text.chars().take(most).map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}

/// A TOML basic string. Whatever stands in the text, it ends at its own quote.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}') =>
            {
                out.push_str(&format!("\\u{:04X}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_their_notation() {
        for (text, form) in [
            ("2026-03-02T10:00:00Z", Some(TimeForm::Rfc3339)),
            ("2026-03-02T10:00:00.5+01:00", Some(TimeForm::Rfc3339)),
            ("2026-03-02 10:00:00 UTC", Some(TimeForm::Zoned)),
            ("2026-03-02 10:00:00", Some(TimeForm::Naive)),
            ("2026-03-02", Some(TimeForm::Date)),
            ("1772445600", Some(TimeForm::Seconds)),
            ("1772445600.25", Some(TimeForm::Seconds)),
            ("1772445600000", Some(TimeForm::Millis)),
            ("1772445600000000", Some(TimeForm::Micros)),
            ("1772445600000000000", Some(TimeForm::Nanos)),
            ("03/04/2026 10:00", Some(TimeForm::Slashed)),
            ("10.0.0.1", None),
            ("33/44/2026", None),
            ("4711", None),
            ("tomorrow", None),
        ] {
            assert_eq!(time_form(text), form, "{text}");
        }
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        for text in [
            "ghp_0123456789abcdef0123",
            "https://x.example/?token=abcd1234",
            "Bearer abcdefghijklmnop",
            "eyJhbGciOiJI.eyJzdWIiOiIx.sig",
            "postgres://user:pass@db.example/x",
        ] {
            assert!(shown(text, false).starts_with("(masked, "), "{text}");
        }
        assert_eq!(shown("hunter2", true), "(masked, 7 characters)");
        assert_eq!(shown("order/881", false), "order/881");
        assert_eq!(shown("a\nb\u{202e}c", false), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn ids_words_and_agents() {
        assert!(
            is_id("gw-52e0e50de0")
                && is_id("9b1d0c1e-6f1a-4a55-9f0e-2f4f6a2d7c10")
                && !is_id("42.5")
                && !is_id("10.0.0.1")
        );
        assert!(is_word("order.refund") && !is_word("ada@example.org") && !is_word("two words"));
        assert!(
            is_user_agent("agent-runtime/2.4") && is_user_agent("Mozilla/5.0 (X11)") && !is_user_agent("order/881")
        );
        assert!(!is_user_agent("https://x.example/1.2"));
    }
}
