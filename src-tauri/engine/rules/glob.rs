//! Patterns of context files: `*` matches any characters, `/` too; everything else is itself.

/// Whether `pattern` covers `text`. Linear in space, never exponential: patterns come from exports.
pub fn covers(pattern: &str, text: &str) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), false, false)
}

/// As IAM policies mean it: `?` is any one character.
pub fn covers_iam(pattern: &str, text: &str, fold: bool) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), fold, true)
}

/// As [`covers`], with ASCII letters folded: actions are words, and products spell them either way.
pub fn covers_word(pattern: &str, word: &str) -> bool {
    matches(pattern.as_bytes(), word.as_bytes(), true, false)
}

/// Whether a service as a context file writes it is the one that a record names: `s3` is `s3.amazonaws.com` too.
pub fn covers_service(pattern: &str, service: &str) -> bool {
    covers_word(pattern.trim(), service)
        || service.split('.').next().is_some_and(|first| covers_word(pattern.trim(), first))
}

fn matches(pattern: &[u8], text: &[u8], fold: bool, one: bool) -> bool {
    let same = |a: u8, b: u8| a == b || (fold && a.eq_ignore_ascii_case(&b)) || (one && a == b'?');
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last star: (after the star, text position it has swallowed up to).
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            retry = Some((p + 1, t));
            p += 1;
        } else if p < pattern.len() && same(pattern[p], text[t]) {
            p += 1;
            t += 1;
        } else if let Some((after, swallowed)) = retry {
            retry = Some((after, swallowed + 1));
            p = after;
            t = swallowed + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

/// Characters that are not stars: of two patterns that cover a thing, the one with more of them is nearer to it.
pub fn weight(pattern: &str) -> usize {
    pattern.bytes().filter(|b| *b != b'*').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_slashes_and_nothing_is_a_match_too() {
        assert!(covers("order/*", "order/12/items"));
        assert!(covers("*", ""));
        assert!(covers("a*b*c", "a/b/b/c"));
        assert!(!covers("order/*", "orders/1"));
        assert!(!covers("patient/70", "patient/707"));
        assert!(!covers("Order/1", "order/1") && covers_word("S3:Get*", "s3:GetObject"));
        assert!(covers_iam("s3:?et*", "S3:GetObject", true) && !covers_iam("s3:?etObject", "s3:etObject", true));
        assert!(!covers("report?", "report1") && covers("report?", "report?"));
    }

    #[test]
    fn a_hostile_pattern_costs_no_more_than_its_length_times_the_text() {
        let pattern = "a*".repeat(2_000) + "b";
        assert!(!covers(&pattern, &"a".repeat(20_000)));
    }
}
