//! What the fact builders of `rules` read of the analysis so far.

use rusqlite::Connection;

use super::derived::Derived;
use super::error::CaseError;
use super::store::Case;
use crate::model::{Attribute, Time};

/// A party as the facts need it.
#[derive(Debug, Clone)]
pub struct PartyRow {
    pub id: i64,
    /// `person`, `human`, `unbacked`, `shared`, `agent`, `service`, `system`, `unknown`.
    pub kind: String,
    pub shown: String,
    pub end: Option<Time>,
    /// Event of the directory row.
    pub directory: Option<i64>,
}

/// A run with what its walk found.
#[derive(Debug, Clone)]
pub struct RunFactRow {
    pub id: i64,
    pub agent: Option<i64>,
    pub person: Option<i64>,
    /// The first parent by id, for the tree that the run belongs to.
    pub parent: Option<i64>,
    pub key: i64,
}

/// An attributed event with the fields of its record that facts are made of. Numbers are ids of `strings`,
/// `principals` and `parties`.
#[derive(Debug, Clone)]
pub struct AttributedRow {
    pub event: i64,
    pub time: Option<Time>,
    /// 0 call, 1 sign-in, 2 issuance.
    pub kind: i64,
    pub standing: String,
    pub human: Option<i64>,
    pub agent: Option<i64>,
    pub authority: Option<i64>,
    pub wire_party: Option<i64>,
    /// The wire kind as attribution sees it.
    pub wire_kind: String,
    pub run: Option<i64>,
    pub agent_evidence: bool,
    pub source: i64,
    pub service: Option<i64>,
    pub action: Option<i64>,
    pub resource: Option<i64>,
    /// 0 success, 1 denied, 2 error, 3 unknown.
    pub outcome: i64,
    pub wire: Option<i64>,
    /// What the source itself says of the wire principal: 0 human.
    pub source_wire_kind: i64,
    pub conversation: Option<i64>,
    pub credential: Option<i64>,
    /// 0 token, 1 session key, 2 long-lived, 3 session.
    pub credential_kind: Option<i64>,
    pub audience: Option<i64>,
    pub scope: Option<i64>,
    pub source_ip: Option<i64>,
    pub user_agent: Option<i64>,
    pub host: Option<i64>,
    pub interactive: bool,
    pub trace: Option<i64>,
    pub resource_type: Option<i64>,
    /// Counted, or context.
    pub in_scope: bool,
    pub tenant: Option<i64>,
}

/// A tool span, or a call that an audit source holds: the two sides of "unlogged call".
#[derive(Debug, Clone)]
pub struct TracedRow {
    pub event: i64,
    pub time: Option<Time>,
    pub source: i64,
    pub run: Option<i64>,
    pub trace: Option<i64>,
    pub action: Option<i64>,
    pub service: Option<i64>,
    pub resource: Option<i64>,
    pub tool_call: Option<String>,
    pub shown_id: String,
}

impl Case {
    pub fn party_rows(&self) -> Result<Vec<PartyRow>, CaseError> {
        parties(&self.db)
    }

    /// (principal, party)
    pub fn party_of(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        party_of(&self.db)
    }

    /// (event of a directory row, party)
    pub fn row_party(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        row_party(&self.db)
    }

    /// Ids that stand for several.
    pub fn places(&self) -> Result<Vec<PlaceRow>, CaseError> {
        places(&self.db)
    }

    /// Attributes of an event, by name.
    pub fn attributes_of(&self, event: i64) -> Result<Vec<(String, Attribute)>, CaseError> {
        attributes(&self.db, event)
    }
}

/// (principal, tenant, from, until, the number that it is read as)
pub type PlaceRow = (i64, Option<i64>, Option<Time>, Option<Time>, i64);

impl Derived<'_> {
    /// Ids that stand for several.
    pub fn places(&self) -> Result<Vec<PlaceRow>, CaseError> {
        places(&self.tx)
    }

    pub fn party_rows(&self) -> Result<Vec<PartyRow>, CaseError> {
        parties(&self.tx)
    }

    /// (principal, party)
    pub fn party_of(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        party_of(&self.tx)
    }

    /// (event of a directory row, party)
    pub fn row_party(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        row_party(&self.tx)
    }

    /// Attributes of an event, by name.
    pub fn attributes_of(&self, event: i64) -> Result<Vec<(String, Attribute)>, CaseError> {
        attributes(&self.tx, event)
    }

    pub fn run_facts(&self) -> Result<Vec<RunFactRow>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT r.id, r.agent, r.person, (SELECT min(p.parent) FROM run_parents p WHERE p.run = r.id), r.key
             FROM runs r ORDER BY r.id",
        )?;
        let rows = query.query_map([], |r| {
            Ok(RunFactRow { id: r.get(0)?, agent: r.get(1)?, person: r.get(2)?, parent: r.get(3)?, key: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Attributed events in the order of time, then of shown id.
    pub fn each_attributed(
        &self,
        mut visit: impl FnMut(AttributedRow) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.tx.prepare(
            "SELECT a.event, a.time, a.kind, a.standing, a.human, a.agent, a.authority, a.wire_party, a.wire_kind, a.run,
             a.agent_evidence, e.source, e.service, e.action, e.resource, e.outcome, e.wire, e.wire_kind, e.conversation,
             e.credential, e.credential_kind, e.audience, e.scope, e.source_ip, e.user_agent, e.host, e.interactive, a.in_scope,
             e.trace, e.resource_type, e.tenant
             FROM attributions a JOIN events e ON e.id = a.event ORDER BY a.time, e.shown_id, a.event",
        )?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            visit(AttributedRow {
                event: r.get(0)?,
                time: r.get::<_, Option<i64>>(1)?.map(Time),
                kind: r.get(2)?,
                standing: r.get(3)?,
                human: r.get(4)?,
                agent: r.get(5)?,
                authority: r.get(6)?,
                wire_party: r.get(7)?,
                wire_kind: r.get(8)?,
                run: r.get(9)?,
                agent_evidence: r.get(10)?,
                source: r.get(11)?,
                service: r.get(12)?,
                action: r.get(13)?,
                resource: r.get(14)?,
                outcome: r.get(15)?,
                wire: r.get(16)?,
                source_wire_kind: r.get(17)?,
                conversation: r.get(18)?,
                credential: r.get(19)?,
                credential_kind: r.get(20)?,
                audience: r.get(21)?,
                scope: r.get(22)?,
                source_ip: r.get(23)?,
                user_agent: r.get(24)?,
                host: r.get(25)?,
                interactive: r.get(26)?,
                in_scope: r.get(27)?,
                trace: r.get(28)?,
                resource_type: r.get(29)?,
                tenant: r.get(30)?,
            })?;
        }
        Ok(())
    }

    /// User agents with who was seen using them: (string, a known agent, a person without agent evidence).
    pub fn clients_seen(&self) -> Result<Vec<(i64, bool, bool)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT e.user_agent, max(a.agent IS NOT NULL),
             max(a.agent_evidence = 0 AND a.agent IS NULL AND coalesce(p.kind, '') IN ('person', 'human'))
             FROM attributions a JOIN events e ON e.id = a.event LEFT JOIN parties p ON p.id = a.wire_party
             WHERE e.user_agent IS NOT NULL GROUP BY e.user_agent ORDER BY e.user_agent",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Distinct (service, action, audience, scope) of calls: the vocabulary that scopes and audiences are held against.
    #[allow(clippy::type_complexity, reason = "four columns of one row")]
    pub fn vocabulary(&self) -> Result<Vec<(Option<i64>, Option<i64>, Option<i64>, Option<i64>)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT DISTINCT service, action, audience, scope FROM events WHERE kind = 0 ORDER BY 1, 2, 3, 4",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect::<Result<_, _>>()?)
    }

    /// Principals whose rights an event's decision evaluated.
    pub fn evaluated_of(&self, event: i64) -> Result<Vec<i64>, CaseError> {
        let mut query = self.tx.prepare_cached("SELECT principal FROM evaluated WHERE event = ?1 ORDER BY n")?;
        Ok(query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Principals that an event's record claims as its human, with the number of the evidence kind (2 is K3).
    pub fn humans_claimed(&self, event: i64) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self
            .tx
            .prepare_cached("SELECT principal, evidence FROM claims WHERE event = ?1 AND role = 0 ORDER BY n")?;
        Ok(query.query_map([event], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Tool spans (kind 4), or calls of audit sources (kind 0), in the order of time.
    pub fn traced(&self, kind: i64) -> Result<Vec<TracedRow>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT e.id, e.time, e.source, coalesce(r.key, e.run), e.trace, e.action, e.service, e.resource, e.tool_call,
             e.shown_id FROM events e LEFT JOIN attributions a ON a.event = e.id LEFT JOIN runs r ON r.id = a.run
             WHERE e.kind = ?1 ORDER BY e.time, e.shown_id, e.id",
        )?;
        let rows = query.query_map([kind], |r| {
            Ok(TracedRow {
                event: r.get(0)?,
                time: r.get::<_, Option<i64>>(1)?.map(Time),
                source: r.get(2)?,
                run: r.get(3)?,
                trace: r.get(4)?,
                action: r.get(5)?,
                service: r.get(6)?,
                resource: r.get(7)?,
                tool_call: r.get(8)?,
                shown_id: r.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Spans, tool spans and spans of approvals: (event, trace, span, parent span, run).
    #[allow(clippy::type_complexity, reason = "five columns of one row")]
    pub fn span_runs(&self) -> Result<Vec<(i64, i64, i64, Option<i64>, Option<i64>)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT id, trace, span, parent_span, run FROM events
             WHERE kind IN (3, 4, 6) AND trace IS NOT NULL AND span IS NOT NULL ORDER BY id",
        )?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Traces whose records name exactly one run: (trace, run).
    pub fn runs_of_traces(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT trace, min(run) FROM events WHERE trace IS NOT NULL AND run IS NOT NULL GROUP BY trace
             HAVING min(run) = max(run) ORDER BY trace",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

fn parties(db: &Connection) -> Result<Vec<PartyRow>, CaseError> {
    let mut query = db.prepare("SELECT id, kind, shown, end_time, directory FROM parties ORDER BY id")?;
    let rows = query.query_map([], |r| {
        Ok(PartyRow {
            id: r.get(0)?,
            kind: r.get(1)?,
            shown: r.get(2)?,
            end: r.get::<_, Option<i64>>(3)?.map(Time),
            directory: r.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn party_of(db: &Connection) -> Result<Vec<(i64, i64)>, CaseError> {
    let mut query = db.prepare("SELECT principal, party FROM party_of ORDER BY principal")?;
    Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
}

fn places(db: &Connection) -> Result<Vec<PlaceRow>, CaseError> {
    let mut query = db.prepare("SELECT principal, tenant, from_time, until_time, part FROM places ORDER BY part")?;
    let time = |t: Option<i64>| t.map(Time);
    let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, time(r.get(2)?), time(r.get(3)?), r.get(4)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row_party(db: &Connection) -> Result<Vec<(i64, i64)>, CaseError> {
    let mut query = db.prepare("SELECT event, party FROM row_party ORDER BY event")?;
    Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
}

fn attributes(db: &Connection, event: i64) -> Result<Vec<(String, Attribute)>, CaseError> {
    let mut query =
        db.prepare_cached("SELECT name, number, text, currency FROM attributes WHERE event = ?1 ORDER BY name")?;
    let mut rows = query.query([event])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let value = match r.get::<_, Option<f64>>(1)? {
            Some(value) => Attribute::Number { value, currency: r.get(3)? },
            None => Attribute::Text(r.get::<_, Option<String>>(2)?.unwrap_or_default()),
        };
        out.push((r.get(0)?, value));
    }
    Ok(out)
}
