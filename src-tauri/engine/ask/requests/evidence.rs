//! What the evidence itself lacks.

use super::{EvidenceAsk, SPELLED};
use crate::ask::completeness::Hole;
use crate::ask::receipts::ReceiptStanding;
use crate::ask::settle::system;
use crate::case::{Case, CaseError};

/// Holes in the logs, files that a digest lists, exports without a receipt or with another count.
pub(super) fn evidence(case: &Case) -> Result<Vec<EvidenceAsk>, CaseError> {
    let mut out: Vec<EvidenceAsk> = crate::ask::completeness::completeness(case)?.holes.iter().map(hole).collect();
    let mut bare: Vec<String> = Vec::new();
    for receipt in crate::ask::receipts::receipts(case)? {
        match receipt.standing {
            ReceiptStanding::Missing => bare.push(receipt.path),
            ReceiptStanding::Differs => out.push(EvidenceAsk {
                kind: "count".into(),
                system: system(Some(&receipt.format)),
                from: None,
                to: None,
                ask: format!("{}: {}", receipt.path, receipt.sentence),
            }),
            _ => {}
        }
    }
    if !bare.is_empty() {
        let named = bare.iter().take(SPELLED).cloned().collect::<Vec<_>>().join(", ");
        let more = bare.len().saturating_sub(SPELLED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push(EvidenceAsk {
            kind: "receipt".into(),
            system: "whoever handed over the exports".into(),
            from: None,
            to: None,
            ask: format!(
                "For {} exports nobody said how they were obtained ({named}{rest}): please state system, tenant, query and filters, period, exporter and number of records of each.",
                bare.len()
            ),
        });
    }
    Ok(out)
}

fn hole(hole: &Hole) -> EvidenceAsk {
    let named = system(Some(&hole.source));
    let period = match (&hole.from, &hole.to) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        _ => String::new(),
    };
    let ask = match hole.kind.as_str() {
        "sequence" => format!(
            "{named} lacks {} numbers after record {}{period}: please export them again, or say why they were never written.",
            hole.missing.unwrap_or_default(),
            hole.before
        ),
        "silence" => {
            format!("{named} is silent{period}: please export that time again, or confirm that nothing was logged.")
        }
        "altered_file" => format!(
            "{named}: a log file differs from what its digest says ({}): please export it again.",
            hole.object.as_deref().unwrap_or("?")
        ),
        _ => format!(
            "{named}: a log file that the digest lists is missing ({}): please hand it over.",
            hole.object.as_deref().unwrap_or("?")
        ),
    };
    EvidenceAsk { kind: hole.kind.clone(), system: named, from: hole.from.clone(), to: hole.to.clone(), ask }
}
