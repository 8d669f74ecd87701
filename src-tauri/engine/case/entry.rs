//! Rows of context files as the writer stores them.

use rusqlite::{Connection, params};

use super::error::CaseError;
use crate::model::{DirectoryRow, Entry};

pub(super) fn write_entry(db: &Connection, id: i64, entry: &Entry) -> Result<(), CaseError> {
    match entry {
        Entry::Directory(row) => directory(db, id, row),
        Entry::Entitlement(e) => {
            db.prepare_cached("INSERT INTO entitlements VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(
                params![
                    id,
                    e.principal,
                    e.service,
                    e.action,
                    e.resource,
                    e.effect == crate::model::Effect::Allow,
                    e.condition,
                    e.valid_from.map(|t| t.0),
                    e.valid_to.map(|t| t.0)
                ],
            )?;
            Ok(())
        }
        Entry::Asset(a) => {
            db.prepare_cached("INSERT INTO assets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
                params![
                    id,
                    a.service,
                    a.action,
                    a.resource,
                    a.data_class,
                    a.effect,
                    a.per_user,
                    a.regulated_by,
                    a.required_pattern,
                    a.approval_required
                ],
            )?;
            Ok(())
        }
        Entry::Network(n) => {
            db.prepare_cached("INSERT INTO networks VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                id,
                n.cidr,
                n.label,
                n.environment
            ])?;
            Ok(())
        }
    }
}

fn directory(db: &Connection, id: i64, row: &DirectoryRow) -> Result<(), CaseError> {
    db.prepare_cached(
        "INSERT INTO directory VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        id,
        row.id,
        row.email,
        row.name,
        row.entry_type.word(),
        row.status,
        row.start.map(|t| t.0),
        row.end.map(|t| t.0),
        row.department,
        row.owner,
        row.manager,
        row.purpose,
        row.vendor,
        row.environment,
        row.approved_pattern,
        row.last_certified.map(|t| t.0)
    ])?;
    let clients = row.client_ids.iter().map(|c| ("client", c.as_str()));
    let aliases = row.aliases.iter().filter_map(|a| a.split_once(':'));
    for (n, (namespace, value)) in aliases.chain(clients).enumerate() {
        db.prepare_cached("INSERT INTO aliases VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            id,
            n as i64,
            namespace.trim(),
            value.trim()
        ])?;
    }
    Ok(())
}
