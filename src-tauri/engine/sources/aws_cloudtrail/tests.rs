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

fn table(header: &str, row: &str) -> Result<Event, NotUnderstood> {
    let form = Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() };
    let registry = super::super::registry(Vec::new());
    let found = registry.detect(&form, &[row.as_bytes()]);
    assert_eq!(found.name(), NAME, "{}", found.why);
    match understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::default()).pop().unwrap().2? {
        Understood::Event(event) => Ok(*event),
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn results_of_athena_read_like_the_log() {
    const HEADER: &str = "eventversion,useridentity,eventtime,eventsource,eventname,awsregion,errorcode,requestparameters,eventid,readonly";
    let of = |identity: &str, error: &str| {
        table(
            HEADER,
            &format!(
                r#"1.09,"{identity}",2026-03-02T08:45:42Z,s3.amazonaws.com,GetObject,eu-west-1,{error},"{{""bucketName"":""b"",""key"":""k""}}",e1,true"#
            ),
        )
    };
    let session = "{type=AssumedRole, principalid=AROAX:ada@example.org, arn=arn:aws:sts::1:assumed-role/AgentRole/ada@example.org, accountid=1, accesskeyid=ASIA1, username=null, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer={type=Role, arn=arn:aws:iam::1:role/AgentRole}}}";
    let e = of(session, "").unwrap();
    assert_eq!(wire(&e), is("aws-role", "1/AgentRole", WireKind::Service));
    assert_eq!((e.outcome, e.resource.as_deref(), e.claims.len()), (Outcome::Success, Some("arn:aws:s3:::b/k"), 0));
    assert_eq!(e.credential.unwrap().id, "ASIA1");
    let e = of(r#"{""type"":""IAMUser"",""arn"":""arn:aws:iam::1:user/bob""}"#, "AccessDenied").unwrap();
    assert_eq!((wire(&e), e.outcome), (is("aws", "arn:aws:iam::1:user/bob", WireKind::Human), Outcome::Denied));
    // A name that breaks out of its place, or an identity that is no value: lost with a reason, and nobody is named.
    let forged = "{type=IAMUser, arn=arn:aws:iam::1:user/eve, arn=arn:aws:iam::1:user/bob}";
    assert_eq!(of(forged, "").unwrap_err().code, crate::model::LossCode::BrokenRecord);

    let flat = "eventsource,eventname,eventtime,useridentity_type,useridentity_arn,useridentity_sessioncontext_sourceidentity,eventid";
    let e = table(flat, "s3.amazonaws.com,GetObject,2026-03-02T08:45:42Z,AssumedRole,arn:aws:sts::1:assumed-role/R/s,bea@example.org,e1").unwrap();
    assert_eq!((wire(&e).1.as_str(), e.claims[0].principal.id.as_str()), ("1/R", "bea@example.org"));
    // Without a column for errors nothing says that it went well.
    assert_eq!((e.outcome, e.decision), (Outcome::Unknown, None));
}

#[test]
fn the_event_history_has_names_that_are_no_identities() {
    const HEADER: &str = "Event name,Event time,User name,Event source,Resource type,Resource name,AWS access key,AWS region,Error code,Event ID,Recipient account ID";
    let of = |user: &str, key: &str, account: &str| {
        let row = format!(
            r#"PutObject,"July 10, 2023, 14:05:00 (UTC+02:00)",{user},s3.amazonaws.com,AWS::S3::Bucket,reports,{key},eu-west-1,-,e1,{account}"#
        );
        table(HEADER, &row).unwrap()
    };
    // The name of a session, which its caller chose.
    let e = of("ada@example.org", "ASIA1", "1");
    assert_eq!(wire(&e), is("aws-name", "ada@example.org", WireKind::Unknown));
    assert_eq!((e.time, e.outcome), (Time::parse("2023-07-10T12:05:00Z"), Outcome::Success));
    assert_eq!((e.resource.as_deref(), e.action.as_deref()), (Some("reports"), Some("s3:PutObject")));
    assert_eq!(e.credential.unwrap().kind, CredentialKind::SessionKey);
    assert_eq!(wire(&of("bob", "AKIA1", "1")), is("aws", "arn:aws:iam::1:user/bob", WireKind::Human));
    assert_eq!(wire(&of("bob", "AKIA1", "")), is("aws-name", "bob", WireKind::Unknown));
    assert_eq!(of("-", "-", "1").wire, None);
}

#[test]
fn identities_that_a_script_printed() {
    const HEADER: &str =
        "Event Type,Event Name,User ID,Request Parameters,Event ID,Event DateTime,Source IP,Request User Agent";
    let of = |identity: &str| {
        table(
            HEADER,
            &format!(
                r#"AwsApiCall,ListObjects,"{identity}","{{'bucketName': 'b', 'Host': 'b.s3.amazonaws.com'}}",e1,2026-03-02T08:45:42Z,198.51.100.4,Boto3/1.17"#
            ),
        )
        .unwrap()
    };
    let e = of("{'type': 'AWSAccount', 'principalId': '', 'accountId': 'ANONYMOUS_PRINCIPAL'}");
    assert_eq!((e.wire, e.human_empty, e.outcome), (None, WhyEmpty::Absent, Outcome::Unknown));
    assert_eq!((e.action.as_deref(), e.resource.as_deref()), (Some("s3:ListObjects"), Some("arn:aws:s3:::b")));
    assert_eq!((e.source_ip.as_deref(), e.user_agent.as_deref()), (Some("198.51.100.4"), Some("Boto3/1.17")));
    let e = of("{'type': 'AWSAccount', 'principalId': 'AIDA1', 'accountId': '2'}");
    assert_eq!(wire(&e), is("aws", "AIDA1", WireKind::Unknown));
}

#[test]
fn a_table_of_another_log_is_no_trail() {
    let form = |header: &str| Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() };
    let registry = super::super::registry(Vec::new());
    let header = form("Event name,Event ID,User ID,Request Parameters");
    assert_ne!(registry.detect(&header, &[b"login,1,ada,x"]).name(), NAME);
    let header = form("Event name,Event ID,User name,Event source");
    assert_ne!(registry.detect(&header, &[b"login,1,ada,portal"]).name(), NAME);
}
