//! The whole corridor after import: who is who, lineage, attribution, rules; and the loaded view that single answers need.

use crate::attribution::{self, Hints, Summary, Tables};
use crate::case::{Case, CaseError, Progress, Stage, Tick};
use crate::identity::{self, Identity};
use crate::lineage::{Lineage, signatures};
use crate::rules;

/// Parties and lineage of a case, held while questions are asked.
pub struct Loaded {
    pub identity: Identity,
    pub lineage: Lineage,
}

impl Loaded {
    pub fn load(case: &Case) -> Result<Loaded, CaseError> {
        let mut claims = case.claims()?;
        let mut identity = identity::identify(case)?;
        identity.settle_claims(case, &mut claims)?;
        let lineage = Lineage::build(case, &mut identity, &claims)?;
        Ok(Loaded { identity, lineage })
    }

    pub fn tables(&self, case: &Case) -> Result<Tables<'_>, CaseError> {
        let mut claims = case.claims()?;
        self.identity.settle_claims(case, &mut claims)?;
        Tables::load(case, &self.identity, &self.lineage, &claims)
    }
}

/// Counts of an analysis.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Analysis {
    pub attribution: Summary,
    pub findings: u64,
    pub design_facts: u64,
    /// What the reviewer should know: aliases that join nothing, no directory.
    pub notes: Vec<String>,
}

/// Attributes every call and runs every rule. All conclusions are written in one transaction.
pub fn analyze(case: &Case, progress: &dyn Progress) -> Result<Analysis, CaseError> {
    let of = case.stamp()?;
    let total = case.calls_held()?;
    let derived = case.derive()?;
    let signatures = signatures::check(case, &derived)?;
    let loaded = Loaded::load(case)?;
    let tables = loaded.tables(case)?;
    for skew in loaded.lineage.clocks.skews() {
        derived.clock(skew)?;
    }
    let mut done = 0;
    let summary = attribution::attribute_case(case, &derived, &tables, |n| {
        done += n;
        if done % 10_000 == 0 {
            if progress.cancelled() {
                return Err(CaseError::Cancelled);
            }
            progress.tick(&Tick {
                stage: Stage::Attribute,
                file: None,
                done_bytes: done,
                total_bytes: total,
                records: done,
            });
        }
        Ok(())
    })?;
    let hints = Hints::load(case, &loaded.identity, &loaded.lineage.clocks, None)?;
    attribution::hint_case(case, &derived, &hints, |_| {
        if progress.cancelled() { Err(CaseError::Cancelled) } else { Ok(()) }
    })?;
    drop(hints);
    progress.tick(&Tick { stage: Stage::Rules, file: None, done_bytes: total, total_bytes: total, records: done });
    let findings =
        rules::run(case, &derived, |_| if progress.cancelled() { Err(CaseError::Cancelled) } else { Ok(()) })?;
    for finding in &findings {
        derived.finding(finding)?;
    }
    derived.commit(&of)?;
    let design_facts = findings.iter().filter(|f| f.design_fact).count() as u64;
    let accepted = findings.iter().filter(|f| !f.design_fact && f.accepted.is_some()).count() as u64;
    let mut notes = loaded.identity.notes.clone();
    if !loaded.identity.directory {
        notes.push("No directory was imported: every human is unverified.".into());
    }
    if accepted > 0 {
        notes.push(format!("{accepted} more findings are accepted by known exceptions: shown, and not counted."));
    }
    for (rule, _, _, why) in case.rules_not_run()? {
        notes.push(format!("Rule {rule} of the reviewer's own did not run: {why}"));
    }
    let cut = case.runs_read_in_part()?;
    if cut > 0 {
        notes.push(format!(
            "{cut} runs hold more messages than are read at once: an instruction in a tool's output (IN-01) was looked for in their beginning alone."
        ));
    }
    notes.extend(of_signatures(signatures));
    let unapproved = case.calls_that_need_approval()?;
    if unapproved > 0 && !case.approvals_imported()? {
        let calls = if unapproved == 1 { "1 call is".into() } else { format!("{unapproved} calls are") };
        notes.push(format!(
            "{calls} in a class that needs approval, and no export of approvals was received: whether they were approved is not answerable."
        ));
    }
    Ok(Analysis {
        attribution: summary,
        findings: findings.len() as u64 - design_facts - accepted,
        design_facts,
        notes,
    })
}

fn of_signatures(checked: signatures::Checked) -> Vec<String> {
    let tokens = |n: u64| if n == 1 { "1 raw token".to_string() } else { format!("{n} raw tokens") };
    let mut out = Vec::new();
    if checked.held > 0 {
        out.push(format!("The signatures of {} hold under the keys received.", tokens(checked.held)));
    }
    if checked.failed > 0 {
        out.push(format!(
            "{} name a key that did not sign them, as far as the keys received tell: they prove nothing, and are nobody's word. Ask who exported them, and for the issuer's log.",
            tokens(checked.failed)
        ));
    }
    out
}
