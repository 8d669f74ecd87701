//! Findings as issues: one row each, for trackers of governance and risk that take a plain table. RFC 4180, UTF-8; a
//! spreadsheet runs no cell of it.

use super::text::cell;
use super::view::FrozenView;
use super::{ReportError, json};

pub const COLUMNS: [&str; 20] = [
    "issue_id",
    "report_id",
    "title",
    "severity",
    "potential_critical",
    "confidence",
    "status",
    "rule",
    "rule_version",
    "condition",
    "criteria",
    "cause",
    "effect",
    "recommendation",
    "population",
    "calls",
    "instances",
    "first_seen",
    "last_seen",
    "grouped_by",
];

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let id = json::report_id(&json::digest(view)?);
    let mut out = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .quote_style(::csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    for f in &view.findings {
        let r = &f.row;
        let criteria: Vec<String> = f.criteria.iter().map(|c| format!("{} {}", c.framework, c.clause)).collect();
        let row: [&str; 20] = [
            &r.id,
            &id,
            &r.title,
            &r.severity,
            &r.potential_critical.to_string(),
            &r.confidence,
            if r.accepted.is_some() { "covered by a known exception" } else { "open" },
            &r.rule,
            &f.rule_version,
            &f.condition,
            &criteria.join("; "),
            "not determined by the tool",
            &f.effect,
            &f.recommendation,
            &f.population,
            &r.calls.to_string(),
            &r.instances.to_string(),
            r.first.as_deref().unwrap_or_default(),
            r.last.as_deref().unwrap_or_default(),
            &r.cause,
        ];
        out.write_record(row.map(cell))?;
    }
    // A Vec takes every write, so what is left in the buffer arrives.
    out.into_inner().map_err(|failed| ReportError::Csv(failed.into_error().into()))
}
