//! What hints towards people are made of: where people were seen at work, and the records that name nobody.

use super::derived::Derived;
use super::error::CaseError;
use super::store::Case;
use crate::model::Time;

/// A sign-in, or a call by hand, of somebody's own account.
#[derive(Debug, Clone, Copy)]
pub struct Presence {
    pub event: i64,
    pub source: i64,
    pub time: Time,
    pub end: Option<Time>,
    pub ip: Option<i64>,
    pub wire: i64,
    pub tenant: Option<i64>,
}

impl Case {
    /// In the order of time, then of content; of a period where one is given (both ends within).
    pub fn each_presence(
        &self,
        period: Option<(Time, Time)>,
        mut visit: impl FnMut(Presence) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let (from, to) = period.map_or((i64::MIN, i64::MAX), |(from, to)| (from.0, to.0));
        let mut query = self.db.prepare(
            "SELECT id, source, time, end_time, source_ip, wire, tenant FROM events
             WHERE kind IN (0, 1) AND time >= ?1 AND time <= ?2 AND (kind = 1 OR interactive = 1)
             AND wire IS NOT NULL AND wire_kind = 0 AND outcome = 0 ORDER BY time, hash",
        )?;
        let mut rows = query.query([from, to])?;
        while let Some(r) = rows.next()? {
            visit(Presence {
                event: r.get(0)?,
                source: r.get(1)?,
                time: Time(r.get(2)?),
                end: r.get::<_, Option<i64>>(3)?.map(Time),
                ip: r.get(4)?,
                wire: r.get(5)?,
                tenant: r.get(6)?,
            })?;
        }
        Ok(())
    }
}

impl Derived<'_> {
    /// Records in whose favour nothing at all was found: event, source, time, address, bytes. A block is unpacked once.
    pub fn each_unnamed(
        &self,
        case: &Case,
        mut visit: impl FnMut(i64, i64, Option<Time>, Option<i64>, &[u8]) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.tx.prepare(
            "SELECT e.id, e.source, e.time, e.source_ip, e.block, e.start, e.length FROM attributions a
             JOIN events e ON e.id = a.event WHERE a.standing = 'refused' AND a.refusal = 'R1' AND a.gap = 'no_evidence'
             ORDER BY e.block, e.start",
        )?;
        let mut rows = query.query([])?;
        let mut held: (i64, Vec<u8>) = (-1, Vec::new());
        while let Some(r) = rows.next()? {
            let block: Option<i64> = r.get(4)?;
            if let Some(block) = block.filter(|b| *b != held.0) {
                held = (block, case.block(block)?);
            }
            let (start, length) = (r.get::<_, i64>(5)? as usize, r.get::<_, i64>(6)? as usize);
            let bytes = held.1.get(start..start.saturating_add(length)).filter(|_| block.is_some()).unwrap_or_default();
            visit(r.get(0)?, r.get(1)?, r.get::<_, Option<i64>>(2)?.map(Time), r.get(3)?, bytes)?;
        }
        Ok(())
    }

    /// Another reason why nobody is named.
    pub fn settle_refusal(&self, event: i64, refusal: &str, gap: &str) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("UPDATE attributions SET refusal = ?2, gap = ?3 WHERE event = ?1")?
            .execute((event, refusal, gap))?;
        Ok(())
    }
}
