//! Public keys of token services, and what became of the signatures that were checked with them.

use rusqlite::{OptionalExtension, params};

use super::derived::Derived;
use super::error::CaseError;
use super::store::Case;
use crate::model::{PublicKey, SigningKey};

/// A public key with the event that is its raw record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub event: i64,
    pub key: SigningKey,
}

/// What became of a token's signature. The weightier later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It holds, and whoever bears the token may send it.
    Bearer,
    /// It holds, and the token names the key of whoever may send it.
    Bound,
    /// The key that the token names did not sign it: what it says is anybody's word.
    Failed,
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Bearer => "bearer",
            Verdict::Bound => "bound",
            Verdict::Failed => "failed",
        }
    }

    pub fn from_word(word: &str) -> Option<Verdict> {
        [Verdict::Bearer, Verdict::Bound, Verdict::Failed].into_iter().find(|v| v.word() == word)
    }
}

/// A checked signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCheck {
    pub verdict: Verdict,
    /// As the token names it.
    pub algorithm: String,
    /// Event of the key set whose key it was.
    pub signer: i64,
    pub key_id: Option<String>,
}

impl Case {
    pub fn signing_keys(&self) -> Result<Vec<KeyRow>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT k.event, k.issuer, k.key_id, k.algorithm, k.kind, k.curve, k.x, k.y FROM signing_keys k
             JOIN events e ON e.id = k.event ORDER BY e.hash, k.n",
        )?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let (x, y) = (r.get::<_, String>(6)?, r.get::<_, Option<String>>(7)?.unwrap_or_default());
            let public = match r.get::<_, String>(4)?.as_str() {
                "RSA" => PublicKey::Rsa { n: x, e: y },
                "EC" => PublicKey::Curve { curve: r.get::<_, Option<String>>(5)?.unwrap_or_default(), x, y },
                _ => PublicKey::Ed25519 { x },
            };
            let key = SigningKey { issuer: r.get(1)?, id: r.get(2)?, algorithm: r.get(3)?, public };
            out.push(KeyRow { event: r.get(0)?, key });
        }
        Ok(out)
    }

    /// The bytes of every record whose token nobody vouches for; a block is unpacked once.
    pub fn each_raw_token(&self, mut visit: impl FnMut(i64, &[u8]) -> Result<(), CaseError>) -> Result<(), CaseError> {
        let mut query = self.db.prepare(
            "SELECT e.id, e.block, e.start, e.length FROM tokens t JOIN events e ON e.id = t.event
             WHERE t.unverified = 1 AND e.block IS NOT NULL ORDER BY e.block, e.start",
        )?;
        let mut rows = query.query([])?;
        let mut held: (i64, Vec<u8>) = (-1, Vec::new());
        while let Some(r) = rows.next()? {
            let (event, block) = (r.get(0)?, r.get::<_, i64>(1)?);
            if held.0 != block {
                held = (block, self.block(block)?);
            }
            let (start, length) = (r.get::<_, i64>(2)? as usize, r.get::<_, i64>(3)? as usize);
            if let Some(bytes) = held.1.get(start..start.saturating_add(length)) {
                visit(event, bytes)?;
            }
        }
        Ok(())
    }

    /// What became of the signature of one token record.
    pub fn token_check(&self, event: i64) -> Result<Option<TokenCheck>, CaseError> {
        let mut query =
            self.db.prepare_cached("SELECT verdict, algorithm, signer, key_id FROM token_checks WHERE event = ?1")?;
        let row: Option<(String, String, i64, Option<String>)> =
            query.query_row([event], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).optional()?;
        Ok(row.and_then(|(verdict, algorithm, signer, key_id)| {
            Some(TokenCheck { verdict: Verdict::from_word(&verdict)?, algorithm, signer, key_id })
        }))
    }
}

impl Derived<'_> {
    pub fn token_check(&self, event: i64, c: &TokenCheck) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO token_checks VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            event,
            c.verdict.word(),
            c.algorithm,
            c.signer,
            c.key_id
        ])?;
        Ok(())
    }
}
