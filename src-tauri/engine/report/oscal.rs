//! The view as OSCAL Assessment Results 1.1.3, NIST's form for what an assessment found (schema in
//! `docs/schemas/oscal`). A finding of OSCAL has one target, so a finding on three criteria is three that share an
//! observation and a risk. Ids are UUIDs of version 5 over case and id: the same case exports the same document.
//!
//! The format cannot say some things, and says these instead: severity is a facet of the risk; the state of a target is
//! always `not-satisfied` with the reason `other`, since an exception was noted and no verdict on a control is given;
//! what is ours is a property under [`NS`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::view::{CallLine, EvidenceItem, FrozenView};
use super::{ReportError, json, text};
use crate::ask::findings::{Criterion, FindingDetail};

/// Version of the format.
pub const OSCAL: &str = "1.1.3";
/// Namespace of properties that are Behalf's own. A name, not a place: nothing is fetched from it.
pub const NS: &str = "https://behalf.example/ns/oscal";
/// Where NIST's own facets of a risk are named.
const NIST: &str = "http://csrc.nist.gov/ns/oscal";
/// The catalogue whose ids a target can name as they are.
const SP_800_53: &str = "NIST SP 800-53";
/// Calls cited in one observation; the others stand in the JSON of the same report.
const CITED: usize = 200;

/// What need not be escaped in a relative reference (RFC 3986, unreserved, and the slash between segments).
const HREF: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let document = Document { view, case: &view.case_name, prepared: stamp(Some(&view.prepared_at)) };
    json::pretty(&document.root()?)
}

struct Document<'a> {
    view: &'a FrozenView,
    case: &'a str,
    prepared: String,
}

/// A criterion as a target: its control, and its objective.
struct Target {
    control: String,
    objective: String,
    /// Not in NIST's catalogue: defined in this document.
    own: bool,
}

impl Document<'_> {
    fn root(&self) -> Result<Value, ReportError> {
        let digest = json::digest(self.view)?;
        let report = json::report_id(&digest);
        let mut own = BTreeMap::new();
        let result = self.result(&report, &digest, &mut own);
        let mut metadata = object([
            ("title", title(&format!("{}: review of agent activity, {report}", self.view.case_name))),
            ("last-modified", self.prepared.clone().into()),
            ("version", title(self.view.report_version.as_deref().unwrap_or("draft"))),
            ("oscal-version", OSCAL.into()),
        ]);
        if let Some(marking) = &self.view.marking {
            put(&mut metadata, "remarks", prose(&format!("Marking: {marking}")));
        }
        if let Some(name) = &self.view.prepared_by {
            let party = self.uuid("party", name);
            let of = |role: &str| json!({ "role-id": role, "party-uuids": [party] });
            put(&mut metadata, "roles", json!([{ "id": "preparer", "title": "Preparer" }]));
            put(&mut metadata, "parties", json!([{ "uuid": party, "type": "person", "name": line(name) }]));
            put(&mut metadata, "responsible-parties", json!([of("preparer")]));
        }
        let mut root = object([
            ("uuid", self.uuid("document", &digest).into()),
            ("metadata", metadata),
            ("import-ap", json!({ "href": format!("#{}", self.uuid("plan", "")) })),
        ]);
        if !own.is_empty() {
            let objectives: Vec<Value> = own
                .into_iter()
                .map(|(control, (objective, words))| {
                    json!({ "control-id": control, "parts": [{ "id": objective, "name": "objective", "prose": words }] })
                })
                .collect();
            put(&mut root, "local-definitions", json!({ "objectives-and-methods": objectives }));
        }
        put(&mut root, "results", json!([result]));
        put(&mut root, "back-matter", json!({ "resources": self.resources() }));
        Ok(json!({ "assessment-results": root }))
    }

    fn result(&self, report: &str, digest: &str, own: &mut BTreeMap<String, (String, String)>) -> Value {
        let v = self.view;
        let tool = self.uuid("component", "behalf");
        let start = v.scope.from.as_ref().or(v.overview.first.as_ref()).or(Some(&v.prepared_at));
        let end = v.scope.to.as_ref().or(v.overview.last.as_ref());
        let c = &v.coverage;
        let mut reviewed = BTreeSet::new();
        let (mut observations, mut risks, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let mut calls: BTreeMap<&str, Vec<&CallLine>> = BTreeMap::new();
        for call in &v.calls {
            calls.entry(&call.finding).or_default().push(call);
        }
        let records = self.records();
        let of = |f: &FindingDetail| calls.get(f.row.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        for (n, f) in v.findings.iter().enumerate() {
            observations.push(self.observation(&format!("F-{:04}", n + 1), f, of(f), &records));
            risks.push(self.risk(f));
            for target in targets(f) {
                reviewed.insert(target.control.clone());
                findings.push(self.finding(n + 1, f, &target));
                if target.own {
                    own.insert(target.control, (target.objective, line(&f.row.title)));
                }
            }
        }
        for (n, f) in v.design_facts.iter().enumerate() {
            observations.push(self.observation(&format!("D-{:04}", n + 1), f, of(f), &records));
        }
        let mut props = Vec::new();
        for (name, value) in [
            ("report-id", report.to_owned()),
            ("view-sha256", digest.to_owned()),
            ("calls", c.calls.to_string()),
            ("calls-requiring-person", c.requiring_person.to_string()),
            ("calls-attributed", c.attributed.to_string()),
            ("calls-supported", c.supported.to_string()),
            ("calls-refused", c.refused.to_string()),
            ("calls-contradicted", c.contradicted.to_string()),
            ("calls-without-person-required", c.automation.to_string()),
            ("findings", v.findings.len().to_string()),
            ("design-facts", v.design_facts.len().to_string()),
            ("sampling-method", "full-population".to_owned()),
            ("rules-sha256", v.rules_hash.clone()),
            ("control-catalogue", v.controls_version.clone()),
            ("redaction", v.redaction.level.clone()),
            ("review-log-head", v.review_head.clone().unwrap_or_default()),
        ] {
            props.extend(property(name, &value));
        }
        let remarks: Vec<&str> = v.not_tested.iter().chain(&v.overview.cautions).map(String::as_str).collect();
        let mut result = object([
            ("uuid", self.uuid("result", digest).into()),
            ("title", "Rules over the calls of the exports received".into()),
            (
                "description",
                prose(&format!(
                    "{} {} calls were examined; the tests raised {} findings. Exceptions noted are not a verdict on a control, and a control without an exception is not said to be satisfied.",
                    v.reconciliation.sentence,
                    c.calls,
                    v.findings.len()
                )),
            ),
            ("start", stamp(start).into()),
        ]);
        if let Some(end) = end.filter(|e| DateTime::parse_from_rfc3339(e).is_ok()) {
            put(&mut result, "end", stamp(Some(end)).into());
        }
        put(&mut result, "props", props.into());
        put(
            &mut result,
            "local-definitions",
            json!({ "assessment-assets": {
                "components": [{
                    "uuid": tool, "type": "software", "title": "Behalf",
                    "description": "Reads audit exports, attributes calls to people, runs rules.",
                    "props": property("version", &v.behalf_version),
                    "status": { "state": "operational" }
                }],
                "assessment-platforms": [{ "uuid": self.uuid("platform", ""), "title": "The reviewer's own machine",
                    "uses-components": [{ "component-uuid": tool }] }]
            }}),
        );
        let selection = match reviewed.is_empty() {
            true => json!({ "include-all": {} }),
            false => {
                let ids: Vec<Value> = reviewed.iter().map(|id| json!({ "control-id": id })).collect();
                json!({ "include-controls": ids })
            }
        };
        put(&mut result, "reviewed-controls", json!({ "control-selections": [selection] }));
        // An empty array is against the schema: what is not there is left out.
        for (name, items) in [("observations", observations), ("risks", risks), ("findings", findings)] {
            if !items.is_empty() {
                put(&mut result, name, items.into());
            }
        }
        if !remarks.is_empty() {
            put(&mut result, "remarks", prose(&remarks.join(" ")));
        }
        result
    }

    fn finding(&self, number: usize, f: &FindingDetail, target: &Target) -> Value {
        let r = &f.row;
        let mut props = Vec::new();
        for (name, value) in [
            ("finding-id", r.id.as_str()),
            ("rule", &r.rule),
            ("rule-version", &f.rule_version),
            ("severity", &r.severity),
            ("potential-critical", if r.potential_critical { "yes" } else { "no" }),
            ("confidence", &r.confidence),
            ("calls", &r.calls.to_string()),
            ("instances", &r.instances.to_string()),
        ] {
            props.extend(property(name, value));
        }
        for c in &f.criteria {
            let confirmed = self
                .view
                .scope
                .confirmed_criteria
                .iter()
                .find(|k| k.framework == c.framework && k.clause == c.clause)
                .map_or("applicability not confirmed".to_owned(), |k| format!("confirmed by {}", k.confirmed_by));
            for mut p in property("criterion", &format!("{} {}", c.framework, c.clause)) {
                let remark = format!("{}; applies if {}; {confirmed}", c.strength, c.precondition);
                put(&mut p, "remarks", prose(&remark));
                props.push(p);
            }
        }
        let description = format!(
            "**Condition.** {} **Effect.** {} **Cause.** Not determined by the tool. **Population.** {}",
            f.condition, f.effect, f.population
        );
        object([
            ("uuid", self.uuid("finding", &format!("{} {}", r.id, target.objective)).into()),
            ("title", title(&format!("F-{number:04} {}", r.title))),
            ("description", prose(&description)),
            ("props", props.into()),
            ("origins", self.origins()),
            (
                "target",
                json!({ "type": "objective-id", "target-id": target.objective,
                        "status": { "state": "not-satisfied", "reason": "other",
                        "remarks": "Exception noted by an automated test; no verdict on the control." } }),
            ),
            ("related-observations", json!([{ "observation-uuid": self.uuid("observation", &r.id) }])),
            ("related-risks", json!([{ "risk-uuid": self.uuid("risk", &r.id) }])),
        ])
    }

    fn risk(&self, f: &FindingDetail) -> Value {
        let r = &f.row;
        let facet = |name: &str, value: &str| json!({ "name": name, "system": NIST, "value": token_or(value, "info") });
        let mut statement = vec![f.effect.clone(), f.severity_reason.clone(), f.confidence_reason.clone()];
        statement.extend(f.against.iter().map(|a| format!("Speaks against it: {a}")));
        object([
            ("uuid", self.uuid("risk", &r.id).into()),
            ("title", title(&r.title)),
            ("description", prose(&f.condition)),
            ("statement", prose(&statement.join(" "))),
            ("status", "open".into()),
            (
                "characterizations",
                json!([{ "origin": { "actors": [self.actor()] }, "facets": [facet("severity", &r.severity)] }]),
            ),
            (
                "remediations",
                json!([{ "uuid": self.uuid("remediation", &r.id), "lifecycle": "recommendation",
                         "title": "Recommendation", "description": prose(&f.recommendation) }]),
            ),
            ("related-observations", json!([{ "observation-uuid": self.uuid("observation", &r.id) }])),
        ])
    }

    fn observation(
        &self,
        number: &str,
        f: &FindingDetail,
        calls: &[&CallLine],
        records: &BTreeMap<(&str, &str), &EvidenceItem>,
    ) -> Value {
        let r = &f.row;
        let mut evidence = Vec::new();
        let mut seen = BTreeSet::new();
        for call in calls {
            let Some(record) = records.get(&(call.source.as_str(), call.event.as_str())) else { continue };
            if !seen.insert((&call.source, &call.event)) || evidence.len() >= CITED {
                continue;
            }
            let mut props = Vec::new();
            for (name, value) in [
                ("record", record.id.as_str()),
                ("sha256", &record.sha256),
                ("offset", &record.offset.to_string()),
                ("length", &record.length.to_string()),
                ("grade", call.grade.as_deref().unwrap_or("none required")),
                ("basis", &call.basis),
            ] {
                props.extend(property(name, value));
            }
            evidence.push(json!({
                "href": format!("#{}", self.uuid("file", &file_key(&record.file, &record.file_sha256))),
                "description": prose(&format!("Record {} of {}", record.id, record.source)),
                "props": props,
            }));
        }
        let mut observation = object([
            ("uuid", self.uuid("observation", &r.id).into()),
            ("title", title(&format!("{number} {}", r.title))),
            ("description", prose(&f.condition)),
            ("methods", json!(["TEST"])),
            ("types", json!([if r.design_fact { "discovery" } else { "control-objective" }])),
            ("origins", self.origins()),
        ]);
        let mut props = Vec::new();
        for (name, value) in [("rule", r.rule.as_str()), ("finding-id", &r.id), ("calls", &r.calls.to_string())] {
            props.extend(property(name, value));
        }
        put(&mut observation, "props", props.into());
        let left = seen.len().saturating_sub(evidence.len());
        if !evidence.is_empty() {
            put(&mut observation, "relevant-evidence", evidence.into());
        }
        put(&mut observation, "collected", self.prepared.clone().into());
        if left > 0 {
            let words = format!("{left} further calls stand in the JSON of the same report.");
            put(&mut observation, "remarks", words.into());
        }
        observation
    }

    fn records(&self) -> BTreeMap<(&str, &str), &EvidenceItem> {
        let mut out = BTreeMap::new();
        for item in &self.view.evidence {
            out.entry((item.source.as_str(), item.id.as_str())).or_insert(item);
        }
        out
    }

    /// The plan that the format asks for and nobody supplied, then each export with its hash.
    fn resources(&self) -> Vec<Value> {
        let mut out = vec![json!({
            "uuid": self.uuid("plan", ""),
            "title": "Assessment plan (stand-in)",
            "description": "No OSCAL assessment plan was supplied. The format requires a reference to one; this resource stands in for it. Scope, rules and versions are stated in the result.",
        })];
        let mut files: BTreeMap<String, (&str, &str)> = BTreeMap::new();
        for f in &self.view.files {
            files.entry(file_key(&f.path, &f.sha256)).or_insert((&f.path, &f.sha256));
        }
        for e in &self.view.evidence {
            files.entry(file_key(&e.file, &e.file_sha256)).or_insert((&e.file, &e.file_sha256));
        }
        for (key, (path, sha256)) in files {
            let mut link = object([("href", utf8_percent_encode(path, HREF).to_string().into())]);
            // The schema wants 64 hexadecimal digits; anything else is no hash and is not given as one.
            if sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                put(&mut link, "hashes", json!([{ "algorithm": "SHA-256", "value": sha256 }]));
            }
            out.push(json!({ "uuid": self.uuid("file", &key), "title": title(path), "rlinks": [link] }));
        }
        out
    }

    fn origins(&self) -> Value {
        json!([{ "actors": [self.actor()] }])
    }

    fn actor(&self) -> Value {
        json!({ "type": "tool", "actor-uuid": self.uuid("component", "behalf") })
    }

    /// Version 5, over the case and what is named in it.
    fn uuid(&self, kind: &str, id: &str) -> String {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, NS.as_bytes());
        // A length before each part: no two names run together into one.
        let name = format!("{}:{}{}:{kind}{id}", self.case.len(), self.case, kind.len());
        Uuid::new_v5(&space, name.as_bytes()).to_string()
    }
}

fn file_key(path: &str, sha256: &str) -> String {
    format!("{sha256} {path}")
}

/// Targets of a finding: the NIST controls among its criteria, else the rule's own objective, defined in the document.
fn targets(f: &FindingDetail) -> Vec<Target> {
    let mut out: Vec<Target> = Vec::new();
    for target in f.criteria.iter().filter_map(nist) {
        if !out.iter().any(|t| t.objective == target.objective) {
            out.push(target);
        }
    }
    if out.is_empty() {
        let control = token_or(&format!("behalf-{}", f.row.rule.to_lowercase()), "behalf-rule");
        out.push(Target { objective: format!("{control}_obj"), control, own: true });
    }
    out
}

/// `AC-6(8)` is control `ac-6.8` with objective `ac-6.8_obj`; `AU-3(f)` is part f of `au-3`'s (NIST OSCAL content).
fn nist(c: &Criterion) -> Option<Target> {
    if !c.framework.starts_with(SP_800_53) {
        return None;
    }
    let clause = c.clause.to_lowercase();
    let (control, part) = match clause.strip_suffix(')').and_then(|c| c.split_once('(')) {
        Some((base, n)) if n.bytes().all(|b| b.is_ascii_digit()) && !n.is_empty() => (format!("{base}.{n}"), None),
        Some((base, letter)) => (base.to_owned(), Some(letter.to_owned())),
        None => (clause.clone(), None),
    };
    let (family, number) = control.split_once('-')?;
    let sound = family.len() == 2
        && family.bytes().all(|b| b.is_ascii_lowercase())
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let part_sound = part.as_ref().is_none_or(|p| p.len() == 1 && p.bytes().all(|b| b.is_ascii_lowercase()));
    (sound && part_sound).then(|| Target {
        objective: match part {
            Some(part) => format!("{control}_obj.{part}"),
            None => format!("{control}_obj"),
        },
        control,
        own: false,
    })
}

/// A token of OSCAL: begins with a letter or `_`; then letters, digits, `.`, `-`, `_`.
fn token_or(text: &str, other: &str) -> String {
    let mut out: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' }).collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    if out.len() <= 1 { other.to_owned() } else { out }
}

/// RFC 3339 with its zone, as the format demands. A view has no other; what is no time is the epoch, so that a broken
/// view still gives a document that can be read.
fn stamp(time: Option<&String>) -> String {
    let time = time.and_then(|t| DateTime::parse_from_rfc3339(t).ok()).unwrap_or_default();
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// One line, with nothing invisible in it.
fn line(text: &str) -> String {
    let out = text::visible(text).trim().to_owned();
    if out.is_empty() { "not stated".to_owned() } else { out }
}

fn title(text: &str) -> Value {
    line(text).into()
}

/// Markup of OSCAL is Markdown: what evidence says is escaped where it could be read as a link, an image or an element.
fn prose(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    for c in line(text).chars() {
        if matches!(c, '<' | '>' | '[' | ']' | '`' | '\\' | '!' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out.into()
}

/// A property of ours; none where there is no value, since a value may be neither empty nor of several lines.
fn property(name: &str, value: &str) -> Vec<Value> {
    match text::visible(value).trim() {
        "" => Vec::new(),
        value => vec![json!({ "name": name, "ns": NS, "value": value })],
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn put(to: &mut Value, name: &str, value: Value) {
    if let Some(fields) = to.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
