use super::*;

fn row(event: i64, id: &str, email: &str, entry_type: EntryType, aliases: &[(&str, &str)]) -> DirectoryEntry {
    DirectoryEntry {
        event,
        source: "directory".into(),
        id: id.into(),
        email: (!email.is_empty()).then(|| email.to_string()),
        name: None,
        entry_type,
        status: None,
        start: None,
        end: None,
        department: None,
        owner: None,
        aliases: aliases.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        register: Default::default(),
    }
}

fn inputs(principals: &[(&str, &str)], directory: Vec<DirectoryEntry>) -> Inputs {
    let mut all = vec![Principal { namespace: String::new(), id: String::new() }];
    all.extend(principals.iter().map(|(n, i)| Principal::new(n, i)));
    let wire_kinds = (1..all.len() as i64).map(|p| (p, WireKind::Human as i64)).collect();
    Inputs { principals: all, directory, wire_kinds, ..Inputs::default() }
}

#[test]
fn an_alias_joins_and_a_likeness_does_not() {
    let directory = vec![row(1, "E1", "ada@fern.example", EntryType::Person, &[("github", "ada-fern")])];
    let i = resolve(&inputs(&[("email", "Ada@fern.example"), ("github", "Ada-Fern"), ("github", "ada")], directory));
    assert_eq!(i.party_of(1), i.party_of(2));
    assert_ne!(i.party_of(1), i.party_of(3));
    assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Person);
    assert_eq!(i.kind(i.party_of(3).unwrap()), PartyKind::Unbacked);
}

#[test]
fn a_client_id_that_is_a_guid_is_the_application_in_microsofts_logs() {
    let app = "11111111-AAAA-3333-4444-555555555555";
    let directory = vec![row(1, "helper", "", EntryType::Agent, &[("client", app)])];
    let i = resolve(&inputs(&[("entra", &app.to_lowercase()), ("entra", "sp-1")], directory));
    assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Agent);
    assert_ne!(i.party_of(1), i.party_of(2));
}

#[test]
fn an_alias_that_two_rows_claim_joins_nothing_and_an_empty_address_is_nobody() {
    let directory = vec![
        row(1, "E1", "", EntryType::Person, &[("github", "twin")]),
        row(2, "E2", "", EntryType::Person, &[("github", "twin")]),
    ];
    let i = resolve(&inputs(&[("github", "twin")], directory));
    let kind = i.kind(i.party_of(1).unwrap());
    assert!(!kind.is_person() && !kind.is_robot());
    assert_eq!(i.notes.len(), 1);
}

#[test]
fn who_was_hired_again_has_not_left() {
    let at = |text: &str| Time::parse(text);
    let first =
        DirectoryEntry { start: at("2019-01-01"), end: at("2021-06-30"), ..row(1, "E1", "", EntryType::Person, &[]) };
    let again = DirectoryEntry { start: at("2025-01-01"), ..row(2, "E1", "", EntryType::Person, &[]) };
    let i = resolve(&inputs(&[], vec![first.clone(), again]));
    assert_eq!(i.party(1).end, None);
    // Two exports of one employment: the later one knows of the end.
    let open = DirectoryEntry { end: None, ..first.clone() };
    assert_eq!(resolve(&inputs(&[], vec![first.clone(), open])).party(1).end, first.end);
}

#[test]
fn a_name_that_was_handed_on_is_each_ones_in_their_time() {
    let at = |text: &str| Time::parse(text);
    let alias = [("github", "fern-lead")];
    let first = DirectoryEntry { end: at("2025-12-31T23:59:59Z"), ..row(1, "E1", "", EntryType::Person, &alias) };
    let second = DirectoryEntry { start: at("2026-02-01"), ..row(2, "E2", "", EntryType::Person, &alias) };
    let i = resolve(&inputs(&[("github", "fern-lead")], vec![first, second]));
    let of = |time: &str| i.person_at(i.places.at(1, at(time), None), at(time)).map(|p| i.party(p).shown.as_str());
    assert_eq!((of("2025-06-01"), of("2026-03-01")), (Some("E1"), Some("E2")));
    // Between the two it is nobody's, and without a time.
    assert_eq!((of("2026-01-15"), i.person_at(i.places.at(1, None, None), None)), (None, None));
}

#[test]
fn an_account_is_what_it_was_at_the_time() {
    let at = |text: &str| Time::parse(text);
    let row =
        |event, start: Option<Time>, kind| DirectoryEntry { start, ..row(event, "ops", "ops@fern.example", kind, &[]) };
    let rows = vec![row(1, None, EntryType::Person), row(2, at("2026-02-01"), EntryType::Shared)];
    let i = resolve(&inputs(&[("email", "ops@fern.example")], rows));
    let kind = |time: Option<Time>| i.kind(i.party_of(i.places.at(1, time, None)).unwrap());
    assert_eq!((kind(at("2026-01-31")), kind(at("2026-02-01"))), (PartyKind::Person, PartyKind::Shared));
    assert!(!kind(None).is_person());
}

#[test]
fn one_login_in_two_tenants_is_two_principals() {
    let directory = vec![
        row(1, "E1", "", EntryType::Person, &[("k8s", "alovelace")]),
        row(2, "E2", "", EntryType::Person, &[("k8s", "north/bo")]),
    ];
    let login = |principal, tenant: i64| Login {
        principal,
        source: 1,
        tenant,
        tenant_name: if tenant == 7 { "north".into() } else { "south".into() },
    };
    let mut inputs = inputs(&[("k8s", "alovelace"), ("k8s", "bo"), ("email", "cy@fern.example")], directory);
    inputs.logins = (1..=3).flat_map(|p| [login(p, 7), login(p, 8)]).collect();
    let i = resolve(&inputs);
    let party = |principal, tenant| i.party_of(i.places.at(principal, None, tenant)).unwrap();
    assert_ne!(party(1, Some(7)), party(1, Some(8)));
    assert!([None, Some(7), Some(8)].iter().all(|t| !i.kind(party(1, *t)).is_person()));
    assert_eq!(i.party(party(2, Some(7))).shown, "E2");
    assert!(!i.kind(party(2, Some(8))).is_person());
    assert_eq!(party(3, Some(7)), party(3, Some(8)));
    assert!(i.notes.iter().any(|n| n.contains("k8s:alovelace is a login in north, south")), "{:?}", i.notes);
}

#[test]
fn a_role_without_account_holds_only_while_one_account_is_known() {
    let agent = || vec![row(1, "bot", "", EntryType::Agent, &[("aws-role", "BotRole")])];
    let one = resolve(&inputs(&[("aws-role", "111111111111/BotRole")], agent()));
    assert_eq!(one.kind(one.party_of(1).unwrap()), PartyKind::Agent);
    let two = resolve(&inputs(&[("aws-role", "111111111111/BotRole"), ("aws-role", "222222222222/BotRole")], agent()));
    assert_ne!(two.kind(two.party_of(1).unwrap()), PartyKind::Agent);
    assert_eq!(two.notes.len(), 1);
    let user = [("aws-role", "111111111111/BotRole"), ("aws", "arn:aws:iam::222222222222:user/x")];
    let two = resolve(&inputs(&user, agent()));
    assert_ne!(two.kind(two.party_of(1).unwrap()), PartyKind::Agent);
}

#[test]
fn without_a_directory_an_account_is_an_unverified_human() {
    let i = resolve(&inputs(&[("aws", "arn:aws:iam::1:user/x")], Vec::new()));
    assert_eq!(i.kind(i.party_of(1).unwrap()), PartyKind::Human);
    assert!(!i.party(1).verified);
}
