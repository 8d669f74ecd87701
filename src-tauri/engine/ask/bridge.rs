//! Where agents give people more than they have: what went through an agent for a person whose own right is *no* or cannot be
//! told, and what could go through.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::case::{BridgeView, Case, CaseError, Said};
use crate::model::Time;
use crate::rules::{Answer, Held, Question, Rights, Whom, answer_for};

/// People x agents x tools.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Bridge {
    pub sentence: String,
    /// What was done, beyond the person's own answer or without one; *no* first, then by what is at stake, then most calls.
    pub cells: Vec<BridgeCell>,
    /// Rights of agents that people who use them lack, or of whom it cannot be told.
    pub potential: Vec<PotentialCell>,
    /// Agents' calls that went through for a named person, whatever the answer.
    pub calls: u32,
    /// Of them where the person's own answer is yes.
    pub entitled: u32,
    pub beyond: u32,
    pub unanswerable: u32,
    /// Agents' calls that went through and name nobody: of them nothing is told here.
    pub for_nobody: u32,
    /// Whether any export of rights was received.
    pub rights_known: bool,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Calls of one person through one agent with one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct BridgeCell {
    pub person: String,
    pub agent: String,
    pub service: Option<String>,
    pub tool: String,
    /// `read`, `change`, `irreversible`.
    pub effect: String,
    /// 1 to 4, and whether `assets.csv` says so.
    pub impact: u8,
    pub rated: bool,
    /// The person's own right: `no`, `unanswerable`.
    pub own: String,
    pub calls: u32,
    /// Of the calls of this person through this agent with this tool.
    pub of_calls: u32,
    /// Of them those whose decision evaluated a person: there the person's rights were looked at.
    pub decided_on_person: u32,
    /// The agent's own right on these calls: `yes`, `no`, `unanswerable`, `mixed`.
    pub agents_right: String,
    /// `confirmed`, `probable`, `possible`, `undetermined`.
    pub confidence: String,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Shown id of the first of these calls.
    pub example: String,
    /// Why the person's answer is what it is, and by which grant the agent could.
    pub because: Vec<String>,
    /// Records of the grants that the reasons speak of.
    pub records: Vec<String>,
    pub sentence: String,
}

/// A right that an agent has, and a person who uses it lacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct PotentialCell {
    pub person: String,
    pub agent: String,
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    /// `no`: the person has no right as wide as this in the exports received; `unanswerable`.
    pub own: String,
    /// Calls of this person through this agent, with whatever tool.
    pub calls: u32,
    /// The record of the agent's grant.
    pub record: String,
    /// Some of these calls used the right.
    pub used: bool,
}

/// What is asked for: all, or one person or agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Narrow<'a> {
    pub person: Option<&'a str>,
    pub agent: Option<&'a str>,
}

/// Cells that are told with their reasons, and rights that are asked one by one. Beyond them is said how many are left out.
const MOST_CELLS: usize = 5_000;
const MOST_ASKED: usize = 50_000;
const MOST_RIGHTS: usize = 300;
const MOST_POTENTIAL: usize = 5_000;

pub fn bridge(case: &Case, narrow: Narrow<'_>) -> Result<Bridge, CaseError> {
    let rights = Rights::of_case(case)?;
    let wanted = |view: &BridgeView| {
        narrow.person.is_none_or(|p| view.person.eq_ignore_ascii_case(p))
            && narrow.agent.is_none_or(|a| view.agent.eq_ignore_ascii_case(a))
    };
    let all: Vec<BridgeView> = case.bridge(false)?.into_iter().filter(wanted).collect();
    let sum = |own: Said| all.iter().filter(|v| v.own == own).map(|v| v.calls).sum::<u32>();
    let (entitled, beyond, unanswerable) = (sum(Said::Yes), sum(Said::No), sum(Said::Unknown));
    let mut notes = Vec::new();
    let mut views: Vec<&BridgeView> = all.iter().filter(|v| v.own != Said::Yes).collect();
    views.sort_by(|a, b| {
        let rank = |v: &BridgeView| (v.own == Said::No, v.impact, v.calls);
        rank(b).cmp(&rank(a)).then_with(|| names(a).cmp(&names(b)))
    });
    if views.len() > MOST_CELLS {
        notes.push(format!("{} cells with less at stake are left out", views.len() - MOST_CELLS));
        views.truncate(MOST_CELLS);
    }
    let mut of_tool: BTreeMap<_, u32> = BTreeMap::new();
    for view in &all {
        *of_tool.entry((view.person_party, view.agent_party, &view.service, &view.tool)).or_default() += view.calls;
    }
    let mut cells = Vec::new();
    for view in views {
        let of = of_tool.get(&(view.person_party, view.agent_party, &view.service, &view.tool)).copied();
        cells.push(cell(case, &rights, view, of.unwrap_or(view.calls))?);
    }
    let potential = potential(case, &rights, &all, &mut notes)?;
    let rights_known = !rights.is_empty();
    if !rights_known {
        notes.push(
            "no export of rights was received: whether people have more or less than agents is not answerable".into(),
        );
    }
    let calls = entitled + beyond + unanswerable;
    let for_nobody = if narrow.person.is_some() || narrow.agent.is_some() { 0 } else { case.calls_for_nobody()? };
    let sentence = format!(
        "{calls} calls went through agents for named people: for {entitled} the person's own right is in evidence, for {beyond} \
         there is no matching entitlement in the exports received, for {unanswerable} it cannot be told."
    );
    Ok(Bridge { sentence, cells, potential, calls, entitled, beyond, unanswerable, for_nobody, rights_known, notes })
}

fn names(v: &BridgeView) -> (&str, &str, Option<&str>, Option<&str>) {
    (&v.person, &v.agent, v.tool.as_deref(), v.service.as_deref())
}

fn cell(case: &Case, rights: &Rights, v: &BridgeView, of_calls: u32) -> Result<BridgeCell, CaseError> {
    let (mut because, mut records) = (Vec::new(), Vec::new());
    let described = case.event_words(v.example)?;
    let attributes = case.attributes_of(v.example)?;
    if let Some(action) = &described.action {
        let question = Question {
            service: described.service.as_deref(),
            action,
            resource: described.resource.as_deref(),
            at: described.time,
            attributes: &attributes,
        };
        for (whose, party) in [(&v.person, v.person_party), (&v.agent, v.agent_party)] {
            let said = answer_for(rights, Whom::Party(party), &question);
            because.extend(said.because.first().map(|why| format!("{whose}: {why}")));
            for event in said.by.into_iter().chain(said.memberships.iter().copied()) {
                let id = case.shown_id(event)?;
                if !records.contains(&id) {
                    records.push(id);
                }
            }
        }
    }
    let own = if v.own == Said::No { "no" } else { "unanswerable" };
    let agents_right = match (v.agents_yes, v.agents_no) {
        (yes, 0) if yes == v.calls => "yes",
        (0, no) if no == v.calls => "no",
        (0, 0) => "unanswerable",
        _ => "mixed",
    };
    // As the rule on it has it: certain by an explicit deny and a name that is proved, else probable.
    let confidence = match v.own {
        Said::No if v.denied_outright == v.calls && v.firm == v.calls => "confirmed",
        Said::No if v.firm > 0 || v.denied_outright > 0 => "probable",
        Said::No => "possible",
        _ => "undetermined",
    };
    let tool = v.tool.clone().unwrap_or_else(|| "(no tool named)".into());
    let told = match v.own {
        Said::No => "with no matching entitlement of their own in the exports received",
        _ => "and the exports received do not tell whether they have the right themselves",
    };
    let times = if v.calls == 1 { "once".to_string() } else { format!("{} times", v.calls) };
    let sentence = format!("{tool} went through {} for {} {times}, {told}.", v.agent, v.person);
    Ok(BridgeCell {
        person: v.person.clone(),
        agent: v.agent.clone(),
        service: v.service.clone(),
        tool,
        effect: v.effect.clone(),
        impact: v.impact,
        rated: v.rated,
        own: own.into(),
        calls: v.calls,
        of_calls,
        decided_on_person: v.on_person,
        agents_right: agents_right.into(),
        confidence: confidence.into(),
        first: v.first.map(|t| t.to_rfc3339()),
        last: v.last.map(|t| t.to_rfc3339()),
        example: case.shown_id(v.example)?,
        because,
        records,
        sentence,
    })
}

/// A pair of a person and an agent that acts for them, with the actions that it did.
struct Pair<'a> {
    person: (i64, &'a str),
    agent: (i64, &'a str),
    calls: u32,
    last: Option<Time>,
    tools: BTreeSet<(Option<&'a str>, &'a str)>,
}

fn potential(
    case: &Case,
    rights: &Rights,
    all: &[BridgeView],
    notes: &mut Vec<String>,
) -> Result<Vec<PotentialCell>, CaseError> {
    let mut pairs: BTreeMap<(i64, i64), Pair<'_>> = BTreeMap::new();
    for v in all {
        let pair = pairs.entry((v.person_party, v.agent_party)).or_insert_with(|| Pair {
            person: (v.person_party, &v.person),
            agent: (v.agent_party, &v.agent),
            calls: 0,
            last: None,
            tools: BTreeSet::new(),
        });
        pair.calls += v.calls;
        pair.last = pair.last.max(v.last);
        pair.tools.extend(v.tool.as_deref().map(|tool| (v.service.as_deref(), tool)));
    }
    let mut pairs: Vec<Pair<'_>> = pairs.into_values().collect();
    pairs.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| (a.person.1, a.agent.1).cmp(&(b.person.1, b.agent.1))));
    let mut held: FxHashMap<i64, Vec<Held<'_>>> = FxHashMap::default();
    let (mut asked, mut left, mut cut) = (0, 0, BTreeSet::new());
    let mut out = Vec::new();
    for pair in &pairs {
        if asked >= MOST_ASKED || out.len() >= MOST_POTENTIAL {
            left += 1;
            continue;
        }
        let of_agent = held.entry(pair.agent.0).or_insert_with(|| rights.held(pair.agent.0));
        if of_agent.len() > MOST_RIGHTS {
            cut.insert(pair.agent.1);
        }
        for right in of_agent.iter().take(MOST_RIGHTS) {
            asked += 1;
            // The right itself is the question: whoever has one at least as wide has it.
            let question = Question {
                service: right.service(),
                action: right.action(),
                resource: Some(right.resource()),
                at: pair.last,
                attributes: &[],
            };
            let own = match answer_for(rights, Whom::Party(pair.person.0), &question).answer {
                Answer::Yes => continue,
                Answer::No => "no",
                Answer::Unknown => "unanswerable",
            };
            out.push(PotentialCell {
                person: pair.person.1.into(),
                agent: pair.agent.1.into(),
                service: right.service().map(String::from),
                action: right.action().into(),
                resource: right.resource().into(),
                own: own.into(),
                calls: pair.calls,
                record: case.shown_id(right.event())?,
                used: pair.tools.iter().any(|(service, tool)| right.names(*service, tool)),
            });
        }
    }
    for agent in cut {
        notes.push(format!("of the rights of {agent} the first {MOST_RIGHTS} were held against people's"));
    }
    if left > 0 {
        notes.push(format!(
            "{left} pairs of person and agent with fewer calls were not held against each other's rights"
        ));
    }
    out.sort_by(|a, b| {
        let rank = |c: &PotentialCell| (c.own == "no", c.used, c.calls);
        rank(b).cmp(&rank(a)).then_with(|| {
            (&a.person, &a.agent, &a.action, &a.resource, &a.record).cmp(&(
                &b.person,
                &b.agent,
                &b.action,
                &b.resource,
                &b.record,
            ))
        })
    });
    out.dedup();
    Ok(out)
}
