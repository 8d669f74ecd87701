//! What the records are, and for which reason.

use super::super::Field;
use super::choose::{Choice, Standing};
use super::gather::Stat;
use super::words;

/// A word for `kind`, why, and whether that is more than the last resort.
pub struct KindFound {
    pub word: &'static str,
    pub why: String,
    pub certain: bool,
}

/// Fields that are looked for in records of this kind.
pub fn wants(kind: &str, field: Field) -> bool {
    use Field::*;
    match kind {
        "person" => matches!(field, Id | Email | Name | Type | Status | Start | End | Department | Manager),
        "entitlement" => {
            matches!(field, Principal | Service | Action | Resource | Effect | Condition | ValidFrom | ValidTo)
        }
        "token" => is_event(field) || matches!(field, Subject | Issuer | IssuedAt | NotBefore | Expires),
        "approval" => is_event(field) || matches!(field, RequestedBy | ApprovedBy),
        _ => is_event(field),
    }
}

fn is_event(field: Field) -> bool {
    use Field::*;
    !matches!(
        field,
        Subject
            | Issuer
            | IssuedAt
            | NotBefore
            | Expires
            | RequestedBy
            | ApprovedBy
            | Email
            | Name
            | Type
            | Status
            | Start
            | Department
            | Manager
            | Principal
            | Effect
            | Condition
            | ValidFrom
            | ValidTo
    )
}

/// Out of what was found for an event and for everything else.
pub fn kind(found: &[Choice], stats: &[Stat]) -> KindFound {
    let at = |field| found.iter().find(|c| c.field == field && c.standing == Standing::Proposed);
    let has = |field| at(field).is_some();
    let pointer = |field| {
        at(field).and_then(|c| stats.get(c.place)).map(|s| super::shape::one_line(&s.pointer, 60)).unwrap_or_default()
    };
    let sure = |word, why: String| KindFound { word, why, certain: true };
    let values = at(Field::Action).and_then(|c| stats.get(c.place)).map(|s| &s.values);
    // Not even a likely time: rosters and rights are no logs.
    let untimed = !found.iter().any(|c| c.field == Field::Time);
    let email = at(Field::Email).and_then(|c| stats.get(c.place));
    let one_each = email.is_some_and(|s| s.is_unique());
    let sign_in = |v: &String| words::SIGN_INS.contains(&v.to_lowercase().as_str());
    match () {
        () if has(Field::ApprovedBy) => sure("approval", format!("{} names who approved", pointer(Field::ApprovedBy))),
        () if has(Field::Expires) && !has(Field::Action) && (has(Field::Subject) || has(Field::Token)) => {
            sure("token", format!("{} says until when it holds, and no field names an action", pointer(Field::Expires)))
        }
        () if untimed
            && one_each
            && !has(Field::Action)
            && (has(Field::Name) || has(Field::Status) || has(Field::Type)) =>
        {
            sure("person", format!("no time, and {} holds an address for each", pointer(Field::Email)))
        }
        () if untimed && has(Field::Principal) && has(Field::Action) && has(Field::Resource) => sure(
            "entitlement",
            format!(
                "no time; {}, {} and {}",
                pointer(Field::Principal),
                pointer(Field::Action),
                pointer(Field::Resource)
            ),
        ),
        () if values.is_some_and(|v| !v.is_empty() && v.keys().all(sign_in)) => {
            sure("sign_in", format!("every value of {} is a sign-in", pointer(Field::Action)))
        }
        () if has(Field::Action) && has(Field::Time) => {
            sure("call", format!("{} says what was done and {} when", pointer(Field::Action), pointer(Field::Time)))
        }
        () if has(Field::Decision) && has(Field::Policy) && !has(Field::Outcome) => sure(
            "decision",
            format!("{} decides, and no field names an action or an outcome", pointer(Field::Decision)),
        ),
        () => {
            let lacks = if has(Field::Time) { "an action" } else { "an action with its time" };
            let why = format!("NOT CERTAIN: no field clearly names {lacks}. What is one record of this log?");
            KindFound { word: "call", why, certain: false }
        }
    }
}
