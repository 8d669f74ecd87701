//! Receipts: how each export was obtained.
//!
//! - **Ask for**: a line for each file or set of files, from whoever made the export: where it came from, what was asked for, how many records it holds.
//! - **Reads**: a CSV with `file` (its name, a pattern with `*`, or its SHA-256), and `system,tenant,query,period_from,period_to,exporter,method,received,received_from,count`, in any order and case.
//! - **Recognised by**: a header with `file` and one of `count`, `received_from`, `exporter`.
//! - **Filled by**: whoever made the export, or the reviewer who received it.
//! - **Answers**: whether what was received is what was asked for, and whether all of it was read: a count that differs is red.
//! - **Never tells**: whether the source itself logged everything.
//! - **Documented in**: docs/sources.md; the format is Behalf's own.

use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Receipt};

pub const SOURCE: &dyn Source = &Receipts;

struct Receipts;

impl Source for Receipts {
    fn name(&self) -> &str {
        "receipts"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let marks = ["count", "claimed_count", "received_from", "exporter"].into_iter().any(has);
        (has("file") && marks)
            .then(|| Recognition { score: 92, why: "a header with file and how it was obtained: receipts".into() })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let claimed = match row.text(&["count", "claimed_count"]) {
            Some(text) => Some(text.replace([',', ' '], "").parse::<u64>().map_err(|_| {
                NotUnderstood::bad_row(format!("count `{}` is no number of records", shown(text)))
            })?),
            None => None,
        };
        Ok(Understood::Entry(Entry::Receipt(Box::new(Receipt {
            file: row.needed(&["file"])?.to_string(),
            system: row.owned(&["system"]),
            tenant: row.owned(&["tenant"]),
            query: row.owned(&["query", "filter", "filters"]),
            period_from: row.time(&["period_from", "from"])?,
            period_to: row.inclusive_end(&["period_to", "to"])?,
            exporter: row.owned(&["exporter", "exported_by"]),
            method: row.owned(&["method"]),
            received: row.time(&["received", "received_at"])?,
            received_from: row.owned(&["received_from", "from_whom"]),
            claimed,
        }))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;
    use crate::model::{LossCode, Time};

    const HEADER: &str = "file,system,query,period_from,period_to,count,received_from";

    #[test]
    fn a_receipt_states_a_count_and_a_period() {
        let Ok(Understood::Entry(Entry::Receipt(r))) =
            read(SOURCE, HEADER, "okta-*.json,okta,\"eventType sw \"\"user\"\"\",2026-03-01,2026-03-31,\"1,409\",IT operations")
        else {
            panic!("no receipt")
        };
        assert_eq!((r.claimed, r.period_to), (Some(1409), Time::parse("2026-03-31T23:59:59.999999Z")));
        assert_eq!(read(SOURCE, HEADER, "a,b,c,,,many,x").unwrap_err().code, LossCode::BadRow);
        assert_eq!(read(SOURCE, HEADER, ",b,c,,,1,x").unwrap_err().code, LossCode::BadRow);
    }
}
