//! Directories, rosters of systems and pairs of ids beside each other: one person, whatever the order of the files.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis;
use behalf_engine::case::Case;
use behalf_engine::identity::{Identity, Party, PartyKind, identify};
use fixtures::{Export, answers, import, lay};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";
const BEN: &str = "bbbbbbbb-2222-3333-4444-555555555555";
const APP: &str = "11111111-2222-3333-4444-555555555555";

fn export(name: &str, text: &str) -> Export {
    Export { name: name.into(), bytes: text.as_bytes().to_vec() }
}

fn directory(rows: &str) -> Export {
    export("directory.csv", &format!("id,email,name,type,status,start,end,department,aliases\n{rows}"))
}

fn entra_users(rows: &[(&str, &str)]) -> Export {
    let rows: String = rows.iter().map(|(upn, id)| format!("{upn},{upn},{id},Member,True\n")).collect();
    export("entra.csv", &format!("userPrincipalName,displayName,id,userType,accountEnabled\n{rows}"))
}

fn okta_users(users: &[Value]) -> Export {
    export("okta.json", &Value::from(users.to_vec()).to_string())
}

fn okta_user(id: &str, login: &str, status: &str, kind: &str) -> Value {
    json!({"id": id, "status": status, "created": "2020-01-26T18:12:29.000Z", "statusChanged": "2026-02-28T12:00:00.000Z",
        "profile": {"login": login, "email": login, "firstName": "A", "lastName": "L", "userType": kind}})
}

fn sign_in(id: &str, upn: &str, object: &str) -> Value {
    json!({"id": id, "createdDateTime": "2026-03-02T10:00:00Z", "appId": APP, "appDisplayName": "Portal", "userPrincipalName": upn, "userId": object,
        "isInteractive": true, "ipAddress": "198.51.100.20", "resourceDisplayName": "Microsoft Graph", "status": {"errorCode": 0}})
}

fn sign_ins(entries: &[Value]) -> Export {
    export("signins.json", &json!({ "value": entries }).to_string())
}

/// A call of Microsoft Graph, in which a person stands by object id alone.
fn graph(id: &str, object: &str) -> Export {
    let call = json!({"time": "2026-03-02T10:01:00Z", "category": "MicrosoftGraphActivityLogs", "operationName": "Microsoft Graph Activity", "tenantId": "t1",
        "properties": {"requestId": id, "requestMethod": "GET", "requestUri": "https://graph.microsoft.com/v1.0/me", "responseStatusCode": 200,
            "appId": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "userId": object, "scopes": "User.Read", "ipAddress": "198.51.100.20"}});
    export("graph.ndjson", &format!("{call}\n"))
}

/// A change in Azure, in which a person stands by address and object id.
fn azure(id: &str, upn: &str, object: &str) -> Export {
    let change = json!({"eventTimestamp": "2026-03-02T10:02:00Z", "eventDataId": id, "operationName": {"value": "Microsoft.Compute/virtualMachines/delete"},
        "status": {"value": "Succeeded"}, "caller": upn, "resourceId": "/subscriptions/s1/x",
        "claims": {"upn": upn, "http://schemas.microsoft.com/identity/claims/objectidentifier": object, "http://schemas.microsoft.com/identity/claims/scope": "user_impersonation", "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}});
    export("azure.json", &Value::from(vec![change]).to_string())
}

fn case_of(exports: &[Export]) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &lay(folder.path(), exports), &[], 1);
    for file in &report.files {
        assert_eq!((file.rejected, file.kept > 0), (0, true), "{}: {}", file.path, file.format);
    }
    analysis::analyze(&case, &()).unwrap();
    case
}

/// The identity of a case; it is the same in every order of the files.
fn identity(exports: &[Export]) -> (Case, Identity) {
    let case = case_of(exports);
    let found = identify(&case).unwrap();
    let seen = |i: &Identity| {
        let party =
            |p: &Party| format!("{:?} {} {:?} {:?} {:?} {}", p.kind, p.shown, p.status, p.end, p.name, p.rows.len());
        let mut parties: Vec<String> = i.parties.iter().skip(1).map(party).collect();
        parties.sort();
        (parties, i.notes.clone())
    };
    for turn in 1..exports.len() {
        let mut turned = exports.to_vec();
        turned.rotate_left(turn);
        // The same names for other places, so that the importer's own order changes too.
        for (n, export) in turned.iter_mut().enumerate() {
            export.name = format!("{n}-{}", export.name);
        }
        let other = case_of(&turned);
        assert_eq!(seen(&found), seen(&identify(&other).unwrap()), "turned by {turn}");
        answers(&case).agree(&answers(&other), "another order");
    }
    (case, found)
}

fn party<'a>(identity: &'a Identity, shown: &str) -> &'a Party {
    let found: Vec<&Party> = identity.parties.iter().skip(1).filter(|p| p.shown == shown).collect();
    assert_eq!(found.len(), 1, "{shown} in {:?}", identity.parties);
    found[0]
}

fn humans(case: &Case) -> Vec<(String, Option<String>, Option<String>)> {
    answers(case).rows.into_iter().map(|r| (r.id, r.human, r.refusal)).collect()
}

fn all_are(case: &Case, person: &str, ids: &[&str]) {
    let found = humans(case);
    assert_eq!(found.len(), ids.len());
    for (id, human, refusal) in found {
        assert_eq!((human.as_deref(), refusal), (Some(person), None), "{id}");
    }
}

#[test]
fn a_directory_and_rosters_of_the_same_people_are_the_same_people() {
    let (case, found) = identity(&[
        directory(
            "E1,ada@example.org,Ada,person,active,2020-01-01,,finance,github:ada\nE2,ben@example.org,Ben,person,active,,,,\n",
        ),
        entra_users(&[("Ada@example.org", ADA), ("ben@example.org", BEN)]),
        okta_users(&[okta_user("00u1", "ada@example.org", "ACTIVE", "Employee")]),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA)]),
        graph("g1", ADA),
        azure("a1", "ada@example.org", ADA),
    ]);
    all_are(&case, "ada@example.org", &["s1", "g1", "a1"]);
    let ada = party(&found, "ada@example.org");
    assert_eq!((ada.kind, ada.rows.len(), ada.department.as_deref()), (PartyKind::Person, 3, Some("finance")));
    assert_eq!(found.parties.len(), 1 + 2);
    assert_eq!(found.notes, Vec::<String>::new());
}

#[test]
fn an_address_that_two_rows_of_one_source_have_joins_nobody() {
    let (case, found) = identity(&[
        directory("E1,ada@example.org,Ada,person,active,,,,\nE2,ada@example.org,Ada,person,active,,,,\n"),
        entra_users(&[("ada@example.org", ADA)]),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA)]),
        graph("g1", ADA),
    ]);
    let said = humans(&case);
    let of = |id: &str| said.iter().find(|(i, _, _)| i == id).unwrap().1.as_deref();
    // The sign-in's address is nobody's; the object id is the roster's row alone.
    assert_eq!(of("s1"), None);
    assert!(found.notes.iter().any(|n| n.contains("ada@example.org")), "{:?}", found.notes);
    // An address of two rows of the directory does not bring them together through the roster either.
    let entra = found.parties.iter().filter(|p| p.rows.len() > 1).count();
    assert_eq!(entra, 0);
}

#[test]
fn addresses_that_would_join_two_people_join_neither() {
    // The roster's row has both people's addresses: a mail that went from one to the other.
    let user =
        json!([{"id": ADA, "userPrincipalName": "ada@example.org", "mail": "ben@example.org", "accountEnabled": true}]);
    let (_, found) = identity(&[
        directory("E1,ada@example.org,Ada,person,active,,,,\nE2,ben@example.org,Ben,person,active,,,,\n"),
        export("users.json", &user.to_string()),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA), sign_in("s2", "ben@example.org", BEN)]),
    ]);
    assert!(found.parties.iter().all(|p| p.rows.len() < 2));
    assert!(!found.notes.is_empty());
}

#[test]
fn the_directory_says_what_somebody_is_and_until_when() {
    let (_, found) = identity(&[
        directory(
            "E1,ada@example.org,Ada,person,terminated,,2026-01-31,,\nS1,robot@example.org,Robot,service,active,,,,\nE3,eve@example.org,Eve,person,active,,,,\n",
        ),
        okta_users(&[
            okta_user("00u1", "ada@example.org", "ACTIVE", "Employee"),
            okta_user("00u2", "robot@example.org", "ACTIVE", "Employee"),
            okta_user("00u3", "eve@example.org", "DEPROVISIONED", "Service Account"),
        ]),
        sign_ins(&[sign_in("s1", "robot@example.org", BEN)]),
    ]);
    let ada = party(&found, "ada@example.org");
    assert_eq!((ada.kind, ada.status.as_deref(), ada.end.is_some()), (PartyKind::Person, Some("terminated"), true));
    assert_eq!(party(&found, "robot@example.org").kind, PartyKind::Unbacked);
    // A closed account is not the end of its person, nor does another system's word make her a service.
    let eve = party(&found, "eve@example.org");
    assert_eq!((eve.kind, eve.end, eve.status.as_deref()), (PartyKind::Person, None, Some("active")));
}

#[test]
fn rosters_that_disagree_make_no_person() {
    let (case, found) = identity(&[
        entra_users(&[("robot@example.org", ADA), ("ben@example.org", BEN)]),
        okta_users(&[
            okta_user("00u1", "robot@example.org", "ACTIVE", "Service Account"),
            okta_user("00u2", "ben@example.org", "DEPROVISIONED", "Employee"),
        ]),
        sign_ins(&[sign_in("s1", "robot@example.org", ADA)]),
    ]);
    let robot = party(&found, "robot@example.org");
    assert_eq!((robot.kind, robot.rows.len()), (PartyKind::Unbacked, 2));
    assert!(found.notes.iter().any(|n| n.contains("robot@example.org")), "{:?}", found.notes);
    assert_eq!(humans(&case)[0].1, None);
    // One system closed the account, another lists it still.
    assert_eq!(party(&found, "ben@example.org").end, None);
}

#[test]
fn a_roster_exported_twice_is_one_roster() {
    let export = |status: &str| {
        let mut export = okta_users(&[okta_user("00u1", "ada@example.org", status, "Employee")]);
        export.name = format!("okta-{status}.json");
        export
    };
    let (_, found) =
        identity(&[export("ACTIVE"), export("DEPROVISIONED"), directory("E1,ada@example.org,Ada,person,,,,,\n")]);
    let ada = party(&found, "ada@example.org");
    assert_eq!((ada.kind, ada.rows.len()), (PartyKind::Person, 3));
    // The later row knows of the end, and the directory says nothing of it.
    assert_eq!((ada.end.is_some(), ada.status.as_deref()), (true, Some("deprovisioned")));
    assert_eq!(found.notes, Vec::<String>::new());
}

#[test]
fn a_number_is_one_in_its_own_system_only() {
    let scim = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "17", "userName": "ben", "active": true});
    let (_, found) = identity(&[
        directory("17,ada@example.org,Ada,person,active,,,,\n"),
        export("scim.ndjson", &format!("{scim}\n")),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA)]),
    ]);
    assert_eq!(party(&found, "ada@example.org").rows.len(), 1);
}

#[test]
fn without_a_directory_the_issuer_says_which_ids_are_one_account() {
    let (case, found) = identity(&[
        sign_ins(&[sign_in("s1", "Ada@example.org", ADA)]),
        graph("g1", &ADA.to_uppercase()),
        azure("a1", "ada@example.org", ADA),
    ]);
    all_are(&case, "ada@example.org", &["s1", "g1", "a1"]);
    assert_eq!(found.parties.iter().filter(|p| p.kind == PartyKind::Human).count(), 1);
    // With a directory that knows the address alone, the object id is hers as well.
    let (case, _) = identity(&[
        directory("E1,ada@example.org,Ada,person,active,,,,\n"),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA)]),
        graph("g1", ADA),
    ]);
    all_are(&case, "ada@example.org", &["s1", "g1"]);
}

#[test]
fn an_account_that_was_renamed_joins_neither_name() {
    let (case, found) = identity(&[
        sign_ins(&[sign_in("s1", "ada@example.org", ADA), sign_in("s2", "ada.new@example.org", ADA)]),
        graph("g1", ADA),
    ]);
    let people: Vec<Option<String>> = humans(&case).into_iter().map(|(_, human, _)| human).collect();
    assert!(people.contains(&Some(ADA.to_string())), "{people:?}");
    assert!(found.notes.iter().any(|n| n.contains("ada.new@example.org")), "{:?}", found.notes);
}

#[test]
fn a_directory_that_says_otherwise_rules_over_the_issuer() {
    let (case, found) = identity(&[
        directory(&format!(
            "E1,ada@example.org,Ada,person,active,,,,\nE2,ben@example.org,Ben,person,active,,,,entra:{ADA}\n"
        )),
        sign_ins(&[sign_in("s1", "ada@example.org", ADA)]),
        graph("g1", ADA),
    ]);
    let said = humans(&case);
    let of = |id: &str| said.iter().find(|(i, _, _)| i == id).unwrap().1.as_deref();
    assert_eq!((of("s1"), of("g1")), (Some("ada@example.org"), Some("ben@example.org")));
    assert!(found.notes.iter().any(|n| n.contains("says otherwise")), "{:?}", found.notes);
}

#[test]
fn a_guests_id_is_the_hosts_and_the_name_is_the_homes() {
    let mut guest = sign_in("s1", "ada@example.org", ADA);
    guest.as_object_mut().unwrap().insert("userType".into(), "guest".into());
    let (_, found) = identity(&[sign_ins(&[guest]), graph("g1", ADA)]);
    assert_eq!(found.parties.iter().filter(|p| p.kind == PartyKind::Human).count(), 2);
}

#[test]
fn a_token_that_nobody_checked_proves_nothing_and_an_issuers_entry_does() {
    let claims = json!({"sub": "ada@example.org", "client_id": "helper", "jti": "t1", "iat": 1772445600, "exp": 1772449200, "iss": "https://sts.example"});
    let mut entry = claims.clone();
    entry.as_object_mut().unwrap().insert("event".into(), "token.issued".into());
    let call = json!({"type": "tool", "at": "2026-03-02T10:00:10Z", "ref": "c1", "client": "helper", "mode": "svc", "token": "t1", "op": "note.append"});
    const MAPPING: &str = r#"
name = "gateway"
records = "ndjson"
kind = { from = "/type", call = ["tool"] }
detect = ["/client", "/mode"]
populated_by = "gateway"

[fields]
time = "/at"
id = "/ref"
action = "/op"
wire = "/client"
wire_kind = { from = "/mode", service = ["svc"] }
agent = { from = "/client", when = { "/mode" = ["svc"] } }
token = "/token"
"#;
    let grade = |token: &Value| {
        let given = fixtures::given(
            &[
                directory("E1,ada@example.org,Ada,person,active,,,,\nhelper,,helper,agent,active,,,,\n"),
                export("token.ndjson", &format!("{token}\n")),
                export("calls.ndjson", &format!("{call}\n")),
            ],
            &[MAPPING],
        );
        let row = answers(&given.case).rows.into_iter().find(|r| r.id == "c1").unwrap();
        (row.human, row.grade)
    };
    let ada = Some("ada@example.org".to_string());
    assert_eq!(grade(&claims), (ada.clone(), Some("B".into())));
    assert_eq!(grade(&entry), (ada, Some("A".into())));
}
