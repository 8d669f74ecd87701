//! Events as narrow rows of numbers, in the order of time: what lineage, attribution and rules stream over.

use rusqlite::Row;

use super::error::CaseError;
use super::signatures::Verdict;
use super::store::Case;
use crate::model::{
    CredentialKind, DecisionEffect, EventKind, EvidenceKind, FilledBy, Outcome, Role, Time, WhyEmpty, WireKind,
};

/// An event without its text: numbers are ids of `strings` and `principals`.
#[derive(Debug, Clone)]
pub struct CallRow {
    pub event: i64,
    pub source: i64,
    pub kind: EventKind,
    pub time: Option<Time>,
    pub end: Option<Time>,
    pub service: Option<i64>,
    pub action: Option<i64>,
    pub resource: Option<i64>,
    pub outcome: Outcome,
    pub wire: Option<i64>,
    pub wire_kind: WireKind,
    pub wire_by: Option<FilledBy>,
    pub human_empty: WhyEmpty,
    pub run: Option<i64>,
    pub run_by: Option<FilledBy>,
    pub parent_run: Option<i64>,
    pub conversation: Option<i64>,
    pub trace: Option<i64>,
    pub span: Option<i64>,
    pub credential: Option<i64>,
    pub credential_kind: Option<CredentialKind>,
    pub audience: Option<i64>,
    pub scope: Option<i64>,
    pub decision: Option<DecisionEffect>,
    pub source_ip: Option<i64>,
    pub user_agent: Option<i64>,
    pub host: Option<i64>,
    pub interactive: bool,
    pub tenant: Option<i64>,
}

/// A principal that a record names in a role.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRow {
    pub event: i64,
    pub role: Role,
    pub principal: i64,
    pub evidence: EvidenceKind,
    pub by: FilledBy,
    pub field: i64,
}

/// What a record tells of runs and spans.
#[derive(Debug, Clone)]
pub struct SpanRow {
    pub event: i64,
    pub kind: EventKind,
    pub source: i64,
    pub time: Option<Time>,
    pub end: Option<Time>,
    pub run: Option<i64>,
    pub run_by: Option<FilledBy>,
    pub parent_run: Option<i64>,
    pub trace: Option<i64>,
    pub span: Option<i64>,
    pub parent_span: Option<i64>,
    pub trigger: Option<i64>,
    pub action: Option<i64>,
    pub tool_call: Option<String>,
    pub outcome: Outcome,
    pub wire: Option<i64>,
    pub wire_kind: WireKind,
    /// Start of the record's hash: with the time an order that does not depend on which export came first.
    pub content: u64,
}

/// A token record.
#[derive(Debug, Clone, Default)]
pub struct TokenRow {
    pub event: i64,
    pub source: i64,
    pub time: Option<Time>,
    pub jti: Option<i64>,
    pub subject: Option<i64>,
    pub client: Option<i64>,
    /// Outermost first.
    pub actors: Vec<i64>,
    pub audience: Option<i64>,
    pub scope: Option<i64>,
    pub not_before: Option<Time>,
    pub issued_at: Option<Time>,
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
    pub details: Option<String>,
    pub issuer: Option<i64>,
    pub run: Option<i64>,
    /// Decoded from the token; no record of its issuer.
    pub unverified: bool,
    /// What became of its signature, where a key of its issuer was at hand.
    pub verdict: Option<Verdict>,
    /// Id of the token that it was exchanged from.
    pub parent: Option<i64>,
    /// As [`SpanRow::content`].
    pub content: u64,
}

/// A credential that a record handed out.
#[derive(Debug, Clone, Copy)]
pub struct IssuedRow {
    pub event: i64,
    pub source: i64,
    pub time: Option<Time>,
    pub credential: i64,
    pub kind: CredentialKind,
    pub principal: Option<i64>,
    pub expires: Option<Time>,
    /// As [`SpanRow::content`].
    pub content: u64,
}

const CALL_COLUMNS: &str =
    "e.id, e.source, e.kind, e.time, e.end_time, e.service, e.action, e.resource, e.outcome, e.wire,
 e.wire_kind, e.wire_by, e.human_empty, e.run, e.run_by, e.parent_run, e.conversation, e.trace, e.span, e.credential,
 e.credential_kind, e.audience, e.scope, e.decision, e.source_ip, e.user_agent, e.host, e.interactive, e.tenant";

impl Case {
    /// Calls, sign-ins, issuances and tool spans in the order of time (unknown times first), then of id.
    pub fn each_call(&self, mut visit: impl FnMut(CallRow) -> Result<(), CaseError>) -> Result<(), CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT {CALL_COLUMNS} FROM events e WHERE e.kind IN (0, 1, 2, 4) ORDER BY e.time, e.shown_id, e.id"
        ))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            visit(call(row)?)?;
        }
        Ok(())
    }

    pub fn call(&self, event: i64) -> Result<CallRow, CaseError> {
        Ok(self.db.query_row(&format!("SELECT {CALL_COLUMNS} FROM events e WHERE e.id = ?1"), [event], call)?)
    }

    /// All claims, by event.
    pub fn claims(&self) -> Result<Vec<ClaimRow>, CaseError> {
        let mut query = self
            .db
            .prepare("SELECT event, role, principal, evidence, filled_by, field FROM claims ORDER BY event, n")?;
        Ok(query.query_map([], claim)?.collect::<Result<_, _>>()?)
    }

    /// Claims of one event.
    pub fn claims_of(&self, event: i64) -> Result<Vec<ClaimRow>, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT event, role, principal, evidence, filled_by, field FROM claims WHERE event = ?1 ORDER BY n",
        )?;
        Ok(query.query_map([event], claim)?.collect::<Result<_, _>>()?)
    }

    /// Subjects evaluated in the decision of one event.
    pub fn evaluated_of(&self, event: i64) -> Result<Vec<i64>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT principal FROM evaluated WHERE event = ?1 ORDER BY n")?;
        Ok(query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Interned text by its id.
    pub fn text(&self, id: i64) -> Result<String, CaseError> {
        Ok(self.db.prepare_cached("SELECT text FROM strings WHERE id = ?1")?.query_row([id], |r| r.get(0))?)
    }

    /// The id of interned text.
    pub fn string_id(&self, text: &str) -> Result<Option<i64>, CaseError> {
        use rusqlite::OptionalExtension;
        let mut query = self.db.prepare_cached("SELECT id FROM strings WHERE text = ?1")?;
        Ok(query.query_row([text], |r| r.get(0)).optional()?)
    }

    /// Names of the sources that events are of, by id.
    pub fn names_of_sources(&self) -> Result<Vec<(i64, String)>, CaseError> {
        self.names("SELECT DISTINCT s.id, s.text FROM events e JOIN strings s ON s.id = e.source ORDER BY s.id")
    }

    /// Names of the services that events are of, by id.
    pub fn names_of_services(&self) -> Result<Vec<(i64, String)>, CaseError> {
        self.names("SELECT DISTINCT s.id, s.text FROM events e JOIN strings s ON s.id = e.service ORDER BY s.id")
    }

    fn names(&self, sql: &str) -> Result<Vec<(i64, String)>, CaseError> {
        let mut query = self.db.prepare(sql)?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Subjects evaluated in decisions, by event.
    pub fn evaluated(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.db.prepare("SELECT event, principal FROM evaluated ORDER BY event, n")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Every record that names a run, a parent run or a span; by time, then by content.
    pub fn spans(&self) -> Result<Vec<SpanRow>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT id, kind, source, time, end_time, run, run_by, parent_run, trace, span, parent_span, trigger, action,
             tool_call, outcome, wire, wire_kind, hash FROM events
             WHERE run IS NOT NULL OR parent_run IS NOT NULL OR trace IS NOT NULL",
        )?;
        let rows = query.query_map([], |r| {
            Ok(SpanRow {
                event: r.get(0)?,
                kind: kind(r.get(1)?),
                source: r.get(2)?,
                time: time(r.get(3)?),
                end: time(r.get(4)?),
                run: r.get(5)?,
                run_by: r.get::<_, Option<i64>>(6)?.map(filled_by),
                parent_run: r.get(7)?,
                trace: r.get(8)?,
                span: r.get(9)?,
                parent_span: r.get(10)?,
                trigger: r.get(11)?,
                action: r.get(12)?,
                tool_call: r.get(13)?,
                outcome: outcome(r.get(14)?),
                wire: r.get(15)?,
                wire_kind: wire_kind(r.get(16)?),
                content: content(r.get(17)?),
            })
        })?;
        let mut spans: Vec<SpanRow> = rows.collect::<Result<_, _>>()?;
        spans.sort_by_key(|s| (s.time, s.content));
        Ok(spans)
    }

    /// Span links: (event, trace, span).
    pub fn links(&self) -> Result<Vec<(i64, i64, i64)>, CaseError> {
        let mut query = self.db.prepare("SELECT event, trace, span FROM links ORDER BY event, n")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// (call, tool span) where the span carries the call's own id.
    pub fn tool_call_joins(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT c.id, s.id FROM events s JOIN events c ON c.shown_id = s.tool_call
             WHERE s.kind = 4 AND s.tool_call IS NOT NULL AND c.kind IN (0, 1, 2) ORDER BY c.id, s.id",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Tool calls that an agent's event log tells again: tool spans without a span of their own, whose tool call id a span in a
    /// trace carries too. Short ids may be anybody's.
    pub fn retold_tool_calls(&self) -> Result<Vec<i64>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT l.id FROM events l JOIN events s ON s.tool_call = l.tool_call
             WHERE l.kind = 4 AND l.span IS NULL AND length(l.tool_call) >= 20
               AND l.source IN (SELECT id FROM strings WHERE text = 'agent_events')
               AND s.kind = 4 AND s.span IS NOT NULL ORDER BY l.id",
        )?;
        Ok(query.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// (session key, run) of calls that carry both and of issuances tagged with a run: the holders of a lease, run by run.
    pub fn lease_runs(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT credential, run FROM events
             WHERE credential_kind = 1 AND credential IS NOT NULL AND run IS NOT NULL AND kind = 0
             UNION SELECT i.credential, e.run FROM issued i JOIN events e ON e.id = i.event
             WHERE i.kind = 1 AND e.run IS NOT NULL ORDER BY 1, 2",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Tools that an audit source logs, with the period of that source: (action, first, last).
    pub fn audited_tools(&self) -> Result<Vec<(i64, Time, Time)>, CaseError> {
        let mut query = self.db.prepare(
            "WITH period AS (SELECT source, min(time) AS first, max(time) AS last FROM events
               WHERE kind = 0 AND time IS NOT NULL GROUP BY source)
             SELECT DISTINCT e.action, p.first, p.last FROM events e JOIN period p ON p.source = e.source
             WHERE e.kind = 0 AND e.action IS NOT NULL ORDER BY e.action, p.first, p.last",
        )?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, Time(r.get(1)?), Time(r.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn tokens(&self) -> Result<Vec<TokenRow>, CaseError> {
        let mut actors = self.db.prepare("SELECT principal FROM token_actors WHERE event = ?1 ORDER BY depth")?;
        let mut query = self.db.prepare(
            "SELECT t.event, e.time, t.jti, t.subject, t.client, t.audience, t.scope, t.not_before, t.issued_at, t.expires,
             t.revoked, t.details, t.issuer, e.run, e.hash, e.source, t.unverified, t.parent, c.verdict
             FROM tokens t JOIN events e ON e.id = t.event LEFT JOIN token_checks c ON c.event = t.event
             ORDER BY t.event",
        )?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let event = r.get(0)?;
            out.push(TokenRow {
                event,
                time: time(r.get(1)?),
                jti: r.get(2)?,
                subject: r.get(3)?,
                client: r.get(4)?,
                actors: actors.query_map([event], |a| a.get(0))?.collect::<Result<_, _>>()?,
                audience: r.get(5)?,
                scope: r.get(6)?,
                not_before: time(r.get(7)?),
                issued_at: time(r.get(8)?),
                expires: time(r.get(9)?),
                revoked: time(r.get(10)?),
                details: r.get(11)?,
                issuer: r.get(12)?,
                run: r.get(13)?,
                content: content(r.get(14)?),
                source: r.get(15)?,
                unverified: r.get(16)?,
                parent: r.get(17)?,
                verdict: r.get::<_, Option<String>>(18)?.as_deref().and_then(Verdict::from_word),
            });
        }
        Ok(out)
    }

    pub fn issued(&self) -> Result<Vec<IssuedRow>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT i.event, e.time, i.credential, i.kind, i.principal, i.expires, e.hash, e.source
             FROM issued i JOIN events e ON e.id = i.event ORDER BY i.event",
        )?;
        let rows = query.query_map([], |r| {
            Ok(IssuedRow {
                event: r.get(0)?,
                time: time(r.get(1)?),
                credential: r.get(2)?,
                kind: credential_kind(r.get(3)?),
                principal: r.get(4)?,
                expires: time(r.get(5)?),
                content: content(r.get(6)?),
                source: r.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All interned text by id; index 0 is unused.
    pub fn strings(&self) -> Result<Vec<String>, CaseError> {
        let most: i64 = self.db.query_row("SELECT coalesce(max(id), 0) FROM strings", [], |r| r.get(0))?;
        let mut out = vec![String::new(); most as usize + 1];
        let mut query = self.db.prepare("SELECT id, text FROM strings")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            if let Some(slot) = out.get_mut(r.get::<_, i64>(0)? as usize) {
                *slot = r.get(1)?;
            }
        }
        Ok(out)
    }

    /// Shown ids of events, for few events at a time.
    pub fn shown_id(&self, event: i64) -> Result<String, CaseError> {
        Ok(self.db.prepare_cached("SELECT shown_id FROM events WHERE id = ?1")?.query_row([event], |r| r.get(0))?)
    }

    /// Records of one identity and other content: (event, another copy of it). Of one event, or of all.
    pub fn other_copies(&self, of: Option<i64>) -> Result<Vec<(i64, i64)>, CaseError> {
        let which = match of {
            Some(_) => "a.id = ?1",
            None => "?1 IS NULL AND a.shown_id IN (SELECT shown_id FROM events GROUP BY shown_id HAVING count(*) > 1)",
        };
        let mut query = self.db.prepare_cached(&format!(
            "SELECT a.id, b.id FROM events a JOIN events b ON b.shown_id = a.shown_id AND b.source = a.source
               AND b.tenant IS a.tenant AND b.stage IS a.stage AND b.id <> a.id AND b.kind IN (0, 1, 2, 4)
             WHERE a.kind IN (0, 1, 2, 4) AND {which} ORDER BY a.id, b.id"
        ))?;
        Ok(query.query_map([of], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Tool spans that carry a tool call id.
    pub fn tool_calls_with_id(&self, tool_call: &str) -> Result<Vec<i64>, CaseError> {
        let mut query =
            self.db.prepare_cached("SELECT id FROM events WHERE kind = 4 AND tool_call = ?1 ORDER BY shown_id, id")?;
        Ok(query.query_map([tool_call], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Number of events of a kind whose id is this one, as shown.
    pub fn events_with_id(&self, shown: &str) -> Result<Vec<i64>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT id FROM events WHERE shown_id = ?1 ORDER BY id")?;
        Ok(query.query_map([shown], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn call(r: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        event: r.get(0)?,
        source: r.get(1)?,
        kind: kind(r.get(2)?),
        time: time(r.get(3)?),
        end: time(r.get(4)?),
        service: r.get(5)?,
        action: r.get(6)?,
        resource: r.get(7)?,
        outcome: outcome(r.get(8)?),
        wire: r.get(9)?,
        wire_kind: wire_kind(r.get(10)?),
        wire_by: r.get::<_, Option<i64>>(11)?.map(filled_by),
        human_empty: why_empty(r.get(12)?),
        run: r.get(13)?,
        run_by: r.get::<_, Option<i64>>(14)?.map(filled_by),
        parent_run: r.get(15)?,
        conversation: r.get(16)?,
        trace: r.get(17)?,
        span: r.get(18)?,
        credential: r.get(19)?,
        credential_kind: r.get::<_, Option<i64>>(20)?.map(credential_kind),
        audience: r.get(21)?,
        scope: r.get(22)?,
        decision: r
            .get::<_, Option<i64>>(23)?
            .map(|d| if d == 0 { DecisionEffect::Allow } else { DecisionEffect::Deny }),
        source_ip: r.get(24)?,
        user_agent: r.get(25)?,
        host: r.get(26)?,
        interactive: r.get(27)?,
        tenant: r.get(28)?,
    })
}

fn claim(r: &Row<'_>) -> rusqlite::Result<ClaimRow> {
    Ok(ClaimRow {
        event: r.get(0)?,
        role: if r.get::<_, i64>(1)? == 0 { Role::Human } else { Role::Agent },
        principal: r.get(2)?,
        evidence: EvidenceKind::ALL[(r.get::<_, i64>(3)? as usize).min(13)],
        by: filled_by(r.get(4)?),
        field: r.get(5)?,
    })
}

fn content(hash: [u8; 16]) -> u64 {
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn time(micros: Option<i64>) -> Option<Time> {
    micros.map(Time)
}

fn kind(n: i64) -> EventKind {
    EventKind::ALL.get(n as usize).copied().unwrap_or(EventKind::Context)
}

fn outcome(n: i64) -> Outcome {
    [Outcome::Success, Outcome::Denied, Outcome::Error].get(n as usize).copied().unwrap_or(Outcome::Unknown)
}

fn wire_kind(n: i64) -> WireKind {
    use WireKind::*;
    [Human, Agent, Service, System, Delegated, Shared].get(n as usize).copied().unwrap_or(Unknown)
}

fn filled_by(n: i64) -> FilledBy {
    use FilledBy::*;
    [Issuer, Platform, Gateway, Caller].get(n as usize).copied().unwrap_or(Model)
}

fn why_empty(n: i64) -> WhyEmpty {
    use WhyEmpty::*;
    [Absent, Redacted, NotExported].get(n as usize).copied().unwrap_or(NotSupported)
}

pub(super) fn credential_kind(n: i64) -> CredentialKind {
    use CredentialKind::*;
    [Token, SessionKey, LongLived].get(n as usize).copied().unwrap_or(Session)
}
