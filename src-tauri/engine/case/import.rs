//! Import: split on one thread, understand and compress on all cores, write on one; a file whole or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::error::CaseError;
use super::pipeline::{Prepared, prepare};
use super::store::Case;
use super::write::{Counts, Lacks, Target, Writer, loss};
use crate::model::{Clock, Loss, LossCode};
use crate::read::{self, Batch, Export, FileFacts, Form, Limits, ReadError, Stream};
use crate::sources::{Detected, Hints, Registry, Source};

/// What an import needs from outside.
pub struct Import<'a> {
    pub registry: &'a Registry,
    pub hints: &'a Hints,
    pub limits: &'a Limits,
    /// Worker threads; the result is the same for any number.
    pub threads: usize,
    pub clock: &'a dyn Clock,
    pub progress: &'a dyn Progress,
}

/// Told how far a long work is; asked whether to stop.
pub trait Progress: Sync {
    fn tick(&self, tick: &Tick);
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody listens.
impl Progress for () {
    fn tick(&self, _: &Tick) {}
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum Stage {
    Read,
    Index,
    Attribute,
    Rules,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export, rename = "Progress"))]
pub struct Tick {
    pub stage: Stage,
    pub file: Option<String>,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub done_bytes: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total_bytes: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub records: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ImportReport {
    pub files: Vec<ImportedFile>,
    pub cancelled: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ImportedFile {
    pub path: String,
    pub format: String,
    pub why: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub read: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub kept: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub duplicates: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub rejected: u64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    pub seconds: f64,
}

/// Rows below which dropping and rebuilding indices beats keeping them while a bulk comes in.
const FEW_EVENTS: i64 = 50_000;

impl Case {
    /// Imports files, folders and archives. Cancelling keeps the files that were complete.
    pub fn import(&mut self, paths: &[PathBuf], import: &Import<'_>) -> Result<ImportReport, CaseError> {
        let found = read::find(paths, import.limits)?;
        let sizes: Vec<u64> = found.exports.iter().map(size).collect();
        let total: u64 = sizes.iter().sum();
        let held: i64 = self.db.query_row("SELECT count(*) FROM events", [], |r| r.get(0))?;
        if held < FEW_EVENTS && total > 32 << 20 {
            self.without_indices()?;
        }
        let mut writer = Writer::load(&self.db)?;
        let mut report = ImportReport { files: Vec::new(), cancelled: false };
        let mut done = 0;
        for (export, size) in found.exports.iter().zip(&sizes) {
            let told = Told { import, done, total, shown: &export.shown };
            match self.import_file(export, &mut writer, &told) {
                Ok(file) => report.files.push(file),
                Err(CaseError::Cancelled) => {
                    report.cancelled = true;
                    break;
                }
                // A member that is not where its archive says is damage to one export, not the end of the others.
                Err(CaseError::Read(ReadError::Archive { cause, .. })) => {
                    let damage = Loss { code: LossCode::BadArchive, at: None, line: None, detail: cause };
                    self.skipped_file(&export.shown, &damage, import)?;
                }
                Err(error) => {
                    self.with_indices()?;
                    return Err(error);
                }
            }
            done += size;
        }
        for (shown, skipped) in &found.skipped {
            self.skipped_file(shown, skipped, import)?;
        }
        // Sorting for the indices takes as much memory again.
        drop(writer);
        import.progress.tick(&Tick {
            stage: Stage::Index,
            file: None,
            done_bytes: total,
            total_bytes: total,
            records: 0,
        });
        self.with_indices()?;
        Ok(report)
    }

    fn import_file(
        &mut self,
        export: &Export,
        writer: &mut Writer,
        told: &Told<'_>,
    ) -> Result<ImportedFile, CaseError> {
        let started = told.import.clock.now();
        let untold = match self.known_file(export)? {
            Some((id, known)) if known.format == UNKNOWN => Some(id),
            Some((_, known)) => return Ok(known),
            None => None,
        };
        let mut stream = read::open(export, told.import.limits)?;
        let first = stream.next_batch()?;
        let form = stream.form().clone();
        let detected = detect(told.import.registry, &form, first.as_ref());
        let tx = self.db.unchecked_transaction()?;
        if let Some(untold) = untold {
            // In the same transaction: a kill leaves what was told of the file before.
            for table in ["losses", "copies", "contents"] {
                tx.execute(&format!("DELETE FROM {table} WHERE file = ?1"), [untold])?;
            }
            tx.execute("DELETE FROM files WHERE id = ?1", [untold])?;
        }
        let file: i64 = tx.query_row("SELECT coalesce(max(id), 0) + 1 FROM files", [], |r| r.get(0))?;
        tx.execute(
            "INSERT INTO files VALUES (?1, ?2, '', '', '', '', 0, 0, 0, 0, 0, 0, NULL, NULL, ?3, 0)",
            params![file, export.shown, started.0],
        )?;
        let mut target =
            Target { file, source: detected.name(), counts: Counts::default(), next_index: 0, lacks: Lacks::default() };
        let facts = match detected.source {
            Some(source) => run(&tx, &mut target, writer, Work { stream, first, form: &form, source }, told),
            None => refuse(&tx, &mut target, stream, first, &form, &detected.why),
        };
        let facts = match facts {
            Ok(facts) => facts,
            Err(error) => {
                drop(tx);
                // What was interned for the half-written file is gone with it.
                *writer = Writer::load(&self.db)?;
                return Err(error);
            }
        };
        let seconds = (told.import.clock.now().0 - started.0) as f64 / 1e6;
        let imported = ImportedFile {
            path: export.shown.clone(),
            format: detected.name().to_string(),
            why: detected.why.clone(),
            read: target.counts.read(),
            kept: target.counts.kept,
            duplicates: target.counts.duplicates,
            rejected: target.counts.rejected,
            bytes: facts.bytes_in,
            seconds,
        };
        close_file(&tx, file, &form, &facts, &target.counts, &imported)?;
        tx.commit()?;
        Ok(imported)
    }

    /// The same file twice is one file; one that nobody recognised is tried again. With its number in the case.
    fn known_file(&self, export: &Export) -> Result<Option<(i64, ImportedFile)>, CaseError> {
        let size = size(export) as i64;
        let likely: bool = self.db.query_row(
            "SELECT count(*) FROM files WHERE bytes = ?1 OR ?2",
            (size, export.member.is_some()),
            |r| r.get::<_, i64>(0),
        )? > 0;
        if !likely {
            return Ok(None);
        }
        let sha256 = read::sha256_of(export)?;
        Ok(self
            .db
            .query_row(
                "SELECT id, path, format, why, read, kept, duplicates, rejected, bytes FROM files WHERE sha256 = ?1",
                [&sha256],
                |r| {
                    let file = ImportedFile {
                        path: r.get(1)?,
                        format: r.get(2)?,
                        why: format!("already in this case: {}", r.get::<_, String>(3)?),
                        read: r.get(4)?,
                        kept: r.get(5)?,
                        duplicates: r.get(6)?,
                        rejected: r.get(7)?,
                        bytes: r.get(8)?,
                        seconds: 0.0,
                    };
                    Ok((r.get::<_, i64>(0)?, file))
                },
            )
            .optional()?)
    }

    fn skipped_file(&self, shown: &str, skipped: &Loss, import: &Import<'_>) -> Result<(), CaseError> {
        let known: i64 =
            self.db.query_row("SELECT count(*) FROM files WHERE path = ?1 AND format = 'skipped'", [shown], |r| {
                r.get(0)
            })?;
        if known > 0 {
            return Ok(());
        }
        self.db.execute(
            "INSERT INTO files (path, sha256, format, why, form, bytes, bytes_out, read, kept, duplicates, rejected, imported_at, seconds)
             VALUES (?1, ?2, 'skipped', ?3, '', 0, 0, 0, 0, 0, 0, ?4, 0)",
            params![shown, format!("skipped:{shown}"), skipped.detail, import.clock.now().0],
        )?;
        loss(&self.db, self.db.last_insert_rowid(), skipped)
    }
}

/// The format of a file that no source recognises.
pub(super) const UNKNOWN: &str = "unknown";

/// Bytes of an export as it stands on disk, for progress and to tell whether it may be known.
fn size(export: &Export) -> u64 {
    match &export.place {
        Some(place) => place.compressed,
        None => std::fs::metadata(&export.path).map(|m| m.len()).unwrap_or(0),
    }
}

struct Told<'a> {
    import: &'a Import<'a>,
    done: u64,
    total: u64,
    shown: &'a str,
}

impl Told<'_> {
    fn tick(&self, within: u64, records: u64) {
        self.import.progress.tick(&Tick {
            stage: Stage::Read,
            file: Some(self.shown.to_string()),
            done_bytes: (self.done + within).min(self.total),
            total_bytes: self.total,
            records,
        });
    }
}

struct Work<'a> {
    stream: Stream,
    first: Option<Batch>,
    form: &'a Form,
    source: &'a dyn Source,
}

fn detect<'r>(registry: &'r Registry, form: &Form, first: Option<&Batch>) -> Detected<'r> {
    let chunks: Vec<&[u8]> = first
        .iter()
        .flat_map(|b| b.chunks.iter().filter(|c| c.broken.is_none()).filter_map(|c| b.text.get(c.range.clone())))
        .take(40)
        .collect();
    registry.detect(form, &chunks)
}

/// Splits ahead of the workers; puts what they prepared back in order; writes.
fn run(
    db: &rusqlite::Connection,
    target: &mut Target<'_>,
    writer: &mut Writer,
    work: Work<'_>,
    told: &Told<'_>,
) -> Result<FileFacts, CaseError> {
    let Work { mut stream, first, form, source } = work;
    let threads = told.import.threads.max(1);
    let hints = told.import.hints;
    let (to_workers, from_reader) = bounded::<(u64, Batch)>(threads * 2);
    let (to_writer, from_workers) = bounded::<(u64, Result<Prepared, String>)>(threads * 2);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let fed = feed(&mut stream, first, &to_workers);
            (stream, fed)
        });
        for _ in 0..threads {
            let (from_reader, to_writer) = (from_reader.clone(), to_writer.clone());
            scope.spawn(move || {
                for (seq, batch) in from_reader {
                    if to_writer.send((seq, prepare(batch, source, form, hints))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(from_reader);
        drop(to_writer);
        let written = write_in_order(db, target, writer, from_workers, told);
        let (stream, fed) = reader.join().map_err(|_| CaseError::Defect { detail: "the reader stopped".into() })?;
        written?;
        fed?;
        std::mem::take(&mut target.lacks).tell(db, target.file)?;
        for file_loss in stream.losses() {
            loss(db, target.file, file_loss)?;
        }
        Ok(stream.finish())
    })
}

fn feed(stream: &mut Stream, first: Option<Batch>, to: &Sender<(u64, Batch)>) -> Result<(), CaseError> {
    let mut seq = 0;
    let mut next = first;
    while let Some(batch) = next {
        // A closed channel means that the writer gave up and says why itself.
        if to.send((seq, batch)).is_err() {
            return Ok(());
        }
        seq += 1;
        next = stream.next_batch()?;
    }
    Ok(())
}

fn write_in_order(
    db: &rusqlite::Connection,
    target: &mut Target<'_>,
    writer: &mut Writer,
    from: Receiver<(u64, Result<Prepared, String>)>,
    told: &Told<'_>,
) -> Result<(), CaseError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (seq, prepared) in &from {
        waiting.insert(seq, prepared);
        while let Some(prepared) = waiting.remove(&next) {
            if told.import.progress.cancelled() {
                return Err(CaseError::Cancelled);
            }
            let prepared = prepared.map_err(|detail| CaseError::Defect { detail })?;
            let covered = prepared.covered;
            writer.batch(db, target, prepared)?;
            told.tick(covered, target.counts.read());
            next += 1;
        }
    }
    Ok(())
}

/// A file that nobody knows: counted, named, and not half imported.
fn refuse(
    db: &rusqlite::Connection,
    target: &mut Target<'_>,
    mut stream: Stream,
    first: Option<Batch>,
    form: &Form,
    why: &str,
) -> Result<FileFacts, CaseError> {
    let mut next = first;
    while let Some(batch) = next {
        target.counts.rejected += batch.chunks.len() as u64;
        next = stream.next_batch()?;
    }
    for file_loss in stream.losses().iter().filter(|l| l.code != LossCode::UnknownFormat) {
        loss(db, target.file, file_loss)?;
    }
    let code = if matches!(form, Form::Empty) { LossCode::Skipped } else { LossCode::UnknownFormat };
    loss(db, target.file, &Loss { code, at: None, line: None, detail: why.to_string() })?;
    Ok(stream.finish())
}

fn close_file(
    db: &rusqlite::Connection,
    file: i64,
    form: &Form,
    facts: &FileFacts,
    counts: &Counts,
    imported: &ImportedFile,
) -> Result<(), CaseError> {
    if let Some(content) = facts.content_sha256.as_deref() {
        db.execute("INSERT INTO contents VALUES (?1, ?2)", params![file, content])?;
    }
    db.execute(
        "UPDATE files SET sha256 = ?2, format = ?3, why = ?4, form = ?5, bytes = ?6, bytes_out = ?7, read = ?8, kept = ?9,
         duplicates = ?10, rejected = ?11, first_time = ?12, last_time = ?13, seconds = ?14 WHERE id = ?1",
        params![
            file,
            facts.sha256,
            imported.format,
            imported.why,
            form.shown(),
            facts.bytes_in as i64,
            facts.bytes_out as i64,
            counts.read() as i64,
            counts.kept as i64,
            counts.duplicates as i64,
            counts.rejected as i64,
            counts.first,
            counts.last,
            imported.seconds
        ],
    )?;
    Ok(())
}
