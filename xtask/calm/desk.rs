//! What is ordinary.

use std::io::Result;

use super::company::{Company, login};
use super::log::{Call, Logs, NOTE, RECORD, REFUND, SEARCH, Span, Token, Tool};
use crate::dice::Dice;
use crate::time::{self, MINUTE, SECOND};

/// Runs of one agent that are traced, of all.
const TRACED: f64 = 0.2;
/// Roots of fan-outs that the export lost, of all.
const LOST: f64 = 0.002;

pub struct Month<'a> {
    pub dice: Dice,
    pub company: &'a Company,
    pub logs: Logs,
    pub calls: u64,
}

impl Month<'_> {
    /// A working moment of the month, Monday to Friday.
    pub fn moment(&mut self) -> i64 {
        let day = loop {
            let day = self.dice.between(2, 31);
            // 1 March 2026 is a Sunday.
            if !matches!((day - 1) % 7, 0 | 6) {
                break day;
            }
        };
        time::march(day, self.dice.between(8, 17), 0) + self.dice.between(0, 60 * MINUTE)
    }

    pub fn pass(&mut self, at: i64, subject: &str, agent: &str, tool: Tool, run: &str) -> Result<Token> {
        let token = Token {
            jti: self.dice.hex(20),
            subject: subject.into(),
            agent: agent.into(),
            audience: tool.service,
            scope: format!("openid profile email {}", tool.action),
            at,
            seconds: 3_600,
            run: run.into(),
        };
        self.logs.token(&token)?;
        Ok(token)
    }

    pub fn call(&mut self, call: &Call<'_>) -> Result<String> {
        self.calls += 1;
        self.logs.call(&mut self.dice, call)
    }

    /// A root of a run, with its ids.
    pub fn root(
        &mut self,
        at: i64,
        agent: &str,
        run: &str,
        person: Option<&str>,
        trigger: Option<&str>,
    ) -> Result<(String, String)> {
        let (trace, span) = (self.dice.hex(32), self.dice.hex(16));
        let told = Span {
            trace: &trace,
            span: &span,
            parent: None,
            agent,
            run,
            parent_run: None,
            person,
            trigger,
            at,
            seconds: 60,
        };
        self.logs.span(&told)?;
        Ok((trace, span))
    }

    /// The agent with the person's own token.
    pub fn on_behalf(&mut self) -> Result<()> {
        let (agent, department, tool) =
            self.dice.pick(&[("refund-desk", "support", REFUND), ("chart-reader", "clinic", RECORD)]);
        let (at, run) = (self.moment(), self.dice.uuid());
        let person = self.company.of(&mut self.dice, department).email.clone();
        if self.dice.chance(0.1) {
            self.logs.sign_in(&mut self.dice, at - 5 * MINUTE, &person)?;
        }
        if self.dice.chance(TRACED) {
            self.root(at - 2 * SECOND, agent, &run, Some(&person), None)?;
        }
        let token = self.pass(at - SECOND, &person, agent, tool, &run)?;
        let calls = 1 + i64::from(self.dice.chance(0.3));
        for n in 0..calls {
            let thing = self.dice.between(1, 40_000);
            let amount = (tool.action == REFUND.action).then(|| self.dice.between(5, 480));
            self.call(&Call {
                at: at + n * 9 * SECOND,
                tool,
                thing,
                amount,
                status: if n > 0 && self.dice_says(0.02) { "error" } else { "ok" },
                caller: agent,
                kind: "delegated",
                person: Some(&person),
                evaluated: vec![&person, agent],
                run: Some(&run),
                token: Some(&token),
            })?;
        }
        Ok(())
    }

    fn dice_says(&self, rate: f64) -> bool {
        // What the next throw will be, without throwing: the arguments around borrow the dice.
        Dice::new(self.calls ^ 0x5EED).chance(rate)
    }

    /// The agent's own credential, with the person in the record.
    pub fn hybrid(&mut self) -> Result<()> {
        let (at, run, tool) = (self.moment(), self.dice.uuid(), self.dice.pick(&[SEARCH, NOTE, SEARCH]));
        let person = self.company.of(&mut self.dice, "finance").email.clone();
        if self.dice.chance(TRACED) {
            self.root(at - SECOND, "clerk", &run, Some(&person), None)?;
        }
        let thing = self.dice.between(1, 9_000);
        self.call(&Call {
            at,
            tool,
            thing,
            amount: None,
            status: if self.dice_says(0.01) { "denied" } else { "ok" },
            caller: "clerk",
            kind: "service",
            person: Some(&person),
            evaluated: vec![&person, "clerk"],
            run: Some(&run),
            token: None,
        })
        .map(drop)
    }

    /// An agent that sends another: the trace alone knows the person.
    pub fn fan_out(&mut self) -> Result<()> {
        let (at, run) = (self.moment(), self.dice.uuid());
        let person = self.company.of(&mut self.dice, "research").email.clone();
        // Sampling loses a root now and then.
        let (trace, span) = match self.dice.chance(LOST) {
            true => (self.dice.hex(32), self.dice.hex(16)),
            false => self.root(at, "researcher", &run, Some(&person), None)?,
        };
        for n in 1..=self.dice.between(1, 4) {
            let (below, child) = (self.dice.uuid(), self.dice.hex(16));
            let at = at + n * 4 * SECOND;
            self.logs.span(&Span {
                trace: &trace,
                span: &child,
                parent: Some(&span),
                agent: "reader",
                run: &below,
                parent_run: Some(&run),
                person: None,
                trigger: None,
                at,
                seconds: 20,
            })?;
            let thing = self.dice.between(1, 9_000);
            self.unattended("reader", at + 3 * SECOND, SEARCH, thing, &below)?;
        }
        Ok(())
    }

    /// A call of an agent on its own rights, of a run that traces tell of.
    pub fn unattended(&mut self, agent: &str, at: i64, tool: Tool, thing: i64, run: &str) -> Result<String> {
        self.call(&Call {
            at,
            tool,
            thing,
            amount: None,
            status: "ok",
            caller: agent,
            kind: "service",
            person: None,
            evaluated: vec![agent],
            run: Some(run),
            token: None,
        })
    }

    /// The indexer, by its schedule.
    pub fn scheduled(&mut self) -> Result<()> {
        let (day, run) = (self.dice.between(1, 31), self.dice.uuid());
        let at = time::march(day, 2, 0) + self.dice.between(0, 90 * MINUTE);
        self.root(at, "nightly-indexer", &run, None, Some("schedule"))?;
        for n in 1..=self.dice.between(2, 8) {
            let (thing, tool) = (self.dice.between(1, 9_000), self.dice.pick(&[SEARCH, SEARCH, NOTE]));
            self.unattended("nightly-indexer", at + n * 3 * SECOND, tool, thing, &run)?;
        }
        Ok(())
    }

    /// Engineers at git, a guest now and then, a bot of the directory.
    pub fn by_hand(&mut self) -> Result<()> {
        let at = self.moment();
        let email = self.company.of(&mut self.dice, "platform").email.clone();
        // One guest for every two hundred people.
        let guests = self.company.concerned as u64 / 200;
        let actor = match self.dice.next() % 100 {
            0 => "backup-example".into(),
            n if n < 3 && guests > 0 => format!("guest{}-example", self.dice.next() % guests),
            _ => format!("{}-example", login(&email)),
        };
        self.calls += 1;
        // Only people move about.
        let with_token = self.dice.chance(0.4) && actor != "backup-example";
        self.logs.push(&mut self.dice, at, &actor, with_token).map(drop)
    }

    /// Backups, and consoles.
    pub fn in_the_cloud(&mut self) -> Result<()> {
        let at = self.moment();
        let by_a_person = self.dice.chance(0.3);
        let email = self.company.of(&mut self.dice, "platform").email.clone();
        if self.dice.chance(0.2) {
            self.logs.sign_in(&mut self.dice, at - 3 * MINUTE, &email)?;
        }
        self.calls += 1;
        self.logs.cloud(&mut self.dice, at, by_a_person.then_some(email.as_str())).map(drop)
    }
}
