//! The command `behalf`: all that the window does.
//!
//! Exit codes: 0 done, whatever the answer; 1 could not; 2 wrong usage.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the command line is where Behalf prints")]

mod acts;
mod agents;
mod allowed;
mod answers;
mod approved;
mod args;
mod demo;
mod evidence;
mod handover;
mod import;
mod mapping;
mod output;
mod review;
mod rules;
mod reach;
mod requests;
mod serve;

use std::process::ExitCode;

use behalf_engine::model::EdgeError;
use behalf_engine::review::Wanted;
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
        Command::Authorized { of, user, agent, service, action, resource, at, with } => {
            let (user, agent, service) = (user.as_deref(), agent.as_deref(), service.as_deref());
            let question = answers::Question { user, agent, service, action, resource, at, with };
            answers::authorized(&of.case, &question, format)
        }
        Command::Bridge { of, person, agent, potential } => {
            allowed::bridge(&of.case, person.as_deref(), agent.as_deref(), *potential, format)
        }
        Command::Tokens { of, id: None } => allowed::tokens(&of.case, format),
        Command::Tokens { of, id: Some(id) } => allowed::token(&of.case, id, format),
        Command::Timeline { of, user } => answers::timeline(&of.case, user, format),
        Command::Principals { of, id: None } => agents::principals(&of.case, format),
        Command::Principals { of, id: Some(id) } => agents::principal(&of.case, id, format),
        Command::Agents { of, id: None } => agents::agents(&of.case, format),
        Command::Agents { of, id: Some(id) } => reach::agent(&of.case, id, format),
        Command::Exposure { of, credential: Some(credential), at, .. } => {
            reach::exposure(&of.case, credential, at.as_deref(), format)
        }
        Command::Exposure { of, credential: None, at, by, .. } => {
            reach::exposure_of_secret(&of.case, by.as_deref().unwrap_or_default(), at.as_deref(), format)
        }
        Command::Ledger { of, resource, view, from, to } => {
            let (from, to) = (from.as_deref(), to.as_deref());
            reach::ledger(&of.case, &reach::LedgerAsked { resource, view: *view, from, to }, format)
        }
        Command::Changes { of, other } => reach::changes(&of.case, other, format),
        Command::Patterns { of } => agents::patterns(&of.case, format),
        Command::Coverage { of } => answers::coverage(&of.case, format),
        Command::Losses { of } => evidence::losses(&of.case, format),
        Command::Scope { of, set, by } => evidence::scope(&of.case, set.as_deref(), by.as_deref(), format),
        Command::Receipts { of } => evidence::receipts(&of.case, format),
        Command::Completeness { of } => evidence::completeness(&of.case, format),
        Command::Requests { of } => requests::requests(&of.case, format),
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
        Command::Rules { what } => rules::rules(what, format),
        Command::Join { acting, a, b, during, confirm } => {
            let (a, b, reason) = (a.clone(), b.clone(), acting.reason.clone().unwrap_or_default());
            let (from, to) = (during.from.clone(), during.to.clone());
            review::act(acting, &Wanted::Join { a, b, from, to, confirmed: *confirm, reason }, format)
        }
        Command::Split { acting, account, during } => {
            let (account, reason) = (account.clone(), acting.reason.clone().unwrap_or_default());
            let (from, to) = (during.from.clone(), during.to.clone());
            review::act(acting, &Wanted::Split { account, from, to, reason }, format)
        }
        Command::Rekind { acting, account, kind, during } => {
            let (account, reason) = (account.clone(), acting.reason.clone().unwrap_or_default());
            let (from, to) = (during.from.clone(), during.to.clone());
            review::act(acting, &Wanted::Rekind { account, kind: (*kind).into(), from, to, reason }, format)
        }
        Command::Suspect { acting, what } => review::suspect(acting, what, format),
        Command::Policy { of, set, reset, by, reason, later } => {
            review::policy(&of.case, set, reset, by.as_deref(), reason.as_deref(), *later, format)
        }
        Command::Undo { acting, act } => {
            let reason = acting.reason.clone().unwrap_or_default();
            review::act(acting, &Wanted::Undo { seq: *act, reason }, format)
        }
        Command::Log { of } => review::log(&of.case, format),
        Command::New { of, from, by } => review::new(&of.case, from.as_deref(), by.as_deref(), format),
        Command::Mapping { what } => mapping::mapping(what, format),
        Command::Demo { to } => demo::demo(to),
    }
}
