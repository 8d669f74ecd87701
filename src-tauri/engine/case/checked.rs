//! What the second pass of the facts reads and writes: calls beside their decisions, approvals, limits and tokens.

use rusqlite::{Connection, Row, params};

use super::derived::Derived;
use super::error::CaseError;
use super::judged::{Judged, judged};
use super::store::Case;
use crate::model::{Attribute, Time};

/// Time and attributes of an event.
pub type Described = (Option<Time>, Vec<(String, Attribute)>);
/// A delegated token, its subject and its agent.
pub type Delegation = (i64, Option<i64>, Option<i64>);

/// A call with its first facts. Numbers are ids of `strings`, `principals`, `parties` and `runs`.
#[derive(Debug, Clone)]
pub struct CheckedRow {
    pub event: i64,
    pub shown_id: String,
    pub time: Option<Time>,
    /// 0 call, 4 tool span.
    pub kind: i64,
    pub human: Option<i64>,
    pub agent: Option<i64>,
    pub authority: Option<i64>,
    pub wire_party: Option<i64>,
    pub run: Option<i64>,
    pub source: i64,
    pub service: Option<i64>,
    pub action: Option<i64>,
    pub resource: Option<i64>,
    /// 0 success, 1 denied, 2 error, 3 unknown.
    pub outcome: i64,
    pub trace: Option<i64>,
    pub span: Option<i64>,
    pub parent_span: Option<i64>,
    pub tool_call: Option<String>,
    /// The record itself carries a decision.
    pub decides: bool,
    /// Number of who wrote the record's identities (3 the caller, 4 a model), where it names any.
    pub by: Option<i64>,
    pub host: Option<i64>,
    /// Belongs to the tested population.
    pub agents_call: bool,
    /// `yes`, `no`, `unknown`.
    pub entitled: String,
    /// Event of the deciding entitlement row.
    pub entitled_by: Option<i64>,
    /// The delegated user token on the call.
    pub token: Option<i64>,
    pub judged: Judged,
}

/// A record of a decision that is no call.
#[derive(Debug, Clone, Default)]
pub struct DecisionRow {
    pub event: i64,
    pub shown_id: String,
    pub time: Option<Time>,
    pub source: i64,
    pub service: Option<i64>,
    pub action: Option<i64>,
    pub resource: Option<i64>,
    pub resource_type: Option<i64>,
    pub allows: bool,
    pub denies: bool,
    pub policy: Option<i64>,
    /// String id of the credential's id.
    pub credential: Option<i64>,
    /// String id of the run.
    pub run: Option<i64>,
    pub trace: Option<i64>,
    pub span: Option<i64>,
    pub parent_span: Option<i64>,
    pub tool_call: Option<String>,
    /// As [`CheckedRow::by`].
    pub by: Option<i64>,
    pub host: Option<i64>,
    /// Principals whose rights were evaluated.
    pub evaluated: Vec<i64>,
}

/// An approval record. `granted` is absent for a request that nobody answered.
#[derive(Debug, Clone, Default)]
pub struct ApprovalRow {
    pub event: i64,
    pub shown_id: String,
    pub time: Option<Time>,
    pub source: i64,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub tool_call: Option<String>,
    pub subject: Option<i64>,
    pub requested_by: Option<i64>,
    pub approved_by: Option<i64>,
    pub limit: Option<f64>,
    pub currency: Option<String>,
    pub granted: Option<bool>,
    pub expires: Option<Time>,
}

/// What is on record of a call's approval.
#[derive(Debug, Clone)]
pub struct ApprovalFact {
    pub event: i64,
    pub required: bool,
    /// `approved`, `other`, `none`, `unknown`.
    pub state: &'static str,
    pub approval: Option<i64>,
    pub approver: Option<i64>,
    /// `yes`, `no`, `unknown`: approver and initiator are one person.
    pub own: &'static str,
    pub why: Option<String>,
    /// By which the approval was found: `id`, `subject`, `resource`.
    pub joined_by: Option<&'static str>,
}

/// The same as an analysis kept it: `state` as there.
#[derive(Debug, Clone)]
pub struct KeptApproval {
    pub required: bool,
    pub state: String,
    pub approval: Option<i64>,
}

/// A call that no decision stands beside, where decisions cover its tool.
#[derive(Debug, Clone, Copy)]
pub struct UndecidedFact {
    pub event: i64,
    pub calls: u32,
    pub decided: u32,
}

/// A right that was withdrawn between a decision and the effect.
#[derive(Debug, Clone)]
pub struct WithdrawnFact {
    pub event: i64,
    pub decision: i64,
    pub whose: i64,
    pub minutes: f64,
    pub why: Option<String>,
}

/// A call whose decisions the agent's own process wrote.
#[derive(Debug, Clone)]
pub struct SelfJudgedFact {
    pub event: i64,
    /// The decision record: the call itself, or another.
    pub decision: i64,
    /// `caller`, `trace`, `service`, `host`.
    pub by: &'static str,
}

/// A call within its limit that is beyond it together with those before it.
#[derive(Debug, Clone)]
pub struct CumulativeFact {
    pub event: i64,
    /// `right`, `token`.
    pub basis: &'static str,
    pub whose: i64,
    pub attribute: String,
    /// `day`, `resource`.
    pub per: &'static str,
    pub total: f64,
    pub calls: u32,
    pub why: Option<String>,
}

/// A hop that goes beyond the one before it.
#[derive(Debug, Clone)]
pub struct HopFact {
    pub token: i64,
    pub event: Option<i64>,
    /// Token id before it.
    pub before: i64,
    /// `exchange`, `fan_out`.
    pub by: &'static str,
    pub why: String,
}

/// A call at which an agent wielded many users' tokens.
#[derive(Debug, Clone)]
pub struct WieldedFact {
    pub event: i64,
    pub agent: i64,
    pub users: u32,
    /// 3 times its own 99.9th percentile, at other times.
    pub usual: u32,
    pub prompted: u32,
    pub shapes: u32,
}

/// A token in several hands.
#[derive(Debug, Clone)]
pub struct SpreadTokenFact {
    pub token: i64,
    pub agents: u32,
    pub hosts: u32,
    pub people: u32,
    pub events: Vec<i64>,
}

impl Case {
    /// Approvals in the order of time, then of shown id.
    pub fn approvals(&self) -> Result<Vec<ApprovalRow>, CaseError> {
        approvals(&self.db)
    }

    /// Whether an export of approvals was imported: one without rows says that nothing was approved.
    pub fn approvals_imported(&self) -> Result<bool, CaseError> {
        Ok(self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM approvals) OR EXISTS (SELECT 1 FROM files WHERE format = 'approvals')",
            [],
            |r| r.get(0),
        )?)
    }

    /// A call with its first facts; none for what is no call in scope, or a case not analysed.
    pub fn checked(&self, event: i64) -> Result<Option<CheckedRow>, CaseError> {
        let mut query = self.db.prepare(&format!("{CHECKED} AND a.event = ?1"))?;
        let mut rows = query.query([event])?;
        Ok(rows.next()?.map(checked).transpose()?)
    }

    /// A record of a decision, by its event.
    pub fn decision_row(&self, event: i64) -> Result<Option<DecisionRow>, CaseError> {
        let mut query = self.db.prepare(&format!("{DECISIONS} AND id = ?1"))?;
        let mut rows = query.query([event])?;
        let Some(mut row) = rows.next()?.map(decision).transpose()? else { return Ok(None) };
        row.evaluated = self.evaluated_of(event)?;
        Ok(Some(row))
    }

    /// What an analysis found of a call's approval.
    pub fn approval_fact(&self, event: i64) -> Result<Option<KeptApproval>, CaseError> {
        let mut query = self.db.prepare("SELECT required, state, approval FROM approval_facts WHERE event = ?1")?;
        let mut rows = query.query([event])?;
        let row = rows.next()?.map(|r| {
            Ok::<_, rusqlite::Error>(KeptApproval { required: r.get(0)?, state: r.get(1)?, approval: r.get(2)? })
        });
        Ok(row.transpose()?)
    }

    /// Calls in classes that need an approval.
    pub fn calls_that_need_approval(&self) -> Result<u64, CaseError> {
        let n: i64 = self.db.query_row("SELECT count(*) FROM approval_facts WHERE required = 1", [], |r| r.get(0))?;
        Ok(n.max(0) as u64)
    }
}

impl Derived<'_> {
    /// Calls in scope in the order of time, then of shown id.
    pub fn each_checked(&self, mut visit: impl FnMut(CheckedRow) -> Result<(), CaseError>) -> Result<(), CaseError> {
        let mut query = self.tx.prepare(&format!("{CHECKED} ORDER BY a.time, e.shown_id, a.event"))?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            visit(checked(r)?)?;
        }
        Ok(())
    }

    /// Records of decisions in the order of time, then of shown id.
    pub fn decisions(&self) -> Result<Vec<DecisionRow>, CaseError> {
        let mut query = self.tx.prepare(&format!("{DECISIONS} ORDER BY time, shown_id, id"))?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let mut row = decision(r)?;
            row.evaluated = self.evaluated_of(row.event)?;
            out.push(row);
        }
        Ok(out)
    }

    pub fn approvals(&self) -> Result<Vec<ApprovalRow>, CaseError> {
        approvals(&self.tx)
    }

    /// Where agents' own traces are written: (run, trace, source, service, host) of spans, each once.
    #[allow(clippy::type_complexity, reason = "five columns of one row")]
    pub fn written_by_agents(
        &self,
    ) -> Result<Vec<(Option<i64>, Option<i64>, i64, Option<i64>, Option<i64>)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT DISTINCT run, trace, source, service, host FROM events WHERE kind IN (3, 4) ORDER BY 1, 2, 3, 4, 5",
        )?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sources of spans.
    pub fn sources_of_spans(&self) -> Result<Vec<i64>, CaseError> {
        let mut query = self.tx.prepare("SELECT DISTINCT source FROM events WHERE kind IN (3, 4) ORDER BY 1")?;
        Ok(query.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// (token, subject, agent) of delegated tokens.
    pub fn delegations(&self) -> Result<Vec<Delegation>, CaseError> {
        let mut query =
            self.tx.prepare("SELECT token, subject, agent FROM token_facts WHERE delegated = 1 ORDER BY token")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Time of an event, and its service, action and resource as attributes that conditions may speak of.
    pub fn described(&self, event: i64) -> Result<Described, CaseError> {
        let mut query = self.tx.prepare_cached(
            "SELECT e.time, sv.text, ac.text, re.text FROM events e LEFT JOIN strings sv ON sv.id = e.service
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource WHERE e.id = ?1",
        )?;
        Ok(query.query_row([event], |r| {
            let mut attributes = Vec::new();
            for (column, name) in ["service", "action", "resource"].into_iter().enumerate() {
                if let Some(text) = r.get::<_, Option<String>>(column + 1)? {
                    attributes.push((name.to_string(), Attribute::Text(text)));
                }
            }
            Ok((time(r, 0)?, attributes))
        })?)
    }

    pub fn agents_right_fact(&self, event: i64, basis: &str, why: Option<&str>) -> Result<(), CaseError> {
        self.put("INSERT INTO agents_right_facts VALUES (?1, ?2, ?3)", params![event, basis, why])
    }

    pub fn approval_fact(&self, f: &ApprovalFact) -> Result<(), CaseError> {
        let sql = "INSERT INTO approval_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.put(sql, params![f.event, f.required, f.state, f.approval, f.approver, f.own, f.why, f.joined_by])
    }

    pub fn undecided_fact(&self, f: UndecidedFact) -> Result<(), CaseError> {
        self.put("INSERT INTO undecided_facts VALUES (?1, ?2, ?3)", params![f.event, f.calls, f.decided])
    }

    pub fn withdrawn_fact(&self, f: &WithdrawnFact) -> Result<(), CaseError> {
        let sql = "INSERT INTO withdrawn_facts VALUES (?1, ?2, ?3, ?4, ?5)";
        self.put(sql, params![f.event, f.decision, f.whose, f.minutes, f.why])
    }

    pub fn self_judged_fact(&self, f: &SelfJudgedFact) -> Result<(), CaseError> {
        self.put("INSERT INTO self_judged_facts VALUES (?1, ?2, ?3)", params![f.event, f.decision, f.by])
    }

    pub fn cumulative_fact(&self, f: &CumulativeFact) -> Result<(), CaseError> {
        let sql = "INSERT OR IGNORE INTO cumulative_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.put(sql, params![f.event, f.basis, f.whose, f.attribute, f.per, f.total, f.calls, f.why])
    }

    pub fn hop_fact(&self, f: &HopFact) -> Result<(), CaseError> {
        let sql = "INSERT OR IGNORE INTO hop_facts VALUES (?1, ?2, ?3, ?4, ?5)";
        self.put(sql, params![f.token, f.event, f.before, f.by, f.why])
    }

    pub fn wielded_fact(&self, f: &WieldedFact) -> Result<(), CaseError> {
        let sql = "INSERT INTO wielded_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.put(sql, params![f.event, f.agent, f.users, f.usual, f.prompted, f.shapes])
    }

    pub fn spread_token_fact(&self, f: &SpreadTokenFact) -> Result<(), CaseError> {
        for event in &f.events {
            let sql = "INSERT INTO spread_token_facts VALUES (?1, ?2, ?3, ?4, ?5)";
            self.put(sql, params![f.token, event, f.agents, f.hosts, f.people])?;
        }
        Ok(())
    }

    fn put(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), CaseError> {
        self.tx.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

const DECISIONS: &str =
    "SELECT id, time, source, service, action, resource, decision, run, trace, span, parent_span, tool_call,
 coalesce(wire_by, run_by), host, shown_id, policy, credential, resource_type FROM events WHERE kind = 5";

/// All but whose rights were evaluated.
fn decision(r: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    Ok(DecisionRow {
        event: r.get(0)?,
        time: time(r, 1)?,
        source: r.get(2)?,
        service: r.get(3)?,
        action: r.get(4)?,
        resource: r.get(5)?,
        allows: r.get::<_, Option<i64>>(6)? == Some(0),
        denies: r.get::<_, Option<i64>>(6)? == Some(1),
        run: r.get(7)?,
        trace: r.get(8)?,
        span: r.get(9)?,
        parent_span: r.get(10)?,
        tool_call: r.get(11)?,
        by: r.get(12)?,
        host: r.get(13)?,
        shown_id: r.get(14)?,
        policy: r.get(15)?,
        credential: r.get(16)?,
        resource_type: r.get(17)?,
        evaluated: Vec::new(),
    })
}

const CHECKED: &str =
    "SELECT a.event, e.shown_id, a.time, a.kind, a.human, a.agent, a.authority, a.wire_party, a.run, e.source, e.service,
 e.action, e.resource, e.outcome, e.trace, e.span, e.parent_span, e.tool_call, e.decision IS NOT NULL OR
 EXISTS (SELECT 1 FROM evaluated v WHERE v.event = a.event), coalesce(e.wire_by, e.run_by), e.host, f.agents_call,
 f.entitled, f.entitled_by, f.token,
 a.pattern, a.grade, a.agent_grade, a.refusal, a.agent_evidence, f.entitled_basis, f.agent_entitled, f.decided_on,
 f.decided_basis, f.days_after_end, f.token_actor, f.token_witness, f.scope_covers, f.audience_covers, f.inside_life,
 f.subject_is_runs_person, e.decision, e.policy, e.credential, f.impact, f.rated, f.effect
 FROM attributions a JOIN events e ON e.id = a.event JOIN call_facts f ON f.event = a.event WHERE a.kind IN (0, 4)";

fn checked(r: &Row<'_>) -> rusqlite::Result<CheckedRow> {
    Ok(CheckedRow {
        event: r.get(0)?,
        shown_id: r.get(1)?,
        time: time(r, 2)?,
        kind: r.get(3)?,
        human: r.get(4)?,
        agent: r.get(5)?,
        authority: r.get(6)?,
        wire_party: r.get(7)?,
        run: r.get(8)?,
        source: r.get(9)?,
        service: r.get(10)?,
        action: r.get(11)?,
        resource: r.get(12)?,
        outcome: r.get(13)?,
        trace: r.get(14)?,
        span: r.get(15)?,
        parent_span: r.get(16)?,
        tool_call: r.get(17)?,
        decides: r.get(18)?,
        by: r.get(19)?,
        host: r.get(20)?,
        agents_call: r.get(21)?,
        entitled: r.get(22)?,
        entitled_by: r.get(23)?,
        token: r.get(24)?,
        judged: judged(r)?,
    })
}

fn approvals(db: &Connection) -> Result<Vec<ApprovalRow>, CaseError> {
    let mut query = db.prepare(
        "SELECT a.event, e.shown_id, e.time, e.source, ac.text, re.text, e.tool_call, a.subject, a.requested_by,
         a.approved_by, a.limit_amount, (SELECT t.text FROM attributes t WHERE t.event = a.event AND t.name = 'currency'),
         a.granted, a.expires
         FROM approvals a JOIN events e ON e.id = a.event LEFT JOIN strings ac ON ac.id = e.action
         LEFT JOIN strings re ON re.id = e.resource ORDER BY e.time, e.shown_id, a.event",
    )?;
    let rows = query.query_map([], |r| {
        Ok(ApprovalRow {
            event: r.get(0)?,
            shown_id: r.get(1)?,
            time: time(r, 2)?,
            source: r.get(3)?,
            action: r.get(4)?,
            resource: r.get(5)?,
            tool_call: r.get(6)?,
            subject: r.get(7)?,
            requested_by: r.get(8)?,
            approved_by: r.get(9)?,
            limit: r.get(10)?,
            currency: r.get(11)?,
            granted: r.get(12)?,
            expires: time(r, 13)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn time(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(r.get::<_, Option<i64>>(column)?.map(Time))
}
