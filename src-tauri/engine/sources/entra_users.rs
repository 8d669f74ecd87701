//! Microsoft Entra's directory: users, and service principals with agent identities.
//!
//! - **Ask for**: the portal's "Download users", or `users` and `servicePrincipals` of Microsoft Graph as JSON (with `mail`, `accountEnabled`,
//!   `department`, `employeeHireDate`, `employeeLeaveDateTime`, `proxyAddresses`; service principals with `owners`).
//! - **Reads**: the portal's CSV with the columns of either generation (`objectId` or `id`), PowerShell's CSV, Graph `value`.
//! - **Recognised by**: a user principal name with an object id, or an application id with a service principal type.
//! - **Filled by**: Entra (platform), as administrators and provisioning wrote it.
//! - **Answers**: which address and which object id are one account, and which application id and service principal; which
//!   service principals are agents (`ServiceIdentity`) and who owns them; who has left, where the leave date is filled.
//! - **Never tells**: whether a person stands behind a user account: shared and robot accounts look like any other. When employment
//!   began or ended, unless the hire and leave dates are filled: the creation of an account is not taken for it. Contact
//!   addresses that users enter join nothing.
//! - **Documented in**: learn.microsoft.com, "user resource type", "servicePrincipal resource type", "agentIdentity", "agentUser", "Download
//!   a list of users". Seen in a real record: the portal's CSV with `id`. Second hand: the columns with `objectId`, Graph JSON.

use sonic_rs::JsonValueTrait;

use super::entra;
use super::json::{self, Json};
use super::loose;
use super::row::Row;
use super::{Content, Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::is_email;
use crate::model::{DirectoryRow, Entry, EntryType, Time};

pub const SOURCE: &dyn Source = &Users;

struct Users;

const UPN: [&str; 2] = ["userPrincipalName", "user_principal_name"];
const ID: [&str; 3] = ["id", "objectId", "object_id"];

impl Source for Users {
    fn name(&self) -> &str {
        "entra_users"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        if sample.header.is_empty() {
            return sample.recognise(94, "an object id with the principal name of an Entra user or an application", |v| {
                is_user(v) || is_application(v)
            });
        }
        let has = |names: &[&str]| names.iter().any(|n| super::row::has_column(sample.header, n));
        // A log has times of what happened, and an application's name beside the user's.
        let log = has(&["status", "time", "appId", "activityDateTime", "correlationId"]);
        let user = has(&UPN) && has(&ID) && !log;
        let application = has(&["appId"]) && has(&["servicePrincipalType"]) && has(&ID);
        (user || application).then(|| Recognition {
            score: 94,
            why: "a header with object id and user principal name, or application id and type: Entra's directory".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = match &record.content {
            Content::Json(value) => from(&|names: &[&str]| {
                names.iter().find_map(|n| loose::text(value, &format!("/{n}")))
            }, Some(value))?,
            Content::Row { .. } => {
                let row = Row::of(record)?;
                from(&|names: &[&str]| row.owned(names), None)?
            }
            Content::Text(_) => return Err(NotUnderstood::not_this("the record is no row or object")),
        };
        Ok(Understood::Entry(Entry::Directory(Box::new(row))))
    }
}

fn is_user(value: &Json) -> bool {
    let has = |pointer| loose::text(value, pointer).is_some();
    let log = ["/appId", "/status", "/activityDateTime", "/createdBy"].iter().any(|p| loose::at(value, p).is_some());
    has("/userPrincipalName") && (has("/id") || has("/objectId")) && !log
}

fn is_application(value: &Json) -> bool {
    let has = |pointer| loose::text(value, pointer).is_some();
    has("/appId") && has("/servicePrincipalType") && (has("/id") || has("/objectId"))
}

fn from(text: &dyn Fn(&[&str]) -> Option<String>, value: Option<&Json>) -> Result<DirectoryRow, NotUnderstood> {
    let id = text(&ID).and_then(|id| entra::id(&id).ok()).ok_or_else(|| NotUnderstood::bad_row("no object id"))?.id;
    let app_id = text(&["appId", "app_id"]).and_then(|a| entra::id(&a).ok()).map(|a| a.id);
    let kind = text(&["servicePrincipalType", "service_principal_type"]);
    let odata = text(&["@odata.type"]).unwrap_or_default();
    let upn = text(&UPN);
    if upn.is_none() && kind.is_none() && !odata.contains("agentIdentity") {
        return Err(NotUnderstood::not_this("neither a user nor a service principal"));
    }
    let entry_type = match (&upn, kind.as_deref()) {
        _ if odata.contains("agentUser") || odata.contains("agentIdentity") => EntryType::Agent,
        (Some(_), None) if text(&["identityParentId"]).is_some() => EntryType::Agent,
        (Some(_), None) => EntryType::Person,
        (_, Some(kind)) if kind.eq_ignore_ascii_case("ServiceIdentity") => EntryType::Agent,
        _ => EntryType::Service,
    };
    let addresses = addresses(text, value, upn.as_deref());
    let guest = text(&["userType"]).is_some_and(|t| t.eq_ignore_ascii_case("guest"));
    // A guest's principal name is made up here; their mail is the address by which everybody else knows them.
    let email = if guest { addresses.mail.clone().or(upn.clone()) } else { upn.clone() }.filter(|e| is_email(e));
    let mut aliases = vec![format!("entra:{id}")];
    aliases.extend(app_id.iter().filter(|a| **a != id).map(|a| format!("entra:{a}")));
    let own = |a: &String| email.as_ref().is_some_and(|e| e.eq_ignore_ascii_case(a));
    aliases.extend(addresses.all.into_iter().filter(|a| !own(a)).map(|a| format!("email:{}", a.to_lowercase())));
    aliases.dedup();
    Ok(DirectoryRow {
        id,
        email,
        name: text(&["displayName", "appDisplayName", "display_name"]),
        entry_type,
        status: status(text),
        start: time(text, &["employeeHireDate"])?,
        end: time(text, &["employeeLeaveDateTime"])?,
        department: text(&["department"]),
        aliases,
        owner: value.and_then(owner),
        manager: value.and_then(|v| loose::first_text(v, &["/manager/userPrincipalName", "/manager/id"])),
        purpose: text(&["description", "notes"]),
        vendor: text(&["publisherName"]),
        environment: None,
        approved_pattern: None,
        client_ids: app_id.into_iter().collect(),
        last_certified: None,
    })
}

struct Addresses {
    mail: Option<String>,
    /// Principal name, mail and proxy addresses: each is one account's in the tenant.
    all: Vec<String>,
}

fn addresses(text: &dyn Fn(&[&str]) -> Option<String>, value: Option<&Json>, upn: Option<&str>) -> Addresses {
    let mail = text(&["mail"]).filter(|m| is_email(m));
    let proxies = value.and_then(|v| loose::at(v, "/proxyAddresses"));
    let proxies = json::items(proxies).filter_map(|p| {
        let (kind, address) = p.as_str()?.split_once(':')?;
        (kind.eq_ignore_ascii_case("smtp") && is_email(address)).then(|| address.to_string())
    });
    let all: Vec<String> =
        upn.filter(|u| is_email(u)).map(String::from).into_iter().chain(mail.clone()).chain(proxies).collect();
    Addresses { mail, all }
}

fn status(text: &dyn Fn(&[&str]) -> Option<String>) -> Option<String> {
    if text(&["deletedDateTime"]).is_some() {
        return Some("deleted".into());
    }
    match text(&["accountEnabled", "account_enabled"])?.to_lowercase().as_str() {
        "true" => Some("active".into()),
        "false" => Some("disabled".into()),
        _ => None,
    }
}

fn time(text: &dyn Fn(&[&str]) -> Option<String>, names: &[&str]) -> Result<Option<Time>, NotUnderstood> {
    match text(names) {
        None => Ok(None),
        Some(found) => match Time::parse(&found) {
            Some(time) => Ok(Some(time)),
            None => Err(NotUnderstood::bad_row(format!("no date in {}", names.first().unwrap_or(&"")))),
        },
    }
}

/// The one owner; of several, none is the accountable one by the record alone.
fn owner(value: &Json) -> Option<String> {
    let mut owners = json::items(loose::at(value, "/owners"));
    let one = owners.next()?;
    if owners.next().is_some() {
        return None;
    }
    loose::first_text(one, &["/userPrincipalName", "/mail", "/id"])
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::LossCode;
    use crate::read::Form;

    fn row(found: Result<Understood, NotUnderstood>) -> DirectoryRow {
        match found {
            Ok(Understood::Entry(Entry::Directory(row))) => *row,
            other => panic!("no row: {other:?}"),
        }
    }

    fn graph(text: &str) -> Result<Understood, NotUnderstood> {
        understand_chunk(SOURCE, &Form::Wrapped { key: "value".into() }, text.as_bytes(), &Hints::none()).remove(0).2
    }

    #[test]
    fn both_generations_of_the_portals_columns() {
        for id in ["id", "objectId"] {
            let header = format!("userPrincipalName,displayName,surname,mail,givenName,{id},userType,department,accountEnabled,createdDateTime");
            let text = "Ada@example.org,=1+3 Ada,Lovelace,ada.l@example.org,Ada,AAAAAAAA-2222-3333-4444-555555555555,Member,Finance,True,8/19/2021 1:25:31 PM";
            let r = row(read(SOURCE, &header, text));
            assert_eq!((r.id.as_str(), r.email.as_deref()), ("aaaaaaaa-2222-3333-4444-555555555555", Some("Ada@example.org")));
            assert_eq!(r.aliases, ["entra:aaaaaaaa-2222-3333-4444-555555555555", "email:ada.l@example.org"]);
            // A formula stays the text that it is, and is no identity.
            assert_eq!((r.name.as_deref(), r.status.as_deref()), (Some("=1+3 Ada"), Some("active")));
            assert_eq!((r.entry_type, r.start), (EntryType::Person, None));
            let form = Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() };
            assert_eq!(registry(Vec::new()).detect(&form, &[text.as_bytes()]).name(), "entra_users");
        }
    }

    #[test]
    fn graph_users_guests_and_agents() {
        let r = row(graph(
            r#"{"id":"u1","userPrincipalName":"ada_other.org#EXT#@example.org","userType":"Guest","mail":"ada@other.org","otherMails":["bob@example.org"],"proxyAddresses":["SMTP:ada@other.org","x500:/o=x"],"accountEnabled":false,"employeeLeaveDateTime":"2026-02-28T00:00:00Z"}"#,
        ));
        assert_eq!((r.email.as_deref(), r.status.as_deref()), (Some("ada@other.org"), Some("disabled")));
        assert_eq!(r.aliases, ["entra:u1", "email:ada_other.org#ext#@example.org"]);
        assert_eq!(r.end, Time::parse("2026-02-28T00:00:00Z"));
        let r = row(graph(
            r#"{"id":"sp1","appId":"app1","displayName":"Helper","servicePrincipalType":"ServiceIdentity","owners":[{"userPrincipalName":"ada@example.org"}]}"#,
        ));
        assert_eq!((r.entry_type, r.client_ids.as_slice()), (EntryType::Agent, ["app1".to_string()].as_slice()));
        assert_eq!((r.aliases.len(), r.owner.as_deref()), (2, Some("ada@example.org")));
        let r = row(graph(r#"{"id":"sp2","appId":"app2","servicePrincipalType":"ManagedIdentity","owners":[{"id":"a"},{"id":"b"}]}"#));
        assert_eq!((r.entry_type, r.owner), (EntryType::Service, None));
        let r = row(graph(r##"{"@odata.type":"#microsoft.graph.agentUser","id":"u2","userPrincipalName":"helper@example.org"}"##));
        assert_eq!(r.entry_type, EntryType::Agent);
    }

    #[test]
    fn what_has_no_id_is_a_lost_row_and_logs_are_no_rosters() {
        let header = "userPrincipalName,displayName,id";
        for text in ["ada@example.org,Ada,", "ada@example.org,Ada,00000000-0000-0000-0000-000000000000"] {
            assert_eq!(read(SOURCE, header, text).unwrap_err().code, LossCode::BadRow, "{text}");
        }
        let sign_in = r#"{"id":"r1","createdDateTime":"2026-03-02T10:00:00Z","appId":"x","userPrincipalName":"ada@example.org","status":{"errorCode":0}}"#;
        assert_eq!(registry(Vec::new()).detect(&Form::Array, &[sign_in.as_bytes()]).name(), "entra_sign_in");
        let group = r#"{"id":"g1","displayName":"All"}"#;
        assert_eq!(registry(Vec::new()).detect(&Form::Array, &[group.as_bytes()]).name(), "unknown");
    }
}
