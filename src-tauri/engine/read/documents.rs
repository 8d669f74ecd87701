//! YAML exports: how they begin, and their documents as chunks. Read whole, within a bound of their own.

use super::Limits;
use super::split::{Cut, Cutter, Hold, Window};
use super::yaml::documents;
use crate::model::LossCode;

/// Bytes of one YAML export. Stores written by people are far below; larger ones come as JSON or CSV.
const YAML_BYTES: u64 = 16 << 20;

/// Whether a text begins as YAML that people write: a key or a list entry on a line of its own, and more of the kind.
/// JSON is YAML too and is not meant here; prose with a colon in it is not either.
pub(super) fn begins_yaml(text: &[u8]) -> bool {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).filter(|l| {
        let line = l.trim_ascii_start();
        !line.is_empty() && !line.starts_with(b"#") && line != b"---"
    });
    let (mut alike, mut all, mut first) = (0, 0, true);
    for line in lines.take(20) {
        let text = line.trim_ascii_start();
        let kind = is_key(text) || text.strip_prefix(b"- ").is_some_and(|t| is_key(t) || !t.contains(&b' '));
        if first && (line.len() != text.len() && !text.starts_with(b"- ") || !kind) {
            return false;
        }
        first = false;
        all += 1;
        // What stands below a key is its text, however it looks.
        alike += usize::from(kind || line.len() != text.len());
    }
    all > 1 && alike == all
}

/// `name:` or `name: value`.
fn is_key(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    let name = text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/')).count();
    let rest = text.get(name..).unwrap_or_default().trim_ascii_start();
    name > 0 && rest.first() == Some(&b':') && matches!(rest.get(1), None | Some(b' ' | b'\t' | b'\r'))
}

/// Cuts documents.
pub(super) struct Documents {
    start: u64,
    depth: usize,
    most: u64,
}

impl Documents {
    pub fn new(limits: &Limits, from: u64) -> Documents {
        Documents { start: from, depth: limits.depth, most: YAML_BYTES.min(limits.record_bytes as u64) }
    }

    fn documents(&self, window: &Window, out: &mut Vec<Cut>) {
        let bytes = window.from(self.start);
        let whole = |code, detail| Cut {
            start: self.start,
            end: self.start + bytes.trim_ascii_end().len() as u64,
            broken: Some((code, detail)),
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            out.push(whole(LossCode::BrokenRecord, "YAML that is not UTF-8".into()));
            return;
        };
        let (documents, why) = documents(text, self.depth);
        let mut end = 0;
        for document in documents {
            // From the beginning of the line: the blanks before a list's first entry belong to its form.
            let start = text[..document.range.start].rfind('\n').map_or(0, |n| n + 1).max(end);
            let start = if text[start..document.range.start].trim().is_empty() { start } else { document.range.start };
            if document.range.end > start.max(end) {
                end = document.range.end;
                out.push(Cut { start: self.start + start as u64, end: self.start + end as u64, broken: None });
            }
        }
        if let Some(why) = why {
            let lead = text[end..].len() - text[end..].trim_start().len();
            let mut cut = whole(why.code, why.detail);
            cut.start = self.start + (end + lead) as u64;
            if cut.end > cut.start {
                out.push(cut);
            }
        }
    }
}

impl Cutter for Documents {
    fn cut(&mut self, window: &Window, out: &mut Vec<Cut>) -> Hold {
        let length = window.end().saturating_sub(self.start);
        if length > self.most {
            if window.eof() {
                out.push(Cut {
                    start: self.start,
                    end: window.end(),
                    broken: Some((LossCode::TooLarge, format!("{length} bytes of YAML, more than {}", self.most))),
                });
            }
            return Hold { from: window.end(), open: Some(self.start) };
        }
        if window.eof() {
            self.documents(window, out);
            return Hold { from: window.end(), open: None };
        }
        Hold { from: self.start, open: Some(self.start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Form, Splitter, sniff};
    use proptest::prelude::*;

    const STORE: &str = "# a store\nname: Größe\nmodel: |\n  model\n    schema 1.1\n\ntuples:\n  - user: user:ada\n    relation : viewer\n";

    #[test]
    fn what_people_write_is_yaml_and_prose_is_not() {
        for text in
            [STORE, "- user: user:ada\n  relation: admin\n  object: org:1\n", "---\na: 1\nb: 2\n", "a:\n  - b\n"]
        {
            assert_eq!(sniff(text.as_bytes()), Form::Yaml, "{text}");
        }
        for text in [
            "Dear all: please\nread this\n",
            "note: one line\n",
            "2026-03-02 10:00:00 INFO start: x\n2026-03-02 10:00:01 INFO end: y\n",
            "GET / HTTP/1.1\nHost: example.org\n",
            "{a: 1}\n{b: 2}\n",
        ] {
            assert!(!matches!(sniff(text.as_bytes()), Form::Yaml), "{text}");
        }
        assert!(matches!(sniff(b"id,name\n1,a\n"), Form::Csv { .. }));
    }

    fn cuts(text: &[u8], limits: &Limits) -> Vec<(String, Option<LossCode>)> {
        let mut splitter = Splitter::new(&Form::Yaml, limits);
        let (mut rest, mut out) = (text, Vec::new());
        while let Some(batch) = splitter.next_batch(&mut rest).unwrap() {
            for chunk in &batch.chunks {
                let bytes = &text[chunk.offset as usize..(chunk.offset + chunk.length) as usize];
                let small = chunk.length <= limits.record_bytes as u64;
                assert_eq!(batch.bytes(chunk), if small { bytes } else { b"" });
                out.push((String::from_utf8_lossy(bytes).into_owned(), chunk.broken.as_ref().map(|b| b.0)));
            }
        }
        out
    }

    #[test]
    fn documents_are_chunks_and_damage_is_one_loss() {
        let limits = Limits::default();
        let plain = |text: &str| (text.to_string(), None);
        assert_eq!(cuts(b"a: 1\n---\n  - b\n  - c\n", &limits), [plain("a: 1"), plain("  - b\n  - c")]);
        let torn = cuts(b"a: 1\n---\nb: [1\nc: }\n", &limits);
        assert_eq!((torn[0].clone(), torn[1].1), (plain("a: 1"), Some(LossCode::BrokenRecord)));
        assert_eq!(cuts(b"a: \xff\n", &limits)[0].1, Some(LossCode::BrokenRecord));
        let small = Limits { record_bytes: 8, batch_bytes: 4, ..Limits::default() };
        assert_eq!(cuts(b"a: 1\nb: 2\nc: 3\n", &small), [("a: 1\nb: 2\nc: 3\n".into(), Some(LossCode::TooLarge))]);
        assert_eq!(cuts(b" \n# nothing\n", &limits), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_text_is_cut_in_order_however_it_arrives(text in "[-a-c:#&*|>?!%@'\"{}\\[\\], \n\r\té0]{0,120}") {
            let whole = cuts(text.as_bytes(), &Limits::default());
            prop_assert_eq!(cuts(text.as_bytes(), &Limits { batch_bytes: 3, ..Limits::default() }), whole);
        }

        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            cuts(&bytes, &Limits::default());
        }
    }
}
