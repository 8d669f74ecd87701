//! Whom an event names: nobody who is empty or a placeholder, and nobody whom its record does not tell of.

use behalf_engine::model::{Event, Principal};

/// Everybody named by an event, in any role.
pub fn principals(event: &Event) -> Vec<&Principal> {
    let token = event.token.iter().flat_map(|t| t.subject.iter().chain(&t.actors).chain(&t.client));
    let approval = event.approval.iter().flat_map(|a| [&a.subject, &a.requested_by, &a.approved_by]).flatten();
    let evaluated = event.decision.iter().flat_map(|d| &d.evaluated);
    let wire = event.wire.iter().map(|w| &w.principal);
    let issued = event.issued.iter().filter_map(|i| i.principal.as_ref());
    let claims = event.claims.iter().map(|c| &c.principal);
    wire.chain(claims).chain(issued).chain(token).chain(approval).chain(evaluated).collect()
}

/// A word that stands for nobody, in whatever case and brackets.
pub fn is_nobody(id: &str) -> bool {
    const WORDS: [&str; 14] = [
        "",
        "-",
        "n/a",
        "na",
        "null",
        "nil",
        "none",
        "unknown",
        "undefined",
        "anonymous",
        "system:anonymous",
        "redacted",
        "hidden_due_to_security_reasons",
        "00000000-0000-0000-0000-000000000000",
    ];
    let bare = id.trim().trim_matches(|c: char| matches!(c, '<' | '>' | '[' | ']' | '(' | ')' | '"' | '*'));
    WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

/// Whether each word of an id stands somewhere in the record. Its parts may have been put together anew (an ARN's
/// account and role).
pub fn is_told(id: &str, record: &str) -> bool {
    // An ARN may be put together of an account and a name.
    let own = |word: &&str| !matches!(*word, "arn" | "aws" | "iam" | "sts" | "user" | "role");
    let words = id.split(|c: char| !c.is_ascii_alphanumeric()).filter(own);
    words.map(str::to_ascii_lowercase).all(|word| record.contains(&word))
}
