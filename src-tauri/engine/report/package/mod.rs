//! The evidence package: a folder or an archive that a second person can check without this program (`sha256sum -c`)
//! and check further with it. Layout:
//!
//! ```text
//! report/     the reports, report.json among them: the view that everything else is compared with
//! machine/    the same for other programs: OSCAL, OCSF
//! evidence/   exports.json, records.json, records/N.raw (each cited record as it came), case/ and originals/ on request
//! derived/    findings, coverage, calls, people as rows
//! rules/      every rule as it was used, and the catalogue of controls
//! mappings/   descriptions of in-house logs that the exports were read with
//! custody/    custody.ndjson (what came in, when), review-log.ndjson (the reviewer's acts, hash-chained)
//! manifest.json   each file with its size, SHA-256, role and origin
//! SHA256SUMS      the same for `sha256sum -c`; SHA256SUMS.minisig where it was signed
//! VERIFY.txt      how to check it by hand
//! ```

mod contents;
mod reading;
mod seal;
mod verify;
mod writing;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::case::CaseError;
use crate::model::{EdgeError, Fault};
use crate::report::ReportError;

pub use contents::{Plan, contents};
pub use seal::Seal;
pub use verify::{Check, Checked, Recomputed, check};
pub use writing::write;

/// Name of the manifest's form; it changes when a reader must change.
pub const SCHEMA: &str = "behalf.package/1";
pub const MANIFEST: &str = "manifest.json";
pub const SUMS: &str = "SHA256SUMS";
pub const SIGNATURE: &str = "SHA256SUMS.minisig";
pub const VERIFY: &str = "VERIFY.txt";
pub const REPORT: &str = "report/report.json";

/// What stands in a file of the package.
#[derive(Debug, Clone)]
pub enum Body {
    Bytes(Vec<u8>),
    /// A file outside, copied as it is.
    File(PathBuf),
}

/// One file of the package.
#[derive(Debug, Clone)]
pub struct Item {
    /// Relative, with `/` between its parts.
    pub path: String,
    pub body: Body,
    pub role: Role,
    pub derived_from: Vec<String>,
    /// SHA-256 of what it was before secrets were taken out.
    pub original_sha256: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// As it was received, byte for byte.
    Original,
    /// Made from originals by this program.
    Derived,
    Report,
    /// Rules, mappings, catalogues: what it was made with.
    Method,
    /// Who had what, and when.
    Custody,
    /// How to check it.
    Instruction,
}

/// A line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    pub media_type: String,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_sha256: Option<String>,
}

/// The manifest: what the package holds, and with what it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: String,
    pub case_name: String,
    pub report_id: String,
    pub view_sha256: String,
    /// RFC 3339: the moment of the frozen view.
    pub created: String,
    pub producer: String,
    pub rules_sha256: String,
    pub redaction: String,
    pub prepared_by: Option<String>,
    pub marking: Option<String>,
    pub entity: Option<String>,
    pub report_version: Option<String>,
    /// Minisign's public key of whoever signed; whose it is, the package cannot say.
    pub signed_with: Option<String>,
    /// Exports that were asked for and not found where they were imported from.
    pub originals_missing: Vec<String>,
    pub files: Vec<Listed>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("{path} could not be read or written: {cause}")]
    Io { path: String, cause: std::io::Error },
    #[error("the archive could not be read or written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("`{path}` is there already: a package is never written over another")]
    Exists { path: String },
    #[error("a package without names cannot hold the case, which has them all")]
    CaseNamesPeople,
    #[error("{0} A package of it could not be proved by computing its findings again.")]
    Stale(String),
    #[error("the key could not be used: {0}")]
    Key(String),
    #[error("this is no package: {0}")]
    NotAPackage(String),
    #[error("the manifest could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl PackageError {
    fn io(path: impl Into<String>) -> impl FnOnce(std::io::Error) -> PackageError {
        let path = path.into();
        move |cause| PackageError::Io { path, cause }
    }
}

impl From<PackageError> for EdgeError {
    fn from(error: PackageError) -> EdgeError {
        let (code, fault, hint) = match error {
            PackageError::Case(case) => return case.into(),
            PackageError::Report(report) => return report.into(),
            PackageError::Io { .. } => ("package_io", Fault::File, "Check the place and the room that is left there."),
            PackageError::Zip(_) => ("package_archive", Fault::File, "Ask for the package again."),
            PackageError::Exists { .. } => ("package_exists", Fault::Setting, "Name a new folder or archive."),
            PackageError::CaseNamesPeople => {
                ("package_names", Fault::Setting, "Leave out --with-case, or redact at the level names.")
            }
            PackageError::Stale(_) => ("package_stale", Fault::Setting, "Run behalf analyze first."),
            PackageError::Key(_) => {
                ("package_key", Fault::Setting, "Keys are minisign's; an encrypted one needs its password.")
            }
            PackageError::NotAPackage(_) => ("no_package", Fault::File, "Name the folder or .zip of a package."),
            PackageError::Json(_) => ("package_defect", Fault::Ours, "Please report this."),
        };
        EdgeError { code: code.into(), message: error.to_string(), hint: hint.into(), fault }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// By the ending of a name; what it says is for people, nothing is opened by it.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, e)| e).unwrap_or_default() {
        "json" => "application/json",
        "ndjson" => "application/x-ndjson",
        "csv" => "text/csv",
        "html" => "text/html",
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "toml" => "application/toml",
        "txt" => "text/plain",
        "behalf" => "application/vnd.sqlite3",
        _ => "application/octet-stream",
    }
}
