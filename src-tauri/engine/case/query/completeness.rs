//! What tells whether the evidence is complete: receipts, digests, numbers, and records that two sources both hold.

use super::super::error::CaseError;
use super::super::store::Case;
use super::time;
use crate::model::{Receipt, Time};

/// A receipt with the event that is its raw record.
#[derive(Debug, Clone)]
pub struct ReceiptView {
    pub event: i64,
    pub receipt: Receipt,
}

/// A CloudTrail digest.
#[derive(Debug, Clone)]
pub struct DigestView {
    pub event: i64,
    pub object: String,
    pub from: Option<Time>,
    pub to: Option<Time>,
    pub previous: Option<String>,
    pub files: Vec<DigestFileView>,
}

/// A log file that a digest vouches for.
#[derive(Debug, Clone)]
pub struct DigestFileView {
    pub object: String,
    pub sha256: String,
    pub oldest: Option<Time>,
    pub newest: Option<Time>,
}

/// An export with its period and both of its hashes.
#[derive(Debug, Clone)]
pub struct FilePeriod {
    pub id: i64,
    pub path: String,
    pub format: String,
    pub sha256: String,
    /// Of the uncompressed content; the file's own where it came uncompressed.
    pub content_sha256: String,
    pub read: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// Records of one source, by time.
#[derive(Debug, Clone)]
pub struct SourceSpan {
    pub source: i64,
    pub name: String,
    pub records: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// Two records of two sources that stand for one moment under one exact id. `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockPair {
    pub a: i64,
    pub b: i64,
    pub at_a: Time,
    pub at_b: Time,
}

impl Case {
    pub fn receipts(&self) -> Result<Vec<ReceiptView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, file, system, tenant, query, period_from, period_to, exporter, method, received, received_from,
                    claimed
             FROM receipts ORDER BY file, event, n",
        )?;
        let rows = query.query_map([], |r| {
            let receipt = Receipt {
                file: r.get(1)?,
                system: r.get(2)?,
                tenant: r.get(3)?,
                query: r.get(4)?,
                period_from: time(r, 5)?,
                period_to: time(r, 6)?,
                exporter: r.get(7)?,
                method: r.get(8)?,
                received: time(r, 9)?,
                received_from: r.get(10)?,
                claimed: r.get::<_, Option<i64>>(11)?.map(|n| n.max(0) as u64),
            };
            Ok(ReceiptView { event: r.get(0)?, receipt })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// CloudTrail digests in the order of their hours.
    pub fn digests(&self) -> Result<Vec<DigestView>, CaseError> {
        let mut files =
            self.db.prepare("SELECT object, sha256, oldest, newest FROM digest_files WHERE event = ?1 ORDER BY n")?;
        let mut query = self.db.prepare(
            "SELECT event, object, from_time, to_time, previous FROM digests ORDER BY from_time, object, event",
        )?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let event: i64 = r.get(0)?;
            let listed = files.query_map([event], |f| {
                Ok(DigestFileView { object: f.get(0)?, sha256: f.get(1)?, oldest: time(f, 2)?, newest: time(f, 3)? })
            })?;
            out.push(DigestView {
                event,
                object: r.get(1)?,
                from: time(r, 2)?,
                to: time(r, 3)?,
                previous: r.get(4)?,
                files: listed.collect::<Result<_, _>>()?,
            });
        }
        Ok(out)
    }

    /// Exports that were read, with their periods.
    pub fn file_periods(&self) -> Result<Vec<FilePeriod>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT f.id, f.path, f.format, f.sha256, coalesce(c.sha256, f.sha256), f.read, f.first_time, f.last_time
             FROM files f LEFT JOIN contents c ON c.file = f.id WHERE f.format <> 'skipped' ORDER BY f.path, f.sha256",
        )?;
        let rows = query.query_map([], |r| {
            Ok(FilePeriod {
                id: r.get(0)?,
                path: r.get(1)?,
                format: r.get(2)?,
                sha256: r.get(3)?,
                content_sha256: r.get(4)?,
                read: r.get(5)?,
                first: time(r, 6)?,
                last: time(r, 7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records that stand in both of two files: (file of the copy, file of the first, how many).
    pub fn shared_records(&self) -> Result<Vec<(i64, i64, i64)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT c.file, e.file, count(*) FROM copies c JOIN events e ON e.id = c.event
             WHERE c.status = 1 AND c.file <> e.file GROUP BY c.file, e.file ORDER BY c.file, e.file",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Sources of timed records that are no rows of context files.
    pub fn source_spans(&self) -> Result<Vec<SourceSpan>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT e.source, s.text, count(*), min(e.time), max(e.time) FROM events e JOIN strings s ON s.id = e.source
             WHERE e.kind <> 8 GROUP BY e.source ORDER BY s.text",
        )?;
        let rows = query.query_map([], |r| {
            Ok(SourceSpan {
                source: r.get(0)?,
                name: r.get(1)?,
                records: r.get(2)?,
                first: time(r, 3)?,
                last: time(r, 4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Times of a source's records in their order: (event, time).
    pub fn beats(&self, source: i64) -> Result<Vec<(i64, Time)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT id, time FROM events WHERE source = ?1 AND time IS NOT NULL AND kind <> 8 ORDER BY time, shown_id, id",
        )?;
        Ok(query.query_map([source], |r| Ok((r.get(0)?, Time(r.get(1)?))))?.collect::<Result<_, _>>()?)
    }

    /// Numbered records: (source, stream, event, number), stream by stream.
    #[allow(clippy::type_complexity, reason = "four columns of one row")]
    pub fn numbered(&self) -> Result<Vec<(i64, Option<i64>, i64, i64)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT e.source, q.stream, q.event, q.number FROM sequences q JOIN events e ON e.id = q.event
             ORDER BY e.source, q.stream, q.number, q.event",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect::<Result<_, _>>()?)
    }

    /// Records that two sources hold under one exact id: a tool call id, a span, or an own id of at least 20 characters
    /// (a shorter one may be anybody's). An id that one source holds twice pairs nothing: which of them is meant is not
    /// known.
    pub fn each_clock_pair(&self, mut visit: impl FnMut(ClockPair)) -> Result<(), CaseError> {
        let sources: i64 =
            self.db.query_row("SELECT count(DISTINCT source) FROM events WHERE kind <> 8", [], |r| r.get(0))?;
        if sources < 2 {
            return Ok(());
        }
        for by in [
            "SELECT tool_call, source, time FROM events WHERE tool_call IS NOT NULL AND time IS NOT NULL AND kind IN (0, 4)
             ORDER BY tool_call, source",
            "SELECT trace || '/' || span, source, time FROM events
             WHERE trace IS NOT NULL AND span IS NOT NULL AND time IS NOT NULL AND kind IN (0, 4)
             ORDER BY trace, span, source",
            "SELECT shown_id, source, time FROM events
             WHERE own_id = 1 AND length(shown_id) >= 20 AND time IS NOT NULL AND kind IN (0, 1, 2)
             ORDER BY shown_id, source",
        ] {
            self.pairs(by, &mut visit)?;
        }
        Ok(())
    }

    fn pairs(&self, sql: &str, visit: &mut impl FnMut(ClockPair)) -> Result<(), CaseError> {
        let mut query = self.db.prepare(sql)?;
        let mut rows = query.query([])?;
        let mut id = String::new();
        // Times under the present id, by source.
        let mut held: Vec<(i64, Vec<Time>)> = Vec::new();
        loop {
            let row = rows.next()?;
            let next: Option<&str> = match row {
                Some(r) => Some(r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?),
                None => None,
            };
            if next != Some(id.as_str()) {
                let alone: Vec<(i64, Time)> = held
                    .drain(..)
                    .filter_map(|(source, times)| match times.as_slice() {
                        [one] => Some((source, *one)),
                        _ => None,
                    })
                    .collect();
                for (n, &(a, at_a)) in alone.iter().enumerate() {
                    for &(b, at_b) in alone.iter().skip(n + 1) {
                        visit(ClockPair { a, b, at_a, at_b });
                    }
                }
                id.clear();
                id.push_str(next.unwrap_or_default());
            }
            let Some(r) = row else { return Ok(()) };
            let (source, at): (i64, Time) = (r.get(1)?, Time(r.get(2)?));
            match held.last_mut().filter(|(s, _)| *s == source) {
                Some((_, times)) => times.push(at),
                None => held.push((source, vec![at])),
            }
        }
    }
}
