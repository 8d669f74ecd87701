use proptest::prelude::*;

use super::*;
use crate::model::Reach;

fn grant(principal: &str, action: &str, resource: &str, allow: bool, condition: &str, valid: (&str, &str)) -> GrantRow {
    GrantRow {
        event: 9,
        principal: principal.into(),
        service: None,
        action: action.into(),
        resource: resource.into(),
        except_actions: Vec::new(),
        except_resources: Vec::new(),
        allow,
        condition: condition.into(),
        valid_from: Time::parse(valid.0),
        valid_to: Time::parse(valid.1),
    }
}

fn asked(grants: &[GrantRow], action: &str, resource: &str, at: &str, amount: Option<f64>) -> Entitled {
    let parties =
        [PartyRow { id: 1, kind: "person".into(), shown: "ada@fern.example".into(), end: None, directory: None }];
    let principals = [Principal::new("", ""), Principal::new("email", "ada@fern.example")];
    let input = RightsInput {
        grants,
        parties: &parties,
        party_of: &[(1, 1)],
        principals: &principals,
        ..RightsInput::default()
    };
    let rights = Rights::new(&input);
    let attributes: Vec<(String, Attribute)> =
        amount.map(|value| ("amount".to_string(), Attribute::Number { value, currency: None })).into_iter().collect();
    let question =
        Question { service: None, action, resource: Some(resource), at: Time::parse(at), attributes: &attributes };
    answer(&rights, 1, &question)
}

const ALWAYS: (&str, &str) = ("2025-01-01", "");
const NOW: &str = "2026-03-03T10:00:00Z";

#[test]
fn a_grant_says_yes_and_a_deny_wins() {
    let mut grants = vec![grant("Ada@fern.example", "record.read", "patient/*", true, "", ALWAYS)];
    assert_eq!(asked(&grants, "record.read", "patient/7", NOW, None).answer, Answer::Yes);
    grants.push(grant("ada@fern.example", "*", "patient/7", false, "", ALWAYS));
    let said = asked(&grants, "record.read", "patient/7", NOW, None);
    assert_eq!((said.answer, said.basis), (Answer::No, Basis::ExplicitDeny));
}

#[test]
fn silence_is_no_only_where_the_export_names_the_person_for_the_action_then() {
    let grants = [grant("ada@fern.example", "record.read", "patient/7", true, "", ("2025-01-01", "2026-01-01"))];
    assert_eq!(asked(&grants, "record.read", "patient/8", "2025-06-01T00:00:00Z", None).basis, Basis::NoMatchingGrant);
    assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::Unknown);
    assert_eq!(asked(&grants, "note.append", "memo/1", "2025-06-01T00:00:00Z", None).answer, Answer::Unknown);
    assert_eq!(asked(&[], "note.append", "memo/1", NOW, None).answer, Answer::Unknown);
}

#[test]
fn whoever_did_nothing_yet_has_rights_all_the_same() {
    let grants = [grant("Cleo@fern.example", "refund", "order/*", true, "owner=self", ALWAYS)];
    let rights = Rights::new(&RightsInput { grants: &grants, ..RightsInput::default() });
    let asked = |resource, owner: &str| {
        let attributes = [("owner".to_string(), Attribute::Text(owner.into()))];
        let at = Time::parse(NOW);
        let question =
            Question { service: None, action: "refund", resource: Some(resource), at, attributes: &attributes };
        answer_for(&rights, Whom::Name("cleo@fern.example"), &question).answer
    };
    assert!(rights.speaks_of("CLEO@fern.example") && !rights.speaks_of("dora@fern.example"));
    assert_eq!(asked("order/1", "cleo@fern.example"), Answer::Yes);
    assert_eq!((asked("order/1", "x@fern.example"), asked("memo/1", "cleo@fern.example")), (Answer::No, Answer::No));
}

#[test]
fn validity_is_half_open() {
    let grants = [grant("ada@fern.example", "a", "r", true, "", ("2026-01-01", "2026-02-01"))];
    assert_eq!(asked(&grants, "a", "r", "2026-01-01T00:00:00Z", None).answer, Answer::Yes);
    assert_ne!(asked(&grants, "a", "r", "2026-02-01T00:00:00Z", None).answer, Answer::Yes);
}

#[test]
fn a_false_condition_does_not_cover_and_an_open_one_leaves_it_open() {
    let grants = [grant("ada@fern.example", "refund", "order/*", true, "amount<=50", ALWAYS)];
    assert_eq!(asked(&grants, "refund", "order/1", NOW, Some(50.0)).answer, Answer::Yes);
    assert_eq!(asked(&grants, "refund", "order/1", NOW, Some(51.0)).answer, Answer::No);
    assert_eq!(asked(&grants, "refund", "order/1", NOW, None).answer, Answer::Unknown);
}

#[test]
fn a_group_of_unknown_members_leaves_it_open() {
    let mut grants = vec![grant("ada@fern.example", "record.read", "patient/7", true, "", ALWAYS)];
    assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::No);
    grants.push(grant("clinicians", "record.read", "patient/*", true, "", ALWAYS));
    assert_eq!(asked(&grants, "record.read", "patient/8", NOW, None).answer, Answer::Unknown);
    grants.push(grant("contractors", "record.read", "*", false, "", ALWAYS));
    assert_eq!(asked(&grants, "record.read", "patient/7", NOW, None).answer, Answer::Unknown);
}

/// A world of names, none of which is in a log.
#[derive(Debug, Clone, Default)]
struct Paper {
    grants: Vec<GrantRow>,
    memberships: Vec<(i64, Membership)>,
    ownership: Vec<(i64, Ownership)>,
}

impl Paper {
    fn grant(mut self, principal: &str, action: &str, resource: &str) -> Paper {
        self.grants.push(grant(principal, action, resource, true, "", ("", "")));
        self
    }

    fn deny(mut self, principal: &str, action: &str, resource: &str) -> Paper {
        self.grants.push(grant(principal, action, resource, false, "", ("", "")));
        self
    }

    fn edge(mut self, member: &str, reach: Reach, holder: &str, condition: &str, valid: (&str, &str)) -> Paper {
        let event = 100 + self.memberships.len() as i64;
        let membership = Membership {
            member: member.into(),
            holder: holder.into(),
            reach,
            condition: condition.into(),
            valid_from: Time::parse(valid.0),
            valid_to: Time::parse(valid.1),
        };
        self.memberships.push((event, membership));
        self
    }

    fn has(self, member: &str, holder: &str) -> Paper {
        self.edge(member, Reach::Has, holder, "", ("", ""))
    }

    fn owner(mut self, resource: &str, owner: &str, valid: (&str, &str)) -> Paper {
        let (valid_from, valid_to) = (Time::parse(valid.0), Time::parse(valid.1));
        let row = Ownership { resource: resource.into(), owner: owner.into(), valid_from, valid_to };
        self.ownership.push((7, row));
        self
    }

    fn ask(&self, who: &str, action: &str, resource: &str) -> Entitled {
        self.ask_with(who, action, resource, &[])
    }

    fn ask_with(&self, who: &str, action: &str, resource: &str, attributes: &[(String, Attribute)]) -> Entitled {
        let at = Time::parse(NOW);
        let question = Question { service: None, action, resource: Some(resource), at, attributes };
        answer_for(&self.rights(), Whom::Name(who), &question)
    }

    fn rights(&self) -> Rights {
        Rights::new(&RightsInput {
            grants: &self.grants,
            memberships: &self.memberships,
            ownership: &self.ownership,
            ..RightsInput::default()
        })
    }

    fn assumes(&self, who: &str, action: &str, resource: &str) -> Vec<(String, bool)> {
        let at = Time::parse(NOW);
        let question = Question { service: None, action, resource: Some(resource), at, attributes: &[] };
        let found = may_assume(&self.rights(), Whom::Name(who), &question);
        found.into_iter().map(|m| (m.role, m.open.is_none())).collect()
    }
}

const ADA: &str = "ada@fern.example";

#[test]
fn rights_of_groups_are_reached_through_groups_and_the_way_is_said() {
    let paper =
        Paper::default().grant("clinicians", "record.read", "patient/*").has(ADA, "ward").has("ward", "clinicians");
    let said = paper.ask(ADA, "record.read", "patient/7");
    assert_eq!((said.answer, said.by, said.memberships), (Answer::Yes, Some(9), vec![100, 101]));
    assert_eq!(said.because[1], "reached through ada@fern.example > ward > clinicians");
    // The group's members are known: to others it hides nothing.
    let paper = paper.grant("bo@fern.example", "record.read", "patient/1");
    assert_eq!(paper.ask("bo@fern.example", "record.read", "patient/7").basis, Basis::NoMatchingGrant);
    // Named through the group, and not for this.
    assert_eq!(paper.ask(ADA, "record.read", "memo/7").answer, Answer::No);
}

#[test]
fn a_membership_counts_while_it_lasts_and_leaves_open_what_is_undetermined() {
    let base = || Paper::default().grant("clinicians", "record.read", "patient/*").grant(ADA, "record.read", "memo/1");
    let with = |condition: &str, valid: (&str, &str)| {
        base().edge(ADA, Reach::Has, "clinicians", condition, valid).ask(ADA, "record.read", "patient/7").answer
    };
    assert_eq!(with("", ("2026-03-03T10:00:00Z", "")), Answer::Yes);
    assert_eq!(with("", ("2026-01-01", "2026-03-03T10:00:00Z")), Answer::No);
    assert_eq!(with("when on duty", ("", "")), Answer::Unknown);
    assert_eq!(with("shift=night", ("", "")), Answer::Unknown);
    let night = [("shift".to_string(), Attribute::Text("day".into()))];
    let paper = base().edge(ADA, Reach::Has, "clinicians", "shift=night", ("", ""));
    assert_eq!(paper.ask_with(ADA, "record.read", "patient/7", &night).answer, Answer::No);
}

#[test]
fn a_deny_anywhere_within_reach_wins_and_a_cycle_ends() {
    let paper = Paper::default().grant(ADA, "record.read", "*").has(ADA, "a").has("a", "b").has("b", "a").deny(
        "b",
        "record.read",
        "patient/7",
    );
    assert_eq!(paper.ask(ADA, "record.read", "patient/7").basis, Basis::ExplicitDeny);
    assert_eq!(paper.ask(ADA, "record.read", "patient/8").answer, Answer::Yes);
    assert_eq!(
        Paper::default().has("a", "b").has("b", "a").grant("b", "x", "*").ask("a", "x", "y").answer,
        Answer::Yes
    );
}

#[test]
fn a_boundary_caps_what_is_granted_and_grants_nothing() {
    let arn = "arn:aws:iam::123456789012:policy/Boundary";
    let paper = Paper::default().grant(ADA, "record.*", "*").edge(ADA, Reach::AtMost, arn, "", ("", ""));
    let open = paper.ask(ADA, "record.read", "patient/7");
    assert_eq!(open.answer, Answer::Unknown, "the boundary is in no export: {open:?}");
    let paper = paper.grant(arn, "record.read", "*").grant(arn, "note.append", "*").has(arn, arn);
    assert_eq!(paper.ask(ADA, "record.read", "patient/7").answer, Answer::Yes);
    let capped = paper.ask(ADA, "record.erase", "patient/7");
    assert_eq!((capped.answer, capped.basis), (Answer::No, Basis::NoMatchingGrant));
    assert!(capped.because[0].contains("policy/Boundary"), "{capped:?}");
    assert_ne!(paper.ask(ADA, "note.append", "memo/1").answer, Answer::Yes);
    let denied = paper.deny(arn, "record.read", "patient/7");
    assert_eq!(denied.ask(ADA, "record.read", "patient/7").basis, Basis::ExplicitDeny);
}

#[test]
fn a_role_that_may_be_taken_on_is_said_and_is_no_right_of_ones_own() {
    let role = "arn:aws:iam::123456789012:role/Refunds";
    let paper = Paper::default()
        .grant(role, "refund.create", "*")
        .grant(ADA, "refund.create", "order/1")
        .has(role, role)
        .has(ADA, "desk")
        .edge("desk", Reach::MayAssume, role, "", ("", ""));
    assert_eq!(paper.ask(ADA, "refund.create", "order/2").answer, Answer::No);
    assert_eq!(paper.assumes(ADA, "refund.create", "order/2"), [(role.to_string(), true)]);
    assert_eq!(paper.assumes(ADA, "refund.erase", "order/2"), []);
    assert_eq!(paper.assumes("bo@fern.example", "refund.create", "order/2"), []);
    // A role that trusts a whole account is taken on by whom their own policies let.
    let root = Paper::default().grant(role, "refund.create", "*").has(role, role).edge(
        "arn:aws:iam::123456789012:root",
        Reach::MayAssume,
        role,
        "",
        ("", ""),
    );
    let user = "arn:aws:iam::123456789012:user/ada";
    assert_eq!(root.clone().assumes(user, "refund.create", "order/2"), [(role.to_string(), false)]);
    let root = root.grant(user, "sts:AssumeRole", role);
    assert_eq!(root.assumes(user, "refund.create", "order/2"), [(role.to_string(), true)]);
    assert_eq!(root.assumes("arn:aws:iam::999999999999:user/ada", "refund.create", "order/2"), []);
}

#[test]
fn a_policy_that_the_export_lacks_leaves_everything_open() {
    let policy = "arn:aws:iam::aws:policy/Unseen";
    let user = "arn:aws:iam::123456789012:user/ada";
    let paper = Paper::default().grant(user, "s3:GetObject", "*").has(user, user).has(user, policy);
    let said = paper.ask(user, "s3:GetObject", "arn:aws:s3:::b/k");
    assert_eq!((said.answer, said.because), (Answer::Unknown, vec![format!("what {policy} allows is in no export")]));
    // A policy of the export that grants nothing is no gap.
    assert_eq!(paper.has(policy, policy).ask(user, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::Yes);
}

#[test]
fn the_owner_is_of_the_time_asked_and_a_contradiction_says_nothing() {
    let owned = |paper: Paper| {
        let mut paper = paper;
        paper.grants.push(grant(ADA, "order.cancel", "order/*", true, "owner=self", ("", "")));
        paper
    };
    let paper = owned(Paper::default())
        .owner("order/1", "Ada@fern.example", ("2026-01-01", ""))
        .owner("order/2", ADA, ("2025-01-01", "2026-01-01"))
        .owner("order/2", "bo@fern.example", ("2026-01-01", ""))
        .owner("order/3", "bo@fern.example", ("", ""))
        .owner("order/3", ADA, ("", ""));
    let answers: Vec<Answer> =
        ["order/1", "order/2", "order/3", "order/4"].map(|o| paper.ask(ADA, "order.cancel", o).answer).into();
    assert_eq!(answers, [Answer::Yes, Answer::No, Answer::Yes, Answer::Unknown]);
    assert!(paper.ask(ADA, "order.cancel", "order/4").because[0].contains("not in the ownership export"));
    let says = |owner: &str| [("owner".to_string(), Attribute::Text(owner.into()))];
    assert_eq!(paper.ask_with(ADA, "order.cancel", "order/4", &says(ADA)).answer, Answer::Yes);
    assert_eq!(paper.ask_with(ADA, "order.cancel", "order/1", &says(ADA)).answer, Answer::Yes);
    let both = paper.ask_with(ADA, "order.cancel", "order/1", &says("bo@fern.example"));
    assert_eq!(both.answer, Answer::Unknown);
    assert!(both.because[0].contains("different owners"), "{both:?}");
}

fn iam(principal: &str, action: &str, resource: &str) -> GrantRow {
    let service = Some(crate::sources::aws_authorization::SERVICES.to_string());
    GrantRow { service, ..grant(principal, action, resource, true, "", ("", "")) }
}

#[test]
fn iam_patterns_variables_and_exceptions() {
    let user = "arn:aws:iam::123456789012:user/eu/ada";
    let all = GrantRow {
        except_actions: vec!["iam:*".into()],
        except_resources: vec!["arn:aws:s3:::vault/*".into()],
        ..iam(user, "*:*", "*")
    };
    let paper = Paper { grants: vec![all], ..Paper::default() };
    assert_eq!(paper.ask(user, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::Yes);
    assert_ne!(paper.ask(user, "IAM:CreateUser", "arn:aws:iam::123456789012:user/x").answer, Answer::Yes);
    assert_eq!(paper.ask(user, "s3:GetObject", "arn:aws:s3:::vault/k").answer, Answer::No);
    // All but something is not all.
    assert_ne!(paper.ask(user, "*:*", "*").answer, Answer::Yes);
    // An administrator of AWS is nobody in the order desk.
    assert_eq!(paper.ask(user, "refund.create", "order/1").answer, Answer::Unknown);

    let plain = Paper { grants: vec![iam(user, "*:*", "*")], ..Paper::default() };
    assert_eq!(plain.ask(user, "*:*", "*").answer, Answer::Yes);

    let home = iam(user, "s3:?etObject", "arn:aws:s3:::home/${aws:username}/*");
    let tagged = iam(user, "s3:PutObject", "arn:aws:s3:::team/${aws:PrincipalTag/team}/*");
    let paper = Paper { grants: vec![home, tagged], ..Paper::default() };
    assert_eq!(paper.ask(user, "s3:HeadObject", "arn:aws:s3:::home/ada/k").answer, Answer::Yes);
    assert_eq!(paper.ask(user, "s3:GetObject", "arn:aws:s3:::home/bo/k").answer, Answer::No);
    assert_eq!(paper.ask(user, "s3:PutObject", "arn:aws:s3:::team/red/k").answer, Answer::Unknown);
    assert_eq!(paper.ask(user, "s3:PutObject", "arn:aws:s3:::else/red/k").answer, Answer::No);
    assert_eq!(paper.ask(user, "s3:GetObject", "home/ada/k").answer, Answer::Unknown, "no ARN");
}

#[test]
fn a_role_is_one_by_session_arn_path_and_alias() {
    let role = "arn:aws:iam::123456789012:role/path/Refunds";
    let paper = Paper { grants: vec![iam(role, "s3:GetObject", "*")], ..Paper::default() };
    for name in ["aws-role:123456789012/Refunds", "arn:aws:sts::123456789012:assumed-role/Refunds/run-1", role] {
        assert_eq!(paper.ask(name, "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::Yes, "{name}");
    }
    assert_ne!(paper.ask("aws-role:999999999999/Refunds", "s3:GetObject", "arn:aws:s3:::b/k").answer, Answer::Yes);
}

#[test]
fn a_new_membership_is_a_new_right() {
    let paper = Paper::default().grant("desk", "refund.create", "*").edge(
        ADA,
        Reach::Has,
        "desk",
        "",
        ("2026-03-03T09:55:00Z", ""),
    );
    let parties = [PartyRow { id: 1, kind: "person".into(), shown: ADA.into(), end: None, directory: None }];
    let principals = [Principal::new("", ""), Principal::new("email", ADA)];
    let rights = Rights::new(&RightsInput {
        grants: &paper.grants,
        memberships: &paper.memberships,
        parties: &parties,
        party_of: &[(1, 1)],
        principals: &principals,
        ..RightsInput::default()
    });
    let at = Time::parse(NOW);
    let question = Question { service: None, action: "refund.create", resource: Some("order/1"), at, attributes: &[] };
    let between = |from, to| rights.granted_between(1, &question, Time::parse(from).unwrap(), Time::parse(to).unwrap());
    assert!(between("2026-03-03T09:50:00Z", "2026-03-03T10:00:00Z"));
    assert!(!between("2026-03-03T09:56:00Z", "2026-03-03T10:00:00Z"));
}

/// Small worlds in which everything may meet everything.
fn worlds() -> impl Strategy<Value = Paper> {
    const NAMES: [&str; 6] = [ADA, "g1", "g2", "arn:aws:iam::123456789012:policy/p", "*", "bo@fern.example"];
    const CONDITIONS: [&str; 3] = ["", "", "who knows"];
    let name = || proptest::sample::select(&NAMES[..]);
    let word = |of: &'static [&'static str]| proptest::sample::select(of);
    let grants = proptest::collection::vec(
        (name(), word(&["a", "b", "*"]), word(&["r", "s", "*"]), any::<bool>(), word(&CONDITIONS)),
        0..8,
    );
    let edges = proptest::collection::vec((name(), name(), 0..4usize, word(&CONDITIONS)), 0..10);
    (grants, edges).prop_map(|(grants, edges)| {
        let mut paper = Paper::default();
        for (n, (principal, action, resource, allow, condition)) in grants.into_iter().enumerate() {
            let row = grant(principal, action, resource, allow, condition, ("", ""));
            paper.grants.push(GrantRow { event: n as i64, ..row });
        }
        for (member, holder, reach, condition) in edges {
            let reach = [Reach::Has, Reach::Has, Reach::AtMost, Reach::MayAssume][reach];
            paper = paper.edge(member, reach, holder, condition, ("", ""));
        }
        paper
    })
}

fn rank(answer: Answer) -> u8 {
    match answer {
        Answer::No => 0,
        Answer::Unknown => 1,
        Answer::Yes => 2,
    }
}

proptest! {
    #[test]
    fn a_further_deny_never_widens(paper in worlds(), at in 0..4usize) {
        let before = paper.ask(ADA, "a", "r").answer;
        let after = paper.deny([ADA, "g1", "g2", "*"][at], "a", "r").ask(ADA, "a", "r").answer;
        prop_assert!(before != Answer::No || after == Answer::No);
        prop_assert!(after != Answer::Yes || before == Answer::Yes);
    }

    #[test]
    fn a_grant_less_never_widens(paper in worlds(), at in any::<prop::sample::Index>()) {
        let allows: Vec<usize> = (0..paper.grants.len()).filter(|n| paper.grants[*n].allow).collect();
        if allows.is_empty() {
            return Ok(());
        }
        let before = paper.ask(ADA, "a", "r").answer;
        let mut less = paper.clone();
        less.grants.remove(allows[at.index(allows.len())]);
        let after = less.ask(ADA, "a", "r").answer;
        prop_assert!(after != Answer::Yes || before == Answer::Yes, "{before:?} {after:?}");
    }

    #[test]
    fn the_order_of_rows_does_not_matter(paper in worlds(), seed in any::<u64>()) {
        let mut other = paper.clone();
        let mix = |n: i64| (n as u64).wrapping_add(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        other.memberships.sort_by_key(|(event, _)| mix(*event));
        let (one, two) = (paper.ask(ADA, "a", "r"), other.ask(ADA, "a", "r"));
        prop_assert_eq!(rank(one.answer), rank(two.answer));
        prop_assert_eq!(one, two);
    }

    #[test]
    fn a_boundary_only_narrows(paper in worlds()) {
        let before = paper.ask(ADA, "a", "r").answer;
        let after = paper.edge(ADA, Reach::AtMost, "arn:aws:iam::123456789012:policy/q", "", ("", "")).ask(ADA, "a", "r").answer;
        prop_assert!(rank(after) <= rank(before).max(1) && (after != Answer::Yes || before == Answer::Yes));
    }
}
