//! `rules`: the shipped ones and those of a case.

use std::path::{Path, PathBuf};

use behalf_engine::case::Case;
use behalf_engine::model::{EdgeError, Fault};
use behalf_engine::review::Wanted;
use behalf_engine::rules::{self, Rule};
use serde::Serialize;

use crate::args::{Format, RulesCommand};
use crate::output::{Rows, failed, plain, say};
use crate::review::act;

/// A rule in a list.
#[derive(Serialize)]
struct RuleLine<'a> {
    id: &'a str,
    version: i64,
    title: &'a str,
    condition: &'a str,
    criteria: &'a [String],
    /// Of the case, and not shipped.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
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
        RulesCommand::List { case } => {
            let mut rows = Rows::out(format);
            for r in known(case.as_deref())? {
                let line = RuleLine {
                    id: &r.id,
                    version: r.version,
                    title: &r.title,
                    condition: &r.condition,
                    criteria: &r.criteria,
                    own: r.own,
                };
                rows.row(&line, || format!("{} {}: {}", r.id, r.title, r.condition))?;
            }
            rows.end()
        }
        RulesCommand::Show { id, case } => say(&plain(&named(id, case.as_deref())?.text)),
        RulesCommand::Test { id, case } => test(id.as_deref(), case.as_deref(), format),
        RulesCommand::Add { acting, file } => {
            let wanted = Wanted::RuleAdd { text: read(file)?, reason: acting.reason.clone().unwrap_or_default() };
            act(acting, &wanted, format)
        }
        RulesCommand::Remove { acting, id } => {
            let wanted = Wanted::RuleRemove { id: id.clone(), reason: acting.reason.clone().unwrap_or_default() };
            act(acting, &wanted, format)
        }
    }
}

/// The shipped rules, then those of the case.
fn known(case: Option<&Path>) -> Result<Vec<Rule>, EdgeError> {
    let mut all = rules::catalogue().to_vec();
    if let Some(path) = case {
        for (id, own) in Case::open(path)?.present()?.rules {
            all.push(rules::parse_own(&id, &own.text)?);
        }
    }
    Ok(all)
}

fn named(id: &str, case: Option<&Path>) -> Result<Rule, EdgeError> {
    known(case)?.into_iter().find(|r| r.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        failed("no_rule", format!("there is no rule {id}"), "behalf rules list [--case FILE] names them.")
    })
}

fn test(id: Option<&str>, case: Option<&Path>, format: Format) -> Result<(), EdgeError> {
    let chosen = match id {
        // A file that is to be added is tested as adding it would.
        Some(file) if file.ends_with(".toml") => {
            let path = PathBuf::from(file);
            let text = read(&path)?;
            vec![rules::parse_own(file, &text).or_else(|_| Rule::parse(file, &text))?]
        }
        Some(id) => vec![named(id, case)?],
        None => known(case)?,
    };
    let mut rows = Rows::out(format);
    let mut wrong = 0;
    for rule in &chosen {
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

fn read(file: &Path) -> Result<String, EdgeError> {
    std::fs::read_to_string(file).map_err(|e| EdgeError {
        code: "missing_file".into(),
        message: format!("{}: {e}", file.display()),
        hint: "Give the path of a rule file.".into(),
        fault: Fault::File,
    })
}
