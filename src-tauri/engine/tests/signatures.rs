//! Raw tokens whose signatures are checked here: what a signature that holds proves, and what one that does not.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use behalf_engine::analysis::{self, Loaded};
use behalf_engine::ask;
use behalf_engine::ask::attributions::AttributionRow;
use fixtures::{Export, Given, answers, given};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};

const ADA: &str = "ada@fern.example";
const BEN: &str = "ben@fern.example";
const ISSUER: &str = "https://sts.fern.example";
const DIRECTORY: &str =
    "id,email,name,type\nP1,ada@fern.example,Ada,person\nP2,ben@fern.example,Ben,person\nhelper,,helper,agent\n";
const MAPPING: &str = r#"
name = "edge"
records = "ndjson"
kind = "call"
detect = ["/ref", "/op"]
populated_by = "gateway"
[fields]
time = "/at"
id = "/ref"
action = "/op"
wire = "/client"
token = "/token"
"#;

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of the test's own, with its public half as a key set shows it.
enum Signer {
    Rsa(Box<RsaKeyPair>),
    Curve(EcdsaKeyPair, &'static str),
    Edwards(Ed25519KeyPair),
}

impl Signer {
    /// The key of RFC 7515, appendix A.2: published, so that it is nobody's secret.
    fn rsa() -> Signer {
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let key = signature::RsaKeyPair::from_components(&ring::rsa::KeyPairComponents {
            public_key: ring::rsa::PublicKeyComponents { n: part(RSA_N), e: part("AQAB") },
            d: part(RSA[0]),
            p: part(RSA[1]),
            q: part(RSA[2]),
            dP: part(RSA[3]),
            dQ: part(RSA[4]),
            qInv: part(RSA[5]),
        });
        Signer::Rsa(Box::new(key.unwrap()))
    }

    fn curve(name: &'static str) -> Signer {
        let parameters = match name {
            "P-256" => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            _ => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        };
        let random = SystemRandom::new();
        let secret = EcdsaKeyPair::generate_pkcs8(parameters, &random).unwrap();
        Signer::Curve(EcdsaKeyPair::from_pkcs8(parameters, secret.as_ref(), &random).unwrap(), name)
    }

    fn edwards() -> Signer {
        let secret = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Signer::Edwards(Ed25519KeyPair::from_pkcs8(secret.as_ref()).unwrap())
    }

    fn public(&self, id: &str) -> Value {
        let mut key = match self {
            Signer::Rsa(_) => json!({"kty": "RSA", "n": RSA_N, "e": "AQAB"}),
            Signer::Curve(key, name) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": name, "x": text(x), "y": text(y)})
            }
            Signer::Edwards(key) => json!({"kty": "OKP", "crv": "Ed25519", "x": text(key.public_key().as_ref())}),
        };
        if !id.is_empty() {
            key["kid"] = json!(id);
        }
        key
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Signer::Rsa(key) => {
                let padding: &dyn signature::RsaEncoding = match algorithm {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut out = vec![0; key.public().modulus_len()];
                key.sign(padding, &random, message, &mut out).unwrap();
                out
            }
            Signer::Curve(key, _) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Signer::Edwards(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    fn token(&self, algorithm: &str, id: &str, claims: &Value) -> String {
        let signed = unsigned(algorithm, id, claims);
        let signature = self.sign(algorithm, signed.as_bytes());
        format!("{signed}.{}", text(&signature))
    }
}

fn unsigned(algorithm: &str, id: &str, claims: &Value) -> String {
    let mut header = json!({"alg": algorithm, "typ": "at+jwt"});
    if !id.is_empty() {
        header["kid"] = json!(id);
    }
    format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()))
}

fn claims(id: &str, more: Value) -> Value {
    let mut all = json!({"iss": ISSUER, "jti": id, "sub": ADA, "act": {"sub": "helper"}, "client_id": "helper", "aud": "notes", "iat": 1772532000, "exp": 1772532300});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn bound() -> Value {
    json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}})
}

/// A case of raw tokens, each with a call of its id, under the keys of one set.
fn house(tokens: &[(&str, String)], keys: &[(&str, Value)]) -> (Given, BTreeMap<String, AttributionRow>) {
    let calls = tokens.iter().map(|(id, _)| {
        format!("{}\n", json!({"at": "2026-03-03T10:00:10Z", "ref": format!("call-{id}"), "op": "note.append", "client": "edge-1", "token": id}))
    });
    let mut exports = vec![
        ("calls.ndjson".to_string(), calls.collect::<String>()),
        ("tokens.txt".into(), tokens.iter().map(|(_, token)| format!("{token}\n")).collect()),
        ("directory.csv".into(), DIRECTORY.into()),
    ];
    exports.extend(keys.iter().map(|(name, set)| (name.to_string(), set.to_string())));
    let exports: Vec<Export> =
        exports.into_iter().map(|(name, text)| Export { name, bytes: text.into_bytes() }).collect();
    let given = given(&exports, &[MAPPING]);
    assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
    let rows = answers(&given.case).rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    (given, rows)
}

/// Person, grade and evidence of a token's call.
fn told<'a>(rows: &'a BTreeMap<String, AttributionRow>, id: &str) -> (Option<&'a str>, Option<&'a str>, String) {
    let row = &rows[&format!("call-{id}")];
    (row.human.as_deref(), row.grade.as_deref(), row.evidence.join(" "))
}

#[test]
fn each_algorithm_proves_a_bound_token() {
    let (rsa, p256, p384, edwards) = (Signer::rsa(), Signer::curve("P-256"), Signer::curve("P-384"), Signer::edwards());
    let of = [
        (&rsa, "r", vec!["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
        (&p256, "p2", vec!["ES256"]),
        (&p384, "p3", vec!["ES384"]),
        (&edwards, "e", vec!["EdDSA"]),
    ];
    let mut tokens = Vec::new();
    for (signer, key, algorithms) in &of {
        tokens.extend(algorithms.iter().map(|a| (*a, signer.token(a, key, &claims(a, bound())))));
    }
    let set = json!({"keys": of.iter().map(|(signer, key, _)| signer.public(key)).collect::<Vec<_>>()});
    let (given, rows) = house(&tokens, &[("jwks.json", set)]);
    for (id, _) in &tokens {
        assert_eq!(told(&rows, id), (Some(ADA), Some("A"), "K1 K4".into()), "{id}");
        let row = &rows[*id];
        assert_eq!(
            (row.human.as_deref(), row.grade.as_deref()),
            (Some(ADA), Some("A")),
            "the token's own record: {id}"
        );
        let loaded = Loaded::load(&given.case).unwrap();
        let who = ask::who::who(&given.case, &loaded, &format!("call-{id}")).unwrap();
        assert_eq!((who.agent.as_deref(), who.agent_grade.as_deref()), (Some("helper"), Some("A")), "{id}");
        assert!(who.proofs[0].evidence[0].sentence.contains(&format!("({id})")), "{:?}", who.proofs);
    }
}

#[test]
fn a_bearer_token_that_holds_is_the_issuers_word_and_no_more() {
    let signer = Signer::curve("P-256");
    let tokens = [("t1", signer.token("ES256", "k", &claims("t1", json!({}))))];
    let (_, rows) = house(&tokens, &[("jwks.json", json!({"issuer": ISSUER, "keys": [signer.public("k")]}))]);
    assert_eq!(told(&rows, "t1"), (Some(ADA), Some("A"), "K2 K4".into()));
    assert_eq!(rows["t1"].grade.as_deref(), Some("B"));
    // Without the key the exporter says so, and nobody else.
    let (_, rows) = house(&tokens, &[]);
    assert_eq!(told(&rows, "t1"), (Some(ADA), Some("B"), "K3".into()));
    // The key of another issuer says nothing of this one's token.
    let (_, rows) =
        house(&tokens, &[("jwks.json", json!({"issuer": "https://other.example", "keys": [signer.public("k")]}))]);
    assert_eq!(told(&rows, "t1"), (Some(ADA), Some("B"), "K3".into()));
}

#[test]
fn what_the_named_key_did_not_sign_names_nobody() {
    let (signer, other) = (Signer::rsa(), Signer::edwards());
    let honest = signer.token("RS256", "k", &claims("tampered", bound()));
    let signature = honest.rsplit_once('.').unwrap().1;
    let tampered = format!("{}.{signature}", unsigned("RS256", "k", &claims("tampered", json!({"sub": BEN}))));
    let wrong = format!("{}.{signature}", unsigned("RS256", "k", &claims("wrong", bound())));
    // The public key is no secret: whoever has it can make such a "signature".
    let confused = {
        let signed = unsigned("HS256", "k", &claims("confused", bound()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, RSA_N.as_bytes());
        format!("{signed}.{}", text(ring::hmac::sign(&key, signed.as_bytes()).as_ref()))
    };
    let crossed = other.token("EdDSA", "k", &claims("crossed", bound()));
    let none = format!("{}.{signature}", unsigned("none", "k", &claims("none", bound())));
    let empty = format!("{}.", unsigned("none", "k", &claims("empty", bound())));
    let tokens = [
        ("tampered", tampered),
        ("wrong", wrong),
        ("confused", confused),
        ("crossed", crossed),
        ("none", none),
        ("empty", empty),
    ];
    let set = json!({"keys": [signer.public("k"), {"kty": "oct", "kid": "k", "k": RSA_N}]});
    let (given, rows) = house(&tokens, &[("jwks.json", set)]);
    for (id, _) in &tokens {
        assert_eq!(rows[&format!("call-{id}")].human, None, "{id}");
        assert_eq!(rows[*id].human, None, "the token's own record: {id}");
    }
    let loaded = Loaded::load(&given.case).unwrap();
    let who = ask::who::who(&given.case, &loaded, "call-tampered").unwrap();
    assert!(who.cautions.iter().any(|c| c.contains("did not sign")), "{:?}", who.cautions);
    let notes = analysis::analyze(&given.case, &()).unwrap().notes;
    assert!(notes.iter().any(|n| n.starts_with("4 raw tokens") && n.contains("prove nothing")), "{notes:?}");
}

#[test]
fn a_token_without_a_key_id_is_tried_with_every_key_and_failed_by_none() {
    let (signer, other) = (Signer::curve("P-384"), Signer::curve("P-384"));
    let tokens = [
        ("held", signer.token("ES384", "", &claims("held", bound()))),
        ("strange", other.token("ES384", "", &claims("strange", bound()))),
        ("other-key", other.token("ES384", "k9", &claims("other-key", bound()))),
    ];
    let set = json!({"keys": [Signer::edwards().public("a"), Signer::rsa().public("b"), signer.public("c")]});
    let (_, rows) = house(&tokens, &[("jwks.json", set)]);
    assert_eq!(told(&rows, "held").2, "K1 K4");
    // No key received speaks of them: nobody checked them, as without any key.
    assert_eq!((told(&rows, "strange").2, told(&rows, "other-key").2), ("K3".into(), "K3".into()));
}

#[test]
fn keys_may_come_after_the_tokens_and_an_earlier_key_of_the_same_id_hides_no_later_one() {
    let (signer, earlier) = (Signer::edwards(), Signer::edwards());
    let tokens = [("t1", signer.token("EdDSA", "k", &claims("t1", bound())))];
    let (mut given, rows) = house(&tokens, &[("2025.json", json!({"keys": [earlier.public("k")]}))]);
    assert_eq!(told(&rows, "t1").0, None);
    let more =
        Export { name: "2026.json".into(), bytes: json!({"keys": [signer.public("k")]}).to_string().into_bytes() };
    let paths = fixtures::lay(given.folder.path(), &[more]);
    fixtures::import(&mut given.case, &paths, &[MAPPING], 1);
    analysis::analyze(&given.case, &()).unwrap();
    let rows: BTreeMap<_, _> = answers(&given.case).rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    assert_eq!(told(&rows, "t1"), (Some(ADA), Some("A"), "K1 K4".into()));
}

#[test]
fn nothing_beside_a_token_borrows_its_signature() {
    let signer = Signer::edwards();
    let token = signer.token("EdDSA", "k", &claims("t1", bound()));
    // Claims of somebody else around an honest token of the same id.
    let mut around = claims("t1", json!({"sub": BEN}));
    around["access_token"] = json!(token);
    let tokens = [("t1", around.to_string())];
    let (_, rows) = house(&tokens, &[("jwks.json", json!({"keys": [signer.public("k")]}))]);
    assert_eq!(told(&rows, "t1"), (Some(BEN), Some("B"), "K3".into()));
}

const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
/// d, p, q, dp, dq, qi of RFC 7515, appendix A.2.
const RSA: [&str; 6] = [
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
    "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
    "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
    "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
    "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
    "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
];
