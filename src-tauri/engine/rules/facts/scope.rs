//! What a token's scopes and authorization details cover (RFC 6749, RFC 9396; DESIGN section 8).

use serde_json::Value;

use super::super::condition::{Per, sum_of};
use super::super::entitlement::Answer;
use super::super::glob;
use crate::model::Attribute;

/// Scopes that say who the user is, and nothing of what may be done.
const IDENTITY: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Scopes that stand for everything an application may do.
const BROAD: [&str; 6] = ["cloud-platform", "repo", "user_impersonation", "admin", ".default", "full_access"];

/// One entry of `authorization_details`.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    kind: String,
    actions: Vec<String>,
    /// Patterns of objects that it is confined to; empty for no such words.
    objects: Vec<String>,
    /// (attribute, maximum, what it is summed over where it is cumulative)
    limits: Vec<(String, f64, Option<Per>)>,
    currency: Option<String>,
}

impl Detail {
    /// All entries of a claim's JSON text. Text that is no such JSON has none.
    pub fn parse(text: &str) -> Vec<Detail> {
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(entries)) => entries.iter().filter_map(Detail::read).collect(),
            Ok(entry @ Value::Object(_)) => Detail::read(&entry).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn read(entry: &Value) -> Option<Detail> {
        let entry = entry.as_object()?;
        let kind = entry.get("type")?.as_str()?.to_string();
        let mut detail = Detail {
            kind,
            actions: words(entry.get("actions")),
            objects: Vec::new(),
            limits: Vec::new(),
            currency: None,
        };
        for name in ["identifier", "resource", "resources", "object", "objects"] {
            detail.objects.extend(words(entry.get(name)));
        }
        for (name, value) in entry {
            match (name.as_str(), name.strip_prefix("limit."), value) {
                ("limit" | "limits", _, Value::Object(limits)) => {
                    for (attribute, maximum) in limits {
                        detail.limit(attribute, maximum);
                    }
                }
                (_, Some(attribute), maximum) => detail.limit(attribute, maximum),
                _ => {}
            }
        }
        detail.limits.sort_by(|a, b| (&a.0, a.2).cmp(&(&b.0, b.2)));
        Some(detail)
    }

    /// Attributes with a cumulative maximum: `limit.amount.per_day`, `"limit": {"amount": {"per_resource": 50}}`.
    pub(super) fn sums(&self) -> impl Iterator<Item = (&str, Per)> {
        self.limits.iter().filter_map(|(attribute, _, per)| Some((attribute.as_str(), (*per)?)))
    }

    fn limit(&mut self, attribute: &str, maximum: &Value) {
        if let Some((attribute, per)) = cumulative(attribute) {
            self.limits.extend(amount(maximum).map(|n| (attribute.to_string(), n, Some(per))));
            return;
        }
        match maximum {
            Value::String(text) if attribute.eq_ignore_ascii_case("currency") => self.currency = Some(text.clone()),
            Value::Object(inner) => {
                if let Some(unit) = inner.get("currency").and_then(Value::as_str) {
                    self.currency = Some(unit.to_string());
                }
                let most = ["max", "value", "amount"].iter().find_map(|name| inner.get(*name).and_then(amount));
                self.limits.extend(most.map(|n| (attribute.to_string(), n, None)));
                for per in Per::ALL {
                    let most = inner.get(&format!("per_{}", per.word())).and_then(amount);
                    self.limits.extend(most.map(|n| (attribute.to_string(), n, Some(per))));
                }
            }
            other => self.limits.extend(amount(other).map(|n| (attribute.to_string(), n, None))),
        }
    }

    /// Whether the entry speaks of this action: its `type` is the action, or `actions` holds it, its part after the
    /// type, or its last segment.
    pub(super) fn names(&self, action: &str) -> bool {
        let after = action
            .get(..self.kind.len())
            .filter(|p| p.eq_ignore_ascii_case(&self.kind))
            .map(|_| action[self.kind.len()..].trim_start_matches(['.', ':', '/', '_', '-']));
        let last = action.rsplit(['.', ':', '/']).next().unwrap_or(action);
        glob::covers_word(&self.kind, action)
            || self.actions.iter().any(|mine| {
                glob::covers_word(mine, action)
                    || after.is_some_and(|part| !part.is_empty() && glob::covers_word(mine, part))
                    || glob::covers_word(mine, last)
            })
    }

    /// In what an entry of the next hop goes beyond this one's, where that is certain.
    fn beyond(&self, before: &Detail) -> Option<String> {
        let lies_in = |mine: &String, theirs: &[String]| theirs.iter().any(|t| glob::covers_word(t, mine));
        if !before.actions.is_empty() {
            if self.actions.is_empty() {
                return Some(format!("{} is no longer confined to actions", self.kind));
            }
            if let Some(action) = self.actions.iter().find(|a| !lies_in(a, &before.actions)) {
                return Some(format!("the action {action} of {} is not in the token before it", self.kind));
            }
        }
        if !before.objects.is_empty() {
            if self.objects.is_empty() {
                return Some(format!("{} is no longer confined to objects", self.kind));
            }
            if let Some(object) = self.objects.iter().find(|o| !before.objects.iter().any(|t| glob::covers(t, o))) {
                return Some(format!("the object {object} of {} is not in the token before it", self.kind));
            }
        }
        let one_unit = match (&self.currency, &before.currency) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        for (attribute, most, per) in &before.limits {
            match self.limits.iter().find(|(name, _, p)| name.eq_ignore_ascii_case(attribute) && p == per) {
                None => return Some(format!("the limit of {attribute} in {} is gone", self.kind)),
                Some((_, mine, _)) if one_unit && mine > most => {
                    return Some(format!("the limit of {attribute} in {} rose from {most} to {mine}", self.kind));
                }
                Some(_) => {}
            }
        }
        None
    }

    /// Whether the call stays within the entry's objects and limits.
    fn admits(&self, resource: Option<&str>, attributes: &[(String, Attribute)]) -> (Answer, Option<String>) {
        if !self.objects.is_empty() {
            match resource {
                Some(r) if !self.objects.iter().any(|o| glob::covers(o, r)) => {
                    return (Answer::No, Some(format!("{r} is not among the objects of the authorization details")));
                }
                None => return (Answer::Unknown, Some("the record does not say on what it was done".into())),
                _ => {}
            }
        }
        for (attribute, maximum, per) in &self.limits {
            let named = |wanted: &str| attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(wanted)).map(|(_, v)| v);
            let sum = per.and_then(|per| named(&sum_of(attribute, per)));
            let value = sum.or_else(|| named(attribute));
            let (number, unit) = match value {
                Some(Attribute::Number { value, currency }) => (*value, currency.as_deref()),
                Some(Attribute::Text(text)) if text.trim().parse::<f64>().is_ok() => {
                    (text.trim().parse().unwrap_or(0.0), None)
                }
                _ => return (Answer::Unknown, Some(format!("the call does not carry `{attribute}`"))),
            };
            match (unit, self.currency.as_deref()) {
                (None, None) => {}
                (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => {}
                _ => return (Answer::Unknown, Some(format!("the currency of `{attribute}` is not that of the limit"))),
            }
            // Sums of cents carry the rounding of binary fractions, far below the least coin.
            if number - *maximum > 1e-6 {
                let per = per.map(|p| format!(" per {}", p.word())).unwrap_or_default();
                return (Answer::No, Some(format!("{attribute} {number} is over the token's limit of {maximum}{per}")));
            }
        }
        (Answer::Yes, None)
    }
}

/// `amount.per_day` is the attribute `amount`, summed over a day.
fn cumulative(attribute: &str) -> Option<(&str, Per)> {
    Per::ALL.into_iter().find_map(|per| {
        let (name, tail) = attribute.rsplit_once('.')?;
        tail.strip_prefix("per_").filter(|word| word.eq_ignore_ascii_case(per.word())).map(|_| (name, per))
    })
}

fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok().filter(|n| n.is_finite()),
        _ => None,
    }
}

fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Whether one scope names an action: equal, or a glob over it.
pub(super) fn names(scope: &str, action: &str) -> bool {
    glob::covers_word(scope, action)
}

/// Whether scopes or details allow the action on the object within the limits. `answerable` is false where no scope of
/// the token's audience matches any action that was logged: two vocabularies, and nothing to compare.
pub fn scope_covers(
    scopes: &[String],
    details: &[Detail],
    action: &str,
    resource: Option<&str>,
    attributes: &[(String, Attribute)],
    answerable: bool,
) -> (Answer, Option<String>) {
    let speaking: Vec<&Detail> = details.iter().filter(|d| d.names(action)).collect();
    if !speaking.is_empty() {
        let answers: Vec<_> = speaking.iter().map(|d| d.admits(resource, attributes)).collect();
        let best =
            [Answer::Yes, Answer::Unknown, Answer::No].into_iter().find_map(|a| answers.iter().find(|(x, _)| *x == a));
        return best.cloned().unwrap_or((Answer::Unknown, None));
    }
    if scopes.iter().any(|s| names(s, action)) {
        return (Answer::Yes, None);
    }
    if scopes.is_empty() && details.is_empty() {
        return (Answer::Unknown, Some("neither token nor record states a scope".into()));
    }
    if !answerable || scopes.iter().any(|s| broad(s)) {
        return (
            Answer::Unknown,
            Some("the scopes of this audience and the logged actions are different vocabularies".into()),
        );
    }
    (Answer::No, Some(format!("{action} is in no scope of the token ({})", scopes.join(" "))))
}

/// What one hop of a delegation allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub scope: &'a [String],
    pub details: &'a [Detail],
}

/// Whether a hop stays within the one before it; *no* with what goes beyond. What one of the two does not state is not held
/// against the other.
pub(super) fn within(hop: Bounds<'_>, before: Bounds<'_>) -> (Answer, Option<String>) {
    let stated = |b: Bounds<'_>| working(b.scope).next().is_some() || !b.details.is_empty();
    if !stated(hop) || !stated(before) {
        return (Answer::Unknown, None);
    }
    if before.scope.iter().any(|s| broad(s)) {
        return (Answer::Yes, None);
    }
    let beyond = working(hop.scope)
        .find(|scope| !before.scope.iter().any(|s| names(s, scope)) && !before.details.iter().any(|d| d.names(scope)));
    if let Some(scope) = beyond {
        return (Answer::No, Some(format!("the scope {scope} is not within that of the token before it")));
    }
    for detail in hop.details {
        let of_kind: Vec<&Detail> =
            before.details.iter().filter(|d| glob::covers_word(&d.kind, &detail.kind)).collect();
        if of_kind.is_empty() {
            if !before.scope.iter().any(|s| names(s, &detail.kind)) {
                let why = format!("the token before it has no authorization details of type {}", detail.kind);
                return (Answer::No, Some(why));
            }
            continue;
        }
        let whys: Vec<Option<String>> = of_kind.iter().map(|d| detail.beyond(d)).collect();
        if let Some(why) = whys.iter().flatten().next().filter(|_| whys.iter().all(Option::is_some)) {
            return (Answer::No, Some(why.clone()));
        }
    }
    (Answer::Yes, None)
}

/// A wildcard or a scope that stands for everything.
pub(super) fn broad(scope: &str) -> bool {
    let last = scope.rsplit('/').next().unwrap_or(scope);
    scope == "*"
        || last.ends_with(".All")
        || last.ends_with(":*")
        || last.ends_with(".*")
        || BROAD.iter().any(|b| last.eq_ignore_ascii_case(b))
}

/// Scopes beside those of identity.
pub(super) fn working(scopes: &[String]) -> impl Iterator<Item = &String> {
    scopes.iter().filter(|s| !IDENTITY.contains(&s.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_string).collect()
    }

    fn amount(value: f64) -> Vec<(String, Attribute)> {
        vec![("amount".into(), Attribute::Number { value, currency: None })]
    }

    #[test]
    fn a_scope_covers_what_it_equals_or_globs() {
        let yes = |s: &str, a: &str| scope_covers(&scopes(s), &[], a, None, &[], true).0;
        assert_eq!(yes("refund.create", "refund.create"), Answer::Yes);
        assert_eq!(yes("refund.*", "refund.create"), Answer::Yes);
        assert_eq!(yes("*", "refund.create"), Answer::Yes);
        assert_eq!(yes("note.append", "refund.create"), Answer::No);
        assert_eq!(yes("https://graph.example/.default", "refund.create"), Answer::Unknown);
        assert_eq!(scope_covers(&scopes("payments.write"), &[], "refund.create", None, &[], false).0, Answer::Unknown);
    }

    #[test]
    fn details_speak_by_type_by_action_by_part_and_by_last_segment() {
        for text in [
            r#"[{"type":"refund.create"}]"#,
            r#"[{"type":"refund","actions":["create"]}]"#,
            r#"[{"type":"payments","actions":["refund.create"]}]"#,
            r#"[{"type":"payments","actions":["create"]}]"#,
        ] {
            assert_eq!(
                scope_covers(&[], &Detail::parse(text), "refund.create", None, &[], true).0,
                Answer::Yes,
                "{text}"
            );
        }
        let other = Detail::parse(r#"[{"type":"note","actions":["append"]}]"#);
        assert_eq!(scope_covers(&[], &other, "refund.create", None, &[], true).0, Answer::No);
    }

    #[test]
    fn a_limit_confines_even_where_a_scope_covers() {
        for text in
            [r#"[{"type":"refund.create","limit":{"amount":50}}]"#, r#"{"type":"refund.create","limit.amount":50}"#]
        {
            let details = Detail::parse(text);
            let held = |a: &[(String, Attribute)]| {
                scope_covers(&scopes("refund.create"), &details, "refund.create", None, a, true).0
            };
            assert_eq!(held(&amount(50.0)), Answer::Yes);
            assert_eq!(held(&amount(50.5)), Answer::No);
            assert_eq!(held(&[]), Answer::Unknown);
        }
    }

    #[test]
    fn a_cumulative_limit_is_held_against_the_sum() {
        for text in [
            r#"[{"type":"refund.create","limit":{"amount":{"max":100,"per_day":150}}}]"#,
            r#"{"type":"refund.create","limit.amount":100,"limit.amount.per_day":"150"}"#,
        ] {
            let details = Detail::parse(text);
            assert_eq!(details[0].sums().collect::<Vec<_>>(), [("amount", Per::Day)], "{text}");
            let held = |a: &[(String, Attribute)]| scope_covers(&[], &details, "refund.create", None, a, true).0;
            let sum = |own: f64, sum: f64| {
                let mut all = amount(own);
                all.push(("amount per day".into(), Attribute::Number { value: sum, currency: None }));
                all
            };
            assert_eq!(held(&amount(90.0)), Answer::Yes);
            assert_eq!(held(&sum(90.0, 150.0)), Answer::Yes);
            assert_eq!(held(&sum(90.0, 150.5)), Answer::No);
            assert_eq!(held(&amount(101.0)), Answer::No);
        }
    }

    #[test]
    fn a_hop_is_within_the_one_before_it() {
        let held = |hop: (&str, &str), before: (&str, &str)| {
            let (a, b) = (scopes(hop.0), scopes(before.0));
            let (c, d) = (Detail::parse(hop.1), Detail::parse(before.1));
            within(Bounds { scope: &a, details: &c }, Bounds { scope: &b, details: &d }).0
        };
        let limited = r#"[{"type":"refund.create","actions":["create"],"limit":{"amount":50}}]"#;
        assert_eq!(held(("refund.create", ""), ("refund.* openid", "")), Answer::Yes);
        assert_eq!(held(("refund.create openid", ""), ("refund.create", "")), Answer::Yes);
        assert_eq!(held(("refund.create note.append", ""), ("refund.create", "")), Answer::No);
        assert_eq!(held(("*", ""), ("refund.create", "")), Answer::No);
        assert_eq!(held(("refund.create", ""), ("openid profile", "")), Answer::Unknown);
        assert_eq!(held(("", ""), ("refund.create", "")), Answer::Unknown);
        assert_eq!(held(("mail.read", ""), ("user_impersonation", "")), Answer::Yes);
        assert_eq!(held(("refund.create", ""), ("", limited)), Answer::Yes);
        assert_eq!(held(("", limited), ("refund.create", "")), Answer::Yes);
        assert_eq!(held(("", limited), ("note.append", "")), Answer::No);
        assert_eq!(held(("", limited), ("", limited)), Answer::Yes);
        assert_eq!(held(("", &limited.replace("50", "90")), ("", limited)), Answer::No);
        assert_eq!(held(("", &limited.replace("50", "40")), ("", limited)), Answer::Yes);
        assert_eq!(held(("", r#"[{"type":"refund.create","actions":["create"]}]"#), ("", limited)), Answer::No);
    }

    #[test]
    fn an_object_confines() {
        let details = Detail::parse(r#"[{"type":"record.read","identifier":"patient/7"}]"#);
        assert_eq!(scope_covers(&[], &details, "record.read", Some("patient/8"), &[], true).0, Answer::No);
        assert_eq!(scope_covers(&[], &details, "record.read", Some("patient/7"), &[], true).0, Answer::Yes);
    }

    #[test]
    fn broad_scopes_are_listed_ones() {
        assert!(broad("*") && broad("https://x/.default") && broad("Mail.All") && broad("repo"));
        assert!(!broad("record.read") && !broad("payments"));
        assert_eq!(working(&scopes("openid email a b")).count(), 2);
    }
}
