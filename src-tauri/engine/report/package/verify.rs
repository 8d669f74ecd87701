//! Checking a package: every hash, the archive itself, the signature, the report's own digest, the records against the
//! report, the chain of the review log; and, where the case is in it, every finding computed again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::reading::Package;
use super::writing::{archive, is_archive, measured, sums};
use super::{Body, MANIFEST, Manifest, PackageError, REPORT, SCHEMA, SIGNATURE, SUMS, seal};
use crate::analysis;
use crate::case::{self, ActRow, Case, Progress};
use crate::model::Time;
use crate::report::{Format, Key, Level, Setup, freeze, json, redact, text};
use crate::review;

const CASE: &str = "evidence/case/case.behalf";

/// How to check.
pub struct Check<'a> {
    /// Minisign's public key of whoever is said to have signed.
    pub public_key: Option<&'a str>,
    /// A folder for what is unpacked; the caller removes it.
    pub scratch: &'a Path,
    pub progress: &'a dyn Progress,
}

/// What was checked, and what does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub files: u64,
    pub bytes: u64,
    pub report_id: String,
    /// In words: by which key, and whether that key was given by the one who checks.
    pub signature: String,
    pub records_compared: u64,
    pub findings: Recomputed,
    /// Empty where everything holds; each begins with the name of the file that it speaks of.
    pub problems: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recomputed {
    /// The case is in the package, and its findings are those of the report.
    Same,
    Differ,
    /// The package does not hold the case.
    NotPossible,
}

/// Checks a folder or an archive. What cannot be read at all is an error; what does not hold is a problem.
pub fn check(path: &Path, how: &Check<'_>) -> Result<Checked, PackageError> {
    let mut out = Checked {
        files: 0,
        bytes: 0,
        report_id: String::new(),
        signature: "not signed".into(),
        records_compared: 0,
        findings: Recomputed::NotPossible,
        problems: Vec::new(),
    };
    let mut package = match Package::open(path) {
        Ok(package) => package,
        // An archive whose directory is damaged is the very thing that is looked for.
        Err(PackageError::Zip(error)) => {
            out.problems.push(format!("the archive: {error}"));
            return Ok(out);
        }
        Err(error) => return Err(error),
    };
    for name in package.strange() {
        out.problems.push(format!("{}: stands in the package under a name that is not read", text::visible(name)));
    }
    let (Some(manifest_text), Some(sums_text)) =
        (whole(&mut package, MANIFEST, &mut out), whole(&mut package, SUMS, &mut out))
    else {
        return Ok(out);
    };
    let manifest: Manifest = match serde_json::from_slice(&manifest_text) {
        Ok(manifest) => manifest,
        Err(error) => {
            out.problems.push(format!("{MANIFEST}: it does not read: {error}"));
            return Ok(out);
        }
    };
    if manifest.schema != SCHEMA {
        out.problems.push(format!("{MANIFEST}: its form is `{}`, not {SCHEMA}", text::visible(&manifest.schema)));
    }
    out.report_id = text::visible(&manifest.report_id);
    sums_agree(&manifest, &manifest_text, &sums_text, &mut out);
    files(&mut package, &manifest, &mut out);
    signature(&mut package, &manifest, &sums_text, how, &mut out);
    if is_archive(path) {
        container(path, &mut package, how, &mut out)?;
    }
    if let Some(report) = whole(&mut package, REPORT, &mut out) {
        report_agrees(&report, &manifest, &mut package, &mut out);
        if manifest.files.iter().any(|f| f.path == CASE) {
            recompute(&mut package, &manifest, &report, how, &mut out)?;
        }
    }
    Ok(out)
}

fn whole(package: &mut Package, name: &str, out: &mut Checked) -> Option<Vec<u8>> {
    match package.whole(name) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            out.problems.push(format!("{name}: {error}"));
            None
        }
    }
}

fn sums_agree(manifest: &Manifest, manifest_text: &[u8], sums_text: &[u8], out: &mut Checked) {
    let should = sums(manifest, manifest_text);
    if should.as_bytes() == sums_text {
        return;
    }
    let text = String::from_utf8_lossy(sums_text);
    let held: BTreeMap<&str, &str> = text.lines().filter_map(|l| l.split_once("  ")).map(|(s, p)| (p, s)).collect();
    let wanted: BTreeMap<&str, &str> = should.lines().filter_map(|l| l.split_once("  ")).map(|(s, p)| (p, s)).collect();
    let mut said = 0;
    for (path, sha) in &wanted {
        if held.get(path) != Some(sha) {
            said += 1;
            out.problems.push(match *path {
                MANIFEST => format!("{MANIFEST}: its SHA-256 is not the one in {SUMS}"),
                path => format!("{SUMS}: its line of {path} is not what {MANIFEST} says"),
            });
        }
    }
    if said == 0 {
        out.problems.push(format!("{SUMS}: it is not as it was written"));
    }
}

fn files(package: &mut Package, manifest: &Manifest, out: &mut Checked) {
    let mut listed: BTreeSet<&str> = BTreeSet::new();
    for file in &manifest.files {
        let name = text::visible(&file.path);
        if !listed.insert(&file.path) {
            out.problems.push(format!("{MANIFEST}: {name} is listed twice"));
        }
        // One byte more than it should have shows that there are more.
        match package.with(&file.path, file.bytes.saturating_add(1), |mut from| measured(&mut from)) {
            Ok((bytes, sha256)) if bytes == file.bytes && sha256 == file.sha256 => {}
            Ok((bytes, _)) if bytes != file.bytes => {
                out.problems.push(format!("{name}: it has another length than the {} bytes of {MANIFEST}", file.bytes));
            }
            Ok(_) => out.problems.push(format!("{name}: its SHA-256 is not the one in {MANIFEST}")),
            Err(error) => out.problems.push(format!("{name}: {error}")),
        }
        out.files += 1;
        out.bytes += file.bytes;
    }
    for name in package.names() {
        if !listed.contains(name.as_str()) && ![MANIFEST, SUMS, SIGNATURE].contains(&name.as_str()) {
            out.problems.push(format!("{}: it is not in {MANIFEST}", text::visible(name)));
        }
    }
}

fn signature(package: &mut Package, manifest: &Manifest, sums_text: &[u8], how: &Check<'_>, out: &mut Checked) {
    let signed = package.names().iter().any(|n| n == SIGNATURE);
    let Some(named) = manifest.signed_with.as_deref() else {
        if signed {
            out.problems.push(format!("{SIGNATURE}: {MANIFEST} says that nobody signed"));
        }
        if how.public_key.is_some() {
            out.problems.push(format!("{SIGNATURE}: a public key was given, and the package is not signed"));
        }
        return;
    };
    let Some(bytes) = whole(package, SIGNATURE, out) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let (key, given) = match how.public_key {
        Some(given) => (seal::public_key(given), true),
        None => (seal::public_key(named), false),
    };
    let wrong = match key {
        Ok(key) if key.to_base64() != named => Some("it was made with another key than the one given".to_owned()),
        Ok(key) => seal::wrong(&text, sums_text, &key),
        Err(error) => Some(error.to_string()),
    };
    out.signature = match (&wrong, given) {
        (Some(_), _) => "does not hold".into(),
        (None, true) => format!("holds, by the key given ({named})"),
        (None, false) => {
            format!("holds, by the key that the package names ({named}); whose key that is was not checked")
        }
    };
    out.problems.extend(wrong.map(|why| format!("{SIGNATURE}: {}", text::visible(&why))));
}

/// The archive must be the canonical one of its files: headers, order and what lies between them too.
fn container(path: &Path, package: &mut Package, how: &Check<'_>, out: &mut Checked) -> Result<(), PackageError> {
    let unpacked = how.scratch.join("unpacked");
    std::fs::create_dir_all(&unpacked).map_err(PackageError::io("scratch"))?;
    let names: Vec<String> = package.names().to_vec();
    let mut all = Vec::with_capacity(names.len());
    for (n, name) in names.into_iter().enumerate() {
        let place = unpacked.join(format!("{n:07}"));
        let copied = package.with(&name, u64::MAX, |from| std::io::copy(from, &mut File::create(&place)?));
        if copied.is_err() {
            // Said already, with its name.
            return Ok(());
        }
        all.push((name, Body::File(place)));
    }
    let again = how.scratch.join("again.zip");
    archive(File::create(&again).map_err(PackageError::io("scratch"))?, &all)?;
    let open = |p: &Path| File::open(p).map(BufReader::new).map_err(PackageError::io(p.display().to_string()));
    if let Some(at) = first_difference(open(path)?, open(&again)?).map_err(PackageError::io("the archive"))? {
        out.problems.push(format!("the archive: byte {at} is not what its files make it"));
    }
    let _ = std::fs::remove_file(&again);
    let _ = std::fs::remove_dir_all(&unpacked);
    Ok(())
}

fn first_difference(mut a: impl Read, mut b: impl Read) -> std::io::Result<Option<u64>> {
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut at = 0;
    loop {
        let (n, m) = (fill(&mut a, &mut left)?, fill(&mut b, &mut right)?);
        let same = left[..n].iter().zip(&right[..m]).take_while(|(x, y)| x == y).count();
        if same < n || same < m {
            return Ok(Some(at + same as u64));
        }
        if n == 0 {
            return Ok(None);
        }
        at += n as u64;
    }
}

fn fill(from: &mut impl Read, into: &mut [u8]) -> std::io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match from.read(&mut into[n..])? {
            0 => break,
            read => n += read,
        }
    }
    Ok(n)
}

/// The report's digest over its own view, its number, and the records and the log that it speaks of.
fn report_agrees(report: &[u8], manifest: &Manifest, package: &mut Package, out: &mut Checked) {
    let parsed: Value = match serde_json::from_slice(report) {
        Ok(parsed) => parsed,
        Err(error) => {
            out.problems.push(format!("{REPORT}: it does not read: {error}"));
            return;
        }
    };
    match json::digest_of_document(report) {
        Some(digest)
            if parsed["view_sha256"] == digest.as_str()
                && manifest.view_sha256 == digest
                && manifest.report_id == json::report_id(&digest) => {}
        _ => out.problems.push(format!("{REPORT}: its digest is not that of its content")),
    }
    let view = &parsed["view"];
    records(view, manifest, package, out);
    let rows = package.whole("custody/review-log.ndjson").ok().and_then(|text| acts(&text));
    match rows {
        None => out.problems.push("custody/review-log.ndjson: it does not read".into()),
        Some(rows) => {
            let head = rows.last().map(|r| r.hash.clone());
            if head.as_deref() != view["review_head"].as_str() {
                out.problems.push("custody/review-log.ndjson: its head is not the one that the report names".into());
            }
            let broken = review::check_rows(rows).into_iter();
            out.problems.extend(broken.map(|why| format!("custody/review-log.ndjson: {}", text::visible(&why))));
        }
    }
}

fn acts(text: &[u8]) -> Option<Vec<ActRow>> {
    let text = std::str::from_utf8(text).ok()?;
    let row = |line: &str| {
        let v: Value = serde_json::from_str(line).ok()?;
        let word = |name: &str| v[name].as_str().map(str::to_owned);
        Some(ActRow {
            seq: v["seq"].as_i64()?,
            at: Time(v["at_micros"].as_i64()?),
            who: word("who")?,
            word: word("word")?,
            body: word("body")?,
            prior: word("prior")?,
            hash: word("hash")?,
        })
    };
    text.lines().map(row).collect()
}

/// Each record that the report cites, against the record in the package: by its own hash, or by the hash of what it was
/// before a secret was taken out.
fn records(view: &Value, manifest: &Manifest, package: &mut Package, out: &mut Checked) {
    const INDEX: &str = "evidence/records.json";
    let Some(index) = package.whole(INDEX).ok().and_then(|b| serde_json::from_slice::<Value>(&b).ok()) else {
        out.problems.push(format!("{INDEX}: it does not read"));
        return;
    };
    let listed: BTreeMap<&str, (&str, Option<&str>)> =
        manifest.files.iter().map(|f| (f.path.as_str(), (f.sha256.as_str(), f.original_sha256.as_deref()))).collect();
    let none = Vec::new();
    let cited = view["evidence"].as_array().unwrap_or(&none);
    let held = index["records"].as_array().unwrap_or(&none);
    if cited.len() != held.len() {
        out.problems.push(format!("{INDEX}: it has {} records, the report cites {}", held.len(), cited.len()));
    }
    for (c, h) in cited.iter().zip(held) {
        let id = text::visible(h["id"].as_str().unwrap_or_default());
        if ["id", "source", "file", "file_sha256", "offset", "length", "sha256"].iter().any(|k| c[k] != h[k]) {
            out.problems.push(format!("{INDEX}: its line of {id} is not what the report cites"));
            continue;
        }
        let Some(stored) = h["stored"].as_str() else { continue };
        out.records_compared += 1;
        let is = listed.get(stored).map(|(sha, before)| before.unwrap_or(sha));
        if is != c["sha256"].as_str() {
            out.problems.push(format!("{}: it is not the record that the report cites as {id}", text::visible(stored)));
        }
    }
}

/// Opens a copy of the packaged case, checks it, runs the whole analysis again and writes the report again.
fn recompute(
    package: &mut Package,
    manifest: &Manifest,
    report: &[u8],
    how: &Check<'_>,
    out: &mut Checked,
) -> Result<(), PackageError> {
    out.findings = Recomputed::Differ;
    let copy: PathBuf = how.scratch.join("case.behalf");
    let unpacked = package.with(CASE, u64::MAX, |from| std::io::copy(from, &mut File::create(&copy)?));
    if unpacked.is_err() {
        return Ok(());
    }
    // A case that was altered may not even open: that is a finding of this check, not its failure.
    let again = (|| -> Result<Vec<u8>, PackageError> {
        let case = Case::open(&copy)?;
        let sound = case::verify(&case)?;
        out.problems.extend(sound.problems.iter().map(|p| format!("{CASE}: {}", text::visible(p))));
        analysis::analyze(&case, how.progress)?;
        let version = manifest.producer.rsplit(' ').next().unwrap_or_default();
        let setup = Setup {
            prepared_by: manifest.prepared_by.clone(),
            marking: manifest.marking.clone(),
            entity: manifest.entity.clone(),
            report_version: manifest.report_version.clone(),
            behalf_version: version.to_owned(),
        };
        let created = Time::parse(&manifest.created).unwrap_or(Time(0));
        let mut view = freeze(&case, &setup, created)?;
        // The copy has another name than the case had.
        view.case_name.clone_from(&manifest.case_name);
        view.overview.case_name.clone_from(&manifest.case_name);
        let view = redact(&view, Level::Names, &Key(case.own_key([0; 32])?));
        Ok(crate::report::write(&view, Format::Json)?)
    })();
    match again {
        Ok(again) if again == report => out.findings = Recomputed::Same,
        Ok(again) => out.problems.extend(differences(report, &again)),
        Err(error) => out.problems.push(format!("{CASE}: {}", text::visible(&error.to_string()))),
    }
    Ok(())
}

fn differences(report: &[u8], again: &[u8]) -> Vec<String> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let (was, is) = (read(report), read(again));
    let mut out = Vec::new();
    for list in ["findings", "design_facts"] {
        let by_id = |v: &Value| -> BTreeMap<String, Value> {
            let rows = v["view"][list].as_array().cloned().unwrap_or_default();
            rows.into_iter().map(|f| (f["row"]["id"].as_str().unwrap_or_default().to_owned(), f)).collect()
        };
        let (was, is) = (by_id(&was), by_id(&is));
        for (id, finding) in &was {
            match is.get(id) {
                None => {
                    out.push(format!("{REPORT}: finding {} does not come out of the case again", text::visible(id)))
                }
                Some(other) if other != finding => {
                    out.push(format!("{REPORT}: finding {} comes out otherwise", text::visible(id)));
                }
                Some(_) => {}
            }
        }
        let new = is.keys().filter(|id| !was.contains_key(*id));
        out.extend(new.map(|id| format!("{REPORT}: finding {} of the case is missing", text::visible(id))));
    }
    if out.is_empty() {
        let parts = |v: &Value| v["view"].as_object().cloned().unwrap_or_default();
        let (was, is) = (parts(&was), parts(&is));
        let differ: Vec<&str> = was.iter().filter(|(k, v)| is.get(*k) != Some(v)).map(|(k, _)| k.as_str()).collect();
        out.push(format!("{REPORT}: the case gives another report: {}", differ.join(", ")));
    }
    out
}
