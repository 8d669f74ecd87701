//! Trust policies of roles: who may take them on.

use sonic_rs::JsonContainerTrait;

use super::super::NotUnderstood;
use super::super::json::{self, Json};
use super::edge;
use super::policy::{condition, effect, opaque, parsed, statements, texts};
use crate::model::principal::is_email;
use crate::model::{Effect, Entry, Principal, Reach};

const ALSO_DENIES: &str = "the trust policy also denies";

/// Trusted principals, and the instance profiles that carry the role.
pub(super) fn of(entry: &Json, role: &str, out: &mut Vec<Entry>) -> Result<(), NotUnderstood> {
    if let Some(document) = json::at(entry, "/AssumeRolePolicyDocument") {
        let document = parsed(document)?;
        let statements = statements(&document);
        let denies = statements.iter().any(|s| effect(s) == Ok(Effect::Deny));
        for statement in statements {
            if effect(statement)? == Effect::Allow && assumes(statement) {
                trusted(statement, role, denies, out);
            }
        }
    }
    for profile in json::items(json::at(entry, "/InstanceProfileList")) {
        if let Some(arn) = json::text(profile, "/Arn") {
            out.push(edge(&arn, role, Reach::MayAssume, String::new()));
        }
    }
    Ok(())
}

/// `sts:AssumeRole` and its kin, by name or pattern. What a `NotAction` leaves may be it.
fn assumes(statement: &Json) -> bool {
    let actions = texts(statement, "Action");
    actions.is_empty()
        || actions.iter().any(|action| {
            let action = action.to_ascii_lowercase();
            let head = action.split(['*', '?']).next().unwrap_or_default();
            action.starts_with("sts:assumerole") || (head.len() < action.len() && "sts:assumerole".starts_with(head))
        })
}

fn trusted(statement: &Json, role: &str, denies: bool, out: &mut Vec<Entry>) {
    let asked = condition(json::member(statement, "Condition"));
    // Dated trust is kept as its text: who took the role on when is in the log.
    let text = match (asked.from.or(asked.to), json::member(statement, "Condition")) {
        (Some(_), Some(raw)) => opaque(raw),
        _ => asked.text,
    };
    let text = if denies { ALSO_DENIES.to_string() } else { text };
    let Some(principal) = json::member(statement, "Principal") else {
        // `NotPrincipal`: anyone but.
        out.push(edge("*", role, Reach::MayAssume, "all but some principals".into()));
        return;
    };
    if let Some(everyone) = json::scalar(principal) {
        out.push(edge(&everyone, role, Reach::MayAssume, text));
        return;
    }
    for (kind, names) in json::members(Some(principal)) {
        let names: Vec<String> = match names.as_array() {
            Some(items) => items.iter().filter_map(json::scalar).collect(),
            None => json::scalar(names).into_iter().collect(),
        };
        for name in names {
            let (member, only) = member(kind, &name, role);
            let text = only.filter(|_| text.is_empty()).unwrap_or_else(|| text.clone());
            out.push(edge(&member, role, Reach::MayAssume, text));
        }
    }
}

/// A trusted principal as logs name it, and what makes it less than that principal.
fn member(kind: &str, name: &str, role: &str) -> (String, Option<String>) {
    match kind.to_ascii_lowercase().as_str() {
        "service" => (format!("aws-service:{name}"), None),
        "aws" if name == "*" => (name.into(), None),
        "aws" if name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit()) => {
            let partition = role.split(':').nth(1).unwrap_or("aws");
            (format!("arn:{partition}:iam::{name}:root"), None)
        }
        "aws" if name.starts_with("arn:") && name.contains(":assumed-role/") => session(name),
        "aws" if name.starts_with("arn:") => (name.into(), None),
        // The id of a principal that is gone.
        "aws" => (format!("aws-id:{name}"), None),
        other => (format!("{other}:{name}"), None),
    }
}

/// One session of a role: with IAM Identity Center it is the person of that name, else whoever wrote the name.
fn session(arn: &str) -> (String, Option<String>) {
    let mut path = arn.split(":assumed-role/").nth(1).unwrap_or_default().splitn(2, '/');
    let (role, session) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    if role.starts_with("AWSReservedSSO_") && is_email(session) {
        return (Principal::new("email", session).id, None);
    }
    (arn.into(), Some(format!("only the session {}", session.replace(['=', '!', '<', '>'], "_"))))
}
