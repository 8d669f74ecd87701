//! An event: a record understood. What a source makes of its bytes, before anything is joined or decided.

use serde::{Deserialize, Serialize};

use super::evidence::{EvidenceKind, FilledBy, WhyEmpty};
use super::loss::LossCode;
use super::principal::{Principal, WireKind};
use super::run::{RunId, SpanId, TraceId};
use super::time::Time;

/// What kind of thing the record tells (DESIGN section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something was done through a tool or API, read or write.
    Call,
    SignIn,
    /// A token or credential was issued or exchanged.
    Token,
    /// A span that is an agent's run or a part of it, and no tool call.
    Span,
    /// A tool span: evidence about an audit record, and a call only where no audit source logs the tool.
    ToolSpan,
    Decision,
    Approval,
    /// A record that starts a run.
    Run,
    /// A row of a roster or of another context file, or a record kept for completeness only.
    Context,
    /// A turn of a conversation that is no call: a prompt, an answer, what a tool gave back. Its text stays in the record.
    Message,
}

impl EventKind {
    // The order is the number in the case file: append only.
    pub const ALL: [EventKind; 10] = {
        use EventKind::*;
        [Call, SignIn, Token, Span, ToolSpan, Decision, Approval, Run, Context, Message]
    };

    pub const fn word(self) -> &'static str {
        match self {
            EventKind::Call => "call",
            EventKind::SignIn => "sign_in",
            EventKind::Token => "token",
            EventKind::Span => "span",
            EventKind::ToolSpan => "tool_span",
            EventKind::Decision => "decision",
            EventKind::Approval => "approval",
            EventKind::Run => "run",
            EventKind::Context => "context",
            EventKind::Message => "message",
        }
    }

    pub fn from_word(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|k| k.word() == word)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Denied,
    Error,
    Unknown,
}

impl Outcome {
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Denied => "denied",
            Outcome::Error => "error",
            Outcome::Unknown => "unknown",
        }
    }

    pub fn from_word(word: &str) -> Option<Outcome> {
        use Outcome::*;
        [Success, Denied, Error, Unknown].into_iter().find(|o| o.word() == word)
    }
}

/// The principal whose credential was on the request, as the source tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    pub principal: Principal,
    /// What the source's own type says; the directory may know better.
    pub kind: WireKind,
    pub by: FilledBy,
}

/// Whom a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Human,
    Agent,
}

/// A principal that the record itself names in a role, beside the wire principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub role: Role,
    pub principal: Principal,
    /// K3 for a record's own field, K6 for a session principal set by a broker, K11 for a caller's own word.
    pub evidence: EvidenceKind,
    pub by: FilledBy,
    /// The field that carries it, as a JSON pointer or column, for the proof.
    pub field: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A delegated or client token, by its id (`jti`, `uti`, hash).
    Token,
    /// A temporary session key (AWS STS): a lease.
    SessionKey,
    /// A long-lived key, secret or personal access token.
    LongLived,
    /// An interactive session.
    Session,
}

impl CredentialKind {
    pub const fn word(self) -> &'static str {
        match self {
            CredentialKind::Token => "token",
            CredentialKind::SessionKey => "session_key",
            CredentialKind::LongLived => "long_lived",
            CredentialKind::Session => "session",
        }
    }

    pub fn from_word(word: &str) -> Option<CredentialKind> {
        use CredentialKind::*;
        [Token, SessionKey, LongLived, Session].into_iter().find(|k| k.word() == word)
    }
}

/// The credential on a request, by an id that joins and never by its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub kind: CredentialKind,
    pub id: String,
}

/// A credential that this record hands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub credential: Credential,
    /// For whom: the role, the subject of the token.
    pub principal: Option<Principal>,
    pub expires: Option<Time>,
}

/// What a token record says of its token (RFC 8693, RFC 9068, RFC 9396).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenFacts {
    pub subject: Option<Principal>,
    /// `act` chain, outermost (the current actor) first. Inner actors are informational (RFC 8693 section 4.1).
    pub actors: Vec<Principal>,
    pub client: Option<Principal>,
    pub audience: Vec<String>,
    pub scope: Vec<String>,
    pub not_before: Option<Time>,
    pub issued_at: Option<Time>,
    pub expires: Option<Time>,
    pub revoked: Option<Time>,
    /// `authorization_details` (RFC 9396) as its JSON text.
    pub details: Option<String>,
    pub issuer: Option<String>,
    /// The token id this one was exchanged from.
    pub parent: Option<String>,
    /// The claims of the token itself, whose signature nobody checked: no record of its issuer.
    pub unverified: bool,
}

/// What an approval record says. Who approved is another question than who initiated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Approval {
    /// For whom the thing was approved: the one who may then do it.
    pub subject: Option<Principal>,
    pub requested_by: Option<Principal>,
    pub approved_by: Option<Principal>,
    /// The greatest amount approved, in the unit of the record.
    pub limit: Option<f64>,
    pub granted: Option<bool>,
    pub expires: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionEffect {
    Allow,
    Deny,
}

/// The access decision that the record carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub effect: Option<DecisionEffect>,
    /// Whose rights were evaluated, where the source says or makes certain.
    pub evaluated: Vec<Principal>,
    pub policy: Option<String>,
}

/// A value that conditions and limits speak of. Unit and scale belong to the number.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Number { value: f64, currency: Option<String> },
    Text(String),
    Flag(bool),
}

/// A number that the source gives its records in turn, without leaving one out: a gap is a hole in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Whose numbers they are (a host, a partition), where one log holds several.
    pub stream: Option<String>,
    pub number: i64,
}

/// A span, named by trace and span id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanRef {
    pub trace: TraceId,
    pub span: SpanId,
}

/// A record understood. Everything that the record does not say is absent, with `why_empty` for the two identity slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    pub time: Option<Time>,
    /// End of a span or session.
    pub end: Option<Time>,
    /// The source's own id of the record. With source, tenant and stage it is the record's identity.
    pub id: Option<String>,
    pub tenant: Option<String>,
    /// For sources that write one action in several stages under one id.
    pub stage: Option<String>,
    pub sequence: Option<Sequence>,
    pub service: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    pub resource_type: Option<String>,
    pub outcome: Outcome,
    pub wire: Option<Wire>,
    pub claims: Vec<Claim>,
    /// Two ids of one account: only where whoever wrote the record issues both.
    pub same: Vec<(Principal, Principal)>,
    pub human_empty: WhyEmpty,
    pub agent_empty: WhyEmpty,
    /// The run the record says it belongs to, and who wrote that.
    pub run: Option<(RunId, FilledBy)>,
    pub parent_run: Option<RunId>,
    pub conversation: Option<String>,
    pub trace: Option<TraceId>,
    pub span: Option<SpanId>,
    pub parent_span: Option<SpanId>,
    pub links: Vec<SpanRef>,
    /// `gen_ai.tool.call.id` and its like: joins a tool span to the audit record.
    pub tool_call: Option<String>,
    pub credential: Option<Credential>,
    pub issued: Option<Issued>,
    pub token: Option<TokenFacts>,
    /// Audience and scope as the call's own record states them (the token record is the better witness).
    pub audience: Vec<String>,
    pub scope: Vec<String>,
    pub decision: Option<Decision>,
    pub approval: Option<Approval>,
    pub source_ip: Option<String>,
    pub user_agent: Option<String>,
    pub host: Option<String>,
    /// A person at a browser or console, as the source itself says.
    pub interactive: bool,
    /// The origin of a run says a schedule or system trigger started it.
    pub trigger: Option<String>,
    pub attributes: Vec<(String, Attribute)>,
    /// What the record lacks that a whole one has. Told once a file, with a count.
    pub losses: Vec<LossCode>,
}

impl Event {
    pub fn new(kind: EventKind) -> Event {
        Event {
            kind,
            time: None,
            end: None,
            id: None,
            tenant: None,
            stage: None,
            sequence: None,
            service: None,
            action: None,
            resource: None,
            resource_type: None,
            outcome: Outcome::Unknown,
            wire: None,
            claims: Vec::new(),
            same: Vec::new(),
            human_empty: WhyEmpty::Absent,
            agent_empty: WhyEmpty::Absent,
            run: None,
            parent_run: None,
            conversation: None,
            trace: None,
            span: None,
            parent_span: None,
            links: Vec::new(),
            tool_call: None,
            credential: None,
            issued: None,
            token: None,
            audience: Vec::new(),
            scope: Vec::new(),
            decision: None,
            approval: None,
            source_ip: None,
            user_agent: None,
            host: None,
            interactive: false,
            trigger: None,
            attributes: Vec::new(),
            losses: Vec::new(),
        }
    }
}
