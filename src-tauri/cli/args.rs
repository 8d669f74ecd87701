//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Who did this, on whose behalf, and were they allowed to?
#[derive(Debug, Parser)]
#[command(name = "behalf", version, about, propagate_version = true, max_term_width = 110)]
pub struct Behalf {
    #[command(subcommand)]
    pub command: Command,
    /// How answers are written.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    Text,
    /// One JSON value; a list is a bare array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Rows with a header; cells that a spreadsheet would run are neutralised.
    Csv,
}

#[derive(Debug, Args)]
pub struct OfCase {
    /// The case file.
    #[arg(long, value_name = "FILE")]
    pub case: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports (files, folders, archives) into a case, which is made where there is none.
    Import {
        #[command(flatten)]
        of: OfCase,
        /// A mapping file that describes an in-house log.
        #[arg(long, value_name = "TOML")]
        mapping: Vec<PathBuf>,
        /// Worker threads; the result is the same for any number.
        #[arg(long)]
        threads: Option<usize>,
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Rebuild runs, attribute every call, run every rule.
    Analyze {
        #[command(flatten)]
        of: OfCase,
    },
    /// A row for each call, sign-in and issuance: who, through what, on whose rights, and how well proved.
    Attributions {
        #[command(flatten)]
        of: OfCase,
    },
    /// Findings: causes with their instances, worst first.
    Findings {
        #[command(flatten)]
        of: OfCase,
        /// Only this rule, such as AG-04.
        #[arg(long)]
        rule: Option<String>,
        /// Only this severity.
        #[arg(long)]
        severity: Option<String>,
    },
    /// The chain behind one call, with its proof and its raw record.
    Who {
        #[command(flatten)]
        of: OfCase,
        id: String,
    },
    /// Who approved one call, as approval records say; not who initiated it.
    Approved {
        #[command(flatten)]
        of: OfCase,
        id: String,
    },
    /// Was a person allowed to do this, then? Without a user: who was?
    Authorized {
        #[command(flatten)]
        of: OfCase,
        #[arg(long)]
        user: Option<String>,
        /// The agent that would act; where a call is on record, its own is taken.
        #[arg(long, requires = "user")]
        agent: Option<String>,
        /// The system that the question is of; rights of other systems do not count then.
        #[arg(long)]
        service: Option<String>,
        #[arg(long)]
        action: String,
        #[arg(long)]
        resource: String,
        /// RFC 3339.
        #[arg(long)]
        at: String,
        /// An attribute that conditions speak of, such as amount=40.
        #[arg(long, value_name = "NAME=VALUE")]
        with: Vec<String>,
    },
    /// What one person did, by their own hand and through agents.
    Timeline {
        #[command(flatten)]
        of: OfCase,
        #[arg(long)]
        user: String,
    },
    /// Accounts with the signals for and against a machine behind them; with an ID the whole sheet of one.
    Principals {
        #[command(flatten)]
        of: OfCase,
        /// A login, or NAMESPACE:LOGIN where several have it.
        id: Option<String>,
    },
    /// The register of agents beside the logs: who answers for each, what it did, how far it could reach.
    Agents {
        #[command(flatten)]
        of: OfCase,
    },
    /// Agent x tool: the identity pattern that was seen, the one that the stakes require, and what to change.
    Patterns {
        #[command(flatten)]
        of: OfCase,
    },
    /// Where agents give people more than they have: person x agent x tool, done and possible.
    Bridge {
        #[command(flatten)]
        of: OfCase,
        /// Only this person.
        #[arg(long)]
        person: Option<String>,
        /// Only this agent.
        #[arg(long)]
        agent: Option<String>,
        /// In lists (csv, ndjson): what could be done, instead of what was.
        #[arg(long)]
        potential: bool,
    },
    /// Tokens; with an ID the passport of one: whose, for what, how long, out of which, and how each use fits.
    Tokens {
        #[command(flatten)]
        of: OfCase,
        id: Option<String>,
    },
    /// How far attribution reaches, as four numbers that are never folded into one.
    Coverage {
        #[command(flatten)]
        of: OfCase,
    },
    /// What could not be read, kept or understood, with its place.
    Losses {
        #[command(flatten)]
        of: OfCase,
    },
    /// What the review is about: objective, period, systems, agents, confirmed criteria. Calls outside are context.
    Scope {
        #[command(flatten)]
        of: OfCase,
        /// A TOML file with the scope; without it the present scope is shown.
        #[arg(long, requires = "by")]
        set: Option<PathBuf>,
        /// Who sets it: recorded in the reviewer's log.
        #[arg(long)]
        by: Option<String>,
    },
    /// How each export was obtained, and whether its source's count is the count that was read.
    Receipts {
        #[command(flatten)]
        of: OfCase,
    },
    /// Whether the exports are whole and fit each other: holes, overlaps, clocks, CloudTrail's digests.
    Completeness {
        #[command(flatten)]
        of: OfCase,
    },
    /// A record as it came, byte for byte.
    Raw {
        #[command(flatten)]
        of: OfCase,
        id: String,
    },
    /// Write the findings report; the ending of the file name chooses the format (.html, .csv, .json).
    Report {
        #[command(flatten)]
        of: OfCase,
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Printed on every page, such as "Privileged and confidential".
        #[arg(long)]
        marking: Option<String>,
        /// Who prepared the report.
        #[arg(long)]
        prepared_by: Option<String>,
    },
    /// The window's interface in a browser of this machine, until the command is ended.
    Serve {
        #[command(flatten)]
        of: OfCase,
        /// A fixed port; any free one otherwise.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Recompute every hash and count of a case.
    Verify { path: PathBuf },
    /// The rules, and their own examples.
    Rules {
        #[command(subcommand)]
        what: RulesCommand,
    },
    /// Mapping files for in-house logs.
    Mapping {
        #[command(subcommand)]
        what: MappingCommand,
    },
    /// Make the demonstration case, analyse it and write its reports.
    Demo {
        /// Where the case and its reports go.
        #[arg(long, default_value = "demo")]
        to: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// One line a rule.
    List,
    /// A rule in full, with its text.
    Show { id: String },
    /// Run the examples of all rules, or of one.
    Test { id: Option<String> },
}

#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// What a mapping reads of an export, and what it leaves.
    Check {
        mapping: PathBuf,
        #[arg(long, value_name = "EXPORT")]
        against: PathBuf,
    },
    /// Propose a mapping for an export that no source knows, with the evidence for each line.
    Learn {
        export: PathBuf,
        /// Where the mapping file goes; it is printed otherwise.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}
