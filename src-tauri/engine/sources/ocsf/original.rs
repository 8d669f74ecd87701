//! Back to the fields of the record that an event was rendered from, for the systems whose records Behalf reads itself.

use serde_json::{Map, Value};

use super::super::json::{self, Json};
use super::super::{Content, Hints, NotUnderstood, Record, Source, Understood};
use super::super::{aws_cloudtrail, github_audit, kubernetes_audit, okta_system_log};
use super::{AUTHENTICATION, correlate, number, time};
use crate::model::{EventKind, Outcome, WireKind};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Original {
    CloudTrail,
    Kubernetes,
    Okta,
    GitHub,
}

/// By the product and its vendor, and by what only that system's renderings have.
pub(super) fn of(entry: &Json) -> Option<Original> {
    let text = |pointer: &str| json::text(entry, pointer).unwrap_or_default().to_lowercase();
    let (product, vendor) = (text("/metadata/product/name"), text("/metadata/product/vendor_name"));
    let feature = text("/metadata/product/feature/name");
    if text("/metadata/product/version").starts_with("audit.k8s.io/")
        || feature.contains("kubernetes")
        || ["eks", "kubernetes", "gke", "aks"].iter().any(|w| product.split(' ').any(|p| p == *w))
    {
        return Some(Original::Kubernetes);
    }
    let calls_aws = text("/api/service/name").ends_with(".amazonaws.com");
    if calls_aws && (product.contains("cloudtrail") || vendor == "aws" || vendor.contains("amazon")) {
        return Some(Original::CloudTrail);
    }
    match (product.as_str(), vendor.as_str()) {
        (p, "okta") if p.is_empty() || p.contains("okta") || p.contains("system log") => Some(Original::Okta),
        (p, "github") if p.is_empty() || p.contains("github") || p.contains("audit") => Some(Original::GitHub),
        _ => None,
    }
}

impl Original {
    pub fn understand(self, entry: &Json, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let fields = match self {
            Original::CloudTrail => cloudtrail(entry),
            Original::Kubernetes => kubernetes(entry),
            Original::Okta => okta(entry),
            Original::GitHub => github(entry),
        };
        let source: &dyn Source = match self {
            Original::CloudTrail => aws_cloudtrail::SOURCE,
            Original::Kubernetes => kubernetes_audit::SOURCE,
            Original::Okta => okta_system_log::SOURCE,
            Original::GitHub => github_audit::SOURCE,
        };
        let bytes = serde_json::to_vec(&Value::Object(fields.0)).unwrap_or_default();
        let record = json::parse(&bytes).map_err(NotUnderstood::broken)?;
        let record = Record { bytes: &bytes, content: Content::Json(&record), header: &[], envelope: None };
        let mut understood = source.understand(&record, hints)?;
        if let Understood::Event(event) = &mut understood {
            event.time = event.time.or_else(|| time(entry));
            let class = number(entry, "/class_uid");
            let signs_in = class == Some(AUTHENTICATION) && number(entry, "/activity_id") == Some(1);
            if signs_in && event.kind == EventKind::Call && self == Original::Okta {
                event.kind = EventKind::SignIn;
                event.interactive = true;
                // A sign-in that fails is one that was refused.
                if event.outcome == Outcome::Error {
                    event.outcome = Outcome::Denied;
                }
            }
            if self == Original::GitHub {
                unsure(entry, class, event);
            }
            for claim in &mut event.claims {
                claim.field = format!("/unmapped/{}", claim.field.trim_start_matches('/').replace('/', "."));
            }
            correlate(entry, hints, event);
        }
        Ok(understood)
    }
}

/// GitHub says whose token was used by its access type. Where the renderer left it out and the event has no browser
/// session, the login may be a person's or that of whoever added a key.
fn unsure(entry: &Json, class: Option<u64>, event: &mut crate::model::Event) {
    let typed = json::at(entry, "/unmapped/programmatic_access_type").is_some();
    let session = json::text(entry, "/actor/session/uid").is_some() || class == Some(AUTHENTICATION);
    if let Some(wire) = &mut event.wire
        && wire.kind == WireKind::Human
        && !typed
        && !session
    {
        wire.kind = WireKind::Unknown;
    }
    // The log has what was done, unless the renderer says otherwise.
    if number(entry, "/status_id") == Some(2) {
        event.outcome = Outcome::Error;
    }
}

/// An object under construction. Nothing empty is put in: an empty field is not what the record said.
struct Fields(Map<String, Value>);

impl Fields {
    fn new() -> Fields {
        Fields(Map::new())
    }

    /// Puts a value at a dotted path; what is there already stands.
    fn put(&mut self, path: &str, value: Value) {
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.trim_matches(['\'', '"', ' ']).is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        if empty {
            return;
        }
        let mut here = &mut self.0;
        let mut steps = path.split('.').take(16).peekable();
        while let Some(step) = steps.next() {
            if steps.peek().is_none() {
                here.entry(step).or_insert(value);
                return;
            }
            let next = here.entry(step).or_insert_with(|| Value::Object(Map::new()));
            match next {
                Value::Object(members) => here = members,
                _ => return,
            }
        }
    }

    fn copy(&mut self, path: &str, entry: &Json, pointers: &[&str]) {
        if let Some(found) = pointers.iter().find_map(|p| json::at(entry, p).filter(|v| !is_blank(v))) {
            self.put(path, value(found));
        }
    }

    /// What the schema has no place for: members with dots in their names, or as they were.
    fn unmapped(&mut self, entry: &Json) {
        for (key, found) in json::members(json::at(entry, "/unmapped")).filter(|(key, _)| !key.contains("[]")) {
            match key.strip_prefix("annotations.") {
                // Names of annotations have dots of their own.
                Some(name) => {
                    let annotations = self.0.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(members) = annotations {
                        members.entry(name).or_insert_with(|| value(found));
                    }
                }
                None => self.merge(key, found, 0),
            }
        }
    }

    fn merge(&mut self, path: &str, found: &Json, depth: usize) {
        let nested = json::members(Some(found)).next().is_some();
        let dotted = json::members(Some(found)).any(|(key, _)| key.contains('.'));
        if nested && !dotted && depth < 12 {
            for (key, inner) in json::members(Some(found)) {
                self.merge(&format!("{path}.{key}"), inner, depth + 1);
            }
        } else {
            self.put(path, value(found));
        }
    }
}

fn is_blank(value: &Json) -> bool {
    json::at(value, "").is_none_or(|v| json::scalar(v).is_none() && json::members(Some(v)).next().is_none() && json::items(Some(v)).next().is_none())
}

fn value(found: &Json) -> Value {
    serde_json::to_value(found).unwrap_or(Value::Null)
}

/// A document that the schema keeps as text.
fn document(entry: &Json, pointer: &str) -> Value {
    json::at(entry, pointer).and_then(|v| json::nested(v).ok().flatten()).map_or(Value::Null, |v| value(&v))
}

fn cloudtrail(entry: &Json) -> Fields {
    let mut fields = Fields::new();
    let arn = ["/actor/user/uid", "/actor/user/uuid", "/actor/user/uid_alt"]
        .into_iter()
        .find(|p| json::text(entry, p).is_some_and(|t| t.starts_with("arn:")));
    if let Some(arn) = arn {
        fields.copy("userIdentity.arn", entry, &[arn]);
    }
    let ids: Vec<&str> = ["/actor/user/uid_alt", "/actor/user/uid"].into_iter().filter(|p| Some(*p) != arn).collect();
    let kind = json::text(entry, "/actor/user/type").unwrap_or_default();
    fields.copy("userIdentity.type", entry, &["/actor/user/type"]);
    fields.copy("userIdentity.accountId", entry, &["/actor/user/account/uid", "/actor/user/account_uid"]);
    fields.copy("userIdentity.userName", entry, &["/actor/user/name"]);
    if kind == "IdentityCenterUser" {
        fields.copy("userIdentity.onBehalfOf.userId", entry, &ids);
        fields.copy("userIdentity.onBehalfOf.identityStoreArn", entry, &["/actor/idp/uid"]);
        fields.copy("userIdentity.credentialId", entry, &["/actor/user/credential_uid"]);
    } else {
        fields.copy("userIdentity.principalId", entry, &ids);
        fields.copy("userIdentity.accessKeyId", entry, &["/actor/user/credential_uid"]);
    }
    fields.copy("userIdentity.invokedBy", entry, &["/actor/invoked_by"]);
    fields.copy("userIdentity.sessionContext.sessionIssuer.arn", entry, &["/actor/session/issuer"]);
    fields.copy("eventSource", entry, &["/api/service/name"]);
    fields.copy("eventName", entry, &["/api/operation"]);
    fields.copy("eventVersion", entry, &["/metadata/product/version"]);
    fields.copy("eventTime", entry, &["/time", "/time_dt"]);
    fields.copy("eventID", entry, &["/metadata/uid"]);
    fields.copy("requestID", entry, &["/api/request/uid"]);
    fields.copy("awsRegion", entry, &["/cloud/region"]);
    fields.copy("sourceIPAddress", entry, &["/src_endpoint/ip", "/src_endpoint/domain"]);
    fields.copy("userAgent", entry, &["/http_request/user_agent"]);
    fields.copy("errorCode", entry, &["/api/response/error"]);
    fields.copy("errorMessage", entry, &["/api/response/error_message", "/api/response/message"]);
    if number(entry, "/status_id") == Some(2) {
        fields.copy("errorMessage", entry, &["/status_detail", "/status_code", "/status"]);
    }
    fields.put("requestParameters", document(entry, "/api/request/data"));
    fields.put("responseElements", document(entry, "/api/response/data"));
    let resources = json::items(json::at(entry, "/resources")).filter_map(|r| {
        let arn = json::first_text(r, &["/uid", "/name"]).filter(|t| t.starts_with("arn:"))?;
        let mut resource = Fields::new();
        resource.put("ARN", Value::from(arn));
        resource.copy("type", r, &["/type"]);
        Some(Value::Object(resource.0))
    });
    fields.put("resources", resources.collect());
    fields.unmapped(entry);
    fields.copy("recipientAccountId", entry, &["/cloud/account/uid", "/cloud/account_uid"]);
    fields
}

fn kubernetes(entry: &Json) -> Fields {
    let mut fields = Fields::new();
    fields.put("kind", "Event".into());
    fields.put("apiVersion", "audit.k8s.io/v1".into());
    fields.copy("auditID", entry, &["/metadata/uid", "/api/request/uid"]);
    let stage = json::text(entry, "/message");
    if let Some(stage) = stage.filter(|s| ["ResponseComplete", "ResponseStarted", "RequestReceived", "Panic"].contains(&s.as_str())) {
        fields.put("stage", stage.into());
    }
    fields.copy("verb", entry, &["/api/operation"]);
    fields.copy("user.username", entry, &["/actor/user/name"]);
    fields.copy("user.uid", entry, &["/actor/user/uid"]);
    fields.copy("user.extra.accessKeyId", entry, &["/actor/session/credential_uid"]);
    fields.copy("userAgent", entry, &["/http_request/user_agent"]);
    fields.copy("requestURI", entry, &["/http_request/url/path"]);
    fields.copy("objectRef.resource", entry, &["/resources/0/type"]);
    fields.copy("objectRef.name", entry, &["/resources/0/name"]);
    fields.copy("objectRef.namespace", entry, &["/resources/0/namespace"]);
    fields.copy("responseStatus.code", entry, &["/api/response/code", "/http_response/code"]);
    fields.copy("requestReceivedTimestamp", entry, &["/start_time", "/start_time_dt", "/time", "/time_dt"]);
    fields.copy("stageTimestamp", entry, &["/time", "/time_dt"]);
    if let Some(ip) = json::text(entry, "/src_endpoint/ip") {
        fields.put("sourceIPs", Value::from(vec![ip]));
    }
    fields.unmapped(entry);
    let annotations = fields.0.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(members) = annotations {
        for (name, pointer) in [("decision", "/actor/authorizations/0/decision"), ("reason", "/actor/authorizations/0/policy/desc")] {
            if let Some(text) = json::text(entry, pointer) {
                members.entry(format!("authorization.k8s.io/{name}")).or_insert(text.into());
            }
        }
    }
    fields
}

fn okta(entry: &Json) -> Fields {
    let mut fields = Fields::new();
    fields.copy("uuid", entry, &["/metadata/uid", "/finding_info/uid"]);
    fields.copy("published", entry, &["/time", "/time_dt"]);
    fields.copy("eventType", entry, &["/metadata/event_code", "/api/operation"]);
    fields.copy("actor.id", entry, &["/actor/user/uid"]);
    fields.copy("actor.type", entry, &["/actor/user/type"]);
    fields.copy("actor.alternateId", entry, &["/actor/user/email_addr", "/actor/user/uid_alt"]);
    fields.copy("client.ipAddress", entry, &["/src_endpoint/ip", "/evidences/0/src_endpoint/ip"]);
    fields.copy("client.userAgent.rawUserAgent", entry, &["/http_request/user_agent"]);
    fields.copy("authenticationContext.externalSessionId", entry, &["/actor/session/uid", "/session/uid"]);
    let result = match (number(entry, "/action_id"), number(entry, "/status_id"), json::text(entry, "/status").as_deref()) {
        (Some(2), ..) => "DENY",
        (_, Some(1), _) | (_, _, Some("Success")) => "SUCCESS",
        (_, Some(2), _) | (_, _, Some("Failure")) => "FAILURE",
        (Some(1), ..) => "ALLOW",
        _ => "UNKNOWN",
    };
    fields.put("outcome.result", result.into());
    fields.unmapped(entry);
    let mut targets = Vec::new();
    for (place, id, kind) in [("/user", "/uid", "User"), ("/group", "/uid", "UserGroup"), ("/entity/policy", "/uid", "Policy")] {
        let Some(found) = json::at(entry, place) else { continue };
        let mut target = Fields::new();
        target.copy("id", found, &[id, "/name"]);
        target.copy("type", found, &["/type"]);
        target.put("type", kind.into());
        target.copy("alternateId", found, &["/email_addr"]);
        targets.push(Value::Object(target.0));
    }
    // The user of a sign-in is the one who signs in.
    if number(entry, "/class_uid") != Some(AUTHENTICATION) {
        fields.put("target", targets.into());
    }
    fields
}

fn github(entry: &Json) -> Fields {
    let mut fields = Fields::new();
    fields.copy("@timestamp", entry, &["/time", "/time_dt"]);
    fields.copy("_document_id", entry, &["/metadata/uid"]);
    fields.copy("action", entry, &["/metadata/event_code", "/api/operation"]);
    fields.copy("actor", entry, &["/actor/user/name"]);
    fields.copy("actor_id", entry, &["/actor/user/uid"]);
    fields.copy("actor_ip", entry, &["/src_endpoint/ip"]);
    fields.copy("user_agent", entry, &["/http_request/user_agent"]);
    fields.copy("org", entry, &["/actor/user/account/name"]);
    fields.copy("repo", entry, &["/resources/0/name"]);
    fields.copy("user", entry, &["/user/name"]);
    fields.copy("status_code", entry, &["/api/response/code", "/http_response/code"]);
    fields.unmapped(entry);
    fields
}
