//! Facts that rules select from: what the fact builders read of the analysis so far, and the rows that they write.

use rusqlite::{Connection, params};

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

/// Facts of one call.
#[derive(Debug, Clone)]
pub struct CallFact {
    pub event: i64,
    /// Belongs to the tested population of AG and AZ rules.
    pub agents_call: bool,
    pub effect: &'static str,
    pub impact: u8,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required_pattern: Option<String>,
    /// `yes`, `no`, `unknown`.
    pub entitled: &'static str,
    /// `grant`, `explicit_deny`, `no_matching_grant`, `missing`.
    pub entitled_basis: &'static str,
    pub entitled_why: Option<String>,
    /// Event of the deciding entitlement row.
    pub entitled_by: Option<i64>,
    pub agent_entitled: &'static str,
    /// `person`, `agent`, `robot`, `other`, `unknown`.
    pub decided_on: &'static str,
    /// `stated`, `certain`, `unknown`.
    pub decided_basis: &'static str,
    /// Days from the recorded end of the attributed person to the call, where positive.
    pub days_after_end: Option<f64>,
    /// String id of a delegated user token's id.
    pub token: Option<i64>,
    /// `issuer` where a token record is in the case, `call` where only the call's own words are.
    pub token_witness: Option<&'static str>,
    pub scope_covers: &'static str,
    pub audience_covers: &'static str,
    pub inside_life: &'static str,
    pub subject_is_runs_person: &'static str,
    pub token_why: Option<String>,
    /// The denied call that this one went round.
    pub refused_before: Option<i64>,
    pub refused_minutes: Option<f64>,
    /// Product name of a learned agent user agent on this call.
    pub learned_agent: Option<String>,
    pub run_agent: Option<i64>,
    pub run_person: Option<i64>,
}

/// Facts of one token id.
#[derive(Debug, Clone)]
pub struct TokenFact {
    pub token: i64,
    pub event: Option<i64>,
    pub subject: Option<i64>,
    pub agent: Option<i64>,
    pub issuer: Option<i64>,
    pub delegated: bool,
    pub life_seconds: Option<i64>,
    pub uses: u32,
    pub runs: u32,
    pub persons: u32,
    pub actions: u32,
    pub classes: u32,
    /// The scope that covers everything or a listed broad class.
    pub broad: Option<String>,
    /// Scopes beside openid, profile, email, offline_access.
    pub scopes: u32,
    pub impact: u8,
    pub rated: bool,
}

/// Facts of one account: a principal on the wire.
#[derive(Debug, Clone, Default)]
pub struct AccountFact {
    pub principal: i64,
    pub party: Option<i64>,
    pub human_type: bool,
    pub unbacked: bool,
    /// The directory knows the account (as shared or service).
    pub known: bool,
    pub active: bool,
    /// False where every namespace that it is active in is not covered by the directory.
    pub covered: bool,
    pub calls: u32,
    pub marked: u32,
    pub learned: u32,
    pub learned_product: Option<String>,
    pub sign_ins: u32,
    /// Why interactive sign-ins and automation stand together on it.
    pub mixed: Option<String>,
    /// Other people who caused its calls.
    pub others: u32,
    pub rhythm_signals: u32,
    pub rhythm_why: Option<String>,
    pub spread: Option<String>,
    /// Nothing says that an agent used the credential.
    pub spread_by_hand: bool,
    pub spread_credential: Option<i64>,
    pub impact: u8,
    pub rated: bool,
    /// (fact, events that it rests on)
    pub events: Vec<(&'static str, Vec<i64>)>,
}

/// Accounts of a source, and how many of them the directory does not know.
#[derive(Debug, Clone, Copy)]
pub struct NamespaceFact {
    pub source: i64,
    pub active: u32,
    pub unknown: u32,
    pub uncovered: bool,
}

/// A traced tool call held against its audit source.
#[derive(Debug, Clone)]
pub struct TracedFact {
    pub event: i64,
    pub run: Option<i64>,
    pub tool: i64,
    pub agent: Option<i64>,
    pub found: bool,
    /// `tool_call`, `run_and_tool`, `nothing`.
    pub joined_by: &'static str,
    pub traced: u32,
    pub traced_found: u32,
    pub effect: &'static str,
    pub impact: u8,
    pub rated: bool,
}

impl Case {
    pub fn party_rows(&self) -> Result<Vec<PartyRow>, CaseError> {
        parties(&self.db)
    }

    /// (principal, party)
    pub fn party_of(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        party_of(&self.db)
    }

    /// Attributes of an event, by name.
    pub fn attributes_of(&self, event: i64) -> Result<Vec<(String, Attribute)>, CaseError> {
        attributes(&self.db, event)
    }
}

impl Derived<'_> {
    pub fn party_rows(&self) -> Result<Vec<PartyRow>, CaseError> {
        parties(&self.tx)
    }

    /// (principal, party)
    pub fn party_of(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        party_of(&self.tx)
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
    pub fn each_attributed(&self, mut visit: impl FnMut(AttributedRow) -> Result<(), CaseError>) -> Result<(), CaseError> {
        let mut query = self.tx.prepare(
            "SELECT a.event, a.time, a.kind, a.standing, a.human, a.agent, a.authority, a.wire_party, a.wire_kind, a.run,
             a.agent_evidence, e.source, e.service, e.action, e.resource, e.outcome, e.wire, e.wire_kind, e.conversation,
             e.credential, e.credential_kind, e.audience, e.scope, e.source_ip, e.user_agent, e.host, e.interactive
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
        let mut query =
            self.tx.prepare("SELECT DISTINCT service, action, audience, scope FROM events WHERE kind = 0 ORDER BY 1, 2, 3, 4")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect::<Result<_, _>>()?)
    }

    /// Principals whose rights an event's decision evaluated.
    pub fn evaluated_of(&self, event: i64) -> Result<Vec<i64>, CaseError> {
        let mut query = self.tx.prepare_cached("SELECT principal FROM evaluated WHERE event = ?1 ORDER BY n")?;
        Ok(query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Principals that an event's record claims as its human, with the number of the evidence kind (2 is K3).
    pub fn humans_claimed(&self, event: i64) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query =
            self.tx.prepare_cached("SELECT principal, evidence FROM claims WHERE event = ?1 AND role = 0 ORDER BY n")?;
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

    /// Traces whose records name exactly one run: (trace, run).
    pub fn runs_of_traces(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT trace, min(run) FROM events WHERE trace IS NOT NULL AND run IS NOT NULL GROUP BY trace
             HAVING min(run) = max(run) ORDER BY trace",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    pub fn call_fact(&self, f: &CallFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO call_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
            )?
            .execute(params![
                f.event,
                f.agents_call,
                f.effect,
                f.impact,
                f.rated,
                f.per_user,
                f.regulated,
                f.required_pattern,
                f.entitled,
                f.entitled_basis,
                f.entitled_why,
                f.entitled_by,
                f.agent_entitled,
                f.decided_on,
                f.decided_basis,
                f.days_after_end,
                f.token,
                f.token_witness,
                f.scope_covers,
                f.audience_covers,
                f.inside_life,
                f.subject_is_runs_person,
                f.token_why,
                f.refused_before,
                f.refused_minutes,
                f.learned_agent,
                f.run_agent,
                f.run_person
            ])?;
        Ok(())
    }

    pub fn token_fact(&self, f: &TokenFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO token_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?
            .execute(params![
                f.token,
                f.event,
                f.subject,
                f.agent,
                f.issuer,
                f.delegated,
                f.life_seconds,
                f.uses,
                f.runs,
                f.persons,
                f.actions,
                f.classes,
                f.broad,
                f.scopes,
                f.impact,
                f.rated
            ])?;
        Ok(())
    }

    pub fn account_fact(&self, f: &AccountFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO account_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21)",
            )?
            .execute(params![
                f.principal,
                f.party,
                f.human_type,
                f.unbacked,
                f.known,
                f.active,
                f.covered,
                f.calls,
                f.marked,
                f.learned,
                f.learned_product,
                f.sign_ins,
                f.mixed,
                f.others,
                f.rhythm_signals,
                f.rhythm_why,
                f.spread,
                f.spread_by_hand,
                f.spread_credential,
                f.impact,
                f.rated
            ])?;
        for (fact, events) in &f.events {
            for (n, event) in events.iter().enumerate() {
                self.tx.prepare_cached("INSERT INTO account_events VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                    f.principal,
                    fact,
                    n as i64,
                    event
                ])?;
            }
        }
        Ok(())
    }

    pub fn namespace_fact(&self, f: &NamespaceFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT INTO namespace_facts VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![f.source, f.active, f.unknown, f.uncovered])?;
        Ok(())
    }

    pub fn traced_fact(&self, f: &TracedFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT INTO traced_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?
            .execute(params![
                f.event,
                f.run,
                f.tool,
                f.agent,
                f.found,
                f.joined_by,
                f.traced,
                f.traced_found,
                f.effect,
                f.impact,
                f.rated
            ])?;
        Ok(())
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
