//! Delegated user tokens: what each may do, where, for how long, and on how many calls it was used.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

use super::super::entitlement::Answer;
use super::super::world::World;
use super::scope::{self, Detail};
use crate::case::{AttributedRow, CallFact, TokenFact, TokenRow};
use crate::lineage::Clocks;
use crate::model::{Attribute, Time};

/// A token id with all that its records say.
#[derive(Debug, Default)]
pub(super) struct Token {
    event: Option<i64>,
    pub subject: Option<i64>,
    /// The outermost actor, else a client that is not the subject itself.
    pub agent: Option<i64>,
    /// The whole chain of actors, outermost first.
    pub actors: Vec<i64>,
    /// The token that it was exchanged from.
    pub parent: Option<i64>,
    /// The run that its own record names, as its key.
    pub run: Option<i64>,
    issuer: Option<i64>,
    pub audience: Vec<String>,
    pub scope: Vec<String>,
    pub details: Vec<Detail>,
    start: Option<Time>,
    end: Option<Time>,
    revoked: Option<Time>,
    /// Whose clock the life bears.
    source: Option<i64>,
    /// A person is the subject, and the token is not the client's own.
    pub delegated: bool,
}

pub(super) struct Tokens {
    clocks: Clocks,
    by_id: BTreeMap<i64, Token>,
    vocabulary: Vocabulary,
}

/// The words of the case that scopes and audiences are held against.
#[derive(Default)]
struct Vocabulary {
    /// Audiences with at least one scope that matches a logged action.
    answerable: FxHashSet<String>,
    /// Services that calls were logged for, in lower case.
    services: BTreeSet<String>,
    /// Services that some audience of the case names.
    named: BTreeSet<String>,
}

/// What the call's own record says of its token, where no token record is in the case.
pub(super) struct OnRecord<'a> {
    pub audience: Option<&'a str>,
    pub scope: Option<&'a str>,
}

impl Tokens {
    #[allow(clippy::type_complexity, reason = "rows of (service, action, audience, scope)")]
    pub(super) fn new(world: &World<'_>, rows: &[(Option<i64>, Option<i64>, Option<i64>, Option<i64>)]) -> Tokens {
        let mut by_id: BTreeMap<i64, Token> = BTreeMap::new();
        // Where records of one token differ the earliest speaks first, whichever file it came in.
        let mut rows_of_tokens: Vec<&TokenRow> = world.context.tokens.iter().collect();
        rows_of_tokens.sort_by_key(|r| {
            (r.time, r.expires, world.text(r.scope), world.text(r.audience), r.details.as_deref(), world.text(r.issuer))
        });
        for row in rows_of_tokens {
            let Some(jti) = row.jti else { continue };
            let token = by_id.entry(jti).or_default();
            token.merge(row, world);
        }
        let vocabulary = Vocabulary::new(world, &by_id, rows);
        Tokens { clocks: world.clocks.clone(), by_id, vocabulary }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Token> {
        self.by_id.get(&id)
    }

    /// Every token with its id, in the order of ids.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, &Token)> {
        self.by_id.iter().map(|(id, token)| (*id, token))
    }

    /// Whether the scopes of two hops are words of one vocabulary: one audience, or both of the logged actions.
    pub(super) fn comparable(&self, a: &Token, b: &Token) -> bool {
        let alike = |x: &[String], y: &[String]| x.iter().any(|w| y.contains(w));
        a.audience.is_empty()
            || b.audience.is_empty()
            || alike(&a.audience, &b.audience)
            || (self.vocabulary.answers(&a.audience) && self.vocabulary.answers(&b.audience))
    }

    pub(super) fn scope_covers(
        &self,
        token: Option<&Token>,
        record: &OnRecord<'_>,
        action: &str,
        resource: Option<&str>,
        attributes: &[(String, Attribute)],
    ) -> (Answer, Option<String>) {
        let own = words(record.scope);
        let (scopes, details, audience) = match token {
            Some(t) if !t.scope.is_empty() || !t.details.is_empty() => {
                (&t.scope, t.details.as_slice(), t.audience.clone())
            }
            _ => (&own, [].as_slice(), words(record.audience)),
        };
        // Details name actions in the resource's own words; only scopes can be of another vocabulary.
        let details_alone = !details.is_empty() && scope::working(scopes).next().is_none();
        let answerable = details_alone || self.vocabulary.answers(&audience);
        scope::scope_covers(scopes, details, action, resource, attributes, answerable)
    }

    /// Whether the token was meant for the service called. Open where no audience of the case ever names that service:
    /// then audiences and services are different vocabularies.
    pub(super) fn audience_covers(
        &self,
        token: Option<&Token>,
        record: &OnRecord<'_>,
        service: Option<&str>,
    ) -> (Answer, Option<String>) {
        let own = words(record.audience);
        let audience = token.map(|t| &t.audience).filter(|a| !a.is_empty()).unwrap_or(&own);
        let Some(service) = service else {
            return (Answer::Unknown, Some("the record names no service".into()));
        };
        if audience.is_empty() {
            return (Answer::Unknown, Some("neither token nor record states an audience".into()));
        }
        if audience.iter().any(|a| a == "*" || names_service(a, service)) {
            return (Answer::Yes, None);
        }
        let elsewhere = audience.iter().any(|a| self.vocabulary.services.iter().any(|s| names_service(a, s)));
        if elsewhere || self.vocabulary.named.contains(&service.to_lowercase()) {
            return (Answer::No, Some(format!("the token is for {}, the call went to {service}", audience.join(" "))));
        }
        (Answer::Unknown, Some(format!("no audience in the case names {service}")))
    }

    /// Whether a use, at a time on the clock of its source, lies inside the token's life as far as clocks tell.
    pub(super) fn inside_life(&self, token: Option<&Token>, used: Option<(i64, Time)>) -> (Answer, Option<String>) {
        let (Some(token), Some(used)) = (token, used) else { return (Answer::Unknown, None) };
        if token.start.is_none() && token.end.is_none() && token.revoked.is_none() {
            return (Answer::Unknown, Some("the token's life is in no export".into()));
        }
        let issuer = |at: Time| (token.source.unwrap_or(used.0), at);
        // Microseconds that the second moment is surely after the first.
        let after = |first, second| {
            let (apart, bound) = self.clocks.between(first, second);
            (apart > bound).then_some(apart)
        };
        if let Some(early) = token.start.and_then(|start| after(used, issuer(start))) {
            return (Answer::No, Some(format!("used {} before it began", span(early))));
        }
        if let Some(late) = token.revoked.and_then(|revoked| after(issuer(revoked), used)) {
            return (Answer::No, Some(format!("used {} after it was revoked", span(late))));
        }
        if let Some(late) = token.end.and_then(|end| after(issuer(end), used)) {
            return (Answer::No, Some(format!("used {} after it ended", span(late))));
        }
        (Answer::Yes, None)
    }

    /// Facts of every token id, with what its calls were.
    pub(super) fn facts(&self, uses: &Uses, world: &World<'_>) -> Vec<TokenFact> {
        let mut ids: BTreeSet<i64> = self.by_id.keys().copied().collect();
        ids.extend(uses.by_token.keys());
        ids.into_iter().map(|id| self.fact(id, uses.by_token.get(&id), world)).collect()
    }

    fn fact(&self, id: i64, used: Option<&Use>, world: &World<'_>) -> TokenFact {
        let none = Token::default();
        let token = self.by_id.get(&id).unwrap_or(&none);
        let scopes =
            if token.scope.is_empty() { used.map(|u| u.scope.as_slice()).unwrap_or_default() } else { &token.scope };
        let count = |set: Option<&BTreeSet<i64>>| set.map_or(0, |s| s.len() as u32);
        TokenFact {
            token: id,
            event: token.event,
            subject: token.subject.or(used.and_then(|u| u.persons.first().copied())),
            agent: token
                .agent
                .or(used.and_then(|u| u.agents.first().copied()))
                .filter(|a| world.party(Some(*a)).is_some()),
            issuer: token.issuer,
            delegated: token.delegated || used.is_some(),
            life_seconds: match (token.start, token.end) {
                (Some(start), Some(end)) => Some((end.0 - start.0) / crate::model::time::SECOND),
                _ => None,
            },
            uses: used.map_or(0, |u| u.calls),
            runs: count(used.map(|u| &u.runs)),
            persons: count(used.map(|u| &u.persons)),
            actions: count(used.map(|u| &u.actions)),
            classes: used.map_or(0, |u| u.classes.len() as u32),
            broad: scopes.iter().find(|s| scope::broad(s)).cloned(),
            scopes: scope::working(scopes).count() as u32,
            impact: used.map_or(2, |u| u.impact),
            rated: used.is_some_and(|u| u.rated),
        }
    }
}

impl Token {
    /// The first record of it.
    pub(super) fn event(&self) -> Option<i64> {
        self.event
    }

    /// Another record of the same token id: an issuance, a revocation, the same token in another log.
    fn merge(&mut self, row: &TokenRow, world: &World<'_>) {
        let first = |slot: &mut Option<i64>, value: Option<i64>| *slot = slot.or(value);
        first(&mut self.event, Some(row.event));
        first(&mut self.source, Some(row.source));
        let party = |p: i64| world.party_at(p, row.time, None);
        let subject = row.subject.and_then(party);
        let own = row.actors.is_empty() && row.client.is_some() && row.client == row.subject;
        self.delegated |= world.is_person(subject) && !own;
        first(&mut self.subject, subject);
        let actor = row.actors.first().copied().or(row.client.filter(|c| Some(*c) != row.subject));
        first(&mut self.agent, actor.and_then(party));
        if self.actors.is_empty() {
            self.actors = row.actors.iter().filter_map(|a| party(*a)).collect();
        }
        first(&mut self.parent, row.parent.filter(|p| Some(*p) != row.jti));
        first(&mut self.run, row.run);
        first(&mut self.issuer, row.issuer);
        if self.audience.is_empty() {
            self.audience = words(world.text(row.audience));
        }
        if self.scope.is_empty() {
            self.scope = words(world.text(row.scope));
        }
        if self.details.is_empty() {
            self.details = row.details.as_deref().map(Detail::parse).unwrap_or_default();
        }
        self.start = self.start.or(row.not_before).or(row.issued_at).or(row.expires.and(row.time));
        self.end = self.end.or(row.expires);
        self.revoked = [self.revoked, row.revoked].into_iter().flatten().min();
    }
}

impl Vocabulary {
    #[allow(clippy::type_complexity, reason = "rows of (service, action, audience, scope)")]
    fn new(
        world: &World<'_>,
        tokens: &BTreeMap<i64, Token>,
        rows: &[(Option<i64>, Option<i64>, Option<i64>, Option<i64>)],
    ) -> Vocabulary {
        let actions: BTreeSet<&str> = rows.iter().filter_map(|r| world.text(r.1)).collect();
        let services: BTreeSet<String> = rows.iter().filter_map(|r| world.text(r.0)).map(str::to_lowercase).collect();
        // Few distinct scopes stand on many tokens: each is held against the logged actions once.
        let mut scopes: BTreeMap<(String, String), ()> = BTreeMap::new();
        let mut audiences: BTreeSet<String> = BTreeSet::new();
        let mut answerable: FxHashSet<String> = FxHashSet::default();
        let mut note = |audience: &[String], scope: &[String]| {
            let nobody = [String::new()];
            for a in if audience.is_empty() { &nobody } else { audience } {
                audiences.insert(a.clone());
                for s in scope {
                    scopes.insert((a.clone(), s.clone()), ());
                }
            }
        };
        for token in tokens.values() {
            note(&token.audience, &token.scope);
        }
        for row in rows {
            note(&words(world.text(row.2)), &words(world.text(row.3)));
        }
        for (audience, scope) in scopes.keys() {
            // A scope for everything matches every word: it does not show that the others are words of the log.
            let all = scope.chars().all(|c| matches!(c, '*' | '.' | ':' | '/'));
            let says = !all && actions.iter().any(|a| scope::names(scope, a));
            if says && !answerable.contains(audience) {
                answerable.insert(audience.clone());
            }
        }
        let named = services.iter().filter(|s| audiences.iter().any(|a| names_service(a, s))).cloned().collect();
        Vocabulary { answerable, services, named }
    }

    fn answers(&self, audience: &[String]) -> bool {
        if audience.is_empty() {
            self.answerable.contains("")
        } else {
            audience.iter().any(|a| self.answerable.contains(a))
        }
    }
}

/// By name, or as a URI whose host or path names it.
fn names_service(audience: &str, service: &str) -> bool {
    if audience.eq_ignore_ascii_case(service) {
        return true;
    }
    let Some((_, rest)) = audience.split_once("://").or_else(|| audience.split_once("urn:")) else {
        // `payments.fern.example` without a scheme is a host all the same.
        return audience.contains('.')
            && audience.split(['.', '/', ':']).any(|part| part.eq_ignore_ascii_case(service));
    };
    rest.split(['.', '/', ':', '?', '#']).any(|part| part.eq_ignore_ascii_case(service))
        || rest.split(['/', '?', '#']).any(|part| part.eq_ignore_ascii_case(service))
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or("").split([' ', ',']).filter(|w| !w.is_empty()).map(str::to_string).collect()
}

fn span(micros: i64) -> String {
    let seconds = micros / crate::model::time::SECOND;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Calls of delegated tokens.
#[derive(Default)]
pub(super) struct Uses {
    by_token: FxHashMap<i64, Use>,
}

#[derive(Default)]
struct Use {
    calls: u32,
    runs: BTreeSet<i64>,
    persons: BTreeSet<i64>,
    agents: BTreeSet<i64>,
    actions: BTreeSet<i64>,
    classes: BTreeSet<&'static str>,
    scope: Vec<String>,
    impact: u8,
    rated: bool,
}

impl Uses {
    /// Runs that a token was used in.
    pub(super) fn runs(&self, token: i64) -> impl Iterator<Item = i64> + '_ {
        self.by_token.get(&token).into_iter().flat_map(|used| used.runs.iter().copied())
    }

    pub(super) fn see(&mut self, row: &AttributedRow, fact: &CallFact, world: &World<'_>) {
        let Some(token) = fact.token else { return };
        let used = self.by_token.entry(token).or_default();
        used.calls += 1;
        used.runs.extend(row.run);
        used.persons.extend(row.human);
        used.agents.extend(row.agent);
        used.actions.extend(row.action);
        used.classes.insert(fact.effect);
        if used.scope.is_empty() {
            used.scope = words(world.text(row.scope));
        }
        if fact.impact > used.impact {
            (used.impact, used.rated) = (fact.impact, fact.rated);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_names_a_service_by_word_host_or_path() {
        assert!(names_service("payments", "payments"));
        assert!(names_service("https://payments.fern.example", "payments"));
        assert!(names_service("https://api.fern.example/payments/v1", "payments"));
        assert!(names_service("https://s3.amazonaws.com", "s3.amazonaws.com"));
        assert!(names_service("api://ehr", "ehr"));
        assert!(!names_service("notes", "payments"));
        assert!(!names_service("https://payments-archive.fern.example", "payments"));
    }

    #[test]
    fn sixty_seconds_of_clock_are_given() {
        let tokens = Tokens { clocks: Clocks::default(), by_id: BTreeMap::new(), vocabulary: Vocabulary::default() };
        let at = |text| Time::parse(text);
        let token = Token {
            start: at("2026-03-03T10:00:00Z"),
            end: at("2026-03-03T10:05:00Z"),
            revoked: at("2026-03-03T10:04:00Z"),
            ..Token::default()
        };
        let held = |text| tokens.inside_life(Some(&token), at(text).map(|t| (7, t))).0;
        assert_eq!(held("2026-03-03T09:59:10Z"), Answer::Yes);
        assert_eq!(held("2026-03-03T09:58:50Z"), Answer::No);
        assert_eq!(held("2026-03-03T10:04:59Z"), Answer::Yes);
        assert_eq!(held("2026-03-03T10:05:30Z"), Answer::No);
        assert_eq!(tokens.inside_life(None, at("2026-03-03T10:00:00Z").map(|t| (7, t))).0, Answer::Unknown);
    }
}
