use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{EvidenceKind, Role};
use crate::read::Form;

fn understood(text: &str) -> Result<Understood, NotUnderstood> {
    understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2
}

fn event(text: &str) -> Event {
    match understood(text) {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

const APP: &str = "11111111-2222-3333-4444-555555555555";
const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";

fn listed(claims: &str, caller: &str, status: &str) -> String {
    format!(
        r#"{{"authorization":{{"action":"Microsoft.Compute/disks/delete","scope":"/subscriptions/s1/disks/d"}},"caller":"{caller}","claims":{{{claims}}},"correlationId":"c1","eventDataId":"e1","eventTimestamp":"2026-03-02T10:00:00.1234567Z","httpRequest":{{"clientIpAddress":"198.51.100.20"}},"operationName":{{"value":"Microsoft.Compute/disks/delete"}},"resourceId":"/subscriptions/s1/disks/d","status":{{"value":"{status}"}},"subStatus":{{"value":""}},"subscriptionId":"s1"}}"#
    )
}

fn delegated(app: &str) -> String {
    format!(
        r#""appid":"{app}","appidacr":"0","name":"Ada","http://schemas.microsoft.com/identity/claims/objectidentifier":"{ADA}","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"Ada@example.org","http://schemas.microsoft.com/identity/claims/scope":"user_impersonation","uti":"m5pWaRnoFUyp2TbSCAAAAA","aud":"https://management.azure.com""#
    )
}

fn app_only() -> String {
    format!(
        r#""appid":"{APP}","appidacr":"2","idtyp":"app","http://schemas.microsoft.com/identity/claims/objectidentifier":"bbbbbbbb-2222-3333-4444-555555555555","uti":"m5pWaRnoFUyp2TbSCAAAAA""#
    )
}

fn wire(e: &Event) -> (&str, WireKind) {
    let w = e.wire.as_ref().unwrap();
    (w.principal.id.as_str(), w.kind)
}

#[test]
fn a_person_in_the_portal_acts_with_their_own_hands() {
    let e = event(&listed(&delegated("c44b4083-3bb0-49c1-b47d-974e53cbdf3c"), "ada@example.org", "Succeeded"));
    assert_eq!((wire(&e), e.claims.len()), (("ada@example.org", WireKind::Human), 0));
    assert_eq!((e.outcome, e.kind), (Outcome::Success, EventKind::Call));
    assert_eq!(e.credential.unwrap().id, "m5pWaRnoFUyp2TbSCAAAAA");
    let decision = e.decision.unwrap();
    assert_eq!((decision.effect, decision.evaluated[0].id.as_str()), (Some(DecisionEffect::Allow), "ada@example.org"));
}

#[test]
fn an_application_with_a_scope_acts_for_its_person() {
    let e = event(&listed(&delegated(APP), "ada@example.org", "Succeeded"));
    assert_eq!(wire(&e), (APP, WireKind::Delegated));
    assert_eq!((e.claims.len(), e.claims[0].role, e.claims[0].evidence), (1, Role::Human, EvidenceKind::K3));
    assert_eq!(e.claims[0].principal.id, "ada@example.org");
    assert_eq!(e.decision.unwrap().evaluated[0].id, "ada@example.org");
    assert_eq!(e.scope, ["user_impersonation"]);
    let agent = format!(r#"{},"xms_act_fct":"3 9 11""#, delegated(APP));
    let e = event(&listed(&agent, "ada@example.org", "Succeeded"));
    assert_eq!(e.claims.iter().map(|c| c.role).collect::<Vec<_>>(), [Role::Human, Role::Agent]);
    let robot = format!(r#"{},"xms_sub_fct":"13""#, delegated(APP));
    let e = event(&listed(&robot, "ada@example.org", "Succeeded"));
    assert_eq!((wire(&e).1, e.claims.len()), (WireKind::Agent, 0));
}

#[test]
fn an_application_alone_names_nobody() {
    let e = event(&listed(&app_only(), "bbbbbbbb-2222-3333-4444-555555555555", "Succeeded"));
    assert_eq!((wire(&e), e.claims.len()), ((APP, WireKind::Service), 0));
    // Whatever address stands beside `idtyp` app, it is no person's act.
    let e = event(&listed(&format!(r#"{},"upn":"ada@example.org""#, app_only()), "x", "Succeeded"));
    assert_eq!((wire(&e).1, e.claims.len()), (WireKind::Service, 0));
    let e = event(&listed(r#""http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress":"Microsoft.Advisor""#, "", "Active"));
    assert_eq!((wire(&e), e.human_empty), (("Microsoft.Advisor", WireKind::System), WhyEmpty::NotSupported));
    // A display name is nobody, even if it looks like an address; a bare object id may be anybody's.
    let e = event(&listed(r#""name":"ada@example.org""#, "", "Succeeded"));
    assert_eq!((e.wire, e.claims.len()), (None, 0));
    let e = event(&listed("", ADA, "Succeeded"));
    assert_eq!(wire(&e), (ADA, WireKind::Unknown));
    let e = event(&listed("", "ada@example.org", "Succeeded"));
    assert_eq!(wire(&e), ("ada@example.org", WireKind::Human));
}

#[test]
fn only_the_end_of_an_operation_is_the_call() {
    for (status, kind, outcome) in [
        ("Started", EventKind::Context, Outcome::Unknown),
        ("Accepted", EventKind::Context, Outcome::Success),
        ("Succeeded", EventKind::Call, Outcome::Success),
        ("Failed", EventKind::Call, Outcome::Error),
    ] {
        let e = event(&listed(&app_only(), "x", status));
        assert_eq!((e.kind, e.outcome), (kind, outcome), "{status}");
    }
    let denied = listed(&app_only(), "x", "Failed").replace(r#""subStatus":{"value":""}"#, r#""subStatus":{"value":"Forbidden"}"#);
    let e = event(&denied);
    assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
}

#[test]
fn diagnostic_settings_and_the_role_assignment_behind() {
    let of = |identity: &str| {
        format!(
            r#"{{"time":"2026-03-02T10:00:00.0000000Z","resourceId":"/subscriptions/s1/x","operationName":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.OK","callerIpAddress":"198.51.100.20:443","correlationId":"c"{identity}}}"#
        )
    };
    let evidence = |kind: &str| {
        event(&of(&format!(
            r#","identity":{{"authorization":{{"evidence":{{"role":"Owner","principalId":"{ADA}","principalType":"{kind}"}}}},"claims":{{"name":"ada@example.org"}}}}"#
        )))
    };
    let e = evidence("User");
    assert_eq!((wire(&e), e.source_ip.as_deref()), ((ADA, WireKind::Human), Some("198.51.100.20")));
    assert_eq!(e.decision.unwrap().policy.as_deref(), Some("Owner"));
    assert_eq!(evidence("Group").wire, None);
    let e = event(&of(""));
    assert_eq!((e.wire, e.tenant.as_deref(), e.human_empty), (None, Some("s1"), WhyEmpty::Absent));
    let found = registry(Vec::new());
    assert_eq!(found.detect(&Form::Lines, &[of("").as_bytes()]).name(), NAME);
    let refused = event(&of("").replace("Success\"", "Failure\"").replace("Succeeded.OK", "Failed.Forbidden"));
    assert_eq!(refused.outcome, Outcome::Denied);
}

#[test]
fn storage_keys_are_nobodys() {
    let of = |identity: &str| {
        event(&format!(
            r#"{{"time":"2026-03-02T10:00:00Z","resourceId":"/subscriptions/s1/x","operationName":"GetBlob","category":"StorageRead","statusCode":200,"statusText":"Success","identity":{identity},"callerIpAddress":"198.51.100.20:1"}}"#
        ))
    };
    let e = of(r#"{"type":"SAS","tokenHash":"key1(H)"}"#);
    assert_eq!((e.wire, e.human_empty, e.outcome), (None, WhyEmpty::NotSupported, Outcome::Success));
    assert_eq!(e.credential.unwrap().kind, CredentialKind::LongLived);
    let e = of(&format!(r#"{{"type":"OAuth","requester":{{"appId":"{APP}","objectId":"{ADA}","upn":"ada@example.org"}}}}"#));
    assert_eq!((wire(&e).1, e.claims.len()), (WireKind::Delegated, 1));
    let e = of(&format!(r#"{{"type":"OAuth","requester":{{"appId":"{APP}","objectId":"{ADA}"}}}}"#));
    assert_eq!((wire(&e), e.claims.len()), ((APP, WireKind::Unknown), 0));
}

#[test]
fn every_container_reads_like_the_log() {
    let camel = listed(&delegated(APP), "ada@example.org", "Succeeded");
    let snake = camel
        .replace("eventDataId", "event_data_id")
        .replace("eventTimestamp", "event_timestamp")
        .replace("operationName", "operation_name")
        .replace("httpRequest", "http_request")
        .replace("clientIpAddress", "client_ip_address")
        .replace("subStatus", "sub_status");
    let registry = registry(Vec::new());
    for text in [camel, snake] {
        let found = registry.detect(&Form::Array, &[text.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
        let e = event(&text);
        assert_eq!((e.claims.len(), e.id.as_deref(), e.source_ip.as_deref()), (1, Some("e1"), Some("198.51.100.20")));
    }
    let header = ["TenantId", "TimeGenerated", "OperationNameValue", "ActivityStatusValue", "Caller", "CallerIpAddress", "Claims", "Authorization", "CategoryValue", "EventDataId", "_ResourceId", "Type"];
    let form = Form::Csv { delimiter: b',', header: header.iter().map(|h| h.to_string()).collect() };
    let claims = format!("{{{}}}", delegated(APP)).replace('"', "\"\"");
    let row = format!(
        r#"w,2026-03-02T10:00:00Z,MICROSOFT.COMPUTE/DISKS/DELETE,Success,ada@example.org,198.51.100.20,"{claims}","{{""action"":""x"",""evidence"":{{""role"":""Owner""}}}}",Administrative,e1,/subscriptions/s1/disks/d,AzureActivity"#
    );
    let found = registry.detect(&form, &[row.as_bytes()]);
    assert_eq!(found.name(), NAME, "{}", found.why);
    match understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::none()).remove(0).2 {
        Ok(Understood::Event(e)) => {
            assert_eq!((wire(&e).1, e.claims.len(), e.outcome), (WireKind::Delegated, 1, Outcome::Success));
            assert_eq!(e.decision.unwrap().policy.as_deref(), Some("Owner"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_logs_in_the_same_wrapping_are_not_ours() {
    for category in ["SignInLogs", "AuditLogs", "kube-audit", "MicrosoftGraphActivityLogs"] {
        let text = format!(
            r#"{{"time":"2026-03-02T10:00:00Z","resourceId":"/subscriptions/s1/x","operationName":"x","category":"{category}","properties":{{}}}}"#
        );
        assert!(understood(&text).unwrap_err().detail.contains(category));
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME);
    }
}
