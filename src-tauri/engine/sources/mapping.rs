//! Your gateway's log, or any other in-house log.
//!
//! - **Ask for**: the log of the gateway through which agents reach their tools, or of any system that no other
//!   source reads, as JSON or CSV, with a [mapping file](mapping.md) that describes it. `behalf mapping learn`
//!   proposes one.
//! - **Reads**: JSON and CSV in every container, as the mapping says under `records` (DESIGN section 5.2). What it
//!   does not name is absent; nothing is guessed.
//! - **Recognised by**: the pointers under `detect`, all present in the first records.
//! - **Filled by**: what the mapping says under `populated_by`; where it says nothing it is `caller`, and names
//!   nobody.
//! - **Answers**: what it records; where the gateway authenticates people and writes them itself, the best single
//!   source.
//! - **Never tells**: what `populated_by` does not vouch for.
//! - **Documented in**: [mapping.md](mapping.md), and whoever runs the system.

mod answers;
mod check;
mod learn;
mod parse;
mod read;

pub use check::{Check, Unread, check};
pub use learn::{Learned, LearnedCandidate, LearnedField, Recognised, learn};
pub use parse::MappingError;

use std::borrow::Cow;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter, to_object_iter};

use super::json;
use super::row;
use super::{Content, Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{EventKind, FilledBy};
use crate::read::Form;

macro_rules! fields {
    ($($name:ident = $word:literal),* $(,)?) => {
        /// A field of an event, or of a roster row, that a mapping may name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field { $($name,)* }

        impl Field {
            pub const ALL: &[Field] = &[$(Field::$name,)*];
            pub const fn word(self) -> &'static str { match self { $(Field::$name => $word,)* } }
            pub fn from_word(word: &str) -> Option<Field> { Field::ALL.iter().copied().find(|f| f.word() == word) }
        }
    };
}

fields! {
    Time = "time", End = "end", Id = "id", Tenant = "tenant", Stage = "stage",
    Sequence = "sequence", Stream = "stream",
    Service = "service", Action = "action", Resource = "resource", ResourceType = "resource_type", Outcome = "outcome",
    Wire = "wire", WireKind = "wire_kind", Agent = "agent", Human = "human",
    Run = "run", ParentRun = "parent_run", Conversation = "conversation",
    Trace = "trace", Span = "span", ParentSpan = "parent_span", ToolCall = "tool_call",
    Session = "session", Token = "token", Credential = "credential", Audience = "audience", Scope = "scope",
    Decision = "decision", Evaluated = "evaluated", Policy = "policy",
    SourceIp = "source_ip", UserAgent = "user_agent", Host = "host", Interactive = "interactive", Trigger = "trigger",
    // Of a token record.
    Subject = "subject", Actor = "actor", Client = "client", Issuer = "issuer", IssuedAt = "issued_at",
    NotBefore = "not_before", Expires = "expires", Revoked = "revoked", Details = "authorization_details",
    ParentToken = "parent_token",
    // Of an approval.
    RequestedBy = "requested_by", ApprovedBy = "approved_by", Limit = "limit",
    // Of a person or an entitlement.
    Email = "email", Name = "name", Type = "type", Status = "status", Start = "start", Department = "department",
    Aliases = "aliases", Owner = "owner", Manager = "manager", Purpose = "purpose", Vendor = "vendor",
    Environment = "environment", ApprovedPattern = "approved_pattern", ClientIds = "client_ids",
    LastCertified = "last_certified", Principal = "principal", Effect = "effect", Condition = "condition",
    ValidFrom = "valid_from", ValidTo = "valid_to",
    // Of a membership.
    Member = "member", Group = "group",
}

/// What the records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Event(EventKind),
    Person,
    Entitlement,
    Ownership,
    Membership,
}

impl Kind {
    const WORDS: [(&'static str, Kind); 10] = [
        ("call", Kind::Event(EventKind::Call)),
        ("sign_in", Kind::Event(EventKind::SignIn)),
        ("token", Kind::Event(EventKind::Token)),
        ("decision", Kind::Event(EventKind::Decision)),
        ("approval", Kind::Event(EventKind::Approval)),
        ("run", Kind::Event(EventKind::Run)),
        ("person", Kind::Person),
        ("entitlement", Kind::Entitlement),
        ("ownership", Kind::Ownership),
        ("membership", Kind::Membership),
    ];

    fn from_word(word: &str) -> Option<Kind> {
        Kind::WORDS.into_iter().find(|(w, _)| *w == word).map(|(_, kind)| kind)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum KindRule {
    Always(Kind),
    ByValue(Rule),
}

/// Where a value stands, and what its words mean.
#[derive(Debug, Clone, Default, PartialEq)]
struct Rule {
    /// The first pointer that has a value is it.
    from: Vec<String>,
    /// A value that the mapping itself states.
    value: Option<String>,
    /// Meaning and the words for it, as in `denied = ["refused", "403"]`.
    words: Vec<(String, Vec<String>)>,
    /// Only where each of these pointers has one of these words.
    when: Vec<(String, Vec<String>)>,
}

/// A number or text for conditions and limits.
#[derive(Debug, Clone, PartialEq)]
struct AttributeRule {
    rule: Rule,
    scale: Option<f64>,
    /// A pointer, or the currency itself.
    currency: Option<String>,
}

/// How the records are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Layout {
    Lines,
    Array,
    Csv,
    /// A pointer to the array that holds the records.
    At(String),
    /// A pointer to the object whose members are the records; empty for the whole of the file's object.
    Members(String),
}

/// Where a record of [`Layout::Members`] finds the key that it stands under.
const KEY: &str = "/$key";

/// A mapping file, ready to read records.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// `mapping:NAME`.
    source: String,
    layout: Layout,
    kind: KindRule,
    detect: Vec<String>,
    by: FilledBy,
    fields: Vec<(Field, Rule)>,
    attributes: Vec<(String, AttributeRule)>,
}

impl Mapping {
    /// Reads a mapping file, and tells exactly what is wrong with it.
    pub fn parse(toml_text: &str) -> Result<Mapping, MappingError> {
        parse::mapping(toml_text)
    }

    fn rule(&self, field: Field) -> Option<&Rule> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, rule)| rule)
    }

    /// Every pointer that the mapping looks at.
    fn pointers(&self) -> impl Iterator<Item = &str> {
        let kind = if let KindRule::ByValue(rule) = &self.kind { Some(rule) } else { None };
        let rules = self.fields.iter().map(|(_, r)| r).chain(self.attributes.iter().map(|(_, a)| &a.rule)).chain(kind);
        let currencies =
            self.attributes.iter().filter_map(|(_, a)| a.currency.as_deref()).filter(|c| c.starts_with('/'));
        rules
            .flat_map(|r| r.from.iter().chain(r.when.iter().map(|(p, _)| p)))
            .map(String::as_str)
            .chain(currencies)
            .chain(self.detect.iter().map(String::as_str))
    }
}

impl Source for Mapping {
    fn name(&self) -> &str {
        &self.source
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let csv = matches!(sample.form, Form::Csv { .. });
        if csv != (self.layout == Layout::Csv) || self.detect.is_empty() {
            return None;
        }
        let shown = self.detect.join(", ");
        if csv {
            let all =
                self.detect.iter().all(|p| row::has_column(sample.header, &json::unescape(p.trim_start_matches('/'))));
            return all.then(|| Recognition {
                score: 100,
                why: format!("the columns that {} looks for: {shown}", self.source),
            });
        }
        let has_all =
            |value: &json::Json| self.detect.iter().all(|p| p.as_str() == KEY || json::at(value, p).is_some());
        let holds = |value: &json::Json| match &self.layout {
            Layout::Members(pointer) => {
                let of = if pointer.is_empty() { Some(value) } else { json::at(value, pointer) };
                json::members(of).next().is_some_and(|(_, first)| first.is_object() && has_all(first))
            }
            Layout::At(pointer) => match json::items(json::at(value, pointer)).next() {
                Some(first) => has_all(first),
                None => has_all(value),
            },
            _ => has_all(value),
        };
        sample.recognise(100, &format!("what {} looks for: {shown}", self.source), holds)
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        let pieces = match &self.layout {
            Layout::At(pointer) => elements(chunk, pointer).unwrap_or_default(),
            Layout::Members(pointer) => members(chunk, pointer).unwrap_or_default(),
            _ => Vec::new(),
        };
        if pieces.is_empty() { vec![Piece::whole(chunk)] } else { pieces }
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match record.content {
            Content::Text(_) => Err(NotUnderstood::not_this("the record is no JSON")),
            _ => read::record(self, record, hints),
        }
    }
}

/// The members of the object at a pointer of the chunk, each with its key as its envelope.
fn members<'a>(chunk: &'a [u8], pointer: &str) -> Option<Vec<Piece<'a>>> {
    sonic_rs::from_slice::<LazyValue<'_>>(chunk).ok()?;
    let steps: Vec<Cow<'_, str>> = pointer.split('/').skip(1).map(json::unescape).collect();
    let here = sonic_rs::get(chunk, steps.iter().map(|s| s.as_ref())).ok()?;
    if !here.is_object() {
        return None;
    }
    let Cow::Borrowed(text) = here.as_raw_cow() else { return None };
    let mut pieces = Vec::new();
    for member in to_object_iter(text.as_bytes()) {
        let (key, value) = member.ok()?;
        let range = json::offset_in(chunk, value.as_raw_str().as_bytes())?;
        let envelope = serde_json::json!({ "$key": AsRef::<str>::as_ref(&key) }).to_string().into_bytes();
        pieces.push(Piece { range, envelope: Some(Cow::Owned(envelope)) });
    }
    Some(pieces)
}

/// The elements of the array at a pointer of the chunk. The container may have split them already: then there is none.
fn elements<'a>(chunk: &'a [u8], pointer: &str) -> Option<Vec<Piece<'a>>> {
    // The whole chunk must be sound: a torn one is one broken record, not the elements before the tear.
    sonic_rs::from_slice::<LazyValue<'_>>(chunk).ok()?;
    let steps: Vec<Cow<'_, str>> = pointer.split('/').skip(1).map(json::unescape).collect();
    let here = sonic_rs::get(chunk, steps.iter().map(|s| s.as_ref())).ok()?;
    if !here.is_array() {
        return None;
    }
    // Borrowed from the chunk, so that the place of each element is known.
    let Cow::Borrowed(text) = here.as_raw_cow() else { return None };
    let mut pieces = Vec::new();
    for element in to_array_iter(text.as_bytes()) {
        let element = element.ok()?;
        let range = json::offset_in(chunk, element.as_raw_str().as_bytes())?;
        pieces.push(Piece { range, envelope: None });
    }
    Some(pieces)
}

#[cfg(test)]
mod tests;
