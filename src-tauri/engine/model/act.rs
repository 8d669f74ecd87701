//! Acts of review: what a reviewer decided, and the scope that was agreed. Each is appended, none is changed.

use serde::{Deserialize, Serialize};

use super::deed::{
    Carried, CarriedException, CarriedMapping, Join, OwnRule, PolicyChange, Rekind, RuleRemoved, Split, Suspect, Undo,
    shown,
};
use super::time::Time;

/// What was done. The word is the stable name in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Deed {
    /// The scope of the review from here on.
    Scope(Scope),
    Join(Join),
    Split(Split),
    Rekind(Rekind),
    Suspect(Suspect),
    Policy(PolicyChange),
    RuleAdd(OwnRule),
    RuleRemove(RuleRemoved),
    Undo(Undo),
    Mapping(CarriedMapping),
    Exception(CarriedException),
    Carried(Carried),
    /// A search for a pasted secret, which is in neither this nor any other row of the case.
    Searched(Searched),
}

impl Deed {
    pub const fn word(&self) -> &'static str {
        match self {
            Deed::Scope(_) => "scope",
            Deed::Join(_) => "join",
            Deed::Split(_) => "split",
            Deed::Rekind(_) => "rekind",
            Deed::Suspect(_) => "suspect",
            Deed::Policy(_) => "policy",
            Deed::RuleAdd(_) => "rule_add",
            Deed::RuleRemove(_) => "rule_remove",
            Deed::Undo(_) => "undo",
            Deed::Mapping(_) => "mapping",
            Deed::Exception(_) => "exception",
            Deed::Carried(_) => "carried",
            Deed::Searched(_) => "searched",
        }
    }

    /// The deed itself, where another case's was carried.
    pub fn itself(&self) -> &Deed {
        match self {
            Deed::Carried(carried) => carried.deed.itself(),
            deed => deed,
        }
    }

    /// Whether conclusions that were drawn before it may be others after it.
    pub const fn changes_analysis(&self) -> bool {
        match self {
            Deed::Mapping(_) | Deed::Searched(_) => false,
            Deed::Scope(_)
            | Deed::Join(_)
            | Deed::Split(_)
            | Deed::Rekind(_)
            | Deed::Suspect(_)
            | Deed::Policy(_)
            | Deed::RuleAdd(_)
            | Deed::RuleRemove(_)
            | Deed::Undo(_)
            | Deed::Exception(_)
            | Deed::Carried(_) => true,
        }
    }

    /// One sentence, without who and when.
    pub fn sentence(&self) -> String {
        match self {
            Deed::Scope(_) => "sets the scope of the review".into(),
            Deed::Join(j) => format!("joins {} and {}{}", shown(&j.a), shown(&j.b), j.during.words()),
            Deed::Split(s) => format!("splits {} off{}", shown(&s.account), s.during.words()),
            Deed::Rekind(r) => {
                format!("says that {} is of kind {}{}", shown(&r.account), r.kind.word(), r.during.words())
            }
            Deed::Suspect(s) => format!("marks {} suspect{}", s.writer.words(), s.during.words()),
            Deed::Policy(p) => {
                let set = p.set.iter().map(|(key, value)| match value {
                    Some(value) => format!("{key} = {value}"),
                    None => format!("{key} as shipped"),
                });
                format!("sets {}", set.collect::<Vec<_>>().join(", "))
            }
            Deed::RuleAdd(r) => format!("adds rule {} (SHA-256 {})", r.id, r.sha256),
            Deed::RuleRemove(r) => format!("removes rule {}", r.id),
            Deed::Undo(u) => format!("undoes act {}", u.undone),
            Deed::Searched(s) if s.found.is_empty() => "searched for a secret that is not in the case".into(),
            Deed::Searched(s) => format!("searched for the secret of {}", s.found.join(", ")),
            Deed::Mapping(m) => format!("brings mapping {} (SHA-256 {})", m.name, m.sha256),
            Deed::Exception(e) => {
                format!("accepts {} for {}: {}", e.exception.rule, e.exception.principal, e.exception.reason)
            }
            Deed::Carried(c) => {
                let (o, what) = (&c.origin, c.deed.sentence());
                let by = if o.seq > 0 { format!("act {} of {}", o.seq, o.who) } else { "a record".to_string() };
                format!("{what} (carried from {}, {by}, head {})", o.case, o.head)
            }
        }
    }

    pub fn reason(&self) -> &str {
        match self.itself() {
            Deed::Join(d) => &d.reason,
            Deed::Split(d) => &d.reason,
            Deed::Rekind(d) => &d.reason,
            Deed::Suspect(d) => &d.reason,
            Deed::Policy(d) => &d.reason,
            Deed::RuleAdd(d) => &d.reason,
            Deed::RuleRemove(d) => &d.reason,
            Deed::Undo(d) => &d.reason,
            Deed::Exception(d) => &d.exception.reason,
            Deed::Scope(_) | Deed::Mapping(_) | Deed::Searched(_) | Deed::Carried(_) => "",
        }
    }
}

/// An act as it stands in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Act {
    /// From 1 on, without a gap.
    pub seq: i64,
    pub at: Time,
    pub who: String,
    pub deed: Deed,
    /// Hash of the act before; of nothing for the first.
    pub prior: String,
    /// SHA-256 over all of the above, in hex.
    pub hash: String,
}

impl Act {
    pub fn scope(&self) -> Option<&Scope> {
        match self.deed.itself() {
            Deed::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    /// Who decided it, and when: in the case that it was carried from, where it was.
    pub fn decided(&self) -> (&str, Time) {
        match &self.deed {
            Deed::Carried(c) => (&c.origin.who, c.origin.at),
            _ => (&self.who, self.at),
        }
    }

    /// As the basis of a name: "joins github:ada and ada@example.org; by A. Reviewer on 2026-03-05, act 3: reason".
    pub fn basis(&self) -> String {
        let (who, at) = self.decided();
        let day = at.to_rfc3339();
        let day = day.get(..10).unwrap_or(&day);
        let reason = self.deed.reason();
        let verb = match self.deed.itself() {
            Deed::Join(_) => "joined",
            Deed::Split(_) => "split off",
            Deed::Rekind(_) => "kind stated",
            Deed::Suspect(_) => "marked suspect",
            _ => "decided",
        };
        format!("{verb} by {who} on {day} (act {}), reason: {reason}", self.seq)
    }
}

/// What was found of a pasted secret, by the ids that the exports themselves record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// Forms that were looked for, such as `sha256_base64`.
    pub forms: Vec<String>,
    /// Credential ids of the case that the secret belongs to.
    pub found: Vec<String>,
}

/// What the review is about. An empty list narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default)]
    pub objective: String,
    /// First moment of the period.
    #[serde(default)]
    pub from: Option<Time>,
    /// Last moment of the period.
    #[serde(default)]
    pub to: Option<Time>,
    /// Sources or services, as the exports name them.
    #[serde(default)]
    pub systems: Vec<String>,
    /// Agents, by the directory's id.
    #[serde(default)]
    pub agents: Vec<String>,
    #[serde(default)]
    pub criteria: Vec<Criterion>,
}

/// A control that somebody confirmed to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub control: String,
    pub confirmed_by: String,
}

impl Scope {
    /// Whether a call is counted. A call without a time lies in no period; one without an agent is not left out by a list
    /// of agents, since it may be one of theirs that nobody can name.
    pub fn counts(&self, at: Option<Time>, source: &str, service: Option<&str>, agent: Option<&str>) -> bool {
        let in_period = match at {
            Some(at) => self.from.is_none_or(|f| at >= f) && self.to.is_none_or(|t| at <= t),
            None => self.from.is_none() && self.to.is_none(),
        };
        let named = |list: &[String], word: &str| list.iter().any(|l| l.eq_ignore_ascii_case(word));
        let system = self.systems.is_empty()
            || named(&self.systems, source)
            || source.strip_prefix("mapping:").is_some_and(|s| named(&self.systems, s))
            || service.is_some_and(|s| named(&self.systems, s));
        in_period && system && (self.agents.is_empty() || agent.is_none_or(|a| named(&self.agents, a)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_inside_the_period_of_a_system_and_agent_in_scope() {
        let scope = Scope {
            from: Time::parse("2026-03-01T00:00:00Z"),
            to: Time::parse("2026-03-31T23:59:59.999999Z"),
            systems: vec!["tool-gateway".into(), "ehr".into()],
            agents: vec!["records-agent".into()],
            ..Scope::default()
        };
        let at = Time::parse("2026-03-02T10:00:00Z");
        assert!(scope.counts(at, "mapping:tool-gateway", None, Some("records-agent")));
        assert!(scope.counts(at, "aws_cloudtrail", Some("EHR"), None));
        assert!(!scope.counts(at, "aws_cloudtrail", None, None));
        assert!(!scope.counts(at, "mapping:tool-gateway", None, Some("other-agent")));
        assert!(!scope.counts(Time::parse("2026-04-01T00:00:00Z"), "mapping:tool-gateway", None, None));
        assert!(!scope.counts(None, "mapping:tool-gateway", None, None));
        assert!(Scope::default().counts(None, "anything", None, None));
    }
}
