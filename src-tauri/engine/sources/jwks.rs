//! Token service's public keys.
//!
//! - **Ask for**: the token service's key set as it was in the period (`jwks_uri` of its OpenID configuration; keys that were withdrawn since too), saved as a file.
//! - **Reads**: a JSON Web Key Set, one object with `keys`; the same inside an object that names the issuer (`issuer` or `iss` beside `keys` or `jwks`), or under the issuer's address. RSA keys, keys of the curves P-256 and P-384, and Ed25519 keys. Secret keys (`oct`) are no issuer's public word and are passed over, as are keys for encryption.
//! - **Recognised by**: an array `keys` whose objects have `kty`.
//! - **Filled by**: the reviewer, who vouches that the keys are the issuer's (`issuer`). Names no principal.
//! - **Answers**: whether the signature of a raw token holds, so that its subject and actor are the issuer's word and not the exporter's.
//! - **Never tells**: whose key a set without an issuer is: there the key id and the signature decide. Nor whether a token was used.
//! - **Documented in**: RFC 7517, RFC 7518 section 6, RFC 8037; OpenID Connect Discovery 1.0 section 3.
//! - **Group**: Tokens

use super::json::{self, Json};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, PublicKey, SigningKey};

pub const SOURCE: &dyn Source = &KeySet;

struct KeySet;

impl Source for KeySet {
    fn name(&self) -> &str {
        "jwks"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "an array of JSON Web Keys", |v| !sets(v).is_empty())
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let sets = sets(record.json()?);
        if sets.is_empty() {
            return Err(NotUnderstood::not_this("no array of JSON Web Keys"));
        }
        let keys: Vec<Entry> = sets
            .iter()
            .flat_map(|(issuer, set)| json::items(Some(set)).filter_map(|k| key(issuer.clone(), k)))
            .map(|key| Entry::Key(Box::new(key)))
            .collect();
        if keys.is_empty() {
            return Err(NotUnderstood::bad_row("no key of the set can verify a signature that Behalf knows"));
        }
        Ok(Understood::Entries(keys))
    }
}

/// The arrays of keys in a record, each with its issuer where the record names it.
fn sets(value: &Json) -> Vec<(Option<String>, &Json)> {
    let issuer = json::first_text(value, &["/issuer", "/iss"]);
    if let Some(set) = ["/keys", "/jwks/keys", "/jwks"].iter().find_map(|p| json::at(value, p).filter(|s| is_set(s))) {
        return vec![(issuer, set)];
    }
    // An object that holds one set for each issuer, by its address.
    json::members(Some(value))
        .filter(|(issuer, _)| issuer.contains("://"))
        .filter_map(|(issuer, v)| Some((Some(issuer.to_string()), json::at(v, "/keys").filter(|s| is_set(s))?)))
        .collect()
}

fn is_set(value: &Json) -> bool {
    let all = json::items(Some(value)).count();
    all > 0 && json::items(Some(value)).all(|key| json::text(key, "/kty").is_some())
}

/// One key that verifies signatures; `None` for what does not.
fn key(issuer: Option<String>, value: &Json) -> Option<SigningKey> {
    let part = |pointer: &str| json::text(value, pointer).filter(|text| !text.is_empty());
    if part("/use").is_some_and(|u| u != "sig") {
        return None;
    }
    let operations = json::at(value, "/key_ops").map(json::words);
    if operations.is_some_and(|ops| !ops.iter().any(|op| op == "verify")) {
        return None;
    }
    let public = match part("/kty")?.as_str() {
        "RSA" => PublicKey::Rsa { n: part("/n")?, e: part("/e")? },
        "EC" => PublicKey::Curve { curve: part("/crv")?, x: part("/x")?, y: part("/y")? },
        "OKP" if part("/crv")? == "Ed25519" => PublicKey::Ed25519 { x: part("/x")? },
        _ => return None,
    };
    Some(SigningKey { issuer: part("/iss").or(issuer), id: part("/kid"), algorithm: part("/alg"), public })
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn keys(text: &str) -> Vec<SigningKey> {
        match understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Entries(entries)) => entries
                .into_iter()
                .map(|entry| match entry {
                    Entry::Key(key) => *key,
                    other => panic!("{other:?}"),
                })
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    const RSA: &str = r#"{"kty":"RSA","kid":"k1","alg":"RS256","use":"sig","n":"AQAB","e":"AQAB"}"#;

    #[test]
    fn a_key_set_is_known_by_its_content_and_names_its_issuer_where_it_can() {
        let plain = format!(r#"{{"keys":[{RSA}]}}"#);
        assert_eq!(registry(Vec::new()).detect(&Form::Objects, &[plain.as_bytes()]).name(), "jwks");
        assert_eq!((keys(&plain)[0].issuer.as_deref(), keys(&plain)[0].id.as_deref()), (None, Some("k1")));
        for text in [
            format!(r#"{{"issuer":"https://sts.example.org","keys":[{RSA}]}}"#),
            format!(r#"{{"issuer":"https://sts.example.org","jwks_uri":"x","jwks":{{"keys":[{RSA}]}}}}"#),
            format!(r#"{{"https://sts.example.org":{{"keys":[{RSA}]}}}}"#),
        ] {
            assert_eq!(registry(Vec::new()).detect(&Form::Objects, &[text.as_bytes()]).name(), "jwks");
            assert_eq!(keys(&text)[0].issuer.as_deref(), Some("https://sts.example.org"), "{text}");
        }
    }

    #[test]
    fn a_secret_or_a_key_for_encryption_verifies_nothing() {
        let others = r#"{"kty":"oct","kid":"s","k":"AAAA"},{"kty":"RSA","kid":"e","use":"enc","n":"AQAB","e":"AQAB"}"#;
        assert_eq!(keys(&format!(r#"{{"keys":[{others},{RSA}]}}"#)).len(), 1);
        let text = format!(r#"{{"keys":[{others}]}}"#);
        assert!(understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2.is_err());
    }
}
