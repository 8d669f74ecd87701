//! Entitlements.
//!
//! - **Ask for**: who may do what, from the owners of the systems (`entitlements.csv`). List every person for whom an
//!   action is regulated.
//! - **Reads**: CSV, columns in any order and case: `principal`, `action`, `resource` required; `effect`,
//!   `condition`, `valid_from`, `valid_to`, `service`. `*` matches any characters; validity is half open; conditions
//!   are kept as text.
//! - **Recognised by**: a header with `principal`, `action` and `resource`.
//! - **Filled by**: the owners of the systems.
//! - **Answers**: what each principal may do, under which conditions, and when.
//! - **Never tells**: whether what it does not list is forbidden: only a person whom it names for an action can be
//!   answered *no*.
//! - **Documented in**: [the reviewer's own table](#tables-and-run-ids); its columns are Behalf's.

use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Effect, Entitlement, Entry};

pub const SOURCE: &dyn Source = &Entitlements;

struct Entitlements;

impl Source for Entitlements {
    fn name(&self) -> &str {
        "entitlements"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let marks = has("effect") || has("condition") || has("valid_from") || has("valid_to");
        (has("principal") && has("action") && has("resource")).then(|| Recognition {
            score: if marks { 92 } else { 75 },
            why: "a header with principal, action and resource: entitlements".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let effect = match (row.text(&["effect"]), row.has("effect")) {
            (Some(word), _) => effect(word)?,
            // A list without the column is a list of grants; an empty cell in the column says nothing.
            (None, false) => Effect::Allow,
            (None, true) => return Err(NotUnderstood::bad_row("no effect")),
        };
        Ok(Understood::Entry(Entry::Entitlement(Entitlement {
            principal: row.needed(&["principal"])?.to_string(),
            service: row.owned(&["service"]),
            action: row.needed(&["action"])?.to_string(),
            resource: row.needed(&["resource"])?.to_string(),
            except_actions: Vec::new(),
            except_resources: Vec::new(),
            effect,
            condition: row.owned(&["condition", "conditions"]).unwrap_or_default(),
            valid_from: row.time(&["valid_from"])?,
            valid_to: row.time(&["valid_to"])?,
        })))
    }
}

fn effect(word: &str) -> Result<Effect, NotUnderstood> {
    match word.to_lowercase().as_str() {
        "allow" | "permit" | "grant" => Ok(Effect::Allow),
        "deny" | "forbid" => Ok(Effect::Deny),
        _ => Err(NotUnderstood::bad_row(format!("effect `{}` is neither allow nor deny", shown(word)))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    const HEADER: &str = "principal,action,resource,effect,condition,valid_from,valid_to";

    #[test]
    fn a_grant_with_its_condition_and_life() {
        let read = |text| match read(SOURCE, HEADER, text) {
            Ok(Understood::Entry(Entry::Entitlement(e))) => e,
            other => panic!("{other:?}"),
        };
        let e = read("ada@example.org,refund.create,order/*,allow,amount<=50 and currency=EUR,2025-01-01,2026-01-01");
        assert_eq!((e.effect, e.condition.as_str()), (Effect::Allow, "amount<=50 and currency=EUR"));
        assert_eq!(e.valid_to, Time::parse("2026-01-01T00:00:00Z"));
        assert_eq!(read("a,b,*,DENY,,,").effect, Effect::Deny);
    }

    #[test]
    fn a_row_torn_before_its_condition_grants_nothing() {
        assert!(read(SOURCE, HEADER, "ada@example.org,refund.create,order/*,allow").is_err());
        for text in ["a,b,c,,,,", "a,b,c,maybe,,,", ",b,c,allow,,,", "a,b,,allow,,,", "a,b,c,allow,,soon,"] {
            assert_eq!(read(SOURCE, HEADER, text).unwrap_err().code, LossCode::BadRow, "{text}");
        }
        assert!(read(SOURCE, "principal,action,resource", "a,b,c").is_ok());
    }
}
