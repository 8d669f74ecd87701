//! The vocabulary every room shares. Names are the field's: RFC 8693 (`subject`, `actor`, `audience`), OpenTelemetry
//! (`trace`, `span`, `link`), NIST (`principal`). Nothing here reads, stores or decides.

pub mod act;
pub mod address;
pub mod context;
pub mod deed;
pub mod edge;
pub mod event;
pub mod evidence;
pub mod finding;
pub mod loss;
pub mod present;
pub mod need;
pub mod principal;
pub mod run;
pub mod time;

pub use act::{Act, Criterion, Deed, Scope, Searched};
pub use address::Address;
pub use context::{
    Asset, Digest, DigestFile, DirectoryRow, Effect, Entitlement, Entry, EntryType, Exception, Membership, Network,
    Ownership, PublicKey, Reach, Receipt, SigningKey,
};
pub use deed::{Interval, Kind, Writer};
pub use edge::{EdgeError, Fault};
pub use event::{
    Approval, Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, Issued,
    Outcome, Role, Sequence, SpanRef, TokenFacts, Wire,
};
pub use evidence::{EvidenceKind, FilledBy, Grade, Pattern, Refusal, WhyEmpty};
pub use finding::{Confidence, Severity};
pub use loss::{Loss, LossCode, LossSeverity};
pub use need::{Need, NeedKey, NeedKind, Wanted};
pub use present::Present;
pub use principal::{Principal, WireKind};
pub use run::{RunId, SpanId, TraceId};
pub use time::{Clock, Skew, Time};
