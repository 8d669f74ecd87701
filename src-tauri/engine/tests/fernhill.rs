//! Fernhill Mutual: an invented insurer's month whose truth is known (fixtures/README.md).

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};

use behalf_engine::analysis::Loaded;
use behalf_engine::ask::authorized::{Asked, authorized};
use behalf_engine::model::Time;
use fixtures::{expected, fernhill, findings};

/// Rules of which nothing was planted and nothing is checked: design facts and sprawl.
const UNCHECKED: [&str; 4] = ["AG-07", "AG-11", "PT-01", "RU-06"];

#[test]
fn every_call_has_the_person_that_the_truth_knows() {
    let given = fernhill();
    let answers = fixtures::answers(&given.case);
    let mut rows: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for row in &answers.rows {
        rows.entry(row.id.as_str()).or_default().push(row);
    }
    let mut wrong = Vec::new();
    let table = expected("fernhill/expected/attributions.csv");
    assert!(table.len() > 500);
    for truth in &table {
        let [row] = rows.get(truth["id"].as_str()).map(Vec::as_slice).unwrap_or_default() else {
            wrong.push(format!("{}: not one row", truth["id"]));
            continue;
        };
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        // Where the design can be read in two ways, a refusal is as right as the name.
        let free = truth["certain"] == "no" && row.human.is_none() && row.grade.as_deref() == Some("X");
        let grade = truth["grade"].is_empty() || said(&row.grade) == truth["grade"];
        if (said(&row.human) != truth["human"] || !grade) && !free {
            wrong.push(format!("{} {}: {:?} {:?}", truth["id"], truth["why"], row.human, row.grade));
        }
        if said(&row.agent) != truth["agent"] {
            wrong.push(format!("{} {}: agent {:?}", truth["id"], truth["why"], row.agent));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
    let known: BTreeSet<&str> = table.iter().map(|t| t["id"].as_str()).collect();
    let unknown: Vec<_> =
        answers.rows.iter().filter(|r| r.kind == "call" && !known.contains(r.id.as_str())).map(|r| &r.id).collect();
    // The two tool calls that only a trace tells of have a span for their id, and no line in the table.
    assert!(unknown.len() <= 2, "calls that the truth does not know: {unknown:?}");
}

#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    let given = fernhill();
    let table = expected("fernhill/expected/findings.csv");
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for found in findings(&given.case) {
        let rule = found.row.rule.clone();
        let by_subject = table.iter().find(|t| t["rule"] == rule).is_some_and(|t| t["event"].is_empty());
        for instance in found.instances {
            let told = listed.entry(rule.clone()).or_default();
            if !by_subject {
                told.extend(instance.events);
            } else if rule.starts_with("TK") {
                told.extend(instance.token);
            } else if rule.starts_with("RU") {
                told.extend(instance.principal);
            } else {
                told.insert(format!("{} {}", instance.run.unwrap_or_default(), instance.tool.unwrap_or_default()));
            }
        }
    }
    let rules: BTreeSet<String> = table.iter().map(|t| t["rule"].clone()).collect();
    assert_eq!(rules.len(), 24);
    for rule in &rules {
        let of = |certain: &str| -> BTreeSet<String> {
            table
                .iter()
                .filter(|t| t["rule"] == *rule && t["certain"] == certain)
                .map(|t| if t["event"].is_empty() { t["subject"].clone() } else { t["event"].clone() })
                .collect()
        };
        let mut told = listed.remove(rule).unwrap_or_default();
        let free = of("no");
        told.retain(|id| !free.contains(id));
        assert_eq!(told, of("yes"), "{rule}");
    }
    listed.retain(|rule, _| !UNCHECKED.contains(&rule.as_str()));
    assert!(listed.is_empty(), "rules that should be silent: {listed:?}");
}

#[test]
fn the_agents_alone_decided_loudly_only_where_stakes_are_per_user() {
    let given = fernhill();
    let loud: BTreeSet<String> = findings(&given.case)
        .into_iter()
        .filter(|f| f.row.rule == "AZ-02" && !f.row.design_fact)
        .flat_map(|f| f.instances.into_iter().flat_map(|i| i.events))
        .collect();
    let planted: BTreeSet<String> = expected("fernhill/expected/findings.csv")
        .into_iter()
        .filter(|t| t["rule"] == "AZ-02" && t["note"].starts_with("per-user data"))
        .map(|t| t["event"].clone())
        .collect();
    assert_eq!(planted.len(), 7);
    assert_eq!(loud, planted);
}

#[test]
fn every_file_has_the_counts_that_were_written_into_it() {
    let given = fernhill();
    let table = expected("fernhill/expected/counts.csv");
    assert_eq!(given.report.files.len(), table.len());
    for (file, truth) in given.report.files.iter().zip(&table) {
        assert!(file.path.ends_with(&truth["file"]), "{} stands where {} should", file.path, truth["file"]);
        let counts = [file.read, file.kept, file.duplicates, file.rejected].map(|n| n.to_string());
        assert_eq!(counts, ["read", "kept", "duplicates", "rejected"].map(|c| truth[c].clone()), "{}", truth["file"]);
        assert_eq!(file.read, file.kept + file.duplicates + file.rejected);
    }
}

#[test]
fn every_question_about_a_right_has_its_answer() {
    let given = fernhill();
    let table = expected("fernhill/expected/authorized.csv");
    assert_eq!(table.len(), 16);
    for q in &table {
        let with = q["with"].split_once('=').map(|(n, v)| (n.to_string(), v.to_string()));
        let asked = Asked {
            user: q["user"].clone(),
            action: q["action"].clone(),
            resource: q["resource"].clone(),
            at: Time::parse(&q["at"]).unwrap(),
            with: with.into_iter().collect(),
        };
        let answer = authorized(&given.case, &asked).unwrap();
        assert_eq!(answer.answer, q["answer"], "{q:?}: {:?}", answer.because);
        assert!(!answer.because.is_empty(), "an answer without a reason: {q:?}");
    }
}

#[test]
fn the_one_holder_of_a_lease_is_a_proof_beside_the_issuance_and_lifts_nothing() {
    let given = fernhill();
    let loaded = Loaded::load(&given.case).unwrap();
    let answers = fixtures::answers(&given.case);
    let mut held = 0;
    for row in answers.rows.iter().filter(|r| r.kind == "call" && r.source == "aws_cloudtrail") {
        let who = fixtures::who(&given.case, &loaded, row);
        for proof in who.proofs.iter().filter(|p| p.evidence.iter().any(|e| e.kind == "K7")) {
            held += 1;
            assert_eq!(proof.grade, "C", "{}", row.id);
            // Whoever it names, the issuance names too.
            let handed = who.proofs.iter().any(|p| p.value == proof.value && p.grade != "C" && p.grade != "D");
            assert!(handed, "{} is named by K7 alone", row.id);
        }
    }
    assert!(held > 0, "sessions that a broker handed to one person");
}
