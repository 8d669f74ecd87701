//! Assets.
//!
//! - **Ask for**: what is at stake in each action on each resource (`assets.csv`), from the data owners.
//! - **Reads**: CSV, columns in any order and case: `service`, `action`, `resource`, `data_class`, `effect`,
//!   `per_user`, `regulated_by`, `required_pattern`, `approval_required`. An empty action or resource means any.
//! - **Recognised by**: a header with `action` or `resource`, and one of `data_class`, `required_pattern`,
//!   `approval_required`, `regulated_by`.
//! - **Filled by**: the reviewer or the data owners.
//! - **Answers**: the stakes, and with them the severity of a finding and the pattern it is measured against.
//! - **Never tells**: who did anything, nor who may.
//! - **Documented in**: [the reviewer's own table](#tables-and-run-ids); its columns are Behalf's.

use super::row::{Row, has_column, shown};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Asset, Entry};

pub const SOURCE: &dyn Source = &Assets;

struct Assets;

impl Source for Assets {
    fn name(&self) -> &str {
        "assets"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let has = |name| has_column(sample.header, name);
        let marks = ["data_class", "required_pattern", "approval_required", "regulated_by"].iter().any(|n| has(n));
        ((has("action") || has("resource")) && marks && !has("principal")).then(|| Recognition {
            score: 92,
            why: "a header with action, resource and the stakes of each: assets".into(),
        })
    }

    fn reads_rows(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = Row::of(record)?;
        let effect = row.text(&["effect"]).map(str::to_lowercase);
        if let Some(word) = effect.as_deref().filter(|w| !matches!(*w, "read" | "change" | "irreversible")) {
            return Err(NotUnderstood::bad_row(format!(
                "effect `{}` is none of read, change, irreversible",
                shown(word)
            )));
        }
        Ok(Understood::Entry(Entry::Asset(Asset {
            service: row.owned(&["service"]).filter(|s| s != "*"),
            action: row.owned(&["action"]).unwrap_or_else(|| "*".into()),
            resource: row.owned(&["resource"]).unwrap_or_else(|| "*".into()),
            data_class: row.owned(&["data_class"]),
            effect,
            per_user: row.flag(&["per_user"])?,
            regulated_by: row.owned(&["regulated_by"]),
            required_pattern: row.owned(&["required_pattern"]),
            approval_required: row.flag(&["approval_required"])?,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::read;
    use super::*;

    const HEADER: &str =
        "service,action,resource,data_class,effect,per_user,regulated_by,required_pattern,approval_required";

    #[test]
    fn the_stakes_of_an_action() {
        let Ok(Understood::Entry(Entry::Asset(a))) =
            read(SOURCE, HEADER, "ehr,record.read,,health,Read,yes,HIPAA,hybrid,no")
        else {
            panic!("no asset");
        };
        assert_eq!((a.action.as_str(), a.resource.as_str(), a.effect.as_deref()), ("record.read", "*", Some("read")));
        assert_eq!((a.per_user, a.approval_required), (true, false));
        assert!(read(SOURCE, HEADER, "ehr,record.read,*,health,peek,yes,,,").is_err());
        assert!(read(SOURCE, HEADER, "ehr,record.read,*,health,read,perhaps,,,").is_err());
    }
}
