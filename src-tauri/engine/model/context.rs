//! What reviewers hand in beside logs: who exists, what they may do, what is at stake (DESIGN section 5.1).

use serde::{Deserialize, Serialize};

use super::time::Time;

/// Type of a directory row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryType {
    Person,
    Agent,
    Service,
    Shared,
}

impl EntryType {
    pub const fn word(self) -> &'static str {
        match self {
            EntryType::Person => "person",
            EntryType::Agent => "agent",
            EntryType::Service => "service",
            EntryType::Shared => "shared",
        }
    }

    pub fn from_word(word: &str) -> Option<EntryType> {
        use EntryType::*;
        [Person, Agent, Service, Shared].into_iter().find(|t| t.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// A row of the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectoryRow {
    pub id: String,
    pub email: Option<String>,
    pub name: Option<String>,
    pub entry_type: EntryType,
    pub status: Option<String>,
    pub start: Option<Time>,
    /// Last moment of the last day: the recorded end is inclusive.
    pub end: Option<Time>,
    pub department: Option<String>,
    /// `namespace:value`; the value may hold colons.
    pub aliases: Vec<String>,
    pub owner: Option<String>,
    pub manager: Option<String>,
    pub purpose: Option<String>,
    pub vendor: Option<String>,
    pub environment: Option<String>,
    pub approved_pattern: Option<String>,
    pub client_ids: Vec<String>,
    pub last_certified: Option<Time>,
}

/// Allow or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

/// A right in an entitlement export. Patterns use `*` for any characters, `/` too; validity is half open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    pub principal: String,
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    pub effect: Effect,
    /// `attribute op literal` joined by `and`; empty for none.
    pub condition: String,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
}

/// What is at stake in an action on a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    pub data_class: Option<String>,
    /// `read`, `change` or `irreversible`.
    pub effect: Option<String>,
    pub per_user: bool,
    pub regulated_by: Option<String>,
    pub required_pattern: Option<String>,
    pub approval_required: bool,
}

/// A named network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub cidr: String,
    pub label: String,
    pub environment: Option<String>,
}

/// A row of a context file.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Directory(Box<DirectoryRow>),
    Entitlement(Entitlement),
    Asset(Asset),
    Network(Network),
}
