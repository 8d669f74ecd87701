//! Files as attackers and accidents make them, each in a case of its own: nothing is lost silently, and whatever was read
//! comes back byte for byte.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use std::io::Read;

use behalf_engine::ask;
use behalf_engine::case::{Case, ImportedFile, verify};
use behalf_engine::model::LossCode;
use fixtures::{Export, expected, exports, import, lay, mapping, number};

/// One file in a case of its own.
struct Alone {
    case: Case,
    file: ImportedFile,
    _folder: tempfile::TempDir,
}

fn alone(export: &Export) -> Alone {
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), std::slice::from_ref(export));
    let mut case = Case::create(&folder.path().join("c.behalf"), behalf_engine::model::Time(0)).unwrap();
    let report = import(&mut case, &paths, &[&mapping()], 2);
    assert_eq!(report.files.len(), 1, "{} is a file of the report", export.name);
    Alone { case, file: report.files[0].clone(), _folder: folder }
}

/// The text of an export, by another way than the engine's: as much as can be decompressed, UTF-16 decoded.
fn text_of(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    if bytes.starts_with(b"\x1f\x8b") {
        if flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).is_err() {
            // One byte at a time: what stands before the damage is not lost with what was asked for beyond it.
            text.clear();
            let (mut rest, mut byte) = (flate2::read::MultiGzDecoder::new(bytes), [0]);
            while rest.read_exact(&mut byte).is_ok() {
                text.push(byte[0]);
            }
        }
    } else if bytes.starts_with(b"\x28\xb5\x2f\xfd") {
        zstd::Decoder::new(bytes).unwrap().read_to_end(&mut text).unwrap();
    } else {
        text = bytes.to_vec();
    }
    if let Some(wide) = text.strip_prefix(b"\xff\xfe") {
        let units = wide.chunks_exact(2).map(|u| u16::from_le_bytes([u[0], u[1]]));
        text = char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect::<String>().into_bytes();
    }
    text
}

/// Every record that the case holds stands in the text where its address says. Returns how many were compared.
fn all_come_back(case: &Case, text: &[u8], name: &str) -> usize {
    let mut events = case.database().prepare("SELECT id FROM events ORDER BY id").unwrap();
    let ids: Vec<i64> = events.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    for id in &ids {
        let raw = case.raw(*id).unwrap();
        let at = raw.place.address.offset as usize;
        let there = text.get(at..at + raw.place.address.length as usize);
        assert_eq!(Some(raw.bytes.as_slice()), there, "{name}: event {id} at byte {at}");
        assert!(!raw.bytes.is_empty(), "{name}: event {id} has no bytes");
    }
    let mut copies = case.database().prepare("SELECT file, idx, offset, length FROM copies ORDER BY id").unwrap();
    let places: Vec<(i64, i64, i64, i64)> = copies
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (file, index, offset, length) in &places {
        let there = text.get(*offset as usize..(*offset + *length) as usize);
        let bytes = case.raw_copy(*file, *index).unwrap();
        assert_eq!(Some(bytes.as_slice()), there, "{name}: copy {index} at byte {offset}");
    }
    ids.len() + places.len()
}

#[test]
fn every_file_is_accounted_for_and_gives_back_its_bytes() {
    let table = expected("hostile/expected.csv");
    let files = exports("hostile/exports");
    assert_eq!(table.len(), files.len());
    let mut compared = 0;
    for (truth, export) in table.iter().zip(&files) {
        let name = &export.name;
        assert_eq!(&truth["file"], name);
        let Alone { case, file, .. } = alone(export);
        assert_eq!(file.read, file.kept + file.duplicates + file.rejected, "{name}");
        if !truth["read"].is_empty() {
            assert_eq!(file.read.to_string(), truth["read"], "{name}: {file:?}");
        }
        assert!(file.kept >= truth["kept_at_least"].parse().unwrap(), "{name}: {file:?}");

        let losses = ask::evidence::losses(&case, None).unwrap();
        assert!(losses.iter().all(|l| LossCode::ALL.iter().any(|c| c.code() == l.code)), "{name}: {losses:?}");
        let errors: u64 = losses.iter().filter(|l| l.severity == "error").map(|l| u64::from(l.count)).sum();
        let lost: u64 = truth["rejected_at_least"].parse().unwrap();
        assert!(file.rejected.max(errors) >= lost, "{name}: {file:?} {losses:?}");
        // A record that was not kept is never without a loss of its own or of its whole file.
        assert!(file.rejected == 0 || errors > 0, "{name}: rejected in silence");
        if file.format != "unknown" {
            assert!(errors >= file.rejected, "{name}: {} rejected, {errors} losses", file.rejected);
        }

        let held = verify(&case).unwrap();
        assert!(held.problems.is_empty(), "{name}: {:?}", held.problems);
        let back = all_come_back(&case, &text_of(&export.bytes), name);
        // Records of a file that nobody recognises are counted; its bytes stay in the file.
        let stored = if file.format == "unknown" { 0 } else { file.read };
        assert_eq!(back as u64, stored, "{name}");
        compared += back;
    }
    assert!(compared > 80, "only {compared} records were compared");
}

#[test]
fn what_one_file_damages_is_said_with_its_place() {
    for (name, code, placed) in [
        ("torn.ndjson", "broken_record", true),
        ("deep.ndjson", "too_deep", true),
        ("truncated.ndjson.gz", "truncated", false),
        ("damaged.ndjson.gz", "bad_archive", false),
        ("unclosed-array.json", "truncated", true),
        ("conflicting-copies.ndjson", "conflicting_copy", true),
        ("latin-1.ndjson", "bad_encoding", false),
        ("unknown.ndjson", "unknown_format", false),
        ("binary.bin", "unknown_format", false),
        ("empty.json", "skipped", false),
        ("directory-short-row.csv", "broken_record", true),
        ("directory-unclosed-quote.csv", "broken_record", true),
        ("nul-bytes.ndjson", "broken_record", true),
        ("scalars.json", "unknown_format", false),
    ] {
        let export = exports("hostile/exports").into_iter().find(|e| e.name == name).unwrap();
        let losses = ask::evidence::losses(&alone(&export).case, None).unwrap();
        let found = losses.iter().find(|l| l.code == code);
        assert!(found.is_some(), "{name}: {losses:?}");
        let places = &found.unwrap().places;
        assert!(!placed || places.iter().all(|p| p.offset.is_some() && p.length.is_some()), "{name}: {places:?}");
    }
}

#[test]
fn all_of_it_in_one_case_is_still_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let paths = lay(folder.path(), &exports("hostile/exports"));
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &paths, &[&mapping()], 4);
    for file in &report.files {
        assert_eq!(file.read, file.kept + file.duplicates + file.rejected, "{}", file.path);
    }
    assert!(ask::evidence::reconciliation(&case).unwrap().reconciles);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    assert!(number(&case, "SELECT count(*) FROM attributions") > 0);
}

/// Lines of a sign-in log that share one id, with these contents in this order.
fn sharing_an_id(contents: &[&str]) -> Export {
    let line = |content: &&str| {
        format!(
            r#"{{"uuid":"7d0e6c1a-0000-4000-8000-00000000000a","published":"2026-03-05T10:00:00.000Z","eventType":"user.session.start","version":"0","severity":"INFO","actor":{{"id":"00uhostile0","type":"User","alternateId":"{content}@hostile.example"}},"outcome":{{"result":"SUCCESS"}}}}"#
        ) + "\n"
    };
    Export { name: "shared.ndjson".into(), bytes: contents.iter().map(line).collect::<String>().into_bytes() }
}

#[test]
fn a_copy_of_either_of_two_conflicting_records_is_a_duplicate() {
    let Alone { case, file, .. } = alone(&sharing_an_id(&["ann", "bea", "ann", "bea", "ann"]));
    assert_eq!((file.kept, file.duplicates), (2, 3));
    assert_eq!(number(&case, "SELECT count(*) FROM losses WHERE code = 'conflicting_copy'"), 1);
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
}

#[test]
fn conflicting_records_are_duplicates_in_a_later_import_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut again = sharing_an_id(&["bea", "ann"]);
    again.name = "again.ndjson".into();
    let paths = lay(folder.path(), &[sharing_an_id(&["ann", "bea"]), again]);
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &paths[..1], &[], 1);
    let report = import(&mut case, &paths[1..], &[], 1);
    assert_eq!((report.files[0].kept, report.files[0].duplicates), (0, 2));
}

#[test]
fn an_id_with_two_contents_is_answered_with_the_choices() {
    let Alone { case, .. } = alone(&sharing_an_id(&["ann", "bea"]));
    let id = "7d0e6c1a-0000-4000-8000-00000000000a";
    let error = case.find_event(id).unwrap_err();
    let behalf_engine::case::CaseError::AmbiguousId { count, choices, .. } = error else { panic!("{error}") };
    assert_eq!(count, 2);
    // Each choice, given back as listed, leads to its own record.
    let found: Vec<Vec<u8>> =
        choices.split(", ").map(|c| case.raw(case.find_event(c).unwrap()).unwrap().bytes).collect();
    assert_eq!(found.len(), 2);
    assert_ne!(found[0], found[1]);
}
