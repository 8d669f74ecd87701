//! The questions on the command line.

use std::path::Path;

use behalf_engine::analysis::Loaded;
use behalf_engine::ask;
use behalf_engine::ask::attributions::AttributionRow;
use behalf_engine::case::{Case, Select};
use behalf_engine::model::EdgeError;
use serde::Serialize;

use crate::args::Format;
use crate::output::{Rows, failed, flat, one, said};

pub(super) fn analysed(path: &Path) -> Result<Case, EdgeError> {
    let case = Case::open(path)?;
    if !case.analysed()? && case.calls_held()? > 0 {
        return Err(failed(
            "not_analysed",
            "this case has not been analysed since it was made",
            "Run behalf analyze --case FILE.",
        ));
    }
    said(case.stale()?);
    Ok(case)
}

pub fn attributions(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    let mut failure = None;
    ask::attributions::each(&case, &Select::All, None, |row| {
        if failure.is_none() {
            failure = rows.row(&row, || line(&row)).err();
        }
        Ok(())
    })?;
    failure.map_or_else(|| rows.end(), Err)
}

fn line(r: &AttributionRow) -> String {
    let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
    flat(&format!(
        "{} {} {} {} {} | person {} ({}) agent {} | {} {}",
        or(&r.time),
        r.id,
        or(&r.action),
        or(&r.resource),
        r.outcome,
        or(&r.human),
        r.refusal.clone().or_else(|| r.grade.clone()).unwrap_or_else(|| "-".into()),
        or(&r.agent),
        r.pattern,
        r.evidence.join("+")
    ))
}

/// A finding as DESIGN section 10 lists it.
#[derive(Serialize)]
struct Listed {
    id: String,
    rule: String,
    severity: String,
    potential_critical: bool,
    unrated: bool,
    confidence: String,
    title: String,
    cause: String,
    design_fact: bool,
    /// The words of known exceptions that cover all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<String>,
    events: Vec<String>,
    controls: Vec<String>,
    instances: Vec<ListedInstance>,
}

#[derive(Serialize)]
struct ListedInstance {
    id: String,
    subject: Subject,
    events: Vec<String>,
}

#[derive(Serialize)]
struct Subject {
    principal: Option<String>,
    token: Option<String>,
    run: Option<String>,
    agent: Option<String>,
    tool: Option<String>,
}

pub fn findings(path: &Path, rule: Option<&str>, severity: Option<&str>, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let mut rows = Rows::out(format);
    // A list for reading has what known exceptions cover whole at its end, under its count; data keeps the order of severity.
    let (mut waiting, known): (Vec<_>, Vec<_>) = ask::findings::rows(&case)?
        .into_iter()
        .partition(|f| f.design_fact || f.accepted.is_none() || format != Format::Text);
    let mut fold = (!known.is_empty()).then_some((waiting.len(), known.len()));
    waiting.extend(known);
    for (at, f) in waiting.into_iter().enumerate() {
        if rule.is_some_and(|r| !r.eq_ignore_ascii_case(&f.rule))
            || severity.is_some_and(|s| !s.eq_ignore_ascii_case(&f.severity))
        {
            continue;
        }
        let detail = ask::findings::detail(&case, &f.id)?;
        let listed = Listed {
            events: distinct(detail.instances.iter().flat_map(|i| i.events.iter())),
            controls: detail.criteria.iter().map(|c| format!("{} {}", c.framework, c.clause)).collect(),
            instances: detail
                .instances
                .into_iter()
                .map(|i| ListedInstance {
                    id: i.id,
                    subject: Subject {
                        principal: i.principal,
                        token: i.token,
                        run: i.run,
                        agent: i.agent,
                        tool: i.tool,
                    },
                    events: i.events,
                })
                .collect(),
            id: f.id.clone(),
            rule: f.rule.clone(),
            severity: f.severity.clone(),
            potential_critical: f.potential_critical,
            unrated: f.unrated,
            confidence: f.confidence.clone(),
            title: f.title.clone(),
            cause: f.cause.clone(),
            design_fact: f.design_fact,
            accepted: f.accepted.clone(),
        };
        let lead = match fold {
            Some((first, count)) if at >= first => {
                fold = None;
                format!("{count} known {}:\n", if count == 1 { "exception" } else { "exceptions" })
            }
            _ => String::new(),
        };
        rows.row(&listed, || {
            let what = format!("{} {} [{}]", f.rule, f.title, f.cause);
            let accepted = f.accepted.as_ref().map(|words| format!(", {words}")).unwrap_or_default();
            lead + &flat(&format!("{:8} {what} {} ({} calls{accepted})", f.severity, f.confidence, f.calls))
        })?;
    }
    rows.end()
}

fn distinct<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if seen.insert(id) {
            out.push(id.clone());
        }
    }
    out
}

pub fn who(path: &Path, id: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let loaded = Loaded::load(&case)?;
    let who = ask::who::who(&case, &loaded, id)?;
    let raw = ask::raw::raw(&case, id)?;
    #[derive(Serialize)]
    struct Answer<'a> {
        #[serde(flatten)]
        who: &'a ask::who::Who,
        record: &'a ask::raw::RawRecord,
    }
    one(&Answer { who: &who, record: &raw }, format, || who_text(&who, &raw))
}

fn who_text(w: &ask::who::Who, raw: &ask::raw::RawRecord) -> String {
    let mut out = format!("{}\n", flat(&w.sentence));
    if !w.disclaimer.is_empty() {
        out.push_str(&format!("It does not say: {}\n", w.disclaimer));
    }
    if let Some(refusal) = &w.refusal {
        out.push_str(&format!("What would settle it: {}\n", flat(&refusal.settled_by)));
    }
    if w.refusal.is_none() {
        for need in &w.needs {
            out.push_str(&format!("What would raise it: {}\n", flat(&need.sentence)));
        }
    }
    if let Some(owner) = &w.owner {
        out.push_str(&format!("Accountable owner: {} (answers for it, and did nothing by that)\n", flat(owner)));
    }
    for caution in &w.cautions {
        out.push_str(&format!("Caution {}\n", flat(caution)));
    }
    out.push_str("\nChain\n");
    for link in &w.chain {
        let basis = match (&link.basis, &link.grade) {
            (Some(b), Some(g)) => format!("  <- {b}, {g}"),
            (Some(b), None) => format!("  <- {b}"),
            _ => String::new(),
        };
        out.push_str(&format!("  {} {}{basis}\n", link.node, flat(&link.label)));
    }
    let agents = w.agent_proofs.iter().map(|proof| ("Proof of the agent", proof));
    for (what, proof) in w.proofs.iter().map(|proof| ("Proof", proof)).chain(agents) {
        out.push_str(&format!("\n{what} {}\n", flat(&proof.sentence)));
        for step in &proof.evidence {
            out.push_str(&format!(
                "  {} {} [{}] {}\n",
                step.kind,
                flat(&step.sentence),
                step.grade,
                flat(step.record.as_deref().unwrap_or(""))
            ));
        }
    }
    for contradiction in &w.contradictions {
        out.push_str(&format!("\nContradiction: {}\n", flat(contradiction)));
    }
    for (n, checked) in w.checked.iter().enumerate() {
        let gap = if n == 0 { "\n" } else { "" };
        out.push_str(&format!("{gap}Checked: {}\n", flat(checked)));
    }
    for candidate in &w.candidates {
        out.push_str(&format!("Candidate {}: {}\n", flat(&candidate.value), flat(&candidate.reason)));
    }
    if let Some(decision) = &w.decision {
        out.push_str(&format!("\nDecision: {}\n", flat(&decision.sentence)));
    }
    if let Some(verdict) = &w.verdict {
        out.push_str(&crate::allowed::verdict_text(verdict));
    }
    out.push_str(&format!(
        "\nRecord {} bytes {}+{} (sha256 {}, export sha256 {})\n{}",
        raw.file, raw.offset, raw.length, raw.sha256, raw.file_sha256, raw.text
    ));
    out
}

pub struct Question<'a> {
    /// Whom it is about; everyone where nobody is named.
    pub user: Option<&'a str>,
    pub agent: Option<&'a str>,
    pub service: Option<&'a str>,
    pub action: &'a str,
    pub resource: &'a str,
    pub at: &'a str,
    pub with: &'a [String],
}

pub fn authorized(path: &Path, q: &Question<'_>, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let at = behalf_engine::model::Time::parse(q.at).ok_or_else(|| {
        failed("usage", format!("{} is no time", q.at), "Give RFC 3339, such as 2026-03-11T13:59:55Z.")
    })?;
    let mut with = Vec::new();
    for pair in q.with {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| failed("usage", format!("{pair} is not NAME=VALUE"), "Such as --with amount=40."))?;
        with.push((name.to_string(), value.to_string()));
    }
    let Some(user) = q.user else {
        let what = ask::who_can::What {
            service: q.service,
            action: q.action,
            resource: q.resource,
            at: Some(at),
            with: &with,
        };
        return holders(&case, what, format);
    };
    let asked =
        ask::authorized::Asked { user: user.into(), action: q.action.into(), resource: q.resource.into(), at, with };
    let beside = ask::authorized::Beside { agent: q.agent, service: q.service };
    crate::allowed::authorized(&case, &asked, beside, format)
}

/// A call without a time, in the columns of one with a time.
#[derive(serde::Serialize)]
struct WithoutTime<'a> {
    at: (),
    time: (),
    #[serde(flatten)]
    call: &'a ask::timeline::Untimed,
}

fn holders(case: &Case, what: ask::who_can::What<'_>, format: Format) -> Result<(), EdgeError> {
    let all = what.action == "*" && what.resource == "*";
    let found = if all { ask::who_can::administrators(case, what.at)? } else { ask::who_can::who_can(case, what)? };
    let mut rows = Rows::out(format);
    for holder in &found {
        rows.row(holder, || {
            flat(&format!("{} {} ({}): {}", holder.answer, holder.principal, holder.kind, holder.because.join("; ")))
        })?;
    }
    rows.end()
}

pub fn timeline(path: &Path, user: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let timeline = ask::timeline::timeline(&case, user, None, None)?;
    if format == Format::Csv {
        let mut rows = Rows::out(format);
        for call in &timeline.calls {
            rows.row(call, String::new)?;
        }
        for call in &timeline.untimed {
            rows.row(&WithoutTime { at: (), time: (), call }, String::new)?;
        }
        return rows.end();
    }
    let could_be = ask::could_be::could_be(&case, &Loaded::load(&case)?, user)?;
    #[derive(Serialize)]
    struct Answer<'a> {
        #[serde(flatten)]
        timeline: &'a ask::timeline::Timeline,
        /// Calls for which nobody is named and that could be this person's.
        could_be: &'a ask::could_be::CouldBe,
    }
    one(&Answer { timeline: &timeline, could_be: &could_be }, format, || {
        let p = &timeline.person;
        let mut out = format!("{}: {} by own hand, {} through agents\n", flat(&p.shown), p.own, p.on_behalf);
        for run in &timeline.runs {
            let why = run.refused.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
            let agent = run.agent.as_deref().unwrap_or("-");
            let line = format!("{}run {} {agent} {} calls{why}", "  ".repeat(run.depth as usize), run.id, run.calls);
            out.push_str(&(flat(&line) + "\n"));
        }
        for call in &timeline.calls {
            let hand = if call.own { "own" } else { "on behalf" };
            let line = format!(
                "{} {hand} {} {} {} {} [{}]",
                call.time,
                call.agent.as_deref().unwrap_or("-"),
                call.action,
                call.resource.as_deref().unwrap_or("-"),
                call.outcome,
                call.grade
            );
            out.push_str(&(flat(&line) + "\n"));
        }
        if timeline.total_untimed > 0 {
            out.push_str(&format!("{} calls without a time, in the order of their runs\n", timeline.total_untimed));
        }
        for call in &timeline.untimed {
            let hand = if call.own { "own" } else { "on behalf" };
            let run = call.run.as_deref().unwrap_or("-");
            let resource = call.resource.as_deref().unwrap_or("-");
            let line = format!("{run} {hand} {} {resource} {} [{}]", call.action, call.outcome, call.grade);
            out.push_str(&(flat(&line) + "\n"));
        }
        if could_be.calls > 0 {
            out.push_str(&format!("{} Such as {}\n", flat(&could_be.sentence), flat(&could_be.such_as.join(", "))));
        }
        out
    })
}

pub fn coverage(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let c = ask::coverage::coverage(&case)?;
    let verdicts = ask::verdict::figures(&case)?;
    #[derive(Serialize)]
    struct Answer<'a> {
        #[serde(flatten)]
        coverage: &'a ask::coverage::Coverage,
        verdicts: &'a [ask::verdict::VerdictFigure],
    }
    one(&Answer { coverage: &c, verdicts: &verdicts }, format, || {
        let mut out = format!(
            "{} calls, {} require a person\nattributed (A or B) {}\nsupported (C) {}\nrefused {}\ncontradicted {}\nautomation {}",
            c.calls, c.requiring_person, c.attributed, c.supported, c.refused, c.contradicted, c.automation
        );
        for r in &c.by_refusal {
            out.push_str(&format!(
                "\n{} {}: {} calls\n  would be settled by: {}",
                r.refusal, r.words, r.calls, r.settled_by
            ));
        }
        out + &crate::allowed::verdicts_text(&verdicts)
    })
}

/// The exact bytes, and nothing else.
pub fn raw(path: &Path, id: &str) -> Result<(), EdgeError> {
    use std::io::Write;
    let case = Case::open(path)?;
    let raw = case.raw(case.find_event(id)?)?;
    std::io::stdout().write_all(&raw.bytes).map_err(crate::output::broken_pipe)
}
