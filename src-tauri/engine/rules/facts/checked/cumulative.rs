//! Calls within a limit that are beyond it together (AZ-13): sums per person and action over a day or a resource.

use rustc_hash::FxHashMap;

use super::super::super::condition::{Per, sum_of};
use super::super::super::entitlement::{Answer, Question, answer};
use super::super::super::world::World;
use super::super::tokens::{OnRecord, Token, Tokens};
use crate::case::{CheckedRow, CumulativeFact};
use crate::model::time::DAY;
use crate::model::{Attribute, Time};

/// What is summed: source, whose limit, under which grant or by which agent, action, attribute, over which day or resource,
/// in which currency. One effect in two logs is summed once in each.
type Key = (i64, i64, i64, i64, String, Per, i64, String);

pub(super) struct Cumulative<'a> {
    world: &'a World<'a>,
    tokens: &'a Tokens,
    /// Attributes with cumulative maximums, by the event of the grant.
    grants: FxHashMap<i64, Vec<(String, Per)>>,
    sums: FxHashMap<(bool, Key), (f64, u32)>,
}

impl<'a> Cumulative<'a> {
    pub(super) fn new(world: &'a World<'a>, tokens: &'a Tokens) -> Cumulative<'a> {
        Cumulative { world, tokens, grants: world.rights.sums(), sums: FxHashMap::default() }
    }

    pub(super) fn looks_at(&self, row: &CheckedRow) -> bool {
        row.outcome == 0 && (self.limits_of_right(row).is_some() || self.token(row).is_some())
    }

    fn limits_of_right(&self, row: &CheckedRow) -> Option<(i64, &[(String, Per)])> {
        let grant = row.entitled_by.filter(|_| row.entitled == "yes")?;
        self.grants.get(&grant).map(|limits| (grant, limits.as_slice()))
    }

    fn token(&self, row: &CheckedRow) -> Option<&'a Token> {
        let token = self.tokens.get(row.token?)?;
        token.details.iter().any(|d| d.sums().next().is_some()).then_some(token)
    }

    /// Adds a call to its sums, in the order of time, and tells of those that it takes beyond their limit.
    pub(super) fn see(&mut self, row: &CheckedRow, question: Option<&Question<'_>>) -> Vec<CumulativeFact> {
        let mut out = Vec::new();
        let Some(question) = question.filter(|_| row.outcome == 0) else { return out };
        let of_right = self.limits_of_right(row).map(|(grant, limits)| (grant, limits.to_vec()));
        if let (Some(person), Some((grant, limits))) = (row.human, of_right) {
            for (attribute, per) in limits {
                let Some(sum) = self.sum(row, question, (person, grant, false), &attribute, per) else { continue };
                let with = sum.beside(question.attributes, &attribute, per);
                let said = answer(&self.world.rights, person, &Question { attributes: &with, ..*question });
                if said.answer == Answer::No {
                    out.push(sum.fact(row.event, "right", person, attribute, per, said.because.into_iter().next()));
                }
            }
        }
        if let Some(token) = self.token(row)
            && let Some(person) = token.subject
        {
            let mut limits: Vec<(String, Per)> = token
                .details
                .iter()
                .filter(|d| d.names(question.action))
                .flat_map(|d| d.sums().map(|(a, p)| (a.to_string(), p)))
                .collect();
            limits.sort();
            limits.dedup();
            let nothing = OnRecord { audience: None, scope: None };
            let held = |attributes: &[(String, Attribute)]| {
                self.tokens.scope_covers(Some(token), &nothing, question.action, question.resource, attributes)
            };
            if held(question.attributes).0 == Answer::No {
                return out;
            }
            let agent = row.agent.or(token.agent).unwrap_or(0);
            for (attribute, per) in limits {
                let Some(sum) = self.sum(row, question, (person, agent, true), &attribute, per) else { continue };
                let nothing = OnRecord { audience: None, scope: None };
                let with = sum.beside(question.attributes, &attribute, per);
                let (said, why) =
                    self.tokens.scope_covers(Some(token), &nothing, question.action, question.resource, &with);
                if said == Answer::No {
                    out.push(sum.fact(row.event, "token", person, attribute, per, why));
                }
            }
        }
        out
    }

    /// The sum with this call in it; none where the call does not carry the number, or no time or resource to sum over.
    fn sum(
        &mut self,
        row: &CheckedRow,
        question: &Question<'_>,
        (whose, under, by_token): (i64, i64, bool),
        attribute: &str,
        per: Per,
    ) -> Option<Sum> {
        let named = |name: &str| question.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        let Some(Attribute::Number { value, currency }) = named(attribute) else { return None };
        let beside = match named("currency") {
            Some(Attribute::Text(text)) if currency.is_none() => text.trim().to_lowercase(),
            _ => String::new(),
        };
        let unit = currency.as_deref().map_or(beside, str::to_lowercase);
        let over = match per {
            Per::Day => row.time.map(|Time(at)| at.div_euclid(DAY))?,
            Per::Resource => row.resource?,
        };
        let key = (row.source, whose, under, row.action?, attribute.to_lowercase(), per, over, unit);
        let slot = self.sums.entry((by_token, key)).or_default();
        *slot = (slot.0 + value, slot.1 + 1);
        Some(Sum { total: (slot.0 * 1e6).round() / 1e6, calls: slot.1, currency: currency.clone() })
    }
}

struct Sum {
    total: f64,
    calls: u32,
    currency: Option<String>,
}

impl Sum {
    fn beside(&self, attributes: &[(String, Attribute)], attribute: &str, per: Per) -> Vec<(String, Attribute)> {
        let sum = Attribute::Number { value: self.total, currency: self.currency.clone() };
        attributes.iter().cloned().chain([(sum_of(attribute, per), sum)]).collect()
    }

    fn fact(
        &self,
        event: i64,
        basis: &'static str,
        whose: i64,
        attribute: String,
        per: Per,
        why: Option<String>,
    ) -> CumulativeFact {
        CumulativeFact { event, basis, whose, attribute, per: per.word(), total: self.total, calls: self.calls, why }
    }
}
