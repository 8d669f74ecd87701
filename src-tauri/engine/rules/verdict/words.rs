//! What a test found, in a reviewer's words.

use super::{Required, Why};

/// The names that a call's sentences speak of.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub person: String,
    pub agent: String,
    /// Whose rights were evaluated.
    pub evaluated: String,
    pub service: String,
    pub action: String,
    pub token: String,
    /// The shown id of the decision's own record, empty where it stands on the call.
    pub decision: String,
    /// What the facts say of the token, and of the right.
    pub token_why: String,
    pub right_why: String,
    pub hop_why: String,
    pub days_after_end: f64,
}

impl Required {
    pub const fn words(self) -> &'static str {
        match self {
            Required::Agent => "the agent, which acts for itself",
            Required::PersonAndAgent => "the person, and the agent that acts for them, within what was delegated",
            Required::Person => "the person whose rights are used",
            Required::Unnamed => "somebody whom the evidence does not name",
            Required::Nobody => {
                "nobody: no individual stands behind this account, so that no decision can be made for the right one"
            }
            Required::NotApplicable => "nobody: no agent acted",
        }
    }
}

impl Why {
    /// The name of a failure, as reviewers find it in the literature; none for what did not fail.
    pub const fn code(self) -> Option<&'static str> {
        Some(match self {
            Why::OnAnother => "WRONG-PRINCIPAL",
            Why::OnAgentAlone => "AGENT-ALONE",
            Why::OnRobot => "NO-INDIVIDUAL",
            Why::AgentIgnored => "ACTOR-NOT-EVALUATED",
            Why::OtherCredential | Why::TokenOfAnother => "WRONG-TOKEN",
            Why::AudienceElsewhere => "PASSTHROUGH",
            Why::ScopeBeyond => "OVER-SCOPE",
            Why::OutsideLife | Why::RightWithdrawn | Why::AfterTheEnd => "STALE",
            Why::IssuedToAnother => "UNAUTHORIZED-ACTOR",
            Why::AgentOnly => "CONFUSED-DEPUTY",
            Why::PersonNot => "PERSON-NOT-ENTITLED",
            Why::AgentNot => "AGENT-NOT-ENTITLED",
            Why::HopBeyond => "AMPLIFICATION",
            Why::DecidedAfter => "POST-HOC",
            Why::DeniedButDone => "NOT-ENFORCED",
            _ => return None,
        })
    }

    /// One sentence about this call.
    pub fn words(self, n: &Names) -> String {
        let Names { person, agent, evaluated, service, action, token, decision, .. } = n;
        let at = if decision.is_empty() { "the call's own record".to_string() } else { format!("decision {decision}") };
        let because = |why: &str| if why.is_empty() { String::new() } else { format!(": {why}") };
        match self {
            Why::NoAgent => "No agent acted: there is nobody on whose behalf a decision could have been made.".into(),
            Why::NoDecision => {
                "No record of a decision is in evidence. That it went through shows only that it was let through."
                    .into()
            }
            Why::SubjectUnknown => {
                format!("The decision ({at}) does not say, in a name that is known, whose rights it evaluated.")
            }
            Why::NobodyNamed => {
                "Nobody is named for this call, so that the subject of the decision can be held against no one.".into()
            }
            Why::OnPerson => format!("The decision ({at}) evaluated {person}, the recorded initiator."),
            Why::OnAgentItself => format!("The decision ({at}) evaluated {agent}, which acts for itself."),
            Why::OnAnother => {
                format!("The decision ({at}) evaluated {evaluated}, who is not the one it had to be made for.")
            }
            Why::OnAgentAlone => {
                format!("The decision ({at}) evaluated {evaluated} alone; the rights of {person} played no part.")
            }
            Why::OnRobot => {
                format!("The decision ({at}) evaluated {evaluated}, an account without an identified individual.")
            }
            Why::AgentEvaluated => format!("The decision ({at}) looked at {agent} beside the person."),
            Why::AgentIgnored => {
                format!(
                    "The policy looks at agents elsewhere; this decision ({at}) evaluated {evaluated} and not {agent}."
                )
            }
            Why::PolicyNotAware => "Nothing shows that the policy looks at agents at all.".into(),
            Why::AloneForItself => "No agent beside a person had to be looked at.".into(),
            Why::NoToken => "No delegated token is on the call.".into(),
            Why::OneRecord => "Decision and use stand in one record.".into(),
            Why::SameCredential => format!("The decision ({at}) names the credential that is on the call."),
            Why::OtherCredential => format!("The decision ({at}) names another credential than the one on the call."),
            Why::CredentialNotSaid => format!("The decision ({at}) does not say on which credential it was made."),
            Why::TokenOfAnother => format!("The subject of token {token} is not the person of the run it was used in."),
            Why::AudienceCovers => format!("Token {token} is meant for {service}."),
            Why::AudienceElsewhere => format!("Token {token} is not meant for {service}{}.", because(&n.token_why)),
            Why::AudienceUnknown => {
                format!("For which services token {token} is meant cannot be told in the words of the log.")
            }
            Why::ScopeCovers => format!("Token {token} covers {action} on this object."),
            Why::ScopeBeyond => format!("{action} lies beyond token {token}{}.", because(&n.token_why)),
            Why::ScopeUnknown => format!("Whether token {token} covers {action} cannot be told from its scopes."),
            Why::InsideLife => format!("Token {token} was used within its life."),
            Why::OutsideLife => format!("Token {token} was used outside of its life{}.", because(&n.token_why)),
            Why::LifeUnknown => format!("The life of token {token} is in no export."),
            Why::RightWithdrawn => "The right on which it was decided had ended when the call went through.".into(),
            Why::AfterTheEnd => format!("The recorded end of {person} lies {:.0} days before.", n.days_after_end),
            Why::IssuedToAgent => format!("The issuer's record names {agent} as the one who acts with token {token}."),
            Why::IssuedToAnother => {
                format!("The issuer's record names another agent than {agent} as the one who acts with token {token}.")
            }
            Why::ImpersonationChecked => "The API server lets nobody impersonate without the right to.".into(),
            Why::NoDelegation => "Nobody acted for somebody else.".into(),
            Why::DelegationUnknown => {
                format!("No consent, grant or exchange that lets {agent} act for the person is in evidence.")
            }
            Why::BothEntitled => format!("Both {person} and {agent} have a grant{}.", because(&n.right_why)),
            Why::PersonEntitled => format!("{person} has a grant{}.", because(&n.right_why)),
            Why::AgentEntitled => format!("{agent} has a grant."),
            Why::AgentOnly => format!("{agent} has a grant and {person} has not{}.", because(&n.right_why)),
            Why::PersonNot => format!("{person} has no right to it{}.", because(&n.right_why)),
            Why::AgentNot => format!("{agent} itself has no matching entitlement in the export received."),
            Why::Refused => "It was refused.".into(),
            Why::EntitlementUnknown => "The entitlement exports received do not answer it.".into(),
            Why::NoHop => "The token was not exchanged from another.".into(),
            Why::HopWithin => format!("Token {token} allows no more than the one before it."),
            Why::HopBeyond => format!("Token {token} goes beyond the one before it{}.", because(&n.hop_why)),
            Why::HopUnknown => format!("Token {token} and the one before it are not in words that can be compared."),
            Why::DecidedBefore => {
                format!("The decision ({at}) came before the call, by more than the clocks may differ.")
            }
            Why::DecidedAfter => {
                format!("The decision ({at}) came after the call, by more than the clocks may differ.")
            }
            Why::OrderUnclear => {
                format!("Which came first, the call or its decision ({at}), lies within what the clocks may differ.")
            }
            Why::DeniedButDone => format!("The decision ({at}) was to deny, and the call went through."),
        }
    }
}
