//! Text and principals as numbers.

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::error::CaseError;
use crate::model::Principal;

/// Numbers for repeated text while a bulk is written. Loads what the case already holds.
pub(super) struct Interner {
    /// By hash: the texts of a large export (each resource is another) do not fit into memory. Attackers write them, so
    /// the hash is one in which nobody makes two texts meet.
    strings: FxHashMap<[u8; 16], i64>,
    principals: FxHashMap<Principal, i64>,
    next_string: i64,
    next_principal: i64,
}

impl Interner {
    pub(super) fn load(db: &Connection) -> Result<Interner, CaseError> {
        let mut strings = FxHashMap::default();
        let mut query = db.prepare("SELECT id, text FROM strings")?;
        let mut rows = query.query([])?;
        let mut next_string = 1;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            strings.insert(hash(row.get_ref(1)?.as_str().unwrap_or_default()), id);
            next_string = next_string.max(id + 1);
        }
        let mut principals = FxHashMap::default();
        let mut query = db.prepare("SELECT id, namespace, own_id FROM principals")?;
        let mut rows = query.query([])?;
        let mut next_principal = 1;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            principals.insert(Principal { namespace: row.get(1)?, id: row.get(2)? }, id);
            next_principal = next_principal.max(id + 1);
        }
        Ok(Interner { strings, principals, next_string, next_principal })
    }

    pub(super) fn string(&mut self, db: &Connection, text: &str) -> Result<i64, CaseError> {
        let hash = hash(text);
        if let Some(&id) = self.strings.get(&hash) {
            return Ok(id);
        }
        let id = self.next_string;
        self.next_string += 1;
        db.prepare_cached("INSERT INTO strings VALUES (?1, ?2)")?.execute((id, text))?;
        self.strings.insert(hash, id);
        Ok(id)
    }

    pub(super) fn maybe(&mut self, db: &Connection, text: Option<&str>) -> Result<Option<i64>, CaseError> {
        text.map(|t| self.string(db, t)).transpose()
    }

    pub(super) fn principal(&mut self, db: &Connection, principal: &Principal) -> Result<i64, CaseError> {
        if let Some(&id) = self.principals.get(principal) {
            return Ok(id);
        }
        let id = self.next_principal;
        self.next_principal += 1;
        db.prepare_cached("INSERT INTO principals VALUES (?1, ?2, ?3)")?.execute((
            id,
            &principal.namespace,
            &principal.id,
        ))?;
        self.principals.insert(principal.clone(), id);
        Ok(id)
    }
}

fn hash(text: &str) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    out
}
