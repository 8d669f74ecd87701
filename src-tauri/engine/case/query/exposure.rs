//! Where credentials and accounts were used, and what was derived from them.

use rusqlite::Row;

use super::super::error::CaseError;
use super::super::events::credential_kind;
use super::super::store::Case;
use super::time;
use crate::model::{CredentialKind, Time};

/// A use of a credential, or of an account.
#[derive(Debug, Clone)]
pub struct UseView {
    pub event: i64,
    pub id: String,
    pub source: String,
    pub kind: i64,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub address: Option<String>,
    pub host: Option<String>,
    pub user_agent: Option<String>,
    pub credential: Option<i64>,
    pub wire: Option<i64>,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub grade: Option<String>,
    pub authority: Option<String>,
    pub authority_kind: Option<String>,
    pub effect: Option<String>,
}

/// A credential handed out: by whom, under which credential.
#[derive(Debug, Clone)]
pub struct HandedOut {
    pub event: i64,
    pub credential: i64,
    pub kind: CredentialKind,
    /// The credential that it was obtained with.
    pub by: Option<i64>,
    /// The account that obtained it.
    pub wire: Option<i64>,
    pub time: Option<Time>,
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
    pub action: Option<String>,
    /// A token that was exchanged from another.
    pub exchanged: bool,
    /// The person that a token stands for, as shown.
    pub subject: Option<String>,
}

/// How records of one source carry credential ids.
#[derive(Debug, Clone)]
pub struct BareCalls {
    pub source: String,
    pub calls: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

impl Case {
    /// Whether an interned text is a credential's id, and of which kind.
    pub fn credential_kind_of(&self, id: i64) -> Result<Option<CredentialKind>, CaseError> {
        use rusqlite::OptionalExtension;
        let sql = "SELECT kind FROM (SELECT credential_kind AS kind, 1 AS n FROM events WHERE credential = ?1 LIMIT 1)
             UNION ALL SELECT kind FROM issued WHERE credential = ?1
             UNION ALL SELECT 0 FROM tokens WHERE jti = ?1 OR parent = ?1 LIMIT 1";
        let kind: Option<Option<i64>> = self.db.prepare_cached(sql)?.query_row([id], |r| r.get(0)).optional()?;
        Ok(kind.flatten().map(credential_kind))
    }

    /// Accounts of that name: a login, `namespace:login`, or all of whoever is shown so.
    pub fn principals_named(&self, name: &str) -> Result<Vec<(i64, String)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT id, namespace || ':' || own_id FROM principals WHERE id IN (
               SELECT id FROM principals WHERE own_id = ?1 OR namespace || ':' || own_id = ?1
               UNION SELECT o.principal FROM party_of o JOIN parties p ON p.id = o.party WHERE lower(p.shown) = lower(?1))
             ORDER BY 2",
        )?;
        Ok(query.query_map([name], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Every credential that a record hands out, in the order of time.
    pub fn handed_out(&self) -> Result<Vec<HandedOut>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT i.event, i.credential, i.kind, e.credential, e.wire, e.time, i.expires, NULL, a.text, 0, NULL
             FROM issued i JOIN events e ON e.id = i.event LEFT JOIN strings a ON a.id = e.action
             UNION ALL
             SELECT t.event, t.jti, 0, t.parent, NULL, coalesce(t.issued_at, e.time), t.expires, t.revoked, a.text,
               t.parent IS NOT NULL, coalesce(p.shown, n.own_id)
             FROM tokens t JOIN events e ON e.id = t.event LEFT JOIN strings a ON a.id = e.action
             LEFT JOIN principals n ON n.id = t.subject LEFT JOIN party_of o ON o.principal = t.subject
             LEFT JOIN parties p ON p.id = o.party
             WHERE t.jti IS NOT NULL ORDER BY 6, 2, 1",
        )?;
        let rows = query.query_map([], |r| {
            Ok(HandedOut {
                event: r.get(0)?,
                credential: r.get(1)?,
                kind: credential_kind(r.get(2)?),
                by: r.get(3)?,
                wire: r.get(4)?,
                time: time(r, 5)?,
                expires: time(r, 6)?,
                revoked: time(r, 7)?,
                action: r.get(8)?,
                exchanged: r.get(9)?,
                subject: r.get(10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Uses of credentials and of accounts, in the order of time. The record of a token's own issuance is no use of it.
    pub fn each_use(
        &self,
        credentials: &[i64],
        principals: &[i64],
        mut visit: impl FnMut(UseView) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.db.prepare(
            "SELECT e.id, e.shown_id, src.text, e.kind, e.time, sv.text, ac.text, re.text,
             CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
             ip.text, ho.text, ua.text, e.credential, e.wire, ap.shown, hp.shown, a.grade, up.shown, up.kind, f.effect
             FROM events e JOIN strings src ON src.id = e.source LEFT JOIN attributions a ON a.event = e.id
             LEFT JOIN strings sv ON sv.id = e.service LEFT JOIN strings ac ON ac.id = e.action
             LEFT JOIN strings re ON re.id = e.resource LEFT JOIN strings ip ON ip.id = e.source_ip
             LEFT JOIN strings ho ON ho.id = e.host LEFT JOIN strings ua ON ua.id = e.user_agent
             LEFT JOIN parties ap ON ap.id = a.agent LEFT JOIN parties hp ON hp.id = a.human
             LEFT JOIN parties up ON up.id = a.authority LEFT JOIN call_facts f ON f.event = e.id
             WHERE e.id IN (
               SELECT id FROM events WHERE credential IN (SELECT value FROM json_each(?1))
               UNION SELECT id FROM events WHERE json_array_length(?2) > 0 AND wire IN (SELECT value FROM json_each(?2)))
             AND e.kind IN (0, 1, 2, 4)
             AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.event = e.id AND t.jti = e.credential)
             ORDER BY e.time, e.shown_id, src.text, e.hash",
        )?;
        let mut rows = query.query((json(credentials), json(principals)))?;
        while let Some(r) = rows.next()? {
            visit(used(r)?)?;
        }
        Ok(())
    }

    /// Calls of accounts whose records carry no credential id: any of them may be a use.
    pub fn calls_without_credential(&self, principals: &[i64]) -> Result<Vec<BareCalls>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT s.text, count(*), min(e.time), max(e.time) FROM events e JOIN strings s ON s.id = e.source
             WHERE e.wire IN (SELECT value FROM json_each(?1)) AND e.credential IS NULL AND e.kind IN (0, 1, 4)
             GROUP BY s.text ORDER BY s.text",
        )?;
        let rows = query.query_map([json(principals)], |r| {
            Ok(BareCalls { source: r.get(0)?, calls: r.get(1)?, first: time(r, 2)?, last: time(r, 3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn json(ids: &[i64]) -> String {
    format!("[{}]", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}

fn used(r: &Row<'_>) -> rusqlite::Result<UseView> {
    Ok(UseView {
        event: r.get(0)?,
        id: r.get(1)?,
        source: r.get(2)?,
        kind: r.get(3)?,
        time: time(r, 4)?,
        service: r.get(5)?,
        action: r.get(6)?,
        resource: r.get(7)?,
        outcome: r.get(8)?,
        address: r.get(9)?,
        host: r.get(10)?,
        user_agent: r.get(11)?,
        credential: r.get(12)?,
        wire: r.get(13)?,
        agent: r.get(14)?,
        human: r.get(15)?,
        grade: r.get(16)?,
        authority: r.get(17)?,
        authority_kind: r.get(18)?,
        effect: r.get(19)?,
    })
}
