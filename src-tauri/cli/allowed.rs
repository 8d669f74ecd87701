//! Rights, decisions and tokens on the command line.

use std::path::Path;

use behalf_engine::ask;
use behalf_engine::ask::authorized::{Asked, Authorized, BasisAnswer, Beside};
use behalf_engine::ask::bridge::{Bridge, BridgeCell, Narrow, PotentialCell};
use behalf_engine::ask::tokens::{Hop, Passport, TokenRow};
use behalf_engine::ask::verdict::{VerdictFigure, VerdictWords};
use behalf_engine::case::Case;
use behalf_engine::model::EdgeError;

use crate::answers::analysed;
use crate::args::Format;
use crate::output::{Rows, flat, one};

/// The answer for one person, on each basis.
pub fn authorized(case: &Case, asked: &Asked, beside: Beside<'_>, format: Format) -> Result<(), EdgeError> {
    let answer = ask::authorized::authorized_beside(case, asked, beside)?;
    one(&answer, format, || authorized_text(&answer))
}

fn authorized_text(a: &Authorized) -> String {
    let mut out = format!("{} for {}\n", a.answer, flat(&a.user));
    if let Some(agent) = &a.agent {
        out.push_str(&format!("agent {}: {}\n", flat(&agent.id), agent.answer));
    }
    if let Some(d) = &a.decision {
        let effect = d.effect.as_deref().unwrap_or("not recorded");
        out.push_str(&format!("decision {effect} on {}\n", flat(&d.evaluated.join(", "))));
    }
    out.push_str(&a.because.iter().map(|b| flat(b)).collect::<Vec<_>>().join("\n"));
    out.push_str("\n\nBy each basis\n");
    for basis in &a.bases {
        out.push_str(&basis_text(basis));
    }
    if let Some(together) = &a.together {
        let words = match together.as_str() {
            "both" => "person and agent each have the right",
            "person_only" => "the person has the right, the agent has not",
            "agent_only" => "the agent has the right, the person has not: a bridge",
            "neither" => "neither has the right",
            _ => "cannot be told for both",
        };
        out.push_str(&format!("Together: {words}\n"));
    }
    for what in &a.not_in_evidence {
        out.push_str(&format!("Not in evidence: {}\n", flat(what)));
    }
    out.trim_end().to_string()
}

fn basis_text(b: &BasisAnswer) -> String {
    let name = match b.basis.as_str() {
        "person" => "rights of the person",
        "agent" => "rights of the agent",
        _ => "recorded decision",
    };
    let whose = if b.whose.is_empty() { String::new() } else { format!(" ({})", flat(&b.whose)) };
    let mut out = format!("  {name}{whose}: {} [{}]\n", b.answer, b.kind.replace('_', " "));
    for why in &b.because {
        out.push_str(&format!("    {}\n", flat(why)));
    }
    for record in &b.records {
        let line = format!("{} {} at {}: {}", record.kind, record.record, record.place, record.words);
        out.push_str(&format!("    {}\n", flat(&line)));
    }
    for what in &b.missing {
        out.push_str(&format!("    would be answered by: {}\n", flat(what)));
    }
    out
}

/// The part of `who` that tells the verdict.
pub fn verdict_text(v: &VerdictWords) -> String {
    let shown = v.verdict.replace('_', " ").to_uppercase();
    let mut out = format!("\nVerdict on the decision: {shown}\n  {}\n", flat(&v.sentence));
    out.push_str(&format!("  It had to be made for {}.\n", v.required));
    if let Some(d) = &v.decision {
        out.push_str(&format!("  Decision {} joined by {}.\n", flat(&d.record), d.joined_by.replace('_', " ")));
    }
    for t in &v.tests {
        let code = t.code.as_ref().map(|c| format!(" {c}")).unwrap_or_default();
        let grade = t.grade.as_ref().map(|g| format!(" [{g}]")).unwrap_or_default();
        let record = t.record.as_ref().map(|r| format!(" ({})", flat(r))).unwrap_or_default();
        let state = t.state.replace('_', " ");
        out.push_str(&format!("  {:4}{state}{code}{grade}: {}{record}\n", t.id, flat(&t.sentence)));
    }
    out
}

/// Lines of `coverage`.
pub fn verdicts_text(figures: &[VerdictFigure]) -> String {
    let mut out = String::from("\nverdict on the decision");
    for f in figures.iter().filter(|f| f.calls > 0) {
        let name = f.verdict.replace('_', " ");
        out.push_str(&format!("\n  {name:15} {} calls, {} of agents: {}", f.calls, f.agents_calls, f.words));
    }
    out
}

pub fn bridge(
    path: &Path,
    person: Option<&str>,
    agent: Option<&str>,
    potential: bool,
    format: Format,
) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let found = ask::bridge::bridge(&case, Narrow { person, agent })?;
    if matches!(format, Format::Csv | Format::Ndjson) {
        let mut rows = Rows::out(format);
        for cell in found.potential.iter().filter(|_| potential) {
            rows.row(cell, String::new)?;
        }
        for cell in found.cells.iter().filter(|_| !potential) {
            rows.row(cell, String::new)?;
        }
        return rows.end();
    }
    one(&found, format, || bridge_text(&found))
}

/// Rights that text shows; the whole list is in JSON and CSV.
const SHOWN: usize = 50;

fn bridge_text(b: &Bridge) -> String {
    let mut out = format!("{}\n", b.sentence);
    if b.for_nobody > 0 {
        out.push_str(&format!("{} more calls of agents name nobody: of them nothing is told here.\n", b.for_nobody));
    }
    for note in &b.notes {
        out.push_str(&format!("Note: {}\n", flat(note)));
    }
    for cell in &b.cells {
        out.push_str(&cell_text(cell));
    }
    if !b.potential.is_empty() {
        out.push_str("\nRights of agents that people who use them lack, or of whom it cannot be told\n");
    }
    for cell in b.potential.iter().take(SHOWN) {
        out.push_str(&potential_text(cell));
    }
    if b.potential.len() > SHOWN {
        out.push_str(&format!("  and {} more: see --format json or csv --potential\n", b.potential.len() - SHOWN));
    }
    out.trim_end().to_string()
}

fn cell_text(c: &BridgeCell) -> String {
    let rated = if c.rated { "" } else { " unrated" };
    let mut out = format!("\n{}\n", flat(&c.sentence));
    out.push_str(&format!(
        "  {}, impact {}{rated}, confidence {}, {} of {} calls, decided on a person {}, the agent's own right {}\n",
        c.effect, c.impact, c.confidence, c.calls, c.of_calls, c.decided_on_person, c.agents_right
    ));
    for why in &c.because {
        out.push_str(&format!("  {}\n", flat(why)));
    }
    out.push_str(&format!("  for example {}", flat(&c.example)));
    if !c.records.is_empty() {
        out.push_str(&format!("; grants {}", flat(&c.records.join(", "))));
    }
    out + "\n"
}

fn potential_text(c: &PotentialCell) -> String {
    let used = if c.used { "used" } else { "not used" };
    let own = if c.own == "no" { "none as wide in the exports received" } else { "cannot be told" };
    let line = format!(
        "{} through {} ({} calls): {} on {}, {used}; own right {own} (grant {})",
        c.person, c.agent, c.calls, c.action, c.resource, c.record
    );
    format!("  {}\n", flat(&line))
}

pub fn tokens(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    for row in ask::tokens::tokens(&case)? {
        rows.row(&row, || token_line(&row))?;
    }
    rows.end()
}

fn token_line(r: &TokenRow) -> String {
    let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
    let life = r.life_minutes.map_or("life unknown".into(), |m| format!("{m:.0} min"));
    let kind = if r.delegated { "delegated" } else { "own" };
    flat(&format!(
        "{} {kind} subject {} through {} of {}, {life}, {} calls in {} runs, {} findings",
        r.token,
        or(&r.subject),
        or(&r.agent),
        or(&r.issuer),
        r.uses,
        r.runs,
        r.findings
    ))
}

pub fn token(path: &Path, id: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let passport = ask::tokens::passport(&case, id)?;
    one(&passport, format, || passport_text(&passport))
}

fn passport_text(p: &Passport) -> String {
    let mut out = format!("{}\n", flat(&p.sentence));
    let list = |all: &[String]| (!all.is_empty()).then(|| all.join(" "));
    let life = p.life_minutes.map(|m| format!("{m:.0} minutes"));
    let fields = [
        ("issuer", p.issuer.clone()),
        ("subject", p.subject.clone()),
        ("client", p.client.clone()),
        ("actors, outermost first", list(&p.actors)),
        ("audience", list(&p.audience)),
        ("scope", list(&p.scope)),
        ("authorization details", p.details.clone()),
        ("begins", p.begins.clone()),
        ("ends", p.ends.clone()),
        ("revoked", p.revoked.clone()),
        ("life", life),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            out.push_str(&format!("  {name}: {}\n", flat(&value)));
        }
    }
    for record in &p.records {
        let checked = if record.unverified { ", signature not checked" } else { "" };
        let line = format!("record {} of {} at {}{checked}", record.record, record.source, record.place);
        out.push_str(&format!("  {}\n", flat(&line)));
    }
    for (name, hops) in [("Exchanged from", &p.parents), ("Exchanged into", &p.children)] {
        for hop in hops {
            out.push_str(&format!("{name} {}\n", hop_text(hop)));
        }
    }
    for what in &p.unknown {
        out.push_str(&format!("Not known: {}\n", flat(what)));
    }
    for u in &p.uses {
        let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
        let line = format!(
            "{} {} {} {} {} | audience {} scope {} time {} person of the run {}",
            or(&u.time),
            u.id,
            or(&u.action),
            or(&u.resource),
            u.outcome,
            u.audience,
            u.scope,
            u.life,
            u.runs_person
        );
        let why = u.why.as_ref().map(|w| format!(": {w}")).unwrap_or_default();
        out.push_str(&format!("Use {}\n", flat(&(line + &why))));
    }
    for f in &p.findings {
        out.push_str(&format!("Finding {} {} {}\n", f.severity, f.rule, flat(&f.title)));
    }
    out.trim_end().to_string()
}

fn hop_text(h: &Hop) -> String {
    let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
    let narrows = match h.narrows.as_str() {
        "yes" => "it narrows",
        "no" => "it goes beyond",
        _ => "whether it narrows cannot be told",
    };
    let held = if h.held { "" } else { ", no record of it here" };
    let why = h.why.as_ref().map(|w| format!(": {w}")).unwrap_or_default();
    flat(&format!(
        "{} of {} through {} [{}], {narrows}{why}{held}",
        h.token,
        or(&h.subject),
        or(&h.agent),
        h.scope.join(" ")
    ))
}
