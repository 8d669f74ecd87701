//! Where uses may be that no export shows.

use std::collections::BTreeSet;

use super::Start;
use super::sums::Sums;
use crate::case::{Case, CaseError, HandedOut};
use crate::model::CredentialKind;

/// Where uses may be that no export shows.
pub(super) fn cannot_see(
    case: &Case,
    start: &Start,
    sums: &Sums<'_>,
    wires: &BTreeSet<i64>,
    records: &[&HandedOut],
    not_comparable: &[(&str, &str)],
) -> Result<Vec<String>, CaseError> {
    let mut out = Vec::new();
    let spans = case.source_spans()?;
    for span in &spans {
        if let (true, Some(first), Some(last)) = (sums.sources.contains_key(&span.name), span.first, span.last) {
            out.push(format!(
                "{} was received from {} to {}: nothing can be said of uses before and after.",
                span.name,
                first.to_rfc3339(),
                last.to_rfc3339()
            ));
        }
    }
    for hole in crate::ask::completeness::completeness(case)?.holes {
        if sums.sources.is_empty() || sums.sources.contains_key(&hole.source) {
            let ends = [hole.from, hole.to].into_iter().flatten().collect::<Vec<_>>().join(" to ");
            out.push(format!("{} has a hole ({}) {ends}.", hole.source, hole.kind));
        }
    }
    let wires: Vec<i64> = wires.iter().copied().collect();
    if !start.credentials.is_empty() {
        for bare in case.calls_without_credential(&wires)? {
            out.push(format!(
                "{} calls of the same accounts in {} carry no credential id: each may be a use of it or of another.",
                bare.calls, bare.source
            ));
        }
    }
    let tokens = start.matched.iter().any(|m| m.kind == CredentialKind::Token.word());
    if tokens && records.is_empty() {
        out.push("No issuance record of it was received: its life, its revocation and what was exchanged for it are not known.".into());
    }
    let keys = [CredentialKind::SessionKey.word(), CredentialKind::LongLived.word()];
    if start.matched.iter().any(|m| keys.contains(&m.kind.as_str())) {
        out.push("No source records when a key was revoked or deleted in a form that is read here: ask for the time, and give it with --at.".into());
    }
    let held: Vec<&str> = spans.iter().map(|s| s.name.as_str()).collect();
    for (source, why) in not_comparable.iter().filter(|(source, _)| held.contains(source)) {
        out.push(format!("{source}: {why}."));
    }
    let silent: Vec<&str> = held.iter().copied().filter(|name| !sums.sources.contains_key(*name)).collect();
    if !silent.is_empty() {
        out.push(format!("Imported, and without a use of it on record: {}.", silent.join(", ")));
    }
    out.push("Systems whose logs are not in this case are not seen at all; reads are often not logged where data events are off.".into());
    Ok(out)
}
