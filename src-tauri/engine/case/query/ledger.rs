//! Everything that touched a resource, what agents hold and touch, and what two cases are compared by.

use std::collections::BTreeMap;

use super::super::error::CaseError;
use super::super::events::credential_kind;
use super::super::store::Case;
use super::{IS_CALL, time};
use crate::model::{CredentialKind, Time};

/// A call on a resource.
#[derive(Debug, Clone)]
pub struct TouchView {
    pub id: String,
    pub source: String,
    pub time: Option<Time>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: String,
    pub outcome: String,
    pub human: Option<String>,
    pub human_kind: Option<String>,
    pub department: Option<String>,
    pub grade: Option<String>,
    pub refusal: Option<String>,
    pub standing: String,
    pub agent: Option<String>,
    /// Of the agent, as the directory has it.
    pub purpose: Option<String>,
    pub vendor: Option<String>,
    pub wire: Option<String>,
    pub effect: Option<String>,
    pub decision: Option<String>,
    pub policy: Option<String>,
    pub run: Option<String>,
}

/// Calls of one action in one source that name no resource.
#[derive(Debug, Clone)]
pub struct Nameless {
    pub source: String,
    pub action: String,
    pub calls: i64,
}

/// A credential that an agent used.
#[derive(Debug, Clone)]
pub struct AgentCredential {
    pub id: String,
    pub kind: CredentialKind,
    pub uses: i64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// Whose rights it carried, as shown, where that was one.
    pub authority: Option<String>,
}

/// Calls of an agent by what they were on.
#[derive(Debug, Clone)]
pub struct AgentTouch {
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub effect: Option<String>,
    pub calls: i64,
    pub done: i64,
}

impl Case {
    /// Calls on resources of that name, in the order of time. `*` in the name is any characters.
    pub fn each_touch(
        &self,
        resource: &str,
        mut visit: impl FnMut(TouchView) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT e.shown_id, src.text, e.time, sv.text, ac.text, re.text,
             CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END,
             hp.shown, hp.kind, hp.department, a.grade, a.refusal, a.standing, ap.shown, d.purpose, d.vendor, wp.own_id, f.effect,
             CASE e.decision WHEN 0 THEN 'allow' WHEN 1 THEN 'deny' END, po.text, rk.text
             FROM events e JOIN attributions a ON a.event = e.id JOIN strings src ON src.id = e.source
             JOIN strings re ON re.id = e.resource LEFT JOIN strings sv ON sv.id = e.service
             LEFT JOIN strings ac ON ac.id = e.action LEFT JOIN parties hp ON hp.id = a.human
             LEFT JOIN parties ap ON ap.id = a.agent LEFT JOIN directory d ON d.event = ap.directory
             LEFT JOIN principals wp ON wp.id = e.wire LEFT JOIN call_facts f ON f.event = e.id
             LEFT JOIN strings po ON po.id = e.policy LEFT JOIN runs r ON r.id = a.run LEFT JOIN strings rk ON rk.id = r.key
             WHERE {} AND e.kind IN (0, 4) ORDER BY e.time, e.shown_id, src.text, e.hash",
            of_resource(resource)
        ))?;
        let mut rows = query.query([pattern(resource)])?;
        while let Some(r) = rows.next()? {
            visit(TouchView {
                id: r.get(0)?,
                source: r.get(1)?,
                time: time(r, 2)?,
                service: r.get(3)?,
                action: r.get(4)?,
                resource: r.get(5)?,
                outcome: r.get(6)?,
                human: r.get(7)?,
                human_kind: r.get(8)?,
                department: r.get(9)?,
                grade: r.get(10)?,
                refusal: r.get(11)?,
                standing: r.get(12)?,
                agent: r.get(13)?,
                purpose: r.get(14)?,
                vendor: r.get(15)?,
                wire: r.get(16)?,
                effect: r.get(17)?,
                decision: r.get(18)?,
                policy: r.get(19)?,
                run: r.get(20)?,
            })?;
        }
        Ok(())
    }

    /// Calls without a resource, of actions that elsewhere in the case are done on it.
    pub fn nameless_calls(&self, resource: &str) -> Result<Vec<Nameless>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT s.text, ac.text, count(*) FROM events n JOIN strings s ON s.id = n.source JOIN strings ac ON ac.id = n.action
             WHERE n.resource IS NULL AND n.kind IN (0, 4)
               AND n.action IN (SELECT DISTINCT e.action FROM events e WHERE {} AND e.kind IN (0, 4))
             GROUP BY s.text, ac.text ORDER BY 1, 2",
            of_resource(resource)
        ))?;
        let rows = query.query_map([pattern(resource)], |r| {
            Ok(Nameless { source: r.get(0)?, action: r.get(1)?, calls: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls of each source, and how many of them name a resource: (source, calls, with a resource).
    pub fn sources_with_resources(&self) -> Result<Vec<(String, i64, i64)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT s.text, count(*), count(e.resource) FROM events e JOIN strings s ON s.id = e.source
             WHERE e.kind IN (0, 4) GROUP BY s.text ORDER BY s.text",
        )?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Credentials that an agent's calls bear, those of most uses first, and how many there are.
    pub fn credentials_of_agent(&self, agent: i64, limit: u32) -> Result<(Vec<AgentCredential>, i64), CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT s.text, e.credential_kind, count(*), min(e.time), max(e.time),
               CASE WHEN count(DISTINCT a.authority) = 1 THEN max(p.shown) END
             FROM attributions a JOIN events e ON e.id = a.event JOIN strings s ON s.id = e.credential
             LEFT JOIN parties p ON p.id = a.authority
             WHERE a.agent = ?1 AND {IS_CALL} GROUP BY e.credential, e.credential_kind ORDER BY 3 DESC, 1 LIMIT ?2"
        ))?;
        let rows = query.query_map((agent, limit), |r| {
            Ok(AgentCredential {
                id: r.get(0)?,
                kind: credential_kind(r.get::<_, Option<i64>>(1)?.unwrap_or(3)),
                uses: r.get(2)?,
                first: time(r, 3)?,
                last: time(r, 4)?,
                authority: r.get(5)?,
            })
        })?;
        let listed = rows.collect::<Result<_, _>>()?;
        let sql = format!(
            "SELECT count(DISTINCT e.credential) FROM attributions a JOIN events e ON e.id = a.event
             WHERE a.agent = ?1 AND {IS_CALL}"
        );
        Ok((listed, self.db.query_row(&sql, [agent], |r| r.get(0))?))
    }

    /// What an agent's calls were on.
    pub fn each_agent_touch(
        &self,
        agent: i64,
        mut visit: impl FnMut(AgentTouch) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT sv.text, ac.text, re.text, f.effect, count(*), sum(e.outcome = 0)
             FROM attributions a JOIN events e ON e.id = a.event LEFT JOIN call_facts f ON f.event = e.id
             LEFT JOIN strings sv ON sv.id = e.service LEFT JOIN strings ac ON ac.id = e.action
             LEFT JOIN strings re ON re.id = e.resource
             WHERE a.agent = ?1 AND {IS_CALL} GROUP BY e.service, e.action, e.resource, f.effect ORDER BY 1, 2, 3, 4"
        ))?;
        let mut rows = query.query([agent])?;
        while let Some(r) = rows.next()? {
            visit(AgentTouch {
                service: r.get(0)?,
                action: r.get(1)?,
                resource: r.get(2)?,
                effect: r.get(3)?,
                calls: r.get(4)?,
                done: r.get(5)?,
            })?;
        }
        Ok(())
    }

    /// People whose own account or rights an agent's calls used, as shown.
    pub fn authorities_of_agent(&self, agent: i64) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare(&format!(
            "SELECT DISTINCT p.shown FROM attributions a JOIN parties p ON p.id = a.authority
             WHERE a.agent = ?1 AND p.kind IN ('person', 'human') AND {IS_CALL} ORDER BY p.shown"
        ))?;
        Ok(query.query_map([agent], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The sources whose records each finding lists.
    pub fn sources_of_findings(&self) -> Result<BTreeMap<String, Vec<String>>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT DISTINCT i.finding, s.text FROM instances i JOIN instance_events x ON x.instance = i.id
             JOIN events e ON e.id = x.event JOIN strings s ON s.id = e.source ORDER BY 1, 2",
        )?;
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            out.entry(r.get(0)?).or_default().push(r.get(1)?);
        }
        Ok(out)
    }

    /// Ids of the instances of a finding.
    pub fn instance_ids(&self, finding: &str) -> Result<Vec<String>, CaseError> {
        let mut query = self.db.prepare_cached("SELECT id FROM instances WHERE finding = ?1 ORDER BY id")?;
        Ok(query.query_map([finding], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Open calls of some runs: (calls, the first few of them as shown).
    pub fn open_calls_of_runs(&self, runs: &[i64], limit: u32) -> Result<(i64, Vec<String>), CaseError> {
        let ids = format!("[{}]", runs.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        let of = format!("a.run IN (SELECT value FROM json_each(?1)) AND a.human IS NULL AND {IS_CALL}");
        let calls =
            self.db.query_row(&format!("SELECT count(*) FROM attributions a WHERE {of}"), [&ids], |r| r.get(0))?;
        let mut query = self.db.prepare(&format!(
            "SELECT e.shown_id FROM attributions a JOIN events e ON e.id = a.event WHERE {of}
             ORDER BY a.time, e.shown_id LIMIT ?2"
        ))?;
        let such = query.query_map((&ids, limit), |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok((calls, such))
    }
}

fn of_resource(resource: &str) -> &'static str {
    match resource.contains('*') {
        true => "e.resource IN (SELECT id FROM strings WHERE text GLOB ?1)",
        false => "e.resource IN (SELECT id FROM strings WHERE text = ?1)",
    }
}

/// Of the wildcards that SQLite knows only `*` is one here.
fn pattern(resource: &str) -> String {
    if !resource.contains('*') {
        return resource.to_string();
    }
    let mut out = String::new();
    for c in resource.chars() {
        match c {
            '?' | '[' => out.extend(['[', c, ']']),
            c => out.push(c),
        }
    }
    out
}
