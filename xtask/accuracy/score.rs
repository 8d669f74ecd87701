//! What was said of each call against what was true of it.

use std::collections::BTreeMap;

use super::month::Fact;

/// What an analysis says of one call.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub human: Option<String>,
    pub grade: Option<String>,
    pub refusal: Option<String>,
    pub agent: Option<String>,
    pub agent_grade: Option<String>,
    pub authority: Option<String>,
}

/// By source and the id that is shown.
pub type Answers = BTreeMap<(String, String), Said>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Right,
    /// Nobody is named, and it is said that somebody should be.
    Refused,
    /// Nobody is named, as if nobody were to be.
    Missed,
    Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Human,
    Agent,
    Authority,
}

pub const ROLES: [Role; 3] = [Role::Human, Role::Agent, Role::Authority];

impl Role {
    pub const fn word(self) -> &'static str {
        match self {
            Role::Human => "human",
            Role::Agent => "agent",
            Role::Authority => "authority",
        }
    }
}

/// One name where another, or none, would be true.
#[derive(Debug, Clone)]
pub struct Mistake {
    pub role: Role,
    pub id: String,
    pub said: String,
    pub truth: String,
    pub grade: String,
    pub traceless: bool,
}

#[derive(Debug, Default)]
pub struct Scores {
    counts: BTreeMap<(Role, Outcome), usize>,
    /// Right and wrong names of people and agents by their grade.
    graded: BTreeMap<(Role, Outcome, String), usize>,
    pub mistakes: Vec<Mistake>,
    pub touched: usize,
}

impl Scores {
    pub fn of(facts: &[Fact], answers: &Answers) -> Scores {
        let mut scores = Scores { touched: facts.iter().filter(|f| f.touched).count(), ..Scores::default() };
        let silent = Said::default();
        for fact in facts {
            let said = answers.get(&(fact.source.to_owned(), fact.id.clone())).unwrap_or(&silent);
            let refused = said.grade.as_deref() == Some("X") || said.refusal.is_some();
            scores.add(fact, Role::Human, fact.human.as_deref(), said.human.as_deref(), &said.grade, refused);
            let contradicted = said.agent_grade.as_deref() == Some("X");
            scores.add(fact, Role::Agent, fact.agent, said.agent.as_deref(), &said.agent_grade, contradicted);
            if fact.authority.is_some() {
                let named = said.authority.as_deref();
                scores.add(fact, Role::Authority, fact.authority.as_deref(), named, &None, refused);
            }
        }
        scores
    }

    fn add(
        &mut self,
        fact: &Fact,
        role: Role,
        truth: Option<&str>,
        said: Option<&str>,
        grade: &Option<String>,
        refused: bool,
    ) {
        let outcome = match (truth, said) {
            (Some(a), Some(b)) if a == b => Outcome::Right,
            (_, Some(_)) => Outcome::Wrong,
            (None, None) => Outcome::Right,
            (Some(_), None) if refused => Outcome::Refused,
            (Some(_), None) => Outcome::Missed,
        };
        *self.counts.entry((role, outcome)).or_default() += 1;
        let grade = grade.clone().filter(|_| said.is_some()).unwrap_or_default();
        *self.graded.entry((role, outcome, grade.clone())).or_default() += 1;
        if outcome == Outcome::Wrong {
            self.mistakes.push(Mistake {
                role,
                id: fact.id.clone(),
                said: said.unwrap_or_default().to_owned(),
                truth: truth.unwrap_or_default().to_owned(),
                grade,
                traceless: fact.touched && fact.traceless,
            });
        }
    }

    pub fn count(&self, role: Role, outcome: Outcome) -> usize {
        self.counts.get(&(role, outcome)).copied().unwrap_or_default()
    }

    pub fn graded(&self, role: Role, outcome: Outcome, grade: &str) -> usize {
        self.graded.get(&(role, outcome, grade.to_owned())).copied().unwrap_or_default()
    }

    /// Names that nothing excuses: of A or B, or of C although something in the exports speaks against them.
    pub fn inexcusable(&self) -> Vec<&Mistake> {
        self.mistakes.iter().filter(|m| m.role != Role::Human || m.grade != "C" || !m.traceless).collect()
    }
}
