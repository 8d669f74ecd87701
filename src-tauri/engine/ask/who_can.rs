//! The question the other way: who can do A on R at T, and who can do everything.

use serde::Serialize;

use super::authorized::{attributes, reasons};
use crate::case::{Case, CaseError};
use crate::model::Time;
use crate::rules::{Answer, Question, Rights, Whom, answer_for};

/// Somebody who has a right, or may have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Holder {
    /// As parties are shown; an account that did nothing yet as the export names it.
    pub principal: String,
    /// `person`, `agent` and so on; `unseen` for an account that is in no log and in no directory.
    pub kind: String,
    /// `yes` or `unanswerable`.
    pub answer: String,
    /// The deciding grant and the memberships on the way to it, or what is missing.
    pub because: Vec<String>,
}

/// What is asked. `*` as action and resource is everything that a system allows.
#[derive(Debug, Clone, Copy)]
pub struct What<'a> {
    pub service: Option<&'a str>,
    pub action: &'a str,
    pub resource: &'a str,
    pub at: Option<Time>,
    /// Attributes that conditions speak of.
    pub with: &'a [(String, String)],
}

/// Everybody of whom the answer is yes, then those of whom it cannot be told, each in the order of their names. Of the
/// second only those whom an export names: of everyone else there is nothing to tell.
pub fn who_can(case: &Case, what: What<'_>) -> Result<Vec<Holder>, CaseError> {
    let mut found = Vec::new();
    each(case, what, |_, _, holder| found.push(holder))?;
    found.sort_by(|a, b| (b.answer == "yes", &a.principal).cmp(&(a.answer == "yes", &b.principal)));
    Ok(found)
}

fn each(case: &Case, what: What<'_>, mut see: impl FnMut(&Rights, Whom<'_>, Holder)) -> Result<(), CaseError> {
    let (rights, attributes) = (Rights::of_case(case)?, attributes(what.with));
    let parties = case.party_rows()?;
    let people = parties.iter().map(|p| (Whom::Party(p.id), p.shown.as_str(), p.kind.as_str()));
    let others = rights.other_individuals();
    let others = others.iter().map(|name| (Whom::Name(name), *name, "unseen"));
    for (whom, principal, kind) in people.chain(others) {
        let mut open = None;
        for action in actions(what.action) {
            let question = Question {
                service: what.service,
                action,
                resource: Some(what.resource),
                at: what.at,
                attributes: &attributes,
            };
            let said = answer_for(&rights, whom, &question);
            if said.answer == Answer::No || (said.answer == Answer::Unknown && !rights.has_any(whom)) {
                continue;
            }
            let because = reasons(case, &rights, whom, &question, &said)?;
            let (principal, kind) = (principal.to_string(), kind.to_string());
            let holder = Holder { principal, kind, answer: said.answer.shown().into(), because };
            if said.answer == Answer::Yes {
                open = None;
                see(&rights, whom, holder);
                break;
            }
            open = open.or(Some(holder));
        }
        if let Some(holder) = open {
            see(&rights, whom, holder);
        }
    }
    Ok(())
}

/// Every action of AWS has a service before a colon; other systems' actions are words.
fn actions(action: &str) -> Vec<&str> {
    if action == "*" { vec!["*:*", "*"] } else { vec![action] }
}

/// Whose grants cover every action on everything; what is taken away from them again is among the reasons.
pub fn administrators(case: &Case, at: Option<Time>) -> Result<Vec<Holder>, CaseError> {
    let mut found = Vec::new();
    each(case, What { service: None, action: "*", resource: "*", at, with: &[] }, |rights, whom, mut holder| {
        if holder.answer == "yes" {
            holder.because.extend(rights.taken_away(whom));
            found.push(holder);
        }
    })?;
    found.sort_by(|a, b| a.principal.cmp(&b.principal));
    Ok(found)
}

/// A role, and whom it trusts to take it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Trusted {
    pub role: String,
    pub by: Vec<String>,
    /// No person, account or role may take it on: services of the platform alone.
    pub services_only: bool,
}

/// Who may take on each role that says so.
pub fn trusted(case: &Case) -> Result<Vec<Trusted>, CaseError> {
    let mut roles: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for (_, edge) in case.memberships()? {
        if edge.reach == crate::model::Reach::MayAssume {
            roles.entry(edge.holder).or_default().push(edge.member);
        }
    }
    let service = |by: &String| by.starts_with("aws-service:") || by.contains(":instance-profile/");
    Ok(roles
        .into_iter()
        .map(|(role, mut by)| {
            by.sort();
            by.dedup();
            let services_only = by.iter().all(service);
            Trusted { role, by, services_only }
        })
        .collect())
}
