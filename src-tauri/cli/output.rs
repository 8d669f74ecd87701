//! One way of writing answers: text for people, JSON for programs, rows for spreadsheets.

use std::io::Write;

use behalf_engine::model::{EdgeError, Fault};
use serde::Serialize;
use serde_json::Value;

use crate::args::Format;

/// Control characters from exports must not reach the terminal: they can move the cursor, or hide what was written.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' || is_bidi(c) { '\u{FFFD}' } else { c }).collect()
}

/// One line of an answer: a line break out of a record would forge the next one.
pub fn flat(text: &str) -> String {
    plain(text).replace('\n', "\u{FFFD}")
}

/// Characters that change the direction of what is shown.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

pub fn failed(code: &str, message: impl Into<String>, hint: &str) -> EdgeError {
    EdgeError { code: code.into(), message: message.into(), hint: hint.into(), fault: Fault::Setting }
}

pub fn broken_pipe(error: std::io::Error) -> EdgeError {
    let closed = error.kind() == std::io::ErrorKind::BrokenPipe;
    EdgeError {
        code: if closed { CLOSED } else { "output" }.into(),
        message: format!("the output could not be written: {error}"),
        hint: String::new(),
        fault: Fault::Setting,
    }
}

/// The code of a reader that went away: `behalf ... | head` has had what it wanted.
pub const CLOSED: &str = "output_closed";

/// Says on standard error, whatever the format, that an answer is older than the case.
pub fn said(stale: Option<behalf_engine::case::Stale>) {
    if let Some(stale) = stale {
        eprintln!("behalf: note: {} Run behalf analyze.", stale.sentence());
    }
}

/// One line on standard output.
pub fn say(line: &str) -> Result<(), EdgeError> {
    writeln!(std::io::stdout(), "{line}").map_err(broken_pipe)
}

/// Writes rows as they come: a list never stands in memory.
pub struct Rows<W: Write> {
    to: W,
    format: Format,
    started: bool,
    csv: Option<csv::Writer<Vec<u8>>>,
    header: Vec<String>,
}

impl Rows<std::io::BufWriter<std::io::StdoutLock<'static>>> {
    pub fn out(format: Format) -> Self {
        let to = std::io::BufWriter::new(std::io::stdout().lock());
        Rows { to, format, started: false, csv: None, header: Vec::new() }
    }
}

impl<W: Write> Rows<W> {
    /// One row; `line` is how it reads as text.
    pub fn row<T: Serialize>(&mut self, row: &T, line: impl FnOnce() -> String) -> Result<(), EdgeError> {
        let write = |to: &mut W, text: &str| to.write_all(text.as_bytes()).map_err(broken_pipe);
        match self.format {
            Format::Text => write(&mut self.to, &format!("{}\n", plain(&line())))?,
            Format::Ndjson => write(&mut self.to, &format!("{}\n", json(row)?))?,
            Format::Json => {
                let lead = if self.started { ",\n" } else { "[\n" };
                write(&mut self.to, &format!("{lead}{}", json(row)?))?;
            }
            Format::Csv => self.csv_row(row)?,
        }
        self.started = true;
        Ok(())
    }

    fn csv_row<T: Serialize>(&mut self, row: &T) -> Result<(), EdgeError> {
        let Fields(fields) = serde_json::from_str(&json(row)?).map_err(defect)?;
        if self.csv.is_none() {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            self.header = fields.iter().map(|(name, _)| name.clone()).collect();
            writer.write_record(&self.header).map_err(defect)?;
            self.csv = Some(writer);
        }
        let cells: Vec<String> =
            self.header.iter().map(|h| cell(fields.iter().find(|(name, _)| name == h).map(|(_, v)| v))).collect();
        if let Some(writer) = &mut self.csv {
            writer.write_record(&cells).map_err(defect)?;
        }
        Ok(())
    }

    pub fn end(mut self) -> Result<(), EdgeError> {
        if self.format == Format::Json {
            let close = if self.started { "\n]\n" } else { "[]\n" };
            self.to.write_all(close.as_bytes()).map_err(broken_pipe)?;
        }
        if let Some(writer) = self.csv.take() {
            let bytes = writer.into_inner().map_err(|e| defect(e.to_string()))?;
            self.to.write_all(&bytes).map_err(broken_pipe)?;
        }
        self.to.flush().map_err(broken_pipe)
    }
}

/// The members of an object in the order in which they are written: the columns of a table.
struct Fields(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// One value: text as given, else JSON.
pub fn one<T: Serialize>(value: &T, format: Format, text: impl FnOnce() -> String) -> Result<(), EdgeError> {
    match format {
        Format::Text => say(&plain(&text()))?,
        Format::Ndjson => say(&json(value)?)?,
        Format::Json => say(&serde_json::to_string_pretty(value).map_err(defect)?)?,
        Format::Csv => return Err(failed("usage", "this answer is no table", "Use --format json.")),
    }
    Ok(())
}

pub fn json<T: Serialize>(value: &T) -> Result<String, EdgeError> {
    serde_json::to_string(value).map_err(defect)
}

fn defect(detail: impl ToString) -> EdgeError {
    EdgeError {
        code: "defect".into(),
        message: format!("a defect in Behalf: {}", detail.to_string()),
        hint: "Please report this.".into(),
        fault: Fault::Ours,
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.clone(),
        Some(Value::Array(items)) => {
            items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), String::from)).collect::<Vec<_>>().join("; ")
        }
        Some(other) => return other.to_string(),
    };
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}
