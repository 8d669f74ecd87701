//! Facts that rules select from, as the rows that the fact builders write.

use rusqlite::params;

use super::derived::Derived;
use super::error::CaseError;
use crate::model::{Skew, Time};

/// Facts of one call.
#[derive(Debug, Clone)]
pub struct CallFact {
    pub event: i64,
    /// Belongs to the tested population of AG and AZ rules.
    pub agents_call: bool,
    pub effect: &'static str,
    pub impact: u8,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required_pattern: Option<String>,
    /// `yes`, `no`, `unknown`.
    pub entitled: &'static str,
    /// `grant`, `explicit_deny`, `no_matching_grant`, `missing`.
    pub entitled_basis: &'static str,
    pub entitled_why: Option<String>,
    /// Event of the deciding entitlement row.
    pub entitled_by: Option<i64>,
    pub agent_entitled: &'static str,
    /// `person`, `agent`, `robot`, `other`, `unknown`.
    pub decided_on: &'static str,
    /// `stated`, `certain`, `unknown`.
    pub decided_basis: &'static str,
    /// Days from the recorded end of the attributed person to the call, where positive.
    pub days_after_end: Option<f64>,
    /// String id of a delegated user token's id.
    pub token: Option<i64>,
    /// The party that the token's own record names as actor or client.
    pub token_actor: Option<i64>,
    /// `issuer` where a token record is in the case, `call` where only the call's own words are.
    pub token_witness: Option<&'static str>,
    pub scope_covers: &'static str,
    pub audience_covers: &'static str,
    pub inside_life: &'static str,
    pub subject_is_runs_person: &'static str,
    pub token_why: Option<String>,
    /// The denied call that this one went round.
    pub refused_before: Option<i64>,
    pub refused_minutes: Option<f64>,
    /// Product name of a learned agent user agent on this call.
    pub learned_agent: Option<String>,
    pub run_agent: Option<i64>,
    pub run_person: Option<i64>,
}

/// Facts of one token id.
#[derive(Debug, Clone)]
pub struct TokenFact {
    pub token: i64,
    pub event: Option<i64>,
    pub subject: Option<i64>,
    pub agent: Option<i64>,
    pub issuer: Option<i64>,
    pub delegated: bool,
    pub life_seconds: Option<i64>,
    pub uses: u32,
    pub runs: u32,
    pub persons: u32,
    pub actions: u32,
    pub classes: u32,
    /// The scope that covers everything or a listed broad class.
    pub broad: Option<String>,
    /// Scopes beside openid, profile, email, offline_access.
    pub scopes: u32,
    pub impact: u8,
    pub rated: bool,
}

/// Facts of one account: a principal on the wire.
#[derive(Debug, Clone, Default)]
pub struct AccountFact {
    pub principal: i64,
    pub party: Option<i64>,
    pub human_type: bool,
    pub unbacked: bool,
    /// The directory knows the account (as shared or service).
    pub known: bool,
    pub active: bool,
    /// False where every namespace that it is active in is not covered by the directory.
    pub covered: bool,
    pub calls: u32,
    pub marked: u32,
    pub learned: u32,
    pub learned_product: Option<String>,
    pub sign_ins: u32,
    /// Why interactive sign-ins and automation stand together on it.
    pub mixed: Option<String>,
    /// Other people who caused its calls.
    pub others: u32,
    pub rhythm_signals: u32,
    pub rhythm_why: Option<String>,
    pub spread: Option<String>,
    /// Nothing says that an agent used the credential.
    pub spread_by_hand: bool,
    pub spread_credential: Option<i64>,
    pub impact: u8,
    pub rated: bool,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// Interactive uses of an account that is an agent's or a service's.
    pub by_hand: u32,
    /// Calls by an agent on the account's own credential, more than a day after its end.
    pub ghost: u32,
    pub ghost_days: Option<f64>,
    /// Calls by an agent on a person's own credential that is no delegated token, and how many others caused them.
    pub lent: u32,
    pub lent_others: u32,
    /// Calls on a person's own long-lived credential whose client names itself as automation, where they are most of them.
    pub declared: u32,
    pub points: u32,
    /// `untested`, `none`, `watch`, `indicated`.
    pub verdict: &'static str,
    /// (fact, events that it rests on)
    pub events: Vec<(&'static str, Vec<i64>)>,
}

/// Accounts of a source, and how many of them the directory does not know.
#[derive(Debug, Clone, Copy)]
pub struct NamespaceFact {
    pub source: i64,
    pub active: u32,
    pub unknown: u32,
    pub uncovered: bool,
}

/// A traced tool call held against its audit source.
#[derive(Debug, Clone)]
pub struct TracedFact {
    pub event: i64,
    pub run: Option<i64>,
    pub tool: i64,
    pub agent: Option<i64>,
    pub found: bool,
    /// `tool_call`, `run_and_tool`, `nothing`.
    pub joined_by: &'static str,
    pub traced: u32,
    pub traced_found: u32,
    pub effect: &'static str,
    pub impact: u8,
    pub rated: bool,
}

/// A place where a source's log is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoleFact {
    pub source: i64,
    pub stream: Option<i64>,
    /// `silence`, `sequence`, `missing_file`, `altered_file`.
    pub kind: &'static str,
    /// The record before the hole, or the digest that tells of it.
    pub before: i64,
    pub after: Option<i64>,
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// The longest usual gap of that hour of the week, in microseconds.
    pub usual: Option<i64>,
    /// Numbers that are missing.
    pub missing: Option<i64>,
    /// The log file that the digest lists.
    pub object: Option<String>,
}

impl Derived<'_> {
    pub fn call_fact(&self, f: &CallFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO call_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)",
            )?
            .execute(params![
                f.event,
                f.agents_call,
                f.effect,
                f.impact,
                f.rated,
                f.per_user,
                f.regulated,
                f.required_pattern,
                f.entitled,
                f.entitled_basis,
                f.entitled_why,
                f.entitled_by,
                f.agent_entitled,
                f.decided_on,
                f.decided_basis,
                f.days_after_end,
                f.token,
                f.token_actor,
                f.token_witness,
                f.scope_covers,
                f.audience_covers,
                f.inside_life,
                f.subject_is_runs_person,
                f.token_why,
                f.refused_before,
                f.refused_minutes,
                f.learned_agent,
                f.run_agent,
                f.run_person
            ])?;
        Ok(())
    }

    pub fn token_fact(&self, f: &TokenFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO token_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?
            .execute(params![
                f.token,
                f.event,
                f.subject,
                f.agent,
                f.issuer,
                f.delegated,
                f.life_seconds,
                f.uses,
                f.runs,
                f.persons,
                f.actions,
                f.classes,
                f.broad,
                f.scopes,
                f.impact,
                f.rated
            ])?;
        Ok(())
    }

    pub fn account_fact(&self, f: &AccountFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached(
                "INSERT INTO account_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)",
            )?
            .execute(params![
                f.principal,
                f.party,
                f.human_type,
                f.unbacked,
                f.known,
                f.active,
                f.covered,
                f.calls,
                f.marked,
                f.learned,
                f.learned_product,
                f.sign_ins,
                f.mixed,
                f.others,
                f.rhythm_signals,
                f.rhythm_why,
                f.spread,
                f.spread_by_hand,
                f.spread_credential,
                f.impact,
                f.rated,
                f.first.map(|t| t.0),
                f.last.map(|t| t.0),
                f.by_hand,
                f.ghost,
                f.ghost_days,
                f.lent,
                f.lent_others,
                f.points,
                f.verdict,
                f.declared
            ])?;
        for (fact, events) in &f.events {
            for (n, event) in events.iter().enumerate() {
                self.tx.prepare_cached("INSERT INTO account_events VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                    f.principal,
                    fact,
                    n as i64,
                    event
                ])?;
            }
        }
        Ok(())
    }

    pub fn namespace_fact(&self, f: &NamespaceFact) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO namespace_facts VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            f.source,
            f.active,
            f.unknown,
            f.uncovered
        ])?;
        Ok(())
    }

    pub fn traced_fact(&self, f: &TracedFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT INTO traced_facts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?
            .execute(params![
                f.event,
                f.run,
                f.tool,
                f.agent,
                f.found,
                f.joined_by,
                f.traced,
                f.traced_found,
                f.effect,
                f.impact,
                f.rated
            ])?;
        Ok(())
    }

    pub fn hole_fact(&self, f: &HoleFact) -> Result<(), CaseError> {
        self.tx
            .prepare_cached("INSERT INTO hole_facts VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
            .execute(params![
                f.source,
                f.stream,
                f.kind,
                f.before,
                f.after,
                f.from.map(|t| t.0),
                f.to.map(|t| t.0),
                f.usual,
                f.missing,
                f.object
            ])?;
        Ok(())
    }

    pub fn clock(&self, skew: &Skew) -> Result<(), CaseError> {
        self.tx.prepare_cached("INSERT INTO clocks VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            skew.a,
            skew.b,
            skew.offset,
            skew.bound,
            skew.pairs as i64
        ])?;
        Ok(())
    }

    pub fn clocks(&self) -> Result<Vec<Skew>, CaseError> {
        let mut query = self.tx.prepare("SELECT a, b, offset_us, bound_us, pairs FROM clocks ORDER BY a, b")?;
        let rows = query.query_map([], |r| {
            let pairs: i64 = r.get(4)?;
            Ok(Skew { a: r.get(0)?, b: r.get(1)?, offset: r.get(2)?, bound: r.get(3)?, pairs: pairs.max(0) as usize })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
