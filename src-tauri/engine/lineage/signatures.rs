//! Signatures of raw tokens, checked with the public keys that the reviewer supplies (RFC 7515, RFC 7518).
//!
//! The key says which algorithms it can be asked for, never the token: a token that names a secret-key algorithm or none
//! is verified by nothing, whatever is in it.

use std::collections::BTreeMap;

use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};

use crate::case::{Case, CaseError, Derived, KeyRow, TokenCheck, TokenRow, Verdict};
use crate::model::{Principal, PublicKey, TokenFacts};
use crate::read::raw_token;
use crate::sources::json::{self, Json};
use crate::sources::token_records;

/// Longest token that is checked: hostile text is not decoded without end.
const LONGEST: usize = 1 << 20;

/// Checks every raw token of the case, and keeps what was found. Without a key nothing is read.
pub fn check(case: &Case, derived: &Derived<'_>) -> Result<Checked, CaseError> {
    let keys = Keys::of(case.signing_keys()?);
    let mut out = Checked::default();
    if keys.all.is_empty() {
        return Ok(out);
    }
    let names = case.principals()?;
    let rows: BTreeMap<i64, TokenRow> =
        case.tokens()?.into_iter().filter(|t| t.unverified).map(|t| (t.event, t)).collect();
    case.each_raw_token(|event, bytes| {
        let Some(row) = rows.get(&event) else { return Ok(()) };
        let id = row.jti.map(|jti| case.text(jti)).transpose()?;
        let Some(found) = checked(&keys, bytes, row, id.as_deref(), &names) else { return Ok(()) };
        out.count(found.verdict);
        derived.token_check(event, &found)
    })?;
    Ok(out)
}

/// How many tokens were checked, by what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    pub held: u64,
    pub failed: u64,
}

impl Checked {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Failed => self.failed += 1,
            Verdict::Bearer | Verdict::Bound => self.held += 1,
        }
    }
}

/// The token of the record whose id and claims the case holds, and what became of its signature.
fn checked(keys: &Keys, bytes: &[u8], row: &TokenRow, id: Option<&str>, names: &[Principal]) -> Option<TokenCheck> {
    let text = String::from_utf8_lossy(bytes);
    let tokens = tokens(&text).filter(|token| {
        token_records::bearer(token).is_some_and(|(own, facts)| Some(own.as_str()) == id && says(&facts, row, names))
    });
    // Two tokens of one id in one record: one that does not hold outweighs one that does.
    tokens.filter_map(|token| keys.verdict(token)).max_by_key(|check| check.verdict)
}

/// Whether the row is made of just these claims: nothing beside the token may borrow its signature.
fn says(facts: &TokenFacts, row: &TokenRow, names: &[Principal]) -> bool {
    let is = |id: Option<i64>, principal: Option<&Principal>| id.and_then(|p| names.get(p as usize)) == principal;
    is(row.subject, facts.subject.as_ref())
        && is(row.client, facts.client.as_ref())
        && row.actors.len() == facts.actors.len()
        && row.actors.iter().zip(&facts.actors).all(|(id, actor)| is(Some(*id), Some(actor)))
}

/// What looks like a token, anywhere in the text of a record.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '.');
    text.split(move |c| !part(c)).filter(|word| word.len() <= LONGEST && raw_token(word).is_some())
}

/// The keys of a case by their ids.
struct Keys {
    all: Vec<KeyRow>,
}

impl Keys {
    fn of(all: Vec<KeyRow>) -> Keys {
        Keys { all }
    }

    /// `None` where no key speaks of the token: none has its id, or it names none and no key verifies it.
    fn verdict(&self, token: &str) -> Option<TokenCheck> {
        let (signed, signature) = token.rsplit_once('.')?;
        let header = part(signed.split('.').next()?)?;
        let claims = part(signed.split('.').nth(1)?)?;
        let (algorithm, id) = (json::text(&header, "/alg")?, json::text(&header, "/kid"));
        let issuer = json::text(&claims, "/iss");
        let mine = |key: &&KeyRow| match (&key.key.issuer, &issuer) {
            (Some(of), Some(by)) => of.trim_end_matches('/') == by.trim_end_matches('/'),
            _ => true,
        };
        let named: Vec<&KeyRow> = self.all.iter().filter(mine).filter(|k| id.is_none() || k.key.id == id).collect();
        let signature = token_records::base64(signature).unwrap_or_default();
        let told = |verdict, key: &KeyRow| TokenCheck {
            verdict,
            algorithm: algorithm.chars().take(16).collect(),
            signer: key.event,
            key_id: key.key.id.clone(),
        };
        let holds = |key: &&&KeyRow| verifies(key, &algorithm, signed.as_bytes(), &signature);
        match (named.iter().find(holds), named.first()) {
            (Some(key), _) => Some(told(if is_bound(&claims) { Verdict::Bound } else { Verdict::Bearer }, key)),
            // A key of the id that the token names is here, and is not what signed it.
            (None, Some(key)) if id.is_some() => Some(told(Verdict::Failed, key)),
            _ => None,
        }
    }
}

fn part(text: &str) -> Option<Json> {
    json::parse(&token_records::base64(text)?).ok()
}

/// The token names the key of whoever may send it: RFC 9449 (`jkt`), RFC 8705 (`x5t#S256`).
fn is_bound(claims: &Json) -> bool {
    ["/cnf/jkt", "/cnf/x5t#S256"].iter().any(|p| json::text(claims, p).is_some_and(|t| !t.is_empty()))
}

fn verifies(key: &KeyRow, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    if key.key.algorithm.as_deref().is_some_and(|only| only != algorithm) {
        return false;
    }
    let bytes = |text: &str| token_records::base64(text).unwrap_or_default();
    match &key.key.public {
        PublicKey::Rsa { n, e } => {
            // The numbers are read as numbers: some writers put a zero byte in front.
            let number = |text| bytes(text).into_iter().skip_while(|b| *b == 0).collect::<Vec<u8>>();
            let (n, e) = (number(n), number(e));
            rsa(algorithm).is_some_and(|parameters| {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            })
        }
        PublicKey::Curve { curve, x, y } => {
            let known: Option<(&dyn VerificationAlgorithm, usize)> = match (curve.as_str(), algorithm) {
                ("P-256", "ES256") => Some((&signature::ECDSA_P256_SHA256_FIXED, 32)),
                ("P-384", "ES384") => Some((&signature::ECDSA_P384_SHA384_FIXED, 48)),
                _ => None,
            };
            let (x, y) = (bytes(x), bytes(y));
            known.filter(|(_, size)| x.len() == *size && y.len() == *size).is_some_and(|(parameters, _)| {
                // An uncompressed point (SEC 1 section 2.3.3).
                let point: Vec<u8> = std::iter::once(4).chain(x).chain(y).collect();
                UnparsedPublicKey::new(parameters, point).verify(message, signature).is_ok()
            })
        }
        PublicKey::Ed25519 { x } => {
            matches!(algorithm, "EdDSA" | "Ed25519")
                && UnparsedPublicKey::new(&signature::ED25519, bytes(x)).verify(message, signature).is_ok()
        }
    }
}

fn rsa(algorithm: &str) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
