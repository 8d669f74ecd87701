//! Tokens one by one, with their records and uses.

use super::allowed::{text, time};
use super::error::CaseError;
use super::store::Case;
use crate::model::Time;

/// A token in a list.
#[derive(Debug, Clone)]
pub struct TokenView {
    pub key: i64,
    pub token: String,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub agent: Option<String>,
    pub delegated: bool,
    pub life_seconds: Option<i64>,
    pub uses: u32,
    pub runs: u32,
    pub persons: u32,
    pub broad: Option<String>,
    pub findings: u32,
}

/// One record of a token.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    pub event: i64,
    pub time: Option<Time>,
    pub source: String,
    pub subject: Option<String>,
    pub client: Option<String>,
    /// Outermost first.
    pub actors: Vec<String>,
    pub audience: Option<String>,
    pub scope: Option<String>,
    pub details: Option<String>,
    pub issuer: Option<String>,
    pub not_before: Option<Time>,
    pub issued_at: Option<Time>,
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
    pub parent: Option<String>,
    pub unverified: bool,
    pub run: Option<String>,
}

/// A call on which a token was used, and how it fits.
#[derive(Debug, Clone)]
pub struct TokenUse {
    pub event: i64,
    pub id: String,
    pub source: String,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub person: Option<String>,
    pub agent: Option<String>,
    pub run: Option<String>,
    pub scope: String,
    pub audience: String,
    pub life: String,
    pub runs_person: String,
    pub why: Option<String>,
}

impl Case {
    /// Every token id of a record or of a delegated call, most used first.
    pub fn token_views(&self) -> Result<Vec<TokenView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT t.token, s.text, i.text, p.shown, a.shown, t.delegated, t.life_seconds, t.uses, t.runs, t.persons, t.broad,
             (SELECT count(DISTINCT n.finding) FROM instances n JOIN findings f ON f.id = n.finding
               WHERE n.token = s.text AND f.design_fact = 0)
             FROM token_facts t JOIN strings s ON s.id = t.token LEFT JOIN strings i ON i.id = t.issuer
             LEFT JOIN parties p ON p.id = t.subject LEFT JOIN parties a ON a.id = t.agent
             ORDER BY t.uses DESC, s.text",
        )?;
        let rows = query.query_map([], |r| {
            Ok(TokenView {
                key: r.get(0)?,
                token: r.get(1)?,
                issuer: text(r, 2)?,
                subject: r.get(3)?,
                agent: r.get(4)?,
                delegated: r.get(5)?,
                life_seconds: r.get(6)?,
                uses: r.get(7)?,
                runs: r.get(8)?,
                persons: r.get(9)?,
                broad: r.get(10)?,
                findings: r.get(11)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The string id of a token's id.
    pub fn token_key(&self, token: &str) -> Result<Option<i64>, CaseError> {
        let mut query = self
            .db
            .prepare("SELECT t.token FROM token_facts t JOIN strings s ON s.id = t.token WHERE s.text = ?1 LIMIT 1")?;
        let mut rows = query.query([token])?;
        Ok(rows.next()?.map(|r| r.get(0)).transpose()?)
    }

    /// Records of one token, the earliest first.
    pub fn token_records(&self, token: i64) -> Result<Vec<TokenRecord>, CaseError> {
        let shown = "coalesce((SELECT p.shown FROM party_of o JOIN parties p ON p.id = o.party WHERE o.principal = n.id), n.own_id)";
        let mut actors = self.db.prepare(&format!(
            "SELECT {shown} FROM token_actors a JOIN principals n ON n.id = a.principal WHERE a.event = ?1 ORDER BY a.depth"
        ))?;
        let mut query = self.db.prepare(&format!(
            "SELECT t.event, e.time, src.text, (SELECT {shown} FROM principals n WHERE n.id = t.subject),
             (SELECT {shown} FROM principals n WHERE n.id = t.client), au.text, sc.text, t.details, iss.text, t.not_before,
             t.issued_at, t.expires, t.revoked, pa.text, t.unverified, ru.text
             FROM tokens t JOIN events e ON e.id = t.event JOIN strings src ON src.id = e.source
             LEFT JOIN strings au ON au.id = t.audience LEFT JOIN strings sc ON sc.id = t.scope
             LEFT JOIN strings iss ON iss.id = t.issuer LEFT JOIN strings pa ON pa.id = t.parent
             LEFT JOIN strings ru ON ru.id = e.run WHERE t.jti = ?1 ORDER BY e.time, e.shown_id, t.event"
        ))?;
        let mut rows = query.query([token])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let event: i64 = r.get(0)?;
            out.push(TokenRecord {
                event,
                time: time(r, 1)?,
                source: r.get(2)?,
                subject: r.get(3)?,
                client: r.get(4)?,
                actors: actors.query_map([event], |a| a.get(0))?.collect::<Result<_, _>>()?,
                audience: text(r, 5)?,
                scope: text(r, 6)?,
                details: r.get(7)?,
                issuer: text(r, 8)?,
                not_before: time(r, 9)?,
                issued_at: time(r, 10)?,
                expires: time(r, 11)?,
                revoked: time(r, 12)?,
                parent: text(r, 13)?,
                unverified: r.get(14)?,
                run: text(r, 15)?,
            });
        }
        Ok(out)
    }

    /// Ids of tokens that were exchanged from this one.
    pub fn token_children(&self, token: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT s.text FROM tokens t JOIN strings s ON s.id = t.jti WHERE t.parent = ?1 AND t.jti <> ?1 ORDER BY 1",
        )?;
        Ok(query.query_map([token], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Calls on which a delegated token was used, in the order of time, at most `limit` of them.
    pub fn token_uses(&self, token: i64, limit: u32) -> Result<Vec<TokenUse>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT f.event, e.shown_id, src.text, e.time, sv.text, ac.text, re.text,
             CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
             hp.shown, ap.shown, rk.text, f.scope_covers, f.audience_covers, f.inside_life, f.subject_is_runs_person, f.token_why
             FROM call_facts f JOIN events e ON e.id = f.event JOIN attributions a ON a.event = f.event
             JOIN strings src ON src.id = e.source LEFT JOIN strings sv ON sv.id = e.service
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource
             LEFT JOIN parties hp ON hp.id = a.human LEFT JOIN parties ap ON ap.id = a.agent
             LEFT JOIN runs r ON r.id = a.run LEFT JOIN strings rk ON rk.id = r.key
             WHERE f.token = ?1 ORDER BY e.time, e.shown_id, f.event LIMIT ?2",
        )?;
        let rows = query.query_map((token, limit), |r| {
            Ok(TokenUse {
                event: r.get(0)?,
                id: r.get(1)?,
                source: r.get(2)?,
                time: time(r, 3)?,
                service: text(r, 4)?,
                action: text(r, 5)?,
                resource: text(r, 6)?,
                outcome: r.get(7)?,
                person: r.get(8)?,
                agent: r.get(9)?,
                run: text(r, 10)?,
                scope: r.get(11)?,
                audience: r.get(12)?,
                life: r.get(13)?,
                runs_person: r.get(14)?,
                why: r.get(15)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Findings that name a token, or list one of its calls: their ids.
    pub fn findings_of_token(&self, token: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT n.finding FROM instances n JOIN strings s ON s.text = n.token WHERE s.id = ?1 ORDER BY 1",
        )?;
        Ok(query.query_map([token], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}
