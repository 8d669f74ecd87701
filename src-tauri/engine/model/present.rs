//! The present: what the log of acts says as a whole, with what was undone left out. A pure function of the log.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, Deed, Scope};
use super::context::Exception;
use super::deed::OwnRule;

/// The acts that are in effect, folded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Present {
    pub scope: Option<Scope>,
    /// Acts on identity, in the order of the log: each works on what those before it left.
    pub identity: Vec<Act>,
    pub suspects: Vec<Act>,
    /// Values that differ from the shipped ones, or once did.
    pub policy: BTreeMap<String, f64>,
    pub rules: BTreeMap<String, OwnRule>,
    pub exceptions: Vec<Exception>,
}

impl Present {
    pub fn of(acts: &[Act]) -> Present {
        let undone = undone(acts);
        let mut out = Present::default();
        for act in acts.iter().filter(|act| !undone.contains_key(&act.seq)) {
            out.take(act);
        }
        out
    }

    fn take(&mut self, act: &Act) {
        match act.deed.itself() {
            Deed::Scope(scope) => self.scope = Some(scope.clone()),
            Deed::Join(_) | Deed::Split(_) | Deed::Rekind(_) => self.identity.push(act.clone()),
            Deed::Suspect(_) => self.suspects.push(act.clone()),
            Deed::Policy(change) => {
                for (key, value) in &change.set {
                    match value {
                        Some(value) => self.policy.insert(key.clone(), *value),
                        None => self.policy.remove(key),
                    };
                }
            }
            Deed::RuleAdd(rule) => {
                self.rules.insert(rule.id.clone(), rule.clone());
            }
            Deed::RuleRemove(gone) => {
                self.rules.remove(&gone.id);
            }
            Deed::Exception(carried) => self.exceptions.push(carried.exception.clone()),
            Deed::Undo(_) | Deed::Mapping(_) | Deed::Searched(_) | Deed::Carried(_) => {}
        }
    }
}

/// The acts that have no effect, each with the act that undoes it. An undone undo undoes nothing.
pub fn undone(acts: &[Act]) -> BTreeMap<i64, i64> {
    let mut out: BTreeMap<i64, i64> = BTreeMap::new();
    let known: BTreeSet<i64> = acts.iter().map(|a| a.seq).collect();
    // An act can only be undone by a later one: from the last on, each is known to hold or not when it is reached.
    for act in acts.iter().rev() {
        if let Deed::Undo(undo) = act.deed.itself()
            && undo.undone < act.seq
            && known.contains(&undo.undone)
            && !out.contains_key(&act.seq)
        {
            out.insert(undo.undone, act.seq);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::deed::{Join, PolicyChange, RuleRemoved, Split, Undo};
    use crate::model::{Interval, Principal, Time};

    fn act(seq: i64, deed: Deed) -> Act {
        Act { seq, at: Time(seq), who: "ada".into(), deed, prior: String::new(), hash: String::new() }
    }

    fn undo(seq: i64) -> Deed {
        Deed::Undo(Undo { undone: seq, reason: "mistaken".into() })
    }

    fn deeds() -> impl Strategy<Value = Deed> {
        let account = || "[a-c]".prop_map(|id| Principal::new("github", &id));
        let reason = || Just(String::from("because"));
        prop_oneof![
            "[a-c]".prop_map(|objective| Deed::Scope(Scope { objective, ..Scope::default() })),
            (account(), account(), reason()).prop_map(|(a, b, reason)| Deed::Join(Join {
                a,
                b,
                during: Interval::default(),
                confirmed: false,
                reason
            })),
            (account(), reason()).prop_map(|(account, reason)| Deed::Split(Split {
                account,
                during: Interval::default(),
                reason
            })),
            ("[a-b]", proptest::option::of(0.0..9.0), reason()).prop_map(|(key, value, reason)| Deed::Policy(
                PolicyChange { set: BTreeMap::from([(key, value)]), reason }
            )),
            "[a-b]".prop_map(|id| Deed::RuleAdd(OwnRule {
                id,
                text: String::new(),
                sha256: String::new(),
                reason: String::new()
            })),
            "[a-b]".prop_map(|id| Deed::RuleRemove(RuleRemoved { id, reason: String::new() })),
        ]
    }

    fn log(deeds: &[Deed]) -> Vec<Act> {
        deeds.iter().zip(1..).map(|(deed, seq)| act(seq, deed.clone())).collect()
    }

    proptest! {
        #[test]
        fn an_undone_act_is_as_if_it_had_never_been(of in prop::collection::vec(deeds(), 1..12), which in any::<prop::sample::Index>()) {
            let acts = log(&of);
            let gone = which.index(acts.len()) as i64 + 1;
            let mut with = acts.clone();
            with.push(act(acts.len() as i64 + 1, undo(gone)));
            let without: Vec<Act> = acts.iter().filter(|a| a.seq != gone).cloned().collect();
            prop_assert_eq!(Present::of(&with), Present::of(&without));
            // And an undone undo is as if neither had been.
            with.push(act(acts.len() as i64 + 2, undo(acts.len() as i64 + 1)));
            prop_assert_eq!(Present::of(&with), Present::of(&acts));
        }

        #[test]
        fn undoing_everything_leaves_nothing(of in prop::collection::vec(deeds(), 0..12)) {
            let mut acts = log(&of);
            for gone in 1..=acts.len() as i64 {
                acts.push(act(acts.len() as i64 + 1, undo(gone)));
            }
            prop_assert_eq!(Present::of(&acts), Present::default());
        }
    }

    #[test]
    fn an_undo_of_what_is_not_there_or_comes_later_does_nothing() {
        let acts = [act(1, undo(7)), act(2, undo(2)), act(3, Deed::Scope(Scope::default()))];
        assert_eq!(undone(&acts), BTreeMap::new());
        assert!(Present::of(&acts).scope.is_some());
    }
}
