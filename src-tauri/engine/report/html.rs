//! The printed report: one HTML file with its style inside, no script, no network. The templates hold the words, this
//! file the order of things.

use super::figures::{self, Figure, Strip};
use super::publish::{initiator_words, names_people};
use super::view::{CallLine, EvidenceItem, FrozenView, RuleRun};
use super::{ReportError, json, text};
use crate::ask::findings::{Criterion, FindingDetail, FindingRow, Instance};
use chrono::{DateTime, FixedOffset, TimeDelta};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Output, State, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Name and text of each template; `report.html` names the others.
pub const TEMPLATES: [(&str, &str); 8] = [
    ("report.html", include_str!("templates/report.html")),
    ("style.html", include_str!("templates/style.html")),
    ("marks.html", include_str!("templates/marks.html")),
    ("opening.html", include_str!("templates/opening.html")),
    ("coverage.html", include_str!("templates/coverage.html")),
    ("findings.html", include_str!("templates/findings.html")),
    ("closing.html", include_str!("templates/closing.html")),
    ("appendices.html", include_str!("templates/appendices.html")),
];

/// Calls printed under one finding. Beyond that a page is no longer read; the count that is left out is printed, and
/// all calls stand in the CSV and the JSON of the same report.
const CALLS_PRINTED: usize = 60;
/// Instances printed under one finding, for the same reason.
const INSTANCES_PRINTED: usize = 40;
/// A design fact is the same in each of its calls: a few stand for all.
const OF_A_FACT: usize = 5;

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let digest = json::digest(view)?;
    let page = Page::new(view, &digest);
    let env = environment()?;
    let page = Value::from(Serde(&page));
    let mut html = env.get_template("report.html")?.render(context! { page })?;
    html.push('\n');
    Ok(html.into_bytes())
}

fn environment() -> Result<Environment<'static>, ReportError> {
    let mut env = Environment::new();
    // A misspelt name is our fault and must not print as an empty place in a report.
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_formatter(format_value);
    env.add_filter("num", figures::thousands);
    env.add_filter("share", figures::share);
    env.add_filter("stamp", |t: String| stamp(&t));
    env.add_filter("moment", |t: String| moment(&t));
    env.add_filter("day", |t: String| day(&t));
    env.add_filter("css", |t: String| Value::from_safe_string(text::css_string(&t)));
    env.add_filter("id", |t: String| Value::from_safe_string(text::html_id(&t)));
    env.add_filter("prose", |t: String| Value::from_safe_string(text::html_prose(&t)));
    env.add_filter("words", |t: String| t.replace('_', " "));
    for (name, source) in TEMPLATES {
        env.add_template(name, source)?;
    }
    Ok(env)
}

/// Every value passes here, whatever the template: only what our own macros made is written as it is.
fn format_value(out: &mut Output, _: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_none() {
        return Ok(());
    }
    let written = match value.as_str() {
        Some(markup) if value.is_safe() => out.write_str(markup),
        Some(text) => out.write_str(&text::html(text)),
        None => out.write_str(&text::html(&value.to_string())),
    };
    written.map_err(minijinja::Error::from)
}

fn parse(time: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(time).ok()
}

fn zone(time: &DateTime<FixedOffset>) -> String {
    match time.offset().local_minus_utc() {
        0 => "UTC".to_owned(),
        _ => time.format("UTC%:z").to_string(),
    }
}

/// For tables: `2026-03-05 15:40:04.366 UTC`. What is no time is printed as it stands.
pub(super) fn stamp(time: &str) -> String {
    match parse(time) {
        Some(t) => format!("{} {}", t.format("%Y-%m-%d %H:%M:%S%.f"), zone(&t)),
        None => time.to_owned(),
    }
}

/// For sentences: `5 March 2026, 15:40 UTC`.
pub(super) fn moment(time: &str) -> String {
    match parse(time) {
        Some(t) => format!("{}, {}", t.format("%-d %B %Y, %H:%M"), zone(&t)),
        None => time.to_owned(),
    }
}

/// For periods: `5 March 2026`.
fn day(time: &str) -> String {
    match parse(time) {
        Some(t) => t.format("%-d %B %Y").to_string(),
        None => time.to_owned(),
    }
}

/// Everything the templates name.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    view: &'a FrozenView,
    report_id: String,
    digest: &'a str,
    version: &'a str,
    period: Period,
    figures: Vec<Figure>,
    /// Calls that require a person and stand under none of the four: a view that does not add up says so.
    unclassed: u32,
    strip: Option<Strip>,
    findings: Vec<Finding<'a>>,
    facts: Vec<Finding<'a>>,
    worst: Vec<Worst<'a>>,
    found: Vec<&'a RuleRun>,
    clean: Vec<&'a RuleRun>,
    not_run: Vec<&'a RuleRun>,
    sources: Vec<SourceLine<'a>>,
    evidence: Vec<Evidence<'a>>,
}

#[derive(Serialize)]
struct Period {
    from: Option<String>,
    to: Option<String>,
    declared: bool,
    first_day: Option<String>,
    /// The last day that belongs to it; the end of a declared period does not.
    last_day: Option<String>,
}

#[derive(Serialize)]
struct Worst<'a> {
    no: Option<usize>,
    row: &'a FindingRow,
    severity: String,
}

/// Exports of one format taken together.
#[derive(Serialize, Default)]
struct SourceLine<'a> {
    format: &'a str,
    files: u32,
    read: u64,
    first: Option<&'a str>,
    last: Option<&'a str>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    no: usize,
    item: &'a EvidenceItem,
    /// Number of its file in the appendix.
    file_no: Option<usize>,
}

#[derive(Serialize)]
struct Finding<'a> {
    /// `1`, or `D1` for a design fact.
    no: String,
    anchor: String,
    detail: &'a FindingDetail,
    severity: String,
    criteria: Vec<CriterionLine<'a>>,
    instances: Vec<InstanceLine<'a>>,
    instances_left: usize,
    calls_left: usize,
    /// Some of its calls name nobody, though the record would.
    withheld: bool,
    /// Numbers in the evidence index.
    evidence: Vec<usize>,
}

#[derive(Serialize)]
struct CriterionLine<'a> {
    criterion: &'a Criterion,
    confirmed_by: Option<&'a str>,
}

#[derive(Serialize)]
struct InstanceLine<'a> {
    no: usize,
    instance: &'a Instance,
    calls: Vec<Call<'a>>,
    /// Shown ids that the view has no line for.
    others: Vec<&'a str>,
}

#[derive(Serialize)]
struct Call<'a> {
    line: &'a CallLine,
    initiator: String,
    named: bool,
    evidence: Option<usize>,
}

/// What findings are joined with.
struct Index<'a> {
    calls: BTreeMap<(&'a str, &'a str), Vec<&'a CallLine>>,
    records: BTreeMap<(&'a str, &'a str), usize>,
    confirmed: BTreeMap<(&'a str, &'a str), &'a str>,
    evidence: &'a [EvidenceItem],
}

impl<'a> Page<'a> {
    pub(super) fn new(view: &'a FrozenView, digest: &'a str) -> Page<'a> {
        let index = Index::new(view);
        let numbers: BTreeMap<&str, usize> =
            view.findings.iter().enumerate().map(|(at, f)| (f.row.id.as_str(), at + 1)).collect();
        let c = &view.coverage;
        let classed =
            [c.attributed, c.supported, c.refused, c.contradicted].into_iter().fold(0u32, u32::saturating_add);
        let (ran, not_run): (Vec<&RuleRun>, Vec<&RuleRun>) = view.rules.iter().partition(|r| r.ran);
        let (clean, found) = ran.into_iter().partition(|r| r.exceptions == 0);
        Page {
            view,
            report_id: json::report_id(digest),
            digest,
            version: view.report_version.as_deref().unwrap_or("draft"),
            period: period(view),
            figures: figures::four(c),
            unclassed: c.requiring_person.saturating_sub(classed),
            strip: figures::strip(&view.overview.days),
            findings: view.findings.iter().enumerate().map(|(at, f)| index.finding(at + 1, f, false)).collect(),
            facts: view.design_facts.iter().enumerate().map(|(at, f)| index.finding(at + 1, f, true)).collect(),
            worst: view
                .overview
                .worst
                .iter()
                .map(|row| Worst { no: numbers.get(row.id.as_str()).copied(), row, severity: severity(row) })
                .collect(),
            found,
            clean,
            not_run,
            sources: sources(view),
            evidence: evidence(view),
        }
    }
}

impl<'a> Index<'a> {
    fn new(view: &'a FrozenView) -> Index<'a> {
        let mut calls: BTreeMap<(&str, &str), Vec<&CallLine>> = BTreeMap::new();
        for call in &view.calls {
            calls.entry((&call.finding, &call.instance)).or_default().push(call);
        }
        let mut records = BTreeMap::new();
        for (at, item) in view.evidence.iter().enumerate() {
            records.entry((item.source.as_str(), item.id.as_str())).or_insert(at + 1);
        }
        let confirmed = view.scope.confirmed_criteria.iter();
        let confirmed =
            confirmed.map(|c| ((c.framework.as_str(), c.clause.as_str()), c.confirmed_by.as_str())).collect();
        Index { calls, records, confirmed, evidence: &view.evidence }
    }

    fn finding(&self, no: usize, detail: &'a FindingDetail, fact: bool) -> Finding<'a> {
        let (mut room, most) = if fact { (OF_A_FACT, OF_A_FACT) } else { (CALLS_PRINTED, INSTANCES_PRINTED) };
        let mut calls_left = 0;
        let mut withheld = false;
        let mut instances = Vec::new();
        for (at, instance) in detail.instances.iter().enumerate() {
            let lines = self.calls.get(&(detail.row.id.as_str(), instance.id.as_str())).map(Vec::as_slice);
            let lines = lines.unwrap_or_default();
            let known: BTreeSet<&str> = lines.iter().map(|c| c.event.as_str()).collect();
            let others: Vec<&str> =
                instance.events.iter().map(String::as_str).filter(|event| !known.contains(event)).collect();
            withheld |= lines.iter().any(|c| c.grade.is_some() && !names_people(c.grade.as_deref()));
            if at >= most || (room == 0 && lines.len() + others.len() > 0) {
                calls_left += lines.len() + others.len();
                continue;
            }
            let printed = lines.len().min(room);
            room -= printed;
            let named = others.len().min(room);
            room -= named;
            calls_left += lines.len() - printed + others.len() - named;
            instances.push(InstanceLine {
                no: at + 1,
                instance,
                calls: lines[..printed].iter().map(|line| self.call(line)).collect(),
                others: others[..named].to_vec(),
            });
        }
        let number = u32::try_from(no).unwrap_or(u32::MAX);
        let cited = |item: &EvidenceItem| !fact && item.cited_in.contains(&number);
        Finding {
            no: if fact { format!("D{no}") } else { no.to_string() },
            anchor: if fact { format!("fact-{no}") } else { format!("finding-{no}") },
            detail,
            severity: severity(&detail.row),
            criteria: detail.criteria.iter().map(|criterion| self.criterion(criterion)).collect(),
            instances_left: detail.instances.len() - instances.len(),
            instances,
            calls_left,
            withheld,
            evidence: self.evidence.iter().enumerate().filter(|(_, e)| cited(e)).map(|(at, _)| at + 1).collect(),
        }
    }

    fn criterion(&self, criterion: &'a Criterion) -> CriterionLine<'a> {
        let key = (criterion.framework.as_str(), criterion.clause.as_str());
        CriterionLine { criterion, confirmed_by: self.confirmed.get(&key).copied() }
    }

    fn call(&self, line: &'a CallLine) -> Call<'a> {
        Call {
            line,
            initiator: initiator_words(line),
            named: line.recorded_initiator.is_some() && names_people(line.grade.as_deref()),
            evidence: self.records.get(&(line.source.as_str(), line.event.as_str())).copied(),
        }
    }
}

/// The declared period, else that of the calls.
fn period(view: &FrozenView) -> Period {
    let declared = view.scope.from.is_some() || view.scope.to.is_some();
    let (from, to) = match declared {
        true => (view.scope.from.clone(), view.scope.to.clone()),
        false => (view.overview.first.clone(), view.overview.last.clone()),
    };
    let last_day = to.as_deref().map(|to| match parse(to) {
        Some(end) if declared => day(&(end - TimeDelta::seconds(1)).to_rfc3339()),
        _ => day(to),
    });
    Period { first_day: from.as_deref().map(day), from, to, declared, last_day }
}

/// A finding that would be critical with a second person's signature says so in its severity.
fn severity(row: &FindingRow) -> String {
    let mut chars = row.severity.chars();
    let capital: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let potential = if row.potential_critical { ", potential critical" } else { "" };
    format!("{capital}{}{potential}", chars.as_str())
}

fn sources(view: &FrozenView) -> Vec<SourceLine<'_>> {
    let mut by_format: BTreeMap<&str, SourceLine<'_>> = BTreeMap::new();
    for file in &view.files {
        let line = by_format.entry(&file.format).or_default();
        line.format = &file.format;
        line.files += 1;
        line.read += u64::from(file.read);
        // RFC 3339 in UTC: order of text is order of time.
        line.first = line.first.into_iter().chain(file.first.as_deref()).min();
        line.last = line.last.into_iter().chain(file.last.as_deref()).max();
    }
    by_format.into_values().collect()
}

fn evidence(view: &FrozenView) -> Vec<Evidence<'_>> {
    let mut files = BTreeMap::new();
    for (at, file) in view.files.iter().enumerate() {
        files.entry((file.sha256.as_str(), file.path.as_str())).or_insert(at + 1);
    }
    let file_no = |item: &EvidenceItem| files.get(&(item.file_sha256.as_str(), item.file.as_str())).copied();
    view.evidence.iter().enumerate().map(|(at, item)| Evidence { no: at + 1, item, file_no: file_no(item) }).collect()
}
