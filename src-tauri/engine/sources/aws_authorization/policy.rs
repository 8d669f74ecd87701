//! Policy documents to rights, and their conditions to ours where both mean the same.

use percent_encoding::percent_decode_str;
use sonic_rs::{JsonContainerTrait, JsonValueTrait};

use super::super::NotUnderstood;
use super::super::json::{self, Json};
use super::{SERVICES, edge, has};
use crate::model::{Effect, Entitlement, Entry, Reach, Time};

/// Rights of one entry. A statement grants each of its actions on each of its resources.
const MOST: usize = 50_000;

/// Inline policies, attached policies and the boundary of a user, group or role.
pub(super) fn attached(
    entry: &Json,
    inline: &str,
    holder: &str,
    out: &mut Vec<Entry>,
) -> Result<(), NotUnderstood> {
    for policy in json::items(json::at(entry, inline)) {
        let Some(document) = json::at(policy, "/PolicyDocument") else {
            return Err(NotUnderstood::not_this("an inline policy without its document"));
        };
        rights(&parsed(document)?, holder, out)?;
    }
    for policy in json::items(json::at(entry, "/AttachedManagedPolicies")) {
        let Some(arn) = json::text(policy, "/PolicyArn") else {
            return Err(NotUnderstood::not_this("an attached policy without its ARN"));
        };
        out.push(has(holder, &arn));
    }
    if let Some(boundary) = json::text(entry, "/PermissionsBoundary/PermissionsBoundaryArn") {
        out.push(edge(holder, &boundary, Reach::AtMost, String::new()));
    }
    Ok(())
}

/// The rights of a policy are those of its default version.
pub(super) fn default_version(entry: &Json, holder: &str, out: &mut Vec<Entry>) -> Result<(), NotUnderstood> {
    let versions = || json::items(json::at(entry, "/PolicyVersionList"));
    let default = json::text(entry, "/DefaultVersionId");
    let version = versions()
        .find(|v| json::flag(v, "/IsDefaultVersion") == Some(true))
        .or_else(|| versions().find(|v| default.is_some() && json::text(v, "/VersionId") == default));
    match version.and_then(|v| json::at(v, "/Document")) {
        Some(document) => rights(&parsed(document)?, holder, out),
        None => Err(NotUnderstood::not_this("the default version of the policy is not among its versions")),
    }
}

/// A document as an object, or as the API's URL-encoded text.
pub(super) fn parsed(document: &Json) -> Result<Json, NotUnderstood> {
    if document.is_object() {
        return Ok(document.clone());
    }
    let text = json::scalar(document).unwrap_or_default();
    let plain = match text.trim_start().starts_with('{') {
        true => text,
        false => percent_decode_str(&text).decode_utf8_lossy().into_owned(),
    };
    match json::parse(format!("{{\"document\":{}}}", serde_json::Value::from(plain)).as_bytes())
        .and_then(|v| json::at(&v, "/document").map_or(Ok(None), json::nested))
    {
        Ok(Some(found)) if found.is_object() => Ok(found),
        Ok(_) => Err(NotUnderstood::not_this("a policy document that is no object")),
        Err(cause) => Err(NotUnderstood::broken(format!("a policy document is not JSON: {cause}"))),
    }
}

/// One statement, or several.
pub(super) fn statements(document: &Json) -> Vec<&Json> {
    match json::at(document, "/Statement") {
        Some(one) if one.is_object() => vec![one],
        many => json::items(many).collect(),
    }
}

/// Texts of a list, or of the one that stands for a list.
pub(super) fn texts(statement: &Json, key: &str) -> Vec<String> {
    match json::member(statement, key) {
        Some(value) => match value.as_array() {
            Some(items) => items.iter().filter_map(json::scalar).collect(),
            None => json::scalar(value).into_iter().collect(),
        },
        None => Vec::new(),
    }
}

pub(super) fn effect(statement: &Json) -> Result<Effect, NotUnderstood> {
    match json::text(statement, "/Effect").as_deref() {
        Some(word) if word.eq_ignore_ascii_case("allow") => Ok(Effect::Allow),
        Some(word) if word.eq_ignore_ascii_case("deny") => Ok(Effect::Deny),
        _ => Err(NotUnderstood::not_this("a statement whose effect is neither Allow nor Deny")),
    }
}

fn rights(document: &Json, holder: &str, out: &mut Vec<Entry>) -> Result<(), NotUnderstood> {
    for statement in statements(document) {
        let effect = effect(statement)?;
        let (actions, except_actions) = patterns(statement, "Action", "NotAction")?;
        let (resources, except_resources) = patterns(statement, "Resource", "NotResource")?;
        if out.len() + actions.len().saturating_mul(resources.len()) > MOST {
            return Err(NotUnderstood::not_this(format!("more than {MOST} rights in one entry")));
        }
        let condition = condition(json::member(statement, "Condition"));
        for action in &actions {
            // Every action of AWS, and none of other systems: theirs have no service before a colon.
            let action = if action == "*" { "*:*" } else { action };
            for resource in &resources {
                out.push(Entry::Entitlement(Entitlement {
                    principal: holder.into(),
                    service: Some(SERVICES.into()),
                    action: action.into(),
                    resource: resource.clone(),
                    except_actions: except_actions.clone(),
                    except_resources: except_resources.clone(),
                    effect,
                    condition: condition.text.clone(),
                    valid_from: condition.from,
                    valid_to: condition.to,
                }));
            }
        }
    }
    Ok(())
}

/// Patterns, and what is taken out of them: `NotAction` is everything but.
fn patterns(statement: &Json, key: &str, not: &str) -> Result<(Vec<String>, Vec<String>), NotUnderstood> {
    let (plain, except) = (texts(statement, key), texts(statement, not));
    match (plain.is_empty(), except.is_empty()) {
        (false, true) => Ok((plain, Vec::new())),
        (true, false) => Ok((vec!["*".into()], except)),
        _ => Err(NotUnderstood::not_this(format!("a statement with neither or both of {key} and {not}"))),
    }
}

/// A condition in our language.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Translated {
    /// Clauses that mean the same, or the condition as JSON, which stays undetermined.
    pub text: String,
    pub from: Option<Time>,
    pub to: Option<Time>,
}

/// Translates what a call can carry and both languages hold alike; the rest is kept so that it decides nothing.
pub(super) fn condition(found: Option<&Json>) -> Translated {
    let mut translated = Translated::default();
    let Some(found) = found.filter(|c| json::members(Some(c)).next().is_some() || !c.is_object()) else {
        return translated;
    };
    let mut clauses: Vec<String> = Vec::new();
    let mut all = found.is_object();
    for (operator, keys) in json::members(Some(found)) {
        all &= keys.is_object();
        for (key, value) in json::members(Some(keys)) {
            let values = match value.as_array() {
                Some(items) => items.iter().filter_map(json::scalar).collect::<Vec<_>>(),
                None => json::scalar(value).into_iter().collect(),
            };
            match <[String; 1]>::try_from(values) {
                Ok([value]) if span(operator, key, &value, &mut translated) => {}
                Ok([value]) => match clause(operator, key, &value) {
                    Some(clause) => clauses.push(clause),
                    None => all = false,
                },
                // Several values are alternatives, which our conditions do not have.
                Err(_) => all = false,
            }
        }
    }
    translated.text = if all { clauses.join(" and ") } else { opaque(found) };
    translated
}

/// The time of the request is the time of the call.
fn span(operator: &str, key: &str, value: &str, translated: &mut Translated) -> bool {
    if !key.eq_ignore_ascii_case("aws:CurrentTime") {
        return false;
    }
    let Some(time) = Time::parse(value) else { return false };
    // Times are whole microseconds: after one is from the next on.
    let next = Time(time.0.saturating_add(1));
    let later = |known: Option<Time>, new: Time| Some(known.map_or(new, |k| k.max(new)));
    let sooner = |known: Option<Time>, new: Time| Some(known.map_or(new, |k| k.min(new)));
    match operator {
        "DateGreaterThan" => translated.from = later(translated.from, next),
        "DateGreaterThanEquals" => translated.from = later(translated.from, time),
        "DateLessThan" => translated.to = sooner(translated.to, time),
        "DateLessThanEquals" => translated.to = sooner(translated.to, next),
        _ => return false,
    }
    true
}

/// Ours compares text without case, and what reads as a number as numbers.
fn clause(operator: &str, key: &str, value: &str) -> Option<String> {
    let word = |text: &str| {
        !text.is_empty()
            && text.trim() == text
            && !text.contains(['=', '!', '<', '>', '"', '\'', '$', '*', '?'])
            && !text.contains(char::is_whitespace)
    };
    if !word(key) || !word(value) || key.eq_ignore_ascii_case("owner") || value.eq_ignore_ascii_case("self") {
        return None;
    }
    let number = value.parse::<f64>().is_ok();
    let op = match operator {
        "Bool" | "BoolIfExists" if matches!(value.to_ascii_lowercase().as_str(), "true" | "false") => "=",
        "NumericEquals" if number => "=",
        "NumericNotEquals" if number => "!=",
        "NumericLessThan" if number => "<",
        "NumericLessThanEquals" if number => "<=",
        "NumericGreaterThan" if number => ">",
        "NumericGreaterThanEquals" if number => ">=",
        "StringEqualsIgnoreCase" if !number => "=",
        "StringNotEqualsIgnoreCase" if !number => "!=",
        _ => return None,
    };
    Some(format!("{key}{op}{value}"))
}

/// The condition as JSON in which no character is an operator of ours: escaped inside its strings, where alone they occur.
pub(super) fn opaque(condition: &Json) -> String {
    let text = condition.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '=' | '!' | '<' | '>' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}
