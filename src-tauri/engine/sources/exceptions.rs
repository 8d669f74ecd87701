//! Exceptions: what is known and accepted (`exceptions.csv` of DESIGN 5.1).
//!
//! - **Ask for**: the register of accepted exceptions, from whoever approves them (risk, security, the system's owner), as a CSV.
//! - **Reads**: columns `principal,rule,reason,approved_by,from,to,conditions`, in any order and case. `rule` is a rule's id or `*`; `to` is inclusive.
//! - **Recognised by**: a header with `principal`, `rule` and `reason`.
//! - **Filled by**: whoever keeps the register.
//! - **Answers**: which findings are known, until when, and on whose word; they are folded, never dropped.
//! - **Never tells**: whether the exception was used as it was meant.
//! - **Documented in**: docs/sources.md; the format is Behalf's own.

use super::row::{Row, has_column};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Exception};

pub const SOURCE: &dyn Source = &Exceptions;

struct Exceptions;

impl Source for Exceptions {
    fn name(&self) -> &str {
        "exceptions"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        ["principal", "rule", "reason"]
            .iter()
            .all(|name| has_column(sample.header, name))
            .then(|| Recognition { score: 93, why: "a header with principal, rule and reason: exceptions".into() })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        Ok(Understood::Entry(Entry::Exception(Exception {
            principal: row.needed(&["principal"])?.to_string(),
            rule: row.needed(&["rule"])?.to_uppercase(),
            // An exception that nobody gave a reason for is none.
            reason: row.needed(&["reason"])?.to_string(),
            approved_by: row.owned(&["approved_by"]),
            from: row.time(&["from", "valid_from"])?,
            to: row.inclusive_end(&["to", "valid_to", "until"])?,
            conditions: row.owned(&["conditions", "condition"]).unwrap_or_default(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    const HEADER: &str = "principal,rule,reason,approved_by,from,to,conditions";

    #[test]
    fn an_exception_lasts_through_its_last_day_and_needs_a_reason() {
        let Ok(Understood::Entry(Entry::Exception(x))) =
            read(SOURCE, HEADER, "svc-backup,ru-07,two data centres,ciso@example.org,2026-01-01,2026-06-30,")
        else {
            panic!("no exception")
        };
        assert_eq!((x.rule.as_str(), x.approved_by.as_deref()), ("RU-07", Some("ciso@example.org")));
        assert_eq!(x.to, Time::parse("2026-06-30T23:59:59.999999Z"));
        for row in ["svc-backup,RU-07,,,,,", ",RU-07,why,,,,", "a,b,c,d,soon,,"] {
            assert_eq!(read(SOURCE, HEADER, row).unwrap_err().code, LossCode::BadRow, "{row}");
        }
    }
}
