//! Files to a case: every record accounted for and given back, whatever the files are.

use std::path::{Path, PathBuf};

use behalf_engine::case::{Case, Import, ImportReport, ImportedFile, verify};
use behalf_engine::model::{Clock, Time};
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Mapping};

use crate::told::HINTS;
use crate::{named, text};

/// An export as a reviewer is handed it.
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(name: &str, bytes: &[u8]) -> File {
        File { name: name.into(), bytes: bytes.to_vec() }
    }
}

/// A clock that stands: an event with its time has made it up.
struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time(1)
    }
}

/// Holds the laws of an import over several files in one case.
pub fn hold_of_files(files: &[File], mappings: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), files);
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &paths, mappings, 1);
    for file in &report.files {
        accounted_for(&case, file);
    }
    for file in files {
        given_back(&case, &folder.path().join(&file.name), file);
    }
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    nobody_is_nobody(&case);
    assert_eq!(number(&case, "SELECT count(*) FROM events WHERE time = 1"), 0, "the clock's time is no event's");

    let mut other = Case::in_memory().unwrap();
    import(&mut other, &paths, mappings, 3);
    for table in tables(&case) {
        assert_eq!(rows(&case, &table), rows(&other, &table), "{table} depends on threads");
    }
    // Files that nobody recognised are tried again, and have no row in these.
    let lasting = ["events", "copies", "blocks", "envelopes", "claims", "principals", "strings", "directory"];
    let before = lasting.map(|t| rows(&case, t));
    let again = import(&mut case, &paths, mappings, 1);
    let counts = |r: &ImportReport| -> Vec<_> {
        r.files.iter().map(|f| (f.path.clone(), f.read, f.kept, f.duplicates, f.rejected)).collect()
    };
    assert_eq!(counts(&report), counts(&again), "a second import counts otherwise");
    assert_eq!(before, lasting.map(|t| rows(&case, t)), "a second import changes the case");

    behalf_engine::analysis::analyze(&case, &()).unwrap();
    assert!(behalf_engine::ask::evidence::reconciliation(&case).unwrap().reconciles);
}

/// What is read of one file that may be compared with the same text packed otherwise: format, counts, records.
pub fn read_of(file: &File) -> (String, [u64; 4], Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), std::slice::from_ref(file));
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &paths, &[], 1);
    let [one] = report.files.as_slice() else { panic!("{} files of one", report.files.len()) };
    let counts = [one.read, one.kept, one.duplicates, one.rejected];
    let records = "SELECT offset, length, kind, time, shown_id, hex(hash) FROM events ORDER BY id";
    (one.format.clone(), counts, select(&case, records))
}

fn lay(folder: &Path, files: &[File]) -> Vec<PathBuf> {
    files
        .iter()
        .map(|file| {
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.bytes).unwrap();
            path
        })
        .collect()
}

fn import(case: &mut Case, paths: &[PathBuf], mappings: &[&str], threads: usize) -> ImportReport {
    let registry = sources::registry(mappings.iter().map(|m| Mapping::parse(m).unwrap()).collect());
    // Small batches, so that a small file has several.
    let limits = Limits { batch_bytes: 2 << 10, ..Limits::default() };
    let import = Import { registry: &registry, hints: &HINTS, limits: &limits, threads, clock: &Still, progress: &() };
    case.import(paths, &import).unwrap()
}

/// read = kept + duplicates + rejected; nothing rejected in silence, and no more said than there is.
fn accounted_for(case: &Case, file: &ImportedFile) {
    assert_eq!(file.read, file.kept + file.duplicates + file.rejected, "{file:?}");
    let held = "SELECT count(*) FROM files WHERE path = ?1";
    if case.database().query_row(held, [&file.path], |r| r.get::<_, i64>(0)).unwrap() == 0 {
        // The same bytes under another path: that one is told of.
        return;
    }
    let of = |what: &str| {
        let sql = format!("SELECT count(*) FROM losses l JOIN files f ON f.id = l.file WHERE f.path = ?1 {what}");
        case.database().query_row(&sql, [&file.path], |r| r.get::<_, i64>(0)).unwrap() as u64
    };
    let (all, errors) = (of(""), of("AND l.severity = 'error'"));
    assert!(all <= 3 * file.read + 8, "{all} losses: {file:?}");
    assert!(file.rejected == 0 || errors > 0, "rejected in silence: {file:?}");
    assert!(file.format == "unknown" || errors >= file.rejected, "{errors} errors: {file:?}");
    // A table may have a header and no row.
    assert!(
        file.read > 0 || all > 0 || file.why.contains("header") || file.why.contains("columns"),
        "silence: {file:?}"
    );
}

/// Every record that the case holds of a file is what stands in its text at its address.
fn given_back(case: &Case, path: &Path, file: &File) {
    let (path, texts) = (path.display().to_string(), text::of(&file.bytes));
    let mut held = case.database().prepare("SELECT id, path, format, read FROM files").unwrap();
    let held = held.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap();
    for (id, shown, format, read) in held.map(Result::<(i64, String, String, i64), _>::unwrap) {
        let member = match shown.strip_prefix(&path) {
            Some("") => "",
            Some(member) => member.strip_prefix('!').unwrap_or("?"),
            None => continue,
        };
        let Some(text) = texts.get(member) else { continue };
        let mut given = 0;
        let mut at_home = |offset: i64, length: i64, bytes: &[u8], what: &str| {
            let there = text.get(offset as usize..(offset + length) as usize);
            assert_eq!(Some(bytes), there, "{shown}: {what} at {offset} does not come back");
            given += 1;
        };
        let mut events = case.database().prepare_cached("SELECT id FROM events WHERE file = ?1").unwrap();
        for event in events.query_map([id], |r| r.get(0)).unwrap().map(Result::unwrap) {
            let raw = case.raw(event).unwrap();
            assert!(!raw.bytes.is_empty(), "{shown}: a record without bytes");
            at_home(raw.place.address.offset as i64, raw.place.address.length as i64, &raw.bytes, "a record");
        }
        let mut copies =
            case.database().prepare_cached("SELECT idx, offset, length FROM copies WHERE file = ?1").unwrap();
        let copies = copies.query_map([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
        for (index, offset, length) in copies.map(Result::<(i64, i64, i64), _>::unwrap) {
            at_home(offset, length, &case.raw_copy(id, index).unwrap(), "a copy");
        }
        // Records of a file that nobody recognises are counted; its bytes stay in the file.
        assert!(format == "unknown" || given == read, "{shown}: {given} of {read} come back");
    }
}

fn nobody_is_nobody(case: &Case) {
    for id in select(case, "SELECT own_id FROM principals") {
        assert!(!named::is_nobody(&id), "a principal that is nobody: {id:?}");
    }
}

fn number(case: &Case, sql: &str) -> i64 {
    case.database().query_row(sql, [], |r| r.get(0)).unwrap()
}

fn tables(case: &Case) -> Vec<String> {
    select(case, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
}

fn rows(case: &Case, table: &str) -> Vec<String> {
    let mut rows = select(case, &format!("SELECT * FROM {table}"));
    rows.sort_unstable();
    rows
}

/// Rows as text, a column alone as it is.
fn select(case: &Case, sql: &str) -> Vec<String> {
    let mut query = case.database().prepare(sql).unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |r| {
        let cells = (0..columns).map(|c| match r.get_ref(c).unwrap() {
            text if columns == 1 => text.as_str().unwrap_or_default().to_string(),
            value => format!("{value:?}"),
        });
        Ok(cells.collect::<Vec<_>>().join(" "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
