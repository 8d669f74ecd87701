//! AWS credential report.
//!
//! - **Ask for**: the IAM credential report of each account (`aws iam generate-credential-report`, then
//!   `get-credential-report`), decoded from base64 to CSV.
//! - **Reads**: the CSV of one account. As the API answers it, in base64 inside JSON, it is recognised and not read.
//! - **Recognised by**: the columns `user`, `arn`, `password_enabled` and `access_key_1_active`.
//! - **Filled by**: AWS.
//! - **Answers**: which IAM users have a password, a second factor and access keys, how old these are and when and where
//!   they were last used: evidence about keys, kept with each user's ARN.
//! - **Never tells**: who is behind an IAM user. The report is no directory: a user in it is not thereby a person. Nor the
//!   ids of the keys, so that no call joins it.
//! - **Documented in**: IAM user guide, "Generate credential reports". One report was seen, a fixture.

use super::json::{self, Json};
use super::row::has_column;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Attribute, Event, EventKind, Time};

pub const SOURCE: &dyn Source = &CredentialReport;

struct CredentialReport;

impl Source for CredentialReport {
    fn name(&self) -> &str {
        "aws_credential_report"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let columns = ["user", "arn", "password_enabled", "access_key_1_active"];
        if columns.iter().all(|c| has_column(sample.header, c)) {
            return Some(Recognition { score: 96, why: "the columns of an IAM credential report".into() });
        }
        sample.recognise(95, "an IAM credential report in base64", is_answer)
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let row = record.json()?;
        if is_answer(row) {
            return Err(NotUnderstood::not_this(
                "the report stands in base64 in `Content`: decode it and import the CSV",
            ));
        }
        let arn = json::text(row, "/arn").filter(|a| a.starts_with("arn:"));
        let arn = arn.ok_or_else(|| NotUnderstood::bad_row("no arn"))?;
        Ok(event(row, arn).into())
    }
}

fn is_answer(value: &Json) -> bool {
    json::at(value, "/Content").is_some() && json::text(value, "/ReportFormat").as_deref() == Some("text/csv")
}

/// Context, and no act of anybody: it names no actor.
fn event(row: &Json, arn: String) -> Event {
    let mut event = Event::new(EventKind::Context);
    event.time = known(row, "/user_creation_time").and_then(|t| Time::parse(&t));
    event.tenant = arn.split(':').nth(4).filter(|a| !a.is_empty()).map(String::from);
    event.service = Some("iam".into());
    event.action = Some("credential_report".into());
    event.resource_type = Some(if arn.ends_with(":root") { "root" } else { "user" }.into());
    event.resource = Some(arn);
    for (key, _) in json::members(Some(row)) {
        if matches!(key, "user" | "arn" | "user_creation_time") {
            continue;
        }
        let pointer = format!("/{key}");
        let value = match json::flag(row, &pointer) {
            Some(flag) => Some(Attribute::Flag(flag)),
            None => known(row, &pointer).map(Attribute::Text),
        };
        event.attributes.extend(value.map(|v| (key.to_lowercase(), v)));
    }
    event
}

/// AWS's words for what there is not.
fn known(row: &Json, pointer: &str) -> Option<String> {
    json::text(row, pointer).filter(|t| !matches!(t.as_str(), "N/A" | "not_supported" | "no_information"))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, row, understand_chunk};
    use super::*;
    use crate::read::Form;

    const HEADER: &str = "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date";

    fn read(cells: &str) -> Result<Event, NotUnderstood> {
        match row::read(SOURCE, HEADER, cells)? {
            Understood::Event(event) => Ok(*event),
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn a_user_and_the_age_of_its_keys_and_no_actor() {
        let e = read("ada,arn:aws:iam::123456789012:user/ada,2025-01-01T00:00:00+00:00,FALSE,true,TRUE,2025-01-02T00:00:00+00:00,N/A").unwrap();
        assert_eq!((e.kind, e.wire, e.claims.len()), (EventKind::Context, None, 0));
        assert_eq!((e.resource.as_deref(), e.tenant.as_deref()), (Some("arn:aws:iam::123456789012:user/ada"), Some("123456789012")));
        let named = |name: &str| e.attributes.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
        assert_eq!(named("access_key_1_active"), Some(Attribute::Flag(true)));
        assert_eq!(named("access_key_1_last_rotated"), Some(Attribute::Text("2025-01-02T00:00:00+00:00".into())));
        assert_eq!(named("access_key_1_last_used_date"), None);
        let root = read("<root_account>,arn:aws:iam::123456789012:root,2024-01-01T00:00:00+00:00,not_supported,false,false,N/A,N/A").unwrap();
        assert_eq!(root.resource_type.as_deref(), Some("root"));
        assert!(read("ada,,2025-01-01T00:00:00+00:00,FALSE,true,TRUE,N/A,N/A").is_err());
    }

    #[test]
    fn base64_is_told_apart_from_the_report() {
        let registry = registry(Vec::new());
        let answer = br#"{"Content":"dXNlcg==","ReportFormat":"text/csv","GeneratedTime":"2026-03-02T10:00:00+00:00"}"#;
        assert_eq!(registry.detect(&Form::Objects, &[answer]).name(), "aws_credential_report");
        let parts = understand_chunk(SOURCE, &Form::Objects, answer, &Hints::none());
        assert!(parts[0].2.as_ref().unwrap_err().detail.contains("base64"));
        let form = Form::Csv { delimiter: b',', header: ["user", "arn"].map(String::from).to_vec() };
        assert_eq!(registry.detect(&form, &[b"ada,arn:aws:iam::1:user/ada"]).name(), "unknown");
    }
}
