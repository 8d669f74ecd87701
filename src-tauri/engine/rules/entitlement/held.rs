//! What a party holds, right by right, whatever is asked: for a register of rights and for rights that lie idle.

use super::grant::Grant;
use super::{Rights, Whom, aws};
use crate::model::Time;
use crate::rules::glob;

/// One allowing right that a party reaches.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    grant: &'a Grant,
}

impl Rights {
    /// The allowing rights of a party, by itself and through its groups and roles, in the order of their words. What
    /// belongs to everyone is nobody's own.
    pub fn held(&self, party: i64) -> Vec<Held<'_>> {
        let start: Vec<u32> = self.asker(Whom::Party(party)).start.into_iter().collect();
        let reached = self.graph.reached(&start);
        let grants = reached.iter().flat_map(|at| &self.graph.holders[*at as usize].grants);
        let mut held: Vec<Held<'_>> = grants.filter(|g| g.allow).map(|grant| Held { grant }).collect();
        held.sort_by(|a, b| (a.action(), a.resource(), a.event()).cmp(&(b.action(), b.resource(), b.event())));
        held
    }
}

impl<'a> Held<'a> {
    pub fn event(&self) -> i64 {
        self.grant.event
    }

    pub fn service(&self) -> Option<&'a str> {
        self.grant.service.as_deref()
    }

    pub fn action(&self) -> &'a str {
        &self.grant.action
    }

    pub fn resource(&self) -> &'a str {
        &self.grant.resource
    }

    /// Everything on everything.
    pub fn everything(&self) -> bool {
        matches!(self.action(), "*" | "*:*") && self.resource() == "*"
    }

    /// Whether it stood the whole time between two moments.
    pub fn stood(&self, from: Time, to: Time) -> bool {
        self.grant.from.is_none_or(|f| f <= from) && self.grant.to.is_none_or(|t| t > to)
    }

    /// Whether its action is one that a log has a word for: the action itself, or another of the same system.
    pub fn logged_as(&self, service: Option<&str>, action: &str) -> bool {
        let head = |word: &str| word.split_once([':', '.']).map(|(head, _)| head.to_ascii_lowercase());
        self.names(service, action) || (head(self.action()).is_some() && head(self.action()) == head(action))
    }

    pub fn names(&self, service: Option<&str>, action: &str) -> bool {
        if self.grant.iam {
            let permission = aws::permission(action);
            return glob::covers_iam(self.action(), permission.as_deref().unwrap_or(action), true);
        }
        let of = match (self.service(), service) {
            (Some(mine), Some(asked)) if !mine.trim().is_empty() => glob::covers_service(mine, asked),
            _ => true,
        };
        of && glob::covers_word(self.action(), action)
    }

    /// On a resource; a call that does not say on what may be on any.
    pub fn on(&self, resource: Option<&str>) -> bool {
        match resource {
            None => true,
            // A variable may stand for anything: whoever asks what lies idle is told of less.
            Some(_) if self.grant.iam && self.resource().contains("${") => true,
            Some(resource) if self.grant.iam && !resource.starts_with("arn:") => true,
            Some(resource) if self.grant.iam => glob::covers_iam(self.resource(), resource, false),
            Some(resource) => glob::covers(self.resource(), resource),
        }
    }

    /// As a line for a reader.
    pub fn words(&self) -> String {
        format!("{} on {}", self.action(), self.resource())
    }
}
