//! Attributed events: selections, and rows with their text.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::super::error::CaseError;
use super::super::store::Case;
use super::{IS_AGENTS, IS_CALL, time};
use crate::model::Time;

/// An attributed event with its text.
#[derive(Debug, Clone)]
pub struct AttributionView {
    pub event: i64,
    pub id: String,
    pub kind: String,
    pub source: String,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub wire: Option<String>,
    pub wire_kind: String,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub authority: Option<String>,
    pub grade: Option<String>,
    pub run: Option<String>,
    pub pattern: String,
    pub refusal: Option<String>,
    pub evidence: String,
    pub standing: String,
    pub human_party: Option<i64>,
    pub run_node: Option<i64>,
    pub findings: i64,
}

/// Which attributed events.
#[derive(Debug, Clone, PartialEq)]
pub enum Select {
    /// Calls, sign-ins and issuances.
    All,
    /// Calls that lie outside the scope of the review.
    OutOfScope,
    /// Calls of one standing.
    Standing(String),
    DecidedOnPerson,
    /// Calls by the number of the verdict on their decision.
    Verdict(i64),
    BothPrincipals,
    RunOnRecord,
    AgentCalls,
    /// Calls from the first moment to before the second.
    Period(Time, Time),
    /// Calls of one person, in a period.
    Person(i64, Time, Time),
    /// Calls of one person that have no time.
    Untimed(i64),
    /// Calls of one run node.
    Run(i64),
    Event(i64),
    /// Calls that a finding lists.
    Finding(String),
}

/// Columns of an `AttributionView`, over `JOINS`.
pub(super) const VIEW: &str =
    "a.event, e.shown_id, CASE a.kind WHEN 1 THEN 'sign_in' WHEN 2 THEN 'token' ELSE 'call' END,
    src.text, a.time, sv.text, ac.text, re.text,
    CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
    wp.own_id, a.wire_kind, ap.shown, hp.shown, up.shown, a.grade, rk.text, a.pattern, a.refusal, a.evidence,
    a.standing, a.human, a.run, (SELECT count(DISTINCT i.finding) FROM instance_events x
      JOIN instances i ON i.id = x.instance JOIN findings f ON f.id = i.finding
      WHERE x.event = a.event AND f.design_fact = 0)";

/// Every join is to at most one row, so that SQLite leaves out those that a question does not look at.
pub(super) const JOINS: &str = "FROM attributions a LEFT JOIN events e ON e.id = a.event
    LEFT JOIN strings src ON src.id = a.source
    LEFT JOIN strings sv ON sv.id = e.service LEFT JOIN strings ac ON ac.id = a.action
    LEFT JOIN strings re ON re.id = e.resource LEFT JOIN principals wp ON wp.id = e.wire
    LEFT JOIN parties ap ON ap.id = a.agent LEFT JOIN parties hp ON hp.id = a.human
    LEFT JOIN parties up ON up.id = a.authority LEFT JOIN runs r ON r.id = a.run
    LEFT JOIN strings rk ON rk.id = r.key";

impl Select {
    pub(super) fn sql(&self) -> (String, Vec<Value>) {
        match self {
            Select::All => ("1".into(), vec![]),
            Select::OutOfScope => ("a.kind IN (0, 4) AND a.in_scope = 0".into(), vec![]),
            Select::Standing(word) => (format!("{IS_CALL} AND a.standing = ?"), vec![word.clone().into()]),
            Select::DecidedOnPerson => (
                format!(
                    "{IS_CALL} AND {IS_AGENTS} AND coalesce((SELECT v.decided FROM verdict_facts v WHERE v.event = a.event), a.decided) = 2"
                ),
                vec![],
            ),
            Select::Verdict(number) => (
                format!("{IS_CALL} AND a.event IN (SELECT v.event FROM verdict_facts v WHERE v.verdict = ?)"),
                vec![(*number).into()],
            ),
            Select::BothPrincipals => (format!("{IS_CALL} AND a.both_on_record = 1"), vec![]),
            Select::RunOnRecord => (format!("{IS_CALL} AND a.run_on_record = 1"), vec![]),
            Select::AgentCalls => (format!("{IS_CALL} AND {IS_AGENTS}"), vec![]),
            Select::Period(from, to) => {
                (format!("{IS_CALL} AND a.time >= ? AND a.time < ?"), vec![from.0.into(), to.0.into()])
            }
            Select::Person(party, from, to) => (
                format!("{IS_CALL} AND a.human = ? AND a.time >= ? AND a.time <= ?"),
                vec![(*party).into(), from.0.into(), to.0.into()],
            ),
            Select::Untimed(party) => {
                (format!("{IS_CALL} AND a.human = ? AND a.time IS NULL"), vec![(*party).into()])
            }
            Select::Run(node) => (format!("{IS_CALL} AND a.run = ?"), vec![(*node).into()]),
            Select::Event(event) => ("a.event = ?".into(), vec![(*event).into()]),
            Select::Finding(id) => (
                "a.event IN (SELECT x.event FROM instance_events x JOIN instances i ON i.id = x.instance WHERE i.finding = ?)"
                    .into(),
                vec![id.clone().into()],
            ),
        }
    }
}

impl Case {
    /// Attributed events in the order of time, then of id.
    pub fn each_attribution(
        &self,
        select: &Select,
        limit: Option<u32>,
        mut visit: impl FnMut(AttributionView) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let (condition, mut values) = select.sql();
        values.push(limit.map_or(-1, i64::from).into());
        let mut query = self.db.prepare(&format!(
            "SELECT {VIEW} {JOINS}
             WHERE {condition} ORDER BY a.time, e.shown_id, src.text, e.hash LIMIT ?"
        ))?;
        let mut rows = query.query(params_from_iter(values))?;
        while let Some(r) = rows.next()? {
            visit(attribution(r)?)?;
        }
        Ok(())
    }

    pub fn count(&self, select: &Select) -> Result<u32, CaseError> {
        let (condition, values) = select.sql();
        let sql = format!("SELECT count(*) FROM attributions a WHERE {condition}");
        Ok(self.db.query_row(&sql, params_from_iter(values), |r| r.get(0))?)
    }

    /// The call of an action on a resource nearest to a moment, within a window; of one person where a party is given.
    pub fn nearest_call(
        &self,
        party: Option<i64>,
        action: &str,
        resource: &str,
        at: Time,
        window: i64,
    ) -> Result<Option<i64>, CaseError> {
        let sql = "SELECT e.id FROM events e JOIN attributions a ON a.event = e.id
             JOIN strings ac ON ac.id = e.action AND ac.text = ?2 JOIN strings re ON re.id = e.resource AND re.text = ?3
             WHERE e.kind IN (0, 4) AND e.time BETWEEN ?4 - ?5 AND ?4 + ?5 AND (?1 IS NULL OR a.human = ?1)
             ORDER BY abs(e.time - ?4), e.shown_id LIMIT 1";
        Ok(self.db.query_row(sql, (party, action, resource, at.0, window), |r| r.get(0)).optional()?)
    }

    pub fn analysed(&self) -> Result<bool, CaseError> {
        Ok(self.db.query_row("SELECT EXISTS (SELECT 1 FROM attributions)", [], |r| r.get(0))?)
    }

    /// Number of events of call kinds, as opposed to spans and context.
    pub fn calls_held(&self) -> Result<u64, CaseError> {
        Ok(self.db.query_row("SELECT count(*) FROM events WHERE kind IN (0, 1, 2, 4)", [], |r| r.get(0))?)
    }
}

pub(super) fn attribution(r: &Row<'_>) -> rusqlite::Result<AttributionView> {
    Ok(AttributionView {
        event: r.get(0)?,
        id: r.get(1)?,
        kind: r.get(2)?,
        source: r.get(3)?,
        time: time(r, 4)?,
        service: r.get(5)?,
        action: r.get(6)?,
        resource: r.get(7)?,
        outcome: r.get(8)?,
        wire: r.get(9)?,
        wire_kind: r.get(10)?,
        agent: r.get(11)?,
        human: r.get(12)?,
        authority: r.get(13)?,
        grade: r.get(14)?,
        run: r.get(15)?,
        pattern: r.get(16)?,
        refusal: r.get(17)?,
        evidence: r.get(18)?,
        standing: r.get(19)?,
        human_party: r.get(20)?,
        run_node: r.get(21)?,
        findings: r.get(22)?,
    })
}
