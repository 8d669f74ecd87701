//! Which source a file belongs to, by content, with the reason.

use super::json::{self, Json};
use super::{BUILT_IN, Mapping, Recognition, Sample, Source, row_value};
use crate::read::Form;

/// How many first chunks a source is shown.
const SHOWN: usize = 40;

/// The sources of a case: the reviewer's mapping files and the built-in ones.
pub struct Registry {
    mappings: Vec<Mapping>,
}

/// Built-in sources and the mapping files that the reviewer gave.
pub fn registry(mappings: Vec<Mapping>) -> Registry {
    Registry { mappings }
}

/// Whose file it is, and why. Without a source, `why` tells what the file has and what to do.
pub struct Detected<'r> {
    pub source: Option<&'r dyn Source>,
    pub why: String,
}

impl Detected<'_> {
    /// The name as listed: `unknown` where no source recognises the file.
    pub fn name(&self) -> &str {
        self.source.map_or("unknown", Source::name)
    }
}

impl std::fmt::Debug for Detected<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name(), self.why)
    }
}

impl Registry {
    /// Mapping files first, in the order given: at an equal score the reviewer's word stands.
    pub fn sources(&self) -> impl Iterator<Item = &dyn Source> {
        self.mappings.iter().map(|m| m as &dyn Source).chain(BUILT_IN.iter().copied())
    }

    pub fn get(&self, name: &str) -> Option<&dyn Source> {
        self.sources().find(|s| s.name() == name)
    }

    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// Shows the first chunks to every source; the highest score has the file.
    pub fn detect(&self, form: &Form, first_chunks: &[&[u8]]) -> Detected<'_> {
        let chunks = first_chunks.get(..SHOWN.min(first_chunks.len())).unwrap_or_default();
        let header: &[String] = if let Form::Csv { header, .. } = form { header } else { &[] };
        let values: Vec<Json> = match form {
            Form::Csv { delimiter, header } => chunks.iter().filter_map(|c| row_value(*delimiter, header, c)).collect(),
            Form::Yaml => chunks.iter().filter_map(|c| json::from_yaml(c, 0).ok()).collect(),
            _ => chunks.iter().filter_map(|c| json::parse(c).ok()).collect(),
        };
        let wrapper: Vec<String> = if let Form::Wrapped { key } = form { vec![key.clone()] } else { Vec::new() };
        // A mapping describes the export as it stands; the built-in sources see through what collectors wrap around.
        let inner: Vec<Json> = values.iter().map(|v| json::unwrapped(v).unwrap_or_else(|| v.clone())).collect();
        let plain = Sample { form, values: &values, chunks, header, wrapper: &wrapper };
        let seen_through = Sample { form, values: &inner, chunks, header, wrapper: &wrapper };

        let mappings = self.mappings.iter().map(|m| (m as &dyn Source, &plain));
        let built_in = BUILT_IN.iter().map(|s| (*s, &seen_through));
        let mut best: Option<(Recognition, &dyn Source)> = None;
        for (source, sample) in mappings.chain(built_in) {
            if let Some(found) = source.recognise(sample)
                && best.as_ref().is_none_or(|(known, _)| found.score > known.score)
            {
                best = Some((found, source));
            }
        }
        match best {
            Some((found, source)) => Detected { source: Some(source), why: found.why },
            None => Detected { source: None, why: unknown(&plain) },
        }
    }
}

/// What an unknown file has, so that a mapping file can be written for it.
fn unknown(sample: &Sample<'_>) -> String {
    const NEXT: &str = "Describe the file with a mapping file, or ask which system wrote it.";
    let names: Vec<&str> = match sample.values.first() {
        _ if !sample.header.is_empty() => sample.header.iter().map(String::as_str).collect(),
        Some(first) => json::members(Some(first)).map(|(key, _)| key).collect(),
        None => Vec::new(),
    };
    let what = if sample.header.is_empty() { "fields" } else { "columns" };
    match (names.len(), sample.form) {
        (_, Form::Empty) => "the file is empty".into(),
        (_, Form::Unknown { why }) => format!("{why}. {NEXT}"),
        (0, form) => format!("no record of the file ({}) could be read as an object. {NEXT}", form.shown()),
        (count, _) => {
            let shown: Vec<String> = names.iter().take(8).map(|n| n.chars().take(40).collect()).collect();
            let more = if count > 8 { format!(" and {} more", count - 8) } else { String::new() };
            format!("no source has a record with the {what} {}{more}. {NEXT}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_file_is_told_by_its_fields() {
        let registry = registry(Vec::new());
        let found = registry.detect(&Form::Lines, &[br#"{"zeit":"2026","wer":"x"}"#]);
        assert_eq!(found.name(), "unknown");
        assert!(found.why.contains("zeit, wer") && found.why.contains("mapping file"), "{}", found.why);
        assert_eq!(registry.detect(&Form::Empty, &[]).why, "the file is empty");
    }

    #[test]
    fn every_source_has_its_own_name() {
        let registry = registry(Vec::new());
        let mut names: Vec<&str> = registry.sources().map(Source::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BUILT_IN.len());
        assert!(registry.get("github_audit").is_some() && registry.get("x").is_none());
    }
}
