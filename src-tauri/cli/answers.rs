//! The questions on the command line.

use std::path::Path;

use behalf_engine::analysis::Loaded;
use behalf_engine::ask;
use behalf_engine::ask::attributions::AttributionRow;
use behalf_engine::case::{Case, Select};
use behalf_engine::model::EdgeError;
use behalf_engine::rules;
use serde::Serialize;

use crate::args::{Format, RulesCommand};
use crate::output::{Rows, failed, flat, one, plain, say};

pub(super) fn analysed(path: &Path) -> Result<Case, EdgeError> {
    let case = Case::open(path)?;
    if !case.analysed()? && case.calls_held()? > 0 {
        return Err(failed(
            "not_analysed",
            "this case has not been analysed since it was made",
            "Run behalf analyze --case FILE.",
        ));
    }
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
    for f in ask::findings::rows(&case)? {
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
        rows.row(&listed, || {
            let what = format!("{} {} [{}]", f.rule, f.title, f.cause);
            let accepted = f.accepted.as_ref().map(|words| format!(", {words}")).unwrap_or_default();
            flat(&format!("{:8} {what} {} ({} calls{accepted})", f.severity, f.confidence, f.calls))
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
        out.push_str(&format!("What would settle it: {}\n", refusal.settled_by));
    }
    for caution in &w.cautions {
        out.push_str(&format!("Caution {caution}\n"));
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
    for proof in &w.proofs {
        out.push_str(&format!("\nProof {}\n", flat(&proof.sentence)));
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
    for candidate in &w.candidates {
        out.push_str(&format!("Candidate {}: {}\n", flat(&candidate.value), candidate.reason));
    }
    if let Some(decision) = &w.decision {
        out.push_str(&format!("\nDecision: {}\n", flat(&decision.sentence)));
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
        let what =
            ask::who_can::What { service: None, action: q.action, resource: q.resource, at: Some(at), with: &with };
        return holders(&case, what, format);
    };
    let asked =
        ask::authorized::Asked { user: user.into(), action: q.action.into(), resource: q.resource.into(), at, with };
    let answer = ask::authorized::authorized(&case, &asked)?;
    one(&answer, format, || {
        let mut out = format!("{} for {}\n", answer.answer, flat(&answer.user));
        if let Some(agent) = &answer.agent {
            out.push_str(&format!("agent {}: {}\n", flat(&agent.id), agent.answer));
        }
        if let Some(d) = &answer.decision {
            out.push_str(&format!(
                "decision {} on {}\n",
                d.effect.as_deref().unwrap_or("not recorded"),
                flat(&d.evaluated.join(", "))
            ));
        }
        out.push_str(&answer.because.iter().map(|b| flat(b)).collect::<Vec<_>>().join("\n"));
        out
    })
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
    one(&timeline, format, || {
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
        out
    })
}

pub fn coverage(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let c = ask::coverage::coverage(&case)?;
    one(&c, format, || {
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
        out
    })
}

/// The exact bytes, and nothing else.
pub fn raw(path: &Path, id: &str) -> Result<(), EdgeError> {
    use std::io::Write;
    let case = Case::open(path)?;
    let raw = case.raw(case.find_event(id)?)?;
    std::io::stdout().write_all(&raw.bytes).map_err(crate::output::broken_pipe)
}

/// A rule in a list.
#[derive(Serialize)]
struct RuleLine<'a> {
    id: &'a str,
    version: i64,
    title: &'a str,
    condition: &'a str,
    criteria: &'a [String],
}

/// An example of a rule, run.
#[derive(Serialize)]
struct ExampleLine {
    rule: String,
    says: String,
    must_fire: bool,
    holds: bool,
}

pub fn rules(what: &RulesCommand, format: Format) -> Result<(), EdgeError> {
    match what {
        RulesCommand::List => {
            let mut rows = Rows::out(format);
            for r in rules::catalogue() {
                let line = RuleLine {
                    id: &r.id,
                    version: r.version,
                    title: &r.title,
                    condition: &r.condition,
                    criteria: &r.criteria,
                };
                rows.row(&line, || format!("{} {}: {}", r.id, r.title, r.condition))?;
            }
            rows.end()
        }
        RulesCommand::Show { id } => {
            let rule = rule(id)?;
            say(&plain(&rule.text))
        }
        RulesCommand::Test { id } => {
            let mut rows = Rows::out(format);
            let mut wrong = 0;
            let chosen: Vec<&rules::Rule> = match id {
                Some(id) => vec![rule(id)?],
                None => rules::catalogue().iter().collect(),
            };
            for rule in chosen {
                for result in rules::test_rule(rule)? {
                    wrong += usize::from(!result.holds);
                    let line = ExampleLine {
                        rule: rule.id.clone(),
                        says: result.says.clone(),
                        must_fire: result.must_fire,
                        holds: result.holds,
                    };
                    rows.row(&line, || {
                        let verdict = if result.holds { "holds" } else { "does not hold" };
                        let must = if result.must_fire { "must fire" } else { "must not fire" };
                        format!("{} {must}: {} - {verdict}", rule.id, result.says)
                    })?;
                }
            }
            rows.end()?;
            if wrong == 0 { Ok(()) } else { Err(failed("rules", format!("{wrong} examples do not hold"), "")) }
        }
    }
}

fn rule(id: &str) -> Result<&'static rules::Rule, EdgeError> {
    rules::catalogue()
        .iter()
        .find(|r| r.id.eq_ignore_ascii_case(id))
        .ok_or_else(|| failed("no_rule", format!("there is no rule {id}"), "behalf rules list names them."))
}
