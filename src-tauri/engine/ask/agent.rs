//! One agent in full: its row of the register, and how far it reaches: rights granted and used, people whose rights it can
//! wield, classes of data, credentials, what it did that cannot be undone.

use serde::Serialize;

use super::agents::AgentRow;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AgentSheet {
    pub agent: AgentRow,
    pub rights: Vec<RightUse>,
    pub rights_used: u32,
    pub rights_unused: u32,
    /// People whose rights it has wielded or can wield, and by what.
    pub people: Vec<WieldablePerson>,
    pub data: Vec<ClassReach>,
    pub irreversible: Vec<IrreversibleAction>,
    /// At most 200, those of most uses first.
    pub credentials: Vec<HeldCredential>,
    pub credentials_count: u32,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct RightUse {
    pub right: String,
    /// Calls that it covers.
    pub calls: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct WieldablePerson {
    pub person: String,
    /// `delegated token`, `own account or rights used`, `acted for`.
    pub by: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ClassReach {
    pub data_class: String,
    /// Its rights cover an action on this class.
    pub reachable: bool,
    pub read: u32,
    pub changed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct IrreversibleAction {
    pub action: String,
    pub reachable: bool,
    pub calls: u32,
    /// Calls that went through.
    pub done: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct HeldCredential {
    pub id: String,
    pub kind: String,
    pub uses: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Whose rights it carried, where that was one party.
    pub authority: Option<String>,
}

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{AgentTouch, AssetRow, Case, CaseError};
use crate::rules::facts::{guess, nearest_asset};
use crate::rules::{Held, Rights};

const LISTED: usize = 200;

/// The sheet of an agent, by its directory id or as it is shown.
pub fn agent(case: &Case, id: &str) -> Result<AgentSheet, CaseError> {
    let no_such = || CaseError::NoSuchAccount { id: id.into() };
    let party = case.agents()?.into_iter().find(|a| a.shown.eq_ignore_ascii_case(id)).ok_or_else(no_such)?.party;
    let row =
        super::agents::agents(case)?.into_iter().find(|a| a.agent.eq_ignore_ascii_case(id)).ok_or_else(no_such)?;
    let rights = Rights::of_case(case)?;
    let held = rights.held(party);
    let assets = case.assets()?;
    let mut sums = Sums::new(&held, &assets);
    case.each_agent_touch(party, |touch| {
        sums.see(&touch);
        Ok(())
    })?;
    let (credentials, count) = case.credentials_of_agent(party, LISTED as u32)?;
    let used = sums.uses.iter().filter(|n| **n > 0).count() as u32;
    let people = people(case, party, &row)?;
    let (data, irreversible) = (sums.data(), sums.irreversible());
    let mut uses: Vec<RightUse> =
        held.iter().zip(&sums.uses).map(|(right, calls)| RightUse { right: right.words(), calls: *calls }).collect();
    uses.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.right.cmp(&b.right)));
    uses.truncate(LISTED);
    let rights_words = match row.blast.rights_known {
        true => format!("{used} of {} rights were used", held.len()),
        false => "its rights are not known".into(),
    };
    let done: u32 = irreversible.iter().map(|i| i.done).sum();
    Ok(AgentSheet {
        sentence: format!(
            "{}: {rights_words}; it can wield the rights of {} people; {done} irreversible calls went through, and {count} credentials were seen with it.",
            row.agent,
            people.len()
        ),
        rights_used: used,
        rights_unused: held.len() as u32 - used,
        rights: uses,
        people,
        data,
        irreversible,
        credentials: credentials
            .into_iter()
            .map(|c| HeldCredential {
                id: c.id,
                kind: c.kind.word().into(),
                uses: c.uses as u32,
                first: c.first.map(|t| t.to_rfc3339()),
                last: c.last.map(|t| t.to_rfc3339()),
                authority: c.authority,
            })
            .collect(),
        credentials_count: count as u32,
        agent: row,
    })
}

fn people(case: &Case, party: i64, row: &AgentRow) -> Result<Vec<WieldablePerson>, CaseError> {
    let mut by: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for person in &row.blast.people_wieldable {
        by.entry(person.clone()).or_default().insert("delegated token");
    }
    for person in case.authorities_of_agent(party)? {
        by.entry(person).or_default().insert("own account or rights used");
    }
    for person in &row.people {
        by.entry(person.clone()).or_default().insert("acted for");
    }
    // Having acted for somebody on its own rights is no power over theirs.
    by.retain(|_, how| how.len() > 1 || !how.contains("acted for"));
    Ok(by
        .into_iter()
        .map(|(person, how)| WieldablePerson { person, by: how.into_iter().map(String::from).collect() })
        .collect())
}

#[derive(Default)]
struct Touches {
    reachable: bool,
    read: u32,
    changed: u32,
}

struct Sums<'a> {
    held: &'a [Held<'a>],
    assets: &'a [AssetRow],
    uses: Vec<u32>,
    classes: BTreeMap<String, Touches>,
    hard: BTreeMap<String, (bool, u32, u32)>,
}

impl<'a> Sums<'a> {
    fn new(held: &'a [Held<'a>], assets: &'a [AssetRow]) -> Sums<'a> {
        let mut sums =
            Sums { held, assets, uses: vec![0; held.len()], classes: BTreeMap::new(), hard: BTreeMap::new() };
        for asset in assets {
            let reachable = held.iter().any(|right| right.names(asset.service.as_deref(), asset.action.trim()));
            if let (true, Some(class)) = (reachable, class(asset)) {
                sums.classes.entry(class).or_default().reachable = true;
            }
            let hard = asset.effect.as_deref().is_some_and(|e| e.trim().eq_ignore_ascii_case("irreversible"));
            if hard && reachable {
                sums.hard.entry(asset.action.trim().to_string()).or_default().0 = true;
            }
        }
        sums
    }

    fn see(&mut self, t: &AgentTouch) {
        let (service, action) = (t.service.as_deref(), t.action.as_deref());
        let calls = u32::try_from(t.calls).unwrap_or(u32::MAX);
        let mut covered = false;
        if let Some(action) = action {
            for (right, uses) in self.held.iter().zip(&mut self.uses) {
                if right.names(service, action) && right.on(t.resource.as_deref()) {
                    *uses = uses.saturating_add(calls);
                    covered = true;
                }
            }
        }
        let effect = t.effect.as_deref().unwrap_or_else(|| guess(action));
        let asset = nearest_asset(self.assets, service, action, t.resource.as_deref());
        let touched = self.classes.entry(asset.and_then(class).unwrap_or_else(|| "unrated".into())).or_default();
        touched.reachable |= covered;
        if effect == "read" {
            touched.read += calls
        } else {
            touched.changed += calls
        }
        if effect == "irreversible" {
            let hard = self.hard.entry(action.unwrap_or_default().to_string()).or_default();
            hard.1 += calls;
            hard.2 += u32::try_from(t.done).unwrap_or(u32::MAX);
        }
    }

    fn data(&self) -> Vec<ClassReach> {
        let of = |(class, t): (&String, &Touches)| ClassReach {
            data_class: class.clone(),
            reachable: t.reachable,
            read: t.read,
            changed: t.changed,
        };
        self.classes.iter().map(of).collect()
    }

    fn irreversible(&self) -> Vec<IrreversibleAction> {
        let of = |(action, (reachable, calls, done)): (&String, &(bool, u32, u32))| IrreversibleAction {
            action: action.clone(),
            reachable: *reachable,
            calls: *calls,
            done: *done,
        };
        self.hard.iter().map(of).collect()
    }
}

fn class(asset: &AssetRow) -> Option<String> {
    asset.data_class.as_deref().map(|c| c.trim().to_string()).filter(|c| !c.is_empty())
}
