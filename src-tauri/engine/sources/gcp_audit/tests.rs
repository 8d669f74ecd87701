use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{EvidenceKind, Principal, Role, WireKind};
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

fn entry(auth: &str, rest: &str) -> String {
    format!(
        r#"{{"insertId":"i1","logName":"projects/shop/logs/cloudaudit.googleapis.com%2Factivity","timestamp":"2026-03-02T10:00:00Z","resource":{{"type":"gcs_bucket","labels":{{"project_id":"shop"}}}},"protoPayload":{{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","serviceName":"storage.googleapis.com","methodName":"storage.objects.get","resourceName":"projects/_/buckets/b/objects/o","authenticationInfo":{auth},"requestMetadata":{{"callerIp":"198.51.100.20","callerSuppliedUserAgent":"curl/8"}}{rest}}}}}"#
    )
}

fn of(auth: &str) -> Event {
    event(&entry(auth, ""))
}

fn wire(e: &Event) -> (&str, &str, WireKind) {
    let w = e.wire.as_ref().unwrap();
    (w.principal.namespace.as_str(), w.principal.id.as_str(), w.kind)
}

#[test]
fn accounts_are_told_by_subject_and_domain() {
    assert_eq!(wire(&of(r#"{"principalEmail":"Ada@example.org"}"#)), ("email", "ada@example.org", WireKind::Human));
    assert_eq!(
        wire(&of(r#"{"principalEmail":"bot@shop.iam.gserviceaccount.com"}"#)),
        ("email", "bot@shop.iam.gserviceaccount.com", WireKind::Service)
    );
    assert_eq!(wire(&of(r#"{"principalEmail":"17-compute@developer.gserviceaccount.com"}"#)).2, WireKind::Service);
    let e = of(r#"{"principalEmail":"service-17@gcf-admin-robot.iam.gserviceaccount.com"}"#);
    assert_eq!((wire(&e).2, e.human_empty), (WireKind::System, WhyEmpty::NotSupported));
    // The subject says a service account: the address is no person's.
    let e = of(r#"{"principalEmail":"ada@example.org","principalSubject":"serviceAccount:ada@example.org"}"#);
    assert_eq!(wire(&e).2, WireKind::Service);
    let pool = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/";
    let e = of(&format!(r#"{{"principalSubject":"{pool}ada@example.org"}}"#));
    assert_eq!(wire(&e), ("email", "ada@example.org", WireKind::Human));
    let e = of(&format!(r#"{{"principalSubject":"{pool}u-17"}}"#));
    assert_eq!((wire(&e).0, wire(&e).2), ("gcp", WireKind::Human));
    let e = of(
        r#"{"principalSubject":"principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo:o/r"}"#,
    );
    assert_eq!((wire(&e).0, wire(&e).2), ("gcp", WireKind::Service));
    let e = of(
        r#"{"principalSubject":"principal://agents.global.org-17.system.id.goog/resources/aiplatform/projects/1/locations/x/reasoningEngines/9"}"#,
    );
    assert_eq!(wire(&e).2, WireKind::Agent);
    assert_eq!(wire(&of(r#"{"principalSubject":"some_words"}"#)).2, WireKind::Unknown);
}

#[test]
fn nobody_stays_nobody() {
    for auth in ["{}", r#"{"principalEmail":""}"#, r#"{"principalEmail":"anonymous"}"#, "null"] {
        let e = of(auth);
        assert_eq!((e.wire, e.claims.len(), e.human_empty), (None, 0, WhyEmpty::Absent), "{auth}");
    }
    assert_eq!(of(r#"{"principalEmail":"REDACTED"}"#).human_empty, WhyEmpty::Redacted);
    let e = event(&entry("{}", r#","status":{"code":7},"authorizationInfo":[{"permission":"storage.objects.get"}]"#));
    assert_eq!((e.wire, e.outcome, e.human_empty), (None, Outcome::Denied, WhyEmpty::Redacted));
    assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
}

#[test]
fn a_chain_names_its_one_person_and_no_order_is_read_into_it() {
    let chain = |entries: &str| {
        of(&format!(
            r#"{{"principalEmail":"bot@shop.iam.gserviceaccount.com","serviceAccountDelegationInfo":[{entries}]}}"#
        ))
    };
    let ada = r#"{"firstPartyPrincipal":{"principalEmail":"ada@example.org"}}"#;
    let hop = r#"{"principalSubject":"serviceAccount:hop@shop.iam.gserviceaccount.com"}"#;
    for entries in [format!("{ada},{hop}"), format!("{hop},{ada}"), format!("{ada},{hop},{ada}")] {
        let e = chain(&entries);
        assert_eq!(wire(&e).2, WireKind::Service);
        let people: Vec<_> = e.claims.iter().filter(|c| c.role == Role::Human).collect();
        assert_eq!((people.len(), people[0].evidence), (1, EvidenceKind::K3), "{entries}");
        assert_eq!(people[0].principal, Principal::new("email", "ada@example.org"));
        assert_eq!(e.claims.iter().filter(|c| c.role == Role::Agent).count(), 1);
    }
    // Two people: both stand as rivals, so that attribution refuses.
    let two = chain(&format!(r#"{ada},{{"principalSubject":"user:bob@example.org"}}"#));
    assert_eq!(two.claims.iter().filter(|c| c.role == Role::Human).count(), 2);
    assert_eq!(chain("{}").claims, []);
    // A federated user behind the account.
    let e = of(
        r#"{"principalEmail":"bot@shop.iam.gserviceaccount.com","principalSubject":"principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ada@example.org"}"#,
    );
    assert_eq!((wire(&e).2, e.claims.len()), (WireKind::Service, 1));
    let e = of(r#"{"principalEmail":"bot@shop.iam.gserviceaccount.com","authoritySelector":"ada@example.org"}"#);
    assert_eq!((e.claims[0].evidence, e.claims[0].by), (EvidenceKind::K11, FilledBy::Caller));
}

#[test]
fn an_application_acts_for_its_user() {
    let e = of(r#"{"principalEmail":"ada@example.org","oauthInfo":{"oauthClientId":"17-x.apps.googleusercontent.com"}}"#);
    assert_eq!((wire(&e).1, wire(&e).2), ("17-x.apps.googleusercontent.com", WireKind::Delegated));
    assert_eq!((e.claims.len(), e.claims[0].principal.id.as_str()), (1, "ada@example.org"));
    let e = of(r#"{"principalEmail":"ada@example.org","oauthInfo":{"oauthClientId":"32555940559.apps.googleusercontent.com"}}"#);
    assert_eq!(wire(&e).2, WireKind::Human);
}

#[test]
fn a_permission_that_is_not_said_granted_is_not_granted() {
    let ada = r#"{"principalEmail":"ada@example.org"}"#;
    let with = |rest: &str| event(&entry(ada, rest));
    let e = with(r#","authorizationInfo":[{"permission":"p"}]"#);
    assert_eq!((e.outcome, e.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
    let e = with(r#","status":{},"authorizationInfo":[{"permission":"p","granted":true},{"permission":"q"}]"#);
    let decision = e.decision.unwrap();
    assert_eq!((e.outcome, decision.effect), (Outcome::Success, Some(DecisionEffect::Allow)));
    assert_eq!(decision.evaluated, [Principal::new("email", "ada@example.org")]);
    assert_eq!(with(r#","status":{"code":5}"#).outcome, Outcome::Error);
    assert_eq!(with("").outcome, Outcome::Success);
}

#[test]
fn tokens_and_keys_are_handed_out_for_an_account() {
    let text = entry(
        r#"{"principalEmail":"ada@example.org"}"#,
        r#","request":{"name":"projects/-/serviceAccounts/bot@shop.iam.gserviceaccount.com","lifetime":"600s","scope":["s1","s2"]}"#,
    )
    .replace("storage.objects.get", "GenerateAccessToken");
    let e = event(&text);
    let issued = e.issued.unwrap();
    assert_eq!((e.kind, e.scope.len(), e.token), (EventKind::Token, 2, None));
    assert_eq!(issued.principal, Some(Principal::new("email", "bot@shop.iam.gserviceaccount.com")));
    assert_eq!(issued.expires, Time::parse("2026-03-02T10:10:00Z"));
    let refused = event(&text.replace(r#""lifetime""#, r#""x":1},"status":{"code":7},"y":{"z""#));
    assert_eq!((refused.outcome, refused.issued), (Outcome::Denied, None));

    let text = entry(
        r#"{"principalEmail":"ada@example.org"}"#,
        r#","response":{"name":"projects/shop/serviceAccounts/bot@shop.iam.gserviceaccount.com/keys/k9"}"#,
    )
    .replace("storage.objects.get", "google.iam.admin.v1.CreateServiceAccountKey");
    let made = event(&text).issued.unwrap().credential;
    let used = of(
        r#"{"principalEmail":"bot@shop.iam.gserviceaccount.com","serviceAccountKeyName":"//iam.googleapis.com/projects/shop/serviceAccounts/bot@shop.iam.gserviceaccount.com/keys/k9"}"#,
    );
    assert_eq!((made.kind, Some(made)), (CredentialKind::LongLived, used.credential));
}

#[test]
fn the_end_of_an_operation_is_no_second_call() {
    let ada = r#"{"principalEmail":"ada@example.org"}"#;
    let of = |operation: &str| event(&entry(ada, "").replacen('{', &format!(r#"{{"operation":{operation},"#), 1)).kind;
    assert_eq!(of(r#"{"id":"op","first":true}"#), EventKind::Call);
    assert_eq!(of(r#"{"id":"op","last":true}"#), EventKind::Context);
    assert_eq!(of(r#"{"id":"op","first":true,"last":true}"#), EventKind::Call);
}

#[test]
fn a_cluster_speaks_in_the_words_of_kubernetes() {
    let text = entry(r#"{"principalEmail":"system:serviceaccount:shop:api"}"#, "")
        .replace("storage.googleapis.com", "k8s.io")
        .replace("storage.objects.get", "io.k8s.core.v1.pods.exec.create")
        .replace("projects/_/buckets/b/objects/o", "core/v1/namespaces/shop/pods/p1/exec");
    let e = event(&text);
    assert_eq!((e.service.as_deref(), e.action.as_deref()), (Some("kubernetes"), Some("create")));
    assert_eq!((e.resource.as_deref(), wire(&e).0), (Some("pods/exec/shop/p1"), "k8s"));
    assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[text.as_bytes()]).name(), NAME);
}

#[test]
fn every_container_reads_like_the_log() {
    let plain = entry(r#"{"principalEmail":"ada@example.org"}"#, "");
    let encoded = base64::engine::general_purpose::STANDARD.encode(&plain);
    let registry = registry(Vec::new());
    for text in [
        plain.clone(),
        plain.replace("protoPayload", "protopayload").replace("callerIp", "callerIP").replace("@type", "at_sign_type"),
        plain.replace("protoPayload", "protopayload_auditlog"),
        plain
            .replace(r#""protoPayload":"#, r#""proto_payload":{"audit_log":"#)
            .replace("authenticationInfo", "authentication_info")
            .replace("principalEmail", "principal_email")
            .replace("requestMetadata", "request_metadata")
            .replace("callerIp", "caller_ip")
            + "}",
        format!(r#"{{"message":{{"data":"{encoded}","messageId":"1"}},"subscription":"s"}}"#),
        format!(r#"{{"data":{plain},"publish_time":1}}"#),
    ] {
        let found = registry.detect(&Form::Lines, &[text.as_bytes()]);
        assert_eq!(found.name(), NAME, "{text} {}", found.why);
        let e = event(&text);
        assert_eq!(wire(&e).1, "ada@example.org", "{text}");
        assert_eq!(e.source_ip.as_deref(), Some("198.51.100.20"), "{text}");
    }
    let header = ["insertId", "timestamp", "logName", "protoPayload.methodName", "protoPayload.authenticationInfo.principalEmail", "protoPayload.authorizationInfo"];
    let form = Form::Csv { delimiter: b',', header: header.iter().map(|h| h.to_string()).collect() };
    let row = br#"i1,2026-03-02T10:00:00Z,projects/p/logs/cloudaudit.googleapis.com%2Factivity,storage.objects.get,ada@example.org,"[{""permission"":""p"",""granted"":true}]""#;
    let found = registry.detect(&form, &[row]);
    assert_eq!(found.name(), NAME, "{}", found.why);
    match understand_chunk(SOURCE, &form, row, &Hints::none()).remove(0).2 {
        Ok(Understood::Event(e)) => assert_eq!((wire(&e).1, e.outcome), ("ada@example.org", Outcome::Success)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_log_entries_are_losses_and_no_files_of_ours() {
    let other = r#"{"insertId":"i","logName":"projects/p/logs/stdout","timestamp":"2026-03-02T10:00:00Z","textPayload":"hello","resource":{"type":"k8s_container"}}"#;
    assert!(understood(other).unwrap_err().detail.contains("protoPayload"));
    assert_eq!(registry(Vec::new()).detect(&Form::Lines, &[other.as_bytes()]).name(), "unknown");
    let request = r#"{"protoPayload":{"@type":"type.googleapis.com/google.appengine.logging.v1.RequestLog","method":"GET"}}"#;
    assert!(understood(request).unwrap_err().detail.contains("AuditLog"));
}
