//! Facts of accounts: what stands behind each, what marks it as driven by an agent, its rhythm and its spread.

use std::collections::{BTreeMap, BTreeSet};

use super::super::world::World;
use super::LISTED;
use super::addresses::Networks;
use super::clients::Learned;
use super::rhythm::Rhythm;
use super::stakes::Rated;
use crate::case::{AccountFact, AttributedRow, NamespaceFact};
use crate::model::Time;
use crate::model::time::DAY;

/// Interactive sign-ins and automation this near to each other stand together.
const TOGETHER: i64 = 30 * DAY;
/// A namespace of which so many accounts are unknown is not covered by the directory.
const UNKNOWN_LEAST: u32 = 5;
const UNKNOWN_PERCENT: u32 = 10;
const NETWORKS: usize = 3;

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
    rhythm: Rhythm,
    counted: Listed,
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
}

pub(super) struct Accounts<'a> {
    world: &'a World<'a>,
    clients: &'a Learned,
    networks: Networks,
    accounts: BTreeMap<i64, Account>,
    credentials: BTreeMap<i64, Credential>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(world: &'a World<'a>, clients: &'a Learned) -> Accounts<'a> {
        Accounts {
            world,
            clients,
            networks: Networks::new(&world.context.networks),
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
        if !human_type && row.credential_kind != Some(2) {
            return;
        }
        let (world, clients) = (self.world, self.clients);
        let account = self.accounts.entry(wire).or_default();
        account.party = account.party.or(row.wire_party).or(world.party_of(wire));
        account.human_type |= human_type;
        if rated.impact > account.impact {
            (account.impact, account.rated) = (rated.impact, rated.rated);
        }
        if row.outcome == 0 {
            account.active_in.insert(row.source);
            account.active.push(row.event);
        }
        match row.kind {
            0 | 4 => account.call(world, clients.product(row.user_agent), row),
            1 if row.interactive && row.outcome == 0 => account.sign_in(row),
            _ => {}
        }
    }

    fn credential(&mut self, wire: i64, row: &AttributedRow) {
        let (Some(id), Some(2)) = (row.credential, row.credential_kind) else { return };
        if matches!(row.outcome, 1 | 2) || row.source_wire_kind == 3 {
            return;
        }
        let used = self.credentials.entry(id).or_insert_with(|| Credential { account: wire, ..Credential::default() });
        used.used.push(row.event);
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
    pub(super) fn facts(self) -> (Vec<AccountFact>, Vec<NamespaceFact>) {
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
        let facts = self
            .accounts
            .iter()
            .map(|(principal, account)| {
                let mut fact = account.fact(self.world, *principal, &uncovered);
                if let Some((why, by_hand, credential, used)) = spreads.get(principal) {
                    (fact.spread, fact.spread_credential) = (Some(why.clone()), Some(*credential));
                    fact.spread_by_hand = *by_hand;
                    fact.events.push(("spread", used.used.events.clone()));
                }
                fact
            })
            .collect();
        (facts, namespaces)
    }

    /// In what the credential is spread, and whether nothing says that an agent used it.
    fn spread(&self, used: &Credential) -> Option<(String, bool)> {
        let mut said = Vec::new();
        if used.networks.len() >= NETWORKS {
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
                uncovered: unknown >= UNKNOWN_LEAST && unknown * 100 > active * UNKNOWN_PERCENT,
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

    fn call(&mut self, world: &World<'_>, product: Option<&str>, row: &AttributedRow) {
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
            self.mixed |= near(self.last_sign_in, row.time);
        }
        let run_person = world.run(row.run).and_then(|r| r.person);
        if row.agent_evidence && row.run.is_some() && run_person != self.party {
            self.unexplained.push(row.event);
            self.by_other |= run_person.is_some();
            self.last_unexplained = row.time.or(self.last_unexplained);
            self.mixed_unexplained |= near(self.last_sign_in, row.time);
        }
        let cause = row.human.filter(|h| Some(*h) != self.party).or(run_person).filter(|h| Some(*h) != self.party);
        if let Some(cause) = cause {
            self.others.insert(cause);
            self.caused.push(row.event);
        }
        // For a rostered person the rhythm of what remains; for an account without a person, of all.
        if !automated || !world.is_person(self.party) {
            if let Some(at) = row.time {
                self.rhythm.see(at);
            }
            self.counted.push(row.event);
        }
    }

    fn sign_in(&mut self, row: &AttributedRow) {
        self.sign_ins.push(row.event);
        self.last_sign_in = row.time.or(self.last_sign_in);
        self.mixed |= near(self.last_automated, row.time);
        self.mixed_unexplained |= near(self.last_unexplained, row.time);
    }

    fn fact(&self, world: &World<'_>, principal: i64, uncovered: &BTreeSet<i64>) -> AccountFact {
        let unbacked = self.unbacked(world);
        let mixed = match () {
            () if unbacked && self.mixed => Some("unbacked"),
            () if !unbacked && self.mixed_unexplained && self.by_other => Some("other_person"),
            () if !unbacked && self.mixed_unexplained => Some("unexplained"),
            () => None,
        };
        let (rhythm_signals, rhythm_why) = self.rhythm.signals();
        let mixed_calls = if unbacked { &self.automated } else { &self.unexplained };
        let both = self.sign_ins.events.iter().chain(&mixed_calls.events).copied().collect();
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
            events: vec![
                ("active", if unbacked { self.active.events.clone() } else { Vec::new() }),
                ("marked", if unbacked { self.marked.events.clone() } else { Vec::new() }),
                ("learned", if unbacked { self.learned.events.clone() } else { Vec::new() }),
                ("mixed", if mixed.is_some() { both } else { Vec::new() }),
                ("others", others),
                ("rhythm", if rhythm_signals >= 2 { self.counted.events.clone() } else { Vec::new() }),
            ],
        }
    }
}

fn near(earlier: Option<Time>, later: Option<Time>) -> bool {
    matches!((earlier, later), (Some(a), Some(b)) if (b.0 - a.0).abs() <= TOGETHER)
}
