//! Okta users.
//!
//! - **Ask for**: all users of the Okta organisation, deactivated ones too, from the Users API (`/api/v1/users`).
//! - **Reads**: user objects as arrays, lines and single objects; tables with `profile.login` and its like as columns.
//! - **Recognised by**: a `profile` with a `login`, a `status` of Okta, and an `id` or `created`.
//! - **Filled by**: Okta fills id and status; the profile is filled by the organisation's directory.
//! - **Answers**: which login and which Okta id are one account, whose department and manager are recorded, and since when
//!   a deactivated account is that.
//! - **Never tells**: whether a person stands behind an account, unless the profile's user type says so; nor when an
//!   employment began or ended.
//! - **Documented in**: developer.okta.com, "User". One user object was seen; user types are each organisation's own words.

use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{DirectoryRow, Entry, EntryType, Principal};

pub const SOURCE: &dyn Source = &OktaUsers;

struct OktaUsers;

impl Source for OktaUsers {
    fn name(&self) -> &str {
        "okta_users"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(93, "a profile with a login and a status of Okta", is_user)
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let user = record.json()?;
        if !is_user(user) {
            return Err(NotUnderstood::not_this("no profile with a login and no status of an Okta user"));
        }
        row(user).map(|row| Understood::Entry(Entry::Directory(Box::new(row))))
    }
}

const STATUS: [&str; 7] =
    ["STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "LOCKED_OUT", "PASSWORD_EXPIRED", "SUSPENDED"];

fn is_user(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    let status = json::text(value, "/status").is_some_and(|s| STATUS.contains(&s.as_str()) || s == "DEPROVISIONED");
    status && has("/profile/login") && (has("/id") || has("/created"))
}

fn row(user: &Json) -> Result<DirectoryRow, NotUnderstood> {
    let of = |name: &str| json::text(user, &format!("/profile/{name}")).filter(|t| somebody(t).is_ok());
    let login = of("login").ok_or_else(|| NotUnderstood::bad_row("no login"))?;
    let id = json::text(user, "/id").unwrap_or_else(|| login.clone());
    let mut addresses: Vec<String> = [Some(login.clone()), of("email")]
        .into_iter()
        .flatten()
        .map(|a| Principal::new("okta", &a))
        .filter(|p| p.namespace == "email")
        .map(|p| p.id)
        .collect();
    addresses.dedup();
    let mut aliases = vec![format!("okta:{id}")];
    aliases.extend(addresses.iter().skip(1).map(|a| format!("email:{a}")));
    if addresses.first().is_none_or(|a| !login.eq_ignore_ascii_case(a)) {
        aliases.push(format!("okta:{login}"));
    }
    let status = json::text(user, "/status");
    let gone = status.as_deref() == Some("DEPROVISIONED");
    let name = of("displayName").or_else(|| {
        let parts: Vec<String> = [of("firstName"), of("lastName")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    Ok(DirectoryRow {
        id,
        email: addresses.into_iter().next(),
        name,
        entry_type: kind(of("userType").as_deref()),
        status: status.map(|s| s.to_lowercase()),
        // The account's own beginning is not its person's.
        start: None,
        end: json::time(user, "/statusChanged").filter(|_| gone),
        department: of("department"),
        aliases,
        owner: None,
        manager: of("managerId").or_else(|| of("manager")),
        purpose: None,
        vendor: None,
        environment: None,
        approved_pattern: None,
        client_ids: Vec::new(),
        last_certified: None,
    })
}

/// An organisation's own word for a kind of account. Only words that mean nothing else count: a "customer service
/// representative" is a person.
pub(super) fn kind(word: Option<&str>) -> EntryType {
    let word: String = word.unwrap_or_default().to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match word.as_str() {
        "agent" | "aiagent" | "agentic" => EntryType::Agent,
        "service" | "serviceaccount" | "serviceuser" | "bot" | "robot" | "machine" | "nonhuman" | "system"
        | "systemaccount" | "application" | "workload" => EntryType::Service,
        "shared" | "sharedaccount" | "sharedmailbox" | "generic" | "genericaccount" => EntryType::Shared,
        _ => EntryType::Person,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::Time;
    use crate::read::Form;

    fn read(text: &str) -> Result<DirectoryRow, NotUnderstood> {
        match understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::none()).pop().unwrap().2? {
            Understood::Entry(Entry::Directory(row)) => Ok(*row),
            other => panic!("no row: {other:?}"),
        }
    }

    #[test]
    fn an_account_is_its_login_and_its_id() {
        let row = read(
            r#"{"id":"00u1","status":"ACTIVE","created":"2020-01-26T18:12:29.000Z","profile":{"login":"Ada@example.org","email":"ada.lovelace@example.org","secondEmail":"ada@home.example","firstName":"Ada","lastName":"L","department":"finance","managerId":null}}"#,
        )
        .unwrap();
        assert_eq!((row.id.as_str(), row.email.as_deref()), ("00u1", Some("ada@example.org")));
        assert_eq!(row.aliases, ["okta:00u1", "email:ada.lovelace@example.org"]);
        assert_eq!((row.entry_type, row.start, row.end, row.manager), (EntryType::Person, None, None, None));
    }

    #[test]
    fn what_is_gone_has_an_end_and_what_is_no_person_says_so() {
        let of = |status: &str, kind: &str| {
            read(&format!(
                r#"{{"id":"00u2","status":"{status}","statusChanged":"2026-02-28T12:00:00.000Z","profile":{{"login":"svc-reports","userType":"{kind}"}}}}"#
            ))
            .unwrap()
        };
        let row = of("DEPROVISIONED", "Service Account");
        assert_eq!((row.entry_type, row.end), (EntryType::Service, Time::parse("2026-02-28T12:00:00Z")));
        assert_eq!((row.email, row.aliases.len()), (None, 2));
        assert_eq!(of("SUSPENDED", "Employee").end, None);
        assert_eq!(of("ACTIVE", "Customer Service Rep").entry_type, EntryType::Person);
    
        assert!(read(r#"{"id":"00u2","status":"ACTIVE","profile":{"login":"N/A"}}"#).is_err());
    }

    #[test]
    fn a_table_of_users_reads_like_the_users() {
        let registry = registry(Vec::new());
        let header: Vec<String> = ["id", "status", "profile.login"].map(String::from).to_vec();
        let form = Form::Csv { delimiter: b',', header };
        assert_eq!(registry.detect(&form, &[b"00u1,ACTIVE,ada@example.org"]).name(), "okta_users");
        let other = br#"{"id":"1","status":"ACTIVE","profile":{"name":"x"}}"#;
        assert_eq!(registry.detect(&Form::Array, &[other]).name(), "unknown");
    }
}
