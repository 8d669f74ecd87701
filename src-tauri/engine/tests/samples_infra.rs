//! Real exports of secrets stores, data platforms, identity providers, AI providers, gateways and rosters through reading
//! and sources, where samples lie beside the repository; skipped elsewhere.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::case::{Case, verify};
use behalf_engine::model::{Claim, Event, EventKind, EvidenceKind, WireKind};
use behalf_engine::read::Form;
use behalf_engine::sources::{Hints, Understood, registry, understand_chunk};
use fixtures::import;

/// A folder named `shared` above the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

#[test]
fn each_sample_is_read_by_its_source_and_accounted_for() {
    let Some(samples) = shared("samples") else { return };
    // File, source, records read, records rejected.
    let table: &[(&str, &str, u64, u64)] = &[
        ("databricks/panther_databricks.ndjson", "databricks", 161, 0),
        ("auth0/panther_auth0.ndjson", "auth0", 50, 0),
        ("teleport/panther_gravitational_teleport.ndjson", "teleport", 21, 0),
        ("mcp_gateway/teleport_mcp_sessions.ndjson", "teleport", 4, 0),
        ("snowflake/appomni_snowflake.json", "snowflake", 26, 0),
        // Two shortened rows of grants lack the privilege.
        ("snowflake/panther_snowflake.ndjson", "snowflake", 28, 2),
        ("ai_provider_audit/panther_anthropic.ndjson", "anthropic_audit", 27, 0),
        ("ai_provider_audit/panther_openai.ndjson", "openai_audit", 24, 0),
        ("ai_provider_audit/panther_aws_bedrockmodelinvocation.ndjson", "bedrock_invocation", 6, 0),
        ("identity_okta_users/okta_auth_js_user.json", "okta_users", 1, 0),
        ("identity_scim/rfc7643_user.json", "scim_users", 1, 0),
        ("identity_aws_iam/credential_report_fixture.csv", "aws_credential_report", 2, 0),
        ("tokens/agentcore_jwt_claims.json", "token_records", 1, 0),
        ("tokens/okta_id_jag_illustrative.json", "token_records", 1, 0),
        ("tokens/rfc8693_act_claims.json", "token_records", 2, 0),
    ];
    let mut wrong = Vec::new();
    for (file, source, read, rejected) in table {
        let mut case = Case::in_memory().unwrap();
        let report = import(&mut case, &[samples.join(file)], &[], 1);
        let found = &report.files[0];
        println!(
            "{file}: {} ({}), read {}, kept {}, duplicates {}, rejected {}",
            found.format, found.why, found.read, found.kept, found.duplicates, found.rejected
        );
        assert_eq!(found.read, found.kept + found.duplicates + found.rejected, "{file}");
        if (found.format.as_str(), found.read, found.rejected) != (*source, *read, *rejected) {
            wrong.push(format!("{file}: {} {} {}", found.format, found.read, found.rejected));
        }
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new(), "{file}");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The events of a file of one record a line, by the source that recognises it.
fn events(file: &Path) -> Vec<Event> {
    let text = std::fs::read(file).unwrap();
    let lines: Vec<Vec<u8>> = match serde_json::from_slice::<Vec<serde_json::Value>>(&text) {
        Ok(array) => array.iter().map(|v| serde_json::to_vec(v).unwrap()).collect(),
        Err(_) => text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec).collect(),
    };
    of_records(&lines)
}

fn of_records(lines: &[Vec<u8>]) -> Vec<Event> {
    let (registry, hints) = (registry(Vec::new()), Hints::default());
    let first: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    let source = registry.detect(&Form::Lines, &first).source.unwrap();
    let mut found = Vec::new();
    for line in lines {
        for (_, _, understood) in understand_chunk(source, &Form::Lines, line, &hints) {
            if let Ok(Understood::Event(event)) = understood {
                found.push(*event);
            }
        }
    }
    found
}

type Counts<T> = BTreeMap<T, usize>;

fn kinds(events: &[Event]) -> Counts<EventKind> {
    let mut counts = BTreeMap::new();
    events.iter().for_each(|e| *counts.entry(e.kind).or_default() += 1);
    counts
}

fn wires(events: &[Event]) -> Counts<Option<WireKind>> {
    let mut counts = BTreeMap::new();
    events.iter().for_each(|e| *counts.entry(e.wire.as_ref().map(|w| w.kind)).or_default() += 1);
    counts
}

#[test]
fn actors_of_each_sample() {
    let Some(samples) = shared("samples") else { return };
    let read = |file: &str| {
        let events = events(&samples.join(file));
        println!("{file}: {:?} {:?}", kinds(&events), wires(&events));
        for event in &events {
            let names = event.wire.iter().map(|w| &w.principal).chain(event.claims.iter().map(|c| &c.principal));
            for principal in names {
                assert!(!principal.is_empty() && !principal.id.starts_with("XXX"), "{file}: {event:?}");
            }
            // The caller's own word is never more than that.
            let by_caller = |c: &&Claim| c.by == behalf_engine::model::FilledBy::Caller;
            assert!(event.claims.iter().filter(by_caller).all(|c| c.evidence == EvidenceKind::K11), "{file}");
        }
        events
    };

    let databricks = read("databricks/panther_databricks.ndjson");
    // Shared data and a refused sign-in say nobody.
    assert_eq!(wires(&databricks)[&None], 7);
    assert_eq!(wires(&databricks)[&Some(WireKind::Service)], 1);

    let auth0 = read("auth0/panther_auth0.ndjson");
    assert!(
        auth0.iter().filter(|e| e.action.as_deref() == Some("Create a role")).all(|e| {
            e.kind == EventKind::Call && e.wire.as_ref().is_some_and(|w| w.principal.namespace == "email")
        })
    );

    let teleport = read("teleport/panther_gravitational_teleport.ndjson");
    assert_eq!((kinds(&teleport)[&EventKind::Token], wires(&teleport)[&Some(WireKind::Service)]), (2, 2));
    let sessions = read("mcp_gateway/teleport_mcp_sessions.ndjson");
    assert_eq!(kinds(&sessions), BTreeMap::from([(EventKind::Context, 4)]));

    let snowflake = read("snowflake/appomni_snowflake.json");
    assert_eq!(kinds(&snowflake), BTreeMap::from([(EventKind::Call, 24), (EventKind::SignIn, 2)]));

    let openai = read("ai_provider_audit/panther_openai.ndjson");
    assert_eq!(wires(&openai)[&Some(WireKind::Service)], 1);
    let bedrock = read("ai_provider_audit/panther_aws_bedrockmodelinvocation.ndjson");
    assert_eq!(wires(&bedrock), BTreeMap::from([(Some(WireKind::Service), 6)]));
    // The name of a session is no person.
    assert!(bedrock.iter().all(|e| e.claims.is_empty()));
}

#[test]
fn an_agentcore_gateway_in_cloudtrail() {
    let Some(file) = shared("samples/aws_cloudtrail/awsdocs_agentcore_invoke_gateway.json") else { return };
    let whole: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let records: Vec<Vec<u8>> =
        whole["Records"].as_array().unwrap().iter().map(|r| serde_json::to_vec(r).unwrap()).collect();
    let events = of_records(&records);
    let refused = &events[0];
    assert_eq!((refused.wire.as_ref(), refused.action.as_deref()), (None, Some("bedrock-agentcore:InvokeGateway")));
    assert_eq!(refused.outcome.word(), "denied");
    let called = &events[1];
    assert_eq!((called.kind, called.action.as_deref()), (EventKind::Call, Some("SmithyTarget___ListTables")));
    // No client beside the subject, and no person: a machine's own token.
    assert_eq!(called.wire.as_ref().map(|w| w.kind), Some(WireKind::Service));
    assert_eq!((called.claims.len(), called.scope.len()), (0, 2));
}

#[test]
fn the_activity_feed_names_whom_it_names_and_nobody_else() {
    let Some(folder) = shared("realdata/panther_rule_test_events") else { return };
    let text = std::fs::read_to_string(folder.join("anthropic.jsonl")).unwrap();
    let records: Vec<Vec<u8>> = text
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap())
        .map(|v| serde_json::to_vec(&v["event"]).unwrap())
        .collect();
    let events = of_records(&records);
    let expected: Vec<BTreeMap<String, String>> = csv::Reader::from_path(folder.join("anthropic.expected.csv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect();
    assert_eq!(events.len(), expected.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (event, row) in events.iter().zip(&expected) {
        let wire = event.wire.as_ref();
        match row["actor_class"].as_str() {
            "user_actor" => {
                let wire = wire.unwrap();
                assert_eq!((wire.principal.id.as_str(), wire.kind), (row["actor"].as_str(), WireKind::Human));
            }
            "api_actor" => assert_eq!(wire.unwrap().kind, WireKind::Service),
            class => assert_eq!((class, wire), ("unauthenticated_user_actor", None)),
        }
        *counts.entry(row["actor_class"].as_str()).or_default() += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 38);
}

#[test]
fn raw_tokens_on_lines_and_alone_are_imported() {
    // {"sub":"ada@example.org","client_id":"c1","iat":1772623608,"exp":1772623908,"iss":"x"}
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJjbGllbnRfaWQiOiJjMSIsImlhdCI6MTc3MjYyMzYwOCwiZXhwIjoxNzcyNjIzOTA4LCJpc3MiOiJ4In0";
    let folder = tempfile::tempdir().unwrap();
    for (name, text, read, rejected) in [
        ("alone.jwt", format!("{token}.c2ln"), 1, 0),
        ("lines.txt", format!("{token}.b25l\n\n{token}.dHdv\n"), 2, 0),
        ("headers.log", format!("Authorization: Bearer {token}.b25l\r\nAuthorization: Bearer {token}.dHdv\r\n"), 2, 0),
        ("mixed.txt", format!("{token}.b25l\nthe next is from Tuesday\n{token}.dHdv\n"), 3, 1),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut case = Case::in_memory().unwrap();
        let report = import(&mut case, &[path], &[], 1);
        let file = &report.files[0];
        assert_eq!(
            (file.format.as_str(), file.read, file.rejected),
            ("token_records", read, rejected),
            "{name}: {}",
            file.why
        );
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    }
    let prose = folder.path().join("prose.txt");
    std::fs::write(&prose, format!("Dear reviewer,\nthis is the token: {token}.c2ln\nRegards\n")).unwrap();
    let mut case = Case::in_memory().unwrap();
    assert_eq!(import(&mut case, &[prose], &[], 1).files[0].format, "unknown");
}

/// Format, read, rejected and calls of one file.
fn imported(name: &str, text: &str) -> (String, u64, u64, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[path], &[], 1);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let calls = fixtures::answers(&case).rows.iter().filter(|r| r.kind == "call").count();
    let file = &report.files[0];
    (file.format.clone(), file.read, file.rejected, calls)
}

#[test]
fn both_halves_of_a_vault_request_are_one_call_in_each_container() {
    let half = |kind: &str, answer: &str| {
        format!(
            r#"{{"time":"2026-03-02T10:00:00Z","type":"{kind}","auth":{{"accessor":"a","display_name":"oidc-1","metadata":{{"email":"ada@example.org"}},"policies":["default","x"]}},"request":{{"id":"r1","operation":"list","path":"secret/metadata/","client_token":"t","client_token_accessor":"a"}}{answer}}}"#
        )
    };
    let halves = [half("request", ""), half("response", r#","response":{"data":{"keys":["a","b"]}}"#)];
    let pretty: Vec<String> = halves
        .iter()
        .map(|h| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(h).unwrap()).unwrap())
        .collect();
    let source = || "vault_audit".to_string();
    assert_eq!(imported("audit.log", &halves.join("\n")), (source(), 2, 0, 1));
    assert_eq!(imported("audit.json", &pretty.join("\n")), (source(), 2, 0, 1));
    assert_eq!(imported("array.json", &format!("[{}]", halves.join(","))), (source(), 2, 0, 1));
}

#[test]
fn containers_that_these_systems_are_exported_in() {
    let is = |name: &str, read, calls| (name.to_string(), read, 0, calls);
    let queries = "QUERY_ID,QUERY_TEXT,QUERY_TYPE,USER_NAME,ROLE_NAME,START_TIME,EXECUTION_STATUS,QUERY_TAG\r\nq1,\"select\n1\",SELECT,ADA,X,2026-03-02 10:00:00.000 +0000,SUCCESS,\"{\"\"run_id\"\":\"\"run-0001\"\"}\"\r\n";
    assert_eq!(imported("query_history.csv", queries), is("snowflake", 1, 1));
    let logins = "EVENT_ID,EVENT_TIMESTAMP,EVENT_TYPE,USER_NAME,CLIENT_IP,REPORTED_CLIENT_TYPE,IS_SUCCESS\n1,2026-03-02 10:00:00.000 -0700,LOGIN,ADA,192.0.2.1,OTHER,YES\n";
    assert_eq!(imported("login_history.csv", logins), is("snowflake", 1, 0));
    let grants = "CREATED_ON,DELETED_ON,ROLE,GRANTED_TO,GRANTEE_NAME,GRANTED_BY\n2026-01-02 10:00:00.000 -0700,,ANALYST,USER,ADA,SECURITYADMIN\n";
    assert_eq!(imported("grants_to_users.csv", grants), is("snowflake", 1, 0));

    let feed = r#"{"data":[{"id":"activity_1","created_at":"2026-03-02T10:00:00Z","organization_id":"o","type":"claude_chat_created","actor":{"type":"user_actor","email_address":"ada@example.org","user_id":"u"}}],"has_more":false,"first_id":"activity_1","last_id":"activity_1"}"#;
    assert_eq!(imported("page.json", feed), is("anthropic_audit", 1, 1));
    let page = r#"{"object":"list","data":[{"object":"organization.audit_log","id":"audit_log-1","type":"project.archived","effective_at":1772445600,"actor":{"type":"session","session":{"user":{"id":"u","email":"ada@example.org"}}},"project.archived":{"id":"p"}}],"has_more":true}"#;
    assert_eq!(imported("openai.json", page), is("openai_audit", 1, 1));
    let cell = "id,created_at,type,actor\nactivity_1,2026-03-02T10:00:00Z,claude_file_viewed,\"{\"\"type\"\":\"\"user_actor\"\",\"\"email_address\"\":\"\"ada@example.org\"\"}\"\n";
    assert_eq!(imported("activities.csv", cell), is("anthropic_audit", 1, 1));
    let users = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"itemsPerPage":2,"startIndex":1,"Resources":[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ada@example.org"},{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2","userName":"bob@example.org"}]}"#;
    assert_eq!(imported("users.json", users), is("scim_users", 2, 0));
    assert_eq!(
        imported("pages.ndjson", &format!("{users}\n{}\n", users.replace("\"id\":\"", "\"id\":\"x"))),
        is("scim_users", 4, 0)
    );
}
