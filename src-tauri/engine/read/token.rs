//! A raw token (JWT) on a line of its own, as people paste and collect them.

/// The token of a line, without quotes, `Authorization:` and `Bearer`; `None` where the line is anything else.
pub fn raw_token(line: &str) -> Option<&str> {
    let mut text = line.trim().trim_end_matches(',').trim_matches(['"', '\'']).trim();
    for prefix in ["authorization:", "bearer ", "dpop "] {
        if text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            text = text[prefix.len()..].trim_start();
        }
    }
    is_token(text).then_some(text)
}

/// Three base64url parts, the first of which is a JSON object (`{"` is `eyJ`). The signature of an unsigned token is
/// empty.
fn is_token(text: &str) -> bool {
    let of_alphabet = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => {
            header.starts_with("eyJ")
                && claims.starts_with("ey")
                && [header, claims, signature].iter().all(|part| of_alphabet(part))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_the_forms_that_people_hand_in() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        for line in [
            token.to_string(),
            format!("  {token}\r"),
            format!("\"{token}\","),
            format!("Bearer {token}"),
            format!("authorization: bearer {token}"),
            format!("Authorization:Bearer {token}"),
        ] {
            assert_eq!(raw_token(&line), Some(token), "{line}");
        }
        assert!(raw_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.").is_some());
        for line in ["", "eyJ", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.c2ln", "eyJh.eyJz.c2.ln.x", "1.2.3", "see eyJh.eyJz.c2"]
        {
            assert_eq!(raw_token(line), None, "{line}");
        }
    }
}
