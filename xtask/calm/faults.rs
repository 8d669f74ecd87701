//! What is not ordinary: about ten faults, each of people whom nothing else concerns, with the calls that show it.

use std::io::Result;

use super::company::LEAVER;
use super::desk::Month;
use super::log::{Call, NOTE, RECORD, REFUND, Token};
use crate::time::{self, HOUR, MINUTE, SECOND};

/// How many.
pub const PLANTED: usize = 11;

pub struct Fault {
    pub name: &'static str,
    /// The rule that must tell of it.
    pub rule: &'static str,
    /// Calls, or token ids.
    pub ids: Vec<String>,
}

pub fn plant(month: &mut Month<'_>) -> Result<Vec<Fault>> {
    Ok(vec![
        orphans(month)?,
        broken_fan_out(month)?,
        two_starters(month)?,
        beyond_the_person(month)?,
        refused_then_done(month)?,
        after_the_end(month)?,
        expired(month)?,
        beyond_the_scope(month)?,
        anothers_token(month)?,
        long_life(month)?,
        robot(month)?,
    ])
}

fn day(day: i64, hour: i64) -> i64 {
    time::march(day, hour, 13)
}

/// A call with the person's token; what differs is changed by the caller.
fn lent<'a>(at: i64, person: &'a str, run: &'a str, token: &'a Token) -> Call<'a> {
    Call {
        at,
        tool: REFUND,
        thing: 40_001,
        amount: Some(90),
        status: "ok",
        caller: "refund-desk",
        kind: "delegated",
        person: Some(person),
        evaluated: vec![person, "refund-desk"],
        run: Some(run),
        token: Some(token),
    }
}

/// Health records read in a run that nobody started.
fn orphans(month: &mut Month<'_>) -> Result<Fault> {
    let run = month.dice.uuid();
    month.root(day(11, 9), "chart-reader", &run, None, None)?;
    let mut ids = Vec::new();
    for n in 1..=6 {
        ids.push(month.unattended("chart-reader", day(11, 9) + n * 5 * SECOND, RECORD, 40_100 + n, &run)?);
    }
    Ok(Fault { name: "a run without a start", rule: "AG-02", ids })
}

/// A run below one that no export holds.
fn broken_fan_out(month: &mut Month<'_>) -> Result<Fault> {
    let (run, above, trace, span, parent) =
        (month.dice.uuid(), month.dice.uuid(), month.dice.hex(32), month.dice.hex(16), month.dice.hex(16));
    month.logs.span(&super::log::Span {
        trace: &trace,
        span: &span,
        parent: Some(&parent),
        agent: "reader",
        run: &run,
        parent_run: Some(&above),
        person: None,
        trigger: None,
        at: day(12, 10),
        seconds: 60,
    })?;
    let mut ids = Vec::new();
    for n in 1..=4 {
        ids.push(month.unattended("reader", day(12, 10) + n * 5 * SECOND, RECORD, 40_200 + n, &run)?);
    }
    Ok(Fault { name: "a run below a missing one", rule: "AG-03", ids })
}

/// One run that two people started.
fn two_starters(month: &mut Month<'_>) -> Result<Fault> {
    let (run, at) = (month.dice.uuid(), day(13, 11));
    for n in [3, 4] {
        let email = month.company.concerned(n).email.clone();
        month.root(at + n as i64 * SECOND, "chart-reader", &run, Some(&email), None)?;
    }
    let ids = vec![month.unattended("chart-reader", at + 9 * SECOND, RECORD, 40_301, &run)?];
    Ok(Fault { name: "a run of two people", rule: "AG-05", ids })
}

/// A refund far above what the person may give.
fn beyond_the_person(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(16, 10), month.dice.uuid());
    let person = concerned_of(month, "support", 0);
    let token = month.pass(at, &person, "refund-desk", REFUND, &run)?;
    let ids = vec![month.call(&Call { amount: Some(9_000), ..lent(at + 5 * SECOND, &person, &run, &token) })?];
    Ok(Fault { name: "a refund that the person has no right to", rule: "AZ-01", ids })
}

fn concerned_of(month: &Month<'_>, department: &str, nth: usize) -> String {
    let all = (0..12).map(|n| month.company.concerned(n)).filter(|p| p.id != month.company.concerned + LEAVER);
    all.filter(|p| p.department == department).nth(nth).map(|p| p.email.clone()).unwrap_or_default()
}

/// The person was refused; the agent did it on its own rights.
fn refused_then_done(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(17, 14), month.dice.uuid());
    let person = concerned_of(month, "research", 1);
    month.root(at - SECOND, "chart-reader", &run, Some(&person), None)?;
    let mut call = Call {
        at,
        tool: RECORD,
        thing: 40_401,
        amount: None,
        status: "denied",
        caller: "chart-reader",
        kind: "service",
        person: Some(&person),
        evaluated: vec![&person],
        run: Some(&run),
        token: None,
    };
    month.call(&call)?;
    (call.at, call.status, call.evaluated) = (at + 90 * SECOND, "ok", vec!["chart-reader"]);
    let ids = vec![month.call(&call)?];
    Ok(Fault { name: "refused to the person, done by the agent", rule: "AZ-07", ids })
}

/// On behalf of somebody who had left eleven days before.
fn after_the_end(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(20, 9), month.dice.uuid());
    let person = month.company.concerned(LEAVER).email.clone();
    let token = month.pass(at, &person, "refund-desk", REFUND, &run)?;
    let ids = vec![month.call(&lent(at + 5 * SECOND, &person, &run, &token))?];
    Ok(Fault { name: "on behalf of a leaver", rule: "AZ-10", ids })
}

/// A token three hours after it ended.
fn expired(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(18, 9), month.dice.uuid());
    let person = concerned_of(month, "support", 0);
    let token = month.pass(at, &person, "refund-desk", REFUND, &run)?;
    let ids = vec![month.call(&lent(at + 4 * HOUR, &person, &run, &token))?];
    Ok(Fault { name: "an expired token", rule: "AZ-05", ids })
}

/// A token for refunds, used for a note.
fn beyond_the_scope(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(19, 15), month.dice.uuid());
    let person = concerned_of(month, "support", 1);
    let mut token = month.pass(at, &person, "refund-desk", REFUND, &run)?;
    token.audience = "payments";
    let mut call = lent(at + 5 * SECOND, &person, &run, &token);
    (call.tool, call.amount) = (super::log::Tool { service: "payments", ..NOTE }, None);
    let ids = vec![month.call(&call)?];
    Ok(Fault { name: "beyond the token's scope", rule: "AZ-03", ids })
}

/// A run of one person with the token of another.
fn anothers_token(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(23, 10), month.dice.uuid());
    let (person, other) = (concerned_of(month, "clinic", 0), concerned_of(month, "clinic", 1));
    month.root(at - SECOND, "chart-reader", &run, Some(&person), None)?;
    let token = month.pass(at, &other, "chart-reader", RECORD, "")?;
    let mut call = lent(at + 5 * SECOND, &other, &run, &token);
    (call.tool, call.amount, call.caller, call.person, call.thing) = (RECORD, None, "chart-reader", None, 40_501);
    call.evaluated = vec![&other, "chart-reader"];
    let ids = vec![month.call(&call)?];
    Ok(Fault { name: "the token of another person", rule: "AZ-06", ids })
}

/// A token that lives for thirty hours and covers everything.
fn long_life(month: &mut Month<'_>) -> Result<Fault> {
    let (at, run) = (day(24, 9), month.dice.uuid());
    let person = concerned_of(month, "support", 0);
    let token = Token {
        jti: month.dice.hex(20),
        subject: person.clone(),
        agent: "refund-desk".into(),
        audience: "payments",
        scope: "*".into(),
        at,
        seconds: 30 * 3_600,
        run: run.clone(),
    };
    month.logs.token(&token)?;
    month.call(&lent(at + MINUTE, &person, &run, &token))?;
    Ok(Fault { name: "a token for thirty hours", rule: "TK-01", ids: vec![token.jti] })
}

/// An account of nobody, on a person's kind of login, with an agent in it.
fn robot(month: &mut Month<'_>) -> Result<Fault> {
    let mut ids = Vec::new();
    for n in 0..8 {
        let run = month.dice.uuid();
        month.root(day(5 + n, 10) - SECOND, "clerk", &run, None, Some("schedule"))?;
        ids.push(month.call(&Call {
            at: day(5 + n, 10),
            tool: NOTE,
            thing: 40_600 + n,
            amount: None,
            status: "ok",
            caller: "office.helper@example.org",
            kind: "user",
            person: None,
            evaluated: vec!["office.helper@example.org"],
            run: Some(&run),
            token: None,
        })?);
    }
    Ok(Fault { name: "a user that is nobody", rule: "RU-01", ids })
}
