//! What would answer an open question: which export, for whom, as of when.

use super::Asked;
use crate::rules::Entitled;

/// Out of the reason that leaves a right open.
pub(super) fn of(said: &Entitled, whose: &str, asked: &Asked) -> Vec<String> {
    let at = asked.at.to_rfc3339();
    let reasons: Vec<String> = said.because.iter().map(|why| settles(why, whose, asked, &at)).collect();
    match reasons.is_empty() {
        true => vec![rights_of(whose, asked, &at)],
        false => reasons,
    }
}

pub(super) fn decision(asked: &Asked) -> String {
    format!(
        "the decision log of the system that decides on {}, around {}, with subject, action and resource",
        asked.action,
        asked.at.to_rfc3339()
    )
}

fn rights_of(whose: &str, asked: &Asked, at: &str) -> String {
    format!("the rights of {whose} for {} on {} as of {at}, from the owner of the system", asked.action, asked.resource)
}

fn settles(why: &str, whose: &str, asked: &Asked, at: &str) -> String {
    let quoted = || why.split('`').nth(1).unwrap_or_default().to_string();
    let between = |head: &str, tail: &str| {
        why.split_once(head).and_then(|(_, rest)| rest.split_once(tail)).map(|(name, _)| name.trim().to_string())
    };
    if let Some(group) = between("who belongs to ", " is in no export") {
        return format!("the members of {group} as of {at} (memberships.csv, or the directory's export of groups)");
    }
    if let Some(policy) = between("what ", " allows is in no export") {
        return format!("the text of {policy} as of {at}");
    }
    match why {
        _ if why.contains("the call does not carry") => {
            format!(
                "the value of {} at that time: give it beside the question, or import the log that carries it",
                quoted()
            )
        }
        _ if why.contains("currency of") => format!("the currency of {}", quoted()),
        _ if why.contains("owner") || why.contains("owns") || why.contains("ownership") => {
            format!("who owned {} at {at} (ownership.csv)", asked.resource)
        }
        _ if why.contains("holds a variable") => format!("what {} stood for when {whose} acted", quoted()),
        _ if why.contains("is not understood") => format!("whether the condition {} held at {at}", quoted()),
        _ if why.contains("is no ARN")
            || why.contains("names such resources otherwise")
            || why.contains("names the secret") =>
        {
            format!("the ARN of {} as policies name it", asked.resource)
        }
        _ if why.contains("of which system") => "the system that the question is of: name its service".into(),
        _ if why.contains("namespace") => format!("the namespace of {}", asked.resource),
        _ if why.contains("the record has no time") => "the time of the record".into(),
        _ if why.contains("nobody in this case is known as") => format!("a directory row, or an alias, for {whose}"),
        _ if why.contains("no entitlement export was received") => {
            format!(
                "an export of rights of the system that serves {} (entitlements.csv, or the system's own) as of {at}",
                asked.action
            )
        }
        _ if why.contains("is undetermined:") => format!("whether that condition held at {at}: {why}"),
        _ => rights_of(whose, asked, at),
    }
}
