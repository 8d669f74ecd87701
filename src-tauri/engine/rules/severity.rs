//! Severity by the rubric: impact times failure, the systemic step, and the gates. Inputs are kept, so that a reader can
//! do the sum again.

use super::row::Selected;
use super::rule::{Population, Rule};
use crate::model::{Confidence, Severity};

/// Tested calls below which nothing is called systemic.
const TESTED_LEAST: u64 = 20;
const SHARE: f64 = 0.05;
const HUMANS: usize = 3;

/// A severity with the way to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rating {
    pub severity: Severity,
    pub potential_critical: bool,
    pub impact: u8,
    pub why: String,
}

/// Rubric E, steps 1 to 3 and the gates of one instance.
fn base(rule: &Rule, row: &Selected) -> (Severity, Vec<String>) {
    if row.design {
        return (Severity::Info, vec!["a design fact".into()]);
    }
    if let Some(severity) = row.severity {
        return (cap(severity, row.at_most), vec![format!("{} by the rule's own table", severity.word())]);
    }
    let product = row.impact * rule.failure;
    let severity = match product {
        12.. => Severity::Critical,
        8..=11 => Severity::High,
        4..=7 => Severity::Medium,
        2..=3 => Severity::Low,
        _ => Severity::Info,
    };
    let mut why = vec![format!("impact {} x failure {} = {product}", row.impact, rule.failure)];
    let mut gated = severity;
    if row.denied && gated < Severity::Medium {
        gated = Severity::Medium;
        why.push("denied or failed effects are at most Medium".into());
    }
    if !row.rated {
        why.push("stakes are not known (unrated)".into());
    }
    let capped = cap(gated, row.at_most);
    if capped != gated {
        why.push(format!("what it rests on carries {} at most", capped.word()));
    }
    (capped, why)
}

/// How sure the finding is: as sure as the surest of the instances that its severity rests on.
pub(super) fn confidence(rule: &Rule, rows: &[&Selected]) -> Confidence {
    let rated = rows.iter().map(|r| (base(rule, r).0, r.confidence));
    rated.min().map_or(Confidence::Undetermined, |(_, confidence)| confidence)
}

/// Rates a finding by its worst instance. `tested` is the size of the tested population.
pub(super) fn rate(
    rule: &Rule,
    rows: &[&Selected],
    listed: usize,
    humans: usize,
    tested: u64,
    confidence: Confidence,
) -> Rating {
    let worst = rows
        .iter()
        .map(|r| (base(rule, r), r.impact))
        .min_by_key(|((severity, _), impact)| (*severity, std::cmp::Reverse(*impact)));
    let Some(((mut severity, mut why), impact)) = worst else {
        return Rating { severity: Severity::Info, potential_critical: false, impact: 1, why: String::new() };
    };
    let fixed = rows.iter().all(|r| r.severity.is_some() || r.design);
    if severity != Severity::Info && !fixed && rule.population != Population::None && tested >= TESTED_LEAST {
        let share = listed as f64 / tested as f64;
        if share >= SHARE || humans >= HUMANS {
            let stepped = step_up(severity);
            // A gate that held the worst instance holds the step too.
            let held =
                rows.iter().filter(|r| base(rule, r).0 == severity).all(|r| r.denied) && stepped < Severity::Medium;
            let capped = if held { severity } else { cap(stepped, ceiling(rule, rows, severity)) };
            if capped != severity {
                why.push(format!("one step up: {:.0} % of {tested} tested, {humans} people", share * 100.0));
            }
            severity = capped;
        }
    }
    let gate = cap(severity, rule.at_most);
    if gate != severity {
        why.push(format!("this rule is at most {}", gate.word()));
    }
    let unrated = rows.iter().all(|r| !r.rated);
    let mut rating = Rating { severity: gate, potential_critical: false, impact, why: String::new() };
    if gate == Severity::Critical {
        rating.severity = Severity::High;
        rating.potential_critical = !unrated && confidence <= Confidence::Probable;
        why.push(if rating.potential_critical {
            "potential Critical: a second person has to sign it".into()
        } else {
            "High, not Critical: stakes or confidence do not carry it".into()
        });
    }
    rating.why = why.join("; ");
    rating
}

/// The highest severity that the worst instances may have.
fn ceiling(rule: &Rule, rows: &[&Selected], severity: Severity) -> Option<Severity> {
    let caps: Vec<Option<Severity>> = rows.iter().filter(|r| base(rule, r).0 == severity).map(|r| r.at_most).collect();
    if caps.iter().any(Option::is_none) { None } else { caps.into_iter().flatten().min() }
}

fn step_up(severity: Severity) -> Severity {
    Severity::from_rank(severity.rank() - 1)
}

/// Severities are ordered from worst: the milder of the two.
fn cap(severity: Severity, at_most: Option<Severity>) -> Severity {
    at_most.map_or(severity, |most| severity.max(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue;

    fn row(impact: u8) -> Selected {
        Selected {
            cause: "c".into(),
            instance: "i".into(),
            event: Some(1),
            principal: None,
            token: None,
            run: None,
            agent: None,
            tool: None,
            person: None,
            design: false,
            impact,
            rated: true,
            denied: false,
            severity: None,
            at_most: None,
            confidence: Confidence::Confirmed,
            sentence: String::new(),
        }
    }

    fn rule(id: &str) -> &'static Rule {
        catalogue().iter().find(|r| r.id == id).unwrap()
    }

    fn rated(id: &str, row: &Selected, tested: u64, humans: usize) -> Rating {
        rate(rule(id), &[row], 1, humans, tested, row.confidence)
    }

    #[test]
    fn critical_waits_for_a_second_person() {
        let r = rated("AZ-07", &row(4), 1_000, 1);
        assert_eq!((r.severity, r.potential_critical), (Severity::High, true));
        let unrated = Selected { rated: false, ..row(3) };
        let r = rated("AZ-07", &unrated, 1_000, 1);
        assert_eq!((r.severity, r.potential_critical), (Severity::High, false));
    }

    #[test]
    fn the_systemic_step_needs_twenty_tested_calls() {
        assert_eq!(rated("AG-06", &row(2), 19, 3).severity, Severity::Medium);
        assert_eq!(rated("AG-06", &row(2), 20, 1).severity, Severity::High);
        assert_eq!(rated("AG-06", &row(2), 100, 1).severity, Severity::Medium);
        assert_eq!(rated("AG-06", &row(2), 100, 3).severity, Severity::High);
        assert_eq!(rated("RU-07", &row(2), 20, 3).severity, Severity::Medium);
    }

    #[test]
    fn a_sure_trifle_lends_its_confidence_to_nothing() {
        let worst = Selected { confidence: Confidence::Possible, ..row(4) };
        let trifle = Selected { design: true, ..row(1) };
        assert_eq!(confidence(rule("AZ-07"), &[&trifle, &worst]), Confidence::Possible);
        let rating = rate(rule("AZ-07"), &[&trifle, &worst], 2, 1, 1_000, Confidence::Possible);
        assert_eq!((rating.severity, rating.potential_critical), (Severity::High, false));
    }

    #[test]
    fn gates_hold() {
        let denied = Selected { denied: true, ..row(4) };
        assert_eq!(rated("AZ-10", &denied, 20, 3).severity, Severity::Medium);
        let capped = Selected { at_most: Some(Severity::High), ..row(4) };
        let r = rated("AZ-01", &capped, 1_000, 1);
        assert_eq!((r.severity, r.potential_critical), (Severity::High, false));
        assert_eq!(rated("RU-04", &row(4), 0, 0).severity, Severity::Medium);
        let design = Selected { design: true, ..row(4) };
        assert_eq!(rated("AZ-02", &design, 20, 9).severity, Severity::Info);
    }
}
