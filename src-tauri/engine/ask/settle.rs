//! What would settle one call, in words: the export, the key in it, the period, and how far it would reach.

use serde::Serialize;

use crate::case::{Case, CaseError};
use crate::identity::Identity;
use crate::model::run::shown_id;
use crate::model::{Need, NeedKey, NeedKind, Time, Wanted};

/// Time around a call that an export should hold.
const AROUND: i64 = crate::model::time::DAY;

/// One thing that would settle a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct NeedWords {
    /// `run_start`, `parent_run`, `token_record`, ...: what kind of record.
    pub what: String,
    /// `agent_traces`, `token_log`, ...: the request that asks for it.
    pub export: String,
    /// The source whose operator is asked, where it is the one that logged the call.
    pub source: Option<String>,
    /// Run, trace, token, key or identifier that the record is found by.
    pub key: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// The grade that it carries at best.
    pub best: String,
    pub sentence: String,
}

/// The needs of one call: first what the records show to exist, those that reach farthest first.
pub fn words(case: &Case, identity: &Identity, needs: &[Need], at: Option<Time>) -> Result<Vec<NeedWords>, CaseError> {
    let mut out = Vec::new();
    for need in needs {
        let key = match need.key {
            NeedKey::Run(id) => Some(shown_id(&case.text(id)?)),
            NeedKey::Text(id) => Some(case.text(id)?),
            NeedKey::Principal(id) => Some(case.principal_shown(id)?),
            NeedKey::Party(id) => Some(identity.party(id).shown.clone()),
            NeedKey::System => None,
        };
        let source = need.source.map(|s| case.text(s)).transpose()?;
        let of = system(source.as_deref());
        let day = |t: i64| Time(t).to_rfc3339().get(..10).map(String::from);
        let (from, to) = match at {
            Some(at) => (day(at.0.saturating_sub(AROUND)), day(at.0.saturating_add(AROUND))),
            None => (None, None),
        };
        let record = record(need.kind, key.as_deref(), &of, &front(source.as_deref()));
        let period = match (&from, &to) {
            (Some(f), Some(t)) => format!(", {f} to {t}"),
            _ => String::new(),
        };
        out.push(NeedWords {
            what: need.kind.word().into(),
            export: need.kind.export().word().into(),
            sentence: format!("{record}{period} (grade {} at best).", need.best.letter()),
            best: need.best.letter().into(),
            source,
            key,
            from,
            to,
        });
    }
    let kept = |n: &NeedWords| Wanted::from_word(&n.export).is_some_and(Wanted::is_certain);
    out.sort_by(|a, b| (!kept(a), &a.best, &a.what, &a.key).cmp(&(!kept(b), &b.best, &b.what, &b.key)));
    Ok(out)
}

/// A source as a reviewer calls the system behind it.
pub(super) fn system(source: Option<&str>) -> String {
    match source {
        None => "the system that logged the call".into(),
        Some("aws_cloudtrail") => "AWS CloudTrail".into(),
        Some("kubernetes_audit") => "the Kubernetes API server".into(),
        Some("github_audit") => "GitHub".into(),
        Some("okta_system_log") => "Okta".into(),
        Some("gcp_audit") => "Google Cloud".into(),
        Some("azure_activity") => "Azure".into(),
        Some(name) => match name.strip_prefix("mapping:") {
            Some(own) => format!("the log \"{own}\""),
            None => format!("the source {name}"),
        },
    }
}

/// Whoever could have authenticated the person: the log's own operator, or the front end of agents that call a platform.
pub(super) fn front(source: Option<&str>) -> String {
    match source {
        Some(name) if name.starts_with("mapping:") || name == "mcp_gateway" => {
            format!("the operator of {}", system(source))
        }
        _ => format!("whoever runs the agents that call {}", system(source)),
    }
}

fn record(kind: NeedKind, key: Option<&str>, system: &str, front: &str) -> String {
    use NeedKind::*;
    let key = key.unwrap_or("(no id on the record)");
    match kind {
        RunStart => format!(
            "The record that starts run {key}, with its user: the root span or run record of the agent's traces"
        ),
        ParentRun => format!("The spans or run record of the parent run {key}, which no export holds"),
        ParentSpan => {
            format!("The spans above those that are held of run or trace {key}, from the service that started it")
        }
        TraceSpans => format!("The spans of trace {key}, which the call names and no export holds"),
        ToolTrace => {
            format!("The tool spans of {key}, with the ids of its calls: this call names no run that is known")
        }
        EarlierPeriod => format!("The start of run {key}, from before the declared period"),
        TokenRecord => format!("The issuance record of token {key}, from the token service's log"),
        SessionIssue => format!(
            "The record that handed out the temporary key {key} (AssumeRole or its like), in {system} of the account that issued it"
        ),
        DirectoryRow => format!("The directory row, or an alias, for {key} as of that time"),
        InboundRecord => format!("The person as authenticated on the inbound request to {key}, from {front}"),
        PerCallRecord => {
            format!("A token id or the person for each call of run {key}, which several people share, from {system}")
        }
        HolderLog => format!(
            "Who held {key} when: the checkout log of the vault or the hand-over list, from the operator of {system}"
        ),
        MachineLogin => format!(
            "Who was on the machine behind {key}: session manager or login records, or a source identity on the session"
        ),
        Unredacted => format!("The same export of {system} with its identity fields"),
        IssuerRecord => format!(
            "The issuer's own record for {key}: two proofs differ, and one of them is wrong. To be decided by the reviewer"
        ),
        ClockOffset => format!("The clock offset of {system} against the other sources"),
    }
}
