//! How far a token, key, session or account reached, for an incident: first and last use, from where, what was derived from it, what
//! was read and changed with whose rights, and what cannot be seen.

mod sums;
mod unseen;

use serde::Serialize;

/// What was asked about, and everything that the case tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Exposure {
    /// As asked; of a pasted secret only that it was one.
    pub asked: String,
    pub found: Vec<Matched>,
    pub sentence: String,
    /// Uses of the credential or account itself, and of what was derived from it.
    pub uses: u32,
    pub derived_uses: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// The last use of anything derived.
    pub last_derived: Option<String>,
    /// The moment asked about.
    pub at: Option<String>,
    pub before: u32,
    pub after: u32,
    pub revoked: Option<String>,
    pub after_revocation: u32,
    pub expires: Option<String>,
    pub after_expiry: u32,
    pub by_host: Vec<Place>,
    pub by_network: Vec<Place>,
    pub by_agent: Vec<Place>,
    pub by_environment: Vec<Place>,
    pub by_client: Vec<Place>,
    pub derived: Vec<Derivative>,
    /// Derived credentials, listed or not.
    pub derived_count: u32,
    pub touched: Vec<Touched>,
    /// On whose rights.
    pub authorities: Vec<Place>,
    /// People whose rights were wielded: as the authority of a use, or as the subject of a token.
    pub people: Vec<Place>,
    /// Recorded initiators of the uses; not who held the credential.
    pub initiators: Vec<Place>,
    /// At most 200, the first ones; `uses` and `derived_uses` count all.
    pub calls: Vec<Use>,
    pub cannot_see: Vec<String>,
}

/// What the question stands for in this case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Matched {
    /// `token`, `session_key`, `long_lived`, `session` or `account`.
    pub kind: String,
    /// As the exports record it.
    pub id: String,
    /// Of a pasted secret the form in which it was found.
    pub form: Option<String>,
}

/// Uses from one place, by one agent, on one party's rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Place {
    pub name: String,
    pub uses: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Uses after the moment asked about.
    pub after: u32,
}

/// A credential that was obtained with the one asked about, or with one so obtained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Derivative {
    pub id: String,
    pub kind: String,
    /// `exchanged`, or the action that handed it out.
    pub how: String,
    /// The credential or account that it came from.
    pub from: String,
    /// Steps away from what was asked about.
    pub depth: u32,
    pub issued: Option<String>,
    pub expires: Option<String>,
    pub uses: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Shown id of the record that handed it out.
    pub record: String,
}

/// What was done with it, by class of data and effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Touched {
    /// Of `assets.csv`; `unrated` where that has no row for it.
    pub data_class: String,
    /// `read`, `change` or `irreversible`.
    pub effect: String,
    pub service: Option<String>,
    pub action: String,
    pub calls: u32,
    /// Of these, calls that were denied or failed.
    pub without_effect: u32,
    /// Different resources, counted up to 10000.
    pub resources: u32,
    /// The first few.
    pub such_as: Vec<String>,
    pub after: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Use {
    pub id: String,
    pub source: String,
    pub time: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub outcome: String,
    pub address: Option<String>,
    pub host: Option<String>,
    pub agent: Option<String>,
    pub human: Option<String>,
    pub grade: Option<String>,
    /// The derived credential that was used; none for what was asked about itself.
    pub through: Option<String>,
}

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use self::sums::{Span, Sums, places, touched};
use self::unseen::cannot_see;
use crate::case::{Case, CaseError, HandedOut, UseView};
use crate::model::{Deed, Searched, Time};
use crate::rules::facts::Networks;
use crate::sources::pasted;

const LISTED: usize = 200;
/// Names of one list; uses of further ones are summed up under `others`.
const NAMES: usize = 500;
const RESOURCES: usize = 10_000;
const SUCH_AS: usize = 5;
/// Derived credentials that are followed.
const FOLLOWED: usize = 100_000;
const OTHERS: &str = "(others)";

/// Answers for an id as the exports record it, or for an account.
pub fn exposure(case: &Case, asked: &str, at: Option<Time>) -> Result<Exposure, CaseError> {
    let mut start = Start::default();
    start.credential(case, asked, None)?;
    if start.credentials.is_empty() {
        for (id, shown) in case.principals_named(asked)? {
            start.principals.push(id);
            start.matched.push(Matched { kind: "account".into(), id: shown, form: None });
        }
    }
    answer(case, asked, start, at, &[])
}

/// Answers for a pasted secret, and the deed to be logged. Neither has the secret in it: it is hashed here, looked up by what sources
/// record of it, and forgotten.
pub fn exposure_of_secret(case: &Case, secret: &str, at: Option<Time>) -> Result<(Exposure, Deed), CaseError> {
    let forms = pasted::forms(secret);
    let mut start = Start::default();
    for form in &forms {
        start.credential(case, &form.id, Some(form.form))?;
    }
    let mut words: Vec<String> = forms.iter().map(|f| f.form.to_string()).collect();
    words.sort();
    words.dedup();
    // Found as itself, the paste was an id; its own text is not repeated even then.
    let found = start.matched.iter().filter(|m| m.form.as_deref() != Some("itself")).map(|m| m.id.clone()).collect();
    for matched in start.matched.iter_mut().filter(|m| m.form.as_deref() == Some("itself")) {
        matched.id = "(the text that was pasted)".into();
    }
    start.hide = true;
    let found = answer(case, "a pasted secret", start, at, pasted::NOT_COMPARABLE).map(|e| (e, found))?;
    Ok((found.0, Deed::Searched(Searched { forms: words, found: found.1 })))
}

#[derive(Default)]
struct Start {
    credentials: Vec<i64>,
    principals: Vec<i64>,
    matched: Vec<Matched>,
    /// The text of the start is a secret.
    hide: bool,
}

impl Start {
    fn credential(&mut self, case: &Case, id: &str, form: Option<&str>) -> Result<(), CaseError> {
        let Some(text) = case.string_id(id)? else { return Ok(()) };
        let Some(kind) = case.credential_kind_of(text)? else { return Ok(()) };
        self.credentials.push(text);
        self.matched.push(Matched { kind: kind.word().into(), id: id.into(), form: form.map(String::from) });
        Ok(())
    }
}

/// A credential on the way from what was asked about.
struct Reached<'a> {
    by: &'a HandedOut,
    from: i64,
    depth: u32,
    uses: Span,
}

fn answer(
    case: &Case,
    asked: &str,
    start: Start,
    at: Option<Time>,
    not_comparable: &[(&str, &str)],
) -> Result<Exposure, CaseError> {
    let handed = case.handed_out()?;
    let mut reached = follow(&handed, &start);
    let own = |id: &i64| start.credentials.contains(id);
    let records: Vec<&HandedOut> = handed.iter().filter(|h| own(&h.credential)).collect();
    let revoked = records.iter().filter_map(|h| h.revoked).min();
    let expires = records.iter().filter_map(|h| h.expires).max();
    let assets = case.assets()?;
    let mut sums = Sums::new(Networks::new(&case.networks()?), &assets, at);
    let mut all: Vec<i64> = start.credentials.iter().chain(reached.keys()).copied().collect();
    all.sort_unstable();
    let mut calls = Vec::new();
    let mut wires: BTreeSet<i64> = start.principals.iter().copied().collect();
    let mut names: FxHashMap<i64, String> = FxHashMap::default();
    case.each_use(&all, &start.principals, |u| {
        let through = u.credential.filter(|c| !own(c) && reached.contains_key(c));
        match through.and_then(|c| reached.get_mut(&c)) {
            Some(derived) => {
                derived.uses.see(u.time, at);
                sums.derived.see(u.time, at);
            }
            None => {
                wires.extend(u.wire.filter(|_| wires.len() < NAMES));
                sums.own.see(u.time, at);
                sums.after_revocation += u32::from(later(u.time, revoked));
                sums.after_expiry += u32::from(later(u.time, expires));
            }
        }
        sums.see(&u);
        if calls.len() < LISTED {
            let through = through.map(|c| text(case, &mut names, c)).transpose()?;
            calls.push(listed(u, through));
        }
        Ok(())
    })?;
    for subject in records.iter().copied().chain(reached.values().map(|r| r.by)).filter_map(|h| h.subject.as_ref()) {
        sums.people.entry(subject.clone()).or_default();
    }
    let cannot_see = cannot_see(case, &start, &sums, &wires, &records, not_comparable)?;
    let derived_count = reached.len() as u32;
    let derived = derivatives(case, &start, reached)?;
    Ok(Exposure {
        sentence: sentence(asked, &start, &sums, derived_count),
        asked: asked.into(),
        found: start.matched,
        uses: sums.own.uses,
        derived_uses: sums.derived.uses,
        first: sums.own.first.map(|t| t.to_rfc3339()),
        last: sums.own.last.map(|t| t.to_rfc3339()),
        last_derived: sums.derived.last.map(|t| t.to_rfc3339()),
        at: at.map(|t| t.to_rfc3339()),
        before: sums.own.uses + sums.derived.uses - sums.own.after - sums.derived.after,
        after: sums.own.after + sums.derived.after,
        revoked: revoked.map(|t| t.to_rfc3339()),
        after_revocation: sums.after_revocation,
        expires: expires.map(|t| t.to_rfc3339()),
        after_expiry: sums.after_expiry,
        by_host: places(sums.hosts),
        by_network: places(sums.networks_seen),
        by_agent: places(sums.agents),
        by_environment: places(sums.environments),
        by_client: places(sums.clients),
        derived,
        derived_count,
        touched: touched(sums.touched),
        authorities: places(sums.authorities),
        people: places(sums.people),
        initiators: places(sums.initiators),
        calls,
        cannot_see,
    })
}

fn text(case: &Case, names: &mut FxHashMap<i64, String>, id: i64) -> Result<String, CaseError> {
    if let Some(known) = names.get(&id) {
        return Ok(known.clone());
    }
    let text = case.text(id)?;
    names.insert(id, text.clone());
    Ok(text)
}

fn later(time: Option<Time>, end: Option<Time>) -> bool {
    matches!((time, end), (Some(time), Some(end)) if time > end)
}

/// Everything obtained with the start, or with what was so obtained. A circle closes on what was seen already.
fn follow<'a>(handed: &'a [HandedOut], start: &Start) -> BTreeMap<i64, Reached<'a>> {
    let mut by_credential: FxHashMap<i64, Vec<&HandedOut>> = FxHashMap::default();
    let mut by_account: FxHashMap<i64, Vec<&HandedOut>> = FxHashMap::default();
    for h in handed {
        if let Some(by) = h.by.filter(|by| *by != h.credential) {
            by_credential.entry(by).or_default().push(h);
        }
        if let Some(wire) = h.wire {
            by_account.entry(wire).or_default().push(h);
        }
    }
    let mut out: BTreeMap<i64, Reached<'a>> = BTreeMap::new();
    let mut rim: VecDeque<(i64, u32)> = start.credentials.iter().map(|c| (*c, 0)).collect();
    // Handed out to the account: the credential may be another account's, the hand is this one's.
    for account in &start.principals {
        for h in by_account.get(account).into_iter().flatten() {
            if let std::collections::btree_map::Entry::Vacant(new) = out.entry(h.credential) {
                new.insert(Reached { by: h, from: h.by.unwrap_or_default(), depth: 1, uses: Span::default() });
                rim.push_back((h.credential, 1));
            }
        }
    }
    while let Some((here, depth)) = rim.pop_front() {
        for h in by_credential.get(&here).into_iter().flatten() {
            if out.len() >= FOLLOWED || start.credentials.contains(&h.credential) {
                continue;
            }
            if let std::collections::btree_map::Entry::Vacant(new) = out.entry(h.credential) {
                new.insert(Reached { by: h, from: here, depth: depth + 1, uses: Span::default() });
                rim.push_back((h.credential, depth + 1));
            }
        }
    }
    out
}

fn listed(u: UseView, through: Option<String>) -> Use {
    Use {
        id: u.id,
        source: u.source,
        time: u.time.map(|t| t.to_rfc3339()),
        action: u.action,
        resource: u.resource,
        outcome: u.outcome,
        address: u.address,
        host: u.host,
        agent: u.agent,
        human: u.human,
        grade: u.grade,
        through,
    }
}

fn derivatives(case: &Case, start: &Start, reached: BTreeMap<i64, Reached<'_>>) -> Result<Vec<Derivative>, CaseError> {
    let mut order: Vec<(i64, Reached<'_>)> = reached.into_iter().collect();
    order.sort_by_key(|(_, r)| (r.depth, r.by.time, r.by.event));
    let mut out = Vec::new();
    for (id, r) in order.into_iter().take(NAMES) {
        let from = match r.from {
            0 => start.matched.first().map(|m| m.id.clone()).unwrap_or_default(),
            from if start.hide && start.credentials.contains(&from) => "what was pasted".into(),
            from => case.text(from)?,
        };
        out.push(Derivative {
            id: case.text(id)?,
            kind: r.by.kind.word().into(),
            how: if r.by.exchanged { "exchanged".into() } else { r.by.action.clone().unwrap_or_default() },
            from,
            depth: r.depth,
            issued: r.by.time.map(|t| t.to_rfc3339()),
            expires: r.by.expires.map(|t| t.to_rfc3339()),
            uses: r.uses.uses,
            first: r.uses.first.map(|t| t.to_rfc3339()),
            last: r.uses.last.map(|t| t.to_rfc3339()),
            record: case.shown_id(r.by.event)?,
        });
    }
    out.sort_by(|a, b| (a.depth, &a.issued, &a.id).cmp(&(b.depth, &b.issued, &b.id)));
    Ok(out)
}

fn sentence(asked: &str, start: &Start, sums: &Sums<'_>, derived: u32) -> String {
    if start.matched.is_empty() {
        return format!(
            "No record of this case carries {asked}. That is no proof that it was not used: see what cannot be seen."
        );
    }
    let period = match (sums.own.first, sums.own.last) {
        (Some(first), Some(last)) => format!(", first {}, last {}", first.to_rfc3339(), last.to_rfc3339()),
        _ => String::new(),
    };
    format!(
        "{} uses are on record{period}; {derived} credentials were obtained with it, directly or through others, and used {} times.",
        sums.own.uses, sums.derived.uses
    )
}
