//! Laws of the sources of SaaS systems, over invented records: nothing in any place of a record breaks them, and a record whose
//! people are blotted out names nobody.

#![allow(clippy::unwrap_used, reason = "a test of the whole room: helpers are outside of #[test]")]

use behalf_engine::model::{EvidenceKind, Role, WireKind};
use behalf_engine::read::Form;
use behalf_engine::sources::{BUILT_IN, Hints, Source, Understood, understand_chunk};
use serde_json::{Value, json};

const APP: &str = "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb";

fn records() -> Vec<(&'static str, Value)> {
    let mail = json!({"CreationTime":"2026-03-02T10:00:00","Id":"i1","Operation":"MailItemsAccessed","OrganizationId":"t","RecordType":50,"Workload":"Exchange",
        "UserType":0,"UserId":"ada@example.org","UserKey":"ada-key","LogonType":2,"MailboxOwnerUPN":"ada.owner@example.org","LogonUserSid":"S-1-5-21-1",
        "MailboxOwnerSid":"S-1-5-21-2","ClientAppId":APP,"AppAccessContext":{"ClientAppId":APP,"UniqueTokenId":"tok"},"ClientIP":"[2001:db8::1]:3",
        "ExtendedProperties":[{"Name":"UserAgent","Value":"x"},{"Name":"additionalDetails","Value":"{\"User-Agent\":\"y\"}"}],"Actor":[{"ID":"ada@example.org","Type":5}]});
    let activity = |actor: Value, application: &str, event: Value| {
        json!({"kind":"admin#reports#activity","id":{"time":"2026-03-02T10:00:00Z","uniqueQualifier":"-7","applicationName":application,"customerId":"c"},
            "actor":actor,"ipAddress":"198.51.100.4","events":[event.clone(), event]})
    };
    let ada = json!({"email":"ada@example.org","profileId":"ada-id"});
    let token = json!({"name":"activity","type":"auth","parameters":[{"name":"client_id","value":"c9"},{"name":"scope","multiValue":["s"]},{"name":"method_name","value":"m"}]});
    let app = json!({"email":"ada@example.org","applicationInfo":{"oauthClientId":"c1","impersonation":false},"agentAttributionInfo":null});
    let slack = json!({"id":"e","date_create":1772445600,"action":"user_added_to_usergroup","actor":{"type":"user","user":{"id":"ada-id","email":"ada@example.org"}},
        "entity":{"type":"file","file":{"id":"F1"}},"context":{"location":{"type":"workspace","id":"T"},"ua":"x","session_id":5,"app":{"id":"A1"}},
        "details":{"inviter":{"type":"user","user":{"id":"ada-2","email":"ada@example.org"}}}});
    vec![
        ("m365_audit", mail.clone()),
        (
            "m365_audit",
            json!({"id":"i","createdDateTime":"2026-03-02T10:00:00Z","userPrincipalName":"ada@example.org","auditData":mail}),
        ),
        ("google_workspace", activity(ada.clone(), "token", token)),
        ("google_workspace", activity(app, "drive", json!({"name":"view","parameters":{"doc_id":"d"}}))),
        (
            "google_workspace",
            json!({"time_usec":1772445600000000_i64,"record_type":"drive","event_name":"view","email":"ada@example.org"}),
        ),
        (
            "salesforce_setup_audit",
            json!({"action":"x","section":"Groups","delegate_user":"ada@example.org","sfdc_created_by_username":"ada.2@example.org",
            "sfdc_created_by_id":"ada-id","sfdc_created_date":"2026-03-02T10:00:00+00:00"}),
        ),
        (
            "salesforce_event_log",
            json!({"EVENT_TYPE":"RestApi","TIMESTAMP":"20260302100000.250","ORGANIZATION_ID":"00D5f000005uVo7","USER_ID":"ada-id",
            "USER_ID_DERIVED":"ada-id","USER_NAME":"ada@example.org","CONNECTED_APP_ID":"0H45f00000CyENt","SESSION_KEY":"s","USER_TYPE":"Standard"}),
        ),
        (
            "salesforce_event_log",
            json!({"channel":"/event/LoginAsEventStream","data":{"payload":{"EventDate":"2026-03-02T10:00:00Z","UserId":"ada-id",
            "Username":"ada@example.org","DelegatedUsername":"ada.3@example.org"}}}),
        ),
        ("slack_audit", slack),
        (
            "workday",
            json!({"activityAction":"WRITE","requestTime":"2026-03-02T10:00:00Z","sessionId":"s","systemAccount":"ada / Ada on behalf of: ada@example.org",
            "target":{"id":"t"},"taskDisplayName":"x","taskId":"k"}),
        ),
        (
            "servicenow",
            json!({"sys_id":"r","sys_created_on":"2026-03-02 10:00:00","tablename":"t","documentkey":"d","fieldname":"f","user":"ada",
            "sys_created_by":"ada","impersonator":"ada@example.org"}),
        ),
        (
            "servicenow",
            json!({"sys_id":"r","sys_created_on":"2026-03-02 10:00:00","sys_updated_on":"2026-03-02 11:00:00","sys_updated_by":"ada","approver":{"value":"ada"},
            "approver.user_name":"ada","state":"approved","document_id":"d","sysapproval.opened_by":"ada"}),
        ),
        (
            "google_users",
            json!({"kind":"admin#directory#user","id":"1","primaryEmail":"ada@example.org","aliases":["al@example.org"],"orgUnitPath":"/"}),
        ),
    ]
}

fn source(name: &str) -> &'static dyn Source {
    *BUILT_IN.iter().find(|s| s.name() == name).unwrap()
}

/// Calls a function for each leaf and each inner value, with the record in which `odd` stands in its place.
fn replaced(record: &Value, odd: &Value, each: &mut dyn FnMut(&Value)) {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Object(members) => members.values().map(count).sum(),
            Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    fn put(value: &mut Value, left: &mut usize, odd: &Value) {
        if *left == 0 {
            *value = odd.clone();
            *left = usize::MAX;
            return;
        }
        *left -= 1;
        match value {
            Value::Object(members) => members.values_mut().for_each(|m| put(m, left, odd)),
            Value::Array(items) => items.iter_mut().for_each(|i| put(i, left, odd)),
            _ => {}
        }
    }
    for place in 1..count(record) {
        let (mut changed, mut left) = (record.clone(), place);
        put(&mut changed, &mut left, odd);
        each(&changed);
    }
}

#[test]
fn nothing_in_any_place_breaks_a_source() {
    let odd = [
        json!(null),
        json!(""),
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!([[["x"]]]),
        json!({"value": {"value": 1}}),
        json!("{\"a\":[1"),
        json!("é@ü.ß on behalf of "),
        json!("ServicePrincipal_"),
        json!("[::1"),
        json!("20261399999999.9"),
        json!("ÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀ"),
    ];
    let hints = Hints::default();
    for (name, record) in records() {
        for odd in &odd {
            replaced(&record, odd, &mut |changed| {
                let bytes = serde_json::to_vec(changed).unwrap();
                let mut end = 0;
                let parts = understand_chunk(source(name), &Form::Lines, &bytes, &hints);
                assert!(!parts.is_empty());
                for (range, _, understood) in parts {
                    assert!(end <= range.start && range.end <= bytes.len(), "{name}");
                    end = range.end;
                    if let Ok(Understood::Event(e)) = understood {
                        // An empty identifier is nobody.
                        assert!(e.wire.is_none_or(|w| !w.principal.is_empty()), "{name}: {changed}");
                        assert!(e.claims.iter().all(|c| !c.principal.is_empty()), "{name}: {changed}");
                    }
                }
            });
        }
    }
}

#[test]
fn a_record_whose_people_are_blotted_out_names_nobody() {
    fn blot(value: &mut Value, with: &str) {
        match value {
            Value::String(text) if text.starts_with("ada") => *text = with.into(),
            Value::Object(members) => members.values_mut().for_each(|m| blot(m, with)),
            Value::Array(items) => items.iter_mut().for_each(|i| blot(i, with)),
            _ => {}
        }
    }
    let hints = Hints::default();
    for (name, record) in records() {
        for with in ["", "unknown", "N/A", "anonymous", "[REDACTED]", "********", "-"] {
            let mut blotted = record.clone();
            blot(&mut blotted, with);
            let bytes = serde_json::to_vec(&blotted).unwrap();
            for (_, _, understood) in understand_chunk(source(name), &Form::Lines, &bytes, &hints) {
                match understood {
                    Ok(Understood::Event(e)) => {
                        let human = e.wire.as_ref().filter(|w| matches!(w.kind, WireKind::Human | WireKind::Delegated));
                        assert_eq!(human, None, "{name} with {with:?}");
                        let claimed =
                            |c: &behalf_engine::model::Claim| c.role == Role::Human && c.evidence != EvidenceKind::K11;
                        assert!(!e.claims.iter().any(claimed), "{name} with {with:?}: {:?}", e.claims);
                        let approval = e.approval.unwrap_or_default();
                        assert_eq!((approval.approved_by, approval.requested_by), (None, None), "{name} with {with:?}");
                    }
                    Ok(other) => panic!("{name} with {with:?}: {other:?}"),
                    Err(_) => {}
                }
            }
        }
    }
}
