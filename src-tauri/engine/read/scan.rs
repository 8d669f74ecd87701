//! The shape of JSON text: where a value ends, found without parsing it.
//!
//! Brackets must match, strings must close and hold no raw control character, keys and values must alternate. That is
//! enough to notice damage within a few bytes of it; what numbers and escapes say is the parser's business. Trailing
//! commas pass: real exports have them.

/// What a run over text came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The text ended inside the value.
    More,
    /// The value ends before this index.
    Done(usize),
    /// No JSON value can go on as the text does at this index.
    Broken { at: usize, why: &'static str },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Structure,
    String { escaped: bool },
    Literal,
}

/// What one byte of structure begins or ends.
enum Step {
    Next,
    Blank,
    String,
    Literal,
    Closed,
    Wrong(&'static str),
}

/// A scan of one value that can stop at any byte and go on with the next piece of text.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    /// Deepest nesting that is followed exactly.
    limit: usize,
    /// Open brackets, the outermost first.
    stack: Vec<u8>,
    /// Brackets open beyond the limit: counted, not remembered, so that hostile nesting costs no memory.
    beyond: u64,
    deep: bool,
    container: bool,
    expect: Expect,
    inside: Inside,
}

impl Scan {
    pub fn new(limit: usize) -> Scan {
        let stack = Vec::with_capacity(limit.min(256));
        Scan {
            limit,
            stack,
            beyond: 0,
            deep: false,
            container: false,
            expect: Expect::Value,
            inside: Inside::Structure,
        }
    }

    /// Ready for a new value.
    pub fn reset(&mut self) {
        self.stack.clear();
        self.beyond = 0;
        self.deep = false;
        self.container = false;
        self.expect = Expect::Value;
        self.inside = Inside::Structure;
    }

    /// Whether the value nested deeper than the limit.
    pub fn too_deep(&self) -> bool {
        self.deep
    }

    /// Whether the value that just ended was an object or array.
    pub fn is_container(&self) -> bool {
        self.container
    }

    /// Whether the value is whole if the text ends here: a bare number or word has no closing byte.
    pub fn ends_here(&self) -> bool {
        self.inside == Inside::Literal && self.stack.is_empty() && self.beyond == 0
    }

    /// Goes on at `text[from]`. After `More` the next call starts at the byte after `text`.
    pub fn run(&mut self, text: &[u8], from: usize) -> Seen {
        let mut i = from;
        if let Some(seen) = self.resume(text, &mut i) {
            return seen;
        }
        loop {
            let Some(&byte) = text.get(i) else { return Seen::More };
            i += 1;
            let step = if self.beyond > 0 { self.count_only(byte) } else { self.structure(byte) };
            match step {
                Step::Next => {}
                Step::Blank => i = skip_spaces(text, i),
                Step::String => match self.string(text, i, false) {
                    Seen::Done(next) => {
                        i = next;
                        if self.closed() {
                            return Seen::Done(i);
                        }
                        // Most keys are followed by their colon, most values by a comma.
                        if self.expect == Expect::Colon && text.get(i) == Some(&b':') {
                            self.expect = Expect::Value;
                            i += 1;
                        }
                    }
                    other => return other,
                },
                Step::Literal => {
                    self.inside = Inside::Literal;
                    if let Some(seen) = self.resume(text, &mut i) {
                        return seen;
                    }
                }
                Step::Closed if self.closed() => return Seen::Done(i),
                Step::Closed => {}
                Step::Wrong(why) => return Seen::Broken { at: i - 1, why },
            }
        }
    }

    /// The rest of a string or word that the last piece of text ended in; the answer if that settles it.
    fn resume(&mut self, text: &[u8], i: &mut usize) -> Option<Seen> {
        match self.inside {
            Inside::Structure => return None,
            Inside::String { escaped } => match self.string(text, *i, escaped) {
                Seen::Done(next) => *i = next,
                other => return Some(other),
            },
            Inside::Literal => {
                while text.get(*i).is_some_and(|b| is_literal(*b)) {
                    *i += 1;
                }
                if *i >= text.len() {
                    return Some(Seen::More);
                }
                self.inside = Inside::Structure;
            }
        }
        self.closed().then_some(Seen::Done(*i))
    }

    fn closed(&self) -> bool {
        self.stack.is_empty() && self.beyond == 0
    }

    /// One byte outside strings. What is expected comes first: it all but foretells the byte.
    #[inline]
    fn structure(&mut self, byte: u8) -> Step {
        match self.expect {
            Expect::KeyOrEnd if byte == b'"' => {
                self.expect = Expect::Colon;
                Step::String
            }
            Expect::Colon if byte == b':' => {
                self.expect = Expect::Value;
                Step::Next
            }
            Expect::Value | Expect::ValueOrEnd => match byte {
                b'"' => {
                    self.expect = Expect::CommaOrEnd;
                    Step::String
                }
                b'{' | b'[' => self.open(byte),
                byte if is_literal(byte) => {
                    self.expect = Expect::CommaOrEnd;
                    Step::Literal
                }
                b']' if self.expect == Expect::ValueOrEnd => self.close(byte),
                byte => blank_or(byte, "no value where a value belongs"),
            },
            Expect::CommaOrEnd => match byte {
                b',' => match self.stack.last() {
                    Some(b'{') => self.next(Expect::KeyOrEnd),
                    Some(_) => self.next(Expect::ValueOrEnd),
                    None => Step::Wrong("a comma outside the record"),
                },
                b'}' | b']' => self.close(byte),
                byte => blank_or(byte, "text after a value where a comma or an end belongs"),
            },
            Expect::KeyOrEnd if byte == b'}' => self.close(byte),
            Expect::KeyOrEnd => blank_or(byte, "no key where a key belongs"),
            Expect::Colon => blank_or(byte, "a key without its colon"),
        }
    }

    #[inline]
    fn next(&mut self, expect: Expect) -> Step {
        self.expect = expect;
        Step::Next
    }

    fn open(&mut self, byte: u8) -> Step {
        self.container = true;
        if self.stack.len() >= self.limit {
            self.deep = true;
            self.beyond = 1;
            return Step::Next;
        }
        self.stack.push(byte);
        self.next(if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd })
    }

    fn close(&mut self, byte: u8) -> Step {
        // The two brackets of a pair differ by 2 in ASCII.
        if self.stack.pop() != Some(byte - 2) {
            return Step::Wrong("a bracket closes what was not opened");
        }
        self.expect = Expect::CommaOrEnd;
        Step::Closed
    }

    fn count_only(&mut self, byte: u8) -> Step {
        match byte {
            b'"' => return Step::String,
            b'{' | b'[' => self.beyond += 1,
            b'}' | b']' => {
                self.beyond -= 1;
                self.expect = Expect::CommaOrEnd;
                return Step::Closed;
            }
            _ => {}
        }
        Step::Next
    }

    /// The rest of a string: `Done` after its closing quote.
    #[inline]
    fn string(&mut self, text: &[u8], from: usize, escaped: bool) -> Seen {
        let mut i = from;
        if escaped {
            match text.get(i) {
                None => return Seen::More,
                Some(0..0x20) => return Seen::Broken { at: i, why: CONTROL },
                Some(_) => i += 1,
            }
        }
        loop {
            i = string_stop(text, i);
            match text.get(i) {
                None => {
                    self.inside = Inside::String { escaped: false };
                    return Seen::More;
                }
                Some(b'"') => {
                    self.inside = Inside::Structure;
                    return Seen::Done(i + 1);
                }
                Some(b'\\') => match text.get(i + 1) {
                    None => {
                        self.inside = Inside::String { escaped: true };
                        return Seen::More;
                    }
                    Some(0..0x20) => return Seen::Broken { at: i + 1, why: CONTROL },
                    Some(_) => i += 2,
                },
                Some(_) => return Seen::Broken { at: i, why: CONTROL },
            }
        }
    }
}

fn blank_or(byte: u8, why: &'static str) -> Step {
    if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') { Step::Blank } else { Step::Wrong(why) }
}

/// Over the spaces of an indentation, eight at a time.
#[inline]
fn skip_spaces(text: &[u8], from: usize) -> usize {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    let mut i = from;
    while let Some(eight) = text.get(i..).and_then(|rest| rest.first_chunk::<8>()) {
        let others = u64::from_le_bytes(*eight) ^ SPACES;
        if others != 0 {
            return i + (others.trailing_zeros() / 8) as usize;
        }
        i += 8;
    }
    i
}

const CONTROL: &str = "a line break or control character inside a string";

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// First quote, backslash or control character from `from` on, or the end. Eight bytes at a time: strings in audit
/// records are short, and a call into a vector search costs more than it saves.
#[inline]
pub(super) fn string_stop(text: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut i = from;
    while let Some(eight) = text.get(i..).and_then(|rest| rest.first_chunk::<8>()) {
        let x = u64::from_le_bytes(*eight);
        let quote = x ^ (ONES * b'"' as u64);
        let slash = x ^ (ONES * b'\\' as u64);
        // In each term the lowest marked byte is exact: a borrow can only rise out of a byte that is itself marked.
        let hit = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (x.wrapping_sub(ONES * 0x20) & !x);
        let hit = hit & HIGH;
        if hit != 0 {
            return i + (hit.trailing_zeros() / 8) as usize;
        }
        i += 8;
    }
    while text.get(i).is_some_and(|b| !matches!(b, b'"' | b'\\' | 0..0x20)) {
        i += 1;
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Seen {
        Scan::new(8).run(text.as_bytes(), 0)
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        let value = r#"{"a":[1,"}",{"b":"\"]"}]}"#;
        assert_eq!(whole(&format!("{value} {{")), Seen::Done(value.len()));
        assert_eq!(whole(r#"{"a":1,}x"#), Seen::Done(8), "a trailing comma passes");
        assert_eq!(whole(r#""x" 1"#), Seen::Done(3));
        assert_eq!(whole("12,"), Seen::Done(2));
        assert_eq!(whole(r#"{"a":1"#), Seen::More);
    }

    #[test]
    fn damage_is_noticed_where_it_stands() {
        for text in [
            r#"{"a":"to{"b":1}"#,
            r#"{"a":[1}"#,
            r#"{"a":1,{"a":2}"#,
            "{\"a\":\"x\ny\"}",
            "{\"a\":\"x\\\ny\"}",
            r#"{"a" "b"}"#,
            r#"{"a":}"#,
            r#"{"a":1]"#,
            "}",
            r#"{a:1}"#,
        ] {
            assert!(matches!(whole(text), Seen::Broken { .. }), "{text}");
        }
    }

    #[test]
    fn nesting_beyond_the_limit_is_followed_to_its_end() {
        let mut scan = Scan::new(3);
        let text = r#"[[[[["]"]]]],1]"#;
        assert_eq!(scan.run(text.as_bytes(), 0), Seen::Done(text.len()));
        assert!(scan.too_deep());
        let mut scan = Scan::new(3);
        assert_eq!(scan.run(b"[[[1]]]", 0), Seen::Done(7));
        assert!(!scan.too_deep());
    }

    #[test]
    fn pieces_make_no_difference() {
        let text = br#"{"a\\":["x\"y",{"b":null,"long string of more than eight bytes":-1.5e+7}],"c":""}"#;
        for cut in 0..text.len() {
            let mut scan = Scan::new(8);
            assert_eq!(scan.run(&text[..cut], 0), Seen::More, "{cut}");
            assert_eq!(scan.run(&text[cut..], 0), Seen::Done(text.len() - cut), "{cut}");
        }
    }

    #[test]
    fn the_eight_byte_search_is_exact() {
        for byte in 0..=255u8 {
            for at in 0..20 {
                let mut text = [b'\x7f'; 20];
                text[at] = byte;
                let stops = matches!(byte, b'"' | b'\\' | 0..0x20);
                assert_eq!(string_stop(&text, 0), if stops { at } else { 20 }, "{byte} at {at}");
            }
        }
    }
}
