//! What would settle a call: an export, and a key in it (DESIGN section 7, "What would settle it").

use serde::{Deserialize, Serialize};

use super::evidence::Grade;

/// A kind of evidence that is not in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// The record that starts a run and says who did. Key: the run or trace.
    RunStart,
    /// A run that others name as their parent, and that no export holds. Key: that run.
    ParentRun,
    /// Spans above, or linked from, those that are held. Key: the run or trace that they belong to.
    ParentSpan,
    /// The spans of a trace that only the call names. Key: the trace.
    TraceSpans,
    /// Tool spans with the call's own id, of calls that name no run. Key: the agent.
    ToolTrace,
    /// The start of a run that was going on when the declared period began. Key: the run or trace.
    EarlierPeriod,
    /// The issuance of a token. Key: the token id.
    TokenRecord,
    /// The record that handed out a temporary key. Key: the key id.
    SessionIssue,
    /// Who stands behind an identifier, as of that time. Key: the principal.
    DirectoryRow,
    /// The person on the record of the call itself, as the gateway authenticated it. Key: the agent.
    InboundRecord,
    /// A record that tells the people of one run apart, call by call. Key: the run.
    PerCallRecord,
    /// Who held a credential or account, from when to when. Key: the credential or the account.
    HolderLog,
    /// Who was on the machine that a role session was handed to. Key: the session's principal.
    MachineLogin,
    /// The same export with its identity fields. Key: the source.
    Unredacted,
    /// What the issuer has on record, where two proofs differ: one of them is wrong. Key: the credential or run.
    IssuerRecord,
    /// The offset of two clocks. Key: the source.
    ClockOffset,
}

impl NeedKind {
    pub const ALL: [NeedKind; 16] = {
        use NeedKind::*;
        [
            RunStart,
            ParentRun,
            ParentSpan,
            TraceSpans,
            ToolTrace,
            EarlierPeriod,
            TokenRecord,
            SessionIssue,
            DirectoryRow,
            InboundRecord,
            PerCallRecord,
            HolderLog,
            MachineLogin,
            Unredacted,
            IssuerRecord,
            ClockOffset,
        ]
    };

    pub const fn word(self) -> &'static str {
        use NeedKind::*;
        match self {
            RunStart => "run_start",
            ParentRun => "parent_run",
            ParentSpan => "parent_span",
            TraceSpans => "trace_spans",
            ToolTrace => "tool_trace",
            EarlierPeriod => "earlier_period",
            TokenRecord => "token_record",
            SessionIssue => "session_issue",
            DirectoryRow => "directory_row",
            InboundRecord => "inbound_record",
            PerCallRecord => "per_call_record",
            HolderLog => "holder_log",
            MachineLogin => "machine_login",
            Unredacted => "unredacted",
            IssuerRecord => "issuer_record",
            ClockOffset => "clock_offset",
        }
    }

    pub fn from_word(word: &str) -> Option<NeedKind> {
        NeedKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The export that holds such evidence: what is asked for in one go.
    pub const fn export(self) -> Wanted {
        use NeedKind::*;
        match self {
            RunStart | ParentRun | ParentSpan | TraceSpans | EarlierPeriod => Wanted::AgentTraces,
            ToolTrace => Wanted::ToolSpans,
            TokenRecord => Wanted::TokenLog,
            SessionIssue => Wanted::SessionIssuance,
            DirectoryRow => Wanted::Directory,
            InboundRecord | PerCallRecord => Wanted::GatewayLog,
            HolderLog => Wanted::CheckoutLog,
            MachineLogin => Wanted::MachineLogins,
            Unredacted => Wanted::IdentityFields,
            IssuerRecord => Wanted::IssuerRecords,
            ClockOffset => Wanted::Clocks,
        }
    }
}

/// An export that may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    AgentTraces,
    TokenLog,
    SessionIssuance,
    Directory,
    GatewayLog,
    CheckoutLog,
    MachineLogins,
    IdentityFields,
    IssuerRecords,
    Clocks,
    ToolSpans,
}

impl Wanted {
    pub const ALL: [Wanted; 11] = {
        use Wanted::*;
        [
            AgentTraces,
            TokenLog,
            SessionIssuance,
            Directory,
            GatewayLog,
            CheckoutLog,
            MachineLogins,
            IdentityFields,
            IssuerRecords,
            Clocks,
            ToolSpans,
        ]
    };

    pub const fn word(self) -> &'static str {
        use Wanted::*;
        match self {
            AgentTraces => "agent_traces",
            TokenLog => "token_log",
            SessionIssuance => "session_issuance",
            Directory => "directory",
            GatewayLog => "gateway_log",
            CheckoutLog => "checkout_log",
            MachineLogins => "machine_logins",
            IdentityFields => "identity_fields",
            IssuerRecords => "issuer_records",
            Clocks => "clocks",
            ToolSpans => "tool_spans",
        }
    }

    /// Whether the records themselves show that somebody holds it: a run, a token or a session was begun somewhere. A
    /// gateway's inbound log, a checkout log or a tool's spans may never have been kept.
    pub const fn is_certain(self) -> bool {
        use Wanted::*;
        matches!(self, AgentTraces | TokenLog | SessionIssuance | Directory | IdentityFields | IssuerRecords)
    }

    pub fn from_word(word: &str) -> Option<Wanted> {
        Wanted::ALL.into_iter().find(|w| w.word() == word)
    }
}

/// What identifies the missing record in its export. Numbers are ids of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedKey {
    /// Interned text of a run id in normal form.
    Run(i64),
    /// Interned text: a trace, a credential.
    Text(i64),
    Principal(i64),
    Party(u32),
    /// Nothing but the system and the time.
    System,
}

/// One thing that would settle a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub kind: NeedKind,
    pub key: NeedKey,
    /// The system whose operator is asked, where it is the one that logged the call.
    pub source: Option<i64>,
    /// The grade that such a record carries at best.
    pub best: Grade,
}
