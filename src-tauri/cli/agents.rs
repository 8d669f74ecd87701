//! Accounts, agents and their patterns on the command line.

use std::path::Path;

use behalf_engine::ask;
use behalf_engine::ask::accounts::{AccountRow, AccountSheet};
use behalf_engine::ask::agents::AgentRow;
use behalf_engine::ask::patterns::{PatternCell, TRADE_OFFS};
use behalf_engine::model::EdgeError;

use crate::answers::analysed;
use crate::args::Format;
use crate::output::{Rows, flat, one, say};

pub fn principals(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    for row in ask::accounts::accounts(&case)? {
        rows.row(&row, || account_line(&row))?;
    }
    rows.end()
}

fn account_line(r: &AccountRow) -> String {
    let party = r.party.as_deref().filter(|p| *p != r.principal).map(|p| format!(" ({p})")).unwrap_or_default();
    flat(&format!(
        "{:9} {}:{}{party} {} calls, {} for, {} against, {} points: {}",
        r.kind, r.namespace, r.principal, r.calls, r.signals_for, r.signals_against, r.points, r.verdict
    ))
}

pub fn principal(path: &Path, id: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let sheet = ask::accounts::account(&case, id)?;
    one(&sheet, format, || sheet_text(&sheet))
}

fn sheet_text(s: &AccountSheet) -> String {
    let mut out =
        format!("{}\n{}\n{}\nSignals rest on {}.\n", account_line(&s.account), s.sentence, s.base_rate, s.rests_on);
    for signal in &s.signals {
        let line = format!("  {:10} {:4} {}: {}", signal.stands, signal.id, signal.says, signal.sentence);
        out.push_str(&(flat(&line) + "\n"));
    }
    for finding in &s.findings {
        out.push_str(&(flat(&format!("  {} {} {}", finding.severity, finding.rule, finding.title)) + "\n"));
    }
    out.push_str("Calls by hour of the week, UTC\n");
    for (day, hours) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().zip(&s.hours) {
        let cells: String = hours.iter().map(|n| format!("{n:>5}")).collect();
        out.push_str(&format!("  {day}{cells}\n"));
    }
    out.trim_end().to_string()
}

pub fn agents(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    for row in ask::agents::agents(&case)? {
        rows.row(&row, || agent_line(&row))?;
    }
    rows.end()
}

fn agent_line(r: &AgentRow) -> String {
    let known = if r.registered { "registered" } else { "not registered" };
    let tools: Vec<String> = r.tools.iter().map(|t| format!("{} {}", t.tool, t.calls)).collect();
    let reach = match r.blast.rights_known {
        true => format!("{} rights", r.blast.rights_count),
        false => "rights not known".into(),
    };
    let mut out = flat(&format!(
        "{} ({known}, owner {}) {} runs, {} calls for {} people: {}",
        r.agent,
        r.owner.as_deref().unwrap_or("-"),
        r.runs,
        r.calls,
        r.people.len(),
        tools.join(", ")
    ));
    out.push_str(&format!(
        "\n  reach: {reach}, tokens of {} people, irreversible: {}",
        r.blast.people_wieldable.len(),
        flat(&r.blast.irreversible.join(", "))
    ));
    for note in &r.notes {
        out.push_str(&format!("\n  note: {note}"));
    }
    out
}

pub fn patterns(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    for cell in ask::patterns::patterns(&case)? {
        rows.row(&cell, || cell_text(&cell))?;
    }
    rows.end()?;
    if format == Format::Text {
        for t in &TRADE_OFFS {
            say(&format!("{}: {}. Keeps: {}. Costs: {}.", t.pattern, t.is, t.keeps, t.costs))?;
        }
    }
    Ok(())
}

fn cell_text(c: &PatternCell) -> String {
    let mut out = flat(&format!(
        "{} x {}: {} ({:.0} % of {} calls, person {}), required {} ({}: {}) -> gap {}",
        c.agent,
        c.tool,
        c.observed,
        c.share * 100.0,
        c.calls,
        c.grade.as_deref().unwrap_or("not named"),
        c.required,
        c.basis,
        c.why,
        c.gap
    ));
    out.push_str(&format!("\n  the tool {}", flat(&c.takes)));
    for change in &c.change {
        out.push_str(&format!("\n  change: {change}"));
    }
    for fact in &c.design_facts {
        out.push_str(&format!("\n  {} on {} calls", fact.rule, fact.calls));
    }
    out
}
