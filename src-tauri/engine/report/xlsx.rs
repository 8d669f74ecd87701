//! The view as a workbook. Text is written as text only, so no cell is ever a formula; times are real dates in UTC, with
//! the exact stamp as text beside them, since a spreadsheet holds about a millisecond. The same view gives the same
//! bytes: the time of making is the view's own.

mod sheets;

use chrono::DateTime;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::view::FrozenView;
use super::{ReportError, json, text};

/// What a cell may hold, in characters (Excel specifications and limits).
const CELL: usize = 32_767;
/// Rows of a sheet, the header among them.
const ROWS: u32 = 1_048_576;
/// Days between 30 December 1899, where a spreadsheet begins to count, and 1 January 1970.
const EPOCH: f64 = 25_569.0;

/// How a column is written.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    /// RFC 3339 in, a date in UTC out.
    Date,
}

struct Column {
    head: &'static str,
    width: f64,
    kind: Kind,
}

const fn column(head: &'static str, width: f64, kind: Kind) -> Column {
    Column { head, width, kind }
}

enum Cell {
    Text(String),
    Number(f64),
    Nothing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Nothing } else { Cell::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Nothing } else { Cell::Text(text) }
    }
}

impl From<&Option<String>> for Cell {
    fn from(text: &Option<String>) -> Cell {
        text.as_deref().map_or(Cell::Nothing, Cell::from)
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Cell {
        Cell::Number(n.into())
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Cell {
        // Beyond 2^53 a spreadsheet rounds: such a figure stays text.
        if n <= 1 << 53 { Cell::Number(n as f64) } else { Cell::Text(n.to_string()) }
    }
}

impl From<Option<u64>> for Cell {
    fn from(n: Option<u64>) -> Cell {
        n.map_or(Cell::Nothing, Cell::from)
    }
}

pub fn write(view: &FrozenView) -> Result<Vec<u8>, ReportError> {
    let id = json::report_id(&json::digest(view)?);
    let mut book = Workbook::new();
    let mut properties = DocProperties::new()
        .set_title(shown(&format!("{}: review of agent activity, {id}", view.case_name)))
        .set_author(shown(&format!("Behalf {}", view.behalf_version)))
        .set_comment(shown(view.marking.as_deref().unwrap_or_default()));
    if let Some(made) = serial(&view.prepared_at).and_then(|days| ExcelDateTime::from_serial_datetime(days).ok()) {
        properties = properties.set_creation_datetime(&made);
    }
    book.set_properties(&properties);
    let looks = Looks::new();
    let marking = shown(view.marking.as_deref().unwrap_or_default());
    for (name, columns, rows) in sheets::of(view, &id) {
        sheet(&mut book, name, columns, rows, &looks, (&marking, &id))?;
    }
    Ok(book.save_to_buffer()?)
}

struct Looks {
    head: Format,
    text: Format,
    date: Format,
    number: Format,
}

impl Looks {
    fn new() -> Looks {
        let base = || Format::new().set_font_name("Calibri").set_font_size(10).set_align(FormatAlign::Top);
        Looks {
            head: base()
                .set_bold()
                .set_background_color("#E6E8EC")
                .set_border_bottom(FormatBorder::Thin)
                .set_text_wrap(),
            text: base().set_text_wrap(),
            date: base().set_num_format("yyyy\\-mm\\-dd hh:mm:ss.000"),
            number: base().set_num_format("#,##0"),
        }
    }
}

/// One sheet, or several where the rows do not fit into one.
fn sheet(
    book: &mut Workbook,
    name: &str,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
    looks: &Looks,
    (marking, id): (&str, &str),
) -> Result<(), ReportError> {
    let mut rows = rows.into_iter().peekable();
    let mut part = 1;
    loop {
        let sheet = book.add_worksheet();
        sheet.set_name(if part == 1 { name.to_owned() } else { format!("{name} {part}") })?;
        for (at, c) in (0u16..).zip(columns) {
            sheet.write_string_with_format(0, at, c.head, &looks.head)?;
            sheet.set_column_width(at, c.width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_repeat_rows(0, 0)?;
        sheet.set_print_fit_to_pages(1, 0);
        // In a header of a page `&` begins a code: doubled, it is itself.
        sheet.set_header(format!("&L{}&R{id}", header_text(marking)));
        sheet.set_footer("&L&A&RPage &P of &N");
        let mut at = 1;
        while at < ROWS
            && let Some(cells) = rows.next()
        {
            for ((n, c), cell) in (0u16..).zip(columns).zip(cells) {
                put(sheet, at, n, c.kind, cell, looks)?;
            }
            at += 1;
        }
        if let Some(last) = columns.len().checked_sub(1) {
            sheet.autofilter(0, 0, at.saturating_sub(1).max(1), last as u16)?;
        }
        if rows.peek().is_none() {
            return Ok(());
        }
        part += 1;
    }
}

fn header_text(marking: &str) -> String {
    // A page header holds 255 characters, codes among them.
    marking.chars().take(160).collect::<String>().replace('&', "&&")
}

fn put(sheet: &mut Worksheet, row: u32, at: u16, kind: Kind, cell: Cell, looks: &Looks) -> Result<(), ReportError> {
    match cell {
        Cell::Nothing => {}
        Cell::Number(n) => {
            sheet.write_number_with_format(row, at, n, &looks.number)?;
        }
        Cell::Text(text) => match (kind, serial(&text)) {
            (Kind::Date, Some(days)) => {
                sheet.write_number_with_format(row, at, days, &looks.date)?;
            }
            _ => {
                sheet.write_string_with_format(row, at, shown(&text), &looks.text)?;
            }
        },
    }
    Ok(())
}

/// Days since a spreadsheet's beginning, in UTC; none for what is no time, or a time before March 1900, which Excel
/// counts wrongly.
fn serial(time: &str) -> Option<f64> {
    let micros = DateTime::parse_from_rfc3339(time).ok()?.timestamp_micros();
    let days = micros as f64 / 86_400_000_000.0 + EPOCH;
    (61.0..2_958_466.0).contains(&days).then_some(days)
}

/// Text as a cell shows it; what does not fit says so.
fn shown(text: &str) -> String {
    let text = text::visible(text);
    let length = text.encode_utf16().count();
    if length <= CELL {
        return text;
    }
    let note = format!(" [cut here: {length} characters in all, whole in the JSON of this report]");
    let mut room = CELL - note.len();
    let mut out = String::new();
    for c in text.chars() {
        match room.checked_sub(c.len_utf16()) {
            Some(left) => room = left,
            None => break,
        }
        out.push(c);
    }
    out + &note
}
