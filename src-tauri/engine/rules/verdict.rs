//! Was the decision made for the right principal: tests V1 to V10 of one call, and the verdict on them (reference: identity
//! D.4). A pure function of what is known of the call, so that a stored verdict can be told again with its reasons.

mod examine;
mod words;

pub use examine::examine;
pub use words::Names;

use crate::case::{CheckedRow, Said};
use crate::model::{Grade, Pattern};

/// The verdict. A closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// For the principals that it must be made for, with no test failed and none passed on weak evidence.
    Right,
    /// For another principal, or on a credential that cannot carry it.
    Wrong,
    /// For too few of the principals, or without bounding what was done.
    Insufficient,
    /// No decision in evidence, or only weak evidence of one. The default.
    Unproven,
    /// No agent acted, and no decision was asked for on somebody's behalf.
    NotApplicable,
}

impl Verdict {
    pub const ALL: [Verdict; 5] =
        [Verdict::Right, Verdict::Wrong, Verdict::Insufficient, Verdict::Unproven, Verdict::NotApplicable];

    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::Wrong => "wrong",
            Verdict::Insufficient => "insufficient",
            Verdict::Unproven => "unproven",
            Verdict::NotApplicable => "not_applicable",
        }
    }

    pub fn from_word(word: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|v| v.word() == word)
    }

    /// Number in the case file.
    pub const fn number(self) -> i64 {
        self as i64
    }

    pub fn from_number(number: i64) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|v| v.number() == number)
    }

    /// What it means, in a reviewer's words.
    pub const fn words(self) -> &'static str {
        match self {
            Verdict::Right => "the decision on record was made for the principals that it must be made for",
            Verdict::Wrong => {
                "the decision on record was made for another principal, or on a credential that is not for this"
            }
            Verdict::Insufficient => "the decision on record left a principal out, or did not bound what was done",
            Verdict::Unproven => {
                "no decision is in evidence, or too little of it to tell for whom it was made: an outcome shows only that it was let through"
            }
            Verdict::NotApplicable => "no agent acted here",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Passed,
    Failed,
    NotApplicable,
    NotTestable,
}

impl State {
    pub const fn word(self) -> &'static str {
        match self {
            State::Passed => "passed",
            State::Failed => "failed",
            State::NotApplicable => "not_applicable",
            State::NotTestable => "not_testable",
        }
    }
}

/// One test of one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    pub state: State,
    /// Of the evidence, where there is some.
    pub grade: Option<Grade>,
    pub why: Why,
}

/// All tests, in their order, and the verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Examined {
    pub verdict: Verdict,
    pub required: Required,
    pub tests: [Test; 10],
}

/// Id, name and question of each test.
pub const TESTS: [(&str, &str, &str); 10] = [
    ("V1", "subject", "Was the decision made for the person, or for the agent where it acts for nobody?"),
    ("V2", "agent looked at", "Where the policy looks at agents: did the decision look at this one?"),
    ("V3", "same credential", "Is the credential used the one that was decided on, and the person's own?"),
    ("V4", "meant for this service", "Is the token meant for the service that was called?"),
    ("V5", "within the scope", "Do scope and authorization details cover the action and the object?"),
    ("V6", "within its time", "Was it used within the token's life, and before the right had ended?"),
    ("V7", "right to act for the person", "Was this agent given the right to act for this person?"),
    ("V8", "entitled", "Were the person and the agent entitled at that time?"),
    ("V9", "no wider than before", "Does the token allow no more than the one it was exchanged from?"),
    ("V10", "decided before, and followed", "Did the decision come before the effect, and was it kept to?"),
];

/// For whom a decision must be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// The agent for itself.
    Agent,
    /// The person, and the agent that acts for them.
    PersonAndAgent,
    /// The person alone, directly or as the impersonated user.
    Person,
    /// Somebody whom the evidence does not name.
    Unnamed,
    /// No decision can be right for an account behind which no individual stands.
    Nobody,
    NotApplicable,
}

/// Why a test came out as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NoAgent,
    NoDecision,
    SubjectUnknown,
    NobodyNamed,
    OnPerson,
    OnAgentItself,
    OnAnother,
    OnAgentAlone,
    OnRobot,
    AgentEvaluated,
    AgentIgnored,
    PolicyNotAware,
    AloneForItself,
    NoToken,
    OneRecord,
    SameCredential,
    OtherCredential,
    CredentialNotSaid,
    TokenOfAnother,
    AudienceCovers,
    AudienceElsewhere,
    AudienceUnknown,
    ScopeCovers,
    ScopeBeyond,
    ScopeUnknown,
    InsideLife,
    OutsideLife,
    LifeUnknown,
    RightWithdrawn,
    AfterTheEnd,
    IssuedToAgent,
    IssuedToAnother,
    ImpersonationChecked,
    NoDelegation,
    DelegationUnknown,
    BothEntitled,
    PersonEntitled,
    AgentEntitled,
    AgentOnly,
    PersonNot,
    AgentNot,
    Refused,
    EntitlementUnknown,
    NoHop,
    HopWithin,
    HopBeyond,
    HopUnknown,
    DecidedBefore,
    DecidedAfter,
    OrderUnclear,
    DeniedButDone,
}

/// The parties whose rights were evaluated, held against those of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subjects {
    /// It is said whose.
    pub known: bool,
    pub person: bool,
    pub agent: bool,
    /// A person who is not the one attributed.
    pub another_person: bool,
    /// An agent that is not the one of the call.
    pub another_agent: bool,
    /// An account behind which no individual stands.
    pub robot: bool,
    /// A subject of whom nothing is known.
    pub unknown: bool,
}

impl Subjects {
    /// From parties with their kinds; `None` is a principal that is no party.
    pub fn of<'k>(row: &CheckedRow, evaluated: impl Iterator<Item = (Option<i64>, &'k str)>) -> Subjects {
        let mut subjects = Subjects::default();
        let machines = [
            row.agent,
            row.wire_party.filter(|w| row.human != Some(*w)),
            row.authority.filter(|a| row.human != Some(*a)),
        ];
        for (party, kind) in evaluated {
            subjects.known = true;
            let is = |other: Option<i64>| party.is_some() && party == other;
            match kind {
                _ if is(row.human) => subjects.person = true,
                "person" | "human" => subjects.another_person = true,
                "unbacked" | "shared" => subjects.robot = true,
                _ if machines.iter().any(|m| is(*m)) => subjects.agent = true,
                "agent" | "service" | "system" => subjects.another_agent = true,
                _ => subjects.unknown = true,
            }
        }
        subjects
    }
}

impl Subjects {
    /// What the platform leaves no doubt about, where no record states it.
    pub fn or_certain(self, row: &CheckedRow) -> Subjects {
        match (self.known, row.judged.certain, row.judged.on_person) {
            (false, true, Said::Yes) => Subjects { known: true, person: row.human.is_some(), ..self },
            (false, true, Said::No) => Subjects { known: true, agent: true, ..self },
            _ => self,
        }
    }
}

/// The decision that is held against the call: its own record's, or another log's that was joined to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnRecord {
    pub allows: Option<bool>,
    /// Of who wrote it and of how it was joined.
    pub grade: Grade,
    /// It stands on the call's own record.
    pub own: bool,
    /// Of a record of its own: how much earlier than the call it is, and the bound of the clocks.
    pub apart: Option<(i64, i64)>,
    /// Whether its record names the credential of the call.
    pub credential: Said,
    /// Its policy has been seen to evaluate agents beside people.
    pub aware_of_agents: bool,
}

impl OnRecord {
    /// The decision on the call's own record: stated with whose rights were evaluated, or by a platform that leaves no doubt.
    pub fn of(row: &CheckedRow, evaluated: bool, self_judged: bool, aware_of_agents: bool) -> Option<OnRecord> {
        (evaluated || row.judged.certain).then_some(OnRecord {
            allows: row.judged.allows,
            grade: if self_judged { Grade::D } else { Grade::B },
            own: true,
            apart: None,
            credential: Said::Yes,
            aware_of_agents,
        })
    }
}

/// The delegated token of the call beside what `CheckedRow` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenSeen {
    /// Its own record names the agent of the call among its actors.
    pub for_agent: bool,
    /// Its own record names another agent.
    pub for_another_agent: bool,
    /// It was exchanged from another token.
    pub exchanged: bool,
    pub hop_held: bool,
    /// How a hop that goes beyond was told: certain for an exchange.
    pub hop_beyond: Option<bool>,
}

impl TokenSeen {
    /// From the parties in its chain of actors, outermost first, and the kinds of the outermost actor or client and of the party on
    /// the wire, which stands for the agent where the evidence names two.
    pub fn of_actors(row: &CheckedRow, actors: &[i64], outermost_kind: &str, wire_kind: &str) -> TokenSeen {
        let outermost = row.judged.token_actor;
        let acting = row.agent.or(row.wire_party.filter(|_| wire_kind == "agent"));
        let named = acting.is_some_and(|agent| outermost == Some(agent) || actors.contains(&agent));
        TokenSeen {
            for_agent: named,
            // A client that is no agent may host many.
            for_another_agent: !named && acting.is_some() && outermost.is_some() && outermost_kind == "agent",
            ..TokenSeen::default()
        }
    }
}

/// All that the tests look at.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub row: &'a CheckedRow,
    pub subjects: Subjects,
    pub decision: Option<OnRecord>,
    pub token: TokenSeen,
    /// What the decision rested on had ended when the call went through.
    pub withdrawn: bool,
    /// Kubernetes itself checks the right to impersonate before anything else.
    pub impersonation_checked: bool,
}

impl Seen<'_> {
    /// An agent's call, as the tested population has it.
    fn is_agents(&self) -> bool {
        self.row.agents_call || self.row.judged.agent_evidence
    }

    fn required(&self) -> Required {
        let judged = &self.row.judged;
        let person = self.row.human.is_some();
        match judged.pattern {
            Pattern::RobotUser => Required::Nobody,
            Pattern::Direct if !self.is_agents() => match person && self.decision.is_some() {
                true => Required::Person,
                false => Required::NotApplicable,
            },
            _ if !self.is_agents() => Required::NotApplicable,
            Pattern::Impersonation if person => Required::Person,
            Pattern::Masquerade | Pattern::Impersonation => Required::Unnamed,
            // On a run's behalf, the agent's own account works for a person all the same.
            _ if person => Required::PersonAndAgent,
            Pattern::Undetermined => Required::Unnamed,
            _ if judged.refused => Required::Unnamed,
            _ => Required::Agent,
        }
    }
}
