//! Records in which words stand, run by run, for analysis: read from the raw records, and never kept.

use rusqlite::{OptionalExtension, params, params_from_iter};
use rustc_hash::{FxHashMap, FxHashSet};

use super::derived::Derived;
use super::error::CaseError;
use super::store::Case;
use crate::model::Time;

/// Blocks held as text at once: runs of one export lie near each other.
const BLOCKS: usize = 32;

/// A record of a run, with its bytes.
#[derive(Debug)]
pub struct SpokenRow {
    pub event: i64,
    /// String id of the trace, else of the run.
    pub group: i64,
    pub source: String,
    /// Understood as a tool call.
    pub tool_span: bool,
    /// Nothing stands above it.
    pub root: bool,
    pub time: Option<Time>,
    pub end: Option<Time>,
    pub record: Vec<u8>,
    pub envelope: Option<Vec<u8>>,
}

/// A call whose instruction stands in an earlier output of a tool of its run (IN-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionFact {
    /// The call, as the case counts it.
    pub event: i64,
    /// `addressed` to an agent, or `plain`.
    pub strength: &'static str,
    /// The record that holds the passage.
    pub passage: i64,
    /// First byte and length of the passage in that record, where it could be found again.
    pub at: Option<(u64, u64)>,
    pub quote: String,
    /// Values of the call that stand in the passage and in nobody's words.
    pub value: String,
    /// The tool that gave the passage back.
    pub tool: Option<String>,
    pub source_call: Option<String>,
    /// The run's export holds words of a person or of a prompt.
    pub words: bool,
    /// The person spoke between the passage and the call.
    pub spoke: bool,
}

/// How much of the runs could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpokenRuns {
    pub runs: u64,
    /// Runs with both what was asked and what a tool gave back: only there can anything be told.
    pub readable: u64,
    /// Runs longer than is read.
    pub cut: u64,
}

/// Blocks as text, the last used ones.
struct Texts<'a> {
    derived: &'a Derived<'a>,
    held: Vec<(i64, Vec<u8>)>,
}

impl Texts<'_> {
    fn slice(&mut self, block: i64, start: usize, length: usize) -> Result<&[u8], CaseError> {
        let at = match self.held.iter().position(|(id, _)| *id == block) {
            Some(at) => at,
            None => {
                let (whole, data): (i64, Vec<u8>) = self
                    .derived
                    .tx
                    .prepare_cached("SELECT length, data FROM blocks WHERE id = ?1")?
                    .query_row([block], |r| Ok((r.get(0)?, r.get(1)?)))?;
                let text = zstd::bulk::decompress(&data, whole as usize)
                    .map_err(|e| CaseError::Damaged { detail: format!("block {block}: {e}") })?;
                if self.held.len() >= BLOCKS {
                    self.held.remove(0);
                }
                self.held.push((block, text));
                self.held.len() - 1
            }
        };
        let text = self.held.get(at).and_then(|(_, text)| text.get(start..start + length));
        text.ok_or_else(|| CaseError::Damaged { detail: format!("block {block} is shorter than its records say") })
    }
}

impl Derived<'_> {
    /// Calls `see` with the records of each run of `sources` that has at least one record of which `speaks` is true, all of
    /// a run together and in the order of time.
    pub fn each_spoken<E: From<CaseError>>(
        &self,
        sources: &[&str],
        speaks: impl Fn(&[u8]) -> bool,
        mut see: impl FnMut(SpokenRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let files = self.files_of(sources)?;
        let mut texts = Texts { derived: self, held: Vec::new() };
        let mut groups: FxHashSet<i64> = FxHashSet::default();
        for file in &files {
            self.speaking(*file, &mut texts, &speaks, &mut groups)?;
        }
        if groups.is_empty() {
            return Ok(());
        }
        let places = vec!["?"; files.len()].join(", ");
        let sql = format!(
            "SELECT e.id, coalesce(e.trace, e.run), s.text, e.kind, e.parent_span IS NULL AND e.parent_run IS NULL,
             e.time, e.end_time, e.block, e.start, e.length, e.envelope
             FROM events e JOIN strings s ON s.id = e.source WHERE e.file IN ({places})
             AND coalesce(e.trace, e.run) IS NOT NULL AND e.block IS NOT NULL ORDER BY 2, e.time, e.file, e.idx"
        );
        let mut query = self.tx.prepare(&sql).map_err(CaseError::from)?;
        let mut rows = query.query(params_from_iter(&files)).map_err(CaseError::from)?;
        while let Some(r) = rows.next().map_err(CaseError::from)? {
            let group: i64 = r.get(1).map_err(CaseError::from)?;
            if !groups.contains(&group) {
                continue;
            }
            let mut row = spoken(r, group).map_err(CaseError::from)?;
            let (block, start, length, envelope) = place(r).map_err(CaseError::from)?;
            row.record = texts.slice(block, start, length)?.to_vec();
            row.envelope = match envelope {
                Some(id) => self.envelope_data(id)?,
                None => None,
            };
            see(row)?;
        }
        Ok(())
    }

    fn files_of(&self, sources: &[&str]) -> Result<Vec<i64>, CaseError> {
        let places = vec!["?"; sources.len()].join(", ");
        let mut query = self.tx.prepare(&format!("SELECT id FROM files WHERE format IN ({places}) ORDER BY id"))?;
        let rows = query.query_map(params_from_iter(sources), |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Runs of a file with a record that speaks. In the order of the file, so that each block is opened once.
    fn speaking(
        &self,
        file: i64,
        texts: &mut Texts<'_>,
        speaks: &impl Fn(&[u8]) -> bool,
        groups: &mut FxHashSet<i64>,
    ) -> Result<(), CaseError> {
        let mut query = self.tx.prepare_cached(
            "SELECT coalesce(trace, run), block, start, length FROM events
             WHERE file = ?1 AND block IS NOT NULL AND coalesce(trace, run) IS NOT NULL ORDER BY idx",
        )?;
        let mut rows = query.query([file])?;
        while let Some(r) = rows.next()? {
            let group: i64 = r.get(0)?;
            if groups.contains(&group) {
                continue;
            }
            let (block, start, length): (i64, i64, i64) = (r.get(1)?, r.get(2)?, r.get(3)?);
            if speaks(texts.slice(block, start as usize, length as usize)?) {
                groups.insert(group);
            }
        }
        Ok(())
    }

    fn envelope_data(&self, id: i64) -> Result<Option<Vec<u8>>, CaseError> {
        let mut query = self.tx.prepare_cached("SELECT data FROM envelopes WHERE id = ?1")?;
        Ok(query.query_row([id], |r| r.get(0)).optional()?)
    }

    /// Whether an event counts as a call.
    pub fn is_counted(&self, event: i64) -> Result<bool, CaseError> {
        let mut query = self.tx.prepare_cached("SELECT 1 FROM call_facts WHERE event = ?1")?;
        Ok(query.query_row([event], |_| Ok(())).optional()?.is_some())
    }

    /// For tool spans that are no calls themselves: the one call of an audit source with the span's tool call id. One reading of
    /// the calls, whatever the number of spans.
    pub fn audited(&self, spans: &[i64]) -> Result<FxHashMap<i64, i64>, CaseError> {
        let mut wanted: FxHashMap<String, Option<i64>> = FxHashMap::default();
        let mut of_span: Vec<(i64, String)> = Vec::new();
        for span in spans {
            let mut query = self.tx.prepare_cached("SELECT tool_call FROM events WHERE id = ?1")?;
            if let Some(id) = query.query_row([span], |r| r.get::<_, Option<String>>(0))? {
                wanted.insert(id.clone(), None);
                of_span.push((*span, id));
            }
        }
        if wanted.is_empty() {
            return Ok(FxHashMap::default());
        }
        let mut several: FxHashSet<String> = FxHashSet::default();
        let mut query = self.tx.prepare("SELECT id, tool_call, shown_id FROM events WHERE kind = 0")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (event, own): (i64, Option<String>) = (r.get(0)?, r.get(1)?);
            let shown: String = r.get(2)?;
            let Some(key) =
                own.filter(|id| wanted.contains_key(id)).or_else(|| Some(shown).filter(|s| wanted.contains_key(s)))
            else {
                continue;
            };
            match wanted.get_mut(&key) {
                Some(slot) if slot.is_none() => *slot = Some(event),
                _ => {
                    several.insert(key);
                }
            }
        }
        let mut out = FxHashMap::default();
        for (span, id) in of_span {
            if let Some(Some(call)) = wanted.get(&id).filter(|_| !several.contains(&id))
                && self.is_counted(*call)?
            {
                out.insert(span, *call);
            }
        }
        Ok(out)
    }

    pub fn instruction_fact(&self, f: &InstructionFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO instruction_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                f.event,
                f.strength,
                f.passage,
                f.at.map(|(at, _)| at as i64),
                f.at.map(|(_, length)| length as i64),
                f.quote,
                f.value,
                f.tool,
                f.source_call,
                f.words,
                f.spoke
            ])?;
        Ok(())
    }

    pub fn spoken_runs(&self, found: SpokenRuns) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO spoken_runs VALUES (?1, ?2, ?3)")?.execute((
            found.runs as i64,
            found.readable as i64,
            found.cut as i64,
        ))?;
        Ok(())
    }
}

fn spoken(r: &rusqlite::Row<'_>, group: i64) -> rusqlite::Result<SpokenRow> {
    Ok(SpokenRow {
        event: r.get(0)?,
        group,
        source: r.get(2)?,
        tool_span: r.get::<_, i64>(3)? == 4,
        root: r.get(4)?,
        time: r.get::<_, Option<i64>>(5)?.map(Time),
        end: r.get::<_, Option<i64>>(6)?.map(Time),
        record: Vec::new(),
        envelope: None,
    })
}

fn place(r: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, usize, usize, Option<i64>)> {
    Ok((r.get(7)?, r.get::<_, i64>(8)? as usize, r.get::<_, i64>(9)? as usize, r.get(10)?))
}

/// What an analysis kept of a call's instruction: as [`InstructionFact`], with the record's shown id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionView {
    pub strength: String,
    pub passage: String,
    pub start: Option<i64>,
    pub length: Option<i64>,
    pub quote: String,
    pub value: String,
    pub tool: Option<String>,
    pub words: bool,
    pub spoke: bool,
}

impl Case {
    /// The passage of a tool's output that bids a call, where the last analysis found one.
    pub fn instruction(&self, event: i64) -> Result<Option<InstructionView>, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT strength, passage, start, length, quote, value, tool, words, spoke FROM v1_instructions WHERE event = ?1",
        )?;
        let row = query.query_row([event], |r| {
            Ok(InstructionView {
                strength: r.get(0)?,
                passage: r.get(1)?,
                start: r.get(2)?,
                length: r.get(3)?,
                quote: r.get(4)?,
                value: r.get(5)?,
                tool: r.get(6)?,
                words: r.get(7)?,
                spoke: r.get(8)?,
            })
        });
        Ok(row.optional()?)
    }

    /// Runs with words of which only the beginning was read by the last analysis.
    pub fn runs_read_in_part(&self) -> Result<u64, CaseError> {
        let cut: i64 = self.db.query_row("SELECT coalesce(sum(cut), 0) FROM spoken_runs", [], |r| r.get(0))?;
        Ok(cut.max(0) as u64)
    }
}
