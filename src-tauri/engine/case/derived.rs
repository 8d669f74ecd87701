//! Conclusions: written anew by each analysis in one transaction, so that a case never shows half of two.

use rusqlite::{Connection, Transaction, params};

use super::error::CaseError;
use super::gate::Gate;
use super::store::Case;
use crate::model::{Confidence, EventKind, Interval, Severity, Time};

/// One who or what stands behind principals.
#[derive(Debug, Clone)]
pub struct PartyRecord {
    pub id: i64,
    pub kind: String,
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub start: Option<Time>,
    pub end: Option<Time>,
    /// Event of the directory row.
    pub directory: Option<i64>,
    pub verified: bool,
    /// Events of all directory rows that speak of it.
    pub rows: Vec<i64>,
    pub principals: Vec<i64>,
}

/// A run as the case knows it.
#[derive(Debug, Clone)]
pub struct RunRecord {
    pub id: i64,
    /// String id of the run id in normal form.
    pub key: i64,
    pub held: bool,
    pub agent: Option<i64>,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// How the walk to its origin ends: `person`, `trigger`, `ambiguous`, `contradicted`, `missing_parent`, `no_origin`.
    pub ending: &'static str,
    pub person: Option<i64>,
    pub trigger: Option<String>,
    /// (parent run, event that says so)
    pub parents: Vec<(i64, Option<i64>)>,
}

/// Attribution of one event.
#[derive(Debug, Clone)]
pub struct AttributionRecord {
    pub event: i64,
    pub time: Option<Time>,
    pub kind: EventKind,
    /// `attributed`, `supported`, `refused`, `contradicted`, `automation`.
    pub standing: &'static str,
    pub human: Option<i64>,
    pub grade: Option<&'static str>,
    pub agent: Option<i64>,
    pub agent_grade: Option<&'static str>,
    pub authority: Option<i64>,
    pub wire_party: Option<i64>,
    pub wire_kind: &'static str,
    pub run: Option<i64>,
    pub pattern: &'static str,
    pub refusal: Option<&'static str>,
    pub caution: Option<&'static str>,
    /// Evidence codes of the best proof, blank-separated, strongest first.
    pub evidence: String,
    pub both_on_record: bool,
    /// The call carries evidence of an agent: run id, agent on the record, token with an actor.
    pub agent_evidence: bool,
    /// For a call that names nobody: `no_evidence`, `no_origin`, `missing_parent`, `ambiguous`, `contradiction`, ...
    pub gap: Option<&'static str>,
    /// Whether the decision on the record evaluated a person; none where it does not say whom it evaluated.
    pub decided_on_person: Option<bool>,
    pub run_on_record: bool,
    pub in_scope: bool,
    pub source: i64,
    pub action: Option<i64>,
}

/// A finding.
#[derive(Debug, Clone)]
pub struct FindingRecord {
    pub id: String,
    pub rule: String,
    pub version: i64,
    pub severity: Severity,
    pub potential_critical: bool,
    pub unrated: bool,
    pub confidence: Confidence,
    pub title: String,
    pub cause: String,
    pub design_fact: bool,
    pub impact: u8,
    pub failure: u8,
    /// Reasons, population, what speaks against it: JSON of the rules room.
    pub detail: String,
    /// The words of known exceptions that cover all of it.
    pub accepted: Option<String>,
    pub instances: Vec<InstanceRecord>,
}

#[derive(Debug, Clone)]
pub struct InstanceRecord {
    pub id: String,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    pub sentence: String,
    /// The words of the known exception that covers it.
    pub accepted: Option<String>,
    pub events: Vec<i64>,
}

/// An analysis being written.
pub struct Derived<'a> {
    pub(super) tx: Transaction<'a>,
    gate: &'a Gate,
}

const DERIVED_TABLES: &[&str] = &[
    "parties",
    "party_of",
    "dated_parties",
    "row_party",
    "places",
    "runs",
    "run_parents",
    "attributions",
    "call_facts",
    "token_facts",
    "account_facts",
    "account_events",
    "account_signals",
    "account_hours",
    "namespace_facts",
    "sprawl_facts",
    "lineage_facts",
    "untraced_facts",
    "agent_facts",
    "agent_events",
    "pattern_facts",
    "traced_facts",
    "hole_facts",
    "clocks",
    "token_checks",
    "agents_right_facts",
    "approval_facts",
    "undecided_facts",
    "withdrawn_facts",
    "self_judged_facts",
    "cumulative_facts",
    "hop_facts",
    "wielded_facts",
    "spread_token_facts",
    "need_groups",
    "need_kinds",
    "need_keys",
    "need_sets",
    "decision_facts",
    "verdict_facts",
    "verdict_counts",
    "hops_held",
    "bridge_facts",
    "instruction_facts",
    "spoken_runs",
    "findings",
    "instances",
    "instance_events",
    "rules_not_run",
];

impl Case {
    /// Starts an analysis: the earlier conclusions go, all or nothing.
    pub fn derive(&self) -> Result<Derived<'_>, CaseError> {
        let tx = self.db.unchecked_transaction()?;
        for table in DERIVED_TABLES {
            tx.execute(&format!("DELETE FROM {table}"), [])?;
        }
        Ok(Derived { tx, gate: &self.gate })
    }
}

impl Derived<'_> {
    /// The database as it stands inside this analysis.
    pub fn database(&self) -> &Connection {
        &self.tx
    }

    /// Runs `read` while the connection lets nothing but reading through: rule SQL may come from a stranger.
    pub fn read_only<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        self.gate.closed(|| read(&self.tx))
    }

    /// Runs `read`, whose SQL is a stranger's: it reads the documented views and nothing else, within `budget` steps. Beside
    /// the answer, why it was refused or stopped, where it was.
    pub fn views_only<T>(
        &self,
        budget: u64,
        read: impl FnOnce(&Connection) -> T,
    ) -> Result<(T, Option<String>), CaseError> {
        self.gate.views_only(&self.tx, budget, || read(&self.tx))
    }

    pub fn party(&self, p: &PartyRecord) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO parties VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                p.id,
                p.kind,
                p.shown,
                p.name,
                p.department,
                p.status,
                p.start.map(|t| t.0),
                p.end.map(|t| t.0),
                p.directory,
                p.verified
            ],
        )?;
        for principal in &p.principals {
            self.tx.prepare_cached("INSERT INTO party_of VALUES (?1, ?2)")?.execute((principal, p.id))?;
        }
        for row in &p.rows {
            self.tx.prepare_cached("INSERT INTO row_party VALUES (?1, ?2)")?.execute((row, p.id))?;
        }
        Ok(())
    }

    /// A principal that stands for another party during an interval.
    pub fn dated_party(&self, principal: i64, during: Interval, undated: bool, party: i64) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO dated_parties VALUES (NULL, ?1, ?2, ?3, ?4, ?5)")?.execute(params![
            principal,
            during.from.map(|t| t.0),
            during.to.map(|t| t.0),
            undated,
            party
        ])?;
        Ok(())
    }

    /// One of those that an id stands for.
    pub fn place(
        &self,
        principal: i64,
        tenant: Option<i64>,
        from: Option<Time>,
        until: Option<Time>,
        part: i64,
    ) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO places VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            principal,
            tenant,
            from.map(|t| t.0),
            until.map(|t| t.0),
            part
        ])?;
        Ok(())
    }

    /// Principals that stand for another party during an interval: (principal, during, undated, party), the one that
    /// decides last.
    pub fn dated_parties(&self) -> Result<Vec<(i64, Interval, bool, i64)>, CaseError> {
        let mut query =
            self.tx.prepare("SELECT principal, from_time, to_time, undated, party FROM dated_parties ORDER BY n")?;
        let rows = query.query_map([], |r| {
            let time = |n| r.get::<_, Option<i64>>(n).map(|t| t.map(Time));
            Ok((r.get(0)?, Interval { from: time(1)?, to: time(2)? }, r.get(3)?, r.get(4)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn events_held(&self) -> Result<u64, CaseError> {
        Ok(self.tx.query_row("SELECT count(*) FROM events", [], |r| r.get(0))?)
    }

    /// A rule of the reviewer's own that could not be run.
    pub fn rule_not_run(&self, rule: &str, title: &str, version: i64, why: &str) -> Result<(), CaseError> {
        self.tx.execute("INSERT INTO rules_not_run VALUES (?1, ?2, ?3, ?4)", params![rule, title, version, why])?;
        Ok(())
    }

    pub fn run(&self, r: &RunRecord) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
            params![
                r.id,
                r.key,
                r.held,
                r.agent,
                r.first.map(|t| t.0),
                r.last.map(|t| t.0),
                0,
                r.ending,
                r.person,
                r.trigger
            ],
        )?;
        for (parent, event) in &r.parents {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO run_parents VALUES (?1, ?2, ?3)")?
                .execute((r.id, parent, event))?;
        }
        Ok(())
    }

    /// How many calls were attributed to a run.
    pub fn run_calls(&self, run: i64, calls: u32) -> Result<(), CaseError> {
        self.tx.prepare_cached("UPDATE runs SET calls = ?2 WHERE id = ?1")?.execute((run, calls))?;
        Ok(())
    }

    pub fn attribution(&self, a: &AttributionRecord) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO attributions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
            )?
            .execute(params![
                a.event,
                a.time.map(|t| t.0),
                a.kind as i64,
                a.standing,
                a.human,
                a.grade,
                a.agent,
                a.agent_grade,
                a.authority,
                a.wire_party,
                a.wire_kind,
                a.run,
                a.pattern,
                a.refusal,
                a.caution,
                a.evidence,
                a.both_on_record,
                a.agent_evidence,
                a.gap,
                a.decided_on_person.map_or(0, |person| 1 + i64::from(person)),
                a.run_on_record,
                a.source,
                a.action,
                a.in_scope
            ])?;
        Ok(())
    }

    pub fn finding(&self, f: &FindingRecord) -> Result<(), CaseError> {
        let events: std::collections::BTreeSet<i64> =
            f.instances.iter().flat_map(|i| i.events.iter().copied()).collect();
        let mut span: (Option<i64>, Option<i64>) = (None, None);
        for event in &events {
            let time: Option<i64> =
                self.tx.prepare_cached("SELECT time FROM events WHERE id = ?1")?.query_row([event], |r| r.get(0))?;
            if let Some(t) = time {
                span = (Some(span.0.map_or(t, |f| f.min(t))), Some(span.1.map_or(t, |l| l.max(t))));
            }
        }
        self.tx
            .prepare_cached(
                "INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17)",
            )?
            .execute(params![
                f.id,
                f.rule,
                f.version,
                f.severity.rank(),
                f.potential_critical,
                f.unrated,
                f.confidence.word(),
                f.title,
                f.cause,
                f.design_fact,
                events.len() as i64,
                span.0,
                span.1,
                f.impact,
                f.failure,
                f.detail,
                f.accepted
            ])?;
        for (n, i) in f.instances.iter().enumerate() {
            self.tx.prepare_cached("INSERT INTO instances VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
                params![i.id, f.id, n as i64, i.principal, i.token, i.run, i.agent, i.tool, i.sentence, i.accepted],
            )?;
            for (m, event) in i.events.iter().enumerate() {
                self.tx
                    .prepare_cached("INSERT INTO instance_events VALUES (?1, ?2, ?3)")?
                    .execute((&i.id, m as i64, event))?;
            }
        }
        Ok(())
    }

    /// The analysis stands; `of` is what the case held as it began.
    pub fn commit(self, of: &super::freshness::Stamp) -> Result<(), CaseError> {
        super::freshness::write(&self.tx, of)?;
        Ok(self.tx.commit()?)
    }
}
