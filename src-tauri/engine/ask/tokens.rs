//! Tokens, and for each a passport: who issued it, for whom, through whom, to what, for how long, out of which, and on which
//! calls it was used with how each of them fits.

use serde::Serialize;

use super::findings::FindingRow;
use crate::case::{Case, CaseError, TokenRecord, TokenUse, TokenView};
use crate::model::Time;
use crate::model::run::shown_id;

/// A token in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct TokenRow {
    pub token: String,
    pub issuer: Option<String>,
    /// The person, or the program where it is no delegated token.
    pub subject: Option<String>,
    /// The actor or client.
    pub agent: Option<String>,
    /// A person is its subject, and it is not the client's own.
    pub delegated: bool,
    pub life_minutes: Option<f64>,
    pub uses: u32,
    pub runs: u32,
    pub persons: u32,
    /// A scope of it that stands for everything.
    pub broad: Option<String>,
    pub findings: u32,
}

/// Everything about one token.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Passport {
    pub token: String,
    pub sentence: String,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub client: Option<String>,
    /// Who acts, outermost first: the first is the one that acts now, the others are those it was passed on by.
    pub actors: Vec<String>,
    pub delegated: bool,
    pub audience: Vec<String>,
    pub scope: Vec<String>,
    /// `authorization_details`, as JSON text.
    pub details: Option<String>,
    pub begins: Option<String>,
    pub ends: Option<String>,
    pub revoked: Option<String>,
    pub life_minutes: Option<f64>,
    /// Records of it, the earliest first.
    pub records: Vec<PassportRecord>,
    /// The tokens that it was exchanged from, nearest first.
    pub parents: Vec<Hop>,
    /// The tokens that were exchanged from it.
    pub children: Vec<Hop>,
    /// Calls on which it was used, in the order of time.
    pub uses: Vec<TokenFit>,
    pub total_uses: u32,
    pub runs: u32,
    pub persons: u32,
    pub findings: Vec<FindingRow>,
    /// What the exports do not say of it.
    pub unknown: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PassportRecord {
    pub record: String,
    pub place: String,
    pub source: String,
    pub time: Option<String>,
    /// Claims whose signature nobody checked: no record of the issuer.
    pub unverified: bool,
    pub run: Option<String>,
}

/// A token before or after this one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Hop {
    pub token: String,
    pub subject: Option<String>,
    pub agent: Option<String>,
    pub scope: Vec<String>,
    /// `yes`, `no`, `unknown`: the later of the two allows no more than the earlier.
    pub narrows: String,
    pub why: Option<String>,
    /// A record of it is in the case.
    pub held: bool,
}

/// A call on which the token was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct TokenFit {
    pub id: String,
    pub source: String,
    pub time: Option<String>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub person: Option<String>,
    pub agent: Option<String>,
    pub run: Option<String>,
    /// `yes`, `no`, `unknown`, each.
    pub audience: String,
    pub scope: String,
    pub life: String,
    /// Its subject is the person of the run.
    pub runs_person: String,
    /// What does not fit.
    pub why: Option<String>,
    /// Where on its life the use lies: 0 the beginning, 1 the end; none where the life is not known.
    pub at: Option<f64>,
}

/// Calls that a passport lists.
const LISTED: u32 = 2_000;
/// Exchanges that are followed: a chain that is longer is a cycle, or no chain that anybody can judge.
const DEEPEST: usize = 32;

pub fn tokens(case: &Case) -> Result<Vec<TokenRow>, CaseError> {
    Ok(case.token_views()?.into_iter().map(row).collect())
}

fn row(v: TokenView) -> TokenRow {
    TokenRow {
        token: v.token,
        issuer: v.issuer,
        subject: v.subject,
        agent: v.agent,
        delegated: v.delegated,
        life_minutes: v.life_seconds.map(|s| s as f64 / 60.0),
        uses: v.uses,
        runs: v.runs,
        persons: v.persons,
        broad: v.broad,
        findings: v.findings,
    }
}

pub fn passport(case: &Case, token: &str) -> Result<Passport, CaseError> {
    let Some(key) = case.token_key(token)? else { return Err(CaseError::NoSuchRecord { id: token.into() }) };
    let records = case.token_records(key)?;
    let view = case.token_views()?.into_iter().find(|v| v.key == key);
    let first = |of: fn(&TokenRecord) -> Option<String>| records.iter().find_map(of);
    let begins = records.iter().find_map(|r| r.not_before.or(r.issued_at).or(r.expires.and(r.time)));
    let ends = records.iter().find_map(|r| r.expires);
    let revoked = records.iter().filter_map(|r| r.revoked).min();
    let audience = words(first(|r| r.audience.clone()).as_deref());
    let scope = words(first(|r| r.scope.clone()).as_deref());
    let uses = case.token_uses(key, LISTED)?;
    let mut findings = Vec::new();
    for id in case.findings_of_token(key)? {
        findings.push(super::findings::row(case.finding(&id)?));
    }
    let subject = first(|r| r.subject.clone()).or_else(|| view.as_ref().and_then(|v| v.subject.clone()));
    let actors = records.iter().find(|r| !r.actors.is_empty()).map(|r| r.actors.clone()).unwrap_or_default();
    let issuer = first(|r| r.issuer.clone());
    let mut told = Vec::new();
    for r in &records {
        told.push(PassportRecord {
            record: case.shown_id(r.event)?,
            place: case.raw(r.event)?.place.address.to_string(),
            source: r.source.clone(),
            time: r.time.map(|t| t.to_rfc3339()),
            unverified: r.unverified,
            run: r.run.as_deref().map(shown_id),
        });
    }
    let mut unknown = unknown(&records, &audience, &scope, ends, &issuer);
    let total = view.as_ref().map_or(0, |v| v.uses);
    if total as usize > uses.len() {
        unknown.push(format!("{} further uses are not listed here", total as usize - uses.len()));
    }
    let misfits = uses.iter().filter(|u| u.why.is_some() || u.runs_person == "no").count();
    Ok(Passport {
        sentence: sentence(token, subject.as_deref(), &actors, total, misfits),
        token: token.into(),
        issuer,
        subject,
        client: first(|r| r.client.clone()),
        actors,
        delegated: view.as_ref().is_some_and(|v| v.delegated),
        audience,
        scope,
        details: first(|r| r.details.clone()),
        begins: begins.map(|t| t.to_rfc3339()),
        ends: ends.map(|t| t.to_rfc3339()),
        revoked: revoked.map(|t| t.to_rfc3339()),
        life_minutes: begins.zip(ends).map(|(b, e)| (e.0 - b.0) as f64 / crate::model::time::MINUTE as f64),
        records: told,
        parents: parents(case, key, &records)?,
        children: children(case, key)?,
        uses: uses.into_iter().map(|u| fit(u, begins, ends)).collect(),
        total_uses: total,
        runs: view.as_ref().map_or(0, |v| v.runs),
        persons: view.as_ref().map_or(0, |v| v.persons),
        findings,
        unknown,
    })
}

fn sentence(token: &str, subject: Option<&str>, actors: &[String], uses: u32, misfits: usize) -> String {
    let whose = subject.map_or_else(|| "of an unknown subject".into(), |s| format!("of {s}"));
    let through = actors.first().map(|a| format!(", acted with by {a}")).unwrap_or_default();
    let used = match uses {
        0 => "it is on no call in evidence".to_string(),
        1 => "it is on 1 call".to_string(),
        n => format!("it is on {n} calls"),
    };
    let fits = match (uses, misfits) {
        (0, _) => String::new(),
        (_, 0) => ", of which none is known not to fit".into(),
        (_, n) => format!(", of which {n} do not fit what it allows"),
    };
    format!("Token {token} {whose}{through}: {used}{fits}.")
}

fn unknown(
    records: &[TokenRecord],
    audience: &[String],
    scope: &[String],
    ends: Option<Time>,
    issuer: &Option<String>,
) -> Vec<String> {
    if records.is_empty() {
        return vec!["no record of its issuer is in the case: what is known of it stands on the calls alone".into()];
    }
    let mut out = Vec::new();
    let mut say = |lacks: bool, what: &str| {
        if lacks {
            out.push(what.to_string());
        }
    };
    say(issuer.is_none(), "its issuer is not on record");
    say(audience.is_empty(), "its audience is not on record");
    say(scope.is_empty() && records.iter().all(|r| r.details.is_none()), "its scope is not on record");
    say(ends.is_none(), "its end is not on record");
    say(
        records.iter().all(|r| r.unverified),
        "its claims were decoded from the token itself; nobody checked the signature",
    );
    out
}

fn fit(u: TokenUse, begins: Option<Time>, ends: Option<Time>) -> TokenFit {
    let at = match (u.time, begins, ends) {
        (Some(t), Some(b), Some(e)) if e > b => Some((t.0 - b.0) as f64 / (e.0 - b.0) as f64),
        _ => None,
    };
    TokenFit {
        id: u.id,
        source: u.source,
        time: u.time.map(|t| t.to_rfc3339()),
        service: u.service,
        action: u.action,
        resource: u.resource,
        outcome: u.outcome,
        person: u.person,
        agent: u.agent,
        run: u.run.as_deref().map(shown_id),
        audience: u.audience,
        scope: u.scope,
        life: u.life,
        runs_person: u.runs_person,
        why: u.why,
        at,
    }
}

/// The chain of exchanges that led to a token, nearest first.
fn parents(case: &Case, key: i64, records: &[TokenRecord]) -> Result<Vec<Hop>, CaseError> {
    let mut out: Vec<Hop> = Vec::new();
    let mut next = records.iter().find_map(|r| r.parent.clone());
    let mut later = key;
    while let Some(token) = next.take().filter(|t| out.len() < DEEPEST && !out.iter().any(|h| h.token == *t)) {
        let (narrows, why) = narrows(case, later)?;
        let found = case.token_key(&token)?;
        let records = found.map(|k| case.token_records(k)).transpose()?.unwrap_or_default();
        next = records.iter().find_map(|r| r.parent.clone());
        out.push(hop(token, &records, narrows, why));
        let Some(found) = found else { break };
        later = found;
    }
    Ok(out)
}

fn children(case: &Case, key: i64) -> Result<Vec<Hop>, CaseError> {
    let mut out = Vec::new();
    for token in case.token_children(key)? {
        let Some(child) = case.token_key(&token)? else { continue };
        let (narrows, why) = narrows(case, child)?;
        out.push(hop(token, &case.token_records(child)?, narrows, why));
    }
    Ok(out)
}

fn narrows(case: &Case, later: i64) -> Result<(&'static str, Option<String>), CaseError> {
    let (_, held, beyond) = case.hop_of(later)?;
    Ok(match beyond {
        Some((_, why)) => ("no", Some(why)),
        None if held => ("yes", None),
        None => ("unknown", None),
    })
}

fn hop(token: String, records: &[TokenRecord], narrows: &str, why: Option<String>) -> Hop {
    Hop {
        subject: records.iter().find_map(|r| r.subject.clone()),
        agent: records.iter().find_map(|r| r.actors.first().cloned().or_else(|| r.client.clone())),
        scope: words(records.iter().find_map(|r| r.scope.clone()).as_deref()),
        narrows: narrows.into(),
        why,
        held: !records.is_empty(),
        token,
    }
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split([' ', ',']).filter(|w| !w.is_empty()).map(String::from).collect()
}
