//! Decisions joined to calls, verdicts on them, what people reach through agents, and tokens one by one: rows written by the
//! facts and read by the questions.

use rusqlite::{Row, params};

use super::derived::Derived;
use super::error::CaseError;
use super::judged::{ActionClass, Said};
use super::store::Case;
use crate::model::Time;

/// Ids of a call by which decision logs may speak of it.
#[derive(Debug, Clone, Default)]
pub struct JoinKeys {
    pub shown_id: String,
    pub span: Option<i64>,
    pub parent_span: Option<i64>,
    pub tool_call: Option<String>,
}

/// Calls of one kind of verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictCount {
    pub verdict: i64,
    /// Of an agent, as the figures count them.
    pub agents: bool,
    /// 0 not said, 1 no person, 2 a person.
    pub decided: i64,
    pub calls: i64,
}

/// Calls that one agent made for one person with one tool, by what the person's own right is answered.
#[derive(Debug, Clone)]
pub struct BridgeFact {
    pub person: i64,
    pub agent: i64,
    pub service: i64,
    pub tool: i64,
    /// `yes`, `no`, `unknown`.
    pub own: &'static str,
    pub calls: u32,
    pub on_person: u32,
    pub firm: u32,
    pub agents_yes: u32,
    pub agents_no: u32,
    pub denied_outright: u32,
    pub effect: ActionClass,
    pub impact: u8,
    pub rated: bool,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub example: i64,
}

/// The same with its text.
#[derive(Debug, Clone)]
pub struct BridgeView {
    pub person_party: i64,
    pub agent_party: i64,
    pub person: String,
    pub agent: String,
    pub service: Option<String>,
    pub tool: Option<String>,
    pub own: Said,
    pub calls: u32,
    pub on_person: u32,
    pub firm: u32,
    pub agents_yes: u32,
    pub agents_no: u32,
    pub denied_outright: u32,
    pub effect: String,
    pub impact: u8,
    pub rated: bool,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub example: i64,
}

/// A token in a list.
#[derive(Debug, Clone)]
pub struct TokenView {
    pub key: i64,
    pub token: String,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub agent: Option<String>,
    pub delegated: bool,
    pub life_seconds: Option<i64>,
    pub uses: u32,
    pub runs: u32,
    pub persons: u32,
    pub broad: Option<String>,
    pub findings: u32,
}

/// A record of a decision log, by what it was about.
#[derive(Debug, Clone)]
pub struct DecisionOn {
    pub event: i64,
    pub time: Option<Time>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub resource_type: Option<String>,
}

/// What an event was, in its own words.
#[derive(Debug, Clone)]
pub struct EventWords {
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
}

/// One record of a token.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    pub event: i64,
    pub time: Option<Time>,
    pub source: String,
    pub subject: Option<String>,
    pub client: Option<String>,
    /// Outermost first.
    pub actors: Vec<String>,
    pub audience: Option<String>,
    pub scope: Option<String>,
    pub details: Option<String>,
    pub issuer: Option<String>,
    pub not_before: Option<Time>,
    pub issued_at: Option<Time>,
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
    pub parent: Option<String>,
    pub unverified: bool,
    pub run: Option<String>,
}

/// A call on which a token was used, and how it fits.
#[derive(Debug, Clone)]
pub struct TokenUse {
    pub event: i64,
    pub id: String,
    pub source: String,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub person: Option<String>,
    pub agent: Option<String>,
    pub run: Option<String>,
    pub scope: String,
    pub audience: String,
    pub life: String,
    pub runs_person: String,
    pub why: Option<String>,
}

/// Names of attributes that hold the id of a request, in a decision's record as in a call's.
const REQUEST_IDS: &str = "'request_id', 'requestid', 'req_id', 'x-request-id', 'x_request_id', 'correlation_id'";

impl Derived<'_> {
    pub fn join_keys(&self, event: i64) -> Result<JoinKeys, CaseError> {
        let mut query =
            self.tx.prepare_cached("SELECT shown_id, span, parent_span, tool_call FROM events WHERE id = ?1")?;
        Ok(query.query_row([event], |r| {
            Ok(JoinKeys { shown_id: r.get(0)?, span: r.get(1)?, parent_span: r.get(2)?, tool_call: r.get(3)? })
        })?)
    }

    /// Request ids that records of decisions carry: (event, id).
    pub fn requests_of_decisions(&self) -> Result<Vec<(i64, String)>, CaseError> {
        let mut query = self.tx.prepare(&format!(
            "SELECT a.event, a.text FROM events e JOIN attributes a ON a.event = e.id
             WHERE e.kind = 5 AND a.text IS NOT NULL AND lower(a.name) IN ({REQUEST_IDS}) ORDER BY 1, 2"
        ))?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// (source, policy) of policies that have been seen to evaluate a person and an agent together.
    pub fn policies_aware_of_agents(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.tx.prepare(
            "SELECT DISTINCT e.source, e.policy FROM (
               SELECT v.event AS event FROM evaluated v JOIN party_of o ON o.principal = v.principal
               JOIN parties p ON p.id = o.party GROUP BY v.event
               HAVING max(p.kind = 'agent') = 1 AND max(p.kind IN ('person', 'human')) = 1) b
             JOIN events e ON e.id = b.event WHERE e.policy IS NOT NULL ORDER BY 1, 2",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    pub fn decision_fact(&self, event: i64, decision: i64, joined_by: &str) -> Result<(), CaseError> {
        let mut put = self.tx.prepare_cached("INSERT INTO decision_facts VALUES (?1, ?2, ?3)")?;
        put.execute((event, decision, joined_by))?;
        Ok(())
    }

    pub fn verdict_fact(&self, event: i64, verdict: i64, decided: i64) -> Result<(), CaseError> {
        let mut put = self.tx.prepare_cached("INSERT INTO verdict_facts VALUES (?1, ?2, ?3)")?;
        put.execute((event, verdict, decided))?;
        Ok(())
    }

    pub fn verdict_count(&self, c: VerdictCount) -> Result<(), CaseError> {
        let mut put = self.tx.prepare_cached("INSERT INTO verdict_counts VALUES (?1, ?2, ?3, ?4)")?;
        put.execute((c.verdict, c.agents, c.decided, c.calls))?;
        Ok(())
    }

    pub fn hop_held(&self, token: i64) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT OR IGNORE INTO hops_held VALUES (?1)")?.execute([token])?;
        Ok(())
    }

    pub fn bridge_fact(&self, f: &BridgeFact) -> Result<(), CaseError> {
        let sql = "INSERT INTO bridge_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
        self.tx.prepare_cached(sql)?.execute(params![
            f.person,
            f.agent,
            f.service,
            f.tool,
            f.own,
            f.calls,
            f.on_person,
            f.firm,
            f.agents_yes,
            f.agents_no,
            f.denied_outright,
            f.effect.word(),
            f.impact,
            f.rated,
            f.first.map(|t| t.0),
            f.last.map(|t| t.0),
            f.example
        ])?;
        Ok(())
    }
}

impl Case {
    /// The decision record that a call was joined to, and by what.
    pub fn decision_of_call(&self, event: i64) -> Result<Option<(i64, String)>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT decision, joined_by FROM decision_facts WHERE event = ?1")?;
        let mut rows = query.query([event])?;
        Ok(rows.next()?.map(|r| Ok::<_, rusqlite::Error>((r.get(0)?, r.get(1)?))).transpose()?)
    }

    /// Why the right and the token of a call are as they are.
    pub fn whys(&self, event: i64) -> Result<(Option<String>, Option<String>), CaseError> {
        let sql = "SELECT entitled_why, token_why FROM call_facts WHERE event = ?1";
        Ok(self.db.query_row(sql, [event], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// Whether a source writes spans: what it says of decisions the agent's own process wrote.
    pub fn writes_spans(&self, source: i64) -> Result<bool, CaseError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM events WHERE source = ?1 AND kind IN (3, 4))";
        Ok(self.db.query_row(sql, [source], |r| r.get(0))?)
    }

    pub fn event_words(&self, event: i64) -> Result<EventWords, CaseError> {
        let mut query = self.db.prepare_cached(
            "SELECT e.time, sv.text, ac.text, re.text FROM events e LEFT JOIN strings sv ON sv.id = e.service
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource WHERE e.id = ?1",
        )?;
        Ok(query.query_row([event], |r| {
            Ok(EventWords { time: time(r, 0)?, service: text(r, 1)?, action: text(r, 2)?, resource: text(r, 3)? })
        })?)
    }

    /// Records of decision logs that evaluated a party: (event, time, action, resource), in the order of time.
    pub fn decisions_on(&self, party: i64) -> Result<Vec<DecisionOn>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT e.id, e.time, ac.text, re.text, rt.text FROM party_of o
             JOIN evaluated v ON v.principal = o.principal JOIN events e ON e.id = v.event AND e.kind = 5
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource
             LEFT JOIN strings rt ON rt.id = e.resource_type WHERE o.party = ?1 ORDER BY e.time, e.shown_id, e.id",
        )?;
        let rows = query.query_map([party], |r| {
            Ok(DecisionOn {
                event: r.get(0)?,
                time: time(r, 1)?,
                action: text(r, 2)?,
                resource: text(r, 3)?,
                resource_type: text(r, 4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Number of the verdict on a call, as the analysis kept it.
    pub fn verdict_of(&self, event: i64) -> Result<Option<i64>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT verdict FROM verdict_facts WHERE event = ?1")?;
        let mut rows = query.query([event])?;
        Ok(rows.next()?.map(|r| r.get(0)).transpose()?)
    }

    pub fn verdict_counts(&self) -> Result<Vec<VerdictCount>, CaseError> {
        let mut query =
            self.db.prepare("SELECT verdict, agents, decided, calls FROM verdict_counts ORDER BY 1, 2, 3")?;
        let rows = query.query_map([], |r| {
            Ok(VerdictCount { verdict: r.get(0)?, agents: r.get(1)?, decided: r.get(2)?, calls: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a policy has been seen to evaluate a person and an agent together.
    pub fn aware_of_agents(&self, source: i64, policy: i64) -> Result<bool, CaseError> {
        Ok(self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM events e WHERE e.source = ?1 AND e.policy = ?2
               AND EXISTS (SELECT 1 FROM evaluated v JOIN party_of o ON o.principal = v.principal
                 JOIN parties p ON p.id = o.party WHERE v.event = e.id AND p.kind = 'agent')
               AND EXISTS (SELECT 1 FROM evaluated v JOIN party_of o ON o.principal = v.principal
                 JOIN parties p ON p.id = o.party WHERE v.event = e.id AND p.kind IN ('person', 'human')))",
            (source, policy),
            |r| r.get(0),
        )?)
    }

    /// What the analysis found of a call: a right withdrawn since the decision, decisions of the agent's own hand.
    pub fn decided_facts(&self, event: i64) -> Result<(bool, bool), CaseError> {
        Ok(self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM withdrawn_facts WHERE event = ?1),
             EXISTS (SELECT 1 FROM self_judged_facts WHERE event = ?1)",
            [event],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?)
    }

    /// How a token's hop stands to the one before it: (it was exchanged from another, it is held to lie within it, what goes
    /// beyond with how that is told).
    pub fn hop_of(&self, token: i64) -> Result<(bool, bool, Option<(String, String)>), CaseError> {
        let (exchanged, held) = self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM tokens WHERE jti = ?1 AND parent IS NOT NULL AND parent <> ?1),
             EXISTS (SELECT 1 FROM hops_held WHERE token = ?1)",
            [token],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        let mut query = self.db.prepare("SELECT by, why FROM hop_facts WHERE token = ?1 ORDER BY before LIMIT 1")?;
        let mut rows = query.query([token])?;
        let beyond = rows.next()?.map(|r| Ok::<_, rusqlite::Error>((r.get(0)?, r.get(1)?))).transpose()?;
        Ok((exchanged, held, beyond))
    }

    /// Parties in a token's chain of actors, outermost first.
    pub fn actors_of(&self, token: i64) -> Result<Vec<i64>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT o.party FROM tokens t JOIN token_actors a ON a.event = t.event
             JOIN party_of o ON o.principal = a.principal WHERE t.jti = ?1 ORDER BY a.depth",
        )?;
        Ok(query.query_map([token], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// What people reach through agents, most calls first. `no` and `unknown` alone where `beyond`.
    pub fn bridge(&self, beyond: bool) -> Result<Vec<BridgeView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT b.person, b.agent, p.shown, a.shown, sv.text, tl.text, b.own, b.calls, b.on_person, b.firm, b.agents_yes,
             b.agents_no, b.denied_outright, b.effect, b.impact, b.rated, b.first, b.last, b.example
             FROM bridge_facts b JOIN parties p ON p.id = b.person JOIN parties a ON a.id = b.agent
             LEFT JOIN strings sv ON sv.id = b.service AND b.service <> 0
             LEFT JOIN strings tl ON tl.id = b.tool AND b.tool <> 0
             WHERE ?1 = 0 OR b.own <> 'yes' ORDER BY b.calls DESC, p.shown, a.shown, tl.text, sv.text, b.own",
        )?;
        let rows = query.query_map([beyond], |r| {
            Ok(BridgeView {
                person_party: r.get(0)?,
                agent_party: r.get(1)?,
                person: r.get(2)?,
                agent: r.get(3)?,
                service: text(r, 4)?,
                tool: text(r, 5)?,
                own: Said::of(&r.get::<_, String>(6)?),
                calls: r.get(7)?,
                on_person: r.get(8)?,
                firm: r.get(9)?,
                agents_yes: r.get(10)?,
                agents_no: r.get(11)?,
                denied_outright: r.get(12)?,
                effect: r.get(13)?,
                impact: r.get(14)?,
                rated: r.get(15)?,
                first: time(r, 16)?,
                last: time(r, 17)?,
                example: r.get(18)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Agents' calls in scope that went through and name nobody: what a bridge cannot be told of.
    pub fn calls_for_nobody(&self) -> Result<u32, CaseError> {
        Ok(self.db.query_row(
            "SELECT count(*) FROM attributions a JOIN events e ON e.id = a.event
             WHERE a.kind IN (0, 4) AND a.in_scope = 1 AND a.agent IS NOT NULL AND a.refusal IS NOT NULL AND e.outcome = 0",
            [],
            |r| r.get(0),
        )?)
    }

    /// Every token id of a record or of a delegated call, most used first.
    pub fn token_views(&self) -> Result<Vec<TokenView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT t.token, s.text, i.text, p.shown, a.shown, t.delegated, t.life_seconds, t.uses, t.runs, t.persons, t.broad,
             (SELECT count(DISTINCT n.finding) FROM instances n JOIN findings f ON f.id = n.finding
               WHERE n.token = s.text AND f.design_fact = 0)
             FROM token_facts t JOIN strings s ON s.id = t.token LEFT JOIN strings i ON i.id = t.issuer
             LEFT JOIN parties p ON p.id = t.subject LEFT JOIN parties a ON a.id = t.agent
             ORDER BY t.uses DESC, s.text",
        )?;
        let rows = query.query_map([], |r| {
            Ok(TokenView {
                key: r.get(0)?,
                token: r.get(1)?,
                issuer: text(r, 2)?,
                subject: r.get(3)?,
                agent: r.get(4)?,
                delegated: r.get(5)?,
                life_seconds: r.get(6)?,
                uses: r.get(7)?,
                runs: r.get(8)?,
                persons: r.get(9)?,
                broad: r.get(10)?,
                findings: r.get(11)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The string id of a token's id.
    pub fn token_key(&self, token: &str) -> Result<Option<i64>, CaseError> {
        let mut query = self
            .db
            .prepare("SELECT t.token FROM token_facts t JOIN strings s ON s.id = t.token WHERE s.text = ?1 LIMIT 1")?;
        let mut rows = query.query([token])?;
        Ok(rows.next()?.map(|r| r.get(0)).transpose()?)
    }

    /// Records of one token, the earliest first.
    pub fn token_records(&self, token: i64) -> Result<Vec<TokenRecord>, CaseError> {
        let shown = "coalesce((SELECT p.shown FROM party_of o JOIN parties p ON p.id = o.party WHERE o.principal = n.id), n.own_id)";
        let mut actors = self.db.prepare(&format!(
            "SELECT {shown} FROM token_actors a JOIN principals n ON n.id = a.principal WHERE a.event = ?1 ORDER BY a.depth"
        ))?;
        let mut query = self.db.prepare(&format!(
            "SELECT t.event, e.time, src.text, (SELECT {shown} FROM principals n WHERE n.id = t.subject),
             (SELECT {shown} FROM principals n WHERE n.id = t.client), au.text, sc.text, t.details, iss.text, t.not_before,
             t.issued_at, t.expires, t.revoked, pa.text, t.unverified, ru.text
             FROM tokens t JOIN events e ON e.id = t.event JOIN strings src ON src.id = e.source
             LEFT JOIN strings au ON au.id = t.audience LEFT JOIN strings sc ON sc.id = t.scope
             LEFT JOIN strings iss ON iss.id = t.issuer LEFT JOIN strings pa ON pa.id = t.parent
             LEFT JOIN strings ru ON ru.id = e.run WHERE t.jti = ?1 ORDER BY e.time, e.shown_id, t.event"
        ))?;
        let mut rows = query.query([token])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let event: i64 = r.get(0)?;
            out.push(TokenRecord {
                event,
                time: time(r, 1)?,
                source: r.get(2)?,
                subject: r.get(3)?,
                client: r.get(4)?,
                actors: actors.query_map([event], |a| a.get(0))?.collect::<Result<_, _>>()?,
                audience: text(r, 5)?,
                scope: text(r, 6)?,
                details: r.get(7)?,
                issuer: text(r, 8)?,
                not_before: time(r, 9)?,
                issued_at: time(r, 10)?,
                expires: time(r, 11)?,
                revoked: time(r, 12)?,
                parent: text(r, 13)?,
                unverified: r.get(14)?,
                run: text(r, 15)?,
            });
        }
        Ok(out)
    }

    /// Ids of tokens that were exchanged from this one.
    pub fn token_children(&self, token: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT s.text FROM tokens t JOIN strings s ON s.id = t.jti WHERE t.parent = ?1 AND t.jti <> ?1 ORDER BY 1",
        )?;
        Ok(query.query_map([token], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Calls on which a delegated token was used, in the order of time, at most `limit` of them.
    pub fn token_uses(&self, token: i64, limit: u32) -> Result<Vec<TokenUse>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT f.event, e.shown_id, src.text, e.time, sv.text, ac.text, re.text,
             CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
             hp.shown, ap.shown, rk.text, f.scope_covers, f.audience_covers, f.inside_life, f.subject_is_runs_person, f.token_why
             FROM call_facts f JOIN events e ON e.id = f.event JOIN attributions a ON a.event = f.event
             JOIN strings src ON src.id = e.source LEFT JOIN strings sv ON sv.id = e.service
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN strings re ON re.id = e.resource
             LEFT JOIN parties hp ON hp.id = a.human LEFT JOIN parties ap ON ap.id = a.agent
             LEFT JOIN runs r ON r.id = a.run LEFT JOIN strings rk ON rk.id = r.key
             WHERE f.token = ?1 ORDER BY e.time, e.shown_id, f.event LIMIT ?2",
        )?;
        let rows = query.query_map((token, limit), |r| {
            Ok(TokenUse {
                event: r.get(0)?,
                id: r.get(1)?,
                source: r.get(2)?,
                time: time(r, 3)?,
                service: text(r, 4)?,
                action: text(r, 5)?,
                resource: text(r, 6)?,
                outcome: r.get(7)?,
                person: r.get(8)?,
                agent: r.get(9)?,
                run: text(r, 10)?,
                scope: r.get(11)?,
                audience: r.get(12)?,
                life: r.get(13)?,
                runs_person: r.get(14)?,
                why: r.get(15)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Findings that name a token, or list one of its calls: their ids.
    pub fn findings_of_token(&self, token: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT n.finding FROM instances n JOIN strings s ON s.text = n.token WHERE s.id = ?1 ORDER BY 1",
        )?;
        Ok(query.query_map([token], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn text(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(r.get::<_, Option<String>>(column)?.filter(|t| !t.is_empty()))
}

fn time(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(r.get::<_, Option<i64>>(column)?.map(Time))
}
