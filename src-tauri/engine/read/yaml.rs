//! YAML: documents one after the other, each node with the bytes that it stands in.
//!
//! A document is a tree, so an export of this form is read whole, within a bound of its own. Aliases are resolved while
//! that makes the tree no larger than the text could be: what grows beyond is a bomb.

use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::Limits;
use super::split::{Cut, Cutter, Hold, Window};
use crate::model::LossCode;

/// Bytes of one YAML export. Stores written by people are far below; larger ones come as JSON or CSV.
const YAML_BYTES: u64 = 16 << 20;

/// A node of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands in the text: from its first to behind its last byte, without blanks and comments around it.
    pub range: Range<usize>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text, and whether it is written without quotes: only then can it be a number, a truth value or nothing.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// Why a text is no YAML that is read, and where that was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYaml {
    pub code: LossCode,
    pub detail: String,
}

impl Node {
    /// The member of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    pub fn members(&self) -> &[(Node, Node)] {
        if let Content::Map(members) = &self.content { members } else { &[] }
    }

    pub fn items(&self) -> &[Node] {
        if let Content::List(items) = &self.content { items } else { &[] }
    }

    pub fn text(&self) -> Option<&str> {
        if let Content::Scalar { text, .. } = &self.content { Some(text) } else { None }
    }

    /// The same as JSON, by the core schema of YAML 1.2: `yes` is a text, `true` is not.
    pub fn json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.content {
            Content::Scalar { text, plain: false } => Value::from(text.as_str()),
            Content::Scalar { text, plain: true } => match text.as_str() {
                "" | "~" | "null" | "Null" | "NULL" => Value::Null,
                "true" | "True" | "TRUE" => Value::Bool(true),
                "false" | "False" | "FALSE" => Value::Bool(false),
                text => number(text).map_or_else(|| Value::from(text), Value::Number),
            },
            Content::List(items) => Value::Array(items.iter().map(Node::json).collect()),
            Content::Map(members) => {
                let key = |node: &Node| match &node.content {
                    Content::Scalar { text, .. } => text.clone(),
                    _ => node.json().to_string(),
                };
                Value::Object(members.iter().map(|(k, v)| (key(k), v.json())).collect())
            }
        }
    }
}

/// A number as JSON writes it: `0123` and `1_000` are texts.
fn number(text: &str) -> Option<serde_json::Number> {
    let first = text.strip_prefix('-').unwrap_or(text).as_bytes().first()?;
    if !first.is_ascii_digit() { None } else { serde_json::from_str(text).ok() }
}

/// The documents of a text up to the first damage, and that damage.
pub fn documents(text: &str, depth: usize) -> (Vec<Node>, Option<NotYaml>) {
    let mut build = Build::new(text, depth);
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let step = match next {
            Ok((event, span)) => build.step(event, span),
            Err(cause) => {
                let at = cause.marker().line();
                let detail = format!("no YAML at line {at} of the text: {}", cause.info());
                Err(NotYaml { code: LossCode::BrokenRecord, detail })
            }
        };
        if let Err(why) = step {
            return (build.documents, Some(why));
        }
    }
    (build.documents, None)
}

/// A piece of a document, standing alone: its first line lost the blanks before it, which say how deep it stands.
pub fn piece(text: &str, column: usize, depth: usize) -> Result<Node, NotYaml> {
    let padded = format!("{}{text}", " ".repeat(column));
    match documents(&padded, depth) {
        (_, Some(why)) => Err(why),
        (documents, None) => documents
            .into_iter()
            .next()
            .ok_or_else(|| NotYaml { code: LossCode::BrokenRecord, detail: "nothing but blanks and comments".into() }),
    }
}

/// Blanks before a place on its line.
pub fn column(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).map_or(before, |n| &before[n + 1..]);
    String::from_utf8_lossy(line).chars().count()
}

/// A list or mapping that is not yet closed.
struct Open {
    start: usize,
    anchor: usize,
    items: Vec<Node>,
    is_map: bool,
}

struct Build<'a> {
    text: &'a str,
    lines: Vec<usize>,
    depth: usize,
    open: Vec<Open>,
    anchors: std::collections::BTreeMap<usize, (Node, usize)>,
    documents: Vec<Node>,
    /// Nodes that aliases may still add.
    budget: usize,
}

impl<'a> Build<'a> {
    fn new(text: &'a str, depth: usize) -> Build<'a> {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                lines.push(at + 1);
            }
        }
        let (open, anchors) = (Vec::new(), std::collections::BTreeMap::new());
        Build { text, lines, depth, open, anchors, documents: Vec::new(), budget: text.len().max(1 << 10) }
    }

    /// By line and column: the parser's own index counts characters, and in block texts not even those.
    fn offset(&self, mark: Marker) -> usize {
        let line = mark.line().saturating_sub(1);
        let Some(start) = self.lines.get(line).copied() else { return self.text.len() };
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default();
        if text.is_ascii() {
            return start + mark.col().min(text.len());
        }
        start + text.char_indices().nth(mark.col()).map_or(text.len(), |(at, _)| at)
    }

    fn step(&mut self, event: Event<'_>, span: Span) -> Result<(), NotYaml> {
        let start = self.offset(span.start);
        let end = self.offset(span.end).max(start);
        match event {
            Event::MappingStart(anchor, _) => self.begin(start, anchor, true),
            Event::SequenceStart(anchor, _) => self.begin(start, anchor, false),
            Event::MappingEnd | Event::SequenceEnd => self.end(end, span.start != span.end),
            Event::Scalar(text, style, anchor, _) => {
                let written = self.text.get(start..end).unwrap_or_default();
                let range = start..start + written.trim_end().len();
                let plain = style == ScalarStyle::Plain;
                let node = Node { range, content: Content::Scalar { text: text.into_owned(), plain } };
                self.remember(anchor, &node, 1);
                self.add(node)
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    let detail = "an alias of what it stands in".into();
                    return Err(NotYaml { code: LossCode::Bomb, detail });
                };
                let Some(left) = self.budget.checked_sub(*size) else {
                    let detail = "its aliases grow beyond the size of the text".into();
                    return Err(NotYaml { code: LossCode::Bomb, detail });
                };
                self.budget = left;
                // What an alias stands for is elsewhere in the text; the alias itself is here.
                let node = Node { range: start..end, content: node.content.clone() };
                self.add(node)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, start: usize, anchor: usize, is_map: bool) -> Result<(), NotYaml> {
        if self.open.len() >= self.depth {
            return Err(NotYaml { code: LossCode::TooDeep, detail: "nested too deep".into() });
        }
        self.open.push(Open { start, anchor, items: Vec::new(), is_map });
        Ok(())
    }

    /// A block ends where the last thing in it does; brackets have an end of their own.
    fn end(&mut self, end: usize, bracket: bool) -> Result<(), NotYaml> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let first = open.items.first().map_or(open.start, |n| n.range.start).min(open.start);
        let last = open.items.iter().map(|n| n.range.end).max().unwrap_or(open.start);
        let end = if bracket { end.max(last) } else { last.max(open.start) };
        let content = match open.is_map {
            false => Content::List(open.items),
            true => {
                let mut members = Vec::with_capacity(open.items.len() / 2);
                let mut items = open.items.into_iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    members.push((key, value));
                }
                Content::Map(members)
            }
        };
        let node = Node { range: first..end, content };
        self.remember(open.anchor, &node, size(&node));
        self.add(node)
    }

    fn remember(&mut self, anchor: usize, node: &Node, size: usize) {
        // An anchor that no alias names costs a copy of its node; a nest of them must not cost the square of the text.
        if anchor > 0
            && let Some(left) = self.budget.checked_sub(size)
        {
            self.budget = left;
            self.anchors.insert(anchor, (node.clone(), size));
        }
    }

    fn add(&mut self, node: Node) -> Result<(), NotYaml> {
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.documents.push(node),
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.content {
        Content::Scalar { .. } => 1,
        Content::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Content::Map(members) => 1 + members.iter().map(|(k, v)| size(k) + size(v)).sum::<usize>(),
    }
}

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

    const STORE: &str = "# a store\nname: Größe\nmodel: |\n  model\n    schema 1.1 # é\n  type user\n\ntuples:\n  # the first\n  - user: user:ada\n    relation : viewer\n    object: \"doc:ä\"\n  - {user: user:ben, relation: viewer, object: doc:2}\n\ntests:\n- name: t\n  check: []\n";

    fn one(text: &str) -> Node {
        let (documents, why) = documents(text, 64);
        assert_eq!((documents.len(), why), (1, None));
        documents.into_iter().next().unwrap()
    }

    #[test]
    fn each_node_has_its_own_bytes() {
        let store = one(STORE);
        let tuples = store.get("tuples").unwrap().items();
        assert_eq!(&STORE[tuples[0].range.clone()], "user: user:ada\n    relation : viewer\n    object: \"doc:ä\"");
        assert_eq!(&STORE[tuples[1].range.clone()], "{user: user:ben, relation: viewer, object: doc:2}");
        assert_eq!(&STORE[store.get("name").unwrap().range.clone()], "Größe");
        let model = store.get("model").unwrap();
        assert!(STORE[model.range.clone()].ends_with("type user"), "{:?}", &STORE[model.range.clone()]);
        assert_eq!(&STORE[store.range.clone()], STORE[10..].trim_end());
        // A piece that stands alone reads as it did in its place.
        for tuple in tuples {
            let again = piece(&STORE[tuple.range.clone()], column(STORE.as_bytes(), tuple.range.start), 64).unwrap();
            assert_eq!(again.json(), tuple.json());
        }
    }

    #[test]
    fn scalars_by_the_core_schema() {
        let json = one("a: yes\nb: true\nc: \"true\"\nd: 1.5\ne: 0123\nf:\ng: 2023-01-01\nh: 1h\n").json();
        let expected =
            serde_json::json!({"a":"yes","b":true,"c":"true","d":1.5,"e":"0123","f":null,"g":"2023-01-01","h":"1h"});
        assert_eq!(json, expected);
    }

    #[test]
    fn aliases_within_bounds_and_bombs_not() {
        let json = one("a: &x {k: 1}\nb: *x\n").json();
        assert_eq!(json, serde_json::json!({"a":{"k":1},"b":{"k":1}}));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let line = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{line}]\n"));
        }
        assert_eq!(documents(&bomb, 64).1.unwrap().code, LossCode::Bomb);
        assert_eq!(documents("a: &a [*a]\n", 64).1.unwrap().code, LossCode::Bomb);
        assert_eq!(documents(&"- ".repeat(200), 64).1.unwrap().code, LossCode::TooDeep);
        assert!(documents(&"[".repeat(100_000), 64).1.is_some());
    }

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
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_text_never_panics_and_ranges_lie_in_the_text(text in "[-a-c:#&*|>?!%@'\"{}\\[\\], \n\r\té0]{0,120}") {
            fn inside(node: &Node, text: &str) -> bool {
                text.get(node.range.clone()).is_some()
                    && node.items().iter().all(|n| inside(n, text))
                    && node.members().iter().all(|(k, v)| inside(k, text) && inside(v, text))
            }
            let (documents, _) = documents(&text, 16);
            prop_assert!(documents.iter().all(|d| inside(d, &text)));
            for batch_bytes in [3, 1 << 20] {
                cuts(text.as_bytes(), &Limits { batch_bytes, ..Limits::default() });
            }
        }

        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            cuts(&bytes, &Limits::default());
        }
    }
}
