//! Evidence and what it carries (DESIGN section 7).

use serde::{Deserialize, Serialize};

/// Who wrote a field. The same field name can be a checked fact or somebody's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilledBy {
    Issuer,
    Platform,
    Gateway,
    Caller,
    Model,
}

/// Why a slot is empty: four different unknowns, never one null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyEmpty {
    Absent,
    Redacted,
    NotExported,
    NotSupported,
}

/// Kinds of evidence, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EvidenceKind {
    /// Token subject and actor, signature verified here, sender-constrained.
    K1,
    /// Token subject and actor, from the issuer's log.
    K2,
    /// The principals in the record, filled by platform or gateway; or a person's own account acting directly.
    K3,
    /// Exact join of a credential id between call and issuance.
    K4,
    /// Token subject, and a client that belongs to one agent.
    K5,
    /// Session principal set by a broker (`sourceIdentity`, impersonated user).
    K6,
    /// Exclusive lease: exactly one holder at the time.
    K7,
    /// Run id joined to a run whose root names a user.
    K8,
    /// Unbroken span or run ancestry to such a root.
    K9,
    /// Span link or message id.
    K10,
    /// Caller-asserted name on the call itself.
    K11,
    /// Free text.
    K12,
    /// Network.
    K13,
    /// Time proximity.
    K14,
}

impl EvidenceKind {
    pub const ALL: [EvidenceKind; 14] = {
        use EvidenceKind::*;
        [K1, K2, K3, K4, K5, K6, K7, K8, K9, K10, K11, K12, K13, K14]
    };

    pub const fn code(self) -> &'static str {
        use EvidenceKind::*;
        match self {
            K1 => "K1",
            K2 => "K2",
            K3 => "K3",
            K4 => "K4",
            K5 => "K5",
            K6 => "K6",
            K7 => "K7",
            K8 => "K8",
            K9 => "K9",
            K10 => "K10",
            K11 => "K11",
            K12 => "K12",
            K13 => "K13",
            K14 => "K14",
        }
    }

    /// The basis in a reviewer's words, for "recorded initiator, basis: ...".
    pub const fn basis(self) -> &'static str {
        use EvidenceKind::*;
        match self {
            K1 => "verified token",
            K2 => "token issuance record",
            K3 => "named by the record",
            K4 => "credential id join",
            K5 => "token subject and the agent's own client",
            K6 => "session principal set by a broker",
            K7 => "exclusive credential lease",
            K8 => "run join",
            K9 => "run ancestry",
            K10 => "span link",
            K11 => "caller's own word",
            K12 => "free text",
            K13 => "network",
            K14 => "time proximity",
        }
    }

    pub fn from_code(code: &str) -> Option<EvidenceKind> {
        EvidenceKind::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// How well a value is carried: A proved, B strong, C supported, D hint, X refused or contradicted.
/// Ordered from weakest to strongest, so that a path is its minimum and paths to one value their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    X,
    D,
    C,
    B,
    A,
}

impl Grade {
    pub const fn letter(self) -> &'static str {
        match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
            Grade::X => "X",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Grade::A => "proved",
            Grade::B => "strong",
            Grade::C => "supported",
            Grade::D => "hint",
            Grade::X => "refused",
        }
    }

    pub fn from_letter(letter: &str) -> Option<Grade> {
        [Grade::A, Grade::B, Grade::C, Grade::D, Grade::X].into_iter().find(|g| g.letter() == letter)
    }
}

/// Why no individual is named (R1-R10). R10 is a caution beside a C and does not refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Refusal {
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
}

impl Refusal {
    pub const ALL: [Refusal; 10] = {
        use Refusal::*;
        [R1, R2, R3, R4, R5, R6, R7, R8, R9, R10]
    };

    pub const fn code(self) -> &'static str {
        use Refusal::*;
        match self {
            R1 => "R1",
            R2 => "R2",
            R3 => "R3",
            R4 => "R4",
            R5 => "R5",
            R6 => "R6",
            R7 => "R7",
            R8 => "R8",
            R9 => "R9",
            R10 => "R10",
        }
    }

    pub const fn words(self) -> &'static str {
        use Refusal::*;
        match self {
            R1 => "no evidence of at least grade C leads to a person",
            R2 => "the evidence fits more than one person equally",
            R3 => "only hints name a person: the caller's own word, free text, network or time",
            R4 => "the credential was held by more than one at the time",
            R5 => "the order of events lies inside the clock uncertainty",
            R6 => "two proofs of at least grade C name different people",
            R7 => "the field that would name the person is redacted or was not exported",
            R8 => "the principal is not resolvable in the directory as of that time",
            R9 => "the account stands for no individual: it is shared or driven by an agent",
            R10 => "the agent's own trace is the only proof that a person asked",
        }
    }

    pub fn from_code(code: &str) -> Option<Refusal> {
        Refusal::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// Identity pattern of a call (reference: decision table D.2; DESIGN section 10 for the words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    ServiceAccount,
    Obo,
    Hybrid,
    RobotUser,
    Impersonation,
    Direct,
    Masquerade,
    Undetermined,
}

impl Pattern {
    pub const ALL: [Pattern; 8] = {
        use Pattern::*;
        [ServiceAccount, Obo, Hybrid, RobotUser, Impersonation, Direct, Masquerade, Undetermined]
    };

    pub const fn word(self) -> &'static str {
        match self {
            Pattern::ServiceAccount => "service_account",
            Pattern::Obo => "obo",
            Pattern::Hybrid => "hybrid",
            Pattern::RobotUser => "robot_user",
            Pattern::Impersonation => "impersonation",
            Pattern::Direct => "direct",
            Pattern::Masquerade => "masquerade",
            Pattern::Undetermined => "undetermined",
        }
    }

    pub fn from_word(word: &str) -> Option<Pattern> {
        Pattern::ALL.into_iter().find(|p| p.word() == word)
    }
}
