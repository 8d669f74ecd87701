//! The view as JSON: field order is that of the types, characters that deceive are written as escapes (the text is the
//! same to a parser, and harmless to a terminal). The report's id is taken over these bytes.

use super::text::is_deceptive;
use super::{FrozenView, ReportError};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Name of the document's form; it changes when a reader must change.
pub const SCHEMA: &str = "behalf.report/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    report_id: String,
    /// Over the compact form of `view`, in the same field order and with the same escapes.
    view_sha256: String,
    view: &'a FrozenView,
}

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let digest = digest(view)?;
    let document = Document { schema: SCHEMA, report_id: report_id(&digest), view_sha256: digest, view };
    pretty(&document)
}

/// Any document, with the same escapes.
pub fn pretty<T: Serialize>(document: &T) -> Result<Vec<u8>, ReportError> {
    let mut out = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut out, Escaping(PrettyFormatter::new())))?;
    out.push(b'\n');
    Ok(out)
}

/// A document on one line.
pub fn compact<T: Serialize>(to: &mut Vec<u8>, document: &T) -> Result<(), ReportError> {
    Ok(document.serialize(&mut Serializer::with_formatter(to, Escaping(CompactFormatter)))?)
}

pub fn digest(view: &FrozenView) -> Result<String, ReportError> {
    let mut bytes = Vec::new();
    view.serialize(&mut Serializer::with_formatter(&mut bytes, Escaping(CompactFormatter)))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The digest that a written document should state: over the compact form of its `view`, which is the printed one
/// without the space between tokens. None where the document is not of our making.
pub fn digest_of_document(document: &[u8]) -> Option<String> {
    const VIEW: &[u8] = b"\n  \"view\": ";
    let at = memchr::memmem::find(document, VIEW)? + VIEW.len();
    let view = document.get(at..)?.strip_suffix(b"\n}\n")?;
    let mut hasher = Sha256::new();
    let (mut in_string, mut escaped, mut from) = (false, false, 0);
    for (at, byte) in view.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b' ' | b'\n' if !in_string => {
                hasher.update(&view[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    hasher.update(&view[from..]);
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The short form that stands on every page.
pub fn report_id(digest: &str) -> String {
    let mut id = String::from("BR");
    for (at, c) in digest.chars().take(16).enumerate() {
        if at % 4 == 0 {
            id.push('-');
        }
        id.push(c);
    }
    id
}

/// A formatter that writes deceptive characters, and the angle brackets and ampersand of HTML, as `\uXXXX`.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut from = 0;
        for (at, c) in fragment.char_indices() {
            if c == '\u{7f}' || matches!(c, '<' | '>' | '&') || is_deceptive(c) {
                writer.write_all(&fragment.as_bytes()[from..at])?;
                let mut units = [0u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                from = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[from..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }
    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }
    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
