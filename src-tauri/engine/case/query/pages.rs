//! A grid over calls: pages by key, counts, facets and positions over one filter.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::super::error::CaseError;
use super::super::store::Case;
use super::attributions::{AttributionView, JOINS, Select, VIEW, attribution};
use crate::model::Time;

/// What a call may be narrowed by, sorted by and counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallColumn {
    Source,
    Service,
    Action,
    Resource,
    Outcome,
    Wire,
    Agent,
    Human,
    Grade,
    Pattern,
    Refusal,
    Run,
}

impl CallColumn {
    pub const ALL: [(&str, CallColumn); 12] = [
        ("source", CallColumn::Source),
        ("service", CallColumn::Service),
        ("action", CallColumn::Action),
        ("resource", CallColumn::Resource),
        ("outcome", CallColumn::Outcome),
        ("wire", CallColumn::Wire),
        ("agent", CallColumn::Agent),
        ("human", CallColumn::Human),
        ("grade", CallColumn::Grade),
        ("pattern", CallColumn::Pattern),
        ("refusal", CallColumn::Refusal),
        ("run", CallColumn::Run),
    ];

    pub fn from_word(word: &str) -> Option<CallColumn> {
        CallColumn::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, column)| column)
    }

    /// The text that stands in the column; null for none.
    fn text(self) -> &'static str {
        match self {
            CallColumn::Source => "src.text",
            CallColumn::Service => "sv.text",
            CallColumn::Action => "ac.text",
            CallColumn::Resource => "re.text",
            CallColumn::Outcome => {
                "CASE e.outcome WHEN 0 THEN 'success' WHEN 1 THEN 'denied' WHEN 2 THEN 'error' ELSE 'unknown' END"
            }
            CallColumn::Wire => "wp.own_id",
            CallColumn::Agent => "ap.shown",
            CallColumn::Human => "hp.shown",
            CallColumn::Grade => "a.grade",
            CallColumn::Pattern => "a.pattern",
            CallColumn::Refusal => "a.refusal",
            CallColumn::Run => "rk.text",
        }
    }

    /// Rows of one of some values, by the narrow ids where there are any.
    fn among(self, marks: &str) -> String {
        let strings = |id: &str| format!("{id} IN (SELECT id FROM strings WHERE text IN ({marks}))");
        match self {
            CallColumn::Source => strings("a.source"),
            CallColumn::Action => strings("a.action"),
            CallColumn::Service => strings("e.service"),
            CallColumn::Resource => strings("e.resource"),
            CallColumn::Agent => format!("a.agent IN (SELECT id FROM parties WHERE shown IN ({marks}))"),
            CallColumn::Human => format!("a.human IN (SELECT id FROM parties WHERE shown IN ({marks}))"),
            CallColumn::Wire => format!("e.wire IN (SELECT id FROM principals WHERE own_id IN ({marks}))"),
            CallColumn::Run => {
                format!("a.run IN (SELECT r.id FROM runs r JOIN strings k ON k.id = r.key WHERE k.text IN ({marks}))")
            }
            CallColumn::Outcome | CallColumn::Grade | CallColumn::Pattern | CallColumn::Refusal => {
                format!("{} IN ({marks})", self.text())
            }
        }
    }
}

/// Which calls a grid shows. Values of one column are alternatives, `""` is none; columns, text and period narrow together.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFilter {
    pub set: Select,
    pub columns: Vec<(CallColumn, Vec<String>)>,
    pub text: Option<String>,
    /// From the first moment to before the second.
    pub from: Option<Time>,
    pub to: Option<Time>,
}

/// In which order: by time where no column is given, ties by time of import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOrder {
    pub by: Option<CallColumn>,
    pub descending: bool,
}

/// Where a row stands in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallKey {
    pub value: CallKeyValue,
    pub event: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallKeyValue {
    Time(Option<i64>),
    Text(String),
}

/// Text is looked for in these.
const SEARCHED: [&str; 7] = ["ac.text", "re.text", "hp.shown", "ap.shown", "wp.own_id", "rk.text", "e.shown_id"];

impl CallFilter {
    /// The condition, without the column given: its own facet counts what else could be chosen.
    fn sql(&self, without: Option<CallColumn>) -> (String, Vec<Value>) {
        let (set, mut values) = self.set.sql();
        let mut all = vec![format!("({set})")];
        for (column, wanted) in self.columns.iter().filter(|(c, w)| Some(*c) != without && !w.is_empty()) {
            let words: Vec<&String> = wanted.iter().filter(|w| !w.is_empty()).collect();
            let mut any = Vec::new();
            if !words.is_empty() {
                any.push(column.among(&vec!["?"; words.len()].join(", ")));
                values.extend(words.iter().map(|w| Value::from((*w).clone())));
            }
            if words.len() < wanted.len() {
                any.push(format!("{} IS NULL", column.text()));
            }
            all.push(format!("({})", any.join(" OR ")));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
            let found = SEARCHED.map(|column| format!("instr(lower(coalesce({column}, '')), ?) > 0"));
            all.push(format!("({})", found.join(" OR ")));
            values.extend(std::iter::repeat_n(Value::from(text.to_lowercase()), SEARCHED.len()));
        }
        for (moment, sign) in [(self.from, ">="), (self.to, "<")] {
            if let Some(moment) = moment {
                all.push(format!("a.time {sign} ?"));
                values.push(moment.0.into());
            }
        }
        (all.join(" AND "), values)
    }
}

impl CallOrder {
    fn value(self) -> String {
        self.by.map_or_else(|| "a.time".into(), |column| format!("coalesce({}, '')", column.text()))
    }

    fn sql(self) -> String {
        let way = if self.descending { "DESC" } else { "ASC" };
        format!("{} {way}, a.event {way}", self.value())
    }

    /// The row of a key and all after it. SQLite puts calls without a time first.
    fn from(self, key: &CallKey) -> (String, Vec<Value>) {
        let sign = if self.descending { "<=" } else { ">=" };
        let event = Value::from(key.event);
        match &key.value {
            CallKeyValue::Time(None) if self.descending => {
                (format!("(a.time IS NULL AND a.event {sign} ?)"), vec![event])
            }
            CallKeyValue::Time(None) => (format!("(a.time IS NOT NULL OR a.event {sign} ?)"), vec![event]),
            CallKeyValue::Time(Some(time)) => {
                let rest = if self.descending { " OR a.time IS NULL" } else { "" };
                (format!("((a.time, a.event) {sign} (?, ?){rest})"), vec![(*time).into(), event])
            }
            CallKeyValue::Text(text) => {
                (format!("(({}, a.event) {sign} (?, ?))", self.value()), vec![text.clone().into(), event])
            }
        }
    }
}

impl Case {
    /// Calls from a key on (from the first, where none is given), at most `limit`.
    pub fn call_page(
        &self,
        filter: &CallFilter,
        order: CallOrder,
        from: Option<&CallKey>,
        limit: Option<u32>,
        mut visit: impl FnMut(AttributionView) -> Result<(), CaseError>,
    ) -> Result<(), CaseError> {
        let (mut condition, mut values) = filter.sql(None);
        if let Some(key) = from {
            let (after, more) = order.from(key);
            condition = format!("{condition} AND {after}");
            values.extend(more);
        }
        values.push(limit.map_or(-1, i64::from).into());
        let sql = format!("SELECT {VIEW} {JOINS} WHERE {condition} ORDER BY {} LIMIT ?", order.sql());
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query(params_from_iter(values))?;
        while let Some(r) = rows.next()? {
            visit(attribution(r)?)?;
        }
        Ok(())
    }

    /// How many calls there are, and the key of every `stride`th, beginning with the first: from these any page is read.
    pub fn call_keys(
        &self,
        filter: &CallFilter,
        order: CallOrder,
        stride: u32,
    ) -> Result<(u32, Vec<CallKey>), CaseError> {
        let (condition, values) = filter.sql(None);
        let sql = format!("SELECT {}, a.event {JOINS} WHERE {condition} ORDER BY {}", order.value(), order.sql());
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query(params_from_iter(values))?;
        let (mut total, mut keys) = (0_u32, Vec::new());
        while let Some(r) = rows.next()? {
            if total.is_multiple_of(stride.max(1)) {
                let value = match order.by {
                    None => CallKeyValue::Time(r.get(0)?),
                    Some(_) => CallKeyValue::Text(r.get(0)?),
                };
                keys.push(CallKey { value, event: r.get(1)? });
            }
            total += 1;
        }
        Ok((total, keys))
    }

    /// How many calls come before one, by its event; none where the filter does not show it.
    pub fn call_position(&self, filter: &CallFilter, order: CallOrder, event: i64) -> Result<Option<u32>, CaseError> {
        let (condition, values) = filter.sql(None);
        let mut own = values.clone();
        own.push(event.into());
        let sql = format!("SELECT {} {JOINS} WHERE {condition} AND a.event = ?", order.value());
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query(params_from_iter(own))?;
        let Some(r) = rows.next()? else { return Ok(None) };
        let value = match order.by {
            None => CallKeyValue::Time(r.get(0)?),
            Some(_) => CallKeyValue::Text(r.get(0)?),
        };
        let (from, more) = order.from(&CallKey { value, event });
        let sql = format!("SELECT count(*) {JOINS} WHERE {condition} AND {from} IS NOT TRUE");
        Ok(Some(self.db.query_row(&sql, params_from_iter(values.into_iter().chain(more)), |r| r.get(0))?))
    }

    /// Values of a column with their calls, most calls first; `""` is none. The column's own choice does not narrow them.
    pub fn call_facet(
        &self,
        filter: &CallFilter,
        column: CallColumn,
        text: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, u32)>, CaseError> {
        let (condition, mut values) = filter.sql(Some(column));
        let shown = column.text();
        values.push(text.unwrap_or_default().trim().to_lowercase().into());
        values.push(i64::from(limit).into());
        let sql = format!(
            "SELECT coalesce({shown}, ''), count(*) {JOINS} WHERE {condition} AND instr(lower(coalesce({shown}, '')), ?) > 0
             GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"
        );
        let mut query = self.db.prepare(&sql)?;
        let rows = query.query_map(params_from_iter(values), |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
