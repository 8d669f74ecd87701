//! Calls in Microsoft's logs, the sign-ins that brought their tokens, and the roster: invented, through the whole corridor.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis;
use behalf_engine::ask::attributions::AttributionRow;
use behalf_engine::case::Case;
use fixtures::{Export, answers, import, lay};

const APP: &str = "11111111-2222-3333-4444-555555555555";
const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";
/// One token: as its own `uti`, and as the sign-in log writes it, base64 of the GUID's text.
const UTI: &str = "m5pWaRnoFUyp2TbSCAAAAA";
const SIGNED: &str = "Njk1NjlhOWItZTgxOS00YzE1LWE5ZDktMzZkMjA4MDAwMDAw";

fn file(name: &str, text: String) -> Export {
    Export { name: name.into(), bytes: text.into_bytes() }
}

fn sign_in() -> Export {
    file(
        "signins.json",
        format!(
            r#"[{{"id":"s1","createdDateTime":"2026-03-02T09:59:00Z","appId":"{APP}","userPrincipalName":"ada@fern.example","userId":"{ADA}","isInteractive":false,"resourceDisplayName":"Microsoft Graph","uniqueTokenIdentifier":"{SIGNED}","status":{{"errorCode":0}}}}]"#
        ),
    )
}

fn azure() -> Export {
    file(
        "activity.json",
        format!(
            r#"[{{"authorization":{{"action":"Microsoft.Compute/disks/delete"}},"caller":"ada@fern.example","claims":{{"appid":"{APP}","http://schemas.microsoft.com/identity/claims/objectidentifier":"{ADA}","http://schemas.microsoft.com/identity/claims/scope":"user_impersonation","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"ada@fern.example","uti":"{UTI}"}},"eventDataId":"a1","eventTimestamp":"2026-03-02T10:00:00Z","operationName":{{"value":"Microsoft.Compute/disks/delete"}},"resourceId":"/subscriptions/s/d","status":{{"value":"Succeeded"}}}}]"#
        ),
    )
}

fn graph() -> Export {
    file(
        "graph.json",
        format!(
            r#"[{{"time":"2026-03-02T10:01:00Z","category":"MicrosoftGraphActivityLogs","properties":{{"requestId":"g1","requestMethod":"GET","requestUri":"https://graph.microsoft.com/v1.0/me","responseStatusCode":200,"appId":"{APP}","userId":"{ADA}","scopes":"User.Read","signInActivityId":"{UTI}"}}}}]"#
        ),
    )
}

fn roster() -> Export {
    file(
        "users.json",
        format!(
            r#"{{"value":[{{"id":"{ADA}","userPrincipalName":"ada@fern.example","displayName":"Ada","accountEnabled":true}},{{"id":"sp1","appId":"{APP}","displayName":"Helper","servicePrincipalType":"ServiceIdentity"}}]}}"#
        ),
    )
}

fn directory() -> Export {
    file(
        "directory.csv",
        format!("id,email,name,type,client_ids\nE1,ada@fern.example,Ada,person,\nhelper,,Helper,agent,{APP}\n"),
    )
}

fn answered(exports: &[Export]) -> Vec<AttributionRow> {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::in_memory().unwrap();
    let paths = lay(folder.path(), exports);
    import(&mut case, &paths, &[], 1);
    analysis::analyze(&case, &()).unwrap();
    answers(&case).rows
}

fn row<'a>(rows: &'a [AttributionRow], id: &str) -> &'a AttributionRow {
    rows.iter().find(|r| r.id == id).unwrap()
}

#[test]
fn a_token_joins_the_call_to_its_sign_in() {
    let with = answered(&[sign_in(), azure(), directory()]);
    let call = row(&with, "a1");
    assert_eq!((call.human.as_deref(), call.grade.as_deref()), (Some("ada@fern.example"), Some("A")));
    assert_eq!(call.agent.as_deref(), Some("helper"));
    let without = answered(&[azure(), directory()]);
    assert_eq!(row(&without, "a1").grade.as_deref(), Some("B"));
    // A sign-in is not proved by the token that it brought.
    assert_eq!(row(&with, "s1").grade.as_deref(), Some("B"));
}

#[test]
fn the_roster_joins_object_ids_and_addresses() {
    let rows = answered(&[sign_in(), azure(), graph(), roster()]);
    for id in ["a1", "g1"] {
        let call = row(&rows, id);
        assert_eq!((call.human.as_deref(), call.grade.as_deref()), (Some("ada@fern.example"), Some("A")), "{call:?}");
        assert_eq!(call.agent.as_deref(), Some("sp1"), "{call:?}");
    }
}

#[test]
fn without_a_roster_nobody_else_is_named() {
    for exports in [vec![sign_in(), graph()], vec![sign_in(), graph(), directory()], vec![graph()]] {
        let rows = answered(&exports);
        let call = row(&rows, "g1");
        assert!(call.human.as_deref().is_none_or(|h| h == "ada@fern.example" || h == ADA), "{call:?}");
    }
}

#[test]
fn a_roster_beside_a_directory_names_nobody_else() {
    let rows = answered(&[sign_in(), azure(), graph(), roster(), directory()]);
    for id in ["a1", "g1"] {
        let call = row(&rows, id);
        assert!(call.human.as_deref().is_none_or(|h| h == "ada@fern.example"), "{call:?}");
    }
}
