//! Typst as a press: one template, one page of values, three fonts.

use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{PdfError, TEMPLATE};

/// IBM Plex, SIL Open Font Licence 1.1 (fonts/LICENSE.txt).
const FONTS: [&[u8]; 3] = [
    include_bytes!("fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("fonts/IBMPlexSans-Bold.ttf"),
    include_bytes!("fonts/IBMPlexMono-Regular.ttf"),
];

/// A run of characters longer than this may be broken, so that no token of a log runs out of its cell.
const UNBROKEN: usize = 24;

struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    page: FileId,
    values: Bytes,
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.page { Ok(self.values.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// The template has no use for a clock.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

pub fn set(mut page: Value, prepared_at: &str) -> Result<Vec<u8>, PdfError> {
    let defect = |what: &str| PdfError::Typeset(what.to_owned());
    let fonts: Vec<Font> = FONTS.iter().filter_map(|data| Font::new(Bytes::new(*data), 0)).collect();
    let printable = |c: char| fonts.iter().any(|f| f.info().coverage.contains(c as u32));
    dress(&mut page, &printable);
    let id = |name: &str| {
        VirtualPath::new(name).map(|p| RootedPath::new(VirtualRoot::Project, p).intern()).map_err(|_| defect(name))
    };
    let identity = page["digest"].as_str().unwrap_or_default().to_owned();
    let press = Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        main: Source::new(id("report.typ")?, TEMPLATE.to_owned()),
        page: id("page.json")?,
        values: Bytes::new(serde_json::to_vec(&page)?),
        fonts,
    };
    drop(page);
    let document: PagedDocument = typst::compile(&press).output.map_err(|e| said(&e))?;
    let standards =
        PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).map_err(|e| defect(e.message().as_ref()))?;
    let options = PdfOptions {
        ident: Smart::Custom(identity),
        creator: Smart::Custom(Some("Behalf".to_owned())),
        timestamp: timestamp(prepared_at),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|e| said(&e));
    // What the typesetter remembers for a next compilation is of no use to another report.
    typst::comemo::evict(0);
    bytes
}

fn said(errors: &[typst::diag::SourceDiagnostic]) -> PdfError {
    let words: Vec<String> = errors.iter().take(3).map(|e| e.message.to_string()).collect();
    PdfError::Typeset(words.join("; "))
}

/// The view's own time, in UTC.
fn timestamp(rfc3339: &str) -> Option<Timestamp> {
    // A view has no other; PDF/A wants a date, so what is no time is the epoch.
    let at = chrono::DateTime::parse_from_rfc3339(rfc3339).unwrap_or_default().to_utc();
    use chrono::{Datelike, Timelike};
    let part = |n: u32| u8::try_from(n).ok();
    let at = Datetime::from_ymd_hms(
        at.year(),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Some(Timestamp::new_utc(at))
}

/// What no font has a glyph for is named by its number: PDF/A allows no empty box. Long runs get places to break.
fn dress(value: &mut Value, printable: &impl Fn(char) -> bool) {
    match value {
        Value::String(text) => *text = fit(text, printable),
        Value::Array(items) => items.iter_mut().for_each(|v| dress(v, printable)),
        Value::Object(fields) => fields.values_mut().for_each(|v| dress(v, printable)),
        _ => {}
    }
}

fn fit(text: &str, printable: &impl Fn(char) -> bool) -> String {
    // A hash has a line of its own, and whoever copies it wants nothing else in it.
    let hash = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let long = !hash && word.chars().count() > UNBROKEN;
        let mut run = 0;
        for c in word.chars() {
            match c {
                c if printable(c) => out.push(c),
                // The marks of `visible`, should a font lack them.
                '\u{2400}'..='\u{2426}' => out.push_str(&format!("<{:02X}>", c as u32 - 0x2400)),
                '\u{27e8}' | '\u{27e6}' => out.push('['),
                '\u{27e9}' | '\u{27e7}' => out.push(']'),
                c if c.is_whitespace() => out.push(' '),
                c => out.push_str(&format!("[U+{:04X}]", c as u32)),
            }
            run += 1;
            if long && (matches!(c, '/' | ':' | '@' | '_' | '-' | '.' | ',' | '=' | '&') || run % 12 == 0) {
                out.push('\u{200b}');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tokens_may_break_and_what_no_font_has_is_named() {
        let all = |c: char| c.is_ascii();
        assert_eq!(fit("short words stay", &all), "short words stay");
        assert_eq!(fit("漢 \u{241b}[31m", &all), "[U+6F22] <1B>[31m");
        let long = fit(&"a".repeat(40), &all);
        assert_eq!(long.matches('\u{200b}').count(), 3);
        let hash = "ab".repeat(32);
        assert_eq!(fit(&hash, &all), hash);
    }
}
