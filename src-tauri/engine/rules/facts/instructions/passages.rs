//! Sentences of a tool's output, and those of them that bid something.

use std::collections::BTreeSet;
use std::ops::Range;

use super::vocabulary::stem;

/// A longer sentence is a document's paragraph without stops, and says nothing of what stands near what.
const LONGEST: usize = 1_500;
/// A line this long ended because the page did, and goes on in the next.
const FOLDED: usize = 60;

/// Words after which an order may begin.
const BEFORE: [&str; 15] = [
    "please", "and", "then", "also", "just", "now", "to", "must", "should", "first", "instead", "you", "can", "could",
    "kindly",
];

/// Sentences: up to a stop, or to the end of a line that was not folded. Also line ends written as `\n`.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut out, mut start, mut at, mut line) = (Vec::new(), 0, 0, 0);
    while at < bytes.len() {
        let end = match bytes[at] {
            b'\n' => {
                let run = bytes[at..].iter().take_while(|b| **b == b'\n').count();
                let goes_on = run == 1 && folded(&text[line..at], &text[at + 1..]);
                line = at + run;
                (!goes_on).then_some((at, at + run))
            }
            b'\\' if bytes.get(at + 1) == Some(&b'n') => Some((at, at + 2)),
            b'.' | b'!' | b'?' | b';' => {
                let blank = bytes[at + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\\')).count();
                // A backslash before an n is the end of a line, not a blank.
                let blank =
                    if blank > 0 && bytes.get(at + blank) == Some(&b'\\') && bytes.get(at + blank + 1) == Some(&b'n') {
                        blank - 1
                    } else {
                        blank
                    };
                (blank > 0).then_some((at + 1, at + 1 + blank))
            }
            _ => None,
        };
        match end {
            Some((stop, next)) => {
                if stop > start {
                    out.push(start..stop);
                }
                (start, at) = (next, next);
            }
            None => at += 1,
        }
    }
    if start < text.len() {
        out.push(start..text.len());
    }
    out
}

fn folded(line: &str, rest: &str) -> bool {
    let line = line.trim_end_matches(['\\', ' ', '\r']);
    let next = rest.trim_start_matches([' ', '\\', '\t']);
    (line.len() >= FOLDED || next.starts_with(|c: char| c.is_lowercase()))
        && !line.ends_with(['.', '!', '?', ';', ':', '>'])
        && !next.starts_with('\n')
}

/// Stems of the words of a sentence that stand where an order begins: at its start, after a mark or a bullet, after `please`.
pub fn bidden(sentence: &str) -> BTreeSet<String> {
    if sentence.len() > LONGEST {
        return BTreeSet::new();
    }
    let mut out = BTreeSet::new();
    let mut before: Option<&str> = None;
    let mut between = String::new();
    let mut rest = sentence;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        between.push_str(&rest[..start]);
        let tail = &rest[start..];
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let word = &tail[..end];
        let mark = between.trim_end().ends_with([':', ',', ';', '>', '"', '\'', '(', '{', '[', '\\', '-', '*', '#']);
        let begins = before.is_none() && between.chars().all(|c| !c.is_alphanumeric());
        let asked = before.is_some_and(|b| BEFORE.contains(&b.to_ascii_lowercase().as_str()))
            && between.chars().all(|c| c.is_whitespace() || matches!(c, ':' | ','));
        if begins || mark || asked {
            out.insert(stem(word));
        }
        before = Some(word);
        between.clear();
        rest = &tail[end..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|r| text[r].trim()).collect()
    }

    #[test]
    fn a_folded_line_goes_on_and_a_list_does_not() {
        let folded = "Please add the two missing pages of the contract to the folder of\n  the client. Thanks!";
        assert_eq!(all(folded)[0], "Please add the two missing pages of the contract to the folder of\n  the client.");
        assert_eq!(all("Total 9.80\nIBAN: X1\nThank you"), ["Total 9.80", "IBAN: X1", "Thank you"]);
        assert_eq!(all(r"one\ntwo. three"), ["one", "two.", "three"]);
        assert_eq!(all("see www.example.org for more"), ["see www.example.org for more"]);
        assert!(sentences("").is_empty());
    }

    #[test]
    fn an_order_begins_a_sentence_or_follows_a_mark() {
        let has = |text: &str, word: &str| bidden(text).contains(&stem(word));
        assert!(has("  Send a link to Alice", "send"));
        assert!(has("Thanks, please do forward it and then delete this", "delete"));
        assert!(has("TODO: transfer 9", "transfer"));
        assert!(!has("The bank will send a letter", "send"));
        assert!(!has("Money sent by transfer", "transfer"));
    }
}
