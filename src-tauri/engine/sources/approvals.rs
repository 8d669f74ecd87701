//! Approvals: who approved what for whom (`approvals.csv` of DESIGN 5.1).
//!
//! - **Ask for**: the approvals of the workflow or ticket system for the period, as a CSV; refused ones too.
//! - **Reads**: columns `id,subject,action,resource,limit,requested_by,approved_by,outcome,time,expires`, in any order and case. `outcome` is approved or rejected; `limit` a number.
//! - **Recognised by**: a header with `approved_by`, `action`, and one of `resource` and `subject`.
//! - **Filled by**: the workflow system (`platform`).
//! - **Answers**: whether a call was approved, by whom, before it happened and within its limit; whether the one who caused it approved it.
//! - **Never tells**: who initiated the call: an initiator is never read from an approval, nor an approver from a call.
//! - **Documented in**: docs/sources.md; the format is Behalf's own.

use super::nobody::somebody;
use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Approval, Event, EventKind, Outcome, Principal};

pub const SOURCE: &dyn Source = &Approvals;

struct Approvals;

impl Source for Approvals {
    fn name(&self) -> &str {
        "approvals"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        (has("approved_by") && has("action") && (has("resource") || has("subject")) && !has("rule"))
            .then(|| Recognition { score: 93, why: "a header with approved_by and action: approvals".into() })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let principal = |name: &str| row.text(&[name]).and_then(|w| somebody(w).ok()).and_then(Principal::from_word);
        let mut event = Event::new(EventKind::Approval);
        event.id = row.owned(&["id"]);
        event.action = Some(row.needed(&["action"])?.to_string());
        event.resource = row.owned(&["resource"]);
        event.time = row.time(&["time", "approved_at"])?;
        event.outcome = outcome(&row)?;
        let limit = match row.text(&["limit"]) {
            Some(text) => Some(number(text)?),
            None => None,
        };
        event.approval = Some(Approval {
            subject: principal("subject"),
            requested_by: principal("requested_by"),
            approved_by: principal("approved_by"),
            limit,
            granted: match event.outcome {
                Outcome::Success => Some(true),
                Outcome::Denied => Some(false),
                Outcome::Error | Outcome::Unknown => None,
            },
            expires: row.inclusive_end(&["expires"])?,
        });
        Ok(event.into())
    }
}

fn outcome(row: &Row<'_>) -> Result<Outcome, NotUnderstood> {
    match row.text(&["outcome", "status", "state"]).map(str::to_lowercase).as_deref() {
        Some("approved" | "granted" | "success" | "yes") => Ok(Outcome::Success),
        Some("rejected" | "denied" | "refused" | "no") => Ok(Outcome::Denied),
        Some("requested" | "pending" | "open" | "expired" | "cancelled" | "withdrawn") => Ok(Outcome::Unknown),
        Some(word) => Err(NotUnderstood::bad_row(format!("outcome `{}` is not understood", shown(word)))),
        // A list without the column is a list of approvals given; an empty cell in the column says nothing.
        None if row.has("outcome") || row.has("status") || row.has("state") => Ok(Outcome::Unknown),
        None => Ok(Outcome::Success),
    }
}

/// A limit that is not understood must not read as none.
fn number(text: &str) -> Result<f64, NotUnderstood> {
    match text.parse::<f64>() {
        Ok(limit) if limit.is_finite() => Ok(limit),
        _ => Err(NotUnderstood::bad_row(format!("limit `{}` is no number", shown(text)))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    const HEADER: &str = "id,subject,action,resource,limit,requested_by,approved_by,outcome,time,expires";

    fn approval(row: &str) -> Event {
        match read(SOURCE, HEADER, row) {
            Ok(Understood::Event(event)) => *event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_approval_names_three_and_initiates_nothing() {
        let e = approval("A1,ada@example.org,refund.create,order/7,50,bob@example.org,cleo@example.org,approved,2026-03-02T10:00:00Z,2026-03-03");
        assert_eq!((e.kind, e.wire.is_none(), e.claims.len()), (EventKind::Approval, true, 0));
        let a = e.approval.unwrap();
        assert_eq!((a.limit, a.granted), (Some(50.0), Some(true)));
        assert_eq!(a.expires, Time::parse("2026-03-03T23:59:59.999999Z"));
        assert_eq!(a.approved_by, Some(Principal::new("email", "cleo@example.org")));
        assert_eq!(approval("A2,a,b,c,,,,,2026-03-02,").approval.unwrap().granted, None);
        assert_eq!(approval("A2,a,b,c,,,d,rejected,2026-03-02,").approval.unwrap().granted, Some(false));
    }

    #[test]
    fn a_limit_or_outcome_that_is_not_understood_is_a_loss() {
        for row in ["A,a,b,c,fifty,,d,approved,2026-03-02,", "A,a,b,c,,,d,maybe,2026-03-02,", "A,a,,c,,,d,approved,,"] {
            assert_eq!(read(SOURCE, HEADER, row).unwrap_err().code, LossCode::BadRow, "{row}");
        }
    }
}
