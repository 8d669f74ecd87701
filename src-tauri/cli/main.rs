//! The command `behalf`: all that the window does.
//!
//! Exit codes: 0 done, whatever the answer; 1 could not; 2 wrong usage.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the command line is where Behalf prints")]

mod agents;
mod answers;
mod approved;
mod args;
mod demo;
mod evidence;
mod handover;
mod import;
mod mapping;
mod output;
mod serve;

use std::process::ExitCode;

use behalf_engine::model::EdgeError;
use clap::Parser;

use args::{Behalf, Command};

fn main() -> ExitCode {
    let behalf = Behalf::parse();
    match run(&behalf) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.code == output::CLOSED => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("behalf: {}", output::plain(&error.message));
            if !error.hint.is_empty() {
                eprintln!("  {}", output::plain(&error.hint));
            }
            ExitCode::from(if error.code == "usage" { 2 } else { 1 })
        }
    }
}

fn run(behalf: &Behalf) -> Result<(), EdgeError> {
    let format = behalf.format;
    match &behalf.command {
        Command::Import { of, mapping, threads, paths } => import::import(&of.case, mapping, *threads, paths, format),
        Command::Analyze { of } => import::analyze(&of.case, format),
        Command::Attributions { of } => answers::attributions(&of.case, format),
        Command::Findings { of, rule, severity } => {
            answers::findings(&of.case, rule.as_deref(), severity.as_deref(), format)
        }
        Command::Who { of, id } => answers::who(&of.case, id, format),
        Command::Approved { of, id } => approved::approved(&of.case, id, format),
        Command::Authorized { of, user, action, resource, at, with } => {
            let user = user.as_deref();
            answers::authorized(&of.case, &answers::Question { user, action, resource, at, with }, format)
        }
        Command::Timeline { of, user } => answers::timeline(&of.case, user, format),
        Command::Principals { of, id: None } => agents::principals(&of.case, format),
        Command::Principals { of, id: Some(id) } => agents::principal(&of.case, id, format),
        Command::Agents { of } => agents::agents(&of.case, format),
        Command::Patterns { of } => agents::patterns(&of.case, format),
        Command::Coverage { of } => answers::coverage(&of.case, format),
        Command::Losses { of } => evidence::losses(&of.case, format),
        Command::Scope { of, set, by } => evidence::scope(&of.case, set.as_deref(), by.as_deref(), format),
        Command::Receipts { of } => evidence::receipts(&of.case, format),
        Command::Completeness { of } => evidence::completeness(&of.case, format),
        Command::Raw { of, id } => answers::raw(&of.case, id),
        Command::Report { of, to, said } => handover::report(&of.case, to, said),
        Command::Package { of, to, said, reports, originals, with_case, sign, password_file } => {
            let chosen = handover::Chosen {
                reports,
                originals: *originals,
                with_case: *with_case,
                sign: sign.as_deref(),
                password_file: password_file.as_deref(),
            };
            handover::package(&of.case, to, said, &chosen, format)
        }
        Command::Serve { of, port } => serve::serve(&of.case, *port),
        Command::Verify { path, public_key } => handover::verify(path, public_key.as_deref(), format),
        Command::Rules { what } => answers::rules(what, format),
        Command::Mapping { what } => mapping::mapping(what, format),
        Command::Demo { to } => demo::demo(to),
    }
}
