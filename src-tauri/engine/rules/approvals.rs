//! Which approval on record is a call's: by an id that one of them names, else by who may do what on what.

use rustc_hash::FxHashMap;

use super::glob;
use crate::case::ApprovalRow;
use crate::model::{Attribute, Time};

/// Approvals looked through for one call, the latest first: more than this many of one thing are a standing right.
const LOOKED_AT: usize = 64;

/// A call as approvals see it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub shown_id: &'a str,
    pub tool_call: Option<&'a str>,
    pub action: Option<&'a str>,
    pub resource: Option<&'a str>,
    pub at: Option<Time>,
    /// The attributed person.
    pub human: Option<i64>,
    /// Agent, wire principal and authority.
    pub others: [Option<i64>; 3],
    pub attributes: &'a [(String, Attribute)],
}

/// How an approval was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JoinedBy {
    /// The approval names the call, or the call the approval.
    Id,
    /// It is for whoever caused or made the call, for this action on this resource.
    Subject,
    /// It is for this action on this resource, and for somebody else.
    Resource,
    /// It is for whoever caused or made the call, for this action on something else.
    Action,
}

impl JoinedBy {
    pub const fn word(self) -> &'static str {
        match self {
            JoinedBy::Id => "id",
            JoinedBy::Subject => "subject",
            JoinedBy::Resource => "resource",
            JoinedBy::Action => "action",
        }
    }
}

/// What one approval says of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    Approved,
    /// Something else was approved: in what it differs.
    Other(Differs),
    /// Whether it covers the call cannot be told.
    Unclear(String),
    /// Refused, unanswered, or given only afterwards.
    Not(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    pub why: String,
    /// The only difference is that it had expired.
    pub expired: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Index of the approval.
    pub row: usize,
    pub joined_by: JoinedBy,
    pub says: Says,
}

/// What is on record for a call, all approvals together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Approved,
    Other,
    None,
    Unknown,
}

impl State {
    pub fn from_word(word: &str) -> Option<State> {
        [State::Approved, State::Other, State::None, State::Unknown].into_iter().find(|s| s.word() == word)
    }

    pub const fn word(self) -> &'static str {
        match self {
            State::Approved => "approved",
            State::Other => "other",
            State::None => "none",
            State::Unknown => "unknown",
        }
    }
}

/// The approvals of a case, by what leads to them.
pub struct Approvals {
    rows: Vec<ApprovalRow>,
    parties: FxHashMap<i64, i64>,
    /// By the call that it names, and by its own id.
    by_id: FxHashMap<String, Vec<usize>>,
    /// Action in lower case and resource, where neither is a pattern.
    exact: FxHashMap<(String, String), Vec<usize>>,
    /// A resource that is approved whatever is done to it: a ticket, a change.
    documents: FxHashMap<String, Vec<usize>>,
    patterns: Vec<usize>,
    /// Action in lower case and who may do it.
    of_somebody: FxHashMap<(String, i64), Vec<usize>>,
    /// Microseconds that the clocks of approval and call may differ.
    bound: i64,
}

impl Approvals {
    /// `rows` in the order of time; `bound` in microseconds: by how much two clocks may differ.
    pub fn new(rows: Vec<ApprovalRow>, party_of: impl IntoIterator<Item = (i64, i64)>, bound: i64) -> Approvals {
        let mut approvals = Approvals {
            rows: Vec::new(),
            parties: party_of.into_iter().collect(),
            by_id: FxHashMap::default(),
            exact: FxHashMap::default(),
            documents: FxHashMap::default(),
            patterns: Vec::new(),
            of_somebody: FxHashMap::default(),
            bound,
        };
        for (n, row) in rows.iter().enumerate() {
            approvals.by_id.entry(row.shown_id.clone()).or_default().push(n);
            if let Some(call) = row.tool_call.as_deref().filter(|c| *c != row.shown_id) {
                approvals.by_id.entry(call.to_string()).or_default().push(n);
            }
            let pattern = |text: &str| text.contains('*');
            match (action(row), row.resource.as_deref()) {
                (Some(a), Some(r)) if !pattern(a) && !pattern(r) => {
                    approvals.exact.entry((a.to_lowercase(), r.to_string())).or_default().push(n);
                }
                (None, Some(r)) if !pattern(r) => approvals.documents.entry(r.to_string()).or_default().push(n),
                // An approval of nothing in particular is found by its id alone.
                (None, _) => {}
                _ => approvals.patterns.push(n),
            }
            let who = [row.subject, row.requested_by].map(|p| approvals.party(p));
            if let Some(a) = action(row) {
                for party in who.iter().flatten() {
                    let of = approvals.of_somebody.entry((a.to_lowercase(), *party)).or_default();
                    if of.last() != Some(&n) {
                        of.push(n);
                    }
                }
            }
        }
        approvals.rows = rows;
        approvals
    }

    pub fn row(&self, n: usize) -> &ApprovalRow {
        &self.rows[n]
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn party(&self, principal: Option<i64>) -> Option<i64> {
        principal.and_then(|p| self.parties.get(&p)).copied()
    }

    /// Approvals that name the call, or cover its action on its resource; the nearest first, then the latest.
    pub fn of(&self, wanted: &Wanted<'_>) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut add = |row: usize, joined_by: JoinedBy| {
            if !found.iter().any(|f| f.row == row) {
                found.push(Found { row, joined_by, says: self.says(row, joined_by, wanted) });
            }
        };
        let texts = wanted.attributes.iter().filter_map(|(_, value)| match value {
            Attribute::Text(text) if text.len() >= 3 => Some(text.as_str()),
            _ => None,
        });
        let ids = [Some(wanted.shown_id), wanted.tool_call];
        for id in ids.into_iter().flatten() {
            for &n in self.latest(self.by_id.get(id)) {
                // Own ids of unlike things may be alike: a call is named by an approval's reference alone.
                if self.rows[n].tool_call.as_deref() == Some(id) {
                    add(n, JoinedBy::Id);
                }
            }
        }
        for text in texts {
            for &n in self.latest(self.by_id.get(text)) {
                if self.rows[n].shown_id == text {
                    add(n, JoinedBy::Id);
                }
            }
            self.latest(self.documents.get(text)).for_each(|&n| add(n, JoinedBy::Id));
        }
        let key = (wanted.action.unwrap_or("").to_lowercase(), wanted.resource.unwrap_or("").to_string());
        let near = self.latest(self.exact.get(&key)).chain(self.latest(self.documents.get(&key.1)));
        for &n in near.chain(self.patterns.iter().rev().filter(|n| self.covers(**n, wanted)).take(LOOKED_AT)) {
            add(n, if self.concerns(n, wanted) { JoinedBy::Subject } else { JoinedBy::Resource });
        }
        found.sort_by_key(|f| (f.joined_by, std::cmp::Reverse(f.row)));
        found
    }

    /// Approvals of the same action for the same people on something else, in force at the time: the latest first.
    pub fn elsewhere(&self, wanted: &Wanted<'_>) -> Vec<Found> {
        let action = wanted.action.unwrap_or("").to_lowercase();
        let mut rows: Vec<usize> = wanted
            .everyone()
            .flat_map(|p| self.latest(self.of_somebody.get(&(action.clone(), p))).copied().collect::<Vec<_>>())
            .filter(|&n| !self.covers(n, wanted))
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let found = rows.into_iter().rev().filter_map(|row| {
            let on = self.rows[row].resource.clone()?;
            let says = match self.says(row, JoinedBy::Action, wanted) {
                Says::Approved => Says::Other(Differs { why: format!("what was approved is on {on}"), expired: false }),
                _ => return None,
            };
            Some(Found { row, joined_by: JoinedBy::Action, says })
        });
        found.collect()
    }

    /// All together. `required` where the class of the call needs an approval.
    pub fn state(found: &[Found], required: bool, human: Option<i64>) -> (State, Option<usize>) {
        let at = |wanted: &dyn Fn(&Found) -> bool| found.iter().position(wanted);
        let near = |f: &Found| f.joined_by <= JoinedBy::Subject;
        if let Some(n) = at(&|f| near(f) && f.says == Says::Approved) {
            return (State::Approved, Some(n));
        }
        let differs =
            |f: &Found| matches!(&f.says, Says::Other(d) if required || f.joined_by == JoinedBy::Id || !d.expired);
        if let Some(n) = at(&|f| f.joined_by == JoinedBy::Id && differs(f)) {
            return (State::Other, Some(n));
        }
        if let Some(n) = at(&|f| near(f) && matches!(f.says, Says::Unclear(_))) {
            return (State::Unknown, Some(n));
        }
        if let Some(n) = at(&|f| f.joined_by == JoinedBy::Subject && differs(f)) {
            return (State::Other, Some(n));
        }
        match at(&|f| f.joined_by == JoinedBy::Resource && f.says == Says::Approved) {
            // Nobody is named: it may be theirs.
            Some(n) if human.is_none() => (State::Unknown, Some(n)),
            Some(n) if required => (State::Other, Some(n)),
            _ => (State::None, at(&|f| near(f) && matches!(f.says, Says::Not(_)))),
        }
    }

    fn says(&self, n: usize, joined_by: JoinedBy, wanted: &Wanted<'_>) -> Says {
        let row = &self.rows[n];
        match row.granted {
            Some(true) => {}
            Some(false) => return Says::Not("it was refused".into()),
            None => return Says::Not("no answer to the request is on record".into()),
        }
        let (Some(given), Some(at)) = (row.time, wanted.at) else {
            return Says::Unclear("the time of the call or of the approval is not on record".into());
        };
        if given.0.saturating_sub(at.0) > self.bound {
            return Says::Not("it was given after the call".into());
        }
        let other = |why: String| Says::Other(Differs { why, expired: false });
        if joined_by == JoinedBy::Id {
            if let (Some(approved), Some(done)) = (action(row), wanted.action)
                && !glob::covers_word(approved, done)
            {
                return other(format!("what was approved is {approved}"));
            }
            // A document or ticket is what the call refers to, not what it was done on.
            if let (Some(on), Some(done), Some(_)) = (row.resource.as_deref(), wanted.resource, action(row))
                && !glob::covers(on, done)
            {
                return other(format!("what was approved is on {on}"));
            }
        }
        match self.over(row, wanted) {
            Ok(None) => {}
            Ok(Some(why)) => return other(why),
            Err(why) => return Says::Unclear(why),
        }
        if let Some(ended) = row.expires.filter(|e| at.0.saturating_sub(e.0) > self.bound) {
            let why = format!("the approval expired at {}", ended.to_rfc3339());
            return Says::Other(Differs { why, expired: true });
        }
        Says::Approved
    }

    /// Whether the call's amount is over the approval's limit, or why that cannot be told.
    fn over(&self, row: &ApprovalRow, wanted: &Wanted<'_>) -> Result<Option<String>, String> {
        let Some(limit) = row.limit else { return Ok(None) };
        let named = |name: &str| wanted.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        let (amount, own) = match named("amount") {
            Some(Attribute::Number { value, currency }) => (*value, currency.as_deref()),
            _ => return Err("the approval has a limit, and the call does not carry `amount`".into()),
        };
        let beside = match named("currency") {
            Some(Attribute::Text(text)) if row.currency.is_some() => Some(text.trim()),
            _ => None,
        };
        match (own.or(beside), row.currency.as_deref()) {
            (None, None) => {}
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(b.trim()) => {}
            _ => return Err("the currency of the amount is not that of the approval's limit".into()),
        }
        Ok((amount > limit).then(|| format!("amount {amount} is over the approved {limit}")))
    }

    fn covers(&self, n: usize, wanted: &Wanted<'_>) -> bool {
        let row = &self.rows[n];
        let resource = match (row.resource.as_deref(), wanted.resource) {
            (Some(on), Some(done)) => glob::covers(on, done),
            (Some(on), None) => on == "*",
            (None, _) => true,
        };
        resource && action(row).is_none_or(|a| wanted.action.is_some_and(|done| glob::covers_word(a, done)))
    }

    /// Whether it is for whoever caused or made the call. One that names nobody is for everyone.
    fn concerns(&self, n: usize, wanted: &Wanted<'_>) -> bool {
        let row = &self.rows[n];
        let named = [row.subject, row.requested_by].map(|p| self.party(p));
        named.iter().all(Option::is_none) || named.iter().flatten().any(|p| wanted.everyone().any(|w| w == *p))
    }

    fn latest<'b>(&self, rows: Option<&'b Vec<usize>>) -> impl Iterator<Item = &'b usize> + use<'b> {
        rows.into_iter().flat_map(|r| r.iter().rev().take(LOOKED_AT))
    }
}

impl Wanted<'_> {
    fn everyone(&self) -> impl Iterator<Item = i64> + use<> {
        [self.human].into_iter().chain(self.others).flatten()
    }
}

/// The action that was approved. A workflow that approves documents says only that it approved.
fn action(row: &ApprovalRow) -> Option<&str> {
    row.action.as_deref().map(str::trim).filter(|a| !a.is_empty() && !a.starts_with("approval:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(action: &str, resource: &str, subject: i64) -> ApprovalRow {
        ApprovalRow {
            shown_id: "A1".into(),
            time: Time::parse("2026-03-02T10:00:00Z"),
            action: Some(action.into()),
            resource: Some(resource.into()),
            subject: Some(subject),
            granted: Some(true),
            ..ApprovalRow::default()
        }
    }

    fn amount(value: f64, currency: Option<&str>) -> Vec<(String, Attribute)> {
        vec![("amount".into(), Attribute::Number { value, currency: currency.map(str::to_string) })]
    }

    fn held(row: ApprovalRow, resource: &str, human: Option<i64>, attributes: &[(String, Attribute)]) -> State {
        let approvals = Approvals::new(vec![row], (1..9).map(|n| (n, n)), crate::lineage::clocks::UNMEASURED);
        let wanted = Wanted {
            shown_id: "c1",
            tool_call: Some("t1"),
            action: Some("refund.create"),
            resource: Some(resource),
            at: Time::parse("2026-03-02T11:00:00Z"),
            human,
            others: [Some(7), None, None],
            attributes,
        };
        Approvals::state(&approvals.of(&wanted), true, human).0
    }

    #[test]
    fn who_what_and_when_lead_to_an_approval() {
        assert_eq!(held(row("refund.create", "order/7", 1), "order/7", Some(1), &[]), State::Approved);
        assert_eq!(held(row("Refund.*", "order/*", 1), "order/7", Some(1), &[]), State::Approved);
        assert_eq!(held(row("refund.create", "order/7", 7), "order/7", Some(1), &[]), State::Approved);
        assert_eq!(held(row("refund.create", "order/8", 1), "order/7", Some(1), &[]), State::None);
        assert_eq!(held(row("refund.create", "order/7", 2), "order/7", Some(1), &[]), State::Other);
        assert_eq!(held(row("refund.create", "order/7", 2), "order/7", None, &[]), State::Unknown);
        let late = ApprovalRow { time: Time::parse("2026-03-02T11:02:00Z"), ..row("refund.create", "order/7", 1) };
        assert_eq!(held(late, "order/7", Some(1), &[]), State::None);
        let refused = ApprovalRow { granted: Some(false), ..row("refund.create", "order/7", 1) };
        assert_eq!(held(refused, "order/7", Some(1), &[]), State::None);
        let past = ApprovalRow { expires: Time::parse("2026-03-02T10:30:00Z"), ..row("refund.create", "order/7", 1) };
        assert_eq!(held(past, "order/7", Some(1), &[]), State::Other);
    }

    #[test]
    fn a_limit_in_another_unit_is_no_answer() {
        let limited = || ApprovalRow { limit: Some(50.0), ..row("refund.create", "order/7", 1) };
        let euro = || ApprovalRow { currency: Some("EUR".into()), ..limited() };
        assert_eq!(held(limited(), "order/7", Some(1), &amount(50.0, None)), State::Approved);
        assert_eq!(held(limited(), "order/7", Some(1), &amount(50.5, None)), State::Other);
        assert_eq!(held(limited(), "order/7", Some(1), &amount(90.0, Some("EUR"))), State::Unknown);
        assert_eq!(held(euro(), "order/7", Some(1), &amount(90.0, Some("eur"))), State::Other);
        assert_eq!(held(limited(), "order/7", Some(1), &[]), State::Unknown);
    }

    #[test]
    fn an_id_that_one_names_joins_and_says_in_what_it_differs() {
        let of_call = ApprovalRow { tool_call: Some("t1".into()), ..row("refund.create", "order/8", 2) };
        assert_eq!(held(of_call, "order/7", Some(1), &[]), State::Other);
        let ticket = ApprovalRow { action: Some("approval:approved".into()), ..row("x", "CHG-100", 2) };
        let named = [("change".to_string(), Attribute::Text("CHG-100".into()))];
        assert_eq!(held(ticket.clone(), "order/7", Some(1), &named), State::Approved);
        assert_eq!(held(ticket, "order/7", Some(1), &[]), State::None);
    }
}
