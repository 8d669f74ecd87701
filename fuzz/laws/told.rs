//! Record to event: what a source may not make of any bytes whatever.

use behalf_engine::model::{Entry, Event};
use behalf_engine::read::{Form, sniff};
use behalf_engine::sources::{Hints, Part, Source, Understood, understand_chunk};

use crate::{named, split};

/// Compiled once: the patterns of the hints cost more than a record.
pub(crate) static HINTS: std::sync::LazyLock<Hints> = std::sync::LazyLock::new(Hints::default);

/// Gives every chunk of the bytes to the source, whether it would recognise them or not.
pub fn hold(source: &dyn Source, bytes: &[u8]) {
    let form = match sniff(bytes) {
        Form::Empty | Form::Unknown { .. } => Form::Lines,
        form => form,
    };
    for cut in split::hold(&form, bytes).iter().filter(|c| c.broken.is_none()) {
        of_chunk(source, &form, &cut.bytes);
    }
}

fn of_chunk(source: &dyn Source, form: &Form, chunk: &[u8]) {
    let parts = understand_chunk(source, form, chunk, &HINTS);
    let name = source.name();
    assert!(!parts.is_empty(), "{name} says nothing of a chunk");
    assert_eq!(parts, understand_chunk(source, form, chunk, &HINTS), "{name} is no pure function");
    in_place(name, chunk, &parts);
    for (_, envelope, understood) in &parts {
        let whole = || [chunk, envelope.as_deref().unwrap_or_default()].concat();
        match understood {
            Ok(Understood::Event(event)) => of_event(name, event, &whole()),
            Ok(Understood::Entry(entry)) => of_entry(name, entry),
            Ok(Understood::Entries(entries)) => entries.iter().for_each(|e| of_entry(name, e)),
            Ok(Understood::Kept) => {}
            Err(not) => assert!(!not.detail.trim().is_empty(), "{name} gives no reason"),
        }
    }
    if let Some(undated) = undated(chunk) {
        for (_, _, understood) in understand_chunk(source, form, &undated, &HINTS) {
            if let Ok(Understood::Event(event)) = understood {
                assert_eq!(first_time(&event), None, "{name} makes a time up: {}", String::from_utf8_lossy(&undated));
            }
        }
    }
}

/// Parts stand inside the chunk and apart from each other, or one whole within the other; none is there twice.
fn in_place(name: &str, chunk: &[u8], parts: &[Part]) {
    let mut places: Vec<_> = parts.iter().map(|(range, _, _)| (range.start, std::cmp::Reverse(range.end))).collect();
    places.sort_unstable();
    let mut around = vec![chunk.len()];
    for (at, (start, std::cmp::Reverse(end))) in places.iter().enumerate() {
        assert!(start < end && *end <= chunk.len(), "{name}: a part at {start}..{end} of {}", chunk.len());
        assert!(at == 0 || places[at - 1] != places[at], "{name}: a part twice at {start}..{end}");
        while around.len() > 1 && around.last().is_some_and(|outer| outer <= start) {
            around.pop();
        }
        assert!(around.last().is_some_and(|outer| end <= outer), "{name}: parts overlap at {start}..{end}");
        around.push(*end);
    }
}

fn of_event(name: &str, event: &Event, record: &[u8]) {
    let text = String::from_utf8_lossy(record).to_ascii_lowercase();
    // What is escaped or encoded in the record stands decoded in the id.
    let readable = !text.contains("\\u") && !text.contains("eyj") && text.is_ascii();
    for principal in named::principals(event) {
        let id = &principal.id;
        assert!(!principal.namespace.is_empty() && id.trim() == id, "{name}: {principal:?}");
        assert!(!named::is_nobody(id), "{name} names nobody as somebody: {principal:?}");
        // Salesforce writes an id with or without three letters that check it.
        let id = if principal.namespace == "salesforce" && id.len() == 18 { &id[..15] } else { id };
        assert!(
            !readable || named::is_told(id, &text),
            "{name} names one whom nobody told of: {principal:?} in {text}"
        );
    }
    assert!(
        event.action.as_deref() != Some("") && event.resource.as_deref() != Some(""),
        "{name}: empty text is absent"
    );
}

fn of_entry(name: &str, entry: &Entry) {
    let whose = match entry {
        Entry::Directory(row) => &row.id,
        Entry::Entitlement(right) => &right.principal,
        Entry::Membership(edge) => &edge.member,
        Entry::Ownership(owned) => &owned.owner,
        Entry::Exception(accepted) => &accepted.principal,
        Entry::Asset(_) | Entry::Network(_) | Entry::Receipt(_) | Entry::Digest(_) | Entry::Key(_) => return,
    };
    assert!(!whose.trim().is_empty(), "{name}: a row about nobody");
}

fn first_time(event: &Event) -> Option<behalf_engine::model::Time> {
    let token = event.token.iter().flat_map(|t| [t.not_before, t.issued_at, t.expires, t.revoked]).flatten();
    let others = [event.issued.as_ref().and_then(|i| i.expires), event.approval.as_ref().and_then(|a| a.expires)];
    event.time.into_iter().chain(event.end).chain(token).chain(others.into_iter().flatten()).next()
}

/// The chunk without a digit in it: whatever time a source then tells is made up. `None` where a text is encoded, and
/// could say anything once it is changed.
fn undated(chunk: &[u8]) -> Option<Vec<u8>> {
    if chunk.windows(3).any(|w| w == b"eyJ") {
        return None;
    }
    let (mut out, mut in_string, mut at) = (Vec::with_capacity(chunk.len()), false, 0);
    while let Some(&byte) = chunk.get(at) {
        match byte {
            b'\\' if in_string && chunk.get(at + 1) == Some(&b'u') => out.push(b'u'),
            b'\\' if in_string => {
                out.push(byte);
                at += 1;
                out.extend(chunk.get(at).map(|b| if b.is_ascii_digit() { b'x' } else { *b }));
            }
            b'"' => {
                in_string = !in_string;
                out.push(byte);
            }
            b'0'..=b'9' | b'-' | b'+' | b'.' if !in_string => {
                // A number as a whole; digits of a word (`a1`) are none in JSON and are blotted in a CSV.
                let rest = &chunk[at..];
                let length =
                    rest.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
                let number = rest[..length].iter().any(u8::is_ascii_digit);
                out.extend(if number { &b"null"[..] } else { &rest[..length] });
                at += length - 1;
            }
            b'0'..=b'9' => out.push(b'x'),
            _ => out.push(byte),
        }
        at += 1;
    }
    Some(out)
}
