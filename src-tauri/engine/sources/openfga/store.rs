//! Store files: a model, tuples and tests in one YAML document. Each tuple, and each assertion of a check, is a record.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::super::json::{self as read, Json};
use super::super::{Hints, NotUnderstood, Piece, Understood, decided};
use super::{NAME, evaluated, tuple};
use crate::model::{Attribute, Event};
use crate::read::logged_value;
use crate::read::yaml::{self, Node};

/// Nesting that a store may have.
const DEPTH: usize = 64;

/// A store, or a list of tuples of one.
pub fn is_store(value: &Json) -> bool {
    let has = |pointer| read::at(value, pointer).is_some();
    let checks = || read::items(read::at(value, "/tests")).any(|t| {
        ["/check", "/list_objects", "/list_users"].iter().any(|p| read::at(t, p).is_some())
    });
    let tuples = |list: Option<&Json>| read::items(list).next().is_some_and(tuple::is_tuple);
    let model = || read::text(value, "/model").is_some_and(|m| m.contains("schema 1."));
    tuples(Some(value))
        || tuples(read::at(value, "/tuples"))
        || checks()
        || model()
        || (has("/model_file") && (has("/tuple_file") || has("/tests")))
}

/// The records of a store. JSON, log lines and YAML of another form are one piece.
pub fn pieces(chunk: &[u8]) -> Vec<Piece<'_>> {
    let text = chunk.trim_ascii_start();
    if matches!(text.first(), None | Some(b'{' | b'[' | b'"')) || logged_value(text).is_some() {
        return vec![Piece::whole(chunk)];
    }
    let Ok(text) = std::str::from_utf8(chunk) else { return vec![Piece::whole(chunk)] };
    let (documents, None) = yaml::documents(text, DEPTH) else { return vec![Piece::whole(chunk)] };
    let mut found = Found { pieces: Vec::new(), end: 0 };
    for document in &documents {
        found.document(document);
    }
    if found.pieces.is_empty() { vec![Piece::whole(chunk)] } else { found.pieces }
}

struct Found {
    pieces: Vec<Piece<'static>>,
    end: usize,
}

impl Found {
    fn document(&mut self, document: &Node) {
        for item in document.items() {
            self.push(&item.range, json!({"at": "tuple"}));
        }
        let model = document.get("model").and_then(Node::text).unwrap_or_default();
        let name = document.get("name").and_then(Node::text);
        let mut around = Map::new();
        if let Some(name) = name {
            around.insert("store".into(), name.into());
        }
        // In the order of the file, whatever that is.
        for (key, value) in document.members() {
            let pair = key.range.start..value.range.end.max(key.range.end);
            match key.text() {
                Some("tuples") => {
                    let envelope = with(&around, [("at", "tuple".into()), ("restricted", restricted(model).into())]);
                    value.items().iter().for_each(|t| self.push(&t.range, envelope.clone()));
                }
                Some("tests") => value.items().iter().for_each(|test| self.test(test, &around)),
                Some("tuple_file" | "tuple_files") => self.push(&pair, json!({"at": "file"})),
                Some("model" | "model_file") => self.push(&pair, json!({"at": "model"})),
                _ => {}
            }
        }
    }

    fn test(&mut self, test: &Node, around: &Map<String, Value>) {
        let mut around = around.clone();
        if let Some(name) = test.get("name").and_then(Node::text) {
            around.insert("test".into(), name.into());
        }
        let more = test.get("tuples").map_or(0, |t| t.items().len());
        let files = test.get("tuple_file").or_else(|| test.get("tuple_files")).is_some();
        if more > 0 || files {
            around.insert("own_tuples".into(), true.into());
        }
        for (key, value) in test.members() {
            match key.text() {
                Some("tuples") => {
                    let envelope = with(&around, [("at", "test_tuple".into())]);
                    value.items().iter().for_each(|t| self.push(&t.range, envelope.clone()));
                }
                Some("check") => value.items().iter().for_each(|check| self.check(check, &around)),
                Some("list_objects" | "list_users") => {
                    let envelope = with(&around, [("at", "list".into())]);
                    value.items().iter().for_each(|l| self.push(&l.range, envelope.clone()));
                }
                Some("tuple_file" | "tuple_files") => {
                    self.push(&(key.range.start..value.range.end), json!({"at": "test_file"}));
                }
                _ => {}
            }
        }
    }

    /// Each assertion; what is asked about whom surrounds it.
    fn check(&mut self, check: &Node, around: &Map<String, Value>) {
        let asked: Map<String, Value> = check
            .members()
            .iter()
            .filter_map(|(k, v)| Some((k.text()?.to_string(), v.json())))
            .filter(|(k, _)| k != "assertions")
            .collect();
        let envelope = with(around, [("at", "check".into()), ("check", Value::Object(asked))]);
        match check.get("assertions").map(Node::members) {
            Some(assertions) if !assertions.is_empty() => {
                for (key, value) in assertions {
                    self.push(&(key.range.start..value.range.end.max(key.range.end)), envelope.clone());
                }
            }
            _ => self.push(&check.range, envelope),
        }
    }

    /// Pieces lie in order and apart from each other; an alias of what stands elsewhere has only its own bytes.
    fn push(&mut self, range: &Range<usize>, envelope: Value) {
        if range.start < self.end || range.is_empty() {
            return;
        }
        self.end = range.end;
        let envelope = serde_json::to_vec(&envelope).unwrap_or_default();
        self.pieces.push(Piece { range: range.clone(), envelope: Some(Cow::Owned(envelope)) });
    }
}

fn with<const N: usize>(around: &Map<String, Value>, more: [(&str, Value); N]) -> Value {
    let mut all = around.clone();
    all.extend(more.into_iter().map(|(key, value)| (key.to_string(), value)));
    Value::Object(all)
}

/// Relations (`type#relation`) of which the model asks for more than a tuple: an intersection or an exclusion.
fn restricted(model: &str) -> Vec<String> {
    let (mut kind, mut found) = (String::new(), Vec::new());
    for line in model.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix("type ").or_else(|| line.strip_prefix("extend type ")) {
            kind = name.trim().into();
        } else if let Some((relation, rule)) = line.strip_prefix("define ").and_then(|d| d.split_once(':'))
            && (rule.contains(" and ") || rule.contains(" but not "))
        {
            found.push(format!("{kind}#{}", relation.trim()));
        }
    }
    found
}

pub fn understand(entry: &Json, envelope: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
    match read::text(envelope, "/at").unwrap_or_default().as_str() {
        "tuple" => {
            let restricted: Vec<String> =
                read::items(read::at(envelope, "/restricted")).filter_map(read::scalar).collect();
            tuple::entries(entry, &restricted)
        }
        "check" => check(entry, envelope, hints),
        "file" => Err(NotUnderstood::not_this(
            "the tuples stand in another file, which is not followed: import that file as well",
        )),
        "test_file" => Err(NotUnderstood::not_this(
            "the tuples of this test stand in another file, which is not followed; they would give no rights",
        )),
        // A model, the tuples that only a test adds, and lists that a test expects.
        _ => Ok(Understood::Kept),
    }
}

/// An assertion: the relation and whether it is expected.
fn check(assertion: &Json, envelope: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let Some((relation, expected)) = read::members(Some(assertion)).next() else {
        return Err(NotUnderstood::bad_row("a check without assertions"));
    };
    let asked = |name: &str| read::text(envelope, &format!("/check/{name}"));
    let (Some(user), Some(object)) = (asked("user"), asked("object")) else {
        return Err(NotUnderstood::not_this("a check of several users or objects at once, or without them"));
    };
    let effect = decided::effect(expected)
        .ok_or_else(|| NotUnderstood::bad_row(format!("an assertion of {relation} that is neither true nor false")))?;
    let policy = read::text(envelope, "/test").map(|test| format!("test: {test}"));
    let mut event: Event = decided::event(NAME, Some(effect), Vec::new(), policy);
    event.action = Some(relation.to_string());
    event.resource_type = object.split_once(':').map(|(kind, _)| kind.to_string());
    event.resource = Some(object);
    event.tenant = read::text(envelope, "/store");
    evaluated(&user, &mut event);
    let context = read::at(envelope, "/check/context");
    event.attributes = decided::attributes(context);
    event.attributes.push(("expected".into(), Attribute::Flag(true)));
    if read::flag(envelope, "/own_tuples") == Some(true) {
        event.attributes.push(("contextual_tuples".into(), Attribute::Flag(true)));
    }
    let mut search = hints.search(NAME);
    decided::sent_along(context, &mut search, &mut event);
    search.fill(&mut event);
    Ok(event.into())
}
