//! Rows of the reviewer's log. Nothing here changes or removes one.

use rusqlite::{OptionalExtension, params};

use super::error::CaseError;
use super::store::Case;
use crate::model::{Act, Deed, Scope, Time};

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

    /// The scope that was set last; none where none ever was.
    pub fn scope(&self) -> Result<Option<Scope>, CaseError> {
        Ok(self.acts()?.iter().rev().find_map(Act::scope).cloned())
    }
}
