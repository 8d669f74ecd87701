//! Real assertions of OpenFGA stores and real Cedar decisions, asked back; skipped where they do not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::path::{Path, PathBuf};

use behalf_engine::ask::authorized::{Asked, Authorized, BasisAnswer, authorized};
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use fixtures::import;

fn asked(user: &str, action: &str, resource: &str, at: &str, with: &str) -> Asked {
    let with = with.split_whitespace().map(|p| p.split_once('=').unwrap()).map(|(n, v)| (n.into(), v.into())).collect();
    Asked { user: user.into(), action: action.into(), resource: resource.into(), at: Time::parse(at).unwrap(), with }
}

fn basis<'a>(a: &'a Authorized, name: &str) -> &'a BasisAnswer {
    a.bases.iter().find(|b| b.basis == name).unwrap()
}

fn beside(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

fn rows(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Every assertion of the real stores, asked back: the effect is the expected one wherever the assertions about one question agree,
/// and never becomes the answer as of a time.
#[test]
fn assertions_of_real_stores_are_answered_as_expected() {
    let Some(folder) = beside("realdata/openfga_sample_stores") else { return };
    let checks = rows(&folder.join("expected_checks.csv"));
    let (mut right, mut open) = (0, 0);
    let mut stores: Vec<&str> = checks.iter().map(|c| c["store"].as_str()).collect();
    stores.dedup();
    for store in stores {
        let mut case = Case::in_memory().unwrap();
        import(&mut case, &[folder.join(store)], &[], 1);
        behalf_engine::analysis::analyze(&case, &()).unwrap();
        for check in checks.iter().filter(|c| c["store"] == store) {
            let alone = check["user"].rsplit(':').next().unwrap().to_string();
            let named = [alone, format!("openfga:{}", check["user"])];
            let said = named.iter().map(|user| {
                authorized(&case, &asked(user, &check["relation"], &check["object"], "2026-03-03T10:00:00Z", ""))
                    .unwrap()
            });
            let Some(said) = said.into_iter().find(|s| s.decision.is_some()) else { panic!("{check:?}") };
            let decision = basis(&said, "decision");
            assert!(decision.because.iter().any(|b| b.contains("no decision that was made") || b.contains("differ")));
            match said.decision.unwrap().effect.as_deref() {
                Some(effect) => {
                    assert_eq!(effect == "allow", check["allowed"] == "True", "{check:?}");
                    right += 1;
                }
                // Under other tuples or another context the same question is answered otherwise.
                None => open += 1,
            }
        }
    }
    println!("{right} as expected, {open} asked under several contexts with different outcomes");
    assert_eq!(right + open, 179);
    assert!(right >= 140, "{right}");
}

#[test]
fn real_cedar_decisions_are_answered_as_expected() {
    let (Some(folder), Some(samples)) = (beside("realdata/cedar_examples"), beside("samples/cedar")) else { return };
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[samples.join("requests_with_expected_decision.derived.ndjson")], &[], 1);
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let last = |text: &str| text.rsplit("::").next().unwrap().trim_matches('"').to_string();
    let (mut right, mut open) = (0, 0);
    for row in rows(&folder.join("expected_decisions.csv")) {
        let users = [last(&row["principal"]), format!("cedar:{}", row["principal"])];
        let said = users.iter().map(|user| {
            let question = asked(user, &last(&row["action"]), &row["resource"], "2026-03-03T10:00:00Z", "");
            authorized(&case, &question).unwrap()
        });
        let Some(said) = said.into_iter().find(|s| s.decision.is_some()) else { panic!("{row:?}") };
        match said.decision.unwrap().effect.as_deref() {
            Some(effect) => {
                assert_eq!(format!("{}", if effect == "allow" { "ALLOW" } else { "DENY" }), row["decision"], "{row:?}");
                right += 1;
            }
            None => open += 1,
        }
    }
    println!("{right} as expected, {open} asked under several contexts with different outcomes");
    assert_eq!(right + open, 29);
    assert!(right >= 20, "{right}");
}
