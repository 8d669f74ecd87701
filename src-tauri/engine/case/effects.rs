//! What an act did to names: who was named before it, and is not any more.

use rusqlite::{OptionalExtension, params};

use super::error::CaseError;
use super::store::Case;
use crate::model::Time;

/// Counts over calls, sign-ins and issuances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export, rename = "ActEffect"))]
pub struct Effect {
    /// Named before, and not now.
    pub lost: u32,
    /// Named now, and not before.
    pub gained: u32,
    /// Named before and now, and as somebody else.
    pub changed: u32,
    /// The same name with another grade.
    pub regraded: u32,
}

/// A record that had a name before an act, and has none or another now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct NameLost {
    pub id: String,
    pub source: String,
    pub time: Option<String>,
    pub action: Option<String>,
    pub human: String,
    pub grade: String,
    /// Who is named now, where somebody else is.
    pub now: Option<String>,
    pub refusal: Option<String>,
}

impl Case {
    /// Notes who is named now, before an act is taken up.
    pub fn note_names(&self) -> Result<(), CaseError> {
        self.forget_names()?;
        self.db.execute(
            "INSERT INTO names_before SELECT a.event, p.shown, coalesce(a.grade, '')
             FROM attributions a JOIN parties p ON p.id = a.human",
            [],
        )?;
        Ok(())
    }

    pub fn forget_names(&self) -> Result<(), CaseError> {
        self.db.execute("DELETE FROM names_before", [])?;
        Ok(())
    }

    /// What changed since the names were noted. Parties are compared as they are shown: their numbers are of one analysis.
    pub fn effect(&self) -> Result<Effect, CaseError> {
        let count = |sql: &str| self.db.query_row(sql, [], |r| r.get::<_, u32>(0));
        const NOW: &str = "FROM names_before b LEFT JOIN attributions a ON a.event = b.event
            LEFT JOIN parties p ON p.id = a.human";
        Ok(Effect {
            lost: count(&format!("SELECT count(*) {NOW} WHERE p.id IS NULL"))?,
            gained: count(
                "SELECT count(*) FROM attributions a WHERE a.human IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM names_before b WHERE b.event = a.event)",
            )?,
            changed: count(&format!("SELECT count(*) {NOW} WHERE p.shown <> b.human"))?,
            regraded: count(&format!(
                "SELECT count(*) {NOW} WHERE p.shown = b.human AND coalesce(a.grade, '') <> b.grade"
            ))?,
        })
    }

    /// Each record whose name was lost or changed, in the order of time, until `visit` has had `limit`.
    pub fn each_name_lost(
        &self,
        limit: Option<u32>,
        mut visit: impl FnMut(NameLost) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.db.prepare(
            "SELECT e.shown_id, src.text, e.time, ac.text, b.human, b.grade, p.shown, a.refusal
             FROM names_before b JOIN events e ON e.id = b.event JOIN strings src ON src.id = e.source
             LEFT JOIN strings ac ON ac.id = e.action
             LEFT JOIN attributions a ON a.event = b.event LEFT JOIN parties p ON p.id = a.human
             WHERE p.id IS NULL OR p.shown <> b.human
             ORDER BY e.time, e.shown_id, e.id LIMIT ?1",
        )?;
        let mut rows = query.query([limit.map_or(-1, i64::from)])?;
        while let Some(r) = rows.next()? {
            visit(NameLost {
                id: r.get(0)?,
                source: r.get(1)?,
                time: r.get::<_, Option<i64>>(2)?.map(|t| Time(t).to_rfc3339()),
                action: r.get(3)?,
                human: r.get(4)?,
                grade: r.get(5)?,
                now: r.get(6)?,
                refusal: r.get(7)?,
            })?;
        }
        Ok(())
    }

    /// Calls on human-type accounts that the last analysis found to carry evidence of an agent.
    pub fn agent_marks(&self, principals: &[i64]) -> Result<u64, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT coalesce(max(marked, learned), 0) FROM account_facts WHERE principal = ?1 AND human_type = 1",
        )?;
        let mut out = 0;
        for principal in principals {
            out += query.query_row([principal], |r| r.get::<_, u64>(0)).optional()?.unwrap_or_default();
        }
        Ok(out)
    }

    /// Keeps what an act did.
    pub fn keep_effect(&self, act: i64, e: Effect) -> Result<(), CaseError> {
        self.db.execute(
            "INSERT OR REPLACE INTO act_effects VALUES (?1, ?2, ?3, ?4, ?5)",
            params![act, e.lost, e.gained, e.changed, e.regraded],
        )?;
        Ok(())
    }

    /// What an act did when it was recorded; none where the analysis was left for later.
    pub fn effect_of(&self, act: i64) -> Result<Option<Effect>, CaseError> {
        let mut query =
            self.db.prepare_cached("SELECT lost, gained, changed, regraded FROM act_effects WHERE act = ?1")?;
        let read = |r: &rusqlite::Row<'_>| {
            Ok(Effect { lost: r.get(0)?, gained: r.get(1)?, changed: r.get(2)?, regraded: r.get(3)? })
        };
        Ok(query.query_row([act], read).optional()?)
    }

    /// Rules of the reviewer's own that the last analysis could not run: (id, title, version, why).
    pub fn rules_not_run(&self) -> Result<Vec<(String, String, i64, String)>, CaseError> {
        let mut query = self.db.prepare("SELECT rule, title, version, why FROM rules_not_run ORDER BY rule")?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
