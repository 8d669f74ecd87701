//! Facts of accounts: what stands behind each, what marks it as driven by an agent, its rhythm and its spread.

mod peers;

use std::collections::{BTreeMap, BTreeSet};

use self::peers::Peers;
use super::super::world::World;
use super::LISTED;
use super::addresses::Networks;
use super::clients::Learned;
use super::signals;
use super::signals::habit::{Habit, Seen};
use super::stakes::Rated;
use super::surroundings::Surroundings;
use crate::case::{AccountFact, AttributedRow, NamespaceFact, SignalFact, SprawlFact};
use crate::model::time::DAY;
use crate::model::{EntryType, Time};

/// Calls of automation on a person's key, below which it is a person at work with a tool.
const DECLARED_LEAST: u32 = 100;

#[derive(Debug, Default)]
struct Account {
    party: Option<i64>,
    human_type: bool,
    /// Sources in which it had a successful event.
    active_in: BTreeSet<i64>,
    active: Listed,
    calls: u32,
    marked: Listed,
    learned: Listed,
    learned_product: Option<String>,
    sign_ins: Listed,
    last_sign_in: Option<Time>,
    automated: Listed,
    last_automated: Option<Time>,
    /// Calls under a person's account that a run of somebody else, or of nobody, made.
    unexplained: Listed,
    last_unexplained: Option<Time>,
    by_other: bool,
    mixed: bool,
    mixed_unexplained: bool,
    others: BTreeSet<i64>,
    caused: Listed,
    habit: Habit,
    counted: Listed,
    first: Option<Time>,
    last: Option<Time>,
    by_hand: Listed,
    ghost: Listed,
    ghost_days: f64,
    lent: Listed,
    declared: Listed,
    lent_to: BTreeSet<i64>,
    after_end: u32,
    impact: u8,
    rated: bool,
}

/// Events, listed up to a bound and counted beyond it.
#[derive(Debug, Default)]
struct Listed {
    count: u32,
    events: Vec<i64>,
}

impl Listed {
    fn push(&mut self, event: i64) {
        self.count += 1;
        if self.events.len() < LISTED {
            self.events.push(event);
        }
    }
}

/// Use of one long-lived credential.
#[derive(Debug, Default)]
struct Credential {
    account: i64,
    networks: BTreeSet<String>,
    environments: BTreeSet<String>,
    agents: BTreeSet<i64>,
    marked: bool,
    used: Listed,
    first: Option<Time>,
    last: Option<Time>,
}

/// What the accounts of a case show.
#[derive(Default)]
pub(super) struct Shown {
    pub accounts: Vec<AccountFact>,
    pub namespaces: Vec<NamespaceFact>,
    pub signals: Vec<SignalFact>,
    /// (principal, hour of the week, calls, counted)
    pub hours: Vec<(i64, usize, u32, u32)>,
}

pub(super) struct Accounts<'a> {
    world: &'a World<'a>,
    clients: &'a Learned,
    networks: Networks,
    around: Surroundings,
    /// The directory names managers.
    managers: bool,
    accounts: BTreeMap<i64, Account>,
    credentials: BTreeMap<i64, Credential>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(world: &'a World<'a>, clients: &'a Learned) -> Accounts<'a> {
        Accounts {
            world,
            clients,
            networks: Networks::new(&world.context.networks),
            around: Surroundings::new(),
            managers: world.context.directory.iter().any(|row| row.register.manager.is_some()),
            accounts: BTreeMap::new(),
            credentials: BTreeMap::new(),
        }
    }

    /// An attributed event, in the order of time.
    pub(super) fn see(&mut self, row: &AttributedRow, rated: &Rated) {
        let Some(wire) = row.wire else { return };
        self.credential(wire, row);
        // 0 human, 5 shared: the accounts of people, as the source tells them.
        let human_type = matches!(row.source_wire_kind, 0 | 5);
        let (world, clients) = (self.world, self.clients);
        let network = self.around.network(world, &self.networks, row.source_ip);
        let client = self.around.client(world, row.user_agent);
        let automation = self.around.automation(world, row.user_agent);
        // The same browser behind one address is an office.
        if human_type && client.is_some_and(|(_, browser)| !browser) {
            self.around.crowd(wire, row.source_ip, row.user_agent);
        }
        let account = self.accounts.entry(wire).or_default();
        // A login that was handed on, or that two tenants have, is no one person's account.
        let own = row.wire_party.filter(|_| !world.splits(wire));
        account.party = account.party.or(own).or(world.party_of(wire));
        account.human_type |= human_type;
        account.first = account.first.or(row.time);
        account.last = row.time.or(account.last);
        if rated.impact > account.impact {
            (account.impact, account.rated) = (rated.impact, rated.rated);
        }
        if row.outcome == 0 {
            account.active_in.insert(row.source);
            account.active.push(row.event);
        }
        match row.kind {
            0 | 4 => {
                account.call(world, clients.product(row.user_agent), row, (network, client));
                account.lend(world, clients.product(row.user_agent), row);
                account.declare(world, automation, row);
            }
            1 if row.interactive && row.outcome == 0 => account.sign_in(world, row),
            _ => {}
        }
        account.hand(world, row);
    }

    fn credential(&mut self, wire: i64, row: &AttributedRow) {
        let (Some(id), Some(2)) = (row.credential, row.credential_kind) else { return };
        if matches!(row.outcome, 1 | 2) || row.source_wire_kind == 3 {
            return;
        }
        let used = self.credentials.entry(id).or_insert_with(|| Credential { account: wire, ..Credential::default() });
        used.used.push(row.event);
        used.first = used.first.or(row.time);
        used.last = row.time.or(used.last);
        used.agents.extend(row.agent);
        used.marked |= row.agent_evidence || self.clients.product(row.user_agent).is_some();
        // Pods of one agent are one holder, wherever the scheduler put them.
        let agent = self.world.party(row.agent).map(|p| p.shown.to_lowercase());
        let host = self.world.text(row.host).unwrap_or("").to_lowercase();
        match agent.filter(|a| !a.is_empty() && host.starts_with(a.as_str())) {
            Some(agent) => {
                used.networks.insert(format!("pods of {agent}"));
            }
            None => {
                if let Some(place) = self.world.text(row.source_ip).and_then(|ip| self.networks.place(ip)) {
                    used.networks.insert(place.network);
                    used.environments.extend(place.environment);
                }
            }
        }
    }

    /// Facts of all accounts, and of the sources as their namespaces.
    pub(super) fn facts(mut self, sprawl: &BTreeMap<i64, SprawlFact>) -> Shown {
        let namespaces = self.namespaces();
        let uncovered: BTreeSet<i64> = namespaces.iter().filter(|n| n.uncovered).map(|n| n.source).collect();
        let mut spreads: BTreeMap<i64, (String, bool, i64, &Credential)> = BTreeMap::new();
        // By text: numbers of strings follow the order of files.
        let mut credentials: Vec<(&i64, &Credential)> = self.credentials.iter().collect();
        credentials.sort_by_key(|(id, _)| self.world.text(Some(**id)));
        for (id, credential) in credentials {
            if let Some((why, by_hand)) = self.spread(credential) {
                spreads.entry(credential.account).or_insert((why, by_hand, *id, credential));
            }
        }
        let mut shown = Shown { namespaces, ..Shown::default() };
        let peers = Peers::of(self.world, &mut self.accounts, &self.credentials, &self.around);
        for (&principal, account) in &mut self.accounts {
            shown.hours.extend(account.habit.hours().map(|(hour, all, counted)| (principal, hour, all, counted)));
            let mut fact = account.fact(self.world, principal, &uncovered);
            if let Some((why, by_hand, credential, used)) = spreads.get(&principal) {
                (fact.spread, fact.spread_credential) = (Some(why.clone()), Some(*credential));
                fact.spread_by_hand = *by_hand;
                fact.events.push(("spread", used.used.events.clone()));
            }
            // A machine's account that acts like a machine is no news.
            if account.human_type {
                let beside = peers.beside(self.world, principal, account, sprawl, self.managers);
                let sheet = signals::sheet(&mut account.habit, &beside);
                (fact.points, fact.verdict) = signals::verdict(&sheet);
                shown.signals.extend(sheet.into_iter().map(|s| SignalFact {
                    principal,
                    signal: s.id,
                    family: s.family(),
                    value: s.value,
                    threshold: s.threshold,
                    stands: s.stands.word(),
                    sentence: s.sentence,
                }));
            }
            shown.accounts.push(fact);
        }
        shown
    }

    /// In what the credential is spread, and whether nothing says that an agent used it.
    fn spread(&self, used: &Credential) -> Option<(String, bool)> {
        let mut said = Vec::new();
        if used.networks.len() >= self.world.policy.networks {
            said.push(format!("{} networks", used.networks.len()));
        }
        if used.agents.len() >= 2 {
            said.push(format!("{} agents", used.agents.len()));
        }
        if used.environments.len() >= 2 {
            said.push(format!("{} environments", used.environments.len()));
        }
        if said.is_empty() {
            return None;
        }
        let person = self.world.is_person(self.world.party_of(used.account));
        // A person at home, in the office and on the road is three networks and no spread that an agent explains.
        let by_hand = person && !used.marked && used.agents.len() < 2;
        Some((said.join(", "), by_hand))
    }

    fn namespaces(&self) -> Vec<NamespaceFact> {
        let mut by_source: BTreeMap<i64, (u32, u32)> = BTreeMap::new();
        for account in self.accounts.values().filter(|a| a.human_type) {
            let unknown = account.unbacked(self.world) && !account.known(self.world);
            for source in &account.active_in {
                let counts = by_source.entry(*source).or_default();
                counts.0 += 1;
                counts.1 += u32::from(unknown);
            }
        }
        by_source
            .into_iter()
            .map(|(source, (active, unknown))| NamespaceFact {
                source,
                active,
                unknown,
                uncovered: f64::from(unknown) >= self.world.policy.unknown_accounts
                    && f64::from(unknown) > f64::from(active) * self.world.policy.unknown_share,
            })
            .collect()
    }
}

impl Account {
    fn unbacked(&self, world: &World<'_>) -> bool {
        self.human_type && (world.is_robot(self.party) || world.kind(self.party) == "service")
    }

    fn known(&self, world: &World<'_>) -> bool {
        world.party(self.party).is_some_and(|p| p.directory.is_some())
    }

    fn call(&mut self, world: &World<'_>, product: Option<&str>, row: &AttributedRow, from: From) {
        self.calls += 1;
        if row.agent_evidence {
            self.marked.push(row.event);
        }
        if let Some(product) = product {
            self.learned.push(row.event);
            self.learned_product.get_or_insert_with(|| product.to_string());
        }
        let automated = row.agent_evidence || product.is_some();
        if automated {
            self.automated.push(row.event);
            self.last_automated = row.time.or(self.last_automated);
            self.mixed |= near(world, self.last_sign_in, row.time);
        }
        let run_person = world.run(row.run).and_then(|r| r.person);
        if row.agent_evidence && row.run.is_some() && run_person != self.party {
            self.unexplained.push(row.event);
            self.by_other |= run_person.is_some();
            self.last_unexplained = row.time.or(self.last_unexplained);
            self.mixed_unexplained |= near(world, self.last_sign_in, row.time);
        }
        let cause = row.human.filter(|h| Some(*h) != self.party).or(run_person).filter(|h| Some(*h) != self.party);
        if let Some(cause) = cause {
            self.others.insert(cause);
            self.caused.push(row.event);
        }
        // For a rostered person the rhythm of what remains; for an account without a person, of all.
        let counts = !automated || !world.is_person(self.party);
        if let Some(at) = row.time {
            self.habit.note(at, counts);
            if counts {
                self.habit.see(&Seen {
                    at,
                    action: row.action,
                    resource: row.resource,
                    resource_type: row.resource_type,
                    outcome: row.outcome,
                    network: from.0,
                    client: from.1,
                    session: row.credential.filter(|_| row.credential_kind == Some(3)),
                });
            }
        }
        if counts {
            self.counted.push(row.event);
            self.after_end += u32::from(signals::after(end_of(world, self.party), row.time));
        }
    }

    /// An agent at work on the account's own credential: after its end, or as somebody else's.
    fn lend(&mut self, world: &World<'_>, product: Option<&str>, row: &AttributedRow) {
        // A delegated token is not the account's own credential: it has rules of its own.
        if row.source_wire_kind != 0 || row.credential_kind == Some(0) {
            return;
        }
        let run = world.run(row.run);
        let agent = row.agent.or(run.and_then(|r| r.agent));
        let end = world.party(self.party).and_then(|p| p.end);
        if (row.agent_evidence || product.is_some())
            && signals::after(end, row.time)
            && let (Some(end), Some(at)) = (end, row.time)
        {
            self.ghost.push(row.event);
            self.ghost_days = self.ghost_days.max((at.0 - end.0) as f64 / DAY as f64);
        }
        let cause = run.and_then(|r| r.person).filter(|p| Some(*p) != self.party);
        // A key that the record shows; or somebody else's run under a person's account, whatever the credential.
        let own = row.credential_kind == Some(2) || cause.is_some();
        if world.kind(self.party) == "person" && row.agent_evidence && agent.is_some() && own {
            self.lent.push(row.event);
            self.lent_to.extend(cause);
        }
    }

    /// A call on a person's own key by a client that calls itself automation, or in a run.
    fn declare(&mut self, world: &World<'_>, automation: bool, row: &AttributedRow) {
        let own_key = row.source_wire_kind == 0 && row.credential_kind == Some(2);
        if own_key && world.is_person(self.party) && (automation || row.agent_evidence || row.run.is_some()) {
            self.declared.push(row.event);
        }
    }

    /// A person at a browser or console on an account that is an agent's or a service's.
    fn hand(&mut self, world: &World<'_>, row: &AttributedRow) {
        // 3 system, 4 delegated: a delegated user token is used interactively by the person whose it is.
        if !row.interactive || row.outcome != 0 || matches!(row.source_wire_kind, 3 | 4) {
            return;
        }
        let listed = world.entry(self.party).map(|e| e.entry_type);
        if world.kind(self.party) == "agent" || matches!(listed, Some(EntryType::Agent | EntryType::Service)) {
            self.by_hand.push(row.event);
        }
    }

    fn sign_in(&mut self, world: &World<'_>, row: &AttributedRow) {
        self.sign_ins.push(row.event);
        self.last_sign_in = row.time.or(self.last_sign_in);
        self.mixed |= near(world, self.last_automated, row.time);
        self.mixed_unexplained |= near(world, self.last_unexplained, row.time);
    }

    fn fact(&self, world: &World<'_>, principal: i64, uncovered: &BTreeSet<i64>) -> AccountFact {
        let unbacked = self.unbacked(world);
        let mixed = match () {
            () if !self.human_type => None,
            () if unbacked && self.mixed => Some("unbacked"),
            () if !unbacked && self.mixed_unexplained && self.by_other => Some("other_person"),
            () if !unbacked && self.mixed_unexplained => Some("unexplained"),
            () => None,
        };
        let (rhythm_signals, rhythm_why) = self.habit.rhythm.signals();
        let mixed_calls = if unbacked { &self.automated } else { &self.unexplained };
        let both = self.sign_ins.events.iter().chain(&mixed_calls.events).copied().collect();
        let mostly = self.declared.count >= DECLARED_LEAST && self.declared.count * 2 > self.calls;
        let others = if self.others.len() >= 2 { self.caused.events.clone() } else { Vec::new() };
        AccountFact {
            principal,
            party: self.party,
            human_type: self.human_type,
            unbacked,
            known: self.known(world),
            active: !self.active_in.is_empty(),
            covered: self.known(world) || self.active_in.iter().any(|s| !uncovered.contains(s)),
            calls: self.calls,
            marked: self.marked.count,
            learned: self.learned.count,
            learned_product: self.learned_product.clone(),
            sign_ins: self.sign_ins.count,
            mixed: mixed.map(str::to_string),
            others: self.others.len() as u32,
            rhythm_signals,
            rhythm_why,
            spread: None,
            spread_by_hand: false,
            spread_credential: None,
            impact: self.impact.max(1),
            rated: self.rated,
            first: self.first,
            last: self.last,
            by_hand: self.by_hand.count,
            ghost: self.ghost.count,
            ghost_days: (self.ghost.count > 0).then_some(self.ghost_days),
            lent: self.lent.count,
            lent_others: self.lent_to.len() as u32,
            declared: if mostly { self.declared.count } else { 0 },
            points: 0,
            verdict: "untested",
            events: vec![
                ("active", if unbacked { self.active.events.clone() } else { Vec::new() }),
                ("marked", if unbacked { self.marked.events.clone() } else { Vec::new() }),
                ("learned", if unbacked { self.learned.events.clone() } else { Vec::new() }),
                ("mixed", if mixed.is_some() { both } else { Vec::new() }),
                ("others", others),
                ("rhythm", if rhythm_signals >= 2 { self.counted.events.clone() } else { Vec::new() }),
                ("by_hand", self.by_hand.events.clone()),
                ("ghost", self.ghost.events.clone()),
                ("lent", self.lent.events.clone()),
                ("declared", if mostly { self.declared.events.clone() } else { Vec::new() }),
            ],
        }
    }
}

/// Network and client of a call.
type From = (Option<(u32, Option<bool>)>, Option<(u32, bool)>);

/// The recorded end of an account's person, or of the owner that the directory names for it.
fn end_of(world: &World<'_>, party: Option<i64>) -> Option<Time> {
    world.party(party).and_then(|p| p.end).or_else(|| {
        let owner = world.entry(party)?.owner.as_deref()?;
        world.party(world.rights.party(owner)).and_then(|p| p.end)
    })
}

fn near(world: &World<'_>, earlier: Option<Time>, later: Option<Time>) -> bool {
    matches!((earlier, later), (Some(a), Some(b)) if (b.0 - a.0).abs() <= world.policy.mixed)
}
