//! Whether the conclusions are those of what the case holds now.

use rusqlite::{Connection, OptionalExtension};

use super::error::CaseError;
use super::store::Case;

/// What an analysis is one of: the files and the acts that the case held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub files: i64,
    /// Number of the last act.
    pub act: i64,
}

/// Why conclusions are older than the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Files that came since.
    pub files: i64,
    /// Acts since, of those that may change an answer.
    pub acts: i64,
    /// They were drawn by a program that did not say of what.
    pub earlier_program: bool,
}

impl Stale {
    /// One sentence.
    pub fn sentence(&self) -> String {
        let count = |n: i64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let since: Vec<String> = [(self.files, "imported file"), (self.acts, "act")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| count(n, what))
            .collect();
        match (since.is_empty(), self.earlier_program) {
            (true, _) => "The analysis is older than this program: analyse the case again.".into(),
            (false, _) => format!("The analysis is older than {}: it does not reflect them.", since.join(" and ")),
        }
    }
}

const KEY: &str = "analysis_of";

/// Written in the transaction of the analysis itself.
pub(super) fn write(db: &Connection, of: &Stamp) -> Result<(), CaseError> {
    let value = format!("{} {}", of.files, of.act);
    db.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [KEY, value.as_str()])?;
    Ok(())
}

impl Case {
    /// What the case holds now.
    pub fn stamp(&self) -> Result<Stamp, CaseError> {
        Ok(self.db.query_row(
            "SELECT (SELECT count(*) FROM files), (SELECT coalesce(max(seq), 0) FROM acts)",
            [],
            |r| Ok(Stamp { files: r.get(0)?, act: r.get(1)? }),
        )?)
    }

    /// How the last analysis is older than the case; none where it is not, or where there is none.
    pub fn stale(&self) -> Result<Option<Stale>, CaseError> {
        let written: Option<String> = self
            .db
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([KEY], |r| r.get(0))
            .optional()?;
        let analysed = written
            .as_deref()
            .and_then(|text| text.split_once(' '))
            .and_then(|(files, act)| Some(Stamp { files: files.parse().ok()?, act: act.parse().ok()? }));
        let Some(of) = analysed else {
            let earlier = Stale { files: 0, acts: 0, earlier_program: true };
            return Ok(self.analysed()?.then_some(earlier));
        };
        let files = self.stamp()?.files - of.files;
        let acts = self.acts()?.iter().filter(|a| a.seq > of.act && a.deed.changes_analysis()).count() as i64;
        Ok((files != 0 || acts > 0).then_some(Stale { files, acts, earlier_program: false }))
    }
}
