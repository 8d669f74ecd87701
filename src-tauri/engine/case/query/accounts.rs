//! Accounts with their sheets, the pattern matrix, and agents as the logs show them.

use super::super::error::CaseError;
use super::super::store::Case;
use super::{IS_CALL, time};
use crate::model::Time;

/// An account on the wire.
#[derive(Debug, Clone)]
pub struct AccountView {
    pub principal: i64,
    pub login: String,
    pub namespace: String,
    pub kind: String,
    pub party: Option<String>,
    pub human_type: bool,
    pub unbacked: bool,
    pub owner: Option<String>,
    pub calls: i64,
    pub marked: i64,
    pub sign_ins: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub signals_for: i64,
    pub signals_against: i64,
    pub points: i64,
    pub verdict: String,
}

/// A signal of an account's sheet.
#[derive(Debug, Clone)]
pub struct SignalView {
    pub signal: String,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub stands: String,
    pub sentence: String,
}

/// Agent x tool x pattern, as stored.
#[derive(Debug, Clone)]
pub struct PatternView {
    pub agent: String,
    pub service: Option<String>,
    pub tool: Option<String>,
    pub pattern: String,
    pub calls: i64,
    pub of_calls: i64,
    pub both_on_record: i64,
    pub grades: String,
    pub effect: String,
    pub impact: i64,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required: String,
    pub basis: String,
    pub why: String,
    pub meets: bool,
    pub takes: String,
    /// Of the register.
    pub approved: Option<String>,
}

/// A finding about calls of one agent and tool.
#[derive(Debug, Clone)]
pub struct CellFactView {
    pub agent: String,
    pub service: Option<String>,
    pub tool: Option<String>,
    pub rule: String,
    pub finding: String,
    pub calls: i64,
}

/// An agent's calls in figures.
#[derive(Debug, Clone, Default)]
pub struct AgentView {
    pub party: i64,
    pub shown: String,
    /// Event of the directory row.
    pub directory: Option<i64>,
    pub runs: i64,
    pub calls: i64,
    pub irreversible: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// A tool of an agent.
#[derive(Debug, Clone)]
pub struct AgentToolView {
    pub tool: String,
    pub calls: i64,
    pub irreversible: i64,
}

impl Case {
    /// Accounts, those with the most signals first.
    pub fn accounts(&self) -> Result<Vec<AccountView>, CaseError> {
        let mut query = self.db.prepare(
            "WITH stood AS (SELECT principal, sum(stands = 'for') AS pro, sum(stands = 'against') AS con
               FROM account_signals GROUP BY principal)
             SELECT a.principal, p.own_id, p.namespace, coalesce(pa.kind, 'unknown'), pa.shown, a.human_type, a.unbacked,
               d.owner, a.calls, a.marked, a.sign_ins, a.first, a.last, coalesce(s.pro, 0), coalesce(s.con, 0), a.points,
               a.verdict
             FROM account_facts a JOIN principals p ON p.id = a.principal LEFT JOIN parties pa ON pa.id = a.party
             LEFT JOIN directory d ON d.event = pa.directory LEFT JOIN stood s ON s.principal = a.principal
             ORDER BY a.points DESC, a.human_type DESC, p.namespace, p.own_id",
        )?;
        let rows = query.query_map([], |r| {
            Ok(AccountView {
                principal: r.get(0)?,
                login: r.get(1)?,
                namespace: r.get(2)?,
                kind: r.get(3)?,
                party: r.get(4)?,
                human_type: r.get(5)?,
                unbacked: r.get(6)?,
                owner: r.get(7)?,
                calls: r.get(8)?,
                marked: r.get(9)?,
                sign_ins: r.get(10)?,
                first: time(r, 11)?,
                last: time(r, 12)?,
                signals_for: r.get(13)?,
                signals_against: r.get(14)?,
                points: r.get(15)?,
                verdict: r.get(16)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn account_signals(&self, principal: i64) -> Result<Vec<SignalView>, CaseError> {
        let mut query = self
            .db
            .prepare("SELECT signal, value, threshold, stands, sentence FROM account_signals WHERE principal = ?1")?;
        let rows = query.query_map([principal], |r| {
            Ok(SignalView {
                signal: r.get(0)?,
                value: r.get(1)?,
                threshold: r.get(2)?,
                stands: r.get(3)?,
                sentence: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// (hour of the week from Monday 00:00 UTC, calls, counted calls)
    pub fn account_hours(&self, principal: i64) -> Result<Vec<(i64, i64, i64)>, CaseError> {
        let mut query =
            self.db.prepare("SELECT hour, calls, counted FROM account_hours WHERE principal = ?1 ORDER BY hour")?;
        Ok(query.query_map([principal], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Findings whose subject is an account: (finding, rule, severity, title).
    pub fn findings_on_account(&self, login: &str) -> Result<Vec<(String, String, i64, String)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT f.id, f.rule, f.severity, f.title FROM findings f JOIN instances i ON i.finding = f.id
             WHERE i.principal = ?1 ORDER BY f.severity, f.rule, f.id",
        )?;
        let rows = query.query_map([login], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pattern matrix, by agent, service, tool; the commonest pattern first.
    pub fn pattern_matrix(&self) -> Result<Vec<PatternView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT ag.shown, sv.text, tl.text, p.pattern, p.calls, p.of_calls, p.both_on_record, p.grades, p.effect, p.impact,
               p.rated, p.per_user, p.regulated, p.required, p.basis, p.why, p.meets, p.takes, d.approved_pattern
             FROM pattern_facts p JOIN parties ag ON ag.id = p.agent LEFT JOIN strings sv ON sv.id = p.service
             LEFT JOIN strings tl ON tl.id = p.tool LEFT JOIN directory d ON d.event = ag.directory
             ORDER BY ag.shown, ag.id, sv.text, tl.text, p.calls DESC, p.pattern",
        )?;
        let rows = query.query_map([], |r| {
            Ok(PatternView {
                agent: r.get(0)?,
                service: r.get(1)?,
                tool: r.get(2)?,
                pattern: r.get(3)?,
                calls: r.get(4)?,
                of_calls: r.get(5)?,
                both_on_record: r.get(6)?,
                grades: r.get(7)?,
                effect: r.get(8)?,
                impact: r.get(9)?,
                rated: r.get(10)?,
                per_user: r.get(11)?,
                regulated: r.get(12)?,
                required: r.get(13)?,
                basis: r.get(14)?,
                why: r.get(15)?,
                meets: r.get(16)?,
                takes: r.get(17)?,
                approved: r.get(18)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The facts about how things are built, by agent and tool of their calls.
    pub fn facts_of_cells(&self) -> Result<Vec<CellFactView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT ag.shown, sv.text, ac.text, f.rule, f.id, count(DISTINCT x.event)
             FROM findings f JOIN instances i ON i.finding = f.id JOIN instance_events x ON x.instance = i.id
             JOIN attributions a ON a.event = x.event JOIN events e ON e.id = x.event
             JOIN parties ag ON ag.id = coalesce(a.agent, a.wire_party)
             LEFT JOIN strings sv ON sv.id = e.service LEFT JOIN strings ac ON ac.id = a.action
             WHERE f.rule IN ('AZ-02', 'AG-07', 'AG-11', 'PT-01', 'TK-02')
             GROUP BY ag.shown, sv.text, ac.text, f.rule, f.id ORDER BY 1, 2, 3, 4, 5",
        )?;
        let rows = query.query_map([], |r| {
            Ok(CellFactView {
                agent: r.get(0)?,
                service: r.get(1)?,
                tool: r.get(2)?,
                rule: r.get(3)?,
                finding: r.get(4)?,
                calls: r.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Agents of the register and of the logs, by name.
    pub fn agents(&self) -> Result<Vec<AgentView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "WITH did AS (SELECT a.agent AS agent, count(*) AS calls, sum(coalesce(f.effect, '') = 'irreversible') AS hard,
                 min(a.time) AS first, max(a.time) AS last
               FROM attributions a LEFT JOIN call_facts f ON f.event = a.event
               WHERE a.agent IS NOT NULL AND {IS_CALL} GROUP BY a.agent)
             SELECT p.id, p.shown, p.directory, coalesce(g.runs, 0), coalesce(d.calls, 0), coalesce(d.hard, 0), d.first, d.last
             FROM parties p LEFT JOIN did d ON d.agent = p.id LEFT JOIN agent_facts g ON g.agent = p.id
             WHERE p.kind = 'agent' ORDER BY p.shown, p.id"
        ))?;
        let rows = query.query_map([], |r| {
            Ok(AgentView {
                party: r.get(0)?,
                shown: r.get(1)?,
                directory: r.get(2)?,
                runs: r.get(3)?,
                calls: r.get(4)?,
                irreversible: r.get(5)?,
                first: time(r, 6)?,
                last: time(r, 7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn tools_of_agent(&self, agent: i64) -> Result<Vec<AgentToolView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT coalesce(s.text, 'no tool'), count(*), sum(coalesce(f.effect, '') = 'irreversible')
             FROM attributions a LEFT JOIN strings s ON s.id = a.action LEFT JOIN call_facts f ON f.event = a.event
             WHERE a.agent = ?1 AND {IS_CALL} GROUP BY 1 ORDER BY 2 DESC, 1"
        ))?;
        let rows = query
            .query_map([agent], |r| Ok(AgentToolView { tool: r.get(0)?, calls: r.get(1)?, irreversible: r.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// People for whom an agent acted, as shown.
    pub fn people_of_agent(&self, agent: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT DISTINCT p.shown FROM attributions a JOIN parties p ON p.id = a.human
             WHERE a.agent = ?1 AND {IS_CALL} ORDER BY p.shown"
        ))?;
        Ok(query.query_map([agent], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// People whose delegated tokens an agent has, as shown.
    pub fn wielded_by_agent(&self, agent: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT p.shown FROM token_facts t JOIN parties p ON p.id = t.subject
             WHERE t.agent = ?1 AND t.delegated = 1 ORDER BY p.shown",
        )?;
        Ok(query.query_map([agent], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The principals that are one party, as `namespace:id`.
    pub fn principals_of_party(&self, party: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT p.namespace || ':' || p.own_id FROM party_of o JOIN principals p ON p.id = o.principal
             WHERE o.party = ?1 ORDER BY 1",
        )?;
        Ok(query.query_map([party], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}
