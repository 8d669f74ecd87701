//! The proposal as a mapping file: each line with its evidence.
//!
//! Everything that comes out of the export passes `quoted` (in a value) or `one_line` (in a comment): neither can be left
//! by what stands in the data.

use std::fmt::Write;

use super::super::super::json;
use super::super::{Field, Mapping};
use super::choose::{Choice, Standing};
use super::gather::{Gathered, Lie, Stat};
use super::kind::KindFound;
use super::shape::{self, TimeForm, one_line, quoted};
use super::words::{self, Meanings};

/// Unmapped fields that the comments list.
const MOST_LEFT: usize = 80;

pub fn layout_words(lie: &Lie) -> String {
    match lie {
        Lie::Lines => "one record a line".into(),
        Lie::Array => "elements of an array".into(),
        Lie::Csv => "rows".into(),
        Lie::At(pointer) => format!("elements of the array at {}", one_line(pointer, 80)),
        Lie::Members => "members of one object, each a record".into(),
    }
}

/// The mapping file, and what must be known before it is used.
pub fn write(gathered: &Gathered, kind: &KindFound, chosen: &[Choice], name: &str) -> (String, Vec<String>) {
    let page = Page { gathered, chosen };
    let mut notes = Vec::new();
    let mut out = String::new();
    let line = |out: &mut String, text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(
        &mut out,
        "# Proposed by `behalf mapping learn`. Read every line against the evidence in its comment. Lines that are",
    );
    line(&mut out, "# commented out are likely, or compete with another, and need your decision.");
    line(&mut out, &format!("name = {}", quoted(&safe_name(name))));
    page.records(&mut out, &mut notes);
    page.kind(&mut out, kind, &mut notes);
    page.detect(&mut out, &mut notes);
    line(&mut out, "");
    line(
        &mut out,
        "# WHO WRITES the names in `wire`, `human` and `agent`? No record can say it. Ask the owner of the log: did the system",
    );
    line(
        &mut out,
        "# that wrote it authenticate the person, and set the field itself, so that the caller could not? If so: \"gateway\" (or",
    );
    line(
        &mut out,
        "# \"platform\"; a token service: \"issuer\"). Until then it is the caller's own word, and names nobody.",
    );
    line(&mut out, "# populated_by = \"gateway\"");
    notes.push(
        "populated_by is left open: until it is answered, the names are the caller's own word and name nobody".into(),
    );
    line(&mut out, "\n[fields]");
    page.fields(&mut out, kind, &mut notes);
    let amounts = page.attributes(&mut out);
    page.left(&mut out, &amounts);
    if gathered.more {
        let note = "some fields are not looked at: there are too many, or their names are empty or very long";
        let _ = writeln!(out, "# {note}");
        notes.push(note.into());
    }
    (out, notes)
}

/// A value for the reviewer.
pub fn example(stat: &Stat) -> String {
    stat.first.as_deref().map(|first| shape::shown(first, stat.is_secret())).unwrap_or_default()
}

/// What a name of a mapping may hold.
fn safe_name(name: &str) -> String {
    let folded: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .take(60)
        .collect();
    let name = folded.trim_matches(['-', '.']).to_string();
    if name.is_empty() { "in-house-log".into() } else { name }
}

struct Page<'a> {
    gathered: &'a Gathered,
    chosen: &'a [Choice],
}

impl Page<'_> {
    fn stat(&self, choice: &Choice) -> Option<&Stat> {
        self.gathered.fields.get(choice.place)
    }

    fn proposed(&self, field: Field) -> Option<&Stat> {
        let choice = self.chosen.iter().find(|c| c.field == field && c.standing == Standing::Proposed)?;
        self.stat(choice)
    }

    fn records(&self, out: &mut String, notes: &mut Vec<String>) {
        let word = match &self.gathered.lie {
            Lie::Lines => "ndjson".to_string(),
            Lie::Array => "array".into(),
            Lie::Csv => "csv".into(),
            Lie::At(pointer) => pointer.clone(),
            Lie::Members if knows("members") => "members".into(),
            Lie::Members => {
                let note = "the records are MEMBERS OF ONE OBJECT, not elements of a list: as the file stands, it is one record. \
                            Ask for it as a list, or one record a line";
                let _ = writeln!(out, "# {note}.");
                notes.push(note.into());
                "ndjson".into()
            }
        };
        if self.gathered.lie == Lie::Members && word == "members" {
            notes.push("the records are members of one object".into());
        }
        if !self.gathered.other_lists.is_empty() {
            let lists: Vec<String> = self.gathered.other_lists.iter().take(10).map(|l| one_line(l, 60)).collect();
            let note = format!("other lists in the export are not read: {}", lists.join(", "));
            let _ = writeln!(out, "# {note}");
            notes.push(note);
        }
        let _ = writeln!(
            out,
            "records = {}  # {}; {} records looked at{}",
            quoted(&word),
            layout_words(&self.gathered.lie),
            self.gathered.records,
            match self.gathered.broken {
                0 => String::new(),
                n => format!(", {n} pieces are none"),
            }
        );
    }

    fn kind(&self, out: &mut String, kind: &KindFound, notes: &mut Vec<String>) {
        if !kind.certain {
            notes.push(kind.why.clone());
        }
        let _ = writeln!(out, "kind = {}  # {}", quoted(kind.word), kind.why);
        // A field whose words tell sign-ins and heartbeats from calls.
        for stat in self.gathered.fields.iter().filter(|s| s.is_closed() && s.lists == 0 && !s.is_secret()) {
            let of = |list: &[&str]| -> Vec<&String> {
                stat.values.keys().filter(|v| list.contains(&v.to_lowercase().as_str())).collect()
            };
            let (sign_ins, beats) = (of(words::SIGN_INS), of(words::HEARTBEATS));
            if kind.word != "call"
                || (sign_ins.is_empty() && beats.is_empty())
                || !stat.values.keys().all(|v| shape::is_word(v))
            {
                continue;
            }
            let rest: Vec<&String> =
                stat.values.keys().filter(|v| !sign_ins.contains(v) && !beats.contains(v)).collect();
            let mut rule = format!("{{ from = {}", quoted(&stat.pointer));
            for (word, list) in [("call", &rest), ("sign_in", &sign_ins)] {
                if !list.is_empty() {
                    let _ = write!(rule, ", {word} = {}", word_list(list));
                }
            }
            let unlisted = match beats.is_empty() {
                true => String::new(),
                false => format!("; not listed, so kept with nothing in it: {}", shown_list(&beats)),
            };
            let _ = writeln!(out, "# kind = {rule} }}  # likely: some of its words are no calls{unlisted}");
            notes.push(format!("{} has words that are no calls: see `kind`", one_line(&stat.pointer, 60)));
            break;
        }
    }

    /// Pointers that stand in every record, such as no other log of the house is likely to have.
    fn detect(&self, out: &mut String, notes: &mut Vec<String>) {
        let records = self.gathered.records;
        const TELLING: [Field; 9] = [
            Field::Evaluated,
            Field::Decision,
            Field::WireKind,
            Field::Wire,
            Field::Action,
            Field::Human,
            Field::Run,
            Field::Resource,
            Field::Id,
        ];
        // Of a table the header is asked, which has no place for what stands inside a cell.
        let usable = |s: &&Stat| self.gathered.lie != Lie::Csv || !s.pointer.trim_start_matches('/').contains('/');
        let mut found: Vec<&Stat> =
            TELLING.iter().filter_map(|f| self.proposed(*f)).filter(|s| s.records == records).filter(usable).collect();
        let mut others: Vec<&Stat> =
            self.gathered.fields.iter().filter(|s| !s.pointer.contains("/0")).filter(usable).collect();
        others.sort_by_key(|s| (std::cmp::Reverse(s.records), s.place));
        // Where nothing stands everywhere, what stands most often.
        for stat in others.into_iter().filter(|s| s.records == records || s.records * 2 > records) {
            if found.len() < 3
                && !found.iter().any(|known| known.place == stat.place)
                && (found.is_empty() || stat.records == records)
            {
                found.push(stat);
            }
        }
        found.truncate(3);
        if found.is_empty() {
            let note =
                "no field stands in at least half of the records: without `detect` the mapping recognises no file";
            let _ = writeln!(out, "# detect: {note}");
            notes.push(note.into());
            return;
        }
        let least = found.iter().map(|s| s.records).min().unwrap_or_default();
        let list: Vec<&String> = found.iter().map(|s| &s.pointer).collect();
        // Without the word for it the file would be read as one record, which says nothing.
        let lead = if self.gathered.lie == Lie::Members && !knows("members") { "# " } else { "" };
        let _ = writeln!(out, "{lead}detect = {}  # each in {least} of {records} records", word_list(&list));
    }

    fn fields(&self, out: &mut String, kind: &KindFound, notes: &mut Vec<String>) {
        for field in Field::ALL {
            let mut of: Vec<&Choice> = self.chosen.iter().filter(|c| c.field == *field).collect();
            of.sort_by_key(|c| (c.standing != Standing::Proposed, -c.score, c.place));
            for (at, choice) in of.iter().enumerate() {
                let Some(stat) = self.stat(choice) else { continue };
                // What a mapping cannot read is never a live line.
                let slashed = stat.time() == Some(TimeForm::Slashed) && is_time(*field);
                let (value, said) = self.value(*field, stat);
                let evidence = format!("{} of {} records, {}{}", stat.records, self.gathered.records, choice.why, said);
                let like = if stat.distinct() == 0 { String::new() } else { format!(", e.g. {}", example(stat)) };
                let lead = match choice.standing {
                    _ if slashed => "# ",
                    Standing::Proposed => "",
                    _ => "# ",
                };
                let why = match choice.standing {
                    _ if slashed => slashes(stat),
                    Standing::Proposed => String::new(),
                    Standing::Likely if stat.is_in_list() => {
                        "likely, but only the first of a list is looked at; ".into()
                    }
                    Standing::Likely => "likely: the name or the values alone do not settle it; ".into(),
                    Standing::Rival if of.iter().all(|c| c.standing == Standing::Rival) => {
                        format!("as strong as another, {} of {}, choose one: ", at + 1, of.len())
                    }
                    Standing::Rival => "competes with the line above, which has the likelier name or values: ".into(),
                };
                let _ = writeln!(out, "{lead}{} = {value}  # {why}{evidence}{like}", field.word());
            }
            if of.is_empty() {
                self.lacking(*field, kind, out, notes);
            }
        }
    }

    /// What is asked where a field of weight was not found, and what follows from others.
    fn lacking(&self, field: Field, kind: &KindFound, out: &mut String, notes: &mut Vec<String>) {
        let event = matches!(kind.word, "call" | "sign_in");
        if let (true, Field::Wire, Some(human)) = (event, field, self.proposed(Field::Human)) {
            let question = format!(
                "no field clearly says whose credential was on the request; if {} is the account itself that called, and nobody \
                 on whose behalf, it is `wire`",
                one_line(&human.pointer, 60)
            );
            let _ = writeln!(out, "# wire = ?  # {question}");
            return notes.push(question);
        }
        let question = match field {
            Field::Time if kind.word != "person" && kind.word != "entitlement" => {
                "no field of times: a call without one stands outside of every period"
            }
            Field::Wire if event => "no field clearly says whose credential was on the request",
            Field::Human if event => {
                "no field clearly names the person: is there one, or another log that has it by the run?"
            }
            Field::Run if event => "no field clearly holds a run: without it no trace joins these calls",
            Field::Type if kind.word == "person" => "a person's row needs it: person, agent, service or shared",
            Field::Agent => return self.agent(out),
            _ => return,
        };
        let _ = writeln!(out, "# {} = ?  # {question}", field.word());
        notes.push(question.into());
    }

    /// The agent is often the wire principal of some kinds.
    fn agent(&self, out: &mut String) {
        let (Some(wire), Some(kinds)) = (self.proposed(Field::Wire), self.proposed(Field::WireKind)) else { return };
        let machine = |v: &&String| matches!(words::meaning(words::KINDS, v), Some("service" | "delegated" | "agent"));
        let list: Vec<&String> = kinds.values.keys().filter(machine).collect();
        if !list.is_empty() {
            let (from, at) = (quoted(&wire.pointer), quoted(&kinds.pointer));
            let _ = writeln!(
                out,
                "# agent = {{ from = {from}, when = {{ {at} = {} }} }}  # likely, if what calls under these kinds are agents",
                word_list(&list)
            );
        }
    }

    /// The right side of a line, and what must be said of it.
    fn value(&self, field: Field, stat: &Stat) -> (String, String) {
        let from = quoted(&stat.pointer);
        let meanings = match field {
            Field::Outcome if stat.values.keys().all(|v| words::is_http(v)) => return (from, String::new()),
            Field::Outcome => words::OUTCOMES,
            Field::Decision | Field::Effect => words::DECISIONS,
            Field::WireKind => words::KINDS,
            _ => return (from, String::new()),
        };
        let (rule, said) = meant(meanings, stat);
        (format!("{{ from = {from}{rule} }}"), said)
    }

    /// Amounts. Gives the places of the fields that were named here.
    fn attributes(&self, out: &mut String) -> Vec<usize> {
        const AMOUNTS: [&str; 12] = [
            "amount", "price", "total", "cost", "sum", "cents", "minor", "value", "fee", "quantity", "limit", "balance",
        ];
        let taken = |stat: &Stat| self.chosen.iter().any(|c| c.place == stat.place && c.standing == Standing::Proposed);
        let last = |stat: &Stat| json::unescape(stat.pointer.rsplit('/').next().unwrap_or_default()).into_owned();
        let mut named = Vec::new();
        let mut keys = std::collections::BTreeSet::new();
        for stat in &self.gathered.fields {
            let name = last(stat).to_lowercase();
            let is_amount = AMOUNTS.iter().any(|word| name == *word || name.ends_with(&format!("_{word}")));
            if !is_amount || !stat.mostly(stat.numbers) || taken(stat) || stat.pointer.contains("/0/") {
                continue;
            }
            let parent = stat.pointer.rsplit_once('/').map_or("", |(head, _)| head);
            let currency = self.gathered.fields.iter().find(|s| {
                s.pointer.rsplit_once('/').is_some_and(|(head, _)| head == parent)
                    && last(s).to_lowercase().contains("curr")
                    && s.values.keys().all(|v| v.len() == 3 && v.bytes().all(|b| b.is_ascii_alphabetic()))
            });
            let minor = name.contains("cents") || name.contains("minor");
            let key = if minor || !keys.insert(name.clone()) { format!("amount_{}", stat.place) } else { name };
            keys.insert(key.clone());
            if named.is_empty() {
                out.push_str("\n[attributes]\n");
            }
            named.push(stat.place);
            let evidence = format!(
                "{} of {} records, {} different, e.g. {}",
                stat.records,
                self.gathered.records,
                stat.distinct(),
                example(stat)
            );
            let from = quoted(&stat.pointer);
            let in_currency = currency.map(|s| format!(", currency = {}", quoted(&s.pointer))).unwrap_or_default();
            let _ = match (minor, currency) {
                (true, _) => writeln!(
                    out,
                    "# amount = {{ from = {from}, scale = 0.01{in_currency} }}  # likely: hundredths by its name (yen have none); {evidence}"
                ),
                (false, Some(_)) => {
                    writeln!(out, "{} = {{ from = {from}{in_currency} }}  # {evidence}", bare(&key))
                }
                (false, None) => writeln!(out, "{} = {from}  # {evidence}; no currency beside it", bare(&key)),
            };
            named.extend(currency.map(|s| s.place));
        }
        named
    }

    /// What the proposal does not look at.
    fn left(&self, out: &mut String, amounts: &[usize]) {
        let named = |stat: &&Stat| !self.chosen.iter().any(|c| c.place == stat.place) && !amounts.contains(&stat.place);
        let left: Vec<&Stat> = self.gathered.fields.iter().filter(named).collect();
        if left.is_empty() {
            return;
        }
        out.push_str("\n# Not mapped:\n");
        for stat in left.iter().take(MOST_LEFT) {
            let special = match () {
                () if stat.tables > 0 => ", a list of objects: its first element is looked into",
                () if stat.mostly(stat.json_texts) => ", JSON written as text: a pointer cannot look into it",
                () if stat.lists > 0 => ", a list",
                () => "",
            };
            let like = if stat.distinct() > 0 { format!(", e.g. {}", example(stat)) } else { String::new() };
            let _ = writeln!(
                out,
                "# {}  {} of {} records, {} different{special}{like}",
                one_line(&stat.pointer, 120),
                stat.records,
                self.gathered.records,
                stat.distinct()
            );
        }
        if left.len() > MOST_LEFT {
            let _ = writeln!(out, "# and {} more", left.len() - MOST_LEFT);
        }
    }
}

/// A key, in quotes where TOML wants them.
fn bare(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain { key.to_string() } else { quoted(key) }
}

/// Whether mapping files of this build know the word under `records`.
fn knows(records: &str) -> bool {
    Mapping::parse(&format!("name = \"x\"\nkind = \"call\"\nrecords = \"{records}\"\n[fields]\n")).is_ok()
}

fn is_time(field: Field) -> bool {
    use Field::*;
    matches!(field, Time | End | IssuedAt | NotBefore | Expires | Start | ValidFrom | ValidTo)
}

/// What is said of dates like 03/04/2026.
fn slashes(stat: &Stat) -> String {
    let parts: Vec<(u8, u8)> = stat.values.keys().filter_map(|v| shape::day_and_month(v)).collect();
    let (first, second) = (parts.iter().any(|(a, _)| *a > 12), parts.iter().any(|(_, b)| *b > 12));
    let order = match (first, second) {
        (true, false) => "the day stands first (some first numbers are above 12)",
        (false, true) => "the month stands first (some second numbers are above 12)",
        (true, true) => "day and month stand in BOTH orders",
        (false, false) => "AMBIGUOUS: day and month cannot be told apart, no number is above 12",
    };
    format!("a mapping does not read dates with slashes; {order}. Ask for the log with RFC 3339 times: ")
}

/// The words of a closed list as they stand in the data, and those that it does not know.
fn meant(meanings: Meanings, stat: &Stat) -> (String, String) {
    let mut rule = String::new();
    for (meaning, _) in meanings {
        let words: Vec<&String> = stat.values.keys().filter(|v| words::meaning(meanings, v) == Some(meaning)).collect();
        if !words.is_empty() {
            let _ = write!(rule, ", {meaning} = {}", word_list(&words));
        }
    }
    let unknown: Vec<&String> = stat.values.keys().filter(|v| words::meaning(meanings, v).is_none()).collect();
    let said = match unknown.is_empty() {
        true => String::new(),
        false => format!("; NOT COVERED, so left empty until you say what they mean: {}", shown_list(&unknown)),
    };
    // A flag says that it did not go well, and not why.
    let said = if stat.flags > 0 && std::ptr::eq(meanings, words::OUTCOMES) {
        format!("{said}; ask whether false means refused or failed")
    } else {
        said
    };
    (rule, said)
}

fn word_list(words: &[&String]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| quoted(w)).collect();
    format!("[{}]", quoted.join(", "))
}

fn shown_list(words: &[&String]) -> String {
    let mut shown: Vec<String> = words.iter().take(10).map(|w| shape::shown(w, false)).collect();
    if words.len() > 10 {
        shown.push(format!("and {} more", words.len() - 10));
    }
    shown.join(", ")
}
