//! Google Workspace users.
//!
//! - **Ask for**: all users of the directory with their aliases, also suspended and deleted ones: Admin SDK Directory API `users.list` (with
//!   `projection=full`, once more with `showDeleted=true`), or "Download users" of the Admin console as CSV.
//! - **Reads**: the Directory API's answers (`users`), one user a record, and the console's CSV.
//! - **Recognised by**: `kind` `admin#directory#user` or `primaryEmail` with `orgUnitPath` or `isAdmin`; a column
//!   `Email Address [Required]`.
//! - **Filled by**: Google fills ids and states; names, departments and managers are what administrators typed.
//! - **Answers**: which accounts exist, under which ids and addresses, suspended or not.
//! - **Never tells**: since when somebody works here or until when (a suspension has no date), nor whether an account is one person's: each
//!   user is listed as a person, as Google has no other kind.
//! - **Documented in**: developers.google.com, Directory API, `User`; the CSV's columns are second hand. No real export was seen.

use super::json::{self, Json};
use super::nobody::somebody;
use super::row::has_column;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::principal::is_email;
use crate::model::{DirectoryRow, Entry, EntryType};

pub const SOURCE: &dyn Source = &GoogleUsers;

struct GoogleUsers;

const EMAIL: [&str; 3] = ["/primaryEmail", "/Email Address [Required]", "/Email Address"];

impl Source for GoogleUsers {
    fn name(&self) -> &str {
        "google_users"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        if has_column(sample.header, "Email Address [Required]") {
            return Some(Recognition { score: 95, why: "the columns of Google's user download".into() });
        }
        sample.recognise(95, "an address and the state of a Google Workspace user", is_user)
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let user = record.json()?;
        let Some(email) = json::first_text(user, &EMAIL) else {
            return Err(NotUnderstood::not_this("no primary address: no user of Google Workspace"));
        };
        if somebody(&email).is_err() || !is_email(&email) {
            return Err(NotUnderstood::bad_row("the primary address is no address"));
        }
        Ok(Understood::Entry(Entry::Directory(Box::new(row(user, email.to_lowercase())))))
    }
}

fn is_user(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    json::text(value, "/kind").is_some_and(|k| k == "admin#directory#user") && has("/primaryEmail")
        || has("/primaryEmail") && (has("/orgUnitPath") || has("/isAdmin") || has("/customerId"))
}

fn row(user: &Json, email: String) -> DirectoryRow {
    let text = |pointers: &[&str]| json::first_text(user, pointers);
    let of_type = |list: &str, kind: &str, value: &str| {
        json::items(json::at(user, list))
            .find(|i| json::text(i, "/type").is_some_and(|t| t.eq_ignore_ascii_case(kind)))
            .and_then(|i| json::text(i, value))
    };
    let flag = |pointer| json::flag(user, pointer) == Some(true);
    let deleted = json::time(user, "/deletionTime");
    let status = text(&["/Status [READ ONLY]", "/Status"]).map(|s| s.to_lowercase()).or_else(|| {
        let word = match () {
            () if deleted.is_some() => "deleted",
            () if flag("/suspended") => "suspended",
            () if flag("/archived") => "archived",
            () => json::at(user, "/suspended").map(|_| "active")?,
        };
        Some(word.to_string())
    });
    let mut aliases: Vec<String> = text(&["/id"]).map(|id| format!("google:{id}")).into_iter().collect();
    for list in ["/aliases", "/nonEditableAliases"] {
        let found = json::items(json::at(user, list)).filter_map(json::scalar).filter(|a| is_email(a));
        aliases.extend(found.map(|a| format!("email:{}", a.to_lowercase())));
    }
    let name = text(&["/name/fullName"]).or_else(|| {
        let names = [text(&["/First Name [Required]", "/name/givenName"]), text(&["/Last Name [Required]", "/name/familyName"])];
        let joined = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!joined.is_empty()).then_some(joined)
    });
    DirectoryRow {
        id: of_type("/externalIds", "organization", "/value")
            .or_else(|| text(&["/Employee ID"]))
            // The address, not Google's number: other rosters list the same person under it.
            .unwrap_or_else(|| email.clone()),
        email: Some(email),
        name,
        entry_type: EntryType::Person,
        status,
        start: None,
        end: deleted,
        department: text(&["/organizations/0/department", "/Department"]),
        aliases,
        owner: None,
        manager: of_type("/relations", "manager", "/value").or_else(|| text(&["/Manager Email"])),
        purpose: None,
        vendor: None,
        environment: None,
        approved_pattern: None,
        client_ids: Vec::new(),
        last_certified: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{LossCode, Time};
    use crate::read::Form;

    fn of(form: &Form, text: &str) -> DirectoryRow {
        assert_eq!(registry(Vec::new()).detect(form, &[text.as_bytes()]).name(), "google_users", "{text}");
        match understand_chunk(SOURCE, form, text.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Entry(Entry::Directory(row))) => *row,
            other => panic!("no row: {other:?}"),
        }
    }

    #[test]
    fn a_user_of_the_api_with_its_ids_and_addresses() {
        let users = Form::Wrapped { key: "users".into() };
        let user = r#"{"kind":"admin#directory#user","id":"11","primaryEmail":"Ada@Example.org","name":{"fullName":"Ada L"},"suspended":false,"aliases":["al@example.org"],"orgUnitPath":"/","externalIds":[{"type":"organization","value":"E1"}],"relations":[{"type":"manager","value":"bob@example.org"}],"organizations":[{"department":"finance"}],"creationTime":"2020-01-01T00:00:00Z"}"#;
        let r = of(&users, user);
        assert_eq!((r.id.as_str(), r.email.as_deref(), r.status.as_deref()), ("E1", Some("ada@example.org"), Some("active")));
        assert_eq!(r.aliases, ["google:11", "email:al@example.org"]);
        assert_eq!((r.manager.as_deref(), r.department.as_deref()), (Some("bob@example.org"), Some("finance")));
        // An account's creation is not a person's first day.
        assert_eq!((r.start, r.end), (None, None));
        let gone = user.replace(r#""suspended":false"#, r#""suspended":true,"deletionTime":"2026-03-01T00:00:00Z""#);
        assert_eq!((of(&users, &gone).status.as_deref(), of(&users, &gone).end), (Some("deleted"), Time::parse("2026-03-01T00:00:00Z")));
    }

    #[test]
    fn a_row_of_the_consoles_download() {
        let header = "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],Employee ID,Department";
        let form = Form::Csv { delimiter: b',', header: header.split(',').map(String::from).collect() };
        let r = of(&form, "Ada,L,ada@example.org,Suspended,,finance");
        assert_eq!((r.id.as_str(), r.name.as_deref(), r.status.as_deref()), ("ada@example.org", Some("Ada L"), Some("suspended")));
        let lost = understand_chunk(SOURCE, &form, b"Ada,L,unknown,Active,,x", &Hints::none()).remove(0).2.unwrap_err();
        assert_eq!(lost.code, LossCode::BadRow);
        let other = br#"{"primaryEmail":"a@b.org","type":"x"}"#;
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[other]).name(), "google_users");
    }
}
