//! Memberships.
//!
//! - **Ask for**: who belongs to which group, from the identity provider or the directory team, with the dates of joining
//!   and leaving; groups inside groups as rows of their own. As CSV.
//! - **Reads**: CSV with the columns `member`, `group` (or `holder`), and where known `valid_from`, `valid_to`, in any order
//!   and case. Validity is half open. A group of another export is named as that export names it: the ARN of an IAM group,
//!   `k8s-group:NAME` for a group that Kubernetes binds.
//! - **Recognised by**: a header with `member` and `group`, or `member` and `holder`.
//! - **Filled by**: whoever keeps the groups: `platform`.
//! - **Answers**: whose rights a person has through groups, so that a right of a group is no longer unanswerable.
//! - **Never tells**: what a group may do; that is the entitlement export's. A group with no row here has unknown members, and
//!   a member that no log and no directory knows, and that is no address, may itself be such a group.
//! - **Documented in**: DESIGN 5.1 of this project; a plain table of the reviewer's own.

use super::row::{Row, has_column};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Membership, Reach};

pub const SOURCE: &dyn Source = &Memberships;

struct Memberships;

const GROUP: [&str; 2] = ["group", "holder"];

impl Source for Memberships {
    fn name(&self) -> &str {
        "memberships"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let marks = has("valid_from") || has("valid_to") || sample.header.len() == 2;
        (has("member") && GROUP.iter().any(|g| has(g))).then(|| Recognition {
            score: if marks { 91 } else { 80 },
            why: "a header with member and group: memberships".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        Ok(Understood::Entry(Entry::Membership(Membership {
            member: row.needed(&["member"])?.to_string(),
            holder: row.needed(&GROUP)?.to_string(),
            reach: Reach::Has,
            condition: row.owned(&["condition"]).unwrap_or_default(),
            valid_from: row.time(&["valid_from"])?,
            valid_to: row.time(&["valid_to"])?,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    #[test]
    fn a_membership_with_its_life() {
        match read(SOURCE, "Group,member,Valid From,valid_to", "clinicians,ada@example.org,2026-01-01,2026-02-01") {
            Ok(Understood::Entry(Entry::Membership(m))) => {
                assert_eq!((m.member.as_str(), m.holder.as_str()), ("ada@example.org", "clinicians"));
                assert_eq!((m.reach, m.valid_to), (Reach::Has, Time::parse("2026-02-01T00:00:00Z")));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_row_without_group_or_with_no_date_is_lost() {
        for text in ["ada@example.org,,", "ada@example.org,clinicians,soon", ",clinicians,"] {
            assert_eq!(read(SOURCE, "member,group,valid_from", text).unwrap_err().code, LossCode::BadRow, "{text}");
        }
    }

    #[test]
    fn another_table_is_not_taken() {
        let form = |names: &[&str]| crate::read::Form::Csv {
            delimiter: b',',
            header: names.iter().map(|n| n.to_string()).collect(),
        };
        let registry = super::super::registry(Vec::new());
        assert_eq!(registry.detect(&form(&["member", "group"]), &[]).name(), "memberships");
        assert_eq!(registry.detect(&form(&["group", "owner"]), &[]).name(), "unknown");
        assert_eq!(registry.detect(&form(&["principal", "action", "resource"]), &[]).name(), "entitlements");
    }
}
