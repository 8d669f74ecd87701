//! Findings as a table: one row for each call of each instance, so that a filter on any column is a list of calls.
//! RFC 4180, UTF-8, header row, one record a line. A spreadsheet runs no cell of it.

use super::publish::initiator_words;
use super::text::cell;
use super::view::{CallLine, EvidenceItem};
use super::{FrozenView, ReportError, json};
use crate::ask::findings::{FindingDetail, Instance};
use std::collections::{BTreeMap, BTreeSet};

pub const COLUMNS: [&str; 32] = [
    "report_id",
    "finding_no",
    "finding_id",
    "rule",
    "rule_version",
    "design_fact",
    "severity",
    "potential_critical",
    "unrated",
    "confidence",
    "title",
    "cause",
    "instance_id",
    "subject_principal",
    "subject_token",
    "subject_run",
    "subject_agent",
    "subject_tool",
    "event_id",
    "time",
    "source",
    "action",
    "resource",
    "outcome",
    "recorded_initiator",
    "grade",
    "basis",
    "agent",
    "run",
    "file",
    "line",
    "record_sha256",
];

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let id = json::report_id(&json::digest(view)?);
    let mut calls: BTreeMap<(&str, &str), Vec<&CallLine>> = BTreeMap::new();
    for call in &view.calls {
        calls.entry((&call.finding, &call.instance)).or_default().push(call);
    }
    let mut records: BTreeMap<(&str, &str), &EvidenceItem> = BTreeMap::new();
    for item in &view.evidence {
        records.entry((&item.source, &item.id)).or_insert(item);
    }

    let mut out = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .quote_style(::csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    let numbered = view.findings.iter().enumerate().map(|(at, f)| (format!("{}", at + 1), f));
    let facts = view.design_facts.iter().enumerate().map(|(at, f)| (format!("D{}", at + 1), f));
    let known = view.known_exceptions.iter().enumerate().map(|(at, f)| (format!("K{}", at + 1), f));
    for (number, finding) in numbered.chain(facts).chain(known) {
        for instance in &finding.instances {
            let lines = calls.get(&(finding.row.id.as_str(), instance.id.as_str())).map(Vec::as_slice);
            let lines = lines.unwrap_or_default();
            let known: BTreeSet<&str> = lines.iter().map(|c| c.event.as_str()).collect();
            for call in lines {
                let record = records.get(&(call.source.as_str(), call.event.as_str())).copied();
                out.write_record(
                    row(&id, &number, finding, instance, &call.event, Some(call), record).map(|c| cell(&c)),
                )?;
            }
            // A call listed by the instance without a line of its own is still a row: nothing is left out silently.
            for event in instance.events.iter().filter(|e| !known.contains(e.as_str())) {
                out.write_record(row(&id, &number, finding, instance, event, None, None).map(|c| cell(&c)))?;
            }
            if lines.is_empty() && instance.events.is_empty() {
                out.write_record(row(&id, &number, finding, instance, "", None, None).map(|c| cell(&c)))?;
            }
        }
    }
    // A Vec takes every write, so what is left in the buffer arrives.
    out.into_inner().map_err(|failed| ReportError::Csv(failed.into_error().into()))
}

fn row(
    report: &str,
    number: &str,
    finding: &FindingDetail,
    instance: &Instance,
    event: &str,
    call: Option<&CallLine>,
    record: Option<&EvidenceItem>,
) -> [String; 32] {
    let f = &finding.row;
    let or_empty = |v: &Option<String>| v.clone().unwrap_or_default();
    let of_call = |get: fn(&CallLine) -> String| call.map(get).unwrap_or_default();
    [
        report.to_owned(),
        number.to_owned(),
        f.id.clone(),
        f.rule.clone(),
        finding.rule_version.clone(),
        f.design_fact.to_string(),
        f.severity.clone(),
        f.potential_critical.to_string(),
        f.unrated.to_string(),
        f.confidence.clone(),
        f.title.clone(),
        f.cause.clone(),
        instance.id.clone(),
        or_empty(&instance.principal),
        or_empty(&instance.token),
        or_empty(&instance.run),
        or_empty(&instance.agent),
        or_empty(&instance.tool),
        event.to_owned(),
        of_call(|c| c.time.clone().unwrap_or_default()),
        of_call(|c| c.source.clone()),
        of_call(|c| c.action.clone().unwrap_or_default()),
        of_call(|c| c.resource.clone().unwrap_or_default()),
        of_call(|c| c.outcome.clone()),
        of_call(initiator_words),
        of_call(|c| c.grade.clone().unwrap_or_default()),
        of_call(|c| c.basis.clone()),
        of_call(|c| c.agent.clone().unwrap_or_default()),
        of_call(|c| c.run.clone().unwrap_or_default()),
        record.map(|r| r.file.clone()).unwrap_or_default(),
        record.and_then(|r| r.line).map(|l| l.to_string()).unwrap_or_default(),
        record.map(|r| r.sha256.clone()).unwrap_or_default(),
    ]
}
