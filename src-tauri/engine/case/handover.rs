//! What leaves with a case that is handed over: a copy of it, and the key under which its copies are redacted.

use std::path::Path;

use rusqlite::OptionalExtension;

use super::error::CaseError;
use super::store::Case;

impl Case {
    /// The case's own key: the one it has, else `fresh`, which it then keeps. Whoever holds the case holds the key.
    pub fn own_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], CaseError> {
        let tx = rusqlite::Transaction::new_unchecked(&self.db, rusqlite::TransactionBehavior::Immediate)?;
        let held: Option<[u8; 32]> = tx.query_row("SELECT key FROM own_key", [], |r| r.get(0)).optional()?;
        let key = match held {
            Some(key) => key,
            None => {
                tx.execute("INSERT INTO own_key VALUES (1, ?1)", [fresh])?;
                fresh
            }
        };
        tx.commit()?;
        Ok(key)
    }

    /// A copy made by the database itself, so that what still lies in its write-ahead log is in it too.
    pub fn copy_to(&self, to: &Path) -> Result<(), CaseError> {
        self.db
            .execute("VACUUM INTO ?1", [to.to_string_lossy()])
            .map(|_| ())
            .map_err(|cause| CaseError::Backup { cause: cause.to_string() })
    }
}
