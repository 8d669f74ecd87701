//! Questions of rights, decisions and tokens: one line into the engine each.

use behalf_engine::ask;
use behalf_engine::ask::authorized::{Asked, Beside};
use behalf_engine::ask::bridge::Narrow;
use behalf_engine::model::{EdgeError, Time};

use super::faults::refused;
use super::open::Bridge;
use super::types::*;

impl Bridge {
    pub fn authorized(&self, question: RightsQuestion) -> Result<Authorized, EdgeError> {
        let RightsQuestion { user, action, resource, at, with, agent, service } = question;
        let at = Time::parse(&at)
            .ok_or_else(|| refused("no_time", format!("{at} is no time"), "Give it as 2026-03-11T13:59:55Z."))?;
        let pair = |text: &String| text.split_once('=').map(|(n, v)| (n.trim().to_string(), v.trim().to_string()));
        let with = with.iter().map(pair).collect::<Option<Vec<_>>>();
        let with =
            with.ok_or_else(|| refused("no_attribute", "an attribute is not NAME=VALUE", "Such as amount=40."))?;
        let asked = Asked { user, action, resource, at, with };
        let beside = Beside { agent: agent.as_deref(), service: service.as_deref() };
        self.ask(|open| ask::authorized::authorized_beside(&open.case, &asked, beside))
    }

    /// None for a record that is no call in scope.
    pub fn verdict(&self, id: String) -> Result<Option<VerdictWords>, EdgeError> {
        self.ask(|open| {
            let (case, loaded) = open.with_loaded()?;
            ask::verdict::verdict(case, loaded, case.find_event(&id)?)
        })
    }

    pub fn bridge_matrix(&self, person: Option<String>, agent: Option<String>) -> Result<BridgeMatrix, EdgeError> {
        let narrow = Narrow { person: person.as_deref(), agent: agent.as_deref() };
        self.ask(|open| ask::bridge::bridge(&open.case, narrow))
    }

    pub fn tokens(&self) -> Result<Vec<TokenRow>, EdgeError> {
        self.ask(|open| ask::tokens::tokens(&open.case))
    }

    pub fn token(&self, id: String) -> Result<Passport, EdgeError> {
        self.ask(|open| ask::tokens::passport(&open.case, &id))
    }
}
