use super::super::{Part, registry, understand_chunk};
use super::*;
use crate::model::{
    Attribute, Credential, CredentialKind, DecisionEffect, Entry, Event, EvidenceKind, LossCode, Outcome, Principal,
    Role, RunId, Sequence, Time, WhyEmpty, WireKind,
};

const GATEWAY: &str = r#"
name = "tool-gateway"
records = "ndjson"
kind = "call"
detect = ["/tool", "/caller/client_id", "/decision/evaluated"]
populated_by = "gateway"

[fields]
time = "/time"
id = "/id"
service = "/service"
action = "/tool"
resource = "/resource/id"
outcome = { from = "/status", success = ["ok"], denied = ["denied"], error = ["error"] }
wire = "/caller/client_id"
wire_kind = { from = "/caller/kind", service = ["service"], delegated = ["delegated"], human = ["user"] }
agent = { from = "/caller/client_id", when = { "/caller/kind" = ["service", "delegated"] } }
human = "/on_behalf_of/sub"
run = "/run/id"
parent_run = "/run/parent"
trace = "/trace/trace_id"
token = "/token/jti"
audience = "/token/aud"
scope = "/token/scope"
decision = { from = "/decision/effect", allow = ["allow"], deny = ["deny"] }
evaluated = "/decision/evaluated"
user_agent = "/client/ua"

[attributes]
amount = "/args/amount"
fee = { from = "/args/minor", scale = 0.01, currency = "/args/currency" }
"#;

const RECORD: &str = r#"{"time":"2026-03-03T07:35:51.451Z","id":"gw-1","service":"ehr","tool":"record.read","resource":{"id":"patient/751"},"args":{"amount":24.85,"minor":1234,"currency":"EUR"},"status":"ok","caller":{"client_id":"records-agent","kind":"delegated"},"on_behalf_of":{"sub":"Quentin@example.org"},"decision":{"effect":"allow","evaluated":["quentin@example.org","records-agent"]},"client":{"ua":"agent-runtime/2.4","extra":"x"},"run":{"id":"A0CA4BCB06B0404DAADAAA33DF2B88F8","parent":null},"token":{"jti":"j1","aud":"ehr","scope":"openid record.read"}}"#;

fn parts(mapping: &Mapping, form: &Form, text: &str) -> Vec<Part> {
    understand_chunk(mapping, form, text.as_bytes(), &Hints::default())
}

fn event(mapping: &str, text: &str) -> Event {
    match parts(&Mapping::parse(mapping).unwrap(), &Form::Lines, text).remove(0).2 {
        Ok(Understood::Event(event)) => *event,
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn a_gateway_record_names_both_principals() {
    let e = event(GATEWAY, RECORD);
    assert_eq!(
        (e.kind, e.outcome, e.time),
        (EventKind::Call, Outcome::Success, Time::parse("2026-03-03T07:35:51.451Z"))
    );
    let wire = e.wire.unwrap();
    assert_eq!((wire.principal, wire.kind), (Principal::new("name", "records-agent"), WireKind::Delegated));
    let human = &e.claims[0];
    assert_eq!(
        (human.role, human.principal.id.as_str(), human.evidence),
        (Role::Human, "quentin@example.org", EvidenceKind::K3)
    );
    assert_eq!((human.by, human.field.as_str()), (FilledBy::Gateway, "/on_behalf_of/sub"));
    assert_eq!((e.claims[1].role, e.claims[1].principal.id.as_str()), (Role::Agent, "records-agent"));
    assert_eq!(e.run, Some((RunId::new("a0ca4bcb-06b0-404d-aada-aa33df2b88f8").unwrap(), FilledBy::Gateway)));
    assert_eq!(e.parent_run, None);
    assert_eq!(e.credential, Some(Credential { kind: CredentialKind::Token, id: "j1".into() }));
    assert_eq!((e.audience.len(), e.scope.len()), (1, 2));
    let decision = e.decision.unwrap();
    assert_eq!((decision.effect, decision.evaluated.len()), (Some(DecisionEffect::Allow), 2));
    assert_eq!(e.attributes[0], ("amount".into(), Attribute::Number { value: 24.85, currency: None }));
    assert_eq!(e.attributes[1], ("fee".into(), Attribute::Number { value: 12.34, currency: Some("EUR".into()) }));
}

#[test]
fn when_holds_or_the_slot_is_empty() {
    let e = event(
        GATEWAY,
        &RECORD
            .replace("\"delegated\"", "\"user\"")
            .replace("records-agent\",\"kind", "ada@example.org\",\"kind")
            .replace(r#"{"sub":"Quentin@example.org"}"#, "null"),
    );
    assert_eq!(e.claims, []);
    assert_eq!((e.wire.unwrap().kind, e.human_empty), (WireKind::Human, WhyEmpty::Absent));
    let e = event(GATEWAY, &RECORD.replace("Quentin@example.org", "[REDACTED]"));
    assert_eq!((e.claims.len(), e.human_empty), (1, WhyEmpty::Redacted));
}

#[test]
fn a_name_that_the_caller_writes_is_his_word() {
    for word in ["\"caller\"", "\"model\""] {
        let e = event(&GATEWAY.replace("\"gateway\"", word), RECORD);
        assert!(e.claims.iter().all(|c| c.evidence == EvidenceKind::K11));
    }
    let silent = GATEWAY.replace("populated_by = \"gateway\"", "");
    assert_eq!(event(&silent, RECORD).claims[0].by, FilledBy::Caller);
}

#[test]
fn what_is_wrong_is_said() {
    let error = |text: &str| Mapping::parse(text).unwrap_err().to_string();
    let with = |from: &str, to: &str| error(&GATEWAY.replace(from, to));
    assert!(with("human = ", "humen = ").starts_with("`humen` in [fields] is not known; known are: time, "));
    assert!(with("success = ", "succes = ").contains("`outcome`: `succes` is none of success, denied"));
    assert!(with("\"/tool\",", "\"tool\",").contains("`detect` must be a JSON pointer"));
    assert!(with("kind = \"call\"", "kind = \"phone\"").contains("`phone` is none of call, sign_in"));
    assert!(with("\"gateway\"", "\"nobody\"").contains("issuer, platform, gateway, caller, model"));
    assert!(with("records = ", "recrods = ").contains("`recrods` in the mapping is not known"));
    assert!(with("scale = 0.01", "scale = \"a\"").contains("`attributes.fee.scale` must be a number"));
    assert!(error("name = \"x\"\nkind = \"call\"").contains("lacks `fields`"));
    assert!(error("name = ").contains("not TOML"));
}

#[test]
fn the_reviewers_mapping_has_its_file() {
    let mapping = Mapping::parse(GATEWAY).unwrap();
    let registry = registry(vec![mapping]);
    let found = registry.detect(&Form::Lines, &[RECORD.as_bytes(), b"{\"torn", RECORD.as_bytes()]);
    assert_eq!(found.name(), "mapping:tool-gateway");
    assert!(found.why.contains("2 of the first 2"), "{}", found.why);
    assert_eq!(registry.detect(&Form::Lines, &[b"{\"tool\":1}"]).name(), "unknown");
}

#[test]
fn kinds_by_value_arrays_by_pointer_and_rows() {
    let text = r#"
name = "x"
records = "/data/items"
kind = { from = "/type", call = ["do"], sign_in = ["login"] }
detect = ["/type"]
[fields]
time = ["/at", "/when"]
wire = "/who"
service = { value = "desk" }
"#;
    let mapping = Mapping::parse(text).unwrap();
    let doc = r#"{"data": {"items": [{"type":"do","when":1772523365,"who":"a"}, {"type":"login","at":"2026-03-03T00:00:00Z"}, {"type":"ping"}]}}"#;
    let found = parts(&mapping, &Form::Objects, doc);
    assert_eq!(found.len(), 3);
    assert_eq!(&doc[found[2].0.clone()], r#"{"type":"ping"}"#);
    let kinds: Vec<_> = found
        .iter()
        .map(|(_, _, u)| match u {
            Ok(Understood::Event(e)) => (e.kind.word(), e.time.is_some(), e.service.clone().unwrap()),
            _ => ("kept", false, String::new()),
        })
        .collect();
    assert_eq!(
        kinds,
        [("call", true, "desk".into()), ("sign_in", true, "desk".into()), ("kept", false, String::new())]
    );

    let csv = "name = \"r\"\nrecords = \"csv\"\nkind = \"person\"\ndetect = [\"/Staff No\"]\n[fields]\nid = \"/Staff No\"\ntype = { value = \"person\" }\nend = \"/left\"\naliases = \"/logins\"";
    let mapping = Mapping::parse(csv).unwrap();
    let form = Form::Csv { delimiter: b';', header: vec!["Staff No".into(), "left".into(), "logins".into()] };
    assert_eq!(registry(vec![mapping.clone()]).detect(&form, &[]).name(), "mapping:r");
    match parts(&mapping, &form, "E1;2026-02-28;\"github:a;okta:b\"").remove(0).2 {
        Ok(Understood::Entry(Entry::Directory(row))) => {
            assert_eq!(row.end, Time::parse("2026-02-28T23:59:59.999999Z"));
            assert_eq!(row.aliases, ["github:a", "okta:b"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn check_counts_what_is_read_and_lists_what_is_left() {
    let mapping = Mapping::parse(GATEWAY).unwrap();
    let found = check(&mapping, &Form::Lines, &[RECORD.as_bytes(), b"{\"torn"]);
    assert_eq!((found.records, found.events, found.rejected), (2, 1, 1));
    let filled = |name: &str| found.fields.iter().find(|f| f.field == name).unwrap().filled;
    assert_eq!((filled("human"), filled("parent_run"), filled("evaluated"), filled("attributes.amount")), (1, 0, 1, 1));
    let left: Vec<&str> = found.left.iter().map(|l| l.pointer.as_str()).collect();
    assert_eq!(left, ["/client/extra"]);
    assert!(found.chosen && found.detected == "mapping:tool-gateway" && found.unread.is_empty(), "{found:?}");
    assert_eq!(
        found.answers[0],
        "Which person: 1 of 1 events, written by the gateway; verified where the directory knows them."
    );
}

#[test]
fn check_lists_what_means_nothing_and_says_who_would_have_the_file() {
    let mapping = Mapping::parse(
        &GATEWAY.replace("\"gateway\"", "\"caller\"").replace("detect = [\"/tool\"", "detect = [\"/nowhere\""),
    )
    .unwrap();
    let odd = RECORD
        .replace("2026-03-03T07:35:51.451Z", "03/03/2026")
        .replace("\"status\":\"ok\"", "\"status\":\"parked\"")
        .replace("\"kind\":\"delegated\"", "\"kind\":\"visitor\"")
        .replace("\"effect\":\"allow\"", "\"effect\":\"abstain\"");
    let found = check(&mapping, &Form::Lines, &[odd.as_bytes(), odd.as_bytes(), RECORD.as_bytes()]);
    let unread: Vec<_> =
        found.unread.iter().map(|u| (u.field.as_str(), u.value.as_str(), u.records, u.why.as_str())).collect();
    assert_eq!(
        unread,
        [
            ("decision", "abstain", 2, "none of its words"),
            ("outcome", "parked", 2, "none of its words"),
            ("time", "03/03/2026", 2, "no time"),
            ("wire_kind", "visitor", 2, "none of its words"),
        ]
    );
    assert!(!found.chosen && found.detected == "unknown" && !found.why.is_empty(), "{found:?}");
    let said = found.answers.join("\n");
    assert!(said.contains("2 of 3 events have no time") && said.contains("which names nobody"), "{said}");
}

#[test]
fn records_may_be_the_members_of_an_object() {
    let text = r#"
name = "bookings"
records = "members"
kind = "ownership"
detect = ["/user_id", "/$key"]
[fields]
resource = "/$key"
owner = "/user_id"
valid_from = "/created"
"#;
    let doc = r#"{"RES1": {"user_id": "ada_1", "created": "2026-01-01", "$key": "x"}, "RES\u00322": {"user_id": "bo_2"}, "RES3": {}}"#;
    let mapping = Mapping::parse(text).unwrap();
    let registry = registry(vec![mapping.clone()]);
    assert_eq!(registry.detect(&Form::Objects, &[doc.as_bytes()]).name(), "mapping:bookings");
    let owned = |found: &[Part]| -> Vec<(String, String)> {
        found
            .iter()
            .filter_map(|(_, _, u)| match u {
                Ok(Understood::Entry(Entry::Ownership(o))) => Some((o.resource.clone(), o.owner.clone())),
                _ => None,
            })
            .collect()
    };
    let found = parts(&mapping, &Form::Objects, doc);
    assert_eq!(found.len(), 3);
    assert_eq!(&doc[found[1].0.clone()], r#"{"user_id": "bo_2"}"#);
    // The key is the one that the record stands under, whatever its own members are called.
    assert_eq!(owned(&found), [("RES1".into(), "ada_1".into()), ("RES22".into(), "bo_2".into())]);
    assert_eq!(found[2].2.as_ref().unwrap_err().detail, "no owner");

    let below = Mapping::parse(&text.replace("\"members\"", "\"/data/bookings/*\"")).unwrap();
    let doc = format!(r#"{{"data": {{"bookings": {doc}}}}}"#);
    assert_eq!(
        super::super::registry(vec![below.clone()]).detect(&Form::Objects, &[doc.as_bytes()]).name(),
        "mapping:bookings"
    );
    assert_eq!(owned(&parts(&below, &Form::Objects, &doc)).len(), 2);
    let torn = &doc[..doc.len() - 4];
    assert_eq!(parts(&below, &Form::Objects, torn).len(), 1, "a torn object is one broken record");
    let seen = check(&below, &Form::Objects, &[doc.as_bytes()]);
    assert_eq!((seen.records, seen.entries, seen.rejected), (3, 2, 1));
    assert_eq!(seen.fields.iter().find(|f| f.field == "resource").unwrap().filled, 3);
}

#[test]
fn a_membership_by_mapping() {
    let text = "name = \"groups\"\nrecords = \"ndjson\"\nkind = \"membership\"\ndetect = [\"/grp\"]\n[fields]\nmember = \"/who\"\ngroup = \"/grp\"\nvalid_to = \"/left\"\n";
    let mapping = Mapping::parse(text).unwrap();
    match parts(&mapping, &Form::Lines, r#"{"who":"ada@example.org","grp":"desk","left":"2026-02-01"}"#).remove(0).2 {
        Ok(Understood::Entry(Entry::Membership(m))) => {
            assert_eq!((m.member.as_str(), m.holder.as_str()), ("ada@example.org", "desk"));
            assert_eq!(m.valid_to, Time::parse("2026-02-01T00:00:00Z"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approval_and_its_place_in_the_log() {
    const MAPPING: &str = r#"
name = "desk"
kind = "approval"
[fields]
action = "/what"
resource = "/on"
subject = "/for"
requested_by = "/asked"
approved_by = "/by"
limit = "/up_to"
expires = "/until"
tool_call = "/call"
outcome = { from = "/verdict", success = ["go"], denied = ["no go"] }
sequence = "/n"
stream = "/desk"
"#;
    let of = |text: &str| event(MAPPING, text);
    let e = of(
        r#"{"what":"refund","for":"helper","asked":"ada@example.org","by":"ben@example.org","up_to":"50","until":"2026-03-04","call":"c-1","verdict":"GO","n":7,"desk":"east"}"#,
    );
    assert_eq!((e.kind, e.outcome, e.tool_call.as_deref()), (EventKind::Approval, Outcome::Success, Some("c-1")));
    assert_eq!(e.sequence, Some(Sequence { stream: Some("east".into()), number: 7 }));
    // Who approved is nobody's initiator.
    assert_eq!((e.claims.len(), e.wire.is_none()), (0, true));
    let a = e.approval.unwrap();
    // A plain date is the whole of that day.
    let end = Time::parse("2026-03-04T23:59:59.999999Z");
    assert_eq!((a.granted, a.limit, a.expires), (Some(true), Some(50.0), end));
    assert_eq!(a.approved_by, Some(Principal::new("email", "ben@example.org")));
    assert_eq!(
        (a.subject.map(|p| p.id), a.requested_by.map(|p| p.id)),
        (Some("helper".into()), Some("ada@example.org".into()))
    );
    let e = of(r#"{"what":"refund","by":"ben@example.org","verdict":"no go"}"#);
    assert_eq!((e.approval.unwrap().granted, e.sequence), (Some(false), None));
    let e = of(r#"{"what":"refund","by":"-","verdict":"waiting","n":"7.5"}"#);
    assert_eq!((e.approval.clone().unwrap().granted, e.approval.unwrap().approved_by, e.sequence), (None, None, None));
    let mapping = Mapping::parse(MAPPING).unwrap();
    for text in [r#"{"what":"refund","up_to":"fifty"}"#, r#"{"what":"refund","until":"soon"}"#] {
        assert_eq!(parts(&mapping, &Form::Lines, text)[0].2.as_ref().unwrap_err().code, LossCode::BadRow, "{text}");
    }
}
