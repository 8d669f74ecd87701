//! Words that stand for nobody. An identity slot that holds one is empty, with its reason; it is never an actor.

use crate::model::WhyEmpty;

/// Text of an identity slot, or why it is empty.
pub fn somebody(text: &str) -> Result<&str, WhyEmpty> {
    let text = text.trim();
    let bare = text.trim_matches(|c: char| matches!(c, '<' | '>' | '[' | ']' | '*' | '"' | '(' | ')'));
    const ABSENT: [&str; 13] = [
        "",
        "-",
        "n/a",
        "na",
        "null",
        "nil",
        "none",
        "unknown",
        "undefined",
        "anonymous",
        "anonymous_principal",
        "system:anonymous",
        "00000000-0000-0000-0000-000000000000",
    ];
    const REDACTED: [&str; 5] = ["redacted", "hidden_due_to_security_reasons", "hidden", "masked", "removed"];
    let is = |words: &[&str]| words.iter().any(|w| bare.eq_ignore_ascii_case(w));
    // `***` and `xxxx` are what redaction leaves behind.
    let blotted = !text.is_empty() && text.len() >= 3 && text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '█'));
    if is(&REDACTED) || blotted {
        return Err(WhyEmpty::Redacted);
    }
    if is(&ABSENT) { Err(WhyEmpty::Absent) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_nobody_and_names_are_somebody() {
        for text in [
            "",
            " ",
            "Anonymous",
            "unknown",
            "ANONYMOUS_PRINCIPAL",
            "-",
            "null",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(somebody(text), Err(WhyEmpty::Absent), "{text}");
        }
        for text in ["HIDDEN_DUE_TO_SECURITY_REASONS", "<redacted>", "[REDACTED]", "********"] {
            assert_eq!(somebody(text), Err(WhyEmpty::Redacted), "{text}");
        }
        assert_eq!(somebody(" ada@example.org "), Ok("ada@example.org"));
        assert_eq!(somebody("hidden-figures-agent"), Ok("hidden-figures-agent"));
    }
}
