//! Rows of context files as the writer stores them.

use rusqlite::{Connection, params};

use super::error::CaseError;
use crate::model::{Digest, DirectoryRow, Entry, PublicKey};

/// Writes the `n`-th entry of a record. A directory row, asset or network is a record of its own.
pub(super) fn write_entry(db: &Connection, id: i64, n: i64, entry: &Entry) -> Result<(), CaseError> {
    match entry {
        Entry::Directory(row) => return directory(db, id, row),
        Entry::Entitlement(e) => db
            .prepare_cached("INSERT INTO entitlements VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?
            .execute(params![
                id,
                n,
                e.principal,
                e.service,
                e.action,
                e.resource,
                e.effect == crate::model::Effect::Allow,
                e.condition,
                e.valid_from.map(|t| t.0),
                e.valid_to.map(|t| t.0),
                list(&e.except_actions),
                list(&e.except_resources),
            ]),
        Entry::Membership(m) => {
            db.prepare_cached("INSERT INTO memberships VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
                id,
                n,
                m.member,
                m.holder,
                m.reach.word(),
                m.condition,
                m.valid_from.map(|t| t.0),
                m.valid_to.map(|t| t.0),
            ])
        }
        Entry::Ownership(o) => db
            .prepare_cached("INSERT INTO ownership VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![id, n, o.resource, o.owner, o.valid_from.map(|t| t.0), o.valid_to.map(|t| t.0)]),
        Entry::Exception(x) => {
            db.prepare_cached("INSERT INTO exceptions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(params![
                id,
                n,
                x.principal,
                x.rule,
                x.reason,
                x.approved_by,
                x.from.map(|t| t.0),
                x.to.map(|t| t.0),
                x.conditions,
            ])
        }
        Entry::Receipt(r) => db
            .prepare_cached("INSERT INTO receipts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?
            .execute(params![
                id,
                n,
                r.file,
                r.system,
                r.tenant,
                r.query,
                r.period_from.map(|t| t.0),
                r.period_to.map(|t| t.0),
                r.exporter,
                r.method,
                r.received.map(|t| t.0),
                r.received_from,
                r.claimed.map(|c| c as i64),
            ]),
        Entry::Digest(d) => return digest(db, id, d),
        Entry::Key(k) => {
            let (kind, curve, x, y) = match &k.public {
                PublicKey::Rsa { n, e } => ("RSA", None, n, Some(e)),
                PublicKey::Curve { curve, x, y } => ("EC", Some(curve), x, Some(y)),
                PublicKey::Ed25519 { x } => ("Ed25519", None, x, None),
            };
            db.prepare_cached("INSERT INTO signing_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(params![
                id,
                n,
                k.issuer,
                k.id,
                k.algorithm,
                kind,
                curve,
                x,
                y
            ])
        }
        Entry::Asset(a) => {
            db.prepare_cached("INSERT INTO assets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(params![
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
            ])
        }
        Entry::Network(w) => db.prepare_cached("INSERT INTO networks VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            id,
            w.cidr,
            w.label,
            w.environment
        ]),
    }?;
    Ok(())
}

fn digest(db: &Connection, id: i64, digest: &Digest) -> Result<(), CaseError> {
    db.prepare_cached("INSERT INTO digests VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        id,
        digest.from.map(|t| t.0),
        digest.to.map(|t| t.0),
        digest.object,
        digest.previous
    ])?;
    for (n, file) in digest.files.iter().enumerate() {
        db.prepare_cached("INSERT INTO digest_files VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            id,
            n as i64,
            file.object,
            file.sha256,
            file.oldest.map(|t| t.0),
            file.newest.map(|t| t.0)
        ])?;
    }
    Ok(())
}

/// A list of patterns as the JSON array that it is in the table.
fn list(patterns: &[String]) -> Option<String> {
    (!patterns.is_empty()).then(|| serde_json::Value::from(patterns.to_vec()).to_string())
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
