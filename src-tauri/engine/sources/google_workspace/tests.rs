use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{EvidenceKind, LossCode, Role, WhyEmpty, WireKind};
use crate::read::Form;

const ID: &str = r#""kind":"admin#reports#activity","id":{"time":"2026-03-02T10:00:00.123Z","uniqueQualifier":"-77","applicationName":"APP","customerId":"C1"},"ipAddress":"198.51.100.4""#;
const ADA: &str = r#"{"callerType":"USER","email":"Ada@Example.org","profileId":"11"}"#;

fn read(text: &str) -> Vec<Result<Understood, NotUnderstood>> {
    let chunk = text.as_bytes();
    understand_chunk(SOURCE, &Form::Lines, chunk, &Hints::default()).into_iter().map(|p| p.2).collect()
}

fn activity(application: &str, actor: &str, events: &str) -> Vec<Event> {
    let text = format!("{{{},\"actor\":{actor},\"events\":{events}}}", ID.replace("APP", application));
    let events = read(&text).into_iter().map(|r| match r {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    });
    events.collect()
}

fn one(application: &str, actor: &str, event: &str) -> Event {
    activity(application, actor, &format!("[{event}]")).remove(0)
}

fn wire(event: &Event) -> (String, WireKind) {
    let wire = event.wire.clone().expect("a wire principal");
    (format!("{}:{}", wire.principal.namespace, wire.principal.id), wire.kind)
}

#[test]
fn each_event_of_an_activity_is_a_record_with_the_activity_around_it() {
    let text = format!(
        r#"{{{},"actor":{ADA},"events":[{{"name":"edit","parameters":[{{"name":"doc_id","value":"d1"}}]}}, {{"name":"edit","parameters":[{{"name":"doc_id","value":"d2"}}]}}]}}"#,
        ID.replace("APP", "drive")
    );
    let parts = understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::default());
    assert_eq!(parts.len(), 2);
    let mut seen = Vec::new();
    for (range, envelope, understood) in &parts {
        assert!(text[range.clone()].starts_with(r#"{"name":"edit""#));
        assert!(envelope.as_ref().is_some_and(|e| json::parse(e).is_ok()));
        let Ok(Understood::Event(e)) = understood else { panic!("{understood:?}") };
        assert_eq!(wire(e), ("email:ada@example.org".into(), WireKind::Human));
        seen.push((e.id.clone(), e.stage.clone(), e.resource.clone()));
    }
    assert_eq!(seen[0].0, seen[1].0);
    assert_ne!(seen[0].1, seen[1].1, "two events of one activity are not two copies of one");
    assert_eq!((seen[0].2.as_deref(), seen[1].2.as_deref()), (Some("d1"), Some("d2")));
}

#[test]
fn one_event_in_every_shape() {
    let id = ID.replace("APP", "admin");
    let event = r#""type":"USER_SETTINGS","name":"DELETE_USER","parameters":"#;
    let list = r#"[{"name":"USER_EMAIL","value":"bob@example.org"}]"#;
    for text in [
        format!(r#"{{{id},"actor":{ADA},"events":[{{{event}{list}}}]}}"#),
        format!(r#"{{{id},"actor":{ADA},"events":{{{event}{list}}}}}"#),
        format!(r#"{{{id},"actor":{ADA},"event":{{{event}{list}}}}}"#),
        format!(r#"{{{id},"actor":{ADA},{event}{{"USER_EMAIL":"bob@example.org"}}}}"#),
    ] {
        assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME, "{text}");
        let mut found = read(&text);
        assert_eq!(found.len(), 1, "{text}");
        let Ok(Understood::Event(e)) = found.remove(0) else { panic!("{text}") };
        assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("DELETE_USER"), Some("bob@example.org")));
        assert_eq!((e.id.as_deref(), e.tenant.as_deref(), e.outcome), (Some("-77"), Some("C1"), Outcome::Unknown));
        assert_eq!(wire(&e), ("email:ada@example.org".into(), WireKind::Human));
    }
}

#[test]
fn robots_keys_and_placeholders_are_no_persons() {
    let e = |actor: &str| one("drive", actor, r#"{"name":"view"}"#);
    assert_eq!(wire(&e(r#"{"callerType":"KEY","key":"robot-1"}"#)), ("google:robot-1".into(), WireKind::Service));
    assert_eq!(wire(&e(r#"{"email":"x@p.iam.gserviceaccount.com"}"#)).1, WireKind::Service);
    assert_eq!(wire(&e(r#"{"profileId":"12"}"#)), ("google:12".into(), WireKind::Human));
    for nobody in [r#"{"profileId":"105250506097979753968"}"#, r#"{"email":""}"#, r#"{"email":"anonymous"}"#, r#"{"callerType":"KEY"}"#] {
        assert_eq!((e(nobody).wire, e(nobody).human_empty), (None, WhyEmpty::Absent), "{nobody}");
    }
    assert_eq!(e(r#"{"email":"[REDACTED]","profileId":"1"}"#).human_empty, WhyEmpty::Redacted);
}

#[test]
fn an_app_with_a_persons_token_is_delegated_and_one_that_impersonates_names_nobody() {
    let e = |info: &str| one("drive", &format!(r#"{{"email":"ada@example.org",{info}}}"#), r#"{"name":"download"}"#);
    let delegated = e(r#""applicationInfo":{"oauthClientId":"c1"}"#);
    assert_eq!(wire(&delegated), ("google:c1".into(), WireKind::Delegated));
    assert_eq!(delegated.claims.iter().map(|c| (c.role, c.evidence)).collect::<Vec<_>>(), [
        (Role::Human, EvidenceKind::K3),
        (Role::Agent, EvidenceKind::K3)
    ]);
    for (info, kind) in [
        (r#""applicationInfo":{"oauthClientId":"c1","impersonation":true}"#, WireKind::Service),
        (r#""agentAttributionInfo":{"agentId":"a1","agentOwner":{"email":"eve@example.org"}}"#, WireKind::Agent),
    ] {
        let e = e(info);
        assert_eq!(wire(&e).1, kind);
        assert_eq!(e.claims.iter().map(|c| (c.principal.id.as_str(), c.evidence)).collect::<Vec<_>>(), [(
            "ada@example.org",
            EvidenceKind::K11
        )]);
    }
}

#[test]
fn grants_tell_client_and_scopes_and_their_use_both_principals() {
    let parameters = r#""parameters":[{"name":"client_id","value":"c9.apps"},{"name":"method_name","value":"drive.files.list"},{"name":"scope","multiValue":["s1","s2"]}]"#;
    let e = one("token", ADA, &format!(r#"{{"type":"auth","name":"authorize",{parameters}}}"#));
    let token = e.token.clone().unwrap();
    assert_eq!((e.kind, wire(&e).1), (EventKind::Token, WireKind::Human));
    assert_eq!(token.subject, Some(Principal::new("google", "ada@example.org")));
    assert_eq!((token.client.unwrap().id.as_str(), token.scope), ("c9.apps", vec!["s1".to_string(), "s2".into()]));
    // There is no token id, so none is made up.
    assert_eq!(e.issued, None);
    let e = one("token", ADA, &format!(r#"{{"name":"activity",{parameters}}}"#));
    assert_eq!((e.kind, wire(&e)), (EventKind::Call, ("google:c9.apps".into(), WireKind::Delegated)));
    assert_eq!((e.action.as_deref(), e.claims.len()), (Some("drive.files.list"), 2));
    let e = one("token", ADA, &format!(r#"{{"name":"revoke",{parameters}}}"#));
    assert_eq!((e.kind, wire(&e).1, e.token), (EventKind::Call, WireKind::Human, None));
}

#[test]
fn sign_ins_denials_and_statuses() {
    let failed = one("login", ADA, r#"{"name":"login_failure","parameters":[{"name":"login_type","value":"google_password"}]}"#);
    assert_eq!((failed.kind, failed.outcome, failed.interactive), (EventKind::SignIn, Outcome::Denied, true));
    assert_eq!(one("login", ADA, r#"{"name":"login_success"}"#).outcome, Outcome::Success);
    let denied = one("context_aware_access", ADA, r#"{"name":"ACCESS_DENY_EVENT"}"#);
    assert_eq!((denied.outcome, denied.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
    for (status, outcome) in [
        (r#"{"eventStatus":"SUCCEEDED"}"#, Outcome::Success),
        (r#"{"eventStatus":"FAILED","httpStatusCode":403}"#, Outcome::Denied),
        (r#"{"eventStatus":"FAILED"}"#, Outcome::Error),
    ] {
        assert_eq!(one("drive", ADA, &format!(r#"{{"name":"edit","status":{status}}}"#)).outcome, outcome, "{status}");
    }
}

#[test]
fn tables_of_the_console_and_of_bigquery() {
    let header = ["Date", "Event", "Description", "Actor", "IP address"].map(String::from).to_vec();
    let form = Form::Csv { delimiter: b',', header };
    let row = b"2026-03-02T10:00:00+01:00,User deleted,bob was deleted,ada@example.org,198.51.100.4";
    assert_eq!(registry(Vec::new()).detect(&form, &[row]).name(), NAME);
    let of = |row: &[u8]| match understand_chunk(SOURCE, &form, row, &Hints::none()).remove(0).2 {
        Ok(Understood::Event(e)) => *e,
        other => panic!("{other:?}"),
    };
    assert_eq!(wire(&of(row)), ("email:ada@example.org".into(), WireKind::Human));
    assert_eq!(of(row).time, crate::model::Time::parse("2026-03-02T09:00:00Z"));
    // A name for people to read is no identity.
    assert_eq!(of(b"2026-03-02T10:00:00Z,Viewed,x,Ada Lovelace,198.51.100.4").wire, None);
    let text = r#"{"time_usec":1772445600000000,"record_type":"drive","event_name":"view","email":"ada@example.org","unique_identifier":"5"}"#;
    let Ok(Understood::Event(e)) = read(text).remove(0) else { panic!() };
    assert_eq!((e.service.as_deref(), e.id.as_deref(), e.time.is_some()), (Some("drive"), Some("5"), true));
}

#[test]
fn what_is_no_activity_is_a_loss() {
    let lost = read(r#"{"kind":"admin#directory#user","id":"1","primaryEmail":"ada@example.org"}"#).remove(0).unwrap_err();
    assert_eq!(lost.code, LossCode::NotThisFormat);
    let empty = format!(r#"{{{},"actor":{ADA},"events":[]}}"#, ID.replace("APP", "drive"));
    assert_eq!(read(&empty).remove(0).unwrap_err().code, LossCode::NotThisFormat);
    let two = format!(r#"{{{},"actor":{ADA},"events":[{{"name":"a"}},{{"name":"b"}}]}}"#, ID.replace("APP", "drive"));
    let hidden = serde_json::json!({"event": {"original": two}}).to_string();
    assert_eq!(read(&hidden).remove(0).unwrap_err().code, LossCode::NotThisFormat);
    let other = br#"{"id":{"applicationName":"x"},"name":"y"}"#;
    assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other]).name(), NAME);
}
