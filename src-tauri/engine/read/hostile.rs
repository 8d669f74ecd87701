//! Exports as attackers and accidents make them.

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use super::origin::Origin;
use super::*;
use crate::model::LossCode;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

fn stream(bytes: Vec<u8>) -> Stream {
    of(Cursor::new(bytes), &Limits::default())
}

fn of(read: impl Read + Send + 'static, limits: &Limits) -> Stream {
    Stream::over(Export::file("test.json".as_ref()), Origin::of(read), limits).unwrap()
}

struct Got {
    texts: Vec<Vec<u8>>,
    broken: Vec<Option<LossCode>>,
    losses: Vec<LossCode>,
    facts: FileFacts,
}

fn read(mut stream: Stream) -> Got {
    let (mut texts, mut broken) = (Vec::new(), Vec::new());
    while let Some(batch) = stream.next_batch().unwrap() {
        for chunk in &batch.chunks {
            texts.push(batch.bytes(chunk).to_vec());
            broken.push(chunk.broken.as_ref().map(|b| b.0));
        }
    }
    let losses = stream.losses().iter().map(|loss| loss.code).collect();
    Got { texts, broken, losses, facts: stream.finish() }
}

fn sha(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn lines(n: usize) -> Vec<u8> {
    (0..n).flat_map(|i| format!("{{\"id\":{i},\"text\":\"{:x}\"}}\n", i * 7919).into_bytes()).collect()
}

#[test]
fn compression_is_seen_through_and_the_hash_is_of_the_file() {
    let text = lines(1000);
    let mut members = gzip(&text[..text.len() / 2]);
    members.extend(gzip(&text[text.len() / 2..]));
    for file in [text.clone(), gzip(&text), members, zstd::encode_all(&text[..], 1).unwrap()] {
        let got = read(stream(file.clone()));
        assert_eq!(got.texts.len(), 1000);
        assert!(got.broken.iter().all(Option::is_none) && got.losses.is_empty());
        assert_eq!(got.texts.join(&b'\n'), text.trim_ascii_end());
        let content_sha256 = (file != text).then(|| sha(&text));
        let facts =
            FileFacts { sha256: sha(&file), content_sha256, bytes_in: file.len() as u64, bytes_out: text.len() as u64 };
        assert_eq!(got.facts, facts);
    }
}

#[test]
fn a_stream_left_early_still_hashes_all() {
    let file = gzip(&lines(200_000));
    assert_eq!(stream(file.clone()).finish().sha256, sha(&file));
    let mut early = of(Cursor::new(file.clone()), &Limits { batch_bytes: 100, ..Limits::default() });
    early.next_batch().unwrap();
    assert_eq!(early.finish().sha256, sha(&file));
}

#[test]
fn a_damaged_archive_keeps_what_came_before() {
    let file = gzip(&lines(100_000));
    let cut = read(stream(file[..file.len() / 2].to_vec()));
    assert!(cut.texts.len() > 30_000);
    assert_eq!(cut.losses, [LossCode::Truncated]);
    assert!(cut.broken[..cut.broken.len() - 1].iter().all(Option::is_none));
    assert_eq!(cut.facts.sha256, sha(&file[..file.len() / 2]));

    let mut flipped = file.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0xff);
    let got = read(stream(flipped.clone()));
    assert!(got.texts.len() > 30_000);
    assert_eq!(got.losses, [LossCode::BadArchive]);
    assert_eq!(got.facts.sha256, sha(&flipped));

    let file = zstd::encode_all(&lines(100_000)[..], 1).unwrap();
    assert_eq!(read(stream(file[..file.len() / 2].to_vec())).losses, [LossCode::Truncated]);
    for magic in [&b"\x1f\x8b"[..], b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd"] {
        assert_eq!(read(stream(magic.to_vec())).losses[0], LossCode::Truncated);
    }
}

#[test]
fn a_bomb_is_not_read_to_its_end() {
    let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let text = b"{\"a\":1}\n".repeat(1 << 17);
    for _ in 0..100 {
        zeros.write_all(&text).unwrap();
    }
    let file = zeros.finish().unwrap();
    let got = read(of(Cursor::new(file.clone()), &Limits { ratio: 100, ..Limits::default() }));
    assert!(got.losses.contains(&LossCode::Bomb), "{:?}", got.losses);
    assert!(got.facts.bytes_out <= 65 << 20);
    assert_eq!(got.facts.sha256, sha(&file));
}

/// A line of a gigabyte that nobody wrote down.
struct LongLine {
    left: u64,
    tail: Cursor<&'static [u8]>,
}

impl Read for LongLine {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return self.tail.read(out);
        }
        let n = self.left.min(out.len() as u64) as usize;
        out[..n].fill(b'x');
        self.left -= n as u64;
        Ok(n)
    }
}

#[test]
fn a_line_beyond_the_limit_is_placed_and_not_held() {
    const LONG: u64 = 1 << 27;
    let limits = Limits { record_bytes: 1 << 20, ..Limits::default() };
    for form in [Form::Lines, Form::Objects, Form::Array] {
        let mut source =
            Cursor::new(b"\n{\"a\":\"").chain(LongLine { left: LONG, tail: Cursor::new(b"\"}\n{\"a\":1}\n") });
        let mut splitter = Splitter::new(&form, &limits);
        let mut chunks = Vec::new();
        while let Some(batch) = splitter.next_batch(&mut source).unwrap() {
            assert!(batch.text.len() <= 3 << 20);
            chunks.extend(batch.chunks);
        }
        assert_eq!(chunks.len(), 2, "{form:?}");
        assert_eq!((chunks[0].offset, chunks[0].length, chunks[0].line), (1, LONG + 8, Some(2)), "{form:?}");
        assert_eq!(chunks[0].broken.as_ref().unwrap().0, LossCode::TooLarge);
        assert_eq!((chunks[1].line, &chunks[1].broken), (Some(3), &None));
    }
}

#[test]
fn deep_nesting_is_one_loss() {
    let deep = format!("{{\"a\":1}}\n{}{}\n{{\"a\":2}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let got = read(stream(deep.into_bytes()));
    assert_eq!(got.broken, [None, Some(LossCode::TooDeep), None]);
    let deep = format!("[{{\"a\":1}},{{\"a\":{}{{\"a\":9}}{}}},{{\"a\":2}}]", "[".repeat(200), "]".repeat(200));
    let got = read(stream(deep.into_bytes()));
    assert_eq!(got.broken, [None, Some(LossCode::TooDeep), None], "nothing inside poses as a record");
}

#[test]
fn utf_16_is_decoded() {
    let text = "{\"a\":\"é\"}\r\n{\"a\":\"😀\"}\r\n";
    let units: Vec<u16> = text.encode_utf16().collect();
    let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for file in [[&b"\xff\xfe"[..], &le].concat(), [&b"\xfe\xff"[..], &be].concat(), le.clone(), be, gzip(&le)] {
        let got = read(stream(file.clone()));
        assert_eq!(got.texts, ["{\"a\":\"é\"}".as_bytes(), "{\"a\":\"😀\"}".as_bytes()]);
        assert_eq!(got.facts.sha256, sha(&file));
        assert_eq!(got.facts.bytes_out, text.len() as u64);
    }
    let lone = [&b"\xff\xfe"[..], &le[..le.len() - 1]].concat();
    assert_eq!(read(stream(lone)).losses, [LossCode::BadEncoding]);
}

#[test]
fn latin_1_is_kept_and_said() {
    let got = read(stream(b"{\"a\":\"caf\xe9\"}\n{\"a\":\"b\"}\n".to_vec()));
    assert_eq!(got.texts[0], b"{\"a\":\"caf\xe9\"}");
    assert_eq!((got.losses.as_slice(), got.broken.as_slice()), (&[LossCode::BadEncoding][..], &[None, None][..]));
}

#[test]
fn what_cannot_be_split_says_so() {
    for (file, code) in [
        (vec![], LossCode::Skipped),
        (b" \n".to_vec(), LossCode::Skipped),
        (b"\x7fELF\x02\0\0\0".to_vec(), LossCode::UnknownFormat),
        (b"PK\x03\x04rest".to_vec(), LossCode::UnknownFormat),
    ] {
        let got = read(stream(file));
        assert_eq!((got.texts.len(), got.losses), (0, vec![code]));
    }
}

#[test]
fn torn_lines_and_what_is_side_by_side() {
    let got = read(stream(b"{\"a\":1}\n{\"a\":\"to\n\r\n{\"a\":2}{\"a\":3}\nnoise\n{\"a\":4} x\n{\"a\":5".to_vec()));
    use LossCode::*;
    let broken = [None, Some(BrokenRecord), None, None, Some(BrokenRecord), Some(BrokenRecord), Some(Truncated)];
    assert_eq!(got.broken, broken);
}

#[test]
fn damage_in_an_array_costs_one_record() {
    for (torn, n) in [
        (r#"[{"id":1,"x":{"id":9}},{"id":2,"x":"to{"id":3},{"id":4}]"#, 3),
        (r#"[{"id":1},{"id":2,"x":[1},{"id":3},{"id":4}]"#, 4),
        (r#"[{"id":1},{"id":2}},{"id":3},{"id":4}]"#, 5),
        (r#"[{"id":1},{"id":2,{"id":3},{"id":4}]"#, 4),
        (r#"{"Records":[{"id":1},{"id":2,"x" "y"},{"id":3},{"id":4},]}"#, 4),
        ("{\n \"id\":1\n}\n{\n \"id\":\"2\n}\n{\n \"id\":3\n}\n{\n \"id\":4\n}\n", 4),
    ] {
        let got = read(stream(torn.as_bytes().to_vec()));
        assert_eq!(
            got.texts.len(),
            n,
            "{torn}: {:?}",
            got.texts.iter().map(|t| String::from_utf8_lossy(t)).collect::<Vec<_>>()
        );
        assert_eq!(got.broken.iter().flatten().count(), 1, "{torn}");
    }
}

#[test]
fn arrays_and_wrappers_may_follow_each_other() {
    for text in
        [r#"[{"a":1}][{"a":2},{"a":3}]"#, "{\"Records\":[{\"a\":1}],\"n\":1}{\"Records\":[{\"a\":2},{\"a\":3}]}"]
    {
        let got = read(stream(text.as_bytes().to_vec()));
        assert_eq!(got.texts, [&b"{\"a\":1}"[..], b"{\"a\":2}", b"{\"a\":3}"], "{text}");
    }
}

/// What stands behind a long array of records is seen no sooner than it is reached: spans, then the logs of one process.
#[test]
fn a_second_array_of_records_in_one_wrapper_is_read_however_far_behind() {
    let element = |i: usize| format!("{{\"n\":{i},\"pad\":\"{}\"}}", "x".repeat(200));
    let array = |from: usize, to: usize| (from..to).map(element).collect::<Vec<_>>().join(",");
    for count in [3000, 3] {
        let text = format!(
            "{{\"resourceSpans\":[{}], \"total\" : 12.5,\"more\":{{\"hits\":[{{}}]}},\"resourceLogs\" : [ {} ],\"next\":null}}",
            array(0, count),
            array(count, count + 4)
        );
        let got = read(stream(text.clone().into_bytes()));
        assert_eq!(got.broken.iter().flatten().count(), 0);
        match count {
            // Both are seen from the start, and the source takes the object apart.
            3 => assert_eq!(got.texts, [text.into_bytes()]),
            _ => assert_eq!(got.texts, (0..count + 4).map(|i| element(i).into_bytes()).collect::<Vec<_>>()),
        }
    }
    let torn = format!("{{\"resourceSpans\":[{}],oops,\"resourceLogs\":[{{}}]}}", array(0, 3000));
    let got = read(stream(torn.into_bytes()));
    assert_eq!(got.broken.iter().flatten().count(), 1);
}

#[test]
fn csv_rows() {
    let text = "id,note\r\n1,\"a\nb, \"\"c\"\"\"\r\n\r\n2,x\"y\r\n3,\"a\"b\r\n4,d\r\n5,\"open";
    let got = read(stream(text.as_bytes().to_vec()));
    let rows: Vec<_> = got.texts.iter().map(|row| String::from_utf8_lossy(row).into_owned()).collect();
    assert_eq!(rows, ["1,\"a\nb, \"\"c\"\"\"", "2,x\"y", "3,\"a\"b", "4,d", "5,\"open"]);
    use LossCode::*;
    assert_eq!(got.broken, [None, None, Some(BrokenRecord), None, Some(Truncated)]);
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn members_of_archives_are_exports_and_their_names_are_labels() {
    let dir = tempfile::tempdir().unwrap();
    let inner = zip(&[("x.json", b"{}")]);
    let text = lines(50_000);
    let members: &[(&str, &[u8])] = &[
        ("../../etc/passwd", &text),
        ("d/b.json.gz", &gzip(&text)),
        ("/abs.json", b"[{\"a\":1}]"),
        ("esc\x1b[2J.json", b"[]"),
        ("inner.zip", &inner),
        ("__MACOSX/._b", b"x"),
    ];
    let path = dir.path().join("a.zip");
    std::fs::write(&path, zip(members)).unwrap();
    let found = find(std::slice::from_ref(&path), &Limits::default()).unwrap();
    assert_eq!(found.skipped.len(), 1);
    let names: Vec<_> = found.exports.iter().map(|e| e.member.as_deref().unwrap()).collect();
    assert_eq!(names, ["../../etc/passwd", "/abs.json", "d/b.json.gz", "esc\x1b[2J.json", "inner.zip"]);
    assert_eq!(found.exports[0].shown, format!("{}!../../etc/passwd", path.display()));
    assert!(!found.exports[3].shown.contains('\x1b'));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is written");

    let open_it = |i: usize| open(&found.exports[i], &Limits::default()).unwrap();
    let plain = read(open_it(0));
    assert_eq!((plain.texts.len(), plain.losses.len()), (50_000, 0));
    assert_eq!(plain.facts.sha256, sha(&text));
    assert_eq!(sha256_of(&found.exports[0]).unwrap(), sha(&text));
    let packed = read(open_it(2));
    assert_eq!((packed.texts.len(), packed.facts.sha256), (50_000, sha(members[1].1)));
    assert_eq!(read(open_it(4)).losses, [LossCode::UnknownFormat]);

    let few = Limits { entries: 2, ..Limits::default() };
    let found = find(std::slice::from_ref(&path), &few).unwrap();
    assert_eq!((found.exports.len(), found.skipped[0].1.code), (2, LossCode::Bomb));
}

#[test]
fn a_damaged_zip_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zip");
    let text = lines(50_000);
    let whole = zip(&[("a.json", &text)]);
    std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    let found = find(std::slice::from_ref(&path), &Limits::default()).unwrap();
    assert_eq!((found.exports.len(), found.skipped[0].1.code), (0, LossCode::BadArchive));

    for at in (40..whole.len()).step_by(whole.len() / 50) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        std::fs::write(&path, &flipped).unwrap();
        let Ok(found) = find(std::slice::from_ref(&path), &Limits::default()) else { continue };
        for export in &found.exports {
            let got = read(open(export, &Limits::default()).unwrap());
            assert!(!got.losses.is_empty(), "a flip at {at} is noticed");
        }
    }
}

#[test]
fn folders_are_walked_in_order_and_links_do_not_loop() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("exports");
    std::fs::create_dir_all(root.join("b/c")).unwrap();
    for name in ["z.json", "b/c/x.csv", "b/.hidden.json", ".DS_Store"] {
        std::fs::write(root.join(name), "{}").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(&root, root.join("b/loop")).unwrap();
    let found = find(std::slice::from_ref(&root), &Limits::default()).unwrap();
    let names: Vec<PathBuf> = found.exports.iter().map(|e| e.path.strip_prefix(&root).unwrap().into()).collect();
    assert_eq!(names, [PathBuf::from("b/.hidden.json"), "b/c/x.csv".into(), "z.json".into()]);
    assert!(found.skipped.iter().any(|(shown, _)| shown.ends_with(".DS_Store")));
    #[cfg(unix)]
    assert!(found.skipped.iter().any(|(shown, loss)| shown.ends_with("loop") && loss.code == LossCode::Skipped));
    assert!(matches!(find(&[root.join("none")], &Limits::default()), Err(ReadError::Missing { .. })));
}

#[test]
fn a_stream_goes_to_another_thread() {
    fn moves<T: Send + 'static>() {}
    moves::<Stream>();
}
