//! MCP servers and gateways.
//!
//! - **Ask for**: the gateway's log of MCP requests for the period, with tool names and, where it can, the user.
//! - **Reads**: Cloudflare MCP portal logs (Logpush), Azure API Management `ApiManagementGatewayMCPLog`, Oracle Cloud's
//!   `InvokeMcpServer` audit events, Golf Gateway, Tyk access logs, Stacklok ToolHive audit events, Yandex Cloud's
//!   `InvokeMcpTool` audit events, and bare JSON-RPC messages; lines, arrays, CSV. Teleport's and AWS AgentCore's stand in
//!   those systems' own logs.
//! - **Recognised by**: the fields of one of these logs; each is asked for fields that it alone has.
//! - **Filled by**: the gateway fills method, tool and session, and the user where the log has one. The client's name and
//!   `_meta` are the client's own words. Of Oracle's and Yandex's users the id counts, never the shown name.
//! - **Answers**: which tool was called through which gateway, with what outcome, and by whom where the gateway says so.
//!   Oracle's `OBO` says that a client acted for the user.
//! - **Never tells**: which tool it was, in Oracle's and Yandex's events; who called, in the logs of Azure API Management, Tyk and bare JSON-RPC: they have no user. Golf may
//!   write a hash in place of an address, which joins nothing.
//! - **Documented in**: the field lists of developers.cloudflare.com ("MCP Portal Logs"), learn.microsoft.com, docs.oracle.com
//!   ("Auditing Database Tools MCP Server"), docs.golf.dev ("Audit Log Schema"), tyk.io ("MCP Gateway Access Logs"),
//!   yandex.cloud (Audit Trails) and ToolHive's own types. No record of these was seen. Portkey and Cratis Arc publish no
//!   field names and are not read.

mod shapes;

use super::hints::Place;
use super::json::{self, Json};
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, EvidenceKind, FilledBy,
    Outcome, Principal, Role, WhyEmpty, Wire, WireKind,
};

use shapes::{Shape, is_bare, is_mcp, shaped};

pub const SOURCE: &dyn Source = &McpGateway;

struct McpGateway;

const NAME: &str = "mcp_gateway";

impl Source for McpGateway {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let own = |v: &Json| shaped(v).is_some_and(|(shape, _)| !is_bare(shape));
        let any = |v: &Json| shaped(v).is_some_and(|(shape, message)| !is_bare(shape) || is_mcp(message));
        sample
            .recognise(91, "the fields of an MCP gateway's log", own)
            .or_else(|| sample.recognise(80, "JSON-RPC messages of MCP", any))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        match shaped(entry) {
            Some((shape, message)) => Ok(event(entry, message, shape, hints).into()),
            None => Err(NotUnderstood::not_this("no fields of an MCP gateway that is known")),
        }
    }
}

fn event(entry: &Json, message: &Json, shape: &Shape, hints: &Hints) -> Event {
    let of = |pointers: &[&str]| json::first_text(message, pointers).or_else(|| json::first_text(entry, pointers));
    let method = json::text(message, shape.method).unwrap_or_default();
    let mut event = Event::new(kind_of(entry, shape, &method));
    event.time = shape.time.iter().find_map(|p| json::time(message, p).or_else(|| json::time(entry, p)));
    event.id = of(shape.id).filter(|id| somebody(id).is_ok());
    event.tenant = json::first_text(entry, &["/organization_id", "/data/identity/tenantId", "/org_id"]);
    event.service = of(shape.server).or_else(|| Some("mcp".into()));
    event.resource = of(shape.server);
    event.resource_type = Some("mcp".into());
    event.action = of(shape.tool).or_else(|| (!method.is_empty()).then_some(method)).or_else(|| match shape.name {
        "oci" => Some("InvokeMcpServer".into()),
        "yandex" => Some("InvokeMcpTool".into()),
        _ => None,
    });
    event.source_ip = of(shape.ip);
    event.user_agent = of(shape.agent);
    event.outcome = outcome(entry, message, shape);
    event.credential = of(shape.session)
        .filter(|id| somebody(id).is_ok())
        .map(|id| Credential { kind: CredentialKind::Session, id });
    event.attributes.push(("gateway".into(), Attribute::Text(shape.name.into())));
    who(entry, shape, &mut event);

    let mut search = hints.search(NAME);
    for pointer in ["/params/_meta", "/data/_meta", "/metadata/extra"] {
        for (key, value) in json::members(json::at(message, pointer)) {
            search.key(key, value, FilledBy::Caller);
        }
    }
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// A tool called or a resource read is a call; its answer, a listing or a handshake is none.
fn kind_of(entry: &Json, shape: &Shape, method: &str) -> EventKind {
    let called = match shape.name {
        "oci" | "yandex" => true,
        "golf" => json::text(entry, "/event_type").as_deref() == Some("mcp_request") && is_call(method),
        "toolhive" => matches!(method, "mcp_tool_call" | "mcp_resource_read"),
        _ => is_call(method),
    };
    if called { EventKind::Call } else { EventKind::Context }
}

fn is_call(method: &str) -> bool {
    matches!(method, "tools/call" | "resources/read")
}

fn outcome(entry: &Json, message: &Json, shape: &Shape) -> Outcome {
    let text = |pointer| json::text(entry, pointer).unwrap_or_default();
    let code = |pointer| json::text(entry, pointer).and_then(|c| c.parse::<i64>().ok());
    match shape.name {
        "cloudflare" => match json::flag(entry, "/Success") {
            Some(true) => Outcome::Success,
            Some(false) => failed(&text("/Error")),
            None => Outcome::Unknown,
        },
        // Azure writes the error columns only where there was one.
        "azure_apim" => match text("/Error") + &text("/ErrorType") {
            error if error.is_empty() => Outcome::Unknown,
            error => failed(&error),
        },
        "oci" => match text("/data/response/status").split(' ').next().and_then(|c| c.parse::<u16>().ok()) {
            Some(401 | 403) => Outcome::Denied,
            Some(400..) => Outcome::Error,
            Some(100..) => Outcome::Success,
            _ => Outcome::Unknown,
        },
        "golf" if json::flag(entry, "/security/blocked") == Some(true) => Outcome::Denied,
        "golf" if matches!(text("/authentication/result").as_str(), "failure" | "failed" | "denied") => Outcome::Denied,
        "golf" if matches!(text("/authentication/authorization_result").as_str(), "denied") => Outcome::Denied,
        // The gateway's own codes: authentication required, access denied.
        "tyk" => match (code("/mcp_error_code"), code("/status")) {
            (Some(-32001 | -32002), _) | (None, Some(401 | 403)) => Outcome::Denied,
            (Some(_), _) | (None, Some(400..)) => Outcome::Error,
            (None, Some(100..)) => Outcome::Success,
            _ => Outcome::Unknown,
        },
        "toolhive" => match text("/outcome").as_str() {
            "success" => Outcome::Success,
            "denied" => Outcome::Denied,
            "failure" | "error" | "application_error" => Outcome::Error,
            _ => Outcome::Unknown,
        },
        "yandex" => match (json::flag(entry, "/authorization/authorized"), text("/event_status").as_str()) {
            (Some(false), _) => Outcome::Denied,
            (_, "DONE") => Outcome::Success,
            (_, "ERROR" | "CANCELLED") => Outcome::Error,
            _ => Outcome::Unknown,
        },
        _ if json::at(message, "/error").is_some() || json::flag(message, "/result/isError") == Some(true) => Outcome::Error,
        _ if json::at(message, "/result").is_some() => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

fn failed(error: &str) -> Outcome {
    let error = error.to_lowercase();
    let refused = ["denied", "unauthor", "forbidden", "not allowed", "401", "403"].iter().any(|w| error.contains(w));
    if refused { Outcome::Denied } else { Outcome::Error }
}

fn who(entry: &Json, shape: &Shape, event: &mut Event) {
    let found = match shape.name {
        "oci" => oracle(entry),
        "yandex" => yandex(entry),
        // The gateway says itself whether it authenticated anybody.
        "golf" if json::flag(entry, "/user/authenticated") == Some(false) => Err(WhyEmpty::Absent),
        _ if shape.user.is_empty() => Err(WhyEmpty::NotSupported),
        _ => shape
            .user
            .iter()
            .filter_map(|p| json::text(entry, p))
            .find_map(|word| somebody(&word).ok().and_then(Principal::from_word))
            .map(|p| {
                let kind = if p.namespace == "email" { WireKind::Human } else { WireKind::Unknown };
                (p, kind)
            })
            .ok_or(WhyEmpty::Absent),
    };
    let (principal, kind) = match found {
        Ok(found) => found,
        Err(why) => {
            event.human_empty = why;
            return;
        }
    };
    if kind == WireKind::Delegated {
        event.claims.push(Claim {
            role: Role::Human,
            principal: principal.clone(),
            evidence: EvidenceKind::K3,
            by: FilledBy::Gateway,
            field: "/data/identity/principalId".into(),
        });
    }
    if shape.name == "yandex"
        && let Some(authorized) = json::flag(entry, "/authorization/authorized")
    {
        let effect = if authorized { DecisionEffect::Allow } else { DecisionEffect::Deny };
        event.decision = Some(Decision { effect: Some(effect), evaluated: vec![principal.clone()], policy: None });
    }
    event.wire = Some(Wire { principal, kind, by: FilledBy::Gateway });
}

/// Oracle's principals by OCID; the name is one for showing.
fn oracle(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let id = json::text(entry, "/data/identity/principalId").ok_or(WhyEmpty::Absent)?;
    let id = somebody(&id)?;
    let person = id.starts_with("ocid1.user.") || Principal::new("oci", id).namespace == "email";
    let obo = json::text(entry, "/data/identity/authType").is_some_and(|t| t.eq_ignore_ascii_case("OBO"));
    let kind = match (person, obo) {
        (true, true) => WireKind::Delegated,
        (true, false) => WireKind::Human,
        (false, _) if id.starts_with("ocid1.") => WireKind::Service,
        (false, _) => WireKind::Unknown,
    };
    Ok((Principal::new("oci", id), kind))
}

fn yandex(entry: &Json) -> Result<(Principal, WireKind), WhyEmpty> {
    let id = json::text(entry, "/authentication/subject_id").ok_or(WhyEmpty::Absent)?;
    let kind = match json::text(entry, "/authentication/subject_type").unwrap_or_default().as_str() {
        "SERVICE_ACCOUNT" => WireKind::Service,
        t if t.ends_with("USER_ACCOUNT") => WireKind::Human,
        _ => WireKind::Unknown,
    };
    Ok((Principal::new("yandex", somebody(&id)?), kind))
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        let found = registry(Vec::new());
        assert_eq!(found.detect(&Form::Lines, &[text.as_bytes()]).name(), NAME, "{text}");
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn cloudflare_and_azure() {
        let e = event(
            r#"{"Datetime":"2026-03-02T10:00:00Z","Method":"tools/call","ToolCallName":"refund","ServerID":"orders","PortalID":"p1","SessionID":"s1","Success":false,"Error":"Forbidden","ClientIP":"198.51.100.4","UserEmail":"Ada@example.org"}"#,
        );
        assert_eq!((e.kind, e.action.as_deref(), e.outcome), (EventKind::Call, Some("refund"), Outcome::Denied));
        assert_eq!(e.wire.unwrap().principal, Principal::new("email", "ada@example.org"));
        let e = event(
            r#"{"TimeGenerated":"2026-03-02T10:00:00Z","CorrelationId":"c1","Method":"tools/call","ToolName":"refund","ServerName":"orders","AuthenticationMethod":"oauth2","SessionId":"s","ClientName":"agent"}"#,
        );
        assert_eq!((e.wire, e.human_empty, e.outcome), (None, WhyEmpty::NotSupported, Outcome::Unknown));
        let e = event(r#"{"TimeGenerated":"2026-03-02T10:00:00Z","CorrelationId":"c2","Method":"tools/list","ServerName":"orders"}"#);
        assert_eq!(e.kind, EventKind::Context);
    }

    #[test]
    fn oracle_says_when_somebody_acted_for_a_user() {
        let of = |id: &str, auth: &str| {
            event(&format!(
                r#"{{"eventType":"com.oraclecloud.dbtools-service-mcp.InvokeMcpServer","eventId":"e1","eventTime":"2026-03-02T10:00:00Z","data":{{"eventName":"InvokeMcpServer","resourceId":"ocid1.mcp..1","identity":{{"principalName":"Ada L","principalId":"{id}","authType":"{auth}","ipAddress":"198.51.100.4"}},"response":{{"status":"200"}}}}}}"#
            ))
        };
        let e = of("ocid1.user.oc1..aa", "OBO");
        assert_eq!((e.wire.unwrap().kind, e.claims[0].principal.id.as_str()), (WireKind::Delegated, "ocid1.user.oc1..aa"));
        assert_eq!(of("ocid1.user.oc1..aa", "Native").wire.unwrap().kind, WireKind::Human);
        assert_eq!(of("ocid1.instance.oc1..bb", "ServiceToService").wire.unwrap().kind, WireKind::Service);
        assert_eq!(of("", "OBO").wire, None);
    }

    #[test]
    fn golf_tyk_toolhive_and_yandex() {
        let golf = |user: &str, kind: &str| {
            event(&format!(
                r#"{{"timestamp":"2026-03-02T10:00:00.5+00:00","event_type":"{kind}","component":"mcp_parser","session_id":"s1","gateway_id":"g1","mcp_method":"tools/call","mcp_tool_name":"refund","user":{user},"security":{{"blocked":false}}}}"#
            ))
        };
        let e = golf(r#"{"sub":"auth0|1","email":"a1b2c3d4","authenticated":true}"#, "mcp_request");
        assert_eq!((e.kind, e.wire.unwrap().kind), (EventKind::Call, WireKind::Unknown));
        let e = golf(r#"{"sub":"anonymous","authenticated":false}"#, "mcp_response");
        assert_eq!((e.kind, e.wire), (EventKind::Context, None));
        let e = event(
            r#"{"level":"info","prefix":"access-log","time":"2026-03-02T10:00:00Z","api_id":"a","api_type":"mcp","mcp_method":"tools/call","mcp_primitive_type":"tool","mcp_primitive_name":"refund","mcp_error_code":-32002,"status":403,"api_key":"****abcd"}"#,
        );
        assert_eq!((e.action.as_deref(), e.outcome, e.wire), (Some("refund"), Outcome::Denied, None));
        let e = event(
            r#"{"metadata":{"auditId":"a1"},"type":"mcp_tool_call","loggedAt":"2026-03-02T10:00:00Z","source":{"type":"network","value":"10.0.0.1"},"outcome":"success","subjects":{"user":"Ada L","user_id":"ada@example.org"},"component":"github","target":{"type":"tool","name":"create_issue"}}"#,
        );
        assert_eq!((e.action.as_deref(), e.wire.unwrap().principal.id.as_str()), (Some("create_issue"), "ada@example.org"));
        let e = event(
            r#"{"event_id":"y1","event_type":"yandex.cloud.audit.ai.mcp_hub.InvokeMcpTool","event_time":"2026-03-02T10:00:00Z","authentication":{"authenticated":true,"subject_type":"SERVICE_ACCOUNT","subject_id":"aje1"},"authorization":{"authorized":false}}"#,
        );
        assert_eq!((e.wire.unwrap().kind, e.outcome), (WireKind::Service, Outcome::Denied));
        assert_eq!(e.decision.unwrap().effect, Some(DecisionEffect::Deny));
    }

    #[test]
    fn bare_messages_name_nobody() {
        let e = event(r#"{"timestamp":"2026-03-02T10:00:00Z","user":"boss","jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund","_meta":{"run_id":"run-0001"}}}"#);
        assert_eq!((e.kind, e.action.as_deref(), e.wire), (EventKind::Call, Some("refund"), None));
        assert_eq!(e.run.unwrap().1, FilledBy::Caller);
        let e = event(r#"{"ts":1772409601,"message":{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}}"#);
        assert_eq!((e.kind, e.outcome), (EventKind::Context, Outcome::Error));
    }

    #[test]
    fn other_messages_and_logs_are_left_alone() {
        let registry = registry(Vec::new());
        for other in [
            &br#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}"#[..],
            br#"{"Method":"GET","Datetime":"2026-03-02T10:00:00Z","ClientIP":"192.0.2.1"}"#,
            br#"{"Method":"GET","TimeGenerated":"2026-03-02T10:00:00Z","CorrelationId":"c"}"#,
            br#"{"type":"http_request","outcome":"success","component":"x"}"#,
        ] {
            assert_eq!(registry.detect(&Form::Lines, &[other]).name(), "unknown");
        }
    }
}
