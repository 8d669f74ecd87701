//! The one writer of a bulk: rows in the order of the export, whatever the number of threads that prepared them.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::Xxh3;

use super::entry::write_entry;
use super::error::CaseError;
use super::intern::Interner;
use super::pipeline::{Envelope, Item, ItemContent, Prepared, ShownId};
use crate::model::{Attribute, Event, EventKind, Loss, LossCode, LossSeverity, Principal, WireKind};
use crate::sources::Understood;

/// Counts of one file. `read = kept + duplicates + rejected` by construction: each item lands in exactly one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub kept: u64,
    pub duplicates: u64,
    pub rejected: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

impl Counts {
    pub(super) fn read(&self) -> u64 {
        self.kept + self.duplicates + self.rejected
    }
}

/// Writes batches of one import. Interned text and known identities live as long as the import.
pub(super) struct Writer {
    interner: Interner,
    /// Hash of an identity to the first event that has it. A hit is checked against the row before it counts.
    known: FxHashMap<u64, i64>,
    /// Later events of such a hash, by their content: a copy of any of them is a duplicate.
    others: FxHashMap<(u64, [u8; 16]), i64>,
    envelopes: FxHashMap<[u8; 16], i64>,
    /// Pairs of principals already written: most records state the same few.
    pairs: FxHashSet<(i64, i64)>,
    next_event: i64,
    next_block: i64,
}

/// The file being written.
pub(super) struct Target<'a> {
    pub file: i64,
    pub source: &'a str,
    pub counts: Counts,
    pub next_index: i64,
    pub lacks: Lacks,
}

/// What records of one file lack, told once for all of them: a log without times would else have a loss a record.
#[derive(Default)]
pub(super) struct Lacks {
    of: BTreeMap<LossCode, (u64, Loss)>,
}

impl Lacks {
    fn note(&mut self, code: LossCode, place: &Place, shown: &str) {
        let first =
            || Loss { code, at: Some((place.offset, place.length)), line: place.line, detail: shown.to_string() };
        self.of.entry(code).or_insert_with(|| (0, first())).0 += 1;
    }

    /// Writes the losses of a file whose records are all written.
    pub(super) fn tell(self, db: &Connection, file: i64) -> Result<(), CaseError> {
        for (count, mut first) in self.of.into_values() {
            if count > 1 {
                first.detail = format!("{count} records; the first is {}", first.detail);
            }
            loss(db, file, &first)?;
        }
        Ok(())
    }
}

impl Writer {
    pub(super) fn load(db: &Connection) -> Result<Writer, CaseError> {
        let (mut known, mut others) = (FxHashMap::default(), FxHashMap::default());
        let mut query = db.prepare(
            "SELECT e.id, s.text, t.text, g.text, e.shown_id, e.own_id, e.hash FROM events e
             JOIN strings s ON s.id = e.source LEFT JOIN strings t ON t.id = e.tenant
             LEFT JOIN strings g ON g.id = e.stage ORDER BY e.id",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let (source, tenant, stage): (String, Option<String>, Option<String>) =
                (row.get(1)?, row.get(2)?, row.get(3)?);
            let shown: String = row.get(4)?;
            let own: bool = row.get(5)?;
            let hash: [u8; 16] = row.get(6)?;
            let key = if own {
                identity(&source, tenant.as_deref(), stage.as_deref(), Some(&shown), &hash)
            } else {
                identity(&source, None, None, None, &hash)
            };
            if *known.entry(key).or_insert(id) != id {
                others.insert((key, hash), id);
            }
        }
        let mut envelopes = FxHashMap::default();
        let mut query = db.prepare("SELECT id, hash FROM envelopes")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            envelopes.insert(row.get::<_, [u8; 16]>(1)?, row.get(0)?);
        }
        let mut pairs = FxHashSet::default();
        let mut query = db.prepare("SELECT a, b FROM pairs")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            pairs.insert((row.get(0)?, row.get(1)?));
        }
        let next = |sql| -> Result<i64, CaseError> {
            Ok(db.query_row(sql, [], |r| r.get::<_, Option<i64>>(0))?.unwrap_or(0) + 1)
        };
        Ok(Writer {
            interner: Interner::load(db)?,
            known,
            others,
            envelopes,
            pairs,
            next_event: next("SELECT max(id) FROM events")?,
            next_block: next("SELECT max(id) FROM blocks")?,
        })
    }

    pub(super) fn batch(&mut self, db: &Connection, target: &mut Target<'_>, batch: Prepared) -> Result<(), CaseError> {
        let block = if batch.length == 0 {
            None
        } else {
            let id = self.next_block;
            self.next_block += 1;
            db.prepare_cached("INSERT INTO blocks VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                id,
                target.file,
                batch.length as i64,
                batch.hash,
                batch.data
            ])?;
            Some(id)
        };
        for item in batch.items {
            self.item(db, target, block, item)?;
        }
        Ok(())
    }

    fn item(
        &mut self,
        db: &Connection,
        target: &mut Target<'_>,
        block: Option<i64>,
        item: Item,
    ) -> Result<(), CaseError> {
        let index = target.next_index;
        target.next_index += 1;
        let place =
            Place { block, index, offset: item.offset, length: item.length, line: item.line, start: item.start };
        match item.content {
            ItemContent::Rejected { code, detail } => {
                target.counts.rejected += 1;
                copy(db, target.file, &place, 2, None)?;
                loss(db, target.file, &Loss { code, at: Some((place.offset, place.length)), line: place.line, detail })
            }
            ItemContent::Record { hash, envelope, understood, shown_id } => {
                self.record(db, target, &place, hash, envelope, understood, shown_id)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one record, each used once")]
    fn record(
        &mut self,
        db: &Connection,
        target: &mut Target<'_>,
        place: &Place,
        hash: [u8; 16],
        envelope: Option<Envelope>,
        understood: Understood,
        shown_id: ShownId,
    ) -> Result<(), CaseError> {
        let (event, entries) = match understood {
            Understood::Event(event) => (*event, Vec::new()),
            Understood::Entry(entry) => (Event::new(EventKind::Context), vec![entry]),
            Understood::Entries(entries) => (Event::new(EventKind::Context), entries),
            Understood::Kept => (Event::new(EventKind::Context), Vec::new()),
        };
        let (shown, own) = match &shown_id {
            ShownId::Own(id) => (id.as_str(), true),
            ShownId::Hashed(id) => (id.as_str(), false),
        };
        let key = if own {
            identity(target.source, event.tenant.as_deref(), event.stage.as_deref(), Some(shown), &hash)
        } else {
            identity(target.source, None, None, None, &hash)
        };
        let first = self.known.get(&key).copied();
        if let Some(first) = first {
            let earlier = self.others.get(&(key, hash)).copied().unwrap_or(first);
            match self.compare(db, earlier, shown, &hash)? {
                Same::Record => {
                    target.counts.duplicates += 1;
                    return copy(db, target.file, place, 1, Some(earlier));
                }
                Same::IdentityOnly => loss(
                    db,
                    target.file,
                    &Loss {
                        code: LossCode::ConflictingCopy,
                        at: Some((place.offset, place.length)),
                        line: place.line,
                        detail: format!("{shown} is in the case with other content"),
                    },
                )?,
                Same::Nothing => {}
            }
        }
        let id = self.next_event;
        self.next_event += 1;
        if first.is_some() {
            self.others.insert((key, hash), id);
        } else {
            self.known.insert(key, id);
        }
        target.counts.kept += 1;
        if let Some(time) = event.time {
            target.counts.first = Some(target.counts.first.map_or(time.0, |f| f.min(time.0)));
            target.counts.last = Some(target.counts.last.map_or(time.0, |l| l.max(time.0)));
        } else if matches!(event.kind, EventKind::Call | EventKind::SignIn | EventKind::Token | EventKind::ToolSpan) {
            target.lacks.note(LossCode::NoTime, place, shown);
        }
        for code in &event.losses {
            target.lacks.note(*code, place, shown);
        }
        let envelope = envelope.map(|e| self.envelope(db, e)).transpose()?;
        self.event(db, target, place, id, &hash, shown, own, envelope, &event)?;
        self.sides(db, id, &event)?;
        for (n, entry) in entries.iter().enumerate() {
            write_entry(db, id, n as i64, entry)?;
        }
        Ok(())
    }

    /// Whether a record with this identity hash is the same record, the same identity, or a chance collision.
    fn compare(&self, db: &Connection, earlier: i64, shown: &str, hash: &[u8; 16]) -> Result<Same, CaseError> {
        let mut query = db.prepare_cached("SELECT shown_id, hash FROM events WHERE id = ?1")?;
        let (id, was): (String, [u8; 16]) = query.query_row([earlier], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(match (id == shown, &was == hash) {
            (_, true) => Same::Record,
            (true, false) => Same::IdentityOnly,
            (false, false) => Same::Nothing,
        })
    }

    fn envelope(&mut self, db: &Connection, envelope: Envelope) -> Result<i64, CaseError> {
        if let Some(&id) = self.envelopes.get(&envelope.hash) {
            return Ok(id);
        }
        db.prepare_cached("INSERT INTO envelopes (hash, data) VALUES (?1, ?2)")?
            .execute(params![envelope.hash, envelope.data])?;
        let id = db.last_insert_rowid();
        self.envelopes.insert(envelope.hash, id);
        Ok(id)
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    fn event(
        &mut self,
        db: &Connection,
        target: &Target<'_>,
        place: &Place,
        id: i64,
        hash: &[u8; 16],
        shown: &str,
        own: bool,
        envelope: Option<i64>,
        e: &Event,
    ) -> Result<(), CaseError> {
        let names = &mut self.interner;
        let wire = e.wire.as_ref().map(|w| names.principal(db, &w.principal)).transpose()?;
        let decision = e.decision.as_ref();
        db.prepare_cached(INSERT_EVENT)?.execute(params![
            id,
            target.file,
            place.index,
            place.offset as i64,
            place.length as i64,
            place.line.map(|l| l as i64),
            place.block,
            place.start as i64,
            envelope,
            hash,
            names.string(db, target.source)?,
            e.kind as i64,
            e.time.map(|t| t.0),
            e.end.map(|t| t.0),
            shown,
            own,
            names.maybe(db, e.tenant.as_deref())?,
            names.maybe(db, e.stage.as_deref())?,
            names.maybe(db, e.service.as_deref())?,
            names.maybe(db, e.action.as_deref())?,
            names.maybe(db, e.resource.as_deref())?,
            names.maybe(db, e.resource_type.as_deref())?,
            e.outcome as i64,
            wire,
            e.wire.as_ref().map_or(WireKind::Unknown, |w| w.kind) as i64,
            e.wire.as_ref().map(|w| w.by as i64),
            e.human_empty as i64,
            e.agent_empty as i64,
            names.maybe(db, e.run.as_ref().map(|(r, _)| r.as_str()))?,
            e.run.as_ref().map(|(_, by)| *by as i64),
            names.maybe(db, e.parent_run.as_ref().map(|r| r.as_str()))?,
            names.maybe(db, e.conversation.as_deref())?,
            names.maybe(db, e.trace.as_ref().map(|t| t.as_str()))?,
            names.maybe(db, e.span.as_ref().map(|t| t.as_str()))?,
            names.maybe(db, e.parent_span.as_ref().map(|t| t.as_str()))?,
            e.tool_call,
            names.maybe(db, e.credential.as_ref().map(|c| c.id.as_str()))?,
            e.credential.as_ref().map(|c| c.kind as i64),
            names.maybe(db, joined(&e.audience).as_deref())?,
            names.maybe(db, joined(&e.scope).as_deref())?,
            decision.and_then(|d| d.effect).map(|x| x as i64),
            names.maybe(db, decision.and_then(|d| d.policy.as_deref()))?,
            names.maybe(db, e.source_ip.as_deref())?,
            names.maybe(db, e.user_agent.as_deref())?,
            names.maybe(db, e.host.as_deref())?,
            e.interactive,
            names.maybe(db, e.trigger.as_deref())?,
        ])?;
        Ok(())
    }

    fn sides(&mut self, db: &Connection, id: i64, e: &Event) -> Result<(), CaseError> {
        let names = &mut self.interner;
        for (n, claim) in e.claims.iter().enumerate() {
            let principal = names.principal(db, &claim.principal)?;
            let field = names.string(db, &claim.field)?;
            db.prepare_cached("INSERT INTO claims VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
                id,
                n as i64,
                claim.role as i64,
                principal,
                claim.evidence as i64,
                claim.by as i64,
                field
            ])?;
        }
        for (one, other) in &e.same {
            let (one, other) = (names.principal(db, one)?, names.principal(db, other)?);
            let pair = (one.min(other), one.max(other));
            if pair.0 != pair.1 && self.pairs.insert(pair) {
                db.prepare_cached("INSERT INTO pairs VALUES (?1, ?2)")?.execute(pair)?;
            }
        }
        for (n, link) in e.links.iter().enumerate() {
            let (trace, span) = (names.string(db, link.trace.as_str())?, names.string(db, link.span.as_str())?);
            db.prepare_cached("INSERT INTO links VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, n as i64, trace, span])?;
        }
        for (n, principal) in e.decision.iter().flat_map(|d| d.evaluated.iter()).enumerate() {
            let principal = names.principal(db, principal)?;
            db.prepare_cached("INSERT INTO evaluated VALUES (?1, ?2, ?3)")?
                .execute(params![id, n as i64, principal])?;
        }
        for (name, value) in &e.attributes {
            let (number, text, currency) = match value {
                Attribute::Number { value, currency } => (Some(*value), None, currency.as_deref()),
                Attribute::Text(text) => (None, Some(text.as_str()), None),
                Attribute::Flag(flag) => (None, Some(if *flag { "true" } else { "false" }), None),
            };
            db.prepare_cached("INSERT OR REPLACE INTO attributes VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![id, name, number, text, currency])?;
        }
        if let Some(sequence) = &e.sequence {
            let stream = names.maybe(db, sequence.stream.as_deref())?;
            db.prepare_cached("INSERT INTO sequences VALUES (?1, ?2, ?3)")?.execute(params![
                id,
                stream,
                sequence.number
            ])?;
        }
        if let Some(issued) = &e.issued {
            let credential = names.string(db, &issued.credential.id)?;
            let principal = issued.principal.as_ref().map(|p| names.principal(db, p)).transpose()?;
            db.prepare_cached("INSERT INTO issued VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                id,
                credential,
                issued.credential.kind as i64,
                principal,
                issued.expires.map(|t| t.0)
            ])?;
        }
        self.approval(db, id, e)?;
        self.token(db, id, e)
    }

    fn approval(&mut self, db: &Connection, id: i64, e: &Event) -> Result<(), CaseError> {
        let Some(approval) = &e.approval else { return Ok(()) };
        let names = &mut self.interner;
        let mut principal = |p: &Option<Principal>| p.as_ref().map(|p| names.principal(db, p)).transpose();
        let (subject, requested_by, approved_by) =
            (principal(&approval.subject)?, principal(&approval.requested_by)?, principal(&approval.approved_by)?);
        db.prepare_cached("INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            id,
            subject,
            requested_by,
            approved_by,
            approval.limit,
            approval.granted,
            approval.expires.map(|t| t.0),
        ])?;
        Ok(())
    }

    fn token(&mut self, db: &Connection, id: i64, e: &Event) -> Result<(), CaseError> {
        let Some(token) = &e.token else { return Ok(()) };
        let names = &mut self.interner;
        let jti = e.credential.as_ref().map(|c| names.string(db, &c.id)).transpose()?;
        let subject = token.subject.as_ref().map(|p| names.principal(db, p)).transpose()?;
        let client = token.client.as_ref().map(|p| names.principal(db, p)).transpose()?;
        db.prepare_cached("INSERT INTO tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?
            .execute(params![
            id,
            jti,
            subject,
            client,
            names.maybe(db, joined(&token.audience).as_deref())?,
            names.maybe(db, joined(&token.scope).as_deref())?,
            token.not_before.map(|t| t.0),
            token.issued_at.map(|t| t.0),
            token.expires.map(|t| t.0),
            token.revoked.map(|t| t.0),
            token.details,
            names.maybe(db, token.issuer.as_deref())?,
            names.maybe(db, token.parent.as_deref())?,
            token.unverified,
        ])?;
        for (depth, actor) in token.actors.iter().enumerate() {
            let principal = names.principal(db, actor)?;
            db.prepare_cached("INSERT INTO token_actors VALUES (?1, ?2, ?3)")?.execute(params![
                id,
                depth as i64,
                principal
            ])?;
        }
        Ok(())
    }
}

struct Place {
    block: Option<i64>,
    index: i64,
    offset: u64,
    length: u64,
    line: Option<u64>,
    start: usize,
}

enum Same {
    Record,
    IdentityOnly,
    Nothing,
}

const INSERT_EVENT: &str =
    "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
 ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39,
 ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47)";

/// (source, tenant, id, stage); without an id, the content.
fn identity(source: &str, tenant: Option<&str>, stage: Option<&str>, id: Option<&str>, hash: &[u8; 16]) -> u64 {
    let mut key = Xxh3::new();
    key.update(source.as_bytes());
    match id {
        Some(id) => {
            for part in [tenant.unwrap_or(""), stage.unwrap_or(""), id] {
                key.update(&[0]);
                key.update(part.as_bytes());
            }
        }
        None => key.update(hash),
    }
    key.digest()
}

/// Words of a list as one text. Audiences and scopes hold no blanks (RFC 6749 section 3.3).
fn joined(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}

fn copy(db: &Connection, file: i64, place: &Place, status: i64, event: Option<i64>) -> Result<(), CaseError> {
    db.prepare_cached(
        "INSERT INTO copies (file, idx, offset, length, line, block, start, status, event)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        file,
        place.index,
        place.offset as i64,
        place.length as i64,
        place.line.map(|l| l as i64),
        place.block,
        place.start as i64,
        status,
        event
    ])?;
    Ok(())
}

pub(super) fn loss(db: &Connection, file: i64, loss: &Loss) -> Result<(), CaseError> {
    let severity = match loss.code.severity() {
        LossSeverity::Error => "error",
        LossSeverity::Warning => "warning",
        LossSeverity::Info => "info",
    };
    db.prepare_cached(
        "INSERT INTO losses (file, code, severity, offset, length, line, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        file,
        loss.code.code(),
        severity,
        loss.at.map(|(offset, _)| offset as i64),
        loss.at.map(|(_, length)| length as i64),
        loss.line.map(|l| l as i64),
        loss.detail
    ])?;
    Ok(())
}
