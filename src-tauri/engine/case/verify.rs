//! Recomputes what a case claims of itself: every block's hash, every record's hash, every count.

use serde::Serialize;

use super::error::CaseError;
use super::store::Case;

/// What was checked, and what does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    pub files: u64,
    pub blocks: u64,
    pub records: u64,
    /// Empty where everything holds.
    pub problems: Vec<String>,
}

pub fn verify(case: &Case) -> Result<Verification, CaseError> {
    let mut out = Verification { files: 0, blocks: 0, records: 0, problems: Vec::new() };
    let sound: String = case.db.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    if sound != "ok" {
        out.problems.push(format!("the database is damaged: {sound}"));
    }
    blocks_and_records(case, &mut out)?;
    counts(case, &mut out)?;
    Ok(out)
}

fn blocks_and_records(case: &Case, out: &mut Verification) -> Result<(), CaseError> {
    let mut records = case.db.prepare(
        "SELECT e.start, e.length, e.hash, v.data, e.shown_id FROM events e LEFT JOIN envelopes v ON v.id = e.envelope
         WHERE e.file = ?1 AND e.block = ?2 ORDER BY e.id",
    )?;
    let mut blocks = case.db.prepare("SELECT id, file, length, hash, data FROM blocks ORDER BY id")?;
    let mut rows = blocks.query([])?;
    while let Some(r) = rows.next()? {
        let (id, file, length): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
        let (hash, data): ([u8; 32], Vec<u8>) = (r.get(3)?, r.get(4)?);
        out.blocks += 1;
        let text = match zstd::bulk::decompress(&data, length as usize) {
            Ok(text) if *blake3::hash(&text).as_bytes() == hash => text,
            Ok(_) => {
                out.problems.push(format!("block {id}: the bytes are not those that were imported"));
                continue;
            }
            Err(error) => {
                out.problems.push(format!("block {id}: {error}"));
                continue;
            }
        };
        let mut inside = records.query((file, id))?;
        while let Some(e) = inside.next()? {
            out.records += 1;
            let (start, length): (i64, i64) = (e.get(0)?, e.get(1)?);
            let (hash, envelope): ([u8; 16], Option<Vec<u8>>) = (e.get(2)?, e.get(3)?);
            let bytes = text.get(start as usize..(start + length) as usize);
            if bytes.map(|b| record_hash(b, envelope.as_deref())) != Some(hash) {
                out.problems.push(format!("record {}: its hash does not hold", e.get::<_, String>(4)?));
            }
        }
    }
    Ok(())
}

fn record_hash(bytes: &[u8], envelope: Option<&[u8]>) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes);
    if let Some(data) = envelope {
        hasher.update(b"\0envelope\0").update(data);
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    out
}

fn counts(case: &Case, out: &mut Verification) -> Result<(), CaseError> {
    let mut files = case.db.prepare(
        "SELECT f.path, f.format, f.read, f.kept, f.duplicates, f.rejected,
         (SELECT count(*) FROM events e WHERE e.file = f.id),
         (SELECT count(*) FROM copies c WHERE c.file = f.id AND c.status = 1),
         (SELECT count(*) FROM copies c WHERE c.file = f.id AND c.status = 2) FROM files f ORDER BY f.id",
    )?;
    let mut rows = files.query([])?;
    while let Some(r) = rows.next()? {
        out.files += 1;
        let (path, format): (String, String) = (r.get(0)?, r.get(1)?);
        let n = |i: usize| r.get::<_, i64>(i);
        if n(2)? != n(3)? + n(4)? + n(5)? {
            out.problems.push(format!("{path}: read is not kept + duplicates + rejected"));
        }
        // The rejected records of a file that nobody knows are counted, not stored.
        let rejected_hold = format == super::import::UNKNOWN || n(5)? == n(8)?;
        if n(3)? != n(6)? || n(4)? != n(7)? || !rejected_hold {
            out.problems.push(format!("{path}: the rows of the case are not those that were counted"));
        }
    }
    Ok(())
}
