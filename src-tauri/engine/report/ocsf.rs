//! The view as OCSF 1.8.0 events, one a line: for the queue of a security operations centre. Tests of a control are
//! Compliance Findings (2003); findings about accounts and authorization are Detection Findings (2004). What the released
//! schema has no place for, an agent's data among it, stands under `unmapped`.

use chrono::DateTime;
use serde_json::{Value, json};

use super::view::FrozenView;
use super::{ReportError, json, text};
use crate::ask::findings::FindingDetail;

/// Released version whose classes these are.
const OCSF: &str = "1.8.0";
const CATEGORY_FINDINGS: u32 = 2;
const COMPLIANCE: u32 = 2003;
const DETECTION: u32 = 2004;
/// A finding that is new to its reader (activity_id).
const CREATE: u32 = 1;

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let report = json::report_id(&json::digest(view)?);
    let time = millis(Some(&view.prepared_at)).unwrap_or_default();
    let mut out = Vec::new();
    for (n, f) in view.findings.iter().enumerate() {
        json::compact(&mut out, &event(view, &report, time, n + 1, f))?;
        out.push(b'\n');
    }
    Ok(out)
}

fn event(view: &FrozenView, report: &str, time: i64, number: usize, f: &FindingDetail) -> Value {
    let r = &f.row;
    // Whether a test found what it looks for in records, or whether records that it needs are missing.
    let detection = matches!(r.family.as_str(), "RU" | "AZ" | "TK" | "IN" | "UN");
    let class = if detection { DETECTION } else { COMPLIANCE };
    let (severity_id, severity) = severity(&r.severity);
    let mut event = json!({
        "category_uid": CATEGORY_FINDINGS,
        "category_name": "Findings",
        "class_uid": class,
        "class_name": if detection { "Detection Finding" } else { "Compliance Finding" },
        "activity_id": CREATE,
        "activity_name": "Create",
        "type_uid": class * 100 + CREATE,
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "message": text::visible(&r.title),
        "metadata": {
            "version": OCSF,
            "uid": format!("{report}/{}", text::visible(&r.id)),
            "product": { "name": "Behalf", "version": text::visible(&view.behalf_version) },
        },
        "finding_info": {
            "uid": text::visible(&r.id),
            "title": text::visible(&r.title),
            "desc": text::visible(&f.condition),
            "analytic": {
                "uid": text::visible(&r.rule),
                "name": text::visible(&r.title),
                "version": text::visible(&f.rule_version),
                "type_id": 1,
                "type": "Rule",
            },
        },
        "unmapped": {
            "report_id": report,
            "finding_no": number,
            "calls": r.calls,
            "instances": r.instances,
            "cause": text::visible(&r.cause),
            "potential_critical": r.potential_critical,
            "confidence": text::visible(&r.confidence),
            "agents": agents(f),
            "population": text::visible(&f.population),
        },
    });
    if let Some(info) = event["finding_info"].as_object_mut() {
        for (name, at) in [("first_seen_time", &r.first), ("last_seen_time", &r.last)] {
            if let Some(at) = millis(at.as_ref()) {
                info.insert(name.into(), at.into());
            }
        }
    }
    let fields = event.as_object_mut();
    if let Some(fields) = fields {
        fields.insert("remediation".into(), json!({ "desc": text::visible(&f.recommendation) }));
        match detection {
            true => {
                fields.insert("confidence_id".into(), confidence(&r.confidence).into());
                let seen: Vec<Value> = f.instances.iter().take(100).map(evidence).collect();
                if !seen.is_empty() {
                    fields.insert("evidences".into(), seen.into());
                }
            }
            false => {
                fields.insert("compliance".into(), compliance(f));
            }
        }
    }
    event
}

/// Undetermined is a warning: no result because information is missing (status_id 2); all else is an exception (3).
fn compliance(f: &FindingDetail) -> Value {
    let (id, word) = if f.row.confidence == "undetermined" { (2, "Warning") } else { (3, "Fail") };
    let named = |get: fn(&crate::ask::findings::Criterion) -> &String| {
        let mut names: Vec<String> = f.criteria.iter().map(|c| text::visible(get(c))).collect();
        names.dedup();
        names
    };
    json!({
        "status_id": id,
        "status": word,
        "status_details": ["Exception noted by an automated test; whether a criterion applies is for the reviewer."],
        "standards": named(|c| &c.framework),
        "requirements": named(|c| &c.clause),
    })
}

fn evidence(i: &crate::ask::findings::Instance) -> Value {
    let shown = |t: &Option<String>| t.as_deref().map(text::visible);
    json!({ "data": {
        "instance": text::visible(&i.id),
        "principal": shown(&i.principal), "run": shown(&i.run), "agent": shown(&i.agent), "tool": shown(&i.tool),
        "what": text::visible(&i.sentence),
        "records": i.events.iter().take(100).map(|e| text::visible(e)).collect::<Vec<_>>(),
    }})
}

fn agents(f: &FindingDetail) -> Vec<String> {
    let mut out: Vec<String> = f.instances.iter().filter_map(|i| i.agent.as_deref()).map(text::visible).collect();
    out.sort();
    out.dedup();
    out
}

/// Ids of OCSF's `severity_id`.
fn severity(word: &str) -> (u32, &'static str) {
    match word {
        "critical" => (5, "Critical"),
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        "low" => (2, "Low"),
        "info" => (1, "Informational"),
        _ => (0, "Unknown"),
    }
}

/// Ids of OCSF's `confidence_id`.
fn confidence(word: &str) -> u32 {
    match word {
        "confirmed" => 3,
        "probable" => 2,
        "possible" => 1,
        _ => 0,
    }
}

fn millis(time: Option<&String>) -> Option<i64> {
    time.and_then(|t| DateTime::parse_from_rfc3339(t).ok()).map(|t| t.timestamp_millis())
}
