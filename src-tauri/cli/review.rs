//! The reviewer's acts on the command line: who is who, what is not believed, values, the log and what was undone.

use std::collections::BTreeMap;
use std::path::Path;

use behalf_app::bridge::Wall;
use behalf_engine::ask;
use behalf_engine::case::Case;
use behalf_engine::model::{Clock, EdgeError};
use behalf_engine::review::{self, Decided, LISTED, SuspectOf, Wanted};

use crate::args::{Acting, Format, Suspected};
use crate::import::{Bar, analysis_text};
use crate::output::{Rows, failed, flat, one, said};

/// Records an act, analyses the case with it, and says what it did to names.
pub fn act(acting: &Acting, wanted: &Wanted, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(&acting.of.case)?;
    let decided = decided(&case, acting.by.as_str(), wanted, acting.later)?;
    one(&ask::acts::recorded(&case, &decided)?, format, || decided_text(&decided))
}

fn decided(case: &Case, by: &str, wanted: &Wanted, later: bool) -> Result<Decided, EdgeError> {
    if later {
        return Ok(review::record(case, Wall.now(), by, wanted)?);
    }
    let bar = Bar::new();
    let decided = review::decide(case, Wall.now(), by, wanted, &bar);
    bar.finish();
    Ok(decided?)
}

fn decided_text(d: &Decided) -> String {
    let mut out = format!("act {}: {} {}\n", d.act.seq, flat(&d.act.who), flat(&d.act.deed.sentence()));
    out.push_str(&format!("head {}", d.act.hash));
    for warning in &d.warnings {
        out.push_str(&format!("\nwarning: {}", flat(warning)));
    }
    let Some(effect) = d.effect else {
        out.push_str("\nThe analysis does not reflect it yet: run behalf analyze.");
        return out;
    };
    out.push_str(&format!(
        "\nnames: {} lost, {} gained, {} changed; {} more with another grade",
        effect.lost, effect.gained, effect.changed, effect.regraded
    ));
    for lost in &d.lost {
        let or = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
        let now = match &lost.now {
            Some(now) => format!("now {now}"),
            None => format!("now nobody ({})", or(&lost.refusal)),
        };
        let line =
            format!("{} {} {} was {} ({}), {now}", or(&lost.time), lost.id, or(&lost.action), lost.human, lost.grade);
        out.push_str(&format!("\n  {}", flat(&line)));
    }
    let unlisted = (effect.lost + effect.changed).saturating_sub(d.lost.len() as u32);
    if unlisted > 0 {
        out.push_str(&format!("\n  and {unlisted} more (the first {LISTED} are listed)"));
    }
    if let Some(analysis) = &d.analysis {
        out.push_str(&format!("\n{}", analysis_text(analysis)));
    }
    out
}

pub fn suspect(acting: &Acting, what: &Suspected, format: Format) -> Result<(), EdgeError> {
    let w = &what.which;
    let (of, name) = match (&w.principal, &w.credential, &w.host, &w.source) {
        (Some(name), _, _, _) => (SuspectOf::Principal, name),
        (_, Some(name), _, _) => (SuspectOf::Credential, name),
        (_, _, Some(name), _) => (SuspectOf::Host, name),
        (_, _, _, Some(name)) => (SuspectOf::Source, name),
        _ => return Err(failed("usage", "nothing was named", "Give --principal, --credential, --host or --source.")),
    };
    let wanted = Wanted::Suspect {
        of,
        name: name.clone(),
        joined: what.all_accounts,
        from: what.during.from.clone(),
        to: what.during.to.clone(),
        reason: acting.reason.clone().unwrap_or_default(),
    };
    act(acting, &wanted, format)
}

/// The values of parameters; with `set` or `reset` an act first.
pub fn policy(
    path: &Path,
    set: &[String],
    reset: &[String],
    by: Option<&str>,
    reason: Option<&str>,
    later: bool,
    format: Format,
) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    if !set.is_empty() || !reset.is_empty() {
        let mut values: BTreeMap<String, Option<f64>> = BTreeMap::new();
        for pair in set {
            let (key, value) = pair
                .split_once('=')
                .and_then(|(key, value)| Some((key.trim(), value.trim().parse().ok()?)))
                .ok_or_else(|| failed("bad_value", format!("`{pair}` is no KEY=NUMBER"), "Write RU-06.days=30."))?;
            values.insert(key.to_string(), Some(value));
        }
        values.extend(reset.iter().map(|key| (key.trim().to_string(), None)));
        let wanted = Wanted::Policy { set: values, reason: reason.unwrap_or_default().into() };
        let decided = decided(&case, by.unwrap_or_default(), &wanted, later)?;
        return one(&ask::acts::recorded(&case, &decided)?, format, || decided_text(&decided));
    }
    said(case.stale()?);
    let mut rows = Rows::out(format);
    for row in ask::policy::policy(&case)? {
        rows.row(&row, || {
            let range = match (row.least, row.most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                _ => "not to be set".into(),
            };
            let set = match (&row.set_by, &row.reason) {
                (Some(by), Some(why)) if row.differs => format!(", shipped {}; set by {by}: {why}", row.shipped),
                _ => String::new(),
            };
            flat(&format!("{} = {} {} ({range}{set}): {}", row.key, row.value, row.unit, row.says))
        })?;
    }
    rows.end()
}

/// The acts in their order, and the head of their chain.
pub fn log(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    said(case.stale()?);
    let log = ask::acts::acts(&case)?;
    let mut rows = Rows::out(format);
    for act in &log.acts {
        rows.row(act, || {
            let mut line = format!("{} {} {} {}", act.seq, act.at, act.who, act.sentence);
            if !act.reason.is_empty() {
                line.push_str(&format!(": {}", act.reason));
            }
            if let Some(by) = act.undone_by {
                line.push_str(&format!(" [undone by act {by}]"));
            }
            if let Some(effect) = act.effect {
                line.push_str(&format!(
                    " [names: {} lost, {} gained, {} changed]",
                    effect.lost, effect.gained, effect.changed
                ));
            }
            flat(&line)
        })?;
    }
    rows.end()?;
    if format == Format::Text {
        for problem in &log.problems {
            crate::output::say(&format!("problem: {}", flat(problem)))?;
        }
        crate::output::say(&format!("head {}", log.head.as_deref().unwrap_or("none: there is no act yet")))?;
    }
    Ok(())
}

/// A case for the next review, with what the last one decided.
pub fn new(path: &Path, from: Option<&Path>, by: Option<&str>, format: Format) -> Result<(), EdgeError> {
    if path.exists() {
        let hint = "Give the new case another name; a case is never written over.";
        return Err(failed("case_exists", format!("there is already a file at {}", path.display()), hint));
    }
    let brought = match from {
        Some(last) => {
            // The last case is opened before the new one is made: where it cannot be, nothing is left behind.
            let last = Case::open(last)?;
            let by = by.unwrap_or_default();
            if by.trim().is_empty() {
                return Err(review::ReviewError::NoName.into());
            }
            review::carry(&last, &Case::create(path, Wall.now())?, Wall.now(), by)?
        }
        None => {
            Case::create(path, Wall.now())?;
            review::Brought::default()
        }
    };
    one(&brought, format, || {
        let mut out = format!("{}", path.display());
        if from.is_some() {
            out.push_str(&format!(
                "\ncarried: {} acts on identity, {} suspects, {} of policy, {} of rules, {} exceptions, {} mappings, {} criteria",
                brought.identity,
                brought.suspects,
                brought.policy,
                brought.rules,
                brought.exceptions,
                brought.mappings,
                brought.criteria
            ));
            let head = if brought.head.is_empty() { "none" } else { &brought.head };
            out.push_str(&format!("\nhead of the last case {head}"));
        }
        out
    })
}
