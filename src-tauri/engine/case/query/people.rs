//! People with their calls and runs.

use rusqlite::OptionalExtension;

use super::super::error::CaseError;
use super::super::store::Case;
use super::{IS_CALL, time};
use crate::model::Time;

/// A person with calls.
#[derive(Debug, Clone)]
pub struct PersonView {
    pub party: i64,
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub kind: String,
    pub own: i64,
    pub on_behalf: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// A run with its place in the fan-out.
#[derive(Debug, Clone)]
pub struct RunView {
    pub node: i64,
    pub key: String,
    pub agent: Option<String>,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub calls: i64,
    pub ending: String,
    pub person: Option<i64>,
    pub parent: Option<i64>,
}

impl Case {
    /// People with calls, by name; `text` is found anywhere in address or name.
    pub fn people(&self, text: Option<&str>) -> Result<Vec<PersonView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT p.id, p.shown, p.name, p.department, p.status, p.kind,
             sum(a.wire_party IS p.id), sum(a.wire_party IS NOT p.id), min(a.time), max(a.time)
             FROM parties p JOIN attributions a ON a.human = p.id AND {IS_CALL}
             WHERE ?1 IS NULL OR instr(lower(p.shown), ?1) > 0 OR instr(lower(coalesce(p.name, '')), ?1) > 0
             GROUP BY p.id ORDER BY p.shown"
        ))?;
        let rows = query.query_map([text.map(str::to_lowercase)], |r| {
            Ok(PersonView {
                party: r.get(0)?,
                shown: r.get(1)?,
                name: r.get(2)?,
                department: r.get(3)?,
                status: r.get(4)?,
                kind: r.get(5)?,
                own: r.get(6)?,
                on_behalf: r.get(7)?,
                first: time(r, 8)?,
                last: time(r, 9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The party that is shown so: e-mail, login, id or name.
    pub fn party_shown(&self, shown: &str) -> Result<Option<i64>, CaseError> {
        let exact = "SELECT id FROM parties WHERE shown = ?1 ORDER BY kind IN ('person', 'human') DESC, id LIMIT 1";
        if let Some(party) = self.db.query_row(exact, [shown], |r| r.get(0)).optional()? {
            return Ok(Some(party));
        }
        // Two that differ in nothing but capitals are two: neither is meant for certain.
        let mut query = self.db.prepare(
            "SELECT id, kind IN ('person', 'human') FROM parties WHERE lower(shown) = lower(?1) ORDER BY 2 DESC, id LIMIT 3",
        )?;
        let found: Vec<(i64, bool)> =
            query.query_map([shown], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(match found.as_slice() {
            [(one, _)] | [(one, true), (_, false), ..] => Some(*one),
            _ => None,
        })
    }

    pub fn party_name(&self, party: i64) -> Result<Option<String>, CaseError> {
        Ok(self.db.query_row("SELECT name FROM parties WHERE id = ?1", [party], |r| r.get(0)).optional()?.flatten())
    }

    /// Runs that a person started, or whose ancestors the person started, and runs whose calls name the person.
    pub fn runs_of(&self, party: i64) -> Result<Vec<RunView>, CaseError> {
        let mut query = self.db.prepare(
            "WITH RECURSIVE mine(id) AS (
               SELECT id FROM runs WHERE person = ?1
               UNION SELECT run FROM attributions WHERE human = ?1 AND run IS NOT NULL
               UNION SELECT p.run FROM run_parents p JOIN mine m ON p.parent = m.id)
             SELECT r.id, k.text, p.shown, r.first, r.last, r.calls, r.ending, r.person,
               (SELECT min(x.parent) FROM run_parents x JOIN mine y ON y.id = x.parent WHERE x.run = r.id)
             FROM mine m JOIN runs r ON r.id = m.id JOIN strings k ON k.id = r.key LEFT JOIN parties p ON p.id = r.agent
             ORDER BY r.first, k.text",
        )?;
        let rows = query.query_map([party], |r| {
            Ok(RunView {
                node: r.get(0)?,
                key: r.get(1)?,
                agent: r.get(2)?,
                first: time(r, 3)?,
                last: time(r, 4)?,
                calls: r.get(5)?,
                ending: r.get(6)?,
                person: r.get(7)?,
                parent: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
