//! What acts say that change the analysis: who is who, what is not to be believed, which values and rules are in force.
//! Accounts are named as the exports name them, never by a number of one case: an act can be carried into the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::Deed;
use super::context::Exception;
use super::principal::Principal;
use super::time::Time;

/// A time from one moment to another, both inside. An open end has no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
}

impl Interval {
    /// Without bounds: it holds for every record.
    pub const fn is_always(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether a record lies inside. `undated` is the answer for one without a time, where the interval has a bound.
    pub fn holds(&self, at: Option<Time>, undated: bool) -> bool {
        match at {
            _ if self.is_always() => true,
            Some(at) => self.from.is_none_or(|f| at >= f) && self.to.is_none_or(|t| at <= t),
            None => undated,
        }
    }

    /// As a sentence ends: nothing where it is always.
    pub fn words(&self) -> String {
        match (self.from, self.to) {
            (None, None) => String::new(),
            (Some(from), None) => format!(" from {}", from.to_rfc3339()),
            (None, Some(to)) => format!(" until {}", to.to_rfc3339()),
            (Some(from), Some(to)) => format!(" from {} to {}", from.to_rfc3339(), to.to_rfc3339()),
        }
    }
}

/// Two accounts stand for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    pub a: Principal,
    pub b: Principal,
    #[serde(flatten)]
    pub during: Interval,
    /// The reviewer was told that a directory says otherwise, and confirmed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    pub reason: String,
}

/// An account is not that of whoever it was given to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    pub account: Principal,
    #[serde(flatten)]
    pub during: Interval,
    pub reason: String,
}

/// What a reviewer may say that an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export, rename = "AccountKind"))]
pub enum Kind {
    Person,
    Agent,
    Service,
    Shared,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Person, Kind::Agent, Kind::Service, Kind::Shared];

    pub const fn word(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Agent => "agent",
            Kind::Service => "service",
            Kind::Shared => "shared",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// An account, with all that is joined to it, is of another kind than it was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rekind {
    pub account: Principal,
    pub kind: Kind,
    #[serde(flatten)]
    pub during: Interval,
    pub reason: String,
}

/// What wrote the evidence that is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Writer {
    /// An account; with `joined` all accounts of whoever it stands for.
    Principal {
        account: Principal,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        joined: bool,
    },
    /// The id of a token, a key or a session, as records write it.
    Credential {
        id: String,
    },
    Host {
        name: String,
    },
    /// An export's source, as `behalf import` names it.
    Source {
        name: String,
    },
}

impl Writer {
    pub fn words(&self) -> String {
        match self {
            Writer::Principal { account, joined } => {
                let joined = if *joined { " and all accounts joined with it" } else { "" };
                format!("account {}{joined}", shown(account))
            }
            Writer::Credential { id } => format!("credential {id}"),
            Writer::Host { name } => format!("host {name}"),
            Writer::Source { name } => format!("source {name}"),
        }
    }
}

/// Evidence that a writer wrote is not to be believed for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    pub writer: Writer,
    #[serde(flatten)]
    pub during: Interval,
    pub reason: String,
}

/// Values of parameters; none puts one back to the shipped value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyChange {
    pub set: BTreeMap<String, Option<f64>>,
    pub reason: String,
}

/// A rule of the reviewer's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRule {
    pub id: String,
    /// The rule file itself.
    pub text: String,
    /// SHA-256 of the text, in hex.
    pub sha256: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRemoved {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An act that has no effect from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub undone: i64,
    pub reason: String,
}

/// A mapping file that came along from another case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedMapping {
    pub name: String,
    /// SHA-256 of the text, in hex; the text stands with the case's mappings.
    pub sha256: String,
}

/// Where a carried act came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub case: String,
    /// Head of that case's chain when it was carried.
    pub head: String,
    /// Its number there; 0 for what stood in a record, and not in the log.
    pub seq: i64,
    pub who: String,
    pub at: Time,
}

/// A deed that was decided in another case, and holds in this one too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    pub origin: Origin,
    pub deed: Box<Deed>,
}

/// A known exception that came along: in its own case it stood in an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarriedException {
    pub exception: Exception,
}

/// An account with its namespace, as it can be typed again.
pub fn shown(principal: &Principal) -> String {
    match principal.namespace.as_str() {
        "email" | "name" => principal.id.clone(),
        // An ARN says itself what it is.
        "aws" if principal.id.starts_with("arn:") => principal.id.clone(),
        namespace => format!("{namespace}:{}", principal.id),
    }
}
