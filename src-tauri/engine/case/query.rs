//! Typed reads for the questions: rows with their text, pages by key, counts by index.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::error::CaseError;
use super::store::Case;
use crate::model::Time;

/// An export as it was read.
#[derive(Debug, Clone)]
pub struct FileView {
    pub id: i64,
    pub path: String,
    pub sha256: String,
    pub format: String,
    pub why: String,
    pub bytes: i64,
    pub read: i64,
    pub kept: i64,
    pub duplicates: i64,
    pub rejected: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub imported_at: Time,
}

/// A loss with its place.
#[derive(Debug, Clone)]
pub struct LossView {
    pub file: String,
    pub code: String,
    pub severity: String,
    pub offset: Option<i64>,
    pub length: Option<i64>,
    pub line: Option<i64>,
    pub detail: String,
}

/// An attributed event with its text.
#[derive(Debug, Clone)]
pub struct AttributionView {
    pub event: i64,
    pub id: String,
    pub kind: String,
    pub source: String,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub wire: Option<String>,
    pub wire_kind: String,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub authority: Option<String>,
    pub grade: Option<String>,
    pub run: Option<String>,
    pub pattern: String,
    pub refusal: Option<String>,
    pub evidence: String,
    pub standing: String,
    pub human_party: Option<i64>,
    pub run_node: Option<i64>,
    pub findings: i64,
}

/// Which attributed events.
#[derive(Debug, Clone, PartialEq)]
pub enum Select {
    /// Calls, sign-ins and issuances.
    All,
    /// Calls of one standing.
    Standing(String),
    DecidedOnPerson,
    BothPrincipals,
    RunOnRecord,
    AgentCalls,
    /// Calls from the first moment to before the second.
    Period(Time, Time),
    /// Calls of one person, in a period.
    Person(i64, Time, Time),
    /// Calls of one run node.
    Run(i64),
    Event(i64),
    /// Calls that a finding lists.
    Finding(String),
}

const IS_CALL: &str = "a.kind IN (0, 4)";

impl Select {
    fn sql(&self) -> (String, Vec<Value>) {
        match self {
            Select::All => ("1".into(), vec![]),
            Select::Standing(word) => (format!("{IS_CALL} AND a.standing = ?"), vec![word.clone().into()]),
            Select::DecidedOnPerson => (format!("{IS_CALL} AND a.agent IS NOT NULL AND a.decided = 2"), vec![]),
            Select::BothPrincipals => (format!("{IS_CALL} AND a.both_on_record = 1"), vec![]),
            Select::RunOnRecord => (format!("{IS_CALL} AND a.run_on_record = 1"), vec![]),
            Select::AgentCalls => (format!("{IS_CALL} AND a.agent IS NOT NULL"), vec![]),
            Select::Period(from, to) => {
                (format!("{IS_CALL} AND a.time >= ? AND a.time < ?"), vec![from.0.into(), to.0.into()])
            }
            Select::Person(party, from, to) => (
                format!("{IS_CALL} AND a.human = ? AND a.time >= ? AND a.time <= ?"),
                vec![(*party).into(), from.0.into(), to.0.into()],
            ),
            Select::Run(node) => (format!("{IS_CALL} AND a.run = ?"), vec![(*node).into()]),
            Select::Event(event) => ("a.event = ?".into(), vec![(*event).into()]),
            Select::Finding(id) => (
                "a.event IN (SELECT x.event FROM instance_events x JOIN instances i ON i.id = x.instance WHERE i.finding = ?)"
                    .into(),
                vec![id.clone().into()],
            ),
        }
    }
}

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

/// A person with calls.
#[derive(Debug, Clone)]
pub struct PersonView {
    pub party: i64,
    pub shown: String,
    pub name: Option<String>,
    pub department: Option<String>,
    pub status: Option<String>,
    pub kind: String,
    pub own: i64,
    pub on_behalf: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// A run with its place in the fan-out.
#[derive(Debug, Clone)]
pub struct RunView {
    pub node: i64,
    pub key: String,
    pub agent: Option<String>,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub calls: i64,
    pub ending: String,
    pub person: Option<i64>,
    pub parent: Option<i64>,
}

/// The decision that a record carries.
#[derive(Debug, Clone, Default)]
pub struct DecisionView {
    pub effect: Option<String>,
    pub policy: Option<String>,
    /// As shown.
    pub evaluated: Vec<String>,
}

/// A finding as stored.
#[derive(Debug, Clone)]
pub struct FindingView {
    pub id: String,
    pub rule: String,
    pub version: i64,
    pub severity: i64,
    pub potential_critical: bool,
    pub unrated: bool,
    pub confidence: String,
    pub title: String,
    pub cause: String,
    pub design_fact: bool,
    pub calls: i64,
    pub instances: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub detail: String,
}

/// An instance with the shown ids of its calls.
#[derive(Debug, Clone)]
pub struct InstanceView {
    pub id: String,
    pub principal: Option<String>,
    pub token: Option<String>,
    pub run: Option<String>,
    pub agent: Option<String>,
    pub tool: Option<String>,
    pub sentence: String,
    pub events: Vec<String>,
}

impl Case {
    pub fn files(&self) -> Result<Vec<FileView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT id, path, sha256, format, why, bytes, read, kept, duplicates, rejected, first_time, last_time,
             imported_at FROM files ORDER BY path, sha256",
        )?;
        let rows = query.query_map([], |r| {
            Ok(FileView {
                id: r.get(0)?,
                path: r.get(1)?,
                sha256: r.get(2)?,
                format: r.get(3)?,
                why: r.get(4)?,
                bytes: r.get(5)?,
                read: r.get(6)?,
                kept: r.get(7)?,
                duplicates: r.get(8)?,
                rejected: r.get(9)?,
                first: time(r, 10)?,
                last: time(r, 11)?,
                imported_at: Time(r.get(12)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Losses of one file, or of all; places in the order of the export.
    pub fn losses(&self, file: Option<&str>) -> Result<Vec<LossView>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT f.path, l.code, l.severity, l.offset, l.length, l.line, l.detail FROM losses l
             JOIN files f ON f.id = l.file WHERE ?1 IS NULL OR f.path = ?1
             ORDER BY f.path, l.code, l.offset, l.detail",
        )?;
        let rows = query.query_map([file], |r| {
            Ok(LossView {
                file: r.get(0)?,
                code: r.get(1)?,
                severity: r.get(2)?,
                offset: r.get(3)?,
                length: r.get(4)?,
                line: r.get(5)?,
                detail: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Attributed events in the order of time, then of id.
    pub fn each_attribution(
        &self,
        select: &Select,
        limit: Option<u32>,
        mut visit: impl FnMut(AttributionView) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let (condition, mut values) = select.sql();
        values.push(limit.map_or(-1, i64::from).into());
        let mut query = self.db.prepare(&format!(
            "SELECT a.event, e.shown_id, CASE a.kind WHEN 1 THEN 'sign_in' WHEN 2 THEN 'token' ELSE 'call' END, src.text,
             a.time, sv.text, ac.text, re.text,
             CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
             wp.own_id, a.wire_kind, ap.shown, hp.shown, up.shown, a.grade, rk.text, a.pattern, a.refusal, a.evidence,
             a.standing, a.human, a.run, (SELECT count(DISTINCT i.finding) FROM instance_events x
               JOIN instances i ON i.id = x.instance JOIN findings f ON f.id = i.finding
               WHERE x.event = a.event AND f.design_fact = 0)
             FROM attributions a JOIN events e ON e.id = a.event JOIN strings src ON src.id = e.source
             LEFT JOIN strings sv ON sv.id = e.service LEFT JOIN strings ac ON ac.id = e.action
             LEFT JOIN strings re ON re.id = e.resource LEFT JOIN principals wp ON wp.id = e.wire
             LEFT JOIN parties ap ON ap.id = a.agent LEFT JOIN parties hp ON hp.id = a.human
             LEFT JOIN parties up ON up.id = a.authority LEFT JOIN runs r ON r.id = a.run
             LEFT JOIN strings rk ON rk.id = r.key
             WHERE {condition} ORDER BY a.time, e.shown_id, src.text, e.hash LIMIT ?"
        ))?;
        let mut rows = query.query(params_from_iter(values))?;
        while let Some(r) = rows.next()? {
            visit(attribution(r)?)?;
        }
        Ok(())
    }

    pub fn count(&self, select: &Select) -> Result<u32, CaseError> {
        let (condition, values) = select.sql();
        let sql = format!("SELECT count(*) FROM attributions a WHERE {condition}");
        Ok(self.db.query_row(&sql, params_from_iter(values), |r| r.get(0))?)
    }

    /// The figures of the overview, counted in one pass.
    pub fn figures(&self) -> Result<Figures, CaseError> {
        let sql = format!(
            "SELECT coalesce(sum(a.agent IS NOT NULL), 0), coalesce(sum(a.agent IS NOT NULL AND a.decided > 0), 0),
             coalesce(sum(a.agent IS NOT NULL AND a.decided = 2), 0), coalesce(sum(a.both_on_record), 0),
             coalesce(sum(a.run_on_record), 0) FROM attributions a WHERE {IS_CALL}"
        );
        Ok(self.db.query_row(&sql, [], |r| {
            Ok(Figures {
                agent_calls: r.get(0)?,
                decided: r.get(1)?,
                decided_on_person: r.get(2)?,
                both_principals: r.get(3)?,
                run_on_record: r.get(4)?,
            })
        })?)
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

    /// People with calls, by name; `text` is found anywhere in address or name.
    pub fn people(&self, text: Option<&str>) -> Result<Vec<PersonView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT p.id, p.shown, p.name, p.department, p.status, p.kind,
             sum(a.wire_party = p.id), sum(a.wire_party IS NOT p.id), min(a.time), max(a.time)
             FROM parties p JOIN attributions a ON a.human = p.id AND {IS_CALL}
             WHERE ?1 IS NULL OR instr(lower(p.shown), ?1) > 0 OR instr(lower(coalesce(p.name, '')), ?1) > 0
             GROUP BY p.id ORDER BY p.shown"
        ))?;
        let rows = query.query_map([text.map(str::to_lowercase)], |r| {
            Ok(PersonView {
                party: r.get(0)?,
                shown: r.get(1)?,
                name: r.get(2)?,
                department: r.get(3)?,
                status: r.get(4)?,
                kind: r.get(5)?,
                own: r.get(6)?,
                on_behalf: r.get(7)?,
                first: time(r, 8)?,
                last: time(r, 9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The party that is shown so: e-mail, login, id or name.
    pub fn party_shown(&self, shown: &str) -> Result<Option<i64>, CaseError> {
        let sql = "SELECT id FROM parties WHERE lower(shown) = lower(?1) ORDER BY kind IN ('person', 'human') DESC, id LIMIT 1";
        Ok(self.db.query_row(sql, [shown], |r| r.get(0)).optional()?)
    }

    pub fn party_name(&self, party: i64) -> Result<Option<String>, CaseError> {
        Ok(self.db.query_row("SELECT name FROM parties WHERE id = ?1", [party], |r| r.get(0)).optional()?.flatten())
    }

    /// Runs that a person started, or whose ancestors the person started, and runs whose calls name the person.
    pub fn runs_of(&self, party: i64) -> Result<Vec<RunView>, CaseError> {
        let mut query = self.db.prepare(
            "WITH RECURSIVE mine(id) AS (
               SELECT id FROM runs WHERE person = ?1
               UNION SELECT run FROM attributions WHERE human = ?1 AND run IS NOT NULL
               UNION SELECT p.run FROM run_parents p JOIN mine m ON p.parent = m.id)
             SELECT r.id, k.text, p.shown, r.first, r.last, r.calls, r.ending, r.person,
               (SELECT min(x.parent) FROM run_parents x JOIN mine y ON y.id = x.parent WHERE x.run = r.id)
             FROM mine m JOIN runs r ON r.id = m.id JOIN strings k ON k.id = r.key LEFT JOIN parties p ON p.id = r.agent
             ORDER BY r.first, k.text",
        )?;
        let rows = query.query_map([party], |r| {
            Ok(RunView {
                node: r.get(0)?,
                key: r.get(1)?,
                agent: r.get(2)?,
                first: time(r, 3)?,
                last: time(r, 4)?,
                calls: r.get(5)?,
                ending: r.get(6)?,
                person: r.get(7)?,
                parent: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Findings, worst first: severity, rule, cause.
    pub fn findings(&self) -> Result<Vec<FindingView>, CaseError> {
        self.findings_where("1", Vec::new())
    }

    pub fn finding(&self, id: &str) -> Result<FindingView, CaseError> {
        let found = self.findings_where("f.id = ?", vec![id.to_string().into()])?;
        found.into_iter().next().ok_or_else(|| CaseError::NoSuchRecord { id: id.into() })
    }

    /// Findings that list an event.
    pub fn findings_of(&self, event: i64) -> Result<Vec<FindingView>, CaseError> {
        let condition =
            "f.id IN (SELECT i.finding FROM instance_events x JOIN instances i ON i.id = x.instance WHERE x.event = ?)";
        self.findings_where(condition, vec![event.into()])
    }

    fn findings_where(&self, condition: &str, values: Vec<Value>) -> Result<Vec<FindingView>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT f.id, f.rule, f.version, f.severity, f.potential_critical, f.unrated, f.confidence, f.title, f.cause,
             f.design_fact, f.calls, (SELECT count(*) FROM instances i WHERE i.finding = f.id), f.first, f.last, f.detail
             FROM findings f WHERE {condition} ORDER BY f.severity, f.rule, f.cause"
        ))?;
        let rows = query.query_map(params_from_iter(values), |r| {
            Ok(FindingView {
                id: r.get(0)?,
                rule: r.get(1)?,
                version: r.get(2)?,
                severity: r.get(3)?,
                potential_critical: r.get(4)?,
                unrated: r.get(5)?,
                confidence: r.get(6)?,
                title: r.get(7)?,
                cause: r.get(8)?,
                design_fact: r.get(9)?,
                calls: r.get(10)?,
                instances: r.get(11)?,
                first: time(r, 12)?,
                last: time(r, 13)?,
                detail: r.get(14)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn instances(&self, finding: &str) -> Result<Vec<InstanceView>, CaseError> {
        let mut events = self.db.prepare(
            "SELECT e.shown_id FROM instance_events x JOIN events e ON e.id = x.event WHERE x.instance = ?1 ORDER BY x.n",
        )?;
        let mut query = self.db.prepare(
            "SELECT id, principal, token, run, agent, tool, sentence FROM instances WHERE finding = ?1 ORDER BY n",
        )?;
        let mut rows = query.query([finding])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let id: String = r.get(0)?;
            out.push(InstanceView {
                events: events.query_map([&id], |e| e.get(0))?.collect::<Result<_, _>>()?,
                id,
                principal: r.get(1)?,
                token: r.get(2)?,
                run: r.get(3)?,
                agent: r.get(4)?,
                tool: r.get(5)?,
                sentence: r.get(6)?,
            });
        }
        Ok(out)
    }

    pub fn decision(&self, event: i64) -> Result<DecisionView, CaseError> {
        let (effect, policy) = self.db.query_row(
            "SELECT CASE e.decision WHEN 0 THEN 'allow' WHEN 1 THEN 'deny' END, s.text FROM events e
             LEFT JOIN strings s ON s.id = e.policy WHERE e.id = ?1",
            [event],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        let mut query = self.db.prepare(
            "SELECT coalesce(p.shown, n.own_id) FROM evaluated v JOIN principals n ON n.id = v.principal
             LEFT JOIN party_of o ON o.principal = v.principal LEFT JOIN parties p ON p.id = o.party
             WHERE v.event = ?1 ORDER BY v.n",
        )?;
        let evaluated = query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(DecisionView { effect, policy, evaluated })
    }

    /// Fields of an event's record that carried a claim, for marking in the raw record.
    pub fn decisive_fields(&self, event: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT s.text FROM claims c JOIN strings s ON s.id = c.field WHERE c.event = ?1 AND s.text <> '' ORDER BY 1",
        )?;
        Ok(query.query_map([event], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The call of an action on a resource nearest to a moment, within a window; of one person where a party is given.
    pub fn nearest_call(
        &self,
        party: Option<i64>,
        action: &str,
        resource: &str,
        at: Time,
        window: i64,
    ) -> Result<Option<i64>, CaseError> {
        let sql = "SELECT e.id FROM events e JOIN attributions a ON a.event = e.id
             JOIN strings ac ON ac.id = e.action AND ac.text = ?2 JOIN strings re ON re.id = e.resource AND re.text = ?3
             WHERE e.kind IN (0, 4) AND e.time BETWEEN ?4 - ?5 AND ?4 + ?5 AND (?1 IS NULL OR a.human = ?1)
             ORDER BY abs(e.time - ?4), e.shown_id LIMIT 1";
        Ok(self.db.query_row(sql, (party, action, resource, at.0, window), |r| r.get(0)).optional()?)
    }

    pub fn analysed(&self) -> Result<bool, CaseError> {
        Ok(self.db.query_row("SELECT EXISTS (SELECT 1 FROM attributions)", [], |r| r.get(0))?)
    }

    /// Number of events of call kinds, as opposed to spans and context.
    pub fn calls_held(&self) -> Result<u64, CaseError> {
        Ok(self.db.query_row("SELECT count(*) FROM events WHERE kind IN (0, 1, 2, 4)", [], |r| r.get(0))?)
    }
}

fn attribution(r: &Row<'_>) -> rusqlite::Result<AttributionView> {
    Ok(AttributionView {
        event: r.get(0)?,
        id: r.get(1)?,
        kind: r.get(2)?,
        source: r.get(3)?,
        time: time(r, 4)?,
        service: r.get(5)?,
        action: r.get(6)?,
        resource: r.get(7)?,
        outcome: r.get(8)?,
        wire: r.get(9)?,
        wire_kind: r.get(10)?,
        agent: r.get(11)?,
        human: r.get(12)?,
        authority: r.get(13)?,
        grade: r.get(14)?,
        run: r.get(15)?,
        pattern: r.get(16)?,
        refusal: r.get(17)?,
        evidence: r.get(18)?,
        standing: r.get(19)?,
        human_party: r.get(20)?,
        run_node: r.get(21)?,
        findings: r.get(22)?,
    })
}

fn time(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(r.get::<_, Option<i64>>(column)?.map(Time))
}
