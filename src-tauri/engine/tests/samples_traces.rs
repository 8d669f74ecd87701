//! Recorded agent traces through import and analysis, where they lie beside the repository; skipped elsewhere.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::analysis::{self, Loaded};
use behalf_engine::case::{Case, verify};
use behalf_engine::lineage::NodeKey;
use fixtures::{answers, findings, import, number};

/// A folder named `shared` above the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

/// File, source, records read, tool calls kept.
const SAMPLES: &[(&str, &str, u64, i64)] = &[
    ("otel_genai/agentevals_helm.json", "otel_traces", 96, 1),
    ("otel_genai/agentevals_k8s.json", "otel_traces", 73, 0),
    ("otel_genai/agentevals_tempo_export_with_batches.json", "otel_traces", 86, 1),
    ("otel_genai/monocle_642dbd9d0dfcfdbdc8849f67f34c8a19.json", "otel_traces", 32, 3),
    ("otel_genai/monocle_be1db02405333e449c16248d4b7a5057.json", "otel_traces", 14, 1),
    ("otel_genai/monocle_test_adk_multi_agent.json", "otel_traces", 11, 2),
    // Two instrumentations of one call.
    ("otel_genai/monocle_test_adk_single_agent.json", "otel_traces", 11, 2),
    ("otel_genai/monocle_test_aws_genai_idp_retrieve_and_generate.json", "otel_traces", 3, 0),
    ("otel_genai/monocle_test_azure_ai_inference_finish_reason_integration.json", "otel_traces", 12, 0),
    ("otel_genai/monocle_test_bedrock_finish_reason_integratio.json", "otel_traces", 12, 0),
    ("otel_genai/monocle_test_boto_coverage_api.json", "otel_traces", 6, 0),
    ("otel_genai/monocle_test_crewai_single_agent.json", "otel_traces", 8, 1),
    ("otel_genai/monocle_test_gemini_finish_reason_integration.json", "otel_traces", 12, 0),
    ("otel_genai/monocle_test_litellm_openai_sample.json", "otel_traces", 6, 0),
    ("otel_genai/monocle_test_ms_framework_multi_async_handoff.json", "otel_traces", 16, 2),
    ("otel_genai/monocle_test_ms_framework_multi_stream_agents_as_tools.json", "otel_traces", 8, 2),
    ("otel_genai/monocle_test_ms_framework_single_agent.json", "otel_traces", 6, 1),
    ("otel_genai/monocle_trace2.json", "otel_traces", 51, 5),
    ("otel_genai/monocle_trace3.json", "otel_traces", 6, 1),
    // Spans of the Vercel AI SDK, before OpenInference converts them.
    ("openinference/ai-generateObject-doGenerate.json", "otel_traces", 1, 0),
    ("openinference/ai-generateObject.json", "otel_traces", 1, 0),
    ("openinference/ai-generateText-doGenerate.json", "otel_traces", 2, 0),
    ("openinference/ai-generateText.json", "otel_traces", 2, 0),
    ("openinference/ai-streamText-doStream.json", "otel_traces", 1, 0),
    ("openinference/ai-streamText.json", "otel_traces", 1, 0),
    ("openinference/all-spans.json", "otel_traces", 10, 0),
    ("openinference/spans-by-operation.json", "otel_traces", 10, 0),
    ("openinference/openinference_client_span_input_output_only.json", "openinference", 1, 0),
    ("openinference/openinference_client_span_tool_calls.json", "openinference", 1, 0),
    ("openinference/otel_genai_client_span_tool_calls.json", "otel_traces", 1, 0),
    ("openinference/otel_genai_deprecated_client_span_tool_calls.json", "otel_traces", 1, 0),
    ("openinference/otel_genai_tool_execution_span.json", "otel_traces", 1, 1),
    // What a test captured, and no trace.
    ("openinference/capture-results.json", "unknown", 5, 0),
    ("langsmith/docs_webhook_runs_payload.json", "langsmith_runs", 1, 1),
    // The trace is a record beside its observations.
    ("langfuse/agno-2025-06-11.trace.json", "langfuse", 7, 1),
    ("langfuse/beeai-2025-08-01.trace.json", "langfuse", 30, 3),
    ("langfuse/claude-agent-2025-12-22.trace.json", "langfuse", 8, 2),
    ("langfuse/csharp-agent-with-gemini-2026-03-09.trace.json", "langfuse", 9, 2),
    ("langfuse/google-adk-2025-08-28.trace.json", "langfuse", 6, 1),
    ("langfuse/koog-2025-08-26.trace.json", "langfuse", 12, 2),
    ("langfuse/langgraph-js-2025-10-30.trace.json", "langfuse", 21, 1),
    ("langfuse/llamaindex-2025-06-05.trace.json", "langfuse", 3, 0),
    ("langfuse/microsoft-agent-2025-12-17.trace.json", "langfuse", 5, 1),
    ("langfuse/pydantic-ai-2025-06-06.trace.json", "langfuse", 4, 0),
    ("langfuse/pydantic-ai-tools-2025-06-06.trace.json", "langfuse", 4, 0),
    ("langfuse/pydantic-ai-with-gemini-2025-12-24.trace.json", "langfuse", 2, 0),
    ("langfuse/vercel-aisdk-2025-11-17.trace.json", "langfuse", 4, 1),
];

const TOOL_SPANS: &str = "SELECT count(*) FROM events WHERE kind = 4";

#[test]
fn every_trace_goes_to_its_source_and_is_read_whole() {
    let Some(samples) = shared("samples") else { return };
    for &(file, source, read, tools) in SAMPLES {
        let mut case = Case::in_memory().unwrap();
        let found = import(&mut case, &[samples.join(file)], &[], 1).files.remove(0);
        assert_eq!((found.format.as_str(), found.read), (source, read), "{file}: {}", found.why);
        assert_eq!(found.read, found.kept + found.duplicates + found.rejected, "{file}");
        assert!(source == "unknown" || found.rejected == 0, "{file}");
        assert_eq!(number(&case, TOOL_SPANS), tools, "{file}");
        // A span has its time and its place in a trace; attributes alone have neither.
        let placed =
            "SELECT count(*) FROM events WHERE kind IN (3, 4) AND (trace IS NULL OR span IS NULL OR time IS NULL)";
        let bare = !file.contains("client_span") && !file.contains("tool_execution_span");
        assert_eq!(number(&case, placed), if bare { 0 } else { 1 }, "{file}");
    }
}

#[test]
fn the_table_names_every_sample() {
    let Some(samples) = shared("samples") else { return };
    let told: BTreeSet<&str> = SAMPLES.iter().map(|(file, ..)| *file).collect();
    for folder in ["otel_genai", "openinference", "langsmith", "langfuse"] {
        for entry in std::fs::read_dir(samples.join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(name.ends_with(".md") || told.contains(name.as_str()), "{name}");
        }
    }
}

/// Rows of a table beside the traces.
fn table(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(folder.join(name)).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Observations by trace and id, with what each hangs from: another observation, or the trace.
type Tree = BTreeMap<(String, String), Option<String>>;

fn tree(case: &Case) -> Tree {
    let sql =
        "SELECT t.text, s.text, p.text FROM events e JOIN strings t ON t.id = e.trace JOIN strings s ON s.id = e.span
               LEFT JOIN strings p ON p.id = e.parent_span WHERE s.text NOT LIKE 'trace:%'";
    let mut query = case.database().prepare(sql).unwrap();
    let rows = query.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get::<_, Option<String>>(2)?))).unwrap();
    let parent = |p: Option<String>| p.filter(|p| !p.starts_with("trace:"));
    rows.map(Result::unwrap).map(|(key, p)| (key, parent(p))).collect()
}

/// UUIDs are compared without dashes.
fn plain(id: &str) -> String {
    id.replace('-', "")
}

#[test]
fn recorded_langfuse_traces_keep_their_tree_their_users_and_their_gaps() {
    let Some(folder) = shared("realdata/langfuse_framework_traces") else { return };
    let (traces, expected) = (table(&folder, "expected_traces.csv"), table(&folder, "expected_tree.csv"));
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[folder.join("traces")], &[], 2);
    assert_eq!((report.files.len(), expected.len()), (15, 96));
    assert!(report.files.iter().all(|f| f.format == "langfuse" && f.rejected == 0));
    // 96 observations of which three came twice, and the trace object of each file; one trace came in two versions.
    let sum = |of: fn(&behalf_engine::case::ImportedFile) -> u64| report.files.iter().map(of).sum::<u64>();
    assert_eq!((sum(|f| f.read), sum(|f| f.kept), sum(|f| f.duplicates)), (111, 108, 3));
    assert_eq!(
        number(
            &case,
            "SELECT count(DISTINCT shown_id) FROM events WHERE span IN (SELECT id FROM strings WHERE text NOT LIKE 'trace:%')"
        ),
        93
    );
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    analysis::analyze(&case, &()).unwrap();

    let tree = tree(&case);
    assert_eq!(tree.len(), 93);
    let trace_of: BTreeMap<&str, String> = traces.iter().map(|t| (t["file"].as_str(), plain(&t["trace_id"]))).collect();
    let mut children: BTreeMap<(String, String), usize> = BTreeMap::new();
    for ((trace, _), parent) in &tree {
        if let Some(parent) = parent {
            *children.entry((trace.clone(), parent.clone())).or_default() += 1;
        }
    }
    for row in &expected {
        let key = (trace_of[row["file"].as_str()].clone(), plain(&row["observation_id"]));
        let parent = Some(plain(&row["parent"])).filter(|p| !p.is_empty());
        assert_eq!(tree[&key], parent, "{row:?}");
        let (mut depth, mut here) = (0, key.clone());
        while let Some(Some(above)) =
            tree.get(&here).filter(|p| p.as_ref().is_some_and(|p| tree.contains_key(&(key.0.clone(), p.clone()))))
        {
            (depth, here) = (depth + 1, (key.0.clone(), above.clone()));
        }
        assert_eq!(depth.to_string(), row["depth"], "{row:?}");
        assert_eq!(children.get(&key).copied().unwrap_or(0).to_string(), row["children"], "{row:?}");
    }
    for row in &traces {
        let of: Vec<_> = tree.iter().filter(|((t, _), _)| *t == plain(&row["trace_id"])).collect();
        let roots = of.iter().filter(|(_, p)| p.is_none()).count();
        assert_eq!(
            (of.len().to_string(), roots.to_string()),
            (row["observations"].clone(), row["roots"].clone()),
            "{row:?}"
        );
    }
    people(&case, &traces);
    broken(&case);
}

/// Whom each run leads to: the user of its trace, or nobody.
fn people(case: &Case, traces: &[BTreeMap<String, String>]) {
    let loaded = Loaded::load(case).unwrap();
    let strings = case.strings().unwrap();
    // Of a trace: the people its runs lead to, and whether one leads to nobody.
    let mut led: BTreeMap<&str, (BTreeSet<&str>, bool)> = BTreeMap::new();
    for (node, walk) in loaded.lineage.nodes.iter().zip(&loaded.lineage.walks) {
        // These traces hold no run ids.
        assert!(matches!(node.key, NodeKey::Trace(..)));
        let (NodeKey::Trace(trace, _) | NodeKey::Run(trace)) = node.key;
        let of = led.entry(strings[trace as usize].as_str()).or_default();
        match walk.person() {
            Some(person) => {
                of.0.insert(loaded.identity.party(person).shown.as_str());
            }
            None => of.1 = true,
        }
    }
    let mut gaps = 0;
    for row in traces {
        let (people, open) = &led[plain(&row["trace_id"]).as_str()];
        let broken = row["orphans"] != "0";
        let wanted: BTreeSet<&str> = Some(row["user"].as_str()).filter(|u| !u.is_empty()).into_iter().collect();
        assert_eq!((people, *open), (&wanted, wanted.is_empty() || broken), "{row:?}");
        assert_eq!(wanted.is_empty(), row["attribution"] == "GAP");
        gaps += usize::from(wanted.is_empty());
    }
    assert_eq!(gaps, 9);
    // Three roots of one trace hang from the trace, and are one run.
    let three = plain("b3b7b128-5664-4f42-9fab-31999da9e2f1");
    assert_eq!(
        loaded
            .lineage
            .nodes
            .iter()
            .filter(|n| matches!(n.key, NodeKey::Trace(t, _) if strings[t as usize] == three))
            .count(),
        1
    );
}

/// The run whose parent was never exported is flagged, names nobody though its trace names a user, and is still shown.
fn broken(case: &Case) {
    let answers = answers(case);
    let orphans = ["5977f5594f537b9e", "390601577d7e35c2"];
    for id in orphans {
        let row = answers.by_id()[&("langfuse", id)];
        assert_eq!((&row.human, row.grade.as_deref(), row.run.is_some()), (&None, Some("X"), true), "{id}");
    }
    let told: BTreeSet<String> = findings(case)
        .into_iter()
        .filter(|f| f.row.rule == "AG-03")
        .flat_map(|f| f.instances)
        .flat_map(|i| i.events)
        .collect();
    assert_eq!(told, orphans.map(String::from).into());
    // The one call of a trace that names its user, at the grade of the agent's own word.
    let named: Vec<_> = answers.rows.iter().filter(|r| r.human.is_some()).collect();
    assert_eq!(named.len(), 1);
    assert_eq!((named[0].action.as_deref(), named[0].grade.as_deref()), (Some("say_hello"), Some("C")));
    assert_eq!(answers.rows.iter().filter(|r| r.human.is_none()).count(), 10);
}
