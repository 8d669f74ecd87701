//! One right of an export, and whether it covers what is asked.

use std::borrow::Cow;

use super::super::condition::{Condition, Facts, Holds, Per};
use super::super::glob;
use super::{Question, aws};
use crate::case::GrantRow;
use crate::model::Time;
use crate::sources::aws_authorization;

#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub event: i64,
    /// As the export writes it.
    pub principal: String,
    pub service: Option<String>,
    pub action: String,
    pub resource: String,
    except_actions: Vec<String>,
    except_resources: Vec<String>,
    pub allow: bool,
    condition: Condition,
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// A statement of an IAM policy: `?` is a wildcard, `${...}` a variable, and resources are ARNs.
    pub iam: bool,
}

/// Whether something covers what is asked; `Open` where that cannot be told, with the reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cover {
    No,
    Yes,
    Open(String),
}

/// The question with all that is known for it, made once for all grants.
pub(super) struct Asked<'a> {
    pub question: &'a Question<'a>,
    pub facts: Facts<'a>,
    /// The action as IAM policies name it, where the log names it otherwise.
    pub iam_action: Option<String>,
    /// The resource as Kubernetes itself writes it.
    pub kubernetes: Option<Cow<'a, str>>,
    /// `${aws:username}` of whoever is asked about, where there is one such name.
    pub iam_user: Option<&'a str>,
}

impl Asked<'_> {
    fn action(&self, iam: bool) -> &str {
        self.iam_action.as_deref().filter(|_| iam).unwrap_or(self.question.action)
    }
}

impl Grant {
    pub(super) fn of(row: &GrantRow) -> Grant {
        let service = row.service.clone().filter(|s| !s.trim().is_empty());
        Grant {
            event: row.event,
            principal: row.principal.trim().to_string(),
            iam: service.as_deref() == Some(aws_authorization::SERVICES),
            service,
            action: row.action.trim().to_string(),
            resource: row.resource.trim().to_string(),
            except_actions: row.except_actions.clone(),
            except_resources: row.except_resources.clone(),
            allow: row.allow,
            condition: Condition::parse(&row.condition),
            from: row.valid_from,
            to: row.valid_to,
        }
    }

    /// Attributes with a cumulative maximum in its condition.
    pub(super) fn sums(&self) -> impl Iterator<Item = (&str, Per)> {
        self.condition.sums()
    }

    /// The action in lower case where it is one word and no pattern.
    pub(super) fn exact_action(&self) -> Option<String> {
        (!self.action.contains(['*', '?', '$'])).then(|| self.action.to_ascii_lowercase())
    }

    fn names(&self, asked: &Asked<'_>) -> bool {
        let service = match (&self.service, asked.question.service) {
            (Some(mine), Some(asked)) => glob::covers_service(mine, asked),
            _ => true,
        };
        let action = asked.action(self.iam);
        // Everything but something is not everything.
        let partial = self.iam && action == "*:*" && !self.except_actions.is_empty();
        service
            && !partial
            && self.word(&self.action, action)
            && !self.except_actions.iter().any(|except| self.word(except, action))
    }

    fn word(&self, pattern: &str, action: &str) -> bool {
        match self.iam {
            true => glob::covers_iam(pattern, action, true),
            false => glob::covers_word(pattern, action),
        }
    }

    /// The action, at the time asked about.
    pub(super) fn names_action(&self, asked: &Asked<'_>) -> bool {
        self.names(asked) && matches!(self.valid(asked.question.at), Cover::Yes)
    }

    pub(super) fn covers(&self, asked: &Asked<'_>) -> Cover {
        if !self.names(asked) {
            return Cover::No;
        }
        let mut open = None;
        for cover in [self.on(asked), self.valid(asked.question.at)] {
            match cover {
                Cover::No => return Cover::No,
                Cover::Open(why) => open = open.or(Some(why)),
                Cover::Yes => {}
            }
        }
        match self.condition.holds(&asked.facts) {
            Holds::False(_) => Cover::No,
            Holds::Undetermined(why) => Cover::Open(why),
            Holds::True => open.map_or(Cover::Yes, Cover::Open),
        }
    }

    /// Whether the resource asked about is among the grant's.
    fn on(&self, asked: &Asked<'_>) -> Cover {
        let everything = self.resource == "*" && self.except_resources.is_empty();
        let Some(resource) = asked.question.resource else {
            return match everything {
                true => Cover::Yes,
                false => Cover::Open("the record does not say on what it was done".into()),
            };
        };
        if self.iam && resource != "*" && !resource.starts_with("arn:") {
            return match (everything, asked.question.service) {
                (true, Some(_)) => Cover::Yes,
                (true, None) => Cover::Open("it is not said of which system the question is".into()),
                (false, _) => Cover::Open(format!("{resource} is no ARN, by which the policy names its resources")),
            };
        }
        let kubernetes = asked.kubernetes.as_deref().filter(|_| self.service.as_deref() == Some("kubernetes"));
        let resource = kubernetes.unwrap_or(resource);
        if self.iam && resource == "*" && !self.except_resources.is_empty() {
            return Cover::No;
        }
        let mut open = None;
        match self.pattern(&self.resource, resource, asked) {
            Cover::No => return Cover::No,
            Cover::Open(why) => open = Some(why),
            Cover::Yes => {}
        }
        for except in &self.except_resources {
            match self.pattern(except, resource, asked) {
                Cover::Yes => return Cover::No,
                Cover::Open(why) => open = open.or(Some(why)),
                Cover::No => {}
            }
        }
        open.map_or(Cover::Yes, Cover::Open)
    }

    fn pattern(&self, pattern: &str, resource: &str, asked: &Asked<'_>) -> Cover {
        if !self.iam {
            return if glob::covers(pattern, resource) { Cover::Yes } else { Cover::No };
        }
        match aws::resolved(pattern, asked.iam_user) {
            aws::Resolved::Plain(pattern) if glob::covers_iam(&pattern, resource, false) => Cover::Yes,
            aws::Resolved::Variable(widest) if glob::covers_iam(&widest, resource, false) => {
                Cover::Open(format!("`{pattern}` holds a variable that the record does not resolve"))
            }
            _ => match aws::named_otherwise(asked.question.action, pattern, resource).filter(|_| resource != "*") {
                Some(why) => Cover::Open(why.into()),
                None => Cover::No,
            },
        }
    }

    /// Validity is half open: from its first moment, up to but not including its last.
    fn valid(&self, at: Option<Time>) -> Cover {
        valid(self.from, self.to, at)
    }
}

/// Whether a moment lies in a half-open span. What began in no record began before all of them.
pub(super) fn valid(from: Option<Time>, to: Option<Time>, at: Option<Time>) -> Cover {
    match at {
        Some(at) if from.is_some_and(|f| at < f) || to.is_some_and(|t| at >= t) => Cover::No,
        None if from.is_some() || to.is_some() => Cover::Open("the record has no time".into()),
        _ => Cover::Yes,
    }
}
