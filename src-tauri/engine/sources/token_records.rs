//! Token service's exchange log.
//!
//! - **Ask for**: the issuer's log of token exchanges; else the claims of the tokens in question, or the tokens.
//! - **Reads**: lines, arrays and objects; raw tokens one a line, also behind `Authorization: Bearer`, as a JSON text or in
//!   one field of a record. A raw token is decoded without checking its signature; decoded claims without a token event
//!   around them count no more than that.
//! - **Recognised by**: a subject or a client id, an `exp`, `iat` or `event` of a token, and one of `iss`, `aud`, `jti`,
//!   `act`, `scope`; else tokens themselves.
//! - **Filled by**: the issuer fills subject, actor, client, audience, scope and life; of a raw token and of claims
//!   alone, `platform`: whoever exported them. Only the outermost `act` is the
//!   present actor; inner ones are history. A subject without client and without actor names a person only where it is an
//!   address.
//! - **Answers**: for whom a token was given out, to which client or agent, for what and until when; from which token it
//!   was exchanged; when it was revoked.
//! - **Never tells**: whether the token was used, nor by whom; nor, for a raw token, whether its signature holds. A token
//!   without a signature names nobody.
//! - **Documented in**: RFC 7519, RFC 8693, RFC 9068, RFC 9396, and each issuer's own pages.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

use super::json::{self, Json};
use super::nobody::somebody;
use super::{Content, Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::read::raw_token;
use crate::model::{
    Claim, Credential, CredentialKind, Event, EventKind, EvidenceKind, FilledBy, Issued, Outcome, Principal, Role,
    Time, TokenFacts, WhyEmpty, Wire, WireKind,
};

pub const SOURCE: &dyn Source = &Tokens;

struct Tokens;

const NAME: &str = "token_records";

const CLIENT: [&str; 6] = ["/client_id", "/azp", "/cid", "/appid", "/clientId", "/client"];
const SUBJECT: [&str; 2] = ["/sub", "/subject"];
const ID: [&str; 3] = ["/jti", "/uti", "/token_id"];
const EVENT: [&str; 3] = ["/event", "/event_type", "/type"];
const TIME: [&str; 6] = ["/time", "/timestamp", "/@timestamp", "/ts", "/datetime", "/date"];

impl Source for Tokens {
    fn name(&self) -> &str {
        NAME
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let raw = sample.chunks.iter().filter(|c| std::str::from_utf8(c).is_ok_and(|t| raw_token(t).is_some())).count();
        if sample.values.is_empty() && raw > 0 && raw * 2 >= sample.chunks.len() {
            return Some(Recognition {
                score: 90,
                why: format!("{raw} of the first {} lines are raw tokens", sample.chunks.len()),
            });
        }
        let exchanges = |v: &Json| claims_of(v).is_some() && event_word(v).is_some();
        sample
            .recognise(92, "a token event with subject, audience or life of a token", exchanges)
            .or_else(|| {
                sample.recognise(82, "the claims of a token (sub or client, with iss, aud, jti or act)", |v| {
                    claims_of(v).is_some()
                })
            })
            .or_else(|| sample.recognise(72, "a raw token", |v| token_in(v).is_some()))
    }

    fn reads_text(&self) -> bool {
        true
    }

    fn understand(&self, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
        match &record.content {
            Content::Json(outer) => match claims_of(outer) {
                Some(claims) => Ok(event(outer, claims, None, hints).into()),
                None => match token_in(outer) {
                    Some((token, claims)) => Ok(event(outer, &claims, Some(&token), hints).into()),
                    None => Err(NotUnderstood::not_this("no subject or client of a token")),
                },
            },
            Content::Text(text) => match raw_token(text).and_then(|t| Some((t, decode(t)?))) {
                Some((token, claims)) => Ok(event(&claims, &claims, Some(token), hints).into()),
                None => Err(NotUnderstood::broken("neither JSON nor a token")),
            },
            Content::Row { .. } => Err(NotUnderstood::not_this("a row is no token record")),
        }
    }
}

/// The claims themselves, or those inside an envelope of the log. Other systems' records carry claims among much else
/// (Azure activity); those are theirs.
fn claims_of(value: &Json) -> Option<&Json> {
    if is_claims(value) {
        return Some(value);
    }
    if event_word(value).is_none() && json::members(Some(value)).count() > 6 {
        return None;
    }
    ["/claims", "/payload", "/token/claims", "/jwt/claims", "/token"]
        .iter()
        .find_map(|p| json::at(value, p).filter(|v| is_claims(v)))
}

fn is_claims(value: &Json) -> bool {
    let any = |pointers: &[&str]| pointers.iter().filter(|p| json::at(value, p).is_some()).count();
    let who = any(&SUBJECT) + any(&["/act/sub", "/actor/sub"]) + any(&CLIENT[..4]);
    let life = any(&["/exp", "/iat", "/nbf", "/expires_in", "/expires_at", "/issued_at"]);
    let marks =
        any(&["/iss", "/aud", "/jti", "/uti", "/act", "/scope", "/scp", "/token_use", "/audience", "/token_id"]);
    let by_event = event_word(value).is_some_and(|event| who > 0 || (any(&ID) > 0 && is_revocation(&event)));
    (who > 0 && life > 0 && marks > 0) || by_event
}

/// What the log calls the event, where it is about a token.
fn event_word(value: &Json) -> Option<String> {
    EVENT.iter().find_map(|p| json::text(value, p)).map(|e| e.to_lowercase()).filter(|e| e.contains("token"))
}

fn is_revocation(event: &str) -> bool {
    event.contains("revo")
}

/// A raw token in one of the fields that logs keep it in, or as the whole value.
fn token_in(value: &Json) -> Option<(String, Json)> {
    let text = ["", "/token", "/access_token", "/id_token", "/jwt", "/subject_token", "/assertion"]
        .iter()
        .find_map(|p| json::text(value, p).filter(|t| raw_token(t).is_some()))?;
    let token = raw_token(&text)?.to_string();
    let claims = decode(&token)?;
    Some((token, claims))
}

pub(super) fn decode(token: &str) -> Option<Json> {
    let bytes = base64(token.split('.').nth(1)?)?;
    let claims = json::parse(&bytes).ok()?;
    // A token is one whatever it leaves out, if it says anything that tokens say.
    const REGISTERED: [&str; 7] = ["/iss", "/sub", "/aud", "/exp", "/iat", "/nbf", "/jti"];
    (is_claims(&claims) || REGISTERED.iter().any(|p| json::at(&claims, p).is_some())).then_some(claims)
}

/// A token that a record holds: its id, or a hash of it, and what it claims. Its signature is not checked here.
pub fn bearer(text: &str) -> Option<(String, TokenFacts)> {
    let token = raw_token(text)?;
    let claims = decode(token)?;
    let id = json::first_text(&claims, &ID).unwrap_or_else(|| hash(token));
    Some((id, TokenFacts { unverified: true, ..facts(&claims) }))
}

/// Base64, in the plain and in the URL alphabet, with or without padding.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&STANDARD, lenient).decode(plain).ok()
}

fn event(outer: &Json, claims: &Json, raw: Option<&str>, hints: &Hints) -> Event {
    let name = json::first_text(outer, &["/event", "/event_type", "/type", "/action"]);
    // An entry of the issuer's log says what happened to a token; a token, or its claims alone, does not.
    let unverified = raw.is_some() || event_word(outer).is_none();
    let facts = TokenFacts { unverified, ..facts(claims) };
    let mut event = Event::new(EventKind::Token);
    event.time = TIME.into_iter().find_map(|p| json::time(outer, p)).or(facts.issued_at);
    let token_id = json::first_text(claims, &ID).or_else(|| raw.map(hash));
    event.id = json::first_text(outer, &["/id", "/event_id", "/eventId", "/uuid"]).or_else(|| token_id.clone());
    event.tenant = json::text(claims, "/tid");
    event.action = Some(name.clone().unwrap_or_else(|| "token".into()));
    event.service = facts.issuer.clone();
    event.source_ip = json::first_text(outer, &["/ip", "/client_ip", "/source_ip"]);
    event.outcome = outcome(outer);
    event.audience = facts.audience.clone();
    event.scope = facts.scope.clone();
    principals(claims, &facts, &mut event);

    let revoked = name.as_deref().is_some_and(|n| is_revocation(&n.to_lowercase()));
    let mut facts = facts;
    if revoked {
        facts.revoked = json::time(outer, "/revoked_at").or(event.time);
        // The token's own id is on its issuance too: a revocation is another record of it.
        event.stage = Some("revoked".into());
    }
    event.credential = token_id.map(|id| Credential { kind: CredentialKind::Token, id });
    if let Some(credential) = &event.credential
        && !revoked
        && event.outcome == Outcome::Success
    {
        let principal = facts.subject.clone();
        event.issued = Some(Issued { credential: credential.clone(), principal, expires: facts.expires });
    }
    event.token = Some(facts);
    if raw.is_some_and(is_unsigned) {
        nobody_vouches(&mut event);
    }

    let mut search = hints.search(NAME);
    for source in [outer, claims] {
        for (key, value) in json::members(Some(source)) {
            search.key(key, value, if unverified { FilledBy::Caller } else { FilledBy::Issuer });
        }
    }
    search.record(outer);
    search.fill(&mut event);
    event
}

/// No signature, or a header that says there is none (RFC 7518 section 3.6).
fn is_unsigned(token: &str) -> bool {
    let none = || {
        let header = base64(token.split('.').next()?)?;
        Some(json::text(&json::parse(&header).ok()?, "/alg")?.eq_ignore_ascii_case("none"))
    };
    token.ends_with('.') || none() == Some(true)
}

/// A token without a signature is anybody's text: no issuer stands behind what it says.
fn nobody_vouches(event: &mut Event) {
    event.issued = None;
    event.token = None;
    for claim in &mut event.claims {
        (claim.evidence, claim.by) = (EvidenceKind::K11, FilledBy::Caller);
    }
    let Some(wire) = event.wire.take() else { return };
    if event.claims.is_empty() && wire.kind == WireKind::Human {
        let (evidence, by) = (EvidenceKind::K11, FilledBy::Caller);
        let field = "/sub".into();
        event.claims.push(Claim { role: Role::Human, principal: wire.principal, evidence, by, field });
    }
}

pub(super) fn hash(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    format!("sha256:{}", digest.iter().map(|b| format!("{b:02x}")).collect::<String>())
}

fn outcome(outer: &Json) -> Outcome {
    if json::at(outer, "/error").is_some_and(|e| json::scalar(e).is_some()) {
        return Outcome::Denied;
    }
    match json::first_text(outer, &["/outcome", "/status", "/result"]).unwrap_or_default().to_lowercase().as_str() {
        "denied" | "deny" | "refused" | "rejected" | "forbidden" | "failure" | "failed" => Outcome::Denied,
        "error" => Outcome::Error,
        // An entry of the log, or a token itself, is a token that was given out.
        _ => Outcome::Success,
    }
}

fn facts(claims: &Json) -> TokenFacts {
    let word =
        |pointer: &str| json::text(claims, pointer).and_then(|t| somebody(&t).ok().and_then(Principal::from_word));
    let list =
        |pointers: &[&str]| pointers.iter().find_map(|p| json::at(claims, p)).map(json::words).unwrap_or_default();
    let time = |pointers: &[&str]| pointers.iter().find_map(|p| json::time(claims, p));
    let issued_at = time(&["/iat", "/issued_at"]);
    let client = CLIENT.into_iter().find_map(word);
    // A client's own token has no person for a subject, however its issuer spells the client there.
    let subject = if is_machine(claims) { client.clone().or_else(|| subject(claims)) } else { subject(claims) };
    let client = if is_machine(claims) { subject.clone() } else { client };
    let lasts = || {
        let seconds: i64 = json::text(claims, "/expires_in")?.parse().ok()?;
        let start = issued_at.or_else(|| TIME.into_iter().find_map(|p| json::time(claims, p)))?;
        Some(Time(start.0.checked_add(seconds.checked_mul(1_000_000)?)?))
    };
    TokenFacts {
        unverified: false,
        subject,
        actors: actors(claims),
        client,
        audience: list(&["/aud", "/audience"]),
        scope: list(&["/scope", "/scp", "/scopes"]),
        not_before: json::time(claims, "/nbf"),
        issued_at,
        expires: time(&["/exp", "/expires_at", "/expires"]).or_else(lasts),
        revoked: None,
        details: json::at(claims, "/authorization_details").map(|d| json::scalar(d).unwrap_or_else(|| d.to_string())),
        issuer: json::first_text(claims, &["/iss", "/issuer"]),
        parent: json::first_text(
            claims,
            &[
                "/parent_jti",
                "/subject_token_jti",
                "/exchanged_from",
                "/orig_jti",
                "/parent_token",
                "/subject_token_id",
            ],
        ),
    }
}

/// The subject: its address where the issuer gives one that it has not left unverified, else its own id.
fn subject(claims: &Json) -> Option<Principal> {
    let word =
        |pointer: &str| json::text(claims, pointer).and_then(|t| somebody(&t).ok().and_then(Principal::from_word));
    let sub = SUBJECT.into_iter().find_map(word);
    if sub.as_ref().is_some_and(|s| s.namespace == "email") {
        return sub;
    }
    let verified = json::flag(claims, "/email_verified") != Some(false);
    let address = ["/upn", "/email", "/preferred_username"]
        .into_iter()
        .filter(|p| verified || *p != "/email")
        .find_map(|p| word(p).filter(|w| w.namespace == "email"));
    match (sub, address) {
        (Some(_), Some(address)) => Some(address),
        (sub, _) => sub,
    }
}

/// The chain of actors, outermost first.
fn actors(claims: &Json) -> Vec<Principal> {
    let mut chain = Vec::new();
    let mut here = json::at(claims, "/act").or_else(|| json::at(claims, "/actor"));
    while let Some(act) = here {
        let id = json::first_text(act, &["/sub", "/client_id", "/azp", "/subject"]).or_else(|| json::scalar(act));
        if let Some(actor) = id.and_then(|t| somebody(&t).ok().and_then(Principal::from_word)) {
            chain.push(actor);
        }
        if chain.len() >= 32 {
            break;
        }
        here = json::at(act, "/act");
    }
    chain
}

/// Issued to a client for itself.
fn is_machine(claims: &Json) -> bool {
    json::text(claims, "/idtyp").as_deref() == Some("app")
        || json::first_text(claims, &["/gty", "/grant_type", "/grantType"])
            .is_some_and(|g| g.contains("client") && g.contains("credentials"))
}

/// Who holds the token, and for whom.
fn principals(claims: &Json, facts: &TokenFacts, event: &mut Event) {
    let holder = facts.actors.first().or(facts.client.as_ref());
    let machine = is_machine(claims);
    let (principal, kind) = match (holder, &facts.subject) {
        (Some(holder), Some(subject)) if holder != subject && !machine => {
            claim(event, facts, Role::Human, subject.clone(), "/sub");
            // A client alone may be any application of the person's: it is an agent where something else says so.
            if !facts.actors.is_empty() {
                claim(event, facts, Role::Agent, holder.clone(), "/act/sub");
            }
            (holder.clone(), WireKind::Delegated)
        }
        (Some(holder), _) => (holder.clone(), WireKind::Service),
        (None, Some(subject)) if machine => (subject.clone(), WireKind::Service),
        (None, Some(subject)) if subject.id.starts_with("system:serviceaccount:") => {
            (subject.clone(), WireKind::Service)
        }
        // A person's own token, as far as the issuer tells.
        (None, Some(subject)) if subject.namespace == "email" => (subject.clone(), WireKind::Human),
        (None, Some(subject)) => (subject.clone(), WireKind::Unknown),
        (None, None) => {
            event.human_empty = WhyEmpty::Absent;
            return;
        }
    };
    event.wire = Some(Wire { principal, kind, by: vouched(facts).1 });
}

/// What the record is worth, and who filled it.
fn vouched(facts: &TokenFacts) -> (EvidenceKind, FilledBy) {
    match facts.unverified {
        true => (EvidenceKind::K3, FilledBy::Platform),
        false => (EvidenceKind::K2, FilledBy::Issuer),
    }
}

fn claim(event: &mut Event, facts: &TokenFacts, role: Role, principal: Principal, field: &str) {
    let (evidence, by) = vouched(facts);
    event.claims.push(Claim { role, principal, evidence, by, field: field.into() });
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    fn event(text: &str) -> Event {
        match understand_chunk(SOURCE, &Form::Lines, text.as_bytes(), &Hints::default()).pop().unwrap().2 {
            Ok(Understood::Event(event)) => *event,
            other => panic!("no event: {other:?}"),
        }
    }

    #[test]
    fn an_exchange_names_subject_and_actor() {
        let e = event(
            r#"{"event":"token.exchange","time":"2026-03-04T11:26:48.219Z","jti":"j1","sub":"Ada@example.org","aud":"payments","scope":"refund.create openid","iat":1772623608,"exp":1772623908,"iss":"https://sts.example","run_id":"41f118ff-f7c2-44d4-a522-ed2fc1ebfb6f","act":{"sub":"refund-assistant","act":{"sub":"planner"}},"authorization_details":[{"type":"refund.create","limit":{"amount":50}}]}"#,
        );
        assert_eq!(
            (e.kind, e.id.as_deref(), e.time),
            (EventKind::Token, Some("j1"), Time::parse("2026-03-04T11:26:48.219Z"))
        );
        assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "j1".into() }));
        let wire = e.wire.unwrap();
        assert_eq!(
            (wire.principal.id.as_str(), wire.kind, wire.by),
            ("refund-assistant", WireKind::Delegated, FilledBy::Issuer)
        );
        assert_eq!(
            (e.claims[0].role, e.claims[0].principal.id.as_str(), e.claims[0].evidence),
            (Role::Human, "ada@example.org", EvidenceKind::K2)
        );
        let token = e.token.unwrap();
        assert_eq!(token.actors.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["refund-assistant", "planner"]);
        assert_eq!((token.audience.len(), token.scope.len()), (1, 2));
        assert_eq!(token.expires, Time::from_seconds(1_772_623_908));
        assert_eq!(token.details.as_deref(), Some(r#"[{"type":"refund.create","limit":{"amount":50}}]"#));
        assert_eq!(e.run.unwrap().1, FilledBy::Issuer);
        assert_eq!(e.issued.unwrap().principal.unwrap().id, "ada@example.org");
    }

    #[test]
    fn an_issuer_that_spells_its_fields_out() {
        let e = event(
            r#"{"timestamp":"2026-03-04T11:26:48Z","event_type":"token_issued","token_id":"t1","subject":"ada@example.org","actor":"refund-assistant","audience":["payments"],"scopes":["a","b"],"issued_at":"2026-03-04T11:26:48Z","expires_at":"2026-03-04T11:31:48Z"}"#,
        );
        assert_eq!((e.claims.len(), e.wire.unwrap().principal.id.as_str()), (2, "refund-assistant"));
        let token = e.token.unwrap();
        assert_eq!((token.expires, token.scope.len()), (Time::parse("2026-03-04T11:31:48Z"), 2));
    }

    #[test]
    fn other_systems_records_about_tokens_are_theirs() {
        for text in [
            r#"{"action":"personal_access_token.access_granted","actor":"ada","token_id":7,"org":"o","created_at":1772409601000}"#,
            r#"{"caller":"x","claims":{"iss":"a","sub":"b","exp":"1"},"a":1,"b":1,"c":1,"d":1,"e":1}"#,
        ] {
            let parsed = json::parse(text.as_bytes()).unwrap();
            assert!(claims_of(&parsed).is_none(), "{text}");
        }
    }

    #[test]
    fn a_machines_token_names_no_person() {
        for text in [
            r#"{"sub":"client-1","client_id":"client-1","scope":"a","iat":1772623608,"exp":1772623908,"iss":"x"}"#,
            r#"{"sub":"svc","idtyp":"app","appid":"svc-app","iat":1772623608,"exp":1772623908,"iss":"x"}"#,
            r#"{"sub":"4ammg","token_use":"access","scope":"w","iss":"x","iat":1752459276,"exp":1752462876,"jti":"j"}"#,
        ] {
            let e = event(text);
            assert_eq!(e.claims, [], "{text}");
            assert_ne!(e.wire.unwrap().kind, WireKind::Delegated);
        }
        // A person's own token without a client is the person, and no claim beside them.
        let e =
            event(r#"{"event":"token.exchange","sub":"ada@example.org","jti":"j","iat":1772623608,"exp":1772623908}"#);
        assert_eq!((e.wire.unwrap().kind, e.claims.len()), (WireKind::Human, 0));
    }

    #[test]
    fn an_unverified_address_is_not_the_subject() {
        let of = |verified: bool| {
            event(&format!(r#"{{"sub":"00u1","email":"ada@example.org","email_verified":{verified},"client_id":"c","iat":1772623608,"exp":1772623908,"iss":"x"}}"#)).token.unwrap().subject.unwrap()
        };
        assert_eq!(of(true), Principal::new("email", "ada@example.org"));
        assert_eq!(of(false), Principal::new("name", "00u1"));
    }

    #[test]
    fn claims_alone_are_no_entry_of_the_issuers_log() {
        let claims = r#""sub":"ada@example.org","client_id":"c","jti":"j","iat":1772623608,"exp":1772623908,"iss":"x","run_id":"r-17""#;
        let e = event(&format!("{{{claims}}}"));
        assert_eq!((e.claims[0].evidence, e.wire.unwrap().by), (EvidenceKind::K3, FilledBy::Platform));
        assert_eq!((e.token.unwrap().unverified, e.run.unwrap().1), (true, FilledBy::Caller));
        let e = event(&format!(r#"{{"event":"token.issued",{claims}}}"#));
        assert_eq!((e.claims[0].evidence, e.wire.unwrap().by), (EvidenceKind::K2, FilledBy::Issuer));
        assert!(!e.token.unwrap().unverified);
    }

    #[test]
    fn a_revocation_is_another_record_of_the_same_token() {
        let e = event(r#"{"event":"token.revoke","time":"2026-03-04T11:30:00Z","jti":"j1","sub":"ada@example.org"}"#);
        assert_eq!(e.token.unwrap().revoked, Time::parse("2026-03-04T11:30:00Z"));
        assert_eq!((e.stage.as_deref(), e.issued), (Some("revoked"), None));
    }

    #[test]
    fn raw_tokens_are_decoded_and_never_kept() {
        let claims = "eyJzdWIiOiJhZGFAZXhhbXBsZS5vcmciLCJjbGllbnRfaWQiOiJjMSIsImlhdCI6MTc3MjYyMzYwOCwiZXhwIjoxNzcyNjIzOTA4LCJpc3MiOiJ4In0";
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln");
        for text in [
            token.clone(),
            format!("\"{token}\""),
            format!(r#"{{"access_token":"{token}"}}"#),
            format!("Bearer {token}"),
        ] {
            let e = event(&text);
            assert_eq!(e.claims[0].principal.id, "ada@example.org", "{text}");
            // Nobody checked its signature: it is no issuer's word.
            assert_eq!((e.claims[0].evidence, e.claims[0].by), (EvidenceKind::K3, FilledBy::Platform));
            assert!(e.token.unwrap().unverified);
            let id = e.credential.unwrap().id;
            assert!(id.starts_with("sha256:") && id.len() == 71);
        }
        let registry = registry(Vec::new());
        assert_eq!(registry.detect(&Form::Lines, &[token.as_bytes()]).name(), "token_records");
        let unsigned = event(&format!("eyJhbGciOiJub25lIn0.{claims}."));
        assert_eq!((unsigned.wire, unsigned.issued, unsigned.token), (None, None, None));
        assert!(unsigned.claims.iter().all(|c| c.evidence == EvidenceKind::K11 && c.by == FilledBy::Caller));
    }
}
