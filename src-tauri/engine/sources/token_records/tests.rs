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
