use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{EvidenceKind, Role, Time};
use crate::read::Form;

fn understood(text: &str) -> Understood {
    understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2.unwrap()
}

fn event(text: &str) -> Event {
    match understood(text) {
        Understood::Event(event) => *event,
        other => panic!("no event: {other:?}"),
    }
}

/// An API Activity of CloudTrail.
fn aws(user: &str, rest: &str) -> Event {
    event(&format!(
        r#"{{"class_uid":6003,"category_uid":6,"type_uid":600302,"time":1772445600000,"metadata":{{"uid":"e1","version":"1.3.0","product":{{"name":"CloudTrail","vendor_name":"AWS"}}}},"cloud":{{"region":"eu-west-1"}},"api":{{"operation":"GetObject","service":{{"name":"s3.amazonaws.com"}},"request":{{"uid":"r1","data":"{{\"bucketName\":\"b\",\"key\":\"k\"}}"}}}},"src_endpoint":{{"ip":"198.51.100.7"}},"status_id":1,"actor":{{"user":{user}}}{rest}}}"#
    ))
}

#[test]
fn a_rendering_of_cloudtrail_is_read_as_cloudtrail() {
    let e = aws(
        r#"{"type":"IAMUser","uid":"arn:aws:iam::123456789012:user/ada","uid_alt":"AIDA1","name":"ada","account":{"uid":"123456789012"},"credential_uid":"AKIA1"}"#,
        "",
    );
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("s3:GetObject"), Some("arn:aws:s3:::b/k")));
    let wire = e.wire.unwrap();
    assert_eq!((wire.principal.id.as_str(), wire.kind), ("arn:aws:iam::123456789012:user/ada", WireKind::Human));
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::LongLived, id: "AKIA1".into() }));
    assert_eq!((e.outcome, e.time), (Outcome::Success, Time::from_millis(1_772_445_600_000)));
    // The first schema had the ARN in `uuid`.
    let e = aws(r#"{"type":"IAMUser","uid":"AIDA1","uuid":"arn:aws:iam::123456789012:user/ada","account_uid":"123456789012"}"#, "");
    assert_eq!(e.wire.unwrap().principal.id, "arn:aws:iam::123456789012:user/ada");
}

#[test]
fn who_a_role_acts_for_stands_among_the_unmapped() {
    let role = r#"{"type":"AssumedRole","uid":"arn:aws:sts::123456789012:assumed-role/AgentRole/s1","account":{"uid":"123456789012"},"credential_uid":"ASIA1"}"#;
    for unmapped in [
        r#""userIdentity.sessionContext.sourceIdentity":"ada@example.org""#,
        r#""userIdentity":{"sessionContext":{"sourceIdentity":"ada@example.org"}}"#,
    ] {
        let e = aws(role, &format!(r#","unmapped":{{{unmapped}}}"#));
        assert_eq!(e.wire.unwrap().kind, WireKind::Service);
        assert_eq!((e.claims[0].role, e.claims[0].evidence), (Role::Human, EvidenceKind::K6));
        assert_eq!(e.claims[0].principal, Principal::new("email", "ada@example.org"));
        assert!(e.claims[0].field.starts_with("/unmapped/"));
    }
    let e = aws(role, r#","unmapped":{"userIdentity.onBehalfOf.userId":"u-1"}"#);
    assert_eq!((e.claims[0].principal.clone(), e.claims[0].evidence), (Principal::new("aws-idc", "u-1"), EvidenceKind::K3));
    assert_eq!(aws(role, "").claims, []);
}

#[test]
fn a_denial_of_aws_is_denied() {
    let text = r#"{"class_uid":6003,"category_uid":6,"time":1772445600000,"metadata":{"version":"1.5.0","product":{"name":"CloudTrail","vendor_name":"AWS"}},"api":{"operation":"GetObject","service":{"name":"s3.amazonaws.com"},"response":{"error":"AccessDenied"}},"status_id":2,"actor":{"user":{"type":"IAMUser","uid":"arn:aws:iam::1:user/a"}}}"#;
    assert_eq!(event(text).outcome, Outcome::Denied);
    assert_eq!(event(&text.replace("AccessDenied", "Throttling")).outcome, Outcome::Error);
}

#[test]
fn kubernetes_impersonation_survives_rendering() {
    let e = event(
        r#"{"class_uid":6003,"category_uid":6,"time":1772445600000,"metadata":{"version":"1.1.0","product":{"name":"Amazon EKS","vendor_name":"AWS","version":"audit.k8s.io/v1"}},"api":{"operation":"get","request":{"uid":"a1"},"response":{"code":200}},"message":"ResponseComplete","resources":[{"type":"pods","namespace":"n","name":"p"}],"actor":{"user":{"name":"system:serviceaccount:agents:helper"}},"unmapped":{"impersonatedUser.username":"ada@example.org","annotations.authorization.k8s.io/decision":"allow"}}"#,
    );
    assert_eq!((e.id.as_deref(), e.resource.as_deref()), (Some("a1"), Some("pods/n/p")));
    assert_eq!(e.claims[0].principal, Principal::new("email", "ada@example.org"));
    let decision = e.decision.unwrap();
    assert_eq!((decision.effect, decision.evaluated), (Some(DecisionEffect::Allow), vec![Principal::new("email", "ada@example.org")]));
}

fn product(vendor: &str, name: &str, rest: &str) -> String {
    format!(
        r#"{{"category_uid":3,"time":1772445600,"metadata":{{"uid":"m1","event_code":"git.push","version":"1.3.0","product":{{"name":"{name}","vendor_name":"{vendor}"}}}},{rest}}}"#
    )
}

#[test]
fn okta_and_github_and_what_github_does_not_say() {
    let e = event(&product("Okta", "Okta System Log", r#""class_uid":3002,"activity_id":1,"status_id":2,"actor":{"session":{"uid":"s1"},"user":{"uid":"00u1","type":"User","type_id":1,"name":"Ada L","email_addr":"Ada@example.org"}}"#));
    assert_eq!((e.kind, e.outcome), (EventKind::SignIn, Outcome::Denied));
    assert_eq!(e.wire.unwrap().principal, Principal::new("email", "ada@example.org"));
    assert_eq!(e.credential.unwrap().id, "s1");

    let push = |rest: &str| event(&product("GitHub", "GitHub Audit Log", &format!(r#""class_uid":6003,"actor":{{"user":{{"name":"ada","account":{{"name":"o"}}}}{rest}"#)));
    let wire = push("}").wire.unwrap();
    assert_eq!((wire.principal, wire.kind), (Principal::new("github", "ada"), WireKind::Unknown));
    assert_eq!(push(r#","session":{"uid":"1"}}"#).wire.unwrap().kind, WireKind::Human);
    let e = push(r#"},"unmapped":{"programmatic_access_type":"GitHub App user-to-server token","integration":"helper"}"#);
    assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Delegated, 2));
    let e = push(r#"},"unmapped":{"actor_is_bot":"true"}"#);
    assert_eq!(e.wire.unwrap().kind, WireKind::Service);
}

#[test]
fn other_vendors_by_the_type_of_their_user() {
    let of = |user: &str| event(&product("Example Corp", "Portal", &format!(r#""class_uid":3001,"status_id":1,"actor":{{"user":{user}}},"user":{{"uid":"target"}}"#)));
    let e = of(r#"{"uid":"u-1","type_id":1,"name":"Ada Lovelace"}"#);
    let wire = e.wire.unwrap();
    assert_eq!((wire.principal, wire.kind), (Principal::new("example-corp", "u-1"), WireKind::Human));
    assert_eq!(e.resource.as_deref(), Some("target"));
    assert_eq!(of(r#"{"uid":"u-1","type_id":3}"#).wire.unwrap().kind, WireKind::System);
    assert_eq!(of(r#"{"uid":"u-1","type":"Service"}"#).wire.unwrap().kind, WireKind::Service);
    assert_eq!(of(r#"{"uid":"u-1","type_id":0}"#).wire.unwrap().kind, WireKind::Unknown);
    for nobody in ["{}", r#"{"uid":"unknown"}"#, r#"{"name":"-"}"#] {
        assert_eq!(of(nobody).wire, None, "{nobody}");
    }
    let e = event(&product("Example Corp", "Portal", r#""class_uid":6005,"actor":{"user":{"uid":"u","type_id":1},"authorizations":[{"decision":"Deny","policy":{"name":"p"}}]}"#));
    assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
}

#[test]
fn findings_say_nothing_here_and_other_json_is_not_ours() {
    let finding = r#"{"class_uid":2004,"category_uid":2,"time":1,"metadata":{"version":"1.3.0"}}"#;
    assert_eq!(understood(finding), Understood::Kept);
    let registry = registry(Vec::new());
    assert_eq!(registry.detect(&Form::Lines, &[finding.as_bytes()]).name(), "ocsf");
    let alike = br#"{"class_uid":"x","metadata":{"version":"1"},"category":"y"}"#;
    assert_eq!(registry.detect(&Form::Lines, &[alike]).name(), "unknown");
}
