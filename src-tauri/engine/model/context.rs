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
    /// Actions and resources that the patterns above do not reach (`NotAction`, `NotResource` of AWS IAM).
    pub except_actions: Vec<String>,
    pub except_resources: Vec<String>,
    pub effect: Effect,
    /// `attribute op literal` joined by `and`; empty for none.
    pub condition: String,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
}

/// How one holder of rights reaches the rights of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The member has whatever the holder has: a group, a role binding, an attached policy.
    Has,
    /// The member may take the holder on, and then acts with its rights alone: a role that can be assumed.
    MayAssume,
    /// The member's rights are at most the holder's: a permissions boundary.
    AtMost,
}

impl Reach {
    pub const fn word(self) -> &'static str {
        match self {
            Reach::Has => "has",
            Reach::MayAssume => "may_assume",
            Reach::AtMost => "at_most",
        }
    }

    pub fn from_word(word: &str) -> Option<Reach> {
        [Reach::Has, Reach::MayAssume, Reach::AtMost].into_iter().find(|r| r.word() == word)
    }
}

/// A dated edge between holders of rights. Rights stand at holders; a principal has those of all it reaches. Validity is
/// half open. A condition that is no `attribute op literal` leaves the edge undetermined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    pub member: String,
    pub holder: String,
    pub reach: Reach,
    pub condition: String,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
}

/// Whose a resource is. Validity is half open; a resource may have several owners.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ownership {
    pub resource: String,
    pub owner: String,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
}

/// A known exception: what a rule says of this principal is accepted for a time, by somebody, for a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    pub principal: String,
    /// A rule's id, or `*`.
    pub rule: String,
    pub reason: String,
    pub approved_by: Option<String>,
    pub from: Option<Time>,
    /// Last moment of the last day: inclusive, as an end of employment is.
    pub to: Option<Time>,
    pub conditions: String,
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

/// How a file, or a set of files, was obtained.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Name of the file, a pattern of names (`*` any characters), or its SHA-256.
    pub file: String,
    pub system: Option<String>,
    pub tenant: Option<String>,
    /// Query and filters, as they were asked.
    pub query: Option<String>,
    pub period_from: Option<Time>,
    /// Last moment of the last day asked for.
    pub period_to: Option<Time>,
    pub exporter: Option<String>,
    pub method: Option<String>,
    pub received: Option<Time>,
    pub received_from: Option<String>,
    /// Records that the source says it handed over.
    pub claimed: Option<u64>,
}

/// One log file as a digest vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestFile {
    pub object: String,
    /// SHA-256 of the uncompressed content, lower-case hexadecimal.
    pub sha256: String,
    pub oldest: Option<Time>,
    pub newest: Option<Time>,
}

/// A digest file of AWS CloudTrail: the log files of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub object: String,
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// The digest before this one.
    pub previous: Option<String>,
    pub files: Vec<DigestFile>,
}

/// A public key in its own numbers, base64url as JSON Web Keys write them (RFC 7518 section 6, RFC 8037 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PublicKey {
    /// Modulus and exponent.
    Rsa {
        n: String,
        e: String,
    },
    /// A point of a named curve (`P-256`, `P-384`).
    Curve {
        curve: String,
        x: String,
        y: String,
    },
    Ed25519 {
        x: String,
    },
}

/// A key with which a token service signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Whose key it is, where the key set says so.
    pub issuer: Option<String>,
    /// `kid`.
    pub id: Option<String>,
    /// `alg`: the one algorithm that the key is for, where the set says so.
    pub algorithm: Option<String>,
    pub public: PublicKey,
}

/// A row of a context file.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Directory(Box<DirectoryRow>),
    Entitlement(Entitlement),
    Asset(Asset),
    Network(Network),
    Membership(Membership),
    Ownership(Ownership),
    Exception(Exception),
    Receipt(Box<Receipt>),
    Digest(Digest),
    Key(Box<SigningKey>),
}
