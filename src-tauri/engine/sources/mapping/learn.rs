//! A mapping proposed for an export that no source knows (`behalf mapping learn`).
//!
//! A pure function of a sample. What is proposed carries its evidence; what is only likely is commented out; who writes
//! the names is never answered here, because no record can say it.

mod choose;
mod gather;
mod kind;
mod shape;
#[cfg(test)]
mod tests;
mod words;
mod write;

use serde::Serialize;

use super::super::registry;
use choose::{Choice, Standing};
use gather::{Gathered, Stat};

use crate::read::Form;

/// What was learnt of an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Learned {
    /// The source that knows the export already: then no mapping is needed, and none is proposed.
    pub recognised: Option<Recognised>,
    /// The container, in words.
    pub form: String,
    /// How the records lie in it, in words.
    pub layout: String,
    pub records: usize,
    /// Pieces of the sample that are no record.
    pub broken: usize,
    pub kind: Option<String>,
    pub fields: Vec<LearnedField>,
    /// What a reviewer must know before the proposal is used.
    pub notes: Vec<String>,
    /// The proposed mapping file.
    pub toml: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Recognised {
    pub source: String,
    pub why: String,
}

/// One field of the export, with what stands in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LearnedField {
    pub pointer: String,
    /// Records of the sample in which it has a value.
    pub records: usize,
    pub distinct: usize,
    /// `text`, `number`, `flag`, `list`, `table`, `json_text`.
    pub types: Vec<String>,
    /// What most of the values look like, in words.
    pub looks: Vec<String>,
    /// A value, shortened; secrets masked.
    pub example: String,
    pub candidates: Vec<LearnedCandidate>,
}

/// A field of the mapping that may stand here.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LearnedCandidate {
    pub field: String,
    /// `proposed`, `rival` or `likely`; the latter two stand commented out.
    pub standing: String,
    pub score: i32,
    pub why: String,
}

/// Proposes a mapping for an export, out of its first chunks.
pub fn learn(form: &Form, chunks: &[&[u8]], name: &str) -> Learned {
    let known = registry(Vec::new());
    let detected = known.detect(form, chunks);
    let recognised =
        detected.source.map(|source| Recognised { source: source.name().to_string(), why: detected.why.clone() });
    let gathered = gather::gather(form, chunks);
    if recognised.is_some() || gathered.records == 0 {
        return unproposed(form, &gathered, recognised, detected.why);
    }
    let everything = choose::choose(&gathered.fields, gathered.records, |_| true);
    let kind = kind::kind(&everything, &gathered.fields);
    let chosen = choose::choose(&gathered.fields, gathered.records, |field| kind::wants(kind.word, field));
    let (toml, notes) = write::write(&gathered, &kind, &chosen, name);
    Learned {
        recognised: None,
        form: form.shown(),
        layout: write::layout_words(&gathered.lie),
        records: gathered.records,
        broken: gathered.broken,
        kind: Some(kind.word.into()),
        fields: gathered.fields.iter().map(|stat| told(stat, &chosen)).collect(),
        notes,
        toml: Some(toml),
    }
}

fn unproposed(form: &Form, gathered: &Gathered, recognised: Option<Recognised>, why: String) -> Learned {
    let note = match &recognised {
        Some(known) => format!("recognised as {}; no mapping is needed", known.source),
        None => why,
    };
    Learned {
        recognised,
        form: form.shown(),
        layout: write::layout_words(&gathered.lie),
        records: gathered.records,
        broken: gathered.broken,
        kind: None,
        fields: gathered.fields.iter().map(|stat| told(stat, &[])).collect(),
        notes: vec![note],
        toml: None,
    }
}

fn told(stat: &Stat, chosen: &[Choice]) -> LearnedField {
    let candidates = chosen.iter().filter(|c| c.place == stat.place).map(|c| LearnedCandidate {
        field: c.field.word().into(),
        standing: match c.standing {
            Standing::Proposed => "proposed",
            Standing::Rival => "rival",
            Standing::Likely => "likely",
        }
        .into(),
        score: c.score,
        why: c.why.clone(),
    });
    LearnedField {
        pointer: stat.pointer.clone(),
        records: stat.records,
        distinct: stat.distinct(),
        types: types(stat),
        looks: looks(stat),
        example: write::example(stat),
        candidates: candidates.collect(),
    }
}

fn types(stat: &Stat) -> Vec<String> {
    let counts = [
        ("text", stat.texts),
        ("number", stat.numbers),
        ("flag", stat.flags),
        ("list", stat.lists),
        ("table", stat.tables),
        ("json_text", stat.json_texts),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name.to_string()).collect()
}

fn looks(stat: &Stat) -> Vec<String> {
    let mut looks: Vec<String> = stat.time().map(|form| form.words().to_string()).into_iter().collect();
    let counts = [
        ("e-mail address", stat.emails),
        ("ARN or system: name", stat.globals - stat.emails),
        ("UUID", stat.uuids),
        ("32 hexadecimal digits", stat.hex32),
        ("16 hexadecimal digits", stat.hex16),
        ("address", stat.ips),
        ("user agent", stat.user_agents),
        ("secret", stat.secrets),
    ];
    looks.extend(counts.into_iter().filter(|(_, n)| stat.mostly(*n)).map(|(name, _)| name.to_string()));
    if stat.is_unique() {
        looks.push("one of its own in each record".into());
    }
    looks
}
