//! Real renderings, decision logs and stores through reading room and sources, where samples lie beside the repository;
//! skipped elsewhere.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test of two rooms: helpers are outside of #[test]")]

use std::path::{Path, PathBuf};

use behalf_engine::model::{Event, Principal, WireKind};
use behalf_engine::read::{Form, Limits, Splitter, sniff};
use behalf_engine::sources::{Hints, Registry, Understood, registry, understand_chunk};

/// A folder named `shared` above the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "md"))
        .collect();
    found.sort();
    found
}

/// What became of a file: its source, and each record's bytes with what they say.
struct Run {
    source: String,
    why: String,
    form: Form,
    understood: Vec<(String, Understood)>,
    lost: Vec<String>,
}

impl Run {
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.understood.iter().filter_map(|(_, u)| if let Understood::Event(e) = u { Some(e.as_ref()) } else { None })
    }

    fn event(&self) -> &Event {
        self.events().next().unwrap()
    }
}

fn run(registry: &Registry, path: &Path) -> Run {
    let bytes = std::fs::read(path).unwrap();
    let (form, limits, hints) = (sniff(&bytes), Limits::default(), Hints::default());
    let mut splitter = Splitter::new(&form, &limits);
    let (mut rest, mut chunks, mut lost) = (&bytes[..], Vec::new(), Vec::new());
    while let Some(batch) = splitter.next_batch(&mut rest).unwrap() {
        for chunk in &batch.chunks {
            match &chunk.broken {
                Some((code, detail)) => lost.push(format!("{code:?}: {detail}")),
                None => chunks.push(batch.bytes(chunk).to_vec()),
            }
        }
    }
    let first: Vec<&[u8]> = chunks.iter().take(40).map(Vec::as_slice).collect();
    let found = registry.detect(&form, &first);
    let mut run = Run { source: found.name().into(), why: found.why.clone(), form, understood: Vec::new(), lost };
    let Some(source) = found.source else { return run };
    for chunk in &chunks {
        let mut end = 0;
        for (range, _, understood) in understand_chunk(source, &run.form, chunk, &hints) {
            assert!(end <= range.start && range.end <= chunk.len(), "{path:?}: {range:?}");
            end = range.end;
            let text = String::from_utf8_lossy(&chunk[range]).into_owned();
            match understood {
                Ok(understood) => run.understood.push((text, understood)),
                Err(why) => run.lost.push(format!("{:?}: {}", why.code, why.detail)),
            }
        }
    }
    run
}

#[test]
fn renderings_and_their_originals_have_their_own_sources() {
    let Some(folder) = shared("samples/ocsf") else { return };
    let registry = registry(Vec::new());
    let mut counted = std::collections::BTreeMap::new();
    for file in files(&folder) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let run = run(&registry, &file);
        println!("{name}: {} ({}), {} understood, lost {:?}", run.source, run.why, run.understood.len(), run.lost);
        let wanted = match name.as_str() {
            n if n.ends_with(".ocsf") || n.contains("ocsf_eks") => "ocsf",
            n if n.contains("CloudTrail") => "aws_cloudtrail",
            n if n.contains("eks") => "kubernetes_audit",
            n if n.contains("GitHub") => "github_audit",
            _ => "okta_system_log",
        };
        assert_eq!((run.source.as_str(), run.understood.len(), run.lost.len()), (wanted, 1, 0), "{name}");
        assert!(run.event().time.is_some(), "{name}");
        *counted.entry(run.source.clone()).or_insert(0) += 1;
    }
    println!("{counted:?}");
    assert_eq!(counted["ocsf"], 25);
}

/// Who it was: on the wire, beside it, and whose rights were evaluated.
#[derive(Debug, PartialEq)]
struct Identity {
    wire: Option<(Principal, WireKind)>,
    beside: Vec<Principal>,
    evaluated: Option<Vec<Principal>>,
}

fn identity(event: &Event) -> Identity {
    Identity {
        wire: event.wire.as_ref().map(|w| (w.principal.clone(), w.kind)),
        beside: event.claims.iter().map(|c| c.principal.clone()).collect(),
        evaluated: event.decision.as_ref().map(|d| d.evaluated.clone()),
    }
}

#[test]
fn a_rendering_names_whom_its_original_names() {
    let Some(folder) = shared("samples/ocsf") else { return };
    let registry = registry(Vec::new());
    let mut pairs: Vec<(PathBuf, PathBuf)> = files(&folder)
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "raw"))
        .map(|raw| (raw.clone(), raw.with_extension("ocsf")))
        .filter(|(_, rendered)| rendered.is_file())
        .collect();
    for (raw, rendered) in [
        (
            "bloblang_AWS_CloudTrail_v1.0.0_Account_Chanage_samples_account_change.raw",
            "markdown_AWS_v1.0.0-rc.2_CloudTrail_Account_Change_samples_account_change.ocsf",
        ),
        (
            "bloblang_AWS_CloudTrail_v1.0.0_Api_Activity_samples_generic_api_activity.raw",
            "markdown_AWS_v1.0.0-rc.2_CloudTrail_API_Activity_samples_generic_api_activity.ocsf",
        ),
        (
            "bloblang_AWS_CloudTrail_v1.0.0_Authentication_samples_authentication.raw",
            "markdown_AWS_v1.0.0-rc.2_CloudTrail_Authentication_samples_authentication.ocsf",
        ),
        (
            "markdown_AWS_v1.1.0_CloudTrail_API_Activity_samples_generic_api_activity.raw",
            "markdown_AWS_v1.5.0_CloudTrail_API_Activity_samples_generic_api_activity.ocsf",
        ),
        (
            "markdown_AWS_v1.1.0_CloudTrail_API_Activity_samples_generic_api_activity.raw",
            "enc_ilf_example_logs_1_1_0_generic_api_activity.ocsf",
        ),
        (
            "markdown_AWS_v1.1.0_CloudTrail_Account_Change_samples_account_change.raw",
            "enc_ilf_example_logs_1_1_0_account_change.ocsf",
        ),
        (
            "markdown_AWS_v1.1.0_CloudTrail_Authentication_samples_authentication.raw",
            "enc_ilf_example_logs_1_1_0_authentication.ocsf",
        ),
        ("markdown_AWS_v1.1.0_EKS_Audit_Logs_samples_eks.raw", "markdown_AWS_v1.5.0_EKS_Audit_Logs_samples_eks.ocsf"),
        ("bloblang_AWS_eks_v1.2.0_samples_eks.json", "bloblang_AWS_eks_v1.2.0_samples_ocsf_eks.json"),
        ("bloblang_AWS_eks_v1.2.0_samples_eks.json", "enc_ilf_example_logs_eks.ocsf"),
    ] {
        pairs.push((folder.join(raw), folder.join(rendered)));
    }
    for (raw, rendered) in &pairs {
        let (raw, rendered) = (run(&registry, raw), run(&registry, rendered));
        assert_eq!(identity(rendered.event()), identity(raw.event()), "{:.900}", rendered.understood[0].0);
        // One published rendering misspells its event code, so that the kind is held, and not the word.
        assert_eq!(rendered.event().kind, raw.event().kind);
    }
    println!("{} pairs agree", pairs.len());
    assert!(pairs.len() >= 22, "{}", pairs.len());
}

/// Events, context entries and losses of each file of a folder, all of one source.
fn counts(folder: &str, source_of: impl Fn(&str) -> &'static str) -> Vec<(String, usize, usize, usize)> {
    let Some(folder) = shared(folder) else { return Vec::new() };
    let registry = registry(Vec::new());
    let mut table = Vec::new();
    for file in files(&folder) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let run = run(&registry, &file);
        println!("{name}: {} as {} ({}), lost {:?}", run.source, run.form.shown(), run.why, run.lost);
        assert_eq!(run.source, source_of(&name), "{name}: {}", run.why);
        let entries = run.understood.iter().filter(|(_, u)| matches!(u, Understood::Entry(_) | Understood::Entries(_)));
        table.push((name.clone(), run.events().count(), entries.count(), run.lost.len()));
    }
    table
}

#[test]
fn openfga_samples_by_count() {
    let table = counts("samples/openfga", |_| "openfga");
    if table.is_empty() {
        return;
    }
    let counted: Vec<(&str, usize, usize, usize)> = table.iter().map(|(n, e, c, l)| (n.as_str(), *e, *c, *l)).collect();
    // File, decisions, tuples, losses.
    assert_eq!(
        counted,
        [
            ("docs_read_response.json", 0, 1, 0),
            ("gdrive_store.fga.yaml", 3, 9, 0),
            ("github_store.fga.yaml", 6, 9, 0),
            ("modeling-guide_step-10-fine-grained-api-access.fga.yaml", 30, 20, 0),
            ("modeling-guide_step-9-application-access.fga.yaml", 28, 19, 0),
            ("modular_core-tuples.yaml", 0, 1, 0),
            ("role-assignments_store.fga.yaml", 8, 8, 0),
            ("slack_store.fga.yaml", 6, 13, 0),
            ("temporal-access_store.fga.yaml", 4, 3, 0),
        ]
    );
}

/// Rows of an expected table, sorted.
fn expected(path: &Path, columns: &[&str]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = csv::Reader::from_path(path)
        .unwrap()
        .deserialize::<std::collections::BTreeMap<String, String>>()
        .map(|row| {
            let row = row.unwrap();
            columns.iter().map(|c| row[*c].clone()).collect()
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn assertions_of_real_stores_are_decisions_as_expected() {
    use behalf_engine::model::{Attribute, DecisionEffect};
    let Some(folder) = shared("realdata/openfga_sample_stores") else { return };
    let registry = registry(Vec::new());
    let mut found = Vec::new();
    for part in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        for file in files(&part).into_iter().filter(|f| f.extension().is_some_and(|e| e == "yaml")) {
            let run = run(&registry, &file);
            assert_eq!((run.source.as_str(), run.lost.len()), ("openfga", 0), "{file:?} {:?}", run.lost);
            let store = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            for event in run.events() {
                let decision = event.decision.as_ref().unwrap();
                let [evaluated] = &decision.evaluated[..] else { panic!("{store}: {event:?}") };
                let own = event.attributes.contains(&("contextual_tuples".into(), Attribute::Flag(true)));
                found.push(vec![
                    store.clone(),
                    decision.policy.clone().unwrap().trim_start_matches("test: ").into(),
                    evaluated.id.rsplit(':').next().unwrap().into(),
                    event.action.clone().unwrap(),
                    event.resource.clone().unwrap(),
                    if decision.effect == Some(DecisionEffect::Allow) { "True" } else { "False" }.into(),
                    own.to_string(),
                ]);
            }
        }
    }
    found.sort();
    let columns = ["store", "test", "user", "relation", "object", "allowed", "extra_tuples"];
    let mut wanted = expected(&folder.join("expected_checks.csv"), &columns);
    for row in &mut wanted {
        row[2] = row[2].split_once(':').unwrap().1.into();
        row[6] = (row[6] != "0").to_string();
    }
    wanted.sort();
    assert_eq!(found, wanted);
    let allowed = found.iter().filter(|r| r[5] == "True").count();
    assert_eq!((found.len(), allowed, found.len() - allowed), (179, 125, 54));
}

#[test]
fn decision_samples_by_count() {
    let mut counted: Vec<(String, usize, usize, usize)> = Vec::new();
    for (folder, source) in
        [("samples/opa", "opa_decisions"), ("samples/spicedb", "spicedb_audit"), ("samples/cedar", "cedar_decisions")]
    {
        counted.extend(counts(folder, |_| source));
    }
    if counted.is_empty() {
        return;
    }
    let counted: Vec<(&str, usize, usize, usize)> =
        counted.iter().map(|(n, e, c, l)| (n.as_str(), *e, *c, *l)).collect();
    // File, decisions, entities in a group, losses.
    assert_eq!(
        counted,
        [
            ("docs_decision_log_array.json", 2, 0, 0),
            ("authzed_docs_check_permission.json", 1, 0, 0),
            ("document_cloud_entities.json", 0, 5, 0),
            ("github_example_entities.json", 0, 17, 0),
            ("hotel_chains_static_entities.json", 0, 6, 0),
            ("hotel_chains_templated_entities.json", 0, 6, 0),
            ("requests_with_expected_decision.derived.ndjson", 46, 0, 0),
            ("sales_orgs_static_entities.json", 0, 2, 0),
            ("sales_orgs_templated_entities.json", 0, 2, 0),
            ("streaming_service_entities.json", 0, 0, 0),
            ("tags_n_roles_entities.json", 0, 2, 0),
            ("tax_preparer_entities.json", 0, 0, 0),
        ]
    );
}

#[test]
fn published_decisions_name_only_whom_they_say() {
    use behalf_engine::model::DecisionEffect::Allow;
    let (Some(opa), Some(spicedb)) = (shared("samples/opa"), shared("samples/spicedb")) else { return };
    let registry = registry(Vec::new());
    let run_of = |folder: &Path| run(&registry, &files(folder)[0]);
    for event in run_of(&opa).events() {
        // Neither has a field for its subject: a path and a `name` are none.
        assert_eq!(event.decision.as_ref().unwrap().evaluated, []);
        assert_eq!(event.decision.as_ref().unwrap().effect, Some(Allow));
    }
    let check = run_of(&spicedb);
    let decision = check.event().decision.as_ref().unwrap();
    assert_eq!(
        (decision.effect, decision.evaluated.len(), check.event().action.as_deref()),
        (Some(Allow), 1, Some("read"))
    );
}

#[test]
fn real_cedar_requests_are_decisions_as_expected() {
    use behalf_engine::model::DecisionEffect;
    let (Some(folder), Some(samples)) = (shared("realdata/cedar_examples"), shared("samples/cedar")) else { return };
    let registry = registry(Vec::new());
    let line = |event: &Event| {
        let decision = event.decision.as_ref().unwrap();
        assert_eq!(decision.evaluated.len(), 1);
        let effect = match decision.effect {
            Some(DecisionEffect::Allow) => "ALLOW",
            Some(DecisionEffect::Deny) => "DENY",
            None => "",
        };
        let who = decision.evaluated[0].id.rsplit("::").next().unwrap().trim_matches('"').to_string();
        (vec![who, event.action.clone().unwrap(), event.resource.clone().unwrap()], effect)
    };
    // Requests with their decision, by the file that each came from.
    let requests = run(&registry, &samples.join("requests_with_expected_decision.derived.ndjson"));
    let mut decided = std::collections::BTreeMap::new();
    for (text, understood) in &requests.understood {
        let Understood::Event(event) = understood else { panic!("{text}") };
        let record: serde_json::Value = serde_json::from_str(text).unwrap();
        decided.insert(record["source_file"].as_str().unwrap().to_string(), line(event));
    }
    let mut effects = Vec::new();
    for row in expected(
        &folder.join("expected_decisions.csv"),
        &["case", "request", "decision", "principal", "action", "resource"],
    ) {
        let [case, request, decision, ..] = &row[..] else { panic!() };
        let name = format!("{case}/{decision}/{request}.json");
        let (asked, effect) = &decided[&name];
        assert_eq!(effect, decision, "{name}");
        let last = |text: &str| text.rsplit("::").next().unwrap().trim_matches('"').to_string();
        assert_eq!(asked, &vec![last(&row[3]), last(&row[4]), row[5].clone()], "{name}");
        effects.push(*effect);
        // The request alone asks the same and decides nothing: only its folder says how it was decided.
        let alone = run(&registry, &folder.join(&name));
        assert_eq!((alone.source.as_str(), alone.lost.len()), ("cedar_decisions", 0), "{name}");
        assert_eq!(line(alone.event()), (asked.clone(), ""), "{name}");
    }
    let allowed = effects.iter().filter(|e| **e == "ALLOW").count();
    assert_eq!((effects.len(), allowed, effects.len() - allowed), (29, 19, 10));
    for case in
        ["document_cloud", "github_example", "hotel_chains/static", "sales_orgs/static", "tags_n_roles", "tax_preparer"]
    {
        let case = folder.join("cedar-example-use-cases").join(case);
        let entities = run(&registry, &case.join("entities.json"));
        assert_eq!(
            (entities.source.as_str(), entities.events().count(), entities.lost.len()),
            ("cedar_decisions", 0, 0)
        );
        // Policies and schemas are programs, which are not read.
        for file in files(&case).into_iter().filter(|f| f.extension().is_some_and(|e| e != "json")) {
            assert_eq!(run(&registry, &file).source, "unknown", "{file:?}");
        }
    }
}
