//! Any record back, byte for byte.

use rusqlite::OptionalExtension;

use super::error::CaseError;
use super::store::Case;
use crate::model::Address;

/// A record as it came.
#[derive(Debug, Clone)]
pub struct Raw {
    pub bytes: Vec<u8>,
    pub envelope: Option<Vec<u8>>,
    pub place: RawPlace,
    /// Further places of the same record.
    pub copies: Vec<Address>,
}

/// Where it stands.
#[derive(Debug, Clone)]
pub struct RawPlace {
    pub address: Address,
    pub file_sha256: String,
    pub source: String,
}

impl Case {
    /// The event that an id, as shown, stands for: the id alone; `SOURCE/ID` where several sources share it;
    /// `SOURCE/ID#DIGITS` where one source gave it to several contents; else the tool call id of one tool span.
    pub fn find_event(&self, id: &str) -> Result<i64, CaseError> {
        let mut found = self.events_with_id(id)?;
        if let (true, Some((source, own))) = (found.is_empty(), id.split_once('/')) {
            found = self.events_from(source, own)?;
            if let (true, Some((own, digits))) = (found.is_empty(), own.rsplit_once('#')) {
                for event in self.events_from(source, own)? {
                    if self.content_digits(event)? == digits {
                        found.push(event);
                    }
                }
            }
        }
        if found.is_empty() {
            // The id that a transcript's call has among its model's calls stands inside the record's own.
            found = self.tool_calls_with_id(id)?;
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(CaseError::NoSuchRecord { id: id.into() }),
            several => Err(CaseError::AmbiguousId {
                id: id.into(),
                count: several.len(),
                choices: self.choices(several)?.join(", "),
            }),
        }
    }

    /// Events of one source under one id: several where the id came with other content.
    pub fn events_from(&self, source: &str, id: &str) -> Result<Vec<i64>, CaseError> {
        let mut out = Vec::new();
        for event in self.events_with_id(id)? {
            if self.source_of(event)? == source {
                out.push(event);
            }
        }
        Ok(out)
    }

    /// Words that each lead to one of several events, in an order that does not depend on which came first.
    fn choices(&self, events: &[i64]) -> Result<Vec<String>, CaseError> {
        let mut out = Vec::new();
        for event in events {
            let (source, id) = (self.source_of(*event)?, self.shown_id(*event)?);
            let content = match self.events_from(&source, &id)?.len() {
                1 => String::new(),
                _ => format!("#{}", self.content_digits(*event)?),
            };
            out.push(format!("{source}/{id}{content}"));
        }
        out.sort();
        Ok(out)
    }

    fn content_digits(&self, event: i64) -> Result<String, CaseError> {
        let hash: [u8; 16] =
            self.db.prepare_cached("SELECT hash FROM events WHERE id = ?1")?.query_row([event], |r| r.get(0))?;
        Ok(hash.iter().take(8).map(|b| format!("{b:02x}")).collect())
    }

    pub fn source_of(&self, event: i64) -> Result<String, CaseError> {
        Ok(self
            .db
            .prepare_cached("SELECT s.text FROM events e JOIN strings s ON s.id = e.source WHERE e.id = ?1")?
            .query_row([event], |r| r.get(0))?)
    }

    pub fn raw(&self, event: i64) -> Result<Raw, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT f.path, e.offset, e.length, e.line, e.idx, f.sha256, s.text, e.block, e.start, v.data
             FROM events e JOIN files f ON f.id = e.file JOIN strings s ON s.id = e.source
             LEFT JOIN envelopes v ON v.id = e.envelope WHERE e.id = ?1",
        )?;
        let row = query
            .query_row([event], |r| {
                let address = Address {
                    file: r.get(0)?,
                    offset: r.get(1)?,
                    length: r.get(2)?,
                    line: r.get(3)?,
                    index: r.get(4)?,
                };
                let place = RawPlace { address, file_sha256: r.get(5)?, source: r.get(6)? };
                Ok((place, r.get::<_, Option<i64>>(7)?, r.get::<_, i64>(8)?, r.get::<_, Option<Vec<u8>>>(9)?))
            })
            .optional()?;
        let Some((place, block, start, envelope)) = row else {
            return Err(CaseError::NoSuchRecord { id: event.to_string() });
        };
        let bytes = self.slice(block, start as usize, place.address.length as usize)?;
        Ok(Raw { bytes, envelope, copies: self.copies(event)?, place })
    }

    /// A record that was not kept, by file and index: duplicates and rejected ones come back too.
    pub fn raw_copy(&self, file: i64, index: i64) -> Result<Vec<u8>, CaseError> {
        let found: Option<(Option<i64>, i64, i64)> = self
            .db
            .query_row("SELECT block, start, length FROM copies WHERE file = ?1 AND idx = ?2", (file, index), |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })
            .optional()?;
        let (block, start, length) = found.ok_or_else(|| CaseError::NoSuchRecord { id: format!("{file}:{index}") })?;
        self.slice(block, start as usize, length as usize)
    }

    fn copies(&self, event: i64) -> Result<Vec<Address>, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT f.path, c.offset, c.length, c.line, c.idx FROM copies c JOIN files f ON f.id = c.file
             WHERE c.event = ?1 ORDER BY f.path, c.idx",
        )?;
        let rows = query.query_map([event], |r| {
            Ok(Address { file: r.get(0)?, offset: r.get(1)?, length: r.get(2)?, line: r.get(3)?, index: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn slice(&self, block: Option<i64>, start: usize, length: usize) -> Result<Vec<u8>, CaseError> {
        let Some(block) = block else { return Ok(Vec::new()) };
        self.block(block)?
            .get(start..start + length)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| CaseError::Damaged { detail: format!("block {block} is shorter than its records say") })
    }

    /// The text of one block of records.
    pub(super) fn block(&self, block: i64) -> Result<Vec<u8>, CaseError> {
        let (whole, data): (i64, Vec<u8>) = self
            .db
            .prepare_cached("SELECT length, data FROM blocks WHERE id = ?1")?
            .query_row([block], |r| Ok((r.get(0)?, r.get(1)?)))?;
        zstd::bulk::decompress(&data, whole as usize)
            .map_err(|e| CaseError::Damaged { detail: format!("block {block}: {e}") })
    }
}
