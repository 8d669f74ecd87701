//! Every damage that exports come out with, on small worlds whose truth is known (`cargo xtask accuracy` measures larger ones):
//! no wrong name at A or B, one of C only where nothing speaks against it, and nothing lost where nothing is damaged.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::BTreeMap;

use behalf_engine::case::Case;
use fixtures::{Export, Given, answers, given};
use xtask::accuracy::score::{Answers, Outcome, ROLES, Role, Said, Scores};
use xtask::accuracy::{Company, DAMAGES, Damage, damaged, exports, healthy};

/// Damages after which the export is the one that an honest call of another person would have left.
const MAY_ERR: [&str; 3] = ["DM9", "DM12", "fan-in"];
const SIZE: usize = 6;

fn read(company: Company) -> Given {
    let exported: Vec<Export> =
        company.exports().into_iter().map(|e| Export { name: e.name.into(), bytes: e.bytes }).collect();
    given(&exported, &[exports::mapping()])
}

fn said(case: &Case) -> Answers {
    let mut query = case
        .database()
        .prepare(
            "SELECT s.text, e.shown_id, a.agent_grade FROM attributions a
             JOIN events e ON e.id = a.event JOIN strings s ON s.id = e.source",
        )
        .unwrap();
    let grades: BTreeMap<(String, String), Option<String>> =
        query.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?))).unwrap().map(Result::unwrap).collect();
    let rows = answers(case).rows.into_iter().map(|row| {
        let key = (row.source, row.id);
        let agent_grade = grades[&key].clone();
        let (human, grade, refusal) = (row.human, row.grade, row.refusal);
        (key, Said { human, grade, refusal, agent: row.agent, agent_grade, authority: row.authority })
    });
    rows.collect()
}

fn scored(company: Company) -> Scores {
    let facts = company.facts.clone();
    let given = read(company);
    assert_eq!(given.report.files.iter().map(|f| f.rejected).sum::<u64>(), 0, "{:?}", given.report.files);
    Scores::of(&facts, &said(&given.case))
}

fn survives(damages: &[Damage]) {
    for damage in damages {
        let rates = [damage.rates[damage.rates.len() / 2], damage.rates[damage.rates.len() - 1]];
        for (seed, rate) in rates.into_iter().enumerate() {
            let scores = scored(damaged(seed as u64 + 1, SIZE, damage, rate));
            let at = format!("{} at {rate}", damage.code);
            assert!(scores.inexcusable().is_empty(), "{at}: {:#?}", scores.inexcusable());
            assert!(scores.mistakes.is_empty() || MAY_ERR.contains(&damage.code), "{at}: {:#?}", scores.mistakes);
            assert!(scores.touched > 0 || damage.code == "propagated", "{at} touches nothing");
            for role in ROLES {
                assert_eq!(scores.count(role, Outcome::Missed), 0, "{at}: {role:?} is passed over without a word");
            }
        }
    }
}

#[test]
fn what_may_err_is_what_the_page_explains() {
    let explained: Vec<&str> = DAMAGES.iter().filter(|d| d.may_err.is_some()).map(|d| d.code).collect();
    assert_eq!(explained, MAY_ERR);
    for n in 1..=22 {
        assert!(DAMAGES.iter().any(|d| d.code == format!("DM{n}")), "DM{n}");
    }
}

#[test]
fn a_healthy_world_loses_nothing() {
    for seed in 1..4 {
        let scores = scored(healthy(seed, 12));
        for role in ROLES {
            let others = [Outcome::Refused, Outcome::Missed, Outcome::Wrong].map(|o| scores.count(role, o));
            assert_eq!(others, [0; 3], "{role:?}: {:?}", scores.mistakes);
        }
        assert!(scores.count(Role::Human, Outcome::Right) > 300);
        for grade in ["A", "B", "C"] {
            assert!(scores.graded(Role::Human, Outcome::Right, grade) > 0, "nobody at {grade}");
        }
    }
}

#[test]
fn what_must_cost_nothing_costs_nothing() {
    for damage in DAMAGES.iter().filter(|d| ["DM10", "DM18", "skew", "ids", "propagated"].contains(&d.code)) {
        for rate in damage.rates {
            let scores = scored(damaged(5, SIZE, damage, *rate));
            let refused = scores.count(Role::Human, Outcome::Refused);
            assert_eq!((refused, scores.mistakes.len()), (0, 0), "{} at {rate}", damage.code);
        }
    }
}

#[test]
fn spans_that_are_torn_off_lost_or_overwritten() {
    survives(&DAMAGES[..8]);
}

#[test]
fn spans_in_the_wrong_place() {
    survives(&DAMAGES[8..15]);
}

#[test]
fn calls_and_tokens() {
    survives(&DAMAGES[15..22]);
}

#[test]
fn sets_ids_and_clocks() {
    survives(&DAMAGES[22..]);
}

/// Two damages at once: what the one leaves as the last word, the other may take. Names of C may then be wrong.
fn together(seed: u64, one: &Damage, other: &Damage) -> Scores {
    let mut company = damaged(seed, SIZE, one, one.rates[one.rates.len() / 2]);
    (other.apply)(&mut company, other.rates[other.rates.len() / 2]);
    let scores = scored(company);
    let strong: Vec<_> = scores.mistakes.iter().filter(|m| m.role != Role::Human || m.grade != "C").collect();
    assert!(strong.is_empty(), "{} and {}: {strong:#?}", one.code, other.code);
    scores
}

#[test]
fn one_damage_on_top_of_another() {
    let by_code = |code: &str| DAMAGES.iter().find(|d| d.code == code).unwrap();
    for (seed, pair) in [["DM16", "DM11"], ["reuse", "DM13"], ["DM4", "DM15"], ["DM16", "DM2"]].into_iter().enumerate()
    {
        together(seed as u64 + 7, by_code(pair[0]), by_code(pair[1]));
    }
}

#[test]
#[ignore = "all pairs: some minutes"]
fn any_damage_on_top_of_any_other() {
    for (n, one) in DAMAGES.iter().enumerate() {
        for other in DAMAGES {
            together(n as u64, one, other);
        }
    }
}
