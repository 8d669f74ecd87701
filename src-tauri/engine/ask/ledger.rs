//! Who touched a record: for the audit, for the person whose data it is, and as an accounting of disclosures.

use serde::{Deserialize, Serialize};

/// Whose eyes the list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum LedgerView {
    /// Everything, with names, denied attempts too.
    Audit,
    /// A copy for the person whose data it is (GDPR Art. 15): what took effect, staff masked. The dates and purposes of
    /// look-ups belong in it, the identity of employees does not in general (CJEU C-579/21).
    Subject,
    /// What left the organisation, by recipient (45 CFR 164.528): calls of agents for which the register names a vendor.
    Disclosure,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Ledger {
    pub asked: String,
    pub view: LedgerView,
    pub sentence: String,
    /// Resources that the question matched; at most 100.
    pub resources: Vec<String>,
    /// As `ownership.csv` has it; empty in the subject's copy.
    pub owners: Vec<String>,
    pub total: u32,
    pub reads: u32,
    pub changes: u32,
    pub without_effect: u32,
    /// Calls for which nobody is named though somebody should be.
    pub unnamed: u32,
    /// At most 5000, in the order of time; `total` counts all.
    pub rows: Vec<LedgerRow>,
    pub sources: Vec<LedgerSource>,
    /// Where more may be that this list does not show.
    pub could_hold_more: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LedgerRow {
    /// Empty in the subject's copy.
    pub id: String,
    pub source: String,
    pub time: Option<String>,
    /// The recorded initiator; `Employee 1` and so on in the subject's copy.
    pub human: Option<String>,
    pub department: Option<String>,
    pub grade: Option<String>,
    /// Why nobody is named.
    pub refusal: Option<String>,
    pub agent: Option<String>,
    /// Of the agent, as the register has it. Nothing else states a purpose.
    pub purpose: Option<String>,
    /// Outside recipient, in the accounting of disclosures.
    pub recipient: Option<String>,
    pub wire: Option<String>,
    pub action: String,
    pub resource: String,
    pub effect: String,
    pub outcome: String,
    pub decision: Option<String>,
    pub run: Option<String>,
}

/// A source and how well it would show such calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LedgerSource {
    pub source: String,
    pub calls_here: u32,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Of all its calls in the case, those that name what they were on.
    pub calls: u32,
    pub with_resource: u32,
}

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseError, TouchView};
use crate::model::Time;
use crate::model::run::shown_id;
use crate::rules::facts::guess;

const LISTED: usize = 5_000;
const RESOURCES: usize = 100;

/// Every call on a resource; `*` stands for any characters.
pub fn ledger(
    case: &Case,
    resource: &str,
    view: LedgerView,
    from: Option<Time>,
    to: Option<Time>,
) -> Result<Ledger, CaseError> {
    let mut sums = Sums::empty(view);
    case.each_touch(resource, |t| {
        let inside = |t: Time| from.is_none_or(|f| t >= f) && to.is_none_or(|u| t <= u);
        // Without a time it cannot be left out of a period.
        if t.time.is_none_or(inside) {
            sums.see(t);
        }
        Ok(())
    })?;
    let spans: BTreeMap<String, (Option<Time>, Option<Time>)> =
        case.source_spans()?.into_iter().map(|s| (s.name, (s.first, s.last))).collect();
    let sources: Vec<LedgerSource> = case
        .sources_with_resources()?
        .into_iter()
        .map(|(source, calls, named)| {
            let (first, last) = spans.get(&source).copied().unwrap_or_default();
            LedgerSource {
                calls_here: sums.by_source.get(&source).copied().unwrap_or_default(),
                first: first.map(|t| t.to_rfc3339()),
                last: last.map(|t| t.to_rfc3339()),
                calls: calls as u32,
                with_resource: named as u32,
                source,
            }
        })
        .collect();
    let owners = if view == LedgerView::Subject { Vec::new() } else { owners(case, &sums.resources)? };
    Ok(Ledger {
        asked: resource.into(),
        view,
        sentence: sentence(resource, &sums),
        could_hold_more: could_hold_more(case, resource, &sums, &sources, (from, to))?,
        resources: sums.resources.into_iter().collect(),
        owners,
        total: sums.total,
        reads: sums.reads,
        changes: sums.changes,
        without_effect: sums.without_effect,
        unnamed: sums.unnamed,
        rows: sums.rows,
        sources,
    })
}

struct Sums {
    view: LedgerView,
    /// Employees by the order in which they first appear.
    masked: BTreeMap<String, usize>,
    rows: Vec<LedgerRow>,
    resources: BTreeSet<String>,
    by_source: BTreeMap<String, u32>,
    total: u32,
    reads: u32,
    changes: u32,
    without_effect: u32,
    unnamed: u32,
    /// Calls of agents for which no vendor is recorded.
    inside: u32,
}

impl Sums {
    fn empty(view: LedgerView) -> Sums {
        Sums {
            view,
            masked: BTreeMap::new(),
            rows: Vec::new(),
            resources: BTreeSet::new(),
            by_source: BTreeMap::new(),
            total: 0,
            reads: 0,
            changes: 0,
            without_effect: 0,
            unnamed: 0,
            inside: 0,
        }
    }

    fn see(&mut self, t: TouchView) {
        let done = !matches!(t.outcome.as_str(), "denied" | "error");
        let vendor = t.vendor.clone().filter(|v| !v.trim().is_empty());
        let shown = match self.view {
            LedgerView::Audit => true,
            LedgerView::Subject => done,
            LedgerView::Disclosure => done && vendor.is_some(),
        };
        if !shown {
            self.inside += u32::from(done && self.view == LedgerView::Disclosure);
            return;
        }
        self.total += 1;
        self.without_effect += u32::from(!done);
        let effect = t.effect.clone().unwrap_or_else(|| guess(t.action.as_deref()).to_string());
        if effect == "read" {
            self.reads += 1
        } else {
            self.changes += 1
        }
        self.unnamed += u32::from(t.refusal.is_some());
        *self.by_source.entry(t.source.clone()).or_default() += 1;
        if self.resources.len() < RESOURCES {
            self.resources.insert(t.resource.clone());
        }
        if self.rows.len() < LISTED {
            let row = self.row(t, effect, vendor);
            self.rows.push(row);
        }
    }

    fn row(&mut self, t: TouchView, effect: String, vendor: Option<String>) -> LedgerRow {
        let masked = self.view == LedgerView::Subject;
        let human = match (masked, t.human) {
            (true, Some(who)) => {
                let next = self.masked.len() + 1;
                Some(format!("Employee {}", self.masked.entry(who).or_insert(next)))
            }
            (_, who) => who,
        };
        LedgerRow {
            id: if masked { String::new() } else { t.id },
            source: t.source,
            time: t.time.map(|t| t.to_rfc3339()),
            human,
            department: t.department,
            grade: t.grade,
            refusal: t.refusal,
            agent: t.agent,
            purpose: t.purpose,
            recipient: vendor.filter(|_| self.view == LedgerView::Disclosure),
            // A login is a name.
            wire: if masked { None } else { t.wire },
            action: t.action.unwrap_or_default(),
            resource: t.resource,
            effect,
            outcome: t.outcome,
            decision: if masked { None } else { t.decision },
            run: t.run.filter(|_| !masked).map(|r| shown_id(&r)),
        }
    }
}

fn owners(case: &Case, resources: &BTreeSet<String>) -> Result<Vec<String>, CaseError> {
    let mut out: Vec<String> =
        case.ownership()?.into_iter().filter(|(_, o)| resources.contains(&o.resource)).map(|(_, o)| o.owner).collect();
    out.sort();
    out.dedup();
    Ok(out)
}

fn sentence(resource: &str, sums: &Sums) -> String {
    let what = match sums.view {
        LedgerView::Audit => "calls are on record",
        LedgerView::Subject => "accesses and changes are on record",
        LedgerView::Disclosure => "disclosures to outside recipients are on record",
    };
    let unnamed = match sums.unnamed {
        0 => String::new(),
        n => format!(" For {n} of them nobody can be named."),
    };
    format!("{} {what} for {resource}: {} read, {} changed something.{unnamed}", sums.total, sums.reads, sums.changes)
}

fn could_hold_more(
    case: &Case,
    resource: &str,
    sums: &Sums,
    sources: &[LedgerSource],
    (from, to): (Option<Time>, Option<Time>),
) -> Result<Vec<String>, CaseError> {
    let mut out = Vec::new();
    for n in case.nameless_calls(resource)? {
        out.push(format!(
            "{} calls of {} in {} do not say what they were on: each may be on this.",
            n.calls, n.action, n.source
        ));
    }
    for s in sources {
        let here = s.calls_here > 0;
        if s.calls > s.with_resource && !here {
            out.push(format!("{} names what was touched on {} of {} calls only.", s.source, s.with_resource, s.calls));
        }
        let early = matches!((&s.first, from), (Some(first), Some(from)) if *first > from.to_rfc3339());
        let late = matches!((&s.last, to), (Some(last), Some(to)) if *last < to.to_rfc3339());
        if here && (early || late || (from.is_none() && to.is_none())) {
            let ends = format!("{} to {}", s.first.as_deref().unwrap_or("?"), s.last.as_deref().unwrap_or("?"));
            out.push(format!("{} was received for {ends} and says nothing of other times.", s.source));
        }
    }
    for hole in super::completeness::completeness(case)?.holes {
        let ends = [hole.from, hole.to].into_iter().flatten().collect::<Vec<_>>().join(" to ");
        out.push(format!("{} has a hole ({}) {ends}.", hole.source, hole.kind));
    }
    if sums.changes > 0 && sums.reads == 0 {
        out.push(
            "Changes are on record and no read is: where reads are not logged, who looked at it is not known.".into(),
        );
    }
    if sums.view == LedgerView::Disclosure && sums.inside > 0 {
        out.push(format!(
            "{} further calls went through no agent with a recorded vendor: they count as inside. Transfers by people, e-mail and interfaces are in no export of this case.",
            sums.inside
        ));
    }
    out.push("Systems whose logs are not in this case, copies, back-ups and exports of the data are not seen.".into());
    Ok(out)
}
