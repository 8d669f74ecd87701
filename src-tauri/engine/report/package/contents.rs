//! What goes into a package, from a case and its frozen view.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Body, Item, PackageError, REPORT, Role, hex};
use crate::case::Case;
use crate::report::redact::Level;
use crate::report::view::FrozenView;
use crate::report::{Format, Key, publish, secrets, text};
use crate::rules;

/// What the reviewer chose.
pub struct Plan<'a> {
    pub level: Level,
    pub key: &'a Key,
    /// Reports that are written elsewhere: file name and bytes, such as the PDF.
    pub reports: Vec<(String, Vec<u8>)>,
    pub formats: Vec<Format>,
    /// The exports themselves, where they still lie where they were imported from and are the same.
    pub originals: bool,
    /// A copy of the case: with it whoever checks the package computes every finding again.
    pub with_case: bool,
    /// A folder for what is copied before it is packed.
    pub scratch: &'a Path,
}

/// The files of the package but for manifest and sums, and the exports that were wanted and not found. `view` is the
/// redacted view that the reports are written from.
pub fn contents(case: &Case, view: &FrozenView, plan: Plan<'_>) -> Result<(Vec<Item>, Vec<String>), PackageError> {
    if plan.with_case && plan.level != Level::Names {
        return Err(PackageError::CaseNamesPeople);
    }
    if let Some(stale) = case.stale()? {
        return Err(PackageError::Stale(stale.sentence()));
    }
    let mut items = Vec::new();
    reports(view, &plan, &mut items)?;
    let shown = publish::publish(view);
    derived(&shown, &mut items)?;
    records(case, &shown, &plan, &mut items)?;
    exports(&shown, &mut items)?;
    method(case, &mut items)?;
    custody(case, &shown, &mut items)?;
    let mut missing = Vec::new();
    if plan.originals {
        originals(view, &mut items, &mut missing)?;
    }
    if plan.with_case {
        let copy = plan.scratch.join("case.behalf");
        case.copy_to(&copy)?;
        items.push(item("evidence/case/case.behalf", Body::File(copy), Role::Original));
    }
    items.push(item(super::VERIFY, Body::Bytes(instruction(plan.with_case).into_bytes()), Role::Instruction));
    items.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((items, missing))
}

fn item(path: impl Into<String>, body: Body, role: Role) -> Item {
    Item { path: path.into(), body, role, derived_from: Vec::new(), original_sha256: None }
}

fn reports(view: &FrozenView, plan: &Plan<'_>, items: &mut Vec<Item>) -> Result<(), PackageError> {
    let mut formats = plan.formats.clone();
    // What everything else is compared with is always there.
    formats.push(Format::Json);
    formats.sort_by_key(|f| f.extension());
    formats.dedup();
    for format in formats {
        let folder = if matches!(format, Format::Oscal | Format::Ocsf) { "machine" } else { "report" };
        let path = format!("{folder}/report.{}", format.extension());
        items.push(item(path, Body::Bytes(crate::report::write(view, format)?), Role::Report));
    }
    for (name, bytes) in &plan.reports {
        items.push(item(format!("report/{name}"), Body::Bytes(bytes.clone()), Role::Report));
    }
    Ok(())
}

fn lines<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<u8>, PackageError> {
    let mut out = Vec::new();
    for row in rows {
        crate::report::json::compact(&mut out, &row)?;
        out.push(b'\n');
    }
    Ok(out)
}

fn derived(view: &FrozenView, items: &mut Vec<Item>) -> Result<(), PackageError> {
    let mut add = |name: &str, bytes: Vec<u8>| {
        let mut made = item(format!("derived/{name}"), Body::Bytes(bytes), Role::Derived);
        made.derived_from = vec![REPORT.to_owned()];
        items.push(made);
    };
    add("findings.ndjson", lines(view.findings.iter().chain(&view.design_facts))?);
    add("calls.ndjson", lines(&view.calls)?);
    add("coverage.json", crate::report::json::pretty(&view.coverage)?);
    add("losses.ndjson", lines(&view.losses)?);
    Ok(())
}

/// Each cited record as it came. One that holds a secret goes out without it, and its line states the hash of what it
/// was; where people stand as pseudonyms or not at all, no record goes out, since a record names whom it names.
fn records(case: &Case, view: &FrozenView, plan: &Plan<'_>, items: &mut Vec<Item>) -> Result<(), PackageError> {
    let mut index = Vec::new();
    let mut asked: BTreeMap<(&str, &str), Vec<(String, i64)>> = BTreeMap::new();
    for (n, cited) in (1..).zip(&view.evidence) {
        let mut line = json!({
            "no": n, "id": cited.id, "source": cited.source, "file": cited.file, "file_sha256": cited.file_sha256,
            "line": cited.line, "offset": cited.offset, "length": cited.length, "sha256": cited.sha256,
            "cited_in": cited.cited_in, "stored": null, "secrets_replaced": 0,
        });
        if plan.level == Level::Names {
            let by = (cited.source.as_str(), cited.id.as_str());
            if let std::collections::btree_map::Entry::Vacant(slot) = asked.entry(by) {
                let mut found = Vec::new();
                for event in case.events_from(&cited.source, &cited.id)? {
                    found.push((hex(&Sha256::digest(&case.raw(event)?.bytes)), event));
                }
                slot.insert(found);
            }
            let event = asked.get(&by).and_then(|found| found.iter().find(|(sha, _)| *sha == cited.sha256));
            if let Some((_, event)) = event {
                let raw = case.raw(*event)?;
                let (path, secrets) = store(items, &format!("evidence/records/{n:06}"), "raw", &raw.bytes, plan.key);
                line["stored"] = path.into();
                line["secrets_replaced"] = secrets.into();
                if let Some(envelope) = raw.envelope {
                    let (path, _) = store(items, &format!("evidence/records/{n:06}"), "envelope", &envelope, plan.key);
                    line["envelope"] = path.into();
                }
            }
        }
        index.push(line);
    }
    let note = match plan.level {
        Level::Names => "Records as they came; where secrets_replaced is not 0, sha256 is that of the record before.",
        _ => {
            "At this redaction level no record is included: a record names whom it names. Hashes are those of the records."
        }
    };
    let bytes = crate::report::json::pretty(&json!({ "note": note, "records": index }))?;
    items.push(item("evidence/records.json", Body::Bytes(bytes), Role::Derived));
    Ok(())
}

/// Puts a record in, without its secrets where it has any; gives its path and how many were replaced.
fn store(items: &mut Vec<Item>, stem: &str, kind: &str, bytes: &[u8], key: &Key) -> (String, u32) {
    let cut = std::str::from_utf8(bytes).ok().map(|text| secrets::cut(text, Some(key))).filter(|(_, n)| *n > 0);
    match cut {
        None => {
            let path = format!("{stem}.{kind}");
            items.push(item(path.clone(), Body::Bytes(bytes.to_vec()), Role::Original));
            (path, 0)
        }
        Some((text, n)) => {
            let path = format!("{stem}.{kind}.redacted.txt");
            let mut made = item(path.clone(), Body::Bytes(text.into_owned().into_bytes()), Role::Derived);
            made.original_sha256 = Some(hex(&Sha256::digest(bytes)));
            items.push(made);
            (path, n)
        }
    }
}

fn exports(view: &FrozenView, items: &mut Vec<Item>) -> Result<(), PackageError> {
    let bytes = crate::report::json::pretty(&json!({ "files": view.files, "receipts": view.receipts }))?;
    items.push(item("evidence/exports.json", Body::Bytes(bytes), Role::Custody));
    Ok(())
}

/// Exports that still lie where they were, and are what they were. A member of an archive brings the archive.
fn originals(view: &FrozenView, items: &mut Vec<Item>, missing: &mut Vec<String>) -> Result<(), PackageError> {
    let mut placed: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (n, file) in (1..).zip(&view.files) {
        let outer = file.path.split('!').next().unwrap_or_default();
        let is_member = outer.len() != file.path.len();
        let from = PathBuf::from(outer);
        if placed.contains_key(&from) {
            continue;
        }
        let found = hash_of(&from).ok().filter(|sha| is_member || *sha == file.sha256);
        if found.is_none() {
            missing.push(text::visible(&file.path));
            continue;
        }
        let name = from.file_name().map(|n| plain_name(&n.to_string_lossy())).unwrap_or_default();
        let path = format!("evidence/originals/{n:04}_{name}");
        items.push(item(path.clone(), Body::File(from.clone()), Role::Original));
        placed.insert(from, path);
    }
    Ok(())
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    Ok(super::writing::measured(&mut std::fs::File::open(path)?)?.1)
}

/// A file name of plain characters: it must mean the same on every system.
pub(super) fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let out: String = name.chars().map(plain).take(100).collect();
    let out = out.trim_start_matches('.').trim_end_matches('.').to_owned();
    if out.is_empty() { "export".to_owned() } else { out }
}

fn method(case: &Case, items: &mut Vec<Item>) -> Result<(), PackageError> {
    for rule in rules::catalogue() {
        let name = plain_name(&rule.id);
        items.push(item(format!("rules/{name}.toml"), Body::Bytes(rule.text.clone().into()), Role::Method));
    }
    items.push(item("rules/controls.toml", Body::Bytes(rules::controls_text().into()), Role::Method));
    for (n, (name, text)) in (1..).zip(case.mappings()?) {
        let path = format!("mappings/{n:03}_{}.toml", plain_name(&name));
        items.push(item(path, Body::Bytes(text.into_bytes()), Role::Method));
    }
    Ok(())
}

fn custody(case: &Case, view: &FrozenView, items: &mut Vec<Item>) -> Result<(), PackageError> {
    let received = view.files.iter().map(|f| {
        json!({ "at": f.imported_at, "what": "imported", "file": f.path, "sha256": f.sha256, "bytes": f.bytes,
                "read": f.read, "kept": f.kept, "duplicates": f.duplicates, "rejected": f.rejected })
    });
    let acts = case.act_rows()?;
    let reviewed = acts.iter().map(|a| {
        json!({ "at": a.at.to_rfc3339(), "what": "review act", "act": a.seq, "word": a.word, "who": a.who, "hash": a.hash })
    });
    let made = json!({ "at": view.prepared_at, "what": "package made", "by": view.prepared_by, "tool": format!("Behalf {}", view.behalf_version),
        "rules_sha256": view.rules_hash, "controls": view.controls_version, "redaction": view.redaction });
    let mut all: Vec<serde_json::Value> = received.chain(reviewed).collect();
    // RFC 3339 in UTC: order of text is order of time.
    all.sort_by(|a, b| a["at"].as_str().cmp(&b["at"].as_str()));
    all.push(made);
    items.push(item("custody/custody.ndjson", Body::Bytes(lines(all)?), Role::Custody));
    let log = acts.iter().map(|a| {
        json!({ "seq": a.seq, "at_micros": a.at.0, "who": a.who, "word": a.word, "body": a.body, "prior": a.prior, "hash": a.hash })
    });
    items.push(item("custody/review-log.ndjson", Body::Bytes(lines(log)?), Role::Custody));
    Ok(())
}

fn instruction(with_case: bool) -> String {
    let mut out = String::from(
        "How to check this package\n\n\
         Without Behalf, in this folder:\n\n    sha256sum -c SHA256SUMS\n\n\
         Every line must say OK. SHA256SUMS lists every file but itself and its signature; manifest.json says of each\n\
         what it is and what it was made from. If there is a SHA256SUMS.minisig, whoever holds the signer's public key:\n\n    \
         minisign -Vm SHA256SUMS -p SIGNER.pub\n\n\
         With Behalf:\n\n    behalf verify FOLDER_OR_ZIP [--public-key SIGNER.pub]\n\n\
         It recomputes the hashes, the report's own digest and the chain of the review log, and names whatever differs.\n",
    );
    out.push_str(match with_case {
        true => "The package holds the case, so every finding is computed again from the records and compared.\n",
        false => "The package does not hold the case, so findings cannot be computed again from it.\n",
    });
    out.push_str(
        "\nWhat a hash shows: that nothing changed since the sums were made. It says nothing about the truth of a log.\n\
         Whoever wants to show that the sums themselves are those of that day keeps the report's SHA-256 elsewhere.\n",
    );
    out
}
