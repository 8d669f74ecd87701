//! One run: what was asked, what tools gave back, which calls were made; and which of them an output bid.

use std::collections::BTreeSet;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::passages;
use super::values::{self, Kind, Value};
use super::vocabulary::{self, Deed, stem};

/// Bytes around a sentence in which a text to an agent belongs to it.
const BEFORE: usize = 900;
const AFTER: usize = 600;

/// Place in the run: turn and part, or time; then as read.
pub type At = (i64, i64, u64);

#[derive(Debug)]
pub struct Asked {
    pub at: At,
    /// In lower case.
    pub text: String,
    pub person: bool,
}

#[derive(Debug)]
pub struct Call {
    pub at: At,
    pub event: i64,
    pub tool: String,
    pub id: Option<String>,
    pub values: Vec<String>,
}

#[derive(Debug)]
pub struct Output {
    at: At,
    event: i64,
    tool: Option<String>,
    call: Option<String>,
    text: String,
    lower: String,
}

impl Output {
    pub fn new(at: At, event: i64, tool: Option<String>, call: Option<String>, text: String) -> Output {
        let lower = text.to_ascii_lowercase();
        Output { at, event, tool, call, text, lower }
    }
}

/// A call that an output bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub call: i64,
    pub passage: i64,
    pub sentence: String,
    pub values: Vec<String>,
    pub tool: Option<String>,
    pub source_call: Option<String>,
    pub addressed: bool,
    pub words: bool,
    pub spoke: bool,
}

#[derive(Debug, Default)]
pub struct Run {
    pub asked: Vec<Asked>,
    pub outputs: Vec<Output>,
    pub calls: Vec<Call>,
}

/// A sentence that bids something.
struct Bid {
    output: usize,
    range: Range<usize>,
    stems: BTreeSet<String>,
    /// The text around it is addressed to an agent.
    addressed: bool,
}

/// What an output is once it was looked through.
struct Read {
    sentences: Vec<Range<usize>>,
    marks: Vec<usize>,
}

impl Run {
    pub fn judged(mut self) -> Vec<Found> {
        if self.outputs.is_empty() || self.calls.is_empty() {
            return Vec::new();
        }
        self.outputs.sort_by_key(|o| o.at);
        self.calls.sort_by_key(|c| c.at);
        self.asked.sort_by_key(|a| a.at);
        let deeds: Vec<Deed> = self.calls.iter().map(|c| Deed::of(&c.tool)).collect();
        let verbs: BTreeSet<&String> = deeds.iter().flat_map(|d| &d.verbs).collect();
        let (mut reads, mut bids) = (Vec::new(), Vec::new());
        for (n, output) in self.outputs.iter().enumerate() {
            reads.push(read(n, output, &verbs, &mut bids));
        }
        if bids.is_empty() {
            return Vec::new();
        }
        let judge = Judge { run: &self, reads: &reads, bids: &bids, by_id: self.by_id() };
        self.calls.iter().zip(&deeds).filter_map(|(call, deed)| judge.call(call, deed)).collect()
    }

    /// Calls by their id, to tell which call gave an output.
    fn by_id(&self) -> FxHashMap<&str, usize> {
        self.calls.iter().enumerate().filter_map(|(n, c)| Some((c.id.as_deref()?, n))).collect()
    }
}

fn read(n: usize, output: &Output, verbs: &BTreeSet<&String>, bids: &mut Vec<Bid>) -> Read {
    let sentences = passages::sentences(&output.text);
    let marks: Vec<usize> =
        vocabulary::addressed().into_iter().flat_map(|list| list.find_iter(&output.text)).map(|m| m.start()).collect();
    for range in &sentences {
        let Some(sentence) = output.text.get(range.clone()) else { continue };
        let mut stems = passages::bidden(sentence);
        stems.retain(|stem| verbs.contains(stem));
        if stems.is_empty() {
            continue;
        }
        let from = range.start.saturating_sub(BEFORE);
        let at = marks.partition_point(|m| *m < from);
        let addressed = marks.get(at).is_some_and(|m| *m <= range.end + AFTER);
        bids.push(Bid { output: n, range: range.clone(), stems, addressed });
    }
    Read { sentences, marks }
}

struct Judge<'a> {
    run: &'a Run,
    reads: &'a [Read],
    bids: &'a [Bid],
    by_id: FxHashMap<&'a str, usize>,
}

impl Judge<'_> {
    fn call(&self, call: &Call, deed: &Deed) -> Option<Found> {
        let mut bids: Vec<&Bid> = self
            .bids
            .iter()
            .filter(|b| self.run.outputs.get(b.output).is_some_and(|o| o.at < call.at))
            .filter(|b| !b.stems.is_disjoint(&deed.verbs))
            .collect();
        if bids.is_empty() {
            return None;
        }
        let asked: Vec<&Asked> = self.run.asked.iter().filter(|a| a.at < call.at).collect();
        let chosen: Vec<Value> = values::of_call(&call.values)
            .into_iter()
            .filter(|v| v.kind != Kind::Number && !asked.iter().any(|a| v.is_in(&a.text)))
            .filter(|v| bids.iter().any(|b| self.holds(b, v)))
            .filter(|v| v.kind == Kind::Date || !self.is_data(v, call, deed))
            .collect();
        if chosen.is_empty() {
            return None;
        }
        bids.sort_by_key(|b| !b.addressed);
        bids.into_iter().find_map(|bid| self.bid(bid, call, deed, &chosen, &asked))
    }

    fn bid(&self, bid: &Bid, call: &Call, deed: &Deed, chosen: &[Value], asked: &[&Asked]) -> Option<Found> {
        let output = self.run.outputs.get(bid.output)?;
        let here: Vec<&Value> = chosen.iter().filter(|v| self.holds(bid, v)).collect();
        if here.is_empty() {
            return None;
        }
        let spoke = asked.iter().any(|a| a.person && a.at > output.at);
        let source = output.call.as_deref().and_then(|id| self.by_id.get(id)).and_then(|n| self.run.calls.get(*n));
        if !bid.addressed {
            let telling = !deed.reads && here.iter().any(|v| v.kind == Kind::Strong);
            if !telling || spoke || asked.is_empty() || asks_for(deed, asked) || names(source, asked) {
                return None;
            }
        }
        Some(Found {
            call: call.event,
            passage: output.event,
            sentence: output.text.get(bid.range.clone())?.trim().to_string(),
            values: here.iter().map(|v| v.shown.clone()).collect(),
            tool: output.tool.clone().or_else(|| source.map(|c| c.tool.clone())),
            source_call: output.call.clone(),
            addressed: bid.addressed,
            words: !asked.is_empty(),
            spoke,
        })
    }

    fn holds(&self, bid: &Bid, value: &Value) -> bool {
        let text = self.run.outputs.get(bid.output).and_then(|o| o.lower.get(bid.range.clone()));
        text.is_some_and(|text| value.is_in(text))
    }

    /// The value came to the run as data too: in a sentence that bids nothing, of an output that no call with that value asked
    /// for. Then a person's request may have led to it.
    fn is_data(&self, value: &Value, call: &Call, deed: &Deed) -> bool {
        self.run.outputs.iter().enumerate().filter(|(_, o)| o.at < call.at).any(|(n, output)| {
            let Some(read) = self.reads.get(n) else { return false };
            let mut from = 0;
            while let Some(at) = values::find(&output.lower, &value.lower, from) {
                from = at + value.lower.len().max(1);
                let Some(sentence) = sentence_at(&read.sentences, at) else { continue };
                let bids = passages::bidden(output.text.get(sentence.clone()).unwrap_or_default());
                let marked = read.marks.iter().any(|m| sentence.contains(m));
                if bids.is_disjoint(&deed.verbs) && !marked && !self.echoes(output, value) {
                    return true;
                }
            }
            false
        })
    }

    /// The output answers a call that had the value already.
    fn echoes(&self, output: &Output, value: &Value) -> bool {
        let source = output.call.as_deref().and_then(|id| self.by_id.get(id)).and_then(|n| self.run.calls.get(*n));
        source.is_some_and(|call| call.values.iter().any(|v| value.is_in(&v.to_ascii_lowercase())))
    }
}

fn sentence_at(sentences: &[Range<usize>], at: usize) -> Option<Range<usize>> {
    let n = sentences.partition_point(|s| s.end <= at);
    sentences.get(n).filter(|s| s.start <= at).cloned()
}

/// Those who asked used a word for what the call does, or for what it does it to.
fn asks_for(deed: &Deed, asked: &[&Asked]) -> bool {
    asked.iter().any(|a| {
        let words = a.text.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty()).map(stem);
        words.into_iter().any(|w| deed.verbs.contains(&w) || deed.nouns.contains(&w))
    })
}

/// Those who asked named what the output was read from.
fn names(source: Option<&Call>, asked: &[&Asked]) -> bool {
    source.is_some_and(|call| values::of_call(&call.values).iter().any(|v| asked.iter().any(|a| v.is_in(&a.text))))
}
