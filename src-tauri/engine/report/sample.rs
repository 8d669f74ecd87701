//! An invented case: Fernhill Mutual, an insurer whose claims agent works for its adjusters. Nothing in it is real.

use super::view::*;
use crate::ask::coverage::{Coverage, RefusalCount, SourceCoverage};
use crate::ask::evidence::{FileRow, LossPlace, LossRow, Reconciliation};
use crate::ask::findings::{Criterion, FindingDetail, FindingRow, Instance};
use crate::ask::overview::{DayCount, Overview, PatternCell, SeverityCount};
use sha2::{Digest, Sha256};

fn hash(of: &str) -> String {
    Sha256::digest(of).iter().map(|b| format!("{b:02x}")).collect()
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn some(text: &str) -> Option<String> {
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
        evidence: evidence(),
        calls: calls(),
        people: vec![
            PersonWords { id: s("lena.osei@fernhill.example"), names: vec![s("Lena Osei")] },
            PersonWords { id: s("t.brandt@fernhill.example"), names: vec![s("Tomas Brandt")] },
        ],
    }
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
                "R2",
                "the evidence fits more than one person equally",
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
        rule("AG-05", "runs with more than one person at their origin", 10_950, "agents' calls", 172, &[]),
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
        decided_on_person: 7_011,
        decided: 8_214,
        open_high: 2,
        findings_by_severity: vec![
            count("critical", 0, 0),
            count("high", 2, 405),
            count("medium", 2, 187),
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

struct Parts<'a> {
    id: &'a str,
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    title: &'a str,
    cause: &'a str,
    calls: u32,
    condition: &'a str,
    effect: &'a str,
    recommendation: &'a str,
    population: &'a str,
    reasons: [&'a str; 2],
    against: &'a [&'a str],
    criteria: Vec<Criterion>,
    instances: Vec<Instance>,
}

fn finding(p: Parts<'_>) -> FindingDetail {
    FindingDetail {
        row: FindingRow {
            id: s(p.id),
            rule: s(p.rule),
            family: s(p.rule.get(..2).unwrap_or_default()),
            severity: s(p.severity),
            potential_critical: p.rule == "AZ-01",
            unrated: p.rule == "AG-01",
            confidence: s(p.confidence),
            title: s(p.title),
            cause: s(p.cause),
            calls: p.calls,
            instances: p.instances.len() as u32,
            first: some("2026-01-02T07:58:12Z"),
            last: some("2026-03-31T18:45:01Z"),
            design_fact: p.severity == "info",
        },
        condition: s(p.condition),
        criteria: p.criteria,
        effect: s(p.effect),
        recommendation: s(p.recommendation),
        population: s(p.population),
        severity_reason: s(p.reasons[0]),
        confidence_reason: s(p.reasons[1]),
        against: p.against.iter().map(|a| s(a)).collect(),
        instances: p.instances,
        rule_version: s("1"),
    }
}

fn criterion(
    framework: &str,
    clause: &str,
    title: &str,
    demands: &str,
    strength: &str,
    precondition: &str,
) -> Criterion {
    Criterion {
        framework: s(framework),
        clause: s(clause),
        title: s(title),
        demands: s(demands),
        strength: s(strength),
        precondition: s(precondition),
    }
}

fn instance(
    id: &str,
    principal: Option<&str>,
    run: Option<&str>,
    agent: &str,
    tool: &str,
    sentence: &str,
    events: &[&str],
) -> Instance {
    Instance {
        id: s(id),
        principal: principal.map(s),
        token: None,
        run: run.map(s),
        agent: some(agent),
        tool: some(tool),
        sentence: s(sentence),
        events: events.iter().map(|e| s(e)).collect(),
    }
}

fn findings() -> Vec<FindingDetail> {
    let unique = || {
        criterion(
            "HIPAA Security Rule",
            "164.312(a)(2)(i)",
            "Unique user identification",
            "A unique name or number for identifying and tracking user identity.",
            "direct",
            "the system holds electronic protected health information",
        )
    };
    let least = || {
        criterion(
            "NIST SP 800-53 Rev. 5",
            "AC-6",
            "Least privilege",
            "Only the accesses that are necessary for assigned tasks.",
            "supporting",
            "the control is selected in the system's baseline",
        )
    };
    let content = || {
        criterion(
            "NIST SP 800-53 Rev. 5",
            "AU-3",
            "Content of audit records",
            "Records establish the identity of individuals, subjects or objects associated with the event.",
            "direct",
            "the control is selected in the system's baseline",
        )
    };
    let token = || {
        criterion(
            "RFC 9700",
            "2.2.1",
            "Access token lifetime",
            "Tokens restricted in privilege and lifetime.",
            "context",
            "OAuth 2.0 is in use",
        )
    };
    let events: Vec<String> =
        (0..12).map(|n| format!("4f1c22d0-7b1e-4a8e-9c57-{:012x}", 0xa11c_e000_u64 + n * 7919)).collect();
    let docs: Vec<&str> = events.iter().map(String::as_str).collect();
    vec![
        finding(Parts {
            id: "f-az01-9c1b",
            rule: "AZ-01",
            severity: "high",
            confidence: "probable",
            title: "No matching entitlement in the export received for three claim files read through an agent",
            cause: "claims-agent × claims.read × on behalf of",
            calls: 3,
            condition: "3 of 8,214 calls of the claims gateway read a claim file for which the entitlement export of 31 March 2026 names the adjuster's team and holds no grant that covers the file at the time of the call. All three went through.",
            effect: "Three claim files with health data were read. Potential: the agent's own rights open files that the adjuster's would not.",
            recommendation: "The owner of the claims gateway evaluates the adjuster's rights, not the agent's, on `claims.read`. Closed when 30 days of decisions name the adjuster among the evaluated subjects.",
            population: "8,214 calls of the claims gateway by agents, 2 January to 31 March 2026; all tested.",
            reasons: [
                "Impact 4 (regulated data read) by failure 4 (no grant in the export, effect succeeded), gated to high until signed.",
                "One hop rests on a unique join; the export names the person's team for this action.",
            ],
            against: &[
                "Two of the three adjusters held a matching grant until 28 February 2026.",
                "A temporary assignment may exist outside the entitlement export.",
            ],
            criteria: vec![unique(), least()],
            instances: vec![
                instance(
                    "i-1",
                    None,
                    Some("c9ac41d2"),
                    "claims-agent",
                    "claims.read",
                    "The file CL-20881 was read for an adjuster of another region.",
                    &["gw-0310-118204"],
                ),
                instance(
                    "i-2",
                    None,
                    Some("c9ac7711"),
                    "claims-agent",
                    "claims.read",
                    "The file CL-20913 was read nine days after the assignment ended.",
                    &["gw-0309-114450"],
                ),
                instance(
                    "i-3",
                    None,
                    Some("d01b0004"),
                    "claims-agent",
                    "claims.read",
                    "The file CL-21007 was read; the run was started by Tomas Brandt according to the agent's own trace.",
                    &["gw-0317-120031"],
                ),
            ],
        }),
        finding(Parts {
            id: "f-ag01-20d7",
            rule: "AG-01",
            severity: "high",
            confidence: "confirmed",
            title: "Calls of an agent that no evidence leads to a person",
            cause: "docs-agent × s3:GetObject × service account",
            calls: 402,
            condition: "402 of 3,360 calls in the document store ran under the role DocsAgentRole without session tags, source identity or run id. No evidence of at least grade C leads to a person.",
            effect: "Reads of 388 documents cannot be traced to an adjuster. Potential: a subject access or incident question about these documents stays unanswered.",
            recommendation: "The platform team sets source identity and the run id on every AssumeRole of DocsAgentRole. Closed when 30 days of CloudTrail carry both on all its calls.",
            population: "10,950 agents' calls in scope; all tested.",
            reasons: [
                "Impact 2 (stakes not rated, reads) by failure 4 (nobody can be named, not recoverable), raised one step: 3.7 % of the population but a shared component.",
                "The fields are present in the export and empty in all 402 records.",
            ],
            against: &["An exchange log of the token service, if kept, could name the person for up to 402 calls."],
            criteria: vec![content(), unique()],
            instances: vec![
                instance(
                    "i-1",
                    None,
                    None,
                    "docs-agent",
                    "s3:GetObject",
                    "Sessions of DocsAgentRole between 9 and 20 February 2026 without source identity.",
                    &docs,
                ),
                instance(
                    "i-2",
                    None,
                    None,
                    "docs-agent",
                    "s3:PutObject",
                    "Two uploads of the same role on 3 March 2026.",
                    &["7d00b1aa-1190-4c5e-8a10-00000000f001", "7d00b1aa-1190-4c5e-8a10-00000000f002"],
                ),
            ],
        }),
        finding(Parts {
            id: "f-ag04-771e",
            rule: "AG-04",
            severity: "medium",
            confidence: "confirmed",
            title: "Two proofs that name different people",
            cause: "triage-agent × claims gateway",
            calls: 15,
            condition: "For 15 calls of 3 March 2026 the token issuance record and the run's root name different people. Both proofs are kept; nobody is named.",
            effect: "The initiator of 15 reads stays open.",
            recommendation: "Ask the gateway team for the session record of the 15 calls.",
            population: "10,950 agents' calls in scope; all tested.",
            reasons: ["Impact 2 by failure 3.", "Both proofs are complete and disagree."],
            against: &[],
            criteria: vec![content()],
            instances: vec![instance(
                "i-1",
                None,
                Some("e77a"),
                "triage-agent",
                "claims.read",
                "Token of one adjuster in a run started by another.",
                &["gw-0303-100871", "gw-0303-100872"],
            )],
        }),
        finding(Parts {
            id: "f-ru01-0b3c",
            rule: "RU-01",
            severity: "low",
            confidence: "possible",
            title: "Human-type account without an identified individual, with agent indicators",
            cause: "account svc-claims@fernhill.example",
            calls: 37,
            condition: "The account svc-claims@fernhill.example, unknown to the directory, pushed 37 times with the triage agent's client and run ids.",
            effect: "37 pushes carry a user name that stands for no individual.",
            recommendation: "Move the pushes to the agent's own application identity; record an owner for the account until then.",
            population: "214 active accounts in four namespaces; all tested.",
            reasons: [
                "From behaviour alone at most low until credential evidence is received.",
                "A pattern, not a credential.",
            ],
            against: &["No interactive sign-in of the account was found in the Okta log."],
            criteria: vec![unique()],
            instances: vec![instance(
                "i-1",
                Some("svc-claims@fernhill.example"),
                None,
                "triage-agent",
                "git.push",
                "37 pushes to fernhill/claims-rules, of which the first two are printed.",
                &["gh-9f2e01", "gh-9f2e44"],
            )],
        }),
        finding(Parts {
            id: "f-tk01-5521",
            rule: "TK-01",
            severity: "low",
            confidence: "confirmed",
            title: "Delegated tokens that live over 60 minutes",
            cause: "issuer okta × client claims-agent",
            calls: 22,
            condition: "22 of 1,377 delegated tokens were issued for two hours; policy of the case: 60 minutes.",
            effect: "A token that leaks could be used for up to two hours.",
            recommendation: "Set the lifetime of the client claims-agent to 15 minutes.",
            population: "1,377 delegated tokens in the Okta log.",
            reasons: [
                "As tabled for lifetimes between 60 minutes and 8 hours.",
                "Issue and expiry stand in the issuer's log.",
            ],
            against: &["No use of any of the 22 tokens later than 40 minutes after issue was found."],
            criteria: vec![token()],
            instances: vec![instance(
                "i-1",
                None,
                None,
                "claims-agent",
                "okta",
                "Tokens issued under the policy `legacy-2h`.",
                &["ok-774121"],
            )],
        }),
    ]
}

fn design_fact() -> FindingDetail {
    finding(Parts {
        id: "d-ag07-11aa",
        rule: "AG-07",
        severity: "info",
        confidence: "confirmed",
        title: "The record of the document store names one principal only",
        cause: "docs-agent × s3:GetObject",
        calls: 2_205,
        condition: "The document store's records name the agent's role. A person is found by a join over run ids, or not at all.",
        effect: "Attribution depends on the agent's own trace.",
        recommendation: "Source identity on the role would put both principals on the record.",
        population: "2,205 calls of docs-agent to the document store.",
        reasons: ["A design fact; not rated.", "Seen in every record of the pair."],
        against: &[],
        criteria: vec![],
        instances: vec![instance(
            "i-1",
            None,
            None,
            "docs-agent",
            "s3:GetObject",
            "All calls of the pair in the period.",
            &[],
        )],
    })
}

fn calls() -> Vec<CallLine> {
    let mut out = Vec::new();
    let mut call = |finding: &str,
                    instance: &str,
                    event: &str,
                    time: &str,
                    what: [&str; 4],
                    who: Option<&str>,
                    grade: Option<&str>,
                    basis: &str,
                    by: [&str; 2]| {
        let or_none = |t: &str| (!t.is_empty()).then(|| s(t));
        out.push(CallLine {
            finding: s(finding),
            instance: s(instance),
            event: s(event),
            time: some(time),
            source: s(what[0]),
            action: some(what[1]),
            resource: or_none(what[2]),
            outcome: s(what[3]),
            recorded_initiator: who.map(s),
            grade: grade.map(s),
            basis: s(basis),
            agent: or_none(by[0]),
            run: or_none(by[1]),
        });
    };
    let gateway = |resource: &'static str| ["mapping:claims-gateway", "claims.read", resource, "success"];
    call(
        "f-az01-9c1b",
        "i-1",
        "gw-0310-118204",
        "2026-03-10T09:41:07.512Z",
        gateway("claim/CL-20881"),
        Some("lena.osei@fernhill.example"),
        Some("B"),
        "token issuance record",
        ["claims-agent", "c9ac41d2"],
    );
    call(
        "f-az01-9c1b",
        "i-2",
        "gw-0309-114450",
        "2026-03-09T15:02:44.090Z",
        gateway("claim/CL-20913"),
        Some("lena.osei@fernhill.example"),
        Some("A"),
        "verified token",
        ["claims-agent", "c9ac7711"],
    );
    call(
        "f-az01-9c1b",
        "i-3",
        "gw-0317-120031",
        "2026-03-17T11:20:31.777Z",
        gateway("claim/CL-21007"),
        Some("t.brandt@fernhill.example"),
        Some("C"),
        "run join; caution: only the agent's own trace says so",
        ["claims-agent", "d01b0004"],
    );
    for n in 0..12u64 {
        let event = format!("4f1c22d0-7b1e-4a8e-9c57-{:012x}", 0xa11c_e000_u64 + n * 7919);
        let time = format!("2026-02-{:02}T{:02}:{:02}:05Z", 9 + n, 8 + n % 9, n * 13 % 60);
        let resource =
            format!("arn:aws:s3:::fernhill-claim-documents/2026/02/CL-2{:04}/statement-{n}.pdf", 700 + n * 31);
        call(
            "f-ag01-20d7",
            "i-1",
            &event,
            &time,
            ["aws_cloudtrail", "s3:GetObject", &resource, "success"],
            None,
            Some("X"),
            "none: no evidence of at least grade C (R1)",
            ["docs-agent", ""],
        );
    }
    call(
        "f-ag01-20d7",
        "i-2",
        "7d00b1aa-1190-4c5e-8a10-00000000f001",
        "2026-03-03T10:00:02Z",
        ["aws_cloudtrail", "s3:PutObject", "arn:aws:s3:::fernhill-claim-documents/out/letter-1.pdf", "success"],
        None,
        Some("X"),
        "none: no evidence of at least grade C (R1)",
        ["docs-agent", ""],
    );
    for (event, time) in
        [("gw-0303-100871", "2026-03-03T10:15:00.004Z"), ("gw-0303-100872", "2026-03-03T10:15:00.918Z")]
    {
        call(
            "f-ag04-771e",
            "i-1",
            event,
            time,
            gateway("claim/CL-20455"),
            None,
            Some("X"),
            "contradicted (R6): token issuance record; run join",
            ["triage-agent", "e77a"],
        );
    }
    for (event, time) in [("gh-9f2e01", "2026-01-12T21:00:14.300Z"), ("gh-9f2e44", "2026-01-13T21:00:13.918Z")] {
        call(
            "f-ru01-0b3c",
            "i-1",
            event,
            time,
            ["github_audit", "git.push", "fernhill/claims-rules", "success"],
            None,
            Some("X"),
            "none: the account stands for no individual (R9)",
            ["triage-agent", "n-4410"],
        );
    }
    call(
        "f-tk01-5521",
        "i-1",
        "ok-774121",
        "2026-02-04T08:00:00.120Z",
        ["okta_system_log", "app.oauth2.token.grant", "", "success"],
        Some("lena.osei@fernhill.example"),
        Some("B"),
        "token issuance record",
        ["claims-agent", ""],
    );
    out
}

fn evidence() -> Vec<EvidenceItem> {
    let number = |finding: &str| findings().iter().position(|f| f.row.id == finding).map(|at| at as u32 + 1);
    let file = |call: &CallLine| match call.source.as_str() {
        "aws_cloudtrail" => "exports/aws/cloudtrail-811004-2026-q1.json.gz",
        "github_audit" => "exports/github/audit-fernhill.json",
        "okta_system_log" => "exports/okta/system-log-q1.json",
        _ => "exports/gateway/claims-gateway-2026-03.ndjson.gz",
    };
    let items = calls().into_iter().enumerate().map(|(at, call)| EvidenceItem {
        file: s(file(&call)),
        file_sha256: hash(file(&call)),
        line: (call.source != "aws_cloudtrail").then_some(410 + at as u32 * 97),
        offset: 120_400 + at as u64 * 18_311,
        length: 700 + at as u64 * 13,
        sha256: hash(&call.event),
        cited_in: number(&call.finding).into_iter().collect(),
        id: call.event,
        source: call.source,
    });
    items.collect()
}
