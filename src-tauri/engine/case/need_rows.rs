//! What would settle the open calls, summed up: rows of the requests.

use rusqlite::params;

use super::derived::Derived;
use super::error::CaseError;
use super::store::Case;
use crate::model::run::shown_id;
use crate::model::{Grade, NeedKey, NeedKind, Time, Wanted};

/// Calls that one request may settle.
#[derive(Debug, Clone, Default)]
pub struct NeedGroup {
    pub refused: u64,
    pub contradicted: u64,
    /// At C today.
    pub supported: u64,
    /// Calls of services of which nobody is asked today, behind which a person may show.
    pub unasked: u64,
    pub best: Option<Grade>,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

impl NeedGroup {
    pub fn count(&mut self, standing: &str, best: Grade, time: Option<Time>) {
        match standing {
            "refused" => self.refused += 1,
            "contradicted" => self.contradicted += 1,
            "supported" => self.supported += 1,
            _ => {
                self.unasked += 1;
                return;
            }
        }
        self.best = self.best.max(Some(best));
        widen(&mut self.first, &mut self.last, time);
    }
}

/// One key of a request.
#[derive(Debug, Clone)]
pub struct NeedKeyRow {
    pub kind: NeedKind,
    pub key: NeedKey,
    pub calls: u64,
    pub best: Grade,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// Party of the agent of its first call.
    pub agent: Option<i64>,
    /// Its first call.
    pub example: i64,
}

impl NeedKeyRow {
    pub fn new(kind: NeedKind, key: NeedKey, example: i64, agent: Option<i64>) -> NeedKeyRow {
        NeedKeyRow { kind, key, calls: 0, best: Grade::D, first: None, last: None, agent, example }
    }

    pub fn count(&mut self, best: Grade, time: Option<Time>) {
        self.calls += 1;
        self.best = self.best.max(best);
        widen(&mut self.first, &mut self.last, time);
    }
}

fn widen(first: &mut Option<Time>, last: &mut Option<Time>, time: Option<Time>) {
    *first = [*first, time].into_iter().flatten().min();
    *last = (*last).max(time);
}

/// A request as it is kept.
#[derive(Debug, Clone)]
pub struct NeedGroupView {
    pub id: i64,
    pub wanted: Wanted,
    pub source: Option<String>,
    pub counts: NeedGroup,
}

/// A key of a request with its text.
#[derive(Debug, Clone)]
pub struct NeedKeyView {
    pub kind: NeedKind,
    /// As shown; `namespace:id` of a principal; none where the system and the time are all there is.
    pub key: Option<String>,
    pub calls: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub agent: Option<String>,
    /// The directory's owner of that agent.
    pub owner: Option<String>,
    pub example: String,
}

/// Open calls of one actor in one source, by why they are open.
#[derive(Debug, Clone)]
pub struct OpenCount {
    pub source: String,
    /// The agent, else who was on the wire.
    pub actor: Option<String>,
    pub actor_kind: Option<String>,
    pub owner: Option<String>,
    pub gap: Option<String>,
    pub calls: i64,
    pub with_run: i64,
}

impl Derived<'_> {
    pub fn need_group(&self, id: i64, wanted: Wanted, source: Option<i64>, g: &NeedGroup) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO need_groups VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                id,
                wanted.word(),
                source,
                g.refused as i64,
                g.contradicted as i64,
                g.supported as i64,
                g.unasked as i64,
                g.best.map(Grade::letter),
                g.first.map(|t| t.0),
                g.last.map(|t| t.0)
            ],
        )?;
        Ok(())
    }

    /// How many keys of a kind a request has, listed or not.
    pub fn need_kind(&self, group: i64, kind: NeedKind, keys: u64) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO need_kinds VALUES (?1, ?2, ?3)")?.execute(params![
            group,
            kind.word(),
            keys as i64
        ])?;
        Ok(())
    }

    pub fn need_key(&self, group: i64, row: &NeedKeyRow) -> Result<(), CaseError> {
        let (table, id) = match row.key {
            NeedKey::Run(id) => ("run", id),
            NeedKey::Text(id) => ("text", id),
            NeedKey::Principal(id) => ("principal", id),
            NeedKey::Party(id) => ("party", i64::from(id)),
            NeedKey::System => ("system", 0),
        };
        self.tx.prepare_cached("INSERT INTO need_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(
            params![
                group,
                row.kind.word(),
                table,
                id,
                row.calls as i64,
                row.first.map(|t| t.0),
                row.last.map(|t| t.0),
                row.agent,
                row.example
            ],
        )?;
        Ok(())
    }

    pub fn need_set(&self, groups: &str, calls: u64) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO need_sets VALUES (?1, ?2)")?.execute((groups, calls as i64))?;
        Ok(())
    }
}

impl Case {
    /// A principal as `namespace:id`.
    pub fn principal_shown(&self, id: i64) -> Result<String, CaseError> {
        let mut query = self.db.prepare_cached("SELECT namespace || ':' || own_id FROM principals WHERE id = ?1")?;
        Ok(query.query_row([id], |r| r.get(0))?)
    }

    /// Calls that name a person whom no directory row confirms.
    pub fn unverified_calls(&self) -> Result<i64, CaseError> {
        let sql = "SELECT count(*) FROM attributions a JOIN parties p ON p.id = a.human
             WHERE a.kind IN (0, 4) AND a.in_scope = 1 AND p.verified = 0";
        Ok(self.db.query_row(sql, [], |r| r.get(0))?)
    }

    /// These people, as shown.
    pub fn unverified_people(&self, limit: u32) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT p.shown FROM parties p WHERE p.verified = 0 AND EXISTS (
               SELECT 1 FROM attributions a WHERE a.human = p.id AND a.kind IN (0, 4) AND a.in_scope = 1)
             ORDER BY 1 LIMIT ?1",
        )?;
        Ok(query.query_map([limit], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    pub fn need_groups(&self) -> Result<Vec<NeedGroupView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT g.id, g.wanted, s.text, g.refused, g.contradicted, g.supported, g.unasked, g.best, g.first, g.last
             FROM need_groups g LEFT JOIN strings s ON s.id = g.source ORDER BY g.wanted, s.text",
        )?;
        let rows = query.query_map([], |r| {
            let count = |n: usize| -> rusqlite::Result<u64> { Ok(r.get::<_, i64>(n)?.max(0) as u64) };
            Ok(NeedGroupView {
                id: r.get(0)?,
                wanted: Wanted::from_word(&r.get::<_, String>(1)?).unwrap_or(Wanted::GatewayLog),
                source: r.get(2)?,
                counts: NeedGroup {
                    refused: count(3)?,
                    contradicted: count(4)?,
                    supported: count(5)?,
                    unasked: count(6)?,
                    best: r.get::<_, Option<String>>(7)?.and_then(|g| Grade::from_letter(&g)),
                    first: r.get::<_, Option<i64>>(8)?.map(Time),
                    last: r.get::<_, Option<i64>>(9)?.map(Time),
                },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// (kind, keys) of a request.
    pub fn need_kinds(&self, group: i64) -> Result<Vec<(NeedKind, i64)>, CaseError> {
        let mut query = self.db.prepare("SELECT kind, keys FROM need_kinds WHERE grp = ?1 ORDER BY kind")?;
        let rows = query.query_map([group], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().filter_map(|(kind, keys)| Some((NeedKind::from_word(&kind)?, keys))).collect())
    }

    /// Keys of a request, those of most calls first.
    pub fn need_keys(&self, group: i64, kind: NeedKind, limit: u32) -> Result<Vec<NeedKeyView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT CASE k.of WHEN 'run' THEN (SELECT text FROM strings WHERE id = k.key)
               WHEN 'text' THEN (SELECT text FROM strings WHERE id = k.key)
               WHEN 'principal' THEN (SELECT namespace || ':' || own_id FROM principals WHERE id = k.key)
               WHEN 'party' THEN (SELECT shown FROM parties WHERE id = k.key) END AS shown,
             k.calls, k.first, k.last, p.shown, d.owner, e.shown_id, k.of = 'run'
             FROM need_keys k JOIN events e ON e.id = k.example LEFT JOIN parties p ON p.id = k.agent
             LEFT JOIN directory d ON d.event = p.directory
             WHERE k.grp = ?1 AND k.kind = ?2 ORDER BY k.calls DESC, shown LIMIT ?3",
        )?;
        let rows = query.query_map(params![group, kind.word(), limit], |r| {
            Ok(NeedKeyView {
                kind,
                key: match r.get(7)? {
                    true => r.get::<_, Option<String>>(0)?.map(|id| shown_id(&id)),
                    false => r.get(0)?,
                },
                calls: r.get(1)?,
                first: r.get::<_, Option<i64>>(2)?.map(Time),
                last: r.get::<_, Option<i64>>(3)?.map(Time),
                agent: r.get(4)?,
                owner: r.get(5)?,
                example: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Open calls by the set of requests that may settle them.
    pub fn need_sets(&self) -> Result<Vec<(Vec<i64>, i64)>, CaseError> {
        let mut query = self.db.prepare("SELECT groups, calls FROM need_sets ORDER BY groups")?;
        let rows = query.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?)))?;
        let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().map(|(g, n)| (g.split(' ').filter_map(|w| w.parse().ok()).collect(), n)).collect())
    }

    /// Calls that are refused, contradicted or no better than C, by source, actor and cause.
    pub fn open_counts(&self) -> Result<Vec<OpenCount>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT s.text, p.shown, p.kind, d.owner, a.gap, count(*), sum(a.run_on_record)
             FROM attributions a JOIN strings s ON s.id = a.source
             LEFT JOIN parties p ON p.id = coalesce(a.agent, a.wire_party) LEFT JOIN directory d ON d.event = p.directory
             WHERE a.kind IN (0, 4) AND a.in_scope = 1 AND a.standing IN ('refused', 'contradicted', 'supported')
             GROUP BY s.text, p.shown, p.kind, d.owner, a.gap ORDER BY 1, 2, 3, 4, 5",
        )?;
        let rows = query.query_map([], |r| {
            Ok(OpenCount {
                source: r.get(0)?,
                actor: r.get(1)?,
                actor_kind: r.get(2)?,
                owner: r.get(3)?,
                gap: r.get(4)?,
                calls: r.get(5)?,
                with_run: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
