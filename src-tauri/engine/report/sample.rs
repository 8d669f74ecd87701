//! An invented case: Fernhill Mutual, an insurer whose claims agent works for its adjusters. Nothing in it is real.

use super::sample_findings::{calls, design_fact, evidence, findings};
use super::view::*;
use crate::ask::coverage::{Coverage, RefusalCount, SourceCoverage};
use crate::ask::evidence::{FileRow, LossPlace, LossRow, Reconciliation};
use crate::ask::findings::FindingRow;
use crate::ask::overview::{DayCount, Overview, PatternCell, SeverityCount};
use crate::ask::receipts::{ReceiptRow, ReceiptSays, ReceiptStanding};
use sha2::{Digest, Sha256};

pub(super) fn hash(of: &str) -> String {
    Sha256::digest(of).iter().map(|b| format!("{b:02x}")).collect()
}

pub(super) fn s(text: &str) -> String {
    text.to_owned()
}

pub(super) fn some(text: &str) -> Option<String> {
    Some(s(text))
}

pub fn fernhill() -> FrozenView {
    let coverage = coverage();
    let files = files();
    let findings = findings();
    let (read, kept, duplicates, rejected) =
        files.iter().fold((0, 0, 0, 0), |t, f| (t.0 + f.read, t.1 + f.kept, t.2 + f.duplicates, t.3 + f.rejected));
    FrozenView {
        case_name: s("fernhill-claims-2026-q1"),
        entity: some("Fernhill Mutual"),
        report_version: some("draft 2"),
        prepared_at: s("2026-04-09T14:20:00+02:00"),
        prepared_by: some("M. Aldous, second line"),
        marking: some("Confidential: prepared at the request of counsel"),
        review_head: Some(hash("head")),
        behalf_version: s("0.1.0"),
        controls_version: s("2026.1"),
        rules_hash: hash("rules"),
        rules: rules(),
        policy: Vec::new(),
        scope: Scope {
            objective: some(
                "Whether claims handled through agents in the first quarter can be traced to an adjuster, and were within that adjuster's rights.",
            ),
            from: some("2026-01-01T00:00:00Z"),
            to: some("2026-04-01T00:00:00Z"),
            systems: vec![s("claims gateway"), s("document store (S3)"), s("Okta"), s("source code (GitHub)")],
            agents: vec![s("claims-agent"), s("triage-agent"), s("docs-agent")],
            exclusions: vec![s("the call centre's voice assistant")],
            confirmed_criteria: vec![ConfirmedCriterion {
                framework: s("HIPAA Security Rule"),
                clause: s("164.312(a)(2)(i)"),
                confirmed_by: s("R. Hale, privacy officer"),
            }],
        },
        not_tested: vec![
            s("Approvals: no approval record was received."),
            s(
                "Entitlements of the document store: no export of its policies was received, so whether an adjuster may read a given object is not answerable there.",
            ),
        ],
        overview: overview(coverage.clone(), findings.iter().map(|f| f.row.clone()).collect()),
        coverage,
        reconciliation: Reconciliation {
            files: files.len() as u32,
            read,
            kept,
            duplicates,
            rejected,
            reconciles: true,
            sentence: s(
                "All 16,316 records received are accounted for: 16,290 kept, 23 duplicates, 3 rejected with their reasons.",
            ),
        },
        receipts: receipts(&files),
        files,
        losses: vec![
            LossRow {
                code: s("broken_record"),
                severity: s("error"),
                help: s(
                    "The bytes are not a whole record: the line is torn or damaged. Ask for the export again, or for the source's own copy of this entry.",
                ),
                file: s("exports/gateway/claims-gateway-2026-02.ndjson.gz"),
                count: 3,
                places: [(1204, 402_113, 311), (1205, 402_425, 96), (5071, 1_733_902, 188)]
                    .map(|(line, offset, length)| LossPlace {
                        line: Some(line),
                        offset: Some(offset),
                        length: Some(length),
                        detail: s("unexpected end of record"),
                    })
                    .to_vec(),
            },
            LossRow {
                code: s("conflicting_copy"),
                severity: s("warning"),
                help: s("The same record id came with other content; both are kept."),
                file: s("exports/okta/system-log-q1.json"),
                count: 1,
                places: vec![LossPlace { line: None, offset: Some(88_410), length: Some(1_902), detail: s("") }],
            },
        ],
        findings,
        design_facts: vec![design_fact()],
        known_exceptions: Vec::new(),
        evidence: evidence(),
        calls: calls(),
        redaction: Redaction::default(),
        people: vec![
            PersonWords { id: s("lena.osei@fernhill.example"), names: vec![s("Lena Osei")] },
            PersonWords { id: s("t.brandt@fernhill.example"), names: vec![s("Tomas Brandt")] },
        ],
    }
}

/// The first file has a receipt that agrees; the others have none.
fn receipts(files: &[FileRow]) -> Vec<ReceiptRow> {
    let row = |(n, f): (usize, &FileRow)| ReceiptRow {
        path: f.path.clone(),
        format: f.format.clone(),
        read: f.read.into(),
        standing: if n == 0 { ReceiptStanding::Agrees } else { ReceiptStanding::Missing },
        receipt: (n == 0).then(|| ReceiptSays {
            record: s("receipts.csv:2"),
            file: f.path.clone(),
            system: some("claims gateway"),
            tenant: some("fernhill-prod"),
            query: some("all routes, no filter"),
            period_from: some("2026-01-01T00:00:00Z"),
            period_to: some("2026-04-01T00:00:00Z"),
            exporter: some("platform team"),
            method: some("scheduled export"),
            received: some("2026-04-02T08:10:00Z"),
            received_from: some("P. Iyer, platform team"),
            claimed: Some(f.read.into()),
            read: f.read.into(),
            files: 1,
        }),
        sentence: match n {
            0 => format!("The source claims {} records, and {} were read from it.", f.read, f.read),
            _ => s("No receipt says how this export was obtained."),
        },
    };
    files.iter().enumerate().map(row).collect()
}

fn coverage() -> Coverage {
    let source = |source: &str, n: [u32; 6], first: &str, last: &str| SourceCoverage {
        source: s(source),
        calls: n[0],
        attributed: n[1],
        supported: n[2],
        refused: n[3],
        contradicted: n[4],
        automation: n[5],
        first: some(first),
        last: some(last),
    };
    let refusal = |refusal: &str, words: &str, calls, settled_by: &str| RefusalCount {
        refusal: s(refusal),
        words: s(words),
        calls,
        settled_by: s(settled_by),
    };
    Coverage {
        calls: 12_480,
        requiring_person: 10_950,
        attributed: 9_120,
        supported: 1_204,
        refused: 611,
        contradicted: 15,
        automation: 1_530,
        by_source: vec![
            source(
                "mapping:claims-gateway",
                [8_214, 7_306, 902, 0, 6, 0],
                "2026-01-02T07:58:11.204Z",
                "2026-03-31T18:44:59.871Z",
            ),
            source(
                "aws_cloudtrail",
                [3_360, 1_290, 302, 604, 9, 1_155],
                "2026-01-02T07:58:12Z",
                "2026-03-31T18:45:01Z",
            ),
            source("github_audit", [906, 524, 0, 7, 0, 375], "2026-01-05T08:14:02.113Z", "2026-03-30T16:20:40.502Z"),
        ],
        by_refusal: vec![
            refusal(
                "R1",
                "no evidence of at least grade C leads to a person",
                402,
                "Session tags (`run_id`, source identity) on the role DocsAgentRole from 2026-01-02 to 2026-03-31; the token service's exchange log for the same period.",
            ),
            refusal(
                "R3",
                "only hints name a person: the caller's own word, free text, network or time",
                172,
                "The message id of each task that fed batch runs b-118 to b-131; the scheduler's queue log, 9 to 20 February 2026.",
            ),
            refusal(
                "R9",
                "the account stands for no individual: it is shared or driven by an agent",
                37,
                "A directory entry, with an owner, for the account svc-claims@fernhill.example.",
            ),
            refusal(
                "R6",
                "two proofs of at least grade C name different people",
                15,
                "The gateway's own session record for the 15 calls of 3 March 2026.",
            ),
        ],
        directory: true,
    }
}

fn files() -> Vec<FileRow> {
    let file = |path: &str, format: &str, why: &str, n: [u32; 4], bytes, first: &str, last: &str| FileRow {
        path: s(path),
        format: s(format),
        why: s(why),
        read: n[0],
        kept: n[1],
        duplicates: n[2],
        rejected: n[3],
        bytes,
        sha256: hash(path),
        imported_at: s("2026-04-07T09:12:30Z"),
        first: some(first),
        last: some(last),
        reconciles: true,
    };
    let (from, to) = ("2026-01-02T07:58:12Z", "2026-03-31T18:45:01Z");
    vec![
        file(
            "exports/aws/cloudtrail-811004-2026-q1.json.gz",
            "aws_cloudtrail",
            "`Records` with `eventVersion` and `eventSource`",
            [4_120, 4_110, 10, 0],
            2_204_118,
            from,
            to,
        ),
        file(
            "exports/gateway/claims-gateway-2026-01.ndjson.gz",
            "mapping:claims-gateway",
            "`/tool` and `/decision` in the first records, as the mapping names them",
            [2_690, 2_690, 0, 0],
            901_443,
            "2026-01-02T07:58:11.204Z",
            "2026-01-31T17:31:20.008Z",
        ),
        file(
            "exports/gateway/claims-gateway-2026-02.ndjson.gz",
            "mapping:claims-gateway",
            "`/tool` and `/decision` in the first records, as the mapping names them",
            [2_811, 2_808, 0, 3],
            944_870,
            "2026-02-02T08:01:55.610Z",
            "2026-02-27T18:09:31.447Z",
        ),
        file(
            "exports/gateway/claims-gateway-2026-03.ndjson.gz",
            "mapping:claims-gateway",
            "`/tool` and `/decision` in the first records, as the mapping names them",
            [2_716, 2_716, 0, 0],
            918_002,
            "2026-03-02T07:49:03.335Z",
            "2026-03-31T18:44:59.871Z",
        ),
        file(
            "exports/okta/system-log-q1.json",
            "okta_system_log",
            "array of entries with `eventType`, `actor` and `published`",
            [3_067, 3_054, 13, 0],
            6_120_774,
            "2026-01-01T00:03:44.120Z",
            "2026-03-31T23:50:12.009Z",
        ),
        file(
            "exports/github/audit-fernhill.json",
            "github_audit",
            "entries with `action`, `actor` and `@timestamp`",
            [912, 912, 0, 0],
            633_020,
            "2026-01-05T08:14:02.113Z",
            "2026-03-30T16:20:40.502Z",
        ),
    ]
}

fn rules() -> Vec<RuleRun> {
    let rule = |id: &str, title: &str, tested, what: &str, exceptions, parameters: &[&str]| RuleRun {
        id: s(id),
        version: s("1"),
        title: s(title),
        family: s(id.get(..2).unwrap_or_default()),
        ran: true,
        why_not: None,
        tested,
        tested_what: s(what),
        exceptions,
        parameters: parameters.iter().map(|p| s(p)).collect(),
    };
    let skipped =
        |id: &str, title: &str, why: &str| RuleRun { ran: false, why_not: some(why), ..rule(id, title, 0, "", 0, &[]) };
    vec![
        rule("AG-01", "agent calls without any evidence of a person or a run", 10_950, "agents' calls", 402, &[]),
        rule("AG-02", "runs whose ancestors end without an origin", 10_950, "agents' calls", 0, &[]),
        rule("AG-04", "two proofs that name different people", 10_950, "agents' calls", 15, &["clock bound = 60 s"]),
        rule("AG-05", "runs with more than one person at their origin", 10_950, "agents' calls", 0, &[]),
        rule("AG-08", "impossible lineage", 1_942, "runs", 0, &["clock bound = 60 s"]),
        rule("RU-01", "human-type account with agent indicators", 214, "active accounts", 1, &[]),
        rule(
            "RU-07",
            "one credential in use from several networks or agents",
            61,
            "credentials",
            0,
            &["networks = 3", "agents = 2"],
        ),
        rule("AZ-01", "no matching entitlement in the export received", 8_214, "agents' calls", 3, &[]),
        rule("AZ-04", "token for another audience", 3_067, "calls with a delegated token", 0, &[]),
        rule("AZ-10", "activity after the recorded end date", 9_120, "attributed calls", 0, &["grace = 1 day"]),
        rule(
            "TK-01",
            "long-lived delegated tokens",
            1_377,
            "tokens",
            22,
            &["low = 60 min", "medium = 8 h", "high = 24 h"],
        ),
        skipped("AP-01", "effects without an approval", "No approval source was imported."),
        skipped("RU-05", "machine rhythm", "No account reaches 120 calls over 14 days."),
    ]
}

fn overview(coverage: Coverage, worst: Vec<FindingRow>) -> Overview {
    let count = |severity: &str, findings, calls| SeverityCount { severity: s(severity), findings, calls };
    let cell = |agent: &str, tool: &str, pattern: &str, calls| PatternCell {
        agent: s(agent),
        tool: s(tool),
        pattern: s(pattern),
        calls,
    };
    // Office days of the quarter, with a swing that is the same on every machine.
    let months = [(1, 31u32), (2, 28), (3, 31)];
    let days = months.iter().flat_map(|&(month, length)| (1..=length).map(move |day| (month, day))).enumerate();
    let days = days
        .map(|(at, (month, day))| {
            let at = at as u32;
            let office = !matches!((at + 4) % 7, 2 | 3) && at > 0;
            let calls = if office { 150 + at * 37 % 90 } else { 0 };
            let refused = if (39..=50).contains(&at) { calls / 5 } else { calls / 40 };
            DayCount {
                day: format!("2026-{month:02}-{day:02}"),
                calls,
                supported: 0,
                attributed: calls - refused,
                refused,
                contradicted: 0,
            }
        })
        .collect();
    Overview {
        case_name: s("fernhill-claims-2026-q1"),
        first: some("2026-01-02T07:58:11.204Z"),
        last: some("2026-03-31T18:45:01Z"),
        coverage,
        verdicts: Vec::new(),
        decided_on_person: 7_011,
        decided: 8_214,
        open_high: 2,
        findings_by_severity: vec![
            count("critical", 0, 0),
            count("high", 2, 405),
            count("medium", 1, 15),
            count("low", 2, 59),
        ],
        both_principals: 8_003,
        run_on_record: 9_442,
        agent_calls: 10_950,
        days,
        patterns: vec![
            cell("claims-agent", "claims.read", "obo", 5_120),
            cell("claims-agent", "claims.decide", "hybrid", 1_877),
            cell("docs-agent", "s3:GetObject", "service_account", 2_205),
            cell("triage-agent", "claims.read", "obo", 1_217),
            cell("triage-agent", "git.push", "robot_user", 37),
        ],
        worst,
        cautions: vec![
            s(
                "The February export of the claims gateway is damaged in three places; what those records held is unknown.",
            ),
            s("No approval source was imported: who approved a claim is not answered here."),
            s(
                "Receipts are missing for 2 of 6 files: by whom and with which filter they were exported is not recorded.",
            ),
        ],
    }
}
