//! The words of the command line that acts of review share.

use clap::{Args, ValueEnum};

use crate::args::OfCase;

/// An act of the reviewer: recorded in the log, never changed, and undone by another act.
#[derive(Debug, Args)]
pub struct Acting {
    #[command(flatten)]
    pub of: OfCase,
    /// Who decides: recorded in the log.
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Why: recorded in the log.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Record it, and leave the analysis as it is.
    #[arg(long)]
    pub later: bool,
}

/// Both ends lie inside; a date is the whole day. Without them it holds always.
#[derive(Debug, Args)]
pub struct During {
    #[arg(long, value_name = "DATE|RFC3339")]
    pub from: Option<String>,
    #[arg(long, value_name = "DATE|RFC3339")]
    pub to: Option<String>,
}

#[derive(Debug, Args)]
pub struct Suspected {
    #[command(flatten)]
    pub which: Which,
    /// All accounts of whoever the account stands for, and not it alone.
    #[arg(long, requires = "principal")]
    pub all_accounts: bool,
    #[command(flatten)]
    pub during: During,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// An account: NAMESPACE:ID, an id, or an id of the directory.
    #[arg(long, value_name = "ACCOUNT")]
    pub principal: Option<String>,
    /// The id of a token, a key or a session, as records write it.
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// A source, as import names it.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Person,
    Agent,
    Service,
    Shared,
}

impl From<Kind> for behalf_engine::model::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Person => Self::Person,
            Kind::Agent => Self::Agent,
            Kind::Service => Self::Service,
            Kind::Shared => Self::Shared,
        }
    }
}
