//! Findings with their instances, and what one record decided.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::super::error::CaseError;
use super::super::store::Case;
use super::time;
use crate::model::Time;

/// The decision that a record carries.
#[derive(Debug, Clone, Default)]
pub struct DecisionView {
    pub effect: Option<String>,
    pub policy: Option<String>,
    /// As shown.
    pub evaluated: Vec<String>,
}

/// A finding as stored.
#[derive(Debug, Clone)]
pub struct FindingView {
    pub id: String,
    pub rule: String,
    pub version: i64,
    pub severity: i64,
    pub potential_critical: bool,
    pub unrated: bool,
    pub confidence: String,
    pub title: String,
    pub cause: String,
    pub design_fact: bool,
    pub calls: i64,
    pub instances: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub detail: String,
    /// The words of known exceptions that cover all of it.
    pub accepted: Option<String>,
}

/// An instance with the shown ids of its calls.
#[derive(Debug, Clone)]
pub struct InstanceView {
    pub id: String,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    pub sentence: String,
    pub accepted: Option<String>,
    pub events: Vec<String>,
}

impl Case {
    /// Findings, worst first: severity, rule, cause.
    pub fn findings(&self) -> Result<Vec<FindingView>, CaseError> {
        self.findings_where("1", Vec::new())
    }

    pub fn finding(&self, id: &str) -> Result<FindingView, CaseError> {
        let found = self.findings_where("f.id = ?", vec![id.to_string().into()])?;
        found.into_iter().next().ok_or_else(|| CaseError::NoSuchRecord { id: id.into() })
    }

    /// Findings that list an event.
    pub fn findings_of(&self, event: i64) -> Result<Vec<FindingView>, CaseError> {
        let condition =
            "f.id IN (SELECT i.finding FROM instance_events x JOIN instances i ON i.id = x.instance WHERE x.event = ?)";
        self.findings_where(condition, vec![event.into()])
    }

    fn findings_where(&self, condition: &str, values: Vec<Value>) -> Result<Vec<FindingView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT f.id, f.rule, f.version, f.severity, f.potential_critical, f.unrated, f.confidence, f.title, f.cause,
             f.design_fact, f.calls, (SELECT count(*) FROM instances i WHERE i.finding = f.id), f.first, f.last, f.detail, f.accepted
             FROM findings f WHERE {condition} ORDER BY f.severity, f.rule, f.cause"
        ))?;
        let rows = query.query_map(params_from_iter(values), |r| {
            Ok(FindingView {
                id: r.get(0)?,
                rule: r.get(1)?,
                version: r.get(2)?,
                severity: r.get(3)?,
                potential_critical: r.get(4)?,
                unrated: r.get(5)?,
                confidence: r.get(6)?,
                title: r.get(7)?,
                cause: r.get(8)?,
                design_fact: r.get(9)?,
                calls: r.get(10)?,
                instances: r.get(11)?,
                first: time(r, 12)?,
                last: time(r, 13)?,
                detail: r.get(14)?,
                accepted: r.get(15)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn instances(&self, finding: &str) -> Result<Vec<InstanceView>, CaseError> {
        let mut events = self.db.prepare(
            "SELECT e.shown_id FROM instance_events x JOIN events e ON e.id = x.event WHERE x.instance = ?1 ORDER BY x.n",
        )?;
        let mut query = self.db.prepare(
            "SELECT id, principal, token, run, agent, tool, sentence, accepted FROM instances WHERE finding = ?1 ORDER BY n",
        )?;
        let mut rows = query.query([finding])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let id: String = r.get(0)?;
            out.push(InstanceView {
                events: events.query_map([&id], |e| e.get(0))?.collect::<Result<_, _>>()?,
                id,
                principal: r.get(1)?,
                token: r.get(2)?,
                run: r.get(3)?,
                agent: r.get(4)?,
                tool: r.get(5)?,
                sentence: r.get(6)?,
                accepted: r.get(7)?,
            });
        }
        Ok(out)
    }

    pub fn decision(&self, event: i64) -> Result<DecisionView, CaseError> {
        let (effect, policy) = self.db.query_row(
            "SELECT CASE e.decision WHEN 0 THEN 'allow' WHEN 1 THEN 'deny' END, s.text FROM events e
             LEFT JOIN strings s ON s.id = e.policy WHERE e.id = ?1",
            [event],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        let mut query = self.db.prepare(
            "SELECT coalesce(p.shown, n.own_id) FROM evaluated v JOIN principals n ON n.id = v.principal
             LEFT JOIN party_of o ON o.principal = v.principal LEFT JOIN parties p ON p.id = o.party
             WHERE v.event = ?1 ORDER BY v.n",
        )?;
        let evaluated = query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(DecisionView { effect, policy, evaluated })
    }

    /// Fields of an event's record that carried a claim, for marking in the raw record.
    pub fn decisive_fields(&self, event: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT s.text FROM claims c JOIN strings s ON s.id = c.field WHERE c.event = ?1 AND s.text <> '' ORDER BY 1",
        )?;
        Ok(query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}
