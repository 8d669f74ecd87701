//! Amazon Bedrock model invocation log.
//!
//! - **Ask for**: the invocation logs of each region, from the S3 bucket or the CloudWatch log group they go to.
//! - **Reads**: `ModelInvocationLog` 1.0: lines (gzip), arrays, CloudWatch messages.
//! - **Recognised by**: `schemaType` of `ModelInvocationLog`; else a model, an operation, a request id and an identity.
//! - **Filled by**: AWS fills the identity's ARN. The session name in it and `requestMetadata` are the caller's own words.
//! - **Answers**: which principal called which model, when, and which run it said it belonged to.
//! - **Never tells**: from which address, nor which person stands behind a role. CloudTrail tells of the same invocations
//!   under the same request id: a call that stands in both counts twice.
//! - **Documented in**: Amazon Bedrock user guide, "Monitor model invocation". Invocations were seen in published records;
//!   `errorCode` and `requestMetadata` are from the documentation alone.

use super::aws_cloudtrail;
use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Decision, DecisionEffect, Event, EventKind, FilledBy, Outcome, Principal, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Bedrock;

struct Bedrock;

const NAME: &str = "bedrock_invocation";

impl Source for Bedrock {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(97, "entries of Bedrock's model invocation log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        if !is_entry(entry) {
            return Err(NotUnderstood::not_this("no model and operation of a Bedrock invocation"));
        }
        Ok(event(entry, hints).into())
    }
}

fn is_entry(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    has("/operation")
        && has("/modelId")
        && (json::text(value, "/schemaType").as_deref() == Some("ModelInvocationLog")
            || (has("/requestId") && has("/accountId") && has("/identity/arn")))
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let mut event = Event::new(EventKind::Call);
    event.time = json::time(entry, "/timestamp");
    event.id = json::text(entry, "/requestId");
    event.tenant = json::text(entry, "/accountId");
    event.service = Some("bedrock".into());
    event.action = json::text(entry, "/operation").map(|o| format!("bedrock:{o}"));
    event.resource = json::text(entry, "/modelId");
    event.resource_type = Some("model".into());
    event.outcome = match json::text(entry, "/errorCode") {
        Some(code) if code.contains("AccessDenied") || code.contains("Unauthorized") => Outcome::Denied,
        Some(_) => Outcome::Error,
        None if json::at(entry, "/output").is_some() => Outcome::Success,
        None => Outcome::Unknown,
    };
    if let Some(region) = json::text(entry, "/region") {
        event.attributes.push(("region".into(), Attribute::Text(region)));
    }
    let arn = json::text(entry, "/identity/arn").unwrap_or_default();
    match identity(&arn) {
        Ok((principal, kind)) => {
            if kind == WireKind::System {
                event.human_empty = WhyEmpty::NotSupported;
            }
            let effect = match event.outcome {
                Outcome::Success => Some(DecisionEffect::Allow),
                Outcome::Denied => Some(DecisionEffect::Deny),
                Outcome::Error | Outcome::Unknown => None,
            };
            event.decision = Some(Decision { effect, evaluated: vec![principal.clone()], policy: None });
            event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
        }
        Err(why) => event.human_empty = why,
    }

    let mut search = hints.search(NAME);
    for (key, value) in json::members(json::at(entry, "/requestMetadata")) {
        search.key(key, value, FilledBy::Caller);
    }
    if let Some((_, session)) = arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.split_once('/')) {
        search.place(Place::SessionName, session);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn identity(arn: &str) -> Result<(Principal, WireKind), WhyEmpty> {
    match somebody(arn)? {
        arn if arn.starts_with("arn:") => Ok(aws_cloudtrail::of_arn(arn)),
        _ => Err(WhyEmpty::Absent),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(arn: &str, rest: &str) -> Event {
        let text = format!(
            r#"{{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-02T10:00:00Z","accountId":"123456789012","region":"eu-west-1","requestId":"r1","operation":"Converse","modelId":"m-1","identity":{{"arn":"{arn}"}}{rest}}}"#
        );
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn a_role_is_a_service_and_its_session_names_nobody() {
        let e = event(
            "arn:aws:sts::123456789012:assumed-role/AgentRole/ada@example.org",
            r#","output":{},"requestMetadata":{"run_id":"run-0001"}"#,
        );
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal.id.as_str(), wire.kind), ("123456789012/AgentRole", WireKind::Service));
        assert_eq!((e.claims.len(), e.outcome, e.action.as_deref()), (0, Outcome::Success, Some("bedrock:Converse")));
        assert_eq!(e.run.unwrap(), (crate::model::RunId::new("run-0001").unwrap(), FilledBy::Caller));
        let e = event("arn:aws:sts::123456789012:assumed-role/A/run-c3be9ac6-3bed-44c7-be11-301915e7695d", "");
        assert!(e.run.is_some());
    }

    #[test]
    fn people_refusals_and_nobody() {
        let e = event("arn:aws:iam::123456789012:user/ada", r#","errorCode":"AccessDeniedException""#);
        assert_eq!((e.wire.unwrap().kind, e.outcome), (WireKind::Human, Outcome::Denied));
        assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
        let e = event("", "");
        assert_eq!((e.wire, e.human_empty, e.outcome), (None, WhyEmpty::Absent, Outcome::Unknown));
    }

    #[test]
    fn another_log_of_models_is_not_bedrocks() {
        let registry = registry(Vec::new());
        let other = br#"{"operation":"chat","modelId":"m","requestId":"r"}"#;
        assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
    }
}
