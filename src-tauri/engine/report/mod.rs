//! Reports: one frozen view in, bytes out. Nothing is looked up, counted or decided here; what the view does not say,
//! the report does not say. The same view gives the same bytes.

mod csv;
mod figures;
mod freeze;
mod html;
mod issues;
mod json;
mod ocsf;
mod oscal;
pub mod package;
mod publish;
mod redact;
mod secrets;
mod sheets;
mod text;
mod texts;
pub mod view;
mod xlsx;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod sample_findings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_formats;

use std::path::Path;

use crate::model::{EdgeError, Fault};

pub use freeze::{Setup, freeze};
pub use json::report_id;
pub use redact::{Key, Level, redact};
pub use sheets::sheets;
pub use text::{NEVER_CLAIMED, cell};
pub use view::FrozenView;

/// What can be written here. The PDF is set by a crate of its own from [`sheets`], so that this one builds without a
/// typesetter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One file, printable, without network and script.
    Html,
    /// A workbook: findings, their calls, coverage, people, sources, losses, receipts.
    Xlsx,
    /// A row for each call of each instance of each finding.
    Csv,
    /// The whole view, `docs/schemas/report.schema.json`.
    Json,
    /// OSCAL assessment results, by NIST.
    Oscal,
    /// An OCSF event a line: Compliance Finding and Detection Finding.
    Ocsf,
    /// A row for each finding, for trackers of governance and risk.
    Issues,
}

impl Format {
    pub const ALL: [Format; 7] =
        [Format::Html, Format::Xlsx, Format::Csv, Format::Json, Format::Oscal, Format::Ocsf, Format::Issues];

    /// The ending of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Oscal => "oscal.json",
            Format::Ocsf => "ocsf.ndjson",
            Format::Issues => "issues.csv",
        }
    }

    /// The format that a file name asks for: the longest ending that is one.
    pub fn from_path(path: &Path) -> Result<Format, ReportError> {
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let ends = |f: &Format| name.strip_suffix(f.extension()).is_some_and(|rest| rest.ends_with('.'));
        Format::ALL.into_iter().filter(ends).max_by_key(|f| f.extension().len()).ok_or_else(|| {
            let asked = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
            ReportError::UnknownFormat { asked: text::visible(asked) }
        })
    }
}

/// The endings, as sentences name them.
pub const ENDINGS: &str = ".pdf, .html, .xlsx, .csv, .json, .oscal.json, .ocsf.ndjson or .issues.csv";

/// What can go wrong between a view and its bytes.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("no report format has the ending `.{asked}`: name the file {ENDINGS}")]
    UnknownFormat { asked: String },
    #[error("the report's template could not be filled: {0}")]
    Template(#[from] minijinja::Error),
    #[error("the report could not be written as CSV: {0}")]
    Csv(#[from] ::csv::Error),
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the report could not be written as a workbook: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("there is no redaction level `{asked}`: {}", Level::WORDS)]
    UnknownLevel { asked: String },
}

impl From<ReportError> for EdgeError {
    fn from(error: ReportError) -> EdgeError {
        let (code, fault, hint) = match &error {
            ReportError::UnknownFormat { .. } => ("report_format", Fault::Setting, format!("Name the file {ENDINGS}.")),
            ReportError::UnknownLevel { .. } => ("redaction_level", Fault::Setting, format!("{}.", Level::WORDS)),
            _ => ("report_defect", Fault::Ours, "Please report this with the sentence above.".to_owned()),
        };
        EdgeError { code: code.into(), message: error.to_string(), hint, fault }
    }
}

/// Writes the view. Whatever the format, the view is cut down first: people are named at grade B or better only, and no
/// secret stands in it.
pub fn write(view: &FrozenView, format: Format) -> Result<Vec<u8>, ReportError> {
    let published = publish::publish(view);
    match format {
        Format::Html => html::write(&published),
        Format::Xlsx => xlsx::write(&published),
        Format::Csv => csv::write(&published),
        Format::Json => json::write(&published),
        Format::Oscal => oscal::write(&published),
        Format::Ocsf => ocsf::write(&published),
        Format::Issues => issues::write(&published),
    }
}

/// SHA-256 of what the report says, in hexadecimal: the same in every format. This is what a signature is made over.
pub fn digest(view: &FrozenView) -> Result<String, ReportError> {
    json::digest(&publish::publish(view))
}
