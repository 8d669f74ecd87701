//! Was the decision of one call made for the right principal: the verdict, and every test with its sentence.

use serde::Serialize;

/// The verdict on the decision of one call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct VerdictWords {
    /// `right`, `wrong`, `insufficient`, `unproven`, `not_applicable`.
    pub verdict: String,
    pub sentence: String,
    /// For whom the decision had to be made.
    pub required: String,
    /// The record of another log that holds the decision, and by what it was joined: `decision_id`, `call_id`, `request_id`,
    /// `span`, `subject`.
    pub decision: Option<JoinedDecision>,
    /// V1 to V10.
    pub tests: Vec<TestWords>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct JoinedDecision {
    pub record: String,
    pub joined_by: String,
}

/// One test of the decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct TestWords {
    pub id: String,
    pub name: String,
    pub question: String,
    /// `passed`, `failed`, `not_applicable`, `not_testable`.
    pub state: String,
    /// The name of a failure, such as `CONFUSED-DEPUTY`.
    pub code: Option<String>,
    /// Of the evidence that it rests on.
    pub grade: Option<String>,
    pub sentence: String,
    /// The record that shows it.
    pub record: Option<String>,
}

/// Calls of one verdict: a figure that links to `verdict:WORD`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct VerdictFigure {
    pub verdict: String,
    pub words: String,
    pub calls: u32,
    /// Of them agents' calls.
    pub agents_calls: u32,
    /// Of these, decided with a person's rights among those evaluated.
    pub on_person: u32,
}

use crate::analysis::Loaded;
use crate::case::{Case, CaseError, CheckedRow};
use crate::rules::verdict::{
    Examined, Names, OnRecord, Seen, State, Subjects, TESTS, TokenSeen, Verdict, Why, examine,
};

/// Numbers of who wrote a record: the caller, a model.
const AGENTS_HAND: std::ops::RangeInclusive<i64> = 3..=4;

/// The verdict on a call, computed anew from what the analysis kept; none for what is no call in scope.
pub fn verdict(case: &Case, loaded: &Loaded, event: i64) -> Result<Option<VerdictWords>, CaseError> {
    let Some(row) = case.checked(event)? else { return Ok(None) };
    let joined = case.decision_of_call(event)?;
    let examined = examined(case, loaded, &row, joined.as_ref())?;
    let names = names(case, loaded, &row, joined.as_ref().map(|(d, _)| *d))?;
    let mut tests = Vec::new();
    for ((id, name, question), test) in TESTS.iter().zip(&examined.tests) {
        tests.push(TestWords {
            id: (*id).into(),
            name: (*name).into(),
            question: (*question).into(),
            state: test.state.word().into(),
            code: test.why.code().filter(|_| test.state == State::Failed).map(String::from),
            grade: test.grade.map(|g| g.letter().to_string()),
            sentence: test.why.words(&names),
            record: record(case, &row, joined.as_ref().map(|(d, _)| *d), test.why)?,
        });
    }
    let decision = match joined {
        Some((decision, joined_by)) => Some(JoinedDecision { record: case.shown_id(decision)?, joined_by }),
        None => None,
    };
    Ok(Some(VerdictWords {
        verdict: examined.verdict.word().into(),
        sentence: sentence(&examined),
        required: examined.required.words().into(),
        decision,
        tests,
    }))
}

/// Calls by verdict, and how many of them were decided with a person among those evaluated.
pub fn figures(case: &Case) -> Result<Vec<VerdictFigure>, CaseError> {
    let counts = case.verdict_counts()?;
    Ok(Verdict::ALL
        .iter()
        .map(|verdict| {
            let of = || counts.iter().filter(|c| c.verdict == verdict.number());
            VerdictFigure {
                verdict: verdict.word().into(),
                words: verdict.words().into(),
                calls: of().map(|c| c.calls as u32).sum(),
                agents_calls: of().filter(|c| c.agents).map(|c| c.calls as u32).sum(),
                on_person: of().filter(|c| c.agents && c.decided == 2).map(|c| c.calls as u32).sum(),
            }
        })
        .collect())
}

fn sentence(e: &Examined) -> String {
    let count = |state| e.tests.iter().filter(|t| t.state == state).count();
    let failed: Vec<&str> =
        TESTS.iter().zip(&e.tests).filter(|(_, t)| t.state == State::Failed).map(|((id, ..), _)| *id).collect();
    let tests = match (failed.len(), count(State::NotTestable)) {
        _ if e.verdict == Verdict::NotApplicable => String::new(),
        (0, 0) => "; no test failed".into(),
        (0, open) => format!("; no test failed, {open} could not be made"),
        (_, 0) => format!("; failed: {}", failed.join(", ")),
        (_, open) => format!("; failed: {}; {open} could not be made", failed.join(", ")),
    };
    let words = e.verdict.words();
    let head = words.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{head}{}{tests}.", words.get(1..).unwrap_or_default())
}

fn examined(
    case: &Case,
    loaded: &Loaded,
    row: &CheckedRow,
    joined: Option<&(i64, String)>,
) -> Result<Examined, CaseError> {
    let (withdrawn, self_judged) = case.decided_facts(row.event)?;
    let decision = joined.map(|(decision, _)| case.decision_row(*decision)).transpose()?.flatten();
    let own = case.evaluated_of(row.event)?;
    let own = if row.decides { own } else { Vec::new() };
    let party = |p: &i64| loaded.identity.party_of(*p).map(i64::from);
    let kind = |p: Option<i64>| match p {
        Some(p) => u32::try_from(p).map_or("unknown", |p| loaded.identity.party(p).kind.word()),
        None => "unknown",
    };
    let all = own.iter().chain(decision.iter().flat_map(|d| &d.evaluated));
    let subjects = Subjects::of(row, all.map(|p| (party(p), kind(party(p))))).or_certain(row);
    let aware = |source: i64, policy: Option<i64>| policy.map_or(Ok(false), |p| case.aware_of_agents(source, p));
    let mut on_record = OnRecord::of(row, !own.is_empty(), self_judged, aware(row.source, row.judged.policy)?);
    if let (None, Some(d), Some((_, by))) = (&on_record, &decision, joined) {
        let mapped = case.text(d.source)?.starts_with("mapping:");
        let agents_own =
            self_judged || case.writes_spans(d.source)? || (d.by.is_some_and(|b| AGENTS_HAND.contains(&b)) && mapped);
        let apart = d.time.zip(row.time).map(|(t, at)| loaded.lineage.clocks.between((d.source, t), (row.source, at)));
        let seen = OnRecord::logged(row, d, (by == "subject", agents_own), apart, aware(d.source, d.policy)?);
        on_record = Some(seen);
    }
    let token = match row.token {
        None => TokenSeen::default(),
        Some(id) => {
            let (exchanged, hop_held, beyond) = case.hop_of(id)?;
            TokenSeen {
                exchanged,
                hop_held,
                hop_beyond: beyond.map(|(by, _)| by == "exchange"),
                ..TokenSeen::of_actors(row, &case.actors_of(id)?, kind(row.judged.token_actor), kind(row.wire_party))
            }
        }
    };
    let impersonation_checked = case.text(row.source)? == "kubernetes_audit";
    Ok(examine(&Seen { row, subjects, decision: on_record, token, withdrawn, impersonation_checked }))
}

fn names(case: &Case, loaded: &Loaded, row: &CheckedRow, decision: Option<i64>) -> Result<Names, CaseError> {
    let shown = |party: Option<i64>, none: &str| {
        let known = party.and_then(|p| u32::try_from(p).ok());
        known.map_or_else(|| none.to_string(), |p| loaded.identity.party(p).shown.clone())
    };
    let text = |string: Option<i64>, none: &str| string.map_or(Ok(none.to_string()), |s| case.text(s));
    let mut evaluated = case.decision(row.event)?.evaluated;
    if let Some(decision) = decision {
        evaluated.extend(case.decision(decision)?.evaluated);
    }
    evaluated.sort();
    evaluated.dedup();
    if evaluated.is_empty() {
        evaluated.push(shown(row.authority.or(row.wire_party), "the agent"));
    }
    let own = row.judged.subjects_said && (row.decides || row.judged.certain);
    let (right_why, token_why) = case.whys(row.event)?;
    let hop_why = row.token.map(|t| case.hop_of(t)).transpose()?.and_then(|(_, _, why)| why).map(|(_, why)| why);
    Ok(Names {
        person: shown(row.human, "the person"),
        agent: shown(row.agent.or(row.wire_party.filter(|w| row.human != Some(*w))), "the agent"),
        evaluated: evaluated.join(" and "),
        service: text(row.service, "the service called")?,
        action: text(row.action, "the action")?,
        token: text(row.token, "")?,
        decision: decision.filter(|_| !own).map(|d| case.shown_id(d)).transpose()?.unwrap_or_default(),
        token_why: token_why.unwrap_or_default(),
        right_why: right_why.unwrap_or_default(),
        hop_why: hop_why.unwrap_or_default(),
        days_after_end: row.judged.days_after_end.unwrap_or_default(),
    })
}

/// The record that a reviewer looks at for a test.
fn record(case: &Case, row: &CheckedRow, decision: Option<i64>, why: Why) -> Result<Option<String>, CaseError> {
    let event = match why {
        Why::NoAgent | Why::NoDecision | Why::NoToken | Why::NoDelegation | Why::NoHop | Why::Refused => None,
        Why::AloneForItself | Why::PolicyNotAware | Why::EntitlementUnknown | Why::DelegationUnknown => None,
        Why::BothEntitled | Why::PersonEntitled | Why::PersonNot | Why::AgentOnly => row.entitled_by,
        Why::AgentEntitled | Why::AgentNot | Why::NobodyNamed => None,
        Why::AudienceCovers | Why::AudienceElsewhere | Why::AudienceUnknown | Why::ScopeCovers | Why::ScopeBeyond => {
            token_record(case, row)?
        }
        Why::ScopeUnknown | Why::InsideLife | Why::OutsideLife | Why::LifeUnknown | Why::IssuedToAgent => {
            token_record(case, row)?
        }
        Why::IssuedToAnother | Why::HopWithin | Why::HopBeyond | Why::HopUnknown | Why::TokenOfAnother => {
            token_record(case, row)?
        }
        Why::AfterTheEnd | Why::ImpersonationChecked | Why::OneRecord => Some(row.event),
        _ => decision.or(Some(row.event)),
    };
    event.map(|e| case.shown_id(e)).transpose()
}

fn token_record(case: &Case, row: &CheckedRow) -> Result<Option<i64>, CaseError> {
    let Some(token) = row.token else { return Ok(None) };
    Ok(case.token_records(token)?.first().map(|r| r.event).or(Some(row.event)))
}
