//! Correlation hints (DESIGN section 5.3): where run ids hide. Hints are data; a case may add its own.
//!
//! A hint looks in one of three ways. A *key* names an attribute, tag or extra wherever the source keeps such pairs
//! (`run_id`, `run.id`, `example.org/run-id` are one key). A *place* is free text that a source knows by name: a session
//! name, a source identity, a user agent; there only an explicit pattern counts. A *pointer* is a field of the record.

use regex::Regex;
use serde::Deserialize;

use super::json::{self, Json};
use crate::model::{Event, FilledBy, RunId};

/// What a hint yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    Run,
    ParentRun,
    /// Joins a person's prompts; it is no run.
    Conversation,
}

/// Free text that a source knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    SessionName,
    SourceIdentity,
    UserAgent,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Place::SessionName => "session_name",
            Place::SourceIdentity => "source_identity",
            Place::UserAgent => "user_agent",
        }
    }
}

#[derive(Debug, Clone)]
enum Field {
    Key(String),
    Place(Place),
    Pointer(String),
}

#[derive(Debug, Clone)]
struct Hint {
    source: Glob,
    field: Field,
    pattern: Option<Regex>,
    slot: Slot,
}

/// A name with `*` for any characters. Almost all hints say `*` or one name.
#[derive(Debug, Clone)]
struct Glob(String);

impl Glob {
    fn covers(&self, name: &str) -> bool {
        if self.0 == "*" {
            return true;
        }
        let Some((head, rest)) = self.0.split_once('*') else { return self.0 == name };
        let Some(mut left) = name.strip_prefix(head) else { return false };
        let mut parts = rest.split('*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return left.ends_with(part);
            }
            match left.find(part) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// The hints of a case: the shipped ones and its own.
#[derive(Debug, Clone)]
pub struct Hints {
    hints: Vec<Hint>,
}

/// What is wrong with a hint file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HintError {
    #[error("the hint file is not TOML: {0}")]
    Syntax(String),
    #[error("hint {number}: the pattern is not a regular expression: {cause}")]
    Pattern { number: usize, cause: String },
    #[error("hint {number}: the pattern has no group named `run`, as in (?<run>[0-9a-f-]{{36}})")]
    NoGroup { number: usize },
    #[error(
        "hint {number}: `field` is `{field}`; it must be a pointer (/a/b), key:NAME, session_name, source_identity or user_agent"
    )]
    Field { number: usize, field: String },
    #[error("hint {number}: {place} is free text and needs a pattern")]
    NeedsPattern { number: usize, place: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HintFile {
    #[serde(default)]
    hint: Vec<HintEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HintEntry {
    #[serde(default = "any_source")]
    source: String,
    field: String,
    pattern: Option<String>,
    #[serde(default = "run_slot")]
    gives: Slot,
}

fn any_source() -> String {
    "*".into()
}

fn run_slot() -> Slot {
    Slot::Run
}

/// The shipped hints, in the form in which a case adds its own.
const SHIPPED: &str = r#"
hint = [
  { field = "key:run_id" },
  { field = "key:agent_run_id" },
  { field = "key:x_run_id" },
  { field = "key:gen_ai.run.id" },
  { field = "key:parent_run_id", gives = "parent_run" },
  { field = "key:run.parent_id", gives = "parent_run" },
  { field = "key:run.parent", gives = "parent_run" },
  { field = "key:agent_parent_run_id", gives = "parent_run" },
  { field = "key:gen_ai.conversation.id", gives = "conversation" },
  { source = "github_audit", field = "key:agent_session_id" },

  { source = "aws_cloudtrail", field = "session_name", pattern = '(?i)(?:^|[-_.=@,+/])run[-_]?(?:id)?[-_=:/.](?<run>[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})(?:$|[^0-9a-z])' },
  { source = "aws_cloudtrail", field = "session_name", pattern = '(?i)(?:^|[-_.@,+/])run[-_.]?id=(?<run>[0-9a-z_.-]{4,128})' },
  { source = "aws_cloudtrail", field = "source_identity", pattern = '(?i)(?:^|[-_.=@,+/])run[-_]?(?:id)?[-_=:/.](?<run>[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})(?:$|[^0-9a-z])' },
  { source = "aws_cloudtrail", field = "source_identity", pattern = '(?i)(?:^|[-_.@,+/])run[-_.]?id=(?<run>[0-9a-z_.-]{4,128})' },

  { source = "snowflake", field = "session_name", pattern = '(?i)(?:^|[^0-9a-z])run[-_.]?id[=:/ ]+(?<run>[0-9a-z][0-9a-z_.-]{3,127})' },
  { source = "snowflake", field = "session_name", pattern = '(?i)(?:^|[-_.=@,+/; ])run[-_=:/](?<run>[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})(?:$|[^0-9a-z])' },
  { source = "bedrock_invocation", field = "session_name", pattern = '(?i)(?:^|[-_.=@,+/])run[-_]?(?:id)?[-_=:/.](?<run>[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})(?:$|[^0-9a-z])' },

  { field = "user_agent", pattern = '(?i)(?:^|[^0-9a-z])run[-_.]?id[=:/](?<run>[0-9a-z][0-9a-z_.:-]{3,127})' },
  { field = "user_agent", pattern = '(?i)(?:^|[ ;,(\[/])run/(?<run>[0-9a-z][0-9a-z_.:-]{7,127})' },
  { field = "user_agent", pattern = '(?i)(?:^|[ ;,(\[])[a-z][0-9a-z.-]*_(?<run>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:$|[^0-9a-z-])' },
]
"#;

impl Default for Hints {
    fn default() -> Hints {
        // The shipped text is held by a test; were it broken, there would be no hints, and no panic.
        Hints::parse(SHIPPED).unwrap_or_else(|_| Hints::none())
    }
}

impl Hints {
    pub fn none() -> Hints {
        Hints { hints: Vec::new() }
    }

    /// Hints from a TOML text of `[[hint]]` tables: `source` (with `*`), `field`, `pattern`, `gives`.
    pub fn parse(toml_text: &str) -> Result<Hints, HintError> {
        let file: HintFile = toml::from_str(toml_text).map_err(|e| HintError::Syntax(e.to_string()))?;
        let hints = file.hint.into_iter().enumerate().map(|(i, entry)| entry.compile(i + 1));
        Ok(Hints { hints: hints.collect::<Result<_, _>>()? })
    }

    /// The shipped hints and a case's own, which are asked first.
    pub fn with(toml_text: &str) -> Result<Hints, HintError> {
        let mut own = Hints::parse(toml_text)?;
        own.hints.extend(Hints::default().hints);
        Ok(own)
    }

    /// A record of one source, to be searched.
    pub fn search<'h>(&'h self, source: &'h str) -> Search<'h> {
        Search { hints: self, source, found: Found::default() }
    }
}

impl HintEntry {
    fn compile(self, number: usize) -> Result<Hint, HintError> {
        let field = match self.field.as_str() {
            "session_name" => Field::Place(Place::SessionName),
            "source_identity" => Field::Place(Place::SourceIdentity),
            "user_agent" => Field::Place(Place::UserAgent),
            f if f.starts_with('/') => Field::Pointer(f.into()),
            f => match f.strip_prefix("key:") {
                Some(key) if !key.is_empty() => Field::Key(key.into()),
                _ => return Err(HintError::Field { number, field: self.field }),
            },
        };
        let pattern = match self.pattern {
            Some(text) => {
                let regex = Regex::new(&text).map_err(|e| HintError::Pattern { number, cause: e.to_string() })?;
                if !regex.capture_names().flatten().any(|n| n == "run") {
                    return Err(HintError::NoGroup { number });
                }
                Some(regex)
            }
            None => None,
        };
        if let (Field::Place(place), None) = (&field, &pattern) {
            return Err(HintError::NeedsPattern { number, place: place.word().into() });
        }
        Ok(Hint { source: Glob(self.source), field, pattern, slot: self.gives })
    }
}

#[derive(Debug, Default)]
struct Found {
    run: Option<(RunId, FilledBy)>,
    parent: Option<RunId>,
    conversation: Option<String>,
}

/// The search of one record. The first find of each slot stands, so sources ask their best fields first.
pub struct Search<'h> {
    hints: &'h Hints,
    source: &'h str,
    found: Found,
}

impl Search<'_> {
    /// A pair of an attribute list, of tags, labels or extras.
    pub fn key(&mut self, key: &str, value: &Json, by: FilledBy) {
        // One element of a list of one: Kubernetes writes extras so.
        let value = match json::items(Some(value)).next() {
            Some(first) => first,
            None => value,
        };
        for hint in self.hints.hints.iter() {
            let Field::Key(wanted) = &hint.field else { continue };
            if same_key(wanted, key)
                && hint.source.covers(self.source)
                && let Some(text) = json::scalar(value)
            {
                self.take(hint, &text, by);
            }
        }
    }

    /// Free text that its writer chose.
    pub fn place(&mut self, place: Place, text: &str) {
        for hint in self.hints.hints.iter() {
            if matches!(hint.field, Field::Place(p) if p == place) && hint.source.covers(self.source) {
                self.take(hint, text, FilledBy::Caller);
            }
        }
    }

    /// Fields that a case's own hints point at. Who wrote them is not known, so it counts as the caller's word.
    pub fn record(&mut self, record: &Json) {
        for hint in self.hints.hints.iter() {
            let Field::Pointer(pointer) = &hint.field else { continue };
            if hint.source.covers(self.source)
                && let Some(text) = json::text(record, pointer)
            {
                self.take(hint, &text, FilledBy::Caller);
            }
        }
    }

    /// Puts what was found into the event; what the record itself said stays.
    pub fn fill(self, event: &mut Event) {
        event.run = event.run.take().or(self.found.run);
        event.parent_run = event.parent_run.take().or(self.found.parent);
        event.conversation = event.conversation.take().or(self.found.conversation);
    }

    pub fn run_found(&self) -> bool {
        self.found.run.is_some()
    }

    fn take(&mut self, hint: &Hint, text: &str, by: FilledBy) {
        let value = match &hint.pattern {
            None => text,
            Some(pattern) => match pattern.captures(text).and_then(|c| c.name("run")) {
                Some(found) => found.as_str(),
                None => return,
            },
        };
        // `run/1.2.3` in a user agent is a version.
        if hint.pattern.is_some() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.') && value.contains('.') {
            return;
        }
        match hint.slot {
            Slot::Run if self.found.run.is_none() => self.found.run = RunId::new(value).map(|run| (run, by)),
            Slot::ParentRun if self.found.parent.is_none() => self.found.parent = RunId::new(value),
            Slot::Conversation if self.found.conversation.is_none() => {
                self.found.conversation = RunId::new(value).map(|id| id.as_str().to_string());
            }
            _ => {}
        }
    }
}

/// `run_id`, `run.id`, `Run-Id`, `runId` and `example.org/run-id` are one key.
fn same_key(wanted: &str, key: &str) -> bool {
    let last = key.rsplit('/').next().unwrap_or(key);
    let letters = |text: &str| {
        text.bytes().filter(|b| !matches!(b, b'_' | b'-' | b'.')).map(|b| b.to_ascii_lowercase()).collect::<SmallKey>()
    };
    // Cheap refusal first: most keys differ in their first letter.
    match (wanted.as_bytes().first(), last.as_bytes().first()) {
        (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => letters(wanted) == letters(last),
        _ => false,
    }
}

/// The letters of a key, compared without allocation.
#[derive(PartialEq, Eq)]
struct SmallKey {
    bytes: [u8; 40],
    length: usize,
}

impl FromIterator<u8> for SmallKey {
    fn from_iter<I: IntoIterator<Item = u8>>(letters: I) -> SmallKey {
        let mut key = SmallKey { bytes: [0; 40], length: 0 };
        for byte in letters {
            if let Some(place) = key.bytes.get_mut(key.length) {
                *place = byte;
            }
            key.length += 1;
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventKind;

    fn in_place(source: &str, place: Place, text: &str) -> Option<String> {
        let hints = Hints::default();
        let mut search = hints.search(source);
        search.place(place, text);
        let mut event = Event::new(EventKind::Call);
        search.fill(&mut event);
        event.run.map(|(run, by)| {
            assert_eq!(by, FilledBy::Caller);
            run.shown()
        })
    }

    #[test]
    fn the_shipped_hints_compile() {
        assert!(Hints::parse(SHIPPED).unwrap().hints.len() > 10);
    }

    #[test]
    fn user_agents_carry_run_ids() {
        let id = "c3be9ac6-3bed-44c7-be11-301915e7695d";
        for text in [
            format!("stratus-red-team_{id}"),
            format!(
                "APN/1.0 aws-sdk-go/1.44.261 (go1.19.8; linux; amd64) stratus-red-team_{id} HashiCorp-terraform-exec/0.17.3"
            ),
            format!("agent-runtime/2.4 run/{id}"),
            format!("agent-runtime/2.4 (run_id={id})"),
        ] {
            assert_eq!(in_place("aws_cloudtrail", Place::UserAgent, &text).as_deref(), Some(id), "{text}");
        }
        for text in [
            "docker-run/1.2.3.4567",
            "cloud-run/20.10.11.1",
            "Mozilla/5.0 Chrome/146.0",
            "agent-runtime/2.4",
            "run/27.3.1.200",
        ] {
            assert_eq!(in_place("aws_cloudtrail", Place::UserAgent, text), None, "{text}");
        }
    }

    #[test]
    fn session_names_count_only_by_an_explicit_pattern() {
        let id = "c3be9ac6-3bed-44c7-be11-301915e7695d";
        for text in [
            format!("run-{id}"),
            format!("refund-assistant-run-{id}"),
            format!("run_id={id}"),
            format!("run-{}", id.replace('-', "")),
        ] {
            assert_eq!(in_place("aws_cloudtrail", Place::SessionName, &text).as_deref(), Some(id), "{text}");
        }
        for text in ["research-agent", id, "ada@example.org", "dry-run-agent", "run-nightly"] {
            assert_eq!(in_place("aws_cloudtrail", Place::SessionName, text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_one_key_in_its_spellings_and_no_other() {
        for key in ["run_id", "run.id", "Run-Id", "runId", "example.org/run-id"] {
            assert!(same_key("run_id", key), "{key}");
        }
        for key in ["scope.git.run.id", "workflow_run_id", "run_ids", "parent_run_id", "trun_id", ""] {
            assert!(!same_key("run_id", key), "{key}");
        }
    }

    #[test]
    fn a_case_adds_its_own_and_is_told_what_is_wrong() {
        let hints = Hints::with("[[hint]]\nsource = \"okta_*\"\nfield = \"/debugContext/debugData/job\"\n").unwrap();
        let record = json::parse(br#"{"debugContext":{"debugData":{"job":"job-17"}}}"#).unwrap();
        let mut search = hints.search("okta_system_log");
        search.record(&record);
        assert!(search.run_found());
        let mut other = hints.search("github_audit");
        other.record(&record);
        assert!(!other.run_found());
        assert!(matches!(
            Hints::parse("[[hint]]\nfield = \"user_agent\""),
            Err(HintError::NeedsPattern { number: 1, .. })
        ));
        assert!(matches!(
            Hints::parse("[[hint]]\nfield = \"/a\"\npattern = \"x\""),
            Err(HintError::NoGroup { number: 1 })
        ));
        assert!(matches!(Hints::parse("[[hint]]\nfield = \"ua\""), Err(HintError::Field { .. })));
        assert!(matches!(Hints::parse("[[hint]]\nfeild = \"/a\""), Err(HintError::Syntax(_))));
    }
}
