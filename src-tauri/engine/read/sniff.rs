//! The form of an export, from its first bytes.

use super::documents::begins_yaml;
use super::lines::logged_value;
use super::scan::{Scan, Seen};
use super::token::raw_token;
use super::wrap;

/// How much of an export's start decides its form. A shorter head is the whole export.
pub(super) const HEAD_BYTES: usize = 256 << 10;
/// How many lines are looked at.
const LINES: usize = 50;

/// How the records of an export are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// One JSON array, or several one after the other.
    Array,
    /// An object one of whose members is the array of records (`outer.inner` for one a level down), or several such.
    Wrapped {
        key: String,
    },
    /// One JSON value a line, or one raw token.
    Lines,
    /// JSON objects one after the other, over several lines each or all on one.
    Objects,
    /// Rows with a header.
    Csv {
        delimiter: u8,
        header: Vec<String>,
    },
    /// YAML documents.
    Yaml,
    Empty,
    /// Nothing that Behalf can split, with the reason.
    Unknown {
        why: String,
    },
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
            Form::Yaml => "YAML".into(),
            Form::Empty => "empty".into(),
            Form::Unknown { why } => format!("unknown: {why}"),
        }
    }
}

/// Sniffs the form from the first bytes of the decompressed export.
pub fn sniff(head: &[u8]) -> Form {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let Some(first) = text.first() else {
        return match head.len() == HEAD_BYTES {
            true => Form::Unknown { why: "it starts with nothing but blanks".into() },
            false => Form::Empty,
        };
    };
    if let Some(what) = known_binary(head, text) {
        return Form::Unknown { why: format!("{what}; Behalf reads JSON, CSV and YAML") };
    }
    match first {
        b'[' if begins_value(text) => array(text),
        b'{' if matches!(text[1..].trim_ascii_start().first(), None | Some(b'"' | b'}')) => object(text),
        _ if mostly_json_lines(text) || mostly_tokens(text) => Form::Lines,
        _ if logged_lines(text) => Form::Lines,
        _ => csv(without_type_line(text), head.len() == HEAD_BYTES).unwrap_or_else(|| match begins_yaml(text) {
            true => Form::Yaml,
            false => unknown(text),
        }),
    }
}

/// Windows PowerShell's `Export-Csv` names the type of its objects in a line before the header.
pub(super) const TYPE_LINE: &[u8] = b"#TYPE ";

fn without_type_line(text: &[u8]) -> &[u8] {
    match text.starts_with(TYPE_LINE).then(|| memchr::memchr(b'\n', text)).flatten() {
        Some(end) => text.get(end + 1..).unwrap_or_default(),
        None => text,
    }
}

/// File types that reviewers are handed by mistake, and what else is no text.
fn known_binary(head: &[u8], text: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF document"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PK\x03\x04", "an archive inside an archive"),
        (b"\x1f\x8b", "compressed twice"),
        (b"\x28\xb5\x2f\xfd", "compressed twice"),
        (b"BZh", "compressed by bzip2"),
        (b"\xfd7zXZ\0", "compressed by xz"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Obj\x01", "an Avro file"),
        (b"ElfFile\0", "a Windows event log"),
        (b"\xd0\xcf\x11\xe0", "an old Office document"),
    ];
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    let tar = (head.get(257..262) == Some(b"ustar")).then_some("a tar archive");
    // A crashed disk leaves holes of NUL bytes in a log: damage to a record or two, not another kind of file.
    let json = || begins_json(text) || mostly_json_lines(text);
    let binary = || (head.iter().take(8 << 10).any(|b| *b == 0) && !json()).then_some("binary data");
    magic.or(tar).or_else(binary)
}

/// An object with a name in it, or an array of objects.
fn begins_json(text: &[u8]) -> bool {
    let next = |text: &[u8], wanted: u8| text[1..].trim_ascii_start().first() == Some(&wanted);
    text.starts_with(b"{") && next(text, b'"') || text.starts_with(b"[") && next(text, b'{')
}

/// Whether what follows the brackets can be JSON: `[section]` of a settings file cannot.
fn begins_value(text: &[u8]) -> bool {
    let brackets = text.iter().take_while(|b| **b == b'[' || b.is_ascii_whitespace()).count();
    let text = &text[brackets..];
    let word = |word: &[u8]| text.starts_with(word) || word.starts_with(text);
    match text.first() {
        None | Some(b'{' | b']' | b'"' | b'-' | b'0'..=b'9') => true,
        Some(_) => word(b"true") || word(b"false") || word(b"null"),
    }
}

fn unknown(text: &[u8]) -> Form {
    let why = match text.first() {
        Some(b'<') => "XML or HTML; Behalf reads JSON, CSV and YAML",
        _ => "neither JSON nor YAML nor a CSV with a header",
    };
    Form::Unknown { why: why.into() }
}

/// An array; or lines that are arrays of plain values each, which are rows and no records to take apart.
fn array(text: &[u8]) -> Form {
    let of_objects = matches!(text[1..].trim_ascii_start().first(), Some(b'{') | None);
    let Seen::Done(end) = Scan::new(usize::MAX).run(text, 0) else { return Form::Array };
    let one_line = !text[..end].contains(&b'\n');
    match after(text, end) {
        After::NextLine(b'[') if one_line && !of_objects => Form::Lines,
        _ => Form::Array,
    }
}

fn object(text: &[u8]) -> Form {
    let (end, whole) = match Scan::new(usize::MAX).run(text, 0) {
        Seen::Done(end) => (end, true),
        Seen::Broken { at, .. } => (at, false),
        Seen::More => (text.len(), true),
    };
    let one_line = !text[..end].contains(&b'\n');
    match after(text, end) {
        After::NextLine(_) if whole && one_line => return Form::Lines,
        After::SameLine(b'{') if whole && one_line && json_lines(text).0 > 0 => return Form::Lines,
        // A torn first line: the others say what the file is.
        _ if !whole && mostly_json_lines(text) => return Form::Lines,
        _ => {}
    }
    match wrap::find(text) {
        Some(found) => Form::Wrapped { key: found.key },
        None => Form::Objects,
    }
}

/// What follows the first value.
enum After {
    Nothing,
    SameLine(u8),
    NextLine(u8),
}

fn after(text: &[u8], end: usize) -> After {
    let rest = text.get(end..).unwrap_or_default();
    let gap = rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
    match rest.get(gap) {
        None => After::Nothing,
        Some(byte) if rest[..gap].contains(&b'\n') => After::NextLine(*byte),
        Some(byte) => After::SameLine(*byte),
    }
}

/// Of the first lines after the first: how many are whole JSON objects, and how many there are.
fn json_lines(text: &[u8]) -> (usize, usize) {
    let lines = text.split(|b| *b == b'\n').skip(1).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut whole, mut all) = (0, 0);
    for line in lines.take(LINES) {
        all += 1;
        let ends = Scan::new(usize::MAX).run(line, 0) == Seen::Done(line.len());
        whole += usize::from(line.starts_with(b"{") && ends);
    }
    (whole, all)
}

/// Lines of a program's log that end in a JSON object.
fn logged_lines(text: &[u8]) -> bool {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut logged, mut all) = (0, 0);
    for line in lines.take(LINES) {
        all += 1;
        logged += usize::from(logged_value(line).is_some());
    }
    logged > 0 && logged * 2 >= all
}

fn mostly_json_lines(text: &[u8]) -> bool {
    let (whole, all) = json_lines(text);
    whole > 0 && whole * 2 >= all
}

/// Raw tokens, one a line, in most of the first lines.
fn mostly_tokens(text: &[u8]) -> bool {
    let lines = text.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LINES);
    let (mut tokens, mut all) = (0, 0);
    for line in lines {
        all += 1;
        tokens += usize::from(std::str::from_utf8(line).is_ok_and(|line| raw_token(line).is_some()));
    }
    tokens * 2 > all
}

/// A CSV has a header of at least two names, and rows of as many fields.
fn csv(text: &[u8], cut_off: bool) -> Option<Form> {
    let fits = [b',', b';', b'\t', b'|'].into_iter().filter_map(|delimiter| {
        let rows = rows(text, delimiter, cut_off)?;
        let header = rows.first()?;
        let alike = rows.iter().filter(|row| row.len() == header.len()).count();
        (is_header(header) && alike * 2 > rows.len()).then(|| (header.len(), delimiter, header.clone()))
    });
    // The first of the widest: a comma inside a cell must not win over the semicolon between cells.
    let widest = fits.reduce(|best, next| if next.0 > best.0 { next } else { best });
    widest.map(|(_, delimiter, header)| Form::Csv { delimiter, header })
}

/// The first rows; the last is left out where the head may end inside it.
fn rows(text: &[u8], delimiter: u8, cut_off: bool) -> Option<Vec<Vec<String>>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
    let mut rows = Vec::new();
    for record in reader.byte_records().take(LINES) {
        let record = record.ok()?;
        rows.push(record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
    }
    if cut_off && rows.len() > 1 && rows.len() < LINES {
        rows.pop();
    }
    Some(rows)
}

fn is_header(names: &[String]) -> bool {
    let named = names.iter().filter(|name| !name.trim().is_empty()).count();
    let plain = names.iter().all(|name| {
        name.len() <= 256 && name.trim().parse::<f64>().is_err() && !name.chars().any(|c| c.is_control() || c == '{')
    });
    names.len() >= 2 && named * 2 > names.len() && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        sniff(text.as_bytes())
    }

    fn wrapped(key: &str) -> Form {
        Form::Wrapped { key: key.into() }
    }

    #[test]
    fn lines_are_lines_even_if_each_is_a_wrapper() {
        let line = r#"{"resourceSpans":[{"resource":{}}]}"#;
        assert_eq!(form(&format!("{line}\n{line}\n")), Form::Lines);
        assert_eq!(form(&format!("{line}\n")), wrapped("resourceSpans"));
        assert_eq!(form("{\"a\":1}\n{\"a\":"), Form::Lines, "a cut second line is still a line");
        assert_eq!(form("{\"a\":\"to\n{\"a\":1}\n{\"a\":2}\n"), Form::Lines, "a torn first line");
        assert_eq!(form("n\"}\n{\"a\":1}\n{\"a\":2}\n"), Form::Lines, "a file that starts inside a line");
        assert_eq!(form("{\"a\":1}{\"a\":2}\n{\"a\":3}\n"), Form::Lines, "two values on the first line");
        assert_eq!(form("[1,2]\n[3,4]\n"), Form::Lines);
    }

    #[test]
    fn a_wrapper_is_told_from_a_record() {
        assert_eq!(form(r#"{"Records":[{"a":1}]}"#), wrapped("Records"));
        assert_eq!(form("{\n \"kind\":\"List\",\n \"items\": [\n  {\"a\":1}\n ]\n}\n"), wrapped("items"));
        assert_eq!(form(r#"{"value":"x","entries":[{}]}"#), wrapped("entries"));
        assert_eq!(form(r#"{"hits":{"total":1,"hits":[{"_source":{}}]}}"#), wrapped("hits.hits"));
        assert_eq!(form(r#"{"items":[],"runs":[{"id":1}]}"#), wrapped("runs"));
        assert_eq!(form(r#"{"Records":[]}"#), wrapped("Records"));
        assert_eq!(form(r#"{"trace":{},"observations":[{}]}"#), Form::Objects);
        assert_eq!(form(r#"{"UserDetailList":[{}],"GroupDetailList":[{}]}"#), Form::Objects);
        assert_eq!(form(r#"{"eventName":"x","resources":[{"ARN":"y"}]}"#), Form::Objects);
        assert_eq!(form(r#"{"traceId":"x","events":[{"name":"y"}]}"#), Form::Objects);
        assert_eq!(form(r#"{"data":[1,2]}"#), Form::Objects);
        assert_eq!(form(r#"{"resourceSpans":[{"a":1}],"resourceLogs":[{"b":1}]}"#), Form::Objects);
        assert_eq!(form("{\n\"a\":1\n}\n{\n\"a\":2\n}\n"), Form::Objects);
        assert_eq!(form(" [{\"a\":1}]"), Form::Array);
        assert!(matches!(form("[[plans]]\nid = 1\n"), Form::Unknown { .. }));
        assert!(matches!(form("[section]\nkey = 1\n"), Form::Unknown { .. }));
        assert!(matches!(form("{'a': None}\n{'a': 1}\n"), Form::Unknown { .. }));
    }

    #[test]
    fn csv_by_its_header() {
        let csv = |delimiter, header: &[&str]| {
            let header = header.iter().map(|name| name.to_string()).collect();
            Form::Csv { delimiter, header }
        };
        assert_eq!(form("\u{feff}id,name\r\n1,\"a\nb\"\r\n"), csv(b',', &["id", "name"]));
        assert_eq!(form("id;name;note\n1;a;b, c\n"), csv(b';', &["id", "name", "note"]));
        assert_eq!(form("#TYPE Some.Object\r\n\"id\",\"name\"\r\n1,a\r\n"), csv(b',', &["id", "name"]));
        assert_eq!(form("\"id\"\t\"name\"\n"), csv(b'\t', &["id", "name"]));
        assert!(matches!(form("just some prose, and more\nof it\nand more\n"), Form::Unknown { .. }));
        assert!(matches!(form("1,2\n3,4\n"), Form::Unknown { .. }), "no header");
    }

    #[test]
    fn raw_tokens_are_lines_and_prose_about_them_is_not() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        for text in [
            token.to_string(),
            format!("{token}\n\n{token}\n"),
            format!("Authorization: Bearer {token}\r\nx\r\n{token}"),
        ] {
            assert_eq!(form(&text), Form::Lines, "{text}");
        }
        for text in [
            format!("The token\nis {token}\n"),
            format!("{token}\nid,name\n1,2\n"),
            format!("id,token\n1,{token}\n2,{token}\n"),
        ] {
            assert_ne!(form(&text), Form::Lines, "{text}");
        }
    }

    #[test]
    fn a_programs_log_with_objects_is_lines() {
        let line = "2026-03-02T10:00:00.000Z\tINFO\tdone\t{\"a\": 1, \"b\": {\"c\": 2}}";
        assert_eq!(form(&format!("{line}\n{line}\n")), Form::Lines);
        assert_eq!(logged_value(line.as_bytes()), line.find('{'));
        assert!(!matches!(form("a\tb\n1\t{torn\n"), Form::Lines));
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(form(""), Form::Empty);
        assert_eq!(form(" \n\t\n"), Form::Empty);
        for (bytes, word) in [(&b"PAR1xx"[..], "Parquet"), (b"a\0b", "binary"), (b"<html>", "XML")] {
            let Form::Unknown { why } = sniff(bytes) else { panic!("{word}") };
            assert!(why.contains(word), "{why}");
        }
    }
}
