//! A pasted secret, in each form in which a source is known to record one. Nothing here keeps the secret.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{entra, json, token_records};

/// An id under which a source may have recorded the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// `sha256_base64`, `jti`, `access_key_id`, ...
    pub form: &'static str,
    pub id: String,
}

/// Sources whose record of a secret cannot be computed from the secret alone, with the reason.
pub const NOT_COMPARABLE: &[(&str, &str)] = &[
    (
        "vault_audit",
        "Vault records an HMAC under a key of the audit device: ask Vault (sys/audit-hash) for the secret's hash",
    ),
    ("okta_system_log", "Okta records the number of an API token, not its hash: look the token up in Okta first"),
    ("databricks", "Databricks records the id of a personal access token: look the token up in Databricks first"),
    ("openai_audit", "OpenAI records the id of a key, not its hash: look the key up first"),
    ("anthropic_audit", "Anthropic records the id of a key, not its hash: look the key up first"),
];

/// The ids that stand for a secret: GitHub's `hashed_token` is the base64 of its SHA-256, a key fingerprint that of the
/// key's bytes, Azure Storage's `tokenHash` the hexadecimal one of a key, a token's `jti` or `uti` stands in the token, an
/// access key id of AWS beside its secret. AWS records no secret key in any form.
pub fn forms(secret: &str) -> Vec<Form> {
    let secret = secret.trim();
    let mut out: Vec<Form> = Vec::new();
    if secret.is_empty() {
        return out;
    }
    let mut add = |form: &'static str, id: String| {
        if !id.is_empty() && !out.iter().any(|f| f.id == id) {
            out.push(Form { form, id });
        }
    };
    for word in words(secret) {
        let access_key =
            word.len() >= 16 && word.len() <= 128 && (word.starts_with("AKIA") || word.starts_with("ASIA"));
        if access_key && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            add("access_key_id", word.to_string());
        }
    }
    add("itself", secret.to_string());
    add("sha256_labelled", token_records::hash(secret));
    for bytes in contents(secret) {
        let digest = Sha256::digest(&bytes);
        let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        add("sha256_base64", STANDARD.encode(digest));
        add("sha256_base64", STANDARD_NO_PAD.encode(digest));
        add("sha256_base64url", URL_SAFE_NO_PAD.encode(digest));
        add("fingerprint", format!("SHA256:{}", STANDARD_NO_PAD.encode(digest)));
        for key in ["key1", "key2"] {
            add("storage_key", format!("{key}({})", hex.to_uppercase()));
        }
        add("sha256_hex", hex.to_uppercase());
        add("sha256_hex", hex);
    }
    if let Some(claims) = token_records::decode(secret) {
        for pointer in ["/jti", "/uti", "/token_id"] {
            if let Some(id) = json::text(&claims, pointer) {
                add("jti", id.clone());
                if let Some(id) = entra::token_id(&id) {
                    add("jti", id);
                }
            }
        }
    }
    out
}

/// The parts of what was pasted: a line of a credentials file has a name before the secret.
fn words(secret: &str) -> impl Iterator<Item = &str> {
    secret.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
}

/// The secret as text, and where it is base64 the bytes that it stands for: a key is hashed as what it is.
fn contents(secret: &str) -> Vec<Vec<u8>> {
    let mut out = vec![secret.as_bytes().to_vec()];
    // `ssh-ed25519 AAAA... comment`
    let blob = match secret.strip_prefix("ssh-") {
        Some(rest) => rest.split_whitespace().nth(1).unwrap_or_default(),
        None => secret,
    };
    if blob.len() >= 32
        && let Ok(bytes) = STANDARD.decode(blob)
    {
        out.push(bytes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(secret: &str, form: &str, id: &str) -> bool {
        forms(secret).iter().any(|f| f.form == form && f.id == id)
    }

    #[test]
    fn a_secret_has_the_forms_that_sources_record() {
        // printf ghp_example | openssl dgst -sha256
        let digest = Sha256::digest(b"ghp_example");
        assert!(has("ghp_example\n", "sha256_base64", &STANDARD.encode(digest)));
        assert!(has("aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "access_key_id", "AKIAIOSFODNN7EXAMPLE"));
        // {"alg":"none"} . {"jti":"j1","sub":"ada"}
        assert!(has("eyJhbGciOiJub25lIn0.eyJqdGkiOiJqMSIsInN1YiI6ImFkYSJ9.", "jti", "j1"));
        assert!(forms("  ").is_empty());
    }

    #[test]
    fn hostile_pastes_are_only_text() {
        for text in ["AKIA", "eyJ.eyJ.eyJ", "ssh-", "ssh-x \u{202e} y", &"A".repeat(100_000), "\0\0"] {
            let _ = forms(text);
        }
    }
}
