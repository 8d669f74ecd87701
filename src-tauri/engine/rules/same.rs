//! One action and one thing, as two logs write them.

/// The last part of an action's word: `refund.create` and `api:create` may be one action in two vocabularies.
pub fn last(action: &str) -> String {
    segments(action).next_back().unwrap_or(action).trim().to_lowercase()
}

fn segments(action: &str) -> impl DoubleEndedIterator<Item = &str> {
    action.split([':', '.', '/'])
}

/// One action: the same word, or the last part of the other where one of the two is a single word.
pub fn same_action(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a.eq_ignore_ascii_case(b) || ((segments(a).count() == 1 || segments(b).count() == 1) && last(a) == last(b))
}

/// `order:7` and `order/7` are one thing.
pub fn thing(resource: &str) -> String {
    resource.trim().replace(':', "/").to_lowercase()
}

/// The forms in which a decision's resource may stand on a call: itself, and with its type before it, whether the log keeps the
/// type beside (`order`, `7`) or writes it as Cedar does (`Shop::Order::"7"`).
pub fn things(resource: &str, kind: Option<&str>) -> Vec<String> {
    let mut forms = vec![thing(resource)];
    let typed = resource.trim().strip_suffix('"').and_then(|r| r.rsplit_once("::\""));
    if let Some((kind, id)) = typed {
        let kind = kind.rsplit("::").next().unwrap_or(kind);
        forms.extend([thing(&format!("{kind}/{id}")), thing(id)]);
    } else if let Some(kind) = kind.filter(|k| !k.trim().is_empty()) {
        forms.push(thing(&format!("{kind}/{resource}")));
    }
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_action_in_two_vocabularies_and_two_actions_that_end_alike() {
        assert!(same_action("refund.create", "Refund.Create") && same_action("create", "refund.create"));
        assert!(same_action("s3:GetObject", "GetObject"));
        assert!(!same_action("note.create", "refund.create") && !same_action("refund.create", "refund.read"));
        assert_eq!(thing("order:7"), thing("Order/7"));
        assert!(things("7", Some("order")).contains(&thing("order/7")));
        assert!(things("Shop::Order::\"7\"", None).contains(&thing("order:7")));
        assert_eq!(things("doc:1", None), ["doc/1"]);
    }
}
