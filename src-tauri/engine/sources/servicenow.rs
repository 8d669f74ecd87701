//! ServiceNow: field audit, role audit, events, transactions, exports and approvals.
//!
//! - **Ask for**: the tables `sys_audit`, `sys_audit_role`, `sysevent`, `syslog_transaction`, `isc_export_event` and `sysapproval_approver` of the period
//!   as JSON through the Table API, with all fields and `sysparm_display_value=all`; for approvals also the fields
//!   `approver.user_name`, `sysapproval.opened_by` and `sysapproval.requested_for`. Times of the API are UTC, those of a list export are not.
//! - **Reads**: rows of these tables as `result` or `records`, arrays, lines, CSV; references as ids, or as objects with `value`
//!   and `display_value`.
//! - **Recognised by**: `sys_id` and a `sys_created_on` or `sys_updated_on`, with the fields that make one of the tables.
//! - **Filled by**: the platform.
//! - **Answers**: which account changed which field of which record, granted which role, exported which table; who was to approve what,
//!   asked by whom, and what was decided.
//! - **Never tells**: whether an account is a person's. Before the release Australia a change made under impersonation stands under
//!   the account that was impersonated. Where somebody else wrote the decision last, nobody is named as approver.
//! - **Documented in**: servicenow.com docs, "Table API", "Enable impersonation tracking in audit logs", "Approvals". Second hand and not
//!   seen in real records: the columns of impersonation, approvals and transactions.

mod approval;
#[cfg(test)]
mod tests;

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::is_email;
use crate::model::{
    Attribute, Credential, CredentialKind, Event, EventKind, FilledBy, Outcome, Principal, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &ServiceNow;

struct ServiceNow;

const NAME: &str = "servicenow";

/// The tables that are read, each by the fields that make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    FieldAudit,
    RoleAudit,
    Event,
    Transaction,
    Export,
    Approval,
}

impl Table {
    const ALL: [(Table, &'static str, &'static [&'static str]); 6] = [
        (Table::FieldAudit, "sys_audit", &["tablename", "documentkey", "fieldname"]),
        (Table::RoleAudit, "sys_audit_role", &["changed_by", "role", "operation"]),
        (Table::Approval, "sysapproval_approver", &["approver", "state"]),
        (Table::Event, "sysevent", &["name", "parm1", "user_name"]),
        (Table::Export, "isc_export_event", &["event", "records", "user_name"]),
        (Table::Transaction, "syslog_transaction", &["url", "session"]),
    ];

    fn of(row: &Json) -> Option<(Table, &'static str)> {
        // A null is a field that is there; an empty cell of a CSV is not.
        let has = |name: &str| json::members(Some(row)).any(|(key, _)| key.eq_ignore_ascii_case(name));
        let is_row = has("sys_id") && (has("sys_created_on") || has("sys_updated_on"));
        let found = Table::ALL.iter().find(|(_, name, fields)| {
            value(row, "sys_class_name").is_some_and(|class| class == *name) || fields.iter().all(|f| has(f))
        })?;
        // The name of an event alone is a word of many systems.
        is_row.then_some((found.0, found.1))
    }
}

impl Source for ServiceNow {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        use super::row::has_column;
        let by_columns = Table::ALL.iter().find(|(_, _, fields)| {
            has_column(sample.header, "sys_id") && fields.iter().all(|f| has_column(sample.header, f))
        });
        if let Some((_, name, _)) = by_columns {
            return Some(Recognition { score: 92, why: format!("the columns of the table {name} of ServiceNow") });
        }
        sample.recognise(92, "sys_id, sys_created_on and the fields of a log or approval table of ServiceNow", |v| {
            Table::of(v).is_some()
        })
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = record.json()?;
        match Table::of(row).or_else(|| of_sparse_row(row)) {
            Some((table, name)) => Ok(event(row, table, name, hints).into()),
            None => Err(NotUnderstood::not_this("a row of a table of ServiceNow that is no log and no approval")),
        }
    }
}

/// A row of a CSV, whose empty cells are absent.
fn of_sparse_row(row: &Json) -> Option<(Table, &'static str)> {
    let has = |name: &str| json::member(row, name).is_some();
    let (at, by) = (has("sys_created_on") || has("sys_updated_on"), has("sys_id"));
    let table = match () {
        () if has("fieldname") && has("tablename") => 0,
        () if has("changed_by") => 1,
        () if has("approver") => 2,
        () if has("name") && (has("user_name") || has("parm1")) => 3,
        () => return None,
    };
    let (table, name, _) = Table::ALL.get(table)?;
    (at && by).then_some((*table, *name))
}

fn event(row: &Json, table: Table, name: &'static str, hints: &Hints) -> Event {
    let text = |field| value(row, field);
    let mut event = Event::new(if table == Table::Approval { EventKind::Approval } else { EventKind::Call });
    event.id = text("sys_id");
    event.stage = Some(name.into());
    event.service = Some("servicenow".into());
    event.time = text("sys_created_on").as_deref().and_then(crate::model::Time::parse);
    match table {
        Table::FieldAudit => {
            let what = if text("fieldname").is_some_and(|f| f == "DELETED") { "delete" } else { "update" };
            event.action = Some(format!("{}:{what}", text("tablename").unwrap_or_default()));
            (event.resource, event.resource_type) = (text("documentkey"), text("tablename"));
            // The audit is of changes that were made.
            event.outcome = Outcome::Success;
            field(row, &mut event);
            actor(row, &["user", "sys_created_by"], &mut event);
        }
        Table::RoleAudit => {
            event.action = Some(format!("role:{}", text("operation").unwrap_or_default()));
            (event.resource, event.resource_type) = (text("user"), Some("sys_user".into()));
            event.outcome = Outcome::Success;
            if let Some(role) = text("role.name").or_else(|| text("role")) {
                event.attributes.push(("role".into(), Attribute::Text(role)));
            }
            // `user` is who has the role now.
            actor(row, &["changed_by.user_name", "changed_by", "sys_created_by"], &mut event);
        }
        Table::Event => {
            let action = text("name").unwrap_or_default();
            (event.kind, event.outcome) = signing_in(&action);
            event.resource = text("parm1").filter(|_| event.kind != EventKind::SignIn);
            event.resource_type = text("table");
            event.source_ip = text("parm2").filter(|_| event.kind == EventKind::SignIn || action == "logout");
            // Who stands in a record of impersonation is one of two, and the record does not say which.
            let is_impersonation = action.to_lowercase().contains("impersonat");
            event.action = Some(action);
            actor(row, &["user_name", "user_id", "sys_created_by"], &mut event);
            if let (true, Some(wire)) = (is_impersonation, &mut event.wire) {
                wire.kind = WireKind::Unknown;
            }
        }
        Table::Transaction => {
            event.action = text("type").or_else(|| Some("transaction".into()));
            event.resource = text("url");
            event.source_ip = text("remote_ip");
            event.user_agent = text("user_agent");
            event.credential = text("session").map(|id| Credential { kind: CredentialKind::Session, id });
            actor(row, &["sys_created_by"], &mut event);
        }
        Table::Export => {
            event.action = Some("export".into());
            (event.resource, event.resource_type) = (text("table"), Some("table".into()));
            actor(row, &["user_name", "user", "sys_created_by"], &mut event);
        }
        Table::Approval => approval::fill(row, &mut event),
    }
    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(row);
    search.fill(&mut event);
    event
}

fn signing_in(action: &str) -> (EventKind, Outcome) {
    match action {
        "login" | "external.authentication.succeeded" => (EventKind::SignIn, Outcome::Success),
        "login.failed" | "external.authentication.failed" => (EventKind::SignIn, Outcome::Denied),
        _ => (EventKind::Call, Outcome::Unknown),
    }
}

fn field(row: &Json, event: &mut Event) {
    if let Some(name) = value(row, "fieldname") {
        event.attributes.push(("field".into(), Attribute::Text(name)));
    }
}

/// The account that acted, out of the first of these fields that has anything; the impersonator before all of them.
fn actor(row: &Json, fields: &[&str], event: &mut Event) {
    const IMPERSONATORS: [&str; 5] =
        ["impersonator", "impersonated_by", "impersonating_user", "impersonator_user", "sys_impersonator"];
    let by = IMPERSONATORS.iter().find_map(|f| value(row, f));
    let known = |key: &str| IMPERSONATORS.iter().any(|f| f.eq_ignore_ascii_case(key));
    let mut odd = json::members(Some(row))
        .filter(|(key, v)| key.to_lowercase().contains("impersonat") && !known(key) && is_said(v));
    let text = by.or_else(|| fields.iter().find_map(|f| value(row, f)));
    match account(text.as_deref()) {
        Ok((principal, kind)) => {
            // A column that speaks of impersonation in other words: somebody else may have acted.
            let kind = if odd.next().is_some() { WireKind::Unknown } else { kind };
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }
}

fn is_said(value: &Json) -> bool {
    json::scalar(value).is_some_and(|t| somebody(&t).is_ok() && !t.eq_ignore_ascii_case("false") && t != "0")
}

/// A user by address, account name or `sys_id`. `guest` is whoever is not signed in.
fn account(text: Option<&str>) -> Result<(Principal, WireKind), WhyEmpty> {
    let text = somebody(text.ok_or(WhyEmpty::Absent)?)?;
    let own = Principal { namespace: "servicenow".into(), id: text.into() };
    Ok(match text.to_lowercase().as_str() {
        "guest" => return Err(WhyEmpty::Absent),
        "system" | "glide.maint" => (own, WireKind::System),
        _ if is_email(text) => (Principal::new("servicenow", text), WireKind::Human),
        // A name for people to read is no account.
        _ if text.contains(char::is_whitespace) => (own, WireKind::Unknown),
        _ => (own, WireKind::Human),
    })
}

/// A field's value: text, or a reference with its `value`; columns `a.b` of a row are members of `a`.
fn value(row: &Json, field: &str) -> Option<String> {
    let found = json::member(row, field).or_else(|| {
        let (outer, inner) = field.split_once('.')?;
        json::member(json::member(row, outer)?, inner)
    })?;
    json::scalar(found).or_else(|| json::first_text(found, &["/value", "/display_value"]))
}
