//! How far things reached, on the command line: exposure of a credential, ledger of a record, changes since the last review.

use std::io::Read;
use std::path::Path;

use behalf_app::bridge::Wall;
use behalf_engine::ask;
use behalf_engine::ask::agent::AgentSheet;
use behalf_engine::ask::changes::Changes;
use behalf_engine::ask::exposure::{Exposure, Place};
use behalf_engine::ask::ledger::{Ledger, LedgerView};
use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError, Time};
use behalf_engine::review;

use crate::answers::analysed;
use crate::args::{Format, View};
use crate::output::{Rows, failed, flat, one};

/// A secret is a line; nothing that is pasted is longer.
const LONGEST_SECRET: u64 = 1 << 20;

fn moment(text: Option<&str>) -> Result<Option<Time>, EdgeError> {
    let parse = |t: &str| {
        Time::parse(t)
            .ok_or_else(|| failed("usage", format!("{t} is no time"), "Give RFC 3339, such as 2026-03-11T13:59:55Z."))
    };
    text.map(parse).transpose()
}

/// A date alone as the end of a period is its last moment.
fn end(text: Option<&str>) -> Result<Option<Time>, EdgeError> {
    let day = text.and_then(Time::date);
    Ok(match day {
        Some(day) => Some(Time(day.0 + behalf_engine::model::time::DAY - 1)),
        None => moment(text)?,
    })
}

pub fn exposure(path: &Path, credential: &str, at: Option<&str>, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    print(&ask::exposure::exposure(&case, credential, moment(at)?)?, format)
}

/// Reads the secret from standard input: an argument would stand in the shell's history and in the list of processes.
pub fn exposure_of_secret(path: &Path, by: &str, at: Option<&str>, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let at = moment(at)?;
    let mut secret = String::new();
    std::io::stdin().take(LONGEST_SECRET).read_to_string(&mut secret).map_err(|_| {
        failed("usage", "the secret could not be read from standard input", "Pipe it in as text, one line.")
    })?;
    if secret.trim().is_empty() {
        return Err(failed(
            "usage",
            "nothing was given on standard input",
            "Pipe the secret in, or paste it and end with Ctrl+D.",
        ));
    }
    let (found, deed) = ask::exposure::exposure_of_secret(&case, &secret, at)?;
    drop(secret);
    review::append(&case, Wall.now(), by, deed)?;
    print(&found, format)
}

fn print(found: &Exposure, format: Format) -> Result<(), EdgeError> {
    if format == Format::Csv {
        let mut rows = Rows::out(format);
        for call in &found.calls {
            rows.row(call, String::new)?;
        }
        return rows.end();
    }
    one(found, format, || exposure_text(found))
}

fn exposure_text(e: &Exposure) -> String {
    let mut lines = vec![e.sentence.clone()];
    for m in &e.found {
        let form = m.form.as_deref().map(|f| format!(", recorded as {f}")).unwrap_or_default();
        lines.push(format!("{} {}{form}", m.kind, m.id));
    }
    if let Some(at) = &e.at {
        lines.push(format!("{} uses before {at}, {} from then on", e.before, e.after));
    }
    if let Some(revoked) = &e.revoked {
        lines.push(format!("revoked {revoked}: {} uses after it", e.after_revocation));
    }
    if let Some(expires) = &e.expires {
        lines.push(format!("expires {expires}: {} uses after it", e.after_expiry));
    }
    let lists: [(&str, &[Place]); 8] = [
        ("host", &e.by_host),
        ("network", &e.by_network),
        ("environment", &e.by_environment),
        ("client", &e.by_client),
        ("agent", &e.by_agent),
        ("on the rights of", &e.authorities),
        ("person whose rights were wielded", &e.people),
        ("recorded initiator", &e.initiators),
    ];
    for (what, places) in lists {
        for p in places {
            let span = [p.first.as_deref(), p.last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" to ");
            lines.push(format!("  {what}: {} {} uses {span}", p.name, p.uses));
        }
    }
    for d in &e.derived {
        lines.push(format!(
            "  derived ({}): {} {} from {} by {}, {} uses",
            d.depth, d.kind, d.id, d.from, d.how, d.uses
        ));
    }
    for t in &e.touched {
        lines.push(format!(
            "  {} {} {}: {} calls on {} resources, {} without effect",
            t.effect, t.data_class, t.action, t.calls, t.resources, t.without_effect
        ));
    }
    for line in &e.cannot_see {
        lines.push(format!("Not seen: {line}"));
    }
    lines.iter().map(|l| flat(l)).collect::<Vec<_>>().join("\n")
}

pub struct LedgerAsked<'a> {
    pub resource: &'a str,
    pub view: View,
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
}

pub fn ledger(path: &Path, asked: &LedgerAsked<'_>, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let view = match asked.view {
        View::Audit => LedgerView::Audit,
        View::Subject => LedgerView::Subject,
        View::Disclosure => LedgerView::Disclosure,
    };
    let found = ask::ledger::ledger(&case, asked.resource, view, moment(asked.from)?, end(asked.to)?)?;
    if format == Format::Csv {
        let mut rows = Rows::out(format);
        for row in &found.rows {
            rows.row(row, String::new)?;
        }
        return rows.end();
    }
    one(&found, format, || ledger_text(&found))
}

fn ledger_text(l: &Ledger) -> String {
    let mut lines = vec![l.sentence.clone()];
    for r in &l.rows {
        let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
        let recipient = r.recipient.as_ref().map(|v| format!(" to {v}")).unwrap_or_default();
        lines.push(format!(
            "{} {} {} {}{recipient} | person {} ({}) agent {} | {} {}",
            or(&r.time),
            r.action,
            r.resource,
            r.outcome,
            or(&r.human),
            r.refusal.clone().or_else(|| r.grade.clone()).unwrap_or_else(|| "-".into()),
            or(&r.agent),
            r.source,
            r.id
        ));
    }
    for line in &l.could_hold_more {
        lines.push(format!("Could hold more: {line}"));
    }
    lines.iter().map(|l| flat(l)).collect::<Vec<_>>().join("\n")
}

pub fn changes(path: &Path, other: &Path, format: Format) -> Result<(), EdgeError> {
    let (case, other) = (analysed(path)?, analysed(other)?);
    let found = compare(&case, &other)?;
    if format == Format::Csv {
        let mut rows = Rows::out(format);
        for row in &found.rows {
            rows.row(row, String::new)?;
        }
        return rows.end();
    }
    one(&found, format, || changes_text(&found))
}

fn compare(case: &Case, other: &Case) -> Result<Changes, EdgeError> {
    Ok(ask::changes::changes(case, other)?)
}

fn changes_text(c: &Changes) -> String {
    let mut lines = vec![c.sentence.clone()];
    for r in c.rows.iter().filter(|r| !r.design_fact) {
        let state = format!("{:?}", r.state).to_lowercase();
        lines.push(format!(
            "{state:9} {:8} {} {} [{}]: {} calls, {} before ({})",
            r.severity, r.rule, r.title, r.cause, r.calls, r.calls_before, r.why
        ));
    }
    for f in &c.coverage {
        lines.push(format!("{}: {} before, {} now", f.figure, f.before, f.now));
    }
    lines.iter().map(|l| flat(l)).collect::<Vec<_>>().join("\n")
}

pub fn agent(path: &Path, id: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let sheet = ask::agent::agent(&case, id)?;
    one(&sheet, format, || sheet_text(&sheet))
}

fn sheet_text(s: &AgentSheet) -> String {
    let mut lines = vec![s.sentence.clone()];
    lines.extend(s.rights.iter().map(|r| format!("  right: {}, {} calls", r.right, r.calls)));
    lines.extend(s.people.iter().map(|p| format!("  person: {} ({})", p.person, p.by.join(", "))));
    for d in &s.data {
        let reach = if d.reachable { "within its rights" } else { "within no right that is known" };
        lines.push(format!("  data {}: {} read, {} changed, {reach}", d.data_class, d.read, d.changed));
    }
    for i in &s.irreversible {
        let reach = if i.reachable { "within its rights" } else { "within no right that is known" };
        lines.push(format!("  irreversible {}: {} of {} calls went through, {reach}", i.action, i.done, i.calls));
    }
    for c in &s.credentials {
        let whose = c.authority.as_deref().map(|a| format!(" on the rights of {a}")).unwrap_or_default();
        lines.push(format!("  credential: {} {}, {} uses{whose}", c.kind, c.id, c.uses));
    }
    lines.extend(s.agent.notes.iter().map(|n| format!("  note: {n}")));
    lines.iter().map(|l| flat(l)).collect::<Vec<_>>().join("\n")
}
