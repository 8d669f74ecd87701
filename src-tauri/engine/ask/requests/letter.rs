//! A request in words: whom to ask, for what, and the text of the letter.

use super::{Filter, SPELLED};
use crate::ask::settle::{front, system};
use crate::model::{NeedKind, Wanted};

pub(super) fn records(kind: NeedKind) -> &'static str {
    use NeedKind::*;
    match kind {
        RunStart => "the root spans or run records, with the user who started each, of the runs",
        ParentRun => "all spans or run records of the parent runs",
        ParentSpan => "the parent and linked spans above those already handed over, of the runs or traces",
        TraceSpans => "all spans of the traces",
        ToolTrace => "all tool spans, with tool call ids and run ids, of the agents",
        EarlierPeriod => "the beginning, before the period of the exports, of the runs",
        TokenRecord => {
            "the issuance or exchange records (sub, act, client_id, aud, scope, iat, exp) of the tokens with jti"
        }
        SessionIssue => {
            "the records that handed out (AssumeRole and its like, with sourceIdentity and tags) the temporary keys"
        }
        DirectoryRow => "who stands behind, with dates from and to, the identifiers",
        InboundRecord => "the inbound requests with the authenticated person and run id, of the agents",
        PerCallRecord => "the person or token id for each call, of the runs that several people share",
        HolderLog => "who held, from when to when, the accounts or credentials",
        MachineLogin => "session manager or login records of the machines behind the role sessions",
        Unredacted => "the same records with their identity fields",
        IssuerRecord => "what the issuer has on record for the credentials or runs",
        ClockOffset => "the clock offset of the system",
    }
}

pub(super) fn asked(wanted: Wanted, source: Option<&str>) -> String {
    match wanted {
        Wanted::AgentTraces | Wanted::ToolSpans => "the tracing backend of the agents".into(),
        Wanted::TokenLog => "the token service (authorization server)".into(),
        Wanted::SessionIssuance => format!("{}, in the account that issued the sessions", system(source)),
        Wanted::Directory => "the directory (identity provider, HR roster, register of agents)".into(),
        Wanted::GatewayLog => front(source),
        Wanted::CheckoutLog => format!("the vault or the owner of the shared accounts seen in {}", system(source)),
        Wanted::MachineLogins => "the session manager or the machines' login records".into(),
        Wanted::IdentityFields => format!("whoever exported {}", system(source)),
        Wanted::IssuerRecords => format!("the issuer of the credentials seen in {}", system(source)),
        Wanted::Clocks => format!("the operator of {}", system(source)),
    }
}

/// The text of a letter: what, which, from when to when, and what comes with it.
pub(super) fn ask(wanted: Wanted, system: &str, filters: &[Filter]) -> String {
    let mut out = format!("To {system}: please export");
    for (n, f) in filters.iter().enumerate() {
        let lead = if n == 0 { " " } else { "; and " };
        let spelled = f.ids.iter().take(SPELLED).cloned().collect::<Vec<_>>().join(", ");
        let more = (f.count as usize).saturating_sub(SPELLED.min(f.ids.len()));
        let rest = if more > 0 { format!(" and {more} more (list attached)") } else { String::new() };
        let ids = if spelled.is_empty() { String::new() } else { format!(" {spelled}{rest}") };
        let by = match (f.what.as_str(), f.agents.is_empty()) {
            ("run_start" | "parent_run" | "parent_span" | "token_record", false) => {
                format!(" (agents {})", f.agents.iter().take(SPELLED).cloned().collect::<Vec<_>>().join(", "))
            }
            _ => String::new(),
        };
        let period = match (&f.from, &f.to) {
            (Some(from), Some(to)) => format!(", for {from} to {to} UTC with a day before and after"),
            _ => String::new(),
        };
        out.push_str(&format!("{lead}{}{ids}{by}{period}", f.records));
    }
    out.push_str(match wanted {
        Wanted::IssuerRecords => {
            ". Two of our sources differ on the person; please say which of them is wrong and why."
        }
        Wanted::GatewayLog | Wanted::CheckoutLog | Wanted::ToolSpans => ". If this was never kept, please say so.",
        _ => ".",
    });
    out.push_str(" Please unredacted, as machine-readable records, with the query used, the period, the time zone and the number of records.");
    out
}
