//! Facts of how accounts and agents are used, as the rows that the fact builders write, and what those read of the case.

use rusqlite::params;

use super::derived::Derived;
use super::error::CaseError;
use crate::model::Time;

/// A signal of machine use on an account's sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalFact {
    pub principal: i64,
    pub signal: &'static str,
    pub family: &'static str,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    /// `for`, `against`, `not_enough`.
    pub stands: &'static str,
    pub sentence: String,
}

/// Rights of one account that is no person's.
#[derive(Debug, Clone, Default)]
pub struct SprawlFact {
    pub party: i64,
    pub granted: u32,
    /// Rights whose system is logged long enough to tell whether they were used.
    pub tested: u32,
    pub unused: u32,
    pub days: i64,
    pub unused_are: Option<String>,
    pub breadth: u32,
    pub peers: u32,
    pub peers_median: Option<f64>,
    pub rights_peers: u32,
    pub rights_median: Option<f64>,
    pub widest: bool,
    /// None where no owners were imported.
    pub owned: Option<bool>,
    pub impact: u8,
    pub rated: bool,
}

/// A record which shows that its run cannot have been as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageFact {
    pub run: i64,
    /// `cycle`, `child_first`, `outside`.
    pub kind: &'static str,
    pub event: i64,
    pub other: Option<i64>,
    pub agent: Option<i64>,
    pub apart: Option<i64>,
    pub bound: Option<i64>,
    pub impact: u8,
    pub rated: bool,
}

/// An agent as the logs show it.
#[derive(Debug, Clone, Default)]
pub struct AgentFact {
    pub agent: i64,
    pub registered: bool,
    pub calls: u32,
    pub runs: u32,
    pub impact: u8,
    pub rated: bool,
    pub events: Vec<i64>,
}

/// Agent x tool x pattern.
#[derive(Debug, Clone)]
pub struct PatternFact {
    pub agent: i64,
    pub service: Option<i64>,
    pub tool: Option<i64>,
    pub pattern: String,
    pub calls: i64,
    pub of_calls: i64,
    pub both_on_record: i64,
    /// Calls by the grade of their person: `A:1 B:20 none:3`.
    pub grades: String,
    pub effect: String,
    pub impact: i64,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required: &'static str,
    /// `asset`, `rule`, `proposal`.
    pub basis: &'static str,
    pub why: String,
    pub meets: bool,
    pub takes: String,
}

/// Calls of one agent, tool and pattern with what is at stake in them.
#[derive(Debug, Clone)]
pub struct PatternCount {
    pub agent: i64,
    pub service: Option<i64>,
    pub tool: Option<i64>,
    pub pattern: String,
    pub calls: i64,
    pub both_on_record: i64,
    /// A, B, C, D, X, none.
    pub grades: [i64; 6],
    pub people: i64,
    pub on_person: i64,
    pub unattended: i64,
    pub irreversible: bool,
    pub change: bool,
    pub impact: i64,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required: Option<String>,
}

/// A record that tells where a run or span stands.
#[derive(Debug, Clone)]
pub struct PlacedRow {
    pub event: i64,
    pub kind: i64,
    pub source: i64,
    pub time: Option<Time>,
    pub end: Option<Time>,
    pub run: Option<i64>,
    pub parent_run: Option<i64>,
    pub trace: Option<i64>,
    pub span: Option<i64>,
    pub parent_span: Option<i64>,
}

impl Derived<'_> {
    pub fn signal_fact(&self, f: &SignalFact) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO account_signals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            f.principal,
            f.signal,
            f.family,
            f.value,
            f.threshold,
            f.stands,
            f.sentence
        ])?;
        Ok(())
    }

    /// Calls of one account in one hour of the week: all, and those that were counted.
    pub fn account_hour(&self, principal: i64, hour: usize, calls: u32, counted: u32) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO account_hours VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            principal,
            hour as i64,
            calls,
            counted
        ])?;
        Ok(())
    }

    pub fn sprawl_fact(&self, f: &SprawlFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO sprawl_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                f.party,
                f.granted,
                f.tested,
                f.unused,
                f.days,
                f.unused_are,
                f.breadth,
                f.peers,
                f.peers_median,
                f.rights_peers,
                f.rights_median,
                f.widest,
                f.owned,
                f.impact,
                f.rated
            ])?;
        Ok(())
    }

    pub fn lineage_fact(&self, f: &LineageFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT INTO lineage_facts VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
            .execute(params![f.run, f.kind, f.event, f.other, f.agent, f.apart, f.bound, f.impact, f.rated])?;
        Ok(())
    }

    /// `calls` of this agent and tool are in no trace; `traced` of this agent are.
    pub fn untraced_fact(&self, event: i64, calls: u32, traced: u32) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO untraced_facts VALUES (?1, ?2, ?3)")?
            .execute((event, calls, traced))?;
        Ok(())
    }

    pub fn agent_fact(&self, f: &AgentFact) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO agent_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            f.agent,
            f.registered,
            f.calls,
            f.runs,
            f.impact,
            f.rated
        ])?;
        for (n, event) in f.events.iter().enumerate() {
            self.tx
                .prepare_cached("INSERT INTO agent_events VALUES (?1, ?2, ?3)")?
                .execute((f.agent, n as i64, event))?;
        }
        Ok(())
    }

    pub fn pattern_fact(&self, f: &PatternFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO pattern_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18)",
            )?
            .execute(params![
                f.agent,
                f.service.unwrap_or(0),
                f.tool.unwrap_or(0),
                f.pattern,
                f.calls,
                f.of_calls,
                f.both_on_record,
                f.grades,
                f.effect,
                f.impact,
                f.rated,
                f.per_user,
                f.regulated,
                f.required,
                f.basis,
                f.why,
                f.meets,
                f.takes
            ])?;
        Ok(())
    }

    /// Agents' calls in scope by agent (else the account on the wire), tool and pattern.
    pub fn pattern_counts(&self) -> Result<Vec<PatternCount>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT coalesce(a.agent, a.wire_party), e.service, a.action, a.pattern, count(*), sum(a.both_on_record),
             sum(a.grade IS 'A'), sum(a.grade IS 'B'), sum(a.grade IS 'C'), sum(a.grade IS 'D'), sum(a.grade IS 'X'),
             count(DISTINCT a.human), sum(f.decided_on = 'person'), sum(a.standing = 'automation'),
             max(f.effect = 'irreversible'), max(f.effect = 'change'), max(f.impact), max(f.rated), max(f.per_user),
             min(f.regulated), min(f.required_pattern)
             FROM attributions a JOIN call_facts f ON f.event = a.event JOIN events e ON e.id = a.event
             WHERE a.kind IN (0, 4) AND a.in_scope = 1 AND f.agents_call = 1
               AND coalesce(a.agent, a.wire_party) IS NOT NULL
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )?;
        let rows = query.query_map([], |r| {
            let calls: i64 = r.get(4)?;
            let mut grades = [0; 6];
            for (n, slot) in grades.iter_mut().take(5).enumerate() {
                *slot = r.get(6 + n)?;
            }
            grades[5] = calls - grades.iter().sum::<i64>();
            Ok(PatternCount {
                agent: r.get(0)?,
                service: r.get(1)?,
                tool: r.get(2)?,
                pattern: r.get(3)?,
                calls,
                both_on_record: r.get(5)?,
                grades,
                people: r.get(11)?,
                on_person: r.get(12)?,
                unattended: r.get(13)?,
                irreversible: r.get(14)?,
                change: r.get(15)?,
                impact: r.get(16)?,
                rated: r.get(17)?,
                per_user: r.get(18)?,
                regulated: r.get(19)?,
                required: r.get(20)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Spans, records of runs, and whatever names a parent run; in the order of time, then of shown id.
    pub fn placed(&self) -> Result<Vec<PlacedRow>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT id, kind, source, time, end_time, run, parent_run, trace, span, parent_span FROM events
             WHERE kind IN (3, 4, 7) OR parent_run IS NOT NULL ORDER BY time, shown_id, id",
        )?;
        let rows = query.query_map([], |r| {
            Ok(PlacedRow {
                event: r.get(0)?,
                kind: r.get(1)?,
                source: r.get(2)?,
                time: r.get::<_, Option<i64>>(3)?.map(Time),
                end: r.get::<_, Option<i64>>(4)?.map(Time),
                run: r.get(5)?,
                parent_run: r.get(6)?,
                trace: r.get(7)?,
                span: r.get(8)?,
                parent_span: r.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls whose own tool call id a tool span carries.
    pub fn joined_calls(&self) -> Result<Vec<i64>, CaseError> {
        let mut query = self.tx.prepare(
            "WITH ids AS MATERIALIZED (SELECT DISTINCT tool_call FROM events WHERE kind = 4 AND tool_call IS NOT NULL)
             SELECT id FROM events WHERE kind = 0 AND tool_call IN (SELECT tool_call FROM ids)
             UNION SELECT id FROM events WHERE kind = 0 AND shown_id IN (SELECT tool_call FROM ids)",
        )?;
        Ok(query.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}
