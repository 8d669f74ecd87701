//! A mapping file to a mapping, and exactly what is wrong with it.

use toml::{Table, Value};

use super::{AttributeRule, Field, Kind, KindRule, Layout, Mapping, Rule};
use crate::model::{FilledBy, Outcome, WireKind};

/// What is wrong with a mapping file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping is not TOML: {0}")]
    Syntax(String),
    #[error("the mapping lacks `{0}`")]
    Missing(&'static str),
    #[error("`{key}` in {place} is not known; known are: {known}")]
    Unknown { key: String, place: String, known: String },
    #[error("`{key}` must be {wanted}")]
    Wrong { key: String, wanted: String },
    #[error("`{key}`: `{word}` is none of {known}")]
    Word { key: String, word: String, known: String },
}

const TOP: [&str; 7] = ["name", "records", "kind", "detect", "populated_by", "fields", "attributes"];
const RULE: [&str; 3] = ["from", "value", "when"];

pub(super) fn mapping(text: &str) -> Result<Mapping, MappingError> {
    let table: Table = text.parse().map_err(|e: toml::de::Error| MappingError::Syntax(e.to_string()))?;
    if let Some(key) = table.keys().find(|k| !TOP.contains(&k.as_str())) {
        return Err(unknown(key, "the mapping", TOP.join(", ")));
    }
    let name = string(table.get("name").ok_or(MappingError::Missing("name"))?, "name")?;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        return Err(wrong("name", "letters, digits, `-`, `_` and `.`"));
    }
    let layout = layout(table.get("records"))?;
    let kind = kind(table.get("kind").ok_or(MappingError::Missing("kind"))?)?;
    let detect = match table.get("detect") {
        Some(value) => strings(value, "detect")?,
        None => Vec::new(),
    };
    for at in &detect {
        pointer(at, "detect")?;
    }
    let fields = fields(table.get("fields").ok_or(MappingError::Missing("fields"))?)?;
    Ok(Mapping {
        source: format!("mapping:{name}"),
        layout,
        kind,
        detect,
        by: populated_by(table.get("populated_by"))?,
        fields,
        attributes: attributes(table.get("attributes"))?,
    })
}

fn layout(value: Option<&Value>) -> Result<Layout, MappingError> {
    let Some(value) = value else { return Ok(Layout::Lines) };
    match string(value, "records")?.as_str() {
        "ndjson" | "lines" => Ok(Layout::Lines),
        "array" => Ok(Layout::Array),
        "csv" => Ok(Layout::Csv),
        "members" => Ok(Layout::Members(String::new())),
        at if at.starts_with('/') => Ok(match at.strip_suffix("/*") {
            Some(object) => Layout::Members(object.to_string()),
            None => Layout::At(at.to_string()),
        }),
        _ => Err(wrong(
            "records",
            "ndjson, array, csv, members, or a pointer to the array (`/a`) or to the object (`/a/*`)",
        )),
    }
}

fn populated_by(value: Option<&Value>) -> Result<FilledBy, MappingError> {
    const WORDS: [(&str, FilledBy); 5] = [
        ("issuer", FilledBy::Issuer),
        ("platform", FilledBy::Platform),
        ("gateway", FilledBy::Gateway),
        ("caller", FilledBy::Caller),
        ("model", FilledBy::Model),
    ];
    // Who wrote a name that nobody vouches for is whoever called.
    let Some(value) = value else { return Ok(FilledBy::Caller) };
    let word = string(value, "populated_by")?;
    let known = WORDS.map(|(w, _)| w).join(", ");
    WORDS.into_iter().find(|(w, _)| *w == word).map(|(_, by)| by).ok_or(MappingError::Word {
        key: "populated_by".into(),
        word,
        known,
    })
}

fn kind_words() -> String {
    Kind::WORDS.map(|(w, _)| w).join(", ")
}

fn kind(value: &Value) -> Result<KindRule, MappingError> {
    if let Value::String(word) = value {
        return match Kind::from_word(word) {
            Some(kind) => Ok(KindRule::Always(kind)),
            None => Err(MappingError::Word { key: "kind".into(), word: word.clone(), known: kind_words() }),
        };
    }
    let rule = rule("kind", value, &[])?;
    meanings("kind", &rule, &kind_words(), |w| Kind::from_word(w).is_some())?;
    match rule.words.is_empty() {
        true => Err(wrong("kind", "a word, or { from = \"/x\", call = [\"a\"], ... }")),
        false => Ok(KindRule::ByValue(rule)),
    }
}

fn fields(value: &Value) -> Result<Vec<(Field, Rule)>, MappingError> {
    let Value::Table(table) = value else { return Err(wrong("fields", "a table")) };
    let mut fields = Vec::new();
    for (key, value) in table {
        let Some(field) = Field::from_word(key) else {
            let known: Vec<&str> = Field::ALL.iter().map(|f| f.word()).collect();
            return Err(unknown(key, "[fields]", known.join(", ")));
        };
        let rule = rule(key, value, &[])?;
        match field {
            Field::Outcome => {
                meanings(key, &rule, "success, denied, error, unknown", |w| Outcome::from_word(w).is_some())?
            }
            Field::WireKind => {
                meanings(key, &rule, "human, agent, service, system, delegated, shared, unknown", |w| {
                    WireKind::from_word(w).is_some()
                })?
            }
            Field::Decision | Field::Effect => meanings(key, &rule, "allow, deny", |w| matches!(w, "allow" | "deny"))?,
            _ => {}
        }
        fields.push((field, rule));
    }
    Ok(fields)
}

fn meanings(key: &str, rule: &Rule, known: &str, is_known: impl Fn(&str) -> bool) -> Result<(), MappingError> {
    match rule.words.iter().find(|(meaning, _)| !is_known(meaning)) {
        Some((word, _)) => Err(MappingError::Word { key: key.into(), word: word.clone(), known: known.into() }),
        None => Ok(()),
    }
}

fn attributes(value: Option<&Value>) -> Result<Vec<(String, AttributeRule)>, MappingError> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let Value::Table(table) = value else { return Err(wrong("attributes", "a table")) };
    let mut attributes = Vec::new();
    for (key, value) in table {
        let place = format!("attributes.{key}");
        let (mut scale, mut currency) = (None, None);
        if let Value::Table(inner) = value {
            scale = match inner.get("scale") {
                Some(Value::Float(f)) if f.is_finite() => Some(*f),
                Some(Value::Integer(i)) => Some(*i as f64),
                Some(_) => return Err(wrong(&format!("{place}.scale"), "a number")),
                None => None,
            };
            currency = inner.get("currency").map(|c| string(c, &format!("{place}.currency"))).transpose()?;
        }
        let rule = rule(&place, value, &["scale", "currency"])?;
        attributes.push((key.clone(), AttributeRule { rule, scale, currency }));
    }
    Ok(attributes)
}

/// A pointer, a list of pointers, or a table with `from` or `value`, `when`, and words with their meaning.
fn rule(key: &str, value: &Value, also: &[&str]) -> Result<Rule, MappingError> {
    let mut rule = Rule::default();
    let table = match value {
        Value::Table(table) => table,
        other => {
            rule.from = pointers(other, key)?;
            return Ok(rule);
        }
    };
    if let Some(from) = table.get("from") {
        rule.from = pointers(from, &format!("{key}.from"))?;
    }
    if let Some(value) = table.get("value") {
        rule.value = Some(string(value, &format!("{key}.value"))?);
    }
    if rule.from.is_empty() && rule.value.is_none() {
        return Err(wrong(key, "a pointer, or a table with `from` or `value`"));
    }
    match table.get("when") {
        Some(Value::Table(when)) => {
            for (at, words) in when {
                pointer(at, &format!("{key}.when"))?;
                rule.when.push((at.clone(), strings(words, &format!("{key}.when"))?));
            }
        }
        Some(_) => return Err(wrong(&format!("{key}.when"), "a table of pointers and words")),
        None => {}
    }
    for (meaning, words) in table.iter().filter(|(k, _)| !RULE.contains(&k.as_str()) && !also.contains(&k.as_str())) {
        rule.words.push((meaning.clone(), strings(words, &format!("{key}.{meaning}"))?));
    }
    Ok(rule)
}

fn pointers(value: &Value, key: &str) -> Result<Vec<String>, MappingError> {
    let found = strings(value, key)?;
    for at in &found {
        pointer(at, key)?;
    }
    Ok(found)
}

fn pointer(text: &str, key: &str) -> Result<(), MappingError> {
    match text.starts_with('/') && text.len() > 1 {
        true => Ok(()),
        false => Err(wrong(key, "a JSON pointer that begins with `/` (for CSV: `/column`)")),
    }
}

/// One word or several. A number or a truth value is the word that it is written as.
fn strings(value: &Value, key: &str) -> Result<Vec<String>, MappingError> {
    match value {
        Value::Array(items) => items.iter().map(|v| string(v, key)).collect(),
        one => Ok(vec![string(one, key)?]),
    }
}

fn string(value: &Value, key: &str) -> Result<String, MappingError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(flag) => Ok(flag.to_string()),
        _ => Err(wrong(key, "text")),
    }
}

fn unknown(key: &str, place: &str, known: String) -> MappingError {
    MappingError::Unknown { key: key.into(), place: place.into(), known }
}

fn wrong(key: &str, wanted: &str) -> MappingError {
    MappingError::Wrong { key: key.into(), wanted: wanted.into() }
}
