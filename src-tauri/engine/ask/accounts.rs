//! Accounts, and for each the sheet of what speaks for and against a machine behind it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::{AccountView, Case, CaseError};
use crate::model::Severity;
use crate::rules::SIGNALS;

/// An account that stood on the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AccountRow {
    pub principal: String,
    pub namespace: String,
    /// `person`, `human`, `unbacked`, `shared`, `agent`, `service`, `system`, `unknown`.
    pub kind: String,
    pub party: Option<String>,
    /// Whether a person of the directory stands behind a human-type account; null for a machine's account.
    pub backed: Option<bool>,
    pub calls: u32,
    /// Calls with evidence of an agent.
    pub agent_evidenced: u32,
    pub sign_ins: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    pub owner: Option<String>,
    pub signals_for: u32,
    pub signals_against: u32,
    pub points: u32,
    /// `untested`, `none`, `watch`, `indicated`.
    pub verdict: String,
}

/// One signal, with what it takes and what else looks like it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SignalRow {
    pub id: String,
    pub family: String,
    pub says: String,
    /// `for`, `against`, `not_enough`.
    pub stands: String,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub sentence: String,
    pub needs: String,
    pub caution: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AccountFinding {
    pub id: String,
    pub rule: String,
    pub severity: String,
    pub title: String,
}

/// The sheet of one account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AccountSheet {
    pub account: AccountRow,
    pub sentence: String,
    /// Why no more than this is said.
    pub base_rate: String,
    /// Of which calls the signals are: all, or those without evidence of an agent.
    pub rests_on: String,
    pub signals: Vec<SignalRow>,
    /// Calls by day of the week (Monday first) and hour, UTC.
    pub hours: Vec<Vec<u32>>,
    /// Likewise, of the calls on which the signals rest.
    pub hours_counted: Vec<Vec<u32>>,
    pub findings: Vec<AccountFinding>,
}

const BASE_RATE: &str = "Where 2 accounts in 100 are machines, a single flag that finds 9 of 10 machines and errs on 5 \
    people in 100 is right about one time in four; a structural signal with three further families about 98 times in 100, \
    if they were independent, which they are not. Behaviour alone therefore names no account.";

/// Accounts, those with the most points first.
pub fn accounts(case: &Case) -> Result<Vec<AccountRow>, CaseError> {
    Ok(case.accounts()?.iter().map(row).collect())
}

fn row(v: &AccountView) -> AccountRow {
    AccountRow {
        principal: v.login.clone(),
        namespace: v.namespace.clone(),
        kind: v.kind.clone(),
        party: v.party.clone(),
        backed: v.human_type.then_some(!v.unbacked),
        calls: v.calls as u32,
        agent_evidenced: v.marked as u32,
        sign_ins: v.sign_ins as u32,
        first: v.first.map(|t| t.to_rfc3339()),
        last: v.last.map(|t| t.to_rfc3339()),
        owner: v.owner.clone(),
        signals_for: v.signals_for as u32,
        signals_against: v.signals_against as u32,
        points: v.points as u32,
        verdict: v.verdict.clone(),
    }
}

/// The sheet of the account with this login; `NAMESPACE:LOGIN` where several have it.
pub fn account(case: &Case, id: &str) -> Result<AccountSheet, CaseError> {
    let all = case.accounts()?;
    let full = |v: &&AccountView| format!("{}:{}", v.namespace, v.login).eq_ignore_ascii_case(id);
    let mut found: Vec<&AccountView> = all.iter().filter(full).collect();
    if found.is_empty() {
        found = all.iter().filter(|v| v.login.eq_ignore_ascii_case(id)).collect();
    }
    let view = match found.as_slice() {
        [] => return Err(CaseError::NoSuchAccount { id: id.to_string() }),
        [one] => *one,
        several => {
            let choices: Vec<String> = several.iter().map(|v| format!("{}:{}", v.namespace, v.login)).collect();
            return Err(CaseError::AmbiguousId { id: id.into(), count: several.len(), choices: choices.join(", ") });
        }
    };
    let (hours, hours_counted) = week(case, view.principal)?;
    let person = matches!(view.kind.as_str(), "person" | "human");
    let findings = case.findings_on_account(&view.login)?;
    Ok(AccountSheet {
        sentence: sentence(view),
        base_rate: BASE_RATE.into(),
        rests_on: match person {
            true => "calls without evidence of an agent: what an agent did for this person is not this person's rhythm"
                .into(),
            false => "all calls of the account".into(),
        },
        signals: signals(case, view)?,
        hours,
        hours_counted,
        findings: findings
            .into_iter()
            .map(|(id, rule, severity, title)| AccountFinding {
                id,
                rule,
                severity: Severity::from_rank(severity).word().into(),
                title,
            })
            .collect(),
        account: row(view),
    })
}

fn sentence(v: &AccountView) -> String {
    let counts = format!("{} signals for, {} against; {} points", v.signals_for, v.signals_against, v.points);
    match v.verdict.as_str() {
        "indicated" => format!(
            "Account with indicators of automation, structural ones among them: supported, not proved ({counts})."
        ),
        "watch" => format!("Worth a look, and no more: the signals do not carry a verdict ({counts})."),
        "none" => format!("Nothing that would speak for a machine behind this account ({counts})."),
        _ if !v.human_type => "A machine's account: that it acts like one is no news, and is not tested.".into(),
        _ => "Too little is on record to test any signal.".into(),
    }
}

/// All signals in the order of the catalogue; a machine's account has none.
fn signals(case: &Case, view: &AccountView) -> Result<Vec<SignalRow>, CaseError> {
    let mut found: BTreeMap<String, _> =
        case.account_signals(view.principal)?.into_iter().map(|s| (s.signal.clone(), s)).collect();
    let rows = SIGNALS.iter().filter_map(|kind| {
        let s = found.remove(kind.id)?;
        Some(SignalRow {
            id: kind.id.into(),
            family: kind.family.into(),
            says: kind.says.into(),
            stands: s.stands,
            value: s.value,
            threshold: s.threshold,
            sentence: s.sentence,
            needs: kind.needs.into(),
            caution: kind.caution.into(),
        })
    });
    Ok(rows.collect())
}

/// Seven days of twenty-four hours.
type Week = Vec<Vec<u32>>;

/// All calls, counted calls.
fn week(case: &Case, principal: i64) -> Result<(Week, Week), CaseError> {
    let (mut all, mut counted) = (vec![vec![0; 24]; 7], vec![vec![0; 24]; 7]);
    for (hour, calls, of_these) in case.account_hours(principal)? {
        let (day, hour) = ((hour / 24) as usize, (hour % 24) as usize);
        for (grid, n) in [(&mut all, calls), (&mut counted, of_these)] {
            if let Some(slot) = grid.get_mut(day).and_then(|d: &mut Vec<u32>| d.get_mut(hour)) {
                *slot = n as u32;
            }
        }
    }
    Ok((all, counted))
}
