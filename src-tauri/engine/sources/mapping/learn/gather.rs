//! The records of a sample, and what stands in each of their fields.

use std::collections::{BTreeMap, BTreeSet};

use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::check::escape;
use super::shape::{self, TimeForm};
use crate::model::principal::is_email;
use crate::read::Form;
use crate::sources::json::{self, Json};
use crate::sources::understand::cells;

/// Bounds of what is looked at: an export is written by others.
const MOST_RECORDS: usize = 5_000;
const MOST_FIELDS: usize = 1_000;
const DEEPEST: usize = 12;
/// A pointer beyond this length is counted as a field that no mapping line names.
const LONGEST_POINTER: usize = 200;

/// How the records lie in the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lie {
    Lines,
    Array,
    Csv,
    /// In the array at this pointer.
    At(String),
    /// Each member of the one object is a record.
    Members,
}

/// What stands at one pointer, over the sample.
#[derive(Debug, Clone, Default)]
pub struct Stat {
    pub pointer: String,
    /// Place among the fields of the export, in the order of their first appearance.
    pub place: usize,
    /// Records in which it has a value.
    pub records: usize,
    pub texts: usize,
    pub numbers: usize,
    pub flags: usize,
    pub lists: usize,
    /// Lists of objects: only the first element is looked into.
    pub tables: usize,
    /// JSON written as text. A pointer cannot look into it, except in a cell of a CSV.
    pub json_texts: usize,
    /// Values and how often each stands there; the elements of a list are values.
    pub values: BTreeMap<String, usize>,
    pub first: Option<String>,
    /// In how many records the value looks like this.
    pub times: BTreeMap<TimeForm, usize>,
    pub emails: usize,
    pub globals: usize,
    pub uuids: usize,
    pub hex16: usize,
    pub hex32: usize,
    pub ids: usize,
    pub ips: usize,
    pub user_agents: usize,
    pub words: usize,
    pub secrets: usize,
}

impl Stat {
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    /// Whether at least nine in ten of the values have it.
    pub fn mostly(&self, count: usize) -> bool {
        self.records > 0 && count * 10 >= self.records * 9
    }

    /// The notation of times that nearly all values have.
    pub fn time(&self) -> Option<TimeForm> {
        let all: usize = self.times.values().sum();
        let (form, _) = self.times.iter().max_by_key(|(form, count)| (**count, std::cmp::Reverse(**form)))?;
        self.mostly(all).then_some(*form)
    }

    /// Inside the first element of a list: what the other elements say is not seen.
    pub fn is_in_list(&self) -> bool {
        self.pointer.split('/').any(|step| step == "0")
    }

    /// Every value but a few stands once. Exact copies of a record are common in exports.
    pub fn is_unique(&self) -> bool {
        self.records >= 2 && self.distinct() * 100 >= self.records * 95
    }

    /// Few values for many records.
    pub fn is_closed(&self) -> bool {
        self.distinct() <= 200 && (self.distinct() * 4 <= self.records.max(8) || self.distinct() <= 6)
    }

    pub fn is_secret(&self) -> bool {
        let name = self.pointer.rsplit('/').next().unwrap_or_default().to_lowercase().replace(['-', '_', '.'], "");
        const NAMES: [&str; 14] = [
            "secret",
            "password",
            "passwd",
            "pwd",
            "authorization",
            "cookie",
            "setcookie",
            "apikey",
            "accesstoken",
            "refreshtoken",
            "idtoken",
            "clientsecret",
            "privatekey",
            "xapikey",
        ];
        self.secrets > 0 || NAMES.contains(&name.as_str())
    }

    fn see(&mut self, text: &str) {
        let text = text.trim();
        if shape::holds_secret(text) {
            self.secrets += 1;
        }
        let mut count = |holds: bool, slot: fn(&mut Stat) -> &mut usize| {
            if holds {
                *slot(self) += 1;
            }
        };
        count(is_email(text), |s| &mut s.emails);
        count(shape::is_global_principal(text), |s| &mut s.globals);
        count(shape::is_uuid(text), |s| &mut s.uuids);
        count(shape::is_hex(text, 16), |s| &mut s.hex16);
        count(shape::is_hex(text, 32), |s| &mut s.hex32);
        count(shape::is_id(text), |s| &mut s.ids);
        count(shape::is_ip(text), |s| &mut s.ips);
        count(shape::is_user_agent(text), |s| &mut s.user_agents);
        count(shape::is_word(text), |s| &mut s.words);
        if let Some(form) = shape::time_form(text) {
            *self.times.entry(form).or_default() += 1;
        }
        self.keep(text);
    }

    fn keep(&mut self, text: &str) {
        if self.first.is_none() {
            self.first = Some(text.to_string());
        }
        *self.values.entry(text.to_string()).or_default() += 1;
    }
}

/// The fields of a sample.
#[derive(Debug)]
pub struct Gathered {
    pub lie: Lie,
    pub records: usize,
    /// Chunks that are no record: torn, or no object.
    pub broken: usize,
    pub fields: Vec<Stat>,
    /// Whether there were more fields than are looked at.
    pub more: bool,
    /// Other lists of objects beside the one that holds the records.
    pub other_lists: Vec<String>,
}

pub fn gather(form: &Form, chunks: &[&[u8]]) -> Gathered {
    match form {
        Form::Csv { delimiter, header } => rows(*delimiter, header, chunks),
        _ => values(form, chunks),
    }
}

#[derive(Default)]
struct Fields {
    at: BTreeMap<String, usize>,
    stats: Vec<Stat>,
    more: bool,
}

impl Fields {
    fn field(&mut self, pointer: &str) -> Option<&mut Stat> {
        let place = match self.at.get(pointer) {
            Some(place) => *place,
            None if self.stats.len() >= MOST_FIELDS || pointer.len() > LONGEST_POINTER || !nameable(pointer) => {
                self.more = true;
                return None;
            }
            None => {
                let place = self.stats.len();
                self.at.insert(pointer.to_string(), place);
                self.stats.push(Stat { pointer: pointer.to_string(), place, ..Stat::default() });
                place
            }
        };
        self.stats.get_mut(place)
    }

    fn walk(&mut self, value: &Json, pointer: &str, depth: usize) {
        if value.is_null() {
            return;
        }
        if value.is_object() {
            if depth < DEEPEST {
                // Of two members with one name in different case a pointer finds the exact one.
                for (key, member) in json::members(Some(value)) {
                    self.walk(member, &format!("{pointer}/{}", escape(key)), depth + 1);
                }
            }
            return;
        }
        if value.is_array() {
            let objects = json::items(Some(value)).next().filter(|first| first.is_object() || first.is_array());
            if let Some(first) = objects {
                if let Some(stat) = self.field(pointer) {
                    stat.tables += 1;
                    stat.records += 1;
                }
                self.walk(first, &format!("{pointer}/0"), depth + 1);
                return;
            }
            let items: Vec<String> = json::items(Some(value)).take(100).filter_map(json::scalar).collect();
            if !items.is_empty()
                && let Some(stat) = self.field(pointer)
            {
                (stat.lists, stat.records) = (stat.lists + 1, stat.records + 1);
                items.iter().for_each(|item| stat.keep(item));
            }
            return;
        }
        let Some(text) = json::scalar(value) else { return };
        let is_json = json::nested(value).is_ok_and(|inner| inner.is_some());
        let Some(stat) = self.field(pointer) else { return };
        stat.records += 1;
        match () {
            () if is_json => {
                stat.json_texts += 1;
                stat.keep(&text);
            }
            () => {
                match () {
                    () if value.is_number() => stat.numbers += 1,
                    () if value.is_boolean() => stat.flags += 1,
                    () => stat.texts += 1,
                }
                stat.see(&text);
            }
        }
    }

    fn cell(&mut self, pointer: &str, cell: &str) {
        let cell = cell.trim();
        if cell.is_empty() {
            return;
        }
        if cell.starts_with(['{', '['])
            && let Ok(value) = json::parse(cell.as_bytes())
        {
            let bounded = json::nested(&Json::from(cell)).is_ok_and(|inner| inner.is_some());
            if bounded && (value.is_object() || cell.starts_with("[\"")) {
                return self.walk(&value, pointer, 1);
            }
        }
        let Some(stat) = self.field(pointer) else { return };
        stat.records += 1;
        match cell {
            "true" | "false" | "TRUE" | "FALSE" | "True" | "False" => stat.flags += 1,
            _ if shape::is_number(cell) => stat.numbers += 1,
            _ => stat.texts += 1,
        }
        stat.see(cell);
    }
}

/// An empty name at the end cannot be told from the whole record.
fn nameable(pointer: &str) -> bool {
    pointer.len() > 1
}

fn rows(delimiter: u8, header: &[String], chunks: &[&[u8]]) -> Gathered {
    let mut fields = Fields::default();
    let (mut records, mut broken) = (0, 0);
    // Of two equal columns the first is the one that a pointer finds.
    let mut seen = BTreeSet::new();
    let columns: Vec<Option<String>> = header
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim())
        .map(|name| seen.insert(name.to_lowercase()).then(|| format!("/{}", escape(name))))
        .collect();
    for chunk in chunks.iter().take(MOST_RECORDS) {
        match cells(delimiter, header, chunk) {
            Ok(cells) => {
                records += 1;
                for (pointer, cell) in columns.iter().zip(&cells) {
                    if let Some(pointer) = pointer {
                        fields.cell(pointer, cell);
                    }
                }
            }
            Err(_) => broken += 1,
        }
    }
    Gathered { lie: Lie::Csv, records, broken, fields: fields.stats, more: fields.more, other_lists: Vec::new() }
}

fn values(form: &Form, chunks: &[&[u8]]) -> Gathered {
    let parsed: Vec<Json> = chunks.iter().take(MOST_RECORDS).filter_map(|c| json::parse(c).ok()).collect();
    let mut broken = chunks.len().min(MOST_RECORDS) - parsed.len();
    let lie = lie(form, &parsed);
    let mut fields = Fields::default();
    let mut records = 0;
    for value in &parsed {
        let inside: Vec<&Json> = match &lie {
            Lie::Members => json::members(Some(value)).map(|(_, member)| member).collect(),
            Lie::At(pointer) if json::at(value, pointer).is_some_and(|v| v.is_array()) => {
                json::items(json::at(value, pointer)).collect()
            }
            _ => vec![value],
        };
        for record in inside {
            if !record.is_object() {
                broken += 1;
            } else if records < MOST_RECORDS {
                records += 1;
                fields.walk(record, "", 0);
            }
        }
    }
    let mut lists = Vec::new();
    if let (Lie::At(pointer), Some(first)) = (&lie, parsed.first().filter(|_| !matches!(form, Form::Wrapped { .. }))) {
        find_lists(first, "", 0, &mut lists);
        lists.retain(|(_, other)| other != pointer);
    }
    let other_lists = lists.into_iter().map(|(_, pointer)| pointer).collect();
    Gathered { lie, records, broken, fields: fields.stats, more: fields.more, other_lists }
}

fn lie(form: &Form, parsed: &[Json]) -> Lie {
    match form {
        Form::Wrapped { key } => {
            let pointer: String = key.split('.').map(|step| format!("/{}", escape(step))).collect();
            // An element with an array of that name would be taken apart once more.
            let again = parsed.iter().any(|v| json::at(v, &pointer).is_some_and(|inner| inner.is_array()));
            return if again || pointer.len() < 2 { Lie::Array } else { Lie::At(pointer) };
        }
        Form::Objects | Form::Lines if parsed.len() == 1 && parsed.iter().all(is_map) => return Lie::Members,
        _ => {}
    }
    if let Some(pointer) = wrapped(parsed) {
        return Lie::At(pointer);
    }
    if *form == Form::Array { Lie::Array } else { Lie::Lines }
}

/// An object whose members are objects of one shape, under names that are no field names.
fn is_map(value: &Json) -> bool {
    let Some(object) = value.as_object().filter(|o| o.len() >= 2) else { return false };
    let keys = |v: &Json| -> BTreeSet<String> { json::members(Some(v)).map(|(k, _)| k.to_string()).collect() };
    let mut members = object.iter();
    let Some(first) = members.next().map(|(_, v)| keys(v)).filter(|k| k.len() >= 2) else { return false };
    members.take(50).all(|(_, member)| {
        let here = keys(member);
        here.intersection(&first).count() * 2 >= here.len().max(first.len())
    })
}

/// Where each value holds a list of objects and says nothing of its own time: a page of an answer, not a record.
fn wrapped(parsed: &[Json]) -> Option<String> {
    let first = parsed.first()?;
    let timed = |value: &Json| {
        json::members(Some(value)).any(|(_, v)| json::scalar(v).is_some_and(|t| shape::time_form(&t).is_some()))
    };
    let mut lists = Vec::new();
    find_lists(first, "", 0, &mut lists);
    // The longest list; at equal length the outer one.
    let (_, pointer) = lists.into_iter().max_by_key(|(count, pointer)| (*count, std::cmp::Reverse(pointer.len())))?;
    let holds = |value: &Json| match json::at(value, &pointer) {
        Some(list) => list.is_array() && json::items(Some(list)).all(|item| item.is_object()),
        None => false,
    };
    let elements_timed = json::items(json::at(first, &pointer)).next().is_some_and(timed);
    (parsed.iter().all(|v| holds(v) && !timed(v)) && (elements_timed || parsed.len() == 1)).then_some(pointer)
}

fn find_lists(value: &Json, pointer: &str, depth: usize, lists: &mut Vec<(usize, String)>) {
    if depth > 3 {
        return;
    }
    for (key, member) in json::members(Some(value)).take(200) {
        let here = format!("{pointer}/{}", escape(key));
        if here.len() < 2 || here.len() > LONGEST_POINTER {
            continue;
        }
        let objects = json::items(Some(member)).filter(|item| item.is_object()).count();
        if objects > 0 {
            lists.push((objects, here));
        } else if member.is_object() {
            find_lists(member, &here, depth + 1, lists);
        }
    }
}
