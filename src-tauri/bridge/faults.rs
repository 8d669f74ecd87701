//! Errors that arise at the bridge itself.

use behalf_engine::model::{EdgeError, Fault};

/// What was asked cannot be done as things stand; the hint says what to do first.
pub fn refused(code: &str, message: impl Into<String>, hint: &str) -> EdgeError {
    EdgeError { code: code.into(), message: message.into(), hint: hint.into(), fault: Fault::Setting }
}

/// A file or folder that the system would not let us write.
pub(super) fn unwritable(what: &str, cause: &std::io::Error) -> EdgeError {
    EdgeError {
        code: "unwritable".into(),
        message: format!("{what} could not be written: {cause}"),
        hint: "Check that the folder is there, may be written to and has room.".into(),
        fault: Fault::File,
    }
}

pub fn defect(detail: impl std::fmt::Display) -> EdgeError {
    EdgeError {
        code: "defect".into(),
        message: format!("a defect in Behalf: {detail}"),
        hint: "Please report this with the sentence above.".into(),
        fault: Fault::Ours,
    }
}
