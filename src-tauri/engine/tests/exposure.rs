//! How far a credential reached: a token with what was exchanged for it, a key with its role sessions, a pasted secret.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use behalf_engine::ask::agent::agent;
use behalf_engine::ask::exposure::{Exposure, exposure, exposure_of_secret};
use behalf_engine::case::Case;
use behalf_engine::model::{Deed, Time};
use behalf_engine::review;
use desk::*;
use fixtures::{Export, given};
use sha2::{Digest, Sha256};

fn at(text: &str) -> Option<Time> {
    Time::parse(text)
}

fn of(case: &Case, id: &str) -> Exposure {
    exposure(case, id, None).unwrap()
}

/// A token, one exchanged for it, and one for that; calls with each.
fn exchanged() -> fixtures::Given {
    let tokens = [
        token("t1", "ada", HELPER),
        token("t2", "ada", r#","act":{"sub":"scout"},"parent_jti":"t1""#),
        token("t3", "ada", r#","act":{"sub":"scout"},"parent_jti":"t2""#),
        token("t9", "bo", HELPER),
    ]
    .concat();
    let calls = [
        delegated("c1", "02T10:00:00", "t1"),
        delegated("c2", "02T10:10:00", "t1").with("host", "h2"),
        delegated("c3", "02T10:20:00", "t2").with("as", "scout").with("do", "refund.read"),
        delegated("c4", "02T10:30:00", "t3").with("as", "scout").with("on", "order/8").with("ok", "n"),
        delegated("c5", "02T10:40:00", "t9").with("for", "bo@fern.example"),
    ];
    world(&calls, &[("tokens.ndjson", &tokens), ("assets.csv", ASSETS)])
}

#[test]
fn a_token_answers_with_its_uses_and_everything_that_was_exchanged_for_it() {
    let given = exchanged();
    let found = exposure(&given.case, "t1", at("2026-03-02T10:05:00Z")).unwrap();
    assert_eq!((found.uses, found.derived_uses, found.before, found.after), (2, 2, 1, 3));
    assert_eq!(found.first.as_deref(), Some("2026-03-02T10:00:00Z"));
    assert_eq!(found.last_derived.as_deref(), Some("2026-03-02T10:30:00Z"));
    let derived: Vec<(&str, &str, u32, u32)> =
        found.derived.iter().map(|d| (d.id.as_str(), d.from.as_str(), d.depth, d.uses)).collect();
    assert_eq!(derived, [("t2", "t1", 1, 1), ("t3", "t2", 2, 1)]);
    let agents: Vec<(&str, u32)> = found.by_agent.iter().map(|p| (p.name.as_str(), p.uses)).collect();
    assert_eq!(agents, [("helper", 2), ("scout", 2)]);
    assert_eq!(found.people.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["ada@fern.example"]);
    let touched: Vec<(&str, &str, &str, u32, u32)> = found
        .touched
        .iter()
        .map(|t| (t.effect.as_str(), t.data_class.as_str(), t.action.as_str(), t.calls, t.without_effect))
        .collect();
    assert_eq!(
        touched,
        [("change", "financial", "refund.create", 3, 1), ("read", "unrated", "refund.read", 1, 0)],
        "what was changed before what was read"
    );
    // The token of another person is not among them, whoever used it.
    assert!(found.calls.iter().all(|c| c.id != "c5"));
    assert!(found.cannot_see.iter().any(|s| s.contains("nothing can be said of uses before and after")));
}

#[test]
fn a_circle_of_exchanges_ends_and_an_unknown_id_is_no_proof_of_disuse() {
    let tokens = [token("t1", "ada", r#","parent_jti":"t2""#), token("t2", "ada", r#","parent_jti":"t1""#)].concat();
    let given = world(&[delegated("c1", "02T10:00:00", "t2")], &[("tokens.ndjson", &tokens)]);
    let found = of(&given.case, "t1");
    assert_eq!((found.uses, found.derived_count, found.derived_uses), (0, 1, 1));
    let none = of(&given.case, "no-such-token");
    assert!(none.found.is_empty() && none.sentence.contains("no proof that it was not used"));
}

#[test]
fn uses_after_the_end_and_after_a_revocation_are_counted() {
    let revoked = r#"{"event":"token.revoked","time":"2026-03-02T10:30:00Z","jti":"t1","sub":"ada@fern.example","revoked_at":"2026-03-02T10:30:00Z"}"#;
    let tokens = token("t1", "ada", HELPER) + revoked + "\n";
    let calls = [
        delegated("c1", "02T10:00:00", "t1"),
        delegated("c2", "02T10:45:00", "t1"),
        delegated("c3", "02T12:00:00", "t1"),
    ];
    let found = of(&world(&calls, &[("tokens.ndjson", &tokens)]).case, "t1");
    assert_eq!((found.uses, found.after_expiry), (3, 1));
    assert_eq!((found.revoked.as_deref(), found.after_revocation), (Some("2026-03-02T10:30:00Z"), 2));
}

const TRAIL: &str = r#"{"Records":[
{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"ada","arn":"arn:aws:iam::111122223333:user/ada","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE"},"eventTime":"2026-03-02T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2","requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/Ops","roleSessionName":"s"},"responseElements":{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPL1","expiration":"Mar 2, 2026 11:00:00 AM"},"assumedRoleUser":{"arn":"arn:aws:sts::111122223333:assumed-role/Ops/s"}},"eventID":"e1","eventType":"AwsApiCall","recipientAccountId":"111122223333"},
{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Ops/s","accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPL1","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/Ops","accountId":"111122223333","userName":"Ops"}}},"eventTime":"2026-03-02T10:05:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.9","userAgent":"aws-cli/2","requestParameters":{"userName":"backup"},"responseElements":{"accessKey":{"userName":"backup","accessKeyId":"AKIAIOSFODNN7EXAMPL2","status":"Active"}},"eventID":"e2","eventType":"AwsApiCall","recipientAccountId":"111122223333"},
{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"backup","arn":"arn:aws:iam::111122223333:user/backup","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPL2"},"eventTime":"2026-03-05T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.8","userAgent":"aws-cli/2","requestParameters":{"bucketName":"b","key":"k"},"responseElements":null,"resources":[{"ARN":"arn:aws:s3:::b/k","type":"AWS::S3::Object"}],"eventID":"e3","eventType":"AwsApiCall","recipientAccountId":"111122223333"}
]}"#;

fn trail() -> fixtures::Given {
    let networks = "cidr,label,environment\n203.0.113.0/24,abroad,unknown\n";
    let files = [("trail.json", TRAIL), ("networks.csv", networks)];
    let files = files.map(|(name, text)| Export { name: name.into(), bytes: text.as_bytes().to_vec() });
    given(&files, &[])
}

#[test]
fn a_key_answers_with_its_role_sessions_and_the_keys_that_they_made() {
    let given = trail();
    let found = of(&given.case, "AKIAIOSFODNN7EXAMPLE");
    let derived: Vec<(&str, &str, u32, u32)> =
        found.derived.iter().map(|d| (d.id.as_str(), d.kind.as_str(), d.depth, d.uses)).collect();
    assert_eq!(derived, [("ASIAIOSFODNN7EXAMPL1", "session_key", 1, 1), ("AKIAIOSFODNN7EXAMPL2", "long_lived", 2, 1)]);
    assert_eq!((found.uses, found.derived_uses), (1, 2));
    let networks: Vec<&str> = found.by_network.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(networks, ["192.0.2.0/24", "198.51.100.0/24", "abroad"]);
    assert!(found.touched.iter().any(|t| t.action == "s3:GetObject" && t.effect == "read"));
    // The account leads to the same keys.
    let account = of(&given.case, "arn:aws:iam::111122223333:user/ada");
    assert_eq!((account.found[0].kind.as_str(), account.uses, account.derived_count), ("account", 1, 2));
}

#[test]
fn a_pasted_secret_is_found_by_its_hash_logged_as_an_act_and_kept_nowhere() {
    let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let hash = base64(&Sha256::digest(secret.as_bytes()));
    let record = format!(
        r#"[{{"@timestamp":1772409601000,"_document_id":"d1","action":"git.push","actor":"ada","actor_is_bot":false,"org":"fern","repo":"fern/app","programmatic_access_type":"Personal access token (classic)","hashed_token":"{hash}","token_id":59638,"user_agent":"git/2.47"}}]"#
    );
    let folder = tempfile::tempdir().unwrap();
    let paths = fixtures::lay(folder.path(), &[Export { name: "github.json".into(), bytes: record.into_bytes() }]);
    let place = folder.path().join("c.behalf");
    let mut case = Case::create(&place, Time(0)).unwrap();
    fixtures::import(&mut case, &paths, &[], 1);
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let (found, deed) = exposure_of_secret(&case, &format!("{secret}\n"), None).unwrap();
    assert_eq!((found.uses, found.found[0].id.as_str()), (1, hash.as_str()));
    let Deed::Searched(searched) = &deed else { panic!("a search") };
    assert_eq!(searched.found, [hash]);
    review::append(&case, Time(1), "ada@example.org", deed.clone()).unwrap();
    assert_eq!(review::check(&case).unwrap(), Vec::<String>::new());
    assert_eq!(case.acts().unwrap().len(), 1);
    assert!(!serde_json::to_string(&found).unwrap().contains(secret));
    drop(case);
    for file in std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{}", file.display());
    }
}

#[test]
fn a_secret_that_no_source_records_comparably_is_said_not_to_be_found_out() {
    let (found, deed) = exposure_of_secret(&trail().case, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None).unwrap();
    assert!(found.found.is_empty() && found.sentence.contains("no proof"));
    assert!(matches!(deed, Deed::Searched(s) if s.found.is_empty()));
}

#[test]
fn an_agents_sheet_tells_rights_used_and_unused_people_credentials_and_what_cannot_be_undone() {
    let rights = format!("{RIGHTS}helper,refund.create,*,allow,,,\nhelper,account.delete,*,allow,,,\n");
    let assets = "action,resource,data_class,effect,approval_required\nrefund.create,*,financial,irreversible,no\naccount.delete,*,personal,irreversible,no\n";
    let tokens = token("t1", "ada", HELPER);
    let calls = [delegated("c1", "02T10:00:00", "t1"), delegated("c2", "02T10:10:00", "t1").with("ok", "n")];
    let context = [("entitlements.csv", rights.as_str()), ("assets.csv", assets), ("tokens.ndjson", &tokens)];
    let sheet = agent(&world(&calls, &context).case, "helper").unwrap();
    assert_eq!((sheet.rights_used, sheet.rights_unused), (1, 1));
    let hard: Vec<(&str, bool, u32, u32)> =
        sheet.irreversible.iter().map(|i| (i.action.as_str(), i.reachable, i.calls, i.done)).collect();
    assert_eq!(hard, [("account.delete", true, 0, 0), ("refund.create", true, 2, 1)]);
    assert_eq!((sheet.people[0].person.as_str(), sheet.people[0].by.len() > 1), ("ada@fern.example", true));
    assert_eq!((sheet.credentials_count, sheet.credentials[0].id.as_str(), sheet.credentials[0].uses), (1, "t1", 2));
    let classes: Vec<(&str, bool, u32)> =
        sheet.data.iter().map(|d| (d.data_class.as_str(), d.reachable, d.changed)).collect();
    assert_eq!(classes, [("financial", true, 2), ("personal", true, 0)]);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
