//! What a printed report leaves to its machine-readable forms, so that ten thousand findings are still a document that
//! somebody can hold: what is left out is counted on the page.

use serde_json::{Map, Value, json};

/// Findings printed in full, worst first.
const IN_FULL: usize = 120;
/// Findings printed with one line.
const REGISTER: usize = 1500;
/// Records printed in the evidence index.
const EVIDENCE: usize = 2500;
/// Design facts printed.
const FACTS: usize = 60;

pub fn shorten(page: &mut Value) {
    let Some(page) = page.as_object_mut() else { return };
    let (rest, total) = cut(page, "findings", IN_FULL);
    let register_left = rest.len().saturating_sub(REGISTER);
    let register: Vec<Value> = rest.iter().take(REGISTER).map(line).collect();
    let (_, _) = cut(page, "facts", FACTS);
    let (evidence_left, _) = cut(page, "evidence", EVIDENCE);
    page.insert("total".into(), total.into());
    page.insert("register".into(), register.into());
    page.insert("register_left".into(), register_left.into());
    page.insert("evidence_left".into(), evidence_left.len().into());
    // The page names what it needs of these; the whole of them would only be carried along.
    if let Some(view) = page.get_mut("view").and_then(Value::as_object_mut) {
        for unused in ["findings", "design_facts", "calls", "evidence"] {
            view.remove(unused);
        }
    }
}

/// Cuts a list and gives what was cut off, and how many there were.
fn cut(page: &mut Map<String, Value>, name: &str, keep: usize) -> (Vec<Value>, usize) {
    let Some(list) = page.get_mut(name).and_then(Value::as_array_mut) else { return (Vec::new(), 0) };
    let total = list.len();
    (list.split_off(keep.min(total)), total)
}

fn line(finding: &Value) -> Value {
    let row = &finding["detail"]["row"];
    json!({
        "no": finding["no"], "words": finding["severity"], "severity": row["severity"], "rule": row["rule"],
        "title": row["title"], "cause": row["cause"], "confidence": row["confidence"], "calls": row["calls"],
    })
}
