//! What can go wrong with a case file.

use std::path::PathBuf;

use crate::model::{EdgeError, Fault};
use crate::read::ReadError;

#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    #[error("the case file {path} cannot be opened: {cause}")]
    Open { path: PathBuf, cause: rusqlite::Error },
    #[error("{path} is no case of Behalf")]
    NotACase { path: PathBuf },
    #[error("{path} was written by a newer Behalf (case version {found}, this program reads up to {known})")]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("there is no case file at {path}")]
    Missing { path: PathBuf },
    #[error("the backup before migration could not be written: {cause}")]
    Backup { cause: String },
    #[error("the case database refused: {0}")]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("no record has the id {id}")]
    NoSuchRecord { id: String },
    #[error("no account on record has the login {id}")]
    NoSuchAccount { id: String },
    #[error("no run has the id {id}")]
    NoSuchRun { id: String },
    #[error("calls cannot be narrowed or sorted by {word}")]
    NoSuchFilter { word: String },
    #[error("{count} records have the id {id}: {choices}")]
    AmbiguousId { id: String, count: usize, choices: String },
    #[error("the stored bytes are damaged: {detail}")]
    Damaged { detail: String },
    #[error("cancelled; the case holds the files that were complete")]
    Cancelled,
    #[error("a defect in Behalf: {detail}")]
    Defect { detail: String },
}

impl From<CaseError> for EdgeError {
    fn from(error: CaseError) -> EdgeError {
        let (code, fault, hint) = match &error {
            CaseError::Open { .. } => {
                ("case_open", Fault::File, "Check that the file is there and that no other program holds it.")
            }
            CaseError::NotACase { .. } => {
                ("not_a_case", Fault::File, "Open a file that Behalf made (.behalf), or import this file as an export.")
            }
            CaseError::Newer { .. } => {
                ("newer_case", Fault::Setting, "Install the newer Behalf; this one leaves the file as it is.")
            }
            CaseError::Missing { .. } => {
                ("no_case", Fault::File, "Make the case first: behalf import --case FILE EXPORTS.")
            }
            CaseError::Backup { .. } => ("backup", Fault::File, "Make room beside the case file, then open it again."),
            CaseError::Database(_) => {
                ("database", Fault::Ours, "Run behalf verify on the case; report this if it says the case is sound.")
            }
            CaseError::Read(read) => match read {
                ReadError::Missing { .. } => ("no_file", Fault::File, "Check the path."),
                _ => ("unreadable", Fault::File, "Check that the file can be read, or ask for it again."),
            },
            CaseError::NoSuchRecord { .. } => ("no_record", Fault::Setting, "Ids are those of behalf attributions."),
            CaseError::NoSuchRun { .. } => {
                ("no_run", Fault::Setting, "Run ids are those of behalf runs and of the Runs screen.")
            }
            CaseError::NoSuchFilter { .. } => {
                ("no_such_filter", Fault::Setting, "Clear the filters, or follow a figure of the overview.")
            }
            CaseError::NoSuchAccount { .. } => ("no_account", Fault::Setting, "Logins are those of behalf principals."),
            CaseError::AmbiguousId { .. } => ("ambiguous_id", Fault::Setting, "Give SOURCE/ID as listed."),
            CaseError::Damaged { .. } => {
                ("damaged", Fault::File, "Run behalf verify; restore the case from a copy, or import the exports anew.")
            }
            CaseError::Cancelled => ("cancelled", Fault::Setting, "Import again to go on from the last whole file."),
            CaseError::Defect { .. } => ("defect", Fault::Ours, "Please report this with the sentence above."),
        };
        EdgeError { code: code.into(), message: error.to_string(), hint: hint.into(), fault }
    }
}
