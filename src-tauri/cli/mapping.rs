//! `mapping check`: what a mapping reads of an export, and what it leaves. `mapping learn`: a mapping proposed for one.

use std::io::Write;
use std::path::Path;

use behalf_app::bridge::{learn_from, parse_mapping as parse, sample};
use behalf_engine::model::EdgeError;
use behalf_engine::sources::mapping::{Learned, check};
use behalf_engine::sources::{self, Source};

use crate::args::{Format, MappingCommand};
use crate::output::{failed, flat, one, say};

pub fn mapping(what: &MappingCommand, format: Format) -> Result<(), EdgeError> {
    match what {
        MappingCommand::Check { mapping, against } => {
            let text = std::fs::read_to_string(mapping).map_err(|e| {
                let message = format!("{} cannot be read: {e}", mapping.display());
                failed("mapping", message, "Check the path of the mapping file.")
            })?;
            check_against(&text, &mapping.display().to_string(), against, format)
        }
        MappingCommand::Learn { export, to } => learn(export, to.as_deref(), format),
    }
}

fn learn(export: &Path, to: Option<&Path>, format: Format) -> Result<(), EdgeError> {
    let learned = learn_from(export)?;
    let Some(toml) = &learned.toml else {
        if learned.recognised.is_none() {
            let message = format!("{}: {}", export.display(), learned.notes.join("; "));
            return Err(failed("mapping", message, "A mapping describes records in JSON or CSV."));
        }
        return one(&learned, format, || format!("{}: {}", export.display(), notes(&learned)));
    };
    if let Some(to) = to {
        write_new(to, toml)?;
        if format == Format::Text {
            return say(&format!(
                "{}: {} records looked at; {}\n{}",
                flat(&to.display().to_string()),
                learned.records,
                learned.layout,
                notes(&learned)
            ));
        }
    }
    one(&learned, format, || toml.trim_end().to_string())
}

fn notes(learned: &Learned) -> String {
    let why = learned.recognised.iter().map(|known| format!("{}: {}", known.source, known.why));
    learned.notes.iter().cloned().chain(why).map(|n| flat(&n)).collect::<Vec<_>>().join("\n")
}

/// A mapping that somebody has worked on is not written over.
fn write_new(to: &Path, text: &str) -> Result<(), EdgeError> {
    let written = std::fs::File::create_new(to).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|e| {
        failed("mapping", format!("{} cannot be written: {e}", to.display()), "Give the name of a new file.")
    })
}

fn check_against(text: &str, whence: &str, against: &Path, format: Format) -> Result<(), EdgeError> {
    let mapping = parse(text, whence)?;
    let registry = sources::registry(vec![mapping.clone()]);
    let sample = sample(against, |form, chunks| registry.detect(form, chunks).name() == mapping.name())?;
    let (form, chunks) = (&sample.form, sample.chunks());
    let found = check(&mapping, form, &chunks);
    one(&found, format, || {
        let mut out = format!(
            "{}: {}\n{} records looked at: {} events, {} context rows, {} kept with nothing in them, {} rejected",
            against.display(),
            form.shown(),
            found.records,
            found.events,
            found.entries,
            found.kept,
            found.rejected
        );
        for reason in &found.reasons {
            out.push_str(&format!("\n  rejected: {}", flat(reason)));
        }
        for note in &sample.notes {
            out.push_str(&format!("\n{}", flat(note)));
        }
        let verdict = if found.chosen { "import takes it for" } else { "IMPORT WOULD NOT CHOOSE THIS MAPPING, but" };
        out.push_str(&format!("\n{verdict} {}: {}", flat(&found.detected), flat(&found.why)));
        out.push_str("\nfields");
        for field in &found.fields {
            out.push_str(&format!("\n  {:16} {} of {}", field.field, field.filled, found.records));
        }
        if !found.unread.is_empty() {
            out.push_str("\nnot understood");
        }
        for unread in &found.unread {
            let (field, value) = (&unread.field, flat(&unread.value));
            out.push_str(&format!("\n  {field:16} {} records with {value}: {}", unread.records, unread.why));
        }
        out.push_str("\nanswers");
        for sentence in &found.answers {
            out.push_str(&format!("\n  {sentence}"));
        }
        out.push_str("\nleft");
        for left in &found.left {
            let (pointer, example) = (flat(&left.pointer), flat(&left.example));
            out.push_str(&format!("\n  {pointer:32} {} records, such as {example}", left.records));
        }
        out
    })
}
