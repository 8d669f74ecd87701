//! The findings of the invented case, with their calls and records.

use super::sample::{hash, s, some};
use super::view::*;
use crate::ask::findings::{Criterion, FindingDetail, FindingRow, Instance};

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
            accepted: None,
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
        first_choice: true,
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
        accepted: None,
        events: events.iter().map(|e| s(e)).collect(),
    }
}

pub(super) fn findings() -> Vec<FindingDetail> {
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

pub(super) fn design_fact() -> FindingDetail {
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

pub(super) fn calls() -> Vec<CallLine> {
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

pub(super) fn evidence() -> Vec<EvidenceItem> {
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
