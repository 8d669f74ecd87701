use super::super::{Part, understand_chunk};
use super::*;
use crate::model::{RunId, Time};
use crate::read::Form;

fn event(text: &str) -> Event {
    let mut parts: Vec<Part> = understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default());
    match parts.pop().unwrap().2 {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

fn with(identity: &str, rest: &str) -> Event {
    event(&format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T08:45:42Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"e1","awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{identity}{rest}}}"#
    ))
}

fn wire(event: &Event) -> (String, String, WireKind) {
    let wire = event.wire.as_ref().unwrap();
    (wire.principal.namespace.clone(), wire.principal.id.clone(), wire.kind)
}

fn is(namespace: &str, id: &str, kind: WireKind) -> (String, String, WireKind) {
    (namespace.into(), id.into(), kind)
}

const SESSION: &str = r#""type":"AssumedRole","principalId":"AROAX:ada@example.org","arn":"arn:aws:sts::111122223333:assumed-role/AgentRole/ada@example.org","accountId":"111122223333","accessKeyId":"ASIA1","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/team/AgentRole","userName":"AgentRole"}"#;

#[test]
fn a_role_session_is_its_role_and_its_name_is_no_person() {
    let e = with(
        &format!("{{{SESSION}}}}}"),
        r#","resources":[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]"#,
    );
    assert_eq!(wire(&e), is("aws-role", "111122223333/AgentRole", WireKind::Service));
    assert_eq!(e.claims, []);
    assert_eq!(e.action.as_deref(), Some("s3:GetObject"));
    assert_eq!(e.resource.as_deref(), Some("arn:aws:s3:::b/k"));
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::SessionKey, id: "ASIA1".into() }));
    assert_eq!(e.decision.unwrap().evaluated, [Principal::new("aws-role", "111122223333/AgentRole")]);
    assert_eq!((e.kind, e.outcome), (EventKind::Call, Outcome::Success));
}

#[test]
fn who_stands_beside_a_session() {
    let e = with(&format!("{{{SESSION},\"sourceIdentity\":\"Bea@Example.org\"}}}}"), "");
    assert_eq!(e.claims.len(), 1);
    assert_eq!(e.claims[0].principal, Principal::new("email", "bea@example.org"));
    assert_eq!((e.claims[0].evidence, e.claims[0].by), (EvidenceKind::K6, FilledBy::Platform));
    assert_eq!(e.claims[0].field, "/userIdentity/sessionContext/sourceIdentity");

    let e = with(&format!("{{{SESSION}}},\"onBehalfOf\":{{\"userId\":\"u-1\"}}}}"), "");
    assert_eq!(
        (e.claims[0].principal.clone(), e.claims[0].evidence),
        (Principal::new("aws-idc", "u-1"), EvidenceKind::K3)
    );
    let evaluated = e.decision.unwrap().evaluated;
    assert_eq!(evaluated, [Principal::new("aws-idc", "u-1"), Principal::new("aws-role", "111122223333/AgentRole")]);

    let run = "run-c3be9ac6-3bed-44c7-be11-301915e7695d";
    let e = with(&format!("{{{SESSION},\"sourceIdentity\":\"{run}\"}}}}"), "");
    assert_eq!(e.claims, []);
    assert_eq!(e.run, Some((RunId::new(&run[4..]).unwrap(), FilledBy::Caller)));
}

#[test]
fn identity_center_sessions_are_the_person() {
    let sso = |name: &str| {
        with(
            &format!(
                r#"{{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Eng_0a/{name}","sessionContext":{{"sessionIssuer":{{"arn":"arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Eng_0a"}}}}}}"#
            ),
            "",
        )
    };
    assert_eq!(wire(&sso("Chen@example.org")), is("email", "chen@example.org", WireKind::Human));
    assert_eq!(wire(&sso("chen")), is("aws-sso", "1/chen", WireKind::Human));
    let e = with(r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"94d0"},"credentialId":"c1"}"#, "");
    assert_eq!(wire(&e), is("aws-idc", "94d0", WireKind::Human));
    assert_eq!(e.claims, []);
}

#[test]
fn kinds_of_callers() {
    let e = with(r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/bob","accessKeyId":"AKIA9"}"#, "");
    assert_eq!(wire(&e), is("aws", "arn:aws:iam::1:user/bob", WireKind::Human));
    assert_eq!(e.credential.unwrap().kind, CredentialKind::LongLived);
    assert_eq!(e.decision.unwrap().evaluated, [Principal::new("aws", "arn:aws:iam::1:user/bob")]);
    let e = with(r#"{"type":"Root","accountId":"1"}"#, "");
    assert_eq!(wire(&e), is("aws", "arn:aws:iam::1:root", WireKind::Human));
    for service in
        [r#"{"type":"AWSService","invokedBy":"backup.amazonaws.com"}"#, r#"{"invokedBy":"backup.amazonaws.com"}"#]
    {
        assert_eq!(wire(&with(service, "")), is("aws-service", "backup.amazonaws.com", WireKind::System));
    }
    let linked = r#"{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling","invokedBy":"autoscaling.amazonaws.com"}"#;
    assert_eq!(wire(&with(linked, "")).2, WireKind::System);
    assert_eq!(
        wire(&with(r#"{"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/ada"}"#, "")).1,
        "arn:aws:sts::1:federated-user/ada"
    );
    let irsa = r#"{"type":"WebIdentityUser","userName":"system:serviceaccount:agents:deploy"}"#;
    assert_eq!(wire(&with(irsa, "")), is("k8s", "system:serviceaccount:agents:deploy", WireKind::Service));
}

#[test]
fn placeholders_name_nobody() {
    let e = with(r#"{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}"#, "");
    assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Absent));
    let e = with(r#"{"type":"IAMUser","accountId":"1","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#, "");
    assert_eq!((e.wire, e.human_empty), (None, WhyEmpty::Redacted));
}

const ASSUME: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"ecs-tasks.amazonaws.com"},"eventTime":"2026-03-02T08:45:42Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::2:role/ResearchAgentRole","roleSessionName":"ada@example.org","sourceIdentity":"bea@example.org","tags":[{"key":"run_id","value":"E3C615AE43774EE8AF1F9CDC4A154C81"}]},"responseElements":RESPONSE}"#;

#[test]
fn an_issuance_hands_out_a_lease_with_its_run_and_a_refused_one_is_a_call() {
    let response = r#"{"credentials":{"accessKeyId":"ASIA7","expiration":"Mar 02, 2026, 09:00:42 AM"},"assumedRoleUser":{"arn":"arn:aws:sts::2:assumed-role/ResearchAgentRole/ada@example.org"}}"#;
    let e = event(&ASSUME.replace("RESPONSE", response));
    assert_eq!(e.kind, EventKind::Token);
    let issued = e.issued.unwrap();
    assert_eq!(issued.credential, Credential { kind: CredentialKind::SessionKey, id: "ASIA7".into() });
    assert_eq!(issued.principal, Some(Principal::new("aws-role", "2/ResearchAgentRole")));
    assert_eq!(issued.expires, Time::parse("2026-03-02T09:00:42Z"));
    let (run, by) = e.run.unwrap();
    assert_eq!((run.shown().as_str(), by), ("e3c615ae-4377-4ee8-af1f-9cdc4a154c81", FilledBy::Caller));
    // The session name is an address, and still no person; the source identity is the only claim.
    assert_eq!(e.claims.len(), 1);
    assert_eq!(e.claims[0].principal.id, "bea@example.org");

    let e = event(&ASSUME.replace("RESPONSE", r#"null,"errorCode":"AccessDenied""#));
    assert_eq!((e.kind, e.outcome, e.issued), (EventKind::Call, Outcome::Denied, None));
    assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
}

#[test]
fn tags_of_a_resource_are_no_run() {
    let e = with(
        &format!("{{{SESSION}}}}}"),
        r#","requestParameters":{"bucketName":"b","tags":[{"key":"run_id","value":"r-17"}]}"#,
    );
    assert_eq!(e.run, None);
    assert_eq!(e.resource.as_deref(), Some("arn:aws:s3:::b"));
}

#[test]
fn console_sign_ins_are_interactive_and_hide_typed_names() {
    let text = r#"{"eventVersion":"1.08","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventTime":"2026-03-02T08:45:42Z","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/bob"},"responseElements":{"ConsoleLogin":"Success"}}"#;
    let e = event(text);
    assert_eq!((e.kind, e.outcome, e.interactive), (EventKind::SignIn, Outcome::Success, true));
    assert_eq!(event(&text.replace("\"Success\"", "\"Failure\"")).outcome, Outcome::Denied);
}

#[test]
fn an_agentcore_gateway_names_its_caller_in_the_claims() {
    let gateway = |claims: &str, status: u16| {
        with(
            r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#,
            &format!(
                r#","responseElements":{{"statusCode":{status}}},"additionalEventData":{{"jwt":{{"claims":{claims}}}}}"#
            ),
        )
    };
    let e = gateway(r#"{"sub":"4ammg","scope":"a b","jti":"j1"}"#, 200);
    assert_eq!(wire(&e), is("name", "4ammg", WireKind::Service));
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "j1".into() }));
    assert_eq!((e.scope.len(), e.claims.len()), (2, 0));
    let e = gateway(r#"{"sub":"ada@example.org","client_id":"refund-agent","jti":"j2"}"#, 403);
    assert_eq!(wire(&e), is("name", "refund-agent", WireKind::Delegated));
    assert_eq!((e.claims[0].principal.id.as_str(), e.claims[0].evidence), ("ada@example.org", EvidenceKind::K3));
    assert_eq!(e.outcome, Outcome::Denied);
}

#[test]
fn what_a_gateway_was_asked_for_is_the_tool() {
    let asked = |body: &str| {
        event(&format!(
            r#"{{"eventVersion":"1.11","eventSource":"bedrock-agentcore.amazonaws.com","eventName":"InvokeGateway","eventTime":"2026-03-02T08:45:42Z","userIdentity":{{"type":"AWSAccount","principalId":"","accountId":"anonymous"}},"requestParameters":{{"body":{body}}},"additionalEventData":{{"jwt":{{"claims":{{"sub":"00u1","email":"ada@example.org","email_verified":false,"client_id":"agent-1"}}}}}}}}"#
        ))
    };
    let e = asked(r#"{"method":"tools/call","params":{"name":"Orders___Refund","arguments":"REDACTED"}}"#);
    assert_eq!((e.kind, e.action.as_deref()), (EventKind::Call, Some("Orders___Refund")));
    assert_eq!(e.service.as_deref(), Some("bedrock-agentcore"));
    // An address that its issuer did not verify is nobody's.
    assert_eq!(e.claims[0].principal, Principal::new("name", "00u1"));
    let e = asked(r#"{"method":"initialize","params":{"name":"x"}}"#);
    assert_eq!(e.action.as_deref(), Some("bedrock-agentcore:InvokeGateway"));
}

#[test]
fn wrapped_and_recased_copies_read_the_same() {
    let inner = r#"{"eventversion":"1.08","eventsource":"s3.amazonaws.com","eventname":"GetObject","eventtime":"2026-03-02T08:45:42Z","useridentity":{"TYPE":"Root","accountid":"1"}}"#;
    let plain = event(inner);
    assert_eq!(plain.time, Time::parse("2026-03-02T08:45:42Z"));
    let lookup = serde_json::json!({"EventId": "x", "CloudTrailEvent": inner}).to_string();
    assert_eq!(event(&lookup).wire, plain.wire);
    assert_eq!(event(&format!(r#"{{"detail-type":"AWS API Call via CloudTrail","detail":{inner}}}"#)).wire, plain.wire);
}

#[test]
fn torn_lookups_are_losses() {
    let parts =
        |text: &str| understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2;
    assert!(parts(r#"{"EventId":"x","CloudTrailEvent":"{\"eventSource\":"}"#).is_err());
    assert!(parts(r#"{"hello":1}"#).is_err());
}
