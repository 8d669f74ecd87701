//! From a reviewer's words to a deed: names are looked up, and what contradicts the case is refused before it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ReviewError;
use crate::case::Case;
use crate::identity::{self, Identity, PartyKind};
use crate::model::deed::{Join, OwnRule, PolicyChange, Rekind, RuleRemoved, Split, Suspect, Undo, shown};
use crate::model::present::undone;
use crate::model::time::DAY;
use crate::model::{Deed, Interval, Kind, Principal, Time, Writer};
use crate::rules;

/// An act as a reviewer asks for it. Accounts are `NAMESPACE:ID`, an id alone, or an id or address of the directory; times are
/// dates (whole days) or RFC 3339, and both ends lie inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum Wanted {
    Join {
        a: String,
        b: String,
        from: Option<String>,
        to: Option<String>,
        confirmed: bool,
        reason: String,
    },
    Split {
        account: String,
        from: Option<String>,
        to: Option<String>,
        reason: String,
    },
    Rekind {
        account: String,
        kind: Kind,
        from: Option<String>,
        to: Option<String>,
        reason: String,
    },
    Suspect {
        of: SuspectOf,
        name: String,
        joined: bool,
        from: Option<String>,
        to: Option<String>,
        reason: String,
    },
    /// No value puts a parameter back to the shipped one.
    Policy {
        set: BTreeMap<String, Option<f64>>,
        reason: String,
    },
    RuleAdd {
        text: String,
        reason: String,
    },
    RuleRemove {
        id: String,
        reason: String,
    },
    Undo {
        seq: u32,
        reason: String,
    },
}

/// What a reviewer may mark suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum SuspectOf {
    Principal,
    Credential,
    Host,
    Source,
}

/// A deed that the case takes, with what is not wrong but worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    pub deed: Deed,
    pub warnings: Vec<String>,
}

/// Holds an act against the case.
///
/// # Errors
/// Where a name is not known, a value is out of range, the directory says otherwise, or nothing would change.
pub fn propose(case: &Case, wanted: &Wanted) -> Result<Proposed, ReviewError> {
    let mut warnings = Vec::new();
    let deed = match wanted {
        Wanted::Join { a, b, from, to, confirmed, reason } => {
            let known = Names::of(case)?;
            let (a, b) = (known.account(a)?, known.account(b)?);
            known.joinable(&a, &b, *confirmed)?;
            for account in [&a, &b] {
                let marked = case.agent_marks(known.identity.ids_of(account))?;
                if marked > 0 {
                    warnings.push(format!(
                        "{marked} calls of {} carry evidence of an agent: a person who is joined with it is named for them too",
                        shown(account)
                    ));
                }
            }
            Deed::Join(Join { a, b, during: interval(from, to)?, confirmed: *confirmed, reason: stated(reason)? })
        }
        Wanted::Split { account, from, to, reason } => {
            let known = Names::of(case)?;
            let account = known.account(account)?;
            known.splittable(&account)?;
            Deed::Split(Split { account, during: interval(from, to)?, reason: stated(reason)? })
        }
        Wanted::Rekind { account, kind, from, to, reason } => {
            let known = Names::of(case)?;
            let account = known.account(account)?;
            let during = interval(from, to)?;
            if during.is_always() {
                known.other_kind(&account, *kind)?;
            }
            Deed::Rekind(Rekind { account, kind: *kind, during, reason: stated(reason)? })
        }
        Wanted::Suspect { of, name, joined, from, to, reason } => {
            let writer = writer(case, *of, name, *joined)?;
            Deed::Suspect(Suspect { writer, during: interval(from, to)?, reason: stated(reason)? })
        }
        Wanted::Policy { set, reason } => policy(case, set, stated(reason)?)?,
        Wanted::RuleAdd { text, reason } => {
            let read = rules::own("the rule", text)?;
            let id = read.rule.id;
            if case.present()?.rules.contains_key(&id) {
                let what = format!("there is a rule {id} in this case: remove it first, or give this one another id");
                return Err(ReviewError::AlreadySo { what });
            }
            warnings = read.warnings;
            Deed::RuleAdd(OwnRule { id, text: text.clone(), sha256: sha256(text), reason: reason.trim().into() })
        }
        Wanted::RuleRemove { id, reason } => {
            let rules = case.present()?.rules;
            let Some(id) = rules.keys().find(|known| known.eq_ignore_ascii_case(id)) else {
                return Err(match rules::catalogue().iter().any(|r| r.id.eq_ignore_ascii_case(id)) {
                    true => ReviewError::ShippedRule { id: id.clone() },
                    false => ReviewError::NoSuchRule { id: id.clone() },
                });
            };
            Deed::RuleRemove(RuleRemoved { id: id.clone(), reason: stated(reason)? })
        }
        Wanted::Undo { seq, reason } => undo(case, i64::from(*seq), stated(reason)?)?,
    };
    Ok(Proposed { deed, warnings })
}

fn stated(reason: &str) -> Result<String, ReviewError> {
    let reason = reason.trim();
    if reason.is_empty() { Err(ReviewError::NoReason) } else { Ok(reason.to_string()) }
}

pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Both ends inside: a plain date is the whole of that day.
fn interval(from: &Option<String>, to: &Option<String>) -> Result<Interval, ReviewError> {
    let moment = |word: &Option<String>| -> Result<Option<(Time, bool)>, ReviewError> {
        let Some(word) = word.as_deref().map(str::trim).filter(|w| !w.is_empty()) else { return Ok(None) };
        let time = Time::parse(word).ok_or_else(|| ReviewError::NotATime { word: word.into() })?;
        Ok(Some((time, Time::date(word).is_some())))
    };
    let from = moment(from)?.map(|(at, _)| at);
    let to = moment(to)?.map(|(at, day)| if day { Time(at.0.saturating_add(DAY - 1)) } else { at });
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(ReviewError::Backwards),
        _ => Ok(Interval { from, to }),
    }
}

fn writer(case: &Case, of: SuspectOf, name: &str, joined: bool) -> Result<Writer, ReviewError> {
    let name = name.trim();
    let held = |what: &'static str| match case.string_id(name)? {
        Some(_) => Ok(name.to_string()),
        None => Err(ReviewError::NoSuchWriter { what, word: name.into() }),
    };
    Ok(match of {
        SuspectOf::Principal => Writer::Principal { account: Names::of(case)?.account(name)?, joined },
        SuspectOf::Credential => Writer::Credential { id: held("credential")? },
        SuspectOf::Host => Writer::Host { name: held("host")? },
        SuspectOf::Source => Writer::Source { name: held("source")? },
    })
}

fn policy(case: &Case, set: &BTreeMap<String, Option<f64>>, reason: String) -> Result<Deed, ReviewError> {
    let present = case.present()?;
    let parameters = rules::policy::parameters(&present.rules);
    let mut taken = BTreeMap::new();
    for (key, value) in set {
        let Some((key, parameter)) = parameters.iter().find(|(k, _)| k.eq_ignore_ascii_case(key.trim())) else {
            let rule = key.split('.').next().unwrap_or_default();
            let near = parameters.keys().filter(|k| k.split('.').next().is_some_and(|r| r.eq_ignore_ascii_case(rule)));
            return Err(ReviewError::NoSuchParameter { key: key.clone(), near: near.cloned().collect() });
        };
        if let Some((value, why)) = value.and_then(|v| parameter.refuses(v).map(|why| (v, why))) {
            return Err(ReviewError::OutOfRange { key: key.clone(), value, why });
        }
        taken.insert(key.clone(), *value);
    }
    let changes = |(key, value): (&String, &Option<f64>)| present.policy.get(key) != value.as_ref();
    if !taken.iter().any(changes) {
        return Err(ReviewError::AlreadySo { what: "the policy of this case is that already".into() });
    }
    Ok(Deed::Policy(PolicyChange { set: taken, reason }))
}

fn undo(case: &Case, seq: i64, reason: String) -> Result<Deed, ReviewError> {
    let acts = case.acts()?;
    if !acts.iter().any(|act| act.seq == seq) {
        return Err(ReviewError::NoSuchAct { seq });
    }
    if let Some(by) = undone(&acts).get(&seq) {
        let what = format!("act {seq} was undone by act {by}: undo that one to bring it back");
        return Err(ReviewError::AlreadySo { what });
    }
    Ok(Deed::Undo(Undo { undone: seq, reason }))
}

/// Who is who now, and under which names.
struct Names {
    identity: Identity,
}

impl Names {
    fn of(case: &Case) -> Result<Names, ReviewError> {
        Ok(Names { identity: identity::identify_by_words(case)? })
    }

    /// The one account that a word means.
    fn account(&self, word: &str) -> Result<Principal, ReviewError> {
        let word = word.trim();
        if let Some((namespace, id)) = word.split_once(':') {
            let exact = Principal::new(namespace, id);
            if !self.identity.ids_of(&exact).is_empty() {
                return Ok(exact);
            }
        }
        let plain = Principal::from_word(word).filter(|p| self.identity.named(p).is_some());
        let mut all: BTreeSet<Principal> = self.identity.with_id(word).into_iter().collect();
        all.extend(plain.clone());
        let parties: BTreeSet<u32> = all.iter().filter_map(|p| self.identity.named(p)).collect();
        match (all.first(), parties.len()) {
            (None, _) => Err(ReviewError::Unknown { word: word.into() }),
            (Some(first), 1) => Ok(plain.unwrap_or_else(|| first.clone())),
            (Some(_), _) => {
                let choices: Vec<String> = all.iter().map(|p| format!("{}:{}", p.namespace, p.id)).collect();
                Err(ReviewError::Ambiguous { word: word.into(), choices: choices.join(", ") })
            }
        }
    }

    fn party(&self, account: &Principal) -> Result<u32, ReviewError> {
        self.identity.named(account).ok_or_else(|| ReviewError::Unknown { word: shown(account) })
    }

    fn joinable(&self, a: &Principal, b: &Principal, confirmed: bool) -> Result<(), ReviewError> {
        let (one, other) = (self.party(a)?, self.party(b)?);
        if one == other {
            return Err(ReviewError::AlreadySo { what: format!("{} and {} are one already", shown(a), shown(b)) });
        }
        let row = |p: u32| self.identity.party(p).directory.is_some();
        if row(one) && row(other) && !confirmed {
            return Err(ReviewError::TwoRows { a: shown(a), b: shown(b) });
        }
        Ok(())
    }

    fn splittable(&self, account: &Principal) -> Result<(), ReviewError> {
        let party = self.identity.party(self.party(account)?);
        let ids = self.identity.ids_of(account);
        if ids.is_empty() {
            return Err(ReviewError::Unknown { word: shown(account) });
        }
        if party.directory.is_none() && party.principals.iter().all(|p| ids.contains(p)) {
            return Err(ReviewError::AlreadySo { what: format!("nothing is joined with {}", shown(account)) });
        }
        Ok(())
    }

    fn other_kind(&self, account: &Principal, kind: Kind) -> Result<(), ReviewError> {
        let now = self.identity.kind(self.party(account)?);
        let same = match kind {
            Kind::Person => now.is_person(),
            Kind::Agent => now == PartyKind::Agent,
            Kind::Service => now == PartyKind::Service,
            Kind::Shared => now == PartyKind::Shared,
        };
        if same {
            let what = format!("{} is of kind {} already", shown(account), kind.word());
            return Err(ReviewError::AlreadySo { what });
        }
        Ok(())
    }
}
