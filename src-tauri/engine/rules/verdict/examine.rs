//! The tests themselves, and what they come to.

use super::{Examined, Required, Seen, State, Test, Verdict, Why};
use crate::case::Said;
use crate::model::{Grade, Pattern};

/// All tests of a call and the verdict on them.
pub fn examine(seen: &Seen<'_>) -> Examined {
    let required = seen.required();
    let tests = match required {
        Required::NotApplicable => [not_applicable(Why::NoAgent); 10],
        _ => [
            subject(seen, required),
            actor(seen, required),
            credential(seen),
            audience(seen),
            scope(seen),
            time(seen),
            delegation(seen, required),
            entitled(seen, required),
            narrowing(seen),
            order(seen),
        ],
    };
    Examined { verdict: verdict(seen, required, &tests), required, tests }
}

fn verdict(seen: &Seen<'_>, required: Required, tests: &[Test; 10]) -> Verdict {
    if required == Required::NotApplicable {
        return Verdict::NotApplicable;
    }
    // What was refused is not held against the token: the refusal is what it called for.
    let counts = |n: usize| seen.row.outcome != 1 || n <= 1;
    let failed = |n: usize| tests[n].state == State::Failed && counts(n);
    let firm = |n: usize| failed(n) && tests[n].grade >= Some(Grade::B);
    let left_out = matches!(tests[0].why, Why::OnAgentAlone | Why::OnRobot);
    if (firm(0) && !left_out) || [2, 3, 6].into_iter().any(firm) {
        return Verdict::Wrong;
    }
    let decided = seen.subjects.known && seen.decision.is_some_and(|d| d.grade >= Grade::B);
    // That a person was behind it need not be proved to see that the decision left them out.
    let alone = firm(0) && left_out && seen.row.human.is_some();
    if decided && (alone || [1, 4, 5, 7, 8, 9].into_iter().any(firm)) {
        return Verdict::Insufficient;
    }
    let passed = |t: &Test| t.state == State::Passed;
    let right = decided
        && passed(&tests[0])
        && !(0..tests.len()).any(failed)
        && tests.iter().filter(|t| passed(t)).all(|t| t.grade >= Some(Grade::B));
    if right { Verdict::Right } else { Verdict::Unproven }
}

fn test(state: State, grade: Grade, why: Why) -> Test {
    Test { state, grade: Some(grade), why }
}

fn not_applicable(why: Why) -> Test {
    Test { state: State::NotApplicable, grade: None, why }
}

fn not_testable(why: Why) -> Test {
    Test { state: State::NotTestable, grade: None, why }
}

/// V1
fn subject(seen: &Seen<'_>, required: Required) -> Test {
    let Some(decision) = seen.decision else { return not_testable(Why::NoDecision) };
    let (who, judged) = (&seen.subjects, &seen.row.judged);
    if !who.known {
        return not_testable(Why::SubjectUnknown);
    }
    let with = |grade: Option<Grade>| decision.grade.min(grade.unwrap_or(Grade::D));
    let others = who.another_person || who.another_agent;
    match required {
        Required::Nobody => {
            test(State::Failed, decision.grade, if who.another_person { Why::OnAnother } else { Why::OnRobot })
        }
        Required::Unnamed | Required::NotApplicable => not_testable(Why::NobodyNamed),
        Required::Agent if who.agent => {
            test(State::Passed, with(judged.agent_grade.or(Some(Grade::B))), Why::OnAgentItself)
        }
        Required::Agent if others => test(State::Failed, with(judged.agent_grade), Why::OnAnother),
        Required::Agent if who.robot => test(State::Failed, decision.grade, Why::OnRobot),
        Required::Agent => not_testable(Why::SubjectUnknown),
        Required::Person | Required::PersonAndAgent if who.person => {
            test(State::Passed, with(judged.grade), Why::OnPerson)
        }
        Required::Person | Required::PersonAndAgent if who.another_person => {
            test(State::Failed, with(judged.grade), Why::OnAnother)
        }
        // A subject that nobody knows may be the person under another name.
        Required::Person | Required::PersonAndAgent if who.unknown => not_testable(Why::SubjectUnknown),
        Required::Person | Required::PersonAndAgent if who.robot => test(State::Failed, decision.grade, Why::OnRobot),
        Required::Person | Required::PersonAndAgent => test(State::Failed, decision.grade, Why::OnAgentAlone),
    }
}

/// V2
fn actor(seen: &Seen<'_>, required: Required) -> Test {
    if required != Required::PersonAndAgent {
        return not_applicable(Why::AloneForItself);
    }
    let Some(decision) = seen.decision.filter(|_| seen.subjects.known) else { return not_testable(Why::NoDecision) };
    match (seen.subjects.agent, decision.aware_of_agents && seen.row.agent.is_some()) {
        (true, _) => test(State::Passed, decision.grade, Why::AgentEvaluated),
        (false, true) => test(State::Failed, decision.grade, Why::AgentIgnored),
        (false, false) => not_applicable(Why::PolicyNotAware),
    }
}

/// How well the token's facts are known: the issuer's record, or the call's own words.
fn witness(seen: &Seen<'_>) -> Grade {
    if seen.row.judged.token_issued { Grade::B } else { Grade::C }
}

/// V3
fn credential(seen: &Seen<'_>) -> Test {
    if seen.row.token.is_none() {
        return not_applicable(Why::NoToken);
    }
    // The run's person rests on run records: supported, not strong.
    if seen.row.judged.runs_person == Said::No {
        return test(State::Failed, Grade::C, Why::TokenOfAnother);
    }
    match seen.decision {
        None => not_testable(Why::NoDecision),
        Some(d) if d.own => test(State::Passed, d.grade, Why::OneRecord),
        Some(d) => match d.credential {
            Said::Yes => test(State::Passed, d.grade, Why::SameCredential),
            Said::No => test(State::Failed, d.grade, Why::OtherCredential),
            Said::Unknown => not_testable(Why::CredentialNotSaid),
        },
    }
}

/// A fact of the token that is answered yes or no.
fn of_token(seen: &Seen<'_>, said: Said, [yes, no, unknown]: [Why; 3]) -> Test {
    match (seen.row.token, said) {
        (None, _) => not_applicable(Why::NoToken),
        (_, Said::Yes) => test(State::Passed, witness(seen), yes),
        (_, Said::No) => test(State::Failed, witness(seen), no),
        (_, Said::Unknown) => not_testable(unknown),
    }
}

/// V4
fn audience(seen: &Seen<'_>) -> Test {
    of_token(seen, seen.row.judged.audience, [Why::AudienceCovers, Why::AudienceElsewhere, Why::AudienceUnknown])
}

/// V5
fn scope(seen: &Seen<'_>) -> Test {
    of_token(seen, seen.row.judged.scope, [Why::ScopeCovers, Why::ScopeBeyond, Why::ScopeUnknown])
}

/// V6
fn time(seen: &Seen<'_>) -> Test {
    let judged = &seen.row.judged;
    if seen.row.token.is_some() && judged.life == Said::No {
        return test(State::Failed, Grade::B, Why::OutsideLife);
    }
    if seen.withdrawn {
        return test(State::Failed, seen.decision.map_or(Grade::C, |d| d.grade), Why::RightWithdrawn);
    }
    // The end of the last day is inclusive, and a day more is given.
    if judged.days_after_end.is_some_and(|days| days > 1.0) {
        return test(State::Failed, judged.grade.unwrap_or(Grade::D).min(Grade::B), Why::AfterTheEnd);
    }
    of_token(seen, judged.life, [Why::InsideLife, Why::OutsideLife, Why::LifeUnknown])
}

/// V7
fn delegation(seen: &Seen<'_>, required: Required) -> Test {
    let judged = &seen.row.judged;
    if judged.pattern == Pattern::Impersonation {
        return match (seen.impersonation_checked, seen.row.outcome) {
            (true, 0) => test(State::Passed, Grade::B, Why::ImpersonationChecked),
            _ => not_testable(Why::DelegationUnknown),
        };
    }
    if seen.row.token.is_some() {
        // On the wire the agent is as certain as the record.
        let agent = if seen.row.agent.is_some() { judged.agent_grade.unwrap_or(Grade::D) } else { Grade::B };
        return match () {
            () if seen.token.for_agent => test(State::Passed, Grade::B, Why::IssuedToAgent),
            () if seen.token.for_another_agent => test(State::Failed, agent.min(Grade::B), Why::IssuedToAnother),
            () => not_testable(Why::DelegationUnknown),
        };
    }
    match required {
        Required::PersonAndAgent | Required::Unnamed => not_testable(Why::DelegationUnknown),
        _ => not_applicable(Why::NoDelegation),
    }
}

/// V8
fn entitled(seen: &Seen<'_>, required: Required) -> Test {
    let judged = &seen.row.judged;
    if seen.row.outcome == 1 {
        return not_applicable(Why::Refused);
    }
    let person = judged.grade.unwrap_or(Grade::D).min(match () {
        () if judged.by_silence => Grade::C,
        () if judged.by_decision => seen.decision.map_or(Grade::C, |d| d.grade),
        () => Grade::B,
    });
    let agents = judged.agent_entitled;
    match seen.row.human.is_some() {
        true => match (judged.entitled, agents) {
            (Said::No, Said::Yes) => test(State::Failed, person, Why::AgentOnly),
            (Said::No, _) => test(State::Failed, person, Why::PersonNot),
            (_, Said::No) if required == Required::PersonAndAgent => test(State::Failed, Grade::C, Why::AgentNot),
            (Said::Yes, Said::Yes) => test(State::Passed, person, Why::BothEntitled),
            (Said::Yes, _) => test(State::Passed, person, Why::PersonEntitled),
            (Said::Unknown, _) => not_testable(Why::EntitlementUnknown),
        },
        false => match agents {
            Said::Yes => test(State::Passed, Grade::B, Why::AgentEntitled),
            Said::No => test(State::Failed, Grade::C, Why::AgentNot),
            Said::Unknown => not_testable(Why::EntitlementUnknown),
        },
    }
}

/// V9
fn narrowing(seen: &Seen<'_>) -> Test {
    let token = &seen.token;
    match token.hop_beyond.filter(|_| seen.row.token.is_some()) {
        Some(exchange) => test(State::Failed, if exchange { Grade::B } else { Grade::C }, Why::HopBeyond),
        None if seen.row.token.is_none() || !token.exchanged => not_applicable(Why::NoHop),
        None if token.hop_held => test(State::Passed, Grade::B, Why::HopWithin),
        None => not_testable(Why::HopUnknown),
    }
}

/// V10
fn order(seen: &Seen<'_>) -> Test {
    let Some(decision) = seen.decision else { return not_testable(Why::NoDecision) };
    if decision.allows == Some(false) && seen.row.outcome == 0 {
        return test(State::Failed, decision.grade, Why::DeniedButDone);
    }
    match (decision.own, decision.apart) {
        (true, _) => test(State::Passed, decision.grade, Why::OneRecord),
        (_, Some((apart, bound))) if apart > bound => test(State::Passed, decision.grade, Why::DecidedBefore),
        (_, Some((apart, bound))) if apart < -bound => test(State::Failed, decision.grade, Why::DecidedAfter),
        _ => not_testable(Why::OrderUnclear),
    }
}
