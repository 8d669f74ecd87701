//! Severity and confidence: two scales, never mixed (reference: rubric E).

use serde::{Deserialize, Serialize};

/// Control failure and its consequence. Ordered from worst to mildest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl Severity {
    pub const ALL: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    pub const fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }

    pub fn from_word(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|s| s.word() == word)
    }

    /// 0 for critical to 4 for info: the order in which findings are read.
    pub const fn rank(self) -> i64 {
        self as i64
    }

    pub fn from_rank(rank: i64) -> Severity {
        Severity::ALL.get(rank.clamp(0, 4) as usize).copied().unwrap_or(Severity::Info)
    }
}

/// How sure the finding is. Ordered from surest to least sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Confirmed,
    Probable,
    Possible,
    Undetermined,
}

impl Confidence {
    pub const fn word(self) -> &'static str {
        match self {
            Confidence::Confirmed => "confirmed",
            Confidence::Probable => "probable",
            Confidence::Possible => "possible",
            Confidence::Undetermined => "undetermined",
        }
    }

    pub fn from_word(word: &str) -> Option<Confidence> {
        use Confidence::*;
        [Confirmed, Probable, Possible, Undetermined].into_iter().find(|c| c.word() == word)
    }
}
