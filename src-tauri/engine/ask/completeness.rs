//! Is the evidence complete? Periods, holes, overlaps, clocks and CloudTrail's own digests, as they are said on import.

use serde::Serialize;

/// What tells whether the exports of a case are whole and fit each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Completeness {
    pub sources: Vec<SourcePeriod>,
    pub holes: Vec<Hole>,
    pub overlaps: Vec<Overlap>,
    pub clocks: Vec<ClockSkew>,
    /// Log files that CloudTrail's digests list, by what became of them; none without a digest.
    pub digests: Option<DigestCheck>,
    /// The same in sentences, what matters most first.
    pub sentences: Vec<String>,
}

/// The period that a source's records cover.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct SourcePeriod {
    pub source: String,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub records: u64,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Too few records to hold a silence against a habit.
    pub too_few_to_judge: bool,
}

/// A place where a log is not whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Hole {
    pub source: String,
    /// `silence`, `sequence`, `missing_file`, `altered_file`.
    pub kind: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// Shown id of the record before the hole, or of the digest that tells of it.
    pub before: String,
    /// The longest usual gap of that hour of the week, in minutes.
    pub usual_minutes: Option<f64>,
    /// Numbers that are missing.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub missing: Option<i64>,
    pub object: Option<String>,
}

/// Two exports that hold the same records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct Overlap {
    pub file: String,
    pub with: String,
    /// Records of `file` that were already read from `with`.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub records: u64,
}

/// What two sources' clocks differ by, measured on records that both hold under one exact id.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct ClockSkew {
    pub a: String,
    pub b: String,
    /// Seconds that the clock of `b` shows more than that of `a`.
    pub offset_seconds: f64,
    pub bound_seconds: f64,
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub pairs: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct DigestCheck {
    pub digests: u32,
    pub listed: u32,
    pub held: u32,
    pub missing: u32,
    pub altered: u32,
    /// Digests whose predecessor is not in the case, but for the first.
    pub broken_chain: u32,
}

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::grouped;
use crate::case::{Case, CaseError, DigestView, SourceSpan};
use crate::lineage::Clocks;
use crate::lineage::continuity::{LEAST_RECORDS, holes};

/// Seconds from which a skew between two clocks is worth a sentence.
const WORTH_SAYING: f64 = 2.0;

pub fn completeness(case: &Case) -> Result<Completeness, CaseError> {
    let spans = case.source_spans()?;
    let mut out = Completeness {
        sources: spans.iter().map(period).collect(),
        holes: Vec::new(),
        overlaps: overlaps(case)?,
        clocks: clocks(case, &spans)?,
        digests: None,
        sentences: Vec::new(),
    };
    let names: BTreeMap<i64, &str> = spans.iter().map(|s| (s.source, s.name.as_str())).collect();
    for hole in holes(case)? {
        out.holes.push(Hole {
            source: names.get(&hole.source).copied().unwrap_or_default().to_string(),
            kind: hole.kind.to_string(),
            from: hole.from.map(|t| t.to_rfc3339()),
            to: hole.to.map(|t| t.to_rfc3339()),
            before: case.shown_id(hole.before)?,
            usual_minutes: hole.usual.map(|u| (u as f64 / 6e6).round() / 10.0),
            missing: hole.missing,
            object: hole.object,
        });
    }
    out.holes.sort_by(|a, b| {
        (&a.source, &a.kind, &a.from, &a.object, &a.before).cmp(&(&b.source, &b.kind, &b.from, &b.object, &b.before))
    });
    out.digests = digests(&case.digests()?, &out.holes);
    out.sentences = sentences(&out);
    Ok(out)
}

fn period(span: &SourceSpan) -> SourcePeriod {
    SourcePeriod {
        source: span.name.clone(),
        records: span.records as u64,
        first: span.first.map(|t| t.to_rfc3339()),
        last: span.last.map(|t| t.to_rfc3339()),
        too_few_to_judge: span.records < LEAST_RECORDS as i64,
    }
}

/// Each pair of files once, whichever of them came first.
fn overlaps(case: &Case) -> Result<Vec<Overlap>, CaseError> {
    let paths: BTreeMap<i64, String> = case.file_periods()?.into_iter().map(|f| (f.id, f.path)).collect();
    let mut pairs: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (copy, first, records) in case.shared_records()? {
        if let (Some(a), Some(b)) = (paths.get(&copy), paths.get(&first)) {
            let key = if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
            *pairs.entry(key).or_default() += records as u64;
        }
    }
    Ok(pairs.into_iter().map(|((file, with), records)| Overlap { file, with, records }).collect())
}

/// By the sources' names: the ids of names depend on which file came first.
fn clocks(case: &Case, spans: &[SourceSpan]) -> Result<Vec<ClockSkew>, CaseError> {
    let names: BTreeMap<i64, &str> = spans.iter().map(|s| (s.source, s.name.as_str())).collect();
    let seconds = |micros: i64| (micros as f64 / 1e4).round() / 100.0;
    let mut out: Vec<ClockSkew> = Clocks::measure(case)?
        .skews()
        .filter_map(|skew| {
            let (a, b) = (*names.get(&skew.a)?, *names.get(&skew.b)?);
            let (a, b, offset) = if a <= b { (a, b, skew.offset) } else { (b, a, -skew.offset) };
            Some(ClockSkew {
                a: a.to_string(),
                b: b.to_string(),
                offset_seconds: seconds(offset),
                bound_seconds: seconds(skew.bound),
                pairs: skew.pairs as u64,
            })
        })
        .collect();
    out.sort_by(|x, y| (&x.a, &x.b).cmp(&(&y.a, &y.b)));
    Ok(out)
}

fn digests(digests: &[DigestView], holes: &[Hole]) -> Option<DigestCheck> {
    if digests.is_empty() {
        return None;
    }
    let of = |kind: &str| holes.iter().filter(|h| h.kind == kind).count() as u32;
    let listed = digests.iter().map(|d| d.files.len()).sum::<usize>() as u32;
    let known: BTreeSet<&str> = digests.iter().map(|d| d.object.as_str()).collect();
    let strays = digests.iter().filter(|d| d.previous.as_deref().is_some_and(|p| !known.contains(p))).count() as u32;
    let (missing, altered) = (of("missing_file"), of("altered_file"));
    Some(DigestCheck {
        digests: digests.len() as u32,
        listed,
        held: listed.saturating_sub(missing + altered),
        missing,
        altered,
        // The first of a chain has a predecessor outside of the period.
        broken_chain: strays.saturating_sub(1),
    })
}

fn sentences(c: &Completeness) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(d) = &c.digests {
        out.push(format!(
            "CloudTrail's digests list {} log files: {} are here as hashed, {} are missing, {} differ. The digests' own signatures were not checked.",
            d.listed, d.held, d.missing, d.altered
        ));
        if d.broken_chain > 0 {
            out.push(format!("{} digests name a predecessor that is not here: hours are missing.", d.broken_chain));
        }
    }
    for hole in &c.holes {
        let ends = || format!("{} to {}", hole.from.as_deref().unwrap_or("?"), hole.to.as_deref().unwrap_or("?"));
        match hole.kind.as_str() {
            "silence" => out.push(format!(
                "{} is silent from {}; usual in those hours is {} minutes at most.",
                hole.source,
                ends(),
                hole.usual_minutes.unwrap_or_default()
            )),
            "sequence" => out.push(format!(
                "{} lacks {} numbers after record {}.",
                hole.source,
                hole.missing.unwrap_or_default(),
                hole.before
            )),
            _ => {}
        }
    }
    for overlap in &c.overlaps {
        out.push(format!(
            "{} and {} hold {} records in common; each counts once.",
            overlap.file,
            overlap.with,
            grouped(overlap.records as u32)
        ));
    }
    for skew in c.clocks.iter().filter(|s| s.offset_seconds.abs() >= WORTH_SAYING) {
        let (ahead, behind) = if skew.offset_seconds > 0.0 { (&skew.b, &skew.a) } else { (&skew.a, &skew.b) };
        out.push(format!(
            "The clock of {ahead} is {} s ahead of {behind}, give or take {} s, by {} records that both hold; times are compared with that taken off.",
            skew.offset_seconds.abs(),
            skew.bound_seconds,
            skew.pairs
        ));
    }
    out
}
