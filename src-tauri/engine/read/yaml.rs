//! YAML: documents one after the other, each node with the bytes that it stands in.
//!
//! A document is a tree, so an export of this form is read whole, within a bound of its own. Aliases are resolved while
//! that makes the tree no larger than the text could be: what grows beyond is a bomb.

use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use crate::model::LossCode;

/// Nodes of one text: memory is theirs, and a node can be a byte of text.
const NODES: usize = 1 << 20;

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

/// Characters before a piece on its line. They matter to a piece of several lines alone.
pub fn column(text: &[u8], piece: &Range<usize>) -> usize {
    if memchr::memchr(b'\n', text.get(piece.clone()).unwrap_or_default()).is_none() {
        return 0;
    }
    let before = text.get(..piece.start).unwrap_or_default();
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
    nodes: usize,
    /// The last place looked up: line, column and offset. Lookups go forward, and a line may be the whole text.
    seen: (usize, usize, usize),
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
        let budget = text.len().clamp(1 << 10, NODES);
        Build { text, lines, depth, open, anchors, documents: Vec::new(), budget, nodes: 0, seen: (0, 0, 0) }
    }

    /// By line and column: the parser's own index counts characters, and in block texts not even those.
    fn offset(&mut self, mark: Marker) -> usize {
        let (line, column) = (mark.line().saturating_sub(1), mark.col());
        let Some(start) = self.lines.get(line).copied() else { return self.text.len() };
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        let (from, at) = match self.seen {
            (l, c, offset) if l == line && c <= column => (c, offset),
            _ => (0, start),
        };
        let rest = self.text.get(at..end).unwrap_or_default();
        let found = rest.char_indices().nth(column - from).map_or(end, |(n, _)| at + n);
        self.seen = (line, column, found);
        found
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
        self.nodes += 1;
        if self.nodes > NODES {
            let detail = format!("more than {NODES} parts: ask for the export as JSON or CSV");
            return Err(NotYaml { code: LossCode::TooLarge, detail });
        }
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

#[cfg(test)]
mod tests {
    use super::*;
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
            let again = piece(&STORE[tuple.range.clone()], column(STORE.as_bytes(), &tuple.range), 64).unwrap();
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
        let wide = format!("[{}]", "é,".repeat(NODES + 1));
        assert_eq!(documents(&wide, 64).1.unwrap().code, LossCode::TooLarge);
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
        }
    }
}
