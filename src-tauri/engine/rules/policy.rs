//! The parameters that a case's policy may set: those of the rules, and those that no rule owns. Each has a meaning, a
//! unit, a shipped value and a range.

use std::collections::BTreeMap;

use super::catalogue::catalogue;
use super::own;
use super::rule::Parameter;
use crate::lineage::clocks;
use crate::model::deed::OwnRule;

/// All parameters of a case by their key, `RULE.name` or `clocks.bound`; the rules of the log with them.
pub fn parameters(rules: &BTreeMap<String, OwnRule>) -> BTreeMap<String, Parameter> {
    let mut out = BTreeMap::from([(clocks::BOUND.to_string(), clock_bound())]);
    let (own, _) = own::of_log(rules);
    for rule in catalogue().iter().chain(&own) {
        out.extend(rule.parameters.iter().map(|(name, p)| (rule.key(name), p.clone())));
    }
    out
}

fn clock_bound() -> Parameter {
    Parameter {
        default: clocks::SHIPPED_SECONDS,
        says: "how far the clocks of two sources may differ where no pairs of records tell".into(),
        unit: "seconds".into(),
        least: Some(clocks::LEAST_SECONDS),
        most: Some(clocks::MOST_SECONDS),
        whole: false,
    }
}

/// The value of a shipped rule's parameter under a policy.
pub(super) fn value(rule: &str, parameter: &str, policy: &BTreeMap<String, f64>) -> f64 {
    let rule = catalogue().iter().find(|r| r.id == rule);
    rule.and_then(|r| r.value(parameter, policy)).unwrap_or_default()
}
