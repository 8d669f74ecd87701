//! What accidents and attackers do to an export. The same changes for the same seed.

/// Draws the same numbers each time.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % n.max(1) as u64) as usize
    }
}

/// What a value is replaced by.
const VALUES: [&[u8]; 16] = [
    b"null",
    b"\"\"",
    b"\"unknown\"",
    b"\"N/A\"",
    b"\"-\"",
    b"\"[redacted]\"",
    b"\"00000000-0000-0000-0000-000000000000\"",
    b"[]",
    b"{}",
    b"-1",
    b"1e999",
    b"99999999999999999999999",
    b"true",
    b"[[{}]]",
    b"\"\\u0000\\ud800\"",
    b"\"{\\\"a\\\":\"",
];

/// Every kind of change, each at places of its own, at most `each` of a kind.
pub fn changed(bytes: &[u8], each: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for _ in 0..each {
        let mut flipped = bytes.to_vec();
        if let Some(byte) = pick(&mut flipped, dice) {
            *byte ^= 1 << dice.below(8);
        }
        out.push(flipped);
        out.push(bytes[..dice.below(bytes.len())].to_vec());
        out.push(value_replaced(bytes, dice));
        out.push(lines_moved(bytes, dice));
        out.push(cut_out(bytes, dice));
        out.push(inserted(bytes, dice));
    }
    out.push(keys_in_another_case(bytes));
    out.push([b"{\"Records\":[", &commas(bytes)[..], b"]}"].concat());
    out.push([b"[", &commas(bytes)[..], b"]"].concat());
    out.push([bytes, bytes].concat());
    out.push(bytes.iter().flat_map(|b| if *b == b'\n' { vec![b'\r', b'\n'] } else { vec![*b] }).collect());
    out
}

/// One change after another, as a fuzzer without a guide makes them.
pub fn at_random(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let mut all = changed(&out, 1, dice);
        out = all.swap_remove(dice.below(all.len()));
    }
    out.truncate(64 << 10);
    out
}

fn pick<'a>(bytes: &'a mut [u8], dice: &mut Dice) -> Option<&'a mut u8> {
    let at = dice.below(bytes.len());
    bytes.get_mut(at)
}

/// Another value behind a colon, or in place of a CSV's cell.
fn value_replaced(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let value = VALUES[dice.below(VALUES.len())];
    let json = bytes.contains(&b'{');
    let marks: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == if json { b':' } else { b',' }).collect();
    let Some(&mark) = marks.get(dice.below(marks.len())) else { return value.to_vec() };
    let rest = &bytes[mark + 1..];
    let end = match rest.first() {
        Some(b'"') => rest.iter().skip(1).position(|b| *b == b'"').map_or(rest.len(), |at| at + 2),
        _ => rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b'\n')).unwrap_or(rest.len()),
    };
    [&bytes[..=mark], if json { value } else { value.trim_ascii_start().trim_suffix_quote() }, &rest[end..]].concat()
}

trait Unquoted {
    fn trim_suffix_quote(&self) -> &[u8];
}

impl Unquoted for [u8] {
    fn trim_suffix_quote(&self) -> &[u8] {
        self.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(self)
    }
}

fn lines_moved(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(3) {
        0 => lines.swap(from, to),
        1 => lines.insert(to, lines[from]),
        _ => drop(lines.remove(from)),
    }
    lines.concat()
}

fn cut_out(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let from = dice.below(bytes.len());
    let to = (from + dice.below(40)).min(bytes.len());
    [&bytes[..from], &bytes[to..]].concat()
}

fn inserted(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const WHAT: [&[u8]; 12] =
        [b"\"", b"\\", b"{", b"}", b"[", b"]", b"\0", b"\n", b"\xff\xfe", b",", b"\xef\xbb\xbf", b": &a *a"];
    let at = dice.below(bytes.len() + 1);
    [&bytes[..at], WHAT[dice.below(WHAT.len())], &bytes[at..]].concat()
}

/// Keys as some re-exports spell them.
fn keys_in_another_case(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut open = None;
    for at in 0..bytes.len() {
        if bytes[at] != b'"' {
            continue;
        }
        match open.take() {
            Some(from) if bytes.get(at + 1) == Some(&b':') => out[from..at].make_ascii_uppercase(),
            Some(_) => {}
            None => open = Some(at),
        }
    }
    out
}

/// Lines as elements of an array.
fn commas(bytes: &[u8]) -> Vec<u8> {
    bytes.trim_ascii().split(|b| *b == b'\n').collect::<Vec<_>>().join(&b',')
}
