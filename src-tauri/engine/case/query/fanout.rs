//! Runs as a tree: what one run spawned, and every run that none spawned.

use rusqlite::OptionalExtension;

use super::super::error::CaseError;
use super::super::store::Case;
use super::{IS_CALL, time};
use crate::model::Time;

/// A run beside the run that spawned it.
#[derive(Debug, Clone)]
pub struct FanoutRun {
    pub node: i64,
    pub key: String,
    pub parent: Option<i64>,
    pub agent: Option<String>,
    pub person: Option<String>,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub calls: i64,
    pub ending: String,
}

/// A call of a run, as narrow as a drawing needs it.
#[derive(Debug, Clone)]
pub struct FanoutCall {
    pub node: i64,
    pub id: String,
    pub time: Option<Time>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: i64,
    pub grade: Option<String>,
}

const DESCENDANTS: &str = "WITH RECURSIVE mine(id) AS (SELECT ?1
    UNION SELECT p.run FROM run_parents p JOIN mine m ON p.parent = m.id)";

impl Case {
    /// The run of this id in normal form.
    pub fn run_node(&self, key: &str) -> Result<Option<i64>, CaseError> {
        let sql = "SELECT r.id FROM runs r JOIN strings k ON k.id = r.key WHERE k.text = ?1 ORDER BY r.calls DESC, r.id LIMIT 1";
        Ok(self.db.query_row(sql, [key], |r| r.get(0)).optional()?)
    }

    /// The parent that a tree shows: of several the first.
    pub fn run_parent(&self, node: i64) -> Result<Option<i64>, CaseError> {
        Ok(self.db.query_row("SELECT min(parent) FROM run_parents WHERE run = ?1", [node], |r| r.get(0))?)
    }

    /// A run and all that descend from it, by time.
    pub fn fanout(&self, top: i64) -> Result<Vec<FanoutRun>, CaseError> {
        self.fanout_rows(
            &format!("{DESCENDANTS} SELECT {RUN} FROM mine m JOIN runs r ON r.id = m.id {RUN_JOINS}"),
            Some(top),
        )
    }

    /// Every run.
    pub fn all_runs(&self) -> Result<Vec<FanoutRun>, CaseError> {
        self.fanout_rows(&format!("SELECT {RUN} FROM runs r {RUN_JOINS}"), None)
    }

    fn fanout_rows(&self, sql: &str, top: Option<i64>) -> Result<Vec<FanoutRun>, CaseError> {
        let mut query = self.db.prepare(&format!("{sql} ORDER BY r.first, k.text"))?;
        let rows = query.query_map(rusqlite::params_from_iter(top), |r| {
            Ok(FanoutRun {
                node: r.get(0)?,
                key: r.get(1)?,
                parent: r.get(2)?,
                agent: r.get(3)?,
                person: r.get(4)?,
                first: time(r, 5)?,
                last: time(r, 6)?,
                calls: r.get(7)?,
                ending: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls of a run and of all that descend from it, by time, at most `limit`; and how many there are.
    pub fn fanout_calls(&self, top: i64, limit: u32) -> Result<(Vec<FanoutCall>, u32), CaseError> {
        let total = self.db.query_row(
            &format!("{DESCENDANTS} SELECT count(*) FROM mine m JOIN attributions a ON a.run = m.id AND {IS_CALL}"),
            [top],
            |r| r.get(0),
        )?;
        let mut query = self.db.prepare(&format!(
            "{DESCENDANTS} SELECT a.run, e.shown_id, a.time, ac.text, re.text, e.outcome, a.grade
             FROM mine m JOIN attributions a ON a.run = m.id AND {IS_CALL} JOIN events e ON e.id = a.event
             LEFT JOIN strings ac ON ac.id = a.action LEFT JOIN strings re ON re.id = e.resource
             ORDER BY a.time, e.shown_id LIMIT ?2"
        ))?;
        let rows = query.query_map((top, limit), |r| {
            Ok(FanoutCall {
                node: r.get(0)?,
                id: r.get(1)?,
                time: time(r, 2)?,
                action: r.get(3)?,
                resource: r.get(4)?,
                outcome: r.get(5)?,
                grade: r.get(6)?,
            })
        })?;
        Ok((rows.collect::<Result<_, _>>()?, total))
    }
}

const RUN: &str = "r.id, k.text, (SELECT min(x.parent) FROM run_parents x WHERE x.run = r.id), p.shown, h.shown,
    r.first, r.last, r.calls, r.ending";
const RUN_JOINS: &str = "JOIN strings k ON k.id = r.key LEFT JOIN parties p ON p.id = r.agent
    LEFT JOIN parties h ON h.id = r.person";
