//! The log records inside a chunk, each with its own bytes and what surrounds it.

use std::borrow::Cow;

use sonic_rs::{JsonContainerTrait, JsonValueTrait, to_array_iter, to_object_iter};

use super::super::Piece;
use super::super::json::{self, Json};

/// Groups nest three deep, and an answer around them once more.
const DEPTH: usize = 6;

const GROUPS: [&str; 6] = ["resourceLogs", "resource_logs", "scopeLogs", "scope_logs", "instrumentationLibraryLogs", "result"];
const RECORDS: [&str; 3] = ["logRecords", "log_records", "values"];

/// One piece a log record; none where the chunk holds no group of them.
pub fn logs(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    descend(chunk, chunk, &Around::default(), &mut found, 0)?;
    (!found.is_empty()).then_some(found)
}

#[derive(Default, Clone)]
struct Around {
    resource: Option<String>,
    scope: Option<String>,
    stream: Option<String>,
}

impl Around {
    fn envelope(&self) -> Option<String> {
        let parts = [("resource", &self.resource), ("scope", &self.scope), ("stream", &self.stream)];
        let members: Vec<String> =
            parts.iter().filter_map(|(key, raw)| Some(format!("\"{key}\":{}", raw.as_ref()?))).collect();
        (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
    }
}

/// `None` where the text is damaged: then the chunk is one broken record, and none of its records is read twice.
fn descend<'a>(chunk: &'a [u8], text: &[u8], around: &Around, found: &mut Vec<Piece<'a>>, depth: usize) -> Option<()> {
    if depth > DEPTH {
        return Some(());
    }
    let (mut around, mut groups, mut lists) = (around.clone(), Vec::new(), Vec::new());
    for member in to_object_iter(text) {
        let (key, value) = member.ok()?;
        match key.as_ref() {
            key if value.is_array() && GROUPS.contains(&key) => groups.push(value.as_raw_cow()),
            key if value.is_array() && RECORDS.contains(&key) => lists.push((key == "values", value.as_raw_cow())),
            "data" if value.is_object() => descend(chunk, value.as_raw_str().as_bytes(), &around, found, depth + 1)?,
            "resource" => around.resource = Some(value.as_raw_str().to_string()),
            "scope" | "instrumentationLibrary" => around.scope = Some(value.as_raw_str().to_string()),
            "stream" if value.is_object() => around.stream = Some(value.as_raw_str().to_string()),
            _ => {}
        }
    }
    for group in &groups {
        for element in to_array_iter(group.as_bytes()) {
            let element = element.ok()?;
            if element.is_object() {
                descend(chunk, element.as_raw_str().as_bytes(), &around, found, depth + 1)?;
            }
        }
    }
    let envelope = around.envelope();
    // `values` is Loki's only below a stream.
    for (_, list) in lists.iter().filter(|(values, _)| !values || around.stream.is_some()) {
        for record in to_array_iter(list.as_bytes()) {
            let range = json::offset_in(chunk, record.ok()?.as_raw_str().as_bytes())?;
            found.push(Piece { range, envelope: envelope.clone().map(|e| Cow::Owned(e.into_bytes())) });
        }
    }
    Some(())
}

/// The log records of a parsed chunk with their surroundings, or the chunk itself.
pub fn records(value: &Json) -> impl Iterator<Item = (&Json, Option<&Json>)> {
    let mut found = Vec::new();
    collect(value, value, &mut found, 0);
    if found.is_empty() {
        found.push((value, None));
    }
    found.into_iter()
}

fn collect<'a>(value: &'a Json, around: &'a Json, found: &mut Vec<(&'a Json, Option<&'a Json>)>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    for key in GROUPS {
        for group in json::items(json::member(value, key)) {
            let resource = if json::member(group, "resource").is_some() || json::member(group, "scope").is_some() { group } else { around };
            collect(group, resource, found, depth + 1);
        }
    }
    if let Some(data) = json::member(value, "data").filter(|d| d.is_object()) {
        collect(data, around, found, depth + 1);
    }
    for key in RECORDS {
        if key != "values" || json::member(value, "stream").is_some() {
            let near = if key == "values" { value } else { around };
            found.extend(json::items(json::member(value, key)).map(|record| (record, Some(near))));
        }
    }
}

/// A container without a record in it.
pub fn is_empty(value: &Json) -> bool {
    GROUPS.iter().chain(&RECORDS).any(|key| {
        json::member(value, key).and_then(|v| v.as_array()).is_some_and(|list| list.is_empty())
    }) || (json::at(value, "/resource").is_some() && json::members(Some(value)).count() == 1)
}

/// Metrics that stand in the same file.
pub fn is_metric(value: &Json) -> bool {
    ["resourceMetrics", "resource_metrics", "scopeMetrics", "scope_metrics"].iter().any(|k| json::member(value, k).is_some())
}

/// A log record of whatever program.
pub fn is_log(value: &Json) -> bool {
    const MARKS: [&str; 12] = [
        "severityNumber",
        "severity_number",
        "_severityNumber",
        "severityText",
        "severity_text",
        "observedTimeUnixNano",
        "observed_time_unix_nano",
        "hrTimeObserved",
        "LogAttributes",
        "body",
        "_body",
        "line",
    ];
    value.is_array() || MARKS.iter().any(|key| json::member(value, key).is_some())
}
