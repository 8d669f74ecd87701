//! Directory.
//!
//! - **Ask for**: a list of all people, agents, service accounts and shared accounts, leavers with their end dates
//!   included (`directory.csv`), from the directory team.
//! - **Reads**: CSV, columns in any order and case: `id` and `type` (`person`, `agent`, `service`, `shared`)
//!   required; `email`, `name`, `status`, `start`, `end`, `department`, `aliases`, `owner`, `manager`, `purpose`,
//!   `vendor`, `environment`, `approved_pattern`, `client_ids`, `last_certified`. Other columns are left alone.
//! - **Recognised by**: a header with `id`, `type`, and one of `email`, `aliases`, `name`.
//! - **Filled by**: the reviewer's directory team.
//! - **Answers**: who exists, when, and under which names.
//! - **Never tells**: what anybody did.
//! - **Documented in**: [the reviewer's own table](#tables-and-run-ids); its columns are Behalf's.

use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{DirectoryRow, Entry, EntryType};

pub const SOURCE: &dyn Source = &Directory;

struct Directory;

const EMAIL: [&str; 6] = ["email", "e_mail", "mail", "email_address", "upn", "user_principal_name"];

impl Source for Directory {
    fn name(&self) -> &str {
        "directory"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let named = EMAIL.iter().any(|n| has(n)) || has("aliases") || has("name");
        (has("id") && has("type") && named).then(|| Recognition {
            score: 90,
            why: "a header with id, type and e-mail, name or aliases: a directory".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let kind = row.needed(&["type"])?;
        let Some(entry_type) = EntryType::from_word(kind) else {
            return Err(NotUnderstood::bad_row(format!(
                "type `{}` is none of person, agent, service, shared",
                shown(kind)
            )));
        };
        Ok(Understood::Entry(Entry::Directory(Box::new(DirectoryRow {
            id: row.needed(&["id"])?.to_string(),
            email: row.owned(&EMAIL),
            name: row.owned(&["name", "display_name", "full_name"]),
            entry_type,
            status: row.owned(&["status"]),
            start: row.time(&["start", "start_date", "valid_from"])?,
            end: row.inclusive_end(&["end", "end_date", "termination_date"])?,
            department: row.owned(&["department", "dept"]),
            aliases: row.list(&["aliases"]),
            owner: row.owned(&["owner"]),
            manager: row.owned(&["manager"]),
            purpose: row.owned(&["purpose"]),
            vendor: row.owned(&["vendor"]),
            environment: row.owned(&["environment"]),
            approved_pattern: row.owned(&["approved_pattern"]),
            client_ids: row.list(&["client_ids"]),
            last_certified: row.time(&["last_certified"])?,
        }))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    const HEADER: &str = "id,email,name,type,status,start,end,department,aliases";

    fn row(header: &str, text: &str) -> DirectoryRow {
        match read(SOURCE, header, text) {
            Ok(Understood::Entry(Entry::Directory(row))) => *row,
            other => panic!("no row: {other:?}"),
        }
    }

    #[test]
    fn the_end_is_the_last_moment_of_its_day() {
        let r = row(
            HEADER,
            "E1,ada@example.org,Ada,person,terminated,2021-01-04,2026-02-28,finance,github:ada;aws-idc:1-2;k8s:system:serviceaccount:a:b",
        );
        assert_eq!(r.end, Time::parse("2026-02-28T23:59:59.999999Z"));
        assert_eq!(r.start, Time::parse("2021-01-04T00:00:00Z"));
        assert_eq!(r.aliases, ["github:ada", "aws-idc:1-2", "k8s:system:serviceaccount:a:b"]);
        let r = row(HEADER, "E1,,,Agent,,,2026-02-28T12:00:00Z,,");
        assert_eq!((r.end, r.email, r.entry_type), (Time::parse("2026-02-28T12:00:00Z"), None, EntryType::Agent));
    }

    #[test]
    fn columns_in_any_case_and_order() {
        let r = row("Type,Approved Pattern,ID,E-Mail,Cost Centre,client_ids", "service,obo,S1,x@y.org,17,c1; c2");
        assert_eq!(
            (r.id.as_str(), r.email.as_deref(), r.approved_pattern.as_deref()),
            ("S1", Some("x@y.org"), Some("obo"))
        );
        assert_eq!(r.client_ids, ["c1", "c2"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_lost_row() {
        for text in ["E1,,,robot,,,,,", ",a@b.org,,person,,,,,", "E1,,,person,,,28.02.2026,,", "E1,,,,,,,,"] {
            assert_eq!(read(SOURCE, HEADER, text).unwrap_err().code, LossCode::BadRow, "{text}");
        }
    }
}
