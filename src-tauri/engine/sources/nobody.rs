//! Words that stand for nobody. An identity slot that holds one is empty, with its reason; it is never an actor.

use crate::model::{Event, Principal, Role, WhyEmpty};

/// Text of an identity slot, or why it is empty.
pub fn somebody(text: &str) -> Result<&str, WhyEmpty> {
    let text = text.trim();
    let bare = text.trim_matches(|c: char| matches!(c, '<' | '>' | '[' | ']' | '*' | '"' | '(' | ')'));
    const ABSENT: [&str; 13] = [
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
        "anonymous_principal",
        "system:anonymous",
        "00000000-0000-0000-0000-000000000000",
    ];
    const REDACTED: [&str; 5] = ["redacted", "hidden_due_to_security_reasons", "hidden", "masked", "removed"];
    let is = |words: &[&str]| words.iter().any(|w| bare.eq_ignore_ascii_case(w));
    // `***` and `xxxx` are what redaction leaves behind.
    let blotted = !text.is_empty() && text.len() >= 3 && text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '█'));
    if is(&REDACTED) || blotted {
        return Err(WhyEmpty::Redacted);
    }
    if is(&ABSENT) { Err(WhyEmpty::Absent) } else { Ok(text) }
}

/// Empties each slot of an event that names a placeholder. Sources look at the slots they know to be left blank; a blank may
/// stand in any.
pub(super) fn emptied(mut event: Event) -> Event {
    let named = |p: &Principal| somebody(&p.id).is_ok();
    if let Some(why) = event.wire.as_ref().and_then(|w| somebody(&w.principal.id).err()) {
        event.wire = None;
        if !event.claims.iter().any(|c| c.role == Role::Human) {
            event.human_empty = why;
        }
    }
    for claim in &event.claims {
        if let Err(why) = somebody(&claim.principal.id) {
            match claim.role {
                Role::Human => event.human_empty = why,
                Role::Agent => event.agent_empty = why,
            }
        }
    }
    event.claims.retain(|c| named(&c.principal));
    event.same.retain(|(a, b)| named(a) && named(b));
    if let Some(issued) = &mut event.issued {
        issued.principal = issued.principal.take().filter(named);
    }
    if let Some(token) = &mut event.token {
        token.subject = token.subject.take().filter(named);
        token.client = token.client.take().filter(named);
        token.actors.retain(named);
    }
    if let Some(approval) = &mut event.approval {
        for slot in [&mut approval.subject, &mut approval.requested_by, &mut approval.approved_by] {
            *slot = slot.take().filter(named);
        }
    }
    if let Some(decision) = &mut event.decision {
        decision.evaluated.retain(named);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Claim, EventKind, EvidenceKind, FilledBy, TokenFacts, Wire, WireKind};

    #[test]
    fn a_placeholder_in_any_slot_is_nobody_and_says_why() {
        let nobody = |id: &str| Principal { namespace: "github".into(), id: id.into() };
        let mut event = Event::new(EventKind::Call);
        event.wire = Some(Wire { principal: nobody("N/A"), kind: WireKind::Human, by: FilledBy::Platform });
        let claim = |role, id: &str| Claim {
            role,
            principal: nobody(id),
            evidence: EvidenceKind::K3,
            by: FilledBy::Platform,
            field: "/integration".into(),
        };
        event.claims = vec![claim(Role::Human, "[redacted]"), claim(Role::Agent, "-"), claim(Role::Agent, "helper")];
        event.token = Some(TokenFacts { actors: vec![nobody("unknown"), nobody("helper")], ..TokenFacts::default() });
        let event = emptied(event);
        assert_eq!(event.wire, None);
        assert_eq!(event.human_empty, WhyEmpty::Redacted);
        assert_eq!(event.claims, [claim(Role::Agent, "helper")]);
        assert_eq!(event.token.map(|t| t.actors), Some(vec![nobody("helper")]));
    }

    #[test]
    fn placeholders_are_nobody_and_names_are_somebody() {
        for text in [
            "",
            " ",
            "Anonymous",
            "unknown",
            "ANONYMOUS_PRINCIPAL",
            "-",
            "null",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(somebody(text), Err(WhyEmpty::Absent), "{text}");
        }
        for text in ["HIDDEN_DUE_TO_SECURITY_REASONS", "<redacted>", "[REDACTED]", "********"] {
            assert_eq!(somebody(text), Err(WhyEmpty::Redacted), "{text}");
        }
        assert_eq!(somebody(" ada@example.org "), Ok("ada@example.org"));
        assert_eq!(somebody("hidden-figures-agent"), Ok("hidden-figures-agent"));
    }
}
