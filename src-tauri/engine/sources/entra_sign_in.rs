//! Microsoft Entra sign-in logs: people (interactive and not), service principals, managed identities.
//!
//! - **Ask for**: all four sign-in logs (`signIns` of Microsoft Graph beta with `signInEventTypes`, or the diagnostic categories
//!   `SignInLogs`, `NonInteractiveUserSignInLogs`, `ServicePrincipalSignInLogs`, `ManagedIdentitySignInLogs`) for the period,
//!   as JSON. Most tokens that applications use for people are in the non-interactive log.
//! - **Reads**: Graph `value`, the portal's JSON and CSV, diagnostic settings (`properties` inside), the tables of Log
//!   Analytics with JSON in cells, in any case of keys.
//! - **Recognised by**: an application and a sign-in result (`status.errorCode`, `resultType`) with a user or service principal;
//!   or a `category` that ends in `SignInLogs`.
//! - **Filled by**: Entra (issuer) fills user, application, service principal, credential and token id. The user agent
//!   is the caller's own word.
//! - **Answers**: who signed in, through which application, for which resource; which token was issued, so that calls in Azure, Microsoft
//!   Graph and Microsoft 365 with that token join it; which sign-ins are an agent's; which key an application used.
//! - **Never tells**: what was done with a token; how long it lives; which scopes it has. The mere presence of `agent` says
//!   nothing: only an agent type other than `notAgentic` does. A display name is never taken for a person.
//! - **Documented in**: learn.microsoft.com, "signIn resource type", "agentSignIn", "SigninLogs", "linkable identifiers". Token ids are
//!   compared in one form, that of the token's own `uti`. Seen in real records: diagnostic form of users and service principals,
//!   token ids as base64 of a GUID and as `uti`. Second hand: agent types, portal CSV columns, the GUID's byte order.

use super::entra::{self, Delegated};
use super::hints::Place;
use super::json::{self, Json};
use super::loose;
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{
    Attribute, Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, FilledBy, Issued, Outcome,
    TokenFacts, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &SignIn;

struct SignIn;

const NAME: &str = "entra_sign_in";

impl Source for SignIn {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(96, "a category of Entra's sign-in logs", |v| category(v).is_some())
            .or_else(|| sample.recognise(94, "an application, who signed in and the result of an Entra sign-in", is_entry))
            // Diagnostic settings may send all logs to one place, where none of them has the half.
            .or_else(|| sample.recognise(88, "one of the logs of Entra, Microsoft Graph and Azure", entra::is_one))
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match entra::read(record.json()?, hints) {
            Some(event) => Ok(event.into()),
            None => Err(NotUnderstood::not_this("no application and result of a sign-in")),
        }
    }
}

pub(super) fn read(entry: &Json, hints: &Hints) -> Option<Event> {
    is_entry(entry).then(|| event(entry, hints))
}

/// What the entry says: diagnostic settings put it into `properties`.
fn body(entry: &Json) -> &Json {
    loose::at(entry, "/properties").filter(|p| json::members(Some(p)).next().is_some()).unwrap_or(entry)
}

fn category(entry: &Json) -> Option<String> {
    ["/category", "/type"]
        .iter()
        .filter_map(|p| loose::text(entry, p))
        .find(|c| c.to_lowercase().ends_with("signinlogs"))
}

pub(super) fn is_entry(entry: &Json) -> bool {
    let body = body(entry);
    let has = |pointers: &[&str]| loose::first_text(body, pointers).is_some();
    let result = has(&["/status/errorCode", "/Sign-in error code"])
        || loose::first_text(entry, &["/resultType"]).is_some()
        || (loose::at(body, "/status").is_some() && has(&["/createdDateTime", "/Date (UTC)"]));
    let app = has(&["/appId", "/appDisplayName", "/Application ID", "/Application"]);
    let who = has(&["/userPrincipalName", "/userId", "/servicePrincipalId", "/servicePrincipalName", "/Username", "/User ID"])
        || has(&["/Service principal ID"]);
    // An audit entry has an activity, a call of Microsoft Graph an address.
    let other = has(&["/activityDisplayName", "/requestUri"]);
    (result && app && who && !other) || (category(entry).is_some() && app && !other)
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let body = body(entry);
    let slot = |pointers: &[&str]| loose::first_text(body, pointers).or_else(|| loose::first_text(entry, pointers));
    let mut event = Event::new(EventKind::SignIn);
    event.time = loose::time(body, &["/createdDateTime", "/Date (UTC)"])
        .or_else(|| loose::time(entry, &["/time", "/timeGenerated"]));
    event.id = slot(&["/id", "/Request ID"]).filter(|id| somebody(id).is_ok());
    event.tenant = tenant(entry, body);
    event.service = Some("entra".into());
    event.action = Some("sign_in".into());
    event.resource = slot(&["/resourceId", "/resourceIdentity", "/Resource ID"])
        .filter(|r| !r.starts_with('/'))
        .or_else(|| slot(&["/resourceDisplayName", "/Resource"]));
    event.resource_type = slot(&["/resourceDisplayName", "/Resource"]);
    event.source_ip = slot(&["/ipAddress", "/callerIpAddress", "/IP address"]).map(|ip| entra::address(&ip));
    event.user_agent = slot(&["/userAgent", "/User agent"]).filter(|a| somebody(a).is_ok());
    event.interactive = interactive(entry, body);
    event.outcome = outcome(entry, body);
    if let Some(session) = slot(&["/sessionId", "/Session ID"]).filter(|s| somebody(s).is_ok()) {
        event.attributes.push(("session_id".into(), Attribute::Text(session)));
    }
    who(entry, body, &mut event);
    token(body, &mut event);
    event.decision = access(body, &event);

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

/// The directory that was signed in to. `TenantId` of Log Analytics is its workspace.
fn tenant(entry: &Json, body: &Json) -> Option<String> {
    let table = loose::at(entry, "/timeGenerated").is_some();
    loose::first_text(body, &["/resourceTenantId", "/aadTenantId"])
        .or_else(|| loose::first_text(entry, &["/aadTenantId"]))
        .or_else(|| loose::text(entry, "/tenantId").filter(|_| !table))
        .filter(|t| somebody(t).is_ok())
        .map(|t| t.to_lowercase())
}

fn interactive(entry: &Json, body: &Json) -> bool {
    match loose::at(body, "/isInteractive").map(|_| json::flag(body, "/isInteractive")) {
        Some(flag) => flag == Some(true),
        None => category(entry).is_some_and(|c| matches!(c.to_lowercase().as_str(), "signinlogs" | "adfssigninlogs")),
    }
}

fn outcome(entry: &Json, body: &Json) -> Outcome {
    let status = loose::opened(body, "/status");
    let code = status
        .as_ref()
        .and_then(|s| loose::text(s, "/errorCode"))
        .or_else(|| loose::first_text(body, &["/Sign-in error code"]))
        .or_else(|| loose::first_text(entry, &["/resultType"]).filter(|r| r.parse::<i64>().is_ok()));
    match code.as_deref() {
        Some("0") => Outcome::Success,
        // Every other code is a sign-in that was not let through.
        Some(_) => Outcome::Denied,
        None => match status.as_ref().and_then(json::scalar).unwrap_or_default().to_lowercase().as_str() {
            "success" => Outcome::Success,
            "failure" | "interrupted" => Outcome::Denied,
            _ => Outcome::Unknown,
        },
    }
}

/// The agent type, where it says that there is an agent.
fn agent_type(body: &Json, member: &str) -> Option<String> {
    let agent = loose::opened(body, "/agent")?;
    loose::text(&agent, member)
        .filter(|t| !matches!(t.to_lowercase().as_str(), "" | "notagentic" | "none" | "unknown" | "unknownfuturevalue"))
}

fn who(entry: &Json, body: &Json, event: &mut Event) {
    let slot = |pointers: &[&str]| loose::first_text(body, pointers);
    let app_id = slot(&["/appId", "/Application ID"]);
    let kind = agent_type(body, "/agentType");
    let is_robot = |t: &Option<String>| t.as_deref().is_some_and(|t| t.eq_ignore_ascii_case("agentIDuser"));
    let robot = is_robot(&kind) || is_robot(&agent_type(body, "/agentSubjectType"));
    let agent = kind.is_some();

    let account = slot(&["/servicePrincipalId", "/Service principal ID"]).filter(|s| somebody(s).is_ok());
    let upn = slot(&["/userPrincipalName", "/Username"]);
    let object_id = slot(&["/userId", "/User ID"]);
    let named = entra::user(upn.as_deref(), object_id.as_deref());
    let by_category = category(entry).unwrap_or_default().to_lowercase();
    let alone = by_category.contains("serviceprincipal")
        || by_category.contains("managedidentity")
        || (account.is_some() && named.is_err());
    if alone {
        match entra::app(app_id.as_deref(), account.as_deref()) {
            Some(principal) => entra::application(event, principal, app_id.as_deref(), agent),
            None => event.human_empty = crate::model::WhyEmpty::NotSupported,
        }
        return;
    }
    if !is_guest(body) {
        entra::same(event, upn.as_deref(), object_id.as_deref());
    }
    match named {
        // A user account that an agent has: no person stands behind it.
        Ok(user) if robot => {
            event.wire = Some(Wire { principal: user, kind: WireKind::Agent, by: FilledBy::Platform });
        }
        // A person at the screen signs in themselves, through whatever application.
        Ok(user) if event.interactive && !agent => {
            event.wire = Some(Wire { principal: user, kind: WireKind::Human, by: FilledBy::Platform });
        }
        Ok(user) => entra::person(
            event,
            Delegated { user, user_field: "/userPrincipalName", app_id: app_id.as_deref(), app_field: "/appId", agent },
        ),
        Err(why) => event.human_empty = why,
    }
}

/// A guest's object id is the host directory's, and the name the home directory's: two issuers.
fn is_guest(body: &Json) -> bool {
    let slot = |pointer| loose::text(body, pointer).filter(|t| somebody(t).is_ok()).map(|t| t.to_lowercase());
    let (home, host) = (slot("/homeTenantId"), slot("/resourceTenantId"));
    let crosses = slot("/crossTenantAccessType").is_some_and(|t| t != "none");
    crosses || slot("/userType").is_some_and(|t| t == "guest") || (home.is_some() && host.is_some() && home != host)
}

/// The token that the sign-in handed out, and the credential that an application showed.
fn token(body: &Json, event: &mut Event) {
    let slot = |pointers: &[&str]| loose::first_text(body, pointers);
    let shown = slot(&["/servicePrincipalCredentialKeyId", "/servicePrincipalCredentialThumbprint"]);
    event.credential = shown
        .filter(|k| entra::id(k).is_ok())
        .map(|id| Credential { kind: CredentialKind::LongLived, id: id.to_lowercase() });
    let id = slot(&["/uniqueTokenIdentifier", "/Unique token identifier"]).and_then(|id| entra::token_id(&id));
    let (Some(id), Outcome::Success, Some(wire)) = (id, event.outcome, event.wire.as_ref()) else { return };
    let credential = Credential { kind: CredentialKind::Token, id };
    let app_id = slot(&["/appId", "/Application ID"]);
    let person = event.claims.first().map(|c| c.principal.clone()).filter(|_| wire.kind == WireKind::Delegated);
    let client = app_id.as_deref().filter(|a| !entra::is_own_hands(a)).and_then(|a| entra::app(Some(a), None));
    let subject = person.unwrap_or_else(|| wire.principal.clone());
    event.issued = Some(Issued { credential: credential.clone(), principal: Some(subject.clone()), expires: None });
    // A token in somebody's own hands needs no record of delegation, and one of an application alone has none.
    let delegated = matches!(wire.kind, WireKind::Human | WireKind::Delegated);
    if let (true, Some(client)) = (delegated, client) {
        event.token = Some(TokenFacts {
            subject: Some(subject),
            client: Some(client),
            audience: event.resource.iter().cloned().collect(),
            issued_at: event.time,
            issuer: event.tenant.clone().map(|t| format!("https://sts.windows.net/{t}/")),
            ..TokenFacts::default()
        });
        event.credential = Some(credential);
    }
}

/// Conditional access decides on whoever signs in.
fn access(body: &Json, event: &Event) -> Option<Decision> {
    let status = loose::first_text(body, &["/conditionalAccessStatus", "/Conditional Access"])?.to_lowercase();
    let effect = match status.as_str() {
        "success" => DecisionEffect::Allow,
        "failure" => DecisionEffect::Deny,
        _ => return None,
    };
    let policies = loose::opened(body, "/appliedConditionalAccessPolicies")
        .or_else(|| loose::opened(body, "/conditionalAccessPolicies"));
    let decided: Vec<String> = json::items(policies.as_ref())
        .filter(|p| loose::text(p, "/result").is_some_and(|r| r.eq_ignore_ascii_case(&status)))
        .filter_map(|p| loose::text(p, "/displayName"))
        .collect();
    let policy = (!decided.is_empty()).then(|| decided.join(", "));
    Some(Decision { effect: Some(effect), evaluated: entra::effective(event), policy })
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{Principal, Role, WhyEmpty};
    use crate::read::Form;

    const APP: &str = "11111111-2222-3333-4444-555555555555";
    const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn graph(rest: &str) -> String {
        format!(
            r#"{{"id":"r1","createdDateTime":"2026-03-02T10:00:00Z","ipAddress":"198.51.100.20","resourceDisplayName":"Microsoft Graph","resourceId":"00000003-0000-0000-c000-000000000000","uniqueTokenIdentifier":"m5pWaRnoFUyp2TbSCAAAAA","status":{{"errorCode":0}}{rest}}}"#
        )
    }

    fn user(app: &str, rest: &str) -> Event {
        event(&graph(&format!(
            r#","appId":"{app}","userPrincipalName":"Ada@example.org","userId":"{ADA}","servicePrincipalId":""{rest}"#
        )))
    }

    #[test]
    fn a_person_at_the_screen() {
        let e = user(APP, r#","isInteractive":true,"agent":{"agentType":"notAgentic","agentSubjectType":"notAgentic"}"#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal, wire.kind), (Principal::new("email", "ada@example.org"), WireKind::Human));
        assert_eq!((e.kind, e.interactive, e.outcome, e.claims.len()), (EventKind::SignIn, true, Outcome::Success, 0));
        assert_eq!(e.issued.unwrap().credential.id, "m5pWaRnoFUyp2TbSCAAAAA");
        assert_eq!(e.token.unwrap().subject, Some(Principal::new("email", "ada@example.org")));
        // Through a tool of Microsoft's there is no client to delegate to.
        let e = user("04b07795-8ddb-461a-bbee-02f9e1bf7b46", r#","isInteractive":false"#);
        assert_eq!((e.wire.unwrap().kind, e.token), (WireKind::Human, None));
    }

    #[test]
    fn an_application_fetches_a_token_for_its_person() {
        let e = user(APP, r#","isInteractive":false"#);
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal.id.as_str(), wire.kind), (APP, WireKind::Delegated));
        assert_eq!(e.claims.iter().map(|c| c.role).collect::<Vec<_>>(), [Role::Human]);
        assert_eq!(e.token.unwrap().client.unwrap().id, APP);
        let e = user(APP, r#","isInteractive":true,"agent":{"agentType":"agenticAppInstance"}"#);
        assert_eq!(e.claims.iter().map(|c| c.role).collect::<Vec<_>>(), [Role::Human, Role::Agent]);
        let e = user(APP, r#","agent":{"agentType":"agentIDuser"}"#);
        assert_eq!((e.wire.unwrap().kind, e.claims.len(), e.token), (WireKind::Agent, 0, None));
    }

    #[test]
    fn applications_alone() {
        let of = |rest: &str| {
            event(&graph(&format!(r#","appId":"{APP}","servicePrincipalId":"sp-1","servicePrincipalName":"ada@example.org"{rest}"#)))
        };
        let e = of(r#","servicePrincipalCredentialKeyId":"2AFC776A-4e79-4588-b2ad-f62c94d6bea8""#);
        assert_eq!(e.wire.as_ref().unwrap().kind, WireKind::Service);
        assert_eq!(e.credential.unwrap().id, "2afc776a-4e79-4588-b2ad-f62c94d6bea8");
        assert_eq!((e.token, e.claims.len()), (None, 0));
        assert_eq!(of(r#","agent":{"agentType":"agenticApp"}"#).wire.unwrap().kind, WireKind::Agent);
        assert_eq!(of(r#","agent":{"agentType":"notAgentic"}"#).wire.unwrap().kind, WireKind::Service);
    }

    #[test]
    fn nobody_and_refused() {
        let e = event(&graph(&format!(
            r#","appId":"{APP}","userPrincipalName":"","userId":"00000000-0000-0000-0000-000000000000""#
        )));
        assert_eq!((e.wire, e.human_empty, e.issued), (None, WhyEmpty::Absent, None));
        let refused = graph(&format!(
            r#","appId":"{APP}","userPrincipalName":"ada@example.org","conditionalAccessStatus":"failure","appliedConditionalAccessPolicies":[{{"displayName":"MFA","result":"failure"}},{{"displayName":"x","result":"notApplied"}}]"#
        ))
        .replace(r#""errorCode":0"#, r#""errorCode":53003"#);
        let e = event(&refused);
        assert_eq!((e.outcome, e.issued, e.token), (Outcome::Denied, None, None));
        let decision = e.decision.unwrap();
        assert_eq!((decision.effect, decision.policy.as_deref()), (Some(DecisionEffect::Deny), Some("MFA")));
    }

    #[test]
    fn every_container_reads_like_the_log() {
        let registry = registry(Vec::new());
        let diagnostic = format!(
            r#"{{"time":"2026-03-02T10:00:00Z","resourceId":"/tenants/t/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"NonInteractiveUserSignInLogs","resultType":"0","tenantId":"t1","callerIpAddress":"198.51.100.20","properties":{{"id":"r1","appId":"{APP}","userPrincipalName":"ada@example.org","status":{{"errorCode":0}}}}}}"#
        );
        let table = format!(
            r#"{{"TenantId":"w","TimeGenerated":"2026-03-02T10:00:00Z","Type":"AADNonInteractiveUserSignInLogs","Id":"r1","AppId":"{APP}","UserPrincipalName":"ada@example.org","ResultType":"0","Status":"{{\"errorCode\":0}}","AADTenantId":"t1"}}"#
        );
        for text in [diagnostic.clone(), diagnostic.to_lowercase(), table] {
            let found = registry.detect(&Form::Lines, &[text.as_bytes()]);
            assert_eq!(found.name(), NAME, "{}", found.why);
            let e = event(&text);
            assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Delegated, 1), "{text}");
            assert_eq!((e.outcome, e.id.as_deref(), e.tenant.as_deref()), (Outcome::Success, Some("r1"), Some("t1")));
        }
        let header = ["Date (UTC)", "Request ID", "User agent", "User", "Username", "User ID", "Application", "Application ID", "Resource", "IP address", "Status", "Sign-in error code"];
        let form = Form::Csv { delimiter: b',', header: header.iter().map(|h| h.to_string()).collect() };
        let row = format!("2026-03-02T10:00:00Z,r1,curl,Ada Lovelace,ada@example.org,{ADA},Helper,{APP},Microsoft Graph,198.51.100.20,Success,0");
        let found = registry.detect(&form, &[row.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
        match understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Event(e)) => {
                assert_eq!((e.claims[0].principal.id.as_str(), e.outcome), ("ada@example.org", Outcome::Success));
                assert!(e.time.is_some());
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_audit_entry_is_no_sign_in_and_is_not_lost_among_them() {
        let audit = r#"{"category":"AuditLogs","properties":{"activityDisplayName":"Add user","appId":"x","userId":"y","initiatedBy":{}},"resultType":"0"}"#;
        assert_eq!(event(audit).kind, EventKind::Call);
        assert_ne!(registry(Vec::new()).detect(&Form::Lines, &[audit.as_bytes()]).name(), NAME);
        let other = br#"{"category":"RiskyUsers","properties":{"riskLevel":"high"}}"#;
        assert!(understand_chunk(SOURCE, &Form::Lines, other, &Hints::none()).remove(0).2.is_err());
        // Several logs in one place, none of which has the half.
        let sign_in = graph(&format!(r#","appId":"{APP}","userPrincipalName":"ada@example.org""#));
        let call = r#"{"properties":{"requestUri":"https://graph.microsoft.com/v1.0/me","requestMethod":"GET","appId":"x","requestId":"r"}}"#;
        let found = registry(Vec::new());
        let found = found.detect(&Form::Lines, &[audit.as_bytes(), sign_in.as_bytes(), call.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
    }
}
