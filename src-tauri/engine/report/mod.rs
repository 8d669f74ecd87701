//! Reports: one frozen view in, bytes out. Nothing is looked up, counted or decided here; what the view does not say,
//! the report does not say. The same view gives the same bytes.

mod csv;
mod figures;
mod freeze;
mod html;
mod json;
mod publish;
mod text;
pub mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod sample_findings;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::model::{EdgeError, Fault};

pub use freeze::{Setup, freeze};
pub use text::cell;
pub use view::FrozenView;

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One file, printable, without network and script.
    Html,
    /// A row for each call of each instance of each finding.
    Csv,
    /// The whole view, `docs/report.schema.json`.
    Json,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Html, Format::Csv, Format::Json];

    pub const fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }

    /// The format that a file name asks for.
    pub fn from_path(path: &Path) -> Result<Format, ReportError> {
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        // `.oscal.json` names another document than the view: writing the view under that name would mislead its reader.
        let asked = match name.strip_suffix(".oscal.json") {
            Some(_) => "oscal.json",
            None => name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default(),
        };
        Format::ALL
            .into_iter()
            .find(|f| f.extension() == asked)
            .ok_or_else(|| ReportError::UnknownFormat { asked: text::visible(asked) })
    }
}

/// What can go wrong between a view and its bytes.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("no report format has the ending `.{asked}`: name the file .html, .csv or .json")]
    UnknownFormat { asked: String },
    #[error("the report's template could not be filled: {0}")]
    Template(#[from] minijinja::Error),
    #[error("the report could not be written as CSV: {0}")]
    Csv(#[from] ::csv::Error),
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<ReportError> for EdgeError {
    fn from(error: ReportError) -> EdgeError {
        let (code, fault, hint) = match &error {
            ReportError::UnknownFormat { .. } => {
                ("report_format", Fault::Setting, "Name the file .html, .csv or .json.")
            }
            _ => ("report_defect", Fault::Ours, "Please report this with the sentence above."),
        };
        EdgeError { code: code.into(), message: error.to_string(), hint: hint.into(), fault }
    }
}

/// Writes the view. People are named at grade B or better only, whatever the format: the view is cut down first.
pub fn write(view: &FrozenView, format: Format) -> Result<Vec<u8>, ReportError> {
    let published = publish::publish(view);
    match format {
        Format::Html => html::write(&published),
        Format::Csv => csv::write(&published),
        Format::Json => json::write(&published),
    }
}

/// SHA-256 of what the report says, in hexadecimal: the same in every format. This is what a signature is made over.
pub fn digest(view: &FrozenView) -> Result<String, ReportError> {
    json::digest(&publish::publish(view))
}
