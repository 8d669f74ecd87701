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

/// What is said on a report beside what the case holds, and how much its reader sees.
#[derive(Debug, Args)]
pub struct Said {
    /// Printed on every page, such as "Privileged and confidential".
    #[arg(long)]
    pub marking: Option<String>,
    /// Who prepared the report.
    #[arg(long)]
    pub prepared_by: Option<String>,
    /// The organisation under review.
    #[arg(long)]
    pub entity: Option<String>,
    /// Such as "draft 2" or "1.0"; a report without one is a draft.
    #[arg(long)]
    pub report_version: Option<String>,
    /// names (at grade B or better), pseudonyms, or aggregate (no line about a call).
    #[arg(long, value_name = "LEVEL")]
    pub redact: Option<String>,
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
    /// Write the findings report; the ending of the file name chooses the format (.pdf, .html, .xlsx, .csv, .json,
    /// .oscal.json, .ocsf.ndjson, .issues.csv).
    Report {
        #[command(flatten)]
        of: OfCase,
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        said: Said,
    },
    /// Write an evidence package: reports, cited records, hashes, rules, logs; `sha256sum -c` and `behalf verify` check it.
    Package {
        #[command(flatten)]
        of: OfCase,
        /// A new folder, or a new archive where the name ends in .zip.
        #[arg(long, value_name = "DIR|ZIP")]
        to: PathBuf,
        #[command(flatten)]
        said: Said,
        /// A report that goes in, by its ending, such as pdf or oscal.json; all of them where none is named.
        #[arg(long = "report", value_name = "ENDING")]
        reports: Vec<String>,
        /// With the exports themselves, where they still lie unchanged where they were imported from.
        #[arg(long)]
        originals: bool,
        /// With a copy of the case: whoever checks the package computes every finding again.
        #[arg(long)]
        with_case: bool,
        /// Sign with this minisign secret key.
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
        /// A file with the password of that key.
        #[arg(long, value_name = "FILE", requires = "sign")]
        password_file: Option<PathBuf>,
    },
    /// The window's interface in a browser of this machine, until the command is ended.
    Serve {
        #[command(flatten)]
        of: OfCase,
        /// A fixed port; any free one otherwise.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Recompute every hash and count of a case, or check an evidence package (a folder or a .zip).
    Verify {
        path: PathBuf,
        /// The minisign public key, or its file, of whoever is said to have signed the package.
        #[arg(long, value_name = "KEY")]
        public_key: Option<String>,
    },
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
