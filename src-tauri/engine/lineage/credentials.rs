//! Tokens by id, and leases of temporary credentials.

use rustc_hash::FxHashMap;

use crate::case::{IssuedRow, TokenRow, Verdict};
use crate::model::{CredentialKind, Time};

/// Token records by token id: issuances, and what came to be known of them.
#[derive(Debug, Default)]
pub struct Tokens {
    rows: Vec<TokenRow>,
    by_jti: FxHashMap<i64, Vec<usize>>,
    /// Records whose signature does not hold, by token id: they say nothing of the token.
    failed: FxHashMap<i64, Vec<i64>>,
}

impl Tokens {
    pub fn build(rows: Vec<TokenRow>) -> Tokens {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|n| (rows[*n].time, rows[*n].content));
        let mut by_jti: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
        let mut failed: FxHashMap<i64, Vec<i64>> = FxHashMap::default();
        for n in order {
            match (rows[n].jti, rows[n].verdict) {
                (Some(jti), Some(Verdict::Failed)) => failed.entry(jti).or_default().push(rows[n].event),
                (Some(jti), _) => by_jti.entry(jti).or_default().push(n),
                (None, _) => {}
            }
        }
        Tokens { rows, by_jti, failed }
    }

    /// Records of one token id, in the order of time.
    pub fn of(&self, jti: i64) -> impl Iterator<Item = &TokenRow> {
        self.by_jti.get(&jti).into_iter().flatten().map(|n| &self.rows[*n])
    }

    /// Records of this token id that its issuer's key did not sign.
    pub fn failed(&self, jti: i64) -> &[i64] {
        self.failed.get(&jti).map(Vec::as_slice).unwrap_or_default()
    }

    /// The record of an event.
    pub fn at(&self, event: i64) -> Option<&TokenRow> {
        self.rows.binary_search_by_key(&event, |r| r.event).ok().map(|n| &self.rows[n])
    }

    pub fn rows(&self) -> &[TokenRow] {
        &self.rows
    }
}

/// One handing-out of a temporary credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Event of the issuance, and the source whose clock it bears.
    pub event: i64,
    pub source: i64,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// Issuances by credential.
pub(super) fn leases(issued: &[IssuedRow]) -> FxHashMap<i64, Vec<Lease>> {
    let mut out: FxHashMap<i64, Vec<Lease>> = FxHashMap::default();
    let mut issued: Vec<&IssuedRow> = issued.iter().filter(|r| r.kind == CredentialKind::SessionKey).collect();
    issued.sort_by_key(|r| (r.time, r.content));
    for row in issued {
        out.entry(row.credential).or_default().push(Lease {
            event: row.event,
            source: row.source,
            from: row.time,
            until: row.expires,
        });
    }
    out
}
