//! The form of an export, from its first bytes.

/// How the records of an export are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// One JSON array.
    Array,
    /// An object one of whose members is the array of records.
    Wrapped { key: String },
    /// One JSON value a line.
    Lines,
    /// JSON objects one after the other, over several lines each.
    Objects,
    /// Rows with a header.
    Csv { delimiter: u8, header: Vec<String> },
    Empty,
    /// Nothing that Behalf can split, with the reason.
    Unknown { why: String },
}

impl Form {
    /// As the reviewer reads it.
    pub fn shown(&self) -> String {
        match self {
            Form::Array => "JSON array".into(),
            Form::Wrapped { key } => format!("JSON object with an array in \"{key}\""),
            Form::Lines => "JSON, one value a line".into(),
            Form::Objects => "JSON objects one after the other".into(),
            Form::Csv { delimiter, .. } => format!("CSV separated by {:?}", *delimiter as char),
            Form::Empty => "empty".into(),
            Form::Unknown { why } => format!("unknown: {why}"),
        }
    }
}

/// Sniffs the form from the first bytes of the decompressed export.
pub fn sniff(_head: &[u8]) -> Form {
    Form::Empty
}
