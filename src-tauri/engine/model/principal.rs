//! Principals: who an identifier stands for, before anyone decides which person or agent that is.

use serde::{Deserialize, Serialize};

/// An identifier in the namespace that gives it meaning. Never a display name.
///
/// Namespaces in use: `email` (an e-mail address or UPN, folded to lower case: globally unique), `aws` (an ARN),
/// `aws-role` (`ACCOUNT/Role`), `aws-idc` (Identity Center user id), `github`, `k8s`, `okta`, `aws-service`, `gcp` (a
/// principal that is no address), `entra` (object and application ids of Microsoft Entra), and `name`
/// for a bare word (a client id, `act.sub`, `gen_ai.agent.id`), which joins only a directory row whose own id it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Principal {
    pub namespace: String,
    pub id: String,
}

impl Principal {
    pub fn new(namespace: &str, id: &str) -> Principal {
        let id = id.trim();
        if is_email(id) && !matches!(namespace, "aws" | "aws-role" | "aws-service") {
            return Principal { namespace: "email".into(), id: id.to_lowercase() };
        }
        Principal { namespace: namespace.into(), id: id.into() }
    }

    /// A word whose namespace the source does not say: an e-mail address, an ARN, a Kubernetes user, else a name.
    /// `None` for an empty word: an empty identifier is nobody.
    pub fn from_word(word: &str) -> Option<Principal> {
        let word = word.trim();
        match word {
            "" => None,
            w if w.starts_with("arn:") => Some(Principal::from_arn(w)),
            w if w.starts_with("system:") => Some(Principal::new("k8s", w)),
            w => Some(Principal::new("name", w)),
        }
    }

    /// An ARN. A role session stands for its role: the session name is the caller's own text.
    pub fn from_arn(arn: &str) -> Principal {
        let mut parts = arn.splitn(6, ':');
        let (account, resource) = (parts.nth(4).unwrap_or(""), parts.next().unwrap_or(""));
        let mut path = resource.split('/');
        match path.next() {
            Some("assumed-role") => Principal::new("aws-role", &format!("{account}/{}", path.next().unwrap_or(""))),
            Some("role") => Principal::new("aws-role", &format!("{account}/{}", path.next_back().unwrap_or(""))),
            _ => Principal::new("aws", arn),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

impl std::fmt::Display for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

/// One `@`, something before it, a dot in what follows, no blanks.
pub fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && domain.len() > 2
                && domain.contains('.')
                && !domain.contains('@')
                && !text.contains(char::is_whitespace)
                && !text.contains([':', '/'])
        }
        None => false,
    }
}

/// A GUID as text, which is one in any case of its letters.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(n, b)| match n {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// What the source says of the principal whose credential was on the request (DESIGN section 6 and 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireKind {
    /// A person's own account, as far as the source can tell.
    Human,
    Agent,
    Service,
    /// A component of the platform itself: controllers, service-linked roles, cloud services.
    System,
    /// A delegated user token: a person as subject, a client or agent as actor.
    Delegated,
    Shared,
    Unknown,
}

impl WireKind {
    pub const fn word(self) -> &'static str {
        match self {
            WireKind::Human => "human",
            WireKind::Agent => "agent",
            WireKind::Service => "service",
            WireKind::System => "system",
            WireKind::Delegated => "delegated",
            WireKind::Shared => "shared",
            WireKind::Unknown => "unknown",
        }
    }

    pub fn from_word(word: &str) -> Option<WireKind> {
        use WireKind::*;
        [Human, Agent, Service, System, Delegated, Shared, Unknown].into_iter().find(|k| k.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_person_in_any_case_and_a_word_is_not_an_address() {
        assert_eq!(Principal::new("okta", "Ada@Example.org"), Principal::new("k8s", "ada@example.org"));
        assert_eq!(Principal::from_word("refund-assistant").unwrap().namespace, "name");
        assert_eq!(Principal::from_word("  "), None);
    }

    #[test]
    fn a_role_session_stands_for_its_role() {
        let p = Principal::from_arn("arn:aws:sts::123456789012:assumed-role/AgentRole/any-text@x.y");
        assert_eq!((p.namespace.as_str(), p.id.as_str()), ("aws-role", "123456789012/AgentRole"));
        let p = Principal::from_arn("arn:aws:iam::123456789012:role/path/AgentRole");
        assert_eq!(p.id, "123456789012/AgentRole");
    }
}
