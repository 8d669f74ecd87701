//! What leaves the house: reports, packages, and the check of either.

use std::path::Path;

use behalf_app::bridge::{Order, Packing, check_package, write_package, write_report};
use behalf_engine::case::{self, Case};
use behalf_engine::model::EdgeError;
use behalf_engine::report::Level;
use behalf_engine::report::package::{Recomputed, Seal};
use behalf_engine::review;
use serde::Serialize;

use crate::answers::analysed;
use crate::args::{Format, Said};
use crate::output::{failed, flat, one, say};

pub fn report(path: &Path, to: &Path, said: &Said) -> Result<(), EdgeError> {
    let order = order(said)?;
    write_report(&analysed(path)?, to, &order)?;
    say(&to.display().to_string())
}

fn order(said: &Said) -> Result<Order, EdgeError> {
    Ok(Order {
        marking: said.marking.clone(),
        prepared_by: said.prepared_by.clone(),
        entity: said.entity.clone(),
        version: said.report_version.clone(),
        level: said.redact.as_deref().map_or(Ok(Level::default()), Level::from_word)?,
    })
}

/// What of a package is chosen on the command line.
pub struct Chosen<'a> {
    pub reports: &'a [String],
    pub originals: bool,
    pub with_case: bool,
    pub sign: Option<&'a Path>,
    pub password_file: Option<&'a Path>,
}

/// What was packed, as it is answered.
#[derive(Serialize)]
struct Packed {
    path: String,
    report_id: String,
    view_sha256: String,
    files: usize,
    bytes: u64,
    redaction: String,
    signed_with: Option<String>,
    originals_missing: Vec<String>,
}

pub fn package(path: &Path, to: &Path, said: &Said, chosen: &Chosen<'_>, format: Format) -> Result<(), EdgeError> {
    let seal = match chosen.sign {
        None => None,
        Some(key) => {
            let password =
                chosen.password_file.map(read).transpose()?.map(|p| p.trim_end_matches(['\n', '\r']).to_owned());
            Some(Seal::open(&read(key)?, password)?)
        }
    };
    let order = order(said)?;
    let packing =
        Packing { reports: chosen.reports.to_vec(), originals: chosen.originals, with_case: chosen.with_case, seal };
    let manifest = write_package(&analysed(path)?, to, &order, &packing)?;
    let packed = Packed {
        path: to.display().to_string(),
        report_id: manifest.report_id,
        view_sha256: manifest.view_sha256,
        files: manifest.files.len(),
        bytes: manifest.files.iter().map(|f| f.bytes).sum(),
        redaction: manifest.redaction,
        signed_with: manifest.signed_with,
        originals_missing: manifest.originals_missing,
    };
    one(&packed, format, || {
        let mut out =
            format!("{}\n{} files, {} bytes, report {}", packed.path, packed.files, packed.bytes, packed.report_id);
        out.push_str(&format!("\nreport digest, SHA-256: {}", packed.view_sha256));
        if let Some(key) = &packed.signed_with {
            out.push_str(&format!("\nsigned, public key {key}"));
        }
        for file in &packed.originals_missing {
            out.push_str(&format!("\nnot included, not found as it was imported: {}", flat(file)));
        }
        out
    })
}

fn read(path: &Path) -> Result<String, EdgeError> {
    std::fs::read_to_string(path)
        .map_err(|e| failed("no_file", format!("{}: {e}", path.display()), "Name a file that can be read."))
}

/// A case, or a package: a folder or a .zip is a package.
pub fn verify(path: &Path, public_key: Option<&str>, format: Format) -> Result<(), EdgeError> {
    let archive = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    if !path.is_dir() && !archive {
        return verify_case(path, format);
    }
    // The key itself, or a file that holds it.
    let held = public_key.map(|key| std::fs::read_to_string(key).unwrap_or_else(|_| key.to_owned()));
    let checked = check_package(path, held.as_deref())?;
    one(&checked, format, || {
        let findings = match checked.findings {
            Recomputed::Same => "findings: computed again from the packaged case, and the same",
            Recomputed::Differ => "findings: computed again from the packaged case, and not the same",
            Recomputed::NotPossible => "findings: not computed again, since the package does not hold the case",
        };
        let mut out = format!(
            "package of report {}: {} files, {} bytes\nsignature: {}\n{} cited records compared with the report\n{findings}",
            checked.report_id, checked.files, checked.bytes, checked.signature, checked.records_compared
        );
        for problem in &checked.problems {
            out.push_str(&format!("\n{}", flat(problem)));
        }
        if checked.problems.is_empty() {
            out.push_str("\nEverything that was checked holds.");
        }
        out
    })?;
    match checked.problems.len() {
        0 => Ok(()),
        n => Err(failed("not_sound", format!("{n} problems"), "Ask for the package again, from whoever made it.")),
    }
}

fn verify_case(path: &Path, format: Format) -> Result<(), EdgeError> {
    let case = Case::open(path)?;
    let mut v = case::verify(&case)?;
    v.problems.extend(review::check(&case)?);
    one(&v, format, || {
        let mut out = format!("{} files, {} blocks, {} records checked", v.files, v.blocks, v.records);
        for problem in &v.problems {
            out.push_str(&format!("\n{problem}"));
        }
        if v.problems.is_empty() {
            out.push_str("\nEvery hash and every count holds.");
        }
        out
    })?;
    if v.problems.is_empty() {
        Ok(())
    } else {
        Err(failed(
            "not_sound",
            format!("{} problems", v.problems.len()),
            "Restore the case from a copy, or import the exports anew.",
        ))
    }
}
