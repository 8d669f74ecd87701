//! `sysapproval_approver`: one approver's answer about one document.

use super::super::json::Json;
use super::{account, actor, value};
use crate::model::{Approval, Event, Outcome, Principal, Time, WireKind};

pub fn fill(row: &Json, event: &mut Event) {
    let state = value(row, "state").unwrap_or_default().to_lowercase();
    let granted = match state.as_str() {
        "approved" => Some(true),
        "rejected" => Some(false),
        _ => None,
    };
    let decided = granted.is_some();
    event.action = Some(format!("approval:{}", if state.is_empty() { "unknown" } else { &state }));
    event.resource = value(row, "document_id").or_else(|| value(row, "sysapproval"));
    event.resource_type = value(row, "source_table");
    event.outcome = match granted {
        Some(true) => Outcome::Success,
        Some(false) => Outcome::Denied,
        None => Outcome::Unknown,
    };
    // A decision is as old as its last change; a request as its making.
    let at = |field| value(row, field).as_deref().and_then(Time::parse);
    event.time = if decided { at("sys_updated_on").or(event.time) } else { event.time };
    let approver = person(row, &["approver.email", "approver.user_name", "approver"]);
    event.approval = Some(Approval {
        subject: person(row, &["sysapproval.requested_for", "requested_for"]),
        requested_by: person(row, &["sysapproval.opened_by", "opened_by", "sysapproval.requested_by", "requested_by"]),
        approved_by: approver.filter(|_| decided && wrote_it(row)),
        limit: None,
        granted,
        expires: None,
    });
    let writers: &[&str] = if decided { &["sys_updated_by"] } else { &["sys_created_by"] };
    actor(row, writers, event);
    // Whoever wrote the row last need not be who decided.
    if let Some(wire) = &mut event.wire
        && decided
        && wire.kind == WireKind::Human
        && !wrote_it(row)
    {
        wire.kind = WireKind::Unknown;
    }
}

/// Whether the approver's own account wrote the row last, as far as the two can be compared: a delegate, an administrator or a
/// workflow may answer in the approver's place.
fn wrote_it(row: &Json) -> bool {
    let Some(writer) = value(row, "sys_updated_by") else { return true };
    let names = ["approver.user_name", "approver.email"];
    let mut known = names.iter().filter_map(|f| value(row, f)).peekable();
    match known.peek() {
        Some(_) => known.any(|name| name.eq_ignore_ascii_case(&writer)),
        // Only an id is known of the approver; a system account is none of theirs.
        None => !matches!(account(Some(&writer)), Ok((_, WireKind::System)) | Err(_)),
    }
}

fn person(row: &Json, fields: &[&str]) -> Option<Principal> {
    let text = fields.iter().find_map(|f| value(row, f))?;
    account(Some(&text)).ok().filter(|(_, kind)| *kind == WireKind::Human).map(|(principal, _)| principal)
}
