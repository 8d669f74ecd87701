//! Mapping files: those given now, beside those that a case was read with before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::case::{Case, CaseError};
use behalf_engine::model::{EdgeError, Fault};
use behalf_engine::read::{self, Batch, Form, Limits};
use behalf_engine::sources::mapping::{Check, Learned, check, learn};
use behalf_engine::sources::{self, Mapping, Source};

use super::open::Bridge;

/// Batches of an export that are looked at: some 16 MiB, and enough to see which fields are ever filled.
const SAMPLED: usize = 16;

/// All sources that this case can read; the mappings given are kept in it.
pub fn registry(case: &Case, given: &[PathBuf]) -> Result<sources::Registry, EdgeError> {
    let mut mappings: BTreeMap<String, Mapping> = BTreeMap::new();
    for (name, text) in case.mappings()? {
        mappings.insert(name.clone(), parse(&text, &name)?);
    }
    for path in given {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            fault(format!("{} cannot be read: {cause}", path.display()), "Check the path of the mapping file.")
        })?;
        let mapping = parse(&text, &path.display().to_string())?;
        case.keep_mapping(mapping.name(), &text)?;
        mappings.insert(mapping.name().to_string(), mapping);
    }
    Ok(sources::registry(mappings.into_values().collect()))
}

pub fn parse(text: &str, whence: &str) -> Result<Mapping, EdgeError> {
    Mapping::parse(text)
        .map_err(|cause| fault(format!("{whence}: {cause}"), "See the mapping reference in docs/mapping.md."))
}

fn fault(message: String, hint: &str) -> EdgeError {
    EdgeError { code: "mapping".into(), message, hint: hint.into(), fault: Fault::File }
}

impl Bridge {
    /// Proposes a mapping for an export that no source knows.
    pub fn learn_mapping(&self, path: PathBuf) -> Result<Learned, EdgeError> {
        learn_from(&path)
    }

    /// What a mapping reads of an export, and what it leaves.
    pub fn check_mapping(&self, toml: String, against: PathBuf) -> Result<Check, EdgeError> {
        let mapping = parse(&toml, "the mapping")?;
        let registry = sources::registry(vec![mapping.clone()]);
        let sample = sample(&against, |form, chunks| registry.detect(form, chunks).name() == mapping.name())?;
        Ok(check(&mapping, &sample.form, &sample.chunks()))
    }

    /// Keeps a mapping in the open case: the next import reads with it.
    pub fn keep_mapping(&self, toml: String) -> Result<(), EdgeError> {
        let mapping = parse(&toml, "the mapping")?;
        self.idle()?;
        self.ask(|open| open.case.keep_mapping(mapping.name(), &toml))
    }
}

/// The start of what lies at a path.
pub struct Sample {
    pub form: Form,
    batches: Vec<Batch>,
    /// What was looked at, where that is not simply the one file.
    pub notes: Vec<String>,
}

impl Sample {
    pub fn chunks(&self) -> Vec<&[u8]> {
        self.batches.iter().flat_map(|b| b.chunks.iter().filter(|c| c.broken.is_none()).map(|c| b.bytes(c))).collect()
    }
}

/// Reads the start of an export as import would: a file, an archive or a folder. Of several exports those count that are
/// wanted, in the form of the first of them; where none is, the first export is looked at.
pub fn sample(path: &Path, wanted: impl Fn(&Form, &[&[u8]]) -> bool) -> Result<Sample, EdgeError> {
    let limits = Limits::default();
    let exports = read::find(&[path.to_path_buf()], &limits).map_err(unread)?.exports;
    let mut found: Option<Sample> = None;
    let mut spare: Option<Sample> = None;
    let (mut looked_at, mut passed) = (Vec::new(), Vec::new());
    for export in &exports {
        let room = SAMPLED - found.as_ref().map_or(0, |f| f.batches.len());
        if room == 0 {
            passed.push(export.shown.as_str());
            continue;
        }
        let mut stream = read::open(export, &limits).map_err(unread)?;
        let mut here = Sample { form: stream.form().clone(), batches: Vec::new(), notes: Vec::new() };
        while here.batches.len() < room
            && let Some(batch) = stream.next_batch().map_err(unread)?
        {
            here.batches.push(batch);
        }
        let is_wanted = wanted(&here.form, &here.chunks());
        match &mut found {
            Some(found) if is_wanted && found.form == here.form => found.batches.append(&mut here.batches),
            None if is_wanted => found = Some(here),
            _ => {
                spare.get_or_insert(here);
                passed.push(&export.shown);
                continue;
            }
        }
        looked_at.push(export.shown.as_str());
    }
    let mut sample = found.or(spare).ok_or_else(|| {
        let hint = "Check the path: a file, an archive or a folder with an export in it.";
        fault(format!("{} holds no export", path.display()), hint)
    })?;
    if exports.len() > 1 {
        sample.notes.push(format!("looked at: {}", listed(&looked_at)));
        sample.notes.extend((!passed.is_empty()).then(|| format!("not looked at: {}", listed(&passed))));
    }
    Ok(sample)
}

/// Proposes a mapping for what lies at a path.
pub fn learn_from(path: &Path) -> Result<Learned, EdgeError> {
    let built_in = sources::registry(Vec::new());
    let sample = sample(path, |form, chunks| {
        !matches!(form, Form::Empty | Form::Unknown { .. }) && built_in.detect(form, chunks).source.is_none()
    })?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    let mut learned = learn(&sample.form, &sample.chunks(), stem);
    learned.notes.extend(sample.notes);
    Ok(learned)
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".into(),
        names if names.len() <= 5 => names.join(", "),
        names => format!("{} and {} more", names[..5].join(", "), names.len() - 5),
    }
}

fn unread(cause: read::ReadError) -> EdgeError {
    CaseError::Read(cause).into()
}

/// Whether a picked or dropped file describes a log rather than being one.
pub fn is_mapping(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) && path.is_file()
}
