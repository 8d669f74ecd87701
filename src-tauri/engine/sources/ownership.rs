//! Ownership.
//!
//! - **Ask for**: whose each resource is (whose order, patient, account or file), with the dates between which it was so,
//!   from the owner of the system. As CSV; an export in another form is described by a mapping file of kind `ownership`.
//! - **Reads**: CSV with the columns `resource`, `owner`, and where known `valid_from`, `valid_to`, in any order and case.
//!   Validity is half open; several rows of one resource are several owners. The resource is written as the log writes it.
//! - **Recognised by**: a header with `resource` and `owner`, and no column of an entitlement or of an asset list.
//! - **Filled by**: the system that keeps the resources: `platform`.
//! - **Answers**: whether the condition `owner=self` of an entitlement holds.
//! - **Never tells**: who may do what. A resource without a row is owned by nobody known, and not by nobody.
//! - **Documented in**: DESIGN 5.1 of this project; a plain table of the reviewer's own.

use super::row::{Row, has_column};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Ownership};

pub const SOURCE: &dyn Source = &Owners;

struct Owners;

impl Source for Owners {
    fn name(&self) -> &str {
        "ownership"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let other = ["action", "principal", "data_class", "required_pattern", "member"].iter().any(|c| has(c));
        let marks = has("valid_from") || has("valid_to") || sample.header.len() == 2;
        (has("resource") && has("owner") && !other).then(|| Recognition {
            score: if marks { 91 } else { 70 },
            why: "a header with resource and owner: ownership".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        Ok(Understood::Entry(Entry::Ownership(Ownership {
            resource: row.needed(&["resource"])?.to_string(),
            owner: row.needed(&["owner"])?.to_string(),
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

    const HEADER: &str = "resource,owner,valid_from,valid_to";

    #[test]
    fn an_owner_with_its_life() {
        match read(SOURCE, HEADER, "order/7,ada@example.org,2026-01-01,") {
            Ok(Understood::Entry(Entry::Ownership(o))) => {
                assert_eq!((o.resource.as_str(), o.owner.as_str()), ("order/7", "ada@example.org"));
                assert_eq!((o.valid_from, o.valid_to), (Time::parse("2026-01-01T00:00:00Z"), None));
            }
            other => panic!("{other:?}"),
        }
        for text in ["order/7,,,", ",ada@example.org,,", "order/7,ada@example.org,,whenever"] {
            assert_eq!(read(SOURCE, HEADER, text).unwrap_err().code, LossCode::BadRow, "{text}");
        }
    }

    #[test]
    fn an_asset_list_with_owners_is_not_taken() {
        let form = |names: &[&str]| crate::read::Form::Csv {
            delimiter: b',',
            header: names.iter().map(|n| n.to_string()).collect(),
        };
        let registry = super::super::registry(Vec::new());
        assert_eq!(registry.detect(&form(&["owner", "resource", "valid_from"]), &[]).name(), "ownership");
        assert_ne!(registry.detect(&form(&["resource", "owner", "data_class"]), &[]).name(), "ownership");
    }
}
