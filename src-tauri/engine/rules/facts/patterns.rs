//! Agent x tool: the patterns that were seen and the one that the stakes require (PT-01, pattern advisor).

use std::collections::{BTreeMap, BTreeSet};

use super::super::world::World;
use crate::case::{PatternCount, PatternFact};

const GRADES: [&str; 6] = ["A", "B", "C", "D", "X", "none"];

/// What is at stake in a tool, whichever agent calls it.
#[derive(Debug, Default)]
struct Stakes {
    irreversible: bool,
    change: bool,
    impact: i64,
    rated: bool,
    per_user: bool,
    regulated: Option<String>,
    required: Option<String>,
    people: i64,
    on_person: i64,
    calls: i64,
    unattended: i64,
    /// Patterns that this tool has been seen to take.
    taken: BTreeSet<String>,
    both: i64,
}

pub(super) fn facts(world: &World<'_>, counts: Vec<PatternCount>) -> Vec<PatternFact> {
    let mut tools: BTreeMap<(Option<i64>, Option<i64>), Stakes> = BTreeMap::new();
    let mut cells: BTreeMap<(i64, Option<i64>, Option<i64>), i64> = BTreeMap::new();
    for c in &counts {
        tools.entry((c.service, c.tool)).or_default().add(c);
        *cells.entry((c.agent, c.service, c.tool)).or_default() += c.calls;
    }
    let nothing = Stakes::default();
    counts
        .into_iter()
        // A call by nobody's agent under a person's account is no agent's.
        .filter(|c| !world.is_person(Some(c.agent)))
        .map(|c| {
            let stakes = tools.get(&(c.service, c.tool)).unwrap_or(&nothing);
            let (required, basis, why) = stakes.require();
            let grades: Vec<String> =
                GRADES.iter().zip(c.grades).filter(|(_, n)| *n > 0).map(|(grade, n)| format!("{grade}:{n}")).collect();
            PatternFact {
                agent: c.agent,
                service: c.service,
                tool: c.tool,
                calls: c.calls,
                of_calls: cells.get(&(c.agent, c.service, c.tool)).copied().unwrap_or(c.calls),
                both_on_record: c.both_on_record,
                grades: grades.join(" "),
                effect: stakes.effect().into(),
                impact: stakes.impact,
                rated: stakes.rated,
                per_user: stakes.per_user,
                regulated: stakes.regulated.clone(),
                required,
                basis,
                why,
                meets: meets(&c.pattern, required, c.both_on_record == c.calls),
                takes: stakes.takes(),
                pattern: c.pattern,
            }
        })
        .collect()
}

/// Whether a pattern is as strong as the one required. Undetermined is no answer, and nothing to hold against anybody.
fn meets(pattern: &str, required: &str, both_on_record: bool) -> bool {
    match (pattern, required) {
        ("undetermined" | "direct", _) => true,
        ("robot_user" | "masquerade", _) => false,
        (_, "service_account") => true,
        ("hybrid" | "impersonation", _) => true,
        ("obo", "obo" | "obo_or_hybrid") => true,
        // A delegated token, and both principals in the record: all that hybrid is for.
        ("obo", "hybrid") => both_on_record,
        _ => false,
    }
}

impl Stakes {
    fn add(&mut self, c: &PatternCount) {
        self.irreversible |= c.irreversible;
        self.change |= c.change;
        self.impact = self.impact.max(c.impact);
        self.rated |= c.rated;
        self.per_user |= c.per_user;
        self.regulated = self.regulated.take().or_else(|| c.regulated.clone());
        self.required = self.required.take().or_else(|| c.required.clone());
        self.people = self.people.max(c.people);
        self.on_person += c.on_person;
        self.calls += c.calls;
        self.unattended += c.unattended;
        self.both += c.both_on_record;
        if !matches!(c.pattern.as_str(), "undetermined" | "direct") {
            self.taken.insert(c.pattern.clone());
        }
    }

    fn effect(&self) -> &'static str {
        match () {
            () if self.irreversible => "irreversible",
            () if self.change => "change",
            () => "read",
        }
    }

    /// (pattern, basis, why). The asset list's own word; else what its stakes ask for; else what the data suggest, which
    /// is marked as a proposal and holds nobody to anything.
    fn require(&self) -> (&'static str, &'static str, String) {
        if let Some(named) = self.required.as_deref().and_then(word) {
            return (named, "asset", "the asset list names it".into());
        }
        match (&self.regulated, self.rated) {
            (Some(by), _) => {
                return ("hybrid", "rule", format!("regulated data ({by}): both principals on the record"));
            }
            (None, true) if self.per_user => {
                return ("obo_or_hybrid", "rule", "data of single users: their own rights have to decide".into());
            }
            (None, true) if self.impact >= 4 => {
                return ("hybrid", "rule", "effects of the highest class: both principals on the record".into());
            }
            (None, true) if self.impact <= 2 && !self.irreversible => {
                return ("service_account", "rule", "low stakes, and nobody's own data".into());
            }
            _ => {}
        }
        let (calls, people) = (self.calls, self.people);
        match () {
            () if self.on_person > 0 => {
                let why = format!("decisions on {} of {calls} calls evaluate a person", self.on_person);
                ("obo_or_hybrid", "proposal", why)
            }
            () if people >= 2 && self.effect() != "read" => {
                ("hybrid", "proposal", format!("changes things for {people} people"))
            }
            () if people >= 2 => ("obo_or_hybrid", "proposal", format!("reads for {people} people")),
            () if self.unattended * 2 > calls => {
                ("service_account", "proposal", "runs without people for the most part".into())
            }
            () if self.effect() == "read" => ("service_account", "proposal", "reads, for one person or none".into()),
            () => ("obo_or_hybrid", "proposal", "changes things; no asset list says for whom".into()),
        }
    }

    /// What the tool has been seen to take, by any agent.
    fn takes(&self) -> String {
        let has = |p: &str| self.taken.contains(p);
        let mut said: Vec<&str> = Vec::new();
        if has("obo") {
            said.push("takes a delegated token");
        }
        if has("hybrid") || has("impersonation") || self.both > 0 {
            said.push("keeps both principals on the record");
        }
        if self.on_person > 0 {
            said.push("decides on a person's rights");
        }
        match said.is_empty() {
            true => {
                "has been seen with one principal only: whether it can take more is to be asked of its owner".into()
            }
            false => said.join(", "),
        }
    }
}

/// The words in which asset lists name a pattern.
fn word(text: &str) -> Option<&'static str> {
    let plain = text.trim().to_lowercase().replace([' ', '-'], "_");
    Some(match plain.as_str() {
        "service_account" | "service" | "sa" => "service_account",
        "obo" | "on_behalf_of" | "delegated" | "delegation" => "obo",
        "hybrid" => "hybrid",
        "obo_or_hybrid" | "obo|hybrid" | "obo/hybrid" | "obo,hybrid" => "obo_or_hybrid",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_word_rules_then_its_stakes_then_a_proposal() {
        let of = |s: Stakes| s.require().0;
        let basis = |s: Stakes| s.require().1;
        let regulated = || Stakes { rated: true, per_user: true, regulated: Some("HIPAA".into()), ..Stakes::default() };
        assert_eq!(of(regulated()), "hybrid");
        assert_eq!(of(Stakes { required: Some("OBO".into()), ..regulated() }), "obo");
        assert_eq!(of(Stakes { rated: true, per_user: true, impact: 2, ..Stakes::default() }), "obo_or_hybrid");
        assert_eq!(of(Stakes { rated: true, impact: 1, ..Stakes::default() }), "service_account");
        assert_eq!(basis(Stakes { people: 5, change: true, calls: 9, ..Stakes::default() }), "proposal");
        assert_eq!(of(Stakes { people: 5, change: true, calls: 9, ..Stakes::default() }), "hybrid");
        assert_eq!(of(Stakes { unattended: 9, change: true, calls: 9, ..Stakes::default() }), "service_account");
    }

    #[test]
    fn stronger_meets_weaker_and_a_robot_meets_nothing() {
        assert!(meets("obo", "obo", false) && meets("hybrid", "obo", false) && meets("obo", "service_account", false));
        assert!(!meets("obo", "hybrid", false) && meets("obo", "hybrid", true));
        assert!(!meets("service_account", "obo_or_hybrid", false) && !meets("robot_user", "service_account", true));
        assert!(meets("undetermined", "hybrid", false));
    }
}
