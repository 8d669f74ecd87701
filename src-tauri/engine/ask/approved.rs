//! Who approved this call? Another question than who initiated it: an approver is read from approval records alone.

use serde::Serialize;

/// The answer for one call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Approved {
    pub id: String,
    /// `approved`, `other_than_approved`, `own_approval_only`, `no_approval_recorded`, `unanswerable`, `no_source_imported`.
    pub answer: String,
    pub sentence: String,
    /// Its class needs an approval, as the asset list says.
    pub required: bool,
    /// Who approved it, as approval records say; never whoever initiated it.
    pub approved_by: Vec<String>,
    /// All approvals on record that speak of it, the nearest first.
    pub approvals: Vec<ApprovalOnRecord>,
    /// What the answer does not say.
    pub disclaimer: String,
}

/// One approval record, and what it says of the call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ApprovalOnRecord {
    pub record: String,
    pub source: String,
    pub time: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    /// For whom it is, who asked for it and who answered, as the record has them.
    pub subject: Option<String>,
    pub requested_by: Option<String>,
    pub approved_by: Option<String>,
    pub limit: Option<f64>,
    pub currency: Option<String>,
    pub expires: Option<String>,
    /// `id`, `subject`, `resource`, `action`: what leads from the call to it.
    pub joined_by: String,
    /// `approved`, `other`, `unclear`, `not`.
    pub says: String,
    pub why: Option<String>,
}

use crate::case::{ApprovalRow, Case, CaseError, PartyRow};
use crate::lineage::clocks::bound_of;
use crate::rules::approvals::{Approvals, Found, JoinedBy, Says, State, Wanted};

const DISCLAIMER: &str = "that whoever approved it initiated it, or knew what would be done.";

/// What is on record of a call's approval.
pub fn approved(case: &Case, id: &str) -> Result<Approved, CaseError> {
    let event = case.find_event(id)?;
    let Some(call) = case.checked(event)? else {
        return Err(CaseError::NoSuchRecord {
            id: format!("{id} (a record that is no call in the scope of the review, or a case not analysed)"),
        });
    };
    let approvals = Approvals::new(case.approvals()?, case.party_of()?, bound_of(&case.present()?.policy));
    let text = |id: Option<i64>| id.map(|id| case.text(id)).transpose();
    let (action, resource) = (text(call.action)?, text(call.resource)?);
    let attributes = case.attributes_of(event)?;
    let wanted = Wanted {
        shown_id: &call.shown_id,
        tool_call: call.tool_call.as_deref(),
        action: action.as_deref(),
        resource: resource.as_deref(),
        at: call.time,
        human: call.human,
        others: [call.agent, call.wire_party, call.authority],
        attributes: &attributes,
    };
    let mut found = approvals.of(&wanted);
    let kept = case.approval_fact(event)?;
    let required = kept.as_ref().is_some_and(|k| k.required);
    let (mut state, _) = Approvals::state(&found, required, call.human);
    if let Some(kept) = &kept {
        state = State::from_word(&kept.state).unwrap_or(state);
        // An approval of something else is taken for the one that was meant only where no call used it.
        let elsewhere = approvals.elsewhere(&wanted).into_iter();
        found.extend(elsewhere.filter(|f| kept.approval == Some(approvals.row(f.row).event)));
    }
    let teller = Teller { case, approvals: &approvals, parties: &case.party_rows()? };
    let by = teller.approvers(&found);
    let others: Vec<i64> = by.iter().copied().filter(|p| Some(*p) != call.human).collect();
    let answer = match state {
        _ if !case.approvals_imported()? => "no_source_imported",
        State::Approved if others.is_empty() && !by.is_empty() => "own_approval_only",
        State::Approved => "approved",
        State::Other => "other_than_approved",
        State::None => "no_approval_recorded",
        State::Unknown => "unanswerable",
    };
    let mut approved_by: Vec<String> = match answer {
        "approved" => others.iter().map(|p| teller.shown(*p)).collect(),
        _ => Vec::new(),
    };
    approved_by.sort();
    let on_record = found.iter().map(|f| teller.on_record(f)).collect::<Result<Vec<_>, _>>()?;
    Ok(Approved {
        id: call.shown_id.clone(),
        sentence: sentence(answer, &approved_by, &on_record, required),
        answer: answer.into(),
        required,
        approved_by,
        approvals: on_record,
        disclaimer: if answer == "approved" { DISCLAIMER.into() } else { String::new() },
    })
}

fn sentence(answer: &str, by: &[String], on_record: &[ApprovalOnRecord], required: bool) -> String {
    let why = |says: &[&str]| {
        let told = on_record.iter().find(|a| says.contains(&a.says.as_str()));
        told.map(|a| format!(": {} ({})", a.why.as_deref().unwrap_or("see its record"), a.record)).unwrap_or_default()
    };
    let need = if required { "its class needs one" } else { "the asset list does not ask for one" };
    match answer {
        "approved" if by.is_empty() => "Approved; the record does not say by whom.".into(),
        "approved" => format!("Approved by {}, as the approval record says.", by.join(" and ")),
        "own_approval_only" => {
            "The only approval on record was given by the recorded initiator: nobody else approved it.".into()
        }
        "other_than_approved" => format!("What was approved differs{}.", why(&["other", "approved"])),
        "no_approval_recorded" => {
            format!("No approval is recorded in the export received; {need}{}.", why(&["not"]))
        }
        "unanswerable" => format!("Whether it was approved cannot be told{}.", why(&["unclear", "approved"])),
        _ => format!("No export of approvals was received; {need}."),
    }
}

struct Teller<'a> {
    case: &'a Case,
    approvals: &'a Approvals,
    parties: &'a [PartyRow],
}

impl Teller<'_> {
    fn shown(&self, party: i64) -> String {
        self.parties.iter().find(|p| p.id == party).map(|p| p.shown.clone()).unwrap_or_default()
    }

    /// Parties that approved what was done, each once.
    fn approvers(&self, found: &[Found]) -> Vec<i64> {
        let fits = found.iter().filter(|f| f.says == Says::Approved && f.joined_by <= JoinedBy::Subject);
        let mut by: Vec<i64> =
            fits.filter_map(|f| self.approvals.party(self.approvals.row(f.row).approved_by)).collect();
        by.sort_unstable();
        by.dedup();
        by
    }

    fn on_record(&self, found: &Found) -> Result<ApprovalOnRecord, CaseError> {
        let row: &ApprovalRow = self.approvals.row(found.row);
        let named = |principal| self.approvals.party(principal).map(|p| self.shown(p));
        let (says, why) = match &found.says {
            Says::Approved if found.joined_by == JoinedBy::Resource => {
                ("other", Some("it is for another subject".into()))
            }
            Says::Approved => ("approved", None),
            Says::Other(differs) => ("other", Some(differs.why.clone())),
            Says::Unclear(why) => ("unclear", Some(why.clone())),
            Says::Not(why) => ("not", Some(why.clone())),
        };
        Ok(ApprovalOnRecord {
            record: row.shown_id.clone(),
            source: self.case.text(row.source)?,
            time: row.time.map(|t| t.to_rfc3339()),
            action: row.action.clone(),
            resource: row.resource.clone(),
            subject: named(row.subject),
            requested_by: named(row.requested_by),
            approved_by: named(row.approved_by).filter(|_| row.granted == Some(true)),
            limit: row.limit,
            currency: row.currency.clone(),
            expires: row.expires.map(|t| t.to_rfc3339()),
            joined_by: found.joined_by.word().into(),
            says: says.into(),
            why,
        })
    }
}
