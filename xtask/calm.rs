//! An ordinary month of a company, of any size, with about ten faults planted in it: is the queue of findings short, and
//! are the faults among its first?
//!
//! People at desks, agents with the person's token, agents that name the person, agents that send others, an agent on a
//! schedule, engineers on GitHub, backups and consoles in the cloud, sign-ins; leavers who left, guests, denials, sampled traces.
//! `WORLD/exports`, `WORLD/gateway.mapping.toml`, and `WORLD/truth.json`: `{calls, faults: [{name, rule, ids}], people}`.

mod company;
mod desk;
mod faults;
mod log;

use std::error::Error;
use std::path::Path;

pub use company::Company;
pub use faults::{Fault, PLANTED};

use crate::dice::Dice;
use crate::json::Json;
use desk::Month;
use log::Logs;

/// Shares of a hundred ordinary calls.
const ON_BEHALF: u64 = 34;
const HYBRID: u64 = 56;
const FAN_OUT: u64 = 66;
const SCHEDULED: u64 = 74;
const BY_HAND: u64 = 88;

/// Writes a month of about `calls` calls; the same bytes for the same numbers. Returns the planted faults.
pub fn write(calls: u64, seed: u64, folder: &Path) -> Result<Vec<Fault>, Box<dyn Error>> {
    let exports = folder.join("exports");
    std::fs::create_dir_all(&exports)?;
    std::fs::write(folder.join("gateway.mapping.toml"), log::MAPPING)?;
    let mut dice = Dice::new(seed);
    let company = Company::new(&mut dice, calls);
    company.write(&exports)?;
    let mut month = Month { dice, company: &company, logs: Logs::create(&exports)?, calls: 0 };
    while month.calls < calls {
        match month.dice.next() % 100 {
            n if n < ON_BEHALF => month.on_behalf()?,
            n if n < HYBRID => month.hybrid()?,
            n if n < FAN_OUT => month.fan_out()?,
            n if n < SCHEDULED => month.scheduled()?,
            n if n < BY_HAND => month.by_hand()?,
            _ => month.in_the_cloud()?,
        }
    }
    let faults = faults::plant(&mut month)?;
    let written = month.calls;
    month.logs.close()?;
    let listed = faults.iter().map(|f| {
        Json::Object(vec![
            ("name", Json::from(f.name)),
            ("rule", Json::from(f.rule)),
            ("ids", Json::List(f.ids.iter().map(|id| Json::Text(id.clone())).collect())),
        ])
    });
    let truth = Json::Object(vec![
        ("calls", Json::Int(written as i64)),
        ("faults", Json::List(listed.collect())),
        ("people", Json::List(company.ordinary().map(Json::Text).collect())),
    ]);
    std::fs::write(folder.join("truth.json"), truth.line())?;
    Ok(faults)
}
