use super::super::{BUILT_IN, understand_chunk};
use super::*;
use crate::model::{EvidenceKind, LossCode, Principal, Role, WhyEmpty, WireKind};
use crate::read::Form;

const COMMON: &str = r#""CreationTime":"2026-03-02T10:00:00","Id":"i1","Operation":"FileAccessed","OrganizationId":"t1","RecordType":6,"Workload":"SharePoint""#;
const ADA: &str = r#""UserType":0,"UserId":"Ada@Example.org""#;
const APP: &str = "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb";

fn read(form: &Form, text: &str) -> Result<Understood, NotUnderstood> {
    understand_chunk(SOURCE, form, text.as_bytes(), &Hints::default()).remove(0).2
}

fn of(fields: &str) -> Event {
    event_of(&Form::Lines, &format!("{{{COMMON},{fields}}}"))
}

fn event_of(form: &Form, text: &str) -> Event {
    match read(form, text) {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

fn wire(event: &Event) -> (String, String, WireKind) {
    let wire = event.wire.clone().expect("a wire principal");
    (wire.principal.namespace, wire.principal.id, wire.kind)
}

fn csv(header: &str) -> Form {
    Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() }
}

#[test]
fn a_person_acts_directly_and_the_token_is_the_credential() {
    let e = of(&format!(
        r#"{ADA},"ClientIP":"[2001:db8::7]:25138","ObjectId":"https://x/y.docx","AppAccessContext":{{"UniqueTokenId":"Tok","AADSessionId":"s1","ClientAppName":"Unknown"}}"#
    ));
    assert_eq!(wire(&e), ("email".into(), "ada@example.org".into(), WireKind::Human));
    assert_eq!((e.claims.len(), e.source_ip.as_deref()), (0, Some("2001:db8::7")));
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "Tok".into() }));
    assert_eq!((e.time, e.tenant.as_deref()), (Time::parse("2026-03-02T10:00:00Z"), Some("t1")));
    // No result is no success.
    assert_eq!(e.outcome, Outcome::Unknown);
    assert_eq!(of(&format!(r#"{ADA},"ResultStatus":"True""#)).outcome, Outcome::Success);
    assert_eq!(of(&format!(r#"{ADA},"ResultStatus":"Failed""#)).outcome, Outcome::Error);
}

#[test]
fn an_app_on_behalf_of_a_person_is_delegated_and_microsofts_own_client_is_not() {
    let e = of(&format!(r#"{ADA},"AppAccessContext":{{"ClientAppId":"{APP}"}}"#));
    assert_eq!(wire(&e), ("entra".into(), APP.into(), WireKind::Delegated));
    let claims: Vec<_> = e.claims.iter().map(|c| (c.role, c.principal.id.as_str(), c.evidence, c.by)).collect();
    assert_eq!(
        claims,
        [
            (Role::Human, "ada@example.org", EvidenceKind::K3, FilledBy::Platform),
            (Role::Agent, APP, EvidenceKind::K3, FilledBy::Platform)
        ]
    );
    for client in ["1fec8e78-bce4-4aaf-ab1b-5451cc387264", "00000003-0000-0ff1-ce00-000000000000", "", "Unknown"] {
        let e = of(&format!(r#"{ADA},"AppAccessContext":{{"ClientAppId":"{client}"}}"#));
        assert_eq!((wire(&e).2, e.claims.len()), (WireKind::Human, 0), "{client}");
    }
}

#[test]
fn apps_systems_and_placeholders_are_no_persons() {
    for (fields, namespace, id, kind) in [
        (r#""UserType":4,"UserId":"ServicePrincipal_sp1""#.to_string(), "entra", "sp1", WireKind::Service),
        (format!(r#""UserType":5,"UserId":"Sync","UserKey":"{APP}""#), "entra", APP, WireKind::Service),
        (r#""UserType":"Application","UserId":"Sync""#.into(), "m365", "Sync", WireKind::Service),
        (format!(r#""UserType":0,"UserId":"app@sharepoint","ApplicationId":"{APP}""#), "entra", APP, WireKind::Service),
        (r#""UserType":4,"UserId":"Certificate""#.into(), "m365", "Certificate", WireKind::System),
        (r#""UserType":3,"UserId":"NT AUTHORITY\\SYSTEM (X.Y)""#.into(), "m365", "NT AUTHORITY\\SYSTEM (X.Y)", WireKind::System),
        (r#""UserType":0,"UserId":"SHAREPOINT\\system""#.into(), "m365", "SHAREPOINT\\system", WireKind::System),
        (r#""UserType":0,"UserId":"Some Words""#.into(), "m365", "Some Words", WireKind::Unknown),
        // Server-side logic that concerns an account.
        (r#""UserType":4,"UserId":"ada@example.org""#.into(), "email", "ada@example.org", WireKind::Unknown),
    ] {
        let e = of(&fields);
        assert_eq!(wire(&e), (namespace.to_string(), id.to_string(), kind), "{fields}");
        assert_eq!(e.claims, [], "{fields}");
    }
    for user in ["Not Available", "", "NOT-FOUND", "urn:spo:anon#0a1b", "Unknown", "00000000-0000-0000-0000-000000000000"] {
        let e = of(&format!(r#""UserType":4,"UserId":"{user}""#));
        assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent), "{user}");
    }
}

#[test]
fn the_owner_of_a_mailbox_did_not_act_because_it_is_theirs() {
    let mailbox = |user: &str, logon: &str, sid: &str| {
        of(&format!(
            r#""UserType":0,"UserId":"{user}","LogonType":{logon},"MailboxOwnerUPN":"ada@example.org","MailboxOwnerSid":"S-1-5-21-1","LogonUserSid":"{sid}""#
        ))
    };
    let delegate = mailbox("bob@example.org", "2", "S-1-5-21-2");
    assert_eq!(wire(&delegate), ("email".into(), "bob@example.org".into(), WireKind::Human));
    assert_eq!(delegate.resource.as_deref(), Some("ada@example.org"));
    assert_eq!(wire(&mailbox("ada@example.org", "0", "S-1-5-21-1")).2, WireKind::Human);
    for (logon, sid) in [("2", "S-1-5-21-2"), ("1", "S-1-5-21-2"), ("0", "S-1-5-21-2"), ("\"Admin\"", "S-1-5-21-2")] {
        let e = mailbox("ada@example.org", logon, sid);
        assert_eq!(wire(&e), ("m365".into(), "S-1-5-21-2".into(), WireKind::Unknown), "{logon}");
    }
    assert_eq!(wire(&mailbox("ada@example.org", "0", "S-1-5-18")).2, WireKind::System);
}

#[test]
fn an_app_with_rights_of_its_own_stands_under_the_owners_name_and_is_not_the_owner() {
    let mail = |user_type: u8, key: &str, client: &str| {
        of(&format!(
            r#""UserType":{user_type},"UserId":"ada@example.org","UserKey":"{key}","LogonType":0,"MailboxOwnerUPN":"ada@example.org","ClientAppId":"{APP}","AppAccessContext":{{"ClientAppId":"{APP}"}},"ClientInfoString":"{client}""#
        ))
    };
    for e in [mail(5, APP, "Client=REST;;"), mail(0, APP, "Client=REST;;"), mail(0, "1003", "Client=REST;Client=RESTSystem;;")] {
        assert_eq!(wire(&e), ("entra".into(), APP.into(), WireKind::Service));
        assert_eq!(e.claims, []);
    }
    assert_eq!(wire(&mail(0, "1003", "Client=REST;;")).2, WireKind::Delegated);
}

#[test]
fn columns_around_the_record_say_what_it_leaves_out() {
    let text = r#"{"id":"i1","createdDateTime":"2026-03-02T10:00:00Z","userPrincipalName":"ada@example.org","userType":"regular","auditData":{"Operation":"CopilotInteraction","Workload":"Copilot","CopilotEventData":{"ThreadId":"t"}}}"#;
    let e = event_of(&Form::Wrapped { key: "value".into() }, text);
    assert_eq!(wire(&e), ("email".into(), "ada@example.org".into(), WireKind::Human));
    assert_eq!((e.time, e.id.as_deref()), (Time::parse("2026-03-02T10:00:00Z"), Some("i1")));
    let elastic = format!(r#"{{"o365audit":{{{COMMON},{ADA}}}}}"#);
    assert_eq!(super::super::registry(Vec::new()).detect(&Form::Objects, &[elastic.as_bytes()]).name(), NAME);
    assert_eq!(wire(&event_of(&Form::Objects, &elastic)).2, WireKind::Human);
}

#[test]
fn copilot_records_name_the_person_the_thread_and_an_agent_where_there_is_one() {
    let e = of(&format!(
        r#"{ADA},"CopilotEventData":{{"AppHost":"bizchat","ThreadId":"19:x","AccessedResources":[{{"Id":"f1"}}]}}"#
    ));
    assert_eq!((wire(&e).2, e.conversation.as_deref()), (WireKind::Human, Some("19:x")));
    assert_eq!(e.resource.as_deref(), Some("f1"));
    let e = of(&format!(r#"{ADA},"AgentId":"CopilotStudio.Declarative.a1","AgentName":"Refunds","CopilotEventData":{{}}"#));
    assert_eq!(wire(&e), ("m365".into(), "CopilotStudio.Declarative.a1".into(), WireKind::Delegated));
    assert_eq!(e.claims[0].principal, Principal::new("email", "ada@example.org"));
    // A name for people to read is no identity.
    assert_eq!(wire(&of(&format!(r#"{ADA},"AgentName":"Refunds""#))).2, WireKind::Human);
    assert_eq!(of(&format!(r#"{ADA},"Message":{{"ThreadId":"19:y"}}"#)).conversation.as_deref(), Some("19:y"));
}

#[test]
fn sign_ins_fail_whatever_the_result_of_logging_them() {
    let sign_in = |operation: &str, rest: &str| {
        event_of(
            &Form::Lines,
            &format!(
                r#"{{"CreationTime":"2026-03-02T10:00:00","Operation":"{operation}","Workload":"AzureActiveDirectory","RecordType":15,"ResultStatus":"Success",{ADA},"ExtendedProperties":[{{"Name":"UserAgent","Value":"UA"}},{{"Name":"RequestType","Value":"{rest}"}}],"DeviceProperties":"[{{\"Name\":\"SessionId\",\"Value\":\"s9\"}}]"}}"#
            ),
        )
    };
    let e = sign_in("UserLoginFailed", "OAuth2:Token");
    assert_eq!((e.kind, e.outcome, e.interactive), (EventKind::SignIn, Outcome::Denied, false));
    let e = sign_in("UserLoggedIn", "OAuth2:Authorize");
    assert_eq!((e.outcome, e.interactive, e.user_agent.as_deref()), (Outcome::Success, true, Some("UA")));
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Session, id: "s9".into() }));
}

#[test]
fn every_container_is_the_same_record() {
    let inner = format!("{{{COMMON},{ADA}}}");
    let cell = format!("\"{}\"", inner.replace('"', "\"\""));
    let portal = csv("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames");
    let older = csv("CreationDate,UserIds,Operations,AuditData");
    let office = r#"{"TimeGenerated":"2026-03-02T10:00:00Z","RecordType":"6","Operation":"FileAccessed","OfficeWorkload":"SharePoint","OrganizationId":"t1","OfficeId":"i1","UserType":"Regular","UserId":"ada@example.org","Type":"OfficeActivity"}"#;
    let texts = [
        (portal, format!("i1,3/2/2026 10:00:00 AM,6,FileAccessed,someone,{cell},,")),
        (older, format!("2026-03-02T10:00:00.0000000Z ,someone,FileAccessed,{cell}")),
        (Form::Array, inner.clone()),
        (Form::Array, serde_json::json!({"RecordType": "SharePoint", "AuditData": inner}).to_string()),
        (Form::Wrapped { key: "value".into() }, format!(r#"{{"id":"i1","operation":"FileAccessed","auditData":{inner}}}"#)),
        (Form::Lines, serde_json::json!({"event": {"original": inner}}).to_string()),
        (Form::Lines, office.to_string()),
    ];
    for (form, text) in texts {
        let registry = super::super::registry(Vec::new());
        assert_eq!(registry.detect(&form, &[text.as_bytes()]).name(), NAME, "{text}");
        let e = event_of(&form, &text);
        assert_eq!(wire(&e), ("email".into(), "ada@example.org".into(), WireKind::Human), "{text}");
        assert_eq!((e.id.as_deref(), e.time), (Some("i1"), Time::parse("2026-03-02T10:00:00Z")), "{text}");
        assert_eq!((e.action.as_deref(), e.service.as_deref()), (Some("FileAccessed"), Some("SharePoint")));
    }
}

#[test]
fn what_is_none_of_the_log_is_said_and_not_guessed() {
    let alert = r#"{"tenantId":"t","id":"a","title":"x","severity":"high","serviceSource":"s"}"#;
    let lost = read(&Form::Lines, alert).unwrap_err();
    assert_eq!((lost.code, lost.detail.contains("alert")), (LossCode::NotThisFormat, true));
    let torn = read(&csv("CreationDate,AuditData"), r#"2026-03-02,"{""CreationTime"":""2026""#).unwrap_err();
    assert_eq!(torn.code, LossCode::BrokenRecord);
    let azure = r#"{"time":"2026-03-02T10:00:00Z","operationName":"x","Operation":"y","resourceId":"z"}"#;
    let sample = [azure.as_bytes()];
    assert_ne!(super::super::registry(Vec::new()).detect(&Form::Lines, &sample).name(), NAME);
    assert_eq!(BUILT_IN.iter().filter(|s| s.name() == NAME).count(), 1);
}
