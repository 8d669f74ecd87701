//! Secrets in text (tokens, keys, passwords): found by their form, replaced by a keyed hash. The hash shows that one
//! secret stands in two places and does not show the secret; without the case's key it cannot be guessed from a list.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::redact::Key;

/// Forms that their makers document, then a value after a name that says what it is. Where a group is named `s`, only
/// that is the secret.
const FORMS: [&str; 12] = [
    // JSON Web Token, RFC 7519: a JSON header in base64url begins with `eyJ`.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    // GitHub's tokens, and GitLab's.
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    // Slack; model providers and Stripe; Google's API keys and access tokens; Vault.
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\b(?:sk|rk|pk)[-_][A-Za-z0-9_-]{20,}",
    r"\bAIza[0-9A-Za-z_-]{30,}|\bya29\.[0-9A-Za-z_-]{20,}",
    r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)",
    r"(?i)\b(?:bearer|basic)\s+(?P<b>[A-Za-z0-9._~+/=-]{16,})",
    // `password=...` in a query, a JSON member, a shell line.
    r#"(?i)(?:password|passwd|client_secret|api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|secret[_-]?access[_-]?key|session[_-]?token)\\?["']?\s*[:=]\s*\\?["']?(?P<v>[^\s"'\\,;&}<>\[\]()]{6,})"#,
    // The password in an address.
    r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:(?P<u>[^/\s:@]{3,})@",
];

static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&FORMS.join("|")).ok());

/// The text without its secrets, and how many there were. Without a key a secret is only taken out.
pub fn cut<'t>(text: &'t str, key: Option<&Key>) -> (Cow<'t, str>, u32) {
    let Some(any) = &*ANY else { return (Cow::Borrowed(text), 0) };
    let mut found = 0;
    let out = any.replace_all(text, |hit: &Captures<'_>| {
        let whole = hit.get_match();
        let secret = ["b", "v", "u"].iter().find_map(|name| hit.name(name)).unwrap_or(whole);
        // What was replaced already is no secret.
        if secret.as_str().starts_with('\u{27e6}') {
            return whole.as_str().to_owned();
        }
        found += 1;
        let before = &text[whole.start()..secret.start()];
        let after = &text[secret.end()..whole.end()];
        format!("{before}{}{after}", mark(secret.as_str(), key))
    });
    (out, found)
}

/// White square brackets: no source writes them, and no form above takes them for part of a secret.
fn mark(secret: &str, key: Option<&Key>) -> String {
    match key {
        Some(key) => format!("\u{27e6}secret {}\u{27e7}", key.tag("secret", secret, 16)),
        None => "\u{27e6}secret withheld\u{27e7}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here, so that no scanner of sources takes this file for a leak.
    fn samples() -> Vec<(String, String)> {
        let long = "Ab1".repeat(12);
        let jwt = format!("eyJ{}.eyJ{}.{}", "hbGciOiJI", "zdWIiOiJh", "c2lnbmF0dXJl");
        let of = |text: String, secret: &str| (text, secret.to_owned());
        vec![
            of(format!("sent {jwt} to"), &jwt),
            of(format!("gh{}_{long}", "p"), &long),
            of(format!("https://git.example/?access_token={long}&x=1"), &long),
            of(format!("{{\"password\": \"hunter22\", \"n\": {}}}", 1), "hunter22"),
            of(format!("{{\\\"client_secret\\\":\\\"{long}\\\"}}"), &long),
            of(format!("Authorization: Bearer {long}"), &long),
            of("postgres://app:s3cret-word@db.example/x".to_owned(), "s3cret-word"),
            of(format!("-----BEGIN RSA {} KEY-----\nMIIE{long}\n", "PRIVATE"), &long),
        ]
    }

    #[test]
    fn a_secret_leaves_as_its_keyed_hash_and_the_rest_stays() {
        let (one, other) = (Key([1; 32]), Key([2; 32]));
        for (text, secret) in samples() {
            let (out, n) = cut(&text, Some(&one));
            assert_eq!(n, 1, "{text}");
            assert!(!out.contains(&secret), "{out}");
            assert_eq!(out, cut(&text, Some(&one)).0);
            assert_ne!(out, cut(&text, Some(&other)).0, "no key, no guess");
            assert_eq!(cut(&out, Some(&one)), (Cow::Borrowed(&*out), 0), "once is enough");
            assert!(!cut(&text, None).0.contains(&secret));
        }
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "Ask for the refresh token's exchange log.",
            "4f1c22d0-7b1e-4a8e-9c57-0000a11ce000",
            "AKIAIOSFODNN7EXAMPLE was used by claims-agent",
            "https://api.example:8443/v1/x?a=1",
            "sk-short",
        ] {
            assert_eq!(cut(text, None), (Cow::Borrowed(text), 0));
        }
    }
}
