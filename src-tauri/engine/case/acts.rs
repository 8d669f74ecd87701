//! Rows of the reviewer's log. Nothing here changes or removes one.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::error::CaseError;
use super::store::Case;
use crate::model::{Act, Deed, Interval, Present, Scope, Time};

/// An act as its row stands, for the check of the chain.
#[derive(Debug, Clone)]
pub struct ActRow {
    pub seq: i64,
    pub at: Time,
    pub who: String,
    pub word: String,
    pub body: String,
    pub prior: String,
    pub hash: String,
}

/// Who or what wrote a record, by the ids of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenBy {
    Principals(BTreeSet<i64>),
    Credential(i64),
    Host(i64),
    Source(i64),
}

impl Case {
    /// Appends the act that `make` makes of the last one's number and hash; two writers cannot both follow one act.
    pub fn append_act(
        &self,
        make: impl FnOnce(Option<(i64, String)>) -> Result<Act, CaseError>,
    ) -> Result<Act, CaseError> {
        let tx = rusqlite::Transaction::new_unchecked(&self.db, rusqlite::TransactionBehavior::Immediate)?;
        let last = tx
            .query_row("SELECT seq, hash FROM acts ORDER BY seq DESC LIMIT 1", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let act = make(last)?;
        let body = serde_json::to_string(&act.deed).map_err(|e| CaseError::Defect { detail: e.to_string() })?;
        tx.execute(
            "INSERT INTO acts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![act.seq, act.at.0, act.who, act.deed.word(), body, act.prior, act.hash],
        )?;
        tx.commit()?;
        Ok(act)
    }

    pub fn act_rows(&self) -> Result<Vec<ActRow>, CaseError> {
        let mut query = self.db.prepare("SELECT seq, at, who, what, body, prior, hash FROM acts ORDER BY seq")?;
        let rows = query.query_map([], |r| {
            Ok(ActRow {
                seq: r.get(0)?,
                at: Time(r.get(1)?),
                who: r.get(2)?,
                word: r.get(3)?,
                body: r.get(4)?,
                prior: r.get(5)?,
                hash: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every act, oldest first. A body that this program does not understand is an error: to leave an act out would be to
    /// change what it decided.
    pub fn acts(&self) -> Result<Vec<Act>, CaseError> {
        let read = |row: ActRow| -> Result<Act, CaseError> {
            let deed: Deed = serde_json::from_str(&row.body)
                .map_err(|e| CaseError::Defect { detail: format!("act {}: {e}", row.seq) })?;
            Ok(Act { seq: row.seq, at: row.at, who: row.who, deed, prior: row.prior, hash: row.hash })
        };
        self.act_rows()?.into_iter().map(read).collect()
    }

    /// What the acts say together, without those that were undone.
    pub fn present(&self) -> Result<Present, CaseError> {
        Ok(Present::of(&self.acts()?))
    }

    /// Hash of the last act; none where there is none.
    pub fn head(&self) -> Result<Option<String>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT hash FROM acts ORDER BY seq DESC LIMIT 1")?;
        Ok(query.query_row([], |r| r.get(0)).optional()?)
    }

    /// The scope in force; none where none was set.
    pub fn scope(&self) -> Result<Option<Scope>, CaseError> {
        Ok(self.present()?.scope)
    }

    /// Records of one writer within an interval, and those without a time: all but plain calls, and calls that handed out
    /// a credential. Calls are judged one by one as they are attributed.
    pub fn written_by(&self, by: &WrittenBy, during: Interval) -> Result<Vec<i64>, CaseError> {
        let (condition, ids): (&str, Vec<i64>) = match by {
            WrittenBy::Principals(them) => (
                "(e.wire = ?1 OR (e.kind IN (3, 4, 7) AND EXISTS
                  (SELECT 1 FROM claims c WHERE c.event = e.id AND c.role = 1 AND c.principal = ?1)))",
                them.iter().copied().collect(),
            ),
            WrittenBy::Credential(id) => ("e.credential = ?1", vec![*id]),
            WrittenBy::Host(id) => ("e.host = ?1", vec![*id]),
            WrittenBy::Source(id) => ("e.source = ?1", vec![*id]),
        };
        let mut query = self.db.prepare(&format!(
            "SELECT e.id FROM events e WHERE {condition}
             AND (e.time IS NULL OR (e.time >= ?2 AND e.time <= ?3))
             AND (e.kind <> 0 OR e.id IN (SELECT event FROM issued))"
        ))?;
        let (from, to) = (during.from.map_or(i64::MIN, |t| t.0), during.to.map_or(i64::MAX, |t| t.0));
        let mut out = BTreeSet::new();
        for id in ids {
            for event in query.query_map([id, from, to], |r| r.get(0))? {
                out.insert(event?);
            }
        }
        Ok(out.into_iter().collect())
    }
}
