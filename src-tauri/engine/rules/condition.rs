//! Conditions of entitlements: `attribute op literal`, joined by `and` (DESIGN section 5.1).
//!
//! A maximum may be cumulative: `amount<=500 per day`, `amount<=500 EUR per resource`. Its sum is then an attribute of its
//! own, [`sum_of`]; without it a call is held against the maximum alone.

use crate::model::Attribute;

/// What a condition says of a call. A condition on something that the call does not carry decides nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Holds {
    True,
    False(String),
    Undetermined(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug, Clone, PartialEq)]
struct Clause {
    attribute: String,
    op: Op,
    literal: String,
    per: Option<Per>,
}

/// What a cumulative maximum is summed over, beside person and action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// A calendar day in UTC.
    Day,
    Resource,
}

impl Per {
    pub const ALL: [Per; 2] = [Per::Day, Per::Resource];

    pub const fn word(self) -> &'static str {
        match self {
            Per::Day => "day",
            Per::Resource => "resource",
        }
    }
}

/// The attribute that holds a sum: `amount per day`.
pub fn sum_of(attribute: &str, per: Per) -> String {
    format!("{attribute} per {}", per.word())
}

/// A condition, read once.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    /// `None` where the text is no condition that we know: it is then never determined.
    clauses: Option<Vec<Clause>>,
}

/// What a condition is held against.
pub struct Facts<'a> {
    pub attributes: &'a [(String, Attribute)],
    /// Whether whoever is asked about owns the resource, or why that cannot be told.
    pub owns: Result<bool, &'a str>,
    /// The Kubernetes namespace of the resource: `None` where that cannot be told, empty where it is in none.
    pub namespace: Option<String>,
}

/// The attribute that a role binding confines to its namespace.
pub const NAMESPACE: &str = "k8s:namespace";

impl Condition {
    pub fn parse(text: &str) -> Condition {
        let text = text.trim();
        let clauses = split_and(text).into_iter().map(clause).collect::<Option<Vec<_>>>();
        Condition { text: text.to_string(), clauses: if text.is_empty() { Some(Vec::new()) } else { clauses } }
    }

    /// Attributes with a cumulative maximum.
    pub fn sums(&self) -> impl Iterator<Item = (&str, Per)> {
        self.clauses.iter().flatten().filter_map(|c| Some((c.attribute.as_str(), c.per?)))
    }

    /// False if any clause is known to be false; undetermined if any other cannot be told.
    pub fn holds(&self, facts: &Facts<'_>) -> Holds {
        let Some(clauses) = &self.clauses else {
            return Holds::Undetermined(format!("the condition `{}` is not understood", self.text));
        };
        let mut open = None;
        for clause in clauses {
            match clause.holds(facts, clauses) {
                Holds::False(why) => return Holds::False(why),
                Holds::Undetermined(why) => open = open.or(Some(why)),
                Holds::True => {}
            }
        }
        open.map_or(Holds::True, Holds::Undetermined)
    }
}

fn split_and(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut quoted = false;
    let mut at = 0;
    let bytes = text.as_bytes();
    let mut start = 0;
    while at < bytes.len() {
        if bytes[at] == b'"' || bytes[at] == b'\'' {
            quoted = !quoted;
        }
        let here = text.get(at..at + 5);
        if !quoted && here.is_some_and(|h| h.eq_ignore_ascii_case(" and ")) {
            parts.push(text[start..at].trim());
            start = at + 5;
            rest = &text[start..];
            at += 5;
            continue;
        }
        at += 1;
    }
    parts.push(rest.trim());
    parts
}

fn clause(text: &str) -> Option<Clause> {
    let at = text.find(['=', '!', '<', '>'])?;
    let (attribute, rest) = text.split_at(at);
    let two = [("!=", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("==", Op::Eq)];
    let one = [("=", Op::Eq), ("<", Op::Lt), (">", Op::Gt)];
    let (op, literal) =
        two.iter().chain(one.iter()).find_map(|(sign, op)| rest.strip_prefix(sign).map(|literal| (*op, literal)))?;
    let (attribute, literal) = (attribute.trim(), literal.trim().trim_matches(['"', '\'']));
    let (literal, per) = cumulative(literal);
    if attribute.is_empty() || literal.is_empty() || (per.is_some() && !matches!(op, Op::Lt | Op::Le)) {
        return None;
    }
    Some(Clause { attribute: attribute.to_string(), op, literal: literal.to_string(), per })
}

/// `500 EUR per day` is 500 EUR, summed over a day.
fn cumulative(literal: &str) -> (&str, Option<Per>) {
    for per in Per::ALL {
        let cut = literal.len().saturating_sub(per.word().len());
        let Some((before, word)) = literal.split_at_checked(cut) else { continue };
        let before = before.trim_end();
        let Some((amount, joint)) = before.split_at_checked(before.len().saturating_sub(3)) else { continue };
        if word.eq_ignore_ascii_case(per.word())
            && joint.eq_ignore_ascii_case("per")
            && amount.ends_with(char::is_whitespace)
        {
            return (amount.trim(), Some(per));
        }
    }
    (literal, None)
}

impl Clause {
    fn holds(&self, facts: &Facts<'_>, all: &[Clause]) -> Holds {
        if self.attribute.eq_ignore_ascii_case("owner") && self.literal.eq_ignore_ascii_case("self") {
            return match facts.owns {
                Ok(owns) => self.settled(owns == (self.op == Op::Eq), "the resource's owner"),
                Err(why) => Holds::Undetermined(why.into()),
            };
        }
        if self.attribute == NAMESPACE && self.op == Op::Eq {
            return match &facts.namespace {
                Some(namespace) => self.settled(*namespace == self.literal, "the resource's namespace"),
                None => Holds::Undetermined("the namespace of the resource cannot be told".into()),
            };
        }
        let named =
            |wanted: &str| facts.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, v)| v);
        let sum = self.per.and_then(|per| named(&sum_of(&self.attribute, per)));
        let value = sum.or_else(|| named(&self.attribute));
        match value {
            None => self
                .currency_of_a_number(facts)
                .unwrap_or_else(|| Holds::Undetermined(format!("the call does not carry `{}`", self.attribute))),
            Some(Attribute::Number { value, currency }) => {
                let beside = || stated_currency(facts).filter(|_| self.unit(all).is_some());
                self.number(*value, currency.as_deref().or_else(beside), all)
            }
            Some(Attribute::Text(text)) => self.text(text),
            Some(Attribute::Flag(flag)) => self.text(if *flag { "true" } else { "false" }),
        }
    }

    /// `currency=EUR` speaks of the currency that a number carries.
    fn currency_of_a_number(&self, facts: &Facts<'_>) -> Option<Holds> {
        if !self.attribute.eq_ignore_ascii_case("currency") {
            return None;
        }
        let known = facts.attributes.iter().find_map(|(_, v)| match v {
            Attribute::Number { currency: Some(c), .. } => Some(c.as_str()),
            _ => None,
        })?;
        Some(self.text(known))
    }

    /// The currency of the limit: behind its number, or in a clause of its own.
    fn unit<'a>(&'a self, all: &'a [Clause]) -> Option<&'a str> {
        self.literal.split_once(char::is_whitespace).map(|(_, unit)| unit.trim()).or_else(|| {
            all.iter()
                .find(|c| c.op == Op::Eq && c.attribute.eq_ignore_ascii_case("currency"))
                .map(|c| c.literal.as_str())
        })
    }

    /// A limit without the number's currency says nothing about it.
    fn number(&self, value: f64, currency: Option<&str>, all: &[Clause]) -> Holds {
        let amount = self.literal.split_whitespace().next().unwrap_or_default();
        let Ok(limit) = amount.parse::<f64>() else {
            return Holds::Undetermined(format!("`{}` is no number to compare with", self.literal));
        };
        match (currency, self.unit(all)) {
            (None, None) => {}
            (Some(c), Some(n)) if c.eq_ignore_ascii_case(n) => {}
            _ => return Holds::Undetermined(format!("the currency of `{}` is not that of the limit", self.attribute)),
        }
        // Sums of cents carry the rounding of binary fractions, far below the least coin.
        let value = if self.per.is_some() { (value * 1e6).round() / 1e6 } else { value };
        let holds = match self.op {
            Op::Eq => value == limit,
            Op::Ne => value != limit,
            Op::Lt => value < limit,
            Op::Le => value <= limit,
            Op::Gt => value > limit,
            Op::Ge => value >= limit,
        };
        self.settled(holds, &format!("{} is {value}", self.attribute))
    }

    fn text(&self, text: &str) -> Holds {
        if let (Ok(value), Ok(_)) = (text.trim().parse::<f64>(), self.literal.parse::<f64>()) {
            return self.number(value, None, &[]);
        }
        match self.op {
            Op::Eq => {
                self.settled(text.trim().eq_ignore_ascii_case(&self.literal), &format!("{} is {text}", self.attribute))
            }
            Op::Ne => {
                self.settled(!text.trim().eq_ignore_ascii_case(&self.literal), &format!("{} is {text}", self.attribute))
            }
            _ => Holds::Undetermined(format!("`{}` is no number to compare with", self.attribute)),
        }
    }

    fn settled(&self, holds: bool, why: &str) -> Holds {
        if holds { Holds::True } else { Holds::False(why.to_string()) }
    }
}

/// A call may state the currency beside its number.
fn stated_currency<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    facts.attributes.iter().find_map(|(name, value)| match value {
        Attribute::Text(text) if name.eq_ignore_ascii_case("currency") => Some(text.trim()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(condition: &str, attributes: &[(&str, Attribute)], owns: Result<bool, &str>) -> Holds {
        let attributes: Vec<(String, Attribute)> = attributes.iter().map(|(n, v)| (n.to_string(), v.clone())).collect();
        Condition::parse(condition).holds(&Facts { attributes: &attributes, owns, namespace: Some("prod".into()) })
    }

    const NO: Result<bool, &str> = Err("not said");

    fn number(value: f64, currency: Option<&str>) -> Attribute {
        Attribute::Number { value, currency: currency.map(str::to_string) }
    }

    #[test]
    fn a_limit_is_met_broken_or_not_to_be_told() {
        assert_eq!(held("amount<=50", &[("amount", number(50.0, None))], NO), Holds::True);
        assert!(matches!(held("amount <= 50", &[("amount", number(50.01, None))], NO), Holds::False(_)));
        assert!(matches!(held("amount<=50", &[], NO), Holds::Undetermined(_)));
        assert_eq!(held("", &[], NO), Holds::True);
    }

    #[test]
    fn another_or_an_unknown_currency_is_not_to_be_told() {
        assert!(matches!(held("amount<=50", &[("amount", number(5.0, Some("JPY")))], NO), Holds::Undetermined(_)));
        assert!(matches!(held("amount<=50 EUR", &[("amount", number(5.0, None))], NO), Holds::Undetermined(_)));
        assert_eq!(held("amount<=50 EUR", &[("amount", number(5.0, Some("EUR")))], NO), Holds::True);
        assert_eq!(held("amount<=50 and currency=EUR", &[("amount", number(5.0, Some("EUR")))], NO), Holds::True);
        let beside = [("amount", number(5.0, None)), ("currency", Attribute::Text("EUR".into()))];
        assert_eq!(held("amount<=50 EUR", &beside, NO), Holds::True);
        assert_eq!(held("amount<=50 and currency=EUR", &beside, NO), Holds::True);
        assert!(matches!(held("amount<=50 USD", &beside, NO), Holds::Undetermined(_)));
    }

    #[test]
    fn a_cumulative_maximum_is_held_against_the_sum_where_there_is_one() {
        let own = ("amount", number(300.0, None));
        assert_eq!(held("amount<=500 per day", std::slice::from_ref(&own), NO), Holds::True);
        let with = |sum: f64| [own.clone(), ("amount per day", number(sum, None))];
        assert_eq!(held("amount<=500 per day", &with(500.0), NO), Holds::True);
        assert!(matches!(held("amount <= 500 PER Day", &with(500.5), NO), Holds::False(_)));
        assert_eq!(held("amount<=500 per resource", &with(900.0), NO), Holds::True);
        assert!(matches!(held("amount<=200 per day", std::slice::from_ref(&own), NO), Holds::False(_)));
        let euro = [("amount", number(1.0, Some("EUR"))), ("amount per day", number(501.0, Some("EUR")))];
        assert!(matches!(held("amount<=500 EUR per day", &euro, NO), Holds::False(_)));
        assert!(matches!(held("amount<=500 per day", &euro, NO), Holds::Undetermined(_)));
        // A minimum cannot be cumulative, and an odd span is not understood.
        assert!(matches!(held("amount>=500 per day", &euro, NO), Holds::Undetermined(_)));
        assert!(matches!(held("amount<=500 per week", std::slice::from_ref(&own), NO), Holds::Undetermined(_)));
        let sums: Vec<(String, Per)> =
            Condition::parse("amount<=5 per day and region=eu").sums().map(|(a, p)| (a.to_string(), p)).collect();
        assert_eq!(sums, [("amount".to_string(), Per::Day)]);
    }

    #[test]
    fn one_false_clause_decides_and_one_open_clause_leaves_it_open() {
        let region = ("region", Attribute::Text("eu".into()));
        assert!(matches!(held("amount<=50 and region=us", std::slice::from_ref(&region), NO), Holds::False(_)));
        assert!(matches!(held("amount<=50 AND region = eu", &[region], NO), Holds::Undetermined(_)));
    }

    #[test]
    fn owner_self_asks_who_owns_it() {
        assert_eq!(held("owner=self", &[], Ok(true)), Holds::True);
        assert!(matches!(held("owner=self", &[], Ok(false)), Holds::False(_)));
        assert!(matches!(held("owner=self", &[], NO), Holds::Undetermined(_)));
        assert!(matches!(held("when it rains", &[], NO), Holds::Undetermined(_)));
        assert_eq!(held("k8s:namespace=prod", &[], NO), Holds::True);
        assert!(matches!(held("k8s:namespace=dev", &[], NO), Holds::False(_)));
    }
}
