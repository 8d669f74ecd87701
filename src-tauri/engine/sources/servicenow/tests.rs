use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{LossCode, Time};
use crate::read::Form;

const ROW: &str = r#""sys_id":"r1","sys_created_on":"2026-03-02 10:00:00""#;

fn of(fields: &str) -> Event {
    let text = format!("{{{ROW},{fields}}}");
    let form = Form::Wrapped { key: "result".into() };
    assert_eq!(registry(Vec::new()).detect(&form, &[text.as_bytes()]).name(), NAME, "{text}");
    match understand_chunk(SOURCE, &form, text.as_bytes(), &Hints::none()).remove(0).2 {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

fn wire(event: &Event) -> (String, WireKind) {
    let wire = event.wire.clone().expect("a wire principal");
    (wire.principal.id, wire.kind)
}

#[test]
fn a_changed_field_is_its_user() {
    let audit = |user: &str, rest: &str| {
        of(&format!(
            r#""tablename":"incident","documentkey":"d1","fieldname":"state","newvalue":"2","user":"{user}","sys_created_by":"{user}"{rest}"#
        ))
    };
    let e = audit("ada", "");
    assert_eq!((wire(&e), e.outcome), (("ada".into(), WireKind::Human), Outcome::Success));
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("incident:update"), Some("d1")));
    assert_eq!(e.time, Time::parse("2026-03-02T10:00:00Z"));
    assert_eq!(wire(&audit("system", "")).1, WireKind::System);
    assert_eq!((audit("guest", "").wire, audit("guest", "").human_empty), (None, WhyEmpty::Absent));
    // Impersonation: the impersonator where the column is known, nobody where it is not.
    assert_eq!(wire(&audit("ada", r#","impersonator":"bob""#)), ("bob".into(), WireKind::Human));
    assert_eq!(wire(&audit("ada", r#","u_impersonation_of":"bob""#)).1, WireKind::Unknown);
    assert_eq!(wire(&audit("ada", r#","u_impersonated":"false""#)).1, WireKind::Human);
}

#[test]
fn whoever_has_a_role_now_did_not_grant_it() {
    let e = of(r#""changed_by":{"value":"u1","display_value":"Ada"},"operation":"Added","role":"admin","user":"u2""#);
    assert_eq!((wire(&e), e.resource.as_deref()), (("u1".into(), WireKind::Human), Some("u2")));
    assert_eq!(e.action.as_deref(), Some("role:Added"));
}

#[test]
fn events_sign_ins_and_impersonation() {
    let named = |name: &str, user: &str| {
        of(&format!(
            r#""name":"{name}","parm1":"p1","parm2":"198.51.100.1","user_name":"{user}","user_id":"u1","sys_updated_by":"system""#
        ))
    };
    let e = named("login", "ada");
    assert_eq!((e.kind, e.outcome, wire(&e).1), (EventKind::SignIn, Outcome::Success, WireKind::Human));
    assert_eq!(e.source_ip.as_deref(), Some("198.51.100.1"));
    assert_eq!(named("login.failed", "ada").outcome, Outcome::Denied);
    assert_eq!(wire(&named("attachment.deleted", "system")).1, WireKind::System);
    assert_eq!(wire(&named("impersonation.start", "ada")).1, WireKind::Unknown);
    let e = of(r#""event":"e1","records":"28","user":"u1","user_name":"ada","table":"task","sys_class_name":"isc_export_event""#);
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("export"), Some("task")));
}

#[test]
fn an_approval_names_its_approver_only_where_they_decided() {
    let approval = |state: &str, writer: &str| {
        of(&format!(
            r#""approver":{{"value":"u1"}},"approver.user_name":"bob","state":"{state}","document_id":"d1","source_table":"change_request","sysapproval.opened_by":"ada","sysapproval.requested_for":"eve@example.org","sys_created_by":"ada","sys_updated_by":"{writer}","sys_updated_on":"2026-03-02 11:00:00""#
        ))
    };
    let e = approval("approved", "bob");
    let a = e.approval.clone().unwrap();
    let own = |id: &str| Some(Principal { namespace: "servicenow".into(), id: id.into() });
    assert_eq!((a.granted, a.approved_by, a.requested_by), (Some(true), own("bob"), own("ada")));
    assert_eq!(a.subject, Some(Principal::new("email", "eve@example.org")));
    assert_eq!((e.kind, e.outcome, e.resource.as_deref()), (EventKind::Approval, Outcome::Success, Some("d1")));
    assert_eq!((e.time, wire(&e)), (Time::parse("2026-03-02T11:00:00Z"), ("bob".into(), WireKind::Human)));
    // A delegate or a workflow answered: the approver is not said to have.
    for writer in ["eve", "system"] {
        let e = approval("approved", writer);
        assert_eq!(e.approval.unwrap().approved_by, None, "{writer}");
    }
    let rejected = approval("rejected", "bob");
    assert_eq!((rejected.outcome, rejected.approval.unwrap().granted), (Outcome::Denied, Some(false)));
    for state in ["requested", "cancelled", "not_required", "not requested"] {
        let e = approval(state, "bob");
        let a = e.approval.unwrap();
        assert_eq!((a.granted, a.approved_by, e.outcome), (None, None, Outcome::Unknown), "{state}");
        assert_eq!(e.time, Time::parse("2026-03-02T10:00:00Z"));
    }
}

#[test]
fn rows_of_a_table_with_empty_cells() {
    let header = ["sys_id", "sys_created_on", "approver", "approver.user_name", "state", "document_id", "sys_updated_by"];
    let form = Form::Csv { delimiter: b',', header: header.map(String::from).to_vec() };
    let row = b"r1,2026-03-02 10:00:00,u1,bob,approved,d1,bob";
    assert_eq!(registry(Vec::new()).detect(&form, &[row]).name(), NAME);
    for (row, granted) in [(&row[..], Some(true)), (b"r2,2026-03-02 10:00:00,u1,bob,,d1,", None)] {
        match understand_chunk(SOURCE, &form, row, &Hints::none()).remove(0).2 {
            Ok(Understood::Event(e)) => {
                let approval = e.approval.unwrap();
                assert_eq!(approval.granted, granted);
                // The account beside the reference is read too.
                let approver = approval.approved_by.map(|p| p.id);
                assert_eq!(approver.as_deref(), granted.map(|_| "bob"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_ticket_is_no_log() {
    let ticket = br#"{"sys_id":"r1","sys_created_on":"2026-03-02 10:00:00","number":"INC1","state":"2","caller_id":"u1"}"#;
    assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[ticket]).name(), NAME);
    let lost = understand_chunk(SOURCE, &Form::Lines, ticket, &Hints::none()).remove(0).2.unwrap_err();
    assert_eq!(lost.code, LossCode::NotThisFormat);
}
