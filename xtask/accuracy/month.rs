//! A company in good health: what agents and people did, and beside the exports who caused each call.

use std::collections::BTreeSet;

use crate::dice::Dice;
use crate::fixtures::cloud::Caller;
use crate::fixtures::company::{self, Agent, CLAIMS_COPILOT, MARKET_SCOUT, OPS_PILOT, POLICY_READER, Who};
use crate::fixtures::desk::Pusher;
use crate::fixtures::switchboard::{BRIEF, Bearer, Call, NOTE, PAY, READ, SEARCH};
use crate::fixtures::traffic;
use crate::fixtures::truth::Verdict;
use crate::fixtures::world::{Run, Spawned, Told, World, text};
use crate::json::Json;
use crate::time::{self, MINUTE, SECOND};

/// One execution of an agent as it was, whatever the exports come to say of it.
#[derive(Clone)]
pub struct Execution {
    pub run: Run,
    pub person: Option<Who>,
    /// The execution that spawned it.
    pub parent: Option<usize>,
    pub at: i64,
    pub ends: i64,
    /// Its span, as a place in the world's spans.
    pub span: usize,
}

/// A call as it was.
#[derive(Clone)]
pub struct Fact {
    pub source: &'static str,
    pub id: String,
    /// Nobody where none was to be named: a service at work.
    pub human: Option<String>,
    pub agent: Option<&'static str>,
    /// Whose rights were used; none where that is not asked.
    pub authority: Option<String>,
    pub execution: Option<usize>,
    /// Its record, as a place among its source's.
    pub record: usize,
    pub span: Option<usize>,
    /// Its token, as a place among the issuances.
    pub token: Option<usize>,
    /// A damage touched what tells of it.
    pub touched: bool,
    /// Nothing in the exports speaks against what the damage makes of it.
    pub traceless: bool,
}

pub struct Company {
    pub world: World,
    pub executions: Vec<Execution>,
    pub facts: Vec<Fact>,
    /// Spans that no export holds.
    pub lost: BTreeSet<usize>,
    /// Chance of what is done to it, apart from the chance that made it.
    pub dice: Dice,
    bunch: i64,
}

pub const SWITCHBOARD: &str = "mapping:switchboard";
pub const CLOUDTRAIL: &str = "aws_cloudtrail";
const KUBERNETES: &str = "kubernetes_audit";
const GITHUB: &str = "github_audit";

/// `size` is how many people's requests each way of working has.
pub fn healthy(seed: u64, size: usize) -> Company {
    let mut company = Company {
        world: World::new(seed),
        executions: Vec::new(),
        facts: Vec::new(),
        lost: BTreeSet::new(),
        dice: Dice::new(seed ^ 0xDA_4A6E),
        bunch: 0,
    };
    for turn in 0..size {
        company.on_behalf(turn);
        company.hybrid(turn);
        company.fan_out(turn, Told::Everywhere);
        company.fan_out(turn, Told::Context);
        company.fan_out(turn, Told::CallId);
        company.fan_out(turn, Told::RunId);
        company.in_aws(turn);
        company.on_the_cluster(turn);
        company.by_hand(turn);
        company.unattended(turn);
        company.batch(turn);
    }
    company
}

impl Company {
    /// Three people at a time start within twenty seconds: requests run side by side.
    fn moment(&mut self, turn: usize) -> i64 {
        if turn.is_multiple_of(3) || self.bunch == 0 {
            self.bunch = self.world.moment_between(2, 6);
        }
        self.bunch + self.world.dice.between(0, 20 * SECOND)
    }

    fn begin(&mut self, told: Told, agent: &'static Agent, at: i64, seconds: i64, person: Option<Who>) -> usize {
        self.world.told = told;
        let run = self.world.start(agent, at, seconds, person);
        self.execution(run, person, None, at, seconds)
    }

    fn spawn(&mut self, parent: usize, at: i64, seconds: i64, how: Spawned) -> usize {
        let above = self.executions[parent].clone();
        let run = self.world.spawn(&above.run, at, seconds, how);
        self.execution(run, above.person, Some(parent), at, seconds)
    }

    fn execution(&mut self, run: Run, person: Option<Who>, parent: Option<usize>, at: i64, seconds: i64) -> usize {
        let span = self.world.spans.len() - 1;
        self.executions.push(Execution { run, person, parent, at, ends: at + seconds * SECOND, span });
        self.executions.len() - 1
    }

    /// Writes a call of an execution through the switchboard.
    fn call(&mut self, execution: usize, call: &Call<'_>, authority: Option<String>) -> usize {
        let (agent, spans) = (self.executions[execution].run.agent.id, self.world.spans.len());
        let human = self.executions[execution].person.map(|who| who.email());
        let verdict = Verdict { human: human.clone(), agent: Some(agent), grade: "", why: "", certain: true };
        let id = self.world.call(call, verdict);
        self.facts.push(Fact {
            source: SWITCHBOARD,
            id,
            human,
            agent: Some(agent),
            authority,
            execution: Some(execution),
            record: self.world.switchboard.len() - 1,
            span: (self.world.spans.len() > spans).then_some(spans),
            token: call.pass.map(|_| self.world.tokens.len() - 1),
            touched: false,
            traceless: false,
        });
        self.facts.len() - 1
    }

    fn elsewhere(&mut self, source: &'static str, id: String, human: Option<String>, agent: Option<&'static str>) {
        let record = match source {
            CLOUDTRAIL => &self.world.cloudtrail,
            KUBERNETES => &self.world.kubernetes,
            _ => &self.world.github,
        };
        self.facts.push(Fact {
            source,
            id,
            human,
            agent,
            authority: None,
            execution: None,
            record: record.len() - 1,
            span: None,
            token: None,
            touched: false,
            traceless: false,
        });
    }

    /// The agent with the person's token; every third record does not name the person, which the token does.
    fn on_behalf(&mut self, turn: usize) {
        let mut handlers = company::department("claims");
        handlers.truncate(4);
        let (at, person) = (self.moment(turn), handlers[turn % handlers.len()]);
        let begun = self.begin(Told::Everywhere, &CLAIMS_COPILOT, at, 40, Some(person));
        let run = self.executions[begun].run.clone();
        let tool = if turn.is_multiple_of(4) { NOTE } else { PAY };
        let pass = self.world.usual_pass(at + 4 * SECOND, person, tool, &run);
        let mut call = Call::new(at + 6 * SECOND, tool, traffic::claim(&mut self.world), &run);
        call.bearer = Bearer::Lent;
        call.acting_for = (turn % 3 != 2).then_some(person);
        call.person_judged = call.acting_for.is_some();
        call.amount = (tool.action == PAY.action).then(|| self.world.dice.between(40, 2_400));
        call.pass = Some(&pass);
        call.about = (turn % 5 == 4).then(|| handlers[(turn + 3) % handlers.len()]);
        let authority = call.person_judged.then(|| person.email());
        self.call(begun, &call, authority);
    }

    /// The agent's own credential, both on the record.
    fn hybrid(&mut self, turn: usize) {
        let desk = company::department("underwriting");
        let (at, person) = (self.moment(turn), desk[turn % desk.len()]);
        let begun = self.begin(Told::Everywhere, &POLICY_READER, at, 60, Some(person));
        let run = self.executions[begun].run.clone();
        for step in 0..2 {
            let mut call =
                Call::new(at + (7 + 9 * step) * SECOND, READ, traffic::policy(&mut self.world, "policy/home/*"), &run);
            call.acting_for = Some(person);
            call.person_judged = true;
            self.call(begun, &call, Some(person.email()));
        }
    }

    /// A root that names the person, sub-runs below it, a sub-run of a sub-run; tools at each.
    fn fan_out(&mut self, turn: usize, told: Told) {
        let readers = traffic::research_desk();
        let (at, person) = (self.moment(turn), readers[(turn * 5 + told as usize) % readers.len()]);
        let root = self.begin(told, &MARKET_SCOUT, at, 180, Some(person));
        self.search(root, at + 3 * SECOND, turn);
        let by_name = [Spawned::Below, Spawned::Linked, Spawned::Named];
        let ways = if told.by_run_id() { &by_name[..] } else { &by_name[..2] };
        let child = self.spawn(root, at + 6 * SECOND, 120, ways[turn % ways.len()]);
        self.search(child, at + 14 * SECOND, turn);
        self.search(child, at + 29 * SECOND, turn + 1);
        let second = self.spawn(root, at + 8 * SECOND, 60, ways[(turn + 1) % ways.len()]);
        self.search(second, at + 16 * SECOND, turn);
        let deep = self.spawn(child, at + 36 * SECOND, 60, Spawned::Below);
        self.search(deep, at + 41 * SECOND, turn + 2);
    }

    fn search(&mut self, execution: usize, at: i64, turn: usize) -> usize {
        let run = self.executions[execution].run.clone();
        let tool = if turn.is_multiple_of(3) { BRIEF } else { SEARCH };
        let resource =
            if turn.is_multiple_of(3) { traffic::brief(&mut self.world) } else { traffic::market(&mut self.world) };
        let mut call = Call::new(at, tool, resource, &run);
        // The owner of what is searched, who asked for nothing.
        let readers = traffic::research_desk();
        call.about = (turn % 5 == 1).then(|| readers[(turn + 2) % readers.len()]);
        self.call(execution, &call, Some(MARKET_SCOUT.id.into()))
    }

    /// The same agent in AWS: by a run's tag, by source identity, by `onBehalfOf`.
    fn in_aws(&mut self, turn: usize) {
        let readers = traffic::research_desk();
        let (at, person) = (self.moment(turn), readers[(turn * 3 + 1) % readers.len()]);
        let begun = turn.is_multiple_of(3).then(|| self.begin(Told::RunId, &MARKET_SCOUT, at, 90, Some(person)));
        let run = begun.map(|n| self.executions[n].run.clone());
        let named = (turn % 3 == 1).then_some(person);
        let session = self.world.assume(at + SECOND, &MARKET_SCOUT, named, run.as_ref());
        for step in 0..2 {
            let (ask, behalf) = (traffic::rates(&mut self.world), (turn % 3 == 2).then_some(person));
            let verdict = Verdict::named(person, Some(MARKET_SCOUT.id), "", "");
            let id = self.world.aws(at + (5 + 6 * step) * SECOND, &session, ask, None, behalf, verdict);
            self.elsewhere(CLOUDTRAIL, id, Some(person.email()), Some(MARKET_SCOUT.id));
            if let Some(fact) = self.facts.last_mut() {
                // With `onBehalfOf` role and user are judged together.
                (fact.execution, fact.authority) = (begun, behalf.is_none().then(|| MARKET_SCOUT.id.into()));
            }
        }
    }

    fn on_the_cluster(&mut self, turn: usize) {
        let platform = company::department("platform");
        let (at, person) = (self.moment(turn), platform[turn % platform.len()]);
        let begun = self.begin(Told::RunId, &OPS_PILOT, at, 50, Some(person));
        let run = self.executions[begun].run.clone();
        let verdict = Verdict::named(person, Some(OPS_PILOT.id), "B", "");
        let object = ("apps", "deployments", "claims-web", "intake");
        let id =
            self.world.cluster(at + 9 * SECOND, &Caller::Impersonating(person, &run), "patch", object, true, verdict);
        self.elsewhere(KUBERNETES, id, Some(person.email()), Some(OPS_PILOT.id));
        if let Some(fact) = self.facts.last_mut() {
            (fact.execution, fact.authority) = (Some(begun), Some(person.email()));
        }
    }

    fn by_hand(&mut self, turn: usize) {
        let platform = company::department("platform");
        let (at, person) = (self.moment(turn), platform[(turn + 1) % platform.len()]);
        self.world.sign_in(at - 20 * MINUTE, person);
        let verdict = || Verdict::named(person, None, "B", "");
        let id = match turn % 3 {
            0 => {
                let object = ("", "pods", "claims-web", "intake-0");
                let id = self.world.cluster(at, &Caller::Person(person), "get", object, true, verdict());
                self.elsewhere(KUBERNETES, id, Some(person.email()), None);
                return;
            }
            1 => {
                self.world.aws_by_hand(at, person);
                let id = self.world.cloudtrail.last().map(|record| record.id.clone()).unwrap_or_default();
                self.elsewhere(CLOUDTRAIL, id, Some(person.email()), None);
                return;
            }
            _ => self.world.push(at, &Pusher::Person(person), "claims-web"),
        };
        self.elsewhere(GITHUB, id, Some(person.email()), None);
    }

    /// Controllers, a declared app, and runs that a schedule starts: nobody is to be named.
    fn unattended(&mut self, turn: usize) {
        let at = time::march(2, 1, 0) + turn as i64 * 37 * MINUTE;
        match turn % 3 {
            0 => {
                let object = ("apps", "replicasets", "claims-web", "intake-7");
                let caller = Caller::Controller("deployment-controller");
                let id = self.world.cluster(at, &caller, "update", object, true, Verdict::nobody(None, "", ""));
                self.elsewhere(KUBERNETES, id, None, None);
            }
            1 => {
                let id = self.world.push(at, &Pusher::App, "claims-web");
                self.elsewhere(GITHUB, id, None, None);
            }
            _ => {
                let begun = self.begin(Told::Everywhere, &MARKET_SCOUT, at, 60, None);
                let span = self.executions[begun].span;
                if let Json::List(attributes) = self.world.spans[span].body.at("attributes") {
                    attributes.push(text("faas.trigger", "timer"));
                }
                self.search(begun, at + 5 * SECOND, 1);
            }
        }
    }

    /// A run that gathers two prompts of one person.
    fn batch(&mut self, turn: usize) {
        let readers = traffic::research_desk();
        let person = readers[(turn * 7 + 2) % readers.len()];
        if turn.is_multiple_of(4) {
            self.batch_of(turn, &[person, person]);
        }
    }

    /// A run that gathers prompts, with a call for each. Gives the calls' places.
    pub fn batch_of(&mut self, turn: usize, people: &[Who]) -> Vec<usize> {
        let at = self.moment(turn);
        let prompts: Vec<usize> =
            people.iter().map(|who| self.begin(Told::Everywhere, &MARKET_SCOUT, at, 15, Some(who))).collect();
        let runs: Vec<Run> = prompts.iter().map(|n| self.executions[*n].run.clone()).collect();
        let run = self.world.batch(&MARKET_SCOUT, at + 10 * SECOND, 300, &runs.iter().collect::<Vec<_>>());
        let gathered = self.execution(run, None, None, at + 10 * SECOND, 300);
        let mut calls = Vec::new();
        for (step, who) in people.iter().enumerate() {
            let call = self.search(gathered, at + (20 + 4 * step as i64) * SECOND, 0);
            self.facts[call].human = Some(who.email());
            calls.push(call);
        }
        calls
    }
}
