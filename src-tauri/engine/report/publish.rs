//! What may leave: people are named at grade B or better. Below that the record is still cited, its grade and basis
//! still printed, but the name is withheld, in the column and in the sentences beside it.

use super::view::{CallLine, FrozenView, PersonWords};
use super::{secrets, texts};
use crate::ask::findings::{FindingDetail, FindingRow};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a grade carries a name in a report.
pub fn names_people(grade: Option<&str>) -> bool {
    matches!(grade, Some("A" | "B"))
}

/// What stands in the initiator's column.
pub fn initiator_words(call: &CallLine) -> String {
    match (&call.recorded_initiator, call.grade.as_deref()) {
        (Some(person), grade) if names_people(grade) => person.clone(),
        (_, None) => "none required".to_owned(),
        (_, Some("X")) => "not named (refused)".to_owned(),
        (_, Some(grade)) => format!("not named (grade {grade})"),
    }
}

/// The view without the names that its grades do not carry.
pub fn publish(view: &FrozenView) -> FrozenView {
    let mut out = view.clone();
    let withheld = withheld(view);

    for call in &mut out.calls {
        if !names_people(call.grade.as_deref()) {
            call.recorded_initiator = None;
        }
        if let Some(words) = withheld.get(call.finding.as_str()) {
            call.basis = words.cut(&call.basis);
        }
    }
    for finding in out.findings.iter_mut().chain(&mut out.design_facts).chain(&mut out.known_exceptions) {
        if let Some(words) = withheld.get(finding.row.id.as_str()) {
            cut_finding(finding, words);
        }
    }
    for row in &mut out.overview.worst {
        if let Some(words) = withheld.get(row.id.as_str()) {
            cut_row(row, words);
        }
    }
    let mut secrets = 0;
    texts::each(&mut out, &mut |text| {
        let (cut, n) = secrets::cut(text, None);
        if n > 0 {
            let cut = cut.into_owned();
            *text = cut;
            secrets += n;
        }
    });
    out.redaction.secrets += secrets;
    out
}

/// By finding: whom its calls do not carry. A person who is named by one call of a finding and not by another is
/// withheld from the sentences, since a sentence does not say which call it speaks of; the column still names them.
fn withheld(view: &FrozenView) -> BTreeMap<&str, Withheld> {
    let also: BTreeMap<&str, &PersonWords> = view.people.iter().map(|p| (p.id.as_str(), p)).collect();
    let mut people: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in &view.calls {
        if let Some(person) = call.recorded_initiator.as_deref().filter(|_| !names_people(call.grade.as_deref())) {
            people.entry(call.finding.as_str()).or_default().insert(person);
        }
    }
    // The subject of a finding is an account, and an account is printed as the account that it is.
    let mut accounts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in view.findings.iter().chain(&view.design_facts).chain(&view.known_exceptions) {
        let subjects = finding.instances.iter().filter_map(|i| i.principal.as_deref());
        accounts.entry(finding.row.id.as_str()).or_default().extend(subjects);
    }

    people
        .into_iter()
        .map(|(finding, people)| {
            let accounts = accounts.get(finding);
            let mut words: Vec<String> = people
                .into_iter()
                .flat_map(|id| {
                    let names = also.get(id).map(|p| p.names.as_slice()).unwrap_or_default();
                    std::iter::once(id).chain(names.iter().map(String::as_str))
                })
                .filter(|word| accounts.is_none_or(|a| !a.contains(word)))
                .filter(|word| is_name(word))
                .map(str::to_lowercase)
                .collect();
            // Longest first: a full name goes before the part of it that is also a login.
            words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            words.dedup();
            (finding, Withheld { words })
        })
        .collect()
}

/// A bare number or a letter or two is no name, and taking it out would change figures.
fn is_name(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().any(char::is_alphabetic)
}

fn cut_row(row: &mut FindingRow, words: &Withheld) {
    row.title = words.cut(&row.title);
    row.cause = words.cut(&row.cause);
}

fn cut_finding(finding: &mut FindingDetail, words: &Withheld) {
    cut_row(&mut finding.row, words);
    for text in [
        &mut finding.condition,
        &mut finding.effect,
        &mut finding.recommendation,
        &mut finding.population,
        &mut finding.severity_reason,
        &mut finding.confidence_reason,
    ] {
        *text = words.cut(text);
    }
    for text in &mut finding.against {
        *text = words.cut(text);
    }
    for instance in &mut finding.instances {
        instance.sentence = words.cut(&instance.sentence);
    }
}

struct Withheld {
    /// Lower case, longest first.
    words: Vec<String>,
}

impl Withheld {
    fn cut(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for word in &self.words {
            out = cut_word(&out, word);
        }
        out
    }
}

/// Takes a whole word out of a text, whatever its case.
fn cut_word(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let end = match_end(rest, word).filter(|&end| {
            let after = &rest[end..];
            before.is_none_or(|b| !joins(b)) && !continues(after)
        });
        match end {
            Some(end) => {
                out.push_str("[a person not named here]");
                before = rest[..end].chars().next_back();
                rest = &rest[end..];
            }
            None => {
                out.push(c);
                before = Some(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// Where the match of a lower-case word at the start of the text ends, in bytes of the text.
pub(super) fn match_end(text: &str, lower: &str) -> Option<usize> {
    let mut wanted = lower.chars();
    let mut wanted_next = wanted.next();
    for (at, c) in text.char_indices() {
        if wanted_next.is_none() {
            return Some(at);
        }
        for l in c.to_lowercase() {
            if wanted_next != Some(l) {
                return None;
            }
            wanted_next = wanted.next();
        }
    }
    wanted_next.is_none().then_some(text.len())
}

/// Characters that make their neighbour part of a longer identifier.
pub(super) fn joins(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+')
}

/// A full stop ends a sentence unless a letter follows it.
pub(super) fn continues(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        Some('.' | '-') => chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => joins(c),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        let cut = |t| cut_word(t, "lena@fern.example");
        assert_eq!(cut("by Lena@Fern.example."), "by [a person not named here].");
        assert_eq!(cut("helena@fern.example"), "helena@fern.example");
        assert_eq!(cut("lena@fern.example.org"), "lena@fern.example.org");
        assert_eq!(cut("(lena@fern.example)"), "([a person not named here])");
        assert_eq!(cut_word("İstanbul, İ", "i\u{307}"), "İstanbul, [a person not named here]");
    }

    #[test]
    fn figures_are_no_names() {
        assert!(!is_name("214") && !is_name("ab") && is_name("abc"));
    }
}
