//! The register of agents beside what the logs show: who answers for each, what it did, and how far it could reach.

use serde::Serialize;

use crate::case::{AgentView, AssetRow, Case, CaseError, DirectoryEntry};
use crate::rules::{Held, Rights};

/// Rights that are listed; more are counted.
const LISTED: usize = 200;

/// An agent of the register, or one that only the logs know.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AgentRow {
    pub agent: String,
    pub registered: bool,
    pub name: Option<String>,
    pub status: Option<String>,
    pub owner: Option<String>,
    pub purpose: Option<String>,
    pub vendor: Option<String>,
    pub environment: Option<String>,
    pub approved_pattern: Option<String>,
    pub client_ids: Vec<String>,
    pub last_certified: Option<String>,
    /// The principals that are this agent, as `namespace:id`.
    pub principals: Vec<String>,
    pub runs: u32,
    pub calls: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// People for whom it acted.
    pub people: Vec<String>,
    pub tools: Vec<AgentTool>,
    pub blast: BlastRadius,
    /// What a reviewer should ask about.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct AgentTool {
    pub tool: String,
    pub calls: u32,
}

/// How far an agent could reach, by the exports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct BlastRadius {
    /// Rights of the agent itself, at most 200 of them; `rights_count` counts all.
    pub rights: Vec<String>,
    pub rights_count: u32,
    /// Everything on everything.
    pub administrator: bool,
    /// People whose delegated tokens it has had.
    pub people_wieldable: Vec<String>,
    /// Actions that the asset list calls irreversible and that its rights or its calls reach.
    pub irreversible: Vec<String>,
    pub irreversible_calls: u32,
    /// False where no entitlements were imported: then no rights are known, which is not none.
    pub rights_known: bool,
}

/// All agents, by name.
pub fn agents(case: &Case) -> Result<Vec<AgentRow>, CaseError> {
    let directory = case.directory()?;
    let rights = Rights::of_case(case)?;
    let assets = case.assets()?;
    let known = !case.grants()?.is_empty();
    let register = directory.iter().any(|row| row.entry_type == crate::model::EntryType::Agent);
    case.agents()?.iter().map(|view| agent(case, view, &directory, &rights, &assets, (known, register))).collect()
}

fn agent(
    case: &Case,
    view: &AgentView,
    directory: &[DirectoryEntry],
    rights: &Rights,
    assets: &[AssetRow],
    (rights_known, register): (bool, bool),
) -> Result<AgentRow, CaseError> {
    let row = view.directory.and_then(|event| directory.iter().find(|row| row.event == event));
    let more = row.map(|r| r.register.clone()).unwrap_or_default();
    let tools = case.tools_of_agent(view.party)?;
    let held = rights.held(view.party);
    let mut irreversible: Vec<String> = tools.iter().filter(|t| t.irreversible > 0).map(|t| t.tool.clone()).collect();
    irreversible.extend(assets.iter().filter(|a| reaches(&held, a)).map(|a| a.action.clone()));
    irreversible.sort();
    irreversible.dedup();
    let mut found = AgentRow {
        agent: view.shown.clone(),
        registered: row.is_some(),
        name: row.and_then(|r| r.name.clone()),
        status: row.and_then(|r| r.status.clone()),
        owner: row.and_then(|r| r.owner.clone()),
        purpose: more.purpose,
        vendor: more.vendor,
        environment: more.environment,
        approved_pattern: more.approved_pattern,
        client_ids: more.client_ids,
        last_certified: more.last_certified.map(|t| t.to_rfc3339()),
        principals: case.principals_of_party(view.party)?,
        runs: view.runs as u32,
        calls: view.calls as u32,
        first: view.first.map(|t| t.to_rfc3339()),
        last: view.last.map(|t| t.to_rfc3339()),
        people: case.people_of_agent(view.party)?,
        tools: tools.iter().map(|t| AgentTool { tool: t.tool.clone(), calls: t.calls as u32 }).collect(),
        blast: BlastRadius {
            rights: held.iter().take(LISTED).map(Held::words).collect(),
            rights_count: held.len() as u32,
            administrator: held.iter().any(Held::everything),
            people_wieldable: case.wielded_by_agent(view.party)?,
            irreversible,
            irreversible_calls: view.irreversible as u32,
            rights_known,
        },
        notes: Vec::new(),
    };
    found.notes = notes(&found, register);
    Ok(found)
}

/// Whether a right covers an action that the asset list calls irreversible.
fn reaches(held: &[Held<'_>], asset: &AssetRow) -> bool {
    let hard = asset.effect.as_deref().is_some_and(|e| e.trim().eq_ignore_ascii_case("irreversible"));
    hard && held.iter().any(|right| right.names(asset.service.as_deref(), asset.action.trim()))
}

fn notes(agent: &AgentRow, register: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !agent.registered && register {
        notes.push("in the logs, and in no row of the register".into());
    }
    if agent.registered && agent.owner.is_none() {
        notes.push("no owner is recorded".into());
    }
    if agent.registered && agent.last_certified.is_none() {
        notes.push("no certification is recorded".into());
    }
    if agent.registered && agent.calls == 0 && agent.runs == 0 {
        notes.push("registered, and in no log of this case".into());
    }
    if agent.blast.administrator {
        notes.push("its rights cover everything".into());
    }
    notes
}
