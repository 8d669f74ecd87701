//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use crate::acts::{Acting, During, Kind, Suspected};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum View {
    Audit,
    Subject,
    Disclosure,
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
        /// One agent in full: rights granted and used, people, classes of data, credentials.
        id: Option<String>,
    },
    /// How far a token, key, session or account reached: uses, what was derived from it, what was touched, what cannot be seen.
    Exposure {
        #[command(flatten)]
        of: OfCase,
        /// Its id as the exports record it (jti, access key id, hashed_token, session), or an account.
        #[arg(long, value_name = "ID", conflicts_with = "secret", required_unless_present = "secret")]
        credential: Option<String>,
        /// Read the secret itself from standard input; it is hashed in memory and never stored, and the search is logged.
        #[arg(long, requires = "by")]
        secret: bool,
        /// Who searches: recorded in the reviewer's log.
        #[arg(long)]
        by: Option<String>,
        /// Tell uses before and after this moment apart (RFC 3339).
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Who touched a record, and which sources could hold more.
    Ledger {
        #[command(flatten)]
        of: OfCase,
        /// As the exports name it; * is any characters.
        resource: String,
        /// For the audit, for the person whose data it is (staff masked), or as an accounting of disclosures.
        #[arg(long, value_enum, default_value_t = View::Audit)]
        view: View,
        /// A date or RFC 3339.
        #[arg(long)]
        from: Option<String>,
        /// A date, whole, or RFC 3339.
        #[arg(long)]
        to: Option<String>,
    },
    /// This review against the last one: findings that are new, repeated, re-opened, closed.
    Changes {
        #[command(flatten)]
        of: OfCase,
        /// The case of the last review.
        other: PathBuf,
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
    /// What to ask IT for next: exports with their exact filters, the calls that each may settle, and what to log from now on.
    Requests {
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
    /// Make a case; with --from it begins with what the last review decided, and none of its evidence.
    New {
        #[command(flatten)]
        of: OfCase,
        /// The last review's case.
        #[arg(long, value_name = "FILE", requires = "by")]
        from: Option<PathBuf>,
        /// Who carries it over: recorded in the log.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Say that two accounts are one.
    Join {
        #[command(flatten)]
        acting: Acting,
        a: String,
        b: String,
        #[command(flatten)]
        during: During,
        /// The directory has a row for each, and they are one all the same.
        #[arg(long)]
        confirm: bool,
    },
    /// Say that an account is not that of whoever it was given to.
    Split {
        #[command(flatten)]
        acting: Acting,
        account: String,
        #[command(flatten)]
        during: During,
    },
    /// Say what an account is, with all that is joined to it.
    Rekind {
        #[command(flatten)]
        acting: Acting,
        account: String,
        kind: Kind,
        #[command(flatten)]
        during: During,
    },
    /// Mark an account, a credential, a host or a source: what it wrote is a hint from then on.
    Suspect {
        #[command(flatten)]
        acting: Acting,
        #[command(flatten)]
        what: Suspected,
    },
    /// The values of parameters, their ranges, and which of them this case has set.
    Policy {
        #[command(flatten)]
        of: OfCase,
        /// Such as RU-06.days=30.
        #[arg(long, value_name = "KEY=NUMBER", requires = "by")]
        set: Vec<String>,
        /// Back to the shipped value.
        #[arg(long, value_name = "KEY", requires = "by")]
        reset: Vec<String>,
        /// Who decides: recorded in the log.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Why: recorded in the log.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Record it, and leave the analysis as it is.
        #[arg(long)]
        later: bool,
    },
    /// The reviewer's acts in their order, and the head of their chain.
    Log {
        #[command(flatten)]
        of: OfCase,
    },
    /// Take an act back, by a further act; an undo can be undone.
    Undo {
        #[command(flatten)]
        acting: Acting,
        /// Its number in the log.
        act: u32,
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
    List {
        /// With the rules of this case.
        #[arg(long, value_name = "FILE")]
        case: Option<PathBuf>,
    },
    /// A rule in full, with its text.
    Show {
        id: String,
        #[arg(long, value_name = "FILE")]
        case: Option<PathBuf>,
    },
    /// Run the examples of all rules, of one, or of a rule file (FILE.toml).
    Test {
        id: Option<String>,
        #[arg(long, value_name = "FILE")]
        case: Option<PathBuf>,
    },
    /// Add a rule of your own to a case: see docs/rules.md.
    Add {
        #[command(flatten)]
        acting: Acting,
        file: PathBuf,
    },
    /// Take a rule of your own out of a case.
    Remove {
        #[command(flatten)]
        acting: Acting,
        id: String,
    },
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
