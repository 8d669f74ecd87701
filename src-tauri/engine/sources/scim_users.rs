//! SCIM 2.0 users and groups.
//!
//! - **Ask for**: all users and groups of a system from its SCIM endpoint (`/Users`, `/Groups`), every page.
//! - **Reads**: list responses, arrays, lines, single users and groups (RFC 7643).
//! - **Recognised by**: a SCIM schema; else a `userName` with SCIM's `meta`.
//! - **Filled by**: the system that serves the list fills ids and membership; names and addresses come from the directory
//!   that provisions it.
//! - **Answers**: which user name, address and id are one account; who is in which group, directly.
//! - **Never tells**: since when somebody is in a group, nor when an account was deactivated.
//! - **Documented in**: RFC 7643 and RFC 7644. One list response, the RFC's own, was seen.

use sonic_rs::{JsonValueTrait, to_array_iter, to_object_iter};

use super::json::{self, Json};
use super::nobody::somebody;
use super::okta_users::kind;
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{DirectoryRow, Entry, Membership, Principal, Reach};

pub const SOURCE: &dyn Source = &Scim;

struct Scim;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

impl Source for Scim {
    fn name(&self) -> &str {
        "scim_users"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(95, "users or groups of SCIM 2.0", |v| is_list(v) || is_user(v) || is_group(v))
    }

    /// The resources of list responses that stand one a line.
    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        match resources(chunk) {
            Some(pieces) if !pieces.is_empty() => pieces,
            _ => vec![Piece::whole(chunk)],
        }
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let value = record.json()?;
        if is_group(value) {
            return group(value);
        }
        if is_user(value) {
            return user(value);
        }
        match is_list(value) {
            // A page without resources, the last one.
            true => Ok(Understood::Kept),
            false => Err(NotUnderstood::not_this("no user and no group of SCIM")),
        }
    }
}

/// `None` where the text is damaged: then the chunk is one broken record.
fn resources(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    for member in to_object_iter(chunk) {
        let (key, list) = member.ok()?;
        if !key.eq_ignore_ascii_case("Resources") || !list.is_array() {
            continue;
        }
        let list = list.as_raw_cow();
        for resource in to_array_iter(list.as_bytes()) {
            let resource = resource.ok()?;
            let range = json::offset_in(chunk, resource.as_raw_str().as_bytes())?;
            pieces.push(Piece { range, envelope: None });
        }
    }
    Some(pieces)
}

fn has_schema(value: &Json, end: &str) -> bool {
    let schemas = json::at(value, "/schemas").map(json::words).unwrap_or_default();
    schemas.iter().any(|s| s.to_lowercase().starts_with("urn:ietf:params:scim:") && s.ends_with(end))
}

fn is_list(value: &Json) -> bool {
    has_schema(value, ":ListResponse")
}

fn is_user(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    has("/userName") && (has_schema(value, ":User") || json::text(value, "/meta/resourceType").as_deref() == Some("User"))
}

fn is_group(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    has("/displayName") && (has_schema(value, ":Group") || json::text(value, "/meta/resourceType").as_deref() == Some("Group"))
}

fn membership(member: &str, holder: &str) -> Entry {
    Entry::Membership(Membership {
        member: member.into(),
        holder: holder.into(),
        reach: Reach::Has,
        condition: String::new(),
        valid_from: None,
        valid_to: None,
    })
}

fn user(value: &Json) -> Result<Understood, NotUnderstood> {
    let of = |pointer: &str| json::text(value, pointer).filter(|t| somebody(t).is_ok());
    let name = of("/userName").ok_or_else(|| NotUnderstood::bad_row("no userName"))?;
    let id = of("/id").unwrap_or_else(|| name.clone());
    let primary = |e: &&Json| json::flag(e, "/primary") == Some(true);
    let emails = || json::items(json::at(value, "/emails"));
    let email = emails().find(primary).or_else(|| emails().next()).and_then(|e| json::text(e, "/value"));
    let mut addresses: Vec<String> = [Some(name.clone()), email]
        .into_iter()
        .flatten()
        .map(|a| Principal::new("scim", &a))
        .filter(|p| p.namespace == "email")
        .map(|p| p.id)
        .collect();
    addresses.dedup();
    let active = json::flag(value, "/active");
    let extension = |field: &str| {
        let found = json::member(value, ENTERPRISE)?;
        json::text(found, field).filter(|t| somebody(t).is_ok())
    };
    let row = DirectoryRow {
        id: id.clone(),
        name: of("/displayName").or_else(|| of("/name/formatted")),
        entry_type: kind(of("/userType").as_deref()),
        status: active.map(|a| if a { "active" } else { "inactive" }.to_string()),
        // The account's own beginning is not its person's, and an inactive account does not say since when.
        start: None,
        end: None,
        department: extension("/department"),
        aliases: addresses.iter().skip(1).map(|a| format!("email:{a}")).collect(),
        email: addresses.into_iter().next(),
        owner: None,
        manager: extension("/manager/value").or_else(|| extension("/manager")),
        purpose: None,
        vendor: None,
        environment: None,
        approved_pattern: None,
        client_ids: Vec::new(),
        last_certified: None,
    };
    let mut entries = vec![Entry::Directory(Box::new(row))];
    for group in json::items(json::at(value, "/groups")) {
        if let Some(holder) = json::first_text(group, &["/display", "/value"]) {
            entries.push(membership(&id, &holder));
        }
    }
    Ok(Understood::Entries(entries))
}

fn group(value: &Json) -> Result<Understood, NotUnderstood> {
    let holder = json::text(value, "/displayName").ok_or_else(|| NotUnderstood::bad_row("no displayName"))?;
    let members = json::items(json::at(value, "/members")).filter_map(|m| {
        // A group within a group is told by the name that its own members are told under.
        let nested = json::text(m, "/type").as_deref() == Some("Group")
            || json::text(m, "/$ref").is_some_and(|r| r.contains("/Groups/"));
        let order: &[&str] = if nested { &["/display", "/value"] } else { &["/value", "/display"] };
        json::first_text(m, order)
    });
    let entries: Vec<Entry> = members.map(|m| membership(&m, &holder)).collect();
    Ok(if entries.is_empty() { Understood::Kept } else { Understood::Entries(entries) })
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn read(text: &str) -> Vec<Understood> {
        let parts = understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::none());
        parts.into_iter().map(|(_, _, u)| u.unwrap()).collect()
    }

    fn entries(text: &str) -> Vec<Entry> {
        match read(text).remove(0) {
            Understood::Entries(entries) => entries,
            other => panic!("no entries: {other:?}"),
        }
    }

    const ADA: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819","userName":"Ada@example.org","active":false,"emails":[{"value":"x@example.org"},{"value":"ada.l@example.org","primary":true}],"groups":[{"value":"g1","display":"Finance"},{"value":"g2"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"finance","manager":{"value":"26118"}}}"#;

    #[test]
    fn a_user_is_a_row_and_its_groups_are_memberships() {
        let entries = entries(ADA);
        let Entry::Directory(row) = &entries[0] else { panic!("no row") };
        assert_eq!((row.id.as_str(), row.email.as_deref()), ("2819", Some("ada@example.org")));
        assert_eq!((row.aliases.as_slice(), row.status.as_deref()), (&["email:ada.l@example.org".to_string()][..], Some("inactive")));
        assert_eq!((row.manager.as_deref(), row.end), (Some("26118"), None));
        let holders: Vec<&str> =
            entries.iter().filter_map(|e| if let Entry::Membership(m) = e { Some(m.holder.as_str()) } else { None }).collect();
        assert_eq!(holders, ["Finance", "g2"]);
    }

    #[test]
    fn a_group_lists_its_members_and_a_page_its_resources() {
        let group = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g1","displayName":"Finance","members":[{"value":"2819","display":"Ada"},{"value":"g7","type":"Group","display":"Audit"}]}"#;
        let members: Vec<Entry> = entries(group);
        assert!(matches!(&members[0], Entry::Membership(m) if m.member == "2819" && m.holder == "Finance"));
        assert!(matches!(&members[1], Entry::Membership(m) if m.member == "Audit"));
        let page = format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[{ADA},{group}]}}"#);
        assert_eq!(read(&page).len(), 2);
        let parts = understand_chunk(SOURCE, &Form::Lines, page.as_bytes(), &Hints::none());
        assert_eq!(&page.as_bytes()[parts[0].0.clone()], ADA.as_bytes());
        let empty = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}"#;
        assert_eq!(read(empty), [Understood::Kept]);
    }

    #[test]
    fn another_user_is_no_scim_user() {
        let registry = registry(Vec::new());
        assert_eq!(registry.detect(&Form::Array, &[ADA.as_bytes()]).name(), "scim_users");
        let other = br#"{"schemas":["x"],"userName":"ada","id":"1"}"#;
        assert_eq!(registry.detect(&Form::Array, &[other]).name(), "unknown");
    }
}
