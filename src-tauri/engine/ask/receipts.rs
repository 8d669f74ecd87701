//! How each export was obtained, and whether the count that its source claims is the count that was read.

use serde::Serialize;

/// An export with its receipt, or without.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ReceiptRow {
    pub path: String,
    pub format: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub read: u64,
    pub standing: ReceiptStanding,
    /// What the receipt says of the set that the file belongs to.
    pub receipt: Option<ReceiptSays>,
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum ReceiptStanding {
    /// The claimed count is the count read.
    Agrees,
    /// It is not: something was lost on the way, or the receipt speaks of another file.
    Differs,
    /// A receipt without a count.
    NotClaimed,
    /// No receipt names this file.
    Missing,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ReceiptSays {
    /// Shown id of the receipt's own record.
    pub record: String,
    pub file: String,
    pub system: Option<String>,
    pub tenant: Option<String>,
    pub query: Option<String>,
    pub period_from: Option<String>,
    pub period_to: Option<String>,
    pub exporter: Option<String>,
    pub method: Option<String>,
    pub received: Option<String>,
    pub received_from: Option<String>,
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub claimed: Option<u64>,
    /// Records read from all files that the receipt names.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub read: u64,
    pub files: u32,
}

use crate::case::{Case, CaseError, FilePeriod, ReceiptView};
use crate::model::Time;

/// Context files are the reviewer's own tables: they need no receipt of their own list.
const OWN: &[&str] = &["receipts"];

pub fn receipts(case: &Case) -> Result<Vec<ReceiptRow>, CaseError> {
    let files: Vec<FilePeriod> =
        case.file_periods()?.into_iter().filter(|f| !OWN.contains(&f.format.as_str())).collect();
    let receipts = case.receipts()?;
    let mut out = Vec::new();
    for file in &files {
        // The most exact receipt: a hash, then a name, then the longest pattern.
        let found = receipts.iter().filter(|r| names(r, file)).max_by_key(|r| {
            (r.receipt.file.eq_ignore_ascii_case(&file.sha256), !r.receipt.file.contains('*'), r.receipt.file.len())
        });
        let says = found.map(|r| says(case, r, &files)).transpose()?;
        let standing = match &says {
            None => ReceiptStanding::Missing,
            Some(s) => match s.claimed {
                None => ReceiptStanding::NotClaimed,
                Some(claimed) if claimed == s.read => ReceiptStanding::Agrees,
                Some(_) => ReceiptStanding::Differs,
            },
        };
        out.push(ReceiptRow {
            path: file.path.clone(),
            format: file.format.clone(),
            read: file.read.max(0) as u64,
            standing,
            sentence: sentence(standing, says.as_ref()),
            receipt: says,
        });
    }
    Ok(out)
}

fn names(receipt: &ReceiptView, file: &FilePeriod) -> bool {
    let pattern = receipt.receipt.file.trim();
    if pattern.eq_ignore_ascii_case(&file.sha256) || pattern.eq_ignore_ascii_case(&file.content_sha256) {
        return true;
    }
    let pattern = pattern.replace('\\', "/");
    let path = file.path.replace('\\', "/");
    // A name matches the end of the path, from a separator on.
    std::iter::once(path.as_str())
        .chain(path.match_indices(['/', '!']).filter_map(|(at, _)| path.get(at + 1..)))
        .any(|tail| like(&pattern, tail))
}

/// `*` is any characters; all else stands for itself.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn says(case: &Case, view: &ReceiptView, files: &[FilePeriod]) -> Result<ReceiptSays, CaseError> {
    let of: Vec<&FilePeriod> = files.iter().filter(|f| names(view, f)).collect();
    let r = &view.receipt;
    let shown = |t: Option<Time>| t.map(|t| t.to_rfc3339());
    Ok(ReceiptSays {
        record: case.shown_id(view.event)?,
        file: r.file.clone(),
        system: r.system.clone(),
        tenant: r.tenant.clone(),
        query: r.query.clone(),
        period_from: shown(r.period_from),
        period_to: shown(r.period_to),
        exporter: r.exporter.clone(),
        method: r.method.clone(),
        received: shown(r.received),
        received_from: r.received_from.clone(),
        claimed: r.claimed,
        read: of.iter().map(|f| f.read.max(0) as u64).sum(),
        files: of.len() as u32,
    })
}

fn sentence(standing: ReceiptStanding, says: Option<&ReceiptSays>) -> String {
    let of =
        |s: &ReceiptSays| if s.files == 1 { "it".to_string() } else { format!("the {} files of the set", s.files) };
    match (standing, says) {
        (ReceiptStanding::Agrees, Some(s)) => {
            format!("The source claims {} records, and {} were read from {}.", s.read, s.read, of(s))
        }
        (ReceiptStanding::Differs, Some(s)) => format!(
            "The source claims {} records, but {} were read from {}: ask for the export again.",
            s.claimed.unwrap_or_default(),
            s.read,
            of(s)
        ),
        (ReceiptStanding::NotClaimed, _) => {
            "The receipt claims no count: ask the source how many records it holds.".into()
        }
        _ => "No receipt says how this export was obtained.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_the_end_of_a_path() {
        let file = |path: &str| FilePeriod {
            id: 1,
            path: path.into(),
            format: "x".into(),
            sha256: "aa".into(),
            content_sha256: "bb".into(),
            read: 1,
            first: None,
            last: None,
        };
        let receipt = |file: &str| ReceiptView {
            event: 1,
            receipt: crate::model::Receipt { file: file.into(), ..Default::default() },
        };
        let holds = |pattern: &str, path: &str| names(&receipt(pattern), &file(path));
        assert!(holds("okta.json", "exports/okta.json") && holds("okta-*.json", "a/okta-1.json"));
        assert!(holds("AA", "x") && holds("bb", "x") && holds("exports/*", "in/exports/a/b.json"));
        assert!(!holds("okta.json", "exports/not-okta.json") && !holds("okta-*.json", "a/okta-1.json.gz"));
        assert!(like("a*b*c", "a1b2c") && !like("a*b*c", "a1c2b") && !like("", "x") && like("*", "x"));
    }
}
