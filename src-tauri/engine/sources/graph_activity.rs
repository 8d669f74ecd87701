//! Microsoft Graph activity logs: every call of Microsoft Graph in the tenant.
//!
//! - **Ask for**: the category `MicrosoftGraphActivityLogs` of Entra's diagnostic settings for the period, as JSON, and with it all
//!   sign-in logs and the list of users: this log has object ids, no addresses.
//! - **Reads**: diagnostic settings (`properties` inside) and the `MicrosoftGraphActivityLogs` table as JSON or CSV, in any case of keys.
//! - **Recognised by**: a request address and method with an application and a status, or the category or table name.
//! - **Filled by**: Microsoft Graph (platform) copies the caller's token: application, user or service principal, scopes and
//!   roles. The user agent and the client's request id are the caller's own words.
//! - **Answers**: for each call whether an application acted for a person (`scopes`) or with its own rights (`roles`), which person by
//!   object id, and under which token: it joins the sign-in that issued the token.
//! - **Never tells**: which person caused what an application did with its own rights; what the bodies of request and
//!   answer held. Requests of one batch have one operation id, and an id of their own each.
//! - **Documented in**: learn.microsoft.com, "MicrosoftGraphActivityLogs", "Access Microsoft Graph activity logs". Seen in a
//!   published record: an application's call. Second hand: calls for a person.

use super::entra::{self, Delegated};
use super::hints::Place;
use super::json::{self, Json};
use super::loose;
use super::nobody::somebody;
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Credential, CredentialKind, Decision, DecisionEffect, Event, EventKind, Outcome};

pub const SOURCE: &dyn Source = &Graph;

struct Graph;

const NAME: &str = "graph_activity";

impl Source for Graph {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(96, "request, application and status of a Microsoft Graph activity log", is_entry)
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match entra::read(record.json()?, hints) {
            Some(event) => Ok(event.into()),
            None => Err(NotUnderstood::not_this("no request and application of a Microsoft Graph activity")),
        }
    }
}

pub(super) fn read(entry: &Json, hints: &Hints) -> Option<Event> {
    is_entry(entry).then(|| event(entry, hints))
}

fn body(entry: &Json) -> &Json {
    loose::at(entry, "/properties").filter(|p| json::members(Some(p)).next().is_some()).unwrap_or(entry)
}

pub(super) fn is_entry(entry: &Json) -> bool {
    let body = body(entry);
    let has = |pointers: &[&str]| loose::first_text(body, pointers).is_some();
    has(&["/requestUri"])
        && has(&["/requestMethod", "/httpMethod"])
        && has(&["/appId", "/servicePrincipalId", "/userId"])
        && has(&["/responseStatusCode", "/httpStatusCode", "/signInActivityId", "/requestId"])
}

fn event(entry: &Json, hints: &Hints) -> Event {
    let body = body(entry);
    let slot = |pointers: &[&str]| loose::first_text(body, pointers).filter(|t| somebody(t).is_ok());
    let mut event = Event::new(EventKind::Call);
    event.time = loose::time(entry, &["/time", "/timeGenerated"]).or_else(|| loose::time(body, &["/timeGenerated"]));
    event.id = slot(&["/requestId"]);
    let table = loose::at(entry, "/timeGenerated").is_some();
    event.tenant = slot(&["/aadTenantId"])
        .or_else(|| loose::text(entry, "/tenantId").filter(|_| !table))
        .map(|t| t.to_lowercase());
    event.service = Some("microsoft_graph".into());
    event.action = slot(&["/requestMethod", "/httpMethod"]).map(|m| m.to_uppercase());
    // What stands behind the question mark are filters, and values in them.
    event.resource = slot(&["/requestUri"]).map(|uri| uri.split('?').next().unwrap_or_default().to_string());
    event.source_ip = slot(&["/ipAddress", "/callerIpAddress"]).map(|ip| entra::address(&ip));
    event.user_agent = slot(&["/userAgent"]);
    event.credential = slot(&["/signInActivityId"])
        .and_then(|id| entra::token_id(&id))
        .map(|id| Credential { kind: CredentialKind::Token, id });
    event.audience = vec!["https://graph.microsoft.com".into()];
    let (scopes, roles) = (loose::words(body, &["/scopes"]), loose::words(body, &["/roles"]));
    let status: Option<u16> = slot(&["/responseStatusCode", "/httpStatusCode"]).and_then(|c| c.parse().ok());
    event.outcome = match status {
        Some(401 | 403) => Outcome::Denied,
        Some(400..) => Outcome::Error,
        Some(100..) => Outcome::Success,
        _ => Outcome::Unknown,
    };
    who(body, &scopes, &roles, &mut event);
    // Graph lets a delegated call do what both the scopes and the person may, any other what the roles may.
    let effect = match status {
        Some(403) => Some(DecisionEffect::Deny),
        Some(100..400) => Some(DecisionEffect::Allow),
        _ => None,
    };
    event.decision =
        effect.map(|effect| Decision { effect: Some(effect), evaluated: entra::effective(&event), policy: None });
    event.scope = if scopes.is_empty() { roles } else { scopes };

    let mut search = hints.search(NAME);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    search.record(entry);
    search.fill(&mut event);
    event
}

fn who(body: &Json, scopes: &[String], roles: &[String], event: &mut Event) {
    let slot = |pointers: &[&str]| loose::first_text(body, pointers).filter(|t| somebody(t).is_ok());
    let app_id = slot(&["/appId"]);
    let account = slot(&["/servicePrincipalId"]);
    let kind = slot(&["/C_Idtyp", "/idtyp"]).map(|t| t.to_lowercase());
    let user = slot(&["/userId"]).and_then(|u| entra::id(&u).ok());
    let alone = match kind.as_deref() {
        Some("app") => true,
        Some("user") => false,
        // Roles without a scope are an application's, whoever else the record may name.
        _ => scopes.is_empty() && (!roles.is_empty() || user.is_none()),
    };
    match (alone, user) {
        (false, Some(user)) => entra::person(
            event,
            Delegated { user, user_field: "/userId", app_id: app_id.as_deref(), app_field: "/appId", agent: false },
        ),
        (true, _) => {
            if let Some(app) = entra::app(app_id.as_deref(), account.as_deref()) {
                entra::application(event, app, app_id.as_deref(), false);
            }
        }
        (false, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::model::{Principal, Role, WireKind};
    use crate::read::Form;

    const APP: &str = "11111111-2222-3333-4444-555555555555";
    const ADA: &str = "aaaaaaaa-2222-3333-4444-555555555555";

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    fn call(rest: &str, status: u16) -> String {
        format!(
            r#"{{"time":"2026-03-02T10:00:00Z","category":"MicrosoftGraphActivityLogs","operationName":"Microsoft Graph Activity","tenantId":"t1","properties":{{"requestId":"r1","requestMethod":"GET","requestUri":"https://graph.microsoft.com/v1.0/users?$filter=x","responseStatusCode":{status},"appId":"{APP}","signInActivityId":"m5pWaRnoFUyp2TbSCAAAAA","ipAddress":"198.51.100.20"{rest}}}}}"#
        )
    }

    #[test]
    fn scopes_mean_a_person_and_roles_an_application() {
        let e = event(&call(&format!(r#","userId":"{ADA}","scopes":"User.Read Mail.Read","roles":"""#), 200));
        let wire = e.wire.unwrap();
        assert_eq!((wire.principal.id.as_str(), wire.kind), (APP, WireKind::Delegated));
        assert_eq!((e.claims.len(), e.claims[0].role), (1, Role::Human));
        let ada = Principal { namespace: "entra".into(), id: ADA.into() };
        assert_eq!((e.claims[0].principal.clone(), e.decision.unwrap().evaluated), (ada.clone(), vec![ada]));
        assert_eq!((e.scope.len(), e.credential.unwrap().id.as_str()), (2, "m5pWaRnoFUyp2TbSCAAAAA"));
        assert_eq!(e.resource.as_deref(), Some("https://graph.microsoft.com/v1.0/users"));

        let alone = event(&call(r#","servicePrincipalId":"sp-1","roles":"User.Read.All","scopes":"","C_Idtyp":"app""#, 403));
        assert_eq!((alone.wire.unwrap().kind, alone.claims.len()), (WireKind::Service, 0));
        assert_eq!((alone.outcome, alone.decision.unwrap().effect), (Outcome::Denied, Some(DecisionEffect::Deny)));
        // A user beside roles alone is no evidence that the user called.
        let e = event(&call(&format!(r#","userId":"{ADA}","roles":"User.Read.All""#), 200));
        assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Service, 0));
        let e = event(&call(r#","userId":"00000000-0000-0000-0000-000000000000","scopes":"User.Read""#, 200));
        assert_eq!((e.wire, e.claims.len()), (None, 0));
    }

    #[test]
    fn a_table_reads_like_the_log_and_other_requests_are_not_ours() {
        let registry = registry(Vec::new());
        assert_eq!(registry.detect(&Form::Lines, &[call("", 200).as_bytes()]).name(), NAME);
        let header = ["TenantId", "TimeGenerated", "RequestId", "RequestMethod", "RequestUri", "ResponseStatusCode", "AppId", "UserId", "Scopes", "AadTenantId"];
        let form = Form::Csv { delimiter: b',', header: header.iter().map(|h| h.to_string()).collect() };
        let row = format!("w,2026-03-02T10:00:00Z,r1,GET,https://graph.microsoft.com/v1.0/me,200,{APP},{ADA},User.Read,t1");
        let found = registry.detect(&form, &[row.as_bytes()]);
        assert_eq!(found.name(), NAME, "{}", found.why);
        match understand_chunk(SOURCE, &form, row.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Event(e)) => assert_eq!((e.claims.len(), e.tenant.as_deref()), (1, Some("t1"))),
            other => panic!("{other:?}"),
        }
        let other = r#"{"requestUri":"/x","requestMethod":"GET","time":"2026-03-02T10:00:00Z"}"#;
        assert_eq!(registry.detect(&Form::Lines, &[other.as_bytes()]).name(), "unknown");
    }
}
