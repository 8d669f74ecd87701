//! The answer of `behalf approved`.

use std::path::Path;

use behalf_engine::ask;
use behalf_engine::model::EdgeError;

use crate::answers::analysed;
use crate::args::Format;
use crate::output::{flat, one};

pub fn approved(path: &Path, id: &str, format: Format) -> Result<(), EdgeError> {
    let case = analysed(path)?;
    let answer = ask::approved::approved(&case, id)?;
    one(&answer, format, || approved_text(&answer))
}

fn approved_text(a: &ask::approved::Approved) -> String {
    let mut out = format!("{}\n", flat(&a.sentence));
    if !a.disclaimer.is_empty() {
        out.push_str(&format!("It does not say: {}\n", a.disclaimer));
    }
    for record in &a.approvals {
        let on = [record.action.as_deref(), record.resource.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        let time = record.time.as_deref().unwrap_or("no time");
        out.push_str(&format!("\nApproval {} of {}, {time}\n", flat(&record.record), record.source));
        let limit = record.limit.map(|l| format!("{l} {}", record.currency.as_deref().unwrap_or_default()));
        let fields = [
            ("of", Some(on.join(" on "))),
            ("for", record.subject.clone()),
            ("requested by", record.requested_by.clone()),
            ("approved by", record.approved_by.clone()),
            ("limit", limit),
            ("expires", record.expires.clone()),
            ("found by", Some(record.joined_by.clone())),
            ("says", Some(format!("{} {}", record.says, record.why.as_deref().unwrap_or_default()))),
        ];
        for (name, value) in fields {
            if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
                out.push_str(&format!("  {name} {}\n", flat(value.trim())));
            }
        }
    }
    out
}
