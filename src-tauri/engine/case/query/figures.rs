//! Calls, counted over the narrow table of attributions alone.

use super::super::error::CaseError;
use super::super::store::Case;
use super::{IS_AGENTS, IS_CALL, time};
use crate::model::Time;

/// Calls, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub agent_calls: u32,
    /// Agents' calls whose decision says whom it evaluated.
    pub decided: u32,
    pub decided_on_person: u32,
    pub both_principals: u32,
    pub run_on_record: u32,
}

/// Counts of calls by source and standing.
#[derive(Debug, Clone)]
pub struct StandingCount {
    pub source: String,
    pub standing: String,
    pub calls: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

impl Case {
    /// The figures of the overview, counted in one pass.
    pub fn figures(&self) -> Result<Figures, CaseError> {
        let sql = format!(
            "SELECT coalesce(sum({IS_AGENTS}), 0), coalesce(sum({IS_AGENTS} AND a.decided > 0), 0),
             coalesce(sum({IS_AGENTS} AND a.decided = 2), 0), coalesce(sum(a.both_on_record), 0),
             coalesce(sum(a.run_on_record), 0) FROM attributions a WHERE {IS_CALL}"
        );
        let mut figures = self.db.query_row(&sql, [], |r| {
            Ok(Figures {
                agent_calls: r.get(0)?,
                decided: r.get(1)?,
                decided_on_person: r.get(2)?,
                both_principals: r.get(3)?,
                run_on_record: r.get(4)?,
            })
        })?;
        // With verdicts decision logs and platforms that leave no doubt speak too, not the calls' own records alone.
        let counts = self.verdict_counts()?;
        if !counts.is_empty() {
            let of =
                |least: i64| counts.iter().filter(|c| c.agents && c.decided >= least).map(|c| c.calls).sum::<i64>();
            (figures.decided, figures.decided_on_person) = (of(1) as u32, of(2) as u32);
        }
        Ok(figures)
    }

    pub fn standings(&self) -> Result<Vec<StandingCount>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT s.text, a.standing, count(*), min(a.time), max(a.time) FROM attributions a
             JOIN strings s ON s.id = a.source WHERE {IS_CALL} GROUP BY a.source, a.standing ORDER BY s.text, a.standing"
        ))?;
        let rows = query.query_map([], |r| {
            Ok(StandingCount {
                source: r.get(0)?,
                standing: r.get(1)?,
                calls: r.get(2)?,
                first: time(r, 3)?,
                last: time(r, 4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls by refusal and the finer reason: (refusal, gap, calls).
    pub fn refusals(&self) -> Result<Vec<(String, String, i64)>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT a.refusal, coalesce(a.gap, ''), count(*) FROM attributions a WHERE {IS_CALL} AND a.refusal IS NOT NULL
             GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        ))?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Calls of each day in UTC by standing: (day number since the epoch, standing, calls).
    pub fn days(&self) -> Result<Vec<(i64, String, i64)>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT a.time / 86400000000, a.standing, count(*) FROM attributions a WHERE {IS_CALL} AND a.time IS NOT NULL
             GROUP BY 1, 2 ORDER BY 1, 2"
        ))?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// (agent, tool, pattern, calls), most calls first.
    pub fn patterns(&self) -> Result<Vec<(String, String, String, i64)>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT p.shown, coalesce(ac.text, ''), a.pattern, count(*) FROM attributions a JOIN parties p ON p.id = a.agent
             LEFT JOIN strings ac ON ac.id = a.action WHERE {IS_CALL} GROUP BY a.agent, a.action, a.pattern ORDER BY 4 DESC, 1, 2, 3"
        ))?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
