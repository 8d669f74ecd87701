//! The report of record: the engine's page, set by Typst as tagged PDF that conforms to PDF/A-2a and PDF/UA-1. The
//! template and the fonts are in the program; nothing is fetched, no clock is read, and the same view gives the same
//! bytes. A crate of its own, so that the engine builds without a typesetter.

mod press;
mod shorten;

use behalf_engine::model::{EdgeError, Fault};
use behalf_engine::report::{self, FrozenView, ReportError};

/// The template's words, for the test of what a report never claims.
pub const TEMPLATE: &str = include_str!("report.typ");

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("the page could not be handed to the typesetter: {0}")]
    Page(#[from] serde_json::Error),
    #[error("the report could not be set as PDF: {0}")]
    Typeset(String),
}

impl From<PdfError> for EdgeError {
    fn from(error: PdfError) -> EdgeError {
        match error {
            PdfError::Report(error) => error.into(),
            other => EdgeError {
                code: "report_defect".into(),
                message: other.to_string(),
                hint: "Please report this with the sentence above; the other formats can still be written.".into(),
                fault: Fault::Ours,
            },
        }
    }
}

/// Writes the view as PDF.
pub fn write(view: &FrozenView) -> Result<Vec<u8>, PdfError> {
    let mut page = report::sheets(view)?;
    shorten::shorten(&mut page);
    press::set(page, &view.prepared_at)
}
