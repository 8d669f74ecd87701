//! Which member of an object is the array of its records.

use super::scan::{Scan, Seen, string_stop};

/// Keys that hold records and nothing else, whatever surrounds them. Compared without case.
pub const WRAP_KEYS: &[&str] = &[
    "records",
    "resourcespans",
    "resourcelogs",
    "batches",
    "logevents",
    "hits",
    "loggedevents",
    "auditlogs",
    "simulations",
];

/// Keys that hold records, unless the object around them looks like a record itself: a span has `events`, a
/// CloudTrail record has `resources`. Compared without case.
pub const WEAK_WRAP_KEYS: &[&str] = &[
    "value",
    "items",
    "entries",
    "events",
    "runs",
    "data",
    "resources",
    "tuples",
    "results",
    "result",
    "logs",
    "rows",
    "traces",
    "spans",
    "activities",
    "users",
    "members",
    "elements",
    "log",
];

/// Keys that only a record has. Compared without case.
const RECORD_KEYS: &[&str] = &[
    "eventtime",
    "eventname",
    "eventid",
    "eventtype",
    "eventversion",
    "traceid",
    "trace_id",
    "spanid",
    "span_id",
    "uuid",
    "actor",
    "published",
    "class_uid",
    "activity_id",
    "auditid",
    "operation",
    "run_type",
    "observations",
    "protopayload",
    "insertid",
    "creationtime",
    "userdetaillist",
    "groupdetaillist",
    "decision_id",
    "messages",
    "useridentity",
    "time",
    "timestamp",
    "@timestamp",
];

/// Where the records of a wrapper begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrap {
    /// As written in the export; `outer.inner` for an array one level down.
    pub key: String,
    /// Index of the first byte behind the array's bracket.
    pub records: usize,
    /// Objects around the array.
    pub nested: usize,
}

/// A member of an object: its key, and where its value begins.
struct Member {
    key: String,
    value: usize,
}

/// The array of records in the object that begins at the first byte of `head`.
pub(super) fn find(head: &[u8]) -> Option<Wrap> {
    let members = members(head, 0);
    if let Some(found) = among(head, &members, 1) {
        return Some(found);
    }
    // One level down: `{"hits":{"hits":[...]}}`, `{"data":{"events":[...]}}`.
    let outer = members.iter().filter(|m| head.get(m.value) == Some(&b'{') && is_wrap_key(&m.key));
    for member in outer {
        if let Some(found) = among(head, &self::members(head, member.value), 2) {
            return Some(Wrap { key: format!("{}.{}", member.key, found.key), ..found });
        }
    }
    None
}

/// A further array of records in a wrapper whose first is behind us: index of the first byte behind its bracket. `text` begins
/// with the quote of a key. Only a key that holds records and nothing else says so: what follows the records of an export is
/// otherwise its own business (totals, the next page, failures).
pub(super) fn further(text: &[u8]) -> Option<usize> {
    let stop = string_end(text, 1);
    let key = String::from_utf8_lossy(text.get(1..stop)?).to_ascii_lowercase();
    let value = skip(text, stop + 1, b':');
    let holds = text.get(value) == Some(&b'[') && text[value + 1..].trim_ascii_start().first() == Some(&b'{');
    (WRAP_KEYS.contains(&key.as_str()) && holds).then_some(value + 1)
}

fn is_wrap_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    WRAP_KEYS.contains(&key.as_str()) || WEAK_WRAP_KEYS.contains(&key.as_str())
}

/// The first member that holds an array of objects; failing that, the first that holds an empty one.
fn among(head: &[u8], members: &[Member], nested: usize) -> Option<Wrap> {
    let is_record = members.iter().any(|m| RECORD_KEYS.contains(&m.key.to_ascii_lowercase().as_str()));
    let lists = members.iter().filter(|m| {
        WRAP_KEYS.contains(&m.key.to_ascii_lowercase().as_str())
            && head.get(m.value) == Some(&b'[')
            && head[m.value + 1..].trim_ascii_start().first() == Some(&b'{')
    });
    // Two lists of records (spans and logs of one process): to take one apart would drop the other.
    if lists.count() > 1 {
        return None;
    }
    let mut empty = None;
    for member in members {
        let strong = WRAP_KEYS.contains(&member.key.to_ascii_lowercase().as_str());
        if !(strong || is_wrap_key(&member.key) && !is_record) || head.get(member.value) != Some(&b'[') {
            continue;
        }
        let wrap = Wrap { key: member.key.clone(), records: member.value + 1, nested };
        match head[wrap.records..].trim_ascii_start().first() {
            Some(b'{') => return Some(wrap),
            None | Some(b']') => empty = empty.or(Some(wrap)),
            Some(_) => {}
        }
    }
    empty
}

/// The members of the object at `open`, up to the first that does not end in `head`.
fn members(head: &[u8], open: usize) -> Vec<Member> {
    let mut found = Vec::new();
    let mut scan = Scan::new(usize::MAX);
    let mut at = open + 1;
    loop {
        at = skip(head, at, b',');
        if head.get(at) != Some(&b'"') {
            return found;
        }
        let stop = string_end(head, at + 1);
        let Some(key) = head.get(at + 1..stop) else { return found };
        at = skip(head, stop + 1, b':');
        found.push(Member { key: String::from_utf8_lossy(key).into_owned(), value: at });
        scan.reset();
        match scan.run(head, at) {
            Seen::Done(next) => at = next,
            Seen::More | Seen::Broken { .. } => return found,
        }
    }
}

/// Index of the quote that closes the string, or the end.
fn string_end(head: &[u8], from: usize) -> usize {
    let mut at = string_stop(head, from);
    while head.get(at) == Some(&b'\\') {
        at = string_stop(head, (at + 2).min(head.len()));
    }
    at
}

/// Over blanks and one kind of separator.
fn skip(head: &[u8], from: usize, separator: u8) -> usize {
    let rest = head.get(from..).unwrap_or_default();
    let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == separator).count();
    from.saturating_add(blanks)
}
