//! What to ask for next, on the command line.

use std::path::Path;

use behalf_engine::ask;
use behalf_engine::ask::requests::{Request, Requests};
use behalf_engine::model::EdgeError;
use serde::Serialize;

use crate::answers::analysed;
use crate::args::Format;
use crate::output::{Rows, flat, one};

/// A request as a row of a table.
#[derive(Serialize)]
struct Row<'a> {
    rank: u32,
    kind: &'a str,
    system: &'a str,
    owners: &'a [String],
    calls: u32,
    further: u32,
    only: u32,
    unasked: u32,
    unverified: u32,
    best: &'a str,
    certain: bool,
    from: Option<&'a str>,
    to: Option<&'a str>,
    ids: Vec<&'a str>,
    examples: &'a [String],
    ask: &'a str,
}

pub fn requests(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let found = ask::requests::requests(&case)?;
    if format != Format::Csv {
        return one(&found, format, || text(&found));
    }
    let mut rows = Rows::out(format);
    for r in &found.requests {
        rows.row(&row(r), String::new)?;
    }
    for e in &found.evidence {
        let row = Row {
            rank: 0,
            kind: &e.kind,
            system: &e.system,
            owners: &[],
            calls: 0,
            further: 0,
            only: 0,
            unasked: 0,
            unverified: 0,
            best: "-",
            certain: true,
            from: e.from.as_deref(),
            to: e.to.as_deref(),
            ids: Vec::new(),
            examples: &[],
            ask: &e.ask,
        };
        rows.row(&row, String::new)?;
    }
    for c in &found.changes {
        let row = Row {
            rank: 0,
            kind: "logging_change",
            system: &c.source,
            owners: c.owner.as_slice(),
            calls: c.calls,
            further: 0,
            only: 0,
            unasked: 0,
            unverified: 0,
            best: "B",
            certain: true,
            from: None,
            to: None,
            ids: c.agent.as_deref().into_iter().collect(),
            examples: &[],
            ask: &c.change,
        };
        rows.row(&row, String::new)?;
    }
    rows.end()
}

fn row(r: &Request) -> Row<'_> {
    Row {
        rank: r.rank,
        kind: &r.export,
        system: &r.system,
        owners: &r.owners,
        calls: r.calls,
        further: r.further,
        only: r.only,
        unasked: r.unasked,
        unverified: r.unverified,
        best: &r.best,
        certain: r.certain,
        from: r.from.as_deref(),
        to: r.to.as_deref(),
        ids: r.filters.iter().flat_map(|f| f.ids.iter().map(String::as_str)).collect(),
        examples: &r.examples,
        ask: &r.ask,
    }
}

fn text(found: &Requests) -> String {
    let mut out = format!("{}\n", found.sentence);
    for r in &found.requests {
        let owners = if r.owners.is_empty() { String::new() } else { format!("; owners {}", r.owners.join(", ")) };
        let kept = if r.certain { "" } else { "; may never have been kept" };
        let mut more = String::new();
        if r.unasked > 0 {
            more.push_str(&format!("; behind {} calls of services a person may show", r.unasked));
        }
        if r.unverified > 0 {
            more.push_str(&format!("; {} named calls to be verified", r.unverified));
        }
        out.push_str(&flat(&format!(
            "{}. {}: may settle {} calls (grade {} at best), {} beyond the requests above, {} by no other{more}{owners}{kept}",
            r.rank, r.export, r.calls, r.best, r.further, r.only
        )));
        out.push_str(&format!("\n   {}\n", flat(&r.ask)));
        if !r.examples.is_empty() {
            out.push_str(&format!("   such as {}\n", flat(&r.examples.join(", "))));
        }
    }
    if let Some(first) = found.changes.first() {
        out.push_str(&format!(
            "The one change of logging that closes most for good ({} of {} open calls): {}\n",
            first.calls,
            found.open,
            flat(&first.change)
        ));
        for c in found.changes.iter().skip(1).take(9) {
            out.push_str(&format!("   then {} calls: {}\n", c.calls, flat(&c.change)));
        }
    }
    for e in &found.evidence {
        out.push_str(&format!("Evidence ({}): {}\n", e.kind, flat(&e.ask)));
    }
    out.trim_end().to_string()
}
