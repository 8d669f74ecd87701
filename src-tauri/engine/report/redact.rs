//! Copies of a view for readers who may see less. Redaction replaces, never paints over: what is taken out is in no
//! byte of any format, and the copy says how much was taken and on what basis.

use std::collections::BTreeMap;

use super::publish::match_end;
use super::view::{FrozenView, PersonWords, Redaction};
use super::{ReportError, secrets, text, texts};

/// How much a reader sees. Whatever the level, nobody is named below grade B and no secret leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// The case team: people are named at grade B or better.
    #[default]
    Names,
    /// Management: each person is one stable pseudonym.
    Pseudonyms,
    /// The board: figures and findings, no line about a call; groups below five are put together.
    Aggregate,
}

impl Level {
    /// The levels, as sentences name them.
    pub const WORDS: &'static str = "The levels are names, pseudonyms and aggregate";

    pub const fn word(self) -> &'static str {
        match self {
            Level::Names => "names",
            Level::Pseudonyms => "pseudonyms",
            Level::Aggregate => "aggregate",
        }
    }

    pub fn from_word(word: &str) -> Result<Level, ReportError> {
        [Level::Names, Level::Pseudonyms, Level::Aggregate]
            .into_iter()
            .find(|l| l.word() == word)
            .ok_or_else(|| ReportError::UnknownLevel { asked: text::visible(word) })
    }
}

/// The case's own key, under which pseudonyms and hashes of secrets are made: 32 random bytes that never leave the case.
/// Whoever has the key and a list of candidates can tell who a pseudonym is; without it nobody can.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// The first hexadecimal digits of the keyed hash of a word, apart for each use.
    pub fn tag(&self, role: &str, word: &str, digits: usize) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(role.as_bytes()).update(b"\0").update(word.as_bytes());
        hasher.finalize().to_hex().chars().take(digits).collect()
    }
}

/// A small cell shows a single person: figures below this are put together.
const SMALL: u32 = 5;

/// The view as this reader may have it. The same key gives one person the same pseudonym in every report of the case.
pub fn redact(view: &FrozenView, level: Level, key: &Key) -> FrozenView {
    let mut out = view.clone();
    let mut people = 0;
    if level != Level::Names {
        let words = Words::of(view, key);
        texts::each(&mut out, &mut |text| words.replace(text, &mut people));
        out.people = words.pseudonyms();
    }
    let mut calls_left_out = 0;
    if level == Level::Aggregate {
        calls_left_out = out.calls.len() as u32;
        aggregate(&mut out);
    }
    let mut found = 0;
    texts::each(&mut out, &mut |text| {
        let (cut, n) = secrets::cut(text, Some(key));
        if n > 0 {
            let cut = cut.into_owned();
            *text = cut;
            found += n;
        }
    });
    let basis = match level {
        Level::Names => "People are named at grade B or better only; secrets are replaced by a keyed hash.",
        Level::Pseudonyms => {
            "Every person stands as a pseudonym made with the case's key, which is not in this copy; pseudonymised data is still personal data. Secrets are replaced by a keyed hash."
        }
        Level::Aggregate => {
            "Calls, their records and single days are left out, groups below five calls are put together, and people stand as pseudonyms made with the case's key, which is not in this copy. Secrets are replaced by a keyed hash."
        }
    };
    out.redaction =
        Redaction { level: level.word().into(), people, secrets: found, calls_left_out, basis: basis.into() };
    out
}

fn aggregate(view: &mut FrozenView) {
    view.calls.clear();
    view.evidence.clear();
    view.overview.days.clear();
    for finding in view.findings.iter_mut().chain(&mut view.design_facts) {
        finding.instances.clear();
    }
    let (small, mut large): (Vec<_>, Vec<_>) =
        std::mem::take(&mut view.overview.patterns).into_iter().partition(|p| p.calls < SMALL);
    let calls = small.iter().map(|p| p.calls).sum();
    if let Some(mut other) = small.into_iter().next() {
        let rest = || "others, below five calls each".to_owned();
        (other.agent, other.tool, other.pattern, other.calls) = (rest(), String::new(), String::new(), calls);
        large.push(other);
    }
    view.overview.patterns = large;
}

/// All words that mean a person, looked up by the letters that they begin with.
struct Words {
    by_head: BTreeMap<String, Vec<(String, String)>>,
}

impl Words {
    fn of(view: &FrozenView, key: &Key) -> Words {
        let mut by_head: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut add = |word: &str, pseudonym: &str| {
            let lower = word.to_lowercase();
            // An empty word would match everywhere.
            if !lower.trim().is_empty() {
                by_head.entry(head(&lower)).or_default().push((lower, pseudonym.to_owned()));
            }
        };
        for person in &view.people {
            let pseudonym = pseudonym(&person.id, key);
            add(&person.id, &pseudonym);
            for name in &person.names {
                add(name, &pseudonym);
            }
        }
        // Whoever a call names is a person, whether the list of people knows them or not.
        for id in view.calls.iter().filter_map(|c| c.recorded_initiator.as_deref()) {
            if !by_head.get(&head(&id.to_lowercase())).is_some_and(|w| w.iter().any(|(w, _)| *w == id.to_lowercase())) {
                let lower = id.to_lowercase();
                by_head.entry(head(&lower)).or_default().push((lower, pseudonym(id, key)));
            }
        }
        for words in by_head.values_mut() {
            // Longest first: a full name goes before the part of it that is also a login.
            words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
            words.dedup();
        }
        Words { by_head }
    }

    fn pseudonyms(&self) -> Vec<PersonWords> {
        let mut ids: Vec<String> = self.by_head.values().flatten().map(|(_, p)| p.clone()).collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| PersonWords { id, names: Vec::new() }).collect()
    }

    fn replace(&self, text: &mut String, count: &mut u32) {
        let mut out = String::new();
        let mut rest = text.as_str();
        let mut before: Option<char> = None;
        let mut hits = 0;
        while let Some(c) = rest.chars().next() {
            let hit = if before.is_some_and(super::publish::joins) { None } else { self.at(rest) };
            match hit {
                Some((end, pseudonym)) => {
                    hits += 1;
                    out.push_str(pseudonym);
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
        if hits > 0 {
            *count += hits;
            *text = out;
        }
    }

    /// The person whose word the text begins with.
    fn at(&self, text: &str) -> Option<(usize, &str)> {
        let candidates = self.by_head.get(&head_of_text(text))?;
        candidates.iter().find_map(|(word, pseudonym)| {
            let end = match_end(text, word).filter(|end| !super::publish::continues(&text[*end..]))?;
            Some((end, pseudonym.as_str()))
        })
    }
}

fn pseudonym(id: &str, key: &Key) -> String {
    format!("P-{}", key.tag("person", &id.to_lowercase(), 10))
}

/// The letters and digits that a lower-case word begins with; of a word that begins with neither, its first character.
fn head(lower: &str) -> String {
    let run: String = lower.chars().take_while(|c| c.is_alphanumeric()).collect();
    if run.is_empty() { lower.chars().take(1).collect() } else { run }
}

fn head_of_text(text: &str) -> String {
    let run: String = text.chars().take_while(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    // A letter whose lower case is a letter and a mark ends the run of the word, and so it must end this one.
    let run = head(&run);
    if run.is_empty() { text.chars().take(1).flat_map(char::to_lowercase).collect() } else { run }
}
