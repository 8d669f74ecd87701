//! What each sheet of the workbook holds: its columns, and a row for each thing of the view.

use std::collections::BTreeMap;

use super::super::figures;
use super::super::publish::initiator_words;
use super::super::view::{CallLine, EvidenceItem, FrozenView};
use super::{Cell, Column, Kind, column};
use crate::ask::findings::FindingDetail;

macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$(Cell::from($cell)),*] };
}

/// Name, columns and rows of a sheet.
type Sheet = (&'static str, &'static [Column], Vec<Vec<Cell>>);

/// All sheets, in the order of the workbook.
pub(super) fn of(view: &FrozenView, id: &str) -> [Sheet; 8] {
    [
        ("About", ABOUT.as_slice(), about(view, id)),
        ("Findings", FINDINGS.as_slice(), findings(view)),
        ("Calls in findings", CALLS.as_slice(), calls(view)),
        ("Coverage", COVERAGE.as_slice(), coverage(view)),
        ("People", PEOPLE.as_slice(), people(view)),
        ("Sources", SOURCES.as_slice(), sources(view)),
        ("Losses", LOSSES.as_slice(), losses(view)),
        ("Receipts", RECEIPTS.as_slice(), receipts(view)),
    ]
}

const ABOUT: [Column; 2] = [column("What", 30.0, Kind::Text), column("Value", 110.0, Kind::Text)];

fn about(view: &FrozenView, id: &str) -> Vec<Vec<Cell>> {
    let or = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.to_owned());
    let mut rows = vec![
        row!["Marking", or(&view.marking, "none")],
        row!["Case", view.case_name.as_str()],
        row!["Organisation", or(&view.entity, "not declared")],
        row!["Report", id],
        row!["Version", or(&view.report_version, "draft")],
        row!["Prepared", view.prepared_at.as_str()],
        row!["Prepared by", or(&view.prepared_by, "not recorded")],
        row!["Objective", or(&view.scope.objective, "not declared")],
        row!["Period from", or(&view.scope.from, "not declared")],
        row!["Period to (not included)", or(&view.scope.to, "not declared")],
        row!["Made with", format!("Behalf {}, control catalogue {}", view.behalf_version, view.controls_version)],
        row!["Rules, SHA-256", view.rules_hash.as_str()],
        row!["Review log, head", or(&view.review_head, "no act of review recorded")],
        row!["Redaction", format!("{}: {}", view.redaction.level, view.redaction.basis)],
        row!["Times", "Dates are UTC. The exact stamp stands as text beside them."],
        row!["Records", view.reconciliation.sentence.as_str()],
    ];
    rows.extend(view.overview.cautions.iter().map(|c| row!["Caution", c.as_str()]));
    rows.extend(view.not_tested.iter().map(|n| row!["Not tested", n.as_str()]));
    rows
}

const FINDINGS: [Column; 22] = [
    column("No.", 6.0, Kind::Text),
    column("Finding", 18.0, Kind::Text),
    column("Rule", 8.0, Kind::Text),
    column("Severity", 10.0, Kind::Text),
    column("Potential critical", 10.0, Kind::Text),
    column("Stakes rated", 9.0, Kind::Text),
    column("Confidence", 12.0, Kind::Text),
    column("Title", 44.0, Kind::Text),
    column("Grouped by", 34.0, Kind::Text),
    column("Calls", 9.0, Kind::Number),
    column("Instances", 10.0, Kind::Number),
    column("First (UTC)", 22.0, Kind::Date),
    column("Last (UTC)", 22.0, Kind::Date),
    column("Condition", 60.0, Kind::Text),
    column("Criteria considered", 50.0, Kind::Text),
    column("Effect", 46.0, Kind::Text),
    column("Recommendation", 46.0, Kind::Text),
    column("Population", 34.0, Kind::Text),
    column("Why this severity", 40.0, Kind::Text),
    column("Why this confidence", 40.0, Kind::Text),
    column("What speaks against it", 40.0, Kind::Text),
    column("Known exception", 30.0, Kind::Text),
];

fn findings(view: &FrozenView) -> Vec<Vec<Cell>> {
    let yes = |b: bool| if b { "yes" } else { "no" };
    numbered(view)
        .map(|(number, f)| {
            let criteria: Vec<String> = f
                .criteria
                .iter()
                .map(|c| {
                    let confirmed = view
                        .scope
                        .confirmed_criteria
                        .iter()
                        .find(|k| k.framework == c.framework && k.clause == c.clause)
                        .map_or_else(
                            || "applicability not confirmed".to_owned(),
                            |k| format!("confirmed by {}", k.confirmed_by),
                        );
                    format!("{} {} ({}; {confirmed})", c.framework, c.clause, c.strength)
                })
                .collect();
            let r = &f.row;
            row![
                number,
                r.id.as_str(),
                r.rule.as_str(),
                r.severity.as_str(),
                yes(r.potential_critical),
                yes(!r.unrated),
                r.confidence.as_str(),
                r.title.as_str(),
                r.cause.as_str(),
                r.calls,
                r.instances,
                &r.first,
                &r.last,
                f.condition.as_str(),
                criteria.join("\n"),
                f.effect.as_str(),
                f.recommendation.as_str(),
                f.population.as_str(),
                f.severity_reason.as_str(),
                f.confidence_reason.as_str(),
                f.against.join("\n"),
                &r.accepted,
            ]
        })
        .collect()
}

/// Findings from 1, then design facts from D1.
fn numbered(view: &FrozenView) -> impl Iterator<Item = (String, &FindingDetail)> {
    let queue = view.findings.iter().enumerate().map(|(at, f)| ((at + 1).to_string(), f));
    queue.chain(view.design_facts.iter().enumerate().map(|(at, f)| (format!("D{}", at + 1), f)))
}

const CALLS: [Column; 17] = [
    column("Finding no.", 9.0, Kind::Text),
    column("Rule", 8.0, Kind::Text),
    column("Instance", 14.0, Kind::Text),
    column("Call", 38.0, Kind::Text),
    column("Time (UTC)", 22.0, Kind::Date),
    column("Time as recorded in UTC, exact", 28.0, Kind::Text),
    column("Source", 18.0, Kind::Text),
    column("Action", 26.0, Kind::Text),
    column("Resource", 36.0, Kind::Text),
    column("Outcome", 10.0, Kind::Text),
    column("Recorded initiator", 32.0, Kind::Text),
    column("Grade", 7.0, Kind::Text),
    column("Basis", 44.0, Kind::Text),
    column("Agent", 22.0, Kind::Text),
    column("Run", 26.0, Kind::Text),
    column("File, line", 44.0, Kind::Text),
    column("SHA-256 of the record", 66.0, Kind::Text),
];

fn calls(view: &FrozenView) -> Vec<Vec<Cell>> {
    let mut lines: BTreeMap<(&str, &str), Vec<&CallLine>> = BTreeMap::new();
    for call in &view.calls {
        lines.entry((&call.finding, &call.instance)).or_default().push(call);
    }
    let mut records: BTreeMap<(&str, &str), &EvidenceItem> = BTreeMap::new();
    for item in &view.evidence {
        records.entry((&item.source, &item.id)).or_insert(item);
    }
    let mut out = Vec::new();
    for (number, finding) in numbered(view) {
        for instance in &finding.instances {
            let known = lines.get(&(finding.row.id.as_str(), instance.id.as_str())).map(Vec::as_slice);
            for c in known.unwrap_or_default() {
                let record = records.get(&(c.source.as_str(), c.event.as_str()));
                let place = record.map(|r| match r.line {
                    Some(line) => format!("{}, line {line}", r.file),
                    None => format!("{}, byte {}", r.file, r.offset),
                });
                out.push(row![
                    number.as_str(),
                    finding.row.rule.as_str(),
                    instance.id.as_str(),
                    c.event.as_str(),
                    &c.time,
                    &c.time,
                    c.source.as_str(),
                    &c.action,
                    &c.resource,
                    c.outcome.as_str(),
                    initiator_words(c),
                    &c.grade,
                    c.basis.as_str(),
                    &c.agent,
                    &c.run,
                    &place,
                    &record.map(|r| r.sha256.clone()),
                ]);
            }
            // A call that is listed without a line of its own is still a row.
            let held: std::collections::BTreeSet<&str> =
                known.unwrap_or_default().iter().map(|c| c.event.as_str()).collect();
            for event in instance.events.iter().filter(|e| !held.contains(e.as_str())) {
                out.push(row![number.as_str(), finding.row.rule.as_str(), instance.id.as_str(), event.as_str()]);
            }
        }
    }
    out
}

const COVERAGE: [Column; 4] = [
    column("Figure", 60.0, Kind::Text),
    column("Calls", 12.0, Kind::Number),
    column("Of", 12.0, Kind::Number),
    column("Share", 12.0, Kind::Text),
];

fn coverage(view: &FrozenView) -> Vec<Vec<Cell>> {
    let c = &view.coverage;
    let o = &view.overview;
    let line = |what: String, n: u32, of: u32| row![what, n, of, figures::share(n.into(), of.into())];
    let mut rows = vec![
        line("calls".into(), c.calls, c.calls),
        line("calls that require a person".into(), c.requiring_person, c.calls),
        line("calls with no person required".into(), c.automation, c.calls),
    ];
    rows.extend(figures::four(c).iter().map(|f| line(f.label.to_owned(), f.calls, c.requiring_person)));
    rows.extend([
        line("agents' calls whose record names both principals".into(), o.both_principals, o.agent_calls),
        line("agents' calls whose record carries a run id".into(), o.run_on_record, o.agent_calls),
        line("agents' calls whose decision names its evaluated subjects".into(), o.decided, o.agent_calls),
        line("of these, decided with the person's rights among those evaluated".into(), o.decided_on_person, o.decided),
    ]);
    for s in &c.by_source {
        let required = s.attributed + s.supported + s.refused + s.contradicted;
        rows.push(line(format!("{}: calls", s.source), s.calls, c.calls));
        for (label, n) in [
            ("attributed", s.attributed),
            ("supported", s.supported),
            ("refused", s.refused),
            ("contradicted", s.contradicted),
        ] {
            rows.push(line(format!("{}: {label}", s.source), n, required));
        }
        rows.push(line(format!("{}: no person required", s.source), s.automation, s.calls));
    }
    for r in &c.by_refusal {
        let words = format!("{}: {} Would be settled by: {}", r.refusal, r.words, r.settled_by);
        rows.push(line(words, r.calls, c.refused + c.contradicted));
    }
    rows
}

const PEOPLE: [Column; 6] = [
    column("Recorded initiator (named at grade B or better)", 44.0, Kind::Text),
    column("Grade", 8.0, Kind::Text),
    column("Calls in findings", 14.0, Kind::Number),
    column("Findings", 28.0, Kind::Text),
    column("First (UTC)", 22.0, Kind::Date),
    column("Last (UTC)", 22.0, Kind::Date),
];

fn people(view: &FrozenView) -> Vec<Vec<Cell>> {
    #[derive(Default)]
    struct Seen<'a> {
        calls: u32,
        findings: Vec<&'a str>,
        first: Option<String>,
        last: Option<String>,
    }
    let numbers: BTreeMap<&str, String> = numbered(view).map(|(n, f)| (f.row.id.as_str(), n)).collect();
    let mut seen: BTreeMap<(String, String), Seen<'_>> = BTreeMap::new();
    for c in &view.calls {
        let s = seen.entry((initiator_words(c), c.grade.clone().unwrap_or_default())).or_default();
        s.calls += 1;
        if let Some(number) = numbers.get(c.finding.as_str()).filter(|n| !s.findings.contains(&n.as_str())) {
            s.findings.push(number);
        }
        // RFC 3339 in UTC: order of text is order of time.
        s.first = s.first.take().into_iter().chain(c.time.clone()).min();
        s.last = s.last.take().into_iter().chain(c.time.clone()).max();
    }
    let line = |((who, grade), s): ((String, String), Seen<'_>)| {
        row![who, grade, s.calls, s.findings.join(", "), &s.first, &s.last]
    };
    seen.into_iter().map(line).collect()
}

const SOURCES: [Column; 11] = [
    column("File", 50.0, Kind::Text),
    column("Format", 20.0, Kind::Text),
    column("Why it was read so", 50.0, Kind::Text),
    column("Read", 11.0, Kind::Number),
    column("Kept", 11.0, Kind::Number),
    column("Duplicates", 11.0, Kind::Number),
    column("Rejected", 11.0, Kind::Number),
    column("Bytes", 13.0, Kind::Number),
    column("SHA-256", 66.0, Kind::Text),
    column("First entry (UTC)", 22.0, Kind::Date),
    column("Last entry (UTC)", 22.0, Kind::Date),
];

fn sources(view: &FrozenView) -> Vec<Vec<Cell>> {
    let line = |f: &crate::ask::evidence::FileRow| {
        row![
            f.path.as_str(),
            f.format.as_str(),
            f.why.as_str(),
            f.read,
            f.kept,
            f.duplicates,
            f.rejected,
            f.bytes,
            f.sha256.as_str(),
            &f.first,
            &f.last,
        ]
    };
    view.files.iter().map(line).collect()
}

const LOSSES: [Column; 9] = [
    column("File", 50.0, Kind::Text),
    column("Code", 22.0, Kind::Text),
    column("Severity", 10.0, Kind::Text),
    column("Times in the file", 10.0, Kind::Number),
    column("Line", 10.0, Kind::Number),
    column("Byte", 13.0, Kind::Number),
    column("Length", 10.0, Kind::Number),
    column("Detail", 50.0, Kind::Text),
    column("What it means", 60.0, Kind::Text),
];

fn losses(view: &FrozenView) -> Vec<Vec<Cell>> {
    let mut out = Vec::new();
    for l in &view.losses {
        let head = || row![l.file.as_str(), l.code.as_str(), l.severity.as_str(), l.count];
        for p in &l.places {
            let mut cells = head();
            cells.extend(row![p.line.map(u64::from), p.offset, p.length, p.detail.as_str(), l.help.as_str()]);
            out.push(cells);
        }
        if l.places.is_empty() {
            let mut cells = head();
            cells.extend(row![None::<u64>, None::<u64>, None::<u64>, "", l.help.as_str()]);
            out.push(cells);
        }
    }
    out
}

const RECEIPTS: [Column; 13] = [
    column("File", 50.0, Kind::Text),
    column("Format", 20.0, Kind::Text),
    column("Records read", 12.0, Kind::Number),
    column("Claimed by the source", 12.0, Kind::Number),
    column("Standing", 14.0, Kind::Text),
    column("In words", 60.0, Kind::Text),
    column("System, tenant", 30.0, Kind::Text),
    column("Query", 40.0, Kind::Text),
    column("Period from (UTC)", 22.0, Kind::Date),
    column("Period to (UTC)", 22.0, Kind::Date),
    column("Exporter, method", 34.0, Kind::Text),
    column("Received (UTC)", 22.0, Kind::Date),
    column("Received from", 30.0, Kind::Text),
];

fn receipts(view: &FrozenView) -> Vec<Vec<Cell>> {
    use crate::ask::receipts::ReceiptStanding;
    let pair =
        |a: &Option<String>, b: &Option<String>| a.iter().chain(b).map(String::as_str).collect::<Vec<_>>().join(", ");
    let mut out = Vec::new();
    for r in &view.receipts {
        let standing = match r.standing {
            ReceiptStanding::Agrees => "agrees",
            ReceiptStanding::Differs => "differs",
            ReceiptStanding::NotClaimed => "no count claimed",
            ReceiptStanding::Missing => "no receipt",
        };
        let says = r.receipt.as_ref();
        let mut cells = row![
            r.path.as_str(),
            r.format.as_str(),
            r.read,
            says.and_then(|s| s.claimed),
            standing,
            r.sentence.as_str(),
        ];
        if let Some(s) = says {
            cells.extend(row![
                pair(&s.system, &s.tenant),
                &s.query,
                &s.period_from,
                &s.period_to,
                pair(&s.exporter, &s.method),
                &s.received,
                &s.received_from,
            ]);
        }
        out.push(cells);
    }
    out
}
