//! What to log from now on, so that the next review need not ask.

use std::collections::BTreeMap;

use super::{GapCount, LoggingChange, whole};
use crate::ask::settle::system;
use crate::case::OpenCount;

/// What would have named the person, by who logs and who acts.
pub(super) fn changes(counts: &[OpenCount], open: i64) -> Vec<LoggingChange> {
    let mut by: BTreeMap<(&str, Option<&str>), Vec<&OpenCount>> = BTreeMap::new();
    for count in counts {
        by.entry((&count.source, count.actor.as_deref())).or_default().push(count);
    }
    let mut out: Vec<LoggingChange> = by
        .into_iter()
        .map(|((source, agent), rows)| {
            let calls: i64 = rows.iter().map(|r| r.calls).sum();
            let mut gaps: BTreeMap<&str, i64> = BTreeMap::new();
            for row in &rows {
                *gaps.entry(row.gap.as_deref().unwrap_or("supported")).or_default() += row.calls;
            }
            let run = rows.iter().map(|r| r.with_run).sum::<i64>() == calls;
            let kind = rows.iter().find_map(|r| r.actor_kind.as_deref());
            LoggingChange {
                source: source.into(),
                agent: agent.map(String::from),
                owner: rows.iter().find_map(|r| r.owner.clone()),
                calls: whole(calls),
                share: if open > 0 { (calls as f64 / open as f64 * 1_000.0).round() / 1_000.0 } else { 0.0 },
                change: change(source, agent, kind, run, &gaps),
                gaps: gaps.into_iter().map(|(gap, n)| GapCount { gap: gap.into(), calls: whole(n) }).collect(),
            }
        })
        .collect();
    out.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| (&a.source, &a.agent).cmp(&(&b.source, &b.agent))));
    out
}

fn change(source: &str, agent: Option<&str>, kind: Option<&str>, run: bool, gaps: &BTreeMap<&str, i64>) -> String {
    let (log, who) = (system(Some(source)), agent.unwrap_or("callers that name no principal"));
    if matches!(kind, Some("unbacked" | "shared")) {
        return format!(
            "Give the agents behind {who} identities of their own and let them act with the person's delegated token in {log}; until then record run id and person beside the account."
        );
    }
    if gaps.len() == 1 && gaps.contains_key("ambiguous") {
        return format!("Give each person's work its own run id, or record the person on each call of {who} in {log}.");
    }
    match source {
        "aws_cloudtrail" => {
            return format!(
                "Set the person as source identity, and the run id as session tag, on every role session that is handed to {who}."
            );
        }
        "kubernetes_audit" => {
            return format!(
                "Let {who} impersonate the person it acts for, or record person and run id in the extra fields."
            );
        }
        _ => {}
    }
    let what = if run {
        "the person, as authenticated and not as the caller says, beside the run id"
    } else {
        "the run id and the person, as authenticated and not as the caller says,"
    };
    format!("Record {what} in {log} for {who}.")
}
