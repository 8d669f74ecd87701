//! Networks.
//!
//! - **Ask for**: which addresses are which place (`networks.csv`), from the network team.
//! - **Reads**: CSV, columns in any order and case: `cidr` and `label` required; `environment`. An address without a
//!   length is a network of one.
//! - **Recognised by**: a header with `cidr` and `label`.
//! - **Filled by**: the network team.
//! - **Answers**: where a call came from, in words.
//! - **Never tells**: who called from there.
//! - **Documented in**: [the reviewer's own table](#tables-and-run-ids); its columns are Behalf's.

use std::net::IpAddr;

use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Network};

pub const SOURCE: &dyn Source = &Networks;

struct Networks;

impl Source for Networks {
    fn name(&self) -> &str {
        "networks"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        (has_column(sample.header, "cidr") && has_column(sample.header, "label"))
            .then(|| Recognition { score: 92, why: "a header with cidr and label: networks".into() })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let cidr = row.needed(&["cidr"])?;
        if !is_network(cidr) {
            return Err(NotUnderstood::bad_row(format!("`{}` is no network", shown(cidr))));
        }
        Ok(Understood::Entry(Entry::Network(Network {
            cidr: cidr.to_string(),
            label: row.needed(&["label"])?.to_string(),
            environment: row.owned(&["environment"]),
        })))
    }
}

fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
    match (address.parse::<IpAddr>(), length.map(str::parse::<u8>)) {
        (Ok(_), None) => true,
        (Ok(IpAddr::V4(_)), Some(Ok(length))) => length <= 32,
        (Ok(IpAddr::V6(_)), Some(Ok(length))) => length <= 128,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;

    #[test]
    fn networks_and_no_networks() {
        for good in ["10.0.0.0/8", "192.0.2.9", "2001:db8::/32"] {
            assert!(read(SOURCE, "cidr,label,environment", &format!("{good},office,prod")).is_ok(), "{good}");
        }
        for bad in ["10.0.0.0/33", "office", "10.0.0/8", ""] {
            assert!(read(SOURCE, "cidr,label,environment", &format!("{bad},office,prod")).is_err(), "{bad}");
        }
        assert!(read(SOURCE, "cidr,label,environment", "10.0.0.0/8,,").is_err());
    }
}
