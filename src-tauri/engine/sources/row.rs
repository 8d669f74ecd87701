//! Rows of the plain CSVs: columns by name in any case and order, and cells that a row cannot do without.

use super::{Content, NotUnderstood, Record};
use crate::model::Time;
use crate::model::time::DAY;

/// One row with its header.
pub struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl<'a> Row<'a> {
    pub fn of(record: &Record<'a>) -> Result<Row<'a>, NotUnderstood> {
        match record.content {
            Content::Row { header, cells } => Ok(Row { header, cells }),
            _ => Err(NotUnderstood::not_this("the record is no CSV row")),
        }
    }

    /// The cell of the first of these columns that has text.
    pub fn text(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| {
            let at = self.header.iter().position(|h| same_column(h, name))?;
            let text = self.cells.get(at)?.trim();
            (!text.is_empty()).then_some(text)
        })
    }

    /// Whether the file has the column at all.
    pub fn has(&self, name: &str) -> bool {
        has_column(self.header, name)
    }

    pub fn owned(&self, names: &[&str]) -> Option<String> {
        self.text(names).map(String::from)
    }

    pub fn needed(&self, names: &[&str]) -> Result<&'a str, NotUnderstood> {
        self.text(names).ok_or_else(|| NotUnderstood::bad_row(format!("no {}", names.first().unwrap_or(&"value"))))
    }

    /// A moment. Text that is no time is a loss of the row: to leave it out would be to guess.
    pub fn time(&self, names: &[&str]) -> Result<Option<Time>, NotUnderstood> {
        let Some(text) = self.text(names) else { return Ok(None) };
        match Time::parse(text) {
            Some(time) => Ok(Some(time)),
            None => {
                Err(NotUnderstood::bad_row(format!("`{}` is no date in {}", shown(text), names.first().unwrap_or(&""))))
            }
        }
    }

    /// An inclusive end: a plain date means the whole of that day.
    pub fn inclusive_end(&self, names: &[&str]) -> Result<Option<Time>, NotUnderstood> {
        let time = self.time(names)?;
        let is_date = self.text(names).is_some_and(|t| Time::date(t).is_some());
        Ok(time.map(|t| if is_date { Time(t.0.saturating_add(DAY - 1)) } else { t }))
    }

    /// yes or no; empty is no.
    pub fn flag(&self, names: &[&str]) -> Result<bool, NotUnderstood> {
        let Some(text) = self.text(names) else { return Ok(false) };
        match text.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "x" | "required" => Ok(true),
            "no" | "n" | "false" | "0" | "-" => Ok(false),
            _ => Err(NotUnderstood::bad_row(format!(
                "`{}` is neither yes nor no in {}",
                shown(text),
                names.first().unwrap_or(&"")
            ))),
        }
    }

    /// Values joined by `;`.
    pub fn list(&self, names: &[&str]) -> Vec<String> {
        let text = self.text(names).unwrap_or_default();
        text.split(';').map(str::trim).filter(|v| !v.is_empty()).map(String::from).collect()
    }
}

/// The cell as it may stand in a message: not the whole of a novel.
pub fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Whether the header has the column, in any case, with blanks or dashes for underscores.
pub fn has_column(header: &[String], name: &str) -> bool {
    header.iter().any(|h| same_column(h, name))
}

fn same_column(header: &str, name: &str) -> bool {
    let header = header.trim_start_matches('\u{feff}').trim();
    header.len() == name.len()
        && header.bytes().zip(name.bytes()).all(|(a, b)| match a {
            b' ' | b'-' | b'_' => matches!(b, b' ' | b'-' | b'_'),
            a => a.eq_ignore_ascii_case(&b),
        })
}

/// A row as the tests of the context sources write it.
#[cfg(test)]
pub fn read(source: &dyn super::Source, header: &str, row: &str) -> Result<super::Understood, NotUnderstood> {
    let header: Vec<String> = header.split(',').map(String::from).collect();
    let form = crate::read::Form::Csv { delimiter: b',', header };
    super::understand_chunk(source, &form, row.as_bytes(), &super::Hints::none()).remove(0).2
}
