//! Context rows: the directory, entitlements, stakes and networks.

use super::error::CaseError;
use super::store::Case;
use crate::model::{EntryType, Exception, Membership, Network, Ownership, Principal, Reach, Time};

/// A directory row with the event that is its raw record.
#[derive(Debug, Clone)]
pub struct DirectoryEntry {
    pub event: i64,
    /// The name of the source that read it.
    pub source: String,
    pub id: String,
    pub email: Option<String>,
    pub name: Option<String>,
    pub entry_type: EntryType,
    pub status: Option<String>,
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub department: Option<String>,
    pub owner: Option<String>,
    /// (namespace, value)
    pub aliases: Vec<(String, String)>,
    pub register: Register,
}

/// What the register of agents says of an entry beside its identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    pub manager: Option<String>,
    pub purpose: Option<String>,
    pub vendor: Option<String>,
    pub environment: Option<String>,
    pub approved_pattern: Option<String>,
    pub client_ids: Vec<String>,
    pub last_certified: Option<Time>,
}

/// A right with the event that is its raw record.
#[derive(Debug, Clone)]
pub struct GrantRow {
    pub event: i64,
    pub principal: String,
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    pub except_actions: Vec<String>,
    pub except_resources: Vec<String>,
    pub allow: bool,
    pub condition: String,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
}

/// Stakes.
#[derive(Debug, Clone)]
pub struct AssetRow {
    pub event: i64,
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    pub data_class: Option<String>,
    pub effect: Option<String>,
    pub per_user: bool,
    pub regulated_by: Option<String>,
    pub required_pattern: Option<String>,
    pub approval_required: bool,
}

impl Case {
    pub fn directory(&self) -> Result<Vec<DirectoryEntry>, CaseError> {
        let mut aliases = self.db.prepare("SELECT namespace, value FROM aliases WHERE event = ?1 ORDER BY n")?;
        let mut query = self.db.prepare(
            "SELECT d.event, d.own_id, d.email, d.name, d.type, d.status, d.start, d.end_time, d.department, d.owner, d.manager,
             d.purpose, d.vendor, d.environment, d.approved_pattern, d.last_certified, s.text
             FROM directory d JOIN events e ON e.id = d.event JOIN strings s ON s.id = e.source
             ORDER BY d.own_id, d.event",
        )?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let event = r.get(0)?;
            let aliases: Vec<(String, String)> =
                aliases.query_map([event], |a| Ok((a.get(0)?, a.get(1)?)))?.collect::<Result<_, _>>()?;
            let clients = aliases.iter().filter(|(n, _)| n == "client").map(|(_, v)| v.clone());
            out.push(DirectoryEntry {
                event,
                source: r.get(16)?,
                id: r.get(1)?,
                email: r.get(2)?,
                name: r.get(3)?,
                entry_type: EntryType::from_word(&r.get::<_, String>(4)?).unwrap_or(EntryType::Service),
                status: r.get(5)?,
                start: r.get::<_, Option<i64>>(6)?.map(Time),
                end: r.get::<_, Option<i64>>(7)?.map(Time),
                department: r.get(8)?,
                owner: r.get(9)?,
                register: Register {
                    manager: r.get(10)?,
                    purpose: r.get(11)?,
                    vendor: r.get(12)?,
                    environment: r.get(13)?,
                    approved_pattern: r.get(14)?,
                    client_ids: clients.collect(),
                    last_certified: r.get::<_, Option<i64>>(15)?.map(Time),
                },
                aliases,
            });
        }
        Ok(out)
    }

    pub fn grants(&self) -> Result<Vec<GrantRow>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, principal, service, action, resource, allow, condition, valid_from, valid_to,
                    except_actions, except_resources
             FROM entitlements ORDER BY principal, action, resource, event, n",
        )?;
        let rows = query.query_map([], |r| {
            Ok(GrantRow {
                event: r.get(0)?,
                principal: r.get(1)?,
                service: r.get(2)?,
                action: r.get(3)?,
                resource: r.get(4)?,
                allow: r.get(5)?,
                condition: r.get(6)?,
                valid_from: r.get::<_, Option<i64>>(7)?.map(Time),
                valid_to: r.get::<_, Option<i64>>(8)?.map(Time),
                except_actions: patterns(r.get(9)?),
                except_resources: patterns(r.get(10)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who reaches whose rights, each with the event that is its raw record.
    pub fn memberships(&self) -> Result<Vec<(i64, Membership)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, member, holder, reach, condition, valid_from, valid_to FROM memberships
             ORDER BY member, holder, event, n",
        )?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let Some(reach) = Reach::from_word(&r.get::<_, String>(3)?) else { continue };
            let membership = Membership {
                member: r.get(1)?,
                holder: r.get(2)?,
                reach,
                condition: r.get(4)?,
                valid_from: r.get::<_, Option<i64>>(5)?.map(Time),
                valid_to: r.get::<_, Option<i64>>(6)?.map(Time),
            };
            out.push((r.get(0)?, membership));
        }
        Ok(out)
    }

    pub fn ownership(&self) -> Result<Vec<(i64, Ownership)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, resource, owner, valid_from, valid_to FROM ownership ORDER BY resource, owner, event, n",
        )?;
        let rows = query.query_map([], |r| {
            let ownership = Ownership {
                resource: r.get(1)?,
                owner: r.get(2)?,
                valid_from: r.get::<_, Option<i64>>(3)?.map(Time),
                valid_to: r.get::<_, Option<i64>>(4)?.map(Time),
            };
            Ok((r.get(0)?, ownership))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn exceptions(&self) -> Result<Vec<(i64, Exception)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, principal, rule, reason, approved_by, valid_from, valid_to, conditions FROM exceptions
             ORDER BY principal, rule, event, n",
        )?;
        let rows = query.query_map([], |r| {
            let exception = Exception {
                principal: r.get(1)?,
                rule: r.get(2)?,
                reason: r.get(3)?,
                approved_by: r.get(4)?,
                from: r.get::<_, Option<i64>>(5)?.map(Time),
                to: r.get::<_, Option<i64>>(6)?.map(Time),
                conditions: r.get(7)?,
            };
            Ok((r.get(0)?, exception))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn assets(&self) -> Result<Vec<AssetRow>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT event, service, action, resource, data_class, effect, per_user, regulated_by, required_pattern,
             approval_required FROM assets ORDER BY service, action, resource, event",
        )?;
        let rows = query.query_map([], |r| {
            Ok(AssetRow {
                event: r.get(0)?,
                service: r.get(1)?,
                action: r.get(2)?,
                resource: r.get(3)?,
                data_class: r.get(4)?,
                effect: r.get(5)?,
                per_user: r.get(6)?,
                regulated_by: r.get(7)?,
                required_pattern: r.get(8)?,
                approval_required: r.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn networks(&self) -> Result<Vec<Network>, CaseError> {
        let mut query = self.db.prepare("SELECT cidr, label, environment FROM networks ORDER BY cidr, event")?;
        let rows =
            query.query_map([], |r| Ok(Network { cidr: r.get(0)?, label: r.get(1)?, environment: r.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All principals by id; index 0 is unused.
    pub fn principals(&self) -> Result<Vec<Principal>, CaseError> {
        let most: i64 = self.db.query_row("SELECT coalesce(max(id), 0) FROM principals", [], |r| r.get(0))?;
        let mut out = vec![Principal { namespace: String::new(), id: String::new() }; most as usize + 1];
        let mut query = self.db.prepare("SELECT id, namespace, own_id FROM principals")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            if let Some(slot) = out.get_mut(r.get::<_, i64>(0)? as usize) {
                *slot = Principal { namespace: r.get(1)?, id: r.get(2)? };
            }
        }
        Ok(out)
    }

    /// Two ids of one account, as records of whoever issued both state them.
    pub fn paired_ids(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self.db.prepare("SELECT a, b FROM pairs ORDER BY a, b")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Ids of people on records that name a tenant: (principal, source, tenant, the tenant's name).
    pub fn logins(&self) -> Result<Vec<(i64, i64, i64, String)>, CaseError> {
        let mut query = self.db.prepare(
            "SELECT l.principal, l.source, l.tenant, s.text FROM (
               SELECT wire AS principal, source, tenant FROM events
               WHERE tenant IS NOT NULL AND wire IS NOT NULL AND wire_kind = 0
               UNION SELECT c.principal, e.source, e.tenant FROM claims c JOIN events e ON e.id = c.event
               WHERE c.role = 0 AND e.tenant IS NOT NULL) l
             JOIN strings s ON s.id = l.tenant ORDER BY l.principal, l.source, s.text",
        )?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Time and tenant of a record.
    pub fn when_and_where(&self, event: i64) -> Result<(Option<Time>, Option<i64>), CaseError> {
        let mut query = self.db.prepare_cached("SELECT time, tenant FROM events WHERE id = ?1")?;
        Ok(query.query_row([event], |r| Ok((r.get::<_, Option<i64>>(0)?.map(Time), r.get(1)?)))?)
    }

    /// How principals stood on the wire: (principal, wire kind as its number).
    pub fn wire_kinds(&self) -> Result<Vec<(i64, i64)>, CaseError> {
        let mut query = self
            .db
            .prepare("SELECT DISTINCT wire, wire_kind FROM events WHERE wire IS NOT NULL ORDER BY wire, wire_kind")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

/// Patterns of a JSON array; a column that holds none has none.
fn patterns(text: Option<String>) -> Vec<String> {
    text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}
