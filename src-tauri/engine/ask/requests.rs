//! What to ask IT for next: each request with its exact filter, the calls that it may settle, and the logging change that
//! would close most gaps for good (DESIGN section 7).

use std::collections::BTreeMap;

mod evidence;
mod letter;
mod logging;

use serde::Serialize;

use self::letter::{ask, asked, records};
use crate::case::{Case, CaseError, NeedGroupView, NeedKeyView};
use crate::model::{Grade, NeedKind, Time, Wanted};

/// Ids that one line of an answer lists; all are counted.
const LISTED: u32 = 1_000;
/// Ids that the text of a request spells out.
const SPELLED: usize = 20;
const EXAMPLES: usize = 5;

/// The requests, best first, over the calls that nobody is named for at B or better.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Requests {
    /// Calls in scope that are refused, contradicted, or no better than C.
    pub open: u32,
    pub refused: u32,
    pub contradicted: u32,
    pub supported: u32,
    /// Open calls that at least one request may settle.
    pub reached: u32,
    /// Of these, calls that two or more requests may settle: their counts overlap.
    pub overlapping: u32,
    pub sentence: String,
    pub requests: Vec<Request>,
    /// The changes of logging, those that close most first.
    pub changes: Vec<LoggingChange>,
    /// What the evidence itself lacks: holes, missing files, receipts. No calls can be counted for it.
    pub evidence: Vec<EvidenceAsk>,
}

/// One export to ask for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Request {
    pub rank: u32,
    /// `agent_traces`, `token_log`, `session_issuance`, `directory`, ...
    pub export: String,
    /// The system that is asked, in a reviewer's words.
    pub system: String,
    /// The source whose operator is asked, where the calls' own source is it.
    pub source: Option<String>,
    /// Owners of the agents concerned, as the directory names them.
    pub owners: Vec<String>,
    /// The records themselves show that somebody holds it; otherwise it may never have been kept.
    pub certain: bool,
    /// Calls that it may settle. A call counts once in each request, whatever several ids of it may bring.
    pub calls: u32,
    pub refused: u32,
    pub contradicted: u32,
    pub supported: u32,
    /// Calls that no request before this one may settle.
    pub further: u32,
    /// Calls that no other request may settle.
    pub only: u32,
    /// Calls of services of which nobody is asked today, behind which a person may show: not among `calls`.
    pub unasked: u32,
    /// Calls that name a person whom no directory confirms: the row would, or would show that no person stands behind it.
    pub unverified: u32,
    /// The grade that it carries at best.
    pub best: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// To be pasted into a letter.
    pub ask: String,
    pub filters: Vec<Filter>,
    /// Shown ids of calls that it may settle.
    pub examples: Vec<String>,
}

/// Records of one kind, by their ids.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Filter {
    /// `run_start`, `parent_run`, `token_record`, ...
    pub what: String,
    /// In a reviewer's words.
    pub records: String,
    /// At most 1000; `count` counts all.
    pub ids: Vec<String>,
    pub count: u32,
    pub agents: Vec<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What to log from now on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct LoggingChange {
    pub source: String,
    pub agent: Option<String>,
    pub owner: Option<String>,
    /// Open calls that such a record would have named at B.
    pub calls: u32,
    /// Their share of all open calls.
    pub share: f64,
    pub change: String,
    /// Calls by why they are open.
    pub gaps: Vec<GapCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct GapCount {
    /// As `coverage` names it; `supported` for calls at C.
    pub gap: String,
    pub calls: u32,
}

/// Something that the evidence itself lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct EvidenceAsk {
    /// `silence`, `sequence`, `missing_file`, `altered_file`, `receipt`, `count`.
    pub kind: String,
    pub system: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub ask: String,
}

pub fn requests(case: &Case) -> Result<Requests, CaseError> {
    let mut groups = case.need_groups()?;
    groups.retain(|g| g.counts.refused + g.counts.contradicted + g.counts.supported + g.counts.unasked > 0);
    groups.sort_by_key(order);
    let sets = case.need_sets()?;
    let shares = Shares::of(&groups, &sets);
    let mut requests = Vec::new();
    for group in &groups {
        requests.push(request(case, group, &shares)?);
    }
    verify_people(case, &mut requests)?;
    requests.sort_by_key(|r| std::cmp::Reverse(r.certain && r.calls + r.unverified > 0));
    for (n, request) in requests.iter_mut().enumerate() {
        request.rank = n as u32 + 1;
    }
    let counts = case.open_counts()?;
    let open = counts.iter().map(|c| c.calls).sum::<i64>();
    let (mut refused, mut contradicted, mut supported) = (0, 0, 0);
    for count in &counts {
        match count.gap.as_deref() {
            None => supported += count.calls,
            Some("contradiction") => contradicted += count.calls,
            Some(_) => refused += count.calls,
        }
    }
    let reached = sets.iter().map(|(_, calls)| *calls).sum::<i64>();
    let overlapping = sets.iter().filter(|(of, _)| of.len() > 1).map(|(_, calls)| *calls).sum::<i64>();
    Ok(Requests {
        open: whole(open),
        refused: whole(refused),
        contradicted: whole(contradicted),
        supported: whole(supported),
        reached: whole(reached),
        overlapping: whole(overlapping),
        sentence: format!(
            "{open} calls are refused, contradicted or no better than C; {reached} of them may be settled by a request below. \
             {overlapping} may be settled by more than one, so that the requests' counts add up to more."
        ),
        requests,
        changes: logging::changes(&counts, open),
        evidence: evidence::evidence(case)?,
    })
}

fn whole(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

/// What is there before what may be; then most calls, highest grade, name.
fn order(g: &NeedGroupView) -> impl Ord + use<> {
    use std::cmp::Reverse;
    let calls = g.counts.refused + g.counts.contradicted + g.counts.supported;
    let certain = g.wanted.is_certain() && calls > 0;
    (Reverse(certain), Reverse(calls), Reverse(g.counts.best), Reverse(g.counts.unasked), g.wanted, g.source.clone())
}

/// How the requests' calls overlap.
struct Shares {
    further: BTreeMap<i64, i64>,
    only: BTreeMap<i64, i64>,
}

impl Shares {
    fn of(ranked: &[NeedGroupView], sets: &[(Vec<i64>, i64)]) -> Shares {
        let rank: BTreeMap<i64, usize> = ranked.iter().enumerate().map(|(n, g)| (g.id, n)).collect();
        let (mut further, mut only) = (BTreeMap::new(), BTreeMap::new());
        for (of, calls) in sets {
            if let Some(first) = of.iter().min_by_key(|id| rank.get(id)) {
                *further.entry(*first).or_default() += calls;
            }
            if let [one] = of.as_slice() {
                *only.entry(*one).or_default() += calls;
            }
        }
        Shares { further, only }
    }
}

fn request(case: &Case, g: &NeedGroupView, shares: &Shares) -> Result<Request, CaseError> {
    let c = &g.counts;
    let (mut filters, mut owners, mut examples) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, count) in case.need_kinds(g.id)? {
        let keys = case.need_keys(g.id, kind, LISTED)?;
        owners.extend(keys.iter().filter_map(|k| k.owner.clone()));
        examples.extend(keys.iter().take(EXAMPLES).map(|k| k.example.clone()));
        filters.push(filter(kind, count, &keys));
    }
    distinct(&mut owners);
    distinct(&mut examples);
    examples.truncate(EXAMPLES);
    let asked = asked(g.wanted, g.source.as_deref());
    Ok(Request {
        rank: 0,
        unverified: 0,
        export: g.wanted.word().into(),
        ask: ask(g.wanted, &asked, &filters),
        system: asked,
        source: g.source.clone(),
        owners,
        certain: g.wanted.is_certain(),
        calls: whole((c.refused + c.contradicted + c.supported) as i64),
        refused: whole(c.refused as i64),
        contradicted: whole(c.contradicted as i64),
        supported: whole(c.supported as i64),
        further: whole(shares.further.get(&g.id).copied().unwrap_or_default()),
        only: whole(shares.only.get(&g.id).copied().unwrap_or_default()),
        unasked: whole(c.unasked as i64),
        best: c.best.map_or("-", Grade::letter).into(),
        from: day(c.first),
        to: day(c.last),
        filters,
        examples,
    })
}

/// Where people are named whom no directory confirms the directory is asked for, whatever else is open: whoever is named
/// may be no person.
fn verify_people(case: &Case, requests: &mut Vec<Request>) -> Result<(), CaseError> {
    let unverified = case.unverified_people(LISTED)?;
    let calls = case.unverified_calls()?;
    if calls == 0 {
        return Ok(());
    }
    let filter = Filter {
        what: NeedKind::DirectoryRow.word().into(),
        records: "whether a person stands behind, with dates from and to, the accounts named so far".into(),
        count: unverified.len() as u32,
        ids: unverified,
        agents: Vec::new(),
        from: None,
        to: None,
    };
    let at = requests.iter().position(|r| r.export == Wanted::Directory.word());
    let mut request = match at {
        Some(at) => requests.remove(at),
        None => Request {
            rank: 0,
            export: Wanted::Directory.word().into(),
            system: asked(Wanted::Directory, None),
            source: None,
            owners: Vec::new(),
            certain: true,
            calls: 0,
            refused: 0,
            contradicted: 0,
            supported: 0,
            further: 0,
            only: 0,
            unasked: 0,
            unverified: 0,
            best: Grade::B.letter().into(),
            from: None,
            to: None,
            ask: String::new(),
            filters: Vec::new(),
            examples: Vec::new(),
        },
    };
    request.unverified = whole(calls);
    request.filters.push(filter);
    request.ask = ask(Wanted::Directory, &request.system, &request.filters);
    let weight = |r: &Request| r.calls + r.unverified;
    let place = requests.iter().position(|r| !r.certain || weight(r) < weight(&request)).unwrap_or(requests.len());
    requests.insert(place, request);
    Ok(())
}

fn distinct(words: &mut Vec<String>) {
    words.sort();
    words.dedup();
}

fn day(t: Option<Time>) -> Option<String> {
    t.and_then(|t| t.to_rfc3339().get(..10).map(String::from))
}

fn filter(kind: NeedKind, count: i64, keys: &[NeedKeyView]) -> Filter {
    let mut agents: Vec<String> = keys.iter().filter_map(|k| k.agent.clone()).collect();
    distinct(&mut agents);
    Filter {
        what: kind.word().into(),
        records: records(kind).into(),
        ids: keys.iter().filter_map(|k| k.key.clone()).collect(),
        count: whole(count),
        agents,
        from: day(keys.iter().filter_map(|k| k.first).min()),
        to: day(keys.iter().filter_map(|k| k.last).max()),
    }
}
